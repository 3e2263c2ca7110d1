"""The lab "tune a baseline until it wins": a list of tries, each against the HNN that learned from the same data."""

import numpy as np

from hnn_lite.page import claims
from hnn_lite import validate
from hnn_lite.data import fields
from hnn_lite.metrics import energy_mse
from hnn_lite.models import Baseline, HNN
from hnn_lite.page.labs.controls import Control
from hnn_lite.page.labs.lab import Lab
from hnn_lite.page import plots

HNN_RECIPE = {"width": 100, "steps": 1000, "learning_rate": 1e-3, "weight_decay": 1e-4}          # it is not tuned


class TuneABaseline(Lab):
    """Change everything about a baseline, and see whether it keeps the energy of a mass on a spring as well as an HNN does.

    The HNN sees the same noisy trajectories and has one recipe, `HNN_RECIPE`. One seed is luck, so each try has several, and their
    medians are compared.

    Attributes
    ----------
    tries : list of dict
        The settings of each try, `errors` and `hnn`, the energy errors of either over the seeds, and `ratio`, of their medians.
    """

    title = "Tune a baseline until it wins"
    alt = ("For each try a row of orange dots, the baseline's energy errors over the seeds, and a row of blue dots, the HNN's on the "
           "same data; larger marks are the medians.")
    controls = {
        "width": Control("hidden units", (10, 20, 50, 100, 200, 400), 100),
        "steps": Control("steps", (100, 500, 1000, 2000, 5000), 1000),
        "learning_rate": Control("learning rate", (1e-4, 3e-4, 1e-3, 3e-3, 1e-2), 1e-3),
        "weight_decay": Control("weight decay", (0.0, 1e-5, 1e-4, 1e-3, 1e-2), 1e-4),
        "trajectories": Control("trajectories", (5, 10, 25, 50, 100), 25),
        "noise": Control("noise", (0.0, 0.02, 0.05, 0.1, 0.2), 0.1),
        "seeds": Control("seeds", (1, 3, 5), 3),
    }
    size = (8.4, 2.8)

    def __init__(self):
        super().__init__()
        self.tries, self._rivals = [], {}

    def run(self, watch=None, hnn_steps=None, **settings):
        """As `Lab.run`; `hnn_steps` shortens the HNN's training, for a look at how it works."""
        self._hnn_steps = HNN_RECIPE["steps"] if hnn_steps is None else validate.whole("hnn_steps", hnn_steps, 1)
        return super().run(watch, **settings)

    def _train(self, trajectories, noise, seeds, **recipe):
        row = {"trajectories": trajectories, "noise": noise, "seeds": seeds, **recipe, "errors": [], "hnn": [], "ratio": np.nan}
        for seed in map(claims.seed, range(validate.whole("seeds", seeds, 1))):
            task = fields.mass_spring(seed, trajectories=trajectories, noise=noise)
            key = trajectories, noise, seed, self._hnn_steps
            if key not in self._rivals:
                error = self._error(HNN, task, seed, **HNN_RECIPE | {"steps": self._hnn_steps})
                if self._stop.is_set():          # half a training is no rival
                    return
                self._rivals[key] = error
            error = self._error(Baseline, task, seed, **recipe)
            if self._stop.is_set():
                return
            row["hnn"].append(self._rivals[key])
            row["errors"].append(error)
            row["ratio"] = np.median(row["errors"]) / np.median(row["hnn"])
            if len(row["errors"]) == 1:          # from now on it is seen
                self.tries.append(row)

    def _error(self, model, task, seed, width, steps, learning_rate, weight_decay):
        learner = model(2, seed, hidden=(width, width))
        self._fit(learner, task, steps, lambda: None, learning_rate=learning_rate, weight_decay=weight_decay, seed=seed)
        return energy_mse(learner, task).mean

    def table(self):
        """The tries as rows of text: what was changed, both medians in J², and their ratio."""
        rows = ["try  width  steps  rate    decay   traj.  noise  baseline   HNN        ratio"]
        for number, row in enumerate(self.tries, 1):
            rows.append(f"{number:<4} {row['width']:<6} {row['steps']:<6} {row['learning_rate']:<7g} {row['weight_decay']:<7g} "
                        f"{row['trajectories']:<6} {row['noise']:<6g} {np.median(row['errors']):<10.1e} {np.median(row['hnn']):<10.1e} "
                        f"{row['ratio']:.2g}")
        return rows

    def draw(self, figure):
        ax = figure.subplots()
        for number, row in enumerate(self.tries, 1):
            for name, errors, shift in (("baseline", row["errors"], 0.15), ("hnn", row["hnn"], -0.15)):
                look = {"color": plots.COLOURS[name], "linestyle": "none"}
                ax.plot(errors, [number + shift] * len(errors), "o", markersize=4, alpha=0.5, **look)
                ax.plot(np.median(errors), number + shift, "D" if name == "hnn" else "s", markersize=8,
                        label=plots.LABELS[name] if number == 1 else None, **look)
        ax.set(xlabel="mean squared error of the energy over 20 s (J²)", ylabel="try", xscale="log", yticks=range(1, len(self.tries) + 1))
        ax.set_ylim(len(self.tries) + 0.6, 0.4)
        if self.tries:
            ax.legend()

    def statements(self):
        if not self.tries:
            return []
        ratio = self.tries[-1]["ratio"]
        return [(f"try {len(self.tries)}: the baseline's median error is below the HNN's", bool(ratio < 1), f"{ratio:.3g} times it")]

    def report(self):
        return (self.table() if self.tries else []) + super().report()
