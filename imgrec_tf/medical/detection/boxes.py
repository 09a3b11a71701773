"""Boxes as the detection takes them: left, top, right and bottom edge in pixels, from the top left corner."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_LEAST_SIDE = 1.0  # pixels; a box that is thinner surrounds nothing


def checked_boxes(boxes, labels, num_classes: int, name: str = "the picture") -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and labels of one picture as arrays, after checking that they belong together.

    Args:
        boxes: (n, 4) numbers: left, top, right, bottom in pixels. n may be 0.
        labels: (n,) whole numbers from 0 to num_classes - 1.
        num_classes: Number of classes.
        name: What the picture is called in an error.

    Returns:
        Boxes, float32 (n, 4), and labels, int64 (n,).

    Raises:
        TypeError: If labels are not whole numbers.
        ValueError: If shapes differ, a number is not finite, or a label is no class.
    """
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4) if np.size(boxes) == 0 else np.asarray(boxes, np.float32)
    labels = np.asarray(labels)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"the boxes of {name} must be (n, 4): left, top, right, bottom; got shape {boxes.shape}")
    if labels.shape != (len(boxes),):
        raise ValueError(f"{name} has {len(boxes)} boxes and labels of shape {labels.shape}; give one label for each")
    if not len(boxes):
        return boxes, np.zeros(0, np.int64)
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"the labels of {name} must be whole numbers, the places of class names; got {labels.dtype}")
    if not np.isfinite(boxes).all():
        raise ValueError(f"{name} has a box with a number that is not finite; correct it or take the box out")
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"{name} has the label {labels.min() if labels.min() < 0 else labels.max()}; there are {num_classes} "
            f"classes, so labels go from 0 to {num_classes - 1}"
        )
    return boxes, labels.astype(np.int64)


def inside(boxes: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray, list[tuple[int, str]]]:
    """Cut boxes at the edges of their picture, and tell which are of no use.

    Args:
        boxes: float (n, 4): left, top, right, bottom in pixels.
        height: Height of the picture in pixels.
        width: Width of the picture in pixels.

    Returns:
        The boxes cut, float32 (n, 4); which of them to keep, bool (n,); and for each box that was changed or is not
        kept, its place and what is wrong with it.
    """
    boxes = np.asarray(boxes, np.float32)
    limits = np.array([width, height, width, height], np.float32)
    cut = np.clip(boxes, 0, limits)
    reversed_ = (boxes[:, 2] <= boxes[:, 0]) | (boxes[:, 3] <= boxes[:, 1])
    thin = ((cut[:, 2:] - cut[:, :2]) < _LEAST_SIDE).any(axis=1)
    told = []
    for place in range(len(boxes)):
        if reversed_[place]:
            told.append((place, "empty: right or bottom is not beyond left or top; left out"))
        elif thin[place]:
            told.append((place, "outside of the picture, or thinner than a pixel; left out"))
        elif np.abs(cut[place] - boxes[place]).max() > 0:
            told.append((place, "reaches beyond the picture; cut at its edge"))
    return cut, ~(reversed_ | thin), told


def box_ious(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return intersection over union of each box with each other box.

    Args:
        boxes: float (n, 4): left, top, right, bottom.
        others: float (k, 4).

    Returns:
        float64 (n, k) in [0, 1]; 0 where a box is empty.
    """
    boxes, others = (np.asarray(one, np.float64).reshape(-1, 4) for one in (boxes, others))
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    union = box_areas(boxes)[:, None] + box_areas(others) - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def box_areas(boxes: np.ndarray) -> np.ndarray:
    """Return the area of each box in square pixels, float64 (n,); 0 for an empty one."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    return np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None), axis=1)


def class_label(name: str, class_names: Sequence[str], where: str) -> int:
    """Return the place of a class name.

    Raises:
        ValueError: If it is unknown; the text names where it stands.
    """
    if name not in class_names:
        raise ValueError(
            f"{where} has an object of the class {name!r}; known are {', '.join(class_names)}. Correct the name, or "
            "give all names with class_names=…"
        )
    return list(class_names).index(name)
