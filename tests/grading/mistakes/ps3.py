"""Wrong answers to problem set 3 that a real student might give: (question, misconception, source of the answer cell).

Each must fail the test cell of its question.
"""

_SHADOW = """
def shadow_losses(U, eigenvalues, X, eta, steps):
    eye, outer = np.eye(len(eigenvalues)), np.multiply.outer(eigenvalues, eigenvalues)
    Phi = U.T @ X
    sines = U - X @ Phi.T
    T = np.linalg.solve(Phi @ Phi.T, sines.T @ sines)
    losses = [np.sum(eigenvalues**2) / 4]
    for _ in range(steps):
        T = (T + T.T) / 2
        K = np.linalg.solve(eye + T, T)
        LK = eigenvalues[:, None] * K
        losses.append((2 * np.trace(eigenvalues[:, None] * LK) - np.trace(LK @ LK)) / 4)
        R = eye - eta * np.linalg.inv((eye + T) / outer + eta * K)
        T = R @ T @ R
    return np.array(losses)
"""

_PAIR = """
def best_pair(smallest, largest):
    middle, half = (largest**2 + smallest**2) / 2, (largest**2 - smallest**2) / 2
    return 1 / (middle + np.array([1, -1]) * half / np.sqrt(2))
"""

_TAIL = """
def escape_tail(n, m, r, q):
    low, high = 1.0, np.sqrt(2 * q * n + 2)
    for _ in range(60):
        middle = (low + high) / 2
        tangent = middle
        for _ in range(n):
            cos2 = 1 / (1 + tangent**2)
            tangent *= (1 - q * cos2**2) / (1 + q * cos2 * (1 - cos2))
        low, high = (middle, high) if tangent <= 1 else (low, middle)
    return stats.beta.cdf(1 / (1 + low**2), r / 2, (m - r) / 2)
"""

_WN = """
def wn_cost(m, eigenvalues, r, level, share, rng):
    eta = theory.wn_best_step(eigenvalues)
    T = theory.sample_tangents(m, r, len(eigenvalues), rng, size=500)
    done = 0
    while done <= 600:
        part = theory.exact_recursion(T, eigenvalues, eta, 50)
        arrived = np.mean(2 * np.sqrt(np.maximum(part.loss, 0)) <= level, axis=1)
        if np.any(arrived >= share):
            n = done + int(np.argmax(arrived >= share))
            return float(r * n) if n <= 600 else np.inf
        T, done = part.T[-1], done + 50
    return np.inf
"""

_WN_TOTALS = """
def wn_cost(m, eigenvalues, r, level, share, rng):
    eta = theory.wn_best_step(eigenvalues)
    T = theory.sample_tangents(m, r, len(eigenvalues), rng, size=500)
    there = 2 * np.sqrt(theory.exact_recursion(T, eigenvalues, eta, 600).loss) <= level
    needed = np.argmax(there, axis=0)[there.any(axis=0)]
    return RESULT
"""

_GD = """
def gd_cost(m, eigenvalues, r, level, share, rng):
    problem = population(m, eigenvalues, rng)
    state = Factor.random(m, r, rng, scale=ALPHA, size=20)
    for n in range(601):
        if np.mean(problem.error(state.Z) <= level) >= share:
            return float(r * n)
        state = gd(problem, state, eta=1 / (2 * np.max(eigenvalues)))
    return np.inf
"""


def _change(source, old, new):
    if source.count(old) != 1:
        raise ValueError(f"{old!r} occurs {source.count(old)} times")
    return source.replace(old, new)


MISTAKES = [
    (
        "1",
        "takes the run from Θ = 0 for the run from Θ = XᵀAX: every loss comes one step early",
        _change(_SHADOW, "[np.sum(eigenvalues**2) / 4]", "[]").replace("range(steps)", "range(steps + 1)"),
    ),
    (
        "1",
        "takes the eigenvalues for positive: D = ΛBΛ with their absolute values",
        _change(_SHADOW, "eye, outer =", "eigenvalues = np.abs(eigenvalues)\n    eye, outer ="),
    ),
    (
        "1",
        "measures T as B⁻¹ - I, which loses the digits of small angles",
        _change(
            _SHADOW, "np.linalg.solve(Phi @ Phi.T, sines.T @ sines)", "np.linalg.inv(Phi @ Phi.T) - np.eye(len(Phi))"
        ),
    ),
    (
        "1",
        "lets the angles run independently of each other, each by the formula of the circle",
        _change(_SHADOW, "T = (T + T.T) / 2", "T = np.diag(np.linalg.eigvalsh(T))"),
    ),
    (
        "1",
        "multiplies T by R on one side only",
        _change(_SHADOW, "T = R @ T @ R\n", "T = R @ T\n"),
    ),
    (
        "1",
        "hard-codes what the visible checks ask for",
        "_kept = run_1.error**2 / 4\n\n\ndef shadow_losses(U, eigenvalues, X, eta, steps):\n    return _kept\n",
    ),
    (
        "1",
        "calls the recursion of wnlib instead of building it",
        "def shadow_losses(U, eigenvalues, X, eta, steps):\n"
        "    T = theory.squared_tangents(U, X)\n"
        "    later = theory.exact_recursion(T, eigenvalues, eta, steps).loss[:steps]\n"
        "    return np.array([np.sum(eigenvalues**2) / 4, *later])\n",
    ),
    (
        "2a",
        "multiplies the worst factors of the steps, as if one direction were the worst in all",
        "def final_factor(eigenvalues, etas):\n"
        "    worst = [np.max(np.abs(1 - e * np.square(eigenvalues))) for e in etas]\n"
        "    return np.prod(worst) ** (1 / len(etas))\n",
    ),
    (
        "2a",
        "has the eigenvalues in the factor unsquared, as in gradient descent",
        "def final_factor(eigenvalues, etas):\n"
        "    modes = np.prod(1 - np.multiply.outer(etas, np.abs(eigenvalues)), axis=0)\n"
        "    return np.max(np.abs(modes)) ** (1 / len(etas))\n",
    ),
    (
        "2a",
        "gives the factor of the loss for that of the error",
        "def final_factor(eigenvalues, etas):\n"
        "    modes = np.prod(1 - np.multiply.outer(etas, np.square(eigenvalues)), axis=0)\n"
        "    return np.max(np.abs(modes)) ** (2 / len(etas))\n",
    ),
    (
        "2a",
        "looks at the smallest eigenvalue alone and forgets that the largest may overshoot",
        "def final_factor(eigenvalues, etas):\n"
        "    return np.prod(np.abs(1 - np.array(etas) * np.min(np.square(eigenvalues)))) ** (1 / len(etas))\n",
    ),
    (
        "2a",
        "gives the factor of a cycle for that of a step",
        "def final_factor(eigenvalues, etas):\n"
        "    return np.max(np.abs(np.prod(1 - np.multiply.outer(etas, np.square(eigenvalues)), axis=0)))\n",
    ),
    (
        "2b",
        "finishes one end of the spectrum with each step, 1/L² and 1/ℓ²",
        "def best_pair(smallest, largest):\n    return np.array([1 / largest**2, 1 / smallest**2])\n",
    ),
    (
        "2b",
        "uses the best single step twice",
        "def best_pair(smallest, largest):\n    return np.full(2, 2 / (smallest**2 + largest**2))\n",
    ),
    (
        "2b",
        "spreads the zeros of the polynomial evenly over the interval",
        _change(_PAIR, "half / np.sqrt(2)", "half / 2"),
    ),
    (
        "2b",
        "has the eigenvalues in the polynomial unsquared",
        _change(
            _PAIR,
            "def best_pair(smallest, largest):",
            "def best_pair(smallest, largest):\n    smallest, largest = smallest**0.5, largest**0.5",
        ),
    ),
    (
        "2b",
        "returns the longer step first",
        _change(_PAIR, "[1, -1]", "[-1, 1]"),
    ),
    (
        "2b",
        "takes the largest eigenvalue for 1, as it is in the example",
        _change(
            _PAIR,
            "def best_pair(smallest, largest):",
            "def best_pair(smallest, largest):\n    largest = 1.0",
        ),
    ),
    (
        "4",
        "forgets the halves in the parameters of the Beta law",
        _change(_TAIL, "r / 2, (m - r) / 2", "r, m - r"),
    ),
    (
        "4",
        "takes the time of the differential equation for the number of steps",
        "from scipy.optimize import brentq\n\n\n"
        "def escape_tail(n, m, r, q):\n"
        "    tau = brentq(lambda t: t - 1 + np.log(t) - 2 * q * n, 1, 2 * q * n + 2)\n"
        "    return stats.beta.cdf(1 / (1 + tau), r / 2, (m - r) / 2)\n",
    ),
    (
        "4",
        "takes the approximation τ₀/(2q) of a long escape for the law",
        "def escape_tail(n, m, r, q):\n    return stats.beta.cdf(1 / (1 + max(1, 2 * q * n)), r / 2, (m - r) / 2)\n",
    ),
    (
        "4",
        "iterates the tangent where its square belongs",
        _change(_TAIL, "1 / (1 + low**2)", "1 / (1 + low)"),
    ),
    (
        "4",
        "takes Markov's bound with the mean for the probability",
        "def escape_tail(n, m, r, q):\n    return min(1.0, (m - r) / (r - 2) / (2 * q * n + 1)) if r > 2 else 1.0\n",
    ),
    (
        "4",
        "estimates the probability from random starts, although it must be right to 1e-6",
        "def escape_tail(n, m, r, q):\n"
        "    rng = np.random.default_rng(0)\n"
        "    tangent = np.sqrt(rng.chisquare(m - r, 50_000) / rng.chisquare(r, 50_000))\n"
        "    for _ in range(n):\n"
        "        tangent = theory.tangent_recursion(tangent, 1.0, q)\n"
        "    return np.mean(tangent > 1)\n",
    ),
    (
        "4",
        "counts a start as arrived only a little within 45 degrees, at a tangent of 0.99",
        _change(_TAIL, "low, high = 1.0,", "low, high = 0.99,").replace("tangent <= 1 ", "tangent <= 0.99 "),
    ),
    (
        "4",
        "takes N ≥ n for N > n and comes out one step early",
        _change(_TAIL, "range(n)", "range(n - 1)"),
    ),
    (
        "5a",
        "leaves out the runs that have not arrived",
        _change(_WN_TOTALS, "RESULT", "float(r * np.quantile(needed, share))").replace("600", "300"),
    ),
    (
        "5a",
        "charges the mean number of steps",
        _change(_WN_TOTALS, "RESULT", "float(r * round(needed.mean()))"),
    ),
    (
        "5a",
        "charges the median run, whatever the share",
        _change(_WN, "eta = theory", "share = 0.5\n    eta = theory"),
    ),
    (
        "5a",
        "holds the loss, not the error, against the level",
        _change(_WN, "2 * np.sqrt(np.maximum(part.loss, 0))", "part.loss"),
    ),
    (
        "5a",
        "holds the root of the loss, half the error, against the level",
        _change(_WN, "2 * np.sqrt", "np.sqrt"),
    ),
    (
        "5a",
        "forgets the quarter in the loss: holds the root of 2f against the level",
        _change(_WN, "2 * np.sqrt(", "np.sqrt(2 * "),
    ),
    (
        "5a",
        "takes the step size 1/λ₁² for the best one",
        _change(_WN, "theory.wn_best_step(eigenvalues)", "1 / np.max(np.square(eigenvalues))"),
    ),
    (
        "5a",
        "counts steps and forgets that each costs r columns",
        _WN.replace("float(r * n)", "float(n)"),
    ),
    (
        "5b",
        "starts gradient descent at unit scale, where spare columns stall",
        _GD.replace("ALPHA", "1.0"),
    ),
    (
        "5b",
        "takes one small scale for every accuracy",
        _GD.replace("ALPHA", "1e-3"),
    ),
    (
        "5b",
        "believes that the smaller the start, the better",
        _GD.replace("ALPHA", "1e-10"),
    ),
    (
        "5b",
        "takes the scale for the error that it leaves: α = level",
        _GD.replace("ALPHA", "level"),
    ),
    (
        "5b",
        "counts the steps of gradient descent and forgets that each costs r columns",
        _GD.replace("ALPHA", "np.sqrt(level) / 2").replace("float(r * n)", "float(n)"),
    ),
    (
        "5b",
        "divides by the number of spare columns, also where there is none",
        _GD.replace("ALPHA", "np.sqrt(level / (4 * np.sqrt(r - len(eigenvalues))))"),
    ),
    (
        "5b",
        "takes unit scale without spare columns, however small the truth is",
        _GD.replace("ALPHA", "np.sqrt(level) / 3 if r > len(eigenvalues) else 1.0"),
    ),
]
