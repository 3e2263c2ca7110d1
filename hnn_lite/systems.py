"""Hamiltonians and the physics that they stand for: H(q, p) = T(p) + V(q), with T and V as separate functions."""

from collections.abc import Callable
from dataclasses import dataclass

import autograd.numpy as np
from autograd import elementwise_grad

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

    def gradient(self, x):
        x = checks.states("x", x, self.dim)         # by parts: faster than autograd's derivative of a slice
        n = self.dim // 2
        return np.concatenate([elementwise_grad(self.potential)(x[..., :n]), elementwise_grad(self.kinetic)(x[..., n:])],
                              axis=-1)

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


@dataclass(frozen=True)
class NBody(System):
    """Bodies in a plane that attract each other: `H = sum |p_i|^2 / (2 m_i) - sum over pairs of G m_i m_j / |q_i - q_j|`.

    A state holds x of each body, y of each body, p_x of each, p_y of each: the order of the HNN paper's code.

    Attributes
    ----------
    masses : array, shape (bodies,)
    """

    masses: np.ndarray

    def positions(self, x):
        """Where the bodies are, shape (..., dim) to (..., bodies, 2)."""
        return self._bodies(checks.states("x", x, self.dim)[..., :self.dim // 2])

    def momenta(self, x):
        """The bodies' momenta, shape (..., dim) to (..., bodies, 2)."""
        return self._bodies(checks.states("x", x, self.dim)[..., self.dim // 2:])

    def centre_of_mass(self, x):
        """The mean position, weighted by mass, shape (..., dim) to (..., 2)."""
        return self.masses @ self.positions(x) / np.sum(self.masses)

    def momentum(self, x):
        """The total momentum, shape (..., dim) to (..., 2)."""
        return np.sum(self.momenta(x), axis=-2)

    def angular_momentum(self, x):
        """The total angular momentum about the origin, sum of x p_y - y p_x, shape (..., dim) to (...)."""
        q, p = self.positions(x), self.momenta(x)
        return np.sum(q[..., 0] * p[..., 1] - q[..., 1] * p[..., 0], axis=-1)

    def _bodies(self, flat):
        return np.swapaxes(np.reshape(flat, (*flat.shape[:-1], 2, len(self.masses))), -1, -2)


def n_body(masses, G=1.0, sampler=None, name="n-body"):
    """Bodies in a plane under gravity; see `NBody`.

    Parameters
    ----------
    masses : sequence of float
        One for each body, at least two.
    G : float
        Gravitational constant. With the default and masses of 1, the units of length and time are left open, as in the paper.
    sampler : callable, optional
        `(rng, count) -> (count, dim)`: initial states.
    name : str

    Raises
    ------
    ValueError
        If there are fewer than two masses, or a constant is not positive.
    """
    masses = np.array([checks.positive("each mass", mass) for mass in np.atleast_1d(masses).tolist()])
    if len(masses) < 2:
        raise ValueError(f"masses must name at least two bodies, got {len(masses)}")
    G, n = checks.positive("G", G), len(masses)
    first, second = np.triu_indices(n, 1)
    pairs = np.eye(n)[:, first] - np.eye(n)[:, second]
    differences = np.kron(np.eye(2), pairs)          # from q to x_i - x_j of every pair, and then y_i - y_j
    squares = np.kron(np.ones((2, 1)), np.eye(len(first)))      # from their squares to |q_i - q_j|^2
    pull, two_masses = G * masses[first] * masses[second], 2 * np.concatenate([masses, masses])

    def potential(q):
        return -((q @ differences) ** 2 @ squares) ** -0.5 @ pull

    return NBody(name, 4 * n, lambda p: np.sum(p**2 / two_masses, axis=-1), potential, sampler, masses)


def two_body(masses=(1.0, 1.0), G=1.0):
    """Two bodies on nearly circular orbits about their common centre of mass, which rests at the origin.

    With equal masses, body 1 starts at (U(0.5, 1.5), U(0.5, 1.5)) as in the paper's code, body 2 opposite; the velocities of the
    circular orbit are multiplied by 1 + 0.05 N(0, 1), one number for each orbit.

    Parameters and errors are those of `n_body`.
    """
    def sampler(rng, count):
        heavy = masses[1] / masses[0]
        corner = rng.uniform(0.5, 1.5, (count, 1, 2))
        q = np.concatenate([corner, -corner / heavy], axis=1)
        return _circling(q, masses, G, 1 + 0.05 * rng.normal(size=(count, 1, 1)))

    masses = _so_many(masses, 2)
    return n_body(masses, G, sampler, "two-body")


def three_body(masses=(1.0, 1.0, 1.0), G=1.0):
    """Three bodies that start on a circle of radius U(0.9, 1.2), 120 degrees apart.

    The velocities of the circular orbit, which this triangle has for any masses (Lagrange), are multiplied by 1 + U(-0.2, 0.2),
    one number for each component, as in the HNN paper's code.

    Parameters and errors are those of `n_body`.
    """
    def sampler(rng, count):
        angle = rng.uniform(0, 2 * np.pi, (count, 1)) + 2 * np.pi / 3 * np.arange(3)
        q = rng.uniform(0.9, 1.2, (count, 1, 1)) * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        q = q - (masses @ q / np.sum(masses))[:, None]
        return _circling(q, masses, G, 1 + rng.uniform(-0.2, 0.2, q.shape))

    masses = _so_many(masses, 3)
    return n_body(masses, G, sampler, "three-body")


def _so_many(masses, count):
    if np.shape(masses) != (count,):
        raise ValueError(f"masses must hold {count} numbers, got {masses!r}")
    return np.array([checks.positive("each mass", mass) for mass in masses])


def _circling(q, masses, G, factor):
    """States with positions q, shape (count, bodies, 2), that turn about the origin like a rigid body, times `factor`."""
    distance = np.linalg.norm(q[:, :1] - q[:, 1:2], axis=-1, keepdims=True)
    v = np.sqrt(G * np.sum(masses) / distance**3) * np.stack([-q[..., 1], q[..., 0]], axis=-1) * factor
    flat = lambda a: np.swapaxes(a, 1, 2).reshape(len(a), -1)  # noqa: E731
    return np.concatenate([flat(q), flat(masses[:, None] * v)], axis=-1)


def _ring(rng, count, inner, outer):
    radius, angle = rng.uniform(inner, outer, count), rng.uniform(0, 2 * np.pi, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
