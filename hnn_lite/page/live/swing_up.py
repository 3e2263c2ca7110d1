"""A pendulum that a weak motor swings to the top, on orders from a learned energy and a learned friction."""

import numpy as np

from hnn_lite import integrate, systems, validate
from hnn_lite.page.beyond.friction import EnergyShaping, PortHNN
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure

HOLD = 0.02          # seconds for which an order stands
START = (0.6, 0.0)


class SwingUp(LiveFigure):
    """The book's pendulum with friction and a motor: drag it, choose what its pilot knows, how strong the motor is, how much friction there is.

    Parameters
    ----------
    model : PortHNN
        Of the pendulum, with dim = 2, inputs = 1 and a constant drag; it has learned -pi <= q <= pi at least.
    limit : float
        The strongest torque at first, N m, from 0.1 to 1.5.
    friction : float
        The true friction at first, 1/s, up to 0.4.

    Raises
    ------
    ValueError
        If the model is another one, or an argument out of range.
    """

    script = "swing-up"
    title = "a pendulum steered to the top by a learned energy: drag it, weaken its motor"
    alt = ("Left, the plane of angle and momentum with curves of equal learned energy: a path winds outwards from near the middle and ends at "
           "the corner of the outermost curve, where the pendulum stands upright. Right, the torque over time: plus and minus half a newton "
           "metre in turn, a last swing to both sides, then nearly zero.")
    size = (7.2, 3.5)

    def __init__(self, model, limit=0.5, friction=0.2):
        if not isinstance(model, PortHNN) or (model.dim, model.inputs, model.drag) != (2, 1, "constant"):
            raise ValueError(f"model must be a PortHNN with dim = 2, inputs = 1 and drag = 'constant', got {model!r}")
        self.model, self.limit = model, validate.positive("limit", limit)
        self.friction = validate.positive("friction", friction, zero_too=True)
        if not 0.1 <= self.limit <= 1.5 or self.friction > 0.4:
            raise ValueError(f"limit must be from 0.1 to 1.5 and friction at most 0.4, got {limit} and {friction}")

    def data(self):
        """See `LiveFigure`."""
        pilot, (H, L, _) = EnergyShaping(self.model, self.limit), self.model.params
        law = {"params": weights.pack(H), "activation": self.model.activation, "scaling": weights.scaling(self.model)}
        return {"law": law, "drag": float(L[0] ** 2), "gain": pilot.gain, "spring": pilot.spring, "brake": pilot.brake, "limit": self.limit,
                "friction": self.friction, "hold": HOLD, "start": START}

    def still(self, figure):
        """See `LiveFigure`."""
        pilot, x, path, orders = EnergyShaping(self.model, self.limit), np.array(START), [], []
        for _ in range(1000):
            orders.append(pilot.torque(x))
            x = after(x, orders[-1], self.friction)
            path.append(x)
        plane, torque = figure.subplots(1, 2, width_ratios=(1, 1.1))
        q, p = np.meshgrid(np.linspace(-3.5, 3.5, 121), np.linspace(-3.2, 3.2, 121))
        energy = self.model.hamiltonian(np.stack([q, p], axis=-1)) - self.model.hamiltonian(np.zeros(2))
        plane.contour(q, p, energy, [0.5, 1.5, 3, 4.5], colors="#d5dade", linewidths=0.8)
        plane.contour(q, p, energy, [pilot.top - float(self.model.hamiltonian(np.zeros(2)))], colors="#98a3ad", linewidths=1.2)
        angle, momentum = np.array(path).T
        plane.plot((angle + np.pi) % (2 * np.pi) - np.pi, momentum, ".", markersize=1.4, color="C3")
        plane.plot(*START, "o", color="#1a1a1a", markersize=5)
        plane.set(xlabel="angle $q$ (rad)", ylabel="momentum $p$ (kg m²/s)")
        torque.plot(HOLD * np.arange(1000), orders, color="C3", linewidth=1.2)
        torque.set(xlabel="time (s)", ylabel="torque (N m)")


def after(x, torque, friction):
    """The book's pendulum `HOLD` seconds after the states `x`, shape (..., 2), under a torque, with a friction -friction * p."""
    def field(x):
        turned = PENDULUM.field(x)
        return np.stack([turned[..., 0], turned[..., 1] - friction * x[..., 1] + torque], axis=-1)
    return integrate.rk4(field, x, HOLD)


PENDULUM = systems.pendulum()
