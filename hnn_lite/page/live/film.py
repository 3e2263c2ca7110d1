"""Films on a page: pictures that move at the press of a key, with a curve for each."""

import base64
import io

import numpy as np
from PIL import Image

from hnn_lite import validate
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.plots import COLOURS, LABELS

SIDE, COLUMNS, SHADES = 28, 20, 32
STILLS = 6                                  # frames of each film in the still


class Film(LiveFigure):
    """Films that play together, with a curve for each below.

    All frames of a film lie side by side in one small PNG, so that hundreds of frames take a few ten kilobytes.

    Parameters
    ----------
    films : dict of str to array, shape (times, 784)
        Frames in [0, 1]; by names of `plots.COLOURS`, or by other titles.
    alt : str
        What the still shows, in words: `STILLS` frames of each film, a row for each.
    curves : dict of str to array, shape (times,), optional
        A number for each frame, drawn with a mark that moves along; NaN, or a masked one, leaves a gap.
    label : str
        What the curves show, with its unit.
    dt : float
        Seconds between two frames.
    brightest : float
        The value that is drawn in full colour.

    Raises
    ------
    ValueError
        If `films` is no dict, there is no film, or films and curves differ in length.
    """

    script, shared = "film", ("draw", "input", "stage")

    def __init__(self, films, alt, curves=None, label="energy", dt=0.05, brightest=0.5):
        if not isinstance(films, dict):
            raise ValueError(f"films must be a dict such as {{'truth': film}}, got {type(films).__name__}")
        if not films:
            raise ValueError("films is empty")
        self.films = {name: validate.states(f"films[{name!r}]", validate.finite(f"films[{name!r}]", film), SIDE**2)
                      for name, film in films.items()}
        self.curves = {name: np.ma.filled(np.ma.asarray(curve, float), np.nan) for name, curve in (curves or {}).items()}
        self.alt, self.label, self.dt, self.brightest = alt, label, validate.positive("dt", dt), validate.positive("brightest", brightest)
        shapes = {film.shape for film in self.films.values()} | {(*curve.shape, SIDE**2) for curve in self.curves.values()}
        if len(shapes) > 1 or len(next(iter(shapes))) != 2:
            raise ValueError(f"films and curves must have the same number of times, got shapes {sorted(shapes)}")
        self.times = next(iter(shapes))[0]

    @property
    def title(self):
        """The name of the frame."""
        return f"a film of {self.times} frames: {', '.join(LABELS.get(name, name) for name in self.films)}; press play"

    @property
    def size(self):
        """Of the still, in inches."""
        return 0.5 + 0.95 * STILLS, 0.95 * len(self.films)

    def data(self):
        """See `LiveFigure`."""
        def look(name):
            themed = name in ("truth", "baseline", "hnn", "action-angle", "data")
            return {"name": LABELS.get(name, name), "colour": name if themed else COLOURS.get(name, "ink")}

        return {"side": SIDE, "columns": COLUMNS, "count": self.times, "dt": self.dt, "label": self.label,
                "films": [{**look(name), "sheet": png(sheet(self.shades(film)))} for name, film in self.films.items()],
                "curves": [{**look(name), "numbers": [float(f"{value:.5g}") if np.isfinite(value) else None for value in curve]}
                           for name, curve in self.curves.items()]}

    def still(self, figure):
        """See `LiveFigure`."""
        shown = np.linspace(0, self.times - 1, STILLS).round().astype(int)
        for ax, (name, film) in zip(figure.subplots(len(self.films), squeeze=False)[:, 0], self.films.items(), strict=True):
            ax.imshow(np.concatenate(self.shades(film[shown]), axis=1), cmap="gray_r", vmin=0, vmax=SHADES - 1)
            ax.set(ylabel=LABELS.get(name, name), xticks=[], yticks=[])

    def shades(self, film):
        """Frames as whole numbers below SHADES, shape (times, 28, 28)."""
        share = np.clip(film / self.brightest, 0, 1)
        return (share * (SHADES - 1)).round().astype(np.uint8).reshape(-1, SIDE, SIDE)


def sheet(pictures):
    """Pictures side by side, COLUMNS in a row: (times, 28, 28) to one array."""
    rows = -(-len(pictures) // COLUMNS)
    whole = np.zeros((rows * COLUMNS, SIDE, SIDE), np.uint8)
    whole[:len(pictures)] = pictures
    return whole.reshape(rows, COLUMNS, SIDE, SIDE).swapaxes(1, 2).reshape(rows * SIDE, COLUMNS * SIDE)


def png(shades):
    """Whole numbers below SHADES, shape (height, width), as the opacities of a black PNG in a data address."""
    picture, file = Image.fromarray(shades, "P"), io.BytesIO()
    picture.putpalette(bytes(3 * SHADES))
    picture.save(file, "png", optimize=True, transparency=bytes(round(255 * share / (SHADES - 1)) for share in range(SHADES)))
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
