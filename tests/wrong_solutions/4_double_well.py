"""Right answers to the tasks of assignment 4 in many styles, and wrong ones: the points that each leaves, words of its hint, and the cell."""

STYLES = {
    "rates": ["""
def rates(V0, w, m):
    def V2(q):
        return V0 / w**2 * (12 * q**2 / w**2 - 4)
    return np.sqrt(V2(w) / m), np.sqrt(-V2(0) / m)
""", """
def rates(V0, w, m):
    return np.sqrt(8 * V0 / (m * w**2)), np.sqrt(4 * V0 / (m * w**2))
""", """
def rates(height, width, mass):
    growth = 2 / width * (height / mass) ** 0.5
    return [2**0.5 * growth, growth]
""", """
def rates(V0, w, m):
    V = lambda q: V0 * (q**2 / w**2 - 1) ** 2
    h = 1e-3 * w
    bend = lambda q: (V(q + h) - 2 * V(q) + V(q - h)) / h**2
    return np.sqrt(bend(w) / m), np.sqrt(-bend(0.0) / m)
""", """
from autograd import grad

def rates(V0, w, m):
    bend = grad(grad(lambda q: V0 * (q**2 / w**2 - 1) ** 2))
    return np.array([np.sqrt(bend(w)), np.sqrt(-bend(0.0))]) / np.sqrt(m)
""", """
import math

def rates(V0, w, m):
    A = [np.array([[0, 1 / m], [-bend, 0]]) for bend in (8 * V0 / w**2, -4 * V0 / w**2)]
    return max(np.linalg.eigvals(A[0]).imag), max(np.linalg.eigvals(A[1]).real)
"""],
    "sampler": ["""
def sampler(rng, count, hamiltonian):
    states = []
    while len(states) < count:
        q, p = rng.uniform(-2 * w, 2 * w), rng.uniform(-1, 1) * 2 * np.sqrt(m * hump)
        if hamiltonian(np.array([q, p])) < 2 * hump:
            states.append([q, p])
    return np.array(states)
""", """
def sampler(rng, count, hamiltonian):
    kept = np.zeros((0, 2))
    while len(kept) < count:
        x = rng.uniform([-2 * w, -2 * np.sqrt(m * hump)], [2 * w, 2 * np.sqrt(m * hump)], (count, 2))
        kept = np.concatenate([kept, x[hamiltonian(x) < 2 * hump]])
    return kept[:count]
""", """
def sampler(rng, count, hamiltonian):
    x = (2 * rng.random((20 * count, 2)) - 1) * [2 * w, 2 * np.sqrt(m * hump)]
    return x[hamiltonian(x) < 2 * hump][:count]
""", """
def sampler(rng, count, hamiltonian):
    box = np.array([2 * w, 2 * (m * hump) ** 0.5])
    x = box * rng.uniform(-1, 1, (count, 2))
    while np.any(outside := hamiltonian(x) >= 2 * hump):
        x[outside] = box * rng.uniform(-1, 1, (outside.sum(), 2))
    return x
""", """
def sampler(rng, count, hamiltonian):
    def draw():
        while True:
            x = np.array([rng.uniform(-2 * w, 2 * w), rng.uniform(-2, 2) * np.sqrt(m * hump)])
            if hamiltonian(x) < 2 * hump:
                yield x
    states = draw()
    return np.array([next(states) for _ in range(count)])
""", """
def sampler(rng, count, hamiltonian):
    edge = w * np.sqrt(1 + np.sqrt(2))
    q = np.linspace(-edge, edge, 20001)
    width = np.sqrt(np.maximum(2 * m * (2 * hump - hump * (q**2 / w**2 - 1) ** 2), 0))
    area = np.cumsum(width) / np.sum(width)
    q = np.interp(rng.uniform(area[0], 1, count), area, q)
    p = rng.uniform(-1, 1, count) * np.sqrt(np.maximum(2 * m * (2 * hump - hump * (q**2 / w**2 - 1) ** 2), 0)) * (1 - 1e-12)
    return np.stack([q, p], axis=1)
"""],
    "train": ["""
from hnn_lite import HNN, fit

net = HNN(2, hidden=(64,), seed=SEED)
fit(net, task, steps=1500, learning_rate=0.01, schedule="cosine", progress=False)
model = net
"""],
    "hump_height": ["""
m, hump, w = 1, 2, 3

def hump_height(model, reach):
    lowest = min(model.hamiltonian(np.array([q, 0.0])) for q in np.linspace(0, reach, 500))
    return model.hamiltonian(np.zeros(2)) - lowest
""", """
def hump_height(model, reach):
    q = np.linspace(0, reach, 2001)
    H = model.hamiltonian(np.stack([q, np.zeros_like(q)], axis=-1))
    return H[0] - H.min()
""", """
def hump_height(model, reach):
    H = lambda q: float(model.hamiltonian(np.array([q, 0.0])))
    return H(0.0) - min(H(i * reach / 1000) for i in range(1001))
""", """
from scipy.optimize import minimize_scalar

def hump_height(model, reach):
    H = lambda q: model.hamiltonian(np.array([q, 0.0]))
    return H(0.0) - minimize_scalar(H, bounds=(0, reach), method="bounded").fun
""", """
def hump_height(model, reach):
    low, high = 0.0, reach
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        Ha, Hb = model.hamiltonian(np.array([[a, 0.0], [b, 0.0]]))
        low, high = (low, b) if Ha < Hb else (a, high)
    top, bottom = model.hamiltonian(np.array([[0.0, 0.0], [low, 0.0]]))
    return top - bottom
""", """
def hump_height(model, reach):
    x = np.zeros((500, 2))
    x[:, 0] = reach * np.arange(500) / 499
    energies = model.hamiltonian(x)
    i = int(np.argmin(energies))
    a, b, c = np.polyfit(x[max(i - 1, 0):i + 2, 0], energies[max(i - 1, 0):i + 2], 2)
    return energies[0] - (c - b**2 / (4 * a))
"""],
    "crosses": ["""
def crosses(model, q, p, time=20.0):
    return (model.rollout(np.array([q, p]), np.arange(0, time, 0.05))[:, 0] < 0).any()
""", """
def crosses(model, q, p, time=20.0):
    path = model.rollout(np.array([q, p]), np.linspace(0, time, 401))
    return bool(np.any(path[:, 0] < 0))
""", """
def crosses(model, q, p, time=20.0):
    places = model.rollout([q, p], np.arange(0, time + 0.02, 0.02))[:, 0]
    return min(places) < 0
""", """
def crosses(model, q, p, time=20.0):
    for place, _ in model.rollout(np.array([q, p]), np.linspace(0, time, 1000)):
        if place <= 0:
            return True
    return False
""", """
def crosses(model, q, p, time=20.0):
    path = model.rollout([[q, p]], np.linspace(0, time, 500))[:, 0]
    return bool((np.sign(path[:, 0]) != np.sign(q)).any())
""", """
def crosses(model, q, p, time=20.0):
    x, dt = np.array([q, p]), 0.01
    for _ in range(int(time / dt)):
        x = hl.integrate.rk4(model.field, x, dt)
        if x[0] < 0:
            return True
    return False
"""],
    "smallest_push": ["""
def smallest_push(does_cross, low, high, halvings=20):
    if halvings == 0:
        return high
    middle = 0.5 * (low + high)
    return smallest_push(does_cross, *((low, middle) if does_cross(middle) else (middle, high)), halvings - 1)
""", """
def smallest_push(does_cross, low, high, halvings=20):
    for _ in range(halvings):
        middle = (low + high) / 2
        if does_cross(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2
""", """
def smallest_push(does_cross, low, high, halvings=20):
    p, step = low, high - low
    for _ in range(halvings):
        step /= 2
        p += 0 if does_cross(p + step) else step
    return p
""", """
import bisect

def smallest_push(does_cross, low, high, halvings=20):
    n = 2**halvings
    k = bisect.bisect_left(range(n), True, key=lambda i: bool(does_cross(low + (high - low) * i / n)))
    return low + (high - low) * k / n
""", """
from scipy.optimize import bisect

def smallest_push(does_cross, low, high, halvings=20):
    return bisect(lambda p: 1 if does_cross(p) else -1, low, high, xtol=(high - low) / 2**halvings)
""", """
def smallest_push(does_cross, low, high, halvings=20):
    ends = [low, high]
    while halvings:
        middle = sum(ends) / 2
        ends[int(does_cross(middle))] = middle
        halvings -= 1
    return ends[1]
"""],
}

FAULTS = {
    "rates": [(0, "this is the square of omega: a root is missing", """
def rates(V0, w, m):
    return 8 * V0 / (m * w**2), 4 * V0 / (m * w**2)
"""), (0, "after the time 2 pi / omega the ball should be back (is m", """
def rates(V0, w, m):
    return np.sqrt(8 * V0 / w**2), np.sqrt(4 * V0 / w**2)
"""), (0, "this is the rate on the hump: in the hollow V is bent more,", """
def rates(V0, w, m):
    return np.sqrt(4 * V0 / (m * w**2)), np.sqrt(8 * V0 / (m * w**2))
"""), (2, "the growth should be a positive number: on the hump V'' is", """
def rates(V0, w, m):
    return np.sqrt(8 * V0 / (m * w**2)), np.sqrt(-4 * V0 / (m * w**2))
"""), (0, "after the time 2 pi / omega the ball should be back (is m", """
def rates(V0, w, m):
    return np.sqrt(8 * V0 / (m * w**2)) / (2 * np.pi), np.sqrt(4 * V0 / (m * w**2)) / (2 * np.pi)
"""), (1, "after the time 2 pi / omega the ball should be back (is m", """
def rates(V0, w, m):
    return np.sqrt(12 * V0 / (m * w**2)), np.sqrt(4 * V0 / (m * w**2))
"""), (2, "on the hump a distance should grow like cosh(growth * t)", """
def rates(V0, w, m):
    omega = np.sqrt(8 * V0 / (m * w**2))
    return omega, omega / 2
"""), (1, "this is the rate on the hump: in the hollow V is bent more,", """
def rates(V0, w, m):
    return np.sqrt(4 * V0 / (m * w**2)), np.sqrt(4 * V0 / (m * w**2))
""")],
    "sampler": [(0, "some states lie above twice the hump: keep those with H < 2", """
def sampler(rng, count, hamiltonian):
    box = np.array([2 * w, 2 * np.sqrt(m * hump)])
    return rng.uniform(-1, 1, (count, 2)) * box
"""), (1, "exactly as many states as asked for: draw again for those", """
def sampler(rng, count, hamiltonian):
    x = rng.uniform(-1, 1, (count, 2)) * np.array([2 * w, 2 * np.sqrt(m * hump)])
    return x[hamiltonian(x) < 2 * hump]
"""), (1, "the same states again: draw from the rng that is handed in", """
def sampler(rng, count, hamiltonian):
    rng = np.random.default_rng(0)
    box = np.array([2 * w, 2 * np.sqrt(m * hump)])
    x = rng.uniform(-1, 1, (10 * count, 2)) * box
    return x[hamiltonian(x) < 2 * hump][:count]
"""), (2, "no state lies far out: the rectangle reaches from -2 w to 2", """
def sampler(rng, count, hamiltonian):
    box = np.array([w, np.sqrt(m * hump)])
    x = rng.uniform(-1, 1, (10 * count, 2)) * box
    return x[hamiltonian(x) < 2 * hump][:count]
"""), (2, "the states are not spread evenly over H < 2 V0", """
def sampler(rng, count, hamiltonian):
    x = rng.normal(0, 1, (50 * count, 2)) * np.array([w / 2, np.sqrt(m * hump) / 2])
    return x[hamiltonian(x) < 2 * hump][:count]
"""), (2, "draw on both sides of zero", """
def sampler(rng, count, hamiltonian):
    x = rng.uniform(0, 1, (20 * count, 2)) * np.array([2 * w, 2 * np.sqrt(m * hump)])
    return x[hamiltonian(x) < 2 * hump][:count]
"""), (2, "few states lie above the hump: draw evenly, and keep all", """
def sampler(rng, count, hamiltonian):
    box = np.array([2 * w, 2 * np.sqrt(m * hump)])
    x = rng.uniform(-1, 1, (20 * count, 2)) * box
    return x[hamiltonian(x) < hump][:count]
"""), (0, "exactly as many states as asked for: draw again for those", """
def sampler(rng, count, hamiltonian):
    drawn = rng.uniform(0, 2, (count, 2)) * np.array([w, np.sqrt(m * hump)])
    return drawn[hamiltonian(drawn) < 2 * hump]
""")],
    "train": [(0, "its arrows are no better than none at all: has the model", """
model = hl.HNN(dim=2, hidden=(50, 50), seed=SEED)
"""), (0, "the model should be an hl.HNN: only it has an H", """
model = hl.Baseline(dim=2, hidden=(50, 50), seed=SEED)
hl.fit(model, task, steps=300, learning_rate=0.01, schedule="cosine", progress=False)
"""), (0, "NameError: name 'model' is not defined", """
net = hl.HNN(dim=2, hidden=(50, 50), seed=SEED)
"""), (0, "its arrows are no better than none at all: has the model", """
model = hl.HNN(dim=2, hidden=(1,), seed=SEED)
hl.fit(model, task, steps=300, learning_rate=0.01, schedule="cosine", progress=False)
"""), (1, "the arrows are wrong by more than a tenth: more steps, or a", """
model = hl.HNN(dim=2, hidden=(50, 50), seed=SEED)
history = hl.fit(model, task, steps=60, progress=False)
""")],
    "hump_height": [(0, "the hump is higher than the hollow: the sign", """
def hump_height(model, reach):
    q = np.linspace(0, reach, 2001)
    H = model.hamiltonian(np.stack([q, 0 * q], axis=-1))
    return H.min() - H[0]
"""), (0, "it should be H at q = 0, not where H is highest, minus the", """
def hump_height(model, reach):
    q = np.linspace(0, reach, 2001)
    H = model.hamiltonian(np.stack([q, 0 * q], axis=-1))
    return H.max() - H.min()
"""), (1, "wrong for a hollow that is not at w: ask the model where it", """
def hump_height(model, reach):
    return hump
"""), (1, "wrong for a hollow that is not at w: ask the model where it", """
def hump_height(model, reach):
    return model.hamiltonian(np.array([0.0, 0.0])) - model.hamiltonian(np.array([w, 0.0]))
"""), (0, "it should be H at q = 0, not where H is highest, minus the", """
def hump_height(model, reach):
    return model.hamiltonian(np.array([0.0, 0.0])) - model.hamiltonian(np.array([reach, 0.0]))
"""), (1, "nearly: look at more places on the line", """
def hump_height(model, reach):
    q = np.linspace(0, reach, 8)
    H = model.hamiltonian(np.stack([q, 0 * q], axis=-1))
    return H[0] - H.min()
"""), (0, "a constant added to H changes your answer: take the", """
def hump_height(model, reach):
    return model.hamiltonian(np.array([0.0, 0.0]))
""")],
    "crosses": [(0, "crosses should return True or False, one for the whole", """
def crosses(model, q, p, time=20.0):
    return model.rollout([q, p], np.linspace(0, time, 400))[:, 0] < 0
"""), (1, "thrown at the hump with more than enough it should cross", """
def crosses(model, q, p, time=20.0):
    return bool(model.rollout([q, p], np.linspace(0, time, 400))[-1, 0] < 0)
"""), (0, "half the momentum that takes it to the top is not enough", """
def crosses(model, q, p, time=20.0):
    return bool(np.any(model.rollout([q, p], np.linspace(0, time, 400)) < 0))
"""), (0, "follow the path of the model that is handed in, with its", """
def crosses(model, q, p, time=20.0):
    return bool(abs(p) > np.sqrt(2 * m * hump))
"""), (0, "follow the path of the model that is handed in, with its", """
def crosses(model, q, p, time=20.0):
    return bool(np.any(well.hamiltonian(np.array([q, p])) > hump))
"""), (0, "follow the path of the model that is handed in, with its", """
def crosses(model, q, p, time=20.0):
    return bool(np.any(Quick().rollout([q, p], np.linspace(0, time, 400))[:, 0] < 0))
"""), (0, "thrown at the hump with more than enough it should cross", """
def crosses(model, q, p, time=20.0):
    return bool(np.any(model.rollout([q, p], np.linspace(0, 1, 400))[:, 0] < 0))
"""), (0, "half the momentum that takes it to the top is not enough", """
def crosses(model, q, p, time=20.0):
    return bool(np.all(model.rollout([q, p], np.linspace(0, time, 400))[:, 0] > 0))
""")],
    "smallest_push": [(0, "it should arrive where the answer changes: keep halving", """
def smallest_push(does_cross, low, high, halvings=20):
    for p in np.linspace(low, high, 20):
        if does_cross(p):
            return p
"""), (1, "twenty questions are enough: halve the interval each time", """
def smallest_push(does_cross, low, high, halvings=20):
    for p in np.linspace(low, high, 100000):
        if does_cross(p):
            return p
"""), (0, "it should arrive where the answer changes: keep halving", """
def smallest_push(does_cross, low, high, halvings=20):
    return np.sqrt(2 * m * hump)
"""), (0, "it should arrive where the answer changes: keep halving", """
def smallest_push(does_cross, low, high, halvings=20):
    for _ in range(halvings):
        middle = (high - low) / 2
        low, high = (low, middle) if does_cross(middle) else (middle, high)
    return middle
"""), (0, "it ends where it began: if the middle crosses, go on below", """
def smallest_push(does_cross, low, high, halvings=20):
    for _ in range(halvings):
        middle = (high + low) / 2
        low, high = (middle, high) if does_cross(middle) else (low, middle)
    return middle
""")],
}
