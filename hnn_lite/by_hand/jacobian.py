"""The Jacobian of an Action-Angle Network's errors: what the Gauss-Newton method needs where Adam needs a gradient.

A gradient adds up what each example says; here what each says is kept apart. Passes and names are those of
`fused_symplectic`; each component of the error goes back once.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hnn_lite import tree
from hnn_lite.by_hand.fused_symplectic import Half, parts


class Linear(NamedTuple):
    """Errors near some parameters.

    Attributes
    ----------
    errors : array, shape (dim, rows)
    jacobian : array, shape (dim, parameters, rows)
    loss : callable
        The mean square of the errors of the same examples, at the present parameters.
    """

    errors: np.ndarray
    jacobian: np.ndarray
    loss: Callable


class Separate(Half):
    """`Half`, with the derivatives of each example by itself, in `windows`: of each layer's arrays, with the rows last."""

    def pull(self, place, way):
        """As `Half.pull`; adds what this shear has to say to its windows."""
        super().pull(place, way)
        number, (_, v, _), (_, _, G) = self.number(place, way), self.chain[way][place + 1], self.chain[way][place + 2]
        window = self.windows[number]
        if number < self.linear:
            outer = G[:, None] * v[None, :self.n]
            window[0] += (outer + outer.swapaxes(0, 1)) / 2
            return
        K_bar, b_bar, a_bar = window
        (h, abar), K, a = self.units[way][place], self.matrices[number][3], self.a[number - self.linear].T
        for i in range(self.n):
            acted = G[i] * h
            a_bar += K[i][:, None] * acted
            K_bar[i] += abar * v[i] + a * acted
        b_bar += abar

    def weigh(self, way):
        pass

    def _rates_back(self, network, rate_bar, out):
        rates = self.rates
        rates.forward_to(network, ((self.pair[:self.n] ** 2 + self.pair[self.n:] ** 2) / 2).T)          # the last component spoiled it
        action_bar = rates.backward(network, rate_bar, out[2]).T
        constant, *hidden, last = self.windows[self.count:]
        constant[0][:] = rate_bar.T
        for layer, (W_bar, b_bar) in enumerate(hidden):
            W_bar[:] = rates.h[layer].T[:, None] * rates.abar[layer].T
            if rates.form == "gradient":
                W_bar += rates.vbar[layer].T[:, None] * rates.u[layer].T
            b_bar[:] = rates.abar[layer].T
        last[0][:] = rates.work[-1].T[:, None] if rates.form == "gradient" else rates.h[-1].T[:, None] * rates.error.T
        return action_bar

    def _gather(self, out):
        pass


class Errors:
    """The errors of a batch of fixed size, and their derivatives by the parameters.

    Parameters are those of `fused_symplectic.Trainer`.
    """

    def __init__(self, rows, params, form, activation, metric):
        self.half = Separate(rows, parts(params), form, activation)
        self.metric = np.asarray(metric, params[0][0].dtype)
        size = sum(leaf.size for layer in params for leaf in layer)
        self.scratch = parts(tree.views(np.empty(size, params[0][0].dtype), params))
        self.J = np.empty((len(self.metric), size, rows), np.float32)          # single precision is enough for a direction
        self.windows = []
        for component in self.J:
            views, start = [], 0
            for layer in params:
                views.append([])
                for leaf in layer:
                    views[-1].append(component[start:start + leaf.size].reshape(*leaf.shape, rows))
                    start += leaf.size
            self.windows.append(views)

    def errors(self, params, z, goal, t):
        """`metric` (z' - goal), z' the state reached: shape (dim, rows)."""
        with np.errstate(over="ignore"):
            self.half.forward(parts(params), z.T, t)
        return self.metric @ (self.half.z - goal.T)

    def jacobian(self, params):
        """After `errors`: their derivatives, shape (dim, parameters, rows), which the next call overwrites."""
        self.J[:] = 0
        for row, windows in zip(self.metric, self.windows, strict=True):
            self.half.windows = windows
            self.half.bar[:] = row[:, None]
            self.half.backward(parts(params), self.scratch)
        return self.J
