"""Figures of the book, in matplotlib: the look, what models learn, bodies, and the records of many trainings."""

from hnn_lite.page.plots.bodies import energies, orbits
from hnn_lite.page.plots.look import AXES, COLOURS, LABELS, line, name_of, STYLE, use_style
from hnn_lite.page.plots.paths import energy_over_time, four_panels, loss_curves, phase_portrait
from hnn_lite.page.plots.records import by_jump, by_size, legend, QUANTITIES, scoreboard, Verdicts

__all__ = ["AXES", "COLOURS", "LABELS", "QUANTITIES", "STYLE", "Verdicts", "by_jump", "by_size", "energies", "energy_over_time", "four_panels",
           "legend", "line", "loss_curves", "name_of", "orbits", "phase_portrait", "scoreboard", "use_style"]
