"""The replay: a graph's calls, bound to buffers that are made once."""

from collections import defaultdict
from functools import partial

import numpy as np

from hnn_lite.engine import activations
from hnn_lite.engine.simplify import Op, place, window


def _sigmoid(z, out):
    np.tanh(np.multiply(z, 0.5, out), out)
    np.multiply(np.add(out, 1, out), 0.5, out)


def _softplus(z, out):
    above = np.maximum(z, 0)
    np.log1p(np.exp(np.negative(np.abs(z, out), out), out), out)
    np.add(out, above, out)


def adam(params, gradient, mean, square, work, numbers):
    """Adam's rule for vectors of one length, see `training.Adam`: changes `params`, `mean` and `square`, and overwrites the others.

    The numbers are the weight decay, beta1 and 1 - beta1, beta2 and 1 - beta2, epsilon and the learning rate; in the last two are the corrections
    of the bias.
    """
    decay, beta1, rest1, beta2, rest2, epsilon, rate = numbers
    if decay:
        gradient += np.multiply(params, decay, out=work)
    mean *= beta1
    mean += np.multiply(gradient, rest1, out=work)
    square *= beta2
    square += np.multiply(np.multiply(gradient, gradient, out=gradient), rest2, out=work)
    np.add(np.sqrt(square, out=work), epsilon, out=work)
    params -= np.multiply(np.divide(mean, work, out=work), rate, out=work)


# element by element, into `out`, which may be the argument itself
INTO = {activations.sigmoid.fun: _sigmoid, activations.softplus.fun: _softplus, activations.relu.fun: lambda z, out: np.maximum(z, 0, out=out),
        np.maximum: lambda x, y, out: np.maximum(x, y, out=out), np.minimum: lambda x, y, out: np.minimum(x, y, out=out)}


def elementwise(op):
    """Whether a call goes element by element, so that it may write over its argument."""
    return not op.kwargs and (op.fun in INTO or isinstance(op.fun, np.ufunc) and op.fun.nout == 1 and op.fun is not np.matmul)


class Program:
    """The calls of a graph, bound to buffers.

    A buffer is used again as soon as nobody needs what lies in it, and a call that goes element by element may write over its argument.

    Parameters
    ----------
    bound : dict
        Op to array: where the parameters and examples lie, whose contents may change between two runs.
    value : Op
    outputs : list of (Op or None, array)
        What is wanted besides, and where it is put; zeros for None.
    reuse : bool
        Otherwise each call has a buffer of its own: the test of all this.

    Attributes
    ----------
    value : array
        There after `run`, and after `run(head)`, where `head` is the number of calls that it needs.
    work : float
        Elements that a call fills, on average.
    """

    def __init__(self, bound, value, outputs, reuse=True):
        order = needed([value, *(op for op, _ in outputs if op)])
        self.calls, self.array, self.owned, self.free = [], dict(bound), {}, defaultdict(list)
        root, last, home = {}, {}, {}          # whose memory an op looks at, where it is needed last, where it lies if that is an output
        for rank, op in enumerate(order):
            root[op] = root[op.inputs[0]] if op.view else op
            last.update((root[arg], rank) for arg in op.inputs)
        for op, slot in outputs:
            base = op.inputs[0] if op and op.fun is np.reshape else op
            if base and base.fun and not base.view and not sparse(base) and (slot.dtype == base.dtype or base not in last):
                home.setdefault(base, slot.reshape(base.shape))
        last.update((root[op], len(order)) for op in [value, *(op for op, _ in outputs)] if op)
        for rank, op in enumerate(order):
            dying = {root[arg] for arg in op.inputs if last[root[arg]] == rank} if reuse else set()
            self._bind(op, dying, home.get(op))
            for buffer in [self.owned.pop(arg) for arg in dying if arg in self.owned]:
                self.free[buffer.size, buffer.dtype].append(buffer)
            if op is value:
                self.head = len(self.calls)
        self.value = self.array[value]
        for op, slot in outputs:
            if not op:
                self.calls.append(partial(slot.fill, 0))
            elif not np.shares_memory(self.array[op], slot):
                self.calls.append(partial(np.copyto, slot, self.array[op]))
        self.work = sum(op.size for op in order if op.fun and not op.view) / max(len(self.calls), 1)
        del self.array, self.owned, self.free

    def _bind(self, op, dying, home):
        """Give an op its array, and add the calls that fill it."""
        if not op.fun:
            self.array.setdefault(op, op.value)
            return
        args = [self.array[arg] if isinstance(arg, Op) else arg for arg in op.args]
        if op.view:
            self.array[op] = out = op.fun(*args, **op.kwargs)
            if not np.may_share_memory(out, args[0]):          # a reshape that has to copy, each time
                self.calls.append(partial(np.copyto, out.reshape(args[0].shape), args[0]))
            return
        over = [arg for arg in op.inputs if arg in dying and arg in self.owned and (arg.shape, arg.dtype) == (op.shape, op.dtype)]
        if home is not None:
            out = home
        elif sparse(op):
            out = np.zeros(op.shape, op.dtype)          # nobody else writes there: the rest stays zero
        else:
            kept = self.free[op.size, op.dtype]
            self.owned[op] = self.owned.pop(over[0]) if over and elementwise(op) else kept.pop() if kept else np.empty(op.size, op.dtype)
            out = self.owned[op].reshape(op.shape)
        self.array[op] = out
        if op.fun is place:
            self.calls += [partial(np.copyto, window(out, where), part) for part, where in zip(args, op.kwargs["where"], strict=True)]
        elif elementwise(op) or op.fun is np.matmul and not op.kwargs:
            self.calls.append(partial(INTO.get(op.fun, op.fun), *args, out))
        else:
            self.calls.append(partial(fill, out, op.fun, args, op.kwargs))

    def run(self, head=None):
        """Make the calls, or the first `head` of them."""
        with np.errstate(all="ignore"):
            for call in self.calls[:head]:
                call()


def fill(out, fun, args, kwargs):
    """Put the value of a call into an array."""
    value = fun(*args, **kwargs)
    if np.shape(value) != out.shape:          # such as the shape of x[x > 0]
        raise ValueError(f"{fun.__name__} gave another shape than in the trace")
    out[...] = value


def sparse(op):
    """Whether an op leaves some entries at zero."""
    return op.fun is place and sum(part.size for part in op.args) < op.size


def needed(wanted):
    """The ops that the wanted ones need, in order."""
    needed, stack = set(), wanted
    while stack:
        op = stack.pop()
        if op not in needed:
            needed.add(op)
            stack += op.inputs
    return sorted(needed, key=lambda op: op.rank)
