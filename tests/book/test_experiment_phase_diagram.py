"""The phase diagram of Chapter 12: its file is what the script says, and some of its cells come out again."""

import json

import numpy as np
import pytest

from experiments.phase_diagram import (
    COLUMNS,
    DATA,
    EXPLORER,
    METHODS,
    SEEDS,
    SIZES,
    STARTS_N,
    STARTS_R,
    M,
    condensed,
    curve,
    magnitude_step,
    spectral_ends,
    starts_of_gd,
    summary,
    written,
)
from wnbook.explorers import Phases

DIAGRAM = json.loads(DATA.read_text(encoding="utf-8"))


def test_the_file_is_complete_and_small():
    assert set(DIAGRAM["cells"]) == {
        f"{method} | n = {n} | r = {r}" for method in METHODS for n in SIZES for r in COLUMNS
    }
    assert DIAGRAM["header"]["seeds"] == SEEDS
    assert all(len(cell["final"]) == SEEDS for cell in DIAGRAM["cells"].values())
    assert set(DIAGRAM["spectral start"]) == {
        f"{method} | n = {n} | r = {r}" for method in METHODS[:2] for n in SIZES for r in COLUMNS if r < M
    }
    assert all(len(cell["final"]) == SEEDS for cell in DIAGRAM["spectral start"].values())
    assert DATA.read_text(encoding="utf-8") == written(DIAGRAM)
    assert DATA.stat().st_size < 80_000


def test_the_file_of_the_explorer_is_current():
    assert EXPLORER.read_text(encoding="utf-8") == condensed()
    sliders = Phases.sliders()
    assert sliders["columns"].values == list(COLUMNS)
    assert sliders["measurements"].values == list(SIZES)
    # What the explorer shows fits together: rounding has at most put an error onto the border of success.
    for cell in (cell for method in json.loads(condensed())["cells"] for row in method for cell in row):
        final = np.array(cell["final"])
        assert np.sum(final < -3) <= cell["successes"] <= np.sum(final <= -3)
        assert cell["curve"][-1] == cell["final"][SEEDS // 2]


def test_the_magnitude_step_is_within_its_stability_edge():
    steps = np.array([[magnitude_step(n, r) for r in COLUMNS] for n in SIZES])
    edges = np.array([[4 / (1 + np.sqrt(r * (r + 1) / 2 / n)) ** 2 for r in COLUMNS] for n in SIZES])
    assert np.all(steps < 0.76 * edges)
    assert steps.max() == 1


@pytest.mark.parametrize(
    ("method", "n", "r"), [("WN", 200, 10), ("WN, semidefinite", 250, 22), ("GD, tiny start", 150, 6)]
)
def test_a_cell_comes_out_again(method, n, r):
    again = summary([curve(method, n, r, seed) for seed in range(SEEDS)])
    stored = DIAGRAM["cells"][f"{method} | n = {n} | r = {r}"]
    assert again["success"] == pytest.approx(stored["success"], abs=0.051)  # one seed may lie on the border
    np.testing.assert_allclose(again["final"], stored["final"], atol=0.21)
    stored_curve = curve(method, n, r, stored["seed"])
    np.testing.assert_allclose(stored_curve, stored["curve"], atol=0.21)


@pytest.mark.parametrize(("n", "r"), [(100, 2), (200, 15)])
def test_cells_of_the_spectral_start_come_out_again(n, r):
    again = np.sort([spectral_ends(n, r, seed) for seed in range(SEEDS)], axis=0).T
    for method, ends in zip(METHODS[:2], again, strict=True):
        stored = DIAGRAM["spectral start"][f"{method} | n = {n} | r = {r}"]
        np.testing.assert_allclose(ends, stored["final"], atol=0.21)
        assert np.mean(ends < -3) == pytest.approx(stored["success"], abs=0.051)  # one seed may lie on the border


def test_with_as_many_columns_as_rows_the_start_does_not_matter():
    ends = spectral_ends(150, M, seed=1)
    for method, end in zip(METHODS[:2], ends, strict=True):
        assert end == pytest.approx(curve(method, 150, M, seed=1)[-1], abs=1e-6)


def test_successes_from_smaller_starts_come_out_again():
    stored = DIAGRAM["starts of GD"]
    assert (stored["n"], stored["r"]) == (STARTS_N, STARTS_R)
    assert starts_of_gd() == pytest.approx(stored["success"], abs=0.051)  # one seed may lie on the border
