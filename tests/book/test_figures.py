"""How the chapters print round-off."""

import numpy as np

from wnbook.figures import below


def test_round_off_is_printed_in_words_and_a_failure_with_its_digits():
    assert below(3.1e-15, 1e-9) == "below 1e-9"
    assert below(0, 1e-12) == "below 1e-12"
    assert below(-1.0, 0.001) == "below 0.001"
    assert below(1e-12, 1e-12) == "1.0e-12"
    assert below(0.0371, 1e-12) == "3.7e-02"
    assert below(np.nan, 1e-12) == "nan"
    assert below(np.inf, 1e-12) == "inf"
