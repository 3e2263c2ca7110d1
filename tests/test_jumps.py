"""The experiments of Part III: recipes by model, how predictions are judged, and the rows of their file."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.__main__ import main
from hnn_lite.experiments import EXPERIMENTS, jumps


def test_the_exact_law_is_judged_to_be_exact_and_a_slow_one_by_its_lag():
    task = hl.tori.pendulum(seed=3)
    params = [(np.zeros((3, 4)), np.zeros(2))]
    exact = SimpleNamespace(rollout=task.exact.rollout, params=params)
    judged = jumps.judge(exact, task, starts=20)
    assert judged["parameters"] == 14 and max(judged["error_by_jump_mean"]) < 1e-15 and max(judged["energy_by_jump"]) < 1e-9
    assert {*jumps.JUMPS, 10, 103, 1026} == set(judged["jumps"]) and sorted(judged["jumps"]) == judged["jumps"]
    assert judged["periods"][judged["jumps"].index(1026)] == pytest.approx(100, rel=1e-3)
    slow = jumps.judge(SimpleNamespace(rollout=lambda x, t: task.exact.rollout(x, 0.999 * t), params=params), task, starts=20)
    ten, hundred = (slow["error_by_jump"][judged["jumps"].index(jump)] for jump in (10, 100))
    assert hundred / ten == pytest.approx(100, rel=0.1)                 # the square of a phase that grows evenly
    assert max(slow["energy_by_jump"]) < 1e-9


def test_what_runs_away_is_none():
    task = hl.tori.pendulum(seed=3)
    wild = SimpleNamespace(rollout=lambda x, t: x * np.exp(np.minimum(t, 1e4)).reshape(-1, 1, 1), params=[])
    with np.errstate(all="ignore"):
        judged = jumps.judge(wild, task)
    assert judged["error_by_jump"][0] > 0 and judged["error_by_jump"][-1] is None
    json.loads(json.dumps(judged), parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@pytest.mark.parametrize("name", ["oscillators", "oscillators-uncoupled", "oscillators-tori", "pendulum-tori", "kepler-tori", "toda-tori"])
@pytest.mark.parametrize("model", jumps.MODELS)
def test_every_model_of_every_experiment_can_be_trained(name, model, monkeypatch):
    monkeypatch.setattr(jumps, "JUMPS", (1, 2))                          # the longer ones take a minute where there is no formula
    monkeypatch.setattr(jumps, "PERIODS", (1,))
    record = hl.experiments.run(name, model, seed=1, steps=1, progress=False)
    assert (record["experiment"], record["model"], record["recipe"], record["steps"]) == (name, model, "sharp", 1)
    assert math.isfinite(record["test_loss"]) and len(record["error_by_jump"]) == len(record["jumps"])
    assert record["cpu_seconds"] > 0


def test_action_angle_networks_are_smaller_than_the_papers():
    for name, experiment in EXPERIMENTS.items():
        if "action-angle" in experiment.models:
            recipe = experiment.recipe("sharp", "action-angle")
            model = experiment.models["action-angle"](experiment.task(0), 0, **recipe.model)
            assert sum(leaf.size for layer in model.params for leaf in layer) < 8542, name


def test_a_command_writes_records(tmp_path, capsys):
    out = tmp_path / "results.json"
    assert main(["reproduce", "oscillators", "--model", "action-angle", "--seeds", "2", "--steps", "3", "--out", str(out)]) == 0
    record, = hl.experiments.read(out)
    assert record["jumps"][:4] == [1, 2, 5, 10] and record["seed"] == 2
    assert "oscillators, action-angle, seed 2" in capsys.readouterr().err
    assert main(["reproduce", "oscillators", "--model", "baseline"]) == 2
    assert "unknown model 'baseline'; choose one of: action-angle" in capsys.readouterr().err


def test_a_recipe_for_one_model_only_says_so():
    assert EXPERIMENTS["oscillators"].able("published") == ["action-angle"]
    with pytest.raises(ValueError, match="unknown model for recipe 'published' 'hnn'; choose one of: action-angle"):
        hl.experiments.reproduce(["oscillators"], ["hnn"], recipe="published")
