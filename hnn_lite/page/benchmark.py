"""How long a training step takes: this library on both engines, plain autograd, PyTorch, JAX, and the bare matrix products, side by side.

A step is the loss, its gradient with respect to the parameters, and Adam. All contenders get the same data, the same
network (two hidden layers of 200, tanh, float32; for "pixels" the paper's autoencoder around it; for "neural-ode" layers of 100 and
one step of Dormand and Prince; for "action-angle" the AAN paper's: 20 shears of width 100) and the same cores, and take turns, so that a machine
that slows down slows all of them down. Each runs in a process of its own: in one process their pools of threads get in each
other's way, which made PyTorch's small steps several times slower. PyTorch, JAX and the native engine are measured where they are installed.
"""

import contextlib
from functools import partial
from importlib.util import find_spec
import multiprocessing
import statistics
import time

import autograd.numpy as np
from autograd import value_and_grad
from threadpoolctl import threadpool_info

from hnn_lite import engine, integrate, tree, validate
from hnn_lite.mechanics import apply_omega
from hnn_lite.models import MODELS, ActionAngleNetwork, NeuralODE, PixelModel
from hnn_lite.models.pixel import LAW_WEIGHT
from hnn_lite.training import Adam

CASES = {f"{model}/{rows}x{dim}": (model, rows, dim)
         for model in ("hnn", "baseline") for rows, dim in ((750, 2), (200, 8), (600, 12))}
CASES["pixels"] = ("pixels", 200, 1568)
CASES["neural-ode"] = ("neural-ode", 100, 4)
CASES["action-angle"] = ("action-angle", 100, 4)
JUMPS = "neural-ode", "action-angle"          # a step is given two states and the time between
NEEDS = {"native": "llvmlite", "torch": "torch", "jax": "jax"}          # what has to be installed for a contender
HIDDEN = 200
LEARNING_RATE, WEIGHT_DECAY = 1e-3, 1e-4


def benchmark(cases=tuple(CASES), repeats=9, steps=20, progress=print):
    """Time one training step of each contender, in milliseconds.

    Parameters
    ----------
    cases : sequence of str
        Names in `CASES`: model/batch x dim, or "pixels", "neural-ode" or "action-angle", which have no floor.
    repeats : int
        Turns that each contender takes; the figure is the median over the turns.
    steps : int
        Steps in a turn.
    progress : callable
        Gets one line of text for each case.

    Returns
    -------
    result : dict
        `{"cases": {case: {"engine_ms", "native_ms", "autograd_ms", "floor_ms", "torch_ms", "jax_ms"}}, "threads", "dtype"}`; None
        where a contender is not installed.

    Raises
    ------
    ValueError
        For an unknown case.
    ChildProcessError
        If the process of a contender ends, as where its library is broken; it has said why.
    """
    repeats, steps = validate.whole("repeats", repeats, 1), validate.whole("steps", steps, 1)
    result = {"cases": {}, "threads": max((library["num_threads"] for library in threadpool_info()), default=1),
              "dtype": "float32"}
    for case in cases:
        validate.choice("case", case, CASES)
    with contextlib.ExitStack() as stack:
        processes = {name: stack.enter_context(_process(name)) for name in CONTENDERS}
        for case in cases:
            running = {name: pipe for name, pipe in processes.items() if _takes_part(name, case)}
            for name, pipe in running.items():
                _asked(name, pipe, case)                        # warm: compiled, caches filled
            turns = {name: [] for name in running}
            for _ in range(repeats):
                for name, pipe in running.items():
                    turns[name].append(_asked(name, pipe, steps))
            figures = {name: round(statistics.median(turns[name]), 4) if name in turns else None for name in CONTENDERS}
            result["cases"][case] = {f"{name}_ms": figure for name, figure in figures.items()}
            progress(f"{case}: " + ", ".join(f"{name} {figure:.2f} ms" for name, figure in figures.items() if figure))
    return result


@contextlib.contextmanager
def _process(name):
    """A process for a contender, which answers a case's name when it is ready, and a number of steps with their milliseconds."""
    ours, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_contend, args=(name, its), daemon=True)
    process.start()
    its.close()          # else a contender that dies would be waited for
    try:
        yield ours
    finally:
        process.terminate()
        process.join()


def _asked(name, pipe, what):
    """A contender's answer."""
    try:
        pipe.send(what)
        return pipe.recv()
    except (EOFError, ConnectionError):
        raise ChildProcessError(f"the process of {name} has ended; what it printed says why") from None


def _contend(name, pipe):
    while True:
        asked = pipe.recv()
        if isinstance(asked, str):
            model, rows, dim = CASES[asked]
            rng = validate.generator(0, "benchmark")
            run = CONTENDERS[name](model, *(rng.normal(size=(rows, dim)).astype(np.float32) for _ in range(2)))
            run(5)
            pipe.send(None)
        else:
            run(asked)                                          # wakes the threads, and is not timed
            start = time.perf_counter()
            run(asked)
            pipe.send((time.perf_counter() - start) / asked * 1e3)


def _takes_part(name, case):
    return find_spec(NEEDS[name]) is not None if name in NEEDS else name != "floor" or "/" in case


def _network(model, dim):
    if model in JUMPS:
        return NeuralODE(dim) if model == "neural-ode" else ActionAngleNetwork(dim, activation="sigmoid", frequencies="mlp")
    return PixelModel(dim) if model == "pixels" else MODELS[model](dim)


def _shown(model, x, dx):
    """What a step is given: for `JUMPS` the times between two states too, one to ten."""
    return (x, dx, (np.arange(len(x), dtype=x.dtype) % 10 + 1)[:, None]) if model in JUMPS else (x, dx)


def _prepared(model, x, dx, name="numpy"):
    """A network's loss, its parameters as a vector and as a tree, what a step is given, and Adam."""
    network = _network(model, x.shape[1])
    vector = tree.ravel(network.params, x.dtype)
    return (network.loss, vector, tree.views(vector, network.params), _shown(model, x, dx),
            Adam(vector.size, LEARNING_RATE, WEIGHT_DECAY, dtype=x.dtype, engine=name))


def _engine(model, x, dx, name="numpy"):
    loss, vector, params, shown, adam = _prepared(model, x, dx, name)
    gradient = engine.Gradient(loss, params, shown, name)

    def run(steps):
        with engine.threads() as at_once:
            for _ in range(steps):
                adam.update(vector, gradient(*shown, run=at_once)[1], at_once)

    return run


def _autograd(model, x, dx):
    loss, vector, params, shown, adam = _prepared(model, x, dx)
    loss_and_gradient = value_and_grad(lambda leaves: loss(tree.rebuild(params, leaves), *shown))

    def run(steps):
        with np.errstate(over="ignore"):          # autograd's rule for tanh squares a cosh; 1 / infinity is right there
            for _ in range(steps):
                adam.update(vector, tree.ravel(loss_and_gradient(tree.leaves(params))[1], x.dtype))

    return run


def _floor(model, x, dx):
    """Only the products of the hidden size that an exact gradient needs: two a pass, six for the HNN, three without it."""
    W = np.full((HIDDEN, HIDDEN), 0.01, x.dtype)
    h, out, outer = np.ones((len(x), HIDDEN), x.dtype), np.empty((len(x), HIDDEN), x.dtype), np.empty_like(W)
    passes = 2 if model == "hnn" else 1

    def run(steps):
        for _ in range(steps * passes):
            np.matmul(h, W, out=out)
            np.matmul(h, W.T, out=out)
            np.matmul(h.T, out, out=outer)

    return run


def _torch(model, x, dx):
    import torch
    from torch import nn

    def law(dim, form):
        return nn.Sequential(nn.Linear(dim, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh(),
                             nn.Linear(HIDDEN, 1 if form == "hnn" else dim, bias=False))

    def gradient(network, x):
        return torch.autograd.grad(network(x).sum(), x, create_graph=True)[0]

    def residual(layers, x):
        x = torch.relu(layers[0](x))
        for layer in layers[1:-1]:
            x = x + torch.relu(layer(x))
        return layers[-1](x)

    dim, weights = x.shape[1], None
    if model in JUMPS:
        start = _network(model, dim).params
        weights = tree.rebuild(start, [torch.tensor(leaf, dtype=torch.float32, requires_grad=True) for leaf in tree.leaves(start)])
        inputs, target, t = (torch.tensor(array) for array in _shown(model, x, dx))

        def loss():
            return (neural_ode_loss(torch.tanh, weights, inputs, target, t) if model == "neural-ode" else
                    action_angle_loss(torch, torch.sigmoid, lambda pair: torch.cat(pair, 1), weights, inputs, target, t))
    elif model == "pixels":
        sizes = [dim, HIDDEN, HIDDEN, HIDDEN, 2]
        encoder, decoder = (nn.ModuleList(nn.Linear(*pair) for pair in zip(way[:-1], way[1:], strict=True))
                            for way in (sizes, sizes[::-1]))
        network = nn.ModuleList([encoder, decoder, law(2, "hnn")])
        inputs, target = torch.tensor(x), torch.tensor(dx)

        def loss():
            z, next_z = residual(encoder, inputs), residual(encoder, target)
            g = gradient(network[2], z)
            step = z + torch.stack([g[:, 1], -g[:, 0]], 1)
            return (((residual(decoder, z) - inputs) ** 2).mean() + ((z[:, 1] - (next_z[:, 0] - z[:, 0])) ** 2).mean()
                    + LAW_WEIGHT * ((next_z - step) ** 2).mean())
    else:
        network = law(dim, model)
        target = torch.tensor(-apply_omega(dx) if model == "hnn" else dx)
        inputs = torch.tensor(x, requires_grad=model == "hnn")

        def loss():
            output = gradient(network, inputs) if model == "hnn" else network(inputs)
            return ((output - target) ** 2).mean()

    adam = torch.optim.Adam(tree.leaves(weights) if weights else network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)

    def run(steps):
        for _ in range(steps):
            value = loss()
            adam.zero_grad()
            value.backward()
            adam.step()

    return run


def _jax(model, x, dx):
    import jax
    import jax.numpy as jnp

    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), _network(model, x.shape[1]).params)
    inputs, target = jnp.asarray(x), jnp.asarray(-apply_omega(dx) if model == "hnn" else dx)

    network = partial(perceptron, jnp.tanh)

    def gradient(params, x):
        return jax.grad(lambda x: network(params, x).sum())(x)

    def residual(params, x):
        x = jax.nn.relu(x @ params[0][0] + params[0][1])
        for W, b in params[1:-1]:
            x = x + jax.nn.relu(x @ W + b)
        return x @ params[-1][0] + params[-1][1]

    def pixel_loss(params):
        z, next_z = residual(params["encoder"], inputs), residual(params["encoder"], target)
        g = gradient(params["law"], z)
        step = z + jnp.stack([g[:, 1], -g[:, 0]], 1)
        return (jnp.mean((residual(params["decoder"], z) - inputs) ** 2) + jnp.mean((z[:, 1] - (next_z[:, 0] - z[:, 0])) ** 2)
                + LAW_WEIGHT * jnp.mean((next_z - step) ** 2))

    def loss(params):
        if model == "pixels":
            return pixel_loss(params)
        if model in JUMPS:
            t = jnp.asarray(_shown(model, x, dx)[2])
            if model == "neural-ode":
                return neural_ode_loss(jnp.tanh, params, inputs, target, t)
            return action_angle_loss(jnp, jax.nn.sigmoid, lambda pair: jnp.concatenate(pair, 1), params, inputs, target, t)
        output = gradient(params, inputs) if model == "hnn" else network(params, inputs)
        return jnp.mean((output - target) ** 2)

    def step(number, state):
        params, mean, square = state
        number = number + 1.0
        gradient = jax.tree.map(lambda g, p: g + WEIGHT_DECAY * p, jax.grad(loss)(params), params)
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradient)
        params = jax.tree.map(
            lambda p, m, s: p - LEARNING_RATE * (m / (1 - 0.9**number)) / (jnp.sqrt(s / (1 - 0.999**number)) + 1e-8),
            params, mean, square)
        return params, mean, square

    step = jax.jit(step, donate_argnums=1)
    zeros = lambda: jax.tree.map(jnp.zeros_like, params)  # noqa: E731
    state = (params, zeros(), zeros())

    def run(steps):
        nonlocal state
        for number in range(steps):
            state = step(float(number), state)
        jax.block_until_ready(state)

    return run


CONTENDERS = {"engine": _engine, "native": partial(_engine, name="native"), "autograd": _autograd, "floor": _floor, "torch": _torch, "jax": _jax}


def perceptron(tanh, params, x):
    """An MLP's outputs, shape (batch, outputs), of `params`, a list of tuples (W, b), and (W,) for the last."""
    for W, b in params[:-1]:
        x = tanh(x @ W + b)
    return x @ params[-1][0]


def neural_ode_loss(tanh, params, x, other, t):
    """The mean squared error of one step of Dormand and Prince's method through a perceptron; see `action_angle_loss`."""
    return ((integrate.dopri5(partial(perceptron, tanh, params), x, t) - other) ** 2).mean()


def action_angle_loss(numpy, sigmoid, join, params, x, other, t):
    """The mean squared error of the states predicted after the times `t`, a scalar.

    Parameters
    ----------
    numpy : module
        `torch` or `jax.numpy`: what they have in common is enough.
    sigmoid : callable
    join : callable
        Joins a list of arrays along their last axis.
    params : dict
        See `ActionAngleNetwork`.
    x, other : array, shape (batch, dim)
    t : array, shape (batch, 1)
    """
    shears, ((W, b), (V,)) = params["encoder"], params["network"]
    n = x.shape[1] // 2

    def push(layer, x):
        K, b, a = layer
        return (a * sigmoid(x @ K + b)) @ K.T

    q, p = x[:, :n], x[:, n:]
    for number, layer in enumerate(shears):
        if number % 2 == 0:
            q = q + push(layer, p)
        else:
            p = p + push(layer, q)
    angle = (params["rates"] + sigmoid((q**2 + p**2) / 2 @ W + b) @ V) * t
    c, s = numpy.cos(angle), numpy.sin(angle)
    q, p = c * q + s * p, c * p - s * q
    for number, layer in reversed(list(enumerate(shears))):
        if number % 2 == 0:
            q = q - push(layer, p)
        else:
            p = p - push(layer, q)
    return ((join([q, p]) - other) ** 2).mean()
