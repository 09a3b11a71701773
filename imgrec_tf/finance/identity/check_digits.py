"""The two check digits of identity documents, and a laboratory that measures what each of them misses.

7-3-1 (ICAO Doc 9303-3, 4.9): characters have the values 0-9, A = 10 to Z = 35, filler `<` = 0; the weights 7, 3, 1
repeat; the digit is the weighted sum modulo 10. All weights are coprime with 10, so a substitution is missed exactly
when the two values differ by a multiple of 10: A and K, `<` and K, 0 and `<`, 6 and G.

MOD 11-2 (ISO/IEC 7064, used by GB 11643-1999): the weight of a place is a power of 2 modulo 11, the check character
completes the sum to 1 modulo 11. 11 is a prime above all values, so no single substitution is missed; the powers
repeat after 10 places, so a swap of two characters that lie 10 places apart is.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FILLER = "<"
ALPHABET = DIGITS + LETTERS + FILLER
VALUES = {character: value for value, character in enumerate(DIGITS + LETTERS)} | {FILLER: 0}
WEIGHTS_731 = (7, 3, 1)
WEIGHTS_11_2 = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # 2^(18 - place) modulo 11
CHECK_11_2 = "10X98765432"  # by the remainder of the weighted sum of the 17 digits
METHODS = ("7-3-1", "MOD 11-2")


def mrz_check_digit(text: str) -> str:
    """Return the 7-3-1 check digit of a text.

    Args:
        text: Characters A-Z, 0-9 and `<`.

    Raises:
        TypeError: If it is no text.
        ValueError: If it holds another character; the message says which and where.
    """
    if not isinstance(text, str):
        raise TypeError(f"the check digit is computed from a text, got {text!r}")
    for place, character in enumerate(text, 1):
        if character not in VALUES:
            raise ValueError(
                f"{character!r} at place {place} of {text!r} is none of A-Z, 0-9 and <, the characters of a "
                "machine-readable zone; write letters as capitals, spaces as <"
            )
    return str(sum(VALUES[character] * WEIGHTS_731[place % 3] for place, character in enumerate(text)) % 10)


def identity_check_character(first_seventeen: str) -> str:
    """Return the 18th character that belongs to 17 digits of an identity number, "0" to "9" or "X".

    Raises:
        ValueError: If it is not a string of 17 digits.
    """
    if not isinstance(first_seventeen, str) or len(first_seventeen) != 17 or not set(first_seventeen) <= set(DIGITS):
        raise ValueError(f"the check character is computed from 17 digits, got {first_seventeen!r}")
    return CHECK_11_2[sum(int(digit) * weight for digit, weight in zip(first_seventeen, WEIGHTS_11_2)) % 11]


def invisible_pairs(method: str = "7-3-1") -> list[tuple[str, str]]:
    """Return the pairs of characters that may be taken for each other without changing the check digit.

    Args:
        method: "7-3-1", over the 37 characters of a machine-readable zone, or "MOD 11-2", over the ten digits.

    Returns:
        Pairs in the order 0-9, A-Z, `<`.

    Raises:
        ValueError: If the method is neither.
    """
    if _known(method) == "7-3-1":
        pairs = itertools.combinations(ALPHABET, 2)
        return [(one, other) for one, other in pairs if mrz_check_digit(one) == mrz_check_digit(other)]
    pairs = itertools.combinations(DIGITS, 2)
    return [(one, other) for one, other in pairs if (int(one) - int(other)) % 11 == 0]


def every_error(text: str, error: str = "substitution", *, distance: int = 1, characters: str = DIGITS) -> list[str]:
    """Return every text that one error of a kind makes of a text, for measuring without drawing.

    Args:
        text: What is damaged.
        error: "substitution" (one character becomes another one) or "swap" (two different ones change places).
        distance: How many places apart swapped characters lie, 1 or more.
        characters: What a substituted character may become.

    Returns:
        Texts of the same length, none equal to `text`, in the order of their places.

    Raises:
        ValueError: If an argument is out of its range.
    """
    if error not in ("substitution", "swap"):
        raise ValueError(f'error must be "substitution" or "swap", got {error!r}')
    if distance < 1:
        raise ValueError(f"distance must be 1 or more, got {distance}")
    if error == "substitution":
        return [
            text[:place] + other + text[place + 1 :]
            for place, one in enumerate(text)
            for other in characters
            if other != one
        ]
    return [
        text[:place] + other + text[place + 1 : place + distance] + one + text[place + distance + 1 :]
        for place, (one, other) in enumerate(zip(text, text[distance:]))
        if one != other
    ]


@dataclass(frozen=True)
class Misses:
    """What a check digit did not see.

    Attributes:
        method: "7-3-1" or "MOD 11-2".
        error: What was done to the texts, for people.
        missed: Texts that were changed and kept their check digit.
        trials: Texts that were changed.
    """

    method: str
    error: str
    missed: int
    trials: int

    @property
    def share(self) -> float:
        """Missed / trials, in [0, 1]."""
        return self.missed / self.trials


def measure_misses(
    method: str, error: str = "substitution", *, distance: int = 1, trials: int = 10_000, seed: int = 0
) -> Misses:
    """Damage random texts and count how often the check digit stays as it was.

    Texts of 17 digits for MOD 11-2, of 39 characters (0-9, A-Z, `<`) for 7-3-1.

    Args:
        method: "7-3-1" or "MOD 11-2".
        error: "substitution" (one character becomes another one), "two substitutions", or "swap" (two different
            characters change places).
        distance: How many places apart the swapped characters lie, 1 to 16.
        trials: Number of texts, 1 or more.
        seed: Seed of the texts and the errors.

    Raises:
        ValueError: If an argument is out of its range.
    """
    width, symbols = (17, 10) if _known(method) == "MOD 11-2" else (39, len(ALPHABET))
    if error not in ("substitution", "two substitutions", "swap"):
        raise ValueError(f'error must be "substitution", "two substitutions" or "swap", got {error!r}')
    if not 1 <= distance <= 16 or trials < 1:
        raise ValueError(f"distance must be 1 to 16 and trials 1 or more, got {distance} and {trials}")
    rng = np.random.default_rng([seed, 731])
    texts = rng.integers(0, symbols, (trials, width))
    rows = np.arange(trials)
    first = rng.integers(0, width - (distance if error == "swap" else 0), trials)
    if error == "swap":
        texts[rows, first + distance] = (texts[rows, first] + rng.integers(1, symbols, trials)) % symbols
    damaged = texts.copy()
    if error == "swap":
        damaged[rows, first], damaged[rows, first + distance] = texts[rows, first + distance], texts[rows, first]
    else:
        second = (first + rng.integers(1, width, trials)) % width
        for places in (first, second) if error == "two substitutions" else (first,):
            damaged[rows, places] = (texts[rows, places] + rng.integers(1, symbols, trials)) % symbols
    missed = int((_remainders(method, texts) == _remainders(method, damaged)).sum())
    return Misses(method, f"swap of places {distance} apart" if error == "swap" else error, missed, trials)


def _remainders(method: str, texts: np.ndarray) -> np.ndarray:
    if method == "MOD 11-2":
        return texts @ np.array(WEIGHTS_11_2) % 11
    values = np.array([VALUES[character] for character in ALPHABET])
    return values[texts] @ np.resize(WEIGHTS_731, texts.shape[1]) % 10


def _known(method: str) -> str:
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    return method
