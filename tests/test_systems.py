"""The given laws of motion: formulas, derivatives, invariants, and where the initial states lie."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.special
import scipy.stats
from numerics import difference_gradient, relative_error

import hnn_lite as hl
from hnn_lite.mechanics import HamiltonianDynamics

STATES = np.random.default_rng(1).uniform(-3, 3, (40, 2))
Q, P = STATES[:, 0], STATES[:, 1]

SPRINGS = {"default": {}, "text of the paper": {"k": 1, "m": 1}, "stiff": {"k": 7.0, "m": 0.3}}
PENDULUMS = {"default": {}, "text of the paper": {"m": 1, "g": 6, "l": 1}, "long": {"m": 0.7, "g": 9.81, "l": 2.5}}

# each: the system, its H, dH/dq and dH/dp by hand
BY_HAND = (
    [pytest.param(hl.systems.mass_spring(**c), k * Q**2 / 2 + P**2 / (2 * m), k * Q, P / m, id=f"spring, {name}")
     for name, c in SPRINGS.items() for k, m in [(c.get("k", 2), c.get("m", 0.5))]]
    + [pytest.param(hl.systems.pendulum(**c), m * g * l * (1 - np.cos(Q)) + P**2 / (2 * m * l**2),
                    m * g * l * np.sin(Q), P / (m * l**2), id=f"pendulum, {name}")
       for name, c in PENDULUMS.items() for m, g, l in [(c.get("m", 0.5), c.get("g", 6), c.get("l", 1))]])

SYSTEMS = [pytest.param(case.values[0], id=case.id) for case in BY_HAND]


class TwoOscillators(HamiltonianDynamics):
    """Two degrees of freedom, not separable: for what a plane cannot show."""

    dim = 4

    def hamiltonian(self, x):
        q1, q2, p1, p2 = (x[..., i] for i in range(4))
        return (p1**2 + 2 * p2**2) / 2 + q1**2 + 0.3 * q1 * q2 * p2 + q2**4


@pytest.mark.parametrize(("system", "energy", "dq", "dp"), BY_HAND)
def test_hamiltonian_and_both_gradients_are_the_formulas(system, energy, dq, dp):
    np.testing.assert_allclose(system.hamiltonian(STATES), energy, rtol=1e-13)
    np.testing.assert_allclose(system.gradient(STATES), np.stack([dq, dp], axis=-1), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(system.symplectic_gradient(STATES), np.stack([dp, -dq], axis=-1), rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(system.field(STATES), system.symplectic_gradient(STATES))


def test_defaults_are_the_hamiltonians_of_the_papers_code():
    np.testing.assert_allclose(hl.systems.mass_spring().hamiltonian(STATES), Q**2 + P**2, rtol=1e-14)
    np.testing.assert_allclose(hl.systems.pendulum().hamiltonian(STATES), 3 * (1 - np.cos(Q)) + P**2, rtol=1e-14)
    np.testing.assert_allclose(hl.systems.real_pendulum_energy(STATES), 2.4 * (1 - np.cos(Q)) + P**2, rtol=1e-14)


@pytest.mark.parametrize("system", [*SYSTEMS, pytest.param(TwoOscillators(), id="two oscillators")])
def test_gradients_agree_with_finite_differences(system):
    x = np.random.default_rng(2).normal(size=(20, system.dim))
    n = system.dim // 2
    differences = difference_gradient(system.hamiltonian, x)
    assert relative_error(system.gradient(x), differences) < 1e-9
    turned = np.concatenate([differences[:, n:], -differences[:, :n]], axis=1)
    assert relative_error(system.symplectic_gradient(x), turned) < 1e-9


@pytest.mark.parametrize("system", SYSTEMS)
def test_energy_stays_along_the_symplectic_gradient(system):
    x0 = system.sample(5, seed=0)
    path = system.rollout(x0, np.linspace(0, 8, 30), rtol=1e-11)
    energy = system.hamiltonian(path)
    assert np.abs(energy / energy[0] - 1).max() < 1e-8
    assert np.abs(path - path[0]).max() > 0.1                    # it did move


@pytest.mark.parametrize("system", SYSTEMS)
def test_energy_grows_along_the_gradient_by_its_square(system):
    x0 = system.sample(5, seed=1)
    t = np.linspace(0, 0.004, 5)                                 # dH/dt by differences at the middle of a short path
    path = hl.integrate.solve_ivp(system.gradient, x0, t, rtol=1e-12)
    energy = system.hamiltonian(path)
    slope = (8 * (energy[3] - energy[1]) - (energy[4] - energy[0])) / (12 * (t[1] - t[0]))
    np.testing.assert_allclose(slope, np.sum(system.gradient(path[2]) ** 2, axis=-1), rtol=1e-6)


def test_rollout_of_the_spring_is_the_exact_rotation():
    t = np.linspace(0, 10, 41)
    (q, p) = (0.6, -0.8)
    path = hl.systems.mass_spring().rollout([q, p], t)           # dq/dt = 2p, dp/dt = -2q
    exact = np.stack([q * np.cos(2 * t) + p * np.sin(2 * t), p * np.cos(2 * t) - q * np.sin(2 * t)], axis=-1)
    np.testing.assert_allclose(path, exact, atol=1e-7)


def test_period_of_the_pendulum_is_the_elliptic_integral():
    amplitude = 2.0
    quarter = scipy.special.ellipk(np.sin(amplitude / 2) ** 2) / np.sqrt(6.0)       # sqrt(l / g) K(sin^2(a / 2))
    path = hl.systems.pendulum().rollout([amplitude, 0.0], [0, quarter, 2 * quarter, 4 * quarter], rtol=1e-11)
    assert abs(path[1, 0]) < 1e-7
    np.testing.assert_allclose(path[2:], [[-amplitude, 0], [amplitude, 0]], atol=1e-7)


def test_rollout_of_many_starts_is_each_rolled_out():
    system, t = hl.systems.pendulum(), np.linspace(0, 2, 20)
    starts = system.sample(6, seed=3).reshape(2, 3, 2)
    together = system.rollout(starts, t)
    assert together.shape == (20, 2, 3, 2)
    for i in range(2):
        for j in range(3):
            np.testing.assert_allclose(together[:, i, j], system.rollout(starts[i, j], t), atol=1e-6)


@pytest.mark.parametrize(("system", "inner", "outer"), [(hl.systems.mass_spring(), 0.1, 1.0), (hl.systems.pendulum(), 1.3, 2.3)])
def test_initial_states_lie_on_the_papers_ring(system, inner, outer):
    x = system.sample(4000, seed=0)
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    assert inner <= radius.min() < inner + 0.01 and outer - 0.01 < radius.max() <= outer
    assert scipy.stats.kstest(radius, scipy.stats.uniform(inner, outer - inner).cdf).pvalue > 1e-3
    assert scipy.stats.kstest(angle, scipy.stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    assert abs(np.corrcoef(radius, angle)[0, 1]) < 0.06


def test_samples_are_given_by_their_seed():
    system = hl.systems.mass_spring()
    np.testing.assert_array_equal(system.sample(10, 4), system.sample(10, 4))
    assert not np.any(system.sample(10, 4) == system.sample(10, 5))
    assert not np.any(system.sample(10, 4) == hl.systems.pendulum().sample(10, 4))


def test_omega_turns_a_gradient_and_is_symplectic():
    for dim in (2, 4, 6):
        matrix, v = hl.symplectic_matrix(dim), np.random.default_rng(dim).normal(size=(7, dim))
        np.testing.assert_array_equal(matrix @ matrix, -np.eye(dim))
        np.testing.assert_array_equal(matrix.T, -matrix)
        np.testing.assert_array_equal(hl.apply_omega(v), v @ matrix.T)
    np.testing.assert_array_equal(hl.symplectic_matrix(2), [[0, 1], [-1, 0]])
    np.testing.assert_array_equal(hl.apply_omega([1.0, 2.0, 3.0, 4.0]), [3, 4, -1, -2])


def test_a_system_does_not_change_under_ones_hands():
    with pytest.raises(AttributeError):
        hl.systems.pendulum().dim = 4
    assert replace(hl.systems.pendulum(), name="other").name == "other"


def test_stars_of_next_to_no_energy_are_found():
    system = hl.systems.henon_heiles(energy=1e-9)
    np.testing.assert_allclose(system.hamiltonian(system.sample(20, 0)), 1e-9, rtol=1e-6)


def test_a_change_of_one_lattices_waves_is_not_the_next_ones():
    hl.systems.toda(3).basis[:] = 0
    assert np.any(hl.systems.toda(3).basis)


def test_a_complex_constant_is_refused():
    with pytest.raises(ValueError, match="k must be"):
        hl.systems.mass_spring(k=np.complex128(2 + 3j))
