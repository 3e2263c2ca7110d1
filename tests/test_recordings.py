"""The recordings: where the file comes from, what happens when it does not come, and what the pendulum's task is made of."""

import hashlib
import http.server
import io
import os
import pathlib
import threading
import zipfile

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.data import fields, recordings

TIMES = np.delete(np.arange(31) / 6, 7)          # one gap, as in the recording
TABLE = "%o v\r\n" + "".join(f" 0.0e+000 {t:.16e} {np.cos(t):.16e} {-np.sin(t):.16e} \r\n" for t in TIMES)


def a_zip(files):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return memory.getvalue()


FRAMES = np.arange(100)
CARTS = np.stack([1 + 2 * FRAMES**3 / 1e4, 5 - FRAMES**2 / 100], axis=-1)          # cubics, 10 frames a second
SLOPES = np.stack([6 * FRAMES**2 / 1e3, -FRAMES / 5], axis=-1)
TRACK = "% x1 x2 v1 v2\r\n" + "".join(f" 0 {3 + k / 10:.3f} {q[0]:.16e} {q[1]:.16e} {k} {-k} \r\n" for k, q in zip(FRAMES, CARTS))

GOOD = a_zip({"real_pend_h_1.txt": TABLE, "real_double_linear_h_1.txt": TRACK, "wide.txt": "a b\n0 1 2 3 4 5\n0 2 3 4 5 6\n", "notes.md": "none"})


@pytest.fixture
def server(tmp_path):
    """Files that can be fetched from this machine: a dictionary to fill, path to bytes, and what was asked for."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            found = self.server.files.get(self.path)
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(found or b"not here")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.files, running.asked = {}, []
        running.address = f"http://127.0.0.1:{running.server_port}"
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def cache(tmp_path, monkeypatch, server):
    """An empty cache, no local folder, and two addresses on this machine instead of the real ones."""
    folder = tmp_path / "cache" / "hnn_lite"
    monkeypatch.delenv("HNN_LITE_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(recordings.pooch, "os_cache", lambda name: folder)
    monkeypatch.setattr(recordings, "ADDRESSES", (f"{server.address}/journal/file.zip", f"{server.address}/mirror/file.zip"))
    monkeypatch.setattr(recordings, "SHA256", hashlib.sha256(GOOD).hexdigest())
    return folder


@pytest.fixture
def local(tmp_path, monkeypatch, cache):
    """A folder that HNN_LITE_DATA names."""
    folder = tmp_path / "local"
    folder.mkdir()
    monkeypatch.setenv("HNN_LITE_DATA", str(folder))
    return folder


def sentence(error):
    """The message of an error, which is one line."""
    text = str(error.value)
    assert "\n" not in text
    return text


def test_the_journal_is_asked_first_and_only_once(cache, server, capfd):
    server.files["/journal/file.zip"] = GOOD
    path = recordings.fetch()
    assert path == cache / "invar_datasets.zip" and path.read_bytes() == GOOD
    assert recordings.fetch() == path
    assert server.asked == ["/journal/file.zip"]
    assert capfd.readouterr() == ("", "")           # nothing that would end up on a page


@pytest.mark.parametrize("journal", [None, b"<html>Please log in.</html>"], ids=["not found", "another file"])
def test_the_mirror_is_asked_when_the_journal_does_not_have_it(cache, server, journal):
    server.files |= {"/mirror/file.zip": GOOD} | ({"/journal/file.zip": journal} if journal else {})
    assert recordings.fetch().read_bytes() == GOOD
    assert server.asked == ["/journal/file.zip", "/mirror/file.zip"]


def test_wrong_checksum_everywhere(cache, server):
    server.files |= {"/mirror/file.zip": b"something", "/journal/file.zip": b"else"}
    with pytest.raises(recordings.DataUnavailable) as error:
        recordings.fetch()
    text = sentence(error)
    assert text.count("wrong checksum") == 2 and "by hand" in text and "HNN_LITE_DATA" in text
    assert not list(cache.iterdir())                # nothing wrong is kept


def test_no_network(cache, monkeypatch):
    monkeypatch.setattr(recordings, "ADDRESSES", ("http://127.0.0.1:9/a.zip", "http://127.0.0.1:9/b.zip"))
    with pytest.raises(recordings.DataUnavailable, match="could not be downloaded.*ConnectionError") as error:
        recordings.real_pendulum()
    assert "10.1126/science.1165893" in sentence(error) and "HNN_LITE_DATA" in sentence(error)


def test_not_found_anywhere_says_what_the_servers_answered(cache):
    with pytest.raises(recordings.DataUnavailable, match=r"downloaded \(\S+:\d+: the server answered 404; \S+:\d+: the server answered 404\); get") as error:
        recordings.fetch()
    sentence(error)


def test_a_damaged_cache_is_fetched_anew(cache, server):
    server.files["/journal/file.zip"] = GOOD
    cache.mkdir(parents=True)
    (cache / "invar_datasets.zip").write_bytes(GOOD[:-10])
    assert recordings.fetch().read_bytes() == GOOD


@pytest.mark.parametrize("place", ["hnn_lite", "file/hnn_lite"])
def test_cache_that_cannot_be_written(cache, monkeypatch, tmp_path, place):
    (tmp_path / place.split("/")[0]).write_text("a file where a folder should be")
    monkeypatch.setattr(recordings.pooch, "os_cache", lambda name: tmp_path / place)
    with pytest.raises(recordings.DataUnavailable, match="cannot be (written to|read)") as error:
        recordings.fetch()
    assert "HNN_LITE_DATA" in sentence(error)


def test_the_local_folder_comes_first(local, server, cache):
    (local / "invar_datasets.zip").write_bytes(GOOD)
    assert recordings.fetch() == local / "invar_datasets.zip"
    assert not server.asked and not cache.exists()


def test_the_local_folder_has_no_file(local, server):
    server.files["/journal/file.zip"] = GOOD
    with pytest.raises(recordings.DataUnavailable, match="there is no invar_datasets.zip") as error:
        recordings.fetch()
    assert str(local) in sentence(error) and not server.asked


@pytest.mark.parametrize("content", [b"", b"PK", GOOD[:-1], GOOD + b"\0"])
def test_the_local_file_has_the_wrong_checksum(local, server, content):
    server.files["/journal/file.zip"] = GOOD
    (local / "invar_datasets.zip").write_bytes(content)
    with pytest.raises(recordings.DataUnavailable, match="wrong checksum") as error:
        recordings.table("real_pend_h_1")
    assert "replace it" in sentence(error) and not server.asked


@pytest.mark.parametrize("damage", [lambda good: b"not a zip file", lambda good: good[:200],
                                    lambda good: good[:60] + bytes(40) + good[100:]], ids=["no zip", "cut", "overwritten"])
def test_corrupt_zip(local, monkeypatch, damage):
    bad = damage(GOOD)
    (local / "invar_datasets.zip").write_bytes(bad)
    monkeypatch.setattr(recordings, "SHA256", hashlib.sha256(bad).hexdigest())
    with pytest.raises(recordings.DataUnavailable, match="cannot be read as a zip file") as error:
        recordings.table("real_pend_h_1")
    sentence(error)


def test_tables(local):
    (local / "invar_datasets.zip").write_bytes(GOOD)
    columns = recordings.table("real_pend_h_1")
    assert list(columns) == ["trial", "t", "o", "v"]
    assert np.allclose(columns["o"], np.cos(columns["t"])) and len(columns["v"]) == 30
    assert list(recordings.table("wide")) == ["trial", "t", "a", "b", "extra1", "extra2"]
    assert list(recordings.table("wide")["extra2"]) == [5, 6]
    with pytest.raises(ValueError, match="unknown table 'notes'; choose one of: real_double_linear_h_1, real_pend_h_1, wide$"):
        recordings.table("notes")


@pytest.mark.parametrize(("derivative", "order", "largest"), [("forward", 1, 0.18), ("central", 2, 0.011)])
def test_the_pendulum_of_a_known_motion(local, derivative, order, largest):
    """The table above holds a rotation, so the derivatives are known, and the sizes of their errors, dt/2 and dt²/6."""
    (local / "invar_datasets.zip").write_bytes(GOOD)
    task = recordings.real_pendulum(derivative)
    exact = np.stack([task.x[:, 1], -task.x[:, 0]], axis=-1)
    error = np.abs(task.dx - exact).max()
    assert (1 / 6) ** order / 8 < error < largest
    assert len(task.x) + len(task.test_x) == 30 - order
    assert task.t.shape == (30,) and task.states.shape == (30, 2)
    assert np.array_equal(task.starts[0], task.test_x[0]) and np.array_equal(task.reference[:, 0], task.test_x)
    assert task.times[0] == 0 and np.allclose(np.diff(task.times), 1 / 6) and len(task.times) == len(task.reference)
    assert isinstance(task, fields.Task) and task.system is None


def test_the_air_track_of_a_known_motion(local):
    """The table above holds polynomials, so the velocities are known, and a cubic's slope is exact."""
    (local / "invar_datasets.zip").write_bytes(GOOD)
    track = recordings.air_track(mass_ratio=3)
    assert np.isclose(track.dt, 0.1) and track.split == 80 and np.allclose(track.positions, CARTS)
    assert list(track.frames) == list(range(5, 75)) and list(track.test_frames) == list(range(85, 95))
    for x, frames in ((track.x, track.frames), (track.test_x, track.test_frames)):
        assert x.shape == (1, len(frames), 4)
        assert np.allclose(x[0, :, :2], CARTS[frames]) and np.allclose(x[0, :, 2:], SLOPES[frames] * [1, 3])
    assert list(track.masses) == [1, 3]


def test_the_air_track_with_the_velocities_of_the_table(local):
    (local / "invar_datasets.zip").write_bytes(GOOD)
    track = recordings.air_track("table")
    assert np.array_equal(track.x[0, :, 2:], FRAMES[:80, None] * [1, -2.5]) and np.array_equal(track.test_frames, FRAMES[80:])
    assert np.allclose(track.test_x[0, :, :2], CARTS[80:])


def test_the_parts_of_the_air_track_do_not_see_each_other(local, monkeypatch):
    """What happens in the last fifth changes no training state, and the other way round."""
    (local / "invar_datasets.zip").write_bytes(GOOD)
    before, columns = recordings.air_track(), recordings.table("real_double_linear_h_1")
    for part, kept in ((slice(80, None), "x"), (slice(80), "test_x")):
        changed = {name: column.copy() for name, column in columns.items()}
        changed["x1"][part] += 100 * np.sin(FRAMES[part])
        monkeypatch.setattr(recordings, "table", lambda name, changed=changed: changed)
        after = recordings.air_track()
        assert np.array_equal(getattr(after, kept), getattr(before, kept))
        assert not np.allclose(after.x, before.x) or not np.allclose(after.test_x, before.test_x)


def test_the_air_track_without_the_file(local):
    with pytest.raises(recordings.DataUnavailable, match="there is no invar_datasets.zip"):
        recordings.air_track()


@pytest.mark.skipif(not os.environ.get("HNN_LITE_DATA"), reason="HNN_LITE_DATA does not name a folder with the recordings")
class TestTheRealFile:
    def test_the_pendulum(self):
        forward, central = hl.data.recordings.real_pendulum(), hl.data.recordings.real_pendulum("central")
        assert forward.states.shape == (556, 2) and len(forward.x) == 444 and len(forward.test_x) == 111
        assert len(central.x) == 443 and np.array_equal(central.test_x, forward.test_x)
        row = 4                                      # a gap of two intervals follows this row: the true times are used
        assert np.isclose(forward.t[row + 1] - forward.t[row], 1 / 3)
        assert np.allclose(forward.dx[row], 3 * (forward.states[row + 1] - forward.states[row]))
        assert forward.name == "real-pendulum" and forward.energy(forward.x).shape == (444,)

    def test_the_air_track(self):
        track, table = hl.data.recordings.air_track(), hl.data.recordings.air_track("table")
        assert track.positions.shape == (495, 2) and track.split == 396 and np.isclose(track.dt, 1 / 30, rtol=0.002)
        assert track.x.shape == (1, 386, 4) and track.test_x.shape == (1, 89, 4) and table.x.shape == (1, 396, 4)
        assert np.array_equal(track.positions, np.round(track.positions))
        ours, theirs = track.x[0, :, 2:], table.x[0, track.frames, 2:]
        assert all(np.corrcoef(ours[:, k], theirs[:, k])[0, 1] > 0.98 for k in (0, 1))
        assert np.all(theirs.std(axis=0) < ours.std(axis=0))          # the table's are smoother

    def test_every_table_can_be_read(self):
        with zipfile.ZipFile(hl.data.recordings.fetch()) as archive:
            names = [pathlib.Path(name).stem for name in archive.namelist()]
        for name in names:
            columns = hl.data.recordings.table(name)
            assert np.all(np.isfinite(list(columns.values())))
        assert list(hl.data.recordings.table("real_double_linear_h_1")) == ["trial", "t", "x1", "x2", "v1", "v2"]
