"""The tape stepper: a small expression's tape, filled in forwards with values and backwards with slopes, one step at a time."""

import numpy as np

from hnn_lite import validate
from hnn_lite.page.live.frame import LiveFigure

OPERATIONS = {          # by its name on the tape: the value, and its slopes with respect to what it was made from
    "+": (lambda a, b: a + b, lambda a, b: (1.0, 1.0)),
    "×": (lambda a, b: a * b, lambda a, b: (b, a)),
    "cos": (np.cos, lambda a: (-np.sin(a),)),
    "sin": (np.sin, lambda a: (np.cos(a),)),
    "tanh": (np.tanh, lambda a: (1 - np.tanh(a) ** 2,)),
}
MOST, INK, SLOPE = 20, "#232c35", "C3"


class Tape(LiveFigure):
    """A tape as the chapter on automatic differentiation writes it: "forward" fills in the values, "backward" the slopes; inputs can be nudged.

    Parameters
    ----------
    nodes : list
        The numbers on the tape in their order, each with a `value`, a `name`, and `rules`, pairs whose first entry is a number that it was
        made from. The name says the operation, one of `OPERATIONS`. A number made from nothing is an input if it has a name, else a
        constant. The last one is the result.
    result : str
        What the result is called.

    Raises
    ------
    ValueError
        If this is not such a tape.
    """

    script, shared = "tape", ("draw", "input", "stage")
    title = "a tape, forwards and backwards: press play, or step; drag an input up or down"
    size = (7.2, 3.5)

    def __init__(self, nodes, result="H"):
        nodes = list(nodes)
        if not 2 <= len(nodes) <= MOST or not all(hasattr(node, part) for node in nodes for part in ("value", "name", "rules")):
            raise ValueError(f"nodes must be 2 to {MOST} numbers on a tape, each with a value, a name and rules, got {validate.shown(nodes)}")
        place = {id(node): number for number, node in enumerate(nodes)}
        self.result, self.names, self.parents = result, [node.name for node in nodes], []
        for number, node in enumerate(nodes):
            self.parents.append([place.get(id(parent), number) for parent, *_ in node.rules])
            if any(parent >= number for parent in self.parents[-1]):
                raise ValueError(f"nodes[{number}] was made from a number that does not stand before it on the tape")
            if node.rules and len(node.rules) != OPERATIONS[validate.choice("operation", node.name, OPERATIONS)][1].__code__.co_argcount:
                raise ValueError(f"nodes[{number}] ({node.name}) cannot be made from {len(node.rules)} numbers")
        self.leaves = {number: float(node.value) for number, node in enumerate(nodes) if not node.rules}
        self.inputs = [number for number in self.leaves if self.names[number]]
        if not self.inputs or not self.parents[-1]:
            raise ValueError("a tape begins with an input, a number with a name, and ends with a result")
        if not np.allclose(self.values(), [node.value for node in nodes]):
            raise ValueError("the values on the tape are not those of its operations")

    def values(self, inputs=()):
        """The value of every number on the tape, shape (nodes,), for other inputs if given."""
        values, leaves = [], self.leaves | dict(zip(self.inputs, inputs, strict=False))
        for number, (name, parents) in enumerate(zip(self.names, self.parents, strict=True)):
            values.append(OPERATIONS[name][0](*(values[parent] for parent in parents)) if parents else leaves[number])
        return np.array(values)

    def slopes(self, inputs=()):
        """The slope of the result by every number on the tape, shape (nodes,)."""
        values, slopes = self.values(inputs), np.zeros(len(self.names))
        slopes[-1] = 1.0
        for number in reversed(range(len(slopes))):
            if parents := self.parents[number]:
                for parent, local in zip(parents, OPERATIONS[self.names[number]][1](*values[parents]), strict=True):
                    slopes[parent] += slopes[number] * local
        return slopes

    def places(self):
        """Where to draw each number: to the left of all that was made from it, shape (nodes, 2)."""
        count = len(self.names)
        column, users = [0] * count, [[] for _ in range(count)]
        for number in reversed(range(count)):
            for parent in set(self.parents[number]):
                users[parent].append(number)
                column[parent] = max(column[parent], column[number] + 1)
        at = np.zeros((count, 2))
        for x in range(max(column) + 1):
            members = [number for number in range(count) if column[number] == x]
            members.sort(key=lambda number: -np.mean([at[user][1] for user in users[number]]) if users[number] else 0.0)
            for i, number in enumerate(members):
                at[number] = -x, (len(members) - 1) / 2 - i
        return at

    @property
    def alt(self):
        """What the still shows."""
        names, by_input = [self.names[number] for number in self.inputs], self.slopes()[self.inputs]
        slopes = ", ".join(f"{slope:.3g} under {name}" for name, slope in zip(names, by_input, strict=True))
        return (f"A graph of {len(self.names)} boxes, joined by arrows that lead from {' and '.join(names)} on the left to {self.result} at the right "
                f"end. Each box holds a number and the operation that made it. Under it stands the slope of {self.result}: 1 under the last box, "
                f"{slopes}.")

    def data(self):
        """See `LiveFigure`."""
        described = zip(self.names, self.parents, self.places(), strict=True)
        return {"nodes": [dict(zip(("name", "parents", "at"), one, strict=True)) for one in described], "leaves": self.leaves, "inputs": self.inputs, "result": self.result}

    def still(self, figure):
        """See `LiveFigure`."""
        axes, at, values, slopes = figure.subplots(), self.places(), self.values(), self.slopes()
        for number, parents in enumerate(self.parents):
            for i, parent in enumerate(parents):
                bend = 0.25 * i * (parent == parents[0])          # two arrows from the same
                axes.annotate("", at[number], at[parent], arrowprops={"arrowstyle": "->", "color": "0.6", "shrinkA": 16, "shrinkB": 18,
                                                                      "connectionstyle": f"arc3,rad={bend}"})
            name = f"{self.names[number]} → {self.result}" if number == len(at) - 1 else self.names[number]
            axes.text(*at[number], f"{name}\n{values[number]:.3f}".strip(), ha="center", va="center", fontsize=9, color=INK,
                      bbox={"boxstyle": "round", "fc": "#f3f5f7", "ec": "0.5"})
            axes.annotate(f"slope {slopes[number]:.3f}", at[number], (0, -18), textcoords="offset points", fontsize=8, ha="center", va="top",
                          color=SLOPE)
        axes.set(xlim=(at[:, 0].min() - 0.5, 0.5), ylim=(at[:, 1].min() - 0.7, at[:, 1].max() + 0.5))
        axes.axis("off")
