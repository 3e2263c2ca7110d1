"""Published figures beside our own over several seeds, at a glance."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter

from hnn_lite.show.plots import COLOURS, LABELS

QUANTITIES = {"train_loss": "training loss", "test_loss": "test loss", "energy_mse": "energy MSE"}


def scoreboard(records, published, models=("baseline", "hnn")):
    """A panel for each quantity, a row for each experiment: our seeds as dots, the published figure as a diamond.

    Parameters
    ----------
    records : list of dict
        As `experiments.reproduce` returns them.
    published : dict
        `{experiment: {quantity: {model: (mean, standard error)}}}`.
    models : sequence of str

    Returns
    -------
    fig : matplotlib Figure

    Raises
    ------
    ValueError
        If there is no record of an experiment that was published.
    """
    names = list(published)
    missing = [name for name in names if not any(record["experiment"] == name for record in records)]
    if missing:
        raise ValueError(f"no record of: {', '.join(missing)}")
    fig, axes = plt.subplots(1, len(QUANTITIES), figsize=(9.6, 0.7 + 0.75 * len(names)), sharey=True)
    for ax, (quantity, title) in zip(axes, QUANTITIES.items(), strict=True):
        for row, name in enumerate(names):
            for place, model in enumerate(models):
                y = row + 0.36 * (place - (len(models) - 1) / 2)
                ours = [record[quantity] for record in records
                        if (record["experiment"], record["model"]) == (name, model)]
                ax.plot(ours, np.full(len(ours), y), "o", color=COLOURS[model], alpha=0.45, markersize=6, markeredgewidth=0)
                mean, error = published[name][quantity][model]
                low = min(error, 0.9 * mean)               # a bar that reaches below zero has no end on this axis
                ax.errorbar(mean, y, xerr=[[low], [error]], fmt="D", color="black", markersize=4.5, elinewidth=1, capsize=2)
        ax.set(xscale="log", title=title, yticks=range(len(names)), yticklabels=names)
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.grid(axis="x", color="#dddddd")
    axes[0].invert_yaxis()
    handles = [plt.Line2D([], [], color=COLOURS[model], marker="o", linestyle="", label=f"{LABELS[model]}, one seed each")
               for model in models]
    handles.append(plt.Line2D([], [], color="black", marker="D", linestyle="", markersize=4.5, label="published, ± its error"))
    fig.legend(handles=handles, loc="outside lower center", ncols=3)
    return fig
