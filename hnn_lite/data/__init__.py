"""What models learn from. In each module a data set has the name of its system, and is made from a seed."""

from hnn_lite.data import fields, pixel_pendulum, recordings, trajectories

__all__ = ["fields", "pixel_pendulum", "recordings", "trajectories"]
