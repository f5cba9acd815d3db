"""The phase diagram of Chapter 12: who recovers a 30 x 30 matrix of rank 2 from n measurements with r columns.

Three methods: WN with any symmetric magnitude ("WN"), WN with a positive semidefinite one ("WN, semidefinite"),
gradient descent from a tiny start ("GD, tiny start"). WN starts at a random X and Θ = 0. Each cell (method, n,
r) has 20 seeds; a seed stands for a truth, a Gaussian operator and a start. Relative errors |Z - A|_F / |A|_F are kept
as log10, to one digit, and anything below 1e-12 counts as 1e-12. Written per cell:

- success: share of the seeds that end below 1e-3,
- final: the log10 errors at the end, sorted,
- curve: the log10 errors of one seed, that of the median end, at every 40th iteration,
- seed: which one.

Beside the cells:

- spectral start: success and final of both variants of WN on the same problems with the same steps, but X is the r
  leading eigenvectors of 𝓜*(y) by absolute eigenvalue. Not for r = 30: there every X spans the whole space, and Z does
  not depend on which it is;
- starts of GD: its share of successes at n = 100, r = 6 from smaller starts, too.

About ten minutes on one processor. Redo it with

    .venv/bin/python -m experiments.phase_diagram

and the spectral start alone with

    .venv/bin/python -m experiments.phase_diagram spectral

The live explorer of the chapter shows the same cells, from a condensed file. To write that file alone:

    .venv/bin/python -c "from experiments import phase_diagram as p; p.EXPLORER.write_text(p.condensed(), encoding='utf-8')"
"""

import json
import sys
from pathlib import Path

import numpy as np

from experiments.sweep import sweep
from wnlib import (
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
    wn_psd,
)
from wnlib.stiefel import positive_part

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "book" / "data" / "phase_diagram.json"
EXPLORER = DATA.with_name("explorer_phases.json")
METHODS = ("WN", "WN, semidefinite", "GD, tiny start")
SIZES = (100, 150, 200, 250, 300, 400, 465)
COLUMNS = (2, 3, 4, 6, 10, 15, 22, 30)
SEEDS = 20
STEPS, EVERY = 800, 40
M, RANK, CONDITION = 30, 2, 1.5
FLOOR, SUCCESS = 1e-12, 1e-3
STARTS, STARTS_N, STARTS_R = (1e-8, 1e-12, 1e-20), 100, 6  # sizes of GD's start, and the cell where they are tried


def magnitude_step(n, r):
    """1, or three quarters of the stability edge of the magnitude's step where that is less (Chapter 12)."""
    return min(1.0, 3 / (1 + np.sqrt(r * (r + 1) / (2 * n))) ** 2)


def problem_of(n, seed):
    return PlantedProblem(Gaussian(Symmetric(M), n, seed), planted(M, spectrum(RANK, CONDITION), seed))


def curve(method, n, r, seed):
    """log10 of the relative error of one run, at every 40th iteration."""
    problem = problem_of(n, seed)
    if method == "GD, tiny start":
        trace = run(gd, problem, Factor.random(M, r, seed, scale=1e-8), STEPS, every=EVERY, eta=0.4)
    else:
        step = wn if method == "WN" else wn_psd
        start = DirectionMagnitude.random(M, r, seed)
        trace = run(step, problem, start, STEPS, every=EVERY, eta=0.5, mu=magnitude_step(n, r))
    return np.log10(np.maximum(trace.error / np.linalg.norm(problem.truth), FLOOR))


def wn_of_both_kinds(problem, state, *, eta, mu):
    """A step of a batch of two: the second magnitude is kept semidefinite. They share the products with the rows."""
    X, theta = wn(problem, state, eta=eta, mu=mu)
    return DirectionMagnitude(X, np.stack([theta[0], positive_part(theta[1])]))


def spectral_ends(n, r, seed):
    """log10 of the relative errors after STEPS steps from the spectral start: of WN, and of WN, semidefinite."""
    problem = problem_of(n, seed)
    X = DirectionMagnitude.spectral(problem, r).X
    state = DirectionMagnitude(np.stack([X, X]), np.zeros((2, r, r)))
    for _ in range(0, STEPS, 100):
        trace = run(wn_of_both_kinds, problem, state, 100, every=100, eta=0.5, mu=magnitude_step(n, r))
        state, errors = trace.state, trace.error[-1] / np.linalg.norm(problem.truth)
        if np.all(errors < FLOOR / 10):
            break
    return np.log10(np.maximum(errors, FLOOR))


def spectral_cells():
    """What is written of the spectral start."""
    places = [(n, r) for n in SIZES for r in COLUMNS if r < M]
    runs = [{"n": n, "r": r, "seed": seed} for n, r in places for seed in range(SEEDS)]
    ends = np.reshape(sweep(spectral_ends, runs), (len(places), SEEDS, 2))
    cells = {}
    for (n, r), cell in zip(places, ends, strict=True):
        for method, values in zip(("WN", "WN, semidefinite"), cell.T, strict=True):
            kept = summary(values[:, None])
            cells[f"{method} | n = {n} | r = {r}"] = {"success": kept["success"], "final": kept["final"]}
    return cells


def summary(curves):
    """What is written of a cell, from the curves of its seeds."""
    ends = np.array([curve[-1] for curve in curves])
    order = np.argsort(ends, kind="stable")
    middle = int(order[len(ends) // 2])
    return {
        "success": round(float(np.mean(ends < np.log10(SUCCESS))), 2),
        "final": [round(float(end), 1) + 0.0 for end in ends[order]],
        "curve": [round(float(value), 1) + 0.0 for value in curves[middle]],
        "seed": middle,
    }


def starts_of_gd(seeds=SEEDS):
    """The share of the seeds with which GD succeeds, by the size of its start."""
    won = []
    for seed in range(seeds):
        problem = problem_of(STARTS_N, seed)
        start = Factor(np.multiply.outer(STARTS, Factor.random(M, STARTS_R, seed).Y))
        ends = run(gd, problem, start, STEPS, every=STEPS, eta=0.4).error[-1]
        won.append(ends < SUCCESS * np.linalg.norm(problem.truth))
    return {f"{size:g}": round(float(share), 2) for size, share in zip(STARTS, np.mean(won, axis=0), strict=True)}


def condensed():
    """The text of the explorer's file, from DATA: its axes, and cells by the indices of method, n and r."""
    diagram = json.loads(DATA.read_text(encoding="utf-8"))
    header, cells = diagram["header"], diagram["cells"]

    def cell(method, n, r):
        stored = cells[f"{method} | n = {n} | r = {r}"]
        return {
            "successes": round(stored["success"] * header["seeds"]),
            "final": stored["final"],
            "curve": stored["curve"],
        }

    shown = {key: header[key] for key in ("m", "n", "r", "seeds", "steps", "every")}
    shown["cells"] = [[[cell(method, n, r) for r in header["r"]] for n in header["n"]] for method in header["methods"]]
    return json.dumps(shown, separators=(",", ":")) + "\n"


def written(diagram):
    """The text of DATA: a cell a line."""

    def lines(cells):
        return ",\n".join(f"{json.dumps(name)}: {json.dumps(cells[name], sort_keys=True)}" for name in sorted(cells))

    return (
        f'{{\n"cells": {{\n{lines(diagram["cells"])}\n}},\n'
        f'"spectral start": {{\n{lines(diagram["spectral start"])}\n}},\n'
        f'"header": {json.dumps(diagram["header"], sort_keys=True)},\n'
        f'"starts of GD": {json.dumps(diagram["starts of GD"])}\n}}\n'
    )


def main(n_jobs=-1):
    cells = [
        {"method": method, "n": n, "r": r, "seed": seed}
        for method in METHODS
        for n in SIZES
        for r in COLUMNS
        for seed in range(SEEDS)
    ]
    curves = sweep(curve, cells, n_jobs)
    results = {}
    for k in range(0, len(cells), SEEDS):
        cell = cells[k]
        results[f"{cell['method']} | n = {cell['n']} | r = {cell['r']}"] = summary(curves[k : k + SEEDS])
    header = {
        "command": "python -m experiments.phase_diagram",
        "m": M,
        "rank": RANK,
        "condition": CONDITION,
        "methods": METHODS,
        "n": SIZES,
        "r": COLUMNS,
        "seeds": SEEDS,
        "steps": STEPS,
        "every": EVERY,
    }
    diagram = {
        "cells": results,
        "spectral start": spectral_cells(),
        "header": header,
        "starts of GD": {"n": STARTS_N, "r": STARTS_R, "success": starts_of_gd()},
    }
    DATA.write_text(written(diagram), encoding="utf-8")
    EXPLORER.write_text(condensed(), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["spectral"]:
        stored = json.loads(DATA.read_text(encoding="utf-8"))
        DATA.write_text(written(stored | {"spectral start": spectral_cells()}), encoding="utf-8")
    else:
        main()
