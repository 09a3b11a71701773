"""Maps: evidence in a known corner lights that corner, also in a nested backbone; shuffled weights change the map."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

import imgrec_tf as ir
from imgrec_tf import explain
from imgrec_tf.vision import preprocessing

METHODS = (explain.grad_cam, explain.saliency, explain.occlusion)
CORNER = np.zeros((32, 48), bool)
CORNER[:12, 36:] = True


def images_with_square(count: int = 6, seed: int = 0) -> np.ndarray:
    """Noise around mid-grey, with a bright square in the upper right corner."""
    rng = np.random.default_rng(seed)
    images = rng.normal(90, 8, (count, 32, 48, 3))
    images[:, 2:10, 38:46] += 120
    return np.clip(images, 0, 255).astype(np.uint8)


def looks_for_brightness() -> keras.Model:
    """Features that light where a pixel is brighter than 150 of 255; nothing is learnt, the weights are set."""
    bright = layers.Conv2D(2, 1, activation="relu", name="bright")
    model = keras.Sequential(
        [keras.Input((32, 48, 3)), layers.Rescaling(1 / 255), bright, layers.MaxPooling2D(4),
         layers.GlobalAveragePooling2D(),
         layers.Dense(2, "softmax")]
    )  # fmt: skip
    kernel = np.zeros((1, 1, 3, 2), np.float32)
    kernel[..., 0] = 10 / 3
    kernel[..., 1] = -10 / 3
    bright.set_weights([kernel, np.array([-5.9, 5.9], np.float32)])
    model.layers[-1].set_weights([np.array([[-5, 5], [0, 0]], np.float32), np.zeros(2, np.float32)])
    return model


def nested(pooling: str | None) -> keras.Model:
    """A backbone as a model inside of a model, as pretrained ones come, with and without a pooling of its own."""
    inner = keras.Sequential(looks_for_brightness().layers[:-2], name="backbone")
    inner.build((None, 32, 48, 3))
    pixels = keras.Input((32, 48, 3))
    features = inner(pixels)
    if pooling:
        pooled = keras.Model(inner.inputs, layers.GlobalAveragePooling2D()(inner.outputs[0]), name="pooled")
        features = pooled(pixels)
    else:
        features = layers.GlobalAveragePooling2D()(features)
    made = keras.Model(pixels, layers.Dense(2, "softmax")(features))
    made.layers[-1].set_weights(looks_for_brightness().layers[-1].get_weights())
    return made


@pytest.fixture(scope="module")
def backbone_twice() -> tuple[keras.Model, keras.Model]:
    """A network of keras.applications as a layer of another model, and the same network with its layers unpacked."""
    keras.utils.set_random_seed(4)
    backbone = keras.applications.MobileNetV2((64, 64, 3), alpha=0.35, include_top=False, weights=None, pooling="avg")
    answer = layers.Dense(3, "softmax")
    pixels = keras.Input((64, 64, 3))
    nested_inside = keras.Model(pixels, answer(layers.Dropout(0.2)(backbone(pixels))))
    return nested_inside, keras.Model(backbone.inputs[0], answer(backbone.outputs[0]))


@pytest.mark.parametrize("method", [explain.grad_cam, explain.saliency])
@pytest.mark.parametrize("layer", [None, "block_6_expand_relu"])
def test_a_pretrained_backbone_inside_of_a_model_has_the_maps_of_its_layers(backbone_twice, method, layer):
    options = {"layer": layer} if layer and method is explain.grad_cam else {}
    pixels = np.random.default_rng(2).integers(0, 256, (3, 64, 64, 3)).astype(np.float32)
    inside, unpacked = (method(model, pixels, [0, 1, 2], **options) for model in backbone_twice)
    assert inside.shape == (3, 64, 64) and inside.max() == 1
    np.testing.assert_allclose(inside, unpacked, atol=1e-3)


CLASSIFIERS = {
    "default, 64 pixels": lambda: ir.models.sequential_cnn((64, 64, 1), 3, seed=1),
    "default, 28 pixels, colour": lambda: ir.models.sequential_cnn((28, 28, 3), 2, seed=1),
    "preset for digits": lambda: ir.models.sequential_cnn(preset="digits", seed=1),
    "several labels": lambda: ir.models.sequential_cnn((32, 32, 1), 4, multi_label=True, seed=1),
    "global maximum": lambda: ir.models.sequential_cnn((32, 32, 1), 2, pooling="max", seed=1),
    "forgery detector": lambda: ir.finance.forgery.detector((64, 128, 3), seed=1),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classifier_of_the_library_has_maps(name):
    model = CLASSIFIERS[name]()
    shape = model.input_shape[1:]
    pixels = np.random.default_rng(6).integers(0, 256, (2, *shape)).astype(np.float32)
    for method, options in ((explain.grad_cam, {}), (explain.grad_cam, {"plus_plus": True}), (explain.saliency, {}),
                            (explain.occlusion, {"patch": min(shape[:2]) // 2})):  # fmt: skip
        maps = method(model, pixels, 1, **options)
        assert maps.shape == (2, *shape[:2]) and np.isfinite(maps).all() and np.abs(maps).max() <= 1
    assert explain.saliency(model, pixels, 1).any()


def test_networks_that_give_no_scores_an_image_are_refused():
    for model in (ir.models.unet(filters=(2, 4)), ir.models.crnn(10)):
        with pytest.raises(ValueError, match=r"one row of scores|one batch of images"):
            explain.grad_cam(model, np.zeros((1, 32, 32, 1)))


@pytest.mark.slow
def test_occlusion_and_the_check_of_weights_look_into_a_backbone_too(backbone_twice):
    inside = backbone_twice[0]
    pixels = np.random.default_rng(3).integers(0, 256, (2, 64, 64, 3)).astype(np.float32)
    falls = [explain.occlusion(model, pixels, 0, patch=32) for model in backbone_twice]
    np.testing.assert_allclose(*falls, atol=1e-5)
    assert not explain.sanity_check(inside, pixels, lambda model, images, chosen: images[..., 0]).passed
    found = explain.sanity_check(inside, pixels, explain.saliency)
    assert found.passed and (found.maps != found.shuffled_maps).any()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("made", [looks_for_brightness, lambda: nested(None), lambda: nested("avg")],
                         ids=["plain", "nested", "nested with pooling"])  # fmt: skip
def test_evidence_in_a_corner_lights_that_corner(made, method):
    images = images_with_square()
    maps = method(made(), images, 1)
    assert maps.shape == (6, 32, 48) and maps.dtype == np.float32
    assert (explain.mass_inside(maps, CORNER) > 0.8).all()
    alone = method(made(), images[0], 1)
    np.testing.assert_allclose(alone[0], maps[0], atol=1e-4)


def test_plus_plus_and_a_named_layer_light_it_too():
    model, images = looks_for_brightness(), images_with_square(2)
    for options in ({"plus_plus": True}, {"layer": "bright"}):
        maps = explain.grad_cam(model, images, 1, **options)
        assert (explain.mass_inside(maps, CORNER) > 0.8).all() and maps.max() == 1
    deep = explain.grad_cam(nested("avg"), images, 1, layer="bright")
    assert (explain.mass_inside(deep, CORNER) > 0.8).all()


@pytest.mark.slow
def test_a_trained_network_with_preprocessing_inside():
    rng = np.random.default_rng(1)
    pixels = rng.normal(8, 4, (80, 32, 32, 1))
    labels = np.arange(80) % 2
    pixels[labels == 1, :8, :8] += 150
    dataset = ir.datasets.from_arrays(np.clip(pixels, 0, 255).astype(np.uint8), labels)
    options = {"filters": (8, 8), "batch_norm": False, "dropout": 0.0, "pooling": "max"}
    model = ir.models.sequential_cnn((32, 32, 1), 2, preprocessing=[preprocessing.Gamma(0.8)], **options, seed=1)
    ir.train(model, dataset, epochs=20, learning_rate=0.01, augmentation="none", progress=False)
    assert ir.evaluate(model, dataset.test, resamples=0)["roc_auc"].value > 0.9
    marked = dataset.train.images[dataset.train.labels == 1][:8]
    corner = np.zeros((32, 32), bool)
    corner[:14, :14] = True
    for method, least in ((explain.grad_cam, 0.35), (explain.saliency, 0.35), (explain.occlusion, 0.6)):
        assert np.nanmean(explain.mass_inside(method(model, marked, 1), corner)) > least  # 0.19 of the area
    run_like = type("Holder", (), {"model": model})()
    np.testing.assert_allclose(explain.grad_cam(run_like, marked, 1), explain.grad_cam(model, marked, 1))


def test_shuffled_weights_change_the_map_and_come_back():
    model, images = looks_for_brightness(), images_with_square()
    before = [one.copy() for one in model.get_weights()]
    edges = explain.sanity_check(model, images, lambda model, pixels, chosen: pixels.mean(axis=-1))
    assert not edges.passed and edges.correlations.mean() == pytest.approx(1) and "failed" in str(edges)
    trained = ir.models.sequential_cnn((32, 48, 3), 2, seed=3)
    found = explain.sanity_check(trained, images, seed=1)
    assert found.maps.shape == found.shuffled_maps.shape == (6, 32, 48) and found.correlations.min() >= -1
    assert found.passed == (found.correlations.mean() < 0.5)
    assert (found.maps != found.shuffled_maps).any()
    for one, other in zip(before, model.get_weights()):
        np.testing.assert_array_equal(one, other)


def test_a_sure_network_still_has_a_map():
    """The gradient of a softmax at 1 vanishes in float32; what enters the softmax does not."""
    model, images = looks_for_brightness(), images_with_square(1)
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([kernel * 1000, bias])
    assert model.predict(images.astype(np.float32), verbose=0).max() == 1
    assert explain.grad_cam(model, images).max() == explain.saliency(model, images).max() == 1


def test_one_sigmoid_tells_two_classes():
    base = looks_for_brightness()
    last = layers.Dense(1, "sigmoid")
    model = keras.Sequential([keras.Input((32, 48, 3)), *base.layers[:-1], last])
    last.set_weights([np.array([[10.0], [0.0]], np.float32), np.zeros(1, np.float32)])
    images = images_with_square(2)
    assert (explain.mass_inside(explain.grad_cam(model, images, 1), CORNER) > 0.8).all()
    assert not (explain.mass_inside(explain.grad_cam(model, images, 0), CORNER) > 0.2).any()


def test_smoothed_saliency_repeats_with_its_seed():
    model, images = looks_for_brightness(), images_with_square(2)
    first, second, other = (explain.saliency(model, images, 1, samples=3, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_the_figure_shows_image_and_map():
    images = images_with_square(7)
    maps = explain.grad_cam(looks_for_brightness(), images, 1)
    figure = explain.show_maps(images, maps, [f"{one}" for one in range(7)], mask=CORNER, synthetic=True)
    assert "(synthetic)" in figure.get_suptitle() and len(figure.axes) == 4 * 6 + 1
    assert len(explain.show_maps(images, maps, columns=4).axes) == 4 * 4 + 1
    for bad, message in (
        ({"maps": maps[:3]}, "same number"),
        ({"titles": ["one"]}, "titles"),
        ({"columns": 0}, "columns"),
        ({"images": np.repeat(images, 2, 0), "maps": np.repeat(maps, 2, 0)}, "12"),
    ):
        with pytest.raises(ValueError, match=message):
            explain.show_maps(**{"images": images, "maps": maps} | bad)


def test_mass_inside_is_exact():
    maps = np.zeros((2, 4, 4))
    maps[0, 0, :2] = 3, 1
    mask = np.zeros((4, 4), bool)
    mask[0, 0] = True
    found = explain.mass_inside(maps, mask)
    assert found[0] == 0.75 and np.isnan(found[1])
    with pytest.raises(TypeError, match="True and False"):
        explain.mass_inside(maps, mask.astype(int))
    with pytest.raises(ValueError, match="shape"):
        explain.mass_inside(maps, mask[:2])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": "model.keras"}, TypeError, "Keras model"),
        ({"images": np.zeros((2, 8, 8, 3))}, ValueError, "model's shape"),
        ({"images": np.zeros((0, 32, 48, 3))}, ValueError, "at least one"),
        ({"images": np.full((1, 32, 48, 3), np.nan)}, ValueError, "finite"),
        ({"images": np.full((1, 32, 48, 3), 300)}, ValueError, "255"),
        ({"images": np.array(["a"])}, TypeError, "pixels"),
        ({"class_index": 2}, ValueError, "class_index"),
        ({"class_index": [0, 1, 0]}, ValueError, "class_index"),
        ({"class_index": 0.5}, TypeError, "class_index"),
    ],
)
def test_bad_input_is_named(method, change, error, message):
    arguments = {"model": _MODEL, "images": images_with_square(2), "class_index": 1} | change
    with pytest.raises(error, match=message):
        method(**arguments)


def test_bad_options_are_named():
    images = images_with_square(1)
    for call, error, message in (
        (lambda: explain.grad_cam(_MODEL, images, layer="nothing"), ValueError, "bright"),
        (lambda: explain.grad_cam(_MODEL, images, layer=_MODEL.layers[-1].name), ValueError, "no feature maps"),
        (lambda: explain.saliency(_MODEL, images, samples=0), ValueError, "samples"),
        (lambda: explain.saliency(_MODEL, images, noise=2), ValueError, "noise"),
        (lambda: explain.occlusion(_MODEL, images, patch=99), ValueError, "patch"),
        (lambda: explain.occlusion(_MODEL, images, patch=4, stride=9), ValueError, "stride"),
        (lambda: explain.sanity_check(_MODEL, images, "grad_cam"), TypeError, "method"),
        (lambda: explain.sanity_check(_MODEL, images, limit=2), ValueError, "limit"),
    ):
        with pytest.raises(error, match=message):
            call()
    flat = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(2, "softmax")])
    with pytest.raises(ValueError, match="use saliency"):
        explain.grad_cam(flat, np.zeros((1, 8, 8, 1)))
    blind = keras.Sequential(
        [keras.Input((32, 48, 1)), layers.Rescaling(1 / 255), preprocessing.Canny(), layers.GlobalAveragePooling2D(),
         layers.Dense(2, "softmax")]
    )  # fmt: skip
    with pytest.raises(ValueError, match="no gradient"):
        explain.saliency(blind, np.zeros((1, 32, 48, 1)))


_MODEL = looks_for_brightness()
