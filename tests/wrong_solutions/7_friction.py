"""Right answers to the tasks of assignment 7 in many styles, and wrong ones: the points that each leaves, words of its hint, and the cell."""

STYLES = {
    "rates": ["""
def rates(a, b, c):
    root = np.roots([1, c, a * b])[0]
    return -root.real, abs(root.imag)
""", """
def rates(a, b, c):
    return c / 2, np.sqrt(a * b - c**2 / 4)
""", """
def rates(a, b, c):
    root = max(np.roots([1, c, a * b]), key=lambda r: r.imag)
    return -root.real, root.imag
""", """
def rates(a, b, c):
    values = np.linalg.eigvals(np.array([[0, a], [-b, -c]]))
    return np.array([-values[0].real, np.abs(values[0].imag)])
""", """
import cmath

def rates(a, b, c):
    s = (-c + cmath.sqrt(c * c - 4 * a * b)) / 2
    return [-s.real, abs(s.imag)]
""", """
def rates(stiff, weight, honey):
    gamma = 0.5 * honey
    return gamma, (stiff * weight - gamma**2) ** 0.5
"""],
    "swap": ["""
def swap(H, D, g, G):
    def energy(x):
        return G(x[..., 0]) + H(x)
    def dissipation(x):
        return D(x) - g(x[..., 0]) * x[..., 1] + 7
    return energy, dissipation
""", """
def swap(H, D, g, G):
    return (lambda x: H(x) + G(x[..., 0])), (lambda x: D(x) - g(x[..., 0]) * x[..., 1])
""", """
def swap(H, D, g, G):
    def H2(x):
        q = x[..., 0]
        return G(q) + H(x)
    def D2(x):
        q, p = x[..., 0], x[..., 1]
        return D(x) - p * g(q)
    return H2, D2
""", """
def swap(H, D, g, G):
    class Sum:
        def __init__(self, *parts): self.parts = parts
        def __call__(self, x): return sum(part(x) for part in self.parts)
    return Sum(H, lambda x: G(x[..., 0])), Sum(D, lambda x: -g(x[..., 0]) * x[..., 1])
""", """
def swap(H, D, g, G):
    slope = elementwise_grad(G)
    return [lambda x: H(x) + G(x[..., 0]), lambda x: D(x) - slope(x[..., 0]) * x[..., 1]]
""", """
def swap(H, D, g, G):
    D2 = lambda x: D(x) - g(x[..., 0]) * (x[..., 1] - 1.0) + np.sin(x[..., 0])
    H2 = lambda x: H(x) + G(x[..., 0])
    return H2, D2
"""],
    "port": ["""
a, b, c = 1, 2, 3

def port(H, L, x, u):
    dH = hl.apply_omega(elementwise_grad(H)(x))
    drag = np.concatenate([0 * u, u - L(x) * L(x) * dH[..., :1]], axis=-1)
    return dH + drag
""", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    v = dH[..., 1:]
    return np.concatenate([v, -dH[..., :1] - L(x) ** 2 * v + u], axis=-1)
""", """
def port(H, L, x, u):
    slopes = elementwise_grad(H)(x)
    force, v = -slopes[..., 0], slopes[..., 1]
    return np.stack([v, force - L(x)[..., 0] ** 2 * v + u[..., 0]], axis=-1)
""", """
def port(H, L, x, u):
    J = np.array([[0.0, 1.0], [-1.0, 0.0]])
    dH = elementwise_grad(H)(x)
    conservative = dH @ J.T
    return conservative + np.array([0.0, 1.0]) * (u - L(x) * L(x) * dH[..., 1:])
""", """
def port(H, L, x, u):
    h = 1e-5
    e = h * np.eye(2)
    v, slope = ((H(x + d) - H(x - d)) / (2 * h) for d in (e[1], e[0]))
    return np.stack([v, -slope - np.squeeze(L(x), -1) ** 2 * v + np.squeeze(u, -1)], axis=-1)
""", """
def port(H, L, x, u):
    arrows = hl.apply_omega(elementwise_grad(H)(x))
    damping = (L(x) ** 2)[..., 0] * arrows[..., 0]
    out = np.array(arrows)
    out[..., 1] += u[..., 0] - damping
    return out
"""],
    "train": ["""
model = PortHNN(2, hidden=(20, 20), drag="constant", inputs=1, seed=SEED)
hl.fit(model, task, steps=60, method="levenberg-marquardt", progress=False)
"""],
    "power_lost": ["""
def power_lost(model, x):
    slopes, arrows = elementwise_grad(model.hamiltonian)(x), model.field(x)
    return -(slopes[..., 0] * arrows[..., 0] + slopes[..., 1] * arrows[..., 1])
""", """
def power_lost(model, x):
    return -np.sum(elementwise_grad(model.hamiltonian)(x) * model.field(x), axis=-1)
""", """
def power_lost(model, x):
    dH, arrow = elementwise_grad(model.hamiltonian)(x), model.field(x)
    return -(dH[..., 0] * arrow[..., 0] + dH[..., 1] * arrow[..., 1])
""", """
def power_lost(model, x):
    return -np.einsum("...i,...i->...", elementwise_grad(model.hamiltonian)(x), model.field(x))
""", """
def power_lost(model, x):
    h = 1e-6
    f = model.field(x)
    return (model.hamiltonian(x - h * f) - model.hamiltonian(x + h * f)) / (2 * h)
""", """
def power_lost(model, x):
    h = 1e-5
    dH = [(model.hamiltonian(x + e) - model.hamiltonian(x - e)) / (2 * h) for e in h * np.eye(2)]
    return -sum(slope * part for slope, part in zip(dH, np.moveaxis(model.field(x), -1, 0)))
"""],
    "pump": ["""
def pump(H, top, v, limit, gain=1.0):
    sign = 2 * (v >= 0) - 1
    return np.maximum(-limit, np.minimum(limit, sign * gain * (top - H)))
""", """
def pump(H, top, v, limit, gain=1.0):
    return np.clip(gain * (top - H) * np.where(v >= 0, 1, -1), -limit, limit)
""", """
def pump(H, top, v, limit, gain=1.0):
    sign = np.sign(v) + (np.asarray(v) == 0)
    return np.minimum(limit, np.maximum(-limit, gain * (top - H) * sign))
""", """
@np.vectorize
def pump(H, top, v, limit, gain=1.0):
    torque = gain * (top - H)
    if v < 0:
        torque = -torque
    return max(min(torque, limit), -limit)
""", """
def pump(H, top, v, limit, gain=1.0):
    order = gain * (top - H)
    order = np.where(v < 0, -order, order)
    return np.where(order > limit, limit, np.where(order < -limit, -limit, order))
""", """
def pump(H, top, v, limit, gain=1.0):
    wish = gain * (top - np.asarray(H)) * np.copysign(1.0, np.asarray(v) + 0.0)
    return np.sign(wish) * np.minimum(np.abs(wish), limit)
"""],
}

FAULTS = {
    "rates": [(0, "friction acts on p alone, and q and p share the loss: the", """
def rates(a, b, c):
    return c, np.sqrt(a * b - c**2)
"""), (1, "this is the frequency without honey: friction slows the", """
def rates(a, b, c):
    return c / 2, np.sqrt(a * b)
"""), (0, "an area of small swings, as wide as q and as high as p,", """
def rates(a, b, c):
    return np.sqrt(a * b - c**2 / 4), c / 2
"""), (2, "gamma should be positive: the swings die away as exp(-gamma", """
def rates(a, b, c):
    return -c / 2, np.sqrt(a * b - c**2 / 4)
"""), (1, "too fast: the honey makes the swings slower than the root", """
def rates(a, b, c):
    return c / 2, np.sqrt(a * b + c**2 / 4)
"""), (1, "too fast: the honey makes the swings slower than the root", """
def rates(a, b, c):
    return c / 2, np.sqrt(4 * a * b - c**2)
"""), (1, "after the time 2 pi / omega the pendulum should be at a", """
def rates(a, b, c):
    return c / 2, np.sqrt(b / a - c**2 / 4)
"""), (0, "an area of small swings, as wide as q and as high as p,", """
def rates(a, b, c):
    return a * c / 2, np.sqrt(a * b - (a * c) ** 2 / 4)
"""), (2, "friction acts on p alone, and q and p share the loss: the", """
def rates(a, b, c):
    return c, np.sqrt(a * b - c**2 / 4)
""")],
    "swap": [(1, "H's change and D's add up: one of them needs the other sign", """
def swap(H, D, g, G):
    return (lambda x: H(x) + G(x[..., 0])), (lambda x: D(x) + g(x[..., 0]) * x[..., 1])
"""), (1, "D has not given anything back: its slope along p has to", """
def swap(H, D, g, G):
    return (lambda x: H(x) + G(x[..., 0])), D
"""), (1, "D has not given anything back: its slope along p has to", """
def swap(H, D, g, G):
    return (lambda x: H(x) + G(x[..., 0])), (lambda x: D(x) - G(x[..., 0]))
"""), (2, "the new energy should be H + G(q)", """
def swap(H, D, g, G):
    return (lambda x: H(x) + g(x[..., 0])), (lambda x: D(x) - g(x[..., 0]) * x[..., 1])
"""), (0, "the new energy should be H + G(q)", """
def swap(H, D, g, G):
    return H, D
"""), (1, "the arrows have changed: the slope of D along p has to", """
def swap(H, D, g, G):
    return (lambda x: H(x) + G(x[..., 0])), (lambda x: D(x) - G(x[..., 0]) * x[..., 1])
"""), (2, "RecursionError: maximum recursion depth exceeded", """
def swap(H, D, g, G):
    def H(x):
        return H(x) + G(x[..., 0])
    return H, (lambda x: D(x) - g(x[..., 0]) * x[..., 1])
""")],
    "port": [(1, "friction is L² times the velocity dH/dp, not times p", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    return np.concatenate([dH[..., 1:], -dH[..., :1] - L(x) ** 2 * x[..., 1:] + u], axis=-1)
"""), (1, "friction has the factor L squared: with L itself it may", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    return np.concatenate([dH[..., 1:], -dH[..., :1] - L(x) * dH[..., 1:] + u], axis=-1)
"""), (1, "the drive u is missing: it is added to dp/dt", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    return np.concatenate([dH[..., 1:], -dH[..., :1] - L(x) ** 2 * dH[..., 1:]], axis=-1)
"""), (2, "the motor acts on p alone", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    return np.concatenate([dH[..., 1:], -dH[..., :1] - L(x) ** 2 * dH[..., 1:]], axis=-1) + u
"""), (1, "the sign of dH/dq: dp/dt is minus it", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    return np.concatenate([dH[..., 1:], dH[..., :1] - L(x) ** 2 * dH[..., 1:] + u], axis=-1)
"""), (1, "this friction pushes: it goes against the velocity", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    return np.concatenate([dH[..., 1:], -dH[..., :1] + L(x) ** 2 * dH[..., 1:] + u], axis=-1)
"""), (0, "ValueError: all input arrays must have the same shape", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    return np.stack([dH[..., 1], -dH[..., 0] - L(x) ** 2 * dH[..., 1] + u], axis=-1)
"""), (0, "the velocity is dH/dp, not p", """
def port(H, L, x, u):
    dH = elementwise_grad(H)(x)
    return np.concatenate([x[..., 1:], -dH[..., :1] - L(x) ** 2 * x[..., 1:] + u], axis=-1)
""")],
    "train": [(0, "its arrows are far off: has the model been fitted?", """
model = PortHNN(2, hidden=(16, 16), drag="constant", inputs=1, seed=SEED)
"""), (0, 'one number for the honey: drag="constant"', """
model = PortHNN(2, hidden=(16, 16), inputs=1, seed=SEED)
hl.fit(model, task, steps=2, method="levenberg-marquardt", progress=False)
"""), (0, "NameError: name 'model' is not defined", """
net = PortHNN(2, hidden=(16, 16), drag="constant", inputs=1, seed=SEED)
"""), (0, "the motor's torque is a drive: inputs=1, or the network", """
model = PortHNN(2, seed=SEED, hidden=(16, 16), drag="constant")
history = hl.fit(model, task, 20, method="levenberg-marquardt", progress=False)
""")],
    "power_lost": [(2, "the sign: what is lost is positive wherever the pendulum", """
def power_lost(model, x):
    return np.sum(elementwise_grad(model.hamiltonian)(x) * model.field(x), axis=-1)
"""), (0, "one number for each state: the sum over its two components", """
def power_lost(model, x):
    return -elementwise_grad(model.hamiltonian)(x) * model.field(x)
"""), (0, "one number for each state: the sum over its two components", """
def power_lost(model, x):
    return -np.sum(elementwise_grad(model.hamiltonian)(x) * model.field(x))
"""), (1, "a model without friction loses nothing: ask the model, not", """
def power_lost(model, x):
    return a * c * x[..., 1] ** 2
"""), (1, "power is force times velocity, and the velocity is a p", """
def power_lost(model, x):
    return c * x[..., 1] ** 2
"""), (0, "multiply each slope of H by its component of the arrow, and", """
def power_lost(model, x):
    return -np.sum(x * model.field(x), axis=-1)
""")],
    "pump": [(0, "no order is stronger than the motor: cut it off at the", """
def pump(H, top, v, limit, gain=1.0):
    return gain * (top - H) * np.where(v >= 0, 1, -1)
"""), (1, "a pendulum that hangs still is pushed, too: where v is zero", """
def pump(H, top, v, limit, gain=1.0):
    return np.clip(gain * (top - H) * np.sign(v), -limit, limit)
"""), (0, "while energy is missing the torque goes with the velocity", """
def pump(H, top, v, limit, gain=1.0):
    return np.clip(gain * (top - H), -limit, limit)
"""), (0, "while energy is missing the torque goes with the velocity", """
def pump(H, top, v, limit, gain=1.0):
    return np.clip(gain * (H - top) * np.where(v >= 0, 1, -1), -limit, limit)
"""), (1, "the size is the gain times the energy that is missing, at", """
def pump(H, top, v, limit, gain=1.0):
    return limit * np.sign(top - H) * np.where(v >= 0, 1, -1)
"""), (1, "a pendulum that hangs still is pushed, too: where v is zero", """
def pump(H, top, v, limit, gain=1.0):
    return np.clip(gain * (top - H) * v, -limit, limit)
"""), (1, "a gain of 3 makes the orders three times as strong", """
def pump(H, top, v, limit, gain=1.0):
    return np.clip((top - H) * np.where(v >= 0, 1, -1), -limit, limit)
"""), (0, "no order is stronger than the motor: cut it off at the", """
def pump(H, top, v, limit, gain=1.0):
    return np.minimum(gain * (top - H) * np.where(v >= 0, 1, -1), limit)
""")],
}
