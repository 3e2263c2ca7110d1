"""Live figures of stars, bodies and pixels: their mathematics against Python's, and what a reader does with them."""

import numpy as np
import pytest
from test_live import bare, close, evaluate, films, planets, settled, show          # noqa: F401

import hnn_lite as hl
from hnn_lite import page
from hnn_lite import networks
from hnn_lite.page.live import henon_heiles, pixels, weights

STAR = hl.systems.henon_heiles()
SHARES = np.random.default_rng(5).uniform([0.05, -0.9], [0.95, 0.9], (20, 2))


def test_the_star_and_its_section_are_pythons(show):          # noqa: F811
    browser = show(bare(page.live.HenonHeiles()))                # noqa: F811
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
    path = STAR.rollout(begin[0], np.linspace(0, 80, 40_001))
    up = np.flatnonzero((path[:-1, 0] < 0) & (path[1:, 0] >= 0))
    np.testing.assert_allclose(dots[0], path[up][:, [1, 3]], atol=2e-3)          # the solver's path comes through at the same places


@pytest.mark.parametrize("dim", [8, 12])
def test_bodies_and_what_is_learned_of_them_are_pythons(show, dim):          # noqa: F811
    models, unlike = planets(dim), {8: ((1.0, 0.6), hl.systems.two_body), 12: ((1.0, 0.7, 1.2), hl.systems.three_body)}[dim]
    system = unlike[1](masses=unlike[0], G=1.3)
    browser = show(bare(page.live.Bodies(models, system=system)))                # noqa: F811
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


def spread(codes):
    """Twenty of them, from the first to the last."""
    return codes[np.linspace(0, len(codes) - 1, 20).astype(int)]


def test_the_pictures_of_codes_and_their_laws_are_pythons(show):          # noqa: F811
    hnn, baseline, some = films()
    figure = page.live.Pixels(hnn, baseline, some)
    browser = show(bare(figure))                # noqa: F811
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
        close(evaluate(browser, f"{name} after", np.column_stack([np.full(20, 10), z])), hl.integrate.march("rk4", shown.law.field, z, 0.5, 20)[-1])
    z, other = spread(figure.codes["hnn"]), spread(figure.codes["baseline"])
    for name, here, there in (("to baseline", z, other), ("to hnn", other, z)):
        close(evaluate(browser, name, here), pixels.powers(here) @ pixels.translation(*(figure.codes[k] for k in (("hnn", "baseline"), ("baseline", "hnn"))[name == "to hnn"])))
        assert np.abs(evaluate(browser, name, here) - there).max() < 0.05 * np.abs(there).max()          # the same pictures, nearly
    shown = weights.as_shown(hnn)
    energy = figure.worth * shown.law.hamiltonian(z) + figure.zero
    close(evaluate(browser, "energy", z), energy)
    landscape = evaluate(browser, "landscape", z)
    np.testing.assert_allclose(landscape, energy, atol=0.01 * np.ptp(landscape))
    wide = z[energy > np.quantile(energy, 0.4)]
    close(evaluate(browser, "climb", wide), shown.law.add_energy(wide, pixels.SHOVE / figure.worth))


def test_energy_that_is_added_to_a_film_is_kept(show):          # noqa: F811
    browser = show(bare(page.live.Pixels(*films())), calm=True)                # noqa: F811
    settled(browser)
    at = "return energy(paths.hnn.states[last()])"
    before = browser.execute_script(at)
    next(button for button in browser.find_elements("css selector", "button") if button.text == "add energy").click()
    np.testing.assert_allclose(browser.execute_script(at) - before, pixels.SHOVE, rtol=0.01)
    browser.execute_script("now = 200; stage.touch()")
    settled(browser)
    np.testing.assert_allclose(browser.execute_script(at) - before, pixels.SHOVE, rtol=0.01)
