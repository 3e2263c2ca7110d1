"""Action and angle coordinates that are known exactly.

A system of n degrees of freedom is integrable if it has canonical coordinates, n angles theta and n actions I, in which H is a
function of the actions alone. Then the actions stay, and each angle grows at its own steady rate, its frequency dH/dI (Liouville,
Arnold). The classes below have the methods of a trained `ActionAngleNetwork`, and its sign: q = sqrt(2 I) sin(theta) and
p = sqrt(2 I) cos(theta) for an oscillator of frequency 1. The angles take the place of q in the symplectic form, the actions of p.

Reference: Arnold, *Mathematical Methods of Classical Mechanics*, 2nd edition, Springer 1989, sections 49 and 50.
"""

import numpy as np
from scipy import optimize
from scipy.special import ellipj, ellipk, ellipkinc, elliprd

from hnn_lite import validate


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
        """
        actions, angles = self.encode(x)
        return self.decode(actions, angles + self.frequencies(actions) * validate.numbers("t", t)[..., None])

    def rollout(self, x0, t):
        """The path from `x0`, shape (..., dim), at the times `t`: shape (times, ..., dim). At t[0] it is at `x0`."""
        t = validate.numbers("t", t)
        return self.advance(np.broadcast_to(x0, (len(t), *np.shape(x0))), (t - t[0]).reshape(-1, *[1] * (np.ndim(x0) - 1)))

    def _pairs(self, actions, angles=None):
        pair = [validate.states(name, value, self.dim // 2) for name, value in (("actions", actions), ("angles", angles))
                if value is not None]
        return pair if angles is not None else pair[0]


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
        masses, stiffness = validate.numbers("masses", masses), validate.numbers("stiffness", stiffness)
        if masses.ndim != 1 or stiffness.shape != 2 * masses.shape or not np.allclose(stiffness, stiffness.T):
            raise ValueError(f"stiffness must be symmetric, with a row for each of {masses.size} masses, got shape {stiffness.shape}")
        root = np.sqrt([validate.positive("each mass", mass) for mass in masses])
        squares, columns = np.linalg.eigh(stiffness / np.outer(root, root))
        if squares[0] <= 0:
            raise ValueError(f"stiffness must be positive definite, got an eigenvalue of {squares[0]:.3g} for M^-1 K")
        self.dim, self.omega = 2 * masses.size, np.sqrt(squares)
        self._q = root[:, None] * columns * np.sqrt(self.omega)          # from q to the modes, each of them a circle in (Q, P)
        self._p = columns / root[:, None] / np.sqrt(self.omega)

    def encode(self, x):
        x = validate.states("x", x, self.dim)
        n = self.dim // 2
        Q, P = x[..., :n] @ self._q, x[..., n:] @ self._p
        return (Q**2 + P**2) / 2, np.arctan2(Q, P)

    def decode(self, actions, angles):
        actions, angles = self._pairs(actions, angles)
        radius = np.sqrt(2 * _at_least_zero(actions))
        return np.concatenate([radius * np.sin(angles) @ self._p.T, radius * np.cos(angles) @ self._q.T], axis=-1)

    def energy(self, actions):
        return self._pairs(actions) @ self.omega

    def frequencies(self, actions):
        return np.broadcast_to(self.omega, self._pairs(actions).shape)


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
        x = validate.states("x", x, 2)
        q = x[..., :1] - 2 * np.pi * np.round(x[..., :1] / (2 * np.pi))
        sine, cosine = np.sin(q / 2), x[..., 1:] / self._p
        share = sine**2 + cosine**2
        if np.any(share >= 1):
            raise ValueError(f"x must swing, and not go over the top: energies below {self.top:g}, got {self.top * share.max():.6g}")
        return self._action(share), np.pi / 2 * ellipkinc(np.arctan2(sine, cosine), share) / ellipk(share)

    def decode(self, actions, angles):
        actions, angles = self._pairs(actions, angles)
        share = self._share(actions)
        angles = angles - 2 * np.pi * np.round(angles / (2 * np.pi))
        sn, cn, _, _ = ellipj(2 / np.pi * ellipk(share) * angles, share)
        return np.concatenate([2 * np.arcsin(np.sqrt(share) * sn), self._p * np.sqrt(share) * cn], axis=-1)

    def energy(self, actions):
        return self.top * self._share(self._pairs(actions))[..., 0]

    def frequencies(self, actions):
        return np.pi / 2 * self.omega0 / ellipk(self._share(self._pairs(actions)))

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

    L = sqrt(mu a), with a half of the long axis, and G is the angular momentum, negative for a planet that runs clockwise; `|G| <= L`. The
    energy is -mu^2 / (2 L^2) and does not know G: the frequencies are (mu^2 / L^3, 0), and the second angle stands still.

    Raises
    ------
    ValueError
        If `mu` is not positive.
    """

    dim = 4

    def __init__(self, mu=1.0):
        self.mu = validate.positive("mu", mu)

    def encode(self, x):
        x = validate.states("x", x, 4)
        q, p = x[..., :2], x[..., 2:]
        r = np.linalg.norm(q, axis=-1)
        inverse_a = 2 / r - np.sum(p**2, axis=-1) / self.mu
        if not np.all(inverse_a > 0):
            raise ValueError("x must hold planets that are bound, with negative energy")
        L, G = np.sqrt(self.mu / inverse_a), q[..., 0] * p[..., 1] - q[..., 1] * p[..., 0]
        lenz = np.stack([p[..., 1], -p[..., 0]], axis=-1) * G[..., None] / self.mu - q / r[..., None]     # to the pericentre, e long
        e_sine = np.sum(q * p, axis=-1) / L
        anomaly = np.arctan2(e_sine, 1 - r * inverse_a)
        return np.stack([L, G], axis=-1), np.stack([anomaly - e_sine, np.arctan2(lenz[..., 1], lenz[..., 0])], axis=-1)

    def decode(self, actions, angles):
        actions, angles = self._pairs(actions, angles)
        (L, G), (mean, turn) = np.moveaxis(actions, -1, 0), np.moveaxis(angles, -1, 0)
        if not np.all((L > 0) & (abs(G) <= L)):
            raise ValueError("actions must be (L, G) with L positive and |G| at most L")
        b, e = G / L, np.sqrt((1 - G / L) * (1 + G / L))
        E = kepler_equation(mean, e)
        c, s, cos, sin = np.cos(E), np.sin(E), np.cos(turn), np.sin(turn)
        q = L**2 / self.mu * np.stack([c - e, b * s])
        p = self.mu / L / (1 - e * c) * np.stack([-s, b * c])
        return np.stack([part for u, v in (q, p) for part in (cos * u - sin * v, sin * u + cos * v)], axis=-1)

    def energy(self, actions):
        return -self.mu**2 / (2 * self._pairs(actions)[..., 0] ** 2)

    def frequencies(self, actions):
        L = self._pairs(actions)[..., 0]
        return np.stack([self.mu**2 / L**3, np.zeros_like(L)], axis=-1)


def kepler_equation(mean, e):
    """The eccentric anomaly E with E - e sin E = `mean`, for eccentricities `e` below 1, by Newton's method; the same shapes."""
    mean = mean - 2 * np.pi * np.round(mean / (2 * np.pi))
    E = np.where(mean < 0, -np.pi, np.pi) * np.ones_like(e)             # from there no step goes too far
    for _ in range(60):
        step = (E - e * np.sin(E) - mean) / (1 - e * np.cos(E))
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
        Positive where q runs ahead as time does: clockwise in the (q, p) plane.

    Raises
    ------
    ValueError
        If there are fewer than 3 points, or dim is odd.
    """
    loop = validate.numbers("loop", loop)
    if loop.ndim != 2 or len(loop) < 3:
        raise ValueError(f"loop must hold at least 3 states, shape (points, dim), got shape {loop.shape}")
    n = validate.phase_space("the number of coordinates of loop", loop.shape[1]) // 2
    waves = np.fft.fft(loop, axis=0) / len(loop)
    orders = np.fft.fftfreq(len(loop), 1 / len(loop))
    orders[np.abs(orders) == len(loop) / 2] = 0
    return float(-np.sum(orders[:, None] * np.imag(waves[:, :n] * waves[:, n:].conj())))


def measured_frequencies(signal, dt, count=1):
    """The strongest frequencies of a signal that is a sum of few steady oscillations, far more exactly than a Fourier transform.

    For each, the peak of the spectrum under a smooth window is found; then its amplitude is fitted and taken away, and in the end each is
    sought again with all others taken away (Laskar, Icarus 88 (1990) 266). A constant is taken away first.

    Parameters
    ----------
    signal : array, shape (times,)
        Real, such as one coordinate of a path. It should hold many periods of each frequency, and of their differences.
    dt : float
        Time between two values, shorter than half of the shortest period.
    count : int
        How many frequencies.

    Returns
    -------
    frequencies : array, shape (count,)
        rad per unit of time, positive, the strongest first.

    Raises
    ------
    ValueError
        If the signal has fewer than 16 values for each frequency.
    """
    signal, dt, count = validate.numbers("signal", signal), validate.positive("dt", dt), validate.whole("count", count, 1)
    if signal.ndim != 1 or len(signal) < 16 * count:
        raise ValueError(f"signal must hold at least {16 * count} values, shape (times,), got shape {signal.shape}")
    s = (np.arange(len(signal)) - (len(signal) - 1) / 2) * 2 * np.pi / len(signal)     # the time, in units that make it -pi to pi
    window, found = (1 + np.cos(s)) ** 2, []

    def without(others):
        waves = np.stack([np.ones_like(s)] + [wave(k * s) for k in others for wave in (np.cos, np.sin)], axis=1)
        root = np.sqrt(window)
        return window * (signal - waves @ np.linalg.lstsq(root[:, None] * waves, root * signal, rcond=None)[0])

    def slope(k, rest):                                                 # of the spectrum's height at k periods, up to a factor
        rotated = rest * np.exp(-1j * k * s)
        return np.imag(np.conj(rotated.sum()) * (s * rotated).sum())

    def sharpen(near, rest):
        ends = near - 0.6, near + 0.6
        falls = slope(ends[0], rest) > 0 > slope(ends[1], rest)
        return optimize.brentq(slope, *ends, args=(rest,), xtol=1e-14, rtol=1e-15) if falls else near

    for _ in range(count):
        rest = without(found)
        found.append(sharpen(np.argmax(np.abs(np.fft.rfft(rest, 4 * len(s)))) / 4, rest))
    for _ in range(3):
        for i in range(count):
            found[i] = sharpen(found[i], without(found[:i] + found[i + 1:]))
    return np.array(found) * 2 * np.pi / (len(s) * dt)


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
