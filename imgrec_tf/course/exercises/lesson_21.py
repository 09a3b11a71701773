"""Checks of lesson 21, segment cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("21.1")
def dice_of_masks(candidate: Callable[[np.ndarray, np.ndarray], float]) -> Iterator[str]:
    """Dice of two masks: candidate(truth, found), bool arrays."""
    truth, found = np.zeros((10, 10), bool), np.zeros((10, 10), bool)
    truth[2:6, 2:6], found[2:6, 4:8] = True, True
    here = float(candidate(truth, found))
    expect(
        not math.isclose(here, 8 / 24),
        "That is the intersection over union. Dice counts the common pixels twice, above the line and below it.",
    )
    expect(not math.isclose(here, 0.84), "That is the share of pixels that are right; the background is most of them.")
    expect(
        math.isclose(here, 0.5),
        f"16 pixels, 16 pixels, 8 in common: 2 * 8 / (16 + 16) is 0.5; yours is {here:.4g}.",
    )
    yield "counts common pixels twice"
    expect(float(candidate(truth, ~truth)) == 0, "Masks without a common pixel have a Dice of 0.")
    expect(math.isclose(float(candidate(truth, truth)), 1), "A mask compared with itself has a Dice of 1.")
    yield "lies between 0 and 1"
    with np.errstate(all="ignore"):
        try:
            empty = float(candidate(np.zeros((4, 4), bool), np.zeros((4, 4), bool)))
        except ZeroDivisionError:
            empty = math.nan
    expect(
        empty == 1,
        "Two empty masks: 0 / 0. Nothing was there and nothing was found, which is right; return 1 for it.",
    )
    yield "an empty picture in which nothing is found is right"


@register("21.2")
def precision_at(candidate: Callable[[np.ndarray, float], float]) -> Iterator[str]:
    """TP / (TP + FP + FN): candidate(overlaps, threshold), overlaps (true objects, found objects)."""
    overlaps = np.array([[0.9, 0.0, 0.0, 0.0], [0.0, 0.6, 0.1, 0.0], [0.0, 0.0, 0.3, 0.0]])
    here = float(candidate(overlaps, 0.5))
    expect(not math.isclose(here, 2 / 4), "That is the precision: the missed objects are left out. Count them too.")
    expect(not math.isclose(here, 2 / 3), "That is the recall: what was found and is not there counts as well.")
    expect(
        not math.isclose(here, 2 / 7),
        "3 true and 4 found objects are 7, but the 2 pairs that match stand in both. TP + FP + FN counts them once.",
    )
    expect(
        math.isclose(here, 2 / 5),
        "At 0.5 two pairs match (0.9 and 0.6). One true object is missed and two found ones match nothing: "
        f"2 / (2 + 2 + 1) = 0.4; yours is {here:.4g}.",
    )
    yield "counts found, missed and invented objects"
    expect(
        math.isclose(float(candidate(overlaps, 0.75)), 1 / 6),
        "At 0.75 one pair is left: 1 / (1 + 3 + 2). Do you use the threshold that you are given?",
    )
    yield "asks for more overlap"
    expect(
        float(candidate(overlaps, 0.9)) == 0,
        "The Data Science Bowl asks for MORE than the threshold: 0.9 is not above 0.9.",
    )
    yield "an overlap of exactly the threshold does not count"
    expect(float(candidate(np.zeros((0, 2)), 0.5)) == 0, "Two objects found where there is none: 0 / (0 + 2 + 0) = 0.")
    yield "invented objects in an empty picture cost all"


@register("21.3")
def both_together(
    candidate: Callable[[np.ndarray, np.ndarray, np.random.Generator], tuple[np.ndarray, np.ndarray]],
) -> Iterator[str]:
    """Turn picture and mask by the same number of quarter turns: candidate(picture, mask, rng)."""
    mask = np.zeros((6, 6), np.int32)
    mask[0, :4], mask[3, 2] = 1, 2
    picture = mask / 2
    turns = set()
    for seed in range(40):
        answer = candidate(picture.copy(), mask.copy(), np.random.default_rng(seed))
        expect(
            isinstance(answer, tuple) and len(answer) == 2 and np.shape(answer[0]) == np.shape(answer[1]) == (6, 6),
            "Return two arrays, the picture and the mask, both of the old shape.",
        )
        expect(
            np.array_equal(answer[0] * 2, answer[1]),
            "Picture and mask were turned differently. Draw the number of turns ONCE, and use it for both.",
        )
        known = [k for k in range(4) if np.array_equal(answer[1], np.rot90(mask, k))]
        expect(
            known,
            "Your mask is none of the four quarter turns. np.rot90(array, k) turns by k quarters and changes no value.",
        )
        turns.add(known[0])
    yield "picture and mask move together"
    expect(
        len(turns) == 4,
        f"In 40 tries only {sorted(turns)} quarter turns came up. rng.integers(4) draws 0, 1, 2 or 3.",
    )
    yield "all four turns come up"
