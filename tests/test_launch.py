"""Launch buttons: none without the repository's address; with it, links to Binder, Colab and a JupyterHub on every chapter."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
import yaml
from conftest import ROOT
from launch import options
from sphinx.errors import ConfigError

HERE = "https://github.com/someone/shape"
PLACES = "mybinder.org|colab.research|git-pull|user-redirect|github.com/executablebooks"


def build(folder, **settings):
    """A book of two pages with this book's configuration: what Sphinx complained about, and the pages."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    config["sphinx"]["config"] |= settings
    config["sphinx"]["local_extensions"] = {"launch": str(ROOT / "book")}
    config.pop("logo")
    config["html"].pop("favicon")
    config["sphinx"]["config"] |= {"html_static_path": [], "html_css_files": [], "html_js_files": []}
    book = folder / "book"
    (book / "part").mkdir(parents=True)
    (book / "references.bib").touch()
    (book / "index.md").write_text("# Title\n\nText.\n")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Chapter\n\nText."), nbformat.v4.new_code_cell("1 + 1")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, book / "part" / "chapter.ipynb")
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\nparts:\n  - caption: Part\n    chapters:\n      - file: part/chapter\n")
    (folder / "_config.yml").write_text(yaml.safe_dump(config))
    run = subprocess.run([Path(sys.executable).with_name("jupyter-book"), "build", "book", "--config", "_config.yml", "--path-output", ".",
                          "-W", "-n", "--keep-going", "--all"], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    return [(folder / "_build" / "html" / name).read_text() for name in ("index.html", "part/chapter.html")]


def links(page):
    return [unquote(link) for link in re.findall(r'href="(https?://[^"]+)"', page) if re.search(PLACES, link) or HERE in link]


def test_without_an_address_there_is_no_button_and_no_link(tmp_path):
    assert yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["book_repository"] == "", "the book itself is at no address"
    for page in build(tmp_path):
        assert links(page) == [] and "launch-buttons" not in page and "on Colab" not in page


def test_one_address_switches_all_buttons_on(tmp_path):
    index, chapter = build(tmp_path, book_repository=HERE + ".git", book_jupyterhub="https://hub.example.org")
    assert set(links(chapter)) == {
        HERE,
        "https://mybinder.org/v2/gh/someone/shape/main?urlpath=lab/tree/book/part/chapter.ipynb",
        "https://colab.research.google.com/github/someone/shape/blob/main/book/part/chapter.ipynb",
        "https://hub.example.org/hub/user-redirect/git-pull?repo=https://github.com/someone/shape"
        "&urlpath=lab/tree/shape/book/part/chapter.ipynb&branch=main"}
    assert f"git clone --depth 1 --branch main {HERE}\n%pip install --quiet ./shape\n%cd shape/book/part<" in chapter
    assert links(index) == [HERE] and "on Colab" not in index          # nothing to run there


def test_options():
    assert options("") == {} and options("", jupyterhub="https://hub.example.org") == {}
    buttons = options("https://gitlab.com/someone/shape")["launch_buttons"]
    assert buttons["colab_url"] == "" and buttons["jupyterhub_url"] == "" and buttons["binderhub_url"]


@pytest.mark.parametrize("wrong", [{"repository": "github.com/someone/shape"}, {"repository": "https://github.com/someone"},
                                   {"repository": "https://example.org/someone/shape"},
                                   {"repository": HERE, "jupyterhub": "hub.example.org"}])
def test_what_is_no_address_is_refused(wrong):
    with pytest.raises(ConfigError, match="book_(repository|jupyterhub) must .*got '"):
        options(**wrong)


def test_binder_gets_a_python_that_the_library_accepts():
    least = re.search(r'requires-python = ">=(3\.\d+)"', (ROOT / "pyproject.toml").read_text())[1]
    assert (ROOT / ".binder" / "runtime.txt").read_text().strip() == f"python-{least}"
    script = ROOT / ".binder" / "postBuild"
    assert script.stat().st_mode & 0o111 and script.read_text().startswith("#!/bin/bash\n")
    assert "requirements.txt" in script.read_text() and "--editable ." in script.read_text()
