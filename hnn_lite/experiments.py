"""The paper's experiments: a task, a model, a recipe, the metrics, and a file of results that can be resumed."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
import json
import math
import os
import pathlib
import sys
import time

from joblib import Parallel, delayed
import numpy as np

from hnn_lite import checks, metrics, systems
from hnn_lite.datasets import frames, recordings, tasks
from hnn_lite.models import MODELS, PixelModel
from hnn_lite.training import fit


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: the arguments of `fit`, and what task and model are built with besides size and seed."""

    steps: int = 2000
    batch: int | None = None
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    schedule: str = "constant"
    model: dict = field(default_factory=dict)
    task: dict = field(default_factory=dict)


def _field_model(name, task, seed, **arguments):
    """A model of a task whose states are given as numbers."""
    return MODELS[name](task.x.shape[-1], seed, **arguments)


def _field_losses(model, task):
    """Mean squared errors of the model's field."""
    return {"train_loss": metrics.field_loss(model, task.x, task.dx),
            "test_loss": metrics.field_loss(model, task.test_x, task.test_dx)}


@dataclass(frozen=True)
class Experiment:
    """One of the paper's experiments.

    Attributes
    ----------
    task : callable
        `(seed, **arguments of the recipe) -> Task`.
    recipes : dict of str to Recipe
    judge : callable
        `(model, task) -> dict of str to Estimate`: the energy metrics; the first is "energy_mse", as published.
    model : callable
        `(name, task, seed, **arguments of the recipe) -> model`; name is one of `models.MODELS`.
    losses : callable
        `(model, task) -> dict of str to Estimate`: "train_loss" and "test_loss".
    """

    task: Callable
    recipes: dict
    judge: Callable
    model: Callable = _field_model
    losses: Callable = _field_losses


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
    """Energy metrics of task 5, read off what the model draws. (The published figure's starts and horizon are not known.)

    From the first pair of frames of each of `task.starts` the model makes a film of `steps` frames, 0.05 s each. Angle and
    speed are read off its pictures (`frames.read_motion`), and its energy is compared with the one that the true film shows.

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
        "misfit_worst": of all frames, see `frames.read_angle`.
    """
    truth = frames.render(frames.simulate(task.starts, steps)[..., 0])
    seen = frames.view(truth.swapaxes(0, 1), task.see)[:, 0]
    film = frames.as_pairs(model.film(seen, steps), task.see)[:steps, ..., :frames.PIXELS]
    true = frames.energy(frames.read_motion(truth[:steps])[0])
    shown, misfit = frames.read_motion(film)
    energy = frames.energy(shown)
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


EXPERIMENTS = {
    "mass-spring": Experiment(tasks.mass_spring, {
        "published": Recipe(),
        "sharp": Recipe(weight_decay=1e-3, schedule="cosine")}, _judge_mass_spring),
    "pendulum": Experiment(tasks.pendulum, {
        "published": Recipe(),
        "sharp": Recipe(weight_decay=1e-3, schedule="cosine")}, _judge_pendulum),
    "real-pendulum": Experiment(lambda seed: recordings.pendulum(), {
        "published": Recipe(weight_decay=1e-5),
        "sharp": Recipe(learning_rate=3e-3, weight_decay=1e-5, schedule="cosine")}, _judge_by_energy),
    "two-body": Experiment(tasks.two_body, {
        "published": Recipe(10_000, 200, weight_decay=0),
        "sharp": Recipe(10_000, 200, 1e-2, 0, "cosine")}, _judge_by_energy),
    "three-body": Experiment(tasks.three_body, {
        "published": Recipe(10_000, 600),
        "sharp": Recipe(10_000, 600, 3e-3, 0, "cosine")}, _judge_by_energy),
    "pixel-pendulum": Experiment(frames.pendulum, {
        "published": Recipe(10_000, 200, weight_decay=1e-5, task={"see": "change"}),
        "sharp": Recipe(10_000, 200, 1e-3, 0, "cosine", {"step": "rk4", "canonical": 0.1})}, judge_films, _pixel_model, _pixel_losses),
}


def run(experiment, model, seed=0, recipe="published", steps=None, weights=None, progress=True):
    """Train one model on one experiment and judge it.

    Parameters
    ----------
    experiment : str
        A name in `EXPERIMENTS`.
    model : str
        A name in `models.MODELS`.
    seed : int
        For the data, the initial parameters and the order of the batches.
    recipe : str
        A name in the experiment's recipes; "published" is the paper's.
    steps : int, optional
        Instead of the recipe's.
    weights : path, optional
        A folder in which the trained model is stored, in half precision, as EXPERIMENT-MODEL-RECIPE-SEED.npz.
    progress : bool

    Returns
    -------
    record : dict
        Ready for JSON: what was run, the seconds it took, the lowest and the highest test loss in the last tenth of the
        steps, and, after the last, losses and energy metrics, each with its standard error under the same name with
        `_error` (None where there is a single rollout).

    Raises
    ------
    ValueError
        For an unknown name.
    """
    chosen = EXPERIMENTS[checks.choice("experiment", experiment, EXPERIMENTS)]
    arguments = asdict(chosen.recipes[checks.choice("recipe", recipe, chosen.recipes)])
    if steps is not None:
        arguments["steps"] = checks.whole("steps", steps, 1)
    task = chosen.task(seed, **arguments.pop("task"))
    network = chosen.model(checks.choice("model", model, MODELS), task, seed, **arguments.pop("model"))
    start = time.perf_counter()
    history = fit(network, task, seed=seed, progress=progress, **arguments)
    seconds = time.perf_counter() - start
    late = [loss for step, loss in zip(history.test_steps, history.test_loss, strict=True) if step > 0.9 * arguments["steps"]]
    estimates = chosen.losses(network, task) | chosen.judge(network, task)
    if weights:
        if isinstance(network, PixelModel):
            network.trim(task.x)
        network.save(pathlib.Path(weights) / f"{experiment}-{model}-{recipe}-{seed}.npz", half=True)
    record = {"experiment": experiment, "model": model, "recipe": recipe, "seed": seed, "steps": arguments["steps"],
              "seconds": round(seconds, 2), "test_loss_lowest": min(late), "test_loss_highest": max(late)}
    for name, estimate in estimates.items():
        record |= {name: estimate.mean, f"{name}_error": estimate.error if math.isfinite(estimate.error) else None}
    return record


def reproduce(experiments, models=("baseline", "hnn"), seeds=(0,), recipe="published", steps=None, jobs=1, out=None,
              weights=None, progress=True):
    """Run every combination of experiments, models and seeds, several at a time.

    Parameters
    ----------
    experiments, models : list of str
    seeds : list of int
    recipe : str
    steps : int, optional
        Instead of the recipe's.
    jobs : int
        Processes at a time, by joblib.
    out : path, optional
        A JSON file, a list of records. What it holds already is not run again; it is rewritten after each run, so that
        nothing is lost when the command is stopped.
    weights : path, optional
        See `run`. A run whose record is there already stores nothing.
    progress : bool
        Whether to print a line for each run that ends.

    Returns
    -------
    records : list of dict
        Those asked for, ordered by experiment, model and seed; see `run`.

    Raises
    ------
    ValueError
        For an unknown name, a seed or a number of steps that is none, or if `out` is not a list of records.
    """
    for name in experiments:
        checks.choice("experiment", name, EXPERIMENTS)
        checks.choice("recipe", recipe, EXPERIMENTS[name].recipes)
    for name in models:
        checks.choice("model", name, MODELS)
    out = out and pathlib.Path(out)
    known = {_key(record): record for record in (read(out) if out and out.exists() else [])}
    seeds = checks.wholes("seeds", seeds, 0)
    if steps is not None:
        checks.whole("steps", steps, 1)
    wanted = [(experiment, model, recipe, seed, steps or EXPERIMENTS[experiment].recipes[recipe].steps)
              for experiment in experiments for model in models for seed in seeds]
    missing = [key for key in wanted if key not in known]
    runs = Parallel(n_jobs=checks.whole("jobs", jobs, 1), return_as="generator_unordered")(
        delayed(run)(experiment, model, seed, recipe, steps, weights, progress=False)
        for experiment, model, recipe, seed, steps in missing)
    for done, record in enumerate(runs, 1):
        known[_key(record)] = record
        if out:
            _write(out, list(known.values()))
        if progress:
            print(f"[{done}/{len(missing)}] {record['experiment']}, {record['model']}, seed {record['seed']}: "
                  f"test loss {record['test_loss']:.3e}, energy MSE {record['energy_mse']:.3e}, "
                  f"{record['seconds']:.1f} s", file=sys.stderr, flush=True)
    return [known[key] for key in wanted]


def read(path):
    """The records in a file that `reproduce` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not a JSON list of records.
    """
    try:
        records = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        for record in records:
            _key(record)
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError, KeyError) as problem:
        raise ValueError(f"{path} is not a results file ({type(problem).__name__}: {problem}); "
                         "move it away or name another") from None
    return records


def _key(record):
    return tuple(record[name] for name in ("experiment", "model", "recipe", "seed", "steps"))


def _write(path, records):
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(sorted(records, key=_key), indent=1) + "\n", encoding="utf-8")
    os.replace(new, path)          # all or nothing, should the machine stop meanwhile
