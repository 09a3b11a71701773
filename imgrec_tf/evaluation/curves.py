"""ROC and precision–recall curves, with intervals from bootstrap resamples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import plots
from imgrec_tf.evaluation import intervals

if TYPE_CHECKING:
    from imgrec_tf.evaluation.evaluation import Evaluation

_GRID = np.linspace(0.0, 1.0, 201)
_RESAMPLES = 200


class _Ranked:
    """One class's images in falling order of score, ready to be counted with any weights."""

    def __init__(self, scores: np.ndarray, positive: np.ndarray):
        self._order = np.argsort(-scores, kind="stable")
        ranked = scores[self._order]
        self._positive = positive[self._order].astype(np.float64)
        self._tie_ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])

    def counted(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return true and false positives at each threshold, from the highest down, starting with none."""
        ordered = weights[self._order]
        hits = np.r_[0.0, np.cumsum(ordered * self._positive)[self._tie_ends]]
        return hits, np.r_[0.0, np.cumsum(ordered)[self._tie_ends]] - hits


def _roc_on_grid(hits: np.ndarray, alarms: np.ndarray) -> np.ndarray:
    if hits[-1] == 0 or alarms[-1] == 0:
        return np.full(len(_GRID), np.nan)
    # Of several thresholds with one false positive rate, the last has the highest true positive rate.
    rate = alarms / alarms[-1]
    last = np.r_[rate[1:] != rate[:-1], True]
    return np.interp(_GRID, rate[last], hits[last] / hits[-1])


def _precision_on_grid(hits: np.ndarray, alarms: np.ndarray) -> np.ndarray:
    if hits[-1] == 0:
        return np.full(len(_GRID), np.nan)
    recall = hits / hits[-1]
    first = np.searchsorted(recall, np.maximum(_GRID, 1e-9) - 1e-12).clip(1, len(recall) - 1)
    return hits[first] / np.maximum(hits[first] + alarms[first], 1e-300)


def _band(evaluation: Evaluation, ranked: list[_Ranked], on_grid) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the pointwise interval of the mean curve, or None where there are no resamples."""
    count = len(evaluation)
    units = count if evaluation.groups is None else int(evaluation.groups.max()) + 1
    if evaluation.resamples == 0 or units < 2:
        return None
    curves = np.full((_RESAMPLES, len(_GRID)), np.nan)
    for place, weights in intervals.resample_weights(count, _RESAMPLES, evaluation.seed, evaluation.groups):
        for row, column in zip(range(place.start, place.stop), weights.T):
            each = np.stack([on_grid(*one.counted(column)) for one in ranked])
            defined = ~np.isnan(each[:, 0])
            if defined.any():
                curves[row] = each[defined].mean(axis=0)
    return intervals.percentiles(curves.T, evaluation.confidence)


def _columns(evaluation: Evaluation, negatives_needed: bool) -> list[tuple[int, np.ndarray]]:
    """Return the classes that have a curve, with what is true of each image."""
    classes = range(1, 2) if evaluation.task == "binary" else range(len(evaluation.class_names))
    found = []
    for index in classes:
        positive = evaluation.labels[:, index] == 1 if evaluation.task == "multi-label" else evaluation.labels == index
        if positive.any() and not (negatives_needed and positive.all()):
            found.append((index, positive))
    return found


def _canvas(evaluation: Evaluation, shown: int):
    # The legend stands beside the axes, where it hides no curve.
    figure, axis = plots.figure(5.0 if shown <= 1 else 7.6, 4.9 if shown <= 12 else 5.6)
    axis.set_xlim(-0.01, 1.01)
    axis.set_ylim(-0.01, 1.02)
    axis.set_aspect("equal")
    return figure, axis


def _legend(axis, shown: int, where: str) -> None:
    if shown > 1:
        axis.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=8 if shown <= 12 else 7.5)
    else:
        axis.legend(loc=where, frameon=True, framealpha=0.9, edgecolor="none")


def _line(place: int) -> tuple[str, str]:
    # Black is kept for the mean.
    return plots.PALETTE[place % 6], ("-", "--", ":")[place // 6 % 3]


def _name(evaluation: Evaluation, index: int) -> str:
    return plots.wrapped(evaluation.class_names[index], 2.2, 8)


def _draw_band(axis, band, color: str, label: str) -> None:
    if band is not None:
        axis.fill_between(_GRID, *band, color=color, alpha=0.2, linewidth=0, label=label)


@plots.styled
def roc(evaluation: Evaluation) -> plots.Figure:
    """See `Evaluation.plot_roc`."""
    columns = _columns(evaluation, negatives_needed=True)
    figure, axis = _canvas(evaluation, len(columns))
    axis.plot([0, 1], [0, 1], color=plots.GREY, linestyle="--", linewidth=1, label="chance")
    ranked = [_Ranked(evaluation.scores[:, index], positive) for index, positive in columns]
    everyone = np.ones(len(evaluation))
    binary = evaluation.task == "binary"
    for place, ((index, _), one) in enumerate(zip(columns, ranked)):
        hits, alarms = one.counted(everyone)
        found = evaluation["roc_auc"] if binary else evaluation["roc_auc", index]
        color, line = _line(place)
        label = f"AUC {found}" if binary else f"{_name(evaluation, index)}: {found.value:.3f}"
        axis.plot(
            alarms / alarms[-1],
            hits / hits[-1],
            color=color,
            linestyle=line,
            linewidth=2.0 if binary else 1.3,
            label=label,
        )
    if columns:
        band = _band(evaluation, ranked, _roc_on_grid)
        percent = f"{100 * evaluation.confidence:g} % interval"
        if binary:
            _draw_band(axis, band, plots.PALETTE[0], percent)
            _mark_decision(axis, evaluation)
        else:
            mean = np.mean([_roc_on_grid(*one.counted(everyone)) for one in ranked], axis=0)
            axis.plot(_GRID, mean, color="black", linestyle="-", linewidth=2.2, label=f"mean: {evaluation['roc_auc']}")
            _draw_band(axis, band, "black", f"mean, {percent}")
    axis.set_xlabel("false positive rate (1 − specificity)")
    axis.set_ylabel("true positive rate (sensitivity)")
    _legend(axis, len(columns), "lower right")
    what = f" of “{evaluation.class_names[1]}”" if binary else ", each class against the rest"
    plots.title(figure, f"ROC{what}, {evaluation.name} split", evaluation.synthetic)
    return figure


def _mark_decision(axis, evaluation: Evaluation) -> None:
    sensitivity, specificity = evaluation["sensitivity"].value, evaluation["specificity"].value
    threshold = 0.5 if evaluation.threshold is None else float(evaluation.threshold)
    axis.plot(
        1 - specificity, sensitivity, "o", color=plots.PALETTE[1], markersize=7, label=f"threshold {threshold:.3g}"
    )


@plots.styled
def precision_recall(evaluation: Evaluation) -> plots.Figure:
    """See `Evaluation.plot_precision_recall`."""
    columns = _columns(evaluation, negatives_needed=False)
    figure, axis = _canvas(evaluation, len(columns))
    ranked = [_Ranked(evaluation.scores[:, index], positive) for index, positive in columns]
    binary = evaluation.task == "binary"
    everyone = np.ones(len(evaluation))
    shares = [positive.mean() for _, positive in columns]
    for place, ((index, _), one) in enumerate(zip(columns, ranked)):
        hits, alarms = one.counted(everyone)
        found = evaluation["average_precision"] if binary else evaluation["average_precision", index]
        color, line = _line(place)
        label = f"average precision\n{found}" if binary else f"{_name(evaluation, index)}: {found.value:.3f}"
        precision, recall = hits[1:] / (hits[1:] + alarms[1:]), hits[1:] / hits[-1]
        axis.step(
            np.r_[0.0, recall],
            np.r_[precision[0], precision],
            where="pre",
            color=color,
            linestyle=line,
            linewidth=2.0 if binary else 1.3,
            label=label,
        )
    if columns:
        percent = f"{100 * evaluation.confidence:g} % interval"
        band = _band(evaluation, ranked, _precision_on_grid)
        if binary:
            _draw_band(axis, band, plots.PALETTE[0], percent)
            label = f"chance: share of positives, {shares[0]:.3f}"
            axis.axhline(shares[0], color=plots.GREY, linestyle="--", linewidth=1.2, label=label)
        else:
            mean = np.mean([_precision_on_grid(*one.counted(everyone)) for one in ranked], axis=0)
            axis.plot(
                _GRID,
                mean,
                color="black",
                linestyle="-",
                linewidth=2.2,
                label=f"mean: {evaluation['average_precision']}",
            )
            _draw_band(axis, band, "black", f"mean, {percent}")
            low, high = min(shares), max(shares)
            label = f"chance: share of positives,\n{low:.3f} to {high:.3f}"
            axis.axhline(np.mean(shares), color=plots.GREY, linestyle="--", linewidth=1.2, label=label)
            axis.axhspan(low, high, color=plots.GREY, alpha=0.15, linewidth=0)
    axis.set_xlabel("recall (sensitivity)")
    axis.set_ylabel("precision (share of alarms that are right)")
    _legend(axis, len(columns), "lower left")
    what = f" of “{evaluation.class_names[1]}”" if binary else ", each class"
    plots.title(figure, f"Precision and recall{what}, {evaluation.name} split", evaluation.synthetic)
    return figure
