"""From a region of pixels to the quadrilateral around it, and the regions that are found without a network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from imgrec_tf.finance.locating import geometry

_CLASSICAL = 240  # longer side of the copy that edges and colours are looked at


def quadrilateral_around(region: np.ndarray) -> np.ndarray | None:
    """Return the corners of a small quadrilateral around a region.

    The convex hull loses one side after the other, always the one whose removal adds the least area when its
    neighbours are extended until they meet, until four are left. Round corners become sharp ones that way.

    Args:
        region: bool (height, width).

    Returns:
        Ordered corners, float64 (4, 2) in pixels, or None where the region is too thin.
    """
    points = _boundary(region)
    if len(points) < 4:
        return None
    try:
        polygon = points[ConvexHull(points).vertices]
    except QhullError:
        return None
    if _signed_area(polygon) < 0:
        polygon = polygon[::-1]
    polygon = list(polygon)
    while len(polygon) > 4:
        options = [_without_side(polygon, side) for side in range(len(polygon))]
        options = [one for one in options if one is not None]
        if not options:
            return None
        _, side, met = min(options, key=lambda one: one[0])
        following = (side + 1) % len(polygon)
        polygon[side] = met
        del polygon[following]
    try:
        return geometry.order_corners(np.array(polygon))
    except ValueError:
        return None


def classical_quadrilaterals(image: np.ndarray) -> Iterator[tuple[float, np.ndarray]]:
    """Propose quadrilaterals from colours and edges alone, with no network.

    Two ways: what differs in colour from the photo's rim (a threshold by Otsu's method), and what is enclosed by edges
    (Canny's detector). A proposal's score is how well its region fills it, in [0, 1].

    Args:
        image: uint8 (height, width, 3).

    Yields:
        Score and ordered corners (4, 2) in pixels of the image.
    """
    from PIL import Image
    from skimage import color, feature, filters

    factor = max(1.0, max(image.shape[:2]) / _CLASSICAL)
    size = max(8, round(image.shape[1] / factor)), max(8, round(image.shape[0] / factor))
    small = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))
    lab = ndimage.gaussian_filter(color.rgb2lab(small), (1.2, 1.2, 0))
    rim = np.concatenate(
        [lab[:3].reshape(-1, 3), lab[-3:].reshape(-1, 3), lab[:, :3].reshape(-1, 3), lab[:, -3:].reshape(-1, 3)]
    )
    distance = np.linalg.norm(lab - np.median(rim, axis=0), axis=-1)
    masks = [distance > filters.threshold_otsu(distance)] if np.ptp(distance) > 1e-3 else []
    for sigma in (1.5, 2.5):
        found = feature.canny(lab[..., 0] / 100, sigma=sigma, low_threshold=0.02, high_threshold=0.06)
        masks.append(
            ndimage.binary_erosion(
                ndimage.binary_fill_holes(ndimage.binary_dilation(found, iterations=2)), iterations=2
            )
        )
    for mask in masks:
        mask = ndimage.binary_fill_holes(ndimage.binary_opening(mask, iterations=2))
        labels, count = ndimage.label(mask)
        if not count:
            continue
        sizes = ndimage.sum_labels(mask, labels, np.arange(1, count + 1))
        for place in np.argsort(sizes)[::-1][:2]:
            corners = quadrilateral_around(labels == place + 1)
            if corners is None or sizes[place] < 0.04 * mask.size:
                continue
            filled = float(sizes[place] / geometry.area(corners))
            yield min(filled, 1 / filled), corners * (image.shape[1] / size[0], image.shape[0] / size[1])


def _boundary(region: np.ndarray) -> np.ndarray:
    """The outer corners of the first and the last pixel of every row: all that a convex hull needs."""
    rows = np.flatnonzero(region.any(axis=1))
    first = region[rows].argmax(axis=1)
    last = region.shape[1] - region[rows, ::-1].argmax(axis=1)
    left, right = (
        np.concatenate([np.stack([side, rows + shift], axis=1) for shift in (0, 1)]) for side in (first, last)
    )
    return np.concatenate([left, right]).astype(np.float64)


def _without_side(polygon: list[np.ndarray], side: int) -> tuple[float, int, np.ndarray] | None:
    """Added area, number of the side, and where its extended neighbours meet; None if they do not."""
    before, start, end, after = (polygon[(side + shift) % len(polygon)] for shift in (-1, 0, 1, 2))
    one, two = start - before, after - end
    below = one[0] * two[1] - one[1] * two[0]
    if below <= 1e-9:
        return None
    gap = end - before
    reach = (gap[0] * two[1] - gap[1] * two[0]) / below
    if reach < 1:
        return None
    met = before + one * reach
    return geometry.area([start, met, end]), side, met


def _signed_area(polygon: np.ndarray) -> float:
    following = np.roll(polygon, -1, axis=0)
    return 0.5 * float((polygon[:, 0] * following[:, 1] - polygon[:, 1] * following[:, 0]).sum())
