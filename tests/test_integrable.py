"""Coupled oscillators, a planet, Toda's lattice, Henon and Heiles's star: Hamiltonians, what they keep, initial states."""

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
from numerics import difference_gradient, relative_error

import hnn_lite as hl

OSCILLATORS = hl.systems.coupled_oscillators()
THREE = hl.systems.coupled_oscillators((1.0, 2.0, 0.5), (1.0, 0.3, 2.0), 0.4, (1.0, 1.0, 1.0))
KEPLER, TODA, EIGHT, STAR = hl.systems.kepler(), hl.systems.toda(), hl.systems.toda(8), hl.systems.henon_heiles()
SYSTEMS = {"two oscillators": OSCILLATORS, "three oscillators": THREE, "kepler": KEPLER, "toda 3": TODA, "toda 8": EIGHT,
           "star": STAR}


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_field_agrees_with_differences_and_keeps_the_energy(system):
    x = system.sample(6, seed=0)
    assert relative_error(system.gradient(x), difference_gradient(system.hamiltonian, x)) < 1e-6
    path = system.rollout(x, np.linspace(0, 10, 20), rtol=1e-11)
    scale = np.abs(system.hamiltonian(x)).min()
    assert np.abs(system.hamiltonian(path) - system.hamiltonian(x)).max() < 1e-7 * scale
    assert np.abs(path - x).max() > 0.1


def test_oscillators_are_pulled_by_every_spring():
    m, k_wall, k_pair = [1.0, 2.0, 0.5], [1.0, 0.3, 2.0], 0.4
    for x in np.random.default_rng(0).normal(size=(5, 6)):
        q, p = x[:3], x[3:]
        energy = sum(p[i] ** 2 / m[i] + k_wall[i] * q[i] ** 2 for i in range(3)) / 2
        energy += k_pair / 2 * sum((q[i] - q[j]) ** 2 for i in range(3) for j in range(i))
        force = [-k_wall[i] * q[i] - k_pair * sum(q[i] - q[j] for j in range(3)) for i in range(3)]
        assert THREE.hamiltonian(x) == pytest.approx(energy, rel=1e-13)
        np.testing.assert_allclose(THREE.field(x), [*(p / m), *force], rtol=1e-11)


def test_modes_are_those_of_the_aan_papers_code():
    for k_pair, expected in ((0, (0.0447, 0.0707)), (0.5, (0.04998, 0.7775))):
        frequencies, _ = hl.systems.coupled_oscillators(k_pair=k_pair).modes()
        np.testing.assert_allclose(frequencies, expected, rtol=2e-3)


@pytest.mark.parametrize("system", [OSCILLATORS, THREE])
def test_a_mode_swings_by_itself(system):
    frequencies, columns = system.modes()
    assert np.all(np.diff(frequencies) > 0)
    np.testing.assert_allclose(np.linalg.norm(columns, axis=0), 1)
    assert np.all(columns.max(axis=0) > -columns.min(axis=0))                        # the largest component is positive
    general = scipy.linalg.eigh(system.stiffness, np.diag(system.masses), eigvals_only=True)
    np.testing.assert_allclose(frequencies**2, general, rtol=1e-10)
    amplitudes, phases = np.eye(len(frequencies)), np.linspace(0, 1, len(frequencies))
    for k, frequency in enumerate(frequencies):
        t = np.linspace(0, 3 * 2 * np.pi / frequency, 50)
        path = system.rollout(system.in_modes(amplitudes[k], phases), t, rtol=1e-11)
        expected = system.in_modes(amplitudes[k], phases + np.outer(t, frequencies))
        np.testing.assert_allclose(path, expected, atol=1e-7)


@pytest.mark.parametrize(("system", "amplitudes"), [(OSCILLATORS, (10.0, 1.0)), (THREE, (1.0, 1.0, 1.0))])
def test_oscillators_start_with_amplitudes_and_phases_as_they_should(system, amplitudes):
    x, n = system.sample(4000, seed=0), len(amplitudes)
    frequencies, columns = system.modes()
    Q, V = (part @ np.linalg.inv(columns).T for part in (x[:, :n], x[:, n:] / system.masses))
    waves = Q - 1j * V / frequencies                                       # A exp(i phase)
    for k, largest in enumerate(amplitudes):
        assert scipy.stats.kstest(np.abs(waves[:, k]) / largest, scipy.stats.uniform(0.1, 0.9).cdf).pvalue > 1e-3
        assert scipy.stats.kstest(np.angle(waves[:, k]), scipy.stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3


def test_todas_lattices_start_with_a_harmonic_energy_and_a_direction_as_they_should():
    x = hl.systems.toda(4, energy=2.0).sample(4000, seed=0)
    z = np.hstack([x[:, :3] * 2 * np.sin(np.pi * np.array([1, 1, 2]) / 4), x[:, 3:]])
    energy = np.sum(z**2, axis=1) / 2
    assert scipy.stats.kstest(energy / 2, scipy.stats.uniform(0.1, 0.9).cdf).pvalue > 1e-3
    for share in z.T / np.sqrt(2 * energy):                              # of a direction in six dimensions that is even over all
        assert scipy.stats.kstest(share**2, scipy.stats.beta(0.5, 2.5).cdf).pvalue > 1e-3 and abs(np.mean(np.sign(share))) < 0.06


def test_planets_start_where_they_should():
    x = KEPLER.sample(4000, seed=0)
    q, p = x[:, :2], x[:, 2:]
    spin = q[:, 0] * p[:, 1] - q[:, 1] * p[:, 0]
    L = 1 / np.sqrt(-2 * KEPLER.hamiltonian(x))
    assert scipy.stats.kstest(L, scipy.stats.uniform(0.8, 0.4).cdf).pvalue > 1e-3
    lenz = np.stack([p[:, 1] * spin, -p[:, 0] * spin], axis=-1) - q / np.linalg.norm(q, axis=1, keepdims=True)
    assert scipy.stats.kstest(np.linalg.norm(lenz, axis=1), scipy.stats.uniform(0, 0.6).cdf).pvalue > 1e-3
    assert scipy.stats.kstest(np.arctan2(*lenz.T), scipy.stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    assert spin.min() > 0                                                  # all anticlockwise
    path = hl.systems.kepler(mu=2.0).rollout([1.0, 0.0, 0.0, np.sqrt(2.0)], np.linspace(0, 10, 40))
    np.testing.assert_allclose(np.hypot(path[:, 0], path[:, 1]), 1, atol=1e-7)      # a circle, where mu = v^2 r


@pytest.mark.parametrize("N", [3, 4, 8])
def test_toda_is_the_ring_of_springs_seen_from_its_centre(N):
    system = hl.systems.toda(N)
    x = system.sample(5, seed=1)
    q, p = system.ring(x)
    np.testing.assert_allclose([q.sum(-1), p.sum(-1)], 0, atol=1e-13)
    energy = np.sum(p**2, axis=-1) / 2 + np.sum(np.exp(q - np.roll(q, -1, axis=-1)) - 1, axis=-1)
    np.testing.assert_allclose(system.hamiltonian(x), energy, rtol=1e-12)
    dq, dp = system.ring(system.field(x))
    np.testing.assert_allclose(dq, p, atol=1e-13)
    np.testing.assert_allclose(dp, np.exp(np.roll(q, 1, axis=-1) - q) - np.exp(q - np.roll(q, -1, axis=-1)), atol=1e-12)


@pytest.mark.parametrize("N", [3, 4, 8])
def test_the_eigenvalues_of_todas_lax_matrix_stay_and_know_the_energy(N):
    system = hl.systems.toda(N)
    path = system.rollout(system.sample(4, seed=2), np.linspace(0, 30, 60), rtol=1e-12)
    eigenvalues = np.linalg.eigvalsh(system.lax_matrix(path))
    assert np.ptp(eigenvalues, axis=0).max() < 1e-8
    assert np.ptp(eigenvalues, axis=1).max() > 0.05                        # and they differ between orbits
    np.testing.assert_allclose(np.sum(eigenvalues**2, axis=-1), (system.hamiltonian(path) + N) / 2, rtol=1e-9)


@pytest.mark.parametrize("N", (3, 4, 8))
def test_todas_actions_stay_and_their_slopes_are_frequencies(N):
    system = hl.systems.toda(N)
    x = system.sample(5, seed=0)
    path = system.rollout(x, np.linspace(0, 20, 6), rtol=1e-12)
    assert np.ptp(system.actions(path), axis=0).max() < 1e-8
    small, waves = 1e-3 * x, 2 * np.sin(np.pi * np.arange(1, N) / N)
    np.testing.assert_allclose(system.actions(small) @ waves, system.hamiltonian(small), rtol=1e-5)
    assert system.actions(x, points=100) == pytest.approx(system.actions(x), abs=1e-10)


def test_todas_actions_are_canonical():          # the motions that they generate commute, and each comes back after 2 pi
    def gradient(x):
        return difference_gradient(lambda y: TODA.actions(y)[..., k], x, 1e-5)

    x0 = TODA.sample(1, seed=1)[0]
    for k in range(2):
        back = hl.integrate.solve_ivp(lambda x: hl.apply_omega(gradient(x)), x0, np.array([0, np.pi, 2 * np.pi]), rtol=1e-9)
        assert np.abs(back[2] - x0).max() < 1e-5 < 0.1 < np.abs(back[1] - x0).max()
        assert np.abs(TODA.actions(back) - TODA.actions(x0)).max() < 1e-6


def test_small_motions_of_toda_are_its_waves():
    system = hl.systems.toda(8)
    hessian = np.stack([system.field(row * 1e-6)[7:] for row in np.hstack([np.eye(7), np.zeros((7, 7))])]) / -1e-6
    wave = np.array([1, 1, 2, 2, 3, 3, 4])
    np.testing.assert_allclose(hessian, np.diag(4 * np.sin(np.pi * wave / 8) ** 2), atol=1e-5)


def test_toda_is_henon_and_heiles_to_third_order():
    z = np.random.default_rng(3).uniform(-0.02, 0.02, size=(50, 2))        # places of the star; Toda's are -sqrt(8) times these
    zero, r = np.zeros_like(z), np.linalg.norm(z, axis=1)
    toda = TODA.hamiltonian(np.hstack([-np.sqrt(8) * z, zero])) / 24
    star = STAR.hamiltonian(np.hstack([z, zero]))
    assert np.all(np.abs(toda - star) < r**4)
    assert np.abs(star / r**2 - 1 / 2).max() > 4 * 0.02**2                 # what the third order is worth


@pytest.mark.parametrize("energy", [1 / 24, 1 / 8, 1 / 6])
def test_stars_start_evenly_on_their_energy_and_stay(energy):
    system = hl.systems.henon_heiles(energy)
    x = system.sample(3000, seed=0)
    np.testing.assert_allclose(system.hamiltonian(x), energy, rtol=1e-12)
    assert x[:, 1].min() > -0.5 and x[:, 1].max() < 1
    # in two dimensions the surface projects evenly on the plane of places: as many as in a fine grid of it
    grid = np.stack(np.meshgrid(np.linspace(-0.87, 0.87, 400), np.linspace(-0.5, 1, 400)), axis=-1).reshape(-1, 2)
    inside = (abs(grid[:, 0]) * np.sqrt(3) <= 1 - grid[:, 1]) & (system.potential(grid) < energy)
    share = np.mean(system.potential(grid[inside]) < energy / 2)
    assert abs(np.mean(system.potential(x[:, :2]) < energy / 2) - share) < 0.04
    path = system.rollout(x[:20], np.linspace(0, 60, 100))
    assert np.abs(path).max() < 1.1
