"""Which way an image lies: sides of the body by letter, turning it to the customary view, square pixels."""

from __future__ import annotations

import numpy as np

from imgrec_tf.datasets.dicom.header import Attributes

OPPOSITE = {"L": "R", "R": "L", "P": "A", "A": "P", "F": "H", "H": "F"}
# Axis of the body: where columns run to the right, rows run down, as radiologists hang images.
_CUSTOMARY = (("L", "P"), ("L", "F"), ("P", "F"))


def directions(attributes: Attributes) -> tuple[str, str] | None:
    """Return where a row runs (left to right) and where a column runs (top to bottom), or None where it is not stated.

    Letters: L left, R right, P back, A front, F feet, H head of the patient (C.7.6.1.1.1), the nearest one for
    oblique images.
    """
    cosines = attributes.numbers("ImageOrientationPatient")
    if len(cosines) == 6:
        return _letter(cosines[:3]), _letter(cosines[3:])
    stated = attributes.texts("PatientOrientation")
    if len(stated) == 2 and all(one[:1].upper() in OPPOSITE for one in stated):
        return stated[0][0].upper(), stated[1][0].upper()
    return None


def _letter(cosine) -> str:
    axis = int(np.argmax(np.abs(cosine)))
    return ("LR", "PA", "HF")[axis][0 if cosine[axis] > 0 else 1]


def upright(array: np.ndarray, stated: tuple[str, str]) -> np.ndarray:
    """Turn and mirror (rows, columns, ...) as images are customarily hung: head or front up, left at the right."""
    row, column = stated
    axes = {frozenset((letter, OPPOSITE[letter])) for letter in (row, column)}
    for wanted_row, wanted_column in _CUSTOMARY:
        wanted = {frozenset((letter, OPPOSITE[letter])) for letter in (wanted_row, wanted_column)}
        if wanted != axes:
            continue
        if row not in (wanted_row, OPPOSITE[wanted_row]):
            array, row, column = array.swapaxes(0, 1), column, row
        array = array if row == wanted_row else array[:, ::-1]
        return array if column == wanted_column else array[::-1]
    return array


def swaps_axes(stated: tuple[str, str]) -> bool:
    """Tell whether `upright` makes rows of columns."""
    marked = upright(np.zeros((1, 2)), stated)
    return marked.shape == (2, 1)


def spacing(attributes: Attributes) -> tuple[tuple[float, float] | None, str]:
    """Return (between rows, between columns) in mm and where it was measured: "patient", "detector" or "ratio".

    "detector": projections state the distance on the detector (ImagerPixelSpacing), which magnifies what lies before
    it. "ratio": only the proportion is known (PixelAspectRatio).
    """
    for keyword, where in (
        ("PixelSpacing", "patient"),
        ("ImagerPixelSpacing", "detector"),
        ("PixelAspectRatio", "ratio"),
    ):
        found = attributes.numbers(keyword)
        if len(found) == 2 and min(found) > 0:
            return (found[0], found[1]), where
    return None, ""


def square_pixels(array: np.ndarray, between: tuple[float, float]) -> np.ndarray:
    """Enlarge the side whose pixels lie further apart, so that lengths and angles on the image are true.

    Args:
        array: uint8 or uint16 (rows, columns, channels).
        between: Distance between rows and between columns, in any unit.
    """
    from skimage.transform import resize

    rows, columns = array.shape[:2]
    smaller = min(between)
    size = round(rows * between[0] / smaller), round(columns * between[1] / smaller)
    if size == (rows, columns):
        return array
    grown = resize(array, size, order=1, mode="edge", preserve_range=True, anti_aliasing=False)
    return np.rint(grown).astype(array.dtype)
