"""Measurement operators, all with the same four members.

=====================  =====================================================
``space``              the matrices measured: `Symmetric` or `Rectangular`
``forward(Z)``         𝓜(Z), shape (..., n); of `Gram` (..., d)
``adjoint(y)``         𝓜*(y), shape of a matrix
``normal(Z)``          𝓜*(𝓜(Z)), done the cheapest way
=====================  =====================================================

The algorithms see nothing else. Each operator acts on the coordinates of Z in an orthonormal basis
of its space, so it is a matrix with n rows and d = ``space.dimension`` columns, stored or not. Random operators are
scaled so that E[𝓜*𝓜] is the identity. Everything broadcasts over leading axes of Z and y.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.fft import dct, idct

from wnlib import _arguments


@dataclass(frozen=True)
class Symmetric:
    """The symmetric m × m matrices, of dimension d = m(m+1)/2.

    Coordinates are the diagonal entries and √2 times those above the diagonal, row by row:
    then ⟨Z, W⟩ is the dot product of the coordinates.
    """

    m: int

    def __post_init__(self):
        _arguments.positive_integer(m=self.m)

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
        of_entry = np.empty(self.shape, dtype=int)
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
        _arguments.positive_integer(p=self.p, q=self.q)

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


class Population:
    """Infinitely many samples: 𝓜*𝓜 is the identity, 𝓜 reads every coordinate once (Chapter 1).

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


class Gaussian:
    """n random linear functions, each with independent N(0, 1/n) coordinates (Chapter 1).

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
        _arguments.positive_integer(n=n)
        self.space = space
        self.n = n
        self.rows = _arguments.generator(rng, "operator").standard_normal((n, space.dimension)) / np.sqrt(n)

    def forward(self, Z):
        """𝓜(Z): (..., p, q) to (..., n)."""
        return self.space.coordinates(Z) @ self.rows.T

    def adjoint(self, y):
        """𝓜*(y): (..., n) to (..., p, q)."""
        return self.space.matrix(y @ self.rows)

    def normal(self, Z):
        """𝓜*(𝓜(Z)), shape of Z."""
        return self.adjoint(self.forward(Z))


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
        _arguments.positive_integer(n=n)
        d = space.dimension
        if n <= d:
            raise ValueError(f"n is {n}; it must exceed the {d} coordinates of {space} (use Gaussian)")
        rng = _arguments.generator(rng, "operator")
        self.space = space
        self.n = n
        factor = np.triu(rng.standard_normal((d, d)), 1) + np.diag(np.sqrt(rng.chisquare(n - np.arange(d))))
        self.factor = factor / np.sqrt(n)
        self.gram = self.factor.T @ self.factor

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
    """n rows of a randomized cosine transform: no matrix is stored, O(d log d) time (Chapter 6).

    𝓜(Z) = √(d/n) S C (σ ∘ z): random signs σ on the coordinates z of Z, the orthonormal
    cosine transform C, and S picks n of the d rows without replacement (Do, Gan, Nguyen and Tran 2012).

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
    """

    def __init__(self, space, n, rng):
        _arguments.positive_integer(n=n)
        d = space.dimension
        if n > d:
            raise ValueError(f"n is {n}; it must be at most the {d} coordinates of {space}: rows are picked once")
        rng = _arguments.generator(rng, "operator")
        self.space = space
        self.n = n
        self.signs = rng.choice([-1.0, 1.0], d)
        self.picked = np.sort(rng.choice(d, n, replace=False))
        self.scale = np.sqrt(d / n)
        self.mask = np.zeros(d)
        self.mask[self.picked] = d / n

    def forward(self, Z):
        """𝓜(Z): (..., p, q) to (..., n)."""
        spectrum = dct(self.signs * self.space.coordinates(Z), norm="ortho")
        return self.scale * spectrum[..., self.picked]

    def adjoint(self, y):
        """𝓜*(y): (..., n) to (..., p, q)."""
        spectrum = np.zeros((*y.shape[:-1], self.space.dimension))
        spectrum[..., self.picked] = self.scale * y
        return self.space.matrix(self.signs * idct(spectrum, norm="ortho"))

    def normal(self, Z):
        """𝓜*(𝓜(Z)), shape of Z: picking and putting back is a product with a mask."""
        spectrum = dct(self.signs * self.space.coordinates(Z), norm="ortho", overwrite_x=True)
        spectrum *= self.mask
        z = idct(spectrum, norm="ortho", overwrite_x=True)
        z *= self.signs
        return self.space.matrix(z)
