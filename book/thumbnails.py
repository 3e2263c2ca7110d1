"""The stills of the book's live figures, small, for its gallery.

A live figure is stored in its chapter as a still and the frame that takes its place; see `hnn_lite/page/live/frame.py`. Run the page
that calls `shelf` after the chapters.
"""

import base64
import functools
import html
import io
import pathlib
import re

import nbformat
from execute import BOOK, chapters
from PIL import Image

WIDTH, SHADES = 440, 64
LIVE = re.compile(r'<div class="live-fallback"><img alt="[^"]*" src="data:image/png;base64,([^"]+)".*?<iframe title="([^"]*)"', re.S)


@functools.cache
def live_figures(book=BOOK):
    """Every live figure of the book in its order: where it is, its page's path, the page's title, its own title, its still.

    The keys are the figures' names, or a page's path where a figure has none.
    """
    found = {}
    for _, path in chapters(book):
        if path.name == "gallery.ipynb":
            continue
        notebook = nbformat.read(path, as_version=4)
        heading = re.search(r"^# ([^:\n]+)", notebook.cells[0].source, re.M)[1]
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                if live := LIVE.search(output.get("data", {}).get("text/html", "")):
                    page, name = path.relative_to(book).as_posix(), cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
                    found[name or page] = (f"#{name}" if name else page, page, heading, html.unescape(live[2]), base64.b64decode(live[1]))
    return found


def thumbnail(still):
    """A still, the bytes of a PNG, as a smaller one in a data address."""
    with Image.open(io.BytesIO(still)) as image, io.BytesIO() as file:
        small = image.convert("RGB").resize((WIDTH, round(WIDTH * image.height / image.width)), Image.Resampling.LANCZOS)
        small.quantize(SHADES, dither=Image.Dither.NONE).save(file, "png", optimize=True)
        return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def shelf(tries, book=BOOK):
    """A Markdown list of live figures: a thumbnail that leads to the figure, what to try there, and its page.

    Parameters
    ----------
    tries : dict of str to str
        What to try, by the figures' names in `live_figures`.

    Raises
    ------
    KeyError
        If the book has no such live figure.
    """
    lines = []
    for name, words in tries.items():
        place, path, heading, title, still = live_figures(book)[name]
        lines.append(f"- [![{title}]({thumbnail(still)})]({place})\n\n  {words} [{heading}]({path})")
    return "\n".join(lines)
