"""Pictures as the detection takes them: colour, 8 bits."""

from __future__ import annotations

import numpy as np


def colour(picture: np.ndarray, name: str = "the picture") -> np.ndarray:
    """Return a picture with red, green and blue from 0 to 255.

    Args:
        picture: (height, width), or with a last axis of 1, 3 (red, green, blue) or 4 (and opacity, laid on white);
            uint8, uint16, or floats in [0, 1].
        name: What the picture is called in an error.

    Returns:
        uint8 (height, width, 3).

    Raises:
        TypeError: If the values are of another type.
        ValueError: If the shape is another one, a side is 0, or floats are not finite or not in [0, 1].
    """
    picture = np.asarray(picture)
    floats = np.issubdtype(picture.dtype, np.floating)
    if picture.dtype not in (np.uint8, np.uint16) and not floats:
        raise TypeError(f"{name} must be uint8, uint16 or floats in [0, 1], got {picture.dtype}; convert it first")
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] not in (1, 3, 4)) or 0 in picture.shape:
        raise ValueError(
            f"{name} must be (height, width), or with 1, 3 or 4 channels as a last axis, got shape {picture.shape}"
        )
    if floats and (not np.isfinite(picture).all() or picture.min() < 0 or picture.max() > 1):
        raise ValueError(f"{name} has floats that are not in [0, 1]; divide by the largest possible value")
    picture = picture[..., None] if picture.ndim == 2 else picture
    if picture.dtype != np.uint8:
        picture = np.round(picture * 255.0 if floats else picture / 257.0).astype(np.uint8)
    if picture.shape[2] == 4:
        opacity = picture[..., 3:] / 255.0
        picture = np.round(picture[..., :3] * opacity + 255 * (1 - opacity)).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))
