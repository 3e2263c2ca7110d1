"""What Action-Angle Networks are compared with: laws that go step by step, and the linear map of least squares.

All learn from the same trajectories, in the same coordinates (`scaling.Scaling.of`), and answer `advance` and `rollout`.
"""

import autograd.numpy as np
import scipy.linalg

from hnn_lite import batches, validate
from hnn_lite.mechanics import Dynamics
from hnn_lite.batches import Rows
from hnn_lite.models import base
from hnn_lite.models.baseline import Baseline
from hnn_lite.models.hnn import HNN
from hnn_lite.by_hand import fused_flow, jacobian, jacobian_flow
from hnn_lite.scaling import Scaling

LAWS = {"field": Baseline, "hamiltonian": HNN}


class NeuralODE(Dynamics):
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
        See `models.base.Model`.
    reach : int
        Samples from a state to the one that it shall lead to.
    steps : int
        Equal steps of Dormand and Prince's method on this way, in training.
    tolerance : float, optional
        If given, steps are doubled while the method's own estimate of its error is larger, and halved where there is room: the
        adaptive solver. The estimate is in standard deviations of the data.
    scaling : Scaling, optional
        Taken from the training set of the first `fit` if not given.

    Attributes
    ----------
    params : list of tuple
        Of the law's network.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    method = "dopri5"

    def __init__(self, dim, seed=0, law="field", hidden=(100, 100), activation="tanh", reach=1, steps=1, tolerance=None,
                 scaling=None):
        self.dim = validate.phase_space("dim", dim)
        self.law = LAWS[validate.choice("law", law, LAWS)](self.dim, seed, hidden, activation)
        self.reach, self.steps = validate.whole("reach", reach, 1), validate.whole("steps", steps, 1)
        self.tolerance = tolerance if tolerance is None else validate.positive("tolerance", tolerance)
        self.scaling = scaling if scaling is None or isinstance(scaling, Scaling) else Scaling.stored(scaling, self.dim)

    @property
    def params(self):
        return self.law.params

    @params.setter
    def params(self, params):
        self.law.params = params

    def examples(self, task, dtype):
        """What this model learns from a task: states, those `reach` samples later, and the time between.

        A model without a scaling takes it from `task.x`.
        """
        sets = []
        for jumps in batches.jumps(task, self.dim, dtype, self.reach):
            gap = jumps.reach
            x, later = jumps.x[:, :-gap], jumps.x[:, gap:]
            sets.append(Rows(x, later, np.full((*x.shape[:-1], 1), gap * jumps.dt, dtype)))
        if self.scaling is None:
            self.scaling = Scaling.of(task.x, task.dt, "pairs")
        return tuple(sets)

    def loss(self, params, x, other, t):
        """Mean over batch and components of the squared error of the state predicted after `t`, a scalar.

        Errors are counted in the standard deviations of the coordinates.

        Parameters
        ----------
        params : list of tuple
        x, other : array, shape (..., dim)
            States, and those that the motion leads to.
        t : array, shape (..., 1)
            Times between them.
        """
        z, goal = self._apply(x), self._apply(other)
        reached = fused_flow.flow(lambda z: self.law.apply(params, z), z, t / self._units.time, self.steps, self.method)
        return np.mean(((reached - goal) @ self._units.metric.T) ** 2)

    def trainer(self, rows, params):
        """What `fit` calls in each step: a function `(params, x, other, t, run) -> (loss, gradient)`, the gradient as a vector.

        By hand (see `networks.fused_flow`), or by autograd for an activation without a hand-derived form.
        """
        form = self.law._form(params)
        if not form:
            return base.by_autograd(self.loss)
        by_hand = fused_flow.Trainer(rows, params, form, self.law.activation, self.method, self._units.metric, self.steps,
                                     self.tolerance)
        return lambda params, x, other, t, run: by_hand(params, self._apply(x), self._apply(other), t / self._units.time, run)

    def linearised(self, rows, params):
        """As `trainer`, for `training.LevenbergMarquardt`: a function `(params, x, other, t, run) -> (loss, Linear)`.

        Raises
        ------
        ValueError
            If there is no hand-derived form, or the steps adapt.
        """
        form = self.law._form(params)
        if not form:
            raise ValueError(f"there is no hand-derived Jacobian for this model with activation {self.law.activation!r}")
        if self.tolerance:
            raise ValueError("there is no Jacobian through steps that adapt: leave tolerance out")
        errors = jacobian_flow.Errors(params, form, self.law.activation, self.method, self._units.metric, self.steps)

        def linearise(params, x, other, t, run):
            z, goal, t = self._apply(x), self._apply(other), t / self._units.time
            e = errors.errors(params, z, goal, t)
            return float(np.mean(e**2)), jacobian.Linear(e, errors.jacobian(params, z, t),
                                                         lambda: np.mean(errors.errors(params, z, goal, t) ** 2))

        return linearise

    def field(self, x):
        units = self._units
        dz = self.law.apply(self.params, units.apply(validate.states("x", x, self.dim)))
        return np.sqrt(units.unit) / units.time * dz @ units.back.T

    def rollout(self, x0, t, rtol=1e-6):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim), by Dormand and Prince's adaptive method."""
        return super().rollout(x0, t, rtol)

    def advance(self, x, t):
        """The states after the time `t`, one number: the end of a path."""
        return self.rollout(x, [0.0, t])[-1]

    def arguments(self):
        """What to call the class with to build such a model again."""
        law = next(name for name, model in LAWS.items() if isinstance(self.law, model))
        return {"dim": self.dim, "law": law, "hidden": self.law.hidden, "activation": self.law.activation, "reach": self.reach,
                "steps": self.steps, "tolerance": self.tolerance, "scaling": self.scaling and self.scaling.plain()}

    def save(self, path, half=False):
        """Write the parameters and what is needed to rebuild the model to the `.npz` file `path`; see `models.load`."""
        base.write(path, self, half)

    @property
    def _units(self):
        return self.scaling or Scaling.identity(self.dim)

    def _apply(self, x):
        return self._units.apply(x).astype(x.dtype)


class EulerUpdate(NeuralODE):
    """u(t + dt) = u(t) + dt f(u(t)) with a learned f, one sample of the training data a step (AAN paper, section 4).

    The step is as much a part of what is learned as f: predictions take steps of the same length.

    Parameters are those of `NeuralODE`, without those of the solver.
    """

    method = "euler"

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
        path, z = [x0], self._units.apply(x0)
        for gap in np.diff(t) / self._units.time:
            whole = int(gap + 1e-9)
            with np.errstate(over="ignore", invalid="ignore"):          # what runs away is kept as the steps left it
                for h in [1.0] * whole + [gap - whole] * bool(gap - whole > 1e-9):
                    z = z + h * self.law.apply(self.params, z)
                path.append(self._units.undo(z))
        return np.stack(path)

    def arguments(self):
        """What to call the class with to build such a model again."""
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
