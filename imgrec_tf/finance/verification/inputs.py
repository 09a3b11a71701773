"""Brings any picture to the form the network knows, or says why not."""

from __future__ import annotations

import numpy as np
from PIL import Image

from imgrec_tf.finance.photos import opened

SMALLEST, LARGEST = 32, 8192
DARKEST, FLATTEST = 12.0, 4.0  # mean and standard deviation in grey levels


class Refused(Exception):
    """A picture of which nothing can be said; the text ends the sentence "the reference ..."."""


def prepared(image, shape: tuple[int, int, int]) -> np.ndarray:
    """Return uint8 of `shape`: the middle of the picture, in the network's proportions.

    Args:
        image: Path, bytes, PIL image or uint8 array.
        shape: Height, width and channels.

    Raises:
        Refused: If it cannot be read, or is too small, too long, too dark or blank.
        TypeError: If it is no picture at all.
    """
    pixels = _pixels(image)
    rows, columns = pixels.shape[:2]
    if min(rows, columns) < SMALLEST:
        raise Refused(f"has only {columns} × {rows} pixels, and {SMALLEST} × {SMALLEST} are the fewest to go by")
    if max(rows, columns) > LARGEST:
        raise Refused(f"has {columns} × {rows} pixels; cut the face or the signature out, at most {LARGEST} a side")
    proportion = (columns / rows) / (shape[1] / shape[0])
    if not 0.5 <= proportion <= 2:
        raise Refused(
            f"has {columns} × {rows} pixels, a shape that does not fit the {shape[1]} × {shape[0]} of this verifier; "
            "cut it out closer"
        )
    high, wide = min(rows, round(columns * shape[0] / shape[1])), min(columns, round(rows * shape[1] / shape[0]))
    top, left = (rows - high) // 2, (columns - wide) // 2
    if shape[2] == 1:  # a signature is shown whole, on more of its own paper
        top, left, high, wide = 0, 0, rows, columns
    made = Image.fromarray(pixels).convert("RGB" if shape[2] == 3 else "L")
    made = made.resize(
        shape[1::-1], Image.Resampling.BICUBIC, box=(left, top, left + wide, top + high), reducing_gap=3.0
    )
    ready = np.array(made).reshape(shape)
    if ready.mean() < DARKEST:
        raise Refused("is too dark; take it again with more light")
    if ready.std() < FLATTEST:
        raise Refused("is blank: it shows neither a face nor a signature")
    return ready


def _pixels(image) -> np.ndarray:
    from imgrec_tf.datasets import ImageProblem

    try:
        image = opened(image)
    except ImageProblem as problem:
        raise Refused(f"cannot be read ({problem})") from problem
    if not isinstance(image, np.ndarray):
        raise TypeError(f"a picture is a path, bytes, a PIL image or a uint8 array, got {type(image).__name__}")
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3)):
        raise TypeError(
            "a picture must be uint8 (height, width), (height, width, 1) or (height, width, 3), "
            f"got {image.dtype} of shape {image.shape}"
        )
    return image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
