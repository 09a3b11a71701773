"""From a photo to the upright page: locate, check, turn, rectify; every step recorded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgrec_tf.finance.locating import geometry
from imgrec_tf.finance.locating.location import Location, locate_document
from imgrec_tf.finance.locating.pictures import reduced_picture
from imgrec_tf.finance.locating.quality import Quality, check_quality
from imgrec_tf.finance.locating.uprightness import LEAST_CONFIDENCE, turn_probabilities
from imgrec_tf.finance.photos import opened

_WORKING = 3000  # a photo of more than twice that is reduced before it is rectified
_SQUARE = 320


@dataclass(frozen=True)
class Step:
    """One step of `straighten`.

    Attributes:
        name: "locate", "quality", "turn" or "rectify".
        outcome: What came out, in a few words.
        seconds: How long it took.
    """

    name: str
    outcome: str
    seconds: float


@dataclass(frozen=True)
class Straightened:
    """A page from straight above and upright, or why there is none.

    Attributes:
        image: uint8 (height, width, 3), or None when there is a problem.
        corners: float64 (4, 2) in the photo's pixels, clockwise, beginning with the page's own upper left one; None
            when no document was located, or it is not known which side is up.
        page_format: Key of `geometry.KNOWN_ASPECTS` that the page fits, or None.
        quarter_turns: How often the page was turned by 90 degrees clockwise.
        location: What `locate_document` said; None where it was not asked.
        quality: What `check_quality` said of the page; None where no page was located.
        problem: None, a problem of `Location`, or "unknown_side".
        reason: What is wrong, and what to do; "" for nothing.
        steps: What was done, in order.
        unturned: uint8 (height, width, 3): the flat page where it is not known which side is up, else None.
    """

    image: np.ndarray | None
    corners: np.ndarray | None
    page_format: str | None
    quarter_turns: int
    location: Location | None
    quality: Quality | None
    problem: str | None
    reason: str
    steps: tuple[Step, ...]
    unturned: np.ndarray | None = None


def straighten(image: Any, *, corners=None, upright: bool = False, longer: int | None = None) -> Straightened:
    """Find the document in a photo and show it as seen from straight above, upright.

    A page whose proportions fit a known format within 8 % gets exactly those, another one those that its corners tell.
    Findings about the photo's quality do not stop it: they are in the result, for you to decide.

    Args:
        image: Photo in any form that `locate_document` takes.
        corners: Where the page is, (4, 2) in the photo's pixels, clockwise, if known; for a page that fills its image,
            the image's own corners. None looks for it.
        upright: The first of `corners` is known to be the page's own upper left one: which side is up is not asked.
        longer: Longer side of the result in pixels; None keeps about the photo's resolution.

    Returns:
        The page, or the problem and its reason.

    Raises:
        TypeError: If the image is no photo.
        ValueError: If the image, `corners` or `longer` are out of their ranges, or `upright` comes without corners.
    """
    if upright and corners is None:
        raise ValueError("upright says something about the order of corners; give corners too")
    if longer is not None and not 32 <= longer <= 8192:
        raise ValueError(f"longer must be from 32 to 8,192 pixels, got {longer}")
    image = opened(image)
    steps: list[Step] = []
    clock = time.perf_counter()

    def done(name: str, outcome: str) -> None:
        nonlocal clock
        now = time.perf_counter()
        steps.append(Step(name, outcome, now - clock))
        clock = now

    location = None
    if corners is None:
        location = locate_document(image)
        done("locate", location.problem or f"{location.method}, score {location.score:.2f}")
        if location.corners is None:
            reason = f"{location.reason}. {location.action}"
            return Straightened(None, None, None, 0, location, None, location.problem, reason, tuple(steps))
        corners = location.corners
    corners = geometry.check_corners(corners)
    quality = check_quality(image, corners)
    done("quality", ", ".join(quality.names) or "acceptable")

    photo, scale = reduced_picture(image, _WORKING)
    small = corners * scale
    turns, sure = 0, 1.0
    if not upright:
        probabilities = turn_probabilities(geometry.rectify(photo, small, (_SQUARE, _SQUARE)))
        turns, sure = int(probabilities.argmax()), float(probabilities.max())
        done("turn", f"{90 * turns} degrees clockwise, probability {sure:.2f}")
    if sure < LEAST_CONFIDENCE:
        reason = "Which side of the document is up cannot be told. Photograph it with its text upright"
        flat = geometry.rectify(photo, small)
        return Straightened(None, None, None, 0, location, quality, "unknown_side", reason, tuple(steps), flat)
    corners, small = np.roll(corners, turns, axis=0), np.roll(small, turns, axis=0)
    page_format, aspect = geometry.nearest_format(geometry.page_aspect(small, photo.shape[:2]))
    size = None
    if longer is not None:
        size = (round(longer / aspect), longer) if aspect >= 1 else (longer, round(longer * aspect))
        size = max(1, size[0]), max(1, size[1])
    page = geometry.rectify(photo, small, size, aspect=aspect)
    done("rectify", f"{page.shape[0]} × {page.shape[1]} pixels, format {page_format or 'unknown'}")
    return Straightened(page, corners, page_format, turns, location, quality, None, "", tuple(steps))
