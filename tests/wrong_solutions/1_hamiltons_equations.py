"""Right answers to the tasks of assignment 1 in many styles, and wrong ones: the points that each leaves, words of its hint, and the cell."""

STYLES = {
    "momentum": ["""
a, b = 3.0, "b"

def momentum(q, v):
    return m * v + m * v * slope(q) ** 2

def velocity(q, p):
    return p / m / (1 + slope(q) ** 2)

m = None
""", """
momentum = lambda q, v: m * v + m * slope(q) ** 2 * v
velocity = lambda q, p: p / (m + m * slope(q) ** 2)
""", """
def momentum(q, v):
    return elementwise_grad(lambda v: lagrangian(q, v))(np.asarray(v, dtype=float))

def velocity(q, p):
    return p / momentum(q, np.ones(np.shape(p)))
""", """
def momentum(place, speed):
    angle = np.arctan(slope(place))
    return m * speed / np.cos(angle) ** 2

def velocity(place, momentum):
    angle = np.arctan(slope(place))
    return momentum / m * np.cos(angle) ** 2
""", """
@np.vectorize
def momentum(q, v):
    h = 1e-3
    return (lagrangian(q, v + h) - lagrangian(q, v - h)) / (2 * h)

@np.vectorize
def velocity(q, p):
    return p / m / (1 + (a * np.sin(q) + b * q) ** 2)
""", """
import numpy

def mass(q):
    return m * (1 + numpy.square(a * numpy.sin(q) + b * numpy.asarray(q)))

def momentum(q, v):
    return numpy.multiply(mass(q), v)

def velocity(q, p):
    return numpy.divide(p, mass(q))
"""],
    "hamiltonian": ["""
def hamiltonian(x):
    q, p = x.T
    return (p**2 / (2 * m * (1 + slope(q) ** 2)) + m * g * height(q)).T
""", """
def hamiltonian(x):
    v = velocity(x[..., 0], x[..., 1])
    return x[..., 1] * v - lagrangian(x[..., 0], v)
""", """
def hamiltonian(state):
    q, p = state[..., 0], state[..., 1]
    speed = p / (m * (1 + slope(q) ** 2))
    T = 0.5 * m * (speed**2 + (slope(q) * speed) ** 2)
    V = m * g * height(q)
    return T + V
""", """
def hamiltonian(x):
    q, p = np.moveaxis(x, -1, 0)
    return 1 / (2 * m) * p**2 * np.cos(np.arctan(slope(q))) ** 2 + m * g * (a - a * np.cos(q) + 0.5 * b * q * q)
""", """
def hamiltonian(x):
    p = np.take(x, 1, axis=-1)
    q = np.take(x, 0, axis=-1)
    return m * (g * height(q) + (p / m) ** 2 / 2 / (1 + slope(q) ** 2))
"""],
    "field": ["""
def field(x):
    q, p = np.moveaxis(x, -1, 0)
    inertia, bend = m * (1 + slope(q) ** 2), a * np.cos(q) + b
    return np.stack([p / inertia, p**2 / inertia**2 * m * slope(q) * bend - m * g * slope(q)], axis=-1)
""", """
def field(x):
    dH = elementwise_grad(hamiltonian)(x)
    return np.concatenate([dH[..., 1:], -dH[..., :1]], axis=-1)
""", """
def field(x):
    return hl.apply_omega(elementwise_grad(hamiltonian)(x))
""", """
def field(x):
    h = 1e-6
    H = hamiltonian
    return np.stack([(H(x + [0, h]) - H(x - [0, h])) / (2 * h), -(H(x + [h, 0]) - H(x - [h, 0])) / (2 * h)], axis=-1)
""", """
def field(x):
    x = np.asarray(x, dtype=float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape[:-1]):
        dq, dp = grad(hamiltonian)(x[place])
        out[place] = dp, -dq
    return out
""", """
def field(x):
    q, p = x[..., 0], x[..., 1]
    s, bend = slope(q), a * np.cos(q) + b
    v = p / m / (1 + s**2)
    return np.array([v, m * s * bend * v**2 - m * g * s]).transpose(*range(1, x.ndim), 0)
"""],
    "bracket": ["""
def bracket(f, g, x):
    return np.sum(elementwise_grad(f)(x) * hl.apply_omega(elementwise_grad(g)(x)), axis=-1)
""", """
def bracket(f, g, x):
    h = 1e-5
    e = np.eye(2) * h
    def d(f, i):
        return (f(x + e[i]) - f(x - e[i])) / (2 * h)
    return d(f, 0) * d(g, 1) - d(f, 1) * d(g, 0)
""", """
def bracket(f, g, x):
    out = np.zeros(np.shape(x)[:-1])
    for i in np.ndindex(out.shape):
        (fq, fp), (gq, gp) = grad(f)(x[i]), grad(g)(x[i])
        out[i] = fq * gp - fp * gq
    return out
""", """
def bracket(f, g, x):
    both = np.stack([elementwise_grad(f)(x), elementwise_grad(g)(x)], axis=-2)
    return np.linalg.det(both)
""", """
def bracket(f, g, x):
    grads = [np.moveaxis(elementwise_grad(function)(x), -1, 0) for function in (f, g)]
    return np.einsum("i...,ij,j...->...", grads[0], [[0, 1], [-1, 0]], grads[1])
"""],
    "small_period": ["""
omega = (9.81 * (a + b)) ** 0.5
small_period = 2 * np.pi / omega
""", """
small_period = 2 * np.pi / np.sqrt(g * (a + b))
""", """
bend = (slope(1e-4) - slope(-1e-4)) / 2e-4
small_period = 2 * np.pi * (g * bend) ** -0.5
""", """
small_period = np.array(2 * np.pi) / np.sqrt(9.81 * grad(slope)(0.0))
""", """
from math import pi, sqrt
length = 1 / (a + b)
small_period = 2 * pi * sqrt(length / g)
""", """
V2 = grad(grad(lambda q: hamiltonian(np.array([q, 0.0]))))(0.0)
T2 = grad(grad(lambda p: hamiltonian(np.array([0.0, p]))))(0.0)
small_period = float(2 * np.pi / np.sqrt(V2 * T2))
""", """
small_period = round(2 * np.pi / np.sqrt(g * (a + b)), 3)          # four digits, as the text allows
"""],
    "energy_difference": ["""
def energy_difference(field, x0, x1, pieces=2000):
    edges = np.linspace(x0, x1, pieces + 1)
    q_dot, p_dot = field((edges[1:] + edges[:-1]) / 2).T
    return np.mean(q_dot) * (x1[1] - x0[1]) - np.mean(p_dot) * (x1[0] - x0[0])
""", """
def energy_difference(field, x0, x1, pieces=2000):
    x0, x1 = np.array(x0, float), np.array(x1, float)
    total = 0.0
    for i in range(pieces):
        q_dot, p_dot = field(x0 + (x1 - x0) * (i + 0.5) / pieces)
        total += (-p_dot * (x1[0] - x0[0]) + q_dot * (x1[1] - x0[1])) / pieces
    return total
""", """
def energy_difference(arrows, start, end, pieces=2000):
    dx = np.subtract(end, start) / pieces
    ways = [np.asarray(start) + (k + 0.5) * dx for k in range(pieces)]
    return sum(np.cross(arrows(way), dx) for way in ways)
""", """
def energy_difference(field, x0, x1, pieces=2000):
    from scipy.integrate import quad
    x0, d = np.asarray(x0), np.subtract(x1, x0)
    def slope(s):
        arrow = field(x0 + s * d)
        return arrow[0] * d[1] - arrow[1] * d[0]
    return quad(slope, 0, 1)[0]
""", """
def energy_difference(field, x0, x1, pieces=2000):
    s = (np.arange(pieces) + 0.5) / pieces
    x = np.outer(1 - s, x0) + np.outer(s, x1)
    gradient = -hl.apply_omega(field(x))
    return np.sum(gradient @ np.subtract(x1, x0)) / pieces
""", """
def energy_difference(field, x0, x1, pieces=2000):
    s = np.linspace(0, 1, pieces + 1)
    f = np.array([field(np.array(x0) + t * (np.array(x1) - np.array(x0))) for t in s])
    rate = f[:, 0] * (x1[1] - x0[1]) - f[:, 1] * (x1[0] - x0[0])
    return (rate[:-1] + rate[1:]).sum() / 2 / pieces
"""],
}

FAULTS = {
    "momentum": [(1, "the momentum is not dL/dv at some other state: take the", """
def momentum(q, v):
    return m * np.sqrt(1 + slope(q) ** 2) * v
def velocity(q, p):
    return p / (m * np.sqrt(1 + slope(q) ** 2))
"""), (2, "velocity should undo momentum, on a slope too", """
def momentum(q, v):
    return m * (1 + slope(q) ** 2) * v
def velocity(q, p):
    return p / m
"""), (1, "on a slope the same v belongs to a larger p, not a smaller", """
def momentum(q, v):
    return m * v / (1 + slope(q) ** 2)
def velocity(q, p):
    return p * (1 + slope(q) ** 2) / m
"""), (1, "the momentum is not dL/dv at some other state: take the", """
def momentum(q, v):
    return m * (1 + height(q) ** 2) * v
def velocity(q, p):
    return p / (m * (1 + height(q) ** 2))
"""), (1, "where the wire is level, p should be m v (a factor of 2 or", """
def momentum(q, v):
    return 0.5 * m * (1 + slope(q) ** 2) * v
def velocity(q, p):
    return 2 * p / (m * (1 + slope(q) ** 2))
"""), (1, "this is m v on the slope too, but there the bead also moves", """
def momentum(q, v):
    return m * v

def velocity(q, p):
    return p / m
"""), (1, "the slope on the left is as steep, and p should be the same", """
def momentum(q, v):
    return m * v * (1 + slope(q))

def velocity(q, p):
    return p / (m * (1 + slope(q)))
""")],
    "hamiltonian": [(1, "on a slope the kinetic energy of p is not p² / 2 m: put the", """
def hamiltonian(x):
    q, p = x[..., 0], x[..., 1]
    return p**2 / (2 * m) + m * g * height(q)
"""), (0, "at the bottom H should be p squared over 2 m", """
def hamiltonian(x):
    q, p = x[..., 0], x[..., 1]
    return m * (1 + slope(q) ** 2) * p**2 / 2 + m * g * height(q)
"""), (0, "q and p are swapped: the state is (q, p)", """
def hamiltonian(x):
    p, q = x[..., 0], x[..., 1]
    return p**2 / (2 * m * (1 + slope(q) ** 2)) + m * g * height(q)
"""), (0, "ValueError: too many values to unpack (expected 2)", """
def hamiltonian(x):
    q, p = x
    return p**2 / (2 * m * (1 + slope(q) ** 2)) + m * g * height(q)
"""), (2, "at rest H should be the potential energy, m g h", """
def hamiltonian(x):
    q, p = x[..., 0], x[..., 1]
    return p**2 / (2 * m * (1 + slope(q) ** 2)) + g * height(q)
"""), (2, "the potential has the wrong sign: this is T - V, and H is T", """
def hamiltonian(x):
    q, p = x[..., 0], x[..., 1]
    return p**2 / (2 * m * (1 + slope(q) ** 2)) - m * g * height(q)
"""), (0, "a factor 2 is missing in the kinetic energy", """
def hamiltonian(x):
    q, p = x[..., 0], x[..., 1]
    return p**2 / (m * (1 + slope(q) ** 2)) + m * g * height(q)
""")],
    "field": [(2, "the sign of dp/dt: from rest at q > 0 the momentum should", """
def field(x):
    dH = elementwise_grad(hamiltonian)(x)
    return np.stack([dH[..., 1], dH[..., 0]], axis=-1)
"""), (0, "the arrows go round the wrong way: dq/dt should be positive", """
def field(x):
    return elementwise_grad(hamiltonian)(x)
"""), (0, "the arrows go round the wrong way: dq/dt should be positive", """
def field(x):
    dH = elementwise_grad(hamiltonian)(x)
    return np.stack([-dH[..., 1], dH[..., 0]], axis=-1)
"""), (2, "dp/dt is minus the whole slope of H along q: p² / (2 m (1 +", """
def field(x):
    q, p = x[..., 0], x[..., 1]
    return np.stack([p / (m * (1 + slope(q) ** 2)), -m * g * slope(q)], axis=-1)
"""), (0, "three states of shape (3, 2) should give three arrows of", """
def field(x):
    dH = elementwise_grad(hamiltonian)(x)
    return np.stack([dH[..., 1], -dH[..., 0]])
""")],
    "bracket": [(0, "a function's bracket with itself should be zero", """
def bracket(f, g, x):
    df, dg = elementwise_grad(f)(x), elementwise_grad(g)(x)
    return df[..., 0] * dg[..., 1] + df[..., 1] * dg[..., 0]
"""), (0, "a function's bracket with itself should be zero", """
def bracket(f, g, x):
    df, dg = elementwise_grad(f)(x), elementwise_grad(g)(x)
    return df[..., 0] * dg[..., 0] - df[..., 1] * dg[..., 1]
"""), (0, "a function's bracket with itself should be zero", """
def bracket(f, g, x):
    return np.sum(elementwise_grad(f)(x) * field(x), axis=-1)
"""), (1, "states of shape (4, 3, 2) should give (4, 3): use [..., 0]", """
def bracket(f, g, x):
    df, dg = elementwise_grad(f)(x), elementwise_grad(g)(x)
    return df[:, 0] * dg[:, 1] - df[:, 1] * dg[:, 0]
"""), (1, "the sign is wrong: {q, p} should be +1", """
def bracket(f, g, x):
    df, dg = elementwise_grad(f)(x), elementwise_grad(g)(x)
    return df[..., 1] * dg[..., 0] - df[..., 0] * dg[..., 1]
""")],
    "small_period": [(0, "no wire of this kind swings so fast or so slowly (is m in", """
small_period = 2 * np.pi * np.sqrt(g * (a + b))
"""), (0, "no wire of this kind swings so fast or so slowly (is m in", """
small_period = np.sqrt(g * (a + b))
"""), (0, "no wire of this kind swings so fast or so slowly (is m in", """
small_period = 2 * np.pi / np.sqrt(g * b)
"""), (0, "no wire of this kind swings so fast or so slowly (is m in", """
small_period = 2 * np.pi / np.sqrt(m * g * (a + b))
"""), (0, "`small_period` should be a number, and it is a function:", """
def small_period():
    return 2 * np.pi / np.sqrt(g * (a + b))
"""), (0, "NameError: name 'small_period' is not defined", """
period = 2 * np.pi / np.sqrt(g * (a + b))
"""), (0, "after this time the bead is not back: the period depends on", """
small_period = 1.6
""")],
    "energy_difference": [(0, "the spring's energy should grow by 1 J along each axis, to", """
def energy_difference(field, x0, x1, pieces=2000):
    return hamiltonian(np.array(x1)) - hamiltonian(np.array(x0))
"""), (0, "the sign of the part along q is wrong: dH/dq is minus dp/dt", """
def energy_difference(field, x0, x1, pieces=2000):
    dq, dp = (np.array(x1) - np.array(x0)) / pieces
    total = 0
    for i in range(pieces):
        arrow = field(np.array(x0) + (i + 0.5) * np.array([dq, dp]))
        total += arrow[1] * dq + arrow[0] * dp
    return total
"""), (1, "H = p²/2 + q⁴ grows by 1 J from (0, 0.5) to (1, -0.5): use", """
def energy_difference(field, x0, x1, pieces=2000):
    dq, dp = np.array(x1) - np.array(x0)
    arrow = field((np.array(x0) + np.array(x1)) / 2)
    return arrow[0] * dp - arrow[1] * dq
"""), (0, "each piece of the way is the whole way over `pieces`: the", """
def energy_difference(field, x0, x1, pieces=2000):
    dq, dp = np.array(x1) - np.array(x0)
    s = (np.arange(pieces) + 0.5)[:, None] / pieces
    arrows = field(np.array(x0) + s * np.array([dq, dp]))
    return np.sum(arrows[:, 0] * dp - arrows[:, 1] * dq)
"""), (0, "arrow times step is zero work: which component is dH/dq,", """
def energy_difference(field, x0, x1, pieces=2000):
    step = (np.asarray(x1) - np.asarray(x0)) / pieces
    middles = np.asarray(x0) + (np.arange(pieces)[:, None] + 0.5) * step
    return np.sum(field(middles) * step)
""")],
}
