"""Pictures of decisions: what each threshold costs, calibration before and after, coverage, net benefit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import plots
from imgrec_tf.decisions.checks import check_share
from imgrec_tf.decisions.choosing import candidates, mean_cost, rates
from imgrec_tf.decisions.costs import Costs
from imgrec_tf.evaluation import Evaluation
from imgrec_tf.evaluation.calibration_figures import reliability_panels

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.decisions.net_benefit import DecisionCurve

_MARKERS = "osD^v"


@plots.styled
def plot_costs(
    evaluation: Evaluation,
    costs: Costs,
    marked: Mapping[str, float] | None = None,
    *,
    prevalence: float | None = None,
) -> plots.Figure:
    """Draw the mean cost of an image against the threshold, with the parts that misses and false alarms have in it.

    Args:
        evaluation: Binary, with images of both classes.
        costs: What the answers cost; `refer` is left aside.
        marked: Thresholds to mark, by name.
        prevalence: Share of class 1 that the costs are for, in (0, 1); None for that of the evaluation.

    Raises:
        ValueError: If the task is not binary, a class is absent, or a number is out of its range.
    """
    if evaluation.task != "binary" or len(np.unique(evaluation.labels)) < 2:
        raise ValueError("plot_costs needs a binary evaluation with images of both classes")
    for name, value in (marked or {}).items():
        check_share(f"threshold {name!r}", value, ends=True)
    if prevalence is not None:
        check_share("prevalence", prevalence)
    positive = evaluation.labels == 1
    share = float(positive.mean()) if prevalence is None else prevalence
    scores = evaluation.scores[:, 1]
    thresholds = np.unique(np.r_[0.0, candidates(scores), 1.0])
    found, left_alone = rates(scores, positive, thresholds)
    figure, axis = plots.figure(6.6, 4.2)
    names = evaluation.class_names
    misses = share * (1 - found) * (costs.false_negative - costs.true_positive)
    alarms = (1 - share) * (1 - left_alone) * (costs.false_positive - costs.true_negative)
    together = mean_cost(costs, found, left_alone, share)
    axis.plot(thresholds, together, color=plots.COLORS["blue"], label="both together")
    axis.plot(thresholds, misses, color=plots.PALETTE[1], linestyle="--", label=f"missed “{names[1]}”")
    axis.plot(thresholds, alarms, color=plots.COLORS["green"], linestyle=":", label=f"“{names[0]}” alarmed")
    for place, (name, value) in enumerate((marked or {}).items()):
        at = mean_cost(costs, *rates(scores, positive, np.array([value])), share)[0]
        told = f"{name}: {value:.3g}, cost {at:.3g}"
        axis.plot(value, at, _MARKERS[place % 5], color=plots.COLORS["black"], markersize=7, label=told, zorder=5)
    axis.set_xlim(-0.02, 1.02)
    # Near 0 and 1 the cost may be many times what it is elsewhere; the rest is what one looks for.
    axis.set_ylim(
        0, 1.25 * max(together[(thresholds >= 0.02) & (thresholds <= 0.98)].max(initial=0), together.min(), 1e-9)
    )
    axis.set_xlabel(f"threshold on the score of “{names[1]}”")
    axis.set_ylabel("mean cost of an image")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    text = f"What each threshold costs, {evaluation.name}"
    plots.title(axis, text + ("" if prevalence is None else f", for {prevalence:.0%} ill"), evaluation.synthetic)
    return figure


@plots.styled
def plot_calibration(evaluations: Mapping[str, Evaluation]) -> plots.Figure:
    """Draw the reliability diagrams of several evaluations beside each other, such as before and after scaling.

    Args:
        evaluations: By the name that stands above each; two to four.

    Raises:
        ValueError: If there are fewer or more.
    """
    if not 2 <= len(evaluations) <= 4:
        raise ValueError(f"plot_calibration takes two to four evaluations, got {len(evaluations)}")
    columns = len(evaluations)
    figure, axes = plots.figure(
        3.9 * columns, 5.9, 2, columns, sharex=True, sharey="row", gridspec_kw={"height_ratios": [3, 1]}
    )
    for place, (name, evaluation) in enumerate(evaluations.items()):
        reliability_panels(evaluation, axes[0, place], axes[1, place], legend_below=True)
        axes[0, place].set_title(name)
        if place:
            axes[0, place].set_ylabel("")
            axes[1, place].set_ylabel("")
    first = next(iter(evaluations.values()))
    plots.title(figure, f"Reliability, {first.name}", any(one.synthetic for one in evaluations.values()))
    return figure


@plots.styled
def plot_coverage(tables: Mapping[str, pd.DataFrame], *, synthetic: bool = False) -> plots.Figure:
    """Draw how often sets hold the true class, over all images and by class, beside what was asked for.

    Args:
        tables: What `PredictionSets.coverage` returned, by the name that the legend shows; all of the same classes.
        synthetic: Whether the images were made by a program.

    Raises:
        ValueError: If there is no table, or the classes differ.
    """
    tables = dict(tables)
    if not tables or any(list(one["class"]) != list(next(iter(tables.values()))["class"]) for one in tables.values()):
        raise ValueError("plot_coverage takes one or more tables of coverage by name, all of the same classes")
    rows = next(iter(tables.values()))
    step = 0.3 + 0.16 * len(tables)
    figure, axis = plots.figure(6.6, 1.9 + step * len(rows) + 0.2 * ((len(tables) + 1) // 2))
    for place, (name, table) in enumerate(tables.items()):
        at = np.arange(len(table)) + (place - (len(tables) - 1) / 2) * 0.6 / len(tables)
        low, high = table["coverage"] - table["low"], table["high"] - table["coverage"]
        ends = np.nan_to_num(np.array([low, high])).clip(0)
        axis.errorbar(
            table["coverage"], at, xerr=ends, fmt=_MARKERS[place % 5], color=plots.PALETTE[place % 7], markersize=5,
            elinewidth=1.8, label=name,
        )  # fmt: skip
    wanted = float(rows["wanted"].iloc[0])
    axis.axvline(wanted, color=plots.GREY, linestyle="--", linewidth=1.4, label=f"asked for: {wanted:.0%}")
    texts = [f"{row['class']}\n({row['images']:,} images)" for _, row in rows.iterrows()]
    axis.set_yticks(range(len(rows)), texts)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.grid(axis="y", visible=False)
    lowest = min(table["low"].min() for table in tables.values())
    axis.set_xlim(max(0.0, np.floor(10 * min(lowest, wanted) - 0.2) / 10), 1.01)
    axis.set_xlabel("share of images whose set holds the true class")
    axis.legend(loc="upper center", bbox_to_anchor=(0.45, -0.42 / figure.get_figheight() * 1.6), ncols=2)
    plots.title(figure, "Coverage of the sets", synthetic)
    return figure


@plots.styled
def draw_decision_curve(curve: DecisionCurve, marked: float | None) -> plots.Figure:
    """See `DecisionCurve.plot`."""
    figure, axis = plots.figure(6.6, 4.4)
    styles = {"treat all": (plots.GREY, "--"), "treat none": (plots.COLORS["black"], ":")}
    for place, (name, benefit) in enumerate(curve.net_benefit.items()):
        color, line = styles.get(name, (plots.PALETTE[place % 7], "-"))
        if name in curve.low:
            axis.fill_between(curve.thresholds, curve.low[name], curve.high[name], color=color, alpha=0.15, linewidth=0)
        axis.plot(curve.thresholds, benefit, color=color, linestyle=line, label=name)
    if marked is not None:
        check_share("marked", marked)
        axis.axvline(marked, color=plots.GREY, linewidth=1, label=f"marked: {marked:.3g}")
    axis.set_xlim(0, 1)
    axis.set_ylim(-0.12 * curve.prevalence - 0.02, 1.15 * curve.prevalence)
    axis.set_xlabel("threshold probability")
    axis.set_ylabel("net benefit (true positives an image)")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=3)
    text = f"Decision curve, {curve.name}, {curve.images:,} images, {curve.prevalence:.0%} ill"
    plots.title(axis, text, curve.synthetic)
    return figure
