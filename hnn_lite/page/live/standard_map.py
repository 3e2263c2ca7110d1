"""Chirikov's standard map: tori give way, one after the other, and with the last of them an orbit gets through.

p' = p + K sin q, q' = q + p'. The last closed curve that goes round has the golden mean for a winding number, and breaks at K = 0.9716
(Greene, J. Math. Phys. 20 (1979) 1183). It is drawn as a long periodic orbit, whose winding number is one of Fibonacci's fractions.
"""

import numpy as np
from scipy.linalg import solve_banded

from hnn_lite import validate
from hnn_lite.page.live.frame import LiveFigure

HIGHEST, STEP, BREAKS = 2.0, 0.01, 0.9716          # of the slider; where the golden curve breaks
TURNS, LENGTH = 89, 233          # the golden orbit that is drawn goes round so many times in so many steps
STARTS = ((3.14, 0.6), (3.14, 1.2), (3.14, 1.9), (3.14, 3.0), (3.14, 3.6), (3.14, 4.4), (3.14, 5.1), (3.14, 5.7))
TRAVELLER = (0.01, 0.01)          # it starts beside the unstable point, in the layer that is chaotic first


def step(x, K):
    """One step of the map, angles and momenta without wrapping, shape (..., 2) to (..., 2)."""
    p = x[..., 1] + K * np.sin(x[..., 0])
    return np.stack([x[..., 0] + p, p], axis=-1)


def golden(K, turns=TURNS, length=LENGTH):
    """The orbit that goes round `turns` times in `length` steps, an odd number, with an angle at q = 0: states (q, p), shape (length, 2).

    It is its own mirror image, q_-i = -q_i, so half of it is found, by Newton's method, with K raised from zero.

    Raises
    ------
    ValueError
        If there is no golden curve that it could stand for.
    """
    if not 0 <= K <= BREAKS:
        raise ValueError(f"K must be from 0 to {BREAKS}, where the golden curve breaks, got {K}")
    half, round_ = length // 2, 2 * np.pi * turns
    q = round_ / length * np.arange(1, half + 1)
    for strength in np.linspace(0, K, int(np.ceil(K / 0.05)) + 1)[1:]:
        for _ in range(6):
            row = np.concatenate([[0.0], q, [round_ - q[-1]]])
            bands = -np.ones((3, half))
            bands[1] = 2 + strength * np.cos(q)
            bands[1, -1] += 1
            q = q - solve_banded((1, 1), bands, strength * np.sin(q) - np.diff(row, 2))
    q = np.concatenate([[0.0], q, round_ - q[::-1]])
    return np.stack([q, q - np.append(q[-1] - round_, q[:-1])], axis=-1)


class StandardMap(LiveFigure):
    """Orbits of the standard map at a strength K of the reader's choice, the golden curve while it lasts, and one orbit that tries to get by.

    Parameters
    ----------
    K : float
        At first, from 0 to 2.

    Raises
    ------
    ValueError
        If K is out of range.
    """

    script, shared = "standard-map", ("draw", "input", "stage")
    title = "the standard map: raise K, press play; press anywhere to start another orbit"
    size = (6.4, 4.2)

    def __init__(self, K=0.8):
        self.K = validate.positive("K", K, zero_too=True)
        if self.K > HIGHEST:
            raise ValueError(f"K must be at most {HIGHEST:g}, got {K}")

    @property
    def alt(self):
        """What the still shows."""
        last = "two black curves go from side to side between them" if self.K <= BREAKS else "no curve separates them"
        return (f"The square of the angle q and the momentum p of the standard map at K = {self.K:g}, each from 0 to one turn. Coloured orbits lie on wavy "
                f"curves or in islands; gold dots are scattered along the lower and the upper edge; {last}.")

    def data(self):
        """See `LiveFigure`."""
        return {"K": self.K, "range": [0, HIGHEST, STEP], "starts": STARTS, "traveller": TRAVELLER, "turns": TURNS, "length": LENGTH}

    def still(self, figure):
        """See `LiveFigure`."""
        axes, x, path = figure.subplots(), np.array([*STARTS, TRAVELLER]), []
        for _ in range(3000):
            x = step(x, self.K)
            path.append(x)
        path = np.array(path) % (2 * np.pi)
        for number in range(len(x)):
            orbit = path[: 1200 if number < len(STARTS) else None, number]
            axes.plot(*orbit.T, ".", markersize=1.5, color="C1" if number == len(STARTS) else f"C{(0, 2, 3, 4)[number % 4]}")
        for orbit in (sign * golden(self.K) for sign in (1, -1) if self.K <= BREAKS):
            wrapped = orbit % (2 * np.pi)
            axes.plot(*wrapped[np.argsort(wrapped[:, 0])].T, color="#1a1a1a")
        axes.set(xlim=(0, 2 * np.pi), ylim=(0, 2 * np.pi), xlabel="angle $q$ (rad)", ylabel="momentum $p$")
