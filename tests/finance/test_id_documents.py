"""The data set id-documents: balanced, seeded, split by person, layout or camera."""

from __future__ import annotations

import numpy as np
import pytest

import imgrec_tf
from imgrec_tf.finance import documents, id_documents


@pytest.fixture(scope="module")
def small():
    return imgrec_tf.load("id-documents", count=90, size=32, seed=2)


def everything(dataset, what):
    return np.concatenate([getattr(split, what) for split in dataset.splits.values()])


def number_of(source) -> int:
    return int(source.rsplit(" ", 1)[1])


def test_shapes_types_and_card(small):
    assert everything(small, "images").shape == (90, 32, 32, 3)
    assert small.train.images.dtype == np.uint8
    assert small.class_names == documents.CLASSES and small.task == "multi-class"
    assert small.card.synthetic and all(split.synthetic for split in small.splits.values())
    assert sum(small.card.splits.values()) == 90
    assert np.bincount(everything(small, "labels")).tolist() == [10] * 9


def test_same_seed_same_photos_and_a_larger_count_keeps_the_first(small):
    again = id_documents.id_documents(108, size=32, seed=2)
    for dataset in (small, again):
        sources = everything(dataset, "sources")
        order = np.argsort([number_of(source) for source in sources])
        np.testing.assert_array_equal([number_of(source) for source in sources[order]], np.arange(len(sources)))
        dataset.in_order = everything(dataset, "images")[order], everything(dataset, "labels")[order]
    np.testing.assert_array_equal(small.in_order[0], again.in_order[0][:90])
    np.testing.assert_array_equal(small.in_order[1], again.in_order[1][:90])
    assert [plan.template for plan in id_documents.plan_photos(20, seed=3)] != [
        plan.template for plan in id_documents.plan_photos(20, seed=4)
    ]


@pytest.mark.parametrize("split_by", id_documents.SPLIT_BY)
def test_groups_never_cross_splits(split_by, monkeypatch):
    blank = np.zeros((32, 32, 3), np.uint8)
    monkeypatch.setattr(id_documents, "id_documents_photo", lambda plan, **options: type("Photo", (), {"image": blank}))
    dataset = id_documents.id_documents(720, size=32, seed=5, split_by=split_by)
    groups = {name: set(split.groups) for name, split in dataset.splits.items()}
    assert not groups["train"] & groups["test"] and not groups["train"] & groups["validation"]
    assert not groups["validation"] & groups["test"]
    for split in dataset.splits.values():
        assert set(split.labels) == set(range(9))
    if split_by == "template":
        assert groups["train"] | groups["validation"] | groups["test"] == set(documents.template_names())
    assert all(
        group in source for split in dataset.splits.values() for group, source in zip(split.groups, split.sources)
    )


@pytest.mark.parametrize("count", [1, 7, 50, 101])
def test_more_plans_keep_the_first(count):
    assert id_documents.plan_photos(120, seed=6)[:count] == id_documents.plan_photos(count, seed=6)


def test_nothing_gives_the_class_away():
    """Cameras, persons' languages and layouts are drawn without looking at each other."""
    plans = id_documents.plan_photos(3600, seed=1)
    cameras = np.array([plan.camera for plan in plans])
    for document_class in documents.CLASSES:
        chosen = np.array([plan.document_class == document_class for plan in plans])
        counts = np.bincount(cameras[chosen], minlength=12)
        assert counts.min() > 0.5 * counts.mean() and counts.max() < 1.6 * counts.mean()
        layouts = {plan.template for plan in plans if plan.document_class == document_class}
        assert layouts == set(documents.template_names(document_class))
    assert 0.1 < np.mean([plan.locale == "en_US" for plan in plans]) < 0.6
    assert {plan.quarter_turns for plan in plans} == {0}
    turned = id_documents.plan_photos(200, seed=1, any_way_up=True)
    assert {plan.quarter_turns for plan in turned} == {0, 1, 2, 3}


def test_one_person_has_one_name():
    plans = id_documents.plan_photos(
        60, seed=3, photos_per_person=(3, 3), classes=("passport", "id_card_td1", "bank_card")
    )
    photos = [id_documents.id_documents_photo(plan, size=32) for plan in plans[:3]]
    assert len({plan.person for plan in plans[:3]}) == 1
    assert len({photo.document.person_id for photo in photos}) == 1


def test_a_plan_gives_the_photo_of_the_data_set(small):
    plan = id_documents.plan_photos(90, seed=2)[7]
    photo = id_documents.id_documents_photo(plan, size=32)
    place = [number_of(source) for source in everything(small, "sources")].index(7)
    np.testing.assert_array_equal(photo.image, everything(small, "images")[place])
    assert photo.document.document_class == plan.document_class
    assert documents.CLASSES[everything(small, "labels")[place]] == plan.document_class
    large = id_documents.id_documents_photo(plan, size=(60, 80))
    assert large.image.shape == (60, 80, 3) and (large.corners >= 0).all()


def test_layouts_can_be_held_back():
    known, unknown = id_documents.hold_back_templates(4)
    assert len(unknown) == 9 and not set(known) & set(unknown)
    assert set(known) | set(unknown) == set(documents.template_names())
    seen = {plan.groups["template"] for plan in id_documents.plan_photos(900, templates=known)}
    assert seen == set(known)
    left = {plan.groups["template"] for plan in id_documents.plan_photos(900, held_back=unknown)}
    assert left == seen
    assert len(id_documents.hold_back_templates(4, each=2)[1]) == 18
    with pytest.raises(ValueError, match="hold back fewer"):
        id_documents.hold_back_templates(each=3)


def test_plans_of_your_choice_become_a_split(small):
    plans = id_documents.plan_photos(90, seed=2)
    chosen = [plans[9], plans[4]]
    split = id_documents.id_documents_split(chosen, size=32, group_by="template", name="a look")
    assert split.name == "a look" and split.synthetic and split.task == "multi-class"
    assert list(split.groups) == [plan.groups["template"] for plan in chosen]
    places = [number_of(source) for source in everything(small, "sources")]
    for image, label, plan in zip(split.images, split.labels, chosen):
        np.testing.assert_array_equal(image, everything(small, "images")[places.index(plan.index)])
        assert split.class_names[label] == plan.document_class
    worse = id_documents.id_documents_split(chosen, size=32, severity="harsh")
    assert list(worse.labels) == list(split.labels) and not np.array_equal(worse.images, split.images)


def test_plans_that_make_no_split_are_refused():
    plans = id_documents.plan_photos(9, seed=2)
    with pytest.raises(ValueError, match="add it to classes"):
        id_documents.id_documents_split(plans, size=32, classes=("passport", "photo"))
    with pytest.raises(ValueError, match="plan_photos"):
        id_documents.id_documents_split([], size=32)
    with pytest.raises(ValueError, match="group_by"):
        id_documents.id_documents_split(plans, size=32, group_by="colour")
    with pytest.raises(ValueError, match="size"):
        id_documents.id_documents_split(plans, size=8)


def test_two_classes_are_binary():
    dataset = id_documents.id_documents(40, size=32, classes=("passport", "photo"), cameras=[3, 90], severity="scan")
    assert dataset.task == "binary" and dataset.class_names == ("passport", "photo")
    assert all("camera 003" in source or "camera 090" in source for source in everything(dataset, "sources"))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"count": 10}, ValueError, "count"),
        ({"count": "many"}, TypeError, "count"),
        ({"size": 8}, ValueError, "size"),
        ({"seed": -1}, ValueError, "seed"),
        ({"split_by": "colour"}, ValueError, "split_by"),
        ({"classes": ("passport",)}, ValueError, "classes"),
        ({"classes": ("passport", "visa")}, ValueError, "classes"),
        ({"templates": ["passport/lake"]}, ValueError, "templates"),
        ({"held_back": "passport/lagoon"}, ValueError, "held_back"),
        ({"templates": ["passport/lagoon"]}, ValueError, "no layout is left of portrait_side"),
        ({"cameras": 0}, ValueError, "cameras"),
        ({"cameras": "three"}, TypeError, "cameras"),
        ({"photos_per_person": (3, 1)}, ValueError, "photos_per_person"),
        ({"photos_per_person": 2}, ValueError, "photos_per_person"),
        ({"validation": 0}, ValueError, "validation"),
        ({"severity": "awful"}, ValueError, "severity"),
    ],
)
def test_bad_arguments_are_named(options, error, message):
    with pytest.raises(error, match=message):
        id_documents.id_documents(**({"count": 45, "size": 32} | options))
