"""What the tests of problem sets and exams share: a page of problems taken apart, and the numbers that a solution states."""

import re


def problems(text):
    """The texts of a page's problems by number, such as 2.1 or 2; what comes after the next heading belongs to none."""
    found = re.split(r"^\*\*(\d(?:\.\d)?)", text, flags=re.M)
    return {number: re.split(r"^(?:\([a-z]+-|#)", said, maxsplit=1, flags=re.M)[0] for number, said in zip(found[1::2], found[2::2], strict=True)}


def parts(text):
    """The marks and the text of each part of a problem or a solution, by letter."""
    found = re.split(r"\(([a-z]), (\d)\)", text)
    return {letter: (int(marks), said) for letter, marks, said in zip(found[1::3], found[2::3], found[3::3], strict=True)}


def marks(text):
    """The marks of each part."""
    return {letter: each for letter, (each, _) in parts(text).items()}


def given(text, *patterns):
    """Numbers in a text: what stands in place of the # of each pattern."""
    found = [re.search(re.escape(pattern).replace(r"\#", r"(-?\d+(?:\.\d+)?)"), text) for pattern in patterns]
    assert all(found), f"{[pattern for pattern, match in zip(patterns, found, strict=True) if not match]} not in the text"
    values = [float(match[1]) for match in found]
    return values if len(values) > 1 else values[0]


def bold(text):
    """The numbers in bold: (value, half of a unit of the last digit that is given)."""
    found = []
    for said in re.findall(r"\*\*(.+?)\*\*", text):
        mantissa, exponent = re.fullmatch(r"\$?(-?\d+(?:\.\d+)?)(?: \\cdot 10\^\{(-?\d+)\})?\$?", said).groups()
        digits = len(mantissa.partition(".")[2])
        found.append((float(mantissa) * 10.0 ** int(exponent or 0), 0.5 * 10.0 ** (int(exponent or 0) - digits)))
    return found


def agree(stated, values):
    """Fail unless the numbers in bold in a text are these values, in this order, to the digits that are given."""
    stated = bold(stated)
    assert len(stated) == len(values), f"the solution has {stated}, the test computes {values}"
    for (number, half), value in zip(stated, values, strict=True):
        assert abs(number - value) <= half * 1.0001, f"the solution says {number}, it is {value:.6g}"
