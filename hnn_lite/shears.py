"""Maps of phase space that keep the symplectic form, as pure functions of their parameters: J^T Omega J = Omega, exactly.

A shear moves the positions by a gradient in the momenta, or the momenta by a gradient in the positions, and leaves the
others where they are. Each is undone by subtracting what it added, so the inverse of a stack of them costs what the
stack costs. Jin, Zhang, Zhu, Tang, Karniadakis, arXiv:2001.03750.
"""

import autograd.numpy as np

from hnn_lite import validate
from hnn_lite.networks import ACTIVATIONS


def init_shears(n, count, width, seed, linear=0, gain=1.0, odd=False):
    """Draw the parameters of a stack of shears that begins as the identity.

    Parameters
    ----------
    n : int
        Degrees of freedom: positions of a state.
    count, width : int
        Shears, and hidden units of each.
    seed : int
        Equal seeds give equal parameters.
    linear : int
        Linear shears before the others.
    gain : float
        Spread of the weights K and b of a unit, for coordinates of size one.
    odd : bool
        Without b: with an odd activation, such as tanh, the stack then takes -x to minus what it takes x to.

    Returns
    -------
    params : list of tuple
        `(S,)` of shape (n, n) for each linear shear, then `(K, b, a)` of shapes (n, width), (width,), (width,), or `(K, a)` if
        `odd`. S and a, which say how far a shear moves, are zero.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    n, width = validate.whole("n", n, 1), validate.whole("width", width, 1)
    count, linear = validate.whole("count", count, 0), validate.whole("linear", linear, 0)
    gain = validate.positive("gain", gain)
    rng = validate.generator(seed, "shears")
    drawn = [(gain * rng.normal(size=(n, width)), gain * rng.normal(size=width), np.zeros(width)) for _ in range(count)]
    return [(np.zeros((n, n)),)] * linear + [(K, *b[bool(odd):], a) for K, *b, a in drawn]


def push(layer, x, activation="sigmoid"):
    """The gradient of one shear's potential V at `x`, shape (..., n) to (..., n).

    `K (a * sigma(K^T x + b))` for `(K, b, a)`, with b = 0 for `(K, a)`, where V is a sum of antiderivatives of sigma;
    `(S + S^T) x / 2` for `(S,)`.
    """
    if len(layer) == 1:
        return x @ (layer[0] + layer[0].T) / 2
    K, *b, a = layer
    return (a * ACTIVATIONS[activation](x @ K + b[0] if b else x @ K)) @ K.T


def shear(params, x, activation="sigmoid", sign=1):
    """Apply a stack of shears, shape (..., 2n) to (..., 2n): first to the positions, then to the momenta, in turn."""
    q, p = halves(x)
    for number, layer in list(enumerate(params))[::sign]:
        if number % 2 == 0:
            q = q + sign * push(layer, p, activation)
        else:
            p = p + sign * push(layer, q, activation)
    return np.concatenate([q, p], axis=-1)


def unshear(params, x, activation="sigmoid"):
    """Undo `shear`: the same shears, last first, each with the other sign."""
    return shear(params, x, activation, -1)


def polar(z):
    """Action and angle of each Cartesian pair, shape (..., 2n) to two of shape (..., n).

    I = (q^2 + p^2) / 2 and theta = atan2(q, p), so that q = sqrt(2I) sin(theta), p = sqrt(2I) cos(theta). With the positions'
    part filled by theta and the momenta's by I this is canonical: d theta ^ dI = dq ^ dp, and d theta / dt = + dH / dI. (The
    radius in place of (q^2 + p^2) / 2 is no action, and atan2(p, q) turns the sign.)
    """
    q, p = halves(z)
    return (q**2 + p**2) / 2, np.arctan2(q, p)


def cartesian(action, angle):
    """Undo `polar`: two of shape (..., n) to (..., 2n)."""
    radius = np.sqrt(2 * action)
    return np.concatenate([radius * np.sin(angle), radius * np.cos(angle)], axis=-1)


def rotate(z, angle):
    """Add `angle`, shape (..., n), to the angles of the Cartesian pairs, shape (..., 2n): no polar map, no jump at +-pi."""
    q, p = halves(z)
    c, s = np.cos(angle), np.sin(angle)
    return np.concatenate([c * q + s * p, c * p - s * q], axis=-1)


def halves(x):
    """Positions and momenta of states, shape (..., 2n) to two of shape (..., n)."""
    n = x.shape[-1] // 2
    return x[..., :n], x[..., n:]
