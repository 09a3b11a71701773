"""Where most of the tries lead to one quadrilateral, it is the page's, even if one of its sides has hardly an edge.

A dark photograph on a dark table, or a hand's shadow, hides a part of one side. Each try begins from another rough
outline; a wrong line catches some of them, the page's own corners catch most.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgrec_tf.finance.locating import geometry, outlines, refining

# Chosen on 360 photos drawn for it, of other people than the benchmark's, but partly its layouts and its cameras.
FEWEST, SHARE = 5, 0.45  # of all tries, that must agree
SAME = 0.02  # how far apart the corners of one quadrilateral may be found, as a share of its size
WEAKEST, OTHERS = 0.35, 0.75  # support of the weakest side, and of the others
RIM = 0.06  # how near to the photo's rim the weakest side must not end, as a share of the photo's longer side
LEAST_OVERLAP = 0.8  # with the map


def agreed(
    tried: Sequence[tuple[np.ndarray, np.ndarray]], likely: np.ndarray, image_size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Choose the quadrilateral that most tries lead to, where there is no answer otherwise.

    Args:
        tried: Corners (4, 2) in pixels and support (4,) of each, one a try.
        likely: Map of the sheet network, float (height, width).
        image_size: Height and width of the photo in pixels.

    Returns:
        Corners and support; None where too few agree, more than one side is weak, or the map is about another place.
    """
    if len(tried) < FEWEST:
        return None
    same = _alike(tried)
    weakest = np.array([support.min() for _, support in tried])
    chosen = np.lexsort((weakest, same.sum(axis=0)))[-1]
    if same[:, chosen].sum() < max(FEWEST, SHARE * len(tried)):
        return None
    chosen = max(np.flatnonzero(same[:, chosen]), key=lambda number: weakest[number])
    support = np.sort(tried[chosen][1])
    if support[0] < WEAKEST or support[1] < OTHERS or _ends_at_rim(*tried[chosen], image_size):
        return None
    cells = np.array(likely.shape[::-1]) / np.array(image_size[::-1])
    return tried[chosen] if outlines.overlap(likely, tried[chosen][0] * cells) >= LEAST_OVERLAP else None


def unanimous(tried: Sequence[tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether there are enough tries, and all of them lead to one quadrilateral: more tries will not change that."""
    return len(tried) >= FEWEST and bool(_alike(tried)[:, 0].all())


def _alike(tried: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Which quadrilaterals are the same, each with each: bool (n, n)."""
    corners = np.array([geometry.order_corners(one) for one, _ in tried])
    apart = np.linalg.norm(corners[:, None] - corners, axis=-1).max(axis=-1)
    return apart < SAME * np.sqrt([geometry.area(one) for one in corners])


def _ends_at_rim(corners: np.ndarray, support: np.ndarray, image_size: tuple[int, int]) -> bool:
    """Whether an end of the weakest side lies near the photo's: then the page may go on outside."""
    side = int(support.argmin())
    ends = corners[[side, (side + 1) % 4]]
    within = np.minimum(ends, np.array(image_size[::-1]) - ends).min()
    return support[side] < refining.LEAST_SUPPORT["network"] and bool(within < RIM * max(image_size))
