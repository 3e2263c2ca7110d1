"""Two or three bodies: the true pull, a baseline and an HNN, from one start, any body of which can be dragged, on the ground or from a train."""

import numpy as np

from hnn_lite import systems, validate
from hnn_lite.page.live import weights
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.live.three_ways import KINDS
from hnn_lite.page.plots import COLOURS, LABELS, line

# by the number of bodies: where they begin, how long they are followed
BEGIN = {2: ((0.9, -0.9, 0.5, -0.5), 50.0), 3: ((1.0, -0.5, -0.5, 0.0, 3**0.5 / 2, -(3**0.5) / 2), 20.0)}
WAYS = ("truth", "baseline", "hnn")
FASTEST = 0.1          # the train


class Bodies(LiveFigure):
    """Paths of two or three bodies by the true law, a baseline and an HNN from a start that can be dragged, and their true energies.

    Parameters
    ----------
    models : dict
        `{"baseline": Baseline, "hnn": HNN}` with dim = 8, two bodies, or 12, three.
    start : array, shape (dim,), optional
        Where the motion begins; on a circle if not given.
    system : NBody, optional
        The truth, `hl.systems.two_body()` or `hl.systems.three_body()` if not given.
    shown : float
        Time units of the motion that are shown before the reader does anything.
    train : float
        The speed of the train from which they are seen at first, from 0, on the ground, to 0.1; a slider changes it.

    Raises
    ------
    ValueError
        If a model is missing or of another kind, or an argument out of range.
    """

    script = "bodies"
    size = (7.2, 3.4)

    def __init__(self, models, start=None, system=None, shown=6.0, train=0.0):
        if not isinstance(models, dict) or set(models) != set(KINDS):
            raise ValueError(f"models must be a dict with 'baseline' and 'hnn', got {models!r}")
        self.models, dims = models, {getattr(model, "dim", None) for model in models.values()}
        for kind, wanted in KINDS.items():
            if dims not in ({8}, {12}) or not isinstance(models[kind], wanted):
                raise ValueError(f"models[{kind!r}] must be a model of the class {wanted.__name__} with dim = 8 or 12, as the other, "
                                 f"got {models[kind]!r}")
        self.dim = dims.pop()
        self.count = self.dim // 4
        self.system = system or (systems.two_body, systems.three_body)[self.count - 2]()
        if not isinstance(self.system, systems.NBody) or self.system.dim != self.dim:
            raise ValueError(f"system must be one of {self.count} bodies such as hl.systems.{('two', 'three')[self.count - 2]}_body()")
        self.seconds = BEGIN[self.count][1]
        self.start = validate.finite_states("start", self._circle() if start is None else start, self.dim)
        if self.start.shape != (self.dim,):
            raise ValueError(f"start must be one state of {self.dim} coordinates, got shape {self.start.shape}")
        self.shown = validate.positive("shown", shown, zero_too=True)
        if self.shown > self.seconds:
            raise ValueError(f"shown must be at most {self.seconds:g}, got {shown}")
        self.train = validate.positive("train", train, zero_too=True)
        if self.train > FASTEST:
            raise ValueError(f"train must be at most {FASTEST:g}, got {train}")

    @property
    def title(self):
        """The name of the frame."""
        return f"{('two', 'three')[self.count - 2]} bodies by the true law, a baseline and an HNN: drag a body, press play"

    @property
    def alt(self):
        """What the still shows."""
        learned = ("nearly so for the HNN, adrift for the baseline",
                   "near that level for the HNN until an encounter throws it off, and soon gone for the baseline")[self.count - 2]
        return (f"Three panels with the paths of {('two', 'three')[self.count - 2]} bodies and of their centre of mass from the same start, by the "
                f"true law, a baseline and an HNN, and below them the true energy along the three motions: level for the truth, {learned}.")

    def data(self):
        """See `LiveFigure`."""
        return {**{kind: weights.law(model) for kind, model in self.models.items()}, **self.system.constants,
                "start": self.start, "train": self.train, "fastest": FASTEST, "shown": self.shown, "seconds": self.seconds}

    def still(self, figure):
        """See `LiveFigure`."""
        t = np.linspace(0, self.seconds / 2, 601)
        grid = figure.add_gridspec(2, 3, height_ratios=(2, 1))
        energy = figure.add_subplot(grid[1, :])
        seen = self.start.copy()          # from the train
        seen[2 * self.count:3 * self.count] += self.train * self.system.masses
        extent = 1.5 * np.abs(self.system.positions(self.start)).max() + self.train * t[-1]
        for column, way in enumerate(WAYS):
            path = {**self.models, "truth": self.system}[way].rollout(seen, t, rtol=1e-6)
            plane, places = figure.add_subplot(grid[0, column]), self.system.positions(path)
            for body in range(self.count):
                plane.plot(*places[:, body].T, color=COLOURS[way], linewidth=0.9)
                plane.plot(*places[-1, body], "o", color=COLOURS[way], markersize=5)
            plane.plot(*self.system.centre_of_mass(path).T, color=COLOURS[way], linewidth=2.5, alpha=0.6)
            plane.set(title=LABELS[way], xlim=(-extent, extent), ylim=(-extent, extent), aspect="equal", xticks=[], yticks=[])
            energy.plot(t, self.system.hamiltonian(path), **line(way))
        level = float(self.system.hamiltonian(seen))
        energy.set(xlabel="time (time units)", ylabel="true energy", ylim=(level - 0.5, level + 0.5))

    def _circle(self):
        """A start at which the bodies circle about their centre of mass, a little off so that it is not the simplest motion of all."""
        masses = self.system.masses
        q = np.reshape(BEGIN[self.count][0], (2, -1))
        q = q - (q @ masses / masses.sum())[:, None]
        speed = np.sqrt(self.system.constants["G"] * masses.sum() / np.linalg.norm(q[:, 0] - q[:, 1]) ** 3) * (1.04, 0.97)[self.count - 2]
        return np.concatenate([q.ravel(), (masses * speed * np.array([-q[1], q[0]])).ravel()])
