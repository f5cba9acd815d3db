"""Truths and problems: what is planted is found again, and nonsense is refused by name."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import operators, random_matrix, seeds

from wnlib import (
    DirectionMagnitude,
    Factor,
    Gaussian,
    Gram,
    PlantedProblem,
    Population,
    Problem,
    Rectangular,
    Symmetric,
    planted,
    spectrum,
    stiefel,
)
from wnlib.problem import leading_eigenpairs


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
    truths = np.stack([planted(6, [1], 0), planted(6, [1, 0.5], 1), planted(6, [2], 1)])
    problem = PlantedProblem(Population(Symmetric(6)), truths)
    np.testing.assert_allclose(problem.eigenvalues, [[1, 0], [1, 0.5], [2, 0]], atol=1e-12)
    assert problem.rank == 2


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e-100, 1.0, 1e100, 1e160, 1e300])
def test_the_error_has_the_size_of_the_truth(size):
    """Its square need not be a number."""
    truth = size * np.array([[3.0, 4.0], [4.0, 3.0]])
    problem = PlantedProblem(Population(Symmetric(2)), truth)
    np.testing.assert_allclose(problem.error(np.zeros((2, 2))), np.sqrt(50) * size, rtol=1e-14)
    np.testing.assert_allclose(problem.error(truth * [[[1]], [[2]], [[-1]]]), np.sqrt(50) * size * np.array([0, 1, 2]))
    np.testing.assert_allclose(problem.eigenvalues, size * np.array([7, -1]))


def test_the_error_of_each_member_of_a_batch_has_its_own_size():
    problem = PlantedProblem(Population(Symmetric(1)), np.reshape([1e-170, 1.0, 1e160], (3, 1, 1)))
    np.testing.assert_allclose(problem.error(np.zeros((1, 1))), [1e-170, 1.0, 1e160], rtol=1e-14)


def test_eigenvalues_of_the_same_size_keep_their_order():
    values, vectors = leading_eigenpairs(np.diag([1.0, -1.0] * 20 + [2.0, -3.0]))
    np.testing.assert_array_equal(values, [-3, 2, *[-1] * 20, *[1] * 20])
    np.testing.assert_allclose(vectors * values @ vectors.T, np.diag([1.0, -1.0] * 20 + [2.0, -3.0]), atol=1e-13)


def test_the_error_of_what_is_no_number_is_no_number():
    problem = PlantedProblem(Population(Symmetric(2)), np.eye(2))
    assert np.isnan(problem.error(np.full((2, 2), np.nan)))
    assert np.isinf(problem.error(np.array([[np.inf, 0], [0, 1]])))


def test_tiny_eigenvalues_are_rounding_and_no_rank():
    assert PlantedProblem(Population(Symmetric(3)), np.diag([1e3, 1e-6, 0])).rank == 2
    assert PlantedProblem(Population(Symmetric(3)), np.diag([1e3, 1e-8, 0])).rank == 1


def test_data_and_operator_are_all_of_a_problem():
    operator = Gaussian(Symmetric(3), 4, 0)
    Z, y = random_matrix(Symmetric(3), 0), np.arange(8.0).reshape(2, 4)
    problem = Problem(operator, y)
    np.testing.assert_allclose(problem.misfit(Z), operator.forward(Z) - y)
    np.testing.assert_allclose(problem.backprojection, operator.adjoint(y))
    np.testing.assert_allclose(problem.residual(Z), operator.adjoint(operator.forward(Z) - y), atol=1e-12)
    np.testing.assert_allclose(problem.loss(Z), np.linalg.norm(operator.forward(Z) - y, axis=1) ** 2 / 4)
    rectangular = Problem(Population(Rectangular(1, 2)), [3, 4])
    assert rectangular.loss(np.zeros((1, 2))) == 25 / 2
    assert not hasattr(problem, "truth") and not hasattr(problem, "error")


@pytest.mark.parametrize("name", ["truth", "noise", "data", "backprojection", "eigenvalues", "eigenvectors"])
def test_the_arrays_of_a_problem_cannot_be_written_into_and_are_its_own(name):
    for operator in (Population(Symmetric(3)), Gaussian(Symmetric(3), 6, 0)):
        truth, noise = np.diag([2.0, 1.0, 0.0]), np.zeros(6)
        problem = PlantedProblem(operator, truth, noise)
        array = getattr(problem, name)
        with pytest.raises(ValueError, match="read-only"):
            array[..., 0] = 9
        kept = array.copy()
        truth[:] = noise[:] = 7  # which were never frozen
        np.testing.assert_array_equal(getattr(problem, name), kept)


def test_a_problem_equals_itself_and_can_be_kept_in_a_set():
    one, other = (PlantedProblem(Population(Symmetric(2)), np.eye(2)) for _ in range(2))
    assert one == one and one != other
    assert len({one, other, one}) == 2
    assert repr(one) == "PlantedProblem(Population on Symmetric(m=2), data (3,))"
    assert repr(Problem(one.operator, one.data)) == "Problem(Population on Symmetric(m=2), data (3,))"


def test_problems_can_be_copied_and_pickled():
    problem = PlantedProblem(Gaussian(Symmetric(3), 4, 0), np.eye(3))
    for twin in (copy.deepcopy(problem), pickle.loads(pickle.dumps(problem))):
        np.testing.assert_array_equal(twin.residual(np.eye(3)), problem.residual(np.eye(3)))


def test_the_planted_matrix_is_exactly_symmetric_and_a_seed_is_enough():
    A = planted(6, [2, -1], 0)
    np.testing.assert_array_equal(A, A.T)
    np.testing.assert_array_equal(A, planted(6, np.array([2.0, -1.0]), 0))
    assert not np.allclose(A, planted(6, [2, -1], 1))
    np.testing.assert_allclose(np.linalg.eigvalsh(planted(4, 3, 0)), [0, 0, 0, 3], atol=1e-14)
    assert spectrum(1, 1) == [1] and spectrum(np.int8(3), 2).tolist() == [1, 0.75, 0.5]
    assert spectrum(3, 1).tolist() == [1, 1, 1]


def test_a_truth_may_be_off_symmetric_by_rounding():
    A = np.array([[1.0, 1.0], [1.0 + 1e-13, 1.0]])
    PlantedProblem(Population(Symmetric(2)), np.stack([A, 1e-200 * A, 1e200 * A]))
    with pytest.raises(
        ValueError, match=r"^truth is not symmetric \(\|A - Aᵀ\| reaches 1.99e-11\); Symmetric\(m=2\) is$"
    ):
        PlantedProblem(Population(Symmetric(2)), np.stack([np.eye(2), A + [[0, 2e-11], [0, 0]]]))
    PlantedProblem(Population(Rectangular(2, 2)), [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: spectrum(3, 0.5), "condition is 0.5; it must be at least 1, and 1 when rank is 1"),
        (lambda: spectrum(3, "2"), "condition is '2'"),
        (lambda: spectrum(3, np.inf), "condition is inf"),
        (lambda: planted(3, [[1, 2]], 0), "eigenvalues is"),
        (lambda: planted(3, [1], None), "rng is None"),
        (lambda: Problem(Gaussian(Symmetric(2), 4, 0), np.ones(3)), r"data has shape \(3,\); the operator makes 4"),
        (
            lambda: Problem(Gram(Symmetric(2), 9, 0), np.ones(9)),
            r"\(9,\); the operator makes 3 measurements, so \(..., 3\)$",
        ),
        (
            lambda: Problem(Population(Symmetric(2)), 3.0),
            r"data has dtype float64 and shape \(\); it must be a real vector",
        ),
        (lambda: Problem(Population(Symmetric(2)), [1, 2, np.inf]), "data has entries that are NaN"),
        (
            lambda: Problem(Population(Symmetric(2)), np.ones((0, 3))),
            r"data has shape \(0, 3\); an axis before the last",
        ),
        (lambda: PlantedProblem(Population(Symmetric(2)), np.ones((0, 2, 2))), r"truth has shape \(0, 2, 2\); an axis"),
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
            "^truth is all zero; there is nothing to recover$",
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
