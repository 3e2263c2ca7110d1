"""The integrator race: one pendulum, one step size, several methods, and what each does to the energy."""

import numpy as np

from hnn_lite import integrate, systems, validate
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.systems import known, VIEWS
from hnn_lite.page.plots import AXES

# the same names and colours as in js/integrator-race.js
LOOKS = {"euler": ("explicit Euler", "C4"), "rk4": ("Runge-Kutta 4", "C1"), "symplectic_euler": ("symplectic Euler", "C3"),
         "leapfrog": ("leapfrog", "C0"), "yoshida4": ("Yoshida 4", "C2"), "implicit_midpoint": ("implicit midpoint", "C5")}
SHORTEST, LONGEST = 0.01, 1.0          # steps of the slider, s


class IntegratorRace(LiveFigure):
    """Paths and energies of several integrators from the same start; the start and the step can be dragged, methods hidden.

    Parameters
    ----------
    system : System, optional
        `hl.systems.pendulum(...)`, the default, or `hl.systems.mass_spring(...)`.
    methods : sequence of str
        Names in `hl.integrate.METHODS`.
    start : array, shape (2,)
    dt : float
        The step at first, from 0.01 to 1 s.

    Raises
    ------
    ValueError
        If an argument cannot be used.
    """

    script = "integrator-race"
    title = "integrator race: one start, one step, several methods; drag the start and the step's arrow"
    size = (7.2, 3.3)

    def __init__(self, system=None, methods=("euler", "rk4", "symplectic_euler", "leapfrog", "implicit_midpoint"),
                 start=(1.0, 0.0), dt=0.25):
        self.system = known(systems.pendulum() if system is None else system)
        if isinstance(methods, str) or not len(methods) or len(set(methods)) < len(methods):
            raise ValueError(f"methods must be a list of different names, got {methods!r}")
        self.methods = [validate.choice("method", method, integrate.METHODS) for method in methods]
        self.start = validate.finite_states("start", start, 2)
        if self.start.shape != (2,):
            raise ValueError(f"start must be one state of two coordinates, got shape {self.start.shape}")
        self.dt = validate.positive("dt", dt)
        if not SHORTEST <= self.dt <= LONGEST:
            raise ValueError(f"dt must be from {SHORTEST} to {LONGEST} s, got {dt}")

    @property
    def alt(self):
        """What the still shows."""
        names = ", ".join(LOOKS[method][0] for method in self.methods)
        place = "angle" if self.system.name == "pendulum" else "position"
        return (f"Left, paths of a {self.system.name} in the plane of {place} and momentum, and right, energies over time, with steps of "
                f"{self.dt:g} s, for {names}. Energies that drift leave the level of the start; the others ripple near it.")

    def data(self):
        """See `LiveFigure`."""
        return {"system": self.system.name, "constants": self.system.constants, "methods": self.methods, "start": self.start, "dt": self.dt}

    def still(self, figure):
        """See `LiveFigure`."""
        (_, _, reach), names = VIEWS[self.system.name], AXES[self.system.name]
        plane, energy = figure.subplots(1, 2, width_ratios=(1, 1.25))
        steps = int(60 / self.dt)
        for method in self.methods:
            label, colour = LOOKS[method]
            try:
                path = integrate.march(method, self.system.field, self.start, self.dt, steps)
            except RuntimeError:          # the implicit rule does not settle with so long a step
                continue
            with np.errstate(over="ignore", invalid="ignore"):
                shares = self.system.hamiltonian(path) / self.system.hamiltonian(self.start)
            plane.plot(*path[: max(2, steps // 4)].T, color=colour, linewidth=1)
            energy.plot(self.dt * np.arange(steps + 1), shares, color=colour, linewidth=1.4, label=label)
        plane.plot(*self.start, "o", color="#1a1a1a", zorder=3)
        plane.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), xlabel=names[0], ylabel=names[1])
        energy.set(xlabel="time (s)", ylabel="energy / energy at the start", ylim=(0, 2.4))
        figure.legend(loc="outside lower center", ncols=3, fontsize=9)
