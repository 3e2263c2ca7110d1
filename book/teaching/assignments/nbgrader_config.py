"""nbgrader's settings for this course. Run nbgrader's commands, and grade.py, in this folder."""

import pathlib
import sys

from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, GetGrades, IgnorePattern, LimitOutput, SaveAutoGrades
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import grade              # noqa: E402 (beside this file)

c = get_config()          # noqa: F821 (nbgrader provides it)

c.CourseDirectory.course_id = "shape-of-motion"

# Solutions can be kept elsewhere, such as in a private repository beside a public fork of the book:
# c.CourseDirectory.source_directory = "/home/teacher/solutions"

# The first cell installs the library on Colab from the copy of the book that _config.yml names (book_repository), if it names one.
BOOK = pathlib.Path(__file__).resolve().parent.parent.parent.parent / "_config.yml"
PUBLISHED = yaml.safe_load(BOOK.read_text(encoding="utf-8"))["sphinx"]["config"] if BOOK.exists() else {}
if PUBLISHED.get("book_repository"):
    c.ForColab.address = f"{PUBLISHED['book_repository'].rstrip('/')}@{PUBLISHED['book_branch']}"

# A mark scheme stands below its question, in the read-only cell above the answer, so that nbgrader takes it out of the student's version
# and puts it back for whoever marks. It expects schemes in tasks, where it would not see that an answer is empty.
c.ClearMarkScheme.enforce_metadata = False

# The slowest notebook runs for some seconds. A cell that runs longer than this is interrupted, and the rest of the notebook is graded.
c.Execute.timeout = 120
c.Execute.iopub_timeout = 60                  # s to wait for the rest of a flood of output
c.Execute.raise_on_iopub_timeout = False
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]
c.OverwriteCells.add_missing_cells = True     # for `nbgrader autograde` without grade.py

# Names of downloads from Moodle and Canvas, for `nbgrader zip_collect`: a student's folder is the platform's number for them.
c.FileNameCollectorPlugin.named_regexp = r".*?/[^/]+?_(?:LATE_)?(?P<student_id>\d+)_(?:assignsubmission_file_?(?:.*/)?|\d+_)(?P<file_id>[^/]+)$"
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".txt"]          # some browsers add .txt

# nbgrader's own lists, but for the three classes of grade.py
c.GenerateAssignment.preprocessors = [grade.ForColab, *GenerateAssignment.class_traits()["preprocessors"].default()]
c.Autograde.autograde_preprocessors = [grade.ExecuteAll, IgnorePattern, ClearMetadataPreprocessor, LimitOutput, SaveAutoGrades,
                                       AssignLatePenalties, CheckCellMetadata]
c.GenerateFeedback.preprocessors = [GetGrades, grade.HideTests, CSSHTMLHeaderPreprocessor]
