"""Checks of the two exercises of Part II that ask for a model which knows a symmetry."""

import autograd.numpy as np

from hnn_lite.mechanics import symplectic_matrix
from hnn_lite.models import HNN
from hnn_lite.networks import init_mlp
from hnn_lite.page.exercises.check import Exercise, exercise, numbers, Unusable


class _Reading(HNN):
    """An HNN that reads functions of the state: `features` maps x to a list of arrays, one number less deep than x."""

    def __init__(self, dim, features):
        super().__init__(dim, seed=4, hidden=(8, 8))
        self.features, inputs = features, len(features(np.zeros(dim)))
        self.params = init_mlp((inputs, 8, 8, 1), 4)

    def energy(self, params, x):
        return super().energy(params, np.stack(self.features(x), axis=-1))


def _law(model, x):
    """H at some states, and by how much the field misses the turned slope of H; `Unusable` for what is no model."""
    if isinstance(model, type) or not (hasattr(model, "hamiltonian") and hasattr(model, "field")):
        raise Unusable("pass a model, made by calling your class")
    try:
        H, field = model.hamiltonian(x), numbers(model.field(x))
        nudges = 1e-4 * np.eye(x.shape[-1])
        slopes = np.stack([model.hamiltonian(x + nudge) - model.hamiltonian(x - nudge) for nudge in nudges], axis=-1) / 2e-4
    except Exception as error:
        raise Unusable(f"the model's energy or field cannot be evaluated, {type(error).__name__}: {str(error)[:100]}") from None
    if np.shape(H) != x.shape[:-1]:
        raise Unusable("the model's energy should be one number for each state")
    turned = slopes @ symplectic_matrix(x.shape[-1]).T
    return np.abs(field - turned).max() > 1e-4 * (np.abs(turned).max() + 1e-12)


def _changes(model, x, changed, spread):
    """Whether the model's energy differs at the changed states, measured by how much it varies elsewhere."""
    return np.abs(model.hamiltonian(changed) - model.hamiltonian(x)).max() > 1e-7 * spread


@exercise("ex-pd-angle")
def on_cylinder():
    """An angle that knows that it is one: a model with `hamiltonian(x)` and `field(x)`, made from your class. Exercise `ex-pd-angle`."""
    x = np.random.default_rng(5).uniform(-2, 2, (30, 2))
    q, p = x.T

    def look(model):
        off = _law(model, x)
        states = {"for a whole turn of q": (q + 2 * np.pi, p), "for two turns of q": (q + 4 * np.pi, p),
                  "for half a turn of q": (q + np.pi, p), "for the mirrored q": (-q, p), "for q seen from the top": (np.pi - q, p),
                  "for another p": (q, p + 2 * np.pi), "for the opposite p": (q, -p)}
        spread = np.ptp(model.hamiltonian(x))
        found = {place: _changes(model, x, np.stack(state, axis=-1), spread) for place, state in states.items()}
        turn = model.hamiltonian(np.stack(np.broadcast_arrays(np.linspace(-7, 7, 20001), 0.4), axis=-1))
        found["for neighbouring angles, where the energy jumps"] = np.abs(np.diff(turn)).max() > 0.01 * np.ptp(turn)
        return found | {"for the field, compared with the turned slopes of the energy": off}

    class Unturned(_Reading):
        def apply(self, params, x):
            return super().apply(params, x) @ symplectic_matrix(2)

    def reading(*features, kind=_Reading):
        return kind(2, lambda x: [feature(x[..., 0], x[..., 1]) for feature in features])

    def only_p(q, p):
        return p

    cos, sin = (lambda q, p: np.cos(q)), (lambda q, p: np.sin(q))
    return Exercise(
        "a model made from your class, such as OnCylinder(seed=0)", look, reading(cos, sin, only_p),
        [("a whole turn changes the energy: the network reads the angle as a number", reading(lambda q, p: q, only_p)),
         ("the energy jumps where the angle is wrapped: feed cosine and sine instead", reading(lambda q, p: np.mod(q, 2 * np.pi), only_p),
          reading(lambda q, p: np.mod(q + np.pi, 2 * np.pi) - np.pi, only_p)),
         ("half the angle is read, which takes two turns to come back: feed cosine and sine of the whole one",
          reading(lambda q, p: np.cos(q / 2), lambda q, p: np.sin(q / 2), only_p)),
         ("half a turn looks like none to the network: feed cosine and sine of the angle itself",
          reading(lambda q, p: np.cos(2 * q), lambda q, p: np.sin(2 * q), only_p)),
         ("q and minus q look the same to the network: it needs the sine as well", reading(cos, only_p)),
         ("the bottom and the top look the same to the network: it needs the cosine as well",
          reading(sin, only_p)),
         ("p is read as an angle, but it is a number", reading(cos, sin, lambda q, p: np.cos(p), lambda q, p: np.sin(p))),
         ("the network doesn't read p", reading(cos, sin)),
         ("the network cannot tell p from its opposite: feed p itself", reading(cos, sin, lambda q, p: p**2)),
         ("p is read as an angle and q as a number: they are swapped",
          reading(lambda q, p: q, lambda q, p: np.cos(p), lambda q, p: np.sin(p))),
         ("the field is not the turned gradient in (q, p): define `energy` alone, and the field follows",
          reading(cos, sin, only_p, kind=Unturned))])


@exercise("ex-tb-turn")
def turnable():
    """An energy that cannot be turned: a model of (x, y, p_x, p_y), made from your class. Exercise `ex-tb-turn`."""
    x = np.random.default_rng(7).normal(size=(30, 4))
    r, p = x[:, :2], x[:, 2:]
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])

    def look(model):
        off = _law(model, x)
        states = {"for both arrows turned alike": (r @ turn, p @ turn),
                  "for one arrow turned": (r @ turn, p), "for the opposite p": (r, -p),
                  "for another p with the same angular momentum": (r, p + 0.6 * r), "for another r with the same angular momentum": (r + 0.6 * p, p)}
        spread = np.ptp(model.hamiltonian(x))
        found = {place: _changes(model, x, np.hstack(state), spread) for place, state in states.items()}
        across = np.stack([r[:, 1], -r[:, 0]], axis=-1)          # at right angles to r, so that r.p stays zero
        for place, state in {"for a longer r": (1.5 * r, across), "for a longer p": (r, 1.5 * across),
                             "for a longer r and a shorter p": (1.5 * r, across / 1.5)}.items():
            found[place] = _changes(model, np.hstack([r, across]), np.hstack(state), spread)
        return found | {"for the field, compared with the turned slopes of the energy": off}

    def reading(*features):
        return _Reading(4, lambda x: [feature(x[..., :2], x[..., 2:]) for feature in features])

    def length(r, p):
        return np.sqrt(np.sum(r**2, axis=-1))

    def speed(r, p):
        return np.sum(p**2, axis=-1)

    def along(r, p):
        return np.sum(r * p, axis=-1)

    def spin(r, p):
        return r[..., 0] * p[..., 1] - r[..., 1] * p[..., 0]

    components = [lambda r, p, i=i: r[..., i] for i in (0, 1)] + [lambda r, p, i=i: p[..., i] for i in (0, 1)]
    return Exercise(
        "a model made from your class, such as Turnable(seed=0)", look, reading(length, speed, along),
        [("turning both arrows changes the energy: the network reads a component", reading(*components)),
         ("the network sees both lengths, but not the angle between the arrows", reading(length, speed)),
         ("the network cannot tell p from its opposite: one of its inputs has lost its sign",
          reading(length, speed, lambda r, p: along(r, p) ** 2)),
         ("the network doesn't see the length of r", reading(speed, along)),
         ("the network doesn't see the length of p", reading(length, along)),
         ("the network sees only the product of the arrows: it needs their lengths as well", reading(along), reading(spin)),
         ("the network doesn't see how fast r grows: it needs the part of p along r as well", reading(length, spin)),
         ("the network sees p and the angular momentum, but not where on its line the body is: it needs r as well", reading(speed, spin))])
