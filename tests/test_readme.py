"""The README's ten lines run, and print what the README says they print."""

import pathlib
import re
import subprocess
import sys

import pytest

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
FACTOR = 2.0              # other processors round differently, and 2,000 steps of training make something of that


def example():
    """The first Python block of the README, and the block of text that follows it."""
    found = re.search(r"^```python\n(.*?)^```\n.*?^```text\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found, "README.md needs a python block, and after it a text block with what it prints"
    return found.groups()


def test_the_example_is_ten_lines_of_the_library():
    code, printed = example()
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 10 and "import hnn_lite as hl" in lines
    assert NUMBER.search(printed)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    code, printed = example()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=600,
                          cwd=tmp_path_factory.mktemp("elsewhere"))
    assert done.returncode == 0, done.stderr
    return done.stdout, printed


def test_the_example_prints_what_the_readme_says(run):
    got, stated = run
    assert NUMBER.sub("#", got) == NUMBER.sub("#", stated)
    for number, promise in zip(NUMBER.findall(got), NUMBER.findall(stated), strict=True):
        assert float(promise) / FACTOR <= float(number) <= float(promise) * FACTOR, f"{number} where the README has {promise}"


def test_the_example_makes_its_point(run):
    """The README may say that the HNN keeps the energy better only while it does."""
    changes = {name: float(number) for name, number in re.findall(r"(\w+): .*?(\d+(?:\.\d+)?)%", run[0])}
    assert 3 * changes["HNN"] < changes["Baseline"]
