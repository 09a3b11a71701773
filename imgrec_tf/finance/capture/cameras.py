"""Cameras that leave their own traces: colours, sharpening, noise, JPEG tables. A camera's number makes all of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral

import numpy as np
from PIL import Image
from scipy import ndimage


@dataclass(frozen=True)
class Camera:
    """What one camera does to every photo.

    Attributes:
        number: 0 or more.
        matrix: float32 (3, 3): colours of the scene to colours of the picture, rows adding up to 1, so that grey stays
            grey: the form in which sensors are characterised.
        white: float32 (3,): error of its white balance, factors near 1.
        shot_noise: Variance of the noise per unit of light (white paper has 1).
        read_noise: Standard deviation of the noise in the dark.
        grain: Standard deviation, in pixels, of the blur that demosaicing gives the noise.
        lens: Standard deviation of the lens's own blur, in pixels.
        falloff: Focal length in half diagonals, for the natural falloff of light towards the corners.
        contrast: Strength of the S-shaped tone curve, 0 for none.
        sharpening: Strength of the unsharp mask.
        radius: Its standard deviation in pixels.
        table_tilt: How much stronger than the standard the high frequencies are quantised, a factor.
        quality_offset: Added to the JPEG quality.
        subsampling: Of the chroma: 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0.
    """

    number: int
    matrix: np.ndarray
    white: np.ndarray
    shot_noise: float
    read_noise: float
    grain: float
    lens: float
    falloff: float
    contrast: float
    sharpening: float
    radius: float
    table_tilt: float
    quality_offset: int
    subsampling: int


@lru_cache(maxsize=256)
def camera(number: int) -> Camera:
    """Return a camera by its number: the same number, the same camera.

    Raises:
        TypeError: If the number is not whole.
        ValueError: If it is negative.
    """
    if isinstance(number, bool) or not isinstance(number, Integral):
        raise TypeError(f"camera must be a whole number, 0 or more, got {number!r}")
    if number < 0:
        raise ValueError(f"camera must be 0 or more, got {number}")
    rng = np.random.default_rng([int(number), 77])
    mixing = rng.normal(0, 0.05, (3, 3))
    np.fill_diagonal(mixing, 0)
    matrix = mixing + np.diag(1 - mixing.sum(axis=1))
    return Camera(
        number=int(number),
        matrix=matrix.astype(np.float32),
        white=np.exp(rng.normal(0, 0.045, 3)).astype(np.float32),
        shot_noise=float(np.exp(rng.uniform(np.log(0.00015), np.log(0.0007)))),
        read_noise=float(rng.uniform(0.001, 0.005)),
        grain=float(rng.uniform(0.2, 0.7)),
        lens=float(rng.uniform(0.3, 0.55)),
        falloff=float(rng.uniform(1.3, 3.0)),
        contrast=float(rng.uniform(0.0, 0.5)),
        sharpening=float(rng.uniform(0.0, 0.9)),
        radius=float(rng.uniform(0.8, 1.6)),
        table_tilt=float(rng.uniform(0.8, 1.7)),
        quality_offset=int(rng.integers(-6, 7)),
        subsampling=int(rng.choice([0, 1, 2], p=[0.25, 0.15, 0.6])),
    )


def sense(
    light: np.ndarray, one: Camera, noise: float, rng: np.random.Generator, *, falloff: float = 1.0
) -> np.ndarray:
    """What the sensor makes of the light: falloff, colours, noise.

    Light falls off towards the corners with the fourth power of the cosine of the angle (the cosine-fourth law). The
    noise has the variance a x + b of signal-dependent sensor noise (Foi, Trimeche, Katkovnik and Egiazarian,
    "Practical Poissonian-Gaussian noise modeling and fitting", IEEE TIP 2008), blurred a little as by demosaicing.

    Args:
        light: float32 (height, width, 3), linear, 1 for white paper.
        one: The camera.
        noise: Factor on its noise.
        rng: What the noise depends on.
        falloff: Share of the falloff towards the corners that is left.

    Returns:
        float32 (height, width, 3), linear.
    """
    height, width = light.shape[:2]
    half = 0.5 * np.hypot(height, width) * one.falloff
    y = ((np.arange(height, dtype=np.float32) + 0.5 - height / 2) / half)[:, None]
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / half
    light = light / (1 + falloff * (x**2 + y**2))[..., None] ** 2
    light = np.maximum(light @ one.matrix.T * one.white, 0)
    grain = rng.standard_normal(light.shape, dtype=np.float32)
    if one.grain > 0.25:
        grain = ndimage.gaussian_filter(grain, (one.grain, one.grain, 0), truncate=2.5)
        grain /= max(float(grain.std()), 1e-6)
    return light + noise * grain * np.sqrt(one.shot_noise * light + one.read_noise**2)


def develop(light: np.ndarray, one: Camera) -> np.ndarray:
    """From the sensor's values to a picture: tone curve, sharpening; uint8 (height, width, 3).

    The curve is that of sRGB (IEC 61966-2-1), with an S-shape added; sharpening is an unsharp mask.
    """
    light = np.clip(light, 0, 1)
    tone = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    tone = tone + one.contrast * 0.18 * np.sin(2 * np.pi * (tone - 0.5)) / np.pi
    if one.sharpening > 0.05:
        tone = tone + one.sharpening * (tone - ndimage.gaussian_filter(tone, (one.radius, one.radius, 0), truncate=2.5))
    return np.clip(255 * tone + 0.5, 0, 255).astype(np.uint8)


def compress(picture: np.ndarray, one: Camera, quality: int) -> np.ndarray:
    """Write as JPEG with the camera's own quantisation tables, and read it back: uint8 (height, width, 3)."""
    tables = _tables(int(np.clip(quality + one.quality_offset, 5, 98)), one.table_tilt)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", qtables=tables, subsampling=one.subsampling)
    return np.asarray(Image.open(file))


@lru_cache(maxsize=4096)
def _tables(quality: int, tilt: float) -> list[list[int]]:
    """The standard's example tables (ITU-T T.81, annex K) at a quality, steeper or flatter towards high frequencies."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    standard = Image.open(file).quantization
    row, column = np.mgrid[:8, :8]
    factor = tilt ** ((row + column) / 7).ravel()
    return [[int(np.clip(round(v), 1, 255)) for v in np.array(standard[key]) * factor] for key in sorted(standard)]
