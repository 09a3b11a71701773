"""What security printing, light, lens, sensor and file format do to a printed line, drawn at random.

All images here are float32 in [0, 1], (height, width); `cap` is the height of a capital letter in pixels, so that the
same wear can be asked for at any resolution.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from scipy import ndimage


def smooth_noise(shape: tuple[int, int], scale: float, rng: np.random.Generator) -> np.ndarray:
    """Random hills of about `scale` pixels, mean 0, within about -1 to 1."""
    coarse = [max(2, int(np.ceil(size / max(scale, 1.0))) + 1) for size in shape]
    hills = rng.uniform(-1, 1, coarse).astype(np.float32)
    return np.asarray(Image.fromarray(hills).resize(shape[::-1], Image.Resampling.BICUBIC))


def waves(shape: tuple[int, int], cap: float, rng: np.random.Generator) -> np.ndarray:
    """Fine bent lines as in security printing, 0 between them to 1 on them."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32) / np.float32(cap)
    angle, bend, length = rng.uniform(0, np.pi), rng.uniform(0, 0.8), rng.uniform(1, 8)
    across = x * np.cos(angle) + y * np.sin(angle)
    along = -x * np.sin(angle) + y * np.cos(angle)
    phase = across + bend * np.sin(2 * np.pi * along / length + rng.uniform(0, 6.3))
    lines = 0.5 + 0.5 * np.cos(2 * np.pi * phase / rng.uniform(0.25, 1.6) + rng.uniform(0, 6.3))
    return lines ** rng.choice([1.0, 3.0, 8.0])


def paper(shape: tuple[int, int], cap: float, rng: np.random.Generator, strength: float) -> np.ndarray:
    """A tinted background with wave patterns, stains and strokes behind the text."""
    level = rng.uniform(0.55, 1.0)
    image = np.full(shape, level, np.float32)
    for _ in range(rng.integers(0, 3)):
        image -= waves(shape, cap, rng) * rng.uniform(0, 0.15) * strength
    if rng.random() < 0.5:
        image += smooth_noise(shape, rng.uniform(1, 6) * cap, rng) * rng.uniform(0, 0.14) * strength
    if rng.random() < 0.3:  # a broad stroke of the emblem, or of a word printed across
        stroke = smooth_noise(shape, rng.uniform(0.8, 3) * cap, rng) > rng.uniform(0.1, 0.5)
        soft = ndimage.gaussian_filter(stroke.astype(np.float32), 0.05 * cap + 0.3)
        image -= soft * rng.uniform(0, 0.18) * strength
    return np.clip(image, 0.05, 1)


def print_on(background: np.ndarray, cover: np.ndarray, rng: np.random.Generator, cap: float, strength: float):
    """Put ink on the paper: darker by a random contrast, thinner in places."""
    darkness = rng.uniform(0.45 if strength < 1 else 0.35, 0.95)
    if rng.random() < 0.4:
        cover = cover * (1 - rng.uniform(0, 0.5) * strength * np.abs(smooth_noise(cover.shape, cap * 0.6, rng)))
    return background * (1 - darkness * cover)


def light(image: np.ndarray, cap: float, rng: np.random.Generator, strength: float) -> np.ndarray:
    """A gradient of light, sometimes the edge of a shadow or a spot of glare."""
    height, width = image.shape
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    image = image * (1 + strength * (rng.uniform(-0.25, 0.25) * x + rng.uniform(-0.1, 0.1) * y))
    if rng.random() < 0.2 * strength:
        edge = rng.uniform(-1, 1)
        softness = rng.uniform(0.03, 0.4)
        image = image * (1 - rng.uniform(0.1, 0.45) / (1 + np.exp(-(x + y * rng.uniform(-0.3, 0.3) - edge) / softness)))
    if rng.random() < 0.15 * strength:
        spot = np.exp(-(((x - rng.uniform(-1, 1)) / rng.uniform(0.1, 0.5)) ** 2))
        image = image + spot * (1 - image) * rng.uniform(0.2, 0.65)
    return np.clip(image * rng.uniform(0.6, 1.05), 0, 1)


def lens(image: np.ndarray, cap: float, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Defocus, and the motion of a hand, in shares of a capital's height."""
    blur = abs(rng.normal(0, 0.045)) * strength * cap
    if blur > 0.15:
        image = ndimage.gaussian_filter(image, min(blur, 0.14 * cap))
    if rng.random() < 0.25 * strength:
        length = int(rng.uniform(0, 0.2) * cap)
        if length > 1:
            image = ndimage.uniform_filter1d(image, length, axis=int(rng.integers(2)), mode="nearest")
    return image


def sensor(image: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Noise, sharpening in the camera, a bent tone curve."""
    noise = rng.normal(0, 1, image.shape).astype(np.float32)
    if rng.random() < 0.4:
        noise = ndimage.gaussian_filter(noise, 0.7) * 2.2
    image = image + noise * rng.uniform(0, 0.055) * strength
    if rng.random() < 0.3:
        image = image + rng.uniform(0.2, 1.2) * (image - ndimage.gaussian_filter(image, rng.uniform(0.6, 1.5)))
    return np.clip(image, 0.001, 1) ** rng.uniform(0.75, 1.35)


def compress(image: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Through a JPEG file and back; uint8 in, as a camera delivers it."""
    pixels = Image.fromarray(np.clip(image * 255 + 0.5, 0, 255).astype(np.uint8))
    if rng.random() < 0.75:
        buffer = io.BytesIO()
        pixels.save(buffer, "JPEG", quality=int(rng.uniform(95 - 65 * strength, 96)))
        pixels = Image.open(buffer)
    return np.asarray(pixels)
