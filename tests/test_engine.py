"""The engine: a replayed loss is the loss, its gradient autograd's, whatever a reader writes."""

from concurrent.futures import ThreadPoolExecutor
import contextlib
import itertools
import threading
import types
import warnings

import autograd.numpy as np
from autograd import elementwise_grad, grad, jacobian, value_and_grad
from hypothesis import given, settings
from hypothesis import strategies as st
import numpy
import pytest

from hnn_lite import tree
from hnn_lite.engine import Function, Gradient, Jacobian, activations, gradient, threads

pytestmark = [pytest.mark.filterwarnings("ignore:Output seems independent"),          # autograd, of what nothing depends on
              pytest.mark.filterwarnings("ignore:the native engine leaves")]
ACTIVATIONS = {"tanh": np.tanh, "sigmoid": activations.sigmoid, "softplus": activations.softplus, "relu": activations.relu, "sin": np.sin}
SLOPES = {"tanh": lambda h: 1 - h**2,
          "sigmoid": lambda h: h * (1 - h), "softplus": lambda h: 1 - np.exp(-h), "relu": lambda h: 1.0 * (h > 0)}
TOLERANCE = {numpy.float64: 1e-10, numpy.float32: 2e-4}


@pytest.fixture(scope="module", params=["numpy", "native"], autouse=True)
def both_engines(request):
    """Each test runs on both."""
    if request.param == "native":
        pytest.importorskip("llvmlite", reason="LLVMLITE IS MISSING: the native engine was not tested")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HNN_LITE_ENGINE", request.param)
        yield request.param


def network(sizes, seed=0, dtype=float):
    """Layers (W, b), and a last one (W,), as windows into one vector."""
    rng = numpy.random.default_rng(seed)
    layers = [(rng.normal(size=(m, n)) / numpy.sqrt(m), 0.3 * rng.normal(size=n)) for m, n in itertools.pairwise(sizes)]
    return own([*layers[:-1], layers[-1][:1]], dtype)


def own(params, dtype=float):
    return tree.views(tree.ravel(params, dtype).copy(), params)


def mlp(params, x, activation="tanh"):
    *hidden, (last,) = params
    for W, b in hidden:
        x = ACTIVATIONS[activation](x @ W + b)
    return x @ last


def input_gradient(params, x, activation="tanh"):
    if activation not in SLOPES:
        return elementwise_grad(mlp, 1)(params, x, activation)
    *hidden, (last,) = params
    slopes = []
    for W, b in hidden:
        x = ACTIVATIONS[activation](x @ W + b)
        slopes.append(SLOPES[activation](x))
    v = last[:, 0]
    for (W, _), slope in zip(reversed(hidden), reversed(slopes), strict=True):
        v = (slope * v) @ W.T
    return v


def turn(g):
    n = g.shape[-1] // 2
    return np.concatenate([g[..., n:], -g[..., :n]], axis=-1)


def rk4(field, x, h):
    k1 = field(x)
    k2 = field(x + h / 2 * k1)
    k3 = field(x + h / 2 * k2)
    return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + field(x + h * k3))


def leapfrog(params, x, h):
    q, p = x[..., :2], x[..., 2:]
    for _ in range(3):
        p = p - h / 2 * input_gradient(params, np.concatenate([q, p], axis=-1))[..., :2]
        q = q + h * p
        p = p - h / 2 * input_gradient(params, np.concatenate([q, p], axis=-1))[..., :2]
    return np.concatenate([q, p], axis=-1)


def shears(layers, x, sign, activation="tanh"):
    q, p = x[..., :2], x[..., 2:]
    numbered = list(enumerate(layers))
    for number, layer in numbered if sign > 0 else reversed(numbered):
        seen = q if number % 2 else p
        push = seen @ (layer[0] + layer[0].T) / 2 if len(layer) == 1 else (
            layer[2] * ACTIVATIONS[activation](seen @ layer[0] + layer[1])) @ layer[0].T
        q, p = (q, p + sign * push) if number % 2 else (q + sign * push, p)
    return np.concatenate([q, p], axis=-1)


def action_angle(params, x, t, activation="tanh"):
    """Shears with two linear ones, a turn by rates that depend on the actions, and back."""
    z = shears(params["shears"], x, 1, activation)
    q, p = z[..., :2], z[..., 2:]
    angle = (params["rates"] + input_gradient(params["net"], (q**2 + p**2) / 2, activation)) * t
    c, s = np.cos(angle), np.sin(angle)
    return shears(params["shears"], np.concatenate([c * q + s * p, c * p - s * q], axis=-1), -1, activation)


def action_angle_params(dtype=float, width=7):
    rng = numpy.random.default_rng(1)
    layers = [(rng.normal(size=(2, 2)),)] * 2 + [(rng.normal(size=(2, width)), rng.normal(size=width), 0.3 * rng.normal(size=width))
                                               for _ in range(4)]
    return own({"shears": layers, "rates": rng.normal(size=2), "net": network((2, 6, 1))}, dtype)


def data(rows=60, dim=4, count=2, dtype=float, seed=0):
    rng = numpy.random.default_rng(seed)
    return [rng.normal(size=(rows, dim)).astype(dtype) for _ in range(count)]


def exact(loss, params, examples):
    """Loss and gradient by autograd in double precision."""
    leaves = [leaf.astype(float) for leaf in tree.leaves(params)]
    examples = [array.astype(float) if array.dtype.kind == "f" else array for array in examples]
    value, slope = value_and_grad(lambda leaves, *shown: loss(tree.rebuild(params, leaves), *shown))(leaves, *examples)
    return float(value), tree.ravel(slope)


def same(loss, params, examples, tolerance=None, replays=True):
    """Build a gradient, without a warning, and compare it with autograd's: at first, with other examples, with other parameters."""
    dtype = tree.leaves(params)[0].dtype.type
    tolerance = TOLERANCE[dtype] if tolerance is None else tolerance
    with warnings.catch_warnings():
        warnings.simplefilter("error" if replays else "ignore")
        warnings.filterwarnings("ignore", "Output seems independent")
        warnings.filterwarnings("ignore", "the native engine leaves")
        engine = Gradient(loss, params, examples)
        assert engine.replays == replays
        for _ in range(3):
            value, vector = engine(*examples)
            expected, slope = exact(loss, params, examples)
            assert value == pytest.approx(expected, rel=10 * tolerance, abs=1e-12)
            assert vector.shape == slope.shape and vector.dtype == dtype
            assert abs(vector - slope).max() <= tolerance * max(abs(slope).max(), 1e-300)
            vector[:] = 7          # Adam uses it as scratch
            examples = [array[::-1] for array in examples]
            for leaf in tree.leaves(params):
                leaf *= 0.9
            engine.check(*examples)
        assert engine.replays == replays
    return engine


def H(params, x):
    return mlp(params, x)[..., 0]


def laplacian(f, x):
    return sum(grad(lambda x, i=i: np.sum(grad(lambda x: np.sum(f(x)))(x)[:, i]))(x)[:, i] for i in range(2))


LOSSES = {
    "where": lambda p, x, y: np.mean(np.where(mlp(p, x, "relu") > 0, mlp(p, x, "relu"), 0.1 * mlp(p, x, "relu")) ** 2),
    "nested sin": lambda p, x, y: np.mean((turn(elementwise_grad(lambda x: mlp(p, x, "sin"))(x)) - y) ** 2),
    "nested tanh": lambda p, x, y: np.mean((elementwise_grad(lambda x: mlp(p, x))(x) - y) ** 2),
    "nested sigmoid": lambda p, x, y: np.mean((elementwise_grad(lambda x: mlp(p, x, "sigmoid"))(x) - y) ** 2),
    "nested softplus": lambda p, x, y: np.mean((elementwise_grad(lambda x: mlp(p, x, "softplus"))(x) - y) ** 2),
    "nested relu": lambda p, x, y: np.mean((elementwise_grad(lambda x: mlp(p, x, "relu"))(x) - y) ** 2),
    "logsumexp, abs, sqrt": lambda p, x, y: np.mean(
        np.log(np.sum(np.exp(mlp(p, x) * y), axis=1)) + np.sqrt(1 + np.abs(mlp(p, x)[:, 0]))),
    "powers": lambda p, x, y: np.mean(np.abs(mlp(p, x) - y) ** 1.5 + (mlp(p, x) * y) ** 3 + (1 + mlp(p, x) ** 2) ** -0.5 + (3 + y**2) ** -1
                                      + (1 + mlp(p, x)**2) ** 0.5 + 2 ** mlp(p, x)),
    "einsum": lambda p, x, y: np.mean((np.einsum("ri,ij->rj", x, p[0][0]) + p[0][1]) ** 2 + np.mean(mlp(p, x))),
    "dot, stack, indices": lambda p, x, y: np.mean(
        (np.dot(np.tanh(np.dot(x[:, [0, 2, 1, 3]], p[0][0]) + p[0][1]), p[1][0]) + np.concatenate([x, y] * 4, axis=1)) ** 2),
    "repeated indices of a parameter": lambda p, x, y: np.mean((x @ p[0][0][:, [0, 0, 3]] - y[:, :3]) ** 2 * p[0][1][[1, 1, 2]]),
    "indices by sorting": lambda p, x, y: np.mean(mlp(p, x)[np.argsort(x[:, 0])][:10] ** 2 * p[0][1][np.argsort(p[0][1])][:1]),
    "new axes, reversal, steps": lambda p, x, y: np.mean((p[0][1][None, ::-1][:, ::2] * x[:, :1]) ** 2) + np.mean(
        p[0][0][1, None, 3:] * p[0][0][-1, ..., :-3, None].T) + np.mean(p[0][0][..., ::-1].T[:1] ** 2 * y),
    "overlapping windows": lambda p, x, y: np.mean((mlp(p, x)[1:] - mlp(p, x)[:-1]) ** 2) + np.mean((p[0][1][2:] - p[0][1][:-2]) ** 2),
    "norm": lambda p, x, y: np.mean(np.linalg.norm(mlp(p, x) - y, axis=1) * np.mean(y, axis=1) ** 2),
    "huber": lambda p, x, y: np.mean(np.minimum(np.abs(mlp(p, x) - y), 1.0) * np.maximum(y, mlp(p, x)) + np.clip(mlp(p, x), -0.5, 0.5)),
    "weight decay": lambda p, x, y: np.mean((mlp(p, x) - y) ** 2) + 1e-2 * sum(np.sum(leaf**2) for layer in p for leaf in layer),
    "solve": lambda p, x, y: np.mean((np.linalg.solve(
        np.eye(4) * (1 + H(p, x)[:, None, None] ** 2) + x[:, :, None] * x[:, None, :], y[:, :, None])[:, :, 0]) ** 2),
    "products of three axes": lambda p, x, y: np.mean((np.reshape(np.tanh(x @ p[0][0]), (-1, 8, 4)) @ y[:, :, None]) ** 2),
    "vectors": lambda p, x, y: np.mean((x @ p[0][0][:, 0] - np.dot(y, p[1][0][:4, 1])) ** 2) + np.dot(p[0][1], p[0][1]) + p[0][1] @ p[1][1],
    "rk4 of an HNN": lambda p, x, y: np.mean((rk4(lambda z: turn(input_gradient(p, z)), x, 0.1) - y) ** 2),
    "leapfrog of an HNN": lambda p, x, y: np.mean((leapfrog(p, x, 0.1) - y) ** 2),
    "two networks of one tree": lambda p, x, y: np.mean(
        (turn(input_gradient(p, x)) - input_gradient(p, x, "softplus") * np.array([0, 0, 1, 1.0]) - y) ** 2),
    "linear terms, by grad": lambda p, x, y: np.mean((elementwise_grad(
        lambda x: np.sum(x, axis=1) + x @ numpy.arange(4.0) + 2 * x[:, 0] + H(p, x) + np.sum(x[:, [1, 1]], axis=1))(x) - y) ** 2),
    "laplacian": lambda p, x, y: np.mean((laplacian(lambda x: mlp(p, x, "sin"), x) - y[:, 0]) ** 2),
    "laplacian, tanh": lambda p, x, y: np.mean((laplacian(lambda x: mlp(p, x), x) - y[:, 0]) ** 2),
    "times": lambda p, x, y: np.mean(sum((x * np.cos(t) + mlp(p, x) * np.sin(t) - y) ** 2 for t in numpy.linspace(0, 1, 5))),
    "var, std, max, prod": lambda p, x, y: np.mean(
        np.var(mlp(p, x), axis=1) + np.std(mlp(p, x) * y, axis=1) + np.max(mlp(p, x), axis=1) + np.prod(mlp(p, x)[:, :2], axis=1)),
    "cumsum, tile, stack, repeat": lambda p, x, y: np.mean(
        np.cumsum(mlp(p, x), axis=1) + np.tile(mlp(p, x)[:, :2], (1, 2)) + np.stack([mlp(p, x)[:, 0]] * 4, axis=1)
        + np.repeat(mlp(p, x)[:, :1], 4, axis=1)),
    "swapped axes": lambda p, x, y: np.mean(
        (np.swapaxes(np.reshape(mlp(p, x), (-1, 2, 2)), 1, 2) * np.transpose(np.reshape(y, (-1, 2, 2)), (0, 2, 1))) ** 2
        + np.moveaxis(np.reshape(mlp(p, x), (-1, 2, 2)), 1, 2)),
    "own tanh": lambda p, x, y: np.mean((np.sinh(x @ p[0][0]) / np.cosh(x @ p[0][0]) + 1 / np.cosh(y @ p[0][0]) ** 2 - 1) ** 2),
    "dtypes": lambda p, x, y: np.mean((mlp(p, x).astype(float) * (x > 0) * numpy.arange(4) - numpy.float64(2) * y) ** 2, dtype=float),
    "masks and choices": lambda p, x, y: np.mean(
        np.where(numpy.arange(4) > 1, mlp(p, x), y) * np.where(numpy.array([[True], [False]] * 30), mlp(p, x), 0.0)
        + mlp(p, x)[numpy.arange(60) % 7] * 1.0),
    "the same gradient twice": lambda p, x, y: np.mean((x[:, :1] * (p[0][1] + p[1][1][:32])) ** 2),
    "a parameter itself": lambda p, x, y: np.mean(x**2) + np.sum(p[0][1]) + p[1][1][0] - np.sum(3.0 * p[1][0]),
    "turned weights": lambda p, x, y: np.mean(((x @ p[0][0]) @ p[0][0].T + (p[0][0] @ p[1][0]).T.sum()) ** 2),
}


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("name", LOSSES)
def test_readers_losses(name, dtype):
    same(LOSSES[name], network((4, 32, 32, 4), dtype=dtype), data(dtype=dtype), 5e-4 if dtype == numpy.float32 else None)


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (5,), (6, 7), (4, 9, 5)])
def test_networks(hidden, activation, dtype):
    x, y = data(31, dtype=dtype)
    same(lambda p, x, y: np.mean((mlp(p, x, activation) - y) ** 2), network((4, *hidden, 4), dtype=dtype), (x, y))
    if hidden:
        same(lambda p, x, y: np.mean((input_gradient(p, x, activation) - y) ** 2), network((4, *hidden, 1), dtype=dtype), (x, y))


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_shears_and_a_dict_of_parameters(activation, dtype):
    x, y = data(50, dtype=dtype)
    t = numpy.linspace(0.5, 2, 50).astype(dtype)[:, None]
    engine = same(lambda p, x, y, t: np.mean((action_angle(p, x, t, activation) - y) ** 2), action_angle_params(dtype), (x, y, t))
    assert len(engine.pieces) == 1          # too small to be cut


def test_rows_are_cut_in_two_only_where_that_is_right():
    p, (x, y) = network((4, 200, 200, 4)), data(301)
    mean, coupled, total = (lambda p, x, y: np.mean((mlp(p, x) - y) ** 2), lambda p, x, y: np.std(mlp(p, x) * y),
                            lambda p, x, y: np.sum((mlp(p, x) - y) ** 2))
    assert len(same(mean, p, (x, y)).pieces) == 2
    assert len(same(coupled, p, (x, y)).pieces) == 1
    assert len(same(total, p, (x, y)).pieces) == 1
    assert len(same(lambda p, x, y: mean(p, x, y) + 0.1 * np.sum(p[0][0] ** 2), p, (x, y)).pieces) == 2


# every kind of call, with shapes and arguments drawn at random: each step takes arrays of shape (rows, n) and gives another

STEPS = {
    "tanh": lambda a, b, W, v: np.tanh(a), "sigmoid": lambda a, b, W, v: activations.sigmoid(a),
    "relu": lambda a, b, W, v: activations.relu(a),
    "softplus": lambda a, b, W, v: activations.softplus(a), "sin": lambda a, b, W, v: np.sin(a), "add": lambda a, b, W, v: a + b,
    "subtract": lambda a, b, W, v: a - b, "multiply": lambda a, b, W, v: a * np.tanh(b), "scale": lambda a, b, W, v: -0.5 * a,
    "zero": lambda a, b, W, v: 0 + a * 1 - 0, "from": lambda a, b, W, v: 1 - a, "negative": lambda a, b, W, v: -a - -b,
    "square": lambda a, b, W, v: np.tanh(a) ** 2, "row": lambda a, b, W, v: a * v, "bias": lambda a, b, W, v: v + a,
    "divide": lambda a, b, W, v: a / (1 + b**2), "matmul": lambda a, b, W, v: np.tanh(a) @ W, "turned": lambda a, b, W, v: np.tanh(a) @ W.T,
    "weighed": lambda a, b, W, v: (v * np.tanh(a)) @ W, "thin": lambda a, b, W, v: (a[:, :2] @ W[:2]) * v,
    "halves": lambda a, b, W, v: np.concatenate([a[:, 2:], -b[:, :2]], axis=1), "reverse": lambda a, b, W, v: a[:, ::-1],
    "pick": lambda a, b, W, v: a[:, [1, 1, 3, 0]], "column": lambda a, b, W, v: a * b[:, 1:2],
    "sum": lambda a, b, W, v: a - np.sum(b, 1, keepdims=True),
    "where": lambda a, b, W, v: np.where(a > b, a, 0.3 * b), "exp": lambda a, b, W, v: np.exp(-(a**2)),
    "sqrt": lambda a, b, W, v: np.sqrt(1 + a**2),
    "outer": lambda a, b, W, v: np.reshape(np.tanh(a)[:, :, None] * b[:, None, :], (-1, 16)) @ np.concatenate([W] * 4),
    "transpose": lambda a, b, W, v: (W.T @ np.transpose(a)).T, "cosh": lambda a, b, W, v: b / np.cosh(a) ** 2,
    "maximum": lambda a, b, W, v: np.maximum(a, b),
}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(list(STEPS)), st.integers(0, 9), st.integers(0, 9), st.integers(0, 2)), min_size=1, max_size=12),
       st.integers(1, 7), st.booleans())
def test_random_compositions(steps, rows, nested):
    rng = numpy.random.default_rng(len(steps))
    params = own([(rng.normal(size=(4, 4)) / 2, rng.normal(size=4)) for _ in range(3)])

    def run(p, x, y):
        known = [x, y]
        for name, one, other, layer in steps:
            known.append(STEPS[name](known[-1 - one % len(known)], known[-1 - other % len(known)], *p[layer]))
        return known[-1]

    def loss(p, x, y):
        return np.mean((elementwise_grad(run, 1)(p, x, y) if nested else run(p, x, y)) ** 2) + 0.1 * np.sum(p[0][0] ** 2)

    x, y = data(rows)
    if exact(loss, params, (x, y))[0] < 1e8:
        engine = same(loss, params, (x, y), 1e-8)
        one, other = engine(x, y), Gradient(loss, params, (x, y), reuse=False)(x, y)
        assert one[0] == other[0] and (one[1] == other[1]).all()
        if not nested:
            right_jacobian(lambda p, x, y: run(p, x, y) - y, params, (x, y))


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("name", ["nested tanh", "powers", "laplacian", "cumsum, tile, stack, repeat", "rk4 of an HNN", "solve",
                                  "overlapping windows"])
def test_buffers_used_again_change_nothing(name, dtype):
    params, examples = network((4, 32, 32, 4), dtype=dtype), data(dtype=dtype)
    one, other = (Gradient(LOSSES[name], params, examples, reuse=reuse)(*examples) for reuse in (True, False))
    assert one[0] == other[0] and (one[1] == other[1]).all()


def test_two_threads():
    """Two pieces at the same time, and two gradients at the same time, give what they give one after the other."""
    p, examples = network((4, 100, 100, 1), dtype=numpy.float32), data(400, dtype=numpy.float32)
    losses = [lambda p, x, y, a=a: np.mean((input_gradient(p, x, a) - y) ** 2) for a in ("tanh", "softplus")]
    alone = [Gradient(loss, p, examples)(*examples)[1].copy() for loss in losses]
    with threads() as run:
        assert all((Gradient(loss, p, examples)(*examples, run=run)[1] == one).all() for loss, one in zip(losses, alone, strict=True))
    with ThreadPoolExecutor(2) as pool:
        def work(loss):
            engine = Gradient(loss, p, examples)
            return [engine(*examples)[1].copy() for _ in range(20)]

        for one, many in zip(alone, pool.map(work, losses), strict=True):
            assert all((one == other).all() for other in many)


class Libraries:
    """As threadpoolctl's controller: a limit remembers what was there. Who looks waits a second for another to look, too, if one can."""

    def __init__(self, number=2):
        self.number, self.met = number, threading.Barrier(2)

    def info(self):
        found = [{"num_threads": self.number}]
        with contextlib.suppress(threading.BrokenBarrierError):
            self.met.wait(1)
        return found

    def limit(self, limits, user_api):
        before, self.number = self.number, limits
        return types.SimpleNamespace(restore_original_limits=lambda: setattr(self, "number", before))


def test_two_threads_leave_the_blas_as_they_found_it(monkeypatch):
    """Whoever looks before another's limit and sets its own after it would bring that back in the end: one thread for good."""
    libraries, inside = Libraries(), threading.Barrier(2)

    def work(_):
        with threads():
            inside.wait(10)
            return libraries.number

    monkeypatch.setattr(gradient, "_controller", lambda: libraries)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, range(2))) == [1, 1]
    assert libraries.number == 2


@pytest.mark.parametrize(("number", "cut"), [(2, True), (1, False)])
def test_the_blas_gets_its_threads_back_from_the_last_who_leaves(monkeypatch, number, cut):
    """Else the products of the other would be summed in another order from then on, and two trainings at once would not be those alone."""
    libraries = Libraries(number)
    monkeypatch.setattr(gradient, "_controller", lambda: libraries)
    one, other = threads(), threads()
    runs = [one.__enter__(), other.__enter__()]
    assert [run is not map for run in runs] == [cut, cut] and libraries.number == 1
    one.__exit__(None, None, None)
    assert libraries.number == 1
    other.__exit__(None, None, None)
    assert libraries.number == number and gradient.INSIDE == []


def gives_up(loss, params, examples, match):
    with pytest.warns(UserWarning, match=match) as said:
        engine = Gradient(loss, params, examples)
    assert len(said) == 1 and not engine.replays and loss.__name__ in str(said[0].message)
    return engine


def test_a_trace_of_another_thread_does_not_disturb_a_nested_one():
    """Autograd by itself counts the traces of all threads together, and can take one for another."""
    first, second, gone = (threading.Event() for _ in range(3))

    def other(x):
        first.set()
        second.wait(10)
        return x**2

    def outer(x):
        second.set()
        gone.wait(10)
        return grad(lambda y: x * y**3)(x)

    with ThreadPoolExecutor(2) as pool:
        beside = pool.submit(grad(other), 3.0)
        beside.add_done_callback(lambda _: gone.set())
        first.wait(10)
        assert (pool.submit(grad(outer), 2.0).result(), beside.result()) == (36.0, 6.0)


def test_randomness_is_noticed():
    def noisy(p, x, y):
        return np.mean((mlp(p, x + 0.01 * numpy.random.normal(size=x.shape)) - y) ** 2)

    gives_up(noisy, network((4, 8, 4)), data(), "called again")


def test_state_is_noticed():
    calls = []

    def counting(p, x, y):
        calls.append(1)
        return np.mean((mlp(p, x) - y) ** 2) * (1 + 0.01 * len(calls))

    gives_up(counting, network((4, 8, 4)), data(), "called again")
    weight = {"of y": 1.0}

    def annealed(p, x, y):
        return np.mean((mlp(p, x) - weight["of y"] * y) ** 2)

    params, examples = network((4, 8, 4)), data()
    engine = Gradient(annealed, params, examples)
    engine.check(*examples)
    assert engine.replays
    weight["of y"] = 0.9
    with pytest.warns(UserWarning, match="annealed"):
        engine.check(*examples)
    assert not engine.replays
    assert engine(*examples)[0] == pytest.approx(float(annealed(params, *examples)))


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
def test_a_frozen_branch_is_noticed(dtype):
    def branching(p, x, y):
        e = mlp(p, x) - y
        return np.mean(e**2) if numpy.ndarray.max(abs(numpy.asarray(value(x)))) < 100 else np.mean(abs(e))

    def value(x):
        while hasattr(x, "_value"):
            x = x._value
        return x

    params, (x, y) = network((4, 8, 4), dtype=dtype), data(dtype=dtype)
    engine = Gradient(branching, params, (x, y))
    assert engine.replays
    engine.check(x, y)
    assert engine.replays
    x[3, 1] = 200
    with pytest.warns(UserWarning, match="branch"):
        engine.check(x, y)
    loss, vector = engine(x, y)
    expected, slope = exact(branching, params, (x, y))
    assert loss == pytest.approx(expected, rel=1e-5) and abs(vector - slope).max() <= 1e-4 * abs(slope).max()


def test_shapes_that_depend_on_values_are_noticed():
    """Outliers are left out: as soon as their number changes, the replay is over."""
    def robust(p, x, y):
        e = mlp(p, x) - y
        return np.mean(e[np.abs(e) < 2] ** 2)

    params, (x, y) = network((4, 8, 4)), data()
    engine = Gradient(robust, params, (x, y))
    assert engine.replays
    with pytest.warns(UserWarning, match="replay fails.*another shape"):
        value, vector = engine(x, 5 * y)
    expected, slope = exact(robust, params, (x, 5 * y))
    assert not engine.replays and value == pytest.approx(expected) and abs(vector - slope).max() < 1e-12
    engine = Gradient(robust, params, (x, y))
    with pytest.warns(UserWarning, match="another shape"):
        engine.check(x, 5 * y)
    assert not engine.replays

    def errors(p, x, y):
        e = mlp(p, x) - y
        good = np.abs(e) < 1e3
        return e + (np.reshape(np.sum(e[good]), (-1, 1)) if len(x) == 1 else np.sum(e * good, axis=1, keepdims=True))

    right_jacobian(errors, params, (x, y))
    jacobian_of = Jacobian(errors, params, (x, y))
    y[2, 1] = 1e4
    with pytest.warns(UserWarning, match="replay fails"):
        _, J = jacobian_of(x, y)
    assert abs(jacobian_of.errors() - errors(params, x, y)).max() < 1e-9 and J.shape == (4, 4 * 8 + 8 + 8 * 4, 60)


def test_what_cannot_be_traced_is_left_to_autograd():
    def branch(p, x, y):
        e = np.mean((mlp(p, x) - y) ** 2)
        return e if e > 1 else e * e

    def eigenvalues(p, x, y):
        return np.sum(np.linalg.eigh(p[0][0] @ p[0][0].T)[0] ** 2) + np.mean(mlp(p, x) ** 2)

    for loss in (branch, eigenvalues):
        params, examples = network((4, 8, 4)), data()
        engine = gives_up(loss, params, examples, "cannot be traced")
        value, vector = engine(*examples)
        expected, slope = exact(loss, params, examples)
        assert value == pytest.approx(expected) and abs(vector - slope).max() < 1e-12


def test_errors_of_the_loss_are_the_readers():
    with pytest.raises(ValueError, match="matmul"):
        Gradient(lambda p, x: np.mean(x @ p[0][0]), network((3, 2, 1)), data(count=1))
    engine = Gradient(lambda p, x: np.mean(mlp(p, x)), network((4, 8, 4)), data(count=1))
    with pytest.raises(ValueError, match="shapes"):
        engine(*data(count=1, rows=59))
    with pytest.raises(ValueError, match="one number"):
        Gradient(lambda p, x: mlp(p, x), network((4, 8, 4)), data(count=1))


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
def test_rounding_raises_no_alarm(dtype):
    """A network that fits to the last digit: the loss is nothing but rounding."""
    params, (x,) = network((4, 50, 50, 4), dtype=dtype), data(count=1, dtype=dtype)

    def loss(p, x, y):
        return np.mean((mlp(p, x) - y) ** 2)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(8):
            x, = data(40, count=1, dtype=dtype, seed=seed)
            y = mlp(params, x)
            engine = Gradient(loss, params, (x, y))
            for scale in (0, 1e-7, 1e-5):
                engine.check(x, (y * (1 + scale * numpy.random.default_rng(seed).normal(size=y.shape))).astype(dtype))
    assert engine.replays
    scale = {"": 1.0}

    def frozen(p, x, y):
        return np.mean((mlp(p, x) - y * scale[""]) ** 2)

    engine = Gradient(frozen, params, (x, y))
    scale[""] = 1 + 1e-3
    with pytest.warns(UserWarning, match="frozen"):          # what is no rounding is seen even there
        engine.check(x, y)


def test_divergence_raises_no_alarm():
    params, examples = network((4, 8, 4), dtype=numpy.float32), data(dtype=numpy.float32)
    engine = Gradient(lambda p, x, y: np.mean((mlp(p, x) - y) ** 2), params, examples)
    for value in (1e30, numpy.inf, numpy.nan):
        params[1][0][:] = value
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            engine.check(*examples)
            assert not numpy.isfinite(engine(*examples)[0])


def test_small_and_odd_examples():
    loss = LOSSES["weight decay"]
    same(loss, network((4, 8, 4)), data(1))
    x, = data(count=1)
    same(loss, network((4, 8, 4)), (x, x))
    same(lambda p: np.sum(np.tanh(p[0][0]) ** 2), network((4, 8, 4)), ())
    same(lambda p, x: np.sum((p - x) ** 2), numpy.arange(3.0), (numpy.ones((2, 3)),))
    tree_of_trees = own({"a": numpy.array(2.0), "b": {"c": numpy.ones(4), "d": numpy.ones(2)}})
    same(lambda p, x: np.mean((p["a"] * x - p["b"]["c"]) ** 2), tree_of_trees, (x,))


def test_whole_numbers_among_the_examples():
    """An embedding: rows of a table, some of them several times."""
    rng = numpy.random.default_rng(0)
    words, (y,) = rng.integers(0, 5, 40), data(40, count=1)
    same(lambda p, words, y: np.mean((np.tanh(p[0][words]) * (1 + words[:, None]) - y) ** 2), own([rng.normal(size=(5, 4))]), (words, y))
    same(lambda p, words, y: np.mean((np.tanh(p[0][words]) * (words[:, None] > 2) / words.max() - y) ** 2), own([rng.normal(size=(5, 4))]),
         (words, y), replays=False)


def test_a_parameter_without_influence():
    params, (x, y) = network((4, 8, 8, 4)), data()
    engine = same(lambda p, x, y: np.mean((np.tanh(x @ p[0][0]) @ p[1][0]) ** 2) + 2 * np.sum(p[2][0][1:3, 1]), params, (x, y))
    _, b, _, c, last = tree.views(engine(x, y)[1], tree.leaves(params))
    assert not b.any() and not c.any() and last.sum() == 4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")          # autograd says that nothing depends on anything
        assert not Gradient(lambda p, x, y: np.mean(x), params, (x, y))(x, y)[1].any()


def test_parameters_of_any_layout():
    W = numpy.random.default_rng(0).normal(size=(8, 4)).T
    params = [(W, numpy.ones(16)[::2]), (numpy.ones((16, 8))[::2, ::2],)]
    same(lambda p, x, y: np.mean((mlp(p, x) - y) ** 2) + np.sum(np.reshape(p[0][0], (8, 4))[0]), params, data())


def test_examples_of_another_precision():
    x, y = data()
    engine = Gradient(LOSSES["norm"], network((4, 8, 4), dtype=numpy.float32), (x, y))
    assert engine.replays and engine(x, y)[1].dtype == numpy.float32


def test_a_function_is_replayed_with_new_values_and_a_frozen_number_is_noticed():
    params, (x,), scale = network((4, 8, 4)), data(5, count=1), {"": 1.0}

    def fun(p, x):
        return mlp(p, x) * scale[""]

    replayed = Function(fun, params)
    first = replayed(x)
    for shown in (2 * x, x[:3]):
        numpy.testing.assert_allclose(replayed(shown), fun(params, shown), rtol=1e-12)
    params[0][0][:] *= 0.9
    numpy.testing.assert_allclose(replayed(x), fun(params, x), rtol=1e-12)
    assert abs(first - replayed(x)).max() > 1e-3          # each value is an array of its own
    numpy.testing.assert_allclose(grad(lambda x: np.sum(replayed(x)))(x), grad(lambda x: np.sum(fun(params, x)))(x))
    scale[""] = 2.0
    right = [numpy.allclose(replayed(x), fun(params, x)) for _ in range(4)]          # calls 6 to 9; the eighth is compared
    assert right == [False, False, True, True]


def test_a_function_that_makes_an_array_of_objects_is_called():
    x = data(5, count=1)[0][0]
    for fun in (lambda _, x: numpy.asarray(x), lambda _, x: 0.01 * numpy.asarray(x), lambda _, x: numpy.array([x, x])):
        replayed = Function(fun)
        for factor in (1.0, 2.0, 3.0):
            numpy.testing.assert_array_equal(replayed(factor * x), fun((), factor * x))
        assert list(replayed.programs.values()) == [None]


# Jacobians

def unravel(vector, like):
    """As `tree.views`, for autograd."""
    ends = numpy.cumsum([0] + [leaf.size for leaf in tree.leaves(like)])
    parts = zip(ends[:-1], ends[1:], tree.leaves(like), strict=True)
    return tree.rebuild(like, [np.reshape(vector[a:b], leaf.shape) for a, b, leaf in parts])


def right_jacobian(errors, params, examples, replays=True):
    """Compare with autograd's Jacobian, row by row: at first, and with other examples and parameters."""
    engine = Jacobian(errors, params, examples)
    assert engine.replays == replays
    for _ in range(2):
        e, J = engine(*examples)
        assert abs(e - errors(params, *examples)).max() <= 1e-9 * (1 + abs(e).max())
        for row in range(0, len(e), max(1, len(e) // 5)):
            shown = [array[row:row + 1] for array in examples]
            of_row = jacobian(lambda vector, shown=shown: errors(unravel(vector, params), *shown)[0])
            one = of_row(tree.ravel(params))
            assert abs(J[..., row] - one).max() <= 1e-6 * (abs(one).max() + 1e-300)
        examples = [array[::-1] for array in examples]
        for leaf in tree.leaves(params):
            leaf *= 0.95
        engine(*examples)
        for leaf in tree.leaves(params):
            leaf *= 0.95
        assert abs(engine.errors() - errors(params, *examples)).max() <= 1e-9 * (1 + abs(e).max())
    engine.check(*examples)
    assert engine.replays == replays and J.dtype == numpy.float32
    return engine


T = numpy.linspace(0.5, 2, 23)[:, None]
METRIC = numpy.random.default_rng(3).normal(size=(4, 4))
ERRORS = {
    "mlp": (lambda p, x, y: mlp(p, x) - y, network((4, 8, 7, 4))),
    "sigmoid": (lambda p, x, y: (mlp(p, x, "sigmoid") - y) @ METRIC.T, network((4, 8, 7, 4))),
    "hnn": (lambda p, x, y: turn(input_gradient(p, x)) - y, network((4, 8, 7, 1))),
    "nested hnn": (lambda p, x, y: elementwise_grad(mlp, 1)(p, x) - y, network((4, 8, 1))),
    "ode": (lambda p, x, y: rk4(lambda z: turn(input_gradient(p, z)), x, 0.2) - y, network((4, 8, 1))),
    "linear": (lambda p, x, y: x @ (p[0] + p[0].T) / 2 + x @ p[0] @ p[0] - y, own([METRIC])),
    "shears": (lambda p, x, y: (action_angle(p, x, T[:len(x)] ** 0) - y) @ METRIC.T, action_angle_params()),
    "no dependence": (lambda p, x, y: y + np.sum(p[0][0]) * numpy.ones((1, 4)) + p[0][1] ** 2,
                      own([(numpy.ones((2, 2)), numpy.arange(4.0), numpy.ones(3))])),
    "norms, einsum, axes": (lambda p, x, y: np.stack([np.sqrt(np.sum(mlp(p, x) ** 2, axis=1)), np.einsum("ri,ri->r", mlp(p, x), y),
                                                      np.max(mlp(p, x), axis=-1),
                                                      np.sum(np.swapaxes(mlp(p, x)[:, :, None] * y[:, None], 1, 2), (1, 2)),
                                                      mlp(p, x)[:, [1, 1]] @ p[0][1][:2]], axis=1), network((4, 5, 4))),
    "solve": (lambda p, x, y: np.linalg.solve(np.eye(4) + x[:, :, None] * (x @ p[0])[:, None], y[:, :, None])[:, :, 0],
              own([0.1 * METRIC])),
    "batch of matrices": (lambda p, x, y: (np.reshape(x @ p[0], (-1, 2, 2)) @ np.reshape(y, (-1, 2, 2))).reshape((-1, 4)), own([METRIC])),
}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("rows", [23, 1])
def test_jacobians(name, rows):
    errors, params = ERRORS[name]
    right_jacobian(errors, own(params), data(rows))


def test_jacobian_with_times_and_whole_numbers():
    x, y = data(23)
    right_jacobian(lambda p, x, y, t: action_angle(p, x, t) - y, action_angle_params(), (x, y, T))
    words = numpy.random.default_rng(0).integers(0, 5, 23)
    right_jacobian(lambda p, words, y: np.tanh(p[0][words]) @ p[1] - y, own([numpy.ones((5, 3)), METRIC[:3]]), (words, y))


@pytest.mark.parametrize("double", [True, False])
def test_jacobian_in_double_precision_if_asked(double):
    errors, params = ERRORS["shears"]
    x, y = data(23)
    J = Jacobian(errors, own(params), (x, y), double)(x, y)[1]
    one = jacobian(lambda vector: errors(unravel(vector, params), x[:1], y[:1])[0])(tree.ravel(params))
    off = abs(J[..., 0] - one).max() / abs(one).max()
    assert off < 1e-12 if double else off > 1e-10


def test_jacobian_of_what_is_no_function_of_one_row():
    with pytest.raises(ValueError, match="alone"):
        Jacobian(lambda p, x, y: mlp(p, x) - np.mean(y, axis=0), network((4, 8, 4)), data())


def test_jacobian_left_to_autograd():
    def errors(p, x, y):
        return (mlp(p, x) - y) * (1 if np.sum(p[0][0]) > 1e9 else 2)

    with pytest.warns(UserWarning, match="errors"):
        right_jacobian(errors, network((4, 8, 4)), data(6), replays=False)


def test_fractions_are_not_cut_to_the_whole_numbers_that_were_shown():
    W = numpy.array([1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loss, _ = Gradient(lambda params, x: np.mean((params[0] * x) ** 2), [W], [numpy.arange(6)])(numpy.arange(6) + 0.5)
    assert loss == numpy.mean((numpy.arange(6) + 0.5) ** 2)


def test_a_function_keeps_the_precision_of_each_call():
    function = Function(lambda _, x: x / 3)
    for dtype in (numpy.float32, numpy.float64, int, numpy.float64):
        for x in ([1, 2], [3, 5]):
            value = function(numpy.array(x, dtype))
            third = numpy.array(x, dtype) / 3
            numpy.testing.assert_allclose(value, third, rtol=2 * numpy.finfo(third.dtype).eps)
            assert value.dtype == third.dtype
    assert function(numpy.zeros((0, 2))).shape == (0, 2)


def test_errors_without_components_are_told():
    with pytest.raises(ValueError, match="rows, components"):
        Jacobian(lambda params, x: params[0] * x, [numpy.array([1.0])], [numpy.arange(6.0)])(numpy.arange(6.0))
