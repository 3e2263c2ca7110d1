"""What a law of motion can do, be it given or learned; and what it can do besides if it has a Hamiltonian."""

import autograd.numpy as np
from autograd import elementwise_grad

from hnn_lite import integrate, validate


class Dynamics:
    """A law of motion dx/dt = field(x) on states of `dim` coordinates."""

    dim: int

    def field(self, x):
        """dx/dt at the states `x`, shape (..., dim) to (..., dim)."""
        raise NotImplementedError

    def rollout(self, x0, t, rtol=1e-9):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim). See `integrate.solve_ivp`."""
        return integrate.solve_ivp(self.field, validate.finite_states("x0", x0, self.dim), t, rtol)


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
            If H cannot change by so much on this way: it comes to a place where its gradient vanishes.
        """
        x, amount = validate.finite_states("x", x, self.dim), validate.numbers("amount", amount)
        if np.ndim(amount) and amount.shape != x.shape[:-1]:
            raise ValueError(f"amount must be one number, or one for each state of x, shape {x.shape[:-1]}, got {amount.shape}")

        def climb(x):
            R = self.gradient(x)
            return amount[..., None] * R / np.sum(R**2, axis=-1, keepdims=True)

        try:
            with np.errstate(all="ignore"):
                end = integrate.solve_ivp(climb, x, [0, 1], rtol)[-1]
        except (ValueError, integrate.IntegrationError):
            end = x
        missing = np.max(abs(self.hamiltonian(end) - self.hamiltonian(x) - amount))
        if not missing <= 1e-6 * (1 + np.max(abs(amount))):
            raise ValueError(f"amount ({amount}) is more than H can change by on the way along its gradient, which vanishes before")
        return end


def apply_omega(gradient):
    """Omega applied to a gradient: (dH/dq, dH/dp) becomes (dH/dp, -dH/dq), shape (..., dim).

    Raises
    ------
    ValueError
        If dim is odd.
    """
    if not hasattr(gradient, "shape"):
        gradient = validate.numbers("gradient", gradient)
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
