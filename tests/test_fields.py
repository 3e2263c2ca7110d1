"""The simulated tasks are the paper's: counts, times, noise, initial states, derivatives, seeds."""

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

import hnn_lite as hl
from hnn_lite.networks import init_mlp

TASKS = {"mass-spring": (hl.data.fields.mass_spring, 30), "pendulum": (hl.data.fields.pendulum, 45)}
MANY = 400                # trajectories for the statistics; the paper has 25


@pytest.fixture(scope="module", params=TASKS)
def paper(request):
    make, points = TASKS[request.param]
    return make(0), points


@pytest.fixture
def brief(monkeypatch):
    """Tasks with short rollouts of the energy protocol, for tests about something else."""
    monkeypatch.setattr(hl.data.fields, "ENERGY_TIMES", np.linspace(0, 1, 3))


@pytest.fixture(scope="module", params=TASKS)
def pair(request):
    """Many trajectories, without noise and with it, from one seed."""
    make, points = TASKS[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hl.data.fields, "ENERGY_TIMES", np.linspace(0, 1, 3))
        return make(1, trajectories=MANY, noise=0), make(1, trajectories=MANY), points


def trajectories(x, points):
    """The trajectories in the points of a task, shape (points, trajectories, 2)."""
    return x.reshape(points, -1, 2)


def right_side(name):
    """dx/dt by hand, for the constants of the paper's code."""
    if name == "mass-spring":
        return lambda x: np.stack([2 * x[..., 1], -2 * x[..., 0]], axis=-1)
    return lambda x: np.stack([2 * x[..., 1], -3 * np.sin(x[..., 0])], axis=-1)


def test_counts_are_the_papers(paper):
    task, points = paper
    for part in (task.x, task.dx, task.test_x, task.test_dx):
        assert part.shape == (25 * points, 2)
    assert task.starts.shape == (15, 2) and task.times.shape == (100,) and task.reference.shape == (100, 15, 2)


def test_noise_has_the_papers_width_and_no_structure(pair):
    clean, noisy, points = pair
    for noise in (noisy.x - clean.x, noisy.test_x - clean.test_x):
        assert noise.std() == pytest.approx(0.1, rel=0.02) and abs(noise.mean()) < 0.003
        assert scipy.stats.kstest(noise.ravel() / 0.1, "norm").pvalue > 1e-3
        assert abs(np.corrcoef(noise.T)[0, 1]) < 0.03                                    # of q with p
        run = trajectories(noise, points)
        assert abs(np.corrcoef(run[1:].ravel(), run[:-1].ravel())[0, 1]) < 0.03          # of one time with the next
    np.testing.assert_array_equal(clean.dx, noisy.dx)
    np.testing.assert_array_equal(clean.starts, noisy.starts)


def test_the_width_of_the_noise_is_an_argument(brief):
    clean, noisy = (hl.data.fields.mass_spring(0, noise=noise) for noise in (0, 0.03))
    assert (noisy.x - clean.x).std() == pytest.approx(0.03, rel=0.1)


def test_derivatives_are_exact_at_the_noiseless_states(pair):
    clean, noisy, _ = pair
    expected = right_side(clean.name)
    np.testing.assert_allclose(noisy.dx, expected(clean.x), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(noisy.test_dx, expected(clean.test_x), rtol=1e-12, atol=1e-14)


def test_points_lie_on_true_paths_at_equal_times_from_0_to_3(pair):
    clean, _, points = pair
    field, times = right_side(clean.name), np.linspace(0, 3, points)
    for part in (clean.x, clean.test_x):
        runs = trajectories(part, points)
        for number in (0, 7, MANY - 1):
            exact = scipy.integrate.solve_ivp(lambda t, x: field(x), (0, 3), runs[0, number], "LSODA", times, rtol=1e-10, atol=1e-11)
            np.testing.assert_allclose(runs[:, number], exact.y.T, atol=1e-6)


def test_initial_states_lie_on_the_papers_ring(pair):
    clean, _, points = pair
    inner, outer = {"mass-spring": (0.1, 1.0), "pendulum": (1.3, 2.3)}[clean.name]
    for part in (clean.x, clean.test_x):
        radius = np.hypot(*trajectories(part, points)[0].T)
        assert inner <= radius.min() < inner + 0.03 and outer - 0.03 < radius.max() <= outer
        assert scipy.stats.kstest(radius, scipy.stats.uniform(inner, outer - inner).cdf).pvalue > 1e-3
    both = np.concatenate([trajectories(part, points)[0] for part in (clean.x, clean.test_x)])
    assert len(np.unique(both, axis=0)) == 2 * MANY                                      # no start is used twice


def test_loss_of_the_true_law_is_what_the_noise_makes_of_it(pair):
    """Spring: E (2 n)^2 = 4 s^2. Pendulum: for the force E (3 sin(q + n) - 3 sin q)^2, with E cos n = exp(-s^2 / 2)."""
    clean, noisy, _ = pair
    s2 = 0.1**2
    expected = 4 * s2
    if clean.name == "pendulum":
        sin2 = np.mean(np.sin(clean.x[:, 0]) ** 2)
        cos_n, cos2_n = np.exp(-s2 / 2), (1 + np.exp(-2 * s2)) / 2
        force = 9 * (sin2 * (cos2_n - 2 * cos_n + 1) + (1 - sin2) * (1 - cos2_n))
        expected = (4 * s2 + force) / 2
    loss = hl.metrics.field_loss(noisy.system, noisy.x, noisy.dx)
    assert loss.mean == pytest.approx(expected, rel=0.03) and abs(loss.mean - expected) < 4 * loss.error
    assert hl.metrics.field_loss(clean.system, clean.x, clean.dx).mean < 1e-25


def test_energy_protocol_is_the_papers(paper):
    task, _ = paper
    np.testing.assert_array_equal(task.times, np.linspace(0, 20, 100))
    size = np.abs(task.starts)
    assert size.min() >= 0.2 and size.max() <= 1.0 and np.ptp(size) > 0.5
    assert {tuple(signs) for signs in np.sign(task.starts)} == {(1, 1), (1, -1), (-1, 1), (-1, -1)}
    np.testing.assert_array_equal(task.reference[0], task.starts)
    field = right_side(task.name)
    exact = scipy.integrate.solve_ivp(lambda t, x: field(x), (0, 20), task.starts[3], "DOP853", task.times, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(task.reference[:, 3], exact.y.T, atol=1e-6)
    np.testing.assert_array_equal(task.energy(task.x), task.system.hamiltonian(task.x))


def test_starts_of_the_energy_protocol_are_spread_evenly(brief):
    starts = np.concatenate([hl.data.fields.mass_spring(seed, trajectories=1, points=2).starts for seed in range(20)])
    assert scipy.stats.kstest(np.abs(starts).ravel(), scipy.stats.uniform(0.2, 0.8).cdf).pvalue > 1e-3
    assert abs(np.mean(np.sign(starts))) < 0.15


@pytest.mark.parametrize("make", [hl.data.fields.mass_spring, hl.data.fields.pendulum, hl.data.fields.damped_pendulum])
def test_seeds(make, brief):
    few = {"points": 20} if make is hl.data.fields.damped_pendulum else {"points": 4, "trajectories": 3}
    one, same, other = make(1, **few), make(1, **few), make(2, **few)
    for name in ("x", "dx", "test_x", "test_dx", "starts", "reference"):
        assert getattr(one, name).tobytes() == getattr(same, name).tobytes()
    assert not np.any(one.x == other.x)
    assert not np.any(one.x[:4] == one.test_x[:4])


def test_a_task_and_a_network_of_one_seed_share_nothing(brief):
    few = {"trajectories": 20, "points": 10}
    noise = hl.data.fields.mass_spring(0, **few).x - hl.data.fields.mass_spring(0, noise=0, **few).x
    network = np.concatenate([np.ravel(leaf) for layer in init_mlp((2, 200, 200, 1), 0) for leaf in layer])
    other_task = hl.data.fields.pendulum(0, **few).x - hl.data.fields.pendulum(0, noise=0, **few).x
    noise, other_task = noise.ravel(), other_task.ravel()
    for other in (network[:len(noise)], network[-len(noise):], other_task):
        assert abs(np.corrcoef(noise, other)[0, 1]) < 0.2
    draws = [hl.validate.generator(3, purpose).normal(size=5000) for purpose in ("task mass-spring", "parameters of a network",
                                                                             "order of batches")]
    assert np.abs(np.corrcoef(draws) - np.eye(3)).max() < 0.06


def test_a_task_of_another_system_is_judged_by_it():
    system = hl.systems.mass_spring(k=1, m=1)
    task = hl.data.fields.mass_spring(0, system=system, trajectories=3, points=4, noise=0)
    assert task.system is system
    np.testing.assert_allclose(task.dx, np.stack([task.x[:, 1], -task.x[:, 0]], axis=1), atol=1e-12)
    np.testing.assert_allclose(task.energy(task.reference), np.broadcast_to(task.energy(task.starts), (100, 15)), rtol=1e-7)


def test_the_damped_pendulum_loses_energy_at_the_rate_of_its_friction():
    task = hl.data.fields.damped_pendulum(0, noise=0)
    assert task.x.shape == (432, 2) and task.test_x.shape == (108, 2)                    # 4/5 of 540
    q, p = task.x.T
    np.testing.assert_allclose(task.dx, np.stack([p, -1.2 * np.sin(q) - 0.05 * p], axis=1), atol=1e-14)
    energy, dt = task.energy(task.x), 90 / 539
    slope = (8 * (energy[3:-1] - energy[1:-3]) - (energy[4:] - energy[:-4])) / (12 * dt)
    np.testing.assert_allclose(slope, -2 * 0.05 * p[2:-2] ** 2, atol=2e-4)               # d/dt (2.4 (1 - cos q) + p^2)
    free = hl.data.fields.damped_pendulum(0, friction=0, noise=0)
    assert np.ptp(free.energy(free.x)) < 1e-6


def test_the_damped_pendulums_test_part_follows_its_training_part():
    task, clean = hl.data.fields.damped_pendulum(0), hl.data.fields.damped_pendulum(0, noise=0)
    assert (task.x - clean.x).std() == pytest.approx(0.02, rel=0.1)
    np.testing.assert_allclose(task.reference[:, 0], clean.test_x, atol=1e-12)
    np.testing.assert_array_equal(task.starts[0], task.reference[0, 0])
    assert task.times[0] == 0 and task.times[-1] == pytest.approx(107 * 90 / 539)
    path = task.system.rollout(clean.x[-1], [0, 90 / 539])
    np.testing.assert_allclose(path[-1], clean.test_x[0], atol=1e-7)


def test_no_orbit_for_tests_is_one_to_learn_from():
    task = hl.data.fields.two_body(0, orbits=5, points=2)
    assert len(task.x) == 8 and not (task.x[:, None] == task.test_x).all(axis=-1).any()


def test_the_reference_of_bodies_keeps_its_energy():
    task = hl.data.fields.two_body(0, orbits=5, points=2)
    assert np.ptp(task.energy(task.reference), axis=0).max() < 1e-7


def test_the_times_that_tasks_share_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        hl.data.fields.mass_spring(0, trajectories=1, points=3).times[:] *= 2


def test_bodies_without_a_sampler_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match="no sampler"):
        hl.data.fields.two_body(0, hl.systems.n_body([1.0, 1.0]))
