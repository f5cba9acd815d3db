"""Weight normalization for matrix sensing: find a matrix of low rank from linear measurements of it.

A matrix, and 140 measurements of it with matrices of your own. From here on nothing else is known:

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> factor = rng.standard_normal((20, 2))
>>> matrices = rng.standard_normal((140, 20, 20)) / np.sqrt(140)
>>> y = np.einsum("nij,ij->n", matrices, factor @ factor.T)

Five lines find it, from these data alone, without its rank:

>>> from wnlib import BarzilaiBorwein, Dense, Problem, Symmetric, run, wn_bb
>>> problem = Problem(Dense(Symmetric(20), matrices), y)
>>> start = BarzilaiBorwein.spectral(problem, r=4)
>>> trace = run(wn_bb, problem, start, steps=400)
>>> Z = trace.state.Z
>>> bool(trace.loss[-1] < 1e-12 * trace.loss[0]), bool(np.allclose(Z, factor @ factor.T))
(True, True)

Layers, each importing only from those below (and `states` from `problem`):

==  =================================================  ===============================================================
4   `manopt` (``pip install "wnlib[manopt]"``)         pymanopt's optimizers on the objective of weight normalization
3   `iterate`                                          `run`, the one loop, and what it returns
2   `methods`, `barzilai_borwein`, `theory`, `finite`  one pure step per algorithm; one function per theorem
1   `problem`, `states`                                an operator and data; states, and where they start
0   `sensing`, `stiefel`                               measurement operators; the Stiefel manifold
==  =================================================  ===============================================================
"""

from importlib.metadata import PackageNotFoundError, version

from wnlib.barzilai_borwein import BarzilaiBorwein, wn_bb
from wnlib.iterate import Diverged, Trace, run
from wnlib.methods import gd, gd_rectangular, prec_gd, scaled_gd, wn, wn_psd, wn_rectangular
from wnlib.problem import PlantedProblem, Problem, planted, spectrum
from wnlib.sensing import Dense, Gaussian, Gram, Operator, Population, Rectangular, SubsampledDCT, Symmetric
from wnlib.states import DirectionMagnitude, DirectionsMagnitude, Factor, Factors

__all__ = [
    "Problem", "PlantedProblem", "planted", "spectrum",
    "Operator", "Symmetric", "Rectangular", "Dense", "Gaussian", "Gram", "Population", "SubsampledDCT",
    "DirectionMagnitude", "BarzilaiBorwein", "Factor", "DirectionsMagnitude", "Factors",
    "wn", "wn_bb", "wn_psd", "wn_rectangular", "gd", "scaled_gd", "prec_gd", "gd_rectangular",
    "run", "Trace", "Diverged",
]  # fmt: skip

try:
    __version__ = version("wnlib")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "unknown"
