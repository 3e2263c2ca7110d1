"""The lab "train your own": a model of a mass on a spring, or of a pendulum, on data of the reader's choice."""

import numpy as np

from hnn_lite.page import claims
from hnn_lite import validate
from hnn_lite.data import fields
from hnn_lite.metrics import field_loss
from hnn_lite.models import Baseline, HNN
from hnn_lite.page.labs.controls import Control
from hnn_lite.page.labs.lab import Lab
from hnn_lite.page import plots

SYSTEMS = {"mass-spring": fields.mass_spring, "pendulum": fields.pendulum}
MODELS = {"HNN": HNN, "baseline": Baseline}
STARTS = {"mass-spring": (0.7, 0.0), "pendulum": (1.4, 0.0)}
TIMES = np.linspace(0, 20, 200)


class TrainYourOwn(Lab):
    """Choose system, model, noise, width, steps and seed; watch the loss sink and the arrows turn.

    Attributes
    ----------
    task, model
        Of the last run, once it has begun.
    path : array, shape (times, 2)
        The model's path from one start over twenty seconds, as far as the training has come.
    """

    title = "Train your own"
    alt = ("Left: training and test loss over the steps. Middle: the learned field as arrows, the data as dots, and a path of twenty "
           "seconds. Right: the true energy along this path, and along the true one.")
    controls = {
        "system": Control("system", tuple(SYSTEMS), "mass-spring"),
        "model": Control("model", tuple(MODELS), "HNN"),
        "noise": Control("noise", (0.0, 0.02, 0.05, 0.1, 0.2, 0.5), 0.1),
        "width": Control("hidden units", (5, 10, 20, 50, 100, 200), 100),
        "steps": Control("steps", (100, 200, 500, 1000, 2000, 5000), 1000),
        "seed": Control("seed", tuple(range(10)), 0),
    }
    size = (10.2, 3.6)

    def _train(self, system, model, noise, width, steps, seed):
        name = validate.choice("system", system, SYSTEMS)
        learner, seed = MODELS[validate.choice("model", model, MODELS)], claims.seed(seed)
        self.task = SYSTEMS[name](seed, noise=noise)
        self.model, self.start = learner(2, seed, hidden=(width, width)), np.array(STARTS[name])
        self._fit(self.model, self.task, steps, self._note, weight_decay=1e-4, seed=seed)

    def _note(self):
        self.path = self.model.rollout(self.start, TIMES)

    def draw(self, figure):
        losses, plane, energies = figure.subplots(1, 3)
        name, task = plots.name_of(self.model), self.task
        plots.loss_curves({name: self.history}, ax=losses)
        losses.legend(title="thin: training\nthick: test", alignment="left", loc="lower left", fontsize=9, title_fontsize=9)
        plots.phase_portrait(self.model, self.path, task, ax=plane, title="the learned field, and 20 s")
        truth = task.system.rollout(self.start, TIMES)
        plots.energy_over_time(TIMES, {name: task.energy(self.path), "truth": task.energy(truth)}, energies)
        energies.set(title="the true energy", ylim=(0, None))

    def statements(self):
        loss = field_loss(self.model, self.task.test_x, self.task.test_dx).mean / np.mean(self.task.test_dx**2)
        energy = self.task.energy(self.path)
        change = np.max(np.abs(energy / energy[0] - 1))
        said = [("the squared error of the arrows is below a tenth of their mean square", bool(loss < 0.1), loss),
                ("the energy along the path changes by less than a tenth", bool(change < 0.1), change)]
        if isinstance(self.model, HNN):
            H = self.model.hamiltonian(self.path)
            kept = np.ptp(H) / np.ptp(self.model.hamiltonian(self.task.test_x))
            said.append(("the learned H stays the same, to a thousandth of its range", bool(kept < 1e-3), kept))
        return said
