"""Right answers to the tasks of assignment 5 in many styles, and wrong ones: the points that each leaves, words of its hint, and the cell."""

STYLES = {
    "draw": ["""
def draw(q):
    return np.exp(-0.5 * np.subtract.outer(np.asarray(q), PIXELS) ** 2 / WIDTH**2)
""", """
def draw(q):
    q = np.asarray(q)
    return np.exp(-(PIXELS - q[..., None]) ** 2 / (2 * WIDTH**2))
""", """
def draw(q):
    return np.exp(-0.5 * (np.subtract.outer(q, PIXELS) / WIDTH) ** 2)
""", """
def draw(q):
    return np.stack([np.exp(-((x - np.array(q)) ** 2) / 2 / WIDTH**2) for x in PIXELS], axis=-1)
""", """
import math

def draw(q):
    q = np.array(q)
    pictures = np.zeros(q.shape + (16,))
    for place in np.ndindex(q.shape):
        for i, x in enumerate(PIXELS):
            pictures[place + (i,)] = math.exp(-((x - q[place]) ** 2) / (2 * WIDTH * WIDTH))
    return pictures
""", """
from scipy.stats import norm

def draw(q):
    bell = norm(scale=WIDTH)
    return bell.pdf(np.expand_dims(q, -1) - PIXELS) / bell.pdf(0)
"""],
    "pairs": ["""
def pairs(film):
    return np.array([[np.concatenate([one[t], one[t + 1]]) for t in range(len(one) - 1)] for one in film])
""", """
def pairs(film):
    return np.concatenate([film[:, :-1], film[:, 1:]], axis=-1)
""", """
def pairs(film):
    return np.array([[np.append(one[i], one[i + 1]) for i in range(len(one) - 1)] for one in film])
""", """
def pairs(film):
    films, times, n = film.shape
    out = np.empty((films, times - 1, 2 * n))
    out[:, :, :n] = film[:, :-1]
    out[:, :, n:] = film[:, 1:]
    return out
""", """
def pairs(film):
    windows = np.lib.stride_tricks.sliding_window_view(film, 2, axis=1)
    return np.moveaxis(windows, -1, 2).reshape(film.shape[0], film.shape[1] - 1, -1)
""", """
def pairs(film):
    return np.dstack((np.delete(film, -1, axis=1), np.delete(film, 0, axis=1)))
"""],
    "left_out": ["""
def left_out(pictures, k):
    values = np.linalg.eigvalsh(np.cov(pictures, rowvar=False))[::-1]
    return values[k:].sum() / values.sum()
""", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures - pictures.mean(axis=0), compute_uv=False) ** 2
    return s[k:].sum() / s.sum()
""", """
def left_out(pictures, k):
    lam = np.linalg.eigvalsh(np.cov(pictures.T))[::-1]
    return lam[k:].sum() / lam.sum()
""", """
def left_out(pictures, k):
    off = pictures - np.mean(pictures, axis=0)
    U, s, Vt = np.linalg.svd(off, full_matrices=False)
    best = (U[:, :k] * s[:k]) @ Vt[:k]
    return np.sum((off - best) ** 2) / np.sum(off**2)
""", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures - pictures.mean(0))[1]
    return 1 - np.cumsum(np.append(0, s**2))[k] / np.sum(s**2)
""", """
def left_out(pictures, k):
    off = pictures - pictures.mean(axis=0)
    values, vectors = np.linalg.eigh(off.T @ off)
    directions = vectors[:, ::-1][:, :k]
    rest = off - off @ directions @ directions.T
    return np.linalg.norm(rest) ** 2 / np.linalg.norm(off) ** 2
"""],
    "canonical_loss": ["""
def canonical_loss(z, next_z):
    return ((z[..., 1] + z[..., 0] - next_z[..., 0]) ** 2).mean()
""", """
def canonical_loss(z, next_z):
    return np.mean((z[..., 1] - (next_z[..., 0] - z[..., 0])) ** 2)
""", """
def canonical_loss(z, next_z):
    off = z[..., 1] + z[..., 0] - next_z[..., 0]
    return np.sum(off * off) / off.size
""", """
def canonical_loss(z, next_z):
    z, next_z = np.reshape(z, (-1, 2)), np.reshape(next_z, (-1, 2))
    return sum((p - (after - q)) ** 2 for (q, p), (after, _) in zip(z, next_z)) / len(z)
""", """
def canonical_loss(z, next_z):
    q, p = np.moveaxis(z, -1, 0)
    return np.square(next_z[..., 0] - q - p).mean()
""", """
def canonical_loss(z, next_z):
    return float(np.var(z.sum(-1) - next_z[..., 0]) + np.mean(z.sum(-1) - next_z[..., 0]) ** 2)
"""],
    "train": ["""
model = hl.PixelModel(32, step="rk4", seed=SEED, hidden=96)
for _ in range(2):
    hl.fit(model, task, 400, batch=100, learning_rate=3e-3, schedule="cosine", progress=False)
"""],
    "straight_fit": ["""
def straight_fit(z_q, places):
    x, y = z_q.ravel(), places.ravel()
    (a, b), rest, *_ = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)
    return a, b, 1 - np.sum((y - a * x - b) ** 2) / np.sum((y - y.mean()) ** 2)
""", """
def straight_fit(z_q, places):
    a, b = np.polyfit(z_q.ravel(), places.ravel(), 1)
    error = places - a * z_q - b
    return a, b, 1 - np.sum(error**2) / np.sum((places - places.mean()) ** 2)
""", """
def straight_fit(z_q, places):
    z, x = np.ravel(z_q), np.ravel(places)
    a = np.cov(z, x)[0, 1] / np.var(z, ddof=1)
    return a, x.mean() - a * z.mean(), np.corrcoef(z, x)[0, 1] ** 2
""", """
from scipy import stats

def straight_fit(z_q, places):
    line = stats.linregress(z_q.flatten(), places.flatten())
    return line.slope, line.intercept, line.rvalue**2
""", """
def straight_fit(z_q, places):
    A = np.stack([z_q.ravel(), np.ones(z_q.size)], axis=1)
    (a, b), *_ = np.linalg.lstsq(A, places.ravel(), rcond=None)
    return a, b, 1 - np.mean((places.ravel() - A @ [a, b]) ** 2) / np.var(places)
""", """
def straight_fit(z_q, places):
    dz, dx = z_q - z_q.mean(), places - places.mean()
    a = (dz * dx).sum() / (dz**2).sum()
    b = places.mean() - a * z_q.mean()
    return np.array([a, b, np.var(a * z_q + b) / np.var(places)])
"""],
    "frames_per_swing": ["""
def frames_per_swing(z_q):
    z = z_q - z_q.mean()
    up = [i - z[i] / (z[i + 1] - z[i]) for i in range(len(z) - 1) if z[i] < 0 <= z[i + 1]]
    return np.mean(np.diff(up))
""", """
def frames_per_swing(z_q):
    z = z_q - np.mean(z_q)
    i = np.flatnonzero((z[:-1] < 0) & (z[1:] >= 0))
    t = i - z[i] / (z[i + 1] - z[i])
    return (t[-1] - t[0]) / (len(t) - 1)
""", """
def frames_per_swing(z_q):
    z, ups = np.array(z_q) - np.mean(z_q), []
    for i in range(len(z) - 1):
        if z[i] <= 0 < z[i + 1]:
            ups.append(i + z[i] / (z[i] - z[i + 1]))
    return (ups[-1] - ups[0]) / (len(ups) - 1)
""", """
def frames_per_swing(z_q):
    z = np.asarray(z_q) - np.average(z_q)
    up = np.where(np.diff(np.sign(z)) > 0)[0]
    t = [np.interp(0, z[i:i + 2], [i, i + 1]) for i in up]
    return np.mean(np.diff(t))
""", """
def frames_per_swing(z_q):
    z = [value - sum(z_q) / len(z_q) for value in z_q]
    t = [i + before / (before - after) for i, (before, after) in enumerate(zip(z, z[1:])) if before < 0 <= after]
    return (t[-1] - t[0]) / (len(t) - 1)
""", """
from scipy.optimize import brentq

def frames_per_swing(z_q):
    z = z_q - np.mean(z_q)
    line = lambda t: np.interp(t, np.arange(len(z)), z)
    ups = [brentq(line, i, i + 1) for i in range(len(z) - 1) if z[i] < 0 and z[i + 1] > 0]
    return (ups[-1] - ups[0]) / (len(ups) - 1)
"""],
}

FAULTS = {
    "draw": [(1, "a factor 2 is missing in the exponent: 2 s²", """
def draw(q):
    return np.exp(-((np.asarray(q)[..., None] - PIXELS) ** 2) / WIDTH**2)
"""), (0, "ValueError: operands could not be broadcast together with", """
def draw(q):
    return np.exp(-(PIXELS - q) ** 2 / (2 * WIDTH**2))
"""), (1, "a lamp in the middle of a pixel lights it with 1: no factor", """
def draw(q):
    return np.exp(-(PIXELS - np.asarray(q)[..., None]) ** 2 / (2 * WIDTH**2)) / (WIDTH * np.sqrt(2 * np.pi))
"""), (0, "a lamp far outside should light nothing", """
def draw(q):
    return np.exp(-(PIXELS - np.asarray(q)[..., None]) ** 2 / 2 * WIDTH**2)
"""), (1, "the distance is squared in the exponent", """
def draw(q):
    return np.exp(-np.abs(PIXELS - np.asarray(q)[..., None]) / (2 * WIDTH**2))
"""), (0, "a lamp far outside should light nothing", """
def draw(q):
    pictures = np.exp(-(PIXELS - np.asarray(q)[..., None]) ** 2 / (2 * WIDTH**2))
    return pictures / pictures.max(axis=-1, keepdims=True)
"""), (0, "the brightest pixel should be the one where the lamp is (is", """
def draw(q):
    return np.exp((PIXELS - np.asarray(q)[..., None]) ** 2 / (2 * WIDTH**2))
""")],
    "pairs": [(1, "the earlier picture comes first", """
def pairs(film):
    return np.concatenate([film[:, 1:], film[:, :-1]], axis=-1)
"""), (0, "this is one picture (or a difference): put two side by side", """
def pairs(film):
    return film[:, 1:] - film[:, :-1]
"""), (0, "two films of five pictures make two films of four pairs", """
def pairs(film):
    return np.concatenate([film[:-1], film[1:]], axis=-1)
"""), (0, "two films of five pictures make two films of four pairs", """
def pairs(film):
    return np.stack([film[:, :-1], film[:, 1:]], axis=2)
"""), (0, "two films of five pictures make two films of four pairs", """
def pairs(film):
    return np.concatenate([film[:, :-1], film[:, 1:]], axis=1)
"""), (1, "the first pair should be the first picture, whole, and then", """
def pairs(film):
    return np.stack([film[:, :-1], film[:, 1:]], axis=-1).reshape(len(film), film.shape[1] - 1, -1)
"""), (0, "ValueError: all the input array dimensions except for the", """
def pairs(film):
    return np.concatenate([film[:, ::2], film[:, 1::2]], axis=-1)
""")],
    "left_out": [(1, "the squares of the singular values add up, not the values", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures - pictures.mean(axis=0), compute_uv=False)
    return s[k:].sum() / s.sum()
"""), (0, "pictures on a straight line: one direction leaves nothing", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures, compute_uv=False) ** 2
    return s[k:].sum() / s.sum()
"""), (0, "this is the share that is kept: return the rest", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures - pictures.mean(axis=0), compute_uv=False) ** 2
    return s[:k].sum() / s.sum()
"""), (0, "pictures on a straight line: one direction leaves nothing", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures - pictures.mean(), compute_uv=False) ** 2
    return s[k:].sum() / s.sum()
"""), (0, "a cross needs two directions; one leaves out less than half", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures - pictures.mean(axis=0), compute_uv=False) ** 2
    return s[k:].sum()
"""), (0, "pictures on a straight line: one direction leaves nothing", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures - pictures.mean(axis=1, keepdims=True), compute_uv=False) ** 2
    return s[k:].sum() / s.sum()
"""), (0, "IndexError: index 2 is out of bounds for axis 0 with size 2", """
def left_out(pictures, k):
    s = np.linalg.svd(pictures - pictures.mean(axis=0), compute_uv=False) ** 2
    return s[k] / s.sum()
""")],
    "canonical_loss": [(1, "this is the sum over all pairs: take the mean", """
def canonical_loss(z, next_z):
    return np.sum((z[..., 1] - (next_z[..., 0] - z[..., 0])) ** 2)
"""), (0, "here each z_p is the step that z_q takes (is the sign", """
def canonical_loss(z, next_z):
    return np.mean((z[..., 1] - (z[..., 0] - next_z[..., 0])) ** 2)
"""), (0, "here each z_p is the step that z_q takes (is the sign", """
def canonical_loss(z, next_z):
    return np.mean((next_z[..., 1] - (next_z[..., 0] - z[..., 0])) ** 2)
"""), (1, "the mean of the squares: the square is missing", """
def canonical_loss(z, next_z):
    return np.mean(np.abs(z[..., 1] - (next_z[..., 0] - z[..., 0])))
"""), (0, "here each z_p is the step that z_q takes (is the sign", """
def canonical_loss(z, next_z):
    return np.mean((z[..., 0] - (next_z[..., 1] - z[..., 1])) ** 2)
"""), (0, "the loss should be one number, the mean over all codes", """
def canonical_loss(z, next_z):
    return (z[..., 1] - (next_z[..., 0] - z[..., 0])) ** 2
"""), (1, "first the square, then the mean", """
def canonical_loss(z, next_z):
    return np.mean(z[..., 1] - (next_z[..., 0] - z[..., 0])) ** 2
"""), (1, "codes of shape (2, 3, 2): use z[..., 0]", """
def canonical_loss(z, next_z):
    return np.mean((z[:, 1] - (next_z[:, 0] - z[:, 0])) ** 2)
""")],
    "train": [(0, "its pictures are no better than one grey picture for all:", """
model = hl.PixelModel(32, hidden=96, step="rk4", seed=SEED)
"""), (0, "the model should be an hl.PixelModel for pairs, 32 numbers", """
model = hl.PixelModel(16, hidden=96, step="rk4", seed=SEED)
"""), (0, "NameError: name 'model' is not defined", """
net = hl.PixelModel(32, hidden=96, step="rk4", seed=SEED)
""")],
    "straight_fit": [(1, "the wrong way round: the place as a function of the code", """
def straight_fit(z_q, places):
    a, b = np.polyfit(places.ravel(), z_q.ravel(), 1)
    return a, b, np.corrcoef(z_q.ravel(), places.ravel())[0, 1] ** 2
"""), (1, "this is R, not its square", """
def straight_fit(z_q, places):
    a, b = np.polyfit(z_q.ravel(), places.ravel(), 1)
    return a, b, np.corrcoef(z_q.ravel(), places.ravel())[0, 1]
"""), (1, "where all points lie on the line, R² is 1", """
def straight_fit(z_q, places):
    a, b = np.polyfit(z_q.ravel(), places.ravel(), 1)
    error = places - a * z_q - b
    return a, b, np.sum(error**2) / np.sum((places - places.mean()) ** 2)
"""), (1, "where the line explains nothing, R² is 0 (the places are", """
def straight_fit(z_q, places):
    a, b = np.polyfit(z_q.ravel(), places.ravel(), 1)
    error = places - a * z_q - b
    return a, b, 1 - np.sum(error**2) / np.sum(places**2)
"""), (1, "swapped: first a, which multiplies z, then b", """
def straight_fit(z_q, places):
    b, a = np.polyfit(z_q.ravel(), places.ravel(), 1)
    return a, b, np.corrcoef(z_q.ravel(), places.ravel())[0, 1] ** 2
"""), (0, "for places 3 z + 0.5: a = 3 and b = 0.5", """
def straight_fit(z_q, places):
    a = np.sum(z_q * places) / np.sum(z_q**2)
    error = places - a * z_q
    return a, 0.0, 1 - np.sum(error**2) / np.sum((places - places.mean()) ** 2)
""")],
    "frames_per_swing": [(1, "nearly: with two ways up only, it matters where between two", """
def frames_per_swing(z_q):
    z = z_q - np.mean(z_q)
    i = np.flatnonzero((z[:-1] < 0) & (z[1:] >= 0))
    return (i[-1] - i[0]) / (len(i) - 1)
"""), (0, "half a swing: count the ways up only", """
def frames_per_swing(z_q):
    z = z_q - np.mean(z_q)
    i = np.flatnonzero(z[:-1] * z[1:] < 0)
    t = i - z[i] / (z[i + 1] - z[i])
    return (t[-1] - t[0]) / (len(t) - 1)
"""), (0, "the swings have 22.4 and 31.7 frames: n ways up are n - 1", """
def frames_per_swing(z_q):
    z = z_q - np.mean(z_q)
    i = np.flatnonzero((z[:-1] < 0) & (z[1:] >= 0))
    t = i - z[i] / (z[i + 1] - z[i])
    return (t[-1] - t[0]) / len(t)
"""), (1, "a code may have an offset: subtract the mean", """
def frames_per_swing(z):
    i = np.flatnonzero((z[:-1] < 0) & (z[1:] >= 0))
    t = i - z[i] / (z[i + 1] - z[i])
    return (t[-1] - t[0]) / (len(t) - 1)
"""), (0, "the swings have 22.4 and 31.7 frames: n ways up are n - 1", """
def frames_per_swing(z_q):
    return frames_a_swing
"""), (0, "the swings have 22.4 and 31.7 frames: n ways up are n - 1", """
def frames_per_swing(z_q):
    power = np.abs(np.fft.rfft(z_q - np.mean(z_q)))
    return len(z_q) / np.argmax(power)
""")],
}
