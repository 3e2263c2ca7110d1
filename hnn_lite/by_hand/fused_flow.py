"""The gradient of a loss through explicit Runge-Kutta steps of a learned law, derived by hand, for speed.

A stage looks at z + t (a_1 k_1 + a_2 k_2 + ...). Its derivative therefore comes from the stages after it; they go back last
one first, as the steps do.
"""

import numpy as np

from hnn_lite import tree
from hnn_lite.by_hand.fused_autoencoder import Law

# nodes a of each stage, weights b, and weights of the error estimate where there is one
TABLEAUS = {
    "euler": ([()], (1,), None),
    "dopri5": ([(), (1 / 5,), (3 / 40, 9 / 40), (44 / 45, -56 / 15, 32 / 9),
                (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
                (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656)],
               (35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
               (71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)),
}
MOST = 64          # steps to one goal


def flow(field, z, t, steps, name):
    """The states after the time `t` by equal steps of a method: shape (..., dim) to (..., dim), in autograd's NumPy.

    Parameters
    ----------
    field : callable
        dz/dt, (..., dim) to (..., dim).
    z : array, shape (..., dim)
    t : float or array that fits `z`
    steps : int
    name : str
        In `TABLEAUS`. Dormand, Prince, J. Comput. Appl. Math. 6 (1980) 19.
    """
    nodes, weights, _ = TABLEAUS[name]
    h = t / steps
    for _ in range(steps):
        k = []
        for row in nodes:
            k.append(field(z + h * sum(a * one for a, one in zip(row, k, strict=True)) if k else z))
        z = z + h * sum(b * one for b, one in zip(weights, k, strict=True) if b)
    return z


class Step:
    """One step for `rows` states, and its derivative."""

    def __init__(self, name, form, rows, params, activation):
        self.nodes, self.weights, _ = TABLEAUS[name]
        self.stages = [Law(form, rows, params, activation) for _ in self.nodes]

    def forward(self, params, z, h):
        """The states after the times `h`, shape (rows, 1)."""
        self.h, self.k = h, []
        for stage, row in zip(self.stages, self.nodes, strict=True):
            seen = z + h * sum(a * k for a, k in zip(row, self.k, strict=True)) if row else z
            self.k.append(stage.field(params, seen))
        return z + h * sum(b * k for b, k in zip(self.weights, self.k, strict=True) if b)

    def backward(self, params, bar, out, vector, total):
        """From the derivative by the states after the step to that by the states before it; adds to `total` that by the parameters."""
        before, later = bar.copy(), []
        for number in reversed(range(len(self.stages))):
            k_bar = self.weights[number] * bar
            for other, z_bar in later:
                k_bar = k_bar + self.nodes[other][number] * z_bar
            z_bar = self.stages[number].backward(params, self.h * k_bar, out)
            total += vector
            later.append((number, z_bar))
            before += z_bar
        return before


class Trainer:
    """Loss and gradient of a law that is to lead from states to others, for a batch of fixed size.

    The loss is the mean square of the components of `metric` (z' - goal), z' the state reached.

    Parameters
    ----------
    rows : int
    params : list of tuple
        Of the law's network.
    form, activation : str
        See `fused.Trainer`.
    name : str
        In `TABLEAUS`.
    metric : array, shape (dim, dim)
    steps : int
        Equal steps to each goal.
    tolerance : float, optional
        Steps are doubled while the largest error that the method estimates exceeds it, and halved while there is room.
    """

    def __init__(self, rows, params, form, activation, name, metric, steps=1, tolerance=None):
        self.make = lambda: Step(name, form, rows, params, activation)
        self.estimate, self.steps, self.tolerance = TABLEAUS[name][2], steps, tolerance
        self.chain, dtype = [], params[0][0].dtype
        self.metric = np.asarray(metric, dtype)
        size = sum(leaf.size for layer in params for leaf in layer)
        self.vector, self.total = np.empty(size, dtype), np.empty(size, dtype)
        self.out = tree.views(self.vector, params)
        self.probe = Law(form, rows, params, activation)

    def __call__(self, params, z, goal, t, run=map):
        """Loss and gradient, a float and a vector of shape (parameters,) that the next call overwrites.

        `z` and `goal` have shape (rows, dim), `t` (rows, 1).
        """
        end, error = self._forward(params, z, t)
        while self.tolerance and error > self.tolerance and self.steps < MOST:
            self.steps *= 2
            end, error = self._forward(params, z, t)
        difference = (end - goal) @ self.metric.T
        bar = difference @ self.metric * (2 / z.size)
        self.total[:] = 0
        for step in reversed(self.chain[:self.steps]):
            bar = step.backward(params, bar, self.out, self.vector, self.total)
        if self.tolerance and error < self.tolerance / 64 and self.steps > 1:
            self.steps //= 2
        return float(np.vdot(difference, difference)) / z.size, self.total

    def _forward(self, params, z, t):
        while len(self.chain) < self.steps:
            self.chain.append(self.make())
        error = 0.0
        for step in self.chain[:self.steps]:
            z = step.forward(params, z, t / self.steps)
            if self.tolerance:
                k = [*step.k, self.probe.field(params, z)]
                error = max(error, float(abs(step.h * sum(e * one for e, one in zip(self.estimate, k, strict=True) if e)).max()))
        return z, error
