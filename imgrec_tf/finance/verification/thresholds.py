"""From similarities to an answer: a threshold at a stated false-accept rate, and how probable "the same person" is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Threshold:
    """A threshold and why it was chosen. `OperatingPoint.of` takes it.

    Attributes:
        threshold: On the similarity.
        reason: One line for people.
        false_accept_rate: Share of strangers and imitators accepted on the pairs that it was chosen on.
        false_reject_rate: Share of right people refused on them.
        pairs: How many pairs of different people these were.
        slope, offset: Of the calibration, see `probability`; None where there was none.
    """

    threshold: float
    reason: str
    false_accept_rate: float
    false_reject_rate: float
    pairs: int
    slope: float | None = None
    offset: float | None = None

    def probability(self, similarity: float) -> float | None:
        """How probable one and the same person is where every second pair is of one, in [0, 1]; None if uncalibrated.

        Platt's logistic regression ("Probabilistic outputs for support vector machines", 1999) on the validation pairs.
        """
        if self.slope is None or self.offset is None:
            return None
        return float(1 / (1 + np.exp(-np.clip(self.slope * similarity + self.offset, -30, 30))))


def choose(false_accept_rate: float, scores: np.ndarray, same: np.ndarray) -> Threshold:
    """Return the lowest threshold that accepts at most this share of different people.

    Args:
        false_accept_rate: Between 0 and 1, at least one in the number of pairs of different people.
        scores: Similarities (m,).
        same: bool (m,), the truth.

    Raises:
        ValueError: If the rate is too small for the pairs, or none of them is of the same person.
    """
    from sklearn.linear_model import LogisticRegression

    strangers, count = np.sort(scores[~same])[::-1], int((~same).sum())
    allowed = int(np.floor(false_accept_rate * count + 1e-9))
    if allowed < 1 or not same.any():
        raise ValueError(
            f"{count} pairs of different people cannot show a false-accept rate of {false_accept_rate:g}; take at "
            f"least {int(np.ceil(1 / false_accept_rate))}, and some of the same person"
        )
    level = float(np.nextafter(strangers[allowed], np.inf)) if allowed < count else float(strangers[-1])
    reason = f"accepts at most {100 * false_accept_rate:g} % of different people, on {count:,} validation pairs"
    fitted = LogisticRegression(C=1e3, class_weight="balanced").fit(scores[:, None], same)
    return Threshold(
        level,
        reason,
        float((scores[~same] >= level).mean()),
        float((scores[same] < level).mean()),
        count,
        float(fitted.coef_[0, 0]),
        float(fitted.intercept_[0]),
    )
