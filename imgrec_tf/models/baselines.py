"""Baselines: what a network has to beat before it is worth its trouble.

They look at raw pixels, one number after another, and know nothing of images. Lesson 07 compares networks with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from imgrec_tf.datasets.one_split import Split

NAMES = ("majority", "logistic-regression", "svm-rbf", "random-forest")


class Baseline:
    """A fitted scikit-learn classifier that takes images and gives scores, so that `evaluate` accepts it.

    Attributes:
        name: One of `NAMES`.
        classifier: The fitted scikit-learn estimator.
        class_names: One name a class.
        features: What turns pixels into the numbers that the classifier sees, or None for the pixels themselves.
    """

    def __init__(self, name: str, classifier, class_names: tuple[str, ...], features: Callable | None = None):
        self.name = name
        self.classifier = classifier
        self.class_names = class_names
        self.features = features

    def __repr__(self) -> str:
        return f"<Baseline {self.name}, {len(self.class_names)} classes>"

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        """Return scores float64 (n, classes), rows summing to 1, of pixels (n, height, width, channels) in [0, 255].

        A class that the training images did not show gets 0.
        """
        known = self.classifier.predict_proba(_numbers(pixels, self.features))
        scores = np.zeros((len(known), len(self.class_names)))
        scores[:, self.classifier.classes_] = known
        return scores


def baseline(
    name: str, split: Split, *, features: Callable[[np.ndarray], np.ndarray] | None = None, seed: int = 0
) -> Baseline:
    """Fit a baseline on the raw pixels of a split, or on a few numbers that you compute from them.

    Args:
        name: "majority" (always the shares of the classes), "logistic-regression" (on standardised pixels), "svm-rbf"
            (support-vector machine with a Gaussian kernel on standardised pixels, scores by Platt's sigmoid over five
            folds; minutes for more than 10,000 images) or "random-forest" (300 trees).
        split: The training images; each becomes one row of height·width·channels numbers.
        features: A function from float32 (n, height, width, channels) in [0, 255] to one number an image, (n,), or
            several, (n, k), which the classifier sees in place of the pixels.
        seed: Seed of folds and trees.

    Returns:
        The fitted baseline; pass it to `evaluate` like a model.

    Raises:
        ValueError: If the name is unknown, the task is multi-label, the split shows only one class, or `features`
            does not return one row an image.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    if name not in NAMES:
        raise ValueError(f"name must be one of {', '.join(NAMES)}, got {name!r}")
    if split.task == "multi-label":
        raise ValueError(
            "baselines tell classes apart that exclude each other; fit one on each class of a multi-label set"
        )
    if len(np.unique(split.labels)) < 2:
        raise ValueError("a baseline needs images of at least two classes")
    smallest = int(np.bincount(split.labels)[np.unique(split.labels)].min())
    folds = StratifiedKFold(max(2, min(5, smallest)), shuffle=True, random_state=seed)
    # Thousands of pixels need a strong penalty; a few chosen numbers do not.
    penalty = 0.01 if features is None else 1.0
    classifier = {
        "majority": lambda: DummyClassifier(strategy="prior"),
        "logistic-regression": lambda: make_pipeline(StandardScaler(), LogisticRegression(C=penalty, max_iter=2000)),
        "svm-rbf": lambda: make_pipeline(
            StandardScaler(), CalibratedClassifierCV(SVC(C=10), method="sigmoid", cv=folds, ensemble=False)
        ),
        "random-forest": lambda: RandomForestClassifier(300, random_state=seed, n_jobs=-1),
    }[name]()
    classifier.fit(_numbers(split.pixels(), features), split.labels)
    return Baseline(name, classifier, split.class_names, features)


def _numbers(pixels: np.ndarray, features: Callable | None) -> np.ndarray:
    if features is None:
        return np.asarray(pixels, np.float32).reshape(len(pixels), -1) / 255
    numbers = np.asarray(features(pixels), np.float64)
    if numbers.ndim not in (1, 2) or len(numbers) != len(pixels):
        raise ValueError(
            f"features returned shape {numbers.shape} for {len(pixels)} images; return one number an image, "
            f"({len(pixels)},), or k numbers an image, ({len(pixels)}, k)"
        )
    return numbers.reshape(len(pixels), -1)
