"""Each theorem along runs of the methods' own steps, from random problems."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import seeds, symmetric_problem

from wnlib import theory
from wnlib.methods import DirectionMagnitude, Factor, gd, wn
from wnlib.problem import spectrum
from wnlib.run import run


@given(seeds, st.integers(1, 3), st.integers(1, 4), st.floats(1, 10), st.floats(0.01, 1), st.floats(0.02, 0.125))
def test_theorem_a_at_every_iterate(seed, rank, spare, condition, scale, eta):
    m, r = 8, rank + spare
    problem = symmetric_problem(m, spectrum(rank, condition if rank > 1 else 1), seed)
    start = Factor.random(m, r, seed, scale=scale)
    singular = np.linalg.svd(start.Y, compute_uv=False)
    start = Factor(start.Y * min(1, np.sqrt(2) / singular[0]))  # ‖Y_0‖² <= 2λ_1 and η <= 1/(8λ_1)
    w_0 = np.linalg.svd(start.Y, compute_uv=False)[-1] ** 2
    trace = run(gd, problem, start, 300, eta=eta)
    bound = theory.gd_lower_bound(trace.steps, w_0, eta, r, rank)
    assert np.all(trace.error >= bound * (1 - 1e-12))


def test_theorem_a_is_met_up_to_a_factor_of_two_in_the_long_run():
    problem = symmetric_problem(30, [1, 1, 1], 0)
    trace = run(gd, problem, Factor.random(30, 8, 0), 5000, eta=0.1)
    w_0 = np.linalg.svd(Factor.random(30, 8, 0).Y, compute_uv=False)[-1] ** 2
    bound = theory.gd_lower_bound(5000, w_0, 0.1, 8, 3)
    assert bound < trace.error[-1] < 2.2 * bound
    assert np.isclose(trace.error[-1], theory.gd_asymptote(5000, 0.1, 8, 3), rtol=0.02)


def measured_contraction(trace, low=1e-10, high=1e-6):
    """Per step, in the window of errors where the slowest direction alone is left."""
    shown = (trace.error > low) & (trace.error < high)
    return np.exp(np.polyfit(trace.steps[shown], np.log(trace.error[shown]), 1)[0])


@pytest.mark.parametrize("condition", [1.5, 3])
@pytest.mark.parametrize("eta", [0.2, 0.5, "best"])
def test_corollary_e(condition, eta):
    problem = symmetric_problem(20, spectrum(3, condition), 1)
    best = theory.wn_best_step(problem.eigenvalues)
    eta = best if eta == "best" else eta
    trace = run(wn, problem, DirectionMagnitude.random(20, 8, 1), 1500, eta=eta)
    predicted = theory.wn_contraction(problem.eigenvalues, eta)
    assert np.isclose(np.log(measured_contraction(trace)), np.log(predicted), rtol=0.01)
    assert predicted >= theory.wn_contraction(problem.eigenvalues, best)
    squared = condition**2
    assert np.isclose(theory.wn_contraction(problem.eigenvalues, best), (squared - 1) / (squared + 1))


@pytest.mark.parametrize("condition", [1, 4])
def test_gd_is_linear_at_the_exact_rank(condition):
    problem = symmetric_problem(20, spectrum(3, condition), 1)
    trace = run(gd, problem, Factor.random(20, 3, 1), 2500, eta=0.2)
    predicted = theory.gd_contraction(problem.eigenvalues, 0.2)
    assert np.isclose(np.log(measured_contraction(trace)), np.log(predicted), rtol=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.gd_lower_bound(1, 0.1, 0.1, 3, 3), "r is 3; it must exceed the truth's rank 3"),
        (lambda: theory.gd_lower_bound(1, 0, 0.1, 4, 3), "w_0 is 0"),
        (lambda: theory.gd_asymptote(0, 0.1, 4, 3), "t is 0"),
        (lambda: theory.wn_contraction([1, 2], -1), "eta is -1"),
        (lambda: theory.gd_contraction([1, -2], 0.1), "eigenvalues is"),
    ],
)
def test_nonsense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
