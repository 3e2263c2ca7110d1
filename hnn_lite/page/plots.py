"""Figures of the book, in matplotlib: one look, the same colours and line styles for the same things everywhere."""

import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter
import numpy as np

from hnn_lite import validate

# Okabe and Ito's colours: distinct for readers who do not see red and green apart
COLOURS = {"truth": "#1a1a1a", "baseline": "#D55E00", "hnn": "#0072B2", "action-angle": "#009E73", "data": "#8a8a8a",
           "euler-update": "#CC79A7", "neural-ode": "#E69F00", "hamiltonian-ode": "#0072B2",
           "linear-map": "#56B4E9", "persistence": "#8a8a8a"}
STYLES = {"truth": (0, (4, 2)), "baseline": "-", "hnn": "-", "action-angle": (0, (6, 1, 1, 1)), "data": ":",
          "euler-update": (0, (3, 1)), "neural-ode": (0, (1, 1)), "hamiltonian-ode": "-", "linear-map": (0, (8, 2)), "persistence": ":"}
LABELS = {"truth": "truth", "baseline": "baseline", "hnn": "HNN", "action-angle": "action-angle network", "data": "data",
          "euler-update": "Euler update", "neural-ode": "neural ODE", "hamiltonian-ode": "Hamiltonian ODE",
          "linear-map": "linear map", "persistence": "nothing moves"}

STYLE = {
    "figure.figsize": (6.4, 3.6), "figure.dpi": 100, "figure.constrained_layout.use": True, "figure.facecolor": "white",
    "font.size": 11, "axes.titlesize": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "legend.frameon": False, "lines.linewidth": 1.8, "image.cmap": "cividis",
    "axes.prop_cycle": plt.cycler(color=["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#1a1a1a"]),
}


def use_style():
    """Set the look of the book's figures, and crisp pictures in a notebook."""
    plt.rcParams.update(STYLE)
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:          # outside a notebook
        return
    set_matplotlib_formats("retina")


def line(name):
    """Colour, line style and label of a name in `COLOURS`, such as "truth" or "hnn", as keywords for `plot`."""
    validate.choice("name", name, COLOURS)
    return {"color": COLOURS[name], "linestyle": STYLES[name], "label": LABELS[name]}


# how the axes of a task's or system's figures are named, with units: first coordinate, second coordinate, energy
AXES = {
    "mass-spring": ("position $q$ (m)", "momentum $p$ (kg m/s)", "energy (J)"),
    "pendulum": ("angle $q$ (rad)", "momentum $p$ (kg m²/s)", "energy (J)"),
    "real-pendulum": ("angle $q$ (rad)", "angular velocity $p$ (rad/s)", "energy (rad²/s²)"),
    "damped-pendulum": ("angle $q$ (rad)", "angular velocity $p$ (rad/s)", "energy (rad²/s²)"),
}


def kind(dynamics):
    """What a law of motion is called in `COLOURS`: "hnn", "baseline" or "truth"."""
    name = type(dynamics).__name__.lower()
    return name if name in COLOURS else "truth"


def phase_portrait(dynamics, paths=None, task=None, ax=None, extent=None, title=None):
    """The field of a law of motion in the (q, p) plane, its paths, and the data it was learned from.

    Parameters
    ----------
    dynamics : Dynamics
        A model or a system with dim = 2.
    paths : array, shape (times, 2) or (times, starts, 2), optional
        Paths to draw, such as `dynamics.rollout` returns.
    task : Task, optional
        Names the axes; its training points are drawn.
    ax : matplotlib Axes, optional
        A new figure if not given.
    extent : float or (float, float), optional
        How far the axes reach from 0 in q and p; chosen from paths and data if not given.
    title : str, optional

    Returns
    -------
    ax : matplotlib Axes

    Raises
    ------
    ValueError
        If dim is not 2.
    """
    if dynamics.dim != 2:
        raise ValueError(f"a phase portrait needs a law of motion with dim = 2, got dim = {dynamics.dim}")
    ax = ax or plt.subplots(figsize=(4.2, 4.0))[1]
    shown = [np.asarray(points).reshape(-1, 2) for points in (paths, getattr(task, "x", None)) if points is not None]
    reach = np.broadcast_to(extent, 2) if extent is not None else (
        1.15 * np.max(np.abs(np.concatenate(shown)), axis=0) if shown else np.array([1.0, 1.0]))
    q, p = np.meshgrid(*(np.linspace(-r, r, 17) for r in reach))
    flow = dynamics.field(np.stack([q, p], axis=-1))
    ax.quiver(q, p, flow[..., 0], flow[..., 1], color="#b0b0b0", width=0.004, zorder=1)
    if task is not None:
        ax.plot(*task.x.T, ".", color=COLOURS["data"], alpha=0.35, markersize=3, zorder=0)
    if paths is not None:
        name = kind(dynamics)
        ax.plot(paths[..., 0], paths[..., 1], color=COLOURS[name], linestyle=STYLES[name], zorder=2)
        ax.plot(paths[0, ..., 0], paths[0, ..., 1], "o", color=COLOURS[name], markersize=5, zorder=3)
    axes = AXES.get(getattr(task or dynamics, "name", ""), ("$q$", "$p$", ""))
    ax.set(xlabel=axes[0], ylabel=axes[1], xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), title=title)
    return ax


def energy_over_time(t, energies, ax=None, ylabel="energy (J)"):
    """One curve of energy over time for each of "truth", "baseline", "hnn", ...

    Parameters
    ----------
    t : array, shape (times,)
    energies : dict of str to array, shape (times,)
        By names of `COLOURS`.
    ax : matplotlib Axes, optional
    ylabel : str

    Returns
    -------
    ax : matplotlib Axes
    """
    ax = ax or plt.subplots()[1]
    for name, energy in sorted(energies.items(), key=lambda item: item[0] == "truth"):     # truth on top
        ax.plot(t, energy, **line(name))
    ax.set(xlabel="time (s)", ylabel=ylabel)
    ax.legend()
    return ax


def loss_curves(histories, floor=None, ax=None):
    """Training loss (thin) and test loss (thick) over the steps, one colour for each model.

    Parameters
    ----------
    histories : dict of str to History
        By names of `COLOURS`.
    floor : float, optional
        A loss that no model can beat, such as the noise; drawn as a dotted line.
    ax : matplotlib Axes, optional

    Returns
    -------
    ax : matplotlib Axes
    """
    ax = ax or plt.subplots()[1]
    for name, history in histories.items():
        ax.plot(history.train_loss, color=line(name)["color"], linewidth=0.8, alpha=0.6)
        ax.plot(history.test_steps, history.test_loss, **line(name))
    if floor is not None:
        ax.axhline(floor, color=COLOURS["data"], linestyle=":", label="noise floor")
    ax.set(xlabel="training step", ylabel="loss", xscale="log", yscale="log")
    ax.legend(title="thin: training, thick: test", alignment="left")
    return ax


def four_panels(task, models, start, t, extent=None):
    """The paper's Figure 2: paths, distance from the true path, the quantity that the HNN keeps, and the true energy.

    Parameters
    ----------
    task : Task
        With `system` and `energy`.
    models : dict of str to Dynamics
        By names of `COLOURS`; must have "hnn".
    start : array, shape (2,)
    t : array, shape (times,)
    extent : float or (float, float), optional
        See `phase_portrait`.

    Returns
    -------
    fig : matplotlib Figure

    Raises
    ------
    ValueError
        If "hnn" is missing.
    """
    if "hnn" not in models:
        raise ValueError(f"models must have 'hnn', whose learned H is drawn, got: {', '.join(models)}")
    paths = {"truth": task.system.rollout(start, t)} | {name: model.rollout(start, t) for name, model in models.items()}
    fig, axes = plt.subplots(2, 2, figsize=(8.4, 6.4))
    (plane, distance), (learned, energy) = axes
    phase_portrait(task.system, paths["truth"], task=None, ax=plane,
                   extent=extent or 1.15 * np.max([np.abs(path).max(axis=0) for path in paths.values()], axis=0))
    for name in models:
        plane.plot(*paths[name].T, **line(name))
        distance.semilogy(t, np.mean((paths[name] - paths["truth"]) ** 2, axis=-1), **line(name))
    names = AXES.get(task.name, ("$q$", "$p$", "energy"))
    plane.set(xlabel=names[0], ylabel=names[1], title="paths")
    distance.set(xlabel="time (s)", ylabel="mean squared distance", title="distance from the true path")
    energy_over_time(t, {name: models["hnn"].hamiltonian(path) for name, path in paths.items()}, learned,
                     names[2].replace("energy", "learned $H$"))
    learned.set_title("what the HNN keeps")
    energy_over_time(t, {name: task.energy(path) for name, path in paths.items()}, energy, names[2])
    energy.set_title("the true energy")
    return fig


# --- bodies in a plane

# with G = 1 and masses of 1 the units are the reader's choice: au, solar masses and 58 days, for one
LENGTH, TIME, ENERGY = "(length units)", "(time units)", "(energy units)"
SHADES = (1.0, 0.55, 0.3)          # of the bodies, in turn
FORMS = {"kinetic": ("#E69F00", "--"), "potential": ("#56B4E9", "-.")}


def orbits(system, paths, extent=None, centre=True, axes=None):
    """The bodies' paths in the plane, a panel for each law.

    Parameters
    ----------
    system : systems.NBody
        Names the coordinates.
    paths : dict of str to array, shape (times, dim)
        By names of `plots.COLOURS`; a name that is none of them becomes the title of a panel in the colour of the truth.
    extent : float, optional
        How far the axes reach from the origin; chosen from the first path if not given, so that one that runs away leaves
        the panel.
    centre : bool
        Whether to draw the path of the centre of mass, a thin line that ends in a cross.
    axes : sequence of matplotlib Axes, optional
        One for each path.

    Returns
    -------
    axes : array of matplotlib Axes

    Raises
    ------
    ValueError
        If a path is not one of states of this system.
    """
    axes = _row(axes, len(paths), 3.5)
    extent = extent or 1.15 * np.abs(system.positions(next(iter(paths.values())))).max()
    for ax, (name, path) in zip(axes, paths.items(), strict=True):
        colour, places = COLOURS.get(name, COLOURS["truth"]), system.positions(path)
        for body in range(places.shape[1]):
            look = {"color": colour, "alpha": SHADES[body % len(SHADES)]}
            ax.plot(*places[:, body].T, linewidth=1.2, **look)
            ax.plot(*places[-1, body], "o", markersize=7, **look)
        if centre:
            middle = system.centre_of_mass(path)
            ax.plot(*middle.T, color=COLOURS["data"], linewidth=1)
            ax.plot(*middle[-1], "x", color="black", markersize=6)
        ax.set(title=LABELS.get(name, name), xlabel=f"$x$ {LENGTH}", xlim=(-extent, extent), ylim=(-extent, extent), aspect="equal")
    axes[0].set_ylabel(f"$y$ {LENGTH}")
    return axes


def energies(system, t, paths, ylim=None, axes=None):
    """Kinetic, potential and total energy over time, a panel for each law.

    Parameters
    ----------
    system : systems.NBody
        Whose energies they are.
    t : array, shape (times,)
    paths : dict of str to array, shape (times, dim)
        As for `orbits`.
    ylim : (float, float), optional
    axes : sequence of matplotlib Axes, optional
        One for each path.

    Returns
    -------
    axes : array of matplotlib Axes

    Raises
    ------
    ValueError
        If a path is not one of states of this system.
    """
    axes = _row(axes, len(paths), 3.1, sharey=True)
    for ax, (name, path) in zip(axes, paths.items(), strict=True):
        total, n = system.hamiltonian(path), system.dim // 2
        parts = {"kinetic": system.kinetic(path[:, n:]), "potential": system.potential(path[:, :n])}
        for form, (colour, style) in FORMS.items():
            ax.plot(t, parts[form], color=colour, linestyle=style, label=form, linewidth=1.4)
        ax.plot(t, total, color=COLOURS.get(name, COLOURS["truth"]), label="total", linewidth=2)
        ax.set(title=LABELS.get(name, name), xlabel=f"time {TIME}", ylim=ylim)
    axes[0].set_ylabel(f"energy {ENERGY}")
    axes[0].legend(fontsize=9)
    return axes


def _row(axes, count, height, **shared):
    if axes is not None:
        return np.ravel(axes)
    return plt.subplots(1, count, figsize=(3.2 * count, height), squeeze=False, **shared)[1][0]


# --- several seeds at a glance

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
