"""What the two check digits catch and what they miss, counted and measured."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from imgrec_tf.finance import identity
from imgrec_tf.finance.identity.check_digits import ALPHABET, DIGITS

zone_text = st.text(ALPHABET, min_size=1, max_size=44)
seventeen = st.text(DIGITS, min_size=17, max_size=17)


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        ("520727", "3"),  # ICAO 9303-3, 4.9, example 1
        ("AB2134<<<", "5"),  # example 2
        ("L898902C3", "6"),
        ("740812", "2"),
        ("120415", "9"),
        ("ZE184226B<<<<<", "1"),
    ],
)
def test_digits_of_the_standard(text, digit):
    assert identity.mrz_check_digit(text) == digit


def test_52_of_666_pairs_are_invisible_to_7_3_1():
    pairs = identity.invisible_pairs("7-3-1")
    assert len(list(itertools.combinations(ALPHABET, 2))) == 666
    assert len(pairs) == 52
    assert {("K", "<"), ("6", "G"), ("0", "<")} <= set(pairs)
    assert ("0", "O") not in pairs
    assert identity.invisible_pairs("MOD 11-2") == []


@given(zone_text, st.data())
def test_7_3_1_misses_exactly_the_invisible_pairs(text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([one for one in ALPHABET if one != text[place]]))
    damaged = text[:place] + other + text[place + 1 :]
    invisible = {frozenset(pair) for pair in identity.invisible_pairs()}
    same = identity.mrz_check_digit(text) == identity.mrz_check_digit(damaged)
    assert same == (frozenset((text[place], other)) in invisible)


@given(zone_text.filter(lambda text: len(text) > 3), st.data())
def test_7_3_1_misses_swaps_three_places_apart(text, data):
    place = data.draw(st.integers(0, len(text) - 4))
    swapped = list(text)
    swapped[place], swapped[place + 3] = text[place + 3], text[place]
    assert identity.mrz_check_digit("".join(swapped)) == identity.mrz_check_digit(text)


@given(seventeen)
def test_mod_11_2_agrees_with_an_independent_judge(first):
    assert identity.identity_check_character(first) == mod_11_2.calc_check_digit(first)


@given(seventeen, st.integers(0, 17), st.data())
def test_mod_11_2_catches_every_substitution(first, place, data):
    number = first + identity.identity_check_character(first)
    characters = DIGITS + "X" if place == 17 else DIGITS
    other = data.draw(st.sampled_from([one for one in characters if one != number[place]]))
    damaged = number[:place] + other + number[place + 1 :]
    assert identity.identity_check_character(damaged[:17]) != damaged[17]


@given(seventeen, st.integers(0, 16), st.integers(1, 16))
def test_mod_11_2_misses_swaps_ten_places_apart_and_no_others(first, place, distance):
    other = (place + distance) % 17
    swapped = list(first)
    swapped[place], swapped[other] = first[other], first[place]
    same = identity.identity_check_character("".join(swapped)) == identity.identity_check_character(first)
    assert same == (first[place] == first[other] or abs(place - other) == 10)


@pytest.mark.parametrize(
    ("method", "error", "distance", "low", "high"),
    [
        ("7-3-1", "substitution", 1, 0.068, 0.088),  # 52 / 666 = 0.078
        ("7-3-1", "swap", 3, 1, 1),
        ("MOD 11-2", "substitution", 1, 0, 0),
        ("MOD 11-2", "swap", 1, 0, 0),
        ("MOD 11-2", "swap", 10, 1, 1),
        ("MOD 11-2", "two substitutions", 1, 0.07, 0.12),
    ],
)
def test_the_laboratory_measures_it(method, error, distance, low, high):
    misses = identity.measure_misses(method, error, distance=distance, trials=10_000, seed=1)
    assert low <= misses.share <= high
    assert misses.trials == 10_000
    assert misses == identity.measure_misses(method, error, distance=distance, trials=10_000, seed=1)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: identity.mrz_check_digit("a1"), ValueError, "'a' at place 1"),
        (lambda: identity.mrz_check_digit(12), TypeError, "12"),
        (lambda: identity.identity_check_character("1" * 16), ValueError, "17 digits"),
        (lambda: identity.identity_check_character("１" * 17), ValueError, "17 digits"),
        (lambda: identity.invisible_pairs("Luhn"), ValueError, "7-3-1, MOD 11-2"),
        (lambda: identity.measure_misses("Luhn"), ValueError, "7-3-1"),
        (lambda: identity.measure_misses("7-3-1", "smudge"), ValueError, "smudge"),
        (lambda: identity.measure_misses("7-3-1", "swap", distance=17), ValueError, "distance"),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()


@given(st.text("012AB<", min_size=1, max_size=9), st.integers(1, 9))
def test_every_error_is_made_once(text, distance):
    swapped = identity.every_error(text, "swap", distance=distance)
    assert len(swapped) == sum(one != other for one, other in zip(text, text[distance:]))
    for other in swapped:
        assert sorted(other) == sorted(text)
        assert [place for place, (a, b) in enumerate(zip(text, other)) if a != b][1:] == [
            place + distance for place, (a, b) in enumerate(zip(text, other)) if a != b
        ][:1]
    changed = identity.every_error(text, characters="012")
    assert len(changed) == len(set(changed)) == sum(3 - (one in "012") for one in text)
    assert all(len(other) == len(text) and sum(a != b for a, b in zip(text, other)) == 1 for other in changed)


def test_kinds_of_errors_that_are_not_known():
    with pytest.raises(ValueError, match="substitution"):
        identity.every_error("12", "two substitutions")
    with pytest.raises(ValueError, match="distance"):
        identity.every_error("12", "swap", distance=0)
