"""What several modules do with their arguments: check them, and make a seed a generator."""

import numpy as np


def positive_integer(**arguments):
    """Raise ValueError unless each argument is a whole number of at least 1."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} is {value!r}; it must be a whole number of at least 1")


def positive(**arguments):
    """Raise ValueError unless each argument is real, finite and greater than 0 (every entry, if an array)."""
    for name, value in arguments.items():
        if isinstance(value, float) and 0 < value < np.inf:
            continue  # most often; the general check takes microseconds
        array = np.asarray(value)
        if array.dtype.kind not in "iuf" or not np.all(np.isfinite(array) & (array > 0)):
            raise ValueError(f"{name} is {value!r}; it must be finite and greater than 0")


def step_size(**arguments):
    """Raise ValueError unless each argument is a positive number, or an array of them of shape (..., 1, 1)."""
    positive(**arguments)
    for name, value in arguments.items():
        if np.ndim(value) and np.shape(value)[-2:] != (1, 1):
            raise ValueError(f"{name} has shape {np.shape(value)}; it must be a number or have shape (..., 1, 1)")


def matrix(**arguments):
    """The argument as a new array of floats; ValueError unless it is real, finite and at least two-dimensional."""
    [(name, value)] = arguments.items()
    array = np.array(value)
    if array.dtype.kind not in "iuf" or array.ndim < 2:
        raise ValueError(f"{name} has dtype {array.dtype} and shape {array.shape}; it must be a real matrix")
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} has entries that are NaN or infinite; all must be finite")
    return array.astype(float)


def columns(m, r):
    """Raise ValueError unless 1 <= r <= m, the sizes of a matrix with orthonormal columns."""
    positive_integer(m=m, r=r)
    if r > m:
        raise ValueError(f"r is {r}; it must be at most m = {m}: r orthonormal columns need m >= r")


def batch(size):
    """The shape that size stands for, a tuple; ValueError unless it is a whole number or a tuple of them, at least 1."""
    shape = size if isinstance(size, tuple) else (size,)
    for length in shape:
        if isinstance(length, bool) or not isinstance(length, (int, np.integer)) or length < 1:
            raise ValueError(f"size is {size!r}; it must be a whole number or a tuple of them, none below 1")
    return shape


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
