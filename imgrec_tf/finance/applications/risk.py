"""A calibrated risk: the probability that an application should not be approved.

Logistic regression on the evidence, then Platt's calibration (Platt 1999) on other applications: a second logistic
regression on the first one's margin. Ten numbers in all, which are kept as text: nothing has to be unpickled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.finance.applications.evidence import FEATURES, Evidence, features

if TYPE_CHECKING:
    import pandas as pd

_FEWEST = 20


@dataclass(frozen=True)
class RiskModel:
    """Turns evidence into a risk.

    Attributes:
        weights: One a feature, in the order of `FEATURES`.
        intercept: Of the first regression.
        slope: Of the calibration.
        offset: Of the calibration.
        trained_on: Number of applications, of both steps together.
    """

    weights: tuple[float, ...]
    intercept: float
    slope: float
    offset: float
    trained_on: int

    def __post_init__(self):
        values = [*self.weights, self.intercept, self.slope, self.offset]
        if len(self.weights) != len(FEATURES) or not np.isfinite(values).all():
            raise ValueError(f"a risk model needs {len(FEATURES)} finite weights, got {len(self.weights)}: {values}")

    def risk(self, evidence: Sequence[Evidence]) -> np.ndarray:
        """Return the risk of each application, float64 (n,) in (0, 1).

        Raises:
            TypeError: If it is no evidence.
            ValueError: If a score was not measured.
        """
        evidence = [evidence] if isinstance(evidence, Evidence) else evidence
        margin = features(evidence) @ np.array(self.weights) + self.intercept
        return 1 / (1 + np.exp(-np.clip(self.slope * margin + self.offset, -50, 50)))

    @property
    def version(self) -> str:
        """Twelve characters that change with any of the numbers; the audit log names them."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:12]

    def to_frame(self) -> pd.DataFrame:
        """Return the calibrated weight of each feature: by how much the log odds of the risk grow for one more."""
        import pandas as pd

        rows = {"feature": FEATURES, "weight": [self.slope * weight for weight in self.weights]}
        return pd.DataFrame(rows).sort_values("weight", key=abs, ascending=False, ignore_index=True)

    def to_dict(self) -> dict:
        """Return plain values, ready for JSON."""
        return asdict(self) | {"weights": list(self.weights)}

    @classmethod
    def from_dict(cls, values: dict) -> RiskModel:
        """Rebuild a model from `to_dict`."""
        return cls(**values | {"weights": tuple(values["weights"])})


def fit_risk_model(
    evidence: Sequence[Evidence],
    bad: np.ndarray,
    calibration_evidence: Sequence[Evidence],
    calibration_bad: np.ndarray,
) -> RiskModel:
    """Fit a risk model and calibrate it on other applications.

    Args:
        evidence: Complete evidence of past applications.
        bad: 0 or 1 (n,): 1 where the application should not have been approved.
        calibration_evidence: Complete evidence of other applications (other people), with the share of bad ones that is
            expected later: the risk is calibrated to it.
        calibration_bad: 0 or 1 (m,).

    Returns:
        The model.

    Raises:
        TypeError: If it is no evidence.
        ValueError: If lengths differ, a class is missing, there are fewer than 20 applications, or a score is missing.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    inputs, bad = features(evidence), _labels("bad", bad, len(evidence))
    others, others_bad = (
        features(calibration_evidence),
        _labels("calibration_bad", calibration_bad, len(calibration_evidence)),
    )
    scaler = StandardScaler().fit(inputs)
    first = LogisticRegression(max_iter=1000).fit(scaler.transform(inputs), bad)
    weights = first.coef_[0] / scaler.scale_
    intercept = float(first.intercept_[0] - weights @ scaler.mean_)
    margin = others @ weights + intercept
    second = LogisticRegression(C=1e6, max_iter=1000).fit(margin[:, None], others_bad)
    return RiskModel(
        tuple(float(weight) for weight in weights),
        intercept,
        float(second.coef_[0, 0]),
        float(second.intercept_[0]),
        len(bad) + len(others_bad),
    )


def _labels(name: str, labels, count: int) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.shape != (count,):
        raise ValueError(f"{name} must have one 0 or 1 for each of {count} applications, got shape {labels.shape}")
    if count < _FEWEST or set(np.unique(labels).tolist()) != {0, 1}:
        raise ValueError(
            f"{name} must hold 0s and 1s, both, for {_FEWEST} applications or more, got {count}: {labels!r:.60}"
        )
    return labels.astype(int)
