"""The five layouts of a machine-readable zone: where each field stands, what may stand there, what each digit covers.

Sources: ICAO Doc 9303, 8th edition: part 4 (TD3, passports), part 5 (TD1), part 6 (TD2), part 7 (visas MRV-A and
MRV-B). Lines and places count from 1, as in the standard.
"""

from __future__ import annotations

from dataclasses import dataclass

from imgrec_tf.finance.identity.check_digits import ALPHABET, DIGITS, FILLER, LETTERS

# What may stand at a place, by one letter a class.
MRZ_CLASSES = {
    "L": LETTERS,  # the letter of the document's kind
    "l": LETTERS + FILLER,  # codes of states, names
    "d": DIGITS,  # check digits that must be there, dates of expiry
    "f": DIGITS + FILLER,  # check digits that may be a filler, years and days of birth dates that are unknown
    "m": "01",  # first digit of a month
    "n": "01" + FILLER,  # the same in a birth date
    "t": "0123",  # first digit of a day
    "u": "0123" + FILLER,  # the same in a birth date
    "s": "MF" + FILLER,  # sex
    "a": ALPHABET,  # numbers of documents, optional data
}


@dataclass(frozen=True)
class Field:
    """One field of a layout.

    Attributes:
        name: Name of the field, as in `MrzRecord`.
        line: Line, from 1 on.
        first: First place, from 1 on.
        last: Last place.
        classes: One letter of `MRZ_CLASSES` a place, or one letter for all.
    """

    name: str
    line: int
    first: int
    last: int
    classes: str

    @property
    def width(self) -> int:
        """Number of places."""
        return self.last - self.first + 1

    def of(self, lines: tuple[str, ...]) -> str:
        """Return what stands in the field."""
        return lines[self.line - 1][self.first - 1 : self.last]


@dataclass(frozen=True)
class CheckedBy:
    """One check digit of a layout.

    Attributes:
        name: What it checks: the field's name, or "composite".
        line: The digit's line, from 1 on.
        place: The digit's place, from 1 on.
        spans: What it is computed over, in this order: (line, first place, last place).
        may_be_filler: Whether `<` may stand for it when all that it covers is filler.
    """

    name: str
    line: int
    place: int
    spans: tuple[tuple[int, int, int], ...]
    may_be_filler: bool = False

    def covered(self, lines: tuple[str, ...]) -> str:
        """Return the text that the digit is computed over."""
        return "".join(lines[line - 1][first - 1 : last] for line, first, last in self.spans)


@dataclass(frozen=True)
class Layout:
    """One of the five layouts.

    Attributes:
        format: "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".
        lines: Number of lines.
        width: Characters in a line.
        first_letters: What the first letter may be.
        fields: All fields, check digits left out.
        digits: All check digits, the composite last.
        long_number: Whether a document number of more than nine characters may run over into the optional data.
    """

    format: str
    lines: int
    width: int
    first_letters: str
    fields: tuple[Field, ...]
    digits: tuple[CheckedBy, ...]
    long_number: bool = False

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        return next(one for one in self.fields if one.name == name)

    def digit(self, name: str) -> CheckedBy:
        """Return the check digit of that name."""
        return next(one for one in self.digits if one.name == name)


def _two_lines(format: str, width: int, letters: str, optional: Field, *more: CheckedBy, long_number=False) -> Layout:
    """TD2, TD3 and the visas differ in width, in the optional data, and in what is checked behind them."""
    fields = (
        Field("document_code", 1, 1, 2, "Ll"),
        Field("issuing_state", 1, 3, 5, "l"),
        Field("name", 1, 6, width, "l"),
        Field("document_number", 2, 1, 9, "a"),
        Field("nationality", 2, 11, 13, "l"),
        Field("birth_date", 2, 14, 19, "ffnfuf"),
        Field("sex", 2, 21, 21, "s"),
        Field("expiry_date", 2, 22, 27, "ddmdtd"),
        optional,
    )
    digits = (
        CheckedBy("document_number", 2, 10, ((2, 1, 9),), long_number),
        CheckedBy("birth_date", 2, 20, ((2, 14, 19),)),
        CheckedBy("expiry_date", 2, 28, ((2, 22, 27),)),
    )
    return Layout(format, 2, width, letters, fields, digits + more, long_number)


_TD1 = Layout(
    "TD1",
    3,
    30,
    "ACI",
    (
        Field("document_code", 1, 1, 2, "Ll"),
        Field("issuing_state", 1, 3, 5, "l"),
        Field("document_number", 1, 6, 14, "a"),
        Field("optional_data", 1, 16, 30, "a"),
        Field("birth_date", 2, 1, 6, "ffnfuf"),
        Field("sex", 2, 8, 8, "s"),
        Field("expiry_date", 2, 9, 14, "ddmdtd"),
        Field("nationality", 2, 16, 18, "l"),
        Field("optional_data_2", 2, 19, 29, "a"),
        Field("name", 3, 1, 30, "l"),
    ),
    (
        CheckedBy("document_number", 1, 15, ((1, 6, 14),), True),
        CheckedBy("birth_date", 2, 7, ((2, 1, 6),)),
        CheckedBy("expiry_date", 2, 15, ((2, 9, 14),)),
        CheckedBy("composite", 2, 30, ((1, 6, 30), (2, 1, 7), (2, 9, 15), (2, 19, 29))),
    ),
    long_number=True,
)

LAYOUTS = {
    layout.format: layout
    for layout in (
        _TD1,
        _two_lines(
            "TD2",
            36,
            "ACI",
            Field("optional_data", 2, 29, 35, "a"),
            CheckedBy("composite", 2, 36, ((2, 1, 10), (2, 14, 20), (2, 22, 35))),
            long_number=True,
        ),
        _two_lines(
            "TD3",
            44,
            "P",
            Field("optional_data", 2, 29, 42, "a"),
            CheckedBy("optional_data", 2, 43, ((2, 29, 42),), True),
            CheckedBy("composite", 2, 44, ((2, 1, 10), (2, 14, 20), (2, 22, 43))),
        ),
        _two_lines("MRV-A", 44, "V", Field("optional_data", 2, 29, 44, "a")),
        _two_lines("MRV-B", 36, "V", Field("optional_data", 2, 29, 36, "a")),
    )
}
MRZ_FORMATS = tuple(LAYOUTS)


def mrz_layout(format: str) -> Layout:
    """Return the layout of a format: its fields, their places, and what each check digit covers.

    Args:
        format: "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".

    Raises:
        ValueError: If there is no such format.
    """
    if format not in LAYOUTS:
        raise ValueError(f"format must be one of {', '.join(MRZ_FORMATS)}, got {format!r}")
    return LAYOUTS[format]


def mrz_character_classes(format: str) -> tuple[str, ...]:
    """Return what may stand at each place, for a reader that repairs O and 0, I and 1 by where they stand.

    Args:
        format: "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".

    Returns:
        One text a line, as long as the line; each letter is a key of `MRZ_CLASSES`, whose value lists the characters
        that may stand at this place: "L" a letter, "l" a letter or filler, "d" a digit, "f" a digit or filler, "m",
        "n", "t", "u" first digits of months and days, "s" sex, "a" anything.

    Raises:
        ValueError: If there is no such format.
    """
    layout = mrz_layout(format)
    places = [[""] * layout.width for _ in range(layout.lines)]
    for field in layout.fields:
        classes = field.classes if len(field.classes) == field.width else field.classes * field.width
        places[field.line - 1][field.first - 1 : field.last] = classes
    for digit in layout.digits:
        places[digit.line - 1][digit.place - 1] = "f" if digit.may_be_filler else "d"
    return tuple("".join(line) for line in places)


def mrz_format_of(lines: tuple[str, ...]) -> str:
    """Return the format that lines of these lengths, with this first letter, have.

    Raises:
        ValueError: If no format has lines like these.
    """
    lengths = [len(line) for line in lines]
    fitting = [one for one in LAYOUTS.values() if lengths == [one.width] * one.lines]
    if not fitting:
        accepted = ", ".join(f"{one.lines} × {one.width} ({one.format})" for one in LAYOUTS.values())
        raise ValueError(
            f"no machine-readable zone has {len(lines)} lines of {', '.join(map(str, lengths)) or 'no'} characters; "
            f"accepted are {accepted}"
        )
    visa = lines[0][0] == "V"
    return next((one.format for one in fitting if ("V" in one.first_letters) == visa), fitting[0].format)
