"""How far off predictions are after a jump: several seeds at a glance."""

import matplotlib.pyplot as plt
import numpy as np

from hnn_lite.show.plots import LABELS, line


def by_jump(records, quantity="error_by_jump", ax=None, title=None):
    """A curve for each model, the median of its seeds, over the jump in periods; a shade from the lowest to the highest seed.

    Parameters
    ----------
    records : list of dict
        Of one experiment and recipe, as `experiments.reproduce` returns them.
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


def legend(fig, records, columns=4):
    """One legend for a figure of several panels, below them."""
    models = dict.fromkeys(record["model"] for record in records)
    fig.legend(handles=[plt.Line2D([], [], **line(model)) for model in models], labels=[LABELS[model] for model in models],
               loc="outside lower center", ncols=columns)
