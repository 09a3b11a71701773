"""Where on a page something may be forged: each field, and each character of a line with evenly spaced ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imgrec_tf.finance.forgery import eligible, patches
from imgrec_tf.finance.forgery.patches import Box

PAD = 0.2  # of a field's height: what a forger paints over beyond its letters
SORTS = ("portrait", "text", "character")
_NO_PLACE = ("specimen", "address")  # the mark is no field; an address is looked at line by line


@dataclass(frozen=True)
class Place:
    """One place of a straightened page.

    Attributes:
        field: Name of the field.
        sort: One of `SORTS`: a portrait, a field with text, or one character of a line.
        box: Left, top, right, bottom in whole pixels of the page, the last two exclusive.
    """

    field: str
    sort: str
    box: Box


def places_on(
    boxes: Mapping[str, tuple], texts: Mapping[str, str], page: np.ndarray, *, most: int | None = None, seed: int = 0
) -> list[Place]:
    """List the places of a page.

    Args:
        boxes: Left, top, right, bottom of each field on the page, in pixels, by name.
        texts: What the fields print, by name; a line's characters are counted in it. A name may be missing.
        page: uint8 (height, width, 3).
        most: How many characters of one line at most, drawn by the seed; None for all.
        seed: Of that draw.
    """
    found = []
    for name, box in boxes.items():
        if name in _NO_PLACE:
            continue
        pad = 0.0 if name == "portrait" else PAD * (box[3] - box[1])
        found.append(Place(name, SORTS[name != "portrait"], patches.whole_box(box, page, pad)))
        count = len(texts.get(name, ""))
        if name in eligible.EVENLY_SPACED and count > 1:
            order = np.arange(count)
            if most is not None and most < count:
                order = np.sort(np.random.default_rng([seed, len(found)]).permutation(count)[:most])
            found += [Place(name, SORTS[2], cell_box(box, count, int(at), page)) for at in order]
    return [one for one in found if one.box[0] + 3 < one.box[2] and one.box[1] + 3 < one.box[3]]


def cell_box(box, count: int, place: int, image: np.ndarray) -> Box:
    """Where one of `count` characters of an evenly spaced line stands; letters are about 0.8 of their distance wide."""
    left, top, right, bottom = box
    pitch = (right - left) / (count - 0.2)
    start = left + place * pitch - 0.1 * pitch
    return patches.whole_box((start, top, start + pitch, bottom), image, 0.06 * (bottom - top))
