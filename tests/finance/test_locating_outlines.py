"""Quadrilaterals around regions, classical outlines, and the fit of straight edges."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.draw
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from imgrec_tf.finance.locating import edges, geometry, outlines


def _drawn(corners: np.ndarray, size=(240, 320)) -> np.ndarray:
    return skimage.draw.polygon2mask(size, corners[:, ::-1] - 0.5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-25, 25), min_size=8, max_size=8))
def test_the_quadrilateral_around_a_drawn_one_is_that_one(jitter):
    corners = np.array([[70, 60], [250, 60], [250, 180], [70, 180]]) + np.reshape(jitter, (4, 2))
    around = outlines.quadrilateral_around(_drawn(corners))
    assert geometry.quadrilateral_iou(around, corners) > 0.95


def test_round_corners_become_sharp():
    mask = _drawn(np.array([[70, 60], [250, 60], [250, 180], [70, 180]], float))
    y, x = np.mgrid[:240, :320]
    for cx, cy, sx, sy in ((82, 72, -1, -1), (238, 72, 1, -1), (238, 168, 1, 1), (82, 168, -1, 1)):
        mask &= ~(((x - cx) * sx > 0) & ((y - cy) * sy > 0) & (np.hypot(x - cx, y - cy) > 12))
    around = outlines.quadrilateral_around(mask)
    assert geometry.quadrilateral_iou(around, [[70, 60], [250, 60], [250, 180], [70, 180]]) > 0.97


@pytest.mark.parametrize("blob", [(150, 60, 40, 70), (100, 175, 60, 30), (240, 100, 50, 40)])
def test_what_is_attached_to_a_page_does_not_pull_the_fitted_quadrilateral_away(blob):
    corners = np.array([[70, 60], [250, 70], [245, 180], [75, 175]], float)
    left, top, width, height = blob
    mask = _drawn(corners).astype(float)
    mask[top : top + height, left : left + width] = 1
    likely = mask.reshape(48, 5, 64, 5).mean(axis=(1, 3))
    fitted = 5 * outlines.fitted_quadrilateral(likely)
    around = outlines.quadrilateral_around(mask > 0)
    overlaps = [geometry.quadrilateral_iou(one, corners) for one in (fitted, around)]
    assert overlaps[0] > 0.85 and overlaps[0] > overlaps[1]


def test_nothing_is_fitted_to_an_empty_map():
    assert outlines.fitted_quadrilateral(np.zeros((48, 48))) is None


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (1, 30)])
def test_too_little_has_no_or_a_thin_outline(shape):
    mask = np.zeros((50, 50), bool)
    mask[10 : 10 + shape[0], 10 : 10 + shape[1]] = True
    around = outlines.quadrilateral_around(mask)
    assert around is None or geometry.area(around) <= 2 * max(mask.sum(), 1)


def test_a_card_on_a_plain_table_is_found_without_a_network():
    corners = np.array([[90, 80], [520, 110], [500, 380], [70, 350]], float)
    image = np.full((480, 640, 3), (60, 90, 60), np.uint8)
    image[_drawn(corners, (480, 640))] = (225, 220, 205)
    score, found = max(outlines.classical_quadrilaterals(image), key=lambda one: one[0])
    assert score > 0.9 and geometry.quadrilateral_iou(found, corners) > 0.95


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(-12, 12), min_size=8, max_size=8), st.floats(0.05, 0.08))
def test_lines_through_the_true_rows_meet_in_the_true_corners(jitter, reach):
    corners = np.array([[90, 80], [520, 110], [500, 380], [70, 350]], float)
    rough = corners + np.reshape(jitter, (4, 2))
    strips = edges.cut_strips(np.zeros((480, 640, 3), np.uint8), rough, reach)
    rows = edges.true_rows(strips, corners)
    assume((np.abs(rows - 16) < 14).all())
    centres = np.arange(edges.STRIP_ACROSS)[None, :, None] + 0.5
    fitted, support = edges.fit_sides(-2 * (centres - rows[:, None]) ** 2, strips)
    assert geometry.quadrilateral_iou(fitted, corners) > 0.995
    assert (support > 0.9).all()


def test_a_line_ignores_a_minority_of_columns():
    corners = np.array([[90, 80], [520, 110], [500, 380], [70, 350]], float)
    strips = edges.cut_strips(np.zeros((480, 640, 3), np.uint8), corners, 0.06)
    rows = np.tile(edges.true_rows(strips, corners)[:, None], (1, 1, 1))
    rows[:, :, 10:28] = 4.0
    logits = -2 * (np.arange(edges.STRIP_ACROSS)[None, :, None] + 0.5 - rows) ** 2
    fitted, support = edges.fit_sides(logits, strips)
    assert geometry.quadrilateral_iou(fitted, corners) > 0.99
    assert (support < 0.8).all()


def test_columns_outside_of_the_photo_do_not_count():
    corners = np.array([[-90, 80], [520, 110], [500, 380], [-70, 350]], float)
    strips = edges.cut_strips(np.zeros((480, 640, 3), np.uint8), corners, 0.06)
    assert not strips.inside[3].any() and strips.inside[1].all()


@pytest.mark.parametrize("away", [(-900, 0), (900, 0), (0, -900), (0, 900), (5000, -5000)])
def test_strips_that_lie_outside_of_the_photo_show_its_rim_and_count_for_nothing(monkeypatch, away):
    read = edges.ndimage.map_coordinates

    def not_of_nothing(pixels, *given, **settings):
        assert pixels.size, "what lies outside of an empty array is whatever the memory holds"
        return read(pixels, *given, **settings)

    monkeypatch.setattr(edges.ndimage, "map_coordinates", not_of_nothing)
    image = np.zeros((480, 640, 3), np.uint8)
    image[:] = (20, 90, 160)
    corners = np.array([[100, 100], [300, 100], [300, 220], [100, 220]], float) + away
    strips = edges.cut_strips(image, corners, 0.06)
    assert not strips.inside.any()
    assert np.isfinite(strips.pixels).all() and np.ptp(strips.pixels, axis=(1, 2)).max() < 1e-3
    _, support = edges.fit_lines(edges.gradient_logits(strips), strips)
    assert support.max() == 0


def test_the_gradient_finds_the_sides_of_a_card_on_a_plain_table():
    corners = np.array([[90, 80], [520, 110], [500, 380], [70, 350]], float)
    image = np.full((480, 640, 3), (60, 90, 60), np.uint8)
    image[_drawn(corners, (480, 640))] = (225, 220, 205)
    strips = edges.cut_strips(image, corners + np.array([[6, -5], [-7, 3], [4, 6], [5, -4]]), 0.06)
    fitted, support = edges.fit_sides(edges.gradient_logits(strips), strips)
    assert geometry.quadrilateral_iou(fitted, corners) > 0.99
    assert (support > 0.3).all()
