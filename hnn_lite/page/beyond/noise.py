"""Learning from films whose states are noisy and whose rates nobody knows: whole paths through the implicit midpoint rule, with the start of
every film learned too; and, for comparison, learning from arrows with the same networks, the same optimiser and the same prior.

References
----------
Chen, Zhang, Arjovsky, Bottou, arXiv:1909.13334 (paths through a symplectic integrator, starts learned); Zhu, Jin, Tang, arXiv:2004.13830
(what is learned is the integrator's shadow); MacKay, Neural Computation 4 (1992) 448 (how strong a prior should be).
"""

from dataclasses import dataclass

from autograd import elementwise_grad
import autograd.numpy as np
import numpy

from hnn_lite import engine, tree, validate
from hnn_lite.mechanics import apply_omega
from hnn_lite.models import HNN
from hnn_lite.networks import init_mlp, mlp
from hnn_lite.scaling import Scaling

WINDOW = 5          # frames of the pieces that a training begins with
SHORT, LONG = 10, 30          # steps with pieces of films, and with whole ones
TRIES = 8          # of a damped step
TIE = 1e-4          # weight of a start that no frame tells of, beside that of a frame


class Mechanical(HNN):
    """H = p^2 / 2m + V(q): a network for V, and one number for m.

    Parameters are those of `HNN`, and

    Parameters
    ----------
    symmetry : str, optional
        "mirror": V(-q) = V(q) is built in. "circle": q is an angle as well, V is a network of cos q.
    mass : float, optional
        If given, m is known.
    """

    def __init__(self, dim, seed=0, hidden=(16,), activation="softplus", scaling=None, symmetry=None, mass=None):
        super().__init__(dim, seed, hidden, activation, scaling)
        self.symmetry = validate.choice("symmetry", symmetry, (None, "mirror", "circle"))
        self.mass = mass if mass is None else validate.positive("mass", mass)
        self.params = [init_mlp((self.dim // 2, *self.hidden, 1), seed), [] if mass else [(np.zeros(1),)]]

    def potential(self, params, q):
        """V for given parameters, shape (..., dim / 2) to (...)."""
        V = mlp(params[0], np.cos(q) if self.symmetry == "circle" else q, self.activation)[..., 0]
        return (V + mlp(params[0], -q, self.activation)[..., 0]) / 2 if self.symmetry == "mirror" else V

    def energy(self, params, x):
        n = self.dim // 2
        share = 1 / self.mass if self.mass else np.exp(params[1][0][0][0])
        return self.potential(params, x[..., :n]) + share * np.sum(x[..., n:] ** 2, axis=-1) / 2


class TwoConstants(HNN):
    """The right form with two constants: H = a p^2 / 2 + b q^2 / 2, or with b (1 - cos q) for the pendulum.

    Parameters
    ----------
    name : str
        "mass-spring" or "pendulum".
    """

    def __init__(self, name):
        self.name = validate.choice("name", name, ("mass-spring", "pendulum"))
        self.dim, self.params, self.scaling = 2, [np.ones(1), np.ones(1)], Scaling.identity(2)

    def energy(self, params, x):
        (a, b), (q, p) = params, (x[..., 0], x[..., 1])
        return a * p**2 / 2 + b * (q**2 / 2 if self.name == "mass-spring" else 1 - np.cos(q))

    def apply(self, params, x):
        (a, b), (q, p) = params, (x[..., :1], x[..., 1:])
        return np.concatenate([a * p, -b * (q if self.name == "mass-spring" else np.sin(q))], axis=-1)


def films(task, trajectories=25):
    """The training states of `data.fields.mass_spring` or `pendulum` as films.

    Returns
    -------
    x : array, shape (frames, films, 2)
    dt : float
        From one frame to the next, s.

    Raises
    ------
    ValueError
        If the states are not so many films, or the films too short.
    """
    frames, rest = divmod(len(task.x), validate.whole("trajectories", trajectories, 1))
    if rest or frames < WINDOW:
        raise ValueError(f"task.x has {len(task.x)} states, which are not {trajectories} films of at least {WINDOW} frames; "
                         "say how many trajectories the task was made with")
    return task.x.reshape(frames, trajectories, -1), 3 / (frames - 1)


def midpoint_solve(A, b):
    """A^-1 b for matrices A, shape (batch, dim, dim), and vectors b, shape (batch, dim)."""
    if b.shape[-1] != 2:
        return numpy.linalg.solve(A, b[..., None])[..., 0]
    (a, c), (d, e) = A[:, 0].T, A[:, 1].T
    return numpy.stack([e * b[:, 0] - c * b[:, 1], a * b[:, 1] - d * b[:, 0]], axis=-1) / (a * e - c * d)[:, None]


class Films:
    """Whole films as a least squares problem: what the paths from learned starts miss of the frames.

    A path goes by the implicit midpoint rule, which is symplectic for any H and takes any field, a baseline's too. Its derivatives by
    the parameters and by the start are carried along, exactly.

    Parameters
    ----------
    model : LearnedField
        Without scaling, or with the identity.
    x : array, shape (frames, films, dim)
        Noisy states; NaN, or masked, where nothing was seen.
    dt : float
        From one frame to the next.
    inner : int
        Steps of the rule from frame to frame.
    starts : array, shape (films, dim), optional
        Where the search for the starts begins; if not given, the first thing seen of each coordinate, or zero.

    Attributes
    ----------
    starts : array, shape (films, dim)
        The learned ones.

    Raises
    ------
    ValueError
        If shapes do not fit, or nothing of a film was seen.
    """

    def __init__(self, model, x, dt, inner=1, starts=None):
        x = _seen(x)
        if x.ndim != 3 or x.shape[-1] != model.dim or len(x) < 2:
            raise ValueError(f"x must hold films, shape (frames, films, {model.dim}), at least two frames long, got {x.shape}")
        self.seen = numpy.isfinite(x)
        if not numpy.all(numpy.any(self.seen, axis=(0, 2))):
            raise ValueError("x must show something of each film, and in one of them all is NaN; leave that film out")
        self.model, self.x, self.inner = model, numpy.where(self.seen, x, 0), validate.whole("inner", inner, 1)
        self.step = validate.positive("dt", dt) / self.inner
        first = numpy.take_along_axis(self.x, numpy.argmax(self.seen, axis=0)[None], axis=0)[0]
        self.starts = first if starts is None else validate.finite_states("starts", starts, model.dim)
        self.vector = tree.ravel(model.params)
        self.params = tree.views(self.vector, model.params)
        self.slopes, self.trial, self.now = None, None, None
        dim = model.dim

        def field_and_slopes(params, x):
            columns = [elementwise_grad(lambda x, j=j: model.apply(params, x)[..., j])(x) for j in range(dim)]
            return np.concatenate([model.apply(params, x), *columns], axis=-1)

        self.field = engine.Function(field_and_slopes, self.params)
        self.degrees = self.seen.sum() - self.starts.size          # numbers seen, less those that the starts take

    def path(self, x):
        """Frames of the paths from `x`, shape (frames, films, dim), with the states and slopes of the field in the middle of each step."""
        dim, h, one = self.model.dim, self.step, numpy.eye(self.model.dim)
        f = before = self.field(x)[:, :dim]
        path, middles, slopes = [x], [], []
        for number in range((len(self.x) - 1) * self.inner):
            end = x + h * (2 * f - before)
            for _ in range(20):
                both = self.field((x + end) / 2)
                miss, D = end - x - h * both[:, :dim], both[:, dim:].reshape(-1, dim, dim)
                change = midpoint_solve(one - h / 2 * D, miss)
                end = end - change
                if numpy.max(abs(change)) < 1e-5:          # the next would be of the size of its square
                    break
            middles.append((x + end) / 2)
            slopes.append(D)
            x, before, f = end, f, both[:, :dim]
            if (number + 1) % self.inner == 0:
                path.append(x)
        return numpy.array(path), numpy.array(middles), numpy.array(slopes)

    def derivatives(self):
        """The paths from the present starts, and their derivatives by the parameters and by the starts.

        Returns
        -------
        path : array, shape (frames, films, dim)
        by_params : array, shape (frames, films, dim, parameters)
        by_start : array, shape (frames, films, dim, dim)
        """
        path, middles, slopes = self.now = self.now or self.path(self.starts)
        rows, h, one = middles.reshape(-1, self.model.dim), self.step, numpy.eye(self.model.dim)
        self.slopes = self.slopes or engine.Jacobian(self.model.errors, self.params, [rows, 0 * rows])
        by_params = numpy.moveaxis(self.slopes(rows, 0 * rows)[1].astype(float), -1, 0).reshape(*middles.shape, -1)
        inverse = numpy.linalg.inv(one - h / 2 * slopes)
        turns, pushes = inverse @ (one + h / 2 * slopes), h * inverse @ by_params
        S, X = [numpy.zeros_like(by_params[0])], [numpy.broadcast_to(one, slopes[0].shape)]
        now, start = S[0], X[0]
        for number, (turn, pushed) in enumerate(zip(turns, pushes, strict=True), 1):
            now, start = turn @ now + pushed, turn @ start
            if number % self.inner == 0:
                S.append(now)
                X.append(start)
        return path, numpy.array(S), numpy.array(X)

    def _by_film(self, x, last=0.0):
        """What was seen, by film: shape (films, frames x dim + dim, ...). The last rows tie a start that no frame tells of."""
        seen = self.seen.reshape(self.seen.shape + (1,) * (x.ndim - 3))
        rows = numpy.moveaxis(x * seen, 1, 0).reshape(x.shape[1], -1, *x.shape[3:])
        return numpy.concatenate([rows, numpy.broadcast_to(last, (len(rows), self.model.dim, *rows.shape[2:]))], axis=1)

    def linearise(self):
        """Residuals and their Jacobian by the parameters, after the best change of the starts: shapes (rows,) and (rows, parameters)."""
        path, S, X = self.derivatives()
        self.r, self.S = self._by_film(self.x - path), self._by_film(S)
        self.Q, self.R = numpy.linalg.qr(self._by_film(X, TIE * numpy.eye(self.model.dim)))
        turned = numpy.swapaxes(self.Q, 1, 2)
        J = self.S - self.Q @ (turned @ self.S)
        r = self.r - (self.Q @ (turned @ self.r[..., None]))[..., 0]
        return r.ravel(), J.reshape(-1, J.shape[-1])

    def misfit(self, step=None):
        """The sum of squares where the last `linearise` was, or with the starts that go with a `step` of the parameters from there."""
        if step is None:
            return float(numpy.sum(self.r**2))
        best = numpy.swapaxes(self.Q, 1, 2) @ (self.r - self.S @ step)[..., None]
        trial = self.starts + numpy.linalg.solve(self.R, best)[..., 0]
        with numpy.errstate(all="ignore"):
            self.trial = trial, self.path(trial)
            return float(numpy.sum(((self.x - self.trial[1][0]) * self.seen) ** 2))

    def accept(self):
        """Take the starts of the last `misfit`."""
        self.starts, self.now = self.trial


class Arrows:
    """States and rates as a least squares problem, as `hl.fit` has it: what the field misses of the rates.

    Parameters
    ----------
    model : LearnedField
    x, dx : array, shape (points, dim)

    Raises
    ------
    ValueError
        If they have another shape, or two.
    """

    def __init__(self, model, x, dx):
        self.model, self.x, self.dx = model, validate.finite_states("x", x, model.dim), validate.finite_states("dx", dx, model.dim)
        if self.x.ndim != 2 or self.x.shape != self.dx.shape:
            raise ValueError(f"x and dx must have one shape (points, {model.dim}), got {self.x.shape} and {self.dx.shape}")
        self.vector = tree.ravel(model.params)
        self.slopes = engine.Jacobian(model.errors, tree.views(self.vector, model.params), [self.x, self.dx])
        self.degrees = self.dx.size

    def linearise(self):
        """See `Films`."""
        errors, J = self.slopes(self.x, self.dx)
        return -errors.ravel(), numpy.moveaxis(J.astype(float), -1, 0).reshape(errors.size, -1)

    def misfit(self, step=None):
        """See `Films`."""
        return float(numpy.sum(self.slopes.errors() ** 2))

    def accept(self):
        """Nothing but the parameters is learned."""


@dataclass
class Fitted:
    """What a fit found besides the parameters, which are the model's.

    Attributes
    ----------
    starts : array or None
        Learned starts of the films, shape (films, dim).
    noise : float
        The estimated standard deviation of what the data have and the model has not.
    used : float
        How many parameters the data determine, MacKay's gamma; all of them without a prior.
    covariance : array, shape (parameters, parameters)
        Of the parameters, by the curvature of what was minimised.
    steps : int
    """

    starts: np.ndarray | None
    noise: float
    used: float
    covariance: np.ndarray
    steps: int


def fit(problem, steps=LONG, noise=0.1, prior=1e-2, adapt=True):
    """Damped Gauss-Newton steps on misfit / noise^2 + prior weight^2, the prior of each array of weights or biases as wide as the data ask for.

    Parameters
    ----------
    problem : Films or Arrows
        Its model gets the learned parameters.
    steps : int
        At most.
    noise : float
        Standard deviation to begin with; it is learned.
    prior : float
        One over the variance of the weights and biases, to begin with.
    adapt : bool
        Whether noise and prior are learned; if not, they stay.

    Returns
    -------
    fitted : Fitted

    Raises
    ------
    ValueError
        If steps, noise or prior is out of range.

    References
    ----------
    MacKay, Neural Computation 4 (1992) 448: of g weights of a layer the data determine gamma = g - prior trace(covariance), and the best
    prior is gamma / sum of their squares.
    """
    steps, noise, prior = validate.whole("steps", steps, 1), validate.positive("noise", noise), validate.positive("prior", prior, zero_too=True)
    vector, like = problem.vector, tree.leaves(problem.model.params)
    layer = numpy.repeat(numpy.arange(len(like)), [leaf.size for leaf in like])
    priors, precision, damping, quiet = numpy.full(len(like), prior), 1 / noise**2, 1e-2, 0
    for number in range(1, steps + 1):
        r, J = problem.linearise()
        normal = J.T @ J
        if adapt and number > 4:
            spread = numpy.diag(numpy.linalg.inv(precision * normal + numpy.diag(priors[layer])))
            used = numpy.bincount(layer) - priors * numpy.bincount(layer, spread)
            priors = numpy.clip(used / numpy.bincount(layer, vector**2), 1e-4, 1e6)
            precision = (problem.degrees - used.sum()) / numpy.sum(r**2)
        A, slope = precision * normal + numpy.diag(priors[layer]), precision * J.T @ r - priors[layer] * vector
        before, old = precision * problem.misfit() + numpy.sum(priors[layer] * vector**2), vector.copy()
        for _ in range(TRIES):
            step = numpy.linalg.solve(A + damping * numpy.trace(A) / len(A) * numpy.eye(len(A)), slope)
            vector[:] = old + step
            after = precision * problem.misfit(step) + numpy.sum(priors[layer] * vector**2)
            if after < before:
                damping = max(damping / 5, 1e-9)
                problem.accept()
                break
            damping = min(damping * 5, 1e6)
        else:
            vector[:] = old
            break
        quiet = quiet + 1 if before - after < 1e-3 else 0          # of about as many as there are data
        if quiet == 3:
            break
    r, J = problem.linearise()
    covariance = numpy.linalg.inv(precision * J.T @ J + numpy.diag(priors[layer]))
    used = len(vector) - float(numpy.sum(priors[layer] * numpy.diag(covariance)))
    problem.model.params = tree.views(vector.copy(), problem.model.params)
    noise = numpy.sqrt(numpy.sum(r**2) / (problem.degrees - used))
    return Fitted(getattr(problem, "starts", None), float(noise), used, covariance, number)


def through_films(model, x, dt, inner=1, steps=LONG, pieces=(WINDOW,), **how):
    """Train a model, in place, on films: first on pieces of so many frames, where no path can go far astray, then on whole films.

    Parameters are those of `Films` and `fit`, and `pieces`, lengths of at least two frames, and of no more than the films have. Returns what
    `fit` returns.
    """
    x, starts, pieces = _seen(x), None, validate.wholes("pieces", pieces, 2)
    if max(pieces, default=0) > len(x):
        raise ValueError(f"pieces must be at most as long as the films, {len(x)} frames, got {max(pieces)}")
    for length in pieces:
        begin, told = _pieces(x, length)
        short = Films(model, begin[:, told], dt, inner)
        n, seen = x.shape[-1] // 2, numpy.any(short.seen, axis=0)
        slopes = (short.x[-1] - short.x[0])[:, :n] / ((length - 1) * dt)          # a momentum that nobody saw begins as a velocity
        short.starts[:, n:] = numpy.where(seen[:, n:] | ~(short.seen[0] & short.seen[-1])[:, :n], short.starts[:, n:], slopes)
        films = numpy.flatnonzero(told) % x.shape[1]
        first = numpy.flatnonzero(told) < x.shape[1]
        if starts is not None:
            short.starts[first] = starts[films[first]]
        fit(short, SHORT, **how)
        starts = Films(model, x, dt, inner).starts if starts is None else starts
        starts[films[first]] = short.starts[first]
    return fit(Films(model, x, dt, inner, starts), steps, **how)


def _seen(x):
    """Films as an array of floats, NaN where they are masked."""
    return numpy.ma.filled(numpy.ma.asarray(x, float), numpy.nan)


def _pieces(x, length):
    """Films cut into pieces, those that begin first in front, and which of them show anything."""
    count = len(x) // length
    cut = numpy.moveaxis(x[:count * length].reshape(count, length, *x.shape[1:]), 1, 0).reshape(length, -1, x.shape[-1])
    return cut, numpy.any(numpy.isfinite(cut), axis=(0, 2))


def from_arrows(model, x, dx, steps=SHORT + LONG, **how):
    """Train a model, in place, on states and rates, as `hl.fit` does but with the optimiser and the prior of `through_films`."""
    return fit(Arrows(model, x, dx), steps, **how)


def shadow(model, step):
    """The Hamiltonian that the implicit midpoint rule follows, to its first term: H - step^2 / 24 of f . H'' f, with f = Omega grad H.

    If paths with this step through `model` fit the truth, this is the truth, up to step^4 (GNI IX.3).

    Returns
    -------
    hamiltonian : callable
        (..., dim) to (...), in autograd's NumPy.
    """
    def hamiltonian(x):
        f = apply_omega(elementwise_grad(model.hamiltonian)(x))
        along = elementwise_grad(lambda x: np.sum(elementwise_grad(model.hamiltonian)(x) * f, axis=-1))(x)          # H'' f
        return model.hamiltonian(x) - step**2 / 24 * np.sum(f * along, axis=-1)

    return hamiltonian


def expected_energy_mse(model, fitted, task):
    """The mean squared error of the energy that noise alone makes in `task`'s rollouts, to first order, by the covariance of the parameters."""
    t = task.times
    paths = Films(model, numpy.zeros((len(t), *task.starts.shape)), t[1] - t[0], 4, starts=task.starts)
    path, S, _ = paths.derivatives()
    by_params = numpy.einsum("tfd,tfdp->tfp", task.system.gradient(path), S)
    return float(numpy.mean(numpy.einsum("tfp,pq,tfq->tf", by_params, fitted.covariance, by_params)))
