"""The AAN paper's own sweeps: the task with more or fewer samples, what judges it, small first weights, and the records of the page."""

import pathlib
from types import SimpleNamespace

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.page import papers
from hnn_lite.page.papers import sweeps

STORED = pathlib.Path(__file__).resolve().parents[1] / "book" / "results" / "sweeps.json"
AUTHORS = {1: 3.0e-7, 10: 3.1e-5, 50: 4.0e-4}          # their code, uncoupled, as it was run once


def after(record, jump):
    return record["error_by_jump_mean"][record["jumps"].index(jump)]


@pytest.mark.parametrize("k_pair", sweeps.COUPLINGS)
def test_the_path_is_the_papers_cut_shorter_or_longer(k_pair):
    paper = hl.data.trajectories.coupled_oscillators(k_pair=k_pair)
    for samples in (10, 100, 500):
        task = sweeps.one_path(k_pair=k_pair, samples=samples)
        shared = min(samples, 100)
        assert task.x.shape == (1, samples, 4)
        np.testing.assert_allclose(task.x[0, :shared], paper.x[0, :shared], rtol=0, atol=1e-10)
        np.testing.assert_array_equal(task.test_x, paper.test_x)
    np.testing.assert_allclose(task.truth(task.x[0, -1], [1])[0], task.test_x[0, 0], atol=1e-9)          # nothing to learn from is tested


@pytest.mark.parametrize("samples", [2, 501, 0, 1.5])
def test_a_path_too_short_to_learn_from_or_one_that_is_tested_is_refused(samples):
    with pytest.raises(ValueError, match="samples must"):
        sweeps.one_path(samples=samples)


def test_the_exact_law_is_judged_to_be_exact_and_none_is_helped_by_more_samples():
    judged = {}
    for samples in (10, 100, 500):
        task = sweeps.one_path(samples=samples)
        exact = SimpleNamespace(rollout=lambda x, t, rtol: task.exact.rollout(x, t), params=[np.zeros(3)])
        still = SimpleNamespace(rollout=lambda x, t, rtol: np.repeat(x[None], len(t), axis=0), params=[])
        right, judged[samples] = sweeps.judge(exact, task), sweeps.judge(still, task)
        assert max(right["error_by_jump_mean"]) < 1e-18 and max(right["energy_by_jump"]) < 1e-12 and right["parameters"] == 3
    assert judged[10] == judged[100] == judged[500]
    paper = sweeps.one_path().persistence(sweeps.JUMPS, 25)
    np.testing.assert_allclose(judged[10]["error_by_jump_mean"], paper.mean(axis=1))
    np.testing.assert_allclose(judged[10]["error_by_jump"], np.median(paper, axis=1))


def test_a_solver_is_asked_for_more_than_the_model_has():
    """An exact field, followed with the tolerance of the records, is judged to be far better than any record."""
    system, asked = sweeps.one_path().system, []

    def rollout(x, t, rtol):
        asked.append(rtol)
        return system.rollout(x, t, rtol)

    judged = sweeps.judge(SimpleNamespace(rollout=rollout, params=[]), sweeps.one_path())
    assert asked == [1e-8] and max(judged["error_by_jump_mean"]) < 1e-12


@pytest.mark.parametrize("model", [hl.ActionAngleNetwork(4, 3, shears=3, width=5, linear=2), hl.EulerUpdate(4, 3, (6, 7)),
                                   hl.NeuralODE(4, 3, "hamiltonian", (6,))])
def test_small_weights_are_those_that_see_the_state_and_no_others(model):
    before = hl.tree.leaves(model.params)
    shrunk = hl.tree.leaves(sweeps.shrunk(model, 0.1, 5.0).params)
    factors = [float(np.median(new / old)) for old, new in zip(before, shrunk) if np.all(old)]          # a, and linear shears, are zero
    if isinstance(model, hl.ActionAngleNetwork):
        assert sorted(np.round(factors, 12))[:6] == [0.1] * 6 and set(np.round(factors[6:], 12)) <= {0.1, 1.0}
        x = np.random.default_rng(0).normal(size=(4, 4))
        np.testing.assert_array_equal(hl.shears.shear(model.params["encoder"], x), x)          # it still begins as the identity
    else:
        assert np.round(factors, 12).tolist() == [0.1, *[1.0] * (len(factors) - 2), 5.0]
    for wrong in (0, -1, np.nan):
        with pytest.raises(ValueError, match="gain must be"):
            sweeps.shrunk(model, wrong)
        with pytest.raises(ValueError, match="outer must be"):
            sweeps.shrunk(model, 1, wrong)


@pytest.mark.parametrize("recipe, better", [("small", True), ("usual", False)])
def test_uncoupled_small_weights_beat_the_papers_code_and_usual_ones_do_not(recipe, better):
    record = papers.run("coupling-0", "action-angle", 11, recipe, progress=False)
    shares = np.array([after(record, jump) / value for jump, value in AUTHORS.items()])
    assert np.all(shares < 1e-3) if better else np.all(shares > 10)


def test_the_records_are_those_of_one_command_with_five_seeds_and_for_each_coupling_equal_seconds():
    records = papers.read(STORED)
    found = {}
    for record in records:
        found.setdefault((record["experiment"], record["recipe"]), {}).setdefault(record["model"], []).append(record)
    assert set(papers.GROUPS["sweeps"]) == {name for name, _ in found}
    for (name, recipe), models in found.items():
        assert set(models) in ({"action-angle"}, set(sweeps.FEWER), set(sweeps.MODELS)), name
        assert all([record["seed"] for record in runs] == [0, 1, 2, 3, 4] for runs in models.values()), name
        assert all(record["steps"] == sweeps.EXPERIMENTS[name].recipe(recipe, model)[1].steps for model, runs in models.items() for record in runs)
        seconds = [np.median([record["cpu_seconds"] for record in runs]) for runs in models.values()]
        assert max(seconds) < 1.7 * min(seconds) or not name.startswith("coupling"), name
