"""The pixel model: its losses and their hand-derived gradient against autograd, its training, its films and its file."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
import tracemalloc

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from conftest import ROOT
from numerics import relative_error

import hnn_lite as hl
from hnn_lite import page
from hnn_lite import tree
from hnn_lite.by_hand import fused_autoencoder
from hnn_lite.networks import init_autoencoder, residual

LAWS, STEPS = ("hnn", "baseline"), ("euler", "rk4")


def small(law="hnn", step="euler", **arguments):
    return hl.PixelModel(30, law, **{"seed": 1, "step": step, "hidden": 12, **arguments})


def batch(rows, dim=30, dtype=float):
    return np.random.default_rng(rows).normal(size=(2, rows, dim)).astype(dtype)


def flat(params):
    return np.concatenate([np.ravel(leaf) for layer in params for leaf in layer])


def nonzero(params):
    """The same parameters, the zero biases too changed a little."""
    vector = flat(params)
    vector += 0.05 * np.random.default_rng(0).normal(size=vector.shape)
    return tree.views(vector, params)


class ByAutograd(hl.PixelModel):
    """The same model; that it defines its own loss makes autograd train it."""

    def loss(self, params, x, next_x):
        return super().loss(params, x, next_x)


# --- the losses, written once more, one sample after another

def way(params, x):
    for number, (W, b) in enumerate(params[:-1]):
        r = anp.maximum(0, anp.dot(x, W) + b)
        x = x + r if number else r
    return anp.dot(x, params[-1][0]) + params[-1][1]


def law_field(law, params, z):
    (W1, b1), (W2, b2), (W3,) = params

    def network(z):
        return anp.dot(anp.tanh(anp.dot(anp.tanh(anp.dot(z, W1) + b1), W2) + b2), W3)

    if law == "baseline":
        return network(z)
    dH, n = grad(lambda z: network(z)[0])(z), len(z) // 2
    return anp.concatenate([dH[n:], -dH[:n]])


def loss_of_one(law, step, canonical, latent, params, x, next_x):
    z, next_z = way(params[:4], x), way(params[:4], next_x)

    def field(z):
        return law_field(law, params[8:], z)

    if step == "euler":
        after = z + field(z)
    else:
        k1 = field(z)
        k2 = field(z + k1 / 2)
        k3 = field(z + k2 / 2)
        after = z + (k1 + 2 * k2 + 2 * k3 + field(z + k3)) / 6
    n = latent // 2
    return (anp.mean((way(params[4:8], z) - x) ** 2) + canonical * anp.mean((z[n:] - (next_z[:n] - z[:n])) ** 2)
            + 0.1 * anp.mean((next_z - after) ** 2))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("canonical, latent", [(1.0, 2), (0.0, 2), (0.7, 4)])
def test_loss_and_both_gradients_are_those_of_the_definition(law, step, canonical, latent):
    model = small(law, step, canonical=canonical, latent=latent)
    params, (x, next_x) = nonzero(model.params), batch(5)

    def plain(params):
        return sum(loss_of_one(law, step, canonical, latent, params, *pair) for pair in zip(x, next_x, strict=True)) / 5

    expected = flat(grad(plain)(params))
    loss, gradient = model.trainer(5, params)(params, x, next_x)
    assert loss == pytest.approx(plain(params), rel=1e-13) and type(loss) is float
    assert model.loss(params, x, next_x) == pytest.approx(plain(params), rel=1e-13)
    assert relative_error(gradient, expected) < 1e-12
    assert relative_error(flat(grad(model.loss)(params, x, next_x)), expected) < 1e-12


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("rows", [1, 2, 3, 8, 33])
def test_a_batch_is_cut_in_two_whatever_its_size(law, step, rows):
    model = small(law, step)
    params, (x, next_x) = nonzero(model.params), batch(rows)
    _, gradient = model.trainer(rows, params)(params, x, next_x)
    assert relative_error(gradient, flat(grad(model.loss)(params, x, next_x))) < 1e-12


def test_full_size_gradient():
    model = hl.PixelModel(1568, "hnn", step="rk4")
    params, (x, next_x) = nonzero(model.params), batch(8, 1568)
    _, gradient = model.trainer(8, params)(params, x, next_x)
    assert relative_error(gradient, flat(grad(model.loss)(params, x, next_x))) < 1e-12


@pytest.mark.parametrize("step", STEPS)
def test_trainer_forgets_the_batch_before_and_threads_change_no_bit(step):
    model = small(step=step)
    params = [tuple(leaf.astype(np.float32) for leaf in layer) for layer in nonzero(model.params)]
    x, next_x = batch(21, dtype=np.float32)
    used, fresh = model.trainer(21, params), model.trainer(21, params)
    with ThreadPoolExecutor(2) as pool:
        used(params, 3 * x[::-1], next_x + 1, pool.map)
        for _ in range(3):
            (loss, gradient), (same_loss, same) = used(params, x, next_x, pool.map), fresh(params, x, next_x)
            assert gradient.dtype == np.float32 and loss == same_loss and gradient.tobytes() == same.tobytes()


def test_the_three_losses_and_their_weights():
    model, (x, next_x) = small(canonical=0.25), batch(6)
    reconstruction, canonical, law = model.losses(model.params, x, next_x)
    assert model.loss(model.params, x, next_x) == pytest.approx(reconstruction + 0.25 * canonical + 0.1 * law)
    z, next_z = model.encode(x), model.encode(next_x)
    assert reconstruction == pytest.approx(np.mean((model.decode(z) - x) ** 2))
    assert canonical == pytest.approx(np.mean((z[:, 1] - next_z[:, 0] + z[:, 0]) ** 2))
    assert law == pytest.approx(np.mean((next_z - z - model.law.field(z)) ** 2))


def test_loss_of_whole_films_is_the_loss_of_their_pairs():
    model, films = small(), np.random.default_rng(1).normal(size=(2, 5, 90, 30))
    assert model.loss(model.params, *films) == pytest.approx(model.loss(model.params, *films.reshape(2, 450, 30)), rel=1e-12)
    assert model.loss(model.params, *films) == pytest.approx(
        sum(weight * term for weight, term in zip(model.weights, model.losses(model.params, *films.reshape(2, 450, 30)), strict=True)))


# --- the networks

def test_autoencoder_has_the_papers_sizes_and_initial_weights():
    encoder, decoder = init_autoencoder(1568, 2, 0)
    assert [W.shape for W, _ in encoder] == [(1568, 200), (200, 200), (200, 200), (200, 2)]
    assert [W.shape for W, _ in decoder] == [(2, 200), (200, 200), (200, 200), (200, 1568)]
    for W, b in encoder + decoder:
        gram = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
        np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-12)
        assert b.shape == (W.shape[1],)
    assert not np.allclose(encoder[1][0], decoder[1][0])


def test_middle_layers_add_to_what_they_got():
    params = [(np.eye(3), np.zeros(3)), (np.zeros((3, 3)), np.ones(3)), (np.zeros((3, 3)), -np.ones(3)), (np.eye(3), np.zeros(3))]
    np.testing.assert_allclose(residual(params, np.array([2.0, -1.0, 0.0])), [3, 1, 1])


# --- training

def films_task(trials=4, frames=6, dim=30, dtype=np.float32):
    """Windows of two frames into random films, as `frames.pendulum` has them."""
    films = np.random.default_rng(0).random((trials, frames + 2, dim // 2)).astype(dtype)
    view = np.lib.stride_tricks.sliding_window_view(films.reshape(trials, -1), dim, axis=1)[:, ::dim // 2]
    return SimpleNamespace(x=view[:3, :-1], next_x=view[:3, 1:], test_x=view[3:, :-1], test_next_x=view[3:, 1:])


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("step", STEPS)
def test_fifty_steps_end_at_the_weights_of_autograd(law, step):
    ends = []
    for model_class in (hl.PixelModel, ByAutograd):
        model = model_class(30, law, 1, step, hidden=12)
        hl.fit(model, films_task(dtype=float), steps=50, batch=7, weight_decay=1e-5, dtype=np.float64, progress=False)
        ends.append(flat(model.params))
    start = flat(hl.PixelModel(30, law, 1, step, hidden=12).params)
    assert np.abs(ends[0] - ends[1]).max() < 1e-9 and np.abs(ends[0] - start).max() > 1e-3


def test_windows_train_as_copies_do():
    task, ends = films_task(), []
    copies = SimpleNamespace(**{name: np.ascontiguousarray(films).reshape(-1, 30) for name, films in vars(task).items()})
    for data in (task, copies):
        model = small()
        history = hl.fit(model, data, steps=12, batch=7, test_every=5, progress=False)
        ends.append(flat(model.params))
    assert np.array_equal(*ends) and history.test_steps == [5, 10, 12] and len(history.train_loss) == 12


def test_a_short_training_learns_to_draw():
    task, model = hl.data.pixel_pendulum.films(0, trials=6), hl.PixelModel(1568, "hnn", hidden=64)
    before = model.losses(model.params, task.test_x[0], task.test_next_x[0])
    hl.fit(model, task, steps=150, batch=100, test_every=150, progress=False)
    after = model.losses(model.params, task.test_x[0], task.test_next_x[0])
    assert after[0] < 0.5 * before[0]
    assert np.all([leaf.dtype == float for layer in model.params for leaf in layer])
    assert model.law.params[0][0] is model.params[8][0]


def test_training_at_full_size_needs_little_memory():
    tracemalloc.start()
    task = hl.data.pixel_pendulum.films(0)
    hl.fit(hl.PixelModel(1568), task, steps=2, batch=200, test_every=2, progress=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 250e6


@pytest.mark.parametrize("change, words", [
    ({"x": np.zeros((3, 6, 29))}, "task.x must hold states of 30"),
    ({"next_x": np.zeros((3, 5, 30))}, r"task.x and task.next_x must both have shape .*\(3, 6, 30\) and \(3, 5, 30\)"),
    ({"test_next_x": np.full((1, 6, 30), np.nan)}, "task.test_next_x contains 180 values")])
def test_data_that_do_not_fit_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        hl.fit(small(), SimpleNamespace(**vars(films_task()) | change), steps=1, batch=2, progress=False)


def test_tasks_without_films_are_refused():
    with pytest.raises(ValueError, match="task must have x, next_x"):
        hl.fit(hl.PixelModel(2, hidden=3), hl.data.fields.mass_spring(0, trajectories=1), steps=1, progress=False)


# --- what a trained model does

@pytest.mark.parametrize("law", LAWS)
def test_a_film_decodes_a_path_of_codes(law):
    model, (x, _) = small(law), batch(3)
    film, codes = model.film(x, 5), model.encode(x)
    assert film.shape == (6, 3, 30)
    np.testing.assert_allclose(film[0], model.decode(codes), atol=1e-12)
    np.testing.assert_allclose(film, model.decode(model.law.rollout(codes, np.arange(6.0))), atol=1e-12)
    np.testing.assert_allclose(model.film(x[0], 5), film[:, 0], atol=1e-6)


def test_shapes():
    model = small(latent=4)
    assert model.encode(np.zeros((2, 3, 30))).shape == (2, 3, 4) and model.decode(np.zeros((2, 3, 4))).shape == (2, 3, 30)
    assert model.encode(np.zeros(30)).shape == (4,)


def test_setting_parameters_sets_the_laws():
    model, other = small(), small(seed=2)
    model.params = other.params
    z = np.array([0.3, -0.2])
    np.testing.assert_array_equal(model.law.field(z), other.law.field(z))


@pytest.mark.parametrize("law", LAWS)
def test_a_saved_model_comes_back(tmp_path, law):
    model = small(law, "rk4", canonical=0.5, latent=4)
    model.save(tmp_path / "model.npz")
    again = hl.load(tmp_path / "model.npz")
    assert repr(again) == repr(model) and np.array_equal(flat(again.params), flat(model.params))
    np.testing.assert_array_equal(again.film(np.ones(30), 3), model.film(np.ones(30), 3))


def test_half_precision_is_small_and_close(tmp_path):
    model = nonzero_model()
    model.save(tmp_path / "whole.npz")
    model.save(tmp_path / "half.npz", half=True)
    again = hl.load(tmp_path / "half.npz")
    assert (tmp_path / "half.npz").stat().st_size < 0.4 * (tmp_path / "whole.npz").stat().st_size
    np.testing.assert_allclose(flat(again.params), flat(model.params), rtol=1e-3, atol=1e-6)
    assert all(leaf.dtype == float for layer in again.params for leaf in layer)


def nonzero_model():
    model = hl.PixelModel(200, hidden=30)
    model.params = nonzero(model.params)
    return model


def test_trimming_changes_nothing_that_was_seen():
    model, x = nonzero_model(), np.random.default_rng(0).random((3, 4, 200)) * (np.arange(200) % 3 > 0)
    before = model.encode(x)
    model.trim(x)
    np.testing.assert_allclose(model.encode(x), before, atol=1e-12)
    assert np.all(model.params[0][0][::3] == 0) and np.all(model.params[0][0][1::3] != 0)


# --- the stored results of the experiment

RESULTS = ROOT / "book" / "results"


def stored(model, steps):
    records = page.papers.read(RESULTS / "scoreboard.json")
    wanted = ("pixel-pendulum", model, "sharp", 0, steps)
    return next(record for record in records if wanted == tuple(
        record[name] for name in ("experiment", "model", "recipe", "seed", "steps")))


@pytest.mark.parametrize("name", LAWS)
def test_stored_weights_are_those_of_the_record(name):
    model, record, task = hl.load(RESULTS / f"pixel-pendulum-{name}-sharp-0.npz"), stored(name, 10_000), hl.data.pixel_pendulum.films(0)
    assert model.loss(model.params, task.test_x, task.test_next_x) == pytest.approx(record["test_loss"], rel=0.02)
    judged = page.papers.judge_films(model, task)
    assert judged["energy_mse"].mean == pytest.approx(record["energy_mse"], rel=0.25)          # half precision
    assert judged["energy_change_worst"].mean == pytest.approx(record["energy_change_worst"], rel=0.1)


@pytest.mark.parametrize("name", LAWS)
def test_the_command_gives_the_stored_records_at_reduced_size(tmp_path, name):
    record, = page.papers.reproduce(["pixel-pendulum"], [name], [0], "sharp", 20, weights=tmp_path, progress=False)
    expected = stored(name, 20)
    assert set(record) == set(expected) | {"cpu_seconds"}          # which was not yet counted when these were stored
    for key in ("train_loss", "test_loss", "energy_mse"):
        assert record[key] == pytest.approx(expected[key], rel=0.02)
    assert hl.load(tmp_path / f"pixel-pendulum-{name}-sharp-0.npz").step == "rk4"


def test_the_hnn_stays_a_pendulum():
    record = stored("hnn", 10_000)
    assert record["energy_change_worst"] < 0.1 and record["misfit_worst"] < 0.25


@pytest.mark.parametrize("arguments, words", [
    ({"law": "newton"}, "unknown law 'newton'; choose one of: baseline, hnn"), ({"step": "heun"}, "unknown step 'heun'"),
    ({"canonical": -1}, "canonical must be .*at least 0"), ({"latent": 3}, "latent must be even"),
    ({"hidden": 0}, "hidden must"), ({"seed": 0.5}, "seed must")])
def test_bad_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        hl.PixelModel(**{"dim": 30, **arguments})


@pytest.mark.parametrize("call, words", [
    (lambda: hl.PixelModel(0), "dim must"), (lambda: small().encode(np.zeros(29)), "x must hold states of 30"),
    (lambda: small().decode(np.zeros(3)), "z must hold states of 2"), (lambda: small().film(np.zeros(30), 0), "steps must"),
    (lambda: small().film(np.full(30, np.nan), 2), "x0 contains 30 values")])
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_steps_of_the_loss_are_the_integrators():
    assert set(fused_autoencoder.STEPS) <= set(hl.integrate.METHODS)
