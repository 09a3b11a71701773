"""Checks of the exercises of lessons 01 to 09."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("01.1")
def negative(candidate: Callable[[np.ndarray], np.ndarray]) -> Iterator[str]:
    """An image as its negative: black becomes white, the depth stays."""
    image = np.array([[0, 100], [200, 255]], dtype=np.uint8)
    before = image.copy()
    result = np.asarray(candidate(image))
    expect(
        result.shape == image.shape,
        f"The negative has the shape of the image, {image.shape}; yours has {result.shape}.",
    )
    yield "keeps the shape"
    expect(result[0, 0] == 255 and result[1, 1] == 0, "Black (0) should become white (255), and white black.")
    expect(np.array_equal(result, 255 - before.astype(int)), "A grey of 100 should become 155: take it from 255.")
    yield "turns dark into light and light into dark"
    expect(result.dtype == np.uint8, f"The negative of a uint8 image is uint8 again; yours is {result.dtype}.")
    expect(np.array_equal(image, before), "The image that went in has changed: make a new array instead.")
    yield "leaves the image that went in as it was"


@register("03.1")
def convolution_parameters(candidate: Callable[[int, int, int], int]) -> Iterator[str]:
    """How many numbers a convolution learns: candidate(kernel size, channels in, filters)."""
    expect(candidate(1, 1, 1) == 2, "One filter of one pixel has one weight, and one bias: 2.")
    yield "counts the bias"
    expect(candidate(3, 1, 32) == 320, "32 filters of 3×3 on one channel: each has 9 weights and a bias.")
    yield "counts every filter"
    expect(candidate(3, 32, 64) == 18_496, "A filter looks at all channels that come in: 3×3×32 weights and a bias.")
    yield "counts every channel that comes in"
