"""The wheel of wnlib, alone with what it says it needs, recovers a matrix from somebody's data."""

import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from tools.lite import ROOT, build_wheel

SITE_PACKAGES = Path(numpy.__file__).parents[1]
NEEDED = ["numpy", "scipy", "tqdm"]
SCRIPT = """
import numpy as np
from wnlib import DirectionMagnitude, Problem, Symmetric, run, wn

class Vectors:  # measurements vᵀZv, an operator of one's own
    def __init__(self, n, m):
        self.space, self.n = Symmetric(m), n
        self.vectors = np.random.default_rng(0).standard_normal((n, m)) / n**0.25

    def forward(self, Z):
        return np.einsum("ni,...ij,nj->...n", self.vectors, Z, self.vectors)

    def adjoint(self, y):
        return np.einsum("...n,ni,nj->...ij", y, self.vectors, self.vectors)

    def normal(self, Z):
        return self.adjoint(self.forward(Z))

factor = np.random.default_rng(1).standard_normal((12, 2)) / 12**0.5
operator = Vectors(300, 12)
problem = Problem(operator, operator.forward(factor @ factor.T))
trace = run(wn, problem, DirectionMagnitude.spectral(problem, 4), 2000, eta=0.1, mu=0.1)
assert np.allclose(trace.state.Z, factor @ factor.T, atol=1e-6), trace.loss[-1]
assert list(trace.records) == ["loss"]
import wnlib; print(wnlib.__version__)
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The environment of a Python that sees the standard library, the wheel, and NEEDED."""
    folder = tmp_path_factory.mktemp("wheel")
    build_wheel(folder)
    [wheel] = folder.glob("wnlib-*.whl")
    target = folder / "packages"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", f"--target={target}", wheel],
        check=True,
    )
    for name in NEEDED:
        for path in [*SITE_PACKAGES.glob(name), *SITE_PACKAGES.glob(f"{name}.libs")]:
            target.joinpath(path.name).symlink_to(path)
    return {**os.environ, "PYTHONPATH": str(target)}


def test_the_module_needs_no_more_than_it_says(alone, tmp_path):
    done = subprocess.run(
        [sys.executable, "-S", "-c", SCRIPT], env=alone, cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout[0].isdigit()


def test_pictures_scripts_and_data_of_wnbook_are_in_it(alone):
    needed = [path for path in (ROOT / "wnbook").rglob("*.*") if "__pycache__" not in path.parts]
    assert ROOT / "wnbook" / "photograph.png" in needed
    for path in needed:
        assert Path(alone["PYTHONPATH"], path.relative_to(ROOT)).exists(), path
