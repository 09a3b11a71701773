"""How often a verifier errs, with intervals that count people and not pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from imgrec_tf.evaluation import Metric, intervals
from imgrec_tf.finance.verification.pictures import IMITATION, OTHER, SAME, Pairs

if TYPE_CHECKING:
    from imgrec_tf import plots
    from imgrec_tf.finance.verification.verifier import Verifier


@dataclass(frozen=True)
class PairEvaluation:
    """What `evaluate_pairs` returns.

    Attributes:
        similarities: float64 (m,), in [0, 1].
        pairs: What was compared.
        threshold: Similarities at or above it were accepted.
        metrics: By name: "equal_error_rate" and "roc_auc", "false_reject_rate" and "false_accept_rate" at the
            threshold; the last three also for one kind of different people, such as "equal_error_rate, imitation".
        identities: How many owners there are.
    """

    similarities: np.ndarray
    pairs: Pairs
    threshold: float
    metrics: dict[str, Metric]
    identities: int

    def __getitem__(self, name: str) -> Metric:
        if name not in self.metrics:
            raise KeyError(f"there is no metric {name!r}; there are {', '.join(self.metrics)}")
        return self.metrics[name]

    @property
    def false_accepts(self) -> np.ndarray:
        """Indices of the accepted pairs of different people, the most alike first."""
        return self._mistakes(~self.pairs.same & (self.similarities >= self.threshold), -1)

    @property
    def false_rejects(self) -> np.ndarray:
        """Indices of the refused pairs of one person, the least alike first."""
        return self._mistakes(self.pairs.same & (self.similarities < self.threshold), 1)

    def _mistakes(self, wrong: np.ndarray, sign: int) -> np.ndarray:
        places = np.flatnonzero(wrong)
        return places[np.argsort(sign * self.similarities[places], kind="stable")]

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: value, low and high end of the interval, and how it was made."""
        return pd.DataFrame({name: vars(metric) for name, metric in self.metrics.items()}).T

    def roc(self, kind: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return false and true accept rates at every threshold, from the highest down, both beginning with 0.

        Args:
            kind: Of the different people: "other", "imitation" or None for all.
        """
        kept = _kept(self.pairs.kinds, kind)
        ranked = _Ranked(self.similarities[kept], self.pairs.same[kept])
        accepted, wrong = ranked.rates(np.ones((int(kept.sum()), 1)))
        return wrong[:, 0], accepted[:, 0]

    def plot_roc(self) -> plots.Figure:
        """Draw one curve for each kind of different people, with the equal error rate and the threshold marked."""
        from imgrec_tf.finance.verification.figures import roc

        return roc(self)

    def plot_similarities(self) -> plots.Figure:
        """Draw how alike the pairs of each kind are, and the threshold."""
        from imgrec_tf.finance.verification.figures import similarities

        return similarities(self)

    def plot_mistakes(self, n: int = 6) -> plots.Figure:
        """Show the worst false accepts and false rejects, `n` of each at most."""
        from imgrec_tf.finance.verification.figures import mistakes

        return mistakes(self, n)


def evaluate_pairs(
    verifier: Verifier | Sequence[float],
    pairs: Pairs,
    *,
    threshold: float | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> PairEvaluation:
    """Measure a verifier on pairs of people whom it never saw.

    The equal error rate is where as many strangers are accepted as right people are refused (in shares of each), with
    a straight line between two thresholds. Each resample of the bootstrap draws owners with replacement; a pair counts
    as often as its owner was drawn, one of two owners as often as the product. Pairs of one person resemble each
    other, so an interval that counts pairs would be too narrow (Bolle, Ratha and Pankanti, "Error analysis of pattern
    recognition systems: the subsets bootstrap", CVIU 2004). Where no error is seen, the upper end is Wilson's for as
    many trials as there are owners.

    Args:
        verifier: A `Verifier`, or the similarities of the pairs, (m,) in [0, 1], made elsewhere.
        pairs: Of the part "test", or "validation" while you choose; never of "train".
        threshold: None for the verifier's own; 0.5 where there is none.
        resamples: Bootstrap resamples; 0 for no intervals.
        confidence: Of the intervals.
        seed: Of the resamples.

    Raises:
        TypeError: If `pairs` are no Pairs.
        ValueError: If the pairs are of "train", of one kind only, or the similarities do not fit them.
    """
    if not isinstance(pairs, Pairs):
        raise TypeError(f"pairs must be Pairs, as make_pairs returns them, got {type(pairs).__name__}")
    if pairs.pictures.part == "train":
        raise ValueError('these pairs are of the part "train", whose people were learnt from; make pairs of "test"')
    if not pairs.same.any() or pairs.same.all():
        raise ValueError("pairs must hold some of the same person and some of different ones")
    if resamples < 0 or not 0 < confidence < 1:
        raise ValueError(f"resamples must be 0 or more and confidence in (0, 1), got {resamples} and {confidence}")
    own = None
    if hasattr(verifier, "similarities"):
        scores, own = verifier.similarities(pairs), verifier.threshold_for(pairs.first.shape[1])
    else:
        scores = np.asarray(verifier, np.float64)
        if scores.shape != (len(pairs),) or not ((scores >= 0) & (scores <= 1)).all():
            raise ValueError(f"similarities must be {len(pairs)} numbers in [0, 1], got shape {scores.shape}")
    level = float(threshold if threshold is not None else own.threshold if own is not None else 0.5)
    numbers = np.unique(pairs.pictures.owners, return_inverse=True)[1]
    first, second = numbers[pairs.first[:, 0]], numbers[pairs.second]
    identities = int(numbers.max()) + 1
    kinds = [one for one in (OTHER, IMITATION) if (pairs.kinds == one).any()]
    metrics: dict[str, Metric] = {}
    for kind in [None, *kinds] if len(kinds) > 1 else [None]:
        kept = _kept(pairs.kinds, kind)
        point = _measure(_Ranked(scores[kept], pairs.same[kept]), np.ones((int(kept.sum()), 1)), level)
        drawn: dict[str, list[np.ndarray]] = {name: [] for name in point}
        ranked = _Ranked(scores[kept], pairs.same[kept])
        for _, weights in intervals.resample_weights(identities, resamples, seed) if resamples else ():
            one, two = weights[first[kept]], weights[second[kept]]
            both = np.where((first == second)[kept][:, None], one, one * two)
            for start in range(0, both.shape[1], 64):
                for name, values in _measure(ranked, both[:, start : start + 64], level).items():
                    drawn[name].append(values)
        for name, value in point.items():
            if kind and name == "false_reject_rate":
                continue  # the same whoever the strangers are
            known = np.concatenate(drawn[name]) if resamples else np.array([])
            metrics[name + (f", {kind}" if kind else "")] = _metric(float(value[0]), known, confidence, identities)
    return PairEvaluation(scores, pairs, level, metrics, identities)


class _Ranked:
    """Pairs in falling order of similarity, to be counted with any weights."""

    def __init__(self, scores: np.ndarray, same: np.ndarray):
        self.order = np.argsort(-scores, kind="stable")
        self.scores, self.same = scores[self.order], same[self.order]
        self.ends = np.flatnonzero(np.r_[self.scores[1:] != self.scores[:-1], True])  # equal ones fall together

    def rates(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """True and false accept rates (thresholds, resamples) for weights (pairs, resamples)."""
        weights, same = weights[self.order], self.same[:, None]
        found = []
        for chosen in (weights * same, weights * ~same):
            counted = np.cumsum(chosen, axis=0)
            with np.errstate(invalid="ignore"):
                found.append(np.vstack([np.zeros(weights.shape[1]), counted[self.ends] / counted[-1]]))
        return found[0], found[1]


def _measure(ranked: _Ranked, weights: np.ndarray, level: float) -> dict[str, np.ndarray]:
    right, wrong = ranked.rates(weights)
    missed = 1 - right
    columns = np.arange(weights.shape[1])
    after = np.argmax(wrong >= missed, axis=0)  # never the first row, where wrong is 0 and missed is 1
    before = np.maximum(after - 1, 0)
    low, high = (wrong - missed)[before, columns], (wrong - missed)[after, columns]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(high > low, -low / (high - low), 0.0)
    equal = wrong[before, columns] + share * (wrong[after, columns] - wrong[before, columns])
    place = int(np.searchsorted(-ranked.scores[ranked.ends], -level, side="right"))
    undefined = np.isnan(right[-1]) | np.isnan(wrong[-1])
    return {
        "equal_error_rate": np.where(undefined, np.nan, equal),
        "roc_auc": np.trapezoid(right, wrong, axis=0),
        "false_accept_rate": wrong[place],
        "false_reject_rate": missed[place],
    }


def _metric(value: float, drawn: np.ndarray, confidence: float, identities: int) -> Metric:
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return Metric(value, method="none")
    low, high = intervals.percentiles(drawn[None], confidence)
    low, high = float(low[0]), float(high[0])
    method = "bootstrap over identities"
    if value in (0.0, 1.0):
        _, most = intervals.wilson_of_share(0.0, identities, stats.norm.ppf(0.5 + confidence / 2))
        low, high = (0.0, most) if value == 0 else (1 - most, 1.0)
        method = "Wilson, one trial an identity"
    return Metric(value, min(low, value), max(high, value), method)


def _kept(kinds: np.ndarray, kind: str | None) -> np.ndarray:
    if kind not in (None, OTHER, IMITATION):
        raise ValueError(f'kind must be "{OTHER}", "{IMITATION}" or None, got {kind!r}')
    return np.ones(len(kinds), bool) if kind is None else (kinds == SAME) | (kinds == kind)
