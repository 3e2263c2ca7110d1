"""The experiments of the HNN paper: laws learned from states and their derivatives, and from pixels."""

from functools import partial
import math

import numpy as np

from hnn_lite import metrics, systems
from hnn_lite.data import fields, pixel_pendulum, recordings
from hnn_lite.page.papers.experiment import Experiment, Recipe
from hnn_lite.models import MODELS, PixelModel


def _field_losses(model, task):
    """Mean squared errors of the model's field."""
    return {"train_loss": metrics.field_loss(model, task.x, task.dx),
            "test_loss": metrics.field_loss(model, task.test_x, task.test_dx)}


SWING = 33          # frames in a swing of the pixel pendulum


def _judge_mass_spring(model, task):
    return {"energy_mse": metrics.energy_mse(model, task),
            "energy_mse_growing": metrics.energy_mse(model, task, stretch="growing")}


def _judge_pendulum(model, task):
    spring_energy = systems.mass_spring().hamiltonian        # what the published code evaluates on pendulum paths
    return {"energy_mse": metrics.energy_mse(model, task, spring_energy),
            "energy_mse_true": metrics.energy_mse(model, task)}


def _judge_by_energy(model, task):
    return {"energy_mse": metrics.energy_mse(model, task)}


def judge_films(model, task, steps=200):
    """Energy metrics of task 5, read off what the model draws.

    (The published notebook of 20 May 2019 takes one film, encodes the drawn pictures and reads the energy off those codes; the last version is not known to us.)

    From the first pair of frames of each of `task.starts` the model makes a film of `steps` frames, 0.05 s each. Angle and
    speed are read off its pictures (`pixel_pendulum.read_motion`), and its energy is compared with the one that the true film shows.

    Parameters
    ----------
    model : PixelModel
    task : FilmTask
    steps : int

    Returns
    -------
    estimates : dict of str to Estimate
        "energy_mse": mean over films and frames of the squared difference. "energy_change": the largest `|E / E(0) - 1|` of a
        film, E the mean over a swing (33 frames) and E(0) the true film's at its start, averaged over the films;
        "energy_change_worst": the largest of all films, "energy_change_frame" the same for single frames, which adds what
        drawing and reading get wrong within a swing.
        "misfit_worst": of all frames, see `pixel_pendulum.read_angle`.
    """
    truth = pixel_pendulum.render(pixel_pendulum.simulate(task.starts, steps)[..., 0])
    seen = pixel_pendulum.pairs(truth.swapaxes(0, 1))[:, 0]
    film = model.film(seen, steps)[:steps, ..., :pixel_pendulum.PIXELS]
    true = pixel_pendulum.energy(pixel_pendulum.read_motion(truth[:steps])[0])
    shown, misfit = pixel_pendulum.read_motion(film)
    energy = pixel_pendulum.energy(shown)
    swings = np.lib.stride_tricks.sliding_window_view(energy, min(SWING, steps), axis=0).mean(axis=-1)
    change, change_frame = (np.abs(level / true[0] - 1).max(axis=0) for level in (swings, energy))
    return {"energy_mse": metrics.estimate(np.mean((energy - true) ** 2, axis=0)), "energy_change": metrics.estimate(change),
            "energy_change_worst": metrics.Estimate(float(change.max()), math.nan),
            "energy_change_frame": metrics.Estimate(float(change_frame.max()), math.nan),
            "misfit_worst": metrics.Estimate(float(misfit.max()), math.nan)}


def _pixel_model(name, task, seed, **arguments):
    return PixelModel(task.x.shape[-1], name, seed, **arguments)


def _pixel_losses(model, task):
    """Means over the pairs of frames, with the standard error over the films."""
    def losses(x, next_x):
        return metrics.estimate(np.array([model.loss(model.params, *film) for film in zip(x, next_x, strict=True)]))

    return {"train_loss": losses(task.x, task.next_x), "test_loss": losses(task.test_x, task.test_next_x)}


def _same(**recipes):
    """Recipes that are the same for both models."""
    return {name: dict.fromkeys(MODELS, recipe) for name, recipe in recipes.items()}


def _fields(task, recipes, judge):
    """An experiment on a task whose states are given as numbers."""
    models = {name: lambda task, seed, model=model: model(task.x.shape[-1], seed) for name, model in MODELS.items()}
    return Experiment(task, recipes, lambda model, task: _field_losses(model, task) | judge(model, task), models)


EXPERIMENTS = {
    "mass-spring": _fields(fields.mass_spring, _same(
        published=Recipe(), sharp=Recipe(weight_decay=1e-3, schedule="cosine")), _judge_mass_spring),
    "pendulum": _fields(fields.pendulum, _same(
        published=Recipe(), sharp=Recipe(weight_decay=1e-3, schedule="cosine")), _judge_pendulum),
    "real-pendulum": _fields(lambda seed: recordings.real_pendulum(), _same(
        published=Recipe(weight_decay=1e-5), sharp=Recipe(learning_rate=3e-3, weight_decay=1e-5, schedule="cosine")), _judge_by_energy),
    "two-body": _fields(fields.two_body, _same(
        published=Recipe(10_000, 200, weight_decay=0), sharp=Recipe(10_000, 200, 1e-2, 0, "cosine")), _judge_by_energy),
    "three-body": _fields(fields.three_body, _same(
        published=Recipe(10_000, 600), sharp=Recipe(10_000, 600, 3e-3, 0, "cosine")), _judge_by_energy),
    "pixel-pendulum": Experiment(pixel_pendulum.films, _same(
        published=Recipe(10_000, 200, weight_decay=1e-5),
        sharp=Recipe(10_000, 200, 1e-3, 0, "cosine", {"step": "rk4", "canonical": 0.1})),
        lambda model, task: _pixel_losses(model, task) | judge_films(model, task),
        {name: partial(_pixel_model, name) for name in MODELS}),
}
