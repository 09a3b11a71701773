"""Two witnesses: where the edge network doubts one side, a classical outline that goes the same way confirms it.

A card that fades into a dark table, or ends near the photo's rim, has one side of which the network sees little. The
classical outlines come from contours and lines of the whole photo, without any network; where such an outline is nearly
closed and has the proportions of a page, and the network supports its other sides, it is the page's. Not where the
sheet reaches the photo's rim: what is cut off there has an outline too.
"""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.locating import agreement, formats, outlines, refining

# Chosen on photos of other people and cameras than the benchmarks show, but partly of their layouts.
LEAST_CLOSED = 0.9  # score of the classical outline: how well its region fills it
FAR = 0.08  # misfit to the known formats; here the edges themselves agree
LEAST_COVERED, LEAST_OVERLAP = 0.93, 0.7  # of the map, by the outline and with it


def confirmed(
    image: np.ndarray, likely: np.ndarray, proposed: list[tuple[float, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Choose the classical outline that the edge network supports on all sides but one.

    Args:
        image: uint8 (height, width, 3).
        likely: Map of the sheet network, float (height, width) of any size.
        proposed: Scores and corners (4, 2), from `outlines.classical_quadrilaterals`.

    Returns:
        Exact corners and their support; None where there is none.
    """
    cells = np.array(likely.shape[::-1]) / np.array(image.shape[1::-1])
    best, most = None, LEAST_OVERLAP
    for closed, rough in proposed:
        if closed < LEAST_CLOSED:
            continue
        corners, support = refining.exact_sides(image, rough)
        if corners is None or formats.misfit(corners, image.shape[:2]) >= FAR:
            continue
        weakest, second = np.sort(support)[:2]
        if weakest < agreement.WEAKEST or second < agreement.OTHERS:
            continue
        overlap = outlines.overlap(likely, corners * cells)
        if overlap >= most and outlines.covered(likely * (likely > 0.5), corners * cells) >= LEAST_COVERED:
            best, most = (corners, support), overlap
    return best
