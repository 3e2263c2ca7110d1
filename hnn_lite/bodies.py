"""Bodies in a plane under gravity: several that attract each other, and one about a fixed sun."""

from dataclasses import dataclass

import autograd.numpy as np

from hnn_lite import checks
from hnn_lite.dynamics import System


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


def kepler(mu=1.0, eccentricity=0.6):
    """A planet of mass 1 about a fixed sun, `H = |p|^2 / 2 - mu / |q|`; the state is (x, y, p_x, p_y).

    Initial states lie on ellipses that are run through anticlockwise, with `L = sqrt(mu a)` of U(0.8, 1.2) (a is half of the long
    axis), an eccentricity of U(0, `eccentricity`), and any direction. With mu = 1 the units of length and time are left open.

    Parameters
    ----------
    mu : float
        G times the mass of the sun.
    eccentricity : float
        The largest, below 1.

    Raises
    ------
    ValueError
        If a constant is out of range.
    """
    mu = checks.positive("mu", mu)
    if checks.positive("eccentricity", eccentricity, zero_too=True) >= 1:
        raise ValueError(f"eccentricity must be below 1, got {eccentricity}")

    def sampler(rng, count):
        L, e = rng.uniform(0.8, 1.2, count), rng.uniform(0, eccentricity, count)
        E, turn = rng.uniform(0, 2 * np.pi, (2, count))           # E: the eccentric anomaly
        c, s, b = np.cos(E), np.sin(E), np.sqrt(1 - e**2)
        q = L**2 / mu * np.stack([c - e, b * s])
        p = mu / L / (1 - e * c) * np.stack([-s, b * c])
        cos, sin = np.cos(turn), np.sin(turn)
        return np.concatenate([[cos * u - sin * v, sin * u + cos * v] for u, v in (q, p)]).T

    return System("kepler", 4, lambda p: np.sum(p**2, axis=-1) / 2, lambda q: -mu / np.sqrt(np.sum(q**2, axis=-1)), sampler)


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
