"""Table tops that look like pages themselves: newspapers, keyboards, planks, striped and checked cloth.

No severity lays documents on them of itself; name them in a `Severity` of your own to make finding a document hard.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from imgrec_tf.finance.documents.textures import blend, smooth_noise


def newspaper(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Columns of small text, headlines and pictures, at any angle: float32 (rows, columns, 3)."""
    side = int(np.hypot(rows, columns)) + 2
    ground = rng.uniform(190, 245) + rng.normal(0, 5, 3)
    sheet = Image.fromarray(_clipped(blend(ground * 0.93, ground, smooth_noise(rng, side, side, 0.3))))
    pen = ImageDraw.Draw(sheet)
    count = int(rng.integers(3, 8))
    pitch, size = side / count, side * rng.uniform(0.006, 0.016)
    for column in range(count):
        x0, x1, y = column * pitch + 0.05 * pitch, (column + 0.95) * pitch, rng.uniform(-0.1, 0.05) * side
        while y < side:
            kind, ink = rng.random(), rng.uniform(30, 130) + rng.normal(0, 5, 3)
            if kind < 0.08:
                height = rng.uniform(0.05, 0.22) * side
                noise = smooth_noise(rng, max(4, round(height)), max(4, round(x1 - x0)), 0.5)
                picture = blend(rng.uniform(20, 120, 3), rng.uniform(100, 235, 3), noise)
                sheet.paste(Image.fromarray(_clipped(picture)), (round(x0), round(y)))
                y += height + size
            elif kind < 0.18:
                y = _words(pen, x0, x1, y, size * rng.uniform(2, 4), 1, ink, rng) + size
            else:
                y = _words(pen, x0, x1, y, size, int(rng.integers(3, 14)), ink, rng) + size
    return _turned(sheet, rng, rows, columns)


def keyboard(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Rows of keys, at any angle: float32 (rows, columns, 3)."""
    side = int(np.hypot(rows, columns)) + 2
    body, key = rng.uniform(20, 235, 3) * (0.3, 0.3, 0.3) + rng.uniform(10, 160), rng.uniform(25, 235)
    sheet = Image.new("RGB", (side, side), _ink(body))
    pen = ImageDraw.Draw(sheet)
    pitch = side * rng.uniform(0.05, 0.12)
    for row, y in enumerate(np.arange(0, side, pitch)):
        x = -rng.uniform(0, 1) * pitch
        while x < side:
            wide = pitch * rng.choice([1, 1, 1, 1, 1, 1.5, 2, 5])
            box = (x + 0.06 * pitch, y + 0.06 * pitch, x + wide - 0.06 * pitch, y + 0.94 * pitch)
            pen.rounded_rectangle(box, 0.12 * pitch, fill=_ink(np.full(3, key + rng.normal(0, 3))))
            mark = (x + 0.3 * pitch, y + 0.28 * pitch, x + 0.5 * pitch, y + 0.5 * pitch)
            pen.rectangle(mark, fill=_ink(np.full(3, 255 - key)))
            x += wide
        if row % 6 == 5:
            pen.rectangle((0, y, side, y + pitch), fill=_ink(body))
    return _turned(sheet, rng, rows, columns)


def planks(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Boards side by side with dark joints, at any angle: float32 (rows, columns, 3)."""
    side = int(np.hypot(rows, columns)) + 2
    light = np.array([(196, 150, 104), (140, 94, 60), (214, 184, 142), (98, 66, 46), (150, 150, 150)][rng.integers(5)])
    fibre = np.asarray(
        Image.fromarray(rng.random((side // 2, 12), dtype=np.float32)).resize((side, side), Image.Resampling.BICUBIC)
    )
    pixels = blend(light * 0.75, light * 1.1, np.clip(0.7 * fibre + 0.3 * smooth_noise(rng, side, side, 0.3), 0, 1))
    pitch = side * rng.uniform(0.05, 0.3)
    for y in np.arange(rng.uniform(0, pitch), side, pitch):
        pixels[int(y) :] *= rng.uniform(0.88, 1.12)
        pixels[int(y) : int(y) + max(1, round(side * rng.uniform(0.002, 0.008)))] *= 0.45
    return _turned(Image.fromarray(_clipped(pixels)), rng, rows, columns)


def checks(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Stripes, or stripes across stripes, of several widths and colours, at any angle: float32 (rows, columns, 3)."""
    side = int(np.hypot(rows, columns)) + 2
    pixels = np.full((side, side, 3), rng.uniform(40, 230) + rng.normal(0, 25, 3), np.float32)
    both = rng.random() < 0.6
    for _ in range(int(rng.integers(1, 5))):
        pitch, share = side * rng.uniform(0.03, 0.3), rng.uniform(0.1, 0.6)
        striped = ((np.arange(side) / pitch + rng.uniform(0, 1)) % 1 < share).astype(np.float32) * rng.uniform(0.2, 0.8)
        colour = rng.uniform(20, 245, 3)
        pixels = blend(pixels, colour, np.broadcast_to(striped, (side, side)))
        if both:
            pixels = blend(pixels, colour, np.broadcast_to(striped[:, None], (side, side)))
    pixels = pixels * (0.85 + 0.3 * smooth_noise(rng, side, side, 0.4)[..., None])
    return _turned(Image.fromarray(_clipped(pixels)), rng, rows, columns)


def _words(pen: ImageDraw.ImageDraw, x0, x1, y, size, lines: int, ink, rng: np.random.Generator) -> float:
    for _ in range(lines):
        x = x0
        while x < x1:
            long = size * rng.uniform(1, 5)
            pen.rectangle((x, y, min(x1, x + long), y + 0.62 * size), fill=_ink(ink))
            x += long + 0.6 * size
        y += 1.5 * size
    return y


def _turned(sheet: Image.Image, rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    turned = sheet.rotate(rng.uniform(0, 360), Image.Resampling.BILINEAR)
    left, top = (sheet.width - columns) // 2, (sheet.height - rows) // 2
    return np.asarray(turned.crop((left, top, left + columns, top + rows)), np.float32)


def _clipped(pixels: np.ndarray) -> np.ndarray:
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _ink(colour: np.ndarray) -> tuple[int, ...]:
    return tuple(int(one) for one in np.clip(colour, 0, 255))
