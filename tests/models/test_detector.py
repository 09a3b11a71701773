"""The detector's network, and its losses."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from imgrec_tf import models

_SMALL = {"filters": (4, 6, 8), "blocks": (0, 1), "neck": 4}


@pytest.mark.parametrize("stride", [4, 8])
def test_detector_answers_pictures_of_any_size(stride):
    model = models.detector(2, stride=stride, seed=1, **_SMALL)
    for height, width in ((16, 32), (48, 16)):
        answers = model(np.zeros((2, height, width, 3), np.float32))
        centres, boxes = np.asarray(answers["centres"]), np.asarray(answers["boxes"])
        assert centres.shape == (2, height // stride, width // stride, 2)
        assert boxes.shape == (2, height // stride, width // stride, 4)
        assert centres.min() > 0 and centres.max() < 1 and boxes.min() > 0


def test_detector_has_the_parameters_that_its_docstring_names_and_starts_from_its_seed():
    assert models.detector(3).count_params() == 448_215
    first, second, other = (models.detector(1, seed=seed, **_SMALL).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, second))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"num_classes": 0}, ValueError, "num_classes"),
        ({"num_classes": 1.5}, TypeError, "num_classes"),
        ({"channels": 0}, ValueError, "channels"),
        ({"filters": (8, 8)}, ValueError, "filters"),
        ({"blocks": (1,)}, ValueError, "blocks"),
        ({"filters": (8, 0, 8, 8)}, ValueError, r"filters\[1\]"),
        ({"blocks": (1, -1, 1)}, ValueError, r"blocks\[1\]"),
        ({"neck": 0}, ValueError, "neck"),
        ({"stride": 5}, ValueError, "stride"),
        ({"stride": 32}, ValueError, "stride"),
        ({"seed": -1}, ValueError, "seed"),
    ],
)
def test_detector_refuses_what_it_cannot_build(options, error, message):
    with pytest.raises(error, match=message):
        models.detector(**{"num_classes": 2} | options)


def _focal(truth, scores, **options) -> float:
    return float(models.CentreFocalLoss(**options)(np.asarray(truth, "f4"), np.asarray(scores, "f4")))


def test_centre_loss_is_its_formula():
    truth = np.array([1.0, 0.6, 0.0]).reshape(1, 1, 3, 1)
    scores = np.array([0.7, 0.4, 0.2]).reshape(1, 1, 3, 1)
    expected = -(0.3**2 * np.log(0.7) + 0.4**4 * 0.4**2 * np.log(0.6) + 0.2**2 * np.log(0.8))
    assert _focal(truth, scores) == pytest.approx(expected, rel=1e-5)


def test_centre_loss_falls_towards_the_truth_and_stands_pictures_without_centres():
    truth = np.zeros((1, 4, 4, 1))
    assert _focal(truth, truth) == pytest.approx(0, abs=1e-6)
    assert _focal(truth, np.full_like(truth, 0.5)) > _focal(truth, np.full_like(truth, 0.1))
    truth[0, 1, 1, 0] = 1
    assert _focal(truth, 0.98 * truth + 0.01) < _focal(truth, np.full_like(truth, 0.3))
    with pytest.raises(ValueError, match="alpha"):
        models.CentreFocalLoss(alpha=-1)


def _overlap(truth, answer, weight=1.0) -> float:
    truth = np.array([*truth, weight], "f4").reshape(1, 1, 1, 5)
    return float(models.BoxOverlapLoss()(truth, np.array(answer, "f4").reshape(1, 1, 1, 4)))


def test_box_loss_is_one_less_the_generalised_overlap():
    assert _overlap((3, 4, 5, 6), (3, 4, 5, 6)) == pytest.approx(0, abs=1e-5)
    # Truth 4 × 4 with the place in its corner; answered 2 × 2 from the same corner: overlap 4 / 16, nothing around.
    assert _overlap((0, 0, 4, 4), (0, 0, 2, 2)) == pytest.approx(0.75, abs=1e-5)
    # Two boxes of 4 that share the edge of the place: no overlap, around them 2 × 4, both cover all of it.
    assert _overlap((2, 1, 0, 1), (0, 1, 2, 1)) == pytest.approx(1.0, abs=1e-5)
    # Across the corner: each 4 of the 16 around, so half of that is covered by neither.
    assert _overlap((2, 2, 0, 0), (0, 0, 2, 2)) == pytest.approx(1.5, abs=1e-5)
    assert _overlap((1, 1, 1, 1), (9, 9, 9, 9), weight=0.0) == 0


def test_detector_learns_one_picture_and_is_saved_with_its_losses(tmp_path):
    rng = np.random.default_rng(0)
    pictures = rng.random((2, 16, 16, 3), np.float32)
    centres, boxes = np.zeros((2, 4, 4, 1), np.float32), np.zeros((2, 4, 4, 5), np.float32)
    centres[0, 1, 2], boxes[0, 1, 2] = 1, (6, 5, 4, 3, 2)
    model = models.detector(1, **_SMALL)
    losses = {"centres": models.CentreFocalLoss(), "boxes": models.BoxOverlapLoss()}
    model.compile(keras.optimizers.Adam(0.02), losses, jit_compile=False)
    told = model.fit(pictures, {"centres": centres, "boxes": boxes}, epochs=12, verbose=0).history["loss"]
    assert told[-1] < 0.5 * told[0]
    model.save(tmp_path / "one.keras")
    again = keras.saving.load_model(tmp_path / "one.keras")
    assert np.allclose(again.predict_on_batch(pictures)["boxes"], model.predict_on_batch(pictures)["boxes"])
