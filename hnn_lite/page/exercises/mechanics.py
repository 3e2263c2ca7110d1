"""Checks of the code exercises of Part I: two joined pendulums, a tape that differentiates gravity, a method of order six."""

import functools

import autograd.numpy as np
from autograd import elementwise_grad, grad
from autograd.extend import defvjp, primitive
from autograd.tracer import getval, isbox

from hnn_lite.integrate import METHODS, solve_ivp
from hnn_lite.mechanics import apply_omega
from hnn_lite.page.exercises.check import call, calls, exercise, Exercise, numbers, Unusable


@exercise("ex-ps-code")
def pair_field():
    """Two pendulums joined by a spring: `pair_field(x)`, the law of motion, shape (..., 4) to (..., 4). Exercise `ex-ps-code`."""
    m, g, l, kappa = 0.5, 6.0, 1.0, 1.0

    def energy(x, spring=0.5 * kappa, inertia=2 * m * l**2, weight=m * g * l):
        q, p = x[..., :2], x[..., 2:]
        hung = np.sum(p**2 / inertia + weight * (1 - np.cos(q)), axis=-1)
        return hung + spring * (q[..., 0] - q[..., 1]) ** 2

    def right(x):                        # Hamilton's equations by differences of the energy
        nudges = 1e-5 * np.eye(4)
        return apply_omega(np.stack([energy(x + nudge) - energy(x - nudge) for nudge in nudges], axis=-1) / 2e-5)

    def slope(x, **other):
        return elementwise_grad(lambda x: energy(x, **other))(x)

    def one_after_the_other(x):
        order = [0, 2, 1, 3]
        return apply_omega(slope(x[..., order]))[..., order]

    def torques(x, gravity=m * g * l, shape=np.sin, second=1.0):
        """The law with gravity's torque written out, and the sign of the spring's on the second pendulum to choose."""
        law, spring = apply_omega(slope(x, weight=0.0)), kappa * (x[..., :1] - x[..., 1:2])
        return law - np.concatenate([0 * x[..., :2], gravity * shape(x[..., :2])], axis=-1) - (1 - second) * spring * np.eye(4)[3]

    def on_the_first_alone(x):
        joined, free = apply_omega(slope(x)), apply_omega(slope(x, spring=0.0))
        return np.concatenate([joined[..., :3], free[..., 3:]], axis=-1)

    def on_the_second_alone(x):
        return on_the_first_alone(x[..., [1, 0, 3, 2]])[..., [1, 0, 3, 2]]

    states = np.random.default_rng(1).uniform(-1.5, 1.5, (20, 4))
    return Exercise(
        "a function (x) of states (q_1, q_2, p_1, p_2) in the last axis, which returns dx/dt in the same shape",
        calls({"for one state": (states[0],), "for twenty states at once": (states,)}), right,
        [("this is the gradient of the energy: it has not been turned yet", slope),
         ("the motion runs backwards in time: both signs are wrong", lambda x: -right(x)),
         ("positions and momenta are swapped in the result: dq/dt comes first", lambda x: right(x)[..., [2, 3, 0, 1]]),
         ("this reads the state pendulum by pendulum: both positions come first, then both momenta", one_after_the_other),
         ("gravity pulls the pendulums upwards: check the sign of its torque", lambda x: apply_omega(slope(x, weight=-m * g * l))),
         ("gravity's torque is that of a cosine: it should vanish at the bottom", lambda x: torques(x, shape=np.cos),
          lambda x: torques(x, -m * g * l, np.cos)),
         ("gravity is missing: it has a torque of its own", lambda x: torques(x, 0.0)),
         ("gravity is too strong by a factor of two: compare with the law of one pendulum", lambda x: torques(x, 2 * m * g * l)),
         ("gravity is too weak by a factor of two: compare with the law of one pendulum", lambda x: torques(x, m * g * l / 2)),
         ("the spring pushes both pendulums the same way: its two torques are opposite", lambda x: torques(x, second=-1.0)),
         ("the pendulums move against their momenta: check the sign of dq/dt", lambda x: right(x) * np.array([-1, -1, 1, 1])),
         ("gravity has the slope of a straight line, as for small swings: keep the sine",
          lambda x: apply_omega(slope(x)) + np.concatenate([0 * x[..., :2], m * g * l * (np.sin(x[..., :2]) - x[..., :2])], axis=-1)),
         ("the spring drives the pendulums apart: check the sign of its torque", lambda x: apply_omega(slope(x, spring=-0.5 * kappa))),
         ("the spring is twice as strong as it should be: is the half in its energy still there?",
          lambda x: apply_omega(slope(x, spring=kappa))),
         ("the spring is half as strong as it should be: the slope of a square has a factor of two",
          lambda x: apply_omega(slope(x, spring=0.25 * kappa))),
         ("the pendulums don't feel each other: the spring is missing", lambda x: apply_omega(slope(x, spring=0.0))),
         ("the spring pulls on one pendulum only, but it has two ends", on_the_first_alone, on_the_second_alone),
         ("the pendulums are too slow for their momenta: the slope of a square has a factor of two",
          lambda x: apply_omega(slope(x, inertia=4 * m * l**2))),
         ("the pendulums are too fast for their momenta: is the half in the kinetic energy still there?",
          lambda x: apply_omega(slope(x, inertia=m * l**2)))], 1e-5)


@exercise("ex-ad-code")
def second_slopes():
    """Gravity on the tape: `second_slopes(place)`, the three second derivatives of -1/r, shape (3,) to (3,). Exercise `ex-ad-code`."""
    def potential(place):
        return -1 / np.sqrt(np.sum(place**2))

    def right(place):                    # second differences, with an error of fourth order
        h, weights = 2e-3, {-2: -1 / 12, -1: 4 / 3, 0: -5 / 2, 1: 4 / 3, 2: -1 / 12}
        return np.array([sum(w * potential(place + n * h * axis) for n, w in weights.items()) for axis in np.eye(3)]) / h**2

    def plain(value):                    # a number that no tape records
        return plain(getval(value)) if isbox(value) else value

    def by_rules(inverse=lambda y: -y * y, sqrt=lambda y: 1 / (2 * y), of=lambda s, inverse, sqrt: -inverse(sqrt(s))):
        """What a tape finds that has these rules for dy/da, functions of the result y."""
        functions = []
        for value, rule in ((lambda a: 1 / a, inverse), (np.sqrt, sqrt)):
            function = primitive(value)
            defvjp(function, lambda y, a, rule=rule: lambda g: g * rule(y))
            functions.append(function)

        def slope(place, axis):
            return grad(lambda place: of(np.sum(place**2), *functions))(place)[axis]
        return lambda place: np.array([grad(slope)(place, axis)[axis] for axis in range(3)])

    places = np.random.default_rng(2).normal(size=(3, 3))
    return Exercise(
        "a function (place) of the three coordinates, which returns the three second derivatives of the potential there",
        calls({f"at the {word} place": (place,) for word, place in zip(("first", "second", "third"), places)}), right,
        [("every sign is wrong: the potential of an attracting mass is negative", lambda place: -right(place)),
         ("these are the first derivatives: send each through the tape once more", lambda place: grad(potential)(place),
          lambda place: -grad(potential)(place)),
         ("this is the potential itself: return its second derivatives", lambda place: potential(place) + 0 * place, potential),
         ("return the three second derivatives, not their sum", lambda place: 0.0),
         ("this is another potential, with the square of the distance: is the root missing?",
          by_rules(of=lambda s, inverse, sqrt: -inverse(s))),
         ("this is another potential, with the distance in place of its inverse",
          by_rules(of=lambda s, inverse, sqrt: -sqrt(s))),
         ("check the sign in the rule of `inverse`: does 1/a grow when a grows?", by_rules(inverse=lambda y: y * y)),
         ("in the rule of `inverse` a power is missing: compare it with a difference quotient", by_rules(inverse=lambda y: -y)),
         ("in the rule of `sqrt` a factor is missing: compare it with a difference quotient", by_rules(sqrt=lambda y: 1 / y)),
         ("the rule of `sqrt` mixes up the number a and its root y",
          by_rules(sqrt=lambda y: 1 / (2 * y * y))),
         ("both rules use plain numbers, so their own slopes are lost: write them in tape operations",
          by_rules(lambda y: -plain(y) ** 2, lambda y: 1 / (2 * plain(y)))),
         ("the rule of `inverse` uses plain numbers, so its own slope is lost: write it in tape operations",
          by_rules(inverse=lambda y: -plain(y) ** 2)),
         ("the rule of `sqrt` uses plain numbers, so its own slope is lost: write it in tape operations",
          by_rules(sqrt=lambda y: 1 / (2 * plain(y))))], 1e-4)


@exercise("ex-int-code")
def sixth():
    """Order six: `sixth(field, x, dt)`, one step of the method, shape (..., dim) to (..., dim). Exercise `ex-int-code`."""
    start, counts = np.array([1.5, 1.0]), np.array([20, 25, 32, 40])

    def field(x):                        # the pendulum's
        return np.stack([2 * x[..., 1], -3 * np.sin(x[..., 0])], axis=-1)

    goal = solve_ivp(field, start, [0, 1], rtol=1e-13, atol=1e-15)[-1]

    def drift(x):                        # a free particle: it goes as far as the step is long
        return np.stack([x[..., 1], 0 * x[..., 1]], axis=-1)

    def look(step):
        if numbers(call(step, field, start, 0.05)).shape != start.shape:
            raise Unusable("a step should return a state of the same shape as the one it gets")
        ends = [functools.reduce(lambda x, _: numbers(call(step, field, x, 1 / n)), range(n), start) for n in counts]
        missed = np.linalg.norm(np.array(ends) - goal, axis=-1)
        slope = np.polyfit(np.log(1 / counts), np.log(np.maximum(missed, 1e-16)), 1)[0]
        far = numbers(call(step, drift, np.array([0.0, 1.0]), 0.1))[0]
        back = numbers(call(step, field, numbers(call(step, field, start, 0.3)), -0.3))
        return {"for the length of one step in all": far / 0.1, "for the order that the errors show": slope,
                "for the distance from the start after a step forward and one back": np.linalg.norm(back - start)}

    def raised(step, gamma, middle=lambda gamma: 1 - 2 * gamma):
        def higher(field, x, dt):
            for share in (gamma, middle(gamma), gamma):
                x = step(field, x, share * dt)
            return x
        return higher

    leapfrog, fourth = METHODS["leapfrog"], METHODS["yoshida4"]
    third, fifth = (1 / (2 - 2 ** (1 / power)) for power in (3, 5))
    return Exercise(
        "a function (field, x, dt), one step of the method, which returns the new state", look,
        {"for the length of one step in all": np.array(1.0), "for the order that the errors show": np.array(6.0),
         "for the distance from the start after a step forward and one back": np.array(0.0)},
        [("the order is still that of a Yoshida step: this gamma removes another power of the step than the first one",
          raised(fourth, third)),
         ("the order is still that of leapfrog: is it a Yoshida step that you raise?",
          raised(leapfrog, fifth)),
         ("this takes three whole steps: each part should be a share of dt", raised(fourth, 1.0, lambda gamma: 1.0)),
         ("the three parts don't add up to one step: check the length of the middle one", raised(fourth, fifth, lambda gamma: 1 - gamma)),
         ("the three parts don't add up to one step: check the sign of the middle one",
          raised(fourth, fifth, lambda gamma: 2 * gamma - 1)),
         ("the step goes back in time: dt should keep its sign", raised(lambda field, x, dt: fourth(field, x, -dt), fifth)),
         ("one of the three parts is missing", raised(fourth, fifth, lambda gamma: 0.0)),
         ("a step forward and one back don't cancel: raise a symmetric step",
          raised(raised(METHODS["symplectic_euler"], third), fifth))],
        {"for the length of one step in all": 1e-6, "for the order that the errors show": 0.05,
         "for the distance from the start after a step forward and one back": 1e-9})
