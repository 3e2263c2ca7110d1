"""A square of states on a spring, moved step by step by one method or another: what becomes of its area, and which curve its middle keeps to."""

import numpy as np

from hnn_lite import integrate, systems, validate
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.integrator_race import LOOKS
from hnn_lite.page.plots import AXES, COLOURS

METHODS, SIDE, MOST = ("euler", "rk4", "symplectic_euler", "leapfrog"), 0.6, 60          # a square's side; steps at most
SHORTEST, LONGEST = 0.05, 0.95          # steps of the slider, s
CORNERS = SIDE / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])


class Square(LiveFigure):
    """A square of states of the spring H = q^2 + p^2 under the steps of explicit Euler, Runge-Kutta 4, symplectic Euler or leapfrog.

    Parameters
    ----------
    start : array, shape (2,)
        The middle of the square at first.
    dt : float
        The step at first, from 0.05 to 0.95 s.

    Raises
    ------
    ValueError
        If an argument cannot be used.
    """

    script, shared = "square", ("motion", "draw", "input", "stage")
    title = "a square of states under one method's steps: press play or one step, choose a method, drag the square"
    size = (7.2, 3.6)

    def __init__(self, start=(1.0, 0.4), dt=0.25):
        self.system, self.start, self.dt = systems.mass_spring(), validate.finite_states("start", start, 2), validate.positive("dt", dt)
        if self.start.shape != (2,):
            raise ValueError(f"start must be one state of two coordinates, got shape {self.start.shape}")
        if not SHORTEST <= self.dt <= LONGEST:
            raise ValueError(f"dt must be from {SHORTEST} to {LONGEST} s, got {dt}")

    def squares(self, method, dt, steps):
        """The corners of the square after each step, shape (steps + 1, 4, 2)."""
        return integrate.march(method, self.system.field, self.start + CORNERS, dt, steps)

    def area(self, method, dt, steps):
        """The area of the square after so many steps, by its area at the start."""
        q, p = self.squares(method, dt, steps)[-1].T
        return (q @ np.roll(p, -1) - p @ np.roll(q, -1)) / 2 / SIDE**2

    @property
    def alt(self):
        """What the still shows."""
        euler, leapfrog = (self.area(method, self.dt, 6) for method in ("euler", "leapfrog"))
        return ("Twice the plane of position and momentum with a square of states after each of six steps. Left, explicit Euler: the squares "
                f"move outwards from the circle of equal energy and grow, the last to {euler:.2f} of the first one's area. Right, leapfrog: they "
                f"are sheared, keep to an ellipse close to the circle, and the last has {leapfrog:.2f} of the area.")

    def data(self):
        """See `LiveFigure`."""
        methods = [{"name": name, "label": LOOKS[name][0], "colour": LOOKS[name][1].lower()} for name in METHODS]
        return {"methods": methods, "constants": self.system.constants, "start": self.start, "dt": self.dt, "side": SIDE, "most": MOST,
                "steps": [SHORTEST, LONGEST]}

    def still(self, figure):
        """See `LiveFigure`."""
        around, names = np.linspace(0, 2 * np.pi, 200), AXES["mass-spring"]
        direction = np.stack([np.cos(around), np.sin(around)])
        for axes, method in zip(figure.subplots(1, 2, sharey=True), ("euler", "leapfrog"), strict=True):
            label, colour = LOOKS[method]
            axes.plot(*np.linalg.norm(self.start) * direction, color=COLOURS["truth"], alpha=0.18, linewidth=5)
            if form := shadow(method, self.dt):
                a, b, c = form
                size = lambda x, a=a, b=b, c=c: np.sqrt(a * x[0] ** 2 + b * x[0] * x[1] + c * x[1] ** 2)
                axes.plot(*size(self.start) / size(direction) * direction, color=colour, linewidth=1)
            for number, square in enumerate(self.squares(method, self.dt, 6)):
                axes.fill(*square.T, color=colour, alpha=0.25 + 0.1 * number, linewidth=0)
            axes.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal", xlabel=names[0], title=label)
        figure.axes[0].set_ylabel(names[1])


def shadow(method, dt):
    """The numbers (a, b, c) for which a step of this length keeps a q^2 + b q p + c p^2 exactly; None if there are none that are known."""
    h = 2 * dt
    return {"symplectic_euler": (1, -h, 1), "leapfrog": (1 - h**2 / 4, 0, 1)}.get(method)
