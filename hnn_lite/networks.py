"""Networks as pure functions of their parameters: the multilayer perceptron, and a residual autoencoder."""

import autograd.numpy as np

from hnn_lite import validate
from hnn_lite.engine.activations import relu, sigmoid, softplus


ACTIVATIONS = {"tanh": np.tanh, "sigmoid": sigmoid, "softplus": softplus, "relu": relu, "sin": np.sin}
DEPTH = 4          # fully connected layers of an autoencoder, each way


def init_mlp(sizes, seed):
    """Draw the parameters of a multilayer perceptron.

    Weights are orthogonal, hidden biases uniform within 1/sqrt(inputs) of zero, and the last layer has no bias, as in the
    HNN paper's code.

    Parameters
    ----------
    sizes : sequence of int
        Widths from input to output, such as (2, 200, 200, 1).
    seed : int
        Equal seeds give equal parameters.

    Returns
    -------
    params : list of tuple
        `(W, b)` for each hidden layer, W of shape (inputs, outputs) and b of shape (outputs,); `(W,)` for the last.

    Raises
    ------
    ValueError
        If fewer than two widths are given or one is not a positive whole number.

    References
    ----------
    Saxe, McClelland, Ganguli, arXiv:1312.6120 (orthogonal weights).
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes needs an input and an output width, got {tuple(sizes)}")
    sizes = [validate.whole("a width in sizes", size, 1) for size in sizes]
    rng = validate.generator(seed, "parameters of a network")
    params = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        bound = 1 / np.sqrt(inputs)
        params.append((_orthogonal(rng, inputs, outputs), rng.uniform(-bound, bound, outputs)))
    return [*params[:-1], params[-1][:1]]


def mlp(params, x, activation="tanh"):
    """The network's outputs, shape (..., inputs) to (..., outputs)."""
    sigma = ACTIVATIONS[activation]
    *hidden, (last,) = params
    for W, b in hidden:
        x = sigma(x @ W + b)
    return x @ last


def init_autoencoder(pixels, latent, seed, hidden=200):
    """Draw the parameters of an encoder and a decoder.

    Weights and hidden biases as `init_mlp` draws them; the last layer of each has a bias, zero at first.

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
    widths = (validate.whole("pixels", pixels, 1), *[validate.whole("hidden", hidden, 1)] * (DEPTH - 1), validate.whole("latent", latent, 1))
    draw = validate.generator(seed, "autoencoder").integers(2**32, size=2)
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


def _orthogonal(rng, inputs, outputs):
    tall = rng.normal(size=(max(inputs, outputs), min(inputs, outputs)))
    Q, R = np.linalg.qr(tall)
    Q = Q * np.sign(np.diag(R))            # without the signs, Q would not be uniform over the orthogonal matrices
    return Q if inputs >= outputs else Q.T
