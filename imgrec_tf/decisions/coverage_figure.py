"""The picture of a risk-coverage curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import plots

if TYPE_CHECKING:
    from imgrec_tf.decisions.coverage import RiskCoverage


@plots.styled
def draw(curve: RiskCoverage, marked: float | None, synthetic: bool) -> plots.Figure:
    """Draw wrong answers over coverage, the intervals as a band, and one limit as a dot."""
    figure, axis = plots.figure(6.4, 4.2)
    axis.fill_between(curve.coverage, curve.low, curve.high, color=plots.COLORS["sky blue"], alpha=0.35, linewidth=0)
    axis.plot(curve.coverage, curve.wrong, color=plots.COLORS["blue"], label=f"wrong among {curve.answered}")
    axis.plot([], [], color=plots.COLORS["sky blue"], linewidth=8, alpha=0.35, label=f"{curve.confidence:.0%} interval")
    if marked is not None:
        place = int(np.searchsorted(curve.threshold, marked, side="right")) - 1
        if place >= 0:
            told = (
                f"risk up to {marked:.3g}: {curve.coverage[place]:.1%} {curve.answered}, {curve.wrong[place]:.2%} wrong"
            )
            axis.plot(curve.coverage[place], curve.wrong[place], "o", color=plots.COLORS["vermillion"], label=told)
    axis.set_xlim(0, 1)
    axis.set_ylim(0, max(0.02, float(curve.wrong.max()) * 1.25))
    axis.set_xlabel(f"coverage: share of {curve.items} {curve.answered} automatically")
    axis.set_ylabel("share of wrong ones among them")
    axis.legend(loc="upper left")
    plots.title(axis, f"Risk-coverage curve of {curve.count:,} {curve.items}", synthetic)
    return figure
