"""Checks of the code exercises of Part III that are about predictions: jumps in time, and what they are compared with."""

from types import SimpleNamespace

import numpy as np
import scipy.linalg

from hnn_lite.mechanics import symplectic_matrix
from hnn_lite.page.exercises.check import calls, exercise, Exercise
from hnn_lite.models import LinearMap


def _motions():
    """Motions of states (3, 2) that a model could claim: a turn, a slow spiral, and one that is not even a flow."""
    def turn(x, t):
        angle = 0.7 * t
        return x @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    def leaning(x, t):                   # like a step of Euler: back is not the inverse of forth
        return x + t * (x @ symplectic_matrix(2).T) * np.array([1.0, 0.4])

    def clumsy(x, t):
        return turn(x, t) + 0.1 * t**2 * np.array([1.0, -0.5])

    return {"for an exact motion": turn, "for a motion that leans": leaning, "for a clumsy motion": clumsy}, \
        np.array([[-0.8, 1.3], [1.1, 0.2], [0.4, -1.9]])


@exercise("ex-aa-code")
def there_and_back():
    """Backwards in time: `there_and_back(advance, x, t)`, the largest distance from the start in a coordinate. Exercise `ex-aa-code`."""
    motions, x = _motions()

    def right(advance, x, t):
        last = advance(advance(x, t), -t)
        return max(abs(a - b) for a, b in zip(last.ravel(), x.ravel()))

    def other(last, measure=lambda gap: np.abs(gap).max()):
        return lambda advance, x, t: measure(last(advance, x, t) - x)

    def home(advance, x, t):
        return advance(advance(x, t), -t)

    return Exercise(
        "a function (advance, x, t), with advance(x, t) the states a time t later, which returns the largest gap in any coordinate",
        calls({place: (motion, x, 0.9) for place, motion in motions.items()}), right,
        [("this never comes back: the second jump needs the opposite time", other(lambda advance, x, t: advance(advance(x, t), t))),
         ("this is the distance after the way there; come back first", other(lambda advance, x, t: advance(x, t))),
         ("this jumps back from the start: the second jump begins where the first one ended", other(lambda advance, x, t: advance(x, -t))),
         ("a gap may be negative: without an absolute value the largest is not the worst", other(home, np.max)),
         ("this is a mean, which hides the worst coordinate", other(home, lambda gap: np.abs(gap).mean())),
         ("this is a sum over all coordinates; the largest gap is asked for", other(home, lambda gap: np.abs(gap).sum())),
         ("this is a mean square; the largest gap is asked for", other(home, lambda gap: np.mean(gap**2))),
         ("this is the norm over all states together; the largest gap in a coordinate is asked for", other(home, np.linalg.norm)),
         ("these are the final states; compare them with the start", home)], 1e-9)


@exercise("ex-aa-code")
def two_jumps():
    """Backwards in time: `two_jumps(advance, x, s, t)`, the gap between one jump and two. Exercise `ex-aa-code`."""
    motions, x = _motions()

    def right(advance, x, s, t):
        gaps = advance(x, s + t) - advance(advance(x, s), t)
        return max(gaps.max(), -gaps.min())

    def other(gap, measure=lambda gap: np.abs(gap).max()):
        return lambda advance, x, s, t: measure(gap(advance, x, s, t))

    def parted(advance, x, s, t):
        return advance(x, s + t) - advance(advance(x, s), t)

    return Exercise(
        "a function (advance, x, s, t), which returns the largest gap between a jump of s + t and a jump of s followed by one of t",
        calls({place: (motion, x, 0.9, 0.4) for place, motion in motions.items()}), right,
        [("states do not add up, jumps do: the second jump begins where the first one ended",
          other(lambda advance, x, s, t: advance(x, s + t) - advance(x, s) - advance(x, t))),
         ("the second jump begins at the start again; it has to begin where the first one ended",
          other(lambda advance, x, s, t: advance(x, s + t) - advance(x, t))),
         ("one jump is missing: the long one is compared with the first part alone",
          other(lambda advance, x, s, t: advance(x, s + t) - advance(x, s))),
         ("both parts have the same length here", other(lambda advance, x, s, t: advance(x, s + t) - advance(advance(x, s), s))),
         ("the second part goes back", other(lambda advance, x, s, t: advance(x, s + t) - advance(advance(x, s), -t))),
         ("a gap may be negative: without an absolute value the largest is not the worst", other(parted, np.max)),
         ("this is a mean, which hides the worst coordinate", other(parted, lambda gap: np.abs(gap).mean())),
         ("this is a sum over all coordinates; the largest gap is asked for", other(parted, lambda gap: np.abs(gap).sum())),
         ("these are gaps, coordinate by coordinate; the largest is asked for", other(parted, lambda gap: gap))], 1e-9)


@exercise("ex-as-code")
def beside_nothing():
    """A linear rival: `beside_nothing(task, jumps)`, its error over that of "nothing moves". Exercise `ex-as-code`."""
    def errors(task, predict, jumps):
        truth = np.stack([task.test_x[:, jump] for jump in jumps])
        return np.mean(((predict - truth) / task.scale) ** 2, axis=-1)

    def made(bend):
        """A task with what a TorusTask offers, of twenty paths that turn and, with their size, turn faster."""
        rng = np.random.default_rng(13)
        size, phase = rng.uniform(0.5, 2, (20, 1)), rng.uniform(0, 2 * np.pi, (20, 1))
        angle = phase + (1 - bend * size) * 0.5 * np.arange(30)
        x = np.stack([size * np.sin(angle), 0.7 * size * np.cos(angle)], axis=-1)
        task = SimpleNamespace(x=x[:12], test_x=x[12:], dt=0.5, scale=np.std(x[:12], axis=(0, 1)))
        start = task.test_x[:, 0]
        task.error_by_jump = lambda advance, jumps, starts=8: errors(
            task, np.stack([advance(start, jump * task.dt) for jump in jumps]), jumps)
        task.persistence = lambda jumps, starts=8: errors(task, np.stack([start] * len(jumps)), jumps)
        return task

    def linear(task, jumps):
        return task.error_by_jump(LinearMap(task).advance, jumps)

    def right(task, jumps):              # the map fitted by the normal equations, and walked step by step
        x, still = task.test_x[:, 0], task.persistence(jumps)
        now, then = (np.insert(part.reshape(-1, 2), 2, 1, axis=-1) for part in (task.x[:, :-1], task.x[:, 1:]))
        M = np.linalg.solve(now.T @ now, now.T @ then[:, :2])
        shares = []
        for number, jump in enumerate(jumps):
            state = x
            for _ in range(jump):
                state = np.insert(state, 2, 1, axis=-1) @ M
            error = np.mean(((state - task.test_x[:, jump]) / task.scale) ** 2, axis=-1)
            shares.append(np.median(error) / np.mean(still[number]))
        return np.array(shares)

    def shares(above=lambda e: np.median(e, axis=1), below=lambda e: np.mean(e, axis=1)):
        return lambda task, jumps: above(linear(task, jumps)) / below(task.persistence(jumps))

    return Exercise(
        "a function (task, jumps), which returns for each jump the median of the linear map's errors over the mean of those of "
        "nothing moves",
        calls({"for a task that is nearly linear": (made(0.02), (1, 4, 9)), "for a task that is bent": (made(0.25), (2, 10))}), right,
        [("the quotient is upside down: below one, the linear map should be useful",
          lambda task, jumps: 1 / shares()(task, jumps)),
         ("this is a difference, and a share is asked for",
          lambda task, jumps: np.median(linear(task, jumps), axis=1) - task.persistence(jumps).mean(axis=1)),
         ("these are the linear map's errors alone: put them beside those of nothing moves", shares(below=lambda e: 1.0)),
         ("this is nothing moves beside itself",
          lambda task, jumps: np.median(task.persistence(jumps), axis=1) / task.persistence(jumps).mean(axis=1)),
         ("the map's errors are averaged here; a few large ones then decide, so take their median",
          shares(above=lambda e: np.mean(e, axis=1))),
         ("the errors of nothing moves have to be averaged; they have no outliers to fear", shares(below=lambda e: np.median(e, axis=1))),
         ("median and mean have changed places", shares(lambda e: np.mean(e, axis=1), lambda e: np.median(e, axis=1))),
         ("the median runs over the jumps here, and it has to run over the starts",
          shares(lambda e: np.median(e, axis=0), lambda e: np.mean(e, axis=0))),
         ("there is one number for all jumps here; each jump has its own", shares(np.median, np.mean)),
         ("there is a number for each start here: take median and mean before you divide", shares(lambda e: e, lambda e: e)),
         ("these are roots of the errors; the errors are squares and stay so", lambda task, jumps: np.sqrt(shares()(task, jumps)))], 1e-5)


class _Spiral:
    """Two oscillators in actions and angles, frequencies that fall with the action, as a model would offer them."""

    def encode(self, x):
        q, p = x[..., :2], x[..., 2:]
        return (q**2 + p**2) / 2, np.arctan2(q, p)

    def decode(self, actions, angles):
        size = np.sqrt(2 * actions)
        return np.concatenate([size * np.sin(angles), size * np.cos(angles)], axis=-1)

    def frequencies(self, actions):
        return np.array([1.0, 1.7]) - 0.2 * actions


@exercise("ex-ar-friction")
def damped():
    """Friction for the network: `damped(model, gamma, x0, times)`, the path, shape (times, ..., dim). Exercise `ex-ar-friction`."""
    model, gamma = _Spiral(), np.array([0.05, 0.11])
    x0, times = np.random.default_rng(16).uniform(0.3, 1.2, (5, 4)), np.linspace(0, 4, 7)

    def right(model, gamma, x0, times):
        """A linear spiral for each start: each pair turns with the frequency at the start while it shrinks."""
        turning = model.frequencies(model.encode(x0)[0])
        paths = []
        for start, (first, second) in zip(x0, turning):
            law = np.zeros((4, 4))
            for pair, frequency in enumerate((first, second)):
                law[np.ix_([pair, pair + 2], [pair, pair + 2])] = frequency * symplectic_matrix(2) - gamma[pair] * np.eye(2)
            paths.append([scipy.linalg.expm(law * t) @ start for t in times])
        return np.swapaxes(paths, 0, 1)

    def other(actions=lambda I, g, t: I * np.exp(-2 * g * t), angles=lambda a, w, g, t: a + w * t):
        def answer(model, gamma, x0, times):
            I, a = model.encode(x0)
            w = model.frequencies(I)
            return np.stack([model.decode(actions(I, gamma, t), angles(a, w, gamma, t)) for t in times])
        return answer

    def at_sunk_actions(model, gamma, x0, times):
        I, a = model.encode(x0)
        sunk = [I * np.exp(-2 * gamma * t) for t in times]
        return np.stack([model.decode(J, a + model.frequencies(J) * t) for J, t in zip(sunk, times)])

    def exchanged(model, gamma, x0, times):
        a, I = model.encode(x0)
        return np.stack([model.decode(I * np.exp(-2 * gamma * t), a + model.frequencies(I) * t) for t in times])

    return Exercise(
        "a function (model, gamma, x0, times) with one gamma for each action, which returns the states at all times, "
        "shape (times, ..., dim)",
        calls({"for five starts and seven times": (model, gamma, x0, times)}), right,
        [("the actions sink at the rate of an amplitude, and an action is the square of one: a factor is missing",
          other(lambda I, g, t: I * np.exp(-g * t))),
         ("the actions grow: look at the sign in the exponent", other(lambda I, g, t: I * np.exp(2 * g * t))),
         ("there is no friction yet: the actions stay", other(lambda I, g, t: I)),
         ("the actions sink too fast: is the factor there twice?", other(lambda I, g, t: I * np.exp(-4 * g * t))),
         ("the actions sink in a straight line, and the same share of them is lost in each second",
          other(lambda I, g, t: I * (1 - 2 * g * t))),
         ("the angles sink as well: friction takes from the actions alone",
          other(angles=lambda a, w, g, t: (a + w * t) * np.exp(-2 * g * t))),
         ("the angles run backwards", other(angles=lambda a, w, g, t: a - w * t)),
         ("the angles stand still: time enters there, too", other(angles=lambda a, w, g, t: a)),
         ("the angles do not begin at those of the start", other(angles=lambda a, w, g, t: w * t)),
         ("the frequencies are those of the sunken actions; take those that belong to the start", at_sunk_actions),
         ("actions and angles have changed places: `encode` returns the actions first", exchanged),
         ("only the last time is returned; all are asked for", lambda *data: right(*data)[-1]),
         ("the times belong into the first axis", lambda *data: np.swapaxes(right(*data), 0, 1))])
