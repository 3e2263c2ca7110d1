"""Checks of the code exercises of Part III about predictions: jumps in time, and what they are compared with."""

from types import SimpleNamespace

import numpy as np
import scipy.linalg

from hnn_lite.data.trajectories import TrajectoryTask
from hnn_lite.mechanics import symplectic_matrix
from hnn_lite.models import LinearMap
from hnn_lite.page.exercises.check import calls, exercise, Exercise
from hnn_lite.systems import mass_spring

TOTALS = (np.linalg.norm, lambda gap: np.linalg.norm(gap, axis=-1).max(), lambda gap: np.abs(gap).mean(),
          lambda gap: np.abs(gap).sum(), lambda gap: np.mean(gap**2), lambda gap: np.sqrt(np.mean(gap**2)))


def _motions():
    """Motions of states (3, 2) that a model could have learned. None is exact: its gap would be rounding, another on every machine."""
    def leaning(x, t):                   # like a step of Euler: back is not the inverse of forth
        return x + t * (x @ symplectic_matrix(2).T) * np.array([1.0, 0.4])

    def clumsy(x, t):
        angle = 0.7 * t
        return x @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) + 0.1 * t**2 * np.array([1.0, -0.5])

    return {"for a motion that leans": leaning, "for a clumsy motion": clumsy}, \
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
        [("this never comes back: the second jump takes minus t", other(lambda advance, x, t: advance(advance(x, t), t))),
         ("this is the distance after the jump ahead: come back first", other(lambda advance, x, t: advance(x, t))),
         ("this jumps back from the start: begin the second jump where the first ended", other(lambda advance, x, t: advance(x, -t))),
         ("a gap may be negative: without an absolute value the largest is not the worst", other(home, np.max),
          other(home, lambda gap: -np.min(gap))),
         ("this is a mean, a sum or a norm over all coordinates: return the largest gap",
          *(other(home, measure) for measure in TOTALS)),
         ("these are the gaps of all coordinates: return the largest", other(home, lambda gap: gap), other(home, np.abs)),
         ("these are the states at the end: compare them with the start", home)])


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
        [("don't add the states of two jumps: begin the second jump where the first ended",
          other(lambda advance, x, s, t: advance(x, s + t) - advance(x, s) - advance(x, t))),
         ("the second jump begins at the start again: begin it where the first ended",
          other(lambda advance, x, s, t: advance(x, s + t) - advance(x, t))),
         ("a jump is missing: this compares the long jump with the first of the two",
          other(lambda advance, x, s, t: advance(x, s + t) - advance(x, s))),
         ("both short jumps have the length s: the second should have t",
          other(lambda advance, x, s, t: advance(x, s + t) - advance(advance(x, s), s))),
         ("the second jump goes back in time", other(lambda advance, x, s, t: advance(x, s + t) - advance(advance(x, s), -t))),
         ("a gap may be negative: without an absolute value the largest is not the worst", other(parted, np.max),
          other(parted, lambda gap: -np.min(gap))),
         ("this compares two orders of the short jumps: compare them with the long one",
          other(lambda advance, x, s, t: advance(advance(x, s), t) - advance(advance(x, t), s))),
         ("the long jump lasts for the sum of both times, not for their product",
          other(lambda advance, x, s, t: advance(x, s * t) - advance(advance(x, s), t))),
         ("this is a mean, a sum or a norm over all coordinates: return the largest gap",
          *(other(parted, measure) for measure in TOTALS)),
         ("these are the gaps of all coordinates: return the largest", other(parted, lambda gap: gap), other(parted, np.abs))])


@exercise("ex-as-code")
def beside_nothing():
    """A linear rival: `beside_nothing(task, jumps)`, its error over that of "nothing moves". Exercise `ex-as-code`."""
    def made(bend):
        """A task of twenty paths that turn, and turn more slowly the larger they are."""
        def paths(x0, times):            # shape (times, ..., 2)
            q, p = x0[..., 0], x0[..., 1] / 0.7
            size = np.hypot(q, p)
            angles = np.arctan2(q, p) + np.multiply.outer(times, 1 - bend * size)
            return np.stack([size * np.sin(angles), 0.7 * size * np.cos(angles)], axis=-1)

        rng = np.random.default_rng(13)
        size, phase = rng.uniform(0.5, 2, 20), rng.uniform(0, 2 * np.pi, 20)
        x = np.swapaxes(paths(np.stack([size * np.sin(phase), 0.7 * size * np.cos(phase)], axis=-1), 0.5 * np.arange(30)), 0, 1)
        return TrajectoryTask("made up", mass_spring(), SimpleNamespace(rollout=paths), x[:12], x[12:], dt=0.5, period=2 * np.pi)

    def linear(task, jumps):
        return task.error_by_jump(LinearMap(task).advance, jumps)

    def right(task, jumps):              # the map fitted by the normal equations, and walked step by step
        x, truth = task.starts(), task.truth(task.starts(), jumps)
        now, then = (np.insert(part.reshape(-1, 2), 2, 1, axis=-1) for part in (task.x[:, :-1], task.x[:, 1:]))
        M = np.linalg.solve(now.T @ now, now.T @ then[:, :2])
        shares = []
        for number, jump in enumerate(jumps):
            state = x
            for _ in range(jump):
                state = np.insert(state, 2, 1, axis=-1) @ M
            error, still = (np.mean(((guess - truth[number]) / task.scale) ** 2, axis=-1) for guess in (state, x))
            shares.append(np.median(error) / np.mean(still))
        return np.array(shares)

    def shares(above=lambda e: np.median(e, axis=1), below=lambda e: np.mean(e, axis=1)):
        return lambda task, jumps: above(linear(task, jumps)) / below(task.persistence(jumps))

    return Exercise(
        "a function (task, jumps), which returns for each jump the median of the linear map's errors over the mean of those of "
        "nothing moves",
        calls({"for a task that is nearly linear": (made(0.02), (1, 4, 9)), "for a task that is bent": (made(0.25), (2, 10))}), right,
        [("the quotient is upside down: below one, the linear map should be the better",
          lambda task, jumps: 1 / shares()(task, jumps)),
         ("this is a difference: divide instead",
          lambda task, jumps: np.median(linear(task, jumps), axis=1) - task.persistence(jumps).mean(axis=1)),
         ("these are the linear map's errors alone: divide by those of nothing moves", shares(below=lambda e: 1.0)),
         ("this compares nothing moves with itself",
          lambda task, jumps: np.median(task.persistence(jumps), axis=1) / task.persistence(jumps).mean(axis=1)),
         ("this is the mean of the map's errors, dominated by a few large ones: take their median",
          shares(above=lambda e: np.mean(e, axis=1))),
         ("take the mean, not the median, of the errors of nothing moves", shares(below=lambda e: np.median(e, axis=1))),
         ("median and mean are swapped", shares(lambda e: np.mean(e, axis=1), lambda e: np.median(e, axis=1))),
         ("the median runs over the jumps: it should run over the starts",
          shares(lambda e: np.median(e, axis=0), lambda e: np.mean(e, axis=0))),
         ("this is one number for all jumps: each jump has its own", shares(np.median, np.mean)),
         ("there is a number for each start: take median and mean before you divide", shares(lambda e: e, lambda e: e)),
         ("this is a median of quotients: divide the median by the mean",
          lambda task, jumps: np.median(linear(task, jumps) / task.persistence(jumps), axis=1)),
         ("nothing moves has errors of its own for each jump: take their mean jump by jump", shares(below=np.mean)),
         ("these are square roots: leave the errors squared", lambda task, jumps: np.sqrt(shares()(task, jumps)),
          shares(lambda e: np.median(np.sqrt(e), axis=1), lambda e: np.mean(np.sqrt(e), axis=1)))], 1e-5)


class _Spiral:
    """A model of two oscillators in actions and angles, whose frequencies fall with the action."""

    def encode(self, x):
        q, p = np.split(np.asarray(x), 2, axis=-1)
        return (q**2 + p**2) / 2, np.arctan2(q, p)

    def decode(self, actions, angles):
        size = np.sqrt(2 * np.asarray(actions))
        return np.concatenate([size * np.sin(angles), size * np.cos(angles)], axis=-1)

    def frequencies(self, actions):
        return np.array([1.0, 1.7]) - 0.2 * np.asarray(actions)

    def advance(self, x, t):
        actions, angles = self.encode(x)
        return self.decode(actions, angles + self.frequencies(actions) * t)

    def rollout(self, x0, t):
        return np.stack([self.advance(x0, one - t[0]) for one in t])


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
        [("the actions fall like an amplitude: an action is the square of one, so a factor of two is missing",
          other(lambda I, g, t: I * np.exp(-g * t))),
         ("the actions grow: check the sign in the exponent", other(lambda I, g, t: I * np.exp(2 * g * t))),
         ("there is no friction yet: the actions stay", other(lambda I, g, t: I)),
         ("the actions fall too fast: is the factor of two there twice?", other(lambda I, g, t: I * np.exp(-4 * g * t))),
         ("the actions fall along a straight line: they lose the same share in every second",
          other(lambda I, g, t: I * (1 - 2 * g * t))),
         ("this takes one gamma for all: each action has its own", lambda model, gamma, *rest: right(model, np.full(2, gamma.mean()), *rest),
          *(lambda model, gamma, *rest, n=n: right(model, gamma[[n, n]], *rest) for n in (0, 1))),
         ("each gamma damps the other action: exchange them", lambda model, gamma, *rest: right(model, gamma[::-1], *rest)),
         ("the angles fall as well: friction changes the actions alone",
          other(angles=lambda a, w, g, t: (a + w * t) * np.exp(-2 * g * t))),
         ("the angles run backwards", other(angles=lambda a, w, g, t: a - w * t)),
         ("the angles stand still: they grow by frequency times time", other(angles=lambda a, w, g, t: a)),
         ("the angles don't begin at those of the start", other(angles=lambda a, w, g, t: w * t)),
         ("these are the frequencies of the reduced actions: use those at the start", at_sunk_actions),
         ("actions and angles are swapped: `encode` returns the actions first", exchanged),
         ("this is the last state only: return the states at all times", lambda *data: right(*data)[-1]),
         ("the times should run along the first axis", lambda *data: np.swapaxes(right(*data), 0, 1))])


@exercise("ex-sw-code")
def bend():
    """Straight or bent: `bend(move, x)`, the share of a shear's movement that no affine map explains. Exercise `ex-sw-code`."""
    def split(move, x, centred=True):
        """The movement, and what the best affine (or linear) map leaves of it, by the normal equations of what is left after the means."""
        y = move(x)
        a, b = (x - x.mean(axis=0), y - y.mean(axis=0)) if centred else (x, y)
        return b, b - a @ np.linalg.solve(a.T @ a, a.T @ b)

    def size(part):
        return np.sqrt(np.mean(part**2))

    def other(answer, centred=True):
        return lambda move, x: answer(*split(move, x, centred), x)

    rng = np.random.default_rng(21)
    x, K = rng.normal(size=(60, 2)), rng.normal(size=(2, 3))
    moves = {"for a bent shear": lambda x: np.tanh(x @ K + 0.4) @ K.T,
             "for a nearly straight one": lambda x: 0.3 * x + 0.7 + 0.02 * np.sin(x @ K) @ K.T,
             "for a larger one": lambda x: 5 * np.cos(x) - 2}
    return Exercise(
        "a function (move, x), with move(x) the movement of the states x, shape (points, n), which returns one number",
        calls({place: (move, x) for place, move in moves.items()}), other(lambda all_, left, x: size(left) / size(all_)),
        [("the map has no constant: an affine map has one", other(lambda all_, left, x: size(left) / size(all_ - all_.mean(axis=0)), centred=False),
          other(lambda all_, left, x: size(left) / size(all_), centred=False)),
         ("this is a ratio of squares: take its root", other(lambda all_, left, x: np.mean(left**2) / np.mean(all_**2))),
         ("this is what is left, not yet divided by the size of the movement", other(lambda all_, left, x: size(left)),
          other(lambda all_, left, x: np.mean(left**2))),
         ("divide by the movement's spread: its mean is no movement that bends", lambda move, x: size(split(move, x)[1]) / size(move(x))),
         ("divide by the spread of the movement, not by that of the states", other(lambda all_, left, x: size(left) / size(x - x.mean(axis=0)))),
         ("this is the share that the affine map explains: return the rest", other(lambda all_, left, x: size(all_ - left) / size(all_)),
          other(lambda all_, left, x: 1 - size(left) / size(all_)), other(lambda all_, left, x: 1 - np.mean(left**2) / np.mean(all_**2))),
         ("these are the largest values: take root mean squares", other(lambda all_, left, x: abs(left).max() / abs(all_).max())),
         ("all coordinates share one mean here: each coordinate has its own", lambda move, x: size(split(move, x)[1]) / np.std(move(x))),
         ("this is a mean of quotients: divide one root mean square over all coordinates by the other",
          other(lambda all_, left, x: np.mean(np.std(left, axis=0) / np.std(all_, axis=0)))),
         ("this is upside down", other(lambda all_, left, x: size(all_) / size(left)))])
