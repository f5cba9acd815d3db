"""Who wins where: iterations and operator applications to squared errors of 1e-6 and 1e-10 (Chapter 14).

Twelve methods in twelve settings. In each setting each method is tuned, for each of the two accuracies, on a grid of at
least 8 step sizes by 3 scales and on three problems (seeds 100 to 102), by the worst of the three counts. Its best
cell then runs on five other problems (seeds 200 to 204); their counts go into ``book/data/rivals.json``, beside the grid
and what it gave. No run may use more than 2,000 applications of 𝓜 or 𝓜*; a grid's runs stop when one of its cells has
succeeded on all three. (pymanopt's optimizers are tuned on the first problem only: their line search keeps them from
diverging.) Takes about ten minutes on one core:

    python -m experiments.rivals
"""

import itertools
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.linalg import norm, solve
from pymanopt.optimizers import ConjugateGradient, SteepestDescent
from pymanopt.optimizers.line_search import AdaptiveLineSearcher, BackTrackingLineSearcher

from experiments.sweep import sweep
from wnlib import (
    BarzilaiBorwein,
    DirectionMagnitude,
    Factor,
    Gaussian,
    PlantedProblem,
    Population,
    Symmetric,
    gd,
    manopt,
    planted,
    prec_gd,
    run,
    scaled_gd,
    spectrum,
    wn,
    wn_bb,
)
from wnlib.barzilai_borwein import barzilai_borwein_size, inner
from wnlib.stiefel import polar, project, rounding, sym

DATA = Path(__file__).parent.parent / "book" / "data" / "rivals.json"
LEVELS = (1e-3, 1e-5)  # of the error, unsquared
BUDGET = 2000  # applications of 𝓜 or 𝓜*
CHUNK = 10  # iterations between two looks at the error
TUNING, REPORTED = (100, 101, 102), (200, 201, 202, 203, 204)

SETTINGS = {
    f"{name}κ = {kappa}, r = {r}": {"m": 50, "rank": 3, "condition": kappa, "n": n, "r": r}
    for (name, n, r), kappa in itertools.product(
        (("", 1000, 10), ("", 1000, 20), ("population, ", None, 20)), (2, 10, 50)
    )
} | {
    "n = 600, κ = 10, r = 10": {"m": 50, "rank": 3, "condition": 10, "n": 600, "r": 10},
    "exact rank, κ = 2, r = 3": {"m": 50, "rank": 3, "condition": 2, "n": 1000, "r": 3},
    "few data, κ = 1.5, r = 10": {"m": 30, "rank": 2, "condition": 1.5, "n": 200, "r": 10},
}


class Remembered(NamedTuple):
    """Z = Y Yᵀ, and the point before with the gradient there."""

    Y: np.ndarray
    last_Y: np.ndarray
    last_G: np.ndarray
    turn: np.ndarray
    space_type = Symmetric
    semidefinite = True
    Z = Factor.Z

    @classmethod
    def random(cls, m, r, rng, scale):
        (Y,) = Factor.random(m, r, rng, scale=scale)
        return cls(Y, Y, np.zeros_like(Y), np.zeros((*Y.shape[:-2], 1, 1)))


def prec_bb(problem, state: Remembered, *, eta, longest=1000.0, metric=True):
    """PrecGD with Barzilai and Borwein's step sizes; with metric=False, plain GD with them."""
    Y, last_Y, last_G, turn = state
    misfit = problem.misfit(Y @ Y.mT)
    G = problem.operator.adjoint(misfit) @ Y
    P = np.eye(Y.shape[-1])
    if metric:
        gram = Y.mT @ Y
        P = gram + (norm(misfit, axis=-1)[..., None, None] + rounding(gram)) * P
    S, D = Y - last_Y, G - last_G
    size = barzilai_borwein_size(inner(S @ P, S), inner(S, D), inner(solve(P, D.mT).mT, D), turn, eta, longest)
    return Remembered(Y - size * solve(P, G.mT).mT, Y, G, 1 - turn)


def gd_bb(problem, state: Remembered, *, eta):
    return prec_bb(problem, state, eta=eta, metric=False)


def wn_bb_plain(problem, state: BarzilaiBorwein, *, eta, longest):
    """Weight normalization with Barzilai and Borwein's step sizes in the plain metric of (X, Θ)."""
    X, theta, last_X, last_theta, last_G, last_H, turn = state
    EX = problem.residual(X @ theta @ X.mT) @ X
    G, H = project(X, EX @ theta), sym(X.mT @ EX) / 2
    S, T, D, C = X - last_X, theta - last_theta, G - last_G, H - last_H
    SS, SD, DD = inner(S, S) + inner(T, T), inner(S, D) + inner(T, C), inner(D, D) + inner(C, C)
    size = barzilai_borwein_size(SS, SD, DD, turn, eta, longest)
    return BarzilaiBorwein(polar(X, -size * G), theta - size * H, X, theta, G, H, 1 - turn)


def wn_bb_fixed(problem, state: BarzilaiBorwein, *, eta):
    """`wn_bb` with a fixed step size."""
    return wn_bb(problem, state, eta=eta, longest=1.0)


def factor(m, r, seed, scale=1.0, **_):
    return Factor.random(m, r, seed, scale=scale)


def remembered(m, r, seed, scale=1.0, **_):
    return Remembered.random(m, r, seed, scale)


def directions(m, r, seed, **_):
    return DirectionMagnitude.random(m, r, seed)


def two_points(m, r, seed, **_):
    return BarzilaiBorwein.random(m, r, seed)


FIXED = (0.1, 0.2, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9)
DAMPED = (0.2, 0.35, 0.5, 0.6, 0.75, 0.9, 1.2, 1.8)
SHORTEST = (0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)
FIRST = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
TINY, MODERATE = (1e-15, 1e-12, 1e-9, 1e-6, 1e-3), (0.1, 0.3, 1.0)
ALL = (1e-15, 1e-12, 1e-9, 1e-6, 1e-4, 1e-2, 1.0)
# name: (step, start, applications of 𝓜 or 𝓜* per iteration, axes of the grid)
METHODS = {
    "GD, moderate start": (gd, factor, 2, {"eta": FIXED, "scale": MODERATE}),
    "GD, tiny start": (gd, factor, 2, {"eta": FIXED, "scale": TINY}),
    "ScaledGD(λ)": (
        scaled_gd,
        factor,
        2,
        {"eta": DAMPED, "scale": TINY, "damping": (0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)},
    ),
    "PrecGD": (prec_gd, factor, 2, {"eta": FIXED, "scale": ALL}),
    "WN, fixed step": (wn, directions, 4, {"eta": (0.2, 0.4, 0.6, 0.8, 1.1, 1.5, 1.9, 2.4), "mu": (0.5, 1.0, 2.0)}),
    "WN, metric, fixed step": (wn_bb_fixed, two_points, 2, {"eta": (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.2, 1.6, 2.0)}),
    "SD": (SteepestDescent, None, None, {"initial": FIRST, "contraction_factor": (0.25, 0.5, 0.75)}),
    "CG": (
        ConjugateGradient,
        None,
        None,
        {"initial": FIRST, "beta_rule": ("HestenesStiefel", "PolakRibiere", "HagerZhang")},
    ),
    "GD + BB": (gd_bb, remembered, 2, {"eta": SHORTEST, "scale": TINY}),
    "PrecGD + BB": (prec_bb, remembered, 2, {"eta": SHORTEST, "scale": ALL}),
    "WN + BB, plain": (wn_bb_plain, two_points, 2, {"eta": SHORTEST, "longest": (10.0, 100.0, 1000.0, 10000.0)}),
    "WN + BB": (wn_bb, two_points, 2, {"eta": (0.1,)}),
}


def problem_of(m, rank, condition, n, seed):
    space = Symmetric(m)
    operator = Population(space) if n is None else Gaussian(space, n, seed)
    return PlantedProblem(operator, planted(m, spectrum(rank, condition), seed))


def followed(step, start, cost, setting, seeds, cells, until):
    """Iterations to each level, (levels, seeds, cells), and the last errors, (seeds, cells); inf if never.

    All cells of a grid are one batch. Stops when one of them has reached the level `until` on all seeds.
    """
    options = {name: np.array([cell[name] for cell in cells]) for name in cells[0]}
    m, r = setting["m"], setting["r"]
    problems, states = [], []
    for seed in seeds:
        problems.append(problem_of(**{key: setting[key] for key in ("m", "rank", "condition", "n")}, seed=seed))
        states.append(start(m, r, seed, **options))
    options = {name: values for name, values in options.items() if name != "scale"}
    counts = np.full((len(LEVELS), len(seeds), len(cells)), np.inf)
    errors = np.full((len(seeds), len(cells)), np.inf)
    lost = np.zeros((len(seeds), len(cells)), bool)
    for done in range(0, BUDGET // cost, CHUNK):
        for k, problem in enumerate(problems):
            trace = run(step, problem, states[k], CHUNK, **options)
            states[k] = trace.state
            lost[k] |= trace.diverged_at >= 0
            errors[k] = np.where(lost[k], np.inf, trace.error[-1])
            for j, level in enumerate(LEVELS):
                reached = trace.steps_to(level)
                counts[j, k] = np.minimum(counts[j, k], np.where((reached >= 0) & ~lost[k], done + reached, np.inf))
        if np.isfinite(counts[LEVELS.index(until)]).all(axis=0).any():
            break
    return counts, errors


def optimized(optimizer, setting, seed, initial, **options):
    """Iterations and applications to each level, and the last error, of one of pymanopt's optimizers."""
    if optimizer is SteepestDescent:
        searcher, options = BackTrackingLineSearcher(initial_step_size=initial, **options), {}
    else:
        searcher = AdaptiveLineSearcher(initial_step_size=initial)
    solver = optimizer(
        line_searcher=searcher, verbosity=0, log_verbosity=1, min_gradient_norm=3e-8, min_step_size=1e-14,
        max_iterations=BUDGET // 2, max_cost_evaluations=BUDGET // 2, max_time=1e9, **options,
    )  # fmt: skip
    problem = problem_of(**{key: setting[key] for key in ("m", "rank", "condition", "n")}, seed=seed)
    trace = manopt.minimize(solver, problem, DirectionMagnitude.random(setting["m"], setting["r"], seed))
    steps = [trace.steps_to(level) for level in LEVELS]
    used = [trace.operations[step] if step >= 0 else np.inf for step in steps]
    within = [(step, count) if count <= BUDGET else (np.inf, np.inf) for step, count in zip(steps, used, strict=True)]
    return np.array(within), trace.error[-1]


def tuned(method, setting):
    """The grid's cells, the worst of their counts of applications per level and of their last errors, and the best."""
    step, start, cost, axes = METHODS[method]
    cells = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    if start:
        counts, errors = followed(step, start, cost, setting, TUNING, cells, LEVELS[-1])
        counts = cost * counts
    else:
        results = [[optimized(step, setting, seed, **cell) for cell in cells] for seed in TUNING[:1]]
        counts = np.array([[[cell[0][j, 1] for cell in row] for row in results] for j in range(len(LEVELS))])
        errors = np.array([[cell[1] for cell in row] for row in results])
    worst = errors.max(axis=0)
    best = []
    for worse in counts.max(axis=1):
        best.append(int(np.argmin(worse) if np.isfinite(worse).any() else np.argmin(worst)))
    return cells, counts.max(axis=1), worst, best


def measured(method, setting, chosen, seeds=REPORTED):
    """Iterations and applications, each (levels, seeds), of the cell chosen for each level; inf if not within budget."""
    step, start, cost, _ = METHODS[method]
    iterations, applications = np.empty((2, len(LEVELS), len(seeds)))
    for k, seed in enumerate(seeds):
        for j, (level, cell) in enumerate(zip(LEVELS, chosen, strict=True)):
            if j and cell == chosen[0] and np.isinf(iterations[0, k]):
                iterations[j, k] = applications[j, k] = np.inf
            elif start:
                iterations[j, k] = followed(step, start, cost, setting, [seed], [cell], level)[0][j, 0, 0]
                applications[j, k] = cost * iterations[j, k]
            else:
                iterations[j, k], applications[j, k] = optimized(step, setting, seed, **cell)[0][j]
    return iterations, applications


def whole(counts):
    """For JSON: whole numbers, and null where the level was not reached."""
    return [int(count) if np.isfinite(count) else None for count in counts]


def outcome(count, error):
    """A tuning cell in one number: applications to 1e-10; else the exponent of its error at the end, at most 0; or null.

    Null stands for an iterate that was no longer finite.
    """
    if np.isfinite(count):
        return int(count)
    return min(0, round(np.log10(error))) if np.isfinite(error) else None


def cell_of_table(setting, method):
    """One method in one setting: tuned, then measured; all that the chapter says of it."""
    where = SETTINGS[setting]
    if method == "WN + BB":  # nothing is tuned; two other sizes show how little they matter
        chosen = [{"eta": 0.1}] * 2
        entry = {
            f"iterations, eta = {eta}": [whole(row) for row in measured(method, where, [{"eta": eta}] * 2)[0]]
            for eta in (0.03, 0.3)
        }
    else:
        cells, counts, worst, best = tuned(method, where)
        chosen = [cells[k] for k in best]
        entry = {"tuning": [outcome(*cell) for cell in zip(counts[-1], worst, strict=True)]}
    iterations, applications = measured(method, where, chosen)
    return entry | {
        "chosen": chosen,
        "iterations": [whole(row) for row in iterations],
        "applications": [whole(row) for row in applications],
    }


def main(n_jobs=-1):
    cells = [{"setting": setting, "method": method} for setting in SETTINGS for method in METHODS]
    entries = sweep(cell_of_table, cells, n_jobs)
    table = {setting: {} for setting in SETTINGS}
    for cell, entry in zip(cells, entries, strict=True):
        table[cell["setting"]][cell["method"]] = entry
    header = {
        "redo": "python -m experiments.rivals",
        "levels of the error": LEVELS,
        "budget of applications": BUDGET,
        "seeds": {"tuning": TUNING, "reported": REPORTED},
    }
    grids = {method: list(axes.items()) for method, (_, _, _, axes) in METHODS.items()}
    content = {"header": header, "settings": SETTINGS, "grids": grids, "table": table}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    DATA.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
