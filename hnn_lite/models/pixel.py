"""A law of motion learned from pictures: an autoencoder, and an HNN or a baseline that moves its codes."""

import autograd.numpy as np

from hnn_lite import batches, integrate, validate
from hnn_lite.models.base import Model
from hnn_lite.models.baseline import Baseline
from hnn_lite.models.hnn import HNN
from hnn_lite.networks import init_autoencoder, residual
from hnn_lite.scaling import sizes

LAWS = {"baseline": Baseline, "hnn": HNN}
STEPS = {"euler": integrate.euler, "rk4": integrate.rk4}
LAW_WEIGHT = 0.1     # in the paper's code


class PixelModel(Model):
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
    brightness : float, optional
        By what the pictures are divided. If not given, taken from the training set of the first `fit`: the brightest pixel if that is not
        of size one (0.1 to 10), as the paper's is.

    Attributes
    ----------
    params : dict
        "encoder" and "decoder": four layers `(W, b)` each; "law": the layers of the law's network.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    def __init__(self, dim, law="hnn", seed=0, step="euler", canonical=1.0, motion=LAW_WEIGHT, latent=2,
                 hidden=200, brightness=None):
        self.dim, self.latent = validate.whole("dim", dim, 1), validate.phase_space("latent", latent)
        self.hidden = validate.whole("hidden", hidden, 1)
        self.step, self.canonical = validate.choice("step", step, STEPS), validate.positive("canonical", canonical, zero_too=True)
        self.motion = validate.positive("motion", motion, zero_too=True)
        self._law = validate.choice("law", law, LAWS)
        self._mover = LAWS[law](self.latent, seed, (self.hidden, self.hidden))
        self.label, self.colour = self._mover.label, self._mover.colour
        self.brightness = brightness if brightness is None else validate.positive("brightness", brightness)
        encoder, decoder = init_autoencoder(self.dim, self.latent, seed, self.hidden)
        self.params = {"encoder": encoder, "decoder": decoder, "law": self._mover.params}

    @property
    def law(self):
        """The law of the codes, with the present `params`."""
        self._mover.params = self.params["law"]
        return self._mover

    def examples(self, task):
        """What this model sees, and the same one frame later; see `batches.pairs`."""
        train, test = batches.pairs(task, "next_x", self.dim, films=True)
        if self.brightness is None:
            brightest = float(np.max(sizes("task.x", train.arrays[0])))
            self.brightness = 1.0 if 0.1 < brightest < 10 or not brightest else brightest
        if self.brightness == 1:          # films are large: no copy
            return train, test
        return tuple(rows.map(*[lambda x: x / self.brightness] * 2) for rows in (train, test))

    def losses(self, params, x, next_x):
        """The three losses, each a mean over the batch and its components, unweighted.

        Parameters
        ----------
        params : dict
        x, next_x : array, shape (batch, dim)
            What the model sees now, and one frame later.

        Returns
        -------
        reconstruction, canonical, law : float
            Of x by decoding its code; of z_p by the difference of z_q to the next frame; of the next code by one step of
            the law.
        """
        codes, n = residual(params["encoder"], np.concatenate([x, next_x])), self.latent // 2
        z, next_z = codes[:len(x)], codes[len(x):]
        step = STEPS[self.step](lambda z: self.law.apply(params["law"], z), z, 1)
        return (np.mean((residual(params["decoder"], z) - x) ** 2), np.mean((z[:, n:] - (next_z[:, :n] - z[:, :n])) ** 2),
                np.mean((next_z - step) ** 2))

    def loss(self, params, x, next_x):
        """Reconstruction + `canonical` x canonical-coordinate loss + `motion` x loss of the law, a scalar."""
        reconstruction, canonical, law = self.losses(params, x, next_x)
        return reconstruction + self.canonical * canonical + self.motion * law

    def encode(self, x):
        """Codes of what the model sees, shape (..., dim) to (..., latent)."""
        return residual(self.params["encoder"], validate.states("x", x, self.dim) / (self.brightness or 1.0))

    def decode(self, z):
        """Pictures of codes, shape (..., latent) to (..., dim)."""
        return (self.brightness or 1.0) * residual(self.params["decoder"], validate.states("z", z, self.latent))

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
        self.params["encoder"][0][0][dark] = 0
