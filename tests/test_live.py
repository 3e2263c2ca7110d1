"""Live figures: their mathematics against Python's with the same weights, and hands on them, in a browser that can reach nothing."""

import functools
import importlib.resources
import json
import re
import time

import numpy as np
import pytest
from conftest import ROOT, axe, wait

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.actions import Pendulum
from hnn_lite.page.live import frame, weights

selenium = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.action_chains import ActionChains          # noqa: E402

ARTEFACTS = ROOT / "artifacts" / "live"          # a picture of each figure, for a person to look at
MOST_BYTES, FIRST_FRAME, FRAME = {"pixels": 1_200_000}, 300, 1000 / 60          # bytes, where it is not 700,000; milliseconds
POINTS = np.random.default_rng(0).uniform(-1.5, 1.5, (20, 2))
SPRING, PENDULUM = hl.systems.mass_spring(k=3.0, m=0.7), hl.systems.pendulum(m=0.4, g=9.0, l=1.3)


@functools.cache
def fields(activation="tanh", hidden=(200, 200), steps=150):
    """A baseline and an HNN that have learned a little of the pendulum."""
    task, models = hl.data.fields.pendulum(seed=0), {}
    for name, model in (("baseline", hl.Baseline), ("hnn", hl.HNN)):
        models[name] = model(2, seed=0, hidden=hidden, activation=activation)
        if steps:
            hl.fit(models[name], task, steps=steps, progress=False)
    return models


@functools.cache
def straight():
    """An Action-Angle Network and a walker, of which the same is true."""
    task = hl.data.trajectories.pendulum(seed=0, paths=20)
    model, walker = hl.ActionAngleNetwork(2, shears=8, width=16, hidden=(16,), reach=20, seed=0), hl.EulerUpdate(2, seed=0, hidden=(50, 50))
    hl.fit(model, task, steps=60, batch=500, method="levenberg-marquardt", seed=0, progress=False)
    hl.fit(walker, task, steps=200, seed=0, progress=False)
    return model, walker


@functools.cache
def planets(dim):
    """A baseline and an HNN that have learned a little of two or three bodies."""
    task = {8: hl.data.fields.two_body, 12: hl.data.fields.three_body}[dim](seed=0, orbits=60)
    models = {"baseline": hl.Baseline(dim, seed=0), "hnn": hl.HNN(dim, seed=0)}
    for model in models.values():
        hl.fit(model, task, steps=150, batch=200, progress=False)
    return models


@functools.cache
def films():
    """The two models of the chapter on pixels, and films that they can see."""
    models = [hl.load(ROOT / "book" / "results" / f"pixel-pendulum-{name}-sharp-0.npz") for name in ("hnn", "baseline")]
    return *models, hl.data.pixel_pendulum.pendulum(seed=20, trials=10)


FIGURES = {
    "phase-space": lambda: page.live.PhaseSpace(),
    "integrator-race": lambda: page.live.IntegratorRace(),
    "three-ways": lambda: page.live.ThreeWays({"pendulum": fields()}),
    "action-angle": lambda: page.live.Torus(*straight()),
    "henon-heiles": lambda: page.live.HenonHeiles(),
    "bodies": lambda: page.live.Bodies(planets(12)),
    "pixels": lambda: page.live.Pixels(*films()),
}
figures = pytest.mark.parametrize("name", FIGURES)


@functools.cache
def output(name):
    return FIGURES[name]()._repr_html_()


def bare(figure):
    """An output without its still, which takes a second to draw."""
    return frame.embed(figure.page(), figure.title, "data:,", figure.alt, 100, frame.ADVICE)


# --- what Python gives

@pytest.mark.parametrize("shape", [(3, 4), (100, 100)])
def test_packed_weights_come_back_as_they_are_shown(shape):
    leaf = np.random.default_rng(1).normal(size=shape)
    (back,), = weights.quantised([(leaf,)])
    bound = np.abs(leaf).max() / 65_000 if leaf.size >= weights.LARGE else 1e-7 * np.abs(leaf).max()
    assert 0 < np.abs(back - leaf).max() <= bound
    (stored,), = weights.pack([(leaf,)])
    assert len(stored["data"]) < 2.7 * leaf.size + 4 if leaf.size >= weights.LARGE else stored["scale"] == 0
    assert (weights.pack([(np.zeros((100, 100)),)])[0][0]["scale"]) > 0          # nothing is divided by zero
    with pytest.raises(ValueError, match="NaN"):
        weights.pack([(leaf * np.nan,)])


@figures
def test_an_output_is_whole_and_small(name):
    page = output(name)
    assert len(page) < MOST_BYTES.get(name, 700_000)
    bare = re.sub(r"<iframe.*?</iframe>|<script.*?</script>", "", page, flags=re.S)          # what an untrusted notebook keeps
    assert frame.ADVICE in bare and "data:image/png" in bare and len(re.search(r'alt="([^"]*)"', bare)[1]) > 60
    assert "height:0" in page and "http" not in page.replace("http://www.w3.org", "")
    assert len(repr(FIGURES[name]())) < 120


def test_scripts_are_short():
    for path in importlib.resources.files(frame.__package__).joinpath("js").iterdir():
        assert len(path.read_text(encoding="utf-8").splitlines()) < 300, path.name


LAW = hl.systems.henon_heiles()


@pytest.mark.parametrize("call, words", [
    (lambda: page.live.PhaseSpace("pendulum"), "system must be a System"),
    (lambda: page.live.PhaseSpace(LAW), "unknown system 'henon-heiles'; choose one of: mass-spring, pendulum"),
    (lambda: page.live.PhaseSpace(SPRING, SPRING), "shown once"),
    (lambda: page.live.IntegratorRace(methods=["euler", "rk5"]), "unknown method 'rk5'"),
    (lambda: page.live.IntegratorRace(methods="euler"), "list of different names"),
    (lambda: page.live.IntegratorRace(methods=["euler", "euler"]), "list of different names"),
    (lambda: page.live.IntegratorRace(dt=2.0), "dt must be from 0.01 to 1"),
    (lambda: page.live.IntegratorRace(start=[1.0]), "start must hold states of 2"),
    (lambda: page.live.IntegratorRace(start=[[1.0, 0.0]]), "start must be one state"),
    (lambda: page.live.ThreeWays({}), "worlds must be a dict"),
    (lambda: page.live.ThreeWays({"lattice": fields()}), "unknown system 'lattice'"),
    (lambda: page.live.ThreeWays({"pendulum": {"hnn": hl.HNN(2)}}), "must be a dict with 'baseline', 'hnn'"),
    (lambda: page.live.ThreeWays({"pendulum": {"hnn": hl.Baseline(2), "baseline": hl.Baseline(2)}}), r"\['hnn'\] must be a plain model"),
    (lambda: page.live.ThreeWays({"pendulum": {"hnn": hl.HNN(4), "baseline": hl.Baseline(2)}}), r"\['hnn'\] must be a plain model"),
    (lambda: page.live.ThreeWays({"pendulum": {**fields(), "truth": SPRING}}), "is a mass-spring"),
    (lambda: page.live.ThreeWays({"pendulum": fields()}, shown=100), "shown must be at most 60"),
    (lambda: page.live.Torus(hl.HNN(2)), "model must be an ActionAngleNetwork"),
    (lambda: page.live.Torus(straight()[0], hl.NeuralODE(2)), "step_by_step must be an EulerUpdate"),
    (lambda: page.live.Torus(straight()[0], system=SPRING), "system must be a pendulum"),
    (lambda: page.live.Torus(straight()[0], starts=[[1.0, 0.0], [3.1, 0.0]]), "below nine tenths"),
    (lambda: page.live.Torus(straight()[0], shown=7), "shown must be at most 6"),
    (lambda: page.live.HenonHeiles(0.2), "energy must be from 1/24 to 1/6"),
    (lambda: page.live.HenonHeiles(starts=[[0.5, 1.0]]), "starts must be pairs of a share"),
    (lambda: page.live.HenonHeiles(starts=[0.5, 0.0]), "starts must be 1 to 10 pairs"),
    (lambda: page.live.Bodies({"hnn": planets(8)["hnn"]}), "models must be a dict with"),
    (lambda: page.live.Bodies({"hnn": planets(8)["hnn"], "baseline": planets(12)["baseline"]}), "must be a plain model of that kind"),
    (lambda: page.live.Bodies(fields()), "with dim = 8 or 12"),
    (lambda: page.live.Bodies(planets(8), system=hl.systems.three_body()), "system must be one of 2 bodies"),
    (lambda: page.live.Bodies(planets(8), start=np.ones((2, 8))), "start must be one state"),
    (lambda: page.live.Bodies(planets(8), shown=51), "shown must be at most 50"),
    (lambda: page.live.Pixels(*films()[1::-1], films()[2]), "hnn must be a PixelModel with the law 'hnn'"),
    (lambda: page.live.Pixels(*films()[:2], hl.data.pixel_pendulum.pendulum(trials=2, see="single")), "films must be a FilmTask")])
def test_what_cannot_be_shown_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- in a browser

@pytest.fixture
def show(browser, tmp_path):
    """Show an output on a page and look into its frame; at the end nothing may have been complained of or asked for."""

    def open_(page, width=760, height=760, calm=False, theme="light"):
        path = tmp_path / "page.html"
        path.write_text(f'<!doctype html><html lang="en" data-theme="{theme}" style="color-scheme:{theme}"><title>page</title>'
                        f'<body style="margin:0;background:{"#15191e" if theme == "dark" else "#fff"}">{page}</body></html>', encoding="utf-8")
        browser.switch_to.default_content()
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce" if calm else ""}]})
        browser.get(path.as_uri())
        browser.switch_to.frame(browser.find_element("css selector", "iframe"))
        wait(browser, "return Boolean(window.figure)")
        return browser

    browser.get_log("browser"), browser.get_log("performance")
    yield open_
    browser.switch_to.default_content()
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    asked = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in asked if event["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not re.match("file://.*page.html|data:|about:", url)] == []


def evaluate(browser, name, points):
    values = browser.execute_script("return figure.evaluate(arguments[0], arguments[1])", name, np.asarray(points, object).tolist())
    return np.array(values, float)


def pictures(browser):
    """What is drawn, and where the dots are."""
    return browser.execute_script("return [...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()).join() + "
                                  "[...document.querySelectorAll('.handle')].map((handle) => handle.style.transform).join()")


def busy(browser):
    """Milliseconds for which the page has kept its processor busy: the same on a crowded machine as on a quiet one."""
    metrics = {metric["name"]: metric["value"] for metric in browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
    return 1000 * metrics["ThreadTime"]


def settled(browser):
    """Once nothing is computed or drawn any more."""
    wait(browser, "const before = figure.stage.costs.length; return !figure.stage.playing && !figure.stage.asked && before > 0")
    time.sleep(0.05)
    wait(browser, "return !figure.stage.asked")


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


def test_systems_and_methods_are_pythons(show):
    browser = show(bare(page.live.PhaseSpace(PENDULUM, SPRING)))
    for system in (PENDULUM, SPRING):
        close(evaluate(browser, f"energy {system.name}", POINTS), system.hamiltonian(POINTS))
        close(evaluate(browser, f"gradient {system.name}", POINTS), system.gradient(POINTS))
        close(evaluate(browser, f"field {system.name}", POINTS), system.field(POINTS))
        for method, step in hl.integrate.METHODS.items():
            found = evaluate(browser, "step", [[method, 0.13, x, system.name] for x in POINTS.tolist()])
            close(found - POINTS, step(system.field, POINTS, 0.13) - POINTS)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus", "relu", "sin"])
def test_learned_laws_are_pythons(show, activation):
    size = {"hidden": (200, 200), "steps": 150} if activation == "tanh" else {"hidden": (12, 7), "steps": 0}
    models = fields(activation, **size)
    browser = show(bare(page.live.ThreeWays({"pendulum": {**models, "truth": PENDULUM}})))
    shown = {name: weights.as_shown(model) for name, model in models.items()}
    close(evaluate(browser, "baseline field pendulum", POINTS), shown["baseline"].field(POINTS))
    close(evaluate(browser, "hnn field pendulum", POINTS), shown["hnn"].field(POINTS))
    close(evaluate(browser, "hnn energy pendulum", POINTS), shown["hnn"].hamiltonian(POINTS))
    close(evaluate(browser, "hnn gradient pendulum", POINTS), shown["hnn"].gradient(POINTS))
    close(evaluate(browser, "truth field pendulum", POINTS), PENDULUM.field(POINTS))
    if activation == "tanh":
        assert np.abs(shown["hnn"].field(POINTS) - models["hnn"].field(POINTS)).max() > 1e-9          # they are not the same weights
        close(evaluate(browser, "hnn second pendulum", POINTS), hl.integrate.march("rk4", shown["hnn"].field, POINTS, 0.05, 20)[-1])
        for name, law in (("hnn", shown["hnn"]), ("truth", PENDULUM)):
            close(evaluate(browser, f"{name} climb pendulum", POINTS[:6]), law.add_energy(POINTS[:6], 0.25))


@pytest.mark.parametrize("other", [{}, {"activation": "sigmoid", "frequencies": "mlp"}, {"linear": 2, "hidden": (5, 4)}])
def test_the_action_angle_network_is_pythons(show, other):
    model, walker = straight()
    if other:
        model = hl.ActionAngleNetwork(2, shears=5, width=7, seed=2, scaling=model.scaling, **other)
        rng = np.random.default_rng(3)
        model.params = [tuple(leaf + 0.1 * rng.normal(size=leaf.shape) for leaf in layer) for layer in model.params]
    browser = show(bare(page.live.Torus(model, walker)))
    shown, times = weights.as_shown(model), np.linspace(-30, 1000, 20)
    close(evaluate(browser, "pairs", POINTS), shown.pairs(POINTS))
    close(evaluate(browser, "frequency", POINTS), shown.frequencies(shown.encode(POINTS)[0]))
    close(evaluate(browser, "advance", np.column_stack([times, POINTS])), shown.advance(POINTS, times))
    close(evaluate(browser, "exact", np.column_stack([times, POINTS])), [Pendulum().rollout(x, [0, t])[-1] for x, t in zip(POINTS, times, strict=True)])
    close(evaluate(browser, "exact", [[1e6, 1.3, 0.0]]), Pendulum().rollout([1.3, 0.0], [0, 1e6])[-1:])
    steps = 30
    close(evaluate(browser, "walk", np.column_stack([np.full(20, steps), POINTS])),
          weights.as_shown(walker).rollout(POINTS, [0, steps * walker.scaling.time])[-1])


def test_the_spot_keeps_its_area_along_the_motion_only(show):
    browser = show(output("phase-space"))
    areas = {}
    for way, label in enumerate(("motion", "uphill", "downhill")):
        browser.execute_script("document.querySelectorAll('input[name=\"flow along\"]')[arguments[0]].click(); restart()", way)
        before = evaluate(browser, "area", [0])[0]
        browser.execute_script("for (let k = 0; k < 120; k++) step(1 / 60)")
        after = evaluate(browser, "area", [0])[0]
        areas[label] = after[1:] / before[1:]
    np.testing.assert_allclose(areas["motion"], 1, rtol=1e-6)
    assert np.all(areas["uphill"] > 1.2) and np.all(areas["downhill"] < 0.8)


@figures
def test_mouse_keys_and_finger_move_it(show, name):
    browser = show(output(name), calm=True)          # nothing moves by itself
    settled(browser)
    seen = [pictures(browser)]
    assert pictures(browser) == seen[0]

    def changed():
        settled(browser)
        seen.append(pictures(browser))
        return seen[-1] != seen[-2]

    handle = browser.find_element("css selector", ".handle")
    ActionChains(browser).move_to_element(handle).click_and_hold().move_by_offset(-30, -18).release().perform()
    assert changed() and not browser.execute_script("return figure.stage.playing")
    spoken = handle.get_attribute("aria-valuetext")
    for key in (selenium.Keys.ARROW_LEFT, selenium.Keys.ARROW_DOWN, selenium.Keys.ARROW_RIGHT, selenium.Keys.ARROW_UP):
        handle.send_keys(key)
        assert changed() and handle.get_attribute("aria-valuetext") != spoken
        spoken = handle.get_attribute("aria-valuetext")
    actions = browser.execute_script("return ['.handle', 'canvas'].map((one) => getComputedStyle(document.querySelector(one)).touchAction)")
    assert actions[0] == "none" and actions[1] in ("manipulation", "pan-y")          # a finger on a dot moves it, elsewhere it scrolls the page
    x, y = browser.execute_script("const at = arguments[0].getBoundingClientRect(), frame = frameElement.getBoundingClientRect();"
                                  "return [frame.x + at.x + at.width / 2, frame.y + at.y + at.height / 2]", handle)
    for kind, points in (("touchStart", [(x, y)]), ("touchMove", [(x - 12, y + 15)]), ("touchMove", [(x - 25, y + 25)]), ("touchEnd", [])):
        browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]})
    assert changed()
    wait(browser, "return document.querySelector('[role=status]').textContent.length > 20")          # what it shows is also said
    for control in browser.find_elements("css selector", "input[type=range]"):
        control.send_keys(selenium.Keys.HOME)
        control.send_keys(*[selenium.Keys.ARROW_RIGHT] * 3)
        assert changed(), control.accessible_name


@figures
def test_it_plays_pauses_and_is_quick(show, name):
    first = []          # milliseconds by the clock, from when the frame was asked for; another test may hold the processor, so several times
    while len(first) < 6 and min(first, default=np.inf) > FIRST_FRAME:
        browser = show(output(name))
        first.append(browser.execute_script("return figure.first"))
    assert min(first) < FIRST_FRAME, first
    assert not browser.execute_script("return figure.stage.playing")          # it starts at rest
    play = browser.find_element("css selector", "button.play")
    settled(browser)
    before = pictures(browser)
    play.click()
    assert play.text == "pause"
    wait(browser, "return figure.stage.costs.length > 5")
    frames, before_frames = "return figure.stage.frames", busy(browser)
    begun = browser.execute_script(frames)
    wait(browser, f"return figure.stage.frames > {begun + 60}")
    assert (busy(browser) - before_frames) / (browser.execute_script(frames) - begun) < FRAME
    play.send_keys(" ")
    assert play.text == "play" and pictures(browser) != before
    still = pictures(browser)
    handle = browser.find_element("css selector", ".handle")
    ActionChains(browser).move_to_element(handle).click_and_hold().move_by_offset(-20, 10).release().perform()
    assert browser.execute_script("return figure.stage.playing")               # a dot that is let go moves
    handle.send_keys(" ")
    assert not browser.execute_script("return figure.stage.playing") and pictures(browser) != still


def test_a_joule_is_a_joule(show):
    browser = show(output("three-ways"), calm=True)
    wait(browser, "return Object.values(paths).every((path) => path.seconds >= 59.9)")
    numbers = "return [laws.truth.energy(paths.truth.at(now)), laws.hnn.energy(paths.hnn.at(now)), laws.truth.energy(paths.baseline.at(now))]"
    before = np.array(browser.execute_script(numbers))
    next(button for button in browser.find_elements("css selector", "button") if button.text == "add a joule").click()
    np.testing.assert_allclose(np.array(browser.execute_script(numbers)) - before, [1, 1, 0], atol=2e-3)


def test_the_torus_turns(show):
    browser = show(output("action-angle"), calm=True)
    settled(browser)
    torus, seen = browser.find_element("css selector", "canvas[tabindex]"), [pictures(browser)]
    ActionChains(browser).move_to_element(torus).click_and_hold().move_by_offset(40, 25).release().perform()
    for key in (None, selenium.Keys.ARROW_LEFT, selenium.Keys.ARROW_UP):
        if key:
            torus.send_keys(key)
        settled(browser)
        seen.append(pictures(browser))
    assert len(set(seen)) == 4
    assert browser.execute_script("return starts.join() === data.starts.join()")          # and nothing else is moved


@figures
def test_it_fits_small_and_large_in_both_themes(show, name):
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    inks = []
    for label, width, theme in (("light", 760, "light"), ("dark", 760, "dark"), ("phone", 320, "light"), ("large", 3840, "dark")):
        browser = show(output(name), width=width, height=1100, theme=theme)
        settled(browser)
        wait(browser, "return Math.abs(frameElement.clientHeight - document.body.getBoundingClientRect().height) < 2")
        inks.append(browser.execute_script("return getComputedStyle(document.body).color"))
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        assert browser.execute_script("return Math.min(...[...document.querySelectorAll('canvas')].map((canvas) => canvas.clientWidth))") > 250
        outside = browser.execute_script("return [...document.querySelectorAll('button, label, .numbers div, legend')]"
                                         ".filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.textContent)")
        assert outside == []
        browser.execute_script(axe())
        found = browser.execute_async_script("axe.run(document).then(arguments[0])")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
        browser.switch_to.default_content()
        browser.save_screenshot(str(ARTEFACTS / f"{name}-{label}.png"))
    assert inks[0] == inks[2] != inks[1] == inks[3]


@figures
def test_the_still_is_there_in_print(show, name):
    browser = show(output(name))
    browser.switch_to.default_content()
    assert not browser.find_element("css selector", ".live-fallback").is_displayed()
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    image = browser.find_element("css selector", ".live-fallback img")
    assert image.is_displayed() and image.size["width"] > 500 and not browser.find_element("css selector", "iframe").is_displayed()
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert browser.find_element("css selector", "iframe").is_displayed()
