"""The checks of the code exercises take right answers in any style, and have a hint for wrong ones that look right."""

from decimal import Decimal
from fractions import Fraction
import os
import subprocess
import sys

import numpy as np
import pytest
from exercise_answers import RIGHT, WRONG
from exercise_styles import FAULTS, STYLES

from hnn_lite.page import exercises
from hnn_lite.page.exercises import check

CHECKS = {name: getattr(exercises, name) for name in exercises.__all__}
NUMBERS = [name for name in CHECKS if name not in ("on_cylinder", "turnable", "enough")]        # what is answered with numbers


@pytest.mark.parametrize("name", CHECKS)
def test_right_answers_in_many_styles_get_a_tick(name):
    assert len(STYLES[name]) >= 5
    for number, answer in enumerate(STYLES[name]):
        assert check.hint(CHECKS[name], answer) is None, number


@pytest.mark.parametrize("name", CHECKS)
def test_no_right_answer_is_rounding(name):
    """Which is another on every machine and in every style."""
    for place, wanted in CHECKS[name].exercise().known[0].items():
        assert np.all(wanted == 0) or np.abs(wanted).max() > 1e-6, place


@pytest.mark.parametrize("name", CHECKS)
def test_wrong_answers_that_look_right_get_a_hint_with_these_words(name):
    assert len(FAULTS[name]) >= 5
    for number, (words, answer) in enumerate(FAULTS[name]):
        assert words in check.hint(CHECKS[name], answer), number


@pytest.mark.parametrize("name", CHECKS)
def test_every_hint_is_reached(name):
    answers = [answer for _, answer in FAULTS[name]] + [answer for answers in WRONG[name].values() for answer in answers]
    assert {text for text, *_ in CHECKS[name].exercise().mistakes} <= {check.hint(CHECKS[name], answer) for answer in answers}


@pytest.mark.parametrize("nothing", [{}, {"for one state": 1.0}, [], (), set(), iter(()), np.array([])],
                         ids=("dict", "full dict", "list", "tuple", "set", "iterator", "array"))
@pytest.mark.parametrize("name", CHECKS)
def test_nothing_at_all_is_no_answer(name, nothing):
    """Nor is a dict, whatever is in it."""
    assert check.hint(CHECKS[name], nothing)
    assert check.hint(CHECKS[name], lambda *args: nothing)


def last_number(change):
    def spoil(value):
        array = np.array(value, dtype=float)
        array.flat[-1] = change(array.flat[-1])
        return array
    return spoil


SPOILT = {"NaN": (last_number(lambda last: np.nan), "NaN"), "infinity": (last_number(lambda last: -np.inf), "infinity"),
          "one number": (last_number(lambda last: 1.1 * last + 3), ""),
          "deep": (lambda value: np.stack([value] * 2), ""), "twice": (lambda value: np.multiply(value, 2), ""),
          "text": (lambda value: str(value), "should be numbers, and it is a text"), "complex": (lambda value: np.multiply(value, 1 + 1j), "complex"),
          "objects": (lambda value: [object()], "should be numbers, and it is a list")}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_right_answer_that_is_spoilt_gets_a_hint(name, how):
    spoil, words = SPOILT[how]
    right = RIGHT[name][0]
    if name in ("sixth", "standard_map", "buffers") and how in ("text", "complex", "objects"):
        words = ""                       # read, or used again, before it is looked at
    hint = check.hint(CHECKS[name], (lambda *args: spoil(right(*args))) if callable(right) else spoil(right))
    assert hint and words in hint


def rounded(value):
    return np.array([float(f"{number:.6g}") for number in np.ravel(value)]).reshape(np.shape(value))


@pytest.mark.parametrize("name", [name for name in NUMBERS if name != "sixth"])         # whose order shows in further digits
def test_six_digits_are_enough(name):
    """As the page "How to use this book" says."""
    for right in RIGHT[name][:1] + [right for right in STYLES[name][:1] if callable(right)]:
        assert check.hint(CHECKS[name], (lambda *args, right=right: rounded(right(*args))) if callable(right) else rounded(right)) is None


@pytest.mark.parametrize("half", [-0.49, 0.49])
@pytest.mark.parametrize("name, digits", [("balance", 3), ("friction_left_over", 3), ("three_knobs", 3), ("leapfrog_clock", 4), ("over_the_top", 5)])
def test_as_many_digits_as_an_exercise_asks_for_are_enough(name, digits, half):
    """Half a unit of the last one is what rounding may change."""
    def off(*args):
        value = np.array(RIGHT[name][0](*args), dtype=float)
        return value + half * 10.0 ** (np.floor(np.log10(np.abs(value))) - digits + 1)
    assert check.hint(CHECKS[name], off) is None


@pytest.mark.parametrize("name", [name for name in NUMBERS if callable(RIGHT[name][0])])
def test_an_answer_that_changes_what_it_gets_does_not_spoil_the_next(name):
    def careless(*args):
        value = RIGHT[name][0](*args)
        for arg in args:
            if isinstance(arg, np.ndarray):
                arg *= 0
        return value
    assert check.hint(CHECKS[name], careless) is None
    assert check.hint(CHECKS[name], RIGHT[name][0]) is None


def test_an_answer_that_changes_the_task_it_gets_does_not_spoil_the_next():
    def careless(task, jumps):
        value = RIGHT["beside_nothing"][0](task, jumps)
        task.x[...] = 0
        return value
    assert check.hint(exercises.beside_nothing, careless) is None
    assert check.hint(exercises.beside_nothing, RIGHT["beside_nothing"][0]) is None


@pytest.mark.parametrize("name", ["axis_turn", "mode_frequencies", "pair_field"])
@pytest.mark.parametrize("kind", [Fraction, Decimal, float])
def test_numbers_that_are_objects_are_numbers(name, kind):
    """As the modules fractions and decimal have them, and what np.frompyfunc returns."""
    def objects(*args):
        value = np.asarray(RIGHT[name][0](*args))
        return kind(float(value)) if value.ndim == 0 else np.frompyfunc(lambda number: kind(float(number)), 1, 1)(value)
    assert check.hint(CHECKS[name], objects) is None


@pytest.mark.parametrize("encoding, words", [("cp1252", "standard_map: q and p are swapped in the result\nstandard_map: right\n"),
                                             ("utf-8", "✗ standard_map: q and p are swapped in the result\n✓ standard_map: right\n")])
def test_a_check_speaks_where_its_marks_cannot_be_printed(encoding, words):
    code = ("import numpy as np; from hnn_lite import page\n"
            "page.exercises.standard_map(lambda q, p, k: (p + k * np.sin(q), q + p + k * np.sin(q)))\n"
            "page.exercises.standard_map(lambda q, p, k: (q + p + k * np.sin(q), p + k * np.sin(q)))")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=os.environ | {"PYTHONIOENCODING": encoding})
    assert run.stdout.decode(encoding).replace("\r", "") == words and run.returncode == 0


def test_an_error_says_where_the_function_stops():
    def for_one_state(x):
        q1, q2, p1, p2 = x
        return [2 * p1, 2 * p2, q2 - q1 - 3 * np.sin(q1), q1 - q2 - 3 * np.sin(q2)]
    assert check.hint(exercises.pair_field, for_one_state).startswith("for twenty states at once, the function stops with an error, ValueError")


SWAPS = {2: lambda right: lambda b, a: right(a, b), 3: lambda right: lambda b, a, c: right(a, b, c),
         4: lambda right: lambda a, b, d, c: right(a, b, c, d)}


@pytest.mark.parametrize("name, count", [
    ("three_knobs", 2), ("balance", 3), ("three_seeds", 2), ("unblurred", 4), ("friction_left_over", 3), ("sixth", 3), ("there_and_back", 3),
    ("two_jumps", 4), ("beside_nothing", 2), ("bend", 2), ("damped", 4), ("axis_turn", 2), ("leapfrog_clock", 2), ("mode_frequencies", 2),
    ("soliton_jump", 3), ("standard_map", 3), ("strength", 3), ("buffers", 2), ("all_factors", 2)])
def test_swapped_arguments_are_named(name, count):
    swapped = SWAPS[count](RIGHT[name][0])
    hint = check.hint(CHECKS[name], swapped)
    assert "two of the arguments are swapped (expected: a function (" in hint or hint in [text for text, *_ in CHECKS[name].exercise().mistakes]


def test_a_function_that_prints_is_not_heard_more_often_than_it_is_called(capsys):
    def talking(omega, step):
        print("called")
        return 0.0
    check.hint(exercises.leapfrog_clock, talking)
    assert capsys.readouterr().out == 3 * "called\n"
