"""The experiments of Part III: recipes by model, how predictions are judged, and the rows of their file."""

import json
import math
import pathlib
from types import SimpleNamespace

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.__main__ import main
from hnn_lite.page.papers import aan_paper, EXPERIMENTS


def test_the_exact_law_is_judged_to_be_exact_and_a_slow_one_by_its_lag():
    task = hl.data.trajectories.pendulum(seed=3)
    params = [(np.zeros((3, 4)), np.zeros(2))]
    exact = SimpleNamespace(rollout=task.exact.rollout, params=params)
    judged = aan_paper.judge(exact, task, starts=20)
    assert judged["parameters"] == 14 and max(judged["error_by_jump_mean"]) < 1e-15 and max(judged["energy_by_jump"]) < 1e-9
    assert {*aan_paper.JUMPS, 10, 103, 1026} == set(judged["jumps"]) and sorted(judged["jumps"]) == judged["jumps"]
    assert judged["periods"][judged["jumps"].index(1026)] == pytest.approx(100, rel=1e-3)
    slow = aan_paper.judge(SimpleNamespace(rollout=lambda x, t: task.exact.rollout(x, 0.999 * t), params=params), task, starts=20)
    ten, hundred = (slow["error_by_jump"][judged["jumps"].index(jump)] for jump in (10, 100))
    assert hundred / ten == pytest.approx(100, rel=0.1)                 # the square of a phase that grows evenly
    assert max(slow["energy_by_jump"]) < 1e-9


def test_what_runs_away_is_none():
    task = hl.data.trajectories.pendulum(seed=3)
    wild = SimpleNamespace(rollout=lambda x, t: x * np.exp(np.minimum(t, 1e4)).reshape(-1, 1, 1), params=[])
    with np.errstate(all="ignore"):
        judged = aan_paper.judge(wild, task)
    assert judged["error_by_jump"][0] > 0 and judged["error_by_jump"][-1] is None
    json.loads(json.dumps(judged), parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@pytest.mark.parametrize("name", ["oscillators", "oscillators-uncoupled", "oscillators-tori", "pendulum-tori", "kepler-tori", "toda-tori"])
@pytest.mark.parametrize("model", aan_paper.MODELS)
def test_every_model_of_every_experiment_can_be_trained(name, model, monkeypatch):
    monkeypatch.setattr(aan_paper, "JUMPS", (1, 2))                          # the longer ones take a minute where there is no formula
    monkeypatch.setattr(aan_paper, "PERIODS", (1,))
    record = page.papers.run(name, model, seed=1, steps=1, progress=False)
    assert (record["experiment"], record["model"], record["recipe"], record["steps"]) == (name, model, "sharp", 1)
    assert math.isfinite(record["test_loss"]) and len(record["error_by_jump"]) == len(record["jumps"])
    assert record["cpu_seconds"] > 0


def test_action_angle_networks_are_smaller_than_the_papers():
    for name, experiment in EXPERIMENTS.items():
        if "action-angle" in experiment.models:
            _, recipe = experiment.recipe("sharp", "action-angle")
            model = experiment.models["action-angle"](experiment.task(0), 0, **recipe.model)
            assert sum(leaf.size for layer in model.params for leaf in layer) < 8542, name


def test_a_command_writes_records(tmp_path, capsys):
    out = tmp_path / "results.json"
    assert main(["reproduce", "oscillators", "--model", "action-angle", "--seeds", "2", "--steps", "3", "--out", str(out)]) == 0
    record, = page.papers.read(out)
    assert record["jumps"][:4] == [1, 2, 5, 10] and record["seed"] == 2
    assert "oscillators, action-angle, seed 2" in capsys.readouterr().err
    assert main(["reproduce", "oscillators", "--model", "baseline"]) == 2
    assert "unknown model 'baseline'; choose one of: action-angle" in capsys.readouterr().err


def test_a_recipe_for_one_model_only_says_so():
    assert list(EXPERIMENTS["oscillators"].named("published")[1]) == ["action-angle"]
    with pytest.raises(ValueError, match="unknown model for recipe 'published' 'hamiltonian-ode'; choose one of: action-angle"):
        page.papers.reproduce(["oscillators"], ["hamiltonian-ode"], recipe="published")


# --- the file of results

SEEDS = {("oscillators", "sharp"): 5, ("oscillators", "modes"): 5, ("oscillators-uncoupled", "sharp"): 5, ("oscillators-tori", "sharp"): 5,
         ("pendulum-tori", "sharp"): 5, ("pendulum-tori", "adam"): 3, ("toda-tori", "sharp"): 5,
         ("toda-tori", "paths-10"): 3, ("toda-tori", "paths-50"): 3, ("toda-tori", "size-14"): 3, ("toda-tori", "size-18"): 3,
         ("kepler-tori", "sharp"): 3}
RECORDS = {tuple(record[name] for name in ("experiment", "model", "recipe", "seed", "steps")): record
           for record in page.papers.read(pathlib.Path(__file__).resolve().parents[1] / "book" / "results" / "oscillators.json")}


def test_the_file_has_every_model_and_recipe():
    wanted = {(name, model, recipe, seed, EXPERIMENTS[name].recipe(recipe, model)[1].steps)
              for (name, recipe), seeds in SEEDS.items() for model in EXPERIMENTS[name].named(recipe)[1] for seed in range(seeds)}
    assert wanted <= set(RECORDS)


def test_all_models_of_a_race_had_about_the_same_time():
    for (name, recipe), seeds in SEEDS.items():
        times = [np.median([record["cpu_seconds"] for record in RECORDS.values() if (record["experiment"], record["recipe"]) == (name, recipe)
                            and record["model"] == model]) for model in EXPERIMENTS[name].named(recipe)[1]]
        if recipe in ("sharp", "adam"):
            assert max(times) < 1.5 * min(times), (name, recipe, times)


@pytest.mark.parametrize("model, recipe, seed", [("action-angle", "sharp", 3), ("euler-update", "sharp", 0), ("action-angle", "modes", 1)])
def test_a_row_is_found_again(model, recipe, seed):
    again = page.papers.run("oscillators", model, seed, recipe, progress=False)
    stored = RECORDS["oscillators", model, recipe, seed, again["steps"]]
    assert set(again) == set(stored) and again["parameters"] == stored["parameters"]
    for jump in (1, 10, 50):          # another processor rounds otherwise, and these networks go on for decades
        errors = [record["error_by_jump"][record["jumps"].index(jump)] for record in (again, stored)]
        assert abs(np.log10(errors[0] / errors[1])) < 2
