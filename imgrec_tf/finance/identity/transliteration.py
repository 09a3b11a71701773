"""Names in the 26 letters and the filler of a machine-readable zone.

Latin letters with marks follow the table of ICAO Doc 9303-3, section 6.A; where it leaves a choice, the first spelling
is the one that is written, and `spellings` knows the others, because states differ: Müller is MUELLER in one passport
and MULLER in another.
"""

from __future__ import annotations

import itertools
import unicodedata

from imgrec_tf.finance.identity.check_digits import FILLER, LETTERS

_SEVERAL = {
    "Ä": ("AE", "A"),
    "Å": ("AA", "A"),
    "Æ": ("AE",),
    "Ð": ("D",),
    "Đ": ("D",),
    "Ħ": ("H",),
    "ı": ("I",),
    "Ĳ": ("IJ",),
    "Ł": ("L",),
    "Ñ": ("N", "NXX"),
    "Ŋ": ("N",),
    "Ö": ("OE", "O"),
    "Ø": ("OE",),
    "Œ": ("OE",),
    "ß": ("SS",),
    "ẞ": ("SS",),
    "Þ": ("TH",),
    "Ŧ": ("T",),
    "Ü": ("UE", "U", "UXX"),
}
_LEFT_OUT = "'’ʼ`´."
_SEPARATORS = " -‐‑–\u00a0,/" + FILLER
_MOST_SPELLINGS = 64


def transliterate(name: str) -> str:
    """Write a name in capitals and fillers: "Smith-Jones" is SMITH<JONES, "O'Connor" OCONNOR, "Müller" MUELLER.

    Args:
        name: A name in Latin letters. Apostrophes and full stops are left out; spaces and hyphens become a filler.

    Returns:
        A-Z and `<`, no filler at the ends, never two in a row.

    Raises:
        TypeError: If it is no text.
        ValueError: If a character has no spelling here, such as a digit or a Chinese character.
    """
    return _join(_letters(name, 0) for name in _components(name))


def spellings(name: str) -> set[str]:
    """Return every spelling of a name that the standard's table allows, in the form of `transliterate`.

    Raises:
        TypeError: If it is no text.
        ValueError: If a character has no spelling here.
    """
    components = _components(name)
    choices = [_choices(letter) for component in components for letter in component]
    found = {transliterate(name)}
    several = [place for place, options in enumerate(choices) if len(options) > 1]
    for picked in itertools.islice(itertools.product(*(choices[place] for place in several)), _MOST_SPELLINGS):
        chosen = dict(zip(several, picked))
        letters = [chosen.get(place, options[0]) for place, options in enumerate(choices)]
        parts, start = [], 0
        for component in components:
            parts.append("".join(letters[start : start + len(component)]))
            start += len(component)
        found.add(_join(parts))
    return found


def _components(name: str) -> list[str]:
    """Split a name at spaces and hyphens, leave apostrophes out."""
    if not isinstance(name, str):
        raise TypeError(f"a name must be a text, got {name!r}")
    name = unicodedata.normalize("NFC", name)
    for character in _LEFT_OUT:
        name = name.replace(character, "")
    for character in _SEPARATORS:
        name = name.replace(character, " ")
    return name.split()


def _letters(component: str, choice: int) -> str:
    return "".join(_choices(letter)[choice] for letter in component)


def _choices(letter: str) -> tuple[str, ...]:
    capital = letter if letter in _SEVERAL else letter.upper()
    if capital in _SEVERAL:
        return _SEVERAL[capital]
    bare = "".join(one for one in unicodedata.normalize("NFKD", capital) if not unicodedata.combining(one))
    if not bare or not set(bare) <= set(LETTERS):
        raise ValueError(
            f"{letter!r} cannot be written in a machine-readable zone, which knows the letters A-Z; spell the name in "
            "Latin letters first (romanize does that for invented Chinese names)"
        )
    return (bare,)


def _join(parts) -> str:
    return FILLER.join(part for part in parts if part)


def name_field(surname: str, given_names: str, width: int) -> tuple[str, bool]:
    """Put a name into a field of the machine-readable zone, cut as Doc 9303-3 (4.6) and 9303-4 (4.2.3) ask.

    A name that is too long loses letters at its end; where the surname leaves no room for a letter of the given names,
    the surname loses letters first. A name that was cut ends with a letter in the last place, which is how a reader
    can tell: where the cut would fall on a filler, the longest part before it gives up a letter.

    Args:
        surname: Primary identifier, transliterated.
        given_names: Secondary identifier, transliterated; "" when there is none.
        width: Places in the field.

    Returns:
        The field, and whether the name was cut.
    """
    whole = f"{surname}{FILLER * 2}{given_names}" if given_names else surname
    if len(whole) <= width:
        return whole.ljust(width, FILLER), False
    if given_names and len(surname) > width - 3:
        whole = f"{_cut(surname, width - 3)}{FILLER * 2}{given_names}"
    return _cut(whole, width).ljust(width, FILLER), True


def _cut(text: str, width: int) -> str:
    """Cut a text that is longer than `width` so that it ends with a letter."""
    while text[:width].endswith(FILLER):
        parts = text[:width].split(FILLER)
        longest = max(range(len(parts)), key=lambda place: len(parts[place]))
        if len(parts[longest]) < 2:
            return text[:width].rstrip(FILLER)  # single letters only: none can be given up
        end = len(FILLER.join(parts[: longest + 1]))
        text = text[: end - 1] + text[end:]
    return text[:width]


def split_name(field: str) -> tuple[str, str, bool]:
    """Read a name field: surname and given names with spaces, and whether the name may have been cut.

    A letter in the last place means that the name was cut, or that it fits exactly; the field cannot tell which.
    """
    surname, _, given_names = field.partition(FILLER * 2)
    words = [" ".join(part for part in one.split(FILLER) if part) for one in (surname, given_names)]
    return words[0], words[1], not field.endswith(FILLER)
