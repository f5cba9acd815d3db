"""What every function asks of its arguments, and how it says no."""

import re

import numpy as np
import pytest

import wnlib
from wnlib import _arguments, theory


@pytest.mark.parametrize("value", [1, np.int8(1), np.uint64(2**63)])
def test_whole_numbers_become_pythons_own(value):
    got = _arguments.positive_integer(n=value)
    assert type(got) is int and got == value
    assert _arguments.positive_integers(a=3, n=value) == [3, int(value)]


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "1", None, np.float64(2), np.bool_(True), [1]])
def test_what_is_no_positive_whole_number_is_named(value):
    words = re.escape(f"n is {value!r}; it must be a whole number of at least 1")
    with pytest.raises(ValueError, match=f"^{words}$"):
        _arguments.positive_integers(m=1, n=value)


def test_columns():
    assert _arguments.columns(np.int16(3), 3) == (3, 3)
    with pytest.raises(ValueError, match="^r is 4; it must be at most m = 3: r orthonormal columns need m >= r$"):
        _arguments.columns(3, 4)
    with pytest.raises(ValueError, match="^m is 0; "):
        _arguments.columns(0, 1)


@pytest.mark.parametrize("value", [1e-300, 1, np.float32(0.5), [1, 2], np.ones((2, 3))])
def test_what_is_positive_passes(value):
    assert _arguments.positive(eta=value) is None


@pytest.mark.parametrize(
    "value", [0, 0.0, -1e-9, np.inf, np.nan, "1", None, 1j, True, [1, 0], [1, np.inf], [[1], [np.nan]], [True]]
)
def test_what_is_not_positive_is_named(value):
    words = re.escape(f"eta is {value!r}; it must be finite and greater than 0")
    with pytest.raises(ValueError, match=f"^{words}$"):
        _arguments.positive(mu=1.0, eta=value)


def test_step_sizes_multiply_matrices():
    """A number stays one; an array of the batch's shape gets two axes for the matrix."""
    eta, mu = _arguments.step_sizes(eta=0.5, mu=[[1, 2, 3]])
    assert eta == 0.5 and np.ndim(eta) == 0
    np.testing.assert_array_equal(mu, np.reshape([1, 2, 3], (1, 3, 1, 1)))
    assert _arguments.step_size(eta=0.5) == 0.5
    with pytest.raises(ValueError, match="^mu is 0; "):
        _arguments.step_sizes(eta=1, mu=0)
    with pytest.raises(ValueError, match="^eta is -1; "):
        _arguments.step_size(eta=-1)


@pytest.mark.parametrize(("least", "value"), [(1, [1, 2]), (1, [[1, 2]]), (2, np.eye(2, dtype=np.uint8))])
def test_real_is_a_copy_in_floats_that_nobody_changes(least, value):
    array = _arguments.real(least, Z=value)
    assert array.dtype == float and not array.flags.writeable
    np.testing.assert_array_equal(array, value)
    floats = np.asarray(value, dtype=float)
    assert not np.shares_memory(_arguments.real(least, Z=floats), floats)
    assert floats.flags.writeable


@pytest.mark.parametrize(
    ("least", "value", "words"),
    [
        (1, ["a"], "Z has dtype <U1 and shape (1,); it must be a real vector"),
        (1, 3.0, "Z has dtype float64 and shape (); it must be a real vector"),
        (2, np.ones(3), "Z has dtype float64 and shape (3,); it must be a real matrix"),
        (2, 1j * np.ones((2, 2)), "Z has dtype complex128 and shape (2, 2); it must be a real matrix"),
        (1, [True], "Z has dtype bool and shape (1,); it must be a real vector"),
        (1, [1, np.nan], "Z has entries that are NaN or infinite; all must be finite"),
        (1, [1, -np.inf], "Z has entries that are NaN or infinite; all must be finite"),
        (1, np.ones((0, 3)), "Z has shape (0, 3); an axis before the last 1 must not be empty"),
        (2, np.ones((2, 0, 3, 3)), "Z has shape (2, 0, 3, 3); an axis before the last 2 must not be empty"),
    ],
)
def test_what_is_not_real_is_named(least, value, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        _arguments.real(least, Z=value)


def test_batches():
    assert _arguments.batch(()) == ()
    assert _arguments.batch(3) == (3,)
    assert _arguments.batch((np.int8(2), 1)) == (2, 1)
    assert all(type(length) is int for length in _arguments.batch((np.int8(2), 1)))


@pytest.mark.parametrize("size", [0, -1, 2.0, "3", True, None, (2, 0), [2]])
def test_what_is_no_batch_is_named(size):
    words = re.escape(f"size is {size!r}; it must be a whole number or a tuple of them, none below 1")
    with pytest.raises(ValueError, match=f"^{words}$"):
        _arguments.batch(size)


def test_a_seed_makes_one_stream_for_each_purpose():
    a, again, other = (_arguments.generator(0, stream).random(4) for stream in ("truth", "truth", "start"))
    np.testing.assert_array_equal(a, again)
    assert not np.any(a == other)
    assert not np.any(a == _arguments.generator(1, "truth").random(4))
    np.testing.assert_array_equal(a, _arguments.generator(np.int8(0), "truth").random(4))
    rng = np.random.default_rng(0)
    assert _arguments.generator(rng, "truth") is rng


@pytest.mark.parametrize("rng", [-1, None, 0.5, "0", True])
def test_what_is_no_seed_is_named(rng):
    words = re.escape(f"rng is {rng!r}; it must be a numpy.random.Generator or a seed, a whole number of at least 0")
    with pytest.raises(ValueError, match=f"^{words}$"):
        _arguments.generator(rng, "truth")


@pytest.mark.parametrize(
    ("stream", "draw"),
    [
        ("truth", lambda rng: wnlib.planted(6, [2, 1], rng)),
        ("uniform", lambda rng: wnlib.stiefel.uniform(6, 3, rng)),
        ("start", lambda rng: wnlib.Factor.random(6, 3, rng).Y),
        ("start", lambda rng: wnlib.DirectionMagnitude.random(6, 3, rng).X),
        ("start", lambda rng: wnlib.Factors.random(6, 5, 3, rng).G),
        ("start", lambda rng: wnlib.DirectionsMagnitude.random(6, 5, 3, rng).W),
        ("operator", lambda rng: wnlib.Gaussian(wnlib.Symmetric(3), 4, rng).rows),
        ("operator", lambda rng: wnlib.Gram(wnlib.Symmetric(3), 9, rng).factor),
        ("operator", lambda rng: wnlib.SubsampledDCT(wnlib.Symmetric(3), 4, rng).forward(np.ones((3, 3)))),
        ("tangents", lambda rng: theory.sample_tangents(6, 4, 2, rng)),
    ],
)
def test_a_seed_is_the_generator_of_its_stream(stream, draw):
    """The streams' names are part of what a seed stands for: with other names, other numbers everywhere."""
    np.testing.assert_array_equal(draw(3), draw(np.random.default_rng([3, *stream.encode()])))
