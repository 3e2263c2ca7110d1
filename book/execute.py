"""Run the book's notebooks in fresh kernels and store their outputs, the same each time.

    python book/execute.py                       every notebook of the book, in place
    python book/execute.py mechanics/x.ipynb     these only (paths as the shell sees them)
    python book/execute.py --times FILE          and write the seconds that each one took into FILE
    python book/execute.py --list                print the notebooks' paths

A notebook whose run fails, or writes to stderr, is left as it was. What depends on the run and not on the book (timings,
cell ids, the state of widgets, addresses in memory, the version of Python) is not stored, so a second run changes nothing.
"""

import argparse
import base64
import concurrent.futures
import hashlib
import io
import json
import os
import pathlib
import re
import sys
import time

import nbclient
import nbformat
from PIL import Image
import yaml

BOOK = pathlib.Path(__file__).resolve().parent
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "name": "python"}
LEFT_OUT = {".ipynb_checkpoints", "_build", "assignments"}
OF_THE_RUN = ("execution", "ExecuteTime", "collapsed", "scrolled")
WIDGET = "application/vnd.jupyter.widget-view+json"
CHANCE_WORD = re.compile(r"\b(x{3}|to-?do|fix-?me)\b", re.I)
COLOURS = 256
SECONDS_PER_CELL = 3600
ERRORS_ONLY = ["--IPKernelApp.log_level=ERROR"]
RESULTS = re.compile(r"results/([\w-]+\.json)")
FORMULA = re.compile(r"\$\$.*?\$\$|^```\{math\}.*?^```", re.S | re.M)


class RunError(RuntimeError):
    """A notebook did not run to its end without an error."""


def notebooks(book=BOOK):
    """Every notebook of the book, those in folders first: a page at the top may report on all the others."""
    found = (path for path in book.rglob("*.ipynb") if not LEFT_OUT & set(path.relative_to(book).parts))
    return sorted(found, key=lambda path: (-len(path.parts), path))


def main_path(notebook):
    """The cells of a notebook without its exercises, their solutions, and what is folded: sections called "Going deeper", cells to hide.

    Yields markdown as it stands under each heading, and code cells: pairs (cell, text).
    """
    left_out = 0          # the level of the heading whose section is left out, or 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if not left_out and not {"hide-cell", "remove-cell"} & set(cell.metadata.get("tags", [])):
                yield cell, cell.source
            continue
        kept = []
        for part in re.split(r"^(?=#{1,4} )", cell.source, flags=re.M):
            if heading := re.match(r"(#+) (.*)", part):
                level = len(heading[1])
                if level <= left_out:
                    left_out = 0
                if not left_out and re.match(r"Going deeper|Exercises", heading[2]):
                    left_out = level
            if not left_out:
                kept.append(part)
        if kept:
            yield cell, "".join(kept)


def words(text):
    """How many words a text has, displayed formulas and directives' fences left out."""
    return len(re.findall(r"[A-Za-z][\w'’-]*", FORMULA.sub(" ", text)))


def main_path_words(notebook):
    """Words on a notebook's main path; captions and alternative texts are not counted."""
    return sum(words(text) for cell, text in main_path(notebook) if cell.cell_type == "markdown")


def reading_minutes(notebook):
    """Minutes to read a notebook's main path with a pencil at hand.

    140 words a minute; besides, a minute for a numbered formula and 20 seconds for another displayed one, 30 seconds for a
    figure, 4 for a line of code.
    """
    minutes = 0.0
    for cell, text in main_path(notebook):
        if cell.cell_type == "code":
            hidden = {"hide-input", "remove-input"} & set(cell.metadata.get("tags", []))
            lines = 0 if hidden else sum(bool(line.strip()) for line in text.splitlines())
            minutes += lines * 4 / 60 + ("figure" in cell.metadata.get("mystnb", {})) / 2
        else:
            formulas = FORMULA.findall(text)
            numbered = sum(":label:" in formula for formula in formulas)
            minutes += words(text) / 140 + numbered + (len(formulas) - numbered) / 3
    return minutes


def contents(book=BOOK):
    """The book's table of contents, `_toc.yml`."""
    return yaml.safe_load((book / "_toc.yml").read_text())


def chapters(book=BOOK):
    """The notebooks that `_toc.yml` names, in its order, as pairs (caption of the part, path); the front page's part is "front"."""
    toc = contents(book)
    listed = [("front", toc["root"]), *((part["caption"], page["file"]) for part in toc["parts"] for page in part["chapters"])]
    return [(part, book / f"{name}.ipynb") for part, name in listed if (book / f"{name}.ipynb").exists()]


def length(part, book=BOOK):
    """How long a part of the book is, in words: its pages, and the sum of `reading_minutes` to the nearest half hour."""
    names = [page["file"] for one in contents(book)["parts"] if one["caption"] == part for page in one["chapters"]]
    minutes = 0.0
    for name in names:
        path = book / f"{name}.ipynb"
        page = nbformat.read(path, as_version=4) if path.exists() else nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_markdown_cell((book / f"{name}.md").read_text())])
        minutes += reading_minutes(page)
    halves = max(1, round(minutes / 30))
    hours = f"{halves // 2 or ''}{'½' if halves % 2 else ''} hour{'s' if halves > 2 else ''}"
    return f"{len(names)} chapters, about {'half an hour' if halves == 1 else hours} to read"


def timetable(times):
    """A Markdown table of the book's chapters: minutes to read, to the nearest 5, and seconds to run, from `times`."""
    rows = ["| part | chapter | minutes to read | seconds to run |", "|:--|:--|--:|--:|"]
    for part, path in chapters():
        name = path.relative_to(BOOK).as_posix()
        if "/" not in name:          # pages at the top are not chapters
            continue
        notebook = nbformat.read(path, as_version=4)
        title = re.search(r"^# (.+)", notebook.cells[0].source, re.M)[1]
        minutes = 5 * round(reading_minutes(notebook) / 5)
        rows.append(f"| {part} | [{title}]({name}) | {minutes} | {times.get(name, 'not measured')} |")
    return "\n".join(rows)


def run(path):
    """Run a notebook in a fresh kernel, in its folder, and return it, normalised, with its outputs and the seconds."""
    notebook, start = nbformat.read(path, as_version=4), time.perf_counter()
    run_cells(notebook, pathlib.Path(path).resolve().parent)
    if read := results(notebook):
        notebook.metadata["results"] = read          # by which a page that is older than they are is found
    return normalised(notebook), time.perf_counter() - start


def results(notebook, book=BOOK):
    """A digest of each file in results/ that a notebook's code names, by its name."""
    names = sorted({name for cell in notebook.cells if cell.cell_type == "code" for name in RESULTS.findall(cell.source)})
    files = {name: book / "results" / name for name in names}
    return {name: hashlib.sha256(file.read_bytes()).hexdigest()[:8] for name, file in files.items() if file.exists()}


def run_cells(notebook, folder, before=""):
    """Run a notebook in a fresh kernel, in a folder, after the code `before`, and keep the outputs in it.

    Raises
    ------
    RunError
        If a cell fails, writes to stderr, or shows more than the figure that its caption is about.
    """
    notebook.metadata["kernelspec"] = dict(KERNEL)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell["outputs"], cell["execution_count"] = [], None
    notebook.cells[:0] = [nbformat.v4.new_code_cell(before)]
    client = nbclient.NotebookClient(notebook, timeout=SECONDS_PER_CELL, record_timing=False, store_widget_state=False,
                                     extra_arguments=ERRORS_ONLY, resources={"metadata": {"path": str(folder)}})
    try:
        client.execute()
    except nbclient.exceptions.CellExecutionError as error:
        number = max(i for i, cell in enumerate(notebook.cells) if cell.get("outputs"))
        raise RunError(f"cell {number} failed:\n{_plain(str(error))}") from None
    except (nbclient.exceptions.CellTimeoutError, nbclient.exceptions.DeadKernelError) as error:
        raise RunError(str(error)) from None
    del notebook.cells[0]
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise RunError(f"cell {number} wrote to stderr, which a page must not show:\n{_plain(output['text'])}")
        if "figure" in cell.metadata.get("mystnb", {}) and len(cell.outputs) != 1:
            raise RunError(f"cell {number} has a figure's caption, so it must show one figure and nothing else, but it has "
                           f"{len(cell.outputs)} outputs (a last line without semicolon?)")


def normalised(notebook):
    """The notebook without what depends on the run, its cells' ids derived from their sources."""
    seen = {}
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        cell["id"] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        for key in OF_THE_RUN:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell["outputs"] = _normalised_outputs(cell.outputs)
    metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    if "results" in notebook.metadata:          # see run
        metadata["results"] = notebook.metadata["results"]
    notebook["metadata"] = nbformat.from_dict(metadata)
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return notebook


def _normalised_outputs(outputs):
    kept = []
    for output in outputs:
        if "data" in output:
            output["data"].pop(WIDGET, None)
            if "image/png" in output["data"]:
                output["data"]["image/png"] = _without_chance_words(_lighter(output["data"]["image/png"]))
            if "text/plain" in output["data"]:
                output["data"]["text/plain"] = _without_addresses(output["data"]["text/plain"])
        elif output["output_type"] == "stream":
            output["text"] = _without_addresses(output["text"])
            if kept and kept[-1].get("name") == output["name"]:      # one stream, however the kernel cut it
                kept[-1]["text"] += output["text"]
                continue
        kept.append(output)
    return kept


def _lighter(png):
    """The same picture with 256 colours, a third of the bytes: no dithering, so lines and areas stay as clean as they were."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        if image.mode == "P" or image.mode == "RGBA" and image.getextrema()[3][0] < 255:
            return png
        return _packed(image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE), image.info.get("dpi"), optimize=True)


def _packed(image, dpi, **how):
    with io.BytesIO() as packed:
        image.save(packed, "png", dpi=dpi, **how)
        return base64.b64encode(packed.getvalue()).decode()


def _without_chance_words(png):
    """The same picture, packed otherwise as long as its base64 text holds a word.

    A picture is stored as a hundred thousand letters without meaning. Now and then three or four of them spell a mark of
    unfinished work, and whoever searches the notebooks for such marks finds it. No pixel changes.
    """
    for level in range(9, 0, -1):
        if CHANCE_WORD.search(png):
            with Image.open(io.BytesIO(base64.b64decode(png))) as image:
                png = _packed(image, image.info.get("dpi"), compress_level=level)
    return png


def _without_addresses(text):
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)


def _plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text).rstrip()


def replace(path, text):
    """Write a file in one go: a stop in between leaves the old one."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def rounded(seconds):
    """Seconds as coarse as a reader wants them."""
    step = 1 if seconds < 10 else 5 if seconds < 60 else 10
    return max(1, step * round(seconds / step))


def note_time(file, name, seconds):
    """Merge one notebook's seconds into the JSON file, keyed by its path within the book."""
    times = json.loads(file.read_text()) if file.exists() else {}
    times[name.as_posix()] = rounded(seconds)
    times = {key: times[key] for key in sorted(times) if (BOOK / key).exists()}
    file.write_text(json.dumps(times, indent=1) + "\n")


def one(path):
    """Run one notebook and store it; return (path, seconds, what went wrong)."""
    try:
        notebook, seconds = run(path)
    except RunError as error:
        return path, None, str(error)
    replace(path, nbformat.writes(notebook) + "\n")
    return path, seconds, None


def existing(paths):
    """These notebooks, or those of the whole book if there are none; stops the program if one does not exist."""
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        sys.exit(f"no such notebook: {', '.join(missing)}")
    return [path.resolve() for path in paths] or notebooks()


def ours(paths):
    """Stops the program if a notebook is not the book's."""
    outside = [str(path) for path in paths if not path.is_relative_to(BOOK)]
    if outside:
        sys.exit(f"only for the book's own notebooks, not for {', '.join(outside)}")


def prepare():
    """Set the environment in which every kernel starts."""
    for library in ("OMP", "OPENBLAS", "MKL"):       # one thread, so that sums are added up in the same order everywhere
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    os.environ["HNN_LITE_STATIC"] = "1"          # a lab shows a picture of its result: stored controls would be dead
    if os.environ.get("HNN_LITE_DATA"):
        os.environ["HNN_LITE_DATA"] = os.path.abspath(os.environ["HNN_LITE_DATA"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=pathlib.Path, metavar="NOTEBOOK")
    parser.add_argument("--times", type=pathlib.Path, metavar="FILE", help="write the seconds of each into this JSON file")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="notebooks at the same time (default: 1)")
    parser.add_argument("--list", action="store_true", help="print the paths and stop")
    wanted = parser.parse_args()
    paths = existing(wanted.notebooks)
    if wanted.times:
        ours(paths)
    if wanted.list:
        for path in paths:
            print(os.path.relpath(path))
        return

    prepare()
    failed = 0
    with concurrent.futures.ProcessPoolExecutor(max(1, wanted.jobs)) as pool:
        for future in concurrent.futures.as_completed([pool.submit(one, path) for path in paths]):
            path, seconds, problem = future.result()
            name = path.relative_to(BOOK) if path.is_relative_to(BOOK) else path
            if problem:
                failed += 1
                print(f"FAILED {name}: {problem}", file=sys.stderr, flush=True)
            else:
                print(f"{name}: {seconds:.0f} s", flush=True)
                if wanted.times:
                    note_time(wanted.times, name, seconds)
    if failed:
        sys.exit(f"{failed} of {len(paths)} notebooks failed; they are left as they were")


if __name__ == "__main__":
    main()
