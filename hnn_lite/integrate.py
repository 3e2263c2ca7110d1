"""Walking along a vector field: scipy's adaptive solver, and the fixed-step methods that the book takes apart.

A *method* is one step, a function `(field, x, dt) -> x` in a few lines of algebra. `march` repeats it. States have shape
(..., dim), first the positions, then the momenta, so that one call moves a whole batch. Methods that are named
separable ask for a field in which dq/dt depends on p alone and dp/dt on q alone (H = T(p) + V(q)).

Reference for all of them: Hairer, Lubich, Wanner, *Geometric Numerical Integration*, 2nd edition, Springer 2006
("GNI" below).
"""

import autograd.numpy as np
import scipy.integrate
from autograd import make_vjp

from hnn_lite import validate

EPS = np.finfo(float).eps


class IntegrationError(RuntimeError):
    """A path could not be continued. `t` and `path` hold what was reached."""

    def __init__(self, message, t, path):
        super().__init__(message)
        self.t, self.path = t, path


def solve_ivp(field, x0, t, rtol=1e-9, atol=1e-10, method="DOP853"):
    """A reference path: scipy's adaptive Runge-Kutta pair, all states of the batch with one step size.

    Parameters
    ----------
    field : callable
        dx/dt, mapping (..., dim) to (..., dim). It does not depend on time.
    x0 : array, shape (..., dim)
        States at the time `t[0]`.
    t : array, shape (times,)
        Times at which the path is wanted, increasing or decreasing, in the system's unit of time.
    rtol, atol : float
        Relative and absolute tolerance of a step, on the root mean square over the whole batch.
    method : str
        A method of `scipy.integrate.solve_ivp`; the default has order 8.

    Returns
    -------
    path : array, shape (times, ..., dim)

    Raises
    ------
    ValueError
        If `x0` or `t` is empty, has NaN, or `t` is not monotonic; if a tolerance is not positive, the method unknown, or
        the field has the wrong shape or NaN at the start.
    IntegrationError
        If the solver gives up or the path overflows, with the times and states reached until then.
    """
    x0, t = validate.numbers("x0", x0), validate.numbers("t", t)
    if t.ndim != 1 or len(t) < 2 or not (np.all(np.diff(t) > 0) or np.all(np.diff(t) < 0)):
        raise ValueError(f"t must be a list of at least two increasing or decreasing times, got shape {t.shape}")
    rtol, atol = validate.positive("rtol", rtol), validate.positive("atol", atol)
    validate.choice("method", method, ("RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"))
    validate.numbers("the field at x0", _value(field, x0))      # scipy would look for a first step for ever

    def flat_field(_, flat):
        return field(flat.reshape(x0.shape)).ravel()

    with np.errstate(all="ignore"):        # a path that runs away is reported below, in one sentence
        run = scipy.integrate.solve_ivp(flat_field, (t[0], t[-1]), x0.ravel(), method, t, rtol=rtol, atol=atol)
    path = np.reshape(np.transpose(run.y), (-1, *x0.shape))
    finite = np.all(np.isfinite(path), axis=tuple(range(1, path.ndim)))
    if not run.success or not np.all(finite):
        reached = np.argmin(np.append(finite, False))
        why = "it is no longer finite" if run.success else run.message
        raise IntegrationError(f"the path could not be continued to t = {t[reached]:g}: {why}", t[:reached], path[:reached])
    return path


def flow_jacobian(field, x0, t, rtol=1e-9):
    """How the path's states answer to small changes of its start: the matrices J(t) = dx(t) / dx(t[0]).

    Solves the variational equation dJ/dt = Df(x) J along the path (GNI VI.2). A Hamiltonian flow has J^T Omega J = Omega
    and det J = 1 (Liouville); for every flow, det J is the exponential of the divergence summed along the path.

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
    x0 = validate.numbers("x0", x0)
    _value(field, x0)
    dim = x0.shape[-1]

    def with_columns(z):                   # a state and, beside it, the columns of its J: shape (..., dim, 1 + dim)
        vjp, dx = make_vjp(field)(z[..., 0])
        Df = np.stack([vjp(np.broadcast_to(row, dx.shape)) for row in np.eye(dim)], axis=-2)
        return np.concatenate([dx[..., None], Df @ z[..., 1:]], axis=-1)

    identity = np.broadcast_to(np.eye(dim), (*x0.shape, dim))
    return solve_ivp(with_columns, np.concatenate([x0[..., None], identity], axis=-1), t, rtol)[..., 1:]


def march(method, field, x0, dt, steps, every=1):
    """Repeat one step of a fixed-step method.

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
        For an unknown name, a bad shape, a step of zero, or a separable method on a field that is not separable.
    RuntimeError
        If a step of `implicit_midpoint` does not settle.
    """
    if not callable(method):
        method = METHODS[validate.choice("method", method, METHODS)]
    x, steps = validate.numbers("x0", x0), validate.whole("steps", steps, 1)
    if np.ndim(dt) != 0 or validate.numbers("dt", dt) == 0:
        raise ValueError(f"dt must be one number and not zero, got {dt!r}")
    _value(field, x)
    if steps % validate.whole("every", every, 1):
        raise ValueError(f"every ({every}) must divide steps ({steps})")
    if method in SEPARABLE:
        _require_separable(method, field, x)
    path = [x]
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, steps + 1):
            x = method(field, x, dt)
            if step % every == 0:
                path.append(x)
    return np.stack(path)


def euler(field, x, dt):
    """Explicit Euler: order 1, not symplectic, not reversible. GNI I.1.1."""
    return x + dt * field(x)


def rk4(field, x, dt):
    """The classical Runge-Kutta method: order 4, not symplectic, not reversible. GNI II.1.1."""
    k1 = field(x)
    k2 = field(x + dt / 2 * k1)
    k3 = field(x + dt / 2 * k2)
    k4 = field(x + dt * k3)
    return x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


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
    """The implicit midpoint rule: order 2, symplectic, reversible, for *any* H, a learned one too. GNI I.1.1, VI.4.

    Solves x' = x + dt f((x + x') / 2) by fixed-point iteration down to rounding error, so that the symmetry of the rule
    survives in floating point.

    Raises
    ------
    RuntimeError
        If the iteration does not settle: the step is too long for the field.
    """
    end = euler(field, x, dt)
    rounding = EPS * np.maximum(abs(x), abs(end)).max(axis=-1)
    change, settled = np.inf, False
    for _ in range(iterations):
        previous, last = end, change
        end = x + dt * field((x + previous) / 2)
        change = abs(end - previous).max(axis=-1)
        settled = settled | (change <= rounding) | ((change <= 8 * rounding) & (change >= last))
        if settled.all():
            return end
    if np.all(settled | (change <= EPS)):          # x is near zero, and the field's own rounding is not
        return end
    raise RuntimeError(f"the implicit midpoint rule did not settle in {iterations} iterations at dt = {dt:g} "
                       f"(last change {np.max(change):.1g}); take a shorter step")


METHODS = {method.__name__: method
           for method in (euler, rk4, symplectic_euler, leapfrog, yoshida4, implicit_midpoint)}
SEPARABLE = (symplectic_euler, leapfrog, yoshida4)


def _kick(field, x, dt):
    n = x.shape[-1] // 2
    return np.concatenate([x[..., :n], x[..., n:] + dt * field(x)[..., n:]], axis=-1)


def _drift(field, x, dt):
    n = x.shape[-1] // 2
    return np.concatenate([x[..., :n] + dt * field(x)[..., :n], x[..., n:]], axis=-1)


def _value(field, x):
    """The field at the states `x`, or `ValueError`: NumPy would stretch a result of the wrong shape silently."""
    if x.ndim == 0:
        raise ValueError("x0 must hold states in its last axis, got a single number")
    value = field(x)
    if np.shape(value) != x.shape:
        raise ValueError(f"the field must map states of shape {x.shape} to the same shape, got {np.shape(value)}")
    return value


def _require_separable(method, field, x):
    n = validate.phase_space("the number of coordinates of x0", x.shape[-1]) // 2
    move = np.linspace(0.3, 0.7, n)        # not the same for all: a field of q_1 - q_2 has to change too
    f = np.array([[field(x + np.concatenate([a * move, b * move])) for b in (0, 1)] for a in (0, 1)])
    if not (np.allclose(f[0, ..., :n], f[1, ..., :n]) and np.allclose(f[:, 0, ..., n:], f[:, 1, ..., n:])):
        raise ValueError(f"{method.__name__} needs a separable field (dq/dt a function of p alone, dp/dt of q alone), "
                         "and this one is not; use implicit_midpoint")
