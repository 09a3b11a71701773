"""Whatever comes as a photo, as uint8 RGB of a bounded size: a photo of 100 megapixels must not exhaust the memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from imgrec_tf.finance.photos import opened

_FEWEST, _MOST = 8, 400_000_000
_BAND = 4_000_000  # values that are averaged at a time


def reduced_picture(image: Any, longer: int) -> tuple[np.ndarray, float]:
    """Return a photo as uint8 RGB whose longer side has at most `longer` pixels or a little more, and the scale.

    The photo is averaged over whole blocks of pixels, band by band, so that only the small copy is held in memory.

    Args:
        image: uint8 array (height, width) or (height, width, 1, 3 or 4), a boolean one, an unsigned 16-bit one (65,535
            is white), a float one in [0, 1], or what `photos.opened` opens: a path, bytes, an image of Pillow. Alpha is
            laid on white.
        longer: Wanted length of the longer side; a larger photo keeps between `longer` and twice that.

    Returns:
        uint8 (height, width, 3), and how many pixels of the copy one pixel of the photo has become, 1 at most.

    Raises:
        TypeError: If the image is nothing of that.
        ValueError: If its shape or its values are none of a photo.
    """
    array = _array(image)
    height, width = array.shape[:2]
    factor = max(1, max(height, width) // longer)
    rows, columns = height // factor, width // factor
    if not rows or not columns:
        raise ValueError(f"image is {height} × {width} pixels, too long and thin for a photo; crop it first")
    small = np.empty((rows, columns, 3), np.uint8)
    step = max(1, _BAND // (factor * factor * columns))
    for top in range(0, rows, step):
        bottom = min(rows, top + step)
        band = _rgb(array[top * factor : bottom * factor, : columns * factor])
        if factor > 1 and band.dtype == np.uint8:
            band = np.asarray(Image.fromarray(np.ascontiguousarray(band)).reduce(factor))
        elif factor > 1:
            band = band.reshape(bottom - top, factor, columns, factor, 3).mean(axis=(1, 3), dtype=np.float32)
        small[top:bottom] = np.clip(band + 0.5, 0, 255) if band.dtype != np.uint8 else band
    return small, 1 / factor


def _array(image: Any) -> np.ndarray:
    image = opened(image)
    if not isinstance(image, np.ndarray):
        raise TypeError(
            f"image must be a path, bytes of a file, an image of Pillow or a NumPy array, got {type(image).__name__}"
        )
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise ValueError(f"image must have the shape (height, width) or (height, width, 1, 3 or 4), got {image.shape}")
    if min(image.shape[:2]) < _FEWEST:
        raise ValueError(
            f"image must have at least {_FEWEST} × {_FEWEST} pixels, got {image.shape[0]} × {image.shape[1]}"
        )
    if image.shape[0] * image.shape[1] > _MOST:
        raise ValueError(
            f"image must have at most {_MOST:,} pixels, got {image.shape[0]} × {image.shape[1]}; reduce it first"
        )
    if image.dtype not in (np.uint8, np.uint16, np.bool_) and not np.issubdtype(image.dtype, np.floating):
        raise TypeError(f"image must hold uint8, uint16, bool or float values, got {image.dtype}; convert it to uint8")
    return image


def _rgb(band: np.ndarray) -> np.ndarray:
    """uint8 stays; everything else becomes float32 in [0, 255]; three channels."""
    if band.dtype == np.uint16:
        band = band.astype(np.float32) / 257
    elif band.dtype == np.bool_:
        band = band.astype(np.uint8) * np.uint8(255)
    elif band.dtype != np.uint8:
        if not np.isfinite(band).all() or band.min() < -0.001 or band.max() > 1.001:
            raise ValueError(
                "a float image must lie in [0, 1] without gaps; got values outside of it: divide by 255 first"
            )
        band = band.astype(np.float32) * 255
    if band.ndim == 2:
        band = band[..., None]
    if band.shape[2] == 1:
        return np.repeat(band, 3, axis=2)
    if band.shape[2] == 4:
        cover = band[..., 3:].astype(np.float32) / 255
        return band[..., :3] * cover + 255 * (1 - cover)
    return band
