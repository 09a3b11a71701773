"""A value is read at four widths, and trusted only where the looks do not contradict each other."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf.finance.reading.print_layout import PrintedLine
from imgrec_tf.finance.reading.print_rows import Piece
from imgrec_tf.finance.reading.second_reading import agreed


class Reader:
    """Reads, whatever it sees, one text after the other, each with the confidence that stands beside it."""

    characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. "

    def __init__(self, *looks: tuple[str, float]):
        self.looks = looks

    def log_probabilities(self, strips):
        assert len(strips) == len(self.looks)
        return [self._scores(*look) for look in self.looks]

    def _scores(self, text: str, sure: float) -> np.ndarray:
        """Blanks are certain; the doubt lies between the first character and its neighbour in the alphabet."""
        scores = np.full((2 * len(text) + 1, len(self.characters) + 1), 1e-9)
        scores[::2, 0] = 1
        for step, character in enumerate(text):
            scores[2 * step + 1, self.characters.index(character) + 1] = 1
        first = self.characters.index(text[0]) + 1
        scores[1, first], scores[1, first + 1] = sure, 1 - sure
        return np.log(scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


def _look(name: str, *looks: tuple[str, float], doubtful: bool = False) -> PrintedLine:
    line = PrintedLine(looks[0][0], looks[0][1], Piece(20, 20, 120, 34), doubtful=doubtful)
    return agreed(np.full((60, 160), 220.0), {name: line}, Reader(*looks))[name]


def test_what_all_looks_read_is_as_sure_as_the_surest():
    found = _look("surname", ("DICKSON", 0.7), ("DICKSON", 0.98), ("DICKSON", 0.6), ("DICKSON", 0.9))
    assert found.text == "DICKSON" and found.confidence == pytest.approx(0.98, abs=0.01)


def test_a_look_that_surely_reads_another_text_leaves_the_value_unsure():
    most = [("DLCKSON", 0.98)] * 3
    assert _look("surname", *most, ("DICKSON", 0.7)).confidence == pytest.approx(0.49, abs=0.01)
    assert _look("surname", *most, ("DICKSON", 0.55)).confidence == pytest.approx(0.98, abs=0.01)


def test_two_looks_are_too_few():
    found = _look("surname", ("SMITH", 0.98), ("SMITH", 0.98), ("SMYTH", 0.55), ("SMITN", 0.52))
    assert found.text == "SMITH" and found.confidence == pytest.approx(0.49, abs=0.01)


def test_a_space_counts_in_a_name_and_not_in_a_date():
    name = _look("given_names", *[("MELISSATAMMY", 0.99)] * 3, ("MELISSA TAMMY", 0.99))
    assert name.confidence < 0.5
    day = _look("birth_date", *[("02.01.1990", 0.99)] * 3, ("02.01. 1990", 0.99))
    assert day.confidence == pytest.approx(0.99, abs=0.01)


def test_a_line_that_may_go_on_stays_doubtful_whatever_the_looks_say():
    assert _look("given_names", *[("MARCUS", 0.99)] * 4, doubtful=True).confidence == pytest.approx(0.495, abs=0.01)
