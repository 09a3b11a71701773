"""Draws a line of characters as ink: how much of each pixel is covered, before paper, light and camera."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from imgrec_tf.finance.documents import fonts

FONTS = tuple(name for name in fonts.NAMES if name != "sans-display")  # that one has no letters
PRINT_FONTS = (*FONTS, *fonts.MORE_LATIN)  # of names and labels; the other lines are printed in few fonts


@lru_cache(maxsize=64)
def cap_share(font: str) -> float:
    """Height of a capital H as a share of the font's em square."""
    _, top, _, bottom = fonts.font(font, 1000).getbbox("H", anchor="ls")
    return (bottom - top) / 1000


@lru_cache(maxsize=16_384)
def _glyph(character: str, font: str, cap_height: int, weight: float) -> tuple[Image.Image, float]:
    """A character with a margin of one capital height around its origin, and its advance in pixels."""
    em = cap_height / cap_share(font)
    face = fonts.font("chinese", em * fonts.CHINESE_SCALE) if fonts.is_chinese(character) else fonts.font(font, em)
    advance = face.getlength(character)
    image = Image.new("L", (int(advance) + 2 * cap_height, int(2.2 * cap_height)), 0)
    ImageDraw.Draw(image).text((cap_height, 1.6 * cap_height), character, fill=255, font=face, anchor="ls")
    if weight:
        changed = image.filter(ImageFilter.MaxFilter(3) if weight > 0 else ImageFilter.MinFilter(3))
        image = ImageChops.blend(image, changed, abs(weight))
    return image, advance


def ink(
    text: str, cap_height: int, font: str = "ocr-b", *, pitch: float | None = None, weight: float = 0.0, jitter=None
) -> tuple[Image.Image, float, float, float]:
    """Draw a text on one line.

    Args:
        text: What to draw. Chinese characters take the Chinese font, all others `font`.
        cap_height: Height of a capital letter in pixels.
        font: One of `PRINT_FONTS`.
        pitch: Mean distance from one character to the next in capital heights; None for the font's own. OCR-B and
            typewriter fonts keep one distance, others are stretched or squeezed between the letters.
        weight: From -1, thinner strokes, to 1, ink that has spread; rounded to quarters.
        jitter: float (n, 2): shift of each character in capital heights, or None.

    Returns:
        An image "L" with 255 where ink covers the whole pixel; x of the text's start and end; y of the baseline.
    """
    glyphs = [_glyph(character, font, cap_height, round(4 * weight) / 4) for character in text]
    advances = np.array([advance for _, advance in glyphs])
    if pitch is not None:
        advances = advances + (pitch * cap_height - advances.mean())
    starts = np.concatenate([[0.0], np.cumsum(advances)])
    image = Image.new("L", (int(starts[-1] + 2 * cap_height) + 1, int(2.2 * cap_height)), 0)
    for place, (glyph, advance) in enumerate(glyphs):
        dx, dy = (0.0, 0.0) if jitter is None else jitter[place] * cap_height
        left = starts[place] + (advances[place] - advance) / 2 + dx
        image.paste(255, (round(left), round(dy)), glyph)
    return image, cap_height, cap_height + starts[-1], 1.6 * cap_height
