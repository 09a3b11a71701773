"""Checks of lesson 20, explain, and find the shortcut."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("20.1")
def share_inside(candidate: Callable[[np.ndarray, np.ndarray], float]) -> Iterator[str]:
    """Share of a heat map inside of a region: candidate(heat_map, mask)."""
    heat = np.array([[4.0, 1.0, 0.0], [1.0, 0.0, 2.0]])
    mask = np.array([[True, True, False], [False, False, False]])
    found = float(candidate(heat.copy(), mask.copy()))
    expect(
        not math.isclose(found, 2.5),
        "That is the mean of the values inside. The question asks which part of the whole light lies inside.",
    )
    expect(not math.isclose(found, 2 / 6), "That is the share of the area. Weigh each pixel with the map.")
    expect(math.isclose(found, 5 / 8), f"5 of 8 units of light lie inside: 0.625; yours is {found:.4g}.")
    yield "5 of 8 units lie inside"
    with_negative = np.array([[4.0, -1.0, 0.0], [1.0, -3.0, 3.0]])
    found = float(candidate(with_negative, mask.copy()))
    expect(
        math.isclose(found, 0.5),
        "A map of occlusion has negative values, which speak against the class; count them as nothing. Of 8 positive "
        f"units 4 lie inside: 0.5; yours is {found:.4g}.",
    )
    yield "what speaks against the class counts as nothing"
    found = float(candidate(np.zeros((2, 3)), mask.copy()))
    expect(found == 0, f"A map without any light has no share anywhere: return 0, not {found}.")
    yield "a dark map has none"


@register("20.2")
def worth_of_a_marker(candidate: Callable[[np.ndarray, np.ndarray], float]) -> Iterator[str]:
    """ROC AUC of a marker alone: candidate(labels, carried)."""
    labels = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    carried = np.array([1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], bool)
    found = float(candidate(labels.copy(), carried.copy()))
    expect(
        not math.isclose(found, 13 / 15),
        "That is the accuracy of the rule. Weigh the ill and the healthy alike: take the two shares, then their mean.",
    )
    expect(
        math.isclose(found, 0.85),
        "Of the ill 4 of 5 carry it, of the healthy 9 of 10 do not: the mean of 0.8 and 0.9 is 0.85; yours is "
        f"{found:.4g}.",
    )
    yield "the mean of two shares"
    found = float(candidate(1 - labels, carried.copy()))
    expect(
        math.isclose(found, 0.15), f"A marker of the healthy has a value below 0.5, here 0.15; yours is {found:.4g}."
    )
    yield "below a half where it marks the healthy"
    found = float(candidate(np.array([0, 1, 0, 1]), np.array([True, True, False, False])))
    expect(math.isclose(found, 0.5), f"A marker on half of both tells nothing: 0.5; yours is {found:.4g}.")
    yield "a half where it tells nothing"


@register("20.3")
def fall_when_covered(candidate: Callable[..., float]) -> Iterator[str]:
    """Occlusion by hand: candidate(score, image, rows, columns)."""
    image = np.full((6, 6), 40.0)
    image[:3, 4:] = 220.0

    def score(picture: np.ndarray) -> float:
        expect(
            picture.shape == image.shape, f"The score is asked about a whole picture, not about {picture.shape} of it."
        )
        return float(picture[:3, 4:].mean() + picture[3:].mean()) / 260

    kept = image.copy()
    found = float(candidate(score, image, slice(0, 3), slice(4, 6)))
    expect(
        np.array_equal(image, kept), "Your function painted into the picture that it was given. Work on a copy of it."
    )
    yield "leaves the picture alone"
    expect(
        not any(math.isclose(found, (220 - other) / 260) for other in (0.0, 40.0)),
        "You covered with black or with the surroundings. Cover with the mean of the picture, which says least.",
    )
    fall = (220 - image.mean()) / 260
    expect(not math.isclose(found, -fall), "A fall is before minus after: positive where the score sinks when covered.")
    expect(
        math.isclose(found, fall), f"Covering the bright corner lowers this score by {fall:.4g}; yours is {found:.4g}."
    )
    yield "the score falls where the evidence is covered"
    other = float(candidate(score, image, slice(3, 6), slice(0, 3)))
    expect(other < 0, f"Covering the lower left makes this score rise: a negative fall; yours is {other:.4g}.")
    yield "and rises where covering helps"
