"""One WN step beside the bare work that it cannot do without, and beside an iteration of pymanopt's conjugate gradients."""

import subprocess
import sys
import time

import numpy as np
import pytest
from pymanopt.optimizers import ConjugateGradient

from conftest import significant
from wnlib import (
    DirectionMagnitude,
    Gaussian,
    Gram,
    PlantedProblem,
    Population,
    SubsampledDCT,
    Symmetric,
    planted,
    spectrum,
    wn,
)
from wnlib.manopt import minimize

CASES = {
    "step: SubsampledDCT, m = 300, n = 40,000, r = 50": (300, 50, lambda: SubsampledDCT(Symmetric(300), 40_000, 0)),
    "step: SubsampledDCT, m = 300, n = 40,000, r = 100": (300, 100, lambda: SubsampledDCT(Symmetric(300), 40_000, 0)),
    "step: Population, m = 300, r = 50": (300, 50, lambda: Population(Symmetric(300))),
    "step: Gaussian, m = 50, n = 1,000, r = 20": (50, 20, lambda: Gaussian(Symmetric(50), 1000, 0)),
    "step: Gram, m = 30, n = 60,000, r = 10": (30, 10, lambda: Gram(Symmetric(30), 60_000, 0)),
}
ITERATIONS = 20


@pytest.fixture(scope="module", params=CASES)
def case(request):
    """The name of a case, its problem, and a state on the way."""
    m, r, operator = CASES[request.param]
    problem = PlantedProblem(operator(), planted(m, spectrum(3, 3), 0))
    state = DirectionMagnitude.random(m, r, 0)
    for _ in range(5):
        state = wn(problem, state, eta=0.3, mu=1.0)
    return request.param, problem, state


def bare_work(problem, state):
    """Two `normal` and every product with a thin matrix that a step makes; no eigenvectors, sums or checks."""
    X, theta = state
    E = problem.operator.normal(X @ theta @ X.T)
    G = E @ X @ theta
    G = X @ (X.T @ G)
    gram = G.T @ G  # r × r, in place of the eigenvectors
    X = (G @ gram) @ gram
    E = problem.operator.normal(X @ theta @ X.T)
    return X.T @ E @ X


def test_step(benchmark, case):
    """Each round times the bare work and then the step."""
    benchmark.group, problem, state = case
    bare = []

    def time_bare_work():
        begin = time.perf_counter()
        bare_work(problem, state)
        bare.append(time.perf_counter() - begin)

    warmup, steps = 3, {"eta": 0.3, "mu": 1.0}
    benchmark.pedantic(wn, (problem, state), steps, setup=time_bare_work, rounds=30, warmup_rounds=warmup)
    step, bare = np.median(benchmark.stats.stats.data), np.median(bare[warmup:])
    benchmark.extra_info.update({"what": "step", "seconds": significant(step)})
    benchmark.extra_info.update({"times the bare work": significant(step / bare)})


def test_conjugate_gradients(benchmark, case):
    """One iteration by pymanopt's own clock, which leaves out what `minimize` records."""
    benchmark.group, problem, state = case
    seconds = []

    def iterate():
        optimizer = ConjugateGradient(
            verbosity=0, log_verbosity=1, max_iterations=ITERATIONS + 1, min_gradient_norm=0, min_step_size=0
        )
        seconds.append(minimize(optimizer, problem, state).seconds[ITERATIONS] / ITERATIONS)

    benchmark.pedantic(iterate, rounds=5)
    benchmark.extra_info.update(
        {"what": "iteration of conjugate gradients", "seconds": significant(np.median(seconds))}
    )


PEAK = """
import sys
from wnlib import DirectionMagnitude, PlantedProblem, SubsampledDCT, Symmetric, planted, run, spectrum, wn
problem = PlantedProblem(SubsampledDCT(Symmetric(300), 40_000, 0), planted(300, spectrum(3, 3), 0))
run(wn, problem, DirectionMagnitude.random(300, 50, 0), 20, eta=0.3, mu=1.0)
if sys.platform == "linux":  # there ru_maxrss is inherited from the parent
    [line] = [line for line in open("/proc/self/status", encoding="utf-8") if line.startswith("VmHWM")]
    print(int(line.split()[1]) * 1024 / 1e6)
else:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def test_peak_memory(benchmark):
    """Of a whole process, imports and all; in MB."""
    benchmark.group = "step: SubsampledDCT, m = 300, n = 40,000, r = 50"
    peaks = []

    def process():
        run = subprocess.run([sys.executable, "-c", PEAK], check=True, capture_output=True, encoding="utf-8")
        peaks.append(float(run.stdout))

    benchmark.pedantic(process, rounds=1)
    benchmark.extra_info.update({"what": "peak memory", "MB": round(peaks[0])})
