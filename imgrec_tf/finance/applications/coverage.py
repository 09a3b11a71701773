"""How often automatic approval is wrong, with its interval, and what share of applications it covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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


def wrong_among_accepted(
    actions: Sequence[str], bad: np.ndarray, *, groups: np.ndarray | None = None, confidence: float = 0.95
) -> Share:
    """Return the headline figure: the share of bad applications among those that were approved automatically.

    The interval is Wilson's; with groups (several applications of one person) it counts groups, see
    `evaluation.intervals.wilson`.

    Args:
        actions: "approve", "refuse" or "person" (n).
        bad: 0 or 1 (n,): 1 where the application should not have been approved.
        groups: Anything that tells groups apart, (n,), or None.
        confidence: Between 0 and 1.

    Raises:
        ValueError: If lengths differ, or a label is neither 0 nor 1.
    """
    accepted = np.array([action == "approve" for action in actions], bool)
    bad, groups = _checked(accepted, bad, groups)
    _confidence(confidence)
    low, high = intervals.wilson(accepted & bad, accepted, groups, confidence)
    count, trials = int((accepted & bad).sum()), int(accepted.sum())
    value = count / trials if trials else math.nan
    return Share("wrong among automatically accepted", value, low, high, count, trials, confidence)


@dataclass(frozen=True)
class RiskCoverage:
    """The risk-coverage curve: what share is approved, and how often that is wrong, as the limit on the risk grows.

    Attributes:
        threshold: float64 (k,): applications with at most this risk are approved; growing.
        coverage: float64 (k,): share of all applications that are approved.
        wrong: float64 (k,): share of bad ones among them.
        low: float64 (k,): lower end of Wilson's interval of `wrong`, each point for itself.
        high: float64 (k,): upper end.
        count: Number of applications.
        confidence: Of the intervals.
    """

    threshold: np.ndarray
    coverage: np.ndarray
    wrong: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count: int
    confidence: float

    @property
    def area(self) -> float:
        """Area under the curve: the mean of `wrong` over all shares of coverage, 0 being best."""
        return float(np.sum(self.wrong * np.diff(self.coverage, prepend=0.0)) / self.coverage[-1])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point of the curve."""
        import pandas as pd

        names = ("threshold", "coverage", "wrong", "low", "high")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def plot(self, *, marked: float | None = None, synthetic: bool = True) -> Figure:
        """Draw the curve with its band of intervals.

        Args:
            marked: A limit on the risk to mark, such as the one that the costs ask for.
            synthetic: Whether the title says that the applications are invented.
        """
        from imgrec_tf.finance.applications import coverage_figure

        return coverage_figure.draw(self, marked, synthetic)


def risk_coverage(
    risk: np.ndarray, bad: np.ndarray, *, groups: np.ndarray | None = None, points: int = 200, confidence: float = 0.95
) -> RiskCoverage:
    """Compute the risk-coverage curve (El-Yaniv and Wiener 2010) of automatic approval.

    Args:
        risk: float (n,) in [0, 1].
        bad: 0 or 1 (n,).
        groups: Anything that tells groups apart, (n,), or None.
        points: Most points of the curve, 2 or more.
        confidence: Between 0 and 1.

    Raises:
        ValueError: If lengths differ, there is none, or a value is out of its range.
    """
    risk = np.asarray(risk, np.float64)
    if risk.ndim != 1 or not len(risk) or not ((risk >= 0) & (risk <= 1)).all():
        raise ValueError(f"risk must hold one number in [0, 1] an application, one or more, got shape {risk.shape}")
    bad, groups = _checked(risk, bad, groups)
    _confidence(confidence)
    if points < 2:
        raise ValueError(f"points must be 2 or more, got {points}")
    limits = np.unique(risk)
    if len(limits) > points:
        limits = np.unique(np.quantile(risk, np.linspace(0, 1, points), method="higher"))
    rows = []
    for limit in limits:
        accepted = risk <= limit
        rows.append(
            (accepted.mean(), bad[accepted].mean(), *intervals.wilson(accepted & bad, accepted, groups, confidence))
        )
    coverage, wrong, low, high = np.array(rows).T
    return RiskCoverage(limits, coverage, wrong, low, high, len(risk), confidence)


def limit_for_target(risk: np.ndarray, bad: np.ndarray, target: float, *, confidence: float = 0.95) -> OperatingPoint:
    """Choose the highest risk that may be approved so that wrong approvals stay under a target.

    On validation data, limits are tried from low to high, and the search ends at the first whose upper Clopper-Pearson
    bound (one-sided, at `confidence`) is above the target: with this fixed order all the trials together keep the
    confidence (fixed-sequence testing; Angelopoulos et al. 2021, "Learn then Test"). Limits that approve too few
    applications to show the target even without a single error are left out beforehand.

    Args:
        risk: float (n,) in [0, 1] of the validation applications, one a person.
        bad: 0 or 1 (n,).
        target: Largest share of wrong approvals, in (0, 1).
        confidence: Between 0 and 1.

    Returns:
        An operating point whose threshold is the limit, 0 where no limit keeps the target.

    Raises:
        ValueError: If lengths differ, there is none, or a value is out of its range.
    """
    from scipy import stats

    from imgrec_tf.recognizer import OperatingPoint

    if not 0 < target < 1:
        raise ValueError(f"target must be a share between 0 and 1, got {target}")
    curve = risk_coverage(risk, bad, confidence=confidence)
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
        needed = f"it takes {needed} approvals without an error to show it"
        reason = f"no limit keeps wrong approvals under {target:.2%}; {needed}"
        return OperatingPoint(0.0, reason, {"coverage": 0.0, "bound": 1.0})
    reason = f"wrong approvals at most {target:.2%} with {confidence:.0%} confidence on {curve.count} applications"
    details = {"coverage": float(curve.coverage[chosen]), "bound": float(bound[chosen])}
    return OperatingPoint(float(curve.threshold[chosen]), reason, details)


def _checked(like, bad, groups) -> tuple[np.ndarray, np.ndarray | None]:
    bad = np.asarray(bad)
    if bad.shape != (len(like),) or not np.isin(bad, (0, 1)).all():
        raise ValueError(f"bad must hold one 0 or 1 for each of {len(like)} applications, got shape {bad.shape}")
    if groups is not None:
        groups = np.asarray(groups)
        if groups.shape != bad.shape:
            raise ValueError(f"groups must have shape {bad.shape}, got {groups.shape}")
        groups = np.unique(groups, return_inverse=True)[1]
    return bad.astype(bool), groups


def _confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
