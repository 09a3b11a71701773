"""Lines of print to train the reader of printed fields with, cut out as `print_rows` cuts them: by their ink."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image

from imgrec_tf.finance.documents import fonts
from imgrec_tf.finance.reading import lettering, lines, print_texts
from imgrec_tf.finance.reading.normalising import HEIGHT

INK_HEIGHT = 19.0  # of a strip's 24 rows, what the ink of a line takes
FILL = HEIGHT / INK_HEIGHT
_COLUMNS = 160
_ROOM = 130.0  # of these columns, what the text may take; the rest are margins
_BROAD = -0.2, 0.38  # logarithms of how far letters are squeezed or stretched: narrow and broad fonts, and second looks
_DRAWN = 40  # height of the capitals as drawn


def print_strip(rng: np.random.Generator, columns: int = _COLUMNS) -> tuple[np.ndarray, str]:
    """Draw one strip: float32 (24, columns, 1), normalised, and its text in the characters of `print_alphabet`."""
    while True:
        severity = str(rng.choice(list(lines.SEVERITIES), p=[0.15, 0.3, 0.45, 0.1]))
        font = str(rng.choice(lettering.PRINT_FONTS))
        image, printed = photographed_print(print_texts.random_print(rng), font=font, severity=severity, rng=rng)
        text = print_texts.as_read(printed)
        steps = min(columns, image.shape[1] * HEIGHT / image.shape[0]) // 4
        if steps > len(text) + sum(one == two for one, two in itertools.pairwise(text)):  # CTC needs a step for each
            return lines.placed(image, columns, rng), text


def photographed_print(text: str, *, font: str, severity: str, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """Print a text at a resolution that is drawn, and photograph it.

    Args:
        text: What to print; what has no room in a strip, and letters that the font lacks, are left out.
        font: One of `lettering.PRINT_FONTS`; Chinese characters have their own.
        severity: As in `render_line`.
        rng: What everything else is drawn from.

    Returns:
        uint8 (height, width), and the text that is printed.
    """
    strength = lines.SEVERITIES[severity]
    text = text.translate(dict.fromkeys(map(ord, fonts.missing(text, font)))).strip() or "M"
    smallest = 11.0 if any(fonts.is_chinese(one) for one in text) else 8.0  # pixels below which people cannot read it
    high = float(np.exp(rng.uniform(np.log(smallest), np.log(34))))
    weight = rng.uniform(-0.5, 1) if rng.random() < 0.6 else 0.0
    spaced = rng.uniform(-0.06, 0.3) if rng.random() < 0.35 else 0.0
    broad = float(np.exp(rng.uniform(*_BROAD)))
    line, start, end, size = _inked(text, font, weight, spaced)
    share = _ROOM / ((end - start) * broad / size * INK_HEIGHT)
    if share < 1:
        text = text[: max(2, int(share * len(text)))].strip()
        line, start, end, size = _inked(text, font, weight, spaced)
    _, top, _, bottom = line.getbbox() or (0, 0, 1, _DRAWN)
    tall = Image.new("L", (line.width, line.height + 3 * _DRAWN), 0)
    tall.paste(line, (0, _DRAWN))
    if rng.random() < 0.35:  # a part of the line above or below
        other, *_ = lettering.ink(_neighbour(rng, font), _DRAWN, font)
        _, first, _, last = other.getbbox() or (0, 0, 1, _DRAWN)
        gap = rng.uniform(0.12, 0.5) * size
        below = rng.random() < 0.5
        at = round(_DRAWN + (bottom + gap - first if below else top - gap - last))
        beside = Image.new("L", tall.size, 0)
        beside.paste(other, (int(rng.uniform(-1, 1) * _DRAWN), at))
        tall.paste(255, (0, 0), beside)
    if rng.random() < 0.06:  # a ruled line that the values stand on
        thick = max(1, round(rng.uniform(0.02, 0.06) * _DRAWN))
        at = round(_DRAWN + bottom + rng.uniform(0.08, 0.4) * size)
        tall.paste(int(rng.uniform(90, 256)), (0, at, tall.width, at + thick))
    tall = tall.resize((max(1, round(broad * tall.width)), tall.height), Image.Resampling.BILINEAR)
    cover = lines.seen(
        tall, (broad * start, broad * end), (_DRAWN + (top + bottom) / 2, size), high, rng, strength, fill=FILL,
        sizes=(0.88, 1.25), sides=(0.3, 1.0),
    )  # fmt: skip
    return lines.photographed(cover, high, rng, strength), text


def _neighbour(rng: np.random.Generator, font: str) -> str:
    text = print_texts.random_print(rng)
    return text.translate(dict.fromkeys(map(ord, fonts.missing(text, font)))).strip() or "M"


def _inked(text: str, font: str, weight: float, spaced: float) -> tuple[Image.Image, float, float, float]:
    """The drawn line, x of its ends, and the height of its ink, of flat texts such as "-" not less than of a letter."""
    line, start, end, _ = lettering.ink(text, _DRAWN, font, weight=weight)
    if spaced:
        pitch = (end - start) / len(text) / _DRAWN + spaced
        line, start, end, _ = lettering.ink(text, _DRAWN, font, weight=weight, pitch=pitch)
    _, top, _, bottom = line.getbbox() or (0, 0, 1, _DRAWN)
    return line, start, end, max(bottom - top, 0.6 * _DRAWN)
