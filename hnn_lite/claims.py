"""Statements that a page makes about its own numbers: they hold, or the page stops."""


class ClaimError(AssertionError):
    """A statement on a page is false for the numbers that the page computed."""


def claim(statement, holds, measured=None):
    """Print a tick, the statement and the measured figure, or stop.

    Parameters
    ----------
    statement : str
        A full sentence that the reader can check.
    holds : bool
        Whether it is true.
    measured : float or str, optional
        The figure that it rests on. Other processors round differently, so a stored page is compared without it.

    Raises
    ------
    ClaimError
        If `holds` is false.
    """
    figure = measured if isinstance(measured, (str, type(None))) else f"{float(measured):.3g}"
    text = statement if figure is None else f"{statement} (measured {figure})"
    if not holds:
        raise ClaimError(f"this does not hold: {text}")
    print(f"✓ {text}")
