"""Wrong solutions of assignment 4: the mistake, the points that are left of 17, a piece of the hint, and the cells that change."""

WRONG = [
    ("the bend of the hump taken for that of the hollow", 14, "the hollow is not bent as the hump is", {"rates": """
def rates(V0, w, m):
    return np.sqrt(4 * V0 / (m * w**2)), np.sqrt(4 * V0 / (m * w**2))
"""}),
    ("states that were thrown away are missing, and one quadrant only", 14, "exactly as many states", {"sampler": """
def sampler(rng, count, hamiltonian):
    drawn = rng.uniform(0, 2, (count, 2)) * np.array([w, np.sqrt(m * hump)])
    return drawn[hamiltonian(drawn) < 2 * hump]
"""}),
    ("a network that was hardly trained, and only the end of a path looked at", 11, "more steps, or a larger learning rate", {"train": """
model = hl.HNN(dim=2, hidden=(50, 50), seed=SEED)
history = hl.fit(model, task, steps=60, progress=False)
""", "crosses": """
def crosses(model, q, p, time=20.0):
    return bool(model.rollout([q, p], np.linspace(0, time, 200))[-1, 0] < 0)
"""}),
    ("H at the hump, and the height of one's own hump by heart", 14, "it is a difference that is wanted", {"hump_height": """
def hump_height(model, reach):
    return model.hamiltonian(np.array([0.0, 0.0]))
"""}),
    ("the wrong half is kept, and a push to the right is not followed", 12, "if the middle crosses", {"crosses": """
def crosses(model, q, p, time=20.0):
    return bool(p < 0 and model.hamiltonian(np.array([q, p])) > model.hamiltonian(np.array([0.0, 0.0])))
""", "smallest_push": """
def smallest_push(does_cross, low, high, halvings=20):
    for _ in range(halvings):
        middle = (low + high) / 2
        low, high = (middle, high) if does_cross(middle) else (low, middle)
    return middle
"""}),
]
