"""The explorers' numbers beside those of `wnlib`: the same JavaScript is run, and its start handed to Python."""

import numpy as np
import pytest

from tools.explorers import EXPLORERS, page_script
from wnlib import theory
from wnlib.methods import DirectionMagnitude, Factor, gd, wn
from wnlib.problem import Problem, spectrum
from wnlib.run import run
from wnlib.sensing import Population, Symmetric

SETTINGS = range(24)


@pytest.fixture(scope="module")
def javascript(chromium):
    """Evaluate JavaScript with the scripts of all explorers at hand."""
    page = chromium.new_page()
    for explorer in EXPLORERS.values():
        page.evaluate(page_script(explorer))
    yield page.evaluate
    page.close()


def setting(explorer, seed, **ranges):
    """Random parameters on the sliders' ranges, or on narrower ones."""
    rng = np.random.default_rng(seed)
    values = {}
    for name, trait in explorer.sliders().items():
        low, high = ranges.get(name, (trait.min, trait.max))
        if trait.metadata["log"]:
            values[name] = 10 ** rng.uniform(np.log10(low), np.log10(high))
        elif isinstance(trait.default_value, int):
            values[name] = int(rng.integers(low, high, endpoint=True))
        else:
            values[name] = rng.uniform(low, high)
    return values


RACE = """(params) => {
  const { spectrum, start, gd, wn, squaredTangents } = explorers.race
  const first = (run, count) => Array.from({ length: count }, () => run.next().value)
  const { X, Y } = start(params), eigenvalues = spectrum(params)
  return {
    eigenvalues, X: [...X.data], Y: [...Y.data],
    gd: first(gd(Y, eigenvalues, params.eta_gd), 201),
    wn: first(wn(squaredTangents(X, params.rank), eigenvalues, params.eta_wn), 201),
  }
}"""


@pytest.mark.parametrize("seed", SETTINGS)
def test_race(javascript, seed):
    # Larger step sizes are unstable: there every rounding error is magnified, in Python as in the browser.
    params = setting(EXPLORERS["race"], seed, eta_gd=(0.05, 0.9), eta_wn=(0.05, 2.0), scale=(1e-6, 1.0))
    r, rank = params["columns"], params["rank"]
    seen = javascript(RACE, params)
    eigenvalues = spectrum(rank, params["condition"] if rank > 1 else 1)
    np.testing.assert_allclose(seen["eigenvalues"], eigenvalues, rtol=1e-14)

    A = np.zeros((100, 100))
    A[range(rank), range(rank)] = eigenvalues
    problem = Problem(A, Population(Symmetric(100)))
    X, Y = (np.reshape(seen[name], (100, r)) for name in "XY")
    np.testing.assert_allclose(X.T @ X, np.eye(r), atol=1e-14)

    trace = run(gd, problem, Factor(Y), 200, eta=params["eta_gd"])
    np.testing.assert_allclose(seen["gd"], trace.error, rtol=1e-9, atol=1e-14)
    # Below, a difference of full matrices is round-off; Theorem B's recursion keeps all its digits.
    trace = run(wn, problem, DirectionMagnitude(X, X.T @ A @ X), 200, eta=params["eta_wn"])
    np.testing.assert_allclose(seen["wn"], trace.error, rtol=1e-9, atol=1e-13)
    shadow = theory.exact_recursion(
        theory.squared_tangents(np.eye(100)[:, :rank], X), eigenvalues, params["eta_wn"], 200
    )
    np.testing.assert_allclose(seen["wn"], 2 * np.sqrt(shadow.loss), rtol=1e-9)


SADDLES = """(params) => {
  const { spectrum, start, wn, squaredTangents, plateaus, stays, learned } = explorers.saddles
  const { saddleLosses, turns, eigenvalueAt } = explorers.saddles
  const X = start(params), eigenvalues = spectrum(params), levels = saddleLosses(eigenvalues)
  const run = wn(squaredTangents(X, 3), eigenvalues, params.eta)
  const steps = Array.from({ length: 3001 }, () => run.next().value)
  const losses = steps.map(({ loss }) => loss), shares = steps.map(({ shares }) => shares)
  const handles = [1, 2].map((k) => eigenvalueAt(levels[turns(eigenvalues)[k]], eigenvalues[3 - k]))
  return {
    eigenvalues, X: [...X.data], levels, losses, shares, handles,
    plateaus: plateaus(losses),
    stays: stays(losses, levels.slice(0, -1)),
    learned: [0, 1, 2].map((k) => learned(shares.map((share) => share[k]))),
  }
}"""


def plateaus(loss):
    """The rule of Chapter 10."""
    decrease = -np.diff(np.log(loss[loss > 1e-8]))
    before, after = np.append(np.inf, decrease[:-1]), np.append(decrease[1:], -np.inf)
    return np.flatnonzero((decrease < before) & (decrease < after))


@pytest.mark.parametrize("seed", SETTINGS)
def test_saddles(javascript, seed):
    # No step size of the slider is unstable: all are below 2/λ_1² (Corollary E).
    params = setting(EXPLORERS["saddles"], seed)
    seen = javascript(SADDLES, params)
    eigenvalues = np.array([1, params["lambda_2"], params["lambda_3"]])
    np.testing.assert_array_equal(seen["eigenvalues"], eigenvalues)
    levels = theory.saddle_losses(-np.sort(-eigenvalues))
    np.testing.assert_allclose(seen["levels"], levels, rtol=1e-14)
    np.testing.assert_allclose(seen["handles"], eigenvalues[1:], rtol=1e-12)

    U, X = np.eye(300)[:, :3], np.reshape(seen["X"], (300, params["columns"]))
    np.testing.assert_allclose(X.T @ X, np.eye(params["columns"]), atol=1e-14)
    shadow = theory.exact_recursion(theory.squared_tangents(U, X), eigenvalues, params["eta"], 3000)
    shares = np.diagonal(np.linalg.inv(np.eye(3) + shadow.T), axis1=1, axis2=2)
    np.testing.assert_allclose(seen["losses"], shadow.loss, rtol=1e-9, atol=1e-17)  # the run ends at 1e-8
    np.testing.assert_allclose(seen["shares"], shares, rtol=1e-9)

    problem = Problem((U * eigenvalues) @ U.T, Population(Symmetric(300)))
    state = DirectionMagnitude(X, X.T @ problem.truth @ X)
    trace = run(wn, problem, state, 100, {"shares": lambda s: np.sum((U.T @ s.X) ** 2, axis=1)}, eta=params["eta"])
    np.testing.assert_allclose(seen["losses"][:101], trace.error**2 / 4, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(seen["shares"][:101], trace.shares, rtol=1e-9, atol=1e-13)

    np.testing.assert_array_equal(seen["plateaus"], plateaus(shadow.loss))
    near = np.abs(shadow.loss[:, None] / levels[:3] - 1) < 0.02
    rests = near[plateaus(shadow.loss)].any(axis=0) | near[-1]
    np.testing.assert_array_equal(seen["stays"], near.sum(axis=0) * rests)
    for share, step in zip(shares.T, seen["learned"], strict=True):
        assert step == (np.flatnonzero(share <= 1 / 2).max(initial=-1) + 1 if share[-1] > 1 / 2 else np.inf)
