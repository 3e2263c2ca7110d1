"""The diagrams of networks: their code is the library's, and a part that is pointed at, tapped or reached by key is lit."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from conftest import axe, wait
from test_live import bare, dress, show          # noqa: F401

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.page.live.diagram import DIAGRAMS

selenium = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.action_chains import ActionChains          # noqa: E402

diagrams = pytest.mark.parametrize("name", DIAGRAMS)
X = np.random.default_rng(0).normal(size=(20, 2))


def run(name, **given):
    """What is defined after a diagram's lines of code."""
    scope = {"np": anp, "elementwise_grad": elementwise_grad, **given}
    exec(page.live.Diagram(name).code, scope)
    return scope


def test_the_code_of_baseline_and_hnn_is_the_librarys():
    scope, models = run("hnn"), {"baseline": hl.Baseline(2, seed=1), "hnn": hl.HNN(2, seed=1)}
    for name, model in models.items():
        np.testing.assert_allclose(scope[name](model.params, X), model.field(X), rtol=1e-12, atol=1e-14)


def test_the_code_of_the_autoencoder_is_the_librarys():
    model, (x, x1) = hl.PixelModel(30, seed=1, hidden=8), np.random.default_rng(1).uniform(size=(2, 20, 30))
    scope = run("pixels", x=x, x1=x1, encode=model.encode, decode=model.decode, law=model.law.field, rollout=model.law.rollout, frames=[0.0, 1.0])
    assert scope["loss"] == pytest.approx(model.loss(model.params, x, x1), rel=1e-12)
    np.testing.assert_allclose(scope["film"], model.film(x, 1), rtol=1e-5)


def test_the_code_of_the_action_angle_network_is_the_librarys():
    model, rng = hl.ActionAngleNetwork(4, shears=4, width=5, hidden=(5,)), np.random.default_rng(2)
    model.params = hl.tree.rebuild(model.params, [leaf + 0.3 * rng.normal(size=leaf.shape) for leaf in hl.tree.leaves(model.params)])
    x = rng.normal(size=(20, 4))
    scope = run("action-angle", n=2, x=x, t=7.3, encoder=model.params["encoder"], rates=model.params["rates"], shear=hl.shears.shear,
                unshear=hl.shears.unshear, rotate=hl.shears.rotate, H=lambda I: hl.networks.mlp(model.params["network"], I, "tanh")[:, 0])
    np.testing.assert_allclose(scope["x_t"], model.advance(x, 7.3), rtol=1e-10, atol=1e-12)


@diagrams
def test_each_part_has_an_equation_and_almost_each_a_line_of_code(name):
    drawing = page.live.Diagram(name).drawing
    keys, in_code = {box.key for box in drawing.boxes}, {key for _, keys in drawing.code for key in keys.split()}
    assert keys == set(drawing.notes) and in_code <= keys and keys - in_code <= {"state", "x"}
    assert drawing.first in in_code and max(len(line) for line, _ in drawing.code) <= 42          # as many as a phone's width holds


def test_an_unknown_diagram_is_refused():
    with pytest.raises(ValueError, match="unknown diagram 'resnet'; choose one of: hnn, pixels, action-angle"):
        page.live.Diagram("resnet")


def lit(browser):
    """The number of lit boxes, the equation that is seen, the lines of code that are lit."""
    return browser.execute_script("""return [document.querySelectorAll('.part.lit').length,
        [...document.querySelectorAll('.equation')].filter((one) => getComputedStyle(one).visibility === 'visible').map((one) => one.textContent),
        [...document.querySelectorAll('.code .lit')].map((one) => one.textContent.trim())]""")


def test_pointing_tapping_and_keys_light_a_part(show):          # noqa: F811
    browser = show(bare(page.live.Diagram("hnn")))
    part = browser.find_elements("css selector", ".part")
    assert lit(browser) == [1, ["Ω(a, b) = (b, −a)"], ["return np.stack([dp, -dq], axis=1)"]]
    ActionChains(browser).move_to_element(part[3]).perform()          # hover
    assert lit(browser) == [1, ["ẋ = h2 W3"], ["return h @ W3", "baseline = mlp"]]
    part[6].click()          # both networks have this part
    assert lit(browser) == [2, ["h2 = tanh(h1 W2 + b2)"], ["h = np.tanh(h @ W2 + b2)"]]
    part[6].send_keys(selenium.Keys.ARROW_DOWN)
    assert lit(browser)[1] == ["Hθ(x) = h2 W3"] and part[7].get_attribute("aria-checked") == "true"
    browser.switch_to.active_element.send_keys(selenium.Keys.ARROW_UP)
    assert part[6].get_attribute("aria-checked") == "true" and [one.get_attribute("tabindex") for one in part].count("0") == 1
    line = [one for one in browser.find_elements("css selector", ".code div") if "elementwise_grad" in one.text]
    ActionChains(browser).move_to_element(line[0]).perform()          # and from the code back to the picture
    assert lit(browser)[:2] == [1, ["∇Hθ = (∂Hθ/∂q, ∂Hθ/∂p)"]]


@diagrams
def test_it_is_legible_on_a_phone_and_in_both_themes(show, name):          # noqa: F811
    browser = show(bare(page.live.Diagram(name)))
    for width, theme in ((342, "light"), (760, "light"), (760, "dark")):
        dress(browser, width, 1000, theme)
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        size, least = browser.execute_script("""const unit = document.querySelector('svg').getScreenCTM().a;
            return [14 * unit, Math.min(...[...document.querySelectorAll('.ring')].map((one) => one.getBoundingClientRect().height))]""")
        assert size >= 14 and least >= 44          # letters to read, boxes to tap
        over = browser.execute_script("""return [...document.querySelectorAll('.part')].filter((part) => {
            const words = part.querySelector('text').getBoundingClientRect(), box = part.querySelector('.box').getBoundingClientRect();
            return words.left < box.left + 3 || words.right > box.right - 3; }).map((part) => part.textContent)""")
        assert over == []
        heights = browser.execute_script("""return [...document.querySelectorAll('.part')].map((part) => { part.onclick();
            return document.body.getBoundingClientRect().height; })""")
        assert np.ptp(heights) < 1 and max(heights) < 720          # what stands below does not jump
        wrapped = browser.execute_script("""return [...document.querySelectorAll('.code .has')].filter((one) =>
            one.getBoundingClientRect().height > 25).map((one) => one.textContent)""")
        assert wrapped == []
        browser.execute_script(axe())
        found = browser.execute_async_script("axe.run(document).then(arguments[0])")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
