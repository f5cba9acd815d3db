"""The objective of weight normalization handed to pymanopt, whose optimizers bring line searches and memory.

pymanopt is not among wnlib's own requirements: it comes with the book's.
"""

import numpy as np
from pymanopt import Problem as ManifoldProblem
from pymanopt import function
from pymanopt.manifolds import Product, Stiefel, Symmetric

from wnlib.iterate import Trace
from wnlib.states import DirectionMagnitude, check_start
from wnlib.stiefel import sym


def minimize(optimizer, problem, start):
    """Minimize f(X, Θ) = ¼‖𝓜(XΘXᵀ) - y‖² with one of pymanopt's optimizers.

    Parameters
    ----------
    optimizer : pymanopt.optimizers.optimizer.Optimizer
        ``ConjugateGradient(...)`` or ``SteepestDescent(...)``, made with ``log_verbosity=1``, with
        ``verbosity=0`` to be quiet, and with its stopping criteria.
    problem : Problem
        Symmetric, not a batch.
    start : DirectionMagnitude
        Where to start; Θ = 0 is fine.

    Returns
    -------
    Trace
        With ``error``; ``operations``, how often 𝓜 or 𝓜* had been applied (a step of `wn` applies them four
        times in all); and ``seconds`` since the first gradient was known. One entry per iteration of the optimizer.

    Raises
    ------
    ValueError
        If the start does not fit the problem, or the optimizer keeps no log.
    """
    if not isinstance(start, DirectionMagnitude):
        raise ValueError(f"start is a {type(start).__name__}; it must be a DirectionMagnitude")
    start = check_start(problem, start)
    if problem.data.ndim > 1 or start.X.ndim > 2 or start.theta.ndim > 2:
        raise ValueError("problem or start is a batch; it must be a single one")
    if optimizer._log_verbosity < 1:
        raise ValueError("the optimizer keeps no log; make it with log_verbosity=1")
    manifold = Product([Stiefel(*start.X.shape, retraction="polar"), Symmetric(start.X.shape[-1])])
    operations, evaluated, states, counts = 0, (None, None, None), [], []

    def misfit(X, theta):
        """𝓜(XΘXᵀ) - y; asked twice for the same point, it is computed once."""
        nonlocal operations, evaluated
        if evaluated[0] is not X or evaluated[1] is not theta:
            operations += 1
            evaluated = X, theta, problem.misfit(X @ theta @ X.T)
        return evaluated[2]

    @function.numpy(manifold)
    def cost(X, theta):
        return np.sum(misfit(X, theta) ** 2) / 4

    @function.numpy(manifold)
    def gradient(X, theta):
        nonlocal operations
        EX = problem.operator.adjoint(misfit(X, theta)) @ X
        operations += 1
        states.append(DirectionMagnitude(X, theta))
        counts.append(operations)
        return EX @ theta, sym(X.T @ EX) / 2

    result = optimizer.run(ManifoldProblem(manifold, cost, euclidean_gradient=gradient), initial_point=list(start))
    seconds = np.array(result.log["iterations"]["time"])
    records = {
        "error": np.array([problem.error(state.Z) for state in states]),
        "operations": np.array(counts),
        "seconds": seconds - seconds[0],
    }
    return Trace(np.arange(len(states)), records, states[-1], np.array(-1))
