"""What all preprocessing layers promise: types, shapes, range, saving, exporting, graphs, clear errors."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from imgrec_tf.vision import preprocessing

CASES = {
    "grayscale": lambda: preprocessing.Grayscale(channels=3),
    "grey_world": preprocessing.GreyWorld,
    "binarize": lambda: preprocessing.Binarize(0.4),
    "otsu": lambda: preprocessing.Binarize("otsu"),
    "gaussian": lambda: preprocessing.GaussianDenoise(1.5),
    "median": lambda: preprocessing.MedianDenoise(3),
    "bilateral": lambda: preprocessing.BilateralDenoise(size=3),
    "non_local_means": lambda: preprocessing.NonLocalMeansDenoise(0.2, search_radius=1),
    "stretch": lambda: preprocessing.StretchContrast(5, 90),
    "gamma": lambda: preprocessing.Gamma(0.5, 1.1),
    "brightness": lambda: preprocessing.Brightness(0.2),
    "equalize": preprocessing.EqualizeHistogram,
    "clahe": lambda: preprocessing.CLAHE(tiles=2, clip_limit=0.02, bins=64),
    "blur": lambda: preprocessing.Blur("box", size=5),
    "resize": lambda: preprocessing.ResizeWithPadding(16, 30, "bicubic", fill=0.5),
    "crop": lambda: preprocessing.CenterCrop(9, 8),
    "sobel": preprocessing.Sobel,
    "canny": lambda: preprocessing.Canny(0.8, 0.2, 0.5),
    "histogram": lambda: preprocessing.ColorHistogram(4),
    "joint_histogram": lambda: preprocessing.ColorHistogram(3, joint=True),
    "moments": preprocessing.ColorMoments,
    "normalize": lambda: preprocessing.Normalize(0.4, 0.25),
    "standardize": preprocessing.Normalize,
}
OUTSIDE_UNIT_RANGE = {"normalize", "standardize", "moments"}
every_layer = pytest.mark.parametrize("case", CASES)


@pytest.fixture(scope="module")
def images():
    """uint8 (3, 13, 18, 3)."""
    return np.random.default_rng(0).integers(0, 256, (3, 13, 18, 3), dtype=np.uint8)


def all_in_one(names):
    """A model with each layer as an output of its own: one save and one export for all."""
    inputs = keras.Input((None, None, 3))
    unit = keras.layers.Rescaling(1 / 255, dtype="float32")(inputs)
    return keras.Model(inputs, {name: CASES[name]()(unit) for name in names})


def assert_same(first, second, tolerance=1e-5):
    assert set(first) == set(second)
    for name in first:
        np.testing.assert_allclose(np.asarray(first[name]), np.asarray(second[name]), atol=tolerance, err_msg=name)


def test_every_public_layer_is_tested_here():
    layers = {name for name in preprocessing.__all__ if isinstance(getattr(preprocessing, name), type)}
    assert {type(make()).__name__ for make in CASES.values()} == layers - {"PreprocessingLayer"}


@every_layer
def test_types_and_shapes(case, images):
    layer = CASES[case]()
    expected = np.asarray(layer(images))
    assert expected.dtype == np.float32
    assert expected.shape == layer.compute_output_shape(images.shape)
    assert np.isfinite(expected).all()
    if case not in OUTSIDE_UNIT_RANGE:
        assert expected.min() >= 0
        assert expected.max() <= 1
    deep = images.astype(np.uint16) * 257
    for same in (deep, images / 255.0, tf.constant(images), tf.cast(images, tf.float32) / 255):
        np.testing.assert_allclose(np.asarray(layer(same)), expected, atol=1e-4)
    single = np.asarray(layer(images[1]))
    assert single.shape == layer.compute_output_shape(images.shape[1:])
    np.testing.assert_allclose(single, expected[1], atol=1e-5)
    grey = np.asarray(layer(images[..., :1]))
    assert grey.shape == layer.compute_output_shape(images[..., :1].shape)


@every_layer
def test_constant_images_survive(case):
    images = np.stack([np.full((12, 12, 3), value, np.float32) for value in (0.0, 0.3, 1.0)])
    result = np.asarray(CASES[case]()(images))
    assert np.isfinite(result).all()
    if case in ("stretch", "equalize", "clahe", "gaussian", "median", "bilateral", "non_local_means", "blur"):
        np.testing.assert_allclose(result, images, atol=1e-6)
    if case in ("sobel", "canny", "standardize", "otsu"):
        np.testing.assert_allclose(result, 0, atol=1e-5)


@every_layer
def test_configuration_is_complete(case):
    layer = CASES[case]()
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    own = set(vars(layer)) & set(type(layer).__init__.__code__.co_varnames)
    assert own <= set(layer.get_config())


@pytest.mark.parametrize("names", [("otsu", "stretch", "resize"), pytest.param((*CASES,), marks=pytest.mark.slow)])
def test_a_model_is_exported_whole(images, tmp_path, names):
    model = all_in_one(names)
    pixels = images.astype(np.float32)
    model.export(tmp_path / "exported", format="tf_saved_model", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    assert_same(exported.serve(pixels), model(pixels))
    assert_same(exported.serve(pixels[:1, :, :12]), model(pixels[:1, :, :12]))


def test_a_model_is_saved_whole(images, tmp_path):
    model = all_in_one(CASES)
    pixels = images.astype(np.float32)
    expected = model.predict(pixels, verbose=0)
    for name, make in CASES.items():
        np.testing.assert_allclose(expected[name], np.asarray(make()(images)), atol=1e-4, err_msg=name)
    model.save(tmp_path / "model.keras")
    assert_same(keras.models.load_model(tmp_path / "model.keras")(pixels), expected)


def test_integer_inputs_keep_their_range_in_a_sequential_model(images, tmp_path):
    for dtype, values in (("uint8", images), ("uint16", images.astype(np.uint16) * 257)):
        model = keras.Sequential([keras.Input((13, 18, 3), dtype=dtype), preprocessing.Gamma(1.0)])
        np.testing.assert_allclose(model.predict(values, verbose=0), images / 255, atol=1e-6)
        model.save(tmp_path / f"{dtype}.keras")
        again = keras.models.load_model(tmp_path / f"{dtype}.keras")
        np.testing.assert_allclose(np.asarray(again(values)), images / 255, atol=1e-6)


def test_a_classifier_trains_behind_a_layer(images):
    layers = [keras.layers.Rescaling(1 / 255), preprocessing.CLAHE(2), keras.layers.Flatten(), keras.layers.Dense(2)]
    model = keras.Sequential([keras.Input((13, 18, 3)), *layers])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(images.astype(np.float32), np.array([0, 1, 0]), verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_layers_compute_in_float32_under_mixed_precision(images):
    expected = {name: np.asarray(make()(images)) for name, make in CASES.items()}
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        found = {name: make()(images) for name, make in CASES.items()}
        rounded = preprocessing.Gamma(1.0)(tf.constant(images[:1] / 255, tf.bfloat16))
    finally:
        keras.config.set_dtype_policy(before)
    assert {value.dtype for value in found.values()} == {tf.float32}
    assert rounded.dtype == tf.float32
    assert_same(found, expected, 1e-6)


def test_layers_work_in_a_data_pipeline(images):
    layers = {name: make() for name, make in CASES.items()}
    data = tf.data.Dataset.from_tensor_slices(images)
    batch = next(iter(data.batch(3).map(lambda batch: {name: layer(batch) for name, layer in layers.items()})))
    assert_same(batch, {name: layer(images) for name, layer in layers.items()})


def test_flat_areas_have_finite_gradients():
    images = tf.zeros((2, 12, 12, 3)) + 0.5
    for name in ("gaussian", "sobel", "moments", "bilateral", "non_local_means", "standardize", "grey_world"):
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = tf.reduce_sum(CASES[name]()(images))
        assert np.isfinite(np.asarray(tape.gradient(total, images))).all(), name


@settings(max_examples=25, deadline=None)
@given(
    images=arrays.arrays(np.uint8, st.tuples(st.just(3), st.just(12), st.just(12), st.sampled_from([1, 3]))),
    case=st.sampled_from(sorted(CASES)),
    order=st.permutations(range(3)),
)
def test_images_of_a_batch_do_not_touch_each_other(images, case, order):
    layer = CASES[case]()
    result = np.asarray(layer(images))
    assert np.isfinite(result).all()
    if case not in OUTSIDE_UNIT_RANGE:
        assert result.min() >= 0
        assert result.max() <= 1
    np.testing.assert_allclose(np.asarray(layer(images[list(order)])), result[list(order)], atol=1e-6)


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        (np.zeros((20, 20), np.uint8), ValueError, r"image\[..., None\]"),
        (np.zeros((2, 20, 20, 2), np.uint8), ValueError, r"images\[..., :1\]"),
        (np.zeros((20, 20, 4), np.uint8), ValueError, r"images\[..., :3\]"),
        (np.zeros((8, 20, 20), np.uint8), ValueError, r"images\[..., None\]"),
        (np.zeros((1, 1, 20, 20, 3), np.uint8), ValueError, "shape"),
        (np.zeros((20, 20, 3), bool), TypeError, "astype"),
        (np.zeros((20, 20, 3), np.int64), TypeError, "uint8"),
        (np.full((20, 20, 3), "a"), TypeError, "read_image"),
        (np.full((20, 20, 3), 200.0), ValueError, "Rescaling"),
        (np.full((20, 20, 3), np.nan), ValueError, "NaN"),
        ([[1, 2], [3, 4]], TypeError, "uint8"),
    ],
)
def test_unsuitable_images_get_a_clear_error(images, error, message):
    with pytest.raises(error, match=message):
        preprocessing.Gamma()(images)


def test_unsuitable_model_inputs_get_a_clear_error():
    with pytest.raises(TypeError, match="bool"):
        preprocessing.Gamma()(keras.Input((20, 20, 3), dtype="bool"))
    with pytest.raises(ValueError, match="Input"):
        preprocessing.Gamma()(keras.Input((20, 20, None)))
    with pytest.raises(ValueError, match="window"):
        preprocessing.MedianDenoise(7)(keras.Input((5, 20, 3)))


@pytest.mark.parametrize(
    "layer",
    [
        preprocessing.MedianDenoise(5),
        preprocessing.Blur("box", size=5),
        preprocessing.BilateralDenoise(),
        preprocessing.NonLocalMeansDenoise(patch_size=5),
        preprocessing.CLAHE(),
        preprocessing.CenterCrop(5, 2),
    ],
)
def test_images_smaller_than_the_window_get_a_clear_error(layer):
    with pytest.raises(ValueError, match=r"window|smaller|cut less"):
        layer(np.zeros((4, 30, 3), np.uint8))


def test_a_crop_larger_than_an_image_of_unknown_size_fails():
    crop = tf.function(preprocessing.CenterCrop(9, 9), input_signature=[tf.TensorSpec((None, None, None, 1))])
    assert crop(np.zeros((1, 9, 12, 1), np.float32)).shape == (1, 9, 9, 1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="ResizeWithPadding"):
        crop(np.zeros((1, 8, 12, 1), np.float32))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: preprocessing.Grayscale(channels=2), ValueError),
        (lambda: preprocessing.Binarize("otto"), ValueError),
        (lambda: preprocessing.Binarize(128), ValueError),
        (lambda: preprocessing.Binarize(None), TypeError),
        (lambda: preprocessing.GaussianDenoise(0), ValueError),
        (lambda: preprocessing.GaussianDenoise(float("nan")), ValueError),
        (lambda: preprocessing.MedianDenoise(4), ValueError),
        (lambda: preprocessing.MedianDenoise(9), ValueError),
        (lambda: preprocessing.MedianDenoise(3.0), TypeError),
        (lambda: preprocessing.BilateralDenoise(sigma_color="a"), TypeError),
        (lambda: preprocessing.NonLocalMeansDenoise(search_radius=0), ValueError),
        (lambda: preprocessing.StretchContrast(60, 40), ValueError),
        (lambda: preprocessing.Gamma(-1), ValueError),
        (lambda: preprocessing.Brightness(20), ValueError),
        (lambda: preprocessing.EqualizeHistogram(100), ValueError),
        (lambda: preprocessing.CLAHE(tiles=1), ValueError),
        (lambda: preprocessing.CLAHE(clip_limit=0), ValueError),
        (lambda: preprocessing.Blur("motion"), ValueError),
        (lambda: preprocessing.ResizeWithPadding(0, 5), ValueError),
        (lambda: preprocessing.ResizeWithPadding(5, 5, "cubic"), ValueError),
        (lambda: preprocessing.CenterCrop(5.5, 5), TypeError),
        (lambda: preprocessing.Canny(low=0.5, high=0.2), ValueError),
        (lambda: preprocessing.ColorHistogram(1), ValueError),
        (lambda: preprocessing.ColorHistogram(17, joint=True)(np.zeros((9, 9, 3), np.uint8)), ValueError),
        (lambda: preprocessing.Normalize(mean=0.5), ValueError),
        (lambda: preprocessing.Normalize([0.5, 0.5], [0.1, 0.1]), ValueError),
        (lambda: preprocessing.Normalize([0.5] * 3, [0.1] * 3)(np.zeros((9, 9, 1), np.uint8)), ValueError),
        (lambda: preprocessing.Normalize.from_data(np.zeros((0, 9, 9, 1), np.uint8)), ValueError),
        (lambda: preprocessing.Normalize.from_data(np.zeros((2, 9, 9, 1), np.uint8)), ValueError),
        (lambda: preprocessing.Normalize.from_data(np.full((2, 9, 9, 1), 99.0)), ValueError),
        (lambda: preprocessing.Gamma(dtype="mixed_bfloat16"), ValueError),
    ],
)
def test_parameters_out_of_range_get_an_error(make, error):
    with pytest.raises(error):
        make()


def test_preview_shows_before_and_after(images):
    chain = [preprocessing.Grayscale(), preprocessing.Sobel()]
    named = {"gamma": preprocessing.Gamma(0.5), "edges": chain, "colours": preprocessing.ColorHistogram()}
    figure = preprocessing.preview(images[0], named, synthetic=True)
    assert [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes] == ["before", *named]
    assert figure.get_suptitle().endswith(" (synthetic)")
    described = preprocessing.preview(images[0], [preprocessing.Gamma(0.5), preprocessing.Normalize(0.5, 0.2)])
    assert "gamma=0.5" in (described.axes[1].get_title(loc="left") or described.axes[1].get_title())
    with pytest.raises(ValueError, match="empty"):
        preprocessing.preview(images[0], [])
    with pytest.raises(TypeError, match="Gamma"):
        preprocessing.preview(images[0], [preprocessing.Gamma])
