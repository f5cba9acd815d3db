"""The frames of the explorer of chapter 13: the terrain, as both methods recover it iteration by iteration.

The setting is that of `experiments.images`: the terrain itself, half of the measurements, 20 columns. Each method has
the step size and the scale (or mu) that are its best of the grid there after 150 iterations, and is run once.

A frame is 128 × 128 pixels out of the 256 × 256, the part framed in the chapter's first figure: as grey values of 8 bits,
compressed with loss (WebP). The PSNR is that of the iterate itself: whole and uncompressed.

    .venv/bin/python -m experiments.frames        a quarter of a minute; writes book/data/explorer_reconstruction.json
"""

import json
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.images import COLUMNS, SIDE, problem, start
from wnbook.explorers import Reconstruction
from wnlib import run

DATA = Path(__file__).resolve().parents[1] / "book" / "data" / "explorer_reconstruction.json"
PICTURE, TUNED_FOR = "terrain", 150
METHODS = {"gd": ("GD balanced", 0.9, 0.3), "wn": ("WN", 1.7, 1.25)}  # with the step size, and the scale or mu
ITERATIONS = Reconstruction.iteration.values  # at which there are frames
WINDOW = np.s_[40:168, 60:188]
QUALITY = 70  # of WebP, from 0 to 100


def psnr(error, truth):
    """In decibels, from the error ‖Z - A‖_F."""
    return 20 * np.log10(np.ptp(truth) * SIDE / error)


def frame(Z, truth):
    """The framed part in grey, from 0, the truth's lowest point, to 255, its highest; what lies beyond is cut off."""
    return np.round(255 * np.clip((Z[WINDOW] - truth.min()) / np.ptp(truth), 0, 1))


def recover(method, steps):
    """PSNR after 0, 1, …, `steps` iterations, and the frame after each."""
    name, eta, other = METHODS[method]
    sensed = problem(PICTURE, "itself")
    step, first, options = start(name, other)
    record = {"frame": lambda state: frame(state.Z, sensed.truth)}
    trace = run(step, sensed, first, steps, record, eta=eta, **options)
    return psnr(trace.error, sensed.truth), trace.frame


def webp(grey):
    """The picture as the text of a WebP file in base 64."""
    file = BytesIO()
    Image.fromarray(np.uint8(grey)).save(file, "WEBP", quality=QUALITY, method=6)
    return b64encode(file.getvalue()).decode()


def best():
    """PSNR of the best approximation of the rank that the methods have."""
    truth = problem(PICTURE, "itself").truth
    singular = np.linalg.svd(truth, compute_uv=False)
    return psnr(np.linalg.norm(singular[COLUMNS:]), truth)


def main():
    truth = problem(PICTURE, "itself").truth
    data = {
        "about": "written by: .venv/bin/python -m experiments.frames",
        "truth": webp(frame(truth, truth)),
        "best": round(best(), 3),
        "psnr": {},
        "frames": {},
    }
    for method in METHODS:
        scores, frames = recover(method, ITERATIONS[-1])
        data["psnr"][method] = [round(score, 3) for score in scores.tolist()]
        data["frames"][method] = {t: webp(frames[t]) for t in ITERATIONS}
    DATA.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
