"""The assignments: how their sources are made; and the first three, graded (the others: `test_assignments_learning.py`)."""

import re

import nbformat
import pytest
from execute import normalised, notebooks
from grading import ASSIGNMENTS, NAMES, PLANTED, Graded, graded_cells, source, wrong_solutions

BY_TESTS, BY_HAND = 17, 3
MAX_LINES, MAX_WIDTH = 20, 140

each = pytest.mark.parametrize("name", NAMES)


class TestMechanics(Graded):
    names = NAMES[:3]


def test_there_are_six():
    assert [name[:2] for name in NAMES] == [f"{number}-" for number in range(1, 7)]


def test_they_are_no_pages_of_the_book():
    assert [path for path in notebooks() if ASSIGNMENTS in path.parents] == []


@each
def test_there_are_enough_planted_mistakes(name):
    planted = wrong_solutions(name)
    assert len(planted) == PLANTED == len({mistake for mistake, *_ in planted})
    assert all(0 < points < BY_TESTS for _, points, _, _ in planted)


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
def test_the_source_is_stored_as_the_books_notebooks_are(name):
    notebook = source(name)
    nbformat.validate(notebook)
    assert notebook == normalised(nbformat.from_dict(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = cell.source.splitlines()
            assert not cell.outputs and len(lines) <= MAX_LINES and max(map(len, lines)) <= MAX_WIDTH, cell.source


def test_the_lecturers_page_has_the_same_points():
    page = (ASSIGNMENTS.parent / "assignments.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\d-[a-z-]+)` \|.*\| (\d+) \+ (\d+) \|", page, re.M)
    assert rows == [(name, str(BY_TESTS), str(BY_HAND)) for name in NAMES]
