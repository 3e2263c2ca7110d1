"""The first lines of the projects run, and print what makes sense; marks and the form for peers add up."""

import contextlib
import io
import re

import pytest
from conftest import ROOT

PAGE = (ROOT / "book" / "teaching" / "projects.md").read_text(encoding="utf-8")
STARTERS = re.findall(r"^```python\n(.*?)^```", PAGE, re.S | re.M)


def printed(code):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})
    return [float(each) for each in re.findall(r"(?<!\w)-?\d+\.?\d*(?:e-?\d+)?", out.getvalue())]


def test_a_law_of_ones_own():
    baseline, hnn = printed(STARTERS[0])
    assert 0 < hnn < baseline


def test_a_stand_in_for_a_recording_shows_the_friction_that_it_has():
    assert "whose friction is known, 0.05 /s" in PAGE
    rate, friction = printed(STARTERS[1])
    assert rate == pytest.approx(-1.2, rel=0.03) and friction == pytest.approx(-0.05, rel=0.03)


def test_actions_that_stay_more_or_less():
    assert len(STARTERS) == 3
    spreads = printed(STARTERS[2].replace('np.median(np.std', 'np.max(np.std'))
    assert len(spreads) == 2 and all(0 < each < 1 for each in spreads)


def test_data_sets_are_those_of_the_library():
    import hnn_lite
    rows = re.findall(r"^\| (`.+`[^|]*) \| [^|]+ \| (?:yes|measured) \|$", PAGE, re.M)
    assert len(rows) == 8
    for row in rows:
        module = None
        for name in re.findall(r"`([\w.]+)(?:\(\w+\))?`", row):
            module, function = (module, name[1:]) if name.startswith(".") else name.split(".")
            assert callable(getattr(getattr(hnn_lite.data, module), function)), name


def test_marks_add_up_and_peers_look_at_all_of_them():
    marks = [int(points) for points in re.findall(r"^\| (\d) \| ", PAGE, re.M)]
    assert sum(marks) == 20 and "Of 20 points" in PAGE
    form = PAGE.split("(teaching-peer-review)=")[1]
    assert [int(number) for number in re.findall(r"^(\d+) +[A-Z]", form, re.M)] == list(range(1, 12))
