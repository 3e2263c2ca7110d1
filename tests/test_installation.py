"""The pages on installing and on accessibility say what is done and tested here; the container's file does the same as `make`."""

import re

import pytest
from conftest import ROOT

import hnn_lite as hl

TEACHING = ROOT / "book" / "teaching"
PAGE = (TEACHING / "installation.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def steps(text):
    """What pip is told to install, in order, without options that change nothing of it."""
    return [re.sub(r"-qq|--quiet|--disable-pip-version-check|--no-cache-dir|--editable|\s+", " ", each).split()
            for each in re.findall(r"pip install(.*)", text)]


def test_all_ways_install_what_make_installs():
    rule = (ROOT / "Makefile").read_text(encoding="utf-8").split("\n$(READY):")[1].split("\nclean:")[0]
    wanted = [set(each) for each in steps(rule)]
    assert wanted == [{"--requirement", "requirements.txt"}, {"--no-build-isolation", "--no-deps", "."}]
    assert [set(each) for each in steps(DOCKERFILE)] == wanted
    for title in ("Linux and macOS", "Windows", "conda"):
        section = re.search(rf"^## {title}\n.*?(?=^## )", PAGE, re.S | re.M)[0]
        assert [set(each) for each in steps(section)] == wanted, title


def test_the_containers_file_takes_what_is_there_and_leaves_solutions_out():
    copied = [name for line in re.findall(r"^COPY (?:--chown=\w+ )?(.+) \S+$", DOCKERFILE, re.M) for name in line.split()]
    assert copied and all((ROOT / name).exists() for name in copied)
    least = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())[1]
    assert f"FROM python:{least}-slim" in DOCKERFILE and "USER student" in DOCKERFILE
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"book/teaching/instructor", "book/teaching/assignments", "tests"} <= set(ignored)


def test_the_first_try_prints_what_the_page_says():
    command, said = re.search(r'python -c "import hnn_lite as hl; print\((.+)\)"\n(\[.+\])\n', PAGE).groups()
    assert str(eval(command, {"hl": hl}).round(4)) == str(hl.systems.pendulum().rollout([1.5, 0.0], [0, 1])[-1].round(4))
    assert [float(each) for each in said.strip("[]").split()] == pytest.approx(list(eval(command, {"hl": hl})), abs=1e-6)


@pytest.mark.parametrize("words, file, tested", [
    ("axe-core finds no serious or critical fault", "test_book.py", r'fault\["impact"\] in \("serious", "critical"\)'),
    ("in the dark ones contrast was tested", "test_book.py", r'"dark", "", contrast\)'),
    ("Every picture has an alternative text", "test_book.py", r'len\(image\["alt"\]\) > 15'),
    ("a phone's screen, 360 pixels", "test_book.py", r"PHONE = 360"),
    ("axe-core looks into them as well", "test_live.py", r"axe\.run\(document\)"),
    ("can be worked with the keyboard", "test_live.py", r"ArrowRight|Keys\.ARROW|ARROW_"),
])
def test_what_the_page_on_accessibility_calls_tested_is_tested(words, file, tested):
    assert words in " ".join((TEACHING / "accessibility.md").read_text(encoding="utf-8").split())
    assert re.search(tested, (ROOT / "tests" / file).read_text(encoding="utf-8"))
