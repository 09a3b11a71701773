"""Reads the printed fields of a document: names, dates, sex, numbers, from a straightened page of any layout.

Every piece of print is found and read, labels are understood by their words, and each value is tried by what its kind
allows. A value that fails its own check says so; a label that is not understood leaves its field unread.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from imgrec_tf.finance.identity import REFERENCE_DATE, STATE_CODES
from imgrec_tf.finance.reading import print_layout, print_rows, second_reading
from imgrec_tf.finance.reading.decoding import greedy_decode
from imgrec_tf.finance.reading.line_reader import LineReader, shipped_reader
from imgrec_tf.finance.reading.normalising import to_grey
from imgrec_tf.finance.reading.print_dates import ENDLESS, PrintedDate, printed_dates
from imgrec_tf.finance.reading.print_layout import DATES, STATES, PrintedLine
from imgrec_tf.finance.reading.print_texts import OTHER

# Least confidence of a field that a rule may be tried with. It was chosen on 52 photos with an earlier reader; of this
# one's 280 fields above it on 80 other photos none was wrong. Of 87 names, many of two words, 8 were, until
# `print_layout` put words together and `second_reading` heard the look that contradicts. `trust_limits` shows how often
# single pieces are.
TRUST = 0.95
_LEAST_LIKELY = 0.45  # mean confidence of a character below which a piece is no print
_SMALLEST = 60, 120  # height and width of a page in pixels
_WIDTHS = (64, 128, 224, 384)  # columns: strips of about the same width are read together


@dataclass(frozen=True)
class PrintedField:
    """One printed field.

    Attributes:
        text: As it was read: capitals, and □ for each character that the reader does not know.
        value: A date, or the text; 长期 for a validity without end; None where `problem` says why.
        confidence: Estimated probability that all of its characters are right, in [0, 1].
        box: left, top, right, bottom of its ink on the page, in pixels.
        problem: "" for none, otherwise which check it fails.
    """

    text: str
    value: datetime.date | str | None
    confidence: float
    box: tuple[float, float, float, float]
    problem: str = ""

    @property
    def trusted(self) -> bool:
        """Whether it passes its checks and was read with confidence."""
        return not self.problem and self.confidence >= TRUST


@dataclass(frozen=True)
class PrintedReading:
    """What was read of a page's print.

    Attributes:
        fields: By name, as `finance.documents` names them: "name", "surname", "given_names", "name_chinese", "sex",
            "birth_date", "issue_date", "expiry_date", "number", "nationality", "issuing_state", "relation",
            "household_head". A field whose label was not understood is missing.
        lines: Every piece of print, from the top down.
        reason: "" when fields were read, otherwise why none was.
    """

    fields: dict[str, PrintedField] = field(default_factory=dict)
    lines: tuple[PrintedLine, ...] = ()
    reason: str = ""

    @property
    def record(self) -> dict[str, Any]:
        """The values of the trusted fields, as `consistency.check_consistency` takes them."""
        return {name: one.value for name, one in self.fields.items() if one.trusted}

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences: which fields fail their own checks."""
        return tuple(f"{name.replace('_', ' ')}: {one.problem}" for name, one in self.fields.items() if one.problem)


def read_printed_fields(
    image: Any, *, reader: LineReader | None = None, reference_date: datetime.date = REFERENCE_DATE
) -> PrintedReading:
    """Read the printed fields of a page.

    Args:
        image: The page, straightened and upright: a path, a file's bytes, an image of Pillow, or an array uint8
            (height, width), (height, width, 1), (…, 3) or (…, 4).
        reader: What reads the pieces; None for the one that ships with the package.
        reference_date: The day that counts as today; births and issues after it are refused.

    Returns:
        The reading. A page on which nothing can be read raises nothing: `reason` says why.

    Raises:
        TypeError: If the image is none of the above.
        ValueError: If its shape is none of the above, or the file cannot be read (`datasets.ImageProblem`).
    """
    grey = to_grey(image)
    if grey.shape[0] < _SMALLEST[0] or grey.shape[1] < _SMALLEST[1]:
        least = f"{_SMALLEST[1]}×{_SMALLEST[0]}"
        return PrintedReading(reason=f"The image has {grey.shape[1]}×{grey.shape[0]} pixels; a page needs {least}.")
    dark, light = np.percentile(grey[::4, ::4], (1, 99))
    if light - dark < 12:
        return PrintedReading(reason="The image has next to no contrast: it is empty, black, or without light.")
    pieces = print_rows.find_print(grey)
    if not pieces:
        return PrintedReading(reason="No print was found; is the page straightened, and this its right side?")
    reader = reader or shipped_reader("print")
    lines = _read(grey, pieces, reader)
    found = print_layout.arranged([line for line in lines if "<<" not in line.text])
    found = second_reading.agreed(grey, found, reader)
    fields = _checked(_fields(found), reference_date)
    reason = "" if fields else "There is print, but no label beside it is one that is known: the layout is unknown."
    return PrintedReading(fields, tuple(replace(line, scores=None) for line in lines), reason)


def _read(grey: np.ndarray, pieces: list[print_rows.Piece], reader: LineReader) -> list[PrintedLine]:
    """Read pieces, those of about one width together."""
    strips = [print_rows.cut_print(grey, piece) for piece in pieces]
    groups: dict[int, list[int]] = {}
    for place, strip in enumerate(strips):
        groups.setdefault(sum(strip.shape[1] > width for width in _WIDTHS), []).append(place)
    lines: dict[int, PrintedLine] = {}
    for places in groups.values():
        for place, scores in zip(places, reader.log_probabilities([strips[place] for place in places])):
            decoded = greedy_decode(scores, reader.characters)
            kept = [(one, sure) for one, sure in zip(decoded.text, decoded.confidences)]
            text = " ".join("".join(one for one, _ in kept).split())
            sure = [sure for one, sure in kept if one != " "]
            if text and float(np.mean(np.log(np.maximum(sure, 1e-6)))) > np.log(_LEAST_LIKELY):
                lines[place] = PrintedLine(text, float(np.prod(sure)), pieces[place], scores)
    return [lines[place] for place in sorted(lines)]


def _fields(found: dict[str, PrintedLine]) -> dict[str, PrintedField]:
    fields = {}
    for name, line in found.items():
        piece, sure = line.piece, line.confidence
        box = (piece.left, piece.top, piece.right, piece.bottom)
        if name == "validity":
            for own, day in zip(("issue_date", "expiry_date"), printed_dates(line.text)):
                fields.setdefault(own, _dated(day, sure, box))
        elif name in DATES:
            day = PrintedDate(ENDLESS, None) if line.text == ENDLESS else printed_dates(line.text)[0]
            fields[name] = _dated(day, sure, box)
        else:
            text = line.text.strip(" .")
            strange = text.count(OTHER)
            problem = f"{strange} of {len(text)} characters are none of those that the reader knows" if strange else ""
            if name in STATES and text not in STATE_CODES:
                problem = f"{text} is no state of the list in ICAO 9303"
            fields[name] = PrintedField(text, None if problem else text, sure, box, problem)
    return fields


def _dated(day: PrintedDate, sure: float, box: tuple) -> PrintedField:
    if day.endless:
        return PrintedField(day.text, ENDLESS, sure, box)
    return PrintedField(day.text, day.value, sure, box, "" if day.value else f"{day.text} is no date of any year")


def _checked(fields: dict[str, PrintedField], today: datetime.date) -> dict[str, PrintedField]:
    """Say of dates that cannot all be true that they cannot."""
    days = {name: one.value for name, one in fields.items() if isinstance(one.value, datetime.date)}
    problems: dict[str, str] = {}
    for name in ("birth_date", "issue_date"):
        if name in days and days[name] > today:
            problems[name] = f"{days[name]} lies after {today}"
    for first, second in (("birth_date", "issue_date"), ("issue_date", "expiry_date"), ("birth_date", "expiry_date")):
        if first in days and second in days and days[second] <= days[first]:
            for name in (first, second):
                problems.setdefault(name, f"{second} {days[second]} is not after {first} {days[first]}")
    return {
        name: PrintedField(one.text, one.value, one.confidence, one.box, problems.get(name, one.problem))
        for name, one in fields.items()
    }
