"""Find the one document in a photo: roughly by a network that sees sheets, exactly by a network that sees edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf.finance.locating import edges, geometry, outlines, weights
from imgrec_tf.finance.locating.pictures import reduced_picture
from imgrec_tf.finance.locating.sizes import SHEET_INPUT

METHODS = ("auto", "network", "classical")
_WORKING = 640  # longer side of the copy in which corners are looked for
_SMALLEST = 120  # longer side of the smallest photo that is tried
_REACHES = (0.06, 0.035, 0.02)  # of the strips: the first guess may be this far off, as a share of the page's size

# Chosen on validation photos: phone photos keep these limits, wrong answers seldom do.
FEWEST_PIXELS = 24  # of the 48 × 48 that the sheet network answers
SECOND_SHARE = 0.15  # a second region of this share of the first one is a second document
LEAST_SUPPORT = 0.25  # of the columns of one side agree on one line
LEAST_OVERLAP = 0.80  # of the exact quadrilateral with the rough one
OUTSIDE = 0.012  # how far a corner may lie outside of the photo, as a share of the page's size

_PROBLEMS = {
    "no_document": (
        "No document was found in the photo",
        "Lay the document on a table of another colour and photograph it from above",
    ),
    "two_documents": ("There is more than one document in the photo", "Photograph one document at a time"),
    "cropped": (
        "A part of the document lies outside of the photo",
        "Step back until all four corners are in the photo",
    ),
    "too_small": ("The photo has too few pixels to find a document in it", "Use the photo in its original size"),
    "uncertain": (
        "The document's edges cannot be told from what lies around it",
        "Lay it on a plain table of another colour, in even light",
    ),
}


@dataclass(frozen=True)
class Location:
    """Where the document is, or why that cannot be said.

    Attributes:
        corners: float64 (4, 2), clockwise, beginning with the one nearest to the photo's upper left, in the photo's
            pixels; None when there is a problem: there is no guess.
        score: How sure it is, in [0, 1]: the share of its weakest side that agrees on one straight edge.
        method: "network" or "classical", what found the first guess; "none".
        problem: None, "no_document", "two_documents", "cropped", "too_small" or "uncertain".
        reason: What is wrong, "" for nothing.
        action: What the person with the camera can do about it, "" for nothing.
    """

    corners: np.ndarray | None
    score: float
    method: str
    problem: str | None = None
    reason: str = ""
    action: str = ""

    @property
    def found(self) -> bool:
        """Whether there are corners."""
        return self.corners is not None


def locate_document(image: Any, *, method: str = "auto") -> Location:
    """Find the four corners of the one document in a photo.

    A small U-Net tells which parts of the photo are sheets or cards. The quadrilateral around the only such part is
    then made exact: a second network looks at strips along its sides, three times, each time closer. Where the sides
    do not agree with straight edges, the classical outlines get the same chance; where these do not either, the
    answer is a problem and no corners.

    Args:
        image: uint8 (height, width, 3), or grey, with alpha, boolean, 16 bit, float in [0, 1], or an image of Pillow.
        method: "auto" takes the networks where their weights are there (they are made by
            `python -m imgrec_tf.finance.locating.training`) and the classical outlines elsewhere; "network" leaves the
            classical outlines out; "classical" uses no network at all, to compare.

    Returns:
        Where it is, or what the problem is.

    Raises:
        TypeError: If the image is no photo.
        ValueError: If the image has a wrong shape or values, or there is no such method.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    small, scale = reduced_picture(image, _WORKING)
    if max(small.shape[:2]) < _SMALLEST:
        return _problem("too_small")
    if max(small.shape[:2]) > _WORKING:
        factor = _WORKING / max(small.shape[:2])
        size = max(8, round(small.shape[1] * factor)), max(8, round(small.shape[0] * factor))
        scales = np.array([size[0] / small.shape[1], size[1] / small.shape[0]]) * scale
        small = np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BOX))
    else:
        scales = np.array([scale, scale])
    if small.std() < 1.5:
        return _problem("no_document")
    classical = method == "classical" or (method == "auto" and not weights.available())
    found = _classical(small) if classical else _by_networks(small, fallback=method == "auto")
    if found.corners is None:
        return found
    return Location(found.corners / scales, found.score, found.method)


def sheet_map(image: np.ndarray) -> np.ndarray:
    """How likely each part of a photo shows a sheet or a card: float32 (48, 48) in [0, 1].

    Args:
        image: uint8 (height, width, 3), squeezed into a square.
    """
    small = Image.fromarray(image).resize((SHEET_INPUT, SHEET_INPUT), Image.Resampling.BOX)
    logits = weights.network("sheet_network").predict_on_batch(np.asarray(small, np.float32)[None])
    return 1 / (1 + np.exp(-np.asarray(logits, np.float32)[0, ..., 0]))


def _by_networks(small: np.ndarray, *, fallback: bool) -> Location:
    height, width = small.shape[:2]
    likely = sheet_map(small)
    labels, count = ndimage.label(likely > 0.5)
    sizes = ndimage.sum_labels(likely > 0.5, labels, np.arange(1, count + 1)) if count else np.zeros(0)
    order = np.argsort(sizes)[::-1]
    if not count or sizes[order[0]] < FEWEST_PIXELS:
        return _problem("no_document")
    if count > 1 and sizes[order[1]] >= max(FEWEST_PIXELS, SECOND_SHARE * sizes[order[0]]):
        return _problem("two_documents")
    if sizes[order[0]] > 0.97 * likely.size:
        return _problem("cropped")
    enlarged = ndimage.zoom(
        np.where(labels == order[0] + 1, likely, np.minimum(likely, 0.3)), 4, order=1, grid_mode=True, mode="nearest"
    )
    rough = outlines.quadrilateral_around(enlarged > 0.5)
    tried: list[tuple[str, np.ndarray]] = []
    if rough is not None:
        tried.append(("network", rough * (width / enlarged.shape[1], height / enlarged.shape[0])))
    first = _exact(small, *tried[0]) if tried else _problem("uncertain")
    if first.corners is not None or first.problem == "cropped" or not fallback:
        return first
    region = ndimage.zoom((labels == order[0] + 1).astype(float), 4, order=1, grid_mode=True, mode="nearest") > 0.5
    others = [_exact(small, "classical", corners) for corners in _plausible(small, region)]
    others = [one for one in others if one.corners is not None]
    return max(others, key=lambda one: one.score) if others else first


def _plausible(small: np.ndarray, region: np.ndarray):
    """Classical outlines that cover about what the network took for a sheet."""
    share = np.array([small.shape[1] / region.shape[1], small.shape[0] / region.shape[0]])
    network = outlines.quadrilateral_around(region)
    for _, corners in sorted(outlines.classical_quadrilaterals(small), key=lambda one: -one[0])[:4]:
        if network is not None and geometry.quadrilateral_iou(corners, network * share) > 0.6:
            yield corners


def _classical(small: np.ndarray) -> Location:
    proposed = [one for one in outlines.classical_quadrilaterals(small) if one[0] > 0.85]
    if not proposed:
        return _problem("no_document")
    _, corners = max(proposed, key=lambda one: one[0])
    return _exact(small, "classical", corners, networks=False)


def _exact(small: np.ndarray, method: str, rough: np.ndarray, *, networks: bool = True) -> Location:
    """Move the sides onto the edges that the edge network, or the gradient, sees; a problem where they do not fit."""
    height, width = small.shape[:2]
    corners, support = rough, np.zeros(4)
    for reach in _REACHES:
        strips = edges.cut_strips(small, corners, reach)
        if networks:
            logits = np.asarray(weights.network("edge_network").predict_on_batch(strips.pixels))
        else:
            logits = edges.gradient_logits(strips)
        moved, support = edges.fit_sides(logits, strips)
        try:
            moved = geometry.check_corners(moved) if moved is not None else None
        except ValueError:
            moved = None
        if moved is None or geometry.quadrilateral_iou(moved, corners) < 0.6:
            return _lost(rough, np.zeros(4), width, height)
        corners = moved
    size = np.sqrt(geometry.area(corners))
    beyond = np.maximum(np.maximum(-corners, corners - (width, height)), 0).max()
    if support.min() < LEAST_SUPPORT or geometry.quadrilateral_iou(rough, corners) < LEAST_OVERLAP:
        return _lost(corners, support, width, height)
    if beyond > OUTSIDE * size:
        return _problem("cropped")
    return Location(geometry.order_corners(corners), float(support.min()), method)


def _lost(corners: np.ndarray, support: np.ndarray, width: int, height: int) -> Location:
    """Tell a document that leaves the photo from one whose edges are not seen."""
    near = 0.02 * max(width, height)
    ends = np.stack([corners, np.roll(corners, -1, axis=0)])
    at_rim = (
        (ends[..., 0] < near).all(axis=0)
        | (ends[..., 0] > width - near).all(axis=0)
        | (ends[..., 1] < near).all(axis=0)
        | (ends[..., 1] > height - near).all(axis=0)
    )
    return _problem("cropped" if (at_rim & (support < LEAST_SUPPORT)).any() else "uncertain")


def _problem(name: str) -> Location:
    return Location(None, 0.0, "none", name, *_PROBLEMS[name])
