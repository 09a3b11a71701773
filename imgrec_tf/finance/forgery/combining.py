"""Network and rules together: one probability from what a page looks like and from what it says.

The network sees a patched background; it cannot see that a copied digit breaks a check digit. The rules see that, and
cannot see that a face was exchanged. A logistic regression weighs both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from imgrec_tf.finance.consistency import SEVERITIES, ConsistencyReport

FEATURES = ("log odds of the score", *(f"failed rules, {severity}" for severity in SEVERITIES))
_FEWEST = 20
_FARTHEST = 1e-4  # scores are kept this far from 0 and 1, or their log odds would have no bound


@dataclass(frozen=True)
class Combination:
    """Turns the score of the network and the findings of the rules into a probability of forgery.

    Attributes:
        weights: One a feature, in the order of `FEATURES`: what one more adds to the log odds.
        intercept: Log odds where every feature is 0.
        fitted_on: Number of documents.
    """

    weights: tuple[float, ...]
    intercept: float
    fitted_on: int

    def __post_init__(self):
        if len(self.weights) != len(FEATURES) or not np.isfinite([*self.weights, self.intercept]).all():
            raise ValueError(f"a combination needs {len(FEATURES)} finite weights, got {self.weights}")

    def probability(self, scores: Sequence[float], findings: Sequence[ConsistencyReport]) -> np.ndarray:
        """Return the probability of each document to be forged: float64 (n,), in (0, 1).

        Raises:
            TypeError: If the findings are no reports.
            ValueError: If lengths differ or a score is not in [0, 1].
        """
        margin = _features(scores, findings) @ np.array(self.weights) + self.intercept
        return 1 / (1 + np.exp(-np.clip(margin, -50, 50)))

    def to_frame(self) -> pd.DataFrame:
        """Return the weight of each feature, and by which factor one more of it multiplies the odds."""
        weights = np.array(self.weights)
        return pd.DataFrame({"feature": FEATURES, "weight": weights, "odds factor": np.exp(weights)})

    def to_dict(self) -> dict:
        """Return plain values, ready for JSON."""
        return asdict(self) | {"weights": list(self.weights)}

    @classmethod
    def from_dict(cls, values: dict) -> Combination:
        """Rebuild a combination from `to_dict`."""
        return cls(**values | {"weights": tuple(values["weights"])})


def combine(
    scores: Sequence[float], findings: Sequence[ConsistencyReport], forged: Sequence[bool] | np.ndarray
) -> Combination:
    """Fit how much the network's score and the rules' findings weigh, on documents that neither was made with.

    Args:
        scores: Highest score of each document, (n,), as `check_document` gives it, of validation documents.
        findings: Their reports, from `consistency.check_consistency` on what they print.
        forged: Whether each is forged, (n,).

    Returns:
        The combination. Its weights are kept from growing without bound (a penalty on their squares, C=1), so a rule
        that never failed on a genuine document gets a finite weight.

    Raises:
        TypeError: If the findings are no reports.
        ValueError: If lengths differ, a score is not in [0, 1], there are fewer than 20 documents, or all of one kind.
    """
    from sklearn.linear_model import LogisticRegression

    features = _features(scores, findings)
    forged = np.asarray(forged)
    if forged.shape != (len(features),) or not np.isin(forged, (0, 1)).all():
        raise ValueError(f"forged must hold True or False for each of {len(features)} documents, got {forged!r:.60}")
    if len(features) < _FEWEST or len(np.unique(forged)) < 2:
        raise ValueError(
            f"give at least {_FEWEST} documents, genuine and forged ones, got {len(features)} of which "
            f"{int(forged.sum())} are forged"
        )
    fitted = LogisticRegression(max_iter=1000).fit(features, forged.astype(int))
    return Combination(tuple(float(one) for one in fitted.coef_[0]), float(fitted.intercept_[0]), len(features))


def _features(scores, findings) -> np.ndarray:
    scores = np.asarray(scores, float)
    findings = [findings] if isinstance(findings, ConsistencyReport) else list(findings)
    if not all(isinstance(one, ConsistencyReport) for one in findings):
        raise TypeError("findings must be ConsistencyReports, as consistency.check_consistency returns them")
    if scores.shape != (len(findings),):
        raise ValueError(f"give one score and one report a document, got {scores.shape} and {len(findings)}")
    if not np.isfinite(scores).all() or (len(scores) and (scores.min() < 0 or scores.max() > 1)):
        raise ValueError("scores must lie in [0, 1]; a document with a problem has no score: leave it out")
    kept = np.clip(scores, _FARTHEST, 1 - _FARTHEST)
    counts = [[one.count("failed", severity) for severity in SEVERITIES] for one in findings]
    return np.c_[np.log(kept / (1 - kept)), np.array(counts, float).reshape(-1, len(SEVERITIES))]
