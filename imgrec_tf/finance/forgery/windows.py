"""Where a page is looked at: windows of 10 × 20 mm, cut from the rectified page, all at one scale."""

from __future__ import annotations

import numpy as np
from PIL import Image

SHAPE = (64, 128)  # height and width of a crop in pixels
LEAST_HEIGHT = 10.0  # mm that a crop is high: a line of text with what lies above and below it
PIXELS_PER_MM = SHAPE[0] / LEAST_HEIGHT

Box = tuple[int, int, int, int]
Window = tuple[float, float, float]  # left and top in pixels of the page, and pixels of the page in one of the crop


def window_scale(pixels_per_mm: float) -> float:
    """How many pixels of the page become one of the crop."""
    return LEAST_HEIGHT * pixels_per_mm / SHAPE[0]


def around(centre, scale: float, page_shape: tuple[int, ...]) -> Window:
    """The window around a point (x, y), moved so that it lies on the page where the page is large enough."""
    high, wide = SHAPE[0] * scale, SHAPE[1] * scale
    left = np.clip(centre[0] - wide / 2, 0, max(0.0, page_shape[1] - wide))
    top = np.clip(centre[1] - high / 2, 0, max(0.0, page_shape[0] - high))
    return float(left), float(top), float(scale)


def over(box, pixels_per_mm: float, page_shape: tuple[int, ...]) -> list[Window]:
    """Windows that cover a field, each overlapping the next one: one row for a line of text, more for a portrait."""
    scale = window_scale(pixels_per_mm)
    places = []
    for low, high, extent in ((box[0], box[2], SHAPE[1] * scale), (box[1], box[3], SHAPE[0] * scale)):
        middle = (low + high) / 2
        first, last = min(low + extent / 3, middle), max(high - extent / 3, middle)
        places.append(np.linspace(first, last, 1 + int(np.ceil((last - first) / (extent / 2)))))
    return [around((x, y), scale, page_shape) for y in places[1] for x in places[0]]


def tiles(page_shape: tuple[int, ...], pixels_per_mm: float) -> list[Window]:
    """Windows of the height of a text line over the whole page: half of each over the next row, three quarters over
    the next one in its row."""
    scale = window_scale(pixels_per_mm)
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


def in_window(region, window: Window) -> Box:
    """Where a rectangle of the page lies in the crop: left, top, right, bottom in its pixels, cut to the crop."""
    left, top, scale = window
    low = np.floor((np.array(region[:2], float) - (left, top)) / scale)
    high = np.ceil((np.array(region[2:], float) - (left, top)) / scale)
    return tuple(np.clip([*low, *high], 0, [SHAPE[1], SHAPE[0]] * 2).astype(int).tolist())


def share_of(mask: np.ndarray, window: Window) -> float:
    """Share of a window in which a mask is True."""
    left, top, scale = window
    rows = slice(max(0, round(top)), max(1, round(top + SHAPE[0] * scale)))
    columns = slice(max(0, round(left)), max(1, round(left + SHAPE[1] * scale)))
    return float(mask[rows, columns].sum() / (SHAPE[0] * SHAPE[1] * scale**2))
