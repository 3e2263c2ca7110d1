"""Of MathJax, only what a page can ask for: a Sphinx extension of this book.

sphinx-mathjax-offline copies all of MathJax into the built book, 24 MB of it. The pages load one of its ready-made bundles; left out
are the other bundles and the words, in other languages than the book's, with which it reads formulas aloud.
"""

import pathlib

BUNDLES = ("tex-*.js", "mml-*.js", "node-main.js")
SPOKEN = {"base.json", "en.json", "nemeth.json"}          # nemeth is Braille
AFTER_THE_COPY = 900


def lighten(app, error):
    """Delete what no page asks for, once the book is built."""
    folder = pathlib.Path(app.outdir, "_static", "mathjax")
    if error is not None or not folder.exists():
        return
    used = pathlib.Path(app.config.mathjax_path).name
    for path in (path for pattern in BUNDLES for path in folder.glob(pattern)):
        if path.name != used:
            path.unlink()
    for path in folder.glob("sre/mathmaps/*.json"):
        if path.name not in SPOKEN:
            path.unlink()


def setup(app):
    app.connect("build-finished", lighten, priority=AFTER_THE_COPY)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
