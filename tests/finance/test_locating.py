"""Finding the document, turning it upright, and the reasons where that cannot be done."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from imgrec_tf.finance import capture, documents
from imgrec_tf.finance.locating import geometry, locate_document, straighten, upright, weights
from imgrec_tf.finance.locating.training import photos

needs_weights = pytest.mark.skipif(
    not weights.available(), reason="networks not trained: python -m imgrec_tf.finance.locating.training"
)


def _capture(kind: str = "portrait_side", *, severity: str = "mild", seed: int = 1, turns: int = 0, size=(720, 960)):
    page = documents.render(kind, photos.HELD_BACK[kind], seed=seed, pixels_per_mm=7, oversampling=1)
    return capture.capture(page, severity, camera=2001, seed=seed, size=size, quarter_turns=turns)


@pytest.fixture(scope="module")
def photo():
    return _capture()


@needs_weights
def test_the_corners_of_a_layout_never_seen_are_found(photo):
    found = locate_document(photo.image)
    assert found.problem is None and found.found and found.reason == ""
    assert geometry.quadrilateral_iou(found.corners, photo.corners) > 0.97
    assert 0 < found.score <= 1 and found.method in ("network", "classical")


@needs_weights
@pytest.mark.parametrize("method", ["network", "classical"])
def test_each_method_can_be_asked_for_alone(photo, method):
    found = locate_document(photo.image, method=method)
    assert found.corners is None or found.method == method


@pytest.mark.slow
@needs_weights
def test_a_larger_copy_a_grey_one_and_a_float_one_have_the_same_corners(photo):
    reference = locate_document(photo.image).corners
    for form, scale in (
        (np.kron(photo.image, np.ones((3, 3, 1), np.uint8)), 3),
        (photo.image.astype(np.float32) / 255, 1),
        (np.dstack([photo.image, np.full(photo.image.shape[:2], 255, np.uint8)]), 1),
    ):
        assert geometry.quadrilateral_iou(locate_document(form).corners / scale, reference) > 0.98
    assert (
        geometry.quadrilateral_iou(locate_document(photo.image.mean(axis=2).astype(np.uint8)).corners, reference) > 0.95
    )


@pytest.mark.parametrize("value", [0, 255, 90])
def test_nothing_is_found_in_a_flat_picture(value):
    found = locate_document(np.full((600, 800, 3), value, np.uint8))
    assert found.problem == "no_document" and found.corners is None and found.reason and found.action


def test_nothing_is_found_in_noise():
    noise = np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)
    assert locate_document(noise).corners is None


@needs_weights
def test_a_drawn_page_on_white_is_one_document(imgrec_data):
    """Its portrait and its print look like two sheets; the outline around them has the format of a passport."""
    found = locate_document(Image.open(imgrec_data / "mrz_specimens" / "100_pass-uto.jpg"))
    assert found.problem is None
    drawn = [(30, 19), (768, 19), (768, 521), (30, 521)]  # measured in the picture of 793 × 536 pixels
    assert geometry.quadrilateral_iou(found.corners, np.array(drawn, float)) > 0.97


@needs_weights
@pytest.mark.parametrize("seed", [3, 8])
def test_half_a_card_is_cropped_whatever_its_print_looks_like(seed):
    photo = _capture(seed=seed, size=(480, 640))
    left = round(photo.corners[:, 0].mean())
    found = locate_document(np.ascontiguousarray(photo.image[:, :left]))
    assert found.problem == "cropped" and found.corners is None


@needs_weights
def test_two_documents_are_refused():
    first, second = _capture(seed=3, size=(600, 800)), _capture("passport", seed=4, size=(600, 800))
    found = locate_document(np.concatenate([first.image, second.image], axis=1))
    assert found.problem == "two_documents" and found.corners is None


@needs_weights
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bare_table_is_refused_with_a_reason(seed):
    table, corners = capture.capture_several([], "mild", camera=2, seed=seed, size=(480, 640))
    found = locate_document(table)
    assert not corners and found.corners is None and found.problem and found.reason and found.action


@needs_weights
def test_half_a_document_says_that_a_part_lies_outside():
    whole = _capture("id_card_td1", seed=5)
    middle = round(whole.corners[:, 1].mean())
    found = locate_document(np.ascontiguousarray(whole.image[:middle]))
    assert found.problem == "cropped" and found.corners is None and "outside" in found.reason


@needs_weights
def test_half_a_document_is_refused(photo):
    middle = round(photo.corners[:, 0].mean())
    found = locate_document(np.ascontiguousarray(photo.image[:, :middle]))
    assert found.problem in ("cropped", "uncertain") and found.corners is None


def test_forty_by_twenty_five_pixels_are_too_few():
    assert locate_document(np.zeros((25, 40, 3), np.uint8)).problem == "too_small"


@pytest.mark.slow
def test_a_hundred_megapixels_are_located_on_a_reduced_copy():
    assert locate_document(np.broadcast_to(np.uint8(120), (10_000, 10_000, 3))).problem == "no_document"


@pytest.mark.parametrize("image", ["photo.jpg", None, np.zeros((5, 5, 5, 5), np.uint8), np.full((200, 200), 7.0)])
def test_what_is_no_photo_is_refused(image):
    with pytest.raises((TypeError, ValueError)):
        locate_document(image)


def test_an_unknown_method_is_refused(photo):
    with pytest.raises(ValueError, match="method"):
        locate_document(photo.image, method="guess")


@needs_weights
@pytest.mark.parametrize("kind", ["portrait_side", "passport"])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_turned_page_is_turned_upright(kind, turns):
    page = documents.render(
        kind, "lake" if kind == "portrait_side" else "lagoon", seed=8, pixels_per_mm=5, oversampling=1
    )
    result = upright(np.rot90(page.image, turns))
    assert result.problem is None and result.quarter_turns == turns
    np.testing.assert_array_equal(result.image, page.image)
    assert result.probabilities.sum() == pytest.approx(1)


@needs_weights
def test_which_side_of_an_empty_page_is_up_is_not_said():
    result = upright(np.full((200, 300, 3), 240, np.uint8))
    assert result.problem == "unknown_side" and result.reason and result.image.shape == (200, 300, 3)


@needs_weights
@pytest.mark.parametrize(
    "turns", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow), 3]
)
def test_a_photo_becomes_the_upright_page(turns):
    photo = _capture("id_card_td1", turns=turns, seed=5)
    result = straighten(photo.image, longer=600)
    assert result.problem is None and [one.name for one in result.steps] == ["locate", "quality", "turn", "rectify"]
    assert result.page_format == "card" and max(result.image.shape[:2]) == 600
    assert geometry.quadrilateral_iou(result.corners, photo.corners) > 0.96
    assert np.hypot(*(result.corners[0] - photo.corners[0])) < 40  # the page's own upper left corner
    flat = geometry.rectify(photo.document.image, photo.document.corners, result.image.shape[:2])
    seen = [one.astype(float).mean(axis=2).ravel() for one in (flat, result.image)]
    assert np.corrcoef(*seen)[0, 1] > 0.7


@needs_weights
def test_a_page_that_fills_its_image_is_straightened_by_its_own_corners():
    page = documents.render("passport", "lagoon", seed=8, pixels_per_mm=5, oversampling=1)
    result = straighten(page.image, corners=page.corners)
    assert result.problem is None and result.page_format in ("passport page", "A4") and result.location is None


def test_a_problem_stops_the_straightening_with_a_reason():
    result = straighten(np.zeros((400, 500, 3), np.uint8))
    assert result.image is None and result.problem == "no_document" and result.reason and len(result.steps) == 1


def test_straighten_refuses_bad_input(photo):
    with pytest.raises(ValueError, match="longer"):
        straighten(photo.image, longer=3)
    with pytest.raises(ValueError, match="clockwise"):
        straighten(photo.image, corners=photo.corners[::-1])


@needs_weights
def test_the_shipped_weights_are_small_plain_arrays():
    assert weights.FILE.stat().st_size < 600_000
    with np.load(weights.FILE, allow_pickle=False) as archive:
        assert {key.split("/")[0] for key in archive.files} == set(weights.NETWORKS)
        assert {archive[key].dtype for key in archive.files} <= {np.dtype(one) for one in ("f2", "f4", "i1")}
        assert all(np.isfinite(archive[key]).all() for key in archive.files)


def test_missing_or_foreign_weights_say_how_to_make_them_again(tmp_path, monkeypatch):
    weights.network.cache_clear()
    monkeypatch.setattr(weights, "FILE", tmp_path / "weights.npz")
    with pytest.raises(ValueError, match=r"python -m imgrec_tf\.finance\.locating\.training"):
        weights.network("edge_network")
    np.savez(tmp_path / "weights.npz", **{"edge_network/000": np.zeros(3, np.float16)})
    with pytest.raises(ValueError, match="does not fit"):
        weights.network("edge_network")
    with pytest.raises(ValueError, match="must be one of"):
        weights.network("oracle")
    weights.network.cache_clear()
