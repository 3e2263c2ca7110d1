"""Hamiltonians and the physics that they stand for: H(q, p) = T(p) + V(q), with T and V as separate functions."""

from collections.abc import Callable
from dataclasses import dataclass

import autograd.numpy as np

from hnn_lite import checks
from hnn_lite.dynamics import HamiltonianDynamics


@dataclass(frozen=True)
class System(HamiltonianDynamics):
    """A mechanical system with H = T(p) + V(q).

    Attributes
    ----------
    name : str
    dim : int
        Coordinates of a state, positions first, then momenta.
    kinetic, potential : callable
        T(p) and V(q), shape (..., dim/2) to (...), in autograd's NumPy.
    sampler : callable
        `(rng, count) -> (count, dim)`: initial states as the paper draws them.
    """

    name: str
    dim: int
    kinetic: Callable
    potential: Callable
    sampler: Callable

    def hamiltonian(self, x):
        x = checks.states("x", x, self.dim)
        n = self.dim // 2
        return self.kinetic(x[..., n:]) + self.potential(x[..., :n])

    def sample(self, count, seed):
        """Draw `count` initial states as the paper does, shape (count, dim).

        Raises
        ------
        ValueError
            If `count` < 1 or `seed` < 0.
        """
        rng = checks.generator(seed, f"initial states of {self.name}")
        return self.sampler(rng, checks.whole("count", count, 1))


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


def _ring(rng, count, inner, outer):
    radius, angle = rng.uniform(inner, outer, count), rng.uniform(0, 2 * np.pi, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
