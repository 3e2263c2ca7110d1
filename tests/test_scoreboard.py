"""The scoreboard: its figure, and a sample of the rows of its file, run again."""

import json
import pathlib

import matplotlib.pyplot as plt
import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.page.plots import QUANTITIES, scoreboard

RESULTS = pathlib.Path(__file__).resolve().parents[1] / "book" / "results"
PUBLISHED = json.loads((RESULTS / "published.json").read_text())["figures"]
RECORDS = {tuple(record[name] for name in ("experiment", "model", "recipe", "seed", "steps")): record
           for record in page.papers.read(RESULTS / "scoreboard.json")}


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


# --- the file of results

SEEDS = {"mass-spring": 10, "pendulum": 10, "real-pendulum": 10, "two-body": 5, "three-body": 5, "pixel-pendulum": 5}


def test_the_file_has_every_task_model_and_recipe():
    wanted = {(name, model, recipe, seed, chosen.steps) for name, experiment in page.papers.EXPERIMENTS.items() if name in SEEDS
              for recipe, chosen in experiment.recipes.items()
              for model in ("baseline", "hnn") for seed in range(SEEDS[name] if recipe == "published" else 5)}
    assert set(PUBLISHED) == set(SEEDS)
    assert wanted <= set(RECORDS)


@pytest.mark.parametrize("experiment, model, recipe, seed", [
    ("mass-spring", "hnn", "published", 3), ("mass-spring", "baseline", "sharp", 1), ("pendulum", "baseline", "published", 7)])
def test_a_row_with_the_whole_set_in_a_batch_is_found_again(experiment, model, recipe, seed):
    again, stored = page.papers.run(experiment, model, seed, recipe, progress=False), RECORDS[experiment, model, recipe, seed, 2000]
    assert set(again) == set(stored) | {"cpu_seconds"}
    for name in ("train_loss", "test_loss", "train_loss_error", "test_loss_error"):
        assert again[name] == pytest.approx(stored[name], rel=1e-3)          # tasks 1 and 2 repeat to three digits anywhere
    for name in stored.keys() & {"energy_mse", "energy_mse_true"}:
        assert again[name] == pytest.approx(stored[name], rel=0.2)          # another processor rounds otherwise


def test_a_row_that_trembles_is_found_again_within_its_tremble():
    again, stored = page.papers.run("two-body", "baseline", 1, progress=False), RECORDS["two-body", "baseline", "published", 1, 10_000]
    assert 0.8 * stored["test_loss_lowest"] < again["test_loss"] < 1.25 * stored["test_loss_highest"]
    assert again["energy_mse"] == pytest.approx(stored["energy_mse"], rel=9)


@pytest.mark.parametrize("model", ["baseline", "hnn"])
def test_stored_weights_of_three_bodies_are_those_of_the_record(model):
    network, stored = hl.load(RESULTS / f"three-body-{model}-published-0.npz"), RECORDS["three-body", model, "published", 0, 10_000]
    system, times = hl.systems.three_body(), np.linspace(0, 3, 500)
    rng = hl.validate.generator(0, f"task {system.name}")
    system.sampler(rng, 5000)                                                    # the task's orbits; its starts come after them
    starts = system.sampler(rng, 15)
    true, drawn = (system.hamiltonian(law.rollout(starts, times)) for law in (system, network))
    assert np.mean((drawn - true) ** 2) == pytest.approx(stored["energy_mse"], rel=0.1)          # half precision
