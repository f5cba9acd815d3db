"""Planted truths, and `Problem`: a truth, an operator, and the data they make."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.linalg import eigh, norm

from wnlib import _arguments, stiefel
from wnlib.sensing import Symmetric


def spectrum(rank, condition):
    """Eigenvalues 1 = λ_1 >= … >= λ_rank = 1/κ, evenly spaced.

    Parameters
    ----------
    rank : int
        How many, at least 1.
    condition : float
        κ = λ_1/λ_rank, at least 1. With rank 1 it must be 1.

    Returns
    -------
    ndarray, shape (rank,)
    """
    _arguments.positive_integer(rank=rank)
    if not (np.isfinite(condition) and condition >= 1) or (rank == 1 and condition != 1):
        raise ValueError(f"condition is {condition!r}; it must be finite, at least 1, and 1 when rank is 1")
    return np.linspace(1, 1 / condition, rank)


def planted(m, eigenvalues, rng):
    """A random symmetric matrix A = U diag(eigenvalues) Uᵀ, U uniform on St(m, rank).

    Parameters
    ----------
    m : int
        Size of A.
    eigenvalues : array_like, shape (rank,)
        Finite and none of them zero; negative ones make A indefinite. See `spectrum`.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed for one.

    Returns
    -------
    ndarray, shape (m, m)
    """
    eigenvalues = np.atleast_1d(np.asarray(eigenvalues, dtype=float))
    if eigenvalues.ndim != 1 or not np.all(np.isfinite(eigenvalues)) or not np.all(eigenvalues):
        raise ValueError(f"eigenvalues is {eigenvalues}; it must be a list of finite numbers, none of them zero")
    U = stiefel.uniform(m, len(eigenvalues), _arguments.generator(rng, "truth"))
    return stiefel.sym((U * eigenvalues) @ U.T)


@dataclass(frozen=True)
class Problem:
    """Find the truth from its measurements y = 𝓜(truth) + noise (Chapters 1 and 11).

    Parameters
    ----------
    truth : ndarray, shape (..., p, q)
        The matrix to find, A. Symmetric where ``operator.space`` is; not all zero.
    operator : Population, Gaussian, Gram or SubsampledDCT
        The measurement operator 𝓜.
    noise : array_like, shape (..., n)
        What is added to the measurements; for `Gram`, to the compressed ones, (..., d).

    Attributes
    ----------
    data : ndarray, shape (..., n)
        The measurements y = 𝓜(A) + noise; for `Gram`, compressed, (..., d).

    Raises
    ------
    ValueError
        If the truth does not fit the operator's space, is not finite, not symmetric where it must be, or zero;
        or if the noise is not finite or does not fit the measurements.
    """

    truth: np.ndarray
    operator: object
    noise: np.ndarray | float = 0.0
    data: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        A, space = _arguments.matrix(truth=self.truth), self.operator.space
        object.__setattr__(self, "truth", A)  # a copy: data and truth stay together
        if A.shape[-2:] != space.shape:
            raise ValueError(f"truth has shape {A.shape}; the operator measures {space}, of shape {space.shape}")
        largest = np.abs(A).max(axis=(-2, -1), keepdims=True)
        if not np.all(largest):
            raise ValueError("truth is all zero; there is nothing to recover")
        if isinstance(space, Symmetric) and np.any(np.abs(A - A.mT) > 1e-12 * largest):
            raise ValueError(f"truth is not symmetric (|A - Aᵀ| reaches {np.abs(A - A.mT).max():.3g}); {space} is")
        noise, measured = np.array(self.noise), self.operator.forward(A)
        if noise.dtype.kind not in "iuf" or not np.all(np.isfinite(noise)):
            raise ValueError(
                f"noise has dtype {noise.dtype} or entries that are not finite; it must be real and finite"
            )
        try:
            data = measured + noise
        except ValueError:
            data = None
        if data is None or data.shape[-1:] != measured.shape[-1:] or (noise.ndim == 0 and noise != 0):
            raise ValueError(f"noise has shape {noise.shape}; it must fit the measurements, {measured.shape}")
        object.__setattr__(self, "noise", noise)
        object.__setattr__(self, "data", data)

    @cached_property
    def _backprojection(self):
        return self.operator.adjoint(self.data)

    def misfit(self, Z):
        """𝓜(Z) - y, shape (..., n); for `Gram` (..., d)."""
        return self.operator.forward(Z) - self.data

    def residual(self, Z):
        """E = 𝓜*(𝓜(Z) - y), the gradient of ½‖𝓜(Z) - y‖² at Z: (..., p, q) to the same shape."""
        return self.operator.normal(Z) - self._backprojection

    def loss(self, Z):
        """The objective f: ¼‖𝓜(Z) - y‖² on symmetric matrices, ½‖𝓜(Z) - y‖² on rectangular ones."""
        factor = 1 / 4 if isinstance(self.operator.space, Symmetric) else 1 / 2
        return factor * np.sum(self.misfit(Z) ** 2, axis=-1)

    def error(self, Z):
        """Frobenius distance ‖Z - A‖_F to the truth, unsquared."""
        return norm(Z - self.truth, axis=(-2, -1))

    @cached_property
    def _eigen(self):
        if not isinstance(self.operator.space, Symmetric):
            raise ValueError(f"the truth is in {self.operator.space}; only a symmetric one has eigenvalues here")
        values, vectors = eigh(self.truth)
        order = np.argsort(-np.abs(values), axis=-1)
        values = np.take_along_axis(values, order, axis=-1)
        vectors = np.take_along_axis(vectors, order[..., None, :], axis=-1)
        values = np.where(np.abs(values) > 1e-10 * np.abs(values[..., :1]), values, 0)
        rank = np.count_nonzero(values, axis=-1).max()
        return values[..., :rank], vectors[..., :rank]

    @property
    def eigenvalues(self):
        """The truth's nonzero eigenvalues λ_1, …, of descending absolute value, shape (..., r_A).

        In a batch those of a member of lower rank are filled up with zeros.
        """
        return self._eigen[0]

    @property
    def eigenvectors(self):
        """U, the eigenvectors that belong to `eigenvalues`, shape (..., m, r_A)."""
        return self._eigen[1]

    @property
    def rank(self):
        """r_A, the rank of the truth (in a batch, the largest)."""
        return self.eigenvalues.shape[-1]
