"""Three ways from one start: the true law, a baseline and an HNN, and what becomes of the energy."""

from matplotlib.colors import LinearSegmentedColormap
import numpy as np

from hnn_lite import systems, validate
from hnn_lite.models import Baseline, HNN
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import known, VIEWS
from hnn_lite.page.plots import AXES, energy_over_time, line

KINDS = {"baseline": Baseline, "hnn": HNN}
SECONDS = 60.0
GRID, WIDER = 33, 1.1                     # places along a side with the baseline's divergence; as far out as the axes, times this
SPREADS, CONTRACTS = "#8a63d2", "#E69F00"


class ThreeWays(LiveFigure):
    """Paths of the true law, a baseline and an HNN from a start that can be dragged, with their energies, and a button "add a joule".

    The plane is tinted with the divergence of the baseline's field: summed over the area inside a closed orbit, it is, to first order,
    the energy that the baseline gains in a turn (Gauss).

    Parameters
    ----------
    worlds : dict of str to dict
        By "mass-spring" and "pendulum", or one of them: `{"baseline": Baseline, "hnn": HNN}`, and "truth" with a System if it is
        not the book's.
    start : array, shape (2,), optional
        Where the first system's motion begins.
    shown : float
        Seconds of the motion that are shown before the reader does anything, up to 60.

    Raises
    ------
    ValueError
        If there is no such system, or a model is missing or of another kind.
    """

    script, shared = "three-ways", (*LiveFigure.shared, "three-paths")
    title = "truth, baseline and HNN from one start: drag the start, press play, add a joule"
    size = (7.2, 3.3)

    def __init__(self, worlds, start=None, shown=20.0):
        if not isinstance(worlds, dict) or not worlds:
            raise ValueError('worlds must be a dict such as {"pendulum": {"baseline": ..., "hnn": ...}}')
        self.worlds = {name: _world(name, models) for name, models in worlds.items()}
        self.name = next(iter(self.worlds))
        self.start = validate.finite_states("start", VIEWS[self.name][0] if start is None else start, 2)
        if self.start.shape != (2,):
            raise ValueError(f"start must be one state of two coordinates, got shape {self.start.shape}")
        self.shown = validate.positive("shown", shown, zero_too=True)
        if self.shown > SECONDS:
            raise ValueError(f"shown must be at most {SECONDS:g} s, got {shown}")

    @property
    def alt(self):
        """What the still shows."""
        return (f"Left, in the plane of place and momentum, the path of a true {self.name}, that of an HNN close to it, and that of a "
                "baseline, which leaves it turn by turn; patches of violet and amber behind them. "
                "Right, the true energy along the three paths: level, nearly level, and drifting.")

    def data(self):
        """See `LiveFigure`."""
        stored = {}
        for name, world in self.worlds.items():
            stored[name] = {"constants": world["truth"].constants, "start": self.start if name == self.name else VIEWS[name][0]}
            stored[name] |= {kind: weights.law(world[kind]) for kind in KINDS}
            extent, tint, full = self._tint(name)
            stored[name] |= {"extent": extent, "tint": np.round(tint, 4), "full": full}
        return {"systems": stored, "shown": self.shown}

    def still(self, figure):
        """See `LiveFigure`."""
        world, t = self.worlds[self.name], np.linspace(0, 30, 601)
        plane, energy = figure.subplots(1, 2, width_ratios=(1, 1.25))
        paths = {way: world[way].rollout(self.start, t, rtol=1e-6) for way in ("baseline", "hnn", "truth")}
        (right, top), tint, full = self._tint(self.name)
        shades = LinearSegmentedColormap.from_list("divergence", (CONTRACTS, "white", SPREADS))
        plane.imshow(tint, extent=(-right, right, -top, top), origin="lower", aspect="auto", interpolation="bilinear",
                     cmap=shades, alpha=0.35, vmin=-full, vmax=full)
        for way, path in paths.items():
            plane.plot(*path.T, **line(way))
        plane.plot(*self.start, "o", color="#1a1a1a")
        plane.set(xlabel=AXES[self.name][0], ylabel=AXES[self.name][1])
        energy_over_time(t, {way: world["truth"].hamiltonian(path) for way, path in paths.items()}, energy, "true energy (J)")
        energy.set_ylim(0)

    def _tint(self, name):
        """How far the grid reaches, the baseline's divergence at its places, and the size that has the full tint."""
        extent = WIDER * np.array(VIEWS[name][2])
        tint = divergence(self.worlds[name]["baseline"].field, np.stack(np.meshgrid(*(np.linspace(-e, e, GRID) for e in extent)), axis=-1))
        return extent, tint, np.quantile(np.abs(tint), 0.8)


def divergence(field, x, h=1e-4):
    """The sum of the slopes of a field's two components, each along its own axis, by central differences: (..., 2) to (...)."""
    return sum((field(x + step) - field(x - step))[..., i] for i, step in enumerate(h * np.eye(2))) / (2 * h)


def _world(name, models):
    """The true law and the two models of one system, checked."""
    validate.choice("system", name, VIEWS)
    if not isinstance(models, dict) or not set(KINDS) <= set(models) <= {*KINDS, "truth"}:
        raise ValueError(f"worlds[{name!r}] must be a dict with 'baseline', 'hnn' and perhaps 'truth', got {models!r}")
    for kind, wanted in KINDS.items():
        if not isinstance(models[kind], wanted) or models[kind].dim != 2:
            raise ValueError(f"worlds[{name!r}][{kind!r}] must be a model of the class {wanted.__name__} with dim = 2, "
                             f"got {models[kind]!r}")
    truth = known(models.get("truth") or {"mass-spring": systems.mass_spring, "pendulum": systems.pendulum}[name]())
    if truth.name != name:
        raise ValueError(f"worlds[{name!r}]['truth'] is a {truth.name}")
    return {**models, "truth": truth}
