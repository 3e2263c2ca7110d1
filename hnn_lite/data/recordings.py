"""Recordings of real systems: Schmidt and Lipson's data, fetched from their journal: a pendulum (task 3), two carts on an air track."""

from dataclasses import dataclass
import os
import pathlib
from urllib.parse import urlsplit
import zipfile
import zlib

import numpy as np
import pooch

from hnn_lite import systems, validate
from hnn_lite.data.fields import Task

FILE = "invar_datasets.zip"
SHA256 = "9794ee02f45403f87b739cc235a046bd424a73b8222067165f66463cef57be59"
ADDRESSES = (           # tried in this order: the journal's supplement, then a public copy
    "https://www.science.org/doi/suppl/10.1126/science.1165893/suppl_file/invar_datasets.zip",
    "https://raw.githubusercontent.com/DrewSosa/dissipative_hnns/master/experiment_realpend/invar_datasets.zip",
)
BY_HAND = (f"get {FILE} by hand from the supplement of doi:10.1126/science.1165893 or from {ADDRESSES[-1]}, put it into a "
           "folder, and set HNN_LITE_DATA to that folder")
TRAIN = 4 / 5           # HNN paper: the share of the recording to train on, from its start
BESIDE = 5              # frames on each side of one from which `air_track` takes its velocity


class DataUnavailable(RuntimeError):
    """The recordings cannot be had; the message says why, and what to do."""


@dataclass(frozen=True)
class Recording(Task):
    """A task made of one recorded trajectory: the attributes of `Task`, and what was recorded.

    Attributes
    ----------
    t : array, shape (rows,)
        Times of the recording, s.
    states : array, shape (rows, dim)
        All states, training and test, in order.
    """

    t: np.ndarray
    states: np.ndarray


def real_pendulum(derivative="forward"):
    """Task 3: a real pendulum, filmed by Schmidt and Lipson (table `real_pend_h_1`: 556 rows, 1/6 s apart but for ten gaps).

    A state is the angle from hanging (rad) and the angular velocity (rad/s). The first 4/5 are for training, the rest is
    for testing. No law is known for it: `system` is None, and the energy is `systems.real_pendulum_energy`.

    Parameters
    ----------
    derivative : str
        "forward", as in the paper's code: (x(t + dt) - x(t)) / dt, which is off by dt/2 times the second derivative.
        "central": the slope at x(t) of the parabola through three neighbours; the error is of second order in dt. The
        rows at both ends have no such slope and are left out.

    Returns
    -------
    task : Recording

    Raises
    ------
    ValueError
        If `derivative` is unknown.
    DataUnavailable
        If the file cannot be had; see `fetch`.
    """
    validate.choice("derivative", derivative, ("forward", "central"))
    columns = table("real_pend_h_1")
    t, states = columns["t"], np.stack([columns["o"], columns["v"]], axis=-1)
    split, rows = int(TRAIN * (len(t) - 1)), np.arange(len(t) - 1)
    if derivative == "forward":
        slope = np.diff(states, axis=0) / np.diff(t)[:, None]
    else:
        slope, rows = np.gradient(states, t, axis=0), rows[1:]
    train, test = rows[rows < split], rows[rows >= split]
    return Recording("real-pendulum", None, systems.real_pendulum_energy, states[train], slope[train], states[test],
                     slope[test], starts=states[test[:1]], times=t[test] - t[test[0]], reference=states[test, None],
                     t=t, states=states)


@dataclass(frozen=True)
class TrackRecording:
    """Two carts on an air track, as one trajectory: what the models of Part III learn from.

    Attributes
    ----------
    name : str
    x, test_x : array, shape (1, times, 4)
        Training and test states (q1, q2, p1, p2): positions in px, momenta in px/s times the mass of cart 1.
    dt : float
        Time between two frames, s.
    frames, test_frames : array of int, shape (times,)
        Which frames these are the states of; the time of frame k is `dt * k`.
    positions : array, shape (frames, 2)
        As filmed, in all frames, whole px.
    split : int
        The first frame of the test part.
    masses : array, shape (2,)
        In units of the mass of cart 1.
    """

    name: str
    x: np.ndarray
    test_x: np.ndarray
    dt: float
    frames: np.ndarray
    test_frames: np.ndarray
    positions: np.ndarray
    split: int
    masses: np.ndarray


def air_track(velocities="cubic", mass_ratio=2.5):
    """Two carts, tied to each other and to the ends of an air track by springs (table `real_double_linear_h_1`: 495 frames in 16.5 s).

    The first 4/5 of the frames are for training, the rest is for testing. The table has positions, in whole pixels, and velocities, but no
    masses, and so no momenta. They are made here, p = (v1, `mass_ratio` v2).

    Parameters
    ----------
    velocities : str
        "cubic": the slope in the middle of the cubic polynomial through eleven frames (Savitzky, Golay, Anal. Chem. 36 (1964) 1627).
        Five frames at either end of each part have no such slope, and no state; so no state of one part has seen a frame of the other.
        "table": the table's own column, for all frames. It was smoothed, in a way that is not told, and the fast motion in it is a quarter
        too small.
    mass_ratio : float
        Mass of cart 2 in units of that of cart 1. With 2.5 the carts' two normal modes are orthogonal, as those of carts on springs are; the
        film leaves it uncertain by some hundredths.

    Returns
    -------
    recording : TrackRecording

    Raises
    ------
    ValueError
        If an argument is out of range.
    DataUnavailable
        If the file cannot be had; see `fetch`.
    """
    validate.choice("velocities", velocities, ("cubic", "table"))
    masses = np.array([1.0, validate.positive("mass_ratio", mass_ratio)])
    from scipy.signal import savgol_filter          # here, as it is slow to load
    columns = table("real_double_linear_h_1")
    q, v = (np.stack([columns[f"{letter}{cart}"] for cart in (1, 2)], axis=-1) for letter in "xv")
    dt, split = (columns["t"][-1] - columns["t"][0]) / (len(q) - 1), int(TRAIN * len(q))          # the table rounds times to ms
    parts = []
    for frames in (np.arange(split), np.arange(split, len(q))):
        if velocities == "cubic":
            slope = savgol_filter(q[frames], 2 * BESIDE + 1, 3, deriv=1, delta=dt, axis=0)
            v[frames], frames = slope, frames[BESIDE:-BESIDE]
        parts.append((np.concatenate([q, masses * v], axis=-1)[None, frames], frames))
    (x, frames), (test_x, test_frames) = parts
    return TrackRecording("air-track", x, test_x, float(dt), frames, test_frames, q, split, masses)


def table(name):
    """One of the tables of Schmidt and Lipson's file, column by column.

    Parameters
    ----------
    name : str
        Such as "real_pend_h_1" (pendulum), "real_double_linear_h_1" (two coupled oscillators on an air track) or
        "real_double_pend_h_1" (double pendulum). An unknown name is answered with all of them.

    Returns
    -------
    columns : dict of str to array, shape (rows,)
        "trial" (the number of the run) and "t" (its time), then the columns under the names that the table's first line
        has for them, such as "o" (angle) and "v" (velocity). Columns beyond those are "extra1", "extra2", ...

    Raises
    ------
    ValueError
        If there is no such table.
    DataUnavailable
        If the file cannot be had or read.
    """
    path = fetch()
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(member.removesuffix(".txt") for member in archive.namelist() if member.endswith(".txt"))
            validate.choice("table", name, names)
            header, *rows = archive.read(f"{name}.txt").decode("ascii").splitlines()
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
        raise DataUnavailable(f"{path} cannot be read as a zip file ({problem}); {BY_HAND}") from None
    values = np.loadtxt(rows, ndmin=2)
    titles = ["trial", "t", *header.lstrip("% ").split()]
    titles += [f"extra{number}" for number in range(1, values.shape[1] - len(titles) + 1)]
    return dict(zip(titles, values.T, strict=True))


def fetch():
    """The path of Schmidt and Lipson's file on this machine, its checksum verified.

    If the environment variable HNN_LITE_DATA is set, the file must lie in the folder that it names. Otherwise it comes
    from the cache (`pooch.os_cache("hnn_lite")`), and the first time from one of `ADDRESSES`.

    Returns
    -------
    path : pathlib.Path

    Raises
    ------
    DataUnavailable
        If the file is not in that folder, cannot be downloaded or stored, or has the wrong checksum.

    References
    ----------
    Schmidt, Lipson, Distilling free-form natural laws from experimental data, Science 324 (2009) 81-85, supplement.
    """
    folder, path = os.environ.get("HNN_LITE_DATA"), pathlib.Path(os.environ.get("HNN_LITE_DATA") or pooch.os_cache("hnn_lite")) / FILE
    if folder and not path.is_file():
        raise DataUnavailable(f"HNN_LITE_DATA is set to {folder!r}, but there is no {FILE} in it: put it there, or unset "
                              "the variable to have it downloaded")
    try:
        if path.is_file() and pooch.file_hash(path) == SHA256:
            return path
        if not folder:
            pooch.utils.make_local_storage(path.parent)
    except OSError as problem:
        raise DataUnavailable(f"{path} cannot be read or written to ({problem.strerror or problem}); {BY_HAND}") from None
    if folder:
        raise DataUnavailable(f"{path} has the wrong checksum, so it is not the file that this book was made with: "
                              "replace it, or unset HNN_LITE_DATA to have it downloaded")
    pooch.get_logger().setLevel("WARNING")          # a page should not show where this machine keeps its cache
    problems = []
    for address in ADDRESSES:
        try:
            return pathlib.Path(pooch.retrieve(address, f"sha256:{SHA256}", FILE, path.parent))
        except (OSError, ValueError) as problem:    # no connection, refused, not found; wrong checksum
            response = getattr(problem, "response", None)
            why = type(problem).__name__ if response is None else f"the server answered {response.status_code}"
            problems.append(f"{urlsplit(address).netloc}: {'the wrong checksum' if 'hash' in str(problem) else why}")
    raise DataUnavailable(f"{FILE} could not be downloaded ({'; '.join(problems)}); {BY_HAND}")
