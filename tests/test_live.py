"""Live figures and films: their mathematics against Python's with the same weights, and hands on them, in a browser without a network."""

import base64
import functools
import io
import json
import re
import time
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pytest
from autograd import elementwise_grad, grad
from autograd import numpy as anp
from conftest import ROOT, axe, wait

import hnn_lite as hl
from hnn_lite import networks, page
from hnn_lite.actions import Pendulum
from hnn_lite.data import pixel_pendulum
from hnn_lite.page.beyond.friction import EnergyShaping, PortHNN
from hnn_lite.page.beyond import fields as fields_of_chains, noise, quantum_levels
from hnn_lite.page.live import film, frame, henon_heiles, pixels, solitons, square, standard_map, weights

selenium = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.action_chains import ActionChains          # noqa: E402

ARTEFACTS = ROOT / "artifacts" / "live"          # a picture of each figure, for a person to look at
GROUND = {"light": "#fff", "dark": "#15191e"}
POINTS = np.random.default_rng(0).uniform(-1.5, 1.5, (20, 2))
SPRING, PENDULUM = hl.systems.mass_spring(k=3.0, m=0.7), hl.systems.pendulum(m=0.4, g=9.0, l=1.3)
STAR = hl.systems.henon_heiles()
SHARES = np.random.default_rng(5).uniform([0.05, -0.9], [0.95, 0.9], (20, 2))


@functools.cache
def fields(activation="tanh", hidden=(16, 16), steps=150):
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
def planets(dim, hidden=(16, 16), steps=100):
    """A baseline and an HNN that have learned a little of two or three bodies."""
    task = {8: hl.data.fields.two_body, 12: hl.data.fields.three_body}[dim](seed=0, orbits=20)
    models = {"baseline": hl.Baseline(dim, seed=0, hidden=hidden), "hnn": hl.HNN(dim, seed=0, hidden=hidden)}
    for model in models.values():
        if steps:
            hl.fit(model, task, steps=steps, batch=200, progress=False)
    return models


@functools.cache
def blur():
    """Films of a spring without noise, the time between frames, and what the noise is made of."""
    x, dt = noise.films(hl.data.fields.mass_spring(seed=1, noise=0))
    return x, dt, np.random.default_rng(1).normal(size=x.shape)


@functools.cache
def springs():
    """A law of Toda's springs, learned well enough for its solitons to be seen."""
    model = fields_of_chains.RingHNN(seed=1)
    hl.fit(model, fields_of_chains.films(fields_of_chains.toda(), 0.5, 0.7, seed=1), 40, method="levenberg-marquardt", progress=False)
    return model


def briefly(figure, seconds=5.2):
    """The same figure with a tenth of its motion, in which one sees as well what a hand does to it."""
    whole = figure.data
    figure.data = lambda: whole() | {"end": seconds}
    return figure


@functools.cache
def springy():
    """Two networks that are to learn a spring in the browser."""
    return page.live.Training(hl.data.fields.mass_spring(seed=0))


class Var:
    """A number on a tape, as on the page about it, without the rules' formulas."""
    def __init__(self, tape, value, *rules, name=""):
        self.tape, self.value, self.rules, self.name = tape, value, [(parent, None) for parent in rules], name
        tape.append(self)

    def lift(self, other):
        return other if isinstance(other, Var) else Var(self.tape, other)

    def __add__(self, other):
        other = self.lift(other)
        return Var(self.tape, self.value + other.value, self, other, name="+")

    def __mul__(self, other):
        other = self.lift(other)
        return Var(self.tape, self.value * other.value, self, other, name="×")

    def of(self, name):
        return Var(self.tape, getattr(np, name)(self.value), self, name=name)

    __rmul__ = __mul__


def on_tape(expression, *inputs):
    """A tape of an expression of q and p, of what `Var` can do, and `of(x, name)`."""
    tape = []
    expression(*(Var(tape, value, name=name) for value, name in zip(inputs, "qp", strict=True)), of=Var.of)
    return tape


def energy_of_pendulum(q, p, of):
    return p * p * 0.5 + of(q, "cos") * -1.0


def everything(q, p, of):
    return of(of(q * p + of(p, "cos"), "tanh") * q + of(q * q * 3.0, "sin"), "cos") * p + q


@functools.cache
def pilot():
    """A port-HNN that has learned the pendulum with friction and a torque."""
    rng, model = np.random.default_rng(4), PortHNN(2, seed=0, hidden=(16, 16), drag="constant", inputs=1)
    x, u = rng.uniform([-3.6, -3.2], [3.6, 3.2], (400, 2)), rng.uniform(-1, 1, (400, 1))
    dx = hl.systems.pendulum().field(x) + np.concatenate([0 * u, u - 0.2 * x[:, 1:]], axis=-1)
    hl.fit(model, SimpleNamespace(x=x, u=u, dx=dx, test_x=x, test_u=u, test_dx=dx), 40, method="levenberg-marquardt", progress=False)
    return model


@functools.cache
def films():
    """The two models of the chapter on pixels, and films that they can see."""
    models = [hl.load(ROOT / "book" / "results" / f"pixel-pendulum-{name}-sharp-0.npz") for name in ("hnn", "baseline")]
    return *models, hl.data.pixel_pendulum.films(seed=20, trials=10)


TIMES = 61


def swings(curves=True):
    """A film of two pendulums."""
    path = pixel_pendulum.simulate([[0.5, 0.3], [-0.3, 0.8]], TIMES - 1)
    drawn, energy = pixel_pendulum.render(path[..., 0]), pixel_pendulum.energy(path)
    return page.Film({"truth": drawn[:, 0], "hnn": drawn[:, 1]}, "Two pendulums that swing to and fro, in two rows of six frames each",
                     {"truth": energy[:, 0], "hnn": energy[:, 1]} if curves else None)


def deck(count=8):
    """Shears with random weights."""
    rng = np.random.default_rng(3)
    return [(rng.normal(size=(1, 16)), rng.normal(size=16), 3.5 * rng.normal(size=16) / 16) for _ in range(count)]


def table():
    """Figures of three tasks, published and ours: ten seeds for the first, five for the others."""
    rng = np.random.default_rng(8)
    return [(task, quantity, model, rng.lognormal(1.0), rng.lognormal(size=10 if task == "spring" else 5))
            for task in ("spring", "pendulum", "bodies") for quantity in page.plots.QUANTITIES for model in ("baseline", "hnn")]


FIGURES = {
    "phase-space": lambda: page.live.PhaseSpace(),
    "integrator-race": lambda: page.live.IntegratorRace(),
    "three-ways": lambda: page.live.ThreeWays({"pendulum": fields()}),
    "action-angle": lambda: page.live.Torus(*straight()),
    "henon-heiles": lambda: page.live.HenonHeiles(),
    "noise-slider": lambda: page.live.NoiseSlider(*blur()),
    "loop-area": lambda: page.live.LoopArea(),
    "redraw": lambda: page.live.Redraw(table()),
    "shear-stack": lambda: page.live.ShearStack(deck()),
    "standard-map": lambda: page.live.StandardMap(),
    "square": lambda: page.live.Square(),
    "solitons": lambda: briefly(page.live.Solitons(springs())),
    "swing": lambda: page.live.Swing(fields()),
    "swing-up": lambda: page.live.SwingUp(pilot()),
    "tape": lambda: page.live.Tape(on_tape(energy_of_pendulum, 1.0, 0.8)),
    "training": springy,
    "bodies": lambda: page.live.Bodies(planets(12)),
    "quantum-levels": lambda: page.live.QuantumLevels(straight()[0]),
    "pixels": lambda: page.live.Pixels(*films()),
    "film": swings,
}
MOVING, SMALLEST = {"swing"}, {"film": 80, "loop-area": 140, "phase-space": 140, "swing": 110}          # what moves by itself; pixels across a panel on a phone
figures = pytest.mark.parametrize("name", FIGURES)


@functools.cache
def output(name):
    return FIGURES[name]()._repr_html_()


def bare(figure):
    """An output without its still, which takes a second to draw."""
    return frame.embed(figure.page(), figure.title, "data:,", figure.alt, 100)


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


def test_any_tree_of_weights_is_packed_and_a_law_that_is_more_than_its_network_is_refused():
    tree = {"encoder": [(np.eye(2), np.ones(2))], "rates": np.arange(3.0)}
    packed = weights.pack(tree)
    assert packed["rates"]["shape"] == (3,) and packed["encoder"][0][1]["shape"] == (2,)
    np.testing.assert_array_equal(weights.quantised(tree)["rates"], tree["rates"])

    class Separable(hl.HNN):
        def energy(self, params, x):
            return super().energy(params, 0 * x) + (x**2).sum(axis=-1)

    with pytest.raises(ValueError, match="Separable computes something else than its network"):
        page.live.ThreeWays({"pendulum": {"hnn": Separable(2), "baseline": hl.Baseline(2)}}).page()


@figures
def test_an_output_is_whole(name):
    page = output(name)
    bare = re.sub(r"<iframe.*?</iframe>|<script.*?</script>", "", page, flags=re.S)          # what an untrusted notebook keeps
    assert frame.ADVICE in bare and "data:image/png" in bare and len(re.search(r'alt="([^"]*)"', bare)[1]) > 60
    assert "height:0" in page and "http" not in page.replace("http://www.w3.org", "")
    assert len(repr(FIGURES[name]())) < 120


def test_outputs_are_small():
    large = {"hidden": (200, 200), "steps": 0}
    drawn = pixel_pendulum.render(pixel_pendulum.simulate([0.5, 0.0], 399)[:, 0])
    noisy = drawn + 0.02 * np.random.default_rng(0).normal(size=drawn.shape).astype(np.float32)
    for figure, most in ((page.live.ThreeWays({"pendulum": fields(**large)}), 600_000), (page.live.Bodies(planets(12, **large)), 600_000),
                         (page.live.Pixels(*films()), 1_200_000), (page.live.Torus(*straight()), 300_000),
                         (page.Film({"truth": drawn, "baseline": noisy, "hnn": noisy}, "rods"), 500_000)):
        assert len(bare(figure)) < most


@pytest.mark.parametrize("call, words", [
    (lambda: page.live.PhaseSpace("pendulum"), "system must be a System"),
    (lambda: page.live.PhaseSpace(STAR), "unknown system 'henon-heiles'; choose one of: mass-spring, pendulum"),
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
    (lambda: page.live.ThreeWays({"pendulum": {"hnn": hl.Baseline(2), "baseline": hl.Baseline(2)}}), "must be a model of the class HNN"),
    (lambda: page.live.ThreeWays({"pendulum": {"hnn": hl.HNN(4), "baseline": hl.Baseline(2)}}), "must be a model of the class HNN"),
    (lambda: page.live.ThreeWays({"pendulum": {**fields(), "truth": SPRING}}), "is a mass-spring"),
    (lambda: page.live.ThreeWays({"pendulum": fields()}, shown=100), "shown must be at most 60"),
    (lambda: page.live.Torus(hl.HNN(2)), "model must be an ActionAngleNetwork"),
    (lambda: page.live.Torus(straight()[0], hl.NeuralODE(2)), "step_by_step must be an EulerUpdate"),
    (lambda: page.live.Torus(straight()[0], system=SPRING), "system must be a pendulum"),
    (lambda: page.live.Torus(straight()[0], starts=[[1.0, 0.0], [3.1, 0.0]]), "below nine tenths"),
    (lambda: page.live.Torus(straight()[0], shown=7), "shown must be at most 6"),
    (lambda: page.live.QuantumLevels(hl.HNN(2)), "model must be an ActionAngleNetwork"),
    (lambda: page.live.QuantumLevels(hl.ActionAngleNetwork(2, frequencies="mlp")), "model must be an ActionAngleNetwork"),
    (lambda: page.live.QuantumLevels(straight()[0], SPRING), "system must be a pendulum"),
    (lambda: page.live.QuantumLevels(straight()[0], hbar=0.05), "hbar must be from 0.1 to 1"),
    (lambda: page.live.HenonHeiles(0.2), "energy must be from 1/24 to 1/6"),
    (lambda: page.live.HenonHeiles(starts=[[0.5, 1.0]]), "starts must be pairs of a share"),
    (lambda: page.live.HenonHeiles(starts=[0.5, 0.0]), "starts must be 1 to 10 pairs"),
    (lambda: page.live.NoiseSlider(*blur(), sigma=0.5), "sigma must be at most 0.3"),
    (lambda: page.live.NoiseSlider(blur()[0], 0.1, blur()[2][1:]), "must both have shape"),
    (lambda: page.live.Solitons(hl.HNN(2)), 'model must be a RingHNN with symmetry="shift"'),
    (lambda: page.live.Solitons(fields_of_chains.RingHNN(1, symmetry="none")), 'model must be a RingHNN with symmetry="shift"'),
    (lambda: page.live.Solitons(fields_of_chains.RingHNN(1), rates=(1.2, 1.5)), "rates must be two numbers from 0.4 to 1.3"),
    (lambda: page.live.LoopArea(SPRING), "system must be a pendulum"),
    (lambda: page.live.LoopArea(energy=1.0), "energy is a share of that at the top, from 0.05 to 0.99"),
    (lambda: page.live.ShearStack([]), "layers must be 1 to 20 shears"),
    (lambda: page.live.ShearStack(hl.shears.init_shears(2, 3, 4, 0)), "layers must be 1 to 20 shears"),
    (lambda: page.live.ShearStack(deck(3), shown=4), "shown must be at most 3"),
    (lambda: page.live.StandardMap(2.5), "K must be at most 2"),
    (lambda: standard_map.golden(1.0), "K must be from 0 to 0.9716, where the golden curve breaks"),
    (lambda: page.live.Redraw([]), "rows must have one row for each task"),
    (lambda: page.live.Redraw(table()[1:]), "rows must have one row for each task"),
    (lambda: page.live.Redraw([(*one, ours[: 4 if k else 9]) for k, (*one, ours) in enumerate(table())]), "at least 3 seeds, as many in each row"),
    (lambda: page.live.Redraw([(*one, -ours) for *one, ours in table()]), "must be one positive number"),
    (lambda: page.live.Square(start=[1.0]), "start must hold states of 2"),
    (lambda: page.live.Square(start=[[1.0, 0.0]]), "start must be one state"),
    (lambda: page.live.Square(dt=1.0), "dt must be from 0.05 to 0.95"),
    (lambda: page.live.Bodies({"hnn": planets(8)["hnn"]}), "models must be a dict with"),
    (lambda: page.live.Bodies({"hnn": planets(8)["hnn"], "baseline": planets(12)["baseline"]}), "must be a model of the class Baseline"),
    (lambda: page.live.Bodies(fields()), "with dim = 8 or 12"),
    (lambda: page.live.Bodies(planets(8), system=hl.systems.three_body()), "system must be one of 2 bodies"),
    (lambda: page.live.Bodies(planets(8), start=np.ones((2, 8))), "start must be one state"),
    (lambda: page.live.Bodies(planets(8), shown=51), "shown must be at most 50"),
    (lambda: page.live.Bodies(planets(8), train=0.2), "train must be at most 0.1"),
    (lambda: page.live.Pixels(*films()[1::-1], films()[2]), "hnn must be a PixelModel with the law 'hnn'"),
    (lambda: page.live.Pixels(*(hl.PixelModel(784, law, hidden=4) for law in ("hnn", "baseline")), films()[2]), "films must be a FilmTask"),
    (lambda: page.live.SwingUp(hl.HNN(2)), "model must be a PortHNN with dim = 2, inputs = 1"),
    (lambda: page.live.SwingUp(PortHNN(2, inputs=1)), "model must be a PortHNN with dim = 2, inputs = 1"),
    (lambda: page.live.SwingUp(pilot(), limit=2), "limit must be from 0.1 to 1.5"),
    (lambda: page.live.Tape([]), "nodes must be 2 to 20 numbers on a tape"),
    (lambda: page.live.Tape([1.0, 2.0]), "nodes must be 2 to 20 numbers on a tape"),
    (lambda: page.live.Tape(on_tape(everything, 1.0, 0.8)[::-1]), "does not stand before it"),
    (lambda: page.live.Tape(on_tape(lambda q, p, of: of(q * p, "exp"), 1.0, 0.8)), "unknown operation 'exp'"),
    (lambda: page.live.Tape([one := Var([], 1.0, name="q"), Var([], 2.0, one, name="+")]), "cannot be made from 1 numbers"),
    (lambda: page.live.Tape([one := Var([], 1.0), Var([], np.cos(1.0), one, name="cos")]), "begins with an input"),
    (lambda: page.live.Tape([one := Var([], 1.0, name="q"), Var([], 1.0, one, name="cos")]), "are not those of its operations"),
    (lambda: page.live.Training(SPRING), "task must be one of a mass on a spring"),
    (lambda: page.live.Training(hl.data.fields.pendulum()), "task must be one of a mass on a spring"),
    (lambda: page.live.Training(hl.data.fields.mass_spring(), width=100), "width must be at most 64"),
    (lambda: page.live.Training(hl.data.fields.mass_spring(), width=0), "width must be"),
    (lambda: page.live.Training(hl.data.fields.mass_spring(), seed=-1), "seed must be a whole number"),
    (lambda: page.Film({}, "nothing"), "films is empty"),
    (lambda: page.Film(np.zeros((3, 784)), "an array"), r"films must be a dict such as \{'truth': film\}, got ndarray"),
    (lambda: page.Film({"hnn": np.zeros((3, 100))}, "x"), r"films\['hnn'\] must hold states of 784"),
    (lambda: page.Film({"hnn": np.full((3, 784), np.nan)}, "x"), r"films\['hnn'\] contains 2352 values"),
    (lambda: page.Film({"hnn": np.zeros((3, 784)), "truth": np.zeros((4, 784))}, "x"), "same number of times"),
    (lambda: page.Film({"hnn": np.zeros((3, 784))}, "x", {"hnn": [1.0, 2.0]}), "same number of times"),
    (lambda: page.Film({"hnn": np.zeros((3, 784))}, "x", dt=0), "dt must be")])
def test_what_cannot_be_shown_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def png(address):
    """The picture in a data address, shape (height, width, 4), in [0, 1]."""
    return matplotlib.image.imread(io.BytesIO(base64.b64decode(address.removeprefix("data:image/png;base64,"))))


def test_a_sheet_holds_every_frame():
    shades = np.random.default_rng(0).integers(0, film.SHADES, (45, 28, 28)).astype(np.uint8)
    sheet = film.sheet(shades)
    assert sheet.shape == (3 * 28, 20 * 28)
    np.testing.assert_array_equal(sheet[2 * 28:, 4 * 28:5 * 28], shades[44])
    np.testing.assert_allclose(png(film.png(sheet))[..., 3] * (film.SHADES - 1), sheet, atol=0.1)


def test_frames_keep_their_brightness_within_a_shade():
    drawn = pixel_pendulum.render(np.linspace(-0.5, 0.5, 40))
    shades = page.Film({"truth": drawn}, "rods").shades(drawn)
    assert np.abs(shades.reshape(40, -1) / (film.SHADES - 1) * 0.5 - drawn).max() <= 0.5 / (film.SHADES - 1) / 2 + 1e-6


def test_a_masked_number_leaves_a_gap_in_a_curve():
    curve = np.ma.array([1.0, -999.0, 2.0], mask=[False, True, False])
    assert page.Film({"hnn": np.zeros((3, 784))}, "x", {"hnn": curve}).data()["curves"][0]["numbers"] == [1.0, None, 2.0]


def test_titles_cannot_break_the_page():
    figure = page.Film({'<b>"&</script>': np.zeros((3, 784))}, 'an "alt" & <more>')
    assert "<b>" not in figure._repr_html_() and 'an &quot;alt&quot; &amp; &lt;more&gt;' in figure._repr_html_()
    assert "</script>" not in figure.page().split("<script>")[1].rsplit("</script>", 1)[0]


# --- in a browser

def resize(browser, width, height):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def dress(browser, width, height, theme):
    """Give the page around a frame this size and this theme, and look into the frame when it has followed."""
    browser.switch_to.default_content()
    resize(browser, width, height)
    browser.execute_script("document.documentElement.dataset.theme = document.documentElement.style.colorScheme = arguments[0];"
                           "document.body.style.background = arguments[1]", theme, GROUND[theme])
    browser.switch_to.frame(browser.find_element("css selector", "iframe"))
    wait(browser, f"return innerWidth === {width} && document.documentElement.hasAttribute('data-dark') === ('{theme}' === 'dark')")


@pytest.fixture
def show(browser, tmp_path):
    """Show an output on a page and look into its frame; at the end nothing may have been complained of or asked for."""

    def open_(page, width=760, height=760, calm=False, theme="light"):
        path = tmp_path / "page.html"
        path.write_text(f'<!doctype html><html lang="en" data-theme="{theme}" style="color-scheme:{theme}"><title>page</title>'
                        f'<body style="margin:0;background:{GROUND[theme]}">{page}</body></html>', encoding="utf-8")
        browser.switch_to.default_content()
        resize(browser, width, height)
        calmer = {"name": "prefers-reduced-motion", "value": "reduce" if calm else ""}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [calmer]})
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


def settled(browser):
    """Once nothing is computed or drawn any more."""
    wait(browser, "return !figure.stage.playing && !figure.stage.asked && figure.stage.frames > 0")
    time.sleep(0.05)
    wait(browser, "return !figure.stage.asked")


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


def test_contours_are_where_the_function_has_its_levels(show):
    """Though it is asked at every other corner only: a quarter as often as there are corners, and a little beyond the edges."""
    browser = show(bare(page.live.LoopArea()))
    calls, corners, points = browser.execute_script("""
        const {pen} = plane, seen = [], keep = (...at) => seen.push(at), {X, Y} = plane.scale(), back = (scale, at) => (at - scale(0)) / (scale(1) - scale(0));
        let calls = 0;
        plane.pen = {beginPath() {}, moveTo: keep, lineTo: keep, stroke() {}};
        plane.contours(([x, y]) => { calls++; return y * y / 2 - 3 * Math.cos(x) + x ** 3 / 9; }, [-1.5, 0, 2], {}, 6);
        plane.pen = pen;
        return [calls, plane.width * plane.height / 36, seen.map(([x, y]) => [back(X, x), back(Y, y)])];""")
    x, y = np.array(points).T
    off = (y**2 / 2 - 3 * np.cos(x) + x**3 / 9)[:, None] - [-1.5, 0, 2]
    assert len(points) > 300 and np.abs(off).min(axis=1).max() < 0.01 and np.all(np.any(np.abs(off) < 0.01, axis=0))
    assert calls < 0.4 * corners


def test_systems_and_methods_are_pythons(show):
    browser = show(bare(page.live.PhaseSpace(PENDULUM, SPRING)))
    for system in (PENDULUM, SPRING):
        close(evaluate(browser, f"energy {system.name}", POINTS), system.hamiltonian(POINTS))
        close(evaluate(browser, f"gradient {system.name}", POINTS), system.gradient(POINTS))
        close(evaluate(browser, f"field {system.name}", POINTS), system.field(POINTS))
        for method, step in hl.integrate.METHODS.items():
            found = evaluate(browser, "step", [[method, 0.13, x, system.name] for x in POINTS.tolist()])
            close(found - POINTS, step(system.field, POINTS, 0.13) - POINTS)


def test_the_square_and_what_a_step_keeps_of_it_are_pythons(show):
    figure = page.live.Square(start=(0.7, -0.5))
    browser = show(bare(figure))
    for method in square.METHODS:
        for dt, steps in ((0.25, 1), (0.25, 20), (0.95, 3)):
            close(evaluate(browser, "corners", [[method, dt, steps]]), [figure.squares(method, dt, steps)[-1].ravel()])
            close(evaluate(browser, "area", [[method, dt, steps]]), [figure.area(method, dt, steps)])
            h = 2 * dt
            grown = {"euler": 1 + h**2, "rk4": 1 - h**6 / 72 + h**8 / 576}.get(method, 1)
            assert figure.area(method, dt, steps) == pytest.approx(grown**steps, rel=1e-9)
        if square.shadow(method, 0.4):
            path = hl.integrate.march(method, figure.system.field, figure.start, 0.4, 50)
            kept = evaluate(browser, "kept", [[method, 0.4, *x] for x in path.tolist()])
            np.testing.assert_allclose(kept, kept[0], rtol=1e-11)
            a, b, c = square.shadow(method, 0.4)
            np.testing.assert_allclose(kept, a * path[:, 0] ** 2 + b * path[:, 0] * path[:, 1] + c * path[:, 1] ** 2, rtol=1e-12)
    for method in ("symplectic_euler", "leapfrog"):          # and between two steps it is sheared
        for share in (0.2, 0.5, 0.9, 1.0):
            corners = evaluate(browser, "during", [[method, 0.4, share, *x] for x in (figure.start + square.CORNERS).tolist()])
            q, p = corners.T
            assert (q @ np.roll(p, -1) - p @ np.roll(q, -1)) / 2 == pytest.approx(square.SIDE**2, rel=1e-12)
        close(corners, figure.squares(method, 0.4, 1)[-1])


def test_the_standard_map_its_golden_curve_and_its_traveller_are_pythons(show):
    browser, x = show(bare(page.live.StandardMap())), np.pi + POINTS
    for K in (0.0, 0.7, 1.9):
        wanted = x
        for _ in range(5):
            wanted = standard_map.step(wanted, K)
        np.testing.assert_allclose(evaluate(browser, "after", [[K, 5, *one] for one in x.tolist()]), wanted, rtol=1e-9, atol=1e-9)
    for K in (0.0, 0.5, 0.95):
        curve = standard_map.golden(K)
        np.testing.assert_allclose(evaluate(browser, "golden", [K])[0], curve.ravel(), atol=1e-9)
        np.testing.assert_allclose(standard_map.step(curve, K)[:-1], curve[1:], atol=1e-9)          # it is an orbit,
        assert np.mean(curve[:, 1]) / (2 * np.pi) == pytest.approx(0.381966, abs=1e-5)          # with the golden section for a winding number
    high = standard_map.golden(0.95)[:, 1].max()
    for K, steps in ((0.95, 50_000), (1.5, 5000)):
        lowest, highest, *end = evaluate(browser, "travelled", [[K, steps]])[0]
        assert (max(highest, -lowest) < high) == (K < standard_map.BREAKS)          # the curve is a wall as long as it stands
    np.testing.assert_allclose(evaluate(browser, "travelled", [[0.95, 40]])[0, 2:],
                               functools.reduce(lambda x, _: standard_map.step(x, 0.95), range(40), np.array(standard_map.TRAVELLER)), atol=1e-6)


def test_the_draws_of_seeds_are_judged_as_in_python(show):
    figure = page.live.Redraw(table())
    browser = show(bare(figure))
    assert evaluate(browser, "outside", [None])[0] == figure.outside() == sum(
        published < ours.min() or published > ours.max() for *_, published, ours in table())
    drawn = evaluate(browser, "drawing", np.arange(1, 2001)).astype(int)
    assert all(set(drawn[:, k]) == set(range(count)) for k, count in enumerate((10, 5, 5)))
    shares = [np.bincount(drawn[:, k]) / len(drawn) * count for k, count in enumerate((10, 5, 5))]
    assert max(np.abs(share - 1).max() for share in shares) < 0.3          # no seed is preferred
    counts = [figure.outside(dict(zip(figure.tasks, one, strict=True))) for one in drawn]
    np.testing.assert_array_equal(evaluate(browser, "outside", drawn), counts)
    assert np.mean(counts) == pytest.approx(figure.expected(), abs=0.2)
    assert figure.expected() == pytest.approx(6 * 2 / 10 + 12 * 2 / 5)          # of n different numbers, two are the ends
    published, ours = figure.rows["spring", "energy_mse", "hnn"]
    close(evaluate(browser, "along", [[published, *ours]]), [np.log10(published / np.median(ours))])
    browser.execute_script("goTo(3)")
    assert browser.execute_script("return [counted, total]") == [3, sum(counts[:3])]


def test_the_stack_of_shears_is_pythons_and_keeps_every_tile(show):
    figure = page.live.ShearStack(deck())
    browser, shown = show(bare(figure)), weights.quantised(deck())
    close(evaluate(browser, "image", [[8, 1, *x] for x in POINTS.tolist()]), hl.shears.shear(shown, POINTS, "tanh"))
    for count, strength in ((0, 1), (1, 0.3), (4.35, 1), (7.9, 0.55)):
        close(evaluate(browser, "image", [[count, strength, *x] for x in POINTS.tolist()]), figure.image(POINTS, count, strength))
    rng = np.random.default_rng(7)
    settings = np.column_stack([rng.uniform(0, 8, 60), rng.uniform(0, 1, 60), rng.uniform(-1.25, 1.25, (60, 2))])
    np.testing.assert_allclose(evaluate(browser, "area", settings), 1, atol=5e-4)
    np.testing.assert_allclose(evaluate(browser, "back", settings), settings[:, 2:], atol=1e-12)
    assert np.abs(evaluate(browser, "image", settings) - settings[:, 2:]).max() > 1
    (low_q, high_q), (low_p, high_p) = figure.reach
    q, p = figure.image(figure.net(), 5).reshape(-1, 2).T
    assert low_q <= q.min() < q.max() <= high_q and low_p <= p.min() < p.max() <= high_p


@pytest.mark.parametrize("system", [hl.systems.pendulum(), PENDULUM], ids=["book", "other"])
def test_a_loops_area_and_its_slope_are_pythons(show, system):
    figure = page.live.LoopArea(system)
    browser = show(bare(figure))
    energies = figure.top * np.array([0.05, 0.3, 0.7, 0.95, 0.99])
    areas, periods = np.transpose([figure.area_and_period(energy) for energy in energies])
    close(evaluate(browser, "area", energies), areas)
    close(evaluate(browser, "period", energies), periods)
    for found in ("slope", "clock"):          # from areas alone, and from a clock alone
        np.testing.assert_allclose(evaluate(browser, found, energies), periods, rtol=2e-5)
    corners = evaluate(browser, "corner", [[energy, turn] for energy in energies for turn in (0.0, 0.2, 0.6)])
    np.testing.assert_allclose(system.hamiltonian(corners), np.repeat(energies, 3), rtol=1e-9)
    browser.execute_script("lift(arguments[0]); step(1.7)", energies[2])          # and the dot goes round with that period
    moved = browser.execute_script("return dot")
    close(moved, figure.exact.advance(browser.execute_script("lift(arguments[0], [0, 1]); return dot", energies[2]), 1.7))


def test_constants_fitted_to_noisy_films_are_pythons(show):
    figure = page.live.NoiseSlider(*blur())
    browser = show(bare(figure))
    for sigma in (0.0, 0.1, 0.3):
        arrows, shot, _ = figure.fits(sigma)
        close(evaluate(browser, "arrows", [sigma])[0], np.array(arrows))
        close(evaluate(browser, "films", [sigma])[0], np.array(shot))


def test_the_noise_slider_is_moved_by_keys(show):
    browser = show(bare(page.live.NoiseSlider(*blur())))
    settled(browser)
    before, slider = pictures(browser), browser.find_elements("css selector", ".slider input")[-1]
    slider.send_keys(*[selenium.Keys.ARROW_RIGHT] * 5)
    settled(browser)
    assert pictures(browser) != before and browser.find_elements("css selector", ".slider output")[-1].text == "0.20"


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus", "relu", "sin"])
def test_learned_laws_are_pythons(show, activation):
    size = {"hidden": (200, 200), "steps": 20} if activation == "tanh" else {"hidden": (12, 7), "steps": 0}
    models = fields(activation, **size)
    if activation == "sin":          # and learned laws of data far from size one
        for model in models.values():
            model.scaling = hl.scaling.Scaling.of_rates(1e-3 * POINTS * [1, 50] + 1, 1e4 * POINTS)
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
        slopes = [elementwise_grad(lambda x, i=i: shown["baseline"].field(x)[..., i])(POINTS)[..., i] for i in range(2)]
        np.testing.assert_allclose(evaluate(browser, "divergence pendulum", POINTS), sum(slopes), atol=1e-4 * np.abs(slopes).max())
        full, colour = browser.execute_script("""
            const { width, height } = plane.canvas, { X, Y } = plane.scale(), drawn = plane.pen.getImageData(0, 0, width, height).data;
            const at = ([q, p]) => 4 * (Math.round(Y(p)) * width + Math.round(X(q)));
            return [data.systems.pendulum.full, arguments[0].map((x) => [...drawn.slice(at(x), at(x) + 4)])]""", POINTS.tolist())
        strong = np.abs(sum(slopes)) > 0.3 * full
        violet = np.diff(np.array(colour)[strong][:, [0, 2]])[:, 0] > 0          # more blue than red
        assert strong.sum() > 8 and np.mean(violet == (sum(slopes)[strong] > 0)) > 0.85          # what is drawn over it may have another colour


@pytest.mark.parametrize("other", [{}, {"activation": "sigmoid", "frequencies": "mlp"}, {"linear": 2, "hidden": (5, 4)}])
def test_the_action_angle_network_is_pythons(show, other):
    model, walker = straight()
    if other:
        model = hl.ActionAngleNetwork(2, shears=5, width=7, seed=2, scaling=model.scaling, **other)
        rng = np.random.default_rng(3)
        model.params = hl.tree.rebuild(model.params, [leaf + 0.1 * rng.normal(size=leaf.shape) for leaf in hl.tree.leaves(model.params)])
    browser = show(bare(page.live.Torus(model, walker)))
    shown, times = weights.as_shown(model), np.linspace(-30, 1000, 20)
    close(evaluate(browser, "pairs", POINTS), shown.pairs(POINTS))
    close(evaluate(browser, "frequency", POINTS), shown.frequencies(shown.encode(POINTS)[0]))
    close(evaluate(browser, "advance", np.column_stack([times, POINTS])), shown.advance(POINTS, times))
    close(evaluate(browser, "exact", np.column_stack([times, POINTS])),
          [Pendulum().rollout(x, [0, t])[-1] for x, t in zip(POINTS, times, strict=True)])
    close(evaluate(browser, "exact", [[1e6, 1.3, 0.0]]), Pendulum().rollout([1.3, 0.0], [0, 1e6])[-1:])
    steps = 30
    close(evaluate(browser, "walk", np.column_stack([np.full(20, steps), POINTS])),
          weights.as_shown(walker).rollout(POINTS, [0, steps * walker.scaling.time])[-1])


@pytest.mark.parametrize("expression", [energy_of_pendulum, everything])
def test_the_tapes_values_and_slopes_are_autograds(show, expression):
    def plain(x):
        return expression(*x, of=lambda x, name: getattr(anp, name)(x))

    figure = page.live.Tape(on_tape(expression, 1.0, 0.8))
    browser = show(bare(figure))
    wanted = np.array([grad(plain)(x) for x in POINTS])
    values, slopes = evaluate(browser, "values", POINTS), evaluate(browser, "slopes", POINTS)
    np.testing.assert_allclose(values[:, -1], plain(POINTS.T), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(slopes[:, figure.inputs], wanted, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose([figure.values(x) for x in POINTS], values, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose([figure.slopes(x) for x in POINTS], slopes, rtol=1e-11, atol=1e-12)
    for which, by in ((0, 0.3), (1, -0.2)):
        there = POINTS + by * np.eye(2)[which]
        found = evaluate(browser, "nudge", [[which, by, *x] for x in POINTS.tolist()])
        np.testing.assert_allclose(found, np.stack([plain(there.T) - plain(POINTS.T), by * wanted[:, which]], axis=1), rtol=1e-10, atol=1e-12)


def test_the_tape_is_stepped_through_and_says_what_a_nudge_did(show):
    browser = show(output("tape"), calm=True)
    settled(browser)
    button = {one.text: one for one in browser.find_elements("css selector", "button")}
    said, seen = [], []
    for _ in range(16):
        button["one step"].click()
        settled(browser)
        said.append(browser.execute_script("return plane.spoken.text"))
        seen.append(pictures(browser))
    assert said[:5] == ["forward: 0.800 × 0.800 = 0.640", "forward: 0.640 × 0.5 = 0.320", "forward: cos 1.000 = 0.540", "forward: 0.540 × −1 = −0.540",
                        "forward: 0.320 + −0.540 = −0.220"]
    assert said[5] == "backward: the slope of H by itself is 1" and said[14] == "backward: 0.500 × 0.800 = 0.400 goes to p" and said[15] == ""
    assert len(set(seen)) == 16
    handle = browser.find_elements("css selector", ".handle")[1]
    handle.send_keys(selenium.Keys.ARROW_UP)
    settled(browser)
    said = "return stage.shown.map(({ label, text }) => label + ' ' + text)"
    assert browser.execute_script(said)[1:] == ["nudge p by +0.10", "H changes by +0.0850", "slope × nudge +0.0800"]
    assert handle.get_attribute("aria-valuetext") == "p = 0.900"
    handle.send_keys(selenium.Keys.ARROW_RIGHT)
    settled(browser)
    assert handle.get_attribute("aria-valuetext") == "p = 0.910"          # to the side, a tenth as far
    assert browser.execute_script(said)[3] == "slope × nudge +0.0090"          # the slope is that of p = 0.9
    button["start again"].click()
    settled(browser)
    assert handle.get_attribute("aria-valuetext") == "p = 0.800"


def test_training_in_the_browser_is_pythons(show):
    figure = page.live.Training(hl.data.fields.mass_spring(seed=3), seed=5)
    browser = show(bare(figure))
    moved, far = figure.task.x.copy(), [1.1, 0.7]
    moved[figure.chosen] = far

    def flat(params):
        return np.concatenate([leaf.ravel() for leaf in hl.tree.leaves(params)])

    for x, place in ((None, []), (moved, far)):
        for name, (model, losses) in figure.trained(100, x).items():
            np.testing.assert_allclose(evaluate(browser, "weights", [[name, 100, *place]])[0], flat(model.params), rtol=0, atol=1e-7)
            np.testing.assert_allclose(evaluate(browser, "losses", [[name, 100, *place]])[0][:100], losses, rtol=1e-7)
            assert losses[-1] < 0.1 * losses[0]
            task = figure.task if x is None else SimpleNamespace(x=moved, dx=figure.task.dx)
            slopes = grad(lambda params, model=model, task=task: model.loss(params, task.x, task.dx))(model.params)
            np.testing.assert_allclose(evaluate(browser, "slopes", [[name, 100, *place]])[0], flat(slopes), rtol=0, atol=1e-7)
            end = hl.integrate.march("rk4", model.field, np.array([0.7, 0.0]), 0.1, 300)[-1]
            kept = evaluate(browser, "kept", [[name, 100, *place]])[0]
            assert kept == pytest.approx(np.sum(end**2) / 0.49, rel=1e-5) == pytest.approx(figure.kept(model), rel=1e-3)
    before = figure.models()
    for name in before:          # what is on the stage has not been trained by this
        close(evaluate(browser, "field", [[name, *x] for x in POINTS.tolist()]), before[name].field(POINTS))
    close(evaluate(browser, "energy", POINTS), before["hnn"].hamiltonian(POINTS))


def test_training_goes_on_while_a_state_is_held_pauses_at_its_goal_and_starts_again(show):
    browser = show(output("training"))
    settled(browser)
    button = {one.text: one for one in browser.find_elements("css selector", "button")}
    losses = "return [steps(), learners.baseline.losses.slice(), learners.hnn.losses.slice()]"
    button["one step"].click()
    button["one step"].click()
    assert browser.execute_script("return steps()") == 2
    button["play"].click()
    wait(browser, "return !stage.playing")
    count, *both = browser.execute_script(losses)
    assert count == 400 and [len(one) for one in both] == [401, 401]
    floor = np.mean((2 * hl.apply_omega(springy().task.x) - springy().task.dx) ** 2)
    assert max(abs(one[-1] / floor - 1) for one in both) < 0.15
    state = browser.find_element("css selector", ".handle")
    held = ActionChains(browser).move_to_element(state).click_and_hold().move_by_offset(40, -50)
    held.perform()
    wait(browser, "return steps() > 410")
    count, *both = browser.execute_script(losses)
    assert both[0][-1] > both[0][399]          # one state in the wrong place makes the arrows harder to learn
    ActionChains(browser).release().perform()
    wait(browser, f"return stage.playing && steps() > {count + 5}")
    button["start again"].click()
    assert browser.execute_script("return [stage.playing, steps(), points.join() === data.x.join()]") == [False, 0, True]
    np.testing.assert_allclose(browser.execute_script("return learners.hnn.losses[0]"), springy().trained(1)["hnn"][1][0], rtol=1e-9)


def test_quantum_levels_are_pythons(show):
    model = straight()[0]
    figure = page.live.QuantumLevels(model)
    browser = show(bare(figure))
    shown, exact = weights.as_shown(model), Pendulum()
    for hbar, count in ((0.1, 40), (0.25, 20), (1.0, 8)):
        close(evaluate(browser, "quantum", [[hbar, count]]), [quantum_levels.pendulum_levels(hbar, count)])
        n = np.arange(int(figure.most / hbar + 0.5))
        loops = evaluate(browser, "loops", [hbar])[0]
        close(loops[:len(n)], quantum_levels.torus_levels(shown, n[:, None], hbar))
    actions = np.array([0.3, 1.2, 2.9, 3.1])
    close(evaluate(browser, "swing", actions), exact.energy(actions[:, None]))
    assert np.abs(evaluate(browser, "learned", actions[:2]) - quantum_levels.torus_levels(shown, actions[:2, None], 1.0, maslov=0)).max() < 1e-9
    for action in (0.7, 2.0, 3.0):          # a loop of the network, and one of the formula, have the area that they are named after
        loop = np.reshape(evaluate(browser, "area", [action]), (-1, 2))[:-1]
        assert abs(hl.actions.loop_action(loop) / action - 1) < 1e-6
    for action in (1.8, 3.0):               # once over the top
        E, q = evaluate(browser, "rotation", [action])[0], 2 * np.pi * np.arange(500) / 500
        assert abs(np.mean(np.sqrt(E - 3 * (1 - np.cos(q)))) / action - 1) < 1e-9


def test_the_star_and_its_section_are_pythons(show):
    browser = show(bare(page.live.HenonHeiles()))      
    z = hl.systems.henon_heiles(1 / 8).sample(20, seed=1)
    close(evaluate(browser, "energy", z), STAR.hamiltonian(z))
    close(evaluate(browser, "field", z), STAR.field(z))
    close(evaluate(browser, "step", z) - z, hl.integrate.yoshida4(STAR.field, z, 0.1) - z)
    for energy in (1 / 24, 1 / 10, 1 / 6):
        begin = henon_heiles.states(SHARES, energy)
        np.testing.assert_allclose(STAR.hamiltonian(begin), energy, rtol=1e-12)
        assert np.all(begin[:, 0] == 0) and np.all(begin[:, 2] > 0)
        close(evaluate(browser, "state", np.column_stack([SHARES[:, 0], np.full(20, energy), SHARES[:, 1]])), begin)
        close(evaluate(browser, "edges", [energy]), [henon_heiles.edges(energy)])
    begin = henon_heiles.states(SHARES, 1 / 12)
    dots = henon_heiles.section(begin, 80)
    close(evaluate(browser, "section", np.column_stack([np.full(20, 10), begin])), [each[:10].ravel() for each in dots])
    close(evaluate(browser, "next", begin), [each[0] for each in dots])
    path = STAR.rollout(begin[0], np.linspace(0, 80, 40_001))
    up = np.flatnonzero((path[:-1, 0] < 0) & (path[1:, 0] >= 0))
    np.testing.assert_allclose(dots[0], path[up][:, [1, 3]], atol=2e-3)          # the solver's path comes through at the same places


def test_a_dot_shows_its_path_and_a_path_its_dot(show):
    browser = show(output("henon-heiles"), calm=True)
    settled(browser)
    shares, dots = browser.execute_script("return [stars.map((star) => star.shares), stars.map((star) => star.dots[40])]")
    np.testing.assert_array_equal(evaluate(browser, "at", dots), shares)
    assert evaluate(browser, "at", [[0.0, 0.0]]).tolist() == [[0, 0]]
    canvases = browser.find_elements("css selector", "canvas")

    def hover(canvas, panel, place):
        x, y = browser.execute_script(f"const {{ X, Y }} = {panel}.scale(), at = {place}; return [X(at[0]), Y(at[1])]")
        middle = canvas.size["width"] / 2, canvas.size["height"] / 2
        ActionChains(browser).move_to_element_with_offset(canvas, round(x - middle[0]), round(y - middle[1])).perform()

    hover(canvases[0], "plane", "stars[1].dots[40]")
    wait(browser, "return lit && lit.star === stars[1]")
    dot, following, stored = browser.execute_script("return [lit.dot, lit.next, lit.star.dots]")
    close(following, stored[stored.index(dot) + 1])          # where its path comes through next
    seen = [settled(browser) or pictures(browser)]
    hover(canvases[1], "room", "current().way[current().way.length - 200]")
    wait(browser, "return lit && lit.star === current() && lit.way[0].length === 4")
    near = browser.execute_script("return current().dots.map((dot) => Math.hypot(dot[0] - lit.next[0], dot[1] - lit.next[1]))")
    assert min(near[-40:]) < 1e-3          # the state of the path that was pointed at leads to one of the last dots
    seen += [settled(browser) or pictures(browser)]
    hover(canvases[0], "plane", "[0.0, 0.0]")
    seen += [settled(browser) or pictures(browser)]
    assert len(set(seen)) == 3 and browser.execute_script("return lit") is None


def test_stars_take_turns_and_a_sweep_draws_the_section_of_every_energy(show):
    browser = show(output("henon-heiles"), calm=True)
    settled(browser)
    where = "return [current().shares, current().dots.length, current().dots[250], handle.get()]"
    button = next(one for one in browser.find_elements("css selector", "button") if one.text == "next star")
    first, turns = browser.execute_script(where), []
    for _ in henon_heiles.STARTS:
        button.click()
        settled(browser)
        turns.append(browser.execute_script(where))
        assert browser.execute_script("return lit.star === current()")
    assert sorted(map(tuple, henon_heiles.STARTS)) == sorted(tuple(turn[0]) for turn in turns) and turns[-1] == first          # with the same dots
    sweep = browser.find_elements("css selector", "input[type=radio]")[2]
    sweep.send_keys(" ")
    assert not browser.execute_script("return stage.playing")          # whoever wants calm presses play
    browser.execute_script("stage.work = () => false; stage.move(1.2)")
    energy, begin, shown = browser.execute_script("return [energy, stars.map((star) => star.z), slider.input.getAttribute('aria-valuetext')]")
    assert energy == pytest.approx(1 / 8 + 0.1 * (1 / 6 - 1 / 24), abs=0.02 / 24) and shown == f"{energy:.4f}"
    np.testing.assert_allclose(STAR.hamiltonian(np.array(begin)), energy, rtol=1e-12)
    browser.execute_script("stage.move(20)")
    assert browser.execute_script("return energy") == 1 / 6 and not browser.execute_script("return stage.playing")
    browser.execute_script("stage.move(0.1)")          # and from the beginning
    assert browser.execute_script("return energy") == pytest.approx(1 / 24 + 0.1 / 12 / 8, abs=0.02 / 24)


def test_the_spot_is_as_large_as_its_grip_says_and_friction_shrinks_it(show):
    browser = show(output("phase-space"), calm=True)
    settled(browser)
    grip, slider = browser.find_elements("css selector", ".handle")[1], browser.find_element("css selector", ".slider input")
    ActionChains(browser).move_to_element(grip).click_and_hold().move_by_offset(-80, 50).release().perform()
    settled(browser)
    assert grip.get_attribute("aria-valuetext") == "radius 1.00"          # the largest
    grip.send_keys(selenium.Keys.SHIFT, selenium.Keys.ARROW_LEFT, selenium.Keys.NULL, selenium.Keys.ARROW_UP)
    settled(browser)
    assert grip.get_attribute("aria-valuetext") == "radius 0.92"
    slider.send_keys(selenium.Keys.END)
    browser.execute_script("for (let k = 0; k < 150; k++) step(1 / 60); stage.touch()")
    settled(browser)
    (seconds, area, energy), = evaluate(browser, "area", [0])
    assert area / (np.pi * 0.92**2) == pytest.approx(np.exp(-0.5 * seconds), rel=1e-4) and seconds == pytest.approx(2.5)
    assert re.findall(r"[\d.]+ %", browser.find_element("css selector", ".numbers").text) == ["28.7 %"] * 2          # e^-1.25
    system = hl.systems.pendulum()
    end = hl.integrate.solve_ivp(lambda x: system.field(x) - 0.5 * x * [0, 1], np.array([1.5, 0.8]), [0, 2.5])[-1]
    close(browser.execute_script("return dot"), end)
    assert energy == pytest.approx(system.hamiltonian(end), rel=1e-5)
    browser.execute_script("document.querySelectorAll('input[name=\"flow along\"]')[1].click()")          # uphill there is no friction
    assert not slider.is_enabled() and evaluate(browser, "area", [0])[0, 0] == 0


def toda_path(x, t, twist):
    return hl.integrate.solve_ivp(lambda x: fields_of_chains.toda().field(x, twist), x, [0, t])[-1]


def test_solitons_and_how_far_they_jump_are_pythons(show):
    rates = (1.1, 0.7)
    browser = show(bare(page.live.Solitons(springs(), rates)))
    shown, toda, twist = weights.as_shown(springs()), fields_of_chains.toda(), fields_of_chains.twist_of(rates)
    x = np.random.default_rng(4).normal(size=(5, 2 * solitons.SITES))
    close(evaluate(browser, "truth field", x), toda.field(x, twist))
    close(evaluate(browser, "hnn field", x), shown.field(x, twist))
    begin = solitons.state(rates)
    close(evaluate(browser, "state", [rates])[0], begin)
    step = solitons.step(lambda x: shown.field(x, twist), begin, solitons.STEP)
    close(evaluate(browser, "hnn step", [begin])[0] - begin, step - begin)
    close(evaluate(browser, "humps", [begin])[0], solitons.STARTS)
    for t in (7.3, 45.0):          # in Toda's own springs, and from tops between two sites
        now = toda_path(begin, t, twist)
        close(evaluate(browser, "humps", [now])[0], solitons.humps(solitons.squeeze(now, twist)))
    leads = [solitons.lead(solitons.humps(solitons.squeeze(toda_path(begin, t, twist), twist)), rates, k, t) for t in (7.3, 45.0) for k in (0, 1)]
    wanted = np.abs(np.log(fields_of_chains.overlap(rates, (1, -1)))) / (2 * np.array(rates))
    close(evaluate(browser, "theory", [rates, rates[::-1]]), wanted)
    np.testing.assert_allclose(leads, [0, 0, *wanted], atol=2e-3)
    found = evaluate(browser, "leads", [45.0])[0]
    np.testing.assert_allclose(found, solitons.leads(shown, rates, 45.0), atol=1e-6)
    np.testing.assert_allclose(found, wanted, atol=0.02)          # and the learned springs jump as theory says


@pytest.mark.parametrize("dim", [8, 12])
def test_bodies_and_what_is_learned_of_them_are_pythons(show, dim):
    models = planets(dim, hidden=(200, 200), steps=20)
    system = hl.systems.two_body((1.0, 0.6), G=1.3) if dim == 8 else hl.systems.three_body((1.0, 0.7, 1.2), G=1.3)
    browser = show(bare(page.live.Bodies(models, system=system)))      
    shown = {name: weights.as_shown(model) for name, model in models.items()}
    x = system.sample(20, seed=3)
    for way, law in {**shown, "truth": system}.items():
        close(evaluate(browser, f"{way} field", x), law.field(x))
    for way, law in {"hnn": shown["hnn"], "truth": system}.items():
        close(evaluate(browser, f"{way} energy", x), law.hamiltonian(x))
        close(evaluate(browser, f"{way} after", np.column_stack([np.full(5, 2.0), x[:5]])), law.rollout(x[:5], [0, 2.0])[-1])
    assert np.abs(shown["hnn"].field(x) - models["hnn"].field(x)).max() > 1e-9          # they are not the same weights
    start = page.live.Bodies(models, system=system).start
    np.testing.assert_allclose([*system.centre_of_mass(start), *system.momentum(start)], 0, atol=1e-12)
    together, alone = evaluate(browser, "moved", [[True, 0, 0.4, 1.1], [False, 0, 0.4, 1.1]])
    for moved in (together, alone):
        np.testing.assert_allclose(system.positions(moved)[0], [0.4, 1.1], rtol=1e-12)
    size = np.hypot(0.4, 1.1) / np.linalg.norm(system.positions(start)[0])
    np.testing.assert_allclose([system.hamiltonian(together), system.angular_momentum(together)],
                               [system.hamiltonian(start) / size, system.angular_momentum(start) * np.sqrt(size)], rtol=1e-9)
    np.testing.assert_allclose(np.delete(alone, [0, dim // 4]), np.delete(start, [0, dim // 4]), rtol=1e-12)
    close(evaluate(browser, "whole", x), np.concatenate([system.centre_of_mass(x), system.momentum(x)], axis=-1))
    pushed = np.zeros(dim)          # from the train everything goes to the right as well
    pushed[dim // 2:3 * dim // 4] = 0.07 * system.masses
    np.testing.assert_allclose(evaluate(browser, "ride", [0.07])[0], start + pushed, rtol=1e-12)


def test_the_pilot_and_its_pendulum_are_pythons(show):
    model = pilot()
    browser, shown = show(bare(page.live.SwingUp(model))), weights.as_shown(model)
    close(evaluate(browser, "energy", POINTS), shown.hamiltonian(POINTS))
    close(evaluate(browser, "gradient", POINTS), shown.gradient(POINTS))
    wide = np.concatenate([np.random.default_rng(6).uniform([-7, -2.5], [7, 2.5], (30, 2)), [[np.pi - 0.1, 0.1], [-np.pi + 0.05, -0.02], [3 * np.pi, 0]]])
    for limit in (0.2, 0.7):
        for who, compensate in (("both", True), ("energy", False)):
            orders = EnergyShaping(shown, limit, compensate).torque(wide)
            assert np.sum(np.abs(orders) < limit) > 3
            np.testing.assert_allclose(evaluate(browser, "torque", [[limit, who, *x] for x in wide.tolist()])[:, 0], orders, atol=1e-5)
    x, steered = POINTS[:5], EnergyShaping(shown, 0.5)
    for _ in range(100):
        x = page.live.swing_up.after(x, steered.torque(x), 0.2)
    close(evaluate(browser, "after", [[100, 0.5, "both", 0.2, *one] for one in POINTS[:5].tolist()]), x)
    (q, p), = evaluate(browser, "after", [[2000, 0.5, "both", 0.2, 0.6, 0.0]])
    np.testing.assert_allclose([np.cos(q), np.sin(q), p], [-1, 0, 0], atol=0.1)          # it stands


def spread(codes):
    """Twenty of them, from the first to the last."""
    return codes[np.linspace(0, len(codes) - 1, 20).astype(int)]


def test_the_pictures_of_codes_and_their_laws_are_pythons(show):
    hnn, baseline, some = films()
    figure = page.live.Pixels(hnn, baseline, some)
    browser = show(bare(figure))      
    for model, codes in ((hnn, figure.codes["hnn"]), (baseline, figure.codes["baseline"])):
        name, z = model.arguments()["law"], spread(codes)
        shown, lit = weights.as_shown(model), figure.lit[name]
        pictures = networks.residual(weights.quantised(pixels.drawn(model, lit)), z)
        found = evaluate(browser, f"{name} picture", z)
        close(found[:, lit], pictures)
        whole, dark = model.decode(z)[:, :784], np.setdiff1d(np.arange(784), lit)
        assert np.all(found[:, dark] == 0) and np.abs(whole[:, dark]).max() <= pixels.LIT
        assert 0 < np.abs(pictures - whole[:, lit]).max() < 0.002          # what is stored in 16 bits draws the same
        close(evaluate(browser, f"{name} field", z), shown.law.field(z))
        close(evaluate(browser, f"{name} after", np.column_stack([np.full(20, 10), z])),
              hl.integrate.march("rk4", shown.law.field, z, 0.5, 20)[-1])
    z, other = spread(figure.codes["hnn"]), spread(figure.codes["baseline"])
    codes = figure.codes["hnn"], figure.codes["baseline"]
    for name, here, there, codes in (("to baseline", z, other, codes), ("to hnn", other, z, codes[::-1])):
        close(evaluate(browser, name, here), pixels.powers(here) @ pixels.translation(*codes))
        assert np.abs(evaluate(browser, name, here) - there).max() < 0.05 * np.abs(there).max()          # the same pictures, nearly
    shown = weights.as_shown(hnn)
    energy = figure.worth * shown.law.hamiltonian(z) + figure.zero
    close(evaluate(browser, "energy", z), energy)
    landscape = evaluate(browser, "landscape", z)
    np.testing.assert_allclose(landscape, energy, atol=0.01 * np.ptp(landscape))
    wide = z[energy > np.quantile(energy, 0.4)]
    close(evaluate(browser, "climb", wide), shown.law.add_energy(wide, pixels.SHOVE / figure.worth))
    wait(browser, "return samples.length === 36")          # the pictures all over the plane
    places, frames = map(np.array, browser.execute_script("return [samples.map(({ z }) => z), samples.map(({ frame }) => [...frame])]"))
    lattice = (2 * np.arange(6) + 1) / 6 - 1
    close(places, np.stack(np.meshgrid(lattice, lattice), axis=-1).reshape(-1, 2) * figure.data()["extent"])
    close(frames[:, figure.lit["hnn"]], networks.residual(weights.quantised(pixels.drawn(hnn, figure.lit["hnn"])), places))
    drawn = browser.execute_script("""
        screens.clear(); drawScreens({ hnn: arguments[0], baseline: arguments[1] });
        const { width, height } = screens.canvas, image = screens.pen.getImageData(0, 0, width, height).data, cell = width / 3;
        const size = Math.min(cell - 8, height - 26), at = (k) => (k + 0.5) * size / SIDE;
        return Array.from({ length: SIDE * SIDE }, (_, i) => {
          const place = 4 * (Math.floor(2 + at(Math.floor(i / SIDE))) * width + Math.floor(2.5 * cell - size / 2 + at(i % SIDE)));
          return [...image.slice(place, place + 3)]; });""", z[0].tolist(), other[9].tolist())
    grey, beside = hnn.decode(z[0])[:784], baseline.decode(other[9])[:784]
    for one, less, ink in ((grey, beside, (0, 114, 178)), (beside, grey, (213, 94, 0))):          # both, laid over each other
        alone = (one > 0.45) & (less < 0.005)
        assert alone.sum() > 10 and np.abs(np.array(drawn)[alone] - ink).max() < 40


def test_energy_that_is_added_to_a_film_is_kept(show):
    browser = show(bare(page.live.Pixels(*films())), calm=True)      
    settled(browser)
    at = "return energy(paths.hnn.states[last()])"
    before = browser.execute_script(at)
    next(button for button in browser.find_elements("css selector", "button") if button.text == "add energy").click()
    np.testing.assert_allclose(browser.execute_script(at) - before, pixels.SHOVE, rtol=0.01)
    browser.execute_script("time.wanted = 10; stage.touch()")
    settled(browser)
    np.testing.assert_allclose(browser.execute_script(at) - before, pixels.SHOVE, rtol=0.01)


# --- what a reader does with them

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


def test_the_step_of_the_race_is_as_long_as_its_arrow_and_methods_can_be_hidden(show):
    browser, field = show(output("integrator-race"), calm=True), hl.systems.pendulum().field
    settled(browser)
    grip, start, pixels_of = browser.find_elements("css selector", ".handle")[1], np.array([1.0, 0.0]), browser.execute_script("return plane.scale().up")
    assert browser.execute_script("return [...plane.range.x, ...plane.range.y]") == [-1.75, 1.75, -1.6, 1.6]          # half of the whole plane
    ActionChains(browser).move_to_element(grip).click_and_hold().move_by_offset(0, 30).release().perform()
    settled(browser)
    dt = browser.execute_script("return dt")
    assert dt == pytest.approx(0.25 + 30 / pixels_of / -field(start)[1], abs=0.006) and dt > 0.3
    assert [one.text for one in browser.find_elements("css selector", ".slider output")][1] == grip.get_attribute("aria-valuetext") == f"{dt} s"
    for step in (dt, 0.12):          # by the mouse, and by a key
        close(evaluate(browser, "tip", [0]), [hl.integrate.euler(field, start, step)])
        close(browser.execute_script("return racers[0].path.states[1]"), hl.integrate.euler(field, start, step))
        browser.execute_script("stretch(0.11); arguments[0].focus()", grip)
        grip.send_keys(selenium.Keys.ARROW_UP)
    settled(browser)
    button, seen = next(one for one in browser.find_elements("css selector", "button") if one.text == "explicit Euler"), [pictures(browser)]
    for pressed in ("false", "true"):
        button.send_keys(" ")
        settled(browser)
        seen.append(pictures(browser))
        assert button.get_attribute("aria-pressed") == pressed
        assert ("explicit Euler" in browser.execute_script("return strip.spoken.text")) == (pressed == "true")
    assert seen[0] == seen[2] != seen[1]


def moved_circle(centre, radius, t, apart):
    """A circle of a pendulum's states after the time t, by the solver: the ends of short pieces of it, two of shape (n, 2)."""
    def moved(angles):
        circle = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        return hl.integrate.solve_ivp(hl.systems.pendulum().field, circle, [0, t])[-1]

    angles = np.linspace(0, 2 * np.pi, 1000)
    points = moved(angles)
    while np.any(long := np.hypot(*np.diff(points, axis=0).T) > apart):
        more = (angles[1:] + angles[:-1])[long] / 2
        order = np.argsort(np.append(angles, more))
        angles, points = np.append(angles, more)[order], np.concatenate([points, moved(more)])[order]
    return points[:-1], points[1:]


def test_a_spot_at_the_separatrix_keeps_its_area_and_its_rim_is_where_the_motion_takes_it(show):
    browser = show(output("phase-space"))
    for start in ((-1.5, -1.9), (0.0, 2.4), (2.6, 0.3)):
        browser.execute_script("restart(arguments[0]); for (let k = 0; k < 300; k++) step(1 / 60)", start)
        (seconds, area, _), = evaluate(browser, "area", [0])
        assert seconds == pytest.approx(5) and area == pytest.approx(np.pi * 0.5**2, rel=2e-5)
    rim = np.array(browser.execute_script("return rim"))
    assert len(rim) > 2000 and np.ptp(rim[:, 0]) > 2 * np.pi          # it is drawn out far, over more than a turn
    (begin, end), rim = moved_circle(start, 0.5, 5.0, 0.02), rim[::7]
    along = end - begin
    share = np.clip(np.sum((rim[:, None] - begin) * along, axis=-1) / np.sum(along**2, axis=-1), 0, 1)
    off = np.hypot(*np.moveaxis(rim[:, None] - begin - share[..., None] * along, -1, 0)).min(axis=1)
    assert off.max() < 0.1 / 54          # a tenth of a pixel


def test_a_rim_that_has_become_too_long_stops_the_motion_and_says_so(show):
    browser = show(output("phase-space"))
    browser.execute_script("restart([2.6, 0.3]); stage.play(true);"
                           "for (let k = 0; k < 1200 && stage.playing; k++) step(1 / 60); stage.touch()")
    settled(browser)
    assert "has become too long" in browser.find_element("css selector", ".numbers").text
    before = evaluate(browser, "area", [0])
    browser.execute_script("step(1)")
    np.testing.assert_array_equal(evaluate(browser, "area", [0]), before)
    assert before[0, 1] == pytest.approx(np.pi * 0.5**2, rel=1e-4)


def test_a_pendulum_that_turns_over_stays_in_the_picture(show):
    browser = show(output("phase-space"), calm=True)
    browser.execute_script("restart([2.5, 2.4]); for (let k = 0; k < 120; k++) step(1 / 60); stage.touch()")
    settled(browser)
    angle, momentum = browser.execute_script("return dot")
    assert angle > 7
    handle = browser.find_element("css selector", ".handle")
    spoken = re.search(r"angle (\S+) rad, momentum (\S+)", handle.get_attribute("aria-valuetext").replace("−", "-"))
    assert [float(part) for part in spoken.groups()] == pytest.approx([(angle + np.pi) % (2 * np.pi) - np.pi, momentum], abs=0.01)
    x, _ = browser.execute_script("const {x, y} = arguments[0].getBoundingClientRect(); return [x + 22, y + 22]", handle)
    assert 0 < x < 760


def test_all_of_a_picture_is_of_one_time(show):
    """While some paths are still being computed, nothing runs ahead of the slowest."""
    browser = show(output("three-ways"), calm=True)
    late = """stage.work = null; restart(); for (const [way, seconds] of Object.entries({truth: 10, baseline: 4, hnn: 6})) {
              paths[way].walk(seconds); energies[way] = paths[way].states.map(laws.truth.energy); }
              time.wanted = 8; stage.frame(0);
              return [document.querySelector('.slider output').textContent, time.slider.value, strip.spoken.text, start]"""
    shown, asked, strip, start = browser.execute_script(late)
    assert shown == "4.0 s" and asked == 8
    system, models = hl.systems.pendulum(), {name: weights.as_shown(model) for name, model in fields().items()}
    path = {"truth": system.rollout(start, [0, 4.0])[-1]}
    path |= {name: hl.integrate.march("rk4", model.field, start, 0.05, 80)[-1] for name, model in models.items()}
    words = [f"{page.plots.LABELS[way]}: {system.hamiltonian(path[way]):.3f} J" for way in ("truth", "baseline", "hnn")]
    assert strip == "; ".join(words)
    for name, slowest in (("bodies", "Object.values(paths).forEach((path, k) => path.walk(k + 1))"),
                          ("pixels", "paths.hnn.walk(40); paths.baseline.walk(20)"),
                          ("integrator-race", "racers.forEach(({ path }, k) => path.walk(k + 1))")):
        browser = show(output(name), calm=True)
        shown = browser.execute_script(f"""stage.work = null; restart(); {slowest}; time.wanted = 5;
                                       const some = (path) => path.states.map(() => 1);
                                       if (typeof paths !== 'undefined') for (const way in paths) energies[way] = some(paths[way]);
                                       if (typeof racers !== 'undefined') for (const racer of racers) racer.energies = some(racer.path);
                                       stage.frame(0); return [document.querySelector('.slider output').textContent, time.now]""")
        assert float(shown[0].removesuffix(" s")) == shown[1] == 1.0


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

    for handle in browser.find_elements("css selector", ".handle")[:1]:          # a film has none
        ActionChains(browser).move_to_element(handle).click_and_hold().move_by_offset(-30, -18).release().perform()
        assert changed() and not browser.execute_script("return figure.stage.playing")
        spoken = handle.get_attribute("aria-valuetext")
        for key in (selenium.Keys.ARROW_LEFT, selenium.Keys.ARROW_DOWN, selenium.Keys.ARROW_RIGHT, selenium.Keys.ARROW_UP):
            handle.send_keys(key)
            assert changed() and handle.get_attribute("aria-valuetext") != spoken
            spoken = handle.get_attribute("aria-valuetext")
        on_dot, beside = browser.execute_script(
            "return ['.handle', 'canvas'].map((one) => getComputedStyle(document.querySelector(one)).touchAction)")
        assert on_dot == "none" and beside in ("manipulation", "pan-y")          # a finger on a dot moves it, elsewhere it scrolls the page
        x, y = browser.execute_script("const at = arguments[0].getBoundingClientRect(), frame = frameElement.getBoundingClientRect();"
                                      "return [frame.x + at.x + at.width / 2, frame.y + at.y + at.height / 2]", handle)
        for kind, points in (("touchStart", [(x, y)]), ("touchMove", [(x - 12, y + 15)]), ("touchMove", [(x - 25, y + 25)]),
                             ("touchEnd", [])):
            browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]})
        assert changed()
        wait(browser, "return document.querySelector('[role=status]').textContent.length > 20")          # what it shows is also said
    for control in browser.find_elements("css selector", "input[type=range]"):
        control.send_keys(selenium.Keys.HOME)
        control.send_keys(*[selenium.Keys.ARROW_RIGHT] * 3)
        assert changed(), control.accessible_name


@figures
def test_it_plays_pauses_and_gives_way_to_its_still_in_print(show, name):
    browser = show(output(name))
    play = browser.find_element("css selector", "button.play")
    assert browser.execute_script("return figure.stage.playing") == (name in MOVING)          # it starts at rest
    if name in MOVING:
        play.click()
    settled(browser)
    before = pictures(browser)
    play.click()
    assert play.text == "pause"
    wait(browser, f"return figure.stage.frames > {browser.execute_script('return figure.stage.frames') + 15}")
    play.send_keys(" ")
    assert play.text == "play" and pictures(browser) != before
    still = pictures(browser)
    for handle in browser.find_elements("css selector", ".handle")[:1]:
        ActionChains(browser).move_to_element(handle).click_and_hold().move_by_offset(-20, 10).release().perform()
        assert browser.execute_script("return figure.stage.playing")               # a dot that is let go moves
        handle.send_keys(" ")
        assert not browser.execute_script("return figure.stage.playing") and pictures(browser) != still
    browser.switch_to.default_content()
    assert not browser.find_element("css selector", ".live-fallback").is_displayed()
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    image = browser.find_element("css selector", ".live-fallback img")
    assert image.is_displayed() and image.size["width"] > 500 and not browser.find_element("css selector", "iframe").is_displayed()
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert browser.find_element("css selector", "iframe").is_displayed()


def test_a_joule_is_a_joule(show):
    browser = show(output("three-ways"), calm=True)
    wait(browser, "return Object.values(paths).every((path) => path.seconds >= 59.9)")
    numbers = ("return [['truth', 'truth'], ['hnn', 'hnn'], ['truth', 'baseline']]"
               ".map(([law, way]) => laws[law].energy(paths[way].at(time.now)))")
    before = np.array(browser.execute_script(numbers))
    next(button for button in browser.find_elements("css selector", "button") if button.text == "add a joule").click()
    np.testing.assert_allclose(np.array(browser.execute_script(numbers)) - before, [1, 1, 0], atol=2e-3)


def test_one_pendulum_then_two_on_a_torus_that_turns_and_unrolls(show):
    browser = show(output("action-angle"), calm=True)
    settled(browser)
    panel, shown = browser.find_element("css selector", "canvas"), browser.find_elements("css selector", "input[type=radio]")
    handles = functools.partial(browser.find_elements, "css selector", ".handle")
    assert len(handles()) == 1 and panel.get_attribute("tabindex") is None
    seen, moves = [pictures(browser)], [lambda: shown[1].click(), lambda: ActionChains(browser).move_to_element(panel).click_and_hold()
                                        .move_by_offset(40, 25).release().perform(), lambda: panel.send_keys(selenium.Keys.ARROW_LEFT),
                                        lambda: panel.send_keys(selenium.Keys.ARROW_UP), lambda: shown[2].click()]
    for move in moves:
        move()
        settled(browser)
        seen.append(pictures(browser))
    assert len(set(seen)) == 6 and len(handles()) == 2 and panel.get_attribute("tabindex") is None
    starts, now, width, height = browser.execute_script("return [starts, time, torus.width, torus.height]")
    np.testing.assert_array_equal(starts, [[1.3, 0.0], [2.3, 0.0]])          # and nothing else is moved
    model = weights.as_shown(straight()[0])
    action, angle = (np.array(part)[:, 0] for part in model.encode(np.array(starts)))
    turned = angle + np.array(model.frequencies(action[:, None]))[:, 0] * (now - np.array([1.5, 3.0, 4.5]))[:, None]
    places = [width / 2, height / 2] + (min(width, height) / 2 - 30) * (((turned / np.pi + 1) % 2) - 1) * [1, -1]
    drawn = browser.execute_script("const { width, height } = torus.canvas; return [...torus.pen.getImageData(0, 0, width, height).data]")
    green = np.abs(np.array(drawn).reshape(height, width, 4) - [0, 158, 115, 255]).max(axis=-1) < 60
    for x, y in np.round(places).astype(int):          # the network's line
        assert green[y - 1 : y + 2, x - 1 : x + 2].any()
    assert green.mean() < 0.1
    shown[0].click()
    settled(browser)
    assert pictures(browser) == seen[0] and len(handles()) == 1


def test_the_torus_unrolls_before_the_readers_eyes(show):
    browser = show(output("action-angle"))
    between = browser.execute_script("show('torus'); show('square'); stage.touch = () => {}; stage.frame(0); unroll.last -= 300; stage.frame(0); return flat")
    assert 0.2 < between < 0.6
    browser.execute_script("unroll.last -= 2000; stage.frame(0); stage.frame(0)")
    assert browser.execute_script("return flat") == 1


def test_the_dot_beckons_when_it_comes_into_view_and_until_it_is_taken(show):
    browser = show('<div style="height:3000px"></div>' + bare(page.live.PhaseSpace()))
    handle = browser.find_element("css selector", ".handle")
    time.sleep(0.3)
    assert "fresh" not in handle.get_attribute("class")
    browser.execute_script("frameElement.scrollIntoView()")
    wait(browser, "return document.querySelector('.handle').classList.contains('fresh')")
    assert browser.execute_script("return getComputedStyle(arguments[0], '::after').animationName", handle) == "beckon"
    handle.send_keys(selenium.Keys.ARROW_LEFT)
    assert "fresh" not in handle.get_attribute("class")


@figures
def test_it_fits_small_and_large_in_both_themes(show, name):
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    inks, browser = [], show(output(name), calm=name in MOVING)
    for label, width, theme in (("light", 760, "light"), ("dark", 760, "dark"), ("phone", 320, "light"), ("large", 3840, "dark")):
        dress(browser, width, 1100, theme)
        settled(browser)
        wait(browser, "return Math.abs(frameElement.clientHeight - document.body.getBoundingClientRect().height) < 2")
        inks.append(browser.execute_script("return getComputedStyle(document.body).color"))
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        widths = browser.execute_script("return [...document.querySelectorAll('canvas')].map((canvas) => canvas.clientWidth)")
        assert min(widths) > SMALLEST.get(name, 250)
        outside = browser.execute_script(
            "return [...document.querySelectorAll('button, label, .numbers div, legend')]"
            ".filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.textContent)")
        assert outside == []
        heights = browser.execute_script(
            "return [...document.querySelectorAll('button, input, .handle')].map((one) => one.getBoundingClientRect().height)")
        assert min(heights) > 43.99          # a finger's width
        browser.execute_script(axe())
        found = browser.execute_async_script("axe.run(document).then(arguments[0])")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
        browser.switch_to.default_content()
        browser.save_screenshot(str(ARTEFACTS / f"{name}-{label}.png"))
        browser.switch_to.frame(browser.find_element("css selector", "iframe"))
    assert inks[0] == inks[2] != inks[1] == inks[3]


@pytest.mark.parametrize("name", ["tape", "training"])
def test_picture_and_buttons_share_a_phones_screen(show, name):
    browser = show(output(name), width=342)
    settled(browser)
    heights = [browser.execute_script("return document.body.getBoundingClientRect().height")]
    browser.find_element("css selector", "button.play").click()
    for _ in range(4):
        time.sleep(0.5)
        heights.append(browser.execute_script("return document.body.getBoundingClientRect().height"))
    assert max(heights) < 560 and np.ptp(heights) < 1          # and what stands below does not jump


def test_a_key_that_is_held_plays_once_and_an_arrow_with_alt_is_the_browsers(show):
    browser = show(output("phase-space"), calm=True)
    browser.find_element("css selector", ".handle").send_keys(selenium.Keys.ALT, selenium.Keys.ARROW_LEFT, selenium.Keys.NULL)
    assert browser.execute_script("return dot") == [1.5, 0.8]
    for repeated in (False, True, True, True):
        browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", "key": " ", "code": "Space", "windowsVirtualKeyCode": 32, "autoRepeat": repeated})
    assert browser.execute_script("return stage.playing")


def test_no_time_goes_backwards(show):
    """A browser that is late may give a frame a time before the one at which a resize was drawn."""
    browser = show(output("square"))
    assert browser.execute_script("stage.touch = () => {}; stage.play(true); stage.frame(1000); stage.frame(990); return done") == 0


def test_what_has_come_to_its_end_plays_from_the_beginning(show):
    browser = show(output("square"), calm=True)
    end = browser.execute_script("""const all = [];
        for (const one of ['leapfrog', 'euler']) {
          method = one; restart(); stage.play(true);
          for (let k = 0; k < 1000 && stage.playing; k++) stage.move(0.1);
          all.push(done); stage.play(true); stage.move(0.1); all.push(done, stage.playing);
        }
        return all""")
    most = browser.execute_script("return data.most")
    assert end[:3] == [most, pytest.approx(0.12), True] and 0 < end[3] < most and end[4:] == [pytest.approx(0.12), True]


def test_a_traveller_at_its_last_step_sets_out_again(show):
    browser = show(output("standard-map"), calm=True)
    settled(browser)
    steps = browser.execute_script("while (traveller.steps < LONGEST) travel(); travel(); stage.play(true); const all = [traveller.steps];"
                                   "stage.move(0.1); stage.work(performance.now()); return [...all, traveller.steps]")
    assert steps[0] == 300_000 and 0 < steps[1] < 2000


def test_methods_at_rest_keep_their_energy_and_the_step_can_be_taken_hold_of(show):
    browser = show(output("integrator-race"), calm=True)
    start, grip = browser.find_elements("css selector", ".handle")
    start.send_keys(selenium.Keys.SHIFT, *[selenium.Keys.ARROW_LEFT] * 4)
    settled(browser)
    assert browser.execute_script("return start") == [0, 0]
    words = [one.split(": ")[1] for one in browser.execute_script("return strip.spoken.text").split("; ")]
    assert len(words) >= 5 and set(words) == {"100.0 %"}          # none runs away
    assert browser.execute_script("return racers.every((racer) => share(racer, 3) === 1)")
    x, y = browser.execute_script("return grip.get()")
    assert np.hypot(x, y) > 0.1          # not on the start, where it could not be reached
    before = browser.execute_script("return dt")
    ActionChains(browser).move_to_element(grip).click_and_hold().move_by_offset(10, 0).release().perform()
    assert before < browser.execute_script("return dt") < before + 0.1


def test_a_star_that_has_all_its_dots_counts_no_more_time(show):
    browser = show(output("henon-heiles"), calm=True)
    settled(browser)
    counted = browser.execute_script("""const star = current(); while (star.dots.length < DOTS) walk(star, false);
        const then = star.time, z = star.z[1]; for (let k = 0; k < 500; k++) walk(star, false); return [then, star.time, star.dots.length, star.z[1] === z]""")
    assert counted[0] == counted[1] > 1000 and counted[2:] == [4000, False]          # so many dots after so much time, and the star goes on


def press(browser, element, *moves):
    """Take hold with the mouse, move, and do not let go: where the mouse is."""
    x, y = browser.execute_script("const at = arguments[0].getBoundingClientRect(); return [at.x + at.width / 2, at.y + at.height / 2]", element)
    mouse(browser, "mousePressed", x, y)
    for dx, dy in moves:
        mouse(browser, "mouseMoved", x := x + dx, y := y + dy)
    return x, y


def mouse(browser, kind, x, y):
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1, "buttons": int(kind != "mouseReleased")})


def test_an_input_that_is_held_while_the_tape_begins_again_can_be_moved_on(show):
    browser = show(output("tape"), calm=True)
    settled(browser)
    x, y = press(browser, browser.find_element("css selector", ".handle"), (0, -15), (0, -5))
    browser.execute_script("document.querySelectorAll('button')[1].click()")          # as a second finger does
    assert browser.execute_script("return [from, ...inputs]") == [None, *browser.execute_script("return first()")]
    mouse(browser, "mouseMoved", x, y - 10)
    mouse(browser, "mouseReleased", x, y - 10)
    settled(browser)
    change = browser.execute_script("return [inputs.map((value, k) => value - first()[k]), nudge.by]")
    assert max(change[0]) == pytest.approx(change[1]) and change[1] > 0.05


def test_a_pendulum_that_is_held_while_its_torus_goes_is_let_go(show):
    browser = show(output("action-angle"))
    circle, torus = browser.find_elements("css selector", "input[type=radio]")[:2]
    torus.click()
    settled(browser)
    x, y = press(browser, browser.find_elements("css selector", ".handle")[1], (5, -5), (5, -5))
    assert browser.execute_script("return stage.held === handles[1]")
    circle.send_keys(" ")
    mouse(browser, "mouseReleased", x, y)
    browser.execute_script("stage.play(true)")
    then = browser.execute_script("return time")
    wait(browser, f"return time > {then} + 0.2")


def test_the_periods_of_the_slider_are_those_of_the_clock(show):
    browser = show(output("action-angle"), calm=True)
    slider = browser.find_element("css selector", ".slider input")
    slider.send_keys(selenium.Keys.HOME)
    browser.execute_script("stage.move(20 * small)")
    assert slider.get_attribute("aria-valuetext") == "21 periods"
    browser.execute_script("stage.move(1e7 * small)")          # what lies beyond its end
    assert slider.get_attribute("aria-valuetext") == "1,000,000 periods"


@pytest.mark.parametrize("places", [([95, 1.7], [0, 1.7]), ([20, 0.6], [0, 1.7])])
def test_solitons_can_be_dragged_nowhere_from_which_they_would_meet_twice(show, places):
    browser = show(bare(page.live.Solitons(springs())), calm=True)
    browser.execute_script("room.handles.forEach((handle, number) => handle.put(arguments[0][number]))", places)
    (first, second), wanted, toda = browser.execute_script("""
        const path = new Path(LAWS.truth, yoshida4, stateOf(rates), data.step);
        path.walk(data.end);
        return [starts, rates.map((k, number) => theory(k, rates[1 - number])), [0, 1].map((number) => lead(humps(path.at(data.end)), number, data.end))]""")
    assert 8 <= first <= 32 and 64 <= second <= 88
    np.testing.assert_allclose(toda, wanted, atol=0.02)          # at the end both are where theory has them, not a turn further


def test_bodies_are_not_stretched_out_of_the_picture(show):
    browser = show(bare(page.live.Bodies(planets(12))), calm=True)
    near, far = browser.execute_script("""
        restart(moved(2, [0.25, 0.45]));          // between the other two, close to the centre of all three
        together = true;
        const before = start; restart(moved(2, [0.6, 0.9]));
        const wide = Math.max(...bodies.map((k) => Math.hypot(start[k] - middle(start)[0], start[count + k] - middle(start)[1])));
        const close = (x) => Math.min(...pairs.map(([i, j]) => Math.hypot(x[i] - x[j], x[count + i] - x[count + j])));
        restart(moved(0, middle(start)));
        return [close(start) / Math.min(0.25, close(before)), wide]""")
    assert near > 0.999 and far < 6.001


def test_the_truth_of_three_bodies_keeps_its_energy_through_encounters_or_says_that_it_does_not(show):
    browser = show(bare(page.live.Bodies(planets(12))), calm=True)
    drift = """const path = new Path(gravity, methods.truth, start, STEP); path.walk(SECONDS);
               const all = path.states.map(gravity.energy); return Math.max(...all.map((one) => Math.abs(one - all[0])))"""
    browser.execute_script("restart(data.start); for (const [k, ...at] of arguments[0]) restart(moved(k, at))", [[1, -1.3, -0.4], [0, -0.5, -0.3]])
    assert browser.execute_script(drift) < 1e-3
    browser.execute_script("restart(data.start.map((value, i) => (i < 2 * count ? value : 0.001 * value))); time.wanted = SECONDS; stage.touch()")
    wait(browser, "return time.now >= SECONDS - 1e-6")
    settled(browser)
    assert "lost, two bodies came closer" in browser.find_element("css selector", ".numbers").text
    browser.execute_script("time.wanted = 0; stage.touch()")
    settled(browser)
    assert "closer" not in browser.find_element("css selector", ".numbers").text


TEXTS = """
    const pen = CanvasRenderingContext2D.prototype, { fillText, drawImage, clearRect } = pen;
    pen.clearRect = function (...all) { this.canvas.words = []; return clearRect.apply(this, all); };
    pen.drawImage = function (from, ...all) { (this.canvas.words ||= []).push(...(from.words || [])); return drawImage.call(this, from, ...all); };
    pen.fillText = function (text, x, y) {
      const box = this.measureText(text);
      (this.canvas.words ||= []).push([text, x - box.actualBoundingBoxLeft, x + box.actualBoundingBoxRight, y - box.actualBoundingBoxAscent, y + box.actualBoundingBoxDescent]);
      return fillText.apply(this, arguments);
    };
    for (const panel of stage.panels) panel.layers.clear();
    stage.touch();"""


def collisions(browser, panel):
    """Pairs of words on a panel of which one lies over the other, and words that its edge cuts; after TEXTS."""
    settled(browser)
    words, width, height = browser.execute_script(f"return [{panel}.canvas.words, {panel}.width, {panel}.height]")
    found = [text for text, left, right, top, bottom in words if left < -1 or right > width + 1 or (top < -1 < bottom) or (top < height < bottom - 1)]
    for k, (one, left, right, top, bottom) in enumerate(words):
        found += [(one, other) for other, a, b, c, d in words[:k] if min(right, b) - max(left, a) > 2 and min(bottom, d) - max(top, c) > 2]
    return found


def test_words_that_follow_a_dot_stay_off_the_axis(show):
    browser = show(output("square"), calm=True)
    browser.execute_script(TEXTS)
    for start in ([1.0, 0.4], [2.2, 0.0], [2.1, 1.9], [2.3, 1.7]):
        browser.execute_script("method = 'symplectic_euler'; start = arguments[0]; restart(); stage.touch()", start)
        assert collisions(browser, "plane") == []
    assert browser.execute_script("start = [1, 0.4]; restart(); stage.frame(0); return plane.canvas.words.filter(([text]) => /kept|const/.test(text)).length") == 2


def test_the_names_beside_the_losses_stand_apart_on_a_phone(show):
    browser = show(output("training"), calm=True, width=350, height=470)
    browser.execute_script(TEXTS)
    assert collisions(browser, "chart") == []


def test_the_words_beside_a_state_are_whole_and_off_the_axis(show):
    browser = show(output("training"), calm=True)
    browser.execute_script(TEXTS)
    for place in ([1.3, -1.3], [1.3, 1.3], [-1.3, -1.3], [0.0, 0.0]):
        browser.execute_script("moveState(arguments[0]); stage.touch()", place)
        assert collisions(browser, "plane") == []


# --- films

def on_screen(browser, number, ink):
    """The shades on a film's screen, as whole numbers, shape (28, 28)."""
    address, size, left, dots = browser.execute_script(
        "const {panel} = screens[arguments[0]], size = Math.min(panel.width, panel.height - 24);"
        "return [panel.canvas.toDataURL(), size, (panel.width - size) / 2, panel.dots]", number)
    middles = (np.arange(28) + 0.5) * size / 28
    red = png(address)[np.ix_((dots * middles).astype(int), (dots * (left + middles)).astype(int), [0])][..., 0]
    return np.round((1 - red) / (1 - ink / 255) * (film.SHADES - 1))


def test_a_film_shows_the_frame_of_the_slider(show):
    browser, figure = show(output("film")), swings()
    wait(browser, "return figure.evaluate('ready', [0])[0]")
    slider = browser.find_element("css selector", "input")
    for number in (0, 7, 20, TIMES - 1):
        browser.execute_script("arguments[0].value = arguments[1]; arguments[0].oninput()", slider, number * 0.05)
        settled(browser)
        for place, (pictures_of, ink) in enumerate(zip(figure.films.values(), (0x1A, 0x00), strict=True)):
            np.testing.assert_allclose(on_screen(browser, place, ink), figure.shades(pictures_of[number:number + 1])[0], atol=1)
        assert browser.execute_script("return document.querySelector('output').textContent") == f"{number * 0.05:.2f} s"
        np.testing.assert_allclose(browser.execute_script("return values.map((one) => one[frame()])"),
                                   [curve[number] for curve in figure.curves.values()], rtol=1e-4)


def test_a_film_stops_at_its_end_and_begins_again(show):
    browser = show(output("film"))
    button, slider = (browser.find_element("css selector", one) for one in ("button", "input"))
    browser.execute_script("time.wanted = arguments[0]; stage.touch()", 0.05 * (TIMES - 4))
    button.click()
    wait(browser, "return !stage.playing")
    assert browser.execute_script("return frame()") == TIMES - 1 and button.text == "play"
    button.click()
    assert browser.execute_script("return frame()") < TIMES - 1
    button.click()
    slider.send_keys(selenium.Keys.HOME, selenium.Keys.ARROW_RIGHT, selenium.Keys.ARROW_RIGHT)
    assert browser.execute_script("return frame()") == 2
    slider.send_keys(" ")
    assert browser.execute_script("return stage.playing") and slider.get_attribute("aria-valuetext").endswith(" s")
    slider.send_keys(" ")
    assert not browser.execute_script("return stage.playing")
