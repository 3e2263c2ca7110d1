"""The map of the course and the mark schemes: what they take from other files is there, and up to date."""

import importlib.util
import json
import re

import pencil
import pytest
from conftest import ROOT

TEACHING = ROOT / "book" / "teaching"
SPEC = importlib.util.spec_from_file_location("course_pages", TEACHING / "course_pages.py")
pages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pages)

AIMS = pages.aims()
LECTURES = dict(enumerate(pages.slides.lectures(), 1))
SCHEMES = TEACHING / "instructor" / "mark-schemes.md"
needs_sources = pytest.mark.skipif(not pages.SOURCES.is_dir(), reason="the sources of the assignments are not here")
needs_instructor = pytest.mark.skipif(not SCHEMES.exists(), reason="book/teaching/instructor is not here")


def on_the_map(kind):
    return [each for aim in AIMS for each in aim.get(kind, [])]


def test_the_map_is_made_of_its_source():
    text = (TEACHING / "map.md").read_text(encoding="utf-8")
    assert pages.with_map(text) == text, "run `python book/teaching/course_pages.py`"
    assert text.count("\n| ") == len(AIMS) + len(LECTURES) + 1
    assert not re.search(r"^\|.*\n[^|\n]", text, re.M), "a line right after a table becomes a row of it"


def test_every_lecture_has_aims_with_slides():
    assert {aim["lecture"] for aim in AIMS} == set(LECTURES)
    titles = {number: list(pages.slides.titles(lecture).values()) for number, lecture in LECTURES.items()}
    for aim in AIMS:
        assert set(aim) <= {"lecture", "aim", "slides", "exercises", "assignments", "problems", "exam", "quiz"} and aim["slides"], aim["aim"]
        for title in aim["slides"]:
            assert titles[aim["lecture"]].count(title) == 1, f"lecture {aim['lecture']}: the slide {title!r}"


def test_exercises_are_in_a_chapter_of_the_lecture():
    for aim in AIMS:
        text = "".join((ROOT / "book" / f"{chapter}.ipynb").read_text(encoding="utf-8") for chapter in LECTURES[aim["lecture"]]["chapters"])
        for label in aim.get("exercises", []):
            assert f":label: {label}\\n" in text, f"lecture {aim['lecture']}: {label}"


@needs_sources
def test_tasks_are_in_the_assignments():
    for task in on_the_map("assignments"):
        number, part = task.split(".")
        source, = pages.SOURCES.glob(f"{number}-*/*.ipynb")
        cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
        assert any(re.search(rf"^## {part} · ", "".join(cell["source"]), re.M) for cell in cells), task


def test_problems_and_clicker_questions_are_there_and_all_on_the_map():
    assert set(on_the_map("problems")) == set(pencil.problems((TEACHING / "problem-sets.md").read_text(encoding="utf-8")))
    quiz = re.findall(r'^id = "(\d+)([a-z])"$', (TEACHING / "quiz.toml").read_text(encoding="utf-8"), re.M)
    assert set(on_the_map("quiz")) == {number + letter for number, letter in quiz}
    assert all(name[:-1] == str(aim["lecture"]) for aim in AIMS for name in aim.get("quiz", []))


def test_questions_of_the_exam_are_there_and_all_on_the_map():
    practice = re.findall(r"^(\d+)\. \*\*", (TEACHING / "guide.md").read_text(encoding="utf-8").split("(teaching-exam)=")[1], re.M)
    assert set(on_the_map("exam")) == {f"P{number}" for number in practice} | {f"AB{number}" for number in range(1, 7)}
    assert len(practice) == 10


@needs_sources
@needs_instructor
def test_the_page_of_mark_schemes_has_those_of_the_sources():
    text = SCHEMES.read_text(encoding="utf-8")
    assert pages.with_schemes(text) == text, "run `python book/teaching/course_pages.py`"
    assert re.findall(r"^% written: (.+)$", text, re.M) == sorted(path.name for path in pages.SOURCES.iterdir())


@needs_sources
@pytest.mark.parametrize("number", range(1, 8))
def test_the_marks_of_a_written_answer_add_up(number):
    path, = pages.SOURCES.glob(f"{number}-*")
    question, scheme, points = pages.written(path.name)
    rows = re.findall(r"^\| (\d) \| (.+) \| (.+) \|$", scheme, re.M)
    assert sum(int(marks) for marks, *_ in rows) == points == 3 and question.endswith("(Five to eight sentences.)")
    assert all(len(what) > 40 and len(not_enough) > 5 for _, what, not_enough in rows)
    assert re.match(r"\*A full answer:\*\n\n> .{200}", scheme)
