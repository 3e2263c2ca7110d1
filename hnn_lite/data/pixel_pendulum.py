"""Films of a pendulum: Gym's environment "Pendulum", its pictures drawn in NumPy, and what can be read off a picture.

A state is (angle, speed): the angle from hanging in rad, counter-clockwise, and its derivative in rad/s. (Gym measures the
angle from the upright position, which is this one plus pi.) A frame is a grey picture of 28 x 28 numbers in [0, 1], its rows
one after the other: 784 numbers. Two successive frames make a pair of 1568, in which the speed can be seen.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hnn_lite import validate

DT = 0.05                                   # seconds between two frames
STIFFNESS = 15.0                            # 3 g / (2 l) for a rod of length 1 m with g = 10 m/s^2
MAX_SPEED = 8.0
STEPS = 100                                 # usable pairs in a trial
ENERGY_STARTS = 15                          # films by which a model's energy is judged
SMOOTH = 7                                  # frames over which a motion is smoothed

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
    frames, test_frames : array, shape (trials, 102, 784), float32
    states, test_states : array, shape (trials, 102, 2)
        The true angle (rad) and speed (rad/s) behind each frame.
    starts : array, shape (15, 2)
        States at which the rollouts of the energy metric begin.
    x, next_x, test_x, test_next_x : array, shape (trials, 100, 1568)
        Pairs of frames, and those one frame later; views that share their memory.
    """

    name: str
    frames: np.ndarray
    states: np.ndarray
    test_frames: np.ndarray
    test_states: np.ndarray
    starts: np.ndarray

    def __post_init__(self):
        for prefix, films in (("", self.frames), ("test_", self.test_frames)):
            seen = pairs(films)
            object.__setattr__(self, f"{prefix}x", seen[:, :STEPS])
            object.__setattr__(self, f"{prefix}next_x", seen[:, 1:STEPS + 1])


def films(seed=0, trials=200, test=0.2):
    """Task 5: films of a pendulum that starts within pi/6 of hanging, without friction or torque (HNN paper, section 5).

    The paper's energy metric is not known to us in its last version; here its films start at rest, at fifteen angles +-U(pi/12, pi/6).

    Parameters
    ----------
    seed : int
    trials : int
        Films, with 100 usable pairs each; at least 2.
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
    trials = validate.whole("trials", trials, 2)
    if not 0 < validate.positive("test", test) < 1:
        raise ValueError(f"test must lie between 0 and 1, got {test!r}")
    cut = min(trials - 1, max(1, round(trials * (1 - test))))
    rng = validate.generator(seed, "films of a pendulum")
    states = simulate(starts(rng, trials), STEPS + 1).swapaxes(0, 1)
    frames = render(states[..., 0])
    angles = rng.uniform(np.pi / 12, np.pi / 6, ENERGY_STARTS) * rng.choice([-1.0, 1.0], ENERGY_STARTS)
    judged = np.stack([angles, np.zeros(ENERGY_STARTS)], axis=-1)
    return FilmTask("pixel-pendulum", frames[:cut], states[:cut], frames[cut:], states[cut:], judged)


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
    path = [validate.finite_states("states", states, 2)]
    for _ in range(validate.whole("steps", steps, 1)):
        angle, speed = path[-1][..., 0], path[-1][..., 1]
        speed = np.clip(speed - STIFFNESS * np.sin(angle) * DT, -MAX_SPEED, MAX_SPEED)
        path.append(np.stack([angle + speed * DT, speed], axis=-1))
    return np.stack(path)


def energy(states):
    """The energy by which the paper's code judges this task, 1.9 (1 - cos angle) + (speed / 4)^2: (..., 2) to (...)."""
    states = validate.states("states", states, 2)
    return 1.9 * (1 - np.cos(states[..., 0])) + (states[..., 1] / 4) ** 2


def picture(angle):
    """The picture that Gym shows, uint8 of shape (500, 500, 3): white, a red rod with round ends, a black axle; the arrow of the torque is left out.

    Raises
    ------
    ValueError
        If the angle is not one finite number, in radians.
    """
    if isinstance(angle, str) or np.ndim(angle) != 0:
        raise ValueError(f"angle must be one number, got {validate.shown(angle)}")
    x, y = _grid(0, 0, WINDOW, WINDOW)
    rod, axle = _covered(validate.numbers("angle", [angle]), x, y, 1 / SCALE)
    white_to_red = 255 - rod[0, ..., None] * (255 - ROD_COLOUR)
    return np.round(white_to_red * (1 - axle[..., None])).reshape(WINDOW, WINDOW, 3).astype(np.uint8)


def render(angles):
    """Frames of a pendulum at the given angles, shape (...) to (..., 784), float32.

    Drawn directly; within 0.02 of what one gets by cutting `picture(angle)` and taking red minus green and the mean over 6 x 6 points.
    """
    angles = validate.numbers("angles", angles)
    x, y = _grid(LEFT, TOP, CROP, SIDE * SHARPNESS)
    frames = np.empty((angles.size, PIXELS), np.float32)
    for rows in range(0, angles.size, 16):          # a block that stays in the processor's cache
        rod, axle = _covered(angles.ravel()[rows:rows + 16], x, y, CROP / (SIDE * SHARPNESS) / SCALE)
        rod *= 1 - axle
        fine = rod.reshape(-1, SIDE, SHARPNESS, SIDE, SHARPNESS)
        frames[rows:rows + 16] = fine.sum(axis=2).sum(axis=-1).reshape(-1, PIXELS)
    frames *= (ROD_COLOUR[0] - ROD_COLOUR[1]) / 255 / SHARPNESS**2
    return frames.reshape(*angles.shape, PIXELS)


def pairs(films):
    """What a model sees of films at each time, a frame and the next: (trials, times, 784) to (trials, times - 1, 1568).

    They are windows into `films`, not copies.

    Raises
    ------
    ValueError
        If the films have another shape, or not finite numbers.
    """
    films = validate.states("films", validate.finite("films", films), PIXELS)
    if films.ndim != 3:
        raise ValueError(f"films must have shape (trials, times, {PIXELS}), got {films.shape}")
    flat = np.ascontiguousarray(films).reshape(len(films), -1)
    return np.lib.stride_tricks.sliding_window_view(flat, 2 * PIXELS, axis=1)[:, ::PIXELS]


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
    frames = validate.states("frames", validate.finite("frames", frames), PIXELS)
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


def read_motion(film):
    """Angle and speed at each time of a film.

    The angles of the single frames are smoothed: a cubic polynomial fitted to seven frames gives angle and speed in the
    middle. Two frames alone would do, but 0.05 s are short, and dividing by them blows errors up.

    Parameters
    ----------
    film : array, shape (times, ..., 784)
        At least 7 times, 0.05 s apart.

    Returns
    -------
    states : array, shape (times, ..., 2)
    misfit : array, shape (times, ...)
        See `read_angle`.

    Raises
    ------
    ValueError
        If the film is shorter, or its last axis is not 784 numbers.

    References
    ----------
    Savitzky, Golay, Analytical Chemistry 36 (1964) 1627.
    """
    from scipy.signal import savgol_filter          # here, as it is slow to load
    angle, misfit = read_angle(film)
    if len(angle) < SMOOTH:
        raise ValueError(f"film must have at least {SMOOTH} times, got {len(angle)}")
    angle = np.unwrap(angle, axis=0)
    return np.stack([savgol_filter(angle, SMOOTH, 3, deriv, DT, axis=0) for deriv in (0, 1)], axis=-1), misfit


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
