"""Films on a page: what they hold, how large they are, and that they play in a browser that can reach nothing."""

import base64
import io
import re

import matplotlib.image
import numpy as np
import pytest
from conftest import wait

from hnn_lite.data import pixel_pendulum
from hnn_lite.page.live import film as film_module
from hnn_lite.page.live.film import Film

selenium = pytest.importorskip("selenium.webdriver")
TIMES = 61


def example(curves=True):
    path = pixel_pendulum.simulate([[0.5, 0.3], [-0.3, 0.8]], TIMES - 1)
    drawn, energy = pixel_pendulum.render(path[..., 0]), pixel_pendulum.energy(path)
    return Film({"truth": drawn[:, 0], "hnn": drawn[:, 1]}, "Two pendulums that swing, six frames of each",
                {"truth": energy[:, 0], "hnn": energy[:, 1]} if curves else None)


def pixels(address):
    """The picture in a data address, shape (height, width, 4), in [0, 1]."""
    return matplotlib.image.imread(io.BytesIO(base64.b64decode(address.removeprefix("data:image/png;base64,"))))


def test_a_sheet_holds_every_frame():
    pictures = np.random.default_rng(0).integers(0, film_module.SHADES, (45, 28, 28)).astype(np.uint8)
    sheet = film_module.sheet(pictures)
    assert sheet.shape == (3 * 28, 20 * 28)
    np.testing.assert_array_equal(sheet[2 * 28:, 4 * 28:5 * 28], pictures[44])
    image = pixels(film_module.png(sheet, film_module.tinted("#0072B2")))
    np.testing.assert_allclose(image[..., 3] * (film_module.SHADES - 1), sheet, atol=0.1)
    np.testing.assert_allclose(image[image[..., 3] > 0][0, :3], [0, 0x72 / 255, 0xB2 / 255], atol=1e-3)


def test_frames_keep_their_brightness_within_a_shade():
    drawn = pixel_pendulum.render(np.linspace(-0.5, 0.5, 40))
    shades = Film({"truth": drawn}, "rods")._pictures(drawn)
    assert np.abs(shades.reshape(40, -1) / (film_module.SHADES - 1) * 0.5 - drawn).max() <= 0.5 / (film_module.SHADES - 1) / 2 + 1e-6


def test_three_films_of_400_frames_are_compact():
    drawn = pixel_pendulum.render(pixel_pendulum.simulate([0.5, 0.0], 399)[:, 0])
    noisy = drawn + 0.02 * np.random.default_rng(0).normal(size=drawn.shape).astype(np.float32)
    assert len(Film({"truth": drawn, "baseline": noisy, "hnn": noisy}, "rods")._repr_html_()) < 500_000


def test_the_still_is_there_where_no_script_runs():
    page = example()._repr_html_()
    bare = re.sub(r"<iframe.*?</iframe>|<script.*?</script>", "", page, flags=re.S)          # what an untrusted notebook keeps
    assert 'alt="Two pendulums that swing, six frames of each"' in bare and film_module.ADVICE in bare
    still = pixels(re.search(r'src="([^"]+)"', bare)[1])
    assert still.shape[:2] == (2 * 28, film_module.STILLS * 28) and still[..., :3].min() < 0.2
    assert 'height:0' in page                              # without its script the frame takes no room


def test_titles_cannot_break_the_page():
    film = Film({'<b>"&</script>': np.zeros((3, 784))}, 'an "alt" & <more>')
    assert "<b>" not in film._repr_html_() and 'an &quot;alt&quot; &amp; &lt;more&gt;' in film._repr_html_()
    assert "</script>" not in film._page().split("<script>")[1].rsplit("</script>", 1)[0]


@pytest.mark.parametrize("call, words", [
    (lambda: Film({}, "nothing"), "films is empty"),
    (lambda: Film({"hnn": np.zeros((3, 100))}, "x"), r"films\['hnn'\] must hold states of 784"),
    (lambda: Film({"hnn": np.full((3, 784), np.nan)}, "x"), r"films\['hnn'\] contains 2352 values"),
    (lambda: Film({"hnn": np.zeros((3, 784)), "truth": np.zeros((4, 784))}, "x"), "same number of times"),
    (lambda: Film({"hnn": np.zeros((3, 784))}, "x", {"hnn": [1.0, 2.0]}), "same number of times"),
    (lambda: Film({"hnn": np.zeros((3, 784))}, "x", dt=0), "dt must be")])
def test_bad_films_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- in a browser

@pytest.fixture
def page(browser, tmp_path):
    """The example on a page; the browser looks into the film's frame."""
    path = tmp_path / "film.html"
    path.write_text(f'<!doctype html><html lang="en" data-theme="light"><title>page</title><body>{example()._repr_html_()}</body></html>')
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 900, "height": 700, "deviceScaleFactor": 1, "mobile": False})
    browser.get(path.as_uri())
    browser.switch_to.frame(browser.find_element("css selector", "iframe"))
    wait(browser, "return sheets.every((sheet) => sheet.complete)")
    yield browser
    browser.switch_to.default_content()
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    assert [text for text in complaints if "willReadFrequently" not in text] == []          # the tests do read frequently


def drawn(browser, number):
    """The opacities on a canvas, as whole shades, shape (28, 28)."""
    alpha = browser.execute_script(
        f"return [...canvases[{number}].getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)")
    return np.round(np.array(alpha).reshape(28, 28) / 255 * (film_module.SHADES - 1))


def test_the_canvas_shows_the_frame_of_the_slider(page):
    film = example()
    for frame in (0, 7, 20, TIMES - 1):
        page.execute_script("slider.value = arguments[0]; slider.oninput()", frame)
        for number, frames_of in enumerate(film.films.values()):
            np.testing.assert_allclose(drawn(page, number), film._pictures(frames_of[frame:frame + 1])[0], atol=1)
        assert page.execute_script("return label.textContent") == f"{frame * 0.05:.2f} s"
        assert float(page.execute_script("return now.getAttribute('x1')")) == pytest.approx(100 * frame / (TIMES - 1))


def test_it_plays_pauses_and_stops_at_the_end(page):
    button = page.find_element("css selector", "button")
    button.click()
    assert button.text == "pause"
    wait(page, "return frame > 5")
    button.click()
    stopped = page.execute_script("return frame")
    assert button.text == "play" and page.execute_script("return frame") == stopped
    page.execute_script("show(data.times - 4)")
    button.click()
    wait(page, "return !playing")
    assert page.execute_script("return frame") == TIMES - 1 and button.text == "play"
    button.click()
    assert page.execute_script("return frame") < TIMES - 1          # from the beginning
    button.click()


def test_keys(page):
    keys = selenium.Keys
    slider = page.find_element("css selector", "input")
    slider.send_keys(keys.ARROW_RIGHT, keys.ARROW_RIGHT, keys.PAGE_UP, keys.ARROW_LEFT)
    assert page.execute_script("return frame") == 11
    slider.send_keys(" ")
    wait(page, "return frame > 12")
    slider.send_keys(" ")
    assert not page.execute_script("return playing")
    button = page.find_element("css selector", "button")
    button.send_keys(" ")
    assert page.execute_script("return playing")
    button.send_keys(keys.ARROW_LEFT)
    assert not page.execute_script("return playing")
    assert page.execute_script("return slider.getAttribute('aria-valuetext')").endswith(" s")


def test_the_script_takes_the_stills_place(page):
    page.switch_to.default_content()
    assert not page.find_element("css selector", ".live-fallback").is_displayed()
    frame = page.find_element("css selector", "iframe")
    assert 200 < frame.size["height"] < 600
    page.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert page.find_element("css selector", ".live-fallback img").is_displayed() and not frame.is_displayed()
    page.execute_script("dispatchEvent(new Event('afterprint'))")
    assert frame.is_displayed()
    page.switch_to.frame(frame)


def test_it_follows_the_pages_theme_and_fits_a_phone(page):
    ink = "return getComputedStyle(document.body).color"
    light = page.execute_script(ink)
    page.switch_to.default_content()
    page.execute_script("document.documentElement.dataset.theme = 'dark'")
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 360, "height": 700, "deviceScaleFactor": 1, "mobile": False})
    page.switch_to.frame(page.find_element("css selector", "iframe"))
    wait(page, "return innerWidth < 361")
    assert page.execute_script(ink) != light
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert page.execute_script("return Math.min(...canvases.map((canvas) => canvas.clientWidth))") > 80
    wait(page, "return frameElement.clientHeight >= document.body.getBoundingClientRect().height - 1")
