"""The Stiefel manifold St(m, r) = {X of shape (m, r) with XᵀX = I}: sample, project, retract, measure angles.

Every function broadcasts over leading axes, as `numpy.linalg` does.
"""

import numpy as np
from numpy.linalg import eigh, solve, svd
from numpy.linalg import qr as thin_qr

from wnlib import _arguments


def sym(S):
    """Symmetric part (S + Sᵀ)/2 of square matrices, shape (..., r, r)."""
    return (S + S.mT) / 2


def positive_part(S):
    """The positive semidefinite matrix nearest to symmetric S, shape (..., r, r); NaN where S is not finite."""
    values, Q = _eigh(S)
    return (Q * np.maximum(values, 0)[..., None, :]) @ Q.mT


def rounding(metric):
    """As small a multiple of I as keeps a positive semidefinite matrix from being singular, shape (..., 1, 1)."""
    limits = np.finfo(float)
    return limits.eps * np.trace(metric, axis1=-2, axis2=-1)[..., None, None] + limits.tiny


def _eigh(S):
    """Eigenvalues and eigenvectors; NaN where S is not finite, on which numpy's would raise."""
    finite = np.isfinite(S).all(axis=(-2, -1), keepdims=True)
    if finite.all():
        return eigh(S)
    values, Q = eigh(np.where(finite, S, np.eye(S.shape[-1])))
    return values, np.where(finite, Q, np.nan)


def uniform(m, r, rng, size=()):
    r"""Draw X uniformly (from the Haar measure) on St(m, r).

    Parameters
    ----------
    m, r : int
        Rows and columns, 1 <= r <= m.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed for one.
    size : int or tuple of int
        Shape of the batch; the default draws one matrix.

    Returns
    -------
    ndarray, shape (\*size, m, r)

    Raises
    ------
    ValueError
        If r > m or either is not a positive whole number.

    Notes
    -----
    The Q factor of a Gaussian matrix, with the signs that make R's diagonal positive
    (Mezzadri 2007). Without the signs the law would depend on the QR code.
    """
    m, r = _arguments.columns(m, r)
    normal = _arguments.generator(rng, "uniform").standard_normal((*_arguments.batch(size), m, r))
    Q, R = thin_qr(normal)
    return Q * np.sign(np.diagonal(R, axis1=-2, axis2=-1))[..., None, :]


def project(X, G):
    """Orthogonal projection of G onto the tangent space of St(m, r) at X.

    Parameters
    ----------
    X : ndarray, shape (..., m, r)
        A point of the manifold.
    G : ndarray, shape (..., m, r)
        Any matrix, a Euclidean gradient for instance.

    Returns
    -------
    ndarray, shape (..., m, r)
        V = G - X sym(XᵀG), which satisfies XᵀV + VᵀX = 0.
    """
    return G - X @ sym(X.mT @ G)


def polar(X, V):
    """Polar retraction: the point of St(m, r) nearest to X + V.

    Parameters
    ----------
    X, V : ndarray, shape (..., m, r)
        A point of the manifold and a tangent vector there.

    Returns
    -------
    ndarray, shape (..., m, r)
        (X + V)((X + V)ᵀ(X + V))^{-1/2}; NaN where X + V is not finite. Orthonormal up to about
        1e-16 ‖V‖²: a step as long as 1e6 is too long for it (`qr` has no such limit).
    """
    S = X + V
    values, Q = _eigh(S.mT @ S)
    return S @ (Q / np.sqrt(values)[..., None, :] @ Q.mT)


def qr(X, V):
    """QR retraction: the Q factor of X + V, with R's diagonal positive. Shapes as for `polar`."""
    Q, R = thin_qr(X + V)
    return Q * np.sign(np.diagonal(R, axis1=-2, axis2=-1))[..., None, :]


def cayley(X, V):
    """Cayley retraction (Wen and Yin 2013). Shapes as for `polar`.

    With W = PVXᵀ - XVᵀP and P = I - XXᵀ/2, a skew matrix for which WX = V, it is
    (I - W/2)^{-1}(I + W/2)X. As W = LRᵀ has rank 2r, one 2r × 2r system is enough.
    """
    PV = V - X @ (X.mT @ V) / 2
    L = np.concatenate([PV, X], axis=-1)
    R = np.concatenate([X, -PV], axis=-1)
    return X + L @ solve(np.eye(L.shape[-1]) - R.mT @ L / 2, R.mT @ X)


def principal_angles(U, X):
    """Principal angles between range(U) and range(X), ascending, in radians.

    Parameters
    ----------
    U : ndarray, shape (..., m, k)
    X : ndarray, shape (..., m, r)
        Orthonormal columns both, k <= r.

    Returns
    -------
    ndarray, shape (..., k)
        Angles in [0, pi/2], accurate near 0 and near pi/2: from their sines and cosines together
        (Björck and Golub 1973).

    Raises
    ------
    ValueError
        If U has more columns than X.
    """
    if U.shape[-1] > X.shape[-1]:
        raise ValueError(f"U has {U.shape[-1]} columns; it must have at most the {X.shape[-1]} columns of X")
    Phi = X.mT @ U
    cosines = svd(Phi, compute_uv=False)
    sines = svd(U - X @ Phi, compute_uv=False)[..., ::-1]
    return np.arctan2(sines, cosines)
