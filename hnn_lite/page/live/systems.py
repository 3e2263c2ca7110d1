"""The two systems that the live figures know by heart: what their scripts must be told of them."""

import numpy as np

from hnn_lite import validate
from hnn_lite.systems import System

# a start, the radius of a spot around it, how far the axes reach, their names
AXES = {
    "mass-spring": ((0.7, 0.35), 0.28, (1.6, 1.6), ("position $q$ (m)", "momentum $p$ (kg m/s)")),
    "pendulum": ((1.5, 0.8), 0.5, (3.5, 3.2), ("angle $q$ (rad)", "momentum $p$ (kg m²/s)")),
}


def constants(system):
    """Of a mass-spring or a pendulum, the numbers in H = stiffness q^2 / 2 + p^2 / (2 inertia), or with 1 - cos q for q^2 / 2.

    Returns
    -------
    constants : dict
        "stiffness" (N/m, or N m), "inertia" (kg, or kg m^2).

    Raises
    ------
    ValueError
        If it is another system.
    """
    if not isinstance(system, System):
        raise ValueError(f"system must be a System such as hl.systems.pendulum(), got {type(system).__name__}")
    validate.choice("system", system.name, AXES)
    one = np.ones(1)
    height = {"mass-spring": 1.0, "pendulum": 2 * (1 - np.cos(1.0))}[system.name]
    return {"stiffness": float(2 * system.potential(one) / height), "inertia": float(1 / (2 * system.kinetic(one)))}
