"""Training seen live: a baseline and an HNN of one hidden layer learn a spring's arrows in the browser, from the same noisy states."""

import dataclasses
import functools

import numpy as np

from hnn_lite import training, validate
from hnn_lite.data.fields import Task
from hnn_lite.models import MODELS
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import known
from hnn_lite.page.plots import AXES, COLOURS, line
from hnn_lite.scaling import Scaling

RATE, STEPS = 0.02, 400            # Adam's rate; after so many steps it pauses
SECONDS, START = 30.0, (0.7, 0.0)          # of the trajectories


class Training(LiveFigure):
    """Two networks with the same hidden layer to begin with, trained by Adam step by step: their losses, and the trajectory of each.

    Parameters
    ----------
    task : Task
        Of a mass on a spring, such as `data.fields.mass_spring()`; its states are rounded to four digits.
    width : int
        Hidden units of each network, 1 to 64.
    seed : int
        Of the initial parameters.

    Raises
    ------
    ValueError
        If an argument cannot be used.
    """

    script, shared = "training", ("networks", "motion", "draw", "input", "stage", "pictures")
    title = "a baseline and an HNN learn in the browser: press play, drag a state, drag the start"
    size = (7.2, 3.3)

    def __init__(self, task, width=24, seed=0):
        if not isinstance(task, Task) or known(task.system).name != "mass-spring":
            raise ValueError(f"task must be one of a mass on a spring, such as hl.data.fields.mass_spring(), got {validate.shown(task)}")
        self.system, self.width, self.seed = task.system, validate.whole("width", width, 1), validate.whole("seed", seed, 0)
        if width > 64:
            raise ValueError(f"width must be at most 64, got {width}")
        self.task = dataclasses.replace(task, x=np.round(task.x, 4), dx=np.round(task.dx, 4))

    @property
    def chosen(self):
        """The number of the state that can be dragged: the one with the longest arrow."""
        return int(np.argmax(np.sum(self.task.dx**2, axis=1)))

    def models(self):
        """The two networks before training, with the parameters that the browser begins with."""
        made = {name: model(2, seed=self.seed, hidden=(self.width,), scaling=Scaling.identity(2)) for name, model in MODELS.items()}
        return {name: weights.as_shown(model) for name, model in made.items()}

    def trained(self, steps=STEPS, x=None):
        """What the browser computes, by `training.fit`: {name: (model, losses before each step)}, for other states `x` if given."""
        task, learned = self.task if x is None else dataclasses.replace(self.task, x=x), {}
        for name, model in self.models().items():
            history = training.fit(model, task, steps, learning_rate=RATE, dtype=np.float64, test_every=steps, progress=False)
            learned[name] = model, history.train_loss
        return learned

    def kept(self, model):
        """The true energy of a model's trajectory after `SECONDS`, by that at its start."""
        first, last = self.system.hamiltonian(model.rollout(START, [0, SECONDS], rtol=1e-7))
        return last / first

    @functools.cached_property
    def result(self):
        """`trained()`, computed once."""
        return self.trained()

    @property
    def alt(self):
        """What the still shows."""
        kept = {name: self.kept(model) for name, (model, _) in self.result.items()}
        final = {name: losses[-1] for name, (_, losses) in self.result.items()}
        way = "inwards" if kept["baseline"] < 1 else "outwards"
        return ("Left, grey dots of noisy states and, from one start, two trajectories. The HNN's goes round and round close to a pale true circle "
                f"and has {kept['hnn']:.0%} of its energy after {SECONDS:.0f} seconds; the baseline's spirals {way} and has {kept['baseline']:.0%}. "
                f"Right, both losses over {STEPS} training steps: they fall from about one and end at {final['baseline']:.3f}, the baseline's, and "
                f"{final['hnn']:.3f}.")

    def data(self):
        """See `LiveFigure`."""
        return {"x": self.task.x, "dx": self.task.dx, "chosen": self.chosen, "rate": RATE, "steps": STEPS, "seconds": SECONDS, "start": START,
                "constants": self.system.constants, "params": {name: weights.pack(model.params) for name, model in self.models().items()}}

    def still(self, figure):
        """See `LiveFigure`."""
        plane, chart = figure.subplots(1, 2, width_ratios=(1, 1.25))
        plane.plot(*self.task.x.T, ".", color=COLOURS["data"], alpha=0.35, markersize=2)
        t = np.linspace(0, SECONDS, 901)
        plane.plot(*self.system.rollout(START, t).T, color=COLOURS["truth"], alpha=0.18, linewidth=7)
        for name, (model, losses) in self.result.items():
            plane.plot(*model.rollout(START, t, rtol=1e-7).T, **line(name) | {"linewidth": 1.2})
            chart.plot(losses, **line(name))
        plane.plot(*START, "o", color=COLOURS["truth"], markersize=4)
        names = AXES["mass-spring"]
        plane.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal", xlabel=names[0], ylabel=names[1])
        floor = np.mean((self.system.field(self.task.x) - self.task.dx) ** 2)
        chart.axhline(floor, color=COLOURS["truth"], alpha=0.18, linewidth=7, label="the true law's")
        chart.set(xlabel="training step", ylabel="loss", yscale="log")
        chart.legend()
