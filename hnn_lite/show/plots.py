"""Figures of the book, in matplotlib: one look, the same colours and line styles for the same things everywhere."""

import matplotlib.pyplot as plt
import numpy as np

# Okabe and Ito's colours: distinct for readers who do not see red and green apart
COLOURS = {"truth": "#1a1a1a", "baseline": "#D55E00", "hnn": "#0072B2", "action-angle": "#009E73", "data": "#8a8a8a"}
STYLES = {"truth": (0, (4, 2)), "baseline": "-", "hnn": "-", "action-angle": (0, (6, 1, 1, 1)), "data": ":"}
LABELS = {"truth": "truth", "baseline": "baseline", "hnn": "HNN", "action-angle": "action-angle network", "data": "data"}

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
    """Colour, line style and label of "truth", "baseline", "hnn", "action-angle" or "data", as keywords for `plot`."""
    return {"color": COLOURS[name], "linestyle": STYLES[name], "label": LABELS[name]}
