"""Assignments graded by nbgrader itself, in a temporary folder: generated, handed in by a few students, and graded.

`Graded` holds the checks that take long; two files run them, each for three assignments, so that two workers can share them.
"""

from dataclasses import dataclass
import os
import pathlib
import re
import resource
import runpy
import shutil
import sys

import nbformat
import pytest
from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader

HERE = pathlib.Path(__file__).resolve().parent
ASSIGNMENTS = HERE.parent / "book" / "teaching" / "assignments"
NAMES = sorted(path.name for path in (ASSIGNMENTS / "source").iterdir() if path.is_dir())
REFERENCE, EMPTY = "reference", "empty"
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)
PLANTED = 5          # wrong solutions of each
SECONDS = 20         # that an assignment may take to run


@dataclass
class Result:
    """What came of one submission: points of each test cell, what the tests said, and the seconds of computing."""

    points: dict
    said: str
    seconds: float

    @property
    def total(self):
        return sum(self.points.values())


def source(name):
    return nbformat.read(ASSIGNMENTS / "source" / name / f"{name}.ipynb", as_version=4)


def wrong_solutions(name):
    """The planted mistakes of an assignment: a list of (mistake, points, hint, cells)."""
    return runpy.run_path(str(HERE / "wrong_solutions" / f"{name.replace('-', '_')}.py"))["WRONG"]


def graded_cells(notebook, by_hand=False):
    """Points of each test cell, or of each written answer."""
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in cells
            if cell.metadata.nbgrader.solution == by_hand}


def answered(notebook, student, answers):
    """Put a student's name and answers, by the ids of their cells, into a copy of the released notebook."""
    notebook, answers = nbformat.from_dict(notebook), dict(answers)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source.startswith('STUDENT = ""')
    first.source = f"STUDENT = {student!r}"
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            assert cell.metadata.nbgrader.solution
            cell.source = answers.pop(name).strip("\n")
    assert not answers, f"there are no cells {list(answers)}"
    return notebook


class Course:
    """One assignment, generated from its source with the course's own configuration."""

    def __init__(self, folder, name):
        self.folder, self.name = pathlib.Path(folder), name
        shutil.copytree(ASSIGNMENTS / "source" / name, self.folder / "source" / name)
        config = PyFileConfigLoader("nbgrader_config.py", path=str(ASSIGNMENTS)).load_config()
        config.CourseDirectory.root = str(self.folder)
        config.CourseDirectory.db_url = f"sqlite:///{self.folder / 'gradebook.db'}"
        config.NbGrader.log_level = config.Application.log_level = "ERROR"
        self.api = NbGraderAPI(config=config)
        self._call(self.api.generate_assignment, name, force=True, create=True)

    def _call(self, command, *arguments, **options):
        paths = os.environ["PATH"], os.environ.get("PYTHONPATH")
        os.environ["PATH"] = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{paths[0]}"
        os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MPLBACKEND="Agg")
        try:
            outcome = command(*arguments, **options)
        finally:
            os.environ["PATH"] = paths[0]
        assert outcome["success"], outcome.get("error") or outcome.get("log")

    def released(self):
        return self._read("release")

    def grade(self, student, answers):
        """Hand in `answers` as `student`, and have them graded."""
        file = self.folder / "submitted" / student / self.name / f"{self.name}.ipynb"
        file.parent.mkdir(parents=True)
        nbformat.write(answered(self.released(), student, answers), file)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._call(self.api.autograde, self.name, student, force=True, create=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with self.api.gradebook as book:
            submission = book.find_submission_notebook(self.name, self.name, student)
            points = {grade.name: grade.auto_score for grade in submission.grades if grade.cell.cell_type == "code"}
        outputs = [output for cell in self._read(f"autograded/{student}").cells for output in cell.get("outputs", [])]
        said = "\n".join(f"{output.ename}: {output.evalue}" for output in outputs if output.output_type == "error")
        return Result(points, said, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def _read(self, stage):
        return nbformat.read(self.folder / stage / self.name / f"{self.name}.ipynb", as_version=4)


def reference_answers(name):
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in source(name).cells
            if cell.metadata.get("nbgrader", {}).get("solution")}


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")          # nbgrader's own
class Graded:
    """The reference solution has full marks, the student version as it is none, and planted mistakes what they deserve.

    Each submission has a student of its own, so these are seven seeds as well.
    """

    names = ()

    def pytest_generate_tests(self, metafunc):
        if "number" in metafunc.fixturenames:
            metafunc.parametrize("name, number", [(name, number) for name in self.names for number in range(PLANTED)])
        else:
            metafunc.parametrize("name", self.names)

    @pytest.fixture(scope="class")
    @classmethod
    def courses(cls, tmp_path_factory):
        return {name: Course(tmp_path_factory.mktemp(name), name) for name in cls.names}

    def test_the_reference_solution_has_full_marks(self, courses, name):
        result = courses[name].grade(REFERENCE, reference_answers(name))
        assert result.said == "", result.said
        assert result.points == graded_cells(source(name)), result.points
        assert result.seconds < SECONDS, result.seconds

    def test_the_empty_student_version_has_none(self, courses, name):
        result = courses[name].grade(EMPTY, {})
        assert set(result.points) == set(graded_cells(source(name))), result.points
        assert result.total == 0, result.points

    def test_a_wrong_solution_has_what_it_deserves(self, courses, name, number):
        mistake, points, hint, cells = wrong_solutions(name)[number]
        result = courses[name].grade(f"student-{number}", {**reference_answers(name), **cells})
        assert result.total == points, f"{mistake}: {result.points}\n{result.said}"
        assert hint in result.said, f"{mistake}: {result.said}"

    def test_the_student_version_holds_no_solution(self, courses, name):
        released = "\n".join(cell.source for cell in courses[name].released().cells)
        assert not re.search(r"BEGIN|HIDDEN", released)
        solutions = [cell.source for cell in source(name).cells if cell.metadata.get("nbgrader", {}).get("solution")]
        for text in solutions:
            regions = SOLUTION.findall(text) or [text]
            for line in (line.strip() for region in regions for line in region.splitlines()):
                assert len(line) < 20 or line not in released, line

    def test_the_student_version_cannot_be_changed_where_it_is_graded(self, courses, name):
        for cell in courses[name].released().cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("grade") and not about.solution:
                assert about.locked and not cell.metadata.editable, cell.source
