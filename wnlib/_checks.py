"""What several modules do with their arguments: check them, and make a seed a generator."""

import numpy as np


def positive_integer(**arguments):
    """Raise ValueError unless each argument is a whole number of at least 1."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} is {value!r}; it must be a whole number of at least 1")


def positive(**arguments):
    """Raise ValueError unless each argument is finite and greater than 0 (every entry, if an array)."""
    for name, value in arguments.items():
        if not (np.all(np.isfinite(value)) and np.all(np.greater(value, 0))):
            raise ValueError(f"{name} is {value!r}; it must be finite and greater than 0")


def finite(**arguments):
    """Raise ValueError unless every entry of each argument is finite."""
    for name, value in arguments.items():
        if not np.all(np.isfinite(value)):
            raise ValueError(f"{name} has entries that are NaN or infinite; all must be finite")


def columns(m, r):
    """Raise ValueError unless 1 <= r <= m, the sizes of a matrix with orthonormal columns."""
    positive_integer(m=m, r=r)
    if r > m:
        raise ValueError(f"r is {r}; it must be at most m = {m}: r orthonormal columns need m >= r")


def generator(rng, stream):
    """The Generator given; or, from a seed, one for this stream alone.

    With one stream for all, ``planted(m, spectrum(3, 2), 0)`` and ``Factor.random(m, 3, 0)`` would be made of
    the same random numbers, and the start would span the very range that the run is to find.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)) or rng < 0:
        raise ValueError(f"rng is {rng!r}; it must be a numpy.random.Generator or a seed, a whole number of at least 0")
    return np.random.default_rng([rng, *stream.encode()])
