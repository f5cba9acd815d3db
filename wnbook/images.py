"""Real data as matrices: a photograph that comes with this package, and what comes with matplotlib."""

from pathlib import Path

import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image

from wnlib import _arguments


def photograph(pixels=256):
    """A real photograph as a square matrix of grey values between 0 (black) and 1 (white).

    Rear Admiral Grace Hopper, computer scientist, in 1984. Photograph by James S. Davis, United States
    Navy: in the public domain. ``photograph.png`` holds the upper 512 × 512 pixels of matplotlib's
    ``grace_hopper.jpg``, since decoders of JPEG differ by rounding and those of PNG do not. They are averaged
    over blocks.

    Parameters
    ----------
    pixels : int
        Pixels a side; a divisor of 512.

    Returns
    -------
    ndarray, shape (pixels, pixels)
    """
    _arguments.positive_integer(pixels=pixels)
    if 512 % pixels:
        raise ValueError(f"pixels is {pixels}; it must divide 512, the photograph's width")
    with Image.open(Path(__file__).with_name("photograph.png")) as picture:
        colours = np.asarray(picture) / 255
    grey = colours @ [0.299, 0.587, 0.114]  # luma, ITU-R BT.601
    block = 512 // pixels
    return grey.reshape(pixels, block, pixels, block).mean(axis=(1, 3))


def terrain():
    """Elevations around the Jacksboro fault, Tennessee, between 0 (lowest, 256 m) and 1 (highest, 1,076 m).

    From the Shuttle Radar Topography Mission of NASA (three seconds of arc, about 90 m, between pixels): in the
    public domain. They come with matplotlib as ``jacksboro_fault_dem.npz``, 344 × 403 whole metres. These are the
    central 256 × 256, neither averaged nor resampled.

    Returns
    -------
    ndarray, shape (256, 256)
    """
    with get_sample_data("jacksboro_fault_dem.npz") as file:
        metres = file["elevation"][44:300, 73:329].astype(float)
    return (metres - metres.min()) / np.ptp(metres)


def mri():
    """A slice through a head, recorded by magnetic resonance: intensities between 0 and 1 (the brightest).

    It comes with matplotlib as ``s1045.ima.gz``, 256 × 256 numbers of 16 bits, all of them multiples of 256, so that
    8 bits hold what they say. Matplotlib's gallery uses it as an MRI; whose it is and under what terms it was given,
    beyond matplotlib's own licence, is not recorded there.

    Returns
    -------
    ndarray, shape (256, 256)
    """
    with get_sample_data("s1045.ima.gz") as file:
        intensities = np.frombuffer(file.read(), dtype="<u2").reshape(256, 256)
    return intensities / intensities.max()
