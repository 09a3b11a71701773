"""Every metric against scikit-learn, with and without weights, and against MedMNIST's published protocol."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from imgrec_tf.evaluation import Evaluation
from imgrec_tf.evaluation.metrics import WeightedMetrics

CLOSE = {"rel": 1e-9, "abs": 1e-9}


def made_up(seed: int, count: int, classes: int, task: str, coarse: bool):
    """Scores and labels in which every class occurs; coarse scores are full of ties."""
    generator = np.random.default_rng(seed)
    if task == "multi-label":
        labels = generator.integers(0, 2, (count, classes))
        labels[:2] = [[0] * classes, [1] * classes]
        scores = 1 / (1 + np.exp(-generator.normal(labels, 1.0)))
        return (np.round(scores, 1) if coarse else scores), labels
    labels = np.r_[np.arange(classes), generator.integers(0, classes, count - classes)]
    logits = generator.normal(size=(count, classes)) + np.eye(classes)[labels] * generator.uniform(0, 3)
    if coarse:
        logits = np.round(logits)
    scores = np.exp(logits)
    return scores / scores.sum(axis=1, keepdims=True), labels


def names(classes: int) -> list[str]:
    return [f"class {index}" for index in range(classes)]


cases = st.tuples(st.integers(0, 10_000), st.integers(12, 80), st.integers(2, 6), st.booleans())


@settings(max_examples=40, deadline=None)
@given(cases)
def test_single_label_metrics_equal_scikit_learn(case):
    seed, count, classes, coarse = case
    task = "binary" if classes == 2 else ("ordinal" if classes == 5 else "multi-class")
    scores, labels = made_up(seed, count, classes, task, coarse)
    found = Evaluation.from_scores(scores, labels, class_names=names(classes), task=task, resamples=0)
    said = scores.argmax(axis=1)
    expected = {
        "accuracy": reference.accuracy_score(labels, said),
        "balanced_accuracy": reference.balanced_accuracy_score(labels, said),
        "precision": reference.precision_score(labels, said, average="macro", zero_division=0),
        "recall": reference.recall_score(labels, said, average="macro"),
        "f1": reference.f1_score(labels, said, average="macro", zero_division=0),
        "log_loss": reference.log_loss(labels, scores, labels=range(classes)),
    }
    if classes == 2:
        expected |= {
            "roc_auc": reference.roc_auc_score(labels, scores[:, 1]),
            "average_precision": reference.average_precision_score(labels, scores[:, 1]),
            "brier": reference.brier_score_loss(labels, scores[:, 1]),
            "sensitivity": reference.recall_score(labels, said),
            "specificity": reference.recall_score(labels, said, pos_label=0),
        }
    else:
        one_hot = np.eye(classes)[labels]
        expected |= {
            "roc_auc": reference.roc_auc_score(labels, scores, multi_class="ovr", average="macro"),
            "average_precision": reference.average_precision_score(one_hot, scores, average="macro"),
            "brier": np.mean(np.sum((scores - one_hot) ** 2, axis=1)),
        }
    if task == "ordinal":
        kappa = reference.cohen_kappa_score(labels, said, weights="quadratic", labels=range(classes))
        expected |= {
            "quadratic_weighted_kappa": kappa,
            "mean_absolute_error": reference.mean_absolute_error(labels, said),
        }
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, **CLOSE), name
    assert set(expected) | {"expected_calibration_error"} == set(found.metrics)
    assert (found.confusion_matrix == reference.confusion_matrix(labels, said, labels=range(classes))).all()
    each = reference.precision_recall_fscore_support(labels, said, labels=range(classes), zero_division=0)
    for place, name in enumerate(("precision", "recall", "f1")):
        assert [found[name, index].value for index in range(classes)] == pytest.approx(each[place], **CLOSE)


@settings(max_examples=25, deadline=None)
@given(cases)
def test_multi_label_metrics_equal_scikit_learn(case):
    seed, count, classes, coarse = case
    scores, labels = made_up(seed, count, classes, "multi-label", coarse)
    found = Evaluation.from_scores(scores, labels, class_names=names(classes), task="multi-label", resamples=0)
    said = (scores > 0.5).astype(int)
    columns = range(classes)
    expected = {
        "accuracy": (said == labels).mean(),
        "balanced_accuracy": np.mean([reference.balanced_accuracy_score(labels[:, c], said[:, c]) for c in columns]),
        "precision": reference.precision_score(labels, said, average="macro", zero_division=0),
        "recall": reference.recall_score(labels, said, average="macro"),
        "f1": reference.f1_score(labels, said, average="macro", zero_division=0),
        "roc_auc": reference.roc_auc_score(labels, scores, average="macro"),
        "average_precision": reference.average_precision_score(labels, scores, average="macro"),
        "brier": np.mean((scores - labels) ** 2),
        "log_loss": np.mean([reference.log_loss(labels[:, c], scores[:, c], labels=[0, 1]) for c in columns]),
    }
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, **CLOSE), name
    assert (found.confusion_matrix == reference.multilabel_confusion_matrix(labels, said)).all()
    assert found["roc_auc", 1].value == pytest.approx(reference.roc_auc_score(labels[:, 1], scores[:, 1]), **CLOSE)


@settings(max_examples=25, deadline=None)
@given(cases)
def test_weights_equal_repeated_images(case):
    seed, count, classes, coarse = case
    for task in ("multi-class" if classes > 2 else "binary", "multi-label"):
        scores, labels = made_up(seed, count, classes, task, coarse)
        said = (scores > 0.5).astype(int) if task == "multi-label" else scores.argmax(axis=1)
        times = np.random.default_rng(seed).integers(0, 4, count)
        times[:classes] = 1
        repeated = np.repeat(np.arange(count), times)
        weighted = WeightedMetrics(scores, labels, said, task).measure(np.stack([times, np.ones(count)], axis=1) * 1.0)
        plain = WeightedMetrics(scores[repeated], labels[repeated], said[repeated], task)
        plain = plain.measure(np.ones((len(repeated), 1)))
        for key, values in plain.items():
            assert weighted[key][0] == pytest.approx(values[0], nan_ok=True, **CLOSE), key


def test_weighted_ranking_equals_scikit_learns_sample_weights():
    scores, labels = made_up(3, 300, 2, "binary", coarse=True)
    weights = np.random.default_rng(0).integers(0, 5, 300).astype(float)
    found = WeightedMetrics(scores, labels, scores.argmax(axis=1), "binary").measure(weights[:, None])
    auc = reference.roc_auc_score(labels, scores[:, 1], sample_weight=weights)
    precision = reference.average_precision_score(labels, scores[:, 1], sample_weight=weights)
    assert found["roc_auc", None][0] == pytest.approx(auc, **CLOSE)
    assert found["average_precision", None][0] == pytest.approx(precision, **CLOSE)


def test_calibration_error_by_hand():
    # Confidences 0.9 (two right of four) and 0.6 (one right of one): (4 × |0.5 − 0.9| + 1 × |1 − 0.6|) / 5.
    scores = np.array([[0.1, 0.9]] * 4 + [[0.6, 0.4]])
    found = Evaluation.from_scores(scores, [1, 1, 0, 0, 0], class_names="ab", task="binary", resamples=0)
    assert found["expected_calibration_error"].value == pytest.approx((4 * 0.4 + 0.4) / 5)


def test_calibration_bins_are_open_on_the_left():
    # 0.6 is the upper edge of bin 9 of 15 (8/15, 9/15], so 0.55 and 0.6 share a bin and their errors cancel.
    scores = np.array([[0.45, 0.55], [0.4, 0.6]])
    found = Evaluation.from_scores(scores, [1, 0], class_names="ab", task="binary", resamples=0)
    assert found["expected_calibration_error"].value == pytest.approx(abs(0.45 - 0.6) / 2)


@pytest.mark.parametrize("task, classes", [("binary", 2), ("multi-class", 7), ("ordinal", 5), ("multi-label", 14)])
def test_medmnist_protocol(task, classes):
    # AUC: binary, of the last column; else the mean over columns. ACC: binary and multi-label, score above 0.5, mean
    # over labels; else argmax. Written from the protocol's description.
    scores, labels = made_up(5, 400, classes, task, coarse=False)
    found = Evaluation.from_scores(scores, labels, class_names=names(classes), task=task, resamples=0)
    if task == "binary":
        auc, accuracy = reference.roc_auc_score(labels, scores[:, -1]), np.mean((scores[:, -1] > 0.5) == labels)
    elif task == "multi-label":
        auc = np.mean([reference.roc_auc_score(labels[:, c], scores[:, c]) for c in range(classes)])
        accuracy = np.mean([np.mean((scores[:, c] > 0.5) == labels[:, c]) for c in range(classes)])
    else:
        auc = np.mean([reference.roc_auc_score(labels == c, scores[:, c]) for c in range(classes)])
        accuracy = np.mean(scores.argmax(axis=1) == labels)
    assert found["roc_auc"].value == pytest.approx(auc, **CLOSE)
    assert found["accuracy"].value == pytest.approx(accuracy, **CLOSE)


def test_a_class_that_is_absent_is_nan_and_left_out_of_means():
    scores, labels = made_up(1, 60, 3, "multi-class", coarse=False)
    scores = np.c_[scores * 0.9, np.full(60, 0.1)]
    with pytest.warns(UserWarning, match="No image of the test split has “class 3”"):
        found = Evaluation.from_scores(scores, labels, class_names=names(4), task="multi-class", resamples=50)
    assert np.isnan(found["roc_auc", 3].value) and np.isnan(found["recall", 3].value)
    expected = np.mean([reference.roc_auc_score(labels == c, scores[:, c]) for c in range(3)])
    assert found["roc_auc"].value == pytest.approx(expected)
    assert "class 3" in found.notes[0]
    assert "not defined" not in repr(found["roc_auc"])


def test_a_split_of_one_class_does_not_crash():
    scores = np.array([[0.2, 0.8], [0.4, 0.6], [0.7, 0.3]])
    with pytest.warns(UserWarning):
        found = Evaluation.from_scores(scores, [1, 1, 1], class_names=("normal", "ill"), task="binary", resamples=20)
    assert np.isnan(found["roc_auc"].value) and np.isnan(found["specificity"].value)
    assert found["sensitivity"].value == found["accuracy"].value == pytest.approx(2 / 3)
    assert "not defined" in repr(found) and "not defined" in found._repr_html_()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for draw in (found.plot_roc, found.plot_precision_recall, found.plot_confusion_matrix, found.plot_metrics):
            draw()
        found.plot_threshold_sweep()
        found.plot_reliability()
