"""The AAN paper's own sweeps, in part, on its own task: one path of two coupled oscillators (section 4 and its figures).

By the coupling, by the samples of the path, by the shears of the encoder, by the steps of the training. All models have the same optimiser, and
for each coupling about the same seconds of the processor.
"""

from dataclasses import replace
from functools import partial

import numpy as np

from hnn_lite import validate
from hnn_lite.data import trajectories
from hnn_lite.models import ActionAngleNetwork
from hnn_lite.page.papers import aan_paper
from hnn_lite.page.papers.experiment import Experiment, Recipe

JUMPS = (1, 2, 5, 10, 20, 50, 100, 200, 400)          # samples
COUPLINGS = (0, 0.1, 0.5, 1)
SAMPLES = (10, 500)          # and 100
SHEARS = (5, 10, 50)          # and 20
SHARES = (0.1, 0.5)          # of the steps
FEWER = ("action-angle", "euler-update", "hamiltonian-ode")          # in the sweeps by samples and by steps


def one_path(seed=0, k_pair=0.5, samples=100):
    """The paper's task, with another number of samples to learn from; 100 are its own.

    Parameters
    ----------
    seed : int
        Of no effect: the path is the same.
    k_pair : float
        Stiffness of the spring between the masses, N/m.
    samples : int
        At least 3, at most 500: the last 500 of the 1000 are for testing.

    Returns
    -------
    task : TrajectoryTask

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    task = trajectories.coupled_oscillators(k_pair=k_pair)
    if not 3 <= validate.whole("samples", samples, 1) <= 500:
        raise ValueError(f"samples must lie between 3 and 500, got {samples}")
    return replace(task, x=task.exact.rollout(task.x[0, 0], task.dt * np.arange(samples))[None])


def judge(model, task):
    """As `aan_paper.judge`, at `JUMPS` from 25 starts, in units that do not depend on how many samples the model has seen.

    The unit of an error is the standard deviation over the first 100 samples; energy errors are means.
    """
    task = replace(task, x=task.exact.rollout(task.x[0, 0], task.dt * np.arange(100))[None])
    return aan_paper.judge(model, task, 25, JUMPS, 1e-8, np.mean)


def shrunk(model, gain, outer=1.0):
    """The same model, with the weights by which its first layer, or each of its shears, sees a state `gain` times as large: in place.

    Parameters
    ----------
    model : ActionAngleNetwork or NeuralODE
        Not yet trained.
    gain, outer : float
        Positive; `outer` is for the weights of a last layer. (Those of a shear, its a, are zero before training.)

    Raises
    ------
    ValueError
        If one of them is not positive.
    """
    gain, outer = validate.positive("gain", gain), validate.positive("outer", outer)
    if isinstance(model, ActionAngleNetwork):          # (S,) of a linear shear is zero
        encoder = [layer if len(layer) == 1 else (*(gain * part for part in layer[:-1]), layer[-1]) for layer in model.params["encoder"]]
        model.params = {**model.params, "encoder": encoder}
    else:
        (W, b), *middle, (last,) = model.params
        model.params = [(gain * W, b), *middle, (outer * last,)]
    return model


def _made(make, task, seed, gain=1.0, outer=1.0, **arguments):
    return shrunk(make(task, seed, **arguments), gain, outer)


MODELS = {name: partial(_made, make) for name, make in aan_paper.MODELS.items()}


def _recipe(steps, /, **model):
    return Recipe(steps, weight_decay=0, model=model, method="levenberg-marquardt")


def _changed(recipes, samples=100, k_pair=0.5, share=1, models=aan_paper.MODELS):
    """The recipes of some models for another task, a batch of 100 where there are more samples, and for a share of the steps.

    With stiff springs a sample is too long for one step of a learned field's solver: it takes two, and half as many steps of the training.
    """
    made = {}
    for name in (name for name in models if name in recipes):
        recipe, stiff = recipes[name], k_pair >= 0.5 and name in ("neural-ode", "hamiltonian-ode")
        made[name] = replace(recipe, steps=round(share * recipe.steps / (1 + stiff)), batch=100 if samples > 100 else None,
                             model=recipe.model | {"steps": 2} if stiff else recipe.model, task={"k_pair": k_pair, "samples": samples})
    return made


def _with_shears(shears):
    return {"action-angle": replace(SMALL["action-angle"], model=SMALL["action-angle"].model | {"shears": shears})}


ENCODER = {"shears": 20, "width": 4, "linear": 4, "hidden": (4,), "reach": 50, "ramp": 0.8, "start": "pairs"}
# the weights as they are drawn usually; and the first ones as small as helps each model most, tried on seeds 100 to 102 without coupling
# (with `outer`, an energy's quadratic part begins about as large as usual)
USUAL = {"action-angle": _recipe(140, **ENCODER),
         "euler-update": _recipe(60, hidden=(24, 24)),
         "neural-ode": _recipe(55, hidden=(24, 24)),
         "hamiltonian-ode": _recipe(55, hidden=(24, 24))}
SMALL = {"action-angle": _recipe(140, **ENCODER, activation="sigmoid", gain=0.01),
         "euler-update": _recipe(60, hidden=(24, 24), gain=0.01),
         "neural-ode": _recipe(55, hidden=(24, 24), gain=0.1),
         "hamiltonian-ode": _recipe(220, hidden=(48,), activation="softplus", gain=0.1, outer=100)}

EXPERIMENTS = {name: Experiment(one_path, recipes, judge, MODELS) for name, recipes in (
    *((f"coupling-{k:g}", {"small": _changed(SMALL, k_pair=k), "usual": _changed(USUAL, k_pair=k)}) for k in COUPLINGS),
    *((f"samples-{samples}", {"small": _changed(SMALL, samples, models=FEWER)}) for samples in SAMPLES),
    *((f"shears-{shears}", {"small": _changed(_with_shears(shears))}) for shears in SHEARS),
    *((f"steps-{share:g}", {"small": _changed(SMALL, share=share, models=FEWER)}) for share in SHARES))}
