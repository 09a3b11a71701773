"""Leave out what need not be kept: boxes of an image painted over, the middle of a number starred."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Box = tuple[float, float, float, float]


def redact_image(image: np.ndarray, boxes: Iterable[Box], *, fill: int = 0) -> np.ndarray:
    """Return a copy of an image with boxes painted over. What was under them is gone, not hidden.

    Args:
        image: uint8 (height, width) or (height, width, channels).
        boxes: (left, top, right, bottom) in pixels, as `finance.documents.Field.box`; parts of pixels count as whole.
        fill: Grey value from 0 to 255.

    Raises:
        TypeError: If the image is not uint8.
        ValueError: If a shape or a box is impossible, or a box lies outside of the image.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise TypeError(f"image must be a uint8 array, got {getattr(image, 'dtype', type(image).__name__)}")
    if image.ndim not in (2, 3):
        raise ValueError(f"image must be (height, width) or (height, width, channels), got shape {image.shape}")
    if not 0 <= fill <= 255:
        raise ValueError(f"fill must be a grey value from 0 to 255, got {fill}")
    redacted = image.copy()
    height, width = image.shape[:2]
    for box in boxes:
        left, top, right, bottom = (float(value) for value in box)
        if not (left < right and top < bottom):
            raise ValueError(f"a box is (left, top, right, bottom) with left < right and top < bottom, got {box}")
        rows = slice(max(0, int(np.floor(top))), min(height, int(np.ceil(bottom))))
        columns = slice(max(0, int(np.floor(left))), min(width, int(np.ceil(right))))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            raise ValueError(f"the box {box} lies outside of the image, which is {width} wide and {height} high")
        redacted[rows, columns] = fill
    return redacted


def mask_text(text: str, *, first: int = 4, last: int = 2) -> str:
    """Star the middle of a text: "11010519491231002X" becomes "1101************2X".

    Args:
        text: The text.
        first: Characters to keep at the beginning.
        last: Characters to keep at the end. Of a text that would be shown whole, everything is starred.

    Raises:
        TypeError: If it is no text.
        ValueError: If a number is negative.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, got {text!r}")
    if first < 0 or last < 0:
        raise ValueError(f"first and last must be 0 or more, got {first} and {last}")
    if first + last >= len(text):
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]
