"""Strips cut along the sides of a rough quadrilateral, and the exact lines that a network finds in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from imgrec_tf.finance.locating import geometry
from imgrec_tf.finance.locating.sizes import STRIP_ACROSS, STRIP_ALONG

_INSET = 0.06  # of a side's length, left out at both ends: a card's corners are round
_AVERAGED = 3  # samples along the side that are averaged into one column


@dataclass(frozen=True)
class Strips:
    """Strips, one a side, n of them, and where their samples lie.

    Attributes:
        pixels: float32 (n, 32, 64, 3), zero mean and unit variance each; row 0 on the table, the last on the page.
        positions: float64 (n, 64, 2, 2): where the middle line of each column begins, and the step of one row, x and y.
        inside: bool (n, 64): whether the column's middle lies within the photo.
    """

    pixels: np.ndarray
    positions: np.ndarray
    inside: np.ndarray


def cut_strips(image: np.ndarray, corners: np.ndarray, reach: float, inset: float = _INSET) -> Strips:
    """Cut a strip along each side of a quadrilateral.

    Args:
        image: uint8 (height, width, 3).
        corners: (4, 2), clockwise.
        reach: How far a strip goes to each side, as a share of the quadrilateral's mean size, the root of its area.
        inset: Share of a side's length that is left out at each end.

    Returns:
        The strips, in the order of the sides: from corner 0 to 1, 1 to 2, and so on.
    """
    return strips_along(image, corners, np.roll(corners, -1, axis=0), reach * np.sqrt(geometry.area(corners)), inset)


def strips_along(image: np.ndarray, starts: np.ndarray, ends: np.ndarray, half: float, inset: float = _INSET) -> Strips:
    """Cut a strip along each of some lines.

    Args:
        image: uint8 (height, width, 3).
        starts: Where the lines begin, (n, 2); the page lies to the right of them, as it is seen.
        ends: Where they end, (n, 2).
        half: How far a strip goes to each side, in pixels.
        inset: Share of a line's length that is left out at each end.
    """
    step = 2 * half / STRIP_ACROSS
    share = inset + (1 - 2 * inset) * (np.arange(STRIP_ALONG * _AVERAGED) + 0.5) / (STRIP_ALONG * _AVERAGED)
    rows = (np.arange(STRIP_ACROSS) + 0.5) * step - half
    along = (ends - starts) / np.linalg.norm(ends - starts, axis=1, keepdims=True)
    inward = np.stack([-along[:, 1], along[:, 0]], axis=1)  # clockwise as seen: the page lies to the right of its side
    middle = starts[:, None] + share[None, :, None] * (ends - starts)[:, None]
    points = middle[:, None] + rows[None, :, None, None] * inward[:, None, None]  # (n, across, along, 2)
    height, width = image.shape[:2]
    top, left = np.floor(points.min(axis=(0, 1, 2))[::-1]).astype(int) - 2
    bottom, right = np.ceil(points.max(axis=(0, 1, 2))[::-1]).astype(int) + 3
    top, left = min(max(top, 0), height - 1), min(max(left, 0), width - 1)  # one pixel, where all lie outside
    part = image[top : max(bottom, top + 1), left : max(right, left + 1)].astype(np.float32)
    place = np.stack([points[..., 1] - 0.5 - top, points[..., 0] - 0.5 - left])
    pixels = np.stack(
        [ndimage.map_coordinates(part[..., c], place, order=1, mode="nearest") for c in range(3)], axis=-1
    )
    pixels = sum(pixels[:, :, shift::_AVERAGED] for shift in range(_AVERAGED)) / _AVERAGED
    pixels -= pixels.mean(axis=(1, 2, 3), keepdims=True)
    pixels /= pixels.std(axis=(1, 2, 3), keepdims=True) + 2.0
    centre = middle[:, _AVERAGED // 2 :: _AVERAGED]
    positions = np.stack(
        [centre - half * inward[:, None], np.broadcast_to((step * inward)[:, None], centre.shape)], axis=2
    )
    inside = ((centre >= 0) & (centre <= (width, height))).all(axis=-1)
    return Strips(pixels.astype(np.float32), positions, inside)


def true_rows(strips: Strips, corners: np.ndarray) -> np.ndarray:
    """Where the true sides cross the strips' columns: float64 (4, 64), in rows from the strip's outer end."""
    starts = np.asarray(corners, np.float64)
    direction = np.roll(starts, -1, axis=0) - starts
    normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    outer, step = strips.positions[:, :, 0], strips.positions[:, :, 1]
    distance = ((starts[:, None] - outer) * normal[:, None]).sum(axis=-1)
    return distance / (step * normal[:, None]).sum(axis=-1)


def gradient_logits(strips: Strips) -> np.ndarray:
    """Where the colour changes most across each column: the classical stand-in for the edge network.

    The change is the length of the colour difference between the two rows above and the two below, averaged over
    neighbouring columns.

    Returns:
        float64 (4, 32, 64), as the edge network's output.
    """
    smooth = ndimage.uniform_filter1d(strips.pixels.astype(np.float64), 7, axis=2, mode="nearest")
    padded = np.pad(smooth, ((0, 0), (2, 2), (0, 0), (0, 0)), mode="edge")
    below, above = padded[:, 2:-2] + padded[:, 3:-1], padded[:, 1:-3] + padded[:, :-4]
    change = np.linalg.norm(below - above, axis=-1)
    change = 0.5 * (change + np.pad(change, ((0, 0), (0, 1), (0, 0)), mode="edge")[:, 1:])  # at the rows' middles
    return 8 * change / (change.max(axis=1, keepdims=True) + 1e-6)


def fit_sides(logits: np.ndarray, strips: Strips) -> tuple[np.ndarray | None, np.ndarray]:
    """Fit one straight line to each strip and meet them in four corners.

    Args:
        logits: (4, 32, 64) from the edge network.
        strips: What they were computed from.

    Returns:
        Corners (4, 2), or None where two neighbouring lines are parallel; and the support as in `fit_lines`.
    """
    lines, support = fit_lines(logits, strips)
    return meet(lines), support


def fit_lines(logits: np.ndarray, strips: Strips) -> tuple[np.ndarray, np.ndarray]:
    """Fit one straight line to each strip.

    A column's position is the mean of its probabilities near the peak; columns count by how sharp they are, and a
    column far from the line counts little (iteratively reweighted least squares with Tukey's biweight).

    Args:
        logits: (n, 32, 64) from the edge network.
        strips: What they were computed from.

    Returns:
        Two points on each line, float64 (n, 2, 2); and for each side the share of columns that agree with its line,
        weighted by the network's own certainty, float64 (n,) in [0, 1].
    """
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probability = shifted / shifted.sum(axis=1, keepdims=True)
    rows = np.arange(STRIP_ACROSS) + 0.5
    peak = probability.argmax(axis=1)
    near = np.abs(np.arange(STRIP_ACROSS)[None, :, None] - peak[:, None, :]) <= 2
    mass = (probability * near).sum(axis=1)
    place = (probability * near * rows[None, :, None]).sum(axis=1) / mass
    along = np.linspace(-1, 1, STRIP_ALONG)
    lines, support = [], []
    for side in range(len(place)):
        weight = np.where(strips.inside[side], mass[side] ** 2, 0.0) + 1e-6
        line = _robust_line(along, place[side], weight)
        off = np.abs(place[side] - np.polyval(line, along))
        support.append(float((mass[side] * (off < 1.5) * strips.inside[side]).mean()))
        ends = [0, STRIP_ALONG - 1]
        outer, step = strips.positions[side, ends, 0], strips.positions[side, ends, 1]
        lines.append(outer + np.polyval(line, along[ends])[:, None] * step)
    return np.array(lines), np.array(support)


def grown(corners: np.ndarray, share: float) -> np.ndarray | None:
    """Move all sides of a quadrilateral (4, 2) outward by a share of its size, the root of its area; None as `meet`."""
    along = np.roll(corners, -1, axis=0) - corners
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1) * share * np.sqrt(geometry.area(corners))
    return meet(np.stack([corners + outward, np.roll(corners, -1, axis=0) + outward], axis=1))


def meet(lines: np.ndarray) -> np.ndarray | None:
    """Corners (4, 2) where each line (two points, (4, 2, 2)) meets the one before it; None if two are parallel."""
    corners = [_meet(lines[side - 1], lines[side]) for side in range(4)]
    return None if any(one is None for one in corners) else np.array(corners)


def _robust_line(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    left, right = (one.ravel() for one in np.meshgrid(np.arange(2, 30, 4), np.arange(34, 63, 4), indexing="ij"))
    slope = (y[right] - y[left]) / (
        x[right] - x[left]
    )  # a start that most columns support, of lines through two of them
    lines = np.stack([slope, y[left] - slope * x[left]], axis=1)
    agreed = (weight * (np.abs(lines[:, :1] * x + lines[:, 1:] - y) < 1.0)).sum(axis=1)
    best = lines[agreed.argmax()]
    for _ in range(4):
        off = (y - np.polyval(best, x)) / 2.5
        best = np.polyfit(x, y, 1, w=np.sqrt(weight * np.clip(1 - off**2, 0, 1) ** 2 + 1e-9))
    return best


def _meet(first: np.ndarray, second: np.ndarray) -> np.ndarray | None:
    one, two = first[1] - first[0], second[1] - second[0]
    below = one[0] * two[1] - one[1] * two[0]
    if abs(below) < 1e-6 * max(np.hypot(*one) * np.hypot(*two), 1e-9):
        return None
    gap = second[0] - first[0]
    return first[0] + one * (gap[0] * two[1] - gap[1] * two[0]) / below
