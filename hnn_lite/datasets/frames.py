"""Films of a pendulum: Gym's environment "Pendulum", its pictures drawn in NumPy, and what can be read off a picture.

A state is (angle, speed): the angle from hanging in rad, counter-clockwise, and its derivative in rad/s. (Gym measures the
angle from the upright position, which is this one plus pi.) A frame is a grey picture of 28 x 28 numbers in [0, 1], its rows
one after the other: 784 numbers. Two successive frames make a pair of 1568, in which the speed can be seen.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hnn_lite import checks

DT = 0.05                                   # seconds between two frames
STIFFNESS = 15.0                            # 3 g / (2 l) for a rod of length 1 m with g = 10 m/s^2
MAX_SPEED = 8.0
STEPS = 100                                 # usable pairs in a trial
ENERGY_STARTS = 15                          # films by which a model's energy is judged

WINDOW, SCALE = 500, 500 / 4.4              # Gym's window: 4.4 m wide
ROD_WIDTH, AXLE = 0.2, 0.05                 # m: the rod's width, the radius of the black disc on its pivot
ROD_COLOUR = np.array([204, 77, 77])
TOP, LEFT, CROP, SIDE = 222, 166, 168, 28   # the part of the window that is kept, and the side of a frame
PIXELS = SIDE**2
SHARPNESS = 2                               # sub-pixels along a side of a pixel when a frame is drawn


@dataclass(frozen=True)
class FilmTask:
    """Films to learn from.

    Attributes
    ----------
    name : str
    frames, test_frames : array, shape (trials, STEPS + width, 784), float32
    states, test_states : array, shape (trials, STEPS + width, 2)
        The true angle (rad) and speed (rad/s) behind each frame.
    starts : array, shape (15, 2)
        States at which the rollouts of the energy metric begin.
    width : int
        Frames that a model sees at a time: 2, or 1.
    """

    name: str
    frames: np.ndarray
    states: np.ndarray
    test_frames: np.ndarray
    test_states: np.ndarray
    starts: np.ndarray
    width: int = 2

    @property
    def x(self):
        """What a model sees, shape (trials, STEPS, width * 784): windows into `frames`, not copies."""
        return windows(self.frames, self.width)[:, :-1]

    @property
    def next_x(self):
        """The same one frame later."""
        return windows(self.frames, self.width)[:, 1:]

    @property
    def test_x(self):
        """As `x`, for the test films."""
        return windows(self.test_frames, self.width)[:, :-1]

    @property
    def test_next_x(self):
        """As `next_x`, for the test films."""
        return windows(self.test_frames, self.width)[:, 1:]


def pendulum(seed=0, trials=200, width=2, test=0.2):
    """Task 5: films of a pendulum that starts within pi/6 of hanging, without friction or torque (HNN paper, section 5).

    Where the paper's energy metric starts is not known; here it is fifteen states with an angle of +-U(pi/12, pi/6) and a
    speed of +-U(0.2, 1) rad/s.

    Parameters
    ----------
    seed : int
    trials : int
        Films, with 100 usable pairs each; at least 2.
    width : int
        Frames that a model sees at a time.
    test : float
        Part of the films that is kept for testing, in (0, 1).

    Returns
    -------
    task : FilmTask

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    trials, width = checks.whole("trials", trials, 2), checks.whole("width", width, 1)
    if not 0 < checks.positive("test", test) < 1:
        raise ValueError(f"test must lie between 0 and 1, got {test!r}")
    cut = min(trials - 1, max(1, round(trials * (1 - test))))
    rng = checks.generator(seed, "films of a pendulum")
    states = simulate(starts(rng, trials), STEPS + width - 1).swapaxes(0, 1)
    frames = render(states[..., 0])
    judged = rng.uniform([np.pi / 12, 0.2], [np.pi / 6, 1.0], (ENERGY_STARTS, 2)) * rng.choice([-1.0, 1.0], (ENERGY_STARTS, 2))
    return FilmTask("pixel-pendulum", frames[:cut], states[:cut], frames[cut:], states[cut:], judged, width)


def starts(rng, count, largest=np.pi / 6):
    """Initial states as Gym draws them, angle U(-pi, pi) and speed U(-1, 1), if within `largest` of hanging: (count, 2)."""
    return np.stack([rng.uniform(-largest, largest, count), rng.uniform(-1, 1, count)], axis=-1)


def simulate(states, steps):
    """Gym's pendulum without torque: `steps` steps of symplectic Euler, speed first, speed cut off at 8 rad/s.

    Parameters
    ----------
    states : array, shape (..., 2)
    steps : int

    Returns
    -------
    path : array, shape (steps + 1, ..., 2)
        The start included. Angles are not wrapped.
    """
    path = [checks.finite_states("states", states, 2)]
    for _ in range(checks.whole("steps", steps, 1)):
        angle, speed = path[-1][..., 0], path[-1][..., 1]
        speed = np.clip(speed - STIFFNESS * np.sin(angle) * DT, -MAX_SPEED, MAX_SPEED)
        path.append(np.stack([angle + speed * DT, speed], axis=-1))
    return np.stack(path)


def energy(states):
    """The energy by which the paper's code judges this task, 1.9 (1 - cos angle) + (speed / 4)^2: (..., 2) to (...)."""
    states = checks.states("states", states, 2)
    return 1.9 * (1 - np.cos(states[..., 0])) + (states[..., 1] / 4) ** 2


def picture(angle):
    """The picture that Gym shows, uint8 of shape (500, 500, 3): white, a red rod with round ends, a black axle."""
    x, y = _grid(0, 0, WINDOW, WINDOW)
    rod, axle = _covered(np.array([float(angle)]), x, y, 1 / SCALE)
    white_to_red = 255 - rod[0, ..., None] * (255 - ROD_COLOUR)
    return np.round(white_to_red * (1 - axle[..., None])).reshape(WINDOW, WINDOW, 3).astype(np.uint8)


def preprocess(image):
    """From a picture of Gym's, shape (500, 500, 3), to a frame, shape (784,): crop, red minus green, mean over 6 x 6."""
    image = np.asarray(image)
    if image.shape != (WINDOW, WINDOW, 3):
        raise ValueError(f"image must have shape {(WINDOW, WINDOW, 3)}, got {image.shape}")
    part = image[TOP:TOP + CROP, LEFT:LEFT + CROP].astype(float)
    grey = (part[..., 0] - part[..., 1]) / 255
    return grey.reshape(SIDE, CROP // SIDE, SIDE, CROP // SIDE).mean(axis=(1, 3)).ravel()


def render(angles):
    """Frames of a pendulum at the given angles, shape (...) to (..., 784), float32: `preprocess(picture(angle))`, drawn directly."""
    angles = checks.numbers("angles", angles)
    x, y = _grid(LEFT, TOP, CROP, SIDE * SHARPNESS)
    frames = np.empty((angles.size, PIXELS), np.float32)
    for rows in range(0, angles.size, 16):          # a block that stays in the processor's cache
        rod, axle = _covered(angles.ravel()[rows:rows + 16], x, y, CROP / (SIDE * SHARPNESS) / SCALE)
        rod *= 1 - axle
        fine = rod.reshape(-1, SIDE, SHARPNESS, SIDE, SHARPNESS)
        frames[rows:rows + 16] = fine.sum(axis=2).sum(axis=-1).reshape(-1, PIXELS)
    frames *= (ROD_COLOUR[0] - ROD_COLOUR[1]) / 255 / SHARPNESS**2
    return frames.reshape(*angles.shape, PIXELS)


def windows(frames, width=2):
    """Every `width` successive frames as one row: (trials, times, 784) to (trials, times - width + 1, width * 784), a view."""
    flat = np.ascontiguousarray(frames).reshape(len(frames), -1)
    return np.lib.stride_tricks.sliding_window_view(flat, width * PIXELS, axis=1)[:, ::PIXELS]


def read_angle(frames):
    """The angle that a picture shows: the drawn frame that is nearest to it, among all angles.

    Parameters
    ----------
    frames : array, shape (..., 784)

    Returns
    -------
    angle : array, shape (...)
        In rad, in [-pi, pi]; a parabola through the three smallest distances refines the grid of 1 degree.
    misfit : array, shape (...)
        Distance to the nearest drawn frame, divided by the length of that frame: 0 for a perfect picture, 1 for a blank one.
    """
    frames = checks.states("frames", frames, PIXELS)
    angles, drawn, lengths = _templates()
    flat = np.asarray(frames, np.float32).reshape(-1, PIXELS)
    distance = (lengths - 2 * (flat @ drawn.T)).astype(float)           # squared, but for the frame's own length
    best = np.argmin(distance, axis=-1)
    row, count = np.arange(len(flat)), len(angles)
    before, here, after = (distance[row, (best + shift) % count] for shift in (-1, 0, 1))
    offset = (before - after) / (2 * (before - 2 * here + after))
    angle = angles[best] + (angles[1] - angles[0]) * offset
    nearest = render(angle)
    misfit = np.linalg.norm(flat - nearest, axis=-1) / np.linalg.norm(nearest, axis=-1)
    return angle.reshape(frames.shape[:-1]), misfit.reshape(frames.shape[:-1])


def read_state(pairs):
    """Angle and speed that a pair of frames shows, in the middle of the time between them.

    Parameters
    ----------
    pairs : array, shape (..., 1568)

    Returns
    -------
    states : array, shape (..., 2)
        The mean of the two angles, and their difference divided by 0.05 s.
    misfit : array, shape (...)
        The worse of the two; see `read_angle`.
    """
    pairs = checks.states("pairs", pairs, 2 * PIXELS)
    angle, misfit = read_angle(np.asarray(pairs).reshape(*pairs.shape[:-1], 2, PIXELS))
    turn = (angle[..., 1] - angle[..., 0] + np.pi) % (2 * np.pi) - np.pi
    return np.stack([angle[..., 0] + turn / 2, turn / DT], axis=-1), misfit.max(axis=-1)


@lru_cache(1)
def _templates():
    angles = np.linspace(-np.pi, np.pi, 360, endpoint=False)
    drawn = render(angles)
    return angles, drawn, np.sum(drawn**2, axis=-1)


@lru_cache(4)
def _grid(left, top, size, count):
    """Centres of count x count squares in a part of the window, in metres from the pivot, x to the right and y downwards."""
    centre = (np.arange(count) + 0.5) * size / count
    y, x = np.meshgrid((top + centre - WINDOW / 2) / SCALE, (left + centre - WINDOW / 2) / SCALE, indexing="ij")
    return x.ravel().astype(np.float32), y.ravel().astype(np.float32)


def _covered(angles, x, y, square):
    """How much of each square the rod covers, shape (angles, squares), and the axle, (squares,), from the distance to their edges."""
    rod = np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)
    along = rod @ np.stack([y, x])
    along -= np.clip(along, 0, 1)                   # what is left lies beyond one of the ends
    across = rod @ np.stack([x, -y])
    along *= along
    across *= across
    along += across
    return _soft(np.sqrt(along, out=along), ROD_WIDTH / 2, square), _soft(np.hypot(x, y), AXLE, square)


def _soft(distance, edge, square):
    """1 inside and 0 outside of an edge at some distance, and a slope one square wide between: in place."""
    distance -= edge + square / 2
    distance /= -square
    return np.clip(distance, 0, 1, out=distance)
