"""The engine: loss and gradient of a model, and the field of a rollout, without autograd's work in every step.

`trace` records the calls of an ordinary autograd loss, forwards and back; `simplify` makes fewer of them; `replay` repeats them in
every step; `function` does so without derivatives; `jacobian` keeps those of each example apart. `native`, which needs llvmlite and
is imported only when it is asked for, makes machine code of the calls.
"""

from hnn_lite.engine.function import Function
from hnn_lite.engine.gradient import Gradient, named, threads
from hnn_lite.engine.jacobian import Jacobian

__all__ = ["Function", "Gradient", "Jacobian", "named", "threads"]
