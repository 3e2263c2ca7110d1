"""A stack of shears over a square net: whatever its weights, each tile keeps its area, and all of it can be undone."""

import numpy as np

from hnn_lite import shears, validate
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure

HALF, TILE, MESHES, MOST = 1.5, 0.5, 12, 20          # half the net's side, a tile's side, meshes along a side; shears at most


class ShearStack(LiveFigure):
    """A square net under the first few shears of a stack, with a tile that can be dragged, its area, and what undoing leaves.

    Parameters
    ----------
    layers : list of tuple
        Up to 20 shears of the plane, `(K, b, a)` each, as `hl.shears.shear` takes them, with the activation tanh.
    shown : float
        How many of them act at first; a fraction is a shear in part.

    Raises
    ------
    ValueError
        If these are no shears of the plane, or not so many.
    """

    script, shared = "shear-stack", ("networks", "draw", "input", "stage")
    title = "a stack of shears over a square net: press play, move the sliders, drag the tile"
    size = (7.2, 3.5)

    def __init__(self, layers, shown=3):
        layers = list(layers)
        if not 1 <= len(layers) <= MOST or any(len(layer) != 3 or np.shape(layer[0])[:1] != (1,) for layer in layers):
            raise ValueError(f"layers must be 1 to {MOST} shears (K, b, a) of the plane, K of shape (1, width), got {validate.shown(layers)}")
        self.layers, self.shown = weights.quantised(layers), validate.positive("shown", shown, zero_too=True)
        if self.shown > len(layers):
            raise ValueError(f"shown must be at most {len(layers)}, the number of shears, got {shown}")

    def acting(self, count, strength=1.0):
        """The first `count` shears, the last one perhaps in part, all weakened to `strength`."""
        some = self.layers[:int(np.ceil(count))]
        return [(K, b, strength * min(1.0, count - number) * a) for number, (K, b, a) in enumerate(some)]

    def image(self, x, count, strength=1.0):
        """Where the shears take states, shape (..., 2) to (..., 2)."""
        return shears.shear(self.acting(count, strength), x, "tanh")

    def net(self):
        """The lines of the net, shape (2 (MESHES + 1), points, 2)."""
        side, fine = np.linspace(-HALF, HALF, MESHES + 1), np.linspace(-HALF, HALF, 100)
        return np.concatenate([np.stack(np.meshgrid(side, fine, indexing="ij")[::turn], axis=-1) for turn in (1, -1)])

    @property
    def reach(self):
        """Between which q and which p the net stays, after any number of the shears: shape (2, 2)."""
        images = np.concatenate([self.image(self.net(), count).reshape(-1, 2) for count in range(len(self.layers) + 1)])
        return np.stack([images.min(axis=0), images.max(axis=0)], axis=-1)

    @property
    def alt(self):
        """What the still shows."""
        return (f"Twice the plane of q and p. Left, a square net of {MESHES} by {MESHES} meshes with one gold tile. Right, the same net after "
                f"{self.shown:g} shears: bent and drawn out, the tile with it. It has the same area as before.")

    def data(self):
        """See `LiveFigure`."""
        return {"layers": weights.pack(self.layers), "shown": self.shown, "reach": self.reach, "half": HALF, "tile": TILE, "meshes": MESHES}

    def still(self, figure):
        """See `LiveFigure`."""
        corners = TILE * np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
        tile = np.concatenate([np.linspace(one, other, 30) for one, other in zip(corners[:-1], corners[1:], strict=True)])
        for axes, count in zip(figure.subplots(1, 2), (0, self.shown), strict=True):
            for line in self.image(self.net(), count):
                axes.plot(*line.T, color="#009E73", linewidth=0.7)
            axes.fill(*self.image(tile, count).T, color="C1")
            axes.set(aspect="equal", xlabel="$q$", title=f"after {count:g} shears" if count else "before")
        figure.axes[0].set_ylabel("$p$")
