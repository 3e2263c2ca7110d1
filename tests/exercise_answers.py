"""Answers to the code exercises as students write them, each by other means than the checks do: right ones, and wrong ones."""

import autograd.numpy as np
from autograd import elementwise_grad
import numpy
from scipy.linalg import expm
from scipy.optimize import minimize

import hnn_lite as hl


class Model:
    """A model whose energy is written out: what a check needs of a class of the student's."""

    def __init__(self, energy, dim, turn=1):
        self.energy, self.dim, self.turn = energy, dim, turn

    def hamiltonian(self, x):
        return self.energy(*np.moveaxis(x, -1, 0))

    def field(self, x):
        slopes = np.split(elementwise_grad(self.hamiltonian)(x), 2, axis=-1)
        return np.concatenate([slopes[1], -self.turn * slopes[0]], axis=-1)


# Part I

def pendulums(x, gravity=3.0, first=1.0, second=1.0, speed=2.0, sine=np.sin):
    q1, q2, p1, p2 = np.moveaxis(x, -1, 0)
    return np.stack([speed * p1, speed * p2, -gravity * sine(q1) - first * (q1 - q2), -gravity * sine(q2) - second * (q2 - q1)], axis=-1)


def pair(**changes):
    return lambda x: pendulums(x, **changes)


def gradient_of_pair(x):
    back = pendulums(x)
    return np.concatenate([-back[..., 2:], back[..., :2]], axis=-1)


def taped(inverse=lambda y: (-y**2, -2 * y), sqrt=lambda r: (0.5 / r, -0.5 / r**2)):
    """Second slopes of -inverse(sqrt(s)), by the chain rule, for rules (dy/da, its own slope) in terms of the results."""
    def answer(place):
        r = np.sqrt(place @ place)
        (f, df), (g, dg) = inverse(1 / r), sqrt(r)
        return -np.array([df * f * (2 * x * g) ** 2 + f * dg * g * 4 * x**2 + 2 * f * g for x in place])
    return answer


def distance(place):
    return np.linalg.norm(place)


def kdk(field, x, h):
    q, p = x[..., 0], x[..., 1]
    p = p + h / 2 * field(x)[..., 1]
    q = q + h * field(np.stack([q, p], -1))[..., 0]
    return np.stack([q, p + h / 2 * field(np.stack([q, p], -1))[..., 1]], -1)


def kd(field, x, h):
    q, p = x[..., 0], x[..., 1]
    p = p + h * field(x)[..., 1]
    return np.stack([q + h * field(np.stack([q, p], -1))[..., 0], p], -1)


def triple(step, *shares):
    def method(field, x, dt):
        for share in shares:
            x = step(field, x, share * dt)
        return x
    return method


g3, g5 = 1 / (2 - 2 ** (1 / 3)), 1 / (2 - 2**0.2)
fourth = triple(kdk, g3, 1 - 2 * g3, g3)
SEVEN = [0.784513610477560, 0.235573213359357, -1.17767998417887]          # Yoshida's solution A

# Part II

TURN = np.array([[0.0, -1.0], [1.0, 0.0]])          # x @ S @ TURN is the law


def knobs(x, dx, a=1.0, b=1.0, c=1.0):
    """(a, b, c) of S by the normal equations of dq = b q + c p, dp = -a q - b p; a knob of weight 0 is left out."""
    q, p = x.T
    rows = np.concatenate([np.stack([0 * q, b * q, c * p], axis=1), np.stack([-a * q, -b * p, 0 * q], axis=1)])
    return np.linalg.pinv(rows.T @ rows) @ rows.T @ np.concatenate([dx[:, 0], dx[:, 1]])


def law(x, dx, **weights):
    a, b, c = knobs(x, dx, **weights)
    return np.array([[b, -a], [c, -b]])


def searched(method=None, total=np.sum):
    def answer(x, dx):
        def loss(s):
            return total((dx - x @ np.array([[s[0], s[1]], [s[1], s[2]]]) @ TURN) ** 2)
        a, b, c = minimize(loss, [1.0, 0.0, 1.0], method=method).x
        return np.array([[b, -a], [c, -b]])
    return answer


def straight(x, dx):
    return np.linalg.inv(x.T @ x) @ x.T @ dx


def rest(field, x, dx):
    return dx - field(x)


def gamma(field, x, dx):
    return -(x * rest(field, x, dx)).sum() / (x * x).sum()


EIGHT = [0.97000436, -0.97000436, 0, -0.24308753, 0.24308753, 0,
         0.466203685, 0.466203685, -0.93240737, 0.432365735, 0.432365735, -0.86473146]


def eight(signs):
    return np.array(EIGHT) * signs


def kepler_like(*features):
    """A model of (x, y, p_x, p_y) that sees these numbers, mixed so that each matters."""
    return Model(lambda *x: sum((n + 1) * np.sin(feature(*x) + 0.3 * n) for n, feature in enumerate(features)), 4)


def radius(x, y, u, v):
    return np.sqrt(x**2 + y**2)


def speed(x, y, u, v):
    return u**2 + v**2


def product(x, y, u, v):
    return x * u + y * v


def spin(x, y, u, v):
    return x * v - y * u


def work(torque):
    return lambda z: torque(z[..., 0], z[..., 1])


# Part III

def there_and_back(gap):
    return lambda advance, x, t: gap(advance(advance(x, t), -t) - x)


def two_jumps(gap):
    return lambda advance, x, s, t: gap(advance(advance(x, s), t) - advance(x, s + t))


def shares(divide):
    def answer(task, jumps):
        model = hl.LinearMap(task)
        return divide(np.array([task.error_by_jump(model.advance, [jump])[0] for jump in jumps]), np.array(task.persistence(jumps)))
    return answer


def affine(answer, constant=True):
    """An answer made of the movement and of what is left of it beside the best affine (or linear) map, by least squares."""
    def made(move, x):
        y, A = np.array(move(x)), np.column_stack([x, np.ones(len(x))]) if constant else x
        return answer(y, y - A @ numpy.linalg.lstsq(A, y, rcond=None)[0], x)
    return made


def spread(values):
    return np.sqrt(np.sum(np.var(values, axis=0)))


def norm(values):
    return np.sqrt(np.sum(np.mean(values**2, axis=0)))


def spiral(action=lambda I, g, t: np.exp(-2 * g * t) * I, angle=lambda a, w, g, t: a + w * t, late=False, swap=False):
    def answer(model, gamma, x0, times):
        I, a = model.encode(x0)[::-1] if swap else model.encode(x0)
        path = []
        for t in times:
            J = action(I, gamma, t)
            path.append(model.decode(J, angle(a, model.frequencies(J if late else I), gamma, t)))
        return np.array(path)
    return answer


def spiral_matrices(model, gamma, x0, times):
    laws = [np.block([[np.diag(-gamma), np.diag(w)], [np.diag(-w), np.diag(-gamma)]]) for w in model.frequencies(model.encode(x0)[0])]
    return np.array([[expm(t * law) @ x for law, x in zip(laws, x0)] for t in times])


def rosette(turn=2 * np.pi, eps2=2.0, of=lambda q: q - 1):
    return lambda G, eps: turn * of(1 / np.sqrt(1 - eps2 * eps / G**2))


def shear_matrices(s=lambda a, d, c: (a - 1) / c, m=lambda c: c, t=lambda a, d, c: (d - 1) / c):
    def answer(M):
        a, c, d = M[0, 0], M[1, 0], M[1, 1]
        return np.array([[[1, s(a, d, c)], [0, 1]], [[1, 0], [m(c), 1]], [[1, t(a, d, c)], [0, 1]]])
    return answer


def projected(table, k1, k2, factor=2.0, read=abs, per=None):
    """The amplitude by a sum over the table, value by value."""
    n = len(table)
    total = sum(table[i, j] * numpy.exp(-2j * np.pi * (k1 * i + k2 * j) / n) for i in range(n) for j in range(n))
    return factor * read(total) / (n * n if per is None else per)


def kicked(q, p, k, shape=np.sin):
    p = p + k * shape(q)
    return q + p, p


# the Workshop

def least(calls, wanted, first_reader=False, early=False, forget=False, never=False):
    """Buffers by intervals: a value's buffer is taken from its call to its last reader."""
    n = len(calls)
    end = [n if k in wanted and not forget else k for k in range(n)]
    for rank, reads in enumerate(calls):
        for read in reads:
            if not first_reader or end[read] == read:
                end[read] = max(end[read], rank)
    if never:
        return list(range(n))
    where = []
    for rank in range(n):
        busy = {where[k] for k in range(rank) if end[k] >= rank + early}
        where.append(min(set(range(n + 1)) - busy))
    return where


def pool(calls, wanted, back=set, late=False):
    """Buffers from a stack of free ones; each call gives back those of what it was the last to read."""
    free, where, number, waiting = [], [], 0, []
    for rank, reads in enumerate(calls):
        if not free:
            free, number = [number], number + 1
        where.append(free.pop())
        done = [where[k] for k in back(reads) if k not in wanted and all(k not in back(later) for later in calls[rank + 1:])]
        free, waiting = free + (waiting if late else done), done
    return where


def stops(when):
    def enough(lab):
        if when(lab.history.test_loss, lab.history.train_loss):
            lab.stop()
    return enough


def behind(y, seen, sigma, width, half=2.0, logarithm=True):
    """Tweedie's formula with autograd's gradient of the density's logarithm, or of the density."""
    def density(y):
        d = np.mean(np.exp(-np.sum((y[:, None] - seen[None]) ** 2, axis=2) / (half * width**2)), axis=1)
        return np.log(d) if logarithm else d
    return y + half / 2 * sigma**2 * elementwise_grad(density)(y)


# Part IV

def lost(t, v, power=lambda v: v * v):
    """The integral of a power over time by trapezoids, at each time."""
    return np.array([sum((power(v[k]) + power(v[k + 1])) / 2 * (t[k + 1] - t[k]) for k in range(n)) for n in range(len(t))])


def falls(x, energy, free=True):
    """How fast the energy falls over x, by least squares, with or without a free start."""
    columns = np.stack([x, np.ones(len(x))][:2 if free else 1], axis=-1)
    return -numpy.linalg.lstsq(columns, energy if free else energy - energy[0], rcond=None)[0][0]


def rotation(quanta=lambda n: n, turn=lambda E: np.mean(np.sqrt(E - 3 + 3 * np.cos(2 * np.pi * np.arange(900) / 900))), shift=0.0):
    """The energy of a rotating pendulum whose action is a number of quanta, by halving an interval."""
    def answer(n, hbar):
        low, high = 6.0, 2000.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if turn(middle) < quanta(n) * hbar else (low, middle)
        return low + shift
    return answer


def meeting(log=None, times=1, swap=False):
    """A soliton's jump, from exponentials."""
    def answer(kappa, other, same):
        plus, minus = np.exp(kappa + other), np.exp(abs(kappa - other))
        sign = -1 if same != swap else 1
        ratio = np.exp((abs(kappa - other) - kappa - other) / 2) * (plus + sign) / (minus + sign)
        value = times * (np.log(ratio) if log is None else log(ratio - 1)) / kappa
        return -value if same and kappa < other else value
    return answer


RIGHT = {
    "pair_field": [pendulums],
    "second_slopes": [taped(), lambda place: 1 / distance(place) ** 3 - 3 * place**2 / distance(place) ** 5],
    "sixth": [triple(kdk, *SEVEN, 1 - 2 * sum(SEVEN), *SEVEN[::-1]), triple(fourth, g5, 1 - 2 * g5, g5)],
    "balance": [lambda t, energy, v: falls(lost(t, v), energy), lambda t, energy, v: minimize(
        lambda k: np.mean((energy - k[0] + k[1] * lost(t, v)) ** 2), [energy[0], 0.0], tol=1e-14).x[1]],
    "three_knobs": [law, searched(), searched(total=np.mean), searched("Nelder-Mead"), searched("Powell")],
    "three_seeds": [lambda b, h: triples(b, h), lambda b, h: np.array(triples(np.log(b), np.log(h), lambda x, y: numpy.exp(sum(x) / 3 - sum(y) / 3))),
                    lambda b, h: (np.exp(np.sort(np.log(b / h))[:3].mean()), np.exp(np.sort(np.log(b / h))[-3:].mean()))],
    "unblurred": [behind, lambda y, seen, sigma, width: [behind(np.array([one]), seen, sigma, width)[0] for one in y]],
    "friction_left_over": [
        gamma, lambda field, x, dx: numpy.linalg.lstsq(-x.reshape(-1, 1), rest(field, x, dx).ravel(), rcond=None)[0],
        lambda field, x, dx: minimize(lambda g: np.mean((rest(field, x, dx) + g * x) ** 2), 0.0, method="Nelder-Mead").x],
    "figure_of_eight": [EIGHT, np.array(EIGHT).reshape(4, 3)[:, [2, 0, 1]].ravel()],
    "decayed_norms": [(0.6, 0.98), [0.35, 1.0], np.array([0.2, 1.1])],
    "swing_torque": [work(lambda q, p: 0.2 * np.sign(p)), work(lambda q, p: np.where(p > 0, 0.2, -0.2)),
                     work(lambda q, p: 0.2 * np.tanh(p / 0.02))],
    "swing_way": [(5 - 3 * (1 - np.cos(0.5))) / 0.2, [23.16]],
    "all_factors": [lambda b, h: b[:, None] / h, lambda b, h: [x / y for y in h for x in b]],
    "on_cylinder": [Model(lambda q, p: p**2 + 0.3 * p + 3 * (1 - np.cos(q)) + 0.2 * p * np.sin(q) + 0.1 * np.sin(2 * q), 2)],
    "turnable": [kepler_like(radius, speed, product),
                 kepler_like(radius, lambda *x: product(*x) / radius(*x), spin), kepler_like(radius, speed, spin)],
    "there_and_back": [there_and_back(lambda gap: abs(gap).max()), there_and_back(lambda gap: max(map(abs, gap.ravel())))],
    "two_jumps": [two_jumps(lambda gap: abs(gap).max()), two_jumps(lambda gap: numpy.linalg.norm(gap.ravel(), np.inf))],
    "beside_nothing": [shares(lambda e, s: np.median(e, axis=1) / s.mean(axis=1))],
    "bend": [affine(lambda y, left, x: spread(left) / spread(y)), affine(lambda y, left, x: np.sqrt(1 - (spread(y - left) / spread(y)) ** 2))],
    "damped": [spiral(), spiral_matrices],
    "axis_turn": [rosette(), lambda G, eps: 2 * np.pi * (G / np.sqrt(G**2 - 2 * eps) - 1)],
    "factors": [shear_matrices()],
    "leapfrog_clock": [lambda omega, step: 2 / step * np.sin(omega * step / 2), lambda omega, step: np.sqrt(2 - 2 * np.cos(omega * step)) / step],
    "over_the_top": [rotation(), rotation(turn=lambda E: numpy.trapezoid(numpy.sqrt(E - 6 * np.sin(np.linspace(-np.pi, np.pi, 3001) / 2) ** 2),
                                                                         np.linspace(-np.pi, np.pi, 3001)) / (2 * np.pi))],
    "mode_frequencies": [lambda rates, N: rates @ N, lambda rates, N: np.einsum("ij,ti->tj", N, rates)],
    "soliton_jump": [meeting(), meeting(np.log1p)],
    "standard_map": [kicked, lambda q, p, k: ((q + p + k * np.sin(q)) % (2 * np.pi), p + k * np.sin(q))],
    "strength": [projected, lambda table, k1, k2: 2 * abs(numpy.fft.fft2(table)[k1, k2]) / numpy.size(table),
                 lambda table, k1, k2: projected(table, -k1, -k2)],
    "buffers": [least, pool],
    "enough": [stops(lambda test, train: test[-1] < test[0] / 2), stops(lambda test, train: test[-1] / test[0] < 0.5)],
}

def triples(b, h, score=lambda x, y: (x[0] * x[1] * x[2] / (y[0] * y[1] * y[2])) ** (1 / 3)):
    """The smallest and the largest score of three of the seeds."""
    chosen = [(i, j, k) for i in range(len(b)) for j in range(i) for k in range(j)]
    scores = [score([b[i] for i in three], [h[i] for i in three]) for three in chosen]
    return [min(scores), max(scores)]


def scored(score):
    return lambda b, h: triples(b, h, score)


# for each exercise, pieces of hints, and answers that should get them
WRONG = {
    "balance": {
        "sign is wrong": [lambda t, energy, v: -falls(lost(t, v), energy)],
        "let the fit choose H_0": [lambda t, energy, v: falls(lost(t, v), energy, free=False)],
        "square of the velocity": [lambda t, energy, v: falls(lost(t, v, abs), energy), lambda t, energy, v: falls(lost(t, v, lambda v: v), energy)],
        "integrate the power first": [lambda t, energy, v: falls(v**2, energy)],
        "time between the states": [lambda t, energy, v: falls(np.array([np.sum(v[:n + 1] ** 2) for n in range(len(v))]), energy)],
        "rectangles": [lambda t, energy, v: falls(np.array([np.sum(v[:n] ** 2 * (t[1:n + 1] - t[:n])) for n in range(len(v))]), energy)],
        "not the integral by the energy": [lambda t, energy, v: 1 / falls(energy, lost(t, v)), lambda t, energy, v: falls(energy, lost(t, v))],
        "rate at which the energy falls": [lambda t, energy, v: falls(t, energy), lambda t, energy, v: falls(t, np.log(energy))],
        "a half went in": [lambda t, energy, v: falls(lost(t, v) / 2, energy)],
        "half of R": [lambda t, energy, v: falls(2 * lost(t, v), energy)]},
    "pair_field": {
        "not been turned": [gradient_of_pair],
        "backwards in time": [lambda x: -pendulums(x)],
        "swapped in the result": [lambda x: np.roll(pendulums(x), 2, axis=-1)],
        "pendulum by pendulum": [lambda x: pendulums(x[..., [0, 2, 1, 3]])[..., [0, 2, 1, 3]]],
        "gravity pulls the pendulums upwards": [pair(gravity=-3.0)],
        "keep the sine": [pair(sine=lambda q: q)],
        "drives the pendulums apart": [pair(first=-1.0, second=-1.0)],
        "twice as strong": [pair(first=2.0, second=2.0)],
        "half as strong": [pair(first=0.5, second=0.5)],
        "don't feel each other": [pair(first=0.0, second=0.0)],
        "on one pendulum only": [pair(second=0.0), pair(first=0.0)],
        "too slow": [pair(speed=1.0)],
        "too fast": [pair(speed=4.0)]},
    "second_slopes": {
        "attracting mass": [lambda place: -taped()(place)],
        "first derivatives": [lambda place: place / distance(place) ** 3],
        "not their sum": [lambda place: taped()(place).sum()],
        "square of the distance": [lambda place: 2 / distance(place) ** 4 - 8 * place**2 / distance(place) ** 6],
        "in place of its inverse": [lambda place: place**2 / distance(place) ** 3 - 1 / distance(place)],
        "check the sign in the rule of `inverse`": [taped(lambda y: (y**2, 2 * y))],
        "rule of `inverse` a power": [taped(lambda y: (-y, -1))],
        "rule of `sqrt` a factor": [taped(sqrt=lambda r: (1 / r, -1 / r**2))],
        "mixes up": [taped(sqrt=lambda r: (0.5 / r**2, -1 / r**3))],
        "both rules": [taped(lambda y: (-y**2, 0), lambda r: (0.5 / r, 0))],
        "rule of `inverse` uses plain": [taped(lambda y: (-y**2, 0))],
        "rule of `sqrt` uses plain": [taped(sqrt=lambda r: (0.5 / r, 0))]},
    "sixth": {
        "still that of a Yoshida step": [triple(fourth, g3, 1 - 2 * g3, g3)],
        "still that of leapfrog": [triple(kdk, g5, 1 - 2 * g5, g5)],
        "three whole steps": [triple(fourth, 1, 1, 1)],
        "check the length": [triple(fourth, g5, 1 - g5, g5)],
        "check the sign": [triple(fourth, g5, 2 * g5 - 1, g5)],
        "one of the three parts": [triple(fourth, g5, g5)],
        "don't cancel": [triple(triple(kd, g3, 1 - 2 * g3, g3), g5, 1 - 2 * g5, g5)]},
    "three_knobs": {
        "transpose it": [lambda x, dx: law(x, dx).T],
        "whose trace is free": [straight],
        "less its trace": [lambda x, dx: straight(x, dx) - np.eye(2) * straight(x, dx).trace() / 2],
        "backwards": [lambda x, dx: -law(x, dx)],
        "symmetric matrix of the energy": [lambda x, dx: np.array([knobs(x, dx)[:2], knobs(x, dx)[1:]])],
        "states and arrows are swapped": [lambda x, dx: law(dx, x)],
        "only two knobs": [lambda x, dx: law(x, dx, b=0.0)],
        "symmetric part": [lambda x, dx: straight(x, dx) / 2 + straight(x, dx).T / 2]},
    "leapfrog_clock": {
        "midpoint rule": [lambda omega, step: 2 / step * np.sin(omega * step / 2) / np.cos(omega * step / 2)],
        "the run is given": [lambda omega, step: np.arccos(1 - (omega * step) ** 2 / 2) / step],
        "does not follow": [lambda omega, step: 2 * omega / 2],
        "halve the angle": [lambda omega, step: np.sin(omega * step) / step],
        "divide it by the time": [lambda omega, step: np.sqrt(2 - 2 * np.cos(omega * step))],
        "factor of two": [lambda omega, step: np.sqrt((1 - np.cos(omega * step)) / 2) / step],
        "first term": [lambda omega, step: omega - omega**3 * step**2 / 24],
        "take the root": [lambda omega, step: (2 - 2 * np.cos(omega * step)) / step**2]},
    "three_seeds": {
        "other way round": [lambda b, h: triples(h, b)],
        "largest comes first": [lambda b, h: triples(b, h)[::-1]],
        "arithmetic mean of the ratios": [scored(lambda x, y: sum(a / c for a, c in zip(x, y)) / 3)],
        "ratio of two arithmetic means": [scored(lambda x, y: sum(x) / sum(y))],
        "logarithm: undo": [lambda b, h: np.log(triples(b, h))],
        "median of the three": [scored(lambda x, y: sorted(a / c for a, c in zip(x, y))[1])],
        "more than once": [lambda b, h: ((b / h).min(), (b / h).max())],
        "cube root": [lambda b, h: np.array(triples(b, h)) ** 3]},
    "unblurred": {
        "moves away": [lambda y, seen, sigma, width: y - (behind(y, seen, sigma, width) - y)],
        "shift alone": [lambda y, seen, sigma, width: behind(y, seen, sigma, width) - y],
        "mean of the blurred states": [lambda y, seen, sigma, width: behind(y, seen, width, width)],
        "width in its denominator": [lambda y, seen, sigma, width: y + width**2 * (behind(y, seen, sigma, width) - y)],
        "square of the noise": [lambda y, seen, sigma, width: y + (behind(y, seen, sigma, width) - y) / sigma],
        "gradient of the density": [lambda *data: behind(*data, logarithm=False)],
        "twice the square": [lambda *data: behind(*data, half=1.0)],
        "swapped": [lambda y, seen, sigma, width: behind(y, seen, width, sigma)]},
    "friction_left_over": {
        "sign is wrong": [lambda *data: -gamma(*data)],
        "twice gamma": [lambda *data: 2 * gamma(*data)],
        "half of gamma": [lambda *data: gamma(*data) / 2],
        "only p was fitted": [lambda f, x, dx: -numpy.linalg.lstsq(x[:, 1:], rest(f, x, dx)[:, 1], rcond=None)[0]],
        "has a constant": [lambda f, x, dx: -(lambda r: numpy.sum((x - x.mean(axis=0)) * r) / numpy.sum((x - x.mean(axis=0)) ** 2))(rest(f, x, dx))],
        "units of x squared": [lambda f, x, dx: -np.sum(x * rest(f, x, dx)), lambda f, x, dx: -np.mean(np.sum(x * rest(f, x, dx), axis=1)),
                               lambda f, x, dx: -np.mean(x * rest(f, x, dx))],
        "subtract what the model explains": [lambda f, x, dx: -np.sum(x * dx) / np.sum(x * x)],
        "fit the remainder by x": [lambda f, x, dx: -np.sum(rest(f, x, dx) ** 2) / np.sum(x * rest(f, x, dx))],
        "squares of the remainder": [lambda f, x, dx: -np.sum(x * rest(f, x, dx)) / np.sum(rest(f, x, dx) ** 2)],
        "mean of quotients": [lambda f, x, dx: -(rest(f, x, dx) / x).mean()]},
    "figure_of_eight": {
        "body by body": [[0.97000436, -0.24308753, -0.97000436, 0.24308753, 0, 0,
                          0.466203685, 0.432365735, 0.466203685, 0.432365735, -0.93240737, -0.86473146]],
        "move the same way": [eight([1] * 6 + [-1, -1, 1] * 2)],
        "too fast": [eight([1] * 6 + [2, 2, 1] * 2)],
        "at the same place": [eight([1, -1, 1] * 2 + [1] * 6)],
        "opposite velocities": [eight([1] * 6 + [1, -1, 1] * 2)],
        "body 3 does not move": [eight([1] * 6 + [1, 1, 0] * 2)],
        "runs backwards": [eight([1] * 6 + [-1] * 6)],
        "positions and momenta": [EIGHT[6:] + EIGHT[:6]],
        "x and y": [EIGHT[3:6] + EIGHT[:3] + EIGHT[9:] + EIGHT[6:9]],
        "one coordinate": [eight([1, 1, 1, -1, -1, -1] + [1] * 6)]},
    "decayed_norms": {
        "comes first": [(0.98, 0.6)],
        "share that is lost": [(0.4, 0.02)],
        "upside down": [(1 / 0.4, 1 / 0.98)],
        "divide each norm": [(3.1, 7.7), (9.6, 59.0)],
        "neither law": [(0.97, 0.98)],
        "both laws": [(0.6, 0.6)]},
    "swing_torque": {
        "brakes": [work(lambda q, p: -0.2 * np.sign(p))],
        "away from the bottom": [work(lambda q, p: 0.2 * np.sign(q))],
        "back to the bottom": [work(lambda q, p: -0.2 * np.sign(q))],
        "size is missing": [work(lambda q, p: np.sign(p))],
        "grows with the speed": [work(lambda q, p: 0.2 * p), work(lambda q, p: 0.2 * 2 * p)],
        "never changes direction": [work(lambda q, p: 0.2 * np.ones_like(p))]},
    "swing_way": {
        "already has some energy": [25.0],
        "subtract the energy": [(5 + 3 * (1 - np.cos(0.5))) / 0.2],
        "energy times torque": [0.2 * (5 - 3 * (1 - np.cos(0.5)))],
        "upside down": [0.2 / (5 - 3 * (1 - np.cos(0.5)))],
        "not the way": [4.633],
        "in degrees": [23.164 * 180 / np.pi]},
    "all_factors": {
        "upside down": [lambda b, h: h[:, None] / b],
        "one HNN only": [lambda b, h: [x / y for x, y in zip(b, h)]],
        "differences": [lambda b, h: b.reshape(-1, 1) - h],
        "products": [lambda b, h: np.outer(b, h)],
        "means or medians": [lambda b, h: b.mean() / h.mean(), lambda b, h: np.median(b) / np.median(h), lambda b, h: b / np.mean(h)],
        "smallest and the largest": [lambda b, h: [b.min() / h.max(), b.max() / h.min()]]},
    "on_cylinder": {
        "reads the angle as a number": [hl.HNN(2, hidden=(8, 8))],
        "needs the sine": [Model(lambda q, p: p**2 - 3 * np.cos(q) + p * np.cos(2 * q) + p, 2)],
        "needs the cosine": [Model(lambda q, p: p**2 + np.sin(q) + p * np.sin(q) + p, 2)],
        "p is read as an angle, but": [Model(lambda q, p: np.cos(p) + np.sin(p) + np.cos(q) + np.sin(q + p), 2)],
        "doesn't read p": [Model(lambda q, p: np.cos(q) + np.sin(q) + 0 * p, 2)],
        "p from its opposite": [Model(lambda q, p: p**2 + np.cos(q) + np.sin(q), 2)],
        "swapped": [Model(lambda q, p: q**2 + q + np.cos(p) + np.sin(p), 2)],
        "not the turned gradient": [Model(lambda q, p: p**2 + p + np.cos(q) + np.sin(q), 2, turn=-1)]},
    "turnable": {
        "reads a component": [hl.HNN(4, hidden=(8, 8))],
        "not the angle between": [kepler_like(radius, speed)],
        "p from its opposite": [kepler_like(radius, speed, lambda *x: product(*x) ** 2),
                                kepler_like(radius, speed, lambda *x: abs(spin(*x)))],
        "length of r": [kepler_like(speed, product)],
        "length of p": [kepler_like(radius, product)],
        "product of the arrows": [kepler_like(product)]},
    "there_and_back": {
        "minus t": [lambda advance, x, t: abs(advance(advance(x, t), t) - x).max()],
        "come back first": [lambda advance, x, t: abs(advance(x, t) - x).max()],
        "jumps back from the start": [lambda advance, x, t: abs(advance(x, -t) - x).max()],
        "without an absolute value": [there_and_back(np.max)],
        "a mean, a sum or a norm": [there_and_back(lambda gap: abs(gap).mean()), there_and_back(lambda gap: abs(gap).sum()),
                                    there_and_back(lambda gap: (gap**2).mean()), there_and_back(lambda gap: (gap**2).mean() ** 0.5),
                                    there_and_back(lambda gap: (gap**2).sum() ** 0.5)],
        "states at the end": [lambda advance, x, t: advance(advance(x, t), -t)]},
    "two_jumps": {
        "don't add the states": [lambda advance, x, s, t: abs(advance(x, s + t) - (advance(x, s) + advance(x, t))).max()],
        "begins at the start again": [lambda advance, x, s, t: abs(advance(x, t) - advance(x, s + t)).max()],
        "a jump is missing": [lambda advance, x, s, t: abs(advance(x, s) - advance(x, s + t)).max()],
        "should have t": [lambda advance, x, s, t: abs(advance(advance(x, s), s) - advance(x, s + t)).max()],
        "goes back in time": [lambda advance, x, s, t: abs(advance(advance(x, s), -t) - advance(x, s + t)).max()],
        "without an absolute value": [lambda advance, x, s, t: (advance(x, s + t) - advance(advance(x, s), t)).max()],
        "a mean, a sum or a norm": [two_jumps(lambda gap: abs(gap).mean()), two_jumps(lambda gap: abs(gap).sum())],
        "gaps of all coordinates": [lambda advance, x, s, t: advance(x, s + t) - advance(advance(x, s), t), two_jumps(abs)]},
    "beside_nothing": {
        "upside down": [shares(lambda e, s: s.mean(axis=1) / np.median(e, axis=1))],
        "divide instead": [shares(lambda e, s: np.median(e, axis=1) - s.mean(axis=1))],
        "errors alone": [shares(lambda e, s: np.median(e, axis=1))],
        "with itself": [shares(lambda e, s: np.median(s, axis=1) / s.mean(axis=1))],
        "mean of the map's errors": [shares(lambda e, s: e.mean(axis=1) / s.mean(axis=1))],
        "not the median": [shares(lambda e, s: np.median(e, axis=1) / np.median(s, axis=1))],
        "median and mean are swapped": [shares(lambda e, s: e.mean(axis=1) / np.median(s, axis=1))],
        "over the jumps": [shares(lambda e, s: np.median(e, axis=0) / s.mean(axis=0))],
        "one number for all jumps": [shares(lambda e, s: np.median(e) / s.mean())],
        "a number for each start": [shares(lambda e, s: e / s)],
        "square roots": [shares(lambda e, s: np.sqrt(np.median(e, axis=1) / s.mean(axis=1)))]},
    "bend": {
        "no constant": [affine(lambda y, left, x: norm(left) / spread(y), False), affine(lambda y, left, x: norm(left) / norm(y), False)],
        "ratio of squares": [affine(lambda y, left, x: (spread(left) / spread(y)) ** 2)],
        "not yet divided": [affine(lambda y, left, x: np.sqrt(np.mean(left**2))), affine(lambda y, left, x: np.mean(left**2))],
        "its mean is no movement": [affine(lambda y, left, x: norm(left) / norm(y))],
        "not by that of the states": [affine(lambda y, left, x: spread(left) / spread(x))],
        "return the rest": [affine(lambda y, left, x: spread(y - left) / spread(y)), affine(lambda y, left, x: 1 - spread(left) / spread(y)),
                            affine(lambda y, left, x: 1 - (spread(left) / spread(y)) ** 2)],
        "largest values": [affine(lambda y, left, x: abs(left).max() / abs(y - y.mean(axis=0)).max())],
        "upside down": [affine(lambda y, left, x: spread(y) / spread(left))]},
    "damped": {
        "like an amplitude": [spiral(lambda I, g, t: I * np.exp(-g * t))],
        "actions grow": [spiral(lambda I, g, t: I * np.exp(2 * g * t))],
        "no friction yet": [spiral(lambda I, g, t: I)],
        "there twice": [spiral(lambda I, g, t: I * np.exp(-g * t) ** 4)],
        "straight line": [spiral(lambda I, g, t: I - 2 * g * t * I)],
        "angles fall": [spiral(angle=lambda a, w, g, t: np.exp(-2 * g * t) * (a + w * t))],
        "angles run backwards": [spiral(angle=lambda a, w, g, t: a - t * w)],
        "angles stand still": [spiral(angle=lambda a, w, g, t: a)],
        "don't begin": [spiral(angle=lambda a, w, g, t: w * t)],
        "reduced actions": [spiral(late=True)],
        "swapped": [spiral(swap=True)],
        "last state only": [lambda *data: spiral()(*data)[-1]],
        "first axis": [lambda *data: spiral()(*data).transpose(1, 0, 2)]},
    "axis_turn": {
        "excess over a full turn": [rosette(of=lambda q: q)],
        "in degrees": [rosette(360)],
        "in turns": [rosette(1)],
        "without the way back": [rosette(np.pi)],
        "the other way": [rosette(of=lambda q: 1 - q)],
        "should pull": [rosette(eps2=-2.0)],
        "wrong factor": [rosette(eps2=1.0), rosette(eps2=4.0)],
        "swapped": [rosette(of=lambda q: 1 / q - 1), rosette(of=lambda q: 1 - 1 / q)],
        "first order": [lambda G, eps: 2 * np.pi * eps / G**2]},
    "factors": {
        "swapped": [shear_matrices(s=lambda a, d, c: (d - 1) / c, t=lambda a, d, c: (a - 1) / c)],
        "two upper shears have the wrong sign": [shear_matrices(lambda a, d, c: (1 - a) / c, t=lambda a, d, c: (1 - d) / c)],
        "lower shear has the wrong sign": [shear_matrices(m=lambda c: -c)],
        "inverse shears": [shear_matrices(lambda a, d, c: (1 - a) / c, lambda c: -c, lambda a, d, c: (1 - d) / c)],
        "subtraction of one": [shear_matrices(lambda a, d, c: a / c, t=lambda a, d, c: d / c)],
        "not divided": [shear_matrices(lambda a, d, c: a - 1, t=lambda a, d, c: d - 1)],
        "all three are transposed": [lambda M: shear_matrices()(M).transpose(0, 2, 1)],
        "transposed matrix": [lambda M: shear_matrices()(M.T)],
        "not their product": [lambda M: numpy.linalg.multi_dot(shear_matrices()(M))],
        "not the three numbers": [lambda M: [(M[0, 0] - 1) / M[1, 0], M[1, 0], (M[1, 1] - 1) / M[1, 0]]]},
    "mode_frequencies": {
        "the wrong way": [lambda rates, N: np.linalg.solve(N.T, rates.T).T],
        "don't transform as actions do": [lambda rates, N: np.array([N @ rate for rate in rates])],
        "transposed and inverted": [lambda rates, N: np.linalg.solve(N, rates.T).T],
        "unchanged": [lambda rates, N: rates],
        "sorted": [lambda rates, N: np.array([sorted(rate @ N) for rate in rates])],
        "first torus": [lambda rates, N: rates[0] @ N],
        "signs of the matrix": [lambda rates, N: rates @ abs(N)]},
    "over_the_top": {
        "Maslov index": [rotation(lambda n: n + 0.5)],
        "from zero, not from one": [rotation(lambda n: n + 1), rotation(lambda n: n - 1)],
        "goes half way": [rotation(turn=lambda E: np.mean(np.sqrt(E - 3 + 3 * np.cos(2 * np.pi * np.arange(900) / 900))) / 2)],
        "area of the other": [rotation(turn=lambda E: 2 * np.mean(np.sqrt(E - 3 + 3 * np.cos(2 * np.pi * np.arange(900) / 900))))],
        "gravity is missing": [lambda n, hbar: n**2 * hbar**2],
        "mean height": [lambda n, hbar: 3 + n**2 * hbar**2],
        "hanging at rest": [rotation(shift=-3.0), rotation(shift=-6.0)],
        "without a half": [rotation(turn=lambda E: np.mean(np.sqrt(2 * E - 6 + 6 * np.cos(2 * np.pi * np.arange(900) / 900))))]},
    "soliton_jump": {
        "overtaken comes out behind": [lambda kappa, other, same: abs(meeting()(kappa, other, same))],
        "half of it": [meeting(times=0.5)],
        "twice the jump": [meeting(times=2)],
        "are swapped": [lambda kappa, other, same: meeting(swap=True)(kappa, other, same)],
        "cosh for both": [lambda kappa, other, same: meeting()(kappa, other, False) * (-1 if same and kappa < other else 1)],
        "sinh for both": [lambda kappa, other, same: abs(meeting()(kappa, other, True)) * (-1 if same and kappa < other else 1)],
        "the partner's kappa": [lambda kappa, other, same: meeting()(kappa, other, same) * kappa / other],
        "shift of the phase": [lambda kappa, other, same: meeting()(kappa, other, same) * kappa],
        "are to be halved": [lambda kappa, other, same: 2 * meeting()(2 * kappa, 2 * other, same)],
    },
    "standard_map": {
        "old momentum": [lambda q, p, k: (q + p, p + k * np.sin(q))],
        "swapped": [lambda q, p, k: (p + k * np.sin(q), q + p + k * np.sin(q))],
        "reduced to one turn": [lambda q, p, k: tuple(np.mod(kicked(q, p, k), 2 * np.pi)),
                                lambda q, p, k: (kicked(q, p, k)[0], np.angle(np.exp(1j * kicked(q, p, k)[1])))],
        "kick has the wrong sign": [lambda q, p, k: kicked(q, p, -k)],
        "drifts the wrong way": [lambda q, p, k: (q - p - k * np.sin(q), p + k * np.sin(q))],
        "q moves first": [lambda q, p, k: (q + p, p + k * np.sin(q + p))],
        "depend on q": [lambda q, p, k: (q + p + k * np.sin(p), p + k * np.sin(p))],
        "should be a sine": [lambda q, p, k: kicked(q, p, k, np.cos)],
        "strength of the kick is missing": [lambda q, p, k: kicked(q, p, 1)],
        "new p doesn't show it": [lambda q, p, k: (q + p + k * np.sin(q), p)],
        "q has not moved": [lambda q, p, k: (q, p + k * np.sin(q))]},
    "strength": {
        "angles are swapped": [lambda table, k1, k2: projected(table.T, k1, k2)],
        "made of two complex ones": [lambda table, k1, k2: projected(table, k1, k2, 1.0)],
        "not divided by the number": [lambda table, k1, k2: projected(table, k1, k2, per=1), lambda table, k1, k2: projected(table, k1, k2, 1.0, per=1)],
        "length of one axis": [lambda table, k1, k2: projected(table, k1, k2, per=len(table)),
                               lambda table, k1, k2: projected(table, k1, k2, 1.0, per=len(table))],
        "the cosine or of the sine alone": [lambda table, k1, k2: projected(table, k1, k2, read=numpy.real),
                                lambda table, k1, k2: abs(projected(table, k1, k2, read=numpy.real))],
        "square of the amplitude": [lambda table, k1, k2: projected(table, k1, k2) ** 2],
        "sign of the second number": [lambda table, k1, k2: projected(table, k1, abs(k2)), lambda table, k1, k2: projected(table, k1, -k2)]},
    "buffers": {
        "no buffer is ever used again": [lambda calls, wanted: least(calls, wanted, never=True)],
        "others read it later": [lambda calls, wanted: least(calls, wanted, first_reader=True)],
        "writes over what it reads": [lambda calls, wanted: least(calls, wanted, early=True)],
        "wanted at the end is given back": [lambda calls, wanted: least(calls, wanted, forget=True)],
        "reads first": [lambda calls, wanted: pool(calls, wanted, lambda reads: reads[:1])],
        "gives its buffer back twice": [lambda calls, wanted: pool(calls, wanted, list)],
        "one call too late": [lambda calls, wanted: pool(calls, wanted, late=True)],
        "one buffer": [lambda calls, wanted: [0] * len(calls)]},
    "enough": {
        "never stops": [lambda lab: lab.history.test_loss[-1] < lab.history.test_loss[0] / 2 and lab.stop],
        "at the first look": [stops(lambda test, train: test[-1] <= test[0])],
        "with the one before": [stops(lambda test, train: len(test) > 1 and test[-1] / test[-2] < 0.5)],
        "at any fall": [stops(lambda test, train: test[-1] < test[0])],
        "training loss": [stops(lambda test, train: train[-1] < train[0] / 2)],
        "largest loss": [stops(lambda test, train: test[-1] < 0.5 * np.max(test))],
        "at the second look": [stops(lambda test, train: len(test) == 2)],
        "a quarter": [stops(lambda test, train: test[-1] < (test[0] / 2) / 2)],
        "above a half": [stops(lambda test, train: len(test) > 1 and test[-1] > test[0] / 2)],
        "fixed number": [stops(lambda test, train: test[-1] < 0.5)]},
}
