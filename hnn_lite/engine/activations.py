"""Activations that autograd takes as one call each, with a derivative that the value alone determines."""

import autograd.numpy as anp
from autograd.extend import defvjp, primitive
import numpy as np


@primitive
def sigmoid(z):
    """1 / (1 + exp(-z)), without overflow, to rounding beside 1: what is far below 1 has few digits, or none."""
    return (1 + np.tanh(z / 2)) / 2


@primitive
def softplus(z):
    """log(1 + exp(z)), without overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


@primitive
def relu(z):
    """max(0, z)."""
    return np.maximum(z, 0)


defvjp(sigmoid, lambda h, z: lambda g: g * (h * (1 - h)))
defvjp(softplus, lambda h, z: lambda g: g * (1 - anp.exp(-h)))
defvjp(relu, lambda h, z: lambda g: g * anp.greater(h, 0))
