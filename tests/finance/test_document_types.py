"""Straightened pages, and a recogniser that abstains on layouts it has not learnt."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgrec_tf.finance import applications, document_types, documents, id_documents, locating
from imgrec_tf.finance.document_types import aligning
from imgrec_tf.recognizer import Recognizer

LAYOUTS = ("passport/lagoon", "passport/terrace", "portrait_side/lake", "portrait_side/dunes")


@pytest.fixture(scope="module")
def plans():
    return id_documents.plan_photos(8, seed=3, classes=("passport", "portrait_side"), templates=LAYOUTS)


@pytest.fixture(scope="module")
def pages():
    return document_types.page_dataset(
        40, size=(32, 52), seed=3, severity="mild", classes=("passport", "portrait_side"), templates=LAYOUTS,
        validation=0.25, test=0.25,
    )  # fmt: skip


@pytest.fixture(scope="module")
def network(pages):
    """Mean colours, and a softmax over the layouts: no training needed to test what is built on it."""
    model = keras.Sequential(
        [
            keras.Input((32, 52, 3)),
            layers.Rescaling(1 / 64, offset=-2),
            layers.AveragePooling2D((8, 13)),
            layers.Flatten(),
            layers.Dense(4, "softmax", name="scores"),  # as the last layer of `sequential_cnn` is called
        ]
    )
    body = keras.Sequential([keras.Input((32, 52, 3)), *model.layers[:-1]])
    seen = body.predict(np.asarray(pages.train.images[:], np.float32), verbose=0)
    means = np.stack([seen[pages.train.labels == number].mean(axis=0) for number in range(4)])
    model.layers[-1].set_weights([2 * means.T, -(means**2).sum(axis=1)])  # the nearest mean is the likeliest
    return model


@pytest.fixture(scope="module")
def recognizer(network, pages):
    return document_types.recognize_known_layouts(network, pages, refused=0.05)


def test_a_split_of_pages_is_labelled_by_layout_or_by_class(plans):
    by_layout = document_types.page_split(plans, size=(32, 52))
    by_class = document_types.page_split(plans, size=(32, 52), labels="class")
    assert by_layout.images.shape == (8, 32, 52, 3) and by_layout.images.dtype == np.uint8
    assert set(by_layout.class_names) <= set(LAYOUTS) and by_class.class_names == documents.CLASSES
    np.testing.assert_array_equal(by_layout.images, by_class.images)
    for plan, label in zip(plans, by_layout.labels):
        assert by_layout.class_names[label] == plan.groups["template"]
    assert by_layout.synthetic


def test_pages_are_upright_and_fill_the_picture(plans):
    plan = next(one for one in plans if one.document_class == "portrait_side")
    seen = document_types.page_split([plan, plan], size=(54, 86), severity="scan").images[0].astype(float)
    flat = documents.render("portrait_side", plan.template, seed=plan.seed, pixels_per_mm=1).image
    flat = document_types.page_picture(flat, (54, 86)).astype(float)
    centre = [one[4:-4, 4:-4].mean(axis=2).ravel() for one in (seen, flat)]
    assert np.corrcoef(*centre)[0, 1] > 0.3
    assert np.corrcoef(centre[0], flat[::-1, ::-1][4:-4, 4:-4].mean(axis=2).ravel())[0, 1] < 0.3


def test_a_data_set_of_pages_keeps_people_apart(pages):
    people = [set(split.groups) for split in (pages.train, pages.validation, pages.test)]
    assert not people[0] & people[1] and not people[0] & people[2] and not people[1] & people[2]
    assert pages.class_names == LAYOUTS[2:] + LAYOUTS[:2] and pages.card.synthetic


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": "issuer"}, "labels"),
        ({"group_by": "issuer"}, "group_by"),
        ({"names": ("passport/lagoon",)}, "add it to classes or names"),
        ({"severity": "awful"}, "severity"),
    ],
)
def test_bad_arguments_of_a_split_are_named(plans, options, message):
    with pytest.raises(ValueError, match=message):
        document_types.page_split(plans[:2], **options)


def test_a_split_needs_plans():
    with pytest.raises(ValueError, match="plans is empty"):
        document_types.page_split([])


def test_scores_are_of_kinds_and_known_pages_keep_theirs(recognizer, pages, tmp_path):
    assert recognizer.class_names == ("portrait_side", "passport")
    answers = recognizer.predict(pages.validation.images[:])
    kinds = np.array([pages.class_names[label].split("/")[0] for label in pages.validation.labels])
    given = ~answers["abstained"].to_numpy()
    assert given.mean() > 0.7 and (answers["label"].to_numpy()[given] == kinds[given]).all()
    recognizer.save(tmp_path / "pages.imgrec")
    again = Recognizer.load(tmp_path / "pages.imgrec").predict(pages.validation.images[:])
    np.testing.assert_allclose(again["score"], answers["score"], atol=1e-5)


def test_what_is_like_no_layout_has_even_scores_and_no_label(recognizer):
    stripes = np.zeros((1, 32, 52, 3), np.uint8)
    stripes[:, ::8, :, 0] = 255
    stripes[:, :, ::13, 2] = 255
    answer = recognizer.predict(stripes).iloc[0]
    assert answer["abstained"] and answer["label"] is None
    assert answer["score_passport"] == pytest.approx(0.5, abs=0.1)


def test_layouts_and_shares_that_do_not_fit_are_refused(network, pages):
    for name in ("refused", "passed"):
        with pytest.raises(ValueError, match=name):
            document_types.recognize_known_layouts(network, pages, **{name: 0.7})
    other = keras.Sequential([keras.Input((32, 52, 3)), layers.Flatten(), layers.Dense(3, "softmax")])
    with pytest.raises(ValueError, match="3 labels"):
        document_types.recognize_known_layouts(other, pages)
    with pytest.raises(ValueError, match="task"):
        document_types.DocumentClassifier(
            Recognizer(_Even(), ("a", "b", "c"), task="multi-label", image_shape=(32, 32, 3))
        )


class _Even:
    def predict(self, images, **_):
        return np.full((len(images), 3), 1 / 3)


@pytest.fixture()
def straight(monkeypatch):
    """Photos that are pages already; dark ones cannot be located."""

    def page(image, **_):
        if image.mean() < 20:
            return locating.Straightened(None, None, None, 0, None, None, "uncertain", "Too dark. Use a lamp", ())
        corners = np.array([[0, 0], [image.shape[1], 0], [image.shape[1], image.shape[0]], [0, image.shape[0]]], float)
        quality = locating.check_quality(image, corners)
        return locating.Straightened(image, corners, "card", 0, None, quality, None, "", ())

    monkeypatch.setattr(locating, "straighten", page)


def test_a_photo_without_a_page_has_a_reason_and_no_scores(straight, recognizer, pages):
    classifier = document_types.DocumentClassifier(recognizer)
    page, dark = pages.validation.images[:][0], np.zeros((40, 60, 3), np.uint8)
    answers = classifier.predict([page, dark])
    assert list(answers["problem"]) == ["", "Too dark. Use a lamp"]
    assert answers.loc[1, "label"] is None and not answers.loc[1, "abstained"]
    assert np.isnan(answers.loc[1, "score_passport"]) and np.isnan(answers.loc[1, "score"])
    assert answers.loc[0, "score_passport"] + answers.loc[0, "score_portrait_side"] == pytest.approx(1)
    one = classifier.predict(page)
    assert len(one) == 1 and one.loc[0, "label"] == answers.loc[0, "label"]


def test_a_page_whose_upper_side_is_unknown_is_tried_all_ways_up(recognizer, pages):
    place = int(np.flatnonzero(~recognizer.predict(pages.validation.images[:])["abstained"])[0])
    page = pages.validation.images[:][place]

    corners = np.array([[10, 10], [50, 12], [48, 40], [9, 38]], float)
    location = locating.Location(corners, 1.0, "network")

    def unsure(flat):
        return locating.Straightened(None, None, None, 0, location, None, "unknown_side", "Which side is up?", (), flat)

    stripes = np.zeros((32, 52, 3), np.uint8)
    stripes[::4, :, 1] = 255
    classifier = document_types.DocumentClassifier(recognizer)
    answers = classifier.predict_straightened([unsure(np.rot90(page, 3)), unsure(stripes), unsure(None)])
    assert answers.loc[0, "label"] == recognizer.predict(page).loc[0, "label"] and answers.loc[0, "problem"] == ""
    np.testing.assert_array_equal(answers.loc[0, "corners"], corners[[1, 2, 3, 0]])  # it lies one turn with the clock
    assert list(answers.loc[1:, "problem"]) == ["Which side is up?"] * 2
    assert answers.loc[1:, ["label", "score", "corners"]].isna().all().all()


def test_a_page_that_was_turned_the_wrong_way_is_known_by_the_layout_that_fits(recognizer, pages):
    place = int(np.flatnonzero(~recognizer.predict(pages.validation.images[:])["abstained"])[0])
    page = pages.validation.images[:][place]

    def turned(image):
        return locating.Straightened(image, corners, "card", 2, None, None, None, "", ())

    corners = np.array([[10, 10], [50, 12], [48, 40], [9, 38]], float)

    classifier = document_types.DocumentClassifier(recognizer)
    answers = classifier.predict_straightened([turned(page), turned(np.rot90(page, 3)), turned(np.rot90(page, 2))])
    assert set(answers["label"]) == {recognizer.predict(page).loc[0, "label"]}
    for turns, found in zip((0, 3, 2), answers["corners"]):
        np.testing.assert_array_equal(found, np.roll(corners, turns, axis=0))


@pytest.mark.parametrize("number", (8, 17, 20, 23))  # outlines that no layout fits; others are near enough
def test_a_page_of_which_one_side_was_located_wrongly_is_found_by_its_layout(recognizer, plans, number):
    plan = next(one for one in plans if one.document_class == "passport")
    photo = id_documents.id_documents_photo(plan, size=(360, 480), severity="mild")
    wrong = aligning.outlines_near(photo.corners)[number]
    assert locating.quadrilateral_iou(wrong, photo.corners) < 0.92
    flat = locating.rectify(photo.image, wrong)
    page = locating.Straightened(flat, wrong, None, 0, None, None, None, "", ())
    classifier = document_types.DocumentClassifier(recognizer)
    assert classifier.predict_straightened([page]).loc[0, "abstained"]
    found = classifier.predict_straightened([page], [photo.image]).loc[0]
    assert found["label"] == "passport"
    assert locating.quadrilateral_iou(found["corners"], photo.corners) > 0.95
    np.testing.assert_allclose(found["corners"], photo.corners, atol=3)  # the first one is the upper left one
    leaves = np.random.default_rng(5).integers(0, 255, photo.image.shape, np.uint8)
    assert classifier.predict_straightened([page], [leaves]).loc[0, "abstained"]


def test_outlines_behind_the_camera_are_left_out():
    plain = aligning.outlines_near(np.array([[0, 0], [100, 0], [100, 60], [0, 60]], float))
    assert len(plain) == 24
    np.testing.assert_allclose(plain[0], [[-5, 0], [100, 0], [100, 60], [-5, 60]], atol=1e-9)
    flat = np.array([[45, 50], [55, 50], [400, 90], [-300, 90]], float)  # the camera is .014 pages away
    seen = aligning.outlines_near(flat)
    assert 0 < len(seen) < 24
    for one in seen:
        np.testing.assert_array_equal(locating.check_corners(one), one)


def test_a_file_that_is_no_photo_is_a_problem_of_its_row(recognizer, tmp_path):
    path = tmp_path / "letter.jpg"
    path.write_text("Dear bank")
    answer = document_types.DocumentClassifier(recognizer).predict(path).iloc[0]
    assert answer["label"] is None and "letter.jpg" in answer["problem"]


def test_an_application_asks_about_the_straightened_page(straight, recognizer, pages):
    classifier = document_types.DocumentClassifier(recognizer)
    dark = applications.examine({"passport": np.zeros((400, 600, 3), np.uint8)}, classifier=classifier)
    assert dark.evidence.type_confidence is None and len(dark.reasons) == 1
    assert dark.reasons[0].startswith("passport: The photo is too dark.")
    place = int(np.flatnonzero(pages.validation.labels >= 2)[0])
    found = applications.examine({"passport": pages.validation.images[:][place]}, classifier=classifier)
    assert found.evidence.type_confidence == pytest.approx(
        classifier.predict(pages.validation.images[:][place]).loc[0, "score_passport"]
    )
