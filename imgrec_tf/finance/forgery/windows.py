"""Where a page is looked at: windows around fields, cut from the rectified page at a scale that follows the field."""

from __future__ import annotations

import numpy as np
from PIL import Image

SHAPE = (64, 128)  # height and width of a crop in pixels
LEAST_HEIGHT = 10.0  # mm that a crop is high: a line of text with what lies above and below it
MARGIN = 1.2  # of the height of a higher field, such as a portrait
PIXELS_PER_MM = SHAPE[0] / LEAST_HEIGHT

Window = tuple[float, float, float]  # left and top in pixels of the page, and pixels of the page in one of the crop


def window_scale(box, pixels_per_mm: float) -> float:
    """How many pixels of the page become one of the crop, for a field's box (left, top, right, bottom)."""
    high = max(LEAST_HEIGHT * pixels_per_mm, MARGIN * (box[3] - box[1]))
    return high / SHAPE[0]


def around(centre, scale: float, page_shape: tuple[int, ...]) -> Window:
    """The window around a point (x, y), moved so that it lies on the page where the page is large enough."""
    high, wide = SHAPE[0] * scale, SHAPE[1] * scale
    left = np.clip(centre[0] - wide / 2, 0, max(0.0, page_shape[1] - wide))
    top = np.clip(centre[1] - high / 2, 0, max(0.0, page_shape[0] - high))
    return float(left), float(top), float(scale)


def along(box, pixels_per_mm: float, page_shape: tuple[int, ...]) -> list[Window]:
    """Windows that cover a field from its left to its right end, each overlapping the next one by half or more."""
    scale = window_scale(box, pixels_per_mm)
    wide = SHAPE[1] * scale
    middle = (box[1] + box[3]) / 2
    first, last = min(box[0] + wide / 3, (box[0] + box[2]) / 2), max(box[2] - wide / 3, (box[0] + box[2]) / 2)
    count = 1 + int(np.ceil((last - first) / (wide / 2)))
    return [around((x, middle), scale, page_shape) for x in np.linspace(first, last, count)]


def tiles(page_shape: tuple[int, ...], pixels_per_mm: float) -> list[Window]:
    """Windows of the height of a text line over the whole page: half of each over the next row, three quarters over
    the next one in its row."""
    scale = LEAST_HEIGHT * pixels_per_mm / SHAPE[0]
    high, wide = SHAPE[0] * scale, SHAPE[1] * scale
    down, right = max(0.0, page_shape[0] - high), max(0.0, page_shape[1] - wide)
    rows = np.linspace(0, down, 1 + int(np.ceil(2 * down / high)))
    columns = np.linspace(0, right, 1 + int(np.ceil(4 * right / wide)))
    return [(float(x), float(y), scale) for y in rows for x in columns]


def cut(page: np.ndarray, window: Window) -> np.ndarray:
    """Cut a window out of a page: uint8 (64, 128, 3); what lies beyond the page repeats its edge."""
    left, top, scale = window
    box = np.array([left, top, left + SHAPE[1] * scale, top + SHAPE[0] * scale])
    over = int(np.ceil(max(0.0, -box.min(), box[2] - page.shape[1], box[3] - page.shape[0])))
    if over:
        page = np.pad(page, ((over, over), (over, over), (0, 0)), mode="edge")
        box = box + over
    resample = Image.Resampling.BILINEAR  # Pillow widens its filter where the picture shrinks: nothing aliases
    return np.asarray(Image.fromarray(page).resize(SHAPE[::-1], resample, box=tuple(box)))


def share_of(mask: np.ndarray, window: Window) -> float:
    """Share of a window in which a mask is True."""
    left, top, scale = window
    rows = slice(max(0, round(top)), max(1, round(top + SHAPE[0] * scale)))
    columns = slice(max(0, round(left)), max(1, round(left + SHAPE[1] * scale)))
    return float(mask[rows, columns].sum() / (SHAPE[0] * SHAPE[1] * scale**2))
