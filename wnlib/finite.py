"""`theory` for finitely many measurements: the bounds of the finite-sample theorems, one function each.

Δ = 𝓜*𝓜 - identity is what the measurements add to the population case, and δ bounds it: 𝓜 has RIP(k, δ) if
``|‖𝓜(Z)‖² - ‖Z‖_F²| <= δ‖Z‖_F²`` for all symmetric Z of rank at most k. The truth A is symmetric of rank r_A, with
nonzero eigenvalues of either sign, λ_1 the largest and λ_{r_A} the least of them in absolute value.
τ is tan² of the largest principal angle between range(A) and range(X), and τ̄ = max{1, τ_0}.
"""

from math import factorial

import numpy as np

from wnlib import _arguments


def gd_factor(w, largest, error, eta, delta):
    """Theorem A′: GD, with any operator, has w_{t+1} >= w_t (1 - 2ηδe_t - 2ηw_t), and this is the factor.

    Parameters
    ----------
    w, largest : array_like
        λ_min(Y_tᵀY_t) and ‖Y_tᵀY_t‖.
    error : array_like
        e_t = ‖Y_tY_tᵀ - A‖_F, of a positive semidefinite truth A.
    eta : float
    delta : float
        The largest ‖Δ(Z)‖/‖Z‖_F (spectral over Frobenius norm) over Z of rank at most r + r_A, or over the
        Z = Y_tY_tᵀ - A of the run, which is all that the proof needs. It may exceed 1.

    Returns
    -------
    ndarray, shape of w

    Raises
    ------
    ValueError
        Unless η(‖Y_tᵀY_t‖ + w_t) <= ½ - ηδe_t, where the theorem holds.
    """
    _arguments.positive(eta=eta)
    _arguments.not_negative(w=w, largest=largest, error=error, delta=delta)
    w, perturbation = np.asarray(w), eta * delta * np.asarray(error)
    least = eta * (np.asarray(largest) + w) + perturbation
    if not np.all(least <= 0.5):
        raise ValueError(f"η(‖YᵀY‖ + w + δe) is {np.max(least):.3g} at eta = {eta}; Theorem A′ needs at most ½")
    return 1 - 2 * perturbation - 2 * eta * w


def gd_limsup(eta, r, rank, delta):
    """Theorem A′: overparameterized GD has limsup t·e_t >= √(r - r_A)/(2η(1 + δ√(r - r_A))), whatever the operator.

    Parameters
    ----------
    eta : float
        Step size, η < 1/(2λ_1).
    r, rank : int
        Columns of Y and rank of the truth, r > rank.
    delta : float
        As for `gd_factor`. Without it the constant is that of `wnlib.theory.gd_asymptote`.

    Returns
    -------
    float
    """
    _arguments.positive(eta=eta)
    _arguments.not_negative(delta=delta)
    _arguments.spare_columns(r, rank)
    return np.sqrt(r - rank) / (2 * eta * (1 + delta * np.sqrt(r - rank)))


# Theorem F: WN with μ = 2, the polar retraction and Θ_0 = 0, from any X_0 with τ_0 finite. A step size up to
# 1/(2λ_1²) has one set of constants, and up to twice that another, in which the same progress takes twice the steps.


def largest_delta(tau_0, eigenvalues, eta):
    """Theorem F, its condition: the largest δ that it allows, at RIP rank min{r + r_A + 1, m}.

    λ_{r_A}/(20‖A‖_F (1 + τ̄)) for η <= 1/(2λ_1²), half of that for larger η. From the spectral start (Corollary F5)
    τ̄ = 1, and τ_0 = 0 gives its condition, δ <= λ_{r_A}/(40‖A‖_F).

    Parameters
    ----------
    tau_0 : array_like
        τ of the start X_0, finite.
    eigenvalues : array_like, shape (r_A,)
        Nonzero eigenvalues of the truth, of either sign.
    eta : float
        Step size, 0 < η <= 1/λ_1².

    Returns
    -------
    ndarray, shape of tau_0

    Raises
    ------
    ValueError
        If tau_0 is negative or infinite, or eta outside the theorem's range.
    """
    return _least(eigenvalues) / (20 * _pace(eigenvalues, eta) * _size(eigenvalues) * (1 + _tau_bar(tau_0)))


def tau_curve(tau_0, eigenvalues, eta, steps):
    """Theorem F: the curve τ̂_0, …, τ̂_steps, of which τ(X_t) <= τ̂_t.

    τ̂_0 = τ̂_1 = τ̄, as the first step moves Θ alone; then τ̂_{t+1} = τ̂_t/(1 + ½ηλ_{r_A}²/(1 + τ̂_t)), with ¼ in place of
    ½ for η > 1/(2λ_1²).

    Parameters
    ----------
    tau_0, eigenvalues, eta
        As for `largest_delta`.
    steps : int
        At least 1.

    Returns
    -------
    ndarray, shape (steps + 1, ...)
    """
    steps = _arguments.positive_integer(steps=steps)
    x = eta * _least(eigenvalues) ** 2 / (2 * _pace(eigenvalues, eta))
    curve = [_tau_bar(tau_0)] * 2
    for _ in range(steps - 1):
        curve.append(curve[-1] / (1 + x / (1 + curve[-1])))
    return np.array(curve)


def error_bound(tau, eigenvalues):
    """Theorem F: ‖X_tΘ_tX_tᵀ - A‖_F <= (3/2)‖A‖_F √(τ̂_t/(1 + τ̂_t)).

    Parameters
    ----------
    tau : array_like
        `tau_curve`.
    eigenvalues
        As for `largest_delta`.

    Returns
    -------
    ndarray, shape of tau
    """
    _arguments.not_negative(tau=tau)
    tau = np.asarray(tau)
    return 1.5 * _size(eigenvalues) * np.sqrt(tau / (1 + tau))


def steps_bound(tau_0, eigenvalues, eta, epsilon):
    """Theorem F: the relative error ‖X_tΘ_tX_tᵀ - A‖_F/‖A‖_F is at most epsilon after so many steps.

    1 + 5/(2ηλ_{r_A}²)·(τ̄ + ln τ̄ + 2 ln(3/(2ε))), with 5/(ηλ_{r_A}²) for η > 1/(2λ_1²). From the spectral start
    (Corollary F5) τ̄ = 1: no escape.

    Parameters
    ----------
    tau_0, eigenvalues, eta
        As for `largest_delta`.
    epsilon : array_like
        0 < ε <= 1.

    Returns
    -------
    ndarray, shape of tau_0
    """
    _arguments.positive(epsilon=epsilon)
    if np.any(np.asarray(epsilon) > 1):
        raise ValueError(f"epsilon is {epsilon}; it must be at most 1: it is relative to ‖A‖_F")
    tau = _tau_bar(tau_0)
    per_unit = 5 * _pace(eigenvalues, eta) / (2 * eta * _least(eigenvalues) ** 2)
    return 1 + per_unit * (tau + np.log(tau) + 2 * np.log(1.5 / np.asarray(epsilon)))


def late_rate(eigenvalues, eta, delta):
    """Corollary F3: in the long run a step multiplies the error by at most 1 - ηλ_{r_A}²(1 - (3/2)δ‖A‖_F/λ_{r_A}).

    Parameters
    ----------
    eigenvalues
        As for `largest_delta`.
    eta : float
        Step size, 0 < η <= 1/(2λ_1²).
    delta : float
        RIP constant, 0 <= δ <= λ_{r_A}/(40‖A‖_F).

    Returns
    -------
    float
    """
    if _pace(eigenvalues, eta) != 1:
        largest = 1 / (2 * np.max(np.square(eigenvalues)))
        raise ValueError(f"eta is {eta}; Corollary F3 covers it up to 1/(2λ_1²) = {largest}")
    _at_most(largest_delta(0, eigenvalues, eta), delta=delta)
    least = _least(eigenvalues)
    return 1 - eta * least**2 + 1.5 * eta * least * delta * _size(eigenvalues)


def spectral_tau(eigenvalues, delta):
    """Corollary F5: a bound of τ_0 of the spectral start, whose largest angle has a sine of at most 2δ‖A‖_F/λ_{r_A}.

    Parameters
    ----------
    eigenvalues
        As for `largest_delta`.
    delta : float
        RIP constant, 0 <= δ <= λ_{r_A}/(40‖A‖_F).

    Returns
    -------
    float
        At most 1/399.
    """
    least, size = _least(eigenvalues), _size(eigenvalues)
    _at_most(least / (40 * size), delta=delta)
    squared_sine = (2 * delta * size / least) ** 2
    return squared_sine / (1 - squared_sine)


def noise_floor(eigenvalues, r, delta, sigma):
    """Corollary F4: what the largest angle and the error of WN fall to, at least, if the data are noisy.

    The hypothesis, besides η <= 1/(2λ_1²): δ is at most half of `largest_delta`, and with s the sine returned,
    s(1 + τ̄) <= √2.

    Parameters
    ----------
    eigenvalues
        As for `largest_delta`.
    r : int
        Columns of X, at least r_A.
    delta : float
        RIP constant, 0 <= δ <= λ_{r_A}/(80‖A‖_F).
    sigma : float
        ‖𝓜*ξ‖, the spectral norm of the noise ξ as a matrix.

    Returns
    -------
    sine, error : float
        160(1 + δ√r)σ/λ_{r_A}, for the sine of the largest principal angle, and 240(1 + δ√r)σ‖A‖_F/λ_{r_A} + √r σ.

    Raises
    ------
    ValueError
        If the noise is so large that no τ̄ meets the hypothesis.
    """
    r = _arguments.positive_integer(r=r)
    _arguments.whole_up_to(r, rank=np.size(eigenvalues))
    _arguments.not_negative(sigma=sigma)
    least, size = _least(eigenvalues), _size(eigenvalues)
    _at_most(least / (80 * size), delta=delta)
    sine = 160 * (1 + delta * np.sqrt(r)) * sigma / least
    if sine > np.sqrt(0.5):
        raise ValueError(f"sigma is {sigma}; Corollary F4 covers it up to {sigma * np.sqrt(0.5) / sine:.3g}")
    return sine, 1.5 * size * sine + np.sqrt(r) * sigma


def start_tail(b, m, r, rank):
    """Corollary F1: X_0 uniform on St(m, r) has b_0 = 1/(1 + τ_0) <= b with a probability of at most this.

    ((r + 1)mb)^{q/2}/q! with q = r - r_A + 1; for r > m - r_A - 1 with m - r_A - 1 in place of r.

    Parameters
    ----------
    b : array_like
        0 < b < 1.
    m, r, rank : int
        rank <= r <= m, and m > 2 rank.

    Returns
    -------
    ndarray, shape of b
        At most 1.
    """
    _arguments.fraction(b=b)
    r, q = _columns_and_spare(m, r, rank)
    return np.minimum(((r + 1) * m * np.asarray(b)) ** (q / 2) / factorial(q), 1.0)


def start_bound(p, m, r, rank):
    """Corollary F1: X_0 uniform on St(m, r) has 1 + τ_0 at most Υ = e²m(r + 1)/(q²p^{2/q}), but for probability p.

    Parameters
    ----------
    p : array_like
        0 < p < 1.
    m, r, rank : int
        As for `start_tail`, and q too.

    Returns
    -------
    ndarray, shape of p
    """
    _arguments.fraction(p=p)
    r, q = _columns_and_spare(m, r, rank)
    return np.e**2 * m * (r + 1) / (q**2 * np.asarray(p) ** (2 / q))


def rip_measurements(m, k, delta, p):
    """Lemma 6(a): so many Gaussian measurements have RIP(k, δ), but for probability p: O(mk/δ²).

    Parameters
    ----------
    m, k : int
        1 <= k <= m.
    delta, p : array_like
        0 < δ < 1 and 0 < p < 1.

    Returns
    -------
    ndarray
        (190(m + 1)k + 24 ln(4/p))/δ².
    """
    m = _arguments.positive_integer(m=m)
    k = _arguments.whole_up_to(m, k=k)
    _arguments.fraction(delta=delta, p=p)
    return (190 * (m + 1) * k + 24 * np.log(4 / np.asarray(p))) / np.square(delta)


def isometry_measurements(m, delta, p):
    """Lemma 6(b): so many Gaussian measurements have ``‖Δ‖ <= δ``, RIP at every rank, but for probability p: O(m²/δ²).

    Parameters
    ----------
    m : int
    delta, p : array_like
        As for `rip_measurements`.

    Returns
    -------
    ndarray
        6.25(√d + √(2 ln(2/p)))²/δ², d = m(m + 1)/2.
    """
    m = _arguments.positive_integer(m=m)
    _arguments.fraction(delta=delta, p=p)
    d = m * (m + 1) // 2
    return 6.25 * (np.sqrt(d) + np.sqrt(2 * np.log(2 / np.asarray(p)))) ** 2 / np.square(delta)


def random_start_measurements(m, r, eigenvalues, eta, p):
    """Corollary F2: so many Gaussian measurements meet Theorem F's condition at a uniform start, with probability 1 - 2p.

    Lemma 6(a) at the δ that is allowed where 1 + τ̄ is Υ of `start_bound`: O(κ²r_A m³r³/(r - r_A + 1)⁴).
    The steps are those of `steps_bound` with τ_0 = Υ - 1.

    Parameters
    ----------
    m, r : int
        r_A <= r <= m, and m > 2 r_A.
    eigenvalues, eta
        As for `largest_delta`.
    p : float
        0 < p < 1.

    Returns
    -------
    float
    """
    rank = np.size(eigenvalues)
    delta = largest_delta(start_bound(p, m, r, rank) - 1, eigenvalues, eta)
    return rip_measurements(m, min(r + rank + 1, m), delta, p)


def least_delta(n, m, k):
    """Proposition H: no operator with n measurements has RIP(k, δ) with a smaller δ, √((k - 2)/m)·√(1 - n/d).

    Parameters
    ----------
    n : int
        At least 1. From n = d = m(m + 1)/2 on the bound is 0.
    m, k : int
        3 <= k <= m.

    Returns
    -------
    float
    """
    n = _arguments.positive_integer(n=n)
    m = _arguments.positive_integer(m=m)
    k = _arguments.whole_up_to(m, k=k)
    if k < 3:
        raise ValueError(f"k is {k}; Proposition H is about RIP of rank 3 and more")
    return np.sqrt((k - 2) / m * max(1 - 2 * n / (m * (m + 1)), 0))


def _pace(eigenvalues, eta):
    """1 for η <= 1/(2λ_1²), 2 for η <= 1/λ_1²: which of the two sets of constants."""
    _arguments.positive(eta=eta, squared_eigenvalues=np.square(eigenvalues))
    most = 1 / np.max(np.square(eigenvalues))
    if eta > most * (1 + 1e-12):
        raise ValueError(f"eta is {eta}; Theorem F covers it up to 1/λ_1² = {most}")
    return 1 if eta <= most / 2 * (1 + 1e-12) else 2


def _least(eigenvalues):
    _arguments.positive(squared_eigenvalues=np.square(eigenvalues))
    return np.min(np.abs(eigenvalues))


def _size(eigenvalues):
    _arguments.positive(squared_eigenvalues=np.square(eigenvalues))
    return np.linalg.norm(eigenvalues)


def _tau_bar(tau_0):
    _arguments.not_negative(tau_0=tau_0)
    return np.maximum(tau_0, 1.0)


def _at_most(largest, delta):
    _arguments.not_negative(delta=delta)
    if delta > largest * (1 + 1e-12):
        raise ValueError(f"delta is {delta}; the statement is about δ up to {largest}")


def _columns_and_spare(m, r, rank):
    """The columns of X_0 that the bound uses, fewer than r where r is near m, and q = r - r_A + 1 of them."""
    m, r = _arguments.columns(m, r)
    rank = _arguments.whole_up_to(r, rank=rank)
    if m <= 2 * rank:
        raise ValueError(f"m is {m}; Corollary F1 needs m > 2 rank = {2 * rank}")
    r = min(r, m - rank - 1)
    return r, r - rank + 1
