"""How often answers are wrong when those at risk are left out, with an interval, and what share is answered then."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.decisions.checks import check_share
from imgrec_tf.evaluation import intervals

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.plots import Figure
    from imgrec_tf.recognizer import OperatingPoint


@dataclass(frozen=True)
class Share:
    """A share with its interval.

    Attributes:
        name: What it is.
        value: count / trials, NaN without a trial.
        low: Lower end of the interval.
        high: Upper end of the interval.
        count: What counts above the line.
        trials: What counts below the line.
        confidence: Of the interval, such as 0.95.
    """

    name: str
    value: float
    low: float
    high: float
    count: int
    trials: int
    confidence: float

    def __str__(self) -> str:
        if not self.trials:
            return f"{self.name}: none of 0, nothing can be said"
        ends = f"{self.low:.2%} to {self.high:.2%}"
        return f"{self.name}: {self.count} of {self.trials}, {self.value:.2%} ({self.confidence:.0%} interval {ends})"


@dataclass(frozen=True)
class RiskCoverage:
    """The risk-coverage curve: what share is answered, and how often that is wrong, as the limit on the risk grows.

    Attributes:
        threshold: float64 (k,): images with at most this risk are answered; growing.
        coverage: float64 (k,): share of all images that are answered.
        wrong: float64 (k,): share of wrong answers among them.
        low: float64 (k,): lower end of Wilson's interval of `wrong`, each point for itself.
        high: float64 (k,): upper end.
        count: Number of images.
        confidence: Of the intervals.
        items: What is answered, for figures and sentences, such as "images".
        answered: What happens to those within the limit, such as "answered".
        synthetic: Whether they were made by a program; the figure's title then says so.
    """

    threshold: np.ndarray
    coverage: np.ndarray
    wrong: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count: int
    confidence: float
    items: str = "images"
    answered: str = "answered"
    synthetic: bool = False

    @property
    def area(self) -> float:
        """Area under the curve: the mean of `wrong` over all shares of coverage, 0 being best."""
        return float(np.sum(self.wrong * np.diff(self.coverage, prepend=0.0)) / self.coverage[-1])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point of the curve."""
        import pandas as pd

        names = ("threshold", "coverage", "wrong", "low", "high")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def plot(self, *, marked: float | None = None, synthetic: bool | None = None) -> Figure:
        """Draw the curve with its band of intervals.

        Args:
            marked: A limit on the risk to mark, such as the one that the costs ask for.
            synthetic: Whether the title says that the data is synthetic; None for what the curve says.
        """
        from imgrec_tf.decisions import coverage_figure

        return coverage_figure.draw(self, marked, self.synthetic if synthetic is None else synthetic)


def risk_coverage(
    risk: np.ndarray,
    wrong: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    points: int = 200,
    confidence: float = 0.95,
    items: str = "images",
    answered: str = "answered",
    synthetic: bool = False,
) -> RiskCoverage:
    """Compute the risk-coverage curve (El-Yaniv and Wiener 2010) of answering where the risk is low.

    For an evaluation: `risk_coverage(1 - evaluation.scores.max(axis=1), evaluation.predictions != evaluation.labels,
    groups=evaluation.groups)`.

    Args:
        risk: float (n,) in [0, 1], how likely an answer would be wrong.
        wrong: 0 or 1 (n,): 1 where it would be.
        groups: Anything that tells groups apart, (n,), or None.
        points: Most points of the curve, 2 or more.
        confidence: Between 0 and 1.
        items: As in `RiskCoverage`.
        answered: As in `RiskCoverage`.
        synthetic: As in `RiskCoverage`.

    Raises:
        ValueError: If lengths differ, there is none, or a value is out of its range.
    """
    risk = np.asarray(risk, np.float64)
    if risk.ndim != 1 or not len(risk) or not ((risk >= 0) & (risk <= 1)).all():
        raise ValueError(f"risk must hold one number in [0, 1] for each of the {items}, got shape {risk.shape}")
    wrong, groups = checked_outcomes(risk, wrong, groups, items)
    check_share("confidence", confidence)
    if points < 2:
        raise ValueError(f"points must be 2 or more, got {points}")
    limits = np.unique(risk)
    if len(limits) > points:
        limits = np.unique(np.quantile(risk, np.linspace(0, 1, points), method="higher"))
    rows = []
    for limit in limits:
        accepted = risk <= limit
        ends = intervals.wilson(accepted & wrong, accepted, groups, confidence)
        rows.append((accepted.mean(), wrong[accepted].mean(), *ends))
    return RiskCoverage(limits, *np.array(rows).T, len(risk), confidence, items, answered, synthetic)


def limit_for_target(
    risk: np.ndarray,
    wrong: np.ndarray,
    target: float,
    *,
    confidence: float = 0.95,
    items: str = "images",
    answers: str = "answers",
) -> OperatingPoint:
    """Choose the highest risk that may be answered so that wrong answers stay under a target.

    On validation data, limits are tried from low to high, and the search ends at the first whose upper Clopper-Pearson
    bound (one-sided, at `confidence`) is above the target: with this fixed order all the trials together keep the
    confidence (fixed-sequence testing; Angelopoulos et al. 2021, "Learn then Test"). Limits that answer too few images
    to show the target even without a single error are left out beforehand.

    Args:
        risk: float (n,) in [0, 1] of the validation images, one a patient.
        wrong: 0 or 1 (n,).
        target: Largest share of wrong answers, in (0, 1).
        confidence: Between 0 and 1.
        items: What is answered, for the sentences.
        answers: What an answer is called, for the sentences.

    Returns:
        An operating point whose threshold is the limit on the risk, 0 where no limit keeps the target. Its details:
        "coverage", the share that is answered, and "bound", what the share of wrong answers is shown to stay below.

    Raises:
        ValueError: If lengths differ, there is none, or a value is out of its range.
    """
    from scipy import stats

    from imgrec_tf.recognizer import OperatingPoint

    check_share("target", target)
    curve = risk_coverage(risk, wrong, confidence=confidence, items=items)
    trials = np.round(curve.coverage * curve.count)
    errors = np.round(curve.wrong * trials)
    bound = np.where(errors < trials, stats.beta.ppf(confidence, errors + 1, np.maximum(trials - errors, 1e-9)), 1.0)
    able = (1 - confidence) ** (1 / np.maximum(trials, 1)) >= 1 - target
    chosen = -1
    for place in np.flatnonzero(able):
        if bound[place] > target:
            break
        chosen = place
    if chosen < 0:
        needed = math.ceil(math.log(1 - confidence) / math.log(1 - target))
        needed = f"it takes {needed} {answers} without an error to show it"
        reason = f"no limit keeps wrong {answers} under {target:.2%}; {needed}"
        return OperatingPoint(0.0, reason, {"coverage": 0.0, "bound": 1.0})
    reason = f"wrong {answers} at most {target:.2%} with {confidence:.0%} confidence on {curve.count} {items}"
    details = {"coverage": float(curve.coverage[chosen]), "bound": float(bound[chosen])}
    return OperatingPoint(float(curve.threshold[chosen]), reason, details)


def checked_outcomes(like, wrong, groups, items: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Return bool (n,) and groups as int (n,) from 0 on, or None; refuse what does not fit."""
    wrong = np.asarray(wrong)
    if wrong.shape != (len(like),) or not np.isin(wrong, (0, 1)).all():
        raise ValueError(f"there must be one 0 or 1 for each of {len(like)} {items}, got shape {wrong.shape}")
    if groups is not None:
        groups = np.asarray(groups)
        if groups.shape != wrong.shape:
            raise ValueError(f"groups must have shape {wrong.shape}, got {groups.shape}")
        groups = np.unique(groups, return_inverse=True)[1]
    return wrong.astype(bool), groups
