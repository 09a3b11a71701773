"""Finds the machine-readable zone on a whole picture: long, even, parallel rows of dark characters.

Classical image processing, at several scales: what is dark and narrower than a character is kept (black top-hat),
joined along the row (closing), and what is then long, thin and straight is a row. Two or three parallel rows of the
same length, at the distance that ICAO 9303 gives them, are a zone. Rows may lie across or upright and some 12 degrees
askew; for what lies otherwise the picture is turned. Which end is the beginning, only reading tells.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf.finance.reading.rows import Row, Zone

_SCALES = (720, 1150, 1800)  # long side in pixels that a picture is brought to
_LARGER = 2.5  # small pictures are enlarged up to so many times: the kernels below are wider than their characters
_ANGLES = (0, 24, -24, 45)  # degrees that it is turned by, one after another while nothing is found
_KERNEL = 9  # what is darker than its surroundings within so many pixels may be a stroke
_JOIN = 21  # and strokes that are no further apart along the row belong together
_SHORTEST = 13.0  # length of a row in capital heights; 30 characters have about 31


def find_zones(grey: np.ndarray, *, most: int = 6) -> list[Zone]:
    """Return the places that look most like a machine-readable zone.

    Args:
        grey: float32 or uint8 (height, width), dark characters on lighter paper.
        most: Zones to return at most.

    Returns:
        Zones in the picture's pixels, the likeliest first; none where nothing looks like rows of characters.
    """
    found = [zone for zones in search_zones(grey) for zone in zones]
    return distinct(sorted(found, key=lambda zone: -zone.score))[:most]


def search_zones(grey: np.ndarray) -> Iterator[list[Zone]]:
    """Look for zones at one scale and angle after another, the usual ones first; each time the likeliest first."""
    for angle in _ANGLES:
        for long_side in _SCALES if angle == 0 else _SCALES[:2]:
            scale = min(_LARGER, long_side / max(grey.shape))
            small = _resized(grey, scale)
            turned = small
            if angle:
                level = float(np.median(small))
                picture = Image.fromarray(small)
                turned = np.asarray(picture.rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor=level))
            dark = ndimage.grey_closing(turned, (_KERNEL, _KERNEL)) - turned
            inks = [dark > threshold for threshold in _thresholds(dark)]
            for upright in (False, True):  # most zones lie across: the others are looked for when those were none
                found: list[Zone] = []
                for ink in inks:
                    found += _zones(_upright(_rows(ink.T)) if upright else _rows(ink))
                found = distinct(sorted(found, key=lambda zone: -zone.score))[:4]
                yield [_on_picture(zone, angle, turned.shape, small.shape, scale) for zone in found]
            if scale == _LARGER:
                break


def _resized(grey: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1.0:
        return np.asarray(grey, np.float32)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(np.asarray(grey, np.float32)).resize(size, way))


def _thresholds(dark: np.ndarray) -> list[float]:
    """Where ink may begin: shares of the darkest strokes, above the paper's noise."""
    strong, typical = np.percentile(dark, (99, 50))
    if strong < 8:
        return []
    return [max(share * strong, 1.5 * typical + 4) for share in (0.32, 0.55)]


def _rows(ink: np.ndarray) -> list[Row]:
    """Join what is inked along the lines of the array; long thin parts are rows."""
    joined = ndimage.maximum_filter1d(ink.astype(np.uint8), _JOIN, axis=1)
    joined = ndimage.minimum_filter1d(joined, _JOIN, axis=1).astype(bool)
    labels, _ = ndimage.label(joined)
    rows = []
    for number, box in enumerate(ndimage.find_objects(labels), 1):
        height, width = (side.stop - side.start for side in box)
        if width < 60 or width < 3.5 * height or height < 4:
            continue
        rows += _row(labels[box] == number, ink[box], box)
    return rows


def _row(part: np.ndarray, ink: np.ndarray, box) -> list[Row]:
    """Fit a slightly bent line through one joined part, and measure its capitals; [] when it is no row."""
    filled = part.any(axis=0)
    columns = np.flatnonzero(filled)
    tops = part.argmax(axis=0)[columns].astype(float)
    bottoms = (part.shape[0] - 1 - part[::-1].argmax(axis=0)[columns]).astype(float)
    middles, heights = (tops + bottoms) / 2, bottoms - tops + 1
    height = float(np.percentile(heights, 80))
    length = columns[-1] - columns[0] + 1.0
    if height < 4 or length < _SHORTEST * height:
        return []
    x = 2 * (columns - columns[0]) / length - 1
    weight = np.exp(-((heights - np.percentile(heights, 70)) ** 2) / (0.1 * height**2 + 1))
    bend, slope, level = np.polyfit(x, middles, 2, w=weight)
    off = np.abs(middles - np.polyval([bend, slope, level], x))
    density = float((ink & part).sum() / part.sum())
    if np.percentile(off, 75) > 0.3 * height or abs(slope) > 0.22 * length / 2 or not 0.1 < density < 0.9:
        return []
    left, top = box[1].start + columns[0], box[0].start
    ends = np.array([[left, top + level - slope + bend], [left + length - 1, top + level + slope + bend]])
    return [Row(ends[0], ends[1], height * float(np.cos(np.arctan(2 * slope / length))), float(bend))]


def _upright(rows: list[Row]) -> list[Row]:
    """Rows that were found in the transposed picture."""
    return [Row(row.start[::-1].copy(), row.end[::-1].copy(), row.height, -row.bend) for row in rows]


def _zones(rows: list[Row]) -> Iterator[Zone]:
    """Put rows together that are parallel, of one length, and as far apart as the lines of a zone."""
    rows = sorted(rows, key=lambda row: -row.length)[:40]
    below: dict[int, list[int]] = {}
    for one, other in itertools.permutations(range(len(rows)), 2):
        if _follows(rows[one], rows[other]):
            below.setdefault(one, []).append(other)
    for one, seconds in below.items():
        for second in seconds:
            yield _zone((rows[one], rows[second]))
            for third in below.get(second, []):
                gaps = [_gap(rows[one], rows[second]), _gap(rows[second], rows[third])]
                if max(gaps) < 1.35 * min(gaps):
                    yield _zone((rows[one], rows[second], rows[third]))


def _gap(upper: Row, lower: Row) -> float:
    return float(((lower.start + lower.end) / 2 - (upper.start + upper.end) / 2) @ upper.normal)


def _follows(upper: Row, lower: Row) -> bool:
    """Whether one row may be the line below the other."""
    along = upper.direction
    if abs(along[0] * lower.direction[1] - along[1] * lower.direction[0]) > 0.05 or along @ lower.direction < 0:
        return False
    height = max(upper.height, lower.height)
    if min(upper.height, lower.height) < 0.55 * height or not 1.25 * height < _gap(upper, lower) < 3.4 * height:
        return False
    shared = min(upper.length, (lower.end - upper.start) @ along) - max(0.0, (lower.start - upper.start) @ along)
    return shared > 0.7 * max(upper.length, lower.length)


def _zone(rows: tuple[Row, ...]) -> Zone:
    """Give all rows the same ends: fillers at the end of a line may have been lost in one of them."""
    height = max(row.height for row in rows)
    along = rows[0].direction
    starts = np.array([(row.start - rows[0].start) @ along for row in rows])
    ends = np.array([(row.end - rows[0].start) @ along for row in rows])
    down = np.array([_gap(rows[0], row) for row in rows])
    shear = _shear(starts, ends, down, height)
    first, last = float((starts - shear * down).min()), float((ends - shear * down).max())
    level = []
    for row, own, drop in zip(rows, starts, down):
        begin = row.start + (first + shear * drop - own) * row.direction
        level.append(Row(begin, begin + (last - first) * row.direction, height, row.bend, shear))
    ratio = (last - first) / height
    # 30 characters are about 31 capital heights long, 44 about 46; shorter ones are more likely printed words.
    length_score = np.exp(-((max(0.0, 28 - ratio) / 8) ** 2) - (max(0.0, ratio - 50) / 12) ** 2)
    uneven = max(np.ptp(starts - shear * down), np.ptp(ends - shear * down))
    even = np.exp(-uneven / (6 * height))
    return Zone(tuple(level), float(length_score * even * (1.15 if len(rows) == 3 else 1.0) * (last - first) ** 0.25))


def _shear(starts: np.ndarray, ends: np.ndarray, down: np.ndarray, height: float) -> float:
    """How far the lines lean, where both of their ends say so; 0 where a line may have lost characters instead."""
    by_start, by_end = (float((one[-1] - one[0]) / down[-1]) for one in (starts, ends))
    shear = (by_start + by_end) / 2
    agree = abs(by_start - by_end) * down[-1] < 0.8 * height
    return shear if agree and 0.1 < abs(shear) < 0.7 else 0.0


def _on_picture(zone: Zone, angle: float, turned: tuple, small: tuple, scale: float) -> Zone:
    """Take a zone from the turned, reduced picture back to the picture itself."""
    cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))

    def place(point: np.ndarray) -> np.ndarray:
        x, y = point - (np.array(turned[::-1]) - 1) / 2
        back = np.array([x * cosine - y * sine, x * sine + y * cosine]) + (np.array(small[::-1]) - 1) / 2
        return (back + 0.5) / scale - 0.5

    rows = tuple(
        Row(place(row.start), place(row.end), row.height / scale, row.bend / scale, row.shear) for row in zone.rows
    )
    return Zone(rows, zone.score)


def distinct(zones: list[Zone]) -> list[Zone]:
    """Leave out what lies at the place of a better one and has the same number of rows."""
    kept: list[Zone] = []
    for zone in zones:
        middle = zone.corners.mean(axis=0)
        reach = zone.rows[0].height
        if not any(
            len(zone.rows) == len(one.rows) and np.hypot(*(one.corners.mean(axis=0) - middle)) < reach for one in kept
        ):
            kept.append(zone)
    return kept
