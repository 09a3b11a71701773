"""Boxes found and measured: targets and back, overlaps, average precision, thresholds for counting, the detector."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf import models
from imgrec_tf.medical import detection

_NAMES = ("cell", "dirt")


def _found(boxes, labels, scores, name="one") -> detection.Found:
    return detection.Found(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64),
        np.array(scores, np.float32),
        _NAMES,
        name,
    )


def _split(boxes, labels, groups=None) -> detection.BoxSplit:
    return detection.BoxSplit(
        tuple(np.zeros((64, 64, 3), np.uint8) for _ in boxes),
        tuple(np.array(one, np.float32).reshape(-1, 4) for one in boxes),
        tuple(np.array(one, np.int64) for one in labels),
        _NAMES,
        tuple(f"picture {place}" for place in range(len(boxes))),
        groups,
    )


# ---- overlaps, targets, decoding -----------------------------------------------------------------------------------


def test_overlaps_by_hand():
    boxes, others = [[0, 0, 4, 4], [10, 10, 12, 12], [5, 5, 5, 9]], [[2, 0, 6, 4], [0, 0, 4, 4]]
    assert np.allclose(detection.box_ious(boxes, others), [[8 / 24, 1], [0, 0], [0, 0]])
    assert detection.box_areas(boxes).tolist() == [16, 4, 0]
    assert detection.box_ious(np.zeros((0, 4)), others).shape == (0, 2)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_overlaps_are_symmetric_and_at_most_one(seed):
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 20, (2, 5, 2))
    boxes, others = np.concatenate([low, low + rng.uniform(0.5, 20, low.shape)], axis=2)
    ious = detection.box_ious(boxes, others)
    assert np.allclose(ious, detection.box_ious(others, boxes).T) and ious.min() >= 0 and ious.max() <= 1
    assert np.allclose(np.diag(detection.box_ious(boxes, boxes)), 1)


@settings(max_examples=25, deadline=None)
@given(
    left=st.floats(0, 40),
    top=st.floats(0, 40),
    width=st.floats(3, 24),
    height=st.floats(3, 24),
    label=st.integers(0, 1),
)
def test_decoding_gives_the_box_that_the_targets_were_made_from(left, top, width, height, label):
    box = np.array([[left, top, left + width, top + height]], np.float32)
    centres, answers = detection.centre_targets(box, np.array([label]), 2, 16, 16, 4)
    assert (centres == 1).sum() == 1 and centres.max(axis=(0, 1))[label] == 1
    decoded = detection.boxes_of({"centres": centres[None], "boxes": answers[None, ..., :4]}, 4, lowest=0.99)[0]
    if answers[..., 4].any():  # a place of the grid has its middle in the box, near its centre
        assert answers[..., 4].sum() == pytest.approx(np.log(max(width * height, 2)), rel=1e-3)
        row, column, _ = np.unravel_index(centres.argmax(), centres.shape)
        if answers[row, column, 4]:
            assert decoded[1].tolist() == [label] and np.allclose(decoded[0], box, atol=1e-3)


def test_of_two_objects_the_smaller_one_keeps_its_places():
    boxes = np.array([[0, 0, 60, 60], [26, 26, 38, 38]], np.float32)
    centres, answers = detection.centre_targets(boxes, np.array([0, 1]), 2, 16, 16, 4)
    assert np.allclose(answers[8, 8, :4], [34 - 26, 34 - 26, 38 - 34, 38 - 34])
    assert centres[..., 0].max() == 1 and centres[..., 1].max() == 1
    empty = detection.centre_targets(np.zeros((0, 4)), np.zeros(0, int), 2, 4, 4, 4)
    assert not empty[0].any() and not empty[1].any()


def _answers(places, size: int = 8, classes: int = 2):
    """Answers with a score and a half side of a box at some places: (row, column, label, score, half)."""
    centres, boxes = np.zeros((1, size, size, classes), np.float32), np.ones((1, size, size, 4), np.float32)
    for row, column, label, score, half in places:
        centres[0, row, column, label], boxes[0, row, column] = score, half
    return {"centres": centres, "boxes": boxes}


def test_boxes_that_overlap_too_much_are_one_object_unless_their_classes_differ():
    answers = _answers([(2, 2, 0, 0.9, 10), (2, 4, 0, 0.8, 10), (2, 6, 1, 0.7, 10)])
    for overlap, kept in ((0.5, [0.9, 0.8, 0.7]), (0.3, [0.9, 0.7])):  # neighbours share 240 of 560 pixels: .43
        _, labels, scores = detection.boxes_of(answers, 4, overlap=overlap)[0]
        assert np.allclose(scores, kept) and labels.tolist() == [0] * (len(kept) - 1) + [1]


def test_only_peaks_are_centres_and_scores_too_low_are_left_out():
    answers = _answers([(2, 2, 0, 0.9, 4), (2, 3, 0, 0.8, 4), (6, 6, 0, 0.01, 4)])
    assert len(detection.boxes_of(answers, 4, overlap=1.0)[0][0]) == 1
    assert len(detection.boxes_of(answers, 4, overlap=1.0, peaks=False)[0][0]) == 2
    assert len(detection.boxes_of(answers, 4, overlap=1.0, lowest=0.0, most=5)[0][0]) <= 5
    for wrong in ({"overlap": 1.5}, {"lowest": -1}, {"most": 0}):
        with pytest.raises(ValueError):
            detection.boxes_of(answers, 4, **wrong)


# ---- average precision ---------------------------------------------------------------------------------------------

_TWO = [[0, 0, 10, 10], [20, 20, 30, 30]]


def _precision(found, boxes=(_TWO,), labels=((0, 0),)):
    return detection.average_precision(boxes, labels, found, 2)


def test_average_precision_by_hand():
    assert np.allclose(_precision([(_TWO, [0, 0], [0.9, 0.8])])[:, 0], 1)
    # One of two found, nothing wrong: precision 1 up to a recall of .5, which 51 of the 101 values reach.
    assert np.allclose(_precision([(_TWO[:1], [0], [0.9])])[:, 0], 51 / 101)
    # Right, wrong, right: precision 1 up to .5, then 2 / 3.
    three = [_TWO[0], [40, 40, 50, 50], _TWO[1]]
    assert np.allclose(_precision([(three, [0] * 3, [0.9, 0.8, 0.7])])[:, 0], (51 + 50 * 2 / 3) / 101)
    # The wrong one first: 1 / 2, then 2 / 3, and precision never rises with recall, so 2 / 3 everywhere.
    assert np.allclose(_precision([(three, [0] * 3, [0.7, 0.9, 0.8])])[:, 0], 2 / 3)


def test_average_precision_asks_for_overlap_and_counts_an_object_once():
    shifted = [[0, 0, 10, 7], _TWO[1]]  # overlap .70 with the first
    by_overlap = _precision([(shifted, [0, 0], [0.9, 0.8])])[:, 0]
    assert np.allclose(by_overlap[:4], 1) and (by_overlap[5:] < 0.6).all()
    twice = [_TWO[0], _TWO[0], _TWO[1]]
    assert np.allclose(_precision([(twice, [0] * 3, [0.9, 0.8, 0.7])])[:, 0], (51 + 50 * 2 / 3) / 101)


def test_average_precision_of_nothing():
    assert np.allclose(_precision([([], [], [])])[:, 0], 0)
    precision = _precision([(_TWO, [0, 1], [0.9, 0.8])])
    assert np.isnan(precision[:, 1]).all() and np.allclose(precision[:, 0], 51 / 101)
    with pytest.raises(ValueError, match="give one"):
        _precision([])


def test_equal_scores_are_no_reason_to_fail():
    values = _precision([(_TWO, [0, 0], [0.5, 0.5])])
    assert np.allclose(values[:, 0], 1)


# ---- measuring -----------------------------------------------------------------------------------------------------


def test_measuring_perfect_answers_and_counts():
    split = _split([_TWO, _TWO[:1]], [[0, 1], [0]])
    found = [_found(one, two, np.linspace(0.9, 0.8, len(two))) for one, two in zip(split.boxes, split.labels)]
    scores = detection.measure_boxes(split, found, (0.5, 0.5), resamples=20)
    assert scores["map50"].value == scores["map"].value == 1 and scores["count_exact cell"].value == 1
    assert scores["count_error dirt"].value == 0
    assert scores.per_picture["true"].tolist() == [1, 1, 1, 0]
    strict = detection.measure_boxes(split, found, (0.95, 0.5), resamples=20)
    assert strict["map50"].value == 1 and strict["count_error cell"].value == -1
    with pytest.raises(KeyError, match="known are map50"):
        scores["accuracy"]


def test_intervals_hold_the_value_and_count_groups():
    rng = np.random.default_rng(0)
    split = _split([_TWO] * 12, [[0, 1]] * 12, np.repeat(["a", "b", "c", "d"], 3))
    found = [_found(_TWO[: (1 + place % 2)], [0, 1][: 1 + place % 2], rng.random(1 + place % 2)) for place in range(12)]
    scores = detection.measure_boxes(split, found, (0.0, 0.0), resamples=50, seed=1)
    for name in ("map50", "ap50 dirt", "count_error dirt", "count_exact dirt"):
        assert scores[name].low <= scores[name].value <= scores[name].high
    assert "4 groups" in scores["map50"].method
    assert scores["count_exact dirt"].value == pytest.approx(0.5)
    again = detection.measure_boxes(split, found, (0.0, 0.0), resamples=50, seed=1)
    assert again.to_frame().equals(scores.to_frame())


def test_measuring_refuses_what_does_not_fit():
    split, found = _split([_TWO], [[0, 1]]), [_found(_TWO, [0, 1], [0.9, 0.8])]
    for arguments, message in (
        ((split, [], (0.5, 0.5)), "one for each"),
        ((split, found, (0.5,)), "2 classes and 1 thresholds"),
    ):
        with pytest.raises(ValueError, match=message):
            detection.measure_boxes(*arguments)
    with pytest.raises(ValueError, match="resamples"):
        detection.measure_boxes(split, found, (0.5, 0.5), resamples=0)


# ---- thresholds for counting ---------------------------------------------------------------------------------------


def test_the_threshold_that_counts_best_is_the_middle_of_the_longest_row():
    assert detection.choose_threshold([np.array([0.9, 0.2]), np.array([0.8, 0.3])], np.array([1, 1])) == 0.55
    assert detection.choose_threshold([np.array([0.9, 0.6])], np.array([2])) == pytest.approx(0.32, abs=0.011)
    with pytest.raises(ValueError, match="one for each"):
        detection.choose_threshold([], np.array([]))


def test_counts_of_validation_make_rules_and_intervals():
    from imgrec_tf.medical.detection.counting import count_rules, interval_of

    split = _split([_TWO] * 19, [[0, 1]] * 19)
    boxes = [*_TWO, _TWO[0]]
    found = [_found(boxes, [0, 1, 1], [0.9 + 0.001 * place, 0.8, 0.3 if place else 0.85]) for place in range(19)]
    cell, dirt = count_rules(found, split)
    assert cell.errors == (0,) * 19 and cell.note == "" and cell.row()["exact"] == 1
    assert dirt.errors == (1, *[0] * 18) and dirt.objects == 19
    assert interval_of(dirt, 0.9) == 0 and interval_of(dirt, 0.95) == 1 and interval_of(dirt, 0.99) == np.inf
    with pytest.raises(ValueError, match="coverage"):
        interval_of(dirt, 1.0)


def test_a_class_absent_from_validation_and_scores_all_equal_are_told():
    from imgrec_tf.medical.detection.counting import count_rules

    split = _split([_TWO, _TWO], [[0, 0], [0, 0]])
    with pytest.warns(UserWarning, match="dirt: absent from validation"):
        cell, dirt = count_rules([_found(_TWO, [0, 0], [0.9, 0.8])] * 2, split)
    assert dirt.threshold == 0.4 and "default" in dirt.note and not cell.note
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        cell, _ = count_rules([_found(_TWO, [0, 0], [0.5, 0.5])] * 2, split)
    assert "all scores are equal" in cell.note and len(told) == 2


# ---- the detector --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def phantom() -> detection.BoxDataset:
    return detection.blood_phantom(12, height=64, width=80, seed=2)


@pytest.fixture(scope="module")
def run(phantom) -> detection.DetectionRun:
    model = models.detector(3, filters=(8, 12, 16), blocks=(0, 1), neck=8, seed=0)
    return detection.train_detector(phantom, model=model, epochs=3, batches=8, batch_size=4, seed=0, progress=False)


def test_training_lowers_the_loss_and_keeps_the_best_epoch(run, phantom):
    assert run.history["loss"].iloc[-1] < run.history["loss"].iloc[0]
    assert run.best_epoch == run.history["validation_ap50"].iloc[::-1].idxmax() + 1
    assert run.detector.size == (64, 80) and run.synthetic and "kept epoch" in repr(run)
    assert run.plot().axes
    found = [(one.boxes, one.labels, one.scores) for one in run.detector.candidates(phantom.validation)]
    value = np.nanmean(detection.average_precision(phantom.validation.boxes, phantom.validation.labels, found, 3)[0])
    assert value == pytest.approx(run.history["validation_ap50"].max())


def test_detector_takes_arrays_paths_and_pictures_of_other_sizes(run, tmp_path):
    from PIL import Image

    image = np.random.default_rng(0).integers(0, 256, (50, 90, 3), np.uint8)
    Image.fromarray(image).save(tmp_path / "one.png")
    arrays = run.detector.candidates([image, image[:40]])
    paths = run.detector.candidates([tmp_path / "one.png", Image.fromarray(image)])
    assert np.array_equal(arrays[0].boxes, paths[0].boxes) and np.array_equal(arrays[0].boxes, paths[1].boxes)
    assert paths[0].name.endswith("one.png")
    for found in arrays:
        assert (found.boxes[:, 2] <= 90).all() and (np.diff(found.scores) <= 0).all()
    assert (arrays[1].boxes[:, 3] <= 40).all()
    assert list(arrays[0].to_frame()) == ["picture", "class", "score", "left", "top", "right", "bottom"]
    for wrong in (image, "one.png", tmp_path / "one.png", Image.fromarray(image)):
        with pytest.raises(TypeError, match="several pictures"):
            run.detector.detect(wrong)


def test_counts_come_with_intervals_after_a_choice(run, phantom):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tuned = run.detector.tuned(phantom.validation)
    before, after = run.detector.count(phantom.test), tuned.count(phantom.test, coverage=0.5)
    assert np.isinf(before["high"]).all() and (before["low"] == 0).all()
    assert np.isfinite(after["high"]).all() and (after["low"] <= after["count"]).all()
    assert len(after) == 3 * len(phantom.test)
    assert tuned.rules_frame()["class"].tolist() == list(phantom.class_names)
    with pytest.raises(ValueError, match="classes"):
        run.detector.tuned(_split([_TWO], [[0, 1]]))


def test_a_detector_is_saved_whole_and_read_again(run, phantom, tmp_path):
    path = run.detector.save(tmp_path / "my.detector")
    again = detection.Detector.load(path)
    assert again.rules == run.detector.rules and again.fill == run.detector.fill and again.size == (64, 80)
    for one, other in zip(run.detector.candidates(phantom.test), again.candidates(phantom.test)):
        assert np.allclose(one.boxes, other.boxes, atol=1e-4)
    assert [one.name for one in tmp_path.iterdir()] == ["my.detector"]
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(ValueError, match="damaged"):
        detection.Detector.load(path)
    with pytest.raises(FileNotFoundError, match=r"Detector\.save"):
        detection.Detector.load(tmp_path / "other.detector")
    with pytest.raises(FileNotFoundError, match="create it first"):
        run.detector.save(tmp_path / "none" / "my.detector")


def test_training_refuses_what_cannot_work(phantom):
    for options, error, message in (
        ({"epochs": 0}, ValueError, "epochs"),
        ({"batches": 1.5}, TypeError, "batches"),
        ({"size": (64, 70)}, ValueError, "multiples of 16"),
        ({"size": (64,)}, ValueError, "height and width"),
        ({"crop": 40}, ValueError, "multiple of 16"),
        ({"learning_rate": 0}, ValueError, "learning_rate"),
        ({"model": models.unet()}, ValueError, "centres and boxes"),
        ({"model": "detector"}, TypeError, "Keras model"),
        ({"model": models.detector(2, filters=(4, 4, 4), blocks=(0, 0), neck=4)}, ValueError, "2 classes"),
    ):
        with pytest.raises(error, match=message):
            detection.train_detector(phantom, progress=False, **options)


def test_a_class_without_a_training_box_is_named():
    images, parts = [np.zeros((32, 32), np.uint8)] * 3, ["train", "validation", "test"]
    dataset = detection.from_arrays(images, [[[2, 2, 20, 20]]] * 3, [[0]] * 3, ["cell", "dirt"], parts=parts)
    with pytest.raises(ValueError, match="box of dirt"):
        detection.train_detector(dataset)


def test_suggested_size_looks_at_small_objects():
    def split(side: float, height: int = 480, width: int = 640):
        image = np.zeros((height, width, 3), np.uint8)
        return detection.BoxSplit((image,), (np.array([[0, 0, side, side]]),), (np.array([0]),), ("a",), ("one",))

    assert detection.suggested_size(split(100)) == (224, 288)
    assert detection.suggested_size(split(20)) == (336, 448)
    assert detection.suggested_size(split(3)) == (480, 640)
    assert detection.suggested_size(split(3, 60, 40)) == (64, 48)


# ---- figures -------------------------------------------------------------------------------------------------------


def test_figures_name_synthetic_data_and_refuse_what_does_not_fit(run, phantom):
    part = phantom.test.subset([0, 1])
    found = run.detector.detect(part)
    assert "(synthetic)" in detection.show_boxes(part, found).get_suptitle()
    assert "white cell vermillion" in phantom.test.preview(2).get_suptitle().replace("\n", " ")
    with pytest.raises(ValueError, match="one for each"):
        detection.show_boxes(part, found[:1])
    with pytest.raises(ValueError, match="no pictures"):
        detection.show_boxes(part.subset([]))
    scores = detection.measure_boxes(part, run.detector.candidates(part), run.detector.thresholds, resamples=5)
    assert len(detection.plot_counts(scores).axes) == 3


def test_boxed_draws_inside_of_the_picture():
    made = detection.boxed(
        np.zeros((40, 50, 3), np.uint8), np.array([[0, 0, 50, 40], [60, 5, 70, 9]]), np.array([0, 1])
    )
    assert made.shape == (280, 350, 3) and made[0, 100].any() and made[-1, 100].any() and not made[140, 100].any()
