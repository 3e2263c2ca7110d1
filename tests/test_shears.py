"""Shears, their inverse, the polar map and the turn: Jacobians and round trips."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from numerics import difference_gradient

import hnn_lite as hl
from hnn_lite.metrics import symplecticity_defect
from hnn_lite import shears
from hnn_lite.networks import ACTIVATIONS


def stack(n, count=7, width=9, linear=2, seed=0):
    """A stack of shears that is far from the identity."""
    rng = np.random.default_rng(seed)
    params = shears.init_shears(n, count, width, seed, linear)
    return [tuple(leaf + 0.5 * rng.normal(size=leaf.shape) for leaf in layer) for layer in params]


def states(n, count=100):
    return np.random.default_rng(n).normal(size=(count, 2 * n))


# --- shears

@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_shears_are_symplectic_and_undone_exactly(n, activation):
    params, x = stack(n), states(n)

    def there(x):
        return shears.shear(params, x, activation)

    def back(x):
        return shears.unshear(params, x, activation)

    assert np.abs(there(x) - x).max() > 0.3
    for way in (there, back):
        size = max(1, np.abs(way(x)).max())
        assert symplecticity_defect(way, x) < 1e-11 * size**2
    assert np.abs(back(there(x)) - x).max() < 1e-10 and np.abs(there(back(x)) - x).max() < 1e-10


def test_without_parameters_that_move_a_stack_is_the_identity():
    x = states(2)
    np.testing.assert_array_equal(shears.shear(shears.init_shears(2, 4, 5, 0, 2), x), x)


@pytest.mark.parametrize("layer", [0, 2])
def test_a_push_is_a_gradient(layer):
    params, q = stack(3)[layer], states(3)[:, :3]
    values = np.moveaxis(np.stack([difference_gradient(lambda q, i=i: shears.push(params, q)[..., i], q) for i in range(3)]),
                         0, -2)
    np.testing.assert_allclose(values, np.swapaxes(values, -1, -2), atol=1e-9)
    assert np.abs(values).max() > 0.1


def test_a_push_is_its_formula():
    K, b, a = stack(2, linear=0)[0]
    x = states(2, 1)[0, :2]
    by_hand = sum(a[i] / (1 + np.exp(-(K[:, i] @ x + b[i]))) * K[:, i] for i in range(len(a)))
    np.testing.assert_allclose(shears.push((K, b, a), x), by_hand, rtol=1e-13)


def test_the_first_shear_moves_the_positions_and_the_second_the_momenta():
    params, x = stack(2, linear=0), states(2)
    first, second = shears.shear(params[:1], x), shears.shear(params[:2], x)
    np.testing.assert_array_equal(first[:, 2:], x[:, 2:])
    np.testing.assert_array_equal(second[:, :2], first[:, :2])
    assert np.abs(first - x).max() > 0.1 and np.abs(second - first).max() > 0.1


def test_linear_shears_reach_every_part_of_a_linear_symplectic_map():
    params = stack(2, count=0, linear=5)
    J = shears.shear(params, np.eye(4)).T
    np.testing.assert_allclose(J.T @ hl.symplectic_matrix(4) @ J, hl.symplectic_matrix(4), atol=1e-12)
    assert np.abs(J - np.eye(4)).min() > 1e-3


# --- the polar map and the turn

def test_the_polar_map_is_canonical():
    """(q, p) to (theta, I) keeps the form, with its sign: d theta / dt is then + dH / dI."""
    def canonical(z):
        action, angle = shears.polar(z)
        return anp.concatenate([angle, action], axis=-1)

    assert symplecticity_defect(canonical, states(2)) < 1e-12
    action, angle = shears.polar(states(3))
    np.testing.assert_allclose(shears.cartesian(action, angle), states(3), atol=1e-14)


def test_a_turn_adds_to_the_angles_and_keeps_the_actions():
    z, by = states(2), np.array([0.3, -0.2])
    action, angle = shears.polar(z)
    turned_action, turned_angle = shears.polar(shears.rotate(z, by))
    np.testing.assert_allclose(turned_action, action, rtol=1e-13)
    np.testing.assert_allclose((turned_angle - angle - by + np.pi) % (2 * np.pi), np.pi, atol=1e-12)


def test_the_turn_goes_the_way_of_hamiltons_equations():
    """For H = I the flow of the harmonic oscillator is a turn by t."""
    spring = hl.systems.mass_spring(k=1, m=1)
    path = spring.rollout([0.3, -0.8], np.linspace(0, 5, 6), rtol=1e-12)
    for t, x in zip(range(6), path, strict=True):
        np.testing.assert_allclose(shears.rotate(path[0], np.array([float(t)])), x, atol=1e-8)


def test_a_turn_by_an_angle_that_depends_on_the_actions_is_symplectic_only_if_the_angle_is_a_gradient():
    def turned(z, angle):
        return shears.rotate(z, angle(shears.polar(z)[0]))

    energy = lambda action: anp.sum(anp.sin(action[..., :1] + 2 * action[..., 1:]), axis=-1)  # noqa: E731
    slope = grad(lambda action: anp.sum(energy(action)))
    assert symplecticity_defect(lambda z: turned(z, slope), states(2)) < 1e-12 * 100
    assert symplecticity_defect(lambda z: turned(z, lambda action: action[..., ::-1] ** 2 * np.array([1, 2])), states(2)) > 0.1


# --- the defect

def test_the_defect_of_what_is_not_symplectic():
    x = states(1)
    assert symplecticity_defect(lambda x: 2 * x, x) == pytest.approx(3)
    assert symplecticity_defect(lambda x: x[..., ::-1], x) == pytest.approx(2)
    assert symplecticity_defect(lambda x: x + 1, x) == 0
    gates = np.array([1.0, 2.0, 1.0, 0.5])
    assert symplecticity_defect(lambda x: x * gates, states(2)) == 0


@pytest.mark.parametrize("bad, words", [
    (lambda: symplecticity_defect(lambda x: x, np.ones(3)), "must be even"),
    (lambda: symplecticity_defect(lambda x: x[..., :1], np.ones(2)), "must map states"),
    (lambda: symplecticity_defect(lambda x: x, [1.0, np.nan]), "x contains 1 values"),
    (lambda: shears.init_shears(0, 1, 1, 0), "n must be a whole number of at least 1, got 0"),
    (lambda: shears.init_shears(1, -1, 1, 0), "count must be a whole number of at least 0, got -1"),
    (lambda: shears.init_shears(1, 1, 0, 0), "width must be a whole number of at least 1, got 0"),
    (lambda: shears.init_shears(1, 1, 1, 0, linear=0.5), "linear must be a whole number of at least 0, got 0.5"),
    (lambda: shears.init_shears(1, 1, 1, "0"), "seed must be a whole number of at least 0, got '0'"),
    (lambda: shears.init_shears(1, 1, 1, 0, gain=0), "gain must be finite and positive, got 0")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()
