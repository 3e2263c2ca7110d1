"""How good a learned law is: losses of its field, what its rollouts do to the true energy, whether a map is symplectic."""

from typing import NamedTuple

import numpy as np

from hnn_lite import validate
from hnn_lite.integrate import jacobian, sizes
from hnn_lite.mechanics import symplectic_matrix

TIME_STRETCH = 1.09          # 1 + 0.9 * noise, from the HNN paper's code for task 1


class Estimate(NamedTuple):
    """A mean and its standard error."""

    mean: float
    error: float


def field_loss(model, x, dx):
    """Mean squared error of a model's field, and its standard error over the points.

    Parameters
    ----------
    model : Dynamics
    x, dx : array, shape (points, dim)
        States and derivatives.

    Returns
    -------
    loss : Estimate
        The mean over points and components (HNN paper, Table 1). The standard error treats the points as independent.
        (The paper's code divides the spread of all components by the root of the number of points. That is larger, by the
        root of dim where the errors of the components are independent and of one size.)

    Raises
    ------
    ValueError
        If shapes do not fit or a value is NaN.
    """
    x, dx = validate.finite_states("x", x, model.dim), validate.finite_states("dx", dx, model.dim)
    if x.shape != dx.shape:
        raise ValueError(f"x and dx must have the same shape, got {x.shape} and {dx.shape}")
    return estimate(np.mean((model.field(x) - dx) ** 2, axis=-1).ravel())


def energy_mse(model, task, energy=None, stretch=None):
    """Roll a model out and compare the true energy along its paths with the true energy along the true paths.

    Parameters
    ----------
    model : Dynamics
    task : Task
        Gives starts, times and true paths.
    energy : callable, optional
        (..., dim) to (...); `task.energy` if not given. The published code judges the pendulum of task 2 by the spring's.
    stretch : None, "once" or "growing"
        Whether the model's time axis is stretched by 1.09 (see the chapter on reading a published table): once, or, as the published
        code for task 1 does, once more from each start to the next, 1.09^2, 1.09^3, ...

    Returns
    -------
    mse : Estimate
        Mean over starts and times, in the square of the energy's unit, and its standard error over the starts.

    Raises
    ------
    ValueError
        If `stretch` is unknown, or `energy` does not give one number for each state.
    IntegrationError
        If a path of the model cannot be followed to its end.
    """
    energy = energy or task.energy
    validate.choice("stretch", stretch, (None, "once", "growing"))
    true_energy = energy(task.reference)
    if np.shape(true_energy) != task.reference.shape[:-1]:
        raise ValueError(f"energy must map states of shape {task.reference.shape} to {task.reference.shape[:-1]}, got {np.shape(true_energy)}")
    if stretch == "growing":
        paths = np.stack([model.rollout(start, task.times * TIME_STRETCH ** (2 + number)) for number, start in enumerate(task.starts)], axis=1)
    else:
        paths = model.rollout(task.starts, task.times * (TIME_STRETCH if stretch else 1))
    return estimate(np.mean((energy(paths) - true_energy) ** 2, axis=0))


def symplecticity_defect(function, x):
    """The largest entry of `|J^T Omega J - Omega|`, J the Jacobian of a map at the states `x`; zero for a symplectic map.

    Positions are counted in units of the largest there is before and after the map, and momenta likewise, so that the entries have no unit.

    Parameters
    ----------
    function : callable
        (..., dim) to (..., dim), each state by itself, in autograd's NumPy.
    x : array, shape (..., dim)

    Returns
    -------
    defect : float

    Raises
    ------
    ValueError
        If dim is odd, or `function` changes the shape.
    """
    x = validate.numbers("x", x)
    dim = validate.phase_space("the last axis of x", x.shape[-1] if x.ndim else 0)
    (J, y), omega = jacobian(function, x), symplectic_matrix(dim)
    unit = sizes(np.max(abs(np.stack([x, y])).reshape(-1, dim), axis=0))
    unit = np.where(unit == 0, 1, unit)
    return float(np.max(abs(np.swapaxes(J, -1, -2) @ omega @ J - omega) * np.outer(unit, unit)) / (unit[0] * unit[-1]))


def estimate(values):
    """The mean of some values and its standard error, NaN for a single value."""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    return Estimate(float(np.mean(values)), float(error))
