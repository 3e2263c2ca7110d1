"""The Action-Angle Network: what its structure guarantees, its gradients by hand against autograd, its training, its file."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian
from numerics import difference_gradient, relative_error

import hnn_lite as hl
from hnn_lite.page import benchmark
from hnn_lite.metrics import symplecticity_defect
from hnn_lite import tree
from hnn_lite.by_hand import fused_symplectic
from hnn_lite.networks import sigmoid

FORMS, ACTIVATIONS = ("gradient", "mlp"), ("sigmoid", "tanh")


def task(n=1, dt=0.2, seed=0):
    """Paths of n springs of unlike size and stiffness."""
    rng = np.random.default_rng(seed)
    size, rate = np.arange(1, n + 1), np.sqrt(np.arange(1, n + 1))
    angle = rng.uniform(-np.pi, np.pi, (6, 1, n)) + rate * dt * np.arange(30)[:, None]
    radius = rng.uniform(0.3, 1, (6, 1, n)) * size
    x = np.concatenate([radius * np.sin(angle), radius * np.cos(angle) / size**2], axis=-1)
    return SimpleNamespace(x=x[:4], test_x=x[4:], dt=dt)


def small(n=1, shake=0.3, **arguments):
    """A model that has seen its task's scale, far from the identity."""
    model = hl.ActionAngleNetwork(2 * n, **{"seed": 1, "shears": 5, "width": 7, "hidden": (6,), "linear": 2, "activation": "sigmoid", **arguments})
    model.examples(task(n), float)
    rng = np.random.default_rng(0)
    model.params = [tuple(leaf + shake * rng.normal(size=leaf.shape) for leaf in layer) for layer in model.params]
    return model


def states(n, count=100):
    return task(n).x.reshape(-1, 2 * n)[:count]


def flat(params):
    return np.concatenate([np.ravel(leaf) for layer in params for leaf in layer])


class ByAutograd(hl.ActionAngleNetwork):
    """The same model; that it defines its own loss makes autograd train it."""

    def loss(self, params, x, other, t):
        return super().loss(params, x, other, t)


# --- what the structure guarantees, whatever the parameters

@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("frequencies", FORMS)
def test_encoder_decoder_and_energy_step_are_symplectic(n, frequencies):
    model, x = small(n, frequencies=frequencies), states(n)
    assert np.abs(model.pairs(x) - x).max() > 0.1
    assert symplecticity_defect(model.pairs, x) < 1e-12
    assert symplecticity_defect(model.from_pairs, model.pairs(x)) < 1e-12
    step = symplecticity_defect(lambda x: model.advance(x, 0.7), x)
    if frequencies == "gradient":
        assert step < 1e-12
    elif n > 1:
        assert step > 1e-3


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("start", ["modes", "pairs"])
def test_encoding_and_decoding_are_inverse(n, start):
    model, x = small(n, start=start), states(n)
    action, angle = model.encode(x)
    assert action.shape == angle.shape == (100, n) and np.all(action >= 0) and np.all(np.abs(angle) <= np.pi)
    assert np.abs(model.decode(action, angle) - x).max() < 1e-12
    assert np.abs(model.from_pairs(model.pairs(x)) - x).max() < 1e-12


@pytest.mark.parametrize("frequencies", FORMS)
def test_angles_run_evenly_and_actions_stay(frequencies):
    model, x = small(2, frequencies=frequencies), states(2)
    action, angle = model.encode(x)
    later_action, later_angle = model.encode(model.advance(x, 0.9))
    np.testing.assert_allclose(later_action, action, rtol=1e-10)
    turned = later_angle - angle - 0.9 * model.frequencies(action)
    np.testing.assert_allclose((turned + np.pi) % (2 * np.pi), np.pi, atol=1e-10)


def test_frequencies_are_the_slope_of_the_learned_energy():
    model, x = small(2), states(2)
    action, angle = model.encode(x)
    slope = difference_gradient(lambda action: model.hamiltonian(model.decode(action, angle)), action, h=1e-4)
    assert relative_error(model.frequencies(action), slope) < 1e-7
    assert np.std(model.frequencies(action), axis=0).min() > 1e-2


@pytest.mark.parametrize("frequencies", FORMS)
def test_the_field_is_the_rate_of_the_motion(frequencies):
    model, x, h = small(2, frequencies=frequencies), states(2), 1e-3
    near, far = (model.advance(x, step) - model.advance(x, -step) for step in (h, 2 * h))
    assert relative_error(model.field(x), (8 * near - far) / (12 * h)) < 1e-8
    if frequencies == "gradient":
        assert relative_error(model.field(x), hl.apply_omega(grad(lambda x: anp.sum(model.hamiltonian(x)))(x))) < 1e-10


def test_a_path_is_made_of_single_steps_and_steps_add_up():
    model, x = small(2), states(2, 3)
    times = np.array([1.0, 1.5, 4.0])
    path = model.rollout(x, times)
    for t, at in zip(times, path, strict=True):
        np.testing.assert_allclose(at, model.advance(x, t - 1), atol=1e-13)
    np.testing.assert_allclose(model.advance(model.advance(x, 0.4), 0.6), model.advance(x, 1.0), atol=1e-12)
    np.testing.assert_allclose(model.advance(model.advance(x, 5.0), -5.0), x, atol=1e-12)
    np.testing.assert_allclose(model.advance(x, np.array([0.0, 1.0, 2.0]))[2], model.advance(x[2], 2.0), atol=1e-13)
    assert model.rollout(x[0], times).shape == (3, 4)


def test_before_a_training_the_model_turns_the_pairs():
    model = hl.ActionAngleNetwork(2)
    np.testing.assert_allclose(model.advance([0.0, 1.0], np.pi / 2), [1, 0], atol=1e-15)


def test_normal_modes_begin_where_a_linear_system_ends():
    data, model = task(2), hl.ActionAngleNetwork(4)
    model.examples(data, float)
    assert np.abs(model.advance(data.test_x[:, 0], 29 * data.dt) - data.test_x[:, 29]).max() < 1e-8


@pytest.mark.parametrize("frequencies", FORMS)
def test_no_more_parameters_than_the_papers(frequencies):
    assert 8000 < flat(hl.ActionAngleNetwork(4, frequencies=frequencies, linear=4).params).size <= 8542


# --- the gradient by hand

@pytest.mark.parametrize("n, rows", [(1, 1), (1, 33), (2, 7), (3, 8)])
@pytest.mark.parametrize("frequencies", FORMS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("linear, shears", [(0, 4), (3, 5), (2, 0)])
@pytest.mark.parametrize("cut", [1, 1000])
def test_loss_and_gradient_are_autograds(monkeypatch, n, rows, frequencies, activation, linear, shears, cut):
    monkeypatch.setattr(fused_symplectic, "CUT", cut)
    model = small(n, frequencies=frequencies, activation=activation, linear=linear, shears=shears)
    shown = model.examples(task(n), float)[0].batch(np.arange(rows), 1.0, np.random.default_rng(0))
    loss, gradient = model.trainer(rows, model.params)(model.params, *shown, map)
    assert loss == pytest.approx(model.loss(model.params, *shown), rel=1e-12) and type(loss) is float
    expected = grad(model.loss)(model.params, *shown)
    assert relative_error(gradient, flat(expected)) < 1e-12
    for got, leaf in zip(tree.views(gradient, model.params), expected, strict=True):
        assert relative_error(flat([got]), flat([leaf])) < 1e-9          # layer by layer: a small one is not hidden


def test_loss_is_its_definition():
    model, data = small(2), task(2)
    x, other, t = model.examples(data, float)[0].batch(np.arange(20), 1.0, np.random.default_rng(0))
    errors = [(model.advance(a, s) - b) / data.x.std(axis=(0, 1)) for a, b, s in zip(x, other, t, strict=True)]
    assert model.loss(model.params, x, other, t) == pytest.approx(np.mean(np.square(errors)), rel=1e-10)


def test_trainer_forgets_the_batch_before_and_threads_change_no_bit(monkeypatch):
    monkeypatch.setattr(fused_symplectic, "CUT", 10)
    model = small(2)
    params = [tuple(leaf.astype(np.float32) for leaf in layer) for layer in model.params]
    x, other, t = model.examples(task(2), np.float32)[0].batch(np.arange(21), 1.0, np.random.default_rng(0))
    used, fresh = model.trainer(21, params), model.trainer(21, params)
    with ThreadPoolExecutor(2) as pool:
        used(params, 3 * x[::-1], other + 1, 2 * t, pool.map)
        for _ in range(3):
            (loss, gradient), (same_loss, same) = used(params, x, other, t, pool.map), fresh(params, x, other, t, map)
            assert gradient.dtype == np.float32 and loss == same_loss and gradient.tobytes() == same.tobytes()


def test_units_that_saturate_do_no_harm():
    model = small(shake=300.0)
    shown = model.examples(task(), np.float32)[0].batch(np.arange(5), 1.0, np.random.default_rng(0))
    params = [tuple(leaf.astype(np.float32) for leaf in layer) for layer in model.params]
    loss, gradient = model.trainer(5, params)(params, *shown, map)
    assert np.isfinite(loss) and np.all(np.isfinite(gradient))


@pytest.mark.parametrize("frequencies", FORMS)
def test_fifty_steps_end_at_the_weights_of_autograd(frequencies):
    ends = []
    for model_class in (hl.ActionAngleNetwork, ByAutograd):
        model = model_class(4, 1, shears=4, width=6, hidden=(5,), frequencies=frequencies, linear=2, start="pairs")
        hl.fit(model, task(2), steps=50, batch=20, dtype=np.float64, progress=False)
        ends.append(flat(model.params))
    start = flat(hl.ActionAngleNetwork(4, 1, shears=4, width=6, hidden=(5,), frequencies=frequencies, linear=2).params)
    assert np.abs(ends[0] - ends[1]).max() < 1e-9 and np.abs(ends[0] - start).max() > 1e-3


@pytest.mark.parametrize("activation, hidden", [("sin", (5,)), ("sigmoid", ())])
def test_what_has_no_form_by_hand_is_trained_by_autograd(activation, hidden):
    model = hl.ActionAngleNetwork(2, shears=3, width=6, activation=activation, hidden=hidden, frequencies="mlp")
    history = hl.fit(model, task(), steps=5, batch=20, dtype=np.float64, progress=False)
    assert np.all(np.isfinite(history.train_loss))


def test_the_twins_of_the_benchmark_have_the_same_loss():
    model = hl.ActionAngleNetwork(4, shears=5, width=7, activation="sigmoid", frequencies="mlp", hidden=(6,))
    params = [tuple(leaf + 0.3 for leaf in layer) for layer in model.params]
    x, other = np.random.default_rng(0).normal(size=(2, 9, 4))
    t = np.arange(9.0)
    twin = benchmark.action_angle_loss(np, sigmoid, lambda pair: np.concatenate(pair, axis=1), params, x, other, t[:, None])
    assert twin == pytest.approx(model.loss(params, x, other, t), rel=1e-12)


# --- the Jacobian by hand

@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("frequencies", FORMS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("linear, shears, hidden", [(2, 3, (6,)), (0, 2, (4, 5)), (1, 0, (6,))])
def test_errors_and_their_jacobian_are_autograds(n, frequencies, activation, linear, shears, hidden):
    model = small(n, frequencies=frequencies, activation=activation, linear=linear, shears=shears, hidden=hidden)
    x, other, t = model.examples(task(n), float)[0].batch(np.arange(9), 1.0, np.random.default_rng(0))

    def errors(vector):
        leaves, start = [], 0
        for layer in model.params:
            leaves.append(())
            for leaf in layer:
                leaves[-1] += (vector[start:start + leaf.size].reshape(leaf.shape),)
                start += leaf.size
        moved = ByAutograd(2 * n, frequencies=frequencies, activation=activation, scaling=model.scaling)
        moved.params = leaves
        return ((moved.advance(x, t) - other) / model.scaling.spread).T

    linearise = model.linearised(9, model.params)
    for _ in range(2):                                                     # the second does not remember the first
        loss, linear = linearise(model.params, x, other, t, map)
    assert loss == pytest.approx(model.loss(model.params, x, other, t), rel=1e-12) == linear.loss()
    np.testing.assert_allclose(linear.errors, errors(flat(model.params)), atol=1e-12)
    expected = jacobian(errors)(flat(model.params)).swapaxes(1, 2)
    assert np.abs(linear.jacobian - expected).max() < 1e-6 * np.abs(expected).max()          # in single precision


# --- training

def pendulum_paths():
    system = hl.systems.pendulum()
    starts = np.stack([np.linspace(0.3, 2.0, 12), np.zeros(12)], axis=1)
    path = system.rollout(starts, np.arange(0, 12, 0.2), rtol=1e-10).swapaxes(0, 1)
    return SimpleNamespace(x=path[::2], test_x=path[1::2], dt=0.2)


@pytest.mark.parametrize("frequencies", FORMS)
def test_a_short_training_learns_the_pendulum(frequencies):
    data, model = pendulum_paths(), hl.ActionAngleNetwork(2, shears=6, width=16, hidden=(16,), frequencies=frequencies)
    before = model.loss(model.params, *model.examples(data, float)[1].whole())
    history = hl.fit(model, data, steps=1500, batch=100, learning_rate=5e-3, schedule="cosine", dtype=np.float64, progress=False)
    assert history.test_loss[-1] < 0.1 * before and before > 0.02
    action, _ = model.encode(data.test_x)
    assert np.max(action.std(axis=1) / action.mean(axis=1)) < 0.05
    small_swing, large_swing = model.frequencies(action.mean(axis=1))[[0, -1]].ravel()
    assert large_swing < 0.95 * small_swing                                # slower, the wider it swings
    x = data.test_x.reshape(-1, 2)[:100]
    assert symplecticity_defect(model.pairs, x) < 1e-12 and symplecticity_defect(lambda x: model.advance(x, 30.0), x) < 1e-10
    assert np.abs(model.decode(*model.encode(x)) - x).max() < 1e-10


def test_levenberg_and_marquardt_learn_it_far_better_in_few_steps():
    data, model = pendulum_paths(), hl.ActionAngleNetwork(2, shears=6, width=12, hidden=(12,), reach=59, ramp=0.5)
    history = hl.fit(model, data, steps=60, batch=250, method="levenberg-marquardt", test_every=30, progress=False)
    assert history.test_loss[-1] < 2e-4 and len(history.train_loss) == 60
    again = hl.ActionAngleNetwork(2, shears=6, width=12, hidden=(12,), reach=59, ramp=0.5)
    hl.fit(again, data, steps=60, batch=250, method="levenberg-marquardt", test_every=30, progress=False)
    assert flat(again.params).tobytes() == flat(model.params).tobytes()


def test_a_model_without_a_jacobian_is_refused():
    with pytest.raises(ValueError, match="needs a model such as ActionAngleNetwork, got HNN"):
        hl.fit(hl.HNN(2, hidden=(3,)), hl.data.fields.mass_spring(0, trajectories=1), steps=1, method="levenberg-marquardt")
    with pytest.raises(ValueError, match="no hand-derived Jacobian for this model with activation 'sin'"):
        hl.fit(hl.ActionAngleNetwork(2, activation="sin"), task(), steps=1, method="levenberg-marquardt")


@pytest.mark.parametrize("arguments", [{"weight_decay": 1e-4}, {"schedule": "cosine"}])
def test_what_levenberg_and_marquardt_cannot_use_is_refused(arguments):
    with pytest.raises(ValueError, match="weight_decay and schedule are for method \"adam\"; 'levenberg-marquardt' takes neither"):
        hl.fit(hl.ActionAngleNetwork(2), task(), steps=1, method="levenberg-marquardt", **arguments)


def test_a_second_training_keeps_the_scale_of_the_first():
    model = hl.ActionAngleNetwork(2, shears=2, width=3)
    hl.fit(model, task(), steps=2, progress=False)
    first = model.scaling
    hl.fit(model, pendulum_paths(), steps=2, progress=False)
    assert model.scaling is first


def test_a_task_without_trajectories_is_refused():
    with pytest.raises(ValueError, match="task must have x, test_x and dt"):
        hl.fit(hl.ActionAngleNetwork(2), hl.data.fields.mass_spring(0, trajectories=1), steps=1, progress=False)


# --- file and doors

@pytest.mark.parametrize("frequencies", FORMS)
def test_a_saved_model_comes_back_to_the_last_bit(frequencies, tmp_path):
    model = small(2, frequencies=frequencies)
    model.save(tmp_path / "model.npz")
    again = hl.load(tmp_path / "model.npz")
    assert repr(again) == repr(model) and flat(again.params).tobytes() == flat(model.params).tobytes()
    np.testing.assert_array_equal(again.advance(states(2), 3.0), model.advance(states(2), 3.0))
    hl.ActionAngleNetwork(2, shears=1, width=2).save(tmp_path / "new.npz")
    assert hl.load(tmp_path / "new.npz").scaling is None


MODEL = hl.ActionAngleNetwork(2, shears=1, width=2)


@pytest.mark.parametrize("bad, words", [
    (lambda: hl.ActionAngleNetwork(3), "dim must be even"),
    (lambda: hl.ActionAngleNetwork(2, shears=-1), "count must be a whole number of at least 0"),
    (lambda: hl.ActionAngleNetwork(2, width=0), "width must be"),
    (lambda: hl.ActionAngleNetwork(2, frequencies="fast"), "unknown frequencies 'fast'"),
    (lambda: hl.ActionAngleNetwork(2, activation="step"), "unknown activation"),
    (lambda: hl.ActionAngleNetwork(2, reach=0), "reach must be"),
    (lambda: hl.ActionAngleNetwork(2, ramp=2), "ramp is a share"),
    (lambda: hl.ActionAngleNetwork(2, start="middle"), "unknown start"),
    (lambda: hl.ActionAngleNetwork(4, scaling=small().arguments()["scaling"]), "the scaling of a model of 4 coordinates"),
    (lambda: MODEL.encode(np.ones(3)), "x must hold states of 2"),
    (lambda: MODEL.decode([1.0], [1.0, 2.0]), "angle must hold states of 1"),
    (lambda: MODEL.decode([[1.0], [1.0]], [1.0]), "must have the same shape"),
    (lambda: MODEL.decode([-1.0], [1.0]), "action must be at least 0"),
    (lambda: MODEL.advance(np.ones((3, 2)), np.ones(2)), r"t must be one number, or one for each state of x, shape \(3,\)"),
    (lambda: MODEL.advance(np.ones(2), np.nan), "t contains 1 values"),
    (lambda: MODEL.rollout(np.ones(2), 3.0), "t must be a list of times"),
    (lambda: MODEL.rollout([1.0, np.inf], [0.0, 1.0]), "x0 contains 1 values"),
    (lambda: hl.ActionAngleNetwork(2, frequencies="mlp").hamiltonian([1.0, 0.0]), "has a Hamiltonian")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()
