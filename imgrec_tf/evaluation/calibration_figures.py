"""Figures about the scores themselves: can they be trusted as probabilities, and what would each threshold do?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import plots
from imgrec_tf.evaluation import intervals
from imgrec_tf.evaluation.metrics import CALIBRATION_BINS, calibration_bin, confidences

if TYPE_CHECKING:
    from imgrec_tf.evaluation.evaluation import Evaluation


@plots.styled
def reliability(evaluation: Evaluation) -> plots.Figure:
    """See `Evaluation.plot_reliability`."""
    figure, (axis, below) = plots.figure(5.2, 6.0, 2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1]})
    reliability_panels(evaluation, axis, below)
    plots.title(figure, f"Reliability, {evaluation.name} split", evaluation.synthetic)
    return figure


def reliability_panels(evaluation: Evaluation, axis, below, *, legend_below: bool = False) -> None:
    """Draw accuracy against confidence into one axes, and the histogram of the confidence into another below it.

    The legend stands in a corner of the first, or under both.
    """
    multi_label = evaluation.task == "multi-label"
    labels = evaluation.labels
    truth = labels == 1 if multi_label else labels[:, None] == np.arange(len(evaluation.class_names))
    sure, right = confidences(evaluation.scores, truth, multi_label)
    groups = evaluation.groups
    if groups is None and multi_label:
        groups = np.arange(len(labels))
    spread = None if groups is None else np.repeat(groups, sure.shape[1])
    sure, right = sure.ravel(), right.ravel()
    bins = calibration_bin(sure)
    axis.plot([0, 1], [0, 1], color=plots.GREY, linestyle="--", linewidth=1.2, label="calibrated")
    used = np.unique(bins)
    means = np.array([sure[bins == one].mean() for one in used])
    shares = np.array([right[bins == one].mean() for one in used])
    ends = np.array(
        [intervals.wilson(right * (bins == one), bins == one, spread, evaluation.confidence) for one in used]
    )
    errors = np.abs(ends.T - shares)
    percent = f"{100 * evaluation.confidence:g} % interval"
    axis.vlines(
        means, np.minimum(means, shares), np.maximum(means, shares), color=plots.PALETTE[1], linewidth=5, alpha=0.35
    )
    axis.errorbar(
        means, shares, yerr=errors, fmt="o", color=plots.PALETTE[0], markersize=5, elinewidth=1.4, label=percent
    )
    found = evaluation["expected_calibration_error"]
    axis.plot(
        [], [], color=plots.PALETTE[1], linewidth=5, alpha=0.35, label=f"gap: expected calibration\nerror {found}"
    )
    start = 0.5 if evaluation.task == "binary" else 0.0
    axis.set_xlim(start - 0.01, 1.01)
    axis.set_ylim(-0.02, 1.02)
    axis.set_ylabel("share of images with the label" if multi_label else "accuracy")
    corner = "upper left" if np.mean(shares - means) < 0 else "lower right"
    if legend_below:
        below.legend(*axis.get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, -0.55))
    else:
        axis.legend(loc=corner, frameon=True, framealpha=0.9, edgecolor="none")
    edges = np.linspace(0, 1, CALIBRATION_BINS + 1)
    amounts = np.bincount(bins, minlength=CALIBRATION_BINS)
    left = np.maximum(edges[:-1], start)
    wide = np.maximum(edges[1:] - left, 0.0)
    below.bar(left, amounts / len(sure), width=wide, align="edge", color=plots.PALETTE[0], edgecolor="white")
    below.set_ylabel("share of pairs" if multi_label else "share of images")
    below.set_xlabel("score of each label" if multi_label else "confidence (highest score of the image)")


@plots.styled
def threshold_sweep(evaluation: Evaluation) -> plots.Figure:
    """See `Evaluation.plot_threshold_sweep`."""
    if evaluation.task != "binary":
        raise ValueError(
            f"a threshold sweep needs a binary task, this one is {evaluation.task}; for one class of several, make an "
            "Evaluation.from_scores with the scores of that class and the labels equal to it"
        )
    scores, sick = evaluation.scores[:, 1], evaluation.labels == 1
    thresholds = np.linspace(0, 1, 101)
    figure, (axis, below) = plots.figure(6.6, 6.0, 2, 1, sharex=True)
    names = evaluation.class_names
    for place, (label, members) in enumerate(
        ((f"sensitivity (of “{names[1]}”)", sick), (f"specificity (of “{names[0]}”)", ~sick))
    ):
        if not members.any():
            continue
        # Sensitivity counts positives at or above the threshold, specificity negatives below it.
        counted = [members & ((scores >= threshold) == (place == 0)) for threshold in thresholds]
        values = np.array([one.sum() for one in counted]) / members.sum()
        ends = np.array([intervals.wilson(one, members, evaluation.groups, evaluation.confidence) for one in counted])
        color, line = plots.PALETTE[place], ("-", "--")[place]
        axis.plot(thresholds, values, color=color, linestyle=line, label=label)
        axis.fill_between(thresholds, *ends.T, color=color, alpha=0.18, linewidth=0)
    missed = [int((sick & (scores < threshold)).sum()) for threshold in thresholds]
    alarms = [int((~sick & (scores >= threshold)).sum()) for threshold in thresholds]
    below.plot(
        thresholds, missed, color=plots.PALETTE[0], linestyle="-", label=f"missed: “{names[1]}” below the threshold"
    )
    below.plot(
        thresholds, alarms, color=plots.PALETTE[1], linestyle="--", label=f"false alarms: “{names[0]}” at or above it"
    )
    used = 0.5 if evaluation.threshold is None else float(evaluation.threshold)
    for panel in (axis, below):
        panel.axvline(used, color=plots.GREY, linestyle=":", linewidth=1.4, label=f"in use: {used:.3g}")
        panel.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=1 if max(map(len, names)) > 12 else 3, fontsize=8
        )
    axis.set_xlim(-0.01, 1.01)
    axis.set_ylim(-0.02, 1.02)
    below.set_ylim(0, None)
    axis.set_ylabel(f"share, with {100 * evaluation.confidence:g} % interval")
    below.set_ylabel(f"images, of {len(evaluation):,}")
    below.set_xlabel(f"threshold on the score of “{names[1]}”")
    plots.title(figure, f"What each threshold does, {evaluation.name} split", evaluation.synthetic)
    return figure
