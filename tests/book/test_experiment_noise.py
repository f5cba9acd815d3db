"""The noisy runs of Chapter 14: the file is what the script says, and some of its runs come out again."""

import json

import numpy as np
import pytest

from experiments import noise

DATA = json.loads(noise.DATA.read_text(encoding="utf-8"))


def test_every_run_is_there():
    assert (DATA["columns"], DATA["seeds"], DATA["steps"]) == (list(noise.COLUMNS), list(noise.SEEDS), noise.STEPS)
    for r in noise.COLUMNS:
        assert {method: len(rows) for method, rows in DATA["table"][str(r)].items()} == dict.fromkeys(noise.METHODS, 3)
    for method in noise.METHODS:
        curve = np.array(DATA["curves"][method])
        assert len(curve) == noise.STEPS + 1
        end, least, stopped = DATA["table"][str(noise.COLUMNS[-1])][method][0]
        assert (curve[-1], curve.min()) == (end, least)
        assert stopped in curve


@pytest.mark.parametrize("method", ["GD, α = 1e-4", "wn_psd"])
def test_a_run_comes_out_again(method):
    again = noise.summary(*noise.errors(method, 10, 201))
    assert again == pytest.approx(DATA["table"]["10"][method][1], rel=2e-3)


@pytest.mark.parametrize("method", ["PrecGD + BB", "WN + BB"])
def test_the_beginning_of_a_chaotic_run_comes_out_again(method):
    error, _ = noise.errors(method, 20, 200, steps=30)
    np.testing.assert_allclose(error, DATA["curves"][method][:31], rtol=0.02)
