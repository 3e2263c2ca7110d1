"""The gradient of the pixel model's three losses, derived by hand, for speed.

First each of two threads takes half of the batch, one pass up and one pass down: both windows of frames through the encoder
in one product, the first through the decoder, the codes through a Runge-Kutta step of the latent law; then back the same
way. The derivative of a Runge-Kutta step is a chain over its stages, last stage first. When both are done, each takes half
of every weight matrix and makes its gradient, a product over the whole batch.
"""

import numpy as np

from hnn_lite.mechanics import apply_omega
from hnn_lite import tree
from hnn_lite.by_hand import fused
from hnn_lite.networks import DEPTH

# explicit Runge-Kutta steps whose every stage looks at the one before only: f at z + a k_before, and z' = z + sum of b k
STEPS = {"euler": ((0,), (1,)),
         "rk4": ((0, 1 / 2, 1 / 2, 1), (1 / 6, 1 / 3, 1 / 3, 1 / 6))}


class Residual:
    """Buffers for `rows` rows of a batch, and the passes through `autoencoder.residual` that use them.

    Names as in the chapter on fast training: h the values that enter a layer, r its relu, a bar the derivative of the loss,
    abar that by what enters the relu (in the last layer, by the outputs). An abar lies where the r or the outputs lay.
    """

    def __init__(self, rows, params):
        dtype = params[0][0].dtype
        self.h = [np.empty((rows, W.shape[0]), dtype) for W, _ in params]
        self.abar = [np.empty((rows, W.shape[1]), dtype) for W, _ in params]
        self.hbar, self.work = np.empty_like(self.h[-1]), np.empty_like(self.h[-1])
        self.ones = np.ones(rows, dtype)

    def forward(self, params, rows):
        """From the inputs in `h[0]` to the outputs, for some of the rows."""
        h = self.h[0][rows]
        for layer, (W, b) in enumerate(params[:-1]):
            r, after = self.abar[layer][rows], self.h[layer + 1][rows]
            np.matmul(h, W, out=r)
            r += b
            np.maximum(r, 0, out=r if layer else after)
            h = np.add(h, r, out=after) if layer else after
        outputs = np.matmul(h, params[-1][0], out=self.abar[-1][rows])
        outputs += params[-1][1]
        return outputs

    def backward(self, params, rows):
        """After `forward`, with the derivative by the outputs in the place of the outputs: every other `abar`."""
        hbar, work = self.hbar[rows], self.work[rows]
        np.matmul(self.abar[-1][rows], params[-1][0].T, out=hbar)
        for layer in reversed(range(len(params) - 1)):
            abar = self.abar[layer][rows]
            np.sign(abar if layer else self.h[1][rows], out=abar)          # the slope of the relu
            abar *= hbar
            if layer:
                hbar += np.matmul(abar, params[layer][0].T, out=work)
        return abar

    def gradient(self, out, half):
        """After `backward` of all rows: the gradient of one half of each matrix, and of the biases with the first half."""
        for h, abar, (W, b) in zip(self.h, self.abar, out, strict=True):
            middle = len(W) // 2
            part = slice(middle, None) if half else slice(0, middle)
            np.matmul(h.T[part], abar, out=W[part])
            if half == 0:
                np.matmul(self.ones, abar, out=b)


class Law(fused.Half):
    """One evaluation of the latent field, and its derivative in a direction: `fused.Half` without a loss of its own."""

    def __init__(self, form, rows, params, activation):
        super().__init__(rows, *fused._sizes(params)[:1], activation, params[0][0].dtype)
        self.form = form

    def field(self, params, z):
        """dz/dt at the codes `z`."""
        getattr(self, f"{self.form}_loss")(params, z, 0)
        return apply_omega(self.vbar[0]) if self.form == "gradient" else self.error.copy()

    def backward(self, params, bar, out):
        """After `field`: from the derivative by the field to that by the parameters, into `out`, and by `z`, returned."""
        if self.form == "gradient":
            self.vbar[0][:] = -apply_omega(bar)
        else:
            self.error[:] = bar
        getattr(self, f"{self.form}_gradient")(params, 1, out)
        return self.abar[0] @ params[0][0].T


class Step:
    """A Runge-Kutta step of the latent law over one frame, for `rows` codes, and its derivative."""

    def __init__(self, name, form, rows, params, activation):
        self.nodes, self.weights = STEPS[name]
        self.stages = [Law(form, rows, params, activation) for _ in self.nodes]
        self.vector = np.empty(sum(leaf.size for layer in params for leaf in layer), params[0][0].dtype)
        self.share = np.empty_like(self.vector)
        self.out = tree.views(self.share, params)

    def forward(self, params, z):
        """The codes one frame later."""
        after, k = z.copy(), 0
        for stage, node, weight in zip(self.stages, self.nodes, self.weights, strict=True):
            k = stage.field(params, z + node * k)
            after += weight * k
        return after

    def backward(self, params, bar):
        """After `forward`: from the derivative by the codes one frame later to that by the parameters, into `vector`, and by z."""
        self.vector[:] = 0
        total, below = bar.copy(), 0
        for stage, node, weight in zip(self.stages[::-1], self.nodes[::-1], self.weights[::-1], strict=True):
            stage_bar = stage.backward(params, weight * bar + below, self.out)
            self.vector += self.share
            total += stage_bar
            below = node * stage_bar
        return total


class Trainer:
    """Loss and gradient of a pixel model together, for a batch of fixed size.

    Parameters
    ----------
    rows : int
        Rows of a batch.
    params : list of tuple
        Encoder, decoder and law, one after the other; gives the shapes and the dtype.
    form, activation : str
        Of the latent law: see `fused.Trainer`.
    step : str
        A name in `STEPS`.
    weights : tuple of float
        Of the mean squared errors of the picture, of the canonical coordinates, and of the law's step.
    """

    def __init__(self, rows, params, form, activation, step, weights):
        encoder, decoder, law = parts(params)
        cut = (rows + 1) // 2
        self.rows = [part for part in (slice(0, cut), slice(cut, rows)) if part.stop > part.start]
        self.encoder, self.decoder = Residual(2 * rows, encoder), Residual(rows, decoder)
        self.steps = [Step(step, form, part.stop - part.start, law, activation) for part in self.rows]
        self.vector = np.empty(sum(leaf.size for layer in params for leaf in layer), params[0][0].dtype)
        self.out = tree.views(self.vector, params)
        pixels, latent = encoder[0][0].shape[0], encoder[-1][0].shape[1]
        self.weights = [weight / (rows * size) for weight, size in zip(weights, (pixels, latent / 2, latent), strict=True)]

    def __call__(self, params, x, next_x, run=map):
        """Loss and gradient, a float and a vector of shape (parameters,) that the next call overwrites.

        `run` maps a function over two numbers, perhaps at the same time; see `fused.threads`.
        """
        def passes(number):
            return self._passes(params, x, next_x, self.rows[number], self.steps[number])

        def gradients(half):
            self.encoder.gradient(self.out[:DEPTH], half)
            self.decoder.gradient(self.out[DEPTH:2 * DEPTH], half)

        loss = sum(run(passes, range(len(self.rows))))
        list(run(gradients, range(2)))
        self.vector[-len(self.steps[0].vector):] = sum(step.vector for step in self.steps)
        return loss, self.vector

    def _passes(self, params, x, next_x, rows, step):
        """Both passes for one half of the batch; the loss of that half. The encoder's rows: x, next_x, for each half."""
        encoder, decoder, law = parts(params)
        both, cut = slice(2 * rows.start, 2 * rows.stop), rows.stop - rows.start
        pairs = self.encoder.h[0][both]
        pairs[:cut], pairs[cut:] = x[rows], next_x[rows]
        codes = self.encoder.forward(encoder, both)
        z, next_z, n = codes[:cut], codes[cut:], codes.shape[1] // 2
        self.decoder.h[0][rows] = z
        picture = self.decoder.forward(decoder, rows)
        picture -= pairs[:cut]
        errors = (picture, z[:, n:] - (next_z[:, :n] - z[:, :n]), next_z - step.forward(law, z))
        loss = sum(weight * float(np.vdot(error, error)) for weight, error in zip(self.weights, errors, strict=True))

        for weight, error in zip(self.weights, errors, strict=True):          # from errors to derivatives
            error *= 2 * weight
        _, canonical, law_error = errors
        np.matmul(self.decoder.backward(decoder, rows), decoder[0][0].T, out=z)
        z += step.backward(law, -law_error)
        z += np.hstack([canonical, canonical])
        next_z[:] = law_error
        next_z[:, :n] -= canonical
        self.encoder.backward(encoder, both)
        return loss


def parts(params):
    """Encoder, decoder and law of one list of parameters."""
    return params[:DEPTH], params[DEPTH:2 * DEPTH], params[2 * DEPTH:]
