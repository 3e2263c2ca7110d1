"""What every learned law of motion shares: parameters, a loss, coordinates in which learning starts, and a file to keep them in."""

import importlib.metadata
import inspect
import json

import autograd.numpy as np

from hnn_lite import batches, tree, validate
from hnn_lite.mechanics import Dynamics
from hnn_lite.networks import ACTIVATIONS, init_mlp
from hnn_lite.scaling import Scaling


class Model:
    """A learned law of motion.

    A subclass has `params`, a tree of arrays; `examples(task)`, what it is shown of a task: training and test set of `batches`, in the
    coordinates of its errors; and `errors(params, *examples)`, by how much each example is missed, shape (batch, components), in
    autograd's NumPy, or another `loss`. `training.fit` asks for nothing else; whatever a subclass changes is what it is trained on.

    Attributes
    ----------
    label, colour : str
        What the book's figures call it, and draw it in.
    scaling : Scaling or None
        From the units of the data to the coordinates of `errors`; None until the first `fit`.
    """

    label, colour, scaling = "model", "#8a8a8a", None

    def loss(self, params, *examples):
        """Mean over batch and components of the squared errors, a scalar."""
        return np.mean(self.errors(params, *examples) ** 2)

    def arguments(self):
        """What to call the class with to build such a model again: a dict.

        Each argument stands in the attribute of its name, or in `_name` where `name` is something else; `...` if in neither.
        """
        names = [name for name in inspect.signature(type(self)).parameters if name != "seed"]
        return {name: getattr(self, f"_{name}", getattr(self, name, ...)) for name in names}

    def save(self, path, half=False):
        """Write the parameters, and what is needed to build the model again, to the `.npz` file `path`; see `models.load`.

        If `half`, in half precision and packed: small, and exact to three digits or 3e-8, whichever is coarser.

        Raises
        ------
        ValueError
            If the model could not be loaded again; nothing is written then.
        """
        name, arguments = type(self).__name__, self.arguments()
        with np.errstate(over="ignore"):
            arrays = [np.asarray(leaf, np.float16 if half else None) for leaf in tree.leaves(self.params)]
        try:
            if name in [base.__name__ for base in type(self).__mro__[1:]]:
                raise ValueError(f"it needs another name than the {name} that it is made from")
            if any(value is ... for value in arguments.values()):          # not `in`: an array has no truth value
                raise ValueError(f"keep its argument {next(key for key in arguments if arguments[key] is ...)!r} in an attribute of that name")
            arguments = json.loads(json.dumps(arguments, default=lambda value: (value.plain if isinstance(value, Scaling) else value.tolist)()))
            _build(type(self), arguments, arrays)
        except Exception as problem:  # noqa: BLE001 (a class of one's own may fail in any way)
            raise ValueError(f"{name} cannot be saved, as it could not be loaded again: {problem}") from None
        about = {"class": name, "version": importlib.metadata.version("hnn-lite"), **arguments}
        with open(path, "wb") as file:
            (np.savez_compressed if half else np.savez)(file, about=json.dumps(about), **{f"p{k}": array for k, array in enumerate(arrays)})

    @classmethod
    def load(cls, path):
        """The model of this class that `save` wrote; see `models.load`."""
        return read(path, {cls.__name__: cls})

    def __repr__(self):
        shown = {name: value for name, value in self.arguments().items() if name != "scaling"}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @property
    def units(self):
        """The scaling, or the one that changes nothing."""
        return self.scaling or Scaling.identity(self.dim)


class LearnedField(Model, Dynamics):
    """A network that gives dx/dt, or something that dx/dt follows from.

    Parameters
    ----------
    dim : int
        Coordinates of a state.
    seed : int
        Equal seeds give equal initial parameters.
    hidden : sequence of int
        Widths of the hidden layers; the default is the paper's.
    activation : str
        A name in `networks.ACTIVATIONS`; the default is the paper's.
    scaling : Scaling, optional
        If not given, taken from the training set of the first `fit`; it changes nothing if the data are of size one, as the paper's are.

    Attributes
    ----------
    params : list of tuple
        `(W, b)` for each hidden layer and `(W,)` for the last.
    outputs : int or None
        Of the network; None means one for each coordinate.

    Raises
    ------
    ValueError
        If an argument is out of range or the activation unknown.
    """

    outputs = None

    def __init__(self, dim, seed=0, hidden=(200, 200), activation="tanh", scaling=None):
        self.dim = validate.whole("dim", dim, 1)
        self.hidden = validate.wholes("hidden", hidden, 1)
        self.activation = validate.choice("activation", activation, ACTIVATIONS)
        self.scaling = Scaling.stored(scaling, self.dim)
        self.params = init_mlp((self.dim, *self.hidden, self.outputs or self.dim), seed)

    def apply(self, params, x):
        """dx/dt for given parameters, in the coordinates of the scaling: shape (..., dim) to (..., dim)."""
        raise NotImplementedError

    def examples(self, task):
        """States and their time derivatives; see `batches.pairs`."""
        train, test = batches.pairs(task, "dx", self.dim)
        self.scaling = self.scaling or Scaling.of_rates(*train.arrays)
        return tuple(rows.map(self.scaling.apply, self.scaling.apply_rate) for rows in (train, test))

    def errors(self, params, x, dx):
        """The errors of the field, shape (batch, dim); their mean square is the loss of the HNN paper, equation 3."""
        return self.apply(params, x) - dx

    def field(self, x):
        """dx/dt at the states `x`, shape (..., dim) to (..., dim)."""
        units = self.units
        return units.undo_rate(self.apply(self.params, units.apply(validate.states("x", x, self.dim))))


def read(path, classes):
    """Build the model in the file `path` again; it must be one of `classes`, a dict by name. See `models.load`."""
    try:
        with np.load(path, allow_pickle=False) as file:
            about, *arrays = [str(file["about"]), *(file[name] for name in file.files if name != "about")]
        about = json.loads(about)
        name, version = about.pop("class"), about.pop("version", "0.1")
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as problem:           # a damaged archive fails in a dozen ways
        raise ValueError(f"{path} is not a model saved by hnn_lite ({type(problem).__name__}: {problem})") from None
    if name not in classes:
        raise ValueError(f"{path} holds a {name}, which is none of: {', '.join(classes)}; a class of your own has {name}.load(path)")
    try:
        return _build(classes[name], about, arrays)
    except Exception as problem:  # noqa: BLE001
        raise ValueError(f"{path}, written by hnn_lite {version}, does not fit this version's {name}: {problem}") from None


def _build(model_class, arguments, arrays):
    model = model_class(**arguments)
    wanted, given = [np.shape(leaf) for leaf in tree.leaves(model.params)], [array.shape for array in arrays]
    if wanted != given:
        raise ValueError(f"it has parameters of shapes {given} where {wanted} are wanted")
    model.params = tree.rebuild(model.params, [validate.finite("a parameter", array).astype(float) for array in arrays])
    return model
