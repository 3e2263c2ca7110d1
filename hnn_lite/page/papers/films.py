"""Tasks 1 and 2 of the HNN paper without their rates: what is learned from noisy films alone, and from noisy states with exact rates."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hnn_lite import metrics
from hnn_lite.data import fields
from hnn_lite.models import HNN, Baseline
from hnn_lite.page.beyond import noise
from hnn_lite.page.papers.experiment import Experiment, Recipe
from hnn_lite.training import History

BLUR, COUNT = 0.1, 25          # as in the paper: standard deviation of the states, and films
BLURS, COUNTS = (0.02, 0.05, 0.2), (5, 10, 50)          # others
INNER = 2          # steps of the integrator from frame to frame
# by the paper's number: the task, the networks' activation, the prior of a training's beginning, and the symmetry of V. The activation and the
# prior were chosen on seed 100; that the pendulum's larger prior helps was first seen on seeds 2 and 3
TASKS = {"1": (fields.mass_spring, "softplus", 1e-2, "mirror"), "2": (fields.pendulum, "tanh", 1.0, "circle")}


@dataclass(frozen=True)
class FilmTask(fields.Task):
    """A task and its films.

    Attributes
    ----------
    blur : float
        Standard deviation of the noise.
    films : array, shape (frames, films, dim)
    spacing : float
        Time from one frame to the next.
    """

    blur: float
    films: np.ndarray
    spacing: float


def _task(make, seed, blur=BLUR, count=COUNT):
    task = make(seed, trajectories=count, noise=blur)
    return FilmTask(**vars(task), blur=blur, **dict(zip(("films", "spacing"), noise.films(task, count), strict=True)))


def _train(model, task, steps, weight_decay, method, **_):
    """As `fit`: `weight_decay` is the prior that a training begins with, or none; `method` is "films" or "arrows"."""
    how = {"prior": weight_decay, "adapt": weight_decay > 0, "steps": steps}
    if method == "films":
        model.fitted = noise.through_films(model, task.films, task.spacing, INNER, noise=task.blur, **how)
    else:
        model.fitted = noise.from_arrows(model, task.x, task.dx, noise=2 * task.blur, **how)
    return History([], [steps], [_test_loss(model, task)])


def _test_loss(model, task):
    return metrics.field_loss(model, task.test_x, task.test_dx).mean


def judge(model, task):
    """How far off a law's rollouts are.

    Returns
    -------
    judged : dict
        "test_loss": of the field. "energy_mse", "path_mse": mean squares over starts, times and coordinates. "expected": the energy error
        that noise alone makes, to first order. "used": how many parameters the data determine. "noise_found": the estimated standard
        deviation.
    """
    path = model.rollout(task.starts, task.times, rtol=1e-6)
    return {"test_loss": _test_loss(model, task), "energy_mse": float(np.mean((task.energy(path) - task.energy(task.reference)) ** 2)),
            "path_mse": float(np.mean((path - task.reference) ** 2)), "expected": noise.expected_energy_mse(model, model.fitted, task),
            "used": model.fitted.used, "noise_found": model.fitted.noise}


def _experiment(make, activation, prior, symmetry):
    network = {"hidden": (16,), "activation": activation}
    models = {"baseline": lambda task, seed: Baseline(2, seed, **network), "hnn": lambda task, seed: HNN(2, seed, **network),
              "mechanical": lambda task, seed: noise.Mechanical(2, seed, **network),
              "symmetric": lambda task, seed: noise.Mechanical(2, seed, **network, symmetry=symmetry),
              "two-constants": lambda task, seed: noise.TwoConstants(task.system.name)}

    def recipes(method, steps, names=tuple(models), **given):
        return {name: Recipe(steps, weight_decay=0 if name == "two-constants" else prior, method=method, task=given) for name in names}

    few = ("hnn", "two-constants")
    sweep = [(f"{value:g}", {key: value}) for key, values in (("blur", BLURS), ("count", COUNTS)) for value in values]
    return Experiment(lru_cache(maxsize=1)(lambda seed, **given: _task(make, seed, **given)), {
        "films": recipes("films", noise.LONG), "arrows": recipes("arrows", noise.SHORT + noise.LONG),
        **{f"films-{label}": recipes("films", noise.LONG, ("baseline", *few), **given) for label, given in sweep},
        **{f"arrows-{label}": recipes("arrows", noise.SHORT + noise.LONG, few, **given) for label, given in sweep}}, judge, models, _train)


EXPERIMENTS = {f"films-{number}": _experiment(*of) for number, of in TASKS.items()}
