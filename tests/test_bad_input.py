"""What cannot be used is refused at the door: the right exception, one sentence, and the name of the argument in it."""

from dataclasses import replace
from functools import lru_cache
import inspect

import numpy as np
import pytest
from hypothesis import given, HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

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


def circle(points, turns=1.0):
    """States of a spring's circle, clockwise, shape (points, 2)."""
    angle = 2 * np.pi * turns * np.arange(points) / points
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1)


def wrapped(points):
    """States of a pendulum that goes over the top, with its angle between -pi and pi."""
    angle = 2.4 * 2 * np.pi * np.arange(points) / points + 0.5
    return np.stack([(angle + np.pi) % (2 * np.pi) - np.pi, 4 + np.cos(angle)], axis=-1)


@lru_cache
def swings():
    return hl.data.trajectories.pendulum(paths=2, points=5)


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

    "fit: not a model": (lambda: fit("hnn"), "model must be a model.*got str"),
    "fit: unknown engine": (lambda: fit(engine="jax"), "unknown engine 'jax'; choose one of: numpy, native"),
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

    "spring: an array": (lambda: hl.systems.mass_spring(k=np.array([1.0])), "k must be a number, got array"),
    "spring: a number too large": (lambda: hl.systems.mass_spring(k=10**400), "k must be a number, got 1000"),
    "spring: a number in quotes": (lambda: hl.systems.mass_spring(k="2.0"), "k must be a number, got '2.0'"),
    "pendulum: upside down": (lambda: hl.systems.pendulum(g=-6), "g must be finite and positive, got -6"),
    "star: too much energy": (lambda: hl.systems.henon_heiles(0.2), "energy must be at most 1/6"),
    "star: no energy": (lambda: hl.systems.henon_heiles(0), "energy must be finite and positive, got 0"),
    "star: sampled by a word": (lambda: hl.systems.henon_heiles().sample("all", 0), "count must be a whole number"),
    "planet: no sun": (lambda: hl.systems.kepler(mu=0), "mu must be finite and positive, got 0"),
    "planet: a parabola": (lambda: hl.systems.kepler(eccentricity=1), "eccentricity must be below 1, got 1"),
    "planet: half a state": (lambda: hl.systems.kepler().field([1.0, 0.0]), "x must hold states of 4"),
    "chain: no mass": (lambda: hl.systems.coupled_oscillators(masses=()), "masses must hold at least one positive number, got \\(\\)"),
    "chain: a mass of zero": (lambda: hl.systems.coupled_oscillators(masses=(1.0, 0.0)), "each number in masses must be finite and positive"),
    "chain: one wall too few": (lambda: hl.systems.coupled_oscillators(masses=(1.0, 2.0, 3.0)), "k_wall must hold 3 positive numbers"),
    "chain: a word for masses": (lambda: hl.systems.coupled_oscillators(masses="two"), "masses must hold at least one positive number, got 'two'"),
    "chain: None for walls": (lambda: hl.systems.coupled_oscillators(k_wall=None), "k_wall must hold 2 positive numbers, got None"),
    "chain: one amplitude": (lambda: hl.systems.coupled_oscillators(amplitudes=(1.0,)), "amplitudes must hold 2 positive numbers"),
    "chain: springs that push": (lambda: hl.systems.coupled_oscillators(k_pair=-1), "k_pair must be finite and at least 0"),
    "chain: one phase too many": (lambda: hl.systems.coupled_oscillators().in_modes([1.0, 1.0], [0.0, 0.0, 0.0]), "phases must hold states of 2"),
    "chain: words for amplitudes": (lambda: hl.systems.coupled_oscillators().in_modes("no", [0.0, 0.0]), "amplitudes must be an array of real"),
    "toda: two particles": (lambda: hl.systems.toda(2), "particles must be a whole number of at least 3, got 2"),
    "toda: no energy": (lambda: hl.systems.toda(energy=-1), "energy must be finite and positive"),
    "toda: half a ring": (lambda: hl.systems.toda().ring([1.0, 2.0]), "x must hold states of 4"),
    "toda: a matrix of nothing": (lambda: hl.systems.toda().lax_matrix([]), "x is empty"),
    "toda: no points": (lambda: hl.systems.toda().actions(np.zeros(4), points=0), "points must be a whole number of at least 1"),
    "bodies: a word": (lambda: hl.systems.n_body("sun"), "masses must hold at least one positive number, got 'sun'"),
    "bodies: None": (lambda: hl.systems.n_body(None), "masses must hold at least one positive number, got None"),
    "bodies: one mass for two": (lambda: hl.systems.two_body(1.0), "masses must hold 2 positive numbers, got 1.0"),
    "bodies: a negative mass": (lambda: hl.systems.three_body((1, 1, -1)), "each number in masses must be finite and positive, got -1"),
    "bodies: momentum of a number": (lambda: hl.systems.two_body().momentum(3.0), "x must hold states of 8"),
    "bodies: spin of text": (lambda: hl.systems.two_body().angular_momentum("x"), "x must be an array of real numbers, got str"),
    "bodies: centre of too little": (lambda: hl.systems.two_body().centre_of_mass(np.ones(7)), "x must hold states of 8"),

    "masked: states": (lambda: SPRING.field(np.ma.masked_values([[1.0, -999.0], [2.0, -999.0]], -999.0)), "x contains 2 values that are masked"),
    "masked: in a list": (lambda: SPRING.field([np.ma.masked_values([1.0, -999.0], -999.0)]), "x contains 1 values that are masked"),
    "masked: start": (lambda: ivp(x0=np.ma.masked_less([1.0, -9.0], 0)), "x0 contains 1 values that are masked"),
    "masked: signal": (lambda: hl.actions.measured_frequencies(np.ma.masked_greater(np.cos(np.arange(99.0)), 0.9), 1.0), "signal contains .* masked"),
    "masked: loop": (lambda: hl.actions.loop_action(np.ma.masked_less(circle(20), -0.9)), "loop contains .* masked"),
    "masked: derivatives": (lambda: hl.metrics.field_loss(SPRING, np.ones((3, 2)), np.ma.masked_equal(np.eye(3)[:, :2], 0)), "dx contains 4 values that are masked"),

    "rollout: one number for the times": (lambda: SPRING.rollout([1.0, 0.0], 3.0), "t must be a list of times, got one number"),
    "rollout: a table of times": (lambda: SPRING.rollout([1.0, 0.0], [[0.0, 1.0]]), r"t must be a list of times, got shape \(1, 2\)"),
    "rollout: no times": (lambda: SPRING.rollout([1.0, 0.0], []), "t is empty"),
    "rollout: atol of zero": (lambda: SPRING.rollout([1.0, 0.0], TIMES, atol=0), "atol must be positive"),
    "solve_ivp: three tolerances": (lambda: ivp(atol=[1e-9] * 3), "atol must be positive, one number or one for each of 2 coordinates"),
    "solve_ivp: tolerance of text": (lambda: ivp(rtol="tight"), "rtol must be a number, got 'tight'"),
    "solve_ivp: a start of one number": (lambda: ivp(x0=1.0), "x0 must hold states"),
    "solve_ivp: field of time too": (lambda: ivp(field=lambda t, x: x), r"field must be a function of one argument.*wrap one of \(t, x\)"),
    "solve_ivp: no field": (lambda: ivp(field=None), "field must be a function of one argument, .*got None"),
    "solve_ivp: field without a value": (lambda: ivp(field=lambda x: None), "the field at x0 must be an array of real numbers, got NoneType"),
    "solve_ivp: a ragged field": (lambda: ivp(field=lambda x: [[1.0], 2.0]), "the field at x0 must be an array of real numbers"),
    "march: field of time too": (lambda: march(field=lambda t, x: x), "field must be a function of one argument"),
    "march: field is NaN": (lambda: march(field=lambda x: x * NAN), "the field at x0 contains 2 values"),
    "march: not a method": (lambda: march(3), "unknown method 3; choose one of"),
    "march: two steps": (lambda: march(dt=[0.1, 0.2]), "dt must be one number and not zero"),
    "march: endless step": (lambda: march(dt=np.inf), "dt contains 1 values"),
    "march: half a step": (lambda: march(steps=2.5), "steps must be a whole number"),
    "march: nothing kept": (lambda: march(every=0), "every must be a whole number of at least 1"),
    "march: NaN": (lambda: march(x0=(1.0, NAN)), "x0 contains 1 values that are NaN"),
    "flow: field of another shape": (lambda: hl.integrate.flow_jacobian(lambda x: x[..., :1], [1.0, 0.0], TIMES), "field must map states"),
    "flow: a number": (lambda: hl.integrate.flow_jacobian(SPRING.field, 1.0, TIMES), "x0 must hold states"),
    "flow: one time": (lambda: hl.integrate.flow_jacobian(SPRING.field, [1.0, 0.0], 1.0), "t must be a list of times"),
    "defect: odd": (lambda: hl.metrics.symplecticity_defect(lambda x: x, np.ones(3)), "last axis of x must be even"),
    "defect: another shape": (lambda: hl.metrics.symplecticity_defect(lambda x: x[..., :1], np.ones(2)), "function must map states of shape"),
    "defect: a number": (lambda: hl.metrics.symplecticity_defect(lambda x: x, 2.0), "last axis of x must be"),
    "energy: three coordinates": (lambda: PENDULUM.add_energy([1.0, 0.0, 0.0], 1.0), "x must hold states of 2"),
    "energy: infinite": (lambda: PENDULUM.add_energy([1.0, 0.0], np.inf), "amount contains 1 values"),
    "energy: text": (lambda: PENDULUM.add_energy([1.0, 0.0], "much"), "amount must be an array of real numbers"),
    "energy: two for three": (lambda: PENDULUM.add_energy([[1.0, 0.0]] * 3, [1.0, 2.0]), "amount must be one number, or one for each state"),
    "energy: more than there is": (lambda: PENDULUM.add_energy([0.3, 0.4], -1.0), "amount .* is more than H can change by"),

    "sample: nothing to draw with": (lambda: hl.systems.n_body([1.0, 1.0]).sample(2, 0), "n-body has no sampler .* give one"),
    "modes: a row too many": (lambda: hl.actions.NormalModes([1.0, 1.0], np.eye(3)), "stiffness must be symmetric, with a row for each of 2 masses"),
    "modes: not symmetric": (lambda: hl.actions.NormalModes([1.0, 1.0], 1e-12 * np.array([[2.0, 1.0], [0.0, 2.0]])), "stiffness must be symmetric"),
    "modes: not bound": (lambda: hl.actions.NormalModes([1.0, 1.0], [[1.0, 2.0], [2.0, 1.0]]), "stiffness must be positive definite"),
    "modes: negative mass": (lambda: hl.actions.NormalModes([-1.0], [[1.0]]), "each mass must be finite and positive"),
    "modes: no masses": (lambda: hl.actions.NormalModes([], []), "masses is empty"),
    "modes: text": (lambda: hl.actions.NormalModes("light", [[1.0]]), "masses must be an array of real numbers"),
    "modes: NaN encoded": (lambda: hl.actions.NormalModes([1.0], [[1.0]]).encode([NAN, 0.0]), "x contains 1 values"),
    "modes: negative action": (lambda: hl.actions.NormalModes([1.0], [[1.0]]).decode([-1.0], [0.0]), "actions must be at least 0, got -1"),
    "modes: shapes that do not go together": (lambda: hl.actions.NormalModes([1.0], [[1.0]]).decode(np.ones((2, 1)), np.ones((3, 1))), "actions and angles must have shapes"),
    "swing: over the top": (lambda: hl.actions.Pendulum().encode([0.0, 4.0]), "x must swing, and not go over the top: energies below 6, got 16"),
    "swing: just at the top": (lambda: hl.actions.Pendulum().encode([np.pi, 0.0]), "x must swing, and not go over the top: energies below 6, got 6"),
    "swing: too much action": (lambda: hl.actions.Pendulum().decode([3.2], [0.0]), "actions must be below 3.1"),
    "swing: negative action": (lambda: hl.actions.Pendulum().frequencies([-0.1]), "actions must be at least 0, got -0.1"),
    "swing: two actions": (lambda: hl.actions.Pendulum().energy([1.0, 2.0]), "actions must hold states of 1"),
    "swing: angles of text": (lambda: hl.actions.Pendulum().decode([1.0], "up"), "angles must be an array of real numbers"),
    "swing: no mass": (lambda: hl.actions.Pendulum(m=0), "m must be finite and positive"),
    "kepler: not bound": (lambda: hl.actions.Kepler().encode([1.0, 0.0, 0.0, 2.0]), "x must hold planets that are bound"),
    "kepler: in the sun": (lambda: hl.actions.Kepler().encode([0.0, 0.0, 0.0, 1.0]), "x must hold planets that are not in the sun"),
    "kepler: NaN": (lambda: hl.actions.Kepler().encode([NAN, 0.0, 0.0, 1.0]), "x contains 1 values that are NaN"),
    "kepler: G above L": (lambda: hl.actions.Kepler().decode([1.0, 1.1], [0.0, 0.0]), "actions must be .L, G. with L positive and .G. at most L"),
    "kepler: into the sun": (lambda: hl.actions.Kepler().decode([1.0, 0.0], [0.0, 0.0]), "actions with G = 0 are of planets that fall into the sun"),
    "kepler: no sun": (lambda: hl.actions.Kepler(mu=-1), "mu must be finite and positive"),
    "kepler: an equation of a hyperbola": (lambda: hl.actions.kepler_equation(1.0, 1.5), "e must be from 0 to 1, got 1.5 to 1.5"),
    "kepler: an equation of text": (lambda: hl.actions.kepler_equation("noon", 0.5), "mean must be an array of real numbers"),
    "advance: times of another shape": (lambda: hl.actions.Pendulum().advance([[1.0, 0.0]] * 3, [1.0, 2.0]), "t must be one number, or go with the states of x"),
    "advance: a time of text": (lambda: hl.actions.Pendulum().advance([1.0, 0.0], "soon"), "t must be an array of real numbers"),
    "exact rollout: one number": (lambda: hl.actions.Pendulum().rollout([1.0, 0.0], 3.0), "t must be a list of times, got one number"),
    "exact rollout: a number for the start": (lambda: hl.actions.Pendulum().rollout(1.0, TIMES), "x0 must hold states of 2"),
    "loop: two states": (lambda: hl.actions.loop_action(np.ones((2, 2))), "loop must hold at least 3 states"),
    "loop: one coordinate": (lambda: hl.actions.loop_action(np.ones(9)), "loop must hold at least 3 states, shape"),
    "loop: odd": (lambda: hl.actions.loop_action(np.ones((9, 3))), "loop must be even"),
    "loop: a turn and a half": (lambda: hl.actions.loop_action(circle(60, 1.5)), "loop must close: coordinate 1 goes from .* give the states of one whole turn"),
    "loop: half a turn": (lambda: hl.actions.loop_action(circle(60, 0.5)), "loop must close"),
    "loop: first repeated": (lambda: hl.actions.loop_action(np.concatenate([circle(60), circle(60)[:1]])), "loop must not repeat its first state"),
    "loop: a wrapped angle": (lambda: hl.actions.loop_action(wrapped(60)), "loop has an angle that jumps: coordinate 0 goes from .*unwrap"),
    "frequencies: few values": (lambda: hl.actions.measured_frequencies(np.ones(10), 0.1), "signal must hold at least 16 values"),
    "frequencies: a table": (lambda: hl.actions.measured_frequencies(np.ones((99, 2)), 0.1), r"signal must hold .*shape \(times,\), got shape \(99, 2\)"),
    "frequencies: no time": (lambda: hl.actions.measured_frequencies(np.ones(100), 0), "dt must be finite and positive"),
    "frequencies: none": (lambda: hl.actions.measured_frequencies(np.ones(100), 0.1, 0), "count must be a whole number of at least 1"),
    "frequencies: a constant": (lambda: hl.actions.measured_frequencies(np.full(100, 3.0), 0.1), "signal must oscillate, got a constant .3."),
    "frequencies: one too many": (lambda: hl.actions.measured_frequencies(np.cos(0.3 * np.arange(200)), 1.0, 2), r"count must be at most 1, .*got 2; their frequencies are \[0.3"),
    "frequencies: less than a period": (lambda: hl.actions.measured_frequencies(np.cos(0.02 * np.arange(200)), 1.0), "signal is too short: .* got 0.64 periods"),
    "frequencies: two alike": (lambda: hl.actions.measured_frequencies(np.cos(0.3 * np.arange(200)) + np.sin(0.315 * np.arange(200)), 1.0, 2), "signal is too short"),
    "frequencies: too fast": (lambda: hl.actions.measured_frequencies(np.cos(3.0 * np.arange(200)), 1.0), "signal has oscillations too fast for dt"),
    "frequencies: one of two too fast": (lambda: hl.actions.measured_frequencies(np.cos(0.5 * np.arange(200)) + 0.3 * np.cos(3.0 * np.arange(200)), 1.0),
                                         "signal has oscillations too fast for dt"),
    "frequencies: a wrapped angle": (lambda: hl.actions.measured_frequencies(wrapped(60)[:, 0], 1.0), "signal has an angle that jumps"),
    "mixing: shapes": (lambda: hl.actions.whole_mixing(np.ones((4, 2)), np.ones((4, 1))), "must have the same shape"),
    "mixing: one torus": (lambda: hl.actions.whole_mixing(np.ones((4, 2)), np.ones((4, 2))), "got 1 independent"),
    "mixing: text": (lambda: hl.actions.whole_mixing("a", "b"), "actions must be an array of real numbers"),

    "paths: unknown tori": (lambda: hl.data.trajectories.coupled_oscillators(tori="two"), "unknown tori 'two'; choose one of: one, many"),
    "paths: tori in an array": (lambda: hl.data.trajectories.coupled_oscillators(tori=np.ones(3)), "unknown tori array"),
    "paths: springs that push": (lambda: hl.data.trajectories.coupled_oscillators(k_pair=-1), "k_pair must be finite and at least 0"),
    "paths: to the top": (lambda: hl.data.trajectories.pendulum(highest=1.0), "highest must lie between 0.01 and 1, got 1.0"),
    "paths: none": (lambda: hl.data.trajectories.pendulum(paths=0), "paths must be a whole number of at least 1"),
    "paths: one point": (lambda: hl.data.trajectories.kepler(points=1), "points must be a whole number of at least 2"),
    "paths: a seed below zero": (lambda: hl.data.trajectories.kepler(seed=-1), "seed must be a whole number of at least 0"),
    "paths: a comet that leaves": (lambda: hl.data.trajectories.kepler(eccentricity=1.2), "eccentricity must be below 1"),
    "paths: two particles": (lambda: hl.data.trajectories.toda(particles=2), "particles must be a whole number of at least 3"),
    "paths: wrapped angles": (lambda: hl.data.trajectories.TrajectoryTask("own", PENDULUM, None, wrapped(60)[None], wrapped(60)[None], 0.1, 1.0),
                              "x has an angle that jumps"),
    "paths: one path alone": (lambda: hl.data.trajectories.TrajectoryTask("own", PENDULUM, None, circle(60), circle(60), 0.1, 1.0), "x must have shape .paths, times, 2."),
    "truth: jumps that fall": (lambda: swings().truth([1.0, 0.0], [3, 1]), r"jumps must increase, got \[3, 1\]"),
    "truth: no jumps": (lambda: swings().truth([1.0, 0.0], []), "jumps must increase"),
    "truth: one number": (lambda: swings().truth([1.0, 0.0], 3), "jumps must be a list of whole numbers, got 3"),
    "truth: half a state": (lambda: swings().truth([1.0], [1]), "x0 must hold states of 2"),
    "errors: another shape": (lambda: swings().error_by_jump(lambda x, t: x[0], [1]), r"predictions must be numbers of shape \(1, 1, 2\), got \(1, 2\)"),
    "errors: no jump": (lambda: swings().error_by_jump(lambda x, t: x, [0]), "jumps must be a whole number of at least 1"),
    "errors: no starts": (lambda: swings().persistence([1], 0), "starts must be a whole number of at least 1"),
    "films: one": (lambda: hl.data.pixel_pendulum.films(trials=1), "trials must be a whole number of at least 2"),
    "films: all for testing": (lambda: hl.data.pixel_pendulum.films(test=1.0), "test must lie between 0 and 1"),
    "films: none for testing": (lambda: hl.data.pixel_pendulum.films(test=0), "test must be finite and positive"),
    "frames: NaN": (lambda: hl.data.pixel_pendulum.render([0.0, NAN]), "angles contains 1 values"),
    "frames: a picture of text": (lambda: hl.data.pixel_pendulum.picture("up"), "angle must be one number, got 'up'"),
    "frames: pairs read as frames": (lambda: hl.data.pixel_pendulum.read_angle(np.zeros((3, 1568))), "frames must hold states of 784"),
    "frames: a short film": (lambda: hl.data.pixel_pendulum.read_motion(np.zeros((6, 784))), "film must have at least 7 times, got 6"),
    "frames: three coordinates": (lambda: hl.data.pixel_pendulum.simulate([0.0, 0.0, 0.0], 3), "states must hold states of 2"),
    "frames: no steps": (lambda: hl.data.pixel_pendulum.simulate([0.0, 0.0], 0), "steps must be a whole number of at least 1"),
    "frames: energy of a number": (lambda: hl.data.pixel_pendulum.energy(1.0), "states must hold states of 2"),
    "frames: pairs of one": (lambda: hl.data.pixel_pendulum.pairs(np.zeros(784)), r"films must have shape \(trials, times, 784\), got \(784,\)"),
    "track: unknown velocities": (lambda: hl.data.recordings.air_track("central"), "unknown velocities 'central'; choose one of: cubic, table"),
    "track: no mass": (lambda: hl.data.recordings.air_track(mass_ratio=0), "mass_ratio must be finite and positive"),

    "bodies: one alone": (lambda: hl.systems.n_body([1.0]), "masses must name at least two bodies, got 1"),
    "bodies: a mass of zero": (lambda: hl.systems.n_body([1.0, 0.0]), "each number in masses must be finite and positive, got 0.0"),
    "bodies: three masses for two": (lambda: hl.systems.two_body((1, 1, 1)), "masses must hold 2 positive numbers, got .1, 1, 1."),
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


# --- anything at all: a result, or a refusal in words

ANYTHING = st.one_of(st.none(), st.text(max_size=3), st.integers(-3, 40), st.floats(), st.just(10**400), st.just({}), st.just(np.ma.masked),
                     st.lists(st.one_of(st.none(), st.text(max_size=2), st.floats(-9, 9), st.lists(st.floats(-9, 9), max_size=3)), max_size=5),
                     hnp.arrays(st.sampled_from([float, np.float32, int, bool, complex, object, "U3"]), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)),
                     hnp.arrays(float, st.sampled_from([(2,), (4,), (6, 2), (3, 4)]), elements=st.floats(-3, 3)))
A, D, S = hl.actions, hl.data, hl.systems
OWN_LAW = S.mass_spring()
PUBLIC = {
    "mass_spring": S.mass_spring, "pendulum": S.pendulum, "kepler": S.kepler, "n_body": S.n_body, "two_body": S.two_body, "three_body": S.three_body,
    "oscillators": S.coupled_oscillators, "toda": S.toda, "star": S.henon_heiles, "real energy": S.real_pendulum_energy,
    "sample": OWN_LAW.sample, "hamiltonian": OWN_LAW.hamiltonian, "gradient": OWN_LAW.gradient, "field": OWN_LAW.field, "add_energy": OWN_LAW.add_energy,
    "rollout": lambda x0, t, *more: OWN_LAW.rollout(x0, t, *more), "solve_ivp": lambda x0, t: hl.integrate.solve_ivp(OWN_LAW.field, x0, t),
    "solve_ivp, any field": lambda field, x0: hl.integrate.solve_ivp(field, x0, [0, 1]), "flow_jacobian": lambda x0, t: hl.integrate.flow_jacobian(OWN_LAW.field, x0, t),
    "march": lambda method, x0, dt, steps: hl.integrate.march(method, OWN_LAW.field, x0, dt, steps),
    "march, any field": lambda field, x0: hl.integrate.march("rk4", field, x0, 0.1, 2),
    "apply_omega": hl.apply_omega, "symplectic_matrix": hl.symplectic_matrix, "normal_modes": hl.mechanics.normal_modes,
    "positions": S.two_body().positions, "momentum": S.two_body().momentum, "spin": S.two_body().angular_momentum, "in_modes": S.coupled_oscillators().in_modes,
    "ring": S.toda().ring, "lax": S.toda().lax_matrix, "toda actions": S.toda().actions,
    "NormalModes": A.NormalModes, "Pendulum": A.Pendulum, "Kepler": A.Kepler, "kepler_equation": A.kepler_equation,
    **{f"{type(law).__name__}.{name}": getattr(law, name) for law in (A.NormalModes([1.0], [[1.0]]), A.Pendulum(), A.Kepler())
       for name in ("encode", "decode", "energy", "frequencies", "advance", "rollout")},
    "loop_action": A.loop_action, "measured_frequencies": A.measured_frequencies, "whole_mixing": A.whole_mixing,
    "field_loss": lambda x, dx: hl.metrics.field_loss(OWN_LAW, x, dx), "defect": lambda x: hl.metrics.symplecticity_defect(lambda y: y, x),
    "energy_mse": lambda stretch: hl.metrics.energy_mse(OWN_LAW, task(), stretch=stretch),
    "fields.mass_spring": lambda a, b: D.fields.mass_spring(0, a, b, points=2), "fields.pendulum": lambda a, b: D.fields.pendulum(a, None, 1, 2, b),
    "fields.damped": lambda a, b: D.fields.damped_pendulum(a, b, points=10), "fields.two_body": lambda a, b: D.fields.two_body(a, b, 5, 2),
    "paths of oscillators": lambda a, b: D.trajectories.coupled_oscillators(a, tori=b, paths=1, points=2),
    "paths of a pendulum": lambda a, b: D.trajectories.pendulum(a, 1, 2, b), "paths of toda": lambda a, b: D.trajectories.toda(a, b, 1, 2),
    "TrajectoryTask": lambda x, y: D.trajectories.TrajectoryTask("own", OWN_LAW, None, x, y, 0.1, 1.0),
    "truth": lambda x, jumps: swings().truth(x, jumps), "errors": lambda x, jumps: swings().errors(x, jumps), "persistence": lambda a, b: swings().persistence(a, b),
    "films": lambda a, b: D.pixel_pendulum.films(a, 2, b), "simulate": lambda x, n: D.pixel_pendulum.simulate(x, n), "render": D.pixel_pendulum.render,
    "picture": D.pixel_pendulum.picture, "film energy": D.pixel_pendulum.energy, "pairs": D.pixel_pendulum.pairs,
    "read_angle": D.pixel_pendulum.read_angle, "read_motion": D.pixel_pendulum.read_motion,
    "real_pendulum": D.recordings.real_pendulum, "air_track": D.recordings.air_track, "table": D.recordings.table,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PUBLIC)
@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_gives_a_result_or_is_refused(name, data):
    call = PUBLIC[name]
    wanted = [p for p in inspect.signature(call).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD and p.name != "sampler"]
    least = sum(p.default is p.empty for p in wanted)
    given_ = [data.draw(ANYTHING) for _ in range(data.draw(st.integers(least, len(wanted))))]
    try:
        call(*given_)
    except (ValueError, hl.integrate.IntegrationError, D.recordings.DataUnavailable) as refused:
        assert "\n" not in str(refused) and len(str(refused)) < 400          # the longest lists 21 tables
