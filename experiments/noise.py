"""What noise a tenth of the truth leaves of five methods (Chapter 14).

Truths of rank 3 with κ = 5, m = 50, n = 1000 Gaussian measurements; steps and starts picked by hand. A run has 400
iterations. Kept of each, to four digits: the error at the end, the least, and that of the first iteration whose misfit
is no larger than the noise (null: none); of the first seed with the most columns, every error.

    python -m experiments.noise        two minutes on one processor; writes book/data/noise.json
"""

import json
from functools import partial
from pathlib import Path

import numpy as np

from experiments.rivals import Remembered, prec_bb
from experiments.sweep import sweep
from wnlib import (
    BarzilaiBorwein,
    DirectionMagnitude,
    Factor,
    Gaussian,
    PlantedProblem,
    Symmetric,
    gd,
    planted,
    run,
    spectrum,
    wn,
    wn_bb,
    wn_psd,
)

DATA = Path(__file__).parent.parent / "book" / "data" / "noise.json"
M, N, LEVEL, STEPS = 50, 1000, 0.1, 400
COLUMNS, SEEDS = (10, 20), (200, 201, 202)
# name: step, start, step sizes
METHODS = {
    "GD, α = 1e-4": (gd, partial(Factor.random, scale=1e-4), {"eta": 0.5}),
    "PrecGD + BB": (prec_bb, partial(Remembered.random, scale=1e-4), {"eta": 0.1}),
    "WN, fixed step": (wn, DirectionMagnitude.random, {"eta": 0.8, "mu": 1.0}),
    "wn_psd": (wn_psd, DirectionMagnitude.random, {"eta": 0.8, "mu": 1.0}),
    "WN + BB": (wn_bb, BarzilaiBorwein.random, {"eta": 0.1}),
}


def noisy(seed):
    """A problem with noise, and the length of the noise."""
    A = planted(M, spectrum(3, 5), seed)
    noise = np.random.default_rng([seed, 13]).standard_normal(N) / np.sqrt(N)
    noise *= LEVEL * np.linalg.norm(A)
    return PlantedProblem(Gaussian(Symmetric(M), N, seed), A, noise), np.linalg.norm(noise)


def errors(method, r, seed, steps=STEPS):
    """The error of each iteration, and the first iteration that fits the data up to the noise (-1: none)."""
    step, start, options = METHODS[method]
    problem, level = noisy(seed)
    trace = run(step, problem, start(M, r, seed), steps, **options)
    return trace.error, int(trace.steps_to(level**2 / 4, of="loss"))  # the loss is a quarter of the misfit's square


def summary(error, stop):
    """What is written of a run."""
    return [digits(error[-1]), digits(error.min()), digits(error[stop]) if stop >= 0 else None]


def digits(value):
    return float(f"{value:.4g}")


def main(n_jobs=-1):
    cells = [{"method": method, "r": r, "seed": seed} for r in COLUMNS for method in METHODS for seed in SEEDS]
    runs = sweep(errors, cells, n_jobs)
    table, curves = {str(r): {method: [] for method in METHODS} for r in COLUMNS}, {}
    for cell, (error, stop) in zip(cells, runs, strict=True):
        table[str(cell["r"])][cell["method"]].append(summary(error, stop))
        if (cell["r"], cell["seed"]) == (COLUMNS[-1], SEEDS[0]):
            curves[cell["method"]] = [digits(value) for value in error]
    content = {
        "about": "errors at the end, least, at the noise level, by columns, method, seed; "
        "written by: python -m experiments.noise",
        "columns": COLUMNS,
        "seeds": SEEDS,
        "steps": STEPS,
        "table": table,
        "curves": curves,
    }
    DATA.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
