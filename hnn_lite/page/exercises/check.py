"""How an exercise checks an answer: a tick, or one hint, and never the solution.

An `Exercise` looks at an answer (it calls a function at a few places, measures a model, reads numbers) and compares what it sees with the
right answer, computed in another way than the book's solution where there is one. If they differ, it compares with common wrong answers:
the one that matches names the mistake. If none matches, a sentence says where the answer is off, and roughly how.
"""

import contextlib
import copy
import functools
import inspect
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from numbers import Number

import numpy as np

from hnn_lite.page.claims import say

DIGITS = {digits: 5 * 10.0**-digits for digits in (3, 4, 5)}          # tolerances where the book asks for so many: rounding takes up to that


class Unusable(Exception):
    """An answer that cannot be compared with anything. Its text says why, in one sentence."""


@dataclass(frozen=True)
class Exercise:
    """What one check knows.

    Parameters
    ----------
    expects : str
        What the check takes, in words, with the order of the arguments and the shape of the result.
    look : callable
        From an answer to what is compared: a dict from places, in words, to arrays. See `calls`.
    right : dict or object
        A right answer, or what `look` sees of one.
    mistakes : list of (str, object, ...)
        A hint, and the wrong answers that it is for (or what `look` sees of them).
    tolerance : float or dict
        The largest deviation allowed, as a share of the largest number of the right answer; a dict has one for each place.
    """

    expects: str
    look: Callable
    right: object
    mistakes: list
    tolerance: float | dict = 1e-5

    @functools.cached_property
    def known(self):
        """What `look` sees of the right answer, and of each wrong one, with its hint."""
        def seen(answer):                # or what was seen of it
            return answer if isinstance(answer, dict) else self.seen(answer)
        return seen(self.right), [(text, seen(wrong)) for text, *answers in self.mistakes for wrong in answers]

    def seen(self, answer):
        """What is compared of an answer, or `Unusable`. Warnings that the answer causes are not shown."""
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return {place: numbers(part) for place, part in self.look(answer).items()}
        except Unusable as problem:
            raise Unusable(f"{problem} (expected: {self.expects})") from None
        except Exception:                # whatever an answer may be, the check has a sentence for it
            raise Unusable(f"this cannot be used as an answer (expected: {self.expects})") from None


def exercise(label):
    """Turn a function that builds an `Exercise` into a check; nothing is computed before the first call.

    Parameters
    ----------
    label : str
        The exercise's label in the book, such as "ex-ms-three".

    Returns
    -------
    decorator : callable
        The check prints a tick or a hint. Its attributes are `label` and `exercise`, a function of no arguments.
    """
    def decorator(build):
        @functools.wraps(build)
        def check(answer):
            fault = hint(check, answer)
            say("✓" if fault is None else "✗", f"{build.__name__}: {fault or 'right'}")

        del check.__wrapped__            # or the documentation shows the builder's arguments
        check.label, check.exercise = label, functools.cache(build)
        return check
    return decorator


def hint(check, answer):
    """What is wrong with an answer, in one sentence or two, or None if it is right. `check` is a function of this package."""
    exercise = check.exercise()
    right, mistakes = exercise.known
    try:
        seen = exercise.seen(answer)
        if _same(seen, right, exercise.tolerance):
            return None
        for text, wrong in mistakes:
            if _same(seen, wrong, exercise.tolerance):
                return text
        problem = _difference(seen, right, exercise.tolerance)
    except Unusable as unusable:
        problem = str(unusable)
    return f"two of the arguments are swapped (expected: {exercise.expects})" if _swapped(exercise, answer) else problem


def calls(places, read=lambda value: value):
    """A look that calls the answer with arguments: `places` is a dict from words ("for a single state") to tuples of arguments."""
    def look(answer):
        found = {}
        for place, args in places.items():
            value = call(answer, *args, place=place)
            if isinstance(value, (bool, np.bool_)):
                raise Unusable(f"the result {place} should be numbers, and it is true or false")
            found[place] = numbers(read(value), place)
        return found
    return look


def call(function, *args, silent=False, place=None):
    """The value of a student's function, or `Unusable`. The function gets copies of its arguments; if `silent`, it may return nothing."""
    where = f"{place}, " if place else ""
    if inspect.isclass(function) or not callable(function):
        raise Unusable(f"pass the function itself, without brackets: this is {_kind(function)}")
    try:
        inspect.signature(function).bind(*args)
    except TypeError:
        raise Unusable(f"the function should take {_count(len(args), 'argument')}, and this one doesn't") from None
    except ValueError:                   # some built-in functions have no signature
        pass
    try:
        value = function(*copy.deepcopy(args))
    except Exception as error:
        text = (str(error).strip().splitlines() or [""])[0][:100]
        raise Unusable(f"{where}the function stops with an error, {type(error).__name__}: {text}") from None
    if value is None and not silent:
        raise Unusable(f"{where}the function returns nothing: is its last line a return?")
    return value


def numbers(value, place=None):
    """An array of finite real numbers, or `Unusable`. A single number has the shape (), however it was packed.

    Complex numbers are taken as real if their imaginary parts are no more than rounding. Fractions, decimals and other numbers that NumPy
    holds as objects are numbers.
    """
    where = f" {place}" if place else ""
    try:
        array = np.asarray(value)
    except ValueError:
        raise Unusable(f"the parts of the result{where} have different shapes") from None
    if array.dtype.kind == "O" and array.size and all(isinstance(entry, Number) for entry in array.flat):
        array = array.astype(complex)
    if array.dtype.kind == "c" and np.all(np.abs(array.imag) <= 1e-9 * np.abs(array).max(initial=0)):
        array = array.real
    if array.dtype.kind == "c" and np.all(np.isfinite(array)):
        raise Unusable(f"the result{where} is complex, and its parts should be real numbers")
    if array.dtype.kind not in "biufc" or array.size == 0:
        inside = f" with {_kind(array.flat[0])} in it" if array.size and isinstance(value, (list, tuple, np.ndarray)) else ""
        raise Unusable(f"the result{where} should be numbers, and it is {_kind(value) + inside if array.size else 'empty'}")
    if not np.all(np.isfinite(array)):
        raise Unusable(f"the result{where} contains NaN or infinity")
    return array.astype(float).reshape(array.shape if array.size > 1 else ())


def _swapped(exercise, answer):
    """Whether a function would be right if two of its arguments changed places. What it prints meanwhile is not shown."""
    try:
        count = len(inspect.signature(answer).parameters) if inspect.isroutine(answer) else 0
    except ValueError:                   # some built-in functions have no signature
        return False
    for one, other in combinations(range(count), 2):
        order = list(range(count))
        order[one], order[other] = other, one
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                seen = exercise.seen(lambda *args, order=order: answer(*(args[place] for place in order)))
        except Unusable:
            continue
        if _same(seen, exercise.known[0], exercise.tolerance):
            return True
    return False


def _same(seen, other, tolerance):
    return all(_close(seen[place], other[place], _share(tolerance, place)) for place in seen)


def _share(tolerance, place):
    return tolerance[place] if isinstance(tolerance, dict) else tolerance


def _close(found, wanted, tolerance):
    return found.shape == wanted.shape and np.abs(found - wanted).max() <= tolerance * (np.abs(wanted).max() or 1)


def _difference(seen, right, tolerance):
    """Where an answer is off and roughly how, without a number of the right one."""
    for place, found in seen.items():
        if found.shape != right[place].shape:
            is_ = f"has the shape {found.shape}" if found.shape else "is a single number"
            return f"{place}, the result {is_}, and it should be {right[place].shape or 'a single number'}"
    both = [np.concatenate([part.ravel() for part in parts.values()]) for parts in (seen, right)]
    factor = both[0] @ both[1] / (both[1] @ both[1] or 1)
    if len(both[0]) > 1 and factor and _close(both[0], factor * both[1], 1e-6):
        if abs(factor + 1) < 1e-6:
            return "the sizes are right, but every sign is wrong"
        sign = ", and have the wrong sign" if factor < 0 else ""
        return f"all numbers are too {'large' if abs(factor) > 1 else 'small'} by the same factor{sign}"
    place = next(place for place, found in seen.items() if not _close(found, right[place], _share(tolerance, place)))
    found, wanted = seen[place].ravel(), right[place].ravel()
    if len(found) > 1 and _close(np.sort(found), np.sort(wanted), _share(tolerance, place)):
        return f"{place}, the numbers are right and in the wrong order"
    worst = np.argmax(np.abs(found - wanted))
    wrong = np.sum(np.abs(found - wanted) > _share(tolerance, place) * (np.abs(wanted).max() or 1))
    how = "has the wrong sign" if found[worst] * wanted[worst] < 0 else f"is too {'large' if found[worst] > wanted[worst] else 'small'}"
    if len(found) == 1:
        return f"{place}, the result {how}"
    return f"{place}, {'all numbers are' if wrong == len(found) else 'some of the numbers are'} off, and the worst of them {how}"


def _kind(value):
    words = {"NoneType": "nothing (None)", "str": "a text", "function": "a function", "generator": "a generator (make a list of it)", "set": "a set",
             "type": "a class, not yet called", "ndarray": "an array", "list": "a list", "tuple": "a tuple", "dict": "a dict", "int": "a number",
             "float": "a number", "float64": "a number"}
    return words.get(type(value).__name__, f"of the type {type(value).__name__}")


def _count(number, noun):
    return f"{number} {noun}{'s' * (number != 1)}"
