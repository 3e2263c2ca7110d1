"""Wrong solutions of assignment 5: the mistake, the points that are left of 17, a piece of the hint, and the cells that change."""

WRONG = [
    ("s² for 2 s² in the brightness, and the later picture first", 13, "a factor 2 is missing in the exponent", {"draw": """
def draw(q):
    return np.exp(-((np.asarray(q)[..., None] - PIXELS) ** 2) / WIDTH**2)
""", "pairs": """
def pairs(film):
    return np.concatenate([film[:, 1:], film[:, :-1]], axis=-1)
"""}),
    ("singular values without their squares", 14, "the squares of the singular values add up", {"left_out": """
def left_out(pictures, k):
    values = np.linalg.svd(pictures - pictures.mean(axis=0), compute_uv=False)
    return np.sum(values[k:]) / np.sum(values)
"""}),
    ("the sum for the mean in the canonical loss", 14, "take the mean", {"canonical_loss": """
def canonical_loss(z, next_z):
    return np.sum((z[..., 1] - (next_z[..., 0] - z[..., 0])) ** 2)
"""}),
    ("a network that was not trained, and a period known by heart", 12, "has it been fitted", {"train": """
model = hl.PixelModel(32, "hnn", seed=SEED, hidden=96, step="rk4")
""", "frames_per_swing": """
def frames_per_swing(z_q):
    return 22.4
"""}),
    ("the line the wrong way round, and both ways through zero counted", 13, "the wrong way round", {"straight_fit": """
def straight_fit(z_q, places):
    a, b = np.polyfit(np.ravel(places), np.ravel(z_q), 1)
    error = np.ravel(z_q) - a * np.ravel(places) - b
    return a, b, 1 - np.mean(error**2) / np.var(z_q)
""", "frames_per_swing": """
def frames_per_swing(z_q):
    z = z_q - np.mean(z_q)
    through = np.nonzero(z[:-1] * z[1:] < 0)[0]
    return (through[-1] - through[0]) / (len(through) - 1)
"""}),
]

# right answers in another style: the style, and the cells that change
RIGHT = [
    ("eigenvalues for singular values, sums written out, the period from a fit to the crossings", {"draw": """
def draw(q):
    return np.exp(-0.5 * np.subtract.outer(np.asarray(q), PIXELS) ** 2 / WIDTH**2)
""", "pairs": """
def pairs(film):
    return np.array([[np.concatenate([one[t], one[t + 1]]) for t in range(len(one) - 1)] for one in film])
""", "left_out": """
def left_out(pictures, k):
    values = np.linalg.eigvalsh(np.cov(pictures, rowvar=False))[::-1]
    return values[k:].sum() / values.sum()
""", "canonical_loss": """
def canonical_loss(z, next_z):
    return ((z[..., 1] + z[..., 0] - next_z[..., 0]) ** 2).mean()
""", "straight_fit": """
def straight_fit(z_q, places):
    x, y = z_q.ravel(), places.ravel()
    (a, b), rest, *_ = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)
    return a, b, 1 - np.sum((y - a * x - b) ** 2) / np.sum((y - y.mean()) ** 2)
""", "frames_per_swing": """
def frames_per_swing(z_q):
    z = z_q - z_q.mean()
    up = [i - z[i] / (z[i + 1] - z[i]) for i in range(len(z) - 1) if z[i] < 0 <= z[i + 1]]
    return np.mean(np.diff(up))
"""}),
]
