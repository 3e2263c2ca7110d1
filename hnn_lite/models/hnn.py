"""The Hamiltonian Neural Network: a network that learns a scalar H, and moves along its symplectic gradient."""

from autograd import elementwise_grad

from hnn_lite import validate
from hnn_lite.mechanics import apply_omega, HamiltonianDynamics
from hnn_lite.models.base import Model
from hnn_lite.networks import input_gradient, mlp


class HNN(Model, HamiltonianDynamics):
    """dx/dt = Omega grad H(x), with H = MLP(x) a single output (HNN paper, equations 2 and 3).

    Parameters are those of `Model`; `dim` must be even: positions first, then momenta.
    """

    outputs = 1

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh"):
        super().__init__(validate.phase_space("dim", dim), seed, hidden, activation)

    def hamiltonian(self, x):
        return self.energy(self.params, validate.states("x", x, self.dim))

    def energy(self, params, x):
        """H for given parameters, shape (..., dim) to (...). A subclass may define another one."""
        return mlp(params, x, self.activation)[..., 0]

    def apply(self, params, x):
        """dx/dt for given parameters, shape (..., dim) to (..., dim)."""
        if type(self).energy is HNN.energy:
            return apply_omega(input_gradient(params, x, self.activation))
        return apply_omega(elementwise_grad(self.energy, 1)(params, x))

    def form(self):
        """The name of the hand-derived loss in `networks.fused` that this model's equals, or None if a subclass differs."""
        return "gradient" if type(self).energy is HNN.energy and type(self).apply is HNN.apply else None

    def target(self, dx):
        """What the gradient of H is compared with: (-dp/dt, dq/dt), so that the turned gradient is dx/dt."""
        return -apply_omega(dx)
