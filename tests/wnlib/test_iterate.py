"""The driver: what it records, and how runs that diverge end."""

import copy
import pickle
import threading
from functools import partial

import numpy as np
import pytest
from problems import symmetric_problem

from wnlib import (
    BarzilaiBorwein,
    DirectionMagnitude,
    Diverged,
    Factor,
    PlantedProblem,
    Population,
    Problem,
    Symmetric,
    Trace,
    gd,
    planted,
    prec_gd,
    run,
    scaled_gd,
    wn,
    wn_bb,
    wn_psd,
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


def test_the_start_of_a_batch_is_recorded_as_it_is():
    """Before the first step, and with one row for each kept iteration, the batch's axes last."""
    starts = Factor.random(6, 3, 0, size=2)
    trace = run(gd, problem, starts, 3, eta=[[0.1], [0.2], [0.3]])
    assert trace.error.shape == (4, 3, 2) and trace.diverged_at.shape == (3, 2)
    np.testing.assert_array_equal(trace.error[0], [problem.error(starts.Z)] * 3)
    assert trace.state.Y.shape == (3, 2, 6, 3)
    np.testing.assert_array_equal(trace.diverged_at, -1)


@pytest.mark.parametrize(
    ("step", "start", "options"),
    [
        (gd, Factor.random(6, 3, 0), {}),
        (scaled_gd, Factor.random(6, 3, 0), {"damping": [[0.1], [0.2]]}),
        (prec_gd, Factor.random(6, 3, 0), {}),
        (wn, DirectionMagnitude.random(6, 3, 0), {"mu": [[0.5], [1]]}),
        (wn_psd, DirectionMagnitude.random(6, 3, 0), {"mu": [[0.5], [1]]}),
        (wn_bb, BarzilaiBorwein.random(6, 3, 0), {"longest": [[2], [100]]}),
    ],
)
def test_step_sizes_broadcast_the_same_way_in_a_run_and_in_a_step(step, start, options):
    """An array of them has the batch's shape, here (2, 3), whoever applies it."""
    options["eta"] = [0.1, 0.2, 0.3]
    trace = run(step, problem, start, 2, **options)
    state = step(problem, step(problem, start, **options), **options)
    for array, expected in zip(state, trace.state, strict=True):
        np.testing.assert_allclose(np.broadcast_to(array, expected.shape), expected, atol=1e-12)
    member = {
        name: np.broadcast_to(sizes, np.broadcast_shapes(np.shape(sizes), (2, 3)))[1, 2]
        for name, sizes in options.items()
    }
    alone = run(step, problem, start, 2, **member)
    np.testing.assert_allclose(state.Z.reshape(-1, 6, 6)[-1], alone.state.Z, atol=1e-12)
    assert state.Z.shape[:-2] == trace.diverged_at.shape == np.broadcast_shapes(*map(np.shape, options.values()))


@pytest.mark.parametrize("name", ["loss", "error", "state", "steps", "records", "diverged_at", "steps_to"])
def test_a_name_that_the_trace_has_itself_is_no_name_of_a_record(name):
    with pytest.raises(ValueError, match=f"^record has the name '{name}', which is taken; choose another one$"):
        run(gd, problem, Factor.random(6, 3, 0), 1, {"mine": len, name: len}, eta=0.1)


def test_where_there_is_no_truth_error_is_a_name_like_any_other():
    trace = run(gd, Problem(problem.operator, problem.data), Factor.random(6, 3, 0), 2, {"error": len}, eta=0.1)
    np.testing.assert_array_equal(trace.error, [1, 1, 1])


def interrupted(at):
    """A step in which somebody presses Ctrl-C at one iteration."""
    calls = []

    def step(problem, state):
        calls.append(1)
        if len(calls) == at:
            raise KeyboardInterrupt
        return gd(problem, state, eta=0.1)

    return step


@pytest.mark.parametrize(("at", "every", "last"), [(1, 1, 0), (4, 1, 3), (4, 2, 2)])
def test_an_interrupt_keeps_the_trace_so_far_and_says_so(at, every, last):
    start = Factor.random(6, 3, 0)
    with pytest.warns(RuntimeWarning, match=f"^interrupted; the trace ends at iteration {last} of 9$"):
        trace = run(interrupted(at), problem, start, 9, every=every)
    whole = run(gd, problem, start, 9, every=every, eta=0.1)
    np.testing.assert_array_equal(trace.steps, np.arange(0, last + 1, every))
    np.testing.assert_array_equal(trace.error, whole.error[: len(trace.steps)])
    np.testing.assert_array_equal(
        trace.state.Y, run(gd, problem, start, at - 1, eta=0.1).state.Y if at > 1 else start.Y
    )


def test_a_divergence_can_be_pickled():
    with pytest.raises(Diverged) as caught:
        run(gd, problem, Factor.random(6, 3, 0), 100, eta=9)
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert type(twin) is Diverged and str(twin) == str(caught.value)
        np.testing.assert_array_equal(twin.trace.error, caught.value.trace.error)
    assert caught.value.args == (str(caught.value), caught.value.trace)
    assert str(caught.value).startswith("gd with eta = 9 is no longer finite at iteration ")


def test_traces_are_equal_if_they_are_the_same_and_cannot_be_changed():
    trace, twin = (run(gd, problem, Factor.random(6, 3, 0), 2, eta=0.1) for _ in range(2))
    assert trace == trace and trace != twin and len({trace, twin}) == 2
    with pytest.raises(AttributeError):
        trace.steps = twin.steps


def test_steps_to_of_a_batch():
    trace = Trace(np.array([0, 5, 10]), {"gap": np.array([[3.0, 3.0, 0.5], [2.0, 1.0, 2.0], [1.0, 2.0, 2.0]])}, (), -1)
    np.testing.assert_array_equal(trace.steps_to(1, of="gap"), [10, 5, 0])
    np.testing.assert_array_equal(trace.steps_to(0.9, of="gap"), [-1, -1, 0])
    with pytest.raises(ValueError, match=r"^of is 'error'; the trace recorded \['gap'\]$"):
        trace.steps_to(1)
    with pytest.raises(AttributeError, match=r"^the trace has no 'loss'; it recorded \['gap'\]$"):
        trace.loss


def test_progress_is_shown_after_two_seconds_and_leaves_nothing_behind(monkeypatch):
    shown = {}

    def tqdm(iterations, **options):
        shown.update(options)
        return iterations

    monkeypatch.setattr("wnlib.iterate._Bar", tqdm)
    run(partial(gd, eta=0.1), problem, Factor.random(6, 3, 0), 2)
    assert shown == {"desc": "gd", "delay": 2, "leave": False}


def test_the_numbers_of_a_diverging_run_make_no_warning():
    """Overflow, infinity less infinity and division by zero are what divergence is; the tests make warnings errors."""

    def worse(problem, state):
        with np.errstate(under="ignore"):
            return Factor(np.exp(1000 * state.Y) / (state.Y - state.Y) - np.float64(1e200) ** 2)

    assert run(worse, problem, Factor.random(6, 3, 0, size=2), 2).diverged_at.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: run(gd, problem, Factor.random(6, 2, 0, size=2), 5, eta=[0.1] * 3),
            r"eta has shape \(3,\); it must fit that of the batch, \(2,\)",
        ),
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
