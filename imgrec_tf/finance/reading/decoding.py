"""From scores at every step to text.

A network with CTC gives log-probabilities of every character and of the blank at every step. A path picks one symbol a
step; its text is the path with repeats put together and blanks left out, so "AA-B" reads AB and "A-AB" reads AAB.
Three ways to a text: the best symbol of each step, the best text with a beam, or the best path that has exactly as
many characters as the field, each from the alphabet of its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_NEVER = -np.inf


@dataclass(frozen=True)
class Decoded:
    """A text that was read.

    Attributes:
        text: The text.
        confidences: For each character, its probability at the step where it was clearest, in [0, 1].
        log_probability: Natural logarithm of the path's (greedy, fixed length) or of the text's probability (beam).
        alternatives: float32 (characters, symbols): log-probability of each symbol of the reader at each character,
            blank left out and the rest summing to 1; empty where a decoder does not say.
    """

    text: str
    confidences: tuple[float, ...]
    log_probability: float
    alternatives: np.ndarray

    @property
    def confidence(self) -> float:
        """The least confidence of all characters, 0 for an empty text."""
        return min(self.confidences, default=0.0)


def greedy_decode(log_probabilities: np.ndarray, characters: str) -> Decoded:
    """Take the best symbol of each step, put repeats together, leave blanks out.

    Args:
        log_probabilities: float (steps, characters + 1), the blank first.
        characters: The reader's alphabet.
    """
    _check(log_probabilities, characters)
    best = log_probabilities.argmax(axis=1)
    text, confidences = [], []
    for step, symbol in enumerate(best):
        value = float(np.exp(log_probabilities[step, symbol]))
        if step and symbol == best[step - 1]:
            if symbol:
                confidences[-1] = max(confidences[-1], value)
        elif symbol:
            text.append(characters[symbol - 1])
            confidences.append(value)
    return Decoded("".join(text), tuple(confidences), float(log_probabilities.max(axis=1).sum()), _none(characters))


def beam_decode(
    log_probabilities: np.ndarray,
    characters: str,
    *,
    width: int = 12,
    alphabets: Sequence[str] | None = None,
    results: int = 5,
) -> list[Decoded]:
    """Search the likeliest texts, the paths of a text added up (prefix beam search, Hannun et al., 2014).

    Each prefix keeps two probabilities: of its paths that end with a blank, and of those that end with its last
    character. Only the first kind may repeat that character.

    Args:
        log_probabilities: float (steps, characters + 1), the blank first.
        characters: The reader's alphabet.
        width: Prefixes that are kept at each step.
        alphabets: What may stand at each place; no text becomes longer than this.
        results: Texts to return at most.

    Returns:
        Texts, the likeliest first; with `alphabets`, texts of that length only, and none when no path has one.
    """
    _check(log_probabilities, characters)
    allowed = None
    if alphabets is not None:
        allowed = [[characters.index(one) + 1 for one in alphabet if one in characters] for alphabet in alphabets]
    beam = {(): (0.0, _NEVER)}
    for scores in log_probabilities:
        likely = np.flatnonzero(scores > -9.0)
        grown: dict[tuple, list[float]] = {}

        def add(prefix, which, value, grown=grown):
            ends = grown.setdefault(prefix, [_NEVER, _NEVER])
            ends[which] = np.logaddexp(ends[which], value)

        for prefix, (blank, repeat) in beam.items():
            total = np.logaddexp(blank, repeat)
            add(prefix, 0, total + scores[0])
            if prefix:
                add(prefix, 1, repeat + scores[prefix[-1]])
            if allowed is not None and len(prefix) == len(allowed):
                continue
            for symbol in likely if allowed is None else allowed[len(prefix)]:
                if symbol:
                    start = blank if prefix and symbol == prefix[-1] else total
                    add((*prefix, int(symbol)), 1, start + scores[symbol])
        kept = sorted(grown.items(), key=lambda item: -np.logaddexp(*item[1]))[:width]
        beam = {prefix: tuple(ends) for prefix, ends in kept}
    found = [(prefix, float(np.logaddexp(*ends))) for prefix, ends in beam.items()]
    if allowed is not None:
        found = [(prefix, value) for prefix, value in found if len(prefix) == len(allowed)]
    found = [(prefix, value) for prefix, value in found if value > _NEVER]
    texts = ["".join(characters[symbol - 1] for symbol in prefix) for prefix, _ in found[:results]]
    return [Decoded(text, (), value, _none(characters)) for text, (_, value) in zip(texts, found)]


def fixed_length_decode(log_probabilities: np.ndarray, characters: str, alphabets: Sequence[str]) -> Decoded | None:
    """Find the best path whose text has exactly one character for each alphabet (Viterbi).

    A state is "n characters so far, the last one is c" or "n characters so far, then blank". Each step stays, turns to
    blank, or begins the next character.

    Args:
        log_probabilities: float (steps, characters + 1), the blank first.
        characters: The reader's alphabet.
        alphabets: What may stand at each place.

    Returns:
        The text with confidences and alternatives, or None when there are too few steps for it.
    """
    _check(log_probabilities, characters)
    steps, symbols, places = len(log_probabilities), len(characters), len(alphabets)
    if steps < places or not places:
        return None
    allowed = np.array([[0.0 if one in alphabet else _NEVER for one in characters] for alphabet in alphabets])
    emitted = np.asarray(log_probabilities, np.float64)[:, None, 1:] + allowed
    on = np.full((places, symbols), _NEVER)  # the last character of n + 1 is c
    off = np.full(places + 1, _NEVER)  # n characters, then blank
    off[0] = 0.0
    rows = np.arange(places)
    come_from = []  # for each step what is needed to go back
    for scores, emission in zip(log_probabilities, emitted):
        top = on.argmax(axis=1)
        best = on[rows, top]
        on[rows, top] = _NEVER
        second = on.argmax(axis=1)
        second_best = on[rows, second]
        on[rows, top] = best
        # To begin character n + 1 as c: from a blank after n, or from the best n-th character that is not c itself.
        begin = np.empty((places, symbols))
        begin[0] = off[0]
        begin[1:] = np.maximum(off[1:-1], best[:-1])[:, None]
        begin[rows[1:], top[:-1]] = np.maximum(off[1:-1], second_best[:-1])
        come_from.append((on >= begin, off, top, best, second, second_best))
        on = np.maximum(on, begin) + emission
        off = np.maximum(off, np.concatenate([[_NEVER], best])) + scores[0]
    total = max(on[-1].max(), off[-1])
    if not np.isfinite(total):
        return None
    at = [[] for _ in range(places)]  # the steps of each character
    picked = [0] * places
    count, symbol = places, int(on[-1].argmax()) if on[-1].max() > off[-1] else -1
    for step in range(steps - 1, -1, -1):
        stayed, off, top, best, second, second_best = come_from[step]
        if symbol >= 0:
            at[count - 1].append(step)
            picked[count - 1] = symbol
            if stayed[count - 1, symbol]:
                continue
            count -= 1
        again = symbol >= 0 and count and symbol == top[count - 1]  # a repeat needs another character before it
        before = (second_best if again else best)[count - 1] if count else _NEVER
        symbol = -1 if off[count] >= before else int((second if again else top)[count - 1])
    alternatives = np.empty((places, symbols), np.float32)
    confidences = []
    for place, (symbol, where) in enumerate(zip(picked, at)):
        clearest = max(where, key=lambda step: log_probabilities[step, symbol + 1])
        confidences.append(float(np.exp(log_probabilities[clearest, symbol + 1])))
        scores = log_probabilities[clearest, 1:]
        alternatives[place] = scores - np.logaddexp.reduce(scores)
    text = "".join(characters[symbol] for symbol in picked)
    return Decoded(text, tuple(confidences), float(total), alternatives)


def text_log_probabilities(log_probabilities: np.ndarray, characters: str, texts: Sequence[str]) -> np.ndarray:
    """Return how likely each of some texts is, all of its paths added up.

    This is the forward algorithm of Graves et al. (2006), section 4.1.

    Args:
        log_probabilities: float (steps, characters + 1), the blank first.
        characters: The reader's alphabet.
        texts: Texts in its characters.

    Returns:
        float64 (texts,): natural logarithms, minus infinity for a text that has more characters than there are steps.
    """
    _check(log_probabilities, characters)
    places = {one: place for place, one in enumerate(characters, 1)}
    rows, ends = np.arange(len(texts)), np.array([2 * len(text) for text in texts], int)
    # A blank before, between and after the characters; a blank may be left out between two that differ.
    symbols = np.zeros((len(texts), 2 * max(map(len, texts), default=0) + 2), int)
    for row, text in zip(symbols, texts):
        row[1 : 2 * len(text) : 2] = [places[one] for one in text]
    skips = np.zeros(symbols.shape, bool)
    skips[:, 3::2] = symbols[:, 3::2] != symbols[:, 1:-2:2]
    emitted = np.asarray(log_probabilities, np.float64)[:, symbols]
    totals = np.full(symbols.shape, _NEVER)
    totals[:, :2] = emitted[0, :, :2]
    for scores in emitted[1:]:
        moved = totals.copy()
        moved[:, 1:] = np.logaddexp(totals[:, 1:], totals[:, :-1])
        moved[:, 2:] = np.logaddexp(moved[:, 2:], np.where(skips[:, 2:], totals[:, :-2], _NEVER))
        totals = moved + scores
    return np.logaddexp(totals[rows, ends], np.where(ends > 0, totals[rows, ends - 1], _NEVER))


def edit_distance(one: str, other: str) -> int:
    """Return how many characters must be put in, left out or replaced to make one text of the other."""
    row = list(range(len(other) + 1))
    for place, character in enumerate(one, 1):
        previous, row[0] = row[0], place
        for column, against in enumerate(other, 1):
            replaced = previous + (character != against)
            previous, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, replaced)
    return row[-1]


def _none(characters: str) -> np.ndarray:
    return np.empty((0, len(characters)), np.float32)


def _check(log_probabilities: np.ndarray, characters: str) -> None:
    shape = np.shape(log_probabilities)
    if len(shape) != 2 or shape[1] != len(characters) + 1:
        raise ValueError(
            f"log_probabilities must have the shape (steps, {len(characters) + 1}), the blank and {len(characters)} "
            f"characters, got {shape}"
        )
