"""nbgrader's settings for this course. Run nbgrader's commands in this folder; `make assignments` does it for the student versions."""

c = get_config()          # noqa: F821 (nbgrader provides it)

c.CourseDirectory.course_id = "shape-of-motion"

# Solutions can be kept elsewhere, such as in a private repository beside a public fork of the book:
# c.CourseDirectory.source_directory = "/home/teacher/solutions"

# The slowest notebook runs for some seconds. A submission with an endless loop is stopped, and graded as far as it came.
c.Execute.timeout = 120
