"""Build the lines of a machine-readable zone, ICAO Doc 9303: TD1, TD2, TD3, MRV-A, MRV-B."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from imgrec_tf.finance.identity.check_digits import ALPHABET, FILLER, LETTERS, mrz_check_digit
from imgrec_tf.finance.identity.mrz_formats import Field, Layout, mrz_layout
from imgrec_tf.finance.identity.transliteration import name_field, transliterate

if TYPE_CHECKING:
    from imgrec_tf.finance.identity.person import Person

_CODES = {"TD1": "I", "TD2": "I", "TD3": "P", "MRV-A": "V", "MRV-B": "V"}
_DOCUMENTS = {"TD1": "identity_card", "TD2": "identity_card", "TD3": "passport", "MRV-A": "visa", "MRV-B": "visa"}


def build_mrz(
    format: str,
    *,
    issuing_state: str,
    surname: str,
    given_names: str,
    document_number: str,
    nationality: str,
    birth_date: datetime.date | str,
    sex: str,
    expiry_date: datetime.date | str,
    document_code: str | None = None,
    optional_data: str = "",
    optional_data_2: str = "",
) -> tuple[str, ...]:
    """Write the lines of a machine-readable zone, with all check digits.

    Args:
        format: "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".
        issuing_state: One to three letters, such as "UTO".
        surname: In Latin letters, with or without marks; see `transliterate`.
        given_names: The same; "" when there are none.
        document_number: Up to 9 characters A-Z, 0-9, in TD1 up to 22 and in TD2 up to 14: what is longer than 9 runs
            over into the optional data (part 5, 4.2.4 and part 6, 4.2.4). Spaces and hyphens become fillers.
        nationality: One to three letters.
        birth_date: A date, or six characters YYMMDD with `<` for what is unknown.
        sex: "M", "F", or "X" or "<" where it is not stated.
        expiry_date: A date, or six digits YYMMDD.
        document_code: One or two letters; None for "P", "I" or "V", as the format asks.
        optional_data: Whatever else the state writes, A-Z, 0-9 and `<`. In TD3 it gets a check digit of its own.
        optional_data_2: Only TD1: line 2, places 19 to 29.

    Returns:
        Two lines of 44 or 36 characters, or three of 30.

    Raises:
        TypeError: If a value is of the wrong kind.
        ValueError: If a value does not fit into its field; the message says which and how much room there is. A name
            that is too long is cut, not refused.
    """
    layout = mrz_layout(format)
    if optional_data_2 and format != "TD1":
        raise ValueError(f"optional_data_2 exists in TD1 only, got {optional_data_2!r} for {format}")
    if not isinstance(sex, str) or sex not in ("M", "F", "X", FILLER):
        raise ValueError(f'sex must be "M", "F", or "X" or "<" where it is not stated, got {sex!r}')
    code = _code("document_code", _CODES[format] if document_code is None else document_code, 2)
    if code[0] not in layout.first_letters:
        raise ValueError(
            f"document_code of {format} must begin with {' or '.join(layout.first_letters)}, got {document_code!r}"
        )
    surname, given_names = transliterate(surname), transliterate(given_names)
    if not surname:
        raise ValueError("surname is empty; where a person has one name only, give it as the surname")
    number, digit, optional = _number(layout, document_number, _text("optional_data", optional_data))
    values = {
        "document_code": code,
        "issuing_state": _code("issuing_state", issuing_state, 3),
        "name": name_field(surname, given_names, layout.field("name").width)[0],
        "document_number": number,
        "nationality": _code("nationality", nationality, 3),
        "birth_date": _date("birth_date", birth_date),
        "sex": FILLER if sex == "X" else sex,
        "expiry_date": _date("expiry_date", expiry_date),
        "optional_data": optional,
    }
    if format == "TD1":
        values["optional_data_2"] = _text("optional_data_2", optional_data_2)
    places = [[FILLER] * layout.width for _ in range(layout.lines)]
    for field in layout.fields:
        places[field.line - 1][field.first - 1 : field.last] = _padded(field, values[field.name])
    for check in layout.digits:  # the composite, which covers the others, is the last one
        lines = tuple("".join(line) for line in places)
        if check.name == "document_number" and digit is not None:
            places[check.line - 1][check.place - 1] = digit
        elif check.name != "optional_data" or optional:
            places[check.line - 1][check.place - 1] = mrz_check_digit(check.covered(lines))
    return tuple("".join(line) for line in places)


def person_mrz(
    person: Person, format: str = "TD3", *, optional_data: str = "", optional_data_2: str = ""
) -> tuple[str, ...]:
    """Write the machine-readable zone of an invented person's passport (TD3), identity card (TD1, TD2) or visa.

    Args:
        person: The holder.
        format: "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".
        optional_data: As in `build_mrz`.
        optional_data_2: As in `build_mrz`.

    Raises:
        ValueError: If the format is unknown, or the optional data does not fit.
    """
    mrz_layout(format)
    document = getattr(person, _DOCUMENTS[format])
    return build_mrz(
        format,
        issuing_state=document.issuing_state,
        surname=person.surname_latin,
        given_names=person.given_names_latin,
        document_number=document.number,
        nationality=person.nationality,
        birth_date=person.birth_date,
        sex=person.sex,
        expiry_date=document.expiry_date,
        optional_data=optional_data,
        optional_data_2=optional_data_2,
    )


def _number(layout: Layout, number: str, optional: str) -> tuple[str, str | None, str]:
    """Return what goes into the number's field, its check digit if it is not the usual one, and the optional data."""
    number = _text("document_number", number).rstrip(FILLER)
    if not number or number.startswith(FILLER):
        raise ValueError("document_number is empty, or begins with a space; give its letters and digits")
    if len(number) <= 9:
        return number, None, optional
    most = 9 + layout.field("optional_data").width - 2 if layout.long_number else 9
    if len(number) > most:
        raise ValueError(f"document_number has room for {most} characters in {layout.format}, got {len(number)}")
    if FILLER in number:
        raise ValueError(f"a document_number of more than 9 characters must be without spaces, got {number!r}")
    return number[:9], FILLER, f"{number[9:]}{mrz_check_digit(number)}{FILLER}{optional}"


def _padded(field: Field, value: str) -> str:
    if len(value.rstrip(FILLER)) > field.width:
        raise ValueError(
            f"{field.name} has room for {field.width} characters, got {len(value)}: {value!r}"
            + (" (with the rest of the document number)" if field.name == "optional_data" else "")
        )
    return value[: field.width].ljust(field.width, FILLER)


def _text(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, got {value!r}")
    value = value.replace(" ", FILLER).replace("-", FILLER)
    if not set(value) <= set(ALPHABET):
        raise ValueError(f"{name} may hold A-Z, 0-9, spaces and hyphens, got {value!r}; write letters as capitals")
    return value


def _code(name: str, value: str, width: int) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, got {value!r}")
    bare = value.rstrip(FILLER)
    if not 1 <= len(bare) <= width or not set(bare) <= set(LETTERS):
        raise ValueError(f"{name} must be one to {width} capital letters, got {value!r}")
    return bare.ljust(width, FILLER)


def _date(name: str, value: datetime.date | str) -> str:
    if isinstance(value, datetime.date):
        return value.strftime("%y%m%d")
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a datetime.date or a text YYMMDD, got {value!r}")
    unknown = FILLER if name == "birth_date" else ""
    if len(value) != 6 or not set(value) <= set("0123456789" + unknown):
        raise ValueError(f"{name} must be six digits YYMMDD{' or <' if unknown else ''}, got {value!r}")
    return value
