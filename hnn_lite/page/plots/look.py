"""The look of the book's figures: the same colours and line styles for the same things everywhere, and how axes are named."""

import matplotlib.pyplot as plt

from hnn_lite import validate
from hnn_lite.models import HNN, ActionAngleNetwork, Baseline, EulerUpdate, LinearMap, NeuralODE

MODELS = {"baseline": Baseline, "hnn": HNN, "action-angle": ActionAngleNetwork, "euler-update": EulerUpdate, "neural-ode": NeuralODE,
          "linear-map": LinearMap}

# Okabe and Ito's colours for the models, and others for all the rest (violet, gold, teal, red, olive, black): distinct in either list for
# readers who do not see red and green apart, on white and on the dark page
COLOURS = {"truth": "#1a1a1a", **{name: model.colour for name, model in MODELS.items()}, "hamiltonian-ode": HNN.colour,
           "data": "#8a8a8a", "persistence": "#8a8a8a"}
LABELS = {"truth": "truth", **{name: model.label for name, model in MODELS.items()}, "hamiltonian-ode": "Hamiltonian neural ODE",
          "data": "data", "persistence": "nothing moves"}
LINESTYLES = {"truth": (0, (4, 2)), "baseline": "-", "hnn": "-", "action-angle": (0, (6, 1, 1, 1)), "euler-update": (0, (3, 1)),
              "neural-ode": (0, (1, 1)), "linear-map": (0, (8, 2)), "hamiltonian-ode": "-", "data": ":", "persistence": ":"}

STYLE = {
    "figure.figsize": (6.4, 3.6), "figure.dpi": 100, "figure.constrained_layout.use": True, "figure.facecolor": "white",
    "font.size": 11, "axes.titlesize": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "legend.frameon": False, "lines.linewidth": 1.8, "image.cmap": "cividis",
    "axes.prop_cycle": plt.cycler(color=["#6a3d9a", "#b8860b", "#3f8590", "#8c1c3e", "#5c6e00", "#1a1a1a"]),
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
    return {"color": COLOURS[name], "linestyle": LINESTYLES[name], "label": LABELS[name]}


def name_of(dynamics):
    """The name in `COLOURS` of a law of motion: a model's, or "truth"."""
    return next((name for name, model in MODELS.items() if isinstance(dynamics, model)), "truth")


# how the axes of a task's or system's figures are named, with units: first coordinate, second coordinate, energy
AXES = {
    "mass-spring": ("position $q$ (m)", "momentum $p$ (kg m/s)", "energy (J)"),
    "pendulum": ("angle $q$ (rad)", "momentum $p$ (kg m²/s)", "energy (J)"),
    "real-pendulum": ("angle $q$ (rad)", "angular velocity $p$ (rad/s)", "energy (rad²/s²)"),
    "damped-pendulum": ("angle $q$ (rad)", "angular velocity $p$ (rad/s)", "energy (rad²/s²)"),
}
