"""The experiments of Part III: integrable motion, and how far off a prediction is after a jump (AAN paper, section 4).

All models of an experiment learn from the same paths, for about the same seconds of the processor; their steps follow from that.
"""

from dataclasses import replace
from functools import partial

import numpy as np

from hnn_lite import tree
from hnn_lite.data import trajectories
from hnn_lite.page.papers.experiment import Experiment, Recipe
from hnn_lite.page.papers.lifted import Lifted
from hnn_lite.models import ActionAngleNetwork, EulerUpdate, NeuralODE

JUMPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)          # samples, up to the last of
PERIODS = (1, 10, 100)


def _made(make, task, seed, lift=False, **arguments):
    model = make(task.system.dim, seed, **arguments)
    return Lifted(model) if lift else model


MODELS = {
    "action-angle": partial(_made, ActionAngleNetwork),
    "euler-update": partial(_made, EulerUpdate),
    "neural-ode": partial(_made, partial(NeuralODE, law="field")),
    "hamiltonian-ode": partial(_made, partial(NeuralODE, law="hamiltonian")),
}


def judge(model, task, starts=100, jumps=None, rtol=1e-10, over=np.median):
    """How far off predictions are on unseen paths, by the jump.

    Parameters
    ----------
    model : Dynamics
    task : TrajectoryTask
    starts : int
    jumps : sequence of int, optional
        In samples; if not given, `JUMPS`, up to 100 periods, and 1, 10 and 100 periods.
    rtol : float
        Of a solver that follows a learned law: the model is judged, and not the solver.
    over : callable
        How energy errors are put together over the starts.

    Returns
    -------
    judged : dict
        "parameters"; "test_loss": the mean error after one sample; "jumps", and "periods", the same in periods;
        "error_by_jump" and "error_by_jump_mean": median and mean over the starts (see `TrajectoryTask.error_by_jump`);
        "energy_by_jump": |E - E(0)| / |E(0)|. None for what is infinite.
    """
    if jumps is None:
        periods = [max(1, round(count * task.period / task.dt)) for count in PERIODS]
        jumps = sorted({*periods, *(jump for jump in JUMPS if jump <= periods[-1])})
    x0, law = task.starts(starts), getattr(model, "model", model)          # of a `Lifted`
    solver = {} if isinstance(law, (ActionAngleNetwork, EulerUpdate)) else {"rtol": rtol}
    path = model.rollout(x0, task.dt * np.array([0, *jumps]), **solver)
    errors, energy = task.errors(path[1:], jumps), task.system.hamiltonian(path)

    def plain(values):          # what ran away is None: JSON has no infinity
        return [float(value) if np.isfinite(value) else None for value in values]

    return {"parameters": sum(leaf.size for leaf in tree.leaves(model.params)), "test_loss": float(errors[0].mean()),
            "jumps": list(jumps), "periods": [jump * task.dt / task.period for jump in jumps],
            "error_by_jump": plain(np.median(errors, axis=1)), "error_by_jump_mean": plain(errors.mean(axis=1)),
            "energy_by_jump": plain(over(abs(energy[1:] / energy[0] - 1), axis=1))}


def _small(steps, batch, /, **model):
    """A small network by Levenberg and Marquardt's method, which brings it far below what Adam reaches in the same time."""
    return Recipe(steps, batch, weight_decay=0, model=model, method="levenberg-marquardt")


def _fast(steps, batch, /, **model):
    """The same with acceleration, which takes all models further."""
    return Recipe(steps, batch, weight_decay=0, model=model, method="accelerated-levenberg-marquardt")


def _large(steps, /, **model):
    """A network by Adam; the steps-by-step models are larger then."""
    return Recipe(steps, 200, 3e-3, 0, "cosine", {"hidden": (100, 100)} | model)


def _with(recipes, task):
    """The same recipes, by model, on another task."""
    return {name: replace(recipe, task=task) for name, recipe in recipes.items()}


def _sized(recipes, width, hidden):
    """The same with shears of another width, and other hidden layers in the step-by-step models."""
    return {name: replace(recipe, model=recipe.model | ({"width": width} if name == "action-angle" else {"hidden": (hidden, hidden)}))
            for name, recipe in recipes.items()}


def _halves(fast):
    """Either half of what makes the HNN of `fast` good: its optimiser with one step of the solver a sample, its steps with the plain one."""
    hnn = fast["hamiltonian-ode"]
    return {"accelerated-one-step": {"hamiltonian-ode": replace(hnn, model=hnn.model | {"steps": 1})},
            "plain-more-steps": {"hamiltonian-ode": replace(hnn, method="levenberg-marquardt")}}


# a linear system needs little beside linear shears
LINEAR = {"shears": 20, "width": 4, "linear": 4, "hidden": (4,), "ramp": 0.8, "start": "pairs"}
ONE_TORUS = {"action-angle": _small(300, None, reach=50, **LINEAR),
             "euler-update": _small(160, None, hidden=(24, 24)),
             "neural-ode": _small(100, None, hidden=(24, 24)),
             "hamiltonian-ode": _small(80, None, hidden=(24, 24))}
MODES = {"action-angle": _small(300, None, reach=50, **LINEAR | {"start": "modes"})}
# the paper's sizes, activation and optimiser; its gates, first weights, second loss and jumps are not here
PAPERS = {"action-angle": Recipe(50_000, 100, weight_decay=0, model={"activation": "sigmoid", "frequencies": "mlp", "start": "pairs"})}
MANY_TORI = {"action-angle": _small(430, 500, reach=99, **LINEAR),
             "euler-update": _small(200, 500, hidden=(24, 24)),
             "neural-ode": _small(100, 500, hidden=(24, 24)),
             "hamiltonian-ode": _small(80, 500, hidden=(24, 24))}
PENDULUM = {"action-angle": _small(280, 1000, shears=24, width=10, hidden=(20,), reach=99, ramp=0.3),
            "euler-update": _small(380, 1000, hidden=(24, 24)),
            "neural-ode": _small(280, 500, hidden=(24, 24)),
            "hamiltonian-ode": _small(200, 500, hidden=(24, 24))}
PENDULUM_BY_ADAM = {"action-angle": _large(8000, shears=10, width=24, hidden=(32,), reach=99, ramp=0.5),
                    "euler-update": _large(30_000),
                    "neural-ode": _large(6000),
                    "hamiltonian-ode": _large(3700)}
KEPLER = _with({"action-angle": _small(190, 1500, shears=28, width=14, hidden=(24,), reach=99, ramp=0.7),
                "euler-update": _small(390, 1000, hidden=(32, 32)),
                "neural-ode": _small(145, 600, hidden=(32, 32), steps=3),
                "hamiltonian-ode": _small(95, 600, hidden=(32, 32), steps=3)}, {"paths": 400})
TODA = _with({"action-angle": _small(250, 800, shears=24, width=10, hidden=(20,), reach=99, ramp=0.5),
              "euler-update": _small(520, 800, hidden=(24, 24)),
              "neural-ode": _small(270, 600, hidden=(24, 24)),
              "hamiltonian-ode": _small(210, 600, hidden=(24, 24))}, {"paths": 200})
TODA_BY_ADAM = _with({"action-angle": _large(10_000, shears=24, width=10, hidden=(20,), reach=99, ramp=0.5),
                      "euler-update": _large(50_000),
                      "neural-ode": _large(11_000),
                      "hamiltonian-ode": _large(7000)}, {"paths": 200})
# by the better optimiser; several steps of the solver in a sample, without which its error bounds what can be learned
PENDULUM_FAST = {"action-angle": _fast(520, 500, shears=16, width=8, hidden=(20,), reach=99, ramp=0.3),
                 "euler-update": _fast(320, 500, hidden=(24, 24)),
                 "neural-ode": _fast(260, 300, hidden=(24, 24), steps=3),
                 "hamiltonian-ode": _fast(190, 300, hidden=(24, 24), steps=3)}
TODA_FAST = _with({"action-angle": _fast(250, 400, shears=24, width=8, hidden=(20,), reach=99, ramp=0.4),
                   "euler-update": _fast(345, 500, hidden=(24, 24)),
                   "neural-ode": _fast(240, 400, hidden=(24, 24), steps=2),
                   "hamiltonian-ode": _fast(200, 400, hidden=(24, 24), steps=2)}, {"paths": 200})
OSCILLATORS_FAST = {"action-angle": _fast(20, 300, reach=99, **LINEAR | {"start": "modes"}),
                    "euler-update": _fast(145, 500, hidden=(24, 24)),
                    "neural-ode": _fast(115, 300, hidden=(24, 24), steps=2),
                    "hamiltonian-ode": _fast(94, 300, hidden=(24, 24), steps=2)}
KEPLER_FAST = _with({"action-angle": _fast(300, 800, lift=True, odd=True, start="pairs", shears=24, width=8, hidden=(16,), reach=99, ramp=0.5),
                     "euler-update": _fast(110, 800, hidden=(32, 32)),
                     "neural-ode": _fast(105, 400, hidden=(32, 32), steps=3),
                     "hamiltonian-ode": _fast(95, 400, hidden=(32, 32), steps=3)}, {"paths": 400})
KEPLER_LIFTED = _with({"hamiltonian-ode": _fast(245, 400, lift=True, hidden=(24, 24), steps=2)}, {"paths": 400})

EXPERIMENTS = {name: Experiment(task, recipes, judge, MODELS) for name, task, recipes in (
    ("oscillators", lambda seed: trajectories.coupled_oscillators(),
     {"sharp": ONE_TORUS, "modes": MODES, "paper-size": PAPERS}),
    ("oscillators-uncoupled", lambda seed: trajectories.coupled_oscillators(k_pair=0), {"sharp": ONE_TORUS}),
    ("oscillators-tori", partial(trajectories.coupled_oscillators, tori="many"), {"sharp": MANY_TORI, "accelerated": OSCILLATORS_FAST}),
    ("pendulum-tori", trajectories.pendulum, {"sharp": PENDULUM, "adam": PENDULUM_BY_ADAM, "accelerated": PENDULUM_FAST} | _halves(PENDULUM_FAST)),
    ("kepler-tori", trajectories.kepler, {"sharp": KEPLER, "accelerated": KEPLER_FAST, "lifted": KEPLER_LIFTED}),
    ("toda-tori", trajectories.toda,
     {"sharp": TODA, "adam": TODA_BY_ADAM, "accelerated": TODA_FAST} | _halves(TODA_FAST)
     | {f"paths-{paths}": _with(TODA, {"paths": paths}) for paths in (10, 50)}
     | {f"size-{hidden}": _sized(TODA, width, hidden) for width, hidden in ((4, 14), (6, 18))}))}
