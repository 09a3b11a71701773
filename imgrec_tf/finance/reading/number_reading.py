"""Reads an identity number from a line that was cut out, or from a whole upright card.

On a card, every row of print is tried: the number is the row that has 18 characters and a right check character.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf.finance.identity import REFERENCE_DATE, IdentityNumberCheck, check_identity_number
from imgrec_tf.finance.reading import repair
from imgrec_tf.finance.reading.decoding import fixed_length_decode, greedy_decode
from imgrec_tf.finance.reading.line_reader import LineReader, shipped_reader
from imgrec_tf.finance.reading.normalising import CAP_HEIGHT, HEIGHT, PITCH, normalise_line, to_grey

TRUST = 0.9  # least confidence of a number that may be accepted without a person
_CHARACTERS = 18
_LEAST_LIKELY = -0.9  # mean natural logarithm of a character's probability below which it is no number
_SEARCHED = 480  # columns that rows are looked for in, at least; a card's digits are some 12 pixels high then
_FIRST = 3  # rows that are read first
_ASPECT = 18.0  # width by height of 18 digits, about
_FRAME = HEIGHT / CAP_HEIGHT  # height of a cut-out line in heights of its characters


@dataclass(frozen=True)
class NumberReading:
    """An identity number that was read, or why none was.

    Attributes:
        text: 18 characters, "" where nothing could be read.
        reason: "" when a number was read; otherwise what is wrong, for people.
        check: The number checked against every rule, None where nothing could be read.
        confidence: Estimated probability that all characters are right, in [0, 1], by the pixels alone; 0 when the
            check character fails. That it is right adds nothing: of wrong numbers, one in eleven passes.
        changes: Characters that were replaced because of the check character.
        box: left, top, right, bottom of the row in the image, in pixels; None where nothing was read.
    """

    text: str
    reason: str
    check: IdentityNumberCheck | None = None
    confidence: float = 0.0
    changes: tuple[repair.Change, ...] = ()
    box: tuple[float, float, float, float] | None = None

    @property
    def valid(self) -> bool:
        """Whether a number was read that breaks no rule."""
        return self.check is not None and self.check.valid

    @property
    def trusted(self) -> bool:
        """Whether it is valid, was read with confidence, and no character had to be replaced to make it valid."""
        return self.valid and not self.changes and self.confidence >= TRUST

    @property
    def explanation(self) -> str:
        """The reason why nothing was read, or what the number says, which rule it breaks, and what was replaced."""
        return self.reason or self.check.explanation + repair.described(self.changes)


def read_identity_number(
    image: Any, *, reader: LineReader | None = None, reference_date: datetime.date = REFERENCE_DATE
) -> NumberReading:
    """Read the number from a line of text or from a rectified card.

    Args:
        image: A path, a file's bytes, an image of Pillow, or an array uint8 (height, width), (height, width, 1), (…, 3)
            or (…, 4), upright. At least seven times as wide as high, it is taken for one line; otherwise rows of print
            are looked for.
        reader: What reads the lines; None for the one that ships with the package.
        reference_date: The day that counts as today; birth dates after it are refused.

    Returns:
        The reading. An image in which no number can be read raises nothing: `reason` says why.

    Raises:
        TypeError: If the image is none of the above.
        ValueError: If its shape is none of the above, or the file cannot be read (`datasets.ImageProblem`).
    """
    grey = to_grey(image)
    dark, light = np.percentile(grey, (1, 99))
    if min(grey.shape) < 8 or grey.shape[1] < 90:
        return NumberReading("", f"The image has {grey.shape[1]}×{grey.shape[0]} pixels; a number needs 90 across.")
    if light - dark < 12:
        return NumberReading("", "The image has next to no contrast: it is empty, black, or without light.")
    reader = reader or shipped_reader()
    best: tuple[float, NumberReading] | None = None
    found = 0
    for rows, size in _tries(grey):
        found += len(rows) if size == 1.0 else 0
        scores = reader.log_probabilities([_strip(grey, row, size) for row in rows])
        for row, own in zip(rows, scores):
            read = _read(own, row, reader.characters, reference_date)
            if read is not None and (best is None or read[0] > best[0]):
                best = read
        if best is not None and best[1].trusted:
            break
    if best is not None:
        return best[1]
    if not found:
        return NumberReading("", "No row of print was found; is the card straightened, and this its right side?")
    return NumberReading(
        "",
        f"None of {found} rows of print reads as 18 characters of an identity number; take a sharper image that shows "
        "the whole of it.",
    )


def _tries(grey: np.ndarray) -> Iterator[tuple[list[tuple], float]]:
    """Rows to read, and the factor on their height: the likeliest rows of a smaller picture first, all of them last."""
    line = grey.shape[1] >= 7 * grey.shape[0]
    factor = 1 if line else max(1, grey.shape[1] // _SEARCHED)
    rows = sorted(find_rows(_reduced(grey, factor)), key=_unlikely)
    rows = [tuple(factor * one for one in row) for row in rows]
    if line:
        rows.append((0, 0, grey.shape[1], grey.shape[0]))
    for some in (rows[:_FIRST], rows[_FIRST:]):
        if some:
            yield some, 1.0
    if rows:
        yield rows, 0.86
    if factor > 1:
        again = list(find_rows(grey))
        for size in (1.0, 0.86) if again else ():
            yield again, size


def _unlikely(row: tuple) -> float:
    """How far the proportions of a row are from those of 18 digits, as a logarithm."""
    left, top, right, bottom = row
    return abs(float(np.log((right - left) / (bottom - top) / _ASPECT)))


def _reduced(grey: np.ndarray, factor: int) -> np.ndarray:
    return grey if factor == 1 else np.asarray(Image.fromarray(grey).reduce(factor))


def find_rows(grey: np.ndarray) -> Iterator[tuple[float, float, float, float]]:
    """Find rows of print that may hold 18 characters: left, top, right, bottom around the ink, in pixels."""
    size = max(5, min(31, round(grey.shape[0] / (2.2 if grey.shape[1] >= 7 * grey.shape[0] else 28)) | 1))
    dark = ndimage.grey_closing(grey, (size, size)) - grey
    strong = np.percentile(dark, 99)
    seen: list[tuple] = []
    for share in (0.35, 0.55):
        joined = _joined(dark > max(share * strong, 6), 2 * size + 1)
        labels, _ = ndimage.label(joined)
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
            high, wide = rows.stop - rows.start, columns.stop - columns.start
            if high < 6 or not 7 * high < wide < 40 * high:
                continue
            profile = (labels[rows, columns] == number).mean(axis=1)
            inside = np.flatnonzero(profile > 0.35)
            if inside.size < 5:
                continue
            box = (columns.start, rows.start + inside[0], columns.stop, rows.start + inside[-1] + 1)
            if not any(max(abs(one - two) for one, two in zip(box, other)) <= 2 for other in seen):
                seen.append(box)
                yield box


def _joined(ink: np.ndarray, reach: int) -> np.ndarray:
    """Close the gaps along the rows that are narrower than `reach`; nothing is joined to the picture's sides."""
    grown = ndimage.maximum_filter1d(ink.astype(np.uint8), reach, axis=1, mode="constant")
    return ndimage.minimum_filter1d(grown, reach, axis=1, mode="constant") > 0


def _strip(grey: np.ndarray, row, size: float) -> np.ndarray:
    """Cut a row out with its margins, scaled so that 18 characters lie as far apart as the reader has learned."""
    left, top, right, bottom = row
    whole = top == 0 and bottom == grey.shape[0]
    high = (bottom - top) / (_FRAME if whole else 1.0) * size
    middle, reach = (top + bottom) / 2, _FRAME * high / 2
    margin = 0.0 if whole else 0.8 * high
    first, last = round(middle - reach), round(middle + reach)
    start, stop = round(left - margin), round(right + margin)
    padded = np.pad(
        grey[max(0, first) : max(0, last), max(0, start) : max(0, stop)],
        (
            (max(0, -first), max(0, last - grey.shape[0])),
            (max(0, -start), max(0, stop - grey.shape[1])),
        ),
        mode="edge",
    )
    columns = round((_CHARACTERS + (0 if whole else 2 * 0.8 * high / ((right - left) / _CHARACTERS))) * PITCH)
    return normalise_line(padded, columns=columns)


def _read(scores: np.ndarray, row, characters: str, reference_date) -> tuple[float, NumberReading] | None:
    seen = len(greedy_decode(scores, characters).text)
    if not _CHARACTERS <= seen <= _CHARACTERS + 3:  # with fewer, one would be invented: is the number cut off?
        return None
    decoded = fixed_length_decode(scores, characters, repair.number_alphabets())
    if decoded is None or decoded.confidence < repair.SEEN:
        return None
    likely = float(np.mean(np.log(np.maximum(decoded.confidences, 1e-6))))
    if likely < _LEAST_LIKELY:
        return None
    mended = repair.repair_identity_number(decoded, characters)
    check = check_identity_number(mended.lines[0], reference_date=reference_date)
    confidence = float(np.prod(decoded.confidences)) if check.valid else 0.0
    if mended.changes:
        confidence = min(confidence, mended.shares["check"])
    box = tuple(float(one) for one in row)
    return likely + check.valid, NumberReading(mended.lines[0], "", check, confidence, mended.changes, box)
