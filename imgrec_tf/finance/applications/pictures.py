"""Is this the same picture? Documents of one layout look alike whoever holds them, so what they share must not count.

A picture is averaged to 128 × 128 grey values, smoothed a little, and each value loses the mean of its surroundings.
Two pictures are compared block by block (8 × 8 blocks): saving, shrinking or brightening a picture changes all blocks a
little, another holder changes some of them wholly. So the similarity is the correlation that 95 % of the blocks reach,
the best one over shifts of one value in each direction.

Measured on rendered documents (`finance.documents`, 4 layouts of each class, 10 people, 6 pixels a millimetre), with
copies as JPEG of quality 40, shrunk to 60 %, brightened by 15 %, with gamma 0.8 and with noise of 6 grey values: copies
reach 0.943 or more. Different people on one layout reach 0.670 (portrait side), 0.883 (passport), 0.813 (TD1 card), and
on household pages, where few words differ, up to 0.952, 1 % of the pairs more than 0.937. A picture that was cut by 1 %
on all sides is not recognised (0.57 to 0.60).
"""

from __future__ import annotations

import numpy as np

SAME_PICTURE = 0.94
_SIDE = 128
DESCRIPTION_SHAPE = (_SIDE, _SIDE)
_BLOCKS = 8
_SURROUNDINGS = 9
_LEVELS = 20  # steps for a value of one standard deviation, in 8 bits
_SHARE = 0.05
_SHIFTS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
_UNLIKE = 0.7  # pictures that correlate less than this as a whole are not looked at further


def describe_picture(image: np.ndarray) -> np.ndarray:
    """Return what a picture is recognised by, int8 (128, 128).

    Args:
        image: uint8 (height, width) or (height, width, channels), 1, 3 or 4 channels.

    Raises:
        TypeError: If it is no uint8 array.
        ValueError: If it has another shape.
    """
    from PIL import Image
    from scipy import ndimage

    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise TypeError(f"image must be a uint8 array, got {getattr(image, 'dtype', type(image).__name__)}")
    flat = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
    if not (flat.ndim == 2 or (flat.ndim == 3 and flat.shape[2] in (3, 4))) or not flat.size:
        raise ValueError(f"image must be (height, width) or (height, width, 1, 3 or 4), got shape {image.shape}")
    small = Image.fromarray(flat).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    values = ndimage.gaussian_filter(np.asarray(small, np.float32), 1.0)
    values -= ndimage.uniform_filter(values, _SURROUNDINGS)
    spread = float(np.sqrt((values**2).mean()))
    if spread < 0.1:  # nothing to be seen
        return np.zeros((_SIDE, _SIDE), np.int8)
    return np.clip(np.round(values / spread * _LEVELS), -127, 127).astype(np.int8)


def picture_similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Return how alike two described pictures are, at most 1; `SAME_PICTURE` or more means one picture.

    Where that is reached without a shift, or out of reach with any, shifts are not tried.

    Args:
        one: int8 (128, 128), from `describe_picture`.
        other: The same of the other picture.

    Raises:
        ValueError: If the shapes are others.
    """
    if one.shape != (_SIDE, _SIDE) or other.shape != (_SIDE, _SIDE):
        raise ValueError(
            f"descriptions are ({_SIDE}, {_SIDE}), got {one.shape} and {other.shape}: use describe_picture"
        )
    one, other = one.astype(np.float32), other.astype(np.float32)
    whole = float((one * other).sum() / max(np.sqrt((one**2).sum() * (other**2).sum()), 1.0))
    if whole < _UNLIKE:
        return whole if whole < 0 else min(whole, _by_blocks(one, other))
    best = _by_blocks(one, other)
    for shift in [] if best >= SAME_PICTURE else _SHIFTS:
        best = max(best, _by_blocks(one, np.roll(other, shift, axis=(0, 1))))
    return best


def _by_blocks(one: np.ndarray, other: np.ndarray) -> float:
    """Return the correlation that all but 5 % of the blocks with something in them reach."""
    one, other = _blocks(one), _blocks(other)
    energies = (one**2).sum(axis=1), (other**2).sum(axis=1)
    correlation = (one * other).sum(axis=1) / np.sqrt(energies[0] * energies[1] + 1e-6)
    filled = np.maximum(*energies) > 0.3 * max(float(energies[0].mean()), 1e-6)
    return float(np.quantile(correlation[filled], _SHARE)) if filled.any() else 0.0


def _blocks(values: np.ndarray) -> np.ndarray:
    side = _SIDE // _BLOCKS
    return values.reshape(_BLOCKS, side, _BLOCKS, side).swapaxes(1, 2).reshape(_BLOCKS**2, -1)


def darkness(photo: np.ndarray) -> str:
    """Say that a photo without a document is too dark, where it is: another table would not help."""
    from imgrec_tf.finance import locating

    height, width = photo.shape[:2]
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    found = locating.check_quality(photo, frame).findings
    return " ".join(f"{one.reason}. {one.action}." for one in found if one.name == "too_dark")
