"""What reaches the rim of the photo: a page that lies along it, or one that goes on outside of it."""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.locating import outlines

RIM_PIXELS = 6  # of the 48 at one side of the photo: what reaches it on that length may go on outside
# Of the cells of a sheet next to a side of the photo, by corners that hold all of it; chosen as in `confirming`, and so
# that halves of pages stay refused.
LEAST_HELD = 0.6


def goes_on_outside(sheet: np.ndarray, corners: np.ndarray | None = None) -> bool:
    """Whether a sheet, bool (height, width), reaches one side of the photo; not where corners (4, 2) hold all of it."""
    for turns in range(4):
        rim = np.rot90(sheet, turns)[0]
        if rim.sum() < RIM_PIXELS:
            continue
        if corners is None:
            return True
        next_to_it = np.zeros_like(sheet, float)
        np.rot90(next_to_it, turns)[1] = rim  # a page that ends a little before the side of the photo holds these
        if outlines.covered(next_to_it, corners) < LEAST_HELD:
            return True
    return False


def along_rim(corners: np.ndarray, width: int, height: int) -> np.ndarray:
    """Which sides run along the photo's rim: bool (4,)."""
    near = 0.02 * max(width, height)
    ends = np.stack([corners, np.roll(corners, -1, axis=0)])
    return (
        (ends[..., 0] < near).all(axis=0)
        | (ends[..., 0] > width - near).all(axis=0)
        | (ends[..., 1] < near).all(axis=0)
        | (ends[..., 1] > height - near).all(axis=0)
    )
