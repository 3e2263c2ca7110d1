"""The Hamiltonian Neural Network: a network that learns a scalar H, and moves along its symplectic gradient."""

from autograd import elementwise_grad

from hnn_lite import validate
from hnn_lite.mechanics import HamiltonianDynamics, apply_omega
from hnn_lite.models.base import LearnedField
from hnn_lite.networks import mlp


class HNN(LearnedField, HamiltonianDynamics):
    """dx/dt = Omega grad H(x), with H = MLP(x) a single output (HNN paper, equations 2 and 3).

    Parameters are those of `LearnedField`; `dim` must be even: positions first, then momenta.
    """

    label, colour, outputs = "HNN", "#0072B2", 1

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh", scaling=None):
        super().__init__(validate.phase_space("dim", dim), seed, hidden, activation, scaling)

    def energy(self, params, x):
        """H for given parameters, in the coordinates of the scaling: shape (..., dim) to (...). A subclass may define another one."""
        return mlp(params, x, self.activation)[..., 0]

    def apply(self, params, x):
        return apply_omega(elementwise_grad(self.energy, 1)(params, x))

    def hamiltonian(self, x):
        """The learned H at the states `x`, up to a constant: shape (..., dim) to (...)."""
        units = self.units
        return units.unit / units.time * self.energy(self.params, units.apply(validate.states("x", x, self.dim)))
