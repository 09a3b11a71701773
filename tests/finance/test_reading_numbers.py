import datetime

import numpy as np
import pytest

from imgrec_tf.finance import documents, reading
from imgrec_tf.finance.identity import build_identity_number
from imgrec_tf.finance.reading.lettering import FONTS

NUMBER = build_identity_number("990123", datetime.date(1984, 7, 9), 27)


@pytest.mark.parametrize("font", ["ocr-b", "sans", "mono-bold"])
def test_reads_a_line(font):
    line = reading.render_line(NUMBER, font=font, severity="scan", pixels_per_character=20, seed=3)
    found = reading.read_identity_number(line.image)
    assert found.text == NUMBER
    assert found.valid
    assert found.reason == ""
    assert found.check.parsed.birth_date == datetime.date(1984, 7, 9)


def test_reads_it_from_a_card():
    card = documents.render("portrait_side", "harbour", seed=2, pixels_per_mm=10, oversampling=2)
    found = reading.read_identity_number(card.image)
    assert found.text == card.fields["identity_number"].text
    assert found.valid
    left, _, _, bottom = found.box
    real = card.fields["identity_number"].box
    assert left == pytest.approx(real[0], abs=12)
    assert bottom == pytest.approx(real[3], abs=8)


def test_finds_a_small_number_on_a_large_picture():
    line = reading.render_line(NUMBER, severity="scan", pixels_per_character=18, seed=4).image
    page = np.full((1100, 2000), int(np.median(line)), np.uint8)  # searched at a quarter of its size
    page[1000:] = 40
    page[500 : 500 + line.shape[0], 700 : 700 + line.shape[1]] = line
    found = reading.read_identity_number(page)
    assert found.text == NUMBER
    assert found.box[0] > 690


def test_a_number_that_breaks_its_check_says_so():
    wrong = NUMBER[:17] + ("1" if NUMBER[17] != "1" else "2")
    line = reading.render_line(wrong, severity="scan", pixels_per_character=24, seed=5)
    found = reading.read_identity_number(line.image)
    assert found.text == wrong  # what is printed, not what would be right
    assert not found.valid
    assert not found.trusted
    assert found.confidence == 0
    assert "check character" in found.explanation


def test_a_number_that_was_mended_or_hardly_legible_is_not_trusted():
    """Every other one is printed with a wrong digit: what is not read as printed is left to a person."""
    trusted, mended = [], []
    for number in range(40):
        rng = np.random.default_rng([11, number])
        right = build_identity_number("990123", datetime.date(1960 + number, 7, 9), 27)
        digit = str((int(right[14]) + 1 + number) % 10) if number % 2 else right[14]
        printed = right[:14] + digit + right[15:]
        font = FONTS[number % len(FONTS)]
        line = reading.render_line(printed, font=font, severity="phone", pixels_per_character=14, seed=rng)
        found = reading.read_identity_number(line.image)
        trusted.append(not found.trusted or found.text == printed)
        if found.changes:
            mended.append(found)
    assert all(trusted)
    assert mended  # the case has occurred
    for found in mended:
        assert not found.trusted
        change = found.changes[0]
        assert found.text[change.place - 1] == change.now != change.read
        assert f"place {change.place}" in found.explanation


@pytest.mark.parametrize("cut", [0, 1])
def test_the_end_of_a_number_that_is_cut_off_is_not_invented(cut):
    for seed in range(6):
        number = build_identity_number("990123", datetime.date(1984 + seed, 7, 9), 27)
        line = reading.render_line(number, font="sans-bold", severity="scan", pixels_per_character=22, seed=seed).image
        places = slice(round(line.shape[1] / 9), None) if cut == 0 else slice(None, round(line.shape[1] * 8 / 9))
        found = reading.read_identity_number(np.ascontiguousarray(line[:, places]))
        assert not found.trusted
        assert not found.valid


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.zeros((40, 400), np.uint8), "contrast"),
        (np.full((5, 40, 3), 9, np.uint8), "pixels"),
        (np.random.default_rng(0).integers(0, 256, (60, 700), dtype=np.uint8), "row"),
    ],
)
def test_what_cannot_be_read_gives_a_reason(image, reason):
    found = reading.read_identity_number(image)
    assert found.text == ""
    assert reason in found.reason
    assert found.explanation == found.reason
    assert not found.valid


def test_what_is_no_picture_is_refused():
    with pytest.raises(TypeError, match="uint8"):
        reading.read_identity_number([[1, 2]])
    with pytest.raises(ValueError, match="shape"):
        reading.read_identity_number(np.zeros((3, 4, 5), np.uint8))
