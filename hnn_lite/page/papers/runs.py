"""Running experiments: a record for each run, and a file of them that can be resumed."""

from dataclasses import asdict
import json
import math
import os
import pathlib
import sys
import time

from joblib import Parallel, delayed

from hnn_lite import metrics, validate
from hnn_lite.page.papers import aan_paper, hnn_paper
from hnn_lite.models import PixelModel
from hnn_lite.training import fit

EXPERIMENTS = hnn_paper.EXPERIMENTS | aan_paper.EXPERIMENTS


def run(experiment, model, seed=0, recipe=None, steps=None, weights=None, progress=True):
    """Train one model on one experiment and judge it.

    Parameters
    ----------
    experiment : str
        A name in `EXPERIMENTS`.
    model : str
        A name in the experiment's models.
    seed : int
        For the data, the initial parameters and the order of the batches.
    recipe : str, optional
        A name in the experiment's recipes; if not given, its first: "published", the paper's, for the HNN paper's experiments.
    steps : int, optional
        Instead of the recipe's.
    weights : path, optional
        A folder in which the trained model is stored, in half precision, as EXPERIMENT-MODEL-RECIPE-SEED.npz.
    progress : bool

    Returns
    -------
    record : dict
        Ready for JSON: what was run, the seconds its training took (by the clock, and of the processor), the lowest and the
        highest test loss in the last tenth of the steps, and, after the last, losses and what the experiment's `judge` says;
        a standard error has its quantity's name with `_error` (None where there is a single rollout).

    Raises
    ------
    ValueError
        For an unknown name.
    """
    chosen = EXPERIMENTS[validate.choice("experiment", experiment, EXPERIMENTS)]
    arguments, recipe = asdict(chosen.recipe(recipe, model)), recipe or chosen.default()
    if steps is not None:
        arguments["steps"] = validate.whole("steps", steps, 1)
    task = chosen.task(seed, **arguments.pop("task"))
    network = chosen.models[model](task, seed, **arguments.pop("model"))
    start, busy = time.perf_counter(), time.process_time()
    history = fit(network, task, seed=seed, progress=progress, **arguments)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    late = [loss for step, loss in zip(history.test_steps, history.test_loss, strict=True) if step > 0.9 * arguments["steps"]]
    judged = chosen.judge(network, task)
    if weights:
        if isinstance(network, PixelModel):
            network.trim(task.x)
        network.save(pathlib.Path(weights) / f"{experiment}-{model}-{recipe}-{seed}.npz", half=True)
    record = {"experiment": experiment, "model": model, "recipe": recipe, "seed": seed, "steps": arguments["steps"],
              "seconds": round(seconds, 2), "cpu_seconds": round(busy, 2), "test_loss_lowest": min(late), "test_loss_highest": max(late)}
    for name, value in judged.items():
        if isinstance(value, metrics.Estimate):
            record |= {name: value.mean, f"{name}_error": value.error if math.isfinite(value.error) else None}
        else:
            record[name] = value
    return record


def reproduce(experiments, models=None, seeds=(0,), recipe=None, steps=None, jobs=1, out=None,
              weights=None, progress=True):
    """Run every combination of experiments, models and seeds, several at a time.

    Parameters
    ----------
    experiments : list of str
    models : list of str, optional
        All that an experiment has a recipe for, if not given.
    seeds : list of int
    recipe : str, optional
        See `run`.
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
    chosen = {name: EXPERIMENTS[validate.choice("experiment", name, EXPERIMENTS)] for name in experiments}
    recipes = {(name, model): experiment.recipe(recipe, model) for name, experiment in chosen.items()
               for model in (experiment.able(recipe) if models is None else models)}
    out = out and pathlib.Path(out)
    known = {_key(record): record for record in (read(out) if out and out.exists() else [])}
    seeds = validate.wholes("seeds", seeds, 0)
    if steps is not None:
        validate.whole("steps", steps, 1)
    wanted = [(name, model, recipe or chosen[name].default(), seed, steps or its_recipe.steps)
              for (name, model), its_recipe in recipes.items() for seed in seeds]
    missing = [key for key in wanted if key not in known]
    runs = Parallel(n_jobs=validate.whole("jobs", jobs, 1), return_as="generator_unordered")(
        delayed(run)(experiment, model, seed, recipe, steps, weights, progress=False)
        for experiment, model, recipe, seed, steps in missing)
    for done, record in enumerate(runs, 1):
        known[_key(record)] = record
        if out:
            _write(out, list(known.values()))
        if progress:
            judged = (f"energy MSE {record['energy_mse']:.3e}" if "energy_mse" in record else
                      f"error {record['error_by_jump'][0]:.1e} after {record['jumps'][0]} sample")
            print(f"[{done}/{len(missing)}] {record['experiment']}, {record['model']}, seed {record['seed']}: "
                  f"test loss {record['test_loss']:.3e}, {judged}, {record['seconds']:.1f} s", file=sys.stderr, flush=True)
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
