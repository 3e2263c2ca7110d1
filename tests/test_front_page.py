"""The front page's figure against Python's numbers and under a reader's hands; the gallery against what the book has."""

import functools
import re
import time

import nbformat
import numpy as np
import pytest
from conftest import ROOT, wait
from execute import BOOK, chapters, length
from test_live import bare, close, evaluate, fields, POINTS, settled, show, SPRING          # noqa: F401
from thumbnails import live_figures

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.page.live import swing, weights

AGAIN = "give each live figure of the book a line in book/gallery.ipynb, in the book's order, then run `python book/execute.py book/gallery.ipynb`"
PENDULUM = hl.systems.pendulum(m=0.4, g=5.0, l=1.3)


@functools.cache
def learned():
    """The book's task, learned well enough for swings to stay swings."""
    task, models = hl.data.fields.pendulum(seed=0), {"baseline": hl.Baseline(2, seed=0, hidden=(24, 24)), "hnn": hl.HNN(2, seed=0, hidden=(24, 24))}
    for model in models.values():
        hl.fit(model, task, steps=400, learning_rate=4e-3, schedule="cosine", progress=False)
    return models


def figure(**more):
    return page.live.Swing(learned(), **more)


def steps(law, start, seconds):
    """What the page computes: the classical Runge-Kutta method in steps of 0.05 s."""
    return hl.integrate.march("rk4", law.field, np.array(start), 0.05, round(seconds / 0.05))


@pytest.mark.parametrize("call, words", [
    (lambda: page.live.Swing({"hnn": hl.HNN(2)}), "models must be a dict with 'baseline' and 'hnn'"),
    (lambda: page.live.Swing({"hnn": hl.Baseline(2), "baseline": hl.Baseline(2)}), "must be a model of the class HNN"),
    (lambda: page.live.Swing({"hnn": hl.HNN(4), "baseline": hl.Baseline(2)}), "with dim = 2"),
    (lambda: page.live.Swing(fields(), SPRING), "system must be a pendulum"),
    (lambda: page.live.Swing(fields(), start=(2.7, 0.0)), "no further than 2.6 rad"),
    (lambda: page.live.Swing(fields(), start=(0.0, 0.0)), "start must be one state of a swing"),
    (lambda: page.live.Swing(fields(), start=[[1.0, 0.0]]), "start must be one state")])
def test_what_is_no_swing_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("system", [hl.systems.pendulum(), PENDULUM], ids=["book", "other"])
def test_the_laws_and_the_ghosts_are_pythons(show, system):          # noqa: F811
    browser, shown = show(bare(figure(system=system)), calm=True), {kind: weights.as_shown(model) for kind, model in learned().items()}
    for way, law in {"truth": system, **shown}.items():
        close(evaluate(browser, f"{way} field", POINTS), law.field(POINTS))
    close(evaluate(browser, "energy", POINTS), system.hamiltonian(POINTS))
    close(evaluate(browser, "hnn energy", POINTS), shown["hnn"].hamiltonian(POINTS))
    starts, seconds = POINTS[:4], 30.0
    timed = np.column_stack([np.full(4, seconds), starts])
    for kind, law in shown.items():
        close(evaluate(browser, f"{kind} after", timed), steps(law, starts, seconds)[-1])
        exact = law.rollout(starts, [0, seconds], rtol=1e-8)[-1]          # and its steps are short enough
        np.testing.assert_allclose(evaluate(browser, f"{kind} after", timed), exact, atol=0.01)
    np.testing.assert_allclose(evaluate(browser, "truth after", timed), system.rollout(starts, [0, seconds])[-1], atol=1e-3)


def test_a_throw_gives_the_momentum_of_the_hand_and_none_goes_over_the_top(show):          # noqa: F811
    browser, inertia = show(bare(figure(system=PENDULUM)), calm=True), 0.4 * 1.3**2
    top = PENDULUM.hamiltonian([swing.REACH, 0.0])
    close(evaluate(browser, "thrown", [[0.4, 2.0], [-0.3, -1.0]]), [[0.4, inertia * 2 / swing.RATE], [-0.3, -inertia / swing.RATE]])
    hard = evaluate(browser, "thrown", [[0.4, 500.0], [-1.2, -500.0], [2.6, 9.0]])
    np.testing.assert_allclose(PENDULUM.hamiltonian(hard), top, rtol=1e-6)
    assert hard[0, 1] > 0 > hard[1, 1]
    found = browser.execute_script("const t = performance.now(); throws = [[t - 400, -1], [t - 80, 0.2], [t - 40, 0.5], [t, 0.6]]; return [speed(t), speed(t + 500)]")
    np.testing.assert_allclose(found, [0.4 / 0.08, 0], rtol=1e-6)          # a hand that has come to rest throws nothing
    held = browser.execute_script("hold(2.5); hold(3.1); const one = start[0]; hold(-3.1); return [one, start[0], time.wanted]")
    assert held == [swing.REACH, swing.REACH, 0]          # nor does a hand take it over


def test_what_is_let_go_is_continued_by_all_three_and_its_energies_are_true(show):          # noqa: F811
    browser = show(bare(figure()), calm=True)
    handle = browser.find_element("css selector", ".handle")
    for _ in range(6):
        handle.send_keys("\ue014")          # arrow right
    settled(browser)
    start = browser.execute_script("return start")
    np.testing.assert_allclose(start, [1.4 + 6 * 0.05, 0.0], atol=1e-6)
    assert handle.get_attribute("aria-valuetext") == "angle 1.70 rad"
    browser.execute_script("time.wanted = 60; stage.touch()")
    wait(browser, "return time.now === 60")
    settled(browser)
    system, words = hl.systems.pendulum(), []
    for kind, name in (("baseline", "plain network"), ("hnn", "Hamiltonian network")):
        path = steps(weights.as_shown(learned()[kind]), start, 60)
        close(browser.execute_script("return paths[arguments[0]].states.slice(0, 1201)", kind), path)
        change = 100 * (system.hamiltonian(path[-1]) / system.hamiltonian(path[0]) - 1)
        words.append((name, change))
    spoken = browser.execute_script("return chart.spoken.text").replace("−", "-")
    found = re.findall(r"(\w+ network) ([-+]?\d+) %", spoken)
    assert [name for name, _ in found] == [name for name, _ in words]
    np.testing.assert_allclose([float(number) for _, number in found], [change for _, change in words], atol=0.51)


def test_it_moves_when_it_is_seen_stands_when_it_is_not_and_always_for_who_wants_no_motion(show):          # noqa: F811
    spacer = '<div style="height:3000px"></div>'
    browser = show(bare(figure()) + spacer)
    wait(browser, "return time.now > 0.5")          # by itself
    browser.execute_script("frameElement.ownerDocument.defaultView.scrollTo(0, 2500)")
    wait(browser, "return !stage.seen")
    then = browser.execute_script("return [time.now, stage.frames]")
    time.sleep(0.4)
    assert browser.execute_script("return [time.now, stage.frames]") == then
    browser.execute_script("frameElement.ownerDocument.defaultView.scrollTo(0, 0)")
    wait(browser, f"return time.now > {then[0]} + 0.3")
    browser = show(bare(figure()), calm=True)
    settled(browser)
    assert browser.execute_script("return [time.now, stage.playing]") == [0, False]
    browser.find_element("css selector", "button.play").click()          # but it can be asked to
    wait(browser, "return time.now > 0.3")


def test_the_frame_of_a_phone_shows_picture_and_controls_at_once(show):          # noqa: F811
    browser = show(bare(figure()), width=342, height=844, calm=True)
    settled(browser)
    wait(browser, "return Math.abs(frameElement.clientHeight - document.body.getBoundingClientRect().height) < 2")
    assert browser.execute_script("return frameElement.clientHeight") <= 560
    order = browser.execute_script("return ['.panels', '.controls'].map((one) => document.querySelector(one).getBoundingClientRect().top)")
    assert order[0] < order[1]


# --- the front page and the gallery

def outputs(name, kind):
    """A page's outputs of one kind, put together."""
    cells = nbformat.read(BOOK / name, as_version=4).cells
    return "\n".join(output.data[kind] for cell in cells for output in cell.get("outputs", []) if kind in output.get("data", {}))


def test_the_front_page_is_a_live_figure_and_is_light():
    stored = outputs("index.ipynb", "text/html")
    assert page.live.Swing.title in stored and stored.count("<iframe") == 1
    assert (BOOK / "index.ipynb").stat().st_size < 1_500_000 and (BOOK / "gallery.ipynb").stat().st_size < 1_500_000


def test_the_cards_say_how_long_the_parts_are():
    shown = dict(re.findall(r"\*\*\[(.+?)\].*?\n\n  .*?\n\n  \*(.+?)\*", outputs("index.ipynb", "text/markdown")))
    assert set(shown) >= {"I · Mechanics", "II · Learning H", "III · Straight lines", "IV · Beyond", "Workshop"}

    def halves(words):
        count, whole, half = re.fullmatch(r"(\d+) chapters, about (?:(\d*)(½?) hours?|half an hour) to read", words).groups()
        return int(count), 2 * int(whole or 0) + bool(half) if whole or half else 1

    for part, words in shown.items():
        (count, said), (pages, now) = halves(words), halves(length(part))
        assert count == pages and abs(said - now) <= 1, f"{part}: run `python book/execute.py book/index.ipynb`"


def test_every_live_figure_is_in_the_gallery():
    shown = outputs("gallery.ipynb", "text/markdown")
    entries = re.findall(r"^- \[!\[(.+?)\]\(data:image/png;base64,[^)]+\)\]\((.+?)\)\n\n  (.+?) \[(.+?)\]\((.+?)\)$", shown, re.M)
    wanted = live_figures()
    assert sorted(place for _, place, *_ in entries) == sorted(place for place, *_ in wanted.values()), AGAIN
    for title, place, words, heading, path in entries:
        assert (place, path, heading, title) in [figure[:4] for figure in wanted.values()] and len(words) > 30
    sources = "\n".join(cell.source for _, path in chapters() for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    unused = [name for name in page.live.__all__ if not re.search(rf"\b{name}\(", sources)]
    assert unused == [], "live figures that no page shows"


def test_the_gallery_follows_the_book():
    names = [name for cell in nbformat.read(BOOK / "gallery.ipynb", as_version=4).cells if cell.cell_type == "code"
             for name in re.findall(r'^    "([\w/.-]+)":', cell.source, re.M)]
    assert names == list(live_figures()), AGAIN
