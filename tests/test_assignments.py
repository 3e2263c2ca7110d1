"""The assignments, graded by nbgrader itself: the reference solution, the student version as it is, and five planted mistakes each."""

import re

import nbformat
import pytest
from grading import ASSIGNMENTS, EMPTY, NAMES, REFERENCE, Course, graded_cells, reference_answers, source, wrong_solutions

SECONDS, BY_TESTS, BY_HAND, PLANTED = 20, 17, 3, 5
MAX_LINES, MAX_WIDTH = 20, 140
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")          # nbgrader's own
each = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    made = {}

    def course(name):
        if name not in made:
            made[name] = Course(tmp_path_factory.mktemp(name), name)
        return made[name]

    return course


@each
def test_the_reference_solution_has_full_marks(courses, name):
    result = courses(name).grade(REFERENCE, reference_answers(name))
    assert result.said == ""
    assert result.points == graded_cells(source(name))
    assert result.seconds < SECONDS


@each
def test_the_empty_student_version_has_none(courses, name):
    result = courses(name).grade(EMPTY, {})
    assert set(result.points) == set(graded_cells(source(name)))
    assert result.total == 0


@pytest.mark.parametrize("name, number", [(name, number) for name in NAMES for number in range(PLANTED)])
def test_a_wrong_solution_has_what_it_deserves(courses, name, number):
    mistake, points, hint, cells = wrong_solutions(name)[number]
    result = courses(name).grade(f"student-{number}", {**reference_answers(name), **cells})
    assert result.total == points, f"{mistake}: {result.points}\n{result.said}"
    assert hint in result.said, mistake


@each
def test_there_are_enough_planted_mistakes(name):
    planted = wrong_solutions(name)
    assert len(planted) == PLANTED == len({mistake for mistake, *_ in planted})
    assert all(0 < points < BY_TESTS for _, points, _, _ in planted)


@each
def test_the_student_version_holds_no_solution(courses, name):
    released = "\n".join(cell.source for cell in courses(name).released().cells)
    assert not re.search(r"BEGIN|HIDDEN", released)
    solutions = [cell.source for cell in source(name).cells if cell.metadata.get("nbgrader", {}).get("solution")]
    for text in solutions:
        regions = SOLUTION.findall(text) or [text]
        for line in (line.strip() for region in regions for line in region.splitlines()):
            assert len(line) < 20 or line not in released, line


@each
def test_the_student_version_may_not_be_changed_where_it_is_graded(courses, name):
    for cell in courses(name).released().cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about.solution:
            assert about.locked and not cell.metadata.editable


@each
def test_points_add_up(name):
    by_tests, by_hand = (sum(graded_cells(source(name), by_hand=by_hand).values()) for by_hand in (False, True))
    assert (by_tests, by_hand) == (BY_TESTS, BY_HAND)
    assert 5 <= len(graded_cells(source(name))) <= 8
    page = "\n".join(cell.source for cell in source(name).cells if cell.cell_type == "markdown")
    said = [int(points) for points in re.findall(r"^## \d+ · .*\((\d+) points?\b", page, re.M)]
    assert said == [*graded_cells(source(name)).values(), *graded_cells(source(name), by_hand=True).values()]
    assert f"**{BY_TESTS + BY_HAND} points:** {BY_TESTS} from tests" in page


@each
def test_the_source_is_stored_as_the_books_notebooks_are(name):
    notebook = source(name)
    nbformat.validate(notebook)
    from execute import normalised
    assert notebook == normalised(nbformat.from_dict(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = cell.source.splitlines()
            assert not cell.outputs and len(lines) <= MAX_LINES and max(map(len, lines)) <= MAX_WIDTH, cell.source
