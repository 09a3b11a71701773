"""Resident identity numbers after GB 11643-1999: build, parse, check, explain.

Eighteen characters: 6 digits of the region, 8 of the birth date (YYYYMMDD), 3 of the sequence (odd for men, even for
women) and a check character, ISO/IEC 7064 MOD 11-2. Numbers that are made here begin with 99, which is no province's
code: no living person can have one. Numbers that are read may begin with anything.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from imgrec_tf.finance.identity.check_digits import CHECK_11_2, DIGITS, identity_check_character
from imgrec_tf.finance.identity.rules import BrokenRule

FICTIONAL_REGION = "99"
_ELDEST = 130  # years; nobody is known to have lived longer


@dataclass(frozen=True)
class IdentityNumber:
    """What an identity number says.

    Attributes:
        number: All 18 characters.
        region: The first six digits.
        birth_date: Places 7 to 14.
        sequence: Places 15 to 17 as a number, 0 to 999.
        sex: "M" for an odd sequence, "F" for an even one.
        check: The 18th character, a digit or X.
    """

    number: str
    region: str
    birth_date: datetime.date
    sequence: int
    sex: str
    check: str

    @property
    def fictional(self) -> bool:
        """Whether the region is 99xxxx, which no province has."""
        return self.region.startswith(FICTIONAL_REGION)


@dataclass(frozen=True)
class IdentityNumberCheck:
    """The outcome of checking an identity number.

    Attributes:
        text: What was checked, with x as X.
        broken: The rules that it breaks, none when it is valid.
        parsed: What it says, or None when a rule is broken.
    """

    text: str
    broken: tuple[BrokenRule, ...]
    parsed: IdentityNumber | None

    @property
    def valid(self) -> bool:
        """Whether no rule is broken."""
        return not self.broken

    @property
    def explanation(self) -> str:
        """What is wrong and what would be right, or what the number says, in sentences."""
        if self.parsed is None:
            return " ".join(one.message for one in self.broken)
        own = self.parsed
        sex = "odd, a man" if own.sex == "M" else "even, a woman"
        return (
            f"{own.number} is valid: region {own.region}{' (fictional)' if own.fictional else ''}, born "
            f"{own.birth_date}, sequence {own.sequence:03d} ({sex}), check character {own.check}."
        )


def build_identity_number(region: str, birth_date: datetime.date, sequence: int) -> str:
    """Put a number together. The region must begin with 99: numbers that could be somebody's are not made here.

    Args:
        region: Six digits, beginning with 99.
        birth_date: Year 1000 or later.
        sequence: 0 to 999; odd for men, even for women.

    Returns:
        18 characters.

    Raises:
        TypeError: If the date is none.
        ValueError: If an argument is out of its range, or the region might be a real one.
    """
    if not isinstance(region, str) or len(region) != 6 or not set(region) <= set(DIGITS):
        raise ValueError(f"region must be six digits, got {region!r}")
    if not region.startswith(FICTIONAL_REGION):
        raise ValueError(
            f"region must begin with {FICTIONAL_REGION}, got {region}: other codes may belong to a place, and the "
            "number to a person; use 990000 to 999999"
        )
    if not isinstance(birth_date, datetime.date):
        raise TypeError(f"birth_date must be a datetime.date, got {birth_date!r}")
    if birth_date.year < 1000:
        raise ValueError(f"birth_date must have a year of four digits, got {birth_date}")
    if isinstance(sequence, bool) or not isinstance(sequence, Integral) or not 0 <= sequence <= 999:
        raise ValueError(f"sequence must be a whole number from 0 to 999, got {sequence!r}")
    first = f"{region}{birth_date:%Y%m%d}{sequence:03d}"
    return first + identity_check_character(first)


def invent_identity_number(birth_date: datetime.date, sex: str, seed: int) -> str:
    """Make a fictional number (region 99xxxx) for a birth date and a sex.

    Args:
        birth_date: The day of birth.
        sex: "M" or "F".
        seed: Same seed, date and sex: same number.

    Raises:
        TypeError: If the date is none.
        ValueError: If `sex` is neither.
    """
    if sex not in ("M", "F"):
        raise ValueError(f'sex must be "M" or "F", got {sex!r}')
    rng = np.random.default_rng([seed, 99])
    sequence = 2 * int(rng.integers(0, 500)) + (sex == "M")
    return build_identity_number(f"{FICTIONAL_REGION}{int(rng.integers(0, 10_000)):04d}", birth_date, sequence)


def check_identity_number(text: str, *, reference_date: datetime.date | None = None) -> IdentityNumberCheck:
    """Check a number against every rule of GB 11643-1999 and say which one fails.

    Args:
        text: What was read or typed. Space around it is left out, x counts as X.
        reference_date: The day that counts as today: a birth date after it, or more than 130 years before it, is
            refused. None leaves this out.

    Returns:
        The outcome; `.valid`, `.parsed` and `.explanation`.

    Raises:
        TypeError: If `text` is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"an identity number is a text of 18 characters, got {text!r}")
    text = text.strip().replace("x", "X")
    broken = _broken_form(text) or [*_broken_date(text, reference_date), *_broken_check(text)]
    if broken:
        return IdentityNumberCheck(text, tuple(broken), None)
    sequence = int(text[14:17])
    birth_date = datetime.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    parsed = IdentityNumber(text, text[:6], birth_date, sequence, "M" if sequence % 2 else "F", text[17])
    return IdentityNumberCheck(text, (), parsed)


def parse_identity_number(text: str) -> IdentityNumber:
    """Return what a number says. Any region is accepted.

    Raises:
        TypeError: If `text` is no text.
        ValueError: If a rule is broken; the message says which, and which character would be right.
    """
    checked = check_identity_number(text)
    if checked.parsed is None:
        raise ValueError(f"{checked.text!r} is no identity number. {checked.explanation}")
    return checked.parsed


def _broken_form(text: str) -> list[BrokenRule]:
    if len(text) != 18:
        message = f"An identity number has 18 characters, this one {len(text)}."
        return [BrokenRule("length", 1, (1, len(text)), text, "", message)]
    broken = []
    for place, character in enumerate(text, 1):
        if character not in (CHECK_11_2 if place == 18 else DIGITS):
            accepted = "a digit or X" if place == 18 else "a digit"
            message = f"Place {place} must be {accepted}, and is {character!r}."
            broken.append(BrokenRule("characters", 1, (place, place), character, "", message))
    return broken


def _broken_date(text: str, reference_date: datetime.date | None) -> list[BrokenRule]:
    written = text[6:14]
    try:
        birth_date = datetime.date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        message = f"Places 7 to 14, {written}, are no date of the calendar (YYYYMMDD)."
        return [BrokenRule("date", 1, (7, 14), written, "", message)]
    message = ""
    if reference_date is not None and birth_date > reference_date:
        message = f"The birth date {birth_date} lies after {reference_date}."
    elif reference_date is not None and reference_date.year - birth_date.year > _ELDEST:
        message = f"The birth date {birth_date} lies more than {_ELDEST} years before {reference_date}."
    return [BrokenRule("date", 1, (7, 14), written, "", message)] if message else []


def _broken_check(text: str) -> list[BrokenRule]:
    right = identity_check_character(text[:17])
    if text[17] == right:
        return []
    message = (
        f"The check character is {text[17]}, and {right} would be right for the 17 digits before it: one of the 18 "
        "characters is wrong."
    )
    return [BrokenRule("check digit", 1, (18, 18), text[17], right, message)]
