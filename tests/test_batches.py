"""What a model is shown: rows by number, and jumps along a trajectory."""

from types import SimpleNamespace

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import batches
from hnn_lite.batches import Jumps, Rows
from hnn_lite.scaling import Scaling

TIMES = 0.1 * np.arange(60) + np.array([[0.0], [2.0]])


def paths(trajectories=3, times=20, dt=0.5):
    """States that say where they are: (number of the trajectory, time)."""
    x = np.empty((trajectories, times, 2))
    x[..., 0], x[..., 1] = np.arange(trajectories)[:, None], dt * np.arange(times)
    return x


def test_rows_by_number_and_all():
    a, b = np.random.default_rng(0).normal(size=(2, 4, 5, 3))
    rows = Rows(a, b)
    assert len(rows) == 20
    for got, array in zip(rows.batch(np.array([7, 0]), 0.0, None), (a, b), strict=True):
        np.testing.assert_array_equal(got, [array[1, 2], array[0, 0]])
    for got, array in zip(rows.batch(None, 0.0, None), (a, b), strict=True):
        np.testing.assert_array_equal(got, array.reshape(20, 3))
    assert rows.fixed() is rows and rows.astype(float).arrays[0] is a          # no copy
    doubled = rows.map(lambda a: 2 * a, lambda b: b + 1).arrays
    np.testing.assert_array_equal(doubled[0], 2 * a)
    np.testing.assert_array_equal(doubled[1], b + 1)


@pytest.mark.parametrize("done, reach", [(0.0, 1), (0.5, 4), (1.0, 7)])
def test_jumps_stay_on_their_trajectory_and_within_reach(done, reach):
    jumps, rng = Jumps(paths(), 0.5, 7), np.random.default_rng(0)
    seen = set()
    for _ in range(40):
        x, other, t = jumps.batch(None, done, rng)
        np.testing.assert_array_equal(x, paths().reshape(-1, 2))
        np.testing.assert_array_equal(other[:, 0], x[:, 0])
        np.testing.assert_allclose(other[:, 1:] - x[:, 1:], t)
        seen |= set(np.round(t[:, 0] / 0.5).astype(int))
    assert seen == {*range(-reach, 0), *range(1, reach + 1)}


def test_jumps_of_chosen_states():
    x, other, t = Jumps(paths(), 0.5, 19).batch(np.array([21, 59]), 1.0, np.random.default_rng(0))
    np.testing.assert_array_equal(x, [[1, 0.5], [2, 9.5]])
    assert t[1] < 0 and np.all(other[:, 0] == [1, 2])


def test_a_fixed_set_is_always_the_same_and_large():
    jumps = Jumps(paths(), 0.5, 5)
    first, second = jumps.fixed(), jumps.fixed()
    assert len(first) == 2040 and all(np.array_equal(*pair) for pair in zip(first.arrays, second.arrays, strict=True))
    assert np.abs(first.arrays[2]).max() == 2.5


def test_short_and_long_jumps_are_as_frequent():
    """1, 2 to 3, 4 to 7 samples: a third each."""
    t = np.abs(Jumps(paths(100, 50), 1.0, 7).fixed().arrays[2])
    assert [np.mean((t >= low) & (t < 2 * low)) for low in (1, 2, 4)] == pytest.approx([1 / 3] * 3, abs=0.03)


def test_jumps_go_back_as_often_as_forwards():
    t = Jumps(paths(100, 50), 1.0, 7).fixed().arrays[2]
    assert np.mean(t > 0) == pytest.approx(1 / 2, abs=0.03)


def test_ahead_is_every_state_with_one_some_samples_later():
    x, later, t = Jumps(paths(), 0.5, 3).ahead().arrays
    np.testing.assert_array_equal(x[:, 3:], later[:, :-3])
    assert t.shape == (3, 17, 1) and np.all(t == 1.5)


def test_reach_grows_over_the_ramp():
    jumps, rng = Jumps(paths(1, 50), 1.0, 9, ramp=0.5), np.random.default_rng(0)
    assert [max(np.abs(jumps.batch(None, done, rng)[2]).max() for _ in range(30)) for done in (0, 0.25, 0.5, 1)] == [1, 5, 9, 9]


def test_reach_ends_with_the_trajectory():
    x, other, t = Jumps(paths(1, 2), 0.5, 50).batch(None, 1.0, np.random.default_rng(0))
    np.testing.assert_allclose(t, [[0.5], [-0.5]])


def test_single_precision_stays_single():
    for rows in (Jumps(paths(), 0.5, 3).astype(np.float32).fixed(), Rows(paths()).astype(np.float32)):
        assert all(array.dtype == np.float32 for array in rows.arrays)


def test_jumps_of_a_task_are_in_the_coordinates_and_the_time_of_the_scaling():
    task = SimpleNamespace(x=paths(), test_x=paths(2), dt=0.5)
    scaling = Scaling(np.array([1.0, 2.0]), np.ones(2), np.diag([2, 0.5]), 4.0, 0.25, np.ones(1))
    train, test = batches.jumps(task, 2, 3, units=lambda x, dt: scaling)
    np.testing.assert_array_equal(train.x, scaling.apply(task.x))
    assert test.x.shape == (2, 20, 2) and train.dt == test.dt == 2.0 and train.reach == 3
    plain, _ = batches.jumps(task, 2, 3)
    np.testing.assert_array_equal(plain.x, task.x)
    assert plain.dt == 0.5


def test_offsets_lose_no_digits():
    """The scaling comes before single precision, whose last digit of 1e7 is 1."""
    x = np.stack([np.sin(TIMES), np.cos(TIMES)], axis=-1)
    task = SimpleNamespace(x=x + 1e7, test_x=x + 1e7, dt=0.1)
    for model in (hl.ActionAngleNetwork(2, shears=1, width=2), hl.NeuralODE(2, hidden=(3,)), hl.EulerUpdate(2, hidden=(3,))):
        shown = model.examples(task)[0].astype(np.float32)
        z = shown.x if isinstance(shown, Jumps) else shown.arrays[0]
        again = model.scaling.undo(z.astype(float)) - 1e7
        np.testing.assert_allclose(again, x[:, :again.shape[1]], atol=1e-6)


def test_films_are_not_copied():
    films = np.random.default_rng(0).random((2, 5, 6)).astype(np.float32)
    task = SimpleNamespace(x=films[:, :-1], next_x=films[:, 1:], test_x=films[:1, :-1], test_next_x=films[:1, 1:])
    assert all(np.shares_memory(array, films) for rows in batches.pairs(task, "next_x", 6, films=True) for array in rows.arrays)


PATHS = {"x": paths(), "test_x": paths(), "dt": 1.0}
PAIRS = {"x": np.ones((4, 2)), "dx": np.ones((4, 2)), "test_x": np.ones((3, 2)), "test_dx": np.ones((3, 2))}
MASKED = np.ma.masked_equal(paths(), 1.0)


@pytest.mark.parametrize("change, words", [
    ({"x": paths()[0]}, r"task.x must have shape \(trajectories, times, 2\) with two times or more, got \(20, 2\)"),
    ({"test_x": paths(times=1)}, r"task.test_x must have shape .* two times or more, got \(3, 1, 2\)"),
    ({"x": paths()[..., :1]}, r"task.x must have shape \(trajectories, times, 2\) .* got \(3, 20, 1\)"),
    ({"x": np.full((2, 3, 2), np.nan)}, "task.x contains 12 values that are NaN or infinite"),
    ({"x": MASKED}, f"task.x contains {MASKED.mask.sum()} values that are masked"),
    ({"test_x": MASKED}, f"task.test_x contains {MASKED.mask.sum()} values that are masked"),
    ({"x": 1j * paths()}, "task.x must be an array of real numbers, got ndarray"),
    ({"x": "paths"}, "task.x must be an array of real numbers, got str"),
    ({"x": 1e99 * paths()}, "task.x has values of size 2.0e[+]99 in coordinate 0"),
    ({"dt": 0.0}, "task.dt must be finite and positive, got 0.0"),
    ({"dt": [0.1]}, r"task.dt must be a number, got \[0.1\]")])
def test_paths_that_cannot_be_used_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        hl.fit(hl.ActionAngleNetwork(2, shears=1, width=2), SimpleNamespace(**PATHS | change), 1, progress=False)


@pytest.mark.parametrize("change, words", [
    ({"x": np.ones((4, 3))}, r"task.x must hold states of 2 coordinates in its last axis, got shape \(4, 3\)"),
    ({"dx": np.ones((4, 3))}, r"task.x and task.dx must both have shape \(points, 2\), got \(4, 2\) and \(4, 3\)"),
    ({"test_dx": np.ones((2, 2))}, r"task.test_x and task.test_dx must both have shape .*\(3, 2\) and \(2, 2\)"),
    ({"x": np.ones((2, 4, 2)), "dx": np.ones((2, 4, 2))}, r"must both have shape \(points, 2\), got \(2, 4, 2\)"),
    ({"x": 3.0}, r"task.x must hold states of 2 coordinates in its last axis, got shape \(\)"),
    ({"x": np.ones((0, 2))}, r"task.x is empty \(shape \(0, 2\)\)"),
    ({"dx": np.ma.masked_array(np.ones((4, 2)), [[1, 0]] * 4)}, "task.dx contains 4 values that are masked"),
    ({"test_x": np.array([[1, np.inf]] * 3)}, "task.test_x contains 3 values that are NaN or infinite"),
    ({"dx": None}, "task.dx must be an array of real numbers, got NoneType"),
    ({"x": [[1.0, 2.0], [3.0]]}, "task.x must be an array of real numbers, got list")])
def test_pairs_that_cannot_be_used_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        hl.fit(hl.HNN(2, hidden=(3,)), SimpleNamespace(**PAIRS | change), 1, progress=False)


def test_a_task_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="task must have x, test_x and dt, got SimpleNamespace"):
        batches.jumps(SimpleNamespace(**PAIRS), 2, 5)
    with pytest.raises(ValueError, match="task must have x, dx, test_x and test_dx, got SimpleNamespace"):
        batches.pairs(SimpleNamespace(**PATHS))
    with pytest.raises(ValueError, match="reach must be a whole number of at least 1, got 0"):
        batches.jumps(SimpleNamespace(**PATHS), 2, 0)
    with pytest.raises(ValueError, match=r"task.x and task.dx must both have shape \(points, dim\), got \(\) and \(4, 2\)"):
        batches.pairs(SimpleNamespace(**PAIRS | {"x": 3.0}))


def test_half_of_the_way_a_jump_may_be_half_as_long():
    _, _, t = Jumps(np.zeros((1, 200, 2)), 1.0, 10).batch(np.full(20_000, 100), 0.5, np.random.default_rng(0))
    assert np.max(np.abs(t)) == 6          # 1 + 9 / 2, rounded


def test_a_jump_ends_where_its_time_says_at_the_ends_of_a_path_too():
    x, other, t = Jumps(np.arange(4.0)[None, :, None] * np.ones(2), 0.5, 3).batch(np.tile(np.arange(4), 500), 1.0, np.random.default_rng(0))
    np.testing.assert_array_equal(other[:, 0] - x[:, 0], t[:, 0] / 0.5)


def test_both_ends_of_a_path_are_jumped_to():
    for start, ends in ((1, {0, 2}), (2, {1, 3})):
        x, other, t = Jumps(paths(1, 4), 0.5, 1).batch(np.full(100, start), 1.0, np.random.default_rng(0))
        assert set(other[:, 1] / 0.5) == ends


def test_the_fixed_pairs_are_as_many_as_promised():
    assert len(Jumps(np.zeros((1, 1000, 2)), 1.0, 3).fixed()) == 2000
