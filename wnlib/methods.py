"""Gradient descent and weight normalization, each as one pure step: state in, state out.

A state is a named tuple of arrays that holds an estimate ``Z`` of the truth. Leading axes of its arrays
are batches: a hundred seeds are one call. `wnlib.run.run` iterates.
"""

from typing import NamedTuple

import numpy as np
from numpy.linalg import norm, solve

from wnlib import _arguments
from wnlib.sensing import Rectangular, Symmetric
from wnlib.stiefel import polar, positive_part, project, sym, uniform


class Factor(NamedTuple):
    """Z = Y Yᵀ, the state of `gd`. Y has shape (..., m, r)."""

    Y: np.ndarray
    space = Symmetric

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
        _arguments.columns(m, r)
        _arguments.positive(scale=scale)
        rng = _arguments.generator(rng, "start")
        return cls(_scaled_normal(m, r, rng, scale, size))


class DirectionMagnitude(NamedTuple):
    """Z = X Θ Xᵀ, the state of `wn`. X has shape (..., m, r) with XᵀX = I, Θ is symmetric (..., r, r)."""

    X: np.ndarray
    theta: np.ndarray
    space = Symmetric

    @property
    def Z(self):
        """The estimate X Θ Xᵀ."""
        return self.X @ self.theta @ self.X.mT

    @classmethod
    def random(cls, m, r, rng, size=()):
        """X uniform on St(m, r) and Θ = 0. Arguments as for `Factor.random`."""
        X = uniform(m, r, _arguments.generator(rng, "start"), size)
        return cls(X, np.zeros((*X.shape[:-2], r, r)))


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
    space = Symmetric
    Z = DirectionMagnitude.Z

    @classmethod
    def random(cls, m, r, rng, size=()):
        """X uniform on St(m, r), Θ = 0, and no step behind it. Arguments as for `Factor.random`."""
        X, theta = DirectionMagnitude.random(m, r, rng, size)
        return cls(X, theta, X, theta, np.zeros_like(X), theta, np.zeros((*X.shape[:-2], 1, 1)))


class Factors(NamedTuple):
    """Z = F Gᵀ, the state of `gd_rectangular`. F has shape (..., p, r), G (..., q, r)."""

    F: np.ndarray
    G: np.ndarray
    space = Rectangular

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
        _arguments.columns(p, r)
        _arguments.columns(q, r)
        _arguments.positive(scale=scale, imbalance=imbalance)
        rng = _arguments.generator(rng, "start")
        F = _scaled_normal(p, r, rng, np.multiply(scale, imbalance), size)
        G = _scaled_normal(q, r, rng, np.divide(scale, imbalance), size)
        return cls(F, G)


class DirectionsMagnitude(NamedTuple):
    """Z = X Θ Wᵀ, the state of `wn_rectangular`: X in St(p, r), W in St(q, r), Θ any (..., r, r)."""

    X: np.ndarray
    theta: np.ndarray
    W: np.ndarray
    space = Rectangular

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


def _scaled_normal(m, r, rng, scale, size):
    batch = np.broadcast_shapes(np.shape(scale), _arguments.batch(size))
    return np.asarray(scale)[..., None, None] * rng.standard_normal((*batch, m, r)) / np.sqrt(m)


def check_start(problem, state):
    """The state with its arrays as floats.

    ValueError unless they are finite, fit each other and the problem, 1 <= r <= m, and X and W are orthonormal.
    """
    space = problem.operator.space
    if not isinstance(space, getattr(state, "space", object)):
        raise ValueError(f"the start is a {type(state).__name__}; the problem's matrices are in {space}")
    state = state._make(_arguments.matrix(**{name: array}) for name, array in state._asdict().items())
    shapes = ", ".join(f"{name} {array.shape}" for name, array in state._asdict().items())
    r = state[0].shape[-1]
    member = state._make(array[(0,) * (array.ndim - 2)] for array in state)
    try:
        shape = member.Z.shape
    except ValueError:
        shape = None
    if shape is None or ("theta" in state._fields and member.theta.shape != (r, r)):
        raise ValueError(f"the start's arrays do not fit each other: {shapes}")
    if shape != space.shape:
        raise ValueError(f"the start makes a {shape} matrix ({shapes}); the problem's is {space.shape}")
    _arguments.columns(min(space.shape), r)
    if (
        isinstance(space, Symmetric)
        and "theta" in state._fields
        and not np.allclose(state.theta, state.theta.mT, atol=1e-10)
    ):
        raise ValueError("theta is not symmetric; it must be")
    for name in {"X", "W"} & set(state._fields):
        X = getattr(state, name)
        if not np.allclose(X.mT @ X, np.eye(r), atol=1e-8):
            raise ValueError(f"{name} does not have orthonormal columns; take it from stiefel.uniform")
    return state


def gd(problem, state: Factor, *, eta):
    """One step of gradient descent on f(Y) = ¼‖𝓜(YYᵀ) - y‖² (Chapter 2).

    Parameters
    ----------
    problem : Problem
        Symmetric, with a positive semidefinite truth.
    state : Factor
    eta : float or ndarray, shape (..., 1, 1)
        Step size η > 0.

    Returns
    -------
    Factor

    Raises
    ------
    ValueError
        If eta <= 0, or the truth has a negative eigenvalue: no YYᵀ can equal it.
    """
    _arguments.step_size(eta=eta)
    _check_semidefinite(problem)
    (Y,) = state
    E = problem.residual(Y @ Y.mT)
    return Factor(Y - eta * E @ Y)


def scaled_gd(problem, state: Factor, *, eta, damping):
    """One step of ScaledGD(λ), gradient descent preconditioned by (YᵀY + λI)^{-1} (Chapter 13; Xu et al. 2023).

    Parameters
    ----------
    problem, state
        As for `gd`.
    eta : float or ndarray, shape (..., 1, 1)
        Step size η > 0.
    damping : float or ndarray, shape (..., 1, 1)
        λ > 0, which makes the inverse exist where Y has columns to spare.

    Returns
    -------
    Factor

    Raises
    ------
    ValueError
        If eta <= 0 or damping <= 0, or the truth has a negative eigenvalue.
    """
    _arguments.step_size(eta=eta, damping=damping)
    _check_semidefinite(problem)
    (Y,) = state
    E = problem.residual(Y @ Y.mT)
    return Factor(Y - eta * _preconditioned(E @ Y, Y, damping))


def prec_gd(problem, state: Factor, *, eta):
    """One step of PrecGD: `scaled_gd` with λ = ‖𝓜(YYᵀ) - y‖ (Chapter 13; Zhang, Fattahi and Zhang 2021).

    The damping follows the misfit: it fades as Y does its work. Arguments, result and errors as for `gd`.
    """
    _arguments.step_size(eta=eta)
    _check_semidefinite(problem)
    (Y,) = state
    misfit = problem.misfit(Y @ Y.mT)
    E = problem.operator.adjoint(misfit)
    return Factor(Y - eta * _preconditioned(E @ Y, Y, norm(misfit, axis=-1)[..., None, None]))


def _preconditioned(G, Y, damping):
    """G (YᵀY + λI)^{-1}; where λ is lost in rounding, so little of YᵀY is added that only its inverse can tell."""
    metric = Y.mT @ Y
    return solve(metric + (damping + _rounding(metric)) * np.eye(Y.shape[-1]), G.mT).mT


def _rounding(metric):
    """As small a multiple of I as keeps a positive semidefinite matrix from being singular, shape (..., 1, 1)."""
    limits = np.finfo(float)
    return limits.eps * np.trace(metric, axis1=-2, axis2=-1)[..., None, None] + limits.tiny


def _check_semidefinite(problem):
    if np.min(problem.eigenvalues) < 0:
        raise ValueError(f"truth has the eigenvalue {np.min(problem.eigenvalues):.3g}; YYᵀ has none below 0 (use wn)")


def wn(problem, state: DirectionMagnitude, *, eta, mu=2.0, retract=polar):
    """One step of generalized weight normalization on f(X, Θ) = ¼‖𝓜(XΘXᵀ) - y‖² (Chapter 5).

    A Riemannian gradient step moves the direction X along St(m, r); then a plain one moves
    the magnitude Θ, at the new X.

    Parameters
    ----------
    problem : Problem
        Symmetric; its truth may be indefinite.
    state : DirectionMagnitude
    eta, mu : float or ndarray, shape (..., 1, 1)
        Step sizes η of X and μ of Θ, > 0. In the population case μ = 2 makes Θ = XᵀAX.
    retract : callable
        A retraction (X, V) -> X of `wnlib.stiefel`.

    Returns
    -------
    DirectionMagnitude

    Raises
    ------
    ValueError
        If eta <= 0 or mu <= 0.
    """
    _arguments.step_size(eta=eta, mu=mu)
    X, theta = state
    E = problem.residual(X @ theta @ X.mT)
    G = project(X, E @ X @ theta)
    X = retract(X, -eta * G)
    E = problem.residual(X @ theta @ X.mT)
    theta = theta - mu * sym(X.mT @ E @ X) / 2
    return DirectionMagnitude(X, theta)


def wn_psd(problem, state: DirectionMagnitude, *, eta, mu=1.0, retract=polar):
    """One step of `wn` that keeps Θ positive semidefinite, so that XΘXᵀ is (Chapter 11).

    After the step of `wn`, the negative eigenvalues of Θ are set to 0. Arguments, result and errors as for `wn`,
    but for μ, which is 1 unless given: this step is for finitely many measurements.
    """
    X, theta = wn(problem, state, eta=eta, mu=mu, retract=retract)
    return DirectionMagnitude(X, positive_part(theta))


def wn_bb(problem, state: BarzilaiBorwein, *, eta=0.1, longest=1000.0):
    """One step of weight normalization in the metric of XΘXᵀ, with Barzilai and Borwein's step sizes (Chapter 13).

    X and Θ move together, from one residual and with one step size. Lengths of moves of X are measured with
    P = Θ² + ‖E‖‖Θ‖I: a move by S changes XΘXᵀ by SΘ, so directions of small magnitude may go far. The step size
    is the short ``|⟨S, D⟩|/⟨D, D⟩`` and the long ``⟨S, S⟩/|⟨S, D⟩|`` in turn, S the last move of (X, Θ) and D the
    change of its gradient, kept within [η, longest · η]. No theorem says that it converges.

    Parameters
    ----------
    problem : Problem
        Symmetric; its truth may be indefinite.
    state : BarzilaiBorwein
    eta : float or ndarray, shape (..., 1, 1)
        The shortest step size η > 0, which is also the first. It has no units: the same serves every problem.
    longest : float or ndarray, shape (..., 1, 1)
        The longest step size, in units of η; at least 1.

    Returns
    -------
    BarzilaiBorwein

    Raises
    ------
    ValueError
        If eta is not positive or longest is below 1.
    """
    _arguments.step_size(eta=eta, longest=longest)
    if np.any(np.less(longest, 1)):
        raise ValueError(f"longest is {longest!r}; it must be at least 1, the shortest step size")
    X, theta, last_X, last_theta, last_G, last_H, turn = state
    E = problem.residual(X @ theta @ X.mT)
    EX = E @ X
    G, H = EX @ theta, sym(X.mT @ EX) / 2
    G = G - X @ (X.mT @ G)  # turning X within its range is left to Θ
    P = theta @ theta
    P = P + (_length(E) * _length(theta) + _rounding(P)) * np.eye(X.shape[-1])
    S, T, D, J = X - last_X, theta - last_theta, G - last_G, H - last_H
    SS = _inner(S @ P, S) + _inner(T, T)
    SD = _inner(S, D) + _inner(T, J)
    DD = _inner(solve(P, D.mT).mT, D) + _inner(J, J)
    size = barzilai_borwein_size(SS, SD, DD, turn, eta, longest)
    X_next = polar(X, -size * solve(P, G.mT).mT)
    return BarzilaiBorwein(X_next, theta - size * H, X, theta, G, H, 1 - turn)


def barzilai_borwein_size(SS, SD, DD, turn, eta, longest):
    """The short step size ``|⟨S, D⟩|/⟨D, D⟩`` where turn is 0, the long ``⟨S, S⟩/|⟨S, D⟩|`` where it is 1 (Chapter 13).

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


def _inner(S, D):
    """⟨S, D⟩, shape (..., 1, 1)."""
    return np.sum(S * D, axis=(-2, -1), keepdims=True)


def _length(S):
    """‖S‖_F, shape (..., 1, 1)."""
    return norm(S, axis=(-2, -1), keepdims=True)


def gd_rectangular(problem, state: Factors, *, eta):
    """One step of gradient descent on f(F, G) = ½‖𝓜(FGᵀ) - y‖² (Chapter 6).

    Parameters
    ----------
    problem : Problem
        Rectangular.
    state : Factors
    eta : float or ndarray, shape (..., 1, 1)
        Step size η > 0.

    Returns
    -------
    Factors
    """
    _arguments.step_size(eta=eta)
    F, G = state
    E = problem.residual(F @ G.mT)
    return Factors(F - eta * E @ G, G - eta * E.mT @ F)


def wn_rectangular(problem, state: DirectionsMagnitude, *, eta, mu=1.0, retract=polar):
    """One step of weight normalization on f(X, Θ, W) = ½‖𝓜(XΘWᵀ) - y‖² (Chapter 6).

    X and W move together, from one residual; then Θ, at the new X and W.

    Parameters
    ----------
    problem : Problem
        Rectangular.
    state : DirectionsMagnitude
    eta, mu : float or ndarray, shape (..., 1, 1)
        Step sizes η of X and W and μ of Θ, > 0. In the population case μ = 1 makes Θ = XᵀAW.
    retract : callable
        A retraction (X, V) -> X of `wnlib.stiefel`.

    Returns
    -------
    DirectionsMagnitude
    """
    _arguments.step_size(eta=eta, mu=mu)
    X, theta, W = state
    E = problem.residual(X @ theta @ W.mT)
    G, H = project(X, E @ W @ theta.mT), project(W, E.mT @ X @ theta)
    X, W = retract(X, -eta * G), retract(W, -eta * H)
    E = problem.residual(X @ theta @ W.mT)
    theta = theta - mu * X.mT @ E @ W
    return DirectionsMagnitude(X, theta, W)
