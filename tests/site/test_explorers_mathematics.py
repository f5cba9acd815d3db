"""The explorers' numbers beside those of `wnlib`: the same JavaScript is run, and its start handed to Python."""

import json
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from scipy.linalg import expm

from book._ext.explorers import EXPLORERS, page_script
from experiments import phase_diagram
from wnbook import DATA
from wnbook.explorers import Reconstruction
from wnlib import (
    DirectionMagnitude,
    Factor,
    PlantedProblem,
    Population,
    Symmetric,
    gd,
    run,
    spectrum,
    stiefel,
    theory,
    wn,
)

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
    problem = PlantedProblem(Population(Symmetric(100)), A)
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


SPHERE = """(params) => {
  const { BASE, gradient, project, polar, qr, geodesic, errors } = explorers.sphere
  const G = gradient(params), V = project(BASE, G), W = { ...V, data: V.data.map((v) => params.eta * v) }
  const points = { X: BASE, G, V, polar: polar(BASE, W), qr: qr(BASE, W), geodesic: geodesic(BASE, V, params.eta) }
  return { errors: errors(BASE, V, params.eta), ...Object.fromEntries(
    Object.entries(points).map(([name, A]) => [name, Array.from({ length: 3 }, (_, i) => [...A.data.slice(2 * i, 2 * i + 2)])])
  ) }
}"""


def see_sphere(javascript, params):
    seen = javascript(SPHERE, params)
    return {name: np.array(value) if name != "errors" else value for name, value in seen.items()}


@pytest.mark.parametrize("seed", SETTINGS)
def test_sphere(javascript, seed):
    params = setting(EXPLORERS["sphere"], seed)
    seen = see_sphere(javascript, params)
    X, G, eta = seen["X"], seen["G"], params["eta"]
    np.testing.assert_array_equal(X, np.eye(3, 2))
    assert (G[1, 0], G[2, 0], G[0, 1], G[2, 1]) == tuple(
        params[name] for name in ("g1_along", "g1_out", "g2_along", "g2_out")
    )

    V = stiefel.project(X, G)
    Omega, r = X.T @ V, 2
    B = np.block([[Omega, -V.T @ V], [np.eye(r), Omega]])
    geodesic = np.hstack([X, V]) @ expm(eta * B)[:, :r] @ expm(-eta * Omega)  # as in Chapter 4
    expected = {"V": V, "polar": stiefel.polar(X, eta * V), "qr": stiefel.qr(X, eta * V), "geodesic": geodesic}
    for name, value in expected.items():
        np.testing.assert_allclose(seen[name], value, rtol=1e-9, atol=1e-14, err_msg=name)

    S = X + eta * V
    assert seen["errors"]["step"] == pytest.approx(np.linalg.norm(S.T @ S - np.eye(r)), rel=1e-9)
    assert seen["errors"]["step"] == pytest.approx(eta**2 * np.linalg.norm(V.T @ V), rel=1e-9)
    for name in ("polar", "qr"):
        off = np.linalg.norm(expected[name] - geodesic)
        assert seen["errors"][name] == pytest.approx(off, rel=1e-9, abs=1e-14)
    assert np.linalg.norm(seen["polar"] - S) < np.linalg.norm(seen["qr"] - S)


@pytest.mark.parametrize("seed", SETTINGS)
def test_sphere_where_the_retractions_coincide(javascript, seed):
    params = setting(EXPLORERS["sphere"], seed)
    seen = see_sphere(javascript, params | {("g1_out", "g2_out")[seed % 2]: 0})
    np.testing.assert_allclose(seen["qr"], seen["polar"], rtol=1e-9, atol=1e-14)
    still = params | {"g1_out": 0, "g2_out": 0, "g2_along": params["g1_along"]}
    np.testing.assert_allclose(see_sphere(javascript, still)["V"], 0, atol=1e-15)
    [text] = javascript("(params) => [explorers.sphere.draw(params, 340).next().value.text]", still)
    assert text.startswith("V = 0")


def test_sphere_qr_is_nearer_to_the_geodesic_on_a_long_step_only(javascript):
    """What Chapter 4 sends the reader to: g₁ far towards x₂, the other sliders at their defaults."""
    params = {name: trait.default_value for name, trait in EXPLORERS["sphere"].sliders().items()}
    for g1_along in (0.9, 1.0):
        for eta, nearest in [(1, "qr"), (0.1, "polar")]:
            off = see_sphere(javascript, params | dict(g1_along=g1_along, eta=eta))["errors"]
            assert min(("qr", "polar"), key=off.get) == nearest


DRAG = """([params, width, name]) => {
  const { view, gradient, drag } = explorers.sphere, j = name === "g1" ? 0 : 1
  const tip = [0, 1, 2].map((i) => gradient(params).data[2 * i + j] + (i === j ? 1 : 0))
  const [x, y] = view(params, width).see(tip)
  return drag(params, x, y, width, name)
}"""


@pytest.mark.parametrize("name", ["g1", "g2"])
@pytest.mark.parametrize("seed", SETTINGS)
def test_sphere_a_tip_is_where_the_pointer_is(javascript, seed, name):
    params = setting(EXPLORERS["sphere"], seed)
    for width in (300, 700):
        values = javascript(DRAG, [params, width, name])
        assert [*values] == [f"{name}_along", f"{name}_out"]
        assert values == pytest.approx({key: params[key] for key in values}, rel=1e-9, abs=1e-12)


def tangents(params):
    """tan θ_t by `theory`, as many steps as the cobweb draws."""
    values = [np.tan(np.radians(params["theta"]))]
    for _ in range(params["steps"]):
        values.append(theory.tangent_recursion(values[-1], 1.0, params["eta"]))
    return np.array(values)


@pytest.mark.parametrize("seed", SETTINGS)
def test_cobweb(javascript, seed):
    # On all of the slider a run ends in one angle or in two by turns, which attract: rounding errors die out.
    # Chaos begins only beyond ηλ² = 10.
    params = setting(EXPLORERS["cobweb"], seed)
    seen = javascript("(params) => explorers.cobweb.tangents(params)", params)
    np.testing.assert_allclose(seen, tangents(params), rtol=1e-9)


@pytest.mark.parametrize("seed", SETTINGS[:12])
def test_cobweb_is_weight_normalization(javascript, seed):
    params = setting(EXPLORERS["cobweb"], seed)
    U, theta = stiefel.uniform(12, 5, rng=seed), np.radians(params["theta"])
    u = U[:, :1]
    X = np.column_stack([np.cos(theta) * U[:, 0] + np.sin(theta) * U[:, 1], U[:, 2:]])
    problem = PlantedProblem(Population(Symmetric(12)), u @ u.T)
    record = {"angle": lambda state: stiefel.principal_angles(u, state.X)[..., 0]}
    start = DirectionMagnitude(X, X.T @ problem.truth @ X)
    trace = run(wn, problem, start, params["steps"], record, eta=params["eta"])
    seen = javascript("(params) => explorers.cobweb.tangents(params)", params)
    # Below, an angle between matrices is round-off; the recursion keeps all its digits.
    np.testing.assert_allclose(np.tan(trace.angle), seen, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("seed", SETTINGS[:6])
def test_cobweb_escape(javascript, seed):
    params = setting(EXPLORERS["cobweb"], seed, theta=(45, 87), eta=(0.1, 6.0), steps=(2000, 2000))
    values = tangents(params)
    escape = javascript("(params) => explorers.cobweb.escape(params)", params)
    assert values[escape] < 1 and np.all(values[:escape] >= 1)


@pytest.mark.parametrize("theta", [0.5, 60, 89])
@pytest.mark.parametrize("eta", [2.05, 3.0, 5.3, 5.35, 6.0])
def test_where_the_cobweb_ends_when_zero_repels(javascript, theta, eta):
    one, other = np.tan(
        np.radians(javascript("(params) => explorers.cobweb.ending(params)", dict(theta=theta, eta=eta)))
    )
    swing = np.sqrt(4 / (1 + np.sqrt(1 + 16 / eta)) - 1)
    slope = np.diff(theory.tangent_recursion(swing * np.array([1 - 1e-6, 1 + 1e-6]), 1.0, eta)) / (2e-6 * swing)
    np.testing.assert_allclose(theory.tangent_recursion(swing, 1.0, eta), swing, rtol=1e-12)
    assert (np.abs(slope) < 1) == (eta < 16 / 3)
    if eta < 16 / 3:
        np.testing.assert_allclose([one, other], swing, rtol=1e-9)
    else:
        assert one < 0.98 * swing < 1.02 * swing < other
        np.testing.assert_allclose(theory.tangent_recursion(np.array([one, other]), 1.0, eta), [other, one], rtol=1e-9)


@pytest.mark.parametrize(
    "theta, eta, says",
    [
        (85, 0.5, "after 138 steps; τ₀/(2η) predicts about 131"),
        (70, 0.5, "Below 45° after 10 steps. Step 57, the last "),
        (80, 1.0, "Step 24, the last above 10⁻¹⁴, multiplies tan θ by 2.4·10⁻⁸,"),
        (80, 2.0, "|1 − η| = 1.000: the run still falls, ever more slowly."),
        (80, 3.0, "θ stands still at 20.34° (predicted 20.34°), and x jumps from one side of u to the other."),
        (80, 6.0, "In the end θ swings between "),
    ],
)
def test_cobweb_reads_out(javascript, theta, eta, says):
    params = dict(theta=theta, eta=eta, steps=60)
    assert says in javascript("(params) => explorers.cobweb.draw(params, 340).next().value.text", params)


RECONSTRUCTION = "explorers.reconstruction.scrubbed.map(explorers.reconstruction.compare)"


def test_reconstruction(javascript):
    data = json.loads((DATA / "explorer_reconstruction.json").read_text(encoding="utf-8"))
    for t, seen in zip(Reconstruction.iteration.values, javascript(RECONSTRUCTION), strict=True):
        scores = {name: np.array(data["psnr"][name]) for name in ("gd", "wn")}
        trail, lead = sorted(scores, key=lambda name: scores[name][t])
        assert seen["lead"] == lead
        assert seen["gap"] == pytest.approx(scores[lead][t] - scores[trail][t], rel=1e-9)
        before = scores[lead][: seen["since"]]
        assert seen["since"] <= t and all(before < scores[trail][t]) and scores[lead][seen["since"]] >= scores[trail][t]


def test_reconstruction_goes_to_the_nearest_iteration(javascript):
    across = javascript(
        "Array.from({ length: 340 }, (_, x) => explorers.reconstruction.point({}, x, 300, 340).iteration)"
    )
    assert sorted(across) == across
    assert sorted(set(across)) == Reconstruction.iteration.values
    assert javascript("explorers.reconstruction.point({}, 170, 60, 340)") == {}, "a click on the pictures means nothing"


SADDLES = """(params) => {
  const { spectrum, start, wn, squaredTangents, plateaus, stays, learned } = explorers.saddles
  const { saddleLosses, turns, eigenvalueAt, draw } = explorers.saddles
  const X = start(params), eigenvalues = spectrum(params), levels = saddleLosses(eigenvalues)
  const run = wn(squaredTangents(X, 3), eigenvalues, params.eta)
  const steps = Array.from({ length: 3001 }, () => run.next().value)
  const losses = steps.map(({ loss }) => loss), shares = steps.map(({ shares }) => shares)
  const handles = [1, 2].map((k) => eigenvalueAt(levels[turns(eigenvalues)[k]], eigenvalues[3 - k]))
  let frame
  for (const frames = draw(params, 340); !frame?.done; ) frame = frames.next()
  const picture = new DOMParser().parseFromString(frame.value.svg, "text/html")
  const dots = [...picture.querySelectorAll("circle.wn")].map((dot) => dot.classList.contains("ring"))
  return {
    eigenvalues, X: [...X.data], levels, losses, shares, handles, dots, text: frame.value.text,
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

    problem = PlantedProblem(Population(Symmetric(300)), (U * eigenvalues) @ U.T)
    state = DirectionMagnitude(X, X.T @ problem.truth @ X)
    trace = run(wn, problem, state, 100, {"shares": lambda s: np.sum((U.T @ s.X) ** 2, axis=1)}, eta=params["eta"])
    np.testing.assert_allclose(seen["losses"][:101], trace.error**2 / 4, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(seen["shares"][:101], trace.shares, rtol=1e-9, atol=1e-13)

    np.testing.assert_array_equal(seen["plateaus"], plateaus(shadow.loss))
    near = np.abs(shadow.loss[:, None] / levels[:3] - 1) < 0.02
    rests = near[plateaus(shadow.loss)].any(axis=0) | near[-1]
    np.testing.assert_array_equal(seen["stays"], near.sum(axis=0) * rests)
    # A hollow dot is more than 2 % off every level. Dots at the same loss are one, dots below the chart none.
    hits = near[[t for t in plateaus(shadow.loss) if shadow.loss[t] >= 1e-3]].any(axis=1)
    assert set(seen["dots"]) == {not hit for hit in hits}
    assert seen["dots"].count(False) <= hits.sum() and seen["dots"].count(True) <= (~hits).sum()
    assert ("hollow" in seen["text"]) == (not hits.all())
    if rests.any():
        assert seen["text"].count("not reached") == np.sum(shadow.loss[-1] > 1.02 * levels[:3])
    for share, step in zip(shares.T, seen["learned"], strict=True):
        assert step == (np.flatnonzero(share <= 1 / 2).max(initial=-1) + 1 if share[-1] > 1 / 2 else np.inf)


PHASES = """(params) => {
  const { draw, drag, point, dof, flank } = explorers.phases
  const { svg, text } = draw(params, 340).next().value
  const frames = new DOMParser().parseFromString(svg, "text/html").querySelectorAll("rect.chosen")
  const middles = [...frames].map(({ x, y, width, height }) =>
    [x.baseVal.value + width.baseVal.value / 2, y.baseVal.value + height.baseVal.value / 2])
  const picked = middles.flatMap(([x, y], k) => [point({}, x, y, 340), drag({}, x, y, 340, `${k}`)])
  return { text, picked, beside: point({}, 5, 5, 340), dof: dof(params.columns), flank: flank(params) }
}"""


def number(words):
    """The number that `short` in plot.js has put into words, as 0.05 or 3·10⁻⁹."""
    factor, power = re.fullmatch(r"([\d.]+)?·?(?:10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", words).groups()
    return float(factor or 1) * 10.0 ** int((power or "0").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


@pytest.mark.parametrize("r", phase_diagram.COLUMNS)
def test_phases(javascript, r):
    cells = json.loads(phase_diagram.DATA.read_text(encoding="utf-8"))["cells"]
    # The small moves of a matrix UΘUᵀ of rank r, at Θ = I, are the VUᵀ + UVᵀ; dof(r) is the dimension of their space.
    U, V = np.eye(30)[:, :r], np.eye(30 * r).reshape(-1, 30, r)
    dof = np.linalg.matrix_rank((V @ U.T + U @ V.mT).reshape(30 * r, -1))
    for n in phase_diagram.SIZES:
        seen = javascript(PHASES, {"columns": r, "measurements": n})
        assert seen["picked"] == [{"columns": r, "measurements": n}] * 6
        assert seen["beside"] == {}

        text = seen["text"].replace("\xa0", " ")
        shown = [cells[f"{method} | n = {n} | r = {r}"] for method in phase_diagram.METHODS]
        told = re.findall(r"in (\d+)[^(]* \((?:median, the larger dot: )?([^)]+)\)", text)
        for cell, (successes, median) in zip(shown, told, strict=True):
            assert int(successes) == round(20 * cell["success"])
            if cell["final"][10] == np.log10(phase_diagram.FLOOR):
                assert median == "≤ 10⁻¹²"
            else:
                assert number(median) == pytest.approx(10 ** cell["final"][10], rel=0.34)  # 1.5 is told as 2

        assert seen["dof"] == dof
        assert f"n = {n} {'exceeds' if n > dof else 'equals' if n == dof else 'does not reach'} dof({r})" in text
        # The chapter's left flank is at 2 and 3 columns; where all seeds succeed is between the flanks.
        success = [cells[f"WN | n = {n} | r = {columns}"]["success"] for columns in phase_diagram.COLUMNS]
        if shown[0]["success"] == max(success):
            assert seen["flank"] == ("between its flanks" if max(success) == 1 else "at its best r for this n")
        else:
            edge = "at the edge of" if shown[0]["success"] >= 0.75 else "on"
            assert seen["flank"] == f"{edge} its {'left' if r <= 3 else 'right'} flank"
        names = ("of WN", "of semidefinite WN", "of GD")
        near = [name for name, cell in zip(names, shown, strict=True) if cell["success"] == 1]
        others = n < dof and near
        assert ("end near A" in text) == bool(others)
        assert not others or f"yet all runs {' and '.join(near)} end near A" in text


# What a reader is told: the read-out's words, and where the picture's lines are by its own tick labels.

DRAWN = """([name, params]) => {
  for (const frames = explorers[name].draw(params, 340); ; ) {
    const { done, value } = frames.next()
    if (done) return [value.text.replaceAll("\\u00a0", " "), value.svg]
  }
}"""
NUMBER = r"([\d.]+·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d+(?:\.\d+)?)"


def told(pattern, text):
    """The numbers of the first match of a pattern, in which # stands for a number."""
    found = re.search(pattern.replace("#", NUMBER), text)
    assert found, (pattern, text)
    return [number(words) for words in found.groups()]


def lines(svg, style, top=0, bottom=np.inf):
    """The lines of a style in the chart between top and bottom, as pairs of x and log10 y, read off the tick labels."""
    page = BeautifulSoup(svg, "html.parser")
    ticks = [
        tick for tick in page.select("text.tick") if top < float(tick["y"]) < bottom and re.fullmatch(NUMBER, tick.text)
    ]

    def axis(pixel, anchor, scale):
        marks = [(float(tick[pixel]), scale(number(tick.text))) for tick in ticks if tick["text-anchor"] == anchor]
        return np.polyfit(*zip(*marks, strict=True), 1)

    across, up = axis("x", "middle", float), axis("y", "end", np.log10)
    points = [re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path["d"]) for path in page.select(f"path.line{style}")]
    pixels = [np.array(pairs, dtype=float).reshape(-1, 2) for pairs in points]
    return [(np.polyval(across, x), np.polyval(up, y)) for x, y in (pair.T for pair in pixels)]


@pytest.mark.parametrize("seed", SETTINGS[:12])
def test_race_tells(javascript, seed):
    params = setting(EXPLORERS["race"], seed, eta_gd=(0.1, 0.9), eta_wn=(0.1, 1.9), scale=(0.3, 1.0))
    if seed % 4 == 0:
        params["columns"] = params["rank"] = 6
    r, rank, eta = params["columns"], params["rank"], params["eta_gd"]
    seen = javascript(RACE, params)
    text, svg = javascript(DRAWN, ["race", params])
    (_, gd_text), (_, wn_text) = re.findall(r"(Gradient descent|Weight normalization): (.*?\.)(?= Weight|$)", text)
    for words, name in [(gd_text, "gd"), (wn_text, "wn")]:
        errors = np.array(seen[name])
        if errors[-1] > 1e-12:
            assert told("^error # after 200 steps", words) == pytest.approx([errors[-1]], rel=0.06)
        else:
            assert told("^error below 10⁻¹² after # steps", words) == [np.argmax(errors <= 1e-12)]
    contraction = theory.wn_contraction(seen["eigenvalues"], params["eta_wn"])
    assert told("predicted #", wn_text) == pytest.approx([contraction], abs=5.1e-4)
    dashed = lines(svg, ".predicted")
    if r > rank:
        assert told("predicts #", gd_text) == pytest.approx([theory.gd_asymptote(200, eta, r, rank)], rel=0.06)
        t, level = dashed[0]
        np.testing.assert_allclose(level, np.log10(theory.gd_asymptote(np.round(t), eta, r, rank)), atol=0.05)
    else:
        factor = max(theory.gd_contraction(seen["eigenvalues"], eta), abs(1 - 2 * eta))
        assert told("predicted #", gd_text) == pytest.approx([factor], abs=5.1e-4)
    t, level = dashed[1]
    if t.size:
        first = int(np.argmax(np.array(seen["wn"]) <= 1e-2))
        expected = np.log10(seen["wn"][first]) + (t - first) * np.log10(contraction)
        np.testing.assert_allclose(level, expected, atol=0.1 - np.log10(contraction) * 0.1)
    for name in ("gd", "wn"):
        [(t, level)] = lines(svg, f".thick.{name}")
        np.testing.assert_allclose(level, np.interp(t, range(201), np.log10(np.maximum(seen[name], 1e-17))), atol=0.1)


@pytest.mark.parametrize("seed", SETTINGS[:12])
def test_sphere_tells(javascript, seed):
    params = setting(EXPLORERS["sphere"], seed, eta=(0.2, 1.0), g1_out=(0.2, 1.0), g2_out=(0.2, 1.0))
    seen, eta = see_sphere(javascript, params), params["eta"]
    X, V, geodesic = seen["X"], seen["V"], seen["geodesic"]
    S, P, Q = X + eta * V, stiefel.polar(X, eta * V), stiefel.qr(X, eta * V)
    text, svg = javascript(DRAWN, ["sphere", params])
    off = np.linalg.norm(S.T @ S - np.eye(2))
    assert told("The step is # off the manifold, η²‖VᵀV‖ = #", text) == pytest.approx([off, off], rel=0.06)
    distances = [np.linalg.norm(P - S), np.linalg.norm(Q - S)]
    assert told("Distance from the step: polar #, QR #;", text) == pytest.approx(distances, rel=0.006)
    distances = [np.linalg.norm(P - geodesic), np.linalg.norm(Q - geodesic)]
    assert told("from the geodesic: polar #, QR #", text) == pytest.approx(distances, rel=0.06)
    cosines = [A.T[j] @ S.T[j] / np.linalg.norm(S.T[j]) for A in (P, Q) for j in (0, 1)]
    angles = np.degrees(np.arccos(np.minimum(cosines, 1)))
    assert told("by #° and #°, QR by #° and #°", text) == pytest.approx(angles, abs=0.051)
    short_steps = [see_sphere(javascript, params | {"eta": eta})["errors"] for eta in (0.01, 10**-1.7)]
    for name, label in [("step", "step off manifold"), ("polar", "polar off geodesic"), ("qr", "QR off geodesic")]:
        slope = np.log10(short_steps[1][name] / short_steps[0][name]) / 0.3
        assert told(f"{label}, slope #", svg) == pytest.approx([slope], abs=0.0051)


@pytest.mark.parametrize("seed", SETTINGS[:12])
def test_cobweb_tells(javascript, seed):
    params = setting(EXPLORERS["cobweb"], seed, theta=(76, 89), eta=(0.05, 1.9), steps=(100, 400))
    text, svg = javascript(DRAWN, ["cobweb", params])
    values, eta = tangents(params | {"steps": 5000}), params["eta"]
    escape, predicted = told("Below 45° after # steps?; τ₀/.2η. predicts about #", text)
    assert escape == np.argmax(values < 1)
    assert predicted == pytest.approx(values[0] ** 2 / (2 * eta), abs=0.51 if values[0] ** 2 > 20 * eta else 0.051)
    # Chapter 7: near 0 a step multiplies tan θ by |1 - ηλ²|.
    near_zero = theory.tangent_recursion(1e-9, 1.0, eta) / 1e-9
    assert told("Near 0 the factor is .1 − η. = #", text) == pytest.approx([near_zero], abs=5.1e-4)
    step, factor, degrees = told("Step #.*? multiplies tan θ by #, to θ = #°", text)
    assert factor == pytest.approx(values[int(step)] / values[int(step) - 1], rel=0.06, abs=5.1e-4)
    assert degrees == pytest.approx(np.degrees(np.arctan(values[int(step)])), rel=0.006)
    flat, end, _ = lines(svg, ".predicted", top=304)
    tau = values[0] ** 2 - 2 * eta * np.round(flat[0])
    np.testing.assert_allclose(flat[1], np.log10(tau) / 2, atol=0.15)
    if end[0].size > 1:
        slopes = np.polyfit(*end, 1)[0]
        assert slopes == pytest.approx(np.log10(near_zero), rel=0.05)


@pytest.mark.parametrize("seed", SETTINGS[:12])
def test_saddles_tells(javascript, seed):
    params = setting(EXPLORERS["saddles"], seed)
    seen = javascript(SADDLES, params)
    text, svg = javascript(DRAWN, ["saddles", params])
    for k, share in enumerate(np.array(seen["shares"]).T):
        step = np.flatnonzero(share <= 1 / 2).max(initial=-1) + 1
        assert f" {step if share[-1] > 1 / 2 else 'more than 3000'} for u{'₁₂₃'[k]}" in text
    for rho, count in enumerate(seen["stays"]):
        assert f"{count} at ρ = {rho}" in text or not count
    rests = {seen["losses"][t] for t in seen["plateaus"]}
    if "hollow" in text:
        for loss in map(number, re.findall(NUMBER, text.split("at a loss of")[1].rstrip("."))):
            assert min(abs(loss / rest - 1) for rest in rests) < 0.006
    levels = theory.saddle_losses(-np.sort([-1, -params["lambda_2"], -params["lambda_3"]]))[:3]
    drawn = [level.mean() for _, level in lines(svg, ".predicted", bottom=178)]
    np.testing.assert_allclose(drawn, np.log10(levels), atol=0.02)


@pytest.mark.parametrize("iteration", Reconstruction.iteration.values)
def test_reconstruction_tells(javascript, iteration):
    psnr = json.loads((DATA / "explorer_reconstruction.json").read_text(encoding="utf-8"))["psnr"]
    text, svg = javascript(DRAWN, ["reconstruction", {"iteration": iteration}])
    gd_score, wn_score = psnr["gd"][iteration], psnr["wn"][iteration]
    assert told("gradient descent # dB, weight normalization # dB", text) == pytest.approx(
        [gd_score, wn_score], abs=0.0051
    )
    assert told(">GD, # dB", svg) + told(">WN, # dB", svg) == pytest.approx([gd_score, wn_score], abs=0.051)
    lead, trail = ("gd", "wn") if gd_score > wn_score else ("wn", "gd")
    if "ahead" in text:
        assert text.index("is ahead") > text.index("Gradient descent is" if lead == "gd" else "Weight normalization is")
        gap, since = told("is ahead by # dB; it had .. ?.?s score at iteration #", text)
        assert gap == pytest.approx(abs(gd_score - wn_score), abs=0.0051)
        assert since == np.argmax(np.array(psnr[lead]) >= psnr[trail][iteration])
    else:
        assert abs(gd_score - psnr["gd"][0]) < 1 and abs(wn_score - psnr["wn"][0]) < 1


BARS = """([k, style]) => {
  const params = { columns: 10, measurements: 200 }, svg = explorers.phases.draw(params, 340).next().value.svg
  const bars = new DOMParser().parseFromString(svg, "text/html").querySelectorAll(`rect.${style}`)
  return [...bars].map(({ x, y, height }) => [x, y, height].map((length) => length.baseVal.value))
}"""


@pytest.mark.parametrize("k, style", [(0, "wn"), (1, "third"), (2, "gd")])
def test_phases_bars(javascript, k, style):
    """Where n and r grow, bars stand further up and to the right; the highest are full."""
    stored = json.loads(phase_diagram.DATA.read_text(encoding="utf-8"))["cells"]
    method = phase_diagram.METHODS[k]
    expected = [
        stored[f"{method} | n = {n} | r = {r}"]["success"] for r in phase_diagram.COLUMNS for n in phase_diagram.SIZES
    ]
    bars = np.array(javascript(BARS, [k, style]))
    shares = bars[np.lexsort([-bars[:, 1] - bars[:, 2], np.round(bars[:, 0])]), 2] / bars[:, 2].max()
    np.testing.assert_allclose(shares, [share for share in expected if share > 0], atol=0.01)


SLIDERS = """([name, state]) => {
  const model = { get: (key) => state[key], set: (key, value) => { state[key] = value }, save_changes() {}, on() {}, off() {} }
  const el = document.body.appendChild(document.createElement("div"))
  explorers[name].render({ model, el })
  const shown = [...el.querySelectorAll("label b")].map((value) => value.textContent)
  const ends = [...el.querySelectorAll("input")].map((input) =>
    [input.min, input.max].map((end) => (Object.assign(input, { value: end }).dispatchEvent(new Event("input")), state[input.name])))
  el.remove()
  return [shown, ends]
}"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_sliders_tell(javascript, name):
    explorer = EXPLORERS[name]()
    sliders = explorer.sliders()
    state = {key: getattr(explorer, key) for key in [*sliders, "controls"]}
    shown, ends = javascript(SLIDERS, [name, state])
    for trait, words, (low, high) in zip(sliders.values(), shown, ends, strict=True):
        values = trait.metadata.get("values") or [trait.min, trait.max]
        assert float(words) == trait.default_value
        assert [low, high] == pytest.approx([values[0], values[-1]], rel=1e-9)
