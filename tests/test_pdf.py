"""The book on paper: what replaces live figures, what the copy holds, and, where LaTeX is installed, a small book through all of it."""

import json
import shutil
import sys

import nbformat
import pybtex.database
import pytest
import yaml
from conftest import ROOT

sys.path.insert(0, str(ROOT / "book"))
import execute          # noqa: E402
import pdf              # noqa: E402

ENTRIES = pybtex.database.parse_file(ROOT / "book" / "references.bib").entries
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="          # one pixel
LIVE = f'<div><div class="live-fallback"><img alt="a still" src="data:image/png;base64,{PNG}"><p>advice</p></div><iframe srcdoc="x"></iframe></div>'
HAVE_LATEX = all(map(shutil.which, ("xelatex", "latexmk", "rsvg-convert")))


@pytest.mark.parametrize("path", execute.notebooks(), ids=lambda path: path.stem)
def test_no_figure_is_lost_on_paper(path):
    notebook = nbformat.read(path, as_version=4)
    frames = sum("<iframe" in output.get("data", {}).get("text/html", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert pdf.on_paper(notebook, ENTRIES) == frames
    assert "<iframe" not in json.dumps([cell.get("outputs", []) for cell in notebook.cells])


@pytest.mark.parametrize("caption, words", [
    ("As {cite:t}`greydanus2019` did", "As Greydanus et al. (2019) did"),
    ("As {cite:t}`schmidt2009` did", "As Schmidt and Lipson (2009) did"),
    ("As {cite:t}`hamilton1834` did", None),
    ("ρ(g⁻¹(y))", "ρ(g$^{-1}$(y))"),
])
def test_captions_have_their_citations_in_words(caption, words):
    if words is None:
        with pytest.raises(KeyError, match="hamilton1834"):
            pdf.in_words(caption, ENTRIES)
    else:
        assert pdf.in_words(caption, ENTRIES) == words


def small_book(folder, formula):
    """A book of two pages: a drawing, a formula, a claim with its tick, a live figure, a citation."""
    book = folder / "small"
    shutil.copytree(ROOT / "book" / "assets", book / "assets")
    for name in ("references.bib", "launch.py"):
        shutil.copyfile(ROOT / "book" / name, book / name)
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\nparts:\n  - caption: A part\n    chapters: [{file: chapter}, {file: books}]\n")
    (book / "index.md").write_text("# A book\n\n```{figure} assets/family-tree.svg\n:alt: two paths\n:name: fig-x\n\nA drawing.\n```\n\nSee {numref}`fig-x`.\n")
    (book / "books.md").write_text("# Books\n\n```{bibliography}\n```\n")
    cells = [nbformat.v4.new_markdown_cell(f"# A chapter\n\nBy {{cite:t}}`greydanus2019`.\n\n```{{math}}\n:label: eq-x\n{formula}\n```\n\nAnd {{eq}}`eq-x`."),
             nbformat.v4.new_code_cell("claim()", outputs=[nbformat.v4.new_output("stream", text="✓ it holds (measured 10⁻³)\n")]),
             nbformat.v4.new_code_cell("live()", metadata={"mystnb": {"figure": {"name": "fig-live", "caption": "By {cite:t}`greydanus2019`."}}},
                                       outputs=[nbformat.v4.new_output("display_data", data={"text/html": LIVE, "text/plain": "live"})])]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": execute.KERNEL, "language_info": {"name": "python", "pygments_lexer": "ipython3"}}), book / "chapter.ipynb")
    return book


def test_the_copy_is_for_paper_and_the_book_is_left_alone(tmp_path):
    book = small_book(tmp_path, "a = b")
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    assert pdf.source(tmp_path, book) == 1
    assert {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before
    assert "family-tree.pdf" in (tmp_path / "book" / "index.md").read_text()
    config = yaml.safe_load((tmp_path / "_config.yml").read_text())
    assert config["sphinx"]["config"]["latex_engine"] == "xelatex" and not any("mathjax" in name for name in config["sphinx"]["config"]["extensions"])


def test_links_to_exercises_and_theorems_name_what_is_there():
    text = (r"\part{Start}\chapter{How}\part{I}\label{None:thm-a}\phantomsection \label{exercise:ex-a-pencil}" "\n"
            r"\begin{sphinxadmonition}{note}{Exercise 1.3 (A name)}\end{sphinxadmonition}"
            r"\hyperref[\detokenize{part/a:ex-a-pencil}]{Exercise \ref{\detokenize{part/a:ex-a-pencil}}}"
            r"\hyperref[\detokenize{part/a:thm-a}]{Theorem 1.1}\hyperref[\detokenize{part/a:other}]{text}")
    mended = pdf.mended(text, {"I"})
    assert r"\hyperref[exercise:ex-a-pencil]{Exercise 1.3}" in mended and r"\hyperref[None:thm-a]{Theorem 1.1}" in mended
    assert r"\hyperref[\detokenize{part/a:other}]{text}" in mended
    assert r"\part{Start}\setcounter{secnumdepth}{-2}" in mended and r"\part{I}\setcounter{secnumdepth}{1}" in mended


if HAVE_LATEX:          # defined where it can run: it needs packages of the system, which no test may ask for
    def test_a_small_book_is_typeset_and_a_formula_beside_the_page_is_found(tmp_path):
        for number, (formula, words) in enumerate((("a = b", None), (r"a = \underbrace{" + "b + " * 80 + "b}_{c}", "Overfull"))):
            out = tmp_path / str(number)
            pdf.source(out, small_book(out, formula))
            paper, problems = pdf.typeset(pdf.tex(out))
            assert paper.read_bytes()[:5] == b"%PDF-"
            assert (problems == []) if words is None else any(words in problem for problem in problems), problems
