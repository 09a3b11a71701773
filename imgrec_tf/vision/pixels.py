"""One convention for pixel values: what enters a model is float32 in [0, 255].

Files and cameras give 8 or 16 bits, scientific arrays give floats. All of them pass through `to_pixels`, in training
and in serving alike, so a model never meets a range that it was not trained on.
"""

from __future__ import annotations

import numpy as np

# 65535 / 255 = 257 exactly, so dividing by it maps the 16-bit range onto [0, 255] and keeps the depth as fractions.
SIXTEEN_BIT_STEP = 257.0


def to_pixels(images: np.ndarray, value_range: tuple[float, float] | None = None) -> np.ndarray:
    """Bring images of any usual number type to float32 in [0, 255].

    Args:
        images: Array of any shape; bool, unsigned 8 or 16 bits, or float in [0, 1].
        value_range: Lowest and highest value that a pixel can take, for other integers and other float ranges.

    Returns:
        float32 array of the same shape in [0, 255].

    Raises:
        TypeError: If the array does not hold numbers.
        ValueError: If values are NaN or infinite, or outside the range.
    """
    images = np.asarray(images)
    if value_range is not None:
        return _from_range(images, *value_range)
    if images.dtype == np.uint8:
        return images.astype(np.float32)
    if images.dtype == np.uint16:
        return images.astype(np.float32) / np.float32(SIXTEEN_BIT_STEP)
    if images.dtype == np.bool_:
        return images.astype(np.float32) * np.float32(255)
    if np.issubdtype(images.dtype, np.floating):
        return _from_range(images, 0.0, 1.0)
    if np.issubdtype(images.dtype, np.integer):
        if images.size and (images.min() < 0 or images.max() > 255):
            raise ValueError(
                f"images of type {images.dtype} reach from {images.min()} to {images.max()}; pass "
                "value_range=(low, high) with the lowest and highest value "
                "that a pixel can take, or convert them to uint8 or uint16"
            )
        return images.astype(np.float32)
    raise TypeError(
        f"images must hold numbers, got an array of type {images.dtype}; read files with datasets.read_image"
    )


def _from_range(images: np.ndarray, low: float, high: float) -> np.ndarray:
    if not np.issubdtype(images.dtype, np.number):
        raise TypeError(f"images must hold numbers, got an array of type {images.dtype}")
    if not high > low:
        raise ValueError(f"value_range must be (low, high) with low < high, got ({low}, {high})")
    if not images.size:
        return images.astype(np.float32)
    smallest, largest = images.min(), images.max()
    if not (np.isfinite(smallest) and np.isfinite(largest)):
        raise ValueError(
            "images hold NaN or infinite values; replace them (numpy.nan_to_num) or leave those images out"
        )
    if smallest < low - 1e-4 or largest > high + 1e-4:
        raise ValueError(
            f"images reach from {smallest:g} to {largest:g}, outside [{low:g}, {high:g}]; floats are expected "
            "in [0, 1]: divide by the largest possible value, convert to uint8, or pass value_range=(low, high)"
        )
    scaled = (images.astype(np.float32) - np.float32(low)) * np.float32(255.0 / (high - low))
    return np.clip(scaled, 0.0, 255.0)
