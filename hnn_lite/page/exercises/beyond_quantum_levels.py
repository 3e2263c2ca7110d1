"""Check of the code exercise on quantum levels."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import ellipe

from hnn_lite.page.exercises.check import calls, DIGITS, exercise, Exercise


@exercise("ex-ql-over")
def over_the_top():
    """A pendulum that goes over the top: `over_the_top(n, hbar)`, its energy with n quanta. Exercise `ex-ql-over`."""
    def action(E):                       # of one turn in one sense, p^2 = E - 6 sin^2 (q / 2): a complete elliptic integral
        return 2 / np.pi * np.sqrt(E) * ellipe(6 / E)

    def at(wanted):                      # the energy with the action that is wanted
        return lambda n, hbar: brentq(lambda E: action(E) - wanted(n, hbar), 6, 20 + 2 * wanted(n, hbar) ** 2)

    right = at(lambda n, hbar: n * hbar)
    return Exercise(
        "a function (n, hbar) of a whole number and a number, which returns one energy",
        calls({"for the first level": (9, 0.5), "for a high one": (40, 0.1), "for a large hbar": (4, 1.1)}), right,
        [("a rotation never turns round: its Maslov index is zero", at(lambda n, hbar: (n + 1 / 2) * hbar)),
         ("count the levels from zero, not from one", at(lambda n, hbar: (n + 1) * hbar), at(lambda n, hbar: (n - 1) * hbar)),
         ("the action is the integral over a whole turn: this one goes half way", at(lambda n, hbar: 2 * n * hbar)),
         ("one level rotates in one sense: don't add the area of the other", at(lambda n, hbar: n * hbar / 2)),
         ("gravity is missing: this is a free rotor", lambda n, hbar: (n * hbar) ** 2),
         ("this adds the mean height to a free rotor, but the momentum changes along the turn", lambda n, hbar: (n * hbar) ** 2 + 3),
         ("energy counts from hanging at rest, not from the pivot or the top", lambda n, hbar: right(n, hbar) - 3,
          lambda n, hbar: right(n, hbar) - 6),
         ("the kinetic energy is the square of the momentum, without a half", at(lambda n, hbar: n * hbar / np.sqrt(2)))], DIGITS[5])
