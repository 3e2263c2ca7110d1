"""Learning from noisy films through the implicit midpoint rule: its derivatives, its shadow, what is missing, and the stored records."""

import numpy as np
import pytest
from execute import BOOK

import hnn_lite as hl
from hnn_lite.page import papers
from hnn_lite.page.beyond import noise

TURN = np.linspace(0, 1.5, 16)


def films_of(system, count=4, seed=0, blur=0.0, t=TURN):
    rng = np.random.default_rng(seed)
    return system.rollout(rng.uniform(0.4, 1.2, (count, 2)), t) + blur * rng.normal(size=(len(t), count, 2))


def laws():
    return {"hnn": hl.HNN(2, 3, hidden=(5,)), "baseline": hl.Baseline(2, 3, hidden=(5,)), "mechanical": noise.Mechanical(2, 3, hidden=(4,)), "circle": noise.Mechanical(2, 3, hidden=(4,), symmetry="circle", mass=2.0),
            "two constants": noise.TwoConstants("pendulum")}


@pytest.mark.parametrize("name", laws())
@pytest.mark.parametrize("inner", [1, 2])
def test_derivatives_of_paths_are_those_of_differences(name, inner):
    model, x = laws()[name], films_of(hl.systems.pendulum())
    shooting = noise.Films(model, x, 0.1, inner)
    _, by_params, by_start = shooting.derivatives()
    rng, h = np.random.default_rng(1), 1e-5
    way, along = rng.normal(size=shooting.vector.shape), rng.normal(size=(4, 2))

    def moved(sign):
        shooting.vector += sign * h * way
        here = shooting.path(shooting.starts + sign * h * along)[0]
        shooting.vector -= sign * h * way
        return here

    slope = (moved(1) - moved(-1)) / (2 * h)
    told = by_params @ way + np.einsum("tfij,fj->tfi", by_start, along)
    assert np.abs(told - slope).max() < 1e-5 * np.abs(slope).max()


def test_the_path_is_that_of_the_midpoint_rule_and_keeps_areas_only_for_a_hamiltonian():
    for name, keeps in (("hnn", True), ("baseline", False)):
        model, x = laws()[name], films_of(hl.systems.pendulum())
        shooting = noise.Films(model, x, 0.3, 3)
        path, _, by_start = shooting.derivatives()
        reference = hl.integrate.march("implicit_midpoint", model.field, x[0], 0.1, 45, every=3)
        assert np.abs(path - reference).max() < 1e-9
        assert (np.abs(np.linalg.det(by_start) - 1).max() < 1e-8) == keeps


def test_what_is_learned_of_a_spring_is_the_tangent_of_half_the_angle():
    step = 0.3
    x = films_of(hl.systems.mass_spring(), t=step * np.arange(8))
    two = noise.TwoConstants("mass-spring")
    noise.fit(noise.Films(two, x, step), prior=0.0, adapt=False)
    (a,), (b,) = two.params
    assert np.sqrt(a * b) == pytest.approx(2 / step * np.tan(step), rel=1e-8) and a == pytest.approx(b, rel=1e-8)


def test_the_midpoint_rule_keeps_the_shadow_to_the_fourth_order():
    model, start = hl.systems.pendulum(), np.array([1.2, 0.4])

    def drift(step, law):
        path = hl.integrate.march("implicit_midpoint", model.field, start, step, round(6 / step))
        return np.ptp(law(path))

    orders = [np.log2(drift(0.2, law(0.2)) / drift(0.1, law(0.1))) for law in (lambda h: model.hamiltonian, lambda h: noise.shadow(model, h))]
    assert orders[0] == pytest.approx(2, abs=0.2) and orders[1] == pytest.approx(4, abs=0.4)


def test_frames_and_momenta_that_nobody_saw_may_be_missing():
    x, rng = films_of(hl.systems.pendulum(), 6), np.random.default_rng(5)
    holes = np.where(rng.random(x.shape[:2])[..., None] < 0.6, x, np.nan)
    for seen in (holes, np.where([True, False], x, np.nan)):
        model = noise.TwoConstants("pendulum")
        model.params[0][:] = 2.0          # without momenta only the product is determined
        fitted = noise.through_films(model, seen, 0.1, inner=8, prior=1e-6, adapt=False)
        assert np.prod([each[0] for each in model.params]) == pytest.approx(6, rel=2e-3)
        assert np.abs(fitted.starts[:, 0] - x[0, :, 0]).max() < 2e-3


def test_a_film_with_nothing_in_it_and_other_slips_are_refused():
    x, model = films_of(hl.systems.pendulum()), noise.TwoConstants("pendulum")
    with pytest.raises(ValueError, match="leave that film out"):
        noise.Films(model, np.where(np.arange(4)[:, None] == 1, np.nan, x), 0.1)
    with pytest.raises(ValueError, match="shape"):
        noise.Films(model, x[:, 0], 0.1)
    with pytest.raises(ValueError, match="dt"):
        noise.Films(model, x, 0.0)
    with pytest.raises(ValueError, match="say how many"):
        noise.films(hl.data.fields.pendulum(trajectories=7, points=9))
    with pytest.raises(ValueError, match="symmetry"):
        noise.Mechanical(2, symmetry="square")
    with pytest.raises(ValueError, match="name"):
        noise.TwoConstants("mass_spring")


def test_the_covariance_is_the_spread_over_redraws_of_the_noise():
    clean, found, told = films_of(hl.systems.mass_spring(), 12), [], []
    for draw in range(60):
        two = noise.TwoConstants("mass-spring")
        fitted = noise.fit(noise.Films(two, clean + 0.05 * np.random.default_rng(draw).normal(size=clean.shape), 0.1),
                           noise=0.05, prior=0.0, adapt=False)
        found.append(np.ravel(two.params))
        told.append(np.sqrt(np.diag(fitted.covariance)))
        assert fitted.used == 2
    assert np.std(found, axis=0) / np.median(told, axis=0) == pytest.approx(1, abs=0.3)


def test_two_constants_from_arrows_are_those_of_linear_least_squares():
    task, two = hl.data.fields.pendulum(seed=2), noise.TwoConstants("pendulum")
    noise.from_arrows(two, task.x, task.dx, prior=0.0, adapt=False)
    (q, p), (dq, dp) = task.x.T, task.dx.T
    assert np.ravel(two.params) == pytest.approx([p @ dq / (p @ p), -(np.sin(q) @ dp) / (np.sin(q) @ np.sin(q))], rel=1e-6)


def test_the_noise_found_counts_what_was_seen_less_what_was_fitted():
    task, two = hl.data.fields.pendulum(seed=2), noise.TwoConstants("pendulum")
    fitted = noise.from_arrows(two, task.x[:6], task.dx[:6], prior=0.0, adapt=False)
    assert fitted.noise == pytest.approx(np.sqrt(np.sum((two.field(task.x[:6]) - task.dx[:6]) ** 2) / (12 - 2)), rel=1e-6)
    x, two = films_of(hl.systems.mass_spring(), blur=0.1), noise.TwoConstants("mass-spring")
    seen = np.random.default_rng(1).random(x.shape) < 0.5
    films = noise.Films(two, np.where(seen, x, np.nan), 0.1)
    fitted = noise.fit(films, prior=0.0, adapt=False)
    missed = (films.path(fitted.starts)[0] - x)[seen]
    assert fitted.noise == pytest.approx(np.sqrt(np.sum(missed**2) / (missed.size - fitted.starts.size - 2)), rel=1e-3)


def test_the_prior_lets_the_data_determine_a_few_parameters():
    x, model = films_of(hl.systems.mass_spring(), 12, blur=0.1), hl.HNN(2, 0, hidden=(16,), activation="softplus")
    fitted = noise.through_films(model, x, 0.1)
    size = hl.tree.ravel(model.params).size
    assert 2 < fitted.used < 0.4 * size and fitted.covariance.shape == (size, size)
    assert fitted.noise == pytest.approx(0.1, rel=0.15)


def test_a_field_that_is_no_gradient_is_no_law_of_the_hamiltonian_kinds():
    for name in ("mechanical", "circle"):
        model, x = laws()[name], np.random.default_rng(0).normal(size=(20, 2))
        J = hl.integrate.jacobian(model.field, x)[0]
        assert np.abs(np.trace(J, axis1=1, axis2=2)).max() < 1e-12
    mirror = noise.Mechanical(2, 1, symmetry="mirror")
    assert mirror.hamiltonian(x) == pytest.approx(mirror.hamiltonian(-x)) and laws()["circle"].hamiltonian(x) == pytest.approx(
        laws()["circle"].hamiltonian(x + [2 * np.pi, 0]))


def test_the_stored_records_are_those_of_the_recipes_with_ten_seeds_and_what_a_run_gives():
    records = papers.read(BOOK / "results" / "noise.json")
    found = {}
    for record in records:
        found.setdefault((record["experiment"], record["recipe"], record["model"]), []).append(record["seed"])
    wanted = {(name, recipe, model) for name in papers.GROUPS["films"] for recipe, models in papers.EXPERIMENTS[name].recipes.items() for model in models}
    assert set(found) == wanted and all(seeds == list(range(10)) for seeds in found.values())
    for name, model, recipe in (("films-1", "two-constants", "films"), ("films-2", "two-constants", "films-10"), ("films-1", "hnn", "arrows-0.05")):
        (stored,) = [one for one in records if (one["experiment"], one["model"], one["recipe"], one["seed"]) == (name, model, recipe, 3)]
        again = papers.run(name, model, 3, recipe, progress=False)
        for number in ("test_loss", "energy_mse", "path_mse", "expected", "used", "noise_found"):
            assert again[number] == pytest.approx(stored[number], rel=1e-2), (name, number)


@pytest.mark.parametrize("recipe, blur, count", [("films", 0.1, 25), ("arrows-0.05", 0.05, 25), ("films-10", 0.1, 10)])
def test_a_recipe_has_its_films(recipe, blur, count):
    experiment = papers.EXPERIMENTS["films-2"]
    task = experiment.task(4, **experiment.recipe(recipe, "hnn")[1].task)
    assert task.blur == blur and task.films.shape == (45, count, 2) and task.spacing == pytest.approx(3 / 44)
    clean = hl.data.fields.pendulum(4, trajectories=count, noise=0)
    assert np.std(task.x - clean.x) == pytest.approx(blur, rel=0.1)


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"noise": 0}, {"noise": -1}, {"prior": "x"}])
def test_numbers_that_no_fit_can_use_are_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        noise.fit(None, **wrong)


def test_masked_frames_are_frames_that_nobody_saw():
    x = np.random.default_rng(0).normal(size=(8, 3, 2))
    hidden, holes = np.ma.array(x), x.copy()
    hidden[2, 1], hidden[5, 0, 1] = np.ma.masked, np.ma.masked
    holes[2, 1], holes[5, 0, 1] = np.nan, np.nan
    hidden.data[2, 1] = 999.0
    fits = [noise.through_films(noise.TwoConstants("pendulum"), films, 0.1, steps=3) for films in (hidden, holes)]
    np.testing.assert_array_equal(fits[0].starts, fits[1].starts)


def test_films_shorter_than_their_pieces_and_rates_of_other_states_are_refused():
    x = np.random.default_rng(0).normal(size=(4, 3, 2))
    for pieces in ((5,), (1,), (2.0,)):
        with pytest.raises(ValueError, match="^each number in pieces must be a whole number of at least 2|^pieces must be at most as long"):
            noise.through_films(noise.TwoConstants("pendulum"), x, 0.1, steps=2, pieces=pieces)
    for dx in (x[0, :1], x[0].T[:1]):
        with pytest.raises(ValueError, match=r"^x and dx must have one shape \(points, 2\), got \(3, 2\) and "):
            noise.from_arrows(noise.TwoConstants("pendulum"), x[0], dx[:, :2], steps=2)
