"""When a gradient derived by hand is used, and when not; that it stands in larger expressions; the benchmark of it."""

import json
import warnings

import autograd.numpy as np
from autograd import elementwise_grad, grad, value_and_grad
import numpy
import pytest

import hnn_lite as hl
from hnn_lite.models import base
from hnn_lite import tree
from hnn_lite.by_hand import fused
from hnn_lite.networks import ACTIVATIONS, init_mlp, input_gradient, mlp

SHAPES = [(2, 5, 1), (2, 7, 1), (4, 9, 8, 1), (6, 5, 6, 7, 4, 1)]


def plain(kind, x, target, activation):
    """The two losses as a definition: autograd only, nothing of `fused` or `input_gradient`."""
    apply = elementwise_grad(mlp, 1) if kind == "gradient" else mlp
    return lambda params: np.mean((apply(params, x, activation) - target) ** 2)


def problem(kind, sizes, rows=13, seed=0):
    rng = np.random.default_rng(seed)
    outputs = sizes[0] if kind == "gradient" else 3
    params = init_mlp(sizes if kind == "gradient" else (*sizes[:-1], 3), seed)
    return params, rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, outputs))


def relative(found, wanted):
    found, wanted = tree.ravel(found), tree.ravel(wanted)
    return np.max(np.abs(found - wanted)) / np.max(np.abs(wanted))


@pytest.mark.parametrize("kind", ["field", "gradient"])
@pytest.mark.parametrize("sizes", SHAPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_loss_and_gradient_equal_autograds(kind, sizes, activation):
    params, x, target = problem(kind, sizes)
    loss, gradient = value_and_grad(getattr(fused, kind + "_loss"))(params, x, target, activation)
    wanted_loss, wanted = value_and_grad(plain(kind, x, target, activation))(params)
    assert loss == pytest.approx(wanted_loss, rel=1e-12)
    assert relative(gradient, wanted) < 1e-12


def test_it_stands_in_larger_expressions():
    params, x, target = problem("gradient", (2, 6, 5, 1))

    def penalised(loss):
        return lambda params: 3 * loss(params) ** 2 + np.sum(params[0][0] ** 2)

    found = grad(penalised(lambda params: fused.gradient_loss(params, x, target)))(params)
    assert relative(found, grad(penalised(plain("gradient", x, target, "tanh")))(params)) < 1e-12


def test_parameters_that_are_boxed_one_by_one():
    params, x, target = problem("field", (2, 6, 1))
    found = grad(lambda W: fused.field_loss([(W, params[0][1]), params[1]], x, target))(params[0][0])
    wanted = grad(plain("field", x, target, "tanh"))(params)[0][0]
    assert np.max(np.abs(found - wanted)) < 1e-12


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_input_gradient(activation):
    params, x, _ = problem("gradient", (4, 9, 8, 1))
    wanted = elementwise_grad(mlp, 1)(params, x, activation)
    assert np.max(np.abs(input_gradient(params, x, activation) - wanted)) < 1e-14


@pytest.mark.parametrize("model", [hl.HNN, hl.Baseline])
def test_training_equals_plain_autograds(model):
    class Plain(model):
        def loss(self, params, x, dx):
            return np.mean((self.apply(params, x) - dx) ** 2)

    task = hl.data.fields.mass_spring(seed=1, trajectories=5)
    by_hand, by_autograd = model(2, seed=1, hidden=(30, 30)), Plain(2, seed=1, hidden=(30, 30))
    for network in (by_hand, by_autograd):
        hl.fit(network, task, steps=50, weight_decay=1e-4, dtype=float, progress=False)
    assert relative(by_hand.params, by_autograd.params) < 1e-9
    assert relative(by_hand.params, model(2, seed=1, hidden=(30, 30)).params) > 1e-3          # it did move


def test_a_subclass_with_another_energy_is_trained_on_it():
    class Harmonic(hl.HNN):
        def energy(self, params, x):
            return super().energy(params, x) + np.sum(x**2, axis=-1)

    task = hl.data.fields.mass_spring(seed=0, trajectories=5)
    network = Harmonic(2, seed=0, hidden=(8, 8))
    network.params = [tuple(0 * leaf for leaf in layer) for layer in network.params]
    assert np.allclose(network.field(task.x), task.system.field(task.x))          # the addition alone is the true H
    assert network.form() is None
    history = hl.fit(network, task, steps=3, progress=False)
    perfect = np.mean((task.system.field(task.x) - task.dx) ** 2)
    assert history.train_loss[0] == pytest.approx(perfect, rel=1e-5)


@pytest.mark.parametrize("rows", [40, 700])          # 700: the long form of tanh
def test_both_forms_of_tanh(rows):
    params, x, target = problem("gradient", (2, 100, 100, 1), rows)
    _, gradient = fused.Trainer("gradient", rows, params, "tanh")(params, x, target)
    assert relative(tree.views(gradient, params), grad(plain("gradient", x, target, "tanh"))(params)) < 1e-12


def test_activations_without_a_form_say_so_once():
    base._say_slow.cache_clear()
    task = hl.data.fields.mass_spring(seed=0, trajectories=2)
    with pytest.warns(UserWarning, match="no hand-derived gradient.*'sin'"):
        hl.fit(hl.HNN(2, hidden=(6,), activation="sin"), task, steps=2, progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hl.fit(hl.HNN(2, hidden=(6,), activation="sin"), task, steps=2, progress=False)


def test_benchmark_has_the_figures_it_promises(tmp_path):
    from hnn_lite import __main__
    out = tmp_path / "benchmark.json"
    assert __main__.main(["benchmark", "--cases", "hnn/200x8", "--repeats", "1", "--out", str(out)]) == 0
    result = json.loads(out.read_text())
    assert set(result) == {"cases", "threads", "dtype"}
    case = result["cases"]["hnn/200x8"]
    assert set(case) == {"fused_ms", "autograd_ms", "floor_ms", "torch_ms", "jax_ms"}
    assert case["fused_ms"] > 0 and case["autograd_ms"] > 0 and case["floor_ms"] > 0
    assert numpy.isfinite(case["fused_ms"])
