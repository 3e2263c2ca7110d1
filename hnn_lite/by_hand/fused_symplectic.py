"""The gradient of the Action-Angle Network's loss, derived by hand, for speed.

One way through a shear is `w += K (a * sigma(K^T v + b))`, with v the half of the state that stays and w the half that
moves; here states stand in columns, so that the long axis is the last. There are two ways, encode and decode, and a turn
between them; then the same way back, with derivatives. A large batch is cut into two halves, one for each of two threads.
"""

import numpy as np

from hnn_lite import tree
from hnn_lite.by_hand import fused

CUT = 200          # rows from which a batch is cut


# Activations in place: the value h from a times the factor of the table; and abar from hbar and h, with the slope sigma' a
# function of h. The exponential is far faster than NumPy's tanh.

def _sigmoid(a):          # 1 / (1 + exp(-a))
    np.exp(a, out=a)
    a += 1
    np.reciprocal(a, out=a)


def _sigmoid_slope(h, work, abar):
    np.multiply(h, h, out=work)
    np.subtract(h, work, out=work)
    abar *= work


def _tanh(a):          # 1 - 2 / (1 + exp(2 a))
    np.exp(a, out=a)
    a += 1
    np.divide(-2, a, out=a)
    a += 1


def _tanh_slope(h, work, abar):
    np.multiply(h, h, out=work)
    work *= abar
    abar -= work


ACTIVATIONS = {"sigmoid": (_sigmoid, _sigmoid_slope, -1),
               "tanh": (_tanh, _tanh_slope, 2)}


class Rates(fused.Half):
    """The angular velocities of a batch from its actions, and the way back: `fused.Half` without a loss of its own."""

    def __init__(self, form, rows, params, activation):
        super().__init__(rows, *fused._sizes(params)[:1], activation, params[0][0].dtype)
        self.form = form
        activate, _, factor = ACTIVATIONS[activation]

        def fast(a):
            a *= factor
            activate(a)

        self.activate = fast

    def forward_to(self, params, action):
        """Outputs of the network ("field") or the gradient of its one output ("gradient"), shape (rows, n)."""
        getattr(self, f"{self.form}_loss")(params, action, 0)
        return self.vbar[0] if self.form == "gradient" else self.error

    def backward(self, params, bar, out):
        """After `forward_to`: from the derivative by what it gave to that by the parameters, into `out`, and by the actions."""
        (self.vbar[0] if self.form == "gradient" else self.error)[:] = bar
        getattr(self, f"{self.form}_gradient")(params, 1, out)
        return self.abar[0] @ params[0][0].T


class Half:
    """Buffers for some rows of a batch, and the passes that use them.

    There are two ways, encode (0) and decode (1); `place` is a shear's place on a way, so that decode begins with the last shear.
    A shear's outcome is the half of the state that the next one looks at. So a way is one chain of halves, `v`: the shear at a place
    adds to v[place] what it makes of v[place + 1], and the sum is v[place + 2]; each has a last row of ones for the bias. Derivatives
    go back along the chain `bars`. Of each shear: h the values of its units; inner and outer the gradients by [K; b]^T, where
    the units are fed, and by K a, where they act.
    """

    def __init__(self, rows, split, form, activation):
        shears, (constant,), network = split
        self.n, self.count, self.linear = constant.size, len(shears), sum(len(layer) == 1 for layer in shears)
        n, count, others, dtype, width = self.n, self.count, self.count - self.linear, constant.dtype, shears[-1][0].shape[1] if shears else 0
        self.activate, self.slope, self.factor = ACTIVATIONS[activation]
        self.v, self.bars = np.ones((2, count + 2, n + 1, rows), dtype), np.empty((2, count + 2, n, rows), dtype)
        self.h, self.abar = np.empty((2, count, width, rows), dtype), np.empty((2, count, width, rows), dtype)
        # these are added up whole, with places that nobody wrote: what lay in the memory may be infinite
        self.inner, self.outer = np.zeros((2, count, width, n + 1), dtype), np.zeros((2, count, n, width), dtype)
        self.S_bar = np.zeros((2, count, n, n), dtype)
        self.work, self.step = np.empty((width, rows), dtype), np.empty((n, rows), dtype)
        self.z, self.bar = np.empty((2 * n, rows), dtype), np.empty((2 * n, rows), dtype)
        self.K, self.b, self.a = np.empty((others, n, width), dtype), np.empty((others, width), dtype), np.empty((others, 1, width), dtype)
        self.Kb, self.Ka = np.empty((others, width, n + 1), dtype), np.empty((others, n, width), dtype)
        self.KaT = np.empty((others, width, n), dtype)
        self.rates = Rates(form, rows, network, activation)
        self.ones = np.ones(rows, dtype)
        # windows into all of these, made once: to index an array takes as long as a small product
        self.chain = [[(v[:n], v, bar) for v, bar in zip(*pair, strict=True)] for pair in zip(self.v, self.bars, strict=True)]
        self.units = [list(zip(*pair, strict=True)) for pair in zip(self.h, self.abar, strict=True)]
        self.matrices = [None] * self.linear + list(zip(self.Kb, self.Ka, self.KaT, self.K, strict=True))

    def number(self, place, way):
        """Which shear stands there."""
        return place if way == 0 else self.count - 1 - place

    def pack(self, shears):
        """The matrices of a step, as the passes use them: (S + S^T) / 2, [K; b]^T times a factor, K a and its transpose."""
        self.S = [(S + S.T) / 2 for S, in shears[:self.linear]]
        if self.count > self.linear:
            for leaf, stacked in enumerate((self.K, self.b, self.a[:, 0])):
                np.stack([layer[leaf] for layer in shears[self.linear:]], out=stacked)
            np.multiply(self.K, self.a, out=self.Ka)
            self.KaT[:] = self.Ka.swapaxes(1, 2)
            np.multiply(self.K.swapaxes(1, 2), self.factor, out=self.Kb[..., :self.n])
            np.multiply(self.b, self.factor, out=self.Kb[..., self.n])

    def push(self, place, way):
        """One shear: forward where `way` is 0, back where it is 1."""
        (moved, _, _), (seen, v, _), (outcome, _, _) = self.chain[way][place:place + 3]
        number = self.number(place, way)
        if number < self.linear:
            np.matmul(self.S[number], seen, out=self.step)
        else:
            (Kb, Ka, _, _), (h, _) = self.matrices[number], self.units[way][place]
            np.matmul(Kb, v, out=h)
            self.activate(h)
            np.matmul(Ka, h, out=self.step)
        (np.add if way == 0 else np.subtract)(moved, self.step, out=outcome)

    def pull(self, place, way):
        """Go back over `push` with derivatives: from those by a shear's outcome to those by what it looked at.

        On the way back (1) the chain holds the derivatives with the other sign, since there a shear subtracts.
        """
        (_, _, G), (_, _, seen) = self.chain[way][place + 2], self.chain[way][place + 1]
        number = self.number(place, way)
        if number < self.linear:
            np.matmul(self.S[number], G, out=self.step)
        else:
            (_, _, KaT, K), (h, abar) = self.matrices[number], self.units[way][place]
            np.matmul(KaT, G, out=abar)
            self.slope(h, self.work, abar)
            np.matmul(K, abar, out=self.step)
        before = seen if place == self.count - 1 else self.chain[way][place + 3][2]          # what later shears had to say
        (np.add if way == 0 else np.subtract)(before, self.step, out=seen)

    def weigh(self, way):
        """After the pulls of a way: the gradients by its shears, all at once."""
        here = slice(self.linear, None) if way == 0 else slice(0, self.count - self.linear)          # the places of those with units
        G, v, h = self.bars[way, 2:], self.v[way, 1:-1], self.h[way, here].swapaxes(1, 2)
        np.matmul(G[here], h, out=self.outer[way, here])
        np.matmul(self.abar[way, here], v[here].swapaxes(1, 2), out=self.inner[way, here])
        if self.linear:
            np.matmul(G, v[:, :self.n].swapaxes(1, 2), out=self.S_bar[way])

    def forward(self, split, z, t):
        """Encode, turn, decode: from the columns `z` to the columns `self.z`."""
        shears, (constant,), network = split
        n = self.n
        self.pack(shears)
        self.z[:] = z
        self._walk(0)
        self.pair, self.t = self.z.copy(), t
        q, p = self.pair[:n], self.pair[n:]
        angle = (self.rates.forward_to(network, ((q * q + p * p) / 2).T) + constant).T * t
        self.cos, self.sin = np.cos(angle), np.sin(angle)
        self.z[:n], self.z[n:] = self.cos * q + self.sin * p, self.cos * p - self.sin * q
        self.turned = self.z.copy()
        self._walk(1)

    def backward(self, split, out):
        """After `forward`, with the derivative by the outcome in `self.bar`: the gradient, into `out`."""
        n = self.n
        self._walk_back(1)
        q_bar, p_bar = self.bar[:n].copy(), self.bar[n:].copy()
        rate_bar = ((q_bar * self.turned[n:] - p_bar * self.turned[:n]) * self.t).T
        action_bar = self._rates_back(split[2], rate_bar, out)
        self.bar[:n] = self.cos * q_bar - self.sin * p_bar + action_bar * self.pair[:n]
        self.bar[n:] = self.sin * q_bar + self.cos * p_bar + action_bar * self.pair[n:]
        self._walk_back(0)
        self.weigh(0)
        self.weigh(1)
        self._gather(out[0])

    def _walk(self, way):
        """All shears of a way, on `self.z`."""
        halves, chain = (self.z[:self.n], self.z[self.n:]), self.chain[way]
        first, last = (self.number(place, way) % 2 for place in (0, self.count - 1))          # the half that a shear moves
        chain[0][0][:], chain[1][0][:] = halves[first], halves[1 - first]
        for place in range(self.count):
            self.push(place, way)
        halves[last][:], halves[1 - last][:] = chain[-1][0], chain[-2][0]

    def _walk_back(self, way):
        """Derivatives back over all shears of a way, in `self.bar`."""
        halves, chain = (self.bar[:self.n], self.bar[self.n:]), self.chain[way]
        first, last = (self.number(place, way) % 2 for place in (0, self.count - 1))
        put = np.positive if way == 0 else np.negative
        put(halves[last], out=chain[-1][2])
        put(halves[1 - last], out=chain[-2][2])
        for place in reversed(range(self.count)):
            self.pull(place, way)
        put(chain[2 if self.count else 0][2], out=halves[first])
        put(chain[1][2], out=halves[1 - first])

    def _rates_back(self, network, rate_bar, out):
        np.matmul(self.ones, rate_bar, out=out[1][0])
        return self.rates.backward(network, rate_bar, out[2]).T

    def _gather(self, out):
        """The gradient of the shears from that of both ways."""
        linear, n = self.linear, self.n
        S_bars, inner, outer = (bar[0] + bar[1, ::-1] for bar in (self.S_bar, self.inner, self.outer))
        for (S_out,), S_bar in zip(out[:linear], S_bars[:linear], strict=True):
            S_out[:] = (S_bar + S_bar.T) / 2
        if self.count > linear:
            inner, outer = inner[linear:], outer[linear:]
            K_bar, a_bar = inner[..., :n].swapaxes(1, 2) + outer * self.a, np.sum(outer * self.K, axis=1)
            for (K_out, b_out, a_out), K_bar, b_bar, a_bar in zip(out[linear:], K_bar, inner[..., n], a_bar, strict=True):
                K_out[:], b_out[:], a_out[:] = K_bar, b_bar, a_bar


class Trainer:
    """Loss and gradient of an Action-Angle Network together, for a batch of fixed size.

    The loss is the mean square of the components of `metric` (z' - goal), z' the state reached.

    Parameters
    ----------
    rows : int
        Rows of a batch.
    params : list of tuple
        Shears, then the constant part of the angular velocities, then the network of the rest; see `parts`.
    form : str
        "field" or "gradient": whether the rest is the network's outputs, or the gradient of its single one.
    activation : str
        A name in `ACTIVATIONS`.
    metric : array, shape (dim, dim)
    """

    def __init__(self, rows, params, form, activation, metric):
        cut = (rows + 1) // 2 if rows >= CUT else rows          # the calls of a small batch cost more than their arithmetic
        self.pieces = [piece for piece in (slice(0, cut), slice(cut, rows)) if piece.stop > piece.start]
        self.halves = [Half(piece.stop - piece.start, parts(params), form, activation) for piece in self.pieces]
        size, self.dtype = sum(leaf.size for layer in params for leaf in layer), params[0][0].dtype
        self.vectors = [np.empty(size, self.dtype) for _ in self.halves]
        self.outs = [parts(tree.views(vector, params)) for vector in self.vectors]
        self.metric = np.asarray(metric, self.dtype)

    def __call__(self, params, z, goal, t, run=map):
        """Loss and gradient, a float and a vector of shape (parameters,) that the next call overwrites.

        `z` and `goal` have shape (rows, dim), `t` (rows,). `run` maps a function over the halves; see `fused.threads`.
        """
        split = parts(params)

        def work(number):
            half, piece = self.halves[number], self.pieces[number]
            with np.errstate(over="ignore"):          # in the sigmoid: 1 / (1 + infinity) is right
                half.forward(split, z[piece].T, t[piece])
            error = self.metric @ (half.z - goal[piece].T)
            np.matmul(self.metric.T, error, out=half.bar)
            half.bar *= 2 / z.size
            half.backward(split, self.outs[number])
            return float(np.vdot(error, error))

        loss = sum(run(work, range(len(self.halves))))
        for vector in self.vectors[1:]:
            self.vectors[0] += vector
        return loss / z.size, self.vectors[0]


def has_form(params, activation):
    """Whether there is a hand-derived form: for activations in `ACTIVATIONS`, and a network with a hidden layer."""
    return activation in ACTIVATIONS and len(parts(params)[2]) > 1


def parts(params):
    """Shears, the constant angular velocities `(rates,)`, and the network of the others, of one list of parameters."""
    (place,) = [number for number, layer in enumerate(params) if layer[0].ndim == 1]
    return params[:place], params[place], params[place + 1:]
