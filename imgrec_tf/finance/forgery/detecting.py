"""What the detector says of a whole photo: a score a field, and a heat map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from imgrec_tf.finance import locating
from imgrec_tf.finance.capture import Photo
from imgrec_tf.finance.documents import Field
from imgrec_tf.finance.forgery import pictures, traces
from imgrec_tf.finance.forgery import places as page_places
from imgrec_tf.finance.forgery.trace_detector import TraceDetector
from imgrec_tf.finance.locating.pictures import reduced_picture
from imgrec_tf.finance.photos import opened

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.recognizer import Recognizer

# Width and height in mm of the formats that `locating.nearest_format` knows and that carry forged fields.
FORMATS = {"card": (85.60, 53.98), "passport page": (125.0, 88.0), "household page": (143.0, 105.0)}
LEAST_RESOLUTION = 0.55  # of the pixels a mm that the network was trained with
_DECIDE = 4  # places of a field; one alone may be a speck
_MASSIVE = 6000  # a photo of more than twice that a side is reduced first


@dataclass(frozen=True)
class DocumentCheck:
    """What the detector says of one photo.

    Attributes:
        score: The highest score of a field; of the page where no fields are known; None with a problem. It orders
            photos by suspicion; it is no probability until `combine` makes one of it.
        fields: Score of each field, in the order given.
        heat_map: float32 (height, width) in [0, 1]: from a network, what it says of each place of the page; from
            traces, the highest score of a field or character there, 0 elsewhere; or None.
        page: uint8 (height, width, 3): the page from straight above; or None.
        page_format: Key of `FORMATS`, or None.
        problem: None, a problem of `locating.straighten`, "unknown_format" or "too_small".
        reason: What is wrong and what to do, "" for nothing.
    """

    score: float | None
    fields: dict[str, float] = field(default_factory=dict)
    heat_map: np.ndarray | None = None
    page: np.ndarray | None = None
    page_format: str | None = None
    problem: str | None = None
    reason: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return one row a field, the most suspicious first."""
        import pandas as pd

        rows = sorted(self.fields.items(), key=lambda one: -one[1])
        return pd.DataFrame(rows, columns=["field", "score"])


def check_document(
    image: Any,
    recognizer: Recognizer | TraceDetector,
    *,
    corners=None,
    fields: Mapping[str, Field | np.ndarray] | None = None,
    heat_map: bool = True,
) -> DocumentCheck:
    """Look for forged fields on a photo of one document.

    The page is located and straightened, unless its corners are known. A network looks at every place of the page, and
    the strongest places of a field make its score; a `TraceDetector` looks at the fields, and at each character of
    evenly spaced lines. Where something is wrong with the photo, the answer is a problem and no score.

    Args:
        image: A `capture.Photo`, whose corners and fields are then taken from it, or a photo in any form that
            `locating.straighten` takes.
        recognizer: Holding a network of `detector` that was trained on crops of `forged_documents`; or from
            `fit_traces`.
        corners: The page's corners (4, 2) in the photo, clockwise, its own upper left one first, if known.
        fields: Places to score, by name: fields, or their corners (4, 2) in the photo.
        heat_map: Whether to draw one; without it, fields must be known.

    Returns:
        Scores and a heat map, or the problem.

    Raises:
        TypeError: If the image is no photo, or the recogniser none.
        ValueError: If the recogniser holds no detector of forgeries, or corners or fields are unusable.
    """
    check_recognizer(recognizer)
    if isinstance(image, Photo):
        corners = image.corners if corners is None else corners
        if fields is None:
            fields = {name: one for name, one in image.fields.items() if name != "specimen"}
        image = image.image
    image = opened(image)
    places = {name: _corners_of(name, one) for name, one in (fields or {}).items()}
    if isinstance(recognizer, TraceDetector) and not places:
        raise ValueError("traces are looked for in fields: name them, or give a capture.Photo, which knows its fields")
    if not (places or heat_map):
        raise ValueError("nothing is asked for: name fields, or leave heat_map at True")
    if corners is None:
        found = locating.straighten(image)
        if found.problem is not None:
            return _problem(found.problem, found.reason)
        corners = found.corners
    corners = locating.check_corners(corners)
    photo, scale = reduced_picture(image, _MASSIVE)
    corners = corners * scale
    page_format, _ = locating.nearest_format(locating.page_aspect(corners, photo.shape[:2]))
    if page_format not in FORMATS:
        return _problem(
            "unknown_format",
            "The page has none of the formats that the network knows. Give a card, a passport page or a household page",
        )
    width, height = (round(one * traces.PIXELS_PER_MM) for one in FORMATS[page_format])
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    if (sides[0] + sides[2]) / 2 < LEAST_RESOLUTION * width:
        return _problem(
            "too_small",
            f"The page is {(sides[0] + sides[2]) / 2:.0f} pixels wide in the photo; forgeries are looked for from "
            f"{LEAST_RESOLUTION * width:.0f} on. Photograph it from nearer, or use the photo in its original size",
        )
    page = locating.rectify(photo, corners, (height, width))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    flatten = locating.homography(corners, flat)
    flat_places = {name: _flat(name, one * scale, flatten, page.shape) for name, one in places.items()}
    if isinstance(recognizer, TraceDetector):
        texts = {name: one.text for name, one in fields.items() if isinstance(one, Field)}
        return _traced(page, page_format, flat_places, texts, recognizer, heat_map)
    return _scored(page, page_format, flat_places, recognizer, heat_map)


def _flat(name: str, corners: np.ndarray, flatten: np.ndarray, shape) -> tuple[float, float, float, float]:
    """Where a field lies on the straightened page: left, top, right, bottom."""
    points = np.c_[corners, np.ones(4)] @ flatten.T
    points = points[:, :2] / points[:, 2:]
    low, high = points.min(axis=0), points.max(axis=0)
    if (high < 1).any() or (low > np.array(shape[1::-1]) - 1).any():
        raise ValueError(f"the field {name!r} lies outside of the page; give its corners in pixels of the photo")
    return (*low, *high)


def _traced(page, page_format: str, boxes: dict, texts: dict, detector: TraceDetector, heat_map: bool) -> DocumentCheck:
    """Score each field as a whole, and each character where one alone may have been changed."""
    listed = page_places.places_on(boxes, texts, page)
    scores = detector.score_places(page, listed)
    named: dict[str, float] = dict.fromkeys(boxes, 0.0)
    found = np.zeros(page.shape[:2], np.float32)
    for place, score in zip(listed, scores):
        left, top, right, bottom = place.box
        named[place.field] = max(named[place.field], float(score))
        found[top:bottom, left:right] = np.maximum(found[top:bottom, left:right], np.float32(score))
    return DocumentCheck(max(named.values()), named, found if heat_map else None, page, page_format)


def _scored(page, page_format: str, boxes: dict, recognizer, heat_map: bool) -> DocumentCheck:
    """Ask the network about every place of the page at once, and let the strongest places of each field decide."""
    from imgrec_tf.finance.forgery import networks

    evidence = networks.evidence_on(recognizer.model, pictures.saved(page, pictures.QUALITY))
    chances = 1 / (1 + np.exp(-np.clip(evidence, -50, 50)))
    height, width = page.shape[:2]
    named = {name: _strongest(chances, np.array(box) / networks.CELL) for name, box in boxes.items()}
    highest = max(named.values()) if named else _strongest(chances, (0, 0, *chances.shape[::-1]))
    found = None
    if heat_map:
        extent = (0, 0, width / networks.CELL, height / networks.CELL)
        found = np.asarray(Image.fromarray(chances).resize((width, height), Image.Resampling.BILINEAR, box=extent))
    return DocumentCheck(highest, named, found, page, page_format)


def _strongest(chances: np.ndarray, box) -> float:
    """Mean of the few highest chances in a box, whose edges are counted in places."""
    left, top, right, bottom = box
    inside = chances[max(0, int(top)) : int(np.ceil(bottom)), max(0, int(left)) : int(np.ceil(right))]
    return float(np.sort(inside, axis=None)[-_DECIDE:].mean())


def check_recognizer(recognizer) -> None:
    """Refuse what does not tell genuine from forged places."""
    from imgrec_tf.recognizer import Recognizer

    if isinstance(recognizer, TraceDetector):
        return
    if not isinstance(recognizer, Recognizer):
        raise TypeError(
            f"recognizer must be a Recognizer or a TraceDetector, got {type(recognizer).__name__}; see "
            "Recognizer.from_run and fit_traces"
        )
    from imgrec_tf.finance.forgery import networks

    layers = [one.name for one in getattr(recognizer.model, "layers", ())]
    if len(recognizer.class_names) != 2 or networks.EVIDENCE not in layers or recognizer.image_shape[-1] != 3:
        raise ValueError(
            "recognizer must hold a network of forgery.detector for colour pictures, trained on forged_documents(); "
            f"got the classes {recognizer.class_names} and images of {tuple(recognizer.image_shape)}"
        )


def _corners_of(name: str, one) -> np.ndarray:
    corners = np.asarray(one.corners if isinstance(one, Field) else one, float)
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise ValueError(f"the field {name!r} must have four corners (4, 2) in pixels, got shape {corners.shape}")
    return corners


def _problem(name: str, reason: str) -> DocumentCheck:
    return DocumentCheck(None, problem=name, reason=reason)
