"""The Jacobian of errors, example by example: what Levenberg and Marquardt's method needs where Adam needs a gradient.

The errors of one example, and their derivatives, are traced; then each op that depends on the example becomes one for all examples at
once, with the examples as the last axis. A gradient adds up what each example says; here it stays apart.
"""

import numpy as np

from hnn_lite import tree
from hnn_lite.engine.gradient import Replayed, agree
from hnn_lite.engine.replay import elementwise
from hnn_lite.engine.simplify import Op, place, window
from hnn_lite.engine.trace import trace


class Jacobian(Replayed):
    """Errors and their derivatives by the parameters: `errors(params, *examples)` has shape (rows, dim).

    Parameters
    ----------
    fun, params, examples, engine
        See `Replayed`.
    double : bool
        Precision of the derivatives: single is enough for a direction, but not to get far along a narrow valley of the loss.

    Raises
    ------
    ValueError
        If the errors of a row depend on the examples of other rows.
    """

    def __init__(self, fun, params, examples, double=False, engine=None):
        self.precision = np.float64 if double else np.float32
        super().__init__(fun, params, examples, engine)

    def __call__(self, *examples):
        """Errors, shape (rows, dim), and J, shape (dim, parameters, rows), in that precision; the next call overwrites them."""
        self.shown = self.cast(examples)
        return self.either(lambda: self.replay(self.shown), self._row_by_row)

    def errors(self):
        """The errors of the same examples at the present parameters."""
        return self.either(lambda: self.value(self.shown), lambda: self.plain(self.leaves, self.shown)[0])

    def replay(self, examples):
        """As `__call__`."""
        return self.value(examples, whole=True), self.J

    def value(self, examples, whole=False):
        """The replayed errors; if `whole`, their derivatives too."""
        for mine, given in zip(self.columns, examples, strict=True):
            np.copyto(mine[0], np.moveaxis(given, 0, -1), casting="same_kind")
        self.bound.run(None if whole else self.bound.head)
        return self.bound.value[0].T

    def cuts(self):
        """There is one program."""
        if len(shape := self.plain(self.leaves, self.shown)[0].shape) != 2:
            raise ValueError(f"the errors must have shape (rows, components), got {shape}")
        return [...]

    def build(self, examples, _):
        """Make the program, from the trace of one example."""
        rows, dim = self.plain(self.leaves, examples)[0].shape
        one = [array[:1] for array in examples]
        graph, given, value, slopes = trace(self.fun, self.params, one, self.dtype, list(np.eye(dim)[:, None]))
        new = for_all(graph, given[len(self.leaves):], rows)
        self.J = np.zeros((dim, sum(leaf.size for leaf in self.leaves), rows), self.precision)
        like = [np.broadcast_to(0, (*leaf.shape, rows)) for leaf in self.leaves]
        slots = [slot for component in self.J for slot in tree.views(component.reshape(-1), like)]
        self.columns = [np.empty((1, *array.shape[1:], rows), array.dtype) for array in examples]
        value, *slopes = (op and graph.broadcast(_padded(graph, new[op], op, 0), (*op.shape, rows)) for op in (value, *slopes))
        self.bound = self.program(dict(zip([new.get(op, op) for op in given], self.leaves + self.columns, strict=True)), value,
                                  list(zip(slopes, slots, strict=True)))
        return True

    def give_up(self, why):
        if not agree([self._row_by_row()[0]], self.plain, self.leaves, self.shown, self.dtype):
            raise ValueError("the errors of an example must depend on that example alone")
        super().give_up(why)

    def _row_by_row(self):
        """As `__call__`, by autograd."""
        rows, dim = self.plain(self.leaves, self.shown)[0].shape
        found = [[self.by_autograd(self.leaves, [array[[k]] for array in self.shown], one) for one in np.eye(dim)[:, None]] for k in range(rows)]
        return np.array([row[0][0][0] for row in found]), np.array([[J for _, J in row] for row in found], self.precision).transpose(1, 2, 0)

    def summary(self, errors, J):
        """What is compared with `by_autograd`."""
        return errors, np.einsum("kpr,rk->p", J, self.weights(errors.shape), dtype=float)


def for_all(graph, examples, rows):
    """What stands for each op of a graph when there are `rows` examples instead of one: a dict.

    It has a last axis of `rows` if it depends on the examples; else it is the same op.
    """
    ops = [op for op in graph.ops if op not in examples]
    new = {op: graph.given((*op.shape, rows), op.dtype) for op in examples}
    for op in ops:
        same = all(new[arg] is arg for arg in op.inputs)
        new[op] = op if same else _for_all(graph, op, [new[arg] if isinstance(arg, Op) else arg for arg in op.args], (*op.shape, rows))
    return new


def _for_all(graph, op, args, shape):
    """One op for all examples, with the arguments that stand for its own."""
    x, many = args[0], [arg is not old for arg, old in zip(args, op.args, strict=True)]          # which have the last axis
    if elementwise(op):
        return graph.call(op.fun, [_padded(graph, *pair, len(shape)) for pair in zip(args, op.args, strict=True)], shape, op.dtype)
    if op.fun is np.matmul and len(op.args[0].shape) == len(op.args[1].shape) == 2:
        y, (inner, columns) = args[1], op.args[1].shape
        if many[0] and many[1]:
            return graph.call(np.multiply, args, shape) if inner == 1 else graph.call(np.einsum, ["mkr,knr->mnr", x, y], shape)
        if many[0]:
            return graph.call(np.matmul, [graph.transpose(y), x], shape)
        flat = graph.reshape(y, (inner, columns * shape[-1]))
        return graph.reshape(graph.call(np.matmul, [x, flat], (shape[0], columns * shape[-1])), shape)
    if op.fun is place:
        parts = [graph.broadcast(_padded(graph, arg, old, 0), (*old.shape, shape[-1])) for arg, old in zip(args, op.args, strict=True)]
        return graph.place(parts, op.kwargs["where"], shape, op.dtype)
    if op.fun is np.broadcast_to:
        return graph.broadcast(_padded(graph, x, op.args[0], len(shape)), shape)
    if op.fun is np.reshape:
        return graph.reshape(x, shape)
    if op.fun is np.transpose and len(args) == 1 and not op.kwargs:
        return graph.call(np.transpose, [x, (*range(len(shape) - 1)[::-1], len(shape) - 1)], shape, op.dtype)
    if op.fun in (np.add.reduce, window):
        return graph.call(op.fun, args, shape, op.dtype, op.kwargs)
    return graph.call(_one_by_one, [op.fun, many, *args], shape, op.dtype, op.kwargs)


def _padded(graph, op, old, axes):
    """What stands for `old` with a last axis, if only of length one, and with as many in front as are missing."""
    shape = op.shape if op is not old else (*getattr(op, "shape", ()), 1)
    return graph.reshape(op, (1,) * (axes - len(shape)) + shape) if isinstance(op, Op) else op


def _one_by_one(fun, many, *args, **kwargs):
    """What has no form for all examples at once."""
    rows = next(arg.shape[-1] for arg, m in zip(args, many, strict=True) if m)
    return np.stack([fun(*(arg[..., row] if m else arg for arg, m in zip(args, many, strict=True)), **kwargs) for row in range(rows)], -1)
