"""Slides: what a deck takes from its chapters, and every slide in a browser that can reach nothing: whole, on its screen, and alive."""

import importlib.util
import json
import re
import tomllib

import nbformat
import pytest
from conftest import ROOT, wait

SPEC = importlib.util.spec_from_file_location("slides", ROOT / "book" / "teaching" / "slides.py")
slides = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(slides)

DECKS = [lecture["deck"] for lecture in slides.lectures()]
decks = pytest.mark.parametrize("deck", DECKS)


def chapter(tmp_path, *cells):
    """A small chapter of (source, tags, slide) or (source, tags, slide, output)."""
    made = []
    for source, tags, slide, *output in cells:
        new = nbformat.v4.new_code_cell if output else nbformat.v4.new_markdown_cell
        made.append(new(source, metadata={"tags": tags} | ({"slide": slide} if slide is not None else {})))
        if output:
            made[-1].outputs = [nbformat.v4.new_output("stream", text=text) for text in output if text]
    path = tmp_path / "chapter.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


FORMULAS = "## A law\n\nWords.\n\n$$ a = b $$\n\n```{math}\n:label: eq-x\nc = d\n```\n"


def test_a_slide_is_title_text_and_what_the_cell_shows(tmp_path):
    path = chapter(tmp_path, (FORMULAS, ["slide"], {"text": "Look:"}), ("1 + 1", ["nbval-check-output", "on-slide"], None, "✓ two < 3\n"),
                   ("f()", ["fragment"], {"show": "both"}, "one\n"), ("skipped", [], None, "no"), ("def f(): ...", ["slide"], {"title": "Code"}, ""))
    first, second = slides.slides_of(path)
    assert first == [("markdown", "## A law"), ("markdown", "Look:"), ("markdown", "$$ a = b $$"), ("markdown", "$$ c = d $$"),
                     ("html", '<pre class="printed">✓ two &lt; 3</pre>'), ("fragment", ""), ("markdown", "```python\nf()\n```"),
                     ("html", '<pre class="printed">one</pre>')]
    assert second == [("markdown", "## Code"), ("markdown", "```python\ndef f(): ...\n```")]


def test_formulas_are_chosen_by_label_or_number(tmp_path):
    path = chapter(tmp_path, (FORMULAS, ["slide"], {"formulas": ["eq-x"]}), (FORMULAS, ["slide"], {"formulas": [0]}))
    assert [parts[1:] for parts in slides.slides_of(path)] == [[("markdown", "$$ c = d $$")], [("markdown", "$$ a = b $$")]]


@pytest.mark.parametrize("cell, words", [
    ((FORMULAS, ["slide"], {"formulas": ["eq-y"]}), "there is no formula 'eq-y'; there are 0, 1, 'eq-x'"),
    ((FORMULAS, ["slide"], {"words": "x"}), r"must be a dict with some of \['formulas', 'show', 'text', 'title'\]"),
    ((FORMULAS, ["slide"], {"text": "see {doc}`x`"}), "a role is no use on a slide"),
    ((FORMULAS, ["slide"], {"show": "all"}), "show must be one of code, output, both, got 'all'"),
    ((FORMULAS, ["on-slide"], None), "first tag must be 'slide'"),
    ((FORMULAS, ["slide", "fragment"], None), "a cell has one of them"),
    ((FORMULAS, [], {"text": "x"}), "neither of the tags"),
])
def test_what_no_slide_can_show_is_refused(tmp_path, cell, words):
    with pytest.raises(slides.SlideError, match=words):
        slides.slides_of(chapter(tmp_path, cell))


def test_an_unknown_deck_is_refused(tmp_path):
    with pytest.raises(slides.SlideError, match="no such deck: 13-x; there are 01-phase-space"):
        slides.build(tmp_path, ["13-x"])


def test_the_syllabus_has_every_deck():
    text = (ROOT / "book" / "teaching" / "syllabus.md").read_text(encoding="utf-8").split("% table: route 8")[1].split("% table:")[0]
    assert re.findall(r"^\| \d+ .*\| `([^`]+)` \|", text, re.M) == [deck[:2] for deck in DECKS]
    for lecture in slides.lectures():
        for name in lecture["chapters"]:
            assert f"{{doc}}`/{name}`" in text, name


@pytest.mark.parametrize("lecture", slides.lectures(), ids=DECKS)
def test_every_group_of_slides_has_a_note(lecture):
    groups = [pages for *_, pages in slides.plan(int(lecture["deck"][:2])) if pages != "none"]
    said = tomllib.loads((ROOT / "book" / "teaching" / "notes.toml").read_text(encoding="utf-8"))[lecture["deck"][:2]]
    assert sorted(said) == sorted(groups) and all(len(text) > 30 for text in said.values())
    notes = slides.notes(lecture)
    assert len(notes) == len(groups) and set(notes) <= set(slides.titles(lecture))
    assert not any(re.search(r"\$|\{\w+\}`", text) for text in notes.values())
    assert notes[2].startswith("<p><strong>Minutes 0 to ")


# --- in a browser

@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("slides")
    assert [path.stem for path in slides.build(out)] == DECKS
    return out


# everything that is drawn on the slide must lie on it; of a formula the container counts, not its glyphs
STICKS_OUT = """
const slide = reveal.getCurrentSlide(), out = [];
for (const each of slide.querySelectorAll("*")) {
  if (each.parentElement.closest("mjx-container")) continue;
  const box = each.getBoundingClientRect();
  if (box.width && box.height && (box.bottom > 720.5 || box.right > 1280.5 || box.left < -0.5 || box.top < -0.5)) out.push(each.outerHTML.slice(0, 80));
}
return out;"""


@decks
def test_every_slide_is_whole_and_asks_for_nothing(browser, folder, deck):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": False})
    browser.get_log("browser"), browser.get_log("performance")
    browser.get((folder / f"{deck}.html").as_uri())
    wait(browser, "return document.documentElement.dataset.ready")
    count = browser.execute_script("return reveal.getTotalSlides()")
    assert count >= 10
    for number in range(count):
        browser.execute_script(f"reveal.slide({number}, 0, 99)")          # with all its fragments
        wait(browser, "return [...reveal.getCurrentSlide().querySelectorAll('iframe')].every((frame) => frame.contentWindow.figure "
                      "|| frame.contentDocument.querySelector('canvas, img'))")
        wait(browser, "return [...reveal.getCurrentSlide().querySelectorAll('iframe')].every((frame) => frame.offsetHeight > 150)")
        wait(browser, "return !requestAnimationFrame(() => { window.drawn = (window.drawn || 0) + 1 }) || window.drawn > 1")
        title = browser.execute_script("return reveal.getCurrentSlide().querySelector('h1, h2').innerText")
        text = browser.execute_script("const copy = reveal.getCurrentSlide().cloneNode(true); "
                                      "copy.querySelectorAll('pre, mjx-container, iframe').forEach((each) => each.remove()); return copy.textContent")
        assert browser.execute_script(STICKS_OUT) == [], title
        assert browser.execute_script("return reveal.getCurrentSlide().querySelectorAll('mjx-merror, [data-mjx-error]').length") == 0, title
        assert "$" not in text and not re.search(r"\{[a-z:]+\}|```|:label:", text), title
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    asked = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    failed = [event["params"] for event in asked if event["method"] == "Network.loadingFailed"]
    asked = [event["params"]["request"]["url"] for event in asked if event["method"] == "Network.requestWillBeSent"]
    assert failed == [] and [url for url in asked if not re.match(r"file://|data:|about:|blob:", url)] == []


def test_a_live_figure_moves_on_its_slide(browser, folder):
    browser.get((folder / "04-mass-spring.html").as_uri())
    wait(browser, "return document.documentElement.dataset.ready")
    browser.execute_script("reveal.slide(reveal.getSlides().findIndex((slide) => slide.querySelector('iframe')))")
    browser.switch_to.frame(browser.find_element("css selector", "section.present iframe"))
    wait(browser, "return Boolean(window.figure)")
    drawn = "return [...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()).join()"
    before = browser.execute_script(drawn)
    x, y = browser.execute_script("""
        const button = [...document.querySelectorAll("button")].find((button) => button.textContent === "play").getBoundingClientRect();
        const frame = frameElement.getBoundingClientRect(), scale = frame.width / frameElement.offsetWidth;
        return [frame.x + scale * (button.x + button.width / 2), frame.y + scale * (button.y + button.height / 2)]""")
    for event in ("mousePressed", "mouseReleased"):          # the driver's own click takes a frame that is scaled for one that is not
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": event, "x": x, "y": y, "button": "left", "clickCount": 1})
    wait(browser, f"return (() => {{ {drawn} }})() !== {json.dumps(before)}")
    browser.switch_to.default_content()


def test_the_speakers_window_shows_the_notes(browser, folder, monkeypatch):
    """Of a deck of titles alone, since the window loads the deck twice."""
    whole = slides.slides_of
    monkeypatch.setattr(slides, "slides_of", lambda path: [parts[:1] for parts in whole(path)])
    (folder / "titles.html").write_text(slides.page(slides.lectures()[2]), encoding="utf-8")
    browser.get((folder / "titles.html").as_uri())
    wait(browser, "return document.documentElement.dataset.ready")
    browser.execute_script("reveal.slide(4)")
    assert "Minutes 20 to 30, slide 5." in browser.execute_script("return reveal.getSlideNotes()")
    assert browser.execute_script("return getComputedStyle(document.querySelector('aside.notes')).display") == "none"
    browser.execute_script("const open = window.open; window.open = (...all) => window.speaker = open.apply(window, all)")
    browser.find_element("css selector", "body").send_keys("s")
    # looked at from the deck: the plugin never closes the document that it writes, so the driver would wait for it in vain
    wait(browser, "return window.speaker.document.querySelector('.speaker-controls-notes .value').textContent.includes('Let somebody say Pythagoras')")
    browser.execute_script("window.speaker.close()")
    browser.get_log("browser")


@pytest.mark.parametrize("number, lecture", enumerate(slides.lectures(), 1), ids=DECKS)
def test_the_plan_of_a_lecture_names_the_slides_of_its_deck(number, lecture):
    """From the second on, each once; the last one may sum up, and need no minutes of its own."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "book" / "teaching").glob("guide-*.md")))
    plan = re.search(rf"^## {number} .*?(?=^## |\Z)", pages, re.S | re.M)[0]
    named = []
    for cell in re.findall(r"^\| [\d–]+ \| .* \| ([\d–, ]+|none) \|$", plan, re.M):
        for first, last in re.findall(r"(\d+)(?:–(\d+))?", cell):
            named += range(int(first), int(last or first) + 1)
    count = 1 + sum(len(slides.slides_of(ROOT / "book" / f"{chapter}.ipynb")) for chapter in lecture["chapters"])
    assert sorted(named) in ([*range(2, count + 1)], [*range(2, count)])
