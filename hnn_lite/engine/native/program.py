"""The native program: a graph as a table of loops and products of matrices, which one call walks down."""

from bisect import bisect_left
from collections import defaultdict
import ctypes
from functools import partial
from math import prod
import warnings

import numpy as np

from hnn_lite.engine import replay
from hnn_lite.engine.native.loop import FORMS, TESTS, Loop, address, copy
from hnn_lite.engine.native.machine import CODE, compiled
from hnn_lite.engine.simplify import THIN, Op, number, place, window

CHEAP = {np.add, np.subtract, np.multiply, *TESTS}          # computed again rather than fetched from memory
AGAIN = 4          # calls at most that one such takes
EACH = "mkr,knr->mnr"          # the products of many small matrices
TOLD = set()          # functions of which it was said that NumPy computes them


class Step:
    """What is done in one go: ops that share the loops over `axes`, or one op that stands alone, without axes."""

    def __init__(self, axes):
        self.axes, self.ops = axes, []


class Program(replay.Program):
    """As `replay.Program`, in machine code.

    Ops that go number by number over arrays of one shape share a loop, with thin products before them and sums behind. Large products are
    the BLAS's. What has no form here is left to NumPy, and a warning says so once.
    """

    def __init__(self, bound, value, outputs, reuse=True):
        self.dtype, self.array, self.fixed, self.table, self.calls, self.kept, self.left = value.dtype, dict(bound), {}, [], [], [], set()
        self.root, self.same, self.source, self.parts, self.kind = {}, {}, {}, {}, {}
        order = self._views(replay.needed([value, *(op for op, _ in outputs if op)]))
        order += self._ends(outputs)
        self._schedule(order)
        self._store(order, value)
        self._bind(value, reuse)

    # whose memory, and which step

    def _views(self, order):
        """For each op whose memory it looks at (`root`), and whose numbers in the same order (`same`).

        Before a reshape that has to copy comes an op that does it, and before each `place` one for each part.
        """
        found, ghost = [], dict(self.array)          # arrays without contents
        for op in order:
            self.root[op], self.same[op], self.kind[op] = op, op, self._kind(op)
            if not op.fun:
                ghost[op] = self.array.setdefault(op, op.value)
            elif op.view:
                x = op.inputs[0]
                ghost[op] = op.fun(ghost[x], *op.args[1:], **op.kwargs)
                if op.size and not np.may_share_memory(ghost[op], ghost[x]):
                    x = self._copy(x)
                    found.append(x)
                self.source[op], self.root[op], self.same[op] = x, self.root[x], self.same[x] if _aligned(op) else op
            else:
                if op.fun is place:
                    self.parts[op] = [self._copy(part, (op, where)) for part, where in zip(op.args, op.kwargs["where"], strict=True)]
                    found += self.parts[op]
                ghost[op] = np.empty(op.shape, op.dtype)
            found.append(op)
        return found

    def _copy(self, x, target=None):
        """An op that copies; the target is an array, or a place and a window of it."""
        op = Op(copy, [x], {}, x.shape if isinstance(x, Op) else target.shape, getattr(x, "dtype", self.dtype), None)
        self.root[op], self.same[op], self.kind[op] = op, op, self._kind(op)
        if target is not None:
            self.fixed[op] = target
        return op

    def _ends(self, outputs):
        """Ops that put the outputs where they belong, but for those that can be computed there."""
        found = []
        for op, slot in outputs:
            while op and op.fun in (np.reshape, np.transpose) and op.view:
                x = self.source[op]
                back = slot.reshape(x.shape) if op.fun is np.reshape else slot.transpose(np.argsort(_turn(op)))
                if not np.may_share_memory(back, slot):
                    break
                op, slot = x, back
            if op and self.kind[op] in ("sum", "alone") and op not in self.fixed and op.dtype == slot.dtype and slot.flags.c_contiguous:
                self.fixed[op] = slot
            else:
                found.append(self._copy(op or 0.0, slot))
        return found

    def _kind(self, op):
        """How an op is computed: "numbers" of an array one by one, or "products" of few terms, or a "sum", in loops; or "alone"."""
        if not op.fun or op.view or op.fun is place:
            return ""
        if op.size and all(arg.size and arg.dtype in (self.dtype, bool) for arg in op.inputs) and self.dtype.char in "fd":
            if op.fun in FORMS and not op.kwargs and all(isinstance(arg, (Op, int, float)) for arg in op.args) and (
                    op.dtype == self.dtype or op.fun in (copy, *TESTS)):
                return "numbers"
            if op.fun is np.matmul and all(len(x.shape) > 1 and x.size == prod(x.shape[-2:]) for x in (op, *op.args)) and op.dtype == self.dtype:
                return "products" if op.args[0].shape[-1] <= THIN else "sum" if min(op.shape[-2:]) <= THIN else "alone"
            if op.fun is np.einsum and op.args[0] == EACH and op.args[1].shape[1] <= THIN:
                return "products"
            if op.fun == np.add.reduce or op.fun is np.vdot and op.args[0].shape == op.args[1].shape:
                return "sum"
        return "alone"

    def _loops(self, op):
        """The shape of the loops that compute an op, and the arguments that they may compute as well."""
        if self.kind[op] == "sum":
            over = _summed(op)[0]
            return over.shape, op.inputs if op.fun is np.vdot else [over]
        return op.shape, [arg for arg in op.inputs if arg.size == op.size] if self.kind[op] == "numbers" else []

    def _schedule(self, order):
        """Put each op into the first step that may have it."""
        self.steps, self.at, self.direct, open_to = [], {}, {}, defaultdict(list)
        for op in order:
            if op.fun is place:
                self.at[op] = max(self.at[part] for part in self.parts[op])
            if not self.kind[op]:
                continue
            shape, self.direct[op] = (None, []) if self.kind[op] == "alone" else self._loops(op)
            axes = None if shape is None else tuple(n for n in shape if n > 1)
            made = {arg: self.at.get(self.root[arg], -1) for arg in op.inputs}
            first = max((n + (not (self._within(arg, op) and self.steps[n].axes == axes)) for arg, n in made.items()), default=0)
            numbers = [] if axes is None else open_to[axes]
            k = bisect_left(numbers, first)
            if k == len(numbers):
                numbers.append(len(self.steps))
                self.steps.append(Step(axes))
            self.at[op] = numbers[k]
            self.steps[numbers[k]].ops.append(op)

    def _within(self, arg, op):
        """Whether a loop that computes both hands over the numbers of the argument."""
        return arg in self.direct[op] and self.kind[self.same[arg]] in ("numbers", "products")

    def _store(self, order, value):
        """Find out who needs memory until when, and who is computed again wherever it is needed."""
        uses, self.again = defaultdict(list), {}          # of memory: in which step, and whether its loops could compute it again
        for n, step in enumerate(self.steps):
            for op in step.ops:
                for arg in op.inputs:
                    within = self._within(arg, op)
                    if not within or self.at[self.same[arg]] != n:
                        uses[self.root[arg]].append((n, within))
        uses[self.root[value]].append((len(self.steps), False))
        for op in order:
            if op.fun in CHEAP and self.kind[op] == "numbers" and op not in self.fixed and all(within for _, within in uses.get(op, ())):
                roots = [self.root[arg] for arg in op.inputs]
                if all(not root.fun or root in self.again or root in uses for root in roots):
                    cost = 1 + sum(self.again.get(root, 0) for root in roots)
                    if cost <= AGAIN:
                        self.again[op] = cost
        for op in reversed(order):
            if op in self.again:
                for arg in op.inputs:
                    uses[self.root[arg]] += uses[op]
        self.dying = defaultdict(list)
        for op, needed in uses.items():
            self.dying[max(n for n, _ in needed) if needed else -1].append(op)
        self.stored = uses.keys() - self.again.keys()

    # memory and calls

    def _bind(self, value, reuse):
        """Give each op that needs it its memory, and write the table of calls."""
        self.owned, self.free, self.head = {}, defaultdict(list), 0
        for n, step in enumerate(self.steps):
            for op in step.ops:
                if op in self.fixed:
                    self.array[op] = self._target(*self.fixed[op]) if isinstance(self.fixed[op], tuple) else self.fixed[op].reshape(op.shape)
                elif op in self.stored or self.kind[op] in ("sum", "alone"):
                    self._room(op)
            if step.axes is None:
                self._alone(step.ops[0])
            else:
                self._loop(step)
            for op in self.dying[n] if reuse else ():
                if op in self.owned:
                    buffer = self.owned.pop(op)
                    self.free[buffer.size, buffer.dtype].append(buffer)
            if n == self.at.get(self.root[value], -1):
                self._flush()
                self.head = len(self.calls)
        self._flush()
        self.value, self.code = self._seen(value), None
        self.work = sum(op.size for step in self.steps for op in step.ops) / 32          # all in one call: cheap enough to be cut early
        self.loops = [function for call in self.calls if isinstance(call, list) for function, *_ in call if isinstance(function, tuple)]

    def _room(self, op):
        """Memory for an op."""
        if replay.sparse(op):
            self.array[op] = np.zeros(op.shape, op.dtype)          # nobody else writes there: the rest stays zero
        else:
            kept = self.free[op.size, op.dtype]
            self.owned[op] = kept.pop() if kept else _lined_up(op.size, op.dtype)
            self.array[op] = self.owned[op].reshape(op.shape)

    def _target(self, op, where):
        if op not in self.array:
            self._room(op)
        return window(self.array[op], where)

    def _seen(self, op):
        """The array of an op."""
        if op not in self.array:
            self.array[op] = op.fun(self._seen(self.source[op]), *op.args[1:], **op.kwargs)
        return self.array[op]

    def _alone(self, op):
        """A call of the BLAS, or of NumPy."""
        out, args = self.array[op], [self._seen(arg) if isinstance(arg, Op) else arg for arg in op.args]
        product = op.fun is np.matmul and op.dtype.char in "fd" and all(x.ndim > 1 and x.size == prod(x.shape[-2:]) and x.dtype == op.dtype for x in (out, *args))
        forms = [_lies(_matrix(x)) for x in (*args, out)] if product else [None]
        if all(forms):
            (a, lda), (b, ldb), (_, ldc) = forms
            (m, k), n = args[0].shape[-2:], out.shape[-1]
            ints, reals, letters = np.array([n, m, k, ldb, lda, ldc], np.int32), np.array([1, 0], out.dtype), np.frombuffer((b + a).encode(), np.uint8)
            i, r, c = map(address, (ints, reals, letters))
            A, B, C = map(address, (*args, out))
            self._call("gemm" + op.dtype.char, [c, c + 1, i, i + 4, i + 8, r, B, i + 12, A, i + 16, r + reals.itemsize, C, i + 20], (ints, reals, letters))
        else:
            if op.fun is not copy:
                self.left.add(getattr(op.args[0] if op.fun.__name__ == "_one_by_one" else op.fun, "__name__", str(op.fun)))
            self._flush()
            self.calls.append(partial(replay.fill, out, op.fun, args, op.kwargs))

    def _call(self, function, args, kept=()):
        self.table.append((function, np.array(args, np.uint64), kept))

    def _flush(self):
        """NumPy is called here, or it is the end."""
        if self.table:
            self.calls.append(self.table)
            self.table = []

    def run(self, head=None):
        """As the replay's; the first time, compile."""
        if self.code is None:
            self._compile()
        super().run(head)

    def _compile(self):
        code = self.code = dict(zip(self.loops, compiled(self.loops), strict=True))
        run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(CODE["run"])
        for number, call in enumerate(self.calls):
            if isinstance(call, list):
                table = np.array([(code.get(function) or CODE[function], address(args)) for function, args, _ in call], np.uint64)
                self.calls[number] = partial(run, address(table), table.size)
                self.kept.append((table, call))
        if told := self.left - TOLD:
            TOLD.update(told)
            warnings.warn(f"the native engine leaves {', '.join(sorted(told))} to NumPy", stacklevel=6)

    def _loop(self, step):
        """Write a step's loop."""
        loop, names = Loop(self.dtype.char, step.axes), {}

        def value(arg, shape):
            if not isinstance(arg, Op) or (known := number(arg)) is not None:
                return loop.number(known if isinstance(arg, Op) else arg)
            op = self.same[arg]
            if op in self.again and op not in names:
                names[op] = compute(op)
            return names[op] if op in names else loop.load(np.broadcast_to(self._seen(arg), shape), self._seen(arg))

        def compute(op):
            if self.kind[op] == "numbers":
                return FORMS[op.fun](loop, *(value(arg, op.shape) for arg in op.args))
            total = None
            for pair in _terms(op, *(_matrix(self._seen(arg)) if op.fun is np.matmul else self._seen(arg) for arg in op.inputs)):
                x, y = (loop.load(np.broadcast_to(part, op.shape), whole) for part, whole in pair)
                total = loop.call("fmuladd", x, y, total) if total else loop.do("fmul", x, y)
            return total

        for op in step.ops:
            if self.kind[op] == "sum":
                self._sum(op, loop, value)
            elif op not in self.again:
                names[op] = compute(op)
                if op in self.array:
                    loop.store(names[op], self.array[op], self.array[op])
        if loop.pointers:          # else all is computed elsewhere again
            body, count = loop.text()
            self._call((body, len(loop.pointers)), [count, *loop.pointers])

    def _sum(self, op, loop, value):
        """Let a loop add up what makes a sum."""
        (over, big, thin, left), out = _summed(op), self.array[op]
        x = value(over, over.shape)
        if op.fun is np.vdot:
            loop.add_up(loop.do("fmul", x, value(op.args[1], over.shape)), np.broadcast_to(out, over.shape), out)
        elif op.fun == np.add.reduce:
            kept = out if op.kwargs["keepdims"] else np.expand_dims(out, op.kwargs["axis"])
            loop.add_up(x, np.broadcast_to(kept, over.shape), out)
        else:
            matrices = _matrix(self._seen(thin)), _matrix(out)
            for pair in zip(*(x.T for x in matrices) if left else matrices, strict=True):
                weight, target = (np.broadcast_to(v[:, None] if flip else v, big.shape[-2:]) for v, flip in zip(pair, (not left, left), strict=True))
                weight, target = (weight, target) if over is big else (weight.T, target.T)
                weighed = x if number(thin) == 1 else loop.do("fmul", x, loop.load(weight, self._seen(thin)))
                loop.add_up(weighed, target, out)


def _aligned(op):
    """Whether a view has the numbers of its argument, in their order."""
    x = op.inputs[0]
    if op.fun is np.transpose:
        turn = [axis for axis in _turn(op) if x.shape[axis] > 1]
        return turn == sorted(turn)
    return op.fun is not window and op.size == x.size and [n for n in op.shape if n > 1] == [n for n in x.shape if n > 1]


def _turn(op):
    return op.args[1] if len(op.args) > 1 else range(len(op.shape))[::-1]


def _summed(op):
    """What a sum is over, as it lies, and as it is multiplied; the thin matrix, if there is one, and whether that stands on the right."""
    if op.fun is not np.matmul:
        return op.args[0], op.args[0], None, True
    A, B = op.args
    left = op.shape[-1] <= THIN and (A.size >= B.size or op.shape[-2] > THIN)
    big, thin = (A, B) if left else (B, A)
    return big.args[0] if big.fun is np.transpose and len(big.shape) == 2 else big, big, thin, left


def _terms(op, x, y):
    """The factors of each term of a product, and the arrays that they belong to."""
    for k in range(x.shape[1]):
        yield ((x[:, k, None], x), (y[k, None], y)) if op.fun is np.einsum else ((x[:, k:k + 1], x), (y[k:k + 1], y))


def _matrix(x):
    return x[(0,) * (x.ndim - 2)]


def _lies(x):
    """How the BLAS has to take a matrix, and its longer step; None if it cannot."""
    for letter, (far, near), n in (("N", x.strides, x.shape[1]), ("T", x.strides[::-1], x.shape[0])):
        if near == x.itemsize and far >= n * near and far % near == 0:
            return letter, far // near
    return None


def _lined_up(size, dtype):
    """An array that begins where a line of the cache does."""
    raw = np.empty(size * dtype.itemsize + 64, np.uint8)
    start = -address(raw) % 64
    return raw[start:start + size * dtype.itemsize].view(dtype)
