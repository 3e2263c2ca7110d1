"""Checks of the code exercises of the Workshop: a gradient by hand, and a training that stops itself."""

from types import SimpleNamespace

import autograd.numpy as np
from autograd import elementwise_grad, value_and_grad
from autograd.extend import defvjp, primitive

from hnn_lite.page.exercises.check import call, exercise, Exercise, numbers
from hnn_lite.networks import init_mlp
from hnn_lite.tree import ravel


@exercise("ex-ft-code")
def loss_and_gradient_sin():
    """Another activation: `loss_and_gradient_sin(params, x, t)`, the loss and the slopes of all parameters. Exercise `ex-ft-code`."""
    rng = np.random.default_rng(18)
    params = [tuple(1.5 * part for part in layer) for layer in init_mlp((2, 6, 5, 1), 18)]
    x, t = 2 * rng.normal(size=(40, 2)), rng.normal(size=(40, 2))

    def look(answer):
        loss, gradient = call(answer, params, x, t)
        return {"for the loss": numbers(loss), "for the slopes of the parameters": numbers(ravel(gradient))}

    def by_autograd(sigma, measure=np.mean, residual=lambda g, t: g - t):
        def energy(params, x):
            *hidden, (w,) = params
            for W, b in hidden:
                x = sigma(x @ W + b)
            return (x @ w)[..., 0]

        def loss(params, x, t):
            return measure(residual(elementwise_grad(energy, 1)(params, x), t) ** 2)
        return value_and_grad(loss)

    def sine(slope=np.cos, bend=lambda a: -np.sin(a)):
        """The sine with other rules: what by-hand passes find that have this slope and this bend."""
        first, second = primitive(np.sin), primitive(slope)
        defvjp(first, lambda h, a: lambda g: g * second(a))
        defvjp(second, lambda s, a: lambda g: g * bend(a))
        return first

    def scaled(loss=1.0, gradient=1.0):
        def answer(*data):
            value, slopes = by_autograd(np.sin)(*data)
            return loss * value, [tuple(gradient * part for part in layer) for layer in slopes]
        return answer

    return Exercise(
        "a function (params, x, t), which returns the loss and a list of tuples of arrays like params", look, by_autograd(np.sin),
        [("the bend has the wrong sign: which way does the sine curve where it is positive?", by_autograd(sine(bend=np.sin))),
         ("the bend is missing: the slopes of the units depend on the parameters, too", by_autograd(sine(bend=lambda a: 0 * a))),
         ("the bend is that of the slope: it needs the second derivative of the sine", by_autograd(sine(bend=np.cos))),
         ("the bend is still that of the tanh", by_autograd(sine(bend=lambda a: -2 * np.sin(a) * np.cos(a)))),
         ("slope and bend are still computed as for the tanh, from the value",
          by_autograd(sine(lambda a: 1 - np.sin(a) ** 2, lambda a: -2 * np.sin(a) * (1 - np.sin(a) ** 2)))),
         ("the slope of the sine is computed from its value, and so has lost its sign",
          by_autograd(sine(lambda a: np.abs(np.cos(a)), lambda a: -np.sin(a)))),
         ("the slope of the sine is computed from its value, and so has lost its sign, in the bend as well",
          by_autograd(sine(lambda a: np.abs(np.cos(a)), lambda a: -np.sin(a) * np.sign(np.cos(a))))),
         ("the slope of the sine has the wrong sign", by_autograd(sine(lambda a: -np.cos(a), np.sin))),
         ("these are still the units of the chapter, with the tanh", by_autograd(np.tanh)),
         ("the units compute the cosine", by_autograd(np.cos)),
         ("loss and slopes belong to the sum of the squares, and the mean is asked for", by_autograd(np.sin, np.sum)),
         ("the mean runs over the states alone, and the loss is the mean over all numbers",
          by_autograd(np.sin, lambda r: np.sum(r) / len(x))),
         ("the loss is right; the slopes are those of the sum of the squares, not of the mean", scaled(gradient=t.size)),
         ("the loss is right; the slopes lack a factor: a square has been differentiated", scaled(gradient=0.5)),
         ("the loss is right; the slopes have the opposite sign: which is subtracted from which in the residual?", scaled(gradient=-1.0)),
         ("the residual has the wrong sign in it: the targets are subtracted", by_autograd(np.sin, residual=lambda g, t: g + t)),
         ("the targets are not used: compare the gradient of H with t", by_autograd(np.sin, residual=lambda g, t: g))], 1e-8)


@exercise("ex-labs-enough")
def enough():
    """Enough is enough: `enough(lab)`, which is called at each look and stops the lab in time. Exercise `ex-labs-enough`."""
    runs = {"for a loss that sinks slowly": [8.0, 7.0, 6.0, 5.0, 4.2, 3.9, 3.0, 1.9],
            "for a loss that sinks at once": [8.0, 1.0, 0.9, 0.4],
            "for a loss that rises before it sinks": [4.0, 9.0, 4.4, 2.1, 1.9, 1.0],
            "for a loss that hardly sinks": [4.0, 3.9, 3.8, 3.7, 3.6]}

    def look(answer):
        """At which look the lab was stopped, or how many there were, if it was not."""
        found = {}
        for place, losses in runs.items():
            stops = []
            for n in range(1, len(losses) + 1):
                lab = SimpleNamespace(stop=lambda n=n: stops.append(n))
                train = [losses[0] * 0.97 ** k for k in range(10 * n - 9)]        # sinks all the time, and says nothing
                lab.history = SimpleNamespace(train_loss=train, test_loss=losses[:n], test_steps=[10 * k for k in range(n)], stopped="")
                call(answer, lab, silent=True)
                if stops:
                    break
            found[place] = numbers(stops[0] if stops else len(losses) + 1)
        return found

    right = {}                           # by searching for the first look of all
    for place, losses in runs.items():
        right[place] = np.array(1.0 + next((n for n, loss in enumerate(losses) if 2 * loss < losses[0]), len(losses)))

    def when(condition):
        def answer(lab):
            if condition(lab.history):
                lab.stop()
        return answer

    def two(losses, least=2):
        return len(losses) >= least

    return Exercise(
        "a function (lab), which calls lab.stop() as soon as the test loss is below a half of the first one", look, right,
        [("it never stops: return values do not matter here, call the lab's method (with brackets)", lambda lab: lab.stop),
         ("it stops at the first look: a loss is not below a half of itself", when(lambda h: True)),
         ("the latest loss is compared with the one before; the first one is the measure",
          when(lambda h: two(h.test_loss) and h.test_loss[-1] < h.test_loss[-2] / 2)),
         ("it waits for any fall, and not for a half", when(lambda h: h.test_loss[-1] < h.test_loss[0])),
         ("the training loss is used, and the test loss is asked for", when(lambda h: h.train_loss[-1] < h.train_loss[0] / 2)),
         ("the largest loss so far is the measure here, and the first one is asked for",
          when(lambda h: h.test_loss[-1] < max(h.test_loss) / 2)),
         ("it stops at the second look, whatever the loss", when(lambda h: two(h.test_loss))),
         ("a half is divided twice, or squared: it waits for too little", when(lambda h: h.test_loss[-1] < h.test_loss[0] / 4)),
         ("it stops when the loss is above a half, not below", when(lambda h: two(h.test_loss) and h.test_loss[-1] > h.test_loss[0] / 2)),
         ("it waits for a loss that is a half in absolute terms, and not a half of the first", when(lambda h: h.test_loss[-1] < 0.5))])
