"""The baseline: a network that learns the vector field itself."""

from hnn_lite.mechanics import Dynamics
from hnn_lite.models.base import Model
from hnn_lite.networks import mlp


class Baseline(Model, Dynamics):
    """dx/dt = MLP(x): one output for each coordinate, and no law between them (HNN paper, section 3.1).

    Parameters are those of `Model`.
    """

    @property
    def outputs(self):
        return self.dim

    def apply(self, params, x):
        """dx/dt for given parameters, shape (..., dim) to (..., dim)."""
        return mlp(params, x, self.activation)

    def form(self):
        """The name of the hand-derived loss in `networks.fused` that this model's equals, or None if a subclass differs."""
        return "field" if type(self).apply is Baseline.apply else None

    def target(self, dx):
        """What the network's outputs are compared with."""
        return dx
