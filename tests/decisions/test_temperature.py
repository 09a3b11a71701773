"""Temperature scaling: the least log loss, as a direct search finds it; the same from the layer, and from a file."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from known_scores import binary_scores, evaluation, several_scores
from scipy import optimize, special

from imgrec_tf import Recognizer
from imgrec_tf.decisions import Temperature, TemperatureScaling, calibrated, fit_temperature


def of_task(task: str, sureness: float, seed: int = 0):
    if task == "binary":
        return evaluation(*binary_scores(800, sureness=sureness, seed=seed))
    if task == "multi-label":
        parts = [binary_scores(500, sureness=sureness, prevalence=share, seed=seed) for share in (0.5, 0.2, 0.35)]
        return evaluation(*(np.stack(one, axis=1) for one in zip(*parts)), task=task)
    return evaluation(*several_scores(800, sureness=sureness, seed=seed), task=task)


@pytest.mark.parametrize("task", ["binary", "multi-class", "ordinal", "multi-label"])
@pytest.mark.parametrize("sureness", [0.5, 1.0, 3.0])
def test_it_is_what_a_direct_search_finds(task, sureness):
    one = of_task(task, sureness)
    found = fit_temperature(one)

    def loss(log_temperature):
        temperature = np.exp(log_temperature)
        if task == "multi-label":
            scores = special.expit(special.logit(one.scores) / temperature)
            return -np.log(np.where(one.labels == 1, scores, 1 - scores)).mean()
        scores = special.softmax(np.log(np.maximum(one.scores, 1e-12)) / temperature, axis=1)
        return -np.log(scores[np.arange(len(scores)), one.labels]).mean()

    direct = optimize.minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-9})
    assert found.value == pytest.approx(np.exp(direct.x), rel=1e-4)
    assert found.log_loss_after == pytest.approx(direct.fun, abs=1e-8)
    assert found.log_loss_before == pytest.approx(one["log_loss"].value)
    assert found.value == pytest.approx(sureness, rel=0.2)
    assert (found.task, found.images) == (task, len(one))


def test_it_calibrates_and_keeps_the_order():
    one, fresh = of_task("binary", 3.0), of_task("binary", 3.0, seed=1)
    temperature = fit_temperature(one)
    after = evaluation(temperature.apply(fresh.scores), fresh.labels)
    assert after["expected_calibration_error"].value < 0.5 * fresh["expected_calibration_error"].value
    assert after["roc_auc"].value == fresh["roc_auc"].value
    assert (after.predictions == fresh.predictions).all()


def test_one_column_two_columns_and_each_label_agree():
    scores, _ = binary_scores(50, sureness=4)
    temperature = Temperature(2.5, "binary")
    two = temperature.apply(np.stack([1 - scores, scores], axis=1))
    assert np.allclose(temperature.apply(scores), two[:, 1])
    assert np.allclose(temperature.apply(scores[:, None])[:, 0], two[:, 1])
    assert np.allclose(Temperature(2.5, "multi-label").apply(scores), two[:, 1])
    assert np.allclose(Temperature(1.0, "binary").apply(scores), scores)


def test_scores_of_a_network_in_mixed_precision_are_taken():
    scores = np.asarray(tf.constant([[0.25, 0.75], [0.5, 0.5]], tf.bfloat16))
    scaled = Temperature(2.0, "multi-class").apply(scores)
    np.testing.assert_array_equal(scaled, Temperature(2.0, "multi-class").apply(scores.astype(np.float64)))


def small_model(outputs: int, activation: str) -> keras.Model:
    start = keras.initializers.RandomNormal(stddev=0.02, seed=4)
    made = keras.Sequential(
        [layers.Input((6, 6, 1)), layers.Flatten(), layers.Dense(outputs, activation, kernel_initializer=start)]
    )
    return made


@pytest.mark.parametrize(
    ("outputs", "activation", "task"),
    [(1, "sigmoid", "binary"), (2, "softmax", "binary"), (4, "softmax", "multi-class"), (3, "sigmoid", "multi-label")],
)
def test_the_layer_gives_what_apply_gives_also_from_a_file(tmp_path, outputs, activation, task):
    model = small_model(outputs, activation)
    images = np.random.default_rng(0).integers(0, 256, (9, 6, 6, 1), dtype=np.uint8)
    before = model.predict(images.astype(np.float32), verbose=0)
    temperature = Temperature(3.2, task)
    scaled = calibrated(model, temperature)
    after = scaled.predict(images.astype(np.float32), verbose=0)
    assert np.allclose(after, temperature.apply(before), atol=1e-6)
    assert not np.allclose(after, before, atol=1e-3)
    names = ["a", "b", "c", "d"][: max(2, outputs)]
    recognizer = Recognizer(scaled, names, task=task)
    recognizer.save(tmp_path / "one.imgrec")
    loaded = Recognizer.load(tmp_path / "one.imgrec")
    columns = [f"score_{name}" for name in names]
    assert np.allclose(loaded.predict(images)[columns], recognizer.predict(images)[columns])
    again = TemperatureScaling.from_config(scaled.layers[-1].get_config())
    assert (again.temperature, again.independent) == (3.2, task == "multi-label")


def test_exact_zeros_and_ones_stay_finite():
    extremes = np.array([[0.0, 1.0], [1.0, 0.0], [1e-30, 1.0]])
    for task in ("binary", "multi-label"):
        assert np.isfinite(Temperature(2.0, task).apply(extremes)).all()
    layer = TemperatureScaling(2.0)
    assert np.isfinite(np.asarray(layer(extremes.astype(np.float32)))).all()
    assert np.allclose(np.asarray(layer(extremes.astype(np.float32))), Temperature(2.0, "binary").apply(extremes))


@pytest.mark.filterwarnings("ignore:No image|Every image:UserWarning")
def test_bad_input():
    scores, labels = binary_scores(60)
    with pytest.raises(ValueError, match="answered rightly"):
        fit_temperature(evaluation(np.where(labels == 1, 0.9, 0.2), labels))
    with pytest.raises(ValueError, match="tell nothing"):
        fit_temperature(evaluation(np.where(labels == 0, 0.9, 0.2), labels))
    with pytest.raises(ValueError, match="test split"):
        fit_temperature(evaluation(scores, labels, name="test"))
    with pytest.raises(ValueError, match="equal"):
        fit_temperature(evaluation(np.full(60, 0.3), labels))
    with pytest.raises(ValueError, match="same scores"):
        fit_temperature(evaluation(np.tile([0.2, 0.3, 0.5], (6, 1)), [0, 1, 2, 0, 1, 2], task="multi-class"))
    with pytest.raises(ValueError, match="class 2"):
        fit_temperature(evaluation(np.eye(3)[[0, 1, 0]], [0, 1, 0], task="multi-class"))
    with pytest.raises(TypeError, match="Evaluation"):
        fit_temperature(scores)
    for value in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="above 0"):
            Temperature(value, "binary")
        with pytest.raises(ValueError, match="above 0"):
            TemperatureScaling(value)
    with pytest.raises(ValueError, match="task must be"):
        Temperature(1, "regression")
    with pytest.raises(ValueError, match="images, classes"):
        Temperature(1, "multi-class").apply(scores)
    with pytest.raises(ValueError, match="NaN"):
        Temperature(1, "binary").apply([0.5, np.nan])


def test_a_model_that_cannot_be_scaled():
    temperature = Temperature(2, "binary")
    with pytest.raises(TypeError, match="Keras model"):
        calibrated("model", temperature)
    with pytest.raises(TypeError, match="fit_temperature"):
        calibrated(small_model(2, "softmax"), 2.0)
    with pytest.raises(ValueError, match="no weights yet"):
        calibrated(keras.Sequential([layers.Dense(2)]), temperature)
    flat = keras.Sequential([layers.Input((4, 4, 1)), layers.Conv2D(1, 3)])
    with pytest.raises(ValueError, match="one row of scores"):
        calibrated(flat, temperature)
