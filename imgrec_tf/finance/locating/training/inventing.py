"""Pages in colours and layouts that nobody designed: what a network has seen in a thousand forms it knows in a new one.

The rendered layouts are few. A network that learns where sheets are from them alone takes the edge of a dark header for
the page's own; see Tobin, Fong, Ray, Schneider, Zaremba and Abbeel, "Domain randomization", IROS 2017, for the idea.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from imgrec_tf.finance.documents import Document
from imgrec_tf.finance.documents.textures import blend, smooth_noise

_FORMATS = (85.60 / 54.00, 85.60 / 54.00, 125 / 88, 143 / 105, 210 / 297, 0.45, 1.0)  # width by height
_CARD_RADIUS = 3.18 / 85.60  # of the width


def recoloured(page: Document, rng: np.random.Generator) -> Document:
    """Print a document in other colours, or upon another ground, and sometimes with bands along its sides.

    Args:
        page: Any document.
        rng: What it depends on.

    Returns:
        The same document; its texts and their places stay.
    """
    pixels = page.image.astype(np.float32) / 255
    kind = rng.random()
    if kind < 0.35:  # the three colours mixed anew
        mixing = rng.dirichlet(np.ones(3) * 0.7, 3).T
        pixels = pixels @ (mixing / mixing.sum(axis=0))
    elif kind < 0.65:  # from one colour to another
        dark, light = (_colour(rng, *span) for span in ((0.0, 0.45), (0.6, 1.0)))
        pixels = blend(dark, light, pixels.mean(axis=-1))
    elif kind < 0.8:  # light on dark
        pixels = blend(_colour(rng, 0.7, 1.0), _colour(rng, 0.03, 0.4), pixels.mean(axis=-1))
    pixels = np.clip(pixels, 0, 1) ** np.exp(rng.uniform(-0.5, 0.7)) * _colour(rng, 0.75, 1.0)
    if rng.random() < 0.45:
        pixels = _banded(pixels, rng)
    if rng.random() < 0.1:
        pixels = _parted(pixels, rng)
    return replace(page, image=np.clip(255 * pixels, 0, 255).astype(np.uint8))


def invented_page(rng: np.random.Generator, longest: int = 480) -> Document:
    """Draw a page of random fields, lines, bands, frames and pictures, in random colours.

    Args:
        rng: What it depends on.
        longest: Its longer side in pixels.

    Returns:
        A document without a text that could be read.
    """
    aspect = float(rng.choice(_FORMATS) * np.exp(rng.normal(0, 0.04)))
    if rng.random() < 0.1:
        aspect = 1 / aspect
    height, width = (round(longest / aspect), longest) if aspect >= 1 else (longest, round(longest * aspect))
    light = rng.random() < 0.75
    ground = _colour(rng, 0.6, 1.0) if light else _colour(rng, 0.03, 0.55)
    other = np.clip(ground + rng.normal(0, 0.12, 3), 0, 1)
    pixels = blend(ground, other, smooth_noise(rng, height, width, rng.uniform(0.2, 0.9)))
    if rng.random() < 0.5:
        pixels = _banded(pixels, rng)
    if rng.random() < 0.25:
        pixels = _parted(pixels, rng)
    picture = Image.fromarray(np.clip(255 * pixels, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    ink = _ink(_colour(rng, 0.0, 0.35) if light else _colour(rng, 0.65, 1.0))
    if rng.random() < 0.35:  # a frame within the page
        inset = rng.uniform(0.02, 0.09) * min(height, width)
        pen.rectangle((inset, inset, width - inset, height - inset), outline=ink, width=max(1, round(longest / 250)))
    if rng.random() < 0.5:  # a pattern of lines under everything
        _rulings(pen, height, width, rng, _ink(np.clip(ground * rng.uniform(0.7, 0.95), 0, 1)))
    for _ in range(int(rng.integers(0, 4))):
        _block(picture, pen, rng, longest)
    for _ in range(int(rng.integers(1, 7))):
        _text(pen, height, width, rng, ink)
    mask = Image.new("L", (4 * width, 4 * height))
    radius = 4 * width * (_CARD_RADIUS if rng.random() < 0.5 else rng.uniform(0, 0.02))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 4 * width, 4 * height), radius, fill=255)
    return Document(
        np.asarray(picture), np.asarray(mask.reduce(4)), "plain_page", "invented", "", {}, {}, longest / 100
    )  # fmt: skip


def _banded(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One or two bands along sides: headers, margins, the strip with the machine-readable lines."""
    for _ in range(int(rng.integers(1, 3))):
        turns = int(rng.choice([0, 0, 1, 2, 3]))
        turned = np.rot90(pixels, turns).copy()
        wide = max(2, round(rng.uniform(0.05, 0.35) * turned.shape[0]))
        cover = rng.uniform(0.35, 1.0)
        turned[:wide] = (1 - cover) * turned[:wide] + cover * _colour(rng, 0.0, 1.0)
        pixels = np.rot90(turned, -turns)
    return pixels


def _parted(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two grounds that meet along a straight or a wavy line, as on many cards."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[:height, :width] / max(height, width)
    angle, bend = rng.uniform(0, 2 * np.pi), rng.choice([0.0, 0.08]) * rng.uniform(0.5, 2.0)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    place = across + bend * np.sin(2 * np.pi * (along * rng.uniform(0.4, 1.6) + rng.uniform()))
    other = (place > np.quantile(place, rng.uniform(0.25, 0.75)))[..., None] * rng.uniform(0.5, 1.0)
    return (1 - other) * pixels + other * _colour(rng, 0.0, 1.0)


def _rulings(pen: ImageDraw.ImageDraw, height: int, width: int, rng: np.random.Generator, colour) -> None:
    spacing, slope = rng.uniform(0.02, 0.12) * height, rng.choice([0.0, 0.0, 0.3, -0.3, 1.0]) * width
    for y in np.arange(-abs(slope), height + abs(slope), spacing):
        pen.line([(0, y), (width, y + slope)], fill=colour, width=max(1, round(spacing * rng.uniform(0.05, 0.2))))


def _block(picture: Image.Image, pen: ImageDraw.ImageDraw, rng: np.random.Generator, longest: int) -> None:
    """A portrait, a logo, a coloured field or a photo."""
    width, height = (max(4, round(one)) for one in rng.uniform(0.08, 0.5, 2) * picture.size)
    left, top = (round(one) for one in rng.uniform(0, 1, 2) * (picture.width - width, picture.height - height))
    box = (left, top, left + width, top + height)
    kind = rng.random()
    if kind < 0.4:
        noise = smooth_noise(rng, height, width, rng.uniform(0.2, 0.8))
        pixels = 255 * blend(_colour(rng, 0, 1), _colour(rng, 0, 1), noise)
        picture.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), box[:2])
        if rng.random() < 0.5:
            pen.ellipse((left + width * 0.25, top + height * 0.2, left + width * 0.75, top + height * 0.75),
                        fill=_ink(_colour(rng, 0.3, 0.9)))  # fmt: skip
    elif kind < 0.7:
        pen.rectangle(box, fill=_ink(_colour(rng, 0, 1)))
    elif kind < 0.85:
        pen.ellipse(box, fill=_ink(_colour(rng, 0, 1)))
    else:
        pen.rectangle(box, outline=_ink(_colour(rng, 0, 1)), width=max(1, longest // 200))


def _text(pen: ImageDraw.ImageDraw, height: int, width: int, rng: np.random.Generator, ink) -> None:
    """A paragraph of words, as dashes of the height of small letters."""
    size = rng.uniform(0.012, 0.06) * height
    x0, y = rng.uniform(0.03, 0.6) * width, rng.uniform(0.03, 0.85) * height
    end = min(width * 0.97, x0 + rng.uniform(0.15, 0.95) * width)
    for _ in range(int(rng.integers(1, 12))):
        x = x0
        while x < end and y + size < height:
            long = size * rng.uniform(1, 5)
            pen.rectangle((x, y, min(end, x + long), y + size * 0.75), fill=ink)
            x += long + size * 0.7
        y += size * rng.uniform(1.5, 2.2)


def _colour(rng: np.random.Generator, darkest: float, lightest: float) -> np.ndarray:
    """A colour of a brightness in a range, more or less saturated: float32 (3,) in [0, 1]."""
    grey = rng.uniform(darkest, lightest)
    return np.clip(grey + rng.normal(0, rng.uniform(0.01, 0.2), 3), 0, 1).astype(np.float32)


def _ink(colour: np.ndarray) -> tuple[int, ...]:
    return tuple(int(255 * one) for one in colour)
