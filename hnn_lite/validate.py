"""The doors: one clear sentence for every argument that cannot be used."""

import zlib

from autograd.tracer import isbox
import numpy as np


def states(name, x, dim):
    """Return `x` as an array of states, shape (..., dim), or raise `ValueError`. Autograd's boxes pass through."""
    x = floats(name, x)
    if len(x.shape) == 0 or x.shape[-1] != dim:
        raise ValueError(f"{name} must hold states of {dim} coordinates in its last axis, got shape {tuple(x.shape)}")
    return x


def floats(name, x):
    """Return autograd's boxes and NumPy's plain arrays of floats as they are, all else by `numbers`."""
    plain = isbox(x) and hasattr(x, "shape") or type(x) is np.ndarray and x.dtype.kind == "f"
    return x if plain else numbers(name, x)


def numbers(name, x):
    """Return `x` as a non-empty array of finite floats of double precision, or raise `ValueError`."""
    return finite(name, x).astype(float, copy=False)


def finite(name, x):
    """Return `x` as a non-empty array of finite real numbers, of whatever precision, or raise `ValueError`."""
    try:
        array = np.ma.asarray(x) if isinstance(x, (list, tuple, np.ma.MaskedArray)) else np.asarray(x)
    except (ValueError, TypeError):        # a ragged list, or a mixed one
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of real numbers, got {type(x).__name__}")
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape})")
    for what, bad in (("masked", np.ma.getmaskarray(array)), ("NaN or infinite", ~np.isfinite(np.asarray(array)))):
        if np.any(bad):
            raise ValueError(f"{name} contains {np.sum(bad)} values that are {what}")
    return np.asarray(array)


def finite_states(name, x, dim):
    """Like `states`, for data that come from outside: every value must be finite too."""
    return states(name, numbers(name, x), dim)


def times(name, t):
    """Return `t` as an array of times, shape (times,), or raise `ValueError`."""
    t = numbers(name, t)
    if t.ndim != 1:
        raise ValueError(f"{name} must be a list of times, got {'one number' if t.ndim == 0 else f'shape {t.shape}'}")
    return t


def unwrapped(name, x):
    """Return `x`, shape (times, coordinates), unless a coordinate is an angle that jumps by 2 pi: then raise `ValueError`.

    Such a coordinate keeps within a turn, and each of its steps of more than half a turn is short, and like those beside it, when a turn
    is taken away.
    """
    for number, path in enumerate(x.T):
        step, small = np.diff(path), np.diff(np.unwrap(path))
        if len(step) < 2 or np.ptp(path) > 2.2 * np.pi or not np.any(jump := abs(step) > np.pi):
            continue
        before, after = small[np.maximum(np.arange(len(step)) - 1, 0)], small[np.minimum(np.arange(len(step)) + 1, len(step) - 1)]
        usual = (before + after) / 2
        if np.all((abs(small) < np.pi / 2)[jump] & (abs(small - usual) < 0.15 * abs(step - usual))[jump]):
            where = np.argmax(jump)
            raise ValueError(f"{name} has an angle that jumps: coordinate {number} goes from {path[where]:.3g} to {path[where + 1]:.3g} at once, "
                             "about 2 pi; unwrap it before, with np.unwrap along the times")
    return x


def phase_space(name, dim):
    """Return `dim` if it is a positive even whole number: a state is (q_1..q_n, p_1..p_n)."""
    dim = whole(name, dim, 2)
    if dim % 2:
        raise ValueError(f"{name} must be even, one momentum for each position, got {dim}")
    return dim


def whole(name, value, least):
    """Return `value` as an int of at least `least`, or raise `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {shown(value)}")
    return int(value)


def wholes(name, values, least):
    """Return `values` as a tuple of ints of at least `least`, or raise `ValueError`."""
    if not isinstance(values, (list, tuple, range, np.ndarray)) or (isinstance(values, np.ndarray) and values.ndim != 1):
        raise ValueError(f"{name} must be a list of whole numbers, got {shown(values)}")
    return tuple(whole(f"each number in {name}", value, least) for value in values)


def positive(name, value, zero_too=False):
    """Return `value` as a positive finite float, or raise `ValueError`."""
    bound = "at least 0" if zero_too else "positive"
    try:
        number = None if isinstance(value, (str, bytes)) or np.iscomplexobj(value) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or np.ndim(value):
        raise ValueError(f"{name} must be a number, got {shown(value)}")
    if not np.isfinite(number) or number < 0 or (number == 0 and not zero_too):
        raise ValueError(f"{name} must be finite and {bound}, got {shown(value)}")
    return number


def choice(name, value, options):
    """Return `value` if it is one of `options`, strings or None, or raise a `ValueError` that lists them."""
    if not (value is None or isinstance(value, str)) or value not in list(options):
        raise ValueError(f"unknown {name} {shown(value)}; choose one of: {', '.join(map(str, options))}")
    return value


def shown(value):
    """`value` as an error shows it: on one line, and cut where it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def generator(seed, purpose):
    """A NumPy random generator for one purpose, so that equal seeds of a data set and of a network share nothing."""
    return np.random.default_rng([whole("seed", seed, 0), zlib.crc32(purpose.encode())])
