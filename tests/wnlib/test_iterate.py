"""The driver: what it records, and how runs that diverge end."""

import copy
import pickle
import threading
from functools import partial

import numpy as np
import pytest
from problems import symmetric_problem

from wnlib import (
    DirectionMagnitude,
    Diverged,
    Factor,
    PlantedProblem,
    Population,
    Symmetric,
    gd,
    planted,
    run,
    wn,
)

problem = symmetric_problem(6, [1, 0.5], 0)


def test_run_iterates_the_step():
    state = Factor.random(6, 3, 0)
    trace = run(gd, problem, state, 5, eta=0.1)
    for _ in range(5):
        state = gd(problem, state, eta=0.1)
    np.testing.assert_array_equal(trace.state.Y, state.Y)
    np.testing.assert_array_equal(trace.steps, range(6))
    assert trace.error[-1] == problem.error(state.Z)
    assert trace.diverged_at == -1


def test_a_run_starts_no_thread():
    before = threading.active_count()
    run(gd, problem, Factor.random(6, 3, 0), 1, eta=0.1)
    assert threading.active_count() == before


def test_noise_in_a_batch_makes_the_run_a_batch():
    clean = symmetric_problem(6, [1, 0.5], 0, n=15)
    noise = 0.1 * np.random.default_rng(0).standard_normal((3, 15))
    start = DirectionMagnitude.random(6, 3, 0)
    many = run(wn, PlantedProblem(clean.operator, clean.truth, noise), start, 5, eta=0.3)
    one = run(wn, PlantedProblem(clean.operator, clean.truth, noise[1]), start, 5, eta=0.3)
    assert many.error.shape == (6, 3)
    np.testing.assert_allclose(many.error[:, 1], one.error, rtol=1e-9)


def test_a_step_may_be_a_partial():
    trace = run(partial(gd, eta=0.1), problem, Factor.random(6, 3, 0), 5)
    np.testing.assert_array_equal(trace.error, run(gd, problem, Factor.random(6, 3, 0), 5, eta=0.1).error)


def test_it_records_what_is_asked_for_every_so_often():
    record = {"magnitudes": lambda state: np.linalg.eigvalsh(state.theta)}
    trace = run(wn, problem, DirectionMagnitude.random(6, 3, 0), 10, record, every=4, eta=0.5)
    np.testing.assert_array_equal(trace.steps, [0, 4, 8])
    assert trace.magnitudes.shape == (3, 3)
    with pytest.raises(AttributeError, match="no 'angle'; it recorded"):
        trace.angle


def test_a_batch_of_starts_and_step_sizes():
    starts = Factor.random(6, 3, 0, size=(2, 1))
    trace = run(gd, problem, starts, 5, eta=[0.1, 0.2, 0.3])
    assert trace.error.shape == (6, 2, 3)
    alone = run(gd, problem, Factor(starts.Y[1, 0]), 5, eta=0.3)
    np.testing.assert_allclose(trace.error[:, 1, 2], alone.error, rtol=1e-12)


def test_steps_to():
    trace = run(wn, problem, DirectionMagnitude.random(6, 4, 0), 200, eta=0.5)
    t = trace.steps_to(1e-3)
    assert trace.error[t] <= 1e-3 < trace.error[t - 1]
    assert trace.steps_to(0) == -1
    coarse = run(wn, problem, DirectionMagnitude.random(6, 4, 0), 200, every=2, eta=0.5)
    assert coarse.steps_to(1e-3) == t + t % 2


def test_a_trace_can_be_copied_and_pickled():
    trace = run(gd, problem, Factor.random(6, 3, 0), 5, eta=0.1)
    for twin in (copy.copy(trace), pickle.loads(pickle.dumps(trace))):
        np.testing.assert_array_equal(twin.error, trace.error)


def test_gd_runs_on_a_batch_of_truths_of_different_rank():
    truths = np.stack([planted(6, [1], 0), planted(6, [1, 0.5], 1)])
    trace = run(gd, PlantedProblem(Population(Symmetric(6)), truths), Factor.random(6, 3, 0), 5, eta=0.1)
    assert trace.error.shape == (6, 2)


def test_a_whole_batch_may_diverge_even_at_once():
    record = {"lengths": lambda state: np.linalg.norm(state.Y, axis=-2)}
    trace = run(gd, problem, Factor.random(6, 3, 0), 20, record, eta=[1.7e308, 9.0])
    assert trace.diverged_at[0] == 1 < trace.diverged_at[1]
    assert trace.lengths.shape == (21, 2, 3)
    for k, t in enumerate(trace.diverged_at):
        assert np.isnan(trace.lengths[t:, k]).all()
        assert not np.isnan(trace.lengths[:t, k]).any()
    np.testing.assert_array_equal(trace.state.Y[1], Factor.random(6, 3, 0).Y)


def test_a_diverged_run_says_what_when_and_how_and_keeps_its_trace():
    with pytest.raises(Diverged, match=r"gd with eta = 9 is no longer finite at iteration \d+") as caught:
        run(gd, problem, Factor.random(6, 3, 0), 100, eta=9)
    trace = caught.value.trace
    assert trace.diverged_at == trace.steps[-1] + 1
    assert trace.error[-1] > 1e30


@pytest.mark.parametrize(("step", "start"), [(gd, Factor.random(6, 3, 0)), (wn, DirectionMagnitude.random(6, 3, 0))])
def test_diverged_members_of_a_batch_are_masked_and_the_others_go_on(step, start):
    sizes = {"eta": [0.1, 9.0]} if step is gd else {"eta": 0.1, "mu": [2.0, 1e3]}
    trace = run(step, problem, start, 400, **sizes)
    stayed, left = trace.diverged_at
    assert stayed == -1 < left
    assert np.isnan(trace.error[left:, 1]).all()
    assert not np.isnan(trace.error[:left, 1]).any()
    alone = run(step, problem, start, 400, **{name: np.ravel(size)[0] for name, size in sizes.items()})
    np.testing.assert_allclose(trace.error[:, 0], alone.error, rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: run(gd, problem, Factor.random(6, 2, 0), 0, eta=1), "steps is 0"),
        (lambda: run(gd, problem, Factor.random(6, 2, 0), 2.5, eta=1), "steps is 2.5"),
        (lambda: run(gd, problem, Factor.random(6, 2, 0), 5, every=0, eta=1), "every is 0"),
        (lambda: run(gd, problem, Factor.random(6, 2, 0), 5, eta=-0.1), "eta is -0.1"),
        (lambda: run(gd, problem, Factor.random(7, 2, 0), 5, eta=0.1), r"the start makes a \(7, 7\) matrix"),
        (lambda: run(gd, problem, DirectionMagnitude.random(6, 2, 0), 5, eta=0.1), "gd iterates a Factor"),
        (lambda: run(gd, problem, Factor.random(6, 2, 0, size=2), 5, {"one": lambda s: 1.0}, eta=0.1), "record 'one'"),
    ],
)
def test_nonsense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
