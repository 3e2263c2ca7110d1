"""Three ways from one start: the true law, a baseline and an HNN, and what becomes of the energy."""

import numpy as np

from hnn_lite import systems, validate
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import AXES, constants
from hnn_lite.page.plots import energy_over_time, line

FORMS = {"baseline": "field", "hnn": "gradient"}          # what `form()` of such a model says
SECONDS = 60.0


class ThreeWays(LiveFigure):
    """Paths of the true law, a baseline and an HNN from a start that can be dragged, with their energies, and a button "add a joule".

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

    script = "three-ways"
    title = "truth, baseline and HNN from one start: drag the start, press play, add a joule"
    size = (7.2, 3.3)

    def __init__(self, worlds, start=None, shown=20.0):
        if not isinstance(worlds, dict) or not worlds:
            raise ValueError('worlds must be a dict such as {"pendulum": {"baseline": ..., "hnn": ...}}')
        self.worlds = {name: _world(name, models) for name, models in worlds.items()}
        self.name = next(iter(self.worlds))
        self.start = validate.finite_states("start", AXES[self.name][0] if start is None else start, 2)
        if self.start.shape != (2,):
            raise ValueError(f"start must be one state of two coordinates, got shape {self.start.shape}")
        self.shown = validate.positive("shown", shown, zero_too=True)
        if self.shown > SECONDS:
            raise ValueError(f"shown must be at most {SECONDS:g} s, got {shown}")

    @property
    def alt(self):
        """What the still shows."""
        return (f"Left, in the plane of place and momentum, the path of a true {self.name}, that of an HNN close to it, and that of a "
                "baseline, which leaves it turn by turn. Right, the true energy along the three paths: level, nearly level, and drifting.")

    def data(self):
        """See `LiveFigure`."""
        stored = {}
        for name, world in self.worlds.items():
            stored[name] = {"constants": constants(world["truth"]), "start": self.start if name == self.name else AXES[name][0]}
            stored[name] |= {kind: {"params": weights.pack(world[kind].params), "activation": world[kind].activation} for kind in FORMS}
        return {"systems": stored, "shown": self.shown}

    def still(self, figure):
        """See `LiveFigure`."""
        world, t = self.worlds[self.name], np.linspace(0, 30, 601)
        plane, energy = figure.subplots(1, 2, width_ratios=(1, 1.25))
        paths = {way: world[way].rollout(self.start, t, rtol=1e-6) for way in ("baseline", "hnn", "truth")}
        for way, path in paths.items():
            plane.plot(*path.T, **line(way))
        plane.plot(*self.start, "o", color="#1a1a1a")
        plane.set(xlabel=AXES[self.name][3][0], ylabel=AXES[self.name][3][1])
        energy_over_time(t, {way: world["truth"].hamiltonian(path) for way, path in paths.items()}, energy, "true energy (J)")
        energy.set_ylim(0)


def _world(name, models):
    """The true law and the two models of one system, checked."""
    validate.choice("system", name, AXES)
    if not isinstance(models, dict) or not set(FORMS) <= set(models) <= {*FORMS, "truth"}:
        raise ValueError(f"worlds[{name!r}] must be a dict with 'baseline', 'hnn' and perhaps 'truth', got {models!r}")
    for kind, form in FORMS.items():
        model = models[kind]
        if getattr(model, "dim", None) != 2 or getattr(model, "form", lambda: None)() != form:
            raise ValueError(f"worlds[{name!r}][{kind!r}] must be a plain model of that kind with dim = 2, got {model!r}")
    truth = models.get("truth") or {"mass-spring": systems.mass_spring, "pendulum": systems.pendulum}[name]()
    constants(truth)
    if truth.name != name:
        raise ValueError(f"worlds[{name!r}]['truth'] is a {truth.name}")
    return {**models, "truth": truth}
