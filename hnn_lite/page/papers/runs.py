"""Running experiments: a record for each run, and a file of them that can be resumed and shared."""

from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import asdict
from difflib import get_close_matches
import json
import math
import os
import pathlib
import secrets
import sys
import tempfile
import time

from joblib import Parallel, delayed

from hnn_lite import metrics, validate
from hnn_lite.models import PixelModel
from hnn_lite.page.papers import aan_paper, control, films, hnn_paper, sweeps

try:
    import fcntl
except ImportError:          # Windows
    import msvcrt
    fcntl = None

EXPERIMENTS = hnn_paper.EXPERIMENTS | aan_paper.EXPERIMENTS | control.EXPERIMENTS | sweeps.EXPERIMENTS | films.EXPERIMENTS
GROUPS = {"control": list(control.EXPERIMENTS), "sweeps": list(sweeps.EXPERIMENTS), "films": list(films.EXPERIMENTS)}          # several experiments by one name


def _experiment(name):
    """The experiment of this name; an error lists the names that are most like it, as there are too many to list all."""
    like = get_close_matches(str(name), EXPERIMENTS, 8, 0)
    return EXPERIMENTS[validate.choice("experiment", name, EXPERIMENTS if name in list(EXPERIMENTS) else like)]


class RunsFailed(RuntimeError):
    """Some runs failed, each for the reason that the message has; `records` are those of the others."""

    def __init__(self, reasons, records):
        super().__init__(f"{len(reasons)} of {len(reasons) + len(records)} runs failed\n" + "\n".join(reasons))
        self.records = records


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
        For an unknown name, or if there is no folder `weights`.
    TrainingDiverged
        See `fit`.
    KeyboardInterrupt
        If the training was stopped: half a run has no record.
    """
    folder = weights if weights is None else _folder("weights", weights)
    record, stored = _train(experiment, model, seed, recipe, steps, folder is not None, progress)
    if folder:
        _store(folder, record, stored)
    return record


def reproduce(experiments, models=None, seeds=(0,), recipe=None, steps=None, jobs=1, out=None, weights=None, progress=True):
    """Run every combination of experiments, models and seeds, several at a time.

    Parameters
    ----------
    experiments : list of str
        Names in `EXPERIMENTS`, or in `GROUPS`.
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
        A JSON file, a list of records. What it holds already is not run again. Each run's record is added when it ends, so that
        nothing is lost when the command is stopped, and several commands may share the file; they take turns by an empty
        file beside it, `out` with ".lock" at the end.
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
        Before the first training: for an unknown name, a seed or a number of steps that is none, if the folder of `out` or
        `weights` is missing or cannot be written to, or if `out` is not a list of records.
    RunsFailed
        After the last, if any of them failed.
    """
    experiments, models = _names("experiments", experiments), models if models is None else _names("models", models)
    seeds, jobs = validate.wholes("seeds", seeds, 0), validate.whole("jobs", jobs, 1)
    if steps is not None:
        validate.whole("steps", steps, 1)
    wanted = {}
    for name in (name for given in experiments for name in GROUPS.get(given, [given])):
        experiment = _experiment(name)
        for model in experiment.named(recipe)[1] if models is None else models:
            named, how = experiment.recipe(recipe, model)
            wanted |= {(name, model, named, seed, steps or how.steps): None for seed in seeds}
    folder = weights if weights is None else _folder("weights", weights)
    out = out if out is None else file("out", out)
    known = _add(out, {}) if out else {}
    missing = [key for key in wanted if key not in known]
    reasons = []
    runs = Parallel(n_jobs=jobs, return_as="generator_unordered")(delayed(_attempt)(key, folder is not None) for key in missing)
    for done, (key, record, stored, reason) in enumerate(runs, 1):
        if reason:
            reasons.append(f"{_title(key)}: {reason}")
        else:
            if folder:
                _store(folder, record, stored)
            known[key] = record
            if out:
                known = _add(out, known)
        if progress:
            print(f"[{done}/{len(missing)}] {_title(key)}: {reason or _summary(record)}", file=sys.stderr, flush=True)
    records = [known[key] for key in wanted if key in known]
    if reasons:
        raise RunsFailed(reasons, records)
    return records


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
        if not isinstance(records, list):
            raise TypeError(f"it holds a {type(records).__name__}, not a list")
        _by_key(records)
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError, KeyError, IsADirectoryError) as problem:
        raise ValueError(f"{path} is not a results file ({type(problem).__name__}: {problem}); "
                         "move it away or name another") from None
    return records


def _train(experiment, model, seed, recipe, steps, keep, progress):
    """See `run`: the record and, if `keep`, the bytes of the weights' file, which a worker may have nowhere to put."""
    chosen = _experiment(experiment)
    recipe, how = chosen.recipe(recipe, model)
    arguments, seed = asdict(how), validate.whole("seed", seed, 0)
    if steps is not None:
        arguments["steps"] = validate.whole("steps", steps, 1)
    task = chosen.task(seed, **arguments.pop("task"))
    network = chosen.models[model](task, seed, **arguments.pop("model"))
    start, busy = time.perf_counter(), time.process_time()
    history = chosen.train(network, task, seed=seed, progress=progress, **arguments)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    if history.stopped:
        raise KeyboardInterrupt(history.stopped)
    late = [loss for step, loss in zip(history.test_steps, history.test_loss, strict=True) if step > 0.9 * arguments["steps"]]
    record = {"experiment": experiment, "model": model, "recipe": recipe, "seed": seed, "steps": arguments["steps"],
              "seconds": round(seconds, 2), "cpu_seconds": round(busy, 2), "test_loss_lowest": min(late), "test_loss_highest": max(late)}
    for name, value in chosen.judge(network, task).items():
        if isinstance(value, metrics.Estimate):
            record |= {name: value.mean, f"{name}_error": value.error if math.isfinite(value.error) else None}
        else:
            record[name] = value
    if not keep:
        return record, None
    if isinstance(network, PixelModel):
        network.trim(task.x)
    with tempfile.TemporaryDirectory() as folder:
        network.save(path := pathlib.Path(folder) / "weights.npz", half=True)
        return record, path.read_bytes()


def _attempt(key, keep):
    """A run of a sweep, which goes on if this one fails: its key, its record and weights, and what went wrong."""
    experiment, model, recipe, seed, steps = key
    try:
        return key, *_train(experiment, model, seed, recipe, steps, keep, False), None
    except Exception as problem:
        return key, None, None, f"{type(problem).__name__}: {problem}"


def _key(record):
    return tuple(record[name] for name in ("experiment", "model", "recipe", "seed", "steps"))


def _by_key(records):
    return {_key(record): record for record in records}


def _title(key):
    return f"{key[0]}, {key[1]}, seed {key[3]}"


def _summary(record):
    if "energy_mse" in record:
        judged = f"energy MSE {record['energy_mse']:.3e}"
    else:
        error = record["error_by_jump"][0]
        judged = f"error {math.inf if error is None else error:.1e} after {record['jumps'][0]} sample"
    return f"test loss {record['test_loss']:.3e}, {judged}, {record['seconds']:.1f} s"


def _names(name, given):
    """`given` as a list of texts, or a `ValueError`: one text alone would be read letter by letter."""
    listed = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if isinstance(given, str) or not all(isinstance(one, str) for one in listed):
        raise ValueError(f"{name} must be a list of names, got {validate.shown(given)}")
    return listed


def file(name, path):
    """`path` in full, if it is no folder and its own folder is one that can be written to, or a `ValueError`."""
    if not isinstance(path, (str, os.PathLike)):
        raise ValueError(f"{name} must be a path, got {path!r}")
    path = pathlib.Path(path).resolve()
    if path.is_dir():
        raise ValueError(f"{name} must be a file, and {str(path)!r} is a folder")
    _folder(name, path.parent)
    return path


def _folder(name, path):
    """`path` if it is a folder that can be written to, or a `ValueError`."""
    if not (isinstance(path, (str, os.PathLike)) and os.path.isdir(path) and os.access(path, os.W_OK)):
        raise ValueError(f"{name} needs a folder that can be written to, and {str(path)!r} is none; make it first")
    return pathlib.Path(path)


def _store(folder, record, stored):
    experiment, model, recipe, seed, _ = _key(record)
    (folder / f"{experiment}-{model}-{recipe}-{seed}.npz").write_bytes(stored)


def _add(path, known):
    """Add records, by key, to those in the file, and return all of them; whoever else does so waits."""
    with _alone(path.with_name(path.name + ".lock")):
        stored = _by_key(read(path)) if path.exists() else {}
        if not known:
            return stored
        known = stored | known
        new = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        try:
            new.write_text(json.dumps([known[key] for key in sorted(known)], indent=1) + "\n", encoding="utf-8")
            os.replace(new, path)          # all or nothing, should the command be killed meanwhile
        finally:
            new.unlink(missing_ok=True)
    return known


@contextmanager
def _alone(path):
    """Hold the lock `path`; the operating system takes it from who was killed."""
    with open(path, "a", encoding="utf-8") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)          # the first byte, and it waits ten seconds at most
        yield
