"""`evaluate` and `Evaluation`: any model, any task, and a clear word about input that cannot be measured."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from imgrec_tf.datasets.one_split import Split
from imgrec_tf.evaluation import Evaluation, Metric, evaluate


def made_split(count: int = 40, classes: int = 2, task: str | None = None, **options) -> Split:
    """Images whose brightness tells the class, more or less."""
    generator = np.random.default_rng(0)
    labels = np.arange(count) % classes
    images = np.clip(generator.normal(60 + 120 * labels / classes, 40, (6, 5, 1, count)), 0, 255).astype(np.uint8)
    names = [f"class {index}" for index in range(classes)]
    return Split(images.transpose(3, 0, 1, 2), labels, class_names=names, task=task, name="test", **options)


class Brightness:
    """A model without Keras: the brighter, the likelier is class 1."""

    def __init__(self, outputs: int = 2, dtype=np.float32):
        self.outputs, self.dtype, self.seen = outputs, dtype, []

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        assert pixels.dtype == np.float32 and pixels.max() > 1
        self.seen.append(len(pixels))
        ill = 1 / (1 + np.exp(-(pixels.mean(axis=(1, 2, 3)) - 90) / 15))
        scores = {0: ill, 1: ill[:, None], 2: np.stack([1 - ill, ill], axis=1)}[self.outputs]
        return scores.astype(self.dtype)


@pytest.mark.parametrize("outputs", [0, 1, 2])
def test_a_model_with_one_or_two_outputs(outputs):
    found = evaluate(Brightness(outputs), made_split(), resamples=20)
    assert found.scores.shape == (40, 2) and np.allclose(found.scores.sum(axis=1), 1)
    assert found["roc_auc"].value > 0.9
    assert found.task == "binary" and found.name == "test"


def test_images_reach_the_model_in_batches_and_in_order():
    split, model = made_split(40), Brightness()
    whole = evaluate(model, split, resamples=0)
    fields = ("labels", "class_names", "task", "groups", "synthetic", "sources", "name", "pixels")
    pieces = evaluate(model, Streamed(split, fields), resamples=0, batch_size=7)
    assert model.seen[0] == 40 and max(model.seen[1:]) == 7 and sum(model.seen) == 80
    assert np.array_equal(whole.scores, pieces.scores)


class Empty:
    name, task, class_names, labels, images, pixels = "test", "binary", ("a", "b"), (), (), None

    def __len__(self):
        return 0


class Sized:
    def __init__(self, shape: tuple[int, ...]):
        self.shape = shape

    def __len__(self):
        return self.shape[0]


class Streamed:
    """A split whose images are large and no array, as those in files are."""

    def __init__(self, split: Split, fields: tuple[str, ...]):
        self.__dict__ |= {name: getattr(split, name) for name in fields}
        self.images = Sized(shape=(len(split), 4096, 4096, 1))

    def __len__(self):
        return len(self.labels)


def test_keras_models_give_the_same_scores_from_arrays_and_as_a_run():
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    split = made_split(30, classes=3)
    model = keras.Sequential(
        [
            keras.Input((6, 5, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    found = evaluate(model, split, resamples=0)
    assert np.allclose(found.scores, model.predict(split.pixels(), verbose=0), atol=1e-6)
    assert np.array_equal(evaluate(SimpleNamespace(model=model), split, resamples=0).scores, found.scores)
    logits = keras.Sequential([*model.layers[:-1], keras.layers.Dense(3)])
    logits.build((None, 6, 5, 1))
    logits.layers[-1].set_weights([20 * weight for weight in model.layers[-1].get_weights()])
    with pytest.raises(ValueError, match="from_logits=True"):
        evaluate(logits, split)
    assert np.allclose(evaluate(logits, split, from_logits=True, resamples=0).scores.sum(axis=1), 1)


@pytest.mark.filterwarnings("ignore:No image of")
def test_half_precision_scores_are_brought_to_a_sum_of_one():
    scores = np.float16([[0.333, 0.333, 0.333], [0.1, 0.2, 0.7]])
    found = Evaluation.from_scores(scores, [0, 2], class_names="abc", task="multi-class", resamples=0).scores
    assert np.allclose(found.sum(axis=1), 1)


def test_logits_of_every_task():
    options = {"resamples": 0, "from_logits": True}
    binary = Evaluation.from_scores(np.array([-3.0, 3.0]), [0, 1], class_names="ab", task="binary", **options)
    assert binary.scores[1, 1] == pytest.approx(1 / (1 + np.exp(-3)))
    label = Evaluation.from_scores(np.eye(2) * 4 - 2, np.eye(2), class_names="ab", task="multi-label", **options)
    assert label.scores[0] == pytest.approx([1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))])


SCORES = np.array([[0.7, 0.3], [0.2, 0.8], [0.6, 0.4]])


@pytest.mark.parametrize(
    "scores, labels, options, error, words",
    [
        ([[np.nan, 1], [0.5, 0.5], [0, 1]], [0, 1, 0], {}, ValueError, "1 of 3 rows of scores hold NaN"),
        ([[np.inf, 1], [0.5, 0.5], [0, 1]], [0, 1, 0], {}, ValueError, "infinite"),
        ([[-2.0, 3], [1, 0.5], [0, 1]], [0, 1, 0], {}, ValueError, "outside \\[0, 1\\].*softmax.*from_logits"),
        ([[0.9, 0.9], [0.5, 0.5], [0, 1]], [0, 1, 0], {}, ValueError, "add up to 1, those of row 0 give 1.8"),
        ([0, 1, 1], [0, 1, 0], {}, TypeError, "class labels.*predict_proba"),
        ([["a", "b"]] * 3, [0, 1, 0], {}, TypeError, "floating-point"),
        (SCORES[:2], [0, 1, 0], {}, ValueError, r"shape \(2, 2\)"),
        (np.full((3, 4), 0.25), [0, 1, 0], {}, ValueError, r"shape \(3, 4\); accepted is \(3, 2\)"),
        (SCORES, [0, 2, 0], {}, ValueError, "label 2 of image 1 is out of range"),
        (SCORES, [0, -1, 0], {}, ValueError, "out of range"),
        (SCORES, [0.5, 1, 0], {}, ValueError, "whole numbers"),
        (SCORES, [[1, 0], [0, 1], [1, 0]], {}, ValueError, "one-hot"),
        (SCORES[:0], [], {}, ValueError, "at least one image"),
        (SCORES, [0, 1, 0], {"task": "regression"}, ValueError, "task must be one of"),
        (SCORES, [0, 1, 0], {"class_names": "abc"}, ValueError, "two classes, got 3"),
        (SCORES, [0, 1, 0], {"groups": ["a"]}, ValueError, "groups have shape"),
        (SCORES, [0, 1, 0], {"threshold": 1.5}, ValueError, "threshold must lie"),
        (SCORES, [0, 1, 0], {"threshold": [0.1, 0.2]}, ValueError, "one number"),
        (SCORES, [0, 1, 0], {"threshold": 0.5, "task": "multi-class"}, ValueError, "leave threshold out"),
        (SCORES, [[0, 1], [2, 0], [0, 0]], {"task": "multi-label"}, ValueError, "absent"),
        (SCORES, [0, 1, 0], {"task": "multi-label"}, ValueError, "needs \\(images, 2\\)"),
        (SCORES, [0, 1, 0], {"confidence": 95}, ValueError, "0.95"),
        (SCORES, [0, 1, 0], {"resamples": -1}, ValueError, "resamples"),
        (SCORES, [0, 1, 0], {"images": np.zeros((2, 4, 4))}, ValueError, "2 images for 3 labels"),
    ],
)
def test_input_that_cannot_be_measured(scores, labels, options, error, words):
    with pytest.raises(error, match=words):
        Evaluation.from_scores(scores, labels, **{"class_names": ("a", "b"), "task": "binary", **options})


def test_what_is_no_model_or_no_split():
    split = made_split()
    with pytest.raises(TypeError, match="predict"):
        evaluate("model.keras", split)
    with pytest.raises(TypeError, match="one split"):
        evaluate(Brightness(), SimpleNamespace(train=split, test=split))
    with pytest.raises(TypeError, match="needs a split"):
        evaluate(Brightness(), split.images)
    with pytest.raises(ValueError, match="no images"):
        evaluate(Brightness(), Empty())
    with pytest.raises(ValueError, match="10 rows for 40 images"):
        evaluate(SimpleNamespace(predict=lambda pixels: np.full((10, 2), 0.5)), split)


def test_threshold_counts_equality_as_positive():
    scores, labels = np.array([0.2, 0.5, 0.8]), [0, 1, 1]
    options = {"class_names": "ab", "task": "binary", "resamples": 0}
    assert Evaluation.from_scores(scores, labels, **options).predictions.tolist() == [0, 0, 1]
    assert Evaluation.from_scores(scores, labels, threshold=0.5, **options).predictions.tolist() == [0, 1, 1]
    assert Evaluation.from_scores(scores, labels, threshold=0.9, **options)["sensitivity"].value == 0
    options |= {"task": "multi-label", "threshold": [0.3, 0.9]}
    found = Evaluation.from_scores(np.array([[0.3, 0.8], [0.2, 0.95]]), [[1, 0], [0, 1]], **options)
    assert found.predictions.tolist() == [[1, 0], [0, 1]]


def test_values_are_found_by_name_and_by_class():
    found = evaluate(Brightness(), made_split(), resamples=20)
    assert isinstance(found["roc_auc"], Metric) and float(found["roc_auc"]) == found.metrics["roc_auc"].value
    assert found["recall", "class 1"] == found["recall", 1]
    assert found["recall", 1].value == found["sensitivity"].value
    with pytest.raises(KeyError, match="there are: accuracy"):
        found["acuracy"]
    with pytest.raises(KeyError, match="the classes are"):
        found["recall", "ill"]
    with pytest.raises(KeyError, match="from 0 to 1"):
        found["recall", 2]


def test_the_table_has_every_class_and_the_page_no_raw_markup():
    split = made_split(60, classes=3)
    split.class_names = ("<b>one</b>", "two", "three")
    split.name = "<test>"
    found = Evaluation.from_scores(
        np.full((60, 3), 1 / 3), split.labels, class_names=split.class_names, task="multi-class", name=split.name
    )
    table = found.to_frame()
    assert list(table.columns) == ["metric", "class", "value", "low", "high", "method", "images"]
    assert set(table["class"]) == {"all", *split.class_names}
    assert table.query("metric == 'recall' and `class` == 'two'")["images"].item() == 20
    assert "<test>" not in found._repr_html_() and "60 images" in found._repr_html_()


def test_synthetic_data_says_so():
    found = evaluate(Brightness(), made_split(synthetic=True), resamples=20)
    assert "(synthetic)" in repr(found) and "(synthetic)" in found._repr_html_()


def test_worst_mistakes_are_sorted_and_say_what_was_said():
    scores = np.array([[0.9, 0.1], [0.3, 0.7], [0.05, 0.95], [0.2, 0.8]])
    found = Evaluation.from_scores(
        scores, [0, 0, 0, 1], class_names=("normal", "ill"), task="binary", sources=list("wxyz"), resamples=0
    )
    table = found.worst_mistakes()
    assert table["index"].tolist() == [2, 1] and table["source"].tolist() == ["y", "x"]
    assert table["said"].tolist() == ["ill", "ill"] and table["true"].tolist() == ["normal", "normal"]
    assert table["score"].tolist() == [0.95, 0.7] and table["true_score"].tolist() == [0.05, 0.3]
    assert len(found.worst_mistakes(1)) == 1
    with pytest.raises(ValueError, match="at least 1"):
        found.worst_mistakes(0)


def test_worst_mistakes_of_a_multi_label_task_name_the_label():
    found = Evaluation.from_scores(
        np.array([[0.9, 0.2], [0.6, 0.7]]),
        [[0, 0], [1, 1]],
        class_names=("mass", "hernia"),
        task="multi-label",
        resamples=0,
    )
    row = found.worst_mistakes().iloc[0]
    assert (row["index"], row["true"], row["said"]) == (0, "mass absent", "mass present")
    assert row["score"] == pytest.approx(0.9)


def test_compare_tells_better_from_chance():
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 500)

    def scored(gain, noise):
        return 1 / (1 + np.exp(-(gain * (labels - 0.5) + noise)))

    options = {"class_names": ("normal", "ill"), "task": "binary", "resamples": 300}
    noise = generator.normal(size=500)
    good = Evaluation.from_scores(scored(3.0, noise), labels, **options)
    bad = Evaluation.from_scores(scored(1.0, noise), labels, **options)
    same = Evaluation.from_scores(scored(3.0, generator.normal(size=500)), labels, **options)
    table = good.compare(bad, names=("cnn", "baseline")).set_index("metric")
    assert table.loc["roc_auc", "better"] == table.loc["log_loss", "better"] == "cnn"
    assert table.loc["roc_auc", "difference"] == pytest.approx(good["roc_auc"].value - bad["roc_auc"].value)
    assert table.loc["roc_auc", "low"] < table.loc["roc_auc", "difference"] < table.loc["roc_auc", "high"]
    assert bad.compare(good).set_index("metric").loc["brier", "better"] == "other"
    assert (good.compare(same)["better"] == "cannot tell").mean() > 0.7
    assert (good.compare(good)[["difference", "low", "high"]].abs() < 1e-12).all().all()


def test_compare_needs_the_same_images():
    options = {"class_names": "ab", "task": "binary"}
    this = Evaluation.from_scores(SCORES, [0, 1, 0], resamples=20, sources=list("xyz"), **options)
    for other in (
        Evaluation.from_scores(SCORES, [0, 1, 1], resamples=0, **options),
        Evaluation.from_scores(SCORES[:2], [0, 1], resamples=0, **options),
        Evaluation.from_scores(SCORES, [0, 1, 0], resamples=0, sources=list("xyw"), **options),
        Evaluation.from_scores(SCORES, [0, 1, 0], resamples=0, class_names="cd", task="binary"),
    ):
        with pytest.raises(ValueError, match=r"different|same split"):
            this.compare(other)
    without = Evaluation.from_scores(SCORES, [0, 1, 0], resamples=0, **options)
    with pytest.raises(ValueError, match="resamples=1000"):
        without.compare(this)
    with pytest.raises(ValueError, match="two different names"):
        this.compare(without, names=("a", "a"))
