"""Adam, and the loop that fits a model to a task."""

from dataclasses import dataclass, field
from functools import partial
import math

import numpy as np
import scipy.linalg

from hnn_lite import batches, engine as engines, tree, validate
from hnn_lite.progress import Progress


BLOCK = 100_000          # numbers that Adam changes at a time where there are many
TEST_ROWS = 1000         # examples at a time of which the test loss is computed
TRIES = 6                # of a damped step
PROBE = 0.1              # of a step, at whose end the errors tell how they bend
MOST_BEND = 3 / 16       # of a step's length


class TrainingDiverged(RuntimeError):
    """The loss, or the square of a derivative of it, became NaN or infinite. The model keeps the parameters of the last finite test loss."""


@dataclass(repr=False)
class History:
    """What happened during a training.

    Attributes
    ----------
    train_loss : list of float
        Loss of each step's batch, before the step.
    test_steps, test_loss : list
        Steps after which the test loss was evaluated, and its values.
    stopped : str
        Empty, or the reason why the training ended early.
    """

    train_loss: list = field(default_factory=list)
    test_steps: list = field(default_factory=list)
    test_loss: list = field(default_factory=list)
    stopped: str = ""

    def __repr__(self):          # short: it is shown when a cell ends with a call of `fit`
        last = f", test loss {self.test_loss[-1]:.3e}" if self.test_loss else ""
        return f"History({len(self.train_loss)} steps{last}{self.stopped and ', ' + self.stopped})"


class Adam:
    """Adam on one vector of parameters, in place, with coupled (L2) weight decay.

    Parameters
    ----------
    size : int
        Number of parameters.
    learning_rate, weight_decay : float
        The decay is added to the gradient, weight_decay * parameters, before the moments, as the paper's code does.
    engine : str, optional
        See `fit`.

    References
    ----------
    Kingma, Ba, arXiv:1412.6980, algorithm 1.
    """

    def __init__(self, size, learning_rate=1e-3, weight_decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8, dtype=float, engine=None):
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.beta1, self.beta2, self.epsilon, self.rule = beta1, beta2, epsilon, engines.named(engine).adam
        self.mean, self.square, self.work, self.steps = np.zeros(size, dtype), np.zeros(size, dtype), np.empty(size, dtype), 0
        starts = range(0, size, BLOCK if size > 2 * BLOCK else size)
        self.blocks = [slice(start, start + starts.step) for start in starts]

    def update(self, params, gradient, run=map):
        """Take one step: changes `params`, and perhaps overwrites `gradient`, both of shape (size,).

        `run` maps a function over two numbers, perhaps at the same time (`engine.threads`): long vectors are cut in two, and
        into blocks that stay in the processor's cache.
        """
        self.steps += 1
        correction = math.sqrt(1 - self.beta2**self.steps)
        numbers = (self.weight_decay, self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2, self.epsilon * correction,
                   self.learning_rate * correction / (1 - self.beta1**self.steps))

        def every_other(number):
            for block in self.blocks[number::2]:
                self.rule(*(vector[block] for vector in (params, gradient, self.mean, self.square, self.work)), numbers)

        list((run if len(self.blocks) > 1 else map)(every_other, range(2)))


class LevenbergMarquardt:
    """Damped Gauss-Newton steps for errors e(params) whose Jacobian J is known: (J J^T + damping) step = -J e.

    A step that makes the loss of its own examples larger is tried again with more damping. Where networks are small and data
    without noise it ends far below what Adam reaches at a constant rate in the same time.

    Parameters
    ----------
    damping : float
        At first, as a share of the mean of the diagonal of J J^T.
    accelerated : bool
        Whether a step bends as the errors do: half the geodesic acceleration is added, which costs one more evaluation of the errors.
        A step that would bend too much is not taken, but tried again with more damping.

    References
    ----------
    Marquardt, J. Soc. Indust. Appl. Math. 11 (1963) 431; accelerated: Transtrum, Sethna, arXiv:1201.5885.
    """

    def __init__(self, damping=1e-3, accelerated=False):
        self.damping, self.accelerated = damping, accelerated

    def update(self, params, errors, jacobian, again):
        """Take one step: changes `params`, shape (size,).

        Parameters
        ----------
        params : array, shape (size,)
        errors : array, shape (rows, dim)
        jacobian : array, shape (dim, size, rows)
        again : callable
            Gives the errors of the same examples at the changed parameters.
        """
        def along(errors):
            return sum(component @ e for component, e in zip(jacobian, errors.T.astype(jacobian.dtype), strict=True)).astype(float)

        start, errors, before = params.copy(), errors.copy(), np.mean(errors**2)          # a replay overwrites its errors
        A, slope = sum(component @ component.T for component in jacobian).astype(float), along(errors)
        size, diagonal, bend = np.trace(A) / len(A), np.arange(len(A)), 0.0
        if not math.isfinite(size):
            raise TrainingDiverged("the squares of the errors' derivatives overflow: give the data in units in which they are of size one")
        try:
            for _ in range(TRIES):
                damped = A.copy()
                damped[diagonal, diagonal] += self.damping * size + 1e-30
                try:
                    factor = scipy.linalg.cho_factor(damped, overwrite_a=True)
                    step = -scipy.linalg.cho_solve(factor, slope)
                    if self.accelerated:
                        params[:] = start + PROBE * step
                        second = ((again() - errors) / PROBE - np.stack([step @ component for component in jacobian], axis=1)) * 2 / PROBE
                        bend = -scipy.linalg.cho_solve(factor, along(second)) / 2
                    params[:] = start + step + bend
                    if np.linalg.norm(bend) < MOST_BEND * np.linalg.norm(step) and np.mean(again() ** 2) < before:
                        self.damping = max(self.damping / 3, 1e-10)
                        return
                except np.linalg.LinAlgError:          # not positive definite, by rounding
                    pass
                self.damping = min(5 * self.damping, 1e6)
        except BaseException:          # such as Ctrl-C in a trial
            params[:] = start
            raise
        params[:] = start


# what the learning rate is multiplied by when a share `done` of the steps is done
SCHEDULES = {"constant": lambda done: 1.0, "cosine": lambda done: (1 + math.cos(math.pi * done)) / 2}


def _by_adam(model, vector, params, examples, engine, learning_rate, weight_decay, schedule):
    """What `fit` does in a step: a function that changes `vector` and returns the loss before, and one that checks the engine."""
    gradient, adam = engines.Gradient(model.loss, params, examples, engine), Adam(
        vector.size, learning_rate, weight_decay, dtype=vector.dtype, engine=engine)

    def step(examples, done, run):
        loss, slope = gradient(*examples, run=run)
        if math.isfinite(loss):
            adam.learning_rate = learning_rate * SCHEDULES[schedule](done)
            adam.update(vector, slope, run)
            _require_finite("square of a derivative of the loss", np.max(adam.square), adam.steps)          # else that number would never change again
        return loss

    return step, gradient.check


def _by_levenberg_marquardt(model, vector, params, examples, engine, learning_rate, weight_decay, schedule, accelerated=False):
    """As `_by_adam`, for a model whose loss is the mean square of its `errors`."""
    if weight_decay or schedule != "constant":
        raise ValueError('weight_decay and schedule are for method "adam"; "levenberg-marquardt" takes neither')
    if not hasattr(model, "errors"):
        raise ValueError(f'method "levenberg-marquardt" needs a model with errors, such as ActionAngleNetwork, got {type(model).__name__}')
    loss, mean = model.loss(params, *examples), np.mean(model.errors(params, *examples) ** 2)
    if not math.isclose(loss, mean, rel_tol=1e-5) and math.isfinite(loss):
        raise ValueError(f'method "levenberg-marquardt" needs a loss that is the mean square of the errors, which is {mean:.3g}; this is {loss:.3g}')
    jacobian, optimiser = engines.Jacobian(model.errors, params, examples, accelerated, engine), LevenbergMarquardt(accelerated=accelerated)

    def step(examples, done, run):
        errors, J = jacobian(*examples)
        loss = float(np.mean(errors**2))
        if math.isfinite(loss):
            optimiser.update(vector, errors, J, jacobian.errors)
        return loss

    return step, jacobian.check


METHODS = {"adam": (_by_adam, np.float32), "levenberg-marquardt": (_by_levenberg_marquardt, np.float64),
           "accelerated-levenberg-marquardt": (partial(_by_levenberg_marquardt, accelerated=True), np.float64)}


def fit(model, task, steps=2000, batch=None, learning_rate=1e-3, weight_decay=0.0, schedule="constant", seed=0,
        dtype=None, test_every=100, progress=True, method="adam", on_test=None, engine=None):
    """Train a model, in place.

    The defaults are the HNN paper's for small tasks, but for its weight decay of 1e-4: Adam, learning rate 1e-3,
    2000 steps, the whole training set in each.
    Arithmetic is done in `dtype`; the model holds float64 parameters before and after. Ctrl-C stops the training and
    keeps what was learned.

    Parameters
    ----------
    model
        Has `params`, a tree of arrays, and `loss(params, *examples)`, a scalar in autograd's NumPy, a mean over the examples. What it
        learns from a task its method `examples` says; without one, it is shown `task.x` and `task.dx`. See `models.base.Model`.
    task
        What the model's examples need: `x`, `dx`, `test_x`, `test_dx`, each of shape (points, dim), for an HNN or a baseline;
        see `data.fields`.
    steps : int
        Steps of the optimiser.
    batch : int, optional
        Points in a step, drawn without replacement until fewer than that are left, then anew; all of them if not given.
    learning_rate, weight_decay : float
        See `Adam`.
    schedule : str
        "constant", or "cosine": the learning rate falls to zero along half a wave (Loshchilov, Hutter, arXiv:1608.03983, without
        restarts). Take it for long trainings on data without noise: at a constant rate the loss goes on jumping there.
    seed : int
        For the order of the batches.
    dtype : numpy dtype, optional
        float32 is faster, and its rounding is far below the noise of the data; float64 is for tests, and for laws that are
        to be learned to more than three digits. If not given, float32 for Adam and float64 for Levenberg and Marquardt.
    test_every : int
        Steps between two evaluations of the test loss.
    progress : bool
        Whether to show a progress bar.
    method : str
        "adam", or "levenberg-marquardt" for a model with `errors`, of up to some thousand parameters: far fewer steps, each of which costs
        the square of the number of parameters. It uses no learning rate, and refuses a weight decay or a schedule.
        "accelerated-levenberg-marquardt" adds the geodesic acceleration to a step and takes its Jacobian in double precision: on data
        without noise it ends orders of magnitude lower in the same time.
    on_test : callable, optional
        Called as `on_test(step, history)` after each evaluation of the test loss, when the model holds what it has learned so far;
        if it returns something true, the training ends there. It changes nothing in what is learned until then.
    engine : str, optional
        "numpy", or "native": machine code, which needs llvmlite (`pip install llvmlite`) and up to a second to compile. It rounds
        differently, so that a training ends with other last digits, as it does with another seed. If not given, what the environment
        variable HNN_LITE_ENGINE says, else "numpy", which gives the same numbers with and without llvmlite.

    Returns
    -------
    history : History

    Raises
    ------
    ValueError
        If the data do not fit the model or contain NaN, or an argument is out of range.
    ImportError
        If the native engine is asked for and llvmlite is missing.
    TrainingDiverged
        If the loss, or the square of a derivative of it, becomes NaN or infinite.
    """
    steps, test_every = validate.whole("steps", steps, 1), validate.whole("test_every", test_every, 1)
    method, usual = METHODS[validate.choice("method", method, METHODS)]
    learning_rate = validate.positive("learning_rate", learning_rate)
    weight_decay = validate.positive("weight_decay", weight_decay, zero_too=True)
    validate.choice("schedule", schedule, SCHEDULES)
    if on_test is not None and not callable(on_test):
        raise ValueError(f"on_test must be a function of the step and the history, got {validate.shown(on_test)}")
    dtype = usual if dtype is None else dtype
    if str(getattr(dtype, "__name__", dtype)) not in ("float", "float32", "float64"):
        raise ValueError(f"dtype must be np.float32 or np.float64, got {validate.shown(dtype)}")
    if isinstance(model, type) or not (hasattr(model, "params") and callable(getattr(model, "loss", None))):
        raise ValueError(f"model must be a model, with params and a loss, as HNN and Baseline are, got {type(model).__name__}")
    before = dict(own := getattr(model, "__dict__", {}))
    try:
        train, test = (rows.astype(dtype) for rows in (model.examples if hasattr(model, "examples") else batches.pairs)(task))
        batch = len(train) if batch is None else validate.whole("batch", batch, 1)
        if batch > len(train):
            raise ValueError(f"batch ({batch}) is larger than the training set ({len(train)} points)")
        rng, test = validate.generator(seed, "order of batches"), test.fixed()
        order = _order(len(train), batch, rng)

        vector = tree.ravel(model.params, dtype)
        params = tree.views(vector, model.params)
        shown = train.batch(next(order), 0.0, rng)
        take, check = method(model, vector, params, shown, engine, learning_rate, weight_decay, schedule)
    except BaseException:          # a model that is refused, or stopped before the first step, stays as it was
        own.update(before)
        raise
    evaluate, history, good = engines.Function(model.loss, params), History(), vector.copy()
    bar = Progress(f"training {type(model).__name__}", steps, progress)
    try:
        with engines.threads() as run, np.errstate(under="ignore"):          # also where `np.seterr` says that all shall raise
            for step in range(1, steps + 1):
                loss = take(shown, (step - 1) / steps, run)
                history.train_loss.append(loss)
                _require_finite("loss", loss, step)
                if step % test_every == 0 or step == steps:
                    check(*shown)
                    test_loss = _mean(evaluate, test)
                    history.test_steps.append(step)
                    history.test_loss.append(test_loss)
                    _require_finite("test loss", test_loss, step)
                    good[:] = vector
                    bar.show(step, f"train loss {loss:.3e}, test loss {test_loss:.3e}")
                    if on_test is not None:
                        model.params = tree.views(vector.astype(float), model.params)          # a copy: training goes on in `vector`
                        if on_test(step, history) and step < steps:
                            history.stopped = f"stopped by on_test after {step} of {steps} steps"
                            break
                if step < steps:
                    shown = train.batch(next(order), step / steps, rng)
    except TrainingDiverged:
        vector[:] = good
        raise
    except KeyboardInterrupt:
        history.stopped = f"stopped by the user after {len(history.train_loss)} of {steps} steps"
    finally:
        model.params = tree.views(vector.astype(float), model.params)
        bar.close(history.stopped)
    return history


def _mean(loss, rows):
    """The loss of many examples, from that of a thousand at a time."""
    parts = np.split(np.arange(len(rows)), range(TEST_ROWS, len(rows), TEST_ROWS))
    return sum(len(chosen) * float(loss(*rows.batch(chosen))) for chosen in parts) / len(rows)


def _require_finite(what, loss, step):
    advice = "look at the size of the data and of the first parameters" if step == 1 and what != "test loss" else (
        "try a smaller learning rate, and look for outliers in the data")
    if not math.isfinite(loss):
        raise TrainingDiverged(f"the {what} is {loss} at step {step}; the model keeps its last good parameters: {advice}")


def _order(count, batch, rng):
    """The numbers of the examples of each step: drawn without replacement, or None for all."""
    while batch == count:
        yield None
    while True:
        yield from rng.permutation(count)[:count - count % batch].reshape(-1, batch)
