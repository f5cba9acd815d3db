"""States and steps of one's own, in a file whose annotations are not evaluated: what runs, and what is refused."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from problems import symmetric_problem

from wnlib import DirectionMagnitude, Factor, Symmetric, gd, run, wn
from wnlib.states import check_start

if TYPE_CHECKING:
    from nowhere import Nothing

problem = symmetric_problem(6, [1, 0.5], 0)
ones = np.ones((6, 2))


class Free(NamedTuple):
    """Z = X Xᵀ + B, which declares nothing: its X need not be orthonormal, its theta not symmetric."""

    X: np.ndarray
    theta: np.ndarray

    @property
    def Z(self):
        return self.X @ (self.theta + self.theta.mT) @ self.X.mT / 2


class Declared(NamedTuple):
    """Z = Q S Qᵀ, which declares all that there is to declare."""

    Q: np.ndarray
    S: np.ndarray
    space_type = Symmetric
    orthonormal = ("Q",)
    symmetric = ("S",)
    semidefinite = True

    @property
    def Z(self):
        return self.Q @ self.S @ self.Q.mT


class Oblong(NamedTuple):
    """Declares as symmetric what is not even square, and makes no use of it."""

    Y: np.ndarray
    B: np.ndarray
    symmetric = ("B",)

    @property
    def Z(self):
        return self.Y @ self.Y.mT


free = Free(0.3 * ones, np.array([[1.0, 0.5], [0.0, 1.0]]))
declared = Declared(np.eye(6)[:, :2], np.eye(2))


def shrink(problem, state, *, eta):
    """The least a step can do: no annotation."""
    return state._make(array * (1 - eta) for array in state)


def shrink_annotated(problem, state: Free, *, eta):
    return shrink(problem, state, eta=eta)


def shrink_unresolved(problem, state: Nothing, *, eta):
    return shrink(problem, state, eta=eta)


def shrink_in_words(problem, state: "any start, as long as it's one", *, eta):  # noqa: F722, UP037
    return shrink(problem, state, eta=eta)


def shrink_missing_attribute(problem, state: np.nothing, *, eta):
    return shrink(problem, state, eta=eta)


def shrink_any(problem, state: Any, *, eta):
    return shrink(problem, state, eta=eta)


def shrink_either(problem, state: Free | Declared, *, eta):
    return shrink(problem, state, eta=eta)


class Shrink:
    """A callable object."""

    def __init__(self, times=1):
        self.times = times

    def __call__(self, problem, state, *, eta):
        return shrink(problem, state, eta=self.times * eta)

    def method(self, problem, state, *, eta):
        return self(problem, state, eta=eta)


class ShrinkAnnotated(Shrink):
    def __call__(self, problem, state: Free, *, eta):
        return shrink(problem, state, eta=eta)


STEPS = [
    shrink,
    shrink_annotated,
    shrink_unresolved,
    shrink_in_words,
    shrink_missing_attribute,
    shrink_any,
    shrink_either,
    Shrink(),
    Shrink().method,
    ShrinkAnnotated(),
    lambda problem, state, eta: shrink(problem, state, eta=eta),
    partial(shrink),
    partial(shrink_annotated),
    partial(partial(Shrink())),
]


@pytest.mark.parametrize("step", STEPS)
def test_a_state_and_a_step_of_ones_own_run(step):
    trace = run(step, problem, free, 3, eta=0.5)
    np.testing.assert_allclose(trace.state.X, free.X / 8)
    np.testing.assert_allclose(trace.error, [problem.error(free.Z / 8**k) for k in range(4)])


@pytest.mark.parametrize("step", [shrink, partial(partial(shrink), eta=0.5)])
def test_so_does_one_that_declares_what_it_is(step):
    """The start is checked, not each state on the way."""
    options = {} if isinstance(step, partial) else {"eta": 0.5}
    trace = run(step, problem, declared, 2, **options)
    np.testing.assert_array_equal(trace.state.S, np.eye(2) / 4)


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (shrink_annotated, "shrink_annotated"),
        (partial(shrink_annotated), "shrink_annotated"),
        (partial(partial(ShrinkAnnotated())), "ShrinkAnnotated"),
        (ShrinkAnnotated(), "ShrinkAnnotated"),
    ],
)
def test_an_annotated_step_refuses_another_state(step, name):
    with pytest.raises(ValueError, match=f"^start is a Declared; {name} iterates a Free$"):
        run(step, problem, declared, 3, eta=0.5)


def test_the_modules_own_steps_do_so_too():
    with pytest.raises(ValueError, match="^start is a Free; wn iterates a DirectionMagnitude$"):
        run(wn, problem, free, 3, eta=0.5)
    with pytest.raises(ValueError, match="^start is a DirectionMagnitude; gd iterates a Factor$"):
        run(partial(gd, eta=0.1), problem, DirectionMagnitude.random(6, 2, 0), 3)


class WithoutZ(NamedTuple):
    Y: np.ndarray


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (declared._replace(Q=2 * declared.Q), "^Q does not have orthonormal columns; take it from stiefel.uniform$"),
        (declared._replace(S=np.triu(np.ones((2, 2)))), "^S is not symmetric; it must be$"),
        (declared._replace(S=np.eye(3)), r"^the start's arrays do not fit each other: Q \(6, 2\), S \(3, 3\)$"),
        (declared._replace(S=np.ones((2, 3))), "^the start's arrays do not fit each other: "),
        (declared._replace(S=1.0), r"^S has dtype float64 and shape \(\); it must be a real matrix$"),
        (Oblong(ones, np.ones((2, 3))), r"^the start's arrays do not fit each other: Y \(6, 2\), B \(2, 3\)$"),
        (WithoutZ(ones), "^start is a WithoutZ; it must be a named tuple of arrays with a property Z$"),
        ((ones,), "^start is a tuple; it must be a named tuple"),
        (ones, "^start is a ndarray; it must be a named tuple"),
        (
            Free(np.eye(5), np.eye(5)),
            r"^the start makes a \(5, 5\) matrix \(X \(5, 5\), theta \(5, 5\)\); the problem's",
        ),
    ],
)
def test_a_start_that_is_not_what_it_declares_is_refused(start, message):
    with pytest.raises(ValueError, match=message):
        check_start(problem, start)


def test_a_state_without_negative_eigenvalues_cannot_reach_an_indefinite_truth():
    indefinite = symmetric_problem(6, [1, -0.25], 0)
    message = "^truth has the eigenvalue -0.25; the Z of a Declared have none below 0"
    with pytest.raises(ValueError, match=message):
        run(shrink, indefinite, declared, 1, eta=0.5)
    run(shrink, indefinite, free, 1, eta=0.5)


def test_a_checked_start_is_floats_that_nobody_changes():
    integers = Free([[1, 0], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0]], np.eye(2, dtype=int))
    checked = check_start(problem, integers)
    assert [array.dtype for array in checked] == [float, float]
    assert not any(array.flags.writeable for array in checked)


def test_names_and_options_of_a_step_that_diverges():
    for step, options, words in (
        (partial(gd, eta=9.0), {}, "gd is no longer finite at iteration "),
        (Shrink(), {"eta": 1e300}, "Shrink with eta = 1e\\+300 is no longer finite at iteration 2"),
        (wn, {"eta": 0.5, "mu": 1e200, "retract": lambda X, V: X}, "wn with eta = 0.5, mu = 1e\\+200 is no longer"),
    ):
        start = {gd: Factor.random(6, 2, 0), wn: DirectionMagnitude.random(6, 2, 0)}
        with pytest.raises(ArithmeticError, match=f"^{words}"), warnings.catch_warnings(action="ignore"):
            run(step, problem, start.get(getattr(step, "func", step), free), 100, **options)
