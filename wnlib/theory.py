"""One function per theorem: the predicted curve or bound, to lay over a measurement.

All errors are ‖Z - A‖_F, unsquared, in the population case (𝓜*𝓜 the identity). η is the step size,
λ_1 >= … >= λ_{r_A} > 0 the eigenvalues of the truth (for WN: their absolute values, descending).
"""

import numpy as np

from wnlib import _checks


def gd_lower_bound(t, w_0, eta, r, rank):
    """Theorem A: overparameterized GD is no faster than 1/t.

    Parameters
    ----------
    t : array_like
        Iterations.
    w_0 : float
        σ_min(Y_0)², the square of the smallest of the start's r singular values, > 0.
    eta : float
        Step size with η‖Y_t‖² <= ¼ for all t, for instance η <= 1/(8λ_1) and ‖Y_0‖² <= 2λ_1.
    r, rank : int
        Columns of Y and rank of the truth, r > rank.

    Returns
    -------
    ndarray, shape of t
        √(r - r_A) w_0/(1 + 4η w_0 t), which the error cannot fall below.
    """
    _checks.positive(w_0=w_0, eta=eta)
    _overparameterized(r, rank)
    return np.sqrt(r - rank) * w_0 / (1 + 4 * eta * w_0 * np.asarray(t))


def gd_asymptote(t, eta, r, rank):
    """What the error of overparameterized GD tends to (after Theorem A): √(r - r_A)/(2ηt), for t > 0.

    Parameters as for `gd_lower_bound`.
    """
    _checks.positive(t=t, eta=eta)
    _overparameterized(r, rank)
    return np.sqrt(r - rank) / (2 * eta * np.asarray(t))


def _overparameterized(r, rank):
    _checks.positive_integer(r=r, rank=rank)
    if r <= rank:
        raise ValueError(f"r is {r}; it must exceed the truth's rank {rank}: the statement is about spare columns")


def gd_contraction(eigenvalues, eta):
    """What GD with r = r_A multiplies the error by in a step, in the long run (Chapter 2): 1 - ηλ_{r_A}.

    Parameters
    ----------
    eigenvalues : array_like, shape (r_A,)
        Nonzero eigenvalues of the truth, positive.
    eta : float
        Step size, η <= 1/(2λ_1).
    """
    _checks.positive(eigenvalues=eigenvalues, eta=eta)
    return 1 - eta * np.min(eigenvalues)


def wn_contraction(eigenvalues, eta):
    """Corollary E: what WN (μ = 2) multiplies the error by in a step, in the long run: ``max_k |1 - ηλ_k²|``.

    The loss, a square, contracts by the square of it.

    Parameters
    ----------
    eigenvalues : array_like, shape (r_A,)
        Nonzero eigenvalues of the truth, of either sign.
    eta : float
        Step size, 0 < η < 2/λ_1².
    """
    _checks.positive(eta=eta)
    return np.max(np.abs(1 - eta * np.square(eigenvalues)))


def wn_best_step(eigenvalues):
    """Corollary E: the step size 2/(λ_1² + λ_{r_A}²), whose contraction (κ² - 1)/(κ² + 1) is the least."""
    squares = np.square(eigenvalues)
    return 2 / (np.max(squares) + np.min(squares))
