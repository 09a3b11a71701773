"""Temperature scaling: one number that makes a model less, or more, sure of itself, and leaves the order as it was.

A network trained long enough is surer than it is right. Its scores' logarithms are divided by a temperature T, found on
validation data by the least log loss (Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML
2017). T above 1 moves scores towards each other, T below 1 apart; the class with the highest score stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgrec_tf.datasets.cards import TASKS
from imgrec_tf.decisions.checks import check_for_choosing, checked_probabilities
from imgrec_tf.evaluation import Evaluation

# Scores nearer to 0 than this count as this: half and single precision give exact zeros, which have no logarithm.
SMALLEST = 1e-12


@dataclass(frozen=True)
class Temperature:
    """A temperature, and what it was fitted on.

    Attributes:
        value: T, above 0. 1 changes nothing.
        task: "binary", "multi-class", "ordinal" or "multi-label"; one T serves all labels.
        images: Number of images it was fitted on.
        log_loss_before: Log loss on them, in nats; for a multi-label task the mean over labels.
        log_loss_after: The same with the temperature.
    """

    value: float
    task: str
    images: int = 0
    log_loss_before: float = float("nan")
    log_loss_after: float = float("nan")

    def __post_init__(self):
        if not np.isfinite(self.value) or self.value <= 0:
            raise ValueError(f"a temperature must be above 0 and finite, got {self.value}")
        if self.task not in TASKS:
            raise ValueError(f"task must be one of {', '.join(TASKS)}, got {self.task!r}")

    def apply(self, scores) -> np.ndarray:
        """Return scores at this temperature.

        Args:
            scores: (n, k) as the model gives them; for a binary task also (n,) or (n, 1) of class 1; for a multi-label
                task each number by itself, of any shape.

        Returns:
            float64 in the same shape.

        Raises:
            ValueError: If they are no probabilities, or their shape doesn't fit the task.
        """
        from scipy import special

        scores = checked_probabilities(scores)
        if self.task == "multi-label" or (self.task == "binary" and (scores.ndim == 1 or scores.shape[1:] == (1,))):
            return special.expit(logits(scores) / self.value)
        if scores.ndim != 2 or scores.shape[1] < 2:
            raise ValueError(f"scores of a {self.task} task must have shape (images, classes), got {scores.shape}")
        return special.softmax(np.log(np.maximum(scores, SMALLEST)) / self.value, axis=1)


def fit_temperature(evaluation: Evaluation) -> Temperature:
    """Find the temperature with the least log loss on validation data, with scikit-learn's temperature scaling.

    Args:
        evaluation: Of validation data, at best of images that no other choice was made on; any task.

    Raises:
        TypeError: If it is no Evaluation.
        ValueError: If it is of a test split, a class is absent, all scores are equal, or no temperature is better than
            all others, as where every image is answered rightly.
    """
    check_for_choosing(evaluation, TASKS)
    independent = evaluation.task in ("binary", "multi-label")
    if evaluation.task == "binary":
        answers, labels = logits(evaluation.scores[:, 1]) / 2, evaluation.labels
    elif evaluation.task == "multi-label":
        answers, labels = logits(evaluation.scores).ravel() / 2, evaluation.labels.ravel()
    else:
        answers, labels = np.log(np.maximum(evaluation.scores, SMALLEST)), evaluation.labels
        if (evaluation.scores == evaluation.scores[:1]).all():
            raise ValueError("every image has the same scores, so no temperature makes them better; train the model")
    classes = 2 if independent else len(evaluation.class_names)
    why = _nothing_to_find(np.stack([-answers, answers], axis=1) if independent else answers, labels)
    if why:
        raise ValueError(
            f"no temperature is better than all others for the {len(evaluation):,} {evaluation.name} images: {why}; "
            "use more images, or harder ones"
        )
    value = 1 / _inverse_temperature(answers, labels, classes)
    after = Temperature(value, evaluation.task).apply(evaluation.scores)
    losses = (_log_loss(scores, evaluation) for scores in (evaluation.scores, after))
    return Temperature(value, evaluation.task, len(evaluation), *losses)


def logits(scores: np.ndarray) -> np.ndarray:
    """Return the log odds of probabilities, exact zeros and ones taken as `SMALLEST` from the end."""
    return np.log(np.maximum(scores, SMALLEST)) - np.log(np.maximum(1 - scores, SMALLEST))


def _nothing_to_find(answers: np.ndarray, labels: np.ndarray) -> str:
    """Say why the log loss has no least value at a temperature above 0 and below infinity; "" where it has one.

    The loss is convex in 1 / T. It falls forever where each true class has the highest answer, and from 0 on where the
    true classes' answers are no higher than the others in the mean.
    """
    true = answers[np.arange(len(labels)), labels]
    if (true >= answers.max(axis=1)).all():
        return "every one is answered rightly, so that the surest scores are the best"
    if (true - answers.mean(axis=1)).mean() <= 0:
        return "the scores tell nothing, or the opposite, about the classes"
    return ""


def _inverse_temperature(answers: np.ndarray, labels: np.ndarray, classes: int) -> float:
    """Return 1 / T. For two classes scikit-learn takes one column, half of the log odds, and mirrors it."""
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    class Given(ClassifierMixin, BaseEstimator):
        """Passes on the logarithms of scores that a model gave before."""

        classes_ = np.arange(classes)

        def decision_function(self, scores):
            return scores[:, 0] if classes == 2 else scores

        def predict(self, scores):
            raise NotImplementedError("scikit-learn asks whether there is a predict, and calls decision_function")

        def fit(self, scores, labels):
            return self

        def __sklearn_is_fitted__(self):
            return True

    answers = answers.reshape(len(labels), -1)
    everything = np.arange(len(labels))
    scaling = CalibratedClassifierCV(
        FrozenEstimator(Given()), method="temperature", cv=[(everything, everything)], ensemble=False
    )
    scaling.fit(answers, labels)
    return float(scaling.calibrated_classifiers_[0].calibrators[0].beta_)


def _log_loss(scores: np.ndarray, evaluation: Evaluation) -> float:
    if evaluation.task == "multi-label":
        chosen = np.where(evaluation.labels == 1, scores, 1 - scores)
    else:
        chosen = scores[np.arange(len(scores)), evaluation.labels]
    return float(-np.log(np.maximum(chosen, SMALLEST)).mean())
