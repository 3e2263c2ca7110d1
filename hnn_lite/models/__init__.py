"""Learned laws of motion."""

from hnn_lite.models.action_angle import ActionAngleNetwork
from hnn_lite.models.base import LearnedField, Model, read
from hnn_lite.models.baseline import Baseline
from hnn_lite.models.hnn import HNN
from hnn_lite.models.pixel import PixelModel
from hnn_lite.models.step_by_step import EulerUpdate, LinearMap, NeuralODE

MODELS = {"baseline": Baseline, "hnn": HNN}


def load(path):
    """Build again the model that `model.save(path)` wrote; nothing is unpickled. (A class of your own: `Mine.load(path)`.)

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a saved model, or one of another class, or its arrays do not fit.
    """
    return read(path, {model.__name__: model for model in (ActionAngleNetwork, Baseline, EulerUpdate, HNN, NeuralODE, PixelModel)})


__all__ = ["HNN", "MODELS", "ActionAngleNetwork", "Baseline", "EulerUpdate", "LearnedField", "LinearMap", "Model", "NeuralODE", "PixelModel", "load"]
