"""Plausible wrong answers to problem set 1: each makes the test cell of its question fail."""

MISTAKES = [
    (
        "1a",
        "forgets that the diagonal is known",
        """
def unknowns(m, rank):
    return m * rank - rank * (rank - 1) // 2


def regime(m, rank, n):
    if n >= m * (m + 1) // 2:
        return "linear algebra"
    return "sensing" if n >= unknowns(m, rank) else "too few"
""",
    ),
    (
        "1a",
        "counts the free numbers of the factor, rotations included",
        """
def unknowns(m, rank):
    return m * (rank - 1)


def regime(m, rank, n):
    if n >= m * (m - 1) // 2:
        return "linear algebra"
    return "sensing" if n >= unknowns(m, rank) else "too few"
""",
    ),
    (
        "1a",
        "compares n with m² instead of the number of entries to find",
        """
def unknowns(m, rank):
    return m * (rank - 1) - rank * (rank - 1) // 2


def regime(m, rank, n):
    if n >= m * m:
        return "linear algebra"
    return "sensing" if n >= unknowns(m, rank) else "too few"
""",
    ),
    (
        "1a",
        "counts the entries on the diagonal among those to find",
        """
def unknowns(m, rank):
    return m * (rank - 1) - rank * (rank - 1) // 2


def regime(m, rank, n):
    if n >= m * (m + 1) // 2:
        return "linear algebra"
    return "sensing" if n >= unknowns(m, rank) else "too few"
""",
    ),
    (
        "1a",
        "calls a count that is met exactly too small",
        """
def unknowns(m, rank):
    return m * (rank - 1) - rank * (rank - 1) // 2


def regime(m, rank, n):
    if n > m * (m - 1) // 2:
        return "linear algebra"
    return "sensing" if n > unknowns(m, rank) else "too few"
""",
    ),
    (
        "1a",
        "hard-codes what the visible checks ask for",
        """
def unknowns(m, rank):
    return {3: 2 * m - 3, 4: 3 * m - 6}.get(rank)


def regime(m, rank, n):
    return {1: "too few", m * m: "linear algebra"}.get(n, "sensing")
""",
    ),
    (
        "2a",
        "forgets to make the adjoint symmetric",
        """
def forward(left, right, Z):
    return np.sum((left @ Z) * right, axis=1) / np.sqrt(len(left))


def adjoint(left, right, y):
    return left.T @ (y[:, None] * right) / np.sqrt(len(left))
""",
    ),
    (
        "2a",
        "adds the two halves of the symmetric part without halving them",
        """
def forward(left, right, Z):
    return np.sum((left @ Z) * right, axis=1) / np.sqrt(len(left))


def adjoint(left, right, y):
    G = left.T @ (y[:, None] * right) / np.sqrt(len(left))
    return G + G.T
""",
    ),
    (
        "2a",
        "scales by 1/n instead of 1/√n",
        """
def forward(left, right, Z):
    return np.sum((left @ Z) * right, axis=1) / len(left)


def adjoint(left, right, y):
    G = left.T @ (y[:, None] * right) / len(left)
    return (G + G.T) / 2
""",
    ),
    (
        "2a",
        "scales the adjoint once more, as if it had to undo the operator",
        """
def forward(left, right, Z):
    return np.sum((left @ Z) * right, axis=1) / np.sqrt(len(left))


def adjoint(left, right, y):
    G = left.T @ (y[:, None] * right) / len(left)
    return (G + G.T) / 2
""",
    ),
    (
        "2a",
        "gives every question an extra √2, as for coordinates off the diagonal",
        """
def forward(left, right, Z):
    return np.sqrt(2 / len(left)) * np.sum((left @ Z) * right, axis=1)


def adjoint(left, right, y):
    G = np.sqrt(2 / len(left)) * left.T @ (y[:, None] * right)
    return (G + G.T) / 2
""",
    ),
    (
        "2a",
        "takes the pseudoinverse for the adjoint",
        """
def forward(left, right, Z):
    return np.sum((left @ Z) * right, axis=1) / np.sqrt(len(left))


def adjoint(left, right, y):
    sheets = left[:, :, None] * right[:, None, :] / np.sqrt(len(left))
    sheets = (sheets + sheets.mT) / 2
    m = left.shape[1]
    return (np.linalg.pinv(sheets.reshape(len(left), m * m)) @ y).reshape(m, m)
""",
    ),
    (
        "2b",
        "keeps a factor 2 of the derivative of the penalty",
        """
def decay_step(problem, state, *, eta, rho=0.0, trust=1.0):
    Y = state.Y
    misfit = problem.operator.forward(Y @ Y.T) - problem.data
    E = problem.operator.adjoint(trust * misfit)
    return Factor(Y - eta * (E @ Y + 2 * rho * Y))
""",
    ),
    (
        "2b",
        "lets the decay shrink Y without the step size",
        """
def decay_step(problem, state, *, eta, rho=0.0, trust=1.0):
    Y = state.Y
    misfit = problem.operator.forward(Y @ Y.T) - problem.data
    E = problem.operator.adjoint(trust * misfit)
    return Factor((1 - rho) * Y - eta * E @ Y)
""",
    ),
    (
        "2b",
        "squares the trusts along with the misfit",
        """
def decay_step(problem, state, *, eta, rho=0.0, trust=1.0):
    Y = state.Y
    misfit = problem.operator.forward(Y @ Y.T) - problem.data
    E = problem.operator.adjoint(trust**2 * misfit)
    return Factor(Y - eta * (E @ Y + rho * Y))
""",
    ),
    (
        "2b",
        "averages the trusts, to be able to use normal",
        """
def decay_step(problem, state, *, eta, rho=0.0, trust=1.0):
    Y = state.Y
    E = np.mean(trust) * problem.residual(Y @ Y.T)
    return Factor(Y - eta * (E @ Y + rho * Y))
""",
    ),
    (
        "2b",
        "leaves the factor ½ of the slope in Z in the gradient in Y",
        """
def decay_step(problem, state, *, eta, rho=0.0, trust=1.0):
    Y = state.Y
    misfit = problem.operator.forward(Y @ Y.T) - problem.data
    E = problem.operator.adjoint(trust * misfit) / 2
    return Factor(Y - eta * (E @ Y + rho * Y))
""",
    ),
    (
        "2b",
        "changes the state in place",
        """
def decay_step(problem, state, *, eta, rho=0.0, trust=1.0):
    Y = state.Y
    before = Y.copy()
    misfit = problem.operator.forward(Y @ Y.T) - problem.data
    E = problem.operator.adjoint(trust * misfit)
    Y -= eta * (E @ before + rho * before)
    return Factor(Y)
""",
    ),
    (
        "2b",
        "hard-codes the step size of the visible checks",
        """
def decay_step(problem, state, *, eta, rho=0.0, trust=1.0):
    Y = state.Y
    misfit = problem.operator.forward(Y @ Y.T) - problem.data
    E = problem.operator.adjoint(trust * misfit)
    return Factor(Y - 0.1 * (E @ Y + rho * Y))
""",
    ),
    (
        "3a",
        "fits round-off together with the run",
        """
def rate(steps, error):
    kept = np.flatnonzero((steps > 0) & (error > 0))
    kept = kept[len(kept) // 2 :]
    t, log_error = steps[kept], np.log(error[kept])
    fits = []
    for x in (t, np.log(t)):
        line = np.polyfit(x, log_error, 1)
        fits.append((np.sum((np.polyval(line, x) - log_error) ** 2), line[0]))
    if fits[0][0] < fits[1][0]:
        return "linear", np.exp(fits[0][1])
    return "sublinear", -fits[1][1]
""",
    ),
    (
        "3a",
        "fits the beginning of the run, too",
        """
def rate(steps, error):
    kept = np.flatnonzero((steps > 0) & (error > 1e-12))
    t, log_error = steps[kept], np.log(error[kept])
    fits = []
    for x in (t, np.log(t)):
        line = np.polyfit(x, log_error, 1)
        fits.append((np.sum((np.polyval(line, x) - log_error) ** 2), line[0]))
    if fits[0][0] < fits[1][0]:
        return "linear", np.exp(fits[0][1])
    return "sublinear", -fits[1][1]
""",
    ),
    (
        "3a",
        "mixes logarithms: fits log10 and undoes it with exp",
        """
def rate(steps, error):
    kept = np.flatnonzero((steps > 0) & (error > 1e-12))
    kept = kept[len(kept) // 2 :]
    t, log_error = steps[kept], np.log10(error[kept])
    fits = []
    for x in (t, np.log10(t)):
        line = np.polyfit(x, log_error, 1)
        fits.append((np.sum((np.polyval(line, x) - log_error) ** 2), line[0]))
    if fits[0][0] < fits[1][0]:
        return "linear", np.exp(fits[0][1])
    return "sublinear", -fits[1][1]
""",
    ),
    (
        "3a",
        "counts records instead of steps",
        """
def rate(steps, error):
    kept = np.flatnonzero((steps > 0) & (error > 1e-12))
    kept = kept[len(kept) // 2 :]
    t, log_error = kept, np.log(error[kept])
    fits = []
    for x in (t, np.log(t)):
        line = np.polyfit(x, log_error, 1)
        fits.append((np.sum((np.polyval(line, x) - log_error) ** 2), line[0]))
    if fits[0][0] < fits[1][0]:
        return "linear", np.exp(fits[0][1])
    return "sublinear", -fits[1][1]
""",
    ),
    (
        "3a",
        "judges by the size of the last error instead of by the fit",
        """
def rate(steps, error):
    kept = np.flatnonzero((steps > 0) & (error > 1e-12))
    kept = kept[len(kept) // 2 :]
    t, log_error = steps[kept], np.log(error[kept])
    if error[-1] < 1e-4:
        return "linear", np.exp(np.polyfit(t, log_error, 1)[0])
    return "sublinear", -np.polyfit(np.log(t), log_error, 1)[0]
""",
    ),
    (
        "3b",
        "uses the asymptote of the run, 1/(2ηt), as if it were the bound",
        """
def least_steps(epsilon, w_0, eta, r, rank):
    return int(np.ceil(np.sqrt(r - rank) / (2 * eta * epsilon)))
""",
    ),
    (
        "3b",
        "forgets the root of r - r_A",
        """
def least_steps(epsilon, w_0, eta, r, rank):
    return max(0, int(np.ceil((1 / epsilon - 1 / w_0) / (4 * eta))))
""",
    ),
    (
        "3b",
        "takes w_0 for the singular value instead of its square",
        """
def least_steps(epsilon, w_0, eta, r, rank):
    t = (np.sqrt(r - rank) / epsilon - 1 / w_0**2) / (4 * eta)
    return max(0, int(np.ceil(t)))
""",
    ),
    (
        "3b",
        "lets the number of steps be negative",
        """
def least_steps(epsilon, w_0, eta, r, rank):
    return int(np.ceil((np.sqrt(r - rank) / epsilon - 1 / w_0) / (4 * eta)))
""",
    ),
    (
        "3b",
        "drops the part of the bound that comes from the start",
        """
def least_steps(epsilon, w_0, eta, r, rank):
    return int(np.ceil(np.sqrt(r - rank) / (4 * eta * epsilon)))
""",
    ),
    (
        "3b",
        "rounds down, to the last step at which the bound still forbids the error",
        """
def least_steps(epsilon, w_0, eta, r, rank):
    return max(0, int((np.sqrt(r - rank) / epsilon - 1 / w_0) / (4 * eta)))
""",
    ),
    (
        "3b",
        "adds a step, to be safe, and returns the second step that is allowed",
        """
def least_steps(epsilon, w_0, eta, r, rank):
    t = (np.sqrt(r - rank) / epsilon - 1 / w_0) / (4 * eta)
    return max(0, int(np.ceil(t)) + 1)
""",
    ),
    (
        "4a",
        "takes the floor to be proportional to α instead of α²",
        """
def small_start(epsilon, r, rank):
    return epsilon / (2 * np.sqrt(r - rank))
""",
    ),
    (
        "4a",
        "forgets that several spare columns add up",
        """
def small_start(epsilon, r, rank):
    return np.sqrt(epsilon)
""",
    ),
    (
        "4a",
        "takes one tiny start for every error",
        """
def small_start(epsilon, r, rank):
    return 1e-6
""",
    ),
    (
        "4a",
        "starts at the usual size and waits",
        """
def small_start(epsilon, r, rank):
    return 1.0
""",
    ),
]
