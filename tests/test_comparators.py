"""What Action-Angle Networks are compared with: solvers that are differentiated, Euler steps, and the linear map."""

from types import SimpleNamespace

import numpy as np
import pytest
from autograd import grad, jacobian
from numerics import relative_error

import hnn_lite as hl
from hnn_lite import tree
from hnn_lite.by_hand import fused_flow

LAWS = ("field", "hamiltonian")


def pendulum_paths(dt=0.2):
    system = hl.systems.pendulum()
    starts = np.stack([np.linspace(0.3, 2.0, 12), np.zeros(12)], axis=1)
    path = system.rollout(starts, np.arange(0, 8, dt), rtol=1e-10).swapaxes(0, 1)
    return SimpleNamespace(x=path[::2], test_x=path[1::2], dt=dt)


def spring_paths():
    path = hl.systems.mass_spring().rollout(np.array([[1.0, 0], [0.5, 0.5]]), np.arange(0, 5, 0.1), rtol=1e-12).swapaxes(0, 1)
    return SimpleNamespace(x=path + [0.3, 0], test_x=path + [0.3, 0], dt=0.1)


def flat(params):
    return np.concatenate([np.ravel(leaf) for layer in params for leaf in layer])


def euler(**arguments):
    return hl.EulerUpdate(2, 1, **{"hidden": (5, 6), **arguments})


def ode(law, **arguments):
    return hl.NeuralODE(2, 1, law, **{"hidden": (5, 6), **arguments})


# --- the solver

def test_five_orders_of_dormand_and_prince():
    spring, x, errors = hl.systems.mass_spring(), np.array([1.0, 0.0]), []
    for steps in (8, 16, 32):
        errors.append(np.abs(fused_flow.flow(spring.field, x, 3.0, steps, "dopri5") - [np.cos(6), -np.sin(6)]).max())
    orders = np.diff(-np.log2(errors))
    assert np.all((orders > 4.7) & (orders < 6.3))
    np.testing.assert_allclose(fused_flow.flow(spring.field, x, 0.1, 1, "euler"), x + 0.1 * spring.field(x))


def test_the_error_estimate_is_of_the_fifth_order():
    nodes, weights, estimate = fused_flow.TABLEAUS["dopri5"]
    assert sum(weights) == pytest.approx(1) and sum(estimate) == pytest.approx(0, abs=1e-15)
    nodes = np.array([sum(row) for row in nodes] + [1.0])
    for power in range(1, 4):                                              # the embedded method has order 4
        assert np.dot(estimate, nodes**power) == pytest.approx(0, abs=1e-15)
    assert abs(np.dot(estimate, nodes**4)) > 1e-5


@pytest.mark.parametrize("make", [euler, lambda: ode("field", steps=2, reach=3), lambda: ode("hamiltonian", steps=3)])
@pytest.mark.parametrize("rows", [1, 8])
def test_loss_and_gradient_are_autograds(make, rows):
    model = make()
    shown = model.examples(pendulum_paths(), float)[0].batch(np.arange(rows), 1.0, None)
    loss, gradient = model.trainer(rows, model.params)(model.params, *shown, map)
    assert loss == pytest.approx(model.loss(model.params, *shown), rel=1e-12)
    assert relative_error(gradient, flat(grad(model.loss)(model.params, *shown))) < 1e-12


@pytest.mark.parametrize("make", [euler, lambda **a: ode("field", **a), lambda **a: ode("hamiltonian", **a)])
def test_fifty_steps_end_at_the_weights_of_autograd(make, monkeypatch):
    ends = []
    for by_hand in (True, False):
        model = make()
        if not by_hand:
            monkeypatch.setattr(type(model.law), "form", lambda self: None)
        hl.fit(model, pendulum_paths(), steps=50, batch=20, dtype=np.float64, progress=False)
        ends.append(flat(model.params))
    assert np.abs(ends[0] - ends[1]).max() < 1e-9 and np.abs(ends[0] - flat(make().params)).max() > 1e-3


@pytest.mark.parametrize("make", [euler, lambda: ode("field", steps=2, reach=3), lambda: ode("hamiltonian", steps=2)])
@pytest.mark.parametrize("rows", [1, 4])
def test_errors_and_their_jacobian_are_autograds(make, rows):
    model = make()
    x, other, t = model.examples(pendulum_paths(), float)[0].batch(np.arange(rows), 1.0, None)
    loss, linear = model.linearised(rows, model.params)(model.params, x, other, t, map)
    assert loss == pytest.approx(model.loss(model.params, x, other, t), rel=1e-12) and linear.loss() == pytest.approx(loss)

    def errors(vector):
        z, goal, params = model.scaling.apply(x), model.scaling.apply(other), tree.views(vector, model.params)
        reached = fused_flow.flow(lambda z: model.law.apply(params, z), z, t / model.scaling.time, model.steps, model.method)
        return model.scaling.metric @ (reached - goal).T

    np.testing.assert_allclose(linear.errors, errors(flat(model.params)), atol=1e-12)
    expected = jacobian(errors)(flat(model.params)).swapaxes(1, 2)
    assert np.abs(linear.jacobian - expected).max() < 1e-6 * np.abs(expected).max()          # in single precision


@pytest.mark.parametrize("make", [euler, lambda **a: ode("hamiltonian", **a)])
def test_levenberg_and_marquardt_learn_far_more_in_as_many_steps(make):
    ends = {}
    for method in ("adam", "levenberg-marquardt"):
        model = make(hidden=(12, 12))
        ends[method] = hl.fit(model, pendulum_paths(), steps=40, batch=100, method=method, progress=False).test_loss[-1]
    assert ends["levenberg-marquardt"] < 1e-3 * ends["adam"]


def test_a_jacobian_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="no Jacobian through steps that adapt"):
        hl.fit(ode("field", tolerance=1e-6), pendulum_paths(), steps=1, method="levenberg-marquardt")
    with pytest.raises(ValueError, match="no hand-derived Jacobian for this model with activation 'sin'"):
        hl.fit(euler(activation="sin"), pendulum_paths(), steps=1, method="levenberg-marquardt")


def test_the_adaptive_solver_takes_more_steps_where_it_must():
    steps = {}
    for tolerance in (1e-2, 1e-12):
        model = ode("field", reach=20, tolerance=tolerance)
        shown = model.examples(pendulum_paths(), float)[0].batch(np.arange(30), 1.0, None)
        trainer = fused_flow.Trainer(30, model.params, "field", "tanh", "dopri5", np.eye(2), 1, tolerance)
        trainer(model.params, *shown)
        steps[tolerance] = trainer.steps
    assert steps[1e-2] < 4 < steps[1e-12] <= fused_flow.MOST
    history = hl.fit(ode("field", tolerance=1e-6), pendulum_paths(), steps=5, batch=20, progress=False)
    assert np.all(np.isfinite(history.train_loss))


def test_examples_are_states_and_those_some_samples_later():
    x, later, t = ode("field", reach=3).examples(pendulum_paths(), float)[0].whole()
    np.testing.assert_array_equal(x[:, 3:], later[:, :-3])
    np.testing.assert_allclose(t, 0.6)
    assert t.shape == (6, 37, 1)


# --- what they do

@pytest.mark.parametrize("make, beaten", [(euler, 0.05), (lambda **a: ode("field", **a), 0.05), (lambda **a: ode("hamiltonian", **a), 0.05)])
def test_a_short_training_beats_persistence_by_far(make, beaten):
    data, model = pendulum_paths(), make(hidden=(24, 24))
    hl.fit(model, data, steps=300, batch=60, learning_rate=1e-2, schedule="cosine", progress=False)
    for jump in (1, 10):
        x, true = data.test_x[:, 0], data.test_x[:, jump]
        assert np.mean((model.advance(x, jump * data.dt) - true) ** 2) < beaten * np.mean((x - true) ** 2)
    if make is not euler:
        later = model.advance(x, 1e-4)
        assert relative_error((later - x) / 1e-4, model.field(x)) < 1e-2


def test_a_hamiltonian_law_keeps_its_energy():
    model = ode("hamiltonian")
    model.examples(pendulum_paths(), float)
    path = model.rollout([1.0, 0.5], np.linspace(0, 5, 6), rtol=1e-9)
    energy = model.law.hamiltonian(model.scaling.apply(path))
    assert np.ptp(energy) < 1e-6 < np.ptp(path)


def test_euler_updates_take_the_steps_of_the_data():
    model = euler()
    model.examples(pendulum_paths(), float)
    x = np.array([[1.0, 0.5], [0.3, 0.2]])
    z = model.scaling.apply(x)
    once = z + model.law.apply(model.params, z)
    twice = once + 0.5 * model.law.apply(model.params, once)
    np.testing.assert_allclose(model.advance(x, 0.3), model.scaling.undo(twice), rtol=1e-12)
    path = model.rollout(x, [0.0, 0.2, 0.4])
    np.testing.assert_allclose(path[1], model.scaling.undo(once), rtol=1e-12)
    np.testing.assert_allclose(model.advance(x, 0.0), x, atol=1e-14)


def test_the_linear_map_solves_a_linear_system_and_no_other():
    data = spring_paths()
    model = hl.LinearMap(data)
    np.testing.assert_allclose(model.rollout(data.x[:, 0], 0.1 * np.arange(50)).swapaxes(0, 1), data.x, atol=1e-10)
    np.testing.assert_allclose(model.advance(data.x[:, 40], -4.0), data.x[:, 0], atol=1e-10)
    pendulum = pendulum_paths()
    assert np.abs(hl.LinearMap(pendulum).advance(pendulum.x[:, 0], 4.0) - pendulum.x[:, 20]).max() > 0.1


@pytest.mark.parametrize("make", [euler, lambda: ode("field", tolerance=1e-5), lambda: ode("hamiltonian", reach=2)])
def test_a_saved_model_comes_back(make, tmp_path):
    model = make()
    hl.fit(model, pendulum_paths(), steps=2, batch=20, progress=False)
    model.save(tmp_path / "m.npz")
    again = hl.load(tmp_path / "m.npz")
    assert again.arguments() == model.arguments() and type(again) is type(model)
    np.testing.assert_array_equal(again.advance([1.0, 0.0], 0.4), model.advance([1.0, 0.0], 0.4))


@pytest.mark.parametrize("bad, words", [
    (lambda: hl.NeuralODE(3), "dim must be even"),
    (lambda: hl.NeuralODE(2, law="fast"), "unknown law 'fast'"),
    (lambda: hl.NeuralODE(2, reach=0), "reach must be"),
    (lambda: hl.NeuralODE(2, steps=1.5), "steps must be"),
    (lambda: hl.NeuralODE(2, tolerance=0), "tolerance must be"),
    (lambda: euler().advance([1.0, 0.0], -1.0), "times that do not decrease"),
    (lambda: euler().advance([1.0, 0.0, 0.0], 1.0), "x0 must hold states of 2"),
    (lambda: hl.LinearMap(spring_paths()).advance([1.0, 0.0], 0.15), "whole numbers of samples"),
    (lambda: hl.fit(euler(), hl.data.fields.mass_spring(0, trajectories=1), steps=1), "task must have x, test_x and dt")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()
