"""The checks of the code exercises: what is right passes, each typical mistake gets its own hint, nothing gives the answer away."""

import ast
import inspect
import re

import autograd.numpy
import nbformat
import numpy as np
import pytest
from execute import BOOK, chapters
from exercise_answers import RIGHT, WRONG

import hnn_lite as hl
from hnn_lite.page import exercises
from hnn_lite.page.exercises import check

CHECKS = {name: getattr(exercises, name) for name in exercises.__all__}
CHAPTERS = [path for _, path in chapters() if path.parent != BOOK]
EXERCISE = re.compile(r"^(`{3,}|:{3,})\{exercise\}[^\n]*\n:label: *(\S+)\n(.*?)^\1 *$", re.M | re.S)
CALL = re.compile(r"page\.exercises\.(\w+)\(")


def each(names):
    return pytest.mark.parametrize("name", names)


def stored(path):
    return nbformat.read(path, as_version=4)


@each(CHECKS)
def test_a_right_answer_gets_a_tick(name, capsys):
    assert len(RIGHT[name]) >= 1
    for answer in RIGHT[name]:
        assert CHECKS[name](answer) is None
        assert capsys.readouterr().out == f"✓ {name}: right\n"


@each(CHECKS)
def test_each_hint_is_for_the_mistake_that_it_names(name, capsys):
    """Each by answers written without the check's own."""
    texts = [text for text, *_ in CHECKS[name].exercise().mistakes]
    assert len(set(texts)) == len(texts) >= len(WRONG[name]) >= 5
    for piece, answers in WRONG[name].items():
        (text,) = [text for text in texts if piece in text]
        for number, answer in enumerate(answers):
            assert check.hint(CHECKS[name], answer) == text, number
            assert CHECKS[name](answer) is None
            assert capsys.readouterr().out == f"✗ {name}: {text}\n"


def test_the_eight_closes():
    start = RIGHT["figure_of_eight"][0]
    assert np.abs(hl.systems.three_body().rollout(start, [0, 6.3259])[-1] - start).max() < 1e-3


def of_numbers(wrong):
    """Answers near an array: each must be refused with a general sentence."""
    size = np.abs(wrong).max()
    return [1.3 * wrong, 0.6 * wrong, -wrong, wrong + 0.21 * size, wrong - 0.17 * size, np.zeros_like(wrong)]


def near(name):
    """Answers that are wrong in ways nobody listed: the right one, distorted."""
    answer = RIGHT[name][0]
    if not callable(answer):
        return [] if hasattr(answer, "hamiltonian") else of_numbers(np.asarray(answer))

    def distorted(number):
        return lambda *args: of_numbers(np.asarray(answer(*args)))[number]
    return [] if name in ("enough", "sixth") else [distorted(number) for number in range(6)]


@each(CHECKS)
def test_no_message_has_a_number_or_a_formula_in_it(name):
    texts = [text for text, *_ in CHECKS[name].exercise().mistakes]
    general = [check.hint(CHECKS[name], answer) for answer in near(name)]
    for text in texts + [re.sub(r"the shape \(.*?\)|\(expected: .*\)|, and it should be \(.*?\)", "", text) for text in general if text]:
        assert not re.search(r"\d\.\d|\d\d|[=*^√]|\be-\d", text), text
    for text in texts:
        assert text == text.strip() and not text.endswith((".", "!")) and 10 < len(text) < 150, text


@each([name for name in CHECKS if near(name)])
def test_what_is_wrong_in_another_way_gets_a_general_sentence(name):
    found = [check.hint(CHECKS[name], answer) for answer in near(name)]
    allowed = {None} if name == "decayed_norms" else set()          # a range of numbers is right there
    assert sum(text is None for text in found) <= (3 if allowed else 0), found
    assert all(text.count("\n") == 0 for text in found if text)


def stopping(*args):
    raise ZeroDivisionError("first line\nsecond line")


JUNK = {"none": None, "text": "an answer", "number": 3.25, "NaN": float("nan"), "list": [1, [2, 3]], "object": object(), "class": dict,
        "raises": stopping, "nothing": lambda *args: None, "text returned": lambda *args: "text",
        "NaNs": lambda *args: np.full((2, 2), np.nan),
        "shape": lambda *args: np.zeros((7, 5, 3)), "ragged": lambda *args: [[1, 2], [3]], "no arguments": lambda: 1.0,
        "complex": lambda *args: 1j * np.ones(3), "empty": lambda *args: []}


@pytest.mark.parametrize("junk", JUNK)
@each(CHECKS)
def test_junk_gets_one_sentence_and_stops_nothing(name, junk, capfd):
    text = check.hint(CHECKS[name], JUNK[junk])
    assert text and "\n" not in text and len(text) < 400
    CHECKS[name](JUNK[junk])
    out, err = capfd.readouterr()
    assert out == f"✗ {name}: {text}\n" and err == ""


def test_the_sentence_says_what_is_the_matter():
    function = exercises.three_knobs
    assert "no" in check.hint(function, lambda x, dx: None) and "return" in check.hint(function, lambda x, dx: None)
    assert "2 arguments" in check.hint(function, lambda x: x)
    assert "ZeroDivisionError: first line (" in check.hint(function, stopping)
    assert "NaN" in check.hint(function, lambda x, dx: np.full((2, 2), np.nan))
    assert "shape (3,)" in check.hint(function, lambda x, dx: np.zeros(3))
    assert "should be numbers" in check.hint(function, lambda x, dx: [])
    assert "without brackets" in check.hint(function, np.eye(2))
    right = RIGHT["three_knobs"][0]
    assert "same factor" in check.hint(function, lambda x, dx: 3 * right(x, dx))
    assert "in the wrong order" in check.hint(function, lambda x, dx: right(x, dx)[::-1])


@pytest.mark.parametrize("found, words", [
    ([2, 4, -8], "all numbers are too large by the same factor"), ([0.5, 1, -2], "all numbers are too small by the same factor"),
    ([-1, -2, 4], "the sizes are right, but every sign is wrong"),
    ([-2, -4, 8], "all numbers are too large by the same factor, and have the wrong sign"),
    ([-4, 1, 2], "here, the numbers are right and in the wrong order"),
    ([1, 2, -3], "here, some of the numbers are off, and the worst of them is too large"),
    ([0.5, 1.5, -6], "here, all numbers are off, and the worst of them is too small"),
    ([1, 2, 4], "here, some of the numbers are off, and the worst of them has the wrong sign"),
    ([9, 1.5, -4], "here, some of the numbers are off, and the worst of them is too large"),
    ([1, -9, -4], "here, some of the numbers are off, and the worst of them has the wrong sign"),
    ([1, 2, -0.5], "here, some of the numbers are off, and the worst of them is too large")])
def test_a_general_sentence_says_which_way_an_answer_is_off(found, words):
    assert check._difference({"here": np.array(found, float)}, {"here": np.array([1.0, 2, -4])}, 1e-6) == words


@pytest.mark.parametrize("found, words", [(3, "is too large"), (1, "is too small"), (-2, "has the wrong sign")])
def test_a_single_number_is_too_large_or_too_small(found, words):
    assert check._difference({"here": np.array(float(found))}, {"here": np.array(2.0)}, 1e-6) == f"here, the result {words}"


def test_a_check_does_not_let_an_answer_change_its_arguments():
    right = RIGHT["three_knobs"][0]

    def careless(x, dx):
        B = right(x, dx)
        x[:] = 0
        return B
    assert check.hint(exercises.three_knobs, careless) is None
    assert check.hint(exercises.three_knobs, right) is None


def test_a_warning_in_an_answer_does_not_reach_the_page(recwarn):
    check.hint(exercises.three_knobs, lambda x, dx: x / np.zeros(2))
    assert not recwarn.list


@each(CHECKS)
def test_a_check_says_which_exercise_it_is_for(name):
    function = CHECKS[name]
    assert f"Exercise `{function.label}`" in inspect.getdoc(function)
    assert list(inspect.signature(function).parameters) == ["answer"]


# the notebooks

@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_a_code_exercise_that_names_its_checks(path):
    notebook = stored(path)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    named = {label: CALL.findall(text) for _, label, text in EXERCISE.findall(prose) if "*Check it:*" in text}
    assert named, "no exercise with a line *Check it:*"
    for label, names in named.items():
        assert names and all(CHECKS[name].label == label for name in names)
    called, label = {}, None
    for number, cell in enumerate(notebook.cells, 1):
        start = re.findall(r"\{solution-start\} *(\S+)", cell.source)
        if cell.cell_type == "markdown":
            label = start[-1] if start else None if "{solution-end}" in cell.source else label
        elif CALL.search(cell.source):
            assert label, f"cell {number}: a check outside a solution"
            assert "nbval-check-output" in cell.metadata.get("tags", []), f"cell {number}"
            names = CALL.findall(cell.source)
            assert "".join(output.text for output in cell.outputs) == "".join(f"✓ {name}: right\n" for name in names), f"cell {number}"
            called.setdefault(label, []).extend(names)
    assert {label: sorted(names) for label, names in called.items()} == {label: sorted(names) for label, names in named.items()}


def defined(path, label):
    """Functions and classes of a hidden solution, without the trainings in it."""
    inside, nodes = False, []
    for cell in stored(path).cells:
        if cell.cell_type == "markdown" and ("{solution-start}" in cell.source or inside):
            starts = re.findall(r"\{solution-start\} *(\S+)", cell.source)
            inside = starts[-1:] == [label] or inside and "{solution-end}" not in cell.source
        elif inside:
            kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
            nodes += [node for node in ast.parse(cell.source).body if isinstance(node, kept)]
    names = {"np": autograd.numpy, "hl": hl}
    exec(compile(ast.Module(nodes, []), str(path), "exec"), names)
    return names


SOLUTIONS = {"on_cylinder": ("learning/pendulum", lambda page: page["OnCylinder"](3)),
             "turnable": ("learning/two-bodies", lambda page: page["Turnable"](3)),
             "three_knobs": ("learning/mass-spring", lambda page: page["three_knobs"]),
             "swing_torque": ("learning/energy-and-time", lambda page: page["pump"])}


@each(SOLUTIONS)
def test_the_code_of_a_long_chapter_passes_its_check(name):
    page, answer = SOLUTIONS[name]
    assert check.hint(CHECKS[name], answer(defined(BOOK / f"{page}.ipynb", CHECKS[name].label))) is None


def test_every_check_belongs_to_one_chapter():
    names = [name for path in CHAPTERS for name in set(CALL.findall(path.read_text(encoding="utf-8")))]
    assert sorted(names) == sorted(CHECKS)
