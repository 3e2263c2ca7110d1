"""The built book: without a warning, and opened page by page in a browser that can reach nothing but this machine."""

import functools
import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading

import pytest
import yaml
from conftest import ROOT, axe, wait

TOC = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
PAGES = [TOC["root"]] + [page["file"] for part in TOC["parts"] for chapter in part["chapters"] for page in (chapter, *chapter.get("sections", []))]
PHONE = 360
MOST_BYTES, MOST_BYTES_OF_A_PAGE = 60_000_000, 1_500_000
FAULTS = ("unrendered", "wrong", "raw", "errors")

LOOK = """
const article = document.querySelector("article");
const raw = [];
const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  if (/[$]|\\\\[a-zA-Z([]/.test(node.data) && !node.parentElement.closest("pre, code, script, style, mjx-container, .math"))
    raw.push(node.data.trim().slice(0, 80));
}
const formulas = [...document.querySelectorAll(".math")];
return {
  words: article.innerText.split(/\\s+/).length,
  formulas: formulas.length,
  unrendered: formulas.filter((f) => !f.querySelector("mjx-container")).map((f) => f.textContent.trim().slice(0, 80)),
  wrong: [...document.querySelectorAll('mjx-merror, mjx-container [style*="color: red"]')].map((e) => e.textContent || e.outerHTML),
  raw: raw,
  images: [...document.images].map((i) => ({src: i.getAttribute("src"), alt: i.alt, shown: i.naturalWidth > 0})),
  titles: document.querySelectorAll("article h1").length,
  errors: [...document.querySelectorAll(".output.traceback, .output.stderr")].map((e) => e.innerText.slice(0, 200)),
};
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """The book, built with warnings as errors: the folder of its pages, the exit code, and what Sphinx said."""
    out = tmp_path_factory.mktemp("book")
    command = [pathlib.Path(sys.executable).with_name("jupyter-book"), "build", "book", "--config", "_config.yml",
               "--path-output", out, "-W", "-n", "--keep-going", "--all"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return out / "_build" / "html", run.returncode, re.sub(r"\x1b\[[0-9;]*m", "", run.stdout + run.stderr)


@pytest.fixture(scope="module")
def site(build):
    folder, _, log = build
    assert (folder / "index.html").exists(), log[-3000:]
    return folder


@pytest.fixture(scope="module")
def address(site):
    """The same folder, served on this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("localhost", 0), functools.partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def resize(browser, width):
    """Make the window so wide; if that is no wider than a phone, let the browser take itself for one."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 50))")


def open_page(browser, url, width=1280):
    """Open a page, wait until its mathematics is set, and return what the browser complained about on the way."""
    resize(browser, width)
    browser.get("about:blank")
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(url)
    browser.execute_async_script("""
        const done = arguments[0];
        const wait = window.MathJax && MathJax.startup && MathJax.startup.promise || Promise.resolve();
        for (const image of document.images) image.loading = "eager";
        wait.then(() => Promise.all([...document.images].map((image) => image.decode().catch(() => null))))
            .then(() => requestAnimationFrame(() => setTimeout(done, 50)));
    """)
    complaints = [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    addresses = {}
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        event = message["params"]
        if message["method"] == "Network.requestWillBeSent":
            addresses[event["requestId"]] = event["request"]["url"]
            if not re.match(r"http://localhost:|file://|data:|blob:|about:", event["request"]["url"]):
                complaints.append(f"asked another host: {event['request']['url']}")
        elif message["method"] == "Network.loadingFailed" and not event.get("canceled"):
            complaints.append(f"not loaded: {addresses.get(event['requestId'])} ({event['errorText']})")
        elif message["method"] == "Network.responseReceived" and event["response"]["status"] >= 400:
            complaints.append(f"status {event['response']['status']}: {event['response']['url']}")
    return complaints


def test_builds_without_a_warning(build):
    _, code, log = build
    complaints = [line for line in log.splitlines() if re.search("WARNING|ERROR", line)]
    assert complaints == [] and code == 0, "\n".join(complaints) or log[-3000:]


@pytest.fixture(scope="module", params=PAGES)
def opened(request, browser, address):
    """A page that is opened once for the three tests below, and what the browser complained about."""
    return request.param, open_page(browser, f"{address}/{request.param}.html")


def test_page(browser, opened):
    page, complaints = opened
    assert complaints == []
    seen = browser.execute_script(LOOK)
    assert seen["words"] > 50 and seen["titles"] == 1
    assert {fault: seen[fault] for fault in FAULTS if seen[fault]} == {}
    source = next(path for end in (".ipynb", ".md") if (path := ROOT / "book" / f"{page}{end}").exists()).read_text()
    text = re.sub(r"^ *```console.*?^ *```", "", source, flags=re.DOTALL | re.MULTILINE)
    assert seen["formulas"] > 0 or "$" not in text.replace("\\$", "")
    for image in seen["images"]:
        assert image["shown"], image
        assert len(image["alt"]) > 15 and not re.search(r"\.(png|svg|jpe?g)$|^[\w./-]+$", image["alt"]), image


@pytest.mark.usefixtures("opened")
def test_page_fits_a_phone(browser):
    resize(browser, PHONE)
    wide = browser.execute_script("""
        const limit = arguments[0];
        if (document.documentElement.scrollWidth <= limit) return [];
        return [...document.querySelectorAll("article *")].filter((e) => e.getBoundingClientRect().right > limit + 1)
            .map((e) => e.outerHTML.slice(0, 120)).slice(0, 5).concat(document.documentElement.scrollWidth);
    """, PHONE)
    assert wide == []


# Formulas carry their own words and frames are looked into by test_live.py. Code cells are all alike, and so are the lines of the list of claims,
# and what stands around every page, which is looked at on the first: without them axe needs half the time.
THIN = """
document.head.appendChild(document.createElement("style")).textContent = "* {transition: none !important}";
for (const one of document.querySelectorAll("mjx-container, iframe")) one.replaceWith("x");
for (const one of [...document.querySelectorAll("div.highlight pre")].slice(3)) one.textContent = "x";
for (const one of document.querySelectorAll("details.claims li:nth-child(n+6)")) one.remove();
if (arguments[0]) for (const one of document.querySelectorAll(".bd-sidebar, .bd-header, .bd-header-article, footer")) one.remove();
"""

# Contrast is the greater part of what is left. Words in the same kinds of boxes, of the same colour on the same ground, have the same.
FEW = """
const ground = (box) => { while (box && /, 0\\)$|transparent/.test(getComputedStyle(box).backgroundColor)) box = box.parentElement;
                          return box && getComputedStyle(box).backgroundColor; };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), words = [], seen = {};
while (walker.nextNode()) if (walker.currentNode.data.trim()) words.push(walker.currentNode);
const kind = ({parentElement: box}) => {
  const {color, fontSize, fontWeight} = getComputedStyle(box), chain = [color, fontSize, fontWeight, ground(box)];
  for (; box && box !== document.body; box = box.parentElement) chain.push(box.tagName, box.className);
  return chain.join();
};
const kinds = words.map(kind);
words.forEach((node, number) => {
  seen[kinds[number]] = (seen[kinds[number]] || 0) + 1;
  if (seen[kinds[number]] < 3) return;
  let box = node.parentElement;
  node.remove();
  while (box !== document.body && !box.textContent.trim() && !box.querySelector("img, svg, input, button")) { const outer = box.parentElement; box.remove(); box = outer; }
});
"""


def test_page_can_be_read_by_everybody(browser, opened):          # the last of the three: it thins the page
    browser.execute_script(THIN + axe(), opened[0] != PAGES[0])
    resize(browser, 1280)
    everything_else = {"rules": {"color-contrast": {"enabled": False}}}
    contrast = {"runOnly": ["color-contrast"]}
    for theme, thin, options in (("light", "", everything_else), ("light", FEW, contrast), ("dark", "", contrast)):
        browser.execute_script("Object.assign(document.documentElement.dataset, {theme: arguments[0], mode: arguments[0]})", theme)
        browser.execute_script(thin)
        found = browser.execute_async_script("axe.run({resultTypes: ['violations'], ...arguments[0]}).then(arguments[1])", options)["violations"]
        assert [(fault["id"], [node["html"][:150] for node in fault["nodes"][:3]]) for fault in found
                if fault["impact"] in ("serious", "critical")] == [], theme


def test_what_goes_deeper_starts_folded_and_a_link_into_it_or_the_printer_opens_it(browser, address):
    url = f"{address}/mechanics/phase-space.html"
    opened = "return [...document.querySelectorAll('.bd-article details.deeper')].map((box) => box.open)"
    assert open_page(browser, url) == []
    boxes = browser.execute_script(opened)
    assert len(boxes) >= 3 and not any(boxes)
    assert browser.execute_script("return [...document.querySelectorAll('.bd-article :is(h2, h3, h4)')].every("
                                  "(heading) => !heading.textContent.startsWith('Going deeper') || heading.closest('summary'))")
    assert browser.execute_script("return [...document.querySelectorAll('details.deeper')].every((box) => box.textContent.length > 200)")
    name = browser.execute_script("return document.querySelectorAll('section:has(> details.deeper)')[1].id")
    assert open_page(browser, f"{url}#{name}") == []          # from elsewhere
    assert browser.execute_script(opened) == [number == 1 for number in range(len(boxes))]
    assert open_page(browser, url) == []
    browser.execute_script("location.hash = arguments[0]", name)          # from the page itself
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 50))")
    assert browser.execute_script(opened) == [number == 1 for number in range(len(boxes))]
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert all(browser.execute_script(opened))


SHOWN = "return [...document.querySelectorAll('.bd-article details.hide:not(.reveal)')].map((box) => box.open)"


def test_one_switch_shows_the_folded_code_and_the_next_page_remembers(browser, address):
    assert open_page(browser, f"{address}/mechanics/phase-space.html") == []
    sources = browser.execute_script("return [...document.querySelectorAll('.bd-article .cell_input')].map((cell) => "
                                     "[cell.textContent, Boolean(cell.closest('details')), cell.parentElement.previousElementSibling?.textContent ?? ''])")
    for source, folded, before in sources:
        assert folded or "page.claim(" not in source or before.rstrip().endswith(":"), source
        assert folded or "page.live." not in source, source
    assert any(not folded for _, folded, _ in sources) and not any(browser.execute_script(SHOWN))
    press = "document.querySelector('.code-switch').click(); return document.querySelector('.code-switch').getAttribute('aria-pressed')"
    assert browser.execute_script(press) == "true" and all(browser.execute_script(SHOWN))
    assert open_page(browser, f"{address}/mechanics/integrators.html") == []
    assert all(browser.execute_script(SHOWN))
    assert browser.execute_script(press) == "false" and not any(browser.execute_script(SHOWN))
    assert open_page(browser, f"{address}/mechanics/phase-space.html") == []
    assert not any(browser.execute_script(SHOWN))


def test_a_tick_stands_in_the_margin_and_gives_its_number_when_asked(browser, address):
    assert open_page(browser, f"{address}/mechanics/phase-space.html", width=1440) == []
    look = """
        const seen = [...document.querySelectorAll(".beside li:has(.measured)")].find((entry) => entry.checkVisibility());
        if (arguments[0]) seen.focus();
        const text = seen.closest(".beside").querySelector(":scope > p").getBoundingClientRect(), tick = seen.getBoundingClientRect();
        return [getComputedStyle(seen.querySelector(".measured")).opacity, tick.left > text.right, tick.top < text.bottom];
    """
    assert browser.execute_script(look, False) == ["0", True, True]
    assert browser.execute_script(look, True) == ["1", True, True]
    assert open_page(browser, f"{address}/mechanics/phase-space.html", width=PHONE) == []
    assert browser.execute_script(look, True)[:2] == ["1", False]
    assert not browser.execute_script("return [...document.querySelectorAll('.output.stream')].some((output) => output.textContent.includes('✓'))")


def test_what_follows_a_prediction_opens_when_asked_by_a_link_and_on_paper(browser, address):
    url = f"{address}/learning/mass-spring.html"
    assert open_page(browser, url) == []
    opened = "return [...document.querySelectorAll('details.reveal')].map((box) => box.open)"
    assert browser.execute_script(opened) == [False]
    assert browser.execute_script("return document.querySelectorAll('p.predict').length") == 2          # the other is answered by a live figure
    assert not browser.execute_script("return document.querySelectorAll('details.reveal iframe').length")
    assert open_page(browser, f"{url}#fig-ms-minute") == []
    assert browser.execute_script(opened) == [True]
    assert open_page(browser, url) == []
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert browser.execute_script(opened) == [True]


@pytest.mark.parametrize("folder", ["address", "disk"])
def test_in_the_dark_a_plot_is_its_twin_a_map_is_itself_and_black_is_white(browser, address, site, folder):
    base = address if folder == "address" else site.as_uri()
    assert open_page(browser, f"{base}/learning/energy-and-time.html") == []
    set_theme = "document.documentElement.dataset.theme = arguments[0]"
    pictures = """
        const done = arguments[0];
        setTimeout(() => Promise.all([...document.images].map((image) => image.decode().catch(() => null))).then(() => done(
            [...document.querySelectorAll(".bd-article img[src$='.png']")].map((image) =>
                [image.className.split(" ")[0], image.src.endsWith("-dark.png"), image.naturalWidth > 0]))), 50);
    """
    words = "return [...document.querySelectorAll('.black')].map((word) => getComputedStyle(word, '::after').content)"
    for theme, dark in (("dark", True), ("light", False)):
        browser.execute_script(set_theme, theme)
        seen = browser.execute_async_script(pictures)
        assert {kind for kind, _, _ in seen} == {"ink", "pixels"}
        assert all(twin == (dark and kind == "ink") and shown for kind, twin, shown in seen)
    assert open_page(browser, f"{base}/mechanics/phase-space.html") == []
    assert set(browser.execute_script(words)) == {"none"}
    browser.execute_script(set_theme, "dark")
    assert set(browser.execute_script(words)) == {'"white"'}


def test_on_paper_nothing_that_is_folded_is_named_and_cells_may_break(browser, address):
    assert open_page(browser, f"{address}/learning/mass-spring.html") == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_script("document.documentElement.dataset.theme = 'dark'; window.dispatchEvent(new Event('beforeprint'))")
    shown = browser.execute_script("""return {
        prompts: [...document.querySelectorAll("details.hide > summary")].filter((summary) => summary.checkVisibility()).length,
        broken: [...document.querySelectorAll("div.cell")].every((cell) => getComputedStyle(cell).breakInside === "auto"),
        ticks: [...document.querySelectorAll(".measured")].every((number) => getComputedStyle(number).opacity === "1"),
        theme: document.documentElement.dataset.theme}""")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown == {"prompts": 0, "broken": True, "ticks": True, "theme": "light"}


def test_the_index_has_ideas_and_no_names_of_the_library(site):
    index = (site / "genindex.html").read_text(encoding="utf-8")
    assert "symplectic" in index and "hnn_lite" not in re.sub(r"<head>.*?</head>", "", index, flags=re.S)


@pytest.mark.parametrize("page", [PAGES[0], next(page for page in PAGES if "/" in page)])
def test_page_from_the_disk(browser, site, page):
    assert open_page(browser, (site / f"{page}.html").as_uri()) == []
    seen = browser.execute_script(LOOK)
    assert seen["formulas"] > 0 and {fault: seen[fault] for fault in FAULTS if seen[fault]} == {}
    assert all(image["shown"] for image in seen["images"])


def test_pages_are_the_ones_in_the_table_of_contents(site):
    built = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")
             if not path.relative_to(site).parts[0].startswith("_")}
    assert built - {"search", "py-modindex", "prf-prf"} == set(PAGES)


def test_the_book_is_small(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < MOST_BYTES


def test_the_text_is_set_in_the_font_that_the_book_brings(browser, address, site):
    assert open_page(browser, f"{address}/mechanics/phase-space.html") == []
    faces = browser.execute_async_script("document.fonts.ready.then((fonts) => arguments[0]([...fonts].filter((face) => face.family.includes('Shape of Motion'))"
                                         ".map((face) => [face.weight, face.style, face.status])))")
    assert ["400", "normal", "loaded"] in faces and ["400", "italic", "loaded"] in faces and ["600 700", "normal", "loaded"] in faces
    fonts = site / "_static" / "fonts"
    assert sum(path.stat().st_size for path in fonts.glob("*.woff2")) <= 150_000 and "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text()


def test_labels_of_pictures_can_be_read_on_a_phone(browser, address):
    """Eleven points at two hundred dots an inch are at least nine pixels high, and the picture stays within its box."""
    assert open_page(browser, f"{address}/mechanics/phase-space.html", width=390) == []
    browser.execute_async_script("""for (const box of document.querySelectorAll("details")) box.open = true;
                                    requestAnimationFrame(() => setTimeout(arguments[0], 50))""")
    seen = browser.execute_script("""return [...document.querySelectorAll(".picture")].filter((box) => box.clientWidth).map((box) => {
        const image = box.querySelector("img");
        return [image.getBoundingClientRect().width / image.naturalWidth * 11 / 72 * 200, box.getBoundingClientRect().right,
                box.scrollWidth > box.clientWidth, box.tabIndex === 0]})""")
    assert len(seen) > 3 and min(height for height, _, _, _ in seen) > 8.9 and max(right for _, right, _, _ in seen) <= 391
    assert any(wide for _, _, wide, _ in seen) and all(wide == reached for _, _, wide, reached in seen)


def test_search_finds_a_word_and_shows_no_tex(browser, address):
    assert open_page(browser, f"{address}/search.html?q=separatrix") == []
    wait(browser, "return document.querySelectorAll('#search-results li p.context').length > 5")
    found = browser.execute_script("return [...document.querySelectorAll('#search-results li')].map((entry) => entry.textContent)")
    assert any("π" in text for text in found)
    assert [text for text in found if re.search(r"\\[(\[a-zA-Z]", text)] == []


def test_a_page_is_light(site):
    """Text, pictures and frames; the networks of the pixel chapter, which its frames hold, are not counted."""
    heavy = {}
    for page in PAGES:
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        if page == "learning/pixels":
            text = re.sub(r'<iframe [^>]*?srcdoc="[^"]*"', "<iframe", text)
        pictures = set(re.findall(r'_images/([^"]+)"', text))
        size = len(text.encode()) + sum((site / "_images" / name).stat().st_size for name in pictures)
        if size > MOST_BYTES_OF_A_PAGE:
            heavy[page] = size
    assert heavy == {}
