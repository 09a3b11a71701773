"""What a camera does to a small picture: framing, exposure, white balance, blur, noise, JPEG."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter


def photographed(
    picture: np.ndarray,
    rng: np.random.Generator,
    size: tuple[int, int],
    *,
    turn: float = 0.0,
    zoom: tuple[float, float] = (1.0, 1.0),
    shift: float = 0.0,
    blur: tuple[float, float] = (0.0, 0.8),
    noise: tuple[float, float] = (1.0, 9.0),
    quality: tuple[int, int] = (45, 95),
    exposure: float = 0.12,
) -> np.ndarray:
    """Take a picture of a picture, each setting drawn from its range.

    Args:
        picture: uint8 (height, width, 3) or (height, width).
        rng: Where the settings are drawn from.
        size: Height and width of the result in pixels.
        turn: Standard deviation of the rotation in degrees.
        zoom: Least and greatest magnification.
        shift: Standard deviation of the displacement, in shares of the width.
        blur: Least and greatest standard deviation of the lens in pixels of the result.
        noise: Least and greatest standard deviation of the sensor's noise, in grey levels.
        quality: Least and greatest JPEG quality.
        exposure: Standard deviation of the logarithms of gamma and, two thirds of it, of gain.

    Returns:
        uint8 of `size`, with the channels of `picture`.
    """
    image = Image.fromarray(picture)
    angle, scale = np.deg2rad(rng.normal(0, turn)), rng.uniform(*zoom)
    moved = rng.normal(0, shift, 2) * size[1]
    # Pillow asks where each pixel of the result comes from.
    step = np.array([picture.shape[1] / size[1], picture.shape[0] / size[0]])
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / scale * step.mean()
    offset = np.array(picture.shape[1::-1]) / 2 - matrix @ (np.array(size[::-1]) / 2 + moved)
    border = np.median(np.concatenate([picture[0], picture[:, 0], picture[:, -1]]), axis=0)
    image = image.filter(ImageFilter.GaussianBlur(float(max(rng.uniform(*blur), 0.45) * step.mean())))
    image = image.transform(
        size[::-1],
        Image.Transform.AFFINE,
        (*matrix[0], offset[0], *matrix[1], offset[1]),
        Image.Resampling.BICUBIC,
        fillcolor=tuple(int(one) for one in np.atleast_1d(border)) if picture.ndim == 3 else int(border),
    )
    pixels = np.asarray(image, np.float32) / 255
    channels = () if pixels.ndim == 2 else (3,)
    pixels = pixels ** np.exp(rng.normal(0, exposure)) * np.exp(
        rng.normal(0, exposure / 1.5) + rng.normal(0, 0.03, channels)
    )
    pixels = 255 * pixels + rng.normal(0, rng.uniform(*noise), pixels.shape)
    buffer = io.BytesIO()
    whole = np.clip(pixels + 0.5, 0, 255).astype(np.uint8)
    Image.fromarray(whole).save(buffer, "JPEG", quality=int(rng.integers(*quality)))
    return np.array(Image.open(buffer))
