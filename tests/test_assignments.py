"""The assignments: how their sources are made; the first three, graded (the others: `test_assignments_learning.py`); and a broken class."""

import copy
import re

import nbformat
import pytest
from execute import normalised, notebooks
from grading import ASSIGNMENTS, NAMES, NO_SOURCES, Course, Graded, about, answered, answers_in, graded_cells, planted, source

pytestmark = pytest.mark.skipif(not NAMES, reason=NO_SOURCES)

BY_TESTS, BY_HAND = 17, 3
MAX_LINES, MAX_WIDTH = 22, 140

each = pytest.mark.parametrize("name", NAMES)


class TestMechanics(Graded):
    names = NAMES[:3]


def test_there_are_seven():
    assert [name[:2] for name in NAMES] == [f"{number}-" for number in range(1, 8)]


def test_they_are_no_pages_of_the_book():
    assert [path for path in notebooks() if ASSIGNMENTS in path.parents] == []


@each
def test_there_are_enough_planted_mistakes(name):
    mistakes = planted(name) or pytest.skip("NO PLANTED MISTAKES: tests/wrong_solutions is not there")
    assert len(mistakes) == len({mistake for mistake, *_ in mistakes}) >= 5
    assert all(0 < points < BY_TESTS for _, points, _, _ in mistakes)
    assert planted(name, "RIGHT")


@each
def test_points_add_up(name):
    by_tests, by_hand = graded_cells(source(name)), graded_cells(source(name), by_hand=True)
    assert (sum(by_tests.values()), sum(by_hand.values())) == (BY_TESTS, BY_HAND)
    assert 5 <= len(by_tests) + len(by_hand) <= 8
    page = "\n".join(cell.source for cell in source(name).cells if cell.cell_type == "markdown")
    said = [int(points) for points in re.findall(r"^## \d+ · .*\((\d+) points?\b", page, re.M)]
    assert said == [*by_tests.values(), *by_hand.values()]
    assert f"**{BY_TESTS + BY_HAND} points:** {BY_TESTS} from tests" in page


@each
def test_what_the_tests_look_for_is_named_in_the_text(name):
    cells = source(name).cells
    for before, cell in zip(cells, cells[1:]):
        if about(cell).get("solution") and cell.cell_type == "code" and "def " not in cell.source:
            assert re.search(r"`(model|small_period)`", before.source), cell.source


@each
def test_the_source_is_stored_as_the_books_notebooks_are(name):
    notebook = source(name)
    nbformat.validate(notebook)
    assert notebook == normalised(copy.deepcopy(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = cell.source.splitlines()
            assert not cell.outputs and len(lines) <= MAX_LINES and max(map(len, lines)) <= MAX_WIDTH, cell.source


def test_the_lecturers_page_has_the_same_points():
    page = (ASSIGNMENTS / "../assignments.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\d-[a-z-]+)` \|.*\| (\d+) \+ (\d+) \|", page, re.M)
    assert rows == [(name, str(BY_TESTS), str(BY_HAND)) for name in NAMES]


# a class in which everything that can be broken is broken; assignment 2 takes the least time

def place(notebook, name):
    return next(number for number, cell in enumerate(notebook.cells) if about(cell).get("grade_id") == name)


def without(*names):
    def change(notebook):
        for name in names:
            del notebook.cells[place(notebook, name)]
    return change


def twice(*names):
    """Cells copied to the top, as by a slip of the hand."""
    def change(notebook):
        for name in names:
            notebook.cells.insert(1, nbformat.from_dict(notebook.cells[place(notebook, name)] | {"id": f"copy-of-{name}"}))
    return change


def with_source(name, text):
    def change(notebook):
        cell = notebook.cells[place(notebook, name)]
        cell.source = text.replace("ANSWER", cell.source)
    return change


def named(text):
    def change(notebook):
        notebook.cells[1].source = text
    return change


def old_format(notebook):
    for cell in notebook.cells:
        about(cell).update(schema_version=1) if about(cell) else None


def no_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


def another_type(notebook):
    cell = notebook.cells[place(notebook, "order")]
    notebook.cells[place(notebook, "order")] = nbformat.v4.new_markdown_cell(cell.source, metadata=cell.metadata)


STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
LATE = "\nimport warnings\ndef exp(a, exp=exp):\n    warnings.warn('slow')\n    return exp(a)"
# what is done to the reference solution: (change, points, a piece of the remark or None, how it is handed in)
BROKEN = {
    "copied-cells": (twice("setup", "test_order", "order"), 17, "the cell `test_order` is there 2 times: the last one counts", {}),
    "deleted-cells": (without("setup", "test_order", "test_plus_times"), 17, "the cell `test_order` was missing and has been put back", {}),
    "deleted-answer": (without("order", "test_order"), 14, "the cell `test_order` was missing and has been put back", {}),
    "no-name": (named("# nothing"), 17, "STUDENT was not set before the set-up cell", {}),
    "bare-name": (named("STUDENT = anna   # me"), 17, "is no name in quotes: it is 'anna' now", {}),
    "number": (named("STUDENT = 12345"), 17, None, {}),
    "renamed": (None, 17, "the file is called 2-your-own-tape/2-your-own-tape (1).ipynb",
                {"file": "2-your-own-tape/2-your-own-tape (1).ipynb"}),
    "no-folder": (None, 17, "the file is called 2-your-own-tape.ipynb.txt", {"file": "2-your-own-tape.ipynb.txt", "encoding": "utf-8-sig"}),
    "utf-16": (None, 17, None, {"encoding": "utf-16"}),
    "no-json": ("Dear Professor,", 0, "is not a readable notebook", {}),
    "no-notebook": ("{}", 0, "is not a readable notebook", {}),
    "nothing": ("a photograph", 0, "there is no notebook in 2-your-own-tape/", {"file": "2-your-own-tape/answer.jpg"}),
    "old-format": (old_format, 17, "another version of nbgrader's format (1)", {}),
    "no-metadata": (no_metadata, 17, None, {}),
    "another-type": (another_type, 17, "the cell `order` had been turned into a markdown cell", {}),
    "syntax": (with_source("order", "def order(y:"), 14, "the cell `order` has no result: it is not valid Python", {}),
    "loop": (with_source("order", "while True: pass"), 14, "the cell `order` has no result: it ran for longer than 3 s", {}),
    "stubborn": (with_source("order", STUBBORN), 14, "the cell `order` has no result: it ended the kernel, or could not be", {}),
    "flood": (with_source("order", "ANSWER\nfor _ in range(100): print('x' * 1_000_000)"), 17, "printed too much", {}),
    "dead": (with_source("order", "import os\nos._exit(1)"), 14, "the cell `order` has no result: it ended the kernel", {}),
    "exit": (with_source("order", "exit()"), 14, "the cell `order` has no result: it ended the kernel", {}),
    "warns": (with_source("functions", "ANSWER" + LATE), 17, None, {}),
    "by-heart": (with_source("order",
                             "def order(y):\n    return [y.parents[1][0], y.parents[0][0], y] if y.parents else [y]"), 14, None, {}),
    "zz-last": (None, 17, None, {}),
}


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")          # nbgrader's own
class TestBrokenClass:
    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory):
        course = Course(tmp_path_factory.mktemp("class"), NAMES[1], Execute={"timeout": 3, "iopub_timeout": 5})
        for student, (change, _, _, how) in BROKEN.items():
            name = "copycat" if student in ("utf-16", "zz-last") else student
            notebook = answered(course.released[NAMES[1]], name, answers_in(source(NAMES[1])))
            if callable(change):
                change(notebook)
            course.hand_in(NAMES[1], student, notebook if change is None or callable(change) else change, **how)
        course.before = {path: path.read_bytes() for path in course.root.glob("submitted/**/*") if path.is_file()}
        return course

    @pytest.mark.parametrize("student", BROKEN)
    def test_each_has_a_mark_and_a_reason(self, course, student):
        _, points, remark, _ = BROKEN[student]
        result, remarks = course.graded(NAMES[1], student)
        assert result.total == points, f"{result.points}\n{result.said}\n{remarks}"
        assert any(remark in text for text in remarks) if remark else not remarks, remarks

    def test_what_was_handed_in_is_as_it_was(self, course):
        assert course.before == {path: path.read_bytes() for path in course.root.glob("submitted/**/*") if path.is_file()}

    def test_a_written_answer_survives(self, course):
        for student in ("no-metadata", "copied-cells"):
            cells = nbformat.read(course.notebook("autograded", NAMES[1], student), as_version=4).cells
            found = [cell.source for cell in cells if about(cell).get("grade_id") == "written_cost"]
            assert found == [answers_in(source(NAMES[1]))["written_cost"]]

    def test_a_flood_is_cut_off(self, course):
        assert course.notebook("autograded", NAMES[1], "flood").stat().st_size < 400_000

    def test_feedback_has_the_hint_and_no_hidden_test(self, course):
        course.graded(NAMES[1], "by-heart")
        outcome = course.api.generate_feedback(NAMES[1], "by-heart", force=True)
        assert outcome["success"], outcome
        page = course.notebook("feedback", NAMES[1], "by-heart").with_suffix(".html").read_text(encoding="utf-8")
        assert "the number of nodes is wrong after sixteen doublings" in page and "and tests on other numbers" in page
        text = re.sub(r"<[^>]*>", "", page)
        for cell in source(NAMES[1]).cells:
            for hidden in re.findall(r"HIDDEN TESTS\n(.*?)### END HIDDEN", cell.source, re.S):
                for line in hidden.splitlines():
                    assert line.split('"')[0].strip()[:60] not in text.replace("&#39;", "'"), line

    def test_the_report_names_each_student_and_what_is_left_to_do(self, course, monkeypatch):
        def graded(name, student):
            course.prepare(name, student)
            return (None, ["a reason"]) if student == "syntax" else (17, [])

        said = []
        monkeypatch.setattr(course, "grade", graded)
        course.report(NAMES[1], say=said.append)
        assert [line.split()[0] for line in said[:len(BROKEN)]] == sorted(BROKEN)
        assert "syntax               not graded\n    a reason" in said and "zz-last              17.0 of 17" in said
        assert "utf-16, zz-last: all these notebooks say that STUDENT is 'copycat'" in said
        assert re.match(r"\d+ answers wait to be read", said[-1])

    def test_what_is_not_there_is_named(self, course):
        with pytest.raises(SystemExit, match="no student version of '9-nothing'.*make assignments"):
            course.report("9-nothing")
        with pytest.raises(SystemExit, match=r"no folder in submitted/ for \['nobody'\]"):
            course.report(NAMES[1], ["nobody"])
