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


class Verdicts:
    """The scoreboard as a table: a row for each published figure, with a strip of our seeds on a scale of multiples of that figure.

    Parameters
    ----------
    rows : list of (str, str, str, (float, float), array, str)
        Task, a key of `QUANTITIES`, a name of `COLOURS`, the published figure with its error, our figures, and what is said of it.
    reach : float
        The strips go from 1 / reach to reach times the published figure.

    Raises
    ------
    ValueError
        If one of our figures lies beyond the strip.
    """

    WIDTH, HEIGHT = 220, 18          # of a strip, in pixels

    def __init__(self, rows, reach=300.0):
        self.rows, self.reach = rows, reach
        for task, quantity, model, (mean, _), ours, _ in rows:
            if not all(1 / reach < x / mean < reach for x in ours):
                raise ValueError(f"{task}, {QUANTITIES[quantity]}, {LABELS[model]}: reach must be larger, {reach:g} leaves out a seed")

    def place(self, multiple):
        """Where a multiple of the published figure is on a strip, in pixels."""
        return round(self.WIDTH * (0.5 + 0.5 * np.log(multiple) / np.log(self.reach)), 1)

    def strip(self, model, published, ours):
        """One strip as SVG: decades as fine lines, the published figure as a line with its error as a band, our seeds as dots."""
        mean, error = published
        low, high = (self.place(np.clip(x, 1 / self.reach, self.reach)) for x in (max(1 - error / mean, 1 / self.reach), 1 + error / mean))
        lines = [f'<line x1="{x}" x2="{x}" y2="{self.HEIGHT}" stroke="currentColor" opacity="{shade}"/>'
                 for x, shade in [(self.place(10.0 ** k), 0.15) for k in (-2, -1, 1, 2)] + [(self.place(1), 1)]]
        dots = [f'<circle cx="{self.place(x / mean)}" cy="{self.HEIGHT / 2:g}" r="4" fill="{COLOURS[model]}" opacity="0.55"/>' for x in ours]
        words = f"Our seeds lie from {min(ours) / mean:.2g} to {max(ours) / mean:.2g} times the published figure."
        return (f'<svg width="{self.WIDTH}" height="{self.HEIGHT}" role="img"><title>{words}</title>{"".join(lines)}'
                f'<rect x="{low}" width="{high - low:.1f}" height="{self.HEIGHT}" fill="currentColor" opacity="0.18"/>{"".join(dots)}</svg>')

    @staticmethod
    def numbers(published, ours):
        """The power of ten of a row, and in its units the published figure, its error, our median."""
        power = int(np.floor(np.log10(published[0])))
        scaled = [x / 10.0**power for x in (*published, np.median(ours))]
        return power, *(f"{x:.2f}" if x >= 0.1 else f"{x:.2g}" for x in scaled)

    def _repr_html_(self):
        scale = "".join(f'<text x="{self.place(10.0**k)}" y="12" text-anchor="middle">{word}</text>'
                        for k, word in ((-2, "1/100"), (-1, "1/10"), (0, "paper"), (1, "10 ×"), (2, "100 ×")))
        head = (f'<tr><th scope="col">task</th><th scope="col">quantity</th><th scope="col">model</th><th scope="col">unit</th><th scope="col">paper</th>'
                f'<th scope="col">our median</th><th scope="col"><svg width="{self.WIDTH}" height="16" fill="currentColor" font-size="11" role="img" '
                f'aria-label="our seeds, as multiples of the published figure">{scale}</svg></th><th scope="col">verdict</th></tr>')
        lines, shown = [], None
        for task, quantity, model, published, ours, said in self.rows:
            power, mean, error, middle = self.numbers(published, ours)
            names = ("" if shown and shown[0] == task else task, "" if shown == (task, quantity) else QUANTITIES[quantity])
            shown = task, quantity
            cells = [*names, LABELS[model], f"10<sup>{power}</sup>".replace("-", "−"), f"{mean} ± {error}", middle, self.strip(model, published, ours), said]
            lines.append(f'<tr{" class=task" if names[0] else ""}>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
        return f'<table class="strips"><thead>{head}</thead><tbody>{"".join(lines)}</tbody></table>'

    def _repr_markdown_(self):
        lines = ["| task | quantity | model | unit | paper | our median | our range | verdict |", "|:--|:--|:--|:--|--:|--:|--:|:--|"]
        for task, quantity, model, published, ours, said in self.rows:
            power, mean, error, middle = self.numbers(published, ours)
            low, high = (f"{x / 10.0**power:.2f}" for x in (min(ours), max(ours)))
            lines.append(f"| {task} | {QUANTITIES[quantity]} | {LABELS[model]} | $10^{{{power}}}$ | {mean} ± {error} | {middle} | {low} to {high} | {said} |")
        return "\n".join(lines)

    def __repr__(self):
        return f"A table of {len(self.rows)} published figures"


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
