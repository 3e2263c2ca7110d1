"""What Action-Angle Networks are compared with: laws that go step by step, and the linear map of least squares.

All learn from the same trajectories, in coordinates of size one, and answer `advance` and `rollout`.
"""

import autograd.numpy as np
import scipy.linalg

from hnn_lite import batches, integrate, validate
from hnn_lite.mechanics import Dynamics
from hnn_lite.models.base import LearnedField
from hnn_lite.models.baseline import Baseline
from hnn_lite.models.hnn import HNN
from hnn_lite.scaling import Scaling, paths

LAWS = {"field": Baseline, "hamiltonian": HNN}
MOST = 10**7          # Euler steps of a rollout


class NeuralODE(LearnedField):
    """A learned field, trained through the steps of a solver from one sample to a later one.

    (That of the AAN paper's code stands between an encoder and a decoder, and takes fixed steps.)

    Parameters
    ----------
    dim : int
        Coordinates of a state, even.
    seed : int
        Equal seeds give equal initial parameters.
    law : str
        "field": a network gives dz/dt. "hamiltonian": it gives H, as an HNN does.
    hidden, activation
        See `models.base.LearnedField`.
    reach : int
        Samples from a state to the one that it shall lead to.
    steps : int
        Equal steps of Dormand and Prince's method on this way, in training.
    scaling : Scaling, optional
        Taken from the training set of the first `fit` if not given.

    Attributes
    ----------
    params : list of tuple
        Of the law's network.
    law : Baseline or HNN
        The law in coordinates of size one; it shares `params`.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    label, colour, method = "neural ODE", "#E69F00", staticmethod(integrate.dopri5)
    params = property(lambda self: self.law.params, lambda self, params: setattr(self.law, "params", params), doc="Of the law's network.")

    def __init__(self, dim, seed=0, law="field", hidden=(100, 100), activation="tanh", reach=1, steps=1, scaling=None):
        self.dim, self._law = validate.phase_space("dim", dim), validate.choice("law", law, LAWS)
        self.law = LAWS[law](self.dim, seed, hidden, activation)
        self.hidden, self.activation = self.law.hidden, self.law.activation
        self.reach, self.steps = validate.whole("reach", reach, 1), validate.whole("steps", steps, 1)
        self.scaling = Scaling.stored(scaling, self.dim)

    def apply(self, params, x):
        return self.law.apply(params, x)

    def examples(self, task):
        """States, those `reach` samples later, and the time between. A model without a scaling takes it from `task.x`."""
        return tuple(jumps.ahead() for jumps in batches.jumps(task, self.dim, self.reach, units=self._scale))

    def _scale(self, x, dt):
        self.scaling = self.scaling or Scaling.of(x, dt, "pairs")
        return self.scaling

    def errors(self, params, x, other, t):
        """The errors of the states that are predicted `t` after `x`, in standard deviations of each coordinate, shape (batch, dim).

        Parameters
        ----------
        params : list of tuple
        x, other : array, shape (batch, dim)
            States, and those that the motion leads to, in the coordinates of the scaling.
        t : array, shape (batch, 1)
            Times between them.
        """
        for _ in range(self.steps):
            x = self.method(lambda x: self.apply(params, x), x, t / self.steps)
        return (x - other) @ self.units.metric.T

    def rollout(self, x0, t, rtol=1e-6):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim). See `integrate.solve_ivp`."""
        return super().rollout(x0, t, rtol)

    def advance(self, x, t):
        """The states after the time `t`, one number: the end of a path, shape (..., dim) to (..., dim).

        Raises
        ------
        ValueError
            If `t` is not one number, or one that `rollout` refuses.
        """
        x, t = validate.finite_states("x", x, self.dim), validate.numbers("t", t)
        if t.ndim:
            raise ValueError(f"t must be one number, the time after which the states are wanted, got shape {t.shape}")
        return self.rollout(x, [0.0, float(t)])[-1] if t else x


class EulerUpdate(NeuralODE):
    """u(t + dt) = u(t) + dt f(u(t)) with a learned f, one sample of the training data a step.

    (The Euler update of the AAN paper's code takes one step for a jump of any length, between an encoder and a decoder.)

    The step is as much a part of what is learned as f: predictions take steps of the same length, and a shorter one at the end if need be.

    Parameters are those of `NeuralODE`, without `law`, `reach` and `steps`.
    """

    label, colour, method = "Euler update", "#CC79A7", staticmethod(integrate.euler)

    def __init__(self, dim, seed=0, hidden=(100, 100), activation="tanh", scaling=None):
        super().__init__(dim, seed, "field", hidden, activation, scaling=scaling)

    def rollout(self, x0, t):
        """The path from `x0`, shape (..., dim), at the increasing times `t`: shape (times, ..., dim).

        Raises
        ------
        ValueError
            If times decrease, for the map has no inverse, or are more than ten million samples apart.
        """
        x0, t = validate.finite_states("x0", x0, self.dim), validate.times("t", t)
        if np.any(np.diff(t) < 0):
            raise ValueError(f"t must be a list of times that do not decrease, as the map has no inverse, got {validate.shown(t)}")
        if t[-1] - t[0] > MOST * self.units.time:
            raise ValueError(f"t must not go on for more than {MOST:,} steps of {self.units.time:g}, got {t[-1] - t[0]:g}")
        path, z, done = [x0], self.units.apply(x0), 0
        for gone in (t[1:] - t[0]) / self.units.time:
            whole = int(gone + 1e-9)
            with np.errstate(over="ignore", invalid="ignore"):          # what runs away is kept as the steps left it
                for _ in range(whole - done):
                    z = z + self.apply(self.params, z)
                done, rest = whole, gone - whole
                path.append(self.units.undo(z + rest * self.apply(self.params, z) if rest > 1e-9 else z))
        return np.stack(path)


class LinearMap(Dynamics):
    """x(t + dt) = M x(t) + c by least squares over all steps of the training paths: no network, exact for a linear system.

    Parameters
    ----------
    task
        Has `x`, shape (trajectories, times, dim), and `dt`.

    Attributes
    ----------
    matrix : array, shape (dim + 1, dim + 1)
        Of one step, on states with a 1 appended.

    Raises
    ------
    ValueError
        If the task has no such paths.
    """

    label, colour, advance = "linear map", "#56B4E9", NeuralODE.advance

    def __init__(self, task):
        batches.require(task, "x", "dt")
        x, self.dt = paths("task.x", task.x), validate.positive("task.dt", task.dt)
        self.dim, centre, spread = x.shape[-1], x.mean(axis=(0, 1)), x.std(axis=(0, 1))
        units = np.diag(np.append(1 / np.where(spread > 0, spread, 1), 1))
        units[:-1, -1] = -centre @ units[:-1, :-1]
        y = np.insert(x, self.dim, 1, axis=-1) @ units.T
        now, then = (part.reshape(-1, self.dim + 1) for part in (y[:, :-1], y[:, 1:]))
        self.matrix = np.linalg.solve(units, scipy.linalg.lstsq(now, then)[0].T @ units)

    def rollout(self, x0, t):
        """The path from `x0`, shape (..., dim), at the times `t`, whole numbers of samples apart: shape (times, ..., dim).

        Raises
        ------
        ValueError
            If a time is not a whole number of samples from the first, later or earlier.
        """
        x0, t = validate.finite_states("x0", x0, self.dim), validate.times("t", t)
        steps = (t - t[0]) / self.dt
        if np.any(abs(steps - np.round(steps)) > 1e-6):
            raise ValueError(f"t must hold times that are whole numbers of samples ({self.dt:g}) apart, got {validate.shown(t)}")
        extended = np.insert(x0, self.dim, 1, axis=-1)
        powers = [np.linalg.matrix_power(self.matrix, int(step)) for step in np.round(steps)]
        return np.stack([(extended @ power.T)[..., :self.dim] for power in powers])
