"""Lines of the table that were taken for a side of the page: joints between tiles, rims of planks, printed rows.

They are as straight as a page's own sides. What gives them away is what lies within: there the table goes on, in its
own colour, up to the true side.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from imgrec_tf.finance.locating import edges, geometry, outlines, refining

# Chosen on 360 photos drawn for it, of other people than the benchmark's, but partly its layouts and its cameras.
BAND = 0.1  # how far within a side the map is asked, as a share of the page's size
SUSPECT, TABLE = 0.75, 0.5  # mean of the map below which a band is looked at closer, and is table
REACH, SEEN = 0.09, 0.35  # of the strips in which the true side is looked for; support of a line that is tried
ALIKE, APART = 20, 40  # difference of colour, in grey levels: to the table at most, to the page at least


def look_inside(
    image: np.ndarray,
    corners: np.ndarray,
    support: np.ndarray,
    likely: np.ndarray,
    tried: list[tuple[np.ndarray, np.ndarray]] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Try whether a side is a line of the table, and the page's own side lies within.

    Args:
        image: uint8 (height, width, 3).
        corners: Exact corners (4, 2), clockwise.
        support: Of the four sides.
        likely: Map of the sheet network, float (height, width) of any size.
        tried: List to which all that was found on the way is added.

    Returns:
        Corners and support, those given where nothing was found.
    """
    cells = np.array(likely.shape[::-1]) / np.array(image.shape[1::-1])
    inner = edges.grown(corners, -BAND)
    if inner is None:
        return corners, support
    suspect = []
    for side in range(4):
        less = _with_side(corners, side, np.stack([inner[side], inner[(side + 1) % 4]]))
        if less is not None and outlines.between(likely, less * cells, corners * cells) < SUSPECT:
            suspect.append(side)
    if not suspect:
        return corners, support
    strips = edges.cut_strips(image, inner, REACH)
    lines, seen = edges.fit_lines(refining.edge_logits(strips), strips)
    for side in suspect:
        smaller = _with_side(corners, side, lines[side]) if seen[side] >= SEEN else None
        if smaller is None:
            continue
        found, held = refining.exact_sides(image, smaller, reaches=refining.CLOSE, tried=tried)
        if found is None or held.min() < support.min() - refining.ALLOWED_LOSS:
            continue
        table = outlines.between(likely, found * cells, corners * cells) < TABLE
        if table and _table_goes_on(image, found, corners, side):
            corners, support = found, held
    return corners, support


def _with_side(corners: np.ndarray, side: int, line: np.ndarray) -> np.ndarray | None:
    """A quadrilateral with one side put elsewhere; None where that is none, or hardly smaller or far smaller."""
    sides = np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
    sides[side] = line
    try:
        changed = edges.meet(sides)
        changed = None if changed is None else geometry.check_corners(changed)
    except ValueError:
        return None
    return changed if changed is not None and 0.6 < geometry.area(changed) / geometry.area(corners) < 0.99 else None


def _table_goes_on(image: np.ndarray, smaller: np.ndarray, larger: np.ndarray, side: int) -> bool:
    """Whether what lies between two outlines at one side has the colour of what lies outside, not of what is inside."""
    ends = [side, (side + 1) % 4]
    outer, inner = larger[ends], smaller[ends]
    width = inner - outer
    colours = [_colour(image, *pair) for pair in ((outer - width, outer), (outer, inner), (inner, inner + width))]
    if any(one is None for one in colours):
        return False
    outside, between, inside = colours
    to_table, to_page = np.linalg.norm(between - outside), np.linalg.norm(between - inside)
    return bool(to_table < ALIKE and to_page > APART)


def _colour(image: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray | None:
    """The median colour between two lines, each from its first to its second point; None outside of the photo."""
    mask = Image.new("1", image.shape[1::-1])
    ImageDraw.Draw(mask).polygon([tuple(point) for point in (*one, *other[::-1])], fill=1)
    pixels = image[np.asarray(mask)]
    return np.median(pixels, axis=0) if len(pixels) >= 20 else None
