"""Identity numbers after GB 11643-1999: built only when fictional, read and explained whatever they are."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError

from imgrec_tf.finance import identity

STANDARD = "11010519491231002X"  # GB 11643-1999, its own example
dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31))
fictional = st.integers(990_000, 999_999).map(str)


def test_the_example_of_the_standard():
    parsed = identity.parse_identity_number(STANDARD)
    assert parsed == identity.IdentityNumber(STANDARD, "110105", datetime.date(1949, 12, 31), 2, "F", "X")
    assert not parsed.fictional
    assert identity.parse_identity_number(f" {STANDARD.lower()} ") == parsed
    assert ric.validate(STANDARD) == STANDARD


@given(fictional, dates, st.integers(0, 999))
def test_what_is_built_is_read_back(region, born, sequence):
    number = identity.build_identity_number(region, born, sequence)
    parsed = identity.parse_identity_number(number)
    assert (parsed.region, parsed.birth_date, parsed.sequence) == (region, born, sequence)
    assert parsed.sex == ("M" if sequence % 2 else "F")
    assert parsed.fictional
    assert "fictional" in identity.check_identity_number(number).explanation
    with pytest.raises(InvalidComponent):
        ric.validate(number)


@given(fictional, dates, st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_an_independent_judge_agrees_on_damaged_numbers(region, born, sequence, place, character):
    number = identity.build_identity_number(region, born, sequence)
    number = "110105" + number[6:17]  # a region that the judge knows
    number += identity.identity_check_character(number)
    damaged = number[:place] + character + number[place + 1 :]
    try:
        ric.validate(damaged)
        judged = True
    except InvalidComponent:
        judged = None  # a region the judge does not know, or no date: it looks at these before the check character
    except (InvalidChecksum, ValidationError):
        judged = False
    checked = identity.check_identity_number(damaged)
    if judged is not None:
        assert checked.valid == judged
    assert checked.valid == (damaged == number)


@given(dates, st.sampled_from("MF"), st.integers(0, 2**63))
def test_invented_numbers_fit_date_and_sex(born, sex, seed):
    parsed = identity.parse_identity_number(identity.invent_identity_number(born, sex, seed))
    assert (parsed.birth_date, parsed.sex, parsed.fictional) == (born, sex, True)


@pytest.mark.parametrize(
    ("text", "rules", "says"),
    [
        ("110105194912310021", ["check digit"], "is 1, and X would be right"),
        ("11010519491331002X", ["date", "check digit"], "Places 7 to 14, 19491331, are no date"),
        ("1101051949123100", ["length"], "18 characters, this one 16"),
        ("", ["length"], "this one 0"),
        ("1101O519491231002X", ["characters"], "Place 5 must be a digit, and is 'O'"),
        ("11010519491231002A", ["characters"], "a digit or X, and is 'A'"),
        ("X10105194912310O2X", ["characters", "characters"], "Place 1 .* Place 16"),
        ("11010519491231002\u0661", ["characters"], "Place 18"),
    ],
)
def test_the_explanation_names_the_rule_and_the_place(text, rules, says):
    checked = identity.check_identity_number(text)
    assert not checked.valid
    assert checked.parsed is None
    assert [one.rule for one in checked.broken] == rules
    with pytest.raises(ValueError, match=says):
        identity.parse_identity_number(text)


def test_the_right_check_character_is_named():
    (broken,) = identity.check_identity_number(STANDARD[:17] + "5").broken
    assert (broken.places, broken.found, broken.expected) == ((18, 18), "5", "X")


def test_dates_are_compared_with_today_when_it_is_given():
    today = datetime.date(2026, 1, 1)
    tomorrow = identity.build_identity_number("990000", datetime.date(2026, 1, 2), 1)
    ancient = identity.build_identity_number("990000", datetime.date(1850, 1, 1), 1)
    for number, says in ((tomorrow, "after 2026-01-01"), (ancient, "130 years")):
        assert identity.check_identity_number(number).valid
        assert says in identity.check_identity_number(number, reference_date=today).explanation
    assert identity.check_identity_number(STANDARD, reference_date=today).valid


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: identity.build_identity_number("110105", datetime.date(2000, 1, 1), 1), ValueError, "begin with 99"),
        (lambda: identity.build_identity_number("9901", datetime.date(2000, 1, 1), 1), ValueError, "six digits"),
        (lambda: identity.build_identity_number("990101", "2000-01-01", 1), TypeError, "datetime.date"),
        (lambda: identity.build_identity_number("990101", datetime.date(999, 1, 1), 1), ValueError, "four digits"),
        (lambda: identity.build_identity_number("990101", datetime.date(2000, 1, 1), 1000), ValueError, "0 to 999"),
        (lambda: identity.invent_identity_number(datetime.date(2000, 1, 1), "X", 1), ValueError, "sex"),
        (lambda: identity.check_identity_number(110105194912310021), TypeError, "text"),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()
