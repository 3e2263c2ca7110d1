"""Figures of what models learn: fields and paths in the plane, energies, losses."""

import matplotlib.pyplot as plt
import numpy as np

from hnn_lite.page.plots.look import AXES, COLOURS, line, LINESTYLES, name_of


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
    paths = paths if paths is None else np.asarray(paths)
    shown = [np.asarray(points).reshape(-1, 2) for points in (paths, getattr(task, "x", None)) if points is not None]
    reach = np.broadcast_to(extent, 2) if extent is not None else (
        1.15 * np.max(np.abs(np.concatenate(shown)), axis=0) if shown else np.array([1.0, 1.0]))
    q, p = np.meshgrid(*(np.linspace(-r, r, 17) for r in reach))
    flow = dynamics.field(np.stack([q, p], axis=-1))
    ax.quiver(q, p, flow[..., 0], flow[..., 1], color="#b0b0b0", width=0.004, zorder=1)
    if task is not None:
        ax.plot(*task.x.T, ".", color=COLOURS["data"], alpha=0.35, markersize=3, zorder=0)
    if paths is not None:
        name = name_of(dynamics)
        ax.plot(paths[..., 0], paths[..., 1], color=COLOURS[name], linestyle=LINESTYLES[name], zorder=2)
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


def four_panels(task, models, start, t):
    """The paper's Figure 2: paths, distance from the true path, the quantity that the HNN keeps, and the true energy.

    Parameters
    ----------
    task : Task
        With `system` and `energy`.
    models : dict of str to Dynamics
        By names of `COLOURS`; must have "hnn".
    start : array, shape (2,)
    t : array, shape (times,)

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
                   extent=1.15 * np.max([np.abs(path).max(axis=0) for path in paths.values()], axis=0))
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
