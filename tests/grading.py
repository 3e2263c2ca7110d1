"""What the tests of the assignments share: their cells, run in this process, and a course in a temporary folder, graded by nbgrader.

`python tests/grading.py 4-double-well 200` runs the reference solution for 200 names, and says which tests failed.
"""

from dataclasses import dataclass, field
import contextlib
import functools
import os
import pathlib
import re
import runpy
import shutil
import sys

import matplotlib
import nbformat
import pytest

HERE = pathlib.Path(__file__).resolve().parent
ASSIGNMENTS = HERE.parent / "book" / "teaching" / "assignments"
sys.path.insert(0, str(ASSIGNMENTS))
import grade          # noqa: E402 (the lecturer's script)

SOURCE = ASSIGNMENTS / pathlib.Path(grade.settings().CourseDirectory.get("source_directory", "source"))
NAMES = sorted(path.name for path in SOURCE.glob("[0-9]-*") if path.is_dir())
NO_SOURCES = f"NO ASSIGNMENTS IN {SOURCE}: their sources are kept elsewhere (see nbgrader_config.py)"
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)


@dataclass
class Result:
    """What came of one run: points of each test cell, and what the tests said."""

    points: dict = field(default_factory=dict)
    said: str = ""

    @property
    def total(self):
        return sum(self.points.values())


@functools.cache
def source(name):
    return nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)


def planted(name, kind="WRONG"):
    """The planted mistakes of an assignment, (mistake, points, hint, cells), or its right answers in another style, (style, cells)."""
    path = HERE / "wrong_solutions" / f"{name.replace('-', '_')}.py"
    return runpy.run_path(str(path))[kind] if path.exists() else []


def about(cell):
    return cell.metadata.get("nbgrader", {})


def graded_cells(notebook, by_hand=False):
    """Points of each test cell, or of each written answer."""
    return {about(cell).grade_id: about(cell).points for cell in notebook.cells
            if about(cell).get("grade") and about(cell).solution == by_hand}


def answers_in(notebook):
    """What stands in the cells that a student fills in, by their names."""
    return {about(cell).grade_id: cell.source for cell in notebook.cells if about(cell).get("solution")}


def answered(notebook, student, answers):
    """A notebook with a student's name and answers."""
    notebook, answers = nbformat.from_dict(notebook), dict(answers)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source.startswith('STUDENT = ""')
    first.source = f"STUDENT = {student!r}"
    for cell in notebook.cells:
        if about(cell).get("grade_id") in answers:
            assert about(cell).solution
            cell.source = answers.pop(about(cell).grade_id).strip("\n")
    assert not answers, f"there are no cells {list(answers)}"
    return notebook


trained = {}          # what the training cells made: one training serves all mistakes that leave it alone


def run(name, answers, student="somebody"):
    """The points of a notebook with these answers (the reference solution's where there are none), and what its tests said.

    Its cells run in this process, one after the other whatever fails, but for those that are not graded.
    """
    notebook, names, result = answered(source(name), student, answers), {"__name__": "__main__"}, Result()
    with matplotlib.rc_context(), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        for cell in notebook.cells:
            if cell.cell_type != "code" or not (about(cell) or cell.source.startswith("STUDENT")):
                continue
            key, error = None, None
            if about(cell).get("grade_id") == "train":
                key = name, student, cell.source, answers.get("draw"), answers.get("pairs")
            try:
                if key in trained:
                    names.update(trained[key])
                else:
                    exec(compile(cell.source, about(cell).get("grade_id", "cell"), "exec"), names)
                if key:
                    trained[key] = {word: names[word] for word in ("model", "history") if word in names}
            except Exception as problem:
                error = f"{type(problem).__name__}: {problem}\n"
                result.said += error
            if about(cell).get("grade"):
                result.points[about(cell).grade_id] = 0 if error else about(cell).points
    return result


class Course(grade.Course):
    """Assignments in a temporary folder, generated from their sources with the course's own configuration."""

    def __init__(self, root, *names, **changes):
        super().__init__(root, CourseDirectory={"db_url": f"sqlite:///{root / 'gradebook.db'}", "source_directory": "source"}, **changes)
        self.released = {}
        for name in names:
            shutil.copytree(SOURCE / name, root / "source" / name)
            with python_first():
                outcome = self.api.generate_assignment(name, force=True, create=True)
            assert outcome["success"], outcome.get("error") or outcome.get("log")
            self.released[name] = nbformat.read(self.notebook("release", name), as_version=4)

    def hand_in(self, name, student, notebook, file=None, encoding="utf-8"):
        path = self.root / "submitted" / student / (file or f"{name}/{name}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook), encoding=encoding)

    def graded(self, name, student):
        """Points of each test cell, what the tests said, and the remarks."""
        with python_first():
            _, remarks = self.grade(name, student)
        with self.api.gradebook as book:
            submission = book.find_submission_notebook(name, name, student)
            points = {grade.name: grade.auto_score for grade in submission.grades if grade.cell.cell_type == "code"}
        cells = nbformat.read(self.notebook("autograded", name, student), as_version=4).cells
        errors = [output for cell in cells for output in cell.get("outputs", []) if output.output_type == "error"]
        return Result(points, "\n".join(f"{output.ename}: {output.evalue}" for output in errors)), remarks


@contextlib.contextmanager
def python_first():
    """Kernels of this environment, with one thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(pathlib.Path(sys.executable).parent), prepend=os.pathsep)
        for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            patch.setenv(variable, "1")
        patch.setenv("MPLBACKEND", "Agg")
        yield


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")          # nbgrader's own
class Graded:
    """The reference solution has full marks, the student version as it is none, and planted mistakes what they deserve."""

    names = ()

    def pytest_generate_tests(self, metafunc):
        for word, kind in (("mistake", "WRONG"), ("style", "RIGHT")):
            if word in metafunc.fixturenames:
                metafunc.parametrize(f"name, {word}", [(name, number) for name in self.names for number in range(len(planted(name, kind)))])
                return
        metafunc.parametrize("name", self.names)

    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory):
        return Course(tmp_path_factory.mktemp("course"), *cls.names)

    def test_nbgrader_gives_the_reference_solution_full_marks(self, course, name):
        course.hand_in(name, "reference", answered(course.released[name], "reference", answers_in(source(name))))
        result, remarks = course.graded(name, "reference")
        assert (result.said, remarks) == ("", [])
        assert result.points == graded_cells(source(name)), result.points

    def test_the_empty_student_version_has_no_points(self, course, name):
        result = run(name, answers_in(course.released[name]))
        assert set(result.points) == set(graded_cells(source(name))) and result.total == 0, result.points

    def test_a_wrong_solution_has_what_it_deserves(self, name, mistake):
        text, points, hint, cells = planted(name)[mistake]
        result = run(name, cells)
        assert result.total == points, f"{text}: {result.points}\n{result.said}"
        assert hint in result.said, f"{text}: {result.said}"

    def test_a_right_solution_in_another_style_has_full_marks(self, name, style):
        text, cells = planted(name, "RIGHT")[style]
        result = run(name, cells)
        assert result.points == graded_cells(source(name)), f"{text}: {result.points}\n{result.said}"

    def test_the_student_version_holds_no_solution(self, course, name):
        released = "\n".join(cell.source for cell in course.released[name].cells)
        assert not re.search(r"BEGIN|HIDDEN", released)
        for text in answers_in(source(name)).values():
            for line in (line.strip() for region in SOLUTION.findall(text) or [text] for line in region.splitlines()):
                assert len(line) < 20 or line not in released, line

    def test_the_student_version_cannot_be_changed_where_it_is_graded(self, course, name):
        for cell in course.released[name].cells:
            if about(cell).get("grade") and not about(cell).solution:
                assert about(cell).locked and not cell.metadata.editable, cell.source


if __name__ == "__main__":
    failed = {number: said for number in range(int(sys.argv[2])) if (said := run(sys.argv[1], {}, f"student {number}").said)}
    print(f"{sys.argv[1]}: {len(failed)} of {sys.argv[2]} names fail", failed)
