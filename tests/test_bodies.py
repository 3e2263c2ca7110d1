"""Bodies under gravity: the Hamiltonian, what it keeps, the orbits that the paper starts from, and tasks 4 and 4b."""

import numpy as np
import pytest
import scipy.stats
from numerics import difference_gradient, relative_error

import hnn_lite as hl

TWO, THREE = hl.systems.two_body(), hl.systems.three_body()
UNEQUAL = hl.systems.three_body(masses=(1.0, 0.5, 2.0), G=1.7)
SYSTEMS = {"two": TWO, "three": THREE, "unequal": UNEQUAL, "two, unequal": hl.systems.two_body((2.0, 0.3), 0.8),
           "five": hl.systems.n_body([1.0, 2.0, 3.0, 4.0, 5.0], G=0.7)}


def states(system, count=20):
    return np.random.default_rng(3).normal(size=(count, system.dim))


def by_hand(x, masses, G):
    """H and dx/dt, one pair of bodies after the other, from the paper's order of coordinates."""
    n = len(masses)
    qx, qy, px, py = (x[k * n:(k + 1) * n] for k in range(4))
    energy, force = 0.0, np.zeros((2, n))
    for i in range(n):
        energy += (px[i] ** 2 + py[i] ** 2) / (2 * masses[i])
        for j in range(n):
            if i != j:
                dx, dy = qx[i] - qx[j], qy[i] - qy[j]
                r = np.hypot(dx, dy)
                energy -= G * masses[i] * masses[j] / r / 2
                force[:, i] -= G * masses[i] * masses[j] * np.array([dx, dy]) / r**3
    return energy, np.concatenate([px / masses, py / masses, force[0], force[1]])


@pytest.mark.parametrize("name", ["two", "three", "unequal", "two, unequal"])
def test_the_centre_of_mass_of_a_drawn_state_is_at_the_origin(name):
    x = SYSTEMS[name].sampler(np.random.default_rng(0), 50)
    assert np.abs(SYSTEMS[name].centre_of_mass(x)).max() < 1e-15
    if name.startswith("two"):
        assert np.abs(SYSTEMS[name].momentum(x)).max() < 1e-15


@pytest.mark.parametrize(("name", "masses", "G"), [("two", [1, 1], 1), ("three", [1, 1, 1], 1), ("unequal", [1, 0.5, 2], 1.7),
                                                   ("five", [1, 2, 3, 4, 5], 0.7)])
def test_energy_and_field_are_newtons(name, masses, G):
    system = SYSTEMS[name]
    for x in states(system, 5):
        energy, field = by_hand(x, masses, G)
        assert system.hamiltonian(x) == pytest.approx(energy, rel=1e-12)
        np.testing.assert_allclose(system.field(x), field, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_gradient_agrees_with_differences(system):
    x = states(system, 4)
    assert relative_error(system.gradient(x), difference_gradient(system.hamiltonian, x)) < 1e-6


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_positions_and_momenta_are_in_the_papers_order(system):
    x, n = states(system, 4), system.dim // 4
    for body in range(n):
        np.testing.assert_array_equal(system.positions(x)[:, body], x[:, [body, n + body]])
        np.testing.assert_array_equal(system.momenta(x)[:, body], x[:, [2 * n + body, 3 * n + body]])
    np.testing.assert_allclose(system.momentum(x), system.momenta(x).sum(axis=1))
    (qx, qy), (px, py) = system.positions(x).T, system.momenta(x).T          # each (bodies, states)
    np.testing.assert_allclose(system.angular_momentum(x), (qx * py - qy * px).sum(axis=0))
    np.testing.assert_allclose(system.centre_of_mass(x)[1],
                               np.average(system.positions(x)[1], axis=0, weights=system.masses))


@pytest.mark.parametrize("system", [TWO, THREE, UNEQUAL], ids=["two", "three", "unequal"])
def test_energy_momentum_and_angular_momentum_are_kept(system):
    start = system.sample(3, seed=4)
    path = system.rollout(start, np.linspace(0, 4, 20), rtol=1e-11)
    for kept in (system.hamiltonian, system.momentum, system.angular_momentum):
        assert np.abs(kept(path) - kept(start)).max() < 1e-7
    assert np.abs(path - start).max() > 0.5                     # it did move


class Quiet:
    """A generator whose numbers lie in the middle of the range that is asked for."""

    def uniform(self, low, high, size):
        return np.full(size, (low + high) / 2)

    def normal(self, size):
        return np.zeros(size)


@pytest.mark.parametrize("name", ["two", "two, unequal"])
def test_without_the_push_two_bodies_go_round_in_a_circle(name):
    system = SYSTEMS[name]
    path = system.rollout(system.sampler(Quiet(), 3), np.linspace(0, 20, 100), rtol=1e-11)
    distance = np.linalg.norm(system.positions(path)[..., 0, :] - system.positions(path)[..., 1, :], axis=-1)
    np.testing.assert_allclose(distance, np.broadcast_to(distance[0], distance.shape), rtol=1e-6)


def test_without_the_push_three_bodies_keep_their_triangle():
    for system in (THREE, UNEQUAL):
        start = system.sampler(Quiet(), 2)
        assert np.abs(system.momentum(start)).max() < 1e-12 and np.abs(system.centre_of_mass(start)).max() < 1e-12
        path = system.rollout(start, np.linspace(0, 2, 20), rtol=1e-11)
        sides = [np.linalg.norm(system.positions(path)[..., i, :] - system.positions(path)[..., j, :], axis=-1)
                 for i, j in ((0, 1), (1, 2), (2, 0))]
        for side in sides:
            np.testing.assert_allclose(side, np.broadcast_to(sides[0][0], side.shape), rtol=1e-6)


def test_starts_are_the_papers():
    x = TWO.sample(4000, seed=0)
    first, second = TWO.positions(x)[:, 0], TWO.positions(x)[:, 1]
    np.testing.assert_allclose(second, -first)
    np.testing.assert_allclose(TWO.momentum(x), 0, atol=1e-15)
    assert 0.5 <= first.min() < 0.51 and 1.49 < first.max() <= 1.5
    speed = np.linalg.norm(TWO.momenta(x)[:, 0], axis=-1)
    push = speed * 2 * np.linalg.norm(first, axis=-1) ** 0.5 - 1                 # circular: v^2 / r = 1 / (2 r)^2
    assert scipy.stats.kstest(push / 0.05, "norm").pvalue > 1e-3

    x = THREE.sample(4000, seed=0)
    radius = np.linalg.norm(THREE.positions(x), axis=-1)
    assert 0.9 <= radius.min() < 0.901 and 1.199 < radius.max() <= 1.2
    np.testing.assert_allclose(radius, np.broadcast_to(radius[:, :1], radius.shape))
    q = THREE.positions(x)
    assert scipy.stats.kstest(np.arctan2(q[:, 0, 1], q[:, 0, 0]), scipy.stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    circular = np.stack([-q[..., 1], q[..., 0]], axis=-1) * (1 / np.sqrt(3) / radius**3)[..., None] ** 0.5
    push = THREE.momenta(x) / circular - 1
    assert scipy.stats.kstest(push.ravel(), scipy.stats.uniform(-0.2, 0.4).cdf).pvalue > 1e-3
    np.testing.assert_allclose(np.corrcoef(push.reshape(len(x), -1).T), np.eye(6), atol=0.1)          # one number for each component


@pytest.mark.parametrize(("make", "system", "points", "duration"),
                         [(hl.data.fields.two_body, TWO, 50, 20), (hl.data.fields.three_body, THREE, 20, 5)], ids=["two", "three"])
def test_tasks_are_the_papers(make, system, points, duration):
    task = make(0, orbits=20)
    assert task.x.shape == task.dx.shape == (16 * points, system.dim)
    assert task.test_x.shape == task.test_dx.shape == (4 * points, system.dim)
    assert task.times[0] == 0 and len(task.times) == 500 and task.times[-1] == (25 if make is hl.data.fields.two_body else 3)
    assert task.starts.shape == (15, system.dim) and task.reference.shape == (500, 15, system.dim)
    np.testing.assert_array_equal(task.dx, system.field(task.x))                       # noiseless
    paths = task.x.reshape(points, 16, system.dim)
    alone = system.rollout(paths[0, 5], np.linspace(0, duration, points), rtol=1e-12)
    np.testing.assert_allclose(paths[:, 5], alone, atol=1e-6)
    assert np.abs(system.hamiltonian(paths) - system.hamiltonian(paths[0])).max() < 1e-7
    starts = {tuple(np.round(start, 12)) for start in (*paths[0], *task.test_x[:4], *task.starts)}
    assert len(starts) == 16 + 4 + 15                                                   # no orbit serves twice
    again, other = make(0, orbits=20), make(1, orbits=20)
    np.testing.assert_array_equal(again.x, task.x)
    assert not np.any(other.x == task.x)
