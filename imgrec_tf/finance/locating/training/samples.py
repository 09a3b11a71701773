"""Endless batches for the edge network and the upright network, cut and altered from photos with known corners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageFilter

from imgrec_tf.finance.locating import edges, geometry
from imgrec_tf.finance.locating.sizes import UPRIGHT_INPUT
from imgrec_tf.finance.locating.training.photos import TrainingPhoto


def strip_batches(
    photos: Sequence[TrainingPhoto], seed: int, batch: int = 16, *, pool: int = 2000
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Strips along the sides of documents, and the soft place of the edge in each column.

    Strips of a pool of quadrilaterals are cut once; each time that one is used it is mirrored or not.
    """
    rng = np.random.default_rng([seed, 12])
    cut = [strips_of(photos[int(rng.integers(len(photos)))], rng) for _ in range(pool)]
    pixels = np.concatenate([one[0].pixels for one in cut]).astype(np.float16)
    rows = np.concatenate([one[1] for one in cut])[:, None]
    inside = np.concatenate([one[0].inside for one in cut])[:, None]
    counts = inside & (rows > 0.5) & (rows < edges.STRIP_ACROSS - 0.5)
    centres = np.arange(edges.STRIP_ACROSS)[None, :, None] + 0.5
    while True:
        chosen = rng.integers(len(pixels), size=batch)
        target = np.exp(-0.5 * ((centres - rows[chosen]) / 0.6) ** 2)
        target = target / np.maximum(target.sum(axis=1, keepdims=True), 1e-9) * counts[chosen]
        along = slice(None, None, -1 if rng.random() < 0.5 else 1)
        yield pixels[chosen][:, :, along].astype(np.float32), target[:, :, along].astype(np.float32)


def strips_of(photo: TrainingPhoto, rng: np.random.Generator) -> tuple[edges.Strips, np.ndarray]:
    """Strips along roughly known sides, and where the true sides cross their columns, (4, 64)."""
    image, corners = photo.image, photo.corners
    if rng.random() < 0.5:
        image, corners = image[:, ::-1], (corners * (-1, 1) + (image.shape[1], 0))[[1, 0, 3, 2]]
    if rng.random() < 0.4:
        scale = rng.uniform(0.5, 1)
        size = round(image.shape[1] * scale), round(image.shape[0] * scale)
        corners = corners * (size[0] / image.shape[1], size[1] / image.shape[0])
        image = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))
    reach = rng.uniform(0.02, 0.14)
    rough = corners + rng.uniform(-0.6, 0.6, (4, 2)) * reach * np.sqrt(geometry.area(corners))
    strips = edges.cut_strips(np.ascontiguousarray(image), rough, reach)
    return strips, edges.true_rows(strips, corners)


def upright_batches(pages: Sequence[np.ndarray], seed: int, batch: int = 8) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pages (160, 160, 1), each in its four turns one after the other; the first of four is upright."""
    rng = np.random.default_rng([seed, 13])
    while True:
        chosen = [_altered_page(pages[int(rng.integers(len(pages)))], rng) for _ in range(batch)]
        turned = [np.rot90(page, turns) for page in chosen for turns in range(4)]
        yield np.stack(turned)[..., None].astype(np.float32), np.zeros((len(turned), 1), np.float32)


def upright_page(photo: TrainingPhoto, size: int = 256) -> np.ndarray:
    """The page of a photo, upright, squeezed into a square: uint8 (size, size, 3)."""
    return geometry.rectify(photo.image, photo.corners, (size, size))


def _altered_page(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shown = _warp(page, page.shape[0] * _window(rng), UPRIGHT_INPUT)
    pixels = np.asarray(shown.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.0))).convert("L"), np.float32)
    if rng.random() < 0.4:  # something lies on it, or a lamp is mirrored
        top, left = rng.integers(0, UPRIGHT_INPUT, 2)
        height, width = rng.integers(8, UPRIGHT_INPUT // 2, 2)
        pixels = pixels.copy()
        pixels[top : top + height, left : left + width] = rng.uniform(0, 255)
    if rng.random() < 0.15:
        pixels = 255 - pixels
    pixels = pixels + rng.normal(0, rng.uniform(0, 10), pixels.shape)
    return (pixels - pixels.mean()) / (pixels.std() + 2)


def _window(rng: np.random.Generator) -> np.ndarray:
    """The whole page with its corners a little off or, half of the time, a part: letters stand upright anywhere."""
    corners = geometry.UNIT_SQUARE
    if rng.random() < 0.5:
        size = np.clip(rng.uniform(0.4, 1.0) * np.exp(rng.normal(0, 0.15, 2)), 0.3, 1.0)
        corners = rng.uniform(0, 1, 2) * (1 - size) + size * geometry.UNIT_SQUARE
    return corners + rng.uniform(-0.04, 0.04, (4, 2))


def _warp(image: np.ndarray, window: np.ndarray, size: int) -> Image.Image:
    """Show a quadrilateral of an image as a square."""
    back = geometry.homography(size * geometry.UNIT_SQUARE, window)
    return Image.fromarray(image).transform(
        (size, size), Image.Transform.PERSPECTIVE, back.ravel()[:8], Image.Resampling.BILINEAR
    )
