"""The book's first figure: a pendulum to take hold of, and two networks that continue its swing."""

import numpy as np

from hnn_lite import systems, validate
from hnn_lite.models import Baseline, HNN
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import known
from hnn_lite.page.plots import AXES, COLOURS, line

KINDS = {"baseline": Baseline, "hnn": HNN}
RATE, END, REACH = 3.0, 240.0, 2.6          # seconds of the motion in one of the clock, seconds in all, the widest swing in radians


class Swing(LiveFigure):
    """A large pendulum that can be dragged or thrown, and two ghosts that start with it: a baseline's motion and an HNN's.

    It is the one live figure that moves as soon as it is seen.

    Parameters
    ----------
    models : dict of str to model
        `{"baseline": Baseline, "hnn": HNN}`, both of a pendulum.
    system : System, optional
        The true pendulum; the book's if it is not given.
    start : array, shape (2,)
        The first swing's angle and momentum.

    Raises
    ------
    ValueError
        If a model is missing or of another kind, the system is no pendulum, or the start is no swing below `REACH`.
    """

    script, shared = "swing", (*LiveFigure.shared, "three-paths")
    title = "a pendulum and two networks that continue its swing: drag it, or throw it"
    alt = ("Left, three pendulums, each at the right end of a swing: a black one on a dashed line, a blue one close to it, an orange one elsewhere. "
           "Right, above, their last turns in the plane of angle and momentum: the blue curve lies on the pale true one, the orange one off it. "
           "Below, their true energy over sixty seconds: pale and blue are level, orange drifts.")
    size = (8.6, 3.7)

    def __init__(self, models, system=None, start=(1.4, 0.0)):
        if not isinstance(models, dict) or set(models) != set(KINDS):
            raise ValueError(f"models must be a dict with 'baseline' and 'hnn', got {models!r}")
        for kind, wanted in KINDS.items():
            if not isinstance(models[kind], wanted) or models[kind].dim != 2:
                raise ValueError(f"models[{kind!r}] must be a model of the class {wanted.__name__} with dim = 2, got {models[kind]!r}")
        self.models, self.system = models, known(system or systems.pendulum())
        if self.system.name != "pendulum":
            raise ValueError(f"system must be a pendulum, got {self.system.name}")
        self.start = validate.finite_states("start", start, 2)
        if self.start.shape != (2,) or not 0 < self.system.hamiltonian(self.start) <= self.system.hamiltonian([REACH, 0.0]):
            raise ValueError(f"start must be one state of a swing that goes no further than {REACH} rad, got {start}")

    def data(self):
        """See `LiveFigure`."""
        laws = {kind: weights.law(model) for kind, model in self.models.items()}
        return {"constants": self.system.constants, "start": self.start, "rate": RATE, "end": END, "reach": REACH, **laws}

    def still(self, figure):
        """See `LiveFigure`."""
        t = np.linspace(0, 60, 1201)
        paths = {"truth": self.system.rollout(self.start, t)}
        paths |= {kind: model.rollout(self.start, t, rtol=1e-6) for kind, model in self.models.items()}
        energy = {way: self.system.hamiltonian(path) for way, path in paths.items()}
        left, right = figure.subfigures(1, 2, width_ratios=(1.5, 1))
        picture, (plane, chart) = left.subplots(), right.subplots(2, height_ratios=(1.5, 1))
        height = energy["truth"][0] / np.prod(list(self.system.constants.values())) - 1
        picture.axhline(height, color="#98a3ad", linewidth=1, linestyle="--")
        names = {"truth": "your swing", "baseline": "plain network", "hnn": "Hamiltonian network"}
        for way in names:
            q = paths[way][-120:, 0].max()          # in the last six seconds
            picture.plot([0, np.sin(q)], [0, -np.cos(q)], color=COLOURS[way], linewidth=3, marker="o", markevery=[1],
                         markersize=20 if way == "truth" else 14, label=names[way])
        picture.set(xlim=(-1.4, 1.6), ylim=(-1.1, 0.9), aspect="equal")
        picture.set_axis_off()
        picture.legend(loc="upper left", frameon=False, markerscale=0.4)
        for way in ("truth", "baseline", "hnn"):
            style = {"color": "#c9ced3", "linewidth": 5} if way == "truth" else line(way)
            plane.plot(*paths[way][-400:].T, **style)
            chart.plot(t, energy[way], **style)
        plane.set(xlabel=AXES["pendulum"][0], ylabel="momentum $p$", aspect="equal")
        chart.set(xlabel="time (s)", ylabel="true energy (J)", ylim=(0, None))
