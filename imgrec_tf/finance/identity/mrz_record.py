"""Read the lines of a machine-readable zone: what they say, which check digits fail, and what these cover.

Centuries: the zone writes two digits of a year. A birth date is the last possible one that is not after the reference
date; an expiry date is the one between 50 years before and 49 years after the reference year. Somebody older than 99
years is therefore read as a child: compare with the printed date where there is one.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from imgrec_tf.finance.identity import mrz_formats, transliteration
from imgrec_tf.finance.identity.check_digits import ALPHABET, DIGITS, FILLER, mrz_check_digit
from imgrec_tf.finance.identity.mrz_formats import MRZ_CLASSES, CheckedBy, Layout
from imgrec_tf.finance.identity.rules import BrokenRule
from imgrec_tf.finance.identity.validity import REFERENCE_DATE

_FORMAT_OF_LENGTH = {90: 30, 88: 44, 72: 36}


@dataclass(frozen=True)
class DigitCheck:
    """One check digit, recomputed.

    Attributes:
        name: "document_number", "birth_date", "expiry_date", "optional_data" or "composite".
        line: The digit's line, from 1 on.
        place: The digit's place, from 1 on.
        found: What stands there.
        expected: The digit that would be right, or "" where a character cannot be computed with.
        spans: What it covers: (line, first place, last place).
        fields: Names of the fields that it covers.
        valid: Whether found and expected agree.
    """

    name: str
    line: int
    place: int
    found: str
    expected: str
    spans: tuple[tuple[int, int, int], ...]
    fields: tuple[str, ...]
    valid: bool


@dataclass(frozen=True)
class MrzRecord:
    """What a machine-readable zone says, right or wrong: look at `valid` before trusting a field.

    Attributes:
        format: "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".
        lines: The lines as they were read.
        document_code: "P", "ID", …
        issuing_state: "UTO", …
        surname: Capitals, spaces between parts.
        given_names: Capitals, spaces between names; "" when there are none.
        name_may_be_cut: Whether the name fills its field to the last place.
        document_number: Put together again where it ran over into the optional data.
        nationality: "UTO", …
        birth_date: None where a part is unknown or it is no date.
        birth_date_text: The six characters.
        sex: "M", "F", or "" where it is not stated.
        expiry_date: None where it is no date.
        expiry_date_text: The six characters.
        optional_data: Without the fillers at the end, and without the rest of a long document number.
        optional_data_2: The same, TD1 only.
        checks: Every check digit.
        broken: Every rule that is broken, failed check digits among them.
    """

    format: str
    lines: tuple[str, ...]
    document_code: str
    issuing_state: str
    surname: str
    given_names: str
    name_may_be_cut: bool
    document_number: str
    nationality: str
    birth_date: datetime.date | None
    birth_date_text: str
    sex: str
    expiry_date: datetime.date | None
    expiry_date_text: str
    optional_data: str
    optional_data_2: str
    checks: tuple[DigitCheck, ...]
    broken: tuple[BrokenRule, ...]

    @property
    def valid(self) -> bool:
        """Whether no rule is broken. Names have no check digit, so this does not say that they were read right."""
        return not self.broken

    @property
    def explanation(self) -> str:
        """Which digits fail and what they cover, in sentences; or that all is well, and what no digit covers."""
        if self.broken:
            return " ".join(one.message for one in self.broken)
        names = "names, states and sex have none"
        return f"{self.format}: all {len(self.checks)} check digits are right ({names}), every date exists."


def parse_mrz(lines: str | Iterable[str], *, reference_date: datetime.date = REFERENCE_DATE) -> MrzRecord:
    """Read a machine-readable zone of any of the five formats.

    Args:
        lines: The lines, as a list, as one text with line breaks, or as one text of 90, 88 or 72 characters. Space
            around lines is left out, small letters count as capitals.
        reference_date: The day that counts as today, for the centuries.

    Returns:
        The record. Errors inside the lines do not raise: they are in `.broken`, and `.valid` is False.

    Raises:
        TypeError: If `lines` is neither text nor texts.
        ValueError: If number and lengths of the lines fit no format.
    """
    lines = _split(lines)
    layout = mrz_formats.LAYOUTS[mrz_formats.mrz_format_of(lines)]
    text = {field.name: field.of(lines) for field in layout.fields}
    number, digit, rest = _long_number(layout, lines, text["optional_data"])
    checks = tuple(_check(one, lines) for one in (digit if one.name == digit.name else one for one in layout.digits))
    birth, birth_problem = _birth_date(text["birth_date"], reference_date)
    expiry = _date(text["expiry_date"], reference_date.year + 49)
    surname, given_names, cut = transliteration.split_name(text["name"])
    broken = [*_broken_characters(layout, lines), *_broken_names(layout, text)]
    for name, wrong in (("birth_date", birth_problem), ("expiry_date", expiry is None)):
        field = layout.field(name)
        if wrong and not any(name in one.fields for one in broken):
            message = f"The {_words(name)} {text[name]} (line {field.line}) is no date of the calendar (YYMMDD)."
            broken.append(BrokenRule("date", field.line, (field.first, field.last), text[name], "", message, (name,)))
    return MrzRecord(
        format=layout.format,
        lines=lines,
        document_code=text["document_code"].rstrip(FILLER),
        issuing_state=text["issuing_state"].rstrip(FILLER),
        surname=surname,
        given_names=given_names,
        name_may_be_cut=cut,
        document_number=number,
        nationality=text["nationality"].rstrip(FILLER),
        birth_date=birth,
        birth_date_text=text["birth_date"],
        sex=text["sex"].replace(FILLER, ""),
        expiry_date=expiry,
        expiry_date_text=text["expiry_date"],
        optional_data=rest.rstrip(FILLER),
        optional_data_2=text.get("optional_data_2", "").rstrip(FILLER),
        checks=checks,
        broken=(*broken, *_broken_checks(checks)),
    )


def _split(lines: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(lines, str):
        whole = "".join(lines.split())
        width = _FORMAT_OF_LENGTH.get(len(whole))
        if width and len(lines.split()) == 1:
            lines = [whole[start : start + width] for start in range(0, len(whole), width)]
        else:
            lines = lines.split("\n")
    try:
        lines = [line.strip().upper() for line in lines]
    except (TypeError, AttributeError):
        raise TypeError(f"a machine-readable zone is a text or a list of texts, got {lines!r:.80}") from None
    return tuple(line for line in lines if line)


def _long_number(layout: Layout, lines: tuple[str, ...], optional: str) -> tuple[str, CheckedBy, str]:
    """Return the document number, what checks it, and what remains of the optional data."""
    field, digit = layout.field("document_number"), layout.digit("document_number")
    number = field.of(lines)
    rest = optional.split(FILLER)[0]
    found = lines[digit.line - 1][digit.place - 1]
    if not layout.long_number or found != FILLER or FILLER in number or len(rest) < 2:
        return number.rstrip(FILLER), digit, optional
    where = layout.field("optional_data")
    place = where.first + len(rest) - 1
    spans = (*digit.spans, (where.line, where.first, place - 1))
    return number + rest[:-1], CheckedBy(digit.name, where.line, place, spans), optional[len(rest) + 1 :]


def _check(digit: CheckedBy, lines: tuple[str, ...]) -> DigitCheck:
    covered = digit.covered(lines)
    found = lines[digit.line - 1][digit.place - 1]
    expected = mrz_check_digit(covered) if set(covered) <= set(ALPHABET) else ""
    layout = mrz_formats.LAYOUTS[mrz_formats.mrz_format_of(lines)]
    fields = tuple(
        field.name
        for field in layout.fields
        if any(line == field.line and first <= field.last and field.first <= last for line, first, last in digit.spans)
    )
    empty = digit.may_be_filler and found == FILLER and not covered.strip(FILLER)
    valid = empty or (expected != "" and found == expected)
    return DigitCheck(digit.name, digit.line, digit.place, found, expected, digit.spans, fields, valid)


def _broken_characters(layout: Layout, lines: tuple[str, ...]) -> list[BrokenRule]:
    broken = []
    if lines[0][0] not in layout.first_letters:
        message = (
            f"Line 1 of {layout.format} begins with {' or '.join(layout.first_letters)}, this one with {lines[0][0]}."
        )
        broken.append(BrokenRule("code", 1, (1, 1), lines[0][0], "", message, ("document_code",)))
    for line, classes in enumerate(mrz_formats.mrz_character_classes(layout.format), 1):
        for place, (character, kind) in enumerate(zip(lines[line - 1], classes), 1):
            if character not in MRZ_CLASSES[kind]:
                names = tuple(
                    one.name for one in layout.fields if one.line == line and one.first <= place <= one.last
                ) or ("check digit",)
                message = f"Line {line}, place {place} ({_words(*names)}) is {character!r}; it may be {_listed(kind)}."
                broken.append(BrokenRule("characters", line, (place, place), character, "", message, names))
    return broken


def _broken_names(layout: Layout, text: dict[str, str]) -> list[BrokenRule]:
    field = layout.field("name")
    surname, _, given_names = text["name"].rstrip(FILLER).partition(FILLER * 2)
    if surname and not surname.startswith(FILLER) and FILLER * 2 not in given_names and given_names[:1] != FILLER:
        return []
    message = f"The name {text['name']} (line {field.line}) is not written as SURNAME<<GIVEN<NAMES."
    return [BrokenRule("name", field.line, (field.first, field.last), text["name"], "", message, ("name",))]


def _broken_checks(checks: tuple[DigitCheck, ...]) -> list[BrokenRule]:
    broken = []
    own = {name for check in checks if check.name != "composite" for name in check.fields}
    for check in checks:
        if check.valid:
            continue
        spans = ", ".join(f"line {line} places {first}-{last}" for line, first, last in check.spans)
        right = f"{check.expected} would be right" if check.expected else "it cannot be recomputed"
        message = (
            f"The {_words(check.name)} check digit (line {check.line}, place {check.place}) is {check.found}, and "
            f"{right}; it covers {_words(*check.fields)} ({spans})."
        )
        suspects = check.fields
        failed = {name for one in checks if not one.valid and one.name != "composite" for name in one.fields}
        if check.name == "composite" and failed:
            suspects = tuple(name for name in check.fields if name in failed)
        elif check.name == "composite":
            suspects = tuple(name for name in check.fields if name not in own)
            places = f", then at {_words(*suspects)}" if suspects else ""
            message += f" The other digits are right, so look first at the composite digit itself{places}."
        place = (check.place, check.place)
        broken.append(BrokenRule("check digit", check.line, place, check.found, check.expected, message, suspects))
    return broken


def _birth_date(text: str, reference_date: datetime.date) -> tuple[datetime.date | None, bool]:
    """Return the date, and whether the text is wrong; a birth date with unknown parts is None and not wrong."""
    parts = [text[start : start + 2] for start in (0, 2, 4)]
    if any(part == FILLER * 2 for part in parts):
        return None, any(FILLER in part and part != FILLER * 2 for part in parts)
    born = _date(text, reference_date.year)
    if born is not None and born > reference_date:
        born = _date(text, reference_date.year - 1)
    return born, born is None


def _date(text: str, latest_year: int) -> datetime.date | None:
    """Return the date in the hundred years that end with `latest_year`."""
    if len(text) != 6 or not set(text) <= set(DIGITS):
        return None
    year = latest_year - (latest_year - int(text[:2])) % 100
    try:
        return datetime.date(year, int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def _words(*names: str) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _listed(kind: str) -> str:
    return {"l": "A-Z or <", "L": "A-Z", "d": "a digit", "f": "a digit or <", "a": "A-Z, 0-9 or <"}.get(
        kind, " or ".join(MRZ_CLASSES[kind])
    )
