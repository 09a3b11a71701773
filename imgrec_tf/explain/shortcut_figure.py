"""The picture of a planted shortcut: what the marker does to the figure of merit, to the maps and to the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import plots

if TYPE_CHECKING:
    from imgrec_tf.evaluation import Metric
    from imgrec_tf.explain.shortcut import ShortcutExperiment


@plots.styled
def draw(experiment: ShortcutExperiment) -> plots.Figure:
    """Draw ROC AUC by condition, share of the maps against share of the area, and change of the score."""
    figure, (left, middle, right) = plots.figure(9.6, 2.9, 1, 3)
    aucs = {name.replace(" as in", "\nas in"): found["roc_auc"] for name, found in experiment.evaluations.items()}
    _points(left, aucs, plots.COLORS["blue"])
    left.axvline(0.5, color=plots.GREY, linestyle="--", linewidth=1)
    left.set(xlim=(-0.03, 1.03), xlabel="ROC AUC on test, 95 % interval")
    plots.title(left, "What it seems worth")

    _points(middle, experiment.mass, plots.COLORS["vermillion"])
    areas = [mask.mean() for mask in experiment.masks.values()]
    middle.plot(areas, range(len(areas)), "|", color=plots.COLORS["black"], markersize=16, label="share of the area")
    widest = 1.4 * max(*areas, *(one.value for one in experiment.mass.values()), 0.01)
    middle.set(xlim=(-0.03 * widest, min(1.03, widest)), xlabel="share of the maps, mean")
    middle.legend(loc="lower right")
    plots.title(middle, "Where the maps are bright")

    _points(right, experiment.change, plots.COLORS["green"])
    right.axvline(0, color=plots.GREY, linestyle="--", linewidth=1)
    right.set(xlim=(-1.03, 1.03), xlabel="change of the others' scores")
    plots.title(right, "What one stamp does")
    plots.title(figure, f"A marker on {experiment.planted.strength:.0%} of “{experiment.planted.marked_class}”, "
                        f"{1 - experiment.planted.strength:.0%} of the others", experiment.synthetic)  # fmt: skip
    return figure


def _points(axis, values: dict[str, Metric], color: str) -> None:
    for place, one in enumerate(values.values()):
        low, high = (one.value if np.isnan(end) else end for end in (one.low, one.high))
        axis.plot([low, high], [place, place], color=color, linewidth=2)
        axis.plot(one.value, place, "o", color=color, markersize=7)
    axis.set(yticks=range(len(values)), yticklabels=list(values), ylim=(len(values) - 0.4, -0.6))
