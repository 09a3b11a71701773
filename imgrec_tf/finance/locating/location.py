"""Find the one document in a photo: roughly by a network that sees sheets, exactly by a network that sees edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf.finance.locating import (
    agreement,
    confirming,
    formats,
    geometry,
    outlines,
    photo_rim,
    refining,
    sheets,
    table_lines,
    weights,
    whole_pages,
)
from imgrec_tf.finance.locating.pictures import reduced_picture

METHODS = ("auto", "network", "classical")
_WORKING = 640  # longer side of the copy in which corners are looked for
_SMALLEST = 120  # longer side of the smallest photo that is tried

# Chosen on validation photos: phone photos keep these limits, wrong answers seldom do. `LEAST_INSIDE` was chosen as in
# `confirming`, and so that two pages stay refused.
SURE, NEAR = 0.93, 0.93  # support, and overlap with the first guess, at which no other outline is tried
LEAST_PEAK = 0.975  # the sheet network is surer of every page; of paper that belongs to the table it is not
FEWEST_PIXELS = 24  # of the 48 × 48 that the sheet network answers
SECOND_SHARE = 0.15  # a second region of this share of the first one is a second document
LEAST_COVERED = 0.95  # of what looks like sheets, inside of one outline around it
LEAST_AROUND = 0.9  # support of that outline; the drawn outline of the passport in ICAO 9303, part 4, has 0.93
PARTING_LEVELS, PARTED_SHARE = (0.8, 0.9, 0.95), 0.4  # the same, where nothing certain was found
LEAST_INSIDE = 0.8  # of what looks like the sheet, inside of its outline; below, there may be two
LEAST_OVERLAP = 0.70  # of the exact quadrilateral with the rough one
LEAST_OVERLAP_MENDED = 0.50  # the same, where sides were lost and found elsewhere
CERTAIN = 0.8  # level at which a sheet that reaches the side of the photo goes on, whatever edges there are inside
LEAST_AT_RIM = 0.85  # support of a side that runs along the side of the photo
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
    then made exact: a second network looks at strips along its sides, several times, each time closer, and once outside
    of them for a side that was missed. Where the sides do not agree with straight edges, the classical outlines get
    the same chance. A third network looks at the page from above: what does not look like one whole page gives way to
    another outline that does. Where there is none, the answer is a problem and no corners.

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


def _by_networks(small: np.ndarray, *, fallback: bool) -> Location:
    likely = sheets.sheet_map(small)
    labels, sizes, order = sheets.regions(likely, 0.5)
    if not len(order) or sizes[order[0]] < FEWEST_PIXELS:
        return _problem("no_document")
    large = order[1:][sizes[order[1:]] >= max(FEWEST_PIXELS, SECOND_SHARE * sizes[order[0]])]
    if any(sheets.is_sheet_from_close(small, labels == one + 1) for one in large):
        around = _around_all(small, likely) if fallback else None
        return around or _problem("two_documents")
    if sizes[order[0]] > 0.97 * likely.size:
        return _problem("cropped")
    heart = labels == order[0] + 1
    if likely[heart].max() < LEAST_PEAK:
        return _problem("no_document")
    tried: list[tuple[np.ndarray, np.ndarray]] = []
    others: list[tuple[np.ndarray, np.ndarray]] = []  # found on other ways than from a rough outline of the networks'
    rough = chain(sheets.outlines_of(likely, heart, small.shape), sheets.closer_outlines(small, heart))
    best = _best(small, "network", rough, tried, others, likely)
    best = _instead(small, best, formats.better_proportioned(tried, likely, small.shape[:2], best.corners))
    if best.problem == "uncertain":
        best = _instead(small, best, agreement.agreed(tried, likely, small.shape[:2]))
    if fallback and best.problem == "uncertain":
        region = ndimage.zoom(heart.astype(float), 4, order=1, grid_mode=True, mode="nearest") > 0.5
        proposed = list(outlines.classical_quadrilaterals(small))
        again: list[tuple[np.ndarray, np.ndarray]] = []
        second = _best(small, "classical", _plausible(small, region, proposed), again, others, likely)
        others += again
        best = second if second.found else best
        if not second.found and not photo_rim.goes_on_outside(heart):
            chosen = confirming.confirmed(small, likely, proposed)
            best = best if chosen is None else _judged(small, "classical", *chosen, chosen[0], least=chosen[1].min())
    if best.problem in (None, "uncertain"):
        best = _as_a_whole(small, best, tried + others)
    cells = np.array(likely.shape[::-1]) / np.array(small.shape[1::-1])
    sheet = np.where(heart, likely, 0)
    one_of_two = best.found and outlines.covered(sheet, best.corners * cells) < LEAST_INSIDE
    if (best.problem == "uncertain" or one_of_two) and _parts_in_two(likely):
        return _problem("two_documents")
    if best.problem == "uncertain":
        faint, _, _ = sheets.regions(likely, min(sheets.LEVELS))
        if photo_rim.goes_on_outside(np.isin(faint, faint[heart])):
            return _problem("cropped")
    if best.found and photo_rim.goes_on_outside(heart & (likely > CERTAIN), best.corners * cells):
        return _problem("cropped")
    return best


def _parts_in_two(likely: np.ndarray) -> bool:
    """Whether what touches at the usual level parts into two large sheets at a higher one."""
    for level in PARTING_LEVELS:
        _, sizes, order = sheets.regions(likely, level)
        if len(order) > 1 and sizes[order[1]] >= max(FEWEST_PIXELS, PARTED_SHARE * sizes[order[0]]):
            return True
    return False


def _around_all(small: np.ndarray, likely: np.ndarray) -> Location | None:
    """One outline of a known format around all that looks like sheets: a page whose parts were taken for sheets."""
    cells = np.array(likely.shape[::-1]) / np.array(small.shape[1::-1])
    for _, rough in sorted(outlines.classical_quadrilaterals(small), key=lambda one: -one[0]):
        found = _judged(small, "classical", *refining.exact_sides(small, rough), rough, least=LEAST_AROUND)
        if not found.found or formats.misfit(found.corners, small.shape[:2]) >= formats.NEAR:
            continue
        if outlines.covered(likely > 0.5, found.corners * cells) >= LEAST_COVERED:
            return found
    return None


def _plausible(small: np.ndarray, region: np.ndarray, proposed: list) -> Iterator[np.ndarray]:
    """Those of the classical outlines that cover about what the network took for a sheet."""
    share = np.array([small.shape[1] / region.shape[1], small.shape[0] / region.shape[0]])
    network = outlines.quadrilateral_around(region)
    for _, corners in sorted(proposed, key=lambda one: -one[0])[:4]:
        if network is not None and geometry.quadrilateral_iou(corners, network * share) > 0.6:
            yield corners


def _best(
    small: np.ndarray, method: str, rough: Iterator[np.ndarray], tried: list, others: list, likely: np.ndarray
) -> Location:
    """The best exact quadrilateral that the rough ones lead to; another way is tried while that may change it."""
    corners, support, start = None, np.zeros(4), None
    for one, reaches in _ways(rough):
        found, held = refining.exact_sides(small, one, reaches=reaches, tried=tried)
        start = one if start is None else start
        if found is not None and (corners is None or refining.is_better(small, found, held, corners, support, likely)):
            corners, support, start = found, held, one
        if corners is not None and support.min() >= SURE and geometry.quadrilateral_iou(start, corners) >= NEAR:
            break
        if agreement.unanimous(tried):
            break
    settled = agreement.agreed(tried, likely, small.shape[:2]) is not None
    if corners is not None and support.min() < refining.LEAST_SUPPORT["network"] and not settled:
        mended, held = refining.repaired(small, corners, support, tried)
        if mended is not corners and geometry.quadrilateral_iou(start, mended) >= LEAST_OVERLAP_MENDED:
            corners, support, start = mended, held, mended
    if corners is not None:
        corners, support = refining.look_outside(small, corners, support, tried, likely)
        corners, support = table_lines.look_inside(small, corners, support, likely, others)
    return _judged(small, method, corners, support, start)


def _instead(small: np.ndarray, best: Location, chosen: tuple[np.ndarray, np.ndarray] | None) -> Location:
    """The answer, or what was chosen of all that was tried, where the answer may be another one."""
    if chosen is None or best.problem not in (None, "uncertain"):
        return best
    other = _judged(small, "network", *chosen, chosen[0], least=float(chosen[1].min()))
    return other if other.found else best


def _as_a_whole(small: np.ndarray, best: Location, tried: list) -> Location:
    """The answer, or an outline that rather looks like one whole page; no answer where it surely does not."""
    own = whole_pages.whole_page_logits(small, [best.corners])[0] if best.found else -np.inf
    chosen = whole_pages.preferred(small, tried, best.corners, own)
    if chosen is None and best.found and own < whole_pages.SURELY_NO_PAGE:
        return _problem("uncertain")
    return _instead(small, best, chosen)


def _ways(rough: Iterator[np.ndarray]) -> Iterator[tuple[np.ndarray, tuple[float, ...]]]:
    """Where to begin and how far to look: near the first outline, then further, then from the other outlines."""
    for number, one in enumerate(rough):
        if number == 0:
            yield one, refining.NEAR_REACHES
        yield one, refining.REACHES


def _classical(small: np.ndarray) -> Location:
    proposed = [one for one in outlines.classical_quadrilaterals(small) if one[0] > 0.85]
    if not proposed:
        return _problem("no_document")
    _, rough = max(proposed, key=lambda one: one[0])
    exact = refining.exact_sides(small, rough, networks=False)
    return _judged(small, "classical", *exact, rough, least=refining.LEAST_SUPPORT["gradient"])


def _judged(
    small: np.ndarray,
    method: str,
    corners,
    support: np.ndarray,
    rough,
    *,
    least: float = refining.LEAST_SUPPORT["network"],
) -> Location:
    """An answer where the sides are supported and lie within the photo, else the problem."""
    if rough is None:
        return _problem("uncertain")
    height, width = small.shape[:2]
    if corners is None or support.min() < least or geometry.quadrilateral_iou(rough, corners) < LEAST_OVERLAP:
        along_rim = photo_rim.along_rim(rough if corners is None else corners, width, height)
        return _problem("cropped" if (along_rim & (support < least)).any() else "uncertain")
    if (photo_rim.along_rim(corners, width, height) & (support < LEAST_AT_RIM)).any():
        return _problem("cropped")
    beyond = np.maximum(np.maximum(-corners, corners - (width, height)), 0).max()
    if beyond > OUTSIDE * np.sqrt(geometry.area(corners)):
        return _problem("cropped")
    return Location(geometry.order_corners(corners), float(support.min()), method)


def _problem(name: str) -> Location:
    return Location(None, 0.0, "none", name, *_PROBLEMS[name])
