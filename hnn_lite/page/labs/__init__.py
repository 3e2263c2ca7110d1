"""Labs: choose the settings, press a button, and watch a model learn. They need a kernel; the work itself needs no widgets.

Each lab is a class with plain methods, `run`, `figure` and `report`, that call what the chapters call. At the end of a cell it shows its
controls, which needs ipywidgets: `pip install "hnn-lite[notebook]"`.
"""

from hnn_lite.page.labs.autoencoder import BuildAnAutoencoder
from hnn_lite.page.labs.controls import Control
from hnn_lite.page.labs.lab import Lab
from hnn_lite.page.labs.straight_lines import FindTheActions
from hnn_lite.page.labs.training import TrainYourOwn
from hnn_lite.page.labs.tuning import TuneABaseline

__all__ = ["BuildAnAutoencoder", "Control", "FindTheActions", "Lab", "TrainYourOwn", "TuneABaseline"]
