"""From pixels to objects: a threshold, connected regions, and watershed where objects touch."""

from __future__ import annotations

import numpy as np

from imgrec_tf.medical.segmentation.pictures import INSIDE, instance_mask, unit_range

_SMOOTH = 1.0  # pixels; a threshold on raw noise leaves specks


def otsu_mask(picture: np.ndarray) -> np.ndarray:
    """Return which pixels are objects by one threshold for the whole picture: the baseline that a network has to beat.

    The threshold divides the grey values so that the two sides differ most (Otsu, "A threshold selection method from
    gray-level histograms", 1979). Objects are the side that covers less of the picture, be it the bright or the dark
    one. A picture without any difference has no object.

    Args:
        picture: As `grey` takes it.

    Returns:
        bool (height, width).
    """
    from scipy import ndimage
    from skimage.filters import threshold_otsu

    values = ndimage.gaussian_filter(unit_range(picture), _SMOOTH)
    if values.max() - values.min() < 1e-3:
        return np.zeros(values.shape, bool)
    bright = values > threshold_otsu(values)
    return bright if bright.mean() <= 0.5 else ~bright


def connected_objects(mask: np.ndarray, smallest: int = 12) -> np.ndarray:
    """Number the regions whose pixels hang together by their sides; objects that touch become one.

    Args:
        mask: bool (height, width), or whole numbers, 0 for the background.
        smallest: Regions of fewer pixels are left out.

    Returns:
        int32 (height, width), objects from 1 on.
    """
    from scipy import ndimage

    labels = ndimage.label(_plane(mask))[0]
    return _without_small(labels, smallest)


def split_touching(mask: np.ndarray, *, smallest: int = 12, depth: float = 0.75) -> np.ndarray:
    """Number the objects of a mask, and cut those that touch where they are narrow: watershed by distance.

    Every pixel gets its distance to the background. A round object has one summit, two that touch have two with a
    saddle between them; the cut follows the saddle (watershed: Beucher and Lantuéjoul, 1979). Objects that are not
    round, such as a bent one, are cut where nothing touches: look at the result.

    Args:
        mask: bool (height, width), or whole numbers, 0 for the background.
        smallest: Objects of fewer pixels are left out.
        depth: By how many pixels a summit must stand above the saddle to count as an object of its own, 0 or more.

    Returns:
        int32 (height, width), objects from 1 on.

    Raises:
        ValueError: If the mask has another shape, or depth is negative.
    """
    from skimage.segmentation import watershed

    mask = _plane(mask)
    if not mask.any():
        return np.zeros(mask.shape, np.int32)
    distance, markers = _summits(mask, depth)
    return _without_small(watershed(-distance, markers, mask=mask), smallest)


def objects_from_scores(
    scores: np.ndarray,
    *,
    threshold: float = 0.6,
    marker_threshold: float = 0.4,
    smallest: int = 12,
    depth: float = 0.6,
) -> np.ndarray:
    """Number the objects that a network sees: the middles that it names are the seeds, watershed gives each its border.

    Middles that run into each other are cut where they are narrow, as `split_touching` does it with whole objects.

    Args:
        scores: float (height, width, 3), probabilities of background, inside and border, as `pixel_scores` gives them.
        threshold: A pixel belongs to an object when inside and border together reach this, in (0, 1).
        marker_threshold: A pixel of an object belongs to its middle when inside alone reaches this, in (0, 1).
        smallest: Objects of fewer pixels are left out.
        depth: As in `split_touching`, for the middles.

    Returns:
        int32 (height, width), objects from 1 on. A region without a middle is one object.

    Raises:
        ValueError: If the shape is another one, or a threshold is out of range.
    """
    from scipy import ndimage
    from skimage.segmentation import watershed

    scores = np.asarray(scores)
    if scores.ndim != 3 or scores.shape[2] != 3:
        raise ValueError(f"scores must be (height, width, 3): background, inside, border; got shape {scores.shape}")
    for name, value in (("threshold", threshold), ("marker_threshold", marker_threshold)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {value}")
    mask = 1 - scores[..., 0] >= threshold
    middles = connected_objects(mask & (scores[..., INSIDE] >= marker_threshold), max(1, smallest // 3)) > 0
    height, seeds = _summits(middles, depth)
    regions, count = ndimage.label(mask)
    seeded = np.zeros(count + 1, bool)
    seeded[regions[seeds > 0]] = True
    seeds = np.where(mask & ~seeded[regions], regions + seeds.max(), seeds)
    height = height + ndimage.distance_transform_edt(mask) + scores[..., INSIDE]
    return _without_small(watershed(-height, seeds, mask=mask), smallest)


def _summits(mask: np.ndarray, depth: float) -> tuple[np.ndarray, np.ndarray]:
    """Return each pixel's distance to the background, smoothed, and its summits, numbered."""
    from scipy import ndimage
    from skimage.morphology import h_maxima

    if depth < 0:
        raise ValueError(f"depth must be 0 or more pixels, got {depth}")
    if not mask.any():
        return np.zeros(mask.shape), np.zeros(mask.shape, np.int32)
    distance = ndimage.gaussian_filter(ndimage.distance_transform_edt(mask), _SMOOTH) * mask
    summits = h_maxima(distance, depth) if depth else distance == ndimage.maximum_filter(distance, 3)
    return distance, ndimage.label(summits.astype(bool) & mask, np.ones((3, 3)))[0]


def _plane(mask: np.ndarray) -> np.ndarray:
    return instance_mask(np.asarray(mask)) > 0


def _without_small(labels: np.ndarray, smallest: int) -> np.ndarray:
    """Return labels without those of few pixels, numbered anew without gaps."""
    counts = np.bincount(labels.ravel())
    keep = counts >= smallest
    keep[0] = False
    numbers = np.where(keep, np.cumsum(keep), 0)
    return numbers[labels].astype(np.int32)
