"""The grids of chapter 6 that are not run there: the file is whole, and a sample of it comes out again."""

import json

import numpy as np
import pytest

from experiments.photograph import DATA, GRIDS, STEPS, TRUTHS, decibels

TABLE = json.loads(DATA.read_text(encoding="utf-8"))


def test_every_cell_is_there():
    assert TABLE["iterations"] == STEPS
    assert TABLE["grids"] == GRIDS
    assert list(TABLE["psnr"]) == list(TRUTHS)
    for methods in TABLE["psnr"].values():
        assert {name: np.shape(rows) for name, rows in methods.items()} == dict.fromkeys(GRIDS, (8, 3))


@pytest.mark.parametrize(
    ("truth", "method", "row"),
    [
        ("photograph", "WN", 5),
        ("photograph", "GD balanced", 5),
        ("rank 8", "WN", 3),
        ("rank 8", "GD imbalanced", 5),
        ("rank 8", "GD balanced", 7),  # diverges
    ],
)
def test_a_row_is_recomputed(truth, method, row):
    again = decibels(truth, method, [GRIDS[method]["eta"][row]])[0]
    stored = np.array(TABLE["psnr"][truth][method][row], dtype=float)
    np.testing.assert_allclose(again, stored, atol=0.01)
