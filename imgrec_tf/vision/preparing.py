"""From an image of any size to the shape that a model takes: the one function that training and serving share.

`prepare` is NumPy and Pillow; `datasets.image_files` does the same with TensorFlow inside `tf.data`, and a test holds
the two together. Both shrink with a triangle filter as wide as the reduction (antialiasing), and enlarge bilinearly.
"""

from __future__ import annotations

import numpy as np

from imgrec_tf.vision.pixels import to_pixels

FITS = ("pad", "stretch", "crop")

# Luma of ITU-R BT.601, as in JPEG and in Pillow's conversion to "L".
LUMA = (0.299, 0.587, 0.114)


def prepare(image: np.ndarray, image_size: tuple[int, int], channels: int, fit: str = "pad") -> np.ndarray:
    """Bring one image to the size, the channels and the pixel range that a model takes.

    Args:
        image: Array (height, width), (height, width, 1) or (height, width, 3); uint8, uint16, bool or float in [0, 1].
        image_size: Height and width wanted, in pixels.
        channels: 1 (colour becomes luma, ITU-R BT.601) or 3 (grey is repeated).
        fit: "pad" keeps the proportions, centres the image and fills the two bars beside it with the mean of the two
            image edges that they touch, channel by channel, so that no artificial edge arises; "crop" keeps the
            proportions and cuts what stands over at two opposite sides; "stretch" changes the proportions.

    Returns:
        float32 array (*image_size, channels) in [0, 255]; 16-bit images keep their depth as fractions.

    Raises:
        ValueError: If the image, the size, the channels or the fit is not as above.
    """
    (height, width), channels = checked_size(image_size), checked_channels(channels)
    checked_fit(fit)
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.ndim != 3 or image.shape[-1] not in (1, 3) or not image.size:
        raise ValueError(f"an image must have shape (height, width, 1 or 3), got {image.shape}")
    pixels = to_pixels(image)
    if channels == 1 and pixels.shape[-1] == 3:
        pixels = pixels @ np.array(LUMA, np.float32)[:, np.newaxis]
    if fit == "crop":
        top, left, kept_height, kept_width = crop_box(*pixels.shape[:2], height, width)
        pixels = pixels[top : top + kept_height, left : left + kept_width]
    inner_height, inner_width = inner_size(*pixels.shape[:2], height, width) if fit == "pad" else (height, width)
    pixels = _resize(pixels, inner_height, inner_width)
    if (inner_height, inner_width) != (height, width):
        pixels = _pad(pixels, height, width)
    if channels == 3 and pixels.shape[-1] == 1:
        pixels = np.repeat(pixels, 3, axis=-1)
    return np.clip(pixels, 0, 255)


def crop_box(height, width, target_height: int, target_width: int, *, smaller=min, larger=max):
    """Return (top, left, height, width) of the largest centred part with the target's proportions.

    Whole numbers only, so that Python integers and, with `tf.minimum` and `tf.maximum`, integer tensors agree exactly.
    """
    kept_height = smaller(_rounded_ratio(width * target_height, target_width, larger), height)
    kept_width = smaller(_rounded_ratio(height * target_width, target_height, larger), width)
    return (height - kept_height) // 2, (width - kept_width) // 2, kept_height, kept_width


def inner_size(height, width, target_height: int, target_width: int, *, smaller=min, larger=max):
    """Return the (height, width) of the image inside its padding; whole numbers only, as in `crop_box`."""
    inner_height = smaller(_rounded_ratio(height * target_width, width, larger), target_height)
    inner_width = smaller(_rounded_ratio(width * target_height, height, larger), target_width)
    return inner_height, inner_width


def _rounded_ratio(numerator, denominator, larger):
    return larger((2 * numerator + denominator) // (2 * denominator), 1)


def _resize(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    from PIL import Image

    if pixels.shape[:2] == (height, width):
        return pixels
    planes = (Image.fromarray(np.ascontiguousarray(pixels[..., channel])) for channel in range(pixels.shape[-1]))
    return np.stack([np.asarray(plane.resize((width, height), Image.Resampling.BILINEAR)) for plane in planes], axis=-1)


def _pad(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    inner_height, inner_width, channels = pixels.shape
    top, left = (height - inner_height) // 2, (width - inner_width) // 2
    edges = pixels[[0, -1]] if inner_height < height else pixels[:, [0, -1]]
    padded = np.empty((height, width, channels), np.float32)
    padded[:] = edges.mean(axis=(0, 1))
    padded[top : top + inner_height, left : left + inner_width] = pixels
    return padded


def checked_size(image_size) -> tuple[int, int]:
    """Return (height, width) as integers, or raise ValueError."""
    try:
        height, width = (int(side) for side in image_size)
    except TypeError:
        raise ValueError(f"image_size must be (height, width), for example (64, 64), got {image_size!r}") from None
    except ValueError:
        raise ValueError(f"image_size must be two whole numbers (height, width), got {image_size!r}") from None
    if min(height, width) < 1:
        raise ValueError(f"image_size must be positive, got {image_size!r}")
    return height, width


def checked_channels(channels: int) -> int:
    """Return 1 or 3, or raise ValueError."""
    if channels not in (1, 3):
        raise ValueError(f"channels must be 1 (grey) or 3 (RGB), got {channels!r}")
    return int(channels)


def checked_fit(fit: str) -> str:
    """Return "pad", "stretch" or "crop", or raise ValueError."""
    if fit not in FITS:
        raise ValueError(f"fit must be one of {', '.join(FITS)}, got {fit!r}")
    return fit
