"""Tasks of Part III: paths of integrable systems, sampled at equal times. Each path stays on a torus of its own.

A model sees the training paths and is asked for the state that comes any number of samples after a state of a test path. The true
answer is known: from exact action and angle coordinates, or from an integrator of order 8 at a tight tolerance.
"""

from dataclasses import dataclass, field

import numpy as np

from hnn_lite import systems, validate
from hnn_lite.actions import ActionAngle, Kepler, NormalModes, Pendulum
from hnn_lite.systems import System


@dataclass(frozen=True)
class TrajectoryTask:
    """Paths to learn from, unseen paths, and how predictions are judged.

    Attributes
    ----------
    name : str
    system : System
        The true law.
    exact : ActionAngle or None
        Its action and angle coordinates, where they have a formula.
    x, test_x : array, shape (paths, times, dim)
        Training and test paths, neither standardised nor noisy.
    dt : float
        Time between two samples, in the system's unit of time.
    period : float
        A typical period, in which the book counts long times; each task says which.
    """

    name: str
    system: System
    exact: ActionAngle | None
    x: np.ndarray
    test_x: np.ndarray
    dt: float
    period: float
    _asked: dict = field(default_factory=dict, init=False, repr=False, compare=False)      # truths that took long to compute, for this test_x

    def __post_init__(self):
        for name, paths in (("x", self.x), ("test_x", self.test_x)):
            paths = validate.numbers(name, paths)
            if paths.ndim != 3 or paths.shape[-1] != self.system.dim:
                raise ValueError(f"{name} must have shape (paths, times, {self.system.dim}), got {np.shape(paths)}")
            for path in paths:
                validate.unwrapped(name, path)
            object.__setattr__(self, name, paths)

    @property
    def scale(self):
        """The unit in which errors are judged, shape (dim,); it is the standard deviation of each coordinate over the training paths."""
        return np.std(self.x, axis=(0, 1))

    def truth(self, x0, jumps):
        """The true states so many samples after the states `x0`.

        Parameters
        ----------
        x0 : array, shape (..., dim)
        jumps : sequence of int
            Numbers of samples, at least 1, increasing.

        Returns
        -------
        x : array, shape (jumps, ..., dim)

        Raises
        ------
        ValueError
            If a jump is not a whole number, or they do not increase.
        """
        jumps = validate.wholes("jumps", jumps, 1)
        if not jumps or np.any(np.diff(jumps) <= 0):
            raise ValueError(f"jumps must increase, got {list(jumps)}")
        x0, times = validate.finite_states("x0", x0, self.system.dim), self.dt * np.array([0, *jumps])
        if self.exact is not None:
            return self.exact.rollout(x0, times)[1:]
        return self.system.rollout(x0, times, 1e-12)[1:]

    def error_by_jump(self, advance, jumps, starts=100):
        """How far off a model's predictions are, by the number of samples that it jumps over.

        The squared error, each coordinate in units of `scale`, mean over coordinates. Its mean over the states is the metric of the AAN
        paper's code: (dq^2 + dp^2) / 2 in standardised coordinates, mean over the pairs (q, p).

        Parameters
        ----------
        advance : callable
            `(x, t) -> x`: the states that are predicted the time t after `x`, shape (starts, dim) to the same.
        jumps : sequence of int
            Numbers of samples, at least 1, increasing.
        starts : int
            From how many states, evenly spread over the test paths; no more than there are.

        Returns
        -------
        errors : array, shape (jumps, starts)

        Raises
        ------
        ValueError
            If an argument is out of range, or a prediction has the wrong shape.
        """
        states = self.starts(starts)
        return self.errors([advance(states, self.dt * jump) for jump in validate.wholes("jumps", jumps, 1)], jumps)

    def starts(self, count=100):
        """States to predict from, evenly spread over the test paths: shape (starts, dim), no more than `count` and than there are."""
        states = self.test_x.reshape(-1, self.system.dim)
        return states[np.linspace(0, len(states) - 1, min(validate.whole("starts", count, 1), len(states))).astype(int)]

    def errors(self, predicted, jumps):
        """As `error_by_jump`, of states that were predicted already.

        Parameters
        ----------
        predicted : array, shape (jumps, starts, dim)
            So many samples after `starts(count)`.
        jumps : sequence of int

        Returns
        -------
        errors : array, shape (jumps, starts)

        Raises
        ------
        ValueError
            If a jump is out of range, or `predicted` has the wrong shape.
        """
        predicted, jumps = np.asarray(predicted), validate.wholes("jumps", jumps, 1)
        states = self.starts(predicted.shape[1] if predicted.ndim == 3 else 1)
        if predicted.dtype.kind not in "iuf" or predicted.shape != (len(jumps), *states.shape):
            raise ValueError(f"predictions must be numbers of shape {(len(jumps), *states.shape)}, got {predicted.shape}")
        key = (*jumps, len(states))
        if key not in self._asked:
            self._asked[key] = self.truth(states, jumps)
        return np.mean(((predicted - self._asked[key]) / self.scale) ** 2, axis=-1)

    def persistence(self, jumps, starts=100):
        """The errors of predicting that nothing moves; see `error_by_jump`."""
        return self.error_by_jump(lambda x, t: x, jumps, starts)


def coupled_oscillators(seed=0, k_pair=0.5, tori="one", paths=50, points=100):
    """Two coupled oscillators, sampled every second.

    With `tori` = "one" the AAN paper's task: a single path, the sum of both modes with amplitudes 10 and 1 and phases 1 and 0 (a state of
    `systems.coupled_oscillators`), of 1000 samples, the first 100 for training and the last 500 for testing. Then seed, paths and points
    do not matter, and nothing in the data says how anything depends on the actions: they have but one value.

    With "many", paths from initial states drawn by the system, with amplitudes of 0.1 to 1 times these; 25 unseen ones for testing.

    Parameters
    ----------
    seed : int
    k_pair : float
        Stiffness of the spring between the masses, N/m.
    tori : str
        "one" or "many".
    paths, points : int
        Training paths, and samples of each.

    Returns
    -------
    task : TrajectoryTask
        Its period is that of the slow mode.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    system = systems.coupled_oscillators(k_pair=k_pair)
    exact = NormalModes(system.masses, system.stiffness)
    period = 2 * np.pi / exact.omega[0]
    if validate.choice("tori", tori, ("one", "many")) == "many":
        return _many("coupled-oscillators", system, exact, system.sampler, seed, paths, points, 1.0, period)
    path = exact.rollout(system.in_modes(np.array([10.0, 1.0]), np.array([1.0, 0.0])), np.arange(1000.0))
    return TrajectoryTask("coupled-oscillators-one-torus", system, exact, path[None, :100], path[None, 500:], 1.0, period)


def pendulum(seed=0, paths=50, points=100, highest=0.9):
    """The pendulum of task 2 in libration, sampled every quarter second: about ten samples in a small swing.

    Energies are drawn from U(0.01, `highest`) times that of the pendulum upright, angles theta from U(-pi, pi).

    Parameters
    ----------
    seed : int
    paths, points : int
        Training paths, and samples of each; there are 25 unseen paths for testing.
    highest : float
        Between 0.01 and 1.

    Returns
    -------
    task : TrajectoryTask
        Its period is that of small swings.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if not 0.01 < validate.positive("highest", highest) < 1:
        raise ValueError(f"highest must lie between 0.01 and 1, got {highest}")
    exact = Pendulum()

    def sampler(rng, count):
        share, angle = rng.uniform(0.01, highest, count), rng.uniform(-np.pi, np.pi, (count, 1))
        at_rest = np.stack([2 * np.arcsin(np.sqrt(share)), np.zeros(count)], axis=-1)
        return exact.decode(exact.encode(at_rest)[0], angle)

    return _many("pendulum", systems.pendulum(), exact, sampler, seed, paths, points, 0.25, 2 * np.pi / exact.omega0)


def kepler(seed=0, paths=50, points=100, eccentricity=0.6):
    """A planet about a fixed sun, sampled every 0.3 time units: about 20 samples in the middle orbit's year.

    Initial states are those of `systems.kepler`, of the same largest eccentricity.

    Parameters
    ----------
    seed : int
    paths, points : int
        Training paths, and samples of each; there are 25 unseen paths for testing.
    eccentricity : float
        The largest, below 1.

    Returns
    -------
    task : TrajectoryTask
        Its period is the year of L = 1, 2 pi.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    system = systems.kepler(eccentricity=eccentricity)
    return _many("kepler", system, Kepler(), system.sampler, seed, paths, points, 0.3, 2 * np.pi)


def toda(seed=0, particles=3, paths=50, points=100):
    """Toda's lattice, sampled every 0.35 time units: about ten samples in a period of the slowest wave of three particles.

    Initial states are drawn by `systems.toda(particles)`. There is no formula for the coordinates: the truth is integrated.

    Parameters
    ----------
    seed : int
    particles : int
        At least 3.
    paths, points : int
        Training paths, and samples of each; there are 25 unseen paths for testing.

    Returns
    -------
    task : TrajectoryTask
        Its period is that of the slowest wave, when small.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    system = systems.toda(particles)
    return _many("toda", system, None, system.sampler, seed, paths, points, 0.35, np.pi / np.sin(np.pi / particles))


TEST_PATHS = 25


def _many(name, system, exact, sampler, seed, paths, points, dt, period):
    """A task of `paths` training paths and TEST_PATHS others, from one generator."""
    rng = validate.generator(seed, f"tori of {name}")
    paths, points = validate.whole("paths", paths, 1), validate.whole("points", points, 2)
    starts, times = sampler(rng, paths + TEST_PATHS), dt * np.arange(points)
    path = np.swapaxes(exact.rollout(starts, times) if exact else system.rollout(starts, times, 1e-12), 0, 1)
    return TrajectoryTask(name, system, exact, path[:paths], path[paths:], dt, period)
