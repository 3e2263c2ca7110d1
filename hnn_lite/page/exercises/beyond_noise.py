"""Check of the code exercise about learning through an integrator."""

import numpy as np
import scipy.optimize

from hnn_lite.page.exercises.check import calls, DIGITS, exercise, Exercise


@exercise("ex-no-leapfrog")
def leapfrog_clock():
    """What is learned through the leapfrog: `leapfrog_clock(omega, step)`, the angular velocity of the learned spring. Exercise `ex-no-leapfrog`."""
    def right(omega, step):
        """The angular velocity of a spring whose leapfrog steps turn by omega step, found by a search with the steps' matrix."""
        def turned(rate):
            kick, drift = np.array([[1, 0], [-rate * step / 2, 1]]), np.array([[1, rate * step], [0, 1]])
            return np.trace(kick @ drift @ kick) / 2 - np.cos(omega * step)

        return scipy.optimize.brentq(turned, 0, 2 / step, xtol=1e-14)

    return Exercise(
        "a function (omega, step) of the spring's angular velocity and the time between two frames, which returns the learned angular velocity",
        calls({"for a slow camera": (2.0, 0.6), "for a fast camera": (1.3, 0.4), "for a very slow camera": (1.8, 1.0)}), right,
        [("this is what the midpoint rule learns: the leapfrog has another shadow", lambda omega, step: 2 / step * np.tan(omega * step / 2)),
         ("this is the way a given spring runs under the leapfrog: here the run is given, and the spring is wanted",
          lambda omega, step: 2 / step * np.arcsin(omega * step / 2)),
         ("this is the true angular velocity: the leapfrog does not follow the law that it is given", lambda omega, step: omega),
         ("halve the angle: one minus the cosine is twice the squared sine of the half", lambda omega, step: np.sin(omega * step) / step),
         ("this is the angle of a step: divide it by the time", lambda omega, step: 2 * np.sin(omega * step / 2)),
         ("the clock comes out half as fast: look for a factor of two", lambda omega, step: np.sin(omega * step / 2) / step),
         ("this is only the first term of the series in the step", lambda omega, step: omega * (1 - (omega * step) ** 2 / 24)),
         ("this is the square of the angular velocity: take the root", lambda omega, step: 2 * (1 - np.cos(omega * step)) / step**2)], DIGITS[4])
