"""Wrong solutions of assignment 1: the mistake, the points that are left of 17, a piece of the hint, and the cells that change."""

WRONG = [
    ("the momentum is m v on the slope too", 14, "look at L", {"momentum": """
def momentum(q, v):
    return m * v

def velocity(q, p):
    return p / m
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
