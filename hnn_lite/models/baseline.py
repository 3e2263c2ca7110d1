"""The baseline: a network that learns the vector field itself."""

from hnn_lite.models.base import LearnedField
from hnn_lite.networks import mlp


class Baseline(LearnedField):
    """dx/dt = MLP(x): one output for each coordinate, and no law between them (HNN paper, section 3.1).

    Parameters are those of `LearnedField`.
    """

    label, colour = "baseline", "#D55E00"

    def apply(self, params, x):
        return mlp(params, x, self.activation)
