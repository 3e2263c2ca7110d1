"""The doors: one clear sentence for every argument that cannot be used."""

import zlib

import numpy as np


def states(name, x, dim):
    """Return `x` as an array of states, shape (..., dim), or raise `ValueError`. Autograd's boxes pass through."""
    if not hasattr(x, "shape") or (isinstance(x, np.ndarray) and x.dtype.kind != "f"):
        x = numbers(name, x)
    if len(x.shape) == 0 or x.shape[-1] != dim:
        raise ValueError(f"{name} must hold states of {dim} coordinates in its last axis, got shape {tuple(x.shape)}")
    return x


def numbers(name, x):
    """Return `x` as a non-empty array of finite floats of double precision, or raise `ValueError`."""
    return finite(name, x).astype(float, copy=False)


def finite(name, x):
    """Return `x` as a non-empty array of finite real numbers, of whatever precision, or raise `ValueError`."""
    try:
        array = np.asarray(x)
    except ValueError:                     # a ragged list
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of real numbers, got {type(x).__name__}")
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape})")
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} contains {array.size - np.isfinite(array).sum()} values that are NaN or infinite")
    return array


def finite_states(name, x, dim):
    """Like `states`, for data that come from outside: every value must be finite too."""
    return states(name, numbers(name, x), dim)


def phase_space(name, dim):
    """Return `dim` if it is a positive even whole number: a state is (q_1..q_n, p_1..p_n)."""
    dim = whole(name, dim, 2)
    if dim % 2:
        raise ValueError(f"{name} must be even, one momentum for each position, got {dim}")
    return dim


def whole(name, value, least):
    """Return `value` as an int of at least `least`, or raise `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def wholes(name, values, least):
    """Return `values` as a tuple of ints of at least `least`, or raise `ValueError`."""
    if not isinstance(values, (list, tuple, range, np.ndarray)):
        raise ValueError(f"{name} must be a list of whole numbers, got {values!r}")
    return tuple(whole(f"each number in {name}", value, least) for value in values)


def positive(name, value, zero_too=False):
    """Return `value` as a positive finite float, or raise `ValueError`."""
    bound = "at least 0" if zero_too else "positive"
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None
    if not np.isfinite(number) or number < 0 or (number == 0 and not zero_too):
        raise ValueError(f"{name} must be finite and {bound}, got {value!r}")
    return number


def choice(name, value, options):
    """Return `value` if it is one of `options`, or raise a `ValueError` that lists them."""
    if value not in list(options):
        raise ValueError(f"unknown {name} {value!r}; choose one of: {', '.join(map(str, options))}")
    return value


def generator(seed, purpose):
    """A NumPy random generator for one purpose, so that equal seeds of a data set and of a network share nothing."""
    return np.random.default_rng([whole("seed", seed, 0), zlib.crc32(purpose.encode())])
