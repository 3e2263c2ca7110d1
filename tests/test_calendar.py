"""The routes of the course: the calendar made of them, read back by a small parser of iCalendar, and the syllabus that shows them."""

from datetime import UTC, date, datetime, timedelta
import importlib.util
import json
import re

import pytest
from conftest import ROOT
import yaml

TEACHING = ROOT / "book" / "teaching"
SPEC = importlib.util.spec_from_file_location("course_calendar", TEACHING / "course_calendar.py")
course = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(course)

START, NOW = date(2027, 2, 1), datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
EASTER = "2027-03-29..2027-04-09 2027-05-01"
SYLLABUS = (TEACHING / "syllabus.md").read_text(encoding="utf-8")
routes = pytest.mark.parametrize("name", course.ROUTES["route"])
of_weeks = pytest.mark.parametrize("name", [name for name, route in course.ROUTES["route"].items() if "lectures" in route])


def parse(text):
    """The events of an iCalendar file (RFC 5545), as dicts of name to (parameters, value); what breaks its rules is an error."""
    assert text.endswith("\r\n") and not re.search(r"(?<!\r)\n|\r(?!\n)", text), "lines end in CRLF"
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75, "a line has at most 75 octets"
    stack, found = [], []
    for line in re.sub(r"\r\n[ \t]", "", text)[:-2].split("\r\n"):
        name, parameters, value = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^:;]+)*):(.*)", line).groups()
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack == ["VCALENDAR", "VEVENT"]:
            assert name not in found[-1], f"{name} twice"
            assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), f"unescaped: {value}"
            found[-1][name] = (parameters, re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value))
    assert stack == [] and re.search(r"^BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:.+\r\n", text)
    return found


def moment(parameters, value):
    """A DTSTART or DTEND as a date or as a local time."""
    if parameters == ";VALUE=DATE":
        return datetime.strptime(value, "%Y%m%d").date()
    assert parameters == ""
    return datetime.strptime(value, "%Y%m%dT%H%M%S")


@routes
@pytest.mark.parametrize("hour", ["", "10:15"])
def test_the_file_says_what_the_table_says(name, hour):
    found = course.events(name, START, course.holidays(EASTER), at=course.clock(hour))
    read = parse(course.icalendar(found, NOW))
    assert [(event["SUMMARY"][1], moment(*event["DTSTART"])) for event in read] == [(each["what"], each["when"]) for each in found]
    assert len({event["UID"][1] for event in read}) == len(read)
    for event, each in zip(read, found, strict=True):
        assert event["DTSTAMP"] == ("", "20261201T093000Z")
        assert event.get("DESCRIPTION", ("", ""))[1] == each["more"]
        length = moment(*event["DTEND"]) - moment(*event["DTSTART"])
        assert length == (timedelta(minutes=each["minutes"]) if each["minutes"] else timedelta(days=1))
    rows = course.table_of(found).splitlines()[2:]
    assert len(rows) == len(found) and all(f"{each['when']:%Y-%m-%d}" in row and each["what"] in row for row, each in zip(rows, found, strict=True))


@of_weeks
def test_lectures_keep_their_order_and_holidays_stay_free(name):
    free = course.holidays(EASTER + " 2027-02-03")
    found = course.events(name, START, free)
    when = {each["uid"].removesuffix(f"-{name}-20270201@the-shape-of-motion"): each["when"] for each in found}
    route = course.ROUTES["route"][name]
    lectures = [when[key] for key in route["lectures"]]
    assert lectures == sorted(set(lectures)) and lectures[:3] == [date(2027, 2, 1), date(2027, 2, 8), date(2027, 2, 10)]
    assert not free & set(when.values()) and {day.weekday() for day in when.values()} == {0, 2}
    assert when["exam"] - lectures[-1] >= timedelta(days=7)
    assert [each["when"] for each in found] == sorted(each["when"] for each in found)
    for which, after, before in route["assignments"]:
        assert when[f"due-{which}"] == when[before] > when[after]
        given = next(each for each in found if each["uid"].startswith(f"{after}-{name}-"))
        assert f"Hand out assignment {which}: " in given["more"]


def test_the_example_of_the_syllabus(tmp_path, capsys):
    assert f'make calendar START={START} HOLIDAYS="{EASTER}" ROUTE=12' in SYLLABUS
    course.main(["--start", str(START), "--holidays", EASTER, "--route", "12", "--out", str(tmp_path)])
    read = parse((tmp_path / "course.ics").read_bytes().decode())
    assert len(read) == 24 + 8 + 1 and "| Mon 2027-04-12 | Lecture 9a: " in (tmp_path / "course.md").read_text(encoding="utf-8")
    assert str(tmp_path / "course.ics") in capsys.readouterr().out


def test_make_hands_everything_on():
    rule = re.search(r"^calendar: .*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.M)[1]
    assert re.findall(r'--(\w+)="\$\((\w+)\)"', rule) == [(name, name.upper()) for name in ("start", "route", "holidays", "days", "time", "sets")]


@pytest.mark.parametrize("wanted, words", [
    ({}, "START=? is no date; write one as 2027-02-01"),
    ({"start": "1.2.2027"}, "START=1.2.2027 is no date; write one as 2027-02-01"),
    ({"start": "2027-02-29"}, "START=2027-02-29 is no date; write one as 2027-02-01"),
    ({"start": "20270201"}, "START=20270201 is no date; write one as 2027-02-01"),
    ({"start": "2027-02-01", "holidays": "2027-04-09..2027-03-29"},
     "HOLIDAYS=2027-04-09..2027-03-29 ends before it begins; write 2027-03-29..2027-04-09"),
    ({"start": "2027-02-01", "holidays": "2027-03-29.."}, "HOLIDAYS=? is no date; write one as 2027-02-01"),
    ({"start": "2027-02-01", "holidays": "Easter"}, "HOLIDAYS=Easter is no date; write one as 2027-02-01"),
    ({"start": "2027-02-01", "route": "7"}, "ROUTE=7 is unknown; there are 6, 8, 12, 2days"),
    ({"start": "2027-02-01", "holidays": "2027-01-30..2027-02-02"}, "START=2027-02-01 is itself a holiday; start on another day"),
    ({"start": "2027-02-06"}, 'START=2027-02-06 is a Saturday; choose a weekday, or name the days as in DAYS="Sat"'),
    ({"start": "2027-02-01", "days": "Tue Fri"}, "START=2027-02-01 is a Monday, which is not among DAYS=Tue Fri"),
    ({"start": "2027-02-01", "days": "Mo Thu"}, "DAYS=Mo Thu has 'Mo', which is no weekday; write them as in DAYS=\"Mon Thu\""),
    ({"start": "2027-02-01", "time": "quarter past"}, "TIME=quarter past is no time; write one as 10:15"),
    ({"start": "9999-12-01"}, "the calendar ends before the course does; choose an earlier START or shorter HOLIDAYS"),
])
def test_what_gives_no_calendar_is_said_in_one_sentence(wanted, words, tmp_path):
    with pytest.raises(SystemExit) as stopped:
        course.main([f"--{name}={value}" for name, value in wanted.items()] + ["--out", str(tmp_path)])
    assert stopped.value.code == words and not list(tmp_path.iterdir())


@pytest.mark.parametrize("first, second", [(1, 3), (2, 4), (3, 5), (4, 8), (5, 9)])
def test_two_lectures_a_week_on_working_days(first, second):
    found = course.events("6", date(2027, 2, first))
    lectures = [each["when"].day for each in found if each["what"].startswith("Lecture")]
    assert lectures[:4] == [first, second, first + 7, second + 7]


def test_days_and_time_can_be_named():
    found = course.events("6", START, days="monday, fri", at=course.clock("10:15"))
    assert [each["when"] for each in found[:2]] == [datetime(2027, 2, 1, 10, 15), datetime(2027, 2, 5, 10, 15)]


def test_a_long_line_is_folded_between_characters():
    text = "a–" * 100
    folded = course.fold(f"SUMMARY:{text}")
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n")) and folded.replace("\r\n ", "") == f"SUMMARY:{text}"
    assert course.escaped("a, b; c\\d\ne") == "a\\, b\\; c\\\\d\\ne"


@of_weeks
def test_problem_sets_come_when_their_lectures_are_over(name):
    route = course.ROUTES["route"][name]
    when = {each["uid"].removesuffix(f"-{name}-20270201@the-shape-of-motion"): each for each in course.events(name, START, sets=True)}
    assert {uid for uid in when if uid.startswith("due-set-")} == {f"due-set-{which}" for which, *_ in route["sets"]}
    assert [uid for uid in when if not uid.startswith("due-set-")] == \
        [each["uid"].removesuffix(f"-{name}-20270201@the-shape-of-motion") for each in course.events(name, START)]
    sheets = (TEACHING / "problem-sets.md").read_text(encoding="utf-8")
    for which, after, before in route["sets"]:
        assert f"Hand out set {which}: {course.ROUTES['sets'][which]}." in when[after]["more"]
        assert when[f"due-set-{which}"]["when"] == when[before]["when"] > when[after]["when"]
        title, last = re.search(rf"^## Set {which}: (.*)\n\nFor lectures \d+ (?:and|to) (\d+)\.$", sheets, re.M).groups()
        assert title == course.ROUTES["sets"][which] and re.match(r"\d+", after)[0] == last


def test_sets_take_about_the_time_of_the_exercises_that_they_replace():
    assert "about two and a half hours (our guess)" in SYLLABUS and course.MINUTES["set"] == 150
    for name in ("6", "8", "12"):
        route = course.ROUTES["route"][name]
        home = sum(course.MINUTES["exercise"] * len(course.LECTURES[key].get("home", [])) for key in route["lectures"])
        assert 0.75 < home / (course.MINUTES["set"] * len(route["sets"])) < 1.25, name


# --- the routes, the syllabus and the chapters

def block(name):
    """The lines of the table after `% table: name` in the syllabus."""
    return re.search(rf"^% table: {name}\n\n((?:\|.*\n)+)", SYLLABUS, re.M)[1].splitlines()


def test_the_syllabus_shows_the_routes():
    assert re.findall(r"^% table: (.+)$", SYLLABUS, re.M) == ["load", "route 8", "assignments 8", "sets", "route 12", "assignments 12", "two days"]
    assert course.with_tables(SYLLABUS) == SYLLABUS, "run `python book/teaching/course_calendar.py --syllabus`"
    six, eight = (course.ROUTES["route"][name] for name in "68")
    assert eight["lectures"][:12] == six["lectures"] and len(eight["lectures"]) == 16


@pytest.mark.parametrize("name", ["8", "12"])
def test_the_hours_of_a_week_are_the_sum_of_what_it_asks(name):
    """From the page alone, with the minutes that it states in words."""
    for words in ("two lectures of 90 minutes", "at 45 minutes each", "two hours for each assignment"):
        assert words in SYLLABUS
    handed = {row.split("|")[1].strip(): row.split("|")[4].strip() for row in block(f"assignments {name}")[2:]}
    weeks = re.split(r"^\| \*\*Week \d+\*\*, ", "\n".join(block(f"route {name}")), flags=re.M)[1:]
    assert len(weeks) == int(name)
    for number, week in enumerate(weeks, 1):
        head, *rows = week.splitlines()
        hours, reading, home = float(head.split(" h")[0]), int(re.search(r"\*(\d+) min\* \| \|", head)[1]), 0
        assert len(rows) == 2 and reading == sum(int(minutes) for row in rows for minutes in re.findall(r"\((\d+)\)", row))
        home = 45 * sum(len(re.findall(r"(?<!\*){ref}", row)) for row in rows)
        labels = [re.match(r"\| (\w+)", row)[1].replace("Labs", "labs") for row in rows]
        due = [which for which, when in handed.items() if when.split(" (")[0] in [f"lecture {label}" for label in labels]
               or (number == len(weeks) and when == "the exam")]
        task = head.split("|")[3].strip().strip("*")
        assert re.findall(r"hand in (.*)", task) == ([" and ".join(due)] if due else [])
        assert re.findall(r"(\d+) min", task) == ([str(home)] if home or not due else [])
        assert hours == pytest.approx((2 * 90 + reading + home + 120 * len(due)) / 60, abs=0.051)


def test_routes_decks_and_chapters_agree():
    decks = {lecture["deck"][:2]: lecture for lecture in yaml.safe_load((TEACHING / "lectures.yml").read_text(encoding="utf-8"))}
    assert list(decks) == [course.LECTURES[key]["deck"] for key in course.ROUTES["route"]["8"]["lectures"]]
    for name in ("8", "12"):
        read = {}
        for key in course.ROUTES["route"][name]["lectures"]:
            lecture = course.LECTURES[key]
            if "deck" in lecture:
                read.setdefault(lecture["deck"], []).extend(lecture.get("read", []))
        assert read == {number: decks[number]["chapters"] for number in read}
    for key, lecture in course.LECTURES.items():
        chapters = decks[lecture["deck"]]["chapters"] if "deck" in lecture else lecture.get("read", [])
        text = "".join((ROOT / "book" / f"{chapter}.ipynb").read_text(encoding="utf-8") for chapter in chapters)
        for exercise in [*lecture.get("home", []), *([lecture["pairs"]] if "pairs" in lecture else [])]:
            assert f":label: {exercise}\\n" in text, f"{key}: {exercise}"


def test_the_halves_of_a_lecture_share_its_slides():
    slides = {}
    for lecture in course.LECTURES.values():
        if "slides" in lecture:
            slides.setdefault(lecture["deck"], []).append(lecture["slides"])
    decks = {lecture["deck"][:2]: lecture for lecture in yaml.safe_load((TEACHING / "lectures.yml").read_text(encoding="utf-8"))}
    for deck, ((first, middle), (after, last)) in slides.items():
        count = 1
        for chapter in decks[deck]["chapters"]:
            cells = json.loads((ROOT / "book" / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
            count += sum("slide" in cell["metadata"].get("tags", []) for cell in cells)
        assert (first, after, last) == (1, middle + 1, count), deck
