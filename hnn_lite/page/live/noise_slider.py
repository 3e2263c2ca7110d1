"""The noise slider: a spring learned from the same films twice, from exact arrows at blurred states and from the blurred films themselves."""

import numpy as np

from hnn_lite import systems, validate
from hnn_lite.page.beyond import noise
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.plots import AXES, COLOURS

MOST, SECONDS = 0.3, 20.0          # noise at the right end of the slider; how far the springs run
SHOWN = 16                         # of the films, the one that the still shows


class NoiseSlider(LiveFigure):
    """Two constants of a spring, fitted anew for each noise in the browser: to arrows, and to whole films through the midpoint rule.

    Parameters
    ----------
    clean : array, shape (frames, films, 2)
        States of the spring H = q^2 + p^2 without noise.
    dt : float
        From one frame to the next, s.
    draw : array, shape (frames, films, 2)
        Standard normal numbers; the slider's noise times these is added.
    sigma : float
        The noise at first, 0 to 0.3.

    Raises
    ------
    ValueError
        If an argument cannot be used.
    """

    script, shared = "noise-slider", ("draw", "input", "stage")
    title = "two constants of a spring, learned from blurred films; move the noise"
    size = (7.2, 3.4)
    alt = ("Left, in the plane of position and momentum: grey dots of blurred films, one film in black, and on it a learned path. Right, over time: "
           "a spring's true position as a pale band; the one learned from whole films close to it, the one learned from arrows late.")

    def __init__(self, clean, dt, draw, sigma=0.15):
        self.clean, self.dt, self.draw = validate.finite("clean", clean), validate.positive("dt", dt), validate.finite("draw", draw)
        if self.clean.ndim != 3 or self.clean.shape[-1] != 2 or self.draw.shape != self.clean.shape:
            raise ValueError(f"clean and draw must both have shape (frames, films, 2), got {self.clean.shape} and {self.draw.shape}")
        self.sigma = validate.positive("sigma", sigma, zero_too=True)
        if sigma > MOST:
            raise ValueError(f"sigma must be at most {MOST}, got {sigma}")

    def fits(self, sigma):
        """What the browser computes: the constants (a, b) from arrows and from films, and the learned starts, at a noise."""
        x = self.clean + sigma * self.draw
        arrows, shot = noise.TwoConstants("mass-spring"), noise.TwoConstants("mass-spring")
        rates = systems.mass_spring().field(self.clean)
        noise.from_arrows(arrows, x.reshape(-1, 2), rates.reshape(-1, 2), prior=0.0, adapt=False)
        shot.params = [2 * np.ones(1), 2 * np.ones(1)]
        fitted = noise.fit(noise.Films(shot, x, self.dt), noise=sigma or 0.01, prior=0.0, adapt=False)
        return [float(each[0]) for each in arrows.params], [float(each[0]) for each in shot.params], fitted.starts

    def data(self):
        """See `LiveFigure`."""
        return {"clean": np.round(self.clean, 5), "draw": np.round(self.draw, 4), "dt": self.dt, "sigma": self.sigma, "most": MOST,
                "seconds": SECONDS, "film": self.shown()}

    def shown(self):
        """The number of the film that is drawn in black: a wide one."""
        return int(np.argsort(np.ptp(self.clean[..., 0], axis=0))[-4 if self.clean.shape[1] > 4 else -1])

    def still(self, figure):
        """See `LiveFigure`."""
        plane, wave = figure.subplots(1, 2, width_ratios=(1, 1.4))
        x, film = self.clean + self.sigma * self.draw, self.shown()
        arrows, shot, starts = self.fits(self.sigma)
        plane.plot(*x.reshape(-1, 2).T, ".", color=COLOURS["data"], markersize=2, alpha=0.4)
        plane.plot(*x[:, film].T, ".", color="k", markersize=5)
        t = np.linspace(0, SECONDS, 601)
        ahead = {"truth": (2.0, 2.0), "arrows": arrows, "films": shot}
        for name, (a, b) in ahead.items():
            q = np.cos(np.sqrt(a * b) * t)
            style = {"truth": {"color": COLOURS["truth"], "alpha": 0.18, "linewidth": 7}, "arrows": {"color": "C1"},
                     "films": {"color": COLOURS["hnn"]}}[name]
            wave.plot(t, q, label={"truth": "truth", "arrows": "from exact arrows", "films": "from whole films"}[name], **style)
        a, b = shot
        rate, ratio = np.sqrt(a * b), np.sqrt(b / a)
        q0, p0 = starts[film]
        turn = rate * np.linspace(0, (len(x) - 1) * self.dt, 200)
        plane.plot(q0 * np.cos(turn) + p0 / ratio * np.sin(turn), p0 * np.cos(turn) - ratio * q0 * np.sin(turn), color=COLOURS["hnn"])
        names = AXES["mass-spring"]
        plane.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal", xlabel=names[0], ylabel=names[1])
        wave.set(xlabel="time (s)", ylabel=names[0], ylim=(-1.3, 1.7))
        wave.legend(loc="upper center", ncols=3, fontsize=8, columnspacing=1, handlelength=1.2, handletextpad=0.5)
