"""What a law of motion can do, be it given or learned; and what it can do besides if it has a Hamiltonian."""

import autograd.numpy as np
from autograd import elementwise_grad

from hnn_lite import integrate, validate
from hnn_lite.engine import Function


class Dynamics:
    """A law of motion dx/dt = field(x) on states of `dim` coordinates."""

    dim: int

    def field(self, x):
        """dx/dt at the states `x`, shape (..., dim) to (..., dim), from `x` alone: `rollout` traces it once and replays it."""
        raise NotImplementedError

    def rollout(self, x0, t, rtol=1e-9, atol=None):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim). See `integrate.solve_ivp`."""
        return integrate.solve_ivp(Function(lambda _, x: self.field(x)), validate.finite_states("x0", x0, self.dim), t, rtol, atol)


class HamiltonianDynamics(Dynamics):
    """A law of motion that follows from one scalar function H(q, p)."""

    def hamiltonian(self, x):
        """H at the states `x`, shape (..., dim) to (...), in autograd's NumPy."""
        raise NotImplementedError

    def gradient(self, x):
        """R_H = (dH/dq, dH/dp), the direction in which H grows fastest: shape (..., dim) to (..., dim).

        HNN paper, section 6.
        """
        return elementwise_grad(self.hamiltonian)(validate.states("x", x, self.dim))

    def symplectic_gradient(self, x):
        """S_H = (dH/dp, -dH/dq), the direction of motion, along which H stays: shape (..., dim) to (..., dim).

        HNN paper, equation 2.
        """
        return apply_omega(self.gradient(x))

    field = symplectic_gradient

    def add_energy(self, x, amount, rtol=1e-9):
        """The states reached from `x` by following R_H until H has grown by `amount`.

        Along `dx/ds = R_H / |R_H|^2` H grows at the rate 1, so s is the energy added. HNN paper, section 6.

        Parameters
        ----------
        x : array, shape (..., dim)
        amount : float or array, shape (...)
            Energy to add, in the unit of H; negative takes energy away.
        rtol : float
            See `integrate.solve_ivp`.

        Returns
        -------
        x : array, shape (..., dim)

        Raises
        ------
        ValueError
            If H cannot change by so much on this way, because its gradient vanishes first; or if the way is too stiff to follow,
            because a step of q and one of p, in their units, change H by very different amounts.
        """
        x, amount, rtol = validate.finite_states("x", x, self.dim), validate.numbers("amount", amount), validate.positive("rtol", rtol)
        if amount.shape not in ((), x.shape[:-1]):
            raise ValueError(f"amount must be one number, or one for each state of x, shape {x.shape[:-1]}, got {amount.shape}")

        calls = iter(range(20_000))

        def climb(x):
            if next(calls, None) is None:
                raise ValueError("the way is stiff")
            R = self.gradient(x)
            return amount[..., None] * R / np.sum(R**2, axis=-1, keepdims=True)

        try:
            with np.errstate(all="ignore"):
                end = integrate.solve_ivp(climb, x, [0, 1], rtol)[-1]
        except (ValueError, integrate.IntegrationError):
            end = x
        missing = abs(self.hamiltonian(end) - self.hamiltonian(x) - amount)
        if not np.all(missing <= 1e-6 * abs(amount) + 10 * rtol * np.sum(abs(self.gradient(x) * x), axis=-1)):
            raise ValueError(f"amount ({validate.shown(amount.tolist())}) is more than H can change by along its gradient, which vanishes on "
                             "the way, or q and p are in units too unlike to follow it; ask for less, or change the units")
        return end


def apply_omega(gradient):
    """Omega applied to a gradient: (dH/dq, dH/dp) becomes (dH/dp, -dH/dq), shape (..., dim).

    Raises
    ------
    ValueError
        If dim is odd, or values are masked or no numbers.
    """
    gradient = validate.floats("gradient", gradient)
    n = validate.phase_space("the last axis of gradient", gradient.shape[-1] if gradient.shape else 0) // 2
    return np.concatenate([gradient[..., n:], -gradient[..., :n]], axis=-1)


def symplectic_matrix(dim):
    """The matrix Omega = [[0, 1], [-1, 0]] in blocks of dim/2, shape (dim, dim).

    Raises
    ------
    ValueError
        If `dim` is odd or not positive.
    """
    n = validate.phase_space("dim", dim) // 2
    return np.block([[np.zeros((n, n)), np.eye(n)], [-np.eye(n), np.zeros((n, n))]])


def normal_modes(masses, stiffness):
    """The motions of H = sum p_i^2 / (2 m_i) + q . K q / 2 in which all masses swing with one frequency.

    Parameters
    ----------
    masses : array, shape (n,)
    stiffness : array, shape (n, n)
        K, symmetric and positive definite.

    Returns
    -------
    frequencies : array, shape (n,)
        In rad per unit of time, increasing.
    modes : array, shape (n, n)
        A column for each, an eigenvector of M^-1 K of the length 1 in the masses' metric: the modes' transpose times M times the modes is
        the identity. Its sign is left open.

    Raises
    ------
    ValueError
        If the shapes do not fit, a mass is not positive, the stiffness is not symmetric, or a mode is not bound.
    """
    masses, stiffness = validate.numbers("masses", masses), validate.numbers("stiffness", stiffness)
    if masses.ndim != 1 or stiffness.shape != 2 * masses.shape or abs(stiffness - stiffness.T).max() > 1e-9 * abs(stiffness).max():
        raise ValueError(f"stiffness must be symmetric, with a row for each of {masses.size} masses, got {validate.shown(stiffness.tolist())}")
    root = np.sqrt([validate.positive("each mass", mass) for mass in masses])
    squares, columns = np.linalg.eigh(stiffness / np.outer(root, root))
    if squares[0] <= len(root) * integrate.EPS * squares[-1]:
        raise ValueError(f"stiffness must be positive definite, got an eigenvalue of {squares[0]:.3g} for M^-1 K")
    return np.sqrt(squares), columns / root[:, None]


def ellipse(mu, L, G, E, turn):
    """The state (x, y, p_x, p_y) of a planet of mass 1 on its ellipse, `H = |p|^2 / 2 - mu / |q|`.

    Parameters
    ----------
    mu : float
    L, G : array, shape (...)
        sqrt(mu a), where a is half of the long axis, and the angular momentum, negative for a planet that runs clockwise.
    E, turn : array, shape (...)
        The eccentric anomaly, and the direction of the pericentre, in rad.

    Returns
    -------
    x : array, shape (..., 4)
    """
    b, e = G / L, eccentricity(L, G)
    c, s, cos, sin = np.cos(E), np.sin(E), np.cos(turn), np.sin(turn)
    q, p = L**2 / mu * np.stack([c - e, b * s]), mu / L / (1 - e * c) * np.stack([-s, b * c])
    return np.stack([part for u, v in (q, p) for part in (cos * u - sin * v, sin * u + cos * v)], axis=-1)


def eccentricity(L, G):
    """Of the ellipse with these actions, see `ellipse`: 0 for a circle, 1 for a fall into the sun."""
    return np.sqrt((1 - G / L) * (1 + G / L))
