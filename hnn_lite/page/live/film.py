"""Films on a page: pictures that move at the press of a key, in one piece of HTML that needs no kernel and no network.

A still with alternative text stands there where no script runs (an untrusted notebook, a printed page); the script takes
its place. All frames of a film lie side by side in one small PNG, so that hundreds of frames take a few ten kilobytes.
"""

import base64
import html
import io
import json

import numpy as np
from PIL import Image

from hnn_lite import validate
from hnn_lite.page.live.frame import embed, script
from hnn_lite.page.plots import COLOURS, LABELS

SIDE, COLUMNS, SHADES = 28, 20, 32
INK = COLOURS["truth"]                      # as dark as the page's text; in the dark, the text's light colour beneath a film
STILLS = 6                                  # frames of each film in the still
ADVICE = "A film: run this cell, or open the built book, and it plays."


class Film:
    """Films that play together, with a curve for each below.

    Parameters
    ----------
    films : dict of str to array, shape (times, 784)
        Frames in [0, 1]; by names of `plots.COLOURS`, or by other titles.
    alt : str
        What the still shows, in words.
    curves : dict of str to array, shape (times,), optional
        A number for each frame, drawn with a mark that moves along; NaN leaves a gap.
    label : str
        What the curves show, with its unit.
    dt : float
        Seconds between two frames.
    brightest : float
        The value that is drawn in full colour.

    Raises
    ------
    ValueError
        If there is no film, or films and curves differ in length.
    """

    def __init__(self, films, alt, curves=None, label="energy", dt=0.05, brightest=0.5):
        if not films:
            raise ValueError("films is empty")
        self.films = {name: validate.states(f"films[{name!r}]", validate.finite(f"films[{name!r}]", film), SIDE**2)
                      for name, film in films.items()}
        self.curves = {name: np.asarray(curve, float) for name, curve in (curves or {}).items()}
        self.alt, self.label, self.dt, self.brightest = alt, label, validate.positive("dt", dt), validate.positive("brightest", brightest)
        shapes = {film.shape for film in self.films.values()} | {(*curve.shape, SIDE**2) for curve in self.curves.values()}
        if len(shapes) > 1 or len(next(iter(shapes))) != 2:
            raise ValueError(f"films and curves must have the same number of times, got shapes {sorted(shapes)}")
        self.times = next(iter(shapes))[0]

    def __repr__(self):
        return f"A film of {self.times} frames: {', '.join(self.films)}"

    def _repr_html_(self):
        shown = np.linspace(0, self.times - 1, STILLS).round().astype(int)
        rows = [np.concatenate(self._pictures(film[shown]), axis=1) for film in self.films.values()]
        still = png(np.concatenate(rows), grey(SHADES))
        return embed(self._page(), repr(self), still, self.alt, STILLS * 84, ADVICE, "image-rendering:pixelated;")

    def _pictures(self, film):
        """Frames as whole numbers below SHADES, shape (times, 28, 28)."""
        shades = np.clip(film / self.brightest, 0, 1) * (SHADES - 1)
        return shades.round().astype(np.uint8).reshape(-1, SIDE, SIDE)

    def _page(self):
        figures = []
        for name, film in self.films.items():
            colour = COLOURS.get(name, INK)
            figures.append({"title": LABELS.get(name, name), "colour": "var(--ink)" if colour == INK else colour,
                            "sheet": png(sheet(self._pictures(film)), tinted(colour))})
        data = {"films": figures, "times": self.times, "dt": self.dt, "side": SIDE, "columns": COLUMNS}
        strip = self._strip() if self.curves else ""
        cells = "".join(f'<figure><canvas width="{SIDE}" height="{SIDE}" role="img" aria-label="film: '
                        f'{html.escape(film["title"], quote=True)}"></canvas><figcaption>{html.escape(film["title"])}</figcaption>'
                        "</figure>" for film in figures)
        return (PAGE.replace("@CELLS@", cells).replace("@STRIP@", strip).replace("@LAST@", str(self.times - 1))
                .replace("@DATA@", json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")).replace("@FRAME@", script("js/frame.js")))

    def _strip(self):
        """The curves as one drawing, 100 wide and 100 high, stretched to its place."""
        values = np.concatenate([curve[np.isfinite(curve)] for curve in self.curves.values()])
        top = 1.05 * max(values.max(initial=0), 1e-12)
        lines = ""
        for name, curve in self.curves.items():
            points = " ".join(f"{100 * t / max(1, self.times - 1):.2f},{100 - 100 * value / top:.2f}"
                              for t, value in enumerate(curve) if np.isfinite(value))
            dash = ' stroke-dasharray="5 3"' if name == "truth" else ""
            lines += (f'<polyline points="{points}" class="{"truth" if name == "truth" else ""}" '
                      f'style="stroke:{COLOURS.get(name, INK)}"{dash}/>')
        return (f'<div class="strip"><span>{html.escape(self.label)}, 0 to {top:.2g}</span>'
                f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{lines}'
                '<line id="now" x1="0" x2="0" y1="0" y2="100"/></svg></div>')


def sheet(pictures):
    """Pictures side by side, COLUMNS in a row: (times, 28, 28) to one array."""
    rows = -(-len(pictures) // COLUMNS)
    whole = np.zeros((rows * COLUMNS, SIDE, SIDE), np.uint8)
    whole[:len(pictures)] = pictures
    return whole.reshape(rows, COLUMNS, SIDE, SIDE).swapaxes(1, 2).reshape(rows * SIDE, COLUMNS * SIDE)


def png(numbers, palette):
    """Whole numbers below 256, shape (height, width), as a PNG in a data address; palette has a row (r, g, b, a) for each number."""
    picture, palette = Image.fromarray(numbers, "P"), np.asarray(palette, np.uint8)
    picture.putpalette(palette[:, :3].tobytes())
    file = io.BytesIO()
    picture.save(file, "png", optimize=True, transparency=palette[:, 3].tobytes())
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def grey(count):
    """A palette from white to black."""
    level = np.linspace(255, 26, count).round()
    return np.stack([level, level, level, np.full(count, 255)], axis=1)


def tinted(colour):
    """A palette from clear to a colour such as "#0072B2"."""
    rgb = [int(colour[place:place + 2], 16) for place in (1, 3, 5)]
    return [(*rgb, round(255 * share / (SHADES - 1))) for share in range(SHADES)]


PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>film</title><style>
:root { --ink: #1a1a1a; --line: #8a8a8a; --paper: #fff }
:root[data-dark] { color-scheme: dark; --ink: #e8e8e8; --line: #9a9a9a }
body { margin: 0; padding: 4px; font: 14px/1.4 system-ui, sans-serif; color: var(--ink); background: none; overflow: hidden }
#films { display: flex; gap: 10px; max-width: 640px }
figure { margin: 0; flex: 1 1 0; min-width: 0; max-width: 200px }
canvas { width: 100%; display: block; aspect-ratio: 1; image-rendering: pixelated; background: var(--paper); border: 1px solid var(--line); box-sizing: border-box }
figcaption { text-align: center; border-bottom: 3px solid var(--own) }
#controls { display: flex; gap: 10px; align-items: center; max-width: 640px; margin-top: 8px }
button { font: inherit; min-width: 5em; padding: 4px 8px }
input { flex: 1; min-width: 0 }
output { min-width: 5em; text-align: right; font-variant-numeric: tabular-nums }
.strip { max-width: 640px; margin-top: 8px; font-size: 12px }
svg { display: block; width: 100%; height: 84px; background: #fff; border: 1px solid var(--line); box-sizing: border-box }
svg * { fill: none; stroke-width: 1.8; vector-effect: non-scaling-stroke }
#now { stroke: #555; stroke-width: 1 }
:focus-visible { outline: 2px solid #0072B2; outline-offset: 2px }
</style><div id="films">@CELLS@</div>@STRIP@
<div id="controls"><button type="button">play</button><input type="range" min="0" max="@LAST@" value="0" aria-label="frame"><output>0.00 s</output></div>
<script>
const data = @DATA@;
const canvases = [...document.querySelectorAll("canvas")], button = document.querySelector("button");
const slider = document.querySelector("input"), label = document.querySelector("output"), now = document.getElementById("now");
const sheets = data.films.map((film, i) => {
  canvases[i].nextElementSibling.style.setProperty("--own", film.colour);
  const image = new Image();
  image.onload = draw;
  image.src = film.sheet;
  return image;
});
let frame = 0, playing = false, started = 0;
function draw() {
  canvases.forEach((canvas, i) => {
    if (!sheets[i].complete) return;
    const pen = canvas.getContext("2d"), side = data.side;
    pen.clearRect(0, 0, side, side);
    pen.drawImage(sheets[i], (frame % data.columns) * side, Math.floor(frame / data.columns) * side, side, side, 0, 0, side, side);
  });
  slider.value = frame;
  const text = (frame * data.dt).toFixed(2) + " s";
  label.textContent = text;
  slider.setAttribute("aria-valuetext", text);
  if (now) { const x = 100 * frame / Math.max(1, data.times - 1); now.setAttribute("x1", x); now.setAttribute("x2", x); }
}
function show(number) { frame = Math.max(0, Math.min(data.times - 1, number)); draw(); }
function play(on) {
  if (on && frame >= data.times - 1) show(0);
  playing = on;
  button.textContent = on ? "pause" : "play";
  started = performance.now() - frame * data.dt * 1000;
  if (on) requestAnimationFrame(tick);
}
function tick(time) {
  if (!playing) return;
  const next = Math.floor((time - started) / (data.dt * 1000));
  if (next > frame) show(next);
  if (frame >= data.times - 1) play(false); else requestAnimationFrame(tick);
}
button.onclick = () => play(!playing);
slider.oninput = () => { play(false); show(+slider.value); };
document.onkeydown = (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10 }[event.key];
  if (event.key === " " && event.target !== button) play(!playing);
  else if (step) { play(false); show(frame + step); }
  else return;
  event.preventDefault();
};
@FRAME@draw();
</script></html>"""
