"""Checks of lesson 07, measure honestly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("07.1")
def accuracy_of_the_majority(candidate: Callable[[np.ndarray], float]) -> Iterator[str]:
    """The accuracy of always saying the most frequent class: candidate(labels)."""
    answer = float(candidate(np.array([0, 1, 1, 1])))
    expect(
        not np.isclose(answer, 3),
        "3 is how many images the largest class has; the accuracy is a share: divide by the number of images.",
    )
    expect(np.isclose(answer, 0.75), f"Three of four images have class 1: 0.75, and yours is {answer:.3g}.")
    yield "counts the largest class"
    answer = float(candidate(np.array([0, 0, 0, 0, 1])))
    expect(
        np.isclose(answer, 0.8),
        f"The most frequent class may be any: here it is 0, with four of five, and yours is {answer:.3g}.",
    )
    yield "whichever class that is"
    answer = float(candidate(np.array([2, 0, 2, 1, 2, 0])))
    expect(
        np.isclose(answer, 0.5), f"There may be more than two classes: [2, 0, 2, 1, 2, 0] gives 0.5, not {answer:.3g}."
    )
    yield "among any number of classes"


@register("07.2")
def bootstrap_interval(candidate: Callable[[np.ndarray, int], tuple[float, float]]) -> Iterator[str]:
    """A percentile bootstrap of an accuracy: candidate(right, seed)."""
    right = np.arange(100) < 80
    ends = np.asarray(candidate(right, 1), dtype=float)
    expect(ends.shape == (2,), f"Return two numbers, the low and the high end; yours has the shape {ends.shape}.")
    low, high = ends
    expect(low <= high, "The low end comes first.")
    yield "gives a low and a high end"
    expect(
        high - low > 0.02,
        "Your interval has almost no width. Draw with replacement: without it, each draw holds the same images.",
    )
    expect(
        low > 0.6 and high < 0.95,
        f"80 of 100 right give about 0.72 to 0.88, and yours is {low:.2f} to {high:.2f}. Draw as many images as there "
        "are, and take percentiles of the accuracies.",
    )
    expect(
        0.11 < high - low < 0.2,
        f"95 % of the draws lie within about 0.16, and yours is {high - low:.3f} wide. Take the percentiles "
        "2.5 and 97.5.",
    )
    yield "has the width of 95 % of the draws"
    again = [candidate(right, 1) for _ in range(6)]  # two draws alone may agree by chance
    expect(
        all(np.array_equal(ends, one) for one in again),
        "The same seed gives the same interval: make a generator from it.",
    )
    yield "repeats itself with the same seed"
    narrow = np.diff(np.asarray(candidate(np.arange(1600) < 1280, 1), dtype=float))[0]
    expect(
        2.8 < (high - low) / narrow < 6,
        f"16 times the images give a quarter of the width; yours goes from {high - low:.3f} to {narrow:.3f}. Draw as "
        "many as there are, not a fixed number.",
    )
    yield "shrinks with the root of the number of images"


@register("07.3")
def test_mask_by_patient(candidate: Callable[[np.ndarray, float, int], np.ndarray]) -> Iterator[str]:
    """A split that keeps patients whole: candidate(patients, share, seed)."""
    generator = np.random.default_rng(0)
    patients = np.array([f"p{number:03d}" for number in np.repeat(np.arange(200), generator.integers(1, 6, 200))])
    patients = generator.permutation(patients)
    mask = np.asarray(candidate(patients, 0.3, 5))
    expect(
        mask.shape == patients.shape and mask.dtype == bool,
        f"Return one True or False an image, shape {patients.shape}; yours is {mask.dtype} of shape {mask.shape}.",
    )
    yield "gives True or False for each image"
    both = np.intersect1d(patients[mask], patients[~mask])
    expect(
        len(both) == 0,
        f"{len(both)} patients stand on both sides, {both[0] if len(both) else ''} among them. Draw patients, not "
        "images; numpy.unique gives each patient once.",
    )
    yield "keeps every patient on one side"
    chosen = np.unique(patients[mask])
    expect(
        50 <= len(chosen) <= 70,
        f"About 0.3 of 200 patients, 60, go into the test; yours has {len(chosen)}.",
    )
    yield "takes the share that was asked for"
    expect(np.array_equal(mask, candidate(patients, 0.3, 5)), "The same seed gives the same mask.")
    expect(
        not np.array_equal(mask, candidate(patients, 0.3, 6)),
        "Another seed should draw other patients; yours are the same. The first in the list may be the oldest cases.",
    )
    yield "draws by the seed"
