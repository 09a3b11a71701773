"""The figures that choose an epoch, and by how much they vary from one draw of images to another."""

from __future__ import annotations

import math

import numpy as np


def validation_metrics(scores: np.ndarray, labels: np.ndarray, task: str) -> dict[str, float]:
    """Return loss, accuracy and ROC AUC of scores.

    Args:
        scores: Probabilities (n, classes), or (n, 1) of the positive class.
        labels: int64 (n,), or (n, classes) for multi-label.
        task: The task of the split.

    Returns:
        validation_loss (mean cross-entropy, nats), validation_accuracy, validation_roc_auc (NaN with one class).
    """
    from sklearn.metrics import roc_auc_score

    scores, truth = _scores_and_truth(scores, labels, task)
    losses, right = _by_image(scores, truth, task)
    present = _present(truth)
    auc = roc_auc_score(truth[:, present], scores[:, present]) if present.any() else math.nan
    return {
        "validation_loss": float(losses.mean()),
        "validation_accuracy": float(right.mean()),
        "validation_roc_auc": float(auc),
    }


def standard_error(monitor: str, scores: np.ndarray, labels: np.ndarray, task: str) -> float:
    """Return by how much a validation figure would vary from one draw of validation images to another.

    Loss and accuracy are means over images: their standard deviation divided by the root of the number of images. For
    ROC AUC it is the formula of Hanley and McNeil (1982), with the number of images of the rarest class.
    """
    scores, truth = _scores_and_truth(scores, labels, task)
    if monitor != "validation_roc_auc":
        values = _by_image(scores, truth, task)[monitor == "validation_accuracy"]
        return float(values.std() / math.sqrt(len(values)))
    auc = validation_metrics(scores, labels, task)[monitor]
    present = _present(truth)
    if not present.any():
        return 0.0
    positives = int(np.minimum(truth.sum(axis=0), len(truth) - truth.sum(axis=0))[present].min())
    negatives = len(truth) - positives
    both_positives, both_negatives = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (
        auc * (1 - auc) + (positives - 1) * (both_positives - auc**2) + (negatives - 1) * (both_negatives - auc**2)
    )
    return math.sqrt(max(0.0, variance) / (positives * negatives))


def _scores_and_truth(scores: np.ndarray, labels: np.ndarray, task: str) -> tuple[np.ndarray, np.ndarray]:
    scores = np.clip(np.asarray(scores, np.float64), 1e-7, 1 - 1e-7)
    if task == "multi-label":
        return scores, labels
    if scores.shape[1] == 1:
        scores = np.hstack([1 - scores, scores])
    return scores, np.eye(scores.shape[1], dtype=int)[labels]


def _by_image(scores: np.ndarray, truth: np.ndarray, task: str) -> tuple[np.ndarray, np.ndarray]:
    if task == "multi-label":
        losses = -np.mean(truth * np.log(scores) + (1 - truth) * np.log(1 - scores), axis=1)
        return losses, np.mean((scores > 0.5) == truth, axis=1)
    return -np.log(np.sum(scores * truth, axis=1)), (scores.argmax(axis=1) == truth.argmax(axis=1)).astype(float)


def _present(truth: np.ndarray) -> np.ndarray:
    return (truth.min(axis=0) == 0) & (truth.max(axis=0) == 1)
