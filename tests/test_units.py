"""Whatever the units: positions times 10^a and momenta times 10^b give the same motion in these units, in every function that takes states."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hnn_lite as hl
from hnn_lite.actions import Kepler, loop_action, measured_frequencies, NormalModes, Pendulum, whole_mixing
from hnn_lite.integrate import flow_jacobian, jacobian, march, METHODS, solve_ivp

FAR = settings(max_examples=7, deadline=None, derandomize=True, database=None)
POWERS = st.integers(-12, 12)
CORNERS = [(-12, -12), (-12, 12), (12, -12), (12, 12), (-11, -24), (11, 29)]          # the last two: an ion, a planet


def spring(Q=1.0, P=1.0):
    """Time keeps its unit: masses and stiffnesses go as P / Q."""
    return hl.systems.mass_spring(2.0 * P / Q, 0.5 * P / Q)


def chain(Q=1.0, P=1.0):
    return hl.systems.coupled_oscillators(np.array([5.0, 1.0]) * P / Q, np.array([0.4, 0.3]) * P / Q, 0.5 * P / Q, np.array([2.0, 1.0]) * Q)


def bodies(Q=1.0, P=1.0):
    return hl.systems.n_body(np.array([1.0, 0.5, 2.0]) * P / Q, 1.7 * Q**4 / P)


STATES = {spring: np.array([[0.7, -0.4], [1e-3, 2.0], [0.0, 1.0], [1.0, 0.0]]), chain: chain().sample(4, 0),
          bodies: hl.systems.three_body((1.0, 0.5, 2.0), 1.7).sample(4, 0)}
LAWS = pytest.mark.parametrize("make", STATES, ids=lambda make: make.__name__)


def units(make, Q, P):
    return np.repeat([Q, P], make().dim // 2)


def same(got, expected, rtol=1e-6):
    """Alike, each coordinate in proportion to the largest of its half."""
    scale = np.max(hl.integrate.sizes(expected).reshape(-1, expected.shape[-1]), axis=0)
    assert np.all(np.abs(got - expected) <= rtol * scale)


def check(make, Q, P):
    one, other, x, unit = make(), make(Q, P), STATES[make], units(make, Q, P)
    np.testing.assert_allclose(other.hamiltonian(x * unit), P * Q * one.hamiltonian(x), rtol=1e-9)
    same(other.field(x * unit), one.field(x) * unit, 1e-9)
    same(other.gradient(x * unit), one.gradient(x) * P * Q / unit, 1e-9)
    t = np.linspace(0, 3, 7)
    path = one.rollout(x, t)
    same(other.rollout(x * unit, t), path * unit)
    same(solve_ivp(other.field, path[-1] * unit, t[::-1], 1e-10)[-1], x * unit, 1e-5)
    for name in METHODS:
        same(march(name, other.field, x * unit, 0.1, 3), march(name, one.field, x, 0.1, 3) * unit)
    outer = unit[:, None] / unit
    J = flow_jacobian(one.field, x, [0, 1.0])[-1]
    np.testing.assert_allclose(flow_jacobian(other.field, x * unit, [0, 1.0])[-1] / outer, J, rtol=1e-5, atol=1e-6 * np.abs(J).max())
    D = jacobian(other.field, x * unit)[0] / outer
    np.testing.assert_allclose(D, jacobian(one.field, x)[0], atol=1e-9 * np.abs(D).max())
    for step in (lambda system: lambda z: hl.integrate.rk4(system.field, z, 0.5), lambda system: lambda z: 1.1 * z):
        defects = [hl.metrics.symplecticity_defect(step(system), z) for system, z in ((one, x), (other, x * unit))]
        assert defects[1] == pytest.approx(defects[0], rel=1e-5)
    for amount in (0.1, -0.01) if P == Q else (0.1,):               # the way along the gradient, unlike the energy, depends on the units
        end = other.add_energy(x * unit, amount * P * Q)
        np.testing.assert_allclose(other.hamiltonian(end) - other.hamiltonian(x * unit), amount * P * Q, rtol=1e-5)
    if P == Q:
        with pytest.raises(ValueError, match="^amount "):
            spring(Q, P).add_energy(np.array([0.3 * Q, 0.4 * P]), -10 * P * Q)


@LAWS
@pytest.mark.parametrize(("a", "b"), CORNERS[1:5:2] + CORNERS[-1:])
def test_laws_in_far_units(make, a, b):
    check(make, 10.0**a, 10.0**b)


@given(POWERS, POWERS)
@FAR
def test_a_spring_in_any_unit(a, b):
    check(spring, 10.0**a, 10.0**b)


@given(POWERS, POWERS)
@FAR
def test_actions_in_any_unit(a, b):
    Q, P = 10.0**a, 10.0**b
    one, x, unit = chain(), STATES[chain], units(chain, Q, P)
    exact, other = NormalModes(one.masses, one.stiffness), NormalModes(one.masses * P / Q, one.stiffness * P / Q)
    (I, theta), (J, phi) = exact.encode(x), other.encode(x * unit)
    np.testing.assert_allclose(J, P * Q * I, rtol=1e-9)
    np.testing.assert_allclose(np.exp(1j * phi), np.exp(1j * theta), atol=1e-9)
    same(other.advance(x * unit, 7.0), exact.advance(x, 7.0) * unit)
    same(chain(Q, P).in_modes(Q * np.ones(2), np.arange(2.0)), one.in_modes(np.ones(2), np.arange(2.0)) * unit)
    loop = exact.decode(np.tile(I[0], (64, 1)), 2 * np.pi * np.arange(64)[:, None] / 64 + theta[0])
    assert loop_action(loop * unit) == pytest.approx(P * Q * loop_action(loop), rel=1e-9)
    with pytest.raises(ValueError, match="loop must close|loop has an angle that jumps"):        # where the gap happens to be 2 pi wide
        loop_action((loop * unit)[:40])
    np.testing.assert_array_equal(whole_mixing(P * Q * I, P * Q * I @ [[1, 1], [0, 1]])[0], [[1, 0], [1, 1]])
    path = exact.rollout(x[0], np.arange(600.0))
    np.testing.assert_allclose(measured_frequencies(path[:, 0] * Q, 1.0, 2), measured_frequencies(path[:, 0], 1.0, 2), rtol=1e-8)
    with pytest.raises(ValueError, match="count must be at most 2"):
        measured_frequencies(path[:, 0] * Q, 1.0, 3)


@given(POWERS, st.floats(0, 0.9))
@FAR
def test_planets_in_any_unit(a, e):
    Q = 10.0**a                                                     # of a planet of mass 1 the momentum is the speed
    x = np.array([1 - e, 0, 0, np.sqrt((1 + e) / (1 - e))])
    (I, _), (J, phi) = Kepler().encode(x), Kepler(Q**3).encode(x * Q)
    np.testing.assert_allclose(J, Q**2 * I, rtol=1e-9)
    tolerance = 1e-7 if e < 1e-3 else 1e-6
    same(Kepler(Q**3).decode(J, phi), x * Q, tolerance)
    same(Kepler(Q**3).advance(x * Q, 2.0), hl.systems.kepler().rollout(x, [0, 2.0])[-1] * Q, 1e-5)
    same(hl.systems.kepler(Q**3).rollout(x * Q, [0, 2.0]), hl.systems.kepler().rollout(x, [0, 2.0]) * Q)


@given(POWERS)
@FAR
def test_a_pendulum_in_any_unit_of_mass(b):
    P, x = 10.0**b, np.array([[1.0, 0.5], [0.0, 1.0]])
    one, other = Pendulum(), Pendulum(m=0.5 * P)
    np.testing.assert_allclose(other.encode(x * [1, P])[0], P * one.encode(x)[0], rtol=1e-9)
    same(other.advance(x * [1, P], 3.0), one.advance(x, 3.0) * [1, P])
    same(hl.systems.pendulum(m=0.5 * P).rollout(x * [1, P], [0, 3.0]), hl.systems.pendulum().rollout(x, [0, 3.0]) * [1, P])


@pytest.mark.parametrize(("a", "b"), CORNERS[:4])
def test_a_field_that_is_not_separable_is_seen_in_any_unit(a, b):
    Q, P = 10.0**a, 10.0**b

    def product(x):                                                 # H = (1 + q^2) (1 + p^2) / 2
        q, p = x[..., 0] / Q, x[..., 1] / P
        return np.stack([Q * (1 + q**2) * p, -P * q * (1 + p**2)], axis=-1)

    for x in ([1.0, 0.5], [1.0, 0.0], [0.0, 1.0]):
        with pytest.raises(ValueError, match="needs a separable field"):
            march("leapfrog", product, np.array(x) * [Q, P], 0.1, 3)


def test_the_examples_of_reports_from_elsewhere():
    ion = hl.systems.mass_spring(k=6.6e-26 * (2 * np.pi * 1e6) ** 2, m=6.6e-26)        # a trapped ion, 1 MHz
    period = 1e-6
    path = ion.rollout([1e-11, 0.0], np.linspace(0, 10 * period, 5))
    np.testing.assert_allclose(path[:, 0], 1e-11 * np.cos(2 * np.pi * np.linspace(0, 10, 5)), atol=1e-17)
    small = hl.systems.mass_spring().rollout([1e-10, 0.0], np.linspace(0, 20, 50), rtol=1e-13)
    energy = hl.systems.mass_spring().hamiltonian(small)
    assert np.abs(energy / energy[0] - 1).max() < 1e-11
    with pytest.raises(ValueError, match="^amount "):
        hl.systems.mass_spring().add_energy([2e-9, 0.0], -5e-18)                        # there are 4e-18
