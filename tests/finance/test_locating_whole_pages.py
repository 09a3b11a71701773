"""One whole page in an outline, or not: views from above, the network's judgement, and what it changes."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.finance import documents, locating
from imgrec_tf.finance.capture import capture
from imgrec_tf.finance.locating import geometry, refining, sheets, weights, whole_pages
from imgrec_tf.finance.locating.sizes import PAGE_INPUT
from imgrec_tf.finance.locating.training import outline_samples

needs_weights = pytest.mark.skipif(not weights.available(), reason="the networks' weights are not there")
SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
EDGE = round(PAGE_INPUT * whole_pages.MARGIN / (1 + 2 * whole_pages.MARGIN))  # pixels of margin in a view


def painted(corners: np.ndarray, size=(480, 640)) -> np.ndarray:
    """A white quadrilateral on black: uint8 (height, width, 3)."""
    y, x = np.mgrid[: size[0], : size[1]] + 0.5
    inside = np.ones(size, bool)
    for one, other in zip(corners, np.roll(corners, -1, axis=0)):
        inside &= (other[0] - one[0]) * (y - one[1]) - (other[1] - one[1]) * (x - one[0]) > 0
    return np.where(inside[..., None], 255, 0).astype(np.uint8).repeat(3, axis=2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_view_shows_the_page_in_its_middle_and_the_table_around_it(seed):
    rng = np.random.default_rng(seed)
    corners = SQUARE * (260, 200) + (190, 140) + rng.uniform(-45, 45, (4, 2))
    view = whole_pages.page_view(painted(corners), corners)
    assert view.shape == (PAGE_INPUT, PAGE_INPUT, 3) and view.dtype == np.uint8
    within = view[EDGE + 2 : -EDGE - 2, EDGE + 2 : -EDGE - 2]
    around = view.copy()
    around[EDGE - 2 : -EDGE + 2, EDGE - 2 : -EDGE + 2] = 0
    assert within.min() > 200
    assert np.isin(around, (0, whole_pages.OUTSIDE)).mean() > 0.97


def test_what_lies_outside_of_the_photo_is_grey():
    view = whole_pages.page_view(np.full((100, 100, 3), 255, np.uint8), SQUARE * 100)
    assert (view[:EDGE] == whole_pages.OUTSIDE).mean() > 0.9
    assert view[EDGE + 2 : -EDGE - 2, EDGE + 2 : -EDGE - 2].min() == 255


@needs_weights
def test_a_whole_page_is_told_from_a_part_of_it_and_from_too_much():
    right, wrong = [], []
    for seed, kind in enumerate(("portrait_side", "passport", "household_page", "id_card_td1")):
        page = documents.render(kind, documents.template_names(kind)[0], seed=seed, pixels_per_mm=4)
        photo = capture(page, "mild", camera=5, seed=seed, size=(480, 640))
        within = geometry.transform(geometry.homography(SQUARE, photo.corners), SQUARE * (1, 0.75))
        beyond = geometry.transform(geometry.homography(SQUARE, photo.corners), SQUARE * (1.25, 1))
        logits = whole_pages.whole_page_logits(photo.image, [photo.corners, within, beyond])
        right.append(logits[0])
        wrong += list(logits[1:])
    assert min(right) > 0 > max(wrong)
    assert whole_pages.whole_page_logits(photo.image, []).shape == (0,)


@needs_weights
@pytest.mark.parametrize("name", weights.NETWORKS)
def test_the_networks_compute_in_float32_whatever_the_policy(name, mixed_bfloat16):
    network = weights.network.__wrapped__(name)
    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}


def preferred(image, tried, answer):
    own = -np.inf if answer is None else whole_pages.whole_page_logits(image, [answer])[0]
    return whole_pages.preferred(image, tried, answer, own)


def judged(monkeypatch, logits: dict[float, float]) -> None:
    """Let the network answer by the place of the outline's left upper corner."""
    monkeypatch.setattr(
        whole_pages,
        "whole_page_logits",
        lambda _, outlines: np.array([logits.get(round(one[0, 0]), -9.0) for one in outlines]),
    )


def card(left: float) -> np.ndarray:
    return SQUARE * (300, 189) + (left, 150)


SURE = np.full(4, 0.95)
NOTHING = np.zeros((480, 640, 3), np.uint8)  # no edge is found in it


@pytest.mark.parametrize(("answer", "other"), [(4.0, 9.0), (2.0, 2.5), (-2.5, 0.5), (-9.0, -2.5)])
def test_an_answer_stays_that_surely_is_a_page_or_no_worse_than_the_other(monkeypatch, answer, other):
    judged(monkeypatch, {10: answer, 20: other})
    assert preferred(painted(card(10)), [(card(20), SURE)], card(10)) is None


def test_what_looks_far_more_like_a_page_takes_the_place_of_what_hardly_does(monkeypatch):
    judged(monkeypatch, {10: -6.0, 20: -1.0})
    chosen = preferred(painted(card(10)), [(card(20), SURE)], card(10))
    assert chosen is not None and chosen[0][0, 0] == 20
    assert preferred(NOTHING, [(card(20), SURE)], None) is None


@pytest.mark.parametrize(("answer", "logit"), [(None, -9.0), (card(10), -5.0), (card(10), 1.5)])
def test_where_there_is_no_answer_or_a_doubtful_one_the_likeliest_page_is_chosen(monkeypatch, answer, logit):
    judged(monkeypatch, {10: logit, 20: 3.0, 30: 2.0})
    chosen = preferred(painted(card(10)), [(card(30), SURE), (card(20), SURE)], answer)
    assert chosen is not None and chosen[0][0, 0] == 20


@pytest.mark.parametrize(
    ("corners", "support", "why"),
    [
        (card(20), np.array([0.95, 0.2, 0.95, 0.95]), "a side without an edge"),
        (card(20), np.array([0.95, 0.5, 0.5, 0.95]), "two weak sides"),
        (card(30), np.array([0.95, 0.4, 0.95, 0.95]), "a weak side, and not surely a page"),
        (SQUARE * (380, 150) + (30, 150), SURE, "of no known format, and not surely a page"),
        (card(40), SURE, "not surely a page"),
    ],
)
def test_what_is_no_page_by_its_sides_its_format_or_its_looks_is_not_chosen(monkeypatch, corners, support, why):
    judged(monkeypatch, {20: 5.0, 30: 2.0, 40: 0.5})
    assert preferred(NOTHING, [(corners, support)], None) is None, why


def test_what_surely_looks_like_a_page_may_have_two_weak_sides_where_there_is_no_answer(monkeypatch):
    judged(monkeypatch, {10: -5.0, 20: 5.0})
    weak = np.array([0.35, 0.95, 0.6, 0.95])
    chosen = preferred(NOTHING, [(card(20), weak)], None)
    assert chosen is not None and chosen[0][0, 0] == 20
    assert preferred(NOTHING, [(card(20), weak)], card(10)) is None


@pytest.mark.parametrize(("logit", "searched"), [(-2.0, True), (-4.0, False)])
def test_where_there_is_no_answer_sides_are_looked_for_around_the_likeliest(monkeypatch, logit, searched):
    judged(monkeypatch, {20: logit, 30: -9.0})
    around = []
    monkeypatch.setattr(
        whole_pages, "_with_one_side_elsewhere", lambda image, corners: around.append(corners[0, 0]) or ()
    )
    assert preferred(painted(card(20)), [(card(30), SURE), (card(20), SURE)], None) is None
    assert around == ([20] if searched else [])


@pytest.mark.parametrize(("runs_on", "stays"), [(True, True), (False, False)])
def test_an_answer_is_not_cut_where_the_pages_sides_run_on(monkeypatch, runs_on, stays):
    judged(monkeypatch, {10: -5.0, 20: 3.0})
    monkeypatch.setattr(refining, "runs_on", lambda image, smaller, larger: runs_on)
    within = SQUARE * (290, 183) + (20, 153)
    chosen = preferred(painted(card(10)), [(within, SURE)], card(10))
    assert (chosen is None) == stays


@needs_weights
@pytest.mark.parametrize(("logit", "found"), [(-8.0, True), (-12.0, False)])
def test_an_answer_that_surely_is_no_page_is_given_up_even_if_nothing_takes_its_place(monkeypatch, logit, found):
    photo = capture(documents.render("portrait_side", "grove", seed=3, pixels_per_mm=5), "mild", camera=4, seed=3)
    monkeypatch.setattr(whole_pages, "whole_page_logits", lambda _, outlines: np.full(len(outlines), logit))
    location = locating.locate_document(photo.image)
    assert location.found == found
    assert found or (location.problem in ("uncertain", "cropped") and location.reason and location.action)


def test_what_surely_looks_like_a_page_needs_no_known_format(monkeypatch):
    judged(monkeypatch, {20: 5.0})
    receipt = SQUARE * (380, 150) + (20, 150)
    chosen = preferred(painted(receipt), [(receipt, SURE)], None)
    assert chosen is not None and chosen[0][0, 0] == 20


@needs_weights
@pytest.mark.parametrize("side", range(4))
def test_a_side_that_was_caught_by_something_else_is_found_elsewhere(side):
    page = documents.render("receipt", documents.template_names("receipt")[0], seed=2, pixels_per_mm=4)
    photo = capture(page, "mild", camera=3, seed=4, size=(480, 640))
    places = SQUARE.copy()
    places[side] += 0.2 * (SQUARE[side] - SQUARE[side - 1])
    places[(side + 1) % 4] -= 0.1 * (SQUARE[side] - SQUARE[side - 1])
    turned = geometry.transform(geometry.homography(SQUARE, photo.corners), places)
    assert geometry.quadrilateral_iou(turned, photo.corners) < 0.94
    chosen = preferred(photo.image, [], turned)
    assert chosen is not None and geometry.quadrilateral_iou(chosen[0], photo.corners) > 0.98


@needs_weights
@pytest.mark.parametrize("share", [0.55, 0.7])
def test_a_large_part_of_the_page_that_the_answer_leaves_out_is_found(share):
    page = documents.render("receipt", documents.template_names("receipt")[0], seed=2, pixels_per_mm=4)
    photo = capture(page, "mild", camera=3, seed=4, size=(480, 640))
    part = geometry.places_on_page(photo.corners, SQUARE * (1, share))
    chosen = preferred(photo.image, [], part)
    assert chosen is not None and geometry.quadrilateral_iou(chosen[0], photo.corners) > 0.98


@needs_weights
def test_paper_that_belongs_to_the_table_is_no_second_document(monkeypatch):
    photo = capture(documents.render("portrait_side", "grove", seed=3, pixels_per_mm=5), "mild", camera=4, seed=3)
    assert locating.locate_document(photo.image).found
    whole = sheets.sheet_map
    looks: list[tuple[int, ...]] = []

    def with_a_second_sheet(image: np.ndarray) -> np.ndarray:
        """Sees a sheet in the corner of the whole photo, but not from close."""
        looks.append(image.shape)
        likely = whole(image)
        if image.shape == looks[0]:
            likely[:14, :14] = np.maximum(likely[:14, :14], 0.8)
        return likely

    monkeypatch.setattr(sheets, "sheet_map", with_a_second_sheet)
    assert locating.locate_document(photo.image).problem is None
    assert len(looks) > 1


def test_samples_are_views_of_right_and_wrong_outlines():
    views, right = outline_samples.draw_views(3, seed=4)
    assert views.shape == (len(right), PAGE_INPUT, PAGE_INPUT, 3) and views.dtype == np.uint8
    assert 0 < right.sum() < len(right)
    first, again, other = (next(outline_samples.outline_batches(views, right, seed, 6)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    assert first[0].shape == (6, PAGE_INPUT, PAGE_INPUT, 3) and first[1].sum() == 2
    assert first[0].min() >= 0 and first[0].max() <= 255


def test_views_are_drawn_in_series_one_after_the_other(monkeypatch):
    monkeypatch.setattr(outline_samples, "SERIES", 2)
    views, right = outline_samples.draw_views(3, seed=4)
    apart = [*outline_samples.outline_views(2, seed=500), *outline_samples.outline_views(1, seed=501)]
    np.testing.assert_array_equal(views, [view for view, _ in apart])
    np.testing.assert_array_equal(right, [one for _, one in apart])


def test_a_page_that_the_photo_cuts_is_shown_as_wrong(monkeypatch):
    corners = card(100)
    monkeypatch.setattr(outline_samples, "_photo", lambda kind, rng: (painted(corners), corners, 1.0))
    monkeypatch.setattr(outline_samples, "_CUT", 1.0)
    monkeypatch.setattr(refining, "exact_sides", lambda image, rough, **_: (rough, SURE))
    assert not any(right for _, right in outline_samples.outline_views(4, seed=2))
