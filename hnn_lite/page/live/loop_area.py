"""The area inside a pendulum's loop: over the energy, its slope is the period."""

import numpy as np

from hnn_lite import actions, systems, validate
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import known
from hnn_lite.page.plots import AXES

LOWEST, HIGHEST, RING = 0.05, 0.99, 0.05          # energies, and how wide the ring is, as shares of the energy at the top


class LoopArea(LiveFigure):
    """A pendulum's loop, which can be dragged to another energy; its area over the energy, and the slope of that beside a clocked period.

    Parameters
    ----------
    system : System, optional
        `hl.systems.pendulum(...)`.
    energy : float
        At first, as a share of the energy at the top, from 0.05 to 0.99.

    Raises
    ------
    ValueError
        If the system is another one, or the energy out of range.
    """

    script = "loop-area"
    title = "a pendulum's loop: drag it to another energy, and compare the slope of its area with the period"
    size = (7.2, 3.6)

    def __init__(self, system=None, energy=0.5):
        self.system, share = known(systems.pendulum() if system is None else system), validate.positive("energy", energy)
        if self.system.name != "pendulum":
            raise ValueError(f"system must be a pendulum, got {self.system.name!r}")
        if not LOWEST <= share <= HIGHEST:
            raise ValueError(f"energy is a share of that at the top, from {LOWEST} to {HIGHEST}, got {energy}")
        self.exact, self.top = actions.Pendulum(**self.system.constants), float(self.system.hamiltonian(np.array([np.pi, 0.0])))
        self.energy = share * self.top

    def loop(self, energy, points=400):
        """The states of an energy, shape (points, 2)."""
        inertia = 2 * self.system.constants["m"] * self.system.constants["l"] ** 2
        k, turn = np.sqrt(energy / self.top), np.linspace(0, 2 * np.pi, points)
        return np.stack([2 * np.arcsin(k * np.sin(turn)), np.sqrt(inertia * self.top) * k * np.cos(turn)], axis=-1)

    def area_and_period(self, energy):
        """What the figure says of an energy, by the exact formulas."""
        action, _ = self.exact.encode(self.loop(energy)[0])
        return 2 * np.pi * action[0], 2 * np.pi / self.exact.frequencies(action)[0]

    @property
    def alt(self):
        """What the still shows."""
        area, period = self.area_and_period(self.energy)
        return (f"Left, the plane of angle and momentum with the loop of {self.energy:.3g} J, its inside shaded, and a thin ring around it. Right, above, "
                f"the area inside the loop over the energy, {area:.2f} J s at the dot, with a tangent there; below, the slope of that curve, which is the "
                f"period, {period:.2f} s at the dot, and rises steeply towards the energy at the top.")

    def data(self):
        """See `LiveFigure`."""
        return {"constants": self.system.constants, "energy": self.energy, "range": [LOWEST * self.top, HIGHEST * self.top], "ring": RING * self.top}

    def still(self, figure):
        """See `LiveFigure`."""
        grid, names = figure.add_gridspec(2, 2, width_ratios=(1.3, 1)), AXES["pendulum"]
        plane, above, below = (figure.add_subplot(place) for place in (grid[:, 0], grid[0, 1], grid[1, 1]))
        inner, outer = (self.loop(energy) for energy in (self.energy, min(self.energy + RING * self.top, self.top)))
        plane.fill(*inner.T, color="C0", alpha=0.2, linewidth=0)
        plane.fill(*np.concatenate([outer, inner[::-1]]).T, color="C1", alpha=0.6, linewidth=0)
        plane.plot(*inner.T, color="C0")
        plane.set(xlim=(-np.pi, np.pi), xlabel=names[0], ylabel=names[1])
        energies = np.linspace(LOWEST, HIGHEST, 100) * self.top
        areas, periods = np.transpose([self.area_and_period(energy) for energy in energies])
        area, period = self.area_and_period(self.energy)
        above.plot(energies, areas, color="C0")
        above.plot(*np.transpose([(self.energy + d, area + period * d) for d in (-0.2 * self.top, 0.2 * self.top)]), color="C1")
        above.plot(self.energy, area, "o", color="C0")
        above.set(ylabel="area (J s)")
        below.plot(energies, periods, color="C1")
        below.plot(self.energy, period, "o", color="C1")
        below.set(ylim=(0, None), xlabel="energy (J)", ylabel="period (s)")
