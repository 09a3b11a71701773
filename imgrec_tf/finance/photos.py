"""A photo in whatever form it comes: opened once, as every part of the finance half takes it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np


def opened(image: Any) -> Any:
    """Return the pixels of a file or of Pillow's image; what is an array, or something else, comes back as it is.

    Args:
        image: Path, a file's bytes, Pillow's image, or an array. Files and Pillow's images are turned upright as their
            EXIF rotation says; corners that are found count in the upright picture.

    Returns:
        uint8 (height, width, 1 or 3) for a file or Pillow's image, 16-bit ones reduced to 8.

    Raises:
        datasets.ImageProblem: A `ValueError` that says why the file cannot be read.
    """
    from PIL import Image

    from imgrec_tf.datasets import read_image

    if not isinstance(image, str | os.PathLike | bytes | Image.Image):
        return image
    pixels = read_image(image)
    return (pixels // 257).astype(np.uint8) if pixels.dtype == np.uint16 else pixels
