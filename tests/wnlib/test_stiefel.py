"""The Stiefel manifold: each function has the properties that define it."""

import numpy as np
import pytest
from hypothesis import given
from problems import seeds, sizes
from scipy.linalg import polar as scipy_polar
from scipy.linalg import subspace_angles

from wnlib import stiefel

RETRACTIONS = [stiefel.polar, stiefel.qr, stiefel.cayley]


def point_and_tangent(m, r, seed):
    rng = np.random.default_rng(seed)
    X = stiefel.uniform(m, r, rng)
    return X, stiefel.project(X, rng.standard_normal((m, r)))


@given(sizes(), seeds)
def test_uniform_is_on_the_manifold(size, seed):
    m, r = size
    X = stiefel.uniform(m, r, seed, size=3)
    assert X.shape == (3, m, r)
    np.testing.assert_allclose(X.mT @ X, np.broadcast_to(np.eye(r), (3, r, r)), atol=1e-13)


def test_uniform_has_the_moments_of_the_haar_measure():
    """E[X] = 0 and E[x_ij²] = 1/m, each within five standard errors; without the sign fix the mean is off by 100."""
    m, r, draws = 6, 3, 20_000
    X = stiefel.uniform(m, r, 0, size=draws)
    assert np.abs(X.mean(axis=0)).max() < 5 / np.sqrt(m * draws)
    assert np.abs((X**2).mean(axis=0) - 1 / m).max() < 5 * (X**2).std() / np.sqrt(draws)


@given(sizes(), seeds)
def test_projection_is_orthogonal_onto_the_tangent_space(size, seed):
    m, r = size
    rng = np.random.default_rng(seed)
    X, G, W = stiefel.uniform(m, r, rng), rng.standard_normal((m, r)), rng.standard_normal((m, r))
    V = stiefel.project(X, G)
    np.testing.assert_allclose(X.T @ V + V.T @ X, 0, atol=1e-13)
    np.testing.assert_allclose(stiefel.project(X, V), V, atol=1e-13)
    assert np.isclose(np.sum((G - V) * stiefel.project(X, W)), 0, atol=1e-12)
    B = rng.standard_normal((r, r))
    np.testing.assert_allclose(stiefel.project(X, X @ (B - B.T)), X @ (B - B.T), atol=1e-12)  # tangent, so it stays


@pytest.mark.parametrize("retract", RETRACTIONS)
@given(size=sizes(), seed=seeds)
def test_retraction_lands_on_the_manifold_and_starts_along_the_tangent(retract, size, seed):
    m, r = size
    X, V = point_and_tangent(m, r, seed)
    far = retract(X, V)
    np.testing.assert_allclose(far.T @ far, np.eye(r), atol=1e-11)
    np.testing.assert_allclose(retract(X, 0 * V), X, atol=1e-13)
    # R(tV) = X + tV + O(t²): halving t divides the difference by at least about 4
    gaps = [np.linalg.norm(retract(X, t * V) - X - t * V) for t in (1e-3, 5e-4)]
    assert gaps[0] <= 2e-6 * (1 + np.linalg.norm(V)) ** 3
    assert gaps[1] <= 0.26 * gaps[0] + 1e-14


@given(sizes(), seeds)
def test_polar_is_the_polar_factor(size, seed):
    X, V = point_and_tangent(*size, seed)
    np.testing.assert_allclose(stiefel.polar(X, V), scipy_polar(X + V)[0], atol=1e-11)


@given(sizes(), seeds)
def test_cayley_is_the_cayley_transform(size, seed):
    X, V = point_and_tangent(*size, seed)
    m = len(X)
    P = np.eye(m) - X @ X.T / 2
    W = P @ V @ X.T - X @ V.T @ P
    np.testing.assert_allclose(W @ X, V, atol=1e-12)
    expected = np.linalg.solve(np.eye(m) - W / 2, (np.eye(m) + W / 2) @ X)
    np.testing.assert_allclose(stiefel.cayley(X, V), expected, atol=1e-11)


@pytest.mark.parametrize("function", [stiefel.project, *RETRACTIONS])
def test_a_batch_is_its_members(function):
    rng = np.random.default_rng(0)
    X = stiefel.uniform(5, 2, rng, size=(2, 3))
    V = stiefel.project(X, rng.standard_normal(X.shape))
    np.testing.assert_allclose(function(X, V)[1, 2], function(X[1, 2], V[1, 2]), atol=1e-14)


@given(sizes(), seeds)
def test_principal_angles_agree_with_scipy(size, seed):
    m, r = size
    U, X = stiefel.uniform(m, max(1, r // 2), seed), stiefel.uniform(m, r, seed + 1)
    np.testing.assert_allclose(stiefel.principal_angles(U, X), subspace_angles(U, X)[::-1], atol=1e-7)


def test_principal_angles_are_accurate_where_cosine_and_sine_are_flat():
    for angle in (1e-9, np.pi / 2 - 1e-9):
        U, X = np.array([[1.0], [0.0]]), np.array([[np.cos(angle)], [np.sin(angle)]])
        assert abs(stiefel.principal_angles(U, X)[0] - angle) < 1e-15


def test_polar_of_an_overflow_is_nan_and_leaves_the_rest_of_the_batch():
    X = stiefel.uniform(4, 2, 0, size=2)
    V = np.zeros_like(X)
    V[0, 0, 0] = np.inf
    with np.errstate(invalid="ignore"):
        result = stiefel.polar(X, V)
    assert np.isnan(result[0]).all()
    np.testing.assert_allclose(result[1], X[1], atol=1e-14)


def test_the_positive_part_of_a_batch_with_a_member_that_is_no_number():
    S = np.array([[[0.0, 2], [2, 0]], [[np.inf, 0], [0, 1]], [[3, 0], [0, -4]]])
    part = stiefel.positive_part(S)
    np.testing.assert_allclose(part[[0, 2]], [[[1, 1], [1, 1]], [[3, 0], [0, 0]]], atol=1e-14)
    assert np.isnan(part[1]).all()


def test_rounding_is_the_least_that_can_be_told_from_the_metric():
    np.testing.assert_array_equal(stiefel.rounding(np.diag([1.0, 3.0])), [[4 * 2.0**-52]])
    batch = stiefel.rounding(np.zeros((2, 3, 3)))
    np.testing.assert_array_equal(batch, np.full((2, 1, 1), 2.0**-1022))  # the least normal number
    assert np.linalg.matrix_rank(np.ones((3, 3)) + stiefel.rounding(np.ones((3, 3))) * np.eye(3), tol=1e-17) == 3


def test_the_symmetric_part():
    np.testing.assert_array_equal(stiefel.sym(np.array([[[1.0, 2], [4, 3]]])), [[[1, 3], [3, 3]]])


@pytest.mark.parametrize(
    ("m", "r", "message"),
    [(3, 4, "r is 4; it must be at most m = 3"), (3, 0, "r is 0"), (0, 1, "m is 0"), (3, 1.5, "r is 1.5")],
)
def test_impossible_sizes_are_refused(m, r, message):
    with pytest.raises(ValueError, match=message):
        stiefel.uniform(m, r, 0)


@pytest.mark.parametrize("size", [-1, 0, 2.7, "3", True, None, (2, -1)])
def test_impossible_batches_are_refused(size):
    with pytest.raises(ValueError, match="size is"):
        stiefel.uniform(3, 2, 0, size=size)


def test_principal_angles_of_a_batch_are_those_of_its_members():
    U, X = stiefel.uniform(6, 2, 0, size=(2, 3)), stiefel.uniform(6, 3, 1, size=3)
    angles = stiefel.principal_angles(U, X)
    assert angles.shape == (2, 3, 2)
    np.testing.assert_allclose(angles[1, 2], stiefel.principal_angles(U[1, 2], X[2]), atol=1e-12)


@pytest.mark.parametrize("size", [(), (2, 9)])
def test_principal_angles_refuse_a_larger_first_subspace(size):
    U, X = stiefel.uniform(5, 3, 0, size=size), stiefel.uniform(5, 2, 0, size=size)
    with pytest.raises(ValueError, match="^U has 3 columns; it must have at most the 2 columns of X$"):
        stiefel.principal_angles(U, X)
