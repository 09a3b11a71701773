"""The planted shortcut: markers stand where they are said to, and a network that learns nothing else is found out."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

import imgrec_tf as ir
from imgrec_tf import explain
from imgrec_tf.explain.shortcut import mean_with_interval

NAMES = ("well", "ill")


def noise(count: int = 160, size: int = 32, channels: int = 1, kind=np.uint8, classes: int = 2) -> ir.ImageDataset:
    """Pictures of noise: their classes cannot be learnt."""
    rng = np.random.default_rng(5)
    pixels = rng.integers(40, 200, (count, size, size, channels))
    if kind == np.uint16:
        pixels = pixels * 257
    if kind == np.float32:
        pixels = pixels / 255
    labels = np.arange(count) % classes
    names = NAMES if classes == 2 else tuple("abc")
    return ir.datasets.from_arrays(pixels.astype(kind), labels, class_names=names, validation=0.2, test=0.3)


def small(image_shape, num_classes, *, seed):
    """Learns quickly whether there is a shape somewhere."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [keras.Input(image_shape), layers.Rescaling(1 / 255), layers.Conv2D(12, 5, activation="relu"),
         layers.GlobalMaxPooling2D(), layers.Dense(num_classes, "softmax")]
    )  # fmt: skip


OPTIONS = {"build": small, "epochs": 12, "augmentation": "none", "learning_rate": 0.01, "progress": False, "maps": 20}


@pytest.fixture(scope="module")
def experiment():
    return explain.shortcut_experiment(noise(240), strength=1.0, resamples=100, seed=1, **OPTIONS)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("corner", ["top left", "top right", "bottom left", "bottom right"])
def test_a_marker_lies_in_its_corner_and_nowhere_else(kind, channels, corner):
    dataset = noise(40, channels=channels, kind=kind)
    planted = explain.plant_shortcut(dataset, "ill", strength=1.0, marker=explain.Marker(corner))
    before, after = dataset.train, planted.dataset.train
    changed = (before.pixels() != after.pixels()).any(axis=-1)
    assert not changed[:, ~planted.mask].any()
    np.testing.assert_array_equal(changed.any(axis=(1, 2)), before.labels == 1)
    down, across = corner.split()
    rows, columns = (one.mean() for one in np.nonzero(planted.mask))
    assert (rows < 16) == (down == "top") and (columns < 16) == (across == "left")
    on_it = after.pixels()[after.labels == 1][:, planted.mask]
    assert on_it.min() == 0 and on_it.max() == 255 and set(np.unique(on_it)) == {0, 255}
    assert after.images.dtype == before.images.dtype and (after.labels == before.labels).all()


@pytest.mark.parametrize("strength", [0.0, 0.05, 0.5, 0.95, 1.0])
def test_the_strength_is_the_share_that_carries_it(strength):
    dataset = noise(200)
    planted = explain.plant_shortcut(dataset, strength=strength, seed=3)
    for name, split in planted.dataset.splits.items():
        carried = planted.carried[name]
        assert carried[split.labels == 1].mean() == pytest.approx(strength, abs=0.51 / (split.labels == 1).sum())
        assert carried[split.labels == 0].mean() == pytest.approx(1 - strength, abs=0.51 / (split.labels == 0).sum())
    again = explain.plant_shortcut(dataset, strength=strength, seed=3)
    np.testing.assert_array_equal(planted.dataset.train.images, again.dataset.train.images)
    assert (planted.marked_class, planted.strength) == ("ill", strength)


def test_the_original_stays_and_files_are_read(tmp_path):
    rng = np.random.default_rng(0)
    for name in NAMES:
        (tmp_path / name).mkdir()
        for number in range(12):
            Image.fromarray(rng.integers(0, 255, (40, 30, 3), dtype=np.uint8)).save(tmp_path / name / f"{number}.png")
    dataset = ir.datasets.from_folder(tmp_path, image_size=(40, 30), validation=0.25, test=0.25)
    before = dataset.train.pixels()
    planted = explain.plant_shortcut(dataset, "well", strength=1.0)
    np.testing.assert_array_equal(dataset.train.pixels(), before)
    assert planted.mask.shape == (40, 30) and planted.dataset.train.images.shape == dataset.train.images.shape
    changed = (planted.dataset.train.pixels() != before).any(axis=(1, 2, 3))
    np.testing.assert_array_equal(changed, dataset.train.labels == dataset.class_names.index("well"))


def test_a_network_that_takes_the_shortcut_is_found_out(experiment):
    auc = {name: found["roc_auc"].value for name, found in experiment.evaluations.items()}
    assert auc["marker as in training"] >= 0.98 and auc["marker flipped"] <= 0.1
    assert 0.25 < auc["no marker"] < 0.75
    assert experiment.mass["marker"].value > 2 * experiment.mass["placebo"].value
    assert experiment.change["marker"].low > 0.3 > experiment.change["placebo"].high
    assert experiment.maps.shape == experiment.images.shape[:3] == (20, 32, 32)
    assert not (experiment.masks["marker"] & experiment.masks["placebo"]).any()


def test_the_table_and_the_figure_hold_it_all(experiment):
    table = experiment.to_frame()
    assert len(table) == 3 + 4 + 2 and table.loc["ROC AUC, marker flipped", "value"] < 0.1
    assert table.loc["share of the area of the marker", "value"] == pytest.approx(experiment.planted.mask.mean())
    figure = experiment.plot()
    assert "100% of “ill”" in figure.get_suptitle() and len(figure.axes) == 3


@pytest.mark.slow
def test_a_marker_that_tells_nothing_changes_nothing_and_three_classes_will_do():
    control = explain.shortcut_experiment(noise(180, classes=3), "b", strength=0.5, resamples=0, **OPTIONS)
    auc = [found["roc_auc"].value for found in control.evaluations.values()]
    assert max(auc) - min(auc) < 0.3 and np.isnan(control.mass["marker"].low)
    assert control.evaluations["no marker"].class_names == ("not b", "b")
    assert control.plot() is not None


def test_the_interval_of_a_mean_counts_groups():
    values = np.tile([0.1, 0.5, 0.9, 0.3], 10)
    alone, grouped = (mean_with_interval(values, groups, 500, 0) for groups in (None, np.tile(list("abcd"), 10)))
    assert alone.value == grouped.value == pytest.approx(0.45)
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)
    assert np.isnan(mean_with_interval(np.full(3, np.nan), None, 10, 0).value)


def test_bad_input_is_named():
    dataset = noise(40)
    images, labels = dataset.train.images, dataset.train.labels
    several = ir.datasets.from_arrays(images, np.eye(2, dtype=int)[labels], class_names=NAMES, task="multi-label")
    without = ir.datasets.from_arrays(images, labels, class_names=NAMES, test=0)
    tiny = noise(40, size=12)
    marker = explain.Marker()
    for call, error, message in (
        (lambda: explain.Marker("middle"), ValueError, "corner"),
        (lambda: explain.Marker(shape="star"), ValueError, "shape"),
        (lambda: explain.Marker(side=2), ValueError, "side"),
        (lambda: explain.Marker(side=7.5), TypeError, "side"),
        (lambda: marker.stamp(dataset.train, np.ones(3, bool)), ValueError, "chosen"),
        (lambda: explain.plant_shortcut(dataset.train), TypeError, "ImageDataset"),
        (lambda: explain.plant_shortcut(dataset, "dead"), ValueError, "well, ill"),
        (lambda: explain.plant_shortcut(dataset, strength=1.2), ValueError, "strength"),
        (lambda: explain.plant_shortcut(several), ValueError, "several"),
        (lambda: explain.plant_shortcut(tiny), ValueError, "third"),
        (lambda: explain.shortcut_experiment(without), ValueError, "test split"),
        (lambda: explain.shortcut_experiment(dataset, placebo=marker), ValueError, "overlap"),
        (lambda: explain.shortcut_experiment(dataset, build=None), TypeError, "build"),
        (lambda: explain.shortcut_experiment(dataset, method="grad_cam"), TypeError, "method"),
        (lambda: explain.shortcut_experiment(dataset, maps=0), ValueError, "maps"),
    ):
        with pytest.raises(error, match=message):
            call()
