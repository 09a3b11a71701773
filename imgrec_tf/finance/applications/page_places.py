"""Where on a page, and on the photo that it was straightened from, an application looks closer."""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance import locating, reading
from imgrec_tf.finance.capture import transform_points
from imgrec_tf.finance.documents import Field
from imgrec_tf.finance.documents.document import rectangle

Box = tuple[float, float, float, float]


def places_to_check(read, portrait_box: Box | None, straight: locating.Straightened) -> dict[str, Field]:
    """Where on the photo the fields are that the reader found, each line of a zone for itself, and the portrait."""
    height, width = straight.image.shape[:2]
    found: list[tuple[str, str, np.ndarray]] = []
    if portrait_box is not None:
        found.append(("portrait", "", rectangle(*np.multiply(portrait_box, (width, height, width, height)))))
    if isinstance(read, reading.NumberReading) and read.box is not None:
        found.append(("identity_number", read.text, rectangle(*read.box)))
    elif isinstance(read, reading.MrzReading) and read.corners is not None:
        left, right = read.corners[[0, 3]], read.corners[[1, 2]]
        for number, line in enumerate(read.lines):
            share = np.array([[number], [number + 1]]) / len(read.lines)
            (start, below_start), (end, below_end) = (one[0] + share * (one[1] - one[0]) for one in (left, right))
            found.append((f"mrz_{number + 1}", line, np.array([start, end, below_end, below_start])))
    page = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    back = locating.homography(page, straight.corners)
    return {name: Field(name, text, transform_points(back, corners)) for name, text, corners in found}


def portrait(page: np.ndarray, box: Box) -> np.ndarray:
    """Cut the face out of a portrait on an upright page, given its box in shares of the page's width and height."""
    from imgrec_tf.finance import verification

    height, width = page.shape[:2]
    left, top, right, bottom = box
    rows = slice(round(top * height), max(round(top * height) + 1, round(bottom * height)))
    columns = slice(round(left * width), max(round(left * width) + 1, round(right * width)))
    return verification.face_crop(page[rows, columns])
