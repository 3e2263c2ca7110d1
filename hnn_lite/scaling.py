"""From the units of the data to coordinates of size one, in which learning starts; the symplectic form is kept up to one factor."""

from dataclasses import asdict, dataclass

import autograd.numpy as np
import scipy.linalg

from hnn_lite import validate
from hnn_lite.mechanics import symplectic_matrix
from hnn_lite.shears import halves

LIKE = 0.1          # modes whose rates differ by less, in proportion, may be mixed
SIZE_ONE = 10       # data whose sizes are within this factor of one are left as they are, as in the HNN paper
HUGE = 1e60         # sizes of data: products of four of them are floats
LEAST_CURVED = 1e-6          # of an energy with a minimum: the least curvature, as a share of the largest


@dataclass(frozen=True)
class Scaling:
    """An affine change of coordinates, z = matrix (x - centre) / sqrt(unit), with a symplectic matrix.

    Dividing each coordinate by its own spread would multiply dq ^ dp by another factor in each pair, which no symplectic
    map could bring back. Here all pairs have the one factor: an action in z, times `unit`, is an action in x.

    Attributes
    ----------
    centre, spread : array, shape (dim,)
        In the units of the data; `spread` is each coordinate's standard deviation, in which errors are counted.
    matrix : array, shape (dim, dim)
        Symplectic.
    unit, time : float
        Units of action (q times p) and of time.
    frequencies : array, shape (dim/2,)
        A first guess, in radians for each unit of time.
    """

    centre: np.ndarray
    spread: np.ndarray
    matrix: np.ndarray
    unit: float
    time: float
    frequencies: np.ndarray

    @property
    def back(self):
        """The inverse of `matrix`, without solving anything: -Omega matrix^T Omega (an odd number of coordinates is scaled one by one)."""
        return np.diag(1 / np.diag(self.matrix)) if len(self.centre) % 2 else _inverse(self.matrix)

    @property
    def metric(self):
        """The matrix that takes an error in z to one in standard deviations of the data, shape (dim, dim)."""
        return np.sqrt(self.unit) * self.back / self.spread[:, None]

    def plain(self):
        """All attributes, as lists and numbers."""
        return {name: np.asarray(value).tolist() for name, value in asdict(self).items()}

    @classmethod
    def identity(cls, dim):
        """The scaling that changes nothing, and guesses a frequency of one."""
        return cls(np.zeros(dim), np.ones(dim), np.eye(dim), 1.0, 1.0, np.ones(dim // 2))

    @classmethod
    def of(cls, x, dt, kind="modes"):
        """A scaling for trajectories, such that the mean of z^2 over the data is one.

        Parameters
        ----------
        x : array, shape (trajectories, times, dim)
            At least two times.
        dt : float
            Time from one to the next, which becomes the unit of time.
        kind : str
            "pairs": each position divided, and its momentum multiplied, by a number that makes their spreads equal. "modes":
            the normal modes of the quadratic H that explains the steps best, where this H has a minimum; else the modes of the
            inverse of the covariance; else "pairs". For a linear system nothing is then left to learn; for another
            learning begins with one frequency for each mode, between those of its small and its large oscillations.

        Returns
        -------
        scaling : Scaling

        Raises
        ------
        ValueError
            If `x` or `dt` cannot be used, or a coordinate never changes.
        """
        x, dt = paths("x", x), validate.positive("dt", dt)
        n = validate.phase_space("the last axis of x", x.shape[-1]) // 2
        centre, spread = x.mean(axis=(0, 1)), x.std(axis=(0, 1))
        if not np.all(spread > 1e-12 * sizes("x", x)):
            raise ValueError(f"coordinate {np.argmin(spread)} of x never changes: there is no scale to measure it in")
        matrix = _pairs(spread)
        if validate.choice("kind", kind, ("pairs", "modes")) == "modes":
            y = (x - centre) @ matrix
            for K, rest in [*_quadratics(y / y.std())][:1]:
                S = williamson(K)
                centre, matrix = centre + y.std() * rest / np.diag(matrix), _inverse(S) @ matrix
                V = _uncouple(_phasors((x - centre) @ matrix.T), np.diag(S.T @ K @ S)[:n])
                matrix = np.block([[V.real, V.imag], [-V.imag, V.real]]) @ matrix
        z = (x - centre) @ matrix.T
        phasor = _phasors(z)
        turn = np.angle(np.sum(np.conj(phasor[:, :-1]) * phasor[:, 1:], axis=(0, 1)))
        return cls(centre, spread, matrix, float(np.mean(z**2)), dt, turn)

    @classmethod
    def of_rates(cls, x, dx):
        """A scaling for states and their rates, both of shape (points, dim), such that both are of size one.

        Each position is divided, and its momentum multiplied, by a number that makes their spreads equal. Data that are of size one
        already are left as they are.
        """
        largest, fastest = sizes("task.x", x), sizes("task.dx", dx)
        centre, spread, typical = x.mean(axis=0), x.std(axis=0), np.append(np.sqrt(np.mean(x**2, axis=0)), np.sqrt(np.mean(dx**2)))
        spread = np.where(spread > 1e-12 * largest, spread, 0)
        if np.all((1 / SIZE_ONE < typical) & (typical < SIZE_ONE)) or not (np.any(spread) and np.any(fastest)):
            return cls.identity(x.shape[1])
        spread = np.where(spread > 0, spread, np.max(spread))
        matrix = _pairs(spread)
        square, rate = (float(np.mean((part @ matrix) ** 2)) for part in (x - centre, dx))
        return cls(centre, spread, matrix, square, float(np.sqrt(square / rate)), np.ones(x.shape[1] // 2))

    @classmethod
    def stored(cls, plain, dim):
        """A scaling from what `plain` gave; None and a scaling stay what they are.

        Raises
        ------
        ValueError
            If it is not the scaling of states of `dim` coordinates.
        """
        if plain is None:
            return None
        try:
            scaling = plain if isinstance(plain, cls) else cls(
                **{name: np.asarray(value, float) if isinstance(value, list) else float(value) for name, value in dict(plain).items()})
        except (TypeError, ValueError):
            raise ValueError(f"scaling must be a Scaling, or what its `plain` gives, got {validate.shown(plain)}") from None
        shapes = [np.shape(value) for value in asdict(scaling).values()]
        if shapes != [(dim,), (dim,), (dim, dim), (), (), (dim // 2,)]:
            raise ValueError(f"the scaling of a model of {dim} coordinates cannot have shapes {shapes}")
        return scaling

    def apply(self, x):
        """From the units of the data to coordinates of size one, shape (..., dim) to (..., dim)."""
        return ((x - self.centre) @ self.matrix.T) / np.sqrt(self.unit)

    def undo(self, z):
        """The inverse of `apply`."""
        return (np.sqrt(self.unit) * z) @ self.back.T + self.centre

    def apply_rate(self, dx):
        """From dx/dt to the rate of the coordinates of size one, in the unit of time, shape (..., dim) to (..., dim)."""
        return (self.time / np.sqrt(self.unit) * dx) @ self.matrix.T

    def undo_rate(self, dz):
        """The inverse of `apply_rate`."""
        return (np.sqrt(self.unit) / self.time * dz) @ self.back.T


def paths(name, x, dim=None):
    """Return `x` as an array of paths, shape (trajectories, times, dim), two times or more, or raise `ValueError`.

    An angle that jumps by 2 pi is refused, too: no motion that a model could learn does that.
    """
    x = validate.numbers(name, x)
    if x.ndim != 3 or x.shape[1] < 2 or x.shape[2] != (dim or x.shape[2]):
        raise ValueError(f"{name} must have shape (trajectories, times, {dim or 'dim'}) with two times or more, got {x.shape}")
    sizes(name, x)
    for path in x[np.any(abs(np.diff(x, axis=1)) > np.pi, axis=(1, 2))]:
        validate.unwrapped(name, path)
    return x


def sizes(name, x):
    """The largest magnitude of each coordinate, shape (..., dim) to (dim,), or a `ValueError` if its square is out of a float's range."""
    axes = tuple(range(x.ndim - 1))
    largest = np.maximum(np.max(x, axes), -np.min(x, axes).astype(float))
    for number, size in enumerate(largest):
        if size and not 1 / HUGE < size < HUGE:
            raise ValueError(f"{name} has values of size {size:.1e} in coordinate {number}: give them in a unit in which they are between "
                             f"{1 / HUGE:.0e} and {HUGE:.0e}")
    return largest


def williamson(K):
    """A symplectic S with S^T K S = diag(d, d): in z = S^-1 x the quadratic H = x^T K x / 2 is the sum of d_k I_k.

    Williamson's theorem, for a symmetric, positive definite K, shape (2n, 2n); S has the same shape, and its modes are in
    ascending order of d.
    """
    values, vectors = np.linalg.eigh(K)
    root = (vectors / np.sqrt(values)) @ vectors.T          # K^(-1/2)
    rate, v = np.linalg.eigh(1j * root @ symplectic_matrix(len(K)) @ root)          # pairs +-1/d
    n = len(K) // 2
    rate, v = rate[:n - 1:-1], v[:, :n - 1:-1]
    columns = root @ v * np.sqrt(2 / rate)
    phase = np.sum(columns[n:] ** 2, axis=0)          # each mode may be turned: let its q belong to the positions, as it can
    columns = columns * np.exp(-0.5j * np.angle(np.where(abs(phase) > 0, phase, 1)))
    S = np.concatenate([columns.imag, columns.real], axis=1)
    return S * np.sign(np.sum(np.concatenate([S[:n, :n], S[n:, n:]]), axis=0))[np.arange(2 * n) % n]


def _phasors(z):
    """sqrt(2I) exp(i theta) of each pair, complex, shape (..., 2n) to (..., n)."""
    q, p = halves(z)
    return p + 1j * q


def _uncouple(phasors, rates, sweeps=20):
    """A unitary V that mixes modes of like rates into ones whose actions vary least along each path: on a torus they stay.

    The quadratic H cannot say which mixtures of modes of one frequency these are: circular waves or standing ones, say. Jacobi's
    rotations for many Hermitian matrices at once (Cardoso, Souloumiac, SIAM J. Matrix Anal. Appl. 17 (1996) 161). Shape (paths, times, n)
    to (n, n).
    """
    n = phasors.shape[-1]
    products = np.einsum("jti,jtk->jtik", phasors, np.conj(phasors))
    products = (products - products.mean(axis=1, keepdims=True)).reshape(-1, n * n)
    A, V = np.linalg.qr(products, mode="r").reshape(-1, n, n), np.eye(n, dtype=complex)          # their sums of squares are those of all
    for _ in range(sweeps):
        largest = 0
        for k in range(n):
            for m in (m for m in range(k + 1, n) if abs(rates[m] - rates[k]) < LIKE * rates[k]):
                h = np.stack([A[:, k, k] - A[:, m, m], A[:, k, m] + A[:, m, k], 1j * (A[:, m, k] - A[:, k, m])])
                x, y, z = np.linalg.eigh((h @ np.conj(h).T).real)[1][:, 0]
                if x < 0:
                    x, y, z = -x, -y, -z
                c, s = np.sqrt((1 + x) / 2), (y - 1j * z) / np.sqrt(2 * (1 + x))
                R = np.eye(n, dtype=complex)
                R[k, k], R[m, m], R[k, m], R[m, k] = c, c, -np.conj(s), s
                A, V = np.conj(R).T @ A @ R, np.conj(R).T @ V
                largest = max(largest, abs(s))
        if largest < 1e-12:
            break
    return V


def _quadratics(y):
    """Guesses at the Hessian K of a quadratic H with a minimum, and where that is: from the steps, and from the covariance."""
    now, then = (part.reshape(-1, y.shape[-1]) for part in (y[:, :-1], y[:, 1:]))
    step = scipy.linalg.lstsq(np.column_stack([now, np.ones(len(now))]), then)[0].T          # then = M now + shift
    M, shift = step[:, :-1], step[:, -1]
    try:
        K = -symplectic_matrix(len(M)) @ scipy.linalg.logm(M)          # y' = Omega K y
        values = np.linalg.eigvalsh(K + K.T)
        if np.isrealobj(K) and values[0] > LEAST_CURVED * values[-1]:
            yield (K + K.T) / 2, np.linalg.solve(np.eye(len(M)) - M, shift)
    except (np.linalg.LinAlgError, ValueError):
        pass
    values, vectors = np.linalg.eigh(np.cov(y.reshape(-1, len(M)), rowvar=False))
    if values[0] > LEAST_CURVED * values[-1]:
        yield (vectors / values) @ vectors.T, np.zeros(len(M))


def _pairs(spread):
    """The diagonal matrix that makes the spreads of a position and its momentum equal, and keeps their product."""
    n = len(spread) // 2
    if len(spread) % 2:
        return np.diag(1 / spread)
    squeeze = np.sqrt(spread[n:]) / np.sqrt(spread[:n])
    return np.diag(np.concatenate([squeeze, 1 / squeeze]))


def _inverse(S):
    """Of a symplectic matrix."""
    J = symplectic_matrix(len(S))
    return -J @ S.T @ J
