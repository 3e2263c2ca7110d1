"""Hamiltonian Neural Networks and Action-Angle Networks from scratch: the library behind *The Shape of Motion*."""

from hnn_lite import actions, batches, data, engine, integrate, metrics, networks, scaling, shears, systems, tree
from hnn_lite.mechanics import Dynamics, HamiltonianDynamics, apply_omega, symplectic_matrix
from hnn_lite.models import HNN, ActionAngleNetwork, Baseline, EulerUpdate, LinearMap, NeuralODE, PixelModel, load
from hnn_lite.training import TrainingDiverged, fit

__all__ = ["HNN", "ActionAngleNetwork", "Baseline", "Dynamics", "EulerUpdate", "HamiltonianDynamics", "LinearMap", "NeuralODE", "PixelModel",
           "TrainingDiverged", "actions", "apply_omega", "batches", "data", "engine", "fit", "integrate", "load", "metrics", "networks",
           "scaling", "shears", "symplectic_matrix", "systems", "tree"]
