"""Actions and frequencies measured from a path, for laws of motion whose action and angle coordinates nobody knows."""

import numpy as np
from scipy import optimize

from hnn_lite import checks


def loop_action(loop):
    """(1 / 2 pi) times the integral of p . dq once round a closed path: in one degree of freedom the area inside over 2 pi.

    Parameters
    ----------
    loop : array, shape (points, dim)
        States at equal distances of a smooth parameter, such as time, over one turn; the first is not repeated. Then the sum over
        Fourier components is exact up to those that so many points cannot show.

    Returns
    -------
    action : float
        Positive where q runs ahead as time does: clockwise in the (q, p) plane.

    Raises
    ------
    ValueError
        If there are fewer than 3 points, or dim is odd.
    """
    loop = checks.numbers("loop", loop)
    if loop.ndim != 2 or len(loop) < 3:
        raise ValueError(f"loop must hold at least 3 states, shape (points, dim), got shape {loop.shape}")
    n = checks.phase_space("the number of coordinates of loop", loop.shape[1]) // 2
    waves = np.fft.fft(loop, axis=0) / len(loop)
    orders = np.fft.fftfreq(len(loop), 1 / len(loop))
    orders[np.abs(orders) == len(loop) / 2] = 0
    return float(-np.sum(orders[:, None] * np.imag(waves[:, :n] * waves[:, n:].conj())))


def measured_frequencies(signal, dt, count=1):
    """The strongest frequencies of a signal that is a sum of few steady oscillations, far more exactly than a Fourier transform.

    For each, the peak of the spectrum under a smooth window is found; then its amplitude is fitted and taken away, and in the end each is
    sought again with all others taken away (Laskar, Icarus 88 (1990) 266). A constant is taken away first.

    Parameters
    ----------
    signal : array, shape (times,)
        Real, such as one coordinate of a path. It should hold many periods of each frequency, and of their differences.
    dt : float
        Time between two values, shorter than half of the shortest period.
    count : int
        How many frequencies.

    Returns
    -------
    frequencies : array, shape (count,)
        rad per unit of time, positive, the strongest first.

    Raises
    ------
    ValueError
        If the signal has fewer than 16 values for each frequency.
    """
    signal, dt, count = checks.numbers("signal", signal), checks.positive("dt", dt), checks.whole("count", count, 1)
    if signal.ndim != 1 or len(signal) < 16 * count:
        raise ValueError(f"signal must hold at least {16 * count} values, shape (times,), got shape {signal.shape}")
    s = (np.arange(len(signal)) - (len(signal) - 1) / 2) * 2 * np.pi / len(signal)     # the time, in units that make it -pi to pi
    window, found = (1 + np.cos(s)) ** 2, []

    def without(others):
        waves = np.stack([np.ones_like(s)] + [wave(k * s) for k in others for wave in (np.cos, np.sin)], axis=1)
        root = np.sqrt(window)
        return window * (signal - waves @ np.linalg.lstsq(root[:, None] * waves, root * signal, rcond=None)[0])

    def slope(k, rest):                                                 # of the spectrum's height at k periods, up to a factor
        rotated = rest * np.exp(-1j * k * s)
        return np.imag(np.conj(rotated.sum()) * (s * rotated).sum())

    def sharpen(near, rest):
        ends = near - 0.6, near + 0.6
        falls = slope(ends[0], rest) > 0 > slope(ends[1], rest)
        return optimize.brentq(slope, *ends, args=(rest,), xtol=1e-14, rtol=1e-15) if falls else near

    for _ in range(count):
        rest = without(found)
        found.append(sharpen(np.argmax(np.abs(np.fft.rfft(rest, 4 * len(s)))) / 4, rest))
    for _ in range(3):
        for i in range(count):
            found[i] = sharpen(found[i], without(found[:i] + found[i + 1:]))
    return np.array(found) * 2 * np.pi / (len(s) * dt)


def whole_mixing(actions, others):
    """The whole numbers N with `others` = N `actions`, if both are actions of the same tori.

    Each are areas of loops round the torus, over 2 pi, and loops of one set go round in those of another so many times. If each set can
    be had from the other, the determinant is 1 or -1. Fitted by least squares, each row of `others` by itself, and rounded.

    Parameters
    ----------
    actions, others : array, shape (tori, n)
        On the same tori, at least n of them, with actions that do not lie in a plane through zero.

    Returns
    -------
    whole : array of int, shape (n, n)
        N. Frequencies go by the inverse of its transpose.
    off : float
        By how much the fitted numbers differ from whole ones, at most. Above about a tenth N means nothing.

    Raises
    ------
    ValueError
        If the shapes differ, or the tori do not suffice.
    """
    actions, others = checks.numbers("actions", actions), checks.numbers("others", others)
    if actions.ndim != 2 or actions.shape != others.shape:
        raise ValueError(f"actions and others must have the same shape (tori, n), got {actions.shape} and {others.shape}")
    fitted, _, rank, _ = np.linalg.lstsq(actions, others, rcond=1e-9)
    if rank < actions.shape[1]:
        raise ValueError(f"actions must be given on tori that differ in all {actions.shape[1]} of them, got {rank} independent")
    whole = np.round(fitted.T)
    return whole.astype(int), float(np.abs(fitted.T - whole).max())
