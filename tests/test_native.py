"""The native engine: functions as exact as NumPy's, any processor, no llvmlite, and what it leaves to NumPy. The rest is in `test_engine`."""

import ctypes
import subprocess
import sys
import warnings

import autograd.numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
import numpy
import pytest

import hnn_lite as hl
from hnn_lite import tree
from hnn_lite.engine import Gradient, Jacobian, activations, replay
from hnn_lite.engine.simplify import Graph

llvm = pytest.importorskip("llvmlite.binding", reason="LLVMLITE IS MISSING: the native engine was not tested")
machine, program, adam = (pytest.importorskip(f"hnn_lite.engine.native.{name}") for name in ("machine", "program", "adam"))

EXACT = {numpy.exp: numpy.exp, numpy.tanh: numpy.tanh, numpy.sin: numpy.sin, numpy.cos: numpy.cos, numpy.log: numpy.log, numpy.sqrt: numpy.sqrt,
         activations.sigmoid.fun: lambda x: 1 / (1 + numpy.exp(-x)),
         activations.softplus.fun: lambda x: numpy.maximum(x, 0) + numpy.log1p(numpy.exp(-abs(x)))}


def values(cls, fun, *arrays):
    """A function of some arrays of one shape, by a program."""
    graph = Graph(arrays[0].dtype)
    given = [graph.given(array.shape, array.dtype) for array in arrays]
    made = cls(dict(zip(given, arrays, strict=True)), graph.call(fun, given, arrays[0].shape), [])
    made.run()
    return made.value


def arguments(dtype):
    rng = numpy.random.default_rng(0)
    return numpy.concatenate([*(size * rng.normal(size=20_000) for size in (1e-6, 1e-3, 0.1, 1, 10)), rng.uniform(-80, 80, 50_000),
                              numpy.linspace(-20, 20, 50_001)]).astype(dtype)


@pytest.mark.parametrize("fun", EXACT, ids=lambda fun: fun.__name__)
def test_functions_are_as_exact_as_numpys(fun):
    """In double precision to 1e-14; in single to two units of its precision, three for the softplus, of which NumPy needs as many."""
    for dtype, tolerance in ((numpy.float64, 1e-14), (numpy.float32, (3 if fun is activations.softplus.fun else 2) * 2.0**-23)):
        x = arguments(dtype)
        x = abs(x) + numpy.finfo(dtype).tiny if fun in (numpy.log, numpy.sqrt) else x
        right = EXACT[fun](x.astype(numpy.longdouble))
        assert numpy.max(abs(values(program.Program, fun, x) - right) / abs(right).clip(numpy.finfo(dtype).tiny)) <= tolerance


@pytest.mark.parametrize("dtype", [numpy.float64, numpy.float32])
@pytest.mark.parametrize("fun", [*EXACT, activations.relu.fun, numpy.absolute], ids=lambda fun: fun.__name__)
def test_what_is_not_finite_stays_so(fun, dtype):
    x = numpy.array([0, numpy.inf, -numpy.inf, numpy.nan, 1e4, -1e4], dtype)
    with numpy.errstate(all="ignore"):
        numpy.testing.assert_allclose(values(program.Program, fun, x), EXACT.get(fun, fun)(x), atol=1e-30, rtol=1e-5)


@pytest.mark.parametrize("fun", [numpy.maximum, numpy.minimum, numpy.greater, numpy.equal, numpy.true_divide, numpy.power],
                         ids=lambda fun: fun.__name__)
def test_two_arguments(fun):
    x, y = (array.ravel() for array in numpy.meshgrid(*[[0, 1, -1, 2.5, numpy.inf, -numpy.inf, numpy.nan]] * 2))
    with numpy.errstate(all="ignore"):
        numpy.testing.assert_allclose(values(program.Program, fun, x, y), fun(x, y), rtol=1e-14)


# graphs drawn at random, of arrays of up to three axes, with views of views, products and sums

def grow(graph, known, kind, one, other, axis):
    """One more op, from ops that are there."""
    x, y = known[one % len(known)], known[other % len(known)]
    axis %= max(len(x.shape), 1)
    if kind == "one":
        return graph.call([np.tanh.fun, numpy.cos, activations.sigmoid.fun, activations.relu.fun][axis], [x], x.shape)
    if kind == "turn" and x.shape:
        turn = tuple(numpy.roll(range(len(x.shape)), axis + 1).tolist())
        return graph.call(numpy.transpose, [x, turn], [x.shape[a] for a in turn])
    if kind == "fold" and x.shape:
        return graph.reshape(x, (numpy.prod(x.shape[:axis + 1], dtype=int), *x.shape[axis + 1:]))
    if kind == "cut" and x.shape and x.shape[axis] > 1:
        index = (*[slice(None)] * axis, slice(1, None) if one % 2 else slice(None, None, -1))
        return graph.take(x, index, [n - (one % 2) * (a == axis) for a, n in enumerate(x.shape)])
    if kind == "sum" and x.shape:
        return graph.sum(x, (axis,), x.shape[:axis] + x.shape[axis + 1:])
    if kind == "join" and x.shape and x.shape == y.shape:
        where = [tuple(range(k * n, k * n + n) if a == axis else range(n) for a, n in enumerate(x.shape)) for k in range(2)]
        return graph.place([x, y], where, [n * (1 + (a == axis)) for a, n in enumerate(x.shape)])
    if kind == "times" and len(x.shape) == 2:
        y = y if len(y.shape) == 2 and y.shape[0] == x.shape[1] else graph.transpose(x)
        return graph.matmul(x, y)
    try:
        shape = numpy.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        x = graph.sum(x, tuple(range(len(x.shape))), ())
        shape = y.shape
    if numpy.prod(shape, dtype=int) > 5000:
        return x
    return graph.call(numpy.where, [graph.call(numpy.greater, [x, y], shape, bool), x, 0.5], shape) if kind == "where" else (
        graph.add(x, y) if axis else graph.multiply(x, y))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["one", "two", "turn", "fold", "cut", "sum", "join", "times", "where", "two"]),
                          st.integers(0, 40), st.integers(0, 40), st.integers(0, 3)), min_size=1, max_size=25), st.booleans())
def test_random_graphs(steps, double):
    rng, dtype = numpy.random.default_rng(len(steps)), numpy.dtype(float if double else numpy.float32)
    graph = Graph(dtype)
    bound = {graph.given(shape, dtype): rng.normal(size=shape).astype(dtype) for shape in ((7, 4), (4,), (4, 4), (2, 4, 4), (20, 9))}
    known = list(bound)
    for step in steps:
        known.append(grow(graph, known, *step))
    value = graph.sum(known[-1], tuple(range(len(known[-1].shape))), ())
    wanted = [op for op in known[5:][::3] if op.dtype == dtype]
    found = []
    for cls, reuse in ((replay.Program, True), (program.Program, True), (program.Program, False)):
        slots = [numpy.full(op.shape, 7, dtype) for op in wanted]
        made = cls(bound, value, list(zip(wanted, slots, strict=True)), reuse)
        for _ in range(2):
            made.run()
        found.append([numpy.copy(made.value), *slots])
    for right, one, other in zip(*found, strict=True):
        scale = max(1, numpy.max(abs(right), initial=0))
        if numpy.isfinite(scale) and scale < 1e6:
            numpy.testing.assert_allclose(one, right, rtol=0, atol=scale * (1e-10 if double else 2e-3))
            assert numpy.array_equal(one, other)


# the rest of the world

def small(dtype=float):
    """A loss with its parameters and examples, whose rows are cut in two."""
    model, rng = hl.HNN(2, hidden=(40, 40)), numpy.random.default_rng(0)
    return model.loss, tree.views(tree.ravel(model.params, dtype), model.params), [rng.normal(size=(300, 2)).astype(dtype) for _ in range(2)]


def test_what_has_no_form_is_left_to_numpy_and_said_once(monkeypatch):
    monkeypatch.setattr(program, "TOLD", set())

    def loss(params, x):
        return np.mean(np.cumsum(np.arctan(x @ params), axis=1) ** 2)

    params, x = numpy.ones((3, 4)), numpy.random.default_rng(0).normal(size=(9, 3))
    with pytest.warns(UserWarning, match="^the native engine leaves arctan, cumsum.* to NumPy$") as said:
        engine = Gradient(loss, params, [x], "native")
    assert len(said) == 1 and engine.replays
    numpy.testing.assert_allclose(engine(x)[1], Gradient(loss, params, [x], "numpy")(x)[1], rtol=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Gradient(loss, params, [x], "native")(x)


@pytest.mark.parametrize("model", [hl.HNN(2), hl.Baseline(2), hl.HNN(2, activation="softplus"), hl.ActionAngleNetwork(4, shears=4),
                                   hl.ActionAngleNetwork(4, shears=4, activation="sigmoid", frequencies="mlp")], ids=repr)
def test_nothing_of_the_librarys_models_is_left_to_numpy(model):
    rng = numpy.random.default_rng(0)
    examples = [rng.normal(size=(20, n)) for n in ((model.dim,) * 2 + (1,) * isinstance(model, hl.ActionAngleNetwork))]
    engine = Gradient(model.loss, model.params, examples, "native")
    assert engine.replays and not engine.pieces[0][-1].left
    if isinstance(model, hl.ActionAngleNetwork):
        engine = Jacobian(model.errors, model.params, examples, engine="native")
        assert engine.replays and not engine.bound.left


def test_equal_shapes_share_their_machine_code():
    Gradient(*small(), "native")
    before = len(machine.CODE)
    Gradient(*small(), "native")
    assert len(machine.CODE) == before > 3


def test_a_processor_without_extras(monkeypatch):
    """What the processor can do is asked; a plain one gives the same numbers."""
    loss, params, examples = small()
    right = Gradient(loss, params, examples, "numpy")(*examples)
    monkeypatch.setattr(machine, "CODE", {})
    monkeypatch.setattr(program, "CODE", machine.CODE)
    monkeypatch.setattr(llvm, "get_host_cpu_name", lambda: "generic")
    monkeypatch.setattr(llvm, "get_host_cpu_features", llvm.FeatureMap)
    found = Gradient(loss, params, examples, "native")(*examples)
    assert found[0] == pytest.approx(right[0], rel=1e-12) and abs(found[1] - right[1]).max() < 1e-12 * abs(right[1]).max()


@pytest.mark.parametrize("triple, sign", [("aarch64-unknown-linux-gnu", "fmla"), ("x86_64-unknown-linux-gnu", "mulpd")])
def test_other_processors(triple, sign):
    """The loops assemble for each, with vectors."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(triple).create_target_machine(opt=2)
    loops = Gradient(*small(), "native").pieces[0][-1].loops
    assembly = target.emit_assembly(machine.optimised(machine.module(loops), target))
    assert assembly.count("loop0") and sign in assembly and len(target.emit_object(machine.optimised(machine.module(loops), target))) > 1000


def test_without_llvmlite_one_sentence_says_so(monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("llvmlite", "hnn_lite.engine.native"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    with pytest.raises(ImportError, match=r'^engine "native" needs llvmlite: pip install llvmlite, or'):
        hl.fit(hl.HNN(2, hidden=(5,)), hl.data.fields.mass_spring(), steps=1, progress=False, engine="native")
    hl.fit(hl.HNN(2, hidden=(5,)), hl.data.fields.mass_spring(), steps=1, progress=False)


def test_nobody_imports_it_unasked():
    code = ("import sys, hnn_lite as hl; from hnn_lite import page; hl.fit(hl.HNN(2, hidden=(5,)), hl.data.fields.mass_spring(), steps=1, progress=False);"
            "assert not [name for name in sys.modules if 'llvmlite' in name or 'engine.native' in name]")
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)


@pytest.mark.parametrize("method", ["adam", "levenberg-marquardt", "accelerated-levenberg-marquardt"])
def test_a_training_comes_out_the_same(method):
    task, ends = hl.data.trajectories.pendulum(paths=10, points=20), []
    for engine in ("numpy", "native"):
        model = hl.ActionAngleNetwork(2, shears=2, width=5, hidden=(5,))
        ends.append(hl.fit(model, task, steps=5, batch=50, dtype=float, method=method, progress=False, engine=engine).test_loss[-1])
    assert ends[0] == pytest.approx(ends[1], rel=1e-6) and ends[0] > 0


@pytest.mark.parametrize("vector, gradient", [(numpy.ones(8)[::2], numpy.ones(4)), (numpy.ones(4), numpy.ones(4, numpy.float32)), (numpy.ones(4), numpy.ones(8)[::2])])
def test_adam_steps_where_the_numbers_are(vector, gradient):
    ends = []
    for engine in ("numpy", "native"):
        params = vector.base.copy()[::2] if vector.base is not None else vector.copy()
        hl.training.Adam(4, engine=engine).update(params, gradient)
        ends.append(params if params.base is None else params.base)
    numpy.testing.assert_allclose(*ends, rtol=1e-14)
    assert numpy.any(ends[0] != 1)


def test_what_adam_hands_over_is_kept_until_the_call_is_over(monkeypatch):
    """In the meantime another thread takes what memory is free, and would be walked over: two trainings at a time ended with a segmentation fault."""
    vectors, seen = [numpy.ones(4) for _ in range(5)], []

    def call(table):
        taken = [numpy.full(6, 7, numpy.uint64) for _ in range(100)]
        seen.append(numpy.frombuffer(ctypes.string_at(table, 8 * len(taken[0])), numpy.uint64))

    monkeypatch.setattr(adam, "_code", lambda dtype: call)
    adam.adam(*vectors, range(7))
    assert seen[0].tolist()[:5] == [4, *(vector.ctypes.data for vector in vectors[:4])]
