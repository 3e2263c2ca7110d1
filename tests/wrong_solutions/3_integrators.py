"""Wrong solutions of assignment 3: the mistake, the points that are left of 17, a piece of the hint, and the cells that change."""

WRONG = [
    ("the sum of the two arrows for their mean", 15, "the mean, not the sum", {"heun": """
def heun(field, x, dt):
    first = field(x)
    return x + dt * (first + field(x + dt * first))
"""}),
    ("the chapter's leapfrog handed in as the other one, and a difference of 2 h divided by h", 11, "this is the chapter's", {
        "drift_kick_drift": """
def drift_kick_drift(field, x, dt):
    return leapfrog(field, x, dt)
""", "area_factor": """
def area_factor(method, field, x, dt, h=1e-5):
    columns = [(method(field, x + h * nudge, dt) - method(field, x - h * nudge, dt)) / h for nudge in np.eye(2)]
    return np.linalg.det(columns)
"""}),
    ("the ratio of the errors is called the order", 14, "this is the ratio of the errors", {"order": """
def order(method, field, x0, time, steps):
    truth = solve_ivp(field, x0, [0, time])[-1]
    far, near = (np.linalg.norm(march(method, field, x0, time / n, n)[-1] - truth) for n in (steps, 2 * steps))
    return far / near
"""}),
    ("orders known by heart, and the way back from the start", 12, "from the end of the way out", {"order": """
def order(method, field, x0, time, steps):
    return {"leapfrog": 2, "rk4": 4}[method.__name__]
""", "there_and_back": """
def there_and_back(method, field, x0, dt, steps):
    return np.linalg.norm(march(method, field, x0, dt, steps)[-1] - march(method, field, x0, -dt, steps)[-1])
"""}),
    ("drift from the first and the last energy, and steps that are not made shorter", 13, "a wobble is no drift", {"drift": """
def drift(times, energies):
    return (energies[-1] - energies[0]) / energies[0] / (times[-1] - times[0])
""", "steps_needed": """
def steps_needed(method, field, x0, time, tolerance):
    return 2 ** int(np.ceil(np.log2(1 / tolerance)))
"""}),
]

# right answers in another style: the style, and the cells that change
RIGHT = [
    ("place and momentum one by one, and the order from logarithms", {"heun": """
def heun(field, x, dt):
    trial = x + dt * field(x)
    return x + dt * np.mean([field(x), field(trial)], axis=0)
""", "drift_kick_drift": """
k = c = 0          # names of the set-up cell

def drift_kick_drift(field, x, dt):
    x = np.array(x, dtype=float)
    x[..., 0] += dt / 2 * field(x)[..., 0]
    x[..., 1] += dt * field(x)[..., 1]
    x[..., 0] += dt / 2 * field(x)[..., 0]
    return x
""", "order": """
def order(method, field, x0, time, steps):
    def error(n):
        x, end = np.array(x0), solve_ivp(field, x0, [0, time])[-1]
        for _ in range(n):
            x = method(field, x, time / n)
        return np.linalg.norm(x - end)
    return (np.log(error(steps)) - np.log(error(2 * steps))) / np.log(2)
""", "area_factor": """
def area_factor(method, field, x, dt, h=1e-5):
    right, left = method(field, x + [h, 0], dt), method(field, x - [h, 0], dt)
    up, down = method(field, x + [0, h], dt), method(field, x - [0, h], dt)
    (a, c), (b, d) = (right - left) / 2 / h, (up - down) / 2 / h
    return a * d - b * c
""", "drift": """
def drift(times, energies):
    t, E = times - times.mean(), energies - energies.mean()
    return (t @ E) / (t @ t) / energies[0]
"""}),
]
