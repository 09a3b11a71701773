"""The U-Net, and the losses for a class of every pixel."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from imgrec_tf import models


def _planes(labels: np.ndarray) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[labels]


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 3, (2, 8, 8)).astype(np.uint8)


def test_unet_answers_each_pixel_of_pictures_of_any_size():
    model = models.unet(filters=(4, 8), seed=1)
    for shape in ((1, 16, 24, 1), (2, 8, 8, 1)):
        answer = np.asarray(model(np.zeros(shape, np.float32)))
        assert answer.shape == (*shape[:3], 3)
        assert np.allclose(answer.sum(axis=-1), 1, atol=1e-5)


def test_a_stride_of_two_answers_every_pixel_and_doubles_what_sides_are_multiples_of():
    model = models.unet(filters=(4, 8), stride=2, seed=1)
    answer = np.asarray(model(np.zeros((1, 12, 20, 1), np.float32)))
    assert answer.shape == (1, 12, 20, 3)
    assert np.allclose(answer.sum(axis=-1), 1, atol=1e-5)


def test_unet_has_the_parameters_that_its_docstring_names_and_starts_from_its_seed():
    assert models.unet().count_params() == 254_883
    first, second, other = (models.unet(filters=(4, 8), seed=seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, second))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_classes": 1}, "num_classes"),
        ({"filters": (8,)}, "filters"),
        ({"filters": (8, 0)}, r"filters\[1\]"),
        ({"dropout": 1.0}, "dropout"),
        ({"channels": 0}, "channels"),
        ({"stride": 3}, "stride"),
    ],
)
def test_unet_refuses_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        models.unet(**options)


@pytest.mark.parametrize("loss", [models.DiceLoss(), models.DiceLoss(1.0), models.FocalLoss(), models.FocalLoss(0.0)])
def test_losses_are_near_zero_where_right_and_higher_where_wrong(loss, labels):
    right = float(loss(labels, _planes(labels)))
    wrong = float(loss(labels, _planes((labels + 1) % 3)))
    even = float(loss(labels, np.full((2, 8, 8, 3), 1 / 3, np.float32)))
    assert right == pytest.approx(0, abs=1e-3)
    assert right < even < wrong


def test_focal_loss_without_gamma_is_cross_entropy(labels):
    scores = np.random.default_rng(1).dirichlet([1, 1, 1], (2, 8, 8)).astype(np.float32)
    expected = float(np.mean(keras.losses.sparse_categorical_crossentropy(labels, scores)))
    assert float(models.FocalLoss(gamma=0)(labels, scores)) == pytest.approx(expected, rel=1e-3)
    assert float(models.FocalLoss(gamma=2)(labels, scores)) < expected


def test_dice_loss_counts_classes_alike_and_takes_labels_with_a_last_axis():
    labels = np.zeros((1, 16, 16), np.uint8)
    labels[0, :2, :2] = 1  # 4 of 256 pixels
    blind = _planes(np.zeros_like(labels))
    loss = models.DiceLoss(class_weights=(1, 1, 0))
    assert float(loss(labels, blind)) == pytest.approx(0.5 * (1 - 505 / 509) + 0.5 * (1 - 1 / 5), abs=1e-3)
    assert float(loss(labels[..., None], blind)) == pytest.approx(float(loss(labels, blind)))


@pytest.mark.slow
def test_losses_are_saved_with_a_compiled_model(tmp_path, labels):
    for loss in (models.DiceLoss(0.5, smooth=2.0, class_weights=(1, 2, 3)), models.FocalLoss(1.5)):
        model = models.unet(filters=(2, 4))
        model.compile("adam", loss)
        model.optimizer.build(model.trainable_variables)
        path = tmp_path / f"{loss.name}.keras"
        model.save(path)
        again = keras.models.load_model(path)
        assert again.loss.get_config() == loss.get_config()
        pictures = np.zeros((2, 8, 8, 1), np.float32)
        assert again.evaluate(pictures, labels, verbose=0) == pytest.approx(
            model.evaluate(pictures, labels, verbose=0), rel=1e-5
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: models.DiceLoss(-1), "cross_entropy"),
        (lambda: models.DiceLoss(smooth=0), "smooth"),
        (lambda: models.FocalLoss(-1), "gamma"),
        (lambda: models.FocalLoss(class_weights=(1, -1)), "class_weights"),
    ],
)
def test_losses_refuse_impossible_settings(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_class_weights_must_fit_the_classes(labels):
    with pytest.raises(ValueError, match=r"2 numbers.*3 classes"):
        models.FocalLoss(class_weights=(1, 2))(labels, _planes(labels))
