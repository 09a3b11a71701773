"""Proportions decide between quadrilaterals whose sides all have edges: a card without its dark foot is no card.

The edge of a printed band can be as straight and as strong as the page's own. Cards, passports and sheets of paper come
in few formats, and the corners in an uncropped photo give the proportions of what is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgrec_tf.finance.locating import geometry, outlines

# Chosen on validation photos.
NEAR, FAR = 0.04, 0.06  # misfit of what has a known format, and of what has none
LEAST_SUPPORT, LEAST_SUPPORT_ALONE = 0.75, 0.65  # of the weakest side, beside an answer and where there is none
LOST_OVERLAP, LEAST_OVERLAP_ALONE = 0.2, 0.7  # overlap with the map that may be lost, and that is needed


def misfit(corners: np.ndarray, image_size: tuple[int, int]) -> float:
    """How far a page's proportions are from the nearest known format, as the logarithm of their ratio, 0 or more.

    Args:
        corners: (4, 2), clockwise.
        image_size: Height and width of the uncropped photo in pixels.
    """
    try:
        aspect = geometry.page_aspect(corners, image_size)
    except ValueError:
        return float("inf")
    lying = max(aspect, 1 / aspect)
    return min(abs(float(np.log(lying / known))) for known in geometry.KNOWN_ASPECTS.values())


def better_proportioned(
    tried: Sequence[tuple[np.ndarray, np.ndarray]],
    likely: np.ndarray,
    image_size: tuple[int, int],
    answer: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray] | None:
    """Of the quadrilaterals that were tried, choose one of a known format, where the answer has none.

    Args:
        tried: Corners (4, 2) in pixels and support (4,) of each.
        likely: Map of the sheet network, float (height, width).
        image_size: Height and width of the photo in pixels.
        answer: Corners so far, None where there is no answer.

    Returns:
        Corners and support of the one with the most support and overlap; None to keep the answer.
    """
    cells = np.array(likely.shape[::-1]) / np.array(image_size[::-1])
    least, needed = LEAST_SUPPORT_ALONE, LEAST_OVERLAP_ALONE
    if answer is not None:
        if misfit(answer, image_size) <= FAR:
            return None
        least, needed = LEAST_SUPPORT, outlines.overlap(likely, answer * cells) - LOST_OVERLAP
    best, best_score = None, -np.inf
    for corners, support in tried:
        if support.min() < least or misfit(corners, image_size) >= NEAR:
            continue
        overlap = outlines.overlap(likely, corners * cells)
        score = float(support.min()) + 0.5 * overlap
        if overlap >= needed and score > best_score:
            best, best_score = (corners, support), score
    return best
