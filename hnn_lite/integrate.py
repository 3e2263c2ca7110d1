"""Following a vector field: an adaptive solver, and the fixed-step methods that the book takes apart.

A *method* is one step, a function `(field, x, dt) -> x` in a few lines of algebra. `march` repeats it. States have shape
(..., dim), first the positions, then the momenta, so that one call moves a whole batch. Methods that are named
separable ask for a field in which dq/dt depends on p alone and dp/dt on q alone (H = T(p) + V(q)).

Reference for all of them: Hairer, Lubich, Wanner, *Geometric Numerical Integration*, 2nd edition, Springer 2006
("GNI" below).
"""

import inspect

import autograd.numpy as np
import numpy
from autograd import make_vjp
from scipy.integrate import DOP853

from hnn_lite import validate
from hnn_lite.engine import threads

EPS, TINY = numpy.finfo(float).eps, numpy.finfo(float).tiny


class IntegrationError(RuntimeError):
    """A path could not be continued. `t` and `path` hold what was reached."""

    def __init__(self, message, t=None, path=None):          # without defaults it could not be unpickled
        super().__init__(message)
        self.t, self.path = t, path


@threads()          # a state's products are so small that two threads are slower than one, and many times slower on a busy machine
def solve_ivp(field, x0, t, rtol=1e-9, atol=None):
    """A reference path, by Dormand and Prince's method of order 8 with steps of its own for each state of the batch.

    No state's path depends on the others. Meanwhile matrix products use one thread.
    Hairer, Norsett, Wanner, *Solving Ordinary Differential Equations I*, Springer 1993, II.5, II.6.

    Parameters
    ----------
    field : callable
        dx/dt, mapping (..., dim) to (..., dim). It does not depend on time.
    x0 : array, shape (..., dim)
        States at the time `t[0]`.
    t : array, shape (times,)
        Times at which the path is wanted, increasing or decreasing, in the system's unit of time.
    rtol : float
        Tolerance of a step, as a share of the largest value that the coordinate has had on this path.
    atol : float or array, shape (dim,), optional
        If given, the tolerance is `atol` + `rtol` times the coordinate's present value instead, as SciPy has it.

    Returns
    -------
    path : array, shape (times, ..., dim)

    Raises
    ------
    ValueError
        If `x0` or `t` is empty, has NaN, or `t` is not monotonic; if a tolerance is not positive; or if the field takes other
        arguments, has the wrong shape, or NaN at the start.
    IntegrationError
        If the steps become too short or the path overflows, with the times and states reached until then.
    """
    x0, t, rtol = validate.numbers("x0", x0), validate.times("t", t), validate.positive("rtol", rtol)
    if len(t) < 2 or not (numpy.all(numpy.diff(t) > 0) or numpy.all(numpy.diff(t) < 0)):
        raise ValueError(f"t must be a list of at least two increasing or decreasing times, got {validate.shown(t)}")
    law, dim, sign = _law(field, x0), x0.shape[-1], numpy.sign(t[1] - t[0])
    if atol is not None and (numpy.any(validate.numbers("atol", atol) <= 0) or numpy.shape(atol) not in ((), (dim,))):
        raise ValueError(f"atol must be positive, one number or one for each of {dim} coordinates, got {validate.shown(atol)}")

    def slope(y):
        return sign * law(y.reshape(x0.shape)).reshape(y.shape)

    wanted, y = abs(t - t[0]), x0.reshape(-1, dim)
    K, path = numpy.empty((16, *y.shape)), numpy.full((len(t), *y.shape), numpy.nan)
    K[0], path[0] = slope(y), y
    now, done, lost, largest = numpy.zeros(len(y)), numpy.ones(len(y), int), numpy.zeros(len(y), bool), abs(y)
    with numpy.errstate(all="ignore"):     # a path that runs away is reported below, in one sentence
        pace = sizes(K[0]) / sizes(y)
        h = 0.01 / numpy.where((pace > 0) & (pace < numpy.inf), pace, 0.01 / wanted[-1]).max(axis=-1)
        while numpy.any(~lost & (done < len(t))):
            h = numpy.where(lost, 0, numpy.minimum(h, wanted[-1] - now))
            for stage in range(1, 12):
                K[stage] = slope(y + h[:, None] * numpy.tensordot(DOP853.A[stage, :stage], K[:stage], 1))
            end = y + h[:, None] * numpy.tensordot(DOP853.B, K[:12], 1)
            K[12] = slope(end)
            reach = numpy.maximum(largest if atol is None else abs(y), abs(end))
            scale = rtol * reach + (10 * EPS * sizes(reach) if atol is None else atol)
            fifth, third = (numpy.mean((h[:, None] * numpy.tensordot(E, K[:13], 1) / (scale + TINY)) ** 2, axis=-1) for E in (DOP853.E5, DOP853.E3))
            error = numpy.where(fifth == 0, 0, fifth / numpy.sqrt(fifth + 0.01 * third))
            good = (error < 1) & numpy.all(numpy.isfinite(K[12]), axis=-1)
            factor = numpy.where(good, numpy.clip(0.9 * error ** (-1 / 8), 0.2, 10), numpy.clip(numpy.nan_to_num(0.9 * error ** (-1 / 8)), 0.2, 0.9))
            later = numpy.where(good, numpy.where(h >= wanted[-1] - now, wanted[-1], now + h), now)
            through = numpy.searchsorted(wanted, later, side="right")
            if numpy.any(through > done):
                _fill(path, wanted, slope, K, y, end, now, h, done, through)
            lost = lost | (~good & (h <= 10 * EPS * wanted[-1]))
            y, K[0] = numpy.where(good[:, None], end, y), numpy.where(good[:, None], K[12], K[0])
            now, done, largest, h = later, through, numpy.maximum(largest, abs(y)), h * factor
    path, reached = path.reshape(len(t), *x0.shape), done.min()
    if reached < len(t):
        raise IntegrationError(f"the path could not be continued to t = {t[reached]:g}: the steps became too short", t[:reached], path[:reached])
    return path


def _fill(path, wanted, slope, K, y, end, now, h, done, through):
    """Write the states at the times `wanted[done:through]`, of each path its own, from the polynomial of order 7 over the last step."""
    for stage, row in enumerate(DOP853.A_EXTRA, 13):
        K[stage] = slope(y + h[:, None] * numpy.tensordot(row[:stage], K[:stage], 1))
    gone, step = end - y, h[:, None]
    parts = [gone, step * K[0] - gone, 2 * gone - step * (K[12] + K[0]), *(step * numpy.tensordot(DOP853.D, K, 1))]
    of = numpy.repeat(numpy.arange(len(y)), through - done)
    at = numpy.arange(len(of)) - numpy.repeat(numpy.cumsum(through - done) - through, through - done)
    share, value = ((wanted[at] - now[of]) / h[of])[:, None], 0.0
    for number, part in enumerate(reversed(parts)):
        value = (value + part[of]) * (1 - share if number % 2 else share)
    path[at, of] = y[of] + value


def sizes(x):
    """The largest magnitude among a state's positions, and among its momenta, in the place of each: (..., dim) to (..., dim).

    Where dim is odd, that among all coordinates. It stands for the unit that they share.
    """
    n = x.shape[-1] // (2 - x.shape[-1] % 2)
    parts = [abs(x[..., k:k + n]).max(axis=-1, keepdims=True) for k in range(0, x.shape[-1], n)]
    return np.concatenate([part for part in parts for _ in range(n)], axis=-1)


def flow_jacobian(field, x0, t, rtol=1e-9):
    """How the path's states answer to small changes of its start: the matrices J(t) = dx(t) / dx(t[0]).

    Solves the variational equation dJ/dt = Df(x) J along the path (GNI VI.2). A Hamiltonian flow has J^T Omega J = Omega
    and det J = 1 (Liouville); for every flow, det J is the exponential of the divergence integrated along the path.

    Parameters
    ----------
    field : callable
        dx/dt, mapping (..., dim) to (..., dim), each state by itself, in autograd's NumPy.
    x0, t, rtol
        See `solve_ivp`.

    Returns
    -------
    J : array, shape (times, ..., dim, dim)
        J[..., i, j] is the derivative of coordinate i by the start's coordinate j; the first is the identity.

    Raises
    ------
    ValueError, IntegrationError
        As `solve_ivp`.
    """
    x0, t = validate.numbers("x0", x0), validate.times("t", t)
    unit = sizes(abs(x0) + abs(_law(field, x0)(x0) * (t[-1] - t[0])))
    unit = np.where(unit == 0, 1, unit)[..., None, :]       # of the columns, so that all numbers of a row are in that of x
    shape = (*x0.shape, 1 + x0.shape[-1])

    def with_columns(z):                   # a state and, beside it, the columns of its J
        z = z.reshape(shape)
        Df, dx = jacobian(field, z[..., 0])
        return np.concatenate([dx[..., None], Df @ z[..., 1:]], axis=-1).reshape(*shape[:-2], -1)

    start = np.concatenate([x0[..., None], np.eye(x0.shape[-1]) * unit], axis=-1).reshape(*shape[:-2], -1)
    return solve_ivp(with_columns, start, t, rtol).reshape(len(t), *shape)[..., 1:] / unit


def jacobian(function, x):
    """The Jacobian matrices of a map of states, shape (..., dim, dim), and its values at the states `x`, shape (..., dim).

    `function` works in autograd's NumPy and must map each state by itself. `ValueError` is raised if it changes the shape; that it
    mixes states is not noticed.
    """
    vjp, y = make_vjp(lambda x: np.array(function(x)))(x)
    if y.shape != x.shape:
        raise ValueError(f"function must map states of shape {x.shape} to the same shape, got {y.shape}")
    return np.stack([vjp(np.broadcast_to(row, x.shape)) for row in np.eye(x.shape[-1])], axis=-2), y


@threads()
def march(method, field, x0, dt, steps, every=1):
    """Repeat one step of a fixed-step method. Meanwhile matrix products use one thread.

    Parameters
    ----------
    method : callable or str
        One step `(field, x, dt) -> x`, or the name of one in `METHODS`.
    field : callable
        dx/dt, mapping (..., dim) to (..., dim).
    x0 : array, shape (..., dim)
        States at the start; dim is even for all methods but `euler`, `rk4` and `implicit_midpoint`.
    dt : float
        Step, in the system's unit of time; negative runs backwards.
    steps : int
        Number of steps, at least 1.
    every : int
        Keep every so many steps; must divide `steps`.

    Returns
    -------
    path : array, shape (steps / every + 1, ..., dim)
        The start included. States that overflow are kept as infinities or NaN, as the method left them.

    Raises
    ------
    ValueError
        For an unknown name, a bad shape, a step of zero, an `every` that does not divide `steps`, or a separable method on a field that
        is not separable.
    RuntimeError
        If a step of `implicit_midpoint` does not converge.
    """
    method = method if callable(method) else METHODS[validate.choice("method", method, METHODS)]
    x, steps = validate.numbers("x0", x0), validate.whole("steps", steps, 1)
    if validate.numbers("dt", dt).ndim != 0 or dt == 0:
        raise ValueError(f"dt must be one number and not zero, got {validate.shown(dt)}")
    field = _law(field, x)
    if steps % validate.whole("every", every, 1):
        raise ValueError(f"every ({every}) must divide steps ({steps})")
    if method in SEPARABLE:
        _require_separable(method, field, x, dt)
    path = [x]
    with numpy.errstate(over="ignore", invalid="ignore"):
        for step in range(1, steps + 1):
            x = method(field, x, dt)
            if step % every == 0:
                path.append(x)
    return numpy.stack(path)


def euler(field, x, dt):
    """Explicit Euler: order 1, not symplectic, not reversible. GNI I.1.2."""
    return x + dt * field(x)


def rk4(field, x, dt):
    """The classical Runge-Kutta method: order 4, not symplectic, not reversible. GNI II.1.1."""
    k1 = field(x)
    k2 = field(x + dt / 2 * k1)
    k3 = field(x + dt / 2 * k2)
    k4 = field(x + dt * k3)
    return x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def dopri5(field, x, dt):
    """Dormand and Prince's method, the step that a neural ODE is trained through: order 5, not symplectic, not reversible.

    J. Comput. Appl. Math. 6 (1980) 19. `dt` may be an array that goes with the states.
    """
    k1 = field(x)
    k2 = field(x + dt * (1 / 5 * k1))
    k3 = field(x + dt * (3 / 40 * k1 + 9 / 40 * k2))
    k4 = field(x + dt * (44 / 45 * k1 - 56 / 15 * k2 + 32 / 9 * k3))
    k5 = field(x + dt * (19372 / 6561 * k1 - 25360 / 2187 * k2 + 64448 / 6561 * k3 - 212 / 729 * k4))
    k6 = field(x + dt * (9017 / 3168 * k1 - 355 / 33 * k2 + 46732 / 5247 * k3 + 49 / 176 * k4 - 5103 / 18656 * k5))
    return x + dt * (35 / 384 * k1 + 500 / 1113 * k3 + 125 / 192 * k4 - 2187 / 6784 * k5 + 11 / 84 * k6)


def symplectic_euler(field, x, dt):
    """Symplectic Euler, momenta first: order 1, symplectic, not reversible, for separable H. GNI I.1.2, VI.3."""
    return _drift(field, _kick(field, x, dt), dt)


def leapfrog(field, x, dt):
    """Leapfrog (Stoermer-Verlet), kick-drift-kick: order 2, symplectic, reversible, for separable H. GNI I.1.4."""
    return _kick(field, _drift(field, _kick(field, x, dt / 2), dt), dt / 2)


def yoshida4(field, x, dt):
    """Yoshida's composition of three leapfrogs: order 4, symplectic, reversible, for separable H.

    The middle step runs backwards. Yoshida, Physics Letters A 150 (1990) 262; GNI II.4.
    """
    outer = 1 / (2 - 2 ** (1 / 3))
    for share in (outer, 1 - 2 * outer, outer):
        x = leapfrog(field, x, share * dt)
    return x


def implicit_midpoint(field, x, dt, iterations=100):
    """The implicit midpoint rule: order 2, symplectic, reversible, for *any* H, a learned one too. GNI I.1.2, VI.4.

    Solves x' = x + dt f((x + x') / 2) by fixed-point iteration, or by Newton's where that does not converge, down to the rounding
    error of the field, so that the symmetry of the rule survives in floating point.

    Raises
    ------
    RuntimeError
        If neither converges: the step is too long for the field.
    """
    def newton(end):                       # the Jacobian by differences, which only has to be good enough to converge
        middle, unit = (x + end) / 2, sizes(abs(x) + abs(end))
        nudge = 1e-4 * np.where(unit == 0, 1, unit)
        columns = [(field(middle + nudge * row) - field(middle - nudge * row)) / 2 for row in np.eye(x.shape[-1])]
        A = np.eye(x.shape[-1]) - dt / 2 * np.stack(columns, axis=-1) / nudge[..., None, :]
        return end + np.linalg.solve(A, (x + dt * field(middle) - end)[..., None])[..., 0]

    end, settled = euler(field, x, dt), numpy.zeros(x.shape[:-1], bool)
    size = np.maximum(sizes(x), sizes(end)) + TINY
    for iterate in (lambda end: x + dt * field((x + end) / 2), newton):
        smallest, stuck = numpy.inf, 0
        for _ in range(iterations):
            previous = end
            try:
                end = iterate(previous)
            except np.linalg.LinAlgError:  # a singular matrix
                break
            if settled.any():
                end = np.where(settled[..., None], previous, end)
            change = (abs(end - previous) / size).max(axis=-1)
            stuck = (stuck + 1) * (change >= smallest)
            smallest = np.minimum(smallest, change)
            settled = settled | (change <= EPS) | ((stuck > 0) & (change <= 8 * EPS)) | ((stuck > 2) & (change <= 1e-6))
            if settled.all():
                return end
        end = np.where(settled[..., None], end, x)
    raise RuntimeError(f"the implicit midpoint rule did not converge at dt = {dt:g} (last change {np.max(change):.1g} of the state's size); "
                       "take a shorter step")


METHODS = {method.__name__: method for method in (euler, rk4, symplectic_euler, leapfrog, yoshida4, implicit_midpoint)}
SEPARABLE = (symplectic_euler, leapfrog, yoshida4)


def _kick(field, x, dt):
    n = x.shape[-1] // 2
    return np.concatenate([x[..., :n], x[..., n:] + dt * field(x)[..., n:]], axis=-1)


def _drift(field, x, dt):
    n = x.shape[-1] // 2
    return np.concatenate([x[..., :n] + dt * field(x)[..., :n], x[..., n:]], axis=-1)


def _law(field, x):
    """The field as a function whose results are arrays of its own, once it has been seen to work at the states `x`."""
    if x.ndim == 0:
        raise ValueError("x0 must hold states in its last axis, got a single number")
    try:
        inspect.signature(field).bind(x)
    except TypeError:
        raise ValueError("field must be a function of one argument, the states, as no law depends on time here, got "
                         f"{validate.shown(field)}; wrap one of (t, x) as lambda x: field(0, x)") from None
    except ValueError:                     # a compiled function has no signature
        pass
    value = validate.numbers("the field at x0", field(x))
    if value.shape != x.shape:             # NumPy would stretch it
        raise ValueError(f"the field must map states of shape {x.shape} to the same shape, got {value.shape}")
    return lambda x: numpy.array(field(x), dtype=float)


def _require_separable(method, field, x, dt):
    n = validate.phase_space("the number of coordinates of x0", x.shape[-1]) // 2
    unit = sizes(abs(x) + abs(dt * field(x)))
    move = numpy.where(unit == 0, 1, unit) * numpy.tile(numpy.linspace(0.3, 0.7, n), 2)     # not the same: q_1 - q_2 has to change too
    q = numpy.arange(2 * n) < n
    f = numpy.array([[field(x + move * numpy.where(q, a, b)) for b in (0, 1)] for a in (0, 1)])
    change = numpy.where(q, abs(f[0] - f[1]).max(axis=0), abs(f[:, 0] - f[:, 1]).max(axis=0))
    if numpy.any(change > 1e-6 * sizes(abs(f).max(axis=(0, 1)))):
        raise ValueError(f"{method.__name__} needs a separable field (dq/dt a function of p alone, dp/dt of q alone), "
                         "and this one is not; use implicit_midpoint")
