"""What holds for all shapes, seeds, networks and gradients: hypothesis looks for the one that breaks it."""

import pathlib
import tempfile

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import hnn_lite as hl
from hnn_lite import page
from hnn_lite import tree
from hnn_lite.networks import ACTIVATIONS, init_mlp
from hnn_lite.training import Adam


def for_all(*strategies, examples=30):
    """Hypothesis' `given`, with the same examples in every run."""
    repeatable = settings(max_examples=examples, deadline=None, derandomize=True, database=None,
                          suppress_health_check=[HealthCheck.too_slow])
    return lambda test: repeatable(given(*strategies)(test))


SEEDS = st.integers(0, 2**40)
WIDTHS = st.lists(st.integers(1, 7), min_size=0, max_size=3).map(tuple)
LEADING = st.lists(st.integers(1, 4), max_size=4).map(tuple)               # axes before the last one: none, or up to four
COORDINATES = st.floats(-3, 3, allow_subnormal=False)


def flat(params):
    return np.concatenate([np.ravel(leaf) for layer in params for leaf in layer])


@st.composite
def laws(draw):
    """A law of motion: a system or a network, of 2 or more coordinates."""
    kind = draw(st.sampled_from(["spring", "pendulum", "baseline", "hnn", "damped"]))
    if kind == "spring":
        return hl.systems.mass_spring(draw(st.floats(0.1, 10)), draw(st.floats(0.1, 10)))
    if kind == "pendulum":
        return hl.systems.pendulum(draw(st.floats(0.1, 10)))
    if kind == "damped":
        return hl.data.fields.DampedPendulum(draw(st.floats(0, 1)))
    activation = draw(st.sampled_from(sorted(set(ACTIVATIONS) - {"relu"})))
    model = hl.HNN if kind == "hnn" else hl.Baseline
    dim = 2 * draw(st.integers(1, 3)) if kind == "hnn" else draw(st.integers(1, 5))
    return model(dim, draw(st.integers(0, 9)), draw(WIDTHS.filter(len)), activation)


@st.composite
def laws_and_states(draw):
    law = draw(laws())
    return law, draw(hnp.arrays(float, (*draw(LEADING), law.dim), elements=COORDINATES))


@for_all(laws_and_states(), examples=80)
def test_a_field_maps_states_to_states_whatever_axes_lead(given):
    law, x = given
    before = x.copy()
    field = law.field(x)
    assert field.shape == x.shape
    one_by_one = [law.field(state) for state in x.reshape(-1, law.dim)]
    np.testing.assert_allclose(field.reshape(-1, law.dim), one_by_one, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(law.field(x.tolist()), field, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(x, before)


@for_all(laws_and_states(), examples=60)
def test_a_hamiltonian_maps_states_to_numbers_whatever_axes_lead(given):
    law, x = given
    assume(hasattr(law, "hamiltonian"))
    energy = law.hamiltonian(x)
    assert np.shape(energy) == x.shape[:-1]
    np.testing.assert_allclose(np.ravel(energy), [law.hamiltonian(state) for state in x.reshape(-1, law.dim)], rtol=1e-10, atol=1e-12)
    gradient = law.gradient(x)
    assert gradient.shape == x.shape
    np.testing.assert_array_equal(law.symplectic_gradient(x), hl.apply_omega(gradient))
    scale = 1 + np.sum(gradient**2, axis=-1)
    assert np.all(np.abs(np.sum(gradient * law.field(x), axis=-1)) < 1e-12 * scale)     # motion is along level lines


@for_all(laws_and_states(), st.integers(2, 4), examples=15)
def test_a_rollout_has_a_path_for_every_start(given, times):
    law, x = given
    path = law.rollout(x, np.linspace(0, 0.1, times), rtol=1e-6)
    assert path.shape == (times, *x.shape)
    np.testing.assert_array_equal(path[0], x)


@for_all(LEADING, st.integers(1, 4), st.data())
def test_turning_twice_is_turning_round(leading, n, data):
    v = data.draw(hnp.arrays(float, (*leading, 2 * n), elements=COORDINATES))
    np.testing.assert_array_equal(hl.apply_omega(hl.apply_omega(v)), -v)
    np.testing.assert_array_equal(hl.apply_omega(v), v @ hl.symplectic_matrix(2 * n).T)


@for_all(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.1, 10), hnp.arrays(float, (3, 2), elements=COORDINATES))
def test_scaling_mass_and_stiffness_scales_the_hamiltonian_as_it_should(k, m, factor, x):
    one, other = hl.systems.mass_spring(k, m), hl.systems.mass_spring(factor * k, m / factor)
    np.testing.assert_allclose(other.hamiltonian(x), factor * one.hamiltonian(x), rtol=1e-12)
    np.testing.assert_allclose(other.field(x), factor * one.field(x), rtol=1e-12, atol=1e-12)


# --- seeds

@for_all(SEEDS, SEEDS)
def test_parameters_depend_on_the_seed_alone(seed, other):
    first, again = flat(init_mlp((2, 3, 1), seed)), flat(init_mlp((2, 3, 1), seed))
    assert first.tobytes() == again.tobytes()
    assert seed == other or not np.array_equal(first, flat(init_mlp((2, 3, 1), other)))


@for_all(SEEDS, SEEDS, st.integers(1, 20))
def test_samples_depend_on_the_seed_alone(seed, other, count):
    system = hl.systems.pendulum()
    x = system.sample(count, seed)
    assert x.shape == (count, 2) and x.tobytes() == system.sample(count, seed).tobytes()
    assert seed == other or not np.any(x == system.sample(count, other))


@for_all(st.integers(0, 999), st.integers(0, 50), st.integers(0, 999), st.integers(0, 50))
def test_no_shifted_seed_meets_another(number, shift, other, other_shift):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HNN_LITE_SEED", str(shift))
        one = page.seed(number)
        patch.setenv("HNN_LITE_SEED", str(other_shift))
        assert (one == page.seed(other)) == ((number, shift) == (other, other_shift))


# --- networks and files

@for_all(st.integers(1, 6), WIDTHS, st.integers(1, 3), SEEDS)
def test_initial_weights_are_orthogonal_whatever_the_widths(inputs, hidden, outputs, seed):
    sizes = (inputs, *hidden, outputs)
    params = init_mlp(sizes, seed)
    assert [layer[0].shape for layer in params] == list(zip(sizes[:-1], sizes[1:], strict=True))
    assert [len(layer) for layer in params] == [2] * len(hidden) + [1]
    for W, *bias in params:
        inner = W @ W.T if W.shape[0] <= W.shape[1] else W.T @ W
        np.testing.assert_allclose(inner, np.eye(len(inner)), atol=1e-12)
        for b in bias:
            assert b.shape == W.shape[1:] and np.abs(b).max() <= 1 / np.sqrt(W.shape[0])


@for_all(WIDTHS, SEEDS)
def test_a_tree_and_its_vector_are_the_same_numbers(hidden, seed):
    params = init_mlp((3, *hidden, 2), seed)
    vector = tree.ravel(params)
    again = tree.views(vector, params)
    for layer, same in zip(params, again, strict=True):
        for leaf, window in zip(layer, same, strict=True):
            np.testing.assert_array_equal(leaf, window)
            assert np.shares_memory(window, vector)
    vector[:] = 0
    assert not flat(again).any() and flat(params).any()


@for_all(st.sampled_from([hl.HNN, hl.Baseline]), st.integers(1, 3), WIDTHS, st.sampled_from(sorted(ACTIVATIONS)), SEEDS)
def test_any_model_survives_its_file(model_class, half, hidden, activation, seed):
    model = model_class(2 * half, seed, hidden, activation)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.npz"
        model.save(path)
        again = hl.load(path)
    assert type(again) is model_class and repr(again) == repr(model)
    assert flat(again.params).tobytes() == flat(model.params).tobytes()


@for_all(st.binary(max_size=300))
def test_no_file_of_noise_is_a_model(content):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "noise.npz"
        path.write_bytes(content)
        with pytest.raises(ValueError, match="noise.npz is not a model"):
            hl.load(path)


@for_all(st.data(), examples=60)
def test_a_file_with_damaged_bytes_is_refused_or_harmless(data):
    model = hl.HNN(2, 0, (3,))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "damaged.npz"
        model.save(path)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
        try:
            again = hl.load(path)
        except ValueError as problem:
            assert "damaged.npz" in str(problem)
        else:
            np.testing.assert_array_equal(flat(again.params), flat(model.params))


# --- losses

@for_all(st.sampled_from([hl.HNN, hl.Baseline]), st.integers(1, 2), WIDTHS.filter(len), st.integers(1, 9),
       st.sampled_from(sorted(set(ACTIVATIONS) - {"sin"})))
def test_the_loss_is_the_mean_of_the_losses_of_its_rows(model_class, half, hidden, count, activation):
    model, rng = model_class(2 * half, 0, hidden, activation), np.random.default_rng(count)
    x, dx = rng.normal(size=(2, count, 2 * half))
    rows = [model.loss(model.params, x[i:i + 1], dx[i:i + 1]) for i in range(count)]
    assert model.loss(model.params, x, dx) == pytest.approx(np.mean(rows), rel=1e-10)
    order = rng.permutation(count)
    assert model.loss(model.params, x[order], dx[order]) == pytest.approx(np.mean(rows), rel=1e-10)


# --- Adam

GRADIENTS = hnp.arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 5)),
                       elements=st.floats(-100, 100).filter(lambda g: g == 0 or abs(g) > 1e-3))


def run(gradients, start=None, **arguments):
    params = np.ones(gradients.shape[1]) if start is None else start.copy()
    adam = Adam(len(params), **arguments)
    for gradient in gradients:
        adam.update(params, gradient.copy())
    return params


@for_all(GRADIENTS, st.integers(-20, 20))
def test_adam_does_not_see_the_scale_of_the_loss(gradients, power):
    assume(np.all(gradients[0] != 0))
    np.testing.assert_array_equal(run(gradients, epsilon=0.0), run(gradients * 2.0**power, epsilon=0.0))


@for_all(GRADIENTS, st.randoms(use_true_random=False))
def test_adam_treats_every_coordinate_alone(gradients, random):
    order = list(range(gradients.shape[1]))
    random.shuffle(order)
    together = run(gradients)
    np.testing.assert_array_equal(run(gradients[:, order]), together[order])
    for i in order:
        np.testing.assert_array_equal(run(gradients[:, i:i + 1]), together[i:i + 1])


@for_all(GRADIENTS)
def test_adam_mirrors_a_mirrored_gradient(gradients):
    zero = np.zeros(gradients.shape[1])
    np.testing.assert_array_equal(run(-gradients, zero), -run(gradients, zero))


@for_all(GRADIENTS, st.floats(1e-5, 0.1))
def test_the_first_step_is_the_learning_rate_downhill(gradients, rate):
    moved = run(gradients[:1], learning_rate=rate) - 1
    np.testing.assert_allclose(moved, -rate * np.sign(gradients[0]), rtol=2e-5, atol=1e-15)


@for_all(GRADIENTS, st.floats(1e-4, 0.5))
def test_decay_is_a_part_of_the_gradient(gradients, decay):
    params, adam = np.ones(gradients.shape[1]), Adam(gradients.shape[1])
    for gradient in gradients:
        adam.update(params, gradient + decay * params)
    np.testing.assert_allclose(run(gradients, weight_decay=decay), params, rtol=1e-12)
