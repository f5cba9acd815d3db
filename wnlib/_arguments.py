"""What several modules do with their arguments: check them, and make a seed a generator."""

import numpy as np


def _whole(value, least):
    return not isinstance(value, bool) and isinstance(value, (int, np.integer)) and value >= least


def positive_integers(**arguments):
    """The arguments as Python's integers, which cannot overflow; ValueError unless each is whole and at least 1."""
    for name, value in arguments.items():
        if not _whole(value, 1):
            raise ValueError(f"{name} is {value!r}; it must be a whole number of at least 1")
    return [int(value) for value in arguments.values()]


def positive_integer(**argument):
    """The one argument, as `positive_integers` gives it."""
    return positive_integers(**argument)[0]


def columns(m, r):
    """m and r as `positive_integers`; ValueError unless r <= m, too: the sizes of a matrix with orthonormal columns."""
    m, r = positive_integers(m=m, r=r)
    if r > m:
        raise ValueError(f"r is {r}; it must be at most m = {m}: r orthonormal columns need m >= r")
    return m, r


def whole_up_to(most, **argument):
    """The one argument as Python's integer; ValueError unless it is whole, at least 1 and at most `most`."""
    [(name, value)] = argument.items()
    if not _whole(value, 1) or value > most:
        raise ValueError(f"{name} is {value!r}; it must be a whole number from 1 to {most}")
    return int(value)


def spare_columns(r, rank):
    """r and rank as `positive_integers`; ValueError unless r > rank."""
    r, rank = positive_integers(r=r, rank=rank)
    if r <= rank:
        raise ValueError(f"r is {r}; it must exceed the truth's rank {rank}: the statement is about spare columns")
    return r, rank


def positive(**arguments):
    """Raise ValueError unless each argument is real, finite and greater than 0 (every entry, if an array)."""
    for name, value in arguments.items():
        if isinstance(value, float) and 0 < value < np.inf:
            continue  # most often; the general check takes microseconds
        array = np.asarray(value)
        if array.dtype.kind not in "iuf" or not np.all(np.isfinite(array) & (array > 0)):
            raise ValueError(f"{name} is {value!r}; it must be finite and greater than 0")


def not_negative(**arguments):
    """Raise ValueError unless each argument is real, finite and at least 0 (every entry, if an array)."""
    for name, value in arguments.items():
        array = np.asarray(value)
        if array.dtype.kind not in "iuf" or not np.all(np.isfinite(array) & (array >= 0)):
            raise ValueError(f"{name} is {value!r}; it must be finite and at least 0")


def fraction(**arguments):
    """Raise ValueError unless each argument is real and strictly between 0 and 1 (every entry, if an array)."""
    for name, value in arguments.items():
        array = np.asarray(value)
        if array.dtype.kind not in "iuf" or not np.all((0 < array) & (array < 1)):
            raise ValueError(f"{name} is {value!r}; it must lie strictly between 0 and 1")


def step_sizes(**arguments):
    """The arguments, positive numbers or arrays of them with the batch's shape, ready to multiply matrices."""
    positive(**arguments)
    return [np.expand_dims(value, (-2, -1)) if np.ndim(value) else value for value in arguments.values()]


def step_size(**argument):
    """The one argument, as `step_sizes` gives it."""
    return step_sizes(**argument)[0]


def real(least_dimension, **argument):
    """The argument as a new array of floats, not to be written into; ValueError unless real, finite and deep enough."""
    [(name, value)] = argument.items()
    array = np.array(value)
    if array.dtype.kind not in "iuf" or array.ndim < least_dimension:
        kind = "vector" if least_dimension == 1 else "matrix"
        raise ValueError(f"{name} has dtype {array.dtype} and shape {array.shape}; it must be a real {kind}")
    if 0 in array.shape[: array.ndim - least_dimension]:
        raise ValueError(f"{name} has shape {array.shape}; an axis before the last {least_dimension} must not be empty")
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} has entries that are NaN or infinite; all must be finite")
    return read_only(array.astype(float))


def read_only(array):
    """The array, which from now on refuses to be written into."""
    array.setflags(write=False)
    return array


def batch(size):
    """The shape that size stands for, a tuple; ValueError unless it is a whole number or a tuple of them, at least 1."""
    shape = size if isinstance(size, tuple) else (size,)
    if not all(_whole(length, 1) for length in shape):
        raise ValueError(f"size is {size!r}; it must be a whole number or a tuple of them, none below 1")
    return tuple(map(int, shape))


def generator(rng, stream):
    """The Generator given; or, from a seed, one for this stream alone.

    With one stream for all, ``planted(m, spectrum(3, 2), 0)`` and ``Factor.random(m, 3, 0)`` would be made of
    the same random numbers, and the start would span the very range that the run is to find.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if not _whole(rng, 0):
        raise ValueError(f"rng is {rng!r}; it must be a numpy.random.Generator or a seed, a whole number of at least 0")
    return np.random.default_rng([int(rng), *stream.encode()])
