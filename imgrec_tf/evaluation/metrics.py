"""Every metric as a function of image weights, so that one pass measures a thousand resamples at once.

A bootstrap resample is the same images with other weights: 0 for an image that was not drawn, 2 for one drawn twice.
`WeightedMetrics` sorts and bins the scores once and then turns a whole matrix of weights, images by resamples, into
values of every metric by matrix products and running sums. Weights of one give the plain metric.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

# Guo et al. (2017), "On Calibration of Modern Neural Networks": 15 bins of equal width, each open on the left.
CALIBRATION_BINS = 15

# Metrics for which a smaller value is the better one.
LOWER_IS_BETTER = frozenset({"log_loss", "brier", "expected_calibration_error", "mean_absolute_error"})


class Ranking:
    """ROC AUC and average precision of one column of scores, for any weights.

    Args:
        scores: float (n,), higher for images that look more like the class.
        positive: bool (n,), True where the image has the class.
    """

    def __init__(self, scores: np.ndarray, positive: np.ndarray):
        count = len(scores)
        order = np.argsort(-scores, kind="stable")
        ranked, truth = scores[order], positive[order]
        tie_starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
        tie_of_image = np.repeat(np.arange(len(tie_starts)), np.diff(np.r_[tie_starts, count]))
        holds_positive = np.add.reduceat(truth.astype(np.int64), tie_starts) > 0
        # Segments in falling order of score: 2j + 1 holds the j-th tie with a positive in it, 2j all that lies before
        # it.
        seen = np.cumsum(holds_positive)
        segment = np.where(holds_positive, 2 * seen - 1, 2 * seen)[tie_of_image]
        ties = int(seen[-1])
        self._ties = ties
        self._everyone = sparse.csr_array((np.ones(count), (segment, order)), shape=(2 * ties + 1, count))
        self._positives = sparse.csr_array(
            (np.ones(int(truth.sum())), (segment[truth] // 2, order[truth])), shape=(ties, count)
        )

    def measure(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return ROC AUC and average precision, each (resamples,), for weights (n, resamples).

        Ties count half in the AUC (Mann and Whitney). Average precision is the mean of the precision reached at each
        positive, without interpolation. Both are NaN where a resample lacks positives, the AUC also where it lacks
        negatives.
        """
        resamples = weights.shape[1]
        if not self._ties:
            return np.full(resamples, np.nan), np.full(resamples, np.nan)
        reached = np.cumsum(self._everyone @ weights, axis=0)
        before, after = reached[0:-1:2], reached[1::2]
        found = self._positives @ weights
        positives_after = np.cumsum(found, axis=0)
        positives, total = positives_after[-1], reached[-1]
        negatives = total - positives
        precision = positives_after / np.maximum(after, 1e-300)
        wrongly_above = 0.5 * ((after - positives_after) + (before - positives_after + found))
        with np.errstate(invalid="ignore", divide="ignore"):
            average_precision = np.einsum("ij,ij->j", found, precision) / positives
            roc_auc = 1.0 - np.einsum("ij,ij->j", found, wrongly_above) / (positives * negatives)
        return np.where(negatives > 0, roc_auc, np.nan), average_precision


class WeightedMetrics:
    """All metrics of one set of scores, for any weights of the images.

    Args:
        scores: float64 (n, k) probabilities.
        labels: int64 (n,), or (n, k) of 0 and 1 for a multi-label task.
        predictions: What was decided, in the shape of `labels`.
        task: "binary", "multi-class", "ordinal" or "multi-label".
    """

    def __init__(self, scores: np.ndarray, labels: np.ndarray, predictions: np.ndarray, task: str):
        self.task = task
        self.count, self.classes = scores.shape
        self.multi_label = task == "multi-label"
        self.truth = labels.astype(bool) if self.multi_label else labels[:, None] == np.arange(self.classes)
        self.said = predictions.astype(bool) if self.multi_label else predictions[:, None] == np.arange(self.classes)
        columns = (1,) if task == "binary" else range(self.classes)
        self._rankings = [Ranking(scores[:, column], self.truth[:, column]) for column in columns]
        self._residuals, self._residuals_by_class = self._calibration(scores)
        self._names, self._per_image = self._contributions(scores, labels, predictions)
        # Sparse products throughout, also where a matrix is full: dense ones wait for all cores, which costs seconds
        # on a machine that others use too.
        if self.multi_label:
            decided = (self.truth, self.said, self.truth & self.said)
            self._decided = [sparse.csr_array(rows.T.astype(np.float64)) for rows in decided]
        else:
            cell = labels * self.classes + predictions
            shape = (self.classes**2, self.count)
            self._cells = sparse.csr_array((np.ones(self.count), (cell, np.arange(self.count))), shape=shape)

    def measure(self, weights: np.ndarray) -> dict[tuple[str, int | None], np.ndarray]:
        """Return each metric's value in each resample.

        Args:
            weights: float64 (n, resamples), how often each image counts.

        Returns:
            Arrays (resamples,), by (name of the metric, index of the class or None for all classes). NaN where a metric
            is not defined, for example the recall of a class that no image of the resample has.
        """
        total = weights.sum(axis=0)
        values: dict[tuple[str, int | None], np.ndarray] = {}
        if self.multi_label:
            self._decisions_by_label(weights, total, values)
        else:
            self._decisions(weights, total, values)
        ranked = [ranking.measure(weights) for ranking in self._rankings]
        for name, place in (("roc_auc", 0), ("average_precision", 1)):
            each = np.stack([pair[place] for pair in ranked])
            values[name, None] = mean_of_defined(each)
            if self.task != "binary":
                values |= {(name, index): each[index] for index in range(self.classes)}
        for name, row in zip(self._names, self._per_image @ weights):
            values[name, None] = row / total
        pairs = total * (self.classes if self.multi_label else 1)
        values["expected_calibration_error", None] = np.abs(self._residuals @ weights).sum(axis=0) / pairs
        for index, residuals in enumerate(self._residuals_by_class):
            values["expected_calibration_error", index] = np.abs(residuals @ weights).sum(axis=0) / total
        return values

    def _decisions(self, weights: np.ndarray, total: np.ndarray, values: dict) -> None:
        confusion = (self._cells @ weights).reshape(self.classes, self.classes, -1)
        right = np.einsum("iij->ij", confusion)
        true, said = confusion.sum(axis=1), confusion.sum(axis=0)
        values["accuracy", None] = right.sum(axis=0) / total
        recall = self._by_class(right, true, said, values)
        values["balanced_accuracy", None] = mean_of_defined(recall)
        if self.task == "binary":
            values["sensitivity", None], values["specificity", None] = recall[1], recall[0]
        if self.task == "ordinal":
            values["quadratic_weighted_kappa", None] = quadratic_weighted_kappa(confusion)

    def _decisions_by_label(self, weights: np.ndarray, total: np.ndarray, values: dict) -> None:
        true, said, right = (rows @ weights for rows in self._decided)
        accuracy = (total - true - said + 2 * right) / total
        values["accuracy", None] = accuracy.mean(axis=0)
        values |= {("accuracy", index): accuracy[index] for index in range(self.classes)}
        recall = self._by_class(right, true, said, values)
        specificity = _ratio(total - true - said + right, total - true)
        values["balanced_accuracy", None] = mean_of_defined((recall + specificity) / 2)

    def _by_class(self, right: np.ndarray, true: np.ndarray, said: np.ndarray, values: dict) -> np.ndarray:
        absent = true == 0
        recall = _ratio(right, true)
        # A class that the model never says has precision 0, as in scikit-learn; one that no image has is left out.
        precision = np.where(absent, np.nan, np.nan_to_num(_ratio(right, said), nan=0.0))
        f1 = np.where(absent, np.nan, _ratio(2 * right, true + said))
        for name, each in (("precision", precision), ("recall", recall), ("f1", f1)):
            values[name, None] = mean_of_defined(each)
            values |= {(name, index): each[index] for index in range(self.classes)}
        return recall

    def _contributions(self, scores: np.ndarray, labels: np.ndarray, predictions: np.ndarray):
        tiny = np.finfo(np.float64).eps
        if self.multi_label:
            chosen = np.clip(np.where(self.truth, scores, 1 - scores), tiny, 1.0)
            rows = {"log_loss": -np.log(chosen).mean(axis=1), "brier": ((scores - self.truth) ** 2).mean(axis=1)}
        else:
            chosen = np.clip(scores[np.arange(self.count), labels], tiny, 1.0)
            error = (scores - self.truth) ** 2
            rows = {"log_loss": -np.log(chosen), "brier": error[:, 1] if self.task == "binary" else error.sum(axis=1)}
        if self.task == "ordinal":
            rows["mean_absolute_error"] = np.abs(labels - predictions).astype(np.float64)
        return list(rows), sparse.csr_array(np.stack(list(rows.values())))

    def _calibration(self, scores: np.ndarray):
        confidence, outcome = confidences(scores, self.truth, self.multi_label)
        images = np.repeat(np.arange(self.count), confidence.shape[1])
        bins = calibration_bin(confidence)
        shape = (CALIBRATION_BINS, self.count)
        residual = outcome - confidence
        together = sparse.csr_array((residual.ravel(), (bins.ravel(), images)), shape=shape)
        if not self.multi_label:
            return together, []
        each = [
            sparse.csr_array((residual[:, column], (bins[:, column], np.arange(self.count))), shape=shape)
            for column in range(self.classes)
        ]
        return together, each


def confidences(scores: np.ndarray, truth: np.ndarray, multi_label: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return how sure the model was and whether it was right, for the calibration metrics.

    Args:
        scores: float (n, k).
        truth: bool (n, k), True where the image has the class.
        multi_label: Whether each class is a question of its own.

    Returns:
        Confidence and outcome, float (n, 1): the highest score, and 1 where that class is the true one. For a
        multi-label task float (n, k): each score, and 1 where the label is present.
    """
    if multi_label:
        return scores, truth.astype(np.float64)
    top = scores.argmax(axis=1)[:, None]
    return np.take_along_axis(scores, top, axis=1), np.take_along_axis(truth, top, axis=1).astype(np.float64)


def calibration_bin(confidence: np.ndarray) -> np.ndarray:
    """Return the calibration bin, 0 to 14, of each confidence; bin m holds (m / 15, (m + 1) / 15]."""
    edges = np.arange(1, CALIBRATION_BINS) / CALIBRATION_BINS
    return np.searchsorted(edges, confidence, side="left")


def quadratic_weighted_kappa(confusion: np.ndarray) -> np.ndarray:
    """Return Cohen's kappa with quadratic weights (Cohen 1968), NaN where truth and prediction are one and the same
    class.

    Args:
        confusion: (k, k, resamples) counts, true class first.
    """
    grades = np.arange(confusion.shape[0])
    cost = (grades[:, None] - grades) ** 2.0
    expected = np.einsum("ib,jb->ijb", confusion.sum(axis=1), confusion.sum(axis=0)) / confusion.sum(axis=(0, 1))
    return 1.0 - _ratio(np.einsum("ij,ijb->b", cost, confusion), np.einsum("ij,ijb->b", cost, expected))


def mean_of_defined(values: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis of what is not NaN, NaN where nothing is."""
    defined = ~np.isnan(values)
    return _ratio(np.where(defined, values, 0.0).sum(axis=0), defined.sum(axis=0))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.asarray(below) > 0, above / below, np.nan)
