"""Networks that lose energy: their fields against derivatives taken by hand, their power balance, what they learn, and the pendulum that they steer."""

from types import SimpleNamespace

import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.page.beyond.friction import DissipativeHNN, DrivenBaseline, EnergyShaping, PortHNN

STATES = np.random.default_rng(0).uniform(-1, 1, (12, 6))


def slopes(scalar, x, h=1e-5):
    """The gradient of a scalar function of states by central differences, shape (..., dim)."""
    return np.stack([(scalar(x + step) - scalar(x - step)) / (2 * h) for step in h * np.eye(x.shape[-1])], axis=-1)


def shaken(model, seed=1):
    """The model with all parameters moved, so that nothing is zero by its initial value."""
    rng = np.random.default_rng(seed)
    model.params = hl.tree.rebuild(model.params, [leaf + 0.3 * rng.normal(size=leaf.shape) for leaf in hl.tree.leaves(model.params)])
    return model


@pytest.mark.parametrize("where", ["everywhere", "momenta"])
def test_the_dissipative_field_is_the_turned_slope_of_h_less_the_slope_of_d(where):
    model = shaken(DissipativeHNN(6, seed=2, hidden=(8, 8), where=where))
    uphill, drain = slopes(model.hamiltonian, STATES), slopes(model.dissipation, STATES)
    if where == "momenta":
        drain[:, :3] = 0
    wanted = np.concatenate([uphill[:, 3:], -uphill[:, :3]], axis=-1) - drain
    np.testing.assert_allclose(model.field(STATES), wanted, atol=1e-8)
    assert np.abs(drain).max() > 0.05


def matrices(model, x):
    """R of a port-HNN at a state, from its lower triangle written out."""
    entries = model.params[1] if model.drag == "constant" else hl.networks.mlp(model.params[1], x)
    L, n = np.zeros((model.dim // 2,) * 2), iter(entries)
    for row in range(len(L)):
        for column in range(row + 1):
            L[row, column] = next(n)
    return L @ L.T


@pytest.mark.parametrize("drag", ["network", "constant"])
def test_the_port_field_is_j_less_r_times_the_slope_of_h_and_the_drive(drag):
    model = shaken(PortHNN(6, seed=3, hidden=(8, 8), drag=drag, inputs=2))
    u = np.random.default_rng(4).normal(size=(12, 2))
    for x, force in zip(STATES, u, strict=True):
        S = np.zeros((6, 6))
        S[:3, 3:], S[3:, :3], S[3:, 3:] = np.eye(3), -np.eye(3), -matrices(model, x)
        still = S @ slopes(model.hamiltonian, x)
        np.testing.assert_allclose(model.field(x), still, atol=1e-7)
        np.testing.assert_allclose(model.driven(x, force), still + np.append(np.zeros(3), force @ model.params[2]), atol=1e-7)
    assert np.abs(model.params[2]).min() > 0.01


@pytest.mark.parametrize("drag", ["network", "constant"])
def test_no_port_gains_energy_and_what_it_loses_is_v_r_v(drag):
    for seed in range(10):
        model = shaken(PortHNN(6, seed=seed, hidden=(8, 8), drag=drag), seed)
        power = np.sum(model.gradient(STATES) * model.field(STATES), axis=-1)
        v = slopes(model.hamiltonian, STATES)[:, 3:]
        wanted = [-one @ matrices(model, x) @ one for one, x in zip(v, STATES, strict=True)]
        np.testing.assert_allclose(power, wanted, atol=1e-8)
        assert power.max() <= 0 and power.min() < -1e-3


def test_a_piece_of_the_spring_may_move_from_one_scalar_to_the_other():
    """The page's swap: H + Gamma(q) and D - p g(q) have the same field, and a constant more or less changes nothing."""
    q, p = STATES[:, 0], STATES[:, 1]
    x = np.stack([q, p], axis=-1)

    def field(H, D):
        (Hq, Hp), (_, Dp) = slopes(H, x).T, slopes(D, x).T
        return np.stack([Hp, -Hq - Dp], axis=-1)

    H, D = (lambda x: (x**2).sum(-1)), (lambda x: 0.25 * x[..., 1] ** 2)
    swapped = field(lambda x: H(x) + x[..., 0] ** 3 + 5, lambda x: D(x) - 3 * x[..., 0] ** 2 * x[..., 1])
    np.testing.assert_allclose(field(H, D), swapped, atol=1e-8)


def oil(x, c=0.5):
    return np.stack([2 * x[..., 1], -2 * x[..., 0] - c * x[..., 1]], axis=-1)


def learned(model, field=oil, steps=40, seed=0, inputs=0):
    rng = np.random.default_rng(seed)
    x, test_x = rng.uniform(-0.8, 0.8, (2, 200, 2))
    task = SimpleNamespace(x=x, dx=field(x), test_x=test_x, test_dx=field(test_x))
    if inputs:
        task.u, task.test_u = rng.uniform(-1, 1, (2, 200, inputs))
        task.dx, task.test_dx = (field(a) + u @ np.array([[0.0, 1.5]]) for a, u in ((x, task.u), (test_x, task.test_u)))
    history = hl.fit(model, task, steps, method="levenberg-marquardt", progress=False)
    assert history.test_loss[-1] < 1e-4
    return model, task.x


def test_a_port_finds_the_oil_and_the_spring_without_it():
    model, x = learned(PortHNN(2, seed=0, hidden=(12, 12)))
    np.testing.assert_allclose(model.symplectic_gradient(x), oil(x, 0), atol=0.03)
    np.testing.assert_allclose(model.friction(model.params, x, 2 * x[:, 1:])[:, 0], 0.5 * x[:, 1], atol=0.03)
    free, _ = learned(DissipativeHNN(2, seed=0, hidden=(12, 12), where="momenta"))
    assert np.abs(free.symplectic_gradient(x) - oil(x, 0)).max() > 0.1          # and this is why its form is needed


def test_a_drive_is_told_from_friction():
    model, _ = learned(PortHNN(2, seed=1, hidden=(12, 12), drag="constant", inputs=1), inputs=1)
    np.testing.assert_allclose([model.params[1][0] ** 2, model.params[2][0, 0]], [0.25, 1.5], rtol=0.02)
    baseline, x = learned(DrivenBaseline(2, seed=1, hidden=(12, 12)), inputs=1)
    np.testing.assert_allclose(baseline.params[1], [[0.0, 1.5]], atol=0.03)
    np.testing.assert_allclose(baseline.driven(x, np.ones((200, 1))) - baseline.field(x), np.broadcast_to([0.0, 1.5], (200, 2)), atol=0.03)


def test_units_of_the_data_do_not_change_what_is_lost():
    """In other units of q, p and time the friction is the same force."""
    S = np.array([30.0, 0.2])
    model, x = learned(PortHNN(2, seed=0, hidden=(12, 12), drag="constant"), field=lambda x: oil(x))
    big = PortHNN(2, seed=0, hidden=(12, 12), drag="constant")
    task = SimpleNamespace(x=x * S, dx=oil(x) * S, test_x=x * S, test_dx=oil(x) * S)
    hl.fit(big, task, 40, method="levenberg-marquardt", progress=False)
    assert big.scaling.unit != 1
    np.testing.assert_allclose(big.field(x * S) / S, model.field(x), atol=0.05)


def test_a_saved_model_comes_back(tmp_path):
    for model in (DissipativeHNN(2, seed=1, hidden=(5,), where="momenta"), PortHNN(4, seed=2, hidden=(5,), drag="constant", inputs=2), DrivenBaseline(2, hidden=(5,))):
        model.save(tmp_path / "model.npz")
        back = type(model).load(tmp_path / "model.npz")
        np.testing.assert_array_equal(back.field(STATES[:, :model.dim]), model.field(STATES[:, :model.dim]))
        assert repr(back) == repr(model)


@pytest.mark.parametrize("call, words", [
    (lambda: DissipativeHNN(2, where="positions"), "unknown where 'positions'; choose one of: everywhere, momenta"),
    (lambda: PortHNN(2, drag="none"), "unknown drag 'none'; choose one of: network, constant"),
    (lambda: PortHNN(3), "dim must be"),
    (lambda: PortHNN(2, inputs=-1), "inputs must be"),
    (lambda: PortHNN(2, inputs=1).driven(np.zeros((3, 2)), np.zeros((3, 2))), "u must hold states of 1"),
    (lambda: PortHNN(2, inputs=1).examples(hl.data.fields.mass_spring()), "task must have u and test_u"),
    (lambda: PortHNN(2, inputs=1).examples(SimpleNamespace(x=STATES[:, :2], dx=STATES[:, :2], test_x=STATES[:, :2], test_dx=STATES[:, :2],
                                                           u=np.zeros((12, 2)), test_u=np.zeros((12, 1)))), r"task.u must have shape \(12, 1\)"),
    (lambda: EnergyShaping(PortHNN(2), limit=0), "limit must be"),
    (lambda: EnergyShaping(PortHNN(4), limit=1), "model must be a PortHNN with dim = 2")])
def test_what_cannot_be_used_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


class Known(PortHNN):
    """The book's pendulum with friction, as a model that has nothing left to learn."""

    def __init__(self, drag=0.1):
        super().__init__(2, hidden=(3,), drag="constant", inputs=1)
        self.params[1] = np.sqrt([drag])

    def energy(self, params, x):
        return hl.systems.pendulum().hamiltonian(x)


def ride(pilot, x, seconds, friction=0.2):
    path = [x]
    for _ in range(round(seconds / 0.02)):
        path.append(page.live.swing_up.after(path[-1], pilot.torque(path[-1]), friction))
    return np.array(path)


HANGING = np.random.default_rng(3).uniform([-1, -0.5], [1, 0.5], (8, 2))


def test_a_weak_motor_brings_pendulums_to_the_top_and_holds_them():
    path = ride(EnergyShaping(Known(), limit=0.5), HANGING, 40)
    np.testing.assert_allclose(np.cos(path[-200:, :, 0]), -1, atol=1e-3)
    np.testing.assert_allclose(path[-1, :, 1], 0, atol=1e-2)


def test_no_order_is_stronger_than_the_motor_and_turns_do_not_matter():
    pilot = EnergyShaping(Known(), limit=0.5)
    x = np.random.default_rng(1).uniform(-4, 4, (500, 2))
    orders = pilot.torque(x)
    assert np.abs(orders).max() == 0.5 and np.sum(np.abs(orders) < 0.5) > 5
    np.testing.assert_allclose(pilot.torque(x + [4 * np.pi, 0]), orders, atol=1e-9)
    np.testing.assert_allclose(pilot.torque(-x), -orders, atol=1e-9)


def test_a_pendulum_that_hangs_at_rest_is_pushed():
    np.testing.assert_array_equal(EnergyShaping(Known(), limit=0.5).torque([[0.0, 0.0], [4 * np.pi, 0.0]]), 0.5)


def test_at_the_top_a_spring_and_a_brake_stand_in_for_the_weight():
    pilot, off, p = EnergyShaping(Known(), limit=5.0, spring=2.5, brake=1.2), -0.1, 0.05
    assert pilot.torque([np.pi + off, p]) == pytest.approx(3 * np.sin(np.pi + off) - 2.5 * off - 1.2 * 2 * p)          # dq/dt = 2 p


def test_without_the_friction_the_pump_stands_still_below_the_top():
    """Where the pump just pays for the friction: gain (top - H) |v| = friction v^2, so that H is short by about friction |v| / gain."""
    pilot = EnergyShaping(Known(), limit=0.5, compensate=False)
    path = ride(pilot, HANGING, 40)[1000:]
    energy = hl.systems.pendulum().hamiltonian(path)
    assert energy.max() < 5.95 and energy.mean() > 5.5
    power = np.mean(pilot.torque(path) * 2 * path[..., 1])
    assert power == pytest.approx(np.mean(0.1 * (2 * path[..., 1]) ** 2), rel=0.05)


def test_the_pilot_pays_for_the_friction_in_the_units_of_the_data():
    scaling = hl.scaling.Scaling(np.zeros(2), np.ones(2), np.diag([2.0, 0.5]), 3.0, 0.7, [1])
    model = PortHNN(2, seed=0, scaling=scaling)
    x = np.random.default_rng(0).uniform(-1, 1, (20, 2)) + [0, 2]
    free, paid = (EnergyShaping(model, 1e9, compensate=compensate).torque(x) for compensate in (False, True))
    lost = model.symplectic_gradient(x)[..., 1] - model.field(x)[..., 1]
    assert paid - free == pytest.approx(lost, rel=1e-9, abs=1e-12)
