"""Sweeps: many runs, the file of their records, and what may happen to it; partly with real processes."""

import dataclasses
import inspect
import json
import pathlib
import re
import signal
import subprocess
import sys
import types

import joblib
from joblib.parallel import SequentialBackend
import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.__main__ import main
from hnn_lite.page import benchmark, papers
from hnn_lite.page.papers import runs
from hnn_lite.page.papers.experiment import Experiment, Recipe

API = pathlib.Path(__file__).resolve().parents[1] / "book" / "reference" / "page" / "papers.md"
SPRING = runs.EXPERIMENTS["mass-spring"]


def record(seed, **more):
    return {"experiment": "mass-spring", "model": "hnn", "recipe": "published", "seed": seed, "steps": 1, "seconds": 0.0,
            "test_loss": 1.0, "energy_mse": 1.0, "padding": "x" * 500} | more


# A process that runs this trains in no time, so that all it does is to write; it begins when it is told to. It takes its time between reading
# and writing, most of all the last time: without a lock somebody's record would be lost.
QUICK = """
import json, os, signal, sys, time
from hnn_lite.page.papers import runs
out, first, last, moment = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

def quick(experiment, model, seed, recipe, steps, keep, progress):
    return {"experiment": experiment, "model": model, "recipe": recipe, "seed": seed, "steps": steps, "padding": "x" * 500}, None

def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

def write_half(path, text, **more):
    with open(path, "w") as file:
        file.write(text[:len(text) // 2])
        file.flush()
        die()

def slow(records, **more):
    time.sleep(0.5 if any(record["seed"] == last - 1 for record in records) else 0.01)
    return text(records, **more)

runs._train = quick
if moment == "never":
    text, json.dumps = json.dumps, slow
if moment == "writing":
    runs.pathlib.Path.write_text = write_half
if moment == "replacing":
    runs.os.replace = die
print("ready", flush=True)
sys.stdin.readline()
runs.reproduce(["mass-spring"], ["hnn"], seeds=range(first, last), steps=1, out=out, progress=False)
"""


def start(out, first, last, moment="never"):
    process = subprocess.Popen([sys.executable, "-c", QUICK, out, str(first), str(last), moment], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.close()


def seeds(path):
    return [record["seed"] for record in papers.read(path)]


def test_three_writers_of_one_file_lose_nothing_and_it_can_be_read_at_any_time(tmp_path):
    out = tmp_path / "results.json"
    writers = [start(out, first, first + 20) for first in (0, 20, 40)]
    for writer in writers:
        go(writer)
    while any(writer.poll() is None for writer in writers):
        if out.exists():
            papers.read(out)
    assert [writer.returncode for writer in writers] == [0, 0, 0], [writer.stderr.read() for writer in writers]
    assert seeds(out) == list(range(60))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.json", "results.json.lock"]


@pytest.mark.skipif(sys.platform == "win32", reason="no signal there kills at once")
@pytest.mark.parametrize("moment", ["writing", "replacing"])
def test_who_is_killed_while_writing_leaves_the_file_whole_and_unlocked(tmp_path, moment, monkeypatch):
    out = tmp_path / "results.json"
    out.write_text(json.dumps([record(7)]))
    killed = start(out, 0, 2, moment)
    go(killed)
    assert killed.wait() == -signal.SIGKILL
    assert seeds(out) == [7]
    monkeypatch.setattr(runs, "_train", lambda experiment, model, seed, *rest: (record(seed), None))
    papers.reproduce(["mass-spring"], ["hnn"], seeds=[0, 1], steps=1, out=out, progress=False)
    assert seeds(out) == [0, 1, 7]


def never(*arguments, **more):
    pytest.fail("a training has begun")


@pytest.mark.parametrize("options, words", [
    (["--out", "missing/results.json"], "out needs a folder that can be written to, and '.*missing' is none; make it first"),
    (["--weights", "missing"], "weights needs a folder that can be written to, and 'missing' is none; make it first"),
    (["--weights", "file"], "weights needs a folder that can be written to, and 'file' is none; make it first"),
    (["--weights", ""], "weights needs a folder that can be written to, and '' is none; make it first"),
    (["--out", ""], "out must be a file, and '.*' is a folder"),
    (["--out", "."], "out must be a file, and '.*' is a folder"),
    (["--recipe", ""], "unknown recipe ''; choose one of: published, sharp")])
def test_a_place_to_write_to_is_looked_at_before_the_first_training(options, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "_train", never)
    (tmp_path / "file").touch()
    assert main(["reproduce", "mass-spring", "--steps", "1", *options]) == 2
    assert re.search(words, capsys.readouterr().err)


@pytest.mark.parametrize("out, words", [
    ("missing/figures.json", "out needs a folder that can be written to"), (".", "out must be a file"), ("", "out must be a file")])
def test_a_benchmark_looks_at_its_place_to_write_to_before_it_times_anything(out, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(benchmark, "benchmark", never)
    assert main(["benchmark", "--out", out]) == 2
    assert words in capsys.readouterr().err


def dead(name, pipe):
    """A contender whose library is broken."""
    raise SystemExit(1)


def test_a_contender_that_ends_is_named(monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "CONTENDERS", {"engine": None})
    monkeypatch.setattr(benchmark, "_contend", dead)
    assert main(["benchmark", "--cases", "pixels", "--repeats", "1"]) == 2
    assert "error: the process of engine has ended" in capsys.readouterr().err


def test_a_name_in_place_of_a_list_is_named_whole_and_a_generator_serves_every_experiment(monkeypatch):
    for wrong in ("mass-spring", ["mass-spring", ["pendulum"]], None, 3):
        with pytest.raises(ValueError, match="^experiments must be a list of names, got "):
            papers.reproduce(wrong)
    for wrong in ("hnn", [None], 3):
        with pytest.raises(ValueError, match="^models must be a list of names, got "):
            papers.reproduce(["mass-spring"], wrong)
    monkeypatch.setattr(runs, "_train", lambda experiment, model, seed, *rest: (record(seed, experiment=experiment, model=model), None))
    records = papers.reproduce(iter(["mass-spring", "pendulum"]), iter(["hnn"]), steps=1, progress=False)
    assert [(one["experiment"], one["model"]) for one in records] == [("mass-spring", "hnn"), ("pendulum", "hnn")]


def test_a_record_is_ready_for_json_whatever_kind_of_whole_number_its_seed_is():
    stored = papers.run("mass-spring", "hnn", seed=np.int64(3), steps=np.int64(1), progress=False)
    assert json.loads(json.dumps(stored)) == stored and stored["seed"] == 3
    with pytest.raises(ValueError, match=r"^seed must be a whole number of at least 0, got \[1\]"):
        papers.run("control-1", "hnn", seed=[1], steps=1)


def test_a_run_looks_at_its_folder_first_too(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "_train", never)
    with pytest.raises(ValueError, match="weights needs a folder"):
        papers.run("mass-spring", "hnn", weights=tmp_path / "missing")
    for wrong in (3, ["results.json"]):
        with pytest.raises(ValueError, match="out must be a path, got"):
            papers.reproduce(["mass-spring"], out=wrong)
        with pytest.raises(ValueError, match="weights needs a folder"):
            papers.reproduce(["mass-spring"], weights=wrong)


@pytest.mark.parametrize("content", ["", "{", "{}", "null", "3", '"text"', "[1, 2]", '[{"experiment": "pendulum"}]', "[[]]", "\x00",
                                     '[{"experiment": [], "model": "hnn", "recipe": "published", "seed": 0, "steps": 1}]'])
def test_a_file_of_something_else_is_refused_and_kept(content, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "_train", never)
    path = tmp_path / "results.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"results.json is not a results file .*; move it away or name another"):
        papers.reproduce(["mass-spring"], out=path, steps=1)
    assert path.read_text(encoding="utf-8") == content


def test_a_file_that_is_not_there_is_no_results_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        papers.read(tmp_path / "results.json")


@pytest.fixture
def diverging(monkeypatch):
    """An experiment whose baseline diverges and whose HNN does not."""
    recipes = {"published": {"baseline": Recipe(2, learning_rate=1e38), "hnn": Recipe(1)}}
    monkeypatch.setitem(runs.EXPERIMENTS, "mass-spring", Experiment(SPRING.task, recipes, SPRING.judge, SPRING.models))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_run_that_fails_does_not_end_the_others_and_is_named_at_the_end(diverging, tmp_path, capsys):
    out = tmp_path / "results.json"
    assert main(["reproduce", "mass-spring", "--seeds", "0", "1", "--out", str(out)]) == 1
    printed = capsys.readouterr().err
    assert "[4/4]" in printed
    end = printed[printed.index("error: "):]
    assert end.startswith("error: 2 of 4 runs failed\nmass-spring, baseline, seed 0: TrainingDiverged: the ")
    assert "\nmass-spring, baseline, seed 1: TrainingDiverged: the " in end
    assert [(record["model"], record["seed"]) for record in papers.read(out)] == [("hnn", 0), ("hnn", 1)]
    with pytest.raises(papers.RunsFailed, match="1 of 2 runs failed") as failure:
        papers.reproduce(["mass-spring"], out=out, progress=False)
    assert failure.value.records == papers.read(out)[:1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_without_a_file_the_records_of_the_others_are_printed(diverging, capsys):
    assert main(["reproduce", "mass-spring"]) == 1
    assert [record["model"] for record in json.loads(capsys.readouterr().out)] == ["hnn"]


def test_a_training_that_was_stopped_has_no_record(tmp_path, monkeypatch, capsys):
    def interrupted(*arguments, **more):          # as by Ctrl-C after the last test but one, where `fit` returns what it has
        more |= {"test_every": 1, "on_test": lambda step, history: step == 39 and signal.raise_signal(signal.SIGINT)}
        return hl.fit(*arguments, **more)

    monkeypatch.setitem(runs.EXPERIMENTS, "mass-spring", dataclasses.replace(SPRING, train=interrupted))
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert main(["reproduce", "mass-spring", "--steps", "40", "--out", str(tmp_path / "results.json")]) == 130
    finally:
        signal.signal(signal.SIGINT, handler)
    assert not (tmp_path / "results.json").exists()
    assert "stopped; the runs that had ended are in " in capsys.readouterr().err


def test_records_and_weights_come_back_from_other_processes_and_are_not_made_twice(tmp_path, monkeypatch, capsys):
    arguments = ["reproduce", "mass-spring", "--model", "hnn", "--seeds", "3", "2", "--steps", "2", "--jobs", "2",
                 "--out", str(tmp_path / "results.json"), "--weights", str(tmp_path)]
    assert main(arguments) == 0
    assert "[2/2] mass-spring, hnn, seed " in capsys.readouterr().err
    stored = papers.read(tmp_path / "results.json")
    assert [record["seed"] for record in stored] == [2, 3]
    model, task = hl.load(tmp_path / "mass-spring-hnn-published-2.npz"), hl.data.fields.mass_spring(2)
    assert model.loss(model.params, task.test_x, task.test_dx) == pytest.approx(stored[0]["test_loss"], rel=0.01)          # half precision
    monkeypatch.setattr(runs, "_train", never)
    assert main(arguments) == 0
    again = papers.reproduce(["mass-spring"], ["hnn"], [3, 2, 3], steps=2, out=tmp_path / "results.json")
    assert again == stored[::-1]


def test_an_error_that_ran_away_is_said(capsys, monkeypatch):
    away = record(0, error_by_jump=[None], jumps=[1])
    del away["energy_mse"]
    monkeypatch.setattr(runs, "_train", lambda *arguments: (away, None))
    papers.reproduce(["mass-spring"], ["hnn"], steps=1)
    assert "error inf after 1 sample" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["__main__", "__mp_main__"])
def test_the_script_for_a_cluster_calls_the_library_as_it_is_and_only_as_a_script(name, monkeypatch):
    """Dask itself is not installed; in a worker, a file that runs is called "__mp_main__"."""
    script, = re.findall(r"^```python\n(import dask.*?)^```", API.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    calls = []

    class Client:
        def __init__(self, address):
            calls.append(address)

        def __enter__(self):
            return self

        def __exit__(self, *problem):
            pass

    monkeypatch.setitem(sys.modules, "dask", types.ModuleType("dask"))
    monkeypatch.setitem(sys.modules, "dask.distributed", types.ModuleType("dask.distributed"))
    sys.modules["dask"].distributed = sys.modules["dask.distributed"]
    sys.modules["dask.distributed"].Client = Client
    monkeypatch.setitem(joblib.parallel.BACKENDS, "dask", SequentialBackend)
    signature = inspect.signature(papers.reproduce)
    monkeypatch.setattr(papers, "reproduce", lambda *arguments, **more: calls.append(signature.bind(*arguments, **more).arguments))
    exec(compile(script, "script.py", "exec"), {"__name__": name})
    assert len(calls) == (2 if name == "__main__" else 0)
    if calls:
        assert list(calls[1]["seeds"]) == list(range(100)) and calls[1]["out"] == "results.json"
        assert all(experiment in papers.EXPERIMENTS for experiment in calls[1]["experiments"])
