"""Two losses of a multilayer perceptron with gradients derived by hand, for speed.

`field_loss` compares the outputs with a target; `gradient_loss` compares the *gradient* of the single output with respect
to the inputs, which is what an HNN is trained on. Both are autograd primitives: they can stand in any expression that
autograd differentiates. A `Trainer` computes loss and gradient in one go, which is what `fit` calls.

The batch is cut into two halves, one for each of two threads, since NumPy lets go of Python's lock while it computes; the
halves are added in the same order on every machine. The chapter on fast training derives every line.
"""

from concurrent.futures import ThreadPoolExecutor
import contextlib
from functools import lru_cache

import autograd.numpy as np
import numpy
from autograd import grad
from autograd.extend import defvjp, primitive
from autograd.tracer import isbox
from threadpoolctl import ThreadpoolController

from hnn_lite import tree
from hnn_lite.networks import input_gradient, mlp

BLOCK = 1024          # rows at a time where only the loss is wanted: enough for speed, little memory


def field_loss(params, x, target, activation="tanh"):
    """Mean over batch and outputs of (mlp(x) - target)^2, a scalar.

    Parameters
    ----------
    params : list of tuple
        As `mlp.init_mlp` gives them.
    x : array, shape (batch, inputs)
    target : array, shape (batch, outputs)
    activation : str
        A name in `mlp.ACTIVATIONS`; those without an entry in `ACTIVATIONS` here are left to autograd.
    """
    return _choose(_fused_field_loss, _plain_field_loss, params, activation)(params, x, target, activation)


def gradient_loss(params, x, target, activation="tanh"):
    """Mean over batch and inputs of (d mlp(x) / dx - target)^2, a scalar; target has the shape of x.

    Otherwise as `field_loss`.
    """
    return _choose(_fused_gradient_loss, _plain_gradient_loss, params, activation)(params, x, target, activation)


def _plain_field_loss(params, x, target, activation):
    return np.mean((mlp(params, x, activation) - target) ** 2)


def _plain_gradient_loss(params, x, target, activation):
    return np.mean((input_gradient(params, x, activation) - target) ** 2)


def _choose(fused, plain, params, activation):
    boxes_inside = not isbox(params) and any(isbox(leaf) for layer in params for leaf in layer)
    return fused if has_form(params, activation) and not boxes_inside else plain


def has_form(params, activation):
    """Whether there is a hand-derived form: for activations in `ACTIVATIONS`, and at least one hidden layer."""
    return activation in ACTIVATIONS and len(params) > 1


# Activations in place: the value h from a, the slope sigma' from h, and abar times sigma''/sigma' from h.

def _tanh(a):
    if a.size < 2**15:          # short arrays: one call costs less than five
        numpy.tanh(a, out=a)
        return
    a *= 2                      # long ones: 1 - 2 / (1 + exp(2 a)) takes three quarters of the time, and is as exact
    with numpy.errstate(over="ignore"):
        numpy.exp(a, out=a)
    a += 1
    numpy.divide(2, a, out=a)
    numpy.subtract(1, a, out=a)


def _tanh_slope(h, out):
    numpy.multiply(h, h, out=out)
    numpy.subtract(1, out, out=out)


def _tanh_bend(h, abar):
    abar *= h
    abar *= -2


def _sigmoid(a):
    a *= 0.5
    numpy.tanh(a, out=a)
    a += 1
    a *= 0.5


def _sigmoid_slope(h, out):
    numpy.subtract(1, h, out=out)
    out *= h


def _sigmoid_bend(h, abar):
    abar *= 1 - 2 * h


def _softplus_slope(h, out):
    numpy.exp(-h, out=out)
    numpy.subtract(1, out, out=out)


def _softplus_bend(h, abar):
    abar *= numpy.exp(-h)


def _relu_bend(h, abar):
    abar[:] = 0


ACTIVATIONS = {
    "tanh": (_tanh, _tanh_slope, _tanh_bend),
    "sigmoid": (_sigmoid, _sigmoid_slope, _sigmoid_bend),
    "softplus": (lambda a: numpy.logaddexp(0, a, out=a), _softplus_slope, _softplus_bend),
    "relu": (lambda a: numpy.maximum(0, a, out=a), lambda h, out: numpy.greater(h, 0, out=out, casting="unsafe"),
             _relu_bend),
}


class Half:
    """Buffers for `rows` rows of a batch, and the passes through the network that use them.

    Names follow the chapter: h the values of a layer, s the slopes sigma'(a), v and u = s v the derivatives of the output
    by h and a on the way down to the input gradient g; a bar marks the derivative of the loss. `below[l]` stacks [vbar; h], `above[l]` stacks [u; abar], so that the two
    products that make up the gradient of W_l are one.
    """

    def __init__(self, rows, sizes, activation, dtype):
        self.activate, self.slope, self.bend = ACTIVATIONS[activation]
        inputs, hidden = sizes[:-2], sizes[1:-1]
        self.below = [numpy.empty((2 * rows, width), dtype) for width in inputs]
        self.above = [numpy.empty((2 * rows, width), dtype) for width in hidden]
        self.vbar = [stack[:rows] for stack in self.below]
        self.h = [stack[rows:] for stack in self.below] + [numpy.empty((rows, sizes[-2]), dtype)]
        self.u = [stack[:rows] for stack in self.above]
        self.abar = [stack[rows:] for stack in self.above]
        self.s = [numpy.empty((rows, width), dtype) for width in hidden]
        self.work = [numpy.empty((rows, width), dtype) for width in hidden]
        self.error = numpy.empty((rows, sizes[-1]), dtype)
        self.ones = numpy.ones(rows, dtype)

    def forward(self, params, x):
        """Values of all layers, and their slopes."""
        self.h[0][:] = x
        for layer, (W, b) in enumerate(params[:-1]):
            h = self.h[layer + 1]
            numpy.matmul(self.h[layer], W, out=h)
            h += b
            self.activate(h)
            self.slope(h, self.s[layer])

    def field_loss(self, params, x, target):
        """Sum of squared errors of the outputs."""
        self.forward(params, x)
        numpy.matmul(self.h[-1], params[-1][0], out=self.error)
        self.error -= target
        return float(numpy.vdot(self.error, self.error))

    def field_gradient(self, params, scale, out):
        """After `field_loss`: `scale` / 2 times its gradient, into the tree `out`."""
        self.error *= scale
        numpy.matmul(self.h[-1].T, self.error, out=out[-1][0])
        hbar = (self.error, params[-1][0])
        for layer in reversed(range(len(params) - 1)):
            abar = self.abar[layer]
            numpy.matmul(hbar[0], hbar[1].T, out=abar)
            abar *= self.s[layer]
            numpy.matmul(self.h[layer].T, abar, out=out[layer][0])
            numpy.matmul(self.ones, abar, out=out[layer][1])
            hbar = (abar, params[layer][0])

    def gradient_loss(self, params, x, target):
        """Sum of squared errors of the input gradient: up through the values, down through the slopes."""
        self.forward(params, x)
        v = params[-1][0][:, 0]
        for layer in reversed(range(len(params) - 1)):
            numpy.multiply(self.s[layer], v, out=self.u[layer])
            v = self.work[layer - 1] if layer else self.vbar[0]
            numpy.matmul(self.u[layer], params[layer][0].T, out=v)
        g = v                   # it lies in vbar[0]: from g to the residual, and then to gbar, in one place
        g -= target
        return float(numpy.vdot(g, g))

    def gradient_gradient(self, params, scale, out):
        """After `gradient_loss`: `scale` / 2 times its gradient, into the tree `out`: up again, and down again."""
        last = len(params) - 2
        self.vbar[0] *= scale          # gbar
        for layer, (W, _) in enumerate(params[:-1]):
            ubar, abar = self.work[layer], self.abar[layer]
            numpy.matmul(self.vbar[layer], W, out=ubar)
            numpy.multiply(ubar, self.u[layer], out=abar)
            self.bend(self.h[layer + 1], abar)
            numpy.multiply(ubar, self.s[layer], out=ubar if layer == last else self.vbar[layer + 1])
        numpy.matmul(self.ones, self.work[last], out=out[-1][0][:, 0])
        for layer in reversed(range(len(params) - 1)):
            abar = self.abar[layer]
            if layer < last:
                hbar = self.work[layer]
                numpy.matmul(self.abar[layer + 1], params[layer + 1][0].T, out=hbar)
                hbar *= self.s[layer]
                abar += hbar
            numpy.matmul(self.below[layer].T, self.above[layer], out=out[layer][0])
            numpy.matmul(self.ones, abar, out=out[layer][1])


class Trainer:
    """Loss and gradient together, for a batch of fixed size.

    Parameters
    ----------
    kind : str
        "field" or "gradient", for `field_loss` or `gradient_loss`.
    rows : int
        Rows of a batch.
    params : list of tuple
        Gives the shapes and the dtype.
    activation : str
        A name in `ACTIVATIONS`.
    """

    def __init__(self, kind, rows, params, activation):
        sizes, dtype = _sizes(params)
        self.kind, self.cut = kind, (rows + 1) // 2
        self.halves = [Half(part, sizes, activation, dtype) for part in (self.cut, rows - self.cut) if part]
        size = sum(leaf.size for layer in params for leaf in layer)
        self.vectors = [numpy.empty(size, dtype) for _ in self.halves]
        self.gradients = [tree.views(vector, params) for vector in self.vectors]

    def __call__(self, params, x, target, run=map):
        """Loss and gradient, a float and a vector of shape (parameters,) that the next call overwrites.

        `run` maps a function over the halves; `threads` gives one that does so at the same time.
        """
        scale = 2 / target.size
        parts = [(x[:self.cut], target[:self.cut]), (x[self.cut:], target[self.cut:])]

        def work(number):
            half, (rows, goal) = self.halves[number], parts[number]
            loss = getattr(half, self.kind + "_loss")(params, rows, goal)
            getattr(half, self.kind + "_gradient")(params, scale, self.gradients[number])
            return loss

        loss = sum(run(work, range(len(self.halves))))
        for vector in self.vectors[1:]:
            self.vectors[0] += vector
        return loss / target.size, self.vectors[0]


@contextlib.contextmanager
def threads():
    """A way to run two halves at the same time, for the time of a `with` block: matrix products then use one thread each.

    Where NumPy may use one core only, or is told to, the halves run one after the other.
    """
    controller = _controller()
    available = max((library["num_threads"] for library in controller.info()), default=1)
    if available < 2:
        yield map
        return
    with controller.limit(limits=1, user_api="blas"), ThreadPoolExecutor(1) as other:
        def run(function, numbers):
            later = [other.submit(function, number) for number in numbers[1:]]
            return [function(numbers[0]), *(future.result() for future in later)]
        yield run


@lru_cache(1)
def _controller():
    return ThreadpoolController()


def _sizes(params):
    matrices = [layer[0] for layer in params]
    return (matrices[0].shape[0], *(matrix.shape[1] for matrix in matrices)), matrices[0].dtype


@lru_cache(8)
def _block(rows, sizes, activation, dtype):
    return Half(rows, sizes, activation, dtype)


def _loss(kind, params, x, target, activation):
    total = 0.0
    for start in range(0, len(x), BLOCK):
        rows = slice(start, start + BLOCK)
        half = _block(len(x[rows]), *_sizes(params)[:1], activation, _sizes(params)[1])
        total += getattr(half, kind + "_loss")(params, x[rows], target[rows])
    return total / target.size


def _register(kind, plain):
    """Make the loss an autograd primitive: by hand for the parameters, by autograd for data and second derivatives."""

    @primitive
    def loss(params, x, target, activation):
        return _loss(kind, params, x, target, activation)

    def by_hand(ans, params, x, target, activation):
        if isbox(params) or isbox(x) or isbox(target):
            return lambda g: _scaled(grad(plain)(params, x, target, activation), g)
        return lambda g: _scaled(
            tree.views(Trainer(kind, len(x), params, activation)(params, x, target)[1], params), g)

    def by_autograd(argument):
        return lambda ans, *arguments: lambda g: g * grad(plain, argument)(*arguments)

    defvjp(loss, by_hand, by_autograd(1), by_autograd(2), argnums=(0, 1, 2))
    return loss


def _scaled(gradient, factor):
    return [tuple(leaf * factor for leaf in layer) for layer in gradient]


_fused_field_loss = _register("field", _plain_field_loss)
_fused_gradient_loss = _register("gradient", _plain_gradient_loss)
