"""Toda's springs: two solitons that meet, by the true law and by one that was learned from films of a ring of 16 sites."""

import numpy as np

from hnn_lite import integrate, validate
from hnn_lite.page.beyond import fields
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure

SITES, STARTS, WAYS = 96, (16, 80), (1, -1)
STEP, END = 0.1, 52.0          # of the motion, in the chain's unit of time
LOWEST, HIGHEST = 0.4, 1.3          # kappa
ROOM = 6          # by how many sites a start can be moved to either side


class Solitons(LiveFigure):
    """A ring of 96 sites with two solitons that run against each other, the true law's beside the learned one's.

    The place and the height of each can be dragged. Right, where the humps are over time, with the lines along which they would have run alone.

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
                "band. Right: place over time; two straight lines cross, and after the crossing each runs beside the dashed line on which it began.")

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
        room.legend(loc="upper center", ncols=2)
        for k, c, way in zip(self.rates, STARTS, WAYS, strict=True):
            track.plot([0, END], [c, c + way * END * np.sinh(k) / k], color="#98a3ad", linestyle="--", linewidth=1)
        for path, look in zip(paths.values(), ({"color": "#c8c8c8", "markersize": 5}, {"color": "#0072B2", "markersize": 1.5}), strict=True):
            dots = np.array([(STEP * j, place) for j in range(0, steps + 1, 4) for place in humps(squeeze(path[j], twist))])
            track.plot(*dots.T, ".", **look)
        track.set(xlabel="time (chain's units)", ylabel="site", ylim=(0, SITES))


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
    """The places of the two highest humps, by the parabola through the highest three values of each: at most two numbers."""
    left, right = np.roll(r, 1), np.roll(r, -1)
    top = np.flatnonzero((r > left) & (r >= right) & (r > 0.05))
    top = np.sort(top[np.argsort(-r[top], kind="stable")][:2])
    return top + (left[top] - right[top]) / (2 * (left[top] - 2 * r[top] + right[top]))


def jumps(law, rates, time=END):
    """By how many sites each soliton is ahead of where it would be alone: shape (2,); from the middles of the squeezed springs around them."""
    path = integrate.march(step, lambda x: law.field(x, fields.twist_of(rates)), state(rates), STEP, round(time / STEP))
    found = []
    for k, c, way in zip(rates, STARTS, WAYS, strict=True):
        alone = c + way * time * np.sinh(k) / k
        near = int(np.floor(alone + 0.5)) + np.arange(-10, 11)
        r = squeeze(path[-1], fields.twist_of(rates))[near % SITES]
        found.append(way * (r @ near / np.sum(r) - alone))
    return np.array(found)
