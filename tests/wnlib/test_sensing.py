"""Measurement operators: adjointness, normal = adjoint ∘ forward, scaling, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from problems import operators, random_matrix, seeds

from wnlib import Gaussian, Gram, Population, Rectangular, SubsampledDCT, Symmetric


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


@pytest.mark.parametrize("space", [Symmetric(3), Rectangular(2, 3)])
@pytest.mark.parametrize(("kind", "n"), [(Gaussian, 4), (Gram, 9), (SubsampledDCT, 4)])
def test_the_normal_operator_is_the_identity_on_average(kind, n, space):
    Z = random_matrix(space, 0)
    draws = np.array([kind(space, n, seed).normal(Z) for seed in range(4000)])
    off = np.abs(draws.mean(axis=0) - Z) / (draws.std(axis=0) / np.sqrt(len(draws)))
    assert off.max() < 4.5


def test_gram_has_the_law_of_a_gaussian_operator():
    """Mean and variance of ‖𝓜(Z)‖² over draws: 1 and 2/n for ‖Z‖_F = 1, in both forms."""
    space, n = Symmetric(3), 10
    Z = random_matrix(space, 0)
    Z /= np.linalg.norm(Z)
    for kind in (Gaussian, Gram):
        energy = np.array([np.sum(kind(space, n, seed).forward(Z) ** 2) for seed in range(4000)])
        assert abs(energy.mean() - 1) < 4 * np.sqrt(2 / n / 4000)
        assert abs(energy.var() / (2 / n) - 1) < 0.12


def test_all_rows_of_the_cosine_transform_keep_every_norm():
    space = Rectangular(4, 5)
    Z = random_matrix(space, 0)
    np.testing.assert_allclose(SubsampledDCT(space, 20, 0).normal(Z), Z, atol=1e-13)


def test_the_cosine_transform_has_random_signs():
    space, Z = Rectangular(4, 5), np.ones((4, 5))
    assert not np.allclose(SubsampledDCT(space, 20, 0).forward(Z), SubsampledDCT(space, 20, 1).forward(Z))


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
        (lambda: Symmetric(0), "m is 0"),
        (lambda: Rectangular(3, -1), "q is -1"),
    ],
)
def test_bad_sizes_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
