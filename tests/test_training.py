"""Adam against the textbook, the loop against a plain one, what it keeps when it is stopped, and what it shows."""

import io
import math
import signal
import sys
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace

import autograd.numpy as anp
import nbformat
import numpy as np
import pytest
from autograd import grad
from nbclient import NotebookClient

import hnn_lite as hl
from hnn_lite import progress, training, tree
from hnn_lite.batches import Rows
from hnn_lite.scaling import Scaling
from hnn_lite.training import Adam

MODEL_CLASSES = [hl.Baseline, hl.HNN]


@lru_cache
def small_task():
    return hl.data.fields.mass_spring(0, trajectories=4, points=5)


def quiet_fit(model, task, *steps, **arguments):
    return hl.fit(model, task, *steps, **{"progress": False, **arguments})


def textbook_adam(params, gradient_at, steps, rate=1e-3, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Algorithm 1 of Kingma and Ba, one number at a time; the decay is part of the gradient."""
    params = [float(value) for value in params]
    m, v = [0.0] * len(params), [0.0] * len(params)
    for t in range(1, steps + 1):
        gradient = gradient_at(np.array(params))
        for i in range(len(params)):
            g = gradient[i] + decay * params[i]
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g * g
            m_hat, v_hat = m[i] / (1 - beta1**t), v[i] / (1 - beta2**t)
            params[i] -= rate * m_hat / (math.sqrt(v_hat) + epsilon)
    return np.array(params)


# --- Adam

@pytest.fixture(params=["numpy", "native"])
def either_engine(request, monkeypatch):
    if request.param == "native":
        pytest.importorskip("llvmlite", reason="LLVMLITE IS MISSING: the native engine was not tested")
    monkeypatch.setenv("HNN_LITE_ENGINE", request.param)


@pytest.mark.usefixtures("either_engine")
@pytest.mark.parametrize("decay", [0.0, 1e-4, 0.1])
@pytest.mark.parametrize("rate", [1e-3, 0.05])
def test_adam_is_the_textbooks(decay, rate):
    def gradient_at(params):              # of a crooked valley, with a coordinate whose gradient is as small as epsilon
        return np.array([2 * params[0] + np.sin(params[1]), params[0] * np.cos(params[1]), 1e-8 * params[2], 0.0])

    start = np.array([1.0, -0.7, 0.3, 2.0])
    params, adam = start.copy(), Adam(4, rate, decay)
    for _ in range(60):
        adam.update(params, gradient_at(params))
    np.testing.assert_allclose(params, textbook_adam(start, gradient_at, 60, rate, decay), rtol=1e-12, atol=1e-15)          # the last number came from 2


@pytest.mark.usefixtures("either_engine")
def test_adam_takes_its_other_constants():
    def gradient_at(params):
        return params**3

    params, adam = np.array([1.0, -2.0]), Adam(2, 0.01, beta1=0.5, beta2=0.9, epsilon=1e-3)
    for _ in range(20):
        adam.update(params, gradient_at(params))
    expected = textbook_adam([1.0, -2.0], gradient_at, 20, 0.01, beta1=0.5, beta2=0.9, epsilon=1e-3)
    np.testing.assert_allclose(params, expected, rtol=1e-12)


@pytest.mark.usefixtures("either_engine")
def test_long_vectors_are_cut_into_blocks_that_change_nothing(monkeypatch):
    start, rng = np.random.default_rng(0).normal(size=1001), np.random.default_rng(1)
    gradients, ends = rng.normal(size=(3, 1001)), []
    for block in (10_000, 100):
        monkeypatch.setattr(training, "BLOCK", block)
        params, adam = start.copy(), Adam(1001, 0.01, 0.1)
        for gradient in gradients:
            adam.update(params, gradient.copy())
        ends.append(params)
    assert len(adam.blocks) == 11 and np.array_equal(*ends)


@pytest.mark.usefixtures("either_engine")
def test_decay_shrinks_what_the_loss_does_not_hold():
    params, adam = np.array([1.0]), Adam(1, 0.01, weight_decay=0.1)
    for _ in range(2000):
        adam.update(params, np.zeros(1))
    assert abs(params[0]) < 0.02


# --- Levenberg and Marquardt

T = np.linspace(0, 1, 30)


def curve(params):
    """Errors of a e^(b t) against points of 2 e^(-3 t), shape (30, 1), and their Jacobian, shape (1, 2, 30)."""
    a, b = params
    return (a * np.exp(b * T) - 2 * np.exp(-3 * T))[:, None], np.stack([np.exp(b * T), a * T * np.exp(b * T)])[None]


def test_levenberg_and_marquardt_find_a_curve():
    params, method = np.array([0.5, 1.0]), training.LevenbergMarquardt()
    losses = []
    for _ in range(30):
        errors, jacobian = curve(params)
        losses.append(np.mean(errors**2))
        method.update(params, errors, jacobian, lambda: curve(params)[0])
    np.testing.assert_allclose(params, [2, -3], rtol=1e-10)
    assert np.all(np.diff(losses) <= 0) and losses[7] < 1e-20 and method.damping <= 1e6


def test_a_step_that_makes_it_worse_is_not_taken():
    params, method = np.array([0.5, 1.0]), training.LevenbergMarquardt()
    errors, jacobian = curve(params)
    method.update(params, errors, -jacobian, lambda: curve(params)[0])                                      # the wrong way, however short the step
    np.testing.assert_array_equal(params, [0.5, 1.0])
    assert method.damping == pytest.approx(1e-3 * 5**6)


def test_a_step_that_is_tried_again_has_the_larger_damping_and_no_other():
    params, method = np.array([0.5, 1.0]), training.LevenbergMarquardt()
    (errors, jacobian), worse = curve(params), np.full((30, 1), 9.0)
    answers = iter([worse, worse, np.zeros((30, 1))])
    method.update(params, errors, jacobian, lambda: next(answers))
    A = jacobian[0] @ jacobian[0].T
    damping = 1e-3 * 5**2 * np.trace(A) / 2
    np.testing.assert_allclose(params, [0.5, 1.0] - np.linalg.solve(A + damping * np.eye(2), jacobian[0] @ errors[:, 0]), rtol=1e-9)


def test_a_good_step_is_the_damped_one_and_leaves_a_third_of_the_damping():
    params, method = np.array([1.0]), training.LevenbergMarquardt()
    errors = lambda: np.full((4, 1), params[0])  # noqa: E731
    method.update(params, errors(), np.ones((1, 1, 4)), errors)
    assert params[0] == pytest.approx(1e-3 / 1.001) and method.damping == pytest.approx(1e-3 / 3)
    for _ in range(20):
        method.update(params, errors(), np.ones((1, 1, 4)), errors)
    assert method.damping == 1e-10


def parabola(params):
    """Errors x - 1 and 5 (y - x^2), shape (1, 2), whose loss has a narrow bent valley, and their Jacobian, shape (2, 2, 1)."""
    x, y = params
    return np.array([[x - 1, 5 * (y - x**2)]]), np.array([[1, 0], [-10 * x, 5]])[..., None]


def test_an_accelerated_step_is_half_the_acceleration_longer_where_errors_bend():
    params, method = np.array([1.2, 1.3]), training.LevenbergMarquardt(damping=0.5, accelerated=True)
    errors, jacobian = parabola(params)
    J = jacobian[..., 0]
    damped = J.T @ J + 0.5 * np.trace(J.T @ J) / 2 * np.eye(2)
    step = -np.linalg.solve(damped, J.T @ errors[0])
    bend = -np.linalg.solve(damped, J.T @ [0, -10 * step[0] ** 2]) / 2          # the second derivative of the errors along the step
    method.update(params, errors, jacobian, lambda: parabola(params)[0])
    np.testing.assert_allclose(params, [1.2, 1.3] + step + bend, rtol=1e-10)


def test_a_step_that_bends_too_much_is_damped_more():
    params, method = np.array([-1.0, 1.0]), training.LevenbergMarquardt(accelerated=True)
    errors, jacobian = parabola(params)
    J, tried = jacobian[..., 0], 1e-3
    method.update(params, errors, jacobian, lambda: parabola(params)[0])
    taken = 3 * method.damping
    assert taken > 4 * tried
    for damping, fits in ((tried, False), (taken, True)):
        damped = J.T @ J + damping * np.trace(J.T @ J) / 2 * np.eye(2)
        step = -np.linalg.solve(damped, J.T @ errors[0])
        bend = -np.linalg.solve(damped, J.T @ [0, -10 * step[0] ** 2]) / 2
        assert (np.linalg.norm(bend) < 3 / 16 * np.linalg.norm(step)) == fits


# --- the loop

@pytest.mark.parametrize("model_class", MODEL_CLASSES)
@pytest.mark.parametrize("decay", [0.0, 0.01])
def test_fit_is_the_plain_loop(model_class, decay):
    task, model = small_task(), model_class(2, seed=1, hidden=(5, 4))

    def gradient_at(vector):
        return tree.ravel(grad(model.loss)(tree.views(vector, model.params), task.x, task.dx))

    expected = textbook_adam(tree.ravel(model.params), gradient_at, 25, 0.02, decay)
    first = model.loss(model.params, task.x, task.dx)
    history = quiet_fit(model, task, steps=25, learning_rate=0.02, weight_decay=decay, dtype=np.float64)
    np.testing.assert_allclose(tree.ravel(model.params), expected, rtol=1e-9, atol=1e-12)
    assert history.train_loss[0] == pytest.approx(first, rel=1e-12)


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_equal_seeds_give_equal_bits(model_class):
    task = small_task()

    def trained(seed):
        model = model_class(2, seed=0, hidden=(8, 8))
        history = quiet_fit(model, task, steps=30, batch=7, seed=seed)
        return tree.ravel(model.params).tobytes(), history.train_loss, history.test_loss

    assert trained(1) == trained(1)
    assert trained(1)[0] != trained(2)[0]


def test_equal_seeds_give_equal_bits_at_full_size():
    task, ends = hl.data.fields.mass_spring(0, trajectories=8), []
    for _ in range(2):
        model = hl.HNN(2, seed=0)
        quiet_fit(model, task, steps=10)
        ends.append(tree.ravel(model.params).tobytes())
    assert ends[0] == ends[1]


def test_the_cosine_schedule_is_half_a_wave(monkeypatch):
    rates = []
    monkeypatch.setattr(Adam, "update", lambda self, *_: rates.append(self.learning_rate))
    quiet_fit(hl.HNN(2, hidden=(3,)), small_task(), 40, learning_rate=0.02, schedule="cosine")
    np.testing.assert_allclose(rates, 0.01 * (1 + np.cos(np.pi * np.arange(40) / 40)))
    assert rates[0] == 0.02 and 0 < rates[-1] < 1e-4


def test_float32_and_float64_agree():
    task = small_task()
    models = [hl.HNN(2, seed=0, hidden=(16, 16)) for _ in range(2)]
    histories = [quiet_fit(model, task, steps=100, dtype=dtype) for model, dtype in zip(models, (np.float32, np.float64), strict=True)]
    np.testing.assert_allclose(histories[0].train_loss, histories[1].train_loss, rtol=1e-4)
    assert histories[0].train_loss != histories[1].train_loss            # or the dtype changes nothing
    np.testing.assert_allclose(tree.ravel(models[0].params), tree.ravel(models[1].params), atol=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_are_float64_afterwards_and_keep_their_shapes(dtype):
    model = hl.HNN(2, seed=0, hidden=(5, 4))
    shapes = [leaf.shape for leaf in tree.leaves(model.params)]
    quiet_fit(model, small_task(), steps=3, dtype=dtype)
    assert [leaf.shape for leaf in tree.leaves(model.params)] == shapes
    assert all(leaf.dtype == np.float64 for leaf in tree.leaves(model.params))


@pytest.mark.parametrize(("steps", "test_every", "expected"), [(10, 4, [4, 8, 10]), (8, 4, [4, 8]), (3, 100, [3]), (1, 1, [1])])
def test_history_has_every_step(steps, test_every, expected):
    task, model = small_task(), hl.HNN(2, seed=0, hidden=(4,))
    before = model.loss(model.params, task.x, task.dx)
    history = quiet_fit(model, task, steps=steps, test_every=test_every)
    assert len(history.train_loss) == steps and history.train_loss[0] == pytest.approx(before, rel=1e-5)
    assert history.test_steps == expected and len(history.test_loss) == len(expected)
    assert history.test_loss[-1] == pytest.approx(model.loss(model.params, task.test_x, task.test_dx), rel=1e-5)
    assert history.stopped == ""


def test_the_task_is_not_changed():
    task = small_task()
    copies = {name: getattr(task, name).copy() for name in ("x", "dx", "test_x", "test_dx")}
    quiet_fit(hl.HNN(2, hidden=(4,)), task, steps=5, dtype=np.float64)
    for name, copy in copies.items():
        np.testing.assert_array_equal(getattr(task, name), copy)


class Noting(Rows):
    """Notes the batches that it gives; before the one of number `at`, something happens."""

    def __init__(self, *arrays, at=None, happens=None):
        super().__init__(*arrays)
        self.seen, self.done, self.at, self.happens = [], [], at, happens

    def astype(self, dtype):
        return self

    def batch(self, chosen, done=1.0, rng=None):
        shown = super().batch(chosen, done, rng)
        self.seen.append(np.concatenate(shown, axis=1))
        self.done.append(done)
        return self.happens(*shown) if len(self.seen) == self.at else shown


class Watching(hl.HNN):
    """Notes the batches that it is trained on."""

    def __init__(self, at=None, happens=None):
        super().__init__(2, hidden=(5,))
        self.happening = {"at": at, "happens": happens}

    def examples(self, task):
        train, test = super().examples(task)
        self.noted = Noting(*train.arrays, **self.happening)
        return self.noted, test

    @property
    def batches(self):
        return self.noted.seen


def rows(array):
    return {tuple(row) for row in array}


def test_batches_cover_the_set_without_replacement():
    task, model = small_task(), Watching()                               # 20 points
    every = rows(np.concatenate([task.x, task.dx], axis=1))
    quiet_fit(model, task, steps=12, batch=5, dtype=np.float64)
    passes = [np.concatenate(model.batches[start:start + 4]) for start in (0, 4, 8)]
    for seen in passes:
        assert len(seen) == 20 and rows(seen) == every
    assert not np.array_equal(passes[0], passes[1]) and not np.array_equal(passes[1], passes[2])
    assert not np.array_equal(passes[0], np.concatenate([task.x, task.dx], axis=1))


def test_a_rest_smaller_than_a_batch_waits_for_the_next_pass():
    task, model = small_task(), Watching()
    quiet_fit(model, task, steps=40, batch=8, dtype=np.float64)
    pairs = [rows(np.concatenate(model.batches[start:start + 2])) for start in range(0, 40, 2)]
    assert all(len(pair) == 16 for pair in pairs)
    assert set().union(*pairs) == rows(np.concatenate([task.x, task.dx], axis=1))


def test_examples_are_told_how_much_of_the_training_is_done():
    model = Watching()
    quiet_fit(model, small_task(), steps=5, batch=5)
    assert model.noted.done == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_without_a_batch_each_step_sees_the_whole_set():
    task, model = small_task(), Watching()
    quiet_fit(model, task, steps=2, dtype=np.float64)
    for seen in model.batches:
        np.testing.assert_array_equal(seen, np.concatenate([task.x, task.dx], axis=1))


def test_the_test_loss_is_that_of_all_points_however_many():
    task, model = hl.data.fields.mass_spring(0, trajectories=50, points=45), hl.Baseline(2, hidden=(4,))
    history = quiet_fit(model, task, steps=1, dtype=np.float64)
    assert len(task.test_x) == 2250 and history.test_loss[-1] == pytest.approx(model.loss(model.params, task.test_x, task.test_dx), rel=1e-12)


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_a_small_model_comes_near_the_noise_floor(model_class):
    task = hl.data.fields.mass_spring(0)
    model = model_class(2, seed=0, hidden=(32,))
    floor = hl.metrics.field_loss(task.system, task.test_x, task.test_dx).mean
    history = quiet_fit(model, task, steps=500, learning_rate=1e-2)
    assert history.train_loss[0] > 5 * floor
    assert 0.85 * floor < history.test_loss[-1] < 1.1 * floor


# --- stopped early

def interrupted_fit(*arguments, **keywords):
    """A Ctrl-C that gets out would end the whole test run without a word."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)          # a job in the background ignores it
    try:
        return hl.fit(*arguments, **keywords)
    except KeyboardInterrupt:
        pytest.fail("Ctrl-C was not caught")
    finally:
        signal.signal(signal.SIGINT, before)


def ctrl_c(*shown):
    signal.raise_signal(signal.SIGINT)
    return shown


def test_ctrl_c_keeps_what_was_learned(capsys):
    task, model, five = small_task(), Watching(6, ctrl_c), hl.HNN(2, seed=0, hidden=(5,))
    history = interrupted_fit(model, task, steps=50)
    quiet_fit(five, task, steps=5)
    assert history.stopped == "stopped by the user after 5 of 50 steps" and len(history.train_loss) == 5
    assert tree.ravel(model.params).tobytes() == tree.ravel(five.params).tobytes()
    assert "stopped by the user after 5 of 50 steps" in capsys.readouterr().err


def test_a_watcher_sees_the_model_of_each_test_loss_and_changes_nothing():
    model, alone, seen = hl.HNN(2, hidden=(4,)), hl.HNN(2, hidden=(4,)), []

    def look(step, history):
        seen.append((step, history.test_loss[-1], float(model.loss(model.params, small_task().test_x, small_task().test_dx))))
        for leaf in tree.leaves(model.params):
            leaf[:] = 0                                                     # what it is shown is a copy

    history = quiet_fit(model, small_task(), steps=25, test_every=10, dtype=float, on_test=look)
    quiet_fit(alone, small_task(), steps=25, test_every=10, dtype=float)
    assert [step for step, _, _ in seen] == history.test_steps == [10, 20, 25] and history.stopped == ""
    np.testing.assert_allclose([loss for _, loss, _ in seen], [loss for _, _, loss in seen], rtol=1e-12)
    np.testing.assert_array_equal(tree.ravel(model.params), tree.ravel(alone.params))


def test_a_watcher_can_stop_the_training():
    model, shorter = hl.HNN(2, hidden=(4,)), hl.HNN(2, hidden=(4,))
    history = quiet_fit(model, small_task(), steps=100, test_every=10, on_test=lambda step, history: step >= 30)
    assert history.stopped == "stopped by on_test after 30 of 100 steps" and len(history.train_loss) == 30
    quiet_fit(shorter, small_task(), steps=30)
    np.testing.assert_array_equal(tree.ravel(model.params), tree.ravel(shorter.params))


def test_an_error_of_the_watcher_comes_out_and_what_was_learned_stays():
    model = hl.HNN(2, hidden=(4,))
    before = tree.ravel(model.params)
    with pytest.raises(ZeroDivisionError):
        quiet_fit(model, small_task(), steps=20, test_every=10, on_test=lambda step, history: 1 / 0)
    assert not np.array_equal(tree.ravel(model.params), before)


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_a_diverging_loss_stops_with_the_step_and_says_what_to_do(model_class):
    task, model = small_task(), model_class(2, seed=0, hidden=(5, 5), activation="softplus")
    start = tree.ravel(model.params)
    with pytest.raises(hl.TrainingDiverged, match=r"loss is (nan|inf) at step \d+; the model keeps its last good parameters: try a smaller learning rate"):
        quiet_fit(model, task, steps=20, learning_rate=1e30)
    np.testing.assert_allclose(tree.ravel(model.params), start, rtol=1e-6)     # no test loss was good but the start's
    assert np.all(np.isfinite(model.field(task.x)))


def test_after_a_nan_the_parameters_of_the_last_good_test_loss_are_kept():
    task, model, ten = small_task(), Watching(12, lambda x, dx: (x * np.nan, dx)), hl.HNN(2, seed=0, hidden=(5,))
    with pytest.raises(hl.TrainingDiverged, match="the loss is nan at step 12; .* outliers in the data"):
        quiet_fit(model, task, steps=50, test_every=5)
    quiet_fit(ten, task, steps=10)
    assert tree.ravel(model.params).tobytes() == tree.ravel(ten.params).tobytes()


def test_a_last_step_that_spoils_the_parameters_is_noticed(monkeypatch):
    monkeypatch.setattr(Adam, "update", lambda self, params, gradient, run: params.fill(np.nan))
    model = hl.Baseline(2, seed=0, hidden=(5,))
    with pytest.raises(hl.TrainingDiverged, match="the test loss is nan at step 1; .* smaller learning rate"):
        quiet_fit(model, small_task(), steps=1)
    assert np.all(np.isfinite(tree.ravel(model.params)))


def test_an_outlier_diverges_rather_than_being_dropped():
    task, model = small_task(), hl.Baseline(2, hidden=(4,), scaling=Scaling.identity(2))
    with pytest.raises(hl.TrainingDiverged, match="at step 1; .* size of the data"):
        quiet_fit(model, replace(task, dx=np.where(task.dx == task.dx[0, 0], 1e30, task.dx)), steps=5)


# --- what is shown

def test_a_log_gets_one_line_for_each_quarter(capsys):
    hl.fit(hl.HNN(2, hidden=(4,)), small_task(), steps=400, test_every=10)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == "" and [line.split(",")[0] for line in lines] == [f"training HNN: {n} of 400 steps" for n in (100, 200, 300, 400)]
    assert all("train loss" in line and "test loss" in line for line in lines)


def test_without_progress_nothing_is_shown(capsys):
    quiet_fit(hl.HNN(2, hidden=(4,)), small_task(), steps=400, test_every=10)
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar_that_ends(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    hl.fit(hl.HNN(2, hidden=(4,)), small_task(), steps=40, test_every=10)
    text = terminal.getvalue()
    assert "training HNN" in text and "40/40" in text and "test loss" in text and text.endswith("\n")


def test_progress_says_why_it_ended(capsys):
    bar = progress.Progress("counting", 8)
    bar.show(4, "half")
    bar.close("stopped")
    assert capsys.readouterr().err.splitlines() == ["counting: 4 of 8 steps, half", "counting: stopped"]


NOTEBOOK = """
import hnn_lite as hl
task = hl.data.fields.mass_spring(0, trajectories=2, points=5)
history = hl.fit(hl.HNN(2, hidden=(4,)), task, steps=1200, test_every=300)
"""


def test_a_notebook_keeps_one_line_of_text():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK)])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs                                # one, and no stream
    assert output.output_type == "display_data" and set(output.data) == {"text/plain"}
    text = output.data["text/plain"]
    assert "\n" not in text and text.startswith("training HNN: 1,200 of 1,200 steps, train loss ")
    for sign_of_a_clock in ("it/s", "s/it", "%", "[", "|", "00:"):
        assert sign_of_a_clock not in text


def test_a_history_that_ends_a_cell_is_one_line():
    history = quiet_fit(hl.HNN(2, hidden=(4,)), small_task(), steps=30)
    assert repr(history) == f"History(30 steps, test loss {history.test_loss[-1]:.3e})"
    assert repr(training.History(stopped="stopped by the user")) == "History(0 steps, stopped by the user)"


# --- doors

SMALL = {"steps": 1, "progress": False}


class Unfit:
    """Parameters without a loss."""

    params = [np.ones(2)]


@pytest.mark.parametrize("model, arguments, words", [
    (Unfit(), {}, "model must be a model, with params and a loss, as HNN and Baseline are, got Unfit"),
    (hl.NeuralODE, {}, "model must be a model, with params and a loss, .* got type"),
    (hl.systems.pendulum(), {}, "model must be a model, .* got System"),
    (None, {"steps": "many"}, "steps must be a whole number of at least 1, got 'many'"),
    (None, {"steps": True}, "steps must be a whole number of at least 1, got True"),
    (None, {"batch": 0}, "batch must be a whole number of at least 1, got 0"),
    (None, {"batch": 21}, r"batch \(21\) is larger than the training set \(20 points\)"),
    (None, {"learning_rate": "fast"}, "learning_rate must be a number, got 'fast'"),
    (None, {"learning_rate": np.inf}, "learning_rate must be finite and positive, got inf"),
    (None, {"weight_decay": None}, "weight_decay must be a number, got None"),
    (None, {"schedule": "sine"}, "unknown schedule 'sine'; choose one of: constant, cosine"),
    (None, {"method": "newton"}, "unknown method 'newton'; choose one of: adam, levenberg-marquardt"),
    (None, {"method": ["adam"]}, r"unknown method \['adam'\]"),
    (None, {"dtype": "float16"}, "dtype must be np.float32 or np.float64, got 'float16'"),
    (None, {"dtype": np.array([1.0])}, "dtype must be np.float32 or np.float64, got array"),
    (None, {"test_every": 0.5}, "test_every must be a whole number of at least 1, got 0.5"),
    (None, {"seed": -1}, "seed must be a whole number of at least 0, got -1"),
    (None, {"on_test": "look"}, "on_test must be a function of the step and the history, got 'look'"),
    (None, {"method": "levenberg-marquardt", "weight_decay": 1e-4}, 'weight_decay and schedule are for method "adam"; "levenberg-marquardt" takes neither'),
    (None, {"method": "levenberg-marquardt", "schedule": "cosine"}, 'weight_decay and schedule are for method "adam"'),
    (hl.HNN(4, hidden=(3,)), {}, r"task.x must hold states of 4 coordinates in its last axis, got shape \(20, 2\)")])
def test_bad_input_is_refused(model, arguments, words):
    with pytest.raises(ValueError, match=words):
        hl.fit(model or hl.HNN(2, hidden=(3,)), small_task(), **SMALL | arguments)


def test_the_bend_of_a_step_does_not_rest_on_errors_that_a_replay_writes_over():
    ends = []
    for reused in (False, True):
        p, buffer, t = np.array([1.0]), np.empty((3, 1)), np.array([0.5, 1.0, 1.5])

        def again():
            buffer[:] = (np.exp(p[0] * t) - 1.2)[:, None]
            return buffer if reused else buffer.copy()

        training.LevenbergMarquardt(accelerated=True).update(p, again(), (t * np.exp(p[0] * t))[None, None], again)
        ends.append(p[0])
    assert ends[0] == ends[1] != 1.0


def test_a_watcher_that_stops_after_the_last_step_stops_nothing():
    assert hl.fit(hl.HNN(2, hidden=(3,)), small_task(), steps=2, test_every=2, progress=False, on_test=lambda *_: True).stopped == ""


@pytest.mark.parametrize("wrong", [{"batch": 10_000}, {"method": "levenberg-marquardt", "schedule": "cosine"}])
@pytest.mark.parametrize("make", [lambda: hl.HNN(2, hidden=(3,)), lambda: hl.ActionAngleNetwork(2, shears=2, width=3)], ids=["HNN", "AAN"])
def test_a_model_whose_training_is_refused_has_its_old_units(make, wrong):
    model, big = make(), 1e4 * np.random.default_rng(0).normal(size=(2, 30, 2)).cumsum(axis=1)
    rows = {name: big.reshape(-1, 2) for name in ("x", "dx", "test_x", "test_dx")}
    task = replace(hl.data.trajectories.pendulum(0), x=big, test_x=big) if isinstance(model, hl.ActionAngleNetwork) else SimpleNamespace(**rows)
    before, params = model.scaling, tree.ravel(model.params, float)
    with pytest.raises(ValueError):
        hl.fit(model, task, steps=1, progress=False, **wrong)
    assert model.scaling == before or model.scaling is before
    np.testing.assert_array_equal(tree.ravel(model.params, float), params)


def test_an_interrupt_before_the_first_step_leaves_the_old_units(monkeypatch):
    """Of the wrong task, say; the right one is to give its own."""
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(training.engines, "Gradient", stop)
    model = hl.HNN(2, hidden=(3,))
    with pytest.raises(KeyboardInterrupt):
        quiet_fit(model, measured_in(1e6))
    assert model.scaling is None


def test_an_interrupt_in_a_trial_leaves_the_parameters_before_it():
    p = np.array([1.0, 2.0])

    def again():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.LevenbergMarquardt().update(p, np.ones((3, 1)), np.ones((1, 2, 3)) + np.arange(6).reshape(1, 2, 3), again)
    np.testing.assert_array_equal(p, [1, 2])


def test_derivatives_whose_squares_overflow_are_told():
    J = np.full((1, 2, 3), 1e30, np.float32)
    with np.errstate(over="ignore"), pytest.raises(training.TrainingDiverged, match="overflow: give the data in units"):
        training.LevenbergMarquardt().update(np.ones(2, np.float32), np.ones((3, 1), np.float32), J, lambda: np.zeros((3, 1)))


class Matrix:
    """A model of one's own, dx = x W, without attributes but these and without units."""

    __slots__ = ("params", "shown")

    def __init__(self):
        self.params = [np.ones((2, 2))]

    def examples(self, task):
        self.shown = task
        return training.batches.pairs(task)

    def loss(self, params, x, dx):
        return anp.mean((x @ params[0] - dx) ** 2)


def measured_in(unit):
    return SimpleNamespace(**{name: unit * getattr(small_task(), name) for name in ("x", "dx", "test_x", "test_dx")})


@pytest.mark.usefixtures("either_engine")
@pytest.mark.filterwarnings("ignore:overflow")
def test_a_gradient_whose_squares_overflow_is_told():
    """Adam divides by their root: such numbers stayed what they were, for good, and the training ended as if it had been one."""
    model = Matrix()
    with pytest.raises(hl.TrainingDiverged, match="the square of a derivative of the loss is inf at step 1; .* size of the data"):
        quiet_fit(model, measured_in(1e12), steps=3)
    np.testing.assert_array_equal(model.params[0], 1)
    quiet_fit(model, measured_in(1e12), steps=3, dtype=float)
    assert np.all(model.params[0] != 1)


@pytest.mark.usefixtures("either_engine")
def test_where_all_shall_raise_a_small_gradient_does_not():
    """Its square is lost in single precision, as NumPy says nothing about by itself."""
    ends = []
    for errors in ({}, {"all": "raise"}):
        model = Matrix()
        with np.errstate(**errors):
            quiet_fit(model, measured_in(1e-20), steps=3)
        ends.append(model.params[0])
    np.testing.assert_array_equal(*ends)


def test_a_model_without_a_dict_is_trained_and_refused_as_another():
    model = Matrix()
    with pytest.raises(ValueError, match="task must have x, dx"):
        quiet_fit(model, None)
    quiet_fit(model, small_task(), steps=1)
    assert np.all(model.params[0] != 1)
