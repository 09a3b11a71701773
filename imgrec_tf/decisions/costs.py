"""What the acts cost, and the thresholds that follow from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from numbers import Real

import numpy as np

from imgrec_tf.decisions.checks import checked_probabilities

ACTS = ("negative", "refer", "positive")


@dataclass(frozen=True)
class Costs:
    """What each act costs for one image, in any one unit: yuan, minutes, harm on a scale of your own.

    Attributes:
        false_negative: Cost of answering "negative" where class 1 is present.
        false_positive: Cost of answering "positive" where it is absent.
        refer: Cost of giving no answer and letting a person look, whatever the image shows; None where nobody can look.
        true_negative: Cost of a right "negative", usually 0.
        true_positive: Cost of a right "positive", usually 0.
    """

    false_negative: float
    false_positive: float
    refer: float | None = None
    true_negative: float = 0.0
    true_positive: float = 0.0

    def __post_init__(self):
        for name, value in asdict(self).items():
            if name == "refer" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, Real) or not np.isfinite(value) or value < 0:
                raise ValueError(f"{name} must be a cost, 0 or more, got {value!r}")
        if min(self.false_negative, self.false_positive) <= max(self.true_negative, self.true_positive):
            raise ValueError(
                f"false_negative and false_positive, the wrong answers, must cost more than the right ones, got {self}"
            )

    @property
    def threshold(self) -> float:
        """The probability from which "positive" is the cheaper of the two answers (Elkan 2001, equation 2).

        It holds for calibrated probabilities, and leaves `refer` aside.
        """
        gain = self.false_positive - self.true_negative
        return float(gain / (gain + self.false_negative - self.true_positive))

    @property
    def thresholds(self) -> tuple[float, float]:
        """Probabilities below the first are answered "negative", above the second "positive", between them referred.

        Where a person costs more than either answer could, or there is none, the two are equal and nobody looks. After
        Elkan (2001), with rejection as a third act (Chow 1970).
        """
        if self.refer is None:
            return self.threshold, self.threshold
        low = (self.refer - self.true_negative) / (self.false_negative - self.true_negative)
        high = (self.false_positive - self.refer) / (self.false_positive - self.true_positive)
        if low >= high:
            low = high = self.threshold
        return float(np.clip(low, 0, 1)), float(np.clip(high, 0, 1))

    def expected(self, probability):
        """Return the expected cost of each act.

        Args:
            probability: Of class 1, a number or an array, in [0, 1].

        Returns:
            {"negative": …, "positive": …}, and "refer" where a person can look; each like `probability`.
        """
        found = {
            "negative": probability * self.false_negative + (1 - probability) * self.true_negative,
            "positive": probability * self.true_positive + (1 - probability) * self.false_positive,
        }
        return found if self.refer is None else found | {"refer": float(self.refer)}

    def acts(self, probabilities) -> np.ndarray:
        """Return the act with the least expected cost for each image, text (n,): "negative", "refer" or "positive".

        Args:
            probabilities: float (n,), calibrated probabilities of class 1.

        Raises:
            ValueError: If they are no probabilities, or not one an image.
        """
        probabilities = checked_probabilities(probabilities, "probabilities")
        if probabilities.ndim != 1:
            raise ValueError(
                f"probabilities must be one number an image (n,), got shape {probabilities.shape}; pass "
                "evaluation.scores[:, 1]"
            )
        low, high = self.thresholds
        if low == high:
            return np.where(probabilities >= high, "positive", "negative")
        between = np.where(probabilities > high, "positive", "refer")
        return np.where(probabilities < low, "negative", between)

    def paid(self, acts, labels) -> np.ndarray:
        """Return what each act cost in the end, float64 (n,).

        Args:
            acts: "negative", "refer" or "positive" (n,).
            labels: 0 or 1 (n,), what was there.

        Raises:
            ValueError: If lengths differ, an act or a label is unknown, or "refer" has no cost.
        """
        acts, labels = np.asarray(acts), np.asarray(labels)
        if acts.shape != labels.shape or acts.ndim != 1 or not np.isin(labels, (0, 1)).all():
            raise ValueError(f"there must be one 0 or 1 for each act, got shapes {acts.shape} and {labels.shape}")
        if not np.isin(acts, ACTS).all() or (self.refer is None and (acts == "refer").any()):
            known = [act for act in ACTS if act != "refer" or self.refer is not None]
            raise ValueError(f"acts must be {', '.join(known)}; give Costs(refer=…) where a person can look")
        answered = {
            "negative": np.where(labels == 1, self.false_negative, self.true_negative),
            "positive": np.where(labels == 1, self.true_positive, self.false_positive),
        }
        paid = np.where(acts == "positive", answered["positive"], answered["negative"])
        return np.where(acts == "refer", self.refer if self.refer is not None else np.nan, paid).astype(np.float64)
