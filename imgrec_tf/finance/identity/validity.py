"""Ages, and how long documents are valid.

Resident cards after GA 448-2013, by the holder's age on the day of issue: under 16 years, valid for 5 years; 16 to 25,
for 10; 26 to 45, for 20; from 46 on without end (长期). Passports, identity cards and visas of Utopia are valid for 10
years, 5 when the holder is under 16, visas for 1: a rule of the specimen state, made up here.
"""

from __future__ import annotations

import datetime

import numpy as np

REFERENCE_DATE = datetime.date(2026, 1, 1)  # "today" unless the caller says another day; no clock is read


def age_on(birth_date: datetime.date, day: datetime.date) -> int:
    """Return the age in whole years; a person born on 29 February grows older on 1 March of other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def add_years(day: datetime.date, years: int) -> datetime.date:
    """Return the same day some years later; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def resident_card_years(age: int) -> int | None:
    """Return how many years a resident card is valid that is issued at this age; None for 长期, without end.

    Source: GA 448-2013.
    """
    return 5 if age < 16 else 10 if age < 26 else 20 if age < 46 else None


def birth_date_for_age(age: int, reference_date: datetime.date, rng: np.random.Generator) -> datetime.date:
    """Draw a birth date with which a person has the age, in whole years, on the reference date."""
    youngest = add_years(reference_date, -age)
    oldest = add_years(reference_date, -age - 1) + datetime.timedelta(days=1)
    day = oldest + datetime.timedelta(days=int(rng.integers((youngest - oldest).days + 1)))
    while age_on(day, reference_date) != age:  # only around 29 February
        day += datetime.timedelta(days=1)
    return day


def invent_validity(
    birth_date: datetime.date, reference_date: datetime.date, kind: str, rng: np.random.Generator
) -> tuple[datetime.date, datetime.date | None]:
    """Draw when a document was issued, so that it is valid on the reference date, and when it expires.

    Args:
        birth_date: The holder's.
        reference_date: The day on which it is valid.
        kind: "resident_card", "passport", "identity_card" or "visa".
        rng: What the draw depends on.

    Returns:
        Day of issue, and last day or None for a card without end.
    """
    longest = 25 if kind == "resident_card" else 1 if kind == "visa" else 10
    earliest = max(birth_date, add_years(reference_date, -longest))
    span = (reference_date - earliest).days
    while True:
        issued = earliest + datetime.timedelta(days=int(rng.integers(span + 1)))
        expires = expiry_date(birth_date, issued, kind)
        if expires is None or expires >= reference_date:
            return issued, expires


def expiry_date(birth_date: datetime.date, issued: datetime.date, kind: str) -> datetime.date | None:
    """Return the last day of a document's validity by the rules above, or None for a card without end."""
    age = age_on(birth_date, issued)
    years = resident_card_years(age) if kind == "resident_card" else 1 if kind == "visa" else 5 if age < 16 else 10
    return None if years is None else add_years(issued, years)
