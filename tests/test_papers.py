"""The papers' experiments: how predictions are judged, and runs, short ones and whole ones, that give what is stored.

What is reproducible on every processor? BLAS and NumPy round differently on different processors (try OPENBLAS_CORETYPE=Nehalem). After
20 steps of Adam the difference is in the sixth digit; after a step of Levenberg and Marquardt's, which solves equations that are nearly
singular, and in the network of the AAN paper, it is up to half a per cent of a loss, and up to 4 % of an error by jump. `short_runs.json`
has such runs. In 2,000 steps rounding decides where among its jumps a training ends, so a whole run is found again only if its recipe lets
the learning rate sink to zero: its losses to five digits, its energies to three.

    python tests/test_papers.py          writes short_runs.json anew
"""

import json
import pathlib
import re
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.__main__ import main
from hnn_lite.page import papers
from hnn_lite.page.papers import aan_paper, EXPERIMENTS, hnn_paper, runs

ROOT = pathlib.Path(__file__).resolve().parents[1]
RESULTS = ROOT / "book" / "results"
KEY = ("experiment", "model", "recipe", "seed", "steps")
STORED = pathlib.Path(__file__).with_name("short_runs.json")
# a short run of three bodies would spend most of a minute on its data; for pixels see test_pixel
SHORT = [(name, model, recipe) for name, recipes in {
             "mass-spring": ("published", "sharp"), "pendulum": ("published",), "real-pendulum": ("published",), "two-body": ("published",),
             "oscillators": ("sharp", "paper-size"), "oscillators-uncoupled": ("sharp",), "oscillators-tori": ("sharp",),
             "pendulum-tori": ("sharp", "adam"), "toda-tori": ("sharp",), "kepler-tori": ("sharp",)}.items()
         for recipe in recipes for model in EXPERIMENTS[name].recipes[recipe]]
NUMBERS = dict.fromkeys(("train_loss", "test_loss", "test_loss_lowest", "energy_mse", "error_by_jump", "energy_by_jump"), 1e-4)
LESS = {"test_loss": 0.03, "test_loss_lowest": 0.03, "error_by_jump": 0.2}          # five times what was measured


def short(experiment, model, recipe):
    """The record of a run of a few steps, judged by short jumps: the longer ones take a minute where there is no formula."""
    steps = 20 if EXPERIMENTS[experiment].recipe(recipe, model)[1].method == "adam" else 1
    with mock.patch.multiple(aan_paper, JUMPS=(1, 2), PERIODS=(1,)):
        record = papers.run(experiment, model, 1, recipe, steps, progress=False)
    return {name: record[name] for name in (*KEY, "parameters", "jumps", *NUMBERS) if name in record}


@pytest.mark.parametrize("experiment, model, recipe", [
    pytest.param(*key, marks=pytest.mark.data) if key[0] == "real-pendulum" else key for key in SHORT])
def test_a_short_run_gives_what_is_stored(experiment, model, recipe):
    again = short(experiment, model, recipe)
    stored, = (record for record in json.loads(STORED.read_text()) if all(record[name] == again[name] for name in KEY))
    assert set(again) == set(stored)
    assert all(again[name] == stored[name] for name in again.keys() & {"parameters", "jumps"})
    tolerances = NUMBERS if again["steps"] == 20 and (experiment, recipe) != ("oscillators", "paper-size") else LESS
    for name in again.keys() & tolerances:
        assert again[name] == pytest.approx(stored[name], rel=tolerances[name]), name


def records(file):
    return {tuple(record[name] for name in KEY): record for record in papers.read(RESULTS / file)}


@pytest.mark.parametrize("experiment, model, recipe, seed", [
    ("mass-spring", "baseline", "sharp", 1), pytest.param("real-pendulum", "hnn", "sharp", 0, marks=pytest.mark.data)])
def test_a_whole_run_that_ends_quietly_is_found_again(experiment, model, recipe, seed):
    again = papers.run(experiment, model, seed, recipe, progress=False)
    stored = records("scoreboard.json")[experiment, model, recipe, seed, 2000]
    assert stored["test_loss_highest"] < 1.0001 * stored["test_loss_lowest"], "it ends quietly"
    assert set(again) == set(stored) | {"cpu_seconds"}          # which was not counted when these were stored
    for name in (name for name, value in stored.items() if isinstance(value, float) and name != "seconds"):
        assert again[name] == pytest.approx(stored[name], rel=5e-3 if name.startswith("energy") else 1e-4), name


def test_a_whole_run_by_levenberg_and_marquardt_ends_within_a_factor_of_two():
    again = papers.run("oscillators", "action-angle", 3, progress=False)
    stored = records("oscillators.json")["oscillators", "action-angle", "sharp", 3, 300]
    assert set(again) == set(stored) and again["jumps"] == stored["jumps"] and again["parameters"] == stored["parameters"]
    for jump in (1, 10, 50):
        place = again["jumps"].index(jump)
        assert stored["error_by_jump"][place] / 2 < again["error_by_jump"][place] < 2 * stored["error_by_jump"][place]


def test_begun_at_the_normal_modes_the_network_is_exact():
    record = papers.run("oscillators", "action-angle", 1, "modes", 1, progress=False)
    assert max(record["error_by_jump"]) < 1e-18 and max(record["energy_by_jump"]) < 1e-12


@pytest.mark.parametrize("model", ["baseline", "hnn"])
def test_stored_weights_of_three_bodies_are_those_of_the_record(model):
    network = hl.load(RESULTS / f"three-body-{model}-published-0.npz")
    stored = records("scoreboard.json")["three-body", model, "published", 0, 10_000]
    system, times = hl.systems.three_body(), np.linspace(0, 3, 500)
    rng = hl.validate.generator(0, f"task {system.name}")
    system.sampler(rng, 5000)                                                    # the task's orbits; its starts come after them
    starts = system.sampler(rng, 15)
    true, drawn = (system.hamiltonian(law.rollout(starts, times)) for law in (system, network))
    assert np.mean((drawn - true) ** 2) == pytest.approx(stored["energy_mse"], rel=0.1)          # half precision


@pytest.mark.parametrize("model", ["baseline", "hnn"])
def test_stored_weights_of_pixels_are_those_of_the_record(model):
    network = hl.load(RESULTS / f"pixel-pendulum-{model}-published-0.npz")
    stored = records("scoreboard.json")["pixel-pendulum", model, "published", 0, 10_000]
    judged = hnn_paper.judge_films(network, hl.data.pixel_pendulum.films(0))
    for name in ("energy_mse", "energy_change"):
        assert judged[name].mean == pytest.approx(stored[name], rel=0.02), name          # half precision


@pytest.mark.parametrize("more", [[], ["--recipe", "sharp", "--seeds", *"01234"]], ids=["published", "sharp"])
def test_the_commands_on_the_pages_have_been_run(more, tmp_path, monkeypatch):
    """On the stored file there is nothing left for them to do: it has all that the pages say."""
    pages = "".join((ROOT / "book" / "learning" / f"{name}.ipynb").read_text(encoding="utf-8") for name in ("scoreboard", "pixels"))
    commands = re.findall(r'python -m hnn_lite (reproduce (?:[^"`]|\\\\\\n",\n *")*?--out book/results/scoreboard.json)', pages)
    assert len(commands) == 3
    monkeypatch.setattr(runs, "_train", lambda *arguments: pytest.fail(f"{arguments} is not in the file"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book" / "results").mkdir(parents=True)
    copy = tmp_path / "book" / "results" / "scoreboard.json"
    copy.write_bytes((RESULTS / "scoreboard.json").read_bytes())
    for command in commands:
        assert main([*re.sub(r'\\\\\\n",\n *"', " ", command).split(), *more]) == 0
    assert copy.read_bytes() == (RESULTS / "scoreboard.json").read_bytes()


# --- how predictions are judged


def test_the_exact_law_is_judged_to_be_exact_and_a_slow_one_by_its_lag():
    task = hl.data.trajectories.pendulum(seed=3)
    params = [(np.zeros((3, 4)), np.zeros(2))]
    exact = SimpleNamespace(rollout=lambda x, t, rtol: task.exact.rollout(x, t), params=params)
    judged = aan_paper.judge(exact, task, starts=20)
    assert judged["parameters"] == 14 and max(judged["error_by_jump_mean"]) < 1e-15 and max(judged["energy_by_jump"]) < 1e-9
    assert {*(jump for jump in aan_paper.JUMPS if jump <= 1026), 10, 103, 1026} == set(judged["jumps"]) and sorted(judged["jumps"]) == judged["jumps"]
    assert judged["periods"][judged["jumps"].index(1026)] == pytest.approx(100, rel=1e-3)
    slow = aan_paper.judge(SimpleNamespace(rollout=lambda x, t, rtol: task.exact.rollout(x, 0.999 * t), params=params), task, starts=20)
    ten, hundred = (slow["error_by_jump"][judged["jumps"].index(jump)] for jump in (10, 100))
    assert hundred / ten == pytest.approx(100, rel=0.1)                 # the square of a phase that grows evenly
    assert max(slow["energy_by_jump"]) < 1e-9


def test_what_runs_away_is_none():
    task = hl.data.trajectories.pendulum(seed=3)
    wild = SimpleNamespace(rollout=lambda x, t, rtol: x * np.exp(np.minimum(10 * t, 1e4)).reshape(-1, 1, 1), params=[])
    with np.errstate(all="ignore"):
        judged = aan_paper.judge(wild, task)
    assert judged["error_by_jump"][0] > 0 and judged["error_by_jump"][-1] is None
    json.loads(json.dumps(judged), parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


# --- names


def test_action_angle_networks_are_smaller_than_the_papers():
    for name, experiment in EXPERIMENTS.items():
        if "action-angle" in experiment.models:
            _, recipe = experiment.recipe(None, "action-angle")
            model = experiment.models["action-angle"](experiment.task(0), 0, **recipe.model)
            assert hl.tree.ravel(model.params).size < 8542, name


def test_a_name_has_one_meaning():
    """The HNN paper's model learns from derivatives; the neural ODE with an energy has a name of its own."""
    assert isinstance(EXPERIMENTS["mass-spring"].models["hnn"](hl.data.fields.mass_spring(), 0), hl.HNN)
    ode = EXPERIMENTS["pendulum-tori"].models["hamiltonian-ode"](hl.data.trajectories.pendulum(), 0)
    assert isinstance(ode, hl.NeuralODE) and ode.arguments()["law"] == "hamiltonian"
    assert not {name for experiment in hnn_paper.EXPERIMENTS.values() for name in experiment.models} & set(aan_paper.MODELS)
    assert {key[1] for key in records("oscillators.json")} == set(aan_paper.MODELS)


def test_published_recipes_have_the_numbers_of_the_papers_code():
    """Of its train.py: steps, batch (None: all), learning rate, weight decay; nothing else differs from what models and tasks are by themselves."""
    theirs = {"mass-spring": (2000, None, 1e-3, 1e-4), "pendulum": (2000, None, 1e-3, 1e-4), "real-pendulum": (2000, None, 1e-3, 1e-5),
              "two-body": (10_000, 200, 1e-3, 0), "three-body": (10_000, 600, 1e-3, 1e-4), "pixel-pendulum": (10_000, 200, 1e-3, 1e-5)}
    for name, numbers in theirs.items():
        for recipe in EXPERIMENTS[name].recipes["published"].values():
            assert (recipe.steps, recipe.batch, recipe.learning_rate, recipe.weight_decay) == numbers
            assert (recipe.schedule, recipe.method, recipe.model, recipe.task) == ("constant", "adam", {}, {})


def test_a_recipe_for_one_model_only_says_so():
    assert list(EXPERIMENTS["oscillators"].named("paper-size")[1]) == ["action-angle"]
    with pytest.raises(ValueError, match="unknown model for recipe 'paper-size' 'neural-ode'; choose one of: action-angle"):
        papers.reproduce(["oscillators"], ["neural-ode"], recipe="paper-size")
    with pytest.raises(ValueError, match="unknown model 'hnn'; choose one of: action-angle"):
        papers.run("oscillators", "hnn")
    with pytest.raises(ValueError, match="unknown recipe 'blunt'; choose one of: sharp, modes, paper-size"):
        papers.run("oscillators", "action-angle", recipe="blunt")


if __name__ == "__main__":
    STORED.write_text(json.dumps([short(*key) for key in SHORT], indent=1) + "\n")
