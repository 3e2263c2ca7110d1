"""Films of a pendulum: motion and pictures against Gym's, the films that a model learns from, and what is read off a picture."""

import os

import numpy as np
import pytest

from hnn_lite.data import pixel_pendulum

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")          # pygame draws without a screen
gymnasium = pytest.importorskip("gymnasium")

ANGLES = np.concatenate([np.linspace(-0.62, 0.62, 41), np.random.default_rng(0).uniform(-np.pi, np.pi, 20)])


@pytest.fixture(scope="module")
def gym():
    """Gym's pendulum; `gym.state` is (angle from upright, speed)."""
    environment = gymnasium.make("Pendulum-v1", render_mode="rgb_array").unwrapped
    environment.reset(seed=0)
    yield environment
    environment.close()


def preprocess(image):
    """From a picture of Gym's, shape (500, 500, 3), to a frame, shape (784,), as the paper's code does: crop, red minus green, mean over 6 x 6."""
    part = image[222:390, 166:334].astype(float)
    grey = (part[..., 0] - part[..., 1]) / 255
    return grey.reshape(28, 6, 28, 6).mean(axis=(1, 3)).ravel()


def gyms_picture(gym, angle):
    gym.state, gym.last_u = np.array([angle + np.pi, 0.0]), None
    return gym.render()


@pytest.fixture(scope="module")
def pairs_of_frames(gym):
    """The same pendulum twice, preprocessed: Gym's picture, and the library's frame."""
    return np.stack([preprocess(gyms_picture(gym, angle)) for angle in ANGLES]), pixel_pendulum.render(ANGLES)


# --- motion

@pytest.mark.parametrize("start", [(0.4, -0.9), (-0.52, 1.0), (3.0, 7.5), (1.0, -8.0), (0.0, 0.0)])
def test_moves_as_gyms_pendulum_does(gym, start):
    gym.state, path = np.array([start[0] + np.pi, start[1]]), [np.array(start)]
    for _ in range(300):
        gym.step(np.array([0.0]))
        path.append(gym.state - [np.pi, 0])
    np.testing.assert_allclose(pixel_pendulum.simulate(start, 300), path, atol=1e-10)


def test_constants_are_gyms(gym):
    assert (gym.dt, gym.max_speed, 3 * gym.g / (2 * gym.l)) == (pixel_pendulum.DT, pixel_pendulum.MAX_SPEED, pixel_pendulum.STIFFNESS)


def test_starts_are_those_of_gyms_that_hang(gym):
    drawn = []
    for seed in range(2000):
        gym.reset(seed=seed)
        angle = (gym.state[0] % (2 * np.pi)) - np.pi
        if abs(angle) < np.pi / 6:
            drawn.append((angle, gym.state[1]))
    ours = pixel_pendulum.starts(np.random.default_rng(0), 4000)
    assert np.all(np.abs(ours) <= [np.pi / 6, 1]) and len(drawn) > 250
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        np.testing.assert_allclose(np.quantile(ours, share, axis=0), np.quantile(drawn, share, axis=0), atol=0.15)


def test_energy_is_nearly_kept():
    """With the speed half a step on, as two frames show it, the energy wobbles by less than a hundredth."""
    path = pixel_pendulum.simulate(pixel_pendulum.starts(np.random.default_rng(1), 50), 400)
    middle = np.stack([(path[1:, :, 0] + path[:-1, :, 0]) / 2, np.diff(path[..., 0], axis=0) / pixel_pendulum.DT], axis=-1)
    energy = pixel_pendulum.energy(middle)
    assert (np.ptp(energy, axis=0) / energy.mean(axis=0)).max() < 0.02
    assert pixel_pendulum.energy([0.5, 2.0]) == pytest.approx(1.9 * (1 - np.cos(0.5)) + 0.25)


# --- pictures

def test_frames_look_like_gyms(pairs_of_frames):
    gyms, ours = pairs_of_frames
    for angle, expected, frame in zip(ANGLES, gyms, ours, strict=True):
        assert np.corrcoef(expected, frame)[0, 1] > 0.99, f"at {angle}"
    assert np.abs(gyms - ours).mean() < 0.006          # of 0.5: the edges; Gym's rod is half a pixel of the window wider


def test_frames_are_not_shifted_against_gyms(pairs_of_frames):
    """The shift that would explain the difference pictures best stays under a seventh of a frame's pixel."""
    gyms, ours = (pictures.reshape(-1, 28, 28) for pictures in pairs_of_frames)
    down, right = np.gradient(ours, axis=(1, 2))
    slopes = np.stack([down.ravel(), right.ravel()], axis=-1)
    shift = np.linalg.lstsq(slopes, (gyms - ours).ravel(), rcond=None)[0]
    assert np.abs(shift).max() < 1 / 7


def test_frames_are_not_turned_against_gyms(pairs_of_frames):
    angle, misfit = pixel_pendulum.read_angle(pairs_of_frames[0])
    seen = np.abs(ANGLES) < 0.7
    assert np.abs(angle - ANGLES)[seen].max() < 0.02 and abs(np.mean((angle - ANGLES)[seen])) < 0.003
    assert misfit[seen].max() < 0.15


@pytest.mark.parametrize("angle", [0.0, 0.3, -0.55, 2.0])
def test_pictures_look_like_gyms(gym, angle):
    expected, picture = gyms_picture(gym, angle), pixel_pendulum.picture(angle)
    assert picture.dtype == np.uint8 and picture.shape == expected.shape
    assert np.mean(np.abs(picture.astype(int) - expected.astype(int)) > 60) < 0.003          # of all pixels: the edges


def test_a_frame_is_the_preprocessed_picture():
    for angle in ANGLES[::4]:
        expected = preprocess(pixel_pendulum.picture(angle))
        np.testing.assert_allclose(pixel_pendulum.render(angle), expected, atol=0.025)
        assert abs(np.mean(pixel_pendulum.render(angle) - expected)) < 1e-3


def test_a_frame_turns_to_the_side_that_the_angle_says():
    columns = pixel_pendulum.render([0.4, -0.4]).reshape(2, 28, 28).sum(axis=1) @ np.arange(28)
    assert columns[0] > columns[1]
    np.testing.assert_allclose(pixel_pendulum.render(0.4).reshape(28, 28)[:, ::-1], pixel_pendulum.render(-0.4).reshape(28, 28), atol=1e-6)


def test_render_takes_any_shape_in_any_order():
    angles = np.random.default_rng(2).uniform(-1, 1, (3, 50))
    many = pixel_pendulum.render(angles)
    assert many.shape == (3, 50, 784) and many.dtype == np.float32 and 0 <= many.min() < many.max() <= 1
    np.testing.assert_allclose(many[1, 17], pixel_pendulum.render(angles[1, 17]), atol=1e-5)


# --- the task

@pytest.fixture(scope="module")
def task():
    return pixel_pendulum.films(3, trials=10)


def test_task_has_100_pairs_a_film_and_splits_by_films(task):
    assert task.x.shape == task.next_x.shape == (8, 100, 1568) and task.test_x.shape == task.test_next_x.shape == (2, 100, 1568)
    assert task.x.dtype == np.float32
    assert pixel_pendulum.films(0, trials=2).x.shape[0] == pixel_pendulum.films(0, trials=2, test=0.99).x.shape[0] == 1


def test_pairs_are_views_of_successive_frames(task):
    for x, next_x, films in ((task.x, task.next_x, task.frames), (task.test_x, task.test_next_x, task.test_frames)):
        assert np.shares_memory(x, films) and np.shares_memory(next_x, films)
        np.testing.assert_array_equal(x[1, 7], np.concatenate([films[1, 7], films[1, 8]]))
        np.testing.assert_array_equal(next_x[1, 99], np.concatenate([films[1, 100], films[1, 101]]))


def test_states_are_those_behind_the_frames(task):
    np.testing.assert_allclose(task.frames, pixel_pendulum.render(task.states[..., 0]), atol=1e-6)
    np.testing.assert_allclose(task.states[:, 1:], pixel_pendulum.simulate(task.states[:, :-1], 1)[1])


def test_seeds(task):
    assert np.array_equal(task.frames, pixel_pendulum.films(3, trials=10).frames)
    assert not np.array_equal(task.states, pixel_pendulum.films(4, trials=10).states)


# --- what a picture shows

def test_angle_is_read_off_all_round():
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, 100)
    read, _ = pixel_pendulum.read_angle(pixel_pendulum.render(angles))
    assert np.abs((read - angles + np.pi) % (2 * np.pi) - np.pi).max() < 0.04


def test_motion_is_read_off_a_film_and_noise_is_smoothed_away():
    states = pixel_pendulum.simulate([[0.5, 0.0], [-0.3, 0.4]], 100)
    film = pixel_pendulum.render(states[..., 0])
    noisy = film + 0.02 * np.random.default_rng(0).normal(size=film.shape).astype(np.float32)
    speed = np.gradient(states[..., 0], pixel_pendulum.DT, axis=0)          # central differences: the speed at the time of the frame
    for pictures, tolerance in ((film, 0.01), (noisy, 0.05)):
        read, misfit = pixel_pendulum.read_motion(pictures)
        assert read.shape == (101, 2, 2) and misfit.shape == (101, 2)
        assert np.std((read[..., 0] - states[..., 0])[3:-3]) < tolerance / 10 and np.std((read[..., 1] - speed)[3:-3]) < tolerance
    energy = pixel_pendulum.energy(pixel_pendulum.read_motion(film)[0])
    assert np.all(np.abs(energy / energy.mean(axis=0) - 1) < 0.03)


def test_pendulums_that_go_over_the_top_are_followed_each_by_itself():
    states = pixel_pendulum.simulate([[3.0, 2.0], [-2.5, -3.0], [0.5, 0.0]], 60)
    film = pixel_pendulum.render(states[..., 0])
    read, _ = pixel_pendulum.read_motion(film)
    assert np.ptp(states[..., 0], axis=0)[:2].min() > 2 * np.pi
    for number in range(3):
        np.testing.assert_allclose(read[:, number], pixel_pendulum.read_motion(film[:, number])[0], rtol=0, atol=1e-3)


def test_misfit_tells_what_is_no_pendulum():
    rng, frame = np.random.default_rng(0), pixel_pendulum.render(0.3)
    ghost = (pixel_pendulum.render(0.3) + pixel_pendulum.render(-0.3)) / 2
    noisy = frame + 0.03 * rng.normal(size=784).astype(np.float32)
    misfits = [float(pixel_pendulum.read_angle(picture)[1]) for picture in (frame, noisy, ghost, np.zeros(784), 0.5 * rng.random(784))]
    assert misfits == sorted(misfits)
    assert misfits[0] < 0.01 and misfits[1] < 0.3 < 0.5 < misfits[2] and misfits[3] == pytest.approx(1)


def test_frames_with_holes_are_refused():
    with pytest.raises(ValueError, match="films"):
        pixel_pendulum.pairs(np.full((1, 3, pixel_pendulum.PIXELS), np.nan))
    with pytest.raises(ValueError, match="frames"):
        pixel_pendulum.read_angle(np.full(pixel_pendulum.PIXELS, np.nan))
