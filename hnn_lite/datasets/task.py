"""What a model learns from, and how it is judged."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hnn_lite.dynamics import Dynamics


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
