"""Checks of the code exercises of Part II, except the two that ask for a model (`structure`)."""

from itertools import combinations, combinations_with_replacement

import numpy as np
import scipy.optimize

from hnn_lite.mechanics import symplectic_matrix
from hnn_lite.page.exercises.check import calls, DIGITS, exercise, Exercise, numbers, Unusable
from hnn_lite.systems import pendulum


@exercise("ex-ms-three")
def three_knobs():
    """An HNN with three knobs: `three_knobs(x, dx)`, the matrix B of the law dx = x B, shape (2, 2). Exercise `ex-ms-three`."""
    parts = np.array([[[1.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]])       # of a symmetric S

    def shape(x, dx, parts=parts):
        """The symmetric matrix whose turned gradient fits best."""
        laws = parts @ symplectic_matrix(2).T
        design = np.stack([(x @ law).ravel() for law in laws], axis=-1)
        return np.tensordot(np.linalg.lstsq(design, dx.ravel(), rcond=None)[0], parts, 1)

    def right(x, dx):
        return shape(x, dx) @ symplectic_matrix(2).T

    def four_knobs(x, dx):
        return np.linalg.lstsq(x, dx, rcond=None)[0]

    def without_trace(x, dx):
        B = four_knobs(x, dx)
        return B - np.trace(B) / 2 * np.eye(2)

    rng = np.random.default_rng(3)
    places = {}
    for name, S in (("for the first data", [[2.0, 0.3], [0.3, 1.2]]), ("for the second data", [[0.7, -0.4], [-0.4, 3.0]])):
        x = rng.normal(size=(60, 2)) @ np.array([[1.0, 0.5], [0.0, 0.6]])
        places[name] = (x, x @ np.array(S) @ symplectic_matrix(2).T + 0.3 * rng.normal(size=x.shape))
    return Exercise(
        "a function (x, dx) of states and arrows, both of shape (states, 2), which returns the matrix B of shape (2, 2) with dx = x @ B",
        calls(places), right,
        [("transpose it: the page multiplies states by the matrix from the right",
          lambda x, dx: right(x, dx).T),
         ("this is the fit with four knobs, whose trace is free; a Hamiltonian law has no trace", four_knobs),
         ("this is the fit with four knobs, less its trace; the three remaining knobs need a fit of their own", without_trace),
         ("the motion runs backwards: the gradient is turned the wrong way", lambda x, dx: -right(x, dx)),
         ("this is the symmetric matrix of the energy; the law is its gradient, turned", shape),
         ("states and arrows are swapped in the fit", lambda x, dx: right(dx, x)),
         ("this has only two knobs: the energy may also contain the product of q and p",
          lambda x, dx: shape(x, dx, parts[[0, 2]]) @ symplectic_matrix(2).T),
         ("this is the symmetric part of the fit with four knobs: it is the matrix of the energy that is symmetric, not that of the law",
          lambda x, dx: (four_knobs(x, dx) + four_knobs(x, dx).T) / 2)], DIGITS[3])


@exercise("ex-wn-unblur")
def unblurred():
    """The state behind the blur: `unblurred(y, seen, sigma, width)`, the states behind y, shape (states, 2). Exercise `ex-wn-unblur`."""
    def shift(y, seen, width):           # of each state, towards the mean of the weighted ones, by a sum over them one by one
        weights = [np.exp(-np.sum((y - one) ** 2, axis=1, keepdims=True) / (2 * width**2)) for one in seen]
        return sum(w * (one - y) for w, one in zip(weights, seen, strict=True)) / sum(weights), sum(weights) / len(seen)

    def right(y, seen, sigma, width):
        return y + (sigma / width) ** 2 * shift(y, seen, width)[0]

    def farther(times):
        return lambda y, seen, sigma, width: y + times * (right(y, seen, sigma, width) - y)

    def over_all(y, seen, sigma, width):
        w = np.exp(-np.sum((y[:, None] - seen) ** 2, axis=2) / (2 * width**2))
        return y + (sigma / width) ** 2 * (w @ seen / w.sum() - y)

    def apart(y, seen, sigma, width):
        return np.hstack([right(y[:, [i]], seen[:, [i]], sigma, width) for i in (0, 1)])

    rng = np.random.default_rng(11)
    places = {name: (rng.normal(size=(7, 2)), rng.normal(size=(40, 2)), sigma, width)
              for name, sigma, width in (("for the first data", 0.3, 0.5), ("for the second data", 0.6, 0.4))}
    return Exercise(
        "a function (y, seen, sigma, width) of states and blurred states, both of shape (states, 2), and two numbers, "
        "which returns the states behind y",
        calls(places), right,
        [("this moves away from the blurred states: the gradient points towards where they are dense",
          lambda y, seen, sigma, width: 2 * y - right(y, seen, sigma, width)),
         ("this is the shift alone: add the state that was seen",
          lambda y, seen, sigma, width: right(y, seen, sigma, width) - y),
         ("this is the mean of the blurred states around each state: how far to go towards it depends on the noise",
          lambda y, seen, sigma, width: right(y, seen, width, width)),
         ("the gradient of a Gaussian's logarithm has the width in its denominator",
          lambda y, seen, sigma, width: right(y, seen, sigma * width, width)),
         ("Tweedie's formula has the square of the noise", lambda y, seen, sigma, width: right(y, seen, np.sqrt(sigma), width)),
         ("this is the gradient of the density: take that of its logarithm",
          lambda y, seen, sigma, width: y + (sigma / width) ** 2 * np.multiply(*shift(y, seen, width))),
         ("the exponent of a Gaussian has twice the square of its width",
          lambda y, seen, sigma, width: y + (sigma / width) ** 2 * shift(y, seen, width / np.sqrt(2))[0]),
         ("this goes twice as far as it should: look for a factor of two", farther(2.0)),
         ("this goes half as far as it should: look for a factor of two", farther(0.5)),
         ("the states are unchanged: add the shift", farther(0.0)),
         ("the weights are divided by their sum over all pairs: each y has a sum of its own", over_all),
         ("each coordinate was treated alone: the distance of two states has both", apart),
         ("noise and width are swapped", lambda y, seen, sigma, width: right(y, seen, width, sigma))], 1e-4)


@exercise("ex-rt-three")
def three_seeds():
    """Advantages by three seeds: `three_seeds(baseline, hnn)`, the smallest and the largest of all choices. Exercise `ex-rt-three`."""
    def over(mean, pick=combinations):
        def answer(baseline, hnn):
            means = [mean(np.array(baseline)[list(three)], np.array(hnn)[list(three)]) for three in pick(range(len(hnn)), 3)]
            return min(means), max(means)
        return answer

    def in_a_row(seeds, count):
        return [seeds[n:n + count] for n in range(len(seeds) - count + 1)]

    rng = np.random.default_rng(13)
    places = {name: tuple(np.exp(rng.normal(size=(2, seeds)))) for name, seeds in (("for five seeds", 5), ("for eight seeds", 8))}
    right = over(lambda b, h: np.exp(np.mean(np.log(b / h))))
    return Exercise(
        "a function (baseline, hnn) of two arrays of errors, one for each seed, which returns two numbers: the smallest and the largest advantage",
        calls(places), right,
        [("this is the HNN's error over the baseline's: an advantage is the other way round", over(lambda b, h: np.exp(np.mean(np.log(h / b))))),
         ("the largest comes first: the smallest is asked for first", lambda b, h: right(b, h)[::-1]),
         ("this is the arithmetic mean of the ratios: of ratios take the geometric one", over(lambda b, h: np.mean(b / h))),
         ("this is the ratio of two arithmetic means: take the ratio for each seed first", over(lambda b, h: np.mean(b) / np.mean(h))),
         ("this is the logarithm: undo it", over(lambda b, h: np.mean(np.log(b / h))), over(lambda b, h: np.mean(np.log10(b / h)))),
         ("these are neighbouring seeds only: take every choice of three", over(lambda b, h: np.exp(np.mean(np.log(b / h))), in_a_row)),
         ("baseline and HNN have different seeds here: choose the same three for both",
          lambda b, h: [np.exp(np.mean(np.log(np.sort(b)[ends] / np.sort(h)[::-1][ends]))) for ends in (slice(3), slice(-3, None))]),
         ("this is the median of the three ratios", over(lambda b, h: np.median(b / h))),
         ("a seed is chosen more than once, or alone: take three different ones",
          over(lambda b, h: np.exp(np.mean(np.log(b / h))), combinations_with_replacement)),
         ("this is the product of three ratios: take its cube root", over(lambda b, h: np.prod(b / h)))], 1e-5)


@exercise("ex-rp-code")
def friction_left_over():
    """Give the HNN its friction back: `friction_left_over(field, x, dx)`, the number gamma. Exercise `ex-rp-code`."""
    def field(x):
        return np.stack([1.1 * x[..., 1], -1.2 * np.sin(x[..., 0])], axis=-1)

    def right(field, x, dx):             # the least sum of squares, by trying
        def squares(gamma):
            return np.sum((dx - field(x) + gamma * x) ** 2)
        return scipy.optimize.minimize_scalar(squares, (0.0, 0.1), tol=1e-12).x

    def fit(field, x, dx, above=lambda x, r: np.sum(x * r), below=lambda x, r: np.sum(x**2)):
        r = dx - field(x)
        return -above(x, r) / below(x, r)

    rng = np.random.default_rng(6)
    places = {}
    for name, strength in (("for the first data", 0.09), ("for the second data", 0.31)):
        x = rng.normal(size=(200, 2)) * np.array([1.0, 1.4]) + np.array([0.5, 0.7])          # a free constant would show
        places[name] = (field, x, field(x) - strength * x * np.array([0.4, 1.0]) + 0.02 * rng.normal(size=x.shape))
    return Exercise(
        "a function (field, x, dx) of a model's field, states and slopes, both of shape (states, 2), which returns the number gamma",
        calls(places), right,
        [("the sign is wrong: a positive gamma takes energy away",
          lambda *data: -right(*data)),
         ("this is twice gamma, the friction itself; return gamma", lambda *data: 2 * right(*data)),
         ("this is half of gamma: a factor went missing", lambda *data: right(*data) / 2),
         ("only p was fitted, but gamma damps q as well",
          lambda *data: fit(*data, above=lambda x, r: np.sum(x[:, 1] * r[:, 1]), below=lambda x, r: np.sum(x[:, 1]**2))),
         ("only q was fitted, but gamma damps p as well",
          lambda *data: fit(*data, above=lambda x, r: np.sum(x[:, 0] * r[:, 0]), below=lambda x, r: np.sum(x[:, 0]**2))),
         ("this is a mean of two fits: fit both coordinates at once",
          lambda *data: fit(*data, above=lambda x, r: np.mean(np.sum(x * r, axis=0) / np.sum(x**2, axis=0)), below=lambda x, r: 1.0)),
         ("this fit has a constant beside gamma: friction vanishes with x",
          lambda *data: fit(*data, above=lambda x, r: np.mean((x - x.mean()) * r), below=lambda x, r: np.var(x)),
          lambda *data: fit(*data, above=lambda x, r: np.mean((x - x.mean(axis=0)) * r), below=lambda x, r: np.var(x, axis=0).mean())),
         ("a sum or mean of products still has the units of x squared: what does least squares divide it by?",
          *(lambda *data, below=below: fit(*data, below=below) for below in (lambda x, r: 1.0, lambda x, r: len(x), lambda x, r: x.size))),
         ("this fits the whole slopes: subtract what the model explains first", lambda field, x, dx: fit(lambda x: 0 * x, x, dx)),
         ("this fits x by the remainder: fit the remainder by x",
          lambda *data: 1 / fit(*data, below=lambda x, r: np.sum(r**2))),
         ("this divides by the squares of the remainder: divide by those of x, which gamma multiplies",
          lambda *data: fit(*data, below=lambda x, r: np.sum(r**2))),
         ("this is a mean of quotients, dominated by states near zero; least squares divides a sum by a sum",
          lambda *data: fit(*data, above=lambda x, r: np.mean(r / x), below=lambda x, r: 1.0))], DIGITS[3])


@exercise("ex-th-eight")
def figure_of_eight():
    """The figure of eight: `start`, the state (x_1..x_3, y_1..y_3, momenta alike), shape (12,). Exercise `ex-th-eight`."""
    place, speed = np.array([0.97000436, -0.24308753]), np.array([-0.93240737, -0.86473146])

    def state(q=(place, -place, 0 * place), v=(-speed / 2, -speed / 2, speed)):
        return np.concatenate([np.transpose(q).ravel(), np.transpose(v).ravel()])

    def look(start):
        start = numbers(start)
        if start.shape == (12,):         # the stars are alike: their order is free
            bodies = start.reshape(4, 3)
            start = bodies[:, np.lexsort(np.round(bodies[::-1], 6))].ravel()
        return {"for the state at the start": start}

    right = state()
    return Exercise(
        "the state at the start, an array of 12 numbers", look, right,
        [("the numbers come body by body: the order is all x, all y, then the momenta in the same way",
          right.reshape(2, 2, 3).transpose(0, 2, 1).ravel(), right.reshape(4, 3).T.ravel()),
         ("all three bodies move the same way: the total momentum should be zero", state(v=(speed / 2, speed / 2, speed))),
         ("bodies 1 and 2 are too fast: the two together balance body 3, so each takes half",
          state(v=(-speed, -speed, speed))),
         ("bodies 1 and 2 are at the same place: one should be opposite the other", state(q=(place, place, 0 * place))),
         ("bodies 1 and 2 have opposite velocities: both should move against body 3",
          state(v=(-speed / 2, speed / 2, speed))),
         ("body 3 does not move", state(v=(-speed / 2, -speed / 2, 0 * speed))),
         ("the eight runs backwards: every velocity has the wrong sign", state(v=(speed / 2, speed / 2, -speed))),
         ("positions and momenta are swapped: positions come first", np.roll(right, 6)),
         ("x and y are swapped", right.reshape(2, 2, 3)[:, ::-1].ravel()),
         ("one coordinate of the positions has the wrong sign", state(q=(place * [1, -1], -place * [1, -1], 0 * place)))])


@exercise("ex-px-decay")
def decayed_norms():
    """A law that decays away: `(with decay, without)`, the shares of its norm that the law keeps. Exercise `ex-px-decay`."""
    names = ("for the training with weight decay", "for the training without")

    def look(shares):                    # trainings differ: none, less than most, about all, more, many times
        shares = numbers(shares)
        if shares.shape != (2,):
            raise Unusable("there should be two numbers, the first for the training with weight decay")
        return dict(zip(names, np.digitize(shares, [0.03, 0.72, 1.25, 6.0])))

    return Exercise(
        "the two shares (with decay, without), norms after the training divided by those before", look, [0.35, 1.0],
        [("the training with decay comes first", [1.0, 0.35]),
         ("this is the share that is lost: return the share that is kept", [0.65, 0.0]),
         ("the quotient is upside down: divide the norm at the end by the norm at the start", [3.0, 1.0]),
         ("these are norms, squares or per cents: divide each norm by the norm at the start", [2.0, 7.0], [8.0, 20.0]),
         ("neither law has lost anything: were both models trained, one of them with `weight_decay`?", [1.0, 1.0]),
         ("both laws have shrunk: train one of them without `weight_decay`", [0.35, 0.35])])


@exercise("ex-et-swing")
def swing_torque():
    """A child on a swing: `torque(z)` of z = (q, p, ...), shape (..., coordinates) to (...). Exercise `ex-et-swing`."""
    rng = np.random.default_rng(8)
    z = np.stack([rng.uniform(-2, 2, 40), rng.choice([-1, 1], 40) * rng.uniform(0.8, 2, 40), *rng.uniform(0, 3, (2, 40))], axis=-1)
    size = 0.2

    def right(z):                        # what pushes the way the pendulum moves: the sign of dq/dt = dH/dp
        return size * np.sign(pendulum().field(z[..., :2])[..., 0])

    return Exercise(
        "a function (z) of states (q, p, time, work) in the last axis, which returns one torque for each state",
        calls({"for one state": (z[0],), "for forty states at once": (z,)}), right,
        [("this torque works against the motion: it brakes the swing", lambda z: -right(z)),
         ("this torque follows q, away from the bottom: it should follow the motion", lambda z: size * np.sign(z[..., 0])),
         ("this torque follows q, back to the bottom: it should follow the motion", lambda z: -size * np.sign(z[..., 0])),
         ("the direction is right, and the size is missing", lambda z: np.sign(z[..., 1])),
         ("this torque grows with the speed: the child pushes equally hard at any speed",
          lambda z: size * z[..., 1], lambda z: size * 2 * z[..., 1]),
         ("this torque never changes direction, but the pendulum does", lambda z: size + 0 * z[..., 1])], 1e-4)


@exercise("ex-et-swing")
def swing_way():
    """A child on a swing: the way in rad from rest at 0.5 rad to 5 J, a number. Exercise `ex-et-swing`."""
    H, torque = pendulum().hamiltonian, 0.2
    start, goal = H(np.array([0.5, 0.0])), 5.0

    def look(way):
        return {"for the way": numbers(way)}

    return Exercise(
        "the way in rad, one number", look, (goal - start) / torque,
        [("the pendulum already has some energy at half a radian", goal / torque),
         ("subtract the energy at the start: the child need not supply it", (goal + start) / torque),
         ("energy times torque: check the units", (goal - start) * torque),
         ("this is upside down: check the units", torque / (goal - start)),
         ("this is the energy that is missing, not the way", goal - start),
         ("this is in degrees: give it in rad", np.degrees((goal - start) / torque))], 1e-2)


@exercise("ex-sb-factor")
def all_factors():
    """The factor that you could have printed: `all_factors(baseline, hnn)`, one for each pair. Exercise `ex-sb-factor`."""
    def look(factors):
        parts = calls(places)(factors)
        return {place: np.sort(part.ravel()) for place, part in parts.items()}       # whatever way the table lies

    def right(baseline, hnn):
        return np.array([b / h for b in baseline for h in hnn])

    rng = np.random.default_rng(9)
    places = {"for ten and ten trainings": tuple(rng.lognormal(size=(2, 10))),
              "for four baselines and six HNNs": (rng.lognormal(size=4), rng.lognormal(size=6))}

    def of_equal_length(baseline, hnn):
        least = min(len(baseline), len(hnn))
        return baseline[:least], hnn[:least]

    def equal_seeds(baseline, hnn):
        baseline, hnn = of_equal_length(baseline, hnn)
        return baseline / hnn

    return Exercise(
        "a function (baseline, hnn) of two arrays of errors, which returns the factors of all pairs", look, right,
        [("the factors are upside down: above one, the HNN should be better", lambda baseline, hnn: 1 / right(baseline, hnn)),
         ("this pairs each baseline with one HNN only: every baseline meets every HNN", equal_seeds),
         ("these are differences, not factors", lambda baseline, hnn: baseline[:, None] - hnn),
         ("these are logarithms: return the factors themselves", lambda baseline, hnn: np.log(right(baseline, hnn)),
          lambda baseline, hnn: np.log10(right(baseline, hnn))),
         ("this is how far the factors reach: return all of them", lambda baseline, hnn: np.ptp(right(baseline, hnn)),
          lambda baseline, hnn: right(baseline, hnn).max() / right(baseline, hnn).min()),
         ("these are products, not factors", lambda baseline, hnn: baseline[:, None] * hnn),
         ("this is a factor of means or medians: every pair of networks has a factor of its own",
          lambda baseline, hnn: baseline.mean() / hnn.mean(), lambda baseline, hnn: np.median(baseline) / np.median(hnn),
          lambda baseline, hnn: baseline / hnn.mean()),
         ("these are only the smallest and the largest: return all of them", lambda baseline, hnn: right(baseline, hnn)[
             [np.argmin(right(baseline, hnn)), np.argmax(right(baseline, hnn))]])])
