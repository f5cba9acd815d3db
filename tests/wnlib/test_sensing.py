"""Measurement operators: adjointness, normal = adjoint ∘ forward, scaling, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from problems import operators, random_matrix, seeds
from scipy import stats
from scipy.fft import dct

from wnlib import Dense, Gaussian, Gram, Operator, Population, Rectangular, SubsampledDCT, Symmetric


@given(operators(), seeds)
def test_adjoint(operator, seed):
    rng = np.random.default_rng(seed)
    Z = random_matrix(operator.space, rng, size=(2,))
    y = rng.standard_normal(operator.forward(Z).shape)
    left = np.sum(operator.forward(Z) * y, axis=-1)
    right = np.sum(Z * operator.adjoint(y), axis=(-2, -1))
    np.testing.assert_allclose(left, right, atol=1e-10)


@given(operators(), seeds)
def test_normal_is_adjoint_after_forward(operator, seed):
    Z = random_matrix(operator.space, seed, size=(2,))
    np.testing.assert_allclose(operator.normal(Z), operator.adjoint(operator.forward(Z)), atol=1e-10)


@given(operators(), seeds)
def test_a_batch_is_its_members(operator, seed):
    Z = random_matrix(operator.space, seed, size=(2, 3))
    np.testing.assert_allclose(operator.forward(Z)[1, 2], operator.forward(Z[1, 2]), atol=1e-12)
    np.testing.assert_allclose(operator.normal(Z)[1, 2], operator.normal(Z[1, 2]), atol=1e-12)


@pytest.mark.parametrize("space", [Symmetric(5), Rectangular(3, 4)])
def test_coordinates_are_orthonormal(space):
    Z, W = random_matrix(space, 0), random_matrix(space, 1)
    assert np.isclose(np.sum(Z * W), space.coordinates(Z) @ space.coordinates(W))
    np.testing.assert_allclose(space.matrix(space.coordinates(Z)), Z)


@pytest.mark.parametrize("space", [Symmetric(3), Rectangular(1, 7)])
@pytest.mark.parametrize(("kind", "n"), [(Gaussian, 4), (Gram, 9), (SubsampledDCT, 4)])
def test_the_normal_operator_is_the_identity_on_average(kind, n, space):
    """7 coordinates make a cosine transform of length 8, which must not show."""
    Z = random_matrix(space, 0)
    draws = np.array([kind(space, n, seed).normal(Z) for seed in range(1000)])
    off = np.abs(draws.mean(axis=0) - Z) / (draws.std(axis=0) / np.sqrt(len(draws)))
    assert off.max() < 4.5


@pytest.mark.parametrize("kind", [Gaussian, Gram])
def test_gram_has_the_law_of_a_gaussian_operator(kind):
    """n‖𝓜(Z)‖² of a Z of norm 1 has a chi-squared law with n degrees of freedom; so has any coordinate's."""
    space, n = Symmetric(2), 5
    rng = np.random.default_rng(0)
    normals = np.array(
        [kind(space, n, rng).normal(np.stack([np.diag([1.0, 0]), np.diag([0, 1.0])])) for _ in range(800)]
    )
    for k in range(2):
        assert stats.kstest(n * normals[:, k, k, k], stats.chi2(n).cdf).pvalue > 0.01
    correlation = normals[:, 0, 1, 1]  # ⟨𝓜(e_2), 𝓜(e_1)⟩ has mean 0 and variance 1/n
    assert abs(correlation.mean()) < 4 / np.sqrt(n * 800) and abs(n * correlation.var() - 1) < 0.25


def test_gram_keeps_its_factor_and_what_the_factor_makes():
    operator = Gram(Symmetric(3), 9, 0)
    assert operator.n == 9 and operator.factor.shape == operator.gram.shape == (6, 6)
    np.testing.assert_array_equal(operator.factor, np.triu(operator.factor))
    assert np.all(np.diagonal(operator.factor) > 0)
    np.testing.assert_allclose(operator.factor.T @ operator.factor, operator.gram, atol=1e-15)
    Z = random_matrix(Symmetric(3), 0, size=(4,))
    np.testing.assert_allclose(operator.forward(Z), Symmetric(3).coordinates(Z) @ operator.factor.T, atol=1e-15)


def rows(operator):
    """The matrix of 𝓜 in coordinates."""
    return operator.forward(operator.space.matrix(np.eye(operator.space.dimension))).T


@pytest.mark.parametrize("space", [Rectangular(4, 5), Symmetric(4), Rectangular(1, 1)])
def test_all_rows_of_the_cosine_transform_keep_every_norm(space):
    """Of length 20, 10 and 1, which have small prime factors only."""
    operator = SubsampledDCT(space, space.dimension, 0)
    assert operator.length == space.dimension
    Z = random_matrix(space, 0)
    np.testing.assert_allclose(operator.normal(Z), Z, atol=1e-13)
    np.testing.assert_allclose(rows(operator) @ rows(operator).T, np.eye(space.dimension), atol=1e-13)


@pytest.mark.parametrize(("space", "length"), [(Rectangular(1, 7), 8), (Symmetric(6), 24), (Rectangular(29, 1), 30)])
def test_a_cosine_transform_of_an_awkward_length_is_a_longer_one(space, length):
    """All rows of the longer one together keep every norm; d of them do not."""
    d = space.dimension
    operator = SubsampledDCT(space, d, 0)
    assert operator.length == length > d
    A = rows(operator)
    assert A.shape == (d, d)
    assert not np.allclose(operator.normal(random_matrix(space, 0)), random_matrix(space, 0), atol=1e-3)
    transform = dct(np.eye(length), norm="ortho", axis=0)[:, :d]  # up to signs of columns, d rows of it, × √(N/d)
    cosines = np.abs(A) / np.sqrt(length / d)
    assert all(np.isclose(np.abs(transform), row, atol=1e-12).all(axis=1).any() for row in cosines)
    Z, y = random_matrix(space, 1, size=(2,)), np.random.default_rng(2).standard_normal((2, d))
    np.testing.assert_allclose(operator.forward(Z), space.coordinates(Z) @ A.T, atol=1e-12)
    np.testing.assert_allclose(operator.adjoint(y), space.matrix(y @ A), atol=1e-12)
    np.testing.assert_allclose(operator.normal(Z), space.matrix(space.coordinates(Z) @ A.T @ A), atol=1e-12)


def test_the_cosine_transform_has_random_signs_and_random_rows():
    space, Z = Rectangular(4, 5), np.ones((4, 5))
    assert not np.allclose(SubsampledDCT(space, 20, 0).forward(Z), SubsampledDCT(space, 20, 1).forward(Z))
    A, B = (np.abs(rows(SubsampledDCT(space, 5, seed))) for seed in (0, 1))
    assert not np.allclose(A, B)
    assert np.linalg.matrix_rank(rows(SubsampledDCT(space, 19, 0))) == 19  # none is picked twice
    signs = [np.sign(rows(SubsampledDCT(space, 20, seed))[0]) for seed in range(40)]  # the constant row
    assert 0 < np.mean(np.equal(signs, 1)) < 1 and np.all(np.ptp(signs, axis=0) == 2)
    assert np.ptp(signs, axis=1).any()  # each coordinate has its own


def test_an_operator_leaves_its_arguments_alone():
    for space in (Symmetric(5), Rectangular(4, 5)):
        for operator in (Population(space), Gaussian(space, 9, 0), Gram(space, 30, 0), SubsampledDCT(space, 9, 0)):
            Z = random_matrix(space, 0)
            y, before = operator.forward(Z).copy(), Z.copy()
            kept = y.copy()
            operator.normal(Z), operator.adjoint(y), operator.forward(Z)
            np.testing.assert_array_equal(Z, before)
            np.testing.assert_array_equal(y, kept)


@pytest.mark.parametrize("space", [Symmetric(4), Rectangular(3, 5)])
def test_matrices_of_ones_own_measure_their_inner_products(space):
    """Of a symmetric Z an M_i that is not symmetric measures what its symmetric part does."""
    rng = np.random.default_rng(0)
    matrices, Z = rng.standard_normal((7, *space.shape)), random_matrix(space, rng, size=(2, 3))
    operator = Dense(space, matrices)
    assert operator.n == 7 and operator.rows.shape == (7, space.dimension)
    np.testing.assert_allclose(operator.forward(Z), np.einsum("nij,...ij->...n", matrices, Z), atol=1e-12)
    y = rng.standard_normal((2, 3, 7))
    back = np.einsum("...n,nij->...ij", y, matrices)
    np.testing.assert_allclose(operator.adjoint(y), (back + back.mT) / 2 if space == Symmetric(4) else back, atol=1e-12)
    np.testing.assert_allclose(operator.normal(Z), operator.adjoint(operator.forward(Z)), atol=1e-12)
    before = operator.rows.copy()
    matrices[:] = 0
    np.testing.assert_array_equal(operator.rows, before)


def test_matrices_may_be_integers():
    operator = Dense(Rectangular(1, 2), [[[1, 2]], [[3, 4]], [[5, 6]]])
    np.testing.assert_array_equal(operator.forward(np.ones((1, 2))), [3, 7, 11])


@pytest.mark.parametrize(
    "array",
    [
        Dense(Symmetric(3), np.ones((2, 3, 3))).rows,
        Gaussian(Symmetric(3), 4, 0).rows,
        Gram(Symmetric(3), 9, 0).factor,
        Gram(Symmetric(3), 9, 0).gram,
    ],
)
def test_what_an_operator_keeps_cannot_be_written_into(array):
    with pytest.raises(ValueError, match="read-only"):
        array[...] = 0


def test_spaces():
    assert Symmetric(np.int16(200)).dimension == 20100
    assert Rectangular(np.int8(100), np.int8(120)).dimension == 12000
    assert Symmetric(3).shape == (3, 3) and Rectangular(2, 3).shape == (2, 3)
    assert Symmetric(3) == Symmetric(np.int8(3)) != Symmetric(4)
    assert hash(Rectangular(2, 3)) == hash(Rectangular(2, 3)) and Rectangular(2, 3) != Rectangular(3, 2)
    assert repr(Symmetric(np.int8(3))) == "Symmetric(m=3)"
    with pytest.raises(AttributeError):
        Symmetric(3).m = 4
    np.testing.assert_allclose(Symmetric(2).coordinates(np.array([[1, 2], [2, 3]])), [1, 2 * np.sqrt(2), 3])
    np.testing.assert_allclose(Symmetric(2).matrix(np.array([1, np.sqrt(2), 3])), [[1, 1], [1, 3]])
    np.testing.assert_array_equal(Rectangular(2, 3).coordinates(np.arange(6).reshape(2, 3)), np.arange(6))


def test_each_has_what_the_protocol_asks_for():
    space = Symmetric(3)
    kinds = Population(space), Gaussian(space, 4, 0), Gram(space, 9, 0), SubsampledDCT(space, 4, 0)
    assert all(isinstance(operator, Operator) for operator in kinds)
    assert [operator.n for operator in kinds] == [6, 4, 9, 4]
    assert all(operator.space is space for operator in kinds)
    assert [operator.forward(np.eye(3)).shape for operator in kinds] == [(6,), (4,), (6,), (4,)]


def test_population_is_the_identity():
    Z = random_matrix(Symmetric(4), 0)
    np.testing.assert_allclose(Population(Symmetric(4)).normal(Z), Z)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Gaussian(Symmetric(3), 0, 0), "n is 0; it must be a whole number of at least 1"),
        (lambda: Gaussian(Symmetric(3), 2.5, 0), "n is 2.5"),
        (lambda: Gaussian(Symmetric(3), 2, -1), "rng is -1"),
        (lambda: Gaussian(Symmetric(3), 2, None), "rng is None"),
        (lambda: Gram(Symmetric(3), 6, 0), "n is 6; it must exceed the 6 coordinates"),
        (lambda: SubsampledDCT(Symmetric(3), 7, 0), "n is 7; it must be at most the 6 coordinates"),
        (lambda: SubsampledDCT(Symmetric(3), 0, 0), "n is 0"),
        (lambda: Gram(Symmetric(3), 7.0, 0), "n is 7.0"),
        (lambda: Gram(Symmetric(3), 7, None), "rng is None"),
        (lambda: SubsampledDCT(Symmetric(3), 3, None), "rng is None"),
        (lambda: Dense(Symmetric(3), np.ones((2, 3, 4))), r"^matrices has shape \(2, 3, 4\); it must be \(n, 3, 3\)$"),
        (lambda: Dense(Rectangular(3, 4), np.ones((3, 4))), r"^matrices has shape \(3, 4\); it must be \(n, 3, 4\)$"),
        (lambda: Dense(Symmetric(3), np.ones((0, 3, 3))), r"^matrices has shape \(0, 3, 3\); an axis before"),
        (lambda: Dense(Symmetric(3), 1j * np.ones((2, 3, 3))), "^matrices has dtype complex128"),
        (lambda: Dense(Symmetric(3), np.full((2, 3, 3), np.nan)), "^matrices has entries that are NaN"),
        (lambda: Symmetric(0), "m is 0"),
        (lambda: Symmetric(True), "m is True"),
        (lambda: Rectangular(2.0, 3), "p is 2.0"),
        (lambda: Rectangular(3, -1), "q is -1"),
    ],
)
def test_bad_sizes_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
