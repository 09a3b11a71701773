"""Photos with known corners for training and for measuring, from seeds; layouts held back for measuring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from imgrec_tf.finance import capture, documents
from imgrec_tf.finance.documents import CLASSES
from imgrec_tf.finance.locating import geometry

# One layout a class that no network of this package has seen: the last one of each.
HELD_BACK = {one: documents.template_names(one)[-1] for one in CLASSES}
CAMERAS = {"train": range(40), "validation": range(1000, 1010), "test": range(4000, 4020)}
_STREAM = {"train": 1, "validation": 2, "test": 3}
_MIX = ("scan", "mild", "phone", "phone", "harsh", "harsh")
_LONGEST_MM = {"passport": 125, "household_page": 143, "receipt": 150, "plain_page": 210, "photo": 150}
_SHAPES = ((3, 4), (4, 3), (1, 1), (9, 16), (3, 4), (4, 3))


@dataclass(frozen=True)
class TrainingPhoto:
    """One photo, small enough to keep many.

    Attributes:
        image: uint8 (height, width, 3).
        corners: float64 (4, 2), beginning with the document's own upper left one, clockwise.
        document_class: One of `documents.CLASSES`.
        template: The layout.
        severity: Of the capture.
        visible: Share of the document that lies within the photo.
    """

    image: np.ndarray
    corners: np.ndarray
    document_class: str
    template: str
    severity: str
    visible: float


def photos(
    part: str, count: int, *, seed: int = 0, longer: int = 560, severity: str | None = None, quarter_turns: bool = True
) -> Iterator[TrainingPhoto]:
    """Take photos one after the other; photo i depends on `part`, `seed` and i only.

    Args:
        part: "train" and "validation" show the layouts that may be learnt, "test" the held-back ones; people, cameras
            and poses differ between all three.
        count: How many.
        seed: 0 or more.
        longer: Longer side of the photos in pixels.
        severity: Name of a capture's severity; None mixes them.
        quarter_turns: Also turn documents by 90, 180 and 270 degrees.

    Yields:
        The photos.
    """
    if part not in _STREAM:
        raise ValueError(f"part must be one of {', '.join(_STREAM)}, got {part!r}")
    for number in range(count):
        rng = np.random.default_rng([seed, _STREAM[part], number])
        kind = CLASSES[number % len(CLASSES)] if part == "train" else CLASSES[number % (len(CLASSES) - 1)]
        page = flat_document(part, kind, rng, longer / 1.15)
        rows, columns = _SHAPES[int(rng.integers(len(_SHAPES)))]
        size = round(longer * rows / max(rows, columns)), round(longer * columns / max(rows, columns))
        photo = capture.capture(
            page,
            severity or _MIX[int(rng.integers(len(_MIX)))],
            camera=int(rng.choice(CAMERAS[part])),
            seed=int(rng.integers(2**31)),
            size=size,
            quarter_turns=int(rng.integers(4)) if quarter_turns else 0,
        )
        visible = float(photo.settings["visible_share"])
        yield TrainingPhoto(photo.image, photo.corners, kind, page.template, photo.severity, visible)


def flat_document(part: str, document_class: str, rng: np.random.Generator, longest: float) -> documents.Document:
    """Render a document of a part's layouts, about `longest` pixels long."""
    names = [name for name in documents.template_names(document_class) if name != HELD_BACK[document_class]]
    name = HELD_BACK[document_class] if part == "test" else names[int(rng.integers(len(names)))]
    scale = float(np.clip(longest / _LONGEST_MM.get(document_class, 85.6), 0.5, 12))
    return documents.render(document_class, name, seed=int(rng.integers(2**31)), pixels_per_mm=scale, oversampling=2)


def upright_pages(count: int, *, seed: int = 0, size: int = 256) -> Iterator[np.ndarray]:
    """Render pages of the layouts that may be learnt, squeezed into squares: uint8 (size, size, 3)."""
    kinds = [one for one in CLASSES if one != "photo"]
    for number in range(count):
        rng = np.random.default_rng([seed, 4, number])
        page = flat_document("train", kinds[number % len(kinds)], rng, 400)
        yield geometry.rectify(page.image, page.corners, (size, size))
