"""Uses check digits to choose between readings: which text is likeliest among those whose digits are right?

A check digit alone accepts one wrong text in ten. So nothing is changed only because a digit fails: the texts with up
to two other characters are weighed by what the network saw, those with wrong digits are struck out, and one of the
others must hold nearly all of what remains. The document itself may carry a wrong digit, forged ones do: the text as
it was read stays in the balance with a small weight. A character that the network saw clearly is therefore never
replaced; the text stays as it was read, and its digit says that it is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgrec_tf.finance.identity import MRZ_CLASSES, mrz_character_classes, mrz_layout
from imgrec_tf.finance.identity.check_digits import CHECK_11_2, FILLER, VALUES, WEIGHTS_11_2, WEIGHTS_731
from imgrec_tf.finance.reading.decoding import Decoded

_OPTIONS = 40  # other characters that are considered for one check digit
_LEAST = -14.0  # natural logarithm of how much less likely two replaced characters may be than what was read
FAULTY = 0.01  # share of documents whose printed digit is wrong in itself; a guess on the careful side
SEEN = 0.03  # confidence below which a character was not seen: only the known length of the line has put it there
SHARE = 0.95  # what the chosen text must hold of all texts with right digits


@dataclass(frozen=True)
class Change:
    """One character that was replaced because of a check digit.

    Attributes:
        line: From 1 on.
        place: From 1 on.
        read: What the network read.
        now: What stands there now.
    """

    line: int
    place: int
    read: str
    now: str


@dataclass(frozen=True)
class Repaired:
    """Lines after repair.

    Attributes:
        lines: The texts.
        changes: What was replaced.
        shares: By check digit: share of the chosen text among the texts with a right digit, 0 where none is right.
    """

    lines: tuple[str, ...]
    changes: tuple[Change, ...]
    shares: dict[str, float]


def described(changes: Sequence[Change]) -> str:
    """Say what was replaced, for people: a space and a sentence for each change, "" for none."""
    return "".join(
        f" In line {one.line}, place {one.place}, {one.read} was read and {one.now} makes the check digit right: "
        "compare it with the document."
        for one in changes
    )


def mrz_alphabets(format: str) -> list[list[str]]:
    """Return the characters that may stand at each place of each line.

    At the first one, the kinds of document; a state's code begins with a letter, and is not moved on by a filler.
    """
    layout = mrz_layout(format)
    alphabets = [[MRZ_CLASSES[kind] for kind in line] for line in mrz_character_classes(format)]
    alphabets[0][0] = layout.first_letters
    for field in (layout.field("issuing_state"), layout.field("nationality")):
        alphabets[field.line - 1][field.first - 1] = MRZ_CLASSES["L"]
    return alphabets


def repair_mrz(decoded: Sequence[Decoded], format: str, characters: str) -> Repaired:
    """Repair the lines of a zone by their check digits.

    Args:
        decoded: The lines, from `fixed_length_decode` with `mrz_alphabets(format)`.
        format: "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".
        characters: The reader's alphabet.
    """
    layout = mrz_layout(format)
    alphabets = mrz_alphabets(format)
    lines = [list(one.text) for one in decoded]
    changes: list[Change] = []
    shares: dict[str, float] = {}
    settled: set[tuple[int, int]] = set()  # places under a digit that is right
    for check in layout.digits:
        where = [(line - 1, place - 1) for line, first, last in check.spans for place in range(first, last + 1)]
        digit = (check.line - 1, check.place - 1)
        covered = "".join(lines[line][place] for line, place in where)
        if (
            lines[digit[0]][digit[1]] == FILLER
            and check.may_be_filler
            and (layout.long_number or not covered.strip(FILLER))
        ):
            # An empty field without a digit, or a long number, whose digit stands elsewhere.
            shares[check.name] = float(np.prod([decoded[a].confidences[b] for a, b in (*where, digit)]))
            continue
        weights = [WEIGHTS_731[number % 3] for number in range(len(where))] + [-1]
        places = [*where, digit]
        remainder = sum(weight * VALUES[lines[line][place]] for (line, place), weight in zip(places, weights)) % 10
        options = [
            (decoded[line].alternatives[place][characters.index(one)] - _of(decoded, lines, line, place, characters),
             weight * (VALUES[one] - VALUES[lines[line][place]]) % 10, line, place, one)
            for (line, place), weight in zip(places, weights)
            if (line, place) not in settled
            for one in alphabets[line][place]
            if one != lines[line][place] and one in characters and not ((line, place) == digit and one == FILLER)
        ]  # fmt: skip
        chosen, share = _likeliest(options, remainder, 10)
        shares[check.name] = share
        if chosen is None or (chosen and share < SHARE):
            shares[check.name] = 0.0 if remainder else share
            if not remainder:
                settled |= set(places)
            continue
        for _, _, line, place, one in chosen:
            changes.append(Change(line + 1, place + 1, lines[line][place], one))
            lines[line][place] = one
        settled |= set(places)
    return Repaired(tuple("".join(line) for line in lines), tuple(changes), shares)


def repair_identity_number(decoded: Decoded, characters: str) -> Repaired:
    """Repair the 18 characters of an identity number by MOD 11-2.

    Args:
        decoded: From `fixed_length_decode` with `number_alphabets()`.
        characters: The reader's alphabet.
    """
    text = list(decoded.text)
    weights = [*WEIGHTS_11_2, 1]
    values = {one: 10 if one == "X" else int(one) for one in CHECK_11_2}
    remainder = (sum(weight * values[one] for weight, one in zip(weights, text)) - 1) % 11
    read = [decoded.alternatives[place][characters.index(one)] for place, one in enumerate(text)]
    options = [
        (float(decoded.alternatives[place][characters.index(one)] - read[place]),
         weight * (values[one] - values[text[place]]) % 11, 0, place, one)
        for place, (weight, alphabet) in enumerate(zip(weights, number_alphabets()))
        for one in alphabet
        if one != text[place]
    ]  # fmt: skip
    chosen, share = _likeliest(options, remainder, 11)
    if chosen is None or (chosen and share < SHARE):
        return Repaired(("".join(text),), (), {"check": 0.0 if remainder else share})
    changes = [Change(1, place + 1, text[place], one) for _, _, _, place, one in chosen]
    for change in changes:
        text[change.place - 1] = change.now
    return Repaired(("".join(text),), tuple(changes), {"check": share})


def number_alphabets() -> list[str]:
    """Return what may stand at each of the 18 places of an identity number; centuries are 18, 19 and 20."""
    digits = "0123456789"
    return [digits] * 6 + ["12", "890"] + [digits] * 2 + ["01", digits, "0123", digits] + [digits] * 3 + [CHECK_11_2]


def _of(decoded, lines, line: int, place: int, characters: str) -> float:
    return float(decoded[line].alternatives[place][characters.index(lines[line][place])])


def _likeliest(options: list[tuple], remainder: int, modulus: int) -> tuple[list[tuple] | None, float]:
    """Weigh the text as it is, and with one or two characters replaced, where the digit comes out right.

    Args:
        options: (log-probability against what was read, change of the remainder, line, place, character).
        remainder: What the digit is off by; 0 when it is right.
        modulus: 10 or 11.

    Returns:
        The replacements of the likeliest text, [] for none, None when no text has a right digit; and its share.
    """
    options = sorted((one for one in options if one[0] > _LEAST), key=lambda one: -one[0])[:_OPTIONS]
    found: list[tuple[float, list[tuple]]] = [(0.0, [])] if remainder == 0 else []
    for number, one in enumerate(options):
        if (remainder + one[1]) % modulus == 0:
            found.append((one[0], [one]))
        for other in options[:number]:
            different = one[2:4] != other[2:4]
            if different and one[0] + other[0] > _LEAST and (remainder + one[1] + other[1]) % modulus == 0:
                found.append((one[0] + other[0], [one, other]))
    if not found:
        return None, 0.0
    best = max(found, key=lambda one: one[0])
    weights = [value for value, _ in found] + ([np.log(FAULTY)] if remainder else [])
    return best[1], float(np.exp(best[0] - np.logaddexp.reduce(weights)))
