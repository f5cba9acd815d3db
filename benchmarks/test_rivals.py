"""Seconds to squared error 1e-10 on Gaussian measurements, all methods side by side in one run."""

import time
from functools import partial

import numpy as np
import pytest
from pymanopt.optimizers import ConjugateGradient, SteepestDescent

from conftest import significant
from experiments.rivals import Remembered, prec_bb
from wnlib import (
    BarzilaiBorwein,
    DirectionMagnitude,
    Factor,
    Gaussian,
    PlantedProblem,
    Symmetric,
    gd,
    planted,
    prec_gd,
    run,
    spectrum,
    wn,
    wn_bb,
)
from wnlib.manopt import minimize

M, N, CONDITION, LEVEL = 50, 1000, 5, 1e-5  # the error is not squared
SEEDS, REPETITIONS, TUNING_SEED, STEPS = range(5), 7, 100, 1000
SIZES, SCALES = np.linspace(0.2, 0.9, 8), np.array([[1e-6], [1e-4], [1e-2], [1.0]])  # PrecGD and gradient descent
WN_SIZES, MUS = np.linspace(0.3, 1.7, 8), np.array([[1.0], [1.3], [1.6]])  # WN at a fixed step
OPTIMIZERS = {"conjugate gradients (pymanopt)": ConjugateGradient, "steepest descent (pymanopt)": SteepestDescent}


def make_problem(seed):
    return PlantedProblem(Gaussian(Symmetric(M), N, seed), planted(M, spectrum(3, CONDITION), seed))


def tuned(r):
    """Of each method the setting that needs the fewest steps on a problem of its own; a function of the seed.

    WN with Barzilai and Borwein's steps has nothing to tune.
    """
    problem = make_problem(TUNING_SEED)
    settings = {"WN, Barzilai–Borwein": (wn_bb, partial(BarzilaiBorwein.random, M, r), {})}

    start, (etas, mus) = DirectionMagnitude.random(M, r, TUNING_SEED), np.broadcast_arrays(WN_SIZES, MUS)
    k = np.argmin(steps_needed(wn, problem, start, eta=etas, mu=mus))
    sizes = {"eta": etas.flat[k], "mu": mus.flat[k]}
    settings["WN, fixed step"] = wn, partial(DirectionMagnitude.random, M, r), sizes

    etas, scales = np.broadcast_arrays(SIZES, SCALES)
    for name, step in {"PrecGD": prec_gd, "gradient descent": gd}.items():
        start = Factor.random(M, r, TUNING_SEED, scale=scales, size=scales.shape)
        k = np.argmin(steps_needed(step, problem, start, eta=etas))
        settings[name] = step, partial(Factor.random, M, r, scale=scales.flat[k]), {"eta": etas.flat[k]}

    start = Remembered.random(M, r, TUNING_SEED, SCALES[:, 0])
    k = np.argmin(steps_needed(prec_bb, problem, start, eta=0.1))
    settings["PrecGD, Barzilai–Borwein"] = prec_bb, partial(Remembered.random, M, r, scale=SCALES[k, 0]), {"eta": 0.1}
    return settings


def steps_needed(step, problem, start, **sizes):
    """How many steps to the level; infinite where `STEPS` are not enough."""
    steps = run(step, problem, start, STEPS, **sizes).steps_to(LEVEL)
    return np.where(steps < 0, np.inf, steps)


def seconds_of_steps(step, problem, state, count, sizes):
    if not np.isfinite(count):
        return np.inf
    begin = time.perf_counter()
    for _ in range(int(count)):
        state = step(problem, state, **sizes)
    return time.perf_counter() - begin


def seconds_of_optimizer(problem, optimizer, start):
    """By pymanopt's own clock, which leaves out what `minimize` records."""
    optimizer = optimizer(verbosity=0, log_verbosity=1, max_iterations=STEPS, min_gradient_norm=1e-8, min_step_size=0)
    trace = minimize(optimizer, problem, start)
    reached = trace.steps_to(LEVEL)
    return trace.seconds[reached] if reached > 0 else np.inf


@pytest.mark.parametrize("r", [10, 20])
def test_rivals(benchmark, r):
    methods = tuned(r)
    seconds = {name: [] for name in [*methods, *OPTIMIZERS]}

    def race():
        for seed in SEEDS:
            problem, laps = make_problem(seed), {name: [] for name in seconds}
            starts = {name: start(rng=seed) for name, (_, start, _) in methods.items()}
            counts = {
                name: steps_needed(step, problem, starts[name], **sizes) for name, (step, _, sizes) in methods.items()
            }
            for _ in range(REPETITIONS):
                for name, (step, _, sizes) in methods.items():
                    laps[name].append(seconds_of_steps(step, problem, starts[name], counts[name], sizes))
                for name, optimizer in OPTIMIZERS.items():
                    laps[name].append(seconds_of_optimizer(problem, optimizer, DirectionMagnitude.random(M, r, seed)))
            for name in seconds:
                seconds[name].append(np.median(laps[name]))

    benchmark.group = "rivals"
    benchmark.pedantic(race, rounds=1)
    benchmark.extra_info["what"] = f"r={r}"
    for name, times in seconds.items():
        median = np.median(times)
        benchmark.extra_info[name] = significant(median) if np.isfinite(median) else None
