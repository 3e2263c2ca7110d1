"""How the built pages read: what starts folded, claims as ticks, the twins of pictures for the dark theme. (tests/test_book.py looks at the pages.)"""

import colorsys
import io

import docutils.frontend
import docutils.utils
import numpy as np
import pytest
import reading
from docutils import nodes
from PIL import Image

from hnn_lite.page.plots import STYLE


def cell(source, *outputs):
    """A code cell as myst-nb makes it."""
    made = nodes.container(nb_element="cell_code", classes=["cell"])
    made += nodes.container("", nodes.literal_block(source, source), nb_element="cell_code_source")
    if outputs:
        made += nodes.container("", *outputs, nb_element="cell_code_output")
    return made


def printed(text):
    return nodes.literal_block(text, text)


def page(*blocks):
    """A document with one section, changed as a built page is."""
    document = docutils.utils.new_document("page", docutils.frontend.get_default_settings())
    document += nodes.section("", *blocks)
    for transform in (reading.Fold, reading.Ticks, reading.Predict):
        transform(document).run()
    return document


def text(words):
    return nodes.paragraph(words, words)


CLAIM = 'page.claim("1 is less than 2", 1 < 2, 0.5)'
TICK = "✓ 1 is less than 2 (measured 0.5)\n"


def folded(document):
    return [made.get("hide_mode") for made in document.findall(reading.is_cell)]


def test_checks_imports_figures_and_logs_start_folded_and_the_argument_does_not():
    log = "training HNN: 9 of 9 steps, train loss 1\n\n"
    document = page(text("Here."), cell(CLAIM, printed(TICK)), cell("import numpy as np\n\npage.plots.use_style()"), cell("draw()", nodes.image(uri="x.png")),
                    cell("live()", nodes.raw("", "<div><iframe></iframe></div>", format="html")), cell("x = 1"), cell("train()", printed(log), printed(log)),
                    cell("train()", printed(log), printed("7")))
    assert folded(document) == ["input", "input", "input", "input", None, None, None]
    assert [fold["prompt_show"] for fold in document.findall(reading.HideCodeCellNode)] == ["Show the log"]


def test_a_number_of_a_table_is_not_broken_at_its_minus_sign():
    document = docutils.utils.new_document("page", docutils.frontend.get_default_settings())
    document += nodes.entry("", text("from 7.1e-3 to 2e+05, or 4"))
    document += text("1e-3")
    reading.Whole(document).run()
    assert [(type(node), node.astext()) for node in document[0][0]] == [
        (nodes.Text, "from "), (nodes.inline, "7.1e-3"), (nodes.Text, " to "), (nodes.inline, "2e+05"), (nodes.Text, ", or 4")]
    assert document[0][0][1]["classes"] == ["whole"] and not list(document[1].findall(nodes.inline))


def test_a_check_that_the_text_introduces_stays_open():
    document = page(text("Try it:"), cell(CLAIM, printed(TICK)), text("So it is."))
    assert folded(document) == [None] and "beside" not in document.pformat()


@pytest.mark.parametrize(("source", "only"), [
    ("import a\nfrom b import c", True), ("import a\npage.plots.use_style()", True), ("import a\nx = a.b()", False), ("%matplotlib inline", False)])
def test_cells_that_only_import(source, only):
    assert reading.imports_only(source) is only


def test_ticks_stand_beside_the_paragraph_before_them_or_else_after_them():
    assert [pair["classes"] for pair in page(text("True."), cell(CLAIM, printed(TICK))).findall(nodes.container) if "beside" in pair["classes"]] == [["beside"]]
    document = page(cell("x = 1"), cell(CLAIM, printed(TICK)), text("True."))
    pair, = (pair for pair in document.findall(nodes.container) if "beside" in pair["classes"])
    assert pair["classes"] == ["beside", "before"] and [type(node) for node in pair.children] == [nodes.container, nodes.paragraph]
    many = page(text("True."), cell(CLAIM, printed(TICK * 9)))
    assert "beside" not in many.pformat() and "ticks" in many.pformat()


@pytest.mark.parametrize(("line", "made"), [
    ("✓ a < b", "<li><span class=\"claim-tick\">✓</span> a &lt; b</li>"),
    ("✓ a is small (measured 1.52e-06)", '<li tabindex=0><span class="claim-tick">✓</span> a is small <span class="measured">measured 1.52 × 10<sup>−6</sup></span></li>'),
    ("✓ a (b) (measured 3 of 4)", '<li tabindex=0><span class="claim-tick">✓</span> a (b) <span class="measured">measured 3 of 4</span></li>')])
def test_a_claim_as_an_entry(line, made):
    assert reading.entry(reading.CLAIM.fullmatch(line)) == made


def test_what_follows_a_prediction_is_folded_up_to_a_live_figure_and_what_introduces_it():
    asked = nodes.paragraph("", "", nodes.strong("", "Predict before you scroll on."), nodes.Text(" How far?"))
    live = cell("live()", nodes.raw("", "<iframe></iframe>", format="html"))
    document = page(asked, text("A metre."), cell("draw()", nodes.image(uri="x.png")), text("Try it."), live)
    fold, = document.findall(reading.HideCodeCellNode)
    assert "predict" in asked["classes"] and fold.astext().startswith("A metre.")
    assert [type(node) for node in document[0].children] == [nodes.paragraph, reading.HideCodeCellNode, nodes.paragraph, nodes.container]
    assert not list(page(asked.deepcopy(), live).findall(reading.HideCodeCellNode))


@pytest.mark.parametrize(("words", "found"), [
    ("The black dot", ["black"]), ("Black: the truth", ["Black"]), ("a black-and-white print", []), ("Black (white on a dark page)", []), ("blackened", [])])
def test_where_black_means_ink(words, found):
    assert reading.BLACK.findall(words) == found


def contrast(one, two):
    linear = [np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722] for colour in (one, two)]
    return (max(linear) + 0.05) / (min(linear) + 0.05)


def test_turned_colours_keep_their_names_and_stand_out():
    names = STYLE["axes.prop_cycle"].by_key()["color"]
    colours = np.array([[int(name[k:k + 2], 16) / 255 for k in (1, 3, 5)] for name in names])
    turned = reading.turned(colours)
    for name, old, new in zip(names, colours, turned, strict=True):
        assert contrast(new, reading.PAPER) > 3, name
        if np.ptp(old) > 0.1:
            turn = abs(colorsys.rgb_to_hsv(*old)[0] - colorsys.rgb_to_hsv(*new)[0]) * 360
            assert min(turn, 360 - turn) < 12, name
    white, black, pale = reading.turned(np.array([[1.0] * 3, [0.0] * 3, [0.82] * 3]))
    assert white == pytest.approx(reading.PAPER) and black == pytest.approx(reading.LIGHT)
    assert contrast(pale, reading.PAPER) > 1.2 and pale.max() < 0.4          # a pale band is faint in the dark too


def test_a_twin_is_the_same_picture_in_turned_colours():
    picture = Image.new("RGB", (8, 4), "white")
    picture.paste((0, 0, 0), (0, 0, 4, 4))
    picture.putpixel((7, 3), (0, 114, 178))
    file = io.BytesIO()
    picture.quantize(8).save(file, "png")
    old, new = (np.array(Image.open(io.BytesIO(data)).convert("RGB")) / 255 for data in (file.getvalue(), reading.twin(file.getvalue())))
    assert new.reshape(-1, 3) == pytest.approx(reading.turned(old.reshape(-1, 3)), abs=1 / 255)
    file = io.BytesIO()
    picture.save(file, "png")
    with pytest.raises(ValueError, match="the picture has no palette: store the notebook with book/execute.py"):
        reading.twin(file.getvalue())
