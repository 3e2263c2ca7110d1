"""What cannot be used is refused at the door: the right exception, one sentence, and the name of the argument in it."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.networks import init_mlp
from hnn_lite.training import History

NAN = float("nan")
HNN, BASELINE = hl.HNN(2, hidden=(3,)), hl.Baseline(2, hidden=(3,))
SPRING, PENDULUM = hl.systems.mass_spring(), hl.systems.pendulum()
TIMES = [0.0, 0.1]


@lru_cache
def task():
    return hl.data.fields.mass_spring(0, trajectories=1, points=3)


def fit(model=HNN, data=None, **arguments):
    return hl.fit(hl.HNN(2, hidden=(3,)) if model is HNN else model, data or task(), **{"steps": 1, "progress": False, **arguments})


def march(method="rk4", field=SPRING.field, x0=(1.0, 0.0), dt=0.1, steps=2, **arguments):
    return hl.integrate.march(method, field, x0, dt, steps, **arguments)


def ivp(field=SPRING.field, x0=(1.0, 0.0), t=(0.0, 0.1), **arguments):
    return hl.integrate.solve_ivp(field, x0, t, **arguments)


def with_nan(array):
    return np.where(np.arange(array.size).reshape(array.shape) == 1, NAN, array)


# what is called, and the words that the message must have
CASES = {
    "spring: negative stiffness": (lambda: hl.systems.mass_spring(k=-1), "k must be .*positive"),
    "spring: massless": (lambda: hl.systems.mass_spring(m=0), "m must be .*positive"),
    "spring: NaN": (lambda: hl.systems.mass_spring(k=NAN), "k must be finite"),
    "spring: text": (lambda: hl.systems.mass_spring(k="stiff"), "k must be a number, got 'stiff'"),
    "spring: many": (lambda: hl.systems.mass_spring(m=[1, 2]), "m must be a number"),
    "pendulum: infinite": (lambda: hl.systems.pendulum(g=float("inf")), "g must be finite"),
    "pendulum: no length": (lambda: hl.systems.pendulum(l=None), "l must be a number"),

    "hamiltonian: one coordinate": (lambda: SPRING.hamiltonian([1.0]), r"x must hold states of 2 coordinates.*\(1,\)"),
    "hamiltonian: a number": (lambda: SPRING.hamiltonian(1.0), r"x must hold states of 2 coordinates.*\(\)"),
    "hamiltonian: states in columns": (lambda: SPRING.hamiltonian(np.ones((2, 3))), r"x must hold states.*\(2, 3\)"),
    "gradient: text": (lambda: PENDULUM.gradient(["a", "b"]), "x must be an array of real numbers"),
    "gradient: an array of text": (lambda: PENDULUM.gradient(np.array(["1", "2"])), "x must be an array of real numbers"),
    "gradient: None": (lambda: PENDULUM.gradient(None), "x must be an array of real numbers, got NoneType"),
    "field: complex": (lambda: PENDULUM.field(np.array([1j, 0])), "x must be an array of real numbers"),
    "field: ragged": (lambda: SPRING.field([[1.0, 0.0], [1.0]]), "x must be an array of real numbers, got list"),
    "field: NaN in a list": (lambda: SPRING.field([NAN, 0.0]), "x contains 1 values that are NaN"),
    "field: empty": (lambda: SPRING.symplectic_gradient([]), "x is empty"),
    "real pendulum: three coordinates": (lambda: hl.systems.real_pendulum_energy([1, 2, 3]), "x must hold states of 2"),
    "sample: none": (lambda: SPRING.sample(0, 0), "count must be a whole number of at least 1, got 0"),
    "sample: half": (lambda: SPRING.sample(2.5, 0), "count must be a whole number"),
    "sample: negative seed": (lambda: SPRING.sample(2, -1), "seed must be a whole number of at least 0, got -1"),
    "sample: seed of text": (lambda: SPRING.sample(2, "0"), "seed must be a whole number"),

    "omega: odd": (lambda: hl.symplectic_matrix(3), "dim must be even.* got 3"),
    "omega: nothing": (lambda: hl.symplectic_matrix(0), "dim must be a whole number of at least 2"),
    "omega: a float": (lambda: hl.symplectic_matrix(2.0), "dim must be a whole number"),
    "turn: odd": (lambda: hl.apply_omega(np.ones(3)), "gradient must be even"),
    "turn: a number": (lambda: hl.apply_omega(np.float64(3)), "gradient must be a whole number of at least 2"),
    "turn: text": (lambda: hl.apply_omega("up"), "gradient must be an array of real numbers"),
    "seed: negative": (lambda: page.seed(-1), "seed must be a whole number of at least 0, got -1"),
    "seed: a float": (lambda: page.seed(1.0), "seed must be a whole number"),
    "seed: a truth value": (lambda: page.seed(True), "seed must be a whole number"),
    "claim: NaN holds": (lambda: page.claim("so", NAN), "holds must be True or False, got float"),
    "claim: an array holds": (lambda: page.claim("so", np.array([True, False])), "holds must be True or False, got ndarray"),
    "claim: the measured are many": (lambda: page.claim("so", True, measured=[1, 2]), "measured must be one number"),

    "rollout: wrong start": (lambda: SPRING.rollout([1.0, 0.0, 0.0], TIMES), "x0 must hold states of 2"),
    "rollout: NaN in the start": (lambda: HNN.rollout(np.array([NAN, 0.0]), TIMES), "x0 contains 1 values that are NaN"),
    "rollout: one time": (lambda: HNN.rollout([1.0, 0.0], [0.0]), "t must be"),
    "rollout: a number for times": (lambda: BASELINE.rollout([1.0, 0.0], 3.0), "t must be"),
    "rollout: times that turn back": (lambda: SPRING.rollout([1.0, 0.0], [0, 2, 1]), "t must be .*increasing or decreasing"),
    "rollout: NaN in the times": (lambda: SPRING.rollout([1.0, 0.0], [0, NAN]), "t contains 1 values that are NaN"),
    "rollout: tolerance 0": (lambda: SPRING.rollout([1.0, 0.0], TIMES, rtol=0), "rtol must be .*positive"),
    "solve_ivp: negative tolerance": (lambda: ivp(atol=-1e-9), "atol must be .*positive"),
    "solve_ivp: unknown method": (lambda: ivp(method="rk5"), "unknown method 'rk5'; choose one of: .*DOP853"),
    "solve_ivp: field of another shape": (lambda: ivp(field=lambda x: np.ones(3)), "field"),
    "solve_ivp: field is NaN": (lambda: ivp(field=lambda x: x * NAN), "field"),
    "march: unknown method": (lambda: march("rk5"), "unknown method 'rk5'; choose one of: euler, rk4"),
    "march: no step": (lambda: march(dt=0), "dt must be .*not zero"),
    "march: NaN step": (lambda: march(dt=NAN), "dt "),
    "march: step of text": (lambda: march(dt="short"), "dt "),
    "march: no steps": (lambda: march(steps=0), "steps must be a whole number of at least 1"),
    "march: every does not divide": (lambda: march(steps=5, every=2), r"every \(2\) must divide steps \(5\)"),
    "march: empty start": (lambda: march(x0=[]), "x0 is empty"),
    "march: a number for a start": (lambda: march(x0=1.0), "x0 must hold states"),
    "march: odd dimension": (lambda: march("leapfrog", lambda x: x, (1.0, 0.0, 0.0)), "x0 must be even"),
    "march: not separable": (lambda: march("leapfrog", lambda x: x), "leapfrog needs a separable field"),
    "march: field of another shape": (lambda: march(field=lambda x: np.ones((4, 2))), r"field must map .*\(2,\).*\(4, 2\)"),

    "HNN: odd dimension": (lambda: hl.HNN(3), "dim must be even"),
    "HNN: no dimension": (lambda: hl.HNN(0), "dim must be a whole number of at least 2"),
    "HNN: a number for widths": (lambda: hl.HNN(2, hidden=200), "hidden must be a list of whole numbers, got 200"),
    "HNN: a width of 0": (lambda: hl.HNN(2, hidden=(200, 0)), "hidden must be a whole number of at least 1, got 0"),
    "HNN: negative seed": (lambda: hl.HNN(2, seed=-3, hidden=(3,)), "seed must be a whole number"),
    "HNN: unknown activation": (lambda: hl.HNN(2, activation="step"), "unknown activation 'step'; choose one of: tanh"),
    "HNN: activation in a list": (lambda: hl.HNN(2, activation=["tanh"]), r"unknown activation \['tanh'\]"),
    "HNN: wrong state": (lambda: HNN.hamiltonian(np.ones(4)), "x must hold states of 2"),
    "baseline: wrong state": (lambda: BASELINE.field(np.ones((5, 3))), "x must hold states of 2"),
    "baseline: half a dimension": (lambda: hl.Baseline(1.5), "dim must be a whole number of at least 1"),
    "init_mlp: one width": (lambda: init_mlp((2,), 0), "sizes needs an input and an output width"),
    "init_mlp: a width of text": (lambda: init_mlp((2, "200", 1), 0), "sizes must be a whole number"),

    "task: no trajectories": (lambda: hl.data.fields.mass_spring(trajectories=0), "trajectories must be a whole number of at least 1"),
    "task: one point": (lambda: hl.data.fields.pendulum(points=1), "points must be a whole number of at least 2"),
    "task: negative noise": (lambda: hl.data.fields.mass_spring(noise=-0.1), "noise must be .*at least 0"),
    "task: seed of None": (lambda: hl.data.fields.pendulum(seed=None), "seed must be a whole number"),
    "task: the name of a system": (lambda: hl.data.fields.mass_spring(system="pendulum"), "system must be a System"),
    "damped: negative friction": (lambda: hl.data.fields.damped_pendulum(friction=-1), "friction must be .*at least 0"),
    "damped: no time": (lambda: hl.data.fields.damped_pendulum(duration=0), "duration must be .*positive"),
    "damped: few points": (lambda: hl.data.fields.damped_pendulum(points=3), "points must be a whole number of at least 10"),
    "recording: unknown derivative": (lambda: hl.data.recordings.real_pendulum("backward"), "unknown derivative 'backward'; choose one of"),

    "fit: not a model": (lambda: fit("hnn"), "model must be a model .*got str"),
    "fit: a watcher that cannot be called": (lambda: fit(on_test=True), "on_test must be a function .*got True"),
    "fit: not a task": (lambda: fit(data=(1, 2)), "task must have x, dx, test_x and test_dx, got tuple"),
    "fit: model of another dimension": (lambda: fit(hl.HNN(4, hidden=(3,))), "task.x must hold states of 4"),
    "fit: NaN in the states": (lambda: fit(data=replace(task(), x=with_nan(task().x))), "task.x contains 1 values that are NaN"),
    "fit: NaN in the test derivatives": (lambda: fit(data=replace(task(), test_dx=with_nan(task().dx))), "task.test_dx contains 1"),
    "fit: fewer derivatives": (lambda: fit(data=replace(task(), dx=task().dx[1:])), r"task.x and task.dx .*\(3, 2\) and \(2, 2\)"),
    "fit: empty": (lambda: fit(data=replace(task(), x=np.zeros((0, 2)))), "task.x is empty"),
    "fit: an axis too many": (lambda: fit(data=replace(task(), x=task().x[None], dx=task().dx[None])), "task.x .*shape .points, 2"),
    "fit: no steps": (lambda: fit(steps=0), "steps must be a whole number of at least 1"),
    "fit: steps of float": (lambda: fit(steps=1e3), "steps must be a whole number"),
    "fit: empty batch": (lambda: fit(batch=0), "batch must be a whole number of at least 1"),
    "fit: half a point": (lambda: fit(batch=1.5), "batch must be a whole number"),
    "fit: batch too large": (lambda: fit(batch=4), r"batch \(4\) is larger than the training set \(3 points\)"),
    "fit: no learning": (lambda: fit(learning_rate=0), "learning_rate must be .*positive"),
    "fit: learning rate of NaN": (lambda: fit(learning_rate=NAN), "learning_rate must be finite"),
    "fit: negative decay": (lambda: fit(weight_decay=-1e-4), "weight_decay must be .*at least 0"),
    "fit: whole numbers": (lambda: fit(dtype=int), "dtype must be np.float32 or np.float64"),
    "fit: half precision": (lambda: fit(dtype=np.float16), "dtype must be np.float32 or np.float64"),
    "fit: unknown dtype": (lambda: fit(dtype="real"), "dtype must be .*got 'real'"),
    "fit: never tested": (lambda: fit(test_every=0), "test_every must be a whole number of at least 1"),
    "fit: negative seed": (lambda: fit(seed=-1), "seed must be a whole number"),

    "field_loss: shapes differ": (lambda: hl.metrics.field_loss(HNN, np.ones((3, 2)), np.ones((4, 2))), "x and dx must have the same"),
    "field_loss: NaN": (lambda: hl.metrics.field_loss(SPRING, np.ones((3, 2)), np.full((3, 2), NAN)), "dx contains 6 values"),
    "field_loss: wrong dimension": (lambda: hl.metrics.field_loss(HNN, np.ones((3, 4)), np.ones((3, 4))), "x must hold states of 2"),
    "field_loss: empty": (lambda: hl.metrics.field_loss(HNN, np.ones((0, 2)), np.ones((0, 2))), "x is empty"),
    "energy_mse: unknown stretch": (lambda: hl.metrics.energy_mse(HNN, task(), stretch="twice"), "unknown stretch 'twice'; choose one"),
    "energy_mse: model of another dimension": (lambda: hl.metrics.energy_mse(hl.HNN(4, hidden=(3,)), task()), "x0 must hold states of 4"),
    "energy_mse: energy of the whole": (lambda: hl.metrics.energy_mse(HNN, task(), energy=lambda x: np.sum(x**2)), "energy must map"),
    "energy_mse: energy of a coordinate": (lambda: hl.metrics.energy_mse(HNN, task(), energy=lambda x: x**2), "energy must map"),

    "bodies: one alone": (lambda: hl.systems.n_body([1.0]), "masses must name at least two bodies, got 1"),
    "bodies: a mass of zero": (lambda: hl.systems.n_body([1.0, 0.0]), "each mass must be finite and positive, got 0.0"),
    "bodies: three masses for two": (lambda: hl.systems.two_body((1, 1, 1)), "masses must hold 2 numbers, got "),
    "bodies: a plane of the wrong size": (lambda: hl.systems.two_body().positions([1.0, 2.0]), "x must hold states of 8 coordinates"),
    "bodies: no gravity": (lambda: hl.systems.three_body(G=0), "G must be finite and positive, got 0"),
    "tasks: too few orbits": (lambda: hl.data.fields.two_body(orbits=4), "orbits must be a whole number of at least 5, got 4"),
    "tasks: a word for a system": (lambda: hl.data.fields.three_body(system="sun"), "system must be a System"),
    "fit: unknown schedule": (lambda: hl.fit(hl.HNN(2), hl.data.fields.mass_spring(), 1, schedule="sine", progress=False),
                              "unknown schedule 'sine'; choose one of: constant, cosine"),
    "experiments: unknown experiment": (lambda: page.papers.run("spring", "hnn"), "unknown experiment 'spring'; choose one of"),
    "experiments: unknown model": (lambda: page.papers.run("mass-spring", "forest"), "unknown model 'forest'; choose one of: baseline"),
    "experiments: unknown recipe": (lambda: page.papers.reproduce(["pendulum"], recipe="mine"), "unknown recipe 'mine'"),
    "experiments: no steps": (lambda: page.papers.reproduce(["pendulum"], steps=0), "steps must be a whole number of at least 1"),
    "experiments: a run of no steps": (lambda: page.papers.run("pendulum", "hnn", steps=0), "steps must be a whole number"),
    "experiments: a number for seeds": (lambda: page.papers.reproduce(["pendulum"], seeds=5), "seeds must be a list of whole"),
    "experiments: half a seed": (lambda: page.papers.reproduce(["pendulum"], seeds=[1.5]), "seeds must be a whole number"),
    "experiments: no jobs": (lambda: page.papers.reproduce(["pendulum"], jobs=0), "jobs must be a whole number of at least 1"),
    "plot: unknown line": (lambda: page.plots.line("red"), "unknown name 'red'; choose one of: truth"),
    "plot: energy of an unknown": (lambda: page.plots.energy_over_time([0, 1], {"red": [0, 1]}), "unknown name 'red'"),
    "plot: losses of an unknown": (lambda: page.plots.loss_curves({"red": History([1.0])}), "unknown name 'red'"),
    "plot: four panels without an HNN": (lambda: page.plots.four_panels(task(), {"baseline": BASELINE}, [1, 0], TIMES), "models must have 'hnn'"),
    "plot: a portrait in four dimensions": (lambda: page.plots.phase_portrait(hl.HNN(4, hidden=(3,))), "dim = 2, got dim = 4"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_in_one_sentence(case):
    call, words = CASES[case]
    with pytest.raises(ValueError, match=words) as refused:
        call()
    problem = refused.value
    assert type(problem) is ValueError
    message = str(problem)
    assert "\n" not in message and len(message) < 300
    assert problem.__cause__ is None and (problem.__context__ is None or problem.__suppress_context__)


def test_a_refused_training_leaves_the_model_as_it_was():
    model = hl.HNN(2, hidden=(3,))
    before = [leaf.copy() for layer in model.params for leaf in layer]
    for arguments in ({"steps": 0}, {"batch": 100}, {"dtype": int}):
        with pytest.raises(ValueError):
            hl.fit(model, task(), **arguments)
    for leaf, old in zip((leaf for layer in model.params for leaf in layer), before, strict=True):
        np.testing.assert_array_equal(leaf, old)


def test_a_path_that_runs_away_is_reported_with_what_was_reached():
    with pytest.raises(hl.integrate.IntegrationError, match="could not be continued") as refused:
        ivp(field=lambda x: x**2, x0=[1.0], t=np.linspace(0, 2, 21))
    problem = refused.value
    assert len(problem.t) == len(problem.path) < 21 and np.all(np.isfinite(problem.path))
    assert problem.path[-1] > 5 and 0.8 < problem.t[-1] <= 1.0           # x = 1 / (1 - t)


def test_a_midpoint_step_too_long_says_take_a_shorter_one():
    with pytest.raises(RuntimeError, match=r"implicit midpoint.*dt = 5.*shorter step"):
        march("implicit_midpoint", PENDULUM.field, (1.0, 0.0), 5.0)


def test_a_model_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.npz"):
        hl.load(tmp_path / "nowhere.npz")
    with pytest.raises(FileNotFoundError, match="no_folder"):
        HNN.save(tmp_path / "no_folder" / "model.npz")


@pytest.mark.parametrize("path", [None, 3, 2.5])
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(ValueError, match=f"{path} is not a model"):
        hl.load(path)


def test_a_folder_is_not_a_model(tmp_path):
    with pytest.raises(ValueError, match="is not a model"):
        hl.load(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '[{"experiment": "pendulum"}]', '"text"', "\x00"])
def test_a_results_file_of_something_else_is_refused_and_kept(content, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"results.json is not a results file"):
        page.papers.reproduce(["pendulum"], out=path, steps=1)
    assert path.read_text(encoding="utf-8") == content


def test_whole_numbers_of_numpy_are_whole_numbers_and_integer_states_are_states():
    number = np.int64(2)
    model = hl.HNN(number, seed=np.int32(0), hidden=np.array([3, 4]))
    assert model.hidden == (3, 4)
    for law in (model, SPRING, PENDULUM):
        np.testing.assert_array_equal(law.field(np.array([1, 2])), law.field([1.0, 2.0]))
        np.testing.assert_array_equal(law.gradient(np.array([1, 2])), law.gradient([1.0, 2.0]))
    assert SPRING.sample(number, number).shape == (2, 2)
    assert hl.symplectic_matrix(number).shape == (2, 2)
    fit(model, steps=np.int64(1), batch=np.int16(2))
