"""What a model is shown while it is trained. Each model says which of these its examples are; see `training.fit`."""

import math

import numpy as np

from hnn_lite import validate
from hnn_lite.scaling import paths, Scaling

WHOLE = 2000          # examples of a fixed set of jumps, at least


class Rows:
    """Examples that are there from the beginning: arrays whose axes but the last are alike, one example for each row.

    Parameters
    ----------
    arrays : array, shape (..., dim)
    """

    def __init__(self, *arrays):
        self.arrays = arrays

    def __len__(self):
        return math.prod(self.arrays[0].shape[:-1])

    def map(self, *functions):
        """The examples after one function for each array."""
        return Rows(*(function(array) for function, array in zip(functions, self.arrays, strict=True)))

    def astype(self, dtype):
        """The same examples in another precision."""
        return Rows(*(array.astype(dtype, copy=False) for array in self.arrays))

    def fixed(self):
        """All examples, the same in each call: these."""
        return self

    def batch(self, chosen, done=1.0, rng=None):
        """The examples of these numbers, or all if `chosen` is None: a tuple of arrays of shape (batch, dim)."""
        if chosen is None:
            return tuple(array.reshape(len(self), -1) for array in self.arrays)
        places = np.unravel_index(chosen, self.arrays[0].shape[:-1])
        return tuple(array[places] for array in self.arrays)


class Jumps:
    """Pairs of states of one trajectory, some samples apart: (state, other state, time between them).

    Every state is the start of an example. The other is drawn anew each time, before or after it, and jumps of 1, 2 to 3, 4 to 7 ...
    samples are equally frequent: the long ones tell the frequencies, and without the short ones a network loses its way.

    Parameters
    ----------
    x : array, shape (trajectories, times, dim)
    dt : float
        Time from one sample to the next.
    reach : int
        The longest jump, in samples. It grows from one, evenly (AAN paper's code: 1 + 9 times the share of the training
        that is done).
    ramp : float
        The share of the training after which it has grown to `reach`.
    """

    def __init__(self, x, dt, reach, ramp=1.0):
        self.x, self.dt, self.reach, self.ramp = x, dt, min(reach, x.shape[1] - 1), ramp

    def __len__(self):
        return math.prod(self.x.shape[:-1])

    def astype(self, dtype):
        """The same examples in another precision."""
        return Jumps(self.x.astype(dtype, copy=False), self.dt, self.reach, self.ramp)

    def fixed(self):
        """At least `WHOLE` examples, as many from each state, of the full reach: the same in each call."""
        return Rows(*self.batch(np.tile(np.arange(len(self)), -(-WHOLE // len(self))), 1.0, validate.generator(0, "jumps of the whole")))

    def ahead(self):
        """Every state with the one `reach` samples later."""
        x, later = self.x[:, :-self.reach], self.x[:, self.reach:]
        return Rows(x, later, np.full((*x.shape[:-1], 1), self.reach * self.dt))

    def batch(self, chosen, done, rng):
        """Examples that begin at the states of these numbers, or one at each state if `chosen` is None.

        Parameters
        ----------
        chosen : array of int or None
        done : float
            The share of the training that is done, 0 to 1.
        rng : numpy Generator

        Returns
        -------
        x, other : array, shape (batch, dim)
        t : array, shape (batch, 1)
            From the one to the other, negative where the other is earlier.
        """
        chosen = np.arange(len(self)) if chosen is None else chosen
        trajectory, start = np.unravel_index(chosen, self.x.shape[:-1])
        reach = round(1 + (self.reach - 1) * min(1, done / self.ramp))
        jump = np.floor((1 + reach) ** rng.random(len(start))).astype(int) * rng.choice([-1, 1], len(start))
        last = self.x.shape[1] - 1
        other = np.where((start + jump < 0) | (start + jump > last), start - jump, start + jump)
        other = np.clip(other, 0, last)
        return self.x[trajectory, start], self.x[trajectory, other], ((other - start) * self.dt).astype(self.x.dtype)[:, None]


def pairs(task, goal="dx", dim=None, films=False):
    """States of a task, and beside each what a model is to say of it.

    Parameters
    ----------
    task
        Has `x`, `test_x`, and as `goal` says, such as `dx` and `test_dx`, of equal shapes.
    goal : str
    dim : int, optional
        Coordinates of a state; as many as there are, if not given.
    films : bool
        Whether states may lie in more axes than (points, dim).

    Returns
    -------
    train, test : Rows

    Raises
    ------
    ValueError
        If something is missing, shapes do not fit, or a value is NaN.
    """
    require(task, "x", goal, "test_x", f"test_{goal}")
    sets = []
    for part in ("", "test_"):
        x, y = (validate.finite(f"task.{part}{name}", getattr(task, part + name)) for name in ("x", goal))
        x = validate.states(f"task.{part}x", x, dim) if dim else x
        if x.shape != y.shape or x.ndim < 2 or (x.ndim > 2 and not films):
            raise ValueError(f"task.{part}x and task.{part}{goal} must both have shape (points, {dim or 'dim'}), got {x.shape} and {y.shape}")
        sets.append(Rows(x, y))
    return tuple(sets)


def jumps(task, dim, reach, ramp=1.0, units=None):
    """Jumps along the trajectories of a task.

    Parameters
    ----------
    task
        Has `x` and `test_x`, each of shape (trajectories, times, dim), and `dt`, the time from one state to the next.
    dim : int
        Coordinates of a state.
    reach, ramp
        See `Jumps`.
    units : callable, optional
        `(x, dt) -> Scaling`, of the training set: in its coordinates and its unit of time the examples are; in those of the data if
        not given.

    Returns
    -------
    train, test : Jumps

    Raises
    ------
    ValueError
        If something is missing, or cannot be used.
    """
    require(task, "x", "test_x", "dt")
    dt, reach = validate.positive("task.dt", task.dt), validate.whole("reach", reach, 1)
    sets = [paths("task.x", task.x, dim), paths("task.test_x", task.test_x, dim)]
    scaling = units(sets[0], dt) if units else Scaling.identity(dim)
    return tuple(Jumps(scaling.apply(x), dt / scaling.time, reach, ramp) for x in sets)


def require(task, *names):
    """Raise `ValueError` unless the task has all of these."""
    if not all(hasattr(task, name) for name in names):
        raise ValueError(f"task must have {', '.join(names[:-1])} and {names[-1]}, got {type(task).__name__}")
