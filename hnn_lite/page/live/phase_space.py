"""Phase space: drag a state; see it, and a spot of others, flow along the symplectic gradient or along the gradient."""

import numpy as np

from hnn_lite import integrate, systems
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import known, VIEWS
from hnn_lite.page.plots import AXES


class PhaseSpace(LiveFigure):
    """A state and a spot of states around it, which flow along S_H, with friction or without, or R_H; the spot's area, the state's energy.

    Parameters
    ----------
    *system : System
        `hl.systems.mass_spring(...)`, `hl.systems.pendulum(...)`, or both, of which the first is shown first; the pendulum and the
        mass-spring of the book if none is given.

    Raises
    ------
    ValueError
        If a system is another one, or given twice.
    """

    script = "phase-space"
    title = "phase space: drag the dot, then choose along which gradient it flows"
    size = (7.2, 3.7)

    def __init__(self, *system):
        self.systems = [known(one) for one in system or (systems.pendulum(), systems.mass_spring())]
        if len({one.name for one in self.systems}) < len(self.systems):
            raise ValueError(f"each system can be shown once, got {', '.join(one.name for one in self.systems)}")

    @property
    def alt(self):
        """What the still shows, in words."""
        where, kept = {"pendulum": ("angle", "drawn out to a sickle of the same area")}.get(self.systems[0].name, ("position", "keeps its area"))
        return (f"The plane of {where} and momentum with curves of equal energy, twice. Left, a round spot of states is carried along the curves "
                f"and {kept}; an arrow points along a curve. Right, the spot moves straight across the curves, uphill, and grows.")

    def data(self):
        """See `LiveFigure`."""
        return {"systems": {one.name: one.constants for one in self.systems}}

    def still(self, figure):
        """See `LiveFigure`."""
        system, (start, radius, reach), names = self.systems[0], VIEWS[self.systems[0].name], AXES[self.systems[0].name]
        around = np.linspace(0, 2 * np.pi, 1000)
        spot = np.array(start) + radius * np.stack([np.cos(around), np.sin(around)], axis=-1)
        q, p = np.meshgrid(np.linspace(-reach[0], reach[0], 120), np.linspace(-reach[1], reach[1], 120))
        energy = system.hamiltonian(np.stack([q, p], axis=-1))
        axes = figure.subplots(1, 2, sharey=True)
        flows = ((axes[0], system.field, 4.0, "C0", "S"), (axes[1], system.gradient, 0.4, "C1", "R"))
        for ax, field, seconds, colour, name in flows:
            ax.contour(q, p, energy, 9, colors="#d5dade", linewidths=0.8)
            for share in (0, 0.5, 1):
                moved = integrate.solve_ivp(field, spot, [0, max(share * seconds, 1e-6)])[-1]
                ax.fill(*moved.T, color=colour, alpha=0.2 + 0.3 * share, linewidth=0)
            slope = field(np.array(start))
            ax.annotate("", start + 0.3 * reach[0] * slope / np.hypot(*slope), start, arrowprops={"arrowstyle": "->", "linewidth": 1.6})
            ax.plot(*start, "o", color="#1a1a1a")
            ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), xlabel=names[0], title=f"along ${name}_H$")
        axes[0].set_ylabel(names[1])
