"""Reads the machine-readable zone on a whole picture, and says what it is sure of.

Find rows of characters, read them both ways up, keep the way that looks like lines of 30, 36 or 44 characters, read
again with what each place may hold, let the check digits choose. What cannot be read is refused with a reason.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from imgrec_tf.finance.identity import MRZ_FORMATS, REFERENCE_DATE, MrzRecord, mrz_layout, parse_mrz
from imgrec_tf.finance.identity.check_digits import FILLER
from imgrec_tf.finance.photos import opened
from imgrec_tf.finance.reading import places, repair, rows, zone
from imgrec_tf.finance.reading.decoding import Decoded, fixed_length_decode, greedy_decode
from imgrec_tf.finance.reading.line_reader import LineReader, shipped_reader
from imgrec_tf.finance.reading.normalising import normalise_line, to_grey

TRUST = 0.9  # least confidence of every field of a zone that may be accepted without a person
_LARGEST = 24_000_000  # pixels of a picture; larger ones are thinned out first
_SMALLEST = 5.0  # height of capitals in pixels below which nothing is read
_SIZES = (1.0, 0.87, 1.16)  # tries with the height of the capitals
_WRONG, _BROKEN, _OTHER_KIND = 0.5, 0.3, 1.0  # what a wrong digit, a broken rule and an unseen kind of document count
_LEAST_LIKELY = -0.55  # mean natural logarithm of a character's probability below which lines are no lines of a zone


@dataclass(frozen=True)
class FieldReading:
    """One field of a zone.

    Attributes:
        text: As it stands in the lines, fillers at the end left out.
        confidence: Estimated probability that all of its characters are right, in [0, 1], by the pixels and by what may
            stand at their places; 0 when its check digit is wrong. That the digit is right adds nothing: of wrong
            texts, one in ten has a right one.
        check: "right" or "wrong" for a field with a check digit, "none" for one without.
        repaired: Whether a character was replaced because of a check digit.
    """

    text: str
    confidence: float
    check: str
    repaired: bool


@dataclass(frozen=True)
class MrzReading:
    """What was read from a picture, or why nothing was.

    Attributes:
        lines: Lines of the zone, () where nothing could be read.
        reason: "" when lines were read; otherwise what is wrong and what to do, for people.
        record: What the lines say, with every check digit recomputed; None where nothing could be read.
        fields: Every field by name.
        changes: Characters that were replaced because of check digits.
        corners: float64 (4, 2): x and y around the zone in the picture, upper left first as it is read; or None.
        angle: Degrees by which the text runs clockwise from horizontal, in [-180, 180); 0 where nothing was read.
    """

    lines: tuple[str, ...]
    reason: str
    record: MrzRecord | None = None
    fields: dict[str, FieldReading] | None = None
    changes: tuple[repair.Change, ...] = ()
    corners: np.ndarray | None = None
    angle: float = 0.0

    @property
    def text(self) -> str:
        """The lines with line breaks, "" where nothing could be read."""
        return "\n".join(self.lines)

    @property
    def valid(self) -> bool:
        """Whether lines were read that break no rule: digits, dates, kinds of characters."""
        return self.record is not None and self.record.valid

    @property
    def confidence(self) -> float:
        """The least confidence of all fields, 0 where nothing was read."""
        return min((one.confidence for one in (self.fields or {}).values()), default=0.0)

    @property
    def trusted(self) -> bool:
        """Whether it is valid, every field was read with confidence, and no character had to be replaced for it."""
        return self.valid and not self.changes and self.confidence >= TRUST

    @property
    def explanation(self) -> str:
        """The reason why nothing was read, or which rules are broken, or that all is well; and what was replaced."""
        return self.reason or self.record.explanation + repair.described(self.changes)


def read_mrz(
    image: Any, *, reader: LineReader | None = None, reference_date: datetime.date = REFERENCE_DATE
) -> MrzReading:
    """Find and read the machine-readable zone of a passport, an identity card or a visa.

    Args:
        image: The picture, any way up: a path, a file's bytes, an image of Pillow, or an array uint8 (height, width),
            (height, width, 1), (…, 3) or (…, 4).
        reader: What reads the lines; None for the one that ships with the package.
        reference_date: The day that counts as today, for the centuries of dates.

    Returns:
        The reading. A picture in which nothing can be read raises nothing: `reason` says why.

    Raises:
        TypeError: If the image is none of the above.
        ValueError: If its shape is none of the above, or the file cannot be read (`datasets.ImageProblem`).
    """
    image, factor = _manageable(opened(image))
    grey = to_grey(image)
    problem = _hopeless(grey)
    if problem:
        return MrzReading((), problem)
    reader = reader or shipped_reader()
    best: tuple[float, MrzReading] | None = None
    seen, too_small, tried = 0, False, []
    for zones in zone.search_zones(grey):
        tried = zone.distinct(tried + [one for found in zones for one in _with_missing_row(found)])
        new, seen = tried[seen:], len(tried)
        for candidate in new:
            if candidate.rows[0].height < _SMALLEST:
                too_small = True
                continue
            if best is not None and best[1].valid and _same_place(candidate, best[1]):
                continue
            found = _read_zone(grey, candidate, reader, reference_date)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
            if best is not None and best[1].trusted:
                break
        if best is not None and best[1].valid:
            break
    if best is not None and factor > 1:
        best = best[0], replace(best[1], corners=(best[1].corners + 0.5) * factor - 0.5)
    if best is not None:
        return best[1]
    if too_small:
        return MrzReading(
            (), "The characters are smaller than 5 pixels; take the picture from nearer, or with more pixels."
        )
    if seen:
        return MrzReading(
            (),
            "There are rows of print, but none could be read as lines of a machine-readable zone: smudged, blurred, "
            "cut off, or another kind of document. Take a sharp picture of the whole zone without glare.",
        )
    return MrzReading(
        (), "No machine-readable zone was found: no two or three parallel rows of print. Is it the right side?"
    )


def _hopeless(grey: np.ndarray) -> str:
    if min(grey.shape) < 40 or max(grey.shape) < 150:
        return f"The picture has {grey.shape[1]}×{grey.shape[0]} pixels; a zone needs 150 or more across its lines."
    dark, light = np.percentile(grey, (1, 99))
    if light - dark < 12:
        return "The picture has next to no contrast: it is empty, black, or without any light on the document."
    return ""


def _manageable(image: np.ndarray) -> tuple[np.ndarray, int]:
    """Reduce pictures of more than 24 megapixels: characters have more pixels there than a reader can use."""
    if not isinstance(image, np.ndarray) or image.ndim not in (2, 3) or image.shape[0] * image.shape[1] <= _LARGEST:
        return image, 1
    factor = int(np.ceil(np.sqrt(image.shape[0] * image.shape[1] / _LARGEST)))
    return np.ascontiguousarray(image[::factor, ::factor]), factor


def _with_missing_row(found: rows.Zone) -> Iterator[rows.Zone]:
    """The zone, and for two short rows also three: the line above or below may have been missed."""
    yield found
    if len(found.rows) == 2 and found.rows[0].length < 36 * found.rows[0].height:
        upper, lower = found.rows
        gap = float(((lower.start + lower.end) / 2 - (upper.start + upper.end) / 2) @ upper.normal)
        yield rows.Zone((upper.moved(-gap), upper, lower), found.score)
        yield rows.Zone((upper, lower, lower.moved(gap)), found.score)


def _same_place(candidate: rows.Zone, read: MrzReading) -> bool:
    """Whether a candidate lies where a zone has been read already."""
    return np.hypot(*(candidate.corners.mean(axis=0) - read.corners.mean(axis=0))) < 3 * candidate.rows[0].height


def _read_zone(
    grey: np.ndarray, found: rows.Zone, reader: LineReader, reference_date: datetime.date
) -> tuple[float, MrzReading] | None:
    """Read a zone both ways up, at several sizes while it is not trusted; None when it is no zone."""
    best: tuple[float, MrzReading] | None = None
    ways = (found, found.turned())
    for size in _SIZES:
        strips = [normalise_line(rows.cut_row(grey, row, size=size)) for way in ways for row in way.rows]
        scores = reader.log_probabilities(strips)
        readable = []
        for number, way in enumerate(ways):
            own = scores[number * len(way.rows) : (number + 1) * len(way.rows)]
            for format in _formats(own, reader.characters):
                read = _decode(own, way, format, reader.characters, reference_date)
                if read is not None:
                    readable.append((*read, way))
        if not readable:
            if size == 1.0:
                continue
            break
        value, reading, way = max(readable, key=lambda one: one[0])
        ways = (way,)  # the way up is known now
        if best is None or value > best[0]:
            best = (value, reading)
        if reading.trusted:
            break
    return best


def _formats(scores: list[np.ndarray], characters: str) -> list[str]:
    """The formats whose number and length of lines these could be."""
    lengths = [len(greedy_decode(one, characters).text) for one in scores]
    fitting = []
    for format in MRZ_FORMATS:
        layout = mrz_layout(format)
        off = [abs(length - layout.width) for length in lengths]
        if layout.lines == len(lengths) and max(off) <= 5 and min(off) <= 2:
            fitting.append(format)
    return fitting


def _decode(
    scores: list[np.ndarray], way: rows.Zone, format: str, characters: str, reference_date: datetime.date
) -> tuple[float, MrzReading] | None:
    """Read the lines as one format; the value says how well that went, larger is better."""
    alphabets = repair.mrz_alphabets(format)
    decoded = [fixed_length_decode(one, characters, alphabet) for one, alphabet in zip(scores, alphabets)]
    if any(one is None for one in decoded):
        return None
    likely = float(np.mean(np.log(np.maximum([one for line in decoded for one in line.confidences], 1e-6))))
    if likely < _LEAST_LIKELY:
        return None
    decoded = [places.restrict(one, alphabet, characters) for one, alphabet in zip(decoded, alphabets)]
    decoded = places.settle_states(decoded, format, characters)
    mended = repair.repair_mrz(decoded, format, characters)
    record = parse_mrz(mended.lines, reference_date=reference_date)
    wrong = sum(not check.valid for check in record.checks)
    if wrong > 2 and likely < 0.3 * _LEAST_LIKELY:
        return None  # digits and pixels both say that these are other lines
    along = way.rows[0].direction
    reading = MrzReading(
        mended.lines,
        "",
        record,
        _fields(decoded, mended, record),
        mended.changes,
        way.corners,
        float(np.rad2deg(np.arctan2(along[1], along[0]))),
    )
    forced = decoded[0].confidences[0] < repair.SEEN  # another first letter was read: lines of another kind
    return likely - _WRONG * wrong - _BROKEN * len(record.broken) - _OTHER_KIND * forced, reading


def _fields(decoded: list[Decoded], mended: repair.Repaired, record: MrzRecord) -> dict[str, FieldReading]:
    layout = mrz_layout(record.format)
    own = {check.name: check for check in record.checks if check.name != "composite"}
    composite = next((check for check in record.checks if check.name == "composite"), None)
    changed = {(change.line, change.place) for change in mended.changes}
    fields = {}
    for field in layout.fields:
        check = own.get(field.name) or (composite if composite and field.name in composite.fields else None)
        where = range(field.first, field.last + 1)
        repaired = any((field.line, place) in changed for place in where)
        confidence = float(np.prod([decoded[field.line - 1].confidences[place - 1] for place in where]))
        if repaired:
            confidence = min(confidence, mended.shares.get(check.name, 0.0))
        if check is not None and not check.valid:
            confidence = 0.0
        kind = "none" if check is None else "right" if check.valid else "wrong"
        text = field.of(mended.lines).rstrip(FILLER)
        fields[field.name] = FieldReading(text, confidence, kind, repaired)
    return fields
