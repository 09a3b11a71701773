"""The quality gate: each fault is found, a good photo passes, bad input has a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imgrec_tf.finance import capture, documents
from imgrec_tf.finance.locating import LIMITS, check_quality

CALM = replace(
    capture.SEVERITIES["mild"],
    defocus=(0.0, 0.0),
    motion=(0.0, 0.0),
    glare_chance=0.0,
    shadow_chance=0.0,
    exposure=(0, 0),
)


def _photo(seed: int = 1, **changes):
    page = documents.render("portrait_side", "lake", seed=3, pixels_per_mm=9, oversampling=1)
    return capture.capture(page, replace(CALM, **changes), camera=3, seed=seed, size=(720, 960))


@pytest.fixture(scope="module")
def good():
    return _photo()


def test_a_good_photo_passes_with_all_measurements(good):
    quality = check_quality(good.image, good.corners)
    assert quality.acceptable and quality.names == ()
    assert set(quality.measurements) == set(LIMITS)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"defocus": (0.007, 0.007)}, "blurred"),
        ({"motion": (0.018, 0.018)}, "blurred"),
        ({"glare_chance": 1.0, "glare_strength": (2.0, 2.0)}, "glare"),
        ({"exposure": (-5.5, -5.5)}, "too_dark"),
        ({"exposure": (1.8, 1.8)}, "too_bright"),
    ],
    ids=["defocus", "motion", "glare", "dark", "bright"],
)
def test_each_fault_is_found_and_says_what_to_do(changes, name):
    photo = _photo(**changes)
    quality = check_quality(photo.image, photo.corners)
    assert name in quality.names
    finding = next(one for one in quality.findings if one.name == name)
    assert finding.limit == LIMITS[name] and finding.measured == quality.measurements[name]
    assert finding.reason and finding.action and finding.unit
    assert finding.action in str(finding)


def test_a_document_that_leaves_the_photo_is_found(good):
    beside = good.corners + np.array([0.4 * good.image.shape[1], 0])
    quality = check_quality(good.image, beside)
    assert "cropped" in quality.names
    assert 0.2 < quality.measurements["cropped"] < 0.95
    assert "cropped" not in check_quality(good.image).measurements


def test_a_document_outside_of_the_photo_is_cropped_wholly(good):
    assert check_quality(good.image, good.corners + 5000).measurements["cropped"] == 0


def test_a_small_document_is_found(good):
    quality = check_quality(good.image[::3, ::3], good.corners / 3)
    assert "too_small" in quality.names
    assert quality.measurements["too_small"] == pytest.approx(
        check_quality(good.image, good.corners).measurements["too_small"] / 3, rel=1e-6
    )


@pytest.mark.parametrize("value", [0, 255, 128])
def test_a_flat_picture_has_reasons(value):
    names = check_quality(np.full((600, 800, 3), value, np.uint8)).names
    assert {0: "too_dark", 255: "too_bright", 128: "low_contrast"}[value] in names


def test_forty_by_twenty_five_pixels_are_too_few():
    assert "too_small" in check_quality(np.random.default_rng(0).integers(0, 255, (25, 40, 3), np.uint8)).names


@pytest.mark.slow
def test_a_hundred_megapixels_are_measured_on_a_reduced_copy():
    image = np.broadcast_to(np.uint8(120), (10_000, 10_000, 3))
    assert check_quality(image).measurements["too_small"] == pytest.approx(10_000, rel=0.01)


def test_grey_alpha_and_float_are_judged_like_colours(good):
    grey = good.image.mean(axis=2).astype(np.uint8)
    reference = check_quality(grey, good.corners).measurements
    for form in (grey[..., None], np.dstack([grey] * 3 + [np.full_like(grey, 255)]), grey.astype(np.float32) / 255):
        assert check_quality(form, good.corners).measurements == pytest.approx(reference, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("image", "corners", "error"),
    [
        (7, None, TypeError),
        ("photo", None, ValueError),
        (np.zeros((3, 3), np.uint8), None, ValueError),
        (np.zeros((90, 90), np.uint8), np.zeros((4, 2)), ValueError),
        (np.zeros((90, 90), np.uint8), [[0, 0], [0, 9], [9, 9], [9, 0]], ValueError),
    ],
)
def test_bad_input_is_refused(image, corners, error):
    with pytest.raises(error):
        check_quality(image, corners)
