"""A function and its derivatives as a graph of NumPy calls, each made only once, and the algebra that makes fewer of them."""

from math import prod
from operator import getitem

import numpy as np

THIN = 8          # columns of a matrix that is cheap to change


def window(x, where):
    """A window into `x`: for each axis a range, or a number."""
    return x[(*(slice(i.start, None if i.stop < 0 else i.stop, i.step) if isinstance(i, range) else i for i in where), ...)]


def place(*parts, where, shape):
    """Zeros but for `parts`, which stand in the windows `where` and do not overlap: a name for what `replay` does by copying."""


def scatter(part, index, shape):
    """Zeros to which `part` is added at `index`, whose entries may repeat."""
    out = np.zeros(shape, part.dtype)
    np.add.at(out, index, part)
    return out


class Op:
    """One call, `fun(*args, **kwargs)`, whose arguments may be other ops; `rank` is its place in the graph.

    What is given has no `fun`: a constant has a `value`, parameters and examples get theirs at the replay.
    """

    def __init__(self, fun, args, kwargs, shape, dtype, rank, value=None):
        self.fun, self.args, self.kwargs, self.rank, self.value = fun, args, kwargs, rank, value
        self.shape, self.dtype, self.size = tuple(shape), np.dtype(dtype), prod(shape)
        self.inputs = [arg for arg in args if isinstance(arg, Op)]
        self.view = fun in (np.reshape, np.transpose, np.broadcast_to, window)          # of the memory of its first argument


class Graph:
    """Ops in an order in which they can be computed. Its methods give the op of a call, or of a cheaper one that says the same.

    All floating-point numbers have the one `dtype`.
    """

    def __init__(self, dtype):
        self.dtype, self.ops, self.known = np.dtype(dtype), [], {}

    def given(self, shape, dtype, value=None):
        """An array that comes from outside."""
        self.ops.append(Op(None, [], {}, shape, dtype, len(self.ops), value))
        return self.ops[-1]

    def constant(self, value):
        """An array that is always the same."""
        value = np.array(value, self.dtype if np.asarray(value).dtype.kind == "f" else None)
        return self.known.get(_key(value)) or self.known.setdefault(_key(value), self.given(value.shape, value.dtype, value))

    def call(self, fun, args, shape, dtype=None, kwargs=None):
        """The op of this very call: the one that is there, if there is one."""
        key = fun, _key(args), _key(kwargs or {})
        if key not in self.known:
            self.known[key] = Op(fun, args, kwargs or {}, shape, dtype or self.dtype, len(self.ops))
            self.ops.append(self.known[key])
        return self.known[key]

    def multiply(self, x, y):
        """x y: numbers move outwards, a thin factor is scaled before its product is made."""
        x, y = (y, x) if number(x) is not None else (x, y)
        shape, c = _shape(x, y), number(y)
        if c is not None:
            if not isinstance(x, Op) or x.value is not None:
                return self.constant(np.broadcast_to(c * (x.value if isinstance(x, Op) else x), shape))
            x, c = _scaled(x)[0], _scaled(x)[1] * c
            if c == -1 and x.fun is np.subtract and x.shape == shape:
                return self.call(np.subtract, x.args[::-1], shape)
            return self.broadcast(x if c == 1 else self.call(np.multiply, [x, c], x.shape), shape)
        (x, c), (y, d) = ((_scaled(a) if a.shape == shape else (a, 1.0)) for a in (x, y))
        if c * d != 1:          # numbers move outwards, where they meet and become one
            return self.multiply(self.multiply(x, y), c * d)
        for op, other in ((x, y), (y, x)):
            if op.fun is np.broadcast_to and other.shape == shape:
                return self.multiply(op.args[0], other)
            if op.fun is np.matmul and op.shape == shape and _row(other, shape) and op.args[0].shape[1] <= THIN:
                return self.matmul(op.args[0], self.multiply(other, op.args[1]))          # scale the thin factor, not the product
            if op.fun is np.sinh and (rest := _without(other, self.call(np.cosh, op.args, shape))) and (
                    rest := _without(rest, self._slope(op.args[0]))):          # s cosh sinh = tanh, with s the slope of tanh
                return self.multiply(rest, self.call(np.tanh, op.args, shape))
        return self.call(np.multiply, _sorted(x, y), shape)

    def divide(self, x, y):
        """x / y: by a number or by cosh^2, a product."""
        if number(y):
            return self.multiply(x, 1 / number(y))
        root = _root(y)
        if root and root.fun is np.cosh:          # autograd's derivative of tanh is 1 / cosh^2
            return self.multiply(x, self._slope(root.args[0]))
        if root and _root(root) and _root(root).fun is np.cosh:
            return self.divide(self.divide(x, root), root)
        return self.call(np.true_divide, [x, y], _shape(x, y))

    def _slope(self, x):
        h = self.call(np.tanh, [x], x.shape)
        return self.subtract(1.0, self.multiply(h, h))

    def power(self, x, y):
        """x^y: squares are products."""
        if number(y) in (1, 2) and isinstance(x, Op):
            return self.broadcast(x if number(y) == 1 else self.multiply(x, x), _shape(x, y))
        return self.call(np.power, [x, y], _shape(x, y))

    def add(self, x, y):
        """x + y: signs become differences; windows of one array are joined."""
        x, y = (y, x) if number(x) is not None else (x, y)
        shape, c = _shape(x, y), number(y)
        if c == 0:
            return self.broadcast(x, shape)
        for one, other in ((x, y), (y, x)):
            if _scaled(other)[1] == -1:
                return self.call(np.subtract, [one, _scaled(other)[0]], shape)
        if c is not None:
            return self.call(np.add, [x, y], shape)
        if x.fun is y.fun is place and x.shape == y.shape:
            here, there = x.kwargs["where"], y.kwargs["where"]
            if here == there:
                return self.place([self.add(*pair) for pair in zip(x.args, y.args, strict=True)], here, shape)
            if all(_apart(a, b) for a in here for b in there):
                return self.place(x.args + y.args, here + there, shape)
        return self.call(np.add, _sorted(x, y), shape)

    def subtract(self, x, y):
        """x - y."""
        return self.add(x, self.multiply(y, -1.0) if isinstance(y, Op) else -y)

    def sum(self, x, axes, shape):
        """The sum over some axes, a tuple; `shape` says whether they are kept."""
        if x.size == prod(shape):
            return self.reshape(x, shape)
        if x.fun is np.multiply and x.args[0] is x.args[1] and len(axes) == len(x.shape):
            return self.reshape(self.call(np.vdot, x.args, ()), shape)
        if axes == (0,) and len(x.shape) == 2:
            ones = self.constant(np.ones((1, x.shape[0]), self.dtype))          # the product is faster than NumPy's sum
            return self.reshape(self.matmul(ones, x), shape)
        return self.call(np.add.reduce, [x], shape, kwargs={"axis": axes, "keepdims": len(shape) == len(x.shape)})

    def matmul(self, x, y):
        """The product of two matrices."""
        if x.shape[1] == 1:
            return self.multiply(x, y)
        turned, shape = x.fun is np.transpose, (x.shape[0], y.shape[1])
        inner = x.args[0] if turned else x
        if shape[1] <= THIN and inner.fun is np.multiply and len(inner.inputs) == 2:
            for row, op in (inner.args, inner.args[::-1]):
                if _row(row, inner.shape) and op.shape == inner.shape:          # here, too, scale what is thin
                    column = self.reshape(row, (row.size, 1))
                    if turned:
                        return self.multiply(column, self.matmul(self.transpose(op), y))
                    return self.matmul(op, self.multiply(column, y))
        return self.call(np.matmul, [x, y], shape)

    def transpose(self, x):
        """The two axes of a matrix exchanged."""
        return x.args[0] if x.fun is np.transpose and len(x.args) == 1 else self.call(np.transpose, [x], x.shape[::-1], x.dtype)

    def reshape(self, x, shape):
        """The same numbers in another shape: a view."""
        x = x.args[0] if x.fun is np.reshape else x
        return x if x.shape == tuple(shape) else self.call(np.reshape, [x, tuple(shape)], shape, x.dtype)

    def broadcast(self, x, shape):
        """The same numbers, repeated: a view."""
        return x if x.shape == tuple(shape) else self.call(np.broadcast_to, [x, tuple(shape)], shape, x.dtype)

    def take(self, x, index, shape):
        """x[index]"""
        where = basic(index, x.shape)
        if where is None:
            return self.call(getitem, [x, index], shape, x.dtype)
        if x.fun is place and where in x.kwargs["where"]:
            x = x.args[x.kwargs["where"].index(where)]
        elif where != basic((), x.shape):
            x = self.call(window, [x, where], [len(i) for i in where if isinstance(i, range)], x.dtype)
        return self.reshape(x, shape)

    def untake(self, x, index, shape):
        """The derivative of `take`: `x` at `index` of zeros."""
        where = basic(index, shape)
        if where is None:
            return self.call(scatter, [x, index, shape], shape)
        x = self.reshape(x, [len(i) for i in where if isinstance(i, range)])
        return x if where == basic((), shape) else self.place([x], [where], shape)

    def place(self, parts, where, shape, dtype=None):
        """Zeros but for `parts`, which stand in the windows `where`."""
        return self.call(place, parts, shape, dtype, {"where": where, "shape": shape})


def number(x):
    """The number that an argument is, or that a constant repeats; None if it is something else."""
    if isinstance(x, Op):
        return x.value.flat[0].item() if x.value is not None and x.size and (x.value == x.value.flat[0]).all() else None
    return x


def basic(index, shape):
    """An index of slices and numbers as a range or a number for each axis; None if there is anything else in it.

    `...` and new axes are left out.
    """
    index = index if isinstance(index, tuple) else (index,)
    if any(isinstance(i, bool) or not (i is None or i is Ellipsis or isinstance(i, (int, np.integer, slice))) for i in index):
        return None
    index = [i for i in (index if Ellipsis in index else (*index, ...)) if i is not None]
    cut = index.index(Ellipsis)
    index[cut:cut + 1] = [slice(None)] * (len(shape) + 1 - len(index))
    return tuple(range(length)[i] for i, length in zip(index, shape, strict=True))


def _apart(where, other):
    entries = [[set(i if isinstance(i, range) else [i]) for i in one] for one in (where, other)]
    return any(map(set.isdisjoint, *entries))


def _sorted(*ops):          # x + y and y + x are one call
    return sorted(ops, key=lambda op: op.rank)


def _row(op, shape):
    return len(shape) == 2 and op.shape in (shape[1:], (1, shape[1])) and shape[0] > 1


def _root(op):          # of a square
    return op.args[0] if isinstance(op, Op) and op.fun is np.multiply and op.args[0] is op.args[1] else None


def _without(op, factor):
    return next((other for one, other in (op.args, op.args[::-1]) if one is factor), None) if op.fun is np.multiply else None


def _scaled(op):
    """An op without the number that multiplies it, and that number."""
    return op.args if isinstance(op, Op) and op.fun is np.multiply and not isinstance(op.args[1], Op) else (op, 1.0)


def _shape(*args):
    return np.broadcast_shapes(*(arg.shape if isinstance(arg, Op) else () for arg in args))


def _key(x):
    """Equal for equal arguments."""
    if isinstance(x, np.ndarray):
        return x.shape, x.dtype.str, x.tobytes()
    if isinstance(x, dict):
        x = sorted(x.items())
    return (type(x), *map(_key, x)) if isinstance(x, (tuple, list)) else x if isinstance(x, Op) else (type(x), repr(x))
