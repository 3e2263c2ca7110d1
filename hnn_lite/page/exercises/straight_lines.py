"""Checks of the code exercises of Part III, except those about predictions (`predictions`)."""

import numpy as np
import scipy.linalg

from hnn_lite.page.exercises.check import calls, exercise, Exercise, Unusable


@exercise("ex-ia-perihelion")
def axis_turn():
    """A rosette: `axis_turn(G, eps)`, how far the long axis turns each time, in rad. Exercise `ex-ia-perihelion`."""
    def right(G, eps):
        """The direction swept from the largest 1/r to the next, less a whole turn: the integral of G / r^2 over the time.

        With u = 1/r, du/dt = -u^2 dr/dt, so d(direction)/du = G / sqrt(2 E + 2 u + 2 eps u^2 - G^2 u^2); the ends are the root's zeros.
        """
        E = -0.45
        square = np.poly1d([2 * eps - G**2, 2.0, 2 * E])
        low, high = np.sort(square.roots)
        nodes = np.cos(np.pi * (np.arange(40) + 0.5) / 40)          # Gauss and Chebyshev: the ends are integrable
        u = (low + high) / 2 + (high - low) / 2 * nodes
        return 2 * np.pi * np.mean(G / np.sqrt(square(u) / ((high - u) * (u - low)))) - 2 * np.pi

    def formula(change=lambda G, g: G / g - 1, twice=2, turn=2 * np.pi):
        return lambda G, eps: turn * change(G, np.sqrt(G**2 - twice * eps))

    return Exercise(
        "a function (G, eps), which returns the angle in rad by which the long axis turns each time",
        calls({"for a weak term": (0.9, 0.004), "for a stronger term": (0.8, 0.05), "for a small G": (0.4, 0.03)}), right,
        [("this is the whole angle from one far point to the next: the axis turns by the excess over a full turn",
          formula(lambda G, g: G / g)),
         ("this is in degrees: give it in rad", formula(turn=360)),
         ("this is in turns: give it in rad", formula(turn=1)),
         ("this is half of it: from the far point to the near one, without the way back", formula(turn=np.pi)),
         ("the axis turns the other way: check the sign", formula(turn=-2 * np.pi)),
         ("the new term pushes here, but it should pull: check its sign beside the square of G", formula(twice=-2)),
         ("the new term has the wrong factor: the square of G comes with a half", formula(twice=1), formula(twice=4)),
         ("this is the quotient of squares: take their roots", formula(lambda G, g: G**2 / g**2 - 1)),
         ("the two frequencies are swapped in the quotient", formula(lambda G, g: g / G - 1), formula(lambda G, g: 1 - g / G)),
         ("this is the first order in the small term: the frequencies give the whole in closed form",
          lambda G, eps: 2 * np.pi * eps / G**2)])


@exercise("ex-sf-four")
def factors():
    """Four shears for any matrix: `factors(M)`, the three matrices upper, lower, upper whose product is M. Exercise `ex-sf-four`."""
    def upper(s):
        return np.array([[1.0, s], [0.0, 1.0]])

    def right(M):                        # elimination: a shear of the rows, a shear of the columns, and what is left
        one = np.eye(2)
        first = scipy.linalg.lstsq(np.array([[M[1, 0]]]), np.array([M[0, 0] - 1]))[0][0]
        left = scipy.linalg.solve(upper(first), M)
        middle = one.copy()
        middle[1, 0] = left[1, 0]
        return upper(first), middle, scipy.linalg.solve(middle, left)

    def other(s, c, t, order=(0, 1, 2)):
        def answer(M):
            (a, b), (_, d) = M
            parts = upper(s(a, d, M[1, 0])), upper(c(M[1, 0])).T, upper(t(a, d, M[1, 0]))
            return [parts[i] for i in order]
        return answer

    def by_a(a, d, c):
        return (a - 1) / c

    def by_d(a, d, c):
        return (d - 1) / c

    rng = np.random.default_rng(11)
    places = {}
    for word in ("first", "second", "third"):
        M = rng.normal(size=(2, 2))
        if np.linalg.det(M) < 0:
            M = M[::-1]
        places[f"for the {word} matrix"] = (M / np.sqrt(np.linalg.det(M)),)
    return Exercise(
        "a function (M) of a matrix of determinant 1, shape (2, 2), which returns three matrices, upper, lower, upper",
        calls(places), right,
        [("the first and the last shear are swapped: return them in the order of the product",
          other(by_d, lambda c: c, by_a)),
         ("the numbers of the two upper shears have the wrong sign",
          other(lambda *x: -by_a(*x), lambda c: c, lambda *x: -by_d(*x))),
         ("the number of the lower shear has the wrong sign", other(by_a, lambda c: -c, by_d)),
         ("these are the inverse shears: every number has the wrong sign",
          other(lambda *x: -by_a(*x), lambda c: -c, lambda *x: -by_d(*x))),
         ("the upper shears lack the subtraction of one before the division",
          other(lambda a, d, c: a / c, lambda c: c, lambda a, d, c: d / c)),
         ("the upper shears are not divided by the entry below the diagonal",
          other(lambda a, d, c: a - 1, lambda c: c, lambda a, d, c: d - 1)),
         ("all three are transposed: the middle one is the lower shear", lambda M: [part.T for part in right(M)]),
         ("these are the factors of the transposed matrix: do you read b for c?", lambda M: right(M.T)),
         ("this has lower shears outside: the order is upper, lower, upper", lambda M: [part.T for part in right(M.T)][::-1]),
         ("return the three factors, not their product", lambda M: M),
         ("return three matrices, not the three numbers in them",
          lambda M: [by_a(*M.diagonal(), M[1, 0]), M[1, 0], by_d(*M.diagonal(), M[1, 0])])])


@exercise("ex-rd-code")
def mode_frequencies():
    """Three masses: `mode_frequencies(rates, N)`, learned frequencies in the basis of the modes. Exercise `ex-rd-code`."""
    def right(rates, N):
        """What makes the energy's change the same in both bases, whatever the change of the actions: a fit to random changes."""
        changes = np.random.default_rng(14).normal(size=(50, len(N)))
        return np.linalg.lstsq(changes, (changes @ N.T) @ np.atleast_2d(rates).T, rcond=None)[0].T.reshape(np.shape(rates))

    rng, N, M = np.random.default_rng(15), np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]]), np.array([[1, 1, 0], [0, 1, 0], [-1, 0, 1]])
    return Exercise(
        "a function (rates, N) of frequencies, shape (tori, n), and the matrix with learned actions = N times those of the modes, "
        "which returns the frequencies of the modes, shape (tori, n)",
        calls({"for a permutation": (rng.uniform(0.5, 2, (4, 3)), N), "for another matrix": (rng.uniform(0.5, 2, (4, 3)), M)}), right,
        [("this goes the wrong way: frequencies transform against the actions",
          lambda rates, N: rates @ np.linalg.inv(N)),
         ("the matrix is transposed: frequencies don't transform as actions do", lambda rates, N: rates @ N.T),
         ("the matrix is transposed and inverted: actions transform so, but frequencies don't",
          lambda rates, N: rates @ np.linalg.inv(N).T),
         ("the frequencies are unchanged: use the matrix", lambda rates, N: rates),
         ("these are sorted by size: it no longer shows which frequency belongs to which mode",
          lambda rates, N: np.sort(right(rates, N), axis=-1)),
         ("this is the first torus only: return them all", lambda rates, N: right(rates, N)[0]),
         ("the signs of the matrix are lost", lambda rates, N: rates @ np.abs(N))])


@exercise("ex-ni-strength")
def strength():
    """How strong is a wave: `strength(table, k1, k2)`, the amplitude of one wave in a table. Exercise `ex-ni-strength`."""
    n = 16
    angles = 2 * np.pi * np.arange(n) / n
    first, second = np.meshgrid(angles, angles, indexing="ij")

    def right(table, k1, k2):
        """The least-squares fit of a cosine and a sine, which are orthogonal to all other waves on the grid."""
        phase = k1 * first + k2 * second
        columns = np.stack([np.cos(phase).ravel(), np.sin(phase).ravel()], axis=1)
        return float(np.hypot(*np.linalg.lstsq(columns, np.ravel(table), rcond=None)[0]))

    rng = np.random.default_rng(18)
    table = 0.7 + 0.1 * rng.normal(size=(n, n))
    for k1, k2, size in ((1, -1, 0.9), (1, 1, 0.5), (3, -1, 0.2), (2, 1, 0.4), (1, 2, 0.3)):
        table = table + size * np.cos(k1 * first + k2 * second + rng.uniform(0, 2 * np.pi))

    def waves(table, k1, k2):
        return np.fft.fft2(table)[k1, k2] / n**2

    return Exercise(
        "a function (table, k1, k2) of values on a grid of both angles, shape (n, n), and two whole numbers, which returns an amplitude",
        calls({"for equal frequencies": (table, 1, -1), "for three to one": (table, 3, -1), "for two to one": (table, 2, 1)}), right,
        [("the angles are swapped: the first axis of the table is that of the first angle", lambda table, k1, k2: right(table, k2, k1)),
         ("a real wave is made of two complex ones, and this counts one of them", lambda *x: np.abs(waves(*x))),
         ("the sum over the table is not divided by the number of its values", lambda *x: 2 * n**2 * np.abs(waves(*x)),
          lambda *x: n**2 * np.abs(waves(*x))),
         ("the sum is divided by the length of one axis: the table has as many values as both make together", lambda *x: 2 * n * np.abs(waves(*x)),
          lambda *x: n * np.abs(waves(*x))),
         ("this is the part of the cosine or of the sine alone: the wave may have any phase", lambda *x: 2 * waves(*x).real,
          lambda *x: 2 * waves(*x).imag,
          lambda *x: -2 * waves(*x).imag, lambda *x: 2 * np.abs(waves(*x).imag),
          lambda *x: 2 * np.abs(waves(*x).real)),
         ("this is the square of the amplitude", lambda *x: 4 * np.abs(waves(*x)) ** 2, lambda *x: np.abs(waves(*x)) ** 2),
         ("the transform was shifted: its first entry belongs to the wave that is constant",
          lambda table, k1, k2: 2 * np.abs(np.fft.fftshift(np.fft.fft2(table))[k1, k2]) / n**2),
         ("the sign of the second number is lost", lambda table, k1, k2: right(table, k1, abs(k2)),
          lambda table, k1, k2: right(table, k1, -k2))])


@exercise("ex-we-standard")
def standard_map():
    """The last torus: `standard_map(q, p, k)`, which returns the new (q, p). Exercise `ex-we-standard`."""
    def right(q, p, k):
        """A kick by the slope of a potential and a drift by the new momentum, the slope by differences."""
        h = 1e-5
        kicked = p - (k * np.cos(q + h) - k * np.cos(q - h)) / (2 * h)
        return q + kicked, kicked

    def read(state):
        try:
            q, p = state
        except (TypeError, ValueError):
            raise Unusable("return two things, the new q and the new p, each of the shape of q") from None
        return np.stack([np.cos(q), np.sin(q), p])       # whole turns of q do not matter

    rng = np.random.default_rng(17)
    q, p = rng.uniform(0, 2 * np.pi, 30), rng.uniform(-9, 9, 30)
    return Exercise(
        "a function (q, p, k) of places, momenta and the strength, which returns the new (q, p)",
        calls({"for one point": (1.3, 0.8, 0.9), "for thirty points": (q, p, 1.4)}, read), right,
        [("q moves with the old momentum, which does not keep areas: move it with the new one",
          lambda q, p, k: (q + p, p + k * np.sin(q))),
         ("q and p are swapped in the result", lambda q, p, k: right(q, p, k)[::-1]),
         ("p is reduced to one turn, which hides how far it wanders",
          lambda q, p, k: (right(q, p, k)[0], right(q, p, k)[1] % (2 * np.pi)),
          lambda q, p, k: (right(q, p, k)[0], (right(q, p, k)[1] + np.pi) % (2 * np.pi) - np.pi)),
         ("the kick has the wrong sign", lambda q, p, k: right(q, p, -k)),
         ("q drifts the wrong way", lambda q, p, k: (q - right(q, p, k)[1], right(q, p, k)[1])),
         ("q moves first: the kick should come before it", lambda q, p, k: (q + p, p + k * np.sin(q + p))),
         ("the kick should depend on q, not on p", lambda q, p, k: (q + p + k * np.sin(p), p + k * np.sin(p))),
         ("the kick should be a sine", lambda q, p, k: (q + p + k * np.cos(q), p + k * np.cos(q))),
         ("the strength of the kick is missing", lambda q, p, k: right(q, p, 1.0)),
         ("the kick moves q, but the new p doesn't show it", lambda q, p, k: (right(q, p, k)[0], p)),
         ("q has not moved", lambda q, p, k: (q, right(q, p, k)[1]))], 1e-5)
