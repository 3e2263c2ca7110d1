"""The Action-Angle Network's loss as one would write it for PyTorch and for JAX, for `benchmark`.

Both are given arrays, and the parameters of an `ActionAngleNetwork` with frequencies="mlp" and the sigmoid, and without a
scaling. Neither is imported before it is needed.
"""

from hnn_lite.networks.fused_symplectic import parts


def action_angle_loss(numpy, sigmoid, join, params, x, other, t):
    """The mean squared error of the states predicted after the times `t`, a scalar.

    Parameters
    ----------
    numpy : module
        `torch` or `jax.numpy`: what they have in common is enough.
    sigmoid : callable
    join : callable
        Joins a list of arrays along their last axis.
    params : list of tuple
        See `ActionAngleNetwork`.
    x, other : array, shape (batch, dim)
    t : array, shape (batch, 1)
    """
    shears, (constant,), ((W, b), (V,)) = parts(params)
    n = x.shape[1] // 2

    def push(layer, x):
        K, b, a = layer
        return (a * sigmoid(x @ K + b)) @ K.T

    q, p = x[:, :n], x[:, n:]
    for number, layer in enumerate(shears):
        if number % 2 == 0:
            q = q + push(layer, p)
        else:
            p = p + push(layer, q)
    angle = (constant + sigmoid((q**2 + p**2) / 2 @ W + b) @ V) * t
    c, s = numpy.cos(angle), numpy.sin(angle)
    q, p = c * q + s * p, c * p - s * q
    for number, layer in reversed(list(enumerate(shears))):
        if number % 2 == 0:
            q = q - push(layer, p)
        else:
            p = p - push(layer, q)
    return ((join([q, p]) - other) ** 2).mean()
