"""What every notebook of the book promises, checked without running it."""

import ast
import json
import re
import warnings

import nbformat
import pytest
import yaml
from execute import BOOK, LANGUAGE, chapters, main_path_words, normalised, notebooks, reading_minutes, results, timetable
from IPython.core.inputtransformer2 import TransformerManager

NOTEBOOKS = notebooks()
CHAPTERS = [path for path in NOTEBOOKS if path.parent != BOOK]          # pages at the top are not chapters
MAX_LINES, MAX_WIDTH, MAX_BYTES, MAX_OUTPUT_BYTES, MAX_WORDS = 20, 150, 6_000_000, 1_500_000, 3000
LITERAL_SEED = re.compile(r"\bseed\s*=\s*\d|default_rng\(\s*(\d|\))|random\.seed\(|\.(HNN|Baseline)\(\s*\d+\s*,\s*\d")


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.relative_to(BOOK).as_posix())


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [(number, cell) for number, cell in enumerate(read(path).cells, 1) if cell.cell_type == "code"]


def prose(path):
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def test_there_are_chapters():
    assert CHAPTERS


def test_the_table_of_contents_has_every_notebook_once():
    assert sorted(path for _, path in chapters()) == sorted(NOTEBOOKS)


def test_the_table_of_contents_names_existing_pages():
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text())
    pages = [toc["root"]] + [page["file"] for part in toc["parts"] for page in part["chapters"]]
    assert [page for page in pages if not any((BOOK / f"{page}{end}").is_file() for end in (".md", ".ipynb"))] == []


def test_the_table_of_times_is_up_to_date():
    row = re.compile(r"^\| (.+) \| (\d+) \| (.+) \|$", re.M)          # part and chapter, minutes, seconds
    shown = [row.findall(output.data["text/markdown"]) for _, cell in code_cells(BOOK / "how-to-use.ipynb")
             for output in cell.outputs if "text/markdown" in output.get("data", {})]
    now = row.findall(timetable(json.loads((BOOK / "execution_times.json").read_text())))
    again = "run `python book/execute.py book/how-to-use.ipynb`"
    assert [(chapter, seconds) for chapter, _, seconds in shown[0]] == [(chapter, seconds) for chapter, _, seconds in now], again
    assert all(abs(int(then[1]) - int(new[1])) <= 5 for then, new in zip(shown[0], now, strict=True)), again


@named(NOTEBOOKS)
def test_no_cell_is_code_that_python_warns_of(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _, cell in code_cells(path):
            ast.parse(TransformerManager().transform_cell(cell.source))


@named(NOTEBOOKS)
def test_is_stored_normalised(path):
    stored = read(path)
    unchanged = normalised(read(path)) == stored
    assert unchanged, "run `make execute`"
    assert stored.metadata.language_info == LANGUAGE


@named(NOTEBOOKS)
def test_was_run_with_the_results_as_they_are(path):
    stored = read(path)
    assert stored.metadata.get("results", {}) == results(stored), "a file in results/ is newer: run `python book/execute.py` on this page"


@named(NOTEBOOKS)
def test_was_run_once_from_top_to_bottom_without_a_complaint(path):
    cells = code_cells(path)
    assert [cell.execution_count for _, cell in cells] == list(range(1, len(cells) + 1))
    for number, cell in cells:
        for output in cell.outputs:
            assert output.output_type != "error", f"cell {number}"
            assert output.get("name") != "stderr", f"cell {number}"


@named(NOTEBOOKS)
def test_is_not_oversized(path):
    assert path.stat().st_size < MAX_BYTES
    for number, cell in code_cells(path):
        for output in cell.outputs:
            assert len(json.dumps(output)) < MAX_OUTPUT_BYTES, f"cell {number}"


@named(NOTEBOOKS)
def test_opens_with_its_title_and_has_no_other(path):
    first = read(path).cells[0]
    assert first.cell_type == "markdown" and first.source.startswith("# ")
    assert len(re.findall(r"^# ", prose(path), re.M)) == 1


@named(NOTEBOOKS)
def test_code_cells_are_short(path):
    for number, cell in code_cells(path):
        lines = cell.source.splitlines()
        assert 0 < len(lines) <= MAX_LINES, f"cell {number} has {len(lines)} lines"
        assert max(map(len, lines)) <= MAX_WIDTH, f"cell {number} has a line of {max(map(len, lines))} characters"


@named(NOTEBOOKS)
def test_every_seed_goes_through_hl_seed(path):
    for number, cell in code_cells(path):
        assert not LITERAL_SEED.search(cell.source), f"cell {number}"


@named(NOTEBOOKS)
def test_claims_are_compared_by_nbval_and_stand_alone(path):
    for number, cell in code_cells(path):
        if "page.claim(" not in cell.source:
            continue
        assert "nbval-check-output" in cell.metadata.get("tags", []), f"cell {number} has a claim and no tag"
        assert all(output.get("name") == "stdout" for output in cell.outputs), f"cell {number} shows more than claims"
        lines = [line for output in cell.outputs for line in output.text.splitlines()]
        assert lines and all(line.startswith("✓ ") for line in lines), f"cell {number} prints more than claims"


@named(NOTEBOOKS)
def test_a_page_with_claims_says_at_its_foot_how_many_held(path):
    ticks = {line for _, cell in code_cells(path) if "page.claim(" in cell.source
             for output in cell.outputs for line in output.text.splitlines()}
    feet = [(number, cell) for number, cell in code_cells(path) if "page.Held()" in cell.source]
    assert len(feet) == bool(ticks)
    for number, cell in feet:
        assert number == len(read(path).cells) and "remove-input" in cell.metadata.get("tags", []), "it is the page's last cell, without its source"
        assert cell.outputs[0].data["text/plain"] == ("1 claim on this page holds." if len(ticks) == 1 else f"{len(ticks)} claims on this page hold.")


def test_what_is_on_the_main_path():
    cells = [nbformat.v4.new_markdown_cell("# Title\n\none two\n\n$$ x = y $$\n\n```{math}\n:label: eq-x\nx\n```\n"),
             nbformat.v4.new_code_cell("x = 1\n\ny = 2"), nbformat.v4.new_code_cell("draw()", metadata={"tags": ["hide-input"], "mystnb": {"figure": {}}}),
             nbformat.v4.new_code_cell("claim()", metadata={"tags": ["remove-cell"]}),
             nbformat.v4.new_markdown_cell("three\n\n### Going deeper: units\n\nfour five"), nbformat.v4.new_code_cell("z = 3"),
             nbformat.v4.new_markdown_cell("#### more\n\nsix\n\n### And on\n\nseven"),
             nbformat.v4.new_markdown_cell("## Exercises\n\neight\n\n## What you have learned\n\nnine")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    said = "Title one two three And on seven What you have learned nine"
    assert main_path_words(notebook) == len(said.split())
    assert reading_minutes(notebook) == pytest.approx(len(said.split()) / 140 + 1 + 1 / 3 + 1 / 2 + 2 * 4 / 60)


@named(CHAPTERS)
def test_the_main_path_of_a_chapter_is_short(path):
    assert main_path_words(read(path)) <= MAX_WORDS


@named(NOTEBOOKS)
def test_every_picture_has_a_caption_and_says_what_it_shows(path):
    for number, cell in code_cells(path):
        if not any("image/png" in output.get("data", {}) for output in cell.outputs):
            continue
        about = cell.metadata.get("mystnb", {})
        assert about.get("figure", {}).get("name", "").startswith("fig-"), f"cell {number}: figure without a name"
        assert len(about["figure"].get("caption", "")) > 15, f"cell {number}: figure without a caption"
        assert len(about.get("image", {}).get("alt", "")) > 15, f"cell {number}: figure without alternative text"
        assert len(cell.outputs) == 1, f"cell {number} shows more than its figure"


@named(NOTEBOOKS)
def test_no_output_is_the_bare_name_of_an_object(path):
    for number, cell in code_cells(path):
        for output in cell.outputs:
            if output.output_type == "execute_result" and set(output.data) == {"text/plain"}:
                assert not re.match(r"\[?<[\w.]+|Text\(", output.data["text/plain"]), f"cell {number}: end it with ;"


@named(CHAPTERS)
def test_a_chapter_opens_with_prose_then_its_box(path):
    before, box, _ = prose(path).partition("{admonition} In this chapter")
    assert box, "no box 'In this chapter'"
    assert not re.search(r"^(```|:::)\{(?!figure|image)", before, re.M), "a box before the opening"
    assert len(before.split()) > 60, "the opening is a question that the reader can see, not a heading"
    assert not re.search(r"^## ", before, re.M)


@named(CHAPTERS)
def test_a_chapter_has_exercises_each_with_a_solution(path):
    exercises = re.findall(r"^(?:`{3,}|:{3,})\{exercise\}.*?\n:label: *(\S+)", prose(path), re.M | re.S)
    solutions = re.findall(r"\{solution(?:-start)?\} *(\S+)", prose(path))
    assert len(exercises) == 3 and len(set(exercises)) == 3
    assert sorted(solutions) == sorted(exercises)
    assert len(re.findall(r"\{solution-start\}", prose(path))) == len(re.findall(r"\{solution-end\}", prose(path)))


@named(CHAPTERS)
def test_a_chapter_says_how_long_it_takes(path):
    box = re.search(r"\{admonition\} In this chapter(.*?)^(```|:::)", prose(path), re.S | re.M)[1]
    minutes = re.search(r"(\d+)\s+minutes\s+to\s+read", box)
    running = re.search(r"\b(\d+|a|one|two|three|four|five)\s+(second|minute)s?(\s+and\s+a\s+half)?\s+to\s+run", box)
    assert minutes and running, "the box says '... minutes to read' and '... seconds to run'"
    estimate = reading_minutes(read(path))
    assert abs(int(minutes[1]) - estimate) <= max(4, 0.2 * estimate), f"{minutes[1]} minutes to read, estimated {estimate:.0f}"
    times = json.loads((BOOK / "execution_times.json").read_text())
    name = path.relative_to(BOOK).as_posix()
    assert name in times, "not measured yet: run `make times`"
    count = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}.get(running[1]) or int(running[1])
    said = (count + (0.5 if running[3] else 0)) * (60 if running[2] == "minute" else 1)
    assert abs(said - times[name]) <= max(5, 0.5 * times[name]), f"{said:g} seconds to run, measured {times[name]}"


def test_names_of_figures_exercises_and_equations_are_unique_in_the_book():
    labels = []
    for path in NOTEBOOKS:
        labels += re.findall(r"^:label: *(\S+)", prose(path), re.M)
        labels += [cell.metadata["mystnb"]["figure"]["name"] for _, cell in code_cells(path)
                   if "figure" in cell.metadata.get("mystnb", {})]
    assert sorted(labels) == sorted(set(labels))
