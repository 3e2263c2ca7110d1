"""Right answers to the code exercises in many styles, and wrong ones that look right, each with words of the hint that it should get."""

import functools
import itertools
import math
import statistics

import autograd
import autograd.numpy as np
import numpy
import scipy
from exercise_answers import Model, knobs, lost, rotation
from scipy import integrate, optimize, special, stats

import hnn_lite as hl

# tools that many answers share


def differences(energy, x, h=1e-5, both=True):
    """The slopes of an energy by central or forward differences, shape (..., dim)."""
    back = h if both else 0.0
    return np.stack([(energy(x + h * e) - energy(x - back * e)) / (h + back) for e in np.eye(np.shape(x)[-1])], axis=-1)


def of_two(x):
    """The energy of the two pendulums."""
    return x[..., 2] ** 2 + x[..., 3] ** 2 + 3 * (2 - np.cos(x[..., 0]) - np.cos(x[..., 1])) + 0.5 * (x[..., 0] - x[..., 1]) ** 2


def turned(slopes):
    n = slopes.shape[-1] // 2
    return np.concatenate([slopes[..., n:], -slopes[..., :n]], axis=-1)


def one_by_one(x):
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape[:-1]):
        q1, q2, p1, p2 = x[place]
        out[place] = 2 * p1, 2 * p2, -3 * math.sin(q1) - q1 + q2, -3 * math.sin(q2) - q2 + q1
    return out


def joined(x, spring=((1, -1), (-1, 1)), gravity=3):
    q, p = np.split(np.array(x), 2, axis=-1)
    return np.concatenate([2 * p, -gravity * np.sin(q) - q @ np.array(spring)], axis=-1)


def r_of(place):
    return sum(c * c for c in place) ** 0.5


def second_difference(place, h=1e-3):
    def V(at):
        return -1 / r_of(at)

    return [(V(place + h * e) - 2 * V(place) + V(place - h * e)) / h**2 for e in np.eye(3)]


def flat(weights, first="kick"):
    """A composition of leapfrog steps, with a loop, on positions and momenta apart."""

    def step(f, z, h):
        z = np.array(z, float)
        n = z.shape[-1] // 2
        for w in weights:
            for part, share in zip(("kick", "drift", "kick") if first == "kick" else ("drift", "kick", "drift"), (0.5, 1, 0.5)):
                half = slice(n, None) if part == "kick" else slice(None, n)
                z[..., half] += share * w * h * f(z)[..., half]
        return z

    return step


def thrice(step, gamma):
    return lambda f, z, h: functools.reduce(lambda z, w: step(f, z, w * h), [gamma, 1 - 2 * gamma, gamma], z)


G3, G5 = (optimize.brentq(lambda g, k=k: 2 * g**k + (1 - 2 * g) ** k, 1, 2, xtol=1e-15) for k in (3, 5))
NINE = [a * b for a in (G5, 1 - 2 * G5, G5) for b in (G3, 1 - 2 * G3, G3)]


def in_place(f, x, dt):
    for w in NINE:
        x[1:] += w * dt / 2 * f(x)[1:]
        x[:1] += w * dt * f(x)[:1]
        x[1:] += w * dt / 2 * f(x)[1:]
    return x


def works(t, v):
    return integrate.cumulative_trapezoid(v**2, t, initial=0)


def summed(t, v):
    return np.concatenate([[0.0], np.cumsum(np.diff(t) * (v[1:] ** 2 + v[:-1] ** 2) / 2)])


def covariance(a, b):
    return numpy.cov(a, b)[0, 1] / numpy.var(a, ddof=1)


def three(solver):
    """The fit with three knobs, by something that finds (a, b, c) from the squares' sum."""

    def answer(x, dx):
        def residuals(k):
            a, b, c = k
            return (dx - x @ np.array([[b, -a], [c, -b]])).ravel()

        a, b, c = solver(residuals)
        return [[b, -a], [c, -b]]

    return answer


def by_hand(x, dx):
    """The normal equations, summed in loops."""
    A, y = [[0.0] * 3 for _ in range(3)], [0.0] * 3
    for (q, p), (dq, dp) in zip(x, dx):
        for row, value in (((0.0, q, p), dq), ((-q, -p, 0.0), dp)):
            for i in range(3):
                y[i] += row[i] * value
                for j in range(3):
                    A[i][j] += row[i] * row[j]
    a, b, c = np.linalg.solve(A, y)
    return (b, -a), (c, -b)


def tweedie(y, seen, sigma, width, h=1e-4):
    def log_density(at):
        return special.logsumexp(-np.sum((at[:, None] - seen) ** 2, axis=-1) / (2 * width**2), axis=1)

    return y + sigma**2 * differences(log_density, y, h)


def softmax(y, seen, sigma, width, axis=1):
    w = special.softmax(-((y[:, None] - seen) ** 2).sum(-1) / (2 * width**2), axis=axis)
    return y + (sigma / width) ** 2 * (w @ seen - y)


def mixture(y, seen, sigma, width):
    """With the normalised density of scipy, state by state."""
    out = []
    for one in y:
        p = stats.multivariate_normal(one, width**2 * np.eye(2)).pdf(seen)
        slope = sum(weight * (state - one) for weight, state in zip(p, seen)) / width**2
        out.append(list(one + sigma**2 * slope / sum(p)))
    return out


def chosen(mean, of=itertools.combinations):
    def answer(first, second):
        means = sorted(mean(a, b) for a, b in zip(of(first, 3), of(second, 3)))
        return means[0], means[-1]

    return answer


EIGHT_STATE = [0.97000436, -0.97000436, 0, -0.24308753, 0.24308753, 0, 0.466203685, 0.466203685, -0.93240737, 0.432365735, 0.432365735, -0.86473146]


def wrapping(q, p):
    turn = np.mod(q, 2 * np.pi)
    return p**2 + 0.4 * p + turn * (2 * np.pi - turn) + np.sin(turn / 2) * p + 0.3 * turn


class Polar(hl.HNN):
    """Reads the numbers that `features` makes of a state of `dim` coordinates."""

    def __init__(self, dim, inputs, features, seed=1):
        super().__init__(dim, seed=seed, hidden=(8, 8))
        self.params, self.features = hl.networks.init_mlp((inputs, 8, 8, 1), seed), features

    def energy(self, params, x):
        return super().energy(params, np.stack(self.features(*np.moveaxis(x, -1, 0)), axis=-1))


def moved(model, gamma, x0, times):
    """Through the model's own jumps: where it would be, with its actions made smaller."""
    out = []
    for t in times:
        actions, angles = model.encode(model.advance(x0, t))
        out.append(model.decode(actions * np.exp(-2 * gamma * t), angles))
    return out


def rolled(model, gamma, x0, times):
    actions, angles = model.encode(model.rollout(x0, times))
    return model.decode(actions * np.exp(-2 * numpy.multiply.outer(times, gamma))[:, None], angles)


def broadcast(model, gamma, x0, times):
    (actions, angles), t = model.encode(x0), np.reshape(times, (-1, 1, 1))
    return model.decode(actions * np.exp(-2 * gamma * t), angles + model.frequencies(actions) * t)


def each_start(model, gamma, x0, times):
    out = np.empty((len(times), *x0.shape))
    for i, t in enumerate(times):
        for j, x in enumerate(x0):
            actions, angles = model.encode(x)
            out[i, j] = model.decode([a * math.exp(-2 * g * t) for a, g in zip(actions, gamma)], angles + model.frequencies(actions) * t)
    return out


def two_exponentials(model, gamma, x0, times):
    actions, angles = model.encode(x0)
    return [model.decode(actions * np.exp(-gamma * t) * np.exp(-gamma * t), angles + model.frequencies(actions) * t) for t in times]


def energy_of(I, G, eps):
    return -0.5 / (I + math.sqrt(G * G - 2 * eps)) ** 2


def by_frequencies(G, eps, h=1e-4):
    I = 1 - math.sqrt(G * G - 2 * eps)
    radial = (energy_of(I + h, G, eps) - energy_of(I - h, G, eps)) / (2 * h)
    turning = (energy_of(I, G + h, eps) - energy_of(I, G - h, eps)) / (2 * h)
    return 2 * math.pi * (turning / radial - 1)


def upper(s):
    return np.array([[1, s], [0, 1]])


def wave(table, phase):
    return numpy.mean(table * numpy.cos(phase)), numpy.mean(table * numpy.sin(phase))


def grid(table, k1, k2):
    n = numpy.shape(table)[0]
    return k1 * 2 * np.pi / n * numpy.arange(n)[:, None] + k2 * 2 * np.pi / n * numpy.arange(n)


def fitted(table, k1, k2):
    phase = grid(table, k1, k2).ravel()
    a, b, _ = numpy.linalg.lstsq(numpy.stack([numpy.cos(phase), numpy.sin(phase), 1 + 0 * phase], 1), table.ravel(), rcond=None)[0]
    return (a * a + b * b) ** 0.5


def action_of(E, count=4000):
    q = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.mean(np.sqrt(E - 3 * (1 - np.cos(q))))


def by_quad(n, hbar):
    def missing(E):
        return integrate.quad(lambda q: math.sqrt(E - 3 * (1 - math.cos(q))), -math.pi, math.pi)[0] / (2 * math.pi) - n * hbar

    return optimize.root_scalar(missing, bracket=(6 + 1e-9, 100)).root


def by_table(n, hbar):
    energies = np.linspace(6.01, 60, 3000)
    return numpy.interp(n * hbar, [action_of(E, 200) for E in energies], energies)


def intervals(calls, wanted):
    last = {k: len(calls) for k in wanted}
    for k, reads in enumerate(calls):
        for r in reads:
            last[r] = max(last.get(r, 0), k)
    owner, where = {}, []
    for k in range(len(calls)):
        buffer = next(b for b in itertools.count() if b not in owner or last[owner[b]] < k)
        owner[buffer] = k
        where.append(buffer)
    return where


def heap(calls, wanted):
    """Free numbers in a sorted list; a dict from call to buffer."""
    readers = {k: {j for j, reads in enumerate(calls) if k in reads} for k in range(len(calls))}
    free, where, count = [], {}, 0
    for k, reads in enumerate(calls):
        if free:
            where[k] = free.pop(0)
        else:
            where[k], count = count, count + 1
        for r in set(reads):
            readers[r].discard(k)
            if not readers[r] and r not in wanted:
                free = sorted([*free, where[r]])
    return tuple(where.values())


def backwards(calls, wanted):
    """From what is alive at each call, known in advance."""
    alive, after = set(wanted), []
    for k in reversed(range(len(calls))):
        after.insert(0, set(alive))
        alive = (alive - {k}) | set(calls[k])
    where = np.full(len(calls), -1)
    for k, reads in enumerate(calls):
        taken = {where[j] for j in range(k) if j in after[k] or j in reads}
        where[k] = min(b for b in range(len(calls)) if b not in taken)
    return where


class Enough:
    """Something that can be called."""

    def __call__(self, lab):
        first, *_, last = [*lab.history.test_loss, lab.history.test_loss[-1]]
        if 2 * last < first:
            lab.stop()


def said(lab):
    if min(lab.history.test_loss) < 0.5 * lab.history.test_loss[0]:
        lab.stop()
        return True
    return False


def jump(kappa, other, same):
    f = math.sinh if same else math.cosh
    A = f((kappa + other) / 2) / f((kappa - other) / 2)
    return math.copysign(1, kappa - other if same else 1) * math.log(A * A) / (2 * kappa)


STYLES = {
    "pair_field": [
        one_by_one,
        joined,
        lambda z: turned(differences(of_two, z, 1e-6)),
        lambda state: turned(differences(of_two, state, 1e-7, False)),
        lambda x: turned(autograd.elementwise_grad(of_two)(x)),
        lambda x: joined(x).tolist(),
        lambda x: np.moveaxis(
            np.array(
                [2 * x[..., 2], 2 * x[..., 3], -3 * np.sin(x[..., 0]) - (x[..., 0] - x[..., 1]), -3 * np.sin(x[..., 1]) + (x[..., 0] - x[..., 1])]
            ),
            0,
            -1,
        ),
    ],
    "second_slopes": [
        second_difference,
        lambda place: tuple(1 / r_of(place) ** 3 - 3 * c**2 / r_of(place) ** 5 for c in place),
        lambda place: np.diag(autograd.hessian(lambda x: -1 / np.sqrt(np.sum(x**2)))(place)),
        lambda xyz: [autograd.grad(lambda x, i=i: autograd.grad(lambda x: -1 / np.sqrt(x @ x))(x)[i])(xyz)[i] for i in range(3)],
        lambda place: (np.sum(place**2) - 3 * place**2) / np.sum(place**2) ** 2.5,
    ],
    "sixth": [
        flat(NINE),
        flat(NINE, "drift"),
        thrice(hl.integrate.METHODS["yoshida4"], G5),
        in_place,
        lambda f, z, h: flat(NINE)(f, z, h).tolist(),
        thrice(thrice(lambda f, z, h: hl.integrate.METHODS["leapfrog"](f, z, h), G3), G5),
    ],
    "balance": [
        lambda t, H, v: -numpy.polyfit(works(t, v), H, 1)[0],
        lambda t, H, v: -stats.linregress(summed(t, v), H).slope,
        lambda t, H, v: optimize.curve_fit(lambda w, c, H0: H0 - c * w, works(t, v), H)[0][0],
        lambda t, H, v: -numpy.polynomial.Polynomial.fit(lost(t, v), H, 1).convert().coef[1],
        lambda t, H, v: -covariance(works(t, v), H),
        lambda t, H, v: -numpy.polyfit(integrate.cumulative_trapezoid(v**2, t), H[1:], 1)[0],
        lambda t, H, v: optimize.minimize(lambda k: np.sum((H - k[0] + k[1] * works(t, v)) ** 2), [H[0], 0.0]).x[1],
        lambda t, H, v: optimize.minimize(lambda k: np.sum((H - k[0] + k[1] * works(t, v)) ** 2), [1.0, 1.0], method="Nelder-Mead").x[1],
        lambda t, H, v: numpy.linalg.lstsq(np.stack([-summed(t, v), 1 + 0 * t], 1), H[:, None], rcond=None)[0][0],
    ],
    "three_knobs": [
        by_hand,
        three(lambda r: optimize.least_squares(r, np.ones(3)).x),
        three(lambda r: optimize.leastsq(r, [1, 0, 1])[0]),
        three(lambda r: optimize.minimize(lambda k: np.mean(r(k) ** 2), [1.0, 0.0, 1.0]).x),
        three(lambda r: optimize.minimize(lambda k: np.sum(r(k) ** 2), np.zeros(3), method="Nelder-Mead").x),
        three(lambda r: optimize.minimize(lambda k: np.sum(r(k) ** 2), np.zeros(3), method="L-BFGS-B").x),
    ],
    "three_seeds": [
        chosen(lambda b, h: stats.gmean(np.array(b) / np.array(h))),
        chosen(lambda b, h: statistics.geometric_mean([x / y for x, y in zip(b, h)])),
        chosen(lambda b, h: math.exp(sum(math.log(x / y) for x, y in zip(b, h)) / 3)),
        chosen(lambda b, h: numpy.cbrt(np.prod(b) / np.prod(h))),
        lambda b, h: np.array([np.prod(np.sort(b / h)[:3]), np.prod(np.sort(b / h)[-3:])]) ** (1 / 3),
        chosen(lambda b, h: stats.gmean(b) / stats.gmean(h), itertools.permutations),
    ],
    "unblurred": [
        tweedie,
        softmax,
        mixture,
        lambda y, seen, s, h: softmax(y, seen, s, h).tolist(),
        lambda y, blurred, noise, h: [softmax(one[None], blurred, noise, h)[0] for one in y],
        lambda *data: tweedie(*data, h=1e-6),
    ],
    "friction_left_over": [
        lambda f, x, dx: np.vdot(x, f(x) - dx) / np.vdot(x, x),
        lambda f, x, dx: optimize.minimize(lambda g: np.sum((dx - f(x) + g * x) ** 2), 0.1).x,
        lambda f, x, dx: optimize.minimize_scalar(lambda g: np.mean((dx - f(x) + g * x) ** 2)).x,
        lambda f, x, dx: optimize.curve_fit(lambda x, g: -g * x, x.ravel(), (dx - f(x)).ravel())[0],
        lambda f, x, dx: optimize.least_squares(lambda g: (dx - f(x) + g * x).ravel(), [0.0]).x,
        lambda f, x, dx: scipy.linalg.lstsq(x.reshape(-1, 1), (f(x) - dx).reshape(-1, 1))[0],
        lambda f, x, dx: sum(a * b for s, d in zip(x, dx) for a, b in zip(s, f(s) - d)) / sum(a * a for s in x for a in s),
    ],
    "figure_of_eight": [
        tuple(EIGHT_STATE),
        np.array(EIGHT_STATE)[[1, 0, 2, 4, 3, 5, 7, 6, 8, 10, 9, 11]],
        np.array(EIGHT_STATE, dtype=np.longdouble),
        [np.float64(c) for c in EIGHT_STATE],
        np.roll(np.array(EIGHT_STATE).reshape(4, 3), 1, axis=1).ravel(),
        np.hstack([np.array([[1, -1, 0]]).T * [0.97000436, -0.24308753], np.array([[-0.5, -0.5, 1]]).T * [-0.93240737, -0.86473146]]).T.ravel(),
    ],
    "decayed_norms": [
        [0.6, 1],
        (np.float64(0.5), np.float64(0.999)),
        np.array([0.3, 1.02]),
        (0.1, 1.1),
        [np.array(0.62), np.array(0.97)],
        (0.45, 0.9),
    ],
    "swing_torque": [
        lambda z: 0.2 * np.sign(2 * z[..., 1]),
        lambda z: np.copysign(0.2, z[..., 1]),
        lambda z: 0.2 * (2 * (z[..., 1] > 0) - 1),
        lambda z: np.where(hl.systems.pendulum().field(z[..., :2])[..., 0] < 0, -0.2, 0.2),
        lambda z: 0.2 * z[..., 1] / np.abs(z[..., 1]),
        lambda state: 0.4 * (np.heaviside(state[..., 1], 0.5) - 0.5),
        lambda z: (0.2 * np.sign(z.T[1])).tolist(),
        lambda z: 0.2 * special.erf(z[..., 1] / 0.02),
        lambda z: 0.2 * np.tanh(z[..., 1] / 0.1),
    ],
    "swing_way": [23.16, 23, np.array([[23.2]]), np.float32(23.164), (5 - 3 + 3 * math.cos(0.5)) / 0.2, 4.63 / 0.2],
    "all_factors": [
        numpy.divide.outer,
        lambda b, h: np.outer(b, 1 / h).T,
        lambda b, h: [[x / y for x in b] for y in h],
        lambda b, h: tuple(x / y for x, y in itertools.product(b, h)),
        lambda b, h: sorted((b[:, None] / h[None]).ravel(), reverse=True),
        lambda b, h: np.exp(numpy.subtract.outer(np.log(b), np.log(h))),
        lambda b, h: np.repeat(b, len(h)) / np.tile(h, len(b)),
    ],
    "on_cylinder": [
        Polar(2, 3, lambda q, p: [np.cos(q), np.sin(q), p]),
        Polar(2, 3, lambda q, p: [p, np.sin(q), np.cos(q)], 3),
        Polar(2, 3, lambda q, p: [np.cos(q), np.sin(q), p / 3]),
        Polar(2, 5, lambda q, p: [np.cos(q), np.sin(q), p, np.cos(2 * q), np.sin(2 * q)]),
        Polar(2, 3, lambda q, p: [np.sin(q + 1), np.cos(q + 1), p]),
        Polar(2, 3, lambda q, p: [1 - np.cos(q), 3 * np.sin(q), p]),
    ],
    "turnable": [
        Polar(4, 3, lambda x, y, u, v: [np.hypot(x, y), u**2 + v**2, x * u + y * v]),
        Polar(4, 3, lambda x, y, u, v: [np.sqrt(x**2 + y**2), (x * u + y * v) / np.sqrt(x**2 + y**2), x * v - y * u]),
        Polar(4, 3, lambda x, y, u, v: [x**2 + y**2, np.sqrt(u**2 + v**2), x * u + y * v]),
        Polar(4, 4, lambda x, y, u, v: [x**2 + y**2, u**2 + v**2, x * u + y * v, x * v - y * u]),
        Polar(4, 3, lambda x, y, u, v: [1 / np.hypot(x, y), u**2 + v**2, (x * u + y * v) / np.sqrt((x**2 + y**2) * (u**2 + v**2))]),
    ],
    "there_and_back": [
        lambda move, x, t: np.abs(x - move(move(x, t), -t)).max(),
        lambda a, x, t: np.linalg.norm((a(a(x, t), -t) - x).ravel(), np.inf),
        lambda a, x, t: max(np.abs(a(a(one, t), -t) - one).max() for one in x),
        lambda a, x, t: max(max(map(abs, r)) for r in a(a(x, t), -t) - x),
        lambda a, x, t: np.sqrt(np.max((a(a(x, t), -t) - x) ** 2)),
        lambda a, x, t: [np.ptp([0, *np.abs(a(a(x, t), -t) - x).ravel()])],
    ],
    "two_jumps": [
        lambda a, x, s, t: np.abs(a(x, t + s) - a(a(x, s), t)).max(),
        lambda a, x, s, t: np.linalg.norm((a(a(x, s), t) - a(x, s + t)).ravel(), np.inf),
        lambda a, x, s, t: max(np.max(np.abs(a(one, s + t) - a(a(one, s), t))) for one in x),
        lambda a, x, s, t: np.array([np.max(np.abs(a(x, s + t) - a(a(x, s), t)))]),
        lambda a, x, s, t: max(abs(b - c) for b, c in zip(a(x, s + t).flat, a(a(x, s), t).flat)),
    ],
    "beside_nothing": [
        lambda task, jumps: [np.median(task.error_by_jump(hl.LinearMap(task).advance, [j])) / np.mean(task.persistence([j])) for j in jumps],
        lambda task, jumps: (
            np.median(task.error_by_jump(hl.LinearMap(task).advance, jumps), axis=-1) / np.mean(task.error_by_jump(lambda x, t: x, jumps), -1)
        ),
        lambda task, jumps: tuple(
            statistics.median(e) / statistics.mean(s)
            for e, s in zip(task.error_by_jump(hl.LinearMap(task).advance, jumps).tolist(), task.persistence(jumps).tolist())
        ),
        lambda task, jumps: (
            np.median(task.errors([hl.LinearMap(task).advance(task.starts(), task.dt * j) for j in jumps], jumps), axis=1)
            / task.persistence(jumps).mean(1)
        ),
        lambda task, jumps: [
            np.median(np.mean(((hl.LinearMap(task).advance(task.starts(), j * task.dt) - task.truth(task.starts(), [j])[0]) / task.scale) ** 2, -1))
            / task.persistence([j])[0].mean()
            for j in jumps
        ],
    ],
    "bend": [],
    "damped": [moved, rolled, broadcast, each_start, two_exponentials, lambda *data: rolled(*data).tolist()],
    "axis_turn": [
        by_frequencies,
        lambda G, e: math.tau * (G / math.sqrt(G**2 - 2 * e) - 1),
        lambda G, eps: math.tau * ((1 - 2 * eps / G**2) ** -0.5 - 1),
        lambda G, eps: np.array([2 * np.pi * G / np.sqrt(G**2 - 2 * eps) - 2 * np.pi]),
        lambda G, eps: math.radians(360 * (G / (G * G - 2 * eps) ** 0.5 - 1)),
        lambda L, k: 2 * integrate.quad(lambda w: L / math.sqrt(L**2 - 2 * k), 0, math.pi)[0] - math.tau,
    ],
    "factors": [
        lambda M: (upper((M[0][0] - 1) / M[1][0]), upper(M[1][0]).T, upper((M[1][1] - 1) / M[1][0])),
        lambda m: [[[1, (m[0, 0] - 1) / m[1, 0]], [0, 1]], [[1, 0], [m[1, 0], 1]], [[1, (m[1, 1] - 1) / m[1, 0]], [0, 1]]],
        lambda M: np.stack([upper((M[0, 0] - 1) / M[1, 0]), upper(M[1, 0]).T, upper((M[1, 1] - 1) / M[1, 0])]),
        lambda M: [np.asmatrix(upper((M[0, 0] - 1) / M[1, 0])), np.asmatrix(upper(M[1, 0])).T, np.asmatrix(upper((M[1, 1] - 1) / M[1, 0]))],
        lambda M: [
            upper(k[0]) if i != 1 else upper(k[0]).T
            for i, k in enumerate(
                np.split(optimize.fsolve(lambda k: (upper(k[0]) @ upper(k[1]).T @ upper(k[2]) - M)[[0, 1, 1], [0, 0, 1]], np.ones(3), xtol=1e-13), 3)
            )
        ],
    ],
    "leapfrog_clock": [
        lambda w, dt: math.sqrt(2 * (1 - math.cos(w * dt))) / dt,
        lambda w, dt: optimize.brentq(lambda W: math.acos(1 - (W * dt) ** 2 / 2) - w * dt, 0, 2 / dt),
        lambda w, dt: optimize.fsolve(lambda W: 1 - (W * dt) ** 2 / 2 - np.cos(w * dt), w),
        lambda w, dt: optimize.minimize(lambda W: (1 - (W * dt) ** 2 / 2 - np.cos(w * dt))[0] ** 2, w).x,
        lambda w, dt: optimize.minimize_scalar(lambda W: (1 - (W * dt) ** 2 / 2 - np.cos(w * dt)) ** 2, bounds=(0, 2 / dt)).x,
        lambda w, dt: optimize.newton(lambda W: 1 - (W * dt) ** 2 / 2 - np.cos(w * dt), w),
        lambda w, dt: np.abs(np.exp(1j * w * dt) - 1) / dt,
        lambda w, dt: max(numpy.roots([dt**2 / 2, 0, np.cos(w * dt) - 1])),
        lambda w, dt: -1j * (np.exp(0.5j * w * dt) - np.exp(-0.5j * w * dt)) / dt,
    ],
    "over_the_top": [
        by_quad,
        by_table,
        lambda n, hbar: optimize.fsolve(lambda E: action_of(E) - n * hbar, 30.0),
        lambda n, hbar: optimize.brentq(lambda E: action_of(E, 500) - n * hbar, 6.0001, 200),
        lambda n, hbar: optimize.newton(lambda E: action_of(E) - n * hbar, (n * hbar) ** 2 + 3),
        lambda n, hbar: optimize.minimize_scalar(lambda E: (action_of(E) - n * hbar) ** 2, bounds=(6, 60), method="bounded").x,
        lambda n, hbar: optimize.brentq(lambda E: 2 * math.sqrt(E) / math.pi * special.ellipe(6 / E) - n * hbar, 6, 1e3),
    ],
    "mode_frequencies": [
        lambda w, N: (N.T @ w.T).T,
        lambda w, N: [[sum(r[i] * N[i][j] for i in range(3)) for j in range(3)] for r in w],
        lambda w, N: np.matmul(w[:, None, :], N)[:, 0],
        lambda w, N: np.tensordot(w, N, 1),
        lambda w, N: tuple(r @ N for r in w),
        lambda w, N: np.linalg.solve(np.linalg.inv(N.T), w.T).T,
    ],
    "soliton_jump": [
        jump,
        lambda k, o, s: [jump(k, o, s)],
        lambda k, o, s: (
            np.log(np.abs((np.sinh if s else np.cosh)((k + o) / 2) / (np.sinh if s else np.cosh)((k - o) / 2))) / k * (-1 if s and o > k else 1)
        ),
        lambda k, o, same: (
            (
                2 * math.atanh(math.tanh(min(k, o) / 2) / math.tanh(max(k, o) / 2)) * (1 if k > o else -1)
                if same
                else 2 * math.atanh(math.tanh(k / 2) * math.tanh(o / 2))
            )
            / k
        ),
        lambda a, b, same: (
            np.sign(a - b if same else 1)
            * np.arccosh(
                np.cosh(np.log(((np.exp(a + b) - (1 if same else -1)) / (np.exp(max(a, b)) - (1 if same else -1) * np.exp(min(a, b)))) ** 2) / 2)
            )
            / a
        ),
    ],
    "standard_map": [
        lambda q, p, k: [q + p + k * np.sin(q), p + k * np.sin(q)],
        lambda x, y, k: np.array([x + y + k * np.sin(x), y + k * np.sin(x)]),
        lambda q, p, k: (np.mod(q + p + k * np.sin(q), 2 * np.pi), p + k * np.sin(q)),
        lambda q, p, k: (np.angle(np.exp(1j * (q + p + k * np.sin(q)))), p + k * np.imag(np.exp(1j * q))),
        lambda q, p, k: np.stack(np.broadcast_arrays(q + p + k * np.sin(q), p + k * np.sin(q))),
        lambda q, p, k: (part for part in (q + p + k * np.sin(q), p + k * np.sin(q))),
    ],
    "strength": [
        fitted,
        lambda H, a, b: 2 * math.hypot(*wave(H, grid(H, a, b))),
        lambda H, a, b: 2 * np.abs(numpy.fft.ifft2(H)[a, b]),
        lambda H, a, b: 2 * abs(numpy.mean(H * numpy.exp(-1j * grid(H, a, b)))),
        lambda H, a, b: abs(numpy.fft.fft2(H, norm="forward")[a, b]) * 2,
        lambda H, a, b: numpy.sqrt(4 * numpy.fft.fft2(H)[a, b] * numpy.conj(numpy.fft.fft2(H)[a, b])) / numpy.size(H),
        lambda H, a, b: math.hypot(
            *optimize.minimize(lambda c: numpy.mean((H - c[0] * numpy.cos(grid(H, a, b)) - c[1] * numpy.sin(grid(H, a, b))) ** 2), [0.1, 0.1]).x
        ),
    ],
    "buffers": [
        intervals,
        heap,
        backwards,
        lambda c, w: np.array(intervals(c, w)),
        lambda c, w: [np.int64(b) for b in heap(c, w)],
        lambda c, w: [float(b) for b in intervals(c, w)],
    ],
    "enough": [
        Enough(),
        said,
        lambda lab: lab.stop() if lab.history.test_loss[-1] < lab.history.test_loss[0] / 2 else None,
        lambda run: any(2 * loss < run.history.test_loss[0] for loss in run.history.test_loss) and run.stop(),
        lambda lab: numpy.asarray(lab.history.test_loss)[-1] / lab.history.test_loss[0] <= 0.5 and lab.stop(),
    ],
}


def parts(move, x):
    """A movement, and what the best affine map leaves of it."""
    A = np.hstack([np.ones((len(x), 1)), x])
    return move(x), move(x) - A @ numpy.linalg.pinv(A) @ move(x)


def about(y):
    return y - y.mean(axis=0)


def fit_by(solver):
    def answer(move, x):
        y, A = move(x), np.hstack([x, np.ones((len(x), 1))])
        left = y - A @ solver(A, y)
        return numpy.sqrt(numpy.sum(left**2) / numpy.sum(about(y) ** 2))

    return answer


STYLES["bend"] += [
    fit_by(lambda A, y: numpy.linalg.solve(A.T @ A, A.T @ y)),
    fit_by(lambda A, y: scipy.linalg.lstsq(A, y)[0]),
    fit_by(lambda A, y: np.array([optimize.lsq_linear(A, column).x for column in y.T]).T),
    fit_by(lambda A, y: optimize.minimize(lambda b: np.sum((y - A @ b.reshape(3, -1)) ** 2), np.zeros(3 * y.shape[1])).x.reshape(3, -1)),
    lambda move, x: numpy.linalg.norm(parts(move, x)[1]) / numpy.linalg.norm(about(move(x))),
    lambda move, x: math.sqrt(np.mean(parts(move, x)[1] ** 2) / np.mean(np.var(move(x), axis=0))),
]


# wrong ones


def unpacked(x):
    q1, q2, p1, p2 = x
    return np.array([2 * p1, 2 * p2, -3 * np.sin(q1) - q1 + q2, -3 * np.sin(q2) - q2 + q1])


def unscaled(t, H, v):
    """With a single step for all times."""
    return -numpy.polyfit(np.cumsum(v**2) * (t[-1] - t[0]) / (len(t) - 1), H, 1)[0]


def path_with(angle=lambda a, w, g, t: a + w * t, action=lambda I, g, t: I * np.exp(-2 * g * t)):
    def answer(model, gamma, x0, times):
        I, a = model.encode(x0)
        return np.array([model.decode(action(I, gamma, t), angle(a, model.frequencies(I), gamma, t)) for t in times])

    return answer


def axes(M, order):
    s, c, t = (M[0, 0] - 1) / M[1, 0], M[1, 0], (M[1, 1] - 1) / M[1, 0]
    return [(upper(s), upper(c).T, upper(t))[i] for i in order]


def greedy_pool(calls, wanted):
    """Two buffers in turn."""
    return [k % 2 for k in range(len(calls))]


def every(n):
    return lambda lab: lab.stop() if len(lab.history.test_loss) == n else None


def stopped_if(condition):
    return lambda lab: lab.stop() if condition(lab.history.test_loss) else None


def of_error(divide):
    def answer(task, jumps):
        model = hl.LinearMap(task)
        return divide(task.error_by_jump(model.advance, jumps), task.persistence(jumps))

    return answer


def none_for_many(right):
    """A function that forgets to return something where it gets many states."""
    return lambda z, *rest: right(z, *rest) if np.ndim(z) == 1 else None


def fit_of(x, y):
    A = np.hstack([np.ones((len(x), 1)), x])
    return A @ numpy.linalg.pinv(A) @ y


FAULTS = {
    "pair_field": [
        ("the same way", lambda x: joined(x, ((1, 1), (-1, -1)))),
        ("that of a cosine", lambda x: joined(x) + 3 * np.concatenate([0 * x[..., :2], np.sin(x[..., :2]) - np.cos(x[..., :2])], axis=-1)),
        ("too strong by a factor of two", lambda x: joined(x, gravity=6)),
        ("for twenty states at once, the function stops", lambda x: unpacked(x) if x.ndim == 1 else 1 / 0),
        ("gravity pulls the pendulums upwards", lambda x: joined(x, gravity=-3)),
        ("gravity is missing", lambda x: joined(x, gravity=0)),
        ("too weak by a factor of two", lambda x: joined(x, gravity=1.5)),
        ("the shape (4, 20)", lambda x: np.moveaxis(joined(x), -1, 0)),
        ("for twenty states at once, the function returns nothing", none_for_many(joined)),
        ("drives the pendulums apart", lambda x: joined(x, ((-1, 1), (1, -1)))),
        ("too fast", lambda x: np.concatenate([2 * joined(x)[..., :2], joined(x)[..., 2:]], axis=-1)),
        ("against their momenta", lambda x: joined(x) * [-1, -1, 1, 1]),
    ],
    "second_slopes": [
        ("first derivatives", lambda place: -np.array(place) / r_of(place) ** 3),
        ("not their sum", lambda place: sum(second_difference(place))),
        ("the shape (3, 3)", autograd.hessian(lambda x: -1 / np.sqrt(np.sum(x**2)))),
        ("the potential itself", lambda place: 0 * place - 1 / r_of(place)),
        ("every sign", lambda place: -np.array(second_difference(place))),
        ("too large", lambda place: 2 * np.array(second_difference(place))),
        ("wrong order", lambda place: second_difference(place)[::-1]),
        ("NaN", lambda place: [*second_difference(place)[:2], float("nan")]),
    ],
    "sixth": [
        ("the length of one step in all", lambda f, x, h: flat(NINE[:6])(f, x, h)),
        ("too small", lambda f, x, h: hl.integrate.METHODS["rk4"](f, x, h)),
        ("of leapfrog", lambda f, x, h: hl.integrate.METHODS["leapfrog"](f, x, h)),
        ("is too small", lambda f, x, h: x + h * f(x + h / 2 * f(x))),
        ("back in time", lambda f, x, h: flat(NINE)(f, x, -h)),
        ("the same shape", lambda f, x, h: flat(NINE)(f, x, h)[None]),
        ("one step in all, the result is too large", lambda f, x, h: flat(NINE)(f, x, 2 * h)),
        ("NaN", lambda f, x, h: x + h * math.nan),
    ],
    "balance": [
        ("single number", lambda t, H, v: numpy.polyfit(works(t, v), H, 1)),
        ("time between the states", lambda t, H, v: -numpy.polyfit(np.cumsum(v**2), H, 1)[0]),
        ("rectangles", lambda t, H, v: -numpy.polyfit(np.concatenate([[0], np.cumsum(np.diff(t) * v[1:] ** 2)]), H, 1)[0]),
        ("one step of time for all", unscaled),
        ("let the fit choose", lambda t, H, v: (H[0] - H) @ works(t, v) / (works(t, v) @ works(t, v))),
        ("the last energy only", lambda t, H, v: (H[0] - H[-1]) / works(t, v)[-1]),
        ("a half went in", lambda t, H, v: -2 * numpy.polyfit(works(t, v), H, 1)[0]),
        ("square of the velocity", lambda t, H, v: -numpy.polyfit(lost(t, v, abs), H, 1)[0]),
        ("energy at the start", lambda t, H, v: numpy.polyfit(works(t, v), H, 1)[1]),
    ],
    "three_knobs": [
        ("without brackets", np.eye(2)),
        ("the shape (3,)", lambda x, dx: knobs(x, dx)),
        ("the shape (4,)", lambda x, dx: np.array(by_hand(x, dx)).ravel()),
        ("transpose", lambda x, dx: np.array(by_hand(x, dx)).T),
        ("energy", lambda x, dx: [knobs(x, dx)[:2], knobs(x, dx)[1:]]),
        ("backwards", lambda x, dx: -np.array(by_hand(x, dx))),
        ("same factor", lambda x, dx: np.array(by_hand(x, dx)) / 2),
        ("NaN", lambda x, dx: np.array(by_hand(x, dx)) / np.array([[1, 0], [1, 1]])),
        ("turned the wrong way", lambda x, dx: np.array([[-knobs(x, dx)[1], knobs(x, dx)[0]], [-knobs(x, dx)[2], knobs(x, dx)[1]]])),
        ("whose trace is free", lambda x, dx: numpy.linalg.lstsq(x, dx, rcond=None)[0]),
    ],
    "three_seeds": [
        ("largest comes first", lambda b, h: chosen(lambda b, h: stats.gmean(np.array(b) / h))(b, h)[::-1]),
        ("ratio of two arithmetic means", chosen(lambda b, h: sum(b) / sum(h))),
        ("arithmetic", chosen(lambda b, h: np.mean(np.array(b) / h))),
        ("other way round", chosen(lambda b, h: stats.gmean(np.array(h) / b))),
        ("the shape", lambda b, h: [stats.gmean(np.array(c) / d) for c, d in zip(itertools.combinations(b, 3), itertools.combinations(h, 3))]),
        ("neighbouring seeds only", lambda b, h: (min(m := [stats.gmean(b[i : i + 3] / h[i : i + 3]) for i in range(len(b) - 2)]), max(m))),
        ("or alone", lambda b, h: (min(b / h), max(b / h))),
        ("different seeds", lambda b, h: (stats.gmean(np.sort(b)[:3] / np.sort(h)[-3:]), stats.gmean(np.sort(b)[-3:] / np.sort(h)[:3]))),
        ("logarithm", chosen(lambda b, h: np.mean(np.log10(np.array(b) / h)))),
        ("too large", chosen(lambda b, h: np.sqrt(np.prod(np.array(b) / h)))),
    ],
    "unblurred": [
        ("moves away", lambda y, seen, s, h: 2 * y - softmax(y, seen, s, h)),
        (
            "a sum of its own",
            lambda y, seen, s, h: y + (s / h) ** 2 * ((w := np.exp(-((y[:, None] - seen) ** 2).sum(-1) / (2 * h**2))) @ seen / w.sum() - y),
        ),
        ("shift alone", lambda y, seen, s, h: softmax(y, seen, s, h) - y),
        ("square of the noise", lambda y, seen, s, h: y + (softmax(y, seen, s, h) - y) / s),
        ("the shape (40, 2)", lambda y, seen, s, h: softmax(seen, seen, s, h)),
        ("the mean of the blurred states", lambda y, seen, s, h: softmax(y, seen, h, h)),
        ("twice", lambda y, seen, s, h: 2 * softmax(y, seen, s, h) - y),
        ("half", lambda y, seen, s, h: (softmax(y, seen, s, h) + y) / 2),
        ("each coordinate", lambda y, seen, s, h: np.stack([softmax(y[:, [i]], seen[:, [i]], s, h)[:, 0] for i in (0, 1)], 1)),
        ("unchanged", lambda y, seen, s, h: y),
    ],
    "friction_left_over": [
        ("has a constant", lambda f, x, dx: -numpy.polyfit(x.ravel(), (dx - f(x)).ravel(), 1)[0]),
        ("has a constant", lambda f, x, dx: -stats.linregress(x.ravel(), (dx - f(x)).ravel()).slope),
        ("sign", lambda f, x, dx: np.vdot(x, dx - f(x)) / np.vdot(x, x)),
        ("the shape (2,)", lambda f, x, dx: np.sum(x * (f(x) - dx), 0) / np.sum(x * x, 0)),
        ("only p", lambda f, x, dx: x[:, 1] @ (f(x) - dx)[:, 1] / (x[:, 1] @ x[:, 1])),
        ("only q", lambda f, x, dx: x[:, 0] @ (f(x) - dx)[:, 0] / (x[:, 0] @ x[:, 0])),
        ("twice", lambda f, x, dx: 2 * np.vdot(x, f(x) - dx) / np.vdot(x, x)),
        ("mean of quotients", lambda f, x, dx: np.mean((f(x) - dx) / x)),
        ("the shape (1, 2)", lambda f, x, dx: [numpy.linalg.lstsq(x, dx - f(x), rcond=None)[0].diagonal()]),
        ("whole slopes", lambda f, x, dx: -np.vdot(x, dx) / np.vdot(x, x)),
        ("returns nothing", lambda f, x, dx: print(end="")),
        ("mean of two fits", lambda f, x, dx: np.mean(np.sum(x * (f(x) - dx), 0) / np.sum(x * x, 0))),
    ],
    "figure_of_eight": [
        ("the shape (4, 3)", np.array(EIGHT_STATE).reshape(4, 3)),
        ("body by body", np.array(EIGHT_STATE).reshape(4, 3).T.ravel()),
        ("backwards", np.array(EIGHT_STATE) * np.repeat([1, -1], 6)),
        ("too fast", np.array(EIGHT_STATE) * [*6 * [1], 2, 2, 1, 2, 2, 1]),
        ("x and y", np.array(EIGHT_STATE).reshape(2, 2, 3)[:, ::-1].ravel()),
        ("NaN", [*EIGHT_STATE[:11], float("nan")]),
        ("a function", lambda: EIGHT_STATE),
        ("the shape (6,)", EIGHT_STATE[:6]),
        ("body by body", np.array(EIGHT_STATE).reshape(2, 2, 3).transpose(0, 2, 1).ravel()),
        ("wrong order", np.array(EIGHT_STATE)[[2, 0, 1, 5, 3, 4, 6, 7, 8, 9, 10, 11]]),
    ],
    "decayed_norms": [
        ("per cent", (60.0, 98.0)),
        ("comes first", (0.98, 0.6)),
        ("two numbers", 0.6),
        ("two numbers", [0.6, 0.98, 1.0]),
        ("NaN", (float("nan"), 1.0)),
        ("dict", {"with": 0.6}),
        ("share that is lost", (0.4, 0.01)),
        ("with weight decay, the result is too small", (-0.4, 1.0)),
        ("neither", (1.0, 1.0)),
        ("upside down", (1.6, 1.0)),
    ],
    "swing_torque": [
        ("for forty states at once, the function stops", lambda z: 0.2 if z[1] > 0 else -0.2),
        ("brakes", lambda z: -0.2 * np.sign(z[..., 1])),
        ("back to the bottom", lambda z: -0.2 * np.sign(np.sin(z[..., 0]))),
        ("follows q", lambda z: 0.2 * np.sign(z[..., 0])),
        ("never changes", lambda z: 0.2 + 0 * z[..., 0]),
        ("size", lambda z: np.sign(z[..., 1])),
        ("too large", lambda z: 0.4 * np.sign(z[..., 1])),
        ("the shape (4,)", lambda z: 0.2 * np.sign(z[1])),
        ("single number", lambda z: 0.2),
        ("wrong sign", lambda z: 0.2 * np.sign(z[..., 2] - 1.5)),
        ("at any speed", lambda z: 0.2 * z[..., 1]),
        ("the shape (40, 1)", lambda z: 0.2 * np.sign(z[..., 1:2])),
        ("too large", lambda z: 0.2 * np.tanh(z[..., 1])),
    ],
    "swing_way": [
        ("already has some energy", 25),
        ("energy that is missing", 4.63),
        ("in degrees", 1327.2),
        ("NaN", float("nan")),
        ("single number", [23.16, 23.2]),
        ("a function", lambda: 23.16),
        ("too small", 11.58),
        ("too large", 46.33),
        ("wrong sign", -23.16),
        ("too small", (5 - 3 * math.cos(0.5)) / 0.2),
        ("too small", 23.16 - 0.5),
        ("nothing", None),
    ],
    "all_factors": [
        ("upside down", lambda b, h: (h[:, None] / b).T),
        ("every HNN", lambda b, h: [x / y for x, y in zip(b, h)]),
        ("differences", lambda b, h: numpy.subtract.outer(b, h)),
        ("products", lambda b, h: np.outer(b, h)),
        ("logarithms", lambda b, h: np.log(b[:, None] / h)),
        ("means or medians", lambda b, h: np.mean(b) / np.mean(h)),
        ("smallest and the largest", lambda b, h: (np.min(b) / np.max(h), np.max(b) / np.min(h))),
        ("how far the factors reach", lambda b, h: np.max(np.outer(b, 1 / h)) / np.min(np.outer(b, 1 / h))),
        ("the shape (200,)", lambda b, h: [x / y for x in (*b, *h) for y in h]),
        ("stops with an error", lambda b, h: list(b / h if len(b) == len(h) else b @ h)),
        ("generator", lambda b, h: (x / y for x in b for y in h)),
    ],
    "on_cylinder": [
        ("number", hl.HNN(2, hidden=(8, 8))),
        ("sine", Polar(2, 2, lambda q, p: [np.cos(q), p])),
        ("cosine", Polar(2, 2, lambda q, p: [np.sin(q), p])),
        ("wrapped", Model(wrapping, 2)),
        ("wrapped", Polar(2, 2, lambda q, p: [np.mod(q, 2 * np.pi), p])),
        ("read p", Polar(2, 2, lambda q, p: [np.cos(q), np.sin(q)])),
        ("half the angle", Polar(2, 3, lambda q, p: [np.cos(q / 2), np.sin(q / 2), p])),
        ("half a turn", Polar(2, 3, lambda q, p: [np.cos(2 * q), np.sin(2 * q), p])),
        ("made by calling", Polar),
        ("swapped", Polar(2, 3, lambda q, p: [np.cos(p), np.sin(p), q])),
        ("a model", lambda x: x),
    ],
    "turnable": [
        ("component", hl.HNN(4, hidden=(8, 8))),
        ("component", Polar(4, 3, lambda x, y, u, v: [x, u**2 + v**2, x * u + y * v])),
        ("angle between", Polar(4, 2, lambda x, y, u, v: [np.hypot(x, y), u**2 + v**2])),
        ("length of p", Polar(4, 2, lambda x, y, u, v: [np.hypot(x, y), x * u + y * v])),
        ("length of r", Polar(4, 2, lambda x, y, u, v: [u**2 + v**2, x * u + y * v])),
        ("lost its sign", Polar(4, 3, lambda x, y, u, v: [np.hypot(x, y), u**2 + v**2, (x * v - y * u) ** 2])),
        ("made by calling", Polar),
        ("how fast r grows", Polar(4, 2, lambda x, y, u, v: [np.hypot(x, y), x * v - y * u])),
        ("where on its line", Polar(4, 2, lambda x, y, u, v: [u**2 + v**2, x * v - y * u])),
        ("their lengths as well", Polar(4, 1, lambda x, y, u, v: [x * v - y * u])),
        ("component", Polar(4, 3, lambda x, y, u, v: [x**2 + u**2, y**2 + v**2, x * u + y * v])),
        ("one number for each state", Model(lambda x, y, u, v: (x * u)[..., None], 4)),
    ],
    "there_and_back": [
        ("absolute value", lambda a, x, t: (a(a(x, t), -t) - x).max()),
        ("largest gap", lambda a, x, t: np.linalg.norm(a(a(x, t), -t) - x)),
        ("largest gap", lambda a, x, t: np.linalg.norm(a(a(x, t), -t) - x, axis=-1).max()),
        ("minus t", lambda a, x, t: abs(a(a(x, t), t) - x).max()),
        ("come back first", lambda a, x, t: abs(a(x, t) - x).max()),
        ("return the largest", lambda a, x, t: abs(a(a(x, t), -t) - x)),
        ("too small", lambda a, x, t: abs(a(a(x, t), -t) - x).min()),
        ("returns nothing", lambda a, x, t: print(end="")),
        ("single number", lambda a, x, t: abs(a(a(x, t), -t) - x).max(axis=0)),
        ("same factor", lambda a, x, t: abs(a(a(x, t), -t) - x).max() / abs(x).max()),
        ("true or false", lambda a, x, t: np.allclose(a(a(x, t), -t), x)),
    ],
    "two_jumps": [
        ("absolute value", lambda a, x, s, t: (a(a(x, s), t) - a(x, s + t)).max()),
        ("largest gap", lambda a, x, s, t: np.linalg.norm(a(a(x, s), t) - a(x, s + t))),
        ("largest gap", lambda a, x, s, t: np.linalg.norm(a(a(x, s), t) - a(x, s + t), axis=1).max()),
        ("should have t", lambda a, x, s, t: abs(a(a(x, s), s) - a(x, s + t)).max()),
        ("two orders", lambda a, x, s, t: abs(a(a(x, s), t) - a(a(x, t), s)).max()),
        ("not for their product", lambda a, x, s, t: abs(a(a(x, s), t) - a(x, s * t)).max()),
        ("a jump is missing", lambda a, x, s, t: abs(a(x, s + t) - a(x, s)).max()),
        ("return the largest", lambda a, x, s, t: abs(a(a(x, s), t) - a(x, s + t))),
        ("too large", lambda a, x, s, t: abs(a(a(x, s), t) - x).max()),
        ("true or false", lambda a, x, s, t: np.allclose(a(a(x, s), t), a(x, s + t))),
    ],
    "beside_nothing": [
        ("upside down", of_error(lambda e, s: s.mean(1) / np.median(e, 1))),
        ("median", of_error(lambda e, s: e.mean(1) / s.mean(1))),
        ("the mean, not the median", of_error(lambda e, s: np.median(e, 1) / np.median(s, 1))),
        ("median of quotients", of_error(lambda e, s: np.median(e / s, axis=1))),
        ("jump by jump", of_error(lambda e, s: np.median(e, axis=1) / s.mean())),
        ("square roots", of_error(lambda e, s: np.sqrt(np.median(e, 1) / s.mean(1)))),
        ("one number for all", of_error(lambda e, s: np.median(e) / np.mean(s))),
        ("square roots", of_error(lambda e, s: np.median(np.sqrt(e), 1) / np.sqrt(s).mean(1))),
        (
            "all numbers are off",
            lambda task, jumps: (
                np.array(
                    [
                        np.median(
                            np.mean(
                                (
                                    (
                                        task.starts()
                                        @ np.linalg.matrix_power(
                                            numpy.linalg.lstsq(task.x[:, :-1].reshape(-1, 2), task.x[:, 1:].reshape(-1, 2), rcond=None)[0], j
                                        )
                                        - task.truth(task.starts(), [j])[0]
                                    )
                                    / task.scale
                                )
                                ** 2,
                                -1,
                            )
                        )
                        for j in jumps
                    ]
                )
                / task.persistence(jumps).mean(1)
            ),
        ),
    ],
    "bend": [
        ("take its root", lambda move, x: np.sum(parts(move, x)[1] ** 2) / np.sum(about(move(x)) ** 2)),
        ("its mean is no movement", lambda move, x: np.linalg.norm(parts(move, x)[1]) / np.linalg.norm(move(x))),
        ("no constant", lambda move, x: np.linalg.norm(move(x) - x @ numpy.linalg.pinv(x) @ move(x)) / np.linalg.norm(about(move(x)))),
        ("upside down", lambda move, x: np.linalg.norm(about(move(x))) / np.linalg.norm(parts(move, x)[1])),
        ("share one mean", lambda move, x: np.std(parts(move, x)[1]) / np.std(move(x))),
        ("single number", lambda move, x: np.std(parts(move, x)[1], axis=0) / np.std(move(x), axis=0)),
        ("not yet divided", lambda move, x: np.std(parts(move, x)[1])),
        ("the rest", lambda move, x: np.linalg.norm(about(move(x) - parts(move, x)[1])) / np.linalg.norm(about(move(x)))),
        ("too small", lambda move, x: np.linalg.norm((y := x + move(x)) - fit_of(x, y)) / np.linalg.norm(about(y))),
        ("mean of quotients", lambda move, x: np.mean(np.std(parts(move, x)[1], axis=0) / np.std(move(x), axis=0))),
    ],
    "damped": [
        ("factor of two", path_with(action=lambda I, g, t: I * np.exp(-g * t))),
        ("grow", path_with(action=lambda I, g, t: I * np.exp(2 * g * t))),
        ("run backwards", path_with(lambda a, w, g, t: a - w * t)),
        ("no friction", lambda model, gamma, x0, times: model.rollout(x0, times)),
        ("there twice", lambda model, gamma, x0, times: np.array([model.advance(x0, t) * np.exp(-2 * np.tile(gamma, 2) * t) for t in times])),
        ("last state", lambda *d: broadcast(*d)[-1]),
        ("first axis", lambda *d: np.swapaxes(broadcast(*d), 0, 1)),
        ("one gamma for all", lambda model, gamma, x0, times: broadcast(model, np.mean(gamma), x0, times)),
        ("exchange", lambda m, g, x0, t: broadcast(m, g[::-1], x0, t)),
        ("NaN", lambda *d: broadcast(*d) * np.nan),
        ("all numbers are off", lambda m, g, x0, t: broadcast(m, g, x0, t - t[0] + 0.1)),
    ],
    "axis_turn": [
        ("in degrees", lambda G, e: 360 * (G / (G * G - 2 * e) ** 0.5 - 1)),
        ("excess", lambda G, e: math.tau * G / (G * G - 2 * e) ** 0.5),
        ("the other way", lambda G, e: math.tau * (1 - G / (G * G - 2 * e) ** 0.5)),
        ("first order", lambda G, e: math.tau * e / G**2),
        ("pull", lambda G, e: math.tau * (G / (G * G + 2 * e) ** 0.5 - 1)),
        ("quotient of squares", lambda G, e: math.tau * (G**2 / (G**2 - 2 * e) - 1)),
        ("half of it", lambda G, e: math.pi * (G / (G * G - 2 * e) ** 0.5 - 1)),
        ("same factor", lambda G, e: 2 * math.tau * (G / (G * G - 2 * e) ** 0.5 - 1)),
        ("returns nothing", lambda G, e: print(end="")),
        ("too small", lambda G, e: math.tau * (e / G**2 + 1.5 * e**2 / G**4)),
    ],
    "factors": [
        ("order of the product", lambda M: axes(M, (2, 1, 0))),
        ("not their product", lambda M: M),
        ("the three numbers", lambda M: ((M[0, 0] - 1) / M[1, 0], M[1, 0], (M[1, 1] - 1) / M[1, 0])),
        ("the shape (4, 2, 2)", lambda M: [*axes(M, (0, 1, 2)), np.eye(2)]),
        ("transposed", lambda M: np.array(axes(M, (0, 1, 2))).transpose(0, 2, 1)),
        ("wrong order", lambda M: axes(M, (1, 0, 2))),
        ("lower shears outside", lambda M: [upper((M[1, 1] - 1) / M[0, 1]).T, upper(M[0, 1]), upper((M[0, 0] - 1) / M[0, 1]).T]),
        ("wrong sign", lambda M: np.linalg.inv(axes(M, (0, 1, 2)))),
        ("NaN", lambda M: np.array(axes(M, (0, 1, 2))) * np.nan),
        ("the shape", lambda M: np.hstack(axes(M, (0, 1, 2)))),
    ],
    "leapfrog_clock": [
        ("midpoint", lambda w, dt: 2 / dt * math.tan(w * dt / 2)),
        ("is wanted", lambda w, dt: 2 / dt * math.asin(w * dt / 2)),
        ("angle of a step", lambda w, dt: 2 * math.sin(w * dt / 2)),
        ("factor of two", lambda w, dt: math.sin(w * dt / 2) / dt),
        ("take the root", lambda w, dt: 2 * (1 - math.cos(w * dt)) / dt**2),
        ("true angular", lambda w, dt: w),
        ("same factor", lambda w, dt: math.sqrt(1 - math.cos(w * dt)) / dt),
        ("first term", lambda w, dt: w * (1 - (w * dt) ** 2 / 24)),
        ("NaN", lambda w, dt: math.nan),
        ("every sign", lambda w, dt: -2 / dt * math.sin(w * dt / 2)),
        ("same factor", lambda w, dt: math.sin(w * dt / 2) / dt / math.pi),
        ("too small", lambda w, dt: np.sinc(w * dt / 2 / np.pi)),
    ],
    "over_the_top": [
        ("Maslov", rotation(lambda n: n + 0.5)),
        ("half way", rotation(lambda n: 2 * n)),
        ("free rotor", lambda n, hbar: (n * hbar) ** 2),
        ("mean height", lambda n, hbar: (n * hbar) ** 2 + 3),
        ("without a half", rotation(lambda n: n / 2**0.5)),
        ("too small", rotation(lambda n: n / (2 * np.pi))),
        ("too large", rotation(lambda n: n * 2 * np.pi)),
        ("NaN", lambda n, hbar: math.nan),
        ("single number", lambda n, hbar: 2 * [by_quad(n, hbar)]),
        ("returns nothing", lambda n, hbar: print(end="")),
        ("hanging at rest", lambda n, hbar: by_quad(n, hbar) - 6),
    ],
    "mode_frequencies": [
        ("wrong way", lambda w, N: w @ np.linalg.inv(N)),
        ("transposed", lambda w, N: w @ N.T),
        ("unchanged", lambda w, N: w),
        ("sorted", lambda w, N: np.sort(w @ N)),
        ("the shape (3, 4)", lambda w, N: N.T @ w.T),
        ("first torus", lambda w, N: w[0] @ N),
        ("the shape (3,)", lambda w, N: (w @ N).mean(axis=0)),
        ("transposed and inverted", lambda w, N: w @ np.linalg.inv(N).T),
        ("signs", lambda w, N: w @ np.abs(N)),
        ("same factor", lambda w, N: w @ N / (2 * np.pi)),
        ("same factor", lambda w, N: w @ N * 2 * np.pi),
    ],
    "soliton_jump": [
        ("half of it", lambda k, o, s: jump(k, o, s) / 2),
        ("twice", lambda k, o, s: 2 * jump(k, o, s)),
        ("partner's", lambda k, o, s: jump(k, o, s) * k / o),
        ("phase", lambda k, o, s: jump(k, o, s) * k),
        ("swapped", lambda k, o, s: jump(k, o, not s)),
        ("behind", lambda k, o, s: abs(jump(k, o, s))),
        ("every sign", lambda k, o, s: -jump(k, o, s)),
        ("head-on", lambda k, o, s: jump(k, o, s) if s else -jump(k, o, s)),
        ("overtaking, the result has the wrong sign", lambda k, o, s: jump(k, o, s) * (-1 if s else 1)),
        ("too large", lambda k, o, s: math.exp(k * jump(k, o, s)) / k),
        ("the shape (2,)", lambda k, o, s: (jump(k, o, s), jump(o, k, s))),
    ],
    "standard_map": [
        ("old momentum", lambda q, p, k: (q + p, p + k * np.sin(q))),
        ("wrong sign", lambda q, p, k: (q + p - k * np.sin(q), p - k * np.sin(q))),
        ("two things", lambda q, p, k: q + p + k * np.sin(q)),
        ("reduced", lambda q, p, k: np.mod([q + p + k * np.sin(q), p + k * np.sin(q)], 2 * np.pi)),
        ("swapped", lambda q, p, k: (p + k * np.sin(q), q + p + k * np.sin(q))),
        ("two things", lambda q, p, k: np.stack([q + p + k * np.sin(q), p + k * np.sin(q)], axis=-1)),
        ("for thirty points, the function stops", lambda q, p, k: (q + p + k * math.sin(q), p + k * math.sin(q))),
        ("thirty points", lambda q, p, k: (np.mean(q + p + k * np.sin(q)), np.mean(p + k * np.sin(q)))),
        ("all numbers are off", lambda q, p, k: (q + p + k * np.sin(np.radians(q)), p + k * np.sin(np.radians(q)))),
        ("all numbers are off", lambda q, p, k: (q + p + k / (2 * np.pi) * np.sin(2 * np.pi * q), p + k / (2 * np.pi) * np.sin(2 * np.pi * q))),
        ("NaN", lambda q, p, k: (q * np.nan, p)),
    ],
    "strength": [
        ("two complex ones", lambda H, a, b: abs(numpy.fft.fft2(H)[a, b]) / H.size),
        ("not divided", lambda H, a, b: abs(numpy.fft.fft2(H)[a, b])),
        ("swapped", lambda H, a, b: 2 * abs(numpy.fft.fft2(H)[b, a]) / H.size),
        ("square", lambda H, a, b: 4 * abs(numpy.fft.fft2(H)[a, b] / H.size) ** 2),
        ("complex", lambda H, a, b: 2 * numpy.fft.fft2(H)[a, b] / H.size),
        ("of the cosine or of the sine alone", lambda H, a, b: 2 * numpy.fft.fft2(H)[a, b].real / H.size),
        ("of the cosine or of the sine alone", lambda H, a, b: 2 * numpy.fft.fft2(H)[a, b].imag / H.size),
        ("the square of", lambda H, a, b: abs(numpy.fft.fft2(H)[a, b] / H.size) ** 2),
        ("sign of the second", lambda H, a, b: 2 * abs(numpy.fft.fft2(H)[a, -b]) / H.size),
        ("one axis", lambda H, a, b: 2 * abs(numpy.fft.fft2(H)[a, b]) / len(H)),
        ("too large", lambda H, a, b: 4 * abs(numpy.fft.fft2(H)[a, b]) / H.size),
        ("shifted", lambda H, a, b: 2 * abs(numpy.fft.fftshift(numpy.fft.fft2(H))[a, b]) / H.size),
    ],
    "buffers": [
        ("from zero", lambda c, w: [b + 1 for b in intervals(c, w)]),
        ("overwritten", greedy_pool),
        ("one buffer", lambda c, w: [0] * len(c)),
        ("ever used again", lambda c, w: list(range(len(c)))),
        ("one whole number", lambda c, w: max(intervals(c, w)) + 1),
        ("leave out no number", lambda c, w: [2 * b for b in intervals(c, w)]),
        ("one whole number", lambda c, w: intervals(c, w)[1:]),
        ("dict", lambda c, w: dict(enumerate(intervals(c, w)))),
        ("leave out no number", lambda c, w: [b + (b == max(intervals(c, w))) * (k == len(c) - 1) for k, b in enumerate(intervals(c, w))]),
        ("not negative", lambda c, w: [-b for b in intervals(c, w)]),
        ("wanted", lambda c, w: intervals(c, ())),
    ],
    "enough": [
        ("never stops", lambda lab: None),
        ("with brackets", stopped_if(lambda loss: False)),
        ("at the first look", every(1)),
        ("at the second look", every(2)),
        ("at the first look", stopped_if(lambda loss: loss[-1] > loss[0] / 2)),
        ("with the one before", stopped_if(lambda loss: len(loss) > 1 and loss[-1] < loss[-2] / 2)),
        ("fixed number", stopped_if(lambda loss: loss[-1] < 0.5)),
        ("stops with an error", lambda lab: lab.stop() if lab.test_loss[-1] < 1 else None),
        ("too small", stopped_if(lambda loss: loss[-1] < loss[0] - 0.5)),
        ("too large", stopped_if(lambda loss: len(loss) > 1 and loss[-2] < loss[0] / 2)),
        ("too small", stopped_if(lambda loss: loss[-1] < 0.9 * loss[0])),
        ("1 argument", lambda lab, loss: lab.stop()),
    ],
}
