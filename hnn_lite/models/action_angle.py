"""The Action-Angle Network: learned coordinates in which every motion is a straight line."""

import autograd.numpy as np
from autograd import make_vjp

from hnn_lite import batches, validate
from hnn_lite.mechanics import apply_omega, Dynamics
from hnn_lite.models import base
from hnn_lite.by_hand import fused_symplectic, jacobian
from hnn_lite.by_hand.fused_symplectic import parts
from hnn_lite.networks import ACTIVATIONS, init_mlp, input_gradient, mlp
from hnn_lite.scaling import Scaling
from hnn_lite.shears import cartesian, init_shears, polar, rotate, shear, unshear

FORMS = {"gradient": "gradient", "mlp": "field"}          # of the frequencies, and their names in `networks.fused`


class ActionAngleNetwork(Dynamics):
    """Encode a state to actions and angles, add frequency times time to the angles, decode (AAN paper, section 3).

    The encoder is a stack of shears (`networks.symplectic`) between a scaling of the data and the polar map, and exactly
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
        A name in `networks.mlp.ACTIVATIONS`, of the shears and of the network of the frequencies; the paper's is "sigmoid",
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
    scaling : Scaling, optional
        Taken from the training set of the first `fit` if not given.

    Attributes
    ----------
    params : list of tuple
        `(S,)` for each linear shear, `(K, b, a)` for each other, `(rates,)`, then the layers of the frequencies' network.
    scaling : Scaling or None

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    def __init__(self, dim, seed=0, shears=20, width=100, activation="tanh", frequencies="gradient", hidden=(100,),
                 linear=0, reach=10, ramp=1.0, start="modes", scaling=None):
        self.dim = validate.phase_space("dim", dim)
        self.activation = validate.choice("activation", activation, ACTIVATIONS)
        self.kind = validate.choice("frequencies", frequencies, FORMS)
        self.start = validate.choice("start", start, ("modes", "pairs"))
        self.hidden, self.reach = validate.wholes("hidden", hidden, 1), validate.whole("reach", reach, 1)
        self.ramp = validate.positive("ramp", ramp)
        if self.ramp > 1:
            raise ValueError(f"ramp is a share of the training, at most 1, got {ramp}")
        self.shears, self.width, self.linear = shears, width, linear
        n = self.dim // 2
        network = init_mlp((n, *self.hidden, 1 if self.kind == "gradient" else n), seed)
        network[-1] = (np.zeros_like(network[-1][0]),)          # at first the frequencies are constant
        self.params = [*init_shears(n, shears, width, seed, linear), (np.ones(n),), *network]
        self.scaling = scaling if scaling is None or isinstance(scaling, Scaling) else Scaling.stored(scaling, self.dim)

    def examples(self, task, dtype):
        """What this model learns from a task: jumps along its trajectories. See `hnn_lite.examples.jumps`.

        A model without a scaling takes it from `task.x`, and its first frequencies too.
        """
        train, test = batches.jumps(task, self.dim, dtype, self.reach, self.ramp)
        if self.scaling is None:
            self.scaling = Scaling.of(task.x, task.dt, self.start)
            parts(self.params)[1][0][:] = self.scaling.frequencies
        return train, test

    def loss(self, params, x, other, t):
        """Mean over batch and components of the squared error of the state predicted after `t`, a scalar.

        Errors are counted in the standard deviations of the coordinates.

        Parameters
        ----------
        params : list of tuple
        x, other : array, shape (batch, dim)
            States, and those that the motion leads to.
        t : array, shape (batch,)
            Times between them.
        """
        z, goal = self._apply(x), self._apply(other)
        error = (self._move(params, z, t[:, None] / self._units.time) - goal) @ self._units.metric.T.astype(goal.dtype)
        return np.mean(error**2)

    def trainer(self, rows, params):
        """What `fit` calls in each step: a function `(params, x, other, t, run) -> (loss, gradient)`, the gradient as a vector.

        By hand (see `networks.fused_symplectic`); by autograd where a subclass has changed the loss, or for an activation
        without a hand-derived form.
        """
        if not self._by_hand(params):
            return base.by_autograd(self.loss)
        by_hand = fused_symplectic.Trainer(rows, params, FORMS[self.kind], self.activation, self._units.metric)
        time = self._units.time
        return lambda params, x, other, t, run: by_hand(params, self._apply(x), self._apply(other), t / time, run)

    def linearised(self, rows, params):
        """As `trainer`, for `training.LevenbergMarquardt`: a function `(params, x, other, t, run) -> (loss, Linear)`.

        Raises
        ------
        ValueError
            If there is no hand-derived form.
        """
        if not self._by_hand(params):
            raise ValueError(f"there is no hand-derived Jacobian for this model with activation {self.activation!r}")
        errors = jacobian.Errors(rows, params, FORMS[self.kind], self.activation, self._units.metric)

        def linearise(params, x, other, t, run):
            examples = self._apply(x), self._apply(other), t / self._units.time
            e = errors.errors(params, *examples)
            loss = float(np.mean(e**2))
            return loss, jacobian.Linear(e, errors.jacobian(params), lambda: np.mean(errors.errors(params, *examples) ** 2))

        return linearise

    def _by_hand(self, params):
        mine = (type(self).loss, type(self).rates) == (ActionAngleNetwork.loss, ActionAngleNetwork.rates)
        return mine and fused_symplectic.has_form(params, self.activation)

    def rates(self, params, action):
        """Angular velocities of given parameters, in the units of the scaling: shape (..., n) to (..., n)."""
        _, (constant,), network = parts(params)
        learned = input_gradient if self.kind == "gradient" else mlp
        return constant + learned(network, action, self.activation)

    def pairs(self, x):
        """The straight coordinates as Cartesian pairs, in the units of the data: exactly symplectic, (..., dim) to (..., dim)."""
        units = self._units
        return np.sqrt(units.unit) * self._encode(self.params, units.apply(validate.states("x", x, self.dim)))

    def from_pairs(self, z):
        """The inverse of `pairs`."""
        units = self._units
        return units.undo(self._decode(self.params, validate.states("z", z, self.dim) / np.sqrt(units.unit)))

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
        units = self._units
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
        units = self._units
        action = polar(self.pairs(x))[0] / units.unit
        _, (constant,), network = parts(self.params)
        energy = np.sum(constant * action, axis=-1) + mlp(network, action, self.activation)[..., 0]
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
        units = self._units
        return units.undo(self._move(self.params, units.apply(x), t[..., None] / units.time))

    def rollout(self, x0, t):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim). The first time is that of `x0`.

        Each state by one step from `x0`, so that errors do not add up.

        Raises
        ------
        ValueError
            If `t` is not a list of times, or `x0` cannot be used.
        """
        x0, t = validate.finite_states("x0", x0, self.dim), validate.numbers("t", t)
        if t.ndim != 1:
            raise ValueError(f"t must be a list of times, got shape {t.shape}")
        gone = (t - t[0]).reshape(-1, *[1] * x0.ndim) / self._units.time
        return self._units.undo(self._move(self.params, self._units.apply(x0), gone))

    def arguments(self):
        """What to call the class with to build such a model again."""
        return {"dim": self.dim, "shears": self.shears, "width": self.width, "activation": self.activation,
                "frequencies": self.kind, "hidden": self.hidden, "linear": self.linear, "reach": self.reach,
                "ramp": self.ramp, "start": self.start, "scaling": self.scaling and self.scaling.plain()}

    def save(self, path, half=False):
        """Write the parameters and what is needed to rebuild the model to the `.npz` file `path`; see `models.load`.

        If `half`, in half precision and packed: small, exact to three digits, and still symplectic.
        """
        base.write(path, self, half)

    def __repr__(self):
        shown = {name: value for name, value in self.arguments().items() if name != "scaling"}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @property
    def _units(self):
        return self.scaling or Scaling.identity(self.dim)

    def _apply(self, x):
        return self._units.apply(x).astype(x.dtype)

    def _encode(self, params, z):
        return shear(parts(params)[0], z, self.activation)

    def _decode(self, params, z):
        return unshear(parts(params)[0], z, self.activation)

    def _move(self, params, z, t):
        pairs = self._encode(params, z)
        angle = self.rates(params, polar(pairs)[0]) * t
        return self._decode(params, rotate(pairs, angle))

