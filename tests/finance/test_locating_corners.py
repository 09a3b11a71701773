"""The small corner network, its photos and batches, the figure of outlines, and the exact edges of rough corners."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.draw

from imgrec_tf.finance import documents, id_documents
from imgrec_tf.finance.locating import (
    check_corners,
    corner_batches,
    corner_network,
    corner_photos,
    quadrilateral_iou,
    refine_corners,
    refining,
    show_outlines,
    weights,
)

needs_weights = pytest.mark.skipif(
    not weights.available(), reason="networks not trained: python -m imgrec_tf.finance.locating.training"
)
PAGE = np.array([[0.15, 0.2], [0.7, 0.3], [0.75, 0.8], [0.2, 0.85]])


def _drawn(corners: np.ndarray, size: int = 64) -> np.ndarray:
    mask = skimage.draw.polygon2mask((size, size), corners[:, ::-1] * size - 0.5)
    return np.where(mask[..., None], 220, 30).astype(np.uint8).repeat(3, axis=2)


def test_photos_come_with_ordered_corners_and_are_the_same_for_the_same_plans():
    plans = id_documents.plan_photos(4, seed=3, any_way_up=True)
    images, corners = corner_photos(plans, size=64)
    assert images.shape == (4, 64, 64, 3) and images.dtype == np.uint8 and corners.shape == (4, 4, 2)
    for one in corners:
        check_corners(one)
        assert one.sum(axis=1).argmin() == 0
    again, _ = corner_photos(plans, size=64)
    np.testing.assert_array_equal(again, images)
    with pytest.raises(ValueError, match="plans is empty"):
        corner_photos([])


def test_in_every_batch_the_corners_stay_on_the_page():
    batches = corner_batches(_drawn(PAGE)[None], PAGE[None], batch=2, seed=4)
    ways = set()
    for _ in range(24):
        images, corners = next(batches)
        assert images.shape == (2, 64, 64, 3) and images.dtype == corners.dtype == np.float32
        check_corners(corners[0])
        covered = _drawn(corners[0].astype(float))[..., 0] > 100
        bright = images[0].mean(axis=2) > images[0].mean()
        assert (covered == bright).mean() > 0.96
        ways.add(tuple(np.round(corners[0].ravel(), 3)))
    assert len(ways) == 8  # four turns, mirrored or not


def test_the_network_answers_places_within_the_photo():
    for size in (32, 64):
        network = corner_network(size, seed=1)
        answer = network.predict(np.zeros((2, size, size, 3), np.float32), verbose=0)
        assert answer.shape == (2, 4, 2) and (answer > 0).all() and (answer < 1).all()
    places = network.get_layer("corners")
    assert not places.trainable and places.get_weights()[0].shape == (256, 2)
    np.testing.assert_array_equal(
        corner_network(32, seed=1).get_weights()[0], corner_network(32, seed=1).get_weights()[0]
    )


@pytest.mark.parametrize("size", [16, 60, 96, 512])
def test_other_sizes_are_refused(size):
    with pytest.raises(ValueError, match="32, 64, 128 or 256"):
        corner_network(size)


@pytest.mark.slow
def test_the_network_learns_where_a_drawn_page_is():
    import keras

    rng = np.random.default_rng(0)
    corners = PAGE + rng.uniform(-0.1, 0.1, (60, 1, 2)) + rng.uniform(-0.04, 0.04, (60, 4, 2))
    images = np.stack([_drawn(one, 32) for one in corners])
    network = corner_network(32, seed=2)
    network.compile(keras.optimizers.Adam(3e-3), "mae")
    losses = network.fit(corner_batches(images, corners, seed=2), steps_per_epoch=30, epochs=4, verbose=0).history
    assert losses["loss"][-1] < 0.5 * losses["loss"][0]


def test_outlines_are_drawn_and_missing_answers_are_left_out():
    images = [_drawn(PAGE)] * 3
    figure = show_outlines(images, {"the page": [PAGE * 64] * 3, "found": [None, PAGE * 60, None]}, ["a", "b", "c"])
    assert "synthetic" in figure._suptitle.get_text()
    assert [len(axis.lines) for axis in figure.axes[:3]] == [3, 2, 1]  # two of the first are the legend's
    with pytest.raises(ValueError, match="one for each"):
        show_outlines(images, {"the page": [PAGE]})
    with pytest.raises(ValueError, match="one photo or more"):
        show_outlines([], {})


@needs_weights
def test_a_page_whose_dark_header_was_left_out_is_completed():
    page = documents.render("passport", "forest", seed=2, pixels_per_mm=3, oversampling=1)
    image = np.full((480, 640, 3), (150, 130, 110), np.uint8)
    height, width = page.image.shape[:2]
    image[90 : 90 + height, 120 : 120 + width] = page.image
    whole = np.array([[120, 90], [120 + width, 90], [120 + width, 90 + height], [120, 90 + height]], float)
    without = whole.copy()
    without[:2, 1] += 0.12 * height
    held = np.full(4, 0.99)
    corners, support = refining.look_outside(image, without, held)
    assert np.abs(corners - whole).max() < 0.02 * width or np.array_equal(corners, without)
    assert (support > 0.8).all()


@needs_weights
def test_nothing_is_added_to_a_page_on_a_plain_table():
    image = _drawn(PAGE, 512)
    corners, support = refining.exact_sides(image, PAGE * 512 + 6)
    assert np.abs(corners - PAGE * 512).max() < 5 and (support > 0.8).all()
    unchanged, _ = refining.look_outside(image, corners, support)
    np.testing.assert_array_equal(unchanged, corners)


def test_rough_corners_move_onto_the_edges():
    image, exact = _drawn(PAGE, 512), PAGE * 512
    rough = exact + np.array([[14, -9], [-12, 10], [9, 13], [-8, -12]])
    assert quadrilateral_iou(rough, exact) < 0.95
    assert quadrilateral_iou(refine_corners(image, rough), exact) > 0.985
    flat = np.full((512, 512, 3), 90, np.uint8)
    assert refine_corners(flat, rough).shape == (4, 2)


def test_refining_refuses_bad_input():
    image = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(TypeError, match="uint8"):
        refine_corners(image.astype(float), PAGE * 64)
    with pytest.raises(ValueError, match="height, width, 3"):
        refine_corners(image[..., 0], PAGE * 64)
    with pytest.raises(ValueError, match="clockwise"):
        refine_corners(image, PAGE[::-1] * 64)
