"""The Action-Angle Network: what its structure guarantees, its training, its file."""

from functools import lru_cache
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from numerics import difference_gradient, relative_error

import hnn_lite as hl
from hnn_lite.metrics import symplecticity_defect
from hnn_lite import tree

FORMS = ("gradient", "mlp")


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
    model.examples(task(n))
    rng = np.random.default_rng(0)
    model.params = tree.rebuild(model.params, [leaf + shake * rng.normal(size=leaf.shape) for leaf in tree.leaves(model.params)])
    return model


def states(n, count=100):
    return task(n).x.reshape(-1, 2 * n)[:count]


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
    model.examples(data)
    assert np.abs(model.advance(data.test_x[:, 0], 29 * data.dt) - data.test_x[:, 29]).max() < 1e-8


@pytest.mark.parametrize("frequencies", FORMS)
def test_no_more_parameters_than_the_papers(frequencies):
    assert 8000 < tree.ravel(hl.ActionAngleNetwork(4, frequencies=frequencies, linear=4).params).size <= 8542


def test_loss_is_its_definition():
    model, data = small(2), task(2)
    x, other, t = model.examples(data)[0].batch(np.arange(20), 1.0, np.random.default_rng(0))
    there, goal = model.scaling.undo(x), model.scaling.undo(other)
    errors = [(model.advance(a, s * data.dt) - b) / data.x.std(axis=(0, 1)) for a, b, s in zip(there, goal, t[:, 0], strict=True)]
    np.testing.assert_allclose(model.errors(model.params, x, other, t), errors, atol=1e-12)
    assert model.loss(model.params, x, other, t) == pytest.approx(np.mean(np.square(errors)), rel=1e-10)


# --- training

@lru_cache
def swings():
    starts = np.stack([np.linspace(0.3, 2.0, 12), np.zeros(12)], axis=1)
    return hl.systems.pendulum().rollout(starts, np.arange(0, 12, 0.2), rtol=1e-10).swapaxes(0, 1)


def pendulum_paths(units=(1.0, 1.0), offset=0.0):
    path = np.array(units) * swings() + offset
    return SimpleNamespace(x=path[::2], test_x=path[1::2], dt=0.2)


@pytest.mark.parametrize("frequencies", FORMS)
def test_a_short_training_learns_the_pendulum(frequencies):
    data, model = pendulum_paths(), hl.ActionAngleNetwork(2, shears=6, width=16, hidden=(16,), frequencies=frequencies)
    test = model.examples(data)[1].fixed().arrays
    before = model.loss(model.params, *test)
    history = hl.fit(model, data, steps=800, batch=100, learning_rate=5e-3, schedule="cosine", dtype=np.float64, progress=False)
    assert history.test_loss[-1] < 0.1 * before and before > 0.02
    assert history.test_loss[-1] == pytest.approx(model.loss(model.params, *test), rel=1e-9)
    action, _ = model.encode(data.test_x)
    assert np.max(action.std(axis=1) / action.mean(axis=1)) < 0.08
    small_swing, large_swing = model.frequencies(action.mean(axis=1))[[0, -1]].ravel()
    assert large_swing < 0.95 * small_swing                                # slower, the wider it swings
    x = data.test_x.reshape(-1, 2)[:100]
    assert symplecticity_defect(model.pairs, x) < 1e-12 and symplecticity_defect(lambda x: model.advance(x, 30.0), x) < 1e-10
    assert np.abs(model.decode(*model.encode(x)) - x).max() < 1e-10


def test_levenberg_and_marquardt_learn_it_far_better_in_few_steps():
    ends = []
    for _ in range(2):
        model = hl.ActionAngleNetwork(2, shears=6, width=12, hidden=(12,), reach=59, ramp=0.5)
        history = hl.fit(model, pendulum_paths(), steps=60, batch=250, method="levenberg-marquardt", test_every=30, progress=False)
        ends.append(tree.ravel(model.params).tobytes())
    assert history.test_loss[-1] < 2e-4 and len(history.train_loss) == 60 and ends[0] == ends[1]


def test_accelerated_steps_end_far_lower():
    ends = {}
    for method in ("levenberg-marquardt", "accelerated-levenberg-marquardt"):
        model = hl.ActionAngleNetwork(2, shears=8, width=8, hidden=(12,), reach=59, ramp=0.3)
        ends[method] = hl.fit(model, pendulum_paths(), steps=150, batch=250, method=method, progress=False).test_loss[-1]
    assert ends["accelerated-levenberg-marquardt"] < 0.2 * ends["levenberg-marquardt"], ends


@pytest.mark.parametrize("odd", [True, False])
def test_an_odd_network_takes_minus_x_to_minus_what_it_takes_x_to(odd):
    model, x = small(2, odd=odd, activation="tanh"), states(2)
    centre = model.scaling.centre
    gap = max(np.abs(f(centre + x) + f(centre - x) - 2 * middle).max()
              for f, middle in ((model.pairs, 0), (lambda x: model.advance(x, 3.0), centre), (lambda z: model.from_pairs(z - centre), centre)))
    assert gap < 1e-12 if odd else gap > 0.1
    assert symplecticity_defect(model.pairs, x) < 1e-12 and np.abs(model.from_pairs(model.pairs(x)) - x).max() < 1e-12


@pytest.mark.parametrize("units, offset", [((1e-11, 1e-24), 0), ((1e6, 1e-6), 0), ((1, 1), 1e7)])
@pytest.mark.parametrize("start", ["modes", "pairs"])
def test_units_and_offsets_do_not_matter(units, offset, start):
    ends, rows = [], pendulum_paths().test_x[:, 3]
    for unit, shift in (((1, 1), 0), (units, offset)):
        model = hl.ActionAngleNetwork(2, shears=4, width=6, hidden=(6,), start=start)
        hl.fit(model, pendulum_paths(unit, shift), steps=20, batch=50, progress=False)
        x = rows * unit + shift
        ends.append([(model.advance(x, 2.0) - shift) / unit, model.encode(x)[0] / np.prod(unit), model.field(x) / unit,
                     (model.hamiltonian(x) - model.hamiltonian(x[0])) / np.prod(unit)])
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(other, one, atol=2e-3 * np.abs(one).max())


class Faster(hl.ActionAngleNetwork):
    """All frequencies are twice those of the network: only a training that sees this finds the right ones."""

    def rates(self, params, action):
        return 2 * super().rates(params, action)


class Backwards(hl.ActionAngleNetwork):
    """Time goes back."""

    def _move(self, params, z, t):
        return super()._move(params, z, -t)


@pytest.mark.parametrize("model_class", [Faster, Backwards])
@pytest.mark.parametrize("method", ["adam", "levenberg-marquardt"])
def test_a_subclass_trains_on_what_it_says(model_class, method):
    data, model = task(), model_class(2, shears=2, width=3, hidden=(3,))
    history = hl.fit(model, data, steps=400 if method == "adam" else 25, batch=100, method=method, learning_rate=2e-2, progress=False,
                     schedule="cosine" if method == "adam" else "constant")
    x, later = data.test_x[:, 0], data.test_x[:, 5]
    assert history.test_loss[-1] < 1e-3 and np.abs(model.advance(x, 5 * data.dt) - later).max() < 0.15
    assert history.test_loss[-1] == pytest.approx(model.loss(model.params, *model.examples(data)[1].fixed().arrays), rel=0.01)


def test_a_second_training_keeps_the_scale_of_the_first():
    model = hl.ActionAngleNetwork(2, shears=2, width=3)
    hl.fit(model, task(), steps=2, progress=False)
    first = model.scaling
    hl.fit(model, pendulum_paths(), steps=2, progress=False)
    assert model.scaling is first


# --- file and doors

@pytest.mark.parametrize("frequencies", FORMS)
def test_a_saved_model_comes_back_to_the_last_bit(frequencies, tmp_path):
    model = small(2, frequencies=frequencies)
    model.save(tmp_path / "model.npz")
    again = hl.load(tmp_path / "model.npz")
    assert repr(again) == repr(model) and tree.ravel(again.params).tobytes() == tree.ravel(model.params).tobytes()
    np.testing.assert_array_equal(again.advance(states(2), 3.0), model.advance(states(2), 3.0))
    hl.ActionAngleNetwork(2, shears=1, width=2).save(tmp_path / "new.npz")
    assert hl.load(tmp_path / "new.npz").scaling is None


MODEL = hl.ActionAngleNetwork(2, shears=1, width=2)


@pytest.mark.parametrize("bad, words", [
    (lambda: hl.ActionAngleNetwork(3), "dim must be even, one momentum for each position, got 3"),
    (lambda: hl.ActionAngleNetwork(None), "dim must be a whole number of at least 2, got None"),
    (lambda: hl.ActionAngleNetwork(2, seed=1.5), "seed must be a whole number of at least 0, got 1.5"),
    (lambda: hl.ActionAngleNetwork(2, shears=-1), "count must be a whole number of at least 0, got -1"),
    (lambda: hl.ActionAngleNetwork(2, width=0), "width must be a whole number of at least 1, got 0"),
    (lambda: hl.ActionAngleNetwork(2, linear="4"), "linear must be a whole number of at least 0, got '4'"),
    (lambda: hl.ActionAngleNetwork(2, hidden=(100, 0)), "hidden must be a whole number of at least 1, got 0"),
    (lambda: hl.ActionAngleNetwork(2, frequencies="fast"), "unknown frequencies 'fast'; choose one of: gradient, mlp"),
    (lambda: hl.ActionAngleNetwork(2, activation="step"), "unknown activation 'step'"),
    (lambda: hl.ActionAngleNetwork(2, activation="sigmoid", odd=True), "unknown odd activation 'sigmoid'; choose one of: tanh, sin"),
    (lambda: hl.ActionAngleNetwork(2, reach=0), "reach must be a whole number of at least 1, got 0"),
    (lambda: hl.ActionAngleNetwork(2, ramp=2), "ramp is a share of the training, at most 1, got 2"),
    (lambda: hl.ActionAngleNetwork(2, ramp=0), "ramp must be finite and positive, got 0"),
    (lambda: hl.ActionAngleNetwork(2, start="middle"), "unknown start 'middle'; choose one of: modes, pairs"),
    (lambda: hl.ActionAngleNetwork(4, scaling=small().scaling), "the scaling of a model of 4 coordinates cannot have shapes"),
    (lambda: MODEL.encode(np.ones(3)), r"x must hold states of 2 coordinates in its last axis, got shape \(3,\)"),
    (lambda: MODEL.encode("up"), "x must be an array of real numbers, got str"),
    (lambda: MODEL.pairs([1.0, np.nan]), "x contains 1 values that are NaN or infinite"),
    (lambda: MODEL.from_pairs(1.0), r"z must hold states of 2 .* got shape \(\)"),
    (lambda: MODEL.decode([1.0], [1.0, 2.0]), "angle must hold states of 1"),
    (lambda: MODEL.decode([[1.0], [1.0]], [1.0]), r"action and angle must have the same shape, got \(2, 1\) and \(1,\)"),
    (lambda: MODEL.decode([-1.0], [1.0]), "action must be at least 0"),
    (lambda: MODEL.frequencies(np.ones((3, 2))), r"action must hold states of 1 .* got shape \(3, 2\)"),
    (lambda: MODEL.field(np.ma.masked_array([1.0, 2.0], [0, 1])), "x contains 1 values that are masked"),
    (lambda: MODEL.advance(np.ones((3, 2)), np.ones(2)), r"t must be one number, or one for each state of x, shape \(3,\), got \(2,\)"),
    (lambda: MODEL.advance(np.ones(2), np.nan), "t contains 1 values that are NaN or infinite"),
    (lambda: MODEL.advance(np.ones(2), None), "t must be an array of real numbers, got NoneType"),
    (lambda: MODEL.rollout(np.ones(2), 3.0), "t must be a list of times, got one number"),
    (lambda: MODEL.rollout(np.ones(2), []), "t is empty"),
    (lambda: MODEL.rollout([1.0, np.inf], [0.0, 1.0]), "x0 contains 1 values that are NaN or infinite"),
    (lambda: MODEL.rollout(np.ones(4), [0.0, 1.0]), "x0 must hold states of 2"),
    (lambda: hl.ActionAngleNetwork(2, frequencies="mlp").hamiltonian([1.0, 0.0]), 'only a model with frequencies="gradient" has a Hamiltonian'),
    (lambda: hl.fit(MODEL, hl.data.fields.mass_spring(0, trajectories=1, points=2), steps=1), "task must have x, test_x and dt, got Task")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()


@pytest.mark.parametrize("odd", [True, False])
def test_only_odd_shears_take_the_opposite_state_to_the_opposite_prediction(odd):
    rng = np.random.default_rng(0)
    scaling = hl.scaling.Scaling(np.zeros(4), np.ones(4), np.eye(4), 1.0, 1.0, np.ones(2))
    model = hl.ActionAngleNetwork(4, shears=4, width=5, activation="sin", hidden=(6,), odd=odd, scaling=scaling)
    model.params = {**model.params, "encoder": [tuple(rng.normal(size=part.shape) for part in layer) for layer in model.params["encoder"]]}
    x = rng.normal(size=(7, 4))
    assert np.allclose(model.advance(-x, 0.3), -model.advance(x, 0.3), atol=1e-10) == odd


def test_one_negative_action_among_others_is_refused():
    with pytest.raises(ValueError, match="action"):
        hl.ActionAngleNetwork(4, shears=2, width=3).decode(np.array([1.0, -1.0]), np.zeros(2))
