"""Diagrams of the book's networks: a box that is pointed at, tapped or reached by key lights its equation and its lines of code."""

import re
import textwrap
from typing import NamedTuple

import matplotlib.patches

from hnn_lite import validate
from hnn_lite.page.live.frame import LiveFigure
from hnn_lite.page.plots import COLOURS

HIGH, PITCH = 38, 50          # a box, and from one row to the next
LEFT, RIGHT, WIDE = 75, 237, 146          # the middles of two columns in a picture 312 wide, and how wide a box is


class Box(NamedTuple):
    """A part of a network; boxes of one `key` light together. In a label, `*x*` is italic and `_q` an index."""

    key: str
    x: float
    row: float
    label: str
    colour: str = "line"          # a name in frame.css
    width: float = WIDE
    dashed: bool = False


class Drawing(NamedTuple):
    """A diagram: boxes, arrows between them by their numbers, and for each key an equation and a sentence; lines of code, each with its keys."""

    title: str
    alt: str
    boxes: tuple
    arrows: tuple
    notes: dict
    code: tuple
    first: str          # the key that is lit before a reader has pointed at any
    heads: tuple = ()          # names over columns: (x, words, colour)


HNN = Drawing(
    "a baseline and an HNN: point at a part to see its equation and its code",
    "Two columns of boxes joined by arrows. Both begin with the state (q, p) and two hidden layers of 200 units with tanh. The baseline's layers give "
    "two numbers, the arrow. The HNN's give one number H, then come its gradient, a quarter turn, and the arrow. Beside them ten lines of code.",
    (Box("state", LEFT, 0, "state *x* = (*q*, *p*)"), Box("first", LEFT, 1, "tanh, 200 units"), Box("second", LEFT, 2, "tanh, 200 units"),
     Box("two", LEFT, 6, "two numbers: *ẋ*", "baseline"),
     Box("state", RIGHT, 0, "state *x* = (*q*, *p*)"), Box("first", RIGHT, 1, "tanh, 200 units"), Box("second", RIGHT, 2, "tanh, 200 units"),
     Box("one", RIGHT, 3, "one number *H*", "hnn"), Box("gradient", RIGHT, 4, "its gradient ∇*H*", "hnn"),
     Box("turn", RIGHT, 5, "a quarter turn Ω", "hnn"), Box("arrow", RIGHT, 6, "the arrow *ẋ*", "hnn")),
    ((0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7), (7, 8), (8, 9), (9, 10)),
    {"state": ("*x* = (*q*, *p*)", "Both networks are given a position and a momentum."),
     "first": ("*h*_1 = tanh(*x* *W*_1 + *b*_1)", "A matrix, a vector, tanh of each of 200 results: the same in both."),
     "second": ("*h*_2 = tanh(*h*_1 *W*_2 + *b*_2)", "The same once more, from 200 numbers to 200."),
     "two": ("*ẋ* = *h*_2 *W*_3", "The baseline's two numbers are taken for the rates of change of *q* and *p*."),
     "one": ("*H*_θ(*x*) = *h*_2 *W*_3", "The HNN's one number is the height of a landscape over (*q*, *p*)."),
     "gradient": ("∇*H*_θ = (∂*H*_θ/∂*q*, ∂*H*_θ/∂*p*)", "Autograd takes the landscape's slope in each direction."),
     "turn": ("Ω(*a*, *b*) = (*b*, −*a*)", "The slope along *p* moves *q*; minus the slope along *q* moves *p*."),
     "arrow": ("*ẋ* = Ω∇*H*_θ(*x*)", "This arrow runs along a contour of *H*_θ, whatever the weights.")},
    (("def mlp(params, x):", ""),
     ("    (W1, b1), (W2, b2), (W3,) = params", ""),
     ("    h = np.tanh(x @ W1 + b1)", "state first"),
     ("    h = np.tanh(h @ W2 + b2)", "second"),
     ("    return h @ W3", "two one"),
     ("", ""),
     ("baseline = mlp", "two"),
     ("", ""),
     ("def hnn(params, x):", ""),
     ("    H = lambda x: mlp(params, x)[:, 0]", "one"),
     ("    dq, dp = elementwise_grad(H)(x).T", "gradient"),
     ("    return np.stack([dp, -dq], axis=1)", "turn arrow")),
    "turn", ((LEFT, "baseline", "baseline"), (RIGHT, "HNN", "hnn")))

PIXELS = Drawing(
    "an autoencoder with a law in its waist: point at a part to see its equation and its code",
    "Three columns of boxes. On the left, two frames x go down through an encoder to a code z, and through a decoder to drawn frames. On the right, the "
    "frames one step later, x′, go through the same encoder to z′; its decoder is dashed. Between z and z′ stands the law. Three more boxes are the losses: "
    "canonical above the law, move below it, draw beside the drawn frames. To the right seven lines of code.",
    (Box("x", 50, 0, "frames *x*", width=98), Box("encoder", 50, 1, "encoder *E*", width=98), Box("z", 50, 2, "code *z*", width=98),
     Box("decoder", 50, 3, "decoder *D*", width=98), Box("drawn", 50, 4, "drawn *D*(*z*)", width=98),
     Box("x", 262, 0, "frames *x′*", width=98), Box("encoder", 262, 1, "encoder *E*", width=98), Box("z", 262, 2, "code *z′*", width=98),
     Box("film", 262, 3, "decoder *D*", width=98, dashed=True), Box("film", 262, 4, "a film", width=98, dashed=True),
     Box("law", 156, 2, "law Ω∇*H*", "hnn", 86), Box("canonical", 156, 1, "canonical", "c1", 86), Box("move", 156, 3, "move", "c1", 86),
     Box("draw", 156, 4, "draw", "c1", 86)),
    ((0, 1), (1, 2), (2, 3), (3, 4), (5, 6), (6, 7), (7, 8), (8, 9), (2, 10), (10, 7), (4, 13)),
    {"x": ("*x* = (frame, next frame)", "Two successive frames of 784 numbers: one frame would tell an angle and no speed."),
     "encoder": ("*z* = *E*(*x*)", "Four layers turn 1568 numbers into two. The same encoder reads the frames one step later."),
     "z": ("*z* = (*z*_q, *z*_p)", "What follows is given these two numbers and nothing else of the frames."),
     "decoder": ("*D*(*z*)", "Four layers draw 1568 numbers from two."),
     "drawn": ("*D*(*E*(*x*))", "The same frames again, drawn from the code."),
     "law": ("*z* + Ω∇*H*_θ(*z*)", "An HNN moves the code, here by one step of Euler's method."),
     "canonical": ("*L* = mean |*z*_p − (*z*_q′ − *z*_q)|²", "The canonical loss: the momentum should be the step that the position is about to take."),
     "move": ("*L* = mean |*z′* − (*z* + Ω∇*H*_θ(*z*))|²", "The law's loss: its step should land on the next code. It counts a tenth."),
     "draw": ("*L* = mean |*D*(*E*(*x*)) − *x*|²", "The drawing's loss: the drawn frames should look like the frames."),
     "film": ("*D*(*z*(*t*))", "For a film, encode once, let the law run, and decode as you go. Training does not use this.")},
    (("z, z1 = encode(x), encode(x1)", "x encoder"),
     ("q, p, q1 = z[:, 0], z[:, 1], z1[:, 0]", "z"),
     ("draw = np.mean((decode(z) - x) ** 2)", "decoder drawn draw"),
     ("canonical = np.mean((p - (q1 - q)) ** 2)", "canonical"),
     ("move = np.mean((z1 - (z + law(z))) ** 2)", "law move"),
     ("loss = draw + canonical + 0.1 * move", ""),
     ("film = decode(rollout(z, frames))", "film")),
    "law")

ACTION_ANGLE = Drawing(
    "an Action-Angle Network: point at a part to see its equation and its code",
    "Two columns of boxes joined by arrows. Left: the state x, an encoder of shears, pairs z, a turn, a decoder that undoes the shears, and the state after "
    "the time t. Right, from the pairs to the turn: actions I, a network for H(I), frequencies, and the angle, into which the time enters. Beside them six lines of code.",
    (Box("state", LEFT, 0, "state *x*"), Box("encode", LEFT, 1, "encode: shears *g*"), Box("pairs", LEFT, 2, "pairs *z*"),
     Box("turn", LEFT, 5, "turn each pair"), Box("decode", LEFT, 6, "decode: undo *g*"), Box("later", LEFT, 7, "state *x*(*t*)"),
     Box("actions", RIGHT, 2, "actions *I*"), Box("energy", RIGHT, 3, "network *H*(*I*)", "action-angle"),
     Box("frequencies", RIGHT, 4, "frequencies *ω*", "action-angle"), Box("angle", 213, 5, "angle *ω* *t*", "action-angle", 98),
     Box("time", 292, 5, "*t*", width=36)),
    ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (2, 6), (6, 7), (7, 8), (8, 9), (10, 9), (9, 3)),
    {"state": ("*x* = (*q*, *p*)", "Where the system is now."),
     "encode": ("*z* = *g*(*x*)", "Shears move positions by functions of the momenta, then momenta by functions of the positions: area is kept exactly."),
     "pairs": ("*z* = (*z*_1, …, *z*_n)", "One pair of numbers for each degree of freedom. Training should make it go round on a circle."),
     "actions": ("*I* = ½(*q′*² + *p′*²)", "Half the square of each circle's radius: it does not change along the motion."),
     "energy": ("*H*(*I*)", "A small network gives the energy as a function of the actions alone."),
     "frequencies": ("*ω* = ∂*H*/∂*I*", "Its slope, plus a constant first guess, is how fast each pair goes round."),
     "angle": ("*θ*(*t*) − *θ*(0) = *ω* *t*", "The time enters here, once, as a factor. A day costs what a second costs."),
     "time": ("*t*", "Any time: a quarter of a second, or a day."),
     "turn": ("*q′*(*t*) = *q′* cos *ω**t* + *p′* sin *ω**t*", "Each pair turns by its angle. That is all that the time does."),
     "decode": ("*x*(*t*) = *g*⁻¹(*z*(*t*))", "The same shears, last first, subtracted: an exact inverse."),
     "later": ("*x*(*t*)", "The state after the time *t*, in one step.")},
    (('z = shear(encoder, x, "tanh")', "state encode pairs"),
     ("q, p = z[:, :n], z[:, n:]", "pairs"),
     ("I = (q**2 + p**2) / 2", "actions"),
     ("omega = rates + elementwise_grad(H)(I)", "energy frequencies"),
     ("z = rotate(z, omega * t)", "angle time turn"),
     ('x_t = unshear(encoder, z, "tanh")', "decode later")),
    "angle")

DIAGRAMS = {"hnn": HNN, "pixels": PIXELS, "action-angle": ACTION_ANGLE}


class Diagram(LiveFigure):
    """A diagram of a network beside its equations and its code.

    Parameters
    ----------
    name : str
        Which one: a key of `DIAGRAMS`.

    Raises
    ------
    ValueError
        If there is none of this name.
    """

    script, shared, styles = "diagram", (), ("frame.css", "diagram.css")

    def __init__(self, name):
        self.drawing = DIAGRAMS[validate.choice("diagram", name, DIAGRAMS)]
        self.title, self.alt = self.drawing.title, self.drawing.alt
        self.rows = 1 + max(box.row for box in self.drawing.boxes)
        self.size = (7.2, 0.53 * self.rows + 0.2)

    @property
    def code(self):
        """The lines beside the diagram, as one text."""
        return "\n".join(line for line, _ in self.drawing.code)

    def data(self):
        """See `LiveFigure`."""
        drawing = self.drawing
        return {**drawing._asdict(), "boxes": [box._asdict() for box in drawing.boxes], "high": HIGH, "pitch": PITCH, "rows": self.rows}

    def still(self, figure):
        """See `LiveFigure`."""
        drawing, (picture, words) = self.drawing, figure.subplots(1, 2, width_ratios=(1, 1.15))
        ink, light, colours = "#232c35", "#dbe8f1", {**COLOURS, "line": "#98a3ad", "c1": "C1"}
        for box in drawing.boxes:
            lit, x, y = box.key == drawing.first, box.x - box.width / 2, PITCH * box.row
            picture.add_patch(matplotlib.patches.FancyBboxPatch(
                (x, y), box.width, HIGH, "round,pad=0,rounding_size=6", fc=light if lit else "#f3f5f7", ec=colours[box.colour],
                linewidth=2 if lit else 1.2, linestyle="--" if box.dashed else "-"))
            picture.text(box.x, y + HIGH / 2, mathtext(box.label), ha="center", va="center", fontsize=8.5, color=ink)
        for begin, end in (ends(drawing.boxes[a], drawing.boxes[b]) for a, b in drawing.arrows):
            picture.annotate("", end, begin, arrowprops={"arrowstyle": "-|>", "color": "0.5", "shrinkA": 0, "shrinkB": 0})
        for x, name, colour in drawing.heads:
            picture.text(x, -10, name, ha="center", fontsize=9, weight="bold", color=colours[colour])
        picture.set(xlim=(0, 312), ylim=(PITCH * self.rows, -26), aspect="equal")
        words.set(xlim=(0, 1), ylim=(self.size[1], 0))          # inches down
        equation, sentence = drawing.notes[drawing.first]
        words.text(0, 0.15, mathtext(equation), fontsize=13, va="top", color=ink)
        words.text(0, 0.5, textwrap.fill(mathtext(sentence), 60), fontsize=8.5, va="top", color=ink)
        for number, (code, keys) in enumerate(drawing.code):
            words.text(0, 1 + 0.19 * number, code, fontsize=8, family="monospace", va="center", color=ink,
                       backgroundcolor=light if drawing.first in keys.split() else "none")
        for axes in (picture, words):
            axes.axis("off")


def mathtext(words):
    """A label as matplotlib wants it."""
    return re.sub(r"\*([^*]+)\*", r"$\1$", re.sub(r"_(\w)", r"$_{\1}$", words))


def ends(one, other):
    """Where an arrow between two boxes begins and ends: sideways in a row, else straight up or down."""
    if one.row == other.row:
        side = 1 if other.x > one.x else -1
        y = PITCH * one.row + HIGH / 2
        return (one.x + side * one.width / 2, y), (other.x - side * other.width / 2, y)
    x = other.x if abs(other.x - one.x) < one.width / 2 else one.x
    down = other.row > one.row
    return (x, PITCH * one.row + HIGH * down), (x, PITCH * other.row + HIGH * (not down))
