"""Pictures and masks as the segmentation takes them: one grey value a pixel, one whole number a pixel."""

from __future__ import annotations

import numpy as np

_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114  # weights of luma, ITU-R BT.601
_DARKEST, _BRIGHTEST = 1.0, 99.8  # percentiles that become 0 and 1
BACKGROUND, INSIDE, BORDER = 0, 1, 2
CLASS_NAMES = ("background", "inside", "border")


def grey(picture: np.ndarray, name: str = "the picture") -> np.ndarray:
    """Return a picture with one grey value a pixel.

    Args:
        picture: (height, width), or with a last axis of 1, 3 (red, green, blue) or 4 (and opacity, laid on white);
            uint8, uint16, or floats in [0, 1].
        name: What the picture is called in an error.

    Returns:
        (height, width), uint8 for uint8 and floats rounded to uint16 for everything else.

    Raises:
        TypeError: If the values are of another type.
        ValueError: If the shape is another one, a side is 0, or floats are not finite or not in [0, 1].
    """
    picture = np.asarray(picture)
    if picture.dtype not in (np.uint8, np.uint16) and not np.issubdtype(picture.dtype, np.floating):
        raise TypeError(f"{name} must be uint8, uint16 or floats in [0, 1], got {picture.dtype}; convert it first")
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] not in (1, 3, 4)) or 0 in picture.shape:
        raise ValueError(
            f"{name} must be (height, width), or with 1, 3 or 4 channels as a last axis, got shape {picture.shape}"
        )
    if picture.dtype == np.uint8 and (picture.ndim == 2 or picture.shape[2] == 1):
        return picture.reshape(picture.shape[:2])
    if np.issubdtype(picture.dtype, np.floating):
        if not np.isfinite(picture).all() or picture.min() < 0 or picture.max() > 1:
            raise ValueError(f"{name} has floats that are not in [0, 1]; divide by the largest possible value")
        values, top, kind = picture.astype(np.float64), 65535.0, np.uint16
    else:
        values, top, kind = picture / float(np.iinfo(picture.dtype).max), np.iinfo(picture.dtype).max, picture.dtype
    if values.ndim == 3 and values.shape[2] == 4:
        values = values[..., :3] * values[..., 3:] + 1 - values[..., 3:]
    if values.ndim == 3:
        values = values[..., 0] if values.shape[2] == 1 else values @ (_RED, _GREEN, _BLUE)
    return np.round(values * top).astype(kind)


def unit_range(picture: np.ndarray) -> np.ndarray:
    """Return a grey picture stretched to [0, 1], so that a faint one looks to a network like a bright one.

    Args:
        picture: As `grey` takes it.

    Returns:
        float32 (height, width): the 1st percentile of the picture became 0, the 99.8th became 1; a picture without
        any difference becomes 0.
    """
    values = grey(picture).astype(np.float32)
    low, high = np.percentile(values, [_DARKEST, _BRIGHTEST])
    if high <= low:
        low, high = values.min(), values.max()
    return np.clip((values - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)


def network_input(picture: np.ndarray) -> np.ndarray:
    """Return a picture as the network gets it: the square root of `unit_range`, float32 (height, width) in [0, 1].

    Faint nuclei come nearer to bright ones, and the noise of photons, which grows with the square root of the light,
    becomes about as strong in dark as in bright places (Anscombe, "The transformation of Poisson, binomial and
    negative-binomial data", 1948).

    Args:
        picture: As `grey` takes it.
    """
    return np.sqrt(unit_range(picture))


def instance_mask(mask: np.ndarray, shape: tuple[int, int] | None = None, name: str = "the mask") -> np.ndarray:
    """Return a mask with the objects numbered 1, 2, … without gaps.

    Args:
        mask: (height, width) whole numbers: 0 for the background, one number for each object.
        shape: Height and width of the picture, or None.
        name: What the mask is called in an error.

    Returns:
        int32 (height, width).

    Raises:
        TypeError: If the values are not whole numbers.
        ValueError: If the shape is not that of the picture, or a number is negative.
    """
    mask = np.asarray(mask)
    if mask.dtype != np.bool_ and not np.issubdtype(mask.dtype, np.integer):
        raise TypeError(f"{name} must hold whole numbers, one an object, got {mask.dtype}")
    if mask.ndim != 2 or 0 in mask.shape:
        raise ValueError(f"{name} must be (height, width), got shape {mask.shape}; give one number a pixel")
    if shape is not None and mask.shape != tuple(shape):
        raise ValueError(
            f"{name} has {mask.shape[0]} × {mask.shape[1]} pixels, its picture {shape[0]} × {shape[1]}; they must be "
            "the same picture at the same size"
        )
    if mask.min() < 0:
        raise ValueError(f"{name} has negative numbers; 0 is the background, objects count from 1")
    values, numbers = np.unique(mask, return_inverse=True)
    offset = 0 if values[0] == 0 else 1
    return (numbers.reshape(mask.shape) + offset).astype(np.int32)


def pixel_classes(mask: np.ndarray, share: float = 0.4, widest: float = 5.0) -> np.ndarray:
    """Return what a network is to learn: background, inside of an object, or its border.

    A pixel is border when its distance to the edge of its object is at most `share` of the largest in this object, and
    at most `widest`; the outermost pixels are, unless nothing would be left inside. Taken together, inside and border
    are exactly the objects; inside alone, touching objects stand apart, by a gap that is wide in large ones and narrow
    in small ones. A class only for the pixels where two objects touch would be rare: 0.3 % of the pixels of `nuclei`.

    Args:
        mask: As `instance_mask` takes it.
        share: Of the largest distance, in (0, 1).
        widest: In pixels, 1 or more.

    Returns:
        uint8 (height, width): 0 background, 1 inside, 2 border.

    Raises:
        ValueError: If share or widest are out of their range.
    """
    from scipy import ndimage

    if not 0 < share < 1 or widest < 1:
        raise ValueError(f"share must lie between 0 and 1, widest must be 1 or more, got {share} and {widest}")
    mask = instance_mask(mask)
    classes = np.where(mask > 0, INSIDE, BACKGROUND).astype(np.uint8)
    for number, place in enumerate(ndimage.find_objects(mask), 1):
        around = tuple(slice(max(0, one.start - 1), one.stop + 1) for one in place)
        own = mask[around] == number
        # Where the picture ends, the object goes on.
        distance = ndimage.distance_transform_edt(np.pad(own, 1, "edge"))[1:-1, 1:-1]
        reach = np.clip(share * distance.max(), 1, widest)
        classes[around][own & (distance <= reach) & (distance < distance.max())] = BORDER
    return classes
