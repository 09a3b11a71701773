"""Augmentation: exact geometry, equal seeds, labels kept, and nothing of it in a prediction."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.vision import augmentation as aug

SEED = (3, 5)


def some_images(batch=4, height=28, width=28, channels=1, seed=0):
    """Smooth random images with values over the whole of [0, 255]."""
    noise = np.random.default_rng(seed).uniform(0, 255, (batch, height, width, channels))
    return noise.astype(np.float32)


def some_labels(batch=4, classes=3):
    return np.eye(classes, dtype=np.float32)[np.arange(batch) % classes]


def warped(images, **moves):
    return aug.RandomAffine(**moves).stateless(images, SEED).numpy()


# Geometry


@pytest.mark.parametrize("fill_mode", ["nearest", "reflect"])
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_no_move_gives_the_same_pixels(fill_mode, interpolation):
    images = some_images(channels=3)
    np.testing.assert_allclose(warped(images, fill_mode=fill_mode, interpolation=interpolation), images, atol=0.01)


@settings(max_examples=15, deadline=None)
@given(right=st.integers(-9, 9), down=st.integers(-9, 9), mode=st.sampled_from(["nearest", "reflect"]))
def test_shift_by_whole_pixels_equals_a_shifted_padded_array(right, down, mode):
    images = some_images(batch=2, height=20, width=30)
    got = warped(images, shift_x=(right / 30, right / 30), shift_y=(down / 20, down / 20), fill_mode=mode)
    padded = np.pad(images, ((0, 0), (9, 9), (9, 9), (0, 0)), mode={"nearest": "edge", "reflect": "symmetric"}[mode])
    np.testing.assert_allclose(got, padded[:, 9 - down : 29 - down, 9 - right : 39 - right], atol=0.02)


@pytest.mark.parametrize("degrees, quarters", [(90, 1), (180, 2), (270, 3), (-90, 3)])
def test_rotation_by_quarter_turns_is_counter_clockwise(degrees, quarters):
    images = some_images(channels=3)
    got = warped(images, rotation=(degrees, degrees))
    np.testing.assert_allclose(got, np.rot90(images, quarters, axes=(1, 2)), atol=0.02)


def test_microscopy_symmetries_are_the_eight_of_the_square_and_exact():
    image = some_images(batch=1)
    symmetries = [np.rot90(flipped, k) for flipped in (image[0], image[0][:, ::-1]) for k in range(4)]
    layer = aug.RandomAffine(flip_x=True, quarter_turns=True, fill_mode="reflect")
    found = set()
    for row in layer.stateless(np.repeat(image, 128, axis=0), SEED).numpy():
        matches = [k for k, symmetry in enumerate(symmetries) if np.array_equal(row, symmetry)]
        assert len(matches) == 1
        found.update(matches)
    assert found == set(range(8))


def test_quarter_turns_of_an_oblong_image_lose_nothing():
    image = some_images(batch=1, height=12, width=20)
    for row in aug.RandomAffine(quarter_turns=True).stateless(np.repeat(image, 32, axis=0), SEED).numpy():
        assert np.array_equal(row, image[0]) or np.array_equal(row, image[0][::-1, ::-1])


def test_a_point_goes_where_the_moves_say():
    height, width = 41, 61
    forced = {
        "rotation": (20, 20),
        "shift_x": (0.1, 0.1),
        "shift_y": (-0.05, -0.05),
        "zoom": (1.2, 1.2),
        "shear": (9, 9),
    }
    angle, slope = np.deg2rad(20), np.tan(np.deg2rad(9))
    rotate = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])  # y points down
    forward = rotate @ np.array([[1, slope], [0, 1]]) * 1.2
    centre, shift = np.array([30.0, 20.0]), np.array([0.1 * width, -0.05 * height])

    matrix = (
        aug.RandomAffine(**forced).sample(tf.constant(SEED), tf.constant([1, height, width, 1]))["matrix"][0].numpy()
    )
    for corner in ([0, 0], [60, 0], [0, 40], [60, 40], [33, 17]):
        moved = forward @ (np.array(corner) - centre) + centre + shift
        np.testing.assert_allclose(matrix @ [*moved, 1], corner, atol=1e-3)

    bright = np.zeros((1, height, width, 1), np.float32)
    bright[0, 17, 33] = 255
    y, x = np.mgrid[:height, :width]
    result = warped(bright, **forced)[0, :, :, 0]
    place = np.array([(result * x).sum(), (result * y).sum()]) / result.sum()
    np.testing.assert_allclose(place, forward @ ([33, 17] - centre) + centre + shift, atol=0.3)


@settings(max_examples=15, deadline=None)
@given(
    value=st.floats(0, 255, width=32),
    rotation=st.floats(0, 180),
    zoom=st.floats(0, 2),
    shear=st.floats(0, 60),
    mode=st.sampled_from(["nearest", "reflect"]),
)
def test_a_constant_image_stays_constant_and_no_value_is_invented(value, rotation, zoom, shear, mode):
    moves = {"rotation": rotation, "zoom": zoom, "shear": shear, "shift_x": 0.4, "fill_mode": mode}
    np.testing.assert_allclose(warped(np.full((2, 9, 13, 1), value, np.float32), **moves), value, atol=1e-3)
    images = some_images(batch=3, height=9, width=13)
    result = warped(images, **moves)
    for before, after in zip(images, result, strict=True):
        assert after.min() >= before.min() - 1e-3 and after.max() <= before.max() + 1e-3


def test_warp_mixes_no_channels_and_masks_follow_their_image():
    images = some_images(channels=3)
    images[..., 1] = 0
    moves = {"rotation": 30, "zoom": 0.3, "shear": 10, "shift_x": 0.2, "fill_mode": "reflect"}
    result = warped(images, **moves)
    assert not result[..., 1].any()
    np.testing.assert_allclose(result[..., :1], warped(images[..., :1], **moves), atol=1e-3)

    disk = (np.hypot(*np.mgrid[-20:21, -20:21]) < 9).astype(np.float32)[None, :, :, None] * 255
    mask = warped(disk, **moves, interpolation="nearest")
    assert set(np.unique(mask)) == {0.0, 255.0}
    assert np.mean((warped(disk, **moves) > 127.5) != (mask > 127.5)) < 0.02


# Tone and damage


def test_contrast_keeps_the_mean_and_gamma_keeps_black_and_white():
    images = some_images() * 0.2 + 100
    result = aug.RandomTone(contrast=(1.3, 1.3)).stateless(images, SEED).numpy()
    np.testing.assert_allclose(result.mean(axis=(1, 2, 3)), images.mean(axis=(1, 2, 3)), atol=0.01)
    np.testing.assert_allclose(result.std(axis=(1, 2, 3)), 1.3 * images.std(axis=(1, 2, 3)), rtol=1e-4)
    greys = np.array([0, 63.75, 255], np.float32).reshape(1, 1, 3, 1)
    np.testing.assert_allclose(
        aug.RandomTone(gamma=(0.5, 0.5)).stateless(greys, SEED).numpy().ravel(), [0, 127.5, 255], atol=0.01
    )
    np.testing.assert_allclose(
        aug.RandomTone(brightness=(0.1, 0.1)).stateless(greys, SEED).numpy().ravel(),
        [25.5, 63.75 + 0.1 * (255 - 63.75), 255],
        atol=0.01,
    )


def test_color_leaves_grey_alone_and_a_third_of_the_circle_swaps_the_primaries():
    grey = np.repeat(some_images(), 3, axis=-1)
    layer = aug.RandomColor(saturation=0.5, hue=90)
    np.testing.assert_allclose(layer.stateless(grey, SEED), grey, atol=0.01)
    np.testing.assert_array_equal(layer.stateless(some_images(), SEED), some_images())
    red = np.array([[[[200, 0, 0]]]], np.float32)
    turned = aug.RandomColor(hue=(120, 120)).stateless(red, SEED).numpy()
    np.testing.assert_allclose(turned.ravel(), [0, 200, 0], atol=0.01)
    faded = aug.RandomColor(saturation=(1e-6, 1e-6)).stateless(red, SEED).numpy()
    np.testing.assert_allclose(faded.ravel(), 0.299 * 200, atol=0.01)


def test_noise_has_the_stated_deviation_and_no_neighbours_in_common():
    images = np.full((2, 100, 100, 1), 128, np.float32)
    noise = aug.RandomNoise(deviation=(0.05, 0.05)).stateless(images, SEED).numpy() - 128
    assert noise.std() == pytest.approx(0.05 * 255, rel=0.03)
    assert abs(noise.mean()) < 0.5
    assert abs(np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.03


def test_blur_equals_scipy_within_its_shorter_kernel():
    from scipy.ndimage import gaussian_filter

    images = some_images(batch=2, height=12, width=17)
    result = aug.RandomBlur(sigma=(1.2, 1.2)).stateless(images, SEED).numpy()
    reference = np.stack([gaussian_filter(image, (1.2, 1.2, 0), mode="nearest", radius=3) for image in images])
    np.testing.assert_allclose(result, reference, atol=0.01)
    sharp = aug.RandomBlur(sigma=(1.2, 1.2), chance=0).stateless(images, SEED).numpy()
    np.testing.assert_allclose(sharp, images, atol=0.01)


def test_erasing_covers_one_rectangle_of_the_stated_area_with_the_mean():
    images = some_images(batch=32, height=40, width=60, channels=3)
    result = aug.RandomErasing(chance=1.0, area=(0.1, 0.2)).stateless(images, SEED).numpy()
    for before, after in zip(images, result, strict=True):
        changed = (before != after).any(axis=-1)
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        assert changed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        assert 0.09 < changed.mean() < 0.22
        np.testing.assert_allclose(
            after[changed], np.broadcast_to(before.mean(axis=(0, 1)), after[changed].shape), atol=0.01
        )
    np.testing.assert_array_equal(aug.RandomErasing(chance=0.0).stateless(images, SEED), images)


# Layers alone


LAYERS = [
    aug.RandomAffine(rotation=20, flip_x=True, seed=1),
    aug.RandomTone(brightness=0.2, contrast=0.2, gamma=0.2, seed=1),
    aug.RandomColor(saturation=0.5, hue=40, seed=1),
    aug.RandomErasing(chance=1.0, seed=1),
    aug.RandomNoise(deviation=(0.02, 0.1), seed=1),
    aug.RandomBlur(sigma=(0.5, 1), seed=1),
]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_a_layer_alone_acts_only_in_training_and_comes_back_from_its_config(layer):
    images = some_images(channels=3)
    copy = type(layer).from_config(layer.get_config())
    first, second = layer(images, training=True).numpy(), layer(images, training=True).numpy()
    assert not np.array_equal(first, images) and not np.array_equal(first, second)
    np.testing.assert_array_equal(layer(images), images)
    np.testing.assert_array_equal(layer(images, training=False), images)
    np.testing.assert_array_equal(copy(images, training=True), first)
    assert layer(images[0], training=True).shape == images[0].shape
    assert len(layer.describe()) >= 1


def test_a_model_that_holds_the_layers_predicts_on_the_image_itself_and_reloads(tmp_path):
    model = keras.Sequential([keras.Input((16, 16, 3)), *LAYERS, keras.layers.Flatten()])
    model.save(tmp_path / "model.keras")
    images = some_images(height=16, width=16, channels=3)
    reloaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(reloaded(images), images.reshape(4, -1))
    assert not np.array_equal(reloaded(images, training=True), images.reshape(4, -1))


# Recipes


@pytest.mark.parametrize("name", aug.NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_recipe_is_stateless_keeps_labels_shape_and_range_and_treats_rows_differently(name, channels):
    images = np.repeat(some_images(batch=1, channels=channels), 5, axis=0)
    labels = some_labels(5)
    augmentation = aug.recipe(name)
    first, same_labels = augmentation(images, labels, SEED)
    again, _ = augmentation(images, labels, tf.constant(SEED))
    other, _ = augmentation(images, labels, (3, 6))
    assert first.dtype == tf.float32 and first.shape == images.shape
    assert np.min(first) >= 0 and np.max(first) <= 255
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(same_labels, labels)
    if name == "none":
        np.testing.assert_array_equal(first, images)
    else:
        assert not np.array_equal(first, other)
        rows = np.asarray(first)
        assert all(not np.array_equal(rows[a], rows[b]) for a in range(5) for b in range(a))


@pytest.mark.parametrize("name", ["light", "document", "radiograph"])
def test_recipes_for_things_with_a_left_side_never_flip(name):
    half = np.zeros((64, 28, 28, 1), np.float32)
    half[:, :, 14:] = 255
    result = np.asarray(aug.recipe(name)(half, some_labels(64), SEED)[0])
    assert np.all(result[:, :, 18:].mean(axis=(1, 2, 3)) > result[:, :, :10].mean(axis=(1, 2, 3)) + 50)


@pytest.mark.parametrize("name", ["document", "microscopy", "natural"])
def test_strength_zero_changes_nothing_and_strength_three_still_works(name):
    images = some_images(channels=3)
    np.testing.assert_array_equal(aug.recipe(name, strength=0, mixing="mixup")(images, some_labels(), SEED)[0], images)
    strong = np.asarray(aug.recipe(name, strength=3)(images, some_labels(), SEED)[0])
    assert np.isfinite(strong).all() and strong.min() >= 0 and strong.max() <= 255


def test_batches_of_a_parallel_pipeline_depend_on_nothing_but_the_seed():
    images, labels = some_images(batch=40), some_labels(40)
    augmentation = aug.recipe("light")

    def batches(calls):
        data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(16).enumerate()
        data = data.map(
            lambda step, batch: augmentation(*batch, tf.stack([7, tf.cast(step, tf.int32)])), num_parallel_calls=calls
        )
        assert data.element_spec[0].shape.as_list() == [None, 28, 28, 1]
        assert data.element_spec[1].shape.as_list() == [None, 3]
        return [batch.numpy() for batch, _ in data]

    one, many = batches(1), batches(4)
    assert [len(batch) for batch in one] == [16, 16, 8]
    for first, second in zip(one, many, strict=True):
        np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(one[1], augmentation(images[16:32], labels[16:32], (7, 1))[0], atol=0.01)


def test_equal_recipes_made_apart_give_equal_images():
    images = some_images()
    first, second = (aug.recipe("light")(images, some_labels(), SEED)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_mixed_precision_changes_nothing():
    before = np.asarray(aug.recipe("natural")(some_images(channels=3), some_labels(), SEED)[0])
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        after = aug.recipe("natural")(some_images(channels=3), some_labels(), SEED)[0]
        alone = aug.RandomAffine(rotation=5, seed=1)(some_images(), training=True)
    finally:
        keras.config.set_dtype_policy(policy)
    assert after.dtype == tf.float32 and alone.dtype == tf.float32
    np.testing.assert_array_equal(before, after)


def test_compiled_and_plain_give_the_same_pixels(monkeypatch):
    from imgrec_tf.vision.augmentation import recipes

    images = some_images(channels=3)
    compiled = np.asarray(aug.recipe("document")(images, some_labels(), SEED)[0])
    monkeypatch.setattr(recipes, "_can_compile", lambda: False)
    plain = np.asarray(aug.recipe("document")(images, some_labels(), SEED)[0])
    np.testing.assert_allclose(compiled, plain, atol=0.1)


@pytest.mark.parametrize("height, width", [(28, 28), (1, 1), (32, 200), (512, 512)])
def test_any_size(height, width):
    images = some_images(batch=2, height=height, width=width, channels=3)
    result = np.asarray(aug.recipe("natural", mixing="cutmix")(images, some_labels(2), SEED)[0])
    assert result.shape == images.shape and np.isfinite(result).all()


# Mixing


def test_mixup_mixes_images_and_labels_by_one_share():
    images = np.broadcast_to(np.arange(8, dtype=np.float32).reshape(8, 1, 1, 1) * 30, (8, 6, 6, 1))
    mixed, labels = aug.Augmentation("my mix", (), mixing=aug.MixUp(alpha=1.0))(
        images, np.eye(8, dtype=np.float32), SEED
    )
    np.testing.assert_allclose(np.sum(labels, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.asarray(mixed)[:, 0, 0, 0], np.asarray(labels) @ (np.arange(8) * 30), atol=0.01)


def test_cutmix_labels_are_the_shares_of_pixels():
    images = np.broadcast_to(np.arange(8, dtype=np.float32).reshape(8, 1, 1, 1) * 30, (8, 20, 31, 1))
    mixing = aug.CutMix(chance=1.0)
    mixed, labels = aug.Augmentation("my mix", (), mixing=mixing)(images, np.eye(8, dtype=np.float32), SEED)
    shares = np.stack([(np.asarray(mixed) == value * 30).mean(axis=(1, 2, 3)) for value in range(8)], axis=1)
    np.testing.assert_allclose(labels, shares, atol=1e-5)
    assert ((shares > 0).sum(axis=1) <= 2).all() and ((shares > 0).sum(axis=1) == 2).any()


@pytest.mark.parametrize("alpha", [0.5, 1.0, 4.0])
def test_shares_follow_the_larger_half_of_the_beta_distribution(alpha):
    from scipy.stats import beta, kstest

    shape = tf.constant([4000, 1, 1, 1])
    share = aug.MixUp(alpha=alpha).sample(tf.constant(SEED), shape)["share"].numpy().astype(float)
    assert share.min() >= 0.5 and share.max() <= 1
    assert kstest(share, lambda value: 2 * beta(alpha, alpha).cdf(value) - 1).pvalue > 0.001
    assert np.isfinite(aug.MixUp(alpha=0.01).sample(tf.constant(SEED), shape)["share"]).all()


def test_only_recipes_that_say_so_change_labels():
    assert not any(aug.recipe(name).changes_labels for name in aug.NAMES)
    mixing = aug.recipe("natural", mixing="cutmix")
    assert mixing.changes_labels and "CutMix" in repr(mixing)
    with pytest.raises(TypeError, match="one_hot"):
        mixing(some_images(), np.arange(4), SEED)
    with pytest.raises(ValueError, match="classes"):
        mixing(some_images(), np.arange(4, dtype=np.float32), SEED)


# Words, figures, bad input


def test_describe_says_what_happens_in_words():
    table = aug.recipe("light").describe()
    assert list(table.columns) == ["change", "range"]
    assert {"rotate", "zoom"} <= set(table["change"]) and not table["change"].str.contains("flip").any()
    assert "−8.0° to +8.0°" in repr(aug.recipe("light"))
    assert aug.recipe("none").describe().empty and "no change" in repr(aug.recipe("none"))
    assert table.equals(aug.recipe("light").describe())


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_preview_shows_originals_and_draws(dtype):
    figure = aug.preview("natural", some_images(batch=2, channels=3).astype(dtype), columns=4, synthetic=True)
    assert sum(bool(axis.images) for axis in figure.axes) == 8
    texts = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert any(text.endswith("(synthetic)") for text in texts) and "original" in texts
    aug.preview(aug.recipe("light", mixing="mixup"), some_images(batch=1)[..., 0])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: aug.recipe("naturall"), ValueError, "microscopy"),
        (lambda: aug.recipe(3), TypeError, "natural"),
        (lambda: aug.recipe("light", strength=-1), ValueError, "0 or more"),
        (lambda: aug.recipe("light", strength=float("nan")), ValueError, "0 or more"),
        (lambda: aug.recipe("light", strength="strong"), TypeError, "number"),
        (lambda: aug.recipe("light", mixing="blend"), ValueError, "cutmix"),
        (lambda: aug.recipe("light")(np.zeros((2, 8, 8, 1), np.uint8), some_labels(2), SEED), TypeError, "to_pixels"),
        (
            lambda: aug.recipe("light")(np.zeros((8, 8, 1), np.float32), some_labels(2), SEED),
            ValueError,
            r"images\[None\]",
        ),
        (lambda: aug.recipe("light")(np.zeros((2, 8, 8, 4), np.float32), some_labels(2), SEED), ValueError, "1 or 3"),
        (lambda: aug.recipe("light")(some_images(), some_labels(), 7), ValueError, "two whole numbers"),
        (lambda: aug.recipe("light")(some_images(), some_labels(), (0.5, 1.0)), TypeError, "two whole numbers"),
        (lambda: aug.RandomAffine(rotation=-3), ValueError, "rotation"),
        (lambda: aug.RandomAffine(zoom=(0, 1)), ValueError, "above 0"),
        (lambda: aug.RandomAffine(shear=90), ValueError, "shear"),
        (lambda: aug.RandomAffine(fill_mode="wrap"), ValueError, "reflect"),
        (lambda: aug.RandomTone(brightness=(0.5, 0.1)), ValueError, "low <= high"),
        (lambda: aug.RandomTone(value_range=(1, 1)), ValueError, "low < high"),
        (lambda: aug.RandomErasing(chance=1.5), ValueError, "chance"),
        (lambda: aug.MixUp(alpha=0), ValueError, "alpha"),
        (lambda: aug.preview("light", some_images(), columns=1), ValueError, "2 or more"),
        (lambda: aug.preview("light", np.zeros((0, 8, 8, 1), np.uint8)), ValueError, "n of 1 or more"),
    ],
)
def test_bad_input_says_what_to_do(call, error, words):
    with pytest.raises(error, match=words):
        call()
