"""Live explorers: drag a slider, see the theorem.

Each is an anywidget that computes in the reader's browser. In a notebook its parameters are attributes
(``race.columns = 20``), read and set from both sides; on the book's pages `book/_ext/explorers.py` puts the same
JavaScript to work without a kernel.

An explorer is a class here, with its sliders, and a JavaScript file of the same name, with its mathematics.
All share ``linalg.js``, ``recursion.js`` (Theorem B), ``plot.js``, ``explorer.js`` (sliders, read-out) and
``explorer.css``; ``stills`` holds their pictures before any script has run.
"""

from wnbook.explorers._explorer import Explorer, choice, slider

__all__ = ["Race", "Sphere", "Cobweb", "Saddles", "Phases", "Reconstruction"]


class Race(Explorer):
    """Gradient descent beside weight normalization, error against iteration (Chapter 6).

    Population case, a 100 × 100 truth with eigenvalues evenly spaced from 1 to 1/κ.
    """

    columns = slider("columns r", 25, 6, 50)
    rank = slider("rank of the truth", 5, 1, 6)
    condition = slider("condition number κ", 2.0, 1.0, 10.0, step=0.5)
    eta_gd = slider("step size of gradient descent", 0.6, 0.05, 1.5, step=0.05)
    eta_wn = slider("step size of weight normalization", 1.6, 0.05, 2.4, step=0.05)
    scale = slider("scale of gradient descent's start", 1.0, 1e-6, 10.0, step=0.25, log=True)
    seed = slider("seed", 7, 0, 20)


class Sphere(Explorer):
    """Project, step, retract: two orthonormal columns as two points of the sphere, polar beside QR (Chapter 4).

    The gradient has a fixed part along its own column, which the projection drops.
    """

    eta = slider("step size η", 0.8, 0.01, 1.0, step=0.01)
    g1_along = slider("gradient g₁, towards x₂", -0.35, -0.5, 1.0, step=0.05)
    g1_out = slider("gradient g₁, out of the plane", 0.9, -0.5, 1.0, step=0.05)
    g2_along = slider("gradient g₂, towards x₁", 0.05, -0.5, 1.0, step=0.05)
    g2_out = slider("gradient g₂, out of the plane", 0.8, -0.5, 1.0, step=0.05)
    turn = slider("turn of the view, in degrees", 0, -30, 30, step=2)


class Cobweb(Explorer):
    """The cobweb of one angle: weight normalization on a truth of rank one, from step to step (Chapter 7).

    Population case, λ = 1, and θ the angle between the truth and the range of X.
    """

    theta = slider("starting angle θ₀, degrees", 80.0, 0.5, 89.5, step=0.5)
    eta = slider("step size η, with λ = 1", 0.5, 0.05, 6.0, step=0.05)
    steps = slider("steps", 60, 5, 400)


class Saddles(Explorer):
    """Weight normalization learns one eigenvector after another: the loss and its plateaus (Chapter 10).

    Population case, a 300 × 300 truth with eigenvalues λ₁ = 1, λ₂ and λ₃, at most 3,000 steps.
    """

    lambda_2 = slider("eigenvalue λ₂, beside λ₁ = 1", 0.5, 0.1, 1.0, step=0.01)
    lambda_3 = slider("eigenvalue λ₃", 0.25, 0.1, 1.0, step=0.01)
    columns = slider("columns r", 6, 3, 60)
    eta = slider("step size η", 0.5, 0.05, 1.5, step=0.05)
    seed = slider("seed", 3, 0, 20)


class Phases(Explorer):
    """The runs behind a cell of the phase diagram: three methods, n measurements, r columns (Chapter 12).

    Precomputed by ``experiments/phase_diagram.py``: a 30 × 30 truth of rank 2 with κ = 1.5, and 20 runs per cell.
    """

    columns = choice("columns r", 10, [2, 3, 4, 6, 10, 15, 22, 30])
    measurements = choice("measurements n", 200, [100, 150, 200, 250, 300, 400, 465])


class Reconstruction(Explorer):
    """A terrain, as gradient descent on FGᵀ and weight normalization recover it (Chapter 13).

    Precomputed, each with the step size and the scale (or μ) that are its best after 150 iterations:
    256 × 256, from half of the measurements, r = 20.
    """

    iteration = choice("iteration", 150, [1, 5, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 600])
