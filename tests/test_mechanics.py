"""What one can do with a law of motion besides following it: add energy, and ask how a path answers to its start."""

import autograd.numpy as anp
import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.integrate import flow_jacobian, solve_ivp

PENDULUM, SPRING = hl.systems.pendulum(), hl.systems.mass_spring()


def rubbed(x):
    """A pendulum with friction 0.3: every area shrinks as exp(-0.3 t)."""
    return anp.stack([2 * x[..., 1], -3 * anp.sin(x[..., 0]) - 0.3 * x[..., 1]], axis=-1)


# --- adding energy

@pytest.mark.parametrize("law", [PENDULUM, SPRING, hl.systems.two_body(), hl.HNN(4, seed=1, hidden=(20, 20))], ids=lambda law: f"{type(law).__name__}-{law.dim}")
def test_energy_grows_by_what_was_asked_for_and_back(law):
    x = np.random.default_rng(0).uniform(0.5, 1.0, (6, law.dim)) * np.resize([1, -1, 1], law.dim)
    amount = np.linspace(-0.02, 0.02, 6)
    end = law.add_energy(x, amount)
    np.testing.assert_allclose(law.hamiltonian(end), law.hamiltonian(x) + amount, rtol=0, atol=1e-8)
    assert np.abs(end - x).max() > 1e-3
    np.testing.assert_allclose(law.add_energy(end, -amount), x, atol=1e-6)


def test_on_the_spring_energy_is_added_straight_outwards():
    np.testing.assert_allclose(SPRING.add_energy([0.3, -0.4], 0.75), [0.6, -0.8], atol=1e-9)
    np.testing.assert_allclose(SPRING.add_energy([[0.3, -0.4], [0.6, 0.8]], -0.16), [[0.18, -0.24], [0.6 * 0.84**0.5, 0.8 * 0.84**0.5]],
                               atol=1e-9)


def test_the_way_is_along_the_gradient():
    """A small amount moves the state by amount R / |R|^2, which has no part along the motion."""
    x, amount = PENDULUM.sample(20, seed=0), 1e-4
    R, moved = PENDULUM.gradient(x), PENDULUM.add_energy(x, amount) - x
    np.testing.assert_allclose(moved, amount * R / np.sum(R**2, axis=-1, keepdims=True), atol=1e-7)


@pytest.mark.parametrize(("x", "amount"), [
    ([0.3, 0.4], -1.0),                 # more than there is
    ([0.0, 0.0], 0.1),                  # at the bottom no way is up
    ([1.0, 0.0], 6.0),                  # from rest the way up ends on the pass, at 6 J
    ([[1.0, 1.0], [0.1, 0.0]], -0.5),   # one of two
], ids=["too much", "bottom", "pass", "one of two"])
def test_where_the_gradient_vanishes_it_says_so(x, amount):
    with pytest.raises(ValueError, match=r"^amount \(.*gradient, which vanishes"):
        PENDULUM.add_energy(x, amount)


# --- paths

@pytest.mark.parametrize(("lib", "calls"), [(anp, range(4, 30)), (np, range(500, 10_000))], ids=["autograd", "numpy"])
def test_a_law_in_autograds_numpy_is_traced_and_one_in_plain_numpy_is_called(lib, calls):
    count = []

    class Pendulum(hl.mechanics.Dynamics):
        dim = 2

        def field(self, x):
            count.append(1)
            return lib.stack([2 * x[..., 1], -3 * lib.sin(x[..., 0])], axis=-1)

    start, t = [[1.0, 0.5], [3.0, 0.2]], np.linspace(0, 20, 7)
    np.testing.assert_allclose(Pendulum().rollout(start, t), solve_ivp(hl.systems.pendulum().field, start, t), atol=1e-7)
    assert len(count) in calls


# --- the Jacobian matrix of a flow

def test_the_flow_of_a_linear_law_is_the_exponential_of_its_matrix():
    t = np.linspace(0, 3, 7)
    J = flow_jacobian(lambda x: 2 * hl.apply_omega(x), [0.3, 0.1], t)
    expected = np.moveaxis([[np.cos(2 * t), np.sin(2 * t)], [-np.sin(2 * t), np.cos(2 * t)]], -1, 0)
    np.testing.assert_allclose(J, expected, atol=1e-7)


@pytest.mark.parametrize("law", [PENDULUM, hl.HNN(2, seed=2, hidden=(20, 20)), hl.Baseline(3, seed=2, hidden=(20, 20))], ids=lambda law: f"{type(law).__name__}-{law.dim}")
def test_a_flow_answers_to_small_changes_as_its_jacobian_says(law):
    x, t = np.random.default_rng(1).normal(size=(2, 4, law.dim)), [0, 1, 2.5]
    J = flow_jacobian(law.field, x, t)
    assert J.shape == (3, 2, 4, law.dim, law.dim)
    for j, step in enumerate(1e-5 * np.eye(law.dim)):
        change = (solve_ivp(law.field, x + step, t, 1e-12, 1e-13) - solve_ivp(law.field, x - step, t, 1e-12, 1e-13)) / 2e-5
        np.testing.assert_allclose(J[..., j], change, atol=1e-6)


@pytest.mark.parametrize("law", [PENDULUM, hl.systems.two_body(), hl.HNN(6, seed=3, hidden=(20, 20))], ids=lambda law: f"{type(law).__name__}-{law.dim}")
def test_a_hamiltonian_flow_is_symplectic(law):
    x = np.random.default_rng(2).uniform(0.5, 1.0, law.dim) * np.resize([1, -1, 1], law.dim)
    J, omega = flow_jacobian(law.field, x, [0, 2])[-1], hl.symplectic_matrix(law.dim)
    np.testing.assert_allclose(J.T @ omega @ J, omega, atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(J), 1, atol=1e-6)
    assert np.abs(J - np.eye(law.dim)).max() > 0.01


def test_with_friction_areas_shrink_and_grow_again_on_the_way_back():
    t = np.linspace(0, 4, 5)
    J = flow_jacobian(rubbed, [1.0, 0.5], t)
    np.testing.assert_allclose(np.linalg.det(J), np.exp(-0.3 * t), rtol=1e-6)
    end = solve_ivp(rubbed, [1.0, 0.5], t)[-1]
    np.testing.assert_allclose(flow_jacobian(rubbed, end, t[::-1])[-1] @ J[-1], np.eye(2), atol=1e-6)


@pytest.mark.parametrize("stiffness, complaint", [([[2.0, -1.0], [-1.001, 2.0]], "symmetric"), ([[1.0, -1.0], [-1.0, 1.0]], "positive definite")])
def test_normal_modes_of_what_has_none_are_refused(stiffness, complaint):
    with pytest.raises(ValueError, match=complaint):
        hl.mechanics.normal_modes([1.0, 1.0], stiffness)


def test_a_free_ring_is_not_bound_by_rounding():
    with pytest.raises(ValueError, match="positive definite"):
        hl.mechanics.normal_modes([2.0, 2.0, 3.0], 3 * np.eye(3) - np.ones((3, 3)))


@pytest.mark.parametrize("given", [np.array([1, 2], np.uint8), [1, 2], np.array([True, False])])
def test_whole_numbers_are_turned_as_floats(given):
    assert hl.apply_omega(given).tolist() == [float(given[1]), -float(given[0])]


def test_a_masked_gradient_is_refused():
    with pytest.raises(ValueError, match="gradient"):
        hl.apply_omega(np.ma.array([1.0, 2.0], mask=[False, True]))


@pytest.mark.parametrize("rtol", [-1, 0, "x"])
def test_an_accuracy_that_is_none_is_named(rtol):
    with pytest.raises(ValueError, match="rtol"):
        SPRING.add_energy([1.0, 0.0], 0.1, rtol=rtol)
