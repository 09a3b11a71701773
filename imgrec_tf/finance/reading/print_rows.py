"""Finds every piece of print on a straightened page: words and values that stand together, each with its box of ink.

Nothing is known of the layout. What is dark and narrower than a character is ink (black top-hat), long ruled lines are
taken out, ink that is near along the line is put together into a piece of text. Light print on dark is found the same
way on the negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.sparse.csgraph import connected_components

from imgrec_tf.finance.reading.normalising import HEIGHT, normalise_line
from imgrec_tf.finance.reading.print_strips import FILL

_SEARCHED = 1000  # longer side in pixels that a page is reduced to for the search
_KERNEL = 15  # strokes are narrower than this, whatever is broader is no print
_LEAST, _MOST = 6, 60  # height of a piece in pixels of the search
_LINE = 61  # what is inked so far without a gap is a ruled line
_CONTRASTS = (0.2, 0.4)  # shares of the strongest ink, where ink begins
_PIECES = 90  # pieces that are kept at most, the largest


@dataclass(frozen=True)
class Piece:
    """Text that stands together.

    Attributes:
        left, top, right, bottom: Around its ink, in pixels of the page.
        light: Whether it is light on dark.
    """

    left: float
    top: float
    right: float
    bottom: float
    light: bool = False

    @property
    def height(self) -> float:
        """Of the ink."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """Of the ink."""
        return self.right - self.left


def find_print(grey: np.ndarray) -> list[Piece]:
    """Return the pieces of print on an upright page, from the top down.

    Args:
        grey: float32 or uint8 (height, width) in [0, 255].
    """
    factor = max(1.0, max(grey.shape) / _SEARCHED)
    size = (max(1, round(grey.shape[1] / factor)), max(1, round(grey.shape[0] / factor)))
    small = np.asarray(Image.fromarray(np.asarray(grey, np.uint8)).resize(size, Image.Resampling.BOX))
    found: list[Piece] = []
    for light in (False, True):
        found += _pieces(255 - small if light else small, light)
    found = sorted(found, key=lambda one: -one.width * one.height)[:_PIECES]
    scaled = [
        Piece(one.left * factor, one.top * factor, one.right * factor, one.bottom * factor, one.light) for one in found
    ]
    return sorted(scaled, key=lambda one: (one.top + one.bottom, one.left))


def cut_print(grey: np.ndarray, piece: Piece, *, wider: float = 1.0) -> np.ndarray:
    """Cut a piece out as the reader has learned it: float32 (24, columns, 1), normalised, its ink 19 rows high.

    Args:
        grey: The page.
        piece: Where.
        wider: Factor on the width, for another look.
    """
    high, middle = piece.height, (piece.top + piece.bottom) / 2
    rows = round(middle - FILL * high / 2), round(middle + FILL * high / 2)
    columns = round(piece.left - 0.6 * high), round(piece.right + 0.6 * high)
    inside = grey[max(0, rows[0]) : max(0, rows[1]), max(0, columns[0]) : max(0, columns[1])]
    beyond = [(max(0, -first), max(0, last - size)) for (first, last), size in zip((rows, columns), grey.shape)]
    cut = np.pad(np.asarray(inside, np.float32), beyond, mode="edge")
    cut = 255 - cut if piece.light else cut
    return normalise_line(cut, columns=max(8, round(wider * cut.shape[1] * HEIGHT / cut.shape[0])))


def _pieces(grey: np.ndarray, light: bool) -> list[Piece]:
    dark = _closed(_closed(grey, _KERNEL, 0), _KERNEL, 1) - grey
    usual, rare = np.percentile(dark[::3, ::3], (99, 99.9))  # a nearly empty page has less than 1 % of ink
    strong = max(float(usual), 0.75 * float(rare))
    if strong < 10:
        return []
    found: list[Piece] = []
    for share in _CONTRASTS:
        ink = dark > max(share * strong, 8.0)
        ink &= ~_ruled(ink)
        for box in _joined(_words(ink)):
            piece = Piece(*(float(one) for one in box), light)
            if not _LEAST <= piece.height <= _MOST or piece.width < 0.4 * piece.height:
                continue
            if light and _around(grey, box) < 110:  # the paper is light on the picture itself: no light print
                continue
            if not any(_same(piece, one) for one in found):
                found.append(piece)
    return found


def _running(array: np.ndarray, size: int, axis: int, extreme) -> np.ndarray:
    """Greatest or least value within `size` places from each one on; the result is shorter by `size` - 1."""
    done = 1
    while done < size:
        step = min(done, size - done)
        ahead, behind = [slice(None)] * array.ndim, [slice(None)] * array.ndim
        ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
        array = extreme(array[tuple(behind)], array[tuple(ahead)])
        done += step
    return array


def _closed(array: np.ndarray, size: int, axis: int) -> np.ndarray:
    """Fill what is lower than both sides within `size` places."""
    ends = [(0, 0)] * array.ndim
    ends[axis] = (size - 1, size - 1)
    return _running(_running(np.pad(array, ends, mode="edge"), size, axis, np.maximum), size, axis, np.minimum)


def _ruled(ink: np.ndarray) -> np.ndarray:
    """Where ink runs on for longer than any stroke, across or down, and one pixel around it."""
    ruled = np.zeros_like(ink)
    for axis in (0, 1):
        if ink.shape[axis] < _LINE:
            continue
        long = _running(ink, _LINE, axis, np.logical_and)
        ends, beside = [(0, 0)] * 2, [(0, 0)] * 2
        ends[axis], beside[1 - axis] = (_LINE - 1, _LINE - 1), (1, 1)
        long = _running(np.pad(long, ends), _LINE, axis, np.logical_or)
        ruled |= _running(np.pad(long, beside), 3, 1 - axis, np.logical_or)
    return ruled


def _words(ink: np.ndarray) -> np.ndarray:
    """Join strokes that nearly touch: int (n, 4), left, top, right, bottom of each."""
    near = _closed(_closed(ink.astype(np.uint8), 7, 1), 3, 0)
    labels, _ = ndimage.label(near, np.ones((3, 3)))
    boxes = np.array(
        [(columns.start, rows.start, columns.stop, rows.stop) for rows, columns in ndimage.find_objects(labels)]
    ).reshape(-1, 4)
    high, wide = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    return boxes[(high >= 3) & (high <= _MOST) & (wide >= 2)]


def _joined(boxes: np.ndarray) -> np.ndarray:
    """Put neighbours of one line together while the gap is about as narrow as between words."""
    for _ in range(6):
        if not len(boxes):
            break
        count, group = connected_components(_adjoin(boxes), directed=False)
        if count == len(boxes):
            break
        first = np.full((count, 2), np.iinfo(boxes.dtype).max)
        last = np.zeros((count, 2), boxes.dtype)
        np.minimum.at(first, group, boxes[:, :2])
        np.maximum.at(last, group, boxes[:, 2:])
        boxes = np.concatenate([first, last], axis=1)
    return boxes


def _adjoin(boxes: np.ndarray) -> np.ndarray:
    """Whether two boxes belong to one piece, bool (n, n): about the same line and height, and no broad gap."""
    left, top, right, bottom = (boxes[:, place].astype(np.float32) for place in range(4))
    high = bottom - top
    small, large = np.minimum.outer(high, high), np.maximum.outer(high, high)
    shared = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    both = np.maximum.outer(bottom, bottom) - np.minimum.outer(top, top)
    gap = np.maximum.outer(left, left) - np.minimum.outer(right, right)
    parts = (gap <= 0.15 * large) & (shared > 0.6 * small) & (both < 1.35 * large)  # of a character, dots, marks
    words = (gap < 0.75 * large) & (shared > 0.7 * small) & ((large < 1.7 * small) | (gap < 0.5 * large))
    return parts | (words & (both < 1.6 * large))


def _around(grey: np.ndarray, box) -> float:
    left, top, right, bottom = box
    reach = (bottom - top) // 3 + 1
    return float(np.median(grey[max(0, top - reach) : bottom + reach, max(0, left - reach) : right + reach]))


def _same(one: Piece, other: Piece) -> bool:
    reach = 0.25 * min(one.height, other.height) + 1
    pairs = zip((one.left, one.top, one.right, one.bottom), (other.left, other.top, other.right, other.bottom))
    return all(abs(first - second) <= reach for first, second in pairs)
