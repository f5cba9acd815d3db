"""`Problem`: an operator and data, all that an algorithm may see; and planted ones, whose answer is known."""

from functools import cached_property

import numpy as np
from numpy.linalg import eigh, norm

from wnlib import _arguments, stiefel
from wnlib.sensing import Operator, Symmetric


class Problem:
    """Find a matrix Z of low rank with 𝓜(Z) = y.

    Parameters
    ----------
    operator : Operator
        The measurement operator 𝓜: one of `wnlib.sensing`, or your own with the members of that protocol.
    data : array_like, shape (..., n)
        The measurements y, which are copied; for `Gram`, compressed, (..., d).

    Attributes
    ----------
    operator : Operator
    data : ndarray, shape (..., n)
        Read-only.

    Raises
    ------
    ValueError
        If the operator lacks a member of the protocol, or the data are not real, not finite, or not as many as
        the operator measures.

    Notes
    -----
    Two problems are equal if they are the same object, as is the way of things that hold large arrays.
    """

    def __init__(self, operator, data):
        self.operator = _checked(operator)
        self.data = _arguments.real(1, data=data)
        n = operator.forward(np.zeros(operator.space.shape)).shape[-1]
        if self.data.shape[-1] != n:
            raise ValueError(f"data has shape {self.data.shape}; the operator makes {n} measurements, so (..., {n})")

    def __repr__(self):
        return f"{type(self).__name__}({type(self.operator).__name__} on {self.operator.space}, data {self.data.shape})"

    @cached_property
    def backprojection(self):
        """𝓜*(y), shape (..., p, q): what one look at the data shows of the matrix."""
        return _arguments.read_only(np.array(self.operator.adjoint(self.data)))

    def misfit(self, Z):
        """𝓜(Z) - y, shape (..., n); for `Gram` (..., d)."""
        return self.operator.forward(Z) - self.data

    def residual(self, Z):
        """E = 𝓜*(𝓜(Z) - y), the gradient of ½‖𝓜(Z) - y‖² at Z: (..., p, q) to the same shape."""
        return self.operator.normal(Z) - self.backprojection

    def loss(self, Z):
        """The objective f: ¼‖𝓜(Z) - y‖² on symmetric matrices, ½‖𝓜(Z) - y‖² on rectangular ones."""
        factor = 1 / 4 if isinstance(self.operator.space, Symmetric) else 1 / 2
        return factor * np.sum(self.misfit(Z) ** 2, axis=-1)


class PlantedProblem(Problem):
    """A problem whose answer is known: its data are 𝓜(truth) + noise. No method looks at the answer.

    Parameters
    ----------
    operator : Operator
        As for `Problem`.
    truth : array_like, shape (..., p, q)
        The matrix to find, A. Symmetric where ``operator.space`` is; not all zero.
    noise : array_like, shape (..., n)
        What is added to the measurements; for `Gram`, to the compressed ones, (..., d).

    Attributes
    ----------
    truth, noise, data : ndarray
        Read-only copies.

    Raises
    ------
    ValueError
        If the truth does not fit the operator's space, is not finite, not symmetric where it must be, or zero;
        or if the noise is not finite or does not fit the measurements.
    """

    def __init__(self, operator, truth, noise=None):
        space = _checked(operator).space
        self.truth = A = _arguments.real(2, truth=truth)
        if A.shape[-2:] != space.shape:
            raise ValueError(f"truth has shape {A.shape}; the operator measures {space}, of shape {space.shape}")
        largest = np.abs(A).max(axis=(-2, -1), keepdims=True)
        if not np.all(largest):
            raise ValueError("truth is all zero; there is nothing to recover")
        if isinstance(space, Symmetric) and np.any(np.abs(A - A.mT) > 1e-12 * largest):
            raise ValueError(f"truth is not symmetric (|A - Aᵀ| reaches {np.abs(A - A.mT).max():.3g}); {space} is")
        measured = operator.forward(A)
        self.noise = _arguments.real(1, noise=np.zeros(measured.shape[-1]) if noise is None else noise)
        try:
            data = measured + self.noise
        except ValueError:
            data = None
        if data is None or self.noise.shape[-1] != measured.shape[-1]:
            raise ValueError(f"noise has shape {self.noise.shape}; it must fit the measurements, {measured.shape}")
        super().__init__(operator, data)

    def error(self, Z):
        """Frobenius distance ‖Z - A‖_F to the truth, unsquared."""
        return _frobenius(Z - self.truth)

    @cached_property
    def _eigen(self):
        if not isinstance(self.operator.space, Symmetric):
            raise ValueError(f"the truth is in {self.operator.space}; only a symmetric one has eigenvalues here")
        values, vectors = leading_eigenpairs(self.truth)
        values = np.where(np.abs(values) > 1e-10 * np.abs(values[..., :1]), values, 0)
        rank = int(np.count_nonzero(values, axis=-1).max())
        return _arguments.read_only(values[..., :rank]), _arguments.read_only(vectors[..., :rank])

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


def _checked(operator):
    if not isinstance(operator, Operator):
        lacking = [name for name in ("space", "n", "forward", "adjoint", "normal") if not hasattr(operator, name)]
        raise ValueError(f"operator is a {type(operator).__name__} without {', '.join(lacking)}; see wnlib.Operator")
    return operator


def _frobenius(Z):
    """‖Z‖_F, of tiny and huge entries too, whose squares are no numbers."""
    with np.errstate(over="ignore"):
        lengths = norm(Z, axis=(-2, -1))
    if np.all((lengths > 1e-150) & (lengths < 1e150)):
        return lengths
    largest = np.abs(Z).max(axis=(-2, -1), keepdims=True)
    unit = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    return norm(Z / unit, axis=(-2, -1)) * unit[..., 0, 0]


def leading_eigenpairs(S):
    """All eigenvalues (..., m) and eigenvectors (..., m, m) of symmetric S, of descending absolute value."""
    values, vectors = eigh(S)
    order = np.argsort(-np.abs(values), axis=-1, kind="stable")
    return np.take_along_axis(values, order, axis=-1), np.take_along_axis(vectors, order[..., None, :], axis=-1)


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
    rank = _arguments.positive_integer(rank=rank)
    _arguments.positive(condition=condition)
    if condition < 1 or (rank == 1 and condition != 1):
        raise ValueError(f"condition is {condition!r}; it must be at least 1, and 1 when rank is 1")
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
