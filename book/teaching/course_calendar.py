"""Dates for a class, from the routes in `routes.toml`: a table and an iCalendar file. It needs Python's standard library only.

    python book/teaching/course_calendar.py --start 2027-02-01 --route 8 --holidays "2027-03-29..2027-04-09 2027-05-01"
    python book/teaching/course_calendar.py --syllabus          write the tables of routes into syllabus.md anew

`--days "Mon Thu"` names the weekdays of lectures; otherwise they are that of the start and, where there are two a week, two working days later.
`--time 10:15` gives lectures a time; otherwise they are entries for a whole day. A lecture that would fall on a holiday moves to the next lecture's
day, and all later ones with it. The exam comes a week or more after the last lecture.
"""

import argparse
from datetime import UTC, date, datetime, timedelta
import json
import pathlib
import re
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parents[1] / "_build" / "calendar"
ROUTES = tomllib.loads((HERE / "routes.toml").read_text(encoding="utf-8"))
LECTURES, MINUTES = ROUTES["lecture"], ROUTES["minutes"]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY = timedelta(days=1)


class CalendarError(ValueError):
    """What was asked for gives no calendar; the message is one sentence for whoever typed it."""


# --- what is asked for

def day(text, name):
    """The date that a text like 2027-02-01 stands for."""
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise CalendarError(f"{name}={text or '?'} is no date; write one as 2027-02-01") from None


def holidays(text):
    """The set of days in a text of dates and ranges, as "2027-03-29..2027-04-09 2027-05-01"."""
    free = set()
    for part in text.replace(",", " ").split():
        first, dots, last = part.partition("..")
        first = day(first, "HOLIDAYS")
        last = day(last, "HOLIDAYS") if dots else first
        if last < first:
            raise CalendarError(f"HOLIDAYS={part} ends before it begins; write {last}..{first}")
        free.update(first + number * DAY for number in range((last - first).days + 1))
    return free


def find_route(name):
    """The route of this name."""
    if name not in ROUTES["route"]:
        raise CalendarError(f"ROUTE={name or '?'} is unknown; there are {', '.join(ROUTES['route'])}")
    return ROUTES["route"][name]


def weekdays(text, start, per_week):
    """The weekdays of the lectures, Monday being 0: those named, or that of the start and, for two a week, two working days later."""
    first = start.weekday()
    if not text:
        if first > 4 and per_week:
            raise CalendarError(f"START={start} is a {start:%A}; choose a weekday, or name the days as in DAYS=\"Sat\"")
        return {first, first + 2 if first < 3 else first - 3} if per_week == 2 else set(range(7))
    names = text.replace(",", " ").title().split()
    if unknown := [name for name in names if name[:3] not in WEEKDAYS]:
        raise CalendarError(f"DAYS={text} has {unknown[0]!r}, which is no weekday; write them as in DAYS=\"Mon Thu\"")
    chosen = {WEEKDAYS.index(name[:3]) for name in names}
    if first not in chosen:
        raise CalendarError(f"START={start} is a {start:%A}, which is not among DAYS={text}")
    return chosen


def clock(text):
    """The time that a text like 10:15 stands for, or None for an empty one."""
    try:
        return datetime.strptime(text, "%H:%M").time() if text else None
    except ValueError:
        raise CalendarError(f"TIME={text} is no time; write one as 10:15") from None


# --- what a route says

def reading(lecture):
    """Minutes to read for a lecture: what its chapters state in the box at their top, or our guess for another text."""
    total = MINUTES["text"] if "text" in lecture else 0
    return total + sum(stated(chapter) for chapter in lecture.get("read", []))


def stated(chapter):
    """The minutes to read that a chapter states."""
    cells = json.loads((HERE.parent / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    return int(re.search(r"(\d+)\s+minutes\s+to\s+read", "\n".join("".join(cell["source"]) for cell in cells))[1])


def weeks(route):
    """The lectures of a route, week by week: lists of their keys."""
    keys, step = route["lectures"], route["per_week"]
    return [keys[first:first + step] for first in range(0, len(keys), step)]


def load(route):
    """Of each week the minutes (lectures, reading, exercises at home, assignments due), and the assignments due."""
    found = []
    for number, week in enumerate(weeks(route), 1):
        last = number == len(weeks(route))
        due = [which for which, _, before in route["assignments"] if before in week or (last and before == "exam")]
        home = sum(len(LECTURES[key].get("home", [])) for key in week)
        found.append((MINUTES["lecture"] * len(week), sum(reading(LECTURES[key]) for key in week), MINUTES["exercise"] * home,
                      MINUTES["assignment"] * len(due), due))
    return found


# --- the tables of the syllabus

def course_table(name):
    """A route as the syllabus has it, in Markdown; the row of a week sums it up."""
    rows = ["| lecture | read | deck | exercises |", "|:--|:--|:--|:--|"]
    route = find_route(name)
    for number, (week, (lectures, read, home, work, due)) in enumerate(zip(weeks(route), load(route), strict=True), 1):
        task = "; ".join(([f"{home} min"] if home else []) + ([f"hand in {' and '.join(due)}"] if due else [])) or "0 min"
        rows.append(f"| **Week {number}**, {(lectures + read + home + work) / 60:.1f} h | *{read} min* | | *{task}* |")
        for key in week:
            lecture = LECTURES[key]
            chapters = [f"{{doc}}`/{chapter}` ({stated(chapter)})" for chapter in lecture.get("read", [])]
            text = [f"{{cite:t}}`taylor2005`, sections {lecture['text']} ({MINUTES['text']})"] if "text" in lecture else []
            deck = f"`{lecture['deck']}`" if "deck" in lecture else ""
            deck += ", slides {}–{}".format(*lecture["slides"]) if "slides" in lecture else ""
            exercises = [f"**{{ref}}`{lecture['pairs']}`**"] if "pairs" in lecture else []
            exercises += [f"{{ref}}`{each}`" for each in lecture.get("home", [])]
            title = lecture["title"] if key == "labs" else f"{key} {lecture['title']}"
            rows.append(f"| {title} | {', '.join(chapters + text)} | {deck} | {', '.join(exercises)} |")
    return rows


def place(key):
    return "the exam" if key == "exam" else f"lecture {key}"


def assignment_table(name, shorter=None):
    """The assignments of a route; where a shorter route has another day for one, it is in brackets."""
    rows = ["| | assignment | handed out after | due before |", "|:--|:--|:--|:--|"]
    other = {which: due for which, _, due in find_route(shorter)["assignments"]} if shorter else {}
    for which, after, due in find_route(name)["assignments"]:
        also = f" (in six weeks: {place(other[which])})" if other.get(which, due) != due else ""
        rows.append(f"| {which} | {ROUTES['assignments'][which]} | {place(after)} | {place(due)}{also} |")
    return rows


def set_table():
    """The problem sets, with their days on each route."""
    routes = {name: {which: (after, due) for which, after, due in route["sets"]} for name, route in ROUTES["route"].items() if "sets" in route}
    rows = ["| | problem set | " + " | ".join(f"{name} weeks: after, due before" for name in routes) + " |", "|:--|:--" + "|:--" * len(routes) + "|"]
    for which, title in ROUTES["sets"].items():
        days = [f"{place(route[which][0])}, {place(route[which][1])}" if which in route else "not given" for route in routes.values()]
        rows.append(f"| {{ref}}`{which} <ps-{which}>` | {title} | " + " | ".join(days) + " |")
    return rows


def days_table():
    """The two days, side by side."""
    days = find_route("2days")["days"]
    rows = ["| " + " | ".join(f"| Day {number}: {each['title']} | deck" for number, each in enumerate(days, 1)) + " |", "|:--|:--|:--|:--|:--|:--|"]
    for pair in zip(*(each["sessions"] for each in days), strict=True):
        rows.append("| " + " | ".join(" | ".join(session) for session in pair) + " |")
    return rows


def load_table():
    """Hours a week of each route of weeks."""
    rows = ["| route | weeks | hours a week, on average | lightest | heaviest |", "|:--|--:|--:|--:|--:|"]
    for route in ROUTES["route"].values():
        if "lectures" in route:
            hours = [sum(week[:4]) / 60 for week in load(route)]
            rows.append(f"| {route['name']} | {len(hours)} | {sum(hours) / len(hours):.1f} | {min(hours):.1f} | {max(hours):.1f} |")
    return rows


TABLES = {"load": load_table, "route 8": lambda: course_table("8"), "assignments 8": lambda: assignment_table("8", "6"), "sets": set_table,
          "route 12": lambda: course_table("12"), "assignments 12": lambda: assignment_table("12"), "two days": days_table}


def with_tables(text):
    """The text of the syllabus with the table after each comment `% table: ...` made anew."""
    def table(match):
        return match[1] + "\n".join(TABLES[match[2]]()) + "\n"
    return re.sub(r"(^% table: ([\w ]+)\n\n)(?:\|.*\n)+", table, text, flags=re.M)


# --- dates

def slots(start, chosen, free):
    """The days on which lectures can be, from the start on."""
    try:
        while True:
            if start.weekday() in chosen and start not in free:
                yield start
            start += DAY
    except OverflowError:
        raise CalendarError("the calendar ends before the course does; choose an earlier START or shorter HOLIDAYS") from None


def events(name, start, free=(), days="", at=None, sets=False):
    """What happens when: dicts with `uid`, `when` (a date, or a time), `minutes`, `what` and `more`, in order; with the problem sets if asked."""
    route = find_route(name)
    chosen = weekdays(days, start, route.get("per_week"))
    if start in free:
        raise CalendarError(f"START={start} is itself a holiday; start on another day")
    free_days = slots(start, chosen, free)
    found = []

    def add(key, when, what, more="", minutes=None):
        found.append({"uid": f"{key}-{name}-{start:%Y%m%d}@the-shape-of-motion".replace(" ", ""), "when": when, "what": what, "more": more,
                      "minutes": minutes})

    if "days" in route:
        for number, (each, on) in enumerate(zip(route["days"], free_days), 1):
            for hour, title, deck in each["sessions"]:
                add(f"day{number}-{hour.replace(':', '')}", datetime.combine(on, clock(hour)), plain(title), f"Deck: {plain(deck)}", route["session"])
        return found
    dates = {key: next(free_days) for key in route["lectures"]}
    dates["exam"] = next(each for each in free_days if (each - dates[route["lectures"][-1]]).days >= 7)
    handed = [("assignment", *each) for each in route["assignments"]] + [("set", *each) for each in route["sets"] if sets]
    for key, on in dates.items():
        out = [f"Hand out {kind} {which}: {ROUTES[f'{kind}s'][which]}." for kind, which, after, _ in handed if after == key]
        for kind, which in ((kind, which) for kind, which, _, before in handed if before == key):
            add(f"due-{'' if kind == 'assignment' else 'set-'}{which}", on, f"Due: {kind} {which}, {ROUTES[f'{kind}s'][which]}",
                f"Hand it in before {place(key)}.")
        lecture = LECTURES.get(key, {"title": "Exam, or talks on the projects"})
        read = [f"Read: {', '.join(lecture['read'])}."] if "read" in lecture else []
        read += [f"Read: Taylor, sections {lecture['text']}."] if "text" in lecture else []
        title = plain(lecture["title"])
        add(key, datetime.combine(on, at) if at else on, title if key in ("exam", "labs") else f"Lecture {key}: {title}", " ".join(read + out),
            MINUTES["lecture"] if at else None)
    return found


def plain(text):
    """Markdown without its marks."""
    return re.sub(r"[`*$]", "", re.sub(r"\{\w+\}`/?([^`]+)`", r"\1", text))


def table_of(found):
    """The events as a Markdown table."""
    rows = ["| date | what | |", "|:--|:--|:--|"]
    for each in found:
        when = each["when"]
        hour = f", {when:%H:%M}" if isinstance(when, datetime) else ""
        rows.append(f"| {WEEKDAYS[when.weekday()]} {when:%Y-%m-%d}{hour} | {each['what']} | {each['more']} |")
    return "\n".join(rows) + "\n"


def fold(line):
    """A content line in pieces of at most 75 octets, none of which cuts a character in two (RFC 5545, section 3.1)."""
    pieces, room = [""], 75
    for character in line:
        if len((pieces[-1] + character).encode()) > room:
            pieces.append("")
            room = 74          # a space comes first
        pieces[-1] += character
    return "\r\n ".join(pieces)


def escaped(text):
    """A text as a value (RFC 5545, section 3.3.11)."""
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def icalendar(found, now):
    """The events as an iCalendar file (RFC 5545); `now`, in UTC, becomes their DTSTAMP. Times are local ones, wherever the class is."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//The Shape of Motion//course calendar//EN", "CALSCALE:GREGORIAN"]
    for each in found:
        when, timed = each["when"], isinstance(each["when"], datetime)
        end = when + (timedelta(minutes=each["minutes"]) if timed else DAY)          # the end of a day is the next one
        form, kind = ("%Y%m%dT%H%M%S", "") if timed else ("%Y%m%d", ";VALUE=DATE")
        lines += ["BEGIN:VEVENT", f"UID:{each['uid']}", f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}", f"DTSTART{kind}:{when.strftime(form)}",
                  f"DTEND{kind}:{end.strftime(form)}", f"SUMMARY:{escaped(each['what'])}"]
        lines += [f"DESCRIPTION:{escaped(each['more'])}"] if each["more"] else []
        lines.append("END:VEVENT")
    return "".join(fold(line) + "\r\n" for line in [*lines, "END:VCALENDAR"])


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"start": "", "route": "8", "holidays": "", "days": "", "time": "", "sets": ""}.items():
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    parser.add_argument("--syllabus", action="store_true", help="make the tables in syllabus.md anew, and nothing else")
    wanted = parser.parse_args(arguments)
    if wanted.syllabus:
        page = HERE / "syllabus.md"
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")
        return
    try:
        found = events(wanted.route, day(wanted.start, "START"), holidays(wanted.holidays), wanted.days, clock(wanted.time), wanted.sets == "yes")
    except CalendarError as problem:
        sys.exit(str(problem))
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "course.md").write_text(table_of(found), encoding="utf-8")
    (wanted.out / "course.ics").write_text(icalendar(found, datetime.now(UTC)), encoding="utf-8", newline="")
    print(table_of(found))
    print(f"The same is in  {wanted.out / 'course.md'}  and, for a calendar program, in  {wanted.out / 'course.ics'}")


if __name__ == "__main__":
    main()
