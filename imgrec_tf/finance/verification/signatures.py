"""Pictures of invented signatures: ink on paper, seen by a camera."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from imgrec_tf._checks import check_whole
from imgrec_tf.finance.verification import checks, handwriting, imitating
from imgrec_tf.finance.verification.camera import photographed

SIZE = (64, 176)
_USUAL_SPEED = 25.0  # x-heights a second, that a tenth of the usual writer's way is faster than
_FINER = 3


def signature_picture(
    writer: int, picture: int, imitator: int | None = None, size: tuple[int, int] = SIZE
) -> np.ndarray:
    """Write one signature of an invented writer, by the writer's own hand or by an imitator's.

    Args:
        writer: Whose signature, 0 or more.
        picture: Which one, 0 or more.
        imitator: None for the writer's own hand; else a number, 0 or more, of somebody who has practised it.
        size: Height and width in pixels.

    Returns:
        uint8 (height, width), dark ink on light paper.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    checks.picture_arguments("writer", writer, picture, size)
    if imitator is not None:
        check_whole("imitator", imitator, 0, 2**31)
    writer, imitator = int(writer), None if imitator is None else int(imitator)
    hand = hand_of(writer, imitator)
    rng = np.random.default_rng([writer, 52, 0 if imitator is None else imitator + 1, picture])
    day = handwriting.another_day(hand, rng)
    path, speed, down = handwriting.trajectory(day, rng)
    height, width = (_FINER * one for one in size)
    scale = _scale(writer, tuple(size)) * _FINER * np.exp(rng.normal(0, 0.05))
    extent = np.ptp(path[down], axis=0)
    scale = min(scale, 0.86 * width / extent[0], 0.76 * height / extent[1])
    points = (path - (path[down].min(axis=0) + extent / 2)) * (scale, -scale) + (width / 2, height / 2)
    sheet = _paper(width, height, rng)
    thick = day.pen * _pen_of_the_day(rng) * scale
    # Slow lines take more ink: Franke and Rose, "Ink-deposition model", IWFHR 2004.
    widths = thick * (1.2 - day.contrast * np.clip(speed / _USUAL_SPEED, 0, 1.2))
    widths *= _tapered(path, down, day.taper)
    _ink(ImageDraw.Draw(sheet), points, np.clip(widths, 1.6, 14.0), down, int(rng.integers(25, 95)))
    return photographed(
        np.asarray(sheet), rng, size, turn=1.2, zoom=(1.02, 1.07), shift=0.01, blur=(0.3, 0.75), noise=(1, 8)
    )


@lru_cache(maxsize=512)
def hand_of(writer: int, imitator: int | None = None) -> handwriting.Hand:
    """The writer's hand, or that of an imitator of it; the same numbers, the same hand."""
    hand = handwriting.invent_hand(np.random.default_rng([writer, 51]))
    if imitator is None:
        return hand
    return imitating.imitated(hand, np.random.default_rng([writer, 53, imitator]))


@lru_cache(maxsize=512)
def _scale(writer: int, size: tuple[int, int]) -> float:
    """Pixels an x-height: the writer's plain signature fills most of the picture."""
    path, _, down = handwriting.trajectory(hand_of(writer, None), np.random.default_rng([writer, 54]))
    extent = np.ptp(path[down], axis=0)
    return float(min(0.78 * size[1] / extent[0], 0.74 * size[0] / extent[1]))


def _tapered(path: np.ndarray, down: np.ndarray, taper: tuple[float, float]) -> np.ndarray:
    """Share of the line's width at each point: it grows where the pen lands and thins where it leaves."""
    shares = np.ones(len(path))
    edges = np.flatnonzero(np.diff(np.r_[False, down, False].astype(int)))
    for start, stop in zip(edges[::2], edges[1::2]):
        way = np.r_[0, np.cumsum(np.hypot(*np.diff(path[start:stop], axis=0).T))]
        for since, over in ((way, taper[0]), (way[-1] - way, taper[1])):
            shares[start:stop] *= np.clip(0.35 + 0.65 * since / max(over, 1e-6), 0, 1)
    return shares


def _pen_of_the_day(rng: np.random.Generator) -> float:
    return float(rng.lognormal(0, 0.15))


def _paper(width: int, height: int, rng: np.random.Generator) -> Image.Image:
    """Paper with a gradient of light; on some a printed line to sign on."""
    tone, slope = rng.uniform(205, 250), rng.normal(0, 14, 2)
    across, down = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
    sheet = Image.fromarray(np.clip(tone + slope[0] * across + slope[1] * down, 0, 255).astype(np.uint8))
    if rng.random() < 0.3:
        y = height * rng.uniform(0.6, 0.8)
        ImageDraw.Draw(sheet).line([(0, y), (width, y)], fill=int(tone * rng.uniform(0.5, 0.8)), width=_FINER)
    return sheet


def _ink(pen: ImageDraw.ImageDraw, points, widths, down, tone: int) -> None:
    """Draw the way of the pen, as wide as it was pressed."""
    for number in range(0, len(points) - 2, 2):
        if down[number]:
            (x, y), (x2, y2), half = points[number], points[number + 2], widths[number] / 2
            pen.line([x, y, x2, y2], fill=tone, width=max(1, round(2 * half)))
            pen.ellipse([x - half, y - half, x + half, y + half], fill=tone)
