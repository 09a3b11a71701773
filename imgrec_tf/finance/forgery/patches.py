"""What a forger's image editor does: paint a background over a field, write on it, save the piece, paste it back."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from imgrec_tf.finance.documents import fonts

Box = tuple[int, int, int, int]  # left, top, right, bottom in whole pixels, the last two exclusive
_FINE = 4  # letters are drawn this many times larger, then reduced
_IMITATED = ("ocr-b", "sans", "sans-bold", "serif", "serif-bold", "slab", "slab-bold", "mono", "mono-bold")


@dataclass(frozen=True)
class Tool:
    """How pieces go back into the page.

    Attributes:
        quality: Of the JPEG file in which the piece was kept, 1 to 100.
        feather: Width of the soft edge, in pixels.
    """

    quality: int
    feather: float


def draw_tool(rng: np.random.Generator, skill: float) -> Tool:
    """Draw the habits of one forger: `skill` from 0 (clumsy) to 1 (careful)."""
    low, high = 45 + 35 * skill, 75 + 20 * skill
    return Tool(int(rng.integers(int(low), int(high) + 1)), float(rng.uniform(0.2, 0.4 + 1.2 * skill)))


def second_generation(picture: np.ndarray, rng: np.random.Generator, skill: float) -> np.ndarray:
    """Give a piece the history that every copied piece has: another resolution, lens, sensor and file.

    A forger has no printing plates. What is laid over a page, a face, a field, a digit, a piece of paper, is a copy: it
    comes from a photo or a scan, which had more or fewer pixels than the place it goes to, its own blur, its own noise
    and its own JPEG tables. What is genuine on the page has none of these. With more skill the source is a better one.

    Args:
        picture: uint8 (height, width, 3).
        rng: What is drawn.
        skill: 0 (a picture from the web) to 1 (a good scan).

    Returns:
        uint8 of the same shape.
    """
    worst = 1 - skill
    scale = float(np.exp(rng.uniform(-0.25 - 0.45 * worst, 0.25)))
    blur, noise = rng.uniform(0.3, 0.5 + 0.5 * worst), rng.uniform(0.8, 2.0 + 3.0 * worst)
    size = max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale))
    seen = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC), np.float32)
    seen = ndimage.gaussian_filter(seen, (blur, blur, 0))
    grain = ndimage.gaussian_filter(rng.normal(0, 1, seen.shape).astype(np.float32), (0.4, 0.4, 0))
    seen = np.clip(seen + grain * (noise / grain.std()) + 0.5, 0, 255).astype(np.uint8)
    seen = jpeg(seen, int(rng.integers(60 + round(20 * skill), 93)))
    return np.asarray(Image.fromarray(seen).resize(picture.shape[1::-1], Image.Resampling.BICUBIC))


def jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    """Save a picture as JPEG, colours halved in resolution as most programs do, and read it back: uint8."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def whole_box(box, image: np.ndarray, margin: float = 0.0) -> Box:
    """A rectangle in whole pixels inside of the image, `margin` pixels larger on each side."""
    left, top, right, bottom = box
    height, width = image.shape[:2]
    left, top = max(0, int(np.floor(left - margin))), max(0, int(np.floor(top - margin)))
    return left, top, min(width, int(np.ceil(right + margin))), min(height, int(np.ceil(bottom + margin)))


def paste(image: np.ndarray, piece: np.ndarray, box: Box, tool: Tool, shape: np.ndarray | None = None) -> np.ndarray:
    """Save a piece as JPEG, read it back, and lay it on the page with a soft edge; returns a new page.

    Args:
        image: uint8 (height, width, 3).
        piece: uint8, as large as the box.
        box: Where it goes.
        tool: How.
        shape: float (rows, columns) in [0, 1], 0 where the piece is transparent; None for a full rectangle.
    """
    left, top, right, bottom = box
    piece = jpeg(piece, tool.quality).astype(np.float32)
    cover = np.ones(piece.shape[:2], np.float32) if shape is None else shape.astype(np.float32)
    if tool.feather > 0.4:
        soft = ndimage.gaussian_filter(cover, tool.feather / 2, mode="constant")  # towards the inside only:
        cover = np.minimum(cover, np.clip(2 * soft - 1, 0, 1))  # nothing outside of the box changes
    made = image.copy()
    below = image[top:bottom, left:right].astype(np.float32)
    made[top:bottom, left:right] = np.clip(below + cover[..., None] * (piece - below) + 0.5, 0, 255)
    return made


def cleaned(image: np.ndarray, box: Box, rng: np.random.Generator, skill: float = 1.0) -> np.ndarray:
    """Paint over a rectangle: with background cloned from beside it where some is free, else smooth between its rims.

    With less skill it is more often one flat colour, and less often a clone.

    Returns:
        uint8, as large as the box.
    """
    smooth = _between_rims(image, box)
    if rng.random() < 0.6 * (1 - skill):
        return np.broadcast_to(np.median(smooth, axis=(0, 1)).astype(np.uint8), smooth.shape).copy()
    left, top, right, bottom = box
    height, width = bottom - top, right - left
    candidates = []
    for dx, dy in ((0, -height - 1), (0, height + 1), (width + 2, 0), (-width - 2, 0)):
        x, y = left + dx, top + dy
        if x < 0 or y < 0 or x + width > image.shape[1] or y + height > image.shape[0]:
            continue
        found = image[y : y + height, x : x + width]
        unlike = np.abs(found.astype(np.float32) - smooth).max(axis=-1)
        if (unlike > 60).mean() < 0.01:  # no letters in it
            candidates.append(found)
    if not candidates or rng.random() < 1 - 0.6 * skill:
        return smooth
    found = second_generation(candidates[int(rng.integers(len(candidates)))], rng, skill).astype(np.float32)
    return np.clip(found + (smooth.mean(axis=(0, 1)) - found.mean(axis=(0, 1))), 0, 255).astype(np.uint8)


def _between_rims(image: np.ndarray, box: Box) -> np.ndarray:
    """Blend the four rims of a rectangle into it: a Coons patch (Coons, "Surfaces for computer-aided design", 1967)."""
    left, top, right, bottom = box
    height, width = image.shape[:2]
    rows, columns = np.clip([top - 2, bottom + 1], 0, height - 1), np.clip([left - 2, right + 1], 0, width - 1)

    def calm(line: np.ndarray) -> np.ndarray:
        return ndimage.median_filter(line.astype(np.float32), size=(min(15, len(line)), 1), mode="nearest")

    above, below = calm(image[rows[0], left:right]), calm(image[rows[1], left:right])
    first, last = calm(image[top:bottom, columns[0]]), calm(image[top:bottom, columns[1]])
    v = ((np.arange(bottom - top) + 0.5) / (bottom - top))[:, None, None]
    u = ((np.arange(right - left) + 0.5) / (right - left))[None, :, None]
    between_rows = (1 - v) * above[None] + v * below[None]
    between_columns = (1 - u) * first[:, None] + u * last[:, None]
    corners = (1 - v) * ((1 - u) * above[0] + u * above[-1]) + v * ((1 - u) * below[0] + u * below[-1])
    return np.clip(between_rows + between_columns - corners, 0, 255).astype(np.uint8)


def ink_of(image: np.ndarray, box: Box) -> np.ndarray:
    """Colour of the letters in a rectangle: the mean of its darkest tenth, float (3,)."""
    left, top, right, bottom = box
    pixels = image[top:bottom, left:right].reshape(-1, 3).astype(float)
    dark = pixels.sum(axis=1)
    return pixels[dark <= np.quantile(dark, 0.08)].mean(axis=0)


def letters(text: str, height: float, font: str) -> np.ndarray:
    """Draw a text so that its ink is `height` pixels high: cover float32 (rows, columns) in [0, 1], cut to the ink."""
    room = 8
    low_x, low_y, high_x, high_y = _stencil(text, 40, font, room).getbbox() or (0, 0, room, room)
    size = 40 / max(1, high_y - low_y) * height  # the height of the ink is proportional to the size
    stencil = _stencil(text, size * _FINE, font, room)
    low_x, low_y, high_x, high_y = stencil.getbbox() or (0, 0, room, room)
    cut = stencil.crop((low_x, low_y, low_x + -(-(high_x - low_x) // _FINE) * _FINE,
                        low_y + -(-(high_y - low_y) // _FINE) * _FINE))  # fmt: skip
    return np.asarray(cut.reduce(_FINE), np.float32) / 255


def nearest_font(text: str, aspect: float, rng: np.random.Generator, skill: float) -> str:
    """Choose a font as a forger does: one of those in which a text comes nearest to its printed proportions.

    One of the two nearest with all skill, one of the six nearest with none.
    """
    wide = {}
    for name in _IMITATED:
        low_x, low_y, high_x, high_y = _stencil(text, 24, name, 4).getbbox() or (0, 0, 1, 1)
        wide[name] = abs(np.log((high_x - low_x) / (high_y - low_y) / aspect))
    return sorted(wide, key=wide.get)[int(rng.integers(2 + round(4 * (1 - skill))))]


def written(piece: np.ndarray, cover: np.ndarray, at: tuple[float, float], ink: np.ndarray) -> np.ndarray:
    """Lay letters on a piece, their upper left corner at x, y: returns a new piece."""
    sheet = Image.new("L", piece.shape[1::-1], 0)
    stencil = Image.fromarray((cover * 255).astype(np.uint8))
    x, y = (round(one) for one in at)
    sheet.paste(stencil, (x, y))
    mask = np.asarray(sheet, np.float32)[..., None] / 255
    return np.clip(piece * (1 - mask) + ink * mask + 0.5, 0, 255).astype(np.uint8)


def _stencil(text: str, size: float, font: str, room: int) -> Image.Image:
    parts = [(fonts.font("chinese" if chinese else font, size * (fonts.CHINESE_SCALE if chinese else 1)), run)
             for chinese, run in fonts.runs(text)]  # fmt: skip
    wide = sum(face.getlength(run) for face, run in parts)
    sheet = Image.new("L", (int(wide + 2 * room + size), int(2.2 * size + 2 * room)), 0)
    pen, place = ImageDraw.Draw(sheet), room + 0.3 * size
    for face, run in parts:
        pen.text((place, 1.5 * size), run, fill=255, font=face, anchor="ls")
        place += face.getlength(run)
    return sheet
