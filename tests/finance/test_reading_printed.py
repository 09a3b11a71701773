"""Printed fields of a page: what is read, what is refused, and why."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from PIL import Image

from imgrec_tf.finance import documents, reading
from imgrec_tf.finance.documents import fonts
from imgrec_tf.finance.reading import print_rows, print_strips, printed, trust_limits
from imgrec_tf.finance.reading.labels import folded
from imgrec_tf.finance.reading.line_reader import SHIPPED, WEIGHTS
from imgrec_tf.finance.reading.print_dates import printed_dates
from imgrec_tf.finance.reading.print_layout import PrintedLine
from imgrec_tf.finance.reading.print_texts import as_read, other_characters


def line(text: str, kind: str = "sans", size: int = 40) -> np.ndarray:
    """One line of print, black on white, with a label before it."""
    from PIL import ImageDraw

    page = Image.new("L", (900, 200), 245)
    pen, x = ImageDraw.Draw(page), 40
    for chinese, run in fonts.runs(text):
        face = fonts.font("chinese" if chinese else kind, size)
        pen.text((x, 120), run, fill=20, font=face, anchor="ls")
        x += face.getlength(run)
    return np.asarray(page)


def test_pieces_lie_around_the_ink():
    page = documents.render("passport", "lagoon", seed=3, pixels_per_mm=8, oversampling=2)
    pieces = print_rows.find_print(np.asarray(Image.fromarray(page.image).convert("L")))
    for name in ("surname", "given_names", "number", "birth_date", "expiry_date"):
        left, top, right, bottom = page.fields[name].box
        near = [
            one for one in pieces
            if abs(one.left - left) < 8 and abs(one.right - right) < 8 and abs(one.top - top) < 6
            and abs(one.bottom - bottom) < 6
        ]  # fmt: skip
        assert near, name


@pytest.mark.parametrize("kind", ["passport", "id_card_td1", "portrait_side", "emblem_side", "household_page"])
def test_a_page_is_read(kind):
    layout = documents.template_names(kind)[0]
    page = documents.render(kind, layout, seed=4, pixels_per_mm=10, oversampling=2)
    found = reading.read_printed_fields(page.image)
    assert found.reason == "" and found.lines and len(found.fields) >= 2
    truth = {name: folded(field.text) for name, field in page.fields.items()}
    truth["sex"] = truth.get("sex_chinese", truth.get("sex"))
    days = 0
    for name, one in found.fields.items():
        if isinstance(one.value, datetime.date):
            days += one.value in [day.value for day in printed_dates(truth.get(name, truth.get("validity")))[:2]]
        elif one.trusted:
            assert one.value in (truth.get(name), "长期"), name
        if name in page.fields:
            assert one.box == pytest.approx(page.fields[name].box, abs=20)
    assert days


def test_dates_that_contradict_each_other_say_so():
    def dated(day: str, sure: float = 0.99) -> printed.PrintedField:
        return printed.PrintedField(day, datetime.date.fromisoformat(day), sure, (0, 0, 1, 1))

    today = datetime.date(2024, 1, 1)
    fields = printed._checked({"issue_date": dated("2020-01-01"), "expiry_date": dated("2019-01-01")}, today)
    assert all("is not after" in one.problem and not one.trusted for one in fields.values())
    fields = printed._checked({"birth_date": dated("2025-01-01")}, today)
    assert "lies after" in fields["birth_date"].problem
    whole = printed.PrintedReading(fields)
    assert whole.record == {} and whole.problems[0].startswith("birth date: ")


@pytest.mark.parametrize(("text", "known"), [("UTO", True), ("FRA", True), ("REN", False)])
def test_a_state_that_is_on_no_list_says_so(text, known):
    said = PrintedLine(text, 0.99, print_rows.Piece(10, 10, 60, 30, True))
    state = printed._fields({"nationality": said})["nationality"]
    assert state.trusted == known and state.value == (text if known else None)
    assert known or "ICAO 9303" in state.problem


def test_a_name_with_a_strange_character_is_never_taken():
    assert len(reading.read_printed_fields(line("姓名     王丽华")).fields["name"].text) == 3
    refused = 0
    for strange in other_characters()[1][:40:5]:  # the reader was never shown these
        found = reading.read_printed_fields(line(f"姓名     王{strange}华"))
        assert "name" not in found.record
        refused += any("characters are none of those" in one for one in found.problems)
    assert refused


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.full((25, 40, 3), 9, np.uint8), "40×25 pixels"),
        (np.zeros((300, 480, 3), np.uint8), "contrast"),
        (np.repeat(np.linspace(0, 255, 400).astype(np.uint8)[None], 300, axis=0), "No print"),
    ],
)
def test_what_cannot_be_read_gives_a_reason(image, reason):
    found = reading.read_printed_fields(image)
    assert reason in found.reason and found.fields == {} and found.record == {}


def test_noise_has_no_fields():
    noise = np.random.default_rng(0).integers(0, 256, (400, 600), dtype=np.uint8)
    found = reading.read_printed_fields(noise)
    assert found.fields == {} and found.reason


def test_what_is_no_picture_is_refused():
    with pytest.raises(TypeError, match="uint8"):
        reading.read_printed_fields([[1, 2]])
    with pytest.raises(ValueError, match="shape"):
        reading.read_printed_fields(np.zeros((3, 4, 5), np.uint8))
    with pytest.raises(ValueError, match="machine, print"):
        reading.shipped_reader("letters")


def test_the_shipped_reader_has_the_alphabet_of_today_and_is_small():
    assert reading.shipped_reader("print").characters == reading.print_alphabet()
    assert (WEIGHTS / SHIPPED["print"]).stat().st_size < 130_000


@pytest.mark.parametrize("name", SHIPPED.values())
def test_the_shipped_readers_compute_in_float32_whatever_the_policy(name, mixed_bfloat16):
    reader = reading.LineReader.load(WEIGHTS / name)
    assert {layer.compute_dtype for layer in reader.model.layers} == {"float32"}


def test_strips_have_only_letters_that_their_font_has():
    rng = np.random.default_rng(0)
    for font in ("modern", "ocr-b", "sans"):
        _, printed_text = print_strips.photographed_print("ŽÁ IJ", font=font, severity="scan", rng=rng)
        assert not fonts.missing(printed_text, font) and as_read(printed_text).endswith("IJ")
    assert fonts.missing("王A", "sans") == "" and fonts.missing("Ž", "modern") == "Ž"


def test_eight_bits_keep_what_is_read(tmp_path):
    reader = reading.LineReader("AB", seed=1, filters=(4, 4, 8, 8, 8), recurrent_units=8, context="convolution")
    strips = [np.random.default_rng(0).normal(size=(24, 64, 1)).astype(np.float32)]
    again = reading.LineReader.load(reader.save(tmp_path / "small.npz", bits=8))
    np.testing.assert_allclose(again.log_probabilities(strips)[0], reader.log_probabilities(strips)[0], atol=0.1)
    plain = reader.save(tmp_path / "plain.npz")
    assert (tmp_path / "small.npz").stat().st_size < plain.stat().st_size


def test_confidence_and_truth_are_told_for_each_line():
    sure, right = trust_limits.outcomes("print", 6, seed=3)
    assert sure.shape == right.shape == (6,) and right.dtype == bool and ((sure >= 0) & (sure <= 1)).all()
    with pytest.raises(ValueError, match="numbers"):
        trust_limits.outcomes("zones", 1)
