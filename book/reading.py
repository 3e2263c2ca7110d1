"""How a chapter reads on a screen: a Sphinx extension of this book. Notebooks stay as they are; only the built pages change.

- Code that is not part of the argument starts folded: of checks, figures and imports, and the logs of trainings.
- The ticks of claims stand in the margin, beside the paragraph they belong to, and give their number on demand.
- A prediction that the page asks for is a box, and what follows it is folded until the reader asks for it.
- Figures that are ink on white get a twin for the dark theme, maps and photographs do not. The word "black" turns white with the ink.
- A number with an exponent is not broken at its minus sign.
- The index has ideas; the library's names are on the library's pages.
"""

import ast
import html
import pathlib
import re
import zlib

import numpy as np
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform

LOG = re.compile(r"(training [^\n]* steps[^\n]*\s*)+")
CLAIM = re.compile(r"✓ (.*?)(?: \(measured (.+)\))?", re.S)
POWER = re.compile(r"(\d)e([+-])0*(\d+)")
EXPONENT = re.compile(r"(\d[\d.]*e[+-]\d+)")
PIXELS = re.compile(r"imshow|pcolor|contourf|cmap|hexbin")          # what is drawn in colours that mean their brightness
CARDS = {"fig-labs-autoencoder", "fig-ft-profile"}          # frames of a film drawn elsewhere; black figures on coloured bars
BLACK = re.compile(r"\b[Bb]lack\b(?!-and-white| \(white)")
AFTER_MYST_NB, BEFORE_FOLDING = 190, 198          # of post-transforms: outputs are chosen, cells are not folded yet
MARGIN_LETTERS, TEXT_LETTERS, MARGIN_LINE, TEXT_LINE, SPARE = 24, 74, 18, 28, 60          # letters and pixels; see `fits`


def is_cell(node):
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def part(cell, name):
    """The container of a cell's source or output; None if the page does not show it."""
    return next((child for child in cell.children if isinstance(child, nodes.Element) and child.get("nb_element") == f"cell_code_{name}"), None)


def is_live(node):
    return is_cell(node) and any("<iframe" in raw.astext() for raw in node.findall(nodes.raw))


def introduced(cell):
    """Whether the paragraph before a cell ends with a colon: then the cell is part of the text."""
    place = cell.parent.index(cell)
    before = cell.parent[place - 1] if place else None
    return isinstance(before, nodes.paragraph) and before.astext().rstrip().endswith(":")


def imports_only(source):
    """Whether all that a cell does is import names and set the look of figures."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:          # a line of IPython's own
        return False
    return all(isinstance(line, (ast.Import, ast.ImportFrom)) or ast.unparse(line) == "page.plots.use_style()" for line in statements)


class Fold(SphinxPostTransform):
    """Folds the code of checks, figures and imports, and the logs of trainings."""

    default_priority, formats = AFTER_MYST_NB, ("html",)

    def run(self, **_):
        for cell in list(self.document.findall(is_cell)):
            source, output = part(cell, "source"), part(cell, "output")
            if output is not None and LOG.fullmatch(output.astext()):
                folded = HideCodeCellNode(prompt_show="Show the log", prompt_hide="Hide the log", classes=["below-input"])
                cell.replace(output, folded)
                folded += output
            if source is None or cell.get("hide_mode"):
                continue
            text = source.astext()
            if "page.claim(" in text and introduced(cell):
                continue
            if "page.claim(" in text:
                prompts = "Show the check", "Hide the check"
            elif imports_only(text) or output is not None and (is_live(cell) or any(output.findall(nodes.image))):
                prompts = "Show the code", "Hide the code"
            else:
                continue
            cell["hide_mode"], (cell["prompt_show"], cell["prompt_hide"]) = "input", prompts


class Ticks(SphinxPostTransform):
    """Sets claims as a list, and a short list beside the paragraph before it or, if there is none, the one after it."""

    default_priority, formats = AFTER_MYST_NB + 1, ("html",)

    def run(self, **_):
        for cell in list(self.document.findall(is_cell)):
            printed = [block for block in cell.findall(nodes.literal_block) if block.astext().startswith("✓ ")]
            if not printed:
                continue
            cell["classes"].append("claims")
            for block in printed:
                claims = [CLAIM.fullmatch(text) for text in re.split(r"\n(?=✓ )", block.astext().strip())]
                block.parent.replace(block, nodes.raw("", f'<ul class="ticks">{"".join(map(entry, claims))}</ul>', format="html"))
                self.beside(cell, sum(-(-len(claim[1]) // MARGIN_LETTERS) for claim in claims) * MARGIN_LINE)

    @staticmethod
    def beside(cell, height):
        section = cell.parent
        if not isinstance(section, nodes.section) or part(cell, "source") is not None and not cell.get("hide_mode"):
            return
        place = section.index(cell)
        before, after = section[place - 1], section[place + 1] if place + 1 < len(section) else None
        if isinstance(before, nodes.paragraph) and fits(height, before):
            first, classes = before, ["beside"]
        elif isinstance(after, nodes.paragraph) and not is_cell(section[place + 2] if place + 2 < len(section) else None) and fits(height, after):
            first, classes = cell, ["beside", "before"]
        else:
            return
        pair = nodes.container(classes=classes)
        two = section[section.index(first):section.index(first) + 2]
        section.insert(section.index(first), pair)
        for node in two:
            section.remove(node)
            pair += node


def fits(height, paragraph):
    """Whether ticks of this height, in pixels, are not much higher than a paragraph."""
    return height <= -(-len(paragraph.astext()) // TEXT_LETTERS) * TEXT_LINE + SPARE


def entry(claim):
    """A claim as an entry of a list; the keyboard and a tap reach those that have a number to show."""
    statement, measured = claim.groups()
    number = ""
    if measured:
        number = f' <span class="measured">measured {POWER.sub(power, html.escape(measured))}</span>'
    return f'<li{" tabindex=0" if measured else ""}><span class="claim-tick">✓</span> {html.escape(statement)}{number}</li>'


def power(match):
    digit, sign, exponent = match.groups()
    return f"{digit} × 10<sup>{'−' if sign == '-' else ''}{exponent}</sup>"


class Predict(SphinxPostTransform):
    """Makes a box of a prediction, and folds what follows it, up to the next box, heading or live figure."""

    default_priority, formats = BEFORE_FOLDING, ("html",)

    def run(self, **_):
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if not isinstance(paragraph.parent, nodes.section) or not any(
                    strong.astext().startswith("Predict") for strong in paragraph.findall(nodes.strong)):
                continue
            paragraph["classes"].append("predict")
            section = paragraph.parent
            answer = []
            for node in section[section.index(paragraph) + 1:]:
                if isinstance(node, (nodes.section, nodes.Admonition)):
                    break
                if is_live(node):
                    while answer and isinstance(answer[-1], nodes.paragraph):          # what introduces the figure
                        answer.pop()
                    break
                answer.append(node)
            if answer:
                folded = HideCodeCellNode(prompt_show="I have a prediction: go on", prompt_hide="Fold this again", classes=["reveal"])
                section.replace(answer[0], folded)
                for node in answer[1:]:
                    section.remove(node)
                folded += answer


class Ink(SphinxPostTransform):
    """Marks the pictures that are ink on white, and the words "black" that speak of them."""

    default_priority, formats = AFTER_MYST_NB, ("html",)

    def run(self, **_):
        if self.env.docname.startswith("teaching/"):          # there, the chalk is meant
            return
        for cell in self.document.findall(is_cell):
            source = part(cell, "source")
            names = {name for figure in cell.findall(nodes.figure) for name in figure["names"] + figure["ids"]}
            ink = source is not None and not PIXELS.search(source.astext()) and not names & CARDS
            for image in cell.findall(nodes.image):
                image["classes"].append("ink" if ink else "pixels")
        for text in list(self.document.findall(nodes.Text)):
            inside = [text.parent]
            while inside[-1].parent is not None:
                inside.append(inside[-1].parent)
            if not BLACK.search(text) or any(isinstance(node, (nodes.literal, nodes.literal_block, nodes.raw, nodes.title, nodes.reference)) for node in inside):
                continue
            if any("pixels" in image["classes"] for node in inside if isinstance(node, nodes.figure) for image in node.findall(nodes.image)):
                continue
            marked, last = [], 0
            for match in BLACK.finditer(text):
                other = "White" if match[0][0] == "B" else "white"
                marked += [nodes.Text(text[last:match.start()]),
                           nodes.raw("", f'<span class="black" data-dark="{other}"><span>{match[0]}</span></span>', format="html")]
                last = match.end()
            text.parent.replace(text, [*marked, nodes.Text(text[last:])])


class Whole(SphinxPostTransform):
    """Marks the numbers of tables that a narrow column would break."""

    default_priority, formats = AFTER_MYST_NB, ("html",)

    def run(self, **_):
        for text in [text for entry in self.document.findall(nodes.entry) for text in entry.findall(nodes.Text)]:
            if EXPONENT.search(text):
                pieces = EXPONENT.split(text)          # every other one is a number
                text.parent.replace(text, [nodes.inline("", piece, classes=["whole"]) if k % 2 else nodes.Text(piece) for k, piece in enumerate(pieces) if piece])


INKED = re.compile(r'<img [^>]*class="(?:[^"]* )?ink(?: [^"]*)?"[^>]*src="[^"]*_images/([^"]+\.png)"')
PAPER, LIGHT = np.array([[21, 25, 30], [219, 227, 232]]) / 255          # the page's ground in the dark, and what black ink becomes


def turned(colours):
    """Colours of ink on white as they are in the dark: black is light, white the page's ground, and hues keep their names.

    Parameters
    ----------
    colours : array, shape (colours, 3)
        Red, green, blue, from 0 to 1.

    Returns
    -------
    array, shape (colours, 3)
    """
    least, most = colours.min(axis=1, keepdims=True), colours.max(axis=1, keepdims=True)
    strength = most - least
    black = np.clip(1 - most - strength / 2, 0, 1)
    return np.clip(colours - least + PAPER * least + LIGHT * black + strength * (0.06 + 1.5 * least), 0, 1)


def twin(png):
    """The bytes of a PNG of a palette, with its colours turned.

    Raises
    ------
    ValueError
        If it has no palette.
    """
    place = png.find(b"PLTE")
    if place < 0:
        raise ValueError("the picture has no palette: store the notebook with book/execute.py")
    start, length = place + 4, int.from_bytes(png[place - 4:place], "big")
    palette = np.frombuffer(png[start:start + length], np.uint8).reshape(-1, 3) / 255
    chunk = b"PLTE" + np.round(turned(palette) * 255).astype(np.uint8).tobytes()
    return png[:place] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + png[start + length + 4:]


def make_twins(app, error):
    """Write a twin beside every picture that is ink on white."""
    if error is not None or app.builder.format != "html":
        return
    for page in pathlib.Path(app.outdir).rglob("*.html"):
        for name in INKED.findall(page.read_text(encoding="utf-8")):
            picture = pathlib.Path(app.outdir, "_images", name)
            picture.with_name(f"{picture.stem}-dark.png").write_bytes(twin(picture.read_bytes()))


def only_ideas(_app, env):
    """Take the library's names out of the index."""
    for page, entries in env.domaindata["index"]["entries"].items():
        if page.startswith(("reference/core/", "reference/page/")):
            entries.clear()
    return []


def setup(app):
    for transform in (Fold, Ticks, Predict, Ink, Whole):
        app.add_post_transform(transform)
    app.connect("env-updated", only_ideas)
    app.connect("build-finished", make_twins)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
