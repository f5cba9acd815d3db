"""Gradient descent and weight normalization, each as one pure step: state in, state out.

A step sees the operator and the data of the problem, never an answer. `wnlib.iterate.run` iterates it.
A step size is a number, or an array with the shape of the batch.
"""

import numpy as np
from numpy.linalg import norm, solve

from wnlib import _arguments
from wnlib.states import DirectionMagnitude, DirectionsMagnitude, Factor, Factors
from wnlib.stiefel import polar, positive_part, project, rounding, sym


def gd(problem, state: Factor, *, eta):
    """One step of gradient descent on f(Y) = ¼‖𝓜(YYᵀ) - y‖².

    Parameters
    ----------
    problem : Problem
        Symmetric. No Y Yᵀ fits data of a matrix with a negative eigenvalue.
    state : Factor
    eta : float or array_like, shape (...)
        Step size η > 0.

    Returns
    -------
    Factor

    Raises
    ------
    ValueError
        If eta <= 0.
    """
    eta = _arguments.step_size(eta=eta)
    (Y,) = state
    E = problem.residual(Y @ Y.mT)
    return Factor(Y - eta * E @ Y)


def scaled_gd(problem, state: Factor, *, eta, damping):
    """One step of ScaledGD(λ), gradient descent preconditioned by (YᵀY + λI)^{-1} (Xu et al. 2023).

    Parameters
    ----------
    problem, state
        As for `gd`.
    eta : float or array_like, shape (...)
        Step size η > 0.
    damping : float or array_like, shape (...)
        λ > 0, which makes the inverse exist where Y has columns to spare.

    Returns
    -------
    Factor

    Raises
    ------
    ValueError
        If eta <= 0 or damping <= 0.
    """
    eta, damping = _arguments.step_sizes(eta=eta, damping=damping)
    (Y,) = state
    E = problem.residual(Y @ Y.mT)
    return Factor(Y - eta * _preconditioned(E @ Y, Y, damping))


def prec_gd(problem, state: Factor, *, eta):
    """One step of PrecGD: `scaled_gd` with λ = ‖𝓜(YYᵀ) - y‖ (Zhang, Fattahi and Zhang 2021).

    The damping follows the misfit: it fades as Y does its work. Arguments, result and errors as for `gd`.
    """
    eta = _arguments.step_size(eta=eta)
    (Y,) = state
    misfit = problem.misfit(Y @ Y.mT)
    E = problem.operator.adjoint(misfit)
    return Factor(Y - eta * _preconditioned(E @ Y, Y, norm(misfit, axis=-1)[..., None, None]))


def _preconditioned(G, Y, damping):
    """G (YᵀY + λI)^{-1}; where λ is lost in rounding, so little of YᵀY is added that only its inverse can tell."""
    metric = Y.mT @ Y
    return solve(metric + (damping + rounding(metric)) * np.eye(Y.shape[-1]), G.mT).mT


def wn(problem, state: DirectionMagnitude, *, eta, mu=2.0, retract=polar):
    """One step of generalized weight normalization on f(X, Θ) = ¼‖𝓜(XΘXᵀ) - y‖².

    A Riemannian gradient step moves the direction X along St(m, r); then a plain one moves
    the magnitude Θ, at the new X.

    Parameters
    ----------
    problem : Problem
        Symmetric.
    state : DirectionMagnitude
    eta, mu : float or array_like, shape (...)
        Step sizes η of X and μ of Θ, > 0. In the population case μ = 2 makes Θ = XᵀAX; with few measurements
        μ = 1 is safer.
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
    eta, mu = _arguments.step_sizes(eta=eta, mu=mu)
    X, theta = state
    E = problem.residual(X @ theta @ X.mT)
    G = project(X, E @ X @ theta)
    X = retract(X, -eta * G)
    E = problem.residual(X @ theta @ X.mT)
    theta = theta - mu * sym(X.mT @ E @ X) / 2
    return DirectionMagnitude(X, theta)


def wn_psd(problem, state: DirectionMagnitude, *, eta, mu=1.0, retract=polar):
    """One step of `wn` that keeps Θ positive semidefinite, so that XΘXᵀ is.

    After the step of `wn`, the negative eigenvalues of Θ are set to 0. Arguments, result and errors as for `wn`,
    but for μ, which is 1 unless given: this step is for finitely many measurements.
    """
    X, theta = wn(problem, state, eta=eta, mu=mu, retract=retract)
    return DirectionMagnitude(X, positive_part(theta))


def gd_rectangular(problem, state: Factors, *, eta):
    """One step of gradient descent on f(F, G) = ½‖𝓜(FGᵀ) - y‖².

    Parameters
    ----------
    problem : Problem
        Rectangular.
    state : Factors
    eta : float or array_like, shape (...)
        Step size η > 0.

    Returns
    -------
    Factors

    Raises
    ------
    ValueError
        If eta <= 0.
    """
    eta = _arguments.step_size(eta=eta)
    F, G = state
    E = problem.residual(F @ G.mT)
    return Factors(F - eta * E @ G, G - eta * E.mT @ F)


def wn_rectangular(problem, state: DirectionsMagnitude, *, eta, mu=1.0, retract=polar):
    """One step of weight normalization on f(X, Θ, W) = ½‖𝓜(XΘWᵀ) - y‖².

    X and W move together, from one residual; then Θ, at the new X and W.

    Parameters
    ----------
    problem : Problem
        Rectangular.
    state : DirectionsMagnitude
    eta, mu : float or array_like, shape (...)
        Step sizes η of X and W and μ of Θ, > 0. In the population case μ = 1 makes Θ = XᵀAW.
    retract : callable
        A retraction (X, V) -> X of `wnlib.stiefel`.

    Returns
    -------
    DirectionsMagnitude

    Raises
    ------
    ValueError
        If eta <= 0 or mu <= 0.
    """
    eta, mu = _arguments.step_sizes(eta=eta, mu=mu)
    X, theta, W = state
    E = problem.residual(X @ theta @ W.mT)
    G, H = project(X, E @ W @ theta.mT), project(W, E.mT @ X @ theta)
    X, W = retract(X, -eta * G), retract(W, -eta * H)
    E = problem.residual(X @ theta @ W.mT)
    theta = theta - mu * X.mT @ E @ W
    return DirectionsMagnitude(X, theta, W)
