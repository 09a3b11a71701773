"""Occlusion: cover a part of the image, and see how much the score falls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.explain import inputs


def occlusion(
    model,
    images: np.ndarray,
    class_index: int | Sequence[int] | None = None,
    *,
    patch: int | None = None,
    stride: int | None = None,
) -> np.ndarray:
    """Return how much the score of a class falls when each place is covered with the image's mean colour.

    No gradient is needed, so it works with every layer; it asks the network once a place (Zeiler and Fergus,
    "Visualizing and understanding convolutional networks", ECCV 2014).

    Args:
        model: As in `grad_cam`.
        images: As in `grad_cam`.
        class_index: As in `grad_cam`.
        patch: Side of the covered square in pixels; None for a fifth of the image's shorter side.
        stride: Distance between places in pixels; None for half of the patch.

    Returns:
        float32 (n, height, width) in [-1, 1]: mean fall of the probability over the squares that cover a pixel.
        Negative where covering makes the class likelier.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If images do not fit the model, or a number is out of range.
    """
    model = inputs.model_of(model)
    pixels = inputs.pixels_of(model, images)
    chosen = inputs.classes_of(model, pixels, class_index)
    height, width = pixels.shape[1:3]
    patch = max(1, min(height, width) // 5) if patch is None else patch
    check_whole("patch", patch, 1, min(height, width))
    stride = max(1, patch // 2) if stride is None else stride
    check_whole("stride", stride, 1, int(patch))  # wider steps would leave pixels out
    rows, columns = (_places(extent, int(patch), int(stride)) for extent in (height, width))
    found = np.empty(pixels.shape[:3], np.float32)
    for number, (image, one) in enumerate(zip(pixels, chosen)):
        found[number] = _fall(model, image, one, rows, columns, int(patch))
    return found


def _places(extent: int, patch: int, stride: int) -> list[int]:
    places = list(range(0, extent - patch + 1, stride))
    return places if places[-1] == extent - patch else [*places, extent - patch]


def _fall(model, image: np.ndarray, chosen: int, rows: list[int], columns: list[int], patch: int) -> np.ndarray:
    covered = []
    mean = image.mean(axis=(0, 1))
    for row in rows:
        for column in columns:
            copy = image.copy()
            copy[row : row + patch, column : column + patch] = mean
            covered.append(copy)
    scores = inputs.scores_of(model, np.stack([image, *covered]))[:, chosen]
    total, seen = np.zeros(image.shape[:2], np.float32), np.zeros(image.shape[:2], np.float32)
    falls = iter(scores[0] - scores[1:])
    for row in rows:
        for column in columns:
            total[row : row + patch, column : column + patch] += next(falls)
            seen[row : row + patch, column : column + patch] += 1
    return total / seen
