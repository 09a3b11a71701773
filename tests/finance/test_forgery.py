"""Forging: exact masks, what is printed afterwards, the mark that stays, placebos, bad input."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imgrec_tf.finance import consistency, documents, forgery
from imgrec_tf.finance.forgery import eligible, forging, patches

CLASSES = ("portrait_side", "passport", "id_card_td1")
PAINTED = tuple(kind for kind in forgery.KINDS if kind != "recapture")


@pytest.fixture(scope="module")
def pages():
    """One small page of every second layout that the data set uses."""
    return [
        documents.render(document_class, name, seed=5, pixels_per_mm=4, oversampling=2)
        for document_class in CLASSES
        for name in documents.template_names(document_class)[::2]
    ]


@pytest.mark.parametrize("kind", PAINTED)
def test_the_mask_is_exact_and_the_mark_stays(pages, kind):
    for number, page in enumerate(pages):
        if not forgery.targets(page, kind):
            continue
        forged = forgery.forge(page, kind, seed=number)
        changed = (forged.document.image != page.image).any(axis=-1)
        np.testing.assert_array_equal(forged.mask, changed)
        assert 0 < changed.sum() < 0.3 * changed.size
        left, top, right, bottom = forged.region
        outside = forged.mask.copy()
        outside[top:bottom, left:right] = False
        assert not outside.any()
        assert documents.specimen_contrast(forged.document) >= 0.8 * min(15, documents.specimen_contrast(page))
        assert "specimen" in forged.document.fields
        assert forged.original is page


def test_a_field_that_was_edited_prints_something_else(pages):
    for kind in ("field_edit", "splice", "copy_move"):
        for number, page in enumerate(pages):
            names = [name for name in forgery.targets(page, kind) if name != "portrait"]
            if not names:
                continue
            name = names[number % len(names)]
            forged = forgery.forge(page, kind, seed=number, field=name)
            after = forged.document.fields[name]
            assert after.text != page.fields[name].text
            assert {one for one, text in forged.printed.items() if text != page.values[one]}
            height, width = page.image.shape[:2]
            left, top, right, bottom = after.box
            assert -1 <= left < right <= width + 1 and -1 <= top < bottom <= height + 1
            others = set(page.fields) - {name}
            assert all(forged.document.fields[one] is page.fields[one] for one in others)


def test_what_is_printed_stays_fictional(pages):
    for number, page in enumerate(pages):
        for kind in ("field_edit", "copy_move", "splice"):
            for name in forgery.targets(page, kind):
                if name not in eligible.EVENLY_SPACED:
                    continue
                for seed in range(1 if kind == "splice" else 6):
                    text = forgery.forge(page, kind, seed=seed + number, field=name).document.fields[name].text
                    if name == "identity_number":
                        assert text.startswith("99") and len(text) == 18
                    if name == "mrz_1":
                        assert text[2:5] == "UTO"


def test_rules_see_what_is_printed():
    page = documents.render("portrait_side", "lake", seed=5, pixels_per_mm=5, oversampling=2)
    before = consistency.check_consistency({"portrait_side": page.values})
    assert before.consistent
    forged = forgery.forge(page, "field_edit", seed=1, field="birth_date")
    after = consistency.check_consistency({"portrait_side": forged.printed})
    assert "portrait side: number and birth date" in {one.rule for one in after.failed}
    swapped = forgery.forge(page, "portrait_swap", seed=1)
    assert consistency.check_consistency({"portrait_side": swapped.printed}).consistent  # no rule looks at a face
    sex = forgery.forge(page, "field_edit", seed=2, field="sex_chinese")
    assert not consistency.check_consistency({"portrait_side": sex.printed}).consistent


def test_a_placebo_prints_the_same(pages):
    for kind in PAINTED:
        page = next(page for page in pages if forgery.targets(page, kind))
        forged = forgery.forge(page, kind, seed=3, placebo=True)
        real = forgery.forge(page, kind, seed=3)
        assert forged.placebo and forged.document.values == page.values and forged.region == real.region
        assert forged.document.fields == page.fields
        placebo, real = (np.abs(one.document.image.astype(int) - page.image).mean() for one in (forged, real))
        assert 0 < placebo < 0.5 * real + 0.05


def test_a_copied_piece_has_been_through_a_scanner():
    """Softer and noisier than print, of the same size and tone; worse with less skill; the same for the same seed."""
    rng = np.random.default_rng(0)
    stripes = np.full((60, 90, 3), 220, np.uint8)
    stripes[:, 30:60:6] = 40
    clumsy, careful = (
        np.mean([
            np.abs(patches.second_generation(stripes, np.random.default_rng(seed), skill).astype(int) - stripes).mean()
            for seed in range(12)
        ])
        for skill in (0.0, 1.0)
    )  # fmt: skip
    assert clumsy > careful > 1
    scanned = patches.second_generation(stripes, rng, 0.5)
    assert scanned.shape == stripes.shape and scanned.dtype == np.uint8
    assert abs(float(scanned.mean()) - float(stripes.mean())) < 4
    flat = patches.second_generation(np.full((60, 90, 3), 200, np.uint8), rng, 0.5)
    assert 0.3 < flat.std() < 8
    first, second = (patches.second_generation(stripes, np.random.default_rng(5), 0.5) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_recapture_changes_the_photo_only():
    page = documents.render("portrait_side", "lake", seed=5, pixels_per_mm=3, oversampling=2)
    forged = forgery.forge(page, "recapture", seed=1)
    np.testing.assert_array_equal(forged.document.image, page.image)
    assert forged.mask.all() and forged.recapture in ("screen", "print") and forged.field == "page"
    photo = forged.photograph("mild", size=(240, 320))
    genuine = forgery.forge(page, "recapture", seed=1, placebo=True).photograph("mild", size=(240, 320))
    assert photo.recapture and genuine.recapture is None
    np.testing.assert_allclose(photo.corners, genuine.corners)
    assert np.abs(photo.image.astype(int) - genuine.image).mean() > 5


@settings(max_examples=8)
@given(st.integers(0, 2**31), st.sampled_from(PAINTED))
def test_the_same_seed_forges_the_same(seed, kind):
    page = _one()
    try:
        first, second = (forgery.forge(page, kind, seed=seed) for _ in range(2))
    except ValueError as error:
        assert "SPECIMEN" in str(error)
        return
    np.testing.assert_array_equal(first.document.image, second.document.image)
    assert first.printed == second.printed and first.field == second.field


def test_forging_goes_on_from_a_forged_page():
    page = _one()
    first = forgery.forge(page, "field_edit", seed=1, field="name")
    second = forgery.forge(first.document, "field_edit", seed=2, field="birth_date")
    assert second.printed["name"] == first.printed["name"] != page.values["name"]
    assert not (first.mask & second.mask).any()


def test_a_saved_forgery_says_what_it_is(tmp_path):
    forged = forgery.forge(_one(), "field_edit", seed=1)
    with Image.open(forged.save(tmp_path / "one.png")) as picture:
        assert "SPECIMEN" in picture.text["Comment"] and "样本" in picture.text["Title"]
        assert picture.text["Forgery"] == "field_edit" and picture.text["Field"] == forged.field
    with pytest.raises(ValueError, match="png"):
        forged.save(tmp_path / "one.jpg")


def test_what_would_hide_the_mark_is_refused(monkeypatch):
    monkeypatch.setattr(forging.documents, "specimen_contrast", lambda one: 30.0 if one is page else 5.0)
    page = _one()
    with pytest.raises(ValueError, match="SPECIMEN"):
        forgery.forge(page, "field_edit", seed=1)


def test_pages_without_a_mark_are_not_forged():
    photo = documents.render("photo", seed=1, pixels_per_mm=2)
    assert all(forgery.targets(photo, kind) == () for kind in forgery.KINDS)
    with pytest.raises(ValueError, match="nothing for splice"):
        forgery.forge(photo, "splice")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("paper", "splice"), TypeError, "Document"),
        ((None, "erase"), ValueError, "kind must be one of"),
        ((None, "splice", -1), ValueError, "seed"),
        ((None, "splice", 1.5), TypeError, "seed"),
        ((None, "splice", 1, {"skill": 2}), ValueError, "skill"),
        ((None, "splice", 1, {"skill": "great"}), TypeError, "skill"),
        ((None, "splice", 1, {"field": "address"}), ValueError, "field must be one of"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    document, kind, *rest = arguments
    options = rest[1] if len(rest) > 1 else {}
    with pytest.raises(error, match=message):
        forgery.forge(_one() if document is None else document, kind, *rest[:1], **options)


@functools.cache
def _one():
    return documents.render("portrait_side", "lake", seed=5, pixels_per_mm=4, oversampling=2)
