"""How the cost of a WN step grows: exponents p of a fit cost ~ size^p, one size varied at a time."""

import numpy as np
import pytest

from wnlib import (
    DirectionMagnitude,
    Gaussian,
    PlantedProblem,
    SubsampledDCT,
    Symmetric,
    planted,
    spectrum,
    wn,
)

# The transform is fast where d = m(m+1)/2 has small prime factors only: 175, 350, 675. Where r varies, the transforms
# are a constant that the exponent includes. name: (operator, list of (m, r, n), which of them varies)
SERIES = {
    "Gaussian, in n": (Gaussian, [(50, 10, n) for n in (300, 600, 1200)], 2),
    "Gaussian, in m at n = d/2": (Gaussian, [(m, 10, m * (m + 1) // 4) for m in (30, 45, 60)], 0),
    "Gaussian, in r": (Gaussian, [(50, r, 600) for r in (5, 10, 20, 40)], 1),
    "SubsampledDCT, in n": (SubsampledDCT, [(300, 50, n) for n in (10_000, 20_000, 40_000)], 2),
    "SubsampledDCT, in m at n = d/2": (SubsampledDCT, [(m, 20, m * (m + 1) // 4) for m in (175, 350, 675)], 0),
    "SubsampledDCT, in r": (SubsampledDCT, [(300, r, 20_000) for r in (25, 50, 100, 200)], 1),
}
MEASURED = {name: [] for name in SERIES}


@pytest.mark.parametrize(("name", "size"), [(name, size) for name, (_, sizes, _) in SERIES.items() for size in sizes])
def test_growth(benchmark, name, size):
    operator, sizes, varied = SERIES[name]
    m, r, n = size
    problem = PlantedProblem(operator(Symmetric(m), n, 0), planted(m, spectrum(3, 3), 0))
    state = wn(problem, DirectionMagnitude.random(m, r, 0), eta=0.3, mu=1.0)
    benchmark.group = "growth"
    benchmark.pedantic(lambda: wn(problem, state, eta=0.3, mu=1.0), rounds=30, warmup_rounds=3)
    MEASURED[name].append((size[varied], benchmark.stats.stats.median))
    benchmark.extra_info.update(what=name)
    if len(MEASURED[name]) == len(sizes):
        exponent = np.polyfit(*np.log(MEASURED[name]).T, 1)[0]
        benchmark.extra_info.update(sizes=[size for size, _ in MEASURED[name]], exponent=round(float(exponent), 2))
