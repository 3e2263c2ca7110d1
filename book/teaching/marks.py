"""Enter the points of an assignment into a table that Moodle or Canvas gave out, and will take back.

    python ../marks.py Grades.csv 1-hamiltons-equations                                      Moodle's grading worksheet
    python ../marks.py gradebook.csv 1-hamiltons-equations --grade "Assignment 1 (4321)"     Canvas's gradebook

Run it in the folder of the assignments, after all written answers were read. It writes a copy, Grades-marked.csv. Students are found by
the number that the platform gave them, which is also their folder's name (see the page on platforms).
"""

import argparse
import csv
import pathlib
import re
import sys

from nbgrader.api import Gradebook, MissingEntry

IDENTIFIERS = ("Identifier", "ID")          # Moodle's "Participant 1234", and Canvas's number


class MarksError(ValueError):
    """The points cannot be entered; the message says why, and what to do."""


def points(folder, assignment):
    """The points of each student, by their folder's name, and the assignment's maximum."""
    with Gradebook(f"sqlite:///{pathlib.Path(folder).resolve() / 'gradebook.db'}") as book:
        try:
            submissions, most = book.assignment_submissions(assignment), book.find_assignment(assignment).max_score
        except MissingEntry:
            raise MarksError(f"nothing of {assignment!r} has been graded here; there are {sorted(each.name for each in book.assignments)}") from None
        if unread := sorted(each.student.id for each in submissions if each.needs_manual_grade):
            raise MarksError(f"written answers of {len(unread)} students have not been read, the first is {unread[0]}: read them in the form grader")
        return {each.student.id: max(0.0, each.score - (each.late_submission_penalty or 0.0)) for each in submissions}, most


def filled(rows, given, most, grade="Grade"):
    """The rows of a table with the points in its column `grade`, and how many there were."""
    header = rows[0]
    found = [name for name in IDENTIFIERS if name in header]
    if not found:
        raise MarksError(f"the table has no column {' or '.join(map(repr, IDENTIFIERS))}; it has {', '.join(header)}")
    if header.count(grade) != 1:
        raise MarksError(f"--grade must name one column, got {grade!r}; there are {', '.join(header)}")
    who, where, done = header.index(found[0]), header.index(grade), set()
    for row in rows[1:]:
        number = re.search(r"\d+$", row[who])
        if not number or number[0] not in given:
            continue
        if "Maximum Grade" in header and float(row[header.index("Maximum Grade")].replace(",", ".")) != most:
            raise MarksError(f"the assignment has {most:g} points, and {row[header.index('Maximum Grade')]} on the platform: change its settings there")
        row[where] = f"{given[number[0]]:g}"
        done.add(number[0])
    if lost := sorted(set(given) - done):
        raise MarksError(f"the table has no row for {', '.join(lost)}: is it the table of this assignment?")
    return rows, len(done)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("assignment")
    parser.add_argument("--grade", default="Grade", metavar="COLUMN")
    wanted = parser.parse_args(arguments)
    try:
        with open(wanted.table, encoding="utf-8-sig", newline="") as file:
            rows, count = filled(list(csv.reader(file)), *points(".", wanted.assignment), wanted.grade)
    except (MarksError, OSError) as problem:
        sys.exit(str(problem))
    target = wanted.table.with_name(f"{wanted.table.stem}-marked.csv")
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    print(f"{count} marks are in {target}")


if __name__ == "__main__":
    main()
