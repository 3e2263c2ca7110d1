"""The lab "build an autoencoder": how many numbers does a picture need, and what do they mean?"""

import matplotlib
import numpy as np

from hnn_lite.page import claims
from hnn_lite.data import pixel_pendulum
from hnn_lite.models import PixelModel
from hnn_lite.page.labs.controls import Control
from hnn_lite.page.labs.lab import Lab
from hnn_lite.page.plots import COLOURS

FILMS, BATCH, SHOWN = 40, 100, 6


class BuildAnAutoencoder(Lab):
    """Choose the size of the code, the width of the layers and the weight of the canonical loss; see pictures and the code's path.

    The autoencoder has four layers on either side, as in the paper, and an HNN moves its codes.

    Attributes
    ----------
    task, model
        Of the last run, once it has begun.
    """

    title = "Build an autoencoder"
    alt = ("Left: six frames of a test film above what the model draws of them. Right: the code of this film, its momentum over its "
           "position, coloured by time.")
    controls = {
        "latent": Control("numbers in a code", (2, 4, 6, 8), 2),
        "width": Control("hidden units", (16, 32, 64, 128, 200), 64),
        "canonical": Control("canonical weight", (0.0, 0.01, 0.1, 1.0, 10.0), 0.1),
        "steps": Control("steps", (50, 100, 200, 500, 1000), 500),
        "seed": Control("seed", tuple(range(10)), 0),
    }
    size = (9.6, 3.0)

    def _train(self, latent, width, canonical, steps, seed):
        seed = claims.seed(seed)
        self.task = pixel_pendulum.films(seed, trials=FILMS)
        self.model = PixelModel(self.task.x.shape[-1], seed=seed, step="rk4", latent=latent, hidden=width, canonical=canonical)
        self._fit(self.model, self.task, steps, self._note, batch=BATCH, learning_rate=3e-3, schedule="cosine", seed=seed)

    def _note(self):
        film = self.task.test_x[0]
        self.code = self.model.encode(film)
        chosen = np.linspace(0, len(film) - 1, SHOWN).astype(int)
        self.shown = film[chosen], self.model.decode(self.code[chosen])

    def draw(self, figure):
        left, right = figure.subfigures(1, 2, width_ratios=(5, 4))
        for row, pictures in zip(left.subplots(2, SHOWN), self.shown, strict=True):
            for ax, picture in zip(row, pictures, strict=True):
                ax.imshow(picture[:pixel_pendulum.PIXELS].reshape(pixel_pendulum.SIDE, -1), cmap="gray_r", vmin=0, vmax=0.5)
                ax.set(xticks=[], yticks=[])
            row[0].set_ylabel("film" if pictures is self.shown[0] else "drawn")
        ax, n = right.subplots(), self.model.latent // 2
        for number in range(n):
            q, p = self.code[:, number], self.code[:, n + number]
            ax.plot(q, p, color=COLOURS["hnn"], linewidth=0.8, alpha=0.6)
            dots = ax.scatter(q, p, c=pixel_pendulum.DT * np.arange(len(q)), s=12, cmap=matplotlib.rcParams["image.cmap"])
        figure.colorbar(dots, ax=ax, label="time (s)")
        ax.locator_params(nbins=4)
        ax.set(xlabel="code $z_q$", ylabel="code $z_p$", title="one film" if n == 1 else f"one film, {n} pairs of codes")

    def statements(self):
        x = self.task.test_x.reshape(-1, self.model.dim)
        z, n = self.model.encode(x), self.model.latent // 2
        drawn = np.mean((self.model.decode(z) - x) ** 2) / np.mean((x - x.mean(axis=0)) ** 2)
        films = z.reshape(*self.task.test_x.shape[:2], -1)
        step, momentum = np.diff(films[..., :n], axis=1), films[:, :-1, n:]
        off = np.mean((momentum - step) ** 2) / np.mean(step**2)
        return [("the drawings miss less than a tenth of what differs between pictures", bool(drawn < 0.1), drawn),
                ("the code's momentum is the next step of its position, to a tenth in the square", bool(off < 0.1), off)]
