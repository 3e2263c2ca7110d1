"""The learned laws of motion: their derivatives against two independent ones, their structure, and their files."""

import io
import json
import zipfile

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from numerics import difference_gradient, relative_error

import hnn_lite as hl
from hnn_lite.models import MODELS
from hnn_lite.networks import ACTIVATIONS, init_mlp, mlp

MODEL_CLASSES = [hl.Baseline, hl.HNN]
SHAPES = [pytest.param({"dim": 2, "hidden": (6, 5)}, id="small"),
          pytest.param({"dim": 2, "hidden": (7,)}, id="one hidden layer"),
          pytest.param({"dim": 4, "hidden": (5, 6, 4)}, id="three hidden layers, four coordinates"),
          pytest.param({"dim": 2, "hidden": (200, 200)}, id="the paper's")]
NONLINEAR = {"tanh": anp.tanh, "sigmoid": lambda z: 1 / (1 + anp.exp(-z)), "softplus": lambda z: anp.log(1 + anp.exp(z)),
             "relu": lambda z: z * (z > 0), "sin": anp.sin}


def plain_network(params, x, sigma):
    """The network's outputs for one state x, shape (inputs,), written once more."""
    for W, b in params[:-1]:
        x = sigma(anp.dot(x, W) + b)
    return anp.dot(x, params[-1][0])


def plain_field(model, params, x, sigma):
    """dx/dt at one state, by a derivative of the network where the model is an HNN."""
    if isinstance(model, hl.Baseline):
        return plain_network(params, x, sigma)
    dH = grad(lambda state: plain_network(params, state, sigma)[0])(x)
    n = model.dim // 2
    return anp.concatenate([dH[n:], -dH[:n]])


def plain_loss(model, params, x, dx, sigma):
    """The mean over batch and components, one state after another."""
    squares = [anp.sum((plain_field(model, params, x[i], sigma) - dx[i]) ** 2) for i in range(len(x))]
    return sum(squares) / (len(x) * model.dim)


def flat(tree):
    return np.concatenate([np.ravel(leaf) for layer in tree for leaf in layer])


def states(model, count=6, seed=5):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, model.dim)), rng.normal(size=(count, model.dim))


def each_activation(model_class):
    return [pytest.param(model_class, activation, id=f"{model_class.__name__}-{activation}") for activation in ACTIVATIONS]


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_field_agrees_with_plain_autograd(model_class, shape):
    model = model_class(**shape, seed=3)
    x, _ = states(model)
    plain = [plain_field(model, model.params, state, anp.tanh) for state in x]
    assert relative_error(model.field(x), plain) < 1e-12


@pytest.mark.parametrize("shape", SHAPES)
def test_hnn_field_agrees_with_finite_differences_of_its_hamiltonian(shape):
    model = hl.HNN(**shape, seed=3)
    x, _ = states(model)
    n = model.dim // 2
    dH = difference_gradient(model.hamiltonian, x)
    assert relative_error(model.field(x), np.concatenate([dH[:, n:], -dH[:, :n]], axis=1)) < 1e-9
    assert relative_error(model.gradient(x), dH) < 1e-9
    np.testing.assert_allclose(model.symplectic_gradient(x), model.field(x), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(model.field(x), hl.apply_omega(model.gradient(x)), rtol=1e-12, atol=1e-15)


@pytest.mark.filterwarnings("ignore:no hand-derived gradient")
@pytest.mark.parametrize(("model_class", "activation"), each_activation(hl.Baseline) + each_activation(hl.HNN))
def test_every_activation_gives_the_plain_field_and_loss(model_class, activation):
    model = model_class(2, seed=1, hidden=(6, 5), activation=activation)
    x, dx = states(model)
    sigma = NONLINEAR[activation]
    assert relative_error(model.field(x), [plain_field(model, model.params, s, sigma) for s in x]) < 1e-12
    loss = model.loss(model.params, x, dx)
    assert loss == pytest.approx(plain_loss(model, model.params, x, dx, sigma), rel=1e-12)


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_gradient_of_the_loss_agrees_with_plain_double_autograd(model_class, shape):
    model = model_class(**shape, seed=3)
    x, dx = states(model)
    got = grad(model.loss)(model.params, x, dx)
    plain = grad(lambda params: plain_loss(model, params, x, dx, anp.tanh))(model.params)
    for got_layer, plain_layer in zip(got, plain, strict=True):          # layer by layer: a small one is not hidden by a large one
        for got_leaf, plain_leaf in zip(got_layer, plain_layer, strict=True):
            assert relative_error(got_leaf, plain_leaf) < 1e-10


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_gradient_of_the_loss_agrees_with_finite_differences(model_class, shape):
    model = model_class(**shape, seed=3)
    x, dx = states(model)
    gradient, start = flat(grad(model.loss)(model.params, x, dx)), flat(model.params)

    def loss_at(vector):
        leaves, at = [], 0
        for layer in model.params:
            leaves.append(())
            for leaf in layer:
                leaves[-1] += (vector[at:at + leaf.size].reshape(leaf.shape),)
                at += leaf.size
        return model.loss(leaves, x, dx)

    directions = np.eye(start.size) if start.size < 60 else np.random.default_rng(0).normal(size=(8, start.size))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    h = 2e-3
    slopes = [(8 * (loss_at(start + h * v) - loss_at(start - h * v)) - (loss_at(start + 2 * h * v) - loss_at(start - 2 * h * v)))
              / (12 * h) for v in directions]
    assert relative_error(directions @ gradient, slopes) < 1e-7


def test_loss_is_the_papers_equation_3():
    model = hl.HNN(2, seed=0, hidden=(8,))
    x, dx = states(model, 50)
    dH = difference_gradient(model.hamiltonian, x)
    by_hand = np.mean((dH[:, 1] - dx[:, 0]) ** 2 + (dH[:, 0] + dx[:, 1]) ** 2) / 2       # mean over the components too
    assert model.loss(model.params, x, dx) == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES[:3])
def test_an_untrained_hnn_keeps_its_hamiltonian_and_has_no_divergence(shape):
    model = hl.HNN(**shape, seed=7)
    x, _ = states(model, 3)
    path = model.rollout(x, np.linspace(0, 10, 20), rtol=1e-10)
    assert np.abs(np.diff(model.hamiltonian(path), axis=0)).max() < 1e-7
    assert np.abs(path - path[0]).max() > 0.05
    jacobian = np.stack([difference_gradient(lambda s, i=i: model.field(s)[..., i], x) for i in range(model.dim)], axis=-2)
    scale = np.abs(jacobian).max()
    np.testing.assert_allclose(np.trace(jacobian, axis1=-2, axis2=-1), 0, atol=1e-8 * scale)
    symmetric = -hl.symplectic_matrix(model.dim) @ jacobian                          # the Hessian of H
    np.testing.assert_allclose(symmetric, np.swapaxes(symmetric, -1, -2), atol=1e-8 * scale)


def test_an_untrained_baseline_has_no_such_structure():
    model = hl.Baseline(2, seed=7, hidden=(6, 5))
    x, _ = states(model, 3)
    divergence = sum(difference_gradient(lambda s, i=i: model.field(s)[..., i], x)[..., i] for i in range(2))
    assert np.abs(divergence).max() > 1e-3


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_the_papers_network(model_class):
    model = model_class(2, seed=0)
    (W1, b1), (W2, b2), (W3,) = model.params
    assert W1.shape == (2, 200) and W2.shape == (200, 200) and W3.shape == (200, 1 if model_class is hl.HNN else 2)
    for W in (W1, W2, W3):                                               # orthogonal: of the shorter side
        inner = W @ W.T if W.shape[0] <= W.shape[1] else W.T @ W
        np.testing.assert_allclose(inner, np.eye(len(inner)), atol=1e-12)
    assert np.abs(b1).max() <= 1 / np.sqrt(2) and np.abs(b2).max() <= 1 / np.sqrt(200)
    assert b1.std() > 0.3 and b2.std() > 0.03 and abs(b2.mean()) < 0.02
    assert all(leaf.dtype == float for layer in model.params for leaf in layer)


def test_orthogonal_weights_are_uniform():
    """Over many seeds each entry of a 2 x 2 weight has mean 0, and the determinant is -1 half of the time."""
    weights = np.stack([init_mlp((2, 2, 1), seed)[0][0] for seed in range(400)])
    assert np.abs(weights.mean(axis=0)).max() < 0.2
    assert 0.4 < np.mean(np.linalg.det(weights) > 0) < 0.6


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_parameters_are_given_by_their_seed(model_class):
    one, same, other = (flat(model_class(2, seed=seed, hidden=(5, 4)).params) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.mean(one == other) < 0.1


def test_softplus_does_not_overflow():
    model = hl.HNN(2, hidden=(4,), activation="softplus")
    assert np.all(np.isfinite(model.hamiltonian([1e4, -1e4]))) and np.all(np.isfinite(model.field([1e4, -1e4])))


def test_mlp_is_its_formula():
    params = init_mlp((3, 4, 2), seed=0)
    (W1, b1), (W2,) = params
    x = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(mlp(params, x), np.tanh(x @ W1 + b1) @ W2, rtol=1e-14)


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_saved_model_comes_back_to_the_last_bit(model_class, shape, tmp_path):
    model = model_class(**shape, seed=4, activation="sin")
    model.params[0][0][0, 0] = np.nextafter(0.1, 1)                      # a number that no decimal of 16 digits would keep
    model.save(tmp_path / "model.npz")
    again = hl.load(tmp_path / "model.npz")
    assert type(again) is model_class and repr(again) == repr(model)
    assert flat(again.params).tobytes() == flat(model.params).tobytes()
    x, _ = states(model)
    np.testing.assert_array_equal(again.field(x), model.field(x))
    again.save(tmp_path / "again.npz")
    assert flat(hl.load(tmp_path / "again.npz").params).tobytes() == flat(model.params).tobytes()


def test_every_model_can_be_loaded(tmp_path):
    for model_class in MODELS.values():
        model_class(2, hidden=(3,)).save(tmp_path / "m.npz")
        assert type(hl.load(str(tmp_path / "m.npz"))) is model_class


def test_the_name_of_the_file_is_kept(tmp_path):
    hl.HNN(2, hidden=(3,)).save(tmp_path / "spring.model")              # NumPy alone would add .npz
    assert [path.name for path in tmp_path.iterdir()] == ["spring.model"]


def npz(path, about, **arrays):
    np.savez(path, about=json.dumps(about), **arrays)


ABOUT = {"class": "HNN", "dim": 2, "hidden": [3], "activation": "tanh"}
ARRAYS = {"W0": np.ones((2, 3)), "b0": np.ones(3), "W1": np.ones((3, 1))}

FOREIGN = {
    "another class": (ABOUT | {"class": "Forest"}, ARRAYS),
    "a class of the language": (ABOUT | {"class": "__import__"}, ARRAYS),
    "odd dimension": (ABOUT | {"dim": 3}, ARRAYS),
    "text for a dimension": (ABOUT | {"dim": "2"}, ARRAYS),
    "unknown activation": (ABOUT | {"activation": "step"}, ARRAYS),
    "no activation": ({k: v for k, v in ABOUT.items() if k != "activation"}, ARRAYS),
    "a number for a list": (ABOUT | {"hidden": 3}, ARRAYS),
    "a list for the description": ([1, 2], ARRAYS),
    "a missing array": (ABOUT, {k: v for k, v in ARRAYS.items() if k != "b0"}),
    "an array too many": (ABOUT, ARRAYS | {"W2": np.ones((1, 1))}),
    "a wrong shape": (ABOUT, ARRAYS | {"W0": np.ones((3, 2))}),
    "one axis too many": (ABOUT, ARRAYS | {"b0": np.ones((3, 1))}),
    "NaN": (ABOUT, ARRAYS | {"b0": np.array([1.0, np.nan, 1.0])}),
    "complex numbers": (ABOUT, ARRAYS | {"b0": np.ones(3, complex)}),
    "text for numbers": (ABOUT, ARRAYS | {"b0": np.array(["1", "2", "3"])}),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_foreign_file_is_refused_in_one_sentence(case, tmp_path):
    about, arrays = FOREIGN[case]
    npz(tmp_path / "foreign.npz", about, **arrays)
    with pytest.raises(ValueError, match="foreign.npz") as refused:
        hl.load(tmp_path / "foreign.npz")
    assert len(str(refused.value)) < 400 and "\n" not in str(refused.value)


def test_the_foreign_files_differ_from_a_good_one(tmp_path):
    npz(tmp_path / "good.npz", ABOUT, **ARRAYS)
    np.testing.assert_array_equal(flat(hl.load(tmp_path / "good.npz").params), np.ones(12))


class Trap:
    """Its pickle runs a command when it is read."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


@pytest.mark.parametrize("place", ["about", "b0", "extra"])
def test_nothing_is_unpickled(place, tmp_path):
    arrays = {"about": json.dumps(ABOUT), **ARRAYS, place: np.array([Trap()], dtype=object)}
    np.savez(tmp_path / "trap.npz", allow_pickle=True, **arrays)
    with pytest.raises(ValueError, match="trap.npz"):
        hl.load(tmp_path / "trap.npz")


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"PK\x03\x04 and then nothing", b"\x93NUMPY", b"hello" * 100])
def test_a_file_of_something_else_is_refused(content, tmp_path):
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="other.npz is not a model"):
        hl.load(path)


def test_a_single_array_is_refused(tmp_path):
    np.save(tmp_path / "array.npy", np.ones(3))
    with pytest.raises(ValueError, match="array.npy is not a model"):
        hl.load(tmp_path / "array.npy")


def saved_bytes(compressed):
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, about=json.dumps(ABOUT), **ARRAYS)
    return buffer.getvalue()


@pytest.mark.parametrize("compressed", [False, True])
def test_a_truncated_file_is_refused_wherever_it_ends(compressed, tmp_path):
    content, path = saved_bytes(compressed), tmp_path / "cut.npz"
    for length in range(0, len(content), 23):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match="cut.npz is not a model"):
            hl.load(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_damaged_file_is_refused_or_harmless(compressed, tmp_path):
    """A flipped byte is refused in one sentence, or lies where it changes nothing (a date in the archive)."""
    content, path = saved_bytes(compressed), tmp_path / "damaged.npz"
    refused = 0
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 0xA5
        path.write_bytes(damaged)
        try:
            params = hl.load(path).params
        except ValueError as problem:
            assert "damaged.npz" in str(problem)
            refused += 1
        else:
            np.testing.assert_array_equal(flat(params), np.ones(12))
    assert refused > 0.3 * len(range(0, len(content), 7))


def test_the_archive_holds_numbers_and_one_description(tmp_path):
    hl.Baseline(2, hidden=(3,)).save(tmp_path / "m.npz")
    assert sorted(zipfile.ZipFile(tmp_path / "m.npz").namelist()) == ["W0.npy", "W1.npy", "about.npy", "b0.npy"]
