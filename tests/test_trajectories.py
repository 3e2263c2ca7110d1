"""The tasks of Part III: the AAN paper's data, unseen tori, exact references at any jump, the metric."""

from dataclasses import replace

import numpy as np
import pytest

from hnn_lite.data import trajectories

MAKE = {"oscillators": lambda seed: trajectories.coupled_oscillators(seed, tori="many"), "pendulum": trajectories.pendulum, "kepler": trajectories.kepler,
        "toda": lambda seed: trajectories.toda(seed, paths=5, points=20)}


@pytest.fixture(scope="module", params=MAKE)
def made(request):
    return MAKE[request.param], MAKE[request.param](0)


def test_the_one_path_is_that_of_the_aan_papers_code():
    task = trajectories.coupled_oscillators()
    assert task.x.shape == (1, 100, 4) and task.test_x.shape == (1, 500, 4) and task.dt == 1
    w, t = np.array([0.04998, 0.7775]), np.array([0.0, 1.0, 57.0])
    modes = np.array([10.0, 1.0]) * np.cos(w * t[:, None] + [1.0, 0.0])
    ratio = task.system.stiffness[0, 1] / (task.system.masses[0] * w**2 - task.system.stiffness[0, 0])       # q_1 / q_2 in each mode
    column = np.stack([ratio, np.ones(2)]) / np.hypot(ratio, 1)
    signs = np.sign(task.system.modes()[1][1]) * np.sign(column[1])
    np.testing.assert_allclose(task.x[0, [0, 1, 57], :2], (modes * signs) @ column.T, atol=2e-3)
    path = np.concatenate([task.x[0], np.zeros((400, 4)), task.test_x[0]])
    np.testing.assert_allclose(task.truth(path[99], [401])[0], path[500], atol=1e-10)
    # what that code gives for the prediction that nothing moves
    y = task.test_x[0] / task.scale
    for jump, published in ((1, 0.14), (10, 0.66), (50, 3.5)):
        assert np.mean((y[jump:] - y[:-jump]) ** 2) == pytest.approx(published, rel=0.01)
    np.testing.assert_allclose(task.persistence([1, 10, 50], starts=500).mean(axis=1), [0.14, 0.66, 3.5], rtol=0.05)
    np.testing.assert_array_equal(trajectories.coupled_oscillators(seed=7).x, task.x)


def test_a_copy_with_other_test_paths_is_judged_by_their_truth():
    task = trajectories.pendulum(0, paths=5, points=20)
    task.error_by_jump(lambda x, t: x, [3], starts=10)
    other = replace(task, test_x=task.x)
    np.testing.assert_allclose(other.error_by_jump(lambda x, t: task.exact.rollout(x, [0, t])[-1], [3], starts=10), 0, atol=1e-20)


def test_cut_springs_swing_alone():
    task = trajectories.coupled_oscillators(k_pair=0)
    t = np.arange(100.0)
    np.testing.assert_allclose(np.abs(task.x[0, :, 0]), np.abs(10 * np.cos(np.sqrt(0.01 / 5) * t + 1)), atol=1e-9)
    np.testing.assert_allclose(np.abs(task.x[0, :, 1]), np.abs(np.cos(np.sqrt(0.005) * t)), atol=1e-9)


def test_every_path_is_on_its_own_torus_and_follows_the_law(made):
    _, task = made
    energy = task.system.hamiltonian(task.x)
    assert np.abs(energy - energy[:, :1]).max() < 1e-9 * np.abs(energy).max()
    both = np.concatenate([task.x, task.test_x])
    assert len(task.test_x) == 25 and len(np.unique(np.round(task.system.hamiltonian(both[:, 0]), 12))) == len(both)
    t = task.dt * np.arange(task.x.shape[1])
    np.testing.assert_allclose(task.system.rollout(both[:3, 0], t, rtol=1e-12), np.swapaxes(both[:3], 0, 1), atol=1e-6)


def test_tasks_are_given_by_their_seed(made):
    make, task = made
    np.testing.assert_array_equal(make(0).x, task.x)
    assert not np.any(make(1).x == task.x)


def test_libration_reaches_nine_tenths_and_orbits_an_eccentricity_of_six_tenths():
    task = trajectories.pendulum(0, paths=2000, points=2)
    share = task.system.hamiltonian(task.x[:, 0]) / 6
    assert 0.01 <= share.min() < 0.012 and 0.898 < share.max() < 0.9
    _, angles = task.exact.encode(task.x[:, 0])
    assert abs(np.mean(np.exp(1j * angles))) < 0.06
    actions, _ = trajectories.kepler(0, paths=2000, points=2).exact.encode(trajectories.kepler(0, paths=2000, points=2).x[:, 0])
    assert 0.598 < np.sqrt(1 - (actions[:, 1] / actions[:, 0]) ** 2).max() < 0.6


@pytest.mark.parametrize("task", [trajectories.pendulum(1), trajectories.kepler(1)], ids=["pendulum", "kepler"])
def test_the_formula_and_the_integrator_agree_after_many_periods(task):
    x0, jumps = task.test_x[:4, 0], [1, 20, 120]
    by_formula, by_solver = task.truth(x0, jumps), replace(task, exact=None).truth(x0, jumps)
    assert by_formula.shape == (3, 4, task.system.dim)
    np.testing.assert_allclose(by_formula, by_solver, atol=1e-7)


def test_todas_reference_keeps_what_it_must_for_a_hundred_periods():
    task = trajectories.toda(0, paths=2, points=2)
    x0 = task.test_x[:5, 0]
    end = task.truth(x0, [int(100 * task.period / task.dt)])[0]
    eigenvalues = [np.linalg.eigvalsh(task.system.lax_matrix(x)) for x in (x0, end)]
    np.testing.assert_allclose(eigenvalues[1], eigenvalues[0], atol=1e-9)


def test_errors_are_in_units_of_the_scale_and_one_for_each_start(made):
    _, task = made
    off = 0.1 * task.scale * np.sign(np.arange(task.system.dim) - 0.5)
    errors = task.error_by_jump(lambda x, t: task.truth(x, [round(t / task.dt)])[0] + off, [1, 3], starts=7)
    np.testing.assert_allclose(errors, np.full((2, 7), 0.01), rtol=1e-6)
    assert task.persistence([1, 2]).shape == (2, 100)


WHEN = {"coupled-oscillators": (1.0, 2 * np.pi / 0.04998), "pendulum": (0.25, 2 * np.pi / np.sqrt(6)), "kepler": (0.3, 2 * np.pi),
        "toda": (0.35, np.pi / np.sin(np.pi / 3))}


def test_times_between_samples_and_periods_are_those_of_the_text(made):
    _, task = made
    assert (task.dt, task.period) == pytest.approx(WHEN[task.name], rel=1e-3)


def test_predictions_start_from_the_first_state_to_the_last_and_from_as_many_as_are_asked_for(made):
    _, task = made
    states = task.test_x.reshape(-1, task.system.dim)
    np.testing.assert_array_equal(task.starts(2), states[[0, -1]])
    np.testing.assert_array_equal(task.starts(10**6), states)
    assert [task.persistence([1], count).shape for count in (5, 7)] == [(1, 5), (1, 7)]


def test_the_scale_is_the_spread_over_all_training_states(made):
    _, task = made
    np.testing.assert_allclose(task.scale, task.x.reshape(-1, task.system.dim).std(axis=0))


def test_truths_of_other_jumps_are_not_mixed_up():
    task = trajectories.pendulum(0, paths=5, points=20)
    task.persistence([1, 2], 10)
    np.testing.assert_array_equal(task.persistence([1, 7], 10), replace(task).persistence([1, 7], 10))


def test_paths_may_be_lists():
    task = trajectories.pendulum(0)
    again = replace(task, x=task.x.tolist(), test_x=task.test_x.tolist())
    np.testing.assert_array_equal(again.x, task.x)
