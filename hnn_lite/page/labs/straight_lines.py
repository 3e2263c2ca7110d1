"""The lab "find the actions": a network that learns straight coordinates, and the actions that are known otherwise."""

import numpy as np

from hnn_lite.page import claims
from hnn_lite import validate
from hnn_lite.data import trajectories
from hnn_lite.actions import whole_mixing
from hnn_lite.models import ActionAngleNetwork
from hnn_lite.page.labs.controls import Control
from hnn_lite.page.labs.lab import Lab
from hnn_lite.page import plots

SYSTEMS = {"pendulum": trajectories.pendulum, "Toda": trajectories.toda}
LONGEST = {"pendulum": 1000, "Toda": 200}          # samples: a longer truth of Toda's takes too long to integrate
BATCH = {"pendulum": 1000, "Toda": 500}


class FindTheActions(Lab):
    """Choose a system, the number and width of the shears and the reach of the training; compare the learned actions with the exact.

    For Toda's lattice the learned actions may be whole combinations of the exact ones (`hl.actions.whole_mixing`); these are shown.

    Attributes
    ----------
    task, model
        Of the last run, once it has begun.
    """

    title = "Find the actions"
    alt = ("Left: each unseen path's learned action over its exact one, dots near the diagonal where it was learned. Right: the error of "
           "predictions over the length of the jump, below that of predicting that nothing moves.")
    controls = {
        "system": Control("system", tuple(SYSTEMS), "pendulum"),
        "shears": Control("shears", (2, 4, 6, 8, 10), 8),
        "width": Control("units of a shear", (4, 8, 16, 24), 16),
        "reach": Control("reach (samples)", (1, 5, 10, 30, 99), 99),
        "steps": Control("steps", (20, 50, 100, 200, 400), 100),
        "seed": Control("seed", tuple(range(10)), 0),
    }
    size = (9.0, 3.6)

    def _train(self, system, shears, width, reach, steps, seed):
        name, seed = validate.choice("system", system, SYSTEMS), claims.seed(seed)
        self.task = task = SYSTEMS[name](seed)
        self.model = ActionAngleNetwork(task.system.dim, seed, shears, width, hidden=(width,), reach=reach)
        states = task.test_x[:, 0]
        self.exact = task.system.actions(states) if task.exact is None else task.exact.encode(states)[0]
        self.jumps = np.unique(np.geomspace(1, LONGEST[name], 13).astype(int))
        self._fit(self.model, task, steps, self._note, batch=BATCH[name], method="levenberg-marquardt", seed=seed)

    def _note(self):
        learned = self.model.encode(self.task.test_x)[0]
        self.learned, self.spread = learned.mean(axis=1), np.median(np.std(learned, axis=1) / np.mean(learned, axis=1))
        self.errors = self.task.error_by_jump(self.model.advance, self.jumps, starts=25)

    @property
    def mixed(self):
        """The exact actions, in the whole combinations that the learned ones are: shape (paths, n), and the combinations."""
        whole, _ = whole_mixing(self.exact, self.learned)
        return self.exact @ whole.T, whole

    def draw(self, figure):
        left, right = figure.subplots(1, 2)
        exact, whole = self.mixed
        for number in range(exact.shape[1]):
            left.plot(exact[:, number], self.learned[:, number], "os"[number % 2], color=plots.COLOURS["action-angle"], markersize=5,
                      alpha=1 - 0.5 * (number % 2), label=f"({', '.join(map(str, whole[number]))})")
        left.axline((0, 0), slope=1, color=plots.COLOURS["truth"], linewidth=1)
        left.set(xlabel="exact action", ylabel="learned action", title="unseen paths")
        if exact.shape[1] > 1:
            left.legend(title="combination", alignment="left")
        periods = self.jumps * self.task.dt / self.task.period
        right.loglog(periods, np.sqrt(np.median(self.errors, axis=1)), **plots.line("action-angle"))
        right.loglog(periods, np.sqrt(np.median(self.task.persistence(self.jumps, 25), axis=1)), **plots.line("persistence"))
        right.set(xlabel="length of the jump (periods)", ylabel="error", title="in standard deviations")
        right.legend()

    def statements(self):
        exact, _ = self.mixed
        off = np.abs(self.learned - exact).max() / np.abs(exact).max()
        error = np.sqrt(np.median(self.errors, axis=1))
        near = error[np.argmin(np.abs(self.jumps * self.task.dt - 10 * self.task.period))]
        return [("the learned actions are the exact ones, to a twentieth of the largest", bool(off < 0.05), off),
                ("along a true path they stay, to two per cent in the median", bool(self.spread < 0.02), self.spread),
                ("after about ten periods the median error is below a tenth", bool(near < 0.1), near)]
