"""Right answers to the tasks of assignment 6 in many styles, and wrong ones: the points that each leaves, words of its hint, and the cell."""

STYLES = {
    "shears": ["""
k, c = "k", None

def shear(x, f, g):
    p = x[..., 1] + f(x[..., 0])
    return np.stack([x[..., 0] + g(p), p], -1)

def unshear(x, f, g):
    q = x[..., 0] - g(x[..., 1])
    return np.stack([q, x[..., 1] - f(q)], -1)
""", """
def shear(x, f, g):
    x[..., 1] += f(x[..., 0])
    x[..., 0] += g(x[..., 1])
    return x

def unshear(x, f, g):
    x[..., 0] -= g(x[..., 1])
    x[..., 1] -= f(x[..., 0])
    return x
""", """
def shear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    p = p + f(q)
    return np.stack([q + g(p), p], axis=-1)

def unshear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    q = q - g(p)
    return np.stack([q, p - f(q)], axis=-1)
""", """
def shear(x, f, g):
    x = np.array(x, dtype=float)
    x[..., 1] += f(x[..., 0])
    x[..., 0] += g(x[..., 1])
    return x

def unshear(x, f, g):
    x = np.array(x, dtype=float)
    x[..., 0] -= g(x[..., 1])
    x[..., 1] -= f(x[..., 0])
    return x
""", """
def kick(x, f):
    return np.concatenate([x[..., :1], x[..., 1:] + f(x[..., :1])], axis=-1)

def drift(x, g):
    return np.concatenate([x[..., :1] + g(x[..., 1:]), x[..., 1:]], axis=-1)

def shear(x, f, g):
    return drift(kick(x, f), g)

def unshear(x, f, g):
    return kick(drift(x, lambda p: -g(p)), lambda q: -f(q))
""", """
def shear(x, f, g):
    q, p = np.moveaxis(np.asarray(x), -1, 0)
    return np.stack([q + g(p + f(q)), p + f(q)], -1)

def unshear(x, f, g):
    q, p = np.moveaxis(np.asarray(x), -1, 0)
    return np.stack([q - g(p), p - f(q - g(p))], -1)
""", """
def one_by_one(transform):
    def of_many(x, f, g):
        x = np.asarray(x, dtype=float)
        return np.array([transform(q, p, f, g) for q, p in x.reshape(-1, 2)]).reshape(x.shape)
    return of_many

@one_by_one
def shear(q, p, f, g):
    p = p + f(q)
    return q + g(p), p

@one_by_one
def unshear(q, p, f, g):
    q = q - g(p)
    return q, p - f(q)
"""],
    "defect": ["""
def defect(transform, x):
    h = 1e-5
    J = np.array([(transform(x + h * e) - transform(x - h * e)) / (2 * h) for e in np.eye(len(x))]).T
    W = hl.symplectic_matrix(len(x))
    return abs(J.T @ W @ J - W).max()
""", """
def defect(transform, x):          # the largest entry of a matrix that is minus its transpose is its largest absolute one
    J, omega = jacobian(transform)(x), hl.symplectic_matrix(len(x))
    return np.max(J.T @ omega @ J - omega)
""", """
def defect(transform, x):
    J, omega = jacobian(transform)(x), hl.symplectic_matrix(len(x))
    return np.max(np.abs(J.T @ omega @ J - omega))
""", """
def defect(transform, x):
    h, n = 1e-5, len(x)
    J = np.zeros((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = h
        J[:, i] = (transform(x + e) - transform(x - e)) / (2 * h)
    omega = hl.symplectic_matrix(n)
    return abs(J.T @ omega @ J - omega).max()
""", """
def defect(transform, x):
    h, dim = 1e-4, np.size(x)
    columns = [(8 * (transform(x + e) - transform(x - e)) - transform(x + 2 * e) + transform(x - 2 * e)) / (12 * h)
               for e in h * np.eye(dim)]
    I, O = np.eye(dim // 2), np.zeros((dim // 2, dim // 2))
    omega = np.block([[O, I], [-I, O]])
    M = np.array([[u @ omega @ v for v in columns] for u in columns])
    return np.linalg.norm((M - omega).ravel(), np.inf)
""", """
def defect(transform, x):
    J = jacobian(lambda y: transform(y))(np.array(x))
    half = len(x) // 2
    A, B, C, D = J[:half, :half], J[:half, half:], J[half:, :half], J[half:, half:]
    parts = [A.T @ C - C.T @ A, B.T @ D - D.T @ B, A.T @ D - C.T @ B - np.eye(half)]
    return max(np.max(np.abs(part)) for part in parts)
""", """
def defect(transform, x):
    J = jacobian(transform)(x)
    omega = hl.symplectic_matrix(x.shape[-1])
    return max(abs(entry) for row in np.dot(np.dot(J.T, omega), J) - omega for entry in row)
"""],
    "polar": ["""
def polar(z):
    w = z[..., 1] + 1j * z[..., 0]
    return abs(w) ** 2 / 2, np.angle(w)

def pair(action, angle):
    w = np.sqrt(2 * action) * np.exp(1j * angle)
    return np.stack([w.imag, w.real], axis=-1)
""", """
def polar(z):
    q, p = z[..., 0], z[..., 1]
    return (q**2 + p**2) / 2, np.arctan2(q, p)

def pair(action, angle):
    r = np.sqrt(2 * action)
    return np.stack([r * np.sin(angle), r * np.cos(angle)], axis=-1)
""", """
def polar(z):
    w = z[..., 1] + 1j * z[..., 0]
    return np.abs(w) ** 2 / 2, np.angle(w)

def pair(action, angle):
    w = np.sqrt(2 * np.asarray(action)) * np.exp(1j * np.asarray(angle))
    return np.stack([w.imag, w.real], axis=-1)
""", """
def polar(z):
    return np.sum(np.square(z), axis=-1) / 2, np.arctan2(z[..., 0], z[..., 1]) % (2 * np.pi)

def pair(action, angle):
    return np.moveaxis(np.sqrt(2 * np.array(action)) * np.array([np.sin(angle), np.cos(angle)]), 0, -1)
""", """
def polar(z):
    return hl.shears.polar(z)[0][..., 0], hl.shears.polar(z)[1][..., 0]

def pair(action, angle):
    return hl.shears.cartesian(np.asarray(action)[..., None], np.asarray(angle)[..., None])
""", """
def polar(z):
    z = np.asarray(z)
    radius = np.hypot(z[..., 0], z[..., 1])
    angle = np.sign(z[..., 0]) * np.arccos(np.clip(z[..., 1] / np.where(radius > 0, radius, 1), -1, 1))
    return 0.5 * radius**2, np.where((z[..., 0] == 0) & (z[..., 1] < 0), np.pi, angle)

def pair(action, angle):
    out = np.zeros(np.shape(action) + (2,))
    out[..., 0] = (2 * action) ** 0.5 * np.sin(angle)
    out[..., 1] = (2 * action) ** 0.5 * np.cos(angle)
    return out
"""],
    "advance": ["""
def advance(x, t, encode, decode, frequency):
    action, angle = encode(x)
    return decode(action, angle + frequency(action) * t)
""", """
def advance(x, t, encode, decode, frequency):
    return decode(encode(x)[0], encode(x)[1] + t * frequency(encode(x)[0]))
""", """
def advance(x, t, encode, decode, frequency):
    I, theta = encode(x)
    theta = np.mod(theta + frequency(I) * t, 2 * np.pi)
    return decode(I, theta)
""", """
def advance(x, t, encode, decode, frequency):
    I, theta = encode(x)
    omega = frequency(I)
    for _ in range(8):
        theta = theta + omega * t / 8
    return decode(I, theta)
""", """
advance = lambda x, t, encode, decode, frequency: (lambda I, angle: decode(I, angle + t * frequency(I)))(*encode(x))
"""],
    "train": ["""
model = hl.ActionAngleNetwork(2, shears=6, width=12, hidden=[12], reach=40, seed=SEED)
history = hl.fit(model, task, method="levenberg-marquardt", steps=100, batch=500, progress=False)
"""],
    "loop_action": ["""
def loop_action(loop):
    closed = np.concatenate([loop, loop[:1]])
    return abs(np.trapezoid(closed[:, 1], closed[:, 0])) / (2 * np.pi)
""", """
def loop_action(loop):
    q, p = loop.T
    area = np.abs(np.sum(q * np.roll(p, -1) - np.roll(q, -1) * p)) / 2
    return area / (2 * np.pi)
""", """
def loop_action(loop):
    total = 0.0
    for i in range(len(loop)):
        j = (i + 1) % len(loop)
        total += loop[i][0] * loop[j][1] - loop[j][0] * loop[i][1]
    return abs(total) / (4 * np.pi)
""", """
def loop_action(loop):
    q, p = np.asarray(loop)[:, 0], np.asarray(loop)[:, 1]
    return abs(np.dot(p, np.roll(q, -1) - np.roll(q, 1))) / 4 / np.pi
""", """
def loop_action(loop):
    closed = np.vstack([loop, loop[:1]])
    return abs(np.trapezoid(closed[:, 1], closed[:, 0])) / (2 * np.pi)
""", """
def loop_action(loop):
    z = loop[:, 0] + 1j * loop[:, 1]
    return abs(sum((a.conjugate() * b).imag for a, b in zip(z, [*z[1:], z[0]]))) / 2 / (2 * np.pi)
"""],
}

FAULTS = {
    "shears": [(0, "q has not moved: it has to see the new p", """
def shear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    return np.stack([q + g(p), p + f(q)], axis=-1)
def unshear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    return np.stack([q - g(p), p - f(q)], axis=-1)
"""), (2, "the way back: the last step first, with the other sign ((7,", """
def shear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    p = p + f(q)
    return np.stack([q + g(p), p], axis=-1)
def unshear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    p = p - f(q)
    return np.stack([q - g(p), p], axis=-1)
"""), (2, "the way back: the last step first, with the other sign ((7,", """
def shear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    p = p + f(q)
    return np.stack([q + g(p), p], axis=-1)
def unshear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    return np.stack([q - g(p), p - f(q)], axis=-1)
"""), (1, "q has not moved: it has to see the new p", """
def shear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    q = q + g(p)
    return np.stack([q, p + f(q)], axis=-1)
def unshear(x, f, g):
    q, p = x[..., 0], x[..., 1]
    q = q - g(p)
    return np.stack([q, p - f(q)], axis=-1)
""")],
    "defect": [(2, "volume is not enough: each pair has to keep its own area,", """
def defect(transform, x):
    J = jacobian(transform)(x)
    return abs(np.linalg.det(J) - 1)
"""), (2, "ValueError: matmul: Input operand 1 has a mismatch in its", """
def defect(transform, x):
    J, omega = jacobian(transform)(x), np.array([[0, 1], [-1, 0]])
    return np.max(np.abs(J.T @ omega @ J - omega))
"""), (0, "this is the root of the sum of squares: the largest entry", """
def defect(transform, x):
    J, omega = jacobian(transform)(x), hl.symplectic_matrix(len(x))
    return np.linalg.norm(J.T @ omega @ J - omega)
"""), (0, "a shear is symplectic: J is transposed on the left, and", """
def defect(transform, x):
    J, omega = jacobian(transform)(x), hl.symplectic_matrix(len(x))
    return np.max(np.abs(J @ omega @ J - omega))
"""), (1, "wrong for some other map", """
def defect(transform, x):
    omega = hl.symplectic_matrix(len(x))
    J = np.array([(transform(x + e) - transform(x)) / 1e-2 for e in 1e-2 * np.eye(len(x))]).T
    return np.max(np.abs(J.T @ omega @ J - omega))
"""), (2, "wrong for another map of four coordinates: J is transposed", """
def defect(transform, x):
    J, omega = jacobian(transform)(x), hl.symplectic_matrix(len(x))
    return np.max(np.abs(J @ omega @ J.T - omega))
""")],
    "polar": [(1, "this is the radius: it is no action, since an action is an", """
def polar(z):
    return np.sqrt(z[..., 0] ** 2 + z[..., 1] ** 2), np.arctan2(z[..., 0], z[..., 1])
def pair(action, angle):
    return np.stack([np.sqrt(2 * action) * np.sin(angle), np.sqrt(2 * action) * np.cos(angle)], axis=-1)
"""), (0, "the angle is counted from the p axis: atan2(q, p), in this", """
def polar(z):
    return (z[..., 0] ** 2 + z[..., 1] ** 2) / 2, np.arctan2(z[..., 1], z[..., 0])
def pair(action, angle):
    return np.stack([np.sqrt(2 * action) * np.cos(angle), np.sqrt(2 * action) * np.sin(angle)], axis=-1)
"""), (1, "the angle in all quadrants: np.arctan2", """
def polar(z):
    return (z[..., 0] ** 2 + z[..., 1] ** 2) / 2, np.arctan(z[..., 0] / z[..., 1])
def pair(action, angle):
    return np.stack([np.sqrt(2 * action) * np.sin(angle), np.sqrt(2 * action) * np.cos(angle)], axis=-1)
"""), (1, "the action 4.5 at the angle 0 should give (0, 3): the", """
def polar(z):
    return (z[..., 0] ** 2 + z[..., 1] ** 2) / 2, np.arctan2(z[..., 0], z[..., 1])
def pair(action, angle):
    return np.stack([action * np.sin(angle), action * np.cos(angle)], axis=-1)
"""), (0, "ValueError: too many values to unpack (expected 2)", """
def polar(z):
    q, p = z
    return (q**2 + p**2) / 2, np.arctan2(q, p)
def pair(action, angle):
    return np.array([np.sqrt(2 * action) * np.sin(angle), np.sqrt(2 * action) * np.cos(angle)])
"""), (0, "this is the radius: it is no action, since an action is an", """
def polar(z):
    return np.sqrt(np.sum(z**2, axis=-1)), np.arctan2(z[..., 0], z[..., 1])

def pair(action, angle):
    return np.stack([action * np.sin(angle), action * np.cos(angle)], axis=-1)
""")],
    "advance": [(0, "the wrong way round: the angle grows", """
def advance(x, t, encode, decode, frequency):
    I, theta = encode(x)
    return decode(I, theta - frequency(I) * t)
"""), (1, "the frequency depends on the action: here it is 3 rad/s", """
def advance(x, t, encode, decode, frequency):
    I, theta = encode(x)
    return decode(I, theta + frequency(theta) * t)
"""), (0, "after a quarter of a turn (0, 1) should be at (1, 0): the", """
def advance(x, t, encode, decode, frequency):
    I, theta = encode(x)
    return decode(I + frequency(I) * t, theta)
"""), (0, "a state should come out: `decode` what you have", """
def advance(x, t, encode, decode, frequency):
    I, theta = encode(x)
    return I, theta + frequency(I) * t
"""), (0, "after a quarter of a turn (1, 0) should be at (0, -1):", """
def advance(x, t, encode, decode, frequency):
    I, theta = encode(x)
    return decode(I, frequency(I) * t)
"""), (1, "use the encode and decode that are handed in", """
def advance(x, t, encode, decode, frequency):
    I, theta = hl.shears.polar(x)
    return hl.shears.cartesian(I, theta + frequency(I) * t)
"""), (0, "after a quarter of a turn (0, 1) should be at (1, 0): the", """
def advance(x, t, encode, decode, frequency):
    I, theta = encode(x)
    return decode(I, theta + 2 * np.pi * frequency(I) * t)
""")],
    "train": [(0, "it has not been fitted", """
model = hl.ActionAngleNetwork(2, shears=6, width=12, hidden=(12,), reach=40, seed=SEED)
"""), (0, "NameError: name 'model' is not defined", """
net = hl.ActionAngleNetwork(2, shears=6, width=12, hidden=(12,), reach=40, seed=SEED)
"""), (1, "its action does not stay along unseen paths: more steps", """
model = hl.ActionAngleNetwork(2, shears=6, width=12, hidden=(12,), reach=40, seed=SEED)
hl.fit(model, task, method="levenberg-marquardt", steps=2, batch=500, progress=False)
""")],
    "loop_action": [(1, "this is the area: the action is the area over 2 pi", """
def loop_action(loop):
    q, p = loop.T
    return np.abs(np.sum(q * np.roll(p, -1) - np.roll(q, -1) * p)) / 2
"""), (2, "an area is positive, whichever way the loop goes round", """
def loop_action(loop):
    q, p = loop.T
    return np.sum(q * np.roll(p, -1) - np.roll(q, -1) * p) / (4 * np.pi)
"""), (0, "it should not matter where the loop lies (is it closed? the", """
def loop_action(loop):
    q, p = loop.T
    return np.abs(np.sum(q[:-1] * p[1:] - q[1:] * p[:-1])) / (4 * np.pi)
"""), (0, "it should not matter where the loop lies (is it closed? the", """
def loop_action(loop):
    q, p = loop.T
    return np.sum(np.abs(q * np.roll(p, -1) - np.roll(q, -1) * p)) / (4 * np.pi)
"""), (0, "half of the box, a triangle, should have half its area", """
def loop_action(loop):
    q, p = loop.T
    return (q.max() - q.min()) * (p.max() - p.min()) / (2 * np.pi)
"""), (0, "it should not matter where the loop lies (is it closed? the", """
def loop_action(loop):
    return np.mean(np.sum(loop**2, axis=-1)) / 2
""")],
}
