"""Random problems and starts that several test files draw."""

import numpy as np
from hypothesis import strategies as st

from wnlib import (
    Gaussian,
    Gram,
    PlantedProblem,
    Population,
    Rectangular,
    SubsampledDCT,
    Symmetric,
    planted,
)

seeds = st.integers(0, 10**6)


@st.composite
def sizes(draw, most=9):
    """(m, r) with 1 <= r <= m."""
    m = draw(st.integers(1, most))
    return m, draw(st.integers(1, m))


@st.composite
def operators(draw, symmetric=(True, False)):
    """Any of the four operators, on a small space."""
    p, q = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    space = Symmetric(p) if draw(st.sampled_from(symmetric)) else Rectangular(p, q)
    n = draw(st.integers(1, space.dimension))
    seed = draw(seeds)
    return draw(
        st.sampled_from(
            [
                Population(space),
                Gaussian(space, n, seed),
                Gram(space, space.dimension + n, seed),
                SubsampledDCT(space, n, seed),
            ]
        )
    )


def random_matrix(space, rng, size=()):
    return space.matrix(np.random.default_rng(rng).standard_normal((*size, space.dimension)))


def symmetric_problem(m, eigenvalues, seed, n=None):
    """Population case, or Gaussian with n measurements."""
    space = Symmetric(m)
    operator = Population(space) if n is None else Gaussian(space, n, seed)
    return PlantedProblem(operator, planted(m, eigenvalues, seed))
