"""Checks of lesson 13, spot a forgery."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from imgrec_tf.course.checks import expect, register

_SOURCE = "person {}, portrait_side/{}, camera {}, photo {}, place 0 0 9 9, field name, kind splice"


@register("13.1")
def already_seen(candidate: Callable[[Sequence[str], Sequence[str], int], float]) -> Iterator[str]:
    """Share of test pictures whose group stands in train: candidate(train_sources, test_sources, part)."""
    train = [
        _SOURCE.format(*one) for one in (("01", "lake", "03", 1), ("02", "fern", "03", 2), ("02", "lake", "05", 3))
    ]
    test = [_SOURCE.format(*one) for one in (("09", "moor", "07", 4), ("02", "fern", "07", 5), ("02", "dune", "07", 5),
                                             ("08", "lake", "05", 6))]  # fmt: skip
    found = float(candidate(train, test, 2))
    expect(
        np.isclose(found, 1 / 4),
        f"One of the four test pictures was taken by a camera of train (camera 05): 0.25; yours is {found:.3g}. "
        "The parts of a source stand between ', ': person, layout, camera.",
    )
    yield "counts cameras"
    found = float(candidate(train, test, 0))
    expect(
        not np.isclose(found, 1 / 3),
        "One of three persons is known, but the question is for pictures: count each test picture.",
    )
    expect(
        np.isclose(found, 2 / 4),
        f"Two of the four test pictures show person 02, who stands in train: 0.5, and yours is {found:.3g}.",
    )
    yield "counts pictures, not persons"
    found = float(candidate(train, test, 1))
    expect(
        np.isclose(found, 2 / 4),
        f"Two of the four test pictures have a layout that stands in train: 0.5, and yours is {found:.3g}. Compare "
        "whole names.",
    )
    yield "counts layouts"
    expect(
        float(candidate(train, test[:1], 0)) == 0,
        "A person who does not stand in train counts as new: 0.",
    )
    yield "0 where nothing is known"


@register("13.2")
def overlap(candidate: Callable[[np.ndarray, np.ndarray, float], float]) -> Iterator[str]:
    """Intersection over union: candidate(mask, heat_map, threshold)."""
    mask = np.zeros((6, 8), bool)
    mask[1:3, 2:6] = True
    heat = np.zeros((6, 8))
    heat[1:3, 4:8] = 0.7
    found = float(candidate(mask, heat, 0.5))
    expect(
        not np.isclose(found, 4 / 8),
        "4 of 8 is the share of the forgery that is marked. Divide by all that is forged or marked, 12 pixels here.",
    )
    expect(
        np.isclose(found, 4 / 12),
        f"4 pixels are forged and marked, 12 are forged or marked: 0.333, and yours is {found:.3g}.",
    )
    yield "both, of either"
    expect(float(candidate(mask, heat, 0.9)) == 0, "At 0.9 nothing is marked: 0.")
    yield "0 where nothing is marked"
    expect(
        np.isclose(float(candidate(mask, heat, 0.7)), 4 / 12),
        "A value of exactly the threshold counts as marked: use >=.",
    )
    yield "a value at the threshold is marked"
    everything = float(candidate(mask, np.ones((6, 8)), 0.5))
    expect(
        np.isclose(everything, 8 / 48),
        f"Whoever marks the whole page gets 8 of 48: 0.167, and yours is {everything:.3g}.",
    )
    yield "punishes who marks everything"


@register("13.3")
def placebo_alarms(candidate: Callable[[np.ndarray, np.ndarray, float], float]) -> Iterator[str]:
    """New alarms by a placebo: candidate(scores_before, scores_after, threshold)."""
    before = np.array([0.1, 0.2, 0.9, 0.3, 0.4])
    after = np.array([0.6, 0.1, 0.9, 0.5, 0.3])
    found = float(candidate(before, after, 0.5))
    expect(
        not np.isclose(found, 3 / 5),
        "Three pictures alarm after the placebo, but one of them did before. Count the new alarms.",
    )
    expect(
        not np.isclose(found, 2 / 5),
        "Two new alarms, but of the four pictures that did not alarm before: the fifth cannot become a new alarm.",
    )
    expect(
        np.isclose(found, 2 / 4),
        f"Of four pictures without an alarm, two have one after the placebo: 0.5, and yours is {found:.3g}.",
    )
    yield "new alarms among pictures without one before"
    expect(
        float(candidate(before, before, 0.5)) == 0,
        "Where nothing changes there is no new alarm: 0.",
    )
    yield "0 where nothing changes"
    with np.errstate(all="ignore"):
        nothing = float(candidate(np.ones(3), np.ones(3), 0.5))
    expect(
        nothing == 0,
        f"Where every picture alarmed before, none can be new: return 0, not {nothing}.",
    )
    yield "0 where every picture alarmed before"
