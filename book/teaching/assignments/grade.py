"""Grade an assignment, whatever was handed in:  python grade.py 1-hamiltons-equations [student ...]

Run it in this folder. It copies each student's notebook from `submitted/` to `prepared/`, mends the copy where it is broken, has nbgrader
grade that, and prints a line for each student: points, and everything that was mended or went wrong. The same remarks open the student's
feedback page. Nothing in `submitted/` is changed.
"""

import argparse
import ast
import json
import pathlib
import re
import shutil
import sys
import warnings

import nbformat
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Integer
from traitlets.config import PyFileConfigLoader

HERE = pathlib.Path(__file__).resolve().parent
PREPARED = "prepared"
ENDED = {"CellTimeoutError": "it ran for longer than {seconds} s and was interrupted",
         "DeadKernelError": "it ended the kernel, or could not be interrupted after {seconds} s",
         "SyntaxError": "it is not valid Python ({said})", "IndentationError": "it is not valid Python ({said})"}
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.S)


# what nbgrader does with each notebook: nbgrader_config.py names these two

class ExecuteAll(Execute):
    """nbgrader's `Execute`, which also survives a cell that ends the kernel, and keeps only the beginning of endless output.

    The cell that ended the kernel gets an error, and the notebook runs again from its top without it. What a cell writes to stderr
    (a warning, a progress bar) becomes ordinary output, since nbgrader takes away the points of a test that warns.
    """

    max_output = Integer(200_000, help="characters of output that are kept of each cell").tag(config=True)

    def preprocess(self, nb, resources, km=None):
        while True:
            try:
                return super().preprocess(nb, resources, km)
            except DeadKernelError:
                self.running.outputs = [new_output("error", ename="DeadKernelError", evalue="the kernel died", traceback=[
                    "DeadKernelError: this cell ended the kernel; everything else was run again without it"])]
                self.running.metadata.setdefault("tags", []).append(self.skip_cells_with_tag)

    def preprocess_cell(self, cell, resources, index):
        self.running, self.idle, self.kept = cell, False, 0
        return super().preprocess_cell(cell, resources, index)

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] == "status" and msg["content"]["execution_state"] == "idle":
            self.idle = True
        if msg["msg_type"] == "stream":
            text = msg["content"]["text"]
            if self.kept > self.max_output:
                return None
            self.kept += len(text)
            if self.kept > self.max_output:
                text = text[:self.max_output] + "\n... and more, which was cut off here\n"
            msg["content"] = {"name": "stdout", "text": text}
        return super().process_message(msg, cell, cell_index)

    def on_cell_executed(self, **about):
        super().on_cell_executed(**about)
        reply = about["execute_reply"]["content"]
        leaves = any(payload.get("source") == "ask_exit" for payload in reply.get("payload", []))          # exit(), which takes a while
        if leaves or reply.get("ename") == "CellTimeoutError" and not self.idle:          # or it cannot be interrupted
            raise DeadKernelError("Kernel died")


class HideTests(NbGraderPreprocessor):
    """For feedback: the hidden part of each test is left out, and of its error only the last line, the hint, is shown."""

    def preprocess_cell(self, cell, resources, index):
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("grade") and not about.get("solution"):
            cell.source = HIDDEN.sub("# ... and tests on other numbers", cell.source)
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


# what is done to a notebook before nbgrader sees it

class Unreadable(Exception):
    """A file that cannot be graded. Its text says why."""


def find(folder, name):
    """The notebook that a student handed in for an assignment, and remarks on where it was.

    It should be `folder/name/name.ipynb`. Another name, a folder in between or none does no harm.
    """
    right = folder / name / f"{name}.ipynb"
    found = [path for path in folder.rglob("*.ipynb*") if path.is_file() and ".ipynb_checkpoints" not in path.parts
             and (name in path.relative_to(folder).parent.parts or path.name.startswith(name))]
    if not found:
        raise Unreadable(f"there is no notebook in {name}/")
    path = right if right in found else max(found, key=lambda path: (path.stat().st_mtime, path.name))
    remarks = [] if path == right else [f"the file is called {path.relative_to(folder)}"]
    others = sorted(str(other.relative_to(folder)) for other in found if other != path)
    return path, remarks + ([f"{', '.join(others)} was handed in as well, and not looked at"] if others else [])


def read(path):
    """The cells of a notebook, whatever its encoding and version, as a list of dicts."""
    try:
        stored = json.loads(path.read_bytes())          # finds out about UTF-16 and byte order marks
        if stored["nbformat"] < 4:
            stored = nbformat.convert(nbformat.from_dict(stored), 4)
        return [{"cell_type": cell["cell_type"], "source": "".join(cell["source"]), "id": cell.get("id"),
                 "attachments": cell.get("attachments"), "nbgrader": (cell.get("metadata") or {}).get("nbgrader") or {}}
                for cell in stored["cells"]]
    except Exception as problem:
        raise Unreadable(f"{path.name} is not a readable notebook ({type(problem).__name__}: {problem})") from None


def mended(cells, released):
    """A notebook of a student's cells in which every graded cell of the assignment is there once, and remarks on what was mended.

    Cells are recognised by nbgrader's names; if those are lost, by their ids, or by the text of a read-only cell.
    """
    ours = {cell.metadata.nbgrader.grade_id: cell for cell in released.cells if "nbgrader" in cell.metadata}
    other = {cell.id: name for name, cell in ours.items()}
    other |= {cell.source.strip(): name for name, cell in ours.items() if cell.metadata.nbgrader.locked}
    remarks, places = [], {}
    for place, cell in enumerate(cells):
        name = cell["nbgrader"].get("grade_id") or other.get(cell["id"]) or other.get(cell["source"].strip())
        if name in ours:
            places.setdefault(name, []).append(place)
    if not places:
        remarks.append("it holds none of the cells of this assignment: is it another notebook?")
    if versions := {cell["nbgrader"].get("schema_version", 3) for cell in cells} - {3}:
        remarks.append(f"its cells came in another version of nbgrader's format ({', '.join(map(str, versions))})")
    named = {}
    for name, copies in places.items():
        named[copies[-1]] = name          # tests come after what they test
        if len(copies) > 1:
            remarks.append(f"the cell `{name}` is there {len(copies)} times: the last one counts")
    new, result = {"code": new_code_cell, "markdown": new_markdown_cell}, []
    for place, old in enumerate(cells):
        master = ours.get(named.get(place))
        kind = master.cell_type if master else old["cell_type"]
        if kind != old["cell_type"]:
            remarks.append(f"the cell `{named[place]}` had been turned into a {old['cell_type']} cell")
        cell = new.get(kind, new_raw_cell)(old["source"])
        if master:
            cell.metadata.nbgrader = master.metadata.nbgrader
        if old["attachments"] and kind == "markdown":
            cell.attachments = old["attachments"]
        result.append(cell)
    there, order = set(named.values()), list(ours)
    for name in reversed(order):          # from the end, so that what comes next is in its place
        about = ours[name].metadata.nbgrader
        if name not in there and (about.locked or about.grade):
            after = set(order[order.index(name):])
            place = next((i for i, cell in enumerate(result) if cell.metadata.get("nbgrader", {}).get("grade_id") in after), len(result))
            result.insert(place, nbformat.from_dict(ours[name]))
            remarks.append(f"the cell `{name}` was missing and has been put back")
    remarks += name_given(result)
    return new_notebook(cells=result, metadata=released.metadata), remarks


def names_written(cells):
    """What stands behind `STUDENT =` in the cells before the set-up cell, and the place of that cell."""
    first = next((place for place, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == "setup"), 0)
    return [found[1].strip() for cell in cells[:first] if (found := re.search(r"^STUDENT *=(.*)$", cell.source, re.M))], first


def name_given(cells):
    """Make sure that STUDENT is set before the cells that use it; returns remarks."""
    written, first = names_written(cells)
    if not written:
        cells.insert(first, new_code_cell('STUDENT = ""'))
        return ["STUDENT was not set before the set-up cell: it is empty now"]
    try:
        ast.literal_eval(written[-1])
        return []
    except (ValueError, SyntaxError):
        text = re.sub(r"#.*", "", written[-1]).strip(" \"'“”‘’„")
        cells.insert(first, new_code_cell(f"STUDENT = {text!r}"))
        return [f"STUDENT = {written[-1]} is no name in quotes: it is {text!r} now"]


def student_of(notebook):
    """What a prepared notebook gives as STUDENT, in the form in which it chooses the numbers."""
    return str(ast.literal_eval(names_written(notebook.cells)[0][-1])).strip().lower()


# the class

def settings():
    """What nbgrader_config.py says."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(HERE)).load_config()


class Course:
    """The course in this folder, or, for tests, in another one with the same settings."""

    def __init__(self, root=HERE, **changes):
        config = settings()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.submitted_directory = PREPARED
        config.NbGrader.log_level = config.Application.log_level = "CRITICAL"
        for section, values in changes.items():
            config[section].update(values)
        self.root, self.seconds, self.api = pathlib.Path(root), config.Execute.timeout, NbGraderAPI(config=config)

    def students(self):
        return sorted(path.name for path in (self.root / "submitted").glob("*") if path.is_dir() and not path.name.startswith("."))

    def notebook(self, stage, name, student="."):
        folders = self.api.coursedir
        return pathlib.Path(folders.format_path(getattr(folders, f"{stage}_directory"), student, name)) / f"{name}.ipynb"

    def prepare(self, name, student, problem=None):
        """Write what is to be graded for a student, and return its remarks; the empty assignment if there is a `problem`."""
        released = nbformat.read(self.notebook("release", name), as_version=4)
        came, folder = self.root / "submitted" / student, self.root / PREPARED / student / name
        try:
            if problem:
                raise Unreadable(problem)
            path, remarks = find(came, name)
            notebook, more = mended(read(path), released)
            remarks += more
        except Unreadable as unreadable:
            notebook, remarks = released, [f"{unreadable}: no points until it can be read"]
        shutil.rmtree(folder, ignore_errors=True)
        if (came / name).is_dir():          # what came with it, such as a time stamp or data
            shutil.copytree(came / name, folder, ignore=shutil.ignore_patterns("*.ipynb*", ".*", "__pycache__"))
        folder.mkdir(parents=True, exist_ok=True)
        self.write(notebook, remarks, folder / f"{name}.ipynb")
        return remarks

    @staticmethod
    def write(notebook, remarks, path):
        notebook = nbformat.from_dict(notebook)
        if remarks:
            lines = ["**Before this notebook was graded:**\n", *(f"- {text}" for text in remarks)]
            notebook.cells.insert(0, new_markdown_cell("\n".join(lines)))
        nbformat.write(notebook, path)

    def grade(self, name, student):
        """Prepare and grade one submission: (points, remarks)."""
        remarks = self.prepare(name, student)
        outcome = self.api.autograde(name, student, force=True, create=True)
        if not outcome["success"]:
            said = (outcome.get("error") or outcome.get("log") or "no reason given").strip().splitlines()[-1]
            remarks += self.prepare(name, student, f"nbgrader could not grade it ({said})")
            outcome = self.api.autograde(name, student, force=True, create=True)
            if not outcome["success"]:
                return None, remarks
        with self.api.gradebook as book:
            grades = book.find_submission_notebook(name, name, student).grades
            points = sum(grade.auto_score or 0 for grade in grades if grade.cell.cell_type == "code")
        return points, remarks + self.stopped(nbformat.read(self.notebook("autograded", name, student), as_version=4))

    def stopped(self, notebook):
        """Remarks on cells that did not come to their end."""
        remarks = []
        for number, cell in enumerate(notebook.cells, 1):
            for output in cell.get("outputs", []):
                if output.output_type == "error" and output.ename in ENDED:
                    which = cell.metadata.get("nbgrader", {}).get("grade_id")
                    how = ENDED[output.ename].format(seconds=self.seconds, said=output.evalue)
                    remarks.append(f"the cell {f'`{which}`' if which else f'number {number}'} has no result: {how}")
                if output.output_type == "stream" and "which was cut off here" in output.text:
                    remarks.append(f"cell number {number} printed too much: the rest was cut off")
        return remarks

    def report(self, name, students=(), say=print):
        """Grade an assignment of the students named, or of all, and say what came of each."""
        with self.api.gradebook as book:
            known = {assignment.name: assignment for assignment in book.assignments}
            if name not in known or not self.notebook("release", name).exists():
                raise SystemExit(f"There is no student version of {name!r}; there are {sorted(known)}. Run  make assignments  first.")
            most = sum(cell.max_score for cell in known[name].notebooks[0].grade_cells if cell.cell_type == "code")
        if unknown := set(students) - set(self.students()):
            raise SystemExit(f"There is no folder in submitted/ for {sorted(unknown)}; there are {self.students()}")
        given = {}
        for student in students or self.students():
            points, remarks = self.grade(name, student)
            mark = "not graded" if points is None else f"{points:4.1f} of {most:g}"
            say("\n    ".join([f"{student:20s} {mark}", *remarks]))
            given.setdefault(student_of(nbformat.read(self.notebook("submitted", name, student), as_version=4)), []).append(student)
        for text, several in given.items():
            if text and len(several) > 1:
                say(f"{', '.join(several)}: all these notebooks say that STUDENT is {text!r}")
        with self.api.gradebook as book:
            unread = sum(grade.needs_manual_grade for submission in book.assignment_submissions(name)
                         for notebook in submission.notebooks for grade in notebook.grades)
        if unread:
            say(f"{unread} answers wait to be read in Formgrader. Export grades after that: until then they count as 0.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Grade an assignment, whatever was handed in.")
    parser.add_argument("assignment")
    parser.add_argument("students", nargs="*", help="only these; all, if there are none")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")
    warnings.filterwarnings("ignore", module="nbgrader")          # sqlalchemy's, of nbgrader's own code
    Course().report(arguments.assignment, arguments.students)
