"""Detector, check of a photo, localisation, and the combination with the rules."""

from __future__ import annotations

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import imgrec_tf as ir
from imgrec_tf.finance import capture, consistency, documents, forgery
from imgrec_tf.finance.forgery import combining, data_set, networks, places, windows
from imgrec_tf.finance.forgery.places import Place
from imgrec_tf.finance.photo_plans import plan_photos


@pytest.fixture(scope="module")
def recognizer():
    """Stands for a trained network: the redder a place, the more it is forged."""
    model = keras.Sequential(
        [
            keras.Input((*windows.SHAPE, 3)),
            keras.layers.AveragePooling2D(networks.CELL, padding="same"),
            keras.layers.Conv2D(1, 1, name=networks.EVIDENCE),
            networks.StrongestPlace(),
            keras.layers.Softmax(),
        ]
    )
    model.get_layer(networks.EVIDENCE).set_weights([np.reshape([1, 0, -1], (1, 1, 3, 1)) / 60, np.array([-2.0])])
    return ir.Recognizer(model, ("genuine", "forged"))


@pytest.fixture(scope="module")
def photo():
    page = documents.render("portrait_side", "lake", seed=5, pixels_per_mm=6.4, oversampling=2)
    red = page.image.copy()
    left, top, right, bottom = (int(one) for one in page.fields["identity_number"].box)
    red[top - 10 : bottom + 10, left - 10 : right + 10] = (255, 0, 0)
    return capture.capture(documents.Document(**vars(page) | {"image": red}), "scan", seed=1, size=(575, 767))


def test_the_detector_is_a_small_network_that_can_be_saved(tmp_path):
    model = forgery.detector(seed=1)
    assert model.output_shape == (None, 2) and model.count_params() < 80_000
    crops = np.random.default_rng(0).integers(0, 256, (3, *windows.SHAPE, 3)).astype(np.float32)
    scores = model.predict(crops, verbose=0)
    model.save(tmp_path / "one.keras")
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "one.keras").predict(crops, verbose=0), scores)
    plain = forgery.detector((96, 128, 3), residuals=False)
    assert not any(isinstance(layer, forgery.NoiseResidual) for layer in plain.layers)


def test_residuals_see_a_dot_and_no_slope():
    layer = forgery.NoiseResidual()
    slope = np.tile(np.linspace(0, 1, 32, dtype=np.float32)[None, :, None], (24, 1, 3))
    found = np.asarray(layer(slope))
    assert found.shape == (24, 32, 10)
    np.testing.assert_allclose(found[..., :3], slope)
    np.testing.assert_allclose(found[4:-4, 4:-4, 6:], 0, atol=1e-4)
    slope[12, 16] += 0.02
    dotted = np.asarray(layer(slope))
    assert (np.abs(dotted[12, 16, 3:]) > 0.1).all() and np.abs(dotted[..., 3:]).max() <= 1
    assert forgery.NoiseResidual.from_config(layer.get_config()).limit == layer.limit
    with pytest.raises(ValueError, match="limit"):
        forgery.NoiseResidual(limit=0)


def test_a_photo_is_checked_field_by_field(photo, recognizer):
    check = forgery.check_document(photo, recognizer)
    assert check.problem is None and check.page_format == "card"
    assert check.to_frame()["field"][0] == "identity_number" and check.score == check.fields["identity_number"]
    assert check.heat_map.shape == check.page.shape[:2] and 0 <= check.heat_map.min() <= check.heat_map.max() <= 1
    row, column = np.unravel_index(check.heat_map.argmax(), check.heat_map.shape)
    left, top, right, bottom = photo.document.fields["identity_number"].box
    scale = check.page.shape[1] / photo.document.image.shape[1]
    assert left - 10 < column / scale < right + 10 and top - 10 < row / scale < bottom + 10
    alone = forgery.check_document(photo.image, recognizer, corners=photo.corners)
    assert alone.fields == {} and alone.score > 0.8
    np.testing.assert_allclose(alone.heat_map, check.heat_map, atol=1e-6)
    large = forgery.check_document(np.repeat(np.repeat(photo.image, 2, 0), 2, 1), recognizer, corners=photo.corners * 2)
    np.testing.assert_allclose(large.heat_map, check.heat_map, atol=0.05)


def test_a_bad_photo_gets_a_reason_and_no_score(photo, recognizer):
    black = forgery.check_document(np.zeros((480, 640, 3), np.uint8), recognizer)
    assert black.problem == "no_document" and black.reason and black.score is None and black.heat_map is None
    small = forgery.check_document(photo.image[::4, ::4].copy(), recognizer, corners=photo.corners / 4)
    assert small.problem == "too_small" and "nearer" in small.reason and small.fields == {}
    long = forgery.check_document(photo.image, recognizer, corners=[[10, 10], [700, 10], [700, 110], [10, 110]])
    assert long.problem == "unknown_format" and long.score is None
    with pytest.raises(ValueError, match="problem"):
        forgery.show_check(black)


def test_bad_arguments_of_the_check_are_named(photo, recognizer):
    with pytest.raises(TypeError, match="Recognizer"):
        forgery.check_document(photo, recognizer.model)
    for other in (
        ir.Recognizer(ir.models.sequential_cnn((32, 32, 3), 3), ("a", "b", "c")),
        ir.Recognizer(ir.models.sequential_cnn((32, 32, 3), 2), ("genuine", "forged")),
    ):
        with pytest.raises(ValueError, match="a network of"):
            forgery.check_document(photo, other)
    with pytest.raises(TypeError, match="image"):
        forgery.check_document(7, recognizer, corners=photo.corners)
    with pytest.raises(ValueError, match="does not exist"):
        forgery.check_document("photo.jpg", recognizer, corners=photo.corners)
    with pytest.raises(ValueError, match="corners"):
        forgery.check_document(photo.image, recognizer, corners=[[0, 0]] * 4)
    for corners, message in ((np.zeros((3, 2)), "four corners"), (photo.corners + 5000, "outside")):
        with pytest.raises(ValueError, match=message):
            forgery.check_document(photo, recognizer, fields={"name": corners})


def test_the_figure_shows_page_and_heat_map(photo, recognizer):
    check = forgery.check_document(photo, recognizer)
    figure = forgery.show_check(check, np.eye(check.page.shape[0], check.page.shape[1]) > 0)
    assert len(figure.axes) == 3 and "(synthetic)" in figure.get_suptitle()


@settings(max_examples=30)
@given(arrays.arrays(bool, (12, 18)), st.floats(0.01, 1))
def test_overlap_of_a_mask_with_itself_and_its_opposite(mask, threshold):
    assert forgery.localisation_iou(mask, mask.astype(float), threshold) == 1
    assert forgery.localisation_iou(mask, (~mask).astype(float), threshold) == 0
    other = np.zeros((12, 18), bool)
    other[:6] = True
    assert 0 <= forgery.localisation_iou(mask, other.astype(float), threshold) <= 1


def test_overlap_is_exact_and_sizes_may_differ():
    mask = np.zeros((40, 60), bool)
    mask[10:20, 20:40] = True
    heat = np.zeros((40, 60))
    heat[10:20, 30:50] = 0.8
    assert forgery.localisation_iou(mask, heat) == pytest.approx(1 / 3)
    assert forgery.localisation_iou(mask, heat, 0.9) == 0
    assert forgery.localisation_iou(mask, np.full((4, 6), 0.7)) == pytest.approx(200 / 2400)
    for bad, error in ((mask.astype(int), TypeError), (mask[0], ValueError)):
        with pytest.raises(error, match="mask"):
            forgery.localisation_iou(bad, heat)
    for bad in (heat * 3, heat[0], np.full((4, 6), np.nan)):
        with pytest.raises(ValueError, match="heat_map"):
            forgery.localisation_iou(mask, bad)


def _cases(count: int, seed: int):
    """Half of the forgeries show in the picture, half in what is printed."""
    rng = np.random.default_rng(seed)
    page = documents.render("portrait_side", "lake", seed=5, pixels_per_mm=1, oversampling=1)
    right = consistency.check_consistency({"portrait_side": page.values})
    wrong = consistency.check_consistency({"portrait_side": page.values | {"birth_date": "1931-01-01"}})
    forged = np.arange(count) % 2 == 1
    seen = forged & (rng.random(count) < 0.5)
    scores = np.clip(rng.normal(np.where(seen, 0.8, 0.3), 0.12), 0, 1)
    return scores, [wrong if one and not visible else right for one, visible in zip(forged, seen)], forged, seen


def test_both_together_are_better_than_either():
    from sklearn.metrics import roc_auc_score

    combination = forgery.combine(*_cases(200, 1)[:3])
    scores, findings, forged, _ = _cases(200, 2)
    together = roc_auc_score(forged, combination.probability(scores, findings))
    alone = roc_auc_score(forged, scores), roc_auc_score(forged, [not one.consistent for one in findings])
    assert together > max(alone) + 0.1
    frame = combination.to_frame()
    assert tuple(frame["feature"]) == combining.FEATURES and frame["weight"][0] > 0 and frame["odds factor"][3] > 1
    again = forgery.Combination.from_dict(combination.to_dict())
    assert again == combination
    assert 0 < combination.probability([0.0, 1.0], findings[:2])[0] < 1


def test_bad_input_of_the_combination_is_named():
    scores, findings, forged, _ = _cases(40, 1)
    for arguments, error, message in (
        ((scores[:9], findings, forged), ValueError, "one score and one report"),
        ((scores, ["fine"] * 40, forged), TypeError, "ConsistencyReports"),
        ((scores + 2, findings, forged), ValueError, r"\[0, 1\]"),
        ((scores, findings, np.ones(40)), ValueError, "genuine and forged"),
        ((scores, findings, forged[:5]), ValueError, "forged must hold"),
        ((scores[:8], findings[:8], forged[:8]), ValueError, "at least 20"),
    ):
        with pytest.raises(error, match=message):
            forgery.combine(*arguments)
    with pytest.raises(ValueError, match="finite weights"):
        forgery.Combination((1.0,), 0.0, 20)


def test_a_network_says_of_a_page_what_it_says_of_a_crop_of_it():
    model = forgery.detector(seed=4)
    assert model.input_shape[1:] == (*windows.SHAPE, 3)
    page = np.random.default_rng(1).integers(0, 256, (240, 328, 3), dtype=np.uint8)
    found = networks.evidence_on(model, page)
    assert found.shape == (30, 41) and found.dtype == np.float32
    part = networks.evidence_on(model, page[40:200, 80:272])
    np.testing.assert_allclose(found[5:25, 10:34][9:-9, 9:-9], part[9:-9, 9:-9], atol=1e-3)


@pytest.mark.slow
def test_the_detector_learns_places():
    """Pictures of the data set's form, with a bright patch at the place that their sources tell."""
    rng = np.random.default_rng(0)
    count = 64
    images = rng.normal(120, 6, (count, *windows.SHAPE, 3))
    labels, lefts = np.arange(count) % 2, rng.integers(0, 96, count)
    for image, label, left in zip(images, labels, lefts):
        image[16:48, left : left + 32] += 60 * label
    text = "person 000001, passport/lagoon, camera 001, photo {}, place {} 16 {} 48, field name, kind splice"
    sources = np.array([text.format(number, left, left + 32) for number, left in enumerate(lefts)], dtype=object)
    pictures = ir.Split(np.clip(images, 0, 255).astype(np.uint8), labels, class_names=("genuine", "forged"),
                        sources=sources, synthetic=True)  # fmt: skip
    card = ir.datasets.card("forged-documents")
    dataset = ir.ImageDataset(pictures.subset(np.arange(48)), pictures.subset(np.arange(48, 64)), None, card=card)
    first, second = forgery.detector(seed=1), forgery.detector(seed=1)
    history = forgery.train_detector(first, dataset, epochs=6, learning_rate=0.01, seed=2)
    again = forgery.train_detector(second, dataset, epochs=6, learning_rate=0.01, seed=2)
    assert history["loss"] == pytest.approx(again["loss"], rel=1e-3) and len(history["validation_loss"]) == 6
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert ir.evaluate(first, dataset.validation, resamples=0)["roc_auc"].value > 0.9
    forged = dataset.validation.labels == 1
    maps = ir.explain.grad_cam(first, dataset.validation.images[forged], 1)
    assert np.nanmean(ir.explain.mass_inside(maps, forgery.places_in(dataset.validation)[forged])) > 0.3

    with pytest.raises(TypeError, match="evidence for places"):
        forgery.train_detector(ir.models.sequential_cnn((64, 128, 3), 2), dataset)
    with pytest.raises(ValueError, match="build it with"):
        forgery.train_detector(forgery.detector((32, 64, 3)), dataset)
    with pytest.raises(ValueError, match="epochs"):
        forgery.train_detector(first, dataset, epochs=0)


def test_the_heat_map_is_as_fine_as_the_evidence(photo):
    recognizer = ir.Recognizer(forgery.detector(seed=3), ("genuine", "forged"))
    check = forgery.check_document(photo, recognizer)
    assert check.heat_map.shape == check.page.shape[:2] and 0 <= check.heat_map.min() <= check.heat_map.max() <= 1
    assert len(np.unique(check.heat_map.round(5))) > 1000
    quick = forgery.check_document(photo, recognizer, heat_map=False)
    assert quick.heat_map is None and quick.fields == pytest.approx(check.fields, abs=1e-5)
    with pytest.raises(ValueError, match="nothing is asked"):
        forgery.check_document(photo.image, recognizer, corners=photo.corners, heat_map=False)
    with pytest.raises(ValueError, match="heat_map"):
        forgery.show_check(quick)


def test_small_pictures_are_refused():
    for shape in ((16, 128, 3), (64, 128, 2), (64, 128)):
        with pytest.raises(ValueError, match="image_shape"):
            forgery.detector(shape)


@pytest.mark.slow
def test_a_trial_looks_at_forged_pages_and_placebos(recognizer):
    pages = forgery.try_pages(recognizer, 8, seed=4)
    assert [one.forged for one in pages] == [False, True] * 4
    assert {one.made.kind for one in pages} == {"portrait_swap", "field_edit"}
    assert all(one.check.fields and one.check.heat_map is None for one in pages)
    assert all(one.report.consistent for one in pages if not one.forged)
    again = forgery.try_pages(recognizer, 2, seed=4)
    assert [one.check.score for one in again] == [one.check.score for one in pages[:2]]
    with pytest.raises(ValueError, match="count"):
        forgery.try_pages(recognizer, 1)
    with pytest.raises(TypeError, match="Recognizer"):
        forgery.try_pages("model", 4)


@pytest.fixture(scope="module")
def pages():
    """A few photographed pages with their traces, as the data set makes them."""
    plans = plan_photos(4, seed=3, classes=("portrait_side", "id_card_td1"))
    about = data_set._Photos(12, "scan", ("field_edit", "splice"), 0.2, 0.5, True)
    return [about.take(plan) for plan in plans]


def _patched(seed: int) -> np.ndarray:
    """A striped page with two lines of letters, 300 × 400 pixels."""
    rng = np.random.default_rng(seed)
    page = np.full((300, 400, 3), 205.0) + rng.normal(0, 2, (300, 400, 1))
    page[:, ::12] -= 6
    for top in range(40, 260, 50):
        page[top : top + 20, 40:360:9] -= 110
    return page


@pytest.fixture(scope="module")
def table():
    """Rows of striped pages on which every second line lies on a patch of another tone."""
    rows = []
    for seed in range(14):
        page = _patched(seed)
        listed = [Place(f"line_{top}", "text", (34, top - 6, 366, top + 26)) for top in range(40, 260, 50)]
        forged = (np.arange(len(listed)) + seed) % 2 == 0
        for place, label in zip(listed, forged):
            left, top, right, bottom = place.box
            page[top:bottom, left:right] += 5 * label
        measured = forgery.trace_features(np.clip(page, 0, 255).astype(np.uint8), listed)
        rows.append(pd.DataFrame(measured, columns=forgery.TRACES).assign(forged=forged, photo=seed))
    return pd.concat(rows, ignore_index=True)


def test_traces_tell_a_patch_from_paper(table):
    train, later = table[table["photo"] < 10], table[table["photo"] >= 10]
    found = forgery.fit_traces(train, trees=50, seed=1)
    scores, forged = found.score(later), later["forged"].to_numpy()
    assert scores[forged].min() > scores[~forged].max()
    assert found.importances().sum() == pytest.approx(1) and set(found.importances().index) == set(forgery.TRACES)
    np.testing.assert_array_equal(forgery.fit_traces(train, trees=50, seed=1).score(later), scores)
    assert found.score_places(np.zeros((20, 30, 3), np.uint8), []).shape == (0,)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 80), st.integers(0, 50), st.integers(1, 40), st.integers(1, 30), st.integers(0, 2))
def test_traces_are_finite_wherever_the_place_lies(left, top, wide, high, sort):
    page = np.random.default_rng(0).integers(0, 256, (80, 120, 3), dtype=np.uint8)
    place = Place("name", places.SORTS[sort], (left, top, left + wide, top + high))
    found = forgery.trace_features(page, [place, Place("portrait", "portrait", (0, 0, 9, 9))])
    assert found.shape == (2, len(forgery.TRACES)) and np.isfinite(found).all()
    assert np.isfinite(forgery.trace_features(np.full_like(page, 200), [place])).all()


def test_light_and_layout_of_the_page_cancel_out():
    """What every line of a page has is no trace: only the difference from the others tells."""
    page = np.clip(_patched(1), 0, 255).astype(np.uint8)
    listed = [Place(f"line_{top}", "text", (34, top - 6, 366, top + 26)) for top in range(40, 260, 50)]
    found = pd.DataFrame(forgery.trace_features(page, listed), columns=forgery.TRACES)
    darker = pd.DataFrame(forgery.trace_features((page * 0.8).astype(np.uint8), listed), columns=forgery.TRACES)
    own, relative = "ink, red", "ink, red; difference from its like"
    assert (found[own] - darker[own]).mean() > 15
    assert np.abs(found[relative] - darker[relative]).max() < 3


def test_places_are_fields_and_characters():
    page = np.zeros((300, 500, 3), np.uint8)
    boxes = {"name": (10, 10, 90, 30), "identity_number": (10, 200, 370, 230), "specimen": (0, 0, 400, 200)}
    texts = {"name": "YANG", "identity_number": "990225197207026996"}
    found = places.places_on(boxes, texts, page)
    assert [one.sort for one in found].count("character") == 18 and {one.field for one in found} == set(texts)
    assert found[0].box == (6, 6, 94, 34)
    assert len(places.places_on(boxes, texts, page, most=5, seed=1)) == 2 + 5
    assert places.places_on(boxes, texts, page, most=5, seed=1) == places.places_on(boxes, texts, page, most=5, seed=1)


def test_a_table_holds_what_was_looked_at_and_the_rest_of_the_page(pages):
    table = forgery.place_table(pages)
    asked = table[table["asked"]]
    assert len(table) == sum(len(page.traces) for page in pages) and set(forgery.TRACES) <= set(table.columns)
    assert 0 < asked["forged"].sum() < len(asked) and not table.loc[~table["asked"], "forged"].any()
    assert set(asked["kind"]) == {"field_edit", "splice"} and (table.loc[~table["asked"], "kind"] == "").all()
    assert not (asked["placebo"] & asked["forged"]).any()
    assert np.isfinite(table[list(forgery.TRACES)].to_numpy()).all()
    whole = pd.concat([table.assign(person=f"person {number}") for number in range(8)], ignore_index=True)
    parts = forgery.split_places(whole, "person", validation=0.2, test=0.3, seed=1)
    people = [set(part["person"]) for part in parts.values()]
    assert not (people[0] & people[1] or people[0] & people[2] or people[1] & people[2])
    assert parts["test"]["asked"].all() and not parts["train"]["asked"].all()
    assert set(forgery.split_places(whole, "random", seed=1)) == {"train", "validation", "test"}
    with pytest.raises(ValueError, match="split_by"):
        forgery.split_places(whole, "colour")


def test_traces_on_a_photo(photo, table):
    """The patched field of the photo is red; it is scored as a whole and character by character."""
    detector = forgery.fit_traces(table, trees=50)
    check = forgery.check_document(photo, detector)
    assert check.problem is None and set(check.fields) == set(photo.fields) - {"specimen"}
    assert check.score == max(check.fields.values()) and check.heat_map.max() == pytest.approx(check.score)
    assert forgery.check_document(photo, detector, heat_map=False).heat_map is None
    with pytest.raises(ValueError, match="name them"):
        forgery.check_document(photo.image, detector, corners=photo.corners)
    place = Place("name", "text", (9, 9, 12, 12))
    for bad, message in ((np.zeros((4, 4)), "uint8"), (np.zeros((4, 4, 3), np.uint8), "does not lie")):
        with pytest.raises(ValueError, match=message):
            forgery.trace_features(bad, [place])
    with pytest.raises(ValueError, match="lacks"):
        detector.score(table[["forged"]])
    with pytest.raises(ValueError, match="trees"):
        forgery.fit_traces(table, trees=1)
    with pytest.raises(ValueError, match="genuine and forged"):
        forgery.fit_traces(table[table["forged"]])


def test_bad_arguments_of_pages_are_named(pages):
    for arguments, message in (
        ({"count": 4}, "count"), ({"kinds": "erase"}, "kinds"), ({"skill": 3}, "skill"), ({"placebo": -1}, "placebo"),
        ({"crops_per_photo": 1}, "crops_per_photo"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            forgery.forged_pages(**arguments)
    for arguments, message in (
        ({"split_by": "colour"}, "split_by"),
        ({"test": 2}, "test"),
        ({"shortcut": "x"}, "shortcut"),
    ):
        with pytest.raises(ValueError, match=message):
            forgery.crops_of_pages(pages, **arguments)
