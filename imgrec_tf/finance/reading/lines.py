"""Line images to train and to measure with: text in OCR-B and other fonts, printed, worn, photographed and cut out.

Nothing here is taken from a document: texts are invented, and every image is drawn from a seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from imgrec_tf._checks import check_whole
from imgrec_tf.finance.reading import lettering, texts, wear
from imgrec_tf.finance.reading.normalising import CAP_HEIGHT, HEIGHT, PITCH, normalise_line

SEVERITIES = {"scan": 0.25, "mild": 0.5, "phone": 1.0, "harsh": 1.45}
_FILL = HEIGHT / CAP_HEIGHT  # height of a cut-out line in capital heights


@dataclass(frozen=True)
class LineImage:
    """One line of text as a camera saw it, cut out.

    Attributes:
        image: uint8 (height, width), grey.
        text: What is printed.
        font: Name of the font.
        pixels_per_character: Mean distance between characters in the camera's pixels.
    """

    image: np.ndarray
    text: str
    font: str
    pixels_per_character: float


def render_line(
    text: str,
    *,
    font: str = "ocr-b",
    severity: str = "phone",
    pixels_per_character: float | None = None,
    seed: int | np.random.Generator = 0,
) -> LineImage:
    """Print a text on patterned paper and photograph it, all at random but for what is given.

    Drawn at random: pitch, weight of the strokes, slant, a few degrees of skew, parts of the lines above and below,
    tint, wave patterns and stains behind the text, ink that is missing, light, glare, blur, noise, sharpening, JPEG.

    Args:
        text: Characters that the font has.
        font: One of the fonts of the rendered documents, such as "ocr-b", "mono" or "sans".
        severity: "scan", "mild", "phone" or "harsh".
        pixels_per_character: Resolution of the camera; None draws it, 8 to 45, more where severity is low.
        seed: Number, or a generator that is drawn from.

    Returns:
        The line, cut out about as a zone finder would: capitals fill about 14/24 of the height, half a character or
        more is left at the sides.

    Raises:
        ValueError: If text is empty, or font or severity are unknown.
    """
    if not text:
        raise ValueError("text is empty; give at least one character")
    if font not in lettering.FONTS:
        raise ValueError(f"font must be one of {', '.join(lettering.FONTS)}, got {font!r}")
    if severity not in SEVERITIES:
        raise ValueError(f"severity must be one of {', '.join(SEVERITIES)}, got {severity!r}")
    rng = np.random.default_rng(seed)
    strength = SEVERITIES[severity]
    pitch = rng.uniform(12.5, 17.5) / CAP_HEIGHT
    if pixels_per_character is None:
        lowest = 14 if strength < 0.4 else 11 if strength < 0.8 else 8 if strength < 1.2 else 6.5
        pixels_per_character = float(np.exp(rng.uniform(np.log(lowest), np.log(45))))
    cap = pixels_per_character / pitch
    cover = _covered(text, font, cap, pitch, rng, strength)
    return LineImage(photographed(cover, cap, rng, strength), text, font, pixels_per_character)


def photographed(cover: np.ndarray, cap: float, rng, strength: float) -> np.ndarray:
    """Put ink on paper and take the photo: uint8 (height, width); `cap` is the height of capitals in pixels."""
    image = wear.print_on(wear.paper(cover.shape, cap, rng, strength), cover, rng, cap, strength)
    image = _clutter(image, cap, rng, strength)
    image = wear.light(image, cap, rng, strength)
    image = wear.lens(image, cap, rng, strength)
    return wear.compress(wear.sensor(image, rng, strength), rng, strength)


def _covered(text: str, font: str, cap: float, pitch: float, rng, strength: float) -> np.ndarray:
    """Ink as it falls on the camera's pixels: float32 (height, width) in [0, 1]."""
    drawn = 30 if cap < 20 else 44  # height in pixels of the capitals as drawn; they are reduced or enlarged then
    jitter = rng.normal(0, 0.012, (len(text), 2)) if rng.random() < 0.5 else None
    weight = rng.uniform(-0.7, 1) if rng.random() < 0.7 else 0.0
    line, start, end, baseline = lettering.ink(text, drawn, font, pitch=pitch, weight=weight, jitter=jitter)
    tall = Image.new("L", (line.width, int(drawn * 3.2)), 0)
    middle = drawn * 1.6  # of the capitals
    tall.paste(line, (0, round(middle + drawn / 2 - baseline)))
    if rng.random() < 0.6:
        spacing = rng.uniform(1.5, 2.2) * drawn
        for side in (-1, 1):
            if rng.random() < 0.6:
                other, *_ = lettering.ink(texts.random_text(len(text), rng), drawn, font, pitch=pitch, weight=weight)
                top = round(middle + side * spacing + drawn / 2 - baseline)
                tall.paste(255, (int(rng.uniform(-0.3, 0.3) * drawn), top), other)

    return seen(tall, (start, end), (middle, drawn), cap, rng, strength, fill=_FILL)


def seen(
    drawing: Image.Image, ends: tuple[float, float], middle: tuple[float, float], high: float, rng, strength: float,
    *, fill: float, sizes: tuple[float, float] = (0.84, 1.2), sides: tuple[float, float] = (0.4, 1.6)
) -> np.ndarray:  # fmt: skip
    """Look at a drawn line as a camera does: ink on its pixels, float32 (height, width) in [0, 1].

    Args:
        drawing: The line, "L", 255 where there is ink.
        ends: x of the text's start and end in the drawing.
        middle: y of the middle of what is taken for the line's height, and that height, in the drawing.
        high: That height in the camera's pixels.
        rng: What the margins, skew, slant and errors of the cut are drawn from.
        strength: Of skew and slant, see `SEVERITIES`.
        fill: Height of the cut in heights of the line.
        sizes: Least and greatest factor on the height of the cut: the error of whoever finds lines.
        sides: Least and greatest margin at each end, in heights of the line.
    """
    start, end = ends
    scale = middle[1] / high  # drawn pixels to one of the camera's
    height = max(8, round(fill * high * rng.uniform(*sizes)))
    margins = rng.uniform(*sides, 2) * high
    width = max(8, round((end - start) / scale + margins.sum()))
    skew = np.deg2rad(rng.normal(0, 0.7 * strength))
    slant = rng.normal(0, 0.05 * strength) + (rng.uniform(0.1, 0.25) if rng.random() < 0.06 else 0.0)
    shift = rng.normal(0, 0.07) * high
    # From a camera's pixel to the place in the drawing (Pillow's order); the line turns about its middle.
    a, b = scale, scale * (-np.tan(skew) + slant)
    d, e = scale * np.tan(skew), scale
    across, down = width / 2, height / 2 + shift
    c = (start + end) / 2 + (margins[1] - margins[0]) / 2 * scale - a * across - b * down
    f = middle[0] - d * across - e * down
    if scale > 1:
        drawing = drawing.filter(ImageFilter.GaussianBlur(0.42 * scale))
    view = drawing.transform((width, height), Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BILINEAR)
    return np.asarray(view, np.float32) / 255


def _clutter(image: np.ndarray, cap: float, rng, strength: float) -> np.ndarray:
    """What stands beside a line: a ruled line, the page's edge with something dark or light behind it."""
    height, width = image.shape
    image = image.copy()
    if rng.random() < 0.12:
        thickness = max(1, round(rng.uniform(0.04, 0.12) * cap))
        row = 0 if rng.random() < 0.5 else height - thickness
        image[row : row + thickness] *= rng.uniform(0.2, 0.8)
    if rng.random() < 0.15:
        columns = max(1, int(rng.uniform(0.05, 0.35) * cap))
        side = slice(0, columns) if rng.random() < 0.5 else slice(width - columns, width)
        image[:, side] = rng.uniform(0, 1) if rng.random() < 0.5 else image[:, side] * rng.uniform(0.1, 0.9)
    return image


def training_strip(rng: np.random.Generator, columns: int = 208) -> tuple[np.ndarray, str]:
    """Draw one strip for training: float32 (24, columns, 1), normalised, and its text of about 13 characters."""
    name = "ocr-b" if rng.random() < 0.68 else str(rng.choice(lettering.FONTS[1:]))
    severity = str(rng.choice(list(SEVERITIES), p=[0.1, 0.25, 0.45, 0.2]))
    length = int(rng.integers(9, 14))
    number = name != "ocr-b" and rng.random() < 0.7
    text = texts.random_number(length, rng) if number else texts.random_text(length, rng)
    line = render_line(text, font=name, severity=severity, seed=rng)
    return placed(line.image, columns, rng), text


def number_strips(
    count: int, *, digits: tuple[int, int] = (4, 7), severity: str = "phone", seed: int = 0
) -> tuple[np.ndarray, list[str]]:
    """Draw strips with random digits in all fonts, X among them, for training or measuring.

    Args:
        count: Number of strips, 1 or more.
        digits: Least and greatest number of characters in a strip, 2 to 40.
        severity: As in `render_line`; "mixed" draws one for each strip.
        seed: Of everything.

    Returns:
        float32 (count, 24, columns, 1), normalised, wide enough for the greatest number, paper 0 beside the line; and
        the texts. No document's layout is in them, and no date: every digit is as likely as any other.

    Raises:
        ValueError: If an argument is out of its range.
    """
    fewest, most = digits
    for name, value, low, high in (
        ("count", count, 1, 1_000_000), ("digits[0]", fewest, 2, 40), ("digits[1]", most, fewest, 40),
        ("seed", seed, 0, 2**63),
    ):  # fmt: skip
        check_whole(name, value, low, high)
    if severity not in (*SEVERITIES, "mixed"):
        raise ValueError(f'severity must be "mixed" or one of {", ".join(SEVERITIES)}, got {severity!r}')
    rng = np.random.default_rng([seed, 78])
    columns = 8 * round((most + 2) * PITCH / 8)
    strips, drawn = [], []
    for _ in range(count):
        text = texts.random_number(int(rng.integers(fewest, most + 1)), rng)
        level = str(rng.choice(list(SEVERITIES))) if severity == "mixed" else severity
        line = render_line(text, font=str(rng.choice(lettering.FONTS)), severity=level, seed=rng)
        strips.append(placed(line.image, columns, rng))
        drawn.append(text)
    return np.stack(strips), drawn


def placed(image: np.ndarray, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Normalise a line and put it somewhere on paper of that width; a longer one is squeezed."""
    natural = image.shape[1] * HEIGHT / image.shape[0]
    strip = normalise_line(image, columns=min(columns, max(8, round(natural))))
    padded = np.zeros((HEIGHT, columns, 1), np.float32)
    left = int(rng.integers(0, columns - strip.shape[1] + 1))
    padded[:, left : left + strip.shape[1]] = strip
    return padded
