"""Checks of lesson 01, images are numbers."""

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


@register("01.2")
def brighter_without_overflow(candidate: Callable[[np.ndarray, int], np.ndarray]) -> Iterator[str]:
    """A brighter or darker uint8 image that does not wrap around."""
    image = np.array([[[0], [100]], [[200], [255]]], dtype=np.uint8)
    before = image.copy()
    result = np.asarray(candidate(image, 50))
    expect(result.shape == image.shape, f"The shape stays {image.shape}; yours is {result.shape}.")
    expect(result[0, 1, 0] == 150, f"100 and 50 make 150; yours gives {result[0, 1, 0]}.")
    expect(np.array_equal(image, before), "The image that went in has changed: make a new array instead.")
    yield "adds the amount, and leaves the image that went in as it was"
    expect(
        result[1, 1, 0] == 255 and result[1, 0, 0] == 250,
        f"255 and 50 stay at 255, the end of the range; yours gives {result[1, 1, 0]}. uint8 wraps around: compute "
        "in a larger type first, and cut off before you go back.",
    )
    yield "stops at 255"
    darker = np.asarray(candidate(image, -150))
    expect(
        darker[0, 1, 0] == 0 and darker[1, 0, 0] == 50,
        f"100 less 150 stays at 0, and 200 less 150 is 50; yours gives {darker[0, 1, 0]} and {darker[1, 0, 0]}.",
    )
    far = np.asarray(candidate(image, 300))
    expect((far == 255).all(), "An amount of 300 makes every pixel 255; yours does not: which type do you compute in?")
    yield "stops at 0, and takes amounts beyond 255"
    expect(result.dtype == np.uint8, f"The result is uint8 again; yours is {result.dtype}.")
    yield "returns uint8"


@register("01.3")
def number_that_ignores_exposure(candidate: Callable[[np.ndarray], np.ndarray]) -> Iterator[str]:
    """One number an image that a factor on all pixels does not move, and a bright patch in the middle does."""
    rng = np.random.default_rng(0)
    pixels = rng.uniform(100, 160, (5, 32, 32, 1)).astype(np.float32)
    pixels[:, 8:24, 6:12] = rng.uniform(20, 40, (5, 16, 6, 1))
    pixels[:, 8:24, 20:26] = rng.uniform(20, 40, (5, 16, 6, 1))
    numbers = np.asarray(candidate(pixels), float)
    expect(
        numbers.shape == (5,),
        f"5 images give 5 numbers, shape (5,); yours has shape {numbers.shape}. Which axes do you average over?",
    )
    expect(np.isfinite(numbers).all(), "Some of your numbers are not finite.")
    yield "gives one number an image"
    size = max(np.abs(numbers).max(), 1e-6)
    for factor in (0.5, 1.5):
        moved = np.abs(np.asarray(candidate(pixels * np.float32(factor)), float) - numbers).max() / size
        expect(
            moved < 0.01,
            f"With all pixels multiplied by {factor} your number moves by {moved:.0%}. Compare each pixel with "
            "something that is multiplied too, such as the mean of the same image.",
        )
    yield "does not move with the exposure"
    patched = pixels.copy()
    patched[2, 10:20, 6:12] = 140
    after = np.asarray(candidate(patched), float)
    expect(
        after[2] < numbers[2] - 1e-3 * size,
        "A bright patch over dark pixels in the middle of image 2 should make its number smaller; yours went from "
        f"{numbers[2]:.4g} to {after[2]:.4g}.",
    )
    expect(
        np.allclose(np.delete(after, 2), np.delete(numbers, 2)), "The other images have not changed; their numbers did."
    )
    yield "gets smaller when a bright patch covers dark pixels, for that image alone"
