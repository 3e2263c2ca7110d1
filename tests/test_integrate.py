"""The integrators, measured: order, drift, area, return, and paths whose formula is known."""

from math import sin
import pickle

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import RK45
from scipy.special import ellipj, ellipk
from threadpoolctl import threadpool_info, threadpool_limits

import hnn_lite as hl
from hnn_lite.integrate import IntegrationError, march, METHODS, SEPARABLE, solve_ivp

ORDERS = {"euler": 1, "rk4": 4, "symplectic_euler": 1, "leapfrog": 2, "yoshida4": 4, "implicit_midpoint": 2}
SYMPLECTIC = ("symplectic_euler", "leapfrog", "yoshida4", "implicit_midpoint")
SYMMETRIC = ("leapfrog", "yoshida4", "implicit_midpoint")
ANY_FIELD = ("euler", "rk4", "implicit_midpoint")

by_method = pytest.mark.parametrize("name", METHODS)
some = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def swing(x):
    """The pendulum H = 3 (1 - cos q) + p^2, one state, by hand: a hundred times faster than autograd's field."""
    return np.array([2 * x[1], -3 * sin(x[0])])


def swing_energy(x):
    return 3 * (1 - np.cos(x[..., 0])) + x[..., 1] ** 2


def swing_exact(t, amplitude=1.0):
    """The pendulum let go at rest, by Jacobi's elliptic functions: shape (times, 2)."""
    k, w = np.sin(amplitude / 2), np.sqrt(6)
    sn, cn, _, _ = ellipj(w * np.asarray(t) + ellipk(k**2), k**2)
    return np.stack([2 * np.arcsin(k * sn), k * w * cn], axis=-1)


def spring_law(k, m):
    return lambda x: anp.stack([x[..., 1] / m, -k * x[..., 0]], axis=-1)


def two_degrees(x):
    """H = |p|^2/2 + |q|^2/2 + q1^2 q2 - q2^3/3 (Henon and Heiles): separable, two degrees of freedom, not linear."""
    q1, q2, p1, p2 = (x[..., i] for i in range(4))
    return anp.stack([p1, p2, -q1 - 2 * q1 * q2, -q2 - q1**2 + q2**2], axis=-1)


def product(x):
    """H = (1 + q^2)(1 + p^2)/2: not separable."""
    q, p = x[..., 0], x[..., 1]
    return anp.stack([(1 + q**2) * p, -q * (1 + p**2)], axis=-1)


def defect(name, field, x, dt=0.1):
    J, omega = jacobian(lambda x: METHODS[name](field, x, dt))(x), hl.symplectic_matrix(len(x))
    return np.abs(J.T @ omega @ J - omega).max()


def there_and_back(name, field, x, dt, steps):
    far = march(name, field, x, dt, steps, every=steps)[-1]
    return np.abs(march(name, field, far, -dt, steps, every=steps)[-1] - x).max()


# --- order

def test_the_exact_pendulum_obeys_its_law():
    t, h = np.linspace(0.1, 5, 20), 1e-5
    slope = (swing_exact(t + h) - swing_exact(t - h)) / (2 * h)
    np.testing.assert_allclose(slope, [swing(x) for x in swing_exact(t)], atol=1e-8)
    np.testing.assert_allclose(swing_exact([0.0])[0], [1, 0], atol=1e-15)


@by_method
def test_order_by_regression(name):
    steps = np.array([50, 100, 200, 400])
    start, end = swing_exact([0.0])[0], swing_exact([1.0])[0]
    total = [np.linalg.norm(march(name, swing, start, 1 / n, int(n))[-1] - end) for n in steps]
    single = [np.linalg.norm(METHODS[name](swing, start, 1 / n) - swing_exact([1 / n])[0]) for n in steps[:3]]
    order = np.polyfit(np.log(1 / steps), np.log(total), 1)[0]
    assert order == pytest.approx(ORDERS[name], abs=0.1)
    assert np.polyfit(np.log(1 / steps[:3]), np.log(single), 1)[0] == pytest.approx(ORDERS[name] + 1, abs=0.25)


@pytest.mark.parametrize("name", ANY_FIELD)
def test_order_on_a_hamiltonian_that_is_not_separable(name):
    steps = np.array([100, 200, 400])
    end = solve_ivp(product, [1.0, 0.0], [0, 1], rtol=1e-13, atol=1e-14)[-1]
    total = [np.linalg.norm(march(name, product, [1.0, 0.0], 1 / n, int(n))[-1] - end) for n in steps]
    assert np.polyfit(np.log(1 / steps), np.log(total), 1)[0] == pytest.approx(ORDERS[name], abs=0.1)


def test_a_step_of_dormand_and_prince_is_that_of_their_table():
    """SciPy has the table for a solver of its own; here the stages are taken one by one."""
    x, dt, stages = np.array([[1.0, 0.3], [0.2, -0.7]]), 0.3, []
    for row in RK45.A:
        stages.append(product(x + dt * sum((a * k for a, k in zip(row, stages)), np.zeros(2))))
    np.testing.assert_allclose(hl.integrate.dopri5(product, x, dt), x + dt * np.tensordot(RK45.B, stages, 1), rtol=1e-14)
    np.testing.assert_allclose(hl.integrate.dopri5(product, x, dt * np.ones((2, 1))), hl.integrate.dopri5(product, x, dt), rtol=1e-15)


def test_the_jacobian_of_a_flow_at_rest_at_the_origin_is_a_turn():
    J = hl.integrate.flow_jacobian(spring_law(1.0, 1.0), [0.0, 0.0], [0, 0.7])[-1]
    np.testing.assert_allclose(J, [[np.cos(0.7), np.sin(0.7)], [-np.sin(0.7), np.cos(0.7)]], atol=1e-9)


def test_matrix_products_of_a_path_use_one_thread():
    used = set()

    def field(x):
        used.update(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")
        return -x

    with threadpool_limits(2, user_api="blas"):
        field(np.ones(2))
        assert used == {2}
        used.clear()
        solve_ivp(field, np.ones(2), [0, 1])
        march("rk4", field, np.ones(2), 0.1, 3)
    assert used == {1}


def test_the_tolerance_is_the_documented_one_if_none_is_given():
    t = np.linspace(0, 20, 5)
    spring = hl.systems.mass_spring()
    for path, tight in ((solve_ivp(product, [1.0, 0.0], t), solve_ivp(product, [1.0, 0.0], t, 1e-9)),
                        (spring.rollout([1.0, 0.0], t), spring.rollout([1.0, 0.0], t, 1e-9))):
        np.testing.assert_array_equal(path, tight)


# --- energy over long times

@pytest.mark.parametrize(("name", "dt"), [("symplectic_euler", 0.1), ("leapfrog", 0.1), ("yoshida4", 0.1), ("implicit_midpoint", 0.01)])
def test_the_energy_of_symplectic_methods_does_not_drift_in_20_000_steps(name, dt):
    path = march(name, swing, [2.0, 0.0], dt, 20_000)
    error = np.abs(swing_energy(path) / swing_energy(path[0]) - 1)
    assert error[-2000:].max() < 1.01 * error[:2000].max()
    assert 1e-5 < error.max() < 0.2                                   # it wavers: H itself is not what is kept


def test_the_energy_of_runge_kutta_drifts():
    path = march("rk4", swing, [2.0, 0.0], 0.1, 20_000)
    error = np.abs(swing_energy(path) / swing_energy(path[0]) - 1)
    assert error[-2000:].max() > 5 * error[:2000].max()


def test_the_energy_of_euler_grows_on_the_spring_as_its_formula_says():
    x = march("euler", spring_law(2.0, 0.5), [1.0, 0.0], 0.1, 200)
    np.testing.assert_allclose(np.sum(x**2, axis=-1), 1.04 ** np.arange(201), rtol=1e-12)


# --- return

@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetric_methods_return_after_3000_steps(name):
    assert there_and_back(name, swing, np.array([2.0, 0.0]), 0.1, 3000) < 1e-9


@pytest.mark.parametrize("name", ["euler", "rk4", "symplectic_euler"])
def test_the_others_do_not(name):
    assert there_and_back(name, swing, np.array([2.0, 0.0]), 0.1, 3000) > 0.1


def test_runge_kutta_loses_on_the_way_back_what_it_lost_on_the_way_there():
    h, n, spring = 0.2, 2000, spring_law(2.0, 0.5)
    far = march("rk4", spring, [1.0, 0.0], h / 2, n, every=n)[-1]
    back = march("rk4", spring, far, -h / 2, n, every=n)[-1]
    np.testing.assert_allclose(back, [(1 - h**6 / 72 + h**8 / 576) ** n, 0], atol=1e-12)


# --- area

@pytest.mark.parametrize("name", SYMPLECTIC)
def test_symplectic_methods_are_symplectic(name):
    rng = np.random.default_rng(0)
    for x in rng.uniform(-0.7, 0.7, (5, 4)):
        assert defect(name, two_degrees, x) < 1e-13
        assert defect(name, two_degrees, x, -0.3) < 1e-13
    for x in rng.uniform(-2, 2, (5, 2)):
        assert defect(name, hl.systems.pendulum().field, x) < 1e-13


@pytest.mark.parametrize("name", ["euler", "rk4"])
def test_the_others_are_not(name):
    assert defect(name, two_degrees, np.array([0.5, -0.3, 0.2, 0.4]), 0.3) > 1e-6


def test_midpoint_is_symplectic_for_a_hamiltonian_that_is_not_separable():
    for x in np.random.default_rng(1).uniform(-1, 1, (5, 4)):
        assert defect("implicit_midpoint", product, x[:2]) < 1e-13
        assert defect("implicit_midpoint", hl.HNN(4, seed=0, hidden=(20, 20)).field, x, 0.3) < 1e-13
    assert defect("rk4", product, np.array([0.8, 0.5]), 0.3) > 1e-6


def test_midpoint_returns_and_does_not_drift_on_a_hamiltonian_that_is_not_separable():
    path = march("implicit_midpoint", product, [1.0, 0.5], 0.1, 1500)
    waver = np.abs((1 + path[:, 0] ** 2) * (1 + path[:, 1] ** 2) / 2.5 - 1)
    assert waver[-150:].max() < 1.05 * waver[:150].max() < 0.01
    assert there_and_back("implicit_midpoint", product, np.array([1.0, 0.5]), 0.1, 1000) < 1e-10


# --- springs of any kind: k, m, and the step as omega dt

SPRINGS = st.tuples(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0.02, 1.2))
STATES = st.tuples(st.floats(-3, 3), st.floats(-3, 3)).filter(any).map(np.array)


def on_spring(spring):
    k, m, h = spring
    return spring_law(k, m), h * np.sqrt(m / k)


@given(SPRINGS, st.sampled_from(SYMPLECTIC))
@some
def test_a_step_keeps_area_on_any_spring(spring, name):
    law, dt = on_spring(spring)
    M = METHODS[name](law, np.eye(2), dt).T
    scale = 1 + np.abs(M[0, 0] * M[1, 1]) + np.abs(M[0, 1] * M[1, 0])
    assert abs(np.linalg.det(M) - 1) < 1e-13 * scale


@given(SPRINGS, STATES)
@some
def test_symplectic_euler_keeps_its_shadow_on_any_spring(spring, x):
    (k, m, _), (law, dt) = spring, on_spring(spring)
    path = march("symplectic_euler", law, x, dt, 200)
    q, p = path.T
    H = k * q**2 / 2 + p**2 / (2 * m)
    np.testing.assert_allclose(H - dt / 2 * k / m * q * p, H[0] - dt / 2 * k / m * q[0] * p[0], rtol=0, atol=1e-12 * H.max())


@given(SPRINGS, STATES, st.sampled_from(SYMMETRIC), st.integers(1, 50))
@some
def test_there_and_back_on_any_spring(spring, x, name, steps):
    law, dt = on_spring(spring)
    size = np.abs(march(name, law, x, dt, steps)).max()
    assert there_and_back(name, law, x, dt, steps) < 1e-12 * size


@given(SPRINGS, STATES, st.sampled_from(sorted(METHODS)), st.integers(-8, 8))
@some
def test_a_larger_swing_is_the_same_swing_on_a_linear_spring(spring, x, name, power):
    law, dt = on_spring(spring)
    np.testing.assert_allclose(march(name, law, 2.0**power * x, dt, 5), 2.0**power * march(name, law, x, dt, 5), rtol=1e-12,
                               atol=1e-13 * 2.0**power * np.abs(x).max() * max(1, *spring[:2]))


@given(SPRINGS, STATES, st.sampled_from(sorted(METHODS)), st.floats(0.1, 10))
@some
def test_a_faster_law_with_a_shorter_step_is_the_same_walk(spring, x, name, factor):
    law, dt = on_spring(spring)
    path, fast = march(name, law, x, dt, 5), march(name, lambda x: factor * law(x), x, dt / factor, 5)
    np.testing.assert_allclose(fast, path, rtol=1e-11, atol=1e-12 * np.abs(path).max())


@given(st.lists(STATES, min_size=1, max_size=4), st.sampled_from(sorted(METHODS)), st.floats(0.01, 0.3))
@some
def test_a_batch_is_its_states_one_by_one(states, name, dt):
    field = hl.systems.pendulum().field
    together = march(name, field, np.array(states)[None], dt, 3)
    assert together.shape == (4, 1, len(states), 2)
    for i, x in enumerate(states):
        np.testing.assert_allclose(together[:, 0, i], march(name, field, x, dt, 3), rtol=1e-13, atol=1e-14)


def test_a_small_state_does_not_suffer_from_a_large_neighbour():
    field, small = hl.systems.pendulum().field, np.array([1e-9, 2e-9])
    alone = march("implicit_midpoint", field, small, 0.1, 10)
    beside = march("implicit_midpoint", field, [small, [2.0, 1.0]], 0.1, 10)[:, 0]
    np.testing.assert_allclose(beside, alone, rtol=1e-13)


# --- march

@by_method
def test_every_keeps_every_so_many(name):
    path = march(name, swing, [1.0, 0.0], 0.1, 12)
    np.testing.assert_array_equal(march(name, swing, [1.0, 0.0], 0.1, 12, every=4), path[::4])
    assert path.shape == (13, 2) and path[0].tolist() == [1, 0]


@by_method
def test_a_method_may_be_named_or_given(name):
    np.testing.assert_array_equal(march(METHODS[name], swing, [1, 0], 0.1, 3), march(name, swing, [1, 0], 0.1, 3))


def test_the_start_is_left_as_it_was():
    x = np.array([1.0, 0.0])
    for name in METHODS:
        march(name, swing, x, 0.1, 3)
    assert x.tolist() == [1, 0]


@pytest.mark.filterwarnings("error")
def test_march_keeps_what_overflows():
    path = march("euler", lambda x: x**2, [1.0], 1.0, 30)
    assert np.isinf(path[-1, 0]) and path[1, 0] == 2


SEPARABLE_NAMES = [method.__name__ for method in SEPARABLE]


@pytest.mark.parametrize("name", SEPARABLE_NAMES)
def test_separable_methods_refuse_an_odd_number_of_coordinates(name):
    with pytest.raises(ValueError, match="must be even"):
        march(name, lambda x: -x, [1.0, 0.0, 0.0], 0.1, 3)


def rest_then_coupled(x):
    """H = (1 + q1^2) |p|^2/2 + q2: at rest at q1 = 0 no sign of the coupling."""
    q1, p = x[..., 0], x[..., 2:]
    free = np.sum(p**2, axis=-1)
    return np.stack([(1 + q1**2) * p[..., 0], (1 + q1**2) * p[..., 1], -q1 * free, -np.ones_like(q1)], axis=-1)


def distance_coupled(x):
    """H = (1 + (q1 - q2)^2) |p|^2/2: does not change when both positions move together."""
    gap, p = x[..., :1] - x[..., 1:2], x[..., 2:]
    pull = -gap * np.sum(p**2, axis=-1, keepdims=True)
    return np.concatenate([(1 + gap**2) * p, pull, -pull], axis=-1)


@pytest.mark.parametrize("name", SEPARABLE_NAMES)
@pytest.mark.parametrize(("field", "start"), [(product, [1.0, 0.5]), (product, [0.0, 0.0]), (rest_then_coupled, np.zeros(4)),
                                              (distance_coupled, [1.0, 1.0, 0.0, 0.0]), (hl.HNN(2, 0).field, [0.1, 0.2]),
                                              (lambda x: -x, [1.0, 0.5])])
def test_separable_methods_refuse_a_field_that_is_not(name, field, start):
    with pytest.raises(ValueError, match=f"{name} needs a separable field.*implicit_midpoint"):
        march(name, field, start, 0.1, 3)


@pytest.mark.parametrize("name", SEPARABLE_NAMES)
def test_separable_methods_take_any_separable_field(name):
    assert march(name, two_degrees, np.ones((3, 4)) / 4, 0.1, 2).shape == (3, 3, 4)


def test_a_midpoint_step_near_a_place_of_rest_at_zero_settles_in_the_rounding_of_the_field():
    """A field that is a difference of numbers near one is rounded to 1e-16, however small the state is."""
    nets = [hl.HNN(2, seed=seed, hidden=(20, 20)) for seed in range(10)]
    for net, size in zip(nets, np.geomspace(1e-8, 1e-2, 10), strict=True):
        def field(x, net=net):
            return net.field(x) - net.field(np.zeros(2))

        for angle in range(20):
            x = size * np.array([np.cos(angle), np.sin(angle)])
            end = METHODS["implicit_midpoint"](field, x, 0.5)
            np.testing.assert_allclose(end, x + 0.5 * field((x + end) / 2), rtol=0, atol=1e-16)
            np.testing.assert_allclose(METHODS["implicit_midpoint"](field, end, -0.5), x, rtol=0, atol=1e-15)


def test_a_midpoint_step_of_any_length_is_solved_on_the_spring():
    k, m, x = 2.0, 0.5, np.array([1.0, 0.5])                        # fixed-point iteration converges up to dt = 1
    A = np.array([[0, 1 / m], [-k, 0]])
    for dt in (0.6, 0.99, 1.1, 30.0, -1e3):
        cayley = np.linalg.solve(np.eye(2) - dt / 2 * A, np.eye(2) + dt / 2 * A)
        np.testing.assert_allclose(march("implicit_midpoint", spring_law(k, m), x, dt, 2)[-1], cayley @ cayley @ x, rtol=1e-12)


def test_a_midpoint_step_that_has_no_solution_says_so():
    with pytest.raises(RuntimeError, match="did not converge at dt = 2 .*take a shorter step"):
        march("implicit_midpoint", lambda x: x**2, [1.0], 2.0, 3)


def test_a_midpoint_path_of_a_field_in_single_precision_is_followed():
    def rounded(x):
        return swing(x).astype(np.float32)

    for start in np.random.default_rng(0).uniform(-2, 2, (20, 2)):
        path = march("implicit_midpoint", rounded, start, 0.1, 50)
        np.testing.assert_allclose(path, march("implicit_midpoint", swing, start, 0.1, 50), atol=1e-4)


def test_a_field_may_return_lists_or_use_its_buffer_again():
    buffer = np.empty(2)

    def reused(x):
        buffer[:] = 2 * x[1], -3 * sin(x[0])
        return buffer

    for field in (reused, lambda x: [2 * x[1], -3 * sin(x[0])]):
        for name in METHODS:
            np.testing.assert_array_equal(march(name, field, [1.0, 0.0], 0.1, 5), march(name, swing, [1.0, 0.0], 0.1, 5))
        np.testing.assert_array_equal(solve_ivp(field, [1.0, 0.0], [0, 5]), solve_ivp(swing, [1.0, 0.0], [0, 5]))


# --- solve_ivp

def test_solve_ivp_follows_the_spring_forwards_and_backwards():
    k, m = 3.0, 0.7
    w, t = np.sqrt(k / m), np.linspace(0, 20, 101)
    starts = np.array([[[1.0, 0.0], [0.3, -2.0]]])                  # shape (1, 2, 2)
    path = solve_ivp(spring_law(k, m), starts, t)
    c, s = np.cos(w * t)[:, None, None], np.sin(w * t)[:, None, None]
    q, p = starts[..., 0], starts[..., 1]
    exact = np.stack([c * q + s * p / (m * w), c * p - s * m * w * q], axis=-1)
    np.testing.assert_allclose(path, exact, atol=1e-7)
    np.testing.assert_allclose(solve_ivp(spring_law(k, m), path[-1], t[::-1]), exact[::-1], atol=1e-7)


def test_solve_ivp_follows_the_pendulum():
    t = np.linspace(0, 20, 50)
    np.testing.assert_allclose(solve_ivp(swing, [1.0, 0.0], t), swing_exact(t), atol=1e-7)


def test_a_tighter_tolerance_is_nearer():
    error = [np.abs(solve_ivp(swing, [1.0, 0.0], [0, 20], rtol=tol, atol=tol)[-1] - swing_exact([20.0])[0]).max() for tol in (1e-4, 1e-8, 1e-12)]
    assert error[2] < 1e-10 < error[1] < 1e-6 < error[0]


def test_the_absolute_tolerance_may_be_one_for_each_coordinate():
    loose, tight = (np.abs(solve_ivp(swing, [1.0, 0.0], [0, 20], 1e-12, atol)[-1] - swing_exact([20.0])[0]).max()
                    for atol in ([1e-3, 1e-3], [1e-12, 1e-12]))
    assert tight < 1e-9 < 1e-5 < loose


@pytest.mark.parametrize("company", [1, 50])
def test_a_path_does_not_depend_on_its_company(company):
    """A planet of eccentricity 0.99 for two years, alone and beside circular orbits."""
    sun, comet, circle = hl.systems.kepler(), [0.01, 0, 0, np.sqrt(1.99 / 0.01)], [1.0, 0, 0, 1.0]
    t = np.linspace(0, 4 * np.pi, 9)
    together = sun.rollout([circle] * company + [comet], t)
    alone = sun.rollout(comet, t)
    assert np.all(np.abs(together[:, -1] - alone) <= 1e-8 * np.array([2, 2, 14, 14]))          # but for rounding, of where and how fast
    np.testing.assert_array_equal(together[:, :1], together[:, company - 1:company])
    assert np.abs(together[-1, -1, :2] - comet[:2]).max() < 1e-5


def test_a_path_that_ends_early_says_so_though_another_goes_on():
    with pytest.raises(IntegrationError, match="could not be continued to t = 1.25") as caught:
        solve_ivp(lambda x: x**2, [[1.0], [0.1]], np.linspace(0, 2, 9))
    np.testing.assert_allclose(caught.value.path[:, 1, 0], 1 / (10 - caught.value.t), rtol=1e-7)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("sign", [1, -1])
def test_a_path_that_reaches_infinity_in_finite_time_is_given_as_far_as_it_goes(sign):
    with pytest.raises(IntegrationError, match="could not be continued to t = ") as caught:
        solve_ivp(lambda x: sign * x**2, [1.0], sign * np.linspace(0, 1.8, 13))
    t, path = caught.value.t, caught.value.path
    assert len(t) == len(path) == 7 and path.shape == (7, 1)         # 1 / (1 - t): up to t = 0.9
    np.testing.assert_allclose(path[:, 0], 1 / (1 - sign * t), rtol=1e-6)


def test_a_midpoint_path_keeps_the_shape_of_its_start():
    assert march("implicit_midpoint", hl.systems.pendulum().field, np.ones((2, 3, 2)), 0.1, 2).shape == (3, 2, 3, 2)


def test_a_law_that_is_almost_separable_is_not():
    with pytest.raises(ValueError, match="separable"):
        march("leapfrog", lambda x: np.stack([x[..., 1] + 1e-3 * x[..., 0], -x[..., 0] - 1e-3 * x[..., 1]], axis=-1), [1.0, 0.5], 0.1, 1)


def test_the_error_of_a_path_comes_back_from_another_process():
    error = pickle.loads(pickle.dumps(IntegrationError("it broke off", 1.0, np.ones(2))))
    assert str(error) == "it broke off" and error.t == 1.0
