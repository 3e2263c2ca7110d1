"""Wrong solutions of assignment 1: the mistake, the points that are left of 17, a piece of the hint, and the cells that change."""

WRONG = [
    ("the momentum is m v on the slope too", 14, "look at L", {"momentum": """
def momentum(q, v):
    return m * v

def velocity(q, p):
    return p / m
"""}),
    ("h' where it should be squared", 14, "h' enters squared", {"momentum": """
def momentum(q, v):
    return m * v * (1 + slope(q))

def velocity(q, p):
    return p / (m * (1 + slope(q)))
"""}),
    ("T - V for T + V", 14, "this is T - V", {"hamiltonian": """
def hamiltonian(x):
    q, p = x[..., 0], x[..., 1]
    return p**2 / (2 * m * (1 + slope(q) ** 2)) - m * g * height(q)
"""}),
    ("a wrong sign in Hamilton's second equation, and the bracket turned round", 10, "a sign is wrong", {"field": """
def field(x):
    slopes = elementwise_grad(hamiltonian)(x)
    return np.stack([slopes[..., 1], slopes[..., 0]], axis=-1)
""", "bracket": """
def bracket(f, g, x):
    df, dg = elementwise_grad(f)(x), elementwise_grad(g)(x)
    return df[..., 1] * dg[..., 0] - df[..., 0] * dg[..., 1]
"""}),
    ("the period of a neighbour's wire", 15, "the bead is not back", {"small_period": """
small_period = 1.7203
"""}),
    ("the mass forgotten in the energy, and arrows taken for slopes", 12, "a factor 2 is missing", {"hamiltonian": """
def hamiltonian(x):
    q, p = x[..., 0], x[..., 1]
    return p**2 / (m * (1 + slope(q) ** 2)) + m * g * height(q)
""", "energy_difference": """
def energy_difference(field, x0, x1, pieces=2000):
    step = (np.asarray(x1) - np.asarray(x0)) / pieces
    middles = np.asarray(x0) + (np.arange(pieces)[:, None] + 0.5) * step
    return np.sum(field(middles) * step)
"""}),
]

# right answers in another style: the style, and the cells that change
RIGHT = [
    ("slopes written out by hand, and names of the set-up cell used for something else", {"momentum": """
a, b = 3.0, "b"

def momentum(q, v):
    return m * v + m * v * slope(q) ** 2

def velocity(q, p):
    return p / m / (1 + slope(q) ** 2)

m = None
""", "field": """
def field(x):
    q, p = np.moveaxis(x, -1, 0)
    inertia, bend = m * (1 + slope(q) ** 2), a * np.cos(q) + b
    return np.stack([p / inertia, p**2 / inertia**2 * m * slope(q) * bend - m * g * slope(q)], axis=-1)
""", "small_period": """
omega = (9.81 * (a + b)) ** 0.5
small_period = 2 * np.pi / omega
""", "energy_difference": """
def energy_difference(field, x0, x1, pieces=2000):
    edges = np.linspace(x0, x1, pieces + 1)
    q_dot, p_dot = field((edges[1:] + edges[:-1]) / 2).T
    return np.mean(q_dot) * (x1[1] - x0[1]) - np.mean(p_dot) * (x1[0] - x0[0])
"""}),
]
