"""Slides of each lecture, from the chapters: reveal.js by way of nbconvert, with everything that they need beside them.

    python book/teaching/slides.py                        every deck, into _build/slides
    python book/teaching/slides.py 04-mass-spring         this one only
    python book/teaching/slides.py --out /some/folder

One source: what a slide *shows* is in the cell, what it *says* in the cell's metadata. A cell with the tag `slide` begins a slide, one
with the tag `on-slide` adds to it, and one with the tag `fragment` too, when a key is pressed. The cell contributes

- a markdown cell: its displayed formulas;
- a code cell with a figure: the figure (a live one stays alive);
- another code cell: what it printed, or its code if it printed nothing, or what `show` says: "code", "output" or "both".

Speaker notes (press S) come from the plan of the lecture in the guide, which says the minutes of each group of slides, and from notes.toml,
which has something to say for each group.

The metadata `slide` of the cell is a dict that may hold `title` (otherwise the last heading above), `text` (Markdown with mathematics, no
roles), `formulas` (a list of displayed formulas of the cell, by label or counted from 0; otherwise all) and `show`. Nothing is executed:
outputs are the stored ones. The order of decks and chapters is that of `lectures.yml`. No file comes from a network: reveal.js is that of the
package sphinx-revealjs, MathJax that of sphinx-mathjax-offline.
"""

import argparse
import html
import importlib.metadata
import pathlib
import re
import shutil
import sys
import tomllib

import nbconvert
import nbformat
from pygments.formatters import HtmlFormatter
import yaml

HERE = pathlib.Path(__file__).resolve().parent
BOOK = HERE.parent
OUT = BOOK.parent / "_build" / "slides"
TAGS = ("slide", "on-slide", "fragment")
FIELDS = {"title", "text", "formulas", "show"}
SHOW = {"code": "c", "output": "o", "both": "co"}
FORMULA = re.compile(r"\$\$(?P<plain>.+?)\$\$|^`{3,}\{math\}\n(?::label: *(?P<label>[^\n]*)\n)?(?P<block>.+?)\n`{3,}$", re.S | re.M)
HEADING = re.compile(r"^#{1,4} (.+)$", re.M)
ROLE = re.compile(r"\{[a-z:]+\}`")
FILES = {          # what a deck loads, from which package
    "reveal/reveal.js": ("sphinx-revealjs", "sphinx_revealjs/_static/revealjs/dist/reveal.js"),
    "reveal/notes.js": ("sphinx-revealjs", "sphinx_revealjs/_static/revealjs/plugin/notes/notes.js"),
    "reveal/reveal.css": ("sphinx-revealjs", "sphinx_revealjs/_static/revealjs/dist/reveal.css"),
    "reveal/LICENSE": ("sphinx-revealjs", "sphinx_revealjs/_static/revealjs/LICENSE"),
    "mathjax/tex-svg-full.js": ("sphinx-mathjax-offline", "sphinx-mathjax-offline/static/mathjax/tex-svg-full.js"),
}


class SlideError(ValueError):
    """A cell asks for something that no slide can show."""


def lectures():
    """The lectures in their order: dicts with `deck`, `title` and `chapters`."""
    return yaml.safe_load((HERE / "lectures.yml").read_text(encoding="utf-8"))


def formulas(source):
    """The displayed formulas of a Markdown text, by number and, where they have one, by label."""
    found = {}
    for number, match in enumerate(FORMULA.finditer(source)):
        found[number] = (match["plain"] or match["block"]).strip()
        if match["label"]:
            found[match["label"]] = found[number]
    return found


def wish(cell, where):
    """What a cell's metadata say about its slide, checked."""
    said = cell.metadata.get("slide", {})
    if not isinstance(said, dict) or set(said) - FIELDS:
        raise SlideError(f"{where}: the metadata 'slide' must be a dict with some of {sorted(FIELDS)}, got {said!r}")
    if ROLE.search(said.get("text", "") + said.get("title", "")):
        raise SlideError(f"{where}: a role is no use on a slide: {said}")
    if said.get("show", "both") not in SHOW:
        raise SlideError(f"{where}: show must be one of {', '.join(SHOW)}, got {said['show']!r}")
    return said


def shown(cell, said, where):
    """What a cell contributes, as a list of (kind, text) with the kinds "markdown" and "html"."""
    if cell.cell_type == "markdown":
        there = formulas(cell.source)
        wanted = said.get("formulas", [name for name in there if isinstance(name, int)])
        if missing := [name for name in wanted if name not in there]:
            raise SlideError(f"{where}: there is no formula {missing[0]!r}; there are {', '.join(map(repr, there))}")
        return [("markdown", f"$$ {there[name]} $$") for name in wanted]
    about = cell.metadata.get("mystnb", {})
    code = [("markdown", f"```python\n{cell.source}\n```")]
    output = []
    for each in cell.outputs:
        data = each.get("data", {})
        if "iframe" in data.get("text/html", ""):
            output.append(("html", f'<div class="live">{data["text/html"]}</div>'))
        elif "image/png" in data:
            alt = html.escape(about.get("image", {}).get("alt", ""), quote=True)
            output.append(("html", f'<img class="figure" alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}">'))
        elif "text/markdown" in data:
            output.append(("markdown", data["text/markdown"]))
        else:
            text = each.get("text") or data.get("text/plain", "")
            output.append(("html", f'<pre class="printed">{html.escape(text.strip())}</pre>'))
    wanted = SHOW[said["show"]] if "show" in said else ("o" if output else "c")
    return (code if "c" in wanted else []) + (output if "o" in wanted else [])


def slides_of(path, shown=shown):
    """The slides of a chapter, each a list of pieces (kind, text) that begins with its title; ("fragment", "") stands before what comes late."""
    found, title = [], ""
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells, 1):
        where = f"{path.name}, cell {number}"
        tags = [tag for tag in TAGS if tag in cell.metadata.get("tags", [])]
        if cell.cell_type == "markdown" and (headings := HEADING.findall(cell.source)):
            title = headings[-1]
        if not tags:
            if "slide" in cell.metadata:
                raise SlideError(f"{where}: it has the metadata 'slide' and neither of the tags {', '.join(TAGS)}")
            continue
        said = wish(cell, where)
        if tags == ["slide"]:
            found.append([("markdown", f"## {said.get('title', title)}")])
        elif len(tags) > 1 or not found:
            raise SlideError(f"{where}: a chapter's first tag must be 'slide', and a cell has one of them, got {tags}")
        elif tags == ["fragment"]:
            found[-1].append(("fragment", ""))
        if "text" in said:
            found[-1].append(("markdown", said["text"]))
        found[-1] += shown(cell, said, where)
    return found


def titles(lecture):
    """The titles of a deck's slides by number; the first slide is the title page."""
    every = [parts[0][1].removeprefix("## ") for chapter in lecture["chapters"] for parts in slides_of(BOOK / f"{chapter}.ipynb", lambda *_: [])]
    return dict(enumerate(every, 2))


def plan(number):
    """The plan of a lecture in the guide: rows of first and last minute, what happens, and slides such as "3–4", or "none"."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in sorted(HERE.glob("guide-*.md")))
    text = re.search(rf"^## {number} .*?(?=^## |\Z)", pages, re.S | re.M)[0]
    rows = re.findall(r"^\| (\d+)–(\d+) \| (.*) \| ([^|]*) \|$", text, re.M)
    return [(int(first), int(last), what, pages) for first, last, what, pages in rows]


def notes(lecture):
    """The speaker notes of a deck, as HTML, by the number of the slide that they belong to."""
    said = tomllib.loads((HERE / "notes.toml").read_text(encoding="utf-8"))[lecture["deck"][:2]]
    found = {}
    for first, last, what, pages in plan(int(lecture["deck"][:2])):
        if pages == "none":
            continue
        if pages not in said:
            raise SlideError(f"notes.toml has nothing for slides {pages} of {lecture['deck']}; it has {', '.join(said)}")
        what = re.sub(r"\s*\(?\{\w+\}`[^`]*`\)?|\*", "", re.sub(r"\$[^$]*\$", "…", what)).removesuffix(":")
        when = f"Minutes {first} to {last}, {'slides' if '–' in pages else 'slide'} {pages}."
        found[int(re.match(r"\d+", pages)[0])] = f"<p><strong>{when}</strong> {html.escape(what)}</p><p>{html.escape(said[pages])}</p>"
    return found


def notebook_of(lecture):
    """The deck as a notebook of Markdown cells for nbconvert, and the pieces of HTML that its placeholders stand for."""
    pieces, cells = [], []

    def begin(slide_type):
        cells.append(nbformat.v4.new_markdown_cell(metadata={"slideshow": {"slide_type": slide_type}}))

    spoken, count = notes(lecture), 0

    def slide(parts):
        nonlocal count
        count += 1
        begin("slide")
        for kind, text in parts:
            if kind == "fragment":
                begin("fragment")
                continue
            if kind == "html":          # nbconvert need not read a megabyte of a live figure
                pieces.append(text)
                text = f'<div class="piece" id="piece-{len(pieces) - 1}"></div>'
            cells[-1]["source"] += f"{text}\n\n"
        if count in spoken:
            begin("notes")
            cells[-1]["source"] = spoken[count]

    slide([("markdown", f"# {lecture['title']}"), ("markdown", f"*The Shape of Motion*, lecture {int(lecture['deck'][:2])}")])
    for chapter in lecture["chapters"]:
        for parts in slides_of(BOOK / f"{chapter}.ipynb"):
            slide(parts)
    return nbformat.v4.new_notebook(cells=cells, metadata={"title": lecture["title"]}), pieces


def page(lecture):
    """The HTML of a lecture's deck."""
    notebook, pieces = notebook_of(lecture)
    exporter = nbconvert.SlidesExporter(template_file="deck.html.j2", extra_template_basedirs=[], extra_template_paths=[str(HERE / "deck")])
    colours = HtmlFormatter(style="default").get_style_defs(".highlight")
    text, _ = exporter.from_notebook_node(notebook, resources={
        "deck": {"title": lecture["title"], "style": (HERE / "deck" / "deck.css").read_text(encoding="utf-8") + colours,
                 "script": (HERE / "deck" / "deck.js").read_text(encoding="utf-8")}})
    return re.sub(r'<div class="piece" id="piece-(\d+)"></div>', lambda match: pieces[int(match[1])], text)


def contents(chosen):
    """A page with a link to each deck."""
    items = "".join(f'<li><a href="{each["deck"]}.html">{html.escape(each["title"])}</a></li>' for each in chosen)
    return ('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Shape of Motion: slides</title><link rel="icon" href="data:,">'
            "<style>body{font:1.2rem/1.7 Georgia,serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style></head>"
            f"<body><h1>The Shape of Motion: slides</h1><ol>{items}</ol></body></html>")


def build(out=OUT, names=()):
    """Write the decks of these names (all, if none is given) into a folder, with what they load; return their paths."""
    every = lectures()
    if unknown := sorted(set(names) - {each["deck"] for each in every}):
        raise SlideError(f"no such deck: {', '.join(unknown)}; there are {', '.join(each['deck'] for each in every)}")
    chosen = [each for each in every if not names or each["deck"] in names]
    for name, (package, path) in FILES.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(importlib.metadata.distribution(package).locate_file(path), target)
    written = []
    for lecture in chosen:
        written.append(out / f"{lecture['deck']}.html")
        written[-1].write_text(page(lecture), encoding="utf-8")
    (out / "index.html").write_text(contents(chosen), encoding="utf-8")
    return written


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("decks", nargs="*", metavar="DECK")
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    wanted = parser.parse_args()
    try:
        for path in build(wanted.out, wanted.decks):
            print(path)
    except SlideError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
