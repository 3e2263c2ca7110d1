"""What a model is judged by, on laws whose figures are known exactly."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import metrics
from hnn_lite.mechanics import Dynamics


@pytest.fixture(scope="module")
def spring():
    return hl.data.fields.mass_spring(0, trajectories=2, points=3)


@pytest.fixture(scope="module")
def pendulum():
    return hl.data.fields.pendulum(0, trajectories=2, points=3)


class Growing(Dynamics):
    """dx/dt = rate x: on it the spring's energy grows as exp(2 rate t)."""

    dim = 2

    def __init__(self, rate):
        self.rate, self.horizons = rate, []

    def field(self, x):
        return self.rate * np.asarray(x)

    def rollout(self, x0, t, rtol=1e-9):
        self.horizons.append(t[-1])
        return super().rollout(x0, t, rtol)


def expected(squares):
    """Mean over times and starts, and the standard error over the starts, from an array (times, starts)."""
    each = np.array([column.sum() / len(column) for column in squares.T])
    spread = np.sqrt(((each - each.mean()) ** 2).sum() / (len(each) - 1))
    return each.mean(), spread / np.sqrt(len(each))


def test_energy_of_the_true_law_is_kept(spring, pendulum):
    for task in (spring, pendulum):
        mse = metrics.energy_mse(task.system, task)
        assert 0 <= mse.mean < 1e-12 and 0 <= mse.error < 1e-12


def test_a_spring_of_another_period_on_the_same_circles_keeps_the_energy(spring):
    slower = hl.systems.mass_spring(k=1, m=1)                            # proportional H: same paths, half the speed
    assert metrics.energy_mse(slower, spring).mean < 1e-12
    assert metrics.energy_mse(slower, spring, stretch="once").mean < 1e-12


@pytest.mark.parametrize(("stretch", "factor"), [(None, 1.0), ("once", 1.09)])
def test_a_stiffer_spring_has_the_energy_error_of_its_formula(spring, stretch, factor):
    stiff = hl.systems.mass_spring(k=8, m=0.5)                           # omega = 4, m omega = 2: ellipses
    q, p = spring.starts.T
    t = factor * np.linspace(0, 20, 100)[:, None]
    path_q = q * np.cos(4 * t) + p / 2 * np.sin(4 * t)
    path_p = p * np.cos(4 * t) - 2 * q * np.sin(4 * t)
    mean, error = expected((path_q**2 + path_p**2 - q**2 - p**2) ** 2)
    mse = metrics.energy_mse(stiff, spring, stretch=stretch)
    assert mse.mean == pytest.approx(mean, rel=1e-5) and mse.error == pytest.approx(error, rel=1e-5)
    assert mean > 0.1


def test_the_growing_horizon_runs_from_23_8_to_79_4(spring):
    law = Growing(0.01)
    mse = metrics.energy_mse(law, spring, stretch="growing")
    assert [round(law.horizons[0], 1), round(law.horizons[-1], 1)] == [23.8, 79.4] and len(law.horizons) == 15
    np.testing.assert_allclose(law.horizons, 20 * 1.09 ** np.arange(2, 17))
    energy = np.sum(spring.starts**2, axis=1)
    t = np.linspace(0, 20, 100)[:, None] * 1.09 ** np.arange(2, 17)
    mean, error = expected((energy * (np.exp(0.02 * t) - 1)) ** 2)
    assert mse.mean == pytest.approx(mean, rel=1e-5) and mse.error == pytest.approx(error, rel=1e-5)


def test_stretching_once_reaches_21_8(spring):
    law = Growing(0.0)
    metrics.energy_mse(law, spring, stretch="once")
    metrics.energy_mse(law, spring)
    np.testing.assert_allclose(law.horizons, [21.8, 20.0])


def test_another_energy_judges_both_paths(pendulum):
    """The published code judges task 2 by the spring's energy, which the true pendulum does not keep either."""
    spring_energy = hl.systems.mass_spring().hamiltonian
    assert metrics.energy_mse(pendulum.system, pendulum, spring_energy).mean < 1e-12
    still = SimpleNamespace(rollout=lambda starts, times: np.broadcast_to(starts, (len(times), *starts.shape)))
    q, p = np.moveaxis(pendulum.reference, -1, 0)
    mean, error = expected((q**2 + p**2 - (q**2 + p**2)[0]) ** 2)
    mse = metrics.energy_mse(still, pendulum, spring_energy)
    assert mse.mean == pytest.approx(mean, rel=1e-10) and mse.error == pytest.approx(error, rel=1e-10)
    assert mean > 1e-3 and metrics.energy_mse(still, pendulum).mean < 1e-12


def test_field_loss_is_the_mean_of_squares_with_its_standard_error():
    rng = np.random.default_rng(0)
    x, law = rng.normal(size=(300, 2)), hl.systems.mass_spring()
    wrong = rng.normal(size=(300, 2)) * [1.0, 3.0]
    dx = np.stack([2 * x[:, 1], -2 * x[:, 0]], axis=1) + wrong
    loss = metrics.field_loss(law, x, dx)
    each = (wrong[:, 0] ** 2 + wrong[:, 1] ** 2) / 2
    assert loss.mean == pytest.approx(each.sum() / 300, rel=1e-12)
    assert loss.error == pytest.approx(np.sqrt(((each - each.mean()) ** 2).sum() / 299 / 300), rel=1e-12)


def test_standard_error_says_how_far_estimates_scatter():
    rng, law = np.random.default_rng(1), hl.systems.mass_spring()
    estimates = []
    for _ in range(300):
        x = rng.normal(size=(50, 2))
        estimates.append(metrics.field_loss(law, x, law.field(x) + rng.normal(size=(50, 2))))
    means, errors = np.transpose(estimates)
    assert means.mean() == pytest.approx(1.0, abs=0.03)
    assert errors.mean() == pytest.approx(means.std(), rel=0.15)


def test_field_loss_of_a_model_is_the_loss_it_is_trained_on(spring):
    for model in (hl.HNN(2, hidden=(5,)), hl.Baseline(2, hidden=(5,))):
        loss = metrics.field_loss(model, spring.x, spring.dx).mean
        assert loss == pytest.approx(model.loss(model.params, spring.x, spring.dx), rel=1e-12)


def test_a_single_start_has_no_standard_error(spring):
    one = SimpleNamespace(**{name: getattr(spring, name) for name in ("energy", "times")},
                          starts=spring.starts[:1], reference=spring.reference[:, :1])
    mse = metrics.energy_mse(hl.systems.mass_spring(k=8), one)
    assert np.isfinite(mse.mean) and np.isnan(mse.error)


def test_metrics_are_plain_numbers_and_one_value_has_no_standard_error():
    task = hl.data.fields.mass_spring(trajectories=2)
    one = metrics.field_loss(task.system, task.x[:1], task.dx[:1])
    assert type(one.mean) is float and type(one.error) is float and math.isnan(one.error)
    assert type(metrics.field_loss(task.system, task.x, task.dx).error) is float
    assert type(metrics.symplecticity_defect(lambda x: x, task.x)) is float
    assert metrics.symplecticity_defect(lambda x: x, np.zeros(2)) == 0          # where nothing has a size, the unit is one
    assert metrics.symplecticity_defect(lambda x: 2 * x, np.zeros(2)) == 3
    with pytest.raises(ValueError, match="the last axis of x must be a whole number of at least 2, got 0"):
        metrics.symplecticity_defect(lambda x: x, 1.0)
    with pytest.raises(ValueError, match="^x contains 2 values that are NaN"):
        metrics.field_loss(task.system, np.full((1, 2), np.nan), np.ones((1, 2)))
    with pytest.raises(ValueError, match="x must"):
        metrics.field_loss(task.system, np.ones((3, 3)), np.ones((3, 3)))


def test_an_estimate_has_names_and_unpacks():
    mean, error = estimate = metrics.Estimate(1.0, 0.5)
    assert (estimate.mean, estimate.error) == (mean, error) == (1.0, 0.5)


def test_the_defect_is_measured_in_units_of_both_ends():
    stretch = np.array([1e6, 2e-6])          # areas are doubled
    assert metrics.symplecticity_defect(lambda x: x * stretch, np.array([[1.0, 1.0]])) == pytest.approx(1, rel=1e-6)
