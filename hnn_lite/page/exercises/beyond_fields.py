"""Checks of the code exercise about chains and fields."""

import numpy as np

from hnn_lite.page.beyond import fields
from hnn_lite.page.exercises.check import calls, exercise, Exercise


@exercise("ex-fi-shift")
def soliton_jump():
    """Toda's solitons: `soliton_jump(kappa, other, same)`, by how many sites one comes out ahead of a meeting. Exercise `ex-fi-shift`."""
    def right(kappa, other, same):
        """Where the first of two solitons is, before and after, in the solution for both: the middle of its squeezed springs."""
        ways, far, n = (1, 1 if same else -1), 400.0, np.arange(-60, 61)
        speeds = [way * np.sinh(k) / k for k, way in zip((kappa, other), ways, strict=True)]
        t = far / abs(speeds[0] - speeds[1])
        places = []
        for now in (-t, t):
            here = round(speeds[0] * now)
            u = fields.solitons(n + here, now, (kappa, other), ways, (0.0, 0.0))[0]
            squeezed = u[:-1] - u[1:]
            places.append((squeezed @ (n[:-1] + here)) / np.sum(squeezed) - speeds[0] * now)
        return places[1] - places[0]

    def formula(shape=lambda same: np.sinh if same else np.cosh, factor=1.0, sign=True, by=lambda kappa, other: kappa, half=2):
        def answer(kappa, other, same):
            f = shape(same)
            jump = factor * np.log(f((kappa + other) / half) / abs(f((kappa - other) / half))) / by(kappa, other)
            return -jump if sign and same and kappa < other else jump
        return answer

    return Exercise(
        "a function (kappa, other, same) of the soliton's kappa, its partner's, and whether both run the same way, which returns the jump in sites",
        calls({"head-on": (1.2, 0.8, False), "for the small one, head-on": (0.7, 1.3, False), "overtaking": (1.4, 0.7, True),
               "overtaken": (0.6, 1.1, True)}), right,
        [("one that is overtaken comes out behind: check the sign where the partner is the larger", formula(sign=False)),
         ("this is half of it: A is a square, and its logarithm has a factor of two", formula(factor=0.5)),
         ("this is twice the jump: the logarithm of A is divided by twice kappa", formula(factor=2.0)),
         ("sinh and cosh are swapped", formula(lambda same: np.cosh if same else np.sinh),
          lambda kappa, other, same: formula()(kappa, other, not same)),
         ("this has cosh for both: two that run the same way have sinh", formula(lambda same: np.cosh)),
         ("this has sinh for both: head-on it is cosh", formula(lambda same: np.sinh)),
         ("this divides by the partner's kappa", formula(by=lambda kappa, other: other)),
         ("this is the shift of the phase: divide by kappa to get sites", formula(by=lambda kappa, other: 1.0)),
         ("the sums and differences of the two kappas are to be halved", formula(half=1))],
        tolerance=1e-5)
