"""Claims over many seeds: what a claim compares is recorded as the page evaluates it, and the table tells it."""

import ast
import json
import math
import re
import shutil

import execute
import margins
import nbformat
import numpy as np
import pytest
import seeds

from hnn_lite import page

SIDES = [          # condition, wanted {comparison: (low, high)}
    ("1 < 2", {"0": (1, 2)}),
    ("x > 2", {"0": (2, 3)}),
    ("x <= 2", {"0": (3, 2)}),
    ("0.5 < x < 2 * x", {"0": (.5, 3), "1": (3, 6)}),
    ("4 < x < 5", {"0": (4, 3)}),                                        # the second is never reached
    ("1 <= x == 3", {"0": (1, 3)}),
    ("not x < 2", {"0": (2, 3)}),
    ("not (1 < x and x > 5)", {"0": (3, 1), "1": (3, 5)}),
    ("x < 4 and y > -1", {"0": (3, 4), "1": (-1, -2)}),
    ("x > 5 or y < 0", {"0": (5, 3), "1": (-2, 0)}),
    ("x > 1 or y < 0", {"0": (1, 3)}),
    ("abs(y) < 3", {"0<": (-2, 3), "0>": (-3, -2)}),
    ("np.abs(x - 1) <= 1", {"0<": (2, 1), "0>": (-1, 2)}),
    ("abs(1j * x) < 4", {"0<": (3, 4), "0>": (-4, 3)}),
    ("abs(y) > 1", {"0": (1, 2)}),
    ("np.all(many < 5)", {"0": (4, 5)}),
    ("(many > 0).all()", {"0": (0, 1)}),
    ("np.all(np.abs(many - 2) < 3)", {"0<": (2, 3), "0>": (-3, -1)}),
    ("np.any(many > 3)", {"0": (3, 4)}),
    ("not np.any(many > 4)", {"0": (4, 4)}),
    ("all(one < 5 for one in many)", {"0": (4, 5)}),
    ("all(abs(one) < 5 for one in [-4, 2])", {"0<": (2, 5), "0>": (-5, -4)}),
    ("bool(x)", {}),
    ("x == 3 and {1} <= {1, 2} and 'a' in 'ab'", {}),
    ("float('nan') < 1", {"0": (math.nan, 1)}),
]


def evaluated(condition, rewrite):
    """What `claim` was given, or the type of the error, and the recorder."""
    given = []

    def claim(*arguments, **named):
        given.append((arguments, named))
        if not arguments[1]:
            raise page.ClaimError("this does not hold")
    tree = ast.parse(f"claim('it holds', {condition}, measured=x)")
    recorder = margins.Recorder("/dev/null")
    space = {"claim": claim, "x": 3, "y": -2, "many": np.array([1., 4., 2.]), "np": np, margins.RECORDER: recorder}
    if rewrite:
        kept, recorder.judge = {}, lambda place, claim, *rest, judge=recorder.judge, **named: (
            kept.update(recorder.sides.get(place, {})), judge(place, claim, *rest, **named))
        tree = margins.Rewriter().visit(tree)
    try:
        exec(compile(tree, "page", "exec"), space)
    except page.ClaimError:
        pass
    except Exception as problem:
        return type(problem), None
    arguments, named = given[0]
    return (arguments[1], {"measured": arguments[2]} if len(arguments) > 2 else named), kept if rewrite else None


@pytest.mark.parametrize("condition", [*(condition for condition, _ in SIDES), "many < 5", "1 < many < 2", "not many", "x < 'a'"])
def test_a_rewritten_claim_says_what_it_said_before(condition):
    assert repr(evaluated(condition, True)[0]) == repr(evaluated(condition, False)[0])


@pytest.mark.parametrize(("condition", "wanted"), SIDES)
def test_both_sides_are_recorded_the_worst_of_many(condition, wanted):
    _, sides = evaluated(condition, True)
    assert sides.keys() == wanted.keys()
    for leaf, pair in wanted.items():
        assert sides[leaf] == pytest.approx(pair, nan_ok=True)


def test_the_tree_of_a_condition():
    rewriter = margins.Rewriter(cell=7)
    rewriter.visit(ast.parse("page.claim('s', a < b < c and not (d > e and abs(f) < g) or h)"))
    assert rewriter.claims == [{"place": "7:1:0", "source": "'s'",
                                "tree": ["any", ["all", ["all", "0", "1"], ["any", ["any", "2"], ["any", "3"]]], ["all"]]}]


def test_the_margin_is_counted_in_spreads_on_a_log_scale_where_all_is_positive():
    pairs = {101: {"0": [1, 2]}, 102: {"0": [1, 8]}}
    found = seeds.margin(["all", "0"], pairs)          # the logarithms 1 and 3, in units of ln 2: mean 2, spread sqrt(2)
    assert found == {"worst": pytest.approx(1 / 2**.5), "mean": pytest.approx(2**.5), "nearest": (1, 2), "seed": 101}
    pairs[102] = {"0": [-1, 2]}                        # no logarithm: the gaps 1 and 3
    assert seeds.margin(["all", "0"], pairs) == {"worst": pytest.approx(1 / 2**.5), "mean": pytest.approx(2**.5), "nearest": (1, 2),
                                                 "seed": 101}


def test_the_margin_of_several_comparisons():
    pairs = {1: {"0": [0, 1], "1": [0, 4]}, 2: {"0": [0, 2], "1": [0, 5]}}          # worst seeds: 1.41 and 5.66 spreads
    assert seeds.margin(["all", "0", "1"], pairs)["nearest"] == (0, 1)
    assert seeds.margin(["any", "0", "1"], pairs)["nearest"] == (0, 4)
    assert seeds.margin(["all", "0", ["any", "1"], ["all"]], pairs)["worst"] == pytest.approx(2**.5)
    assert seeds.margin(["all"], pairs) is None
    assert seeds.margin(["all", "2"], pairs) is None


@pytest.mark.parametrize(("pairs", "far"), [([[1, 2], [1, 2]], math.inf), ([[2, 1], [2, 1]], -math.inf), ([[1, 1]], 0),
                                            ([[math.nan, 1], [0, 1]], -math.inf)])
def test_a_margin_without_a_spread(pairs, far):
    assert seeds.margin(["all", "0"], {seed: {"0": pair} for seed, pair in enumerate(pairs)})["worst"] == far


def notebook(path, *cells):
    path.parent.mkdir(exist_ok=True, parents=True)
    made = [nbformat.v4.new_markdown_cell("# Tiny"), *(nbformat.v4.new_code_cell(cell) for cell in cells)]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


def record(*claims, error=None):
    return {"error": error, "claims": [{"place": place, "statement": statement, "held": held, "sides": sides, "measured": None}
                                       for place, statement, held, sides in claims]}


def test_the_table_has_failures_first_and_then_the_smallest_margin(tmp_path):
    path = notebook(tmp_path / "tiny.ipynb", "for n in (1, 2):\n    page.claim(f'loop {n}', a < b)",
                    "page.claim('fails', c < d)\npage.claim('a | far', e < f)\npage.claim('named', g)\npage.claim('never', a < b)",
                    "for n in (1, 2):\n    page.claim(f'by seed {seed}, {n}', g)")
    loop, fails, far, named, late = "2:2:4", "3:1:0", "3:2:0", "3:3:0", "4:2:4"
    found = {101: record((loop, "loop 1", True, {"0": [0, 4]}), (loop, "loop 2", True, {"0": [0, 2]}),
                         (fails, "fails", True, {"0": [0, 1]}), (far, "a | far", True, {"0": [0, 8]}), (named, "named", True, {}),
                         (late, "by seed 101, 1", True, {}), (late, "by seed 101, 2", True, {})),
             102: record((loop, "loop 1", True, {"0": [0, 5]}), (loop, "loop 2", True, {"0": [0, 3]}),
                         (fails, "fails", False, {"0": [2, 1]}), (far, "a | far", True, {"0": [0, 9]}), (named, "named", True, {}),
                         (late, "by seed 102, 1", True, {}), (late, "by seed 102, 2", False, {})),
             103: record((loop, "loop 1", True, {"0": [0, 6]}), (loop, "loop 2", True, {"0": [0, 4]}), error="cell 3 failed:\nBang: no")}
    lines = seeds.table(seeds.rows("tiny.ipynb", path, found)).splitlines()[2:]
    assert lines == [
        "| fails | tiny.ipynb, 3 | 1 of 2, 1 not run | -0.5 (2 < 1, seed 102) | -0.7 | 0.0 |",
        "| by seed 102, 2 | tiny.ipynb, 4 | 1 of 2, 1 not run |  |  |  |",
        "| loop 2 | tiny.ipynb, 2 | 3 of 3 | 1 (0 < 2, seed 101) | 2.0 | 3.0 |",
        r"| a \| far | tiny.ipynb, 3 | 2 of 2, 1 not run | 1 (0 < 8, seed 101) | 11.3 | 12.0 |",
        "| named | tiny.ipynb, 3 | 2 of 2, 1 not run |  |  |  |",
        "| 'never' | tiny.ipynb, 3 | 0 of 0, 3 not run |  |  |  |"]
    assert seeds.failures("tiny.ipynb", found) == ["tiny.ipynb, HNN_LITE_SEED=102, cell 3: this does not hold: fails",
                                                   "tiny.ipynb, HNN_LITE_SEED=102, cell 4: this does not hold: by seed 102, 2",
                                                   "tiny.ipynb, HNN_LITE_SEED=103: cell 3 failed: Bang: no"]


def test_a_run_over_two_seeds_tells_all_failures_and_goes_on_where_it_was(tmp_path, monkeypatch, capsys):
    book = tmp_path / "book"
    path = notebook(book / "part" / "tiny.ipynb", "from hnn_lite import page\nseed = page.seed()",
                    "page.claim('the seed is small', seed < 1500, seed)\npage.claim('after a failure the page goes on', True)",
                    "if seed > 1500:\n    raise KeyError('lost')", "page.claim('not always run', abs(seed - 2000) < 3000)")
    (book / "execution_times.json").write_text("{}")
    shutil.copytree(execute.BOOK.parent / "hnn_lite", tmp_path / "hnn_lite")
    monkeypatch.setattr(seeds, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "BOOK", book)
    monkeypatch.setattr(seeds, "SAY_SOMETHING", 0.1)
    for name in ("HNN_LITE_SEED", "HNN_LITE_STATIC", "PYTHONPATH"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setattr("sys.argv", ["seeds.py", str(path), "--seeds", "2", "1", "--records", str(tmp_path / "records")])
    for call in range(2):
        with pytest.raises(SystemExit) as end:
            seeds.main()
        assert str(end.value).splitlines() == [
            "part/tiny.ipynb, HNN_LITE_SEED=2, cell 3: this does not hold: the seed is small (measured 2000)",
            "part/tiny.ipynb, HNN_LITE_SEED=2: cell 4 failed: KeyError: 'lost'", "2 failures"]
        said = capsys.readouterr().out
        assert ("2 of 2 runs are there already" in said) == (call == 1)
        assert ("part/tiny.ipynb, seed 1, " in said) == ("0 of 2; running: part, tiny.ipynb, seed 1\n" in said) == (call == 0)
        lines = (tmp_path / "records" / "table.md").read_text().splitlines()
        assert "| the seed is small | part/tiny.ipynb, 3 | 1 of 2 | -0.25 (2000 < 1500, seed 2) | -0.6 | 0.1 |" in lines
        assert "| after a failure the page goes on | part/tiny.ipynb, 3 | 2 of 2 |  |  |  |" in lines
        assert "| not always run | part/tiny.ipynb, 5 | 1 of 1, 1 not run | 0.67 (-3000 < -1000, seed 1) | ∞ | ∞ |" in lines
    stored = json.loads((tmp_path / "records" / "part" / "tiny.1.json").read_text())
    assert [claim["held"] for claim in stored["claims"]] == [True, True, True] and stored["error"] is None
    notebook(path, "x = 1")                                            # the page has changed, so its records are void
    monkeypatch.setattr("sys.argv", [*seeds.sys.argv[:3], "1", *seeds.sys.argv[5:]])
    seeds.main()
    assert "1 of 1: part/tiny.ipynb, seed 1, " in capsys.readouterr().out


@pytest.mark.parametrize("path", execute.notebooks(), ids=lambda path: path.stem)
def test_every_claim_of_the_book_is_found(path):
    written = sum(len(re.findall(r"\b(?:page|hl)\.claim\(", source)) for _, source in seeds.cells_of(path))
    assert len(seeds.claims_of(path)) == written
