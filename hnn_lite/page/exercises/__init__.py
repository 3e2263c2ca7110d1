"""Checks of the book's code exercises: `page.exercises.three_knobs(three_knobs)` prints a tick, or a hint at what went wrong.

A check takes what its exercise asks for, mostly a function, and says what it sees in one line. It never shows the solution, and a
wrong answer stops nothing. Each is named after what it checks; its docstring says what the answer has to look like.
"""

from hnn_lite.page.exercises.beyond_fields import soliton_jump
from hnn_lite.page.exercises.beyond_friction import balance
from hnn_lite.page.exercises.beyond_noise import leapfrog_clock
from hnn_lite.page.exercises.beyond_quantum_levels import over_the_top
from hnn_lite.page.exercises.predictions import bend, beside_nothing, damped, there_and_back, two_jumps
from hnn_lite.page.exercises.learning import (all_factors, decayed_norms, figure_of_eight, friction_left_over, swing_torque,
                                              swing_way, three_knobs, three_seeds, unblurred)
from hnn_lite.page.exercises.mechanics import pair_field, second_slopes, sixth
from hnn_lite.page.exercises.straight_lines import axis_turn, factors, mode_frequencies, standard_map, strength
from hnn_lite.page.exercises.structure import on_cylinder, turnable
from hnn_lite.page.exercises.workshop import buffers, enough

__all__ = ["all_factors", "axis_turn", "balance", "bend", "beside_nothing", "buffers", "damped", "decayed_norms", "enough", "factors", "figure_of_eight",
           "friction_left_over", "leapfrog_clock", "mode_frequencies", "on_cylinder", "over_the_top", "pair_field", "second_slopes", "sixth", "soliton_jump",
           "standard_map", "strength", "swing_torque", "swing_way", "there_and_back", "three_knobs", "three_seeds",
           "turnable", "two_jumps", "unblurred"]
