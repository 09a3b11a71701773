"""From a region of pixels to the quadrilateral around it, and the regions that are found without a network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from imgrec_tf.finance.locating import geometry

_SIGNS = ((-1, -1), (1, -1), (1, 1), (-1, 1))
_STEP = 0.02  # cells by which a corner is moved to see how the overlap changes
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


def fitted_quadrilateral(likely: np.ndarray, start: np.ndarray | None = None) -> np.ndarray | None:
    """Fit the quadrilateral that covers a map of chances best, whatever else is attached to the region.

    What is maximised is the overlap of Jaccard for shares, the sum of the smaller values by the sum of the larger ones,
    between the map and the quadrilateral's own cover, whose edges are one cell wide.

    Args:
        likely: float (height, width) in [0, 1].
        start: Corners (4, 2) in cells, clockwise; None begins with the rectangle of the map's moments.

    Returns:
        Ordered corners, float64 (4, 2) in cells, or None where that leads nowhere.
    """
    from scipy import optimize

    start = _rectangle_of_moments(likely) if start is None else np.asarray(start, np.float64)
    if start is None:
        return None

    steps = np.vstack([np.zeros(8), _STEP * np.eye(8)])

    def lost(values: np.ndarray) -> tuple[float, np.ndarray]:
        lines = _lines((values + steps).reshape(9, 4, 2))
        loss, by_line = _lost_overlap(likely, lines[0])
        return loss, ((lines[1:] - lines[0]) * by_line).sum(axis=(1, 2)) / _STEP

    found = optimize.minimize(lost, start.ravel(), jac=True, method="CG", options={"maxiter": 40})
    try:
        return geometry.order_corners(found.x.reshape(4, 2))
    except ValueError:
        return None


def overlap(likely: np.ndarray, corners: np.ndarray) -> float:
    """How well a quadrilateral covers a map of chances: the overlap of Jaccard for shares, in [0, 1].

    Args:
        likely: float (height, width) in [0, 1].
        corners: (4, 2) in cells, clockwise.
    """
    return 1 - _lost_overlap(likely, _lines(np.asarray(corners, np.float64)))[0]


def between(likely: np.ndarray, smaller: np.ndarray, larger: np.ndarray) -> float:
    """The mean of a map of chances in what one quadrilateral has more than another, in [0, 1]; as in `overlap`."""
    inner, outer = (_cover(likely.shape, np.asarray(one, np.float64)) for one in (smaller, larger))
    gained = np.maximum(outer - inner, 0)
    return float((gained * likely).sum() / max(float(gained.sum()), 1e-9))


def covered(likely: np.ndarray, corners: np.ndarray) -> float:
    """What share of a map of chances lies inside of a quadrilateral, in [0, 1]; arguments as in `overlap`."""
    cover = _cover(likely.shape, np.asarray(corners, np.float64))
    return float((cover * likely).sum() / max(float(np.sum(likely)), 1e-9))


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


def _middles(shape: tuple[int, int]) -> np.ndarray:
    """x and y of the middle of each cell: (height, width, 2)."""
    y, x = (np.arange(side) + 0.5 for side in shape)
    return np.stack(np.meshgrid(x, y), axis=-1)


def _lines(corners: np.ndarray) -> np.ndarray:
    """The sides of clockwise quadrilaterals (..., 4, 2) as lines: (..., 4, 3), the inward normal and its offset."""
    along = np.roll(corners, -1, axis=-2) - corners
    inward = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    inward /= np.maximum(np.linalg.norm(inward, axis=-1, keepdims=True), 1e-9)
    return np.concatenate([inward, (inward * corners).sum(axis=-1, keepdims=True)], axis=-1)


def _depths(shape: tuple[int, ...], lines: np.ndarray) -> np.ndarray:
    """How far inside of each of four lines each cell lies, plus half a cell: float64 (4, height, width).

    Cut off at 0 and 1, their product is the share of each cell that the quadrilateral covers, about.
    """
    y, x = np.arange(shape[0])[:, None] + 0.5, np.arange(shape[1]) + 0.5
    across, down, offset = lines.T[..., None, None]
    return across * x + down * y - offset + 0.5


def _cover(shape: tuple[int, ...], corners: np.ndarray) -> np.ndarray:
    return np.clip(_depths(shape, _lines(corners)), 0, 1).prod(axis=0)


def _lost_overlap(likely: np.ndarray, lines: np.ndarray) -> tuple[float, np.ndarray]:
    """1 less the overlap of Jaccard between a map and the cover of four lines (4, 3); its derivatives by these."""
    depths = _depths(likely.shape, lines)
    parts = np.clip(depths, 0, 1)
    cover = parts.prod(axis=0)
    common, all_ = np.minimum(cover, likely).sum(), np.maximum(cover, likely).sum()
    by_cover = np.where(cover > likely, common / all_, -1) / all_
    by_depth = np.where((depths > 0) & (depths < 1), by_cover * cover / np.maximum(parts, 1e-9), 0)
    y, x = np.arange(likely.shape[0]) + 0.5, np.arange(likely.shape[1]) + 0.5
    by_line = [by_depth.sum(axis=1) @ x, by_depth.sum(axis=2) @ y, -by_depth.sum(axis=(1, 2))]
    return float(1 - common / all_), np.stack(by_line, axis=1)


def _rectangle_of_moments(likely: np.ndarray) -> np.ndarray | None:
    """The rectangle with the mean and the covariance of a map, clockwise; None where the map is empty."""
    total = float(likely.sum())
    if total < 1:
        return None
    places = _middles(likely.shape).reshape(-1, 2)
    share = likely.ravel() / total
    middle = share @ places
    spread, axes = np.linalg.eigh((places - middle).T @ ((places - middle) * share[:, None]))
    half = axes * np.sqrt(3 * np.maximum(spread, 0.1))  # a side of length a has the variance a² / 12
    return geometry.order_corners([middle + a * half[:, 0] + b * half[:, 1] for a, b in _SIGNS])


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
