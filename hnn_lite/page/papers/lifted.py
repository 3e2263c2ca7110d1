"""Kepler's problem in coordinates in which the sun is no hole: a fixed canonical map in front of any model."""

from types import SimpleNamespace

import numpy as np

from hnn_lite import validate


def lift(x, paths=False):
    """Levi-Civita's coordinates of planets about a sun at the origin: Q with Q^2 = q and P = 2 Q* p, as complex numbers.

    The map is canonical, and Q goes round once while q goes round twice: (Q, P) and (-Q, -P) are the same planet. The one with Re Q > 0 is
    taken, and along paths the one that is nearer to the state before.

    Parameters
    ----------
    x : array, shape (..., 4)
        States (x, y, p_x, p_y).
    paths : bool
        Whether the last axis but one is time.

    Returns
    -------
    z : array, shape (..., 4)

    Raises
    ------
    ValueError
        If a planet is in the sun.

    References
    ----------
    Levi-Civita, Acta Math. 42 (1920) 99.
    """
    q, p = _complex(validate.states("x", x, 4))
    if not np.all(q):
        raise ValueError("x must hold planets that are not in the sun, got one at (0, 0)")
    Q = np.sqrt(q)
    if paths:
        Q[..., 1:] *= np.cumprod(np.where((Q[..., 1:] * np.conj(Q[..., :-1])).real < 0, -1, 1), axis=-1)
    return _real(Q, 2 * np.conj(Q) * p)


def drop(z):
    """The inverse of `lift`: q = Q^2, p = P / (2 Q*), shape (..., 4) to the same."""
    Q, P = _complex(validate.states("z", z, 4))
    return _real(Q**2, P / (2 * np.conj(Q)))


class Lifted:
    """A model that learns and predicts in the coordinates of `lift`.

    Of each training path it is shown both lifts.

    Parameters
    ----------
    model : Model
        For states of 4 coordinates.
    """

    params = property(lambda self: self.model.params, lambda self, params: setattr(self.model, "params", params), doc="Of the model.")

    def __init__(self, model):
        self.model, self.dim = model, model.dim

    def examples(self, task):
        """Those of the model, of the lifted paths of a task."""
        x, test_x = lift(task.x, paths=True), lift(task.test_x, paths=True)
        return self.model.examples(SimpleNamespace(x=np.concatenate([x, -x]), test_x=test_x, dt=task.dt))

    def errors(self, params, *examples):
        """The model's, in standard deviations of the lifted coordinates."""
        return self.model.errors(params, *examples)

    def loss(self, params, *examples):
        """The model's."""
        return self.model.loss(params, *examples)

    def rollout(self, x0, t, **how):
        """The path from `x0`, shape (..., 4), at the times `t`: shape (times, ..., 4); see the model's."""
        return drop(self.model.rollout(lift(x0), t, **how))


def _complex(x):
    return x[..., 0] + 1j * x[..., 1], x[..., 2] + 1j * x[..., 3]


def _real(q, p):
    return np.stack([q.real, q.imag, p.real, p.imag], axis=-1)
