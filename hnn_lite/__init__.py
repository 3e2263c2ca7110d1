"""Hamiltonian Neural Networks and Action-Angle Networks from scratch: the library behind *The Shape of Motion*."""

from hnn_lite import actions, exercises, experiments, integrate, metrics, panels, systems
from hnn_lite.checks import seed
from hnn_lite.claims import ClaimError, claim
from hnn_lite.datasets import frames, recordings, tasks, tori
from hnn_lite.dynamics import omega, turn
from hnn_lite.models import HNN, ActionAngleNetwork, Baseline, EulerUpdate, LinearMap, NeuralODE, PixelModel, load
from hnn_lite.show import live
from hnn_lite.show import plots as plot
from hnn_lite.show.film import Film
from hnn_lite.training import TrainingDiverged, fit

__all__ = ["HNN", "ActionAngleNetwork", "Baseline", "ClaimError", "EulerUpdate", "Film", "LinearMap", "NeuralODE", "PixelModel",
           "TrainingDiverged", "actions", "claim", "exercises", "experiments", "fit", "frames", "integrate", "live", "load", "metrics", "omega",
           "panels", "plot", "recordings", "seed", "systems", "tasks", "tori", "turn"]
