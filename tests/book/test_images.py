"""Real data that the chapters use."""

import numpy as np
import pytest

from wnbook.images import mri, photograph, terrain


def test_photograph():
    picture = photograph(128)
    assert picture.shape == (128, 128)
    assert 0 <= picture.min() < 0.1
    assert 0.9 < picture.max() <= 1
    assert np.isclose(picture.mean(), 0.3374175028632669, rtol=1e-12)  # no decoder rounds these pixels
    np.testing.assert_allclose(picture, photograph(512).reshape(128, 4, 128, 4).mean(axis=(1, 3)))


def test_a_size_that_does_not_divide_is_refused():
    with pytest.raises(ValueError, match="pixels is 100; it must divide 512"):
        photograph(100)


def test_terrain():
    heights = terrain()
    assert heights.shape == (256, 256)
    assert (heights.min(), heights.max()) == (0, 1)
    metres = 256 + 820 * heights
    np.testing.assert_allclose(metres, metres.round())  # whole metres: nothing was resampled
    assert np.isclose(heights.mean(), 0.3717, atol=1e-4)  # the crop
    assert np.abs(np.diff(heights, axis=0)).mean() < 0.05  # and its shape: neighbours are alike


def test_mri():
    head = mri()
    assert head.shape == (256, 256)
    assert (head.min(), head.max()) == (0, 1)
    assert np.isclose(np.mean(head == 0), 0.5667, atol=1e-4)  # the air around the head
    assert np.isclose(head.mean(), 0.1798, atol=1e-4)
    np.testing.assert_allclose(head * 215, (head * 215).round(), atol=1e-9)  # 8 bits hold it
