"""pymanopt on the same objective, and what its trace counts."""

import numpy as np
import pytest
from problems import symmetric_problem

from wnlib import DirectionMagnitude, Factor
from wnlib.stiefel import sym

pytest.importorskip("pymanopt")
from pymanopt.optimizers import ConjugateGradient  # noqa: E402

from wnlib.manopt import minimize  # noqa: E402


def test_conjugate_gradients_find_the_truth():
    problem = symmetric_problem(8, [1, -0.5], 0, n=60)
    optimizer = ConjugateGradient(verbosity=0, log_verbosity=1, min_gradient_norm=1e-9)
    trace = minimize(optimizer, problem, DirectionMagnitude.random(8, 3, 0))
    assert trace.error[0] > 1 and trace.error[-1] < 1e-7
    np.testing.assert_allclose(problem.error(trace.state.Z), trace.error[-1])
    np.testing.assert_array_equal(trace.steps, np.arange(len(trace.error)))
    assert trace.seconds[0] == 0 and np.all(np.diff(trace.seconds) >= 0)


def test_pymanopt_gets_the_loss_and_its_gradient():
    """It minimizes what `Problem.loss` says, along its gradient: seen through an optimizer that only looks."""
    seen = {}

    class Look(ConjugateGradient):
        def run(self, problem, *, initial_point=None, reuse_line_searcher=False):
            X, theta = initial_point
            seen.update(cost=problem.cost([X, theta]), gradient=problem.euclidean_gradient([X, theta]))
            for name, h in (("X", direction), ("theta", magnitude)):
                point = {"X": X, "theta": theta}
                costs = [problem.cost(list((point | {name: point[name] + s * 1e-6 * h}).values())) for s in (1, -1)]
                seen[name] = (costs[0] - costs[1]) / 2e-6
            return super().run(problem, initial_point=initial_point)

    problem = symmetric_problem(8, [1, -0.5], 0, n=60)
    rng = np.random.default_rng(0)
    direction, magnitude = rng.standard_normal((8, 3)), sym(rng.standard_normal((3, 3)))
    start = DirectionMagnitude.random(8, 3, 0)._replace(theta=sym(rng.standard_normal((3, 3))))
    minimize(Look(verbosity=0, log_verbosity=1, max_iterations=2), problem, start)
    np.testing.assert_allclose(seen["cost"], problem.loss(start.Z))
    np.testing.assert_allclose(np.sum(seen["gradient"][0] * direction), seen["X"], rtol=1e-6)
    np.testing.assert_allclose(np.sum(seen["gradient"][1] * magnitude), seen["theta"], rtol=1e-6)


def test_operations_count_every_use_of_the_operator():
    problem = symmetric_problem(8, [1, 0.5], 0, n=60)
    problem.data
    calls, operator = [], problem.operator
    for name in ("forward", "adjoint"):
        apply = getattr(operator, name)
        setattr(operator, name, lambda array, apply=apply: calls.append(1) or apply(array))
    optimizer = ConjugateGradient(verbosity=0, log_verbosity=1, max_iterations=20)
    trace = minimize(optimizer, problem, DirectionMagnitude.random(8, 3, 0))
    assert trace.operations[0] == 2 and trace.operations[-1] == len(calls)


def test_what_it_cannot_do_is_refused():
    problem, start = symmetric_problem(8, [1.0], 0), DirectionMagnitude.random(8, 3, 0)
    with pytest.raises(ValueError, match="log_verbosity=1"):
        minimize(ConjugateGradient(verbosity=0), problem, start)
    with pytest.raises(ValueError, match="start is a Factor"):
        minimize(ConjugateGradient(verbosity=0, log_verbosity=1), problem, Factor.random(8, 3, 0))
    with pytest.raises(ValueError, match="problem or start is a batch"):
        minimize(ConjugateGradient(verbosity=0, log_verbosity=1), problem, DirectionMagnitude.random(8, 3, 0, size=2))
