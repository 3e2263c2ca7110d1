"""What the tests of the assignments share: their cells, run in this process, and a course in a temporary folder, graded by nbgrader.

`python tests/grading.py 4-double-well 200` runs the reference solution for 200 names against limits that are 30 % tighter, and says which
tests failed, and which promises of the text (`assignment_sentences.py`) did not hold.
"""

from dataclasses import dataclass, field
import ast
import collections
import contextlib
import functools
import os
import pathlib
import re
import runpy
import shutil
import sys

from assignment_sentences import SENTENCES
import matplotlib
import nbformat
import pytest

HERE = pathlib.Path(__file__).resolve().parent
ASSIGNMENTS = HERE.parent / "book" / "teaching" / "assignments"
sys.path.insert(0, str(ASSIGNMENTS))
import grade          # noqa: E402 (the lecturer's script)

SOURCE = ASSIGNMENTS / pathlib.Path(grade.settings().CourseDirectory.get("source_directory", "source"))
NAMES = sorted(path.name for path in SOURCE.glob("[0-9]-*") if path.is_dir())
BY_TESTS, BY_HAND = 17, 3
NO_SOURCES = f"NO ASSIGNMENTS IN {SOURCE}: their sources are kept elsewhere (see nbgrader_config.py)"
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)


@dataclass
class Result:
    """What came of one run: points of each test cell, what the tests said, and the notebook's names."""

    points: dict = field(default_factory=dict)
    said: str = ""
    names: dict = field(default_factory=lambda: {"__name__": "__main__"}, repr=False)

    @property
    def total(self):
        return sum(self.points.values())


@functools.cache
def source(name):
    return nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)


@functools.cache
def answers_to(name, kind):
    """By task: right answers in many styles (`kind` is "STYLES"), or wrong ones, (points, words of the hint, answer) ("FAULTS")."""
    path = HERE / "wrong_solutions" / f"{name.replace('-', '_')}.py"
    return runpy.run_path(str(path))[kind] if path.exists() else {}


def about(cell):
    return cell.metadata.get("nbgrader", {})


def graded_cells(notebook, by_hand=False):
    """Points of each test cell, or of each written answer."""
    return {about(cell).grade_id: about(cell).points for cell in notebook.cells
            if about(cell).get("grade") and about(cell).solution == by_hand}


def scheme(name):
    """The mark scheme of an assignment's written answer."""
    found, = grade.SCHEME.findall("\n".join(cell.source for cell in source(name).cells))
    return found


def answers_in(notebook):
    """What stands in the cells that a student fills in, by their names."""
    return {about(cell).grade_id: cell.source for cell in notebook.cells if about(cell).get("solution")}


def answered(notebook, student, answers):
    """A notebook with a student's name and answers."""
    notebook, answers = nbformat.from_dict(notebook), dict(answers)
    next(cell for cell in notebook.cells if cell.source.startswith('STUDENT = ""')).source = f"STUDENT = {student!r}"
    for cell in notebook.cells:
        if about(cell).get("grade_id") in answers:
            assert about(cell).solution
            cell.source = answers.pop(about(cell).grade_id).strip("\n")
    assert not answers, f"there are no cells {list(answers)}"
    return notebook


CLOSE = {"isclose": {"rtol": 1e-5, "atol": 1e-8}, "allclose": {"rtol": 1e-5, "atol": 1e-8}}


class Tighter(ast.NodeTransformer):
    """What a test asserts, with less room: what has to be close has to be closer, what must not be close further away, and so on.

    Changed are the tolerances of NumPy's `isclose` and `allclose`, plain numbers behind `<` and `>`, and whatever an `abs` is compared with.
    """

    def __init__(self, room):
        self.share, self.wanted = 1 - room, True

    def scaled(self, value, down):
        return ast.BinOp(value, ast.Mult(), ast.Constant(self.share if down else 1 / self.share))

    def visit_Lambda(self, node):
        return node

    def visit_UnaryOp(self, node):
        denied = isinstance(node.op, ast.Not)
        self.wanted ^= denied
        node = self.generic_visit(node)
        self.wanted ^= denied
        return node

    def visit_Call(self, node):
        node = self.generic_visit(node)
        if ast.unparse(node.func) in ("np.isclose", "np.allclose"):
            given = {"rtol": ast.Constant(1e-5), "atol": ast.Constant(1e-8)} | {word.arg: word.value for word in node.keywords}
            node.keywords = [ast.keyword(word, self.scaled(value, self.wanted)) for word, value in given.items()]
        return node

    def visit_Compare(self, node):
        node = self.generic_visit(node)
        limit = node.comparators[0]
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.Lt, ast.Gt)) and (
                isinstance(limit, ast.Constant) or ast.unparse(node.left).startswith(("abs(", "np.abs("))):
            node.comparators = [self.scaled(limit, isinstance(node.ops[0], ast.Lt) == self.wanted)]
        return node


def tighter(text, room):
    """A cell of tests whose limits leave less room, by a share."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            node.test = Tighter(room).visit(node.test)
    return ast.fix_missing_locations(tree)


trained = {}          # what the training cells made: one training serves all mistakes that leave it alone


def run(name, answers, student="somebody", room=0.0):
    """The points of a notebook with these answers (the reference solution's where there are none), and what its tests said.

    Its cells run in this process, one after the other whatever fails, but for those that are not graded. With `room`, a share, the
    limits of the tests are tighter by it.
    """
    result = Result()
    for cell in needed(answered(source(name), student, answers)):
        key = (name, student, cell.source, answers.get("draw"), answers.get("pairs")) if about(cell).get("grade_id") == "train" else None
        if key in trained:
            result.names.update(trained[key])
        elif execute(cell, result, room) and key:
            trained[key] = {word: result.names[word] for word in ("model", "history") if word in result.names}
    return result


def needed(notebook):
    """The cells of code that are graded, or that these need."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and (about(cell) or cell.source.startswith("STUDENT"))]


def execute(cell, result, room=0.0):
    """Run one cell with the names of a result, and add what came of it; returns whether it came to its end."""
    graded, error = about(cell).get("grade"), None
    text = tighter(cell.source, room) if room and graded else cell.source
    with matplotlib.rc_context(), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            exec(compile(text, about(cell).get("grade_id", "cell"), "exec"), result.names)
        except Exception as problem:
            error = f"{type(problem).__name__}: {problem}\n"
            result.said += error
    if graded:
        result.points[about(cell).grade_id] = 0 if error else about(cell).points
    return not error


@functools.cache
def at_each_task(name):
    """For each cell that a student fills in: the cell, those that follow it up to the next, and the reference's names before it.

    The names are copies of one dictionary, which comes with them: functions keep to the one in which they were defined.
    """
    result, tasks = Result(), {}
    for cell in needed(answered(source(name), "somebody", {})):
        if about(cell).get("solution"):
            tasks[about(cell).grade_id] = cell, [], dict(result.names)
        elif tasks:
            list(tasks.values())[-1][1].append(cell)
        execute(cell, result)
    assert not result.said, result.said
    return tasks, result.names


def points_of(name, task):
    """What a task gives for a right answer."""
    return sum(about(test).points for test in at_each_task(name)[0][task][1] if about(test).get("grade"))


def answer(name, task, text):
    """What one task gives for this answer, where all others are the reference's."""
    tasks, names = at_each_task(name)
    cell, tests, before = tasks[task]
    names.clear()
    names.update(before)
    result = Result(names=names)
    for each in [nbformat.from_dict(cell | {"source": text.strip("\n")})] + [test for test in tests if about(test).get("grade")]:
        execute(each, result)
    return result


class Course(grade.Course):
    """Assignments in a temporary folder, generated from their sources with the course's own configuration."""

    def __init__(self, root, *names, **changes):
        super().__init__(root, CourseDirectory={"db_url": f"sqlite:///{root / 'gradebook.db'}", "source_directory": "source"}, **changes)
        self.released, self.results = {}, {}
        for name in names:
            shutil.copytree(SOURCE / name, root / "source" / name)
            with python_first():
                outcome = self.api.generate_assignment(name, force=True, create=True)
            assert outcome["success"], outcome.get("error") or outcome.get("log")
            self.released[name] = nbformat.read(self.notebook("release", name), as_version=4)

    def hand_in(self, name, student, notebook, file=None, encoding="utf-8"):
        path = self.root / "submitted" / student / (file or f"{name}/{name}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(notebook, (str, bytes)):
            notebook = nbformat.writes(notebook)
        path.write_bytes(notebook if isinstance(notebook, bytes) else notebook.encode(encoding))

    def graded(self, name, student):
        """Points of each test cell, what the tests said, and the remarks; a notebook that was graded before is not run again."""
        remarks = self.prepare(name, student)
        notebook = nbformat.read(self.notebook("submitted", name, student), as_version=4)
        cells = tuple((cell.cell_type, cell.source, about(cell).get("grade_id")) for cell in notebook.cells[1 if remarks else 0:])
        if cells not in self.results:
            self.results[cells] = self.ran(name, student)
        result, more = self.results[cells]
        return result, remarks + more

    def ran(self, name, student):
        """The same of a notebook that has not been graded before: the remarks are those on its run."""
        before = len(self.prepare(name, student))
        with python_first():
            _, remarks = self.grade(name, student)
        with self.api.gradebook as book:
            submission = book.find_submission_notebook(name, name, student)
            points = {grade.name: grade.auto_score for grade in submission.grades if grade.cell.cell_type == "code"}
        cells = nbformat.read(self.notebook("autograded", name, student), as_version=4).cells
        errors = [output for cell in cells for output in cell.get("outputs", []) if output.output_type == "error"]
        return Result(points, "\n".join(f"{output.ename}: {output.evalue}" for output in errors)), remarks[before:]


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
        if "task" in metafunc.fixturenames:
            metafunc.parametrize("name, task", [(name, task) for name in self.names for task in answers_to(name, "STYLES")])
        else:
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

    def test_right_answers_in_many_styles_have_full_points(self, name, task):
        for number, text in enumerate(answers_to(name, "STYLES")[task]):
            result = answer(name, task, text)
            assert not result.said, f"{number}: {result.points}\n{result.said}"

    def test_wrong_answers_have_what_they_deserve_and_a_hint(self, name, task):
        for number, (points, hint, text) in enumerate(answers_to(name, "FAULTS")[task]):
            result = answer(name, task, text)
            assert result.total == points, f"{number}: {result.points}\n{result.said}"
            assert hint in result.said.splitlines()[0], f"{number}: {result.said}"

    def test_a_whole_notebook_in_another_style_has_full_points(self, name):
        """The first styles use names of the set-up cell for something else."""
        result = run(name, {task: texts[0] for task, texts in answers_to(name, "STYLES").items() if task != "train"})
        assert result.points == graded_cells(source(name)), f"{result.points}\n{result.said}"

        assert not broken_promises(name, result.names)

    @pytest.mark.parametrize("first", [0, 1])
    def test_a_mistake_costs_nothing_in_another_task(self, name, first):
        faults = {task: rows[0] for task, rows in list(answers_to(name, "FAULTS").items())[first::2] if task != "train"}
        result, alone = run(name, {task: text for task, (*_, text) in faults.items()}), at_each_task(name)[0]
        lost = {about(test).grade_id for task in faults for test in alone[task][1]}
        assert {test: points for test, points in result.points.items() if test not in lost} == {
            test: points for test, points in graded_cells(source(name)).items() if test not in lost}, result.said
        assert result.total == BY_TESTS - sum(points_of(name, task) - points for task, (points, *_) in faults.items()), result.said

    def test_the_student_version_holds_no_solution(self, course, name):
        released = "\n".join(cell.source for cell in course.released[name].cells)
        assert not re.search(r"BEGIN|HIDDEN", released)
        for text in [*answers_in(source(name)).values(), scheme(name)]:
            for line in (line.strip() for region in SOLUTION.findall(text) or [text] for line in region.splitlines()):
                assert len(line) < 20 or line not in released, line

    def test_who_marks_sees_the_scheme_above_the_answer(self, course, name):
        course.hand_in(name, "reference", answered(course.released[name], "reference", answers_in(source(name))))
        course.graded(name, "reference")
        cells = nbformat.read(course.notebook("autograded", name, "reference"), as_version=4).cells
        place = next(place for place, cell in enumerate(cells) if about(cell).get("grade_id", "").startswith("written"))
        assert scheme(name) in cells[place - 1].source and about(cells[place]).points == BY_HAND

    def test_the_first_cell_is_for_colab(self, course, name):
        assert course.released[name].cells[1].source.startswith("# Google Colab")

    def test_the_student_version_cannot_be_changed_where_it_is_graded(self, course, name):
        for cell in course.released[name].cells:
            if about(cell).get("grade") and not about(cell).solution:
                assert about(cell).locked and not cell.metadata.editable, cell.source


def broken_promises(name, names):
    """The promises of an assignment's text that do not hold for the names which a solved notebook leaves behind."""
    return [words for words, holds in SENTENCES[name].items() if not holds(names)]


if __name__ == "__main__":
    name, count, failed = sys.argv[1], int(sys.argv[2]), collections.Counter()
    for number in range(count):
        result = run(name, {}, f"student {number}", room=0.3)
        failed.update(result.said.splitlines() + broken_promises(name, result.names))
        trained.clear()
    print(f"{name}: {count} names", *(f"{times} times: {words}" for words, times in failed.items()), sep="\n")
