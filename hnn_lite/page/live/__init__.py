"""Live figures: small programs in the browser that a reader can take hold of, without a kernel and without the network.

How one is made. In Python, a subclass of `frame.LiveFigure` checks its arguments, gives its script what it needs as `data()`, networks
packed by `weights.pack`, and draws its `still()` with matplotlib. Its script, js/<name>.js, puts panels, controls and numbers on a
`Stage` and ends with `stage.start({work, draw, evaluate})`. The scripts share a core, in this order, each readable by itself:

- networks.js: the forward pass and the input gradient of an MLP, shears, the Action-Angle Network;
- motion.js: the systems, learned laws, integrators, climbing along R_H, paths that are computed piece by piece;
- draw.js: `Panel`, a sharp canvas with lines, discs, words and still layers, and `Plane`, a panel with axes;
- input.js: `plane.handle(...)`, a dot that can be dragged with mouse, finger or arrow keys;
- stage.js: `Stage`, with sliders, buttons, choices, numbers that are also spoken, the time, the theme's colours;
- pictures.js: pendulums, springs, arrows, and how the planes of these systems look; elliptic.js: the exact pendulum;
- three-paths.js, for two figures: truth, baseline and HNN from one start;
- frame.js: the frame's height, its theme and the still on the page around it.

Rules that keep them alike: everything starts at rest, and moves when the reader lets a dot go or presses play (letting go moves nothing
for a reader who prefers reduced motion; the front page's `Swing` moves as soon as it is seen); everything in a picture, numbers too, is of
one time, the last that is known of all; curves carry their names beside them; what a colour means is what it means in the book, and its
value comes from frame.css, by its name, in the light and in the dark; `draw` draws from the state alone, so that any size is drawn at
once; no frame computes for more than some milliseconds, what takes longer goes into `work`. The functions in `evaluate` are what the
tests compare with Python's, for the parameters that `weights.as_shown` returns.
"""

from hnn_lite.page.live.action_angle import Torus
from hnn_lite.page.live.bodies import Bodies
from hnn_lite.page.live.diagram import Diagram
from hnn_lite.page.live.film import Film
from hnn_lite.page.live.henon_heiles import HenonHeiles
from hnn_lite.page.live.integrator_race import IntegratorRace
from hnn_lite.page.live.loop_area import LoopArea
from hnn_lite.page.live.noise_slider import NoiseSlider
from hnn_lite.page.live.phase_space import PhaseSpace
from hnn_lite.page.live.pixels import Pixels
from hnn_lite.page.live.quantum_levels import QuantumLevels
from hnn_lite.page.live.redraw import Redraw
from hnn_lite.page.live.shear_stack import ShearStack
from hnn_lite.page.live.solitons import Solitons
from hnn_lite.page.live.square import Square
from hnn_lite.page.live.standard_map import StandardMap
from hnn_lite.page.live.swing import Swing
from hnn_lite.page.live.swing_up import SwingUp
from hnn_lite.page.live.tape import Tape
from hnn_lite.page.live.three_ways import ThreeWays
from hnn_lite.page.live.training import Training

__all__ = ["Bodies", "Diagram", "Film", "HenonHeiles", "IntegratorRace", "LoopArea", "NoiseSlider", "PhaseSpace", "Pixels", "QuantumLevels",
           "Redraw", "ShearStack", "Solitons", "Square", "StandardMap", "Swing", "SwingUp", "Tape", "ThreeWays", "Torus", "Training"]
