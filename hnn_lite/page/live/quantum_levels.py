"""Quantum levels: the loops of a pendulum whose areas Planck's constant allows, beside the levels of the quantum pendulum."""

import numpy as np

from hnn_lite import actions, systems, validate
from hnn_lite.models import ActionAngleNetwork
from hnn_lite.page.beyond.quantum_levels import pendulum_levels, torus_levels
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import known
from hnn_lite.page.plots import AXES, COLOURS

SMALLEST, LARGEST = 0.1, 1.0          # of the slider
SHOWN = 0.9          # of the energy at the top: as far as `data.trajectories.pendulum` reaches


class QuantumLevels(LiveFigure):
    """A network's loops with the actions (n + 1/2) hbar, their energies, and the quantum levels; hbar has a slider.

    Beyond nine tenths of the energy at the top, where the network was shown nothing, the loops are those of the formula.

    Parameters
    ----------
    model : ActionAngleNetwork
        Of a pendulum, dim = 2, with frequencies="gradient".
    system : System, optional
        The pendulum that it has learned, by default `hl.systems.pendulum()`.
    hbar : float
        At first, from 0.1 to 1.

    Raises
    ------
    ValueError
        If the model or the system is of another kind, or `hbar` out of range.
    """

    script = "quantum-levels"
    title = "quantum levels: choose Planck's constant, drag the dot to choose a loop"
    size = (7.2, 3.9)

    def __init__(self, model, system=None, hbar=0.25):
        if not isinstance(model, ActionAngleNetwork) or model.dim != 2 or model.kind != "gradient":
            raise ValueError(f'model must be an ActionAngleNetwork with dim = 2 and frequencies="gradient", got {model!r}')
        self.model, self.system = model, known(systems.pendulum() if system is None else system)
        if self.system.name != "pendulum":
            raise ValueError(f"system must be a pendulum, got {self.system.name!r}")
        self.hbar = validate.positive("hbar", hbar)
        if not SMALLEST <= self.hbar <= LARGEST:
            raise ValueError(f"hbar must be from {SMALLEST} to {LARGEST:g}, got {hbar}")
        exact = actions.Pendulum(**self.system.constants)
        self.most = exact.encode([2 * np.arcsin(np.sqrt(SHOWN)), 0.0])[0][0]

    @property
    def alt(self):
        """What the still shows."""
        return ("Left, the plane of angle and momentum with nested loops, each of which has the area h more than the one inside; one ring of the "
                f"area h is shaded. Right, the energies of these loops, green, on the levels of the quantum pendulum, grey, for hbar = {self.hbar:g}.")

    def data(self):
        """See `LiveFigure`."""
        stored = {"params": weights.pack(self.model.params), "activation": self.model.activation, "kind": self.model.kind,
                  "scaling": weights.scaling(self.model)}
        return {"constants": self.system.constants, "network": stored, "hbar": self.hbar, "most": self.most, "range": [SMALLEST, LARGEST]}

    def still(self, figure):
        """See `LiveFigure`."""
        plane, ladder = figure.subplots(1, 2, width_ratios=(2.1, 1))
        angles = np.linspace(-np.pi, np.pi, 301)[:, None]
        count = int(self.most / self.hbar + 0.5)
        ring = max(count // 2, 1)
        edges = [self.model.decode(np.full_like(angles, k * self.hbar), angles).T for k in (ring - 1, ring)]
        plane.fill(*np.concatenate([edges[1], edges[0][:, ::-1]], axis=1), color=COLOURS["data"], alpha=0.35, linewidth=0)
        for n in range(count):
            plane.plot(*self.model.decode(np.full_like(angles, (n + 0.5) * self.hbar), angles).T, color=COLOURS["action-angle"], linewidth=1.2)
        plane.set(xlabel=AXES["pendulum"][0], ylabel=AXES["pendulum"][1], aspect="equal")
        ladder.hlines(pendulum_levels(self.hbar, count, **self.system.constants), 0, 1, color=COLOURS["truth"], alpha=0.2, linewidth=6)
        ladder.hlines(torus_levels(self.model, np.arange(count)[:, None], self.hbar), 0, 1, color=COLOURS["action-angle"])
        ladder.set(xticks=[], ylabel=AXES["pendulum"][2])
