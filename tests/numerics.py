"""Derivatives by differences, and a measure of how far two arrays are apart: the tests' own, without the library."""

import numpy as np


def difference_gradient(function, x, h=1e-3):
    """The gradient of `function`, (..., dim) to (...), at `x` by central differences of fourth order."""
    x = np.asarray(x, dtype=float)
    columns = []
    for step in h * np.eye(x.shape[-1]):
        near = function(x + step) - function(x - step)
        far = function(x + 2 * step) - function(x - 2 * step)
        columns.append((8 * near - far) / (12 * h))
    return np.stack(columns, axis=-1)


def relative_error(got, expected):
    """The norm of the difference over the norm of what is expected."""
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    assert got.shape == expected.shape, f"shapes {got.shape} and {expected.shape}"
    return np.linalg.norm(got - expected) / np.linalg.norm(expected)
