"""How near a page's claims come to failing: what stands on both sides of each comparison, recorded as the page runs.

A claim says `page.claim(statement, holds, measured)`. While a page runs under `book/seeds.py`, each of its cells is rewritten
before it runs: every comparison in the argument `holds` writes down its two sides, and a claim that does not hold is written
down too in place of stopping the page. The library knows nothing of this.
"""

import ast
import json
import operator

import numpy as np

ORDER = {"Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge}
OPERATORS = {**ORDER, "Eq": operator.eq, "NotEq": operator.ne}
RECORDER = "_claims_"


class Rewriter(ast.NodeTransformer):
    """Rewrites the claims of one cell after another, and lists them in `claims`.

    A claim's condition is a tree, such as ["all", "0", ["any", "1", "2<", "2>"]]: its leaves are the comparisons, "all" is
    what `and` joins, "any" what `or` joins. `abs(x) < y` has two leaves, one for either sign of x.
    """

    def __init__(self, cell=0):
        self.cell, self.claims = cell, []

    def visit_Call(self, node):
        self.generic_visit(node)
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        if name != "claim" or len(node.args) < 2 or any(isinstance(part, ast.Starred) for part in node.args):
            return node
        self.place, self.leaves = f"{self.cell}:{node.lineno}:{node.col_offset}", 0
        source = ast.unparse(node.args[0])
        holds, tree = self.condition(node.args[1], True, "all")
        self.claims.append({"place": self.place, "source": source, "tree": tree})
        rewritten = self.call("judge", [self.place], [node.func, node.args[0], holds, *node.args[2:]])
        rewritten.keywords = node.keywords
        return ast.fix_missing_locations(ast.copy_location(rewritten, node))

    def condition(self, node, wanted, many):
        """The expression that records, and its tree; `wanted` is false below `not`, `many` says how an array is meant."""
        turn = {"all": "any", "any": "all"}
        if isinstance(node, ast.BoolOp):
            joint = "all" if isinstance(node.op, ast.And) == wanted else "any"
            node.values, parts = zip(*(self.condition(value, wanted, many) for value in node.values))
            node.values = list(node.values)
            return node, [joint, *parts]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand, tree = self.condition(node.operand, not wanted, turn[many])
            return node, tree
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            if name in turn and len(node.args) == 1:                 # all(...), np.any(...)
                node.args[0], tree = self.condition(node.args[0], wanted, name if wanted else turn[name])
                return node, tree
            if name in turn and not node.args and isinstance(node.func.value, ast.Compare):
                node.func.value, tree = self.condition(node.func.value, wanted, name if wanted else turn[name])
                return node, tree
        if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
            node.elt, tree = self.condition(node.elt, wanted, many)
            return node, tree
        if isinstance(node, ast.Compare):
            return self.comparison(node, wanted, many)
        return node, ["all"]                                         # a name, a function: no two sides to be seen

    def comparison(self, node, wanted, many):
        names, first = [type(op).__name__ for op in node.ops], self.leaves
        if not set(names) & set(ORDER) or set(names) - set(OPERATORS):
            return node, ["all"]
        self.leaves += len(names)
        if names in (["Lt"], ["LtE"]) and wanted and isinstance(node.left, ast.Call) and len(node.left.args) == 1 \
                and ast.unparse(node.left.func).split(".")[-1] == "abs":
            return self.call("within", [self.place, first, many, *names], [node.left.func, node.left.args[0], *node.comparators]), \
                ["all", f"{first}<", f"{first}>"]
        return self.call("compare", [self.place, first, many, wanted, names], [node.left, *node.comparators]), \
            ["all" if wanted else "any", *(str(first + i) for i in range(len(names)))]

    @staticmethod
    def call(method, constants, parts):
        """The call `_claims_.method(*constants, *parts)`."""
        function = ast.Attribute(ast.Name(RECORDER, ast.Load()), method, ast.Load())
        return ast.Call(function, [*(ast.parse(repr(value), mode="eval").body for value in constants), *parts], [])


class Recorder:
    """What the rewritten cells call: answers as the page's own expressions would, and writes one line of JSON for each claim."""

    def __init__(self, file):
        self.file, self.sides = file, {}

    def compare(self, place, leaf, many, wanted, names, *sides):
        """`a < b < c`, for sides a, b, c."""
        for i, (name, left, right) in enumerate(zip(names, sides, sides[1:])):
            holds = OPERATORS[name](left, right)
            if name in ORDER:
                low, high = (left, right) if name.startswith("Lt") == wanted else (right, left)
                self.note(place, str(leaf + i), many, low, high)
            if i + 1 < len(names) and not holds:
                break
        return holds

    def within(self, place, leaf, many, name, absolute, value, limit):
        """`abs(value) < limit`, as two comparisons, -limit < value < limit."""
        holds = ORDER[name](absolute(value), limit)
        if np.iscomplexobj(value):
            value = absolute(value)
        self.note(place, f"{leaf}<", many, value, limit)
        self.note(place, f"{leaf}>", many, np.negative(limit), value)
        return holds

    def note(self, place, leaf, many, low, high):
        """Keep the pair of numbers that is nearest to failing; where any will do, the pair that is furthest from it."""
        try:
            low, high = (np.ravel(side) for side in np.broadcast_arrays(np.asarray(low, float), np.asarray(high, float)))
        except (TypeError, ValueError):                              # sets, texts
            return
        seen = self.sides.setdefault(place, {})
        pairs = list(zip(low.tolist(), high.tolist())) + ([seen[leaf]] if leaf in seen else [])
        if pairs:
            seen[leaf] = (min if many == "all" else max)(pairs, key=lambda pair: relative(*pair))

    def judge(self, place, claim, statement, holds, measured=None):
        """Make the claim; if it does not hold, say so and go on."""
        sides, held = self.sides.pop(place, {}), True
        try:
            claim(statement, holds, measured)
        except AssertionError as problem:
            held = False
            print(problem)
        with open(self.file, "a", encoding="utf-8") as lines:
            lines.write(json.dumps({"place": place, "statement": str(statement), "held": held, "sides": sides,
                                    "measured": None if measured is None else str(measured)}) + "\n")


def relative(low, high):
    """How far `low` is below `high`, as a share of the larger of them; -inf if one is NaN."""
    largest = max(abs(low), abs(high))
    if np.isnan(low) or np.isnan(high):
        return -np.inf
    if np.isinf(largest):
        return np.sign(high - low) if low != high else 0.0
    return (high - low) / largest if largest else 0.0


def install(shell, file, cells):
    """Record the claims of the next cells that `shell` runs, which have the numbers `cells` in their notebook."""
    rewriter, cells = Rewriter(), iter(cells)
    shell.user_ns[RECORDER] = Recorder(file)
    shell.ast_transformers.append(rewriter)
    shell.events.register("pre_run_cell", lambda info: setattr(rewriter, "cell", next(cells)))
