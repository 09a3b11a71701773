"""How often automatic approval is wrong, with its interval, and what share of applications it covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.decisions import coverage
from imgrec_tf.decisions.checks import check_share
from imgrec_tf.decisions.coverage import RiskCoverage, Share
from imgrec_tf.evaluation import intervals

if TYPE_CHECKING:
    from imgrec_tf.recognizer import OperatingPoint

__all__ = ["RiskCoverage", "Share", "limit_for_target", "risk_coverage", "wrong_among_accepted"]


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
    bad, groups = coverage.checked_outcomes(accepted, bad, groups, "applications")
    check_share("confidence", confidence)
    low, high = intervals.wilson(accepted & bad, accepted, groups, confidence)
    count, trials = int((accepted & bad).sum()), int(accepted.sum())
    value = count / trials if trials else math.nan
    return Share("wrong among automatically accepted", value, low, high, count, trials, confidence)


def risk_coverage(
    risk: np.ndarray, bad: np.ndarray, *, groups: np.ndarray | None = None, points: int = 200, confidence: float = 0.95
) -> RiskCoverage:
    """Compute the risk-coverage curve of automatic approval, in the words of applications.

    Args:
        risk: float (n,) in [0, 1].
        bad: 0 or 1 (n,).
        groups: As in `decisions.risk_coverage`.
        points: As in `decisions.risk_coverage`.
        confidence: As in `decisions.risk_coverage`.

    Raises:
        ValueError: If lengths differ, there is none, or a value is out of its range.
    """
    words = {"items": "applications", "answered": "approved"}
    return coverage.risk_coverage(
        risk, bad, groups=groups, points=points, confidence=confidence, synthetic=True, **words
    )


def limit_for_target(risk: np.ndarray, bad: np.ndarray, target: float, *, confidence: float = 0.95) -> OperatingPoint:
    """Choose the highest risk that may be approved so that wrong approvals stay under a target.

    This is `decisions.limit_for_target`, in the words of applications.

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
    words = {"items": "applications", "answers": "approvals"}
    return coverage.limit_for_target(risk, bad, target, confidence=confidence, **words)
