"""Action and angle coordinates that are known exactly.

A system of n degrees of freedom is integrable if it has canonical coordinates, n angles theta and n actions I, in which H is a
function of the actions alone. Then the actions stay, and each angle grows at its own steady rate, its frequency dH/dI (Liouville,
Arnold). The classes below have the methods of a trained `ActionAngleNetwork`, and its sign: q = sqrt(2 I) sin(theta) and
p = sqrt(2 I) cos(theta) for an oscillator of frequency 1. The angles take the place of q in the symplectic form, the actions of p.

Reference: Arnold, *Mathematical Methods of Classical Mechanics*, 2nd edition, Springer 1989, sections 49 and 50.
"""

import numpy as np
from scipy.special import ellipj, ellipk, ellipkinc, elliprd

from hnn_lite import validate
from hnn_lite.engine import threads
from hnn_lite.mechanics import eccentricity, ellipse, normal_modes


class ActionAngle:
    """The coordinates (I, theta) of a system. Actions in the system's unit of q times p, angles in rad.

    Attributes
    ----------
    dim : int
        Coordinates of a state, 2 n.
    """

    dim: int

    def encode(self, x):
        """Actions and angles of the states `x`, shape (..., dim) to two of (..., n); the angles lie in [-pi, pi].

        Raises
        ------
        ValueError
            If a state has no such coordinates.
        """
        raise NotImplementedError

    def decode(self, actions, angles):
        """The states with these actions and angles, shapes (..., n) to (..., dim). Inverse of `encode`.

        Raises
        ------
        ValueError
            If no state has such actions.
        """
        raise NotImplementedError

    def energy(self, actions):
        """H as a function of the actions, shape (..., n) to (...)."""
        raise NotImplementedError

    def frequencies(self, actions):
        """dH/dI, the rates at which the angles grow, in rad per unit of time: shape (..., n) to (..., n)."""
        raise NotImplementedError

    def advance(self, x, t):
        """The states that come the time `t` after `x`; no more work for a long time than for a short one.

        Parameters
        ----------
        x : array, shape (..., dim)
        t : float or array
            One time for all, or of a shape that goes with (...).

        Returns
        -------
        x : array, shape (..., dim)

        Raises
        ------
        ValueError
            If shapes do not fit, or if `encode` or `decode` refuse.
        """
        (actions, angles), t = self.encode(x), validate.numbers("t", t)
        if t.ndim >= actions.ndim or any(own not in (1, other) for own, other in zip(t.shape[::-1], actions.shape[-2::-1], strict=False)):
            raise ValueError(f"t must be one number, or go with the states of x, shape {actions.shape[:-1]}, got shape {t.shape}")
        return self.decode(actions, angles + self.frequencies(actions) * t[..., None])

    def rollout(self, x0, t):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim). At t[0] it is at `x0`."""
        x0, t = validate.finite_states("x0", x0, self.dim), validate.times("t", t)
        return self.advance(np.broadcast_to(x0, (len(t), *x0.shape)), (t - t[0]).reshape(-1, *[1] * (x0.ndim - 1)))

    def _actions(self, actions):
        return validate.finite_states("actions", actions, self.dim // 2)

    def _both(self, actions, angles):
        actions, angles = self._actions(actions), validate.finite_states("angles", angles, self.dim // 2)
        try:
            return np.broadcast_arrays(actions, angles)
        except ValueError:
            raise ValueError(f"actions and angles must have shapes that go together, got {actions.shape} and {angles.shape}") from None


class NormalModes(ActionAngle):
    """Of H = sum p_i^2 / (2 m_i) + q . K q / 2: one action for each normal mode, its energy over its frequency.

    Parameters
    ----------
    masses : array, shape (n,)
        kg.
    stiffness : array, shape (n, n)
        K, symmetric and positive definite, N/m.

    Attributes
    ----------
    omega : array, shape (n,)
        The frequencies, increasing. They do not depend on the actions.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a mode is not bound.
    """

    def __init__(self, masses, stiffness):
        self.omega, modes = normal_modes(masses, stiffness)
        self.dim = 2 * len(modes)
        self._q = np.reshape(masses, (-1, 1)) * modes * np.sqrt(self.omega)          # from q to the modes, each of them a circle in (Q, P)
        self._p = modes / np.sqrt(self.omega)

    def encode(self, x):
        x = validate.finite_states("x", x, self.dim)
        n = self.dim // 2
        Q, P = x[..., :n] @ self._q, x[..., n:] @ self._p
        return (Q**2 + P**2) / 2, np.arctan2(Q, P)

    def decode(self, actions, angles):
        actions, angles = self._both(actions, angles)
        radius = np.sqrt(2 * _at_least_zero(actions))
        return np.concatenate([radius * np.sin(angles) @ self._p.T, radius * np.cos(angles) @ self._q.T], axis=-1)

    def energy(self, actions):
        return self._actions(actions) @ self.omega

    def frequencies(self, actions):
        return np.broadcast_to(self.omega, self._actions(actions).shape)


class Pendulum(ActionAngle):
    """Of `systems.pendulum(m, g, l)` while it swings without going over the top; by elliptic integrals.

    With k^2 the energy as a share of the 2 m g l at the top, sin(q / 2) = k sn(u) and u = 2 K theta / pi, where K(k^2) is a quarter of
    the period in units of sqrt(l / g). Angles q are taken modulo 2 pi.

    Raises
    ------
    ValueError
        If a constant is not positive.
    """

    dim = 2

    def __init__(self, m=0.5, g=6.0, l=1.0):
        m, g, l = validate.positive("m", m), validate.positive("g", g), validate.positive("l", l)
        self.top, self.omega0 = 2 * m * g * l, np.sqrt(g / l)
        self._p = 2 * m * l**2 * self.omega0                             # the momentum at the bottom that just reaches the top

    def encode(self, x):
        x = validate.finite_states("x", x, 2)
        q = x[..., :1] - 2 * np.pi * np.round(x[..., :1] / (2 * np.pi))
        sine, cosine = np.sin(q / 2), x[..., 1:] / self._p
        share = sine**2 + cosine**2
        if np.any(share >= 1):
            raise ValueError(f"x must swing, and not go over the top: energies below {self.top:g}, got {self.top * share.max():.6g}")
        return self._action(share), np.pi / 2 * ellipkinc(np.arctan2(sine, cosine), share) / ellipk(share)

    def decode(self, actions, angles):
        actions, angles = self._both(actions, angles)
        share = self._share(actions)
        angles = angles - 2 * np.pi * np.round(angles / (2 * np.pi))
        sn, cn, _, _ = ellipj(2 / np.pi * ellipk(share) * angles, share)
        return np.concatenate([2 * np.arcsin(np.sqrt(share) * sn), self._p * np.sqrt(share) * cn], axis=-1)

    def energy(self, actions):
        return self.top * self._share(self._actions(actions))[..., 0]

    def frequencies(self, actions):
        return np.pi / 2 * self.omega0 / ellipk(self._share(self._actions(actions)))

    def _action(self, share):
        # E(k^2) - (1 - k^2) K(k^2), in a form that loses no digits for small swings
        return 4 / np.pi * self._p * share * (ellipk(share) - elliprd(0, 1 - share, 1) / 3)

    def _share(self, actions):
        """k^2 of the actions, by Newton's method from above, where the action is convex in k^2 and its slope is K / 2."""
        wanted = _at_least_zero(actions) * np.pi / (4 * self._p)
        if np.any(wanted >= 1):
            raise ValueError(f"actions must be below {4 * self._p / np.pi:.6g}, that of the pendulum which just reaches the top, "
                             f"got {np.max(actions):.6g}")
        share = np.minimum(4 / np.pi * wanted, 1 - 1e-15)
        for _ in range(60):
            step = (share * (ellipk(share) - elliprd(0, 1 - share, 1) / 3) - wanted) / (ellipk(share) / 2)
            share = np.clip(share - step, 0, 1 - 1e-15)
            if np.all(abs(step) <= 4e-16 * share):
                break
        return share


class Kepler(ActionAngle):
    """Of `systems.kepler(mu)` on its ellipses: Delaunay's actions (L, G), with the angles (mean anomaly, direction of the pericentre).

    L = sqrt(mu a), where a is half of the long axis, and G is the angular momentum, negative for a planet that runs clockwise; `|G| <= L`. The
    energy is -mu^2 / (2 L^2) and does not know G: the frequencies are (mu^2 / L^3, 0), and the second angle stands still. On a circle it
    means nothing, and as G / L tells an eccentricity e only to 1e-16 / e, states come back to 1e-8 of their size there.

    Raises
    ------
    ValueError
        If `mu` is not positive.
    """

    dim = 4

    def __init__(self, mu=1.0):
        self.mu = validate.positive("mu", mu)

    def encode(self, x):
        x = validate.finite_states("x", x, 4)
        q, p = x[..., :2], x[..., 2:]
        r = np.linalg.norm(q, axis=-1)
        if not np.all(r > 0):
            raise ValueError("x must hold planets that are not in the sun, got one at (0, 0)")
        inverse_a = 2 / r - np.sum(p**2, axis=-1) / self.mu
        if not np.all(inverse_a > 0):
            raise ValueError(f"x must hold planets that are bound, with negative energy, got an energy of {-self.mu / 2 * np.min(inverse_a):.3g}")
        L = np.sqrt(self.mu / inverse_a)
        G = np.clip(q[..., 0] * p[..., 1] - q[..., 1] * p[..., 0], -L, L)                    # of a circle it is L, but for rounding
        e_sine = np.sum(q * p, axis=-1) / L
        E = np.arctan2(e_sine, 1 - r * inverse_a)
        turn = np.arctan2(q[..., 1], q[..., 0]) - np.arctan2(G / L * np.sin(E), np.cos(E) - eccentricity(L, G))
        return np.stack([L, G], axis=-1), np.stack([E - e_sine, turn - 2 * np.pi * np.round(turn / (2 * np.pi))], axis=-1)

    def decode(self, actions, angles):
        actions, angles = self._both(actions, angles)
        (L, G), (mean, turn) = np.moveaxis(actions, -1, 0), np.moveaxis(angles, -1, 0)
        if not np.all((L > 0) & (abs(G) <= L)):
            raise ValueError(f"actions must be (L, G) with L positive and |G| at most L, got {validate.shown(actions)}")
        E = kepler_equation(mean, eccentricity(L, G))
        if np.any(1 - eccentricity(L, G) * np.cos(E) < 1e-15):
            raise ValueError("actions with G = 0 are of planets that fall into the sun, and angles are those of the moment when one does")
        return ellipse(self.mu, L, G, E, turn)

    def energy(self, actions):
        return -self.mu**2 / (2 * self._actions(actions)[..., 0] ** 2)

    def frequencies(self, actions):
        L = self._actions(actions)[..., 0]
        return np.stack([self.mu**2 / L**3, np.zeros_like(L)], axis=-1)


def kepler_equation(mean, e):
    """The eccentric anomaly E with E - e sin E = `mean`, for eccentricities `e` of 0 to 1, by Newton's method; the same shapes.

    To rounding, but next to e = 1 and mean = 0, where E - sin E cancels, to some 1e-8.

    Raises
    ------
    ValueError
        If an eccentricity is out of range.
    """
    mean, e = validate.numbers("mean", mean), validate.numbers("e", e)
    if e.min() < 0 or e.max() > 1:
        raise ValueError(f"e must be from 0 to 1, got {e.min():.6g} to {e.max():.6g}")
    mean = mean - 2 * np.pi * np.round(mean / (2 * np.pi))
    E = np.where(mean < 0, -np.pi, np.pi) * np.ones_like(e)             # from there no step goes too far
    for _ in range(60):
        step = (E - e * np.sin(E) - mean) / np.maximum(1 - e * np.cos(E), 1e-300)
        E = E - step
        if np.all(abs(step) <= 1e-15):
            break
    return E


def _at_least_zero(actions):
    if not np.all(actions >= 0):
        raise ValueError(f"actions must be at least 0, got {np.min(actions):.3g}")
    return actions


# --- measured from a path, for laws of motion whose action and angle coordinates nobody knows

def loop_action(loop):
    """(1 / 2 pi) times the integral of p . dq once round a closed path: in one degree of freedom the area inside over 2 pi.

    Parameters
    ----------
    loop : array, shape (points, dim)
        States at equal distances of a smooth parameter, such as time, over one turn; the first is not repeated. Then the sum over
        Fourier components is exact up to those that so many points cannot show.

    Returns
    -------
    action : float
        Positive for a loop that runs clockwise in the (q, p) plane, as a swing does.

    Raises
    ------
    ValueError
        If there are fewer than 3 points, dim is odd, an angle jumps by 2 pi, the loop does not close, or the first state is
        repeated.
    """
    loop = validate.numbers("loop", loop)
    if loop.ndim != 2 or len(loop) < 3:
        raise ValueError(f"loop must hold at least 3 states, shape (points, dim), got shape {loop.shape}")
    n = validate.phase_space("the number of coordinates of loop", loop.shape[1]) // 2
    steps = np.diff(validate.unwrapped("loop", np.concatenate([loop, loop[:1]])), axis=0)
    gap, longest = abs(steps[-1] - (steps[0] + steps[-2]) / 2), abs(steps[:-1]).max(axis=0)
    wide = (gap > 2 * longest) & (gap > 1e-9 * abs(loop).max(axis=0))
    if np.any(wide):
        raise ValueError(f"loop must close: coordinate {np.argmax(wide)} goes from {loop[-1][wide][0]:.3g} in its last state to "
                         f"{loop[0][wide][0]:.3g} in its first, further than between others; give the states of one whole turn")
    if np.any(longest > 0) and np.all(abs(steps[-1]) <= 1e-9 * longest):
        raise ValueError("loop must not repeat its first state at its end: leave the last one out")
    waves = np.fft.fft(loop, axis=0) / len(loop)
    orders = np.fft.fftfreq(len(loop), 1 / len(loop))
    orders[np.abs(orders) == len(loop) / 2] = 0
    return float(-np.sum(orders[:, None] * np.imag(waves[:, :n] * waves[:, n:].conj())))


@threads()          # as in `integrate.solve_ivp`
def measured_frequencies(signal, dt, count=1):
    """The strongest frequencies of a signal that is a sum of few steady oscillations, far more exactly than a Fourier transform.

    One after the other is taken from the peak of the spectrum of what is left under a smooth window; each time all are fitted again
    together, with a constant, by Gauss and Newton's method (after Laskar, Icarus 88 (1990) 266).

    Parameters
    ----------
    signal : array, shape (times,)
        Real, such as one coordinate of a path. It should hold many periods of each frequency, and of their differences.
    dt : float
        Time between two values, shorter than half of the shortest period: faster oscillations look like slower ones, which
        only shows where the upper end of the spectrum is high.
    count : int
        How many frequencies.

    Returns
    -------
    frequencies : array, shape (count,)
        rad per unit of time, positive, the strongest first.

    Raises
    ------
    ValueError
        If the signal has fewer than 16 values for each frequency, is constant, has an angle's jumps, fewer oscillations than `count`, less
        than a period of one, a spectrum that is high at its upper end, or two oscillations that differ by less than a period in all.
    """
    signal, dt, count = validate.numbers("signal", signal), validate.positive("dt", dt), validate.whole("count", count, 1)
    if signal.ndim != 1 or len(signal) < 16 * count:
        raise ValueError(f"signal must hold at least {16 * count} values, shape (times,), got shape {signal.shape}")
    if np.ptp(signal) <= 1e-13 * abs(signal).max():
        raise ValueError(f"signal must oscillate, got a constant ({signal[0]:.3g})")
    signal = (validate.unwrapped("signal", signal[:, None])[:, 0] - np.mean(signal)) / np.ptp(signal)
    unit = 2 * np.pi / (len(signal) * dt)                                               # one period in all
    s = (np.arange(len(signal)) - (len(signal) - 1) / 2) * unit * dt                    # the time, in units that make it -pi to pi
    root, k = 1 + np.cos(s), np.zeros(0)

    def fit(columns, values):
        return np.linalg.lstsq(root[:, None] * columns, root * values, rcond=None)[0]

    def fitted(k):
        waves = np.concatenate([np.ones((len(s), 1)), np.cos(s[:, None] * k), np.sin(s[:, None] * k)], axis=1)
        heights = fit(waves, signal)
        return waves, heights, signal - waves @ heights

    def spectrum(rest):
        return np.abs(np.fft.rfft(root**2 * rest, 4 * len(s)))

    def refined(k):
        for _ in range(20):
            waves, heights, rest = fitted(k)
            (_, cosine, sine), (_, a, b) = (np.split(part, [1, 1 + len(k)], axis=-1) for part in (waves, heights))
            step = np.clip(fit(np.concatenate([waves, s[:, None] * (b * cosine - a * sine)], axis=1), rest)[-len(k):], -0.5, 0.5)
            k = k + step
            if np.max(abs(step)) < 1e-13 * np.max(k):
                break
        return k

    first = spectrum(fitted(k)[2])
    if first[-len(first) // 10:].max() > 0.1 * first.max():
        raise ValueError("signal has oscillations too fast for dt: the upper end of its spectrum is high; take values at a shorter dt")
    for number in range(count):
        rest = spectrum(fitted(k)[2])
        if rest.max() < max(1e-8 * first.max(), 5 * np.median(rest)):
            raise ValueError(f"count must be at most {number}, as many oscillations as signal has, got {count}; their frequencies are "
                             f"{validate.shown((k * unit).tolist())}")
        peaks = np.append(k, max(np.argmax(rest) / 4, 1))
        k = refined(peaks)
        apart = np.diff(np.sort([*k, np.inf])).min()
        if k[0] < 1 or min(k.min(), apart) < 1 and spectrum(fitted(k)[2]).max() < 0.01 * first.max():
            raise ValueError("signal is too short: it must hold a whole period of each oscillation, and two of them must differ by one, got "
                             f"{k.min():.2g} periods, and {apart:.2g}")
        if min(k.min(), apart) < 1:                                                     # not a sum of so few oscillations at all
            k = peaks
    order = np.argsort(-np.hypot(*np.reshape(fitted(k)[1][1:], (2, -1))))
    return k[order] * unit


def whole_mixing(actions, others):
    """The whole numbers N with `others` = N `actions`, if both are actions of the same tori.

    Each are areas of loops round the torus, over 2 pi, and loops of one set go round in those of another so many times. If each set can
    be had from the other, the determinant is 1 or -1. Fitted by least squares, each row of `others` by itself, and rounded.

    Parameters
    ----------
    actions, others : array, shape (tori, n)
        On the same tori, at least n of them, with actions that do not lie in a plane through zero.

    Returns
    -------
    whole : array of int, shape (n, n)
        N. Frequencies go by the inverse of its transpose.
    off : float
        By how much the fitted numbers differ from whole ones, at most. Above about a tenth N means nothing.

    Raises
    ------
    ValueError
        If the shapes differ, or the tori do not suffice.
    """
    actions, others = validate.numbers("actions", actions), validate.numbers("others", others)
    if actions.ndim != 2 or actions.shape != others.shape:
        raise ValueError(f"actions and others must have the same shape (tori, n), got {actions.shape} and {others.shape}")
    fitted, _, rank, _ = np.linalg.lstsq(actions, others, rcond=1e-9)
    if rank < actions.shape[1]:
        raise ValueError(f"actions must be given on tori that differ in all {actions.shape[1]} of them, got {rank} independent")
    whole = np.round(fitted.T)
    return whole.astype(int), float(np.abs(fitted.T - whole).max())
