"""One function per theorem: the predicted curve or bound, to lay over a measurement.

All errors are ‖Z - A‖_F, unsquared, in the population case (𝓜*𝓜 the identity). η is the step size,
λ_1 >= … >= λ_{r_A} > 0 the eigenvalues of the truth (for WN: their absolute values, descending).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wnlib import _arguments
from wnlib.stiefel import sym


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
    _arguments.positive(w_0=w_0, eta=eta)
    _arguments.spare_columns(r, rank)
    return np.sqrt(r - rank) * w_0 / (1 + 4 * eta * w_0 * np.asarray(t))


def gd_asymptote(t, eta, r, rank):
    """What the error of overparameterized GD tends to (after Theorem A): √(r - r_A)/(2ηt), for t > 0.

    Parameters as for `gd_lower_bound`.
    """
    _arguments.positive(t=t, eta=eta)
    _arguments.spare_columns(r, rank)
    return np.sqrt(r - rank) / (2 * eta * np.asarray(t))


def gd_contraction(eigenvalues, eta):
    """What GD with r = r_A multiplies the error by in a step, in the long run: 1 - ηλ_{r_A}.

    Parameters
    ----------
    eigenvalues : array_like, shape (r_A,)
        Nonzero eigenvalues of the truth, positive.
    eta : float
        Step size, η <= 1/(2λ_1).
    """
    _arguments.positive(eigenvalues=eigenvalues, eta=eta)
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
    _arguments.positive(eta=eta, squared_eigenvalues=np.square(eigenvalues))
    return np.max(np.abs(1 - eta * np.square(eigenvalues)))


def wn_best_step(eigenvalues):
    """Corollary E: the step size 2/(λ_1² + λ_{r_A}²), whose contraction (κ² - 1)/(κ² + 1) is the least."""
    squares = np.square(eigenvalues)
    _arguments.positive(squared_eigenvalues=squares)
    return 2 / (np.max(squares) + np.min(squares))


# Theorems B to E: WN in the population case with μ = 2 and Θ_0 = X_0ᵀAX_0 (from another Θ_0: from t = 1 on).
# U are the eigenvectors of the truth, Φ = UᵀX, B = ΦΦᵀ, T = B^{-1} - I, whose eigenvalues are the tan² of the
# principal angles between range(U) and range(X).


@dataclass(frozen=True)
class Shadow:
    """What the exact recursion predicts, one entry per iteration along the first axis, k = steps + 1.

    Attributes
    ----------
    T : ndarray, shape (k, ..., r_A, r_A)
    loss : ndarray, shape (k, ...)
        f = ¼‖Z - A‖_F².
    angles : ndarray, shape (k, ..., r_A)
        Principal angles between range(U) and range(X), ascending, in radians.
    """

    T: np.ndarray
    loss: np.ndarray

    @cached_property
    def angles(self):
        return np.arctan(np.sqrt(np.maximum(np.linalg.eigvalsh(self.T), 0)))


def squared_tangents(U, X):
    """T = B^{-1} - I at X, from the sines, so that small angles keep their digits.

    Parameters
    ----------
    U : ndarray, shape (..., m, r_A)
    X : ndarray, shape (..., m, r)
        Orthonormal columns both, r_A <= r, and no principal angle of 90° (else T is infinite).

    Returns
    -------
    ndarray, shape (..., r_A, r_A)
        Symmetric, positive semidefinite.
    """
    Phi = U.mT @ X
    sines = U - X @ Phi.mT
    return sym(np.linalg.solve(Phi @ Phi.mT, sines.mT @ sines))


def recursion(T, eigenvalues, eta):
    """Theorem B, one step: T⁺ = R T Rᵀ with R = I - ηH and H = (D^{-1} + ηK)^{-1}.

    Here D^{-1} = Λ^{-1}(I + T)Λ^{-1} and K = T(I + T)^{-1}. Exact for every r >= r_A, every η > 0 and every
    symmetric truth, indefinite or not.

    Parameters
    ----------
    T : ndarray, shape (..., r_A, r_A)
        In the basis of the truth's eigenvectors, as `squared_tangents` gives it.
    eigenvalues : array_like, shape (r_A,)
        Nonzero eigenvalues of the truth, in the same order.
    eta : float

    Returns
    -------
    ndarray, shape of T
    """
    _arguments.positive(eta=eta)
    eye = np.eye(T.shape[-1])
    K = sym(np.linalg.solve(eye + T, T))
    H = np.linalg.inv((eye + T) / np.multiply.outer(eigenvalues, eigenvalues) + eta * K)
    R = eye - eta * H
    return sym(R @ T @ R.mT)


def exact_recursion(T_0, eigenvalues, eta, steps):
    """Theorem B, iterated: the r_A × r_A shadow of an m × r run.

    Parameters
    ----------
    T_0 : ndarray, shape (..., r_A, r_A)
        `squared_tangents` of the start.
    eigenvalues, eta
        As for `recursion`.
    steps : int
        Iterations, at least 1.

    Returns
    -------
    Shadow
    """
    steps = _arguments.positive_integer(steps=steps)
    Ts = [T_0]
    for _ in range(steps):
        Ts.append(recursion(Ts[-1], eigenvalues, eta))
    T = np.array(Ts)
    eigenvalues = np.asarray(eigenvalues)
    K = sym(np.linalg.solve(np.eye(T.shape[-1]) + T, T))
    LK = eigenvalues[:, None] * K
    loss = (2 * np.einsum("k,...kk->...", eigenvalues**2, K) - np.einsum("...ij,...ji->...", LK, LK)) / 4
    return Shadow(T, loss)


def tangent_recursion(tangent, eigenvalue, eta):
    """Theorem B for r_A = 1: ``tan θ⁺ = tan θ · |1 - ηλ² cos⁴θ| / (1 + ηλ² cos²θ sin²θ)``.

    Parameters
    ----------
    tangent : array_like
        tan θ >= 0.
    eigenvalue, eta : float

    Returns
    -------
    ndarray, shape of tangent
    """
    _arguments.positive(eta=eta)
    cos2 = 1 / (1 + np.square(tangent))
    x = eta * eigenvalue**2 * cos2
    return tangent * np.abs(1 - x * cos2) / (1 + x * (1 - cos2))


def tau_bound(tau, eigenvalues, eta):
    """Theorem C: τ_{t+1} <= τ_t/(1 + ηλ_{r_A}²/(1 + τ_t))², for η <= 2/(λ_1² + λ_{r_A}²).

    Parameters
    ----------
    tau : array_like
        τ_t = ‖T_t‖, tan² of the largest principal angle.
    eigenvalues : array_like, shape (r_A,)
        Nonzero eigenvalues of the truth, of either sign; λ_{r_A} is the least in absolute value.
    eta : float

    Returns
    -------
    ndarray, shape of tau

    Raises
    ------
    ValueError
        If eta is not positive or exceeds the theorem's range.
    """
    _within_theorem_c(eigenvalues, eta)
    return tau / (1 + eta * np.min(np.square(eigenvalues)) / (1 + np.asarray(tau))) ** 2


def loss_bound(tau, eigenvalues):
    """Theorem C: f_t <= ½‖A‖_F² τ_t/(1 + τ_t). Parameters as for `tau_bound`."""
    tau = np.asarray(tau)
    return np.sum(np.square(eigenvalues)) / 2 * tau / (1 + tau)


def steps_bound(tau_0, eigenvalues, eta, epsilon):
    """Theorem C: after at most so many steps the loss is at most epsilon, for 0 < epsilon <= ½‖A‖_F².

    2τ_0/(ηλ_{r_A}²) steps of escape, and log(‖A‖_F²/(2ε))/(2 log(1 + ηλ_{r_A}²/2)) of linear convergence.
    With `expected_tau` in place of τ_0 it is Corollary D's bound of the expectation.

    Parameters
    ----------
    tau_0 : array_like
    eigenvalues, eta
        As for `tau_bound`.
    epsilon : float

    Returns
    -------
    ndarray, shape of tau_0
    """
    _within_theorem_c(eigenvalues, eta)
    _arguments.positive(epsilon=epsilon)
    squares = np.square(eigenvalues)
    if epsilon > np.sum(squares) / 2:
        raise ValueError(f"epsilon is {epsilon}; it must be at most half of ‖A‖_F², {np.sum(squares) / 2}")
    x = eta * np.min(squares)
    return 2 * np.asarray(tau_0) / x + np.log(np.sum(squares) / (2 * epsilon)) / (2 * np.log1p(x / 2))


def _within_theorem_c(eigenvalues, eta):
    _arguments.positive(eta=eta)
    best = wn_best_step(eigenvalues)
    if eta > best * (1 + 1e-12):
        raise ValueError(f"eta is {eta}; Theorem C covers it up to 2/(λ_1² + λ_{{r_A}}²) = {best}")


def expected_tangents(m, r, rank):
    """Corollary D: for X_0 uniform on St(m, r), E[T_0] is this number times I, (m - r)/(r - r_A - 1).

    Infinite for r <= r_A + 1 < m + 1, unless r = m, where T_0 = 0. The variance is finite from r = r_A + 4 on.

    Parameters
    ----------
    m, r, rank : int
        rank <= r <= m.

    Returns
    -------
    float
    """
    _sizes(m, r, rank)
    if r == m:
        return 0.0
    return (m - r) / (r - rank - 1) if r > rank + 1 else np.inf


def expected_tau(m, r, rank):
    """Corollary D: a bound of E[τ_0], since τ_0 <= tr T_0: r_A (m - r)/(r - r_A - 1). Parameters as above."""
    return rank * expected_tangents(m, r, rank)


def sample_tangents(m, r, rank, rng, size=()):
    """Draw T_0 from its law for X_0 uniform on St(m, r), without drawing X_0.

    For Gaussian G of shape m × r_A, split into its first r rows and the others, range(G) is uniform, and
    T_0 has the law of W_1^{-1/2} W_2 W_1^{-1/2} with the Wishart matrices W_i = G_iᵀG_i.

    Parameters
    ----------
    m, r, rank : int
        rank <= r <= m.
    rng : numpy.random.Generator or int
    size : int or tuple of int
        Shape of the batch.

    Returns
    -------
    ndarray, shape (\\*size, rank, rank)
    """
    _sizes(m, r, rank)
    rng = _arguments.generator(rng, "tangents")
    G = rng.standard_normal((*_arguments.batch(size), m, rank))
    values, Q = np.linalg.eigh(G[..., :r, :].mT @ G[..., :r, :])
    root = Q / np.sqrt(values)[..., None, :] @ Q.mT
    half = G[..., r:, :] @ root
    return half.mT @ half


def _sizes(m, r, rank):
    _arguments.columns(m, r)
    _arguments.whole_up_to(r, rank=rank)


def flow_time(b_0, b, smallest, eta=1.0):
    """Steps that the smallest cos², b, takes from b_0 to b, in continuous time (time η t).

    ḃ >= 2λ_{r_A}²b²(1 - b) integrates to at most (1/b_0 - 1/b + ln(b/(1 - b)) - ln(b_0/(1 - b_0)))/(2ηλ_{r_A}²)
    steps. For κ = 1 it is an equality, and with b = ½ the escape time.

    Parameters
    ----------
    b_0, b : array_like
        Smallest eigenvalues of B at the start and at the end, 0 < b_0 < b < 1.
    smallest : float
        λ_{r_A}, the least eigenvalue of the truth in absolute value.
    eta : float

    Returns
    -------
    ndarray
    """
    b_0, b = np.asarray(b_0), np.asarray(b)
    if not np.all((0 < b_0) & (b_0 <= b) & (b < 1)):
        raise ValueError(f"b_0 is {b_0} and b is {b}; they must satisfy 0 < b_0 <= b < 1")
    _arguments.positive(eta=eta)
    return (1 / b_0 - 1 / b + np.log(b / (1 - b)) - np.log(b_0 / (1 - b_0))) / (2 * eta * smallest**2)


def gd_flow_bound(time, w_0):
    """Theorem A in continuous time (time ηt): ẇ >= -2w², so w >= w_0/(1 + 2w_0·time)."""
    _arguments.positive(w_0=w_0)
    return w_0 / (1 + 2 * w_0 * np.asarray(time))


def saddle_losses(eigenvalues):
    """Losses ¼Σ_{k>ρ}λ_k² of the saddles at the best rank-ρ approximations, ρ = 0, …, r_A.

    Parameters
    ----------
    eigenvalues : array_like, shape (r_A,)
        Of descending absolute value.

    Returns
    -------
    ndarray, shape (r_A + 1,)
        The last is 0, the global minimum.
    """
    squares = np.square(eigenvalues)
    return np.append(np.cumsum(squares[::-1])[::-1], 0) / 4
