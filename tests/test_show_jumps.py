"""Figures of errors after jumps."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from hnn_lite import page
from hnn_lite.page.plots import by_jump, by_size, legend


def record(model, seed, size=100):
    return {"model": model, "seed": seed, "periods": [0.1, 1, 10], "parameters": size, "error_by_jump": [1e-4 * (seed + 1), 1e-3 * (seed + 1), None]}


def test_medians_and_ranges_over_seeds_are_drawn_and_what_ran_away_is_not():
    ax = by_jump([record("hnn", seed) for seed in range(3)] + [record("action-angle", 0)], title="a system")
    hnn, action_angle = ax.lines
    assert hnn.get_color() == page.plots.COLOURS["hnn"] and action_angle.get_label() == "action-angle network"
    np.testing.assert_allclose(hnn.get_ydata(), [2e-4, 2e-3, np.nan])
    low, high = (edge(ax.collections[0].get_paths()[0].vertices[:, 1]) for edge in (np.min, np.max))
    assert (low, high) == pytest.approx((1e-4, 3e-3))
    assert ax.get_xscale() == ax.get_yscale() == "log" and ax.get_title() == "a system"
    plt.close(ax.figure)


def test_sizes_have_a_place_each_and_a_dot_for_each_seed():
    ax = by_size([[record("hnn", seed, size) for seed in range(3)] for size in (100, 400)],
                 lambda record: record["parameters"], lambda record: record["error_by_jump"][0])
    middle, *dots = ax.lines
    assert list(middle.get_xdata()) == [100, 400] and middle.get_ydata() == pytest.approx([2e-4, 2e-4])
    assert [len(line.get_xdata()) for line in dots] == [3, 3]
    legend(ax.figure, [record("hnn", 0), record("neural-ode", 0)])
    assert [text.get_text() for text in ax.figure.legends[0].texts] == ["HNN", "neural ODE"]
    plt.close(ax.figure)


def test_no_record_is_an_error_in_words():
    with pytest.raises(ValueError, match="there are no records of this experiment and recipe"):
        by_jump([])
