"""Truths and problems: what is planted is found again, and nonsense is refused by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import operators, random_matrix, seeds

from wnlib import (
    DirectionMagnitude,
    Factor,
    Gaussian,
    PlantedProblem,
    Population,
    Rectangular,
    Symmetric,
    planted,
    spectrum,
    stiefel,
)


@given(st.integers(2, 6), st.floats(1, 100))
def test_spectrum(rank, condition):
    values = spectrum(rank, condition)
    assert len(values) == rank
    assert values[0] == 1
    assert np.isclose(values[0] / values[-1], condition)
    assert np.ptp(np.diff(values)) < 1e-12


@given(seeds, st.integers(1, 4), st.booleans())
def test_the_planted_eigenvalues_are_found(seed, rank, indefinite):
    values = np.linspace(2, 1, rank)
    if indefinite:
        values[-1] *= -1
    problem = PlantedProblem(Population(Symmetric(6)), planted(6, values, seed))
    assert problem.rank == rank
    np.testing.assert_allclose(problem.eigenvalues, values, atol=1e-12)
    U = problem.eigenvectors
    np.testing.assert_allclose(U @ np.diag(values) @ U.T, problem.truth, atol=1e-12)


@given(operators(), seeds)
def test_residual_is_the_gradient_of_half_the_squared_misfit(operator, seed):
    rng = np.random.default_rng(seed)
    truth, Z, direction = (random_matrix(operator.space, rng) for _ in range(3))
    problem = PlantedProblem(operator, truth)
    factor = 2 if isinstance(operator.space, Symmetric) else 1
    h = 1e-5
    slope = factor * (problem.loss(Z + h * direction) - problem.loss(Z - h * direction)) / (2 * h)
    assert np.isclose(np.sum(problem.residual(Z) * direction), slope, rtol=1e-6, atol=1e-6)


def test_error_is_the_unsquared_frobenius_distance():
    problem = PlantedProblem(Population(Symmetric(2)), np.diag([3.0, 0.0]))
    assert problem.error(np.diag([0.0, 4.0])) == 5
    assert problem.loss(np.diag([0.0, 4.0])) == 25 / 4


def test_one_seed_makes_a_truth_and_starts_that_have_nothing_in_common():
    U = PlantedProblem(Population(Symmetric(30)), planted(30, spectrum(3, 2), 0)).eigenvectors
    for start in (Factor.random(30, 3, 0).Y, DirectionMagnitude.random(30, 3, 0).X, stiefel.uniform(30, 3, 0)):
        assert stiefel.principal_angles(U, np.linalg.qr(start)[0]).min() > 0.3


def test_a_truth_may_be_tiny_a_list_or_integers_and_is_copied():
    assert PlantedProblem(Population(Symmetric(3)), 1e-300 * np.eye(3)).rank == 3
    assert PlantedProblem(Population(Symmetric(2)), [[2, 0], [0, 0]]).eigenvalues == [2]
    A = np.full((3, 3), 5, dtype=np.uint8)
    problem = PlantedProblem(Population(Rectangular(3, 3)), A)
    A[:] = 0
    assert problem.loss(np.full((3, 3), 7)) == 9 * 4 / 2


@given(operators(), seeds)
def test_noise_is_added_to_the_measurements(operator, seed):
    rng = np.random.default_rng(seed)
    A, Z = (random_matrix(operator.space, rng) for _ in range(2))
    clean = PlantedProblem(operator, A)
    noise = rng.standard_normal(clean.data.shape)
    noisy = PlantedProblem(operator, A, noise)
    np.testing.assert_allclose(noisy.data, clean.data + noise, atol=1e-12)
    np.testing.assert_allclose(noisy.misfit(Z), operator.forward(Z) - noisy.data, atol=1e-12)
    np.testing.assert_allclose(noisy.residual(Z), operator.adjoint(noisy.misfit(Z)), atol=1e-9)
    before = noisy.data.copy()
    noise[:] = 0
    np.testing.assert_array_equal(noisy.data, before)
    many = PlantedProblem(operator, A, np.stack([noisy.noise, noise]))
    np.testing.assert_allclose(many.residual(Z)[1], clean.residual(Z), atol=1e-9)


def test_a_batch_of_truths_may_differ_in_rank():
    truths = np.stack([planted(6, [1], 0), planted(6, [1, 0.5], 1)])
    problem = PlantedProblem(Population(Symmetric(6)), truths)
    np.testing.assert_allclose(problem.eigenvalues, [[1, 0], [1, 0.5]], atol=1e-12)
    assert problem.rank == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: spectrum(3, 0.5), "condition is 0.5"),
        (lambda: spectrum(1, 2), "condition is 2"),
        (lambda: spectrum(0, 1), "rank is 0"),
        (lambda: planted(3, [1, 0], 0), "eigenvalues is"),
        (lambda: planted(3, [1, np.nan], 0), "eigenvalues is"),
        (lambda: planted(3, [1, 1, 1, 1], 0), "r is 4; it must be at most m = 3"),
        (lambda: PlantedProblem(Population(Symmetric(4)), np.eye(3)), r"truth has shape \(3, 3\)"),
        (lambda: PlantedProblem(Population(Symmetric(4)), np.eye(4)[0]), r"shape \(4,\); it must be a real matrix"),
        (lambda: PlantedProblem(Population(Symmetric(2)), np.full((2, 2), np.nan)), "truth has entries that are NaN"),
        (lambda: PlantedProblem(Population(Symmetric(2)), np.array([[1, 1 + 1e-6], [1, 1]])), "truth is not symmetric"),
        (
            lambda: PlantedProblem(Population(Symmetric(2)), np.stack([1e9 * np.eye(2), [[1, 2], [0, 1]]])),
            "not symmetric",
        ),
        (
            lambda: PlantedProblem(Population(Symmetric(2)), np.stack([np.eye(2), np.zeros((2, 2))])),
            "truth is all zero",
        ),
        (lambda: PlantedProblem(Population(Symmetric(2)), 1j * np.eye(2)), "truth has dtype complex128"),
        (lambda: PlantedProblem(Population(Symmetric(2)), "truth"), "it must be a real matrix"),
        (
            lambda: PlantedProblem(Population(Symmetric(2)), np.eye(2), [1.0, np.nan, 0.0]),
            "noise has entries that are NaN",
        ),
        (lambda: PlantedProblem(Population(Symmetric(2)), np.eye(2), "loud"), "noise has dtype <U4"),
        (
            lambda: PlantedProblem(Population(Symmetric(2)), np.eye(2), [1.0, 2.0]),
            r"noise has shape \(2,\); it must fit the measurements, \(3,\)",
        ),
        (lambda: PlantedProblem(Population(Symmetric(2)), np.eye(2), 0.1), r"shape \(\); it must be a real vector"),
        (lambda: PlantedProblem(Population(Symmetric(2)), np.eye(2), np.zeros(7)), r"noise has shape \(7,\)"),
        (
            lambda: PlantedProblem(Population(Symmetric(2)), np.stack([np.eye(2)] * 2), np.ones((3, 3))),
            r"noise has shape \(3, 3\); it must fit the measurements, \(2, 3\)",
        ),
        (lambda: PlantedProblem(Gaussian(Rectangular(2, 3), 4, 0), np.zeros((2, 3))), "truth is all zero"),
        (
            lambda: PlantedProblem(Population(Rectangular(2, 3)), np.ones((2, 3))).rank,
            "only a symmetric one has eigenvalues",
        ),
    ],
)
def test_nonsense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
