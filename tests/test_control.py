"""The control: six models that differ by what they are given, and the command that compares them."""

import json
import pathlib
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.__main__ import main
from hnn_lite.integrate import jacobian
from hnn_lite.mechanics import symplectic_matrix
from hnn_lite.page import papers
from hnn_lite.page.papers import control, runs

STORED = pathlib.Path(__file__).resolve().parents[1] / "book" / "results" / "control.json"
STATES = np.random.default_rng(5).normal(size=(6, 4))


@pytest.mark.parametrize("made", [model(4, 1, (20, 30), mass=0.5)
                                  for model in (control.SecondOrder, control.Force, control.Separable)])
def test_who_is_told_the_mass_moves_with_p_over_m_before_any_training(made):
    assert made.field(STATES)[:, :2] == pytest.approx(2 * STATES[:, 2:], rel=1e-12)


def test_a_law_of_second_order_may_have_friction_and_a_separable_hnn_none():
    second, separable = (model(4, 1, (20, 30)) for model in (control.SecondOrder, control.Separable))
    by_p = [jacobian(model.field, STATES)[0][:, 2:, 2:] for model in (second, separable)]
    assert np.abs(by_p[0]).max() > 1e-3 and not np.any(by_p[1])


def test_a_force_of_the_positions_has_no_divergence_and_no_potential():
    J, _ = jacobian(control.Force(4, 1, (20, 30)).field, STATES)
    assert not np.any(J[:, 2:, 2:]) and np.abs(J[:, 2, 1] - J[:, 3, 0]).max() > 1e-3


@pytest.mark.parametrize("model", [hl.HNN(4, 2, (20, 30)), control.Separable(4, 2, (20, 30))])
def test_the_linear_flow_of_both_hnns_is_hamiltonian(model):
    J, _ = jacobian(model.field, STATES)
    product = symplectic_matrix(4) @ J
    assert product == pytest.approx(np.swapaxes(product, -1, -2), abs=1e-12)


@pytest.mark.parametrize("dim, hidden", [(2, (20, 30)), (8, (30, 20))])
def test_the_divergence_is_the_trace_of_the_jacobian(dim, hidden):
    model, x = control.Penalised(dim, 3, hidden), np.random.default_rng(1).normal(size=(7, dim))
    J, _ = jacobian(model.field, x)
    assert model.divergence(model.params, x) == pytest.approx(np.trace(J, axis1=-2, axis2=-1), abs=1e-14)


def test_the_penalty_is_added_to_the_loss_and_presses_the_divergence_down():
    task = hl.data.fields.mass_spring(1)
    divergence = {}
    for weight in (0.0, 10.0):
        model = control.Penalised(2, 1, (30, 30), weight)
        field = np.mean(model.errors(model.params, task.x, task.dx) ** 2)
        asked = np.mean(model.divergence(model.params, task.x) ** 2)
        assert model.loss(model.params, task.x, task.dx) == pytest.approx(field + weight * asked, rel=1e-12)
        hl.fit(model, task, steps=200, progress=False)
        divergence[weight] = np.sqrt(np.mean(model.divergence(model.params, task.test_x) ** 2))
    assert divergence[10.0] < divergence[0.0] / 3


def test_without_a_weight_the_penalised_model_is_the_baseline():
    task, models = hl.data.fields.mass_spring(1), [hl.Baseline(2, 1, (30, 30)), control.Penalised(2, 1, (30, 30), 0.0)]
    for model in models:
        hl.fit(model, task, steps=20, progress=False)
    assert models[1].field(task.test_x) == pytest.approx(models[0].field(task.test_x), rel=1e-4)


@pytest.mark.parametrize("wrong, words", [
    (lambda: control.SecondOrder(3), "dim must be"), (lambda: control.Separable(4, mass=0), "mass must be"),
    (lambda: control.Penalised(4, weight=-1), "weight must be"), (lambda: control.Penalised(4, hidden=(20,)), "hidden must be two widths")])
def test_what_makes_no_model_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        wrong()


def test_models_can_be_saved(tmp_path):
    for model in (control.SecondOrder(4, 1, (8, 8), mass=2.0), control.Force(4, 1, (8, 8), mass=2.0), control.Penalised(4, 1, (8, 8), 0.3), control.Separable(4, 1, (8, 8), mass=2.0)):
        model.save(tmp_path / "model.npz")
        assert type(model).load(tmp_path / "model.npz").field(STATES) == pytest.approx(model.field(STATES), rel=1e-12)


def test_a_short_run_of_each_model_is_judged(tmp_path):
    for model in control.MODELS:
        record = papers.run("control-1", model, 1, steps=20, progress=False)
        assert {"energy_mse", "path_mse", "path_mse_error", "test_loss", "divergence", "parameters"} <= set(record)
        assert record["divergence"] < 1e-12 or model not in ("hnn", "separable")
    assert record["parameters"] == 200 + 200 + 200 * 200 + 200 + 200          # V of one coordinate


def test_the_exact_law_is_judged_to_be_exact():
    task = hl.data.fields.pendulum(2)
    law = hl.systems.pendulum()
    judged = control.judge(type("Law", (), {"rollout": law.rollout, "field": law.field, "dim": 2, "params": [np.zeros(3)]})(), task)
    assert judged["energy_mse"].mean < 1e-12 and judged["path_mse"].mean < 1e-12 and judged["parameters"] == 3


def test_what_paths_miss_and_what_spreads_is_a_mean_of_squares():
    """A law whose paths lie off by (3, 4), and whose divergence is q, of either sign."""
    task = hl.data.fields.pendulum(2)
    law = SimpleNamespace(dim=2, params=[np.zeros(3)], rollout=lambda x, t: task.reference + [3, 4],
                          field=lambda x: anp.stack([x[..., 0] ** 2 / 2, 0 * x[..., 1]], axis=-1))
    judged, q = control.judge(law, task), task.test_x[::len(task.test_x) // control.POINTS, 0]
    assert judged["path_mse"] == pytest.approx((12.5, 0.0)) and judged["divergence"] == pytest.approx(np.sqrt(np.mean(q**2)))


def test_one_word_means_all_tasks(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(runs, "_train", lambda *arguments: asked.append(arguments[:4]) or (
        dict(zip(("experiment", "model", "seed", "recipe", "steps"), arguments, strict=False), test_loss=1.0, energy_mse=1.0, seconds=0.0), None))
    assert main(["reproduce", "control", "--seeds", "3", "--out", str(tmp_path / "control.json")]) == 0
    assert asked == [(f"control-{name}", model, 3, "control") for name in control.TASKS for model in control.MODELS]


def test_the_weights_on_the_page_are_those_that_the_tuning_seed_liked_best():
    tried = [record for record in papers.read(STORED) if record["recipe"].startswith("weight-")]
    assert {record["seed"] for record in tried} == {100}
    for name, (*_, weight) in control.TASKS.items():
        scores = {record["recipe"]: record["energy_mse"] for record in tried if record["experiment"] == f"control-{name}"}
        assert min(scores, key=scores.get) == f"weight-{weight:g}" and len(scores) >= 3, name


def test_the_stored_control_is_complete():
    records = [record for record in json.loads(STORED.read_text()) if record["recipe"] == "control"]
    found = {(record["experiment"], record["model"], record["seed"]) for record in records}
    assert found == {(name, model, seed) for name in control.EXPERIMENTS for model in control.MODELS
                     for seed in range(5)}
