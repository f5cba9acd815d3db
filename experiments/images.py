"""Gradient descent and weight normalization on three pictures, tuned over one grid each (Chapter 13).

Six truths: a photograph, a terrain and a magnetic-resonance slice, 256 × 256, centred and scaled to the largest singular
value 1, each as it is and cut to rank 8. Half of the coordinates of a randomized cosine transform are measured; r = 20.
Every cell of the grids runs 600 iterations, and its PSNR in decibels is kept at the checkpoints (the start's is not).
GD on the pictures themselves also runs with 5 to 60 columns, at one step size, 300 and 1,500 iterations.
`wn_bb` runs on the symmetric dilations of all six, with three values of its shortest step size, 150 iterations.
Last, the cost of a step of each kind, as a ratio: median of repetitions in turn.

    .venv/bin/python -m experiments.images        about 8 minutes on one processor; writes book/data/images.json
"""

import json
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from experiments.sweep import sweep
from wnbook.images import mri, photograph, terrain
from wnlib import (
    BarzilaiBorwein,
    DirectionsMagnitude,
    Diverged,
    Factors,
    PlantedProblem,
    Rectangular,
    SubsampledDCT,
    Symmetric,
    gd_rectangular,
    run,
    wn_bb,
    wn_rectangular,
)

PICTURES = {"photograph": photograph, "terrain": terrain, "MRI": mri}
TRUTHS = ("itself", "rank 8")
CHECKPOINTS = [25, 50, 75, 100, 150, 200, 250, 300, 350, 400, 500, 600]
SIDE, RANK, COLUMNS, SHARE = 256, 8, 20, 0.5
ROUND_OFF = 250.0  # decibels beyond which there is only round-off
SCALES = [1e-10, 1e-6, 1e-3, 0.1, 0.3]
RANKS, LONG_RUN = [5, 10, 20, 40, 60], [300, 1500]  # columns and checkpoints of runs with one fixed step size
BB_ETAS, BB_CHECKPOINTS = [0.03, 0.1, 0.3], [50, 100, 150]
GD_ETAS = [0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
# method: its step sizes, its second axis, and the values of that
GRIDS = {
    "WN": ([0.5, 0.7, 1.0, 1.2, 1.4, 1.55, 1.7, 1.9], "mu", [0.5, 1.0, 1.25]),
    "GD balanced": (GD_ETAS, "scale", SCALES),
    "GD imbalanced": (GD_ETAS, "scale", SCALES),
}


def problem(picture, truth):
    """The picture without its mean, largest singular value 1, and its measurements."""
    grey = PICTURES[picture]()
    U, singular, Vt = np.linalg.svd(grey - grey.mean())
    kept = RANK if truth == "rank 8" else SIDE
    A = (U[:, :kept] * (singular[:kept] / singular[0])) @ Vt[:kept]
    return PlantedProblem(SubsampledDCT(Rectangular(SIDE, SIDE), n=int(SHARE * SIDE**2), rng=0), A)


def start(method, other, columns=COLUMNS):
    """The step, where it starts, and its options beside the step size."""
    if method == "WN":
        return wn_rectangular, DirectionsMagnitude.random(SIDE, SIDE, columns, rng=1), {"mu": other}
    imbalance = 3 if method == "GD imbalanced" else 1
    factors = Factors.random(SIDE, SIDE, columns, rng=1, scale=other, imbalance=imbalance)
    return gd_rectangular, factors, {}


def decibels(picture, truth, method, eta, other, checkpoints=CHECKPOINTS, columns=COLUMNS):
    """PSNR at the checkpoints; None from the iteration on at which the run is no longer finite."""
    sensed = problem(picture, truth)
    step, state, options = start(method, other, columns)
    try:
        trace = run(step, sensed, state, checkpoints[-1], every=25, eta=eta, **options)
    except Diverged as stopped:
        trace = stopped.trace
    error = dict(zip(trace.steps.tolist(), trace.error, strict=True))
    peak = np.ptp(sensed.truth) * SIDE
    psnr = [20 * np.log10(peak / error[t]) if t in error else None for t in checkpoints]
    return [None if value is None else round(min(float(value), ROUND_OFF), 2) for value in psnr]


def with_columns(picture, columns):
    """PSNR of GD with so many columns, after a moderate and a long run."""
    return decibels(picture, "itself", "GD balanced", 0.6, 1e-3, LONG_RUN, columns)


class Dilated:
    """Measures the off-diagonal block of a symmetric matrix by `inner`, and the diagonal blocks coordinate by coordinate.

    The class of the chapter, in one line each.
    """

    def __init__(self, inner):
        self.inner, (self.p, self.q) = inner, inner.space.shape
        self.space, self.blocks = Symmetric(self.p + self.q), (Symmetric(self.p), Symmetric(self.q))
        self.ends = np.cumsum([block.dimension for block in self.blocks])
        self.n = int(self.ends[-1]) + inner.n

    def _cut(self, S):
        p = self.p
        return S[..., :p, :p].copy(), S[..., p:, p:].copy(), S[..., :p, p:].copy()

    def _join(self, top, bottom, Z):
        return np.block([[top, Z], [Z.mT, bottom]])

    def forward(self, S):
        top, bottom, Z = self._cut(S)
        first, second = (block.coordinates(part) for block, part in zip(self.blocks, (top, bottom), strict=True))
        return np.concatenate([first, second, np.sqrt(2) * self.inner.forward(Z)], axis=-1)

    def adjoint(self, y):
        first, second, third = np.split(y, self.ends, axis=-1)
        top, bottom = (block.matrix(part) for block, part in zip(self.blocks, (first, second), strict=True))
        return self._join(top, bottom, self.inner.adjoint(third) / np.sqrt(2))

    def normal(self, S):
        top, bottom, Z = self._cut(S)
        return self._join(top, bottom, self.inner.normal(Z))


def with_wn_bb(picture, truth, eta, checkpoints=BB_CHECKPOINTS):
    """PSNR of `wn_bb` on the dilation, from the start of rectangular WN."""
    sensed = problem(picture, truth)
    A, nothing = sensed.truth, np.zeros((SIDE, SIDE))
    X, _, W = DirectionsMagnitude.random(SIDE, SIDE, COLUMNS, rng=1)
    lifted = np.block([[X, np.zeros_like(X)], [np.zeros_like(W), W]])
    twin = PlantedProblem(Dilated(sensed.operator), np.block([[nothing, A], [A.T, nothing]]))
    first = BarzilaiBorwein.at(lifted, np.zeros((2 * COLUMNS, 2 * COLUMNS)))
    block = {"block": lambda state: np.linalg.norm(state.Z[:SIDE, SIDE:] - A)}
    trace = run(wn_bb, twin, first, checkpoints[-1], block, every=checkpoints[0], eta=eta)
    psnr = 20 * np.log10(np.ptp(A) * SIDE / trace.block[1:])
    return [round(min(float(value), ROUND_OFF), 2) for value in psnr]


def costs(repetitions=40, steps=5):
    """Processor time of a step of WN in units of one of GD: median over repetitions in turn."""
    sensed = problem("photograph", "itself")
    ratios = []
    for _ in range(repetitions):
        seconds = []
        for method, eta, other in (("WN", 1.0, 1.0), ("GD balanced", 0.6, 0.1)):
            step, state, options = start(method, other)
            begin = process_time()
            for _ in range(steps):
                state = step(sensed, state, eta=eta, **options)
            seconds.append(process_time() - begin)
        ratios.append(seconds[0] / seconds[1])
    return round(median(ratios), 2)


def main(n_jobs=-1):
    cells = [
        {"picture": picture, "truth": truth, "method": method, "eta": eta, "other": other}
        for picture in PICTURES
        for truth in TRUTHS
        for method, (etas, _, others) in GRIDS.items()
        for eta in etas
        for other in others
    ]
    results = iter(sweep(decibels, cells, n_jobs))
    psnr = {
        picture: {
            truth: {
                method: [[next(results) for _ in others] for _ in etas] for method, (etas, _, others) in GRIDS.items()
            }
            for truth in TRUTHS
        }
        for picture in PICTURES
    }
    more = [{"picture": picture, "columns": columns} for picture in PICTURES for columns in RANKS]
    long_runs = iter(sweep(with_columns, more, n_jobs))
    symmetric = [{"picture": picture, "truth": truth, "eta": eta}
                 for picture in PICTURES for truth in TRUTHS for eta in BB_ETAS]  # fmt: skip
    by_wn_bb = iter(sweep(with_wn_bb, symmetric, n_jobs))
    table = {
        "about": "PSNR in dB by picture, truth, method, step size, scale or mu, checkpoint; "
        "written by: .venv/bin/python -m experiments.images",
        "checkpoints": CHECKPOINTS,
        "cost of a WN step in GD steps": costs(),
        "grids": {method: {"eta": etas, name: others} for method, (etas, name, others) in GRIDS.items()},
        "psnr": psnr,
        "ranks": {"columns": RANKS, "checkpoints": LONG_RUN}
        | {picture: [next(long_runs) for _ in RANKS] for picture in PICTURES},
        "wn_bb": {"checkpoints": BB_CHECKPOINTS}
        | {
            picture: {truth: {f"{eta:g}": next(by_wn_bb) for eta in BB_ETAS} for truth in TRUTHS}
            for picture in PICTURES
        },
    }
    path = Path(__file__).parents[1] / "book" / "data" / "images.json"
    path.write_text(json.dumps(table, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
