"""Measurement operators, written down as the protocol `Operator`: the algorithms see nothing else of a problem.

Each operator acts on the coordinates of Z in an orthonormal basis of its space, so it is a matrix with n rows and
d = ``space.dimension`` columns, stored or not. Random operators are scaled so that E[𝓜*𝓜] is the identity.
Everything broadcasts over leading axes of Z and y.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.fft import dct, idct, next_fast_len

from wnlib import _arguments


@dataclass(frozen=True)
class Symmetric:
    """The symmetric m × m matrices, of dimension d = m(m+1)/2.

    Coordinates are the diagonal entries and √2 times those above the diagonal, row by row:
    then ⟨Z, W⟩ is the dot product of the coordinates.
    """

    m: int

    def __post_init__(self):
        object.__setattr__(self, "m", _arguments.positive_integer(m=self.m))

    @property
    def shape(self):
        """Shape (m, m) of a matrix."""
        return self.m, self.m

    @property
    def dimension(self):
        """d = m(m+1)/2, the number of coordinates."""
        return self.m * (self.m + 1) // 2

    @cached_property
    def _entries(self):
        """Flat place of each coordinate in the matrix, its weight, and the coordinate of each entry."""
        i, j = np.triu_indices(self.m)
        of_entry = np.empty(self.shape, dtype=np.intp)
        of_entry[i, j] = of_entry[j, i] = np.arange(self.dimension)
        return i * self.m + j, np.where(i == j, 1.0, np.sqrt(2.0)), of_entry

    def coordinates(self, Z):
        """Coordinates of Z: (..., m, m) to (..., d)."""
        places, weights, _ = self._entries
        return np.take(Z.reshape(*Z.shape[:-2], self.m**2), places, axis=-1) * weights

    def matrix(self, z):
        """Matrix with coordinates z: (..., d) to (..., m, m)."""
        _, weights, of_entry = self._entries
        return np.take(z / weights, of_entry, axis=-1)


@dataclass(frozen=True)
class Rectangular:
    """The p × q matrices, of dimension d = pq. Coordinates are the entries, row by row."""

    p: int
    q: int

    def __post_init__(self):
        for name, value in zip("pq", _arguments.positive_integers(p=self.p, q=self.q), strict=True):
            object.__setattr__(self, name, value)

    @property
    def shape(self):
        """Shape (p, q) of a matrix."""
        return self.p, self.q

    @property
    def dimension(self):
        """d = pq, the number of coordinates."""
        return self.p * self.q

    def coordinates(self, Z):
        """Coordinates of Z: (..., p, q) to (..., d)."""
        return Z.reshape(*Z.shape[:-2], self.dimension)

    def matrix(self, z):
        """Matrix with coordinates z: (..., d) to (..., p, q)."""
        return z.reshape(*z.shape[:-1], *self.shape)


@runtime_checkable
class Operator(Protocol):
    """What a measurement operator must have. Yours needs no base class.

    Attributes
    ----------
    space : Symmetric or Rectangular
        The matrices that are measured.
    n : int
        How many measurements.
    """

    space: Symmetric | Rectangular
    n: int

    def forward(self, Z):
        """𝓜(Z): (..., p, q) to (..., n); of `Gram` to (..., d)."""

    def adjoint(self, y):
        """𝓜*(y): back from there, a symmetric matrix where the space is `Symmetric`."""

    def normal(self, Z):
        """𝓜*(𝓜(Z)), done the cheapest way."""


class Population:
    """Infinitely many samples: 𝓜*𝓜 is the identity, 𝓜 reads every coordinate once.

    Parameters
    ----------
    space : Symmetric or Rectangular
    """

    def __init__(self, space):
        self.space = space
        self.n = space.dimension

    def forward(self, Z):
        """𝓜(Z): (..., p, q) to (..., d)."""
        return self.space.coordinates(Z)

    def adjoint(self, y):
        """𝓜*(y): (..., d) to (..., p, q)."""
        return self.space.matrix(y)

    def normal(self, Z):
        """𝓜*(𝓜(Z)) = Z, whatever the shape."""
        return Z


class Dense:
    """Measurements y_i = ⟨M_i, Z⟩ with matrices M_i of your own.

    Parameters
    ----------
    space : Symmetric or Rectangular
    matrices : array_like, shape (n, p, q)
        The M_i. Of a symmetric Z only their symmetric parts can tell, and only these are kept.

    Attributes
    ----------
    rows : ndarray, shape (n, d)
        Coordinates of the M_i; read-only.

    Raises
    ------
    ValueError
        If the matrices are not real and finite, or do not fit the space.

    Notes
    -----
    The usual step sizes want 𝓜*𝓜 near the identity. Matrices with independent entries of mean 0 and variance v
    measure so when they, and the data with them, are divided by √(nv).
    """

    def __init__(self, space, matrices):
        matrices = _arguments.real(2, matrices=matrices)
        if matrices.shape[1:] != space.shape:
            raise ValueError(f"matrices has shape {matrices.shape}; it must be (n, {space.shape[0]}, {space.shape[1]})")
        if isinstance(space, Symmetric):
            matrices = (matrices + matrices.mT) / 2
        self._keep(space, space.coordinates(matrices))

    def _keep(self, space, rows):
        self.space = space
        self.n = len(rows)
        self.rows = _arguments.read_only(rows)

    def forward(self, Z):
        """𝓜(Z): (..., p, q) to (..., n)."""
        return self.space.coordinates(Z) @ self.rows.T

    def adjoint(self, y):
        """𝓜*(y): (..., n) to (..., p, q)."""
        return self.space.matrix(y @ self.rows)

    def normal(self, Z):
        """𝓜*(𝓜(Z)), shape of Z."""
        return self.adjoint(self.forward(Z))


class Gaussian(Dense):
    """n random linear functions, each with independent N(0, 1/n) coordinates.

    Parameters
    ----------
    space : Symmetric or Rectangular
    n : int
        Number of measurements, at least 1.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed for one.

    Notes
    -----
    Stores n × d numbers. Where n exceeds d, `Gram` has the same law and stores d × d.
    """

    def __init__(self, space, n, rng):
        n = _arguments.positive_integer(n=n)
        rng = _arguments.generator(rng, "operator")
        self._keep(space, rng.standard_normal((n, space.dimension)) / np.sqrt(n))


class Gram:
    """Gaussian measurements with n > d, kept as d × d numbers: the cost no longer depends on n.

    Let G be the n × d matrix of `Gaussian` and G = QR its QR decomposition. The coordinates of Qᵀy hold
    all that y says about Z, so this operator is R in place of G: ``forward`` gives d compressed measurements,
    ``normal`` is exactly that of G.

    Parameters
    ----------
    space : Symmetric or Rectangular
    n : int
        Number of measurements, greater than d = ``space.dimension``.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed for one.

    Raises
    ------
    ValueError
        If n <= d.

    Notes
    -----
    G is never drawn: √n R is upper triangular with independent entries, N(0, 1) above the diagonal and,
    on it, the square roots of chi-squared variables with n, n - 1, … degrees of freedom
    (Bartlett's decomposition of the Wishart law).
    """

    def __init__(self, space, n, rng):
        n = _arguments.positive_integer(n=n)
        d = space.dimension
        if n <= d:
            raise ValueError(f"n is {n}; it must exceed the {d} coordinates of {space} (use Gaussian)")
        rng = _arguments.generator(rng, "operator")
        self.space = space
        self.n = n
        factor = np.triu(rng.standard_normal((d, d)), 1) + np.diag(np.sqrt(rng.chisquare(n - np.arange(d))))
        self.factor = _arguments.read_only(factor / np.sqrt(n))
        self.gram = _arguments.read_only(self.factor.T @ self.factor)

    def forward(self, Z):
        """The compressed measurements: (..., p, q) to (..., d)."""
        return self.space.coordinates(Z) @ self.factor.T

    def adjoint(self, y):
        """Adjoint of `forward`: (..., d) to (..., p, q)."""
        return self.space.matrix(y @ self.factor)

    def normal(self, Z):
        """𝓜*(𝓜(Z)), shape of Z: one product with the d × d Gram matrix."""
        return self.space.matrix(self.space.coordinates(Z) @ self.gram)


class SubsampledDCT:
    """n rows of a randomized cosine transform: no matrix is stored, O(d log d) time.

    𝓜(Z) = √(N/n) S C (σ ∘ z): random signs σ on the coordinates z of Z, filled up with zeros to a length N >= d;
    the orthonormal cosine transform C of that length; S picks n of its N rows without replacement
    (Do, Gan, Nguyen and Tran 2012).

    Parameters
    ----------
    space : Symmetric or Rectangular
    n : int
        Number of measurements, 1 <= n <= d = ``space.dimension``.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed for one.

    Raises
    ------
    ValueError
        If n < 1 or n > d.

    Notes
    -----
    N is the least length from d on that has small prime factors only: of length d itself a transform takes up to five
    times as long. Where N = d and n = d, 𝓜 keeps every norm.
    """

    def __init__(self, space, n, rng):
        n = _arguments.positive_integer(n=n)
        d = space.dimension
        if n > d:
            raise ValueError(f"n is {n}; it must be at most the {d} coordinates of {space}: rows are picked once")
        rng = _arguments.generator(rng, "operator")
        self.space = space
        self.n = n
        self.length = next_fast_len(d, real=True)
        signs = rng.choice([-1.0, 1.0], d)
        picked = np.sort(rng.choice(self.length, n, replace=False))
        self._picked = _arguments.read_only(picked)
        self._mask = np.zeros(self.length)
        self._mask[picked] = self.length / n
        # With the signs in the weights of the coordinates, both are one product.
        if isinstance(space, Symmetric):
            self._places, weights, self._of_entry = space._entries
            self._in, self._out = signs * weights, signs / weights
        else:
            self._places = self._of_entry = None
            self._in = self._out = signs

    def _spectrum(self, Z):
        """C (σ ∘ z), (..., N)."""
        z = Z.reshape(*Z.shape[:-2], -1)
        if self._places is not None:
            z = np.take(z, self._places, axis=-1)
        return dct(z * self._in, n=self.length, norm="ortho", overwrite_x=True)

    def _back(self, spectrum):
        """The adjoint of `_spectrum`, (..., p, q)."""
        z = idct(spectrum, norm="ortho", overwrite_x=True)[..., : self.space.dimension] * self._out
        return z.reshape(*z.shape[:-1], *self.space.shape) if self._of_entry is None else np.take(z, self._of_entry, -1)

    def forward(self, Z):
        """𝓜(Z): (..., p, q) to (..., n)."""
        return np.sqrt(self.length / self.n) * self._spectrum(Z)[..., self._picked]

    def adjoint(self, y):
        """𝓜*(y): (..., n) to (..., p, q)."""
        spectrum = np.zeros((*y.shape[:-1], self.length))
        spectrum[..., self._picked] = np.sqrt(self.length / self.n) * y
        return self._back(spectrum)

    def normal(self, Z):
        """𝓜*(𝓜(Z)), shape of Z: picking and putting back is a product with a mask."""
        spectrum = self._spectrum(Z)
        spectrum *= self._mask
        return self._back(spectrum)
