"""Machine code for the engine, through llvmlite."""

from hnn_lite.engine.native.adam import adam
from hnn_lite.engine.native.program import Program

__all__ = ["Program", "adam"]
