"""Kepler's problem in Levi-Civita's coordinates."""

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.mechanics import symplectic_matrix
from hnn_lite.page.papers import aan_paper
from hnn_lite.page.papers.lifted import Lifted, drop, lift

TASK = hl.data.trajectories.kepler(seed=3, paths=20, points=60)


def jacobian(f, x, h=1e-5):
    rows = [(8 * (f(x + h * e) - f(x - h * e)) - (f(x + 2 * h * e) - f(x - 2 * h * e))) / (12 * h) for e in np.eye(4)]
    return np.stack(rows, axis=-1)


def test_the_lift_is_canonical_and_dropping_undoes_it():
    x = TASK.test_x[:, 0]
    J, omega = jacobian(lift, x), symplectic_matrix(4)
    assert np.abs(np.swapaxes(J, 1, 2) @ omega @ J - omega).max() < 1e-7
    np.testing.assert_allclose(drop(lift(x)), x, atol=1e-13)
    np.testing.assert_allclose(drop(-lift(x)), x, atol=1e-13)


def test_a_lifted_path_does_not_jump_and_closes_after_two_years():
    L = 1.1
    start = hl.mechanics.ellipse(1.0, L, 0.8 * L, np.array(0.3), np.array(2.0))
    year = 2 * np.pi * L**3
    path = hl.actions.Kepler().rollout(start, np.linspace(0, 2 * year, 201))
    z = lift(path[None], paths=True)[0]
    assert np.linalg.norm(np.diff(z[:, :2], axis=0), axis=1).max() < 0.2 * np.linalg.norm(z[:, :2], axis=1).max()
    np.testing.assert_allclose(z[100], -z[0], atol=1e-9)
    np.testing.assert_allclose(z[200], z[0], atol=1e-9)
    assert np.linalg.norm(np.diff(lift(path)[:, :2], axis=0), axis=1).max() > 0.9          # state by state it does: at the cut


def test_at_one_energy_the_lifted_planet_is_an_oscillator():
    """|P|^2 / 8 - E |Q|^2 = mu, whatever the shape of the orbit."""
    z = lift(TASK.test_x)
    E = TASK.system.hamiltonian(TASK.test_x)
    np.testing.assert_allclose(np.sum(z[..., 2:] ** 2, -1) / 8 - E * np.sum(z[..., :2] ** 2, -1), 1, rtol=1e-9)


def test_both_lifts_of_a_state_have_one_future_for_an_odd_network():
    model = Lifted(hl.ActionAngleNetwork(4, shears=6, width=6, hidden=(8,), reach=20, odd=True))
    hl.fit(model, TASK, 3, 200, method="accelerated-levenberg-marquardt", progress=False)
    x0, t = TASK.test_x[:, 5], np.array([0.0, 1.0, 50.0])
    path = model.rollout(x0, t)
    np.testing.assert_allclose(path[0], x0, atol=1e-9)
    np.testing.assert_allclose(drop(model.model.rollout(-lift(x0), t)), path, atol=1e-9)


@pytest.mark.parametrize("name", list(aan_paper.MODELS))
def test_every_model_learns_through_the_lift(name):
    more = {"shears": 8, "width": 8, "odd": True, "hidden": (8,)} if name == "action-angle" else {"hidden": (12, 12)}
    model = aan_paper.MODELS[name](TASK, 0, lift=True, **more)
    hl.fit(model, TASK, 40, 400, method="accelerated-levenberg-marquardt", progress=False)
    path = model.rollout(TASK.test_x[:, 0], TASK.dt * np.arange(3))
    assert np.median(TASK.errors(np.broadcast_to(0, (1, 25, 4)), [1])) > 0.1
    errors = np.mean(((path[2] - TASK.test_x[:, 2]) / TASK.scale) ** 2, axis=-1)
    still = np.mean(((TASK.test_x[:, 0] - TASK.test_x[:, 2]) / TASK.scale) ** 2, axis=-1)
    assert np.median(errors) < 0.03 * np.median(still)


def test_a_model_is_shown_both_lifts_and_paths_that_do_not_jump():
    train, test = Lifted(hl.ActionAngleNetwork(4, shears=1, width=2, scaling=hl.scaling.Scaling.identity(4))).examples(TASK)
    np.testing.assert_array_equal(train.x[20:], -train.x[:20])
    np.testing.assert_allclose(drop(test.x), TASK.test_x, atol=1e-12)
    for x in (train.x, test.x):
        assert np.all(np.sum(x[:, 1:, :2] * x[:, :-1, :2], axis=-1) > 0)


def test_a_planet_in_the_sun_is_refused():
    with pytest.raises(ValueError, match="in the sun"):
        lift(np.zeros(4))
