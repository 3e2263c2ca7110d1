"""A nest of loops as text in LLVM's language: loads, functions number by number, sums, stores."""

import math
import struct

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from hnn_lite.engine import activations

TYPES = {"f": "float", "d": "double", "?": "i8"}
LOG2 = {"f": (0.693359375, -2.12194440e-4), "d": (6.93147180369123816490e-01, 1.90821492927058770002e-10)}          # n times the first is exact
FORMAT = {"f": ("i32", 23, 127), "d": ("i64", 52, 1023)}          # an integer of that size, bits behind the point, bias of the exponent
SUM = "reassoc nsz contract"          # sums may be made in any order
WIDEN, NARROW = {"?": "uitofp", "f": "fpext", "d": "fptrunc"}, {"?": "fptoui", "f": "fptrunc", "d": "fpext"}
TERMS = {"f": (7, 8), "d": (13, 17)}          # of the series of exp and log
LARGEST = {"f": (-104, 89), "d": (-746, 710)}          # beyond, exp is 0 or infinite

NEAR = 0.625
TANH = Chebyshev.interpolate(lambda z: (np.tanh(np.sqrt(z)) / np.sqrt(z) - 1) / z, 5, [1e-3, NEAR**2]).convert(kind=Polynomial).coef          # x + x^3 p(x^2)


class Loop:
    """The loops over an array of some shape, whose body is written line by line.

    Adjacent axes become one wherever all arrays allow it. The length of the first is passed at the call, so that batches of any length
    share one piece of machine code.

    Parameters
    ----------
    kind : str
        "f" or "d": single or double precision.
    shape : tuple of int
        All above 1.

    Attributes
    ----------
    pointers : dict
        Address to name, in the order in which they are passed.
    """

    def __init__(self, kind, shape):
        self.kind, self.type, self.shape = kind, TYPES[kind], shape
        self.lines, self.pointers, self.places, self.steps, self.loaded, self.sums, self.clear = [], {}, {}, {}, {}, [], {}

    def new(self, text):
        """A new name for a value."""
        self.lines.append(f"%v{len(self.lines)} = {text}")
        return f"%v{len(self.lines) - 1}"

    def number(self, value):
        """A constant."""
        return f"0x{struct.pack('>d', np.float32(value) if self.kind == 'f' else value).hex().upper()}"

    def do(self, name, *args, flags="contract"):
        """An instruction; numbers may be given as Python's."""
        return self.new(f"{name} {flags} {self.type} {', '.join(self._names(args))}")

    def call(self, name, *args):
        """One of LLVM's own functions."""
        return self.new(f"call {self.type} @llvm.{name}.f{8 * np.dtype(self.kind).itemsize}({', '.join(f'{self.type} {x}' for x in self._names(args))})")

    def pick(self, test, x, y, a, b):
        """`a` where the test holds, `b` elsewhere."""
        x, y, a, b = self._names((x, y, a, b))
        return self.new(f"select i1 {self.new(f'fcmp {test} {self.type} {x}, {y}')}, {self.type} {a}, {self.type} {b}")

    def _names(self, args):
        return [arg if isinstance(arg, str) else self.number(arg) for arg in args]

    # memory: `array` has the shape of the loops, with steps of zero where a number serves many turns, and starts somewhere in `base`

    def _place(self, array, base):
        start = address(base)
        pointer = self.pointers.setdefault(start, f"%p{len(self.pointers)}")
        step = [s // array.itemsize for s, n in zip(array.strides, array.shape, strict=True) if n > 1]
        return self.places.setdefault((pointer, TYPES[array.dtype.char], (address(array) - start) // array.itemsize, *step), f"%at{len(self.places)}")

    def load(self, array, base):
        """The number in an array."""
        place, kind = self._place(array, base), array.dtype.char
        if place not in self.loaded:
            value = self.new(f"load {TYPES[kind]}, ptr {place}")
            self.loaded[place] = value if kind == self.kind else self._cast(value, WIDEN[kind], TYPES[kind], self.type)
        return self.loaded[place]

    def store(self, value, array, base):
        """Put a number there."""
        place, kind = self._place(array, base), array.dtype.char
        value = value if kind == self.kind else self._cast(value, NARROW[kind], self.type, TYPES[kind])
        self.lines.append(f"store {TYPES[kind]} {value}, ptr {place}")

    def _cast(self, value, how, old, new):
        return self.new(f"{how} {old} {value} to {new}")

    def add_up(self, value, array, base):
        """Add a number there, where many may meet; the sum begins with zero."""
        self.sums.append((value, self._place(array, base), base))

    # functions

    def _exp(self, x):
        """x = n log 2 + r, |r| <= (log 2) / 2: n, as an integer, and exp(r) - 1, by its series."""
        integer, bits, _ = FORMAT[self.kind]
        large = 1.5 * 2**bits          # what is added to it loses its fraction
        shifted = self.call("fmuladd", x, 1 / math.log(2), large)
        n, r = self.do("fsub", shifted, large), x
        for part in LOG2[self.kind]:
            r = self.call("fmuladd", n, -part, r)
        series = self.series(r, [1 / math.factorial(k) for k in range(2, TERMS[self.kind][0] + 1)])
        whole = int.from_bytes(struct.pack(f">{self.kind}", large), "big")
        return self.new(f"sub {integer} {self.new(f'bitcast {self.type} {shifted} to {integer}')}, {whole}"), self.call(
            "fmuladd", self.do("fmul", r, r), series, r)

    def series(self, x, coefficients):
        """The sum of c_k x^k."""
        value = coefficients[-1]
        for c in reversed(coefficients[:-1]):
            value = self.call("fmuladd", value, x, c)
        return value

    def _power_of_two(self, n):
        integer, bits, bias = FORMAT[self.kind]
        biased = self.new(f"add {integer} {n}, {bias}")
        return self.new(f"bitcast {integer} {self.new(f'shl {integer} {biased}, {bits}')} to {self.type}")

    def _between(self, x, low, high):
        x = self.pick("olt", x, low, low, x)          # what is not a number passes
        return self.pick("ogt", x, high, high, x)

    def exp(self, x):
        """To a unit in the last place."""
        n, rest = self._exp(self._between(x, *LARGEST[self.kind]))
        half = self.new(f"ashr {FORMAT[self.kind][0]} {n}, 1")          # 2^n may be out of range where the outcome is not
        other = self.new(f"sub {FORMAT[self.kind][0]} {n}, {half}")
        return self.do("fmul", self.do("fmul", self.do("fadd", rest, 1), self._power_of_two(half)), self._power_of_two(other))

    def tanh(self, x):
        """e / (e + 2) with e = exp(2 |x|) - 1; in single precision 1 - 2 / (e + 2), and near zero a polynomial, which round less often."""
        size = self.call("fabs", x)
        n, rest = self._exp(self.do("fmul", 2, self.pick("ogt", size, 40, 40, size)))
        power = self._power_of_two(n)
        if self.kind == "d":
            e = self.call("fmuladd", power, rest, self.do("fadd", power, -1))
            return self.call("copysign", self.do("fdiv", e, self.do("fadd", e, 2)), x)
        far = self.do("fsub", 1, self.do("fdiv", 2, self.call("fmuladd", power, rest, self.do("fadd", power, 1))))
        square = self.do("fmul", size, size)
        near = self.call("fmuladd", self.do("fmul", size, square), self.series(square, TANH), size)
        return self.call("copysign", self.pick("olt", size, NEAR, near, far), x)

    def sigmoid(self, x):
        """1 / (1 + exp(-x))."""
        n, rest = self._exp(self._between(self.new(f"fneg {self.type} {x}"), 1 - LARGEST[self.kind][1], LARGEST[self.kind][1] - 1))
        power = self._power_of_two(n)          # finite and not zero
        return self.do("fdiv", 1, self.call("fmuladd", power, rest, self.do("fadd", power, 1)))

    def softplus(self, x):
        """max(x, 0) + log(1 + e) with e = exp(-|x|), by the series of 2 artanh(e / (e + 2))."""
        e = self.exp(self.new(f"fneg {self.type} {self.call('fabs', x)}"))
        s = self.do("fdiv", e, self.do("fadd", e, 2))
        series = self.series(self.do("fmul", s, s), [2 / (2 * k + 1) for k in range(TERMS[self.kind][1])])
        return self.call("fmuladd", s, series, self.pick("olt", x, 0, 0, x))

    # the whole

    def text(self):
        """The body of a function of the first length and the pointers."""
        axes = self._axes()
        inner, steps = len(axes) - 1, {name: [step[k] for _, *step in axes] for k, name in enumerate(self.places.values())}
        start, phis, end, body, at = [], [], [], list(self.lines), {name: key for key, name in self.places.items()}
        for k, (value, place, base) in enumerate(self.sums):
            step = steps[place]
            block, where = (body, place) if step[inner] else (end, f"%end{k}")
            if not step[inner]:          # the inner loop sums in a register
                phis.append(f"%old{k} = phi {self.type} [ {self.number(0)}, %{f'L{inner - 1}' if inner else 'entry'} ], [ %turn{k}, %L{inner} ]")
                body.append(f"%turn{k} = fadd {SUM} {self.type} %old{k}, {value}")
                end += self._pointer(where, at[place], step[:inner])
                value = f"%turn{k}"
            if not all(step[:inner]):          # an entry is met more than once
                start.append(f"call void @llvm.memset.p0.i64(ptr {at[place][0]}, i8 0, i64 {base.nbytes}, i1 false)")
                block += [f"%sofar{k} = load {self.type}, ptr {where}", f"%sum{k} = fadd {SUM} {self.type} %sofar{k}, {value}"]
                value = f"%sum{k}"
            block.append(f"store {self.type} {value}, ptr {where}")
        reach = [line for place, step in steps.items() for line in self._pointer(place, at[place], step)]
        blocks = ["entry:", *dict.fromkeys(start), "br label %L0"]
        for a, (length, *_) in enumerate(axes):
            blocks += [f"L{a}:", f"%i{a} = phi i64 [ 0, %{f'L{a - 1}' if a else 'entry'} ], [ %j{a}, %{f'D{a + 1}' if a < inner else f'L{a}'} ]"]
            blocks += [f"br label %L{a + 1}"] if a < inner else [*phis, *reach, *body]
        for a in reversed(range(len(axes))):
            blocks += [f"D{a + 1}:"] * (a < inner) + (end if a == inner - 1 else [])
            blocks += [f"%j{a} = add nuw nsw i64 %i{a}, 1", f"%c{a} = icmp eq i64 %j{a}, {axes[a][0] if a else '%count'}",
                       f"br i1 %c{a}, label %D{a}, label %L{a}"]
        return "\n".join([*blocks, "D0:", *(end if not inner else []), "ret void"]), axes[0][0]

    def _axes(self):
        """For each axis its length, and the step of each place; those that can be one axis are."""
        steps = [step for _, _, _, *step in self.places]
        axes = [[n, *(step[axis] for step in steps)] for axis, n in enumerate(self.shape)] or [[1] + [0] * len(steps)]
        for a in reversed(range(len(axes) - 1)):
            here, there = axes[a:a + 2]
            if all(one == other * there[0] for one, other in zip(here[1:], there[1:], strict=True)):
                axes[a:a + 2] = [[here[0] * there[0], *there[1:]]]
        return axes

    @staticmethod
    def _pointer(name, place, step):
        """Lines that find a place."""
        (pointer, kind, shift, *_), lines, hops = place, [], []
        for axis, s in enumerate(step):
            if s:
                lines += [f"{name}x{axis} = mul nsw i64 %i{axis}, {s}"] * (s != 1)
                hops.append(f"%i{axis}" if s == 1 else f"{name}x{axis}")
        hops += [str(shift)] * bool(shift or not hops)
        for number, hop in enumerate(hops, 1):
            found = name if number == len(hops) else f"{name}h{number}"
            lines.append(f"{found} = getelementptr {kind}, ptr {pointer}, i64 {hop}")
            pointer = found
        return lines


TESTS = {np.greater: "ogt", np.less: "olt", np.equal: "oeq", np.greater_equal: "oge", np.less_equal: "ole", np.not_equal: "une"}


def copy(x):
    """The same numbers in another place."""
    return x


# what goes number by number
FORMS = {np.exp: Loop.exp, np.tanh: Loop.tanh, activations.sigmoid.fun: Loop.sigmoid, activations.softplus.fun: Loop.softplus,
         activations.relu.fun: lambda to, x: to.pick("olt", x, 0, 0, x), np.where: lambda to, test, x, y: to.pick("une", test, 0, x, y), copy: lambda to, x: x}
for fun, name in {np.add: "fadd", np.subtract: "fsub", np.multiply: "fmul", np.true_divide: "fdiv"}.items():
    FORMS[fun] = lambda to, x, y, name=name: to.do(name, x, y)
for fun, name in {np.sqrt: "sqrt", np.absolute: "fabs", np.sin: "sin", np.cos: "cos", np.log: "log", np.power: "pow",
                  np.maximum: "maximum", np.minimum: "minimum"}.items():
    FORMS[fun] = lambda to, *args, name=name: to.call(name, *args)
for fun, name in TESTS.items():
    FORMS[fun] = lambda to, x, y, name=name: to.pick(name, x, y, 1, 0)


def address(array):
    """Where an array starts."""
    return array.__array_interface__["data"][0]
