"""The teaching pages: what they promise each other."""

import importlib.util
import json
import re
import tomllib

import pytest
from conftest import ROOT
import yaml

TEACHING = ROOT / "book" / "teaching"
SPEC = importlib.util.spec_from_file_location("slides", TEACHING / "slides.py")
slides = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(slides)


def text_of(name):
    return (TEACHING / name).read_text(encoding="utf-8")


def test_the_page_on_language_models_is_short_and_linked():
    assert len(text_of("honesty.md").split()) <= 900
    for page in ("syllabus.md", "assignments.md"):
        assert "{doc}`honesty`" in text_of(page), page


def test_the_oral_takes_five_minutes_and_has_ten_points():
    oral = re.search(r"\(honesty-oral\)=.*?(?=^## Without)", text_of("honesty.md"), re.S | re.M)[0]
    assert re.findall(r"^\| (\d+–\d+) \|", oral, re.M) == ["0–1", "1–2", "2–3", "3–4", "4–5"]
    assert "Give each row 2, 1 or 0" in oral and re.findall(r"^\| (\d+) to (\d+) \|", oral, re.M) == [("6", "10"), ("3", "5"), ("0", "2")]


# --- minutes: on the slides, in the plans, in the guide

ROUTES = tomllib.loads(text_of("routes.toml"))
LECTURES = yaml.safe_load(text_of("lectures.yml"))
NUMBERS = {"ten": 10, "fifteen": 15}
numbered = pytest.mark.parametrize("number", range(1, len(LECTURES) + 1))


plan = slides.plan


def slide_titles(number):
    """The titles of a deck's slides, by their numbers."""
    return slides.titles(LECTURES[number - 1])


@numbered
def test_a_plan_fills_ninety_minutes_without_a_gap(number):
    rows = plan(number)
    assert [first for first, *_ in rows] == [0] + [last for _, last, *_ in rows[:-1]] and rows[-1][1] == 90
    assert rows[0][1] <= 10, "the prediction comes first"


@numbered
def test_pairs_have_one_exercise_and_the_minutes_of_their_slide(number):
    rows = [row for row in plan(number) if "pairs" in row[2].lower()]
    assert len(rows) == 1 and rows[0][2].startswith("In pairs: ")
    first, last, what, slides = rows[0]
    assert re.findall(r"\{ref\}`(ex-[\w-]+)`", what)[:1] == [ROUTES["lecture"][str(number)]["pairs"]]
    assert 10 <= last - first <= 15, "the guide says 10 to 15 minutes"
    on_slides = {page: title for page, title in slide_titles(number).items() if title.startswith("In pairs")}
    if on_slides:
        (page, title), = on_slides.items()
        assert slides == str(page), title
        assert NUMBERS[re.match(r"In pairs, (\w+) minutes: ", title)[1]] == last - first, title
    else:
        assert slides == "none" or number == 12, "the exercise of lecture 12 is about the slide that it names"


def test_the_guide_says_how_a_lecture_runs():
    guide = text_of("guide.md")
    assert "**In pairs** (10 to 15 min)" in guide and "Nine decks have a slide for it" in guide
    assert sum(any(title.startswith("In pairs") for title in slide_titles(number).values()) for number in range(1, len(LECTURES) + 1)) == 9
    assert "Ninety minutes" in guide and "two lectures of 90 minutes" in text_of("syllabus.md") and ROUTES["minutes"]["lecture"] == 90
    how = json.loads((ROOT / "book" / "how-to-use.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "lectures of 90 minutes" in " ".join("".join(cell["source"]) for cell in how)


def test_the_chapters_of_a_lecture_run_in_a_break():
    assert "in less than two minutes" in text_of("guide.md")
    seconds = json.loads((ROOT / "book" / "execution_times.json").read_text())
    for lecture in LECTURES:
        assert sum(seconds[f"{chapter}.ipynb"] for chapter in lecture["chapters"]) < 120, lecture["deck"]


def test_the_two_days_have_as_many_sessions_as_the_page_says():
    days = ROUTES["route"]["2days"]
    assert f"Twelve sessions of {days['session']} minutes" in text_of("syllabus.md")
    hours = [[int(session[0].split(":")[0]) for session in day["sessions"]] for day in days["days"]]
    assert hours == [[9, 10, 11, 14, 15, 16]] * 2
