"""The numbers of chapter 13 that are not computed there: a sample of them, recomputed."""

import json
from pathlib import Path

import pytest

from experiments.images import (
    BB_CHECKPOINTS,
    BB_ETAS,
    CHECKPOINTS,
    GRIDS,
    LONG_RUN,
    PICTURES,
    RANKS,
    TRUTHS,
    costs,
    decibels,
    with_columns,
    with_wn_bb,
)

DATA = Path(__file__).parents[2] / "book" / "data" / "images.json"


@pytest.fixture(scope="module")
def table():
    return json.loads(DATA.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "picture, truth, method, i, j",
    [
        ("photograph", "itself", "GD balanced", 4, 0),
        ("photograph", "rank 8", "GD balanced", 6, 1),
        ("photograph", "rank 8", "GD imbalanced", 3, 4),
        ("terrain", "itself", "WN", 4, 1),
        ("MRI", "rank 8", "WN", 2, 2),
    ],
)
def test_cells_are_recomputed(table, picture, truth, method, i, j):
    etas, _, others = GRIDS[method]
    again = decibels(picture, truth, method, etas[i], others[j], checkpoints=CHECKPOINTS[:3])
    assert table["psnr"][picture][truth][method][i][j][:3] == pytest.approx(again, abs=0.03)


def test_a_long_run_is_recomputed(table):
    assert table["ranks"]["columns"] == RANKS
    assert table["ranks"]["checkpoints"] == LONG_RUN
    assert all(len(table["ranks"][picture]) == len(RANKS) for picture in PICTURES)
    assert table["ranks"]["terrain"][3] == pytest.approx(with_columns("terrain", RANKS[3]), abs=0.03)


def test_runs_of_wn_bb_are_recomputed(table):
    kept = table["wn_bb"]
    assert kept["checkpoints"] == BB_CHECKPOINTS
    for picture in PICTURES:
        for truth in TRUTHS:
            assert list(kept[picture][truth]) == [f"{eta:g}" for eta in BB_ETAS]
    again = with_wn_bb("terrain", "itself", 0.1, checkpoints=BB_CHECKPOINTS[:1])
    assert kept["terrain"]["itself"]["0.1"][:1] == pytest.approx(again, abs=0.1)  # such steps are chaotic


def test_a_cell_that_diverges_says_so():
    values = decibels("photograph", "itself", "GD imbalanced", 50.0, 0.3, checkpoints=[25, 50])
    assert values[-1] is None


def test_every_cell_is_there(table):
    assert table["checkpoints"] == CHECKPOINTS
    assert list(table["psnr"]) == sorted(PICTURES)
    for picture in PICTURES:
        assert list(table["psnr"][picture]) == sorted(TRUTHS)
        for truth in TRUTHS:
            for method, (etas, name, others) in GRIDS.items():
                assert table["grids"][method] == {"eta": etas, name: others}
                rows = table["psnr"][picture][truth][method]
                assert [len(row) for row in rows] == [len(others)] * len(etas)
                assert all(len(cell) == len(CHECKPOINTS) for row in rows for cell in row)


def test_a_wn_step_costs_more_than_a_gd_step(table):
    assert 1.5 < table["cost of a WN step in GD steps"] < 4
    assert 1 < costs(repetitions=5) < 6  # a busy machine may spoil five repetitions
