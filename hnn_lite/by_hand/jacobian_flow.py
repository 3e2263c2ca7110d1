"""The Jacobian of a learned law's errors at the end of its Runge-Kutta steps, example by example: see `networks.jacobian`.

A weight acts on each example at several places: in each layer of each stage of each step. There, what it adds is written with a
slot that holds zero; the derivative by the slot, which autograd gives for all examples at once, times what the weight
multiplied is the derivative by the weight.
"""

import autograd.numpy as np
from autograd import make_vjp
from autograd.tracer import getval

from hnn_lite.mechanics import apply_omega
from hnn_lite import tree
from hnn_lite.by_hand import fused_flow
from hnn_lite.networks import ACTIVATIONS, SLOPES


class Errors:
    """The errors of a batch, `metric` (z' - goal) with z' the state reached, and their derivatives by the parameters.

    Parameters
    ----------
    params : list of tuple
        Of the law's network.
    form, activation, name, metric, steps
        See `fused_flow.Trainer`.
    """

    def __init__(self, params, form, activation, name, metric, steps):
        self.form, self.activation, self.name, self.metric, self.steps = form, activation, name, metric, steps
        self.calls = steps * len(fused_flow.TABLEAUS[name][0])
        self.widths = [layer[0].shape[1] for layer in params]
        if form == "gradient":
            self.widths = self.widths[:-1] + self.widths[-2::-1] + [params[0][0].shape[0]]

    def errors(self, params, z, goal, t):
        """Shape (dim, rows), for `z` and `goal` of shape (rows, dim), `t` (rows, 1)."""
        return self.metric @ (self._reach(params, z, t, self._slots(1)) - goal).T

    def jacobian(self, params, z, t):
        """The derivatives of `errors`, shape (dim, parameters, rows)."""
        self.met = []
        back, end = make_vjp(lambda slots: self._reach(params, z, t, slots))(self._slots(len(z)))
        shapes = [tuple(np.broadcast_to(0, (*leaf.shape, len(z))) for leaf in layer) for layer in params]
        J = np.zeros((len(self.metric), sum(leaf.size for layer in params for leaf in layer), len(z)), np.float32)
        for row, component in zip(self.metric, J, strict=True):
            windows = tree.views(component.ravel(), shapes)
            slopes = iter(back(np.tile(row, (len(z), 1))))
            for met in self.met:
                self._gather(windows, met, slopes)
        return J

    def _slots(self, rows):
        return [np.zeros((rows, width)) for _ in range(self.calls) for width in self.widths]

    def _reach(self, params, z, t, slots):
        slots = iter(slots)
        return fused_flow.flow(lambda z: self._law(params, z, slots), z, t, self.steps, self.name)

    def _law(self, params, x, slots):
        *hidden, (last,) = params
        met, acted = [], []
        for W, b in hidden:
            met.append(getval(x))
            x = ACTIVATIONS[self.activation](x @ W + b + next(slots))
            acted.append(x)
        if self.form == "field":
            met.append(getval(x))
            x = x @ last + next(slots)
        else:
            x = last[:, 0] + next(slots)
            for (W, _), h in zip(reversed(hidden), reversed(acted), strict=True):
                x = SLOPES[self.activation](h) * x
                met.append(getval(x))
                x = x @ W.T + next(slots)
            x = apply_omega(x)
        if hasattr(self, "met"):
            self.met.append(met)
        return x

    def _gather(self, windows, met, slopes):
        """Add what one call of the law has to say: outer products of what a layer's weights met and of its slot's derivative."""
        *hidden, (last,) = windows
        met = iter(met)
        for W, b in hidden:
            bar = next(slopes).T
            W += next(met).T[:, None] * bar
            b += bar
        if self.form == "field":
            last += next(met).T[:, None] * next(slopes).T
            return
        last[:, 0] += next(slopes).T
        for W, _ in reversed(hidden):
            W += next(slopes).T[:, None] * next(met).T
