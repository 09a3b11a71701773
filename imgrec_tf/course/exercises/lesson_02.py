"""Checks of lesson 02, prepare images."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("02.1")
def unit_range(candidate: Callable[[np.ndarray], np.ndarray]) -> Iterator[str]:
    """uint8 and uint16 images as float32 in [0, 1]."""
    eight = np.array([[0, 51], [204, 255]], dtype=np.uint8)
    result = np.asarray(candidate(eight))
    expect(result.shape == eight.shape, f"The shape stays {eight.shape}; yours is {result.shape}.")
    expect(np.allclose(result, eight / 255.0), "uint8 reaches from 0 to 255: 255 becomes 1, and 51 becomes 0.2.")
    yield "brings uint8 to [0, 1]"
    sixteen = np.array([[0, 13107], [52428, 65535]], dtype=np.uint16)
    expect(
        np.allclose(np.asarray(candidate(sixteen)), sixteen / 65535.0),
        "uint16 reaches from 0 to 65,535: divide by the end of the image's own type, which numpy.iinfo knows.",
    )
    dark = np.array([[0, 13]], dtype=np.uint8)
    expect(
        np.allclose(np.asarray(candidate(dark)), dark / 255.0),
        "A dark image stays dark: divide by the end of the type, not by the image's brightest pixel.",
    )
    yield "brings uint16 to [0, 1], and leaves dark images dark"
    expect(result.dtype == np.float32, f"The result is float32; yours is {result.dtype}.")
    yield "returns float32"


@register("02.2")
def stretch_each_image(candidate: Callable[[np.ndarray], np.ndarray]) -> Iterator[str]:
    """Each image of a batch stretched to its own full range, a constant one left alone."""
    images = np.random.default_rng(0).uniform(0.2, 0.6, (3, 6, 5, 1))
    images[1] = 0.3 + 0.5 * images[0]
    before = images.copy()
    with np.errstate(all="ignore"):
        result = np.asarray(candidate(images))
        constant = np.asarray(candidate(np.full((1, 4, 4, 1), 0.3)))
    expect(result.shape == images.shape, f"The shape stays {images.shape}; yours is {result.shape}.")
    ends = result.min(axis=(1, 2, 3)), result.max(axis=(1, 2, 3))
    expect(
        np.allclose(ends[0], 0) and np.allclose(ends[1], 1),
        "Every image reaches from 0 to 1 by its own pixels; in yours the darkest are "
        f"{np.round(ends[0], 2).tolist()} and the brightest {np.round(ends[1], 2).tolist()}. Leave the first axis out "
        "of the minimum, with axis=(1, 2, 3) and keepdims=True.",
    )
    yield "stretches every image by itself"
    expect(
        np.allclose(result[0], result[1]),
        "Images 0 and 1 show the same with another contrast; stretched along a straight line they become equal.",
    )
    yield "makes two machines alike"
    expect(
        np.allclose(constant, 0.3),
        "An image that is 0.3 everywhere stays as it is; yours becomes "
        f"{constant.flat[0]:.3g}. What do you divide by where there is no contrast?",
    )
    expect(np.array_equal(images, before), "The images that went in have changed: make a new array instead.")
    yield "leaves an image without contrast as it is"


@register("02.3")
def acceptance_test(candidate: Callable[..., np.ndarray]) -> Iterator[str]:
    """Indices of the images whose served scores differ from the trained ones."""
    trained = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.5, 0.5]])
    served = trained + np.array([[1e-6, -1e-6], [0, 0], [-0.1, 0.1], [0.01, -0.01]])

    def found(*arguments) -> list:
        return [int(index) for index in np.asarray(candidate(*arguments)).ravel()]

    expect(found(trained, trained.copy()) == [], "Equal scores disagree nowhere: the answer is empty.")
    expect(
        found(trained, served) == [2, 3],
        f"Images 2 and 3 differ by more than 0.0001, image 0 by rounding only; you found {found(trained, served)}.",
    )
    expect(found(trained, served, 0.05) == [2], "With a tolerance of 0.05, image 2 alone is left: use the tolerance.")
    yield "finds the images that differ, and forgives rounding"
    broken = served.copy()
    broken[1] = np.nan
    expect(
        found(trained, broken) == [1, 2, 3],
        "Image 1 has NaN for a score, and belongs into the answer. NaN > tolerance is False: ask what agrees, and take "
        "the rest.",
    )
    yield "takes NaN for a disagreement"
    try:
        candidate(trained, served[:1])
    except ValueError:
        yield "refuses to compare when images are missing"
    else:
        expect(False, "One score for four images went through. NumPy stretches shapes to fit: compare them first.")
