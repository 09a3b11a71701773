"""What a forger writes: another text for a field, and what the document then says."""

from __future__ import annotations

import datetime

import numpy as np

from imgrec_tf.finance.documents import Document
from imgrec_tf.finance.forgery import eligible
from imgrec_tf.finance.identity import identity_check_character, invent_person

_CANDIDATES = 6


def other_text(document: Document, name: str, rng: np.random.Generator) -> tuple[str, int | None]:
    """Choose another text for a field.

    Returns:
        The text, and the place of the only character that is typed anew, or None where the whole field is.
    """
    text = document.fields[name].text
    if name in eligible.EVENLY_SPACED or name == "number" or name.startswith("address"):
        places = eligible.changeable_digits(name, text) or [
            place for place, one in enumerate(text) if one in "0123456789"
        ]
        place = int(rng.choice(places))
        changed = text[:place] + _other_digit(text[place], rng) + text[place + 1 :]
        return changed, place if name in eligible.EVENLY_SPACED else None
    if text in eligible.SEXES:
        return eligible.SEXES[text], None
    if name in eligible.NAMES:
        return _other_name(document, name, text, rng), None
    return _other_year(document, name, text, rng), None


def values_after(document: Document, name: str, text: str) -> dict[str, str]:
    """What the document says once a field prints another text: its values, dates in ISO form."""
    values, before = dict(document.values), document.fields[name].text
    key = eligible.date_key(document, name)
    if key is not None and eligible.is_date(document, name):
        year = _year_in(text, before, values[key][:4])
        values[key] = year + values[key][4:]
        return values
    if name.startswith("address_"):
        values["address"] = values.get("address", "").replace(before, text, 1)
        return values
    for alias in ("sex", "sex_chinese") if name in ("sex", "sex_chinese") else (name,):
        if alias in values:
            values[alias] = text if alias == name else {"男": "M", "女": "F", "M": "男", "F": "女"}[text]
    return values


def with_right_check(text: str) -> str:
    """An identity number whose last character fits again: what a careful forger writes."""
    return text[:17] + identity_check_character(text[:17])


def _other_digit(digit: str, rng: np.random.Generator) -> str:
    return str((int(digit) + int(rng.integers(1, 10))) % 10)


def _other_year(document: Document, name: str, text: str, rng: np.random.Generator) -> str:
    """The same day of another year: days and months stay valid, and only digits of the year are typed anew."""
    before = datetime.date.fromisoformat(document.values[eligible.date_key(document, name)])
    steps = [4, 8, -4, -8] if (before.month, before.day) == (2, 29) else [1, 2, 3, 4, 5, 7, 9, -1, -2, -3, -5, -7, -9]
    year = before.year + int(rng.choice(steps))
    head, found, tail = text.rpartition(f"{before.year:04d}") if name == "validity" else _first(text, before.year)
    return f"{head}{year:04d}{tail}" if found else text


def _first(text: str, year: int) -> tuple[str, str, str]:
    return text.partition(f"{year:04d}")


def _year_in(text: str, before: str, year: str) -> str:
    place = before.rfind(year) if before.count("-") and before.rfind(year) > 8 else before.find(year)
    return text[place : place + 4]


def _other_name(document: Document, name: str, text: str, rng: np.random.Generator) -> str:
    """The name of somebody else, of those that come nearest in length."""
    chinese = any("\u4e00" <= one <= "\u9fff" for one in text)
    locale = "zh_CN" if chinese or document.values.get("name_chinese") or document.values.get("name") else "en_US"
    found = []
    for _ in range(_CANDIDATES):
        person = invent_person(int(rng.integers(2**31)), locale=locale)
        other = {"surname": person.surname_latin, "given_names": person.given_names_latin}.get(name, person.name)
        other = other.upper() if text.isupper() and not chinese else other
        if other != text:
            found.append(other)
    if not found:
        raise RuntimeError(f"no other name than {text!r} was invented in {_CANDIDATES} tries; give another seed")
    return min(found, key=lambda other: abs(len(other) - len(text)))
