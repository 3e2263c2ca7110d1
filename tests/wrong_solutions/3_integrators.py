"""Right answers to the tasks of assignment 3 in many styles, and wrong ones: the points that each leaves, words of its hint, and the cell."""

STYLES = {
    "heun": ["""
def heun(field, x, dt):
    trial = x + dt * field(x)
    return x + dt * np.mean([field(x), field(trial)], axis=0)
""", """
def heun(field, x, dt):
    k1 = field(x)
    k2 = field(x + dt * k1)
    return x + dt / 2 * (k1 + k2)
""", """
def heun(field, x, dt):
    return x + dt * np.mean([field(x), field(euler(field, x, dt))], axis=0)
""", """
def heun(field, x, dt):
    trial = euler(field, x, dt)
    return (x + euler(field, trial, dt)) / 2
""", """
def heun(f, state, step):
    first = np.asarray(f(state))
    last = np.asarray(f(state + first * step))
    return np.add(state, 0.5 * first * step + 0.5 * last * step)
""", """
def heun(field, x, dt):
    k = field(x)
    trial = x + dt * k
    x += dt * (k + field(trial)) / 2
    return x
""", """
heun = lambda field, x, dt: x + 0.5 * dt * (field(x) + field(x + dt * field(x)))
"""],
    "drift_kick_drift": ["""
k = c = 0          # names of the set-up cell

def drift_kick_drift(field, x, dt):
    x = np.array(x, dtype=float)
    x[..., 0] += dt / 2 * field(x)[..., 0]
    x[..., 1] += dt * field(x)[..., 1]
    x[..., 0] += dt / 2 * field(x)[..., 0]
    return x
""", """
def drift_kick_drift(field, x, dt):
    x[..., 0] += dt / 2 * field(x)[..., 0]
    x[..., 1] += dt * field(x)[..., 1]
    x[..., 0] += dt / 2 * field(x)[..., 0]
    return x
""", """
def drift_kick_drift(field, x, dt):
    q, p = x[..., 0], x[..., 1]
    q = q + dt / 2 * field(np.stack([q, p], axis=-1))[..., 0]
    p = p + dt * field(np.stack([q, p], axis=-1))[..., 1]
    q = q + dt / 2 * field(np.stack([q, p], axis=-1))[..., 0]
    return np.stack([q, p], axis=-1)
""", """
def drift_kick_drift(field, x, dt):
    for mask, part in (([1, 0], dt / 2), ([0, 1], dt), ([1, 0], dt / 2)):
        x = x + part * np.array(mask) * field(x)
    return x
""", """
def drift(field, x, dt):
    return np.stack([x[..., 0] + dt * field(x)[..., 0], x[..., 1]], axis=-1)

def kick(field, x, dt):
    return np.stack([x[..., 0], x[..., 1] + dt * field(x)[..., 1]], axis=-1)

def drift_kick_drift(field, x, dt):
    return drift(field, kick(field, drift(field, x, dt / 2), dt), dt / 2)
""", """
def drift_kick_drift(field, x, dt):
    P, Q = np.diag([0.0, 1.0]), np.diag([1.0, 0.0])
    half = x + field(x) @ Q * (dt / 2)
    kicked = half + field(half) @ P * dt
    return kicked + field(kicked) @ Q * (dt / 2)
"""],
    "order": ["""
def order(method, field, x0, time, steps):
    def error(n):
        x, end = np.array(x0), solve_ivp(field, x0, [0, time])[-1]
        for _ in range(n):
            x = method(field, x, time / n)
        return np.linalg.norm(x - end)
    return (np.log(error(steps)) - np.log(error(2 * steps))) / np.log(2)
""", """
def order(method, field, x0, time, steps):
    truth = solve_ivp(field, x0, [0, time])[-1]
    e1, e2 = (np.linalg.norm(march(method, field, x0, time / n, n)[-1] - truth) for n in (steps, 2 * steps))
    return np.log2(e1 / e2)
""", """
def order(method, field, x0, time, steps):
    def end(n):
        x = x0
        for _ in range(n):
            x = method(field, x, time / n)
        return x
    truth = solve_ivp(field, x0, np.linspace(0, time, 50))[-1]
    error = [np.sqrt(np.sum((end(n) - truth) ** 2)) for n in (steps, 2 * steps)]
    return np.log(error[0] / error[1]) / np.log(2)
""", """
def order(method, field, x0, time, steps):
    from scipy.integrate import solve_ivp as scipys
    truth = scipys(lambda t, x: field(x), (0, time), x0, rtol=1e-12, atol=1e-12).y[:, -1]
    errors = []
    for n in [steps, steps * 2]:
        path = march(method, field, x0, time / n, n)
        errors.append(np.linalg.norm(path[-1] - truth))
    return float(np.log2(errors[0]) - np.log2(errors[1]))
""", """
def order(method, field, x0, time, steps):
    import math
    fine = solve_ivp(field, x0, np.array([0.0, time]), rtol=1e-11)[-1]
    distance = {}
    for n in (steps, 2 * steps):
        distance[n] = math.dist(march(method, field, x0, time / n, n)[-1], fine)
    return math.log2(distance[steps] / distance[2 * steps])
""", """
def order(method, field, x0, time, steps):
    ends = np.array([march(method, field, x0, time / n, n)[-1] for n in (steps, 2 * steps)])
    error = np.linalg.norm(ends - solve_ivp(field, x0, [0, time])[-1], axis=-1)
    return -np.diff(np.log2(error))[0]
"""],
    "area_factor": ["""
def area_factor(method, field, x, dt, h=1e-5):
    right, left = method(field, x + [h, 0], dt), method(field, x - [h, 0], dt)
    up, down = method(field, x + [0, h], dt), method(field, x - [0, h], dt)
    (a, c), (b, d) = (right - left) / 2 / h, (up - down) / 2 / h
    return a * d - b * c
""", """
def area_factor(method, field, x, dt, h=1e-5):
    J = np.zeros((2, 2))
    for i in range(2):
        e = np.zeros(2)
        e[i] = h
        J[:, i] = (method(field, x + e, dt) - method(field, x - e, dt)) / (2 * h)
    return np.linalg.det(J)
""", """
def area_factor(method, field, x, dt, h=1e-5):
    a, b = ((method(field, x + e, dt) - method(field, x - e, dt)) / (2 * h) for e in h * np.eye(2))
    return a[0] * b[1] - a[1] * b[0]
""", """
def area_factor(method, field, x, dt, h=1e-5):
    rows = [(method(field, np.add(x, e), dt) - method(field, np.subtract(x, e), dt)) / h / 2 for e in ([h, 0], [0, h])]
    return np.linalg.det(rows)
""", """
def area_factor(method, field, x, dt, h=1e-5):
    corners = np.array([method(field, np.asarray(x) + [i * h, j * h], dt) for i, j in ((1, 0), (-1, 0), (0, 1), (0, -1))])
    sides = (corners[::2] - corners[1::2]) / (2 * h)
    (a, b), (c, d) = sides
    return a * d - b * c
""", """
def area_factor(method, field, x, dt, h=1e-4):
    def nudged(direction):
        return [(8 * (method(field, x + h * direction, dt) - method(field, x - h * direction, dt))
                 - method(field, x + 2 * h * direction, dt) + method(field, x - 2 * h * direction, dt)) / (12 * h)]
    return np.linalg.det(np.concatenate([nudged(np.array([1.0, 0.0])), nudged(np.array([0.0, 1.0]))]).T)
"""],
    "there_and_back": ["""
def there_and_back(method, field, x0, dt, steps):
    end = march(method, field, x0, dt, steps)[-1]
    return np.linalg.norm(march(method, field, end, -dt, steps)[-1] - x0)
""", """
def there_and_back(method, field, x0, dt, steps):
    x = x0
    for step in steps * [dt] + steps * [-dt]:
        x = method(field, x, step)
    return np.sqrt(((x - x0) ** 2).sum())
""", """
def there_and_back(method, field, x0, dt, steps):
    import math
    x = np.array(x0)
    for _ in range(steps):
        x = method(field, x, dt)
    for _ in range(steps):
        x = method(field, x, -dt)
    return math.dist(x, x0)
""", """
def there_and_back(method, field, x0, dt, steps):
    from functools import reduce
    back = reduce(lambda x, h: method(field, x, h), [dt] * steps + [-dt] * steps, np.asarray(x0, float))
    return np.hypot(*(back - x0))
""", """
def there_and_back(method, field, x0, dt, steps):
    x = x0.copy()
    for i in range(2 * steps):
        x = method(field, x, dt if i < steps else -dt)
    return float(np.linalg.norm(x - x0, ord=2))
"""],
    "drift": ["""
def drift(times, energies):
    t, E = times - times.mean(), energies - energies.mean()
    return (t @ E) / (t @ t) / energies[0]
""", """
def drift(times, energies):
    return np.polyfit(times, energies, 1)[0] / energies[0]
""", """
def drift(times, energies):
    t = np.asarray(times) - np.mean(times)
    return np.sum(t * energies) / np.sum(t**2) / energies[0]
""", """
def drift(times, energies):
    from scipy.stats import linregress
    return linregress(times, energies).slope / energies[0]
""", """
def drift(times, energies):
    A = np.stack([times, np.ones_like(times)], axis=1)
    return np.linalg.lstsq(A, energies / energies[0], rcond=None)[0][0]
""", """
def drift(times, energies):
    line = np.polynomial.Polynomial.fit(times, energies, 1).convert()
    return line.coef[1] / energies[0]
"""],
    "steps_needed": ["""
def steps_needed(method, field, x0, time, tolerance):
    truth = solve_ivp(field, x0, [0, time])[-1]
    steps = 1
    while np.linalg.norm(march(method, field, x0, time / steps, steps)[-1] - truth) > tolerance:
        steps *= 2
    return steps
""", """
def steps_needed(method, field, x0, time, tolerance):
    truth = solve_ivp(field, x0, [0, time], rtol=1e-11)[-1]
    for power in range(40):
        x = x0
        for _ in range(2**power):
            x = method(field, x, time / 2**power)
        if np.sqrt(np.sum((x - truth) ** 2)) < tolerance:
            return 2**power
""", """
def steps_needed(method, field, x0, time, tolerance, steps=1):
    truth = solve_ivp(field, x0, [0, time])[-1]
    end = march(method, field, x0, time / steps, steps)[-1]
    return steps if np.linalg.norm(end - truth) <= tolerance else steps_needed(method, field, x0, time, tolerance, 2 * steps)
""", """
import itertools

def steps_needed(method, field, x0, time, tolerance):
    truth = solve_ivp(field, x0, np.linspace(0, time, 3))[-1]
    def error(n):
        return np.hypot(*(march(method, field, x0, time / n, n)[-1] - truth))
    return next(n for n in (2**k for k in itertools.count()) if error(n) <= tolerance)
""", """
def steps_needed(method, field, x0, time, tolerance):
    truth = march(rk4, field, x0, time / 4096, 4096)[-1]
    steps, off = 0.5, np.inf
    while off > tolerance:
        steps = int(2 * steps)
        off = np.linalg.norm(march(method, field, x0, time / steps, steps)[-1] - truth)
    return steps
"""],
}

FAULTS = {
    "heun": [(1, "this is the midpoint method: take the mean of two arrows,", """
def heun(field, x, dt):
    middle = x + dt / 2 * field(x)
    return x + dt * field(middle)
"""), (0, "the step goes from the start, along the mean of both arrows", """
def heun(field, x, dt):
    trial = x + dt * field(x)
    return x + dt * field(trial)
"""), (0, "a free particle went twice too far: the mean, not the sum", """
def heun(field, x, dt):
    trial = x + dt * field(x)
    return trial + dt * (field(x) + field(trial)) / 2
"""), (0, "the trial step is Euler's, x + dt * field(x); then go from", """
def heun(field, x, dt):
    trial = x + field(x)
    return x + dt * (field(x) + field(trial)) / 2
"""), (0, "for dx/dt = x and dt = 0.1 a step should multiply by 1.105", """
def heun(field, x, dt):
    return rk4(field, x, dt)
""")],
    "drift_kick_drift": [(2, "a drift moves q by dq/dt, which the field knows, not by p,", """
def drift_kick_drift(field, x, dt):
    q, p = x[..., 0], x[..., 1]
    q = q + dt / 2 * p
    p = p + dt * field(np.stack([q, p], axis=-1))[..., 1]
    q = q + dt / 2 * p
    return np.stack([q, p], axis=-1)
"""), (0, "the step back should lead to the start: each part must see", """
def drift_kick_drift(field, x, dt):
    f = field(x)
    q = x[..., 0] + dt / 2 * f[..., 0]
    p = x[..., 1] + dt * f[..., 1]
    q = q + dt / 2 * f[..., 0]
    return np.stack([q, p], axis=-1)
"""), (0, "a free particle should move by p dt: two halves of a drift", """
def drift_kick_drift(field, x, dt):
    q, p = x[..., 0], x[..., 1]
    q = q + dt * field(np.stack([q, p], axis=-1))[..., 0]
    p = p + dt * field(np.stack([q, p], axis=-1))[..., 1]
    q = q + dt * field(np.stack([q, p], axis=-1))[..., 0]
    return np.stack([q, p], axis=-1)
"""), (2, "ValueError: too many values to unpack (expected 2)", """
def drift_kick_drift(field, x, dt):
    q, p = x
    q = q + dt / 2 * field(np.array([q, p]))[0]
    p = p + dt * field(np.array([q, p]))[1]
    q = q + dt / 2 * field(np.array([q, p]))[0]
    return np.array([q, p])
"""), (0, "this is the chapter's: kick, drift, kick", """
def drift_kick_drift(field, x, dt):
    return leapfrog(field, x, dt)
""")],
    "order": [(0, "the error with the long step is the larger one (a sign? dt", """
def order(method, field, x0, time, steps):
    truth = solve_ivp(field, x0, [0, time])[-1]
    e1, e2 = (np.linalg.norm(march(method, field, x0, time / steps, n)[-1] - truth) for n in (steps, 2 * steps))
    return np.log2(e1 / e2)
"""), (1, "this is the logarithm to the base 10; how many times does", """
def order(method, field, x0, time, steps):
    truth = solve_ivp(field, x0, [0, time])[-1]
    e1, e2 = (np.linalg.norm(march(method, field, x0, time / n, n)[-1] - truth) for n in (steps, 2 * steps))
    return np.log10(e1 / e2)
"""), (0, "ValueError: operands could not be broadcast together with", """
def order(method, field, x0, time, steps):
    truth = solve_ivp(field, x0, [0, time])
    e1, e2 = (np.linalg.norm(march(method, field, x0, time / n, n) - truth) for n in (steps, 2 * steps))
    return np.log2(e1 / e2)
"""), (0, "the error with the long step is the larger one (a sign? dt", """
def order(method, field, x0, time, steps):
    truth = solve_ivp(field, x0, [0, time])[-1]
    e1, e2 = (np.linalg.norm(march(method, field, x0, time / n, n)[-1] - truth) for n in (steps, 2 * steps))
    return round(np.log2(e2 / e1))
"""), (0, "KeyError: <function", """
def order(method, field, x0, time, steps):
    return {euler: 1.0, leapfrog: 2.0, rk4: 4.0, heun: 2.0}[method]
"""), (0, "the error with the long step is the larger one (a sign? dt", """
def order(method, field, x0, time, steps):
    truth = march(rk4, field, x0, time / steps, steps)[-1]
    e1, e2 = (np.linalg.norm(march(method, field, x0, time / n, n)[-1] - truth) for n in (steps, 2 * steps))
    return np.log2(e1 / e2)
"""), (0, "this is the ratio of the errors, not its logarithm", """
def order(method, field, x0, time, steps):
    truth = solve_ivp(field, x0, [0, time])[-1]
    far, near = (np.linalg.norm(march(method, field, x0, time / n, n)[-1] - truth) for n in (steps, 2 * steps))
    return far / near
""")],
    "area_factor": [(0, "four times too small: the nudges go to both sides, x + h", """
def area_factor(method, field, x, dt, h=1e-5):
    J = np.array([(method(field, x + e, dt) - method(field, x, dt)) / (2 * h) for e in h * np.eye(2)])
    return np.linalg.det(J)
"""), (0, "four times too large: two nudges of h are 2 h apart", """
def area_factor(method, field, x, dt, h=1e-5):
    J = np.array([(method(field, x + e, dt) - method(field, x - e, dt)) / h for e in h * np.eye(2)])
    return np.linalg.det(J)
"""), (0, "the step's Jacobian, not the field's: nudge what goes into", """
def area_factor(method, field, x, dt, h=1e-5):
    J = np.array([(field(x + e) - field(x - e)) / (2 * h) for e in h * np.eye(2)])
    return np.linalg.det(J)
"""), (0, "on your own spring Euler's factor depends on the state", """
def area_factor(method, field, x, dt, h=1e-5):
    return 1 + 4 * dt**2 if method is euler else 1.0
"""), (0, "the determinant is one number, not a matrix: np.linalg.det", """
def area_factor(method, field, x, dt, h=1e-5):
    J = np.array([(method(field, x + e, dt) - method(field, x - e, dt)) / (2 * h) for e in h * np.eye(2)])
    return J
"""), (0, "a determinant is a d minus b c", """
def area_factor(method, field, x, dt, h=1e-5):
    J = np.array([(method(field, x + e, dt) - method(field, x - e, dt)) / (2 * h) for e in h * np.eye(2)])
    return J[0, 0] * J[1, 1] + J[0, 1] * J[1, 0]
""")],
    "there_and_back": [(0, "leapfrog should come back: -dt, from the end of the way out", """
def there_and_back(method, field, x0, dt, steps):
    there = march(method, field, x0, dt, steps)[-1]
    back = march(method, field, x0, -dt, steps)[-1]
    return np.linalg.norm(there - back)
"""), (0, "the result should be one number, a distance: np.linalg.norm", """
def there_and_back(method, field, x0, dt, steps):
    there = march(method, field, x0, dt, steps)[-1]
    return march(method, field, there, -dt, steps)[-1] - x0
"""), (0, "leapfrog should come back: -dt, from the end of the way out", """
def there_and_back(method, field, x0, dt, steps):
    there = march(method, field, x0, dt, steps)[-1]
    return np.linalg.norm(march(method, field, there, dt, steps)[-1] - x0)
"""), (0, "Euler should not come back: take all `steps` steps, there", """
def there_and_back(method, field, x0, dt, steps):
    there = march(method, field, x0, dt, 1)[-1]
    return np.linalg.norm(march(method, field, there, -dt, 1)[-1] - x0)
"""), (0, "on the book's spring two steps of Euler's there and back", """
def there_and_back(method, field, x0, dt, steps):
    return 0.0 if method in (leapfrog, drift_kick_drift) else 1.0
""")],
    "drift": [(0, "a wobble is no drift: look at all energies, not at two", """
def drift(times, energies):
    return (energies[-1] - energies[0]) / energies[0] / (times[-1] - times[0])
"""), (0, "this is the height of the line: np.polyfit gives the slope", """
def drift(times, energies):
    return np.polyfit(times, energies, 1)[1] / energies[0]
"""), (0, "divide by the first energy, not by the mean", """
def drift(times, energies):
    return np.polyfit(times, energies, 1)[0] / np.mean(energies)
"""), (0, "2 + 0.04 t drifts by 0.02 per unit of time (the energies", """
def drift(times, energies):
    return np.polyfit(energies, times, 1)[0] / energies[0]
"""), (0, "a falling energy has a negative drift", """
def drift(times, energies):
    return abs(np.polyfit(times, energies, 1)[0]) / energies[0]
"""), (0, "the drift is one number, the slope of the line: np.polyfit", """
def drift(times, energies):
    return np.polyfit(times, energies, 1) / energies[0]
""")],
    "steps_needed": [(0, "the number of steps should be a power of two: double it", """
def steps_needed(method, field, x0, time, tolerance):
    truth = solve_ivp(field, x0, [0, time])[-1]
    steps = 1
    while np.linalg.norm(march(method, field, x0, time / steps, steps)[-1] - truth) > tolerance:
        steps += 1
    return steps
"""), (0, "these steps are too few: their end is not within the", """
def steps_needed(method, field, x0, time, tolerance):
    truth = solve_ivp(field, x0, [0, time])[-1]
    steps = 1
    while np.linalg.norm(march(method, field, x0, time / steps, steps)[-1] - truth) > tolerance:
        steps *= 2
    return steps // 2
"""), (0, "these steps are too few: their end is not within the", """
def steps_needed(method, field, x0, time, tolerance):
    truth = solve_ivp(field, x0, [0, time])[-1]
    k = 0
    while np.linalg.norm(march(method, field, x0, time / 2**k, 2**k)[-1] - truth) > tolerance:
        k += 1
    return k
"""), (0, "where any answer will do, one step is enough: begin with 1", """
def steps_needed(method, field, x0, time, tolerance):
    truth = solve_ivp(field, x0, [0, time])[-1]
    steps = 2
    while np.linalg.norm(march(method, field, x0, time / steps, steps)[-1] - truth) > tolerance:
        steps *= 2
    return steps
"""), (0, "fewer steps would do: stop as soon as the end is within the", """
def steps_needed(method, field, x0, time, tolerance):
    truth = solve_ivp(field, x0, [0, time])[-1]
    steps = 1
    while np.linalg.norm(march(method, field, x0, 0.1, steps)[-1] - truth) > tolerance and steps < 2**12:
        steps *= 2
    return steps
""")],
}
