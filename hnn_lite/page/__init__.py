"""What the pages of the book need besides the library: claims, seeds, plots, live figures, labs, exercises, the papers' experiments.

It imports the library; the library knows nothing of it.
"""

from hnn_lite.page import benchmark, exercises, labs, live, papers, plots
from hnn_lite.page.claims import ClaimError, Held, claim, seed
from hnn_lite.page.live.film import Film

__all__ = ["ClaimError", "Film", "Held", "benchmark", "claim", "exercises", "labs", "live", "papers", "plots", "seed"]
