"""The scoreboard's figure, and its table."""

import json
import pathlib

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from hnn_lite.page.plots import QUANTITIES, Verdicts, scoreboard

PUBLISHED = json.loads((pathlib.Path(__file__).resolve().parents[1] / "book" / "results" / "published.json").read_text())["figures"]


def records(names, seeds=3):
    return [{"experiment": name, "model": model, **dict.fromkeys(QUANTITIES, 10.0 ** -seed)}
            for name in names for model in ("baseline", "hnn") for seed in range(seeds)]


def test_every_seed_and_every_published_figure_is_drawn():
    fig = scoreboard(records(PUBLISHED), PUBLISHED)
    assert len(fig.axes) == 3
    for ax, quantity in zip(fig.axes, QUANTITIES, strict=True):
        dots = [line for line in ax.lines if line.get_marker() == "o"]
        assert len(dots) == 2 * len(PUBLISHED)
        assert all(sorted(line.get_xdata()) == pytest.approx([0.01, 0.1, 1]) for line in dots)
        diamonds = sorted(line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D")
        assert diamonds == sorted(PUBLISHED[name][quantity][model][0] for name in PUBLISHED for model in ("baseline", "hnn"))
    plt.close(fig)


def test_an_experiment_without_a_record_is_named():
    with pytest.raises(ValueError, match="no record of: two-body, three-body, pixel-pendulum"):
        scoreboard(records(["mass-spring", "pendulum", "real-pendulum"]), PUBLISHED)


def rows(ours):
    return [("mass-spring", "energy_mse", "hnn", (0.0004, 0.0002), np.array(ours), "reproduced")]


def test_a_strip_has_every_seed_at_its_multiple_of_the_published_figure():
    table = Verdicts(rows([0.0004, 0.004, 4e-6]), reach=1000)
    places = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', table._repr_html_())]
    assert places == pytest.approx([110, 110 * 4 / 3, 110 / 3], abs=0.1)
    left, width = map(float, re.search(r'<rect x="([\d.]+)" width="([\d.]+)"', table._repr_html_()).groups())
    assert [left, left + width] == pytest.approx([table.place(0.5), table.place(1.5)], abs=0.1)
    assert "from 0.01 to 10 times the published figure" in table._repr_html_()


def test_a_row_has_one_power_of_ten():
    assert Verdicts.numbers((109, 77), [1.07, 0.4, 19]) == (2, "1.09", "0.77", "0.011")
    table = Verdicts(rows([0.00021, 0.0003, 0.00123]))
    assert "10<sup>−4</sup></td><td>4.00 ± 2.00</td><td>3.00</td>" in table._repr_html_()
    assert table._repr_markdown_().endswith("| mass-spring | energy MSE | HNN | $10^{-4}$ | 4.00 ± 2.00 | 3.00 | 2.10 to 12.30 | reproduced |")


def test_a_seed_beyond_the_strip_is_refused():
    with pytest.raises(ValueError, match="mass-spring, energy MSE, HNN: reach must be larger, 300 leaves out a seed"):
        Verdicts(rows([0.0004, 0.2]))
