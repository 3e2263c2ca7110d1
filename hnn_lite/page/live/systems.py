"""The two systems whose laws the scripts of the live figures know: how they are shown."""

from hnn_lite import validate
from hnn_lite.systems import System

# a start, the radius of a spot around it, how far the axes reach
VIEWS = {"mass-spring": ((0.7, 0.35), 0.28, (1.6, 1.6)), "pendulum": ((1.5, 0.8), 0.5, (3.5, 3.2))}


def known(system):
    """The system itself, if it is a mass-spring or a pendulum.

    Raises
    ------
    ValueError
        If it is another one.
    """
    if not isinstance(system, System):
        raise ValueError(f"system must be a System such as hl.systems.pendulum(), got {type(system).__name__}")
    validate.choice("system", system.name, VIEWS)
    return system
