"""Claims print or stop the page; seeds shift with HNN_LITE_SEED."""

import os
import subprocess
import sys

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import page


@pytest.mark.parametrize(("measured", "printed"), [
    (None, "✓ water is wet"),
    (12.3456, "✓ water is wet (measured 12.3)"),
    (np.float32(0.000123456), "✓ water is wet (measured 0.000123)"),
    (np.array(5), "✓ water is wet (measured 5)"),
    (0, "✓ water is wet (measured 0)"),
    (1234567, "✓ water is wet (measured 1.23e+06)"),
    ("3 of 4", "✓ water is wet (measured 3 of 4)"),
])
def test_a_claim_that_holds_is_printed(measured, printed, capsys):
    assert page.claim("water is wet", True, measured) is None
    assert capsys.readouterr() == (printed + "\n", "")


def test_a_page_says_at_its_foot_how_many_of_its_claims_held(monkeypatch):
    monkeypatch.setattr(page.claims, "HELD", {})
    page.claim("1 < 2 & all is well", True, 0.5)
    page.claim("water is wet", True)
    page.claim("water is wet", True, 7)                         # the cell was run again
    page.claim("water is dry", True)
    with pytest.raises(page.ClaimError):
        page.claim("water is dry", False)                       # run again, with other numbers
    foot = page.Held()
    assert repr(foot) == "2 claims on this page hold."
    assert foot._repr_html_() == ('<details class="claims"><summary>2 claims on this page hold.</summary><ul><li>1 &lt; 2 &amp; all is well (measured 0.5)'
                                  "</li><li>water is wet (measured 7)</li></ul></details>")


@pytest.mark.parametrize("holds", [False, np.False_, np.float64(1) > 2])
def test_a_claim_that_does_not_hold_stops_the_page(holds, capsys):
    with pytest.raises(page.ClaimError, match=r"^this does not hold: water is dry \(measured 0.5\)$"):
        page.claim("water is dry", holds, measured=0.5)
    assert capsys.readouterr().out == ""


def test_a_claim_holds_even_where_assertions_are_switched_off():
    run = subprocess.run([sys.executable, "-O", "-c", "from hnn_lite import page; page.claim('no', False)"], capture_output=True, text=True,
                         check=False)
    assert run.returncode == 1 and run.stderr.strip().endswith("ClaimError: this does not hold: no")


@pytest.mark.parametrize(("encoding", "printed"), [
    ("cp1252", "holds: a² is 4, ??"), ("ascii", "holds: a? is 4, ??"), ("utf-8", "✓ a² is 4, ωₙ")])
def test_a_claim_that_holds_is_printed_where_the_tick_cannot_be(encoding, printed):
    code = r"from hnn_lite import page; page.claim('a\xb2 is 4, \u03c9\u2099', True)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True,
                         env=os.environ | {"PYTHONIOENCODING": encoding})
    assert run.stdout.decode(encoding).strip() == printed


def test_a_training_runs_in_a_program_without_a_console():
    code = ("import sys, hnn_lite as hl; sys.stderr = None\n"
            "hl.fit(hl.HNN(2, hidden=(3,)), hl.data.fields.mass_spring(trajectories=2), 8); print('done')")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "done\n"


def test_the_measured_figure_is_what_the_notebooks_mask():
    """tests/sanitize.cfg masks `(measured ...)`: the pattern and the printing must agree."""
    import configparser
    import pathlib
    import re
    rules = configparser.ConfigParser()
    rules.read(pathlib.Path(__file__).with_name("sanitize.cfg"), encoding="utf-8")
    masks = [(section["regex"], section["replace"]) for section in map(rules.__getitem__, rules.sections())]
    for figure in ("12.3", "1.2e-05", "3 of 4"):
        text = f"✓ water is wet (measured {figure})"
        for pattern, replacement in masks:
            text = re.sub(pattern, replacement, text)
        assert text == "✓ water is wet (measured)"


@pytest.mark.parametrize(("variable", "shift"), [(None, 0), ("0", 0), ("1", 1000), ("12", 12000), ("007", 7000)])
def test_seed_is_shifted_by_the_variable(variable, shift, monkeypatch):
    monkeypatch.delenv("HNN_LITE_SEED", raising=False)
    if variable is not None:
        monkeypatch.setenv("HNN_LITE_SEED", variable)
    assert [page.seed(), page.seed(0), page.seed(3), page.seed(np.int64(4))] == [shift, shift, shift + 3, shift + 4]
    assert type(page.seed(np.int64(4))) is int


@pytest.mark.parametrize("variable", ["", " ", "-1", "1.0", "1e3", "one", "1 2", "0x1", "+1", "²"])
def test_a_bad_variable_is_refused(variable, monkeypatch):
    monkeypatch.setenv("HNN_LITE_SEED", variable)
    with pytest.raises(ValueError, match="HNN_LITE_SEED must be a whole number of at least 0, got ") as refused:
        page.seed(1)
    assert repr(variable) in str(refused.value)


def test_the_variable_of_a_new_process_is_heard():
    run = subprocess.run([sys.executable, "-c", "from hnn_lite import page; print(page.seed(3))"], capture_output=True, text=True, check=True,
                         env=os.environ | {"HNN_LITE_SEED": "2"})
    assert run.stdout == "2003\n"


def test_the_seed_shifts_nothing_but_seeds_that_ask(monkeypatch):
    before = hl.HNN(2, seed=0, hidden=(3,)).params[0][0]
    monkeypatch.setenv("HNN_LITE_SEED", "5")
    np.testing.assert_array_equal(hl.HNN(2, seed=0, hidden=(3,)).params[0][0], before)
    assert not np.any(hl.HNN(2, seed=page.seed(0), hidden=(3,)).params[0][0] == before)
