"""Live figures of stars, bodies and pixels: their mathematics against Python's, and what a reader does with them."""

import numpy as np
import pytest
from test_live import ActionChains, bare, browser, close, evaluate, settled, show, wait          # noqa: F401

import hnn_lite as hl
from hnn_lite.show.live import henon_heiles

STAR = hl.systems.henon_heiles()
SHARES = np.random.default_rng(5).uniform([0.05, -0.9], [0.95, 0.9], (20, 2))


def test_the_star_and_its_section_are_pythons(show):          # noqa: F811
    browser = show(bare(hl.live.HenonHeiles()))                # noqa: F811
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
