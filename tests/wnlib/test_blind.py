"""A step sees the operator and the data: none touches the answer, and all run where there is no answer to touch."""

from functools import partial

import numpy as np
import pytest
from problems import random_matrix, symmetric_problem

from wnlib import (
    BarzilaiBorwein,
    Dense,
    DirectionMagnitude,
    DirectionsMagnitude,
    Factor,
    Factors,
    Gaussian,
    PlantedProblem,
    Problem,
    Rectangular,
    Symmetric,
    gd,
    gd_rectangular,
    prec_gd,
    run,
    scaled_gd,
    wn,
    wn_bb,
    wn_psd,
    wn_rectangular,
)


class Peeked(Exception):
    pass


class Blindfolded(PlantedProblem):
    """The problem given, whose answer raises when it is touched."""

    def __init__(self, problem):
        self.__dict__.update(problem.__dict__)

    @property
    def truth(self):
        raise Peeked

    noise = _eigen = eigenvalues = eigenvectors = rank = error = truth


SYMMETRIC = [
    (partial(gd, eta=0.1), Factor),
    (partial(scaled_gd, eta=0.1, damping=0.1), Factor),
    (partial(prec_gd, eta=0.1), Factor),
    (partial(wn, eta=0.3), DirectionMagnitude),
    (partial(wn_psd, eta=0.3), DirectionMagnitude),
    (wn_bb, BarzilaiBorwein),
]
RECTANGULAR = [(partial(gd_rectangular, eta=0.1), Factors), (partial(wn_rectangular, eta=0.3), DirectionsMagnitude)]


def planted_problem(space_type):
    if space_type is Symmetric:
        return symmetric_problem(6, [1, 0.5], 0, n=20)
    space = Rectangular(5, 4)
    return PlantedProblem(Gaussian(space, 30, 0), random_matrix(space, 0))


@pytest.mark.parametrize(("step", "state_type"), SYMMETRIC + RECTANGULAR)
def test_no_step_and_no_spectral_start_touches_the_answer(step, state_type):
    problem = planted_problem(state_type.space_type)
    for start in (
        state_type.random(*dict.fromkeys(problem.operator.space.shape), 3, 0),
        state_type.spectral(problem, 3),
    ):
        blind, seeing = start, start
        for _ in range(3):
            blind, seeing = step(Blindfolded(problem), blind), step(problem, seeing)
        for array, expected in zip(blind, seeing, strict=True):
            np.testing.assert_array_equal(array, expected)
    again = state_type.spectral(Blindfolded(problem), 3)
    for array, expected in zip(again, start, strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("name", ["truth", "noise", "error", "eigenvalues", "eigenvectors", "rank"])
def test_a_step_that_peeks_is_caught(name):
    def peeking(problem, state):
        getattr(problem, name)
        return state

    with pytest.raises(Peeked):
        peeking(Blindfolded(planted_problem(Symmetric)), Factor.random(6, 3, 0))


class Sums:
    """An operator of one's own, with the five members and nothing else: no base class, no help from wnlib."""

    def __init__(self, space, n):
        self.space, self.n = space, n
        matrices = np.random.default_rng(7).standard_normal((n, *space.shape)) / np.sqrt(n)
        self._matrices = (matrices + matrices.mT) / 2 if isinstance(space, Symmetric) else matrices

    def forward(self, Z):
        return np.einsum("nij,...ij->...n", self._matrices, Z)

    def adjoint(self, y):
        return np.einsum("nij,...n->...ij", self._matrices, y)

    def normal(self, Z):
        return self.adjoint(self.forward(Z))


def measured(space_type):
    """A problem of which nothing but data is known, and the matrix that made them."""
    operator = Sums(Symmetric(6), 40) if space_type is Symmetric else Sums(Rectangular(5, 4), 60)
    U, V = (np.linalg.qr(np.random.default_rng(3).standard_normal((size, 2)))[0] for size in operator.space.shape)
    A = (U * [1, 0.5]) @ V.T
    return Problem(operator, operator.forward(A)), A


@pytest.mark.parametrize(("step", "state_type"), SYMMETRIC + RECTANGULAR)
def test_every_method_runs_on_data_and_an_operator_of_ones_own(step, state_type):
    problem, _ = measured(state_type.space_type)
    trace = run(step, problem, state_type.spectral(problem, 3), 30)
    assert list(trace.records) == ["loss"]
    assert trace.loss[-1] < trace.loss[0]
    assert trace.loss[-1] == problem.loss(trace.state.Z)
    with pytest.raises(AttributeError, match=r"the trace has no 'error'; it recorded \['loss'\]"):
        trace.error
    with pytest.raises(ValueError, match=r"of is 'error'; the trace recorded \['loss'\]"):
        trace.steps_to(1e-3)
    assert trace.steps_to(trace.loss[3], of="loss") <= 3


@pytest.mark.parametrize(
    ("step", "state_type"), [(wn_bb, BarzilaiBorwein), (partial(wn_rectangular, eta=1.0), DirectionsMagnitude)]
)
def test_what_made_the_data_is_recovered(step, state_type):
    problem, A = measured(state_type.space_type)
    trace = run(step, problem, state_type.spectral(problem, 3), 120)
    np.testing.assert_allclose(trace.state.Z, A, atol=1e-4)


def test_an_operator_of_ones_own_is_the_dense_one():
    problem, A = measured(Symmetric)
    dense = Dense(Symmetric(6), problem.operator._matrices)
    np.testing.assert_allclose(Problem(dense, problem.data).residual(0 * A), problem.residual(0 * A), atol=1e-12)


def test_an_operator_without_a_member_is_refused_with_its_name():
    class Half:
        space = Symmetric(3)

        def forward(self, Z):
            return Z

    with pytest.raises(ValueError, match="^operator is a Half without n, adjoint, normal; see wnlib.Operator$"):
        Problem(Half(), np.ones(6))
    with pytest.raises(ValueError, match="^operator is a int without space, n, forward, adjoint, normal; see"):
        PlantedProblem(3, np.eye(3))
