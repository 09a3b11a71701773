"""What crosses the rim of a place: a mark printed over paper and portrait goes on inside, unless it was covered.

Just outside of the rim, the colours along it are read: where a letter of the mark begins, they change. Just inside, the
same change is looked for. What was pasted over the mark does not show it, or shows another one.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from imgrec_tf.finance.forgery.patches import Box

CROSSING = ("what goes on inside of the rim, share", "what goes on, agreement", "what crosses the rim, strength")
_OUTSIDE, _INSIDE = (1.3, 2.0), (-1.4, -2.0)  # units from the rim: near it, and beyond its own blur
_CORNER = 4.0  # units of a side that are left out at each end
_STEP = 2.7  # units along the rim, to each side: over this length a change is measured
_SMOOTH = 1.0  # units along the rim
_SLANT = 6.0  # units that a slanting line may shift from outside to inside
_LEAST_CHANGE = 10.0  # grey levels, as the length of a colour's change
_FEWEST = 8  # pixels of the rim with such a change
_PAPER = 4.0  # grey levels: corners that differ less from what lies beside them are paper, so the portrait is an oval


def crossing_traces(colours: np.ndarray, box: Box, unit: float, *, portrait: bool = False) -> list[float]:
    """Compare changes along the rim outside and inside; NaN where nothing crosses it; as `CROSSING`.

    Args:
        colours: float32 (height, width, 3), grey levels.
        box: The place.
        unit: Pixels in 1 / 6.4 mm.
        portrait: Whether it is a portrait, whose rim may be an ellipse.
    """
    lines = [_ellipse(box)] if portrait and _is_oval(colours, box) else _sides(box, round(_CORNER * unit))
    step, slant, smooth = round(_STEP * unit), round(_SLANT * unit), _SMOOTH * unit
    lags = np.arange(-slant, slant + 1)
    products, squares, total, count = 0.0, 0.0, 0.0, 0
    for points, normals in lines:
        if len(points) < 2 * (step + slant) + 3:
            continue
        outside, inside = (_changes(colours, points, normals, [one * unit for one in reach], smooth, step)
                           for reach in (_OUTSIDE, _INSIDE))  # fmt: skip
        size = (outside**2).sum(axis=1)
        at = slant + np.flatnonzero(size[slant : len(size) - slant] > _LEAST_CHANGE**2)
        if not len(at):
            continue
        total, count = total + size[at].sum(), count + len(at)
        there = inside[at[:, None] + lags]
        own = np.einsum("nc,nlc->l", outside[at], there)
        best = int(own.argmax())
        products, squares = products + own[best], squares + (there[:, best] ** 2).sum()
    if count < _FEWEST:
        return [np.nan] * len(CROSSING)
    agreement = products / np.sqrt(total * squares + 1e-6)
    return [products / total, agreement, np.log(total / count)]


def _changes(colours, points, normals, reach, smooth: float, step: int) -> np.ndarray:
    """How the mean colour of some lines beside the rim changes along it: float (points - 2 steps, 3)."""
    mean = 0.0
    for distance in reach:
        y, x = (points + distance * normals).T
        mean = mean + np.stack(
            [ndimage.map_coordinates(one, (y, x), order=1, mode="nearest") for one in np.moveaxis(colours, -1, 0)], 1
        )
    mean = ndimage.gaussian_filter1d(mean / len(reach), smooth, axis=0)
    return mean[2 * step :] - mean[: -2 * step]


def _sides(box: Box, corner: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Points (y, x) on the four sides and normals that point outwards."""
    left, top, right, bottom = box
    across, down = np.arange(left + corner, right - corner), np.arange(top + corner, bottom - corner)
    found = []
    for edge, sign in ((top - 0.5, -1), (bottom - 0.5, 1)):
        found.append((np.c_[np.full(len(across), edge), across], np.array([sign, 0.0])))
    for edge, sign in ((left - 0.5, -1), (right - 0.5, 1)):
        found.append((np.c_[down, np.full(len(down), edge)], np.array([0.0, sign])))
    return found


def _ellipse(box: Box) -> tuple[np.ndarray, np.ndarray]:
    left, top, right, bottom = box
    half = np.array([bottom - top, right - left]) / 2
    angle = np.linspace(0, 2 * np.pi, int(np.pi * half.sum()), endpoint=False)
    circle = np.c_[np.sin(angle), np.cos(angle)]
    normals = circle / half
    middle = np.array([top + bottom, left + right]) / 2 - 0.5
    return middle + half * circle, normals / np.linalg.norm(normals, axis=1, keepdims=True)


def _is_oval(colours: np.ndarray, box: Box) -> bool:
    """Whether the upper corners of a portrait's place look like the paper beside."""
    left, top, right, _ = box
    size = min(max(3, round(0.06 * (right - left))), right - left)
    found = []
    for inner, outer in ((left, left - size - 2), (right - size, right + 2)):
        outer = max(0, min(outer, colours.shape[1] - size))
        corner, beside = (colours[top : top + size, x : x + size].mean(axis=(0, 1)) for x in (inner, outer))
        found.append(np.abs(corner - beside).max())
    return float(np.mean(found)) < _PAPER
