import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.finance.identity import MRZ_FORMATS, build_identity_number, build_mrz, check_identity_number, parse_mrz
from imgrec_tf.finance.identity.check_digits import ALPHABET
from imgrec_tf.finance.reading import repair
from imgrec_tf.finance.reading.decoding import Decoded


def as_read(text: str, wrong: dict[int, tuple[str, float]] = {}) -> Decoded:  # noqa: B006
    """A line read with certainty, but for some places: what was read there, and its probability."""
    alternatives = np.full((len(text), len(ALPHABET)), 1e-7)
    read, confidences = list(text), []
    for place, character in enumerate(text):
        other, share = wrong.get(place, (character, 1.0))
        alternatives[place, ALPHABET.index(character)] = max(1 - share, 1e-7)
        alternatives[place, ALPHABET.index(other)] = share
        read[place] = other
        confidences.append(share)
    alternatives = np.log(alternatives / alternatives.sum(axis=1, keepdims=True)).astype(np.float32)
    return Decoded("".join(read), tuple(confidences), 0.0, alternatives)


def zone(format: str) -> tuple[str, ...]:
    return build_mrz(
        format, issuing_state="UTO", surname="Eriksson", given_names="Anna Maria", document_number="L898902C3",
        nationality="UTO", birth_date="740812", sex="F", expiry_date="340415", optional_data="ZE18422",
    )  # fmt: skip


@pytest.mark.parametrize("format", MRZ_FORMATS)
def test_what_is_right_stays_as_it_is(format):
    lines = zone(format)
    mended = repair.repair_mrz([as_read(line) for line in lines], format, ALPHABET)
    assert mended.lines == lines
    assert mended.changes == ()
    assert min(mended.shares.values()) > 0.99


@given(st.sampled_from(["TD1", "TD2", "TD3"]), st.integers(0, 8))
@settings(deadline=None)
def test_one_unsure_character_of_the_number_is_mended(format, place):
    lines = zone(format)
    line, first = (0, 5) if format == "TD1" else (1, 0)
    place += first
    read = "K" if lines[line][place] != "K" else "X"
    wrong = {place: (read, 0.6)}
    invisible = (repair.VALUES[read] - repair.VALUES[lines[line][place]]) % 10 == 0
    decoded = [as_read(text, wrong if number == line else {}) for number, text in enumerate(lines)]
    mended = repair.repair_mrz(decoded, format, ALPHABET)
    if not invisible:
        assert mended.lines == lines
        assert [(one.line, one.place, one.now) for one in mended.changes] == [(line + 1, place + 1, lines[line][place])]


def test_a_confident_error_is_not_explained_away():
    lines = zone("TD3")
    decoded = [as_read(lines[0]), as_read(lines[1], {3: ("0", 0.9999999), 14: ("5", 0.9999999)})]
    mended = repair.repair_mrz(decoded, "TD3", ALPHABET)
    record = parse_mrz(mended.lines)
    assert not record.valid
    assert mended.changes == ()


def test_of_two_equal_repairs_none_is_made():
    lines = zone("TD3")
    # Two places are equally unsure, and either would mend the digit.
    decoded = as_read(lines[1], {13: ("8", 0.5)})
    decoded.alternatives[16] = decoded.alternatives[13]
    decoded.alternatives[13, :] = np.log(1e-7)
    for place in (13, 16):  # weights 7 and 7: the same change of value mends it in both
        read = decoded.text[place]
        decoded.alternatives[place, ALPHABET.index(read)] = np.log(0.5)
        decoded.alternatives[place, ALPHABET.index(str((int(read) - 1) % 10))] = np.log(0.5)
    mended = repair.repair_mrz([as_read(lines[0]), decoded], "TD3", ALPHABET)
    assert mended.lines[1][13:19] == decoded.text[13:19]
    assert mended.shares["birth_date"] < repair.SHARE


@given(st.integers(0, 16), st.integers(0, 999), st.integers(1, 9))
@settings(deadline=None)
def test_one_unsure_digit_of_an_identity_number_is_mended(place, sequence, shift):
    number = build_identity_number("990101", datetime.date(1987, 10, 21), sequence)
    read = str((int(number[place]) + shift) % 10)
    if read not in repair.number_alphabets()[place]:
        return
    mended = repair.repair_identity_number(as_read(number, {place: (read, 0.6)}), ALPHABET)
    assert mended.lines == (number,)
    assert check_identity_number(mended.lines[0]).valid


def test_alphabets_have_the_length_of_the_lines():
    for format in MRZ_FORMATS:
        assert [len(line) for line in repair.mrz_alphabets(format)] == [len(line) for line in zone(format)]
    assert len(repair.number_alphabets()) == 18
