"""Chains and fields: laws that are one energy for each site of a ring, given or learned, and the solitons that they carry."""

import autograd.numpy as anp
from autograd import elementwise_grad
import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.page.beyond import fields

GIVEN = {"fput": fields.fput(0.7), "toda": fields.toda(), "sine-gordon": fields.sine_gordon(0.5)}
given = pytest.mark.parametrize("law", GIVEN.values(), ids=GIVEN)
symmetries = pytest.mark.parametrize("symmetry", fields.SYMMETRIES)


def states(count, sites, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 2 * sites))


def moved_by(x, way):
    """The same ring, counted from another site."""
    return np.concatenate([np.roll(part, way, axis=-1) for part in np.split(x, 2, axis=-1)], axis=-1)


@pytest.fixture(scope="module")
def learned():
    model = fields.RingHNN(seed=3)
    hl.fit(model, fields.films(fields.toda(), 0.5, 0.7, seed=3), 60, method="levenberg-marquardt", progress=False)
    return model


@pytest.mark.parametrize("twist", [0.0, 2 * np.pi, -1.3])
@given
def test_given_laws_follow_from_their_energy(law, twist):
    x = 0.7 * states(4, 9)
    slope = elementwise_grad(lambda x: law.hamiltonian(x, twist))(x)
    np.testing.assert_allclose(law.field(x, twist), hl.apply_omega(slope), atol=1e-12)
    np.testing.assert_allclose(law.hamiltonian(x, twist), law.densities(x, twist).sum(axis=-1))


@symmetries
def test_a_learned_law_is_the_symplectic_gradient_of_its_sum_and_sees_its_neighbours_only(symmetry):
    model, x = fields.RingHNN(1, (7, 5), symmetry), states(3, 8)
    slope = elementwise_grad(model.hamiltonian)(x)
    np.testing.assert_allclose(model.field(x), hl.apply_omega(slope), atol=1e-12)
    np.testing.assert_allclose(model.field(moved_by(x, 3)), moved_by(model.field(x), 3), atol=1e-13)
    there = x.copy()
    there[:, [2, 10]] += 0.5
    changed = np.abs(model.field(there) - model.field(x)).max(axis=0) > 0
    assert set(np.flatnonzero(changed) % 8) == {1, 2, 3}


@symmetries
@pytest.mark.parametrize("kind", [fields.RingHNN, fields.RingBaseline])
def test_errors_are_those_of_the_field(kind, symmetry):
    model, law = kind(2, (6, 5), symmetry), fields.sine_gordon()
    x = states(4, 6)
    task = fields.Films(x, law.field(x), x[:1], law.field(x[:1]))
    train, test = model.examples(task)
    wanted = (model.field(x) - task.dx).reshape(4, 2, 6)
    found = model.errors(model.params, *train.arrays).reshape(4, 6, 2)
    np.testing.assert_allclose(np.moveaxis(found, -1, 1), wanted, atol=1e-13)
    assert len(train) == 24 and len(test) == 6


def test_what_moves_nothing_is_kept_with_any_weights():
    x, n = states(5, 30), 30
    shift = np.concatenate([np.full(n, 1.7), np.zeros(n)])
    full = np.concatenate([np.full(n, 2 * np.pi), np.zeros(n)])
    for symmetry, kept in (("none", False), ("shift", True), ("turn", False)):
        model = fields.RingHNN(4, symmetry=symmetry)
        assert (np.abs(model.field(x)[:, n:].sum(axis=-1)).max() < 1e-12) == kept
        assert np.allclose(model.field(x + shift), model.field(x), atol=1e-12) == kept
        assert np.allclose(model.field(x + full), model.field(x), atol=1e-12) == (symmetry != "none")
    baseline = fields.RingBaseline(4)
    assert np.allclose(baseline.field(x + shift), baseline.field(x), atol=1e-12)
    assert np.abs(baseline.field(x)[:, n:].sum(axis=-1)).max() > 0.1


def test_a_ring_of_sixteen_tells_a_ring_of_any_length(learned):
    law, x = fields.toda(), 0.4 * states(2, 300, seed=8)
    error = np.sqrt(np.mean((learned.field(x) - law.field(x)) ** 2) / np.mean(law.field(x) ** 2))
    assert error < 5e-3


def test_several_networks_move_as_one_by_one(learned):
    models, x = [learned, fields.RingHNN(5)], 0.4 * states(2, 7)
    both = fields.run(fields.together(models), x, 0.1, 20, 20)[-1]
    for model, start, end in zip(models, x, both, strict=True):
        np.testing.assert_allclose(fields.run(model, start, 0.1, 20, 20)[-1], end, atol=1e-12)
        np.testing.assert_allclose(hl.integrate.march("rk4", model.field, start, 0.1, 20)[-1], end, atol=1e-12)


def test_a_ring_with_one_site_held_is_a_chain_between_walls():
    n, law, t = 8, fields.fput(0.0), 3.0
    shape = np.sin(2 * np.pi * np.arange(n) / n)
    path = fields.run(law, np.concatenate([shape, 0 * shape]), 0.01, 300, 300, held=True)[-1]
    np.testing.assert_allclose(path[:n], shape * np.cos(2 * np.sin(2 * np.pi / 2 / n) * t), atol=1e-8)
    assert np.all(path[[0, n]] == 0)


@pytest.mark.parametrize("ways", [(1, -1), (1, 1), (-1, -1)])
def test_two_solitons_solve_todas_chain(ways):
    rates, starts, n = (1.1, 0.6), (40, 50), np.arange(100)
    start, end = (np.concatenate(fields.solitons(n, t, rates, ways, starts)) for t in (0.0, 6.0))
    path = fields.run(fields.toda(), start, 0.02, 300, 300, fields.twist_of(rates))[-1]
    np.testing.assert_allclose(path, end, atol=1e-6)


def test_one_soliton_has_the_shape_and_the_speed_that_it_is_named_after():
    k, n = 0.9, np.arange(-20, 21)
    u, _ = fields.solitons(n, 0.0, [k], [1], [0.0])
    np.testing.assert_allclose(np.expm1(u[:-1] - u[1:]), np.sinh(k) ** 2 / np.cosh(k * n[:-1]) ** 2, atol=1e-12)
    later = fields.solitons(n + 3, 3 * k / np.sinh(k), [k], [1], [0.0])[0]
    np.testing.assert_allclose(later, u, atol=1e-12)


def test_kinks_and_breathers_solve_the_field_as_the_lattice_gets_finer():
    def missed(solution, spacing, twist, **about):
        n = np.arange(round(40 / spacing))
        start, end = (np.concatenate(solution(n, t, start_or_centre, spacing=spacing, **about)) for t in (0.0, 4.0)
                      for start_or_centre in [len(n) / 2 - 0.5])
        path = fields.run(fields.sine_gordon(spacing), start, spacing / 10, round(40 / spacing), round(40 / spacing), twist)[-1]
        return np.abs(path - end)[:len(n)].max()

    for solution, twist in ((lambda n, t, place, spacing: fields.kink(n, t, 0.5, place, spacing), 2 * np.pi),
                            (lambda n, t, place, spacing: fields.breather(n, t, 0.8, place, spacing), 0.0)):
        coarse, fine = missed(solution, 0.5, twist), missed(solution, 0.25, twist)
        assert coarse < 0.2 and 3.3 < coarse / fine < 5          # second order in the spacing


def test_a_density_is_free_up_to_what_cancels_along_the_ring():
    class Moved(fields.Ring):
        def density(self, site):
            return fields.toda().density(site) + anp.sin(site[..., 1]) - anp.sin(site[..., 0]) + 2.0

    x = states(3, 12)
    np.testing.assert_allclose(Moved().field(x), fields.toda().field(x), atol=1e-12)
    np.testing.assert_allclose(Moved().hamiltonian(x) - fields.toda().hamiltonian(x), 24.0)


def test_films_are_reproducible_and_lie_on_paths_of_the_law():
    law = fields.fput()
    task, again, other = (fields.films(law, 0.3, 0.2, seed, films=3, frames=5, sites=8) for seed in (1, 1, 2))
    assert task.x.shape == (15, 16) and task.test_x.shape == (10, 16)
    assert np.array_equal(task.x, again.x) and not np.array_equal(task.x, other.x)
    np.testing.assert_array_equal(task.dx, law.field(task.x))
    np.testing.assert_allclose(hl.integrate.solve_ivp(law.field, task.x[0], [0, 0.4])[-1], task.x[1], atol=1e-6)


def test_films_begin_turned_by_as_much_as_asked_for():
    task = fields.films(fields.sine_gordon(), 0.1, 0.1, seed=1, films=200, frames=2, sites=8, turn=2.0)
    first = task.x.reshape(200, 2, 16)[:, 0, 0]
    assert -2 <= first.min() < -1.9 and 1.9 < first.max() <= 2


def test_a_twist_is_added_to_displacements_and_not_to_momenta():
    u, p = np.split(states(3, 5), 2, axis=-1)
    seen = fields.near(u, p, 1.5)
    np.testing.assert_array_equal(seen[..., 1:3], fields.sites(u, p, 1.5)[..., :2])
    np.testing.assert_array_equal(seen[:, 0, 0], u[:, -1] - 1.5)
    np.testing.assert_array_equal(seen[..., 3:], np.stack([np.roll(p, 1, axis=-1), p], axis=-1))


@pytest.mark.parametrize("call, words", [
    (lambda: fields.toda().field(np.zeros(4)), "at least three sites"), (lambda: fields.toda().field(np.zeros(7)), "at least three sites"),
    (lambda: fields.toda().field(3.0), "at least three sites"), (lambda: fields.RingHNN(0, symmetry="u"), "unknown symmetry 'u'"),
    (lambda: fields.RingHNN(0, hidden=4), "hidden must be a list"),
    (lambda: fields.RingHNN(0, activation="step"), "unknown activation"),
    (lambda: fields.RingHNN(0).examples(object()), "task must have x, dx, test_x and test_dx"),
    (lambda: fields.films(fields.toda(), 0.3, 0.3, seed=-1), "seed must be a whole number")])
def test_what_cannot_be_used_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_ring_has_a_gradient_and_a_path_of_its_own_length():
    law, x = fields.fput(), np.random.default_rng(0).normal(size=(3, 10))
    np.testing.assert_allclose(law.gradient(x), elementwise_grad(law.hamiltonian)(x), rtol=1e-12, atol=1e-12)
    path = law.rollout(0.1 * x, [0.0, 1.0, 2.0])
    assert path.shape == (3, 3, 10) and np.ptp(law.hamiltonian(path), axis=0).max() < 1e-8


@pytest.mark.parametrize("change, complaint", [({"x": np.full((4, 12), np.nan)}, "task.x"), ({"dx": np.ones((3, 12))}, "one shape")])
def test_films_that_do_not_fit_are_refused(change, complaint):
    parts = {name: np.ones((4, 12)) for name in ("x", "dx", "test_x", "test_dx")}
    with pytest.raises(ValueError, match=complaint):
        fields.stencils(fields.Films(**parts | change))


@pytest.mark.parametrize("call, words", [
    (lambda n: fields.solitons(n, 0.0, (1.2, 0.8, 0.5), (1, 1, 1), (0, 2, 4)), "rates must be of one or two solitons, got 3"),
    (lambda n: fields.kink(n, 0.0, 1.2, 0), "speed must lie between -1 and 1, got 1.2"),
    (lambda n: fields.breather(n, 0.0, 1.0, 0), "omega must lie between 0 and 1, got 1.0"),
    (lambda n: fields.toda().field(np.ma.array(np.ones(8), mask=n == 2)), "x contains 1 values that are masked")])
def test_what_has_no_solution_and_what_is_hidden_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.arange(8))
