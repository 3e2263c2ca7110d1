"""Grade an assignment, whatever was handed in:  python grade.py 1-hamiltons-equations [student ...]

Run it in this folder. It copies each student's notebook from `submitted/` to `prepared/`, mends the copy where it is broken, has nbgrader
grade that, and prints a line for each student: points, and everything that was mended or went wrong. The same remarks open the student's
feedback page. Nothing in `submitted/` is changed. A notebook runs in a folder of its own, away from this one (`Alone`).
"""

import argparse
import ast
import functools
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
import matplotlib
import nbformat
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Integer, List, Unicode
from traitlets.config import PyFileConfigLoader

HERE = pathlib.Path(__file__).resolve().parent
GUARD = (HERE / "guard.py").read_text(encoding="utf-8")
PREPARED = "prepared"
ENDED = {"CellTimeoutError": "it ran for longer than {seconds} s and was interrupted",
         "DeadKernelError": "it ended the kernel, or could not be interrupted after {seconds} s",
         "SyntaxError": "it is not valid Python ({said})", "IndentationError": "it is not valid Python ({said})",
         "StdinNotImplementedError": "it asks for input, and nobody is there to type",
         "MemoryError": "it needs more memory than there is for it", "_ArrayMemoryError": "it needs more memory than there is for it"}
NOT_HERE = {"%reset": (re.compile(r"^([ \t]*)(?:%reset\b|get_ipython\(\)\.run_line_magic\(['\"]reset['\"]).*$", re.M),
                       "it would have cleared what came before it"),
            "pip install": (re.compile(r"^([ \t]*)[%!].*\b(?:pip3?|conda|mamba|uv|apt|apt-get)\b.*\binstall\b.*$", re.M),
                            "nothing is installed while a notebook is graded")}
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS(.*?)### END HIDDEN TESTS", re.S)
SCHEME = re.compile(r"=== BEGIN MARK SCHEME ===(.*?)=== END MARK SCHEME ===", re.S)
CUT = "which was cut off here"
MEMORY, FILE_SIZE = 4_000_000, 200_000          # of a student's code: KiB of memory, and blocks of 512 bytes in a file that it writes


# where a student's code runs: commands of a shell, before that which starts a kernel

LIMIT = f"ulimit -v {MEMORY} 2>/dev/null; ulimit -f {FILE_SIZE}; "
COVER = 'while [ "$1" != -- ]; do mount -t tmpfs none "$1" || exit 1; shift; done; shift; '
STRIP = ('exec env -i HOME="$PWD" PATH="$PATH" LANG="${LANG:-C.UTF-8}" MPLBACKEND=Agg MPLCONFIGDIR="$0" OMP_NUM_THREADS=1 '
         'OPENBLAS_NUM_THREADS=1 "$@"')
APART = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
LOCKED = f"exec unshare --user --map-current-user sh -c '{STRIP}' \"$0\" \"$@\""


@functools.cache
def hiding(*folders):
    """The words before a command to which these folders look empty; none where the system does not allow it (only Linux does)."""
    words = [*APART, "sh", "-c", LIMIT + COVER + LOCKED, matplotlib.get_cachedir(), *folders, "--"]
    try:
        seen = subprocess.run([*words, "ls", "-A", *folders[:1]], capture_output=True, check=True, cwd=tempfile.gettempdir())
    except (OSError, subprocess.CalledProcessError):
        return []
    return words if not seen.stdout else []


def apart(words, *folders):
    """A command that has little memory and none of this environment, and does not see the folders, as far as the system allows it."""
    if os.name != "posix":
        return words
    return [*(hiding(*folders) or ["sh", "-c", LIMIT + STRIP, matplotlib.get_cachedir()]), *words]


class Alone(AsyncKernelManager):
    """A kernel with little memory, small files and none of the teacher's environment, to which the folders `hidden` look empty.

    It is a process of its own in a namespace of its own: it sees no other process, and cannot uncover the folders.
    On Windows it is an ordinary kernel. Where Linux does not let us hide folders, and on a Mac, it can read them.
    """

    hidden = List(help="folders that a student's code must not see").tag(config=True)

    def format_kernel_cmd(self, extra_arguments=None):
        return apart(super().format_kernel_cmd(extra_arguments), *self.hidden)


# what nbgrader does with each notebook: nbgrader_config.py names these three

COLAB = """# Google Colab has no hnn_lite, so this cell installs it there. Anywhere else it does nothing.
ADDRESS = "{address}"
if "google.colab" in str(get_ipython()):
    assert ADDRESS, "write the address of your lecturer's copy of the book between the quotes"
    get_ipython().run_line_magic("pip", f"install --quiet git+{{ADDRESS}}")"""


class ForColab(NbGraderPreprocessor):
    """Puts a first cell below the title of a student's version, which on Colab installs the library."""

    address = Unicode(help="of a repository of this book from which pip can install; students are told to write it if there is none").tag(config=True)

    def preprocess(self, nb, resources):
        nb.cells.insert(1, new_code_cell(COLAB.format(address=self.address), id="colab"))
        return nb, resources


class ExecuteAll(Execute):
    """nbgrader's `Execute`, which also survives a cell that ends the kernel, and keeps only the beginning of endless output.

    The cell that ended the kernel gets an error, and the notebook runs again from its top without it. What a cell writes to stderr
    (a warning, a progress bar) becomes ordinary output, since nbgrader takes away the points of a test that warns. The notebook runs
    in a temporary folder, with a copy of the files that were handed in with it.
    """

    max_output = Integer(200_000, help="characters of output that are kept of each cell").tag(config=True)
    max_figure = Integer(5_000_000, help="characters of a figure that are kept").tag(config=True)

    def __init__(self, **about):
        super().__init__(**about)
        self.kernel_manager_class = Alone

    def preprocess(self, nb, resources, km=None):
        came = resources["metadata"]["path"]
        while True:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as above:
                folder = pathlib.Path(above) / "a" / "b" / "c" / "work"          # so that ../../.. is still ours
                shutil.copytree(came, folder, symlinks=True, ignore=shutil.ignore_patterns("*.ipynb"))
                resources["metadata"]["path"] = str(folder)
                try:
                    return super().preprocess(nb, resources, km)
                except DeadKernelError:
                    self.running.outputs = [new_output("error", ename="DeadKernelError", evalue="the kernel died", traceback=[
                        "DeadKernelError: this cell ended the kernel; everything else was run again without it"])]
                    self.running.metadata.setdefault("tags", []).append(self.skip_cells_with_tag)
                finally:
                    resources["metadata"]["path"] = came

    def preprocess_cell(self, cell, resources, index):
        self.running, self.idle, self.kept = cell, False, 0
        about = cell.metadata.get("nbgrader", {})
        told = self.quietly(GUARD, index) if index == 0 else []
        if about.get("grade") and not about.get("solution"):
            told = self.quietly("get_ipython().guard.put_back()", index)
        cell, resources = super().preprocess_cell(cell, resources, index)
        if cell.cell_type == "code" and about.get("locked") and not about.get("grade"):
            self.quietly("get_ipython().guard.look()", index)
        if told and cell.cell_type == "code":
            cell.outputs[:0] = told
        return cell, resources

    def quietly(self, text, index):
        """Run something that is no cell of the notebook; returns its outputs."""
        place = self.nb.cells[index]
        cell = self.execute_cell(new_code_cell(text), index, store_history=False)
        self.nb.cells[index], self.idle = place, False          # nbclient puts what it ran there
        return [output for output in cell.outputs if output.output_type == "stream"]

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] == "status" and msg["content"]["execution_state"] == "idle":
            self.idle = True
        if msg["msg_type"] == "stream":
            text = msg["content"]["text"]
            if self.kept > self.max_output:
                return None
            self.kept += len(text)
            if self.kept > self.max_output:
                text = text[:self.max_output] + f"\n... and more, {CUT}\n"
            msg["content"] = {"name": "stdout", "text": text}
        if sum(len(str(shown)) for shown in msg["content"].get("data", {}).values()) > self.max_figure:
            msg["content"]["data"] = {"text/plain": f"A large figure, {CUT}"}
        return super().process_message(msg, cell, cell_index)

    def on_cell_executed(self, **about):
        super().on_cell_executed(**about)
        reply = about["execute_reply"]["content"]
        leaves = any(payload.get("source") == "ask_exit" for payload in reply.get("payload", []))          # exit(), which takes a while
        if leaves or reply.get("ename") == "CellTimeoutError" and not self.idle:          # or it cannot be interrupted
            raise DeadKernelError("Kernel died")


def hidden_lines(notebook):
    """The lines of the hidden tests, without what a program that prints them may have changed."""
    lines = [bare(line) for cell in notebook.cells for text in HIDDEN.findall(cell.source) for line in text.splitlines()]
    return [line for line in lines if len(line) > 20]


def bare(text):
    """A text without spaces, quotes and backslashes: the same for a line of code and for its repr, or part of one."""
    return re.sub(r"\\[nt]|[\s\\'\"]", "", text)


def shown_by(output):
    """All that an output shows, as one text."""
    return "".join([output.get("text", ""), output.get("evalue", ""), *output.get("traceback", []), *map(str, output.get("data", {}).values())])


class HideTests(NbGraderPreprocessor):
    """For feedback: mark schemes and the hidden part of each test are left out, and of its error only the last line, the hint, is shown.

    What a student's code printed of the hidden tests is left out, too, unless it disguised it.
    """

    def preprocess(self, nb, resources):
        self.lines = hidden_lines(nb)
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, index):
        about = cell.metadata.get("nbgrader", {})
        is_test = cell.cell_type == "code" and about.get("grade") and not about.get("solution")
        if cell.cell_type == "markdown" and about.get("locked"):
            cell.source = SCHEME.sub("", cell.source)
        if is_test:
            cell.source = HIDDEN.sub("# ... and tests on other numbers", cell.source)
        for output in cell.get("outputs", []):
            if is_test and output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
            if any(line in bare(shown_by(output)) for line in self.lines):
                output.clear()
                output.update(new_output("stream", text="left out here: it showed hidden tests\n"))
        return cell, resources


# what is done to a notebook before nbgrader sees it

class Unreadable(Exception):
    """A file that cannot be graded. Its text says why."""


def find(folder, name, title):
    """The notebook that a student handed in for an assignment, and remarks on where it was.

    It should be `folder/name/name.ipynb`. Another name, a folder in between or none does no harm, and if nothing is called like the
    assignment, a notebook with its title is taken.
    """
    right = folder / name / f"{name}.ipynb"
    every = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and re.search(r"\.(ipynb|zip)", path.name)
             and not any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)]
    found = [path for path in every if name in path.relative_to(folder).parent.parts or path.name.startswith(name)]
    found = found or [path for path in every if title in readable(path)]
    if not found:
        raise Unreadable(f"there is no notebook in {name}/")
    path = right if right in found else max(found, key=lambda path: (".ipynb" in path.name, path.stat().st_mtime, path.name))
    remarks = [] if path == right else [f"the file is called {path.relative_to(folder)}"]
    others = sorted(str(other.relative_to(folder)) for other in found if other != path)
    return path, remarks + ([f"{', '.join(others)} was handed in as well, and not looked at"] if others else [])


def readable(path):
    """The first line of a notebook; nothing if it cannot be read."""
    try:
        return read(path)[0]["source"].splitlines()[0]
    except (Unreadable, IndexError):
        return ""


def read(path):
    """The cells of a notebook, whatever its encoding and version, as a list of dicts; of a zip, those of the one in it."""
    try:
        text = path.read_bytes()
        if not text.strip():
            raise ValueError("it is empty")
        if zipfile.is_zipfile(io.BytesIO(text)):
            with zipfile.ZipFile(io.BytesIO(text)) as archive:
                inside = [name for name in archive.namelist() if name.endswith(".ipynb") and "__MACOSX" not in name]
                if len(inside) != 1:
                    raise ValueError(f"it is a zip with {len(inside)} notebooks")
                text = archive.read(inside[0])
        stored = json.loads(text)          # finds out about UTF-16 and byte order marks
        if stored["nbformat"] < 4:
            stored = nbformat.convert(nbformat.from_dict(stored), 4)
        return [{"cell_type": cell["cell_type"], "source": "".join(cell["source"]), "id": cell.get("id"),
                 "attachments": cell.get("attachments"), "nbgrader": (cell.get("metadata") or {}).get("nbgrader") or {}}
                for cell in stored["cells"]]
    except Exception as problem:
        raise Unreadable(f"{path.name} is not a readable notebook ({type(problem).__name__}: {problem})") from None


def mended(cells, released):
    """A notebook of a student's cells in which every graded cell of the assignment is there once, and remarks on what was mended.

    Cells are recognised by nbgrader's names; if those are lost, by their ids, by the text of a read-only cell, or, for an answer, by the
    text of the cell before it.
    """
    ours = {cell.metadata.nbgrader.grade_id: cell for cell in released.cells if "nbgrader" in cell.metadata}
    other = {cell.id: name for name, cell in ours.items()}
    other |= {cell.source.strip(): name for name, cell in ours.items() if cell.metadata.nbgrader.locked}
    behind = {before.source.strip(): cell.metadata.nbgrader.grade_id for before, cell in zip(released.cells, released.cells[1:])
              if "nbgrader" in cell.metadata and cell.metadata.nbgrader.solution}
    known = [cell["nbgrader"].get("grade_id") or other.get(cell["id"]) or other.get(cell["source"].strip()) for cell in cells]
    for place, before in enumerate(cells[:-1], 1):
        name = behind.get(before["source"].strip())
        if name and name not in known and not known[place] and cells[place]["cell_type"] == ours[name].cell_type:
            known[place] = name
    remarks, places = [], {}
    for place, name in enumerate(known):
        if name in ours:
            places.setdefault(name, []).append(place)
    if places.keys() <= {"setup"}:
        raise Unreadable("it holds none of the cells of this assignment: is it another one?")
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
        source = old["source"]
        for what, (line, why) in NOT_HERE.items() if kind == "code" else ():
            source, times = line.subn(rf"\1pass          # {what} was left out here", source)
            if times:
                remarks.append(f"`{what}` was left out: {why}")
        cell = new.get(kind, new_raw_cell)(source)
        if master:
            cell.metadata.nbgrader = master.metadata.nbgrader
        if old["attachments"] and kind == "markdown":
            cell.attachments = old["attachments"]
        result.append(cell)
    there, order = set(named.values()), list(ours)
    result, moved = in_order(result, order)
    remarks += ["cells stood in another order: they have been put back in theirs"] if moved else []
    for name in reversed(order):          # from the end, so that what comes next is in its place
        about = ours[name].metadata.nbgrader
        if name not in there and (about.locked or about.grade):
            after = set(order[order.index(name):])
            place = next((i for i, cell in enumerate(result) if cell.metadata.get("nbgrader", {}).get("grade_id") in after), len(result))
            result.insert(place, nbformat.from_dict(ours[name]))
            remarks.append(f"the cell `{name}` was missing and has been put back")
    remarks += name_given(result)
    return new_notebook(cells=result, metadata=released.metadata), remarks


def in_order(cells, order):
    """The cells, each with the student's own before it, in the order of the assignment; and whether any was moved."""
    blocks, own = [], []
    for cell in cells:
        own.append(cell)
        if (name := cell.metadata.get("nbgrader", {}).get("grade_id")) in order:
            blocks.append((order.index(name), own))
            own = []
    right = sorted(blocks, key=lambda block: block[0])
    return [cell for _, block in right for cell in block] + own, right != blocks


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
        source = pathlib.Path(root) / config.CourseDirectory.get("source_directory", "source")
        folders = pathlib.Path(root), HERE, source, HERE.parent.parent.parent / "tests", jupyter_runtime_dir()
        self.hidden = [str(path) for path in dict.fromkeys(folders) if pathlib.Path(path).is_dir()]
        config.Alone.hidden = self.hidden
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
            path, remarks = find(came, name, released.cells[0].source.splitlines()[0])
            notebook, more = mended(read(path), released)
            remarks += more
        except Unreadable as unreadable:
            notebook, remarks = released, [f"{unreadable}: no points until it can be read"]
        shutil.rmtree(folder, ignore_errors=True)
        if (came / name).is_dir():          # what came with it, such as a time stamp or data
            shutil.copytree(came / name, folder, symlinks=True, ignore=shutil.ignore_patterns("*.ipynb*", ".*", "__pycache__"))
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
        """Remarks on what a student's code did: cells without a result, endless output, changes to the library, a look at hidden tests."""
        remarks, hidden = [], hidden_lines(notebook)
        for number, cell in enumerate(notebook.cells, 1):
            about = cell.metadata.get("nbgrader", {})
            which = f"the cell {f'`{about.grade_id}`' if about else f'number {number}'}"
            for output in cell.get("outputs", []):
                if output.output_type == "error" and output.ename in ENDED:
                    remarks.append(f"{which} has no result: {ENDED[output.ename].format(seconds=self.seconds, said=output.evalue)}")
                elif output.output_type == "error" and about.get("solution") and output.ename not in ("NotImplementedError", "KeyboardInterrupt"):
                    remarks.append(f"{which} stopped: {output.ename}: {output.evalue[:200]}")
                shown = shown_by(output if not about.get("grade") else {**output, "traceback": []})          # which shows the test itself
                if CUT in shown:
                    remarks.append(f"{which} put out too much: the rest was cut off")
                if (changed := re.match("put back before this test: (.*)", shown)) and (said := f"it changed {changed[1]}, which was put back") not in remarks:
                    remarks.append(said)
                if any(line in bare(shown) for line in hidden):
                    remarks.append(f"{which} showed hidden tests, which feedback leaves out: look at its code")
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
        if os.name != "posix" or not hiding(*self.hidden):
            say("On this machine students' code can read this folder: see \"Whose code runs where\" on the page about assignments.")
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
