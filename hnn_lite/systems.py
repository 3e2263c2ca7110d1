"""Mechanical systems, H(q, p) = T(p) + V(q): spring, pendulum, bodies under gravity, coupled oscillators, Toda, Henon-Heiles."""

from collections.abc import Callable
from dataclasses import dataclass, field

import autograd.numpy as np
from autograd import elementwise_grad

from hnn_lite import validate
from hnn_lite.mechanics import ellipse, HamiltonianDynamics, normal_modes


@dataclass(frozen=True)
class System(HamiltonianDynamics):
    """A mechanical system with H = T(p) + V(q).

    Attributes
    ----------
    name : str
    dim : int
        Coordinates of a state, positions first, then momenta.
    kinetic, potential : callable
        T(p) and V(q), shape (..., dim/2) to (...), in autograd's NumPy.
    sampler : callable
        `(rng, count) -> (count, dim)`: initial states to learn from and to test with.
    constants : dict
        The numbers and arrays in H, by the names of the arguments that set them.
    """

    name: str
    dim: int
    kinetic: Callable
    potential: Callable
    sampler: Callable
    constants: dict = field(default_factory=dict, compare=False)

    def hamiltonian(self, x):
        x = validate.states("x", x, self.dim)
        n = self.dim // 2
        return self.kinetic(x[..., n:]) + self.potential(x[..., :n])

    def gradient(self, x):
        x = validate.states("x", x, self.dim)         # by parts: faster than autograd's derivative of a slice
        n = self.dim // 2
        return np.concatenate([elementwise_grad(self.potential)(x[..., :n]), elementwise_grad(self.kinetic)(x[..., n:])], axis=-1)

    def sample(self, count, seed):
        """Draw `count` initial states as the system's `sampler` does, shape (count, dim).

        Raises
        ------
        ValueError
            If `count` < 1 or `seed` < 0, or the system has no sampler.
        """
        if self.sampler is None:
            raise ValueError(f"{self.name} has no sampler to draw initial states with: give one, as in n_body(masses, sampler=...)")
        rng = validate.generator(seed, f"initial states of {self.name}")
        return self.sampler(rng, validate.whole("count", count, 1))


def mass_spring(k=2.0, m=0.5):
    """A mass on a spring, H = k q^2 / 2 + p^2 / (2 m), q in m, p in kg m/s.

    The defaults give H = q^2 + p^2, which the paper's code uses (period pi); its text has k = m = 1 (equation 4).
    Initial states lie at a radius U(0.1, 1) from the origin of the (q, p) plane.

    Parameters
    ----------
    k : float
        Stiffness, N/m.
    m : float
        Mass, kg.

    Raises
    ------
    ValueError
        If a constant is not positive.
    """
    k, m = validate.positive("k", k), validate.positive("m", m)
    return System("mass-spring", 2,
                  kinetic=lambda p: np.sum(p**2, axis=-1) / (2 * m),
                  potential=lambda q: k * np.sum(q**2, axis=-1) / 2,
                  sampler=lambda rng, count: _ring(rng, count, 0.1, 1.0), constants={"k": k, "m": m})


def pendulum(m=0.5, g=6.0, l=1.0):
    """A pendulum, H = m g l (1 - cos q) + p^2 / (2 m l^2), q the angle from hanging in rad, p in kg m^2/s.

    The defaults give H = 3 (1 - cos q) + p^2, which the paper's code uses; its text has 2 m g l (1 - cos q) +
    l^2 p^2 / (2 m) with g = 3, m = l = 1 (equation 5). Initial states lie at a radius U(1.3, 2.3) in the (q, p) plane.

    Parameters
    ----------
    m, g, l : float
        Mass (kg), gravitational acceleration (m/s^2), length (m).

    Raises
    ------
    ValueError
        If a constant is not positive.
    """
    m, g, l = validate.positive("m", m), validate.positive("g", g), validate.positive("l", l)
    return System("pendulum", 2,
                  kinetic=lambda p: np.sum(p**2, axis=-1) / (2 * m * l**2),
                  potential=lambda q: m * g * l * np.sum(1 - np.cos(q), axis=-1),
                  sampler=lambda rng, count: _ring(rng, count, 1.3, 2.3), constants={"m": m, "g": g, "l": l})


def real_pendulum_energy(x):
    """The energy by which the paper's code judges the measured pendulum, 2.4 (1 - cos q) + p^2.

    With q the angle (rad) and p the measured angular velocity (rad/s), this is twice the energy per moment of inertia of
    `pendulum(m=1, g=1.2, l=1)`. Shape (..., 2) to (...).
    """
    x = validate.states("x", x, 2)
    return 2.4 * (1 - np.cos(x[..., 0])) + x[..., 1] ** 2


def henon_heiles(energy=1 / 8):
    """Henon and Heiles's star in a galaxy, `H = |p|^2 / 2 + (x^2 + y^2) / 2 + x^2 y - y^3 / 3`; the state is (x, y, p_x, p_y).

    Not integrable. Up to the energy 1/6 nothing escapes. Initial states are spread evenly over the surface of one energy, inside
    the triangle in which a star is caught. Henon and Heiles, Astronomical Journal 69 (1964) 73.

    Parameters
    ----------
    energy : float
        Of the initial states, at most 1/6.

    Raises
    ------
    ValueError
        If the energy is out of range.
    """
    if validate.positive("energy", energy) > 1 / 6:
        raise ValueError(f"energy must be at most 1/6, above which a star escapes, got {energy}")

    def potential(q):
        x, y = q[..., 0], q[..., 1]
        return (x**2 + y**2) / 2 + x**2 * y - y**3 / 3

    def sampler(rng, count):
        places, reach = np.zeros((0, 2)), np.sqrt(12 * energy)          # there the potential is r^2 / 6 or more
        while len(places) < count:                                 # in two dimensions, even in place and direction is even on it
            x, y = q = rng.uniform(np.maximum([[-0.87], [-0.5]], -reach), np.minimum([[0.87], [1.0]], reach), (2, count))
            inside = (abs(x) * np.sqrt(3) <= 1 - y) & (potential(q.T) < energy)
            places = np.concatenate([places, q.T[inside]])[:count]
        speed, angle = np.sqrt(2 * (energy - potential(places))), rng.uniform(0, 2 * np.pi, count)
        return np.concatenate([places, (speed * [np.cos(angle), np.sin(angle)]).T], axis=-1)

    return System("henon-heiles", 4, lambda p: np.sum(p**2, axis=-1) / 2, potential, sampler)


def _ring(rng, count, inner, outer):
    radius, angle = rng.uniform(inner, outer, count), rng.uniform(0, 2 * np.pi, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


class NBody(System):
    """Bodies in a plane that attract each other: `H = sum |p_i|^2 / (2 m_i) - sum over pairs of G m_i m_j / |q_i - q_j|`.

    A state holds x of each body, y of each body, p_x of each, p_y of each: the order of the HNN paper's code.
    """

    @property
    def masses(self):
        """One for each body, shape (bodies,)."""
        return self.constants["masses"]

    def positions(self, x):
        """Where the bodies are, shape (..., dim) to (..., bodies, 2)."""
        return self._bodies(validate.states("x", x, self.dim)[..., :self.dim // 2])

    def momenta(self, x):
        """The bodies' momenta, shape (..., dim) to (..., bodies, 2)."""
        return self._bodies(validate.states("x", x, self.dim)[..., self.dim // 2:])

    def centre_of_mass(self, x):
        """The mean position, weighted by mass, shape (..., dim) to (..., 2)."""
        return self.masses @ self.positions(x) / np.sum(self.masses)

    def momentum(self, x):
        """The total momentum, shape (..., dim) to (..., 2)."""
        return np.sum(self.momenta(x), axis=-2)

    def angular_momentum(self, x):
        """The total angular momentum about the origin, sum of x p_y - y p_x, shape (..., dim) to (...)."""
        q, p = self.positions(x), self.momenta(x)
        return np.sum(q[..., 0] * p[..., 1] - q[..., 1] * p[..., 0], axis=-1)

    def _bodies(self, flat):
        return np.swapaxes(np.reshape(flat, (*flat.shape[:-1], 2, len(self.masses))), -1, -2)


def n_body(masses, G=1.0, sampler=None, name="n-body"):
    """Bodies in a plane under gravity; see `NBody`.

    Parameters
    ----------
    masses : sequence of float
        One for each body, at least two.
    G : float
        Gravitational constant. With the default and masses of 1, the units of length and time are left open, as in the paper.
    sampler : callable, optional
        `(rng, count) -> (count, dim)`: initial states.
    name : str

    Raises
    ------
    ValueError
        If there are fewer than two masses, or a constant is not positive.
    """
    masses = _positives("masses", masses)
    if len(masses) < 2:
        raise ValueError(f"masses must name at least two bodies, got {len(masses)}")
    G, n = validate.positive("G", G), len(masses)
    first, second = np.triu_indices(n, 1)
    differences = np.kron(np.eye(2), np.eye(n)[:, first] - np.eye(n)[:, second])          # from q to x_i - x_j of every pair, and then y_i - y_j
    squares = np.kron(np.ones((2, 1)), np.eye(len(first)))      # from their squares to |q_i - q_j|^2
    pull, two_masses = G * masses[first] * masses[second], 2 * np.concatenate([masses, masses])

    def potential(q):
        return -((q @ differences) ** 2 @ squares) ** -0.5 @ pull

    return NBody(name, 4 * n, lambda p: np.sum(p**2 / two_masses, axis=-1), potential, sampler, {"masses": masses, "G": G})


def two_body(masses=(1.0, 1.0), G=1.0):
    """Two bodies on nearly circular orbits about their common centre of mass, which rests at the origin.

    With equal masses, body 1 starts at (U(0.5, 1.5), U(0.5, 1.5)) as in the paper's code, body 2 opposite; the velocities of the
    circular orbit are multiplied by 1 + 0.05 N(0, 1), one number for each orbit.

    Parameters and errors are those of `n_body`.
    """
    def sampler(rng, count):
        heavy = masses[1] / masses[0]
        corner = rng.uniform(0.5, 1.5, (count, 1, 2))
        q = np.concatenate([corner, -corner / heavy], axis=1)
        return _circling(q, masses, G, 1 + 0.05 * rng.normal(size=(count, 1, 1)))

    masses = _positives("masses", masses, 2)
    return n_body(masses, G, sampler, "two-body")


def three_body(masses=(1.0, 1.0, 1.0), G=1.0):
    """Three bodies that start on a circle of radius U(0.9, 1.2), 120 degrees apart.

    The velocities of the circular orbit, which this triangle has for any masses (Lagrange), are multiplied by 1 + U(-0.2, 0.2),
    one number for each component, as in the HNN paper's code. (There the triangle is turned by the direction of a point in a square, which
    favours the diagonals; here all directions are alike.)

    Parameters and errors are those of `n_body`.
    """
    def sampler(rng, count):
        angle = rng.uniform(0, 2 * np.pi, (count, 1)) + 2 * np.pi / 3 * np.arange(3)
        q = rng.uniform(0.9, 1.2, (count, 1, 1)) * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        q = q - (masses @ q / np.sum(masses))[:, None]
        return _circling(q, masses, G, 1 + rng.uniform(-0.2, 0.2, q.shape))

    masses = _positives("masses", masses, 3)
    return n_body(masses, G, sampler, "three-body")


def kepler(mu=1.0, eccentricity=0.6):
    """A planet of mass 1 about a fixed sun, `H = |p|^2 / 2 - mu / |q|`; the state is (x, y, p_x, p_y).

    Initial states lie on ellipses traversed anticlockwise, with `L = sqrt(mu a)` of U(0.8, 1.2) (a is half of the long
    axis), an eccentricity of U(0, `eccentricity`), and any direction. With mu = 1 the units of length and time are left open.

    Parameters
    ----------
    mu : float
        G times the mass of the sun.
    eccentricity : float
        The largest, below 1.

    Raises
    ------
    ValueError
        If a constant is out of range.
    """
    mu = validate.positive("mu", mu)
    if validate.positive("eccentricity", eccentricity, zero_too=True) >= 1:
        raise ValueError(f"eccentricity must be below 1, got {eccentricity}")

    def sampler(rng, count):
        L, e = rng.uniform(0.8, 1.2, count), rng.uniform(0, eccentricity, count)
        return ellipse(mu, L, L * np.sqrt(1 - e**2), *rng.uniform(0, 2 * np.pi, (2, count)))

    return System("kepler", 4, lambda p: np.sum(p**2, axis=-1) / 2, lambda q: -mu / np.sqrt(np.sum(q**2, axis=-1)), sampler, {"mu": mu})


def _circling(q, masses, G, factor):
    """States with positions q, shape (count, bodies, 2), that turn about the origin like a rigid body, times `factor`."""
    distance = np.linalg.norm(q[:, :1] - q[:, 1:2], axis=-1, keepdims=True)
    v = np.sqrt(G * np.sum(masses) / distance**3) * np.stack([-q[..., 1], q[..., 0]], axis=-1) * factor
    flat = lambda a: np.swapaxes(a, 1, 2).reshape(len(a), -1)  # noqa: E731
    return np.concatenate([flat(q), flat(masses[:, None] * v)], axis=-1)


def coupled_oscillators(masses=(5.0, 1.0), k_wall=(0.01, 0.005), k_pair=0.5, amplitudes=(10.0, 1.0)):
    """Masses on a line, each tied to its place by one spring and to every other mass by another.

    H = sum p_i^2 / (2 m_i) + sum k_wall_i q_i^2 / 2 + k_pair / 2 * sum over pairs of (q_i - q_j)^2, with q the distances from
    rest. The defaults are those of the AAN paper's code, with the coupling of its figures. Initial states are sums of the normal
    modes with amplitudes of U(0.1, 1) times `amplitudes` and phases U(0, 2 pi).

    Parameters
    ----------
    masses : sequence of float, length n
        kg.
    k_wall : sequence of float, length n
        Stiffness of each mass's own spring, N/m.
    k_pair : float
        Stiffness of the springs between the masses, N/m; 0 cuts them.
    amplitudes : sequence of float, length n
        Of the modes, the slowest first, as multiples of the columns of `CoupledOscillators.modes`.

    Returns
    -------
    system : CoupledOscillators

    Raises
    ------
    ValueError
        If the lists differ in length or a constant is out of range.
    """
    masses = _positives("masses", masses)
    k_wall = _positives("k_wall", k_wall, len(masses))
    amplitudes, n = _positives("amplitudes", amplitudes, len(masses)), len(masses)
    k_pair = validate.positive("k_pair", k_pair, zero_too=True)
    stiffness = _stiffness(k_wall, k_pair)

    def sampler(rng, count):
        return system.in_modes(rng.uniform(0.1, 1, (count, n)) * amplitudes, rng.uniform(0, 2 * np.pi, (count, n)))

    system = CoupledOscillators("coupled-oscillators", 2 * n, lambda p: np.sum(p**2 / (2 * masses), axis=-1),
                                lambda q: np.sum((q @ stiffness) * q, axis=-1) / 2, sampler,
                                {"masses": masses, "k_wall": k_wall, "k_pair": k_pair})
    return system


class CoupledOscillators(System):
    """H = sum p_i^2 / (2 m_i) + q . K q / 2."""

    @property
    def masses(self):
        """In kg, shape (n,)."""
        return self.constants["masses"]

    @property
    def stiffness(self):
        """K in N/m, symmetric and positive definite, shape (n, n)."""
        return _stiffness(self.constants["k_wall"], self.constants["k_pair"])

    def modes(self):
        """The normal modes: frequencies in rad/s, shape (n,), increasing, and shapes, a column of length 1 for each, (n, n).

        A column's largest component is positive. See `mechanics.normal_modes`.
        """
        frequencies, columns = normal_modes(self.masses, self.stiffness)
        largest = np.take_along_axis(columns, np.argmax(abs(columns), axis=0)[None], axis=0)
        return frequencies, columns * np.sign(largest) / np.linalg.norm(columns, axis=0)

    def in_modes(self, amplitudes, phases):
        """The state whose mode k is at `A_k cos(phase_k)`, shapes (..., n) to (..., dim)."""
        frequencies, columns = self.modes()
        amplitudes, phases = (validate.finite_states(*given, len(columns)) for given in (("amplitudes", amplitudes), ("phases", phases)))
        q = (amplitudes * np.cos(phases)) @ columns.T
        v = (-frequencies * amplitudes * np.sin(phases)) @ columns.T
        return np.concatenate([q, self.masses * v], axis=-1)


def _stiffness(k_wall, k_pair):
    n = len(k_wall)
    return np.diag(k_wall) + k_pair * (n * np.eye(n) - np.ones((n, n)))


def toda(particles=3, energy=3.0):
    """Toda's lattice: a ring of particles of mass 1, H = sum of p_i^2 / 2 + exp(q_i - q_(i+1)) - 1, its centre at rest.

    The state holds the N - 1 coordinates that are left when the centre of mass is taken away (see `Toda.ring`), and their momenta.
    It is integrable for every N (Henon, Flaschka 1974). Initial states have a random direction and a harmonic energy, that of the
    quadratic part of H, of U(0.1, 1) times `energy`.

    Parameters
    ----------
    particles : int
        N, at least 3.
    energy : float
        The largest harmonic energy.

    Returns
    -------
    system : Toda

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    N = validate.whole("particles", particles, 3)
    energy = validate.positive("energy", energy)
    basis, frequencies = _waves(N)
    stretch = _stretch(basis)

    def sampler(rng, count):
        z = rng.normal(size=(count, 2, N - 1))
        z = z * np.sqrt(2 * energy * rng.uniform(0.1, 1, count) / np.sum(z**2, axis=(1, 2)))[:, None, None]
        return np.concatenate([z[:, 0] / frequencies, z[:, 1]], axis=-1)

    return Toda("toda", 2 * (N - 1), lambda p: np.sum(p**2, axis=-1) / 2, lambda q: np.sum(np.expm1(q @ stretch), axis=-1), sampler, {"particles": N})


class Toda(System):
    """Toda's periodic lattice in coordinates without the centre of mass; see `toda`."""

    @property
    def basis(self):
        """Its columns are the ring's waves, the normal modes of small motions, each of length 1 and with the sum 0: shape (N, N - 1)."""
        return _waves(self.constants["particles"])[0]

    def gradient(self, x):
        x = validate.states("x", x, self.dim)         # by hand: references are integrated over hundreds of periods
        n, stretch = self.dim // 2, _stretch(self.basis)
        return np.concatenate([np.exp(x[..., :n] @ stretch) @ stretch.T, x[..., n:]], axis=-1)

    def ring(self, x):
        """Positions and momenta of the particles, shape (..., dim) to two of (..., N)."""
        x = validate.states("x", x, self.dim)
        n = self.dim // 2
        return x[..., :n] @ self.basis.T, x[..., n:] @ self.basis.T

    def lax_matrix(self, x):
        """Flaschka's matrix, whose eigenvalues do not change in time: shape (..., dim) to (..., N, N).

        Symmetric, with -p_i / 2 on the diagonal and exp((q_i - q_(i+1)) / 2) / 2 beside it, around the ring. The sum of the squares
        of its eigenvalues is (H + N) / 2. Flaschka, Physical Review B 9 (1974) 1924.
        """
        q, p = self.ring(x)
        N = q.shape[-1]
        beside = np.exp((q - np.roll(q, -1, axis=-1)) / 2)[..., None] * np.roll(np.eye(N), 1, axis=1) / 2
        return beside + np.swapaxes(beside, -1, -2) - p[..., None] * np.eye(N) / 2

    def actions(self, x, points=64):
        """The lattice's actions, one for each gap in the spectrum of the ring repeated for ever, the lowest gap first.

        Shape (..., dim) to (..., N - 1). The gaps lie between the eigenvalues of the Lax matrix and of the one whose corners have the
        other sign. A wave of number k alone, small, opens only gap k and gap N - k. Flaschka, McLaughlin, Progress of Theoretical
        Physics 55 (1976) 438.

        Parameters
        ----------
        x : array, shape (..., dim)
        points : int
            Of the integral over each gap, which converges faster than any power of their number.
        """
        L, points = self.lax_matrix(x), validate.whole("points", points, 1)
        N = L.shape[-1]
        corners = np.roll(np.eye(N), 1, axis=0) * (np.arange(N) == N - 1)
        flipped = L * (1 - 2 * (corners + corners.T))
        ends = np.sort(np.concatenate([np.linalg.eigvalsh(L), np.linalg.eigvalsh(flipped)], axis=-1), axis=-1)
        middle, half = (ends[..., 2::2] + ends[..., 1:-1:2]) / 2, (ends[..., 2::2] - ends[..., 1:-1:2]) / 2
        phi = np.pi * (np.arange(points) + 0.5) / points
        at = middle[..., None] + half[..., None] * np.cos(phi)
        square = np.prod(2 * (at[..., None] - ends[..., None, None, :]), axis=-1) / 4          # sinh^2, of the growth round the ring
        return 2 * half * np.mean(np.arcsinh(np.sqrt(np.maximum(square, 0))) * np.sin(phi), axis=-1)


def _waves(N):
    """The waves of a ring, shape (N, N - 1), and their frequencies when small."""
    wave = np.arange(2, N + 1) // 2                               # 1, 1, 2, 2, ...: a cosine and a sine of each wave number
    angles = 2 * np.pi * np.arange(N)[:, None] * wave / N
    basis = np.where(np.arange(2, N + 1) % 2 == 0, np.cos(angles), np.sin(angles))
    return basis / np.linalg.norm(basis, axis=0), 2 * np.sin(np.pi * wave / N)


def _stretch(basis):
    """From the coordinates to the distances q_i - q_(i+1), shape (N - 1, N)."""
    return (basis - np.roll(basis, -1, axis=0)).T


def _positives(name, values, length=None):
    """The list as an array of positive numbers, at least one, or `length`."""
    if not isinstance(values, (list, tuple, np.ndarray)) or np.ndim(values) != 1 or len(values) != (length or len(values) or 1):
        raise ValueError(f"{name} must hold {length or 'at least one'} positive number{'' if length in (None, 1) else 's'}, got {validate.shown(values)}")
    return np.array([validate.positive(f"each number in {name}", value) for value in values])
