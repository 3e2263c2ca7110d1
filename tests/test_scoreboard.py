"""The scoreboard's figure."""

import json
import pathlib

import matplotlib.pyplot as plt
import pytest

from hnn_lite.page.plots import QUANTITIES, scoreboard

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
