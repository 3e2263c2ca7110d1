"""What every learned law of motion shares: an MLP, its parameters, and a file to keep them in."""

from functools import lru_cache
import json
import warnings

import autograd.numpy as np
from autograd import value_and_grad

from hnn_lite import batches, validate
from hnn_lite import tree
from hnn_lite.by_hand import fused
from hnn_lite.networks import ACTIVATIONS, init_mlp


LEAVES = "Wba"          # names of a layer's arrays in a file


class Model:
    """A learned law of motion on states of `dim` coordinates.

    Parameters
    ----------
    dim : int
        Coordinates of a state.
    seed : int
        Equal seeds give equal initial parameters.
    hidden : sequence of int
        Widths of the hidden layers; the default is the paper's.
    activation : str
        A name in `networks.mlp.ACTIVATIONS`; the default is the paper's.

    Attributes
    ----------
    params : list of tuple
        `(W, b)` for each hidden layer and `(W,)` for the last.

    Raises
    ------
    ValueError
        If an argument is out of range or the activation unknown.
    """

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh"):
        self.dim = validate.whole("dim", dim, 1)
        self.hidden = validate.wholes("hidden", hidden, 1)
        self.activation = validate.choice("activation", activation, ACTIVATIONS)
        self.params = init_mlp((self.dim, *self.hidden, self.outputs), seed)

    def examples(self, task, dtype):
        """What this model learns from a task: states and their time derivatives. See `hnn_lite.examples.pairs`."""
        return batches.pairs(task, "dx", self.dim, dtype)

    def loss(self, params, x, dx):
        """Mean over batch and components of the squared error of the field, a scalar (HNN paper, equation 3).

        Parameters
        ----------
        params : list of tuple
        x, dx : array, shape (batch, dim)
            States and their time derivatives.
        """
        form = self._form(params)
        if form:
            return getattr(fused, form + "_loss")(params, x, self.target(dx), self.activation)
        return np.mean((self.apply(params, x) - dx) ** 2)

    def trainer(self, rows, params):
        """What `fit` calls in each step: a function `(params, x, dx, run) -> (loss, gradient)`, the gradient as a vector.

        By hand (see `networks.fused`) where the loss is this library's; by autograd where a subclass has changed it.
        """
        form = self._form(params) if type(self).loss is Model.loss else None
        if form:
            by_hand = fused.Trainer(form, rows, params, self.activation)
            return lambda params, x, dx, run: by_hand(params, x, self.target(dx), run)
        return by_autograd(self.loss)

    def _form(self, params):
        if self.form() is None:
            return None
        if fused.has_form(params, self.activation):
            return self.form()
        _say_slow(self.activation)
        return None

    def field(self, x):
        """dx/dt at the states `x`, shape (..., dim) to (..., dim)."""
        return self.apply(self.params, validate.states("x", x, self.dim))

    def arguments(self):
        """What to call the class with to build such a model again."""
        return {"dim": self.dim, "hidden": self.hidden, "activation": self.activation}

    def save(self, path, half=False):
        """Write the parameters and what is needed to rebuild the model to the `.npz` file `path`; see `load`.

        If `half`, in half precision and packed: small, and exact to three digits.
        """
        write(path, self, half)

    def __repr__(self):
        return f"{type(self).__name__}(dim={self.dim}, hidden={self.hidden}, activation={self.activation!r})"


def by_autograd(loss):
    """A trainer of any `loss(params, *examples)`: a function `(params, *examples, run) -> (loss, gradient as a vector)`."""
    loss_and_gradient = value_and_grad(loss)

    def train(params, *examples_and_run):
        *shown, _ = examples_and_run
        value, gradient = loss_and_gradient(params, *shown)
        return float(value), tree.ravel(gradient, shown[0].dtype)

    return train


@lru_cache
def _say_slow(activation):          # once for each
    warnings.warn(f"no hand-derived gradient for this network with {activation!r}: autograd trains it, more slowly",
                  stacklevel=2)


def write(path, model, half=False):
    """Write a model's parameters to a `.npz` file, and beside them its class and the arguments to build it with.

    If `half`, in half precision and packed.
    """
    about = {"class": type(model).__name__, **model.arguments()}
    arrays = {f"{kind}{layer}": leaf.astype(np.float16) if half else leaf for layer, leaves in enumerate(model.params)
              for kind, leaf in zip(LEAVES, leaves, strict=False)}
    with open(path, "wb") as file:
        (np.savez_compressed if half else np.savez)(file, about=json.dumps(about), **arrays)


def load(path, classes):
    """Rebuild a model of one of `classes` from the `.npz` file that `Model.save` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not such a file, or its arrays do not fit.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            stored = {name: file[name] for name in file.files}
        about = json.loads(str(stored.pop("about")))
        model = classes[about.pop("class")](**about)
        if set(about) != set(model.arguments()):
            raise ValueError(f"arguments {', '.join(about)}")
        params = [tuple(stored.pop(f"{kind}{layer}") for kind, _ in zip(LEAVES, leaves, strict=False))
                  for layer, leaves in enumerate(model.params)]
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as problem:           # a damaged archive fails in a dozen ways
        raise ValueError(f"{path} is not a model saved by hnn_lite ({type(problem).__name__}: {problem})") from None
    if stored:
        raise ValueError(f"{path} holds more than such a model has: {', '.join(stored)}")
    for new, old in zip(params, model.params, strict=True):
        for leaf, expected in zip(new, old, strict=True):
            validate.finite(f"a parameter in {path}", leaf)
            if leaf.shape != expected.shape:
                raise ValueError(f"{path} holds a parameter of shape {leaf.shape} where {expected.shape} is wanted")
    model.params = [tuple(leaf.astype(float, copy=False) for leaf in layer) for layer in params]
    return model
