"""Wrong answers to problem set 4, each a misconception that its tests must find."""

MISTAKES = [
    (
        "1a",
        "counts m·r degrees of freedom, as if the columns of Y could not be rotated",
        """
def verdict(m, n, r):
    if n > m * r:
        return "unique"
    return "many" if n < r * (r + 1) // 2 else "open"
""",
    ),
    (
        "1a",
        "takes n = dof(r) for enough",
        """
def verdict(m, n, r):
    if n >= m * r - r * (r - 1) // 2:
        return "unique"
    return "many" if n < r * (r + 1) // 2 else "open"
""",
    ),
    (
        "1a",
        "takes too few measurements for uniqueness to mean infinitely many solutions",
        """
def verdict(m, n, r):
    return "unique" if n > m * r - r * (r - 1) // 2 else "many"
""",
    ),
    (
        "1a",
        "hard-codes what the visible checks ask for",
        """
def verdict(m, n, r):
    seen = {(200, 6): "unique", (166, 6): "unique", (200, 22): "many"}
    return seen.get((n, r), "open")
""",
    ),
    (
        "1a",
        "takes r(r + 1)/2 in place of r(r - 1)/2 away from m·r",
        """
def verdict(m, n, r):
    if n > m * r - r * (r + 1) // 2:
        return "unique"
    return "many" if n < r * (r + 1) // 2 else "open"
""",
    ),
    (
        "1b",
        "forgets that fitting p numbers uses up measurements, and divides by n",
        """
def floor(m, n, r, sigma):
    p = m * r - r * (r - 1) // 2
    return sigma * np.sqrt(p / n) if n > p + 1 else np.inf
""",
    ),
    (
        "1b",
        "returns the mean squared error in place of its root",
        """
def floor(m, n, r, sigma):
    p = m * r - r * (r - 1) // 2
    return sigma**2 * p / (n - p - 1) if n > p + 1 else np.inf
""",
    ),
    (
        "1b",
        "forgets the square root, so that the error has the size of a variance",
        """
def floor(m, n, r, sigma):
    p = m * r - r * (r - 1) // 2
    return sigma * p / (n - p - 1) if n > p + 1 else np.inf
""",
    ),
    (
        "1b",
        "corrects the formula for the cosine operator, which the question leaves out",
        """
def floor(m, n, r, sigma):
    p, d = m * r - r * (r - 1) // 2, m * (m + 1) // 2
    if n <= p + 1:
        return np.inf
    return sigma * np.sqrt(p / (n - p - 1)) / np.sqrt(d / (d - p - 1))
""",
    ),
    (
        "2a",
        "forgets that Rows scales its measurements, so that data and operator do not match",
        """
def split(operator, data, share, rng):
    order = rng.permutation(operator.n)
    k = round(share * operator.n)
    return tuple(
        Problem(Rows(operator, keep), data[keep]) for keep in (order[k:], order[:k])
    )
""",
    ),
    (
        "2a",
        "holds back the first measurements in place of random ones",
        """
def split(operator, data, share, rng):
    order = np.arange(operator.n)
    k = round(share * operator.n)
    parts = []
    for keep in (order[k:], order[:k]):
        rows = Rows(operator, keep)
        parts.append(Problem(rows, rows.scale * data[keep]))
    return tuple(parts)
""",
    ),
    (
        "2a",
        "holds measurements back, but fits to all of them",
        """
def split(operator, data, share, rng):
    held = rng.permutation(operator.n)[: round(share * operator.n)]
    rows = Rows(operator, held)
    return Problem(operator, data), Problem(rows, rows.scale * data[held])
""",
    ),
    (
        "2a",
        "draws the held-out measurements with replacement, so that some count twice",
        """
def split(operator, data, share, rng):
    n, k = operator.n, round(share * operator.n)
    order, parts = rng.integers(n, size=n), []
    for keep in (order[k:], order[:k]):
        rows = Rows(operator, keep)
        parts.append(Problem(rows, rows.scale * data[keep]))
    return tuple(parts)
""",
    ),
    (
        "2a",
        "draws the two parts one after the other, so that they overlap",
        """
def split(operator, data, share, rng):
    n, k = operator.n, round(share * operator.n)
    parts = []
    for size in (n - k, k):
        keep = rng.permutation(n)[:size]
        rows = Rows(operator, keep)
        parts.append(Problem(rows, rows.scale * data[keep]))
    return tuple(parts)
""",
    ),
    (
        "2a",
        "makes a generator of its own with a fixed seed, so that every split is the same one",
        """
def split(operator, data, share, rng):
    order = np.random.default_rng(0).permutation(operator.n)
    k = round(share * operator.n)
    parts = []
    for keep in (order[k:], order[:k]):
        rows = Rows(operator, keep)
        parts.append(Problem(rows, rows.scale * data[keep]))
    return tuple(parts)
""",
    ),
    (
        "2b",
        "returns the last state in place of the best one",
        """
def early_stop(step, start, fit, held, steps, patience, **options):
    state, curve = start, [norm(held.misfit(start.Z))]
    for k in range(1, steps + 1):
        state = step(fit, state, **options)
        value = norm(held.misfit(state.Z))
        if not np.isfinite(value):
            break
        curve.append(value)
        if k - int(np.argmin(curve)) >= patience:
            break
    return state, int(np.argmin(curve)), curve
""",
    ),
    (
        "2b",
        "fits to the held-out measurements while it looks at them",
        """
def early_stop(step, start, fit, held, steps, patience, **options):
    best = state = start
    t, curve = 0, [norm(held.misfit(start.Z))]
    for k in range(1, steps + 1):
        state = step(held, state, **options)
        value = norm(held.misfit(state.Z))
        if not np.isfinite(value):
            break
        curve.append(value)
        if value < curve[t]:
            best, t = state, k
        elif k - t >= patience:
            break
    return best, t, curve
""",
    ),
    (
        "2b",
        "stops by the misfit of the measurements that were fitted to",
        """
def early_stop(step, start, fit, held, steps, patience, **options):
    held = fit or held
    best = state = start
    t, curve = 0, [norm(held.misfit(start.Z))]
    for k in range(1, steps + 1):
        state = step(fit, state, **options)
        value = norm(held.misfit(state.Z))
        if not np.isfinite(value):
            break
        curve.append(value)
        if value < curve[t]:
            best, t = state, k
        elif k - t >= patience:
            break
    return best, t, curve
""",
    ),
    (
        "2b",
        "gives up at the first increase, as if the held-out misfit fell steadily",
        """
def early_stop(step, start, fit, held, steps, patience, **options):
    state, curve = start, [norm(held.misfit(start.Z))]
    for k in range(1, steps + 1):
        new = step(fit, state, **options)
        value = norm(held.misfit(new.Z))
        if not value < curve[-1]:
            break
        curve.append(value)
        state = new
    return state, len(curve) - 1, curve
""",
    ),
    (
        "2b",
        "records a misfit that is no longer finite, and goes on from there",
        """
def early_stop(step, start, fit, held, steps, patience, **options):
    best = state = start
    t, curve = 0, [norm(held.misfit(start.Z))]
    for k in range(1, steps + 1):
        state = step(fit, state, **options)
        value = norm(held.misfit(state.Z))
        curve.append(value)
        if value < curve[t]:
            best, t = state, k
        elif k - t >= patience:
            break
    return best, t, curve
""",
    ),
    (
        "2b",
        "counts the start as one of the steps, and makes one step too few",
        """
def early_stop(step, start, fit, held, steps, patience, **options):
    best = state = start
    t, curve = 0, [norm(held.misfit(start.Z))]
    for k in range(1, steps):
        state = step(fit, state, **options)
        value = norm(held.misfit(state.Z))
        if not np.isfinite(value):
            break
        curve.append(value)
        if value < curve[t]:
            best, t = state, k
        elif k - t >= patience:
            break
    return best, t, curve
""",
    ),
    (
        "2c",
        "chooses the rank with the least misfit on the data that were fitted to",
        """
def choose_rank(fitter, fit, held, ranks, budget):
    each = budget // len(ranks) - 1
    misfits = [norm(fit.misfit(fitter(fit, r, each))) for r in ranks]
    return ranks[int(np.argmin(np.nan_to_num(misfits, nan=np.inf)))]
""",
    ),
    (
        "2c",
        "lets each candidate spend the whole budget",
        """
def choose_rank(fitter, fit, held, ranks, budget):
    misfits = [norm(held.misfit(fitter(fit, r, budget))) for r in ranks]
    return ranks[int(np.argmin(np.nan_to_num(misfits, nan=np.inf)))]
""",
    ),
    (
        "2c",
        "takes as many columns as the budget allows: overparameterization can only help",
        """
def choose_rank(fitter, fit, held, ranks, budget):
    each = budget // len(ranks) - 1
    misfits = [norm(held.misfit(fitter(fit, r, each))) for r in ranks]
    return max(r for r, misfit in zip(ranks, misfits) if np.isfinite(misfit))
""",
    ),
    (
        "2c",
        "lets a fit that failed win, because argmin takes a NaN for the least number",
        """
def choose_rank(fitter, fit, held, ranks, budget):
    each = budget // len(ranks) - 1
    misfits = [norm(held.misfit(fitter(fit, r, each))) for r in ranks]
    return ranks[int(np.argmin(misfits))]
""",
    ),
    (
        "2c",
        "gives the whole budget to the fits, as if looks at held-out data were free",
        """
def choose_rank(fitter, fit, held, ranks, budget):
    each = budget // len(ranks)
    misfits = [norm(held.misfit(fitter(fit, r, each))) for r in ranks]
    misfits = np.nan_to_num(misfits, nan=np.inf)
    return ranks[int(np.argmax(misfits <= 1.02 * min(misfits)))]
""",
    ),
    (
        "2c",
        "takes the fewest columns that fit the fitted data nearly as well as the most",
        """
def choose_rank(fitter, fit, held, ranks, budget):
    each = budget // len(ranks) - 1
    misfits = [norm(fit.misfit(fitter(fit, r, each))) for r in ranks]
    misfits = np.nan_to_num(misfits, nan=np.inf)
    return ranks[int(np.argmax(misfits <= 1.05 * min(misfits)))]
""",
    ),
    (
        "2c",
        "returns the rank of the practice problem for every problem",
        """
def choose_rank(fitter, fit, held, ranks, budget):
    fitter(fit, 3, budget // 4)
    fitter(fit, 4, budget // 4)
    return 3
""",
    ),
    (
        "3a",
        "takes the back-projection of the data, cut to low rank, for a recovery",
        """
def recover(operator, data, noise, budget):
    values, V = eigh(operator.adjoint(data))
    return (V[:, -3:] * values[-3:]) @ V[:, -3:].T
""",
    ),
    (
        "3a",
        "takes the zero matrix, since its held-out misfit is finite",
        """
def recover(operator, data, noise, budget):
    return np.zeros(operator.space.shape)
""",
    ),
    (
        "3a",
        "takes two columns for every truth",
        """
def recover(operator, data, noise, budget):
    return default_fit(Problem(operator, data), 2, budget)
""",
    ),
    (
        "3a",
        "fits noise to round-off with many columns and a fast method",
        """
def recover(operator, data, noise, budget):
    from wnlib import prec_gd

    size = norm(data)
    problem = Problem(operator, data / size)
    state = Factor.random(operator.space.m, 20, rng=1, scale=1e-4)
    for _ in range(budget // 2):
        state = prec_gd(problem, state, eta=0.5)
    return size * state.Z
""",
    ),
    (
        "3a",
        "keeps the step size of a truth with largest eigenvalue 1 in any units",
        """
def recover(operator, data, noise, budget):
    problem = Problem(operator, data)
    state = Factor.random(operator.space.m, 10, rng=1, scale=1e-4)
    with np.errstate(all="ignore"):
        for _ in range((budget - 1) // 2):
            state = gd(problem, state, eta=0.4)
    return state.Z
""",
    ),
    (
        "3a",
        "trusts spare columns alone against noise: GD from a start that is not small, run to the end",
        """
def recover(operator, data, noise, budget):
    return default_fit(Problem(operator, data), 10, budget)
""",
    ),
    (
        "4a",
        "compares at equal iterations, where a step of WN costs twice as much",
        """
def compare(make, settings, seeds, budget):
    table = []
    for setting in settings:
        for name in ("WN", "GD"):
            errors = []
            for seed in seeds:
                trial = make(seed, budget, **setting)
                size = norm(trial.data)
                problem = Problem(trial.operator, trial.data / size)
                m = trial.operator.space.m
                if name == "WN":
                    state = DirectionMagnitude.random(m, 10, rng=1)
                else:
                    state = Factor.random(m, 10, rng=1, scale=1e-4)
                for _ in range((budget - 1) // 4):
                    if name == "WN":
                        state = wn_psd(problem, state, eta=1.0, mu=1.0)
                    else:
                        state = gd(problem, state, eta=0.5)
                errors.append(trial.score(size * state.Z))
            row = {"setting": setting, "method": name, "errors": errors}
            table.append(row | {"median": np.median(errors), "worst": max(errors)})
    return table
""",
    ),
    (
        "4a",
        "reports the least error on the way, which only an oracle knows",
        """
def compare(make, settings, seeds, budget):
    table = []
    for setting in settings:
        for name in ("WN", "GD"):
            errors = []
            for seed in seeds:
                trial = make(seed, budget, **setting)
                size = norm(trial.data)
                problem = Problem(trial.operator, trial.data / size)
                m, best = trial.operator.space.m, np.inf
                if name == "WN":
                    state = DirectionMagnitude.random(m, 10, rng=1)
                else:
                    state = Factor.random(m, 10, rng=1, scale=1e-4)
                for _ in range((budget - 1) // (4 if name == "WN" else 2)):
                    if name == "WN":
                        state = wn_psd(problem, state, eta=1.0, mu=1.0)
                    else:
                        state = gd(problem, state, eta=0.5)
                    best = min(best, trial.score(size * state.Z))
                errors.append(best)
            row = {"setting": setting, "method": name, "errors": errors}
            table.append(row | {"median": np.median(errors), "worst": max(errors)})
    return table
""",
    ),
    (
        "4a",
        "gives each method seeds of its own, and so other problems",
        """
def compare(make, settings, seeds, budget):
    table = []
    for setting in settings:
        for shift, name in enumerate(("WN", "GD")):
            errors = []
            for seed in seeds:
                trial = make(seed + shift, budget, **setting)
                size = norm(trial.data)
                problem = Problem(trial.operator, trial.data / size)
                m = trial.operator.space.m
                if name == "WN":
                    state = DirectionMagnitude.random(m, 10, rng=1)
                else:
                    state = Factor.random(m, 10, rng=1, scale=1e-4)
                for _ in range((budget - 1) // (4 if name == "WN" else 2)):
                    if name == "WN":
                        state = wn_psd(problem, state, eta=1.0, mu=1.0)
                    else:
                        state = gd(problem, state, eta=0.5)
                errors.append(trial.score(size * state.Z))
            row = {"setting": setting, "method": name, "errors": errors}
            table.append(row | {"median": np.median(errors), "worst": max(errors)})
    return table
""",
    ),
    (
        "4a",
        "runs the method and not its rival, and copies the numbers",
        """
def compare(make, settings, seeds, budget):
    table = []
    for setting in settings:
        errors = []
        for seed in seeds:
            trial = make(seed, budget, **setting)
            Z = default_fit(Problem(trial.operator, trial.data), 3, budget)
            errors.append(trial.score(Z))
        row = {"setting": setting, "errors": errors}
        row |= {"median": np.median(errors), "worst": max(errors)}
        table += [row | {"method": "WN"}, row | {"method": "GD"}]
    return table
""",
    ),
    (
        "4a",
        "reports the mean of the errors as their median",
        """
def compare(make, settings, seeds, budget):
    table = []
    for setting in settings:
        for name in ("WN", "GD"):
            errors = []
            for seed in seeds:
                trial = make(seed, budget, **setting)
                size = norm(trial.data)
                problem = Problem(trial.operator, trial.data / size)
                m = trial.operator.space.m
                if name == "WN":
                    state = DirectionMagnitude.random(m, 10, rng=1)
                else:
                    state = Factor.random(m, 10, rng=1, scale=1e-4)
                for _ in range((budget - 1) // (4 if name == "WN" else 2)):
                    if name == "WN":
                        state = wn_psd(problem, state, eta=1.0, mu=1.0)
                    else:
                        state = gd(problem, state, eta=0.5)
                errors.append(trial.score(size * state.Z))
            row = {"setting": setting, "method": name, "errors": errors}
            table.append(row | {"median": np.mean(errors), "worst": max(errors)})
    return table
""",
    ),
    (
        "4a",
        "reports the worst error and leaves the median out",
        """
def compare(make, settings, seeds, budget):
    table = []
    for setting in settings:
        for name in ("WN", "GD"):
            errors = []
            for seed in seeds:
                trial = make(seed, budget, **setting)
                size = norm(trial.data)
                problem = Problem(trial.operator, trial.data / size)
                m = trial.operator.space.m
                if name == "WN":
                    state = DirectionMagnitude.random(m, 10, rng=1)
                else:
                    state = Factor.random(m, 10, rng=1, scale=1e-4)
                for _ in range((budget - 1) // (4 if name == "WN" else 2)):
                    if name == "WN":
                        state = wn_psd(problem, state, eta=1.0, mu=1.0)
                    else:
                        state = gd(problem, state, eta=0.5)
                errors.append(trial.score(size * state.Z))
            row = {"setting": setting, "method": name, "errors": errors}
            table.append(row | {"worst": max(errors)})
    return table
""",
    ),
    (
        "4a",
        "writes the setting down as text, so that nobody can run it again",
        """
def compare(make, settings, seeds, budget):
    table = []
    for setting in settings:
        for name in ("WN", "GD"):
            errors = []
            for seed in seeds:
                trial = make(seed, budget, **setting)
                size = norm(trial.data)
                problem = Problem(trial.operator, trial.data / size)
                m = trial.operator.space.m
                if name == "WN":
                    state = DirectionMagnitude.random(m, 10, rng=1)
                else:
                    state = Factor.random(m, 10, rng=1, scale=1e-4)
                for _ in range((budget - 1) // (4 if name == "WN" else 2)):
                    if name == "WN":
                        state = wn_psd(problem, state, eta=1.0, mu=1.0)
                    else:
                        state = gd(problem, state, eta=0.5)
                errors.append(trial.score(size * state.Z))
            row = {"setting": str(setting), "method": name, "errors": errors}
            table.append(row | {"median": np.median(errors), "worst": max(errors)})
    return table
""",
    ),
]
