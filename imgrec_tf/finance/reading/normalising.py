"""Brings a cut-out line to the form that the network reads: 24 rows, capitals 14 of them, paper 0, ink negative."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf.finance.photos import opened

HEIGHT = 24  # rows of a line
CAP_HEIGHT = 14.0  # of them, a capital letter
PITCH = 15.0  # columns from one character to the next, about: OCR-B at this height has 14.6


def to_grey(image: Any) -> np.ndarray:
    """Return float32 (height, width) in [0, 255] of a file, or of uint8 (height, width), (…, 1), (…, 3) or (…, 4).

    Raises:
        TypeError: If it is neither a file that `photos.opened` opens nor a uint8 array.
        ValueError: If it has no pixels, or another shape.
    """
    image = opened(image)
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = f"an array of {image.dtype}" if isinstance(image, np.ndarray) else type(image).__name__
        raise TypeError(f"image must be a path, bytes, an image of Pillow or a uint8 array in [0, 255], got {kind}")
    if image.ndim == 3 and image.shape[2] in (1, 3, 4):
        channels = image[..., :3].astype(np.float32)
        image = channels[..., 0] if image.shape[2] == 1 else channels @ np.float32([0.299, 0.587, 0.114])
    if image.ndim != 2 or image.size == 0:
        raise ValueError(f"image must have the shape (height, width) or (height, width, 1, 3 or 4), got {image.shape}")
    return np.asarray(image, np.float32)


def normalise_line(image: np.ndarray, *, columns: int | None = None) -> np.ndarray:
    """Scale a cut-out line to 24 rows and even out paper, light and contrast.

    Args:
        image: One line of text, uint8 or float in [0, 255], (height, width) or (height, width, 3); capitals fill a
            little more than half of its height. Dark on light.
        columns: Width to scale to; None keeps the proportions.

    Returns:
        float32 (24, columns, 1). Paper is near 0, strokes near -2, whatever the light was: the local mean is taken
        away, and what is left is divided by the local standard deviation.
    """
    grey = to_grey(image) if image.dtype == np.uint8 else np.asarray(image, np.float32)
    if columns is None:
        columns = max(8, round(grey.shape[1] * HEIGHT / grey.shape[0]))
    grey = np.asarray(Image.fromarray(grey).resize((columns, HEIGHT), Image.Resampling.BICUBIC))
    # Over the whole height, and along the line over a Gaussian window of some five characters.
    mean = ndimage.gaussian_filter1d(grey.mean(axis=0), 2.5 * PITCH, mode="nearest", truncate=2)
    spread = ndimage.gaussian_filter1d(((grey - mean) ** 2).mean(axis=0), 2.5 * PITCH, mode="nearest", truncate=2)
    spread = np.sqrt(np.maximum(spread, 0))
    # Where nothing is printed there is only noise: do not blow it up to the strength of ink.
    floor = 0.35 * float(np.percentile(spread, 90)) + 1.0
    even = (grey - mean) / np.maximum(spread, floor)
    return np.clip(even, -4, 4).astype(np.float32)[..., None]
