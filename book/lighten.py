"""A lighter book: of what is copied into the built pages, only what a reader's browser can ask for. A Sphinx extension of this book.

sphinx-mathjax-offline copies all of MathJax, 24 MB. The pages load one of its ready-made bundles; left out are the other bundles and the
words, in other languages than the book's, with which it reads formulas aloud. The theme brings maps of its sources, for those who change
it, and its own translations. The notebooks that a page offers for download come without their outputs: they are there to be run.

Lighter to build, too: Sphinx holds millions of nodes that are all in use, and reads each page's tree from the disk four times. Python
looks for garbage among them less often here, which saved a quarter of the processor's time when it was measured, for 350 MB more.
"""

import gc
import pathlib
import shutil

import nbformat

BUNDLES = ("tex-*.js", "mml-*.js", "node-main.js")
SPOKEN = {"base.json", "en.json", "nemeth.json"}          # nemeth is Braille
AFTER_THE_COPY = 900


def lighten(app, error):
    """Delete what no page asks for, once the book is built."""
    if error is not None or app.builder.format != "html":
        return
    built = pathlib.Path(app.outdir)
    mathjax = built / "_static" / "mathjax"
    used = pathlib.Path(app.config.mathjax_path).name
    spare = [path for pattern in BUNDLES for path in mathjax.glob(pattern) if path.name != used]
    spare += [path for path in mathjax.glob("sre/mathmaps/*.json") if path.name not in SPOKEN]
    for path in [*spare, *built.glob("_static/**/*.map")]:
        path.unlink()
    shutil.rmtree(built / "_static" / "locales", ignore_errors=True)
    for path in built.glob("_sources/**/*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, path)


def setup(app):
    gc.set_threshold(100_000, 50, 100)
    app.connect("build-finished", lighten, priority=AFTER_THE_COPY)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
