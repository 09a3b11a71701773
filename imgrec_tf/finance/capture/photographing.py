"""Photographs a document: pose, table, light, lens, sensor, file; and carries every corner along."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf._checks import check_whole
from imgrec_tf.finance.capture import cameras, geometry, optics, scenes
from imgrec_tf.finance.capture import recapture as copies
from imgrec_tf.finance.capture.photo import Photo
from imgrec_tf.finance.capture.severities import Severity, severity_of
from imgrec_tf.finance.documents import Document, Field

_SUPERSAMPLED = 400_000  # photos of fewer pixels are drawn twice as large and averaged
_LINEAR = np.where(
    np.arange(256) / 255 <= 0.04045, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)  # sRGB to linear light, IEC 61966-2-1


def capture(
    document: Document,
    severity: str | Severity = "phone",
    *,
    camera: int = 0,
    seed: int = 0,
    size: int | tuple[int, int] = (960, 1280),
    quarter_turns: int = 0,
    recapture: str | None = None,
) -> Photo:
    """Take a photo of a document.

    Args:
        document: From `finance.documents.render`. One with about as many pixels as it will have in the photo is the
            fastest.
        severity: "scan", "mild", "phone", "harsh", or a `Severity` of your own.
        camera: Number of the camera: its colours, noise, sharpening and JPEG tables.
        seed: Of everything that differs from photo to photo.
        size: Height and width in pixels, or one number for both; 16 to 8,192.
        quarter_turns: How often the document is turned by 90 degrees clockwise before it is photographed.
        recapture: "screen" or "print": photograph a copy in place of the document; None for the document itself.

    Returns:
        The photo with the corners of the page and of every field.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range.
    """
    if not isinstance(document, Document):
        raise TypeError(
            f"document must be a Document, as finance.documents.render makes it, got {type(document).__name__}"
        )
    chosen, one = severity_of(severity), cameras.camera(camera)
    height, width = _size(size)
    check_whole("seed", seed, 0, 2**63)
    check_whole("quarter_turns", quarter_turns, -3, 3)
    if recapture not in (None, *copies.KINDS):
        raise ValueError(f"recapture must be None or one of {', '.join(copies.KINDS)}, got {recapture!r}")

    rng = np.random.default_rng([int(seed), one.number, 21])
    cropped = bool(rng.random() < chosen.crop_chance)
    roll = rng.uniform(-chosen.roll, chosen.roll) + 90 * quarter_turns
    fill = rng.uniform(*chosen.fill)
    shape = document.image.shape[:2]
    homography = geometry.placed(shape, (height, width), rng, tilt=chosen.tilt, roll=roll, fill=fill, cropped=cropped)
    corners = geometry.transform_points(homography, document.corners)
    settings: dict[str, float | str] = {"roll": float(roll), "fill": float(fill), "cropped": float(cropped)}

    copier = np.random.default_rng(
        [int(seed), one.number, 22]
    )  # of its own: the rest is the same with and without a copy
    light = _scene([(document, homography)], chosen, height, width, recapture, rng, copier, settings)
    image, drawn = _exposed(light, chosen, one, corners, rng)
    settings |= drawn | {"visible_share": _visible(homography, shape, height, width)}
    fields = {
        name: Field(name, field.text, geometry.transform_points(homography, field.corners))
        for name, field in document.fields.items()
    }
    return Photo(image, document, corners, fields, homography, chosen.name, one.number, recapture, settings)


def capture_several(
    documents: Sequence[Document],
    severity: str | Severity = "phone",
    *,
    camera: int = 0,
    seed: int = 0,
    size: int | tuple[int, int] = (960, 1280),
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Photograph several documents side by side on one table, or, given none, the bare table.

    For asking what a program does with a photo that shows not exactly one document.

    Args:
        documents: What lies on the table, up to four.
        severity: As in `capture`.
        camera: As in `capture`.
        seed: As in `capture`.
        size: As in `capture`.

    Returns:
        The photo, uint8 (height, width, 3), and for each document the page's corners, float64 (4, 2).

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range.
    """
    if isinstance(documents, Document) or not all(isinstance(one, Document) for one in documents):
        raise TypeError(f"documents must be a list of Documents, got {type(documents).__name__}")
    if len(documents) > 4:
        raise ValueError(f"at most four documents fit on the table, got {len(documents)}")
    chosen, one = severity_of(severity), cameras.camera(camera)
    height, width = _size(size)
    check_whole("seed", seed, 0, 2**63)
    rng = np.random.default_rng([int(seed), one.number, 23])
    across = width >= height
    cell = (height, width // max(1, len(documents))) if across else (height // max(1, len(documents)), width)
    pieces, corners = [], []
    for number, document in enumerate(documents):
        homography = geometry.placed(
            document.image.shape[:2],
            cell,
            rng,
            tilt=chosen.tilt,
            roll=rng.uniform(-chosen.roll, chosen.roll),
            fill=rng.uniform(*chosen.fill),
            cropped=False,
        )
        shift = np.eye(3)
        shift[0 if across else 1, 2] = number * cell[1 if across else 0]
        pieces.append((document, shift @ homography))
        corners.append(geometry.transform_points(shift @ homography, document.corners))
    light = _scene(pieces, chosen, height, width, None, rng, rng, {})
    image, _ = _exposed(light, chosen, one, corners[0] if corners else geometry.frame(height, width), rng)
    return image, corners


def _scene(pieces, chosen: Severity, height, width, recapture, rng, copier, settings) -> np.ndarray:
    """Table and documents in linear light, float32 (height, width, 3)."""
    factor = 2 if height * width <= _SUPERSAMPLED else 1
    rows, columns = height * factor, width * factor
    kind = str(chosen.backgrounds[int(rng.integers(len(chosen.backgrounds)))])
    settings["background"] = kind
    scene = _LINEAR[scenes.background(kind, rng, height, width)]
    scene = scene.repeat(factor, axis=0).repeat(factor, axis=1) if factor > 1 else scene
    for document, homography in pieces:
        enlarged = np.diag([factor, factor, 1.0]) @ homography
        pixels, cover = geometry.projected(document.image, document.mask, enlarged, rows, columns)
        scene = scene * _cast(cover, rng, max(rows, columns))[..., None]
        page, cover, across = _LINEAR[pixels], cover[..., None], document.image.shape[1]
        if recapture == "screen":
            ground = np.float32(copier.choice([0.02, 0.3, 0.75]))
            plane = copies.plane_coordinates(enlarged, rows, columns)
            scene = copies.on_screen(page * cover + ground * (1 - cover), plane, across, copier)
            continue
        if recapture == "print":
            page = copies.in_print(page, copies.plane_coordinates(enlarged, rows, columns), across, copier)
        scene = page * cover + scene * (1 - cover)
    return scene.reshape(height, factor, width, factor, 3).mean(axis=(1, 3)) if factor > 1 else scene


def _exposed(light, chosen: Severity, one: cameras.Camera, corners, rng) -> tuple[np.ndarray, dict[str, float]]:
    """From the light of the scene to the file: shadow and glare, lens, sensor, picture, JPEG."""
    settings: dict[str, float] = {}
    light = _lit(light, chosen, corners, rng, settings)
    longer = max(light.shape[:2])
    defocus, motion = (rng.uniform(*span) * longer for span in (chosen.defocus, chosen.motion))
    light = optics.blurred(light, optics.point_spread(defocus, motion, rng.uniform(0, np.pi), one.lens))
    stops, noise = rng.uniform(*chosen.exposure), rng.uniform(*chosen.noise)
    light = cameras.sense(light * np.float32(0.86 * 2**stops), one, noise, rng, falloff=chosen.falloff)
    quality = int(rng.integers(chosen.quality[0], chosen.quality[1] + 1))
    settings |= {"defocus": float(defocus), "motion": float(motion), "exposure": float(stops), "noise": float(noise)}
    settings["quality"] = float(quality)
    return cameras.compress(cameras.develop(light, one), one, quality), settings


def _cast(cover: np.ndarray, rng: np.random.Generator, longer: int) -> np.ndarray:
    """The document's own shadow on the table: 1 in the light."""
    offset = rng.uniform(-0.008, 0.008, 2) * longer
    small = np.asarray(Image.fromarray(cover).reduce(4)) if longer > 400 else cover
    step = 4 if longer > 400 else 1
    soft = ndimage.gaussian_filter(small, 0.006 * longer / step, truncate=2.5)
    soft = ndimage.shift(soft, offset / step, order=1, mode="nearest")
    if step > 1:
        soft = np.asarray(Image.fromarray(soft).resize(cover.shape[::-1], Image.Resampling.BILINEAR))
    return 1 - np.float32(rng.uniform(0.2, 0.5)) * soft


def _lit(light: np.ndarray, chosen: Severity, corners: np.ndarray, rng: np.random.Generator, settings) -> np.ndarray:
    height, width = light.shape[:2]
    factor = scenes.gradient(rng, height, width, rng.uniform(*chosen.gradient))
    depth = float(rng.uniform(*chosen.shadow_depth)) if rng.random() < chosen.shadow_chance else 0.0
    if depth:
        factor = factor * scenes.shadow(rng, height, width, depth)
    light = light * factor[..., None]
    strength = float(rng.uniform(*chosen.glare_strength)) if rng.random() < chosen.glare_chance else 0.0
    if strength:
        light = light + scenes.glare(rng, corners, height, width, strength)[..., None]
    settings |= {"shadow": depth, "glare": strength}
    return light.astype(np.float32)


def _visible(homography: np.ndarray, shape: tuple[int, int], height: int, width: int) -> float:
    """Share of the document's area that lies inside of the photo, from a lattice of 32 × 32 points."""
    steps = (np.arange(32) + 0.5) / 32
    lattice = np.stack(np.meshgrid(steps * shape[1], steps * shape[0]), axis=-1)
    points = geometry.transform_points(homography, lattice)
    return float(((points >= 0) & (points <= (width, height))).all(axis=-1).mean())


def _size(size) -> tuple[int, int]:
    pair = (size, size) if isinstance(size, Integral) else tuple(size) if isinstance(size, tuple | list) else ()
    if len(pair) != 2:
        raise TypeError(f"size must be height and width such as (960, 1280), or one whole number, got {size!r}")
    for value in pair:
        check_whole("size", value, 16, 8192)
    return int(pair[0]), int(pair[1])
