"""Toda's springs: two solitons that meet, by the true law and by one that was learned from films of a ring of 16 sites."""

import numpy as np

from hnn_lite import integrate, validate
from hnn_lite.engine import Function
from hnn_lite.page.beyond import fields
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure

SITES, STARTS, WAYS = 96, (20, 76), (1, -1)
STEP, END = 0.1, 52.0          # of the motion, in the chain's unit of time
LOWEST, HIGHEST = 0.4, 1.3          # kappa
MERGED, ROOM = 5, 12          # sites within which two humps are not told apart; by how many a start can be moved to either side


class Solitons(LiveFigure):
    """A ring of 96 sites with two solitons that run against each other, the true law's beside the learned one's.

    The place and the height of each can be dragged. Beside it, over time, by how many sites each hump is ahead of where it would be alone.

    Parameters
    ----------
    model : RingHNN
        A law of Toda's springs, with `symmetry="shift"`.
    rates : sequence of float
        kappa of the two, from 0.4 to 1.3.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    script = "solitons"
    title = "two solitons meet, in Toda's springs and in learned ones; drag them, and play"
    size = (7.2, 3.4)

    def __init__(self, model, rates=(1.2, 0.8)):
        if type(model) is not fields.RingHNN or model.symmetry != "shift":
            raise ValueError(f'model must be a RingHNN with symmetry="shift", got {validate.shown(model)}')
        self.model, self.rates = model, validate.numbers("rates", rates)
        if self.rates.shape != (2,) or self.rates.min() < LOWEST or self.rates.max() > HIGHEST:
            raise ValueError(f"rates must be two numbers from {LOWEST} to {HIGHEST}, got {validate.shown(rates)}")

    @property
    def alt(self):
        """What the still shows."""
        return ("Left: squeeze of the springs over the sites, a tall hump on the left and another on the right, the learned line on the true "
                "band. Right: by how many sites each is ahead, over time; both lines are level at zero, jump where the two meet, and stay on the dashed lines.")

    def data(self):
        """See `LiveFigure`."""
        return {"rates": self.rates, "sites": SITES, "starts": STARTS, "room": ROOM, "ways": WAYS, "step": STEP, "end": END, "lowest": LOWEST, "highest": HIGHEST,
                "network": {"params": weights.pack(self.model.params), "activation": self.model.activation}}

    def still(self, figure):
        """See `LiveFigure`."""
        room, track = figure.subplots(1, 2)
        steps = round(END / STEP)
        twist, start = fields.twist_of(self.rates), state(self.rates)
        paths = {law: fields.run(law, start, STEP, steps, 1, twist) for law in (fields.toda(), self.model)}
        looks = ({"color": "#1a1a1a", "alpha": 0.18, "linewidth": 6, "label": "truth"}, {"color": "#0072B2", "linewidth": 1.4, "label": "learned"})
        for path, look in zip(paths.values(), looks, strict=True):
            room.plot(squeeze(path[0], twist), **look)
        room.set(xlabel="site", ylabel="squeeze $u_i - u_{i+1}$")
        room.legend(loc="upper right")
        t = STEP * np.arange(steps + 1)
        for number, (k, other) in enumerate((self.rates, self.rates[::-1])):
            track.axhline(np.abs(np.log(fields.overlap((k, other), WAYS))) / (2 * k), color="#98a3ad", linestyle="--", linewidth=1)
            for path, look in zip(paths.values(), looks, strict=True):
                track.plot(t, [lead(humps(squeeze(x, twist)), self.rates, number, now) for x, now in zip(path, t, strict=True)], **look | {"label": None})
        track.set(xlabel="time (chain's units)", ylabel="sites ahead of a soliton alone", ylim=(-0.7, 1.3))


def step(field, x, dt):
    """Yoshida's composition of three implicit midpoint rules: order 4, symplectic, for any H. GNI II.4."""
    outer = 1 / (2 - 2 ** (1 / 3))
    for share in (outer, 1 - 2 * outer, outer):
        x = integrate.implicit_midpoint(field, x, share * dt)
    return x


def state(rates):
    """Two solitons far from each other, each as if alone: shape (2 * SITES,)."""
    return sum(np.concatenate(fields.solitons(np.arange(SITES), 0.0, [k], [way], [c])) for k, way, c in zip(rates, WAYS, STARTS, strict=True))


def squeeze(x, twist):
    """u_i - u_(i+1) at each site, shape (SITES,)."""
    return x[:SITES] - fields.after(x[:SITES], twist)


def humps(r):
    """The places of the two highest humps of the squeeze r, at most two numbers.

    For a single soliton f = (exp(r) - 1)^(-1/2) is a cosh along the sites, so that the values at the top and on both sides of it tell kappa
    and the middle; where two merge there is no such kappa, and the top itself is the place.
    """
    f = 1 / np.sqrt(np.expm1(np.maximum(r, 1e-9)))
    top = np.flatnonzero((r > np.roll(r, 1)) & (r >= np.roll(r, -1)) & (r > 0.05))
    top = np.sort(top[np.argsort(-r[top], kind="stable")][:2])
    left, right = np.roll(f, 1)[top], np.roll(f, -1)[top]
    k = np.arccosh(np.maximum((left + right) / (2 * f[top]), 1))
    lean = (right - left) / (right + left) / np.tanh(np.maximum(k, 0.1))
    single = (k > 0.1) & (np.abs(lean) < 1)
    return top - np.where(single, np.arctanh(np.where(single, lean, 0)) / np.maximum(k, 0.1), 0)


def alone(rates, number, t):
    """Where a soliton would be at the time t without the other."""
    return STARTS[number] + WAYS[number] * t * np.sinh(rates[number]) / rates[number]


def lead(places, rates, number, t):
    """By how many sites the hump of a soliton is ahead of where it would be alone; NaN while they meet, within `MERGED` sites of each other."""
    gap = alone(rates, 1, t) - alone(rates, 0, t)
    return np.nan if abs(gap) < MERGED else WAYS[number] * (places[0 if (number == 1) == (gap < 0) else -1] - alone(rates, number, t))


def leads(law, rates, t):
    """`lead` of both solitons at the time t on their way by a law: shape (2,)."""
    twist = fields.twist_of(rates)
    end = integrate.march(step, Function(lambda _, x: law.field(x, twist)), state(rates), STEP, round(t / STEP))[-1]
    places = humps(squeeze(end, twist))
    return np.array([lead(places, rates, number, t) for number in (0, 1)])
