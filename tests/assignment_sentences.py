"""What the texts of the assignments promise about a student's own numbers: words of the text, and whether they are true.

Each function looks at the names that the solved notebook leaves behind. `python tests/grading.py NAME 500` counts for how many names
a promise holds; one with "most", "usually", "about" or "as a rule" in it need not hold for all.
"""

import numpy as np

from hnn_lite.integrate import euler, leapfrog, rk4, symplectic_euler


def arrows_off(n, field, *driven):
    task, more = n["task"], [getattr(n["task"], word) for word in driven]
    return np.sqrt(np.mean((field(task.test_x, *more) - task.test_dx) ** 2) / np.mean(task.test_dx**2))


def orders(n):
    return [n["order"](method, n["spring"], n["start"], 2.0, 40) for method in (euler, leapfrog, n["heun"], rk4)]


def there_and_back(n):
    return [n["there_and_back"](method, n["spring"], n["start"], 0.1, 30) for method in (leapfrog, euler, rk4)]


def steps(n, method, share):
    loose, tight = (n["steps_needed"](method, n["spring"], n["start"], 2.0, tolerance) for tolerance in (1e-2, 1e-2 * share))
    return tight / loose


def push(n):
    m, hump, w = n["WELL"]
    found = n["smallest_push"](lambda p: n["crosses"](n["model"], w, p), 0.0, 3 * np.sqrt(m * hump), halvings=8)
    return found / np.sqrt(2 * m * hump)


def pictures(n):
    return n["draw"](n["places"]).reshape(-1, 16)


def frames(n):
    code = n["model"].encode(n["task"].test_x)[0, 0]
    try:
        return n["frames_per_swing"](n["model"].law.rollout(code, np.arange(200.0))[:, 0]) / n["frames_a_swing"]
    except IndexError:          # the law has come to rest
        return np.nan


def stays(n):
    action = n["model"].encode(n["task"].test_x)[0][..., 0]
    return np.median(np.std(action, axis=1) / np.mean(action, axis=1))


SENTENCES = {
    "1-hamiltons-equations": {
        "Everywhere else it is more.": lambda n: all(n["momentum"](q, 1.0) > 1.0001 * n["WIRE"][0] for q in (-1.5, -0.1, 0.1, 1.5)),
        "on a slope the same $p$ costs less kinetic energy than at the bottom": lambda n: all(
            n["hamiltonian"](np.array([q, 1.0])) - n["hamiltonian"](np.array([q, 0.0])) < 1 / (2 * n["WIRE"][0]) for q in (-1.5, 0.1, 1.5)),
        "Between one and two and a half seconds.": lambda n: 1 < n["small_period"] < 2.5,
    },
    "2-your-own-tape": {},
    "3-integrators": {
        "about 1 for `euler`, 2 for `leapfrog` and `heun`, 4 for `rk4`, to within two tenths": lambda n: np.allclose(
            orders(n), [1, 2, 2, 4], rtol=0, atol=0.2),
        "1 to eight digits or so for a symplectic method": lambda n: all(
            abs(n["area_factor"](method, n["spring"], np.array(x), 0.1) - 1) < 2e-8
            for method in (leapfrog, symplectic_euler, n["drift_kick_drift"]) for x in ([1.0, 0.0], [-0.4, 0.9])),
        "rounding errors, below $10^{-11}$, for `leapfrog`; much more for `euler` and `rk4`": lambda n: (
            there_and_back(n)[0] < 1e-11 and min(there_and_back(n)[1:]) > 1e-9),
        "as a rule, 8 times as many for `euler` if the tolerance is 8 times as small": lambda n: steps(n, euler, 1 / 8) == 8,
        "for `leapfrog`, 8 times as many if it is 64 times as small": lambda n: steps(n, leapfrog, 1 / 64) == 8,
    },
    "4-double-well": {
        "they differ by a factor of $\\sqrt 2$": lambda n: np.isclose(np.divide(*n["rates"](*n["WELL"][[1, 2, 0]])), 2**0.5),
        "is usually below two per cent": lambda n: arrows_off(n, n["model"].field) < 0.02,
        "for your network, `hump` to a few per cent": lambda n: abs(n["hump_height"](n["model"], 1.5 * n["WELL"][2]) / n["WELL"][1] - 1) < 0.03,
        "for your network about $\\sqrt{2 m V_0}$": lambda n: abs(push(n) - 1) < 0.03,
    },
    "5-pixels": {
        "one direction leaves out more than a third of the lamp's pictures": lambda n: n["left_out"](pictures(n), 1) > 1 / 3,
        "With $k = 16$ nothing is left out.": lambda n: n["left_out"](pictures(n), 16) < 1e-12,
        "$R^2$ above 0.9 for most trained networks": lambda n: n["straight_fit"](
            n["model"].encode(n["task"].test_x)[..., 0], n["places"][24:, :30])[2] > 0.9,
        "For most lamps the learned law comes within a tenth of `frames_a_swing`.": lambda n: abs(frames(n) - 1) < 0.1,
    },
    "6-action-angle": {
        "its action stays to one per cent": lambda n: stays(n) < 0.01,
        "five seconds ahead it is right to a hundredth": lambda n: np.sqrt(np.median(n["task"].error_by_jump(n["model"].advance, [20]))) < 0.01,
    },
    "7-friction": {
        "the honey makes the swings a little slower": lambda n: 0.9 < n["rates"](*n["HONEY"])[1] / np.sqrt(np.prod(n["HONEY"][:2])) < 1,
        "is usually below one per cent": lambda n: arrows_off(n, n["model"].driven, "test_u") < 0.01,
    },
}
