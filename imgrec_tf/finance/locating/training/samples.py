"""Endless batches for the three networks, cut and altered from photos with known corners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from imgrec_tf.finance.capture import scenes
from imgrec_tf.finance.locating import edges, geometry
from imgrec_tf.finance.locating.sizes import SHEET_INPUT, SHEET_OUTPUT, UPRIGHT_INPUT
from imgrec_tf.finance.locating.training import inventing
from imgrec_tf.finance.locating.training.photos import HARD_TABLES, TrainingPhoto

_INVENTED = 0.4  # share of the documents laid into scenes
_FINE = 2 * SHEET_INPUT  # scenes are put together at twice the network's resolution
_SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)


def sheet_batches(
    photos: Sequence[TrainingPhoto], seed: int, batch: int = 16, *, pool: int = 4000
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Scenes with no document, one or two, and the share of each output pixel that they cover.

    A pool of scenes is put together once; each time that one is used it is turned, mirrored and lit anew.
    """
    rng = np.random.default_rng([seed, 11])
    drawn = [sheet_scene(photos, rng) for _ in range(pool)]
    while True:
        chosen = [_relit_scene(*drawn[int(rng.integers(pool))], rng) for _ in range(batch)]
        yield np.stack([one[0] for one in chosen]), np.stack([one[1] for one in chosen])


def sheet_scene(photos: Sequence[TrainingPhoto], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One scene: uint8 (96, 96, 3), and the cover uint8 (48, 48), 255 on a document."""
    mask = Image.new("L", (_FINE, _FINE))
    if rng.random() < 0.65:
        photo = photos[int(rng.integers(len(photos)))]
        window = _window(rng, photo.image.shape[1], photo.image.shape[0])
        picture = _warp(photo.image, window)
        corners = geometry.transform(geometry.homography(window, _FINE * _SQUARE), photo.corners)
        ImageDraw.Draw(mask).polygon([tuple(one) for one in corners], fill=255)
        pasted = int(rng.random() < 0.15)
    else:
        picture = _empty_scene(photos, rng)
        pasted = int(rng.choice([0, 1, 2], p=[0.35, 0.35, 0.3]))
    for _ in range(pasted):
        picture, mask = _paste(picture, mask, _some_page(photos, rng), rng)
    small = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5))).reduce(2)
    return np.asarray(small), np.asarray(mask.reduce(_FINE // SHEET_OUTPUT))


def _relit_scene(pixels: np.ndarray, covered: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    turns, mirrored = int(rng.integers(4)), rng.random() < 0.5
    pixels, covered = (np.rot90(one[:, ::-1] if mirrored else one, turns) for one in (pixels, covered))
    return _relit(pixels.astype(np.float32), rng), (covered[..., None] / 255).astype(np.float32)


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


def upright_page(photo: TrainingPhoto, size: int = 192) -> np.ndarray:
    """The page of a photo, upright, squeezed into a square: uint8 (size, size, 3)."""
    return geometry.rectify(photo.image, photo.corners, (size, size))


def _altered_page(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side = page.shape[0]
    window = side * (_SQUARE + rng.uniform(-0.04, 0.04, (4, 2)))
    grey = _warp(page, window, UPRIGHT_INPUT).filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.0))).convert("L")
    pixels = np.asarray(grey, np.float32)
    if rng.random() < 0.4:  # something lies on it, or a lamp is mirrored
        top, left = rng.integers(0, UPRIGHT_INPUT, 2)
        height, width = rng.integers(8, UPRIGHT_INPUT // 2, 2)
        pixels = pixels.copy()
        pixels[top : top + height, left : left + width] = rng.uniform(0, 255)
    if rng.random() < 0.15:
        pixels = 255 - pixels
    pixels = pixels + rng.normal(0, rng.uniform(0, 10), pixels.shape)
    return (pixels - pixels.mean()) / (pixels.std() + 2)


def _window(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Corners of the part of a photo that becomes the scene, a little out of square."""
    share = rng.uniform(0.75, 1, 2) if rng.random() < 0.75 else rng.uniform(0.4, 0.8, 2)
    start = rng.uniform(0, 1 - share)
    jitter = rng.uniform(-0.05, 0.05, (4, 2)) if rng.random() < 0.6 else 0
    return np.clip(start + share * _SQUARE + jitter, 0, 1) * (width, height)


def _warp(image: np.ndarray, window: np.ndarray, size: int = _FINE) -> Image.Image:
    """Show a quadrilateral of an image as a square."""
    back = geometry.homography(size * _SQUARE, window)
    return Image.fromarray(image).transform(
        (size, size), Image.Transform.PERSPECTIVE, back.ravel()[:8], Image.Resampling.BILINEAR
    )


def _empty_scene(photos: Sequence[TrainingPhoto], rng: np.random.Generator) -> Image.Image:
    """A table top, or the inside of a photo print: no document at all."""
    if rng.random() < 0.25:
        prints = [one for one in photos if one.document_class == "photo"]
        photo = prints[int(rng.integers(len(prints)))]
        middle = photo.corners.mean(axis=0)
        window = middle + rng.uniform(0.4, 0.85) * (photo.corners - middle)
        return _warp(photo.image, window)
    kinds = [*scenes.BACKGROUNDS, *HARD_TABLES]
    table = scenes.background(kinds[int(rng.integers(len(kinds)))], rng, _FINE, _FINE)
    light = scenes.gradient(rng, _FINE, _FINE, rng.uniform(0, 0.7))
    if rng.random() < 0.5:
        light = light * scenes.shadow(rng, _FINE, _FINE, rng.uniform(0.1, 0.6))
    return Image.fromarray(np.clip(table * light[..., None] ** 0.45, 0, 255).astype(np.uint8))


def _some_page(photos: Sequence[TrainingPhoto], rng: np.random.Generator) -> TrainingPhoto:
    """The document of one of the photos, or one that nobody has seen yet."""
    if rng.random() < _INVENTED:
        page = inventing.invented_page(rng, _FINE)
        return TrainingPhoto(page.image, page.corners, page.document_class, page.template, "scan", 1.0)
    return photos[int(rng.integers(len(photos)))]


def _paste(picture: Image.Image, mask: Image.Image, photo: TrainingPhoto, rng: np.random.Generator):
    """Lay the document of another photo into a scene where there is room for it; without room nothing changes."""
    if photo.visible < 0.999:
        return picture, mask
    shape = photo.corners - photo.corners.mean(axis=0)
    shape = shape / np.ptp(shape, axis=0).max()
    taken = np.asarray(mask.filter(ImageFilter.MaxFilter(9)))
    for _ in range(8):
        turn = rng.uniform(0, 2 * np.pi)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        points = shape @ matrix.T * rng.uniform(0.22, 0.62) * _FINE + rng.uniform(0.12, 0.88, 2) * _FINE
        cover = Image.new("L", (_FINE, _FINE))
        ImageDraw.Draw(cover).polygon([tuple(one) for one in points], fill=255)
        if not (np.asarray(cover)[taken > 0]).any():
            break
    else:
        return picture, mask
    back = geometry.homography(points, photo.corners)
    page = Image.fromarray(photo.image).transform(
        (_FINE, _FINE), Image.Transform.PERSPECTIVE, back.ravel()[:8], Image.Resampling.BILINEAR
    )
    shade = np.asarray(cover.filter(ImageFilter.GaussianBlur(rng.uniform(1, 6))), np.float32)[..., None] / 255
    table = np.asarray(picture, np.float32) * (1 - rng.uniform(0, 0.45) * shade)
    edge = np.asarray(cover.filter(ImageFilter.GaussianBlur(0.7)), np.float32)[..., None] / 255
    mixed = table * (1 - edge) + np.asarray(page, np.float32) * edge * rng.uniform(0.85, 1.1)
    both = np.maximum(np.asarray(mask), np.asarray(cover))
    return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8)), Image.fromarray(both)


def _relit(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another exposure, contrast, white balance, and noise."""
    gamma = np.float32(np.exp(rng.uniform(-0.45, 0.45)))
    cast = 255 * rng.uniform(0.75, 1.15) * np.exp(rng.normal(0, 0.07, 3))
    pixels = (np.clip(pixels, 0, 255) / np.float32(255)) ** gamma * cast.astype(np.float32)
    if rng.random() < 0.15:
        pixels = np.repeat(pixels.mean(axis=-1, keepdims=True), 3, axis=-1)
    noisy = pixels + np.float32(rng.uniform(0, 6)) * rng.standard_normal(pixels.shape, np.float32)
    return np.clip(noisy, 0, 255)
