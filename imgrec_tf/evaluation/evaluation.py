"""`evaluate`: a model and a split become an `Evaluation`, which knows every metric with its confidence interval."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from imgrec_tf.evaluation import inputs, measuring, metrics, tables
from imgrec_tf.evaluation.drawing import Drawing
from imgrec_tf.evaluation.measuring import Metric


class Evaluation(Drawing):
    """What is known about a model after it has seen a split: scores, decisions, metrics with intervals, figures.

    Metrics, by name, with `evaluation["roc_auc"]`, or by class with `evaluation["recall", "pneumonia"]`:

    - accuracy: share of right decisions (multi-label: of all pairs of an image and a label, as in MedMNIST).
    - balanced_accuracy: mean recall of the classes (multi-label: mean over labels of sensitivity and specificity).
    - precision, recall, f1: of each class, and their unweighted mean. Precision of a class that is never said is 0.
    - sensitivity, specificity (binary): share of class 1, and of class 0, that is recognised as such.
    - roc_auc: binary, of class 1; else the unweighted mean of one class against the rest.
    - average_precision: mean of the precision reached at each positive; the mean over classes as for roc_auc.
    - log_loss: mean of minus the natural logarithm of the true class's score (multi-label: mean over labels too).
    - brier: binary, mean squared error of class 1's score, 0 to 1; several classes, squared errors of all scores added
      up, mean over images, 0 to 2 (Brier 1950); multi-label, mean over labels of the binary one.
    - expected_calibration_error: 15 bins of equal width of the top class's score, mean distance between confidence and
      accuracy weighted by images (Guo et al. 2017); multi-label, over all pairs of an image and a label.
    - quadratic_weighted_kappa, mean_absolute_error (ordinal): the latter in grades, between decision and truth.

    Classes that no image of the split has are left out of means, and `notes` says so.

    Attributes:
        scores: float64 (n, k), one probability for each image and class.
        labels: int64 (n,), or (n, k) of 0 and 1 for a multi-label task.
        predictions: The decisions, in the shape of `labels`.
        class_names: k names.
        task: "binary", "multi-class", "ordinal" or "multi-label".
        threshold: The threshold that was passed, or None for the default rule.
        groups: int64 (n,) from 0 on, or None.
        metrics: `Metric` by name, over all classes.
        notes: Sentences about what could not be measured, or only roughly.
        synthetic: True when the images were made by a program; figures and tables say so.
        images: The images, for showing mistakes, or None.
        sources: Where each image comes from, text (n,), or None.
        name: Name of the split.
    """

    def __init__(
        self,
        scores: np.ndarray,
        labels: np.ndarray,
        *,
        class_names: Sequence[str],
        task: str,
        groups: Sequence | None = None,
        synthetic: bool = False,
        images=None,
        sources: Sequence[str] | None = None,
        name: str = "test",
        threshold: float | Sequence[float] | None = None,
        confidence: float = 0.95,
        resamples: int = 1000,
        seed: int = 0,
        from_logits: bool = False,
    ):
        self.class_names = inputs.checked_names(class_names, task)
        classes = len(self.class_names)
        self.labels = inputs.checked_labels(labels, classes, task)
        self.scores = inputs.checked_scores(scores, len(self.labels), classes, task, from_logits)
        self.groups = inputs.checked_groups(groups, len(self.labels))
        self.threshold = inputs.checked_threshold(threshold, classes, task)
        if not 0 < confidence < 1:
            raise ValueError(f"confidence must lie between 0 and 1, 0.95 for 95 % intervals, got {confidence}")
        if resamples < 0:
            raise ValueError(f"resamples must be 0 (no intervals) or more, 1000 is usual, got {resamples}")
        for what, values in (("images", images), ("sources", sources)):
            if values is not None and len(values) != len(self.labels):
                raise ValueError(
                    f"there are {len(values)} {what} for {len(self.labels)} labels; pass one for each label"
                )
        self.task, self.synthetic, self.name = task, bool(synthetic), name
        self.images, self.sources = images, sources
        self.confidence, self.resamples, self.seed = confidence, resamples, seed
        self.predictions = inputs.decide(self.scores, task, self.threshold)
        self.notes = self._notes()
        self._weighted = metrics.WeightedMetrics(self.scores, self.labels, self.predictions, task)
        self._measured = measuring.measure(
            self._weighted,
            self.scores,
            self.labels,
            self.predictions,
            self.groups,
            confidence=confidence,
            resamples=resamples,
            seed=seed,
        )
        self.metrics = {metric: found for (metric, index), found in self._measured.items() if index is None}

    @classmethod
    def from_scores(
        cls, scores: np.ndarray, labels: np.ndarray, *, class_names: Sequence[str], task: str, **options
    ) -> Evaluation:
        """Evaluate scores that you have already, from any model in any framework.

        Args:
            scores: (n, k) probabilities; for a binary task also (n,) or (n, 1) probabilities of class 1.
            labels: (n,) class indices, or (n, k) of 0 and 1 for a multi-label task.
            class_names: k names, in the order of the scores.
            task: "binary", "multi-class", "ordinal" or "multi-label".
            **options: `groups` (n,), images of one group (a patient, a document) are resampled together; `synthetic`;
                `images` (n, height, width, channels) and `sources` (n,), to show mistakes; `name` of the split; and
                `threshold`, `confidence`, `resamples`, `seed`, `from_logits` as in `evaluate`.

        Raises:
            ValueError: If shapes do not fit, labels are out of range, or scores are NaN or no probabilities.
            TypeError: If scores are class labels instead.
        """
        return cls(scores, labels, class_names=class_names, task=task, **options)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, key: str | tuple[str, str | int]) -> Metric:
        name, chosen = key if isinstance(key, tuple) else (key, None)
        index = self._class_index(chosen) if chosen is not None else None
        if (name, index) not in self._measured:
            known = sorted({metric for metric, at in self._measured if (at is None) == (index is None)})
            where = "" if index is None else " by class"
            raise KeyError(f"no metric {name!r}{where} for a {self.task} task; there are: {', '.join(known)}")
        return self._measured[name, index]

    def _class_index(self, chosen: str | int) -> int:
        if isinstance(chosen, str):
            if chosen not in self.class_names:
                raise KeyError(f"no class {chosen!r}; the classes are: {', '.join(self.class_names)}")
            return self.class_names.index(chosen)
        if not 0 <= int(chosen) < len(self.class_names):
            raise KeyError(f"no class {chosen}; classes go from 0 to {len(self.class_names) - 1}")
        return int(chosen)

    @property
    def confusion_matrix(self) -> np.ndarray:
        """Counts of images, int64: (k, k) with true classes in rows and decisions in columns; for a multi-label task
        (k, 2, 2), for each label absent and present in the same way."""
        if self.task == "multi-label":
            cells = np.stack([self.labels * 2 + self.predictions == cell for cell in range(4)], axis=-1)
            return cells.sum(axis=0).reshape(-1, 2, 2)
        classes = len(self.class_names)
        return np.bincount(self.labels * classes + self.predictions, minlength=classes**2).reshape(classes, classes)

    def to_frame(self) -> pd.DataFrame:
        """Return all metrics as a table: metric, class ("all" for the whole), value, low, high, method, images.

        `images` counts those that have the class; "all" counts every image.
        """
        return tables.frame(self)

    def compare(self, other: Evaluation, names: tuple[str, str] = ("this", "other")) -> pd.DataFrame:
        """Say whether this model and another differ on the same images by more than chance explains.

        Both are measured on the same bootstrap resamples (whole groups where there are any), so that images which are
        hard for both do not blur the difference. Each row stands for one metric; across ten rows, one false alarm at 95
        % is no
        surprise: choose the metric that decides before you look.

        Args:
            other: Evaluation of another model on the same images in the same order.
            names: What to call the two in the table.

        Returns:
            One row a metric: metric, value of each model, difference (this minus other), low, high, better: the name of
            the better model, or "cannot tell" where the interval holds 0.

        Raises:
            ValueError: If the two saw different images, or this evaluation has no resamples.
        """
        return tables.comparison(self, other, names)

    def worst_mistakes(self, n: int = 12) -> pd.DataFrame:
        """Return the wrong decisions about which the model was most confident, worst first.

        Args:
            n: How many at most; there are fewer rows when the model made fewer mistakes.

        Returns:
            index (position in the split), source, true, said, score (of what was said) and true_score (of the truth).
            For a multi-label task, true and said are "<label> present" or "<label> absent".
        """
        return tables.worst_mistakes(self, n)

    def _notes(self) -> list[str]:
        multi_label = self.task == "multi-label"
        present = self.labels.sum(axis=0) if multi_label else np.bincount(self.labels, minlength=len(self.class_names))
        names = np.array(self.class_names, dtype=object)
        notes = []
        if (present == 0).any():
            notes.append(
                f"No image of the {self.name} split has {_listed(names[present == 0])}: its metrics are not defined "
                "(NaN), means leave it out."
            )
        everywhere = (present == len(self)) & (len(self.class_names) > 1)
        if everywhere.any():
            notes.append(
                f"Every image of the {self.name} split has {_listed(names[everywhere])}: its ROC AUC is not defined "
                "(NaN)."
            )
        for note in notes:
            warnings.warn(note, UserWarning, stacklevel=4)
        units = len(self) if self.groups is None else int(self.groups.max()) + 1
        if units < 20:
            kind = "image" if self.groups is None else "group"
            notes.append(f"Only {units} {kind}{'s' if units > 1 else ''}: the intervals are rough.")
        return notes

    def __repr__(self) -> str:
        return tables.text(self)

    def _repr_html_(self) -> str:
        return tables.html(self)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def evaluate(
    model,
    split,
    *,
    threshold: float | Sequence[float] | None = None,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    from_logits: bool = False,
    batch_size: int = 256,
) -> Evaluation:
    """Score every image of a split with a model and measure the result, each metric with its interval.

    Args:
        model: A Keras model, or anything with `predict(float32 (n, height, width, channels) in [0, 255])` that returns
            probabilities (n, k); one sigmoid output, (n, 1), is accepted for two classes. An object that holds a Keras
            model as `.model` (a `TrainingRun`) works too.
        split: `dataset.validation` or `dataset.test`. Where it has groups, whole groups are resampled.
        threshold: Binary and multi-label: a score at or above it counts as positive; for multi-label also one threshold
            for each label. Default: the class with the highest score; for multi-label a score above 0.5.
        confidence: Of the intervals, between 0 and 1.
        resamples: Bootstrap resamples; 0 leaves the intervals out.
        seed: Seed of the resamples: same seed, same intervals.
        from_logits: True when the model ends without softmax or sigmoid.
        batch_size: Images at a time.

    Returns:
        The `Evaluation`.

    Raises:
        TypeError: If `model` cannot predict, or `split` is no split.
        ValueError: If the split is empty, or the outputs do not fit the split or are no probabilities.
    """
    if hasattr(split, "train") and hasattr(split, "test"):
        raise TypeError("evaluate needs one split, got a whole data set; pass dataset.validation or dataset.test")
    if not all(hasattr(split, name) for name in ("labels", "images", "pixels", "class_names", "task")):
        raise TypeError(
            f"evaluate needs a split of an ImageDataset, got {type(split).__name__}; make one with "
            "datasets.from_arrays, or use Evaluation.from_scores"
        )
    return Evaluation.from_scores(
        inputs.predicted_scores(model, split, batch_size=batch_size),
        split.labels,
        class_names=split.class_names,
        task=split.task,
        groups=split.groups,
        synthetic=split.synthetic,
        images=split.images,
        sources=split.sources,
        name=split.name,
        threshold=threshold,
        confidence=confidence,
        resamples=resamples,
        seed=seed,
        from_logits=from_logits,
    )
