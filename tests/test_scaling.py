"""The scaling of the data: the symplectic form is kept, sizes become one, modes are the known ones, and absurd data are named."""

from types import SimpleNamespace

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import shears
from hnn_lite.metrics import symplecticity_defect
from hnn_lite.scaling import Scaling, _uncouple, paths, sizes, williamson


def coupled(masses=(5.0, 1.0), walls=(0.01, 0.005), pair=0.5):
    """Two masses at walls and at each other: H by its matrices, and paths of it."""
    K = np.zeros((4, 4))
    K[:2, :2] = np.diag(walls) + pair * np.array([[1, -1], [-1, 1]])
    K[2:, 2:] = np.diag(1 / np.array(masses))
    rates = np.sort(np.abs(np.linalg.eigvals(hl.symplectic_matrix(4) @ K).imag))[::2]
    flow = hl.symplectic_matrix(4) @ K
    starts = np.random.default_rng(0).normal(size=(3, 4)) * [10, 10, 1, 1]
    values, vectors = np.linalg.eig(flow)
    path = np.stack([((vectors * np.exp(values * t)) @ np.linalg.solve(vectors, starts.T)).real.T for t in range(50)], axis=1)
    return K, rates, path


@pytest.mark.parametrize("pair", [0.0, 0.5])
def test_normal_modes_of_coupled_oscillators(pair):
    K, rates, _ = coupled(pair=pair)
    S = williamson(K)
    np.testing.assert_allclose(S.T @ K @ S, np.diag([*rates, *rates]), atol=1e-12)
    np.testing.assert_allclose(S.T @ hl.symplectic_matrix(4) @ S, hl.symplectic_matrix(4), atol=1e-12)
    np.testing.assert_allclose(S[:2, 2:], 0, atol=1e-12)          # positions of positions alone
    np.testing.assert_allclose(S[2:, :2], 0, atol=1e-12)


def test_normal_modes_of_a_random_energy_and_of_equal_frequencies():
    root = np.random.default_rng(1).normal(size=(6, 6))
    for K in (root @ root.T, np.eye(6), np.diag([1.0, 4, 9, 4, 1, 4 / 9])):
        S = williamson(K)
        d = np.diag(S.T @ K @ S)
        np.testing.assert_allclose(S.T @ K @ S, np.diag(d), atol=1e-10)
        np.testing.assert_allclose(d[:3], d[3:])
        np.testing.assert_allclose(S.T @ hl.symplectic_matrix(6) @ S, hl.symplectic_matrix(6), atol=1e-11)


@pytest.mark.parametrize("trajectories", [1, 3])
def test_modes_solve_a_linear_system(trajectories):
    K, rates, path = coupled()
    shifted = path[:trajectories] + [3, -2, 0.1, 0]
    scaling = Scaling.of(shifted, dt=1)
    np.testing.assert_allclose(scaling.frequencies, rates, rtol=1e-9)
    np.testing.assert_allclose(scaling.centre, [3, -2, 0.1, 0], atol=1e-8)
    z = scaling.apply(shifted)
    action, _ = shears.polar(z)
    energy = np.einsum("...i,ij,...j", path[:trajectories], K, path[:trajectories]) / 2
    np.testing.assert_allclose(scaling.unit * action @ rates, energy, rtol=1e-8)
    np.testing.assert_allclose(scaling.undo(shears.rotate(z[:, :1], 40 * scaling.frequencies)), shifted[:, 40:41], atol=1e-6)


@pytest.mark.parametrize("kind", ["pairs", "modes"])
def test_a_scaling_keeps_the_form_up_to_one_factor_and_makes_size_one(kind):
    paths = hl.systems.pendulum().rollout(np.array([[0.5, 0], [2.0, 0], [1.0, 1.0]]), np.arange(0, 6, 0.1)).swapaxes(0, 1)
    for x in (coupled()[2], paths):
        scaling = Scaling.of(x, 0.1, kind)
        z = scaling.apply(x)
        assert np.mean(z**2) == pytest.approx(1) and np.abs(scaling.undo(z) - x).max() < 1e-12 * np.abs(x).max()
        assert symplecticity_defect(lambda x, s=scaling: np.sqrt(s.unit) * s.apply(x), x) < 1e-13 * np.abs(x).max()
        assert scaling.time == 0.1
        np.testing.assert_allclose(scaling.spread, x.std(axis=(0, 1)))
    assert scaling.frequencies / 0.1 == pytest.approx(np.sqrt(6), rel=0.3)          # slower than small swings


def test_modes_of_like_rates_are_told_apart_by_the_paths_and_others_are_left_alone():
    """Three steady waves, seen as mixtures of each other: what takes them apart is the mixing's inverse, but for phases and the order."""
    rng = np.random.default_rng(0)
    waves = np.array([1, 2, 3.0]) * np.exp(2j * np.pi * np.arange(40)[:, None] / 40 * [1, 2, 5])
    mixing = np.linalg.qr(rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3)))[0]
    V = _uncouple(waves[None] @ mixing.T, np.array([1, 1.05, 1.08]))
    np.testing.assert_allclose(np.sort(abs(V @ mixing), axis=1), [[0, 0, 1]] * 3, atol=1e-7)
    np.testing.assert_array_equal(_uncouple(waves[None] @ mixing.T, np.array([1, 1.2, 1.5])), np.eye(3))


def test_circles_are_found_where_ellipses_are_narrow_and_turn_slowly():
    """As in a round bowl: the circles' actions stay, though on average over each path those along its axes differ more."""
    turns = np.exp(1j * np.linspace(0, 1, 50)[:, None] * [1, -1])
    circles = np.stack([c * turns for c in ([1.0, 0.9], [0.8, 0.7], [0.5, 0.6])])
    V = _uncouple(circles @ (np.array([[1, 1], [1j, -1j]]) / np.sqrt(2)).T, np.ones(2))
    actions = abs(circles @ (np.array([[1, 1], [1j, -1j]]) / np.sqrt(2)).T @ V.T) ** 2
    assert np.ptp(actions, axis=1).max() < 1e-12


def test_where_no_quadratic_energy_has_a_minimum_the_covariance_serves():
    """Away from a hilltop, H = (p^2 - q^2) / 2, and from a saddle, seen in coordinates that mix all four."""
    t, rng = np.linspace(0, 1, 20), np.random.default_rng(0)
    a, b = rng.normal(size=(2, 6, 2, 1)) * [[1.0], [3.0]]
    one = np.concatenate([np.cosh(t) * a + np.sinh(t) * b, np.sinh(t) * a + np.cosh(t) * b], axis=1).swapaxes(1, 2)          # (6, 20, 4)
    mixed = one @ np.linalg.qr(rng.normal(size=(4, 4)))[0]
    for x in (one[..., ::2], mixed):
        scaling, n = Scaling.of(x, 0.05), x.shape[-1] // 2
        covariance = np.cov(scaling.apply(x).reshape(-1, 2 * n), rowvar=False)
        both = np.diag(covariance).reshape(2, n)
        np.testing.assert_allclose(both[0], both[1], rtol=1e-9)
        np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-9)


# --- states and rates

def rates(q=1.0, p=1.0, time=1.0, offset=(0.0, 0.0), count=200):
    """States of a spring and their rates, in any units."""
    x = np.random.default_rng(0).normal(size=(count, 2))
    return x * [q, p] + np.array(offset), x[:, ::-1] * [1, -1] * [q, p] / time


TASKS = {"mass-spring": lambda: hl.data.fields.mass_spring(0, trajectories=8), "pendulum": lambda: hl.data.fields.pendulum(0, trajectories=8),
         "damped": lambda: hl.data.fields.damped_pendulum(0), "two-body": lambda: hl.data.fields.two_body(0, orbits=10),
         "three-body": lambda: hl.data.fields.three_body(0, orbits=10)}


@pytest.mark.parametrize("name", TASKS)
def test_the_papers_data_are_left_as_they_are(name):
    task = TASKS[name]()
    assert Scaling.of_rates(task.x, task.dx).plain() == Scaling.identity(task.x.shape[1]).plain()


@pytest.mark.parametrize("q, p, time, offset", [(1e6, 1e-6, 1, (0, 0)), (1e-6, 1e6, 1e-3, (0, 0)), (1e-11, 1e-24, 1e-14, (1e-10, 0)),
                                                (1, 1, 1, (1000, 0)), (1e-60 * 20, 1e30, 1, (0, 0))])
def test_states_and_rates_of_any_units_become_the_same(q, p, time, offset):
    x, dx = rates(q, p, time, offset)
    scaling, (milli, milli_dx) = Scaling.of_rates(x, dx), rates(1e3, 1e3)
    z, rate, plain = scaling.apply(x), scaling.apply_rate(dx), Scaling.of_rates(milli, milli_dx)
    assert np.mean(z**2) == pytest.approx(1) and np.mean(rate**2) == pytest.approx(1)
    np.testing.assert_allclose(z, plain.apply(milli), rtol=0, atol=1e-11)
    np.testing.assert_allclose(rate, plain.apply_rate(milli_dx), rtol=1e-11)
    assert np.abs((scaling.undo(z) - x) / [q, p]).max() < 1e-12
    np.testing.assert_allclose(scaling.undo_rate(rate), dx, rtol=1e-12)
    J = scaling.matrix
    np.testing.assert_allclose(J.T @ hl.symplectic_matrix(2) @ J, hl.symplectic_matrix(2), atol=1e-12)


def test_an_odd_number_of_coordinates_and_one_that_rests():
    x = np.random.default_rng(0).normal(size=(50, 3)) * [1e3, 1, 1e-3]
    scaling = Scaling.of_rates(x, x)
    np.testing.assert_allclose(scaling.apply(x).std(axis=0), 1, rtol=0.01)
    np.testing.assert_allclose(scaling.undo(scaling.apply(x)), x, rtol=1e-9)
    x, dx = rates(1e3, 1e3)
    x[:, 1] = 7
    z = Scaling.of_rates(x, dx).apply(x)
    assert np.all(np.isfinite(z)) and not np.any(z[:, 1])
    assert Scaling.of_rates(np.full((5, 2), 20.0), np.zeros((5, 2))).plain() == Scaling.identity(2).plain()          # nothing to be learned


@pytest.mark.parametrize("unit", [1e6, 1e-6])
def test_a_coordinate_that_rests_is_counted_in_the_units_of_the_others(unit):
    seen = []
    for x, dx in (rates(1e3, 1e3), rates(1e3 * unit, 1e3 * unit)):
        x[:, 1] = 0
        scaling = Scaling.of_rates(x, dx)
        seen.append(np.concatenate([scaling.apply(x), scaling.apply_rate(dx)], axis=1))
    np.testing.assert_allclose(*seen, rtol=1e-9)


def test_the_scaling_that_changes_nothing_and_the_one_of_a_file():
    x = np.random.default_rng(0).normal(size=(9, 4))
    np.testing.assert_array_equal(Scaling.identity(4).apply(x), x)
    np.testing.assert_array_equal(Scaling.identity(4).undo(x), x)
    np.testing.assert_array_equal(Scaling.identity(4).apply_rate(x), x)
    scaling = Scaling.of(coupled()[2], 0.1)
    again = Scaling.stored(scaling.plain(), 4)
    assert again.plain() == scaling.plain() and Scaling.stored(None, 4) is None and Scaling.stored(scaling, 4) is scaling


# --- what cannot be used

WALK = np.random.default_rng(0).normal(size=(1, 5, 2))
TURNS = 0.5 * np.arange(40)          # an angle that goes round


def wrapped(angle, middle=0.0):
    """A path whose first coordinate is an angle, kept within a turn around `middle`."""
    return np.stack([(angle - middle + np.pi) % (2 * np.pi) - np.pi + middle, np.cos(angle)], axis=-1)[None]


@pytest.mark.parametrize("middle", [0.0, np.pi])
def test_an_angle_that_jumps_is_refused_by_name_wherever_paths_come_in(middle):
    x, smooth = wrapped(TURNS, middle), wrapped(0.1 * TURNS)
    task = SimpleNamespace(x=x, test_x=smooth, dt=0.1)
    for door, name in ((lambda: paths("x", x), "x"), (lambda: Scaling.of(x, 0.1), "x"), (lambda: hl.LinearMap(task), "task.x"),
                       (lambda: hl.fit(hl.ActionAngleNetwork(2), task, 1, progress=False), "task.x"),
                       (lambda: hl.fit(hl.NeuralODE(2), task, 1, progress=False), "task.x"),
                       (lambda: hl.fit(hl.EulerUpdate(2), SimpleNamespace(x=smooth, test_x=x, dt=0.1), 1, progress=False), "task.test_x")):
        with pytest.raises(ValueError, match=f"^{name} has an angle that jumps: coordinate 0 .* 2 pi; unwrap it"):
            door()
    x[..., 0] = np.unwrap(x[..., 0])
    assert paths("x", x).shape == (1, 40, 2)


def test_long_steps_that_are_no_jumps_pass():
    assert paths("x", 100 * WALK).shape == (1, 5, 2)
    assert paths("x", np.stack([10 * np.sin(TURNS), 10 * np.cos(TURNS)], axis=-1)[None]).shape == (1, 40, 2)


@pytest.mark.parametrize("bad, words", [
    (lambda: Scaling.of(np.ones((3, 2)), 1), r"x must have shape \(trajectories, times, dim\) with two times or more, got \(3, 2\)"),
    (lambda: Scaling.of(np.ones((3, 1, 2)), 1), r"two times or more, got \(3, 1, 2\)"),
    (lambda: Scaling.of(np.ones((1, 5, 2)), 1), "coordinate 0 of x never changes"),
    (lambda: Scaling.of(WALK * [1, 0] + [0, 1e-30], 1), "coordinate 1 of x never changes"),
    (lambda: Scaling.of(np.tile(WALK, (1, 6, 1)) * [1, 0] + [0, 0.1], 1), "coordinate 1 of x never changes"),          # but for rounding of the mean
    (lambda: Scaling.of(np.ones((1, 5, 3)), 1), "must be even"),
    (lambda: Scaling.of(WALK * np.nan, 1), "x contains 10 values that are NaN or infinite"),
    (lambda: Scaling.of(np.ma.masked_greater(WALK, 1.0), 1), "x contains [1-9] values that are masked"),
    (lambda: Scaling.of(None, 1), "x must be an array of real numbers, got NoneType"),
    (lambda: Scaling.of(WALK * [1e300, 1], 1), r"x has values of size .*e\+300 in coordinate 0: give them in a unit"),
    (lambda: Scaling.of(WALK * [1, 1e-310], 1), r"x has values of size .*e-310 in coordinate 1: give them in a unit"),
    (lambda: Scaling.of(WALK, 0), "dt must be finite and positive, got 0"),
    (lambda: Scaling.of(WALK, None), "dt must be a number, got None"),
    (lambda: Scaling.of(WALK, 1, "plain"), "unknown kind 'plain'; choose one of: pairs, modes"),
    (lambda: Scaling.of_rates(*rates(1e200)), r"task.x has values of size .* in coordinate 0"),
    (lambda: Scaling.of_rates(rates()[0], 1e100 * rates()[1]), r"task.dx has values of size .* in coordinate 0"),
    (lambda: Scaling.stored(Scaling.identity(2).plain(), 4), "the scaling of a model of 4 coordinates cannot have shapes"),
    (lambda: sizes("it", np.array([[0.0, 5e-324]])), "it has values of size 4.9e-324 in coordinate 1")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()


def test_numbers_up_to_ten_are_of_size_one():
    x = 7.0 * np.random.default_rng(0).choice([-1.0, 1.0], (40, 2))
    assert Scaling.of_rates(x, x).unit == 1 != Scaling.of_rates(2 * x, x).unit
