"""The pixel model: its losses, its training, its films and its file."""

from types import SimpleNamespace
import tracemalloc

import numpy as np
import pytest
from conftest import ROOT

import hnn_lite as hl
from hnn_lite import page
from hnn_lite import tree

LAWS, STEPS = ("hnn", "baseline"), ("euler", "rk4")


def small(law="hnn", step="euler", **arguments):
    return hl.PixelModel(30, law, **{"seed": 1, "step": step, "hidden": 12, **arguments})


def batch(rows, dim=30, dtype=float):
    return np.random.default_rng(rows).normal(size=(2, rows, dim)).astype(dtype)


flat = tree.ravel


def nonzero(params):
    """The same parameters, the zero biases too changed a little."""
    vector = tree.ravel(params)
    vector += 0.05 * np.random.default_rng(0).normal(size=vector.shape)
    return tree.views(vector, params)


# --- the losses, written once more, one sample after another

def way(layers, x):
    """One way through the autoencoder, for one picture."""
    for number, (W, b) in enumerate(layers[:-1]):
        r = np.maximum(0, x @ W + b)
        x = x + r if number else r
    return x @ layers[-1][0] + layers[-1][1]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("canonical, latent", [(1.0, 2), (0.0, 2), (0.7, 4)])
def test_loss_is_its_definition(law, step, canonical, latent):
    model = small(law, step, canonical=canonical, latent=latent)
    model.params = nonzero(model.params)
    (x, next_x), total, n = batch(5), 0, latent // 2
    for one, after in zip(x, next_x, strict=True):
        z, next_z = way(model.params["encoder"], one), way(model.params["encoder"], after)
        moved = hl.integrate.march(step, model.law.field, z, 1.0, 1)[-1]
        total += (np.mean((way(model.params["decoder"], z) - one) ** 2) + canonical * np.mean((z[n:] - (next_z[:n] - z[:n])) ** 2)
                  + 0.1 * np.mean((next_z - moved) ** 2))
    assert model.loss(model.params, x, next_x) == pytest.approx(total / 5, rel=1e-12)


def test_the_three_losses_and_their_weights():
    model, (x, next_x) = small(canonical=0.25), batch(6)
    reconstruction, canonical, law = model.losses(model.params, x, next_x)
    assert model.loss(model.params, x, next_x) == pytest.approx(reconstruction + 0.25 * canonical + 0.1 * law)
    z, next_z = model.encode(x), model.encode(next_x)
    assert reconstruction == pytest.approx(np.mean((model.decode(z) - x) ** 2))
    assert canonical == pytest.approx(np.mean((z[:, 1] - next_z[:, 0] + z[:, 0]) ** 2))
    assert law == pytest.approx(np.mean((next_z - z - model.law.field(z)) ** 2))


# --- training

def films_task(trials=4, frames=6, dim=30, dtype=np.float32):
    """Windows of two frames into random films, as `frames.pendulum` has them."""
    films = np.random.default_rng(0).random((trials, frames + 2, dim // 2)).astype(dtype)
    view = np.lib.stride_tricks.sliding_window_view(films.reshape(trials, -1), dim, axis=1)[:, ::dim // 2]
    return SimpleNamespace(x=view[:3, :-1], next_x=view[:3, 1:], test_x=view[3:, :-1], test_next_x=view[3:, 1:])


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
    assert all(leaf.dtype == float for leaf in tree.leaves(model.params))
    assert model.law.params is model.params["law"]


def test_bright_films_train_as_films_of_size_one():
    """0 to 255, in whole numbers of 8 bits, and 0 to 1."""
    films = {name: np.round(255 * x) for name, x in vars(films_task()).items()}
    whole, one, far = SimpleNamespace(**{k: x.astype(np.uint8) for k, x in films.items()}), SimpleNamespace(
        **{k: (x / 255).astype(np.float32) for k, x in films.items()}), SimpleNamespace(**{k: 1e30 * x for k, x in films.items()})
    models = [small() for _ in range(3)]
    losses = [hl.fit(model, task, steps=20, batch=7, progress=False).test_loss[-1] for model, task in zip(models, (one, whole, far), strict=True)]
    assert models[0].brightness == 1 and models[1].brightness == films["x"].max() >= 253 and models[2].brightness == 1e30 * films["x"].max()
    np.testing.assert_allclose(losses, losses[0], rtol=0.02)
    x, top = films["test_x"], models[1].brightness
    np.testing.assert_allclose(models[1].encode(x.astype(np.uint8)), models[2].encode(1e30 * x), atol=1e-3)
    np.testing.assert_allclose(models[1].film(x[0, 0], 3), models[2].film(1e30 * x[0, 0], 3) / 1e30, atol=1e-3 * top)
    assert np.abs(models[1].film(x[0, 0], 3)).max() > 0.1 * top


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
    ({"x": np.full((3, 6, 30), 1e99)}, r"task.x has values of size 1.0e\+99 in coordinate 0"),
    ({"x": np.ma.masked_less(films_task().x, 0.5)}, "task.x contains [0-9]+ values that are masked"),
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
    model, other, z = small(), small(seed=2), np.array([0.3, -0.2])
    model.params["law"] = other.params["law"]
    np.testing.assert_array_equal(model.law.field(z), other.law.field(z))
    model.params = small(seed=3).params
    np.testing.assert_array_equal(model.law.field(z), small(seed=3).law.field(z))


@pytest.mark.parametrize("law", LAWS)
def test_a_saved_model_comes_back(tmp_path, law):
    model = small(law, "rk4", canonical=0.5, latent=4, brightness=3.0)
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
    assert all(leaf.dtype == float for leaf in tree.leaves(again.params))


def nonzero_model():
    model = hl.PixelModel(200, hidden=30)
    model.params = nonzero(model.params)
    return model


def test_trimming_changes_nothing_that_was_seen():
    model, x = nonzero_model(), np.random.default_rng(0).random((3, 4, 200)) * (np.arange(200) % 3 > 0)
    before = model.encode(x)
    model.trim(x)
    np.testing.assert_allclose(model.encode(x), before, atol=1e-12)
    assert np.all(model.params["encoder"][0][0][::3] == 0) and np.all(model.params["encoder"][0][0][1::3] != 0)


# --- the stored results of the experiment

RESULTS = ROOT / "book" / "results"


def stored(model, steps):
    records = page.papers.read(RESULTS / "scoreboard.json")
    wanted = ("pixel-pendulum", model, "sharp", 0, steps)
    return next(record for record in records if wanted == tuple(
        record[name] for name in ("experiment", "model", "recipe", "seed", "steps")))


def test_stored_weights_are_those_of_the_record():
    model, record, task = hl.load(RESULTS / "pixel-pendulum-hnn-sharp-0.npz"), stored("hnn", 10_000), hl.data.pixel_pendulum.films(0)
    films = [films.reshape(-1, 1568) for films in (task.test_x, task.test_next_x)]
    assert model.loss(model.params, *films) == pytest.approx(record["test_loss"], rel=0.02)
    judged = page.papers.judge_films(model, task)
    assert judged["energy_mse"].mean == pytest.approx(record["energy_mse"], rel=0.25)          # half precision
    assert judged["energy_change_worst"].mean == pytest.approx(record["energy_change_worst"], rel=0.1)


@pytest.mark.parametrize("share, lost", [(1.0, 0.0), (0.5, 0.75)])
def test_films_of_smaller_swings_are_judged_by_the_energy_that_they_lack(share, lost):
    task = hl.data.pixel_pendulum.films(0, trials=2)
    film, true = (hl.data.pixel_pendulum.render(hl.data.pixel_pendulum.simulate(part * task.starts, 60)[..., 0]) for part in (share, 1.0))
    film[50, 3, :] += 0.1          # fog, in one frame
    judged = page.papers.judge_films(SimpleNamespace(film=lambda seen, steps: np.concatenate([film, 0 * film], axis=-1)), task, 60)
    shown, real = (hl.data.pixel_pendulum.energy(hl.data.pixel_pendulum.read_motion(each[:60])[0]) for each in (film, true))
    missed, misfit = np.mean((shown - real) ** 2, axis=0), hl.data.pixel_pendulum.read_motion(film[:60])[1]
    assert judged["energy_mse"] == pytest.approx((missed.mean(), missed.std(ddof=1) / np.sqrt(15)))
    assert judged["energy_change"].mean == pytest.approx(lost, abs=0.01)
    assert judged["energy_change"].mean < judged["energy_change_worst"].mean < judged["energy_change_frame"].mean < lost + 0.05
    assert judged["misfit_worst"].mean == misfit[50, 3] > 10 * np.median(misfit)


def test_the_command_gives_the_stored_record_at_reduced_size(tmp_path):
    record, = page.papers.reproduce(["pixel-pendulum"], ["baseline"], [0], "sharp", 20, weights=tmp_path, progress=False)
    expected = stored("baseline", 20)
    assert set(record) == set(expected) | {"cpu_seconds"}          # which was not yet counted when these were stored
    for key in ("train_loss", "test_loss", "energy_mse"):
        assert record[key] == pytest.approx(expected[key], rel=0.02)
    assert hl.load(tmp_path / "pixel-pendulum-baseline-sharp-0.npz").step == "rk4"


@pytest.mark.parametrize("arguments, words", [
    ({"law": "newton"}, "unknown law 'newton'; choose one of: baseline, hnn"), ({"step": "heun"}, "unknown step 'heun'"),
    ({"canonical": -1}, "canonical must be .*at least 0"), ({"latent": 3}, "latent must be even"),
    ({"motion": "much"}, "motion must be a number, got 'much'"), ({"brightness": 0}, "brightness must be finite and positive, got 0"),
    ({"hidden": 0}, "hidden must"), ({"seed": 0.5}, "seed must"), ({"dim": 0}, "dim must be a whole number of at least 1, got 0")])
def test_bad_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        hl.PixelModel(**{"dim": 30, **arguments})


@pytest.mark.parametrize("call, words", [
    (lambda: small().encode(np.zeros(29)), "x must hold states of 30"),
    (lambda: small().decode(np.zeros(3)), "z must hold states of 2"), (lambda: small().film(np.zeros(30), 0), "steps must"),
    (lambda: small().film(np.full(30, np.nan), 2), "x0 contains 30 values"), (lambda: small().encode(None), "x must be an array of real"),
    (lambda: hl.fit(small(), films_task(), 1, method="levenberg-marquardt"), "needs a model with errors, .* got PixelModel")])
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_films_as_bright_as_fifty_are_brought_to_size_one():
    films, model = vars(films_task()), small()
    brightest = max(np.abs(films["x"]).max(), np.abs(films["test_x"]).max())
    model.examples(SimpleNamespace(**{name: 50 / brightest * x for name, x in films.items()}))
    assert 40 < model.brightness <= 50 + 1e-9
