"""Chains and fields: one law for all sites of a ring, given or learned from films of a few sites, and run on as many as one likes.

A state holds the displacements u_0 .. u_(N-1), then the momenta, shape (..., 2N). The energy is a sum of equal terms,
H = sum of h(u_i, u_(i+1), p_i), and the site after the last is the first. Nothing here depends on N.
"""

from dataclasses import dataclass

from autograd import elementwise_grad
import autograd.numpy as np

from hnn_lite import batches, integrate, validate
from hnn_lite.engine import Function
from hnn_lite.mechanics import apply_omega, HamiltonianDynamics
from hnn_lite.models.base import Model
from hnn_lite.networks import ACTIVATIONS, init_mlp, mlp

STRAIN = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])          # (u, v, p) -> (v - u, p)
SYMMETRIES = {"none": lambda site: site,                           # what a site's energy may depend on
              "shift": lambda site: site @ STRAIN,
              "turn": lambda site: np.concatenate([np.sin(site[..., :1]), np.cos(site[..., :1]), site @ STRAIN], axis=-1)}


def ring(name, x):
    """Displacements and momenta of a ring's states, two of shape (..., N); at least three sites."""
    x = validate.floats(name, x)
    if len(x.shape) == 0 or x.shape[-1] % 2 or x.shape[-1] < 6:
        raise ValueError(f"{name} must hold the displacements of at least three sites, then their momenta, in its last axis, got shape {x.shape}")
    n = x.shape[-1] // 2
    return x[..., :n], x[..., n:]


def after(u, twist=0.0):
    """The next site's numbers at each site, shape (..., N); `twist` is what is added in going once round the ring."""
    return np.concatenate([u[..., 1:], u[..., :1] + twist], axis=-1)


def before(u, twist=0.0):
    """The numbers of the site before at each site, shape (..., N)."""
    return np.concatenate([u[..., -1:] - twist, u[..., :-1]], axis=-1)


def sites(u, p, twist=0.0):
    """What each site's energy depends on, (u_i, u_(i+1), p_i): two of shape (..., N) to (..., N, 3)."""
    return np.stack([u, after(u, twist), p], axis=-1)


class Ring(HamiltonianDynamics):
    """A law whose energy is a sum over the sites of a ring, for rings of any length; a subclass has `density`."""

    dim = None

    def density(self, site):
        """The energy h of single sites, in autograd's NumPy: shape (..., 3), which is (u_i, u_(i+1), p_i), to (...)."""
        raise NotImplementedError

    def densities(self, x, twist=0.0):
        """The energies of the sites of whole states, shape (..., 2N) to (..., N)."""
        return self.density(sites(*ring("x", x), twist))

    def hamiltonian(self, x, twist=0.0):
        return np.sum(self.densities(x, twist), axis=-1)

    def slopes(self, u, v, p):
        """The derivatives of h by u, v and p, at single sites: arrays of one shape (...) to three of it."""
        slope = elementwise_grad(self.density)(np.stack([u, v, p], axis=-1))
        return slope[..., 0], slope[..., 1], slope[..., 2]

    def field(self, x, twist=0.0):
        u, p = ring("x", x)
        own, next_one, rate = self.slopes(u, after(u, twist), p)
        return np.concatenate([rate, -own - before(next_one)], axis=-1)

    def gradient(self, x, twist=0.0):
        """The derivatives of H by displacements and momenta, shape (..., 2N) to (..., 2N)."""
        return -apply_omega(self.field(x, twist))

    def rollout(self, x0, t, rtol=1e-9, atol=None):
        """The path of a ring without a twist, of any length; see `Dynamics.rollout`, and `run` for long ones."""
        return integrate.solve_ivp(self.field, np.concatenate(ring("x0", validate.numbers("x0", x0)), axis=-1), t, rtol, atol)


class Chain(Ring):
    """A given law.

    Parameters
    ----------
    name : str
    density : callable
        h(u, v, p) with v the displacement of the next site, in autograd's NumPy.
    slopes : callable
        Its derivatives by u, v and p.
    """

    def __init__(self, name, density, slopes):
        self.name, self.law, self.slopes = name, density, slopes

    def density(self, site):
        return self.law(site[..., 0], site[..., 1], site[..., 2])


def fput(alpha=0.25):
    """Fermi, Pasta, Ulam and Tsingou's chain: h = p^2 / 2 + r^2 / 2 + alpha r^3 / 3, r = v - u. Los Alamos report LA-1940 (1955)."""
    def slopes(u, v, p):
        pull = (v - u) * (1 + alpha * (v - u))
        return -pull, pull, p

    return Chain("fput", lambda u, v, p: p**2 / 2 + (v - u) ** 2 / 2 + alpha * (v - u) ** 3 / 3, slopes)


def toda():
    """Toda's chain: h = p^2 / 2 + exp(-r) + r - 1, r = v - u. J. Phys. Soc. Japan 22 (1967) 431."""
    def slopes(u, v, p):
        pull = 1 - np.exp(u - v)
        return -pull, pull, p

    return Chain("toda", lambda u, v, p: p**2 / 2 + np.exp(u - v) + v - u - 1, slopes)


def sine_gordon(spacing=0.5):
    """The sine-Gordon field on a lattice, or pendulums on a twisted wire: h = p^2 / 2 + r^2 / (2 spacing^2) + 1 - cos u, r = v - u."""
    def slopes(u, v, p):
        pull = (v - u) / spacing**2
        return np.sin(u) - pull, pull, p

    return Chain("sine-gordon", lambda u, v, p: p**2 / 2 + (v - u) ** 2 / (2 * spacing**2) + 1 - np.cos(u), slopes)


class RingHNN(Ring, Model):
    """A network for the energy of one site, shared by all sites.

    Parameters
    ----------
    seed : int
    hidden : sequence of int
    symmetry : str
        What h reads. "none": u, v and p. "shift": the strain v - u and p, so that moving the whole ring changes nothing. "turn": sin u,
        cos u, the strain and p, so that a whole turn changes nothing.
    activation : str

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    label, colour = "HNN", "#0072B2"

    def __init__(self, seed=0, hidden=(12, 12), symmetry="shift", activation="tanh"):
        self.symmetry = validate.choice("symmetry", symmetry, SYMMETRIES)
        self.hidden = validate.wholes("hidden", hidden, 1)
        self.activation = validate.choice("activation", activation, ACTIVATIONS)
        reads = SYMMETRIES[symmetry](np.zeros(3)).size
        self.params = init_mlp((reads, *self.hidden, 1), seed)

    def energy(self, params, site):
        """h for given parameters, shape (..., 3) to (...)."""
        return mlp(params, SYMMETRIES[self.symmetry](site), self.activation)[..., 0]

    def density(self, site):
        return self.energy(self.params, site)

    def examples(self, task):
        """Sites with their neighbours, and their time derivatives; see `stencils`."""
        return stencils(task)

    def errors(self, params, near, rate):
        """The errors of single sites' velocities and forces, shape (batch, 2)."""
        slope = elementwise_grad(self.energy, 1)
        own, left = slope(params, near[:, np.array([1, 2, 4])]), slope(params, near[:, np.array([0, 1, 3])])
        return np.concatenate([own[:, 2:], -own[:, :1] - left[:, 1:2]], axis=-1) - rate


class RingBaseline(Model):
    """A network for the two rates of one site, shared by all sites: it sees what the rates of a `RingHNN` can depend on.

    Parameters are those of `RingHNN`.
    """

    label, colour, dim = "baseline", "#D55E00", None
    # of (u_(i-1), u_i, u_(i+1), p_(i-1), p_i): the two strains, or what stands for them, and the momenta
    STRAINS = np.array([[-1.0, 0, 0, 0], [1, -1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    READS = {"none": lambda near: near,
             "shift": lambda near: near @ RingBaseline.STRAINS,
             "turn": lambda near: np.concatenate([np.sin(near[..., 1:2]), np.cos(near[..., 1:2]), near @ RingBaseline.STRAINS], axis=-1)}

    def __init__(self, seed=0, hidden=(12, 10), symmetry="shift", activation="tanh"):
        self.symmetry = validate.choice("symmetry", symmetry, SYMMETRIES)
        self.hidden = validate.wholes("hidden", hidden, 1)
        self.activation = validate.choice("activation", activation, ACTIVATIONS)
        reads = self.READS[symmetry](np.zeros(5)).size
        self.params = init_mlp((reads, *self.hidden, 2), seed)

    def rates(self, params, near):
        """du/dt and dp/dt of single sites for given parameters, shape (..., 5) to (..., 2)."""
        return mlp(params, self.READS[self.symmetry](near), self.activation)

    def examples(self, task):
        """As `RingHNN.examples`."""
        return stencils(task)

    def errors(self, params, near, rate):
        """As `RingHNN.errors`."""
        return self.rates(params, near) - rate

    def field(self, x, twist=0.0):
        """dx/dt, shape (..., 2N) to (..., 2N)."""
        rates = self.rates(self.params, near(*ring("x", x), twist))
        return np.concatenate([rates[..., 0], rates[..., 1]], axis=-1)


def near(u, p, twist=0.0):
    """What each site's rates depend on, (u_(i-1), u_i, u_(i+1), p_(i-1), p_i): two of shape (..., N) to (..., N, 5)."""
    return np.stack([before(u, twist), u, after(u, twist), before(p), p], axis=-1)


def stencils(task):
    """Every site of every state of a task, with its neighbours and its rates: training and test set, of shapes (batch, 5) and (batch, 2)."""
    batches.require(task, "x", "dx", "test_x", "test_dx")
    sets = []
    for part in ("", "test_"):
        x, dx = (validate.numbers(f"task.{part}{name}", getattr(task, part + name)) for name in ("x", "dx"))
        if x.shape != dx.shape:
            raise ValueError(f"task.{part}x and task.{part}dx must have one shape, got {x.shape} and {dx.shape}")
        (u, p), (du, dp) = ring(f"task.{part}x", x), ring(f"task.{part}dx", dx)
        sets.append(batches.Rows(near(u, p).reshape(-1, 5), np.stack([du, dp], axis=-1).reshape(-1, 2)))
    return tuple(sets)


@dataclass
class Films:
    """States of a ring and their time derivatives, shape (films * frames, 2N), and others for a test."""

    x: np.ndarray
    dx: np.ndarray
    test_x: np.ndarray
    test_dx: np.ndarray


def films(law, strain, momentum, seed, films=8, frames=10, sites=16, spacing=0.4, turn=0.0):
    """Short films of a ring that starts with random strains and momenta.

    Parameters
    ----------
    law : Chain
    strain, momentum : float
        Standard deviations at the start.
    seed : int
    films, frames, sites : int
        How many films, pictures in each, sites of the ring. There are half as many films for the test.
    spacing : float
        Time between two pictures.
    turn : float
        The first site's displacement is even within +- this.

    Returns
    -------
    task : Films
    """
    rng = validate.generator(seed, f"films of {law.name}")
    count = films + (films + 1) // 2
    r = strain * rng.normal(size=(count, sites))
    u = np.cumsum(r - r.mean(axis=-1, keepdims=True), axis=-1)
    u = u - u[:, :1] + rng.uniform(-turn, turn, (count, 1))
    start = np.concatenate([u, momentum * rng.normal(size=(count, sites))], axis=-1)
    path = np.swapaxes(integrate.march("rk4", law.field, start, spacing / 10, 10 * (frames - 1), every=10), 0, 1)
    x, test_x = (part.reshape(-1, 2 * sites) for part in (path[:films], path[films:]))
    return Films(x, law.field(x), test_x, law.field(test_x))


def together(models):
    """Several trained networks of one shape as one law for states of shape (models, 2N), each row moved by its own network."""
    first = models[0]
    law = type(first)(0, first.hidden, first.symmetry, first.activation)
    law.params = [tuple(np.stack(part) if part[0].ndim == 2 else np.stack(part)[:, None] for part in zip(*layer, strict=True))
                  for layer in zip(*(model.params for model in models), strict=True)]
    return law


def run(law, x0, dt, steps, every=1, twist=0.0, held=False, method="rk4"):
    """A path by a fixed step, shape (steps / every + 1, ..., 2N).

    Parameters
    ----------
    law : Ring, RingBaseline
    x0 : array, shape (..., 2N)
    dt, steps, every, method
        See `integrate.march`.
    twist : float
        u grows by so much in going once round the ring: minus the length by which solitons shorten it, or whole turns for kinks.
    held : bool
        If true, site 0 is held where it is: a ring with one site held is a chain with both ends clamped.
    """
    free = np.ones(np.shape(x0)[-1])
    if held:
        free[[0, len(free) // 2]] = 0
    field = (lambda x: law.field(x, twist)) if isinstance(law, Chain) else Function(lambda _, x: law.field(x, twist))
    return integrate.march(method, (lambda x: field(x) * free) if held else field, x0, dt, steps, every)


def solitons(n, t, rates, ways, starts):
    """Toda's solution with one or two solitons on a chain without end: displacements and momenta, and the shape of n and t together.

    Parameters
    ----------
    n : array
        Sites.
    t : float
    rates : sequence of float
        kappa of each soliton: its strain is exp(-r) - 1 = sinh(kappa)^2 / cosh(kappa (n - start) -+ sinh(kappa) t)^2.
    ways : sequence of int
        1 for a soliton that runs to larger n, -1 for the other way.
    starts : sequence of float
        Where each would be at t = 0 if it were alone.

    Returns
    -------
    u, p : array, shape (sites,)

    Raises
    ------
    ValueError
        If there are more than two.

    References
    ----------
    Toda, J. Phys. Soc. Japan 22 (1967) 431; Hirota, J. Phys. Soc. Japan 35 (1973) 286.
    """
    if not 1 <= len(rates) <= 2:
        raise ValueError(f"rates must be of one or two solitons, got {len(rates)}")

    def logs(n):
        """log tau and its rate, tau = 1 + e_1 + e_2 + A e_1 e_2."""
        phases = [2 * (k * (n - c) - way * np.sinh(k) * t) for k, way, c in zip(rates, ways, starts, strict=True)]
        speeds = [-2 * way * np.sinh(k) for k, way in zip(rates, ways, strict=True)]
        terms, slopes = [0 * n, *phases], [0.0, *speeds]
        if len(rates) == 2:
            terms.append(phases[0] + phases[1] + np.log(overlap(rates, ways)))
            slopes.append(speeds[0] + speeds[1])
        terms, top = np.array(terms), np.max(terms, axis=0)
        weights = np.exp(terms - top)
        return top + np.log(weights.sum(axis=0)), np.tensordot(slopes, weights, 1) / weights.sum(axis=0)

    (here, rate), (behind, rate_behind) = logs(n), logs(n - 1)
    return behind - here, rate_behind - rate


def overlap(rates, ways):
    """The number A of two solitons: a meeting shifts each by the size of log A, over 2 kappa, in sites."""
    shape = np.sinh if ways[0] == ways[1] else np.cosh
    return (shape((rates[0] - rates[1]) / 2) / shape((rates[0] + rates[1]) / 2)) ** 2


def twist_of(rates):
    """The twist of a ring that carries these solitons."""
    return -2.0 * float(np.sum(rates))


def kink(n, t, speed, start, spacing=0.5):
    """A kink of the sine-Gordon field, u from 0 to 2 pi, at the sites n: displacements and momenta. Its width is sqrt(1 - speed^2)."""
    if not -1 < speed < 1:
        raise ValueError(f"speed must lie between -1 and 1, got {speed}")
    gamma = 1 / np.sqrt(1 - speed**2)
    s = gamma * (spacing * (n - start) - speed * t)
    return 4 * np.arctan(np.exp(s)), -2 * gamma * speed / np.cosh(s)


def breather(n, t, omega, centre, spacing=0.5):
    """A breather of the sine-Gordon field, which swings at the frequency omega < 1, at the sites n: displacements and momenta."""
    if not 0 < omega < 1:
        raise ValueError(f"omega must lie between 0 and 1, got {omega}")
    eps = np.sqrt(1 - omega**2)
    wide = eps / omega / np.cosh(eps * spacing * (n - centre))
    w = wide * np.sin(omega * t)
    return 4 * np.arctan(w), 4 * omega * wide * np.cos(omega * t) / (1 + w**2)
