"""Check of the code exercise on friction."""

import numpy as np
from scipy.integrate import cumulative_trapezoid

from hnn_lite.page.exercises.check import calls, DIGITS, exercise, Exercise


@exercise("ex-fr-balance")
def balance():
    """The balance: `balance(t, energy, v)`, the friction R of energy = H_0 - R times the integral of v^2. Exercise `ex-fr-balance`."""
    def work(t, v, power=lambda v: v**2):
        return cumulative_trapezoid(power(v), t, initial=0)

    def slope(x, y):
        x, y = x - x.mean(), y - y.mean()
        return x @ y / (x @ x)

    def right(t, energy, v):
        return -slope(work(t, v), energy)

    def rectangles(t, energy, v):
        return -slope(np.append(0, np.cumsum(np.diff(t) * v[:-1] ** 2)), energy)

    def rectangles_behind(t, energy, v):
        return -slope(np.append(0, np.cumsum(np.diff(t) * v[1:] ** 2)), energy)

    def pinned(t, energy, v):
        w = work(t, v)
        return -w @ (energy - energy[0]) / (w @ w)

    rng = np.random.default_rng(26)          # no mistake comes near another, or is right to three digits
    places = {}
    for name, c, shift in (("for the first path", 0.03, 0.4), ("for the second path", 0.11, 1.9)):
        t = np.cumsum(rng.uniform(0.1, 0.7, 80))
        v = 1.3 * np.cos(1.1 * t + shift) * np.exp(-0.01 * t)
        places[name] = (t, 6 - c * work(t, v) + 0.03 * rng.normal(size=t.shape), v)
    return Exercise(
        "a function (t, energy, v) of times, energies and velocities on a path, each of shape (times,), which returns the number R",
        calls(places), right,
        [("the sign is wrong: a friction that takes energy away is positive", lambda *path: -right(*path)),
         ("the energy at the start is noisy as well: let the fit choose H_0", pinned),
         ("the power lost is proportional to the square of the velocity", lambda t, energy, v: -slope(work(t, v, np.abs), energy),
          lambda t, energy, v: -slope(work(t, v, lambda v: v), energy)),
         ("this compares the energy with the power at the same time: integrate the power first",
          lambda t, energy, v: -slope(v**2, energy)),
         ("the sum needs the time between the states", lambda t, energy, v: -slope(np.cumsum(v**2), energy)),
         ("these are rectangles: the trapezoidal rule takes the mean of both ends", rectangles, rectangles_behind),
         ("this takes one step of time for all: the states are not equally far apart",
          lambda t, energy, v: -slope(np.cumsum(v**2) * np.mean(np.diff(t)), energy), lambda t, energy, v: -slope(work(np.arange(len(t)), v), energy)
          / np.mean(np.diff(t))),
         ("this takes the first and the last energy only: fit all of them", lambda t, energy, v: (energy[0] - energy[-1]) / work(t, v)[-1]),
         ("this is the energy at the start: return the friction", lambda t, energy, v: np.mean(energy) + right(t, energy, v) * np.mean(work(t, v))),
         ("fit the energy by the integral, not the integral by the energy", lambda t, energy, v: -1 / slope(energy, work(t, v)),
          lambda t, energy, v: -slope(energy, work(t, v))),
         ("this is the rate at which the energy falls, not the friction", lambda t, energy, v: -slope(t, energy),
          lambda t, energy, v: -slope(t, np.log(energy))),
         ("a half went in: the power lost is the friction times the whole square", lambda *path: 2 * right(*path)),
         ("this is half of R", lambda *path: right(*path) / 2)], DIGITS[3])
