"""What a model is shown: rows by number, and jumps along a trajectory."""

from types import SimpleNamespace

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import batches
from hnn_lite.batches import Jumps, Rows


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
    assert rows.whole()[0] is a


@pytest.mark.parametrize("done, reach", [(0.0, 1), (0.5, 4), (1.0, 7)])
def test_jumps_stay_on_their_trajectory_and_within_reach(done, reach):
    jumps, rng = Jumps(paths(), 0.5, 7), np.random.default_rng(0)
    seen = set()
    for _ in range(40):
        x, other, t = jumps.batch(None, done, rng)
        np.testing.assert_array_equal(x, paths().reshape(-1, 2))
        np.testing.assert_array_equal(other[:, 0], x[:, 0])
        np.testing.assert_allclose(other[:, 1] - x[:, 1], t)
        seen |= set(np.round(t / 0.5).astype(int))
    assert seen == {*range(-reach, 0), *range(1, reach + 1)}


def test_jumps_of_chosen_states():
    x, other, t = Jumps(paths(), 0.5, 19).batch(np.array([21, 59]), 1.0, np.random.default_rng(0))
    np.testing.assert_array_equal(x, [[1, 0.5], [2, 9.5]])
    assert t[1] < 0 and np.all(other[:, 0] == [1, 2])


def test_the_whole_is_always_the_same_and_large():
    jumps = Jumps(paths(), 0.5, 5)
    first, second = jumps.whole(), jumps.whole()
    assert len(first[0]) == 2040 and all(np.array_equal(*pair) for pair in zip(first, second, strict=True))
    assert np.abs(first[2]).max() == 2.5


def test_reach_ends_with_the_trajectory():
    x, other, t = Jumps(paths(1, 2), 0.5, 50).batch(None, 1.0, np.random.default_rng(0))
    np.testing.assert_allclose(t, [0.5, -0.5])


def test_single_precision_stays_single():
    task = SimpleNamespace(x=paths(), test_x=paths(), dt=0.1)
    for part in batches.jumps(task, 2, np.float32, 3):
        assert all(array.dtype == np.float32 for array in part.whole())


GOOD = {"x": paths(), "test_x": paths(), "dt": 1.0}


@pytest.mark.parametrize("change, words", [
    ({"x": paths()[0]}, r"task.x must have shape \(trajectories, times, 2\)"),
    ({"test_x": paths(times=1)}, "task.test_x must have shape .* two times or more"),
    ({"x": paths()[..., :1]}, "task.x must hold states of 2"),
    ({"x": np.full((2, 3, 2), np.nan)}, "task.x contains 12 values"),
    ({"dt": 0.0}, "task.dt must be finite and positive")])
def test_trajectories_that_cannot_be_used_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        batches.jumps(SimpleNamespace(**GOOD | change), 2, float, 5)


def test_a_task_without_trajectories_is_refused():
    with pytest.raises(ValueError, match="task must have x, test_x and dt, got Task"):
        batches.jumps(hl.data.fields.mass_spring(0, trajectories=1, points=2), 2, float, 5)
