"""States: named tuples of arrays that hold an estimate ``Z``; random and spectral starts; the check of a start.

Leading axes of a state's arrays are batches: a hundred seeds are one call. Every array has two more axes, a counter
or an angle (..., 1, 1). A state of your own is a named tuple with a property ``Z``. What else it declares is optional:
``space_type``, the kind of space that its Z belong to; ``orthonormal`` and ``symmetric``, the names of those arrays
that must be so; ``semidefinite``, if no Z can have a negative eigenvalue.
"""

from typing import NamedTuple

import numpy as np
from numpy.linalg import eigh, svd

from wnlib import _arguments
from wnlib.problem import leading_eigenpairs
from wnlib.sensing import Rectangular, Symmetric
from wnlib.stiefel import uniform


class Factor(NamedTuple):
    """Z = Y Yᵀ, the state of `gd`. Y has shape (..., m, r)."""

    Y: np.ndarray
    space_type = Symmetric
    semidefinite = True

    @property
    def Z(self):
        """The estimate Y Yᵀ."""
        return self.Y @ self.Y.mT

    @classmethod
    def random(cls, m, r, rng, scale=1.0, size=()):
        """Y = scale · N, N with independent N(0, 1/m) entries, so that each column has length about scale.

        Parameters
        ----------
        m, r : int
            Shape of Y, 1 <= r <= m.
        rng : numpy.random.Generator or int
        scale : float or array_like
            α > 0, the size of the start.
        size : int or tuple of int
            Shape of the batch.
        """
        m, r = _arguments.columns(m, r)
        _arguments.positive(scale=scale)
        return cls(_scaled_normal(m, r, _arguments.generator(rng, "start"), scale, size))

    @classmethod
    def spectral(cls, problem, r):
        """Y = V diag(√w), from the r largest eigenvalues w of 𝓜*(y), negative ones cut to zero, and their vectors V.

        Y Yᵀ is the positive semidefinite matrix of rank r nearest to 𝓜*(y). Arguments and errors as for
        `DirectionMagnitude.spectral`.
        """
        values, vectors = eigh(_backprojection(problem, r, Symmetric))
        w, V = values[..., : -r - 1 : -1], vectors[..., : -r - 1 : -1]
        return cls(V * np.sqrt(np.maximum(w, 0))[..., None, :])


class DirectionMagnitude(NamedTuple):
    """Z = X Θ Xᵀ, the state of `wn`. X has shape (..., m, r) with XᵀX = I, Θ is symmetric (..., r, r)."""

    X: np.ndarray
    theta: np.ndarray
    space_type = Symmetric
    orthonormal = ("X",)
    symmetric = ("theta",)

    @property
    def Z(self):
        """The estimate X Θ Xᵀ."""
        return self.X @ self.theta @ self.X.mT

    @classmethod
    def random(cls, m, r, rng, size=()):
        """X uniform on St(m, r) and Θ = 0. Arguments as for `Factor.random`."""
        X = uniform(m, r, _arguments.generator(rng, "start"), size)
        return cls(X, np.zeros((*X.shape[:-2], r, r)))

    @classmethod
    def spectral(cls, problem, r):
        """X, the eigenvectors of 𝓜*(y) of largest absolute eigenvalue, and Θ, diagonal, those eigenvalues.

        X Θ Xᵀ is the matrix of rank r nearest to 𝓜*(y).

        Parameters
        ----------
        problem : Problem
            Symmetric. Data in a batch make a batch of starts.
        r : int
            Columns, 1 <= r <= m.

        Raises
        ------
        ValueError
            If r > m, the problem is not symmetric, or its data are all zero.
        """
        values, vectors = leading_eigenpairs(_backprojection(problem, r, Symmetric))
        return cls(vectors[..., :r], values[..., :r, None] * np.eye(r))


class Factors(NamedTuple):
    """Z = F Gᵀ, the state of `gd_rectangular`. F has shape (..., p, r), G (..., q, r)."""

    F: np.ndarray
    G: np.ndarray
    space_type = Rectangular

    @property
    def Z(self):
        """The estimate F Gᵀ."""
        return self.F @ self.G.mT

    @classmethod
    def random(cls, p, q, r, rng, scale=1.0, imbalance=1.0, size=()):
        """Independent Gaussian F and G, whose columns have length about scale·imbalance and scale/imbalance.

        Parameters
        ----------
        p, q, r : int
            Shapes of F and G, 1 <= r <= min(p, q).
        rng : numpy.random.Generator or int
        scale, imbalance : float or array_like
            Both > 0; imbalance 1 makes the two factors equally large.
        size : int or tuple of int
            Shape of the batch.
        """
        p, r = _arguments.columns(p, r)
        q, r = _arguments.columns(q, r)
        _arguments.positive(scale=scale, imbalance=imbalance)
        rng = _arguments.generator(rng, "start")
        F = _scaled_normal(p, r, rng, np.multiply(scale, imbalance), size)
        G = _scaled_normal(q, r, rng, np.divide(scale, imbalance), size)
        return cls(F, G)

    @classmethod
    def spectral(cls, problem, r):
        """F = P diag(√σ) and G = Q diag(√σ), from the r largest singular values σ of 𝓜*(y) and their vectors P and Q.

        Arguments and errors as for `DirectionsMagnitude.spectral`.
        """
        P, root, Q = DirectionsMagnitude.spectral(problem, r)
        root = np.sqrt(root)
        return cls(P @ root, Q @ root)


class DirectionsMagnitude(NamedTuple):
    """Z = X Θ Wᵀ, the state of `wn_rectangular`: X in St(p, r), W in St(q, r), Θ any (..., r, r)."""

    X: np.ndarray
    theta: np.ndarray
    W: np.ndarray
    space_type = Rectangular
    orthonormal = ("X", "W")

    @property
    def Z(self):
        """The estimate X Θ Wᵀ."""
        return self.X @ self.theta @ self.W.mT

    @classmethod
    def random(cls, p, q, r, rng, size=()):
        """X and W uniform, independent, and Θ = 0. Arguments as for `Factors.random`."""
        rng = _arguments.generator(rng, "start")
        X = uniform(p, r, rng, size)
        return cls(X, np.zeros((*X.shape[:-2], r, r)), uniform(q, r, rng, size))

    @classmethod
    def spectral(cls, problem, r):
        """X and W, the leading singular vectors of 𝓜*(y), and Θ, diagonal, its r largest singular values.

        X Θ Wᵀ is the matrix of rank r nearest to 𝓜*(y). Arguments and errors as for `DirectionMagnitude.spectral`,
        of a rectangular problem, with r <= min(p, q).
        """
        P, values, Qt = svd(_backprojection(problem, r, Rectangular), full_matrices=False)
        return cls(P[..., :r], values[..., :r, None] * np.eye(r), Qt.mT[..., :r])


def _scaled_normal(m, r, rng, scale, size):
    batch = np.broadcast_shapes(np.shape(scale), _arguments.batch(size))
    return np.asarray(scale)[..., None, None] * rng.standard_normal((*batch, m, r)) / np.sqrt(m)


def _backprojection(problem, r, space_type):
    """𝓜*(y), if a spectral start of r columns can be made of it."""
    space = problem.operator.space
    if not isinstance(space, space_type):
        raise ValueError(f"problem is about {space}; this start needs a {space_type.__name__} one")
    _arguments.columns(min(space.shape), r)
    if not np.all(np.any(problem.data, axis=-1)):
        raise ValueError("data are all zero; a spectral start has nothing to look at")
    return problem.backprojection


def check_start(problem, state):
    """The state with its arrays as floats.

    Parameters
    ----------
    problem : Problem
    state : NamedTuple
        One of this module, or your own.

    Raises
    ------
    ValueError
        Unless the arrays are finite, fit each other and the problem, have no more columns than rows, and are orthonormal
        and symmetric where the state declares it; or if the answer is known to have a negative eigenvalue, and the
        state can have none.
    """
    space = problem.operator.space
    if not (isinstance(state, tuple) and hasattr(state, "_fields") and hasattr(type(state), "Z")):
        raise ValueError(f"start is a {type(state).__name__}; it must be a named tuple of arrays with a property Z")
    if not isinstance(space, getattr(state, "space_type", object)):
        raise ValueError(f"the start is a {type(state).__name__}; the problem's matrices are in {space}")
    state = state._make(_arguments.real(2, **{name: array}) for name, array in state._asdict().items())
    shapes = ", ".join(f"{name} {array.shape}" for name, array in state._asdict().items())
    member = state._make(array[(0,) * (array.ndim - 2)] for array in state)
    try:
        shape = member.Z.shape
    except ValueError:
        shape = None
    symmetric = [getattr(state, name) for name in getattr(state, "symmetric", ())]
    if shape is None or any(array.shape[-1] != array.shape[-2] for array in symmetric):
        raise ValueError(f"the start's arrays do not fit each other: {shapes}")
    if shape != space.shape:
        raise ValueError(f"the start makes a {shape} matrix ({shapes}); the problem's is {space.shape}")
    _arguments.columns(min(space.shape), state[0].shape[-1])
    for name, array in zip(getattr(state, "symmetric", ()), symmetric, strict=True):
        if not np.allclose(array, array.mT, rtol=1e-8, atol=1e-10 * np.abs(array).max()):
            raise ValueError(f"{name} is not symmetric; it must be")
    for name in getattr(state, "orthonormal", ()):
        X = getattr(state, name)
        if not np.allclose(X.mT @ X, np.eye(X.shape[-1]), rtol=0, atol=1e-8):
            raise ValueError(f"{name} does not have orthonormal columns; take it from stiefel.uniform")
    if getattr(state, "semidefinite", False) and np.min(getattr(problem, "eigenvalues", 0)) < 0:
        raise ValueError(
            f"truth has the eigenvalue {np.min(problem.eigenvalues):.3g}; "
            f"the Z of a {type(state).__name__} have none below 0 (use wn)"
        )
    return state
