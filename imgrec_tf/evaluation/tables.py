"""What an `Evaluation` says in rows and columns."""

from __future__ import annotations

import html as escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from imgrec_tf.evaluation import intervals, measuring
from imgrec_tf.evaluation.metrics import LOWER_IS_BETTER

if TYPE_CHECKING:
    from imgrec_tf.evaluation.evaluation import Evaluation

TITLES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "precision": "precision, mean of classes",
    "recall": "recall, mean of classes",
    "f1": "F1, mean of classes",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "quadratic_weighted_kappa": "quadratic weighted kappa",
    "mean_absolute_error": "mean absolute error (grades)",
    "log_loss": "log loss",
    "brier": "Brier score",
    "expected_calibration_error": "expected calibration error",
}


def ordered(evaluation: Evaluation) -> list[str]:
    """Return the names of the metrics over all classes, in the order in which tables and figures show them."""
    return [name for name in TITLES if name in evaluation.metrics]


def frame(evaluation: Evaluation) -> pd.DataFrame:
    """See `Evaluation.to_frame`."""
    if evaluation.task == "multi-label":
        counts = evaluation.labels.sum(axis=0)
    else:
        counts = np.bincount(evaluation.labels, minlength=len(evaluation.class_names))
    rows = []
    for name in TITLES:
        for (metric, index), found in evaluation._measured.items():
            if metric == name:
                label = "all" if index is None else evaluation.class_names[index]
                images = len(evaluation) if index is None else int(counts[index])
                rows.append((name, label, found.value, found.low, found.high, found.method, images))
    return pd.DataFrame(rows, columns=["metric", "class", "value", "low", "high", "method", "images"])


def comparison(this: Evaluation, other: Evaluation, names: tuple[str, str]) -> pd.DataFrame:
    """See `Evaluation.compare`."""
    _same_images(this, other)
    if this.resamples == 0:
        raise ValueError("a comparison needs bootstrap resamples; evaluate again with resamples=1000")
    if len(names) != 2 or names[0] == names[1]:
        raise ValueError(f"names must be two different names, got {names!r}")
    kept = [(name, None) for name in ordered(this)]
    options = (len(this), this.groups, this.resamples, this.seed)
    mine, theirs = (measuring.resample(one._weighted, *options) for one in (this, other))
    differences = np.stack([mine[key] - theirs[key] for key in kept])
    seen = np.array([this.metrics[name].value - other.metrics[name].value for name, _ in kept])
    unbounded = np.full(len(kept), np.inf)
    units = len(this) if this.groups is None else int(this.groups.max()) + 1
    lows, highs = intervals.from_spread(seen, differences, -unbounded, unbounded, this.confidence, units)
    rows = []
    for (name, _), low, high in zip(kept, lows, highs):
        values = this.metrics[name].value, other.metrics[name].value
        better = "cannot tell"
        if low > 0 or high < 0:
            better = names[int((low > 0) == (name in LOWER_IS_BETTER))]
        rows.append((name, *values, values[0] - values[1], low, high, better))
    return pd.DataFrame(rows, columns=["metric", *names, "difference", "low", "high", "better"])


def _same_images(this: Evaluation, other: Evaluation) -> None:
    if this.task != other.task or this.class_names != other.class_names:
        raise ValueError("the two evaluations have different tasks or classes; compare models on the same split")
    if len(this) != len(other) or not np.array_equal(this.labels, other.labels):
        raise ValueError(
            f"the two evaluations saw different images ({len(this)} and {len(other)}, or other labels); evaluate both "
            "models on the same split"
        )
    if this.sources is not None and other.sources is not None and not np.array_equal(this.sources, other.sources):
        raise ValueError(
            "the two evaluations saw images from different sources; evaluate both models on the same split"
        )


def worst_mistakes(evaluation: Evaluation, n: int) -> pd.DataFrame:
    """See `Evaluation.worst_mistakes`."""
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    names = np.array(evaluation.class_names, dtype=object)
    if evaluation.task == "multi-label":
        index, label = np.nonzero(evaluation.labels != evaluation.predictions)
        present = evaluation.scores[index, label]
        truth = evaluation.labels[index, label].astype(bool)
        states = np.array([" absent", " present"], dtype=object)
        true, said = names[label] + states[truth.astype(int)], names[label] + states[1 - truth.astype(int)]
        true_score = np.where(truth, present, 1 - present)
        score = 1 - true_score
    else:
        index = np.flatnonzero(evaluation.labels != evaluation.predictions)
        true, said = names[evaluation.labels[index]], names[evaluation.predictions[index]]
        score = evaluation.scores[index, evaluation.predictions[index]]
        true_score = evaluation.scores[index, evaluation.labels[index]]
    sources = [""] * len(index) if evaluation.sources is None else np.asarray(evaluation.sources, dtype=object)[index]
    table = pd.DataFrame(
        {"index": index, "source": sources, "true": true, "said": said, "score": score, "true_score": true_score}
    )
    return table.sort_values("score", ascending=False, kind="stable").head(n).reset_index(drop=True)


def headline(evaluation: Evaluation) -> str:
    """Return one line that says what was measured, on how many images."""
    groups = "" if evaluation.groups is None else f" of {int(evaluation.groups.max()) + 1:,} groups"
    synthetic = " (synthetic)" if evaluation.synthetic else ""
    classes = len(evaluation.class_names)
    kind = "labels" if evaluation.task == "multi-label" else "classes"
    return (
        f"{evaluation.name} split: {len(evaluation):,} images{groups}, {classes} {kind}, {evaluation.task}{synthetic}"
    )


def _footer(evaluation: Evaluation) -> list[str]:
    lines = (
        [] if evaluation.resamples == 0 else [f"In brackets: {100 * evaluation.confidence:g} % confidence intervals."]
    )
    if evaluation.threshold is not None:
        at = evaluation.threshold
        lines.append(
            f"Positive from a score of {at:.3g} on." if at.ndim == 0 else "Positive from each label's threshold on."
        )
    return lines + evaluation.notes


def text(evaluation: Evaluation) -> str:
    """Return the short table as plain text."""
    rows = [f"  {TITLES[name]:<30}{evaluation.metrics[name]}" for name in ordered(evaluation)]
    return "\n".join([headline(evaluation), *rows, *_footer(evaluation)])


def html(evaluation: Evaluation) -> str:
    """Return the short table as HTML."""
    rows = []
    for name in ordered(evaluation):
        found = evaluation.metrics[name]
        value = "not defined" if np.isnan(found.value) else f"{found.value:.3f}"
        ends = "" if np.isnan(found.low) else f"[{found.low:.3f}, {found.high:.3f}]"
        rows.append(
            f"<tr><td style='text-align:left'>{TITLES[name]}</td><td style='text-align:right'>{value}</td>"
            f"<td style='text-align:left'>{ends}</td></tr>"
        )
    footer = "<br>".join(escape.escape(line) for line in _footer(evaluation))
    return (
        f"<div><strong>{escape.escape(headline(evaluation))}</strong><table><thead><tr>"
        "<th style='text-align:left'>metric</th><th style='text-align:right'>value</th>"
        f"<th style='text-align:left'>interval</th></tr></thead><tbody>"
        f"{''.join(rows)}</tbody></table><p>{footer}</p></div>"
    )
