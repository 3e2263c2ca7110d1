"""What a model is shown while it is trained. Each model says which of these its examples are; see `training.fit`."""

import math

import numpy as np

from hnn_lite import validate

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

    def whole(self):
        """All examples, as the arrays are."""
        return self.arrays

    def batch(self, chosen, done, rng):
        """The examples of these numbers, or all if `chosen` is None: a tuple of arrays of shape (batch, dim)."""
        if chosen is None:
            return tuple(array.reshape(len(self), -1) for array in self.arrays)
        places = np.unravel_index(chosen, self.arrays[0].shape[:-1])
        return tuple(array[places] for array in self.arrays)


def pairs(task, goal, dim, dtype, films=False):
    """States of a task, and beside each what a model is to say of it.

    Parameters
    ----------
    task
        Has `x`, `test_x`, and as `goal` says, such as `dx` and `test_dx`, of equal shapes.
    goal : str
    dim : int
        Coordinates of a state.
    dtype : numpy dtype
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
    return tuple(_pairs(task, f"{part}x", f"{part}{goal}", goal, dim, dtype, films) for part in ("", "test_"))


def _pairs(task, states, goals, goal, dim, dtype, films):
    if not (hasattr(task, states) and hasattr(task, goals)):
        raise ValueError(f"task must have x, {goal}, test_x and test_{goal}, got {type(task).__name__}")
    x, y = (validate.states(f"task.{name}", validate.finite(f"task.{name}", getattr(task, name)), dim) for name in (states, goals))
    if x.shape != y.shape or x.ndim < 2 or (x.ndim > 2 and not films):
        raise ValueError(f"task.{states} and task.{goals} must both have shape (points, {dim}), got {x.shape} and {y.shape}")
    return Rows(x.astype(dtype, copy=False), y.astype(dtype, copy=False))


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

    def whole(self):
        """At least `WHOLE` examples, as many from each state, of the full reach: the same in each call."""
        chosen = np.tile(np.arange(len(self)), -(-WHOLE // len(self)))
        return self.batch(chosen, 1.0, validate.generator(0, "jumps of the whole"))

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
        t : array, shape (batch,)
            From the one to the other, negative where the other is earlier.
        """
        chosen = np.arange(len(self)) if chosen is None else chosen
        trajectory, start = np.unravel_index(chosen, self.x.shape[:-1])
        reach = round(1 + (self.reach - 1) * min(1, done / self.ramp))
        jump = np.floor((1 + reach) ** rng.random(len(start))).astype(int) * rng.choice([-1, 1], len(start))
        last = self.x.shape[1] - 1
        other = np.where((start + jump < 0) | (start + jump > last), start - jump, start + jump)
        other = np.clip(other, 0, last)
        return self.x[trajectory, start], self.x[trajectory, other], ((other - start) * self.dt).astype(self.x.dtype)


def jumps(task, dim, dtype, reach, ramp=1.0):
    """Jumps along the trajectories of a task.

    Parameters
    ----------
    task
        Has `x` and `test_x`, each of shape (trajectories, times, dim), and `dt`, the time from one state to the next.
    dim : int
        Coordinates of a state.
    dtype : numpy dtype
    reach, ramp
        See `Jumps`.

    Returns
    -------
    train, test : Jumps

    Raises
    ------
    ValueError
        If something is missing, or cannot be used.
    """
    if not all(hasattr(task, name) for name in ("x", "test_x", "dt")):
        raise ValueError(f"task must have x, test_x and dt, got {type(task).__name__}")
    dt, sets = validate.positive("task.dt", task.dt), []
    for name in ("x", "test_x"):
        x = validate.states(f"task.{name}", validate.finite(f"task.{name}", getattr(task, name)), dim)
        if x.ndim != 3 or x.shape[1] < 2:
            raise ValueError(f"task.{name} must have shape (trajectories, times, {dim}) with two times or more, got {x.shape}")
        sets.append(Jumps(x.astype(dtype, copy=False), dt, validate.whole("reach", reach, 1), ramp))
    return tuple(sets)
