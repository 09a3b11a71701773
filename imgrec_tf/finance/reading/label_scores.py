"""Labels that were misread: how likely is each known one, by what the reader saw at every step?

The text that a reader gives is its first choice at each step; small print of a label is often its second. A label
counts when it is nearly as likely as the best path, and clearly likelier than the labels of all other fields.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from imgrec_tf.finance.documents.fonts import is_chinese
from imgrec_tf.finance.identity.check_digits import DIGITS, LETTERS
from imgrec_tf.finance.reading.decoding import text_log_probabilities
from imgrec_tf.finance.reading.labels import LABELS
from imgrec_tf.finance.reading.print_texts import OTHER, print_alphabet

_LOST = 1.2  # logarithm of the likelihood that a label may lose against the best path, for each of its characters
_LEAST_LOST = 2.0  # how much less likely the labels of other fields must be
_TRIED = 8  # labels, those that share the most characters with what was read
_SHORTEST = {True: 2, False: 3}  # characters of a label in Chinese and in Latin letters


def announced_by_scores(scores: np.ndarray) -> str | None:
    """Return the field that a line announces, "" for a label of no use here, None where no label is likely.

    Args:
        scores: float (steps, characters + 1): logarithms of probabilities in the order of `print_alphabet()`.
    """
    known = None
    for text, part in _parts(scores):
        found = _likeliest(text, part)
        if found:
            return found
        known = "" if found == "" else known
    return known


def _parts(scores: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Parts of one script between strokes and brackets: what was read there, and the scores of its steps."""
    best = scores.argmax(axis=1)
    read = [
        (step, print_alphabet()[symbol - 1])
        for step, symbol in enumerate(best)
        if symbol and (step == 0 or symbol != best[step - 1])
    ]
    parts: list[list] = []  # kind, text, first and last step
    for step, one in read:
        kind = "chinese" if is_chinese(one) and one != OTHER else "latin" if one in LETTERS + DIGITS else one
        kind = parts[-1][0] if parts and one in " .'-" + OTHER else kind
        if parts and parts[-1][0] == kind:
            parts[-1][1] += one
            parts[-1][3] = step
        else:
            parts.append([kind, one, step, step])
    found = []
    for place, (kind, text, *_) in enumerate(parts):
        before = parts[place - 1][3] + 1 if place else 0
        after = parts[place + 1][2] if place + 1 < len(parts) else len(scores)
        if kind in ("chinese", "latin"):
            found.append((text.strip(" .'-"), scores[before:after]))
    return found


def _likeliest(text: str, scores: np.ndarray) -> str | None:
    labels = _likely(text)
    if not labels:
        return None
    best = float(scores.max(axis=1).sum())
    lost = best - text_log_probabilities(scores, print_alphabet(), [label for label, _ in labels])
    order = np.argsort(lost)
    label, field = labels[order[0]]
    if lost[order[0]] > _LOST * len(label):
        return None
    rivals = [lost[place] for place in order[1:] if labels[place][1] != field]
    return None if rivals and min(rivals) - lost[order[0]] < _LEAST_LOST else field


def _likely(text: str) -> list[tuple[str, str]]:
    """The labels that share the most characters with a text, at least a half of the longer one's, with their fields."""
    chinese = any(is_chinese(one) for one in text)
    if len(text) < _SHORTEST[chinese] or sum(one in DIGITS for one in text) > len(text) / 3:
        return []
    labels, counts, lengths = _counted(chinese)
    shared = np.minimum(counts, _count(text)).sum(axis=1) / np.maximum(lengths, len(text))
    order = np.argsort(-shared, kind="stable")[:_TRIED]
    return [labels[place] for place in order if shared[place] >= 0.5]


@lru_cache(maxsize=2)
def _counted(chinese: bool) -> tuple[list[tuple[str, str]], np.ndarray, np.ndarray]:
    labels = [
        (word, field)
        for field, words in LABELS.items()
        for word in words
        if word.isascii() != chinese and len(word) >= _SHORTEST[chinese]
    ]
    return labels, np.stack([_count(word) for word, _ in labels]), np.array([len(word) for word, _ in labels])


def _count(text: str) -> np.ndarray:
    """How often each character of the alphabet is in a text."""
    found = np.zeros(len(print_alphabet()), int)
    for one in text:
        place = print_alphabet().find(one)
        if place >= 0:
            found[place] += 1
    return found
