"""The paper's simulated tasks: states, their time derivatives, and how a trained model is judged."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hnn_lite import systems, validate
from hnn_lite.mechanics import Dynamics

ENERGY_STARTS = 15          # HNN paper's code: starting points of the energy metric
ENERGY_TIMES = np.linspace(0, 20, 100)
ENERGY_TIMES.flags.writeable = False          # all tasks share it


@dataclass(frozen=True)
class Task:
    """States and derivatives to learn from, and the protocol of the energy metric.

    Attributes
    ----------
    name : str
    system : Dynamics or None
        The true law, where it is known.
    energy : callable
        The true energy, (..., dim) to (...), by which the paths of a model are judged.
    x, dx, test_x, test_dx : array, shape (points, dim)
        Noisy states and the derivatives to predict at them.
    starts : array, shape (starts, dim)
        Where the rollouts of the energy metric begin.
    times : array, shape (times,)
        When they are looked at.
    reference : array, shape (times, starts, dim)
        The true paths.
    """

    name: str
    system: Dynamics | None
    energy: Callable
    x: np.ndarray
    dx: np.ndarray
    test_x: np.ndarray
    test_dx: np.ndarray
    starts: np.ndarray
    times: np.ndarray
    reference: np.ndarray


def mass_spring(seed=0, system=None, trajectories=25, points=30, noise=0.1):
    """Task 1: a mass on a spring.

    25 + 25 trajectories of 30 points on t in [0, 3], Gaussian noise on positions and momenta, derivatives exact at the
    noiseless states (HNN paper, section 3, and its code). Fifteen rollouts to t = 20 judge the energy.

    Parameters
    ----------
    seed : int
    system : System, optional
        `systems.mass_spring()` if not given.
    trajectories, points : int
        Of the training set and, once more, of the test set.
    noise : float
        Standard deviation, in the units of q and p.

    Returns
    -------
    task : Task

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return _simulated(system or systems.mass_spring(), seed, trajectories, points, noise)


def pendulum(seed=0, system=None, trajectories=25, points=45, noise=0.1):
    """Task 2: a pendulum without friction; 45 points a trajectory, otherwise as `mass_spring`."""
    return _simulated(system or systems.pendulum(), seed, trajectories, points, noise)


def two_body(seed=0, system=None, orbits=1000, points=50):
    """Task 4: two bodies on nearly circular orbits, noiseless.

    1000 orbits of 50 points on t in [0, 20], a fifth of the orbits for testing (HNN paper, section 4, and its code). Fifteen new
    orbits, 500 points to t = 25, judge the energy.

    Parameters
    ----------
    seed : int
    system : System, optional
        `systems.two_body()` if not given.
    orbits, points : int
        Orbits in all, at least 5, and points of each.

    Returns
    -------
    task : Task

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return _orbits(system or systems.two_body(), seed, orbits, points, 20, 25)


def three_body(seed=0, system=None, orbits=5000, points=20):
    """Task 4b: three bodies; 5000 orbits of 20 points on t in [0, 5], judged to t = 3, otherwise as `two_body`.

    HNN paper, appendix B.
    """
    return _orbits(system or systems.three_body(), seed, orbits, points, 5, 3)


def damped_pendulum(seed=0, friction=0.05, duration=90.0, points=540, noise=0.02):
    """A damped, noisy, simulated pendulum: one long swing down, dq/dt = p, dp/dt = -1.2 sin q - friction p.

    It looks like the measured pendulum of `recordings.real_pendulum` and is no replacement for it: here the law is known. The
    first 4/5 are for training. Derivatives are exact at the noiseless states; energy is `systems.real_pendulum_energy`.

    Parameters
    ----------
    seed : int
    friction : float
        Damping rate, 1/s.
    duration : float
        Seconds.
    points : int
        At equal distances in time.
    noise : float
        Standard deviation, rad and rad/s.

    Returns
    -------
    task : Task

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    law = DampedPendulum(validate.positive("friction", friction, zero_too=True))
    points = validate.whole("points", points, 10)
    rng = validate.generator(seed, "damped pendulum")
    t = np.linspace(0, validate.positive("duration", duration), points)
    clean = law.rollout([1.3, 0.0], t)
    x = clean + validate.positive("noise", noise, zero_too=True) * rng.normal(size=clean.shape)
    dx, split = law.field(clean), points * 4 // 5
    return Task("damped-pendulum", law, systems.real_pendulum_energy, x[:split], dx[:split], x[split:], dx[split:],
                starts=clean[split:split + 1], times=t[split:] - t[split], reference=clean[split:, None])


class DampedPendulum(Dynamics):
    """dq/dt = p, dp/dt = -1.2 sin q - friction p; q in rad, p in rad/s."""

    dim = 2

    def __init__(self, friction):
        self.friction = friction

    def field(self, x):
        x = validate.states("x", x, 2)
        q, p = x[..., :1], x[..., 1:]
        return np.concatenate([p, -1.2 * np.sin(q) - self.friction * p], axis=-1)


def _orbits(system, seed, orbits, points, duration, judged):
    _require_system(system)
    orbits = validate.whole("orbits", orbits, 5)
    t = np.linspace(0, duration, validate.whole("points", points, 2))
    rng = validate.generator(seed, f"task {system.name}")
    path = system.rollout(system.sampler(rng, orbits), t, rtol=1e-10)
    test, train = slice(0, orbits // 5), slice(orbits // 5, None)
    x, test_x = (path[:, part].reshape(-1, system.dim) for part in (train, test))
    starts, times = system.sampler(rng, ENERGY_STARTS), np.linspace(0, judged, 500)
    return Task(system.name, system, system.hamiltonian, x, system.field(x), test_x, system.field(test_x), starts, times,
                reference=system.rollout(starts, times, rtol=1e-10))


def _require_system(system):
    if not isinstance(system, systems.System):
        raise ValueError(f"system must be a System, such as systems.pendulum(), got {type(system).__name__}")
    if system.sampler is None:
        raise ValueError(f"{system.name} has no sampler to draw initial states with: give one, as in n_body(masses, sampler=...)")


def _simulated(system, seed, trajectories, points, noise):
    _require_system(system)
    trajectories = validate.whole("trajectories", trajectories, 1)
    t = np.linspace(0, 3, validate.whole("points", points, 2))
    noise = validate.positive("noise", noise, zero_too=True)
    rng = validate.generator(seed, f"task {system.name}")
    clean = system.rollout(system.sampler(rng, 2 * trajectories), t)
    noisy = clean + noise * rng.normal(size=clean.shape)
    train, test = slice(0, trajectories), slice(trajectories, None)
    x, test_x = (noisy[:, part].reshape(-1, system.dim) for part in (train, test))
    dx, test_dx = (system.field(clean[:, part]).reshape(-1, system.dim) for part in (train, test))
    starts = rng.uniform(0.2, 1.0, (ENERGY_STARTS, system.dim)) * rng.choice([-1.0, 1.0], (ENERGY_STARTS, system.dim))
    return Task(system.name, system, system.hamiltonian, x, dx, test_x, test_dx, starts, ENERGY_TIMES, reference=system.rollout(starts, ENERGY_TIMES))
