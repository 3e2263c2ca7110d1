"""Wrong solutions of assignment 6: the mistake, the points that are left of 17, a piece of the hint, and the cells that change."""

WRONG = [
    ("both shears see the old state", 14, "the last step first", {"shears": """
def shear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    p = p + f(q)
    return np.stack([q + g(p), p], axis=-1)

def unshear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    return np.stack([q - g(p), p - f(q)], axis=-1)
"""}),
    ("the determinant for the form, and atan2 with its arguments swapped", 12, "counted from the p axis", {"defect": """
def defect(transform, x):
    return np.abs(np.linalg.det(jacobian(transform)(x)) - 1)
""", "polar": """
def polar(z):
    q, p = z[..., 0], z[..., 1]
    return (q**2 + p**2) / 2, np.arctan2(p, q)

def pair(action, angle):
    return np.stack([np.sqrt(2 * action) * np.cos(angle), np.sqrt(2 * action) * np.sin(angle)], axis=-1)
"""}),
    ("the angle runs backwards", 14, "the wrong way round: the angle grows", {"advance": """
def advance(x, t, encode, decode, frequency):
    action, angle = encode(x)
    return decode(action, angle - frequency(action) * t)
"""}),
    ("the radius for the action, and the area for the action of a loop", 12, "this is the radius", {"polar": """
def polar(z):
    return np.sqrt(np.sum(z**2, axis=-1)), np.arctan2(z[..., 0], z[..., 1])

def pair(action, angle):
    return np.stack([action * np.sin(angle), action * np.cos(angle)], axis=-1)
""", "loop_action": """
def loop_action(loop):
    q, p = loop[:, 0], loop[:, 1]
    return abs(np.sum(q * np.roll(p, -1) - np.roll(q, -1) * p)) / 2
"""}),
    ("a network after one step of training, and a loop that is not closed", 11, "more steps", {"train": """
model = hl.ActionAngleNetwork(dim=2, shears=6, width=12, hidden=(12,), reach=1, seed=SEED)
history = hl.fit(model, task, steps=1, batch=500, method="levenberg-marquardt", seed=SEED, progress=False)
""", "loop_action": """
def loop_action(loop):
    q, p = loop[:, 0], loop[:, 1]
    return abs(np.sum(q[:-1] * p[1:] - q[1:] * p[:-1])) / (4 * np.pi)
"""}),
]

# right answers in another style: the style, and the cells that change
RIGHT = [
    ("the defect by differences, the area by the trapezium rule, and names of the set-up cell used for something else", {"shears": """
k, c = "k", None

def shear(x, f, g):
    p = x[..., 1] + f(x[..., 0])
    return np.stack([x[..., 0] + g(p), p], -1)

def unshear(x, f, g):
    q = x[..., 0] - g(x[..., 1])
    return np.stack([q, x[..., 1] - f(q)], -1)
""", "defect": """
def defect(transform, x):
    h = 1e-5
    J = np.array([(transform(x + h * e) - transform(x - h * e)) / (2 * h) for e in np.eye(len(x))]).T
    W = hl.symplectic_matrix(len(x))
    return abs(J.T @ W @ J - W).max()
""", "polar": """
def polar(z):
    w = z[..., 1] + 1j * z[..., 0]
    return abs(w) ** 2 / 2, np.angle(w)

def pair(action, angle):
    w = np.sqrt(2 * action) * np.exp(1j * angle)
    return np.stack([w.imag, w.real], axis=-1)
""", "loop_action": """
def loop_action(loop):
    closed = np.concatenate([loop, loop[:1]])
    return abs(np.trapezoid(closed[:, 1], closed[:, 0])) / (2 * np.pi)
"""}),
]
