"""Statements that a page makes about its own numbers: they hold, or the page stops. And the seeds that a page takes."""

import html
import os
import sys

import numpy as np

from hnn_lite import validate


HELD = {}          # statements that held when they were last made, in their order, and the texts printed for them


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
    ValueError
        If `holds` is anything but one truth value: NaN, say, counts as true in Python. Or if `measured` is an array of several numbers.
    """
    if not isinstance(holds, (bool, np.bool_)):
        raise ValueError(f"holds must be True or False, got {type(holds).__name__}")
    text = sentence(statement, measured)
    if not holds:
        HELD.pop(statement, None)          # it held when its cell ran before
        raise ClaimError(f"this does not hold: {text}")
    HELD[statement] = text
    say("✓", text, "holds: ")


class Held:
    """What a page shows at its foot: how many claims held on it, with the list of them folded."""

    def __init__(self):
        self.texts = list(HELD.values())

    def __repr__(self):
        return "1 claim on this page holds." if len(self.texts) == 1 else f"{len(self.texts)} claims on this page hold."

    def _repr_html_(self):
        items = "".join(f"<li>{html.escape(text)}</li>" for text in self.texts)
        return f'<details class="claims"><summary>{html.escape(repr(self))}</summary><ul>{items}</ul></details>'


def say(mark, text, instead=""):
    """Print a mark and a text, or `instead` of the mark where a file or a console has another encoding, as on Windows."""
    try:
        print(f"{mark} {text}")
    except UnicodeEncodeError:
        print(f"{instead}{text}".encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))


def sentence(statement, measured=None):
    """A statement and the figure that it rests on, as one text; see `claim`."""
    if not isinstance(measured, (str, type(None))) and np.ndim(measured) > 0:
        raise ValueError(f"measured must be one number or a text, got an array of shape {np.shape(measured)}")
    figure = measured if isinstance(measured, (str, type(None))) else f"{float(measured):.3g}"
    return statement if figure is None else f"{statement} (measured {figure})"


def seed(number=0):
    """The seed `number`, shifted by 1000 times the environment variable `HNN_LITE_SEED`.

    Every notebook takes its seeds from here, so that a class can have a different run for each student, and so that
    claims can be tested on seeds that nobody looked at.

    >>> seed(3)          # with HNN_LITE_SEED unset
    3

    Raises
    ------
    ValueError
        If `number` or the variable is not a whole number of at least 0.
    """
    text = os.environ.get("HNN_LITE_SEED", "0")
    if not text.isdecimal():
        raise ValueError(f"the environment variable HNN_LITE_SEED must be a whole number of at least 0, got {text!r}")
    return validate.whole("seed", number, 0) + 1000 * int(text)
