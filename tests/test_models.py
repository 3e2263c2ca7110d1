"""The learned laws of motion: their derivatives by differences, their structure, their units, and their files."""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
import io
import json
from types import SimpleNamespace
import zipfile

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from conftest import ROOT
from numerics import difference_gradient, relative_error

import hnn_lite as hl
from hnn_lite import tree
from hnn_lite.models import MODELS
from hnn_lite.networks import ACTIVATIONS
from hnn_lite.scaling import Scaling

MODEL_CLASSES = [hl.Baseline, hl.HNN]
SHAPES = [pytest.param({"dim": 2, "hidden": (6, 5)}, id="small"),
          pytest.param({"dim": 2, "hidden": (7,)}, id="one hidden layer"),
          pytest.param({"dim": 4, "hidden": (5, 6, 4)}, id="three hidden layers, four coordinates")]


def states(model, count=6, seed=5):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, model.dim)), rng.normal(size=(count, model.dim))


@lru_cache
def small_task():
    return hl.data.fields.mass_spring(0, trajectories=4, points=5)


# --- derivatives and structure

@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_hnn_field_is_the_symplectic_gradient_of_its_hamiltonian(shape, activation):
    model = hl.HNN(**shape, seed=3, activation=activation)
    x, _ = states(model)
    n, dH = model.dim // 2, difference_gradient(model.hamiltonian, x)
    assert relative_error(model.field(x), np.concatenate([dH[:, n:], -dH[:, :n]], axis=1)) < (1e-6 if activation == "sin" else 1e-9)
    np.testing.assert_allclose(model.field(x), hl.apply_omega(model.gradient(x)), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("model_class, activation", [(hl.Baseline, "tanh"), *((hl.HNN, activation) for activation in ACTIVATIONS if activation != "relu")])
def test_gradient_of_the_loss_agrees_with_finite_differences(model_class, activation):
    model = model_class(4, seed=3, hidden=(4, 3), activation=activation)
    x, dx = states(model)
    gradient, start = tree.ravel(grad(model.loss)(model.params, x, dx)), tree.ravel(model.params)

    def loss_at(vectors):
        return np.array([model.loss(tree.views(vector, model.params), x, dx) for vector in vectors.reshape(-1, start.size)]).reshape(vectors.shape[:-1])

    assert relative_error(gradient, difference_gradient(loss_at, start)) < 1e-7


def test_loss_is_the_papers_equation_3():
    model = hl.HNN(2, seed=0, hidden=(8,))
    x, dx = states(model, 50)
    dH = difference_gradient(model.hamiltonian, x)
    by_hand = np.mean((dH[:, 1] - dx[:, 0]) ** 2 + (dH[:, 0] + dx[:, 1]) ** 2) / 2       # mean over the components too
    assert model.loss(model.params, x, dx) == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
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
def test_the_papers_network_and_its_seed(model_class):
    model = model_class(2, seed=0)
    (W1, b1), (W2, b2), (W3,) = model.params
    assert W1.shape == (2, 200) and W2.shape == (200, 200) and W3.shape == (200, 1 if model_class is hl.HNN else 2)
    assert all(leaf.dtype == float for leaf in tree.leaves(model.params))
    one, same, other = (tree.ravel(model_class(2, seed=seed, hidden=(5, 4)).params) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.mean(one == other) < 0.1


# --- units

@lru_cache
def pendulum():
    return hl.data.fields.pendulum(0, trajectories=10, points=20, noise=0)


def in_units(q, p, time=1.0, offset=0.0):
    task, unit = pendulum(), np.array([q, p])
    return SimpleNamespace(x=task.x * unit + offset, test_x=task.test_x * unit + offset, dx=task.dx * unit / time, test_dx=task.test_dx * unit / time)


@lru_cache
def learned(model_class, q, p, time=1.0, offset=0.0):
    """The field that is learned from data in some units, in the pendulum's own, and a model."""
    model, data = model_class(2, hidden=(24,)), in_units(q, p, time, offset)
    hl.fit(model, data, steps=300, learning_rate=1e-2, progress=False)
    return model.field(data.test_x) * time / [q, p], model


def explained(field):
    """The share of the variance of the true rates."""
    true = pendulum().test_dx
    return 1 - np.mean((field - true) ** 2, axis=0) / np.var(true, axis=0)


@pytest.mark.parametrize("q, p, time, offset", [(1e-3, 1e-3, 1, 0), (1e3, 1e3, 1, 0), (1e6, 1e-6, 1, 0), (1e-6, 1e6, 1, 0), (1, 1, 1e-3, 0),
                                                (1, 1, 1, 1000), (1e-11, 1e-24, 1e-14, 0), (1e3, 1e3, 1, 1e7)])
@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_the_same_law_is_learned_in_any_units(model_class, q, p, time, offset):
    field, model = learned(model_class, q, p, time, offset)
    assert np.all(explained(field) > 0.97) and np.all(abs(explained(field) - explained(learned(model_class, 1, 1)[0])) < 0.01)
    np.testing.assert_allclose(field, learned(model_class, 1e3, 1e3)[0], atol=2e-3)
    if model_class is hl.HNN:
        x = pendulum().test_x * [q, p] + offset
        H, true = time / (q * p) * model.hamiltonian(x), hl.systems.pendulum().hamiltonian(pendulum().test_x)
        assert np.corrcoef(H, true)[0, 1] > 0.999 and np.std(H) == pytest.approx(np.std(true), rel=0.03)
        np.testing.assert_allclose(model.field(x), hl.apply_omega(model.gradient(x)), rtol=1e-9, atol=1e-12 * np.abs(model.field(x)).max())
        path = model.rollout(x[0], time * np.linspace(0, 3, 4), rtol=1e-8) - offset
        np.testing.assert_allclose(path / [q, p], learned(hl.HNN, 1e3, 1e3)[1].rollout(1e3 * pendulum().test_x[0], np.linspace(0, 3, 4)) / 1e3, atol=0.01)


def test_data_of_size_one_are_learned_as_in_the_paper_and_the_scaling_can_be_switched_off():
    assert all(learned(model_class, 1, 1)[1].scaling.plain() == Scaling.identity(2).plain() for model_class in MODEL_CLASSES)
    plain = hl.HNN(2, hidden=(24,), scaling=Scaling.identity(2))
    hl.fit(plain, in_units(1e-3, 1e-3), steps=300, learning_rate=1e-2, progress=False)
    assert plain.scaling.plain() == Scaling.identity(2).plain()
    assert np.all(explained(plain.field(1e-3 * pendulum().test_x) * 1e3) < 0.5)          # what the scaling is for


@pytest.mark.parametrize("size", [1e300, 1e-310])
def test_absurd_sizes_are_named(size):
    with pytest.raises(ValueError, match=r"task.x has values of size \d.\de[+-]3\d\d in coordinate 0: give them in a unit"):
        hl.fit(hl.HNN(2, hidden=(3,)), in_units(size, size), steps=3, progress=False)


@pytest.mark.filterwarnings("ignore:overflow")
def test_what_overflows_without_a_scaling_is_not_put_down_to_the_learning_rate():
    with pytest.raises(hl.TrainingDiverged, match="at step 1; .*: look at the size of the data and of the first parameters$"):
        hl.fit(hl.HNN(2, hidden=(3,), scaling=Scaling.identity(2)), in_units(1e30, 1e30), steps=3, progress=False)


# --- a model of one's own

class Shifted(hl.Baseline):
    """The loss wants a field that is too large by one."""

    def loss(self, params, x, dx):
        return anp.mean((self.apply(params, x) - dx - 1) ** 2)


class Doubled(hl.Baseline):
    """The errors are those of twice the network."""

    def errors(self, params, x, dx):
        return 2 * super().apply(params, x) - dx


class Halved(hl.Baseline):
    """The field is half the network."""

    def apply(self, params, x):
        return super().apply(params, x) / 2


class Quadratic(hl.HNN):
    """H = a q^2 + b p^2, with two parameters in a dict."""

    def __init__(self, dim=2):
        super().__init__(dim, hidden=())
        self.params = {"a": np.array(1.0), "b": np.array(1.0)}

    def energy(self, params, x):
        return params["a"] * x[..., 0] ** 2 + params["b"] * x[..., 1] ** 2


class Late(hl.Baseline):
    """Learns the rates with the other sign."""

    def examples(self, task):
        return tuple(rows.map(lambda x: x, lambda dx: -dx) for rows in super().examples(task))


LINEAR = SimpleNamespace(**{part + name: sign * np.random.default_rng(len(part)).normal(size=(60, 2))[:, ::step] * [1, step]
                            for part in ("", "test_") for name, step, sign in (("x", 1, 1), ("dx", -1, 1))})          # dq/dt = p, dp/dt = -q


@pytest.mark.parametrize("method", ["adam", "levenberg-marquardt"])
@pytest.mark.parametrize("model_class, goal", [(Doubled, lambda dx: dx / 2), (Halved, lambda dx: dx), (Quadratic, lambda dx: dx), (Late, lambda dx: -dx)])
def test_a_subclass_trains_on_what_it_says(model_class, goal, method):
    model = model_class() if model_class is Quadratic else model_class(2, hidden=(8,))
    how = {"steps": 800, "learning_rate": 3e-2, "schedule": "cosine"} if method == "adam" else {"steps": 30}
    hl.fit(model, LINEAR, method=method, progress=False, **how)
    np.testing.assert_allclose(model.field(LINEAR.x), goal(LINEAR.dx), atol=0.2)
    assert np.mean((model.field(LINEAR.x) - goal(LINEAR.dx)) ** 2) < 2e-3


def test_a_changed_loss_is_what_is_trained_and_refused_where_errors_are_needed():
    model = Shifted(2, hidden=(8,))
    history = hl.fit(model, LINEAR, steps=800, learning_rate=3e-2, schedule="cosine", progress=False)
    assert history.test_loss[-1] < 0.01 and np.mean((model.field(LINEAR.x) - LINEAR.dx - 1) ** 2) < 2e-3
    with pytest.raises(ValueError, match="needs a loss that is the mean square of the errors, which is .*; this is"):
        hl.fit(Shifted(2, hidden=(8,)), LINEAR, steps=1, method="levenberg-marquardt", progress=False)


def test_a_model_of_nothing_but_parameters_and_a_loss_trains():
    class Own:
        params = {"matrix": np.zeros((2, 2)), "shift": [np.zeros(2)]}

        def loss(self, params, x, dx):
            return anp.mean((x @ params["matrix"] + params["shift"][0] - dx) ** 2)

    model = Own()
    hl.fit(model, LINEAR, steps=800, learning_rate=3e-2, schedule="cosine", progress=False)
    np.testing.assert_allclose(model.params["matrix"], [[0, -1], [1, 0]], atol=1e-3)
    assert model.params["shift"][0].shape == (2,) and not np.any(Own.params["matrix"])


# --- threads

def test_eight_threads_at_once_give_what_one_gives():
    task, paths = small_task(), SimpleNamespace(x=np.cos(np.arange(40).reshape(2, 10, 2)), test_x=np.cos(np.arange(20).reshape(1, 10, 2)), dt=1.0)

    def work(number):
        model = (hl.HNN, hl.Baseline, hl.NeuralODE, hl.ActionAngleNetwork)[number % 4]
        model = model(2, number, **{"shears": 2, "width": 3} if number % 4 == 3 else {}, hidden=(6,))
        hl.fit(model, task if number % 4 < 2 else paths, steps=6, test_every=3, batch=10, progress=False, dtype=np.float64,
               method="adam" if number % 2 else "levenberg-marquardt")
        return [tree.ravel(model.params).tobytes(), model.field(task.test_x).tobytes(), model.rollout([0.3, 0.4], [0.0, 0.5]).tobytes()]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(work, range(16)))
    assert together == [work(number) for number in range(16)]


# --- files

@pytest.mark.parametrize("model_class", MODEL_CLASSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_saved_model_comes_back_to_the_last_bit(model_class, shape, tmp_path):
    model = model_class(**shape, seed=4, activation="sin")
    model.params[0][0][0, 0] = np.nextafter(0.1, 1)                      # a number that no decimal of 16 digits would keep
    model.save(tmp_path / "model.npz")
    again = hl.load(tmp_path / "model.npz")
    assert type(again) is model_class and repr(again) == repr(model)
    assert tree.ravel(again.params).tobytes() == tree.ravel(model.params).tobytes()


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_a_trained_model_comes_back_with_its_units(model_class, tmp_path):
    field, model = learned(model_class, 1e6, 1e-6)
    model.save(tmp_path / "model.npz")
    again, x = hl.load(tmp_path / "model.npz"), in_units(1e6, 1e-6).test_x
    np.testing.assert_array_equal(again.field(x), model.field(x))
    assert again.scaling.plain() == model.scaling.plain() and "scaling" not in repr(again)


def test_every_model_can_be_loaded(tmp_path):
    for model in (*(model_class(2, hidden=(3,)) for model_class in MODELS.values()), hl.NeuralODE(2, hidden=(3,)), hl.EulerUpdate(2, hidden=(3,)),
                  hl.ActionAngleNetwork(2, shears=1, width=2), hl.PixelModel(4, hidden=3)):
        model.save(tmp_path / "m.npz")
        assert type(hl.load(str(tmp_path / "m.npz"))) is type(model)


def test_the_name_of_the_file_is_kept(tmp_path):
    hl.HNN(2, hidden=(3,)).save(tmp_path / "spring.model")              # NumPy alone would add .npz
    assert [path.name for path in tmp_path.iterdir()] == ["spring.model"]


class Wide(hl.HNN):
    """A subclass with an argument of its own."""

    def __init__(self, width, dim=2, seed=0):
        super().__init__(dim, seed, (width, width))
        self.width = width


def test_a_subclass_is_saved_and_loaded_by_its_own_name(tmp_path):
    for model in (Wide(5, seed=3), Quadratic()):
        model.save(tmp_path / "mine.npz")
        again, x = type(model).load(tmp_path / "mine.npz"), np.array([0.3, 0.4])
        assert type(again) is type(model) and repr(again) == repr(model)
        np.testing.assert_array_equal(again.field(x), model.field(x))
        with pytest.raises(ValueError, match=rf"mine.npz holds a {type(model).__name__}, which is none of: .*; a class of your own has {type(model).__name__}.load"):
            hl.load(tmp_path / "mine.npz")


class Weighed(hl.HNN):
    """A subclass with an argument that is an array."""

    def __init__(self, masses, scaling=None):
        super().__init__(2 * len(masses), hidden=(3,), scaling=scaling)
        self.masses = np.asarray(masses)


def test_arguments_that_are_numpys_are_saved(tmp_path):
    """A sweep over `2 ** np.arange(3, 7)` trains for hours; then its models have to be kept."""
    three, unit = np.arange(4)[3], Scaling.identity(4)
    for model in (hl.ActionAngleNetwork(4, shears=three, width=three, linear=three, odd=np.bool_(True), scaling=unit), Weighed(np.array([1.0, 2.0]), unit)):
        model.save(tmp_path / "m.npz")
        again, x = type(model).load(tmp_path / "m.npz"), np.array([0.3, 0.4, 0.1, -0.2])
        np.testing.assert_array_equal(again.field(x), model.field(x))
        assert {name: np.asarray(value).tolist() for name, value in again.arguments().items() if name != "scaling"} == {
            name: np.asarray(value).tolist() for name, value in model.arguments().items() if name != "scaling"}
        np.testing.assert_array_equal(again.scaling.matrix, unit.matrix)


def forgetful():
    class Forgetful(hl.HNN):
        def __init__(self, width, power=2):
            super().__init__(2, hidden=(width,))
            self.width = width
    return Forgetful(3)


def namesake():
    class HNN(hl.HNN):
        pass
    return HNN(2, hidden=(3,))


def with_a_function():
    class WithFunction(hl.HNN):
        def __init__(self, fun):
            super().__init__(2, hidden=(3,))
            self.fun = fun
    return WithFunction(np.sin)


def changed(params):
    model = hl.HNN(2, hidden=(3,))
    model.params = params(model.params)
    return model


@pytest.mark.parametrize("make, half, words", [
    (forgetful, False, "Forgetful cannot be saved, as it could not be loaded again: keep its argument 'power' in an attribute of that name"),
    (namesake, False, "HNN cannot be saved, .*: it needs another name than the HNN that it is made from"),
    (with_a_function, False, "WithFunction cannot be saved, as it could not be loaded again"),
    (lambda: changed(lambda params: params[:-1]), False, "HNN cannot be saved, .*: it has parameters of shapes .* where .* are wanted"),
    (lambda: changed(lambda params: tree.rebuild(params, [leaf * np.nan for leaf in tree.leaves(params)])), False, "a parameter contains 6 values"),
    (lambda: changed(lambda params: tree.rebuild(params, [leaf * 1e6 for leaf in tree.leaves(params)])), True, "a parameter contains .* infinite")])
def test_what_could_not_be_loaded_is_not_saved(make, half, words, tmp_path):
    model = make()
    repr(model)
    with pytest.raises(ValueError, match=words):
        model.save(tmp_path / "m.npz", half=half)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name, shape", [("three-body-hnn-published-0", (1, 12)), ("three-body-baseline-published-0", (1, 12)),
                                         ("pixel-pendulum-hnn-sharp-0", (1, 1568)), ("pixel-pendulum-baseline-sharp-0", (1, 1568))])
def test_files_of_the_first_edition_load(name, shape):
    path = ROOT / "book" / "results" / f"{name}.npz"
    with np.load(path) as file:
        stored = np.concatenate([file[key].ravel() for key in file.files if key != "about"])
        about = json.loads(str(file["about"]))
    model = hl.load(path)
    assert type(model).__name__ == about["class"] and tree.ravel(model.params).tolist() == stored.tolist()
    x = np.random.default_rng(0).normal(size=shape)
    assert np.all(np.isfinite(model.film(x, 2) if about["class"] == "PixelModel" else model.field(x)))


def npz(path, about, **arrays):
    np.savez(path, about=json.dumps(about), **arrays)


ABOUT = {"class": "HNN", "dim": 2, "hidden": [3], "activation": "tanh"}          # as the first edition wrote it
ARRAYS = {"W0": np.ones((2, 3)), "b0": np.ones(3), "W1": np.ones((3, 1))}

FOREIGN = {
    "another class": (ABOUT | {"class": "Forest"}, ARRAYS),
    "a class of the language": (ABOUT | {"class": "__import__"}, ARRAYS),
    "odd dimension": (ABOUT | {"dim": 3}, ARRAYS),
    "text for a dimension": (ABOUT | {"dim": "2"}, ARRAYS),
    "unknown activation": (ABOUT | {"activation": "step"}, ARRAYS),
    "an unknown argument": (ABOUT | {"depth": 3}, ARRAYS),
    "no dimension": ({k: v for k, v in ABOUT.items() if k != "dim"}, ARRAYS),
    "a number for a list": (ABOUT | {"hidden": 3}, ARRAYS),
    "a list for a scaling": (ABOUT | {"scaling": [1, 2]}, ARRAYS),
    "a scaling of another size": (ABOUT | {"scaling": Scaling.identity(4).plain()}, ARRAYS),
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
    np.testing.assert_array_equal(tree.ravel(hl.load(tmp_path / "good.npz").params), np.ones(12))


def test_an_error_says_which_version_wrote_the_file(tmp_path):
    for about, version in ((ABOUT | {"version": "7.3", "colour": "red"}, "7.3"), (ABOUT | {"colour": "red"}, "0.1")):
        npz(tmp_path / "new.npz", about, **ARRAYS)
        with pytest.raises(ValueError, match=f"new.npz, written by hnn_lite {version}, does not fit this version's HNN: .*colour"):
            hl.load(tmp_path / "new.npz")


def test_a_file_that_is_not_there():
    with pytest.raises(FileNotFoundError):
        hl.load("nowhere.npz")


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
            np.testing.assert_array_equal(tree.ravel(params), np.ones(12))
    assert refused > 0.3 * len(range(0, len(content), 7))


def test_the_archive_holds_numbers_and_one_description(tmp_path):
    hl.Baseline(2, hidden=(3,)).save(tmp_path / "m.npz")
    assert sorted(zipfile.ZipFile(tmp_path / "m.npz").namelist()) == ["about.npy", "p0.npy", "p1.npy", "p2.npy"]


# --- doors

HNN = hl.HNN(2, hidden=(3,))


@pytest.mark.parametrize("bad, words", [
    (lambda: hl.HNN(2, scaling="none"), "scaling must be a Scaling, or what its `plain` gives, got 'none'"),
    (lambda: hl.HNN(2, scaling=Scaling.identity(4)), r"the scaling of a model of 2 coordinates cannot have shapes \[\(4,\)"),
    (lambda: hl.HNN(2, hidden="200"), "hidden must be a list of whole numbers, got '200'"),
    (lambda: hl.Baseline(2, hidden=[[3]]), r"hidden must be a whole number of at least 1, got \[3\]"),
    (lambda: hl.Baseline(True), "dim must be a whole number of at least 1, got True"),
    (lambda: HNN.field(np.ma.masked_array(np.ones((2, 2)), [[0, 1], [1, 0]])), "x contains 2 values that are masked"),
    (lambda: HNN.field({}), "x must be an array of real numbers, got dict"),
    (lambda: HNN.hamiltonian([[1.0], [2.0]]), r"x must hold states of 2 coordinates in its last axis, got shape \(2, 1\)"),
    (lambda: HNN.rollout([1.0, 0.0], 3.0), "t must be a list of times, got one number"),
    (lambda: HNN.rollout([1.0, np.nan], [0.0, 1.0]), "x0 contains 1 values that are NaN or infinite"),
    (lambda: HNN.rollout(None, [0.0, 1.0]), "x0 must be an array of real numbers, got NoneType")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()


def test_a_loss_that_is_not_the_mean_square_of_the_errors_is_refused_even_if_it_is_near():
    class Own(hl.Baseline):
        def loss(self, params, x, dx):
            return 1.1 * super().loss(params, x, dx)

    with pytest.raises(ValueError, match="mean square of the errors"):
        hl.fit(Own(2, hidden=(3,)), hl.data.fields.mass_spring(0, trajectories=1, points=3), steps=1, method="levenberg-marquardt", progress=False)
