"""The data set forged-documents: shapes, groups, no label in what is not the forgery, planted faults."""

from __future__ import annotations

import numpy as np
import pytest

import imgrec_tf
from imgrec_tf.finance import documents, forgery
from imgrec_tf.finance.forgery import data_set, photographed, windows
from imgrec_tf.finance.photo_plans import plan_photos

CARDS = ("portrait_side", "id_card_td1")


@pytest.fixture(scope="module")
def pages():
    """A few real pages: rendered, forged, photographed, straightened."""
    plans = plan_photos(5, seed=9, classes=CARDS)
    return [photographed.take_page(plan, forgery.KINDS, edits=4, severity="scan", placebo=0.5) for plan in plans]


@pytest.fixture
def quick(monkeypatch, pages):
    """The same pages over and over: what is tested with it looks at plans, labels and files, not at photos."""
    monkeypatch.setattr(photographed, "take_page", lambda plan, *rest, **options: pages[plan.index % len(pages)])


def test_crops_have_shapes_labels_and_a_card(quick):
    dataset = imgrec_tf.load("forged-documents", count=40, crops_per_photo=6, classes=CARDS, seed=3)
    images = np.concatenate([split.images for split in dataset.splits.values()])
    assert images.shape[1:] == (*windows.SHAPE, 3) and images.dtype == np.uint8
    assert dataset.class_names == ("genuine", "forged") and dataset.task == "binary" and dataset.card.synthetic
    assert sum(dataset.card.splits.values()) == len(images) > 80
    groups = {name: set(split.groups) for name, split in dataset.splits.items()}
    assert not groups["train"] & groups["test"] and not groups["train"] & groups["validation"]
    assert set(forgery.kinds_in(dataset.train)) <= set(forgery.KINDS)


def test_crops_are_forged_where_the_mask_says_so(pages):
    both = []
    for page in pages:
        assert page.image.shape[:2] == page.mask.shape and page.mask.any() == any(page.forged)
        assert documents.specimen_contrast(page.document) > 12
        found = photographed.crops_of(page, 2, np.random.default_rng(0))
        for crop, label, kind, field, (left, top, right, bottom) in found:
            assert crop.shape == (*windows.SHAPE, 3) and label in (0, 1) and kind in forgery.KINDS and field
            assert 0 <= left < right <= windows.SHAPE[1] and 0 <= top < bottom <= windows.SHAPE[0]
        if page.edits[0].kind != "recapture":
            both.append({label for _, label, *_ in found} == {0, 1})
    assert np.mean(both) > 0.6  # genuine and forged fields come from the same photo


def test_the_same_plan_gives_the_same_page(pages):
    plan = plan_photos(1, seed=9, classes=CARDS)[0]
    again = photographed.take_page(plan, forgery.KINDS, edits=4, severity="scan", placebo=0.5)
    np.testing.assert_array_equal(again.image, pages[0].image)
    np.testing.assert_array_equal(again.mask, pages[0].mask)


def test_the_planted_shortcut_changes_forged_pictures_only(quick):
    options = {"count": 40, "crops_per_photo": 4, "classes": CARDS, "seed": 4}
    clean = data_set.forged_documents(**options)
    planted = data_set.forged_documents(**options, shortcut="jpeg_quality")
    same = [(one == other).all() for one, other in zip(clean.train.images, planted.train.images)]
    assert np.array_equal(np.array(same), clean.train.labels == 0)


@pytest.mark.parametrize("split_by", ["template", "camera", "random"])
def test_groups_are_kept_apart(quick, split_by):
    dataset = data_set.forged_documents(60, crops_per_photo=2, classes=CARDS, seed=5, split_by=split_by)
    groups = {name: set(split.groups) for name, split in dataset.splits.items()}
    assert not groups["train"] & groups["test"] and not groups["validation"] & groups["test"]
    if split_by == "template":
        for document_class in CARDS:
            assert all(any(one.startswith(document_class) for one in found) for found in groups.values())
    if split_by == "random":
        people = [{str(source).split(",")[0] for source in split.sources} for split in dataset.splits.values()]
        assert people[0] & people[2]  # nothing is kept apart: that is what it is for


def test_the_same_pictures_are_split_in_another_way(quick):
    made = data_set.forged_documents(40, crops_per_photo=4, classes=CARDS, seed=5)
    for split_by in ("camera", "random", "person"):
        again = forgery.resplit(made, split_by, seed=2)
        groups = {name: set(split.groups) for name, split in again.splits.items()}
        assert not groups["train"] & groups["test"] and not groups["validation"] & groups["test"]
        sizes = [sum(len(split) for split in one.splits.values()) for one in (made, again)]
        assert sizes[0] == sizes[1]
        total = [sum(int(split.images.sum()) for split in one.splits.values()) for one in (made, again)]
        assert total[0] == total[1] and next(iter(groups["train"])).startswith(split_by.replace("random", "picture"))
    for bad, message in ((made, "split_by"), (_other(), "kinds of forgery")):
        with pytest.raises(ValueError, match=message):
            forgery.resplit(bad, "colour" if bad is made else "person")


def test_places_are_told(quick, pages):
    made = data_set.forged_documents(40, crops_per_photo=4, classes=CARDS, seed=5)
    places = forgery.places_in(made.train)
    assert places.shape == (len(made.train), *windows.SHAPE) and places.any(axis=(1, 2)).all()
    copies = forgery.kinds_in(made.train) == "recapture"
    assert (places.all(axis=(1, 2)) == copies)[~copies].mean() > 0.8 and places[copies].all()
    with pytest.raises(ValueError, match="kinds of forgery"):
        forgery.places_in(_other().train)


def test_saving_once_more_plants_a_shortcut_or_takes_it_away(quick):
    made = data_set.forged_documents(40, crops_per_photo=4, classes=CARDS, seed=5)
    planted, both = forgery.resave(made, 60, label="forged"), forgery.resave(made, 60)
    forged = made.train.labels == 1
    same = (made.train.images == planted.train.images).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(same, ~forged)
    np.testing.assert_array_equal(planted.train.images[forged], both.train.images[forged])
    assert (both.test.images != made.test.images).any() and both.card.synthetic
    for bad, error in (((0,), ValueError), ((2.5,), TypeError)):
        with pytest.raises(error, match="quality"):
            forgery.resave(made, *bad)
    with pytest.raises(ValueError, match="label"):
        forgery.resave(made, 60, label="false")


def test_whole_pages(quick):
    dataset = data_set.forged_documents(40, what="pages", size=(48, 80), classes=CARDS, seed=6)
    assert dataset.image_shape == (48, 80, 3) and sum(len(split) for split in dataset.splits.values()) == 40


def test_windows_are_cut_without_smoothing_and_beyond_the_edge():
    page = np.random.default_rng(0).integers(0, 256, (346, 548, 3), dtype=np.uint8)
    left, top, scale = window = windows.around((300.3, 120.7), 1.0, page.shape)
    rows, columns = slice(int(top), int(top) + windows.SHAPE[0]), slice(int(left), int(left) + windows.SHAPE[1])
    np.testing.assert_array_equal(windows.cut(page, window), page[rows, columns])
    assert scale == 1 and windows.around((548.0, 346.0), 1.0, page.shape)[:2] == (548 - 192, 346 - 96)
    small = windows.cut(np.zeros((20, 30, 3), np.uint8), (0.0, 0.0, 1.0))
    assert small.shape == (*windows.SHAPE, 3)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"count": 10}, ValueError, "count"),
        ({"count": 50.5}, TypeError, "count"),
        ({"what": "lines"}, ValueError, "what"),
        ({"crops_per_photo": 1}, ValueError, "crops_per_photo"),
        ({"size": 64, "what": "pages"}, ValueError, "size"),
        ({"split_by": "colour"}, ValueError, "split_by"),
        ({"kinds": ("eraser",)}, ValueError, "kinds"),
        ({"kinds": ()}, ValueError, "kinds"),
        ({"shortcut": "colour"}, ValueError, "shortcut"),
        ({"placebo": 2}, ValueError, "placebo"),
        ({"skill": -1}, ValueError, "skill"),
        ({"test": 0}, ValueError, "test"),
        ({"severity": "awful"}, ValueError, "severity"),
        ({"classes": ("passport", "photo")}, ValueError, "nothing for"),
    ],
)
def test_bad_arguments_are_named(options, error, message):
    with pytest.raises(error, match=message):
        data_set.forged_documents(**({"count": 40} | options))


def test_other_splits_name_no_kinds():
    with pytest.raises(ValueError, match="kinds of forgery"):
        forgery.kinds_in(_other().test)


def _other():
    return imgrec_tf.datasets.from_arrays(np.full((40, 8, 8, 3), 90, np.uint8), np.arange(40) % 2)
