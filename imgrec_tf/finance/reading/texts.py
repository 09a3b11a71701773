"""Texts to print for training: pieces of machine-readable zones, names, numbers, and plain chance."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from imgrec_tf.finance.identity import MRZ_FORMATS, build_mrz
from imgrec_tf.finance.identity.check_digits import ALPHABET, DIGITS, FILLER, LETTERS

_CONFUSED = "0OQD1IJ7T8B6G5S2Z<KXMNWVUYCEFPRLH4A"  # characters that are taken for each other are drawn more often


@lru_cache(maxsize=4)
def _lengths() -> np.ndarray:
    return np.arange(2, 10)


def random_text(length: int, rng: np.random.Generator) -> str:
    """A piece of a zone of that many characters, drawn: a made-up line, confusable characters, digits or fillers."""
    kind = rng.random()
    if kind < 0.45:
        line = str(rng.choice(random_zone(rng)))
        start = int(rng.integers(0, max(1, len(line) - length + 1)))
        return line[start : start + length].ljust(length, FILLER)
    if kind < 0.6:
        return "".join(rng.choice(list(_CONFUSED), length))
    if kind < 0.75:
        return random_number(length, rng)
    if kind < 0.85:
        return _fillers(length, rng)
    return "".join(rng.choice(list(ALPHABET), length))


def random_number(length: int, rng: np.random.Generator) -> str:
    """Digits, with an X at the end or anywhere once in a while, and runs of one digit as dates have them."""
    digits = rng.choice(list(DIGITS), length)
    if rng.random() < 0.3:
        place = int(rng.integers(0, length - 1))
        digits[place : place + int(rng.integers(2, 4))] = digits[place]
    if rng.random() < 0.3:
        digits[-1 if rng.random() < 0.7 else int(rng.integers(length))] = "X"
    return "".join(digits)


def random_word(length: int, rng: np.random.Generator) -> str:
    """Letters without any sense: no language is preferred, so that names of every state are read alike."""
    return "".join(rng.choice(list(LETTERS), length))


def random_zone(rng: np.random.Generator) -> tuple[str, ...]:
    """The lines of a made-up zone of any format: check digits right, names without any sense, state Utopia or none."""
    words = [random_word(int(rng.choice(_lengths())), rng) for _ in range(4)]
    number = "".join(rng.choice(list(DIGITS + LETTERS if rng.random() < 0.5 else DIGITS), int(rng.integers(6, 10))))
    optional = "".join(rng.choice(list(ALPHABET), int(rng.integers(1, 8)))) if rng.random() < 0.4 else ""
    return build_mrz(
        str(rng.choice(MRZ_FORMATS)),
        issuing_state=random_word(3, rng),
        surname=" ".join(words[: int(rng.integers(1, 3))]),
        given_names=" ".join(words[2 : int(rng.integers(3, 5))]),
        document_number=number,
        nationality=random_word(3, rng),
        birth_date=_date(rng),
        sex=str(rng.choice(["M", "F", FILLER])),
        expiry_date=_date(rng),
        optional_data=optional,
    )


def _date(rng) -> str:
    return f"{rng.integers(100):02d}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}"


def _fillers(length: int, rng) -> str:
    letters = rng.choice(list(ALPHABET), length)
    letters[rng.random(length) < 0.6] = FILLER
    return "".join(letters)
