"""Channels of more than 8 bits, which Pillow would cut; opacity laid on white; EXIF turns of arrays."""

from __future__ import annotations

import io

import numpy as np

from imgrec_tf.datasets.file_kinds import ImageProblem

ROTATED = (5, 6, 7, 8)  # EXIF orientations that swap height and width


def from_numbers(values: np.ndarray, name: str) -> np.ndarray:
    """Bring 32-bit integers (on the 16-bit scale) or floats (in [0, 1]) to uint16, or say why that cannot be done."""
    low, high = values.min(), values.max()
    if np.issubdtype(values.dtype, np.integer):
        if low < 0 or high > 65535:
            raise ImageProblem(
                f"holds integers from {low} to {high}; 0 to 65535 are read: rescale them and save 16-bit PNG", name
            )
        return values.astype(np.uint16)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ImageProblem("holds NaN or infinite values; replace them and save the image again", name)
    if low < 0 or high > 1:
        raise ImageProblem(
            f"holds floats from {low:g} to {high:g}; [0, 1] is read: rescale all images by the same numbers", name
        )
    return np.rint(values.astype(np.float64) * 65535).astype(np.uint16)


def on_white(array: np.ndarray) -> np.ndarray:
    """Lay an image whose last channel is opacity on white; the type, and with it the depth, stays."""
    white = np.iinfo(array.dtype).max
    opacity = array[..., -1:].astype(np.float32) / white
    return np.rint(array[..., :-1] * opacity + white * (1 - opacity)).astype(array.dtype)


def read_deep_png(data: bytes, name: str) -> np.ndarray:
    """Read a 16-bit PNG of several channels with TensorFlow, because Pillow would cut it to 8 bits."""
    import tensorflow as tf

    try:
        array = tf.io.decode_png(data, channels=0, dtype=tf.uint16).numpy()
    except tf.errors.OpError as error:
        raise ImageProblem("is damaged or breaks off in the middle; copy or download it again", name) from error
    return on_white(array) if array.shape[-1] in (2, 4) else array


def read_deep_tiff(data: bytes, name: str) -> np.ndarray:
    """Read a TIFF of several deep channels with tifffile, because Pillow would cut it to 8 bits."""
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = file.pages[0]
            array = np.asarray(page.asarray())
            if getattr(page, "planarconfig", 1) == 2:
                array = np.moveaxis(array, 0, -1)
    except Exception as error:  # tifffile raises almost anything on damaged files
        raise ImageProblem(
            f"is a deep colour TIFF that cannot be read: {error}; save it as 16-bit PNG", name
        ) from error
    if array.ndim != 3 or array.shape[-1] not in (2, 3, 4):
        raise ImageProblem(f"is a TIFF of shape {array.shape}; height × width × up to 4 channels is read", name)
    if array.dtype != np.uint16:
        array = from_numbers(array, name)
    return on_white(array) if array.shape[-1] in (2, 4) else array


def turned(array: np.ndarray, orientation: int) -> np.ndarray:
    """Apply an EXIF orientation (EXIF 2.32, tag 0x0112) to an array."""
    if orientation in ROTATED:
        array = np.swapaxes(array, 0, 1)
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return np.ascontiguousarray(array)
