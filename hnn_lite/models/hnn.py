"""The Hamiltonian Neural Network: a network that learns a scalar H, and moves along its symplectic gradient."""

from autograd import elementwise_grad

from hnn_lite import checks
from hnn_lite.dynamics import HamiltonianDynamics, turn
from hnn_lite.models.base import Model
from hnn_lite.networks.mlp import mlp


class HNN(Model, HamiltonianDynamics):
    """dx/dt = Omega grad H(x), with H = MLP(x) a single output (HNN paper, equations 2 and 3).

    Parameters are those of `Model`; `dim` must be even: positions first, then momenta.
    """

    outputs = 1

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh"):
        super().__init__(checks.phase_space("dim", dim), seed, hidden, activation)

    def hamiltonian(self, x):
        return mlp(self.params, checks.states("x", x, self.dim), self.activation)[..., 0]

    def apply(self, params, x):
        """dx/dt for given parameters, shape (..., dim) to (..., dim)."""
        return turn(elementwise_grad(mlp, 1)(params, x, self.activation))
