"""Gradient descent and weight normalization tuned on a photograph (Chapter 6).

Two truths: a photograph of 128 × 128 pixels, centred and scaled to the largest singular value 1, as it is and cut to
rank 8. Half as many coefficients of a randomized cosine transform are measured as there are pixels; r = 20. Each method
has a grid of 8 step sizes by 3: for WN three μ, for GD three sizes of its start. Kept is the PSNR in decibels after 150
iterations, rounded, or null where the run diverged.

    .venv/bin/python -m experiments.photograph        ten seconds on one processor; writes book/data/photograph.json
"""

import json
from pathlib import Path

import numpy as np

from wnbook.images import photograph
from wnlib import (
    DirectionsMagnitude,
    Factors,
    PlantedProblem,
    Rectangular,
    SubsampledDCT,
    gd_rectangular,
    run,
    wn_rectangular,
)

DATA = Path(__file__).resolve().parent.parent / "book" / "data" / "photograph.json"
PIXELS, RANK, COLUMNS, STEPS = 128, 8, 20, 150
TRUTHS = ("photograph", "rank 8")
GD_GRID = {"eta": [0.0625, 0.125, 0.25, 0.35, 0.5, 0.7, 1, 1.4], "scale": [1e-6, 1e-3, 0.3]}
GRIDS = {
    "WN": {"eta": [0.25, 0.5, 0.7, 1, 1.2, 1.4, 1.7, 2], "mu": [0.25, 0.5, 1]},
    "GD balanced": GD_GRID,
    "GD imbalanced": GD_GRID,
}


def problem(truth):
    grey = photograph(PIXELS)
    U, singular, Vt = np.linalg.svd(grey - grey.mean())
    kept = RANK if truth == "rank 8" else PIXELS
    A = (U[:, :kept] * (singular[:kept] / singular[0])) @ Vt[:kept]
    return PlantedProblem(SubsampledDCT(Rectangular(PIXELS, PIXELS), n=PIXELS**2 // 2, rng=0), A)


def decibels(truth, method, etas):
    """PSNR of a row of the grid per step size, NaN where a run diverged, shape (len(etas), 3)."""
    picture = problem(truth)
    etas = np.array(etas)[:, None]
    if method == "WN":
        start = DirectionsMagnitude.random(PIXELS, PIXELS, COLUMNS, rng=1)
        options = {"eta": etas, "mu": np.array(GRIDS["WN"]["mu"])}
        trace = run(wn_rectangular, picture, start, STEPS, every=STEPS, **options)
    else:
        imbalance = 1 if method == "GD balanced" else 3
        start = Factors.random(PIXELS, PIXELS, COLUMNS, rng=1, scale=GD_GRID["scale"], imbalance=imbalance)
        trace = run(gd_rectangular, picture, start, STEPS, every=STEPS, eta=etas)
    return 20 * np.log10(np.ptp(picture.truth) * PIXELS / trace.error[-1])


def main():
    def rounded(table):
        return [[None if np.isnan(value) else round(float(value), 3) for value in row] for row in table]

    psnr = {
        truth: {method: rounded(decibels(truth, method, grid["eta"])) for method, grid in GRIDS.items()}
        for truth in TRUTHS
    }
    table = {"command": "python -m experiments.photograph", "iterations": STEPS, "grids": GRIDS, "psnr": psnr}
    DATA.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
