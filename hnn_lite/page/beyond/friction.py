"""Networks that may lose energy: an HNN with a dissipation function beside it, and the port-Hamiltonian form with its drag built in."""

from autograd import elementwise_grad
import autograd.numpy as np

from hnn_lite import batches, validate
from hnn_lite.models.baseline import Baseline
from hnn_lite.models.hnn import HNN
from hnn_lite.networks import init_mlp, mlp

WHERE, DRAGS = ("everywhere", "momenta"), ("network", "constant")
OTHER = 500          # added to the seed of H for the second network


class DissipativeHNN(HNN):
    """dx/dt = Omega grad H - grad D, with two networks: H, and a dissipation function D of any sign (Sosanya, Greydanus, arXiv:2201.10085).

    Parameters are those of `HNN`, and

    Parameters
    ----------
    where : str
        "everywhere": grad D acts on positions and momenta, as published. "momenta": on the momenta alone, dp/dt = -dH/dq - dD/dp.
    """

    label, colour = "D-HNN", "#CC79A7"

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh", scaling=None, where="everywhere"):
        super().__init__(dim, seed, hidden, activation, scaling)
        self.where = validate.choice("where", where, WHERE)
        self.params = [self.params, init_mlp((self.dim, *self.hidden, 1), seed + OTHER)]

    def energy(self, params, x):
        return super().energy(params[0], x)

    def rayleigh(self, params, x):
        """D for given parameters, in the coordinates of the scaling: shape (..., dim) to (...)."""
        return mlp(params[1], x, self.activation)[..., 0]

    def apply(self, params, x):
        slope, n = elementwise_grad(self.rayleigh, 1)(params, x), self.dim // 2
        if self.where == "momenta":
            slope = np.concatenate([0 * slope[..., :n], slope[..., n:]], axis=-1)
        return super().apply(params, x) - slope

    def dissipation(self, x):
        """The learned D at the states `x`, up to a constant, in units of x squared over time: shape (..., dim) to (...).

        Where the scaling is more than a shift, a factor and a turn, -grad D is the loss of energy in its coordinates, not in those of `x`.
        """
        units = self.units
        return units.unit / units.time * self.rayleigh(self.params, units.apply(validate.states("x", x, self.dim)))


class Driven:
    """Of a model with a known drive: `apply(params, x, u)`, and `inputs`, the numbers in u; a task has `u` and `test_u`, shape (points, inputs)."""

    def examples(self, task):
        """States, drives if there are any, and time derivatives; see `LearnedField.examples`."""
        pairs = super().examples(task)
        if not self.inputs:
            return pairs
        batches.require(task, "u", "test_u")
        sets = []
        for name, rows in zip(("u", "test_u"), pairs, strict=True):
            u = validate.finite(f"task.{name}", getattr(task, name))
            if u.shape != (len(rows), self.inputs):
                raise ValueError(f"task.{name} must have shape {(len(rows), self.inputs)}, a drive for each state, got {u.shape}")
            sets.append(batches.Rows(rows.arrays[0], u, rows.arrays[1]))
        return tuple(sets)

    def errors(self, params, x, *rest):
        """The errors of the field, shape (batch, dim); `rest` is dx, or u and dx."""
        return self.apply(params, x, *rest[:-1]) - rest[-1]

    def driven(self, x, u):
        """dx/dt at the states `x` under the drives `u`, shapes (..., dim) and (..., inputs) to (..., dim)."""
        units = self.units
        return units.undo_rate(self.apply(self.params, units.apply(validate.states("x", x, self.dim)), validate.states("u", u, self.inputs)))


class DrivenBaseline(Driven, Baseline):
    """dx/dt = MLP(x) + G u, with a constant G that may push any coordinate. Parameters are those of `Baseline`, and `inputs`."""

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh", scaling=None, inputs=1):
        super().__init__(dim, seed, hidden, activation, scaling)
        self.inputs = validate.whole("inputs", inputs, 1)
        self.params = [self.params, np.zeros((self.inputs, self.dim))]

    def apply(self, params, x, u=None):
        still = super().apply(params[0], x)
        return still if u is None else still + u @ params[1]


class PortHNN(Driven, HNN):
    """dx/dt = (Omega - R(x)) grad H + G u: friction acts on the momenta alone, against the velocity dH/dp, and never gives energy.

    R is zero but for the block of the momenta, which is L L^T with a lower triangular L, so dH/dt <= (G u) . dH/dp whatever the weights
    (Zhong, Dey, Chakraborty, arXiv:2002.08860).

    Parameters are those of `HNN`, and

    Parameters
    ----------
    drag : str
        "network": L depends on the state. "constant": it is one matrix; friction is then proportional to the velocity.
    inputs : int
        Numbers in a known drive u. With any, a task has `u` and `test_u`, shape (points, inputs), and a constant G is learned.
    """

    label, colour = "port-HNN", "#009E73"

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh", scaling=None, drag="network", inputs=0):
        super().__init__(dim, seed, hidden, activation, scaling)
        self.drag, self.inputs, n = validate.choice("drag", drag, DRAGS), validate.whole("inputs", inputs, 0), self.dim // 2
        rows, columns = np.tril_indices(n)
        self.rows, self.columns = np.eye(n)[rows].T, np.eye(n)[columns]          # from a vector to each entry's row; from its column to a vector
        L = init_mlp((self.dim, *self.hidden, len(rows)), seed + OTHER) if drag == "network" else 0.1 * (rows == columns)
        self.params = [self.params, L, np.zeros((self.inputs, n))]

    def energy(self, params, x):
        return super().energy(params[0], x)

    def friction(self, params, x, v):
        """R v at states and velocities v, shape (..., dim/2), in the coordinates of the scaling."""
        L = mlp(params[1], x, self.activation) if self.drag == "network" else params[1]
        inner = (L * (v @ self.rows)) @ self.columns          # L^T v; its square is the power lost
        return (L * (inner @ self.columns.T)) @ self.rows.T

    def apply(self, params, x, u=None):
        flow = super().apply(params, x)
        v, force = flow[..., :self.dim // 2], flow[..., self.dim // 2:]
        force = force - self.friction(params, x, v)
        return np.concatenate([v, force if u is None else force + u @ params[2]], axis=-1)


class EnergyShaping:
    """A torque, at most `limit` in size, that swings a pendulum up and holds it there, from a learned energy and friction alone.

    Far from the top it makes up for the friction and pumps: the energy tends to that of the top (Astrom, Furuta, Automatica 36 (2000) 287).
    Near the top, as soon as the motor is strong enough for that, it takes the learned weight off and puts a spring and a brake in its place.

    Parameters
    ----------
    model : PortHNN
        Of a pendulum, q the angle from hanging in rad, learned on -pi <= q <= pi at least.
    limit : float
        In the unit of dp/dt.
    compensate : bool
        Whether to make up for the learned friction.
    gain, spring, brake : float
        Of the pump, torque for an energy that is missing; of the spring, torque for each rad; torque for each rad in a unit of time.

    Raises
    ------
    ValueError
        If the model is another one, or the limit is not positive.
    """

    def __init__(self, model, limit, compensate=True, gain=1.0, spring=2.0, brake=1.5):
        if not isinstance(model, PortHNN) or model.dim != 2:
            raise ValueError(f"model must be a PortHNN with dim = 2, got {model!r}")
        self.model, self.limit, self.compensate = model, validate.positive("limit", limit), compensate
        self.gain, self.spring, self.brake = gain, spring, brake
        self.top = float(model.hamiltonian(np.array([np.pi, 0.0])))

    def torque(self, x):
        """The torque at the states `x`, shape (..., 2) to (...)."""
        q, p = np.moveaxis(validate.states("x", x, 2), -1, 0)
        q = q - 2 * np.pi * np.round(q / (2 * np.pi))
        z, off = np.stack([q, p], axis=-1), q - np.pi * np.where(q < 0, -1, 1)
        slope = self.model.gradient(z)
        v = slope[..., 1]
        pump = self.gain * (self.top - self.model.hamiltonian(z)) * np.where(v < 0, -1, 1)
        if self.compensate:
            units = self.model.units
            drag = self.model.friction(self.model.params, units.apply(z), units.apply_rate(np.stack([v, 0 * v], axis=-1))[..., :1])
            pump = pump + units.undo_rate(np.concatenate([0 * drag, drag], axis=-1))[..., 1]
        hold = slope[..., 0] - self.spring * off - self.brake * v
        caught = (abs(off) < 0.5) & (abs(hold) < self.limit)
        return np.where(caught, hold, np.clip(pump, -self.limit, self.limit))
