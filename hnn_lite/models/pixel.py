"""A law of motion learned from pictures: an autoencoder, and an HNN or a baseline that moves its codes."""

import autograd.numpy as np

from hnn_lite import batches, integrate, validate
from hnn_lite.models import base
from hnn_lite.models.baseline import Baseline
from hnn_lite.models.hnn import HNN
from hnn_lite.by_hand import fused_autoencoder
from hnn_lite.networks import init_autoencoder, residual
from hnn_lite.by_hand.fused_autoencoder import STEPS

LAWS = {"baseline": Baseline, "hnn": HNN}
LAW_WEIGHT = 0.1     # in the paper's code
BLOCK = 400          # rows at a time where only the loss is wanted


class PixelModel:
    """Encode a pair of frames, move the code, decode (HNN paper, section 5).

    A code z = (z_q, z_p) has as many "momenta" as "positions". Time is counted in frames.

    Parameters
    ----------
    dim : int
        Numbers that the model sees at a time: 1568 for a pair of frames.
    law : str
        "hnn" or "baseline": what moves the codes.
    seed : int
        Equal seeds give equal initial parameters.
    step : str
        How the loss goes from one frame to the next: "euler" as in the paper's code, or "rk4".
    canonical, motion : float
        Weights of the canonical-coordinate loss and of the law's loss; the paper's are 1 and 0.1.
    latent : int
        Numbers in a code, even.
    hidden : int
        Width of the autoencoder's hidden layers and of the law's two.

    Attributes
    ----------
    params : list of tuple
        Four layers `(W, b)` of the encoder, four of the decoder, then the law's.
    law : HNN or Baseline
        The law of the codes; it shares `params`.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    def __init__(self, dim, law="hnn", seed=0, step="euler", canonical=1.0, motion=LAW_WEIGHT, latent=2,
                 hidden=200):
        self.dim, self.latent = validate.whole("dim", dim, 1), validate.phase_space("latent", latent)
        self.hidden = validate.whole("hidden", hidden, 1)
        self.step, self.canonical = validate.choice("step", step, STEPS), validate.positive("canonical", canonical, zero_too=True)
        self.motion = validate.positive("motion", motion, zero_too=True)
        self.law = LAWS[validate.choice("law", law, LAWS)](self.latent, seed, (self.hidden, self.hidden))
        encoder, decoder = init_autoencoder(self.dim, self.latent, seed, self.hidden)
        self.params = [*encoder, *decoder, *self.law.params]

    @property
    def params(self):
        return self._params

    @params.setter
    def params(self, params):
        self._params = params
        self.law.params = fused_autoencoder.parts(params)[2]

    def examples(self, task, dtype):
        """What this model learns from a task: what it sees, and the same one frame later. See `hnn_lite.examples.pairs`."""
        return batches.pairs(task, "next_x", self.dim, dtype, films=True)

    def losses(self, params, x, next_x):
        """The three losses, each a mean over the batch and its components, unweighted.

        Parameters
        ----------
        params : list of tuple
        x, next_x : array, shape (batch, dim)
            What the model sees now, and one frame later.

        Returns
        -------
        reconstruction, canonical, law : float
            Of x by decoding its code; of z_p by the difference of z_q to the next frame; of the next code by one step of
            the law.
        """
        encoder, decoder, law = fused_autoencoder.parts(params)
        z, next_z = residual(encoder, x), residual(encoder, next_x)
        n = self.latent // 2
        step = integrate.METHODS[self.step](lambda z: self.law.apply(law, z), z, 1)
        return (np.mean((residual(decoder, z) - x) ** 2), np.mean((z[:, n:] - (next_z[:, :n] - z[:, :n])) ** 2),
                np.mean((next_z - step) ** 2))

    def loss(self, params, x, next_x):
        """Reconstruction + `canonical` x canonical-coordinate loss + `motion` x loss of the law, a scalar.

        Takes batches of shape (batch, dim), and whole films, shape (trials, times, dim).
        """
        blocks = [(part, next_x[number]) for number, part in enumerate(x)] if x.ndim == 3 else [
            (x[start:start + BLOCK], next_x[start:start + BLOCK]) for start in range(0, len(x), BLOCK)]
        total = 0.0
        for part, next_part in blocks:
            terms = self.losses(params, np.ascontiguousarray(part), np.ascontiguousarray(next_part))
            total = total + len(part) * sum(weight * term for weight, term in zip(self.weights, terms, strict=True))
        return total / sum(len(part) for part, _ in blocks)

    @property
    def weights(self):
        """Of the three losses."""
        return 1.0, self.canonical, self.motion

    def trainer(self, rows, params):
        """What `fit` calls in each step: a function `(params, x, next_x, run) -> (loss, gradient)`, the gradient as a vector.

        By hand (see `networks.fused_autoencoder`); by autograd where a subclass has changed the loss.
        """
        if (type(self).loss, type(self).losses) == (PixelModel.loss, PixelModel.losses) and self.law.form():
            return fused_autoencoder.Trainer(rows, params, self.law.form(), self.law.activation, self.step, self.weights)
        return base.by_autograd(self.loss)

    def encode(self, x):
        """Codes of what the model sees, shape (..., dim) to (..., latent)."""
        return residual(fused_autoencoder.parts(self.params)[0], validate.states("x", x, self.dim))

    def decode(self, z):
        """Pictures of codes, shape (..., latent) to (..., dim)."""
        return residual(fused_autoencoder.parts(self.params)[1], validate.states("z", z, self.latent))

    def film(self, x0, steps):
        """Move the code of `x0` and decode it after each frame.

        The law is integrated finely (`integrate.solve_ivp`), whatever step it was trained with.

        Parameters
        ----------
        x0 : array, shape (..., dim)
            What the model sees at the start.
        steps : int
            Frames to go.

        Returns
        -------
        film : array, shape (steps + 1, ..., dim)
        """
        times = np.arange(validate.whole("steps", steps, 1) + 1.0)
        return self.decode(self.law.rollout(self.encode(validate.finite_states("x0", x0, self.dim)), times))

    def trim(self, x):
        """Set to zero the encoder's weights of those inputs that are zero in all of `x`: nothing ever trained them."""
        dark = ~np.any(x != 0, axis=tuple(range(x.ndim - 1)))
        self.params[0][0][dark] = 0

    def arguments(self):
        """What to call the class with to build such a model again."""
        return {"dim": self.dim, "law": type(self.law).__name__.lower(), "step": self.step, "canonical": self.canonical,
                "motion": self.motion, "latent": self.latent, "hidden": self.hidden}

    def save(self, path, half=False):
        """Write the parameters and what is needed to rebuild the model to the `.npz` file `path`; see `models.load`.

        If `half`, in half precision and packed: small, and exact to three digits.
        """
        base.write(path, self, half)

    def __repr__(self):
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.arguments().items())
        return f"{type(self).__name__}({arguments})"
