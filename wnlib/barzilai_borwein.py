"""Barzilai and Borwein's step sizes, and weight normalization with them, in the metric of XΘXᵀ."""

from typing import NamedTuple

import numpy as np
from numpy.linalg import norm, solve

from wnlib import _arguments
from wnlib.sensing import Symmetric
from wnlib.states import DirectionMagnitude
from wnlib.stiefel import polar, rounding, sym


class BarzilaiBorwein(NamedTuple):
    """Z = X Θ Xᵀ, the state of `wn_bb`, which also remembers the point before and the gradients there.

    ``last_X`` and ``last_G`` have the shape of X, ``last_theta`` and ``last_H`` that of Θ; ``turn``, (..., 1, 1),
    is 0 when the short step size is next and 1 when the long one is.
    """

    X: np.ndarray
    theta: np.ndarray
    last_X: np.ndarray
    last_theta: np.ndarray
    last_G: np.ndarray
    last_H: np.ndarray
    turn: np.ndarray
    space_type = Symmetric
    orthonormal = ("X", "last_X")
    symmetric = ("theta", "last_theta", "last_H")
    Z = DirectionMagnitude.Z

    @classmethod
    def at(cls, X, theta):
        """The state at (X, Θ) with no step behind it. Shapes (..., m, r) and (..., r, r)."""
        return cls(X, theta, X, theta, np.zeros_like(X), np.zeros_like(theta), np.zeros((*X.shape[:-2], 1, 1)))

    @classmethod
    def random(cls, m, r, rng, size=()):
        """At `DirectionMagnitude.random`, whose arguments it takes."""
        return cls.at(*DirectionMagnitude.random(m, r, rng, size))

    @classmethod
    def spectral(cls, problem, r):
        """At `DirectionMagnitude.spectral`, whose arguments it takes."""
        return cls.at(*DirectionMagnitude.spectral(problem, r))


def wn_bb(problem, state: BarzilaiBorwein, *, eta=0.1, longest=1000.0):
    """One step of weight normalization in the metric of XΘXᵀ, with Barzilai and Borwein's step sizes.

    X and Θ move together, from one residual and with one step size. Lengths of moves of X are measured with
    P = Θ² + ‖E‖‖Θ‖I: a move by S changes XΘXᵀ by SΘ, so directions of small magnitude may go far. The step size
    is the short ``|⟨S, D⟩|/⟨D, D⟩`` and the long ``⟨S, S⟩/|⟨S, D⟩|`` in turn, S the last move of (X, Θ) and D the
    change of its gradient, kept within [η, longest · η]. No theorem says that it converges.

    Parameters
    ----------
    problem : Problem
        Symmetric.
    state : BarzilaiBorwein
    eta : float or array_like, shape (...)
        The shortest step size η > 0, which is also the first. It has no units: the same serves every problem.
    longest : float or array_like, shape (...)
        The longest step size, in units of η; at least 1.

    Returns
    -------
    BarzilaiBorwein

    Raises
    ------
    ValueError
        If eta is not positive or longest is below 1.
    """
    eta, longest = _arguments.step_sizes(eta=eta, longest=longest)
    if np.any(np.less(longest, 1)):
        raise ValueError(f"longest is {np.squeeze(longest)}; it must be at least 1, the shortest step size")
    X, theta, last_X, last_theta, last_G, last_H, turn = state
    E = problem.residual(X @ theta @ X.mT)
    EX = E @ X
    G, H = EX @ theta, sym(X.mT @ EX) / 2
    G = G - X @ (X.mT @ G)  # turning X within its range is left to Θ
    P = theta @ theta
    P = P + (_length(E) * _length(theta) + rounding(P)) * np.eye(X.shape[-1])
    S, T, D, J = X - last_X, theta - last_theta, G - last_G, H - last_H
    SS = inner(S @ P, S) + inner(T, T)
    SD = inner(S, D) + inner(T, J)
    DD = inner(solve(P, D.mT).mT, D) + inner(J, J)
    size = barzilai_borwein_size(SS, SD, DD, turn, eta, longest)
    X_next = polar(X, -size * solve(P, G.mT).mT)
    return BarzilaiBorwein(X_next, theta - size * H, X, theta, G, H, 1 - turn)


def barzilai_borwein_size(SS, SD, DD, turn, eta, longest):
    """The short step size ``|⟨S, D⟩|/⟨D, D⟩`` where turn is 0, the long ``⟨S, S⟩/|⟨S, D⟩|`` where it is 1.

    Parameters
    ----------
    SS, SD, DD : ndarray, shape (..., 1, 1)
        The products of the last move S and of the change D of the gradient.
    turn : ndarray, shape (..., 1, 1)
    eta, longest : float or ndarray, shape (..., 1, 1)
        The size is kept within [η, longest · η]; it is η where the products are 0.

    Returns
    -------
    ndarray, shape (..., 1, 1)
    """
    above, below = np.where(turn, SS, np.abs(SD)), np.where(turn, np.abs(SD), DD)
    size = np.divide(above, below, out=np.zeros_like(SS), where=below > 0)
    return np.clip(size, eta, np.multiply(longest, eta))


def inner(S, D):
    """⟨S, D⟩ of matrices, shape (..., 1, 1)."""
    return np.sum(S * D, axis=(-2, -1), keepdims=True)


def _length(S):
    """‖S‖_F, shape (..., 1, 1)."""
    return norm(S, axis=(-2, -1), keepdims=True)
