"""Checks of lesson 22, count blood cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("22.1")
def overlap_of_boxes(candidate: Callable[[Sequence[float], Sequence[float]], float]) -> Iterator[str]:
    """Intersection over union: candidate(box, other)."""
    box = (0.0, 0.0, 4.0, 4.0)
    expect(math.isclose(float(candidate(box, box)), 1.0), "A box shares all of itself with itself: that is 1.")
    yield "1 for the same box"
    found = float(candidate(box, (2.0, 0.0, 6.0, 4.0)))
    expect(
        not math.isclose(found, 0.5),
        "0.5 divides by one box. Divide by what both cover together: 16 + 16 - 8, since the common part counts once.",
    )
    expect(not math.isclose(found, 0.25), "0.25 counts the common part twice in the union: take it off once.")
    expect(math.isclose(found, 8 / 24), f"Two boxes of 16 that share 8 cover 24 together: 1/3; yours is {found:.4g}.")
    yield "divides by what both cover"
    inner = float(candidate(box, (1.0, 1.0, 3.0, 2.0)))
    expect(math.isclose(inner, 2 / 16), f"A box of 2 inside of one of 16 shares 2 of 16; yours is {inner:.4g}.")
    yield "a small box in a large one"
    beside = float(candidate(box, (5.0, 0.0, 9.0, 4.0)))
    across = float(candidate(box, (6.0, 7.0, 9.0, 9.0)))
    expect(
        beside == 0 and across == 0,
        "Boxes that do not touch share nothing. Where the right edge of what is common lies left of its left edge, the "
        f"width is 0, not negative; yours are {beside:.4g} and {across:.4g}.",
    )
    yield "0 for boxes apart"


@register("22.2")
def suppression(candidate: Callable[[np.ndarray, np.ndarray, float], Sequence[int]]) -> Iterator[str]:
    """Non-maximum suppression: candidate(scores, overlaps, limit)."""
    scores = np.array([0.6, 0.9, 0.8, 0.7])
    overlaps = np.eye(4)
    for one, other, value in ((1, 2, 0.6), (2, 3, 0.6), (0, 1, 0.1)):
        overlaps[one, other] = overlaps[other, one] = value
    apart = _places(candidate(scores, np.eye(4), 0.5))
    expect(sorted(apart) == [0, 1, 2, 3], "Boxes that do not overlap all stay; a box is not its own neighbour.")
    expect(apart == [1, 2, 3, 0], f"The highest score comes first: [1, 2, 3, 0]; yours is {apart}.")
    yield "keeps boxes apart, the highest score first"
    found = _places(candidate(scores, overlaps, 0.5))
    expect(
        3 in found,
        "Box 3 overlaps box 2 only, and box 2 went because of box 1. A box that is gone takes no other with it: "
        "compare with those that stay.",
    )
    expect(2 not in found, "Box 2 overlaps box 1, which scores higher and stays: box 2 goes.")
    expect(found == [1, 3, 0], f"Boxes 1, 3 and 0 stay; yours is {found}.")
    yield "a box that is gone takes no other with it"
    expect(
        _places(candidate(scores, overlaps, 0.6)) == [1, 2, 3, 0],
        "An overlap of exactly the limit is not more than the limit.",
    )
    expect(_places(candidate(scores, overlaps, 0.05)) == [1, 3], "With a limit of .05, box 0 goes too.")
    yield "the limit is the limit"


@register("22.3")
def counting_threshold(
    candidate: Callable[[list[np.ndarray], Sequence[int], Sequence[float]], float],
) -> Iterator[str]:
    """The threshold that counts best: candidate(scores, counts, tried)."""
    scores = [np.array([0.9, 0.8, 0.3]), np.array([0.7, 0.2]), np.array([])]
    tried = [0.1, 0.25, 0.5, 0.75, 0.95]
    found = float(candidate(scores, [2, 1, 0], tried))
    expect(found == 0.5, f"At 0.5 the counts are 2, 1 and 0, all exact; you chose {found:.4g}.")
    yield "finds the exact one, also with a picture without boxes"
    scores = [np.array([0.9, 0.8]), np.array([0.6, 0.15]), np.array([0.9, 0.15])]
    found = float(candidate(scores, [1, 1, 1], [0.7, 0.1, 0.25]))
    expect(
        found != 0.7,
        "At 0.7 one cell too many here and one too few there cancel: take each picture's error without its sign.",
    )
    expect(found == 0.25, f"At 0.25 two counts of three are exact and one is off by one; you chose {found:.4g}.")
    yield "errors do not cancel"
    found = float(candidate([np.array([0.5, 0.2])], [1], [0.2, 0.5]))
    expect(found == 0.5, "A score at the threshold counts: use >=.")
    yield "a score at the threshold counts"
    found = float(candidate([np.array([0.9])], [1], [0.3, 0.2, 0.4]))
    expect(found == 0.3, "All three are equally good: take the first that was tried.")
    yield "of equals the first"


def _places(answer) -> list[int]:
    try:
        return [int(place) for place in answer]
    except (TypeError, ValueError):
        expect(False, f"Return a list of places, such as [1, 3]; yours is {answer!r:.60}.")
        raise
