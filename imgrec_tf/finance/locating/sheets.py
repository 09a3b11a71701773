"""Where sheets are, roughly: the sheet network's map of a photo, its regions, and quadrilaterals around them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf.finance.locating import outlines, weights
from imgrec_tf.finance.locating.sizes import SHEET_INPUT

# Chosen on validation photos.
LEVELS = (0.5, 0.3, 0.75)  # of the sheet network, at which outlines are drawn
# Mean of the map over a sheet at a second look; chosen on photos with two documents, and with one among papers.
LEAST_FROM_CLOSE = 0.89
MARGIN = 0.2  # around the likeliest sheet, as a share of its size, at the second look


def sheet_map(image: np.ndarray) -> np.ndarray:
    """How likely each part of a photo shows a sheet or a card: float32 (48, 48) in [0, 1].

    The network looks at the photo in its four turns and their mirror images; the eight answers are averaged.

    Args:
        image: uint8 (height, width, 3), squeezed into a square.
    """
    small = np.asarray(Image.fromarray(image).resize((SHEET_INPUT, SHEET_INPUT), Image.Resampling.BOX), np.float32)
    views = [np.rot90(one, turns) for one in (small, small[:, ::-1]) for turns in range(4)]
    logits = np.asarray(weights.network("sheet_network").predict_on_batch(np.stack(views)), np.float32)[..., 0]
    back = [np.rot90(one, -(number % 4)) for number, one in enumerate(logits)]
    back[4:] = [one[:, ::-1] for one in back[4:]]
    return (1 / (1 + np.exp(-np.stack(back)))).mean(axis=0)


def regions(likely: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Connected regions above a level: their labels, their sizes, and the order from the largest to the smallest."""
    labels, count = ndimage.label(likely > level)
    sizes = ndimage.sum_labels(likely > level, labels, np.arange(1, count + 1)) if count else np.zeros(0)
    return labels, sizes, np.argsort(sizes)[::-1]


def outlines_of(likely: np.ndarray, heart: np.ndarray, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Quadrilaterals of the likeliest sheet in the photo's pixels: around it at a level, fitted, at other levels."""
    for level in LEVELS:
        labels, _ = ndimage.label(likely > min(level, 0.5))
        near = np.isin(labels, np.unique(labels[heart]))
        enlarged = ndimage.zoom(np.where(near, likely, 0.0), 4, order=1, grid_mode=True, mode="nearest")
        corners = outlines.quadrilateral_around(enlarged > level)
        if corners is not None:
            yield corners * (shape[1] / enlarged.shape[1], shape[0] / enlarged.shape[0])
        if level == LEVELS[0]:
            fitted = outlines.fitted_quadrilateral(np.where(ndimage.binary_dilation(near, iterations=2), likely, 0.0))
            if fitted is not None:
                yield fitted * (shape[1] / likely.shape[1], shape[0] / likely.shape[0])


def closer_outlines(small: np.ndarray, heart: np.ndarray) -> Iterator[np.ndarray]:
    """Outlines from a second look at the part of the photo around the likeliest sheet, which is larger there."""
    part, corner = _part_around(small, heart)
    likely = sheet_map(part)
    labels, _, order = regions(likely, 0.5)
    if len(order):
        for corners in outlines_of(likely, labels == order[0] + 1, part.shape):
            yield corners + corner


def is_sheet_from_close(small: np.ndarray, region: np.ndarray) -> bool:
    """Whether a region of the map, bool (height, width), is a sheet at a second look too, and not the table's."""
    likely = sheet_map(_part_around(small, region)[0])
    labels, _, order = regions(likely, 0.5)
    return bool(len(order)) and likely[labels == order[0] + 1].mean() >= LEAST_FROM_CLOSE


def _part_around(small: np.ndarray, region: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of a photo around a region of its map, with a margin; and the part's upper left corner, x and y."""
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    low, high = np.array([columns[0], rows[0]]), np.array([columns[-1], rows[-1]]) + 1
    frame = np.array(small.shape[1::-1])
    margin, share = MARGIN * (high - low), frame / region.shape[::-1]
    left, top = np.maximum((low - margin) * share, 0).astype(int)
    right, bottom = np.minimum((high + margin) * share, frame).astype(int)
    return small[top:bottom, left:right], np.array([left, top])
