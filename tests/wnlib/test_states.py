"""Starts: random ones have the size they promise, spectral ones are the nearest matrices to what the data show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import operators, seeds, symmetric_problem

from wnlib import (
    BarzilaiBorwein,
    DirectionMagnitude,
    DirectionsMagnitude,
    Factor,
    Factors,
    Population,
    Problem,
    Rectangular,
    Symmetric,
    stiefel,
)
from wnlib.states import check_start


@st.composite
def looks(draw, symmetric):
    """A problem with a batch of two data, B = 𝓜*(y), and a number of columns."""
    operator = draw(operators(symmetric=(symmetric,)))
    data = np.random.default_rng(draw(seeds)).standard_normal(
        (2, operator.forward(np.zeros(operator.space.shape)).size)
    )
    problem = Problem(operator, data)
    return problem, operator.adjoint(data), draw(st.integers(1, min(operator.space.shape)))


def assert_equal(state, other):
    for array, expected in zip(state, other, strict=True):
        np.testing.assert_allclose(array, expected, atol=1e-12)


@given(looks(True))
def test_the_spectral_direction_and_magnitude_make_the_nearest_matrix_of_their_rank(drawn):
    problem, B, r = drawn
    state = DirectionMagnitude.spectral(problem, r)
    assert state.X.shape == (2, problem.operator.space.m, r)
    np.testing.assert_allclose(state.X.mT @ state.X, np.stack([np.eye(r)] * 2), atol=1e-12)
    values = np.diagonal(state.theta, axis1=-2, axis2=-1)
    np.testing.assert_array_equal(state.theta, values[..., None] * np.eye(r))
    assert np.all(np.diff(np.abs(values)) <= 1e-12)
    squares = np.linalg.svd(B, compute_uv=False) ** 2  # what is left out is what the best approximation leaves out
    np.testing.assert_allclose(np.sum((state.Z - B) ** 2, axis=(-2, -1)), squares[:, r:].sum(axis=-1), atol=1e-10)
    for k in range(2):
        alone = DirectionMagnitude.spectral(Problem(problem.operator, problem.data[k]), r)
        np.testing.assert_allclose(alone.Z, state.Z[k], atol=1e-10)


@given(looks(True))
def test_the_spectral_factor_makes_the_nearest_semidefinite_matrix_of_its_rank(drawn):
    problem, B, r = drawn
    state = Factor.spectral(problem, r)
    assert state.Y.shape == (2, problem.operator.space.m, r)
    values = np.linalg.eigvalsh(B)
    best = np.sort(np.maximum(values, 0), axis=-1)[:, ::-1][:, :r]
    np.testing.assert_allclose(np.linalg.eigvalsh(state.Z)[:, ::-1][:, :r], best, atol=1e-10)
    np.testing.assert_allclose(
        np.sum((state.Z - B) ** 2, axis=(-2, -1)), np.sum(values**2, axis=-1) - np.sum(best**2, axis=-1), atol=1e-10
    )
    np.testing.assert_allclose(state.Y.mT @ state.Y, best[..., None] * np.eye(r), atol=1e-10)  # columns orthogonal


def test_the_spectral_factor_cuts_at_zero():
    problem = Problem(Population(Symmetric(3)), Symmetric(3).coordinates(np.diag([4.0, 1.0, -9.0])))
    np.testing.assert_allclose(np.abs(Factor.spectral(problem, 3).Y), [[2, 0, 0], [0, 1, 0], [0, 0, 0]], atol=1e-15)
    np.testing.assert_allclose(DirectionMagnitude.spectral(problem, 2).theta, np.diag([-9, 4]), atol=1e-14)


@given(looks(False))
def test_the_spectral_directions_and_magnitude_make_the_nearest_matrix_of_their_rank(drawn):
    problem, B, r = drawn
    (p, q), (X, theta, W) = problem.operator.space.shape, DirectionsMagnitude.spectral(problem, r)
    assert X.shape == (2, p, r) and W.shape == (2, q, r)
    for side in (X, W):
        np.testing.assert_allclose(side.mT @ side, np.stack([np.eye(r)] * 2), atol=1e-12)
    values = np.linalg.svd(B, compute_uv=False)
    np.testing.assert_allclose(theta, values[:, :r, None] * np.eye(r), atol=1e-10)
    left_out = np.sum((X @ theta @ W.mT - B) ** 2, axis=(-2, -1))
    np.testing.assert_allclose(left_out, np.sum(values[:, r:] ** 2, axis=-1), atol=1e-10)
    F, G = Factors.spectral(problem, r)
    np.testing.assert_allclose(F @ G.mT, X @ theta @ W.mT, atol=1e-10)
    np.testing.assert_allclose(F.mT @ F, theta, atol=1e-10)  # balanced: both have the singular values
    np.testing.assert_allclose(G.mT @ G, theta, atol=1e-10)


@given(looks(True))
def test_barzilai_borwein_starts_where_weight_normalization_does_with_no_step_behind_it(drawn):
    problem, _, r = drawn
    m = problem.operator.space.m
    for state, (X, theta) in (
        (BarzilaiBorwein.spectral(problem, r), DirectionMagnitude.spectral(problem, r)),
        (BarzilaiBorwein.random(m, r, 1, size=(2, 3)), DirectionMagnitude.random(m, r, 1, size=(2, 3))),
    ):
        assert_equal(state, BarzilaiBorwein(X, theta, X, theta, 0 * X, 0 * theta, np.zeros((*X.shape[:-2], 1, 1))))
        np.testing.assert_allclose(state.Z, X @ theta @ X.mT)


@pytest.mark.parametrize("state_type", [Factor, DirectionMagnitude, BarzilaiBorwein, Factors, DirectionsMagnitude])
def test_a_spectral_start_refuses_what_it_cannot_start_from(state_type):
    symmetric, rectangular = Population(Symmetric(4)), Population(Rectangular(5, 4))
    right, wrong = (symmetric, rectangular) if state_type.space_type is Symmetric else (rectangular, symmetric)
    ones = Problem(right, np.ones(right.n))
    for problem, r, message in (
        (ones, 5, "^r is 5; it must be at most m = 4"),
        (ones, 0, "^r is 0; it must be a whole number of at least 1$"),
        (ones, 2.0, "^r is 2.0; it must be"),
        (Problem(right, np.zeros(right.n)), 2, "^data are all zero; a spectral start has nothing to look at$"),
        (Problem(right, np.eye(2, right.n, -1)), 2, "^data are all zero"),  # in one member of the batch
        (
            Problem(wrong, np.ones(wrong.n)),
            2,
            f"^problem is about .*; this start needs a {state_type.space_type.__name__}",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            state_type.spectral(problem, r)
    assert state_type.spectral(ones, 4).Z.shape == right.space.shape


def test_random_starts_have_the_law_they_promise():
    Y = Factor.random(50, 40, 0, scale=0.1, size=5).Y
    assert Y.shape == (5, 50, 40)
    assert np.isclose(Y.std(), 0.1 / np.sqrt(50), rtol=0.05) and abs(Y.mean()) < 0.001
    F, G = Factors.random(50, 40, 30, 0, scale=[0.1, 1], imbalance=5, size=(3, 1))
    assert F.shape == (3, 2, 50, 30) and G.shape == (3, 2, 40, 30)
    np.testing.assert_allclose(F.std(axis=(0, -2, -1)) * np.sqrt(50), [0.5, 5], rtol=0.05)
    np.testing.assert_allclose(G.std(axis=(0, -2, -1)) * np.sqrt(40), [0.02, 0.2], rtol=0.05)
    assert abs(np.corrcoef(F[..., :40, :].ravel(), G.ravel())[0, 1]) < 0.05
    assert np.all(np.abs(F[:, 0] / 0.5 - F[:, 1] / 5).max(axis=(-2, -1)) > 0.1)  # other numbers, not others' multiples
    one, same = Factors.random(5, 4, 3, 0), Factors.random(5, 4, 3, 0, scale=1.0, imbalance=1.0)
    assert_equal(one, same)
    assert_equal(Factor.random(5, 3, 0), Factor.random(5, 3, 0, scale=1))
    assert Factor.random(5, 3, 0).Y.shape == (5, 3) and F.dtype == float


def test_a_random_direction_comes_with_no_magnitude():
    X, theta = DirectionMagnitude.random(6, 3, 0, size=(2, 1))
    assert X.shape == (2, 1, 6, 3)
    np.testing.assert_array_equal(theta, np.zeros((2, 1, 3, 3)))
    X, theta, W = DirectionsMagnitude.random(6, 5, 3, 0, size=2)
    assert X.shape == (2, 6, 3) and W.shape == (2, 5, 3)
    np.testing.assert_array_equal(theta, np.zeros((2, 3, 3)))
    np.testing.assert_allclose(W.mT @ W, np.stack([np.eye(3)] * 2), atol=1e-14)
    square = DirectionsMagnitude.random(6, 6, 2, 0)
    assert stiefel.principal_angles(square.X, square.W).max() > 0.1


def test_a_seed_and_a_generator_both_start_and_all_starts_of_a_seed_share_it():
    for state_type, sizes in ((Factor, (6, 3)), (DirectionMagnitude, (6, 3)), (Factors, (6, 5, 3))):
        assert_equal(state_type.random(*sizes, 4), state_type.random(*sizes, 4))
        assert not np.allclose(state_type.random(*sizes, 4)[0], state_type.random(*sizes, 5)[0])
        assert not np.allclose(state_type.random(*sizes, np.random.default_rng(4))[0], state_type.random(*sizes, 4)[0])
    range_of = np.linalg.qr(Factor.random(6, 3, 4).Y)[0]
    assert stiefel.principal_angles(range_of, DirectionMagnitude.random(6, 3, 4).X).max() < 1e-12


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Factor.random(3, 4, 0), "^r is 4; it must be at most m = 3"),
        (lambda: Factor.random(3, 2, 0, size=0), "^size is 0"),
        (lambda: Factor.random(3, 2, 0, scale=-1.0), "^scale is -1.0"),
        (lambda: Factor.random(3, 2, -1), "^rng is -1"),
        (lambda: DirectionMagnitude.random(3, 4, 0), "^r is 4; it must be at most m = 3"),
        (lambda: DirectionMagnitude.random(3, 2, 0, size=0), "^size is 0"),
        (lambda: BarzilaiBorwein.random(3, 2, 0, size=(2, 0)), r"^size is \(2, 0\)"),
        (lambda: Factors.random(3, 5, 4, 0), "^r is 4; it must be at most m = 3"),
        (lambda: Factors.random(5, 3, 4, 0), "^r is 4; it must be at most m = 3"),
        (lambda: Factors.random(5, 4, 3, 0, scale=0), "^scale is 0"),
        (lambda: Factors.random(5, 4, 3, 0, imbalance=np.nan), "^imbalance is nan"),
        (lambda: Factors.random(5, 4, 3, None), "^rng is None"),
        (lambda: Factors.random(5, 4, 3, 0, size=0), "^size is 0"),
        (lambda: DirectionsMagnitude.random(5, 3, 4, 0), "^r is 4; it must be at most m = 3"),
        (lambda: DirectionsMagnitude.random(5, 4, 3, 0, size=0), "^size is 0"),
    ],
)
def test_impossible_starts_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_start_may_be_off_by_rounding_but_by_no_more():
    problem, (X, theta) = symmetric_problem(6, [1.0], 0), DirectionMagnitude.random(6, 2, 0)
    for size in (1e-100, 1.0, 1e100):
        sheared = np.array([[1.0, 0.5], [0.5, 2.0]]) * size
        check_start(problem, DirectionMagnitude(X * (1 + 1e-9), sheared + 1e-11 * size * np.triu(np.ones((2, 2)), 1)))
        with pytest.raises(ValueError, match="^theta is not symmetric; it must be$"):
            check_start(problem, DirectionMagnitude(X, sheared + 1e-7 * size * np.triu(np.ones((2, 2)), 1)))
    check_start(problem, DirectionMagnitude(X, theta))
    with pytest.raises(ValueError, match="^X does not have orthonormal columns; take it from stiefel.uniform$"):
        check_start(problem, DirectionMagnitude(X * (1 + 1e-8), theta))


def test_every_member_of_a_batch_is_checked():
    problem, (X, theta) = symmetric_problem(6, [1.0], 0), DirectionMagnitude.random(6, 2, 0, size=3)
    check_start(problem, DirectionMagnitude(X, theta[0]))
    check_start(problem, DirectionMagnitude.random(6, 2, 0, size=(2, 9)))
    with pytest.raises(ValueError, match="^X does not have orthonormal columns"):
        check_start(problem, DirectionMagnitude(X * np.reshape([1, 1, 2], (3, 1, 1)), theta))
    with pytest.raises(ValueError, match="^theta is not symmetric"):
        check_start(
            problem, DirectionMagnitude(X, theta + np.triu(np.ones((2, 2)), 1) * np.reshape([0, 0, 1], (3, 1, 1)))
        )
    with pytest.raises(ValueError, match=r"^X has shape \(0, 6, 2\); an axis before the last 2 must not be empty$"):
        check_start(problem, DirectionMagnitude(X[:0], theta[:0]))
