"""Objects from masks and scores, their measures, tiles, and a short training."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from imgrec_tf import models
from imgrec_tf.medical import segmentation

MASKS = st_numpy.arrays(np.int64, (8, 8), elements=st.integers(0, 4))


def _discs(*centres: tuple[float, float], radius: float = 8, size: int = 48) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size]
    mask = np.zeros((size, size), np.int32)
    for number, (row, column) in enumerate(centres, 1):
        mask[np.hypot(rows - row, columns - column) < radius] = number
    return mask


# ---- measures ------------------------------------------------------------------------------------------------------


@given(MASKS, MASKS)
def test_measures_stay_in_range_and_perfect_is_one(truth, prediction):
    for measure in (segmentation.dice, segmentation.iou):
        assert 0 <= measure(truth, prediction) <= 1
        assert measure(truth, truth) == 1
        assert measure(truth, prediction) == measure(prediction, truth)
    precision = segmentation.average_precision(truth, prediction)
    assert precision.shape == (10,) and (np.diff(precision) <= 0).all()
    assert np.array_equal(segmentation.average_precision(truth, truth), np.ones(10))


@given(MASKS, st.permutations([1, 2, 3, 4]))
def test_the_numbers_of_the_objects_do_not_matter(truth, order):
    renamed = np.array([0, *order])[truth] * 50
    assert np.array_equal(segmentation.average_precision(truth, renamed), np.ones(10))


def test_average_precision_counts_as_the_data_science_bowl_did():
    truth = np.zeros((10, 30), int)
    truth[:, :10], truth[:, 10:20] = 1, 2
    found = np.zeros_like(truth)
    found[:, :8] = 1  # overlap .8 with the first
    found[:, 12:24] = 2  # 8 of 14 columns: .571 with the second
    found[0, 28] = 3  # nothing there
    expected = [2 / 3] * 2 + [1 / 4] * 4 + [0] * 4  # .50, .55 | .60 to .75 | .80 is not ABOVE .80
    assert np.allclose(segmentation.average_precision(truth, found), expected)
    assert np.allclose(segmentation.object_ious(truth, found), [[0.8, 0, 0], [0, 8 / 14, 0]])
    merged = (truth > 0).astype(int)
    assert segmentation.dice(truth, merged) == 1 and not segmentation.average_precision(truth, merged).any()


def test_empty_masks_score_one_only_where_nothing_is_found():
    empty, full = np.zeros((6, 6), int), np.ones((6, 6), int)
    assert segmentation.dice(empty, empty) == segmentation.iou(empty, empty) == 1
    assert (segmentation.average_precision(empty, empty) == 1).all()
    assert (segmentation.average_precision(empty, full) == 0).all()
    assert (segmentation.average_precision(full, empty) == 0).all()
    with pytest.raises(ValueError, match="6 × 5"):
        segmentation.dice(empty, np.zeros((6, 5), int))
    with pytest.raises(ValueError, match=r"below 0\.5"):
        segmentation.average_precision(full, full, (0.4,))


def _split(count: int = 6, groups=None) -> segmentation.MaskSplit:
    masks = tuple(_discs((12, 12), (30, 30)) for _ in range(count))
    images = tuple((200 * (mask > 0)).astype(np.uint8) for mask in masks)
    names = tuple(f"picture {place}" for place in range(count))
    return segmentation.MaskSplit(images, masks, names, groups, "test")


def test_measure_masks_gives_means_and_intervals_by_picture_and_by_group():
    split = _split()
    found = [_discs((12, 12)) if place % 2 else mask for place, mask in enumerate(split.masks)]
    scores = segmentation.measure_masks(split, found)
    assert scores["average_precision_50"].value == pytest.approx(0.75)
    assert scores["count_error"].value == -0.5 and scores["absolute_count_error"].value == 0.5
    assert scores["dice"].low < scores["dice"].value < scores["dice"].high <= 1
    assert list(scores.per_picture["found"]) == [2, 1] * 3
    frame = scores.to_frame()
    assert {"dice", "iou", "average_precision", "count_error"} <= set(frame["metric"])
    again = segmentation.measure_masks(split, found)
    assert (again["dice"].low, again["dice"].high) == (scores["dice"].low, scores["dice"].high)
    alike = segmentation.measure_masks(_split(groups=np.array(list("aabbcc"))), sorted(found, key=np.sum))
    assert "groups" in alike["dice"].method
    with pytest.raises(KeyError, match="known are"):
        scores["accuracy"]


def test_measure_masks_refuses_what_does_not_fit():
    split = _split(3)
    with pytest.raises(ValueError, match="3 pictures and 2 predictions"):
        segmentation.measure_masks(split, split.masks[:2])
    with pytest.raises(ValueError, match="prediction of picture 1"):
        segmentation.measure_masks(split, [split.masks[0], split.masks[1][:5], split.masks[2]])


# ---- objects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("light_ground", [False, True])
def test_otsu_finds_bright_and_dark_objects(light_ground):
    mask = _discs((12, 12), (34, 34))
    rng = np.random.default_rng(0)
    picture = 60 + 120 * (mask > 0) + rng.normal(0, 5, mask.shape)
    picture = (255 - picture if light_ground else picture).astype(np.uint8)
    found = segmentation.connected_objects(segmentation.otsu_mask(picture))
    assert segmentation.dice(mask, found) > 0.93 and found.max() == 2
    assert not segmentation.otsu_mask(np.full((20, 20), 9, np.uint8)).any()


def test_watershed_cuts_touching_objects_that_regions_leave_together():
    mask = _discs((24, 17), (24, 31))
    assert segmentation.connected_objects(mask).max() == 1
    cut = segmentation.split_touching(mask)
    assert cut.max() == 2 and segmentation.average_precision(mask, cut, (0.8,))[0] == 1
    assert np.array_equal(cut > 0, mask > 0)
    assert segmentation.split_touching(np.zeros((9, 9), bool)).max() == 0
    assert segmentation.split_touching(_discs((24, 24), radius=1.5), smallest=12).max() == 0
    with pytest.raises(ValueError, match="depth"):
        segmentation.split_touching(mask, depth=-1)


def test_perfect_scores_give_back_the_objects():
    mask = _discs((20, 14), (20, 29), (38, 38))
    scores = np.eye(3, dtype=np.float32)[segmentation.pixel_classes(mask)]
    found = segmentation.objects_from_scores(scores)
    assert found.max() == 3 and segmentation.average_precision(mask, found, (0.9,))[0] == 1
    unsure = np.zeros((12, 12, 3), np.float32)
    unsure[..., 2], unsure[..., 1] = 0.6, 0.4  # no seed anywhere: still one object
    assert segmentation.objects_from_scores(unsure).max() == 1
    assert segmentation.objects_from_scores(np.eye(3)[np.zeros((9, 9), int)]).max() == 0
    with pytest.raises(ValueError, match="background, inside, border"):
        segmentation.objects_from_scores(scores[..., :2])
    with pytest.raises(ValueError, match="marker_threshold"):
        segmentation.objects_from_scores(scores, marker_threshold=1.0)


# ---- tiles ---------------------------------------------------------------------------------------------------------


def _pixelwise() -> keras.Model:
    """A model that looks at one pixel at a time: tiles cannot change its answer."""
    pixels = keras.Input((None, None, 1))
    return keras.Model(pixels, keras.layers.Conv2D(3, 1, activation="softmax")(pixels))


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 90), st.integers(3, 90), st.integers(0, 16))
def test_tiles_cover_pictures_of_any_size(height, width, overlap):
    model = test_tiles_cover_pictures_of_any_size.model
    picture = np.random.default_rng(0).integers(0, 256, (height, width), dtype=np.uint8)
    scores = segmentation.pixel_scores(model, picture, tile=32, overlap=overlap)
    whole = np.asarray(model(segmentation.network_input(picture)[None, ..., None]))[0]
    assert scores.shape == (height, width, 3)
    assert np.allclose(scores, whole, atol=1e-5)


test_tiles_cover_pictures_of_any_size.model = _pixelwise()


@pytest.mark.slow
def test_tiles_of_a_unet_agree_with_the_whole_picture_away_from_the_edges():
    model = models.unet(filters=(4, 8), seed=2)
    picture = np.random.default_rng(1).integers(0, 256, (96, 96), dtype=np.uint8)
    whole = segmentation.pixel_scores(model, picture, tile=96)
    tiled = segmentation.pixel_scores(model, picture, tile=48, overlap=24)
    assert np.abs(whole - tiled).max() < 0.05
    assert segmentation.pixel_scores(model, picture[:5, :7], tile=48, overlap=8).shape == (5, 7, 3)
    mirrored = segmentation.pixel_scores(model, picture[::-1], tile=96, flips=True)[::-1]
    assert np.allclose(mirrored, segmentation.pixel_scores(model, picture, tile=96, flips=True), atol=1e-5)
    halved = models.unet(filters=(4, 8), stride=2, seed=2)
    assert segmentation.pixel_scores(halved, picture[:50, :71]).shape == (50, 71, 3)
    with pytest.raises(ValueError, match="overlap"):
        segmentation.pixel_scores(model, picture, tile=48, overlap=40)


# ---- training ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dataset():
    return segmentation.cells_phantom(16, size=64, seed=3, bright_field=0)


@pytest.fixture(scope="module")
def run(dataset):
    return segmentation.train_segmenter(
        dataset, model=models.unet(filters=(6, 12), seed=1), epochs=3, batches=12, batch_size=4, size=48, seed=1,
        learning_rate=1e-2, progress=False,
    )  # fmt: skip


def test_squares_are_other_ones_in_each_epoch_and_the_same_for_a_seed(dataset):
    from imgrec_tf.medical.segmentation.batches import RandomSquares

    options = {"batches": 3, "batch_size": 4, "size": 32, "augmentation": {}}
    first, second, other = (RandomSquares(dataset.train, seed=seed, **options) for seed in (1, 1, 2))
    assert len(first) == 3
    pictures, classes = first[1]
    assert pictures.shape == (4, 32, 32, 1) and classes.shape == (4, 32, 32) and classes.max() <= 2
    assert np.array_equal(pictures, second[1][0]) and not np.array_equal(pictures, other[1][0])
    first.on_epoch_end()
    assert not np.array_equal(pictures, first[1][0])


@pytest.mark.slow
def test_training_learns_and_tells_its_history(run, dataset):
    assert list(run.history) == ["epoch", "loss", "validation_loss"] and len(run.history) == 3
    assert run.history["validation_loss"].iloc[-1] < run.history["validation_loss"].iloc[0]
    found = run.segmenter.segment(dataset.validation)
    assert segmentation.measure_masks(dataset.validation, found)["dice"].value > 0.6
    assert run.plot() is not None and "3 epochs" in repr(run) and run.synthetic


def test_a_mask_without_an_object_is_learnt_from_and_an_empty_picture_is_answered(dataset):
    from dataclasses import replace

    masks = (np.zeros_like(dataset.train.masks[0]), *dataset.train.masks[1:])
    emptied = replace(dataset, train=replace(dataset.train, masks=masks))
    options = {"epochs": 1, "batches": 2, "batch_size": 2, "size": 32, "progress": False}
    run = segmentation.train_segmenter(emptied, model=models.unet(filters=(2, 4)), **options)
    assert np.isfinite(run.history["loss"]).all()
    nothing = segmentation.objects_from_scores(np.eye(3)[np.zeros((40, 40), int)])
    assert nothing.shape == (40, 40) and not nothing.any()
    blank = segmentation.MaskSplit((np.zeros((40, 40), np.uint8),), (np.zeros((40, 40), np.int32),), ("blank",))
    assert segmentation.measure_masks(blank, [nothing])["average_precision_50"].value == 1
    assert run.segmenter.objects(blank.images[0]).shape == (40, 40)


@pytest.mark.slow
def test_tuning_never_scores_worse_on_the_split_it_looks_at(run, dataset):
    def precision(segmenter):
        return segmentation.measure_masks(dataset.validation, segmenter.segment(dataset.validation))[
            "average_precision"
        ].value

    tuned = run.segmenter.tuned(dataset.validation)
    assert precision(tuned) >= precision(run.segmenter)
    assert tuned.model is run.segmenter.model


def test_training_refuses_what_does_not_fit(dataset):
    from dataclasses import replace

    with pytest.raises(ValueError, match="channels"):
        segmentation.train_segmenter(dataset, model=models.unet(channels=3, filters=(2, 4)))
    with pytest.raises(ValueError, match="2 classes"):
        segmentation.train_segmenter(dataset, model=models.unet(2, filters=(2, 4)))
    with pytest.raises(TypeError, match="Keras model"):
        segmentation.pixel_scores("unet", dataset.test.images[0])
    with pytest.raises(ValueError, match="multiple of 16"):
        segmentation.train_segmenter(dataset, size=60)
    with pytest.raises(ValueError, match="learning_rate"):
        segmentation.train_segmenter(dataset, learning_rate=0)
    empty = replace(dataset.train, masks=tuple(np.zeros_like(mask) for mask in dataset.train.masks))
    with pytest.raises(ValueError, match="nothing to learn"):
        segmentation.train_segmenter(replace(dataset, train=empty))


@pytest.mark.slow
def test_figures_show_every_method_and_refuse_others(run, dataset):
    part = dataset.test.subset([0, 1])
    figure = segmentation.show_segmentation(part, {"U-Net": run.segmenter.segment(part)})
    assert len(figure.axes) == 6 and "synthetic" in figure._suptitle.get_text()
    scores = segmentation.measure_masks(part, part.masks)
    assert segmentation.plot_precision({"perfect": scores}) is not None
    assert part.preview() is not None
    with pytest.raises(ValueError, match="1 masks for 2 pictures"):
        segmentation.show_segmentation(part, {"U-Net": part.masks[:1]})
    with pytest.raises(ValueError, match="at least one"):
        segmentation.plot_precision({})
