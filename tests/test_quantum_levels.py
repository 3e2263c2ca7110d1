"""Levels from matrices against formulas and against each other; actions from paths and areas; the semiclassical rule."""

import numpy as np
import pytest
from scipy.special import mathieu_a, mathieu_b

import hnn_lite as hl
from hnn_lite.page.beyond import quantum_levels as ql

STAR = hl.systems.henon_heiles()


def morse(q):
    return (1 - np.exp(-q)) ** 2


def circles(plus, minus, angles):
    """States of two equal springs with these actions of the circular motions to the left and to the right."""
    a = np.sqrt([plus, minus]) * np.exp(1j * np.asarray(angles))
    x, y = a @ [1, 1], a @ [1j, -1j]
    return np.array([x.real, y.real, x.imag, y.imag])


@pytest.mark.parametrize("hbar", [0.15, 0.25, 1.0])
@pytest.mark.parametrize("m, g, l", [(0.5, 6.0, 1.0), (1.3, 2.0, 0.7)])
def test_plane_waves_give_mathieus_levels(hbar, m, g, l):
    """H psi = E psi is y'' + (a - 2 s cos 2v) y = 0 with q = 2v, a = 8 I (E - mgl) / hbar^2, s = 4 I mgl / hbar^2, I = m l^2."""
    inertia, lift, orders = m * l**2, m * g * l, np.arange(8)
    a = np.sort(np.concatenate([mathieu_a(2 * orders, 4 * inertia * lift / hbar**2), mathieu_b(2 * orders[1:], 4 * inertia * lift / hbar**2)]))
    np.testing.assert_allclose(ql.pendulum_levels(hbar, 12, m, g, l), lift + hbar**2 / (8 * inertia) * a[:12], rtol=1e-9)


def test_the_grid_gives_the_spring_and_morses_well_exactly():
    np.testing.assert_allclose(ql.well_levels(lambda q: q**2, 0.3, 6, -5, 5, mass=2.0), 0.3 * (np.arange(6) + 0.5), rtol=1e-10)
    w = np.sqrt(2) * 0.1 * (np.arange(10) + 0.5)
    np.testing.assert_allclose(ql.well_levels(morse, 0.1, 10, -1.5, 14), w - w**2 / 4, rtol=1e-10)


def test_the_grid_and_the_plane_waves_agree_deep_in_the_pendulums_well():
    np.testing.assert_allclose(ql.well_levels(lambda q: 3 * (1 - np.cos(q)), 0.1, 8, -np.pi, np.pi, mass=0.5), ql.pendulum_levels(0.1, 8), rtol=1e-9)


def test_the_stars_levels_are_the_published_ones_and_two_springs_levels_when_small():
    published = np.repeat([0.998595, 1.990077, 2.956243, 2.985326, 3.925964, 3.982419, 3.985758, 4.870146, 4.898645], [1, 2, 1, 2, 2, 1, 1, 1, 2])
    np.testing.assert_allclose(80 * ql.star_levels(1 / 80, 13), published, atol=5e-6)
    np.testing.assert_allclose(ql.star_levels(1e-6, 6, quanta=12), 1e-6 * np.array([1, 2, 2, 3, 3, 3]), rtol=1e-5)
    np.testing.assert_allclose(ql.star_levels(1 / 80, 21, quanta=30), ql.star_levels(1 / 80, 21), rtol=1e-9)


def test_the_stars_ground_state_is_that_of_second_order_perturbation_theory():
    assert (1 / 1280 - ql.star_levels(1 / 1280, 1, quanta=24)[0]) * 1280**2 == pytest.approx(1 / 9, abs=1e-3)


@pytest.mark.parametrize("energy", [0.05, 0.5, 0.9])
def test_a_wells_action_is_its_area(energy):
    assert ql.well_action(morse, energy, -2, 20) == pytest.approx(np.sqrt(2) * (1 - np.sqrt(1 - energy)), rel=1e-9)
    assert ql.well_action(lambda q: 2 * q**2, energy, -3, 3, mass=4.0) == pytest.approx(energy, rel=1e-12)          # of frequency 1
    assert ql.well_action(lambda q: 3 * (1 - np.cos(q)), energy, -3, 3, mass=0.5) == pytest.approx(
        hl.actions.Pendulum().encode([np.arccos(1 - energy / 3), 0.0])[0][0], rel=1e-9)


def test_the_stars_field_is_that_of_its_hamiltonian():
    z = STAR.sample(20, seed=1)
    np.testing.assert_allclose(ql.star_field(z), STAR.field(z), atol=1e-14)


def test_actions_of_the_star_follow_the_normal_form_and_do_not_depend_on_where_the_path_begins():
    dt = 0.6
    for plus, minus in ((0.012, 0.002), (0.002, 0.02), (0.02, 0.004)):
        path = hl.integrate.march("yoshida4", ql.star_field, circles(plus, minus, [0.4, 2.0]), dt / 4, 16000, every=4)
        actions = ql.star_torus(path[:2001], dt)
        np.testing.assert_allclose(ql.star_torus(path[1500:3501], dt), actions, rtol=1e-4)
        N, L = actions.sum(), actions[0] - actions[1]
        assert L * (plus - minus) > 0
        off = abs(STAR.hamiltonian(path[0]) - (N - 5 / 12 * N**2 + 7 / 12 * L**2))
        assert off < 5 * N**3 and off < 0.1 * min(5 / 12 * N**2, 7 / 12 * L**2)          # neither term can be missing


def test_a_chaotic_path_and_one_on_an_island_have_no_such_torus():
    wild = hl.systems.henon_heiles(1 / 6).sample(12, seed=3)
    paths = np.swapaxes(hl.integrate.march("yoshida4", ql.star_field, wild, 0.15, 8000, every=4), 0, 1)
    assert sum(ql.star_torus(path, 0.6) is None for path in paths if np.abs(path).max() < 2) >= 9
    island = hl.integrate.march("yoshida4", ql.star_field, np.array([0.0, 0.0, 0.0, 0.3]), 0.15, 8000, every=4)          # straight up and down
    assert ql.star_torus(island, 0.6) is None


def test_the_rule_gives_the_energies_of_a_model_that_is_known():
    model = hl.ActionAngleNetwork(4, shears=3, width=4, seed=1, scaling=hl.scaling.Scaling.identity(4))
    model.params = {**model.params, "rates": np.array([1.0, 0.7])}
    numbers = np.array([[0, 0], [2, 1], [0, 3]])
    np.testing.assert_allclose(ql.torus_levels(model, numbers, 0.2), 0.2 * (numbers + 0.5) @ [1.0, 0.7], rtol=1e-9)
    np.testing.assert_allclose(ql.torus_levels(model, numbers, 0.2, maslov=[0, 2]), 0.2 * (numbers + [0, 0.5]) @ [1.0, 0.7], rtol=1e-9)


def test_levels_count_from_where_all_actions_are_zero():
    model = hl.ActionAngleNetwork(4, shears=3, width=4, seed=1, scaling=hl.scaling.Scaling.identity(4))
    model.params["network"][-1] = (np.random.default_rng(0).normal(size=model.params["network"][-1][0].shape),)
    model.params["network"][0] = (model.params["network"][0][0], np.ones_like(model.params["network"][0][1]))
    assert abs(model.hamiltonian(model.decode(np.zeros(2), np.zeros(2)))) > 1
    assert ql.torus_levels(model, [0, 0], 0.2, maslov=0) == pytest.approx([0.0])


@pytest.mark.parametrize("call, words", [
    (lambda: ql.torus_levels(hl.ActionAngleNetwork(2, shears=1), [[0]], 0), "hbar must be finite and positive"),
    (lambda: ql.torus_levels(hl.ActionAngleNetwork(2, shears=1), [0, 1], 0.1), "numbers must hold states of 1 coordinates"),
    (lambda: ql.pendulum_levels(-1, 3), "hbar must be finite and positive"),
    (lambda: ql.pendulum_levels(0.1, 0), "count must be a whole number"),
    (lambda: ql.well_levels(morse, 0.1, 10, -1, 9, points=10), "points must be a whole number of at least 11"),
    (lambda: ql.well_action(morse, 1.2, -2, 20), "must turn round between low and high"),
    (lambda: ql.well_action(morse, -0.1, -2, 20), "must turn round between low and high"),
    (lambda: ql.star_levels(0.1, 50, quanta=5), "count must be at most 21"),
    (lambda: ql.star_torus(np.zeros((100, 2)), 0.5), "path must hold states of 4 coordinates"),
])
def test_what_cannot_be_used_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
