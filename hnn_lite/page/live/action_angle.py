"""Action-angle: two pendulums on one torus, at any time up to a million periods, beside a network that goes step by step."""

import numpy as np

from hnn_lite import systems, validate
from hnn_lite.models import ActionAngleNetwork, EulerUpdate
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import known, VIEWS
from hnn_lite.page.plots import AXES, COLOURS

LONGEST = 6.0          # powers of ten of the slider, in periods
TOP = (np.pi, 0.0)     # a pendulum that stands on its head


class Torus(LiveFigure):
    """A pendulum's angle on a circle, or two pendulums' on a torus that can be turned and unrolled, up to a million periods ahead.

    The same network serves both pendulums, each with its own start, which can be dragged.

    Parameters
    ----------
    model : ActionAngleNetwork
        Of a pendulum, dim = 2.
    step_by_step : EulerUpdate, optional
        Walks beside it.
    system : System, optional
        The pendulum that both have learned, by default `hl.systems.pendulum()`.
    starts : array, shape (2, 2)
        Where the two pendulums begin, below nine tenths of the energy that reaches the top.
    shown : float
        The time at first, as a power of ten, in periods of the small swing: 0 to 6.

    Raises
    ------
    ValueError
        If a model is of another kind, or an argument out of range.
    """

    script = "action-angle"
    title = "action-angle network: drag the starts, turn the torus, go a million periods ahead"
    alt = ("Left, a torus with a green line that winds round it in straight turns: the angles of two pendulums. Right, the plane of angle "
           "and momentum with the two loops of the network, and the path of the network that goes step by step.")
    size = (7.2, 3.4)

    def __init__(self, model, step_by_step=None, system=None, starts=((1.3, 0.0), (2.3, 0.0)), shown=1.0):
        if not isinstance(model, ActionAngleNetwork) or model.dim != 2:
            raise ValueError(f"model must be an ActionAngleNetwork with dim = 2, got {model!r}")
        if step_by_step is not None and (not isinstance(step_by_step, EulerUpdate) or step_by_step.dim != 2):
            raise ValueError(f"step_by_step must be an EulerUpdate with dim = 2, got {step_by_step!r}")
        self.model, self.walker = model, step_by_step
        self.system = known(systems.pendulum() if system is None else system)
        if self.system.name != "pendulum":
            raise ValueError(f"system must be a pendulum, got {self.system.name!r}")
        self.starts, self.shown = validate.finite_states("starts", starts, 2), validate.positive("shown", shown, zero_too=True)
        if self.starts.shape != (2, 2) or np.any(self.system.hamiltonian(self.starts) > 0.9 * self.system.hamiltonian(TOP)):
            raise ValueError(f"starts must be two states below nine tenths of the energy that reaches the top, got {starts!r}")
        if self.shown > LONGEST:
            raise ValueError(f"shown must be at most {LONGEST:g}, a million periods, got {shown}")

    def data(self):
        """See `LiveFigure`."""
        stored = {"params": weights.pack(self.model.params), "activation": self.model.activation, "kind": self.model.kind,
                  "scaling": weights.scaling(self.model)}
        walker = self.walker and {**weights.law(self.walker.law), "scaling": weights.scaling(self.walker)}
        return {"constants": self.system.constants, "network": stored, "walker": walker, "starts": self.starts, "shown": self.shown}

    def still(self, figure):
        """See `LiveFigure`."""
        period = 2 * np.pi * np.sqrt(self.system.constants["l"] / self.system.constants["g"])
        torus, plane = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
        around = np.linspace(0, 2 * np.pi, 60)
        torus.plot_wireframe(*_place(*np.meshgrid(around, around)), rstride=4, cstride=3, color="#b9c1c8", linewidth=0.5)
        actions, angles = self.model.encode(self.starts)
        turned = angles + self.model.frequencies(actions) * np.linspace(0, 5 * period, 600)[:, None, None]
        torus.plot(*_place(turned[:, 0, 0], turned[:, 1, 0]), color=COLOURS["action-angle"])
        torus.set_axis_off()
        torus.set_box_aspect((1, 1, 0.4), zoom=1.6)
        t = np.linspace(0, 10 * period, 1000)
        if self.walker is not None:
            walked = self.walker.rollout(self.starts, np.arange(0, 100 * period, self.walker.units.time))
            plane.plot(*walked[:, 0].T, ".", color=COLOURS["baseline"], markersize=2, label="step by step, 100 periods")
            plane.plot(*walked[:, 1].T, ".", color=COLOURS["baseline"], markersize=2)
        for k, path in enumerate(np.swapaxes(self.model.rollout(self.starts, t), 0, 1)):
            plane.plot(*path.T, color=COLOURS["action-angle"], label=None if k else "action-angle network")
        (_, _, reach), names = VIEWS["pendulum"], AXES["pendulum"]
        plane.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), xlabel=names[0], ylabel=names[1])
        plane.legend(fontsize=8, loc="upper right")


def _place(theta, phi, thick=0.42):
    """A place on the torus in space."""
    around = 1 + thick * np.cos(phi)
    return around * np.cos(theta), around * np.sin(theta), thick * np.sin(phi)
