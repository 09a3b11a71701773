"""Dates, labels, and which value belongs to which label."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgrec_tf.finance.reading.label_scores import announced_by_scores
from imgrec_tf.finance.reading.labels import LABELS, announced, folded
from imgrec_tf.finance.reading.print_dates import printed_dates
from imgrec_tf.finance.reading.print_layout import PrintedLine, arranged
from imgrec_tf.finance.reading.print_rows import Piece
from imgrec_tf.finance.reading.print_texts import MONTHS, OTHER, as_read, other_characters, print_alphabet

FORMS = ("{0:04d}年{1:02d}月{2:02d}日", "{0:04d}年{1}月{2}日", "{0:04d}-{1:02d}-{2:02d}", "{0:04d} {1:02d} {2:02d}",
         "{2:02d}.{1:02d}.{0:04d}", "{2:02d}/{1:02d}/{0:04d}", "{2:02d} {3} {0:04d}")  # fmt: skip


@given(day=st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)), form=st.sampled_from(FORMS))
def test_every_form_of_a_date_is_read_back(day, form):
    written = form.format(day.year, day.month, day.day, MONTHS[day.month - 1])
    assert [one.value for one in printed_dates(written)] == [day]
    assert [one.value for one in printed_dates(f"{written}-{written}")] == [day, day]


@pytest.mark.parametrize("text", ["31.02.1990", "1990-13-01", "00 JAN 2001", "12.31.1999", "1990年02月30日"])
def test_a_day_that_does_not_exist_is_no_day(text):
    (only,) = printed_dates(text)
    assert only.value is None and only.text == text


@pytest.mark.parametrize("text", ["", "441414185", "990123198407090277", "SOLID", "1990", "12.05", "长期", "B10051818"])
def test_what_is_no_date_is_none(text):
    assert printed_dates(text) == ()


def test_letters_in_place_of_digits_and_a_validity_without_end():
    assert printed_dates("I2.O5.2019")[0].value == datetime.date(2019, 5, 12)
    assert printed_dates("199001.02")[0].value == printed_dates("02.011990")[0].value == datetime.date(1990, 1, 2)
    assert printed_dates("12 JUI 2019")[0].value is None  # June or July
    start, end = printed_dates("2012.05.03-长期")
    assert start.value == datetime.date(2012, 5, 3) and end.endless and end.value is None


@pytest.mark.parametrize(
    ("printed", "field"),
    [
        ("Surname / Nom", "surname"),
        ("1. Surname", "surname"),
        ("Given names / Prénoms", "given_names"),
        ("姓名 Name", "name"),
        ("Passport No.", "number"),
        ("有效期至 Expires", "expiry_date"),
        ("Date of birth / Né(e) le", "birth_date"),
        ("Authority", ""),
        ("Place of birth", ""),
        ("PASSPORT", ""),
        ("Sexe", "sex"),
        ("SMITH", None),
        ("张伟", None),
    ],
)
def test_labels_are_understood_by_their_words(printed, field):
    assert announced(as_read(printed)) == field


def test_a_misread_letter_of_a_long_label_is_forgiven():
    assert announced("DATE OF BIRIH") == "birth_date"
    assert announced("SEK") is None
    assert announced("性" + OTHER) == "sex" and announced("出生日" + OTHER) == "birth_date"
    assert announced("李国") is None  # a name, though 国籍 is a label


def _read(first: str, second: str, doubt: float) -> np.ndarray:
    """Scores of a reader that reads one text and finds another of the same length less likely by `doubt` a letter."""
    scores = np.full((2 * len(first), len(print_alphabet()) + 1), -12.0)
    scores[1::2, 0] = 0.0
    for step, (one, other) in enumerate(zip(first, second)):
        scores[2 * step, print_alphabet().index(other) + 1] = -doubt
        scores[2 * step, print_alphabet().index(one) + 1] = 0.0
    return scores


def test_a_label_that_the_reader_nearly_read_is_understood_and_others_are_not():
    assert announced("DUIE QF HIRH") is None
    assert announced_by_scores(_read("DUIE QF HIRTH", "DATE OF BIRTH", 1.0)) == "birth_date"
    assert announced_by_scores(_read("DUIE QF HIRTH", "DATE OF BIRTH", 9.0)) is None
    assert announced_by_scores(_read("桂别 / SCX", "性别 / SEX", 1.5)) == "sex"
    assert announced_by_scores(_read("NORA", "NORA", 0.0)) is None  # a name, not NOM
    assert announced_by_scores(_read("20210304", "20210304", 0.0)) is None
    unsure = PrintedLine("SUKNAHB", 0.2, Piece(10, 10, 66, 20), _read("SUKNAHB", "SURNAME", 1.0))
    assert announced(unsure.text) is None
    assert arranged([unsure, _line("SMITH", 10, 26, 14)])["surname"].text == "SMITH"


def test_no_two_fields_share_a_label():
    words = [word for many in LABELS.values() for word in many]
    assert len(words) == len(set(words))
    assert all(set(folded(word)) <= set(print_alphabet()) for word in words)


def test_what_the_reader_does_not_know_is_one_sign():
    trained, held_back = other_characters()
    assert len(held_back) > 80 and not set(trained) & set(held_back)
    assert as_read("é" + held_back[0]) == "E" + OTHER


def _line(text: str, left: float, top: float, high: float = 10.0) -> PrintedLine:
    return PrintedLine(text, 0.99, Piece(left, top, left + 8.0 * len(text), top + high))


def test_values_below_beside_and_above_their_labels():
    lines = [
        _line("SURNAME", 10, 10), _line("SMITH", 10, 26, 14), _line("GIVEN NAMES", 200, 10), _line("ANNA", 200, 26, 14),
        _line("BORN", 10, 60), _line("02.01.1990", 80, 60), _line("HOUSE", 10, 110, 14), _line("EXPIRES", 10, 150),
        _line("03.04.2030", 10, 130, 14),
    ]  # fmt: skip
    found = {field: line.text for field, line in arranged(lines).items()}
    assert found == {
        "surname": "SMITH", "given_names": "ANNA", "birth_date": "02.01.1990", "expiry_date": "03.04.2030"
    }  # fmt: skip


def test_a_part_of_a_label_that_was_cut_out_by_itself_is_no_value():
    name = PrintedLine("姓名 NAME", 0.98, Piece(10, 10, 90, 24))
    part = PrintedLine("ILLE", 0.35, Piece(50, 12, 88, 23))
    assert arranged([name, part]) == {}
    assert arranged([name, part, _line("WANG LI", 10, 40, 14)])["name"].text == "WANG LI"


def test_one_letter_is_no_name_and_a_state_is_none():
    assert arranged([_line("GIVEN NAMES", 10, 10), _line("F", 10, 26, 14)]) == {}
    assert arranged([_line("SURNAME", 10, 10), _line("UTO", 10, 26, 14)]) == {}


def test_a_name_whose_words_were_cut_out_one_by_one_is_whole_or_unsure():
    label, first = _line("GIVEN NAMES", 10, 10), _line("MARCUS", 10, 26, 14)
    after = first.piece.right + 14  # a height, as broad as the space of a typewriter's face
    whole = arranged([label, first, _line("KEVIN", after, 26, 14)])["given_names"]
    assert (
        whole.text == "MARCUS KEVIN" and whole.piece.right == after + 40 and whole.confidence == pytest.approx(0.9801)
    )
    unsure = arranged([label, first, _line("K7VIN", after, 26, 14)])["given_names"]
    assert unsure.text == "MARCUS" and unsure.doubtful and not whole.doubtful
    for elsewhere in (_line("KEVIN", after + 40, 26, 14), _line("KEVIN", after, 45, 14), _line("KEVIN", after, 26, 28)):
        alone = arranged([label, first, elsewhere])["given_names"]
        assert alone.text == "MARCUS" and not alone.doubtful
    found = arranged([_line("姓名", 10, 10), _line("王", 45, 10), _line("小明", 60, 10)])
    assert found["name"].text == "王小明"
    number = arranged([_line("PASSPORT NO", 10, 10), _line("V65122290", 10, 26, 14), _line("1985", 96, 26, 14)])[
        "number"
    ]
    assert number.text == "V65122290" and not number.doubtful


def test_names_stand_on_the_side_where_the_dates_stand():
    labels = (("BORN", "02.01.1990"), ("EXPIRES", "03.04.2030"), ("SEX", "F"), ("SURNAME", "SMITH"))
    rows = [[_line(label, 10, 30.0 * row), _line(value, 130, 30.0 * row)] for row, (label, value) in enumerate(labels)]
    lines = [line for row in rows for line in row] + [_line("QVSM NPMSS", 10, 112)]  # a label that nobody can read
    assert arranged(lines)["surname"].text == "SMITH"


def test_a_label_that_is_spread_out_and_one_in_the_same_piece():
    found = arranged([_line("姓", 10, 10), _line("名", 40, 10), _line("王伟", 90, 10), _line("性别男", 10, 40)])
    assert {field: line.text for field, line in found.items()} == {"name": "王伟", "sex": "男"}


def test_a_piece_over_two_characters_takes_neither_away():
    over = PrintedLine("址", 0.5, Piece(10, 10, 48, 21))  # both characters together, misread as one
    found = arranged([over, _line("出", 10.5, 10), _line("生", 40, 10), _line("02.01.1990", 90, 10)])
    assert found["birth_date"].text == "02.01.1990"


def test_dates_without_labels_are_told_apart_by_their_order_or_left():
    days = [_line("01.01.2030", 300, 10), _line("01.01.1980", 300, 60), _line("01.01.2020", 300, 110)]
    found = {field: line.text[-4:] for field, line in arranged(days).items()}
    assert found == {"birth_date": "1980", "issue_date": "2020", "expiry_date": "2030"}
    assert arranged(days[:2]) == {}


def test_a_value_of_another_kind_or_far_away_is_not_taken():
    assert arranged([_line("SEX", 10, 10), _line("SMITH", 60, 10)]) == {}
    assert arranged([_line("SURNAME", 10, 10), _line("SMITH", 10, 300)]) == {}
