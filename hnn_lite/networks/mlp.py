"""The multilayer perceptron, as a pure function of its parameters."""

import autograd.numpy as np

from hnn_lite import checks


def sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


def softplus(z):
    return np.logaddexp(0, z)


ACTIVATIONS = {"tanh": np.tanh, "sigmoid": sigmoid, "softplus": softplus, "sin": np.sin}


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
    sizes = [checks.whole("a width in sizes", size, 1) for size in sizes]
    rng = checks.generator(seed, "parameters of a network")
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


def _orthogonal(rng, inputs, outputs):
    tall = rng.normal(size=(max(inputs, outputs), min(inputs, outputs)))
    Q, R = np.linalg.qr(tall)
    Q = Q * np.sign(np.diag(R))            # without the signs, Q would not be uniform over the orthogonal matrices
    return Q if inputs >= outputs else Q.T
