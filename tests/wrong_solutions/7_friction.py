"""Wrong solutions of assignment 7: the mistake, the points that are left of 17, a piece of the hint, and the cells that change."""

WRONG = [
    ("the friction taken for the rate of the swings", 14, "the swings die away more slowly than c", {"rates": """
def rates(a, b, c):
    return c, np.sqrt(a * b - c**2 / 4)
"""}),
    ("the honey does not slow the swings", 14, "friction slows the swings", {"rates": """
def rates(a, b, c):
    return c / 2, np.sqrt(a * b)
"""}),
    ("both parts change in the same sense", 14, "one of them needs the other sign", {"swap": """
def swap(H, D, g, G):
    return lambda x: H(x) + G(x[..., 0]), lambda x: D(x) + x[..., 1] * g(x[..., 0])
"""}),
    ("friction times p, and an order stronger than the motor", 12, "not times p", {"port": """
def port(H, L, x, u):
    slope = elementwise_grad(H)(x)
    return np.concatenate([slope[..., 1:], -slope[..., :1] - L(x) ** 2 * x[..., 1:] + u], axis=-1)
""", "pump": """
def pump(H, top, v, limit, gain=1.0):
    return gain * (top - H) * np.where(v < 0, -1, 1)
"""}),
    ("L in place of its square", 14, "with L itself it may push", {"port": """
def port(H, L, x, u):
    slope = elementwise_grad(H)(x)
    return np.concatenate([slope[..., 1:], -slope[..., :1] - L(x) * slope[..., 1:] + u], axis=-1)
"""}),
    ("the motor left out of the training", 14, "the network takes it for noise", {"train": """
model = PortHNN(2, seed=SEED, hidden=(16, 16), drag="constant")
history = hl.fit(model, task, 20, method="levenberg-marquardt", progress=False)
"""}),
    ("what is gained in place of what is lost, and a pendulum at rest forgotten", 12, "what is lost is positive", {"power_lost": """
def power_lost(model, x):
    return np.sum(elementwise_grad(model.hamiltonian)(x) * model.field(x), axis=-1)
""", "pump": """
def pump(H, top, v, limit, gain=1.0):
    return np.clip(gain * (top - H) * np.sign(v), -limit, limit)
"""}),
]

# right answers in another style: the style, and the cells that change
RIGHT = [
    ("eigenvalues, loops over states, and names of the set-up cell used for something else", {"rates": """
def rates(a, b, c):
    root = np.roots([1, c, a * b])[0]
    return -root.real, abs(root.imag)
""", "swap": """
def swap(H, D, g, G):
    def energy(x):
        return G(x[..., 0]) + H(x)
    def dissipation(x):
        return D(x) - g(x[..., 0]) * x[..., 1] + 7
    return energy, dissipation
""", "port": """
a, b, c = 1, 2, 3

def port(H, L, x, u):
    dH = hl.apply_omega(elementwise_grad(H)(x))
    drag = np.concatenate([0 * u, u - L(x) * L(x) * dH[..., :1]], axis=-1)
    return dH + drag
""", "power_lost": """
def power_lost(model, x):
    slopes, arrows = elementwise_grad(model.hamiltonian)(x), model.field(x)
    return -(slopes[..., 0] * arrows[..., 0] + slopes[..., 1] * arrows[..., 1])
""", "pump": """
def pump(H, top, v, limit, gain=1.0):
    sign = 2 * (v >= 0) - 1
    return np.maximum(-limit, np.minimum(limit, sign * gain * (top - H)))
"""}),
]
