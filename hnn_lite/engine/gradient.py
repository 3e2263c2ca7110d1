"""The gradient that `fit` asks for in every step: a replay, as long as that gives what the loss itself gives."""

from concurrent.futures import ThreadPoolExecutor
import contextlib
from functools import lru_cache, partial
import importlib
import os
import warnings

from autograd.core import make_vjp
import numpy as np
from threadpoolctl import ThreadpoolController

from hnn_lite import tree, validate
from hnn_lite.engine.trace import LOCK, trace

WORK = 2**13          # elements that a call fills, on average: a batch is cut in two if there are more
INSIDE = []           # the limit of the BLAS, or False, for everybody who is in `threads`
NOISE = 100           # last digits by which a function may differ when it is called again


class Replayed:
    """A function of parameters and examples that is replayed, and left to autograd where that would be wrong.

    A trace freezes what it does not see: a branch on values, randomness, state. So the replay is compared with autograd when it is
    made, and in `check`. Where it differs, autograd takes over for good, with a warning.

    Parameters
    ----------
    fun : callable
        `fun(params, *examples)`, in autograd's NumPy.
    params : tree of arrays
        What changes these in place is seen by the next call.
    examples : sequence of array
        A batch, whose rows are the first axis; later ones have the same shapes.
    engine : str, optional
        "numpy", or "native": machine code, which needs llvmlite, takes up to a second to compile, and pays most where arrays are
        small. If not given, what the environment variable HNN_LITE_ENGINE says, else "numpy".
    reuse : bool
        See `replay.Program`.

    Attributes
    ----------
    replays : bool
        False where autograd has taken over.

    Raises
    ------
    ValueError
        If there is no such engine, or the function's value has the wrong shape.
    ImportError
        If the native engine is asked for and llvmlite is missing.
    Exception
        What the function itself raises.
    """

    def __init__(self, fun, params, examples, engine=None, reuse=True):
        self.fun, self.params, self.leaves, self.program = fun, params, tree.leaves(params), partial(named(engine).Program, reuse=reuse)
        self.dtype, self.shapes, self.replays = np.result_type(*self.leaves), [np.shape(array) for array in examples], True
        self.shown = given = self.cast(examples)
        if np.any(off(self.plain(self.leaves, given), self.plain(self.leaves, given)) > NOISE * np.finfo(self.dtype).eps):
            self.give_up("it gives another value when it is called again")
        elif why := self._make(given):
            self.give_up(why)

    def _make(self, examples):
        """Make the programs; returns why there are none that could be used, or nothing."""
        for cuts in self.cuts():
            try:
                if self.build(examples, cuts):
                    mine = self.replay(examples)
                    if agree(self.summary(*mine), self.by_autograd, self.leaves, examples, mine[1].dtype):
                        return ""
                why = "its replay gives other numbers"
            except Exception as problem:  # noqa: BLE001 (whatever cannot be traced is left to autograd)
                why = f"it cannot be traced ({type(problem).__name__}: {problem})"
        return why

    def check(self, *examples):
        """Compare what is replayed with the function itself: if it differs by more than rounding, autograd takes over.

        Costs two evaluations of the function.
        """
        examples = self.cast(examples)
        mine = self.either(lambda: [self.value(examples)], lambda: None)
        if mine and not agree(mine, self.plain, self.leaves, examples, self.dtype):
            self.give_up("its replay gives another value: a branch on values, randomness or state is frozen there")

    def either(self, replay, otherwise):
        """`replay()`; where autograd has taken over, or now does because it fails, `otherwise()`."""
        if self.replays:
            try:
                return replay()
            except Exception as problem:  # noqa: BLE001 (autograd will say what is wrong with the function itself)
                self.give_up(f"its replay fails ({problem})")
        return otherwise()

    def plain(self, leaves, examples):
        """The function itself: its value, in a list."""
        with np.errstate(all="ignore"):
            return [np.asarray(self.fun(tree.rebuild(self.params, leaves), *examples))]

    def by_autograd(self, leaves, examples, weights=None):
        """The value, and the derivatives of the sum of its entries times weights, a vector; the weights leave none out if not given."""
        with np.errstate(all="ignore"):
            back, value = make_vjp(lambda leaves: self.fun(tree.rebuild(self.params, leaves), *examples), leaves)
            weights = self.weights(np.shape(value)) if weights is None else weights
            return value, tree.ravel(back(np.full(np.shape(value), weights, self.dtype)), self.dtype)

    def weights(self, shape):
        """Of the entries of a value, when its derivatives are compared: none of them is zero."""
        return np.random.default_rng(0).normal(size=shape) if shape else 1.0

    def cast(self, examples):
        """Examples as arrays, of the dtype of the parameters unless they are whole numbers.

        Raises
        ------
        ValueError
            If their shapes are others than in the beginning.
        """
        examples = [np.asarray(array) for array in examples]
        if [array.shape for array in examples] != self.shapes:
            raise ValueError(f"examples must have the shapes {self.shapes}, got {[array.shape for array in examples]}")
        return [array.astype(self.dtype, copy=False) if array.dtype.kind == "f" else array for array in examples]

    def give_up(self, why):
        """From now on, autograd."""
        self.replays = False
        warnings.warn(f"autograd differentiates {getattr(self.fun, '__qualname__', self.fun)}, which is slower: {why}", stacklevel=4)


class Gradient(Replayed):
    """Loss and gradient of a model, faster than autograd: `loss(params, *examples)` is a scalar.

    Parameters are those of `Replayed`. The batch is cut in two where that gives the same, as it does if the loss is a mean over rows, and
    where it is worth it.
    """

    def __call__(self, *examples, run=map):
        """Loss and gradient: a float, and a vector of shape (parameters,) that the next call overwrites.

        `run` maps a function over the numbers of the pieces, perhaps at the same time; see `threads`.
        """
        examples = self.cast(examples)
        loss, vector = self.either(lambda: self.replay(examples, run), lambda: self.by_autograd(self.leaves, examples))
        return float(loss), vector

    def replay(self, examples, run=map):
        """As `__call__`."""
        loss = self.value(examples, run, whole=True)
        for vector in self.vectors[1:]:
            self.vectors[0] += vector
        return loss, self.vectors[0]

    def value(self, examples, run=map, whole=False):
        """The replayed loss; if `whole`, the gradients of the pieces too."""
        def work(number):
            share, cut, shown, program = self.pieces[number]
            for mine, given in zip(shown, examples, strict=True):
                np.copyto(mine, given[cut], casting="same_kind")
            program.run(None if whole else program.head)
            return share * float(program.value)

        return sum(run(work, range(len(self.pieces))))

    def summary(self, loss, vector):
        """What is compared with `by_autograd`."""
        return [loss, vector]

    def cuts(self):
        """How a batch may be cut: for each piece its share, and its rows."""
        if (shape := self.plain(self.leaves, self.shown)[0].shape):
            raise ValueError(f"the loss must be one number, got shape {shape}")
        lengths = {shape[:1] for shape in self.shapes}
        rows = min(lengths)[0] if len(lengths) == 1 and min(lengths) else 1
        half = (rows + 1) // 2
        return [[(half / rows, slice(half)), (1 - half / rows, slice(half, None))]] * (rows > 1) + [[(1.0, ...)]]

    def build(self, examples, cuts):
        """Make a program for each piece; returns whether it is worth it."""
        self.pieces, traces = [], {}
        self.vectors = np.zeros((len(cuts), sum(leaf.size for leaf in self.leaves)), self.dtype)
        for (share, cut), vector in zip(cuts, self.vectors, strict=True):
            shown = [array[cut].copy() for array in examples]
            if share not in traces:
                traces[share] = trace(self.fun, self.params, shown, self.dtype, [np.full((), share)])
            _, given, value, slopes = traces[share]
            program = self.program(dict(zip(given, self.leaves + shown, strict=True)), value,
                                   list(zip(slopes, tree.views(vector, self.leaves), strict=True)))
            self.pieces.append((share, cut, shown, program))
        return len(cuts) == 1 or len(cuts) * program.work >= WORK


def named(engine):
    """The module of an engine: its `Program` runs a graph, and its `adam` is the rule of the optimiser.

    Raises
    ------
    ValueError
        If there is no such engine.
    ImportError
        If llvmlite is missing.
    """
    engine = validate.choice("engine", (os.environ.get("HNN_LITE_ENGINE") or "numpy") if engine is None else engine, ("numpy", "native"))
    try:
        return importlib.import_module(f"hnn_lite.engine.{'native' if engine == 'native' else 'replay'}")
    except ImportError as problem:
        raise ImportError('engine "native" needs llvmlite: pip install llvmlite, or leave out engine="native" and unset HNN_LITE_ENGINE') from problem


def off(mine, plain):
    """How far some arrays are from others, as shares of the largest number in each; NaN where those are not finite, or all of both are zero."""
    with np.errstate(all="ignore"):
        return np.array([np.max(np.abs(np.where(np.isnan(one), np.inf, one) - other)) / np.max(np.abs(other))
                         for one, other in zip(mine, plain, strict=True)])


def agree(mine, evaluate, leaves, examples, dtype):
    """Whether some arrays are those that `evaluate(leaves, examples)` gives, but for rounding.

    What rounding can do is found by changing the last digits of all that is given: where errors are almost zero, it is a large part
    of them. What is not finite agrees with anything.
    """
    plain, eps, rng = evaluate(leaves, examples), np.finfo(dtype).eps, np.random.default_rng(0)

    def moved(array):
        return (array * (1 + eps * rng.choice([-1, 1], array.shape))).astype(array.dtype) if array.dtype.kind == "f" else array

    far = off(mine, plain)
    if np.any(far > 3 * np.sqrt(eps)) and not np.any(off(evaluate(leaves, examples), plain) > NOISE * eps):          # else it is random
        spread = [off(evaluate(list(map(moved, leaves)), list(map(moved, examples))), plain) for _ in range(4)]
        far[far <= 10 * np.max(spread, axis=0)] = 0
    return not np.any(far > 3 * np.sqrt(eps))


@contextlib.contextmanager
def threads():
    """A way to run two pieces at the same time, for the time of a `with` block: matrix products then use one thread each.

    Where NumPy may use one core only, or is told to, the pieces run one after the other.
    """
    with LOCK:          # of several in here the first takes the BLAS its threads, and the last gives them back
        limit = INSIDE[0] if INSIDE else (max((library["num_threads"] for library in _controller().info()), default=1) > 1
                                          and _controller().limit(limits=1, user_api="blas"))
        INSIDE.append(limit)
    try:
        with ThreadPoolExecutor(1) as other:
            def run(function, numbers):
                later = [other.submit(function, number) for number in numbers[1:]]
                return [function(numbers[0]), *(future.result() for future in later)]
            yield run if limit else map
    finally:
        with LOCK:
            INSIDE.pop()
            if limit and not INSIDE:
                limit.restore_original_limits()


_controller = lru_cache(1)(ThreadpoolController)          # made when it is asked for: when the BLAS is there
