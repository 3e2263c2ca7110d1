"""What Action-Angle Networks are compared with: solvers that are differentiated, Euler steps, and the linear map."""

from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import pytest
from numerics import relative_error

import hnn_lite as hl


@lru_cache
def swings():
    starts = np.stack([np.linspace(0.3, 2.0, 12), np.zeros(12)], axis=1)
    return hl.systems.pendulum().rollout(starts, np.arange(0, 8, 0.2), rtol=1e-10).swapaxes(0, 1)


def pendulum_paths(units=(1.0, 1.0), offset=0.0):
    path = np.array(units) * swings() + offset
    return SimpleNamespace(x=path[::2], test_x=path[1::2], dt=0.2)


def spring_paths(offset=0.3):
    path = hl.systems.mass_spring().rollout(np.array([[1.0, 0], [0.5, 0.5]]), np.arange(0, 5, 0.1), rtol=1e-12).swapaxes(0, 1)
    return SimpleNamespace(x=path + [offset, 0], test_x=path + [offset, 0], dt=0.1)


DATA, SPRING = pendulum_paths(), spring_paths()


def euler(**arguments):
    return hl.EulerUpdate(2, 1, **{"hidden": (5, 6), **arguments})


def ode(law, **arguments):
    return hl.NeuralODE(2, 1, law, **{"hidden": (5, 6), **arguments})


MODELS = {"euler": euler, "field": lambda **a: ode("field", **a), "hamiltonian": lambda **a: ode("hamiltonian", **a)}
each_model = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)


def scaled(model):
    """The same model, when it has seen the scale of the pendulum's paths."""
    model.examples(DATA)
    return model


@pytest.mark.parametrize("steps", [1, 3])
@each_model
def test_errors_are_those_of_the_step_after_a_sample(make, steps):
    model = make() if make is euler else make(steps=steps, reach=2)
    x, other, t = (rows[0, :7] for rows in model.examples(DATA)[0].arrays)
    field, h = lambda z: model.apply(model.params, z), t / model.steps
    z = x
    for _ in range(model.steps):
        z = z + h * field(z) if make is euler else hl.integrate.dopri5(field, z, h)
    errors = (model.scaling.undo(z) - model.scaling.undo(other)) / DATA.x.std(axis=(0, 1))
    np.testing.assert_allclose(model.errors(model.params, x, other, t), errors, atol=1e-12)
    assert model.loss(model.params, x, other, t) == pytest.approx(np.mean(errors**2), rel=1e-12)
    assert np.all(t == (1 if make is euler else 2))          # samples are the unit of time


@each_model
def test_a_short_training_beats_persistence_by_far(make):
    model = make(hidden=(24, 24))
    hl.fit(model, DATA, steps=300, batch=60, learning_rate=1e-2, schedule="cosine", progress=False)
    for jump in (1, 10):
        x, true = DATA.test_x[:, 0], DATA.test_x[:, jump]
        assert np.mean((model.advance(x, jump * DATA.dt) - true) ** 2) < 0.05 * np.mean((x - true) ** 2)
    if make is not euler:
        later = model.advance(x, 1e-4)
        assert relative_error((later - x) / 1e-4, model.field(x)) < 1e-2


@pytest.mark.parametrize("make", [euler, MODELS["hamiltonian"]])
def test_levenberg_and_marquardt_learn_far_more_in_as_many_steps(make):
    ends = {}
    for method in ("adam", "levenberg-marquardt"):
        ends[method] = hl.fit(make(hidden=(12, 12)), DATA, steps=40, batch=100, method=method, progress=False).test_loss[-1]
    assert ends["levenberg-marquardt"] < 1e-3 * ends["adam"]


@pytest.mark.parametrize("units, offset", [((1e-11, 1e-24), 0), ((1e6, 1e-6), 0), ((1, 1), 1e7)])
@each_model
def test_units_and_offsets_do_not_matter(make, units, offset):
    one, other, data = make(), make(), pendulum_paths(units=units, offset=offset)
    hl.fit(one, DATA, steps=20, batch=50, progress=False)
    hl.fit(other, data, steps=20, batch=50, progress=False)
    x, t = DATA.test_x[:, 3], 3 * DATA.dt
    moved = (other.advance(x * units + offset, t) - offset) / units
    np.testing.assert_allclose(moved, one.advance(x, t), atol=1e-3)
    assert np.abs(moved - x).max() > 0.1


def test_a_hamiltonian_law_keeps_its_energy_and_goes_back_as_it_came():
    model = scaled(ode("hamiltonian"))
    path = model.rollout([1.0, 0.5], np.linspace(0, 5, 6), rtol=1e-9)
    assert np.ptp(model.law.hamiltonian(model.scaling.apply(path))) < 1e-6 < np.ptp(path)
    np.testing.assert_allclose(model.advance(model.advance([1.0, 0.5], 3.0), -3.0), [1.0, 0.5], atol=1e-4)


def test_euler_updates_take_the_steps_of_the_data():
    model, x = scaled(euler()), np.array([[1.0, 0.5], [0.3, 0.2]])
    z = model.scaling.apply(x)
    once = z + model.apply(model.params, z)
    twice = once + 0.5 * model.apply(model.params, once)
    np.testing.assert_allclose(model.advance(x, 0.3), model.scaling.undo(twice), rtol=1e-12)
    path = model.rollout(x, [0.0, 0.2, 0.4])
    np.testing.assert_allclose(path[1], model.scaling.undo(once), rtol=1e-12)


@pytest.mark.parametrize("model", [scaled(make()) for make in MODELS.values()] + [hl.LinearMap(SPRING)], ids=[*MODELS, "linear map"])
def test_after_no_time_nothing_has_moved(model):
    x = np.array([[1.0, 0.5], [0.3, 0.2]])
    np.testing.assert_array_equal(model.advance(x, 0), x)
    np.testing.assert_array_equal(model.advance([1, 0], 0.0), [1.0, 0.0])


@pytest.mark.parametrize("offset", [0.3, 1e7])
def test_the_linear_map_solves_a_linear_system(offset):
    data = spring_paths(offset)
    model = hl.LinearMap(data)
    assert np.abs(model.rollout(data.x[:, 0], 0.1 * np.arange(50)).swapaxes(0, 1) - data.x).max() < 1e-8 * max(1, offset / 10)
    assert np.abs(model.advance(data.x[:, 40], -4.0) - data.x[:, 0]).max() < 1e-8 * max(1, offset / 10)
    np.testing.assert_allclose(np.linalg.det(model.matrix[:2, :2]), 1, atol=1e-6)


def test_the_linear_map_solves_no_other_and_leaves_what_rests():
    assert np.abs(hl.LinearMap(DATA).advance(DATA.x[:, 0], 4.0) - DATA.x[:, 20]).max() > 0.1
    resting = SimpleNamespace(x=np.insert(SPRING.x, 1, 7.0, axis=-1), dt=0.1)
    np.testing.assert_allclose(hl.LinearMap(resting).advance(resting.x[:, 0], 4.0), resting.x[:, 40], atol=1e-8)


@pytest.mark.parametrize("make", [euler, lambda: ode("field", steps=2, activation="sin"), lambda: ode("hamiltonian", reach=2)])
def test_a_saved_model_comes_back(make, tmp_path):
    model = make()
    hl.fit(model, DATA, steps=2, batch=20, progress=False)
    model.save(tmp_path / "m.npz")
    again = hl.load(tmp_path / "m.npz")
    assert repr(again) == repr(model) and type(again) is type(model) and again.scaling.plain() == model.scaling.plain()
    np.testing.assert_array_equal(again.advance([1.0, 0.0], 0.4), model.advance([1.0, 0.0], 0.4))


@each_model
def test_a_second_training_keeps_the_scaling_of_the_first(make):
    model = scaled(make())
    first = model.scaling
    model.examples(pendulum_paths(units=(10.0, 3.0)))
    assert model.scaling is first


def test_setting_parameters_sets_the_laws():
    model, other = ode("hamiltonian"), hl.NeuralODE(2, 2, "hamiltonian", (5, 6))
    model.params = other.params
    assert model.law.params is other.params
    np.testing.assert_array_equal(model.field([0.3, -0.2]), other.field([0.3, -0.2]))


def test_a_subclass_with_another_law_is_trained_on_it():
    """A field of one constant: what is left to learn is how fast a straight line is covered."""
    class Drift(hl.NeuralODE):
        def apply(self, params, x):
            return 0 * x + params[0][1][:2]

    t = np.arange(10.0)[None, :, None]
    task, model = SimpleNamespace(x=t * [1.0, 2.0], test_x=t * [1.0, 2.0], dt=0.5), Drift(2, hidden=(2,))
    hl.fit(model, task, steps=10, method="levenberg-marquardt", progress=False)
    np.testing.assert_allclose(model.field([[0.0, 0.0], [5.0, 1.0]]), [[2, 4], [2, 4]], rtol=1e-4)
    np.testing.assert_allclose(model.advance([1.0, 0.0], 3.0), [7, 12], rtol=1e-4)


STATE, LINEAR = np.array([1.0, 0.0]), hl.LinearMap(SPRING)


@pytest.mark.parametrize("bad, words", [
    (lambda: hl.NeuralODE(3), "dim must be even, one momentum for each position, got 3"),
    (lambda: hl.NeuralODE("2"), "dim must be a whole number of at least 2, got '2'"),
    (lambda: hl.NeuralODE(2, law="fast"), "unknown law 'fast'; choose one of: field, hamiltonian"),
    (lambda: hl.NeuralODE(2, hidden=8), "hidden must be a list of whole numbers, got 8"),
    (lambda: hl.NeuralODE(2, activation=None), "unknown activation None"),
    (lambda: hl.NeuralODE(2, reach=0), "reach must be a whole number of at least 1, got 0"),
    (lambda: hl.NeuralODE(2, steps=1.5), "steps must be a whole number of at least 1, got 1.5"),
    (lambda: hl.NeuralODE(4, scaling=hl.scaling.Scaling.identity(2)), "the scaling of a model of 4 coordinates cannot have shapes"),
    (lambda: hl.EulerUpdate(2, hidden=(3, -1)), "hidden must be a whole number of at least 1, got -1"),
    (lambda: ode("field").advance(STATE, np.ones(2)), r"t must be one number, the time after which the states are wanted, got shape \(2,\)"),
    (lambda: ode("field").advance(STATE, "soon"), "t must be an array of real numbers, got str"),
    (lambda: ode("field").advance(STATE, np.nan), "t contains 1 values that are NaN or infinite"),
    (lambda: ode("field").advance([np.inf, 0], 1.0), "x contains 1 values that are NaN or infinite"),
    (lambda: ode("field").advance(np.ones(3), 0), r"x must hold states of 2 coordinates in its last axis, got shape \(3,\)"),
    (lambda: ode("field").rollout(STATE, 1.0), "t must be a list of .*times, got one number"),
    (lambda: ode("field").rollout(STATE, [0.0, 1.0, 0.5]), "t must be a list of at least two increasing or decreasing times"),
    (lambda: ode("field").rollout(STATE, [0.0, 1.0], rtol=-1), "rtol must be finite and positive, got -1"),
    (lambda: ode("field").field(None), "x must be an array of real numbers, got NoneType"),
    (lambda: euler().advance(STATE, -1.0), "t must be a list of times that do not decrease, as the map has no inverse"),
    (lambda: euler().advance(np.ones(3), 1.0), "x must hold states of 2"),
    (lambda: euler().rollout(np.ones(3), [0.0, 1.0]), "x0 must hold states of 2"),
    (lambda: euler().rollout(STATE, 1.0), "t must be a list of times, got one number"),
    (lambda: euler().rollout(STATE, [[0.0, 1.0]]), r"t must be a list of times, got shape \(1, 2\)"),
    (lambda: euler().rollout(STATE, [0.0, 1e30]), r"t must not go on for more than 10,000,000 steps of 1, got 1e\+30"),
    (lambda: LINEAR.advance(STATE, 0.1001), r"t must hold times that are whole numbers of samples \(0.1\) apart"),
    (lambda: LINEAR.advance(STATE, [0.1]), r"t must be one number.* got shape \(1,\)"),
    (lambda: LINEAR.advance(np.ones((2, 3)), 0.1), "x must hold states of 2"),
    (lambda: LINEAR.rollout(STATE, 0.1), "t must be a list of times, got one number"),
    (lambda: LINEAR.rollout([0.0, np.nan], [0.0, 0.1]), "x0 contains 1 values"),
    (lambda: hl.LinearMap(SPRING.x), "task must have x and dt, got ndarray"),
    (lambda: hl.LinearMap(SimpleNamespace(x=SPRING.x[0], dt=0.1)), r"task.x must have shape \(trajectories, times, dim\)"),
    (lambda: hl.LinearMap(SimpleNamespace(x=SPRING.x, dt=-0.1)), "task.dt must be finite and positive, got -0.1"),
    (lambda: hl.LinearMap(SimpleNamespace(x=np.ma.masked_greater(SPRING.x, 1.0), dt=0.1)), "task.x contains [0-9]+ values that are masked"),
    (lambda: hl.fit(euler(), hl.data.fields.mass_spring(0, trajectories=1), steps=1), "task must have x, test_x and dt, got Task")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()


def test_where_the_euler_update_arrives_does_not_depend_on_the_stops():
    model = hl.EulerUpdate(2, hidden=(8,))
    assert model.rollout([1.0, 0.5], [0, 0.25, 0.5, 1.75, 2])[-1] == pytest.approx(model.rollout([1.0, 0.5], [0, 2])[-1], rel=1e-12)
