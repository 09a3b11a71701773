"""How sharp the strong edges of a place are, against those of the rest of its page.

A camera blurs all edges of a page alike. What was copied had a blur of its own before, from a lens, a scanner or a
change of size, and both add up. The sharpness of an edge is told without its contrast by the ratio of its slopes after
a weak and after a stronger blur (the principle of Zhuo and Sim, "Defocus map estimation from a single image", Pattern
Recognition 44(9), 2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from imgrec_tf.finance.forgery.patches import Box

_BLURS = (0.47, 0.93, 1.87)  # units: each twice the one before
_LEAST_SLOPE = 25.0  # grey levels a pixel, after the first blur
_RIM = 4.0  # units: so far inside of a portrait its own rim does not count, and so far outside nothing is compared
_MARGIN = 8.0  # units of the page's own border that are left out
_FEWEST = 20  # edge pixels
_QUANTILES = (0.3, 0.5, 0.7)
_MEASURES = (
    *(f"{round(100 * one)} % quantile of the sharpness of edges" for one in _QUANTILES),
    "30 % quantile of the coarser sharpness of edges",
)
EDGES = (*_MEASURES, *(f"{one}, against the page" for one in _MEASURES))


@dataclass(frozen=True)
class Edges:
    """The strong edges of a page, one row a pixel.

    Attributes:
        x, y: Where it is, int (n,).
        fine, coarse: Ratios of the slopes after the first and second, second and third blur, float32 (n,).
        shape: Height and width of the page.
    """

    x: np.ndarray
    y: np.ndarray
    fine: np.ndarray
    coarse: np.ndarray
    shape: tuple[int, int]


def edges_of(grey: np.ndarray, unit: float) -> Edges:
    """Find the pixels of a page, float32 (height, width), at which an edge is steepest."""
    weak, strong, stronger = (ndimage.gaussian_gradient_magnitude(grey, one * unit, truncate=3.0) for one in _BLURS)
    steepest = (weak >= ndimage.maximum_filter(weak, 3)) & (weak > _LEAST_SLOPE)
    y, x = np.nonzero(steepest)
    fine, coarse = weak[y, x] / np.maximum(strong[y, x], 1), strong[y, x] / np.maximum(stronger[y, x], 1)
    return Edges(x, y, fine, coarse, grey.shape)


def edge_traces(edges: Edges, box: Box, unit: float, *, portrait: bool = False) -> list[float]:
    """Measure the edges in a place; NaN where there are too few; as `EDGES`."""
    left, top, right, bottom = box
    rim, margin = _RIM * unit, _MARGIN * unit
    inner = rim if portrait else 0.0

    def within(low_x: float, low_y: float, high_x: float, high_y: float) -> np.ndarray:
        return (edges.x >= low_x) & (edges.x < high_x) & (edges.y >= low_y) & (edges.y < high_y)

    here = within(left + inner, top + inner, right - inner, bottom - inner)
    height, width = edges.shape
    there = within(margin, margin, width - margin, height - margin)
    there &= ~within(left - rim, top - rim, right + rim, bottom + rim)
    own, page = _measured(edges, here), _measured(edges, there)
    return [*own, *(own - page)]


def _measured(edges: Edges, chosen: np.ndarray) -> np.ndarray:
    if chosen.sum() < _FEWEST:
        return np.full(len(_MEASURES), np.nan)
    return np.append(np.quantile(edges.fine[chosen], _QUANTILES), np.quantile(edges.coarse[chosen], _QUANTILES[0]))
