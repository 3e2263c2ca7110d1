"""Moodle and Canvas: made-up downloads are collected, and points get back into the tables of both."""

import csv
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

from nbgrader.api import Gradebook
import pytest
from conftest import ROOT

TEACHING = ROOT / "book" / "teaching"
SPEC = importlib.util.spec_from_file_location("marks", TEACHING / "marks.py")
marks = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(marks)

PAGE = (TEACHING / "platforms.md").read_text(encoding="utf-8")
NAME = "1-hamiltons-equations"
DOWNLOADS = {          # in the archive: what is collected
    f"Ada Anna_1234_assignsubmission_file_/{NAME}.ipynb": f"1234/{NAME}/{NAME}.ipynb",
    f"Zoë O'Brien-Núñez_77_assignsubmission_file_/{NAME} (1).ipynb": f"77/{NAME}/{NAME} (1).ipynb",
    f"Bo van de Berg_8_assignsubmission_file_{NAME}.ipynb": f"8/{NAME}/{NAME}.ipynb",
    f"Cai_9_assignsubmission_file/{NAME}.ipynb": f"9/{NAME}/{NAME}.ipynb",
    f"Dee_10_assignsubmission_file_/my folder/{NAME}.ipynb.txt": f"10/{NAME}/{NAME}.ipynb.txt",
    f"Eve_11_assignsubmission_file_/{NAME}_1_2_copy.ipynb": f"11/{NAME}/{NAME}_1_2_copy.ipynb",
    f"adaanna_21_567890_{NAME}.ipynb": f"21/{NAME}/{NAME}.ipynb",
    f"bergbo_LATE_22_567891_{NAME}-1.ipynb": f"22/{NAME}/{NAME}-1.ipynb",
    "Fay_12_assignsubmission_onlinetext_/onlinetext.html": None,
    "Gus_13_assignsubmission_file_/picture.png": None,
}


def test_downloads_are_collected(tmp_path):
    """By the settings of the course, with its configuration beside its assignments as they are."""
    for file in ("nbgrader_config.py", "grade.py", "guard.py"):
        shutil.copy(TEACHING / "assignments" / file, tmp_path)
    (tmp_path / "release" / NAME).mkdir(parents=True)
    (tmp_path / "release" / NAME / f"{NAME}.ipynb").write_text("{}")
    archive = tmp_path / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "Course-Assignment 1-42.zip", "w") as package:
        for name in DOWNLOADS:
            package.writestr(name, f"from {name}")
    done = subprocess.run([sys.executable, "-m", "nbgrader", "zip_collect", NAME, "--force"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = {path.relative_to(tmp_path / "submitted").as_posix(): path.read_text()
             for path in (tmp_path / "submitted").rglob("*.ipynb*")}
    assert found == {target: f"from {name}" for name, target in DOWNLOADS.items() if target}


def test_the_page_names_what_is_collected():
    pattern = re.search(r'named_regexp = r"(.*)"', (TEACHING / "assignments" / "nbgrader_config.py").read_text())[1]
    shown = re.findall(r"^\| (?:Moodle|Canvas)[^|]*\| `(.+)` \|$", PAGE, re.M)
    assert len(shown) == 4
    for name in shown:
        match = re.match(pattern, f"/somewhere/downloaded/{NAME}/extracted/archive/{name}")
        assert match and match["student_id"] == "1234" and match["file_id"] == f"{NAME}.ipynb", name


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """A gradebook in which 1234 has 17.5 of 20, 77 has 9, and 8 has an answer that nobody has read."""
    path = tmp_path_factory.mktemp("course") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(pathlib.Path(sys.executable).parent), prepend=os.pathsep)          # nbgrader calls alembic
        book = Gradebook(f"sqlite:///{path}")
    with book:
        book.add_assignment(NAME)
        book.add_notebook(NAME, NAME)
        for cell, most, kind in (("test", 17, "code"), ("written", 3, "markdown")):
            book.add_grade_cell(cell, NAME, NAME, max_score=most, cell_type=kind)
        for student, test, written in (("1234", 15, 2.5), ("77", 9, 0), ("8", 17, None)):
            book.add_student(student)
            book.add_submission(NAME, student)
            for cell, score in (("test", test), ("written", written)):
                grade = book.find_grade(cell, NAME, NAME, student)
                grade.manual_score, grade.needs_manual_grade = score, score is None
        book.db.commit()
    return path


@pytest.fixture
def course(gradebook, tmp_path, monkeypatch):
    """A folder with a copy of the gradebook, in which one works."""
    shutil.copy(gradebook, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_all(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        grade = book.find_grade("written", NAME, NAME, "8")
        grade.manual_score, grade.needs_manual_grade = 1, False
        book.db.commit()


MOODLE = [["Identifier", "Full name", "Status", "Grade", "Maximum Grade", "Feedback comments"],
          ["Participant 1234", "Ada Anna", "Submitted", "", "20.00", ""], ["Participant 5", "Not here", "No submission", "", "20.00", ""],
          ["Participant 77", "Zoë O'Brien-Núñez", "Submitted", "", "20.00", "well, \"nearly\""], ["Participant 8", "Bo", "Submitted", "", "20.00", ""]]
CANVAS = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Assignment 1 (4321)", "Assignment 2 (4322)", "Final Score"],
          ["    Points Possible", "", "", "", "", "20", "20", "(read only)"], ["Anna, Ada", "1234", "u1", "ada", "A", "", "3", "10"],
          ["Núñez, Zoë", "77", "u2", "zoe", "A", "", "", ""], ["Berg, Bo", "8", "u3", "bo", "A", "1", "", ""], ["Student, Test", "99", "", "", "A", "", "", ""]]


def table(course, rows, encoding="utf-8-sig"):
    path = course / "table.csv"
    with open(path, "w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("rows, column, more", [(MOODLE, 3, []), (CANVAS, 5, ["--grade", "Assignment 1 (4321)"])], ids=["moodle", "canvas"])
def test_points_go_into_the_table_and_nothing_else_changes(course, capsys, rows, column, more):
    read_all(course)
    marks.main([str(table(course, rows)), NAME, *more])
    assert capsys.readouterr().out == f"3 marks are in {course / 'table-marked.csv'}\n"
    with open(course / "table-marked.csv", encoding="utf-8", newline="") as file:
        made = list(csv.reader(file))
    expected = [list(row) for row in rows]
    for row in expected:
        for number, score in (("1234", "17.5"), ("77", "9"), ("8", "18")):
            if row[0].endswith(f" {number}") or row[1] == number:
                row[column] = score
    assert made == expected and sum(row != other for row, other in zip(made, rows, strict=True)) == 3


@pytest.mark.parametrize("rows, more, words", [
    (MOODLE, ["--grade", "Mark"], "--grade must name one column, got 'Mark'; there are Identifier, Full name, "),
    ([["Name", "Grade"], ["Ada", ""]], [], "the table has no column 'Identifier' or 'ID'; it has Name, Grade"),
    (MOODLE[:2], [], "the table has no row for 77, 8: is it the table of this assignment?"),
    ([MOODLE[0], [*MOODLE[1][:4], "100.00", ""]], [], "the assignment has 20 points, and 100.00 on the platform: change its settings there"),
])
def test_a_table_that_does_not_fit_is_refused(course, rows, more, words):
    read_all(course)
    with pytest.raises(SystemExit) as stopped:
        marks.main([str(table(course, rows)), NAME, *more])
    assert stopped.value.code.startswith(words) and not (course / "table-marked.csv").exists()


def test_answers_that_nobody_has_read_are_not_zeros(course):
    with pytest.raises(SystemExit, match="written answers of 1 students have not been read, the first is 8"):
        marks.main([str(table(course, MOODLE)), NAME])
    with pytest.raises(SystemExit, match=f"nothing of '2-x' has been graded here; there are \\['{NAME}'\\]"):
        marks.main([str(table(course, MOODLE)), "2-x"])
