"""Figures of bodies in a plane: orbits and energies, a panel for each law."""

import matplotlib.pyplot as plt
import numpy as np

from hnn_lite.page.plots.look import COLOURS, LABELS

# with G = 1 and masses of 1 the units are the reader's choice: au, solar masses and 58 days, for one
LENGTH, TIME, ENERGY = "(length units)", "(time units)", "(energy units)"
SHADES = (1.0, 0.55, 0.3)          # of the bodies, in turn
PARTS = {"kinetic": ("C1", "--"), "potential": ("C2", "-.")}


def orbits(system, paths, extent=None, centre=True):
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

    Returns
    -------
    axes : array of matplotlib Axes

    Raises
    ------
    ValueError
        If a path is not one of states of this system.
    """
    axes = _row(len(paths), 3.5)
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


def energies(system, t, paths, ylim=None):
    """Kinetic, potential and total energy over time, a panel for each law.

    Parameters
    ----------
    system : systems.NBody
        Whose energies they are.
    t : array, shape (times,)
    paths : dict of str to array, shape (times, dim)
        As for `orbits`.
    ylim : (float, float), optional

    Returns
    -------
    axes : array of matplotlib Axes

    Raises
    ------
    ValueError
        If a path is not one of states of this system.
    """
    axes = _row(len(paths), 3.1, sharey=True)
    for ax, (name, path) in zip(axes, paths.items(), strict=True):
        path = np.asarray(path)
        total, n = system.hamiltonian(path), system.dim // 2
        terms = {"kinetic": system.kinetic(path[:, n:]), "potential": system.potential(path[:, :n])}
        for part, (colour, style) in PARTS.items():
            ax.plot(t, terms[part], color=colour, linestyle=style, label=part, linewidth=1.4)
        ax.plot(t, total, color=COLOURS.get(name, COLOURS["truth"]), label="total", linewidth=2)
        ax.set(title=LABELS.get(name, name), xlabel=f"time {TIME}", ylim=ylim)
    axes[0].set_ylabel(f"energy {ENERGY}")
    axes[0].legend(fontsize=9)
    return axes


def _row(count, height, **shared):
    return plt.subplots(1, count, figsize=(3.2 * count, height), squeeze=False, **shared)[1][0]
