"""Figures of many trainings: the records that `papers.reproduce` returns, several seeds at a glance."""

import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter
import numpy as np

from hnn_lite.page.plots.look import COLOURS, LABELS, line

QUANTITIES = {"train_loss": "training loss", "test_loss": "test loss", "energy_mse": "energy MSE"}


def scoreboard(records, published):
    """A panel for each quantity, a row for each experiment: our seeds as dots, the published figure as a diamond.

    Parameters
    ----------
    records : list of dict
        As `papers.reproduce` returns them.
    published : dict
        `{experiment: {quantity: {model: (mean, standard error)}}}`.

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
    models = ("baseline", "hnn")
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


def by_jump(records, quantity="error_by_jump", ax=None, title=None):
    """A curve for each model, the median of its seeds, over the jump in periods; a shade from the lowest to the highest seed.

    Parameters
    ----------
    records : list of dict
        Of one experiment and recipe, as `papers.reproduce` returns them.
    quantity : str
        What each record has a list of.
    ax : matplotlib Axes, optional
        A new figure if not given.
    title : str, optional

    Returns
    -------
    ax : matplotlib Axes

    Raises
    ------
    ValueError
        If there is no record.
    """
    if not records:
        raise ValueError("there are no records of this experiment and recipe")
    ax = ax or plt.subplots()[1]
    for model in dict.fromkeys(record["model"] for record in records):
        chosen = [record for record in records if record["model"] == model]
        values = np.array([record[quantity] for record in chosen], float)          # None becomes NaN
        periods, style = chosen[0]["periods"], line(model)
        ax.fill_between(periods, *np.quantile(values, [0, 1], axis=0), color=style["color"], alpha=0.15, linewidth=0)
        ax.plot(periods, np.median(values, axis=0), **style)
    ax.set(xscale="log", yscale="log", xlabel="jump (periods)", title=title)
    return ax


def by_size(groups, place, quantity, ax=None):
    """A curve for each model over a number that differs from group to group, such as parameters; dots for the seeds.

    Parameters
    ----------
    groups : list of list of dict
        Records of one recipe each.
    place, quantity : callable
        From a record to its place on either axis.
    ax : matplotlib Axes, optional

    Returns
    -------
    ax : matplotlib Axes
    """
    ax = ax or plt.subplots()[1]
    for model in dict.fromkeys(record["model"] for group in groups for record in group):
        chosen = [[record for record in group if record["model"] == model] for group in groups]
        places = [np.median([place(record) for record in group]) for group in chosen]
        style = line(model)
        ax.plot(places, [np.median([quantity(record) for record in group]) for group in chosen], **style)
        for at, group in zip(places, chosen, strict=True):
            ax.plot([at] * len(group), [quantity(record) for record in group], "o", color=style["color"], markersize=4, alpha=0.5)
    ax.set(xscale="log", yscale="log")
    return ax


def legend(fig, records):
    """One legend for a figure of several panels, below them."""
    models = dict.fromkeys(record["model"] for record in records)
    fig.legend(handles=[plt.Line2D([], [], **line(model)) for model in models], labels=[LABELS[model] for model in models],
               loc="outside lower center", ncols=4)
