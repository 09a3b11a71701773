"""Rendered documents: marked as specimens, true about their own fields, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imgrec_tf.finance import documents, identity
from imgrec_tf.finance.documents import canvas, font_subset, fonts, templates
from imgrec_tf.finance.documents.document import NOTICE

LAYOUTS = [tuple(one.split("/")) for one in documents.template_names()]
MARKED = [one for one in LAYOUTS if one[0] in documents.IMITATIONS]


def overlap(first, second) -> float:
    """Area that two boxes share, in pixels."""
    left, top, right, bottom = (pick(a, b) for pick, a, b in zip((max, max, min, min), first, second))
    return max(0.0, right - left) * max(0.0, bottom - top)


def test_nine_classes_with_four_layouts_or_more():
    assert len(documents.CLASSES) == 9
    for document_class in documents.CLASSES:
        assert len(documents.template_names(document_class)) >= 4


@pytest.mark.parametrize(("document_class", "template"), MARKED)
def test_says_specimen_in_the_pixels(document_class, template):
    document = documents.render(document_class, template, seed=4, pixels_per_mm=4)
    assert documents.specimen_contrast(document) > 15
    mark = document.fields["specimen"]
    assert "SPECIMEN" in mark.text and "样本" in mark.text
    left, top, right, bottom = mark.box
    height, width = document.image.shape[:2]
    assert left >= 0 and top >= 0 and right <= width and bottom <= height  # whole, not cut off
    assert np.hypot(right - left, bottom - top) > 0.6 * min(height, width)


def test_a_document_without_its_mark_is_noticed(monkeypatch):
    for name in ("lake", "dunes", "quarry"):
        with monkeypatch.context() as patch:
            patch.setattr(canvas.ImageChops, "multiply", lambda below, paint: below)
            document = documents.render("portrait_side", name, seed=4, pixels_per_mm=4)
        assert documents.specimen_contrast(document) < 8
    monkeypatch.setattr(canvas.Canvas, "specimen", lambda *arguments, **options: None)
    with pytest.raises(RuntimeError, match="SPECIMEN"):
        documents.render("passport", "lagoon")


@pytest.mark.parametrize("document_class", documents.CLASSES)
def test_says_specimen_in_the_file(document_class, tmp_path):
    document = documents.render(document_class, seed=1, pixels_per_mm=2)
    path = document.save(tmp_path / "one.png")
    with Image.open(path) as picture:
        assert "SPECIMEN" in picture.text["Comment"] and "SPECIMEN" in picture.text["Title"]
        assert picture.text["Description"] == NOTICE and "样本" in picture.text["Title"]
        assert picture.text["Class"] == document_class
        np.testing.assert_array_equal(np.asarray(picture), document.image)
    assert b"tEXt" in path.read_bytes()
    with pytest.raises(ValueError, match=r"\.png"):
        document.save(tmp_path / "one.jpg")


@pytest.mark.parametrize(("document_class", "template"), LAYOUTS)
def test_fields_lie_on_the_page_and_not_on_each_other(document_class, template):
    for seed in range(5):
        document = documents.render(document_class, template, seed=seed, pixels_per_mm=3, oversampling=1)
        height, width = document.image.shape[:2]
        boxes = {name: field.box for name, field in document.fields.items() if name not in ("specimen", "address")}
        boxes = {name: box for name, box in boxes.items() if not name.startswith("paragraph") or name.count("_") == 2}
        for name, box in boxes.items():
            assert box[0] > 0 and box[1] > 0 and box[2] < width and box[3] < height, (name, box)
            assert box[2] - box[0] > 2 and box[3] - box[1] > 1, name
        names = list(boxes)
        for place, first in enumerate(names):
            for second in names[place + 1 :]:
                assert overlap(boxes[first], boxes[second]) == 0, (seed, first, second)


@pytest.mark.parametrize(
    "document_class", ["portrait_side", "passport", "id_card_td1", "household_page", "emblem_side"]
)
def test_fields_say_what_the_person_says(document_class):
    person = identity.invent_person(21, locale="zh_CN")
    for template in documents.template_names(document_class):
        document = documents.render(document_class, template, person=person, pixels_per_mm=2, oversampling=1)
        assert document.person_id == person.identifier
        for name, field in document.fields.items():
            if name in document.values and not name.endswith("_date"):
                assert field.text.upper() == document.values[name].upper()
        if "identity_number" in document.values and "identity_number" in document.fields:
            assert document.fields["identity_number"].text == person.identity_number
            assert document.fields["identity_number"].text.startswith("99")
        if "mrz_1" in document.fields:
            lines = [document.fields[name].text for name in ("mrz_1", "mrz_2", "mrz_3") if name in document.fields]
            assert tuple(lines) == identity.person_mrz(person, "TD3" if document_class == "passport" else "TD1")
            assert "UTO" in lines[0]


def test_a_box_holds_the_ink_and_nothing_is_left_outside():
    """A field's box is where pixels change when the field's text changes."""
    person = identity.invent_person(3)
    plain = documents.render("portrait_side", "quarry", person=person, seed=2, pixels_per_mm=6)
    other = documents.render(
        "portrait_side", "quarry", person=person, seed=2, pixels_per_mm=6, values={"name": "欧阳静"}
    )
    changed = np.abs(plain.image.astype(int) - other.image).max(axis=2) > 12
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    boxes = np.array([one.fields["name"].box for one in (plain, other)])
    assert rows[0] >= np.floor(boxes[:, 1].min()) - 1 and rows[-1] + 1 <= np.ceil(boxes[:, 3].max()) + 1
    assert columns[0] >= np.floor(boxes[:, 0].min()) - 1 and columns[-1] + 1 <= np.ceil(boxes[:, 2].max()) + 1
    assert other.fields["name"].text == "欧阳静"
    crop = plain.crop("name", margin=0.2)
    assert crop.shape[0] < 60 and crop.min() < 90 and crop.max() > 180


def test_same_seed_same_pixels_and_any_resolution_shows_the_same():
    first = documents.render("passport", "forest", seed=8, pixels_per_mm=3)
    again = documents.render("passport", "forest", seed=8, pixels_per_mm=3)
    np.testing.assert_array_equal(first.image, again.image)
    assert not np.array_equal(first.image, documents.render("passport", "forest", seed=9, pixels_per_mm=3).image)
    fine = documents.render("passport", "forest", seed=8, pixels_per_mm=6)
    assert fine.image.shape == (528, 750, 3)
    coarse = np.asarray(Image.fromarray(fine.image).reduce(2), float)
    assert np.corrcoef(coarse.ravel(), first.image.astype(float).ravel())[0, 1] > 0.97
    for name, field in first.fields.items():
        np.testing.assert_allclose(2 * field.corners, fine.fields[name].corners, atol=3)  # advances are whole pixels


def test_sizes_of_the_standards():
    sizes = {
        "portrait_side": (685, 432),
        "passport": (1000, 704),
        "id_card_td1": (685, 432),
        "household_page": (1144, 840),
    }
    for document_class, (width, height) in sizes.items():
        document = documents.render(document_class, oversampling=1)
        assert document.image.shape == (height, width, 3) and document.mask.shape == (height, width)
    card = documents.render("portrait_side")
    assert card.mask[0, 0] == 0 and card.mask[200, 0] == 255
    assert documents.render("household_page", oversampling=1).mask.min() == 255
    np.testing.assert_array_equal(card.corners, [[0, 0], [685, 0], [685, 432], [0, 432]])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), resolution=st.floats(0.5, 6))
def test_every_seed_and_resolution_renders(seed, resolution):
    document = documents.render("id_card_td1", seed=seed, pixels_per_mm=resolution, oversampling=1)
    assert document.image.dtype == np.uint8 and document.image.shape[:2] == document.mask.shape
    assert document.portrait is None or document.portrait.name == "portrait"


def test_card_numbers_belong_to_no_bank():
    from stdnum import luhn

    for seed in range(30):
        number = documents.render("bank_card", "midnight", seed=seed, pixels_per_mm=1).values["card_number"]
        assert number.startswith("0000 ") and not luhn.is_valid(number.replace(" ", ""))


def test_a_household_fills_its_pages():
    household = identity.invent_household(4)
    values = documents.household_values(household, 1)
    person = household.members[1].person
    page = documents.render("household_page", "ledger", person=person, values=values, pixels_per_mm=2)
    assert page.fields["relation"].text == household.members[1].relation
    first = documents.render("household_page", "threshold", person=household.head, values=values, pixels_per_mm=2)
    assert first.fields["household_number"].text == household.number
    with pytest.raises(ValueError, match="member"):
        documents.household_values(household, 99)


def test_fonts_are_small_licensed_and_complete():
    folder = fonts.FOLDER
    assert sum(path.stat().st_size for path in folder.iterdir() if path.suffix in (".ttf", ".otf")) < 200_000
    assert (folder / "LICENSE-OCRB.txt").is_file() and (folder / "LICENSE-DroidSansFallback.txt").is_file()
    from fontTools.ttLib import TTFont

    drawn = set(TTFont(fonts.path("chinese")).getBestCmap())
    missing = [one for one in font_subset.characters() if ord(one) not in drawn]
    assert not missing, "run: python -m imgrec_tf.finance.documents.font_subset"
    ocr = set(TTFont(fonts.path("ocr-b")).getBestCmap())
    assert all(ord(one) in ocr for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
    with pytest.raises(ValueError, match="no font"):
        fonts.path("comic")


def test_rebuilding_fonts_names_the_missing_package(tmp_path):
    with pytest.raises(FileNotFoundError, match="fonts-droid-fallback"):
        font_subset.rebuild(tmp_path, droid=tmp_path / "none.ttf")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("driving_licence",), "document_class"),
        (("passport", "lake"), "no template 'lake'; it has lagoon"),
    ],
)
def test_unknown_layouts_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        documents.render(*arguments)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": 1.5}, TypeError, "seed"),
        ({"person": "somebody"}, TypeError, "Person"),
        ({"pixels_per_mm": 0.1}, ValueError, "pixels_per_mm"),
        ({"oversampling": 0}, ValueError, "oversampling"),
        ({"values": {"salary": "1"}}, ValueError, "prints no salary"),
        ({"person": identity.invent_person(1, locale="en_US")}, ValueError, "zh_CN"),
    ],
)
def test_bad_arguments_are_named(options, error, message):
    with pytest.raises(error, match=message):
        documents.render("portrait_side", "lake", **options)


def test_missing_fields_and_templates_are_named():
    document = documents.render("photo", pixels_per_mm=1)
    with pytest.raises(KeyError, match="no field 'name'"):
        document.crop("name")
    with pytest.raises(ValueError, match="document_class"):
        documents.template_names("visa")
    with pytest.raises(ValueError, match="document_class"):
        templates.find("visa", "lake")
