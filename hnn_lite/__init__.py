"""Hamiltonian Neural Networks and Action-Angle Networks from scratch: the library behind *The Shape of Motion*."""

from hnn_lite import integrate, systems
from hnn_lite.checks import seed
from hnn_lite.claims import ClaimError, claim
from hnn_lite.dynamics import omega, turn

__all__ = ["ClaimError", "claim", "integrate", "omega", "seed", "systems", "turn"]
