"""The trace: an ordinary autograd function is run once, and each call it makes, forwards and back, becomes an op of a graph."""

import contextlib
import threading

from autograd import core, tracer
from autograd.core import VJPNode, VSpace
from autograd.numpy import numpy_wrapper
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.numpy.numpy_vjps import untake
from autograd.tracer import Node, isbox, new_box, toposort
import numpy as np

from hnn_lite import tree
from hnn_lite.engine.simplify import Graph, Op

LOCK = threading.RLock()          # see `_adding_apart`, and `gradient.threads`, which a traced function may use


class _Traces(threading.local, tracer.TraceStack):
    """Autograd counts how deep traces are nested in one place for all threads, which mixes up their derivatives. Here each thread has its own."""


tracer.trace_stack = _Traces()


def trace(fun, params, examples, dtype, slopes):
    """The ops of `fun(params, *examples)` and of what autograd takes back from its value to the parameters.

    Parameters
    ----------
    fun : callable
    params : tree of arrays
    examples : list of array
    dtype : numpy dtype
        Of all floating-point numbers, whatever autograd promotes them to.
    slopes : list of array
        Of the shape of the value; each is taken back by itself.

    Returns
    -------
    graph : Graph
    given : list of Op
        The leaves of `params`, then the examples.
    value : Op
    gradients : list of Op or None
        For each slope, for each leaf; None where the value does not depend on it.

    Raises
    ------
    Exception
        Whatever goes wrong in a function that cannot be traced.
    """
    graph, leaves = Graph(dtype), tree.leaves(params)
    with LOCK, np.errstate(all="ignore"), _adding_apart(), tracer.trace_stack.new_trace() as outer:
        given = [new_box(array, outer, Record.new_root(graph, array)) for array in [*leaves, *examples]]
        with tracer.trace_stack.new_trace() as inner:
            roots = [new_box(box, inner, VJPNode.new_root()) for box in given[:len(leaves)]]
            end = fun(tree.rebuild(params, roots), *given[len(leaves):])
        depends, gradients = isbox(end) and end._trace == inner, []
        for slope in slopes:
            back = {end._node: (slope, False)} if depends else {}
            for node in toposort(end._node) if depends else ():
                for parent, more in zip(node.parents, node.vjp(back[node][0]) if node.parents else (), strict=True):
                    back[parent] = _add(back.get(parent), more)
            gradients += [_op(graph, back[root._node][0]) if root._node in back else None for root in roots]
        return graph, [box._node.op for box in given], _op(graph, end._value if depends else end), gradients


@contextlib.contextmanager
def _adding_apart():
    """Autograd adds up derivatives in place; but nothing may change that is recorded as a constant."""
    core.add_outgrads, before = _add, core.add_outgrads
    try:
        yield
    finally:
        core.add_outgrads = before


def _add(before, more):
    """As autograd's `add_outgrads`: an array, and whether it may be changed."""
    more = core.sparse_add(core.vspace(more), None, more) if type(more) in core.sparse_object_types else more
    return (more if before is None else core.vspace(more).add(before[0], more)), False


def _op(graph, value):
    if not isbox(value) and np.asarray(value).dtype.kind not in "fiub":
        raise NotImplementedError("plain NumPy has put what is traced into an array of objects")
    return value._node.op if isbox(value) else graph.constant(value)


class Record(Node):
    """What autograd keeps of a call during the trace: its op."""

    __slots__ = ("graph", "op")

    def __init__(self, value, fun, args, kwargs, argnums, parents):
        self.graph, ops = parents[0].graph, dict(zip(argnums, (parent.op for parent in parents), strict=True))
        self.op = _record(self.graph, fun.fun, [ops.get(place, arg) for place, arg in enumerate(args)], kwargs, value)

    def initialize_root(self, graph, value):
        """What is given has an op without a call."""
        self.graph, self.op = graph, graph.given(np.shape(value), np.asarray(value).dtype)


ARITHMETIC = {np.add: Graph.add, np.subtract: Graph.subtract, np.multiply: Graph.multiply, np.true_divide: Graph.divide,
              np.power: Graph.power, np.negative: lambda graph, x: graph.multiply(x, -1.0)}
COPIES = (np.ascontiguousarray, np.astype, np.array, numpy_wrapper._array_from_scalar_or_array.fun)


def _record(graph, fun, args, kwargs, value):
    """The op of a call that autograd made."""
    if args and isinstance(args[0], VSpace) and fun.__name__ in ("add", "sparse_add"):          # of derivatives
        fun, args = np.add, [0.0 if args[1] is None else args[1], args[2]]
    args = [_plain(graph, arg) for arg in args]
    inputs = [arg for arg in args if isinstance(arg, Op)]
    known = all(op.value is not None for op in inputs)
    if fun is untake.fun:
        return graph.constant(value.mut_add(args[2].zeros())) if known else graph.untake(args[0], args[1], args[2].shape)
    shape, dtype = np.shape(value), np.asarray(value).dtype
    if dtype.kind not in "fiub" or isinstance(value, tuple) or args and isinstance(args[0], VSpace):
        raise NotImplementedError(f"{fun.__name__} gives {type(value).__name__}")
    if known or fun in (np.ones_like, np.zeros_like):
        return graph.constant(value)
    dtype, x = graph.dtype if dtype.kind == "f" else dtype, inputs[0]
    if fun in (np.reshape, np.ravel, np.expand_dims, np.squeeze) and not any(isinstance(arg, str) for arg in (*args, kwargs.get("order"))):
        return graph.reshape(x, shape)
    turns = fun is np.transpose and args[1:] in ([], [None]) and not kwargs or fun is np.swapaxes and (args[1] - args[2]) % 2
    if turns and len(shape) == 2:
        return graph.transpose(x)
    if fun is ArrayBox.__getitem__.fun and args[0] is x:
        return graph.take(x, args[1], shape)
    if fun is numpy_wrapper.concatenate_args.fun:
        axis, ends = args[0] % len(shape), np.cumsum([part.shape[args[0]] for part in args[1:]]).tolist()
        where = [tuple(range(end - part.shape[axis], end) if i == axis else range(n) for i, n in enumerate(shape))
                 for part, end in zip(args[1:], ends, strict=True)]
        return graph.place(args[1:], where, shape, dtype)
    if fun in COPIES and (x.shape, x.dtype) == (shape, dtype):
        return x
    if dtype.kind == "f" and all(op.dtype.kind == "f" or op.value is not None for op in inputs):
        if fun in ARITHMETIC and not kwargs:
            known = {op: graph.constant(op.value.astype(dtype)) for op in inputs if op.value is not None}
            return ARITHMETIC[fun](graph, *(known.get(arg, arg) for arg in args))
        if fun is np.matmul and len(x.shape) == len(inputs[-1].shape) == 2:
            return graph.matmul(*args)
        if fun in (np.sum, np.mean) and kwargs.keys() <= {"axis", "keepdims"} and len(args) <= 2:
            axes, axis = np.arange(len(x.shape)), kwargs.get("axis", args[1] if len(args) > 1 else None)
            total = graph.sum(x, tuple(axes if axis is None else np.sort(axes[np.array(axis)], axis=None)), shape)
            return total if fun is np.sum else graph.multiply(total, total.size / x.size)
    return graph.call(fun, args, shape, dtype, kwargs)


def _plain(graph, arg):
    """Numbers as Python's, which do not change the type of what they meet; other arrays as constants."""
    arg = arg.value if isinstance(arg, Op) and arg.value is not None and arg.shape == () else arg
    if isinstance(arg, np.ndarray) and arg.shape:
        return graph.constant(arg)
    return arg.item() if isinstance(arg, (np.ndarray, np.generic)) else arg
