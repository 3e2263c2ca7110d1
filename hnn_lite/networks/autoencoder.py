"""A residual autoencoder, as pure functions of its parameters: a picture to a few numbers, and back."""

import autograd.numpy as np

from hnn_lite import checks
from hnn_lite.networks.mlp import init_mlp, relu

DEPTH = 4          # fully connected layers each way


def init_autoencoder(pixels, latent, seed, hidden=200):
    """Draw the parameters of an encoder and a decoder.

    Weights and hidden biases as `mlp.init_mlp` draws them; the last layer of each has a bias, zero at first.

    Parameters
    ----------
    pixels, latent : int
        Numbers in a picture, and in its code.
    seed : int
        Equal seeds give equal parameters.
    hidden : int
        Width of the hidden layers.

    Returns
    -------
    encoder, decoder : list of tuple
        Four layers `(W, b)` each.

    Raises
    ------
    ValueError
        If a width is not a positive whole number.
    """
    widths = (checks.whole("pixels", pixels, 1), *[checks.whole("hidden", hidden, 1)] * (DEPTH - 1),
              checks.whole("latent", latent, 1))
    draw = checks.generator(seed, "autoencoder").integers(2**32, size=2)
    encoder, decoder = (init_mlp(sizes, int(number)) for sizes, number in zip((widths, widths[::-1]), draw, strict=True))
    return [[*net[:-1], (net[-1][0], np.zeros(net[-1][0].shape[1]))] for net in (encoder, decoder)]


def residual(params, x):
    """One way through an autoencoder, shape (..., inputs) to (..., outputs).

    The first layer has the activation relu, those in the middle *add* theirs to what they got, and the last is linear.
    """
    (W, b), *middle, (last, shift) = params
    x = relu(x @ W + b)
    for W, b in middle:
        x = x + relu(x @ W + b)
    return x @ last + shift
