"""The one loop: iterate a step, record what is asked for, stop what diverges."""

from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from wnlib import _arguments
from wnlib.methods import check_start


@dataclass(frozen=True)
class Trace:
    """What a run recorded.

    Attributes
    ----------
    steps : ndarray of int, shape (k,)
        The iterations recorded, from 0 (the start) on.
    records : dict of str to ndarray, shape (k, ...)
        One array per recorded quantity, time first; NaN where a member of a batch had diverged.
        ``trace.error`` is short for ``trace.records["error"]``.
    state : NamedTuple
        The last state (of a diverged member: its start).
    diverged_at : ndarray of int, shape of the batch
        The iteration at which each member was no longer finite; -1 where it stayed finite.
    """

    steps: np.ndarray
    records: dict
    state: tuple
    diverged_at: np.ndarray

    def __getattr__(self, name):
        records = self.__dict__.get("records", {})  # none while a copy is being made
        if name not in records:
            raise AttributeError(f"the trace has no {name!r}; it recorded {list(records)}")
        return records[name]

    def steps_to(self, level, of="error"):
        """First recorded iteration at which `of` is at most `level`, per member of the batch; -1 if never."""
        reached = np.asarray(self.records[of]) <= level
        return np.where(reached.any(axis=0), self.steps[reached.argmax(axis=0)], -1)


def _name(step):
    return getattr(step, "__name__", repr(step))  # a functools.partial has none


class Diverged(ArithmeticError):
    """An unbatched run whose iterate is no longer finite. Carries the ``trace`` up to there."""

    def __init__(self, message, trace):
        super().__init__(message)
        self.trace = trace


def run(step, problem, start, steps, record=None, every=1, **options):
    """Iterate ``state = step(problem, state, **options)`` and record as it goes.

    Parameters
    ----------
    step : function
        A pure step of `wnlib.methods`, or one of yours: ``(problem, state, **options) -> state``.
    problem : Problem
    start : NamedTuple
        The first state. Leading axes of its arrays are a batch.
    steps : int
        How many iterations, at least 1.
    record : dict of str to callable, optional
        Name and function of the state, which returns an array. The error ‖Z - A‖_F is always
        recorded, as ``error``, first.
    every : int
        Record each `every`-th iteration.
    **options
        Passed to the step: its step sizes above all. A step size may be a list or array with the
        batch's shape.

    Returns
    -------
    Trace

    Raises
    ------
    ValueError
        If steps or every is not a positive whole number, the start does not fit the problem, or a step size
        is not positive.
    Diverged
        If the iterate of a run without a batch is no longer finite. In a batch the others go on.
    """
    _arguments.positive_integer(steps=steps, every=every)
    expected = getattr(step, "__annotations__", {}).get("state", type(start))
    if not isinstance(start, expected):
        raise ValueError(f"start is a {type(start).__name__}; {_name(step)} iterates a {expected.__name__}")
    start = check_start(problem, start)
    record = {"error": lambda state: problem.error(state.Z), **(record or {})}
    batch = np.broadcast_shapes(
        problem.data.shape[:-1], *(array.shape[:-2] for array in start), *(np.shape(size) for size in options.values())
    )
    start = start._make(np.broadcast_to(array, (*batch, *array.shape[-2:])) for array in start)
    options = {name: np.expand_dims(size, (-2, -1)) if np.ndim(size) else size for name, size in options.items()}

    state = start
    diverged_at = np.full(batch, -1)
    kept, records = [0], {name: [np.asarray(function(start))] for name, function in record.items()}
    for name, [value] in records.items():
        if value.shape[: len(batch)] != batch:
            raise ValueError(f"record {name!r} has shape {value.shape}; it must begin with that of the batch, {batch}")

    def trace():
        arrays = {name: np.array(values) for name, values in records.items()}
        return Trace(np.array(kept), arrays, state, diverged_at)

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t in tqdm(range(1, steps + 1), desc=_name(step), delay=2, leave=False):
            state = step(problem, state, **options)
            finite = np.all([np.isfinite(array).all(axis=(-2, -1)) for array in state], axis=0)
            diverged_at = np.where(~finite & (diverged_at < 0), t, diverged_at)
            running = diverged_at < 0
            if not batch and not running:
                break
            if not running.all():  # send the diverged members back to the start, where a step is harmless
                state = state._make(
                    np.where(running[..., None, None], *pair) for pair in zip(state, start, strict=True)
                )
            if t % every == 0:
                kept.append(t)
                for name, function in record.items():
                    value = np.asarray(function(state))
                    mask = running.reshape(running.shape + (1,) * (value.ndim - running.ndim))
                    records[name].append(np.where(mask, value, np.nan))

    if not batch and diverged_at >= 0:
        where = ", ".join(f"{name} = {value}" for name, value in options.items() if not callable(value))
        raise Diverged(f"{_name(step)} with {where} is no longer finite at iteration {diverged_at}", trace())
    return trace()
