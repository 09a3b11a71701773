"""Which value belongs to which label, on a page whose layout nobody has described.

A value stands to the right of its label, below it or above it, next to it and of the kind that the label announces: a
date, a sex, a name. The pairs that lie nearest are made first. Dates, sexes and numbers can hardly be mistaken for
anything else: where most of them stand on one side of their labels, names are looked for on that side first. Dates
without a label are told apart by their order, when as many are left as fields.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute

import numpy as np

from imgrec_tf.finance.documents.fonts import is_chinese
from imgrec_tf.finance.identity import STATE_CODES
from imgrec_tf.finance.reading.label_scores import announced_by_scores
from imgrec_tf.finance.reading.labels import LABELS, announced
from imgrec_tf.finance.reading.print_dates import printed_dates
from imgrec_tf.finance.reading.print_rows import Piece
from imgrec_tf.finance.reading.print_texts import OTHER

DATES = ("birth_date", "issue_date", "expiry_date")
STATES = ("nationality", "issuing_state")
NAMES = ("surname", "given_names", "name", "household_head")
RELATIONS = ("户主", "妻", "夫", "子", "女", "父", "母")
_FARTHEST = {"right": 14.0, "below": 2.2, "above": 2.2}  # in heights of the label
_COST = {"right": (0.25, 0.0), "below": (1.0, 0.0), "above": (1.0, 0.4)}  # of a height of distance, and of the side
_ELSEWHERE = 2.0  # cost of a value that stands on another side than most
_MOST, _VOTES = 0.75, 2  # share of the values on one side, and how many of them, for it to be the side of the page
_SURE = 0.9  # confidence from which on a line says what it says
_INSIDE = 0.8  # share of a piece within a label from which on it is a part of the label
_STRETCH = 3.0  # heights between the characters of a label that is spread out, as in 姓　名
_WORD_GAP = 1.3  # heights between two words of a name: a space of a typewriter's face, .6 em, is about one


@dataclass(frozen=True)
class PrintedLine:
    """A piece of print that was read.

    Attributes:
        text: In the characters of `print_alphabet`: capitals, and OTHER for what it does not know.
        confidence: Product of the confidences of its characters, in [0, 1].
        piece: Where it stands on the page.
        scores: What the reader gave at each step, float32 (steps, characters + 1), while the page is being read.
        doubtful: Whether it may go on with what stands beside it and could not be understood.
    """

    text: str
    confidence: float
    piece: Piece
    scores: np.ndarray | None = attribute(default=None, repr=False, compare=False)
    doubtful: bool = False


def arranged(lines: Sequence[PrintedLine]) -> dict[str, PrintedLine]:
    """Return the value of each field that a label announces.

    Args:
        lines: Everything that was read on one page.

    Returns:
        By field, the line that holds its value and nothing else. A validity stays one line.
    """
    lines = [part for line in _together(lines) for part in _split(line)]
    labels = [(_announced(line), line) for line in lines]
    names = [line.piece for field, line in labels if field]
    values = [line for field, line in labels if field is None and not any(_lies_in(line.piece, one) for one in names)]
    pairs = [
        (cost, side, number, place)
        for number, (field, label) in enumerate(labels)
        for place, value in enumerate(values if field else ())
        if fits(field, value.text)
        for side, cost in _costs(label.piece, value.piece).items()
    ]
    fields = [field for field, _ in labels]
    usual = _usual_side(_nearest(pairs, fields))
    pairs = [(cost + _ELSEWHERE * (usual not in (None, side)), side, *pair) for cost, side, *pair in pairs]
    chosen = _nearest(pairs, fields)
    used = {place for _, place in chosen.values()}
    spare = [line for place, line in enumerate(values) if place not in used]
    found = {field: _whole(field, values[place], spare) for field, (_, place) in chosen.items()}
    return found | _by_order(found, [line for line in spare if len(printed_dates(line.text)) == 1])


def _nearest(pairs: list[tuple], fields: list[str | None]) -> dict[str, tuple[str, int]]:
    """The side and the place of each field's value; every value is used once."""
    found: dict[str, tuple[str, int]] = {}
    used: set[int] = set()
    for _, side, number, place in sorted(pairs):
        if fields[number] not in found and place not in used:
            found[fields[number]] = side, place
            used.add(place)
    return found


def _usual_side(found: dict[str, tuple[str, int]]) -> str | None:
    sides = [side for field, (side, _) in found.items() if field in (*DATES, "sex", "number", "validity")]
    usual = max(set(sides), key=sides.count, default=None)
    return usual if usual and sides.count(usual) >= max(_VOTES, _MOST * len(sides)) else None


def fits(field: str, text: str) -> bool:
    """Whether a text is of the kind that a field holds; whether it is right is another question."""
    if field in DATES:
        return len(printed_dates(text)) == 1 or (field == "expiry_date" and text == "长期")
    if field == "validity":
        return len(printed_dates(text)) == 2
    if field == "sex":
        return text in ("M", "F", "男", "女")
    if field == "number":
        return bool(re.fullmatch(r"[A-Z0-9 -]{5,14}", text)) and sum(one.isdigit() for one in text) >= 4
    if field in STATES:
        return bool(re.fullmatch("[A-Z]{3}", text))
    if field == "relation":
        return text in RELATIONS
    if text in STATE_CODES:
        return False  # a name may look so, but then nobody can tell
    chinese = [one for one in text if is_chinese(one) or one == OTHER]
    if field in ("surname", "given_names"):
        return bool(re.fullmatch("[A-Z][A-Z' .-]*[A-Z]", text))
    return (len(chinese) == len(text) and 2 <= len(text) <= 4) or bool(re.fullmatch("[A-Z][A-Z' .-]*[A-Z]", text))


def _whole(field: str, value: PrintedLine, spare: Sequence[PrintedLine]) -> PrintedLine:
    """Put the words of a name together where the space between them was too broad for one piece."""
    if field not in NAMES:
        return value
    for line in sorted(spare, key=lambda line: abs(line.piece.left - value.piece.left)):  # the nearest words first
        if _goes_on(value.piece, line.piece):
            first, second = value, line
        elif _goes_on(line.piece, value.piece):
            first, second = line, value
        else:
            continue
        one, two = first.piece, second.piece
        text = first.text + ("" if is_chinese(first.text[-1]) else " ") + second.text
        if fits(field, text):
            box = Piece(one.left, min(one.top, two.top), two.right, max(one.bottom, two.bottom), one.light)
            value = PrintedLine(text, first.confidence * second.confidence, box, doubtful=value.doubtful)
        else:
            value = replace(value, doubtful=True)
    return value


def _goes_on(piece: Piece, other: Piece) -> bool:
    """Whether another piece stands to the right of one, in the same line and print, no further than a word would."""
    low, high = sorted((piece.height, other.height))
    level = abs(piece.top + piece.bottom - other.top - other.bottom) < 0.5 * low
    gap = other.left - piece.right
    return piece.light == other.light and level and high < 1.4 * low and -0.1 * high < gap < _WORD_GAP * high


def _lies_in(piece: Piece, other: Piece) -> bool:
    """Whether a piece is a part of another one, as NAME of 姓名 NAME: words are cut out in more than one way."""
    across = min(piece.right, other.right) - max(piece.left, other.left)
    down = min(piece.bottom, other.bottom) - max(piece.top, other.top)
    return min(across, down) > 0 and across * down >= _INSIDE * piece.width * piece.height


def _announced(line: PrintedLine) -> str | None:
    """The field that a line announces, by its text, or else by how likely a label is where the reader was unsure."""
    found = announced(line.text)
    if found is None and line.scores is not None and line.confidence < _SURE:
        found = announced_by_scores(line.scores)
    return found


def _together(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Put the characters of a label that is spread out together, as in 性　别."""
    rest = sorted(lines, key=lambda line: line.piece.left)
    found: list[PrintedLine] = []
    while rest:
        line = rest.pop(0)
        if len(line.text) == 1 and is_chinese(line.text):
            for other in rest:
                one, two = line.piece, other.piece
                level = abs(one.top + one.bottom - two.top - two.bottom) < 0.8 * one.height
                if (
                    level
                    and -0.3 * one.height < two.left - one.right < _STRETCH * one.height
                    and announced(line.text + other.text) is not None
                ):
                    box = Piece(one.left, min(one.top, two.top), two.right, max(one.bottom, two.bottom), one.light)
                    line = PrintedLine(line.text + other.text, line.confidence * other.confidence, box)
                    rest.remove(other)
                    break
        found.append(line)
    return found


def _split(line: PrintedLine) -> list[PrintedLine]:
    """Part a label from the value that follows it in the same piece; the places are shares of the piece's width."""
    if announced(line.text) is not None:
        return [line]
    words = [word for many in LABELS.values() for word in many if len(word) > 1 and line.text.startswith(word)]
    for word in sorted(words, key=len, reverse=True):
        rest = line.text[len(word) :]
        if word.isascii() and not rest.startswith(" "):
            continue
        rest = rest.strip(" .")
        if rest and any(fits(field, rest) for field in LABELS if field and word in LABELS[field]):
            piece = line.piece
            cut = piece.left + piece.width * len(word) / len(line.text)
            sides = (piece.left, cut), (cut, piece.right)
            boxes = [Piece(left, piece.top, right, piece.bottom, piece.light) for left, right in sides]
            return [PrintedLine(text, line.confidence, box) for text, box in zip((word, rest), boxes)]
    return [line]


def _costs(label: Piece, value: Piece) -> dict[str, float]:
    """How far a value lies from a label, by the side on which it lies; nothing where it lies nowhere near."""
    high = label.height
    level = abs(label.top + label.bottom - value.top - value.bottom) / 2
    overlap = min(label.right, value.right) - max(label.left, value.left)
    slip = abs(value.left - label.left)
    distances = {
        "right": value.left - label.right if level < 0.6 * max(high, value.height) else None,
        "below": value.top - label.bottom if overlap > 0 and slip < 4 * high else None,
        "above": label.top - value.bottom if overlap > 0 and slip < 4 * high else None,
    }
    costs = {}
    for side, distance in distances.items():
        if distance is not None and -0.4 * high <= distance <= _FARTHEST[side] * high:
            step, extra = _COST[side]
            costs[side] = step * max(distance, 0.0) / high + extra + (0.0 if side == "right" else 0.1 * slip / high)
    return costs


def _by_order(found: dict[str, PrintedLine], spare: list[PrintedLine]) -> dict[str, PrintedLine]:
    """Give dates without a label to the fields that have none, when there are as many: birth, issue, expiry."""
    if "validity" in found:
        return {}
    missing = [field for field in DATES if field not in found]
    days = {id(line): printed_dates(line.text)[0].value for line in spare}
    if not missing or len(spare) != len(missing) or None in days.values():
        return {}
    given = dict(zip(missing, sorted(spare, key=lambda line: days[id(line)])))
    whole = [printed_dates((found | given)[field].text)[0].value for field in DATES]
    return given if None not in whole and whole == sorted(set(whole)) else {}
