"""A course in a temporary folder: one assignment is generated, handed in by a few students and graded, all by nbgrader itself."""

from dataclasses import dataclass
import os
import pathlib
import resource
import runpy
import shutil
import sys

import nbformat
from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader

HERE = pathlib.Path(__file__).resolve().parent
ASSIGNMENTS = HERE.parent / "book" / "teaching" / "assignments"
NAMES = sorted(path.name for path in (ASSIGNMENTS / "source").iterdir() if path.is_dir())
REFERENCE, EMPTY = "reference", "empty"


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
