"""What Action-Angle Networks are compared with: laws that go step by step, and the linear map of least squares.

All learn from the same trajectories, in coordinates of size one, and answer `advance` and `rollout`.
"""

import autograd.numpy as np
import scipy.linalg

from hnn_lite import batches, integrate, validate
from hnn_lite.engine import Function
from hnn_lite.mechanics import Dynamics
from hnn_lite.models.base import Model
from hnn_lite.models.baseline import Baseline
from hnn_lite.models.hnn import HNN
from hnn_lite.scaling import Scaling

LAWS = {"field": Baseline, "hamiltonian": HNN}


class NeuralODE(Model, Dynamics):
    """A learned field, trained through the steps of a solver from one sample to a later one (AAN paper, section 4).

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

    def __init__(self, dim, seed=0, law="field", hidden=(100, 100), activation="tanh", reach=1, steps=1, scaling=None):
        self.dim = validate.phase_space("dim", dim)
        self.law = LAWS[validate.choice("law", law, LAWS)](self.dim, seed, hidden, activation)
        self.reach, self.steps = validate.whole("reach", reach, 1), validate.whole("steps", steps, 1)
        self.scaling = Scaling.stored(scaling, self.dim)

    @property
    def params(self):
        """Of the law's network."""
        return self.law.params

    @params.setter
    def params(self, params):
        self.law.params = params

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
            x = self.method(lambda x: self.law.apply(params, x), x, t / self.steps)
        return (x - other) @ self.units.metric.T

    def field(self, x):
        """dx/dt at the states `x`, shape (..., dim) to (..., dim)."""
        units = self.units
        return units.undo_rate(self.law.apply(self.params, units.apply(validate.states("x", x, self.dim))))

    def rollout(self, x0, t, rtol=1e-6):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim). See `integrate.solve_ivp`."""
        return integrate.solve_ivp(Function(lambda _, x: self.field(x)), validate.finite_states("x0", x0, self.dim), t, rtol)

    def advance(self, x, t):
        """The states after the time `t`, one number: the end of a path."""
        return self.rollout(x, [0.0, t])[-1] if t else validate.finite_states("x", x, self.dim)

    def arguments(self):
        law = next(name for name, model in LAWS.items() if isinstance(self.law, model))
        return super().arguments() | {"law": law}

    @property
    def hidden(self):
        """Widths of the law's hidden layers."""
        return self.law.hidden

    @property
    def activation(self):
        """Of the law's network."""
        return self.law.activation


class EulerUpdate(NeuralODE):
    """u(t + dt) = u(t) + dt f(u(t)) with a learned f, one sample of the training data a step (AAN paper, section 4).

    The step is as much a part of what is learned as f: predictions take steps of the same length.

    Parameters are those of `NeuralODE`, without those of the solver.
    """

    label, colour, method = "Euler update", "#CC79A7", staticmethod(integrate.euler)

    def __init__(self, dim, seed=0, hidden=(100, 100), activation="tanh", scaling=None):
        super().__init__(dim, seed, "field", hidden, activation, scaling=scaling)

    def advance(self, x, t):
        """The states after the time `t`, one number, by steps of a sample and a shorter one at the end if need be.

        Raises
        ------
        ValueError
            If `t` is negative: the map has no inverse.
        """
        return self.rollout(x, [0.0, t])[-1]

    def rollout(self, x0, t):
        """The path from `x0`, shape (..., dim), at the increasing times `t`: shape (times, ..., dim)."""
        x0, t = validate.finite_states("x0", x0, self.dim), validate.numbers("t", t)
        if t.ndim != 1 or np.any(np.diff(t) < 0):
            raise ValueError(f"t must be a list of times that do not decrease, got {t}")
        path, z = [x0], self.units.apply(x0)
        for gap in np.diff(t) / self.units.time:
            whole = int(gap + 1e-9)
            with np.errstate(over="ignore", invalid="ignore"):          # what runs away is kept as the steps left it
                for h in [1.0] * whole + [gap - whole] * bool(gap - whole > 1e-9):
                    z = z + h * self.law.apply(self.params, z)
                path.append(self.units.undo(z))
        return np.stack(path)

    def arguments(self):
        return {name: value for name, value in super().arguments().items() if name in ("dim", "hidden", "activation", "scaling")}


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
    """

    label, colour = "linear map", "#56B4E9"

    def __init__(self, task):
        x, self.dt = validate.numbers("task.x", task.x), validate.positive("task.dt", task.dt)
        self.dim = x.shape[-1]
        scale = np.append(np.std(x, axis=(0, 1)), 1.0)
        now, then = ((np.insert(part.reshape(-1, self.dim), self.dim, 1, axis=-1) / scale) for part in (x[:, :-1], x[:, 1:]))
        self.matrix = scipy.linalg.lstsq(now, then)[0].T * scale[:, None] / scale

    def advance(self, x, t):
        """The states after the time `t`, a whole number of samples: shape (..., dim) to (..., dim).

        Raises
        ------
        ValueError
            If `t` is no whole number of samples.
        """
        return self.rollout(x, [0.0, t])[-1]

    def rollout(self, x0, t):
        """The path from `x0`, shape (..., dim), at the times `t`, whole numbers of samples apart: shape (times, ..., dim)."""
        x0, t = validate.finite_states("x0", x0, self.dim), validate.numbers("t", t)
        steps = (t - t[0]) / self.dt
        if np.any(abs(steps - np.round(steps)) > 1e-6):
            raise ValueError(f"t must hold times that are whole numbers of samples ({self.dt:g}) apart, got {t}")
        extended = np.insert(x0, self.dim, 1, axis=-1)
        powers = [np.linalg.matrix_power(self.matrix, int(step)) for step in np.round(steps)]
        return np.stack([(extended @ power.T)[..., :self.dim] for power in powers])
