"""The Jacobian of errors, example by example: what Levenberg and Marquardt's method needs where Adam needs a gradient.

The errors of one example, and their derivatives, are traced; then each op that depends on the example becomes one for all examples at
once, with the examples as the last axis. A gradient adds up what each example says; here it stays apart.
"""

from autograd.core import make_vjp
import numpy as np

from hnn_lite import tree
from hnn_lite.engine.gradient import Replayed, agree
from hnn_lite.engine.replay import Program, elementwise
from hnn_lite.engine.simplify import Op, place, window
from hnn_lite.engine.trace import LOCK, trace


class Jacobian(Replayed):
    """Errors and their derivatives by the parameters: `errors(params, *examples)` has shape (rows, dim).

    Raises
    ------
    ValueError
        If the errors of a row depend on the examples of other rows.
    """

    precision = np.float32          # enough for a direction

    def __call__(self, *examples):
        """Errors, shape (rows, dim), and J, shape (dim, parameters, rows), in single precision; the next call overwrites them."""
        self.shown = self.cast(examples)
        if not self.replays:
            return self._row_by_row(self.leaves, self.shown)
        self._run()
        return self.program.value[0].T, self.J

    def errors(self):
        """The errors of the same examples at the present parameters."""
        if not self.replays:
            return self.plain(self.leaves, self.shown)[0]
        self._run(self.program.head)
        return self.program.value[0].T

    def value(self, *examples):
        """The replayed errors alone."""
        self.shown = self.cast(examples)
        return self.errors()

    def _run(self, head=None):
        for mine, given in zip(self.columns, self.shown, strict=True):
            mine[0] = np.moveaxis(given, 0, -1)
        self.program.run(head)

    def plans(self):
        return (None,)

    def build(self, examples, _):
        rows, dim = self.plain(self.leaves, examples)[0].shape
        graph, given, value, slopes = trace(self.fun, self.params, [array[:1] for array in examples], self.dtype, list(np.eye(dim)[:, None]))
        one = given[len(self.leaves):]
        new = for_all(graph, one, rows)
        value, *slopes = (op and graph.broadcast(new[op] if new[op] is not op else graph.reshape(op, (*op.shape, 1)), (*op.shape, rows))
                          for op in (value, *slopes))
        self.J = np.zeros((dim, sum(leaf.size for leaf in self.leaves), rows), np.float32)
        slots = [slot for component in self.J for slot in tree.views(
            component.reshape(-1), [np.broadcast_to(0, (*leaf.shape, rows)) for leaf in self.leaves])]
        self.columns = [np.empty((1, *array.shape[1:], rows), array.dtype) for array in examples]
        bound = zip([*given[:len(self.leaves)], *map(new.get, one)], self.leaves + self.columns, strict=True)
        self.program = Program(bound, value, list(zip(slopes, slots, strict=True)), self.reuse)
        return True

    def give_up(self, why):
        super().give_up(why)
        if not agree([self._row_by_row(self.leaves, self.shown)[0]], self.plain, self.leaves, self.shown, self.dtype):
            raise ValueError("the errors of an example must depend on that example alone")

    def summary(self, errors, J):
        return [errors, np.einsum("kpr,rk->p", J, self._weights(errors.shape), dtype=float)]

    def by_autograd(self, leaves, examples):
        """The errors, and a sum of their derivatives with weights that leave none out."""
        with LOCK, np.errstate(all="ignore"):
            back, value = make_vjp(lambda leaves: self.fun(tree.rebuild(self.params, leaves), *examples), leaves)
            return [value, tree.ravel(back(self._weights(value.shape).astype(value.dtype)))]

    def _weights(self, shape):
        return np.random.default_rng(0).normal(size=shape)

    def _row_by_row(self, leaves, examples):
        """As `__call__`, by autograd."""
        values, slopes = [], []
        with LOCK, np.errstate(all="ignore"):
            for row in range(len(examples[0])):
                shown = [array[row:row + 1] for array in examples]
                back, value = make_vjp(lambda leaves, shown=shown: self.fun(tree.rebuild(self.params, leaves), *shown), leaves)
                values.append(value[0])
                slopes.append([tree.ravel(back(one), np.float32) for one in np.eye(value.size, dtype=value.dtype)[:, None]])
        return np.array(values), np.moveaxis(np.array(slopes), 0, -1)


def for_all(graph, examples, rows):
    """What stands for each op of a graph when there are `rows` examples instead of one: a dict.

    It has a last axis of `rows` if it depends on the examples; else it is the same op.
    """
    ops = [op for op in graph.ops if op not in examples]
    new = {op: graph.given((*op.shape, rows), op.dtype) for op in examples}
    for op in ops:
        many = [isinstance(arg, Op) and new[arg] is not arg for arg in op.args]
        new[op] = _for_all(graph, op, [new[arg] if isinstance(arg, Op) else arg for arg in op.args], many, rows) if any(many) else op
    return new


def _for_all(graph, op, args, many, rows):
    """One op for all examples; `many` tells which of its arguments have the last axis."""
    fun, shape, x = op.fun, (*op.shape, rows), args[0]

    def padded(arg, m, axes):          # with a last axis, if only of length one, and as many in front as are missing
        have = arg.shape if m else (*arg.shape, 1)
        return graph.reshape(arg, (1,) * (axes - len(have)) + have)

    if elementwise(op):
        args = [padded(arg, m, len(shape)) if isinstance(arg, Op) else arg for arg, m in zip(args, many, strict=True)]
        return graph.call(fun, args, shape, op.dtype)
    if fun is np.matmul and [len(arg.shape) for arg in op.args] == [2, 2]:
        y, (inner, columns) = args[1], op.args[1].shape
        if not many[1]:
            return graph.call(np.matmul, [graph.transpose(y), x], shape)
        if not many[0]:
            flat = graph.call(np.matmul, [x, graph.reshape(y, (inner, columns * rows))], (op.shape[0], columns * rows))
            return graph.reshape(flat, shape)
        return graph.call(np.multiply, [x, y], shape) if inner == 1 else graph.call(np.einsum, ["mkr,knr->mnr", x, y], shape)
    if fun is place:
        parts = [graph.broadcast(padded(arg, m, 0), (*old.shape, rows)) for arg, m, old in zip(args, many, op.args, strict=True)]
        return graph.place(parts, op.kwargs["where"], shape, op.dtype)
    if fun is np.broadcast_to:
        return graph.broadcast(padded(x, True, len(shape)), shape)
    if fun is np.reshape:
        return graph.reshape(x, shape)
    if fun is np.transpose and len(args) == 1 and not op.kwargs:
        return graph.call(np.transpose, [x, (*range(len(shape) - 1)[::-1], len(shape) - 1)], shape, op.dtype)
    if fun in (np.add.reduce, window):
        return graph.call(fun, args, shape, op.dtype, op.kwargs)
    return graph.call(_one_by_one, [fun, many, *args], shape, op.dtype, op.kwargs)


def _one_by_one(fun, many, *args, **kwargs):
    """What has no form for all examples at once."""
    rows = next(arg.shape[-1] for arg, m in zip(args, many, strict=True) if m)
    return np.stack([fun(*(arg[..., row] if m else arg for arg, m in zip(args, many, strict=True)), **kwargs) for row in range(rows)], -1)
