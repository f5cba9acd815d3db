"""The frames and scores that the explorer of chapter 13 shows: the settings, and some of them recomputed."""

import json
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from experiments.frames import DATA, ITERATIONS, METHODS, PICTURE, TUNED_FOR, best, frame, problem, recover

TABLE = DATA.with_name("images.json")
LOSS = 8  # grey levels of 255, root mean square: what the compression may cost


@pytest.fixture(scope="module")
def data():
    return json.loads(DATA.read_text(encoding="utf-8"))


def grey(webp):
    return np.array(Image.open(BytesIO(b64decode(webp))).convert("L"), dtype=float)


def root_mean_square(difference):
    return np.sqrt(np.mean(difference**2))


@pytest.mark.parametrize("method", METHODS)
def test_the_setting_is_the_best_of_the_grid(method):
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    name, eta, other = METHODS[method]
    etas, others = table["grids"][name]["eta"], table["grids"][name]["mu" if name == "WN" else "scale"]
    at = table["checkpoints"].index(TUNED_FOR)
    scores = np.array(table["psnr"][PICTURE]["itself"][name], dtype=float)[..., at]
    assert scores[etas.index(eta), others.index(other)] == np.nanmax(scores)


@pytest.mark.parametrize("method", METHODS)
def test_frames_and_scores_are_recomputed(data, method):
    t = 50
    scores, frames = recover(method, t)
    assert data["psnr"][method][: t + 1] == pytest.approx(scores, abs=0.0005 + 1e-6)  # three decimals are kept
    assert root_mean_square(grey(data["frames"][method][str(t)]) - frames[t]) < LOSS


def test_the_truth_is_recomputed(data):
    truth = problem(PICTURE, "itself").truth
    assert root_mean_square(grey(data["truth"]) - frame(truth, truth)) < LOSS
    assert data["best"] == pytest.approx(best(), abs=0.0005 + 1e-6)


def test_all_frames_are_there_and_light(data):
    for method in METHODS:
        assert list(data["frames"][method]) == [str(t) for t in ITERATIONS]
        assert len(data["psnr"][method]) == ITERATIONS[-1] + 1
        assert max(data["psnr"][method]) < data["best"]
    assert DATA.stat().st_size < 200_000
