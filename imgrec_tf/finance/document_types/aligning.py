"""Other outlines near the one that was located: a coloured foot, or a line on the table, moves one side of a page.

Where a page resembles no known layout, the sides of its outline are moved one at a time, and the known layouts tell
which outline is the page's.
"""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.locating import geometry, refining

# How far a side is moved out and in, as shares of the page's width or height. In between, and for what is left, the
# comparison with fixed print allows for shifts.
_STEPS = (0.05, 0.1, 0.15)
# Score from which the answer for another outline counts: one of a hundred views of a stranger fits more easily by
# chance. Chosen on photos of layouts that were held back by other draws than the benchmark's.
SURE = 0.95


def outlines_near(corners: np.ndarray) -> list[np.ndarray]:
    """Return quadrilaterals of which one side was moved, in the page's own perspective: up to 24, float64 (4, 2).

    Seen at a very flat angle, what lies before the page's near side may be behind the camera: it is left out.

    Args:
        corners: Of the located page, (4, 2), clockwise, in the photo's pixels.
    """
    moves = [sign * step * np.eye(4)[side] for side in range(4) for step in _STEPS for sign in (-1, 1)]
    boxes = np.array([0, 0, 1, 1]) + np.stack(moves)  # left, top, right and bottom
    moved = [geometry.places_on_page(corners, box[[[0, 1], [2, 1], [2, 3], [0, 3]]]) for box in boxes]
    return [one for one in moved if one is not None]


def snapped(photo: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Move the sides of a nearly right outline onto the edges next to them, where all four have one.

    Args:
        photo: uint8 (height, width, 3).
        corners: (4, 2), clockwise.
    """
    found, support = refining.exact_sides(photo, corners, reaches=refining.CLOSE)
    return corners if found is None or support.min() < refining.LEAST_SUPPORT["network"] else found
