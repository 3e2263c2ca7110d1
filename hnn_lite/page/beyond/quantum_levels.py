"""Energy levels, from the actions of tori (Einstein, Brillouin, Keller) and from Schrödinger's equation as a matrix.

`hbar`, Planck's constant over 2 pi, is a number that the caller chooses, in the system's unit of action: the smaller, the more nearly
classical the motion.
"""

import numpy as np
from scipy.optimize import minimize_scalar

from hnn_lite import validate


def torus_levels(model, numbers, hbar, maslov=2):
    """The energies of the tori with the actions hbar (n + maslov / 4), by the H that a model has learned: shape (levels, n) to (levels,).

    They count from where all learned actions are 0. Keller, Annals of Physics 4 (1958) 180.

    Parameters
    ----------
    model : ActionAngleNetwork
        With frequencies="gradient". It has seen trajectories; no energy enters.
    numbers : array, shape (levels, n)
        The quantum numbers, from 0.
    hbar : float
    maslov : int or array, shape (n,)
        How often a loop of each angle touches a caustic: 2 for a swing to and fro, 0 for a rotation.

    Raises
    ------
    ValueError
        If `hbar` is not positive, a shape does not fit, or an action is negative.
    """
    numbers = np.atleast_2d(validate.finite_states("numbers", numbers, model.dim // 2))
    actions = validate.positive("hbar", hbar) * (numbers + np.asarray(maslov) / 4)
    rest = np.zeros_like(actions)
    return model.hamiltonian(model.decode(actions, rest)) - model.hamiltonian(model.decode(rest[:1], rest[:1]))


def pendulum_levels(hbar, count, m=0.5, g=6.0, l=1.0):
    """The lowest levels of `systems.pendulum(m, g, l)`, by its matrix between the waves exp(i k q): shape (count,).

    Raises
    ------
    ValueError
        If an argument is not positive.
    """
    hbar, count = validate.positive("hbar", hbar), validate.whole("count", count, 1)
    lift, inertia = (validate.positive("m", m) * validate.positive("l", l)) * validate.positive("g", g), m * l**2
    size = count + 10 + int(4 * np.sqrt(inertia * lift) / hbar)          # twice the fastest wave below the top, and more
    k = np.arange(-size, size + 1)
    beside = np.eye(len(k), k=1) + np.eye(len(k), k=-1)
    return np.linalg.eigvalsh(np.diag((hbar * k) ** 2 / (2 * inertia) + lift) - lift / 2 * beside)[:count]


def well_levels(potential, hbar, count, low, high, points=300, mass=1.0):
    """The lowest levels of H = p^2 / (2 mass) + V(q), by its matrix between sinc functions on a grid: shape (count,).

    Colbert and Miller, Journal of Chemical Physics 96 (1992) 1982.

    Parameters
    ----------
    potential : callable
        V, shape (points,) to (points,).
    hbar : float
    count : int
    low, high : float
        The ends of the grid, far outside of where a particle of the highest energy turns round.
    points : int
        More than `count`.
    mass : float

    Raises
    ------
    ValueError
        If an argument is not positive, or there are too few points.
    """
    hbar, mass, count = validate.positive("hbar", hbar), validate.positive("mass", mass), validate.whole("count", count, 1)
    q = np.linspace(low, high, validate.whole("points", points, count + 1))
    i = np.arange(points)
    apart = np.where(i[:, None] == i, 1, i[:, None] - i)
    square = np.where(i[:, None] == i, np.pi**2 / 3, 2 * (-1.0) ** apart / apart**2) / (q[1] - q[0]) ** 2          # of -d^2/dq^2
    return np.linalg.eigvalsh(hbar**2 / (2 * mass) * square + np.diag(potential(q)))[:count]


def well_action(potential, energy, low, high, mass=1.0, points=400):
    """The action of the loop of H = p^2 / (2 mass) + V(q) at an energy, (1 / 2 pi) times its area, by quadrature: a float.

    Parameters
    ----------
    potential : callable
        V, with one minimum between `low` and `high`, shape (points,) to (points,).
    energy : float
        Below V at both ends.
    low, high : float
    mass : float
    points : int

    Raises
    ------
    ValueError
        If no part of the well lies below the energy, or the loop does not close between `low` and `high`.
    """
    def height(q):
        return potential(np.array([q]))[0] - energy

    line = np.linspace(low, high, 2001)
    inside = line[potential(line) < energy]
    if not len(inside) or height(low) <= 0 or height(high) <= 0:
        raise ValueError(f"the loop of energy {energy} must turn round between low and high, {low:g} and {high:g}")
    turns = []
    for inner, outer in ((inside[0], low), (inside[-1], high)):
        for _ in range(80):
            middle = (inner + outer) / 2
            inner, outer = (middle, outer) if height(middle) < 0 else (inner, middle)
        turns.append(inner)
    phi = np.pi * (np.arange(points) + 0.5) / points
    q = np.mean(turns) - np.ptp(turns) / 2 * np.cos(phi)                                       # close together where p is small
    return float(np.mean(np.sqrt(np.maximum(2 * mass * (energy - potential(q)), 0)) * np.sin(phi)) * np.ptp(turns) / 2)


def star_levels(hbar, count, quanta=40):
    """The lowest levels of `systems.henon_heiles()`, by its matrix between products of oscillator states: shape (count,).

    The potential is open; what is found are its long-lived states, well below the escape at 1/6.

    Parameters
    ----------
    hbar : float
        1/80 gives 1/80 of the levels that are published for `H = |p|^2 / 2 + |q|^2 / 2 + lambda (x^2 y - y^3 / 3)` with
        lambda^2 = 1/80 and hbar = 1: Noid and Marcus, Journal of Chemical Physics 67 (1977) 559.
    count : int
    quanta : int
        The states of the basis have at most so many quanta in both oscillators together.

    Raises
    ------
    ValueError
        If an argument is not positive, or the basis is too small.
    """
    hbar, quanta = validate.positive("hbar", hbar), validate.whole("quanta", quanta, 1)
    total = (quanta + 1) * (quanta + 2) // 2
    if not 1 <= validate.whole("count", count, 1) <= total:
        raise ValueError(f"count must be at most {total}, the states with at most {quanta} quanta, got {count}")
    lower = np.diag(np.sqrt(hbar * np.arange(1, quanta + 4) / 2), k=1)
    x = lower + lower.T
    x, x2, x3 = (power[:quanta + 1, :quanta + 1] for power in (x, x @ x, x @ x @ x))          # larger before, so that the corner is right
    i, j = np.nonzero(np.add.outer(np.arange(quanta + 1), np.arange(quanta + 1)) <= quanta)
    cubic = x2[np.ix_(i, i)] * x[np.ix_(j, j)] - (i[:, None] == i) * x3[np.ix_(j, j)] / 3
    return np.linalg.eigvalsh(np.diag(hbar * (i + j + 1.0)) + cubic)[:count]


def star_field(z):
    """dz/dt of `systems.henon_heiles()`, written out: it is integrated for long."""
    x, y = z[..., 0], z[..., 1]
    return np.stack([z[..., 2], z[..., 3], -x - 2 * x * y, -y - x**2 + y**2], axis=-1)


def star_torus(path, dt, order=5):
    """The actions of the torus on which a path of the star lies, from the path alone, or None where they cannot be read off.

    The path is fitted by waves `exp(i k . w t)`, `|k_1| + |k_2| <= order`, with two frequencies w: those of the circular motion to the
    left and to the right. The action of angle j is the sum over k of k_j Im(p_k* . q_k). None is returned where both frequencies are the
    same, as on an island, where an action is negative, or where the waves do not fit the path, as on some tori close to an island.

    Parameters
    ----------
    path : array, shape (times, 4)
    dt : float
        Time between two states.
    order : int

    Returns
    -------
    actions : array, shape (2,), or None
        For a small motion the half of N + L and of N - L, with L the angular momentum and N the energy.

    Raises
    ------
    ValueError
        If `path` is not finite states of four numbers, or `dt` not positive.
    """
    path, dt = validate.finite_states("path", path, 4), validate.positive("dt", dt)
    count = len(path)
    t = dt * (np.arange(count) - (count - 1) / 2)
    root = np.cos(np.pi * t / (count * dt))[:, None] ** 2                          # of the window
    around = (path[:, :2] + 1j * path[:, 2:]) @ np.array([[1, 1], [-1j, 1j]])
    w = np.array([-_strongest(root[:, 0] ** 2 * signal, t) for signal in around.T])
    if abs(w[0] - w[1]) * count * dt < 4 * np.pi:
        return None
    k = np.array([(a, b) for a in range(-order, order + 1) for b in range(abs(a) - order, order - abs(a) + 1)])
    waves = np.exp(1j * np.outer(t, k @ w))
    heights = np.linalg.lstsq(root * waves, root * path, rcond=None)[0]
    actions = -np.imag(np.sum(heights[:, :2] * heights[:, 2:].conj(), axis=1)) @ k
    left_over = np.max(np.abs(root * (waves @ heights - path)))
    return actions if np.all(actions > 0) and left_over < 0.01 * np.max(np.abs(path)) else None


def _strongest(signal, t):
    """The angular frequency w at which the sum of signal exp(-i w t) is largest."""
    count, dt = len(t), t[1] - t[0]
    peak = 2 * np.pi * np.fft.fftfreq(4 * count, dt)[np.argmax(np.abs(np.fft.fft(signal, 4 * count)))]
    half = np.pi / (count * dt)
    return minimize_scalar(lambda w: -np.abs(np.sum(signal * np.exp(-1j * w * t))), bounds=(peak - half, peak + half),
                           method="bounded", options={"xatol": 1e-11}).x
