"""Which fields of a document each kind of forgery can be done to."""

from __future__ import annotations

import re

from imgrec_tf.finance.documents import Document
from imgrec_tf.finance.forgery.forged import KINDS

EVENLY_SPACED = ("identity_number", "mrz_1", "mrz_2", "mrz_3")  # printed with one width a character
NAMES = ("name", "surname", "given_names", "name_chinese")
SEXES = {"M": "F", "F": "M", "男": "女", "女": "男"}
REGION_CODE = 6  # the first digits of an identity number: 99xxxx, which no living person has, and which stays


def targets(document: Document, kind: str) -> tuple[str, ...]:
    """Return the fields of a document that a kind of forgery can be done to, in the order of printing.

    Args:
        document: From `finance.documents.render`.
        kind: One of `KINDS`.

    Returns:
        Names of fields; ("page",) for a recapture; empty where the page has nothing for this kind.

    Raises:
        TypeError: If it is no document.
        ValueError: If there is no such kind.
    """
    if not isinstance(document, Document):
        raise TypeError(
            f"document must be a Document, as finance.documents.render makes it, got {type(document).__name__}"
        )
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if "specimen" not in document.fields:
        return ()  # what carries no mark is not forged: nobody shall take it for a document
    if kind == "recapture":
        return ("page",)
    wanted = {"portrait_swap": _portrait, "field_edit": _editable, "copy_move": _movable, "splice": _spliced}[kind]
    return tuple(name for name in document.fields if wanted(document, name))


def changeable_digits(name: str, text: str) -> list[int]:
    """Places of the digits that may be changed one by one: never the region code of an identity number."""
    first = REGION_CODE if name == "identity_number" else 0
    return [place for place, one in enumerate(text) if place >= first and one in "0123456789"]


def _portrait(document: Document, name: str) -> bool:
    return name == "portrait"


def _editable(document: Document, name: str) -> bool:
    text = document.fields[name].text
    if name in EVENLY_SPACED:
        return bool(changeable_digits(name, text))
    if name in NAMES or name in ("sex", "sex_chinese"):
        return bool(text) and (text in SEXES or name in NAMES)
    return is_date(document, name) or name == "number" or bool(re.fullmatch(r"address_\d+", name) and _digit(text))


def _movable(document: Document, name: str) -> bool:
    text = document.fields[name].text
    if name in EVENLY_SPACED:
        places = changeable_digits(name, text)
        return len({text[place] for place in places}) > 1
    return is_date(document, name) and len(_other_dates(document, name)) > 0


def _spliced(document: Document, name: str) -> bool:
    return name == "portrait" or name in EVENLY_SPACED or (_editable(document, name) and "address" not in name)


def _other_dates(document: Document, name: str) -> list[str]:
    text = document.fields[name].text
    return [
        other
        for other in document.fields
        if other not in (name, "validity") and is_date(document, other) and document.fields[other].text != text
    ]


def other_dates(document: Document, name: str) -> list[str]:
    """Fields with another date than this one: what can be copied onto it."""
    return _other_dates(document, name) if name != "validity" else []


def is_date(document: Document, name: str) -> bool:
    """Whether a field prints a date whose year can be read off."""
    key = date_key(document, name)
    return key is not None and document.values[key][:4] in document.fields[name].text


def date_key(document: Document, name: str) -> str | None:
    """The value behind a printed date: the field's own, for a period its end, or its beginning where it has no end."""
    keys = ("expiry_date", "issue_date") if name == "validity" else (name,) if name.endswith("_date") else ()
    return next((key for key in keys if re.fullmatch(r"\d{4}-\d\d-\d\d", document.values.get(key, ""))), None)


def _digit(text: str) -> bool:
    return any(one in "0123456789" for one in text)
