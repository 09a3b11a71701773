"""Checks of lesson 10, know the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("10.1")
def share_already_seen(candidate: Callable[[np.ndarray, np.ndarray], float]) -> Iterator[str]:
    """Share of validation photos in layouts of train: candidate(train_layouts, validation_layouts)."""
    train = np.array(["lake", "fern", "lake", "dune", "fern", "lake"])
    expect(
        np.isclose(float(candidate(train, np.array(["moor", "cliff"]))), 0),
        "moor and cliff do not occur in train: the share is 0. Look at which list you search in.",
    )
    yield "0 for a split by layout"
    expect(
        np.isclose(float(candidate(train, np.array(["fern", "lake", "fern"]))), 1),
        "All three layouts occur in train: the share is 1. A layout may stand at another place there, and more often.",
    )
    yield "1 where every layout is known"
    mixed = np.array(["lake", "moor", "lake", "lake", "cliff"])
    found = float(candidate(train, mixed))
    expect(
        not np.isclose(found, 1 / 3),
        "One of three layouts is known, but the question is for photos: count each validation photo.",
    )
    expect(
        np.isclose(found, 3 / 5),
        f"Three of these five validation photos show lake, which stands in train: 0.6, and yours is {found:.3g}. "
        "Divide by the number of validation photos.",
    )
    yield "counts photos, not layouts"


@register("10.2")
def answered_and_wrong(candidate: Callable[[np.ndarray, np.ndarray, float], tuple[float, float]]) -> Iterator[str]:
    """Two shares at a threshold: candidate(confidence, right, threshold)."""
    confidence = np.array([0.99, 0.95, 0.90, 0.80, 0.70, 0.60, 0.50, 0.40])
    right = np.array([True, True, False, True, False, True, False, False])
    answer = candidate(confidence, right, 0.65)
    expect(np.shape(answer) == (2,), "Return two numbers: the share answered, then the share wrong among them.")
    answered, wrong = (float(one) for one in answer)
    expect(
        np.isclose(answered, 5 / 8),
        f"Five of the eight photos have a confidence of 0.65 or more: 0.625 answered, and yours is {answered:.3g}.",
    )
    yield "the share that is answered"
    expect(
        not np.isclose(wrong, 2 / 8),
        "2 of 8 is the share of wrong answers among all photos; the question is for those among the answered.",
    )
    expect(
        not np.isclose(wrong, 3 / 5),
        "3 of 5 is the share of right ones among the answered; the question is for the wrong ones.",
    )
    expect(
        np.isclose(wrong, 2 / 5),
        f"Two of the five answered photos are wrong: 0.4, and yours is {wrong:.3g}.",
    )
    yield "the share of wrong ones among them"
    expect(
        np.allclose(candidate(confidence, right, 0.5), (7 / 8, 3 / 7)),
        "A confidence of exactly the threshold is answered: use >=.",
    )
    yield "a confidence at the threshold is answered"
    with np.errstate(all="ignore"):
        nothing = np.asarray(candidate(confidence, right, 1.0), float)
    expect(
        np.array_equal(nothing, (0, 0)),
        f"Above the highest confidence nothing is answered: return 0 and 0, not {nothing.tolist()}. The mean of no "
        "photos is not a number.",
    )
    yield "nothing answered, nothing wrong"


@register("10.3")
def cheapest_threshold(
    candidate: Callable[[np.ndarray, np.ndarray, Sequence[float], float, float], float],
) -> Iterator[str]:
    """The threshold of lowest cost: candidate(confidence, right, thresholds, cost_wrong, cost_person)."""
    confidence = np.array([0.99, 0.95, 0.90, 0.85, 0.70, 0.60, 0.50, 0.40])
    right = np.array([True, True, True, False, True, True, False, False])
    thresholds = [0.3, 0.55, 0.8, 0.88, 0.97]
    # Wrong answers and persons at each threshold: (3, 0), (1, 2), (1, 4), (0, 5), (0, 7).
    found = float(candidate(confidence, right, thresholds, 1, 100))
    expect(
        found == 0.3,
        f"When a person costs a hundred times as much as a wrong answer, every photo is answered: 0.3, not {found:g}.",
    )
    yield "answers everything where persons are dear"
    found = float(candidate(confidence, right, thresholds, 1000, 1))
    expect(
        found != 0.97,
        "0.97 asks a person 7 times, and 0.88 asks 5 times; neither gives a wrong answer. Count the persons, too.",
    )
    expect(
        found == 0.88,
        f"When a wrong answer costs 1,000 and a person 1, no wrong answer is worth it: 0.88 is the first threshold "
        f"without one; yours: {found:g}.",
    )
    yield "gives no wrong answer where they are dear"
    found = float(candidate(confidence, right, thresholds, 3, 1))
    expect(
        found == 0.55,
        f"At 3 and 1 the thresholds cost 9, 5, 7, 5 and 7: 0.55 and 0.88 are cheapest, and 0.55 is the lower of the "
        f"two; yours: {found:g}. A photo below the threshold costs a person whether its answer is right or not.",
    )
    yield "weighs the one against the other"
    found = float(candidate(confidence, right, thresholds[::-1], 3, 1))
    expect(found == 0.55, f"The thresholds may come in any order; the lowest of the cheapest is 0.55, not {found:g}.")
    yield "whatever the order of the thresholds"
