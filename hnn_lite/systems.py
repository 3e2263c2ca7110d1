"""Hamiltonians and the physics that they stand for: H(q, p) = T(p) + V(q), with T and V as separate functions."""

import autograd.numpy as np

from hnn_lite import checks
from hnn_lite.bodies import NBody, kepler, n_body, three_body, two_body
from hnn_lite.chains import CoupledOscillators, Toda, coupled_oscillators, toda
from hnn_lite.dynamics import System

__all__ = ["CoupledOscillators", "NBody", "System", "Toda", "coupled_oscillators", "henon_heiles", "kepler", "mass_spring", "n_body",
           "pendulum", "real_pendulum_energy", "three_body", "toda", "two_body"]


def mass_spring(k=2.0, m=0.5):
    """A mass on a spring, H = k q^2 / 2 + p^2 / (2 m), q in m, p in kg m/s.

    The defaults give H = q^2 + p^2, which the paper's code uses (period pi); its text has k = m = 1 (equation 4).
    Initial states lie at a radius U(0.1, 1) from the origin of the (q, p) plane.

    Parameters
    ----------
    k : float
        Stiffness, N/m.
    m : float
        Mass, kg.

    Raises
    ------
    ValueError
        If a constant is not positive.
    """
    k, m = checks.positive("k", k), checks.positive("m", m)
    return System("mass-spring", 2,
                  kinetic=lambda p: np.sum(p**2, axis=-1) / (2 * m),
                  potential=lambda q: k * np.sum(q**2, axis=-1) / 2,
                  sampler=lambda rng, count: _ring(rng, count, 0.1, 1.0))


def pendulum(m=0.5, g=6.0, l=1.0):
    """A pendulum, H = m g l (1 - cos q) + p^2 / (2 m l^2), q the angle from hanging in rad, p in kg m^2/s.

    The defaults give H = 3 (1 - cos q) + p^2, which the paper's code uses; its text has 2 m g l (1 - cos q) +
    l^2 p^2 / (2 m) with g = 3, m = l = 1 (equation 5). Initial states lie at a radius U(1.3, 2.3) in the (q, p) plane.

    Parameters
    ----------
    m, g, l : float
        Mass (kg), gravitational acceleration (m/s^2), length (m).

    Raises
    ------
    ValueError
        If a constant is not positive.
    """
    m, g, l = checks.positive("m", m), checks.positive("g", g), checks.positive("l", l)
    return System("pendulum", 2,
                  kinetic=lambda p: np.sum(p**2, axis=-1) / (2 * m * l**2),
                  potential=lambda q: m * g * l * np.sum(1 - np.cos(q), axis=-1),
                  sampler=lambda rng, count: _ring(rng, count, 1.3, 2.3))


def real_pendulum_energy(x):
    """The energy by which the paper's code judges the measured pendulum, 2.4 (1 - cos q) + p^2.

    With q the angle (rad) and p the measured angular velocity (rad/s), this is twice the energy per moment of inertia of
    `pendulum(m=1, g=1.2, l=1)`. Shape (..., 2) to (...).
    """
    x = checks.states("x", x, 2)
    return 2.4 * (1 - np.cos(x[..., 0])) + x[..., 1] ** 2


def henon_heiles(energy=1 / 8):
    """Henon and Heiles's star in a galaxy, `H = |p|^2 / 2 + (x^2 + y^2) / 2 + x^2 y - y^3 / 3`; the state is (x, y, p_x, p_y).

    Not integrable. Up to the energy 1/6 nothing escapes. Initial states are spread evenly over the surface of one energy, inside
    the triangle in which a star is caught. Henon and Heiles, Astronomical Journal 69 (1964) 73.

    Parameters
    ----------
    energy : float
        Of the initial states, at most 1/6.

    Raises
    ------
    ValueError
        If the energy is out of range.
    """
    if checks.positive("energy", energy) > 1 / 6:
        raise ValueError(f"energy must be at most 1/6, above which a star escapes, got {energy}")

    def potential(q):
        x, y = q[..., 0], q[..., 1]
        return (x**2 + y**2) / 2 + x**2 * y - y**3 / 3

    def sampler(rng, count):
        places = np.zeros((0, 2))
        while len(places) < count:                                 # in two dimensions, even in place and direction is even on it
            x, y = q = rng.uniform([[-0.87], [-0.5]], [[0.87], [1.0]], (2, count))
            inside = (abs(x) * np.sqrt(3) <= 1 - y) & (potential(q.T) < energy)
            places = np.concatenate([places, q.T[inside]])[:count]
        speed, angle = np.sqrt(2 * (energy - potential(places))), rng.uniform(0, 2 * np.pi, count)
        return np.concatenate([places, (speed * [np.cos(angle), np.sin(angle)]).T], axis=-1)

    return System("henon-heiles", 4, lambda p: np.sum(p**2, axis=-1) / 2, potential, sampler)


def _ring(rng, count, inner, outer):
    radius, angle = rng.uniform(inner, outer, count), rng.uniform(0, 2 * np.pi, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
