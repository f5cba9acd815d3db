"""Some cells of the table of Chapter 14, computed again.

Barzilai–Borwein steps and conjugate gradients are chaotic: with another BLAS a count moves by a few iterations, so
they are compared as medians and with slack.
"""

import json

import numpy as np
import pytest

from experiments import rivals


@pytest.fixture(scope="module")
def content():
    return json.loads(rivals.DATA.read_text(encoding="utf-8"))


def median(counts):
    return np.median([np.inf if count is None else count for count in counts])


def test_the_data_are_those_of_the_script(content):
    assert content["settings"] == rivals.SETTINGS
    assert set(content["table"]) == set(rivals.SETTINGS)
    for method, (_, _, _, axes) in rivals.METHODS.items():
        assert [[name, list(values)] for name, values in axes.items()] == content["grids"][method]
        for entries in content["table"].values():
            entry = entries[method]
            assert [len(row) for row in entry["iterations"] + entry["applications"]] == [5] * 4
    assert not set(rivals.TUNING) & set(rivals.REPORTED)


@pytest.mark.parametrize(
    ("setting", "method", "slack"),
    [
        ("κ = 2, r = 10", "PrecGD", 0),
        ("κ = 10, r = 20", "GD, tiny start", 0),
        ("κ = 10, r = 20", "WN + BB", 0.15),
        ("κ = 10, r = 20", "PrecGD + BB", 0.15),
        ("κ = 10, r = 20", "WN + BB, plain", 0.25),
        ("population, κ = 10, r = 20", "ScaledGD(λ)", 0),
        ("population, κ = 10, r = 20", "CG", 0.25),
    ],
)
def test_counts(content, setting, method, slack):
    entry = content["table"][setting][method]
    iterations, applications = rivals.measured(method, rivals.SETTINGS[setting], entry["chosen"])
    for computed, kept in ((iterations, entry["iterations"]), (applications, entry["applications"])):
        for level in range(2):
            assert np.median(computed[level]) == pytest.approx(median(kept[level]), rel=slack, abs=2)


def test_a_grid(content):
    setting, method = "population, κ = 2, r = 20", "PrecGD"
    cells, counts, errors, best = rivals.tuned(method, rivals.SETTINGS[setting])
    entry = content["table"][setting][method]
    assert [cells[k] for k in best] == entry["chosen"]
    computed = [rivals.outcome(*cell) for cell in zip(counts[-1], errors, strict=True)]
    np.testing.assert_allclose(computed, entry["tuning"], atol=2)
