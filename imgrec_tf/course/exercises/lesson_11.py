"""Checks of lesson 11, find and straighten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("11.1")
def mirrored_corners(candidate: Callable[[np.ndarray, float], np.ndarray]) -> Iterator[str]:
    """Corners in a mirrored photo: candidate(points, width)."""
    points = np.array([[10.0, 20.0], [70.0, 30.0], [60.0, 80.0], [15.0, 75.0]])
    given = points.copy()
    found = np.asarray(candidate(given, 100), float)
    expect(found.shape == (4, 2), f"Return four pairs of numbers, shape (4, 2); yours has the shape {found.shape}.")
    expect(np.array_equal(given, points), "Your function changed the corners that it was given; work on a copy.")
    right = np.array([[30.0, 30.0], [90.0, 20.0], [85.0, 75.0], [40.0, 80.0]])
    expect(
        not np.allclose(sorted(found[:, 0]), sorted(points[:, 0])),
        "The x of each corner changes: what was 10 from the left edge is now 10 from the right one.",
    )
    expect(
        np.allclose(sorted(map(tuple, found)), sorted(map(tuple, right))),
        f"The four places are {sorted(map(tuple, right.tolist()))}; yours: {sorted(map(tuple, found.tolist()))}. "
        "Mirrored from left to right, x becomes width - x, and y stays.",
    )
    yield "the four places"
    expect(
        np.allclose(found, right),
        "The places are right, and their order is not: what was the upper left corner is the upper right one in the "
        "mirrored photo. Begin with the new upper left one and go clockwise.",
    )
    yield "their order, clockwise from the upper left"
    again = np.asarray(candidate(found, 100), float)
    expect(np.allclose(again, points), "Mirrored twice, a photo is as it was, and so are its corners.")
    yield "mirrored twice is not mirrored"


@register("11.2")
def region_iou(candidate: Callable[[np.ndarray, np.ndarray], float]) -> Iterator[str]:
    """Intersection over union of two masks: candidate(first, second)."""
    first, second = np.zeros((6, 8), bool), np.zeros((6, 8), bool)
    first[1:4, 1:5], second[2:5, 3:7] = True, True  # 12 pixels each, 4 in common, 20 in either
    found = float(candidate(first, second))
    expect(not np.isclose(found, 4 / 12), "4 of 12 is the share of one region; divide by the pixels of either: 20.")
    expect(not np.isclose(found, 4 / 24), "24 counts the common pixels twice; 20 pixels lie in one region at least.")
    expect(np.isclose(found, 4 / 20), f"4 pixels lie in both and 20 in at least one: 0.2; yours is {found:.3g}.")
    yield "two regions that overlap"
    expect(np.isclose(float(candidate(first, first)), 1), "A region with itself has an IoU of 1.")
    expect(np.isclose(float(candidate(first, ~first)), 0), "Regions with nothing in common have an IoU of 0.")
    yield "1 for the same region, 0 for strangers"
    with np.errstate(all="ignore"):
        empty = float(candidate(np.zeros((3, 3), bool), np.zeros((3, 3), bool)))
    expect(empty == 0, f"Of two empty regions nothing is covered: return 0, not {empty}.")
    yield "0 for two empty regions"


@register("11.3")
def limit_for(candidate: Callable[[Sequence[float], float], float]) -> Iterator[str]:
    """The lowest limit that sends few good photos back: candidate(measured, share)."""
    measured = np.array([0.31, 0.22, 0.40, 0.18, 0.27, 0.35, 0.29, 0.55, 0.25, 0.33])
    found = float(candidate(measured, 0.1))
    expect(
        found != 0.55,
        "At 0.55 no photo is sent back, and one in ten was allowed. A lower limit finds more blurred photos.",
    )
    expect(
        np.isclose(found, 0.40),
        f"Above 0.40 lies one photo of ten, above 0.35 two: with a share of 0.1 the limit is 0.40; yours: {found:g}.",
    )
    yield "one of ten"
    expect(np.isclose(float(candidate(measured, 0.0)), 0.55), "With a share of 0 no photo may be sent back: 0.55.")
    yield "none"
    expect(
        np.isclose(float(candidate(measured, 0.25)), 0.35),
        "A quarter of ten photos is two and a half: two may be sent back, three may not. The limit is 0.35.",
    )
    yield "shares that do not come out even"
    ties = [0.2, 0.3, 0.3, 0.3]
    expect(
        np.isclose(float(candidate(ties, 0.5)), 0.3),
        "Of 0.2, 0.3, 0.3 and 0.3, three lie above 0.2, and that is more than half: the limit is 0.3.",
    )
    yield "equal values"
