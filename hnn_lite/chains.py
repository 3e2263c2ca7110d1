"""Masses that are tied to each other: coupled oscillators, and Toda's lattice."""

from dataclasses import dataclass

import autograd.numpy as np

from hnn_lite import checks
from hnn_lite.dynamics import System


def coupled_oscillators(masses=(5.0, 1.0), k_wall=(0.01, 0.005), k_pair=0.5, amplitudes=(10.0, 1.0)):
    """Masses on a line, each tied to its place by one spring and to every other mass by another.

    H = sum p_i^2 / (2 m_i) + sum k_wall_i q_i^2 / 2 + k_pair / 2 * sum over pairs of (q_i - q_j)^2, with q the distances from
    rest. The defaults are those of the AAN paper's code. Initial states are sums of the normal modes with amplitudes of U(0.1, 1)
    times `amplitudes` and phases U(0, 2 pi).

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
    k_pair = checks.positive("k_pair", k_pair, zero_too=True)
    stiffness = np.diag(k_wall) + k_pair * (n * np.eye(n) - np.ones((n, n)))

    def sampler(rng, count):
        return system.in_modes(rng.uniform(0.1, 1, (count, n)) * amplitudes, rng.uniform(0, 2 * np.pi, (count, n)))

    system = CoupledOscillators("coupled-oscillators", 2 * n, lambda p: np.sum(p**2 / (2 * masses), axis=-1),
                                lambda q: np.sum((q @ stiffness) * q, axis=-1) / 2, sampler, masses, stiffness)
    return system


@dataclass(frozen=True)
class CoupledOscillators(System):
    """H = sum p_i^2 / (2 m_i) + q . K q / 2.

    Attributes
    ----------
    masses : array, shape (n,)
    stiffness : array, shape (n, n)
        K, symmetric and positive definite.
    """

    masses: np.ndarray
    stiffness: np.ndarray

    def modes(self):
        """The normal modes: frequencies in rad/s, shape (n,), increasing, and shapes, a column of length 1 for each, (n, n).

        Column k is an eigenvector of M^-1 K; its largest component is positive.
        """
        root = np.sqrt(self.masses)
        squares, columns = np.linalg.eigh(self.stiffness / np.outer(root, root))
        columns = columns / root[:, None]
        columns = columns * np.sign(np.take_along_axis(columns, np.argmax(abs(columns), axis=0)[None], axis=0))
        return np.sqrt(squares), columns / np.linalg.norm(columns, axis=0)

    def in_modes(self, amplitudes, phases):
        """The state whose mode k is at `A_k cos(phase_k)`, shapes (..., n) to (..., dim)."""
        frequencies, columns = self.modes()
        q = (amplitudes * np.cos(phases)) @ columns.T
        v = (-frequencies * amplitudes * np.sin(phases)) @ columns.T
        return np.concatenate([q, self.masses * v], axis=-1)


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
    N = checks.whole("particles", particles, 3)
    energy = checks.positive("energy", energy)
    wave = np.array([k // 2 for k in range(2, N + 1)])            # 1, 1, 2, 2, ...: a cosine and a sine of each wave number
    angles = 2 * np.pi * np.arange(N)[:, None] * wave / N
    basis = np.where(np.arange(2, N + 1) % 2 == 0, np.cos(angles), np.sin(angles))
    basis = basis / np.linalg.norm(basis, axis=0)
    stretch = _stretch(basis)
    frequencies = 2 * np.sin(np.pi * wave / N)

    def sampler(rng, count):
        z = rng.normal(size=(count, 2, N - 1))
        z = z * np.sqrt(2 * energy * rng.uniform(0.1, 1, count) / np.sum(z**2, axis=(1, 2)))[:, None, None]
        return np.concatenate([z[:, 0] / frequencies, z[:, 1]], axis=-1)

    return Toda("toda", 2 * (N - 1), lambda p: np.sum(p**2, axis=-1) / 2, lambda q: np.sum(np.expm1(q @ stretch), axis=-1),
                sampler, basis)


@dataclass(frozen=True)
class Toda(System):
    """Toda's periodic lattice in coordinates without the centre of mass; see `toda`.

    Attributes
    ----------
    basis : array, shape (N, N - 1)
        Its columns are the ring's waves, the normal modes of small motions, each of length 1 and with the sum 0.
    """

    basis: np.ndarray

    def gradient(self, x):
        x = checks.states("x", x, self.dim)         # by hand: references are integrated over hundreds of periods
        n, stretch = self.dim // 2, _stretch(self.basis)
        return np.concatenate([np.exp(x[..., :n] @ stretch) @ stretch.T, x[..., n:]], axis=-1)

    def ring(self, x):
        """Positions and momenta of the particles, shape (..., dim) to two of (..., N)."""
        x = checks.states("x", x, self.dim)
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
        L, points = self.lax_matrix(x), checks.whole("points", points, 1)
        N = L.shape[-1]
        corners = np.roll(np.eye(N), 1, axis=0) * (np.arange(N) == N - 1)
        flipped = L * (1 - 2 * (corners + corners.T))
        ends = np.sort(np.concatenate([np.linalg.eigvalsh(L), np.linalg.eigvalsh(flipped)], axis=-1), axis=-1)
        middle, half = (ends[..., 2::2] + ends[..., 1:-1:2]) / 2, (ends[..., 2::2] - ends[..., 1:-1:2]) / 2
        phi = np.pi * (np.arange(points) + 0.5) / points
        at = middle[..., None] + half[..., None] * np.cos(phi)
        square = np.prod(2 * (at[..., None] - ends[..., None, None, :]), axis=-1) / 4          # sinh^2, of the growth round the ring
        return 2 * half * np.mean(np.arcsinh(np.sqrt(np.maximum(square, 0))) * np.sin(phi), axis=-1)


def _stretch(basis):
    """From the coordinates to the distances q_i - q_(i+1), shape (N - 1, N)."""
    return (basis - np.roll(basis, -1, axis=0)).T


def _positives(name, values, length=None):
    """The list as an array of positive numbers, at least one, or `length`."""
    if np.ndim(values) != 1 or len(values) == 0 or len(values) != (length or len(values)):
        raise ValueError(f"{name} must hold {length or 'at least one'} positive number{'' if length == 1 else 's'}, got {values!r}")
    return np.array([checks.positive(f"each number in {name}", value) for value in values])
