"""Henon and Heiles's star: a Poincare section that grows, at an energy of the reader's choice."""

import numpy as np

from hnn_lite import integrate, systems, validate
from hnn_lite.page.live.frame import LiveFigure

LOWEST, HIGHEST = 1 / 24, 1 / 6          # of the slider; above the highest a star escapes
STEP = 0.1
# where orbits begin: shares of the way across the region (0 to 1), and of the largest p_y there (-1 to 1)
STARTS = ((0.2, 0.0), (0.8, 0.0), (0.45, 0.35))


class HenonHeiles(LiveFigure):
    """The plane x = 0 of the Henon-Heiles system with a dot for each time that a star comes through it, p_x > 0.

    The energy has a slider and can be swept, and any place of the plane can be made the start of one more star. Beside it, the star's
    path between the curves of equal potential. A dot that is pointed at shows the path to the next dot; a place of the path, its dot.

    Parameters
    ----------
    energy : float
        At first, from 1/24 to 1/6.
    starts : array, shape (n, 2)
        Where the first stars begin, 1 to 10 of them: the place on the y axis as a share of what the energy allows, 0 to 1, and p_y
        as a share of the largest one there, -1 to 1, ends excluded.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    script = "henon-heiles"
    title = "a star in a galaxy: its section grows dot by dot; press anywhere to start another star, move the energy"
    size = (7.2, 3.7)

    def __init__(self, energy=1 / 8, starts=STARTS):
        self.energy = validate.positive("energy", energy)
        if not LOWEST - 1e-12 <= self.energy <= HIGHEST:
            raise ValueError(f"energy must be from 1/24 to 1/6, got {energy}")
        self.starts = validate.finite_states("starts", starts, 2)
        share, height = np.atleast_2d(self.starts).T
        if self.starts.ndim != 2 or not 1 <= len(self.starts) <= 10:
            raise ValueError(f"starts must be 1 to 10 pairs of shares, got shape {self.starts.shape}")
        if share.min() <= 0 or share.max() >= 1 or np.abs(height).max() >= 1:
            raise ValueError("starts must be pairs of a share between 0 and 1 and one between -1 and 1")

    @property
    def alt(self):
        """What the still shows."""
        return (f"Left, the plane of y and p_y at the energy {self.energy:.3g}: within the outline of what the energy allows, dots of "
                "several colours. Some lie on closed curves; at high energies others are scattered without order. Right, a star's path inside a rounded triangle.")

    def data(self):
        """See `LiveFigure`."""
        return {"energy": self.energy, "starts": self.starts}

    def still(self, figure):
        """See `LiveFigure`."""
        plane, room = figure.subplots(1, 2, width_ratios=(1.35, 1))
        begin = states(self.starts, self.energy)
        for dots in section(begin, 1000):
            plane.plot(*dots.T, ".", markersize=1.6)
        y = np.linspace(*edges(self.energy), 400)
        rim = np.sqrt(np.maximum(2 * (self.energy - y**2 / 2 + y**3 / 3), 0))
        plane.plot(np.append(y, y[::-1]), np.append(rim, -rim[::-1]), color="#98a3ad", linewidth=1)
        plane.set(xlabel="$y$ where $x = 0$", ylabel="$p_y$")
        side = np.stack(np.meshgrid(np.linspace(-1, 1, 200), np.linspace(-0.6, 1.1, 200)), axis=-1)
        room.contour(side[..., 0], side[..., 1], height(side), [1 / 24, 1 / 12, 1 / 8], colors="#d5dade", linewidths=0.8)
        room.contour(side[..., 0], side[..., 1], height(side), [min(self.energy, HIGHEST - 1e-6)], colors="#98a3ad", linewidths=1.2)
        path = integrate.march("yoshida4", systems.henon_heiles().field, begin[0], STEP, 600)
        room.plot(*path[:, :2].T, linewidth=0.8)
        room.axvline(0, color="#98a3ad", linewidth=0.8, linestyle="--")
        room.set(xlabel="$x$", ylabel="$y$", aspect="equal")


def height(q):
    """The potential inside the triangle in which a star is caught, and what rises further outside: (..., 2) to (...)."""
    x, y = q[..., 0], q[..., 1]
    walls = np.stack([1 + 2 * y, 1 - y - np.sqrt(3) * x, 1 - y + np.sqrt(3) * x])
    return np.where(walls.min(axis=0) > 0, (1 - walls.prod(axis=0)) / 6, (1 - walls.min(axis=0)) / 6)


def edges(energy):
    """The two ends of the region on the y axis, where y^2 / 2 - y^3 / 3 is the energy."""
    roots = np.sort(np.roots([-1 / 3, 1 / 2, 0, -energy]).real)
    return roots[0], roots[1]


def states(shares, energy):
    """States with x = 0 and p_x > 0 of an energy, from pairs of shares as in `HenonHeiles`: (n, 2) to (n, 4)."""
    low, high = edges(energy)
    y = low + (high - low) * shares[:, 0]
    most = np.sqrt(2 * (energy - y**2 / 2 + y**3 / 3))
    return np.stack([0 * y, y, most * np.sqrt(1 - shares[:, 1] ** 2), most * shares[:, 1]], axis=-1)


def section(z, duration):
    """For each of the states z, the (y, p_y) of the path's upward crossings of x = 0: a list of arrays.

    The last step, exactly onto the plane, has x as its clock. Henon, Physica D 5 (1982) 412.
    """
    def force(q):
        x, y = q[:, 0], q[:, 1]
        return np.stack([-x - 2 * x * y, -y - x**2 + y**2], axis=-1)

    def field(z):
        return np.concatenate([z[:, 2:], force(z[:, :2])], axis=-1)

    def slope(z):
        velocity = field(z)
        return velocity / velocity[:, :1]

    dots = [[] for _ in z]
    for _ in range(round(duration / STEP)):
        z, before = integrate.yoshida4(field, z, STEP), z
        up = np.flatnonzero((before[:, 0] < 0) & (z[:, 0] >= 0))
        if len(up):
            landed = integrate.rk4(slope, before[up], -before[up, :1])
            for number, (_, y, _, p) in zip(up, landed, strict=True):
                dots[number].append((y, p))
    return [np.array(each) for each in dots]
