"""Text that is part of the pixels: a name on an ultrasound picture stays when all tags are gone."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgrec_tf.datasets.dicom.header import Attributes, is_dicom
from imgrec_tf.datasets.dicom.image import DicomImage

# What letters on medical pictures look like, as shares of the picture's shorter side or in pixels.
_SMALLEST, _TALLEST = 5, 0.12
_LARGE = 700  # larger pictures are thinned out to about this shorter side
_LETTERS, _SHAPES = 4, 3  # in one line, before it is called text
_MERGED = 5  # small letters run together: the widest shape, in its own heights
_STATED = {"YES": True, "NO": False}
_STROKE = 0.35  # contrast of a stroke against its surroundings, on a scale to 1


@dataclass(frozen=True)
class BurnedInText:
    """What is known of text in the pixels.

    Attributes:
        stated: What the file says itself (BurnedInAnnotation): True, False, or None where it says nothing.
        boxes: (top, left, bottom, right) around each line that looks like text, in pixels of the picture.
    """

    stated: bool | None
    boxes: tuple[tuple[int, int, int, int], ...]

    @property
    def verdict(self) -> str:
        """ "stated", "found" or "unlikely": never "none", for no test finds all text."""
        return "stated" if self.stated else "found" if self.boxes else "unlikely"

    def __bool__(self) -> bool:
        return bool(self.stated or self.boxes)


def find_burned_in_text(image: DicomImage, *, frame: int | str = "middle") -> BurnedInText:
    """Look for text in the pixels: rows of four or more small shapes of one height, high contrast, even brightness.

    A hint for a person who then looks, and no proof of absence: handwriting, single letters and faint text are missed,
    and a ruler or a row of clips may be taken for text.

    Raises:
        DicomProblem: If the pixels cannot be read.
    """
    stated = _STATED.get(Attributes(image.dataset).text("BurnedInAnnotation").upper())
    shown = image.display(frame=frame)
    picture = shown.max(axis=-1) / np.float32(np.iinfo(shown.dtype).max)  # coloured text is bright in one channel
    boxes = lines_of_text(picture)
    return BurnedInText(stated, tuple(boxes))


def stated_in_header(source: str | os.PathLike | bytes | None) -> bool | None:
    """Return what a file states on text in its pixels (BurnedInAnnotation): True, False, or None where it says nothing.

    Only the header is read.

    Args:
        source: Path or bytes of any file; what is no DICOM file, or a damaged one, says nothing.
    """
    import pydicom

    if source is None:
        return None
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file:
            if not is_dicom(file.read(132)):
                return None
            file.seek(0)
            header = pydicom.dcmread(file, stop_before_pixels=True, force=True, specific_tags=["BurnedInAnnotation"])
        return _STATED.get(Attributes(header).text("BurnedInAnnotation").upper())
    except Exception:  # whatever pydicom raises over a damaged header: the file says nothing
        return None


def lines_of_text(picture: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Return (top, left, bottom, right) of each line that looks like text, bright or dark.

    Args:
        picture: float (rows, columns) in [0, 1].
    """
    step = max(1, min(picture.shape) // _LARGE)
    picture = picture[::step, ::step]
    return [tuple(step * side for side in box) for box in (*_lines(picture), *_lines(1 - picture))]


def _lines(picture: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Return boxes of lines of bright letters."""
    from scipy import ndimage

    tallest = max(_SMALLEST + 1, int(_TALLEST * min(picture.shape)))
    reach = 2 * (tallest // 3) + 1  # wider than a stroke: opening takes strokes away and leaves what they lie on
    strokes = picture - ndimage.grey_opening(picture, size=(reach, reach)) > _STROKE
    labels, count = ndimage.label(strokes, structure=np.ones((3, 3)))
    if not 0 < count <= 20_000:
        return []
    letters = []
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        height, width = (one.stop - one.start for one in place)
        if _SMALLEST <= height <= tallest and width <= _MERGED * height:
            inside = labels[place] == number
            spread = float(np.std(picture[place][inside]))
            if inside.mean() >= 0.12 and spread < 0.25 and (inside.mean() < 0.98 or width <= height / 2):
                letters.append((place[0].start, place[1].start, place[0].stop, place[1].stop))
    return [_around(line) for line in _in_lines(sorted(letters, key=lambda box: box[1])) if _is_text(line)]


def _is_text(line: list[tuple[int, int, int, int]]) -> bool:
    letters = sum(max(1, round((right - left) / (bottom - top))) for top, left, bottom, right in line)
    return len(line) >= _SHAPES and letters >= _LETTERS


def _in_lines(letters: list[tuple[int, int, int, int]]) -> list[list[tuple[int, int, int, int]]]:
    """Chain letters, from left to right, that stand on one line, alike in height and near each other."""
    lines: list[list[tuple[int, int, int, int]]] = []
    for letter in letters:
        height = letter[2] - letter[0]
        for line in lines:
            last = line[-1]
            alike = 0.6 <= height / (last[2] - last[0]) <= 1.7
            level = abs(letter[2] - last[2]) <= 0.3 * height or abs(letter[0] - last[0]) <= 0.2 * height
            if alike and level and -1 <= letter[1] - last[3] <= 2 * height:
                line.append(letter)
                break
        else:
            lines.append([letter])
    return lines


def _around(line: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    tops, lefts, bottoms, rights = zip(*line)
    return min(tops), min(lefts), max(bottoms), max(rights)
