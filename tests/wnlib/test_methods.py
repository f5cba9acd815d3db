"""The steps: gradients against finite differences, exactness, invariance, and what is refused."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import operators, random_matrix, seeds, symmetric_problem

from wnlib import (
    BarzilaiBorwein,
    Dense,
    DirectionMagnitude,
    DirectionsMagnitude,
    Factor,
    Factors,
    PlantedProblem,
    Population,
    Rectangular,
    Symmetric,
    gd,
    gd_rectangular,
    prec_gd,
    run,
    scaled_gd,
    stiefel,
    wn,
    wn_bb,
    wn_psd,
    wn_rectangular,
)
from wnlib.barzilai_borwein import barzilai_borwein_size
from wnlib.states import check_start

symmetric, rectangular = operators(symmetric=(True,)), operators(symmetric=(False,))


def slope(problem, state, name, direction, h=1e-5):
    """Derivative of the loss at a state along a direction in one of its arrays, by central differences."""
    move = [state._replace(**{name: getattr(state, name) + sign * h * direction}) for sign in (1, -1)]
    return (problem.loss(move[0].Z) - problem.loss(move[1].Z)) / (2 * h)


def assert_moves_down_the_gradient(problem, before, after, name, size, tangent=lambda D: D):
    """(before - after)/size is the gradient in that array: its product with any direction is the slope."""
    gradient = (getattr(before, name) - getattr(after, name)) / size
    for seed in range(3):
        direction = tangent(np.random.default_rng(seed).standard_normal(gradient.shape))
        assert np.isclose(np.sum(gradient * direction), slope(problem, before, name, direction), rtol=1e-4, atol=1e-5)


def random_symmetric_state(operator, seed):
    rng = np.random.default_rng(seed)
    m = operator.space.m
    r = int(rng.integers(1, m + 1))
    return DirectionMagnitude(stiefel.uniform(m, r, rng), stiefel.sym(rng.standard_normal((r, r))))


@given(symmetric, seeds)
def test_gd_moves_down_the_gradient(operator, seed):
    rng = np.random.default_rng(seed)
    B = rng.standard_normal(operator.space.shape)
    problem = PlantedProblem(operator, B @ B.T)
    state = Factor.random(operator.space.m, 1, rng)
    assert_moves_down_the_gradient(problem, state, gd(problem, state, eta=0.1), "Y", 0.1)


@given(symmetric, seeds)
def test_wn_moves_the_direction_down_the_riemannian_gradient(operator, seed):
    problem = PlantedProblem(operator, random_matrix(operator.space, seed))
    state = random_symmetric_state(operator, seed)
    eta = 1e-6  # so small that retracting adds nothing
    after = wn(problem, state, eta=eta)
    np.testing.assert_allclose(after.X.T @ after.X, np.eye(after.X.shape[1]), atol=1e-12)
    assert_moves_down_the_gradient(problem, state, after, "X", eta, lambda D: stiefel.project(state.X, D))


@given(symmetric, seeds, st.floats(0.1, 2.0))
def test_wn_moves_the_magnitude_down_the_gradient_at_the_new_direction(operator, seed, mu):
    problem = PlantedProblem(operator, random_matrix(operator.space, seed))
    state = random_symmetric_state(operator, seed)
    after = wn(problem, state, eta=0.3, mu=mu)
    before = state._replace(X=after.X)
    assert_moves_down_the_gradient(problem, before, after, "theta", mu, stiefel.sym)


@given(rectangular, seeds)
def test_gd_rectangular_moves_down_the_gradient(operator, seed):
    problem = PlantedProblem(operator, random_matrix(operator.space, seed))
    state = Factors.random(*operator.space.shape, 1, seed)
    after = gd_rectangular(problem, state, eta=0.1)
    assert_moves_down_the_gradient(problem, state, after, "F", 0.1)
    assert_moves_down_the_gradient(problem, state, after, "G", 0.1)


@given(rectangular, seeds)
def test_wn_rectangular_moves_down_the_gradients(operator, seed):
    rng = np.random.default_rng(seed)
    problem = PlantedProblem(operator, random_matrix(operator.space, seed))
    p, q = operator.space.shape
    r = int(rng.integers(1, min(p, q) + 1))
    state = DirectionsMagnitude.random(p, q, r, rng)._replace(theta=rng.standard_normal((r, r)))
    after = wn_rectangular(problem, state, eta=1e-6)
    assert_moves_down_the_gradient(problem, state, after, "X", 1e-6, lambda D: stiefel.project(state.X, D))
    assert_moves_down_the_gradient(problem, state, after, "W", 1e-6, lambda D: stiefel.project(state.W, D))
    after = wn_rectangular(problem, state, eta=0.3, mu=0.7)
    assert_moves_down_the_gradient(problem, after._replace(theta=state.theta), after, "theta", 0.7)


@given(seeds, st.integers(1, 6), st.floats(0.05, 1.5))
def test_in_the_population_case_mu_two_makes_the_magnitude_optimal(seed, r, eta):
    problem = symmetric_problem(6, [1, -0.5], seed)
    state = DirectionMagnitude.random(6, r, seed)._replace(theta=np.eye(r))
    X, theta = wn(problem, state, eta=eta)  # 2 is the default
    np.testing.assert_allclose(theta, X.T @ problem.truth @ X, atol=1e-13)


@given(seeds, st.floats(0.05, 1.5))
def test_in_the_population_case_mu_one_makes_the_rectangular_magnitude_optimal(seed, eta):
    problem = PlantedProblem(Population(Rectangular(5, 4)), random_matrix(Rectangular(5, 4), seed))
    X, theta, W = wn_rectangular(problem, DirectionsMagnitude.random(5, 4, 3, seed), eta=eta)  # 1 is the default
    np.testing.assert_allclose(theta, X.T @ problem.truth @ W, atol=1e-13)


@given(symmetric, seeds)
def test_wn_psd_is_wn_and_then_the_nearest_magnitude_without_negative_eigenvalues(operator, seed):
    problem = PlantedProblem(operator, random_matrix(operator.space, seed))
    state = random_symmetric_state(operator, seed)
    free, kept = wn(problem, state, eta=0.3, mu=1.0), wn_psd(problem, state, eta=0.3)
    np.testing.assert_array_equal(kept.X, free.X)
    turned = wn_psd(problem, state, eta=0.3, retract=stiefel.qr)
    np.testing.assert_array_equal(turned.X, wn(problem, state, eta=0.3, mu=1.0, retract=stiefel.qr).X)
    cut = kept.theta - free.theta  # positive semidefinite, and orthogonal to what is kept: the projection
    assert np.linalg.eigvalsh(kept.theta)[0] > -1e-12 and np.linalg.eigvalsh(cut)[0] > -1e-12
    assert abs(np.sum(cut * kept.theta)) < 1e-10


@given(symmetric, seeds, st.floats(0.01, 10))
def test_scaled_gd_preconditions_the_gradient(operator, seed, damping):
    rng = np.random.default_rng(seed)
    B = rng.standard_normal(operator.space.shape)
    problem = PlantedProblem(operator, B @ B.T)
    state = Factor(rng.standard_normal((operator.space.m, int(rng.integers(1, operator.space.m + 1)))))
    Y, r = state.Y, state.Y.shape[1]
    plain = Y - gd(problem, state, eta=1.0).Y
    for step, by in (
        (lambda eta: scaled_gd(problem, state, eta=eta, damping=damping), damping),
        (lambda eta: prec_gd(problem, state, eta=eta), np.sqrt(4 * problem.loss(state.Z))),
    ):
        moved = (Y - step(0.3).Y) / 0.3
        np.testing.assert_allclose(moved @ (Y.T @ Y + by * np.eye(r)), plain, atol=1e-8 * np.abs(plain).max())


def test_preconditioned_gd_does_not_mind_the_condition_number():
    steps = []
    for condition in (2, 50):
        problem = symmetric_problem(10, np.linspace(1, 1 / condition, 3), 0)
        trace = run(prec_gd, problem, Factor.random(10, 5, 0, scale=0.01), 100, eta=0.5)
        steps.append(trace.steps_to(1e-8))
    assert 0 < steps[1] < 2 * steps[0]


@given(symmetric, seeds)
def test_wn_bb_moves_along_the_gradient_in_the_metric_of_the_estimate(operator, seed):
    """Its first step: X by -η (I - XXᵀ)EXΘ M^{-1}, Θ by -η XᵀEX/2; and that is downhill."""
    problem = PlantedProblem(operator, random_matrix(operator.space, seed))
    X, theta = random_symmetric_state(operator, seed)
    m, r = X.shape
    start = BarzilaiBorwein.random(m, r, seed)._replace(X=X, theta=theta, last_X=X, last_theta=theta)
    E = problem.residual(X @ theta @ X.T)
    M = theta @ theta + np.linalg.norm(E) * np.linalg.norm(theta) * np.eye(r)
    eta = 1e-6
    after = wn_bb(problem, start, eta=eta)
    move = -(np.eye(m) - X @ X.T) @ E @ X @ theta @ np.linalg.inv(M)
    np.testing.assert_allclose((after.X - X) / eta, move, atol=1e-4 * max(1, np.abs(move).max()))
    np.testing.assert_allclose((after.theta - theta) / eta, -stiefel.sym(X.T @ E @ X) / 2, rtol=1e-4, atol=1e-6)
    assert problem.loss(after.Z) <= problem.loss(start.Z) * (1 + 1e-12)


@given(seeds)
def test_wn_bb_takes_the_short_and_the_long_step_in_turn(seed):
    """Both make the last move fit the change of the gradient in the least-squares sense, one from either side."""
    problem = symmetric_problem(6, [1, 0.5], seed, n=40)
    states = [BarzilaiBorwein.random(6, 3, seed)]
    for _ in range(5):
        states.append(wn_bb(problem, states[-1], eta=0.1))
    for before, now, after in zip(states[1:], states[2:], states[3:], strict=False):
        E = problem.residual(now.Z)
        M = now.theta @ now.theta + np.linalg.norm(E) * np.linalg.norm(now.theta) * np.eye(3)
        S = np.concatenate([now.X - before.X, now.theta - before.theta])
        D = np.concatenate([after.last_G - now.last_G, after.last_H - now.last_H])
        metric = [np.vstack([B[:6] @ N, B[6:]]) for B, N in ((S, M), (D, np.linalg.inv(M)))]
        short = abs(np.sum(S * D)) / np.sum(metric[1] * D)
        long = np.sum(metric[0] * S) / abs(np.sum(S * D))
        assert short <= long * (1 + 1e-12)
        size = np.clip(long if now.turn else short, 0.1, 100)
        np.testing.assert_allclose(now.theta - after.theta, size * after.last_H, rtol=1e-8, atol=1e-14)
        assert after.turn == 1 - now.turn


@given(seeds, st.sampled_from([1e-3, 1e4]))
def test_wn_bb_has_no_units(seed, unit):
    """A truth in other units changes nothing but the units of the magnitude: one η serves all."""
    one = symmetric_problem(6, [1, -0.5], seed, n=40)
    other = PlantedProblem(one.operator, unit * one.truth)
    a = b = BarzilaiBorwein.random(6, 3, seed)
    for _ in range(6):
        a, b = wn_bb(one, a), wn_bb(other, b)
        np.testing.assert_allclose(b.X, a.X, atol=1e-6)
        np.testing.assert_allclose(b.theta, unit * a.theta, atol=1e-6 * unit)


def column(*values):
    return np.reshape(values, (-1, 1, 1)).astype(float)


@pytest.mark.parametrize(
    ("products", "turn", "kept", "expected"),
    [
        ((9, -3, 2), 0, (0.1, 1000), 1.5),  # short: |⟨S, D⟩|/⟨D, D⟩
        ((9, -3, 2), 1, (0.1, 1000), 3),  # long: ⟨S, S⟩/|⟨S, D⟩|
        ((9, 3, 2), 0, (2, 1000), 2),  # not below η
        ((9, 3, 2), 1, (0.5, 4), 2),  # nor above longest · η
        ((0, 0, 0), 0, (0.1, 1000), 0.1),
        ((0, 0, 0), 1, (0.1, 1000), 0.1),
        ((9, 0, 2), 1, (0.1, 1000), 0.1),  # no long one
        ((9, 0, 2), 0, (0.1, 1000), 0.1),
        ((9, 3, 0), 0, (0.1, 1000), 0.1),
        ((1e-300, 1e-310, 1e-320), 1, (0.1, 1e13), 1e10),
    ],
)
def test_barzilai_and_borweins_step_size_worked_out_by_hand(products, turn, kept, expected):
    size = barzilai_borwein_size(*map(column, products), column(turn), *kept)
    np.testing.assert_allclose(size, column(expected), rtol=1e-9)


def test_barzilai_and_borweins_step_sizes_of_a_batch():
    size = barzilai_borwein_size(column(9, 9), column(3, 3), column(2, 0), column(0, 1), column(0.1, 1), column(9, 2))
    np.testing.assert_allclose(size, column(0.9, 2))


def sizes_of_wn_bb(problem, state, steps, **options):
    for _ in range(steps):
        before, state = state, wn_bb(problem, state, **options)
        yield np.linalg.norm(before.theta - state.theta) / np.linalg.norm(state.last_H)


def test_the_step_sizes_of_wn_bb_begin_at_the_shortest_and_reach_the_longest():
    """An operator that measures weakly asks for long steps: 1e4 here, and gets a thousand times a tenth."""
    weak = Dense(Symmetric(4), 0.01 * np.eye(16).reshape(16, 4, 4))
    problem = PlantedProblem(weak, symmetric_problem(4, [1, 0.5], 0).truth)
    start = BarzilaiBorwein.random(4, 2, 0)
    assert np.allclose(list(sizes_of_wn_bb(problem, start, 2)), [0.1, 100])
    assert np.allclose(list(sizes_of_wn_bb(problem, start, 2, eta=0.2, longest=50)), [0.2, 10])
    assert np.allclose(list(sizes_of_wn_bb(problem, start, 2, eta=0.2, longest=1)), [0.2, 0.2])


def test_wn_bb_remembers_the_point_before_and_the_gradients_there():
    problem, start = symmetric_problem(6, [1, 0.5], 0, n=30), BarzilaiBorwein.random(6, 3, 0)
    one = wn_bb(problem, start)
    two = wn_bb(problem, one)
    np.testing.assert_array_equal(two.last_X, one.X)
    np.testing.assert_array_equal(two.last_theta, one.theta)
    E = problem.residual(one.Z)
    np.testing.assert_allclose(two.last_G, (np.eye(6) - one.X @ one.X.T) @ E @ one.X @ one.theta, atol=1e-12)
    np.testing.assert_allclose(two.last_H, stiefel.sym(one.X.T @ E @ one.X) / 2, atol=1e-12)
    assert [state.turn.item() for state in (start, one, two)] == [0, 1, 0]


def test_wn_bb_needs_far_fewer_steps_than_wn():
    problem = symmetric_problem(12, np.linspace(1, 0.1, 3), 0, n=78)
    fast = run(wn_bb, problem, BarzilaiBorwein.random(12, 5, 0, size=3), 150).steps_to(1e-8)
    assert np.all(fast > 0)
    slow = run(wn, problem, DirectionMagnitude.random(12, 5, 0, size=3), 450, eta=0.5, mu=1.0).steps_to(1e-8)
    assert np.all(slow < 0)


@pytest.mark.parametrize("retract", [stiefel.polar, stiefel.cayley])
@given(seed=seeds)
def test_rotating_the_start_rotates_the_run(retract, seed):
    """f(XQ, QᵀΘQ) = f(X, Θ), and so do the iterates. (QR lacks this: it orthonormalizes column after column.)"""
    problem = symmetric_problem(6, [1, 0.5], seed, n=40)
    state = DirectionMagnitude.random(6, 3, seed)
    Q = stiefel.uniform(3, 3, seed + 1)
    rotated = DirectionMagnitude(state.X @ Q, Q.T @ state.theta @ Q)
    for _ in range(3):
        state = wn(problem, state, eta=0.3, retract=retract)
        rotated = wn(problem, rotated, eta=0.3, retract=retract)
        np.testing.assert_allclose(rotated.X, state.X @ Q, atol=1e-10)
        np.testing.assert_allclose(rotated.theta, Q.T @ state.theta @ Q, atol=1e-10)


@given(seeds)
def test_in_the_population_case_polar_and_qr_make_the_same_estimates(seed):
    """Both keep range(X + V), and with μ = 2 nothing but the range matters."""
    problem = symmetric_problem(6, [1, 0.5], seed)
    by_polar = by_qr = DirectionMagnitude.random(6, 3, seed)
    for _ in range(10):
        by_polar = wn(problem, by_polar, eta=0.5, retract=stiefel.polar)
        by_qr = wn(problem, by_qr, eta=0.5, retract=stiefel.qr)
        np.testing.assert_allclose(by_qr.Z, by_polar.Z, atol=1e-10)
    assert not np.allclose(by_qr.X, by_polar.X)


@given(seeds)
def test_transposing_the_problem_transposes_the_rectangular_step(seed):
    """X and W play the same part: they move together, each with the retraction asked for."""
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((5, 4))
    X, theta, W = DirectionsMagnitude.random(5, 4, 3, rng)
    theta = rng.standard_normal((3, 3))
    there = DirectionsMagnitude(X, theta, W), PlantedProblem(Population(Rectangular(5, 4)), A)
    back = DirectionsMagnitude(W, theta.T, X), PlantedProblem(Population(Rectangular(4, 5)), A.T)
    for retract in (stiefel.polar, stiefel.qr):
        one, other = (wn_rectangular(p, s, eta=0.3, retract=retract) for s, p in (there, back))
        np.testing.assert_allclose(one.X, other.W, atol=1e-12)
        np.testing.assert_allclose(one.W, other.X, atol=1e-12)
        np.testing.assert_allclose(one.Z, other.Z.T, atol=1e-12)
        E = X @ theta @ W.T - A
        np.testing.assert_allclose(one.X, retract(X, -0.3 * stiefel.project(X, E @ W @ theta.T)), atol=1e-12)


def test_a_batch_is_its_members():
    problem = symmetric_problem(6, [1, 0.5], 0, n=40)
    batch = DirectionMagnitude.random(6, 3, 0, size=4)
    member = DirectionMagnitude(batch.X[2], batch.theta[2])
    for _ in range(3):
        batch, member = wn(problem, batch, eta=0.3), wn(problem, member, eta=0.3)
    np.testing.assert_allclose(batch.X[2], member.X, atol=1e-13)
    np.testing.assert_allclose(batch.Z[2], member.Z, atol=1e-13)


def test_a_batch_of_barzilai_borwein_is_its_members():
    problem = symmetric_problem(6, [1, 0.5], 0, n=40)
    batch = BarzilaiBorwein.random(6, 3, 0, size=4)
    member = BarzilaiBorwein(*(array[2] for array in batch))
    for _ in range(5):
        batch, member = wn_bb(problem, batch), wn_bb(problem, member)
    np.testing.assert_allclose(batch.Z[2], member.Z, atol=1e-12)


def test_a_batch_of_preconditioned_factors_is_its_members():
    problem = symmetric_problem(6, [1, 0.5], 0, n=40)
    batch = Factor.random(6, 3, 0, scale=[0.1, 0.5, 1.0])
    for step in (prec_gd, partial(scaled_gd, damping=0.1)):
        np.testing.assert_allclose(
            step(problem, batch, eta=0.3).Y[1], step(problem, Factor(batch.Y[1]), eta=0.3).Y, atol=1e-12
        )


@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_metric_is_never_singular(m):
    """Not at the truth, nor long after arrival, nor with columns that have vanished."""
    problem = symmetric_problem(m, [1.0], 0)
    starts = Factor.random(m, 2, 0, size=20)
    starts = Factor(np.concatenate([starts.Y, problem.eigenvectors[None] * [1, 0]]))
    assert np.all(run(prec_gd, problem, starts, 200, eta=0.5).error[-1] < 1e-7)
    assert np.all(run(wn_bb, problem, BarzilaiBorwein.random(m, 2, 0, size=20), 200).error[-1] < 1e-12)
    X = stiefel.qr(np.concatenate([problem.eigenvectors, np.eye(m)[:, :1]], axis=1), 0)
    theta = X.T @ problem.truth @ X
    there = BarzilaiBorwein(X, theta, X, theta, 0 * X, 0 * theta, np.zeros((1, 1)))
    assert run(wn_bb, problem, there, 10).error[-1] < 1e-12


def test_members_that_diverge_do_not_disturb_the_others():
    problem = symmetric_problem(5, [1.0, 0.5], 0, n=14)
    start = DirectionMagnitude.random(5, 3, 5, size=4)
    trace = run(wn_psd, problem, start, 60, eta=[0.3, 3, 30, 300], mu=[1, 3, 5, 1e3])
    alone = run(wn_psd, problem, DirectionMagnitude(start.X[0], start.theta[0]), 60, eta=0.3)
    np.testing.assert_allclose(trace.error[:, 0], alone.error, rtol=1e-9)


def test_random_starts_have_the_size_they_promise():
    Y = Factor.random(400, 3, 0, scale=0.1).Y
    np.testing.assert_allclose(np.linalg.norm(Y, axis=0), 0.1, rtol=0.2)
    F, G = Factors.random(400, 500, 3, 0, scale=[0.1, 1], imbalance=5)
    np.testing.assert_allclose(np.linalg.norm(F, axis=-2), [[0.5] * 3, [5] * 3], rtol=0.2)
    np.testing.assert_allclose(np.linalg.norm(G, axis=-2), [[0.02] * 3, [0.2] * 3], rtol=0.2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: gd(p, Factor.random(6, 2, 0), eta=0), "eta is 0"),
        (lambda p: gd(p, Factor.random(6, 2, 0), eta=np.nan), "eta is nan"),
        (lambda p: wn(p, DirectionMagnitude.random(6, 2, 0), eta=-1.0), "eta is -1.0"),
        (lambda p: wn(p, DirectionMagnitude.random(6, 2, 0), eta=1, mu=0), "mu is 0"),
        (lambda p: Factor.random(6, 7, 0), "r is 7; it must be at most m = 6"),
        (lambda p: Factor.random(6, 2, 0, scale=0), "scale is 0"),
        (lambda p: DirectionMagnitude.random(6, 0, 0), "r is 0"),
        (lambda p: Factors.random(6, 3, 4, 0), "r is 4; it must be at most m = 3"),
        (lambda p: check_start(p, Factor(np.ones((5, 2)))), r"the start makes a \(5, 5\) matrix"),
        (lambda p: check_start(p, Factor(np.full((6, 2), np.inf))), "Y has entries that are NaN or infinite"),
        (lambda p: check_start(p, Factor(np.ones((6, 7)))), "r is 7; it must be at most m = 6"),
        (lambda p: check_start(p, Factor(np.ones((6, 0)))), "r is 0"),
        (lambda p: check_start(p, Factor(1j * np.ones((6, 2)))), "Y has dtype complex128"),
        (lambda p: check_start(p, Factors(np.ones((6, 2)), np.ones((6, 2)))), "the start is a Factors"),
        (lambda p: wn(p, DirectionMagnitude.random(6, 2, 0), eta=1j), "eta is 1j"),
        (lambda p: wn(p, DirectionMagnitude.random(6, 2, 0), eta="0.1"), "eta is '0.1'"),
        (lambda p: scaled_gd(p, Factor.random(6, 2, 0), eta=0.1, damping=0), "damping is 0"),
        (lambda p: prec_gd(p, Factor.random(6, 2, 0), eta=-1), "eta is -1"),
        (lambda p: wn_psd(p, DirectionMagnitude.random(6, 2, 0), eta=0), "eta is 0"),
        (lambda p: wn_bb(p, BarzilaiBorwein.random(6, 2, 0), eta=0), "eta is 0"),
        (lambda p: wn_bb(p, BarzilaiBorwein.random(6, 2, 0), longest=0), "longest is 0"),
        (lambda p: wn_bb(p, BarzilaiBorwein.random(6, 2, 0), longest="3"), "longest is '3'"),
        (lambda p: wn_bb(p, BarzilaiBorwein.random(6, 2, 0), longest=0.5), "longest is 0.5; it must be at least 1"),
        (lambda p: gd(p, Factor.random(6, 2, 0), eta=np.inf), "eta is inf"),
        (
            lambda p: check_start(p, BarzilaiBorwein.random(6, 2, 0)._replace(theta=np.triu(np.ones((2, 2))))),
            "theta is not symmetric",
        ),
        (lambda p: gd_rectangular(p, Factors.random(6, 6, 2, 0), eta=0), "eta is 0"),
        (lambda p: wn_rectangular(p, DirectionsMagnitude.random(6, 6, 2, 0), eta=1, mu=-1), "mu is -1"),
        (lambda p: check_start(p, DirectionMagnitude(np.ones((6, 1)), np.eye(1))), "X does not have orthonormal"),
        (lambda p: check_start(p, DirectionMagnitude(np.eye(6)[:, :2], np.eye(3))), "do not fit each other"),
        (lambda p: check_start(p, DirectionMagnitude(np.eye(6)[:, :2], np.triu(np.ones((2, 2))))), "theta is not sym"),
    ],
)
def test_nonsense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(symmetric_problem(6, [1.0], 0))


def test_a_rectangular_start_is_checked():
    problem = PlantedProblem(Population(Rectangular(4, 3)), np.ones((4, 3)))
    X, theta, W = DirectionsMagnitude.random(4, 3, 2, 0)
    assert not np.allclose(W, DirectionsMagnitude.random(4, 3, 2, 1).W)
    for start, message in (
        (DirectionsMagnitude(X, theta, np.ones((3, 2))), "W does not have orthonormal columns"),
        (DirectionsMagnitude(X, np.zeros((2, 3)), W), "do not fit each other"),
        (DirectionMagnitude(X, theta), "the start is a DirectionMagnitude"),
    ):
        with pytest.raises(ValueError, match=message):
            check_start(problem, start)


@pytest.mark.parametrize("step", [gd, prec_gd, partial(scaled_gd, damping=0.1)])
def test_an_indefinite_truth_is_refused_at_the_start_where_no_factor_can_reach_it(step):
    with pytest.raises(ValueError, match="truth has the eigenvalue -0.5"):
        run(step, symmetric_problem(6, [1, -0.5], 0), Factor.random(6, 2, 0), 1, eta=0.1)
