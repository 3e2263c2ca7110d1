"""Redraw the seeds: a table of published figures beside the tables that other seeds of ours would have given."""

import numpy as np

from hnn_lite import validate
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.plots import COLOURS, LABELS, QUANTITIES

MODELS, REACH, FEWEST, SHOWN = ("baseline", "hnn"), 2.4, 3, "energy_mse"          # the axis goes over so many powers of ten on each side


class Redraw(LiveFigure):
    """For each task and model: our figures, one for each seed, the published one, and one of ours, drawn anew, in the place of the published one.

    A draw takes one seed for each task, the same for both models and all quantities, as one training of a table does. It is judged as the
    published table is, though by one seed fewer: how many of its figures lie outside the range of the seeds that were not drawn?

    Parameters
    ----------
    rows : list of (str, str, str, float, array)
        Task, quantity, model, the published figure, and ours, one for each seed and all in the same order; for each task a row for each of
        the quantities `plots.QUANTITIES` and the models "baseline" and "hnn".

    Raises
    ------
    ValueError
        If a row is missing, or the seeds of a task are not as many in each row.
    """

    script, shared = "redraw", ("draw", "input", "stage")
    title = "redraw the seeds: press play, and compare the tables with the published one"
    size = (7.2, 4.2)

    def __init__(self, rows):
        self.tasks = list(dict.fromkeys(task for task, *_ in rows))
        given = {(task, quantity, model): (validate.positive(f"the published {quantity} of {task}", published), validate.numbers(f"our {quantity} of {task}", ours))
                 for task, quantity, model, published, ours in rows}
        wanted = {(task, quantity, model) for task in self.tasks for quantity in QUANTITIES for model in MODELS}
        if not wanted or set(given) != wanted or len(rows) != len(wanted):
            raise ValueError(f"rows must have one row for each task, each of {', '.join(QUANTITIES)}, and each of {', '.join(MODELS)}, got {len(rows)} rows")
        self.rows = {key: given[key] for key in sorted(wanted, key=list(given).index)}
        self.seeds = {task: self.rows[task, SHOWN, MODELS[0]][1].size for task in self.tasks}
        for (task, quantity, model), (_, ours) in self.rows.items():
            if ours.shape != (self.seeds[task],) or ours.size < FEWEST or ours.min() <= 0:
                raise ValueError(f"our {quantity} of {task}, {model}, must be one positive number for each of at least {FEWEST} seeds, as many in each row")

    def outside(self, drawn=None):
        """How many figures lie outside our range: the published ones, or those of the seeds `drawn`, a number for each task, outside the others'."""
        count = 0
        for (task, *_), (figure, ours) in self.rows.items():
            if drawn is not None:
                figure, ours = ours[drawn[task]], np.delete(ours, drawn[task])
            count += not ours.min() <= figure <= ours.max()
        return count

    def expected(self):
        """The mean of `outside` over all draws."""
        return sum(np.mean([not np.delete(ours, k).min() <= one <= np.delete(ours, k).max() for k, one in enumerate(ours)]) for _, ours in self.rows.values())

    @property
    def alt(self):
        """What the still shows."""
        return (f"A row for each of {len(self.tasks)} tasks and each model, on a logarithmic axis: our energy errors as dots, in multiples of their median, and a "
                f"diamond at the published figure. Of all {len(self.rows)} published figures {self.outside()} lie outside our seeds' range.")

    def data(self):
        """See `LiveFigure`."""
        rows = [{"task": task, "quantity": quantity, "model": model, "published": published, "ours": ours}
                for (task, quantity, model), (published, ours) in self.rows.items()]
        return {"rows": rows, "tasks": self.tasks, "seeds": self.seeds, "quantities": list(QUANTITIES.items()), "shown": SHOWN, "reach": REACH,
                "labels": {model: LABELS[model] for model in MODELS}}

    def still(self, figure):
        """See `LiveFigure`."""
        axes = figure.subplots()
        for (task, quantity, model), (published, ours) in self.rows.items():
            if quantity != SHOWN:
                continue
            y, middle = self.tasks.index(task) + 0.22 * (1 if model == "hnn" else -1), np.median(ours)
            axes.plot(ours / middle, np.full(len(ours), y), "o", color=COLOURS[model], alpha=0.6, markersize=5, label=None if self.tasks.index(task) else LABELS[model])
            axes.plot(published / middle, y, "D", color="k", markersize=6, label=None if self.tasks.index(task) or model == "hnn" else "published")
        axes.set(xscale="log", xlim=(10**-REACH, 10**REACH), ylim=(len(self.tasks) - 0.5, -0.5), yticks=range(len(self.tasks)), yticklabels=self.tasks,
                 xlabel=f"{QUANTITIES[SHOWN]}, over our median")
        figure.legend(loc="outside lower center", ncols=3)
