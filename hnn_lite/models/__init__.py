"""Learned laws of motion."""

from hnn_lite.models import base
from hnn_lite.models.action_angle import ActionAngleNetwork
from hnn_lite.models.baseline import Baseline
from hnn_lite.models.step_by_step import EulerUpdate, LinearMap, NeuralODE
from hnn_lite.models.hnn import HNN
from hnn_lite.models.pixel import PixelModel

MODELS = {"baseline": Baseline, "hnn": HNN}


def load(path):
    """Rebuild the model that `model.save(path)` wrote; nothing is unpickled.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a saved model, or its arrays do not fit.
    """
    return base.load(path, {model.__name__: model for model in (*MODELS.values(), ActionAngleNetwork, EulerUpdate, NeuralODE, PixelModel)})


__all__ = ["HNN", "MODELS", "ActionAngleNetwork", "Baseline", "EulerUpdate", "LinearMap", "NeuralODE", "PixelModel", "load"]
