"""From a rough quadrilateral to the page's exact sides, and a look outside for sides that were missed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imgrec_tf.finance.locating import edges, geometry, outlines, weights

# The strips' reach at each pass, as a share of the page's size: the first guess may be that far off.
REACHES = (0.14, 0.08, 0.045, 0.02)
NEAR_REACHES = REACHES[1:]
CLOSE = REACHES[2:]
_LEAST_STEP = 0.6  # overlap of the quadrilaterals before and after a pass

# Chosen on validation photos.
LEAST_SUPPORT = {"network": 0.85, "gradient": 0.25}  # of the columns of one side agree on one line, by what saw them
OUTWARD = 0.11  # how far outside of a side another one is looked for, as a share of the page's size
_OUTWARD_REACH = 0.09
SEEN_OUTSIDE = 0.5  # support of a line outside, or elsewhere, that is tried
ALLOWED_LOSS = 0.15  # of support, for a larger page
RUNS_ON = 0.8  # support of the neighbours between the side within and the one outside
_ALIKE = 1.03  # areas that differ by less are of the same page
_LOST = (0.4, 1.9, 0.07)  # distances from the opposite side at which a lost side is looked for: from, to, step
_MOVED = 0.03  # how far apart two sides are that are not the same, as a share of the page's size
_SLAB_REACH, _SLAB_INSET = 0.02, 0.35  # of the strips along its ends, most of which may be a card's round corner
# Mean of the sheet network's map between two outlines of one page; chosen as in `agreement`, and as in `confirming`.
SURELY_SHEET, PERHAPS_SHEET = 0.8, 0.15


def exact_sides(
    image: np.ndarray,
    rough: np.ndarray,
    *,
    networks: bool = True,
    reaches: tuple[float, ...] = REACHES,
    tried: list[tuple[np.ndarray, np.ndarray]] | None = None,
) -> tuple[np.ndarray | None, np.ndarray]:
    """Move the sides of a quadrilateral onto the edges that the edge network, or the gradient, sees.

    Args:
        image: uint8 (height, width, 3).
        rough: Corners (4, 2), clockwise.
        networks: False takes the gradient.
        reaches: Of the strips, one pass after the other.
        tried: List to which what was found is added.

    Returns:
        Corners float64 (4, 2), None where the passes do not settle; and the support of each side, float64 (4,).
    """
    corners, support = rough, np.zeros(4)
    for reach in reaches:
        strips = edges.cut_strips(image, corners, reach)
        moved, support = edges.fit_sides(edge_logits(strips, networks), strips)
        try:
            moved = geometry.check_corners(moved) if moved is not None else None
        except ValueError:
            moved = None
        if moved is None or geometry.quadrilateral_iou(moved, corners) < _LEAST_STEP:
            return None, np.zeros(4)
        corners = moved
    if tried is not None:
        tried.append((corners, support))
    return corners, support


def refine_corners(image: np.ndarray, corners) -> np.ndarray:
    """Move the sides of a roughly known page onto the strongest straight edges near them, without a network.

    Args:
        image: uint8 (height, width, 3).
        corners: (4, 2) in the image's pixels, clockwise, each side at most about 12 % of the page's size off.

    Returns:
        float64 (4, 2); the corners as given where fewer than a quarter of a side's columns agree on one line.

    Raises:
        TypeError: If the image is not a uint8 array.
        ValueError: If the image has another shape, or the corners are no convex quadrilateral.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise TypeError(f"image must be a uint8 array, got {getattr(image, 'dtype', type(image).__name__)}")
    if image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"image must have the shape (height, width, 3), got {image.shape}")
    rough = geometry.check_corners(corners)
    found, support = exact_sides(image, rough, networks=False)
    return rough if found is None or support.min() < LEAST_SUPPORT["gradient"] else found


def look_outside(
    image: np.ndarray,
    corners: np.ndarray,
    support: np.ndarray,
    tried: list[tuple[np.ndarray, np.ndarray]] | None = None,
    likely: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Try whether a side is a line within the page, such as the edge of a dark header, and the true one lies outside.

    A line outside is taken where all four sides keep their support, and the two neighbours run on to it: those of a
    line on the table do not.

    Args:
        image: uint8 (height, width, 3).
        corners: Exact corners (4, 2), clockwise.
        support: Of the four sides.
        tried: List to which all that was found on the way is added.
        likely: Map of the sheet network, as in `is_better`.

    Returns:
        Corners and support, those given where nothing was found.
    """
    strips = edges.cut_strips(image, edges.grown(corners, OUTWARD), _OUTWARD_REACH)
    lines, seen = edges.fit_lines(edge_logits(strips), strips)
    for side in np.argsort(-seen):
        if seen[side] < SEEN_OUTSIDE:
            break
        own = np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
        own[side] = lines[side]
        larger = edges.meet(own)
        try:
            larger = None if larger is None else geometry.check_corners(larger)
        except ValueError:
            continue
        if larger is None or geometry.area(larger) > 1.6 * geometry.area(corners):
            continue
        found, held = exact_sides(image, larger, reaches=CLOSE, tried=tried)
        if found is not None and is_better(image, found, held, corners, support, likely):
            corners, support = found, held
    return corners, support


def repaired(
    image: np.ndarray,
    corners: np.ndarray,
    support: np.ndarray,
    tried: list[tuple[np.ndarray, np.ndarray]] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Look for the true place of sides that no edge supports, where at least two other sides are supported.

    What lies beside a page, or is taken for a part of it, spoils the first guess of one or two sides. A lost side is
    looked for in parallel to the opposite one at many distances; of the quadrilaterals whose sides are all supported,
    the largest is taken: further out, the two neighbours would run over the table, without an edge.

    Args:
        image: uint8 (height, width, 3).
        corners: Corners (4, 2), clockwise, two or more sides of which lie on the page's.
        support: Of the four sides.
        tried: List to which all that was found on the way is added.

    Returns:
        Corners and support, those given where nothing was found.
    """
    held = LEAST_SUPPORT["network"]
    for side in np.argsort(support):
        if support[side] >= held or (np.delete(support, side) >= held).sum() < 2:
            continue
        best = None
        for larger in with_an_edge(image, list(_moved_sides(corners, int(side))), int(side)):
            found, seen = exact_sides(image, larger, reaches=CLOSE, tried=tried)
            if found is None or seen[side] < held or seen.min() < min(held, np.delete(support, side).min() - 0.05):
                continue
            if best is None or geometry.area(found) > geometry.area(best[0]):
                best = found, seen
        if best is not None:
            corners, support = best
    return corners, support


def with_an_edge(image: np.ndarray, moved: list[np.ndarray], side: int) -> Iterator[np.ndarray]:
    """Those of some quadrilaterals near one side of which there is an edge; one look at all these sides at once.

    Args:
        image: uint8 (height, width, 3).
        moved: Corners (4, 2) each, clockwise.
        side: Which one, 0 to 3.
    """
    if not moved:
        return
    ends = np.array(moved)[:, [side, (side + 1) % 4]]
    half = CLOSE[0] * np.sqrt(np.mean([geometry.area(one) for one in moved]))
    strips = edges.strips_along(image, ends[:, 0], ends[:, 1], half)
    _, seen = edges.fit_lines(edge_logits(strips), strips)
    for one, edge in zip(moved, seen):
        if edge >= SEEN_OUTSIDE:
            yield one


def _moved_sides(corners: np.ndarray, side: int) -> Iterator[np.ndarray]:
    """The quadrilateral with one side at many distances from the opposite side, in parallel to it."""
    own = np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
    opposite = own[(side + 2) % 4]
    along = opposite[1] - opposite[0]
    outward = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    size = np.sqrt(geometry.area(corners))
    for distance in np.arange(*_LOST) * size:
        own[side] = opposite[::-1] + distance * outward
        moved = edges.meet(own)
        try:
            moved = None if moved is None else geometry.check_corners(moved)
        except ValueError:
            continue
        if moved is not None:
            yield moved


def is_better(image: np.ndarray, found, held, corners, support, likely: np.ndarray | None = None) -> bool:
    """Whether a quadrilateral is to be preferred to another one.

    The one with more support, where it has clearly more; else the larger one, if what it has more is surely sheet, or
    the page's other sides run on to the sides that lie further out; and if not, the smaller one.

    Args:
        image: uint8 (height, width, 3).
        found: Corners (4, 2) of the one.
        held: Support of its sides, (4,).
        corners: Corners of the other, in the same order.
        support: Support of its sides.
        likely: Map of the sheet network, float (height, width) of any size; None does not ask it.
    """
    gain, growth = held.min() - support.min(), geometry.area(found) / geometry.area(corners)
    if abs(gain) > ALLOWED_LOSS or 1 / _ALIKE < growth < _ALIKE:
        return bool(gain > 0)
    smaller, larger = (corners, found) if growth > 1 else (found, corners)
    sheet = 0.0 if likely is None else _sheet_between(image, likely, smaller, larger)
    return (growth > 1) == (sheet > SURELY_SHEET or runs_on(image, smaller, larger, sheet > PERHAPS_SHEET))


def _sheet_between(image: np.ndarray, likely: np.ndarray, smaller: np.ndarray, larger: np.ndarray) -> float:
    cells = np.array(likely.shape[::-1]) / np.array(image.shape[1::-1])
    return outlines.between(likely, smaller * cells, larger * cells)


def runs_on(image: np.ndarray, smaller: np.ndarray, larger: np.ndarray, perhaps_sheet: bool = False) -> bool:
    """Whether there are edges along both ends of each slab that the page gains by its larger outline.

    Args:
        image: uint8 (height, width, 3).
        smaller: Corners (4, 2) of the one outline.
        larger: Corners of the other, in the same order.
        perhaps_sheet: Where the slab is perhaps sheet, one end may be seen less well, such as that on the side of the
            shadow.
    """
    size = np.sqrt(geometry.area(smaller))
    for side in range(4):
        following = (side + 1) % 4
        along = smaller[following] - smaller[side]
        outward = np.array([along[1], -along[0]]) / np.linalg.norm(along)
        gained = (larger[[side, following]] - smaller[[side, following]]) @ outward / size
        if np.abs(gained).max() < _MOVED:
            continue
        slab = np.array([larger[side], larger[following], smaller[following], smaller[side]])
        try:
            geometry.check_corners(slab)
        except ValueError:
            return False
        if gained.min() < _MOVED:  # turned about one of its ends
            return False
        strips = edges.cut_strips(image, slab, _SLAB_REACH * size / np.sqrt(geometry.area(slab)), _SLAB_INSET)
        _, seen = edges.fit_lines(edge_logits(strips), strips)
        less, more = np.sort(seen[[1, 3]])
        if less < RUNS_ON and not (perhaps_sheet and more >= LEAST_SUPPORT["network"] and less >= SEEN_OUTSIDE):
            return False
    return True


def edge_logits(strips: edges.Strips, networks: bool = True) -> np.ndarray:
    """What the edge network, or the gradient, says of some strips: where the edge is, float (n, 32, 64)."""
    if not networks:
        return edges.gradient_logits(strips)
    return np.asarray(weights.network("edge_network").predict_on_batch(strips.pixels))
