"""The trace: an ordinary autograd function is run once, and each call it makes, forwards and back, becomes an op of a graph."""

import threading

from autograd.core import SparseObject, VJPNode, VSpace, add_outgrads
from autograd.numpy import numpy_wrapper
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.numpy.numpy_vjps import untake
from autograd.tracer import Node, isbox, new_box, toposort, trace_stack
import numpy as np

from hnn_lite import tree
from hnn_lite.engine.simplify import Graph, Op

LOCK = threading.RLock()          # autograd counts its traces in one place for all threads


def trace(fun, params, examples, dtype, slopes):
    """The graph of `fun(params, *examples)` and of what autograd takes back from its value to the parameters.

    Parameters
    ----------
    fun : callable
    params : tree of arrays
    examples : list of array
    dtype : numpy dtype
        Of all floating-point numbers of the graph, whatever autograd promotes them to.
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
    with LOCK, np.errstate(all="ignore"), trace_stack.new_trace() as outer:
        given = [new_box(array, outer, Record.new_root(graph, array)) for array in [*leaves, *examples]]
        with trace_stack.new_trace() as inner:
            roots = [new_box(box, inner, VJPNode.new_root()) for box in given[:len(leaves)]]
            end = fun(tree.rebuild(params, roots), *given[len(leaves):])
        depends, gradients = isbox(end) and end._trace == inner, []
        for slope in slopes:
            back = {end._node: (slope, False)} if depends else {}
            for node in toposort(end._node) if depends else ():
                for parent, more in zip(node.parents, node.vjp(back[node][0]) if node.parents else (), strict=True):
                    back[parent] = add_outgrads(back.get(parent), more)
            gradients += [_op(graph, back[root._node][0]) if root._node in back else None for root in roots]
        return graph, [box._node.op for box in given], _op(graph, end._value if depends else end), gradients


def _op(graph, value):
    return value._node.op if isbox(value) else graph.constant(value)


class Record(Node):
    """What autograd keeps of a call during the trace: its op."""

    __slots__ = ("graph", "op")

    def __init__(self, value, fun, args, kwargs, argnums, parents):
        self.graph, ops = parents[0].graph, dict(zip(argnums, (parent.op for parent in parents), strict=True))
        self.op = _record(self.graph, fun.fun, [ops.get(place, arg) for place, arg in enumerate(args)], kwargs, value)

    def initialize_root(self, graph, value):
        self.graph, self.op = graph, graph.given(np.shape(value), np.asarray(value).dtype)


ARITHMETIC = {np.add: Graph.add, np.subtract: Graph.subtract, np.multiply: Graph.multiply, np.true_divide: Graph.divide,
              np.power: Graph.power, np.negative: lambda graph, x: graph.multiply(x, -1.0)}
OF_SHAPES = (np.ones_like, np.zeros_like, np.full_like, np.empty_like)
COPIES = (np.ascontiguousarray, np.astype, np.array, numpy_wrapper._array_from_scalar_or_array.fun)
RESHAPES = (np.reshape, np.ravel, np.expand_dims, np.squeeze)


def _record(graph, fun, args, kwargs, value):
    """The op of a call that autograd made."""
    if args and isinstance(args[0], VSpace):          # it adds up derivatives
        if fun.__name__ not in ("add", "mut_add", "sparse_add"):
            raise NotImplementedError(f"{fun.__name__} of a vector space")
        space, before, more = args
        more = more.mut_add(space.zeros()) if isinstance(more, SparseObject) else more
        fun, args, value = np.add, [0.0 if before is None else before, more], np.empty(space.shape, graph.dtype)
    args = [_plain(graph, arg) for arg in args]
    inputs = [arg for arg in args if isinstance(arg, Op)]
    if fun is untake.fun:
        if all(op.value is not None for op in inputs):
            return graph.constant(value.mut_add(args[2].zeros()))
        return graph.untake(inputs[0], args[1], args[2].shape)
    shape, dtype = np.shape(value), np.asarray(value).dtype
    if dtype.kind not in "fiub" or isinstance(value, tuple):
        raise NotImplementedError(f"{fun.__name__} gives {type(value).__name__}")
    if fun in OF_SHAPES or all(op.value is not None for op in inputs):
        return graph.constant(value)
    dtype = graph.dtype if dtype.kind == "f" else dtype
    if fun in RESHAPES and kwargs.get("order") in (None, "C"):
        return graph.reshape(args[0], shape)
    if fun in (np.transpose, np.swapaxes) and len(shape) == 2 and shape == inputs[0].shape[::-1] and (len(args) != 2 or args[1] is None):
        return graph.transpose(args[0])
    if fun is ArrayBox.__getitem__.fun and isinstance(args[0], Op):
        return graph.take(args[0], args[1], shape)
    if fun is numpy_wrapper.concatenate_args.fun:
        axis, *parts = args
        ends = np.cumsum([part.shape[axis] for part in parts]).tolist()
        where = [tuple(range(end - part.shape[axis], end) if i == axis % len(shape) else range(n) for i, n in enumerate(shape))
                 for part, end in zip(parts, ends, strict=True)]
        return graph.place(parts, where, shape, dtype)
    if fun in COPIES and (inputs[0].shape, inputs[0].dtype) == (shape, dtype):
        return inputs[0]
    args = [graph.constant(arg.value.astype(graph.dtype)) if isinstance(arg, Op) and arg.value is not None else arg for arg in args]
    if dtype.kind == "f" and all(arg.dtype.kind == "f" for arg in args if isinstance(arg, Op)):
        if fun in ARITHMETIC and not kwargs:
            return ARITHMETIC[fun](graph, *args)
        if fun is np.matmul and not kwargs and all(len(op.shape) == 2 for op in inputs):
            return graph.matmul(*args)
        if fun in (np.sum, np.mean) and kwargs.keys() <= {"axis", "keepdims"} and len(args) <= 2:
            axes = np.arange(len(inputs[0].shape))[kwargs.get("axis", args[1] if len(args) > 1 else None)]
            total = graph.sum(inputs[0], tuple(sorted(axes.ravel().tolist())), shape)
            return total if fun is np.sum else graph.multiply(total, total.size / inputs[0].size)
    return graph.call(fun, args, shape, dtype, kwargs)


def _plain(graph, arg):
    """Numbers as Python's, which do not change the type of what they meet; other arrays as constants."""
    arg = arg.value if isinstance(arg, Op) and arg.value is not None and arg.shape == () else arg
    if isinstance(arg, np.ndarray) and arg.shape:
        return graph.constant(arg)
    return arg.item() if isinstance(arg, (np.ndarray, np.generic)) else arg
