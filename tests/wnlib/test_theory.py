"""Each theorem along runs of the methods' own steps, from random problems."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import seeds, symmetric_problem
from scipy import stats

from wnlib import DirectionMagnitude, Factor, gd, run, spectrum, stiefel, theory, wn


@given(seeds, st.integers(1, 3), st.integers(1, 4), st.floats(1, 10), st.floats(0.01, 1), st.floats(0.02, 0.125))
def test_theorem_a_at_every_iterate(seed, rank, spare, condition, scale, eta):
    m, r = 8, rank + spare
    problem = symmetric_problem(m, spectrum(rank, condition if rank > 1 else 1), seed)
    start = Factor.random(m, r, seed, scale=scale)
    singular = np.linalg.svd(start.Y, compute_uv=False)
    start = Factor(start.Y * min(1, np.sqrt(2) / singular[0]))  # ‖Y_0‖² <= 2λ_1 and η <= 1/(8λ_1)
    w_0 = np.linalg.svd(start.Y, compute_uv=False)[-1] ** 2
    trace = run(gd, problem, start, 100, eta=eta)
    bound = theory.gd_lower_bound(trace.steps, w_0, eta, r, rank)
    assert np.all(trace.error >= bound * (1 - 1e-12))


def test_theorem_a_is_met_up_to_a_factor_of_two_in_the_long_run():
    problem = symmetric_problem(12, [1, 1, 1], 0)
    trace = run(gd, problem, Factor.random(12, 5, 0), 2000, every=2000, eta=0.125)
    w_0 = np.linalg.svd(Factor.random(12, 5, 0).Y, compute_uv=False)[-1] ** 2
    bound = theory.gd_lower_bound(2000, w_0, 0.125, 5, 3)
    assert bound < trace.error[-1] < 2.2 * bound
    assert np.isclose(trace.error[-1], theory.gd_asymptote(2000, 0.125, 5, 3), rtol=0.02)


def test_the_asymptote_is_twice_the_bound_in_the_limit():
    ratio = theory.gd_asymptote(1e12, 0.1, 8, 3) / theory.gd_lower_bound(1e12, 0.5, 0.1, 8, 3)
    assert np.isclose(ratio, 2)


def measured_contraction(trace, low=1e-10, high=1e-6):
    """Per step, in the window of errors where the slowest direction alone is left."""
    shown = (trace.error > low) & (trace.error < high)
    return np.exp(np.polyfit(trace.steps[shown], np.log(trace.error[shown]), 1)[0])


@pytest.mark.parametrize("condition", [1.5, 2])
@pytest.mark.parametrize("eta", [0.2, 0.5, "best"])
def test_corollary_e(condition, eta):
    problem = symmetric_problem(12, spectrum(3, condition), 1)
    best = theory.wn_best_step(problem.eigenvalues)
    eta = best if eta == "best" else eta
    trace = run(wn, problem, DirectionMagnitude.random(12, 6, 1), 600, eta=eta)
    predicted = theory.wn_contraction(problem.eigenvalues, eta)
    assert np.isclose(np.log(measured_contraction(trace)), np.log(predicted), rtol=0.01)
    assert predicted >= theory.wn_contraction(problem.eigenvalues, best)
    squared = condition**2
    assert np.isclose(theory.wn_contraction(problem.eigenvalues, best), (squared - 1) / (squared + 1))


def test_corollary_e_beyond_the_best_step():
    assert np.isclose(theory.wn_contraction([1, 0.5], 1.9), 0.9)


@pytest.mark.parametrize("condition", [1, 2])
def test_gd_is_linear_at_the_exact_rank(condition):
    problem = symmetric_problem(12, spectrum(3, condition), 1)
    trace = run(gd, problem, Factor.random(12, 3, 1), 400, eta=0.4)
    predicted = theory.gd_contraction(problem.eigenvalues, 0.4)
    assert np.isclose(np.log(measured_contraction(trace)), np.log(predicted), rtol=0.01)


# Theorems B to E: random problems in the population case, A indefinite too, started at Θ_0 = X_0ᵀAX_0.


@st.composite
def population_runs(draw, most_condition=10, least_share=0.05):
    """A problem, a start and a step size up to the best one."""
    rank = draw(st.integers(1, 4))
    spare = draw(st.integers(1, 4))
    m = rank + spare + draw(st.integers(0, 6))
    seed = draw(seeds)
    values = spectrum(rank, draw(st.floats(1, most_condition)) if rank > 1 else 1)
    signs = np.random.default_rng(seed).choice([-1, 1], rank) if draw(st.booleans()) else np.ones(rank)
    problem = symmetric_problem(m, draw(st.sampled_from([0.5, 1, 3])) * signs * values, seed)
    eta = draw(st.floats(least_share, 1)) * theory.wn_best_step(problem.eigenvalues)
    X = stiefel.uniform(m, rank + spare, seed)
    return problem, DirectionMagnitude(X, X.T @ problem.truth @ X), eta


def tau(problem, state):
    return np.linalg.norm(theory.squared_tangents(problem.eigenvectors, state.X), 2)


@given(population_runs())
def test_squared_tangents_are_those_of_the_principal_angles(drawn):
    problem, start, _ = drawn
    angles = stiefel.principal_angles(problem.eigenvectors, start.X)
    T = theory.squared_tangents(problem.eigenvectors, start.X)
    np.testing.assert_allclose(np.linalg.eigvalsh(T), np.tan(angles) ** 2, rtol=1e-6, atol=1e-12)


@given(population_runs())
def test_theorem_b_is_the_run(drawn):
    problem, start, eta = drawn
    U, steps = problem.eigenvectors, 30
    record = {
        "T": lambda state: theory.squared_tangents(U, state.X),
        "angles": lambda state: stiefel.principal_angles(U, state.X),
    }
    trace = run(wn, problem, start, steps, record, eta=eta)
    shadow = theory.exact_recursion(trace.T[0], problem.eigenvalues, eta, steps)
    size = np.linalg.norm(trace.T, axis=(1, 2))
    shown = (size > 1e-6) & (size < 1e6)
    gap = np.linalg.norm(shadow.T - trace.T, axis=(1, 2))
    assert np.all(gap[shown] <= 1e-6 * size[shown])
    np.testing.assert_allclose(shadow.loss[shown], trace.loss[shown], rtol=1e-6)
    np.testing.assert_allclose(shadow.angles[shown], trace.angles[shown], rtol=1e-4, atol=1e-5)


@given(st.floats(0, 50), st.floats(0.2, 3), st.floats(0.05, 1))
def test_the_tangent_recursion_is_theorem_b_of_rank_one(tangent, eigenvalue, share):
    eta = share / eigenvalue**2
    T = theory.recursion(np.array([[tangent**2]]), [eigenvalue], eta)
    assert np.isclose(T[0, 0], theory.tangent_recursion(tangent, eigenvalue, eta) ** 2, rtol=1e-9, atol=1e-12)


@given(population_runs())
def test_theorem_c_at_every_iterate(drawn):
    problem, start, eta = drawn
    record = {"tau": lambda state: tau(problem, state)}
    trace = run(wn, problem, start, 60, record, eta=eta)
    bound = theory.tau_bound(trace.tau[:-1], problem.eigenvalues, eta)
    assert np.all(trace.tau[1:] <= bound * (1 + 1e-7) + 1e-20)
    loss_bound = theory.loss_bound(trace.tau, problem.eigenvalues)
    assert np.all(trace.loss <= loss_bound * (1 + 1e-7) + 1e-20)


@given(population_runs(most_condition=2, least_share=0.3))
def test_theorem_c_bounds_the_steps(drawn):
    problem, start, eta = drawn
    epsilon = 1e-6 * np.sum(problem.eigenvalues**2)
    bound = theory.steps_bound(tau(problem, start), problem.eigenvalues, eta, epsilon)
    if bound < 400:
        trace = run(wn, problem, start, int(bound) + 1, eta=eta)
        assert trace.error[-1] ** 2 / 4 <= epsilon


@given(population_runs(most_condition=2))
def test_continuous_time_is_the_limit_of_small_steps(drawn):
    """The smallest cos² takes at most the time of `flow_time`, up to a share of the order of the step."""
    problem, start, _ = drawn
    squares = np.square(problem.eigenvalues)
    eta = 0.02 / squares.max()
    b = 1 / (1 + np.linalg.eigvalsh(theory.squared_tangents(problem.eigenvectors, start.X))[-1])
    if 0.1 < b < 0.5:
        steps = int(1.05 * theory.flow_time(b, 0.5, np.sqrt(squares.min()), eta)) + 1
        shadow = theory.exact_recursion(
            theory.squared_tangents(problem.eigenvectors, start.X), problem.eigenvalues, eta, steps
        )
        assert np.cos(shadow.angles[-1, -1]) ** 2 >= 0.5


def test_the_escape_time_of_condition_number_one_is_an_equality_in_the_limit():
    eta, b = 0.01, 0.05
    shadow = theory.exact_recursion(np.array([[1 / b - 1]]), [1.0], eta, 1400)
    escaped = np.argmax(shadow.angles[:, 0] <= np.pi / 4)
    assert np.isclose(escaped, theory.flow_time(b, 0.5, 1.0, eta), rtol=0.01)


@pytest.mark.parametrize(("m", "r", "rank"), [(20, 8, 2), (50, 10, 4), (12, 5, 1), (9, 9, 3)])
def test_corollary_d(m, r, rank):
    """The mean of T_0 over uniform starts, and over its sampled law, within four standard errors of the prediction."""
    predicted = theory.expected_tangents(m, r, rank) * np.eye(rank)
    U = np.eye(m)[:, :rank]
    for T in (
        theory.squared_tangents(U, stiefel.uniform(m, r, 0, size=4000)),
        theory.sample_tangents(m, r, rank, 0, size=4000),
    ):
        error = T.std(axis=0) / np.sqrt(len(T))
        assert np.all(np.abs(T.mean(axis=0) - predicted) <= 4 * error + 1e-12)


def test_corollary_d_is_infinite_where_the_start_is_too_narrow():
    assert theory.expected_tangents(10, 3, 3) == theory.expected_tangents(10, 4, 3) == np.inf
    assert theory.expected_tangents(10, 10, 10) == 0
    assert theory.expected_tau(10, 6, 3) == 3 * theory.expected_tangents(10, 6, 3)


@given(seeds, st.floats(0.01, 1), st.floats(0.001, 0.02))
def test_gd_in_continuous_time(seed, scale, eta):
    """ẇ >= -2w² for the smallest eigenvalue w of YᵀY, so small steps stay above, up to the order of the step."""
    problem = symmetric_problem(8, [1, 0.5], seed)
    start = Factor.random(8, 4, seed, scale=scale)
    record = {"w": lambda state: np.linalg.svd(state.Y, compute_uv=False)[-1] ** 2}
    trace = run(gd, problem, start, 60, record, eta=eta)
    bound = theory.gd_flow_bound(eta * trace.steps, trace.w[0])
    assert np.all(trace.w >= bound * (1 - 4 * eta))


@given(population_runs())
def test_saddle_losses_are_those_of_the_best_approximations(drawn):
    problem, _, _ = drawn
    U, values = problem.eigenvectors, problem.eigenvalues
    for k, loss in enumerate(theory.saddle_losses(values)):
        best = (U[:, :k] * values[:k]) @ U[:, :k].T
        assert np.isclose(loss, problem.loss(best), atol=1e-14)


# A bound that is twice too loose still bounds. So each function gives, once, the number worked out by hand.

LN2, LN3 = np.log(2), np.log(3)


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda: theory.gd_lower_bound([0, 10], 0.5, 0.1, 5, 1), [1, 1 / 3]),  # √4 · ½/(1 + 4 · 0.1 · ½ · t)
        (lambda: theory.gd_asymptote([5, 10], 0.1, 5, 1), [2, 1]),  # √4/(2 · 0.1 · t)
        (lambda: theory.gd_flow_bound([0, 2], 0.5), [1 / 2, 1 / 6]),  # ½/(1 + 2 · ½ · time)
        (lambda: theory.gd_contraction([1, 0.5], 0.1), 0.95),
        (lambda: theory.wn_contraction([1, -0.5], 0.4), 0.9),  # the smaller |λ|: 1 - 0.4/4
        (lambda: theory.wn_contraction([2, 1], 0.45), 0.8),  # the larger one: |1 - 0.45 · 4|
        (lambda: theory.wn_best_step([2, -1]), 2 / 5),
        (lambda: theory.wn_best_step([1, 3, -2]), 2 / 10),  # in any order
        (lambda: theory.squared_tangents(np.eye(2)[:, :1], [[0.5], [np.sqrt(0.75)]]), [[3]]),  # tan² 60°
        (lambda: theory.tangent_recursion([0, 1], 2, 0.5), [0, 1 / 3]),  # ηλ² = 2: |1 - 2/4|/(1 + 2/4)
        (lambda: theory.tangent_recursion(1, 4, 0.5), 1 / 3),  # ηλ² = 8: |1 - 8/4|/(1 + 8/4), beyond the best step
        (lambda: theory.recursion(np.eye(1), [2], 0.5), [[1 / 9]]),
        (
            lambda: theory.recursion(np.diag([1.0, 0.0]), [2, -1], 0.5),
            np.diag([1 / 9, 0]),
        ),  # aligned: one angle at a time
        (lambda: theory.exact_recursion(np.eye(1), [2], 0.5, 1).T, [[[1]], [[1 / 9]]]),
        (lambda: theory.exact_recursion(np.eye(1), [2], 0.5, 1).loss, [3 / 4, 0.19]),  # ¼λ²(1 - cos⁴φ), cos² = ½, 0.9
        (lambda: theory.exact_recursion(np.eye(1), [2], 0.5, 1).angles, [[np.pi / 4], [np.arctan(1 / 3)]]),
        (lambda: theory.exact_recursion(np.eye(2), [2, 1], 0.5, 1).loss[0], 15 / 16),  # ¼(4 + 1)(1 - ¼)
        (lambda: theory.tau_bound([1, 0], [2, -1], 0.4), [1 / 1.44, 0]),  # 1/(1 + 0.4/2)²
        (lambda: theory.tau_bound(3, [1], 1), 3 / 1.25**2),  # up to the last η that it covers
        (lambda: theory.loss_bound([1, 3], [2, -1]), [5 / 4, 15 / 8]),  # ½ · 5 · τ/(1 + τ)
        (lambda: theory.steps_bound([3, 0], [2, 1], 0.4, 5 / 2.88), [16, 1]),  # 2 · 3/0.4, and ln 1.44/(2 ln 1.2)
        (lambda: theory.steps_bound(0, [1], 1, 0.5), 0),  # the loss is at most ½‖A‖² from the start
        (lambda: theory.expected_tangents(20, 8, 2), 12 / 5),
        (lambda: theory.expected_tangents(7, 4, 2), 3),
        (lambda: theory.expected_tau(20, 8, 2), 24 / 5),
        (lambda: theory.sample_tangents(5, 5, 2, 0, size=3), np.zeros((3, 2, 2))),  # a square X leaves nothing out
        (lambda: theory.flow_time(0.25, 0.5, 2, 0.1), (2 + LN3) / 0.8),  # (4 - 2 + ln 1 - ln ⅓)/(2 · 0.1 · 4)
        (lambda: theory.flow_time(0.5, 0.75, 1, 1), (2 / 3 + LN3) / 2),  # (2 - 4/3 + ln 3 - ln 1)/2
        (lambda: theory.flow_time(0.25, 0.5, 2), (2 + LN3) / 8),  # η = 1 is the time itself
        (lambda: theory.flow_time([1 / 3, 0.5], [0.5, 0.5], -1, 1), [(1 + LN2) / 2, 0]),
        (lambda: theory.saddle_losses([2, -1]), [5 / 4, 1 / 4, 0]),
    ],
)
def test_the_value_worked_out_by_hand(compute, expected):
    np.testing.assert_allclose(compute(), expected, rtol=1e-12, atol=1e-15)


def test_a_batch_of_recursions_is_its_members():
    T = theory.sample_tangents(6, 4, 2, 0, size=(3, 5))
    np.testing.assert_allclose(
        theory.recursion(T, [1, -0.5], 0.3)[2, 4], theory.recursion(T[2, 4], [1, -0.5], 0.3), rtol=1e-12
    )
    many, one = (theory.exact_recursion(start, [1, -0.5], 0.3, 4) for start in (T, T[2, 4]))
    for array, expected in zip(vars(many).values(), vars(one).values(), strict=True):
        np.testing.assert_allclose(array[:, 2, 4], expected, rtol=1e-9)


def test_small_angles_keep_their_digits():
    """1e-20 is lost in 1 - cos²; from the sine it is not."""
    T = theory.squared_tangents(np.array([[1.0], [0.0]]), np.array([[1.0], [1e-10]]))
    np.testing.assert_allclose(T, [[1e-20]], rtol=1e-12)


def test_one_draw_of_tangents_is_symmetric_and_has_the_law_of_a_ratio():
    """r_A = 1: T_0 is the ratio of two independent chi-squared variables, (m - r)/r times an F(m - r, r)."""
    draws = theory.sample_tangents(7, 4, 1, 0, size=2000)[:, 0, 0]
    assert stats.kstest(draws, stats.f(3, 4, scale=3 / 4).cdf).pvalue > 0.01
    T = theory.sample_tangents(7, 4, 3, 0)
    assert T.shape == (3, 3)
    np.testing.assert_allclose(T, T.T)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.gd_lower_bound(1, 0.1, 0.1, 3, 3), "r is 3; it must exceed the truth's rank 3"),
        (lambda: theory.gd_lower_bound(1, 0, 0.1, 4, 3), "w_0 is 0"),
        (lambda: theory.gd_lower_bound(1, 0.1, 0, 4, 3), "eta is 0"),
        (lambda: theory.gd_lower_bound(1, 0.1, 0.1, 4.0, 3), "r is 4.0; it must be a whole number"),
        (lambda: theory.gd_lower_bound(1, 0.1, 0.1, 4, 0), "rank is 0; it must be a whole number"),
        (lambda: theory.gd_asymptote(0, 0.1, 4, 3), "t is 0"),
        (lambda: theory.gd_asymptote(1, 0, 4, 3), "eta is 0"),
        (lambda: theory.gd_contraction([1], 0), "eta is 0"),
        (lambda: theory.gd_flow_bound(1, 0), "w_0 is 0"),
        (lambda: theory.recursion(np.eye(1), [1], 0), "eta is 0"),
        (lambda: theory.tangent_recursion(1, 1, 0), "eta is 0"),
        (lambda: theory.steps_bound(1, [1], 0, 0.1), "eta is 0"),
        (lambda: theory.steps_bound(1, [1], 1, 0), "epsilon is 0"),
        (lambda: theory.sample_tangents(5, 4, 5, 0), "rank is 5; it must be a whole number from 1 to 4"),
        (lambda: theory.sample_tangents(5, 4, 2, 0, size=0), "size is 0"),
        (lambda: theory.flow_time(0.5, 1, 1), r"b_0 is 0.5 and b is 1; they must satisfy 0 < b_0 <= b < 1$"),
        (lambda: theory.flow_time(0.5, 0.4, 1), "b_0 is 0.5 and b is 0.4"),
        (lambda: theory.flow_time(0.4, 0.5, 1, 0), "eta is 0"),
        (lambda: theory.wn_contraction([1, 2], -1), "eta is -1"),
        (lambda: theory.gd_contraction([1, -2], 0.1), "eigenvalues is"),
        (lambda: theory.wn_contraction([1, np.nan], 0.1), "squared_eigenvalues is"),
        (lambda: theory.wn_best_step([0.0]), "squared_eigenvalues is"),
        (lambda: theory.tau_bound(1, [1, 0.5], 1.7), "eta is 1.7; Theorem C covers it up to"),
        (lambda: theory.steps_bound(1, [1], 1, 0.6), "epsilon is 0.6; it must be at most half of ‖A‖_F², 0.5$"),
        (lambda: theory.expected_tangents(5, 6, 2), "r is 6; it must be at most m = 5"),
        (lambda: theory.flow_time(0, 0.5, 1), "b_0 is 0"),
        (lambda: theory.exact_recursion(np.eye(1), [1], 0.1, 0), "steps is 0"),
    ],
)
def test_nonsense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
