"""Texts to print for training the reader of printed fields, and the characters that it can tell apart."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np

from imgrec_tf.finance.documents import fonts
from imgrec_tf.finance.identity import chinese_names
from imgrec_tf.finance.identity.check_digits import DIGITS, FILLER, LETTERS
from imgrec_tf.finance.reading import texts
from imgrec_tf.finance.reading.labels import LABELS, folded

OTHER = "□"  # any character that is none of the others
_MARKS = " -'./" + FILLER
_VALUES = "男女年月日长期户主妻夫子女父母"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_LONGEST = 12  # characters
_ALIKE = "IIILLJTFEPHMNWKXVYUOQDCGBRS"  # letters that are taken for each other
_ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u0327\u030c"  # grave, acute, circumflex, tilde, diaeresis, cedilla, caron
_OTHERS_KEPT = 5  # of the characters that count as OTHER, every fifth is never printed for training


@lru_cache(maxsize=1)
def print_alphabet() -> str:
    """Return the characters that the reader of printed fields tells apart.

    A-Z (small letters are read as capitals, marks are left out), 0-9, a few marks, the Chinese characters of the labels
    and of the values that a rule needs, every character of `identity.chinese_names.name_characters()`, and OTHER.
    """
    labels = "".join(one for words in LABELS.values() for word in words for one in word if not one.isascii())
    chinese = sorted(set(labels) | set(_VALUES) | set(chinese_names.name_characters()))
    return DIGITS + LETTERS + _MARKS + "".join(chinese) + OTHER


@lru_cache(maxsize=1)
def other_characters() -> tuple[str, str]:
    """Chinese characters that the font has and the alphabet lacks: those to train with, and those held back."""
    rest = [chr(one) for one in sorted(fonts._drawable()) if chr(one) >= "\u4e00" and chr(one) not in print_alphabet()]
    held_back = rest[::_OTHERS_KEPT]
    return "".join(one for one in rest if one not in held_back), "".join(held_back)


def as_read(text: str) -> str:
    """Return a printed text in the characters of `print_alphabet`."""
    return "".join(one if one in print_alphabet() else OTHER for one in folded(text))


def random_print(rng: np.random.Generator) -> str:
    """A text as it may stand on a document, drawn: names without any sense, dates, labels, numbers, pieces of zones."""
    makers = (_chinese, _strange, _date, _latin, _label, _number, _zone, _short)
    text = str(makers[int(rng.choice(len(makers), p=[0.17, 0.08, 0.15, 0.32, 0.15, 0.08, 0.02, 0.03]))](rng))
    start = int(rng.integers(0, max(1, len(text) - _LONGEST + 1)))
    return text[start : start + _LONGEST].strip() or "M"


def _chinese(rng) -> str:
    """Characters of the alphabet, each as likely as any other."""
    known = [one for one in print_alphabet() if fonts.is_chinese(one)]
    return "".join(rng.choice(known, int(rng.integers(3, 9))))


def _strange(rng) -> str:
    """Chinese text in which most characters are others."""
    known = [one for one in print_alphabet() if fonts.is_chinese(one)]
    count = int(rng.integers(2, 9))
    return "".join(str(rng.choice(known if rng.random() < 0.3 else list(other_characters()[0]))) for _ in range(count))


def _date(rng) -> str:
    year, month, day = (int(rng.integers(*ends)) for ends in ((1900, 2100), (1, 13), (1, 32)))
    mark = str(rng.choice([".", "-", "/", " "]))
    forms = (
        f"{year}年{month:02d}月{day:02d}日", f"{year}年{month}月{day}日",
        mark.join((f"{year}", f"{month:02d}", f"{day:02d}")),
        mark.join((f"{day:02d}", f"{month:02d}", f"{year}")), f"{day:02d} {MONTHS[month - 1]} {year}",
        f"{month:02d}.{day:02d}-{year}.{month:02d}", f"{month:02d}-长期", "".join(rng.choice(list(DIGITS + " -./"), 9)),
    )  # fmt: skip
    return forms[int(rng.integers(len(forms)))]


def _latin(rng) -> str:
    """Words of letters without any sense, in capitals, small letters or both, and now and then with accents."""
    letters = list(texts.random_word(int(rng.integers(2, _LONGEST + 1)), rng))
    if rng.random() < 0.4:  # what is taken for each other, side by side
        for place in range(len(letters)):
            if rng.random() < 0.4:
                letters[place] = str(rng.choice(list(_ALIKE)))
    if rng.random() < 0.25:
        place = int(rng.integers(0, len(letters) - 1))
        letters[place + 1] = letters[place]
    text = "".join(letters)
    for _ in range(int(rng.integers(0, 3)) if len(text) > 4 else 0):
        place = int(rng.integers(1, len(text) - 1))
        text = text[:place] + str(rng.choice([" ", " ", "-", "'"])) + text[place + 1 :]
    if rng.random() < 0.15:
        marked = [unicodedata.normalize("NFC", one + str(rng.choice(list(_ACCENTS)))) for one in text]
        text = "".join(one if len(one) == 1 else plain for one, plain in zip(marked, text))
    form = rng.random()
    return text if form < 0.6 else text.title() if form < 0.9 else text.lower()


def _label(rng) -> str:
    words = [word for field in LABELS.values() for word in field]
    text = str(rng.choice(words))
    if rng.random() < 0.25 or len(text) < 4:
        text += str(rng.choice([" ", " / ", " ("])) + str(rng.choice(words))
    form = rng.random()
    text = text if form < 0.2 else text.capitalize() if form < 0.7 else text.title() if form < 0.8 else text.lower()
    if rng.random() < 0.1:
        text = f"{rng.integers(1, 15)}. {text}"
    if rng.random() < 0.5:
        for plain, marked in (("renom", "rénom"), ("elivre", "élivré"), ("Ne", "Né"), ("EE LE", "ÉE LE")):
            text = text.replace(plain, marked)
    return text


def _number(rng) -> str:
    letters = "".join(rng.choice(list(LETTERS), int(rng.integers(0, 3))))
    text = letters + "".join(rng.choice(list(DIGITS), int(rng.integers(5, 10))))
    return "".join(rng.permutation(list(text))) if rng.random() < 0.3 else text


def _zone(rng) -> str:
    return texts.random_text(int(rng.integers(6, _LONGEST + 1)), rng)


def _short(rng) -> str:
    return str(rng.choice(["M", "F", "男", "女", "P", "UTO", *LETTERS]))
