"""The pixel pendulum: a plane of codes to press into, and the pictures that the decoders draw of them."""

import numpy as np

from hnn_lite.data import pixel_pendulum
from hnn_lite.models.pixel import PixelModel
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.plots import COLOURS

LIT = 0.02            # a pixel that no film makes this grey is left out of the page
CLOUD = 260           # codes of films that are shown
GRID = 41             # places along a side at which the page has the learned energy
DEGREE = 3            # of the polynomials from one model's codes to the other's
SHOVE = 0.04          # energy that a press on the button adds


class Pixels(LiveFigure):
    """The codes of an HNN's autoencoder with level lines of its learned H; the picture of any code; films by the HNN and the baseline.

    The baseline has codes of its own. Where it begins, and where it is in the HNN's plane, is told by polynomials that are fitted to
    the codes of the same pictures. Pixels that stay dark in all of them are left out.

    Parameters
    ----------
    hnn, baseline : PixelModel
        With the law "hnn" and the law "baseline", and codes of two numbers.
    films : FilmTask
        Films that both can see, for the codes and the unit of energy.

    Raises
    ------
    ValueError
        If a model or the films are of another kind.
    """

    script = "pixels"
    title = "a law from pixels: press into the plane of codes to see the picture, press play, add energy"
    alt = ("Left, the plane of codes with nested closed level lines of the learned H and dots, codes of films. "
           "Right, three pictures of a rod at different angles that the decoder draws from the three marked places of the plane.")
    size = (7.2, 3.2)

    def __init__(self, hnn, baseline, films):
        self.models = {"hnn": hnn, "baseline": baseline}
        for name, model in self.models.items():
            if not isinstance(model, PixelModel) or model.latent != 2 or model.arguments()["law"] != name:
                raise ValueError(f"{name} must be a PixelModel with the law {name!r} and two latent numbers, got {model!r}")
        if not isinstance(films, pixel_pendulum.FilmTask) or {films.x.shape[-1]} != {model.dim for model in self.models.values()}:
            raise ValueError(f"films must be a FilmTask whose pictures both models can see, {hnn.dim} numbers at a time")
        self.codes = {name: model.encode(films.x[:, ::4]).reshape(-1, 2) for name, model in self.models.items()}
        self.lit = {name: lit(model, self.codes[name]) for name, model in self.models.items()}
        self.energies = pixel_pendulum.energy(films.states[:, : films.x.shape[1] : 4].reshape(-1, 2))
        self.worth, self.zero = np.polyfit(hnn.law.hamiltonian(self.codes["hnn"]), self.energies, 1)
        self.start = self.codes["hnn"][np.argsort(self.energies)[len(self.energies) // 2]]

    def data(self):
        """See `LiveFigure`."""
        stored = {}
        for name, model in self.models.items():
            stored[name] = {"decoder": weights.pack(drawn(model, self.lit[name])), "lit": self.lit[name], "law": weights.law(model.law)}
        some = np.linspace(0, len(self.energies) - 1, CLOUD).astype(int)
        own, other = self.codes["hnn"], self.codes["baseline"]
        extent = 1.25 * np.abs(own).max(axis=0)
        landscape = self._energy(np.stack(np.meshgrid(*(np.linspace(-e, e, GRID) for e in extent)), axis=-1))
        return {**stored, "landscape": np.round(landscape, 5), "cloud": np.round(own[some], 4), "to_baseline": translation(own, other),
                "to_hnn": translation(other, own),
                "extent": extent, "worth": self.worth, "zero": self.zero, "start": self.start, "shove": SHOVE,
                "levels": self._levels()}

    def still(self, figure):
        """See `LiveFigure`."""
        plane, *pictures = figure.subplots(1, 4, width_ratios=(2, 1, 1, 1))
        model, extent = self.models["hnn"], 1.25 * np.abs(self.codes["hnn"]).max(axis=0)
        grid = np.stack(np.meshgrid(*(np.linspace(-e, e, 60) for e in extent)), axis=-1)
        plane.contour(grid[..., 0], grid[..., 1], self._energy(grid), self._levels(), colors="#b9c1c8", linewidths=0.8)
        plane.plot(*self.codes["hnn"][::7].T, ".", color=COLOURS["data"], markersize=2)
        path = model.law.rollout(self.start, np.linspace(0, 33, 200))
        plane.plot(*path.T, color=COLOURS["hnn"], linewidth=1.4)
        plane.set(xlabel="$z_q$", ylabel="$z_p$ (per frame)")
        for ax, place, letter in zip(pictures, path[[0, 50, 100]], "abc", strict=True):
            plane.plot(*place, "o", color=COLOURS["hnn"])
            plane.annotate(letter, place, textcoords="offset points", xytext=(6, 6))
            ax.imshow(model.decode(place)[: pixel_pendulum.PIXELS].reshape(pixel_pendulum.SIDE, -1), cmap="gray_r", vmin=0, vmax=0.5)
            ax.set(title=letter, xticks=[], yticks=[])

    def _energy(self, z):
        """The learned H in the unit of `pixel_pendulum.energy`."""
        return self.worth * self.models["hnn"].law.hamiltonian(z) + self.zero

    def _levels(self):
        """Level lines as far apart as amplitudes are."""
        return np.quantile(self.energies, 0.97) * np.linspace(0.15, 1.3, 9) ** 2


def lit(model, codes):
    """The numbers of the pixels of the first frame that any picture of these codes makes visible."""
    return np.flatnonzero(np.abs(model.decode(codes)[..., : pixel_pendulum.PIXELS]).max(axis=0) > LIT)


def drawn(model, pixels):
    """A model's decoder, its last layer cut to some of the pixels that it draws: half of the weights, and the rest stays dark."""
    *deep, last = model.params["decoder"]
    return [*deep, tuple((model.brightness or 1.0) * leaf[..., pixels] for leaf in last)]


def powers(z):
    """The products of powers of two numbers up to `DEGREE`, in the order of js/pixels.js: (..., 2) to (..., 10)."""
    return np.stack([z[..., 0] ** i * z[..., 1] ** j for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)], axis=-1)


def translation(codes, others):
    """Coefficients of the polynomials that turn codes into others, by least squares, shape (10, 2)."""
    return np.linalg.lstsq(powers(codes), others, rcond=None)[0]
