"""Exact action and angle coordinates: canonical, constant, steady, and inverse to each other; and those measured from a path."""

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite.actions import Kepler, kepler_equation, loop_action, measured_frequencies, NormalModes, Pendulum, whole_mixing

OSCILLATORS = hl.systems.coupled_oscillators()
THREE = hl.systems.coupled_oscillators((1.0, 2.0, 0.5), (1.0, 0.3, 2.0), 0.4, (1.0, 1.0, 1.0))
SWING = hl.systems.pendulum(m=0.7, g=9.81, l=2.5)


def swinging(count, exact=None, rng=None):
    exact, rng = exact or Pendulum(), rng or np.random.default_rng(0)
    top = 4 / np.pi * exact._p
    return exact.decode(rng.uniform(0.001, 0.97 * top, (count, 1)), rng.uniform(-np.pi, np.pi, (count, 1)))


def planets(count, mu):
    x = hl.systems.kepler(mu).sample(count, seed=3)
    return np.where(np.arange(count)[:, None] % 2 == 0, x, x * [1, -1, 1, -1])          # half of them run clockwise


# the system, its exact coordinates, and states
CASES = {
    "spring": (hl.systems.mass_spring(), NormalModes([0.5], [[2.0]]), hl.systems.mass_spring().sample(30, 0)),
    "two oscillators": (OSCILLATORS, NormalModes(OSCILLATORS.masses, OSCILLATORS.stiffness), OSCILLATORS.sample(30, 1)),
    "three oscillators": (THREE, NormalModes(THREE.masses, THREE.stiffness), THREE.sample(30, 1)),
    "pendulum": (hl.systems.pendulum(), Pendulum(), swinging(30)),
    "another pendulum": (SWING, Pendulum(m=0.7, g=9.81, l=2.5), swinging(30, Pendulum(m=0.7, g=9.81, l=2.5))),
    "kepler": (hl.systems.kepler(), Kepler(), planets(30, 1.0)),
    "kepler, heavy": (hl.systems.kepler(2.5), Kepler(2.5), planets(30, 2.5)),
}
every_case = pytest.mark.parametrize(("system", "exact", "x"), CASES.values(), ids=CASES)


def jacobian(exact, x, h=1e-4):
    """d(theta, I)/dx by central differences of fourth order, angles without their jumps: shape (..., dim, dim)."""
    def coordinates(x):
        actions, angles = exact.encode(x)
        return np.concatenate([angles, actions], axis=-1)

    def difference(step):
        both = coordinates(x + step) - coordinates(x - step)
        n = exact.dim // 2
        both[..., :n] -= 2 * np.pi * np.round(both[..., :n] / (2 * np.pi))
        return both

    return np.stack([(8 * difference(step) - difference(2 * step)) / (12 * h) for step in h * np.eye(exact.dim)], axis=-1)


@every_case
def test_encode_and_decode_are_inverse(system, exact, x):
    actions, angles = exact.encode(x)
    assert actions.shape == angles.shape == (30, system.dim // 2) and np.abs(angles).max() <= np.pi
    np.testing.assert_allclose(exact.decode(actions, angles), x, atol=1e-12 * np.abs(x).max())
    again = exact.encode(exact.decode(actions, angles + 2 * np.pi))
    np.testing.assert_allclose(again[0], actions, rtol=1e-11)
    np.testing.assert_allclose(np.exp(1j * again[1]), np.exp(1j * angles), atol=1e-9)


@every_case
def test_coordinates_are_canonical(system, exact, x):
    J, omega = jacobian(exact, x[:12]), hl.symplectic_matrix(system.dim)
    defect = np.swapaxes(J, -1, -2) @ omega @ J - omega
    assert np.abs(defect).max() < 1e-7


@every_case
def test_energy_is_a_function_of_the_actions_and_its_slopes_are_the_frequencies(system, exact, x):
    actions, _ = exact.encode(x)
    np.testing.assert_allclose(exact.energy(actions), system.hamiltonian(x), rtol=1e-12)
    h = 1e-5 * np.abs(actions).min()
    slopes = [(exact.energy(actions + step) - exact.energy(actions - step)) / (2 * h) for step in h * np.eye(actions.shape[-1])]
    np.testing.assert_allclose(exact.frequencies(actions), np.stack(slopes, axis=-1), rtol=1e-5, atol=1e-7)


@every_case
def test_paths_are_those_of_the_field(system, exact, x):
    t = np.linspace(0, 6, 21)
    path = system.rollout(x[:6], t, rtol=1e-11)
    np.testing.assert_allclose(exact.rollout(x[:6], t), path, atol=1e-6 * np.abs(path).max())
    actions, _ = exact.encode(path)
    assert np.abs(actions / actions[0] - 1).max() < 1e-6
    np.testing.assert_array_equal(exact.advance(x[:6], 6.0), exact.rollout(x[:6], t)[-1])
    np.testing.assert_allclose(exact.advance(x[:6], t[:6])[3], exact.advance(x[3], t[3]), rtol=1e-12)
    assert exact.rollout(x[0], t + 5).shape == (21, system.dim)


@every_case
def test_times_without_end_cost_no_accuracy_but_the_phase(system, exact, x):
    far = exact.advance(x, 1e6)
    np.testing.assert_allclose(exact.encode(far)[0], exact.encode(x)[0], rtol=1e-9)
    np.testing.assert_allclose(exact.advance(far, -1e6), x, atol=1e-7 * np.abs(x).max())


@every_case
def test_a_path_tells_its_frequency(system, exact, x):
    actions, _ = exact.encode(x[0])
    wanted = exact.frequencies(actions)
    slow = np.min(wanted[wanted > 0])
    dt = 0.4 / wanted.max()
    path = exact.rollout(x[0], np.arange(int(60 * 2 * np.pi / slow / dt)) * dt)
    count = 2 if "two" in system.name or len(wanted) == 2 and wanted[1] > 0 else len(wanted[wanted > 0])
    found = measured_frequencies(path[:, 0], dt, count)
    np.testing.assert_allclose(np.sort(found), np.sort(wanted[wanted > 0]), rtol=1e-8)


def test_frequencies_of_sums_of_waves():
    rng = np.random.default_rng(0)
    for _ in range(10):
        w = rng.uniform(0.3, 2.5, 3)
        if np.min(np.abs(np.diff(np.sort(w)))) < 0.1:
            continue
        t = np.arange(4000) * 0.5
        signal = 7 + np.sum([1, 0.5, 0.3] * np.cos(t[:, None] * w + rng.uniform(0, 6, 3)), axis=1)
        np.testing.assert_allclose(measured_frequencies(signal, 0.5, 3), w, rtol=1e-9)


def test_action_of_a_loop_is_its_area():
    exact, start = Pendulum(), np.array([2.4, 0.0])
    (action,), _ = exact.encode(start)
    period = 2 * np.pi / exact.frequencies([action])[0]
    loop = exact.rollout(start, np.arange(64) * period / 64)
    assert loop_action(loop) == pytest.approx(action, rel=1e-12)
    assert loop_action(loop[::-1]) == pytest.approx(-action, rel=1e-12)
    q, p = np.concatenate([exact.rollout(start, np.linspace(0, period, 20001))]).T
    assert np.sum((p[1:] + p[:-1]) * np.diff(q)) / (4 * np.pi) == pytest.approx(action, rel=1e-6)


def test_action_of_a_planets_loop_is_l():
    exact = Kepler()                      # once round, theta_1 grows by 2 pi: the integral is 2 pi L
    x = planets(1, 1.0)[0]
    (L, _), _ = exact.encode(x)
    loop = exact.rollout(x, np.arange(200) * 2 * np.pi * L**3 / 200)
    assert loop_action(loop) == pytest.approx(L, rel=1e-10)


def test_period_of_the_pendulum_by_its_zeros():
    for amplitude in (0.01, 1.0, 2.9):
        exact, system = Pendulum(), hl.systems.pendulum()
        w = exact.frequencies(exact.encode([amplitude, 0.0])[0])[0]
        quarter = system.rollout([amplitude, 0.0], [0, np.pi / 2 / w], rtol=1e-12)[-1]
        assert abs(quarter[0]) < 1e-7


def test_small_swings_lose_no_digits():
    exact = Pendulum()
    for size in (1e-3, 1e-6, 1e-9):
        actions, _ = exact.encode([size, 0.0])
        assert actions[0] == pytest.approx(3 * size**2 / 2 / np.sqrt(6) * (1 + 0 * size), rel=size**2 + 1e-14)
    np.testing.assert_array_equal(exact.decode([0.0], [1.0]), [0, 0])


def test_keplers_equation():
    mean, e = np.random.default_rng(0).uniform(-20, 20, 1000), np.random.default_rng(1).uniform(0, 0.99, 1000)
    E = kepler_equation(mean, e)
    np.testing.assert_allclose(np.exp(1j * (E - e * np.sin(E))), np.exp(1j * mean), atol=1e-12)


def test_whole_mixing_finds_what_was_mixed():
    actions, N = np.random.default_rng(0).uniform(0.1, 1, (20, 3)), np.array([[1, 1, 0], [0, 1, 0], [2, 0, -1]])
    noise = 1e-3 * np.random.default_rng(1).normal(size=(20, 3))
    whole, off = whole_mixing(actions, actions @ N.T + noise)
    np.testing.assert_array_equal(whole, N)
    assert 0 < off < 0.01
    assert whole_mixing(actions, actions @ (N + 0.3).T)[1] == pytest.approx(0.3)
    modes = NormalModes([5.0, 1.0], [[0.51, -0.5], [-0.5, 0.505]])          # and frequencies by the inverse of the transpose
    M, I = N[:2, :2], actions[:, :2]
    assert (I @ M.T) @ (np.linalg.inv(M).T @ modes.omega) == pytest.approx(modes.energy(I), rel=1e-12)


# --- at the edges

@pytest.mark.parametrize("e", [0.0, 1e-12, 1e-9, 1e-7, 1e-6, 1e-3])
def test_nearly_circular_orbits_encode_and_decode(e):
    exact, angle = Kepler(), np.random.default_rng(0).uniform(-np.pi, np.pi, (2, 1000))
    sign = np.where(np.arange(1000) % 2, 1, -1)
    x = hl.mechanics.ellipse(1.0, np.ones(1000), sign * np.sqrt(1 - e**2), *angle)
    actions, angles = exact.encode(x)
    assert np.all(np.abs(actions[:, 1]) <= actions[:, 0]) and np.abs(angles).max() <= np.pi
    np.testing.assert_allclose(exact.decode(actions, angles), x, atol=5e-8)
    np.testing.assert_allclose(exact.advance(x, 1.0), hl.systems.kepler().rollout(x, [0, 1.0])[-1], atol=2e-7)


def test_circles_can_be_learned_from():
    task = hl.data.trajectories.kepler(eccentricity=0.0, paths=20, points=10)
    r = np.linalg.norm(task.x[..., :2], axis=-1)
    np.testing.assert_allclose(r, np.broadcast_to(r[:, :1], r.shape), rtol=1e-6)


def test_a_planet_at_rest_falls_for_half_its_year():
    exact, x = Kepler(), np.array([0.3, -0.4, 0.0, 0.0])
    (L, G), (anomaly, direction) = exact.encode(x)
    assert (L, G) == pytest.approx((0.5, 0)) and abs(anomaly) == pytest.approx(np.pi)
    np.testing.assert_allclose(exact.decode([L, G], [anomaly, direction]), x, atol=1e-12)
    np.testing.assert_allclose(exact.advance(x, 0.1), hl.systems.kepler().rollout(x, [0, 0.1])[-1], atol=1e-8)


@pytest.mark.parametrize("gap", [1.5, 2.0, 3.0])
@pytest.mark.parametrize("height", [1.0, 0.1, 1e-3])
def test_lines_that_are_near_each_other_are_told_apart(gap, height):
    rng, t = np.random.default_rng(1), np.arange(1000)
    for _ in range(20):
        w = (rng.uniform(30, 120) + np.array([0, gap])) * 2 * np.pi / 1000
        signal = np.cos(w[0] * t + rng.uniform(0, 6)) + height * np.cos(w[1] * t + rng.uniform(0, 6))
        found = measured_frequencies(signal, 1.0, 2)
        np.testing.assert_allclose(found if height < 1 else np.sort(found), w, rtol=1e-8)


@pytest.mark.parametrize("lines", [1, 2, 3, 5])
def test_a_signal_has_as_many_lines_as_it_has(lines):
    t, w = 0.3 * np.arange(1000), np.array([1.0, 1.7, 0.4, 2.3, 3.1])[:lines]
    signal = np.sum(np.array([1, 0.6, 0.3, 0.1, 0.05])[:lines] * np.cos(t[:, None] * w + np.arange(lines)), axis=1)
    np.testing.assert_allclose(measured_frequencies(signal, 0.3, lines), w, rtol=1e-10)
    for count in range(lines + 1, lines + 4):
        with pytest.raises(ValueError, match=rf"count must be at most {lines}, .*their frequencies are \[1\.0"):
            measured_frequencies(signal, 0.3, count)


def test_a_line_is_found_in_noise_and_noise_is_no_line():
    t, noise = np.arange(600), np.random.default_rng(0).normal(size=600)
    assert measured_frequencies(np.cos(0.5 * t) + 0.1 * noise, 1.0)[0] == pytest.approx(0.5, abs=1e-4)
    with pytest.raises(ValueError, match="count must be at most 1"):
        measured_frequencies(np.cos(0.5 * t) + 0.1 * noise, 1.0, 2)


def test_honest_paths_are_not_taken_for_angles_that_jump():
    rng = np.random.default_rng(0)
    for _ in range(3000):                                            # coarse, and about as wide as a turn
        samples, phase = rng.uniform(2.2, 6, 2)
        path = rng.uniform(1.6, 3.4) * np.sin(2 * np.pi * np.arange(40) / samples + phase)
        hl.validate.unwrapped("x", path[:, None])
    loop = Pendulum().rollout([3.0, 0.0], np.arange(12) * 2 * np.pi / Pendulum().frequencies(Pendulum().encode([3.0, 0.0])[0])[0] / 12)
    assert loop_action(loop) == pytest.approx(Pendulum().encode([3.0, 0.0])[0][0], rel=0.05)


@pytest.mark.parametrize("samples", [5, 12, 60])
def test_an_angle_that_jumps_is_seen_wherever_its_cut_is(samples):
    for cut in np.linspace(0, 6, 7):
        for law in (lambda t: 2 * np.pi * t / samples + 0.3 * np.sin(t / 5), lambda t: 1.5 * np.sin(2 * np.pi * t / samples)):
            angle = law(np.arange(80)) + cut
            wrapped = (angle + np.pi) % (2 * np.pi) - np.pi
            jumps = np.abs(np.diff(wrapped)).max() > np.pi
            if jumps and np.abs(np.diff(angle)).max() < 1.5:
                with pytest.raises(ValueError, match="angle that jumps: coordinate 0 .*unwrap"):
                    hl.validate.unwrapped("x", wrapped[:, None])
            hl.validate.unwrapped("x", angle[:, None])
