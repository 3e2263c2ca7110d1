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

from hnn_lite import tree, validate
from hnn_lite.models import HNN
from hnn_lite.networks import mlp

LARGE = 5000          # numbers in a leaf from which on it is stored in 16 bits
STEPS = 32_767


def pack(params):
    """A network's parameters as a page holds them: the same tree, its arrays as {"shape", "scale", "data"}, data in base64.

    `scale` is 0 for single precision. The letters + and / are - and _ (RFC 4648, section 5).

    Parameters
    ----------
    params : tree of array
        See `hnn_lite.tree`.

    Raises
    ------
    ValueError
        If a parameter is not finite.
    """
    return tree.rebuild(params, map(_packed, tree.leaves(params)))


def law(model):
    """What the scripts need of a `Baseline` or an `HNN`: its network's parameters and activation, and its scaling.

    Raises
    ------
    ValueError
        If the model, of a subclass, computes something else than its network: a page would show another law than the model's.
    """
    z = np.linspace(-0.5, 0.5, 3 * model.dim).reshape(3, model.dim)
    found = model.energy(model.params, z)[:, None] if isinstance(model, HNN) else model.apply(model.params, z)
    if not np.allclose(found, mlp(model.params, z, model.activation)):
        raise ValueError(f"{type(model).__name__} computes something else than its network; a live figure shows plain HNNs and baselines")
    return {"params": pack(model.params), "activation": model.activation, "scaling": scaling(model)}


def scaling(model):
    """What the scripts need of a model's scaling."""
    return {name: getattr(model.units, name) for name in ("centre", "matrix", "back", "unit", "time")}


def quantised(params):
    """The same parameters after packing, as floats of double precision: what the page computes with."""
    return tree.rebuild(params, [_back(*_stored(np.asarray(leaf))) for leaf in tree.leaves(params)])


def as_shown(model):
    """A copy of a model with the parameters that a page computes with."""
    shown = copy.deepcopy(model)
    shown.params = quantised(model.params)
    return shown


def _packed(leaf):
    leaf = validate.finite("a parameter", leaf)
    scale, stored = _stored(leaf)
    return {"shape": leaf.shape, "scale": scale, "data": base64.urlsafe_b64encode(stored.tobytes()).decode()}


def _stored(leaf):
    if leaf.size < LARGE:
        return 0, leaf.astype("<f4")
    scale = float(np.abs(leaf).max()) / STEPS or 1.0
    return scale, np.round(leaf / scale).astype("<i2")


def _back(scale, stored):
    return stored * scale if scale else stored.astype(float)
