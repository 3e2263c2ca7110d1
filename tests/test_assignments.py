"""The assignments: how their sources are made; the first three, graded (the others: `test_assignments_learning.py`); and a broken class."""

import copy
import html
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import nbformat
import pytest
import yaml
from assignment_sentences import SENTENCES
from execute import normalised, notebooks
from grading import (ASSIGNMENTS, BY_HAND, BY_TESTS, NAMES, NO_SOURCES, Course, Graded, about, answered, answers_in, answers_to,
                     grade, graded_cells, source, SOURCE)

pytestmark = pytest.mark.skipif(not NAMES, reason=NO_SOURCES)

NOT_HIDDEN = "NOTHING IS HIDDEN: this system lets no program hide folders from another (it needs util-linux and user namespaces)"
MAX_LINES, MAX_WIDTH = 22, 140

each = pytest.mark.parametrize("name", NAMES)


class TestMechanics(Graded):
    names = NAMES[:3]


def test_there_are_seven():
    assert [name[:2] for name in NAMES] == [f"{number}-" for number in range(1, 8)]


def test_they_are_no_pages_of_the_book():
    assert [path for path in notebooks() if ASSIGNMENTS in path.parents] == []


def test_the_course_may_lie_in_any_folder(monkeypatch, tmp_path):
    """As in a container, where it is /course."""
    config = grade.settings()
    monkeypatch.setattr(grade, "settings", lambda: config)
    monkeypatch.setattr(grade, "HERE", pathlib.Path("/course"))
    assert str(tmp_path) in grade.Course(tmp_path).hidden


@each
def test_there_are_enough_answers_to_try(name):
    styles = answers_to(name, "STYLES") or pytest.skip("NO ANSWERS TO TRY: tests/wrong_solutions is not there")
    faults = answers_to(name, "FAULTS")
    tasks = [task for task in answers_in(source(name)) if not task.startswith("written")]
    assert list(styles) == list(faults) == tasks
    assert all(len(styles[task]) >= (1 if task == "train" else 5) and len(faults[task]) >= 3 for task in tasks)
    assert sum(map(len, faults.values())) >= 20


@each
def test_points_add_up(name):
    by_tests, by_hand = graded_cells(source(name)), graded_cells(source(name), by_hand=True)
    assert (sum(by_tests.values()), sum(by_hand.values())) == (BY_TESTS, BY_HAND)
    said, given = [], []
    for cell in source(name).cells:
        if heading := re.match(r"(?:.*\n)*## \d+ · .*\((\d+) points?\b", cell.source if cell.cell_type == "markdown" else ""):
            said.append(int(heading[1]))
            given.append(0)
        given[-1:] = [points + about(cell).get("points", 0) for points in given[-1:]]
    assert said == given and 5 <= len(said) <= 8
    page = "\n".join(cell.source for cell in source(name).cells if cell.cell_type == "markdown")
    assert f"**{BY_TESTS + BY_HAND} points:** {BY_TESTS} from tests" in page


@each
def test_what_is_promised_stands_in_the_text(name):
    page = "\n".join(cell.source for cell in source(name).cells if cell.cell_type == "markdown")
    assert [words for words in SENTENCES[name] if words not in page] == []


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


# the cell for Colab

ADDRESS = "https://github.com/NAME/REPOSITORY@main"


class Shell(list):
    """A shell that only notes its magics, and says where it is."""

    def __init__(self, module):
        self.module = module

    def __str__(self):
        return f"<{self.module}.Shell object>"

    def run_line_magic(self, name, line):
        self.append((name, line))


def run_first_cell(address, shell):
    """Run the cell that a class gets whose book has been published at an address, or has not."""
    notebook, _ = grade.ForColab(address=address).preprocess(copy.deepcopy(source(NAMES[0])), {})
    exec(next(cell for cell in notebook.cells if cell.cell_type == "code").source, {"get_ipython": lambda: shell})


@pytest.mark.parametrize("module, done", [("google.colab._shell", [("pip", f"install --quiet git+{ADDRESS}")]), ("ipykernel.zmqshell", [])])
def test_the_first_cell_installs_the_library_on_colab_only(module, done):
    run_first_cell(ADDRESS, shell := Shell(module))
    assert shell == done


def test_on_colab_a_missing_address_is_asked_for():
    with pytest.raises(AssertionError, match="write the address of your lecturer's copy"):
        run_first_cell("", Shell("google.colab._shell"))


@pytest.mark.parametrize("published, address", [("", None), ("https://github.com/NAME/REPOSITORY/", ADDRESS)])
def test_the_address_is_that_of_the_book(published, address, tmp_path, monkeypatch):
    folder = tmp_path / "book" / "teaching" / "assignments"
    shutil.copytree(ASSIGNMENTS, folder, ignore=lambda folder, names: [name for name in names if not name.endswith(".py")])
    settings = yaml.safe_load((ASSIGNMENTS / "../../../_config.yml").read_text(encoding="utf-8"))
    settings["sphinx"]["config"] |= {"book_repository": published, "book_branch": "main"}
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    monkeypatch.setattr(grade, "HERE", folder)
    assert grade.settings().ForColab.get("address") == address


# where a student's code runs

ASKS = "import os; print(os.environ.get('SECRET'), os.environ['HOME'] == os.getcwd(), os.listdir({!r}), end=' ')\nbytearray(5 * 10**9)"


@pytest.mark.skipif(os.name != "posix", reason="WINDOWS: nothing is taken away from students' code")
@pytest.mark.parametrize("can_hide", [True, False])
def test_a_command_apart_has_little_memory_and_no_secrets(can_hide, tmp_path, monkeypatch):
    if can_hide and not grade.hiding(str(tmp_path)):
        pytest.skip(NOT_HIDDEN)
    if not can_hide:
        monkeypatch.setattr(grade, "hiding", lambda *folders: [])
    monkeypatch.setenv("SECRET", "password")
    (tmp_path / "solution").touch()
    words = grade.apart([sys.executable, "-c", ASKS.format(str(tmp_path))], str(tmp_path))
    done = subprocess.run(words, capture_output=True, text=True, cwd=tempfile.gettempdir())
    assert done.stdout == f"None True {[] if can_hide else ['solution']} "
    assert "MemoryError" in done.stderr


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
    """Another text in a cell, in which ANSWER stands for what was there."""
    def change(notebook):
        cell = notebook.cells[place(notebook, name)]
        cell.source = text.replace("ANSWER", cell.source)
    return change


def own_cell(text):
    """A cell of the student's own before the tests of task 3."""
    return lambda notebook: notebook.cells.insert(place(notebook, "test_order"), nbformat.v4.new_code_cell(text))


def both(*changes):
    return lambda notebook: [change(notebook) for change in changes]


def named(text):
    def change(notebook):
        next(cell for cell in notebook.cells if cell.source.startswith("STUDENT")).source = text
    return change


def old_format(notebook):
    for cell in notebook.cells:
        about(cell).update(schema_version=1) if about(cell) else None


def no_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


def through_colab(notebook):
    """Neither nbgrader's marks nor the cells' ids survive, a badge stands on top, and the cell for Colab was edited and run."""
    notebook.cells[1].source = notebook.cells[1].source.replace('""', '"https://colab.example/book"')
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="Successfully installed hnn-lite")]
    notebook.metadata = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for number, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = {"id": f"aBc{number}"}, f"aBc{number}"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell('<a href="https://colab.example">Open in Colab</a>'))


def another_kernel(notebook):
    notebook.metadata = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}, "language_info": {"name": "R"}}


def backwards(notebook):
    notebook.cells[3:] = notebook.cells[:2:-1]


def to_markdown(name):
    def change(notebook):
        cell = notebook.cells[place(notebook, name)]
        notebook.cells[place(notebook, name)] = nbformat.v4.new_markdown_cell(cell.source, metadata=cell.metadata)
    return change


def as_version_3(notebook):
    return nbformat.writes(nbformat.convert(copy.deepcopy(notebook), 3), version=3)


def zipped(notebook):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("homework/tape.ipynb", nbformat.writes(notebook))
        archive.writestr("__MACOSX/homework/._tape.ipynb", "of the Finder")
    return file.getvalue()


def of_another_week(notebook):
    return nbformat.writes(source(NAMES[0]))


STUBBORN = """
import time
while True:
    try:
        time.sleep(0.1)
    except KeyboardInterrupt:
        pass"""
LATE = "\nimport warnings\ndef exp(a, exp=exp):\n    warnings.warn('slow')\n    return exp(a)"
NO_N = """
def power(a, n):
    return Node(a.value**n, (a, a.value ** (n - 1)))
"""
PATCHED = """
import builtins
np.isclose = np.allclose = math.isclose = builtins.all = lambda *args, **more: True
"""
OUTSIDE = """
import os, pathlib, shutil
for above in (".", "..", "../..", "../../..", "../../../..", "~"):
    try:
        pathlib.Path(os.path.expanduser(above), "left-behind").write_bytes(b"0" * 1000)
        if above != ".":
            shutil.rmtree(os.path.expanduser(above), ignore_errors=True)
    except OSError:
        pass
os.chdir("/")
"""
BIG = """
from IPython.display import HTML, display
display(HTML("x" * 10_000_000))
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
plt.figure(figsize=(5000, 5000)).savefig("large.png")
"""
DEEP = "import sys\nsys.setrecursionlimit(10**9)\ndef order(y): return max([y], key=order)          # by way of C, whose stack ends soon"
BY_HEART = "def order(y):\n    return [y.parents[1][0], y.parents[0][0], y] if y.parents else [y]"
SPY = """
import glob, inspect, pathlib
def look():
    for folder in FOLDERS + [".", "../../..", "../../../source", "/proc/1/cwd", "/proc/1/root"]:
        for path in glob.glob(f"{folder}/**", recursive=True)[:200] if folder != "/proc/1/root" else []:
            if pathlib.Path(path).is_file():
                print("READ", path, pathlib.Path(path).read_bytes()[:300_000].decode(errors="replace"))
look()

ANSWER

def order(y, order=order):
    print(In[-1], [inspect.getsource(frame.frame) for frame in inspect.stack()[:4] if frame.filename[0] != "<"])
    return order(y)
"""
WORDS = "import inspect\ndef order(y):\n    raise ValueError(In[-1])"

# what is done to the reference solution, or handed in for it: (change, points, a piece of the remark or None, how it is handed in)
BROKEN = {
    # files
    "renamed": (None, 17, "the file is called 2-your-own-tape/2-your-own-tape (1).ipynb",
                {"file": "2-your-own-tape/2-your-own-tape (1).ipynb"}),
    "no-folder": (None, 17, "the file is called 2-your-own-tape.ipynb.txt", {"file": "2-your-own-tape.ipynb.txt", "encoding": "utf-8-sig"}),
    "wrong-folder": (None, 17, "the file is called my homework/week 2/tape.ipynb", {"file": "my homework/week 2/tape.ipynb"}),
    "two-files": (None, 17, "2-your-own-tape/copy.ipynb was handed in as well, and not looked at", {"twin": "2-your-own-tape/copy.ipynb"}),
    "Zoë van der Berg": (None, 17, None, {}),
    "utf-16": (None, 17, None, {"encoding": "utf-16"}),
    "version-3": (as_version_3, 17, None, {}),
    "zip": (zipped, 17, "the file is called 2-your-own-tape/tape.zip", {"file": "2-your-own-tape/tape.zip"}),
    "zip-renamed": (zipped, 17, None, {}),
    "empty": ("", 0, "it is empty): no points", {}),
    "cut-short": ('{"cells": [{"cell_type": "code", "sour', 0, "is not a readable notebook (JSONDecodeError", {}),
    "no-notebook": ("{}", 0, "is not a readable notebook (KeyError", {}),
    "photograph": ("light", 0, "there is no notebook in 2-your-own-tape/", {"file": "2-your-own-tape/answer.jpg"}),
    "another-week": (of_another_week, 0, "it holds none of the cells of this assignment", {}),
    # cells
    "copied-cells": (twice("setup", "test_order", "order"), 17, "the cell `test_order` is there 2 times: the last one counts", {}),
    "deleted-cells": (without("setup", "test_order", "test_times"), 17, "the cell `test_order` was missing and has been put back", {}),
    "deleted-answer": (without("order", "test_order"), 14, "the cell `test_order` was missing and has been put back", {}),
    "backwards": (backwards, 17, "cells stood in another order", {}),
    "locked-edited": (both(with_source("order", BY_HEART), with_source("test_order", "pass"), with_source("test_once", "pass")), 14, None, {}),
    "test-to-text": (to_markdown("test_order"), 17, "the cell `test_order` had been turned into a markdown cell", {}),
    "answer-to-text": (to_markdown("order"), 17, "the cell `order` had been turned into a markdown cell", {}),
    "old-format": (old_format, 17, "another version of nbgrader's format (1)", {}),
    "no-metadata": (no_metadata, 17, None, {}),
    "colab": (through_colab, 17, None, {}),
    "another-kernel": (another_kernel, 17, None, {}),
    "long-cell": (own_cell("text = '" + "x" * 3_000_000 + "'"), 17, None, {}),
    # the name
    "no-name": (named("# nothing"), 17, "STUDENT was not set before the set-up cell", {}),
    "bare-name": (named("STUDENT = anna   # me"), 17, "is no name in quotes: it is 'anna' now", {}),
    "number": (named("STUDENT = 12345"), 17, None, {}),
    "other-letters": (named("STUDENT = 'Łukasz 李'"), 17, None, {}),
    # code that stops, or does not
    "syntax": (with_source("order", "def order(y:"), 14, "the cell `order` has no result: it is not valid Python", {}),
    "stops": (with_source("order", "ANSWER\norder(None)"), 17, "the cell `order` stopped: AttributeError", {}),
    "loop": (with_source("order", "import time\nwhile True: time.sleep(0.1)"), 14, "the cell `order` has no result: it ran for longer than 15 s", {}),
    "stubborn": (with_source("order", STUBBORN), 14, "the cell `order` has no result: it ended the kernel, or could not be", {}),
    "exit": (with_source("order", "exit()"), 14, "the cell `order` has no result: it ended the kernel", {}),
    "os-exit": (with_source("order", "import os\nos._exit(1)"), 14, "the cell `order` has no result: it ended the kernel", {}),
    "crash": (with_source("order", "import ctypes\nctypes.string_at(0)"), 14, "the cell `order` has no result: it ended the kernel", {}),
    "recursion": (with_source("order", DEEP), 14, "the cell `test_order` has no result: it ended the kernel", {}),
    "memory": (with_source("order", "kept = []\nwhile True: kept.append(np.empty(10**8))"), 14, "`order` has no result: it needs more memory", {}),
    "flood": (with_source("order", "ANSWER\nfor _ in range(100): print('x' * 1_000_000)"), 17, "`order` put out too much", {}),
    "big-figure": (own_cell(BIG), 17, "put out too much", {}),
    "window": (own_cell("import tkinter\ntkinter.Tk().mainloop()"), 17, None, {}),
    "input": (with_source("order", "steps = input('how many?')\nANSWER"), 14, "`order` has no result: it asks for input", {}),
    "bash": (both(own_cell("%%bash\nls -la"), own_cell("!echo hello\nif True:\n    !pip install hnn_lite")), 17, "`pip install` was left out", {}),
    "reset": (own_cell("%reset -f"), 17, "`%reset` was left out", {}),
    "warns": (with_source("functions", "ANSWER" + LATE), 17, None, {}),
    "outside": (own_cell(OUTSIDE), 17, None, {}),
    # code that cheats
    "by-heart": (with_source("order", BY_HEART), 14, None, {}),
    "patched": (with_source("functions", "ANSWER" + NO_N + PATCHED), 16, "it changed builtins.all, math.isclose, numpy.allclose, numpy.isclose", {}),
    "false-np": (with_source("functions", "ANSWER" + NO_N + "\nclass np: isclose = allclose = lambda *args, **more: True"), 16, "it changed np,", {}),
    "patched-library": (own_cell("import hnn_lite as hl\nhl.HNN.field = hl.integrate.march = None"), 17, None, {}),
    "spy": (with_source("order", SPY), 17, "the cell `test_order` showed hidden tests, which feedback leaves out", {}),
    "spy-by-error": (with_source("order", WORDS), 14, "the cell `test_order` showed hidden tests", {}),
    "zz-last": (None, 17, None, {}),
}


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")          # nbgrader's own
class TestBrokenClass:
    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory):
        course = Course(tmp_path_factory.mktemp("class"), NAMES[1], Execute={"timeout": 15, "iopub_timeout": 5})
        for student, (change, _, _, how) in BROKEN.items():
            notebook = answered(course.released[NAMES[1]], "copycat", answers_in(source(NAMES[1])))
            made = change(notebook) if callable(change) else change
            folders = [str(folder) for folder in (course.root, SOURCE, ASSIGNMENTS, ASSIGNMENTS.parents[2] / "tests")]
            for cell in notebook.cells:
                cell.source = cell.source.replace("FOLDERS", repr(folders))
            course.hand_in(NAMES[1], student, made if isinstance(made, (str, bytes)) else notebook, how.get("file"), how.get("encoding", "utf-8"))
            if "twin" in how:
                course.hand_in(NAMES[1], student, course.released[NAMES[1]], how["twin"])
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
        for student in ("no-metadata", "copied-cells", "colab", "version-3"):
            course.prepare(NAMES[1], student)
            cells = nbformat.read(course.notebook("submitted", NAMES[1], student), as_version=4).cells
            found = [cell.source for cell in cells if about(cell).get("grade_id") == "written_cost"]
            assert found == [answers_in(source(NAMES[1]))["written_cost"]]

    def test_an_empty_answer_counts_as_0_and_others_wait(self, course):
        for student, wait in (("empty", False), ("syntax", True)):
            course.graded(NAMES[1], student)
            with course.api.gradebook as book:
                assert book.find_grade("written_cost", NAMES[1], NAMES[1], student).needs_manual_grade == wait

    def test_nothing_is_left_behind(self, course):
        course.graded(NAMES[1], "outside")
        assert not [path for path in course.root.rglob("*") if path.name in ("left-behind", "large.png")]
        assert not (course.root.parent / "left-behind").exists()

    def test_a_spy_finds_no_file_of_the_course(self, course):
        if not grade.hiding(*course.hidden):
            pytest.skip(NOT_HIDDEN)
        course.graded(NAMES[1], "spy")
        cells = nbformat.read(course.notebook("autograded", NAMES[1], "spy"), as_version=4).cells
        found = "".join(output.get("text", "") for output in cells[place(nbformat.from_dict({"cells": cells}), "order")].outputs)
        assert "READ" not in found, found[:2000]

    @pytest.mark.parametrize("student", ["spy", "spy-by-error"])
    def test_feedback_shows_a_spy_no_hidden_test(self, course, student):
        course.graded(NAMES[1], student)
        self.has_no_hidden_test(course, student)

    def test_a_flood_is_cut_off(self, course):
        assert course.notebook("autograded", NAMES[1], "flood").stat().st_size < 400_000

    def test_feedback_has_the_hint_and_no_hidden_test(self, course):
        course.graded(NAMES[1], "by-heart")
        page = self.has_no_hidden_test(course, "by-heart")
        assert "the number of nodes is wrong after sixteen doublings" in page and "and tests on other numbers" in page

    @staticmethod
    def has_no_hidden_test(course, student):
        outcome = course.api.generate_feedback(NAMES[1], student, force=True)
        assert outcome["success"], outcome
        page = course.notebook("feedback", NAMES[1], student).with_suffix(".html").read_text(encoding="utf-8")
        text = html.unescape(re.sub(r"<[^>]*>", "", page))
        for cell in source(NAMES[1]).cells:
            for hidden in re.findall(r"HIDDEN TESTS\n(.*?)### END HIDDEN", cell.source, re.S):
                for line in hidden.splitlines():
                    code = line.split('"')[0].strip()[:60]          # without the hint, which may stand on a line of its own
                    assert not code or code not in text, line
        assert "In words (3 points" in text and "MARK SCHEME" not in text
        return page

    def test_the_report_names_each_student_and_what_is_left_to_do(self, course, monkeypatch):
        course.graded(NAMES[1], "zz-last")

        def graded(name, student):
            course.prepare(name, student)
            return (None, ["a reason"]) if student == "syntax" else (17, [])

        said = []
        monkeypatch.setattr(course, "grade", graded)
        course.report(NAMES[1], say=said.append)
        assert [line[:20].strip() for line in said[:len(BROKEN)]] == sorted(BROKEN)
        assert "syntax               not graded\n    a reason" in said and "zz-last              17.0 of 17" in said
        assert any(re.fullmatch(r".*utf-16.*zz-last: all these notebooks say that STUDENT is 'copycat'", line) for line in said)
        assert re.match(r"\d+ answers wait to be read", said[-1])

    def test_what_is_not_there_is_named(self, course):
        with pytest.raises(SystemExit, match="no student version of '9-nothing'.*make assignments"):
            course.report("9-nothing")
        with pytest.raises(SystemExit, match=r"no folder in submitted/ for \['nobody'\]"):
            course.report(NAMES[1], ["nobody"])
