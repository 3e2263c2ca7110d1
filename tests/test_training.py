"""Adam against the textbook, the loop against a plain one, what it keeps when it is stopped, and what it shows."""

import io
import math
import signal
import sys
from dataclasses import replace
from functools import lru_cache

import autograd.numpy as anp
import nbformat
import numpy as np
import pytest
from autograd import grad
from nbclient import NotebookClient

import hnn_lite as hl
from hnn_lite import progress, training
from hnn_lite.training import Adam

MODEL_CLASSES = [hl.Baseline, hl.HNN]


def flat(tree):
    return np.concatenate([np.ravel(leaf) for layer in tree for leaf in layer])


@lru_cache
def small_task():
    return hl.data.fields.mass_spring(0, trajectories=4, points=5)


def quiet_fit(model, task, **arguments):
    return hl.fit(model, task, **{"progress": False, **arguments})


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

@pytest.mark.parametrize("decay", [0.0, 1e-4, 0.1])
@pytest.mark.parametrize("rate", [1e-3, 0.05])
def test_adam_is_the_textbooks(decay, rate):
    def gradient_at(params):              # of a crooked valley, with a coordinate whose gradient is as small as epsilon
        return np.array([2 * params[0] + np.sin(params[1]), params[0] * np.cos(params[1]), 1e-8 * params[2], 0.0])

    start = np.array([1.0, -0.7, 0.3, 2.0])
    params, adam = start.copy(), Adam(4, rate, decay)
    for _ in range(60):
        adam.update(params, gradient_at(params))
    np.testing.assert_allclose(params, textbook_adam(start, gradient_at, 60, rate, decay), rtol=1e-12)


def test_adam_takes_its_other_constants():
    def gradient_at(params):
        return params**3

    params, adam = np.array([1.0, -2.0]), Adam(2, 0.01, beta1=0.5, beta2=0.9, epsilon=1e-3)
    for _ in range(20):
        adam.update(params, gradient_at(params))
    expected = textbook_adam([1.0, -2.0], gradient_at, 20, 0.01, beta1=0.5, beta2=0.9, epsilon=1e-3)
    np.testing.assert_allclose(params, expected, rtol=1e-12)


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


def test_decay_shrinks_what_the_loss_does_not_hold():
    params, adam = np.array([1.0]), Adam(1, 0.01, weight_decay=0.1)
    for _ in range(2000):
        adam.update(params, np.zeros(1))
    assert abs(params[0]) < 0.02


# --- Levenberg and Marquardt

class Curve:
    """Errors of a e^(b t) against points, with a Jacobian: what `networks.jacobian.Linear` holds."""

    t = np.linspace(0, 1, 30)

    def __init__(self, params, goal=(2.0, -3.0)):
        self.params, self.goal = params, goal[0] * np.exp(goal[1] * self.t)
        self.jacobian = np.stack([np.exp(params[1] * self.t), params[0] * self.t * np.exp(params[1] * self.t)])[None]

    @property
    def errors(self):
        return (self.params[0] * np.exp(self.params[1] * self.t) - self.goal)[None]

    def loss(self):
        return np.mean(self.errors**2)


def test_levenberg_and_marquardt_find_a_curve():
    params, method = np.array([0.5, 1.0]), training.LevenbergMarquardt()
    losses = []
    for _ in range(30):
        losses.append(Curve(params).loss())
        method.update(params, Curve(params))
    np.testing.assert_allclose(params, [2, -3], rtol=1e-10)
    assert np.all(np.diff(losses) <= 0) and losses[7] < 1e-20 and method.damping <= 1e6


def test_a_step_that_makes_it_worse_is_not_taken():
    params, method = np.array([0.5, 1.0]), training.LevenbergMarquardt()
    curve = Curve(params)
    curve.jacobian = -curve.jacobian                                      # the wrong way, however short the step
    method.update(params, curve)
    np.testing.assert_array_equal(params, [0.5, 1.0])
    assert method.damping > 1


# --- the loop

def plain_fit(model, task, steps, rate, decay):
    """Full batches in float64: a double gradient by autograd, and the textbook's Adam."""
    sizes = [leaf.shape for layer in model.params for leaf in layer]

    def unflat(vector):
        leaves, at = [], 0
        for shape in sizes:
            size = int(np.prod(shape))
            leaves.append(vector[at:at + size].reshape(shape))
            at += size
        return leaves

    def network(vector, x):
        *hidden, last = unflat(vector)
        for W, b in zip(hidden[::2], hidden[1::2], strict=True):
            x = anp.tanh(anp.dot(x, W) + b)
        return anp.dot(x, last)

    def loss(vector):
        if isinstance(model, hl.Baseline):
            predicted = network(vector, task.x)
        else:
            dH = grad(lambda x: anp.sum(network(vector, x)))(task.x)
            predicted = anp.concatenate([dH[:, 1:], -dH[:, :1]], axis=1)
        return anp.mean((predicted - task.dx) ** 2)

    start = flat(model.params)
    return textbook_adam(start, grad(loss), steps, rate, decay), loss


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize("hidden", [(5, 4), (6,)])
def test_fit_is_the_plain_loop(model_class, decay, hidden):
    task, model = small_task(), model_class(2, seed=1, hidden=hidden)
    expected, loss = plain_fit(model, task, 25, 0.02, decay)
    first = loss(flat(model.params))
    history = quiet_fit(model, task, steps=25, learning_rate=0.02, weight_decay=decay, dtype=np.float64)
    np.testing.assert_allclose(flat(model.params), expected, rtol=1e-9, atol=1e-12)
    assert history.train_loss[0] == pytest.approx(first, rel=1e-12)


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_equal_seeds_give_equal_bits(model_class):
    task = small_task()

    def trained(seed):
        model = model_class(2, seed=0, hidden=(8, 8))
        history = quiet_fit(model, task, steps=30, batch=7, seed=seed)
        return flat(model.params).tobytes(), history.train_loss, history.test_loss

    assert trained(1) == trained(1)
    assert trained(1)[0] != trained(2)[0]


def test_equal_seeds_give_equal_bits_at_full_size():
    task = hl.data.fields.mass_spring(0)

    def trained():
        model = hl.HNN(2, seed=0)
        quiet_fit(model, task, steps=10)
        return flat(model.params).tobytes()

    assert trained() == trained()


def test_the_cosine_schedule_is_half_a_wave(monkeypatch):
    rates = []
    monkeypatch.setattr(Adam, "update", lambda self, *_: rates.append(self.learning_rate))
    hl.fit(hl.HNN(2), hl.data.fields.mass_spring(), 40, learning_rate=0.02, schedule="cosine", progress=False)
    np.testing.assert_allclose(rates, 0.01 * (1 + np.cos(np.pi * np.arange(40) / 40)))
    assert rates[0] == 0.02 and 0 < rates[-1] < 1e-4


def test_float32_and_float64_agree():
    task = small_task()
    models = [hl.HNN(2, seed=0, hidden=(16, 16)) for _ in range(2)]
    histories = [quiet_fit(model, task, steps=100, dtype=dtype) for model, dtype in zip(models, (np.float32, np.float64), strict=True)]
    np.testing.assert_allclose(histories[0].train_loss, histories[1].train_loss, rtol=1e-4)
    assert histories[0].train_loss != histories[1].train_loss            # or the dtype changes nothing
    np.testing.assert_allclose(flat(models[0].params), flat(models[1].params), atol=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_are_float64_afterwards_and_keep_their_shapes(dtype):
    model = hl.HNN(2, seed=0, hidden=(5, 4))
    shapes = [[leaf.shape for leaf in layer] for layer in model.params]
    quiet_fit(model, small_task(), steps=3, dtype=dtype)
    assert [[leaf.shape for leaf in layer] for layer in model.params] == shapes
    assert all(leaf.dtype == np.float64 for layer in model.params for leaf in layer)


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


class Watching(hl.Baseline):
    """Notes the batches that it is trained on."""

    def __init__(self):
        super().__init__(2, hidden=(3,))
        self.batches = []

    def trainer(self, rows, params):
        inner = super().trainer(rows, params)

        def noting(params, x, dx, run):
            assert len(x) == len(dx) == rows
            self.batches.append(np.concatenate([x, dx], axis=1))
            return inner(params, x, dx, run)

        return noting


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


def test_without_a_batch_each_step_sees_the_whole_set():
    task, model = small_task(), Watching()
    quiet_fit(model, task, steps=2, dtype=np.float64)
    for seen in model.batches:
        np.testing.assert_array_equal(seen, np.concatenate([task.x, task.dx], axis=1))


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_a_small_model_comes_near_the_noise_floor(model_class):
    task = hl.data.fields.mass_spring(0)
    model = model_class(2, seed=0, hidden=(32,))
    floor = hl.metrics.field_loss(task.system, task.test_x, task.test_dx).mean
    history = quiet_fit(model, task, steps=500, learning_rate=1e-2)
    assert history.train_loss[0] > 5 * floor
    assert 0.85 * floor < history.test_loss[-1] < 1.1 * floor


def test_the_papers_hnn_comes_near_the_noise_floor():
    task = hl.data.fields.mass_spring(0)
    model = hl.HNN(2, seed=0)
    floor = hl.metrics.field_loss(task.system, task.test_x, task.test_dx).mean
    history = quiet_fit(model, task, steps=250, weight_decay=1e-4)
    assert 0.85 * floor < history.test_loss[-1] < 1.1 * floor


# --- stopped early

class Interrupted(hl.HNN):
    """Ctrl-C comes during the sixth step."""

    def trainer(self, rows, params):
        inner, calls = super().trainer(rows, params), []

        def train(*arguments):
            calls.append(1)
            if len(calls) == 6:
                signal.raise_signal(signal.SIGINT)
            return inner(*arguments)

        return train


def interrupted_fit(*arguments, **keywords):
    """A Ctrl-C that gets out would end the whole test run without a word."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)          # a job in the background ignores it
    try:
        return hl.fit(*arguments, **keywords)
    except KeyboardInterrupt:
        pytest.fail("Ctrl-C was not caught")
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_keeps_what_was_learned(capsys):
    task, model, five = small_task(), Interrupted(2, seed=0, hidden=(5,)), hl.HNN(2, seed=0, hidden=(5,))
    history = interrupted_fit(model, task, steps=50)
    quiet_fit(five, task, steps=5)
    assert history.stopped == "stopped by the user after 5 of 50 steps" and len(history.train_loss) == 5
    assert flat(model.params).tobytes() == flat(five.params).tobytes()
    assert "stopped by the user after 5 of 50 steps" in capsys.readouterr().err


def test_ctrl_c_raised_by_a_loss_keeps_what_was_learned():
    class Impatient(hl.Baseline):
        def loss(self, params, x, dx):
            raise KeyboardInterrupt

    model = Impatient(2, seed=0, hidden=(5,))
    start = flat(model.params)
    history = interrupted_fit(model, small_task(), steps=5, dtype=np.float64, progress=False)
    assert history.train_loss == [] and history.stopped
    np.testing.assert_array_equal(flat(model.params), start)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_watcher_sees_the_model_of_each_test_loss_and_changes_nothing():
    model, alone, seen = hl.HNN(2, hidden=(4,)), hl.HNN(2, hidden=(4,)), []

    def look(step, history):
        seen.append((step, history.test_loss[-1], float(model.loss(model.params, small_task().test_x, small_task().test_dx))))
        for leaf in (leaf for layer in model.params for leaf in layer):
            leaf[:] = 0                                                     # what it is shown is a copy

    history = quiet_fit(model, small_task(), steps=25, test_every=10, dtype=float, on_test=look)
    quiet_fit(alone, small_task(), steps=25, test_every=10, dtype=float)
    assert [step for step, _, _ in seen] == history.test_steps == [10, 20, 25] and history.stopped == ""
    np.testing.assert_allclose([loss for _, loss, _ in seen], [loss for _, _, loss in seen], rtol=1e-12)
    np.testing.assert_array_equal(flat(model.params), flat(alone.params))


def test_a_watcher_can_stop_the_training():
    model, shorter = hl.HNN(2, hidden=(4,)), hl.HNN(2, hidden=(4,))
    history = quiet_fit(model, small_task(), steps=100, test_every=10, on_test=lambda step, history: step >= 30)
    assert history.stopped == "stopped by the user after 30 of 100 steps" and len(history.train_loss) == 30
    quiet_fit(shorter, small_task(), steps=30)
    np.testing.assert_array_equal(flat(model.params), flat(shorter.params))


def test_an_error_of_the_watcher_comes_out_and_what_was_learned_stays():
    model = hl.HNN(2, hidden=(4,))
    before = flat(model.params)
    with pytest.raises(ZeroDivisionError):
        quiet_fit(model, small_task(), steps=20, test_every=10, on_test=lambda step, history: 1 / 0)
    assert not np.array_equal(flat(model.params), before)


@pytest.mark.parametrize("model_class", MODEL_CLASSES)
def test_a_diverging_loss_stops_with_step_and_learning_rate(model_class):
    task, model = small_task(), model_class(2, seed=0, hidden=(5, 5), activation="softplus")
    start = flat(model.params)
    with pytest.raises(hl.TrainingDiverged, match=r"step \d+ .*learning rate 1e\+30.*smaller learning rate"):
        quiet_fit(model, task, steps=20, learning_rate=1e30)
    np.testing.assert_allclose(flat(model.params), start, rtol=1e-6)     # no test loss was good but the start's
    assert np.all(np.isfinite(model.field(task.x)))


class Spoiled(hl.HNN):
    """Its loss turns to NaN in the twelfth step."""

    def trainer(self, rows, params):
        inner, calls = super().trainer(rows, params), []

        def train(*arguments):
            calls.append(1)
            loss, gradient = inner(*arguments)
            return (float("nan") if len(calls) == 12 else loss), gradient

        return train


def test_after_a_nan_the_parameters_of_the_last_good_test_loss_are_kept():
    task, model, ten = small_task(), Spoiled(2, seed=0, hidden=(5,)), hl.HNN(2, seed=0, hidden=(5,))
    with pytest.raises(hl.TrainingDiverged, match="the loss became nan at step 12 "):
        quiet_fit(model, task, steps=50, test_every=5)
    quiet_fit(ten, task, steps=10)
    assert flat(model.params).tobytes() == flat(ten.params).tobytes()


def test_a_last_step_that_spoils_the_parameters_is_noticed():
    class SpoiledAtTheEnd(hl.Baseline):
        def trainer(self, rows, params):
            inner = super().trainer(rows, params)

            def train(*arguments):
                loss, gradient = inner(*arguments)
                return loss, gradient * np.nan

            return train

    model = SpoiledAtTheEnd(2, seed=0, hidden=(5,))
    with pytest.raises(hl.TrainingDiverged, match="the test loss became nan at step 1 "):
        quiet_fit(model, small_task(), steps=1)
    assert np.all(np.isfinite(flat(model.params)))


def test_an_outlier_diverges_rather_than_being_dropped():
    task = small_task()
    with pytest.raises(hl.TrainingDiverged, match="outliers"):
        quiet_fit(hl.Baseline(2, hidden=(4,)), replace(task, dx=np.where(task.dx == task.dx[0, 0], 1e30, task.dx)), steps=5)


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
    history = quiet_fit(hl.HNN(2), small_task(), steps=300)
    assert repr(history) == f"History(300 steps, test loss {history.test_loss[-1]:.3e})"
    assert repr(training.History(stopped="stopped by the user")) == "History(0 steps, stopped by the user)"
