"""Resident identity numbers after GB 11643-1999: build, check, explain.

Eighteen characters: 6 digits of the region, 8 of the birth date (YYYYMMDD), 3 of the sequence (odd for men, even for
women) and a check character, ISO 7064 MOD 11-2. Numbers that are made here begin with 99, which is no province's code:
no living person can have one.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from numbers import Integral

import numpy as np

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # 2^(17 - place) modulo 11
CHECK_CHARACTERS = "10X98765432"  # by the remainder of the weighted sum
FICTIONAL_REGION = "99"


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


def identity_check_character(first_seventeen: str) -> str:
    """Return the 18th character that belongs to 17 digits, "0" to "9" or "X".

    Raises:
        ValueError: If it is not a string of 17 digits.
    """
    if not isinstance(first_seventeen, str) or not re.fullmatch("[0-9]{17}", first_seventeen):
        raise ValueError(f"the check character is computed from 17 digits, got {first_seventeen!r}")
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(first_seventeen, WEIGHTS)) % 11]


def build_identity_number(region: str, birth_date: datetime.date, sequence: int) -> str:
    """Put a number together. The region must begin with 99: numbers that could be somebody's are not made here.

    Args:
        region: Six digits, beginning with 99.
        birth_date: Year 1000 or later.
        sequence: 0 to 999; odd for men, even for women.

    Returns:
        18 characters.

    Raises:
        ValueError: If an argument is out of its range, or the region might be a real one.
    """
    if not isinstance(region, str) or not re.fullmatch("[0-9]{6}", region):
        raise ValueError(f"region must be six digits, got {region!r}")
    if not region.startswith(FICTIONAL_REGION):
        raise ValueError(
            f"region must begin with {FICTIONAL_REGION}, got {region}: other codes may belong to a place, and the "
            "number to a person; use 990000 to 999999"
        )
    if not isinstance(birth_date, datetime.date):
        raise ValueError(f"birth_date must be a datetime.date, got {birth_date!r}")
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
        ValueError: If `sex` is neither, or the date is none.
    """
    if sex not in ("M", "F"):
        raise ValueError(f'sex must be "M" or "F", got {sex!r}')
    rng = np.random.default_rng([seed, 99])
    sequence = 2 * int(rng.integers(0, 500)) + (sex == "M")
    return build_identity_number(f"{FICTIONAL_REGION}{int(rng.integers(0, 10_000)):04d}", birth_date, sequence)
