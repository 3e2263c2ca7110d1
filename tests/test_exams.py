"""The exams: two papers with the same marks for the same topics, every bold number of their solutions computed again, and the practice questions."""

import contextlib
import io
import re

import numpy as np
import pencil
import pytest
from conftest import ROOT
from scipy.integrate import quad
from scipy.optimize import brentq

TEACHING = ROOT / "book" / "teaching"
if not (TEACHING / "instructor").is_dir():
    pytest.skip("book/teaching/instructor is not here: its solutions were not tested", allow_module_level=True)
INSTRUCTOR = TEACHING / "instructor"
PAPERS = {name: pencil.problems((INSTRUCTOR / f"exam-{name}.md").read_text(encoding="utf-8")) for name in "ab"}
SOLUTIONS = {name[0].lower(): pencil.problems(text) for name in
             re.split(r"^## Exam ", (INSTRUCTOR / "exam-ab-solutions.md").read_text(encoding="utf-8"), flags=re.M)[1:] for text in [name]}
WORDS = {word: number for number, word in enumerate("zero one two three four five six seven eight nine".split())} | {"twenty-five": 25, "fifty": 50}
PI = np.pi
papers = pytest.mark.parametrize("name", PAPERS)


def rest(force, low=-2, high=2):
    """The places between where a force is zero, by its changes of sign."""
    q = np.linspace(low, high, 4002)
    signs = np.flatnonzero(np.diff(np.sign(force(q))))
    return [brentq(force, q[each], q[each + 1]) for each in signs]


def hills(name, text):
    """Question 1 from its H: where it rests, the separatrix, the rate, the area."""
    sign = 1 if name == "a" else -1
    assert rf"H = \tfrac12 p^2 {'+' if sign > 0 else '-'} \tfrac12 q^2 {'-' if sign > 0 else '+'} \tfrac14 q^4$" in text
    V, dV = (lambda q: sign * (q**2 / 2 - q**4 / 4)), (lambda q: sign * (q - q**3))
    left, middle, right = rest(dV)
    assert middle == pytest.approx(0, abs=1e-9)
    bend = (dV(right + 1e-5) - dV(right - 1e-5)) / 2e-5
    friction, time = pencil.given(text, r"\dots - #\,p", "changed after # s")
    return {"b": [left, right, V(right) if name == "a" else V(middle)], "c": [np.sqrt(abs(bend))], "d": [np.exp(-friction * time)]}


def steps(name, text):
    h, leap = pencil.given(text, "steps of $h = #$", "$q = 1$ with $h = #$")
    step = np.array([[1 - leap**2 / 2, leap], [-leap * (1 - leap**2 / 4), 1 - leap**2 / 2]])
    path = [np.array([1.0, 0])]
    for _ in range(2000):
        path.append(step @ path[-1])
    lowest = min(state @ state for state in path)
    coarse, fine = pencil.given(text, r"error $# \cdot 10^{-3}$", r"and $# \cdot 10^{-4}$")
    return {"a": [np.floor(np.log(2) / np.log(1 + h**2)) + 1], "b": [lowest], "c": [round(np.log2(coarse * 10 / fine))]}


def blur(name, text):
    sigma, v, n, time = pencil.given(text, "sigma = #$", "v = #$", "N = #$", " in # s")
    lean = 2 * sigma / (v + sigma**2) * np.sqrt(2 * v / n)
    share = {"third": 3, "half": 2}[re.search(r"down to a (\w+)\?", text)[1]]
    return {"a": [2 * v / (v + sigma**2)], "b": [lean, np.exp(lean * time * (1 if name == "a" else -1))], "c": [n * share**2]}


def work(name, text):
    slope, time, q, more, friction = pencil.given(text, "by # per ", "at $t = #$", "rest at $q = #$", "Add # J", "gamma = #$")
    slope *= {"rises": 1, "falls": -1}[re.search(r"two bodies (\w+) by", text)[1]]
    return {"a": [-slope * time], "b": [np.sqrt(q**2 + more), np.sqrt(more)], "d": [np.log(1e16) / (friction / 2)]}


def loops(name, text):
    """Question 5 by integration: action and period at two energies, which must agree with what is said of all."""
    rates = pencil.given(text, *([r"\omega = #$"] if name == "a" else [r"\omega_1 = #$", r"\omega_2 = #$"]))
    sides = np.atleast_1d(rates)
    found = []
    for E in (0.5, 2.0):
        ends = np.sqrt(2 * E) / sides
        area = sum(2 * quad(lambda q, w=w: np.sqrt(np.maximum(2 * E - w**2 * q**2, 0)), 0, end)[0] for w, end in zip(sides, ends, strict=True))
        found.append(E / (area / (2 * PI)))
    assert found[0] == pytest.approx(found[1], rel=1e-6), "H is proportional to I"
    return {"a": [found[0]], "b": [2 * PI / found[0]]}


def table(name, text):
    n = WORDS[re.search(r"range of (\w+) trainings", text)[1]]
    rare = WORDS[re.search(r"at most once in ([\w-]+)\?", text)[1]]
    off = WORDS[re.search(r"wrong by (\w+) parts", text)[1]] * 1e-5
    late = pencil.given(text, "wrong by # rad")
    enough = next(count for count in range(2, 1000) if 2 / (count + 1) <= 1 / rare)
    return {"a": [2 / (n + 1)], "b": [enough], "c": [late / (2 * PI * off)]}


QUESTIONS = dict(zip("123456", (hills, steps, blur, work, loops, table), strict=True))


@papers
@pytest.mark.parametrize("number", QUESTIONS)
def test_what_is_bold_was_computed(name, number):
    values = QUESTIONS[number](name, PAPERS[name][number])
    for letter, (_, said) in pencil.parts(SOLUTIONS[name][number]).items():
        pencil.agree(said, values.pop(letter, []))
    assert not values


def test_the_papers_have_the_same_marks_for_the_same_topics():
    first, second = ({number: pencil.marks(text) for number, text in PAPERS[name].items()} for name in "ab")
    assert first == second == {number: pencil.marks(text) for number, text in SOLUTIONS["a"].items()}
    assert first == {number: pencil.marks(text) for number, text in SOLUTIONS["b"].items()}
    assert list(first) == list("123456") and all(sum(each.values()) == 10 for each in first.values())
    for name in "ab":
        assert "Six questions of ten marks" in (INSTRUCTOR / f"exam-{name}.md").read_text(encoding="utf-8")


def test_the_formula_sheet_has_what_the_papers_need():
    sheet = (TEACHING / "formula-sheet.md").read_text(encoding="utf-8")
    for formula in (r"\frac{2\sigma}{v + \sigma^2} \sqrt{2v/N}", r"2v/(v + \sigma^2)", r"2/(n + 1)", r"T = dA/dE", r"dx/ds = \nabla H/|\nabla H|^2",
                    r"p^2 + (1 - \tfrac{h^2}4)\,q^2", r"e^{\gamma t/2}", r"\dot P_x = -\partial H/\partial X"):
        assert formula in sheet, formula
    for page in ("problem-sets.md", "guide.md"):
        assert "{doc}`formula-sheet`" in (TEACHING / page).read_text(encoding="utf-8"), page


def test_the_practice_questions_figures_are_those_of_their_lines():
    block = re.search(r"^```python\n(.*?)^```", (INSTRUCTOR / "exam-solutions.md").read_text(encoding="utf-8"), re.S | re.M)[1]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(block, {})
    values = [float(each) for each in re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?", printed.getvalue())]
    said = [each for line in re.findall(r"# +\d+[a-d]? +(.*)$", block, re.M) for each in re.findall(r"-?\d+\.?\d*", line)]
    assert len(values) == len(said) > 15
    for value, text in zip(values, said, strict=True):
        assert abs(value - float(text)) <= max(0.5 * 10.0 ** -len(text.partition(".")[2]), 5e-4 * abs(value)), text
