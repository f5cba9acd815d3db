"""Wrong answers to problem set 2 that a student might give: (question, misconception, the solution cell's source)."""

MISTAKES = [
    (
        "1a",
        "takes only tilts for tangent and forgets the spins",
        """
def is_tangent(X, V):
    return np.linalg.norm(X.T @ V) <= 1e-10 * np.linalg.norm(V)
""",
    ),
    (
        "1a",
        "asks each column of V to be orthogonal to the same column of X only",
        """
def is_tangent(X, V):
    return np.linalg.norm(np.sum(X * V, axis=0)) <= 1e-10 * np.linalg.norm(V)
""",
    ),
    (
        "1a",
        "compares with an absolute tolerance, so that the answer depends on the length of V",
        """
def is_tangent(X, V):
    return np.allclose(X.T @ V + V.T @ X, 0)
""",
    ),
    (
        "1a",
        "looks at the trace of XᵀV only: V orthogonal to X as a whole",
        """
def is_tangent(X, V):
    return abs(np.trace(X.T @ V)) <= 1e-10 * np.linalg.norm(V)
""",
    ),
    (
        "1b",
        "projects with XXᵀ only, which removes the spins as well",
        """
def project(X, G):
    return G - X @ (X.T @ G)
""",
    ),
    (
        "1b",
        "forgets the half in sym",
        """
def project(X, G):
    XtG = X.T @ G
    return G - X @ (XtG + XtG.T)
""",
    ),
    (
        "1b",
        "removes the skew part in place of the symmetric one",
        """
def project(X, G):
    XtG = X.T @ G
    return G - X @ (XtG - XtG.T) / 2
""",
    ),
    (
        "1b",
        "removes from each column its own radial part only",
        """
def project(X, G):
    return G - X * np.sum(X * G, axis=0)
""",
    ),
    (
        "1b",
        "multiplies in an order that forms an m × m matrix",
        """
def project(X, G):
    return G - X @ X.T @ G / 2 - X @ (G.T @ X) / 2
""",
    ),
    (
        "1b",
        "subtracts in place, so that the caller's G is changed",
        """
def project(X, G):
    XtG = X.T @ G
    G -= X @ (XtG + XtG.T) / 2
    return G
""",
    ),
    (
        "2a",
        "trusts XᵀX = I to the last digit and takes I + VᵀV for SᵀS",
        """
def retract(X, V):
    values, Q = np.linalg.eigh(np.eye(X.shape[1]) + V.T @ V)
    return ((X + V) @ Q / np.sqrt(values)) @ Q.T
""",
    ),
    (
        "2a",
        "does not rotate back after dividing by the roots of the eigenvalues",
        """
def retract(X, V):
    S = X + V
    values, Q = np.linalg.eigh(S.T @ S)
    return S @ Q / np.sqrt(values)
""",
    ),
    (
        "2a",
        "takes the eigenvectors the wrong way round: a transposed rotation",
        """
def retract(X, V):
    S = X + V
    values, Q = np.linalg.eigh(S.T @ S)
    return (S @ Q.T / np.sqrt(values)) @ Q
""",
    ),
    (
        "2a",
        "divides each column by its length, which leaves the columns leaning on each other",
        """
def retract(X, V):
    return (X + V) / np.linalg.norm(X + V, axis=0)
""",
    ),
    (
        "2a",
        "takes any orthonormal basis of the range of X + V for the polar factor",
        """
def retract(X, V):
    Q, R = np.linalg.qr(X + V)
    return Q * np.sign(np.diag(R))
""",
    ),
    (
        "2a",
        "leaves the retraction out",
        """
def retract(X, V):
    return X + V
""",
    ),
    (
        "2a",
        "adds in place, so that the caller's X is moved off the manifold",
        """
def retract(X, V):
    X += V
    values, Q = np.linalg.eigh(X.T @ X)
    return (X @ Q / np.sqrt(values)) @ Q.T
""",
    ),
    (
        "2b",
        "takes QR without the signs",
        """
def retract_qr(X, V):
    return np.linalg.qr(X + V)[0]
""",
    ),
    (
        "2b",
        "takes the signs from the diagonal of Q in place of that of R",
        """
def retract_qr(X, V):
    Q, R = np.linalg.qr(X + V)
    return Q * np.sign(np.diag(Q))
""",
    ),
    (
        "2b",
        "takes the Cholesky factor without its transpose",
        """
def retract_qr(X, V):
    S = X + V
    return S @ np.linalg.inv(np.linalg.cholesky(S.T @ S))
""",
    ),
    (
        "2b",
        "takes the polar retraction for that by QR",
        """
def retract_qr(X, V):
    return retract(X, V)
""",
    ),
    (
        "2b",
        "flips a column if it points away from that of X, which is not the sign of R's diagonal in a long step",
        """
def retract_qr(X, V):
    Q = np.linalg.qr(X + V)[0]
    return Q * np.sign(np.sum(Q * X, axis=0))
""",
    ),
    (
        "2b",
        "adds in place, so that the caller's X is moved off the manifold",
        """
def retract_qr(X, V):
    X += V
    Q, R = np.linalg.qr(X)
    return Q * np.sign(np.diag(R))
""",
    ),
    (
        "3a",
        "takes the usual factor 2 of a square, although f has the factor ¼",
        """
def gradients(E, X, theta):
    return 2 * E @ X @ theta, X.T @ E @ X
""",
    ),
    (
        "3a",
        "loses the half in the gradient in Θ",
        """
def gradients(E, X, theta):
    return E @ X @ theta, X.T @ E @ X
""",
    ),
    (
        "3a",
        "keeps the half in the gradient in X, as if X occurred once in XΘXᵀ",
        """
def gradients(E, X, theta):
    return E @ X @ theta / 2, X.T @ E @ X / 2
""",
    ),
    (
        "3a",
        "forgets Θ in the gradient in X, as in the gradient of ‖YYᵀ − A‖²",
        """
def gradients(E, X, theta):
    return E @ X, X.T @ E @ X / 2
""",
    ),
    (
        "3a",
        "hands in the differences of the setup cell and derives nothing",
        """
def gradients(E, X, theta):
    return difference_gradients(E, X, theta)
""",
    ),
    (
        "3a",
        "renames the differences of the setup cell",
        """
gradients = difference_gradients
""",
    ),
    (
        "3a",
        "loses the sign of both gradients",
        """
def gradients(E, X, theta):
    return -E @ X @ theta, -X.T @ E @ X / 2
""",
    ),
    (
        "3b",
        "takes the Euclidean gradient for the Riemannian one",
        """
def riemannian_gradient(E, X, theta):
    return E @ X @ theta
""",
    ),
    (
        "3b",
        "projects with XXᵀ only",
        """
def riemannian_gradient(E, X, theta):
    gradient = E @ X @ theta
    return gradient - X @ (X.T @ gradient)
""",
    ),
    (
        "3b",
        "forgets sym: the other order of the product, without the symmetric part",
        """
def riemannian_gradient(E, X, theta):
    gradient = E @ X @ theta
    return gradient - X @ (gradient.T @ X)
""",
    ),
    (
        "4a",
        "calls the step of wnlib instead of building it",
        """
def step(residual, X, theta, eta, mu):
    import types

    import wnlib

    problem, state = types.SimpleNamespace(residual=residual), wnlib.DirectionMagnitude(X, theta)
    return tuple(wnlib.wn(problem, state, eta=eta or 1e-300, mu=mu or 1e-300))
""",
    ),
    (
        "4a",
        "moves Θ at the old X",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X_new = retract(X, -eta * riemannian_gradient(E, X, theta))
    return X_new, theta - mu * gradients(E, X, theta)[1]
""",
    ),
    (
        "4a",
        "moves to the new X but keeps the old residual E for Θ",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract(X, -eta * riemannian_gradient(E, X, theta))
    return X, theta - mu * gradients(E, X, theta)[1]
""",
    ),
    (
        "4a",
        "moves Θ before X",
        """
def step(residual, X, theta, eta, mu):
    theta = theta - mu * gradients(residual(X @ theta @ X.T), X, theta)[1]
    E = residual(X @ theta @ X.T)
    return retract(X, -eta * riemannian_gradient(E, X, theta)), theta
""",
    ),
    (
        "4a",
        "takes the Euclidean gradient for the Riemannian one, which the polar retraction hides to first order",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract(X, -eta * gradients(E, X, theta)[0])
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1]
""",
    ),
    (
        "4a",
        "leaves the retraction out",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = X - eta * riemannian_gradient(E, X, theta)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1]
""",
    ),
    (
        "4a",
        "steps uphill: the sign of the gradient is lost",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract(X, eta * riemannian_gradient(E, X, theta))
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1]
""",
    ),
    (
        "4a",
        "halves μ once more: the half of the gradient counted twice",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract(X, -eta * riemannian_gradient(E, X, theta))
    E = residual(X @ theta @ X.T)
    return X, theta - mu / 2 * gradients(E, X, theta)[1]
""",
    ),
    (
        "4a",
        "puts Θ on XᵀAX at once, whatever μ is",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract(X, -eta * riemannian_gradient(E, X, theta))
    E = residual(X @ theta @ X.T)
    return X, theta - (X.T @ E @ X if mu else 0)
""",
    ),
    (
        "4a",
        "retracts by QR, which depends on the order of the columns",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract_qr(X, -eta * riemannian_gradient(E, X, theta))
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1]
""",
    ),
    (
        "4a",
        "moves Θ in place, so that the caller's Θ is changed",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract(X, -eta * riemannian_gradient(E, X, theta))
    E = residual(X @ theta @ X.T)
    theta -= mu * gradients(E, X, theta)[1]
    return X, theta
""",
    ),
    (
        "4a",
        "takes the rule for Θ from the population case, with −E(0) for A, whatever the measurements are",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract(X, -eta * riemannian_gradient(E, X, theta))
    A = -residual(np.zeros_like(E))
    return X, theta - mu / 2 * (theta - X.T @ A @ X)
""",
    ),
    (
        "4a",
        "hands the retraction the end of the step, X + V, in place of the step V",
        """
def step(residual, X, theta, eta, mu):
    E = residual(X @ theta @ X.T)
    X = retract(X, X - eta * riemannian_gradient(E, X, theta))
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1]
""",
    ),
    (
        "5a",
        "takes the eigenvalue in place of its square",
        """
def predicted(eta, eigenvalues):
    return 1 - eta * np.min(eigenvalues)
""",
    ),
    (
        "5a",
        "gives the factor of the squared error",
        """
def predicted(eta, eigenvalues):
    return (1 - eta * np.min(eigenvalues) ** 2) ** 2
""",
    ),
    (
        "5a",
        "lets the largest eigenvalue set the pace",
        """
def predicted(eta, eigenvalues):
    return 1 - eta * np.max(eigenvalues) ** 2
""",
    ),
    (
        "5a",
        "writes 1 − η/κ², which holds only for λ₁ = 1",
        """
def predicted(eta, eigenvalues):
    return 1 - eta * (np.min(eigenvalues) / np.max(eigenvalues)) ** 2
""",
    ),
    (
        "5a",
        "hard-codes what the visible checks ask for",
        """
def predicted(eta, eigenvalues):
    seen = late_factor(errors_of(own_eta, own_eigenvalues, own_m, own_r, instance(STUDENT, "start")))
    return 1 - (1 - seen) * eta / own_eta
""",
    ),
    (
        "5a",
        "relies on the eigenvalues being sorted",
        """
def predicted(eta, eigenvalues):
    return 1 - eta * eigenvalues[-1] ** 2
""",
    ),
    (
        "5a",
        "runs the method in place of a law",
        """
def predicted(eta, eigenvalues):
    return late_factor(errors_of(eta, eigenvalues, 30, 8, np.random.default_rng(1)))
""",
    ),
    (
        "6b",
        "hands the bare move to the next step: D is tangent at the old point only",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = beta * D - eta * riemannian_gradient(E, X, theta)
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], V
""",
    ),
    (
        "6b",
        "projects the move at the old X, where it is tangent already",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = project(X, beta * D - eta * riemannian_gradient(E, X, theta))
    X_new = retract(X, V)
    E = residual(X_new @ theta @ X_new.T)
    return X_new, theta - mu * gradients(E, X_new, theta)[1], project(X, V)
""",
    ),
    (
        "6b",
        "carries only the gradient's share and forgets the last move",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    G = riemannian_gradient(E, X, theta)
    X = retract(X, beta * D - eta * G)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], project(X, -eta * G)
""",
    ),
    (
        "6b",
        "carries with XXᵀ only, which loses the spins",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = beta * D - eta * riemannian_gradient(E, X, theta)
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], V - X @ (X.T @ V)
""",
    ),
    (
        "6b",
        "takes the difference of the two points for the carried move, which is not tangent",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    X_new = retract(X, beta * D - eta * riemannian_gradient(E, X, theta))
    E = residual(X_new @ theta @ X_new.T)
    return X_new, theta - mu * gradients(E, X_new, theta)[1], X_new - X
""",
    ),
    (
        "6b",
        "steps uphill: the sign of the gradient is lost",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = beta * D + eta * riemannian_gradient(E, X, theta)
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], project(X, V)
""",
    ),
    (
        "6b",
        "keeps the whole last move: β is lost",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = D - eta * riemannian_gradient(E, X, theta)
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], project(X, V)
""",
    ),
    (
        "6b",
        "takes an average, with the share 1 − β for the gradient",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = beta * D - (1 - beta) * eta * riemannian_gradient(E, X, theta)
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], project(X, V)
""",
    ),
    (
        "6b",
        "loses η",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = beta * D - riemannian_gradient(E, X, theta)
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], project(X, V)
""",
    ),
    (
        "6b",
        "takes the Euclidean gradient for the Riemannian one",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = beta * D - eta * gradients(E, X, theta)[0]
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], project(X, V)
""",
    ),
    (
        "6b",
        "carries the last move D again in place of the move V just made",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = beta * D - eta * riemannian_gradient(E, X, theta)
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], project(X, D)
""",
    ),
    (
        "6b",
        "carries the move divided by η",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    V = beta * D - eta * riemannian_gradient(E, X, theta)
    X = retract(X, V)
    E = residual(X @ theta @ X.T)
    return X, theta - mu * gradients(E, X, theta)[1], project(X, V) / eta
""",
    ),
    (
        "6b",
        "changes D and Θ in place",
        """
def momentum_step(residual, X, theta, D, eta, mu, beta):
    E = residual(X @ theta @ X.T)
    D *= beta
    D -= eta * riemannian_gradient(E, X, theta)
    X = retract(X, D)
    E = residual(X @ theta @ X.T)
    theta -= mu * gradients(E, X, theta)[1]
    return X, theta, project(X, D)
""",
    ),
]
