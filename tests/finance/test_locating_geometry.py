"""Corners, homographies, overlap and rectification."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.draw
import skimage.transform
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from imgrec_tf.finance import capture, documents
from imgrec_tf.finance.capture.geometry import placed
from imgrec_tf.finance.locating import geometry

SQUARE = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], float)
coordinate = st.floats(-0.24, 0.24)
quadrilaterals = st.tuples(
    st.lists(coordinate, min_size=8, max_size=8), st.floats(20, 2000), st.floats(-500, 500), st.floats(-500, 500)
).map(lambda p: (np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) + np.reshape(p[0], (4, 2))) * p[1] + p[2:])


@given(quadrilaterals, st.permutations(range(4)))
def test_ordering_does_not_depend_on_the_order_given(quadrilateral, order):
    ordered = geometry.order_corners(quadrilateral[list(order)])
    assert {tuple(p) for p in ordered} == {tuple(p) for p in quadrilateral}
    np.testing.assert_allclose(ordered, geometry.order_corners(quadrilateral))
    geometry.check_corners(ordered)


@given(quadrilaterals)
def test_places_on_a_page_lie_in_the_photo_where_its_corners_say(corners):
    np.testing.assert_allclose(geometry.places_on_page(corners, geometry.UNIT_SQUARE), corners, atol=1e-6 * 2000)
    half = geometry.places_on_page(corners, geometry.UNIT_SQUARE * (0.5, 1))
    assert half is not None and geometry.area(half) < geometry.area(corners)
    np.testing.assert_allclose(half[[0, 3]], corners[[0, 3]], atol=1e-6 * 2000)


def test_what_lies_behind_the_camera_has_no_place_in_the_photo():
    flat = np.array([[40, 0], [60, 0], [100, 40], [0, 40]], float)  # the camera stands a quarter of the page before it
    longer = np.array([[0, 0], [0, 0], [0, 1], [0, 1]])
    assert geometry.places_on_page(flat, geometry.UNIT_SQUARE + 0.2 * longer) is not None
    assert geometry.places_on_page(flat, geometry.UNIT_SQUARE + 0.3 * longer) is None


@given(quadrilaterals, quadrilaterals)
def test_a_homography_carries_the_corners_and_its_inverse_brings_them_back(source, target):
    matrix = geometry.homography(source, target)
    size = np.abs(target).max()
    np.testing.assert_allclose(geometry.transform(matrix, source), target, atol=1e-7 * size)
    back = geometry.homography(target, source)
    inner = source.mean(axis=0) + 0.5 * (source - source.mean(axis=0))
    np.testing.assert_allclose(
        geometry.transform(back, geometry.transform(matrix, inner)), inner, atol=1e-5 * np.abs(source).max()
    )


def test_homography_agrees_with_scikit_image():
    target = np.array([[3, 4], [120, 20], [110, 90], [-5, 70]], float)
    theirs = skimage.transform.ProjectiveTransform.from_estimate(SQUARE, target)
    points = np.random.default_rng(0).uniform(0, 10, (20, 2))
    np.testing.assert_allclose(geometry.transform(geometry.homography(SQUARE, target), points), theirs(points))


@given(quadrilaterals, quadrilaterals)
def test_iou_is_symmetric_bounded_and_one_only_with_itself(first, second):
    iou = geometry.quadrilateral_iou(first, second)
    assert 0 <= iou <= 1
    assert iou == pytest.approx(geometry.quadrilateral_iou(second, first), abs=1e-9)
    assert geometry.quadrilateral_iou(first, np.roll(first, 1, axis=0)) == pytest.approx(1)


@given(quadrilaterals, st.floats(0, 1))
def test_iou_of_a_shrunk_copy_is_the_ratio_of_areas(quadrilateral, share):
    scale = 0.2 + 0.8 * share
    smaller = quadrilateral.mean(axis=0) + scale * (quadrilateral - quadrilateral.mean(axis=0))
    assert geometry.quadrilateral_iou(quadrilateral, smaller) == pytest.approx(scale**2, rel=1e-6)


@settings(max_examples=20, deadline=None)
@given(quadrilaterals, quadrilaterals)
def test_iou_agrees_with_counted_pixels(first, second):
    points = np.concatenate([first, second])
    scale = 600 / np.ptp(points, axis=0).max()
    first, second = ((one - points.min(axis=0)) * scale for one in (first, second))
    assume(min(geometry.area(first), geometry.area(second)) > 5_000)
    masks = [skimage.draw.polygon2mask((602, 602), one[:, ::-1]) for one in (first, second)]
    counted = (masks[0] & masks[1]).sum() / max((masks[0] | masks[1]).sum(), 1)
    assert geometry.quadrilateral_iou(first, second) == pytest.approx(counted, abs=0.03)


def test_squares_that_miss_or_touch_have_no_overlap():
    assert geometry.quadrilateral_iou(SQUARE, SQUARE + 20) == 0
    assert geometry.quadrilateral_iou(SQUARE, SQUARE + np.array([10, 0])) == 0
    assert geometry.quadrilateral_iou(SQUARE, SQUARE + np.array([5, 0])) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("corners", "message"),
    [
        (SQUARE[::-1], "counter-clockwise"),
        (SQUARE[[0, 2, 1, 3]], "convex"),
        (np.array([[0, 0], [10, 0], [2, 2], [0, 10]]), "convex"),
        (np.array([[0, 0], [5, 0], [10, 0], [0, 10]]), "line"),
        (np.zeros((4, 2)), "line"),
        (SQUARE[:3], "four"),
        (SQUARE * np.nan, "finite"),
        ("corners", "four"),
        (None, "four|finite"),
    ],
)
def test_corners_that_are_none_are_refused_with_a_reason(corners, message):
    with pytest.raises(ValueError, match=message):
        geometry.check_corners(corners)


@pytest.mark.parametrize("severity", ["scan", "mild", "phone", "harsh"])
def test_the_aspect_is_found_from_the_corners(severity):
    errors = []
    for seed, (kind, aspect) in enumerate([("portrait_side", 85.6 / 54), ("passport", 125 / 88)] * 12):
        page = documents.render(kind, seed=1, pixels_per_mm=2, oversampling=1)
        matrix = placed(
            page.image.shape[:2],
            (960, 1280),
            np.random.default_rng(seed),
            tilt=capture.SEVERITIES[severity].tilt,
            roll=20 * (seed % 5),
            fill=0.7,
            cropped=False,
        )
        corners = geometry.transform(matrix, page.corners)
        errors.append(abs(np.log(geometry.page_aspect(corners, (960, 1280)) / aspect)))
    assert np.median(errors) < {"scan": 0.005, "mild": 0.03, "phone": 0.06, "harsh": 0.06}[severity]


def test_formats_are_named_lying_and_standing():
    assert geometry.nearest_format(1.59)[0] == "card"
    name, aspect = geometry.nearest_format(0.64)
    assert name == "card" and aspect == pytest.approx(53.98 / 85.6)
    assert geometry.nearest_format(3.0) == (None, 3.0)
    with pytest.raises(ValueError, match="positive"):
        geometry.nearest_format(0)


def _striped() -> np.ndarray:
    page = np.full((120, 190, 3), 230, np.uint8)
    page[:40, :60] = (200, 30, 30)
    page[80:, 130:] = (20, 60, 200)
    return page


@pytest.mark.parametrize("channels", [None, 1, 3, 4])
def test_rectify_undoes_a_projection(channels):
    page = _striped()
    corners = np.array([[60, 40], [420, 70], [400, 330], [30, 280]], float)
    there = skimage.transform.ProjectiveTransform.from_estimate(
        corners - 0.5, [[-0.5, -0.5], [189.5, -0.5], [189.5, 119.5], [-0.5, 119.5]]
    )
    photo = (255 * skimage.transform.warp(page, there, output_shape=(360, 480))).round().astype(np.uint8)
    if channels is None:
        photo, page = photo[..., 0], page[..., 0]
    elif channels == 1:
        photo, page = photo[..., :1], page[..., :1]
    elif channels == 4:
        photo, page = (np.dstack([one, np.full(one.shape[:2], 255, np.uint8)]) for one in (photo, page))
    flat = geometry.rectify(photo, corners, page.shape[:2])
    assert flat.shape == page.shape and flat.dtype == np.uint8
    assert np.abs(flat[3:-3, 3:-3].astype(int) - page[3:-3, 3:-3]).mean() < 3
    turned = geometry.rectify(photo, np.roll(corners, 1, axis=0), page.shape[1::-1])
    assert np.abs(turned.astype(int) - np.rot90(flat, -1)).mean() < 3


def test_rectify_chooses_a_size_of_the_photos_own_resolution():
    corners = np.array([[10, 10], [210, 10], [210, 110], [10, 110]], float)
    assert geometry.rectify(np.zeros((300, 300), np.uint8), corners).shape == (100, 200)
    assert geometry.rectify(np.zeros((300, 300), np.uint8), corners, aspect=0.5).shape == (200, 100)


def test_what_lies_outside_of_the_photo_becomes_black():
    flat = geometry.rectify(np.full((50, 50), 200, np.uint8), SQUARE * 10, (40, 40))
    assert flat[0, 0] == 200 and flat[-1, -1] == 0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"image": np.zeros((9, 9))}, TypeError, "uint8"),
        ({"image": [[1]]}, TypeError, "uint8"),
        ({"image": np.zeros((9, 9, 2), np.uint8)}, ValueError, "shape"),
        ({"image": np.zeros((0, 9), np.uint8)}, ValueError, "shape"),
        ({"size": (0, 5)}, ValueError, "size"),
        ({"size": 7}, ValueError, "size"),
        ({"size": (10**6, 10**6)}, ValueError, "size"),
        ({"aspect": -1}, ValueError, "aspect"),
        ({"corners": SQUARE[::-1]}, ValueError, "clockwise"),
    ],
)
def test_rectify_refuses_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        geometry.rectify(**({"image": np.zeros((20, 20), np.uint8), "corners": SQUARE} | arguments))
