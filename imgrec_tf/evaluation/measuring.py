"""Every metric of an evaluation with its interval, and the difference between two evaluations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from imgrec_tf.evaluation import intervals
from imgrec_tf.evaluation.metrics import WeightedMetrics, calibration_bin, confidences

Key = tuple[str, int | None]

# Metrics that are 1 for a flawless model; the bootstrap cannot move them then: every resample of flawless is flawless.
_BEST_IS_ONE = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "f1",
        "roc_auc",
        "average_precision",
        "quadratic_weighted_kappa",
    }
)

# Smallest and largest possible value of the metrics that do not lie in [0, 1]. (The Brier score of several classes ends
# at 2, which no model comes near.)
_RANGES = {
    "log_loss": (0.0, np.inf),
    "brier": (0.0, np.inf),
    "mean_absolute_error": (0.0, np.inf),
    "quadratic_weighted_kappa": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Metric:
    """A measured value with its confidence interval.

    Attributes:
        value: The value on the images at hand; NaN where it is not defined.
        low: Low end of the interval.
        high: High end of the interval.
        method: How the interval was made.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")
    method: str = ""

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "not defined"
        return f"{self.value:.3f}" + ("" if np.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]")


def measure(
    weighted: WeightedMetrics,
    scores: np.ndarray,
    labels: np.ndarray,
    predictions: np.ndarray,
    groups: np.ndarray | None,
    *,
    confidence: float,
    resamples: int,
    seed: int,
) -> dict[Key, Metric]:
    """Measure every metric, over all classes and by class, each with its interval.

    Proportions of images (accuracy, recall, precision, sensitivity, specificity) get Wilson's interval, everything else
    the bootstrap (`intervals.from_spread`), the expected calibration error one of its own
    (`intervals.calibration_interval`). Where every decision or every rank is right, or every one wrong, no resample
    differs; then Wilson's end for as many trials as the smallest class has images, or groups, takes its place.

    Args:
        weighted: The metrics of these scores.
        scores: float64 (n, k).
        labels: int64 (n,) or (n, k).
        predictions: In the shape of `labels`.
        groups: int64 (n,) from 0 on, or None.
        confidence: Between 0 and 1.
        resamples: Bootstrap resamples; 0 leaves all intervals out.
        seed: Seed of the resamples.
    """
    count = len(scores)
    point = {key: float(values[0]) for key, values in weighted.measure(np.ones((count, 1))).items()}
    units = count if groups is None else int(groups.max()) + 1
    if resamples == 0 or units < 2:
        return {key: Metric(value, method="none") for key, value in point.items()}
    drawn = resample(weighted, count, groups, resamples, seed)
    values, resampled = np.array(list(point.values())), np.stack([drawn[key] for key in point])
    bounds = np.array([_RANGES.get(name, (0.0, 1.0)) for name, _ in point]).T
    lows, highs = intervals.from_spread(values, resampled, *bounds, confidence, units)
    bootstrap = "bootstrap" if groups is None else "bootstrap of groups"
    measured = {
        key: Metric(value, low, high, bootstrap)
        for (key, value), low, high in zip(point.items(), lows.tolist(), highs.tolist())
    }
    _where_nothing_varies(measured, weighted, groups, confidence)
    method = "Wilson" if groups is None else "Wilson over groups"
    for key, (successes, trials) in _proportions(weighted, labels, predictions).items():
        if not np.isnan(point[key]):
            measured[key] = Metric(point[key], *intervals.wilson(successes, trials, groups, confidence), method)
    for key, (sure, right, of_groups) in _calibrations(weighted, scores, groups).items():
        null = intervals.calibrated_errors(sure, right, calibration_bin(sure), of_groups, seed)
        ends = intervals.calibration_interval(point[key], drawn[key], null, confidence)
        measured[key] = Metric(point[key], *ends, f"{bootstrap}, shift removed")
    return {key: metric if not np.isnan(metric.value) else Metric(float("nan")) for key, metric in measured.items()}


def resample(
    weighted: WeightedMetrics, count: int, groups: np.ndarray | None, resamples: int, seed: int
) -> dict[Key, np.ndarray]:
    """Return each metric in each bootstrap resample, arrays (resamples,)."""
    drawn: dict[Key, np.ndarray] = {}
    for place, weights in intervals.resample_weights(count, resamples, seed, groups):
        for key, values in weighted.measure(weights).items():
            drawn.setdefault(key, np.full(resamples, np.nan))[place] = values
    return drawn


def _proportions(weighted: WeightedMetrics, labels: np.ndarray, predictions: np.ndarray) -> dict:
    right = weighted.truth & weighted.said
    found: dict[Key, tuple[np.ndarray, np.ndarray]] = {}
    for index in range(weighted.classes):
        found["recall", index] = right[:, index], weighted.truth[:, index]
        found["precision", index] = right[:, index], weighted.said[:, index]
        if weighted.task == "multi-label":
            agrees = labels[:, index] == predictions[:, index]
            found["accuracy", index] = agrees, np.ones_like(agrees)
    if weighted.task != "multi-label":
        found["accuracy", None] = labels == predictions, np.ones(len(labels))
    if weighted.task == "binary":
        found["sensitivity", None], found["specificity", None] = found["recall", 1], found["recall", 0]
    return found


def _calibrations(weighted: WeightedMetrics, scores: np.ndarray, groups: np.ndarray | None) -> dict:
    multi_label = weighted.task == "multi-label"
    sure, right = confidences(scores, weighted.truth, multi_label)
    columns = sure.shape[1]
    # Several questions about one image are no independent trials: the image is their group.
    together = np.arange(len(scores)) if groups is None and columns > 1 else groups
    spread = None if together is None else np.repeat(together, columns)
    found = {("expected_calibration_error", None): (sure.ravel(), right.ravel(), spread)}
    if multi_label:
        for index in range(columns):
            found["expected_calibration_error", index] = sure[:, index], right[:, index], groups
    return found


def _where_nothing_varies(
    measured: dict[Key, Metric], weighted: WeightedMetrics, groups: np.ndarray | None, confidence: float
):
    holders = [weighted.truth[:, index] for index in range(weighted.classes)]
    if weighted.task == "multi-label":
        holders += [~holder for holder in holders]
    sizes = [int(holder.sum()) if groups is None else len(np.unique(groups[holder])) for holder in holders]
    quantile = stats.norm.ppf(0.5 + confidence / 2)
    smallest = min(size for size in sizes if size)
    for (name, index), metric in measured.items():
        size = smallest if index is None or not sizes[index] else sizes[index]
        if name == "roc_auc" and index is not None:
            rest = int((~holders[index]).sum()) if groups is None else len(np.unique(groups[~holders[index]]))
            size = min(size, rest) or size
        low, _ = intervals.wilson_of_share(1.0, size, quantile)
        method = "Wilson, all alike"
        if metric.low != metric.high:
            continue
        if name in _BEST_IS_ONE and metric.value == 1.0:
            measured[name, index] = Metric(1.0, low, 1.0, method)
        elif name in _BEST_IS_ONE and metric.value == 0.0:
            measured[name, index] = Metric(0.0, 0.0, 1.0 - low, method)
        elif name == "mean_absolute_error" and metric.value == 0.0:
            measured[name, index] = Metric(0.0, 0.0, (1 - low) * (weighted.classes - 1), method)
