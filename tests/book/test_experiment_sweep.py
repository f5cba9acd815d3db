"""The sweep: results in the order of the cells, and a run that diverges elsewhere arrives as itself."""

from functools import partial

import numpy as np
import pytest

from experiments.sweep import sweep
from wnlib import Diverged, Factor, PlantedProblem, Population, Symmetric, gd, planted, run

PROBLEM = PlantedProblem(Population(Symmetric(6)), planted(6, [1.0], rng=0))
DESCENT = partial(run, gd, PROBLEM, Factor.random(6, 2, rng=0), 40)


def test_results_come_in_the_order_of_the_cells():
    etas = [0.3, 0.1, 0.2]
    traces = sweep(DESCENT, [{"eta": eta} for eta in etas], n_jobs=2)
    for eta, trace in zip(etas, traces, strict=True):
        np.testing.assert_array_equal(trace.error, DESCENT(eta=eta).error)


def test_a_run_that_diverges_in_another_process_arrives_as_diverged():
    with pytest.raises(Diverged, match="gd with eta = 9.0 is no longer finite") as caught:
        sweep(DESCENT, [{"eta": 0.1}, {"eta": 9.0}], n_jobs=2)
    assert 0 < caught.value.trace.diverged_at < 40
    assert len(caught.value.trace.error) > 1
