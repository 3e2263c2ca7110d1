"""The Action-Angle Network: learned coordinates in which every motion is a straight line."""

import autograd.numpy as np
from autograd import elementwise_grad, make_vjp

from hnn_lite import batches, validate
from hnn_lite.mechanics import Dynamics, apply_omega
from hnn_lite.models.base import Model
from hnn_lite.networks import ACTIVATIONS, init_mlp, mlp
from hnn_lite.scaling import Scaling
from hnn_lite.shears import cartesian, init_shears, polar, rotate, shear, unshear


class ActionAngleNetwork(Model, Dynamics):
    """Encode a state to actions and angles, add frequency times time to the angles, decode (AAN paper, section 3).

    The encoder is a stack of shears (`shears`) between a scaling of the data and the polar map, and exactly
    symplectic. Any time costs the same.

    Parameters
    ----------
    dim : int
        Coordinates of a state, even: positions first, then momenta.
    seed : int
        Equal seeds give equal initial parameters.
    shears, width : int
        Shears of the encoder and hidden units of each; the defaults are the paper's.
    activation : str
        A name in `networks.ACTIVATIONS`, of the shears and of the network of the frequencies; the paper's is "sigmoid",
        with which learning takes several times as long.
    frequencies : str
        "gradient": the frequencies are the gradient of a learned H(I), as Hamilton's equations ask, which makes every
        step of the network symplectic. "mlp": they are a network's outputs, as in the paper.
    hidden : sequence of int
        Widths of the hidden layers of that network.
    linear : int
        Linear shears before the others.
    reach : int
        The longest jump of a training pair, in samples, 10 in the paper; see `batches.Jumps`. Frequencies are learned the more
        exactly, the longer it is.
    ramp : float
        Share of the training over which jumps grow to their full reach, at most 1.
    start : str
        "modes" or "pairs": the coordinates in which learning begins; see `scaling.Scaling.of`.
    odd : bool
        Shears without biases, with an odd activation (tanh, sin): what is predicted from -x, in the coordinates of the scaling, is minus what is
        predicted from x. Only for motions of which this is true.
    scaling : Scaling, optional
        Taken from the training set of the first `fit` if not given.

    Attributes
    ----------
    params : dict
        "encoder": the shears, `(S,)` for each linear one, `(K, b, a)` for each other, `(K, a)` if `odd`. "rates": the constant part of the frequencies.
        "network": the layers that give the rest.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    label, colour = "action-angle network", "#009E73"

    def __init__(self, dim, seed=0, shears=20, width=100, activation="tanh", frequencies="gradient", hidden=(100,),
                 linear=0, reach=10, ramp=1.0, start="modes", odd=False, scaling=None):
        self.dim = validate.phase_space("dim", dim)
        self.activation = validate.choice("odd activation" if odd else "activation", activation, ("tanh", "sin") if odd else ACTIVATIONS)
        self.kind = self._frequencies = validate.choice("frequencies", frequencies, ("gradient", "mlp"))
        self.start = validate.choice("start", start, ("modes", "pairs"))
        self.hidden, self.reach = validate.wholes("hidden", hidden, 1), validate.whole("reach", reach, 1)
        self.ramp = validate.positive("ramp", ramp)
        if self.ramp > 1:
            raise ValueError(f"ramp is a share of the training, at most 1, got {ramp}")
        self.shears, self.width, self.linear, self.odd = shears, width, linear, odd
        n = self.dim // 2
        network = init_mlp((n, *self.hidden, 1 if self.kind == "gradient" else n), seed)
        network[-1] = (np.zeros_like(network[-1][0]),)          # at first the frequencies are constant
        self.params = {"encoder": init_shears(n, shears, width, seed, linear, odd=odd), "rates": np.ones(n), "network": network}
        self.scaling = Scaling.stored(scaling, self.dim)

    def examples(self, task):
        """Jumps along the trajectories of a task; see `batches.Jumps`. A model without a scaling takes it from them, and its first frequencies too."""
        return batches.jumps(task, self.dim, self.reach, self.ramp, self._scale)

    def _scale(self, x, dt):
        if self.scaling is None:
            self.scaling = Scaling.of(x, dt, self.start)
            self.params = {**self.params, "rates": self.scaling.frequencies}
        return self.scaling

    def errors(self, params, x, other, t):
        """The errors of the states that are predicted `t` after `x`, in standard deviations of each coordinate, shape (batch, dim).

        Parameters
        ----------
        params : dict
        x, other : array, shape (batch, dim)
            States, and those that the motion leads to, in the coordinates of the scaling.
        t : array, shape (batch, 1)
            Times between them.
        """
        return (self._move(params, x, t) - other) @ self.units.metric.T

    def rates(self, params, action):
        """Angular velocities of given parameters, in the units of the scaling: shape (..., n) to (..., n)."""
        network = params["network"]
        if self.kind == "mlp":
            return params["rates"] + mlp(network, action, self.activation)
        return params["rates"] + elementwise_grad(lambda action: mlp(network, action, self.activation)[..., 0])(action)

    def pairs(self, x):
        """The straight coordinates as Cartesian pairs, in the units of the data: exactly symplectic, (..., dim) to (..., dim)."""
        return np.sqrt(self.units.unit) * shear(self.params["encoder"], self.units.apply(validate.states("x", x, self.dim)), self.activation)

    def from_pairs(self, z):
        """The inverse of `pairs`."""
        return self.units.undo(unshear(self.params["encoder"], validate.states("z", z, self.dim) / np.sqrt(self.units.unit), self.activation))

    def encode(self, x):
        """Actions and angles, shape (..., dim) to two of shape (..., dim/2).

        Actions in units of q times p, at least 0; angles in radians, -pi to pi.
        """
        return polar(self.pairs(x))

    def decode(self, action, angle):
        """The states of given actions and angles, two of shape (..., dim/2) to (..., dim).

        Raises
        ------
        ValueError
            If shapes do not fit, or an action is negative.
        """
        n = self.dim // 2
        action, angle = validate.states("action", action, n), validate.states("angle", angle, n)
        if action.shape != angle.shape:
            raise ValueError(f"action and angle must have the same shape, got {action.shape} and {angle.shape}")
        if isinstance(action, np.ndarray) and np.any(action < 0):
            raise ValueError("action must be at least 0: it is half the square of a radius")
        return self.from_pairs(cartesian(action, angle))

    def frequencies(self, action):
        """Angular velocities d theta / dt, in radians a unit of time, shape (..., dim/2) to (..., dim/2)."""
        units = self.units
        return self.rates(self.params, validate.states("action", action, self.dim // 2) / units.unit) / units.time

    def hamiltonian(self, x):
        """The learned H, a function of the actions alone, up to a constant: shape (..., dim) to (...).

        Raises
        ------
        ValueError
            If the frequencies are not the gradient of anything.
        """
        if self.kind != "gradient":
            raise ValueError('only a model with frequencies="gradient" has a Hamiltonian')
        units = self.units
        action = polar(self.pairs(x))[0] / units.unit
        energy = action @ self.params["rates"] + mlp(self.params["network"], action, self.activation)[..., 0]
        return units.unit / units.time * energy

    def field(self, x):
        """dx/dt at the states `x`, shape (..., dim) to (..., dim).

        The pairs move as dz/dt = turn by the frequencies; J^-1 = -Omega J^T Omega takes that back, J the encoder's Jacobian.
        """
        x = validate.states("x", x, self.dim)
        vjp, z = make_vjp(self.pairs)(x)
        q, p = z[..., :self.dim // 2], z[..., self.dim // 2:]
        rate = self.frequencies(polar(z)[0])
        return -apply_omega(vjp(apply_omega(np.concatenate([rate * p, -rate * q], axis=-1))))

    def advance(self, x, t):
        """The states after the time `t`, in one step, whatever `t` is: shape (..., dim) to (..., dim).

        Parameters
        ----------
        x : array, shape (..., dim)
        t : float or array, shape (...)
            One time for all, or one for each state; negative goes back.

        Raises
        ------
        ValueError
            If shapes do not fit.
        """
        x, t = validate.states("x", x, self.dim), validate.numbers("t", t)
        if t.ndim and t.shape != x.shape[:-1]:
            raise ValueError(f"t must be one number, or one for each state of x, shape {x.shape[:-1]}, got {t.shape}")
        units = self.units
        return units.undo(self._move(self.params, units.apply(x), t[..., None] / units.time))

    def rollout(self, x0, t):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim). The first time is that of `x0`.

        Each state by one step from `x0`, so that errors do not add up.

        Raises
        ------
        ValueError
            If `t` is not a list of times, or `x0` cannot be used.
        """
        x0, t = validate.finite_states("x0", x0, self.dim), validate.times("t", t)
        return self.units.undo(self._move(self.params, self.units.apply(x0), (t - t[0]).reshape(-1, *[1] * x0.ndim) / self.units.time))

    def _move(self, params, z, t):
        pairs = shear(params["encoder"], z, self.activation)
        angle = self.rates(params, polar(pairs)[0]) * t
        return unshear(params["encoder"], rotate(pairs, angle), self.activation)

