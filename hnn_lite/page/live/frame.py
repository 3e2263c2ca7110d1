"""What all live figures share: one piece of HTML with a still in front of a frame, and the frame's page put together from its scripts.

The still, a picture with alternative text, stands there where no script runs (an untrusted notebook, a printed page). The frame is an
`<iframe srcdoc>`: its styles and names are its own, and it asks for nothing from anywhere.
"""

import base64
import html
import importlib.resources
import io
import json

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from hnn_lite.page.plots import STYLE

ADVICE = "A live figure: run this cell, or open the built book, and it can be moved."


def script(name):
    """The text of a script or style sheet of this package, such as "js/stage.js"."""
    return importlib.resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def embed(page, title, still, alt, width):
    """The HTML of an output: the still with its alternative text and a line of advice, then the frame, which takes their place.

    Parameters
    ----------
    page : str
        The frame's whole page; it must run `js/frame.js`.
    title : str
        The frame's name for a screen reader.
    still : str
        A picture's address, such as `picture` returns.
    alt : str
    width : int
        Of the still, in CSS pixels.
    """
    return (f'<div><div class="live-fallback"><img alt="{html.escape(alt, quote=True)}" src="{still}" '
            f'style="width:{width}px;max-width:100%;background:#fff">'
            f'<p>{ADVICE}</p></div><iframe title="{html.escape(title, quote=True)}" srcdoc="{html.escape(page, quote=True)}" '
            'style="width:100%;height:0;border:0;display:block"></iframe></div>')


def picture(figure, dots=144):
    """A matplotlib figure as a PNG of 128 colours in a data address."""
    drawn, file = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=dots, facecolor="white")
    Image.open(drawn).convert("RGB").quantize(128).save(file, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def plain(value):
    """Arrays and NumPy's numbers as lists and numbers, for JSON."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a page")


class LiveFigure:
    """A figure that can be taken hold of, without a kernel.

    A subclass names its script, its title and its alternative text, and has the methods `data()`, what the script needs, as a dict for
    JSON, and `still(figure)`, which draws the still.

    Attributes
    ----------
    script : str
        The file in js/, without its ending.
    shared : sequence of str
        The files in js/ that it builds on, in this order.
    styles : sequence of str
        The style sheets, in this order.
    title, alt : str
        The name of the frame; what the still shows, in words.
    size : (float, float)
        Of the still, in inches of 96 CSS pixels.
    """

    size = (7.2, 3.6)
    shared = ("networks", "motion", "draw", "input", "stage", "pictures", "elliptic")
    styles = ("frame.css",)

    def data(self):
        """What the script finds as `data`: a dict for JSON."""
        return {}

    def still(self, figure):
        """Draw the still into a matplotlib figure."""
        raise NotImplementedError

    def page(self):
        """The frame's page: style sheet, shared scripts, data, and the figure's own script."""
        data = json.dumps(self.data(), default=plain, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
        scripts = [script(f"js/{name}.js") for name in (*self.shared, self.script)]
        code = "\n".join(['"use strict";', *scripts[:-1], f"const data = {data};", scripts[-1], script("js/frame.js")])
        return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(self.title)}</title>'
                f"<style>{''.join(map(script, self.styles))}</style></head><body><script>{code}</script></body></html>")

    def __repr__(self):
        return f"A live figure: {self.title}"

    def _repr_html_(self):
        with matplotlib.rc_context(STYLE):
            figure = Figure(figsize=self.size)
            self.still(figure)
            still = picture(figure)
        return embed(self.page(), self.title, still, self.alt, round(96 * self.size[0]))
