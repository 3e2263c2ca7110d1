"""Shears, their inverse, the polar map and the scaling of the data: Jacobians, round trips, and modes known exactly."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from numerics import difference_gradient, relative_error

import hnn_lite as hl
from hnn_lite.metrics import symplecticity_defect
from hnn_lite import shears
from hnn_lite.networks import ACTIVATIONS
from hnn_lite.scaling import Scaling, williamson


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
    (lambda: shears.init_shears(0, 1, 1, 0), "n must be a whole number of at least 1"),
    (lambda: shears.init_shears(1, -1, 1, 0), "count must be"),
    (lambda: shears.init_shears(1, 1, 1, 0, gain=0), "gain must be"),
    (lambda: Scaling.of(np.ones((3, 2)), 1), "x must hold trajectories"),
    (lambda: Scaling.of(np.ones((1, 5, 2)), 1), "coordinate 0 of x never changes"),
    (lambda: Scaling.of(np.ones((1, 5, 3)), 1), "must be even"),
    (lambda: Scaling.of(np.random.default_rng(0).normal(size=(1, 5, 2)), 0), "dt must be"),
    (lambda: Scaling.of(np.random.default_rng(0).normal(size=(1, 5, 2)), 1, "plain"), "unknown kind 'plain'")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()


# --- the scaling

def coupled(masses=(5.0, 1.0), walls=(0.01, 0.005), pair=0.5):
    """Two masses at walls and at each other: H by its matrices, and paths of it."""
    K = np.zeros((4, 4))
    K[:2, :2] = np.diag(walls) + pair * np.array([[1, -1], [-1, 1]])
    K[2:, 2:] = np.diag(1 / np.array(masses))
    rates = np.sort(np.abs(np.linalg.eigvals(hl.symplectic_matrix(4) @ K).imag))[::2]
    flow = hl.symplectic_matrix(4) @ K
    starts = np.random.default_rng(0).normal(size=(3, 4)) * [10, 10, 1, 1]
    values, vectors = np.linalg.eig(flow)
    path = np.stack([((vectors * np.exp(values * t)) @ np.linalg.solve(vectors, starts.T)).real.T for t in range(50)], axis=1)
    return K, rates, path


@pytest.mark.parametrize("pair", [0.0, 0.5])
def test_normal_modes_of_coupled_oscillators(pair):
    K, rates, _ = coupled(pair=pair)
    S = williamson(K)
    np.testing.assert_allclose(S.T @ K @ S, np.diag([*rates, *rates]), atol=1e-12)
    np.testing.assert_allclose(S.T @ hl.symplectic_matrix(4) @ S, hl.symplectic_matrix(4), atol=1e-12)
    np.testing.assert_allclose(S[:2, 2:], 0, atol=1e-12)          # positions of positions alone
    np.testing.assert_allclose(S[2:, :2], 0, atol=1e-12)


def test_normal_modes_of_a_random_energy_and_of_equal_frequencies():
    root = np.random.default_rng(1).normal(size=(6, 6))
    for K in (root @ root.T, np.eye(6), np.diag([1.0, 4, 9, 4, 1, 4 / 9])):
        S = williamson(K)
        d = np.diag(S.T @ K @ S)
        np.testing.assert_allclose(S.T @ K @ S, np.diag(d), atol=1e-10)
        np.testing.assert_allclose(d[:3], d[3:])
        np.testing.assert_allclose(S.T @ hl.symplectic_matrix(6) @ S, hl.symplectic_matrix(6), atol=1e-11)


@pytest.mark.parametrize("trajectories", [1, 3])
def test_modes_solve_a_linear_system(trajectories):
    K, rates, path = coupled()
    shifted = path[:trajectories] + [3, -2, 0.1, 0]
    scaling = Scaling.of(shifted, dt=1)
    np.testing.assert_allclose(scaling.frequencies, rates, rtol=1e-9)
    np.testing.assert_allclose(scaling.centre, [3, -2, 0.1, 0], atol=1e-8)
    z = scaling.apply(shifted)
    action, _ = shears.polar(z)
    energy = np.einsum("...i,ij,...j", path[:trajectories], K, path[:trajectories]) / 2
    np.testing.assert_allclose(scaling.unit * action @ rates, energy, rtol=1e-8)
    np.testing.assert_allclose(scaling.undo(shears.rotate(z[:, :1], 40 * scaling.frequencies)), shifted[:, 40:41], atol=1e-6)


@pytest.mark.parametrize("kind", ["pairs", "modes"])
def test_a_scaling_keeps_the_form_up_to_one_factor_and_makes_size_one(kind):
    paths = hl.systems.pendulum().rollout(np.array([[0.5, 0], [2.0, 0], [1.0, 1.0]]), np.arange(0, 6, 0.1)).swapaxes(0, 1)
    for x in (coupled()[2], paths):
        scaling = Scaling.of(x, 0.1, kind)
        z = scaling.apply(x)
        assert np.mean(z**2) == pytest.approx(1) and np.abs(scaling.undo(z) - x).max() < 1e-12 * np.abs(x).max()
        assert symplecticity_defect(lambda x, s=scaling: np.sqrt(s.unit) * s.apply(x), x) < 1e-13 * np.abs(x).max()
        assert scaling.time == 0.1
        np.testing.assert_allclose(scaling.spread, x.std(axis=(0, 1)))
    assert scaling.frequencies / 0.1 == pytest.approx(np.sqrt(6), rel=0.3)          # slower than small swings


def test_where_no_quadratic_energy_has_a_minimum_the_covariance_serves():
    """Away from a hilltop: H = (p^2 - q^2) / 2."""
    t = np.linspace(0, 1, 20)
    x = np.stack([[np.cosh(t) * a + np.sinh(t) * b, np.sinh(t) * a + np.cosh(t) * b] for a, b in ((1, 0), (-1, 0.5), (0.2, -1))])
    scaling = Scaling.of(x.swapaxes(1, 2), 0.05)
    covariance = np.cov(scaling.apply(x.swapaxes(1, 2)).reshape(-1, 2), rowvar=False)
    np.testing.assert_allclose(covariance, np.eye(2) * covariance[0, 0], atol=0.05)


def test_relative_error_of_no_scaling():
    x = states(2)
    assert relative_error(Scaling.identity(4).apply(x), x) == 0 == relative_error(Scaling.identity(4).undo(x), x)
