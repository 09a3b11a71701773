"""Where a page is looked at: windows of 10 × 20 mm, cut from the rectified page, all at one scale."""

from __future__ import annotations

import numpy as np
from PIL import Image

from imgrec_tf.finance.forgery.traces import PIXELS_PER_MM

SHAPE = (round(10 * PIXELS_PER_MM), round(20 * PIXELS_PER_MM))  # height and width of a crop in pixels

Box = tuple[int, int, int, int]
Window = tuple[float, float, float]  # left and top in pixels of the page, and pixels of the page in one of the crop


def window_scale(pixels_per_mm: float) -> float:
    """How many pixels of the page become one of the crop."""
    return pixels_per_mm / PIXELS_PER_MM


def around(centre, scale: float, page_shape: tuple[int, ...]) -> Window:
    """The window around a point (x, y), moved so that it lies on the page where the page is large enough.

    It begins at a whole pixel: cut between pixels, a crop would be smoother than its page, and its noise another.
    """
    high, wide = SHAPE[0] * scale, SHAPE[1] * scale
    left = np.clip(centre[0] - wide / 2, 0, max(0.0, page_shape[1] - wide))
    top = np.clip(centre[1] - high / 2, 0, max(0.0, page_shape[0] - high))
    return float(np.round(left)), float(np.round(top)), float(scale)


def cut(page: np.ndarray, window: Window) -> np.ndarray:
    """Cut a window out of a page: uint8 (96, 192, 3); what lies beyond the page repeats its edge."""
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
