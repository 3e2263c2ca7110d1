"""The pencil problem sets: marks that add up, and every bold number of the solutions computed again from the numbers in the problems."""

import re

import numpy as np
import pencil
import pytest
from conftest import ROOT
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.special import ai_zeros, ellipk

TEACHING = ROOT / "book" / "teaching"
if not (TEACHING / "instructor").is_dir():
    pytest.skip("book/teaching/instructor is not here: its solutions were not tested", allow_module_level=True)
SETS = (TEACHING / "problem-sets.md").read_text(encoding="utf-8")
SOLUTIONS = (TEACHING / "instructor" / "problem-solutions.md").read_text(encoding="utf-8")
E, PI = np.exp, np.pi


PROBLEMS, ANSWERS = pencil.problems(SETS), pencil.problems(SOLUTIONS)


def given(key, *patterns):
    """Numbers in the text of a problem."""
    return pencil.given(PROBLEMS[key], *patterns)


def lean(sigma, v, n):
    """Typical divergence of a straight-line fit to blurred states of the book's spring (omega = 2)."""
    return 2 * sigma / (v + sigma**2) * np.sqrt(2 * v / n)


def set_1():
    m, eB, speed = given("1.2", "m = #$", "eB = #$", "velocity $(0, #)")
    q, p = given("1.3", "q = #$", "p = #$")
    a = q * p
    eps = given("1.3", "varepsilon = #") * 1e-7
    slope = np.sin(a) + a * np.cos(a)
    return {"1.1b": [np.sqrt(3)], "1.1c": [np.log(2) / 2], "1.2c": [m * speed, m * speed / eB, 2 * PI * m / eB],
            "1.3a": [a, a * np.sin(a), slope, p * slope, q * slope], "1.3b": [np.sqrt(2 * eps)]}


def set_2():
    h, large = given("2.1", "steps of $h = #$", "step of $h = #$")
    alpha = 2 * np.arctan(large / 2)
    n, more, leapfrog = given("2.2", "with # steps and", r"\cdot 10^{-5}$ with #.", "error # with 64")
    coarse, fine = given("2.2", r"error $# \cdot 10^{-3}$", r"and $# \cdot 10^{-5}$")
    order = np.log2(coarse * 1e-3 / (fine * 1e-5)) / np.log2(more / n)
    goal = given("2.2", r"reach $# \cdot 10^{-4}$") * 1e-4
    first, second = np.ceil(n * (coarse * 1e-3 / goal) ** (1 / round(order))), np.ceil(n * (leapfrog / goal) ** 0.5)
    B = np.reshape([float(each) for each in re.findall(r"-?\d+\.\d+", re.search(r"\\begin\{pmatrix\}(.*?)\\end", PROBLEMS["2.3"])[1])], (2, 2))
    time, sigma, v, examples, wanted = given("2.3", "grow in # s", "sigma = #$", "v = #$", "N = #$", "make it #?")
    return {"2.1b": [np.ceil(np.log(2) / np.log(1 + h**2))], "2.1c": [alpha], "2.1d": [1 / (1 - alpha / large)], "2.2a": [order],
            "2.2b": [first, 4 * first, second], "2.3a": [np.abs(np.linalg.eigvals(B).imag).max()], "2.3b": [np.trace(B), E(time * np.trace(B))],
            "2.3d": [lean(sigma, v, examples), round(examples * (lean(sigma, v, examples) / wanted) ** 2, -2)]}


def set_3():
    m, length, g, amplitude, share = given("3.1", "m = #$", "l = #$", "g = #$", "amplitude # rad", "energy is # of")
    small = 2 * PI * np.sqrt(length / g)
    exact = 4 / np.sqrt(g / length) * ellipk(share)
    near = 4 / np.sqrt(g / length) * np.log(4 / np.sqrt(1 - share))
    assert round(exact, 2) == round(near, 2)
    omega, sigma, v = given("3.2", "omega = #$", "sigma = #$", "v = #$")
    late = omega - omega * v / (v + sigma**2)
    later = omega - omega * v / (v + sigma**2 / 4)
    omega_3, dt = given("3.3", r"\omega = #$", r"\Delta t = #$")
    turn = [expm(np.array([[0, 1], [-omega_3**2, 0]]) * number * dt) for number in (1, 0, -1, -2)]
    rules = [np.trace((turn[0] - turn[1]) / dt), np.trace((turn[1] - turn[2]) / dt), np.trace((3 * turn[1] - 4 * turn[2] + turn[3]) / (2 * dt))]
    assert rules[2] == pytest.approx(2 * (1 - np.cos(omega_3 * dt)) ** 2 / dt)
    return {"3.1a": [2 * m * g * length, 2 * np.sqrt(g * length)], "3.1b": [small, small * (1 + amplitude**2 / 16)], "3.1c": [share, near],
            "3.2a": [omega - late], "3.2b": [PI / 2 / late], "3.2c": [np.floor(PI / 2 / later)], "3.3a": rules[:2], "3.3b": rules[2:]}


def set_4():
    leak, time = given("4.1", "+ #\\,q_1$. ", "change in # s")
    q, p, more = given("4.2", "= (#,", ", #)$. You", "add # J")
    radius = np.hypot(q, p)
    far = np.sqrt(radius**2 + more)
    frames, figures = given("4.3", "has # frames"), given("4.4", "has # figures")
    n = {"nine": 9}[re.search(r"range of (\w+) trainings", PROBLEMS["4.4"])[1]]
    kappa = 2 - 2 * np.cos(2 * PI / frames)
    assert np.linalg.eigvals([[1, 1], [-kappa, 1 - kappa]])[0] == pytest.approx(E(2j * PI / frames))
    return {"4.1a": [-leak * time], "4.1b": [-leak / 2 * time**2 / 2], "4.2a": [q * far / radius, p * far / radius],
            "4.2b": [np.sqrt(far**2 - q**2)], "4.3a": [kappa], "4.3b": [E(-frames * kappa)],
            "4.4a": [figures * 2 / (n + 1)], "4.4b": [(1 - 2 / (n + 1)) ** figures]}


def set_5():
    m, a, energy, wide = given("5.1", "m = #$", "a = #$ apart", "E = #$", "until $a = #$")
    speed = np.sqrt(2 * energy / m)
    first, second = given("5.2", "q + #\\,p$", "p - #\\,q'$")
    both = np.array([[1, 0], [-second, 1]]) @ np.array([[1, first], [0, 1]])
    np.testing.assert_allclose(both, [[1, 0.3], [-1.2, 0.64]])
    N = np.reshape([float(each) for each in re.findall(r"\d", re.search(r"\\begin\{pmatrix\}(.*?)\\end", PROBLEMS["5.3"])[1])], (2, 2))
    omega = [float(each) for each in re.search(r"omega = \(([\d.]+), ([\d.]+)\)", PROBLEMS["5.3"]).groups()]
    wrong, bend, late = given("5.3", "wrong by #, where", r"d\omega/dI = #$", "wrong by # rad")
    return {"5.1a": [a * np.sqrt(2 * m * energy) / PI], "5.1b": [2 * a / speed, speed], "5.1c": [energy * (a / wide) ** 2],
            "5.2a": [np.linalg.det(both)], "5.2b": [np.arccos(np.trace(both) / 2)], "5.2c": [4 / first],
            "5.2d": [given("5.2", "I_1 + # I_2$ and")], "5.3a": [np.linalg.det(N), *np.linalg.inv(N).T @ omega],
            "5.3b": [late / abs(bend * wrong)]}


def set_6():
    m, k, R = given("6.1", "m = #$", "k = #$", "R = #$")
    gamma = -np.linalg.eigvals([[0, 1 / m], [-k, -R / m]])[0].real
    omega, dt = given("6.2", r"\omega = #$", "frames # s apart")
    learned = 2 / dt * np.tan(omega * dt / 2)
    levels = [(3 * PI / (2 * np.sqrt(2)) * (n + given("6.3", r"\mu = #$") / 4)) ** (2 / 3) for n in (0, 1)]
    exact = -ai_zeros(2)[0] / 2 ** (1 / 3)
    assert given("6.3", "they are #", "and #. How") == pytest.approx(list(exact), abs=5e-5)
    return {"6.1a": [gamma, np.log(2) / (2 * gamma)], "6.1b": [R / (2 * m)], "6.2a": [learned], "6.2b": [PI / (learned - omega)],
            "6.3a": levels, "6.3b": [100 * abs(level / true - 1) for level, true in zip(levels, given("6.3", "they are #", "and #. How"), strict=True)],
            "6.4a": [2 * np.sin(PI / given("6.4", "ring of # masses"))]}


COMPUTED = set_1() | set_2() | set_3() | set_4() | set_5() | set_6()


def test_marks_add_up():
    assert list(PROBLEMS) == list(ANSWERS)
    totals = {}
    for key, text in PROBLEMS.items():
        marks = pencil.marks(text)
        assert marks == pencil.marks(ANSWERS[key]), key
        assert sum(marks.values()) == int(re.match(r" .+?\*\* \((\d) marks\)\.", text)[1]), key
        totals[key[0]] = totals.get(key[0], 0) + sum(marks.values())
    assert totals == {str(number): 20 for number in range(1, 7)} and "Six sets for the pencil, of 20 marks each" in SETS
    assert re.findall(r"^\(ps-(\d)\)=\n## Set (\d): ", SETS, re.M) == [(str(number), str(number)) for number in range(1, 7)]


PARTS = [f"{key}{letter}" for key, text in ANSWERS.items() for letter in pencil.parts(text)]


@pytest.mark.parametrize("part", PARTS)
def test_what_is_bold_was_computed(part):
    pencil.agree(pencil.parts(ANSWERS[part[:-1]])[part[-1]][1], COMPUTED.get(part, []))


def test_no_number_is_computed_for_nothing():
    assert set(COMPUTED) <= set(PARTS)


# --- the derivations: what the solutions claim of all states, tried at some

STATES = np.random.default_rng(0).normal(size=(20, 4))


def slopes(f, x, h=1e-5):
    """The gradient of a function of a state by central differences."""
    return np.array([(f(x + h * unit) - f(x - h * unit)) / (2 * h) for unit in np.eye(len(x))])


def hamilton(f, x):
    g, n = slopes(f, x), len(x) // 2
    return np.concatenate([g[n:], -g[:n]])


@pytest.mark.parametrize("H, field", [
    (lambda x: x[1]**2 / 2 + x[0] * x[1] + 2 * x[0]**2, lambda q, p: (p + q, -4 * q - p)),
    (lambda x: x[0] * x[1]**2 / 2 + x[0]**2 / 2, lambda q, p: (q * p, -p**2 / 2 - q)),
], ids=["Ann", "Cai"])
def test_the_hamiltonians_of_1_1(H, field):
    for x in STATES[:, :2]:
        np.testing.assert_allclose(hamilton(H, x), field(*x), atol=1e-8)


def test_the_charge_of_1_2_goes_round_a_circle():
    m, eB = 2, 3
    H = lambda x: (x[2]**2 + (x[3] - eB * x[0])**2) / (2 * m)
    path = solve_ivp(lambda t, x: hamilton(H, x), (0, 2 * PI * m / eB), [0, 0, 0, 12], rtol=1e-9, atol=1e-9).y
    np.testing.assert_allclose(np.hypot(path[0] - 4, path[1]), 4, atol=1e-5)
    np.testing.assert_allclose(path[:, -1], path[:, 0], atol=1e-5)
    for x in STATES:          # and the velocities obey the Lagrangian's law, m x'' = eB y', m y'' = -eB x'
        dx = hamilton(H, x)
        np.testing.assert_allclose([dx[2], dx[3] - eB * dx[0]], [eB * dx[1], -eB * dx[0]], atol=1e-7)


def test_the_steps_of_2_1():
    A, unit = np.array([[0, 1], [-1, 0]]), np.eye(2)
    for h in (0.1, 0.5):
        implicit, middle = np.linalg.inv(unit - h * A), np.linalg.solve(unit - h * A / 2, unit + h * A / 2)
        np.testing.assert_allclose(implicit.T @ implicit, unit / (1 + h**2), atol=1e-14)
        np.testing.assert_allclose(middle, expm(2 * np.arctan(h / 2) * A), atol=1e-14)


def test_the_nearest_law_without_a_leak_of_2_3():
    said = np.reshape([float(each) for each in re.findall(r"-?\d+\.\d+", re.search(r"pmatrix\}(.*?)\\end", ANSWERS["2.3"])[1])], (2, 2))
    B = np.array([[0.006, 1.98], [-2.02, -0.002]])
    np.testing.assert_allclose(said, B - np.trace(B) / 2 * np.eye(2))


def test_the_typical_divergence_of_2_3_is_that_of_many_fits():
    rng, sigma, v, n = np.random.default_rng(0), 0.05, 0.5, 300
    true = rng.normal(size=(4000, n, 2)) * np.sqrt(v)
    seen, arrows = true + sigma * rng.normal(size=true.shape), 2 * np.stack([true[..., 1], -true[..., 0]], axis=-1)
    fits = np.linalg.solve(np.einsum("fni,fnj->fij", seen, seen), np.einsum("fni,fnj->fij", seen, arrows))
    assert np.std(np.trace(fits, axis1=1, axis2=2)) == pytest.approx(lean(sigma, v, n), rel=0.05)
    assert np.mean(fits[:, 1, 0]) == pytest.approx(2 * v / (v + sigma**2), abs=0.001)          # 3.2a: the clock


def test_the_turning_moment_of_4_1():
    leak = lambda x: 0.01 * x[0] * x[1]
    for x in STATES:
        (gx, gy), (a, b) = slopes(leak, x[:2]), x[:2]
        assert a * -gy - b * -gx == pytest.approx(-0.01 * (a**2 - b**2), abs=1e-9)
    assert quad(lambda angle: np.cos(2 * angle), 0, 2 * PI)[0] == pytest.approx(0, abs=1e-12)


def test_the_two_laws_of_6_1_have_the_same_arrows():
    m, k, R = 0.5, 2, 0.1
    for q, p in STATES[:, :2]:
        force = -k * q - R / m * p
        assert -(k * q + 0.6 * q) - (2 * 0.1 * p - 0.6 * q) == pytest.approx(force)


def test_the_chain_of_6_4():
    n, k, t = 16, 2 * PI / 16 * 3, 0.7
    omega, site = 2 * np.sin(k / 2), np.arange(n)
    u = np.cos(k * site - omega * t)
    np.testing.assert_allclose(np.roll(u, -1) - 2 * u + np.roll(u, 1), -omega**2 * u, atol=1e-12)
    assert np.sum(0.3 * np.roll(u, -1)**2 - 0.3 * u**2) == pytest.approx(0, abs=1e-12)
