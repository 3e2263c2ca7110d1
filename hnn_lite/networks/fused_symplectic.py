"""The gradient of the Action-Angle Network's loss, derived by hand, for speed.

One way through a shear is `w += K (a * sigma(K^T v + b))`, with v the half of the state that stays and w the half that
moves; here states stand in columns, so that the long axis is the last. There are two ways, encode and decode, and a turn
between them; then the same way back, with derivatives. A large batch is cut into two halves, one for each of two threads.
"""

import numpy as np

from hnn_lite.networks import fused, tree

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

    Of each shear and each way, there (0) and back (1): v what the shear looks at, with a last row of ones for the bias; h the values
    of its units; inner and outer the gradients by [K; b]^T, where the units are fed, and by K a, where they act.
    """

    def __init__(self, rows, split, form, activation):
        shears, (constant,), network = split
        self.n, self.count, self.linear = constant.size, len(shears), sum(len(layer) == 1 for layer in shears)
        n, dtype, width = self.n, constant.dtype, shears[-1][0].shape[1] if shears else 0
        self.activate, self.slope, self.factor = ACTIVATIONS[activation]
        self.v = np.ones((self.count, 2, n + 1, rows), dtype)
        self.h = np.empty((self.count, 2, width, rows), dtype)
        self.inner = np.empty((self.count, 2, width, n + 1), dtype)
        self.outer = np.empty((self.count, 2, n, width), dtype)
        self.S_bar = np.empty((self.count, 2, n, n), dtype)
        self.abar, self.work = np.empty((width, rows), dtype), np.empty((width, rows), dtype)
        self.G, self.step = np.empty((n, rows), dtype), np.empty((n, rows), dtype)
        self.z, self.bar = np.empty((2 * n, rows), dtype), np.empty((2 * n, rows), dtype)
        self.rates = Rates(form, rows, network, activation)
        self.ones = np.ones(rows, dtype)

    def pack(self, shears):
        """The matrices of a step, as the passes use them: (S + S^T) / 2, [K; b]^T times a factor, K a and its transpose."""
        self.S = [(S + S.T) / 2 for S, in shears[:self.linear]]
        self.Kb, self.Ka, self.KaT, self.K, self.a = ([None] * self.linear for _ in range(5))
        if self.count > self.linear:
            K, b, a = (np.stack([layer[leaf] for layer in shears[self.linear:]]) for leaf in range(3))
            Ka = K * a[:, None]
            Kb = np.concatenate([K, b[:, None]], axis=1)
            Kb *= self.factor
            self.Kb += list(np.ascontiguousarray(Kb.swapaxes(1, 2)))
            self.Ka, self.KaT = self.Ka + list(Ka), self.KaT + list(np.ascontiguousarray(Ka.swapaxes(1, 2)))
            self.K, self.stacked = self.K + list(K), (K, a[:, None])

    def push(self, number, way):
        """Move one half of the state by one shear: forward where `way` is 0, back where it is 1."""
        n = self.n
        moved, seen = (self.z[:n], self.z[n:]) if number % 2 == 0 else (self.z[n:], self.z[:n])
        v = self.v[number, way]
        v[:n] = seen
        if number < self.linear:
            np.matmul(self.S[number], seen, out=self.step)
        else:
            h = self.h[number, way]
            np.matmul(self.Kb[number], v, out=h)
            self.activate(h)
            np.matmul(self.Ka[number], h, out=self.step)
        if way == 0:
            moved += self.step
        else:
            moved -= self.step

    def pull(self, number, way):
        """Go back over `push` with derivatives: from those by the state after it to those by the state before and by the shear."""
        n, G, v = self.n, self.G, self.v[number, way]
        moved, seen = (self.bar[:n], self.bar[n:]) if number % 2 == 0 else (self.bar[n:], self.bar[:n])
        if way == 0:
            G[:] = moved
        else:
            np.negative(moved, out=G)
        if number < self.linear:
            np.matmul(G, v[:n].T, out=self.S_bar[number, way])
            np.matmul(self.S[number], G, out=self.step)
        else:
            h, abar = self.h[number, way], self.abar
            np.matmul(G, h.T, out=self.outer[number, way])
            np.matmul(self.KaT[number], G, out=abar)
            self.slope(h, self.work, abar)
            np.matmul(abar, v.T, out=self.inner[number, way])
            np.matmul(self.K[number], abar, out=self.step)
        seen += self.step

    def forward(self, split, z, t):
        """Encode, turn, decode: from the columns `z` to the columns `self.z`."""
        shears, (constant,), network = split
        n = self.n
        self.pack(shears)
        self.z[:] = z
        for number in range(self.count):
            self.push(number, 0)
        self.pair, self.t = self.z.copy(), t
        q, p = self.pair[:n], self.pair[n:]
        angle = (self.rates.forward_to(network, ((q * q + p * p) / 2).T) + constant).T * t
        self.cos, self.sin = np.cos(angle), np.sin(angle)
        self.z[:n], self.z[n:] = self.cos * q + self.sin * p, self.cos * p - self.sin * q
        self.turned = self.z.copy()
        for number in reversed(range(self.count)):
            self.push(number, 1)

    def backward(self, split, out):
        """After `forward`, with the derivative by the outcome in `self.bar`: the gradient, into `out`."""
        n = self.n
        for number in range(self.count):
            self.pull(number, 1)
        q_bar, p_bar = self.bar[:n].copy(), self.bar[n:].copy()
        rate_bar = ((q_bar * self.turned[n:] - p_bar * self.turned[:n]) * self.t).T
        action_bar = self._rates_back(split[2], rate_bar, out)
        self.bar[:n] = self.cos * q_bar - self.sin * p_bar + action_bar * self.pair[:n]
        self.bar[n:] = self.sin * q_bar + self.cos * p_bar + action_bar * self.pair[n:]
        for number in reversed(range(self.count)):
            self.pull(number, 0)
        self._gather(out[0])

    def _rates_back(self, network, rate_bar, out):
        np.matmul(self.ones, rate_bar, out=out[1][0])
        return self.rates.backward(network, rate_bar, out[2]).T

    def _gather(self, out):
        """The gradient of the shears from that of both ways."""
        linear, n = self.linear, self.n
        for (S_out,), S_bar in zip(out[:linear], self.S_bar[:linear].sum(axis=1), strict=True):
            S_out[:] = (S_bar + S_bar.T) / 2
        if self.count > linear:
            inner, outer = (bar[linear:, 0] + bar[linear:, 1] for bar in (self.inner, self.outer))
            K, a = self.stacked
            K_bar, a_bar = inner[..., :n].swapaxes(1, 2) + outer * a, np.sum(outer * K, axis=1)
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
