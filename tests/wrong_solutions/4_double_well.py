"""Wrong solutions of assignment 4: the mistake, the points that are left of 17, a piece of the hint, and the cells that change."""

WRONG = [
    ("the bend of the hump taken for that of the hollow", 14, "the hollow is bent more than the hump", {"rates": """
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
    ("H at the hump, and the height of one's own hump by heart", 14, "take the difference of two energies", {"hump_height": """
def hump_height(model, reach):
    return model.hamiltonian(np.array([0.0, 0.0]))
"""}),
    ("energies compared, and no path followed", 14, "follow the model's path", {"crosses": """
def crosses(model, q, p, time=20.0):
    return bool(model.hamiltonian(np.array([q, p])) > model.hamiltonian(np.array([0.0, 0.0])))
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

# right answers in another style: the style, and the cells that change
RIGHT = [
    ("one state at a time, a finer search, and names of the set-up cell used for something else", {"rates": """
def rates(V0, w, m):
    def V2(q):
        return V0 / w**2 * (12 * q**2 / w**2 - 4)
    return np.sqrt(V2(w) / m), np.sqrt(-V2(0) / m)
""", "sampler": """
def sampler(rng, count, hamiltonian):
    states = []
    while len(states) < count:
        q, p = rng.uniform(-2 * w, 2 * w), rng.uniform(-1, 1) * 2 * np.sqrt(m * hump)
        if hamiltonian(np.array([q, p])) < 2 * hump:
            states.append([q, p])
    return np.array(states)
""", "hump_height": """
m, hump, w = 1, 2, 3

def hump_height(model, reach):
    lowest = min(model.hamiltonian(np.array([q, 0.0])) for q in np.linspace(0, reach, 500))
    return model.hamiltonian(np.zeros(2)) - lowest
""", "crosses": """
def crosses(model, q, p, time=20.0):
    return (model.rollout(np.array([q, p]), np.arange(0, time, 0.05))[:, 0] < 0).any()
""", "smallest_push": """
def smallest_push(does_cross, low, high, halvings=20):
    if halvings == 0:
        return high
    middle = 0.5 * (low + high)
    return smallest_push(does_cross, *((low, middle) if does_cross(middle) else (middle, high)), halvings - 1)
"""}),
]
