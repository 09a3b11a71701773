"""Checks of lesson 19, thresholds and referral."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("19.1")
def threshold_for_costs(candidate: Callable[[float, float], float]) -> Iterator[str]:
    """The threshold that two costs ask for: candidate(missed, alarm)."""
    equal = float(candidate(1.0, 1.0))
    expect(
        math.isclose(equal, 0.5), f"When both mistakes cost the same, the threshold is a half; yours is {equal:.4g}."
    )
    yield "equal costs ask for a half"
    found = float(candidate(9.0, 1.0))
    expect(
        not math.isclose(found, 0.9),
        "0.9 is the other side: with a miss nine times as dear, you would wait until you are almost sure. Which "
        "mistake should a low threshold avoid?",
    )
    expect(
        not math.isclose(found, 1 / 9),
        "1/9 are the odds at which both answers cost the same: p / (1 - p) = 1/9. The question asks for p.",
    )
    expect(
        math.isclose(found, 0.1),
        "At the threshold p both answers cost the same: p * missed = (1 - p) * alarm. With 9 and 1 that is 0.1; yours "
        f"is {found:.4g}.",
    )
    yield "a dear miss lowers the threshold"
    expect(math.isclose(float(candidate(18.0, 2.0)), found), "Only the ratio of the costs counts, not their unit.")
    yield "the unit of the costs does not matter"


@register("19.2")
def cost_of_hundred(
    candidate: Callable[[np.ndarray, np.ndarray, float, float, float, float], float],
) -> Iterator[str]:
    """Cost of 100 patients: candidate(scores, labels, threshold, missed, alarm, prevalence)."""
    scores = np.array([0.9, 0.8, 0.4, 0.2, 0.5, 0.3, 0.2, 0.1, 0.1, 0.05])
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    here = float(candidate(scores, labels, 0.35, 10.0, 1.0, 0.4))
    by_hand = 100 * (0.4 * 0.25 * 10 + 0.6 / 6)
    expect(
        not math.isclose(here, by_hand / 100, rel_tol=1e-6),
        "That is the cost of one patient; the question asks for 100.",
    )
    expect(
        math.isclose(here, by_hand, rel_tol=1e-6),
        "At 0.35, one of four ill is missed and one of six healthy is alarmed. Of 100 patients 40 are ill: 10 missed "
        f"at 10 each, and 10 of the 60 healthy alarmed at 1 each, 110 in all; yours is {here:.4g}.",
    )
    yield "counts misses and alarms"
    elsewhere = float(candidate(scores, labels, 0.35, 10.0, 1.0, 0.1))
    expect(
        not math.isclose(elsewhere, here, rel_tol=1e-6),
        "Your answer does not use the prevalence: it counted these images. Take the two shares, missed among the ill "
        "and alarmed among the healthy, and weigh them with the prevalence of the other clinic.",
    )
    expect(
        math.isclose(elsewhere, 100 * (0.1 * 0.25 * 10 + 0.9 / 6), rel_tol=1e-6),
        f"With 10 ill of 100 it is 2.5 missed at 10 and 15 alarmed at 1: 40; yours is {elsewhere:.4g}.",
    )
    yield "weighs them with the prevalence of another clinic"
    expect(
        math.isclose(float(candidate(scores, labels, 0.4, 10.0, 1.0, 0.4)), by_hand, rel_tol=1e-6),
        "A score of exactly the threshold counts as positive: use >=.",
    )
    yield "a score at the threshold counts as positive"


@register("19.3")
def conformal_limit(candidate: Callable[[np.ndarray, float], float]) -> Iterator[str]:
    """The limit of strangeness: candidate(strange, alpha)."""
    strange = np.random.default_rng(3).permutation(np.arange(1, 100)) / 100
    found = float(candidate(strange, 0.1))
    expect(
        not math.isclose(found, 0.9 - 0.01) and not math.isclose(found, np.quantile(strange, 0.9)),
        "With 99 images the plain 0.9 quantile forgets the new image itself. Count n + 1.",
    )
    expect(
        math.isclose(found, 0.9),
        "Of 99 images the limit is the ceil(100 * 0.9) = 90th smallest, here 0.9; yours is "
        f"{found:.4g}. Have you sorted them, and does your counting begin at 1?",
    )
    yield "the 90th smallest of 99"
    expect(
        math.isclose(float(candidate(strange[:50], 0.1)), np.sort(strange[:50])[45]),
        "Of 50 images it is the ceil(51 * 0.9) = 46th smallest: round up, so that the promise is kept.",
    )
    yield "rounds up"
    few = float(candidate(np.array([0.2, 0.1, 0.4]), 0.1))
    expect(
        few == math.inf,
        f"Three images are too few for one miss in ten: ceil(4 * 0.9) = 4, and there is no fourth. The limit is "
        f"infinite (every class enters the set); yours is {few:.4g}.",
    )
    yield "too few images: every class enters the set"
