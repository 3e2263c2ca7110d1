"""Adam's rule as one loop."""

import ctypes
from functools import lru_cache

import numpy as np

from hnn_lite.engine import replay
from hnn_lite.engine.native.loop import Loop, address
from hnn_lite.engine.native.machine import compiled


def adam(params, gradient, mean, square, work, numbers):
    """As `replay.adam`, but each number is read once and written once; `gradient` and `work` stay as they are.

    What does not lie in one piece, or has another precision than the parameters, is left to `replay.adam`.
    """
    if not all(array.flags.c_contiguous and array.dtype == params.dtype for array in (params, gradient, mean, square)):
        return replay.adam(params, gradient, mean, square, work, numbers)
    arrays = params, gradient, mean, square, np.array(numbers, params.dtype)
    _code(params.dtype)(np.array([params.size, *map(address, arrays)], np.uint64).tobytes())          # bytes live until the call is over, in every thread


@lru_cache
def _code(dtype):
    """A function of the address of a length and the five arrays'."""
    loop, numbers, (params, gradient, mean, square) = Loop(dtype.char, (2,)), np.empty(7, dtype), np.empty((4, 2), dtype)          # of any length above 1
    x, g, m, s = (loop.load(vector, vector) for vector in (params, gradient, mean, square))
    decay, beta1, rest1, beta2, rest2, epsilon, rate = (loop.load(np.broadcast_to(number, 2), numbers) for number in numbers[:, None])
    g = loop.call("fmuladd", decay, x, g)
    m = loop.call("fmuladd", beta1, m, loop.do("fmul", rest1, g))
    s = loop.call("fmuladd", beta2, s, loop.do("fmul", rest2, loop.do("fmul", g, g)))
    step = loop.do("fdiv", loop.do("fmul", rate, m), loop.do("fadd", loop.call("sqrt", s), epsilon))
    for value, vector in ((loop.do("fsub", x, step), params), (m, mean), (s, square)):
        loop.store(value, vector, vector)
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(*compiled([(loop.text()[0], len(loop.pointers))]))
