"""The one loop: iterate a step, record what is asked for, stop what diverges."""

import functools
import inspect
import typing
import warnings
from dataclasses import dataclass
from math import isfinite

import numpy as np
from tqdm import tqdm

from wnlib import _arguments
from wnlib.states import check_start


@dataclass(frozen=True, eq=False)
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
        """First recorded iteration at which `of` is at most `level`, per member of the batch; -1 if never.

        Without a truth there is no error: ask ``of="loss"``.
        """
        if of not in self.records:
            raise ValueError(f"of is {of!r}; the trace recorded {list(self.records)}")
        reached = self.records[of] <= level
        return np.where(reached.any(axis=0), self.steps[reached.argmax(axis=0)], -1)


class _Bar(tqdm):
    monitor_interval = 0  # no thread of its own: in a browser there is none to have, and each reader would be warned


class Diverged(ArithmeticError):
    """An unbatched run whose iterate is no longer finite. Carries the ``trace`` up to there."""

    def __init__(self, message, trace):
        super().__init__(message, trace)
        self.trace = trace

    def __str__(self):
        return self.args[0]


def run(step, problem, start, steps, record=None, every=1, **options):
    """Iterate ``state = step(problem, state, **options)`` and record as it goes.

    Parameters
    ----------
    step : callable
        A pure step, such as `wnlib.wn`, or one of yours: ``(problem, state, **options) -> state``.
    problem : Problem
    start : NamedTuple
        The first state. Leading axes of its arrays are a batch.
    steps : int
        How many iterations, at least 1.
    record : dict of str to callable, optional
        Name and function of the state, which returns an array that begins with the batch's shape. Always recorded are
        ``loss`` and, where the truth is known, ``error``, ‖Z - A‖_F.
    every : int
        Record each `every`-th iteration.
    **options
        Passed to the step: its step sizes above all. An array has the batch's shape, and makes a batch where there is
        none yet.

    Returns
    -------
    Trace
        Up to where it came, if it is interrupted from the keyboard.

    Raises
    ------
    ValueError
        If steps or every is not a positive whole number, the start does not fit the step or the problem, an option
        does not fit the batch, a step size is not positive, or the name of a record is taken.
    Diverged
        If the iterate of a run without a batch is no longer finite. In a batch the others go on.
    """
    steps, every = _arguments.positive_integers(steps=steps, every=every)
    expected = _expected_state(step)
    if not isinstance(start, expected):
        raise ValueError(f"start is a {type(start).__name__}; {_name(step)} iterates a {expected.__name__}")
    start = check_start(problem, start)
    asked = record or {}
    known = _records(problem, asked)
    names = [*known, *asked]
    batch = np.broadcast_shapes(problem.data.shape[:-1], *(array.shape[:-2] for array in start))
    for name, size in options.items():
        try:
            batch = np.broadcast_shapes(batch, np.shape(size))
        except ValueError:
            raise ValueError(f"{name} has shape {np.shape(size)}; it must fit that of the batch, {batch}") from None
    start = start._make(np.broadcast_to(array, (*batch, *array.shape[-2:])) for array in start)
    state, diverged_at = start, np.full(batch, -1)
    running = diverged_at < 0
    all_running = True
    rows = [(0, _values(known, asked, start))]
    for name, value in zip(names, rows[0][1], strict=True):
        if value.shape[: len(batch)] != batch:
            raise ValueError(f"record {name!r} has shape {value.shape}; it must begin with that of the batch, {batch}")

    def trace():
        kept, values = zip(*rows, strict=True)
        columns = map(np.array, zip(*values, strict=True))
        return Trace(np.array(kept), dict(zip(names, columns, strict=True)), state, diverged_at)

    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for t in _Bar(range(1, steps + 1), desc=_name(step), delay=2, leave=False):
                after = step(problem, state, **options)
                # A finite sum has finite terms only; another one has to be looked at.
                if not all(isfinite(array.sum()) for array in after):
                    finite = np.all([np.isfinite(array).all(axis=(-2, -1)) for array in after], axis=0)
                    diverged_at = np.where(~finite & (diverged_at < 0), t, diverged_at)
                    running = diverged_at < 0
                    all_running = running.all()
                # Diverged members go back to the start, where a step is harmless.
                state = after if all_running else _where(running, after, start)
                if not batch and not all_running:
                    sizes = ", ".join(f"{name} = {value}" for name, value in options.items() if not callable(value))
                    what = f"{_name(step)} with {sizes}" if sizes else _name(step)
                    raise Diverged(f"{what} is no longer finite at iteration {t}", trace())
                if t % every == 0:
                    values = _values(known, asked, state)
                    rows.append((t, values if all_running else [_masked(running, value) for value in values]))
    except KeyboardInterrupt:
        warnings.warn(f"interrupted; the trace ends at iteration {rows[-1][0]} of {steps}", RuntimeWarning, 2)
    return trace()


def _expected_state(step):
    """The named tuple that the step's annotation demands as its state, or object where it demands none."""
    step = _unwrapped(step)
    try:
        hint = typing.get_type_hints(step if inspect.isroutine(step) else type(step).__call__).get("state")
    except Exception:  # an annotation that cannot be looked up binds nobody
        hint = None
    return hint if isinstance(hint, type) and issubclass(hint, tuple) else object


def _unwrapped(step):
    while isinstance(step, functools.partial):
        step = step.func
    return step


def _name(step):
    step = _unwrapped(step)
    return getattr(step, "__name__", type(step).__name__)


def _records(problem, asked):
    """Name and function of Z of what is always recorded; the names in `asked` must be others."""
    known = {"error": problem.error} if hasattr(problem, "error") else {}
    known["loss"] = problem.loss
    taken = sorted(asked.keys() & {*known, *Trace.__dataclass_fields__, "steps_to"})
    if taken:
        raise ValueError(f"record has the name {taken[0]!r}, which is taken; choose another one")
    return known


def _values(known, asked, state):
    Z = state.Z
    values = [function(Z) for function in known.values()] + [function(state) for function in asked.values()]
    return [np.array(value) for value in values]


def _where(running, after, start):
    pairs = zip(after, start, strict=True)
    return after._make(np.where(running[..., None, None], *pair) for pair in pairs)


def _masked(running, value):
    """The value, NaN where a member of the batch no longer runs."""
    return np.where(running.reshape(running.shape + (1,) * (value.ndim - running.ndim)), value, np.nan)
