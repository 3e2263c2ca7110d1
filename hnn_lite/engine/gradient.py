"""The gradient that `fit` asks for in every step: a replay, as long as that gives what the loss itself gives."""

from concurrent.futures import ThreadPoolExecutor
import contextlib
from functools import lru_cache
import warnings

from autograd import value_and_grad
import numpy as np
from threadpoolctl import ThreadpoolController

from hnn_lite import tree
from hnn_lite.engine.replay import Program
from hnn_lite.engine.trace import LOCK, trace

WORK = 2**13          # elements that a call fills, on average: a batch is cut in two if there are more
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
    reuse : bool
        See `replay.Program`.

    Attributes
    ----------
    replays : bool
        False where autograd has taken over.

    Raises
    ------
    Exception
        What the function itself raises.
    """

    precision = None          # of the derivatives, if it is not that of the parameters

    def __init__(self, fun, params, examples, reuse=True):
        self.fun, self.params, self.leaves, self.reuse = fun, params, tree.leaves(params), reuse
        self.dtype, self.shapes = np.result_type(*self.leaves), [np.shape(array) for array in examples]
        self.replays, why, self.shown = True, "", self.cast(examples)
        examples = self.shown
        if not _same(self.plain(self.leaves, examples)[0], self.by_autograd(self.leaves, examples)[0], self.dtype):
            why = "it gives another value when it is called again"
        for plan in self.plans() if not why else ():
            try:
                if not self.build(examples, plan):
                    continue
            except Exception as problem:  # noqa: BLE001 (whatever cannot be traced is left to autograd)
                why = f"it cannot be traced ({type(problem).__name__}: {problem})"
                break
            if agree(self.summary(*self(*examples)), self.by_autograd, self.leaves, examples, self.precision or self.dtype):
                return
            why = "its replay gives other numbers"
        self.give_up(why)

    def check(self, *examples):
        """Compare what is replayed with the function itself: if it differs by more than rounding, autograd takes over.

        Costs two evaluations of the function.
        """
        if self.replays and not agree([self.value(*examples)], self.plain, self.leaves, self.cast(examples), self.dtype):
            self.give_up("its replay gives another value: a branch on values, randomness or state is frozen there")

    def plain(self, leaves, examples):
        """The function itself, a list of one array."""
        with LOCK, np.errstate(all="ignore"):
            return [np.asarray(self.fun(tree.rebuild(self.params, leaves), *examples))]

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
    """Loss and gradient of a model, several times as fast as autograd: `loss(params, *examples)` is a scalar.

    The batch is cut in two where that gives the same, as it does if the loss is a mean over rows, and where it is worth it.
    """

    def __call__(self, *examples, run=map):
        """Loss and gradient: a float, and a vector of shape (parameters,) that the next call overwrites.

        `run` maps a function over the numbers of the pieces, perhaps at the same time; see `threads`.
        """
        if not self.replays:
            return self.by_autograd(self.leaves, self.cast(examples))
        loss = self.value(*examples, run=run, whole=True)
        if len(self.vectors) > 1:
            np.add(*self.vectors, out=self.vector)
        return loss, self.vector

    def value(self, *examples, run=map, whole=False):
        """The replayed loss; the gradients of the pieces too, if `whole`."""
        examples = self.cast(examples)

        def work(number):
            share, cut, shown, program = self.pieces[number]
            for mine, given in zip(shown, examples, strict=True):
                mine[...] = given[cut]
            program.run(None if whole else program.head)
            return share * float(program.value)

        return sum(run(work, range(len(self.pieces))))

    def plans(self):
        """Into how many pieces a batch may be cut."""
        lengths = {shape[:1] for shape in self.shapes}
        return (2, 1) if len(lengths) == 1 and min(lengths) > (1,) else (1,)

    def build(self, examples, count):
        """Make a program for each piece; returns whether this is worth it."""
        rows, traces, self.pieces = len(examples[0]) if count > 1 else 1, {}, []
        self.vectors = np.zeros((count, sum(leaf.size for leaf in self.leaves)), self.dtype)
        self.vector = np.zeros_like(self.vectors[0]) if count > 1 else self.vectors[0]
        for number, vector in enumerate(self.vectors):
            cut = slice(rows * number // count, rows * (number + 1) // count)
            share, shown = (cut.stop - cut.start) / rows, [array[cut if count > 1 else ...].copy() for array in examples]
            if share not in traces:
                traces[share] = trace(self.fun, self.params, shown, self.dtype, [np.full((), share)])
            _, given, value, slopes = traces[share]
            program = Program(dict(zip(given, self.leaves + shown, strict=True)), value,
                              list(zip(slopes, tree.views(vector, self.leaves), strict=True)), self.reuse)
            self.pieces.append((share, cut if count > 1 else ..., shown, program))
            if count * program.work < WORK and count > 1:
                return False
        return True

    def summary(self, loss, vector):
        return [loss, vector]

    def by_autograd(self, leaves, examples):
        """As `__call__`."""
        with LOCK, np.errstate(all="ignore"):
            value, gradient = value_and_grad(lambda leaves: self.fun(tree.rebuild(self.params, leaves), *examples))(leaves)
        return float(value), tree.ravel(gradient, self.dtype)


def _same(mine, plain, dtype):
    return not np.max(np.abs(mine - plain)) > NOISE * np.finfo(dtype).eps * np.max(np.abs(plain))


def agree(mine, evaluate, leaves, examples, dtype):
    """Whether some arrays are those that `evaluate(leaves, examples)` gives, but for rounding.

    What rounding can do is found by changing the last digits of all that is given: where errors are almost zero, it is a large part
    of them. What is not finite agrees with anything.
    """
    plain, eps, rng = evaluate(leaves, examples), np.finfo(dtype).eps, np.random.default_rng(0)

    def off(arrays):
        with np.errstate(all="ignore"):
            return np.array([np.max(np.abs(np.subtract(*pair))) for pair in zip(arrays, plain, strict=True)])

    def moved(array):
        return (array * (1 + eps * rng.choice([-1, 1], array.shape))).astype(array.dtype) if array.dtype.kind == "f" else array

    scale = np.array([np.max(np.abs(array)) for array in plain])
    good = (off(mine) <= 3 * np.sqrt(eps) * scale) | ~np.isfinite(scale)
    if not good.all() and (off(evaluate(leaves, examples)) <= NOISE * eps * scale).all():          # else it is random
        good |= off(mine) <= 10 * np.max([off(evaluate(list(map(moved, leaves)), list(map(moved, examples)))) for _ in range(4)], axis=0)
    return bool(good.all())


@contextlib.contextmanager
def threads():
    """A way to run two pieces at the same time, for the time of a `with` block: matrix products then use one thread each.

    Where NumPy may use one core only, or is told to, the pieces run one after the other.
    """
    controller = _controller()
    if max((library["num_threads"] for library in controller.info()), default=1) < 2:
        yield map
        return
    with controller.limit(limits=1, user_api="blas"), ThreadPoolExecutor(1) as other:
        def run(function, numbers):
            later = [other.submit(function, number) for number in numbers[1:]]
            return [function(numbers[0]), *(future.result() for future in later)]
        yield run


@lru_cache(1)
def _controller():
    return ThreadpoolController()
