import keras
import numpy as np
import pytest

from imgrec_tf import models


@pytest.mark.parametrize(
    ("preset", "image_shape", "parameters"),
    [
        ("digits", (28, 28, 1), 121_930),
        ("photographs", (224, 224, 3), 23_908_682),
        ("documents", (128, 128, 3), 8_782_666),
    ],
)
def test_presets_have_the_printed_parameter_counts(preset, image_shape, parameters):
    model = models.sequential_cnn(preset=preset)
    assert type(model) is keras.Sequential
    assert model.input_shape == (None, *image_shape)
    assert model.output_shape == (None, 10)
    assert model.count_params() == parameters


def test_a_preset_can_be_changed():
    model = models.sequential_cnn(preset="digits", num_classes=3, dropout=0.5)
    assert model.output_shape == (None, 3)
    assert any(isinstance(layer, keras.layers.Dropout) for layer in model.layers)


@pytest.mark.parametrize(
    "image_shape", [(8, 8, 1), (28, 28, 1), (32, 48, 3), (64, 64, 1), (224, 224, 3), (512, 512, 1)]
)
def test_default_is_small_and_gives_probabilities_at_any_size(image_shape):
    model = models.sequential_cnn(image_shape, 11)
    assert model.count_params() < 100_000
    scores = model(np.full((2, *image_shape), 128, np.float32))
    np.testing.assert_allclose(np.sum(scores, axis=1), 1, rtol=1e-5)


def test_multi_label_scores_are_independent():
    model = models.sequential_cnn((16, 16, 1), 4, multi_label=True)
    scores = np.asarray(model(np.random.default_rng(0).uniform(0, 255, (8, 16, 16, 1)).astype("float32")))
    assert ((scores > 0) & (scores < 1)).all()
    assert not np.allclose(scores.sum(axis=1), 1)


def test_same_seed_gives_the_same_weights_and_another_seed_gives_others():
    first, again, other = (models.sequential_cnn((16, 16, 1), 2, seed=seed).get_weights()[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_options_appear_in_the_model():
    model = models.sequential_cnn(
        (32, 32, 3),
        2,
        filters=(4, 8),
        convolutions=2,
        dense_units=(16, 8),
        batch_norm=False,
        l2=1e-4,
        pooling="flatten",
    )
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [4, 4, 8, 8]
    assert all(layer.kernel_regularizer.l2 == pytest.approx(1e-4) for layer in convolutions)
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers)
    assert [layer.units for layer in model.layers if isinstance(layer, keras.layers.Dense)] == [16, 8, 2]


def test_preprocessing_layers_are_inside_the_model():
    class Invert(keras.layers.Layer):
        def call(self, images):
            return 1 - images

    model = models.sequential_cnn((16, 16, 1), 2, preprocessing=[Invert()])
    assert isinstance(model.layers[1], Invert)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"preset": "mnist"}, "digits, photographs, documents"),
        ({}, "image_shape and num_classes"),
        ({"image_shape": (28, 28, 2), "num_classes": 2}, "1 or 3"),
        ({"image_shape": (28, 28), "num_classes": 2}, "height, width, channels"),
        ({"image_shape": (4, 4, 1), "num_classes": 2}, "8×8"),
        ({"image_shape": (28, 28, 1), "num_classes": 1}, "at least 2"),
        ({"image_shape": (28, 28, 1), "num_classes": 2, "dropout": 1.0}, "dropout"),
        ({"image_shape": (28, 28, 1), "num_classes": 2, "l2": -1.0}, "l2"),
        ({"image_shape": (28, 28, 1), "num_classes": 2, "pooling": "mean"}, "flatten, average, max"),
        ({"image_shape": (28, 28, 1), "num_classes": 2, "padding": "full"}, "padding"),
        ({"image_shape": (28, 28, 1), "num_classes": 2, "filters": [8] * 6}, "too small"),
        ({"image_shape": (28, 28, 1), "num_classes": 2, "filters": [8, 8], "convolutions": [1]}, "convolutions"),
    ],
)
def test_bad_arguments_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.sequential_cnn(**arguments)
