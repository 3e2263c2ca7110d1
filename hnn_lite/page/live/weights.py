"""Networks, small enough for a page.

A matrix of 5,000 numbers or more is stored as whole numbers of 16 bits times one scale, its largest entry / 32,767. The error of
each entry is then at most 1/65,000 of the largest, while half precision, as short, would be wrong by up to 1/2,000 of the entry
itself; the large entries of a layer carry its output, and theirs is the error that shows. Smaller arrays, which take no room,
are stored in single precision, so that small networks (the Action-Angle Network's) lose nothing. An HNN of the paper's size
takes 110 kB.
"""

import base64
import copy

import numpy as np

from hnn_lite import validate

LARGE = 5000          # numbers in a leaf from which on it is stored in 16 bits
STEPS = 32_767


def pack(params):
    """A network's parameters as a page holds them: for each layer a list of {"shape", "scale", "data"}, data in base64.

    `scale` is 0 for single precision. The letters + and / are - and _ (RFC 4648, section 5).

    Parameters
    ----------
    params : list of tuple of array

    Raises
    ------
    ValueError
        If a parameter is not finite.
    """
    packed = []
    for number, layer in enumerate(params):
        leaves = []
        for leaf in layer:
            leaf = validate.finite(f"layer {number} of the parameters", leaf)
            scale, stored = _stored(leaf)
            leaves.append({"shape": leaf.shape, "scale": scale, "data": base64.urlsafe_b64encode(stored.tobytes()).decode()})
        packed.append(leaves)
    return packed


def quantised(params):
    """The same parameters after packing, as floats of double precision: what the page computes with."""
    return [tuple(_back(*_stored(np.asarray(leaf))) for leaf in layer) for layer in params]


def as_shown(model):
    """A copy of a model with the parameters that a page computes with."""
    shown = copy.deepcopy(model)
    shown.params = quantised(model.params)
    return shown


def _stored(leaf):
    if leaf.size < LARGE:
        return 0, leaf.astype("<f4")
    scale = float(np.abs(leaf).max()) / STEPS or 1.0
    return scale, np.round(leaf / scale).astype("<i2")


def _back(scale, stored):
    return stored * scale if scale else stored.astype(float)
