"""The control: six models that differ by what they know beforehand, on every task with positions and velocities.

What does an HNN gain from the conservation law, and what from knowing which numbers are positions? The models in between tell the two apart.

References
----------
Gruver, Finzi, Stanton, Wilson, arXiv:2202.04836, ask this question.
"""

from dataclasses import replace
from functools import lru_cache

import autograd.numpy as np

from hnn_lite import metrics, tree, validate
from hnn_lite.data import fields, recordings
from hnn_lite.integrate import jacobian
from hnn_lite.models import HNN, Baseline
from hnn_lite.networks import mlp
from hnn_lite.page.papers.experiment import Experiment
from hnn_lite.page.papers.hnn_paper import EXPERIMENTS as PAPER
from hnn_lite.scaling import Scaling

POINTS = 200          # test points at most, spread evenly, at which the divergence is looked at


class SecondOrder(Baseline):
    """dq/dt = p / m is given, dp/dt = MLP(q, p) is learned: a law of second order, with no conservation in it.

    Parameters are those of `LearnedField`, without the scaling, and `mass`, the same for all coordinates.
    """

    label, colour = "second order", "#E69F00"

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh", mass=1.0):
        self.mass, self.outputs = validate.positive("mass", mass), validate.phase_space("dim", dim) // 2
        super().__init__(dim, seed, hidden, activation, Scaling.identity(dim))

    def apply(self, params, x):
        return np.concatenate([x[..., self.dim // 2:] / self.mass, mlp(params, x, self.activation)], axis=-1)


class Force(SecondOrder):
    """As `SecondOrder`, with a force that depends on the positions alone, dp/dt = MLP(q): it has no divergence, and need have no potential."""

    label, colour = "force", "#8B5A2B"

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh", mass=1.0):
        super().__init__(dim, seed, hidden, activation, mass)
        self.params = _of_positions(self.params, dim)

    def apply(self, params, x):
        q, p = x[..., :self.dim // 2], x[..., self.dim // 2:]
        return np.concatenate([p / self.mass, mlp(params, q, self.activation)], axis=-1)


class Penalised(Baseline):
    """A baseline whose loss has `weight` times the mean square of its divergence added: it is asked, not forced, to keep volumes.

    Parameters are those of `LearnedField`, without scaling and activation, and `weight`. The divergence is exact, and costs
    little more than the field: for two layers of tanh the trace of the Jacobian is a bilinear form in the two layers' slopes.
    """

    label, colour = "penalty", "#CC79A7"

    def __init__(self, dim, seed=0, hidden=(200, 200), weight=0.1):
        self.weight = validate.positive("weight", weight, zero_too=True)
        super().__init__(dim, seed, hidden, "tanh", Scaling.identity(dim))
        if len(self.hidden) != 2:
            raise ValueError(f"hidden must be two widths, got {validate.shown(hidden)}")

    def divergence(self, params, x):
        """The sum of the derivatives of each component of dx/dt by its own coordinate: shape (..., dim) to (...)."""
        (W, b), (V, c), (last,) = params
        first = np.tanh(x @ W + b)
        second = np.tanh(first @ V + c)
        return np.sum(((1 - first**2) @ (V * (last @ W).T)) * (1 - second**2), axis=-1)

    def loss(self, params, x, dx):
        """The mean squared error of the field, and `weight` times the mean square of the divergence."""
        return np.mean(self.errors(params, x, dx) ** 2) + self.weight * np.mean(self.divergence(params, x) ** 2)


class Separable(HNN):
    """An HNN with H = p^2 / 2m + V(q): the kinetic energy is given, V = MLP(q) is learned.

    Parameters are those of `SecondOrder`.
    """

    label, colour = "HNN, p²/2m + V(q)", "#009E73"

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh", mass=1.0):
        self.mass = validate.positive("mass", mass)
        super().__init__(dim, seed, hidden, activation, Scaling.identity(dim))
        self.params = _of_positions(self.params, dim)

    def energy(self, params, x):
        n = self.dim // 2
        return np.sum(x[..., n:] ** 2, axis=-1) / (2 * self.mass) + mlp(params, x[..., :n], self.activation)[..., 0]


def _of_positions(params, dim):
    """The parameters of a network of states, cut to one of positions."""
    (W, b), *rest = params
    return [(W[:dim // 2], b), *rest]


def judge(model, task):
    """What the control compares, for the true energy of each task (the pendulum's too, which the published code judges by the spring's).

    Returns
    -------
    judged : dict
        "train_loss", "test_loss": of the field alone, without any penalty. "energy_mse", "path_mse": mean squares over starts, times
        and coordinates of what the model's paths miss in energy and in state. "divergence": its root mean square at test points.
        "parameters": their number.
    """
    path = model.rollout(task.starts, task.times)
    J, _ = jacobian(model.field, task.test_x[::max(1, len(task.test_x) // POINTS)])
    return {"train_loss": metrics.field_loss(model, task.x, task.dx), "test_loss": metrics.field_loss(model, task.test_x, task.test_dx),
            "energy_mse": metrics.estimate(np.mean((task.energy(path) - task.energy(task.reference)) ** 2, axis=0)),
            "path_mse": metrics.estimate(np.mean((path - task.reference) ** 2, axis=(0, 2))),
            "divergence": float(np.sqrt(np.mean(np.trace(J, axis1=-2, axis2=-1) ** 2))),
            "parameters": int(tree.ravel(model.params).size)}


MODELS = {
    "baseline": lambda task, seed: Baseline(task.x.shape[-1], seed, scaling=Scaling.identity(task.x.shape[-1])),
    "second-order": lambda task, seed, **arguments: SecondOrder(task.x.shape[-1], seed, **arguments),
    "force": lambda task, seed, **arguments: Force(task.x.shape[-1], seed, **arguments),
    "penalty": lambda task, seed, **arguments: Penalised(task.x.shape[-1], seed, **arguments),
    "hnn": lambda task, seed: HNN(task.x.shape[-1], seed, scaling=Scaling.identity(task.x.shape[-1])),
    "separable": lambda task, seed, **arguments: Separable(task.x.shape[-1], seed, **arguments),
}
TRIED = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)          # weights of the penalty that were tried, on seed 100
# by the paper's number of the task: its experiment, the task, the mass, and the weight whose energy error on seed 100 was least
TASKS = {"1": ("mass-spring", fields.mass_spring, 0.5, 10.0), "2": ("pendulum", fields.pendulum, 0.5, 100.0),
         "3": ("real-pendulum", lambda seed: recordings.real_pendulum(), 1.0, 10.0),
         "4": ("two-body", fields.two_body, 1.0, 0.1), "4b": ("three-body", fields.three_body, 1.0, 0.01)}


def _recipes(name, mass, weight):
    """The sharp recipe of the paper's experiment `name` for all six, and those that the weight was chosen from."""
    sharp = PAPER[name].recipes["sharp"]["hnn"]
    known = replace(sharp, model={"mass": mass})
    return {"control": {"baseline": sharp, "second-order": known, "force": known, "penalty": replace(sharp, model={"weight": weight}),
                        "hnn": sharp, "separable": known}} | {
            f"weight-{tried:g}": {"penalty": replace(sharp, model={"weight": tried})} for tried in TRIED}


EXPERIMENTS = {f"control-{number}": Experiment(lru_cache(maxsize=5)(task), _recipes(name, *rest), judge, MODELS)
               for number, (name, task, *rest) in TASKS.items()}
