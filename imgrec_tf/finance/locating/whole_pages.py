"""Is a quadrilateral the outline of one whole page? A network looks at it from above, with a margin around it.

The edge network sees that a side is straight and sharp; a band of colour across a page, or a joint between two tiles,
is that too. Here the page is seen as a whole: what lies within the outline should be one page, and what lies outside
none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from PIL import Image

from imgrec_tf.finance.locating import formats, geometry, refining, weights
from imgrec_tf.finance.locating.sizes import PAGE_INPUT

# Chosen on photos of invented and of recoloured pages, on halves of pages, and on other people and cameras than the
# benchmarks show, but partly their layouts.
SURELY_A_PAGE = 3.0  # logit at which an answer is kept; and of what has no known format, as receipts, to take its place
SURELY_NO_PAGE = -9.0  # of an answer that is given up even if nothing takes its place
A_PAGE, GAIN = 1.0, 1.0  # logit of what has a known format, and how much more than the answer's it has to be
PERHAPS_A_PAGE, LARGE_GAIN = -2.0, 4.0  # the same, of whatever format, where the answer looks far less like a page
WEAKEST, OTHERS = 0.45, 0.8  # support of the weakest side, and of the others
FAINT_WEAKEST, FAINT_OTHERS = 0.3, 0.55  # the same, where there is no answer, of what surely is a page
LEAST_TO_SEARCH = -3.0  # logit of the likeliest outline around which others are tried, where there is no answer
FAR = 0.08  # misfit to the known formats
MOVES = (-0.2, -0.1, 0, 0.1, 0.2)  # of the ends of a side, outwards, as shares of the page's width or height
FARTHER = np.arange(0.27, 0.95, 0.07)  # of whole sides: a large part of the page may be missing
MARGIN = 0.2  # around the outline, as a share of its width and height
_FINE = 2  # views are cut that much larger and averaged
OUTSIDE = 127  # grey of what lies outside of the photo


def page_view(image: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Show a quadrilateral from above, squeezed into a square, with what lies around it.

    Args:
        image: uint8 (height, width, 3).
        corners: (4, 2), clockwise.

    Returns:
        uint8 (80, 80, 3); grey where the photo ends.
    """
    size = _FINE * PAGE_INPUT
    inner = size * (geometry.UNIT_SQUARE + MARGIN) / (1 + 2 * MARGIN)
    back = geometry.homography(inner, corners)
    shown = Image.fromarray(image).transform(
        (size, size), Image.Transform.PERSPECTIVE, back.ravel()[:8], Image.Resampling.BILINEAR,
        fillcolor=(OUTSIDE,) * 3,
    )  # fmt: skip
    return np.asarray(shown.reduce(_FINE))


def whole_page_logits(image: np.ndarray, outlines: list[np.ndarray]) -> np.ndarray:
    """How surely each quadrilateral is the outline of one whole page: float (n,), 0 for as likely as not.

    The network looks at each in its four turns and their mirror images; the answers are averaged.

    Args:
        image: uint8 (height, width, 3).
        outlines: Corners (4, 2) each, clockwise.
    """
    if not outlines:
        return np.zeros(0)
    views = np.stack([page_view(image, one) for one in outlines])
    turned = [np.rot90(one, turns, axes=(1, 2)) for one in (views, views[:, :, ::-1]) for turns in range(4)]
    logits = weights.network("page_network").predict_on_batch(np.concatenate(turned).astype(np.float32))
    return np.asarray(logits, np.float64).reshape(8, len(outlines)).mean(axis=0)


def preferred(
    image: np.ndarray, tried: Sequence[tuple[np.ndarray, np.ndarray]], answer: np.ndarray | None, own: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """Choose the outline of a whole page among all that were tried, where the answer is doubtful or there is none.

    Around a doubtful answer, or the likeliest outline where there is none, outlines with one side elsewhere are tried
    as well. One within the answer is not chosen where the page's other sides run on to the answer's: the network may
    not know a page's dark foot.

    Args:
        image: uint8 (height, width, 3).
        tried: Corners (4, 2) in pixels and support (4,) of each.
        answer: Corners so far, None where there is no answer.
        own: The answer's logit, `-np.inf` where there is none.

    Returns:
        Corners and support; None to keep the answer.
    """
    if own > SURELY_A_PAGE:
        return None
    center, logits = answer, whole_page_logits(image, [corners for corners, _ in tried])
    if answer is None and len(tried) and logits.max() > LEAST_TO_SEARCH:
        center = tried[int(logits.argmax())][0]
    near = [] if center is None else _with_one_side_elsewhere(image, center)
    found = [refining.exact_sides(image, one, reaches=refining.CLOSE) for one in near]
    found = [(corners, support) for corners, support in found if corners is not None]
    logits = np.concatenate([logits, whole_page_logits(image, [corners for corners, _ in found])])
    possible = [*tried, *found]
    for one in np.argsort(-logits):
        corners, support = possible[one]
        if not _has_sides(support, faint=answer is None):
            continue
        known = formats.misfit(corners, image.shape[:2]) < FAR and _has_sides(support)
        far_better = answer is not None and logits[one] > max(own + LARGE_GAIN, PERHAPS_A_PAGE)
        if not far_better and logits[one] <= max(own + GAIN, A_PAGE if known else SURELY_A_PAGE):
            continue
        if answer is None or not _ends_of_a_band(image, corners, answer):
            return corners, support
    return None


def _ends_of_a_band(image: np.ndarray, corners: np.ndarray, answer: np.ndarray) -> bool:
    """Whether the page's sides run on from an outline to a larger answer: what lies between is a band of the page."""
    smaller, larger = geometry.order_corners(corners), geometry.order_corners(answer)
    return geometry.area(smaller) < geometry.area(larger) and refining.runs_on(image, smaller, larger)


def _with_one_side_elsewhere(image: np.ndarray, corners: np.ndarray) -> Iterator[np.ndarray]:
    """Quadrilaterals one side of which was moved or turned to where there is an edge, in the page's own perspective."""
    for side in range(4):
        outward = geometry.UNIT_SQUARE[side] - geometry.UNIT_SQUARE[side - 1]
        moved = []
        for first, second in [*product(MOVES, MOVES), *zip(FARTHER, FARTHER)]:
            places = geometry.UNIT_SQUARE.copy()
            places[[side, (side + 1) % 4]] += np.outer((first, second), outward)
            moved.append(geometry.places_on_page(corners, places))
        yield from refining.with_an_edge(image, [one for one in moved if one is not None], side)


def _has_sides(support: np.ndarray, *, faint: bool = False) -> bool:
    weakest, second = np.sort(support)[:2]
    return bool(weakest > (FAINT_WEAKEST if faint else WEAKEST) and second > (FAINT_OTHERS if faint else OTHERS))
