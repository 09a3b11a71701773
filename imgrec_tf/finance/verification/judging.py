"""A second stage for pictures in question that somebody may have made to look like the references: imitations.

The cosine of two vectors does not know in which direction they differ. An imitation differs from the owner's signatures
in some directions more often than in others (a shaky line, blunt ends), and from a writer whose own signatures resemble
each other little, more is to be borne. A logistic regression learns both from the writers that the network learnt from,
one for all writers, as in the writer-independent verification of Souza, Oliveira, Cruz and Sabourin, "A white-box
analysis on the writer-independent dichotomy transformation" (Expert Systems with Applications 2020), which uses the
absolute differences; here they keep their signs, for the references are known to be genuine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from imgrec_tf.finance.verification.pictures import Pairs

_STRENGTH, _OTHERS = 0.1, 0.3  # inverse of the penalty; weight of a stranger, who is told apart anyway


@dataclass(frozen=True)
class Judge:
    """Turns vectors into a similarity.

    Attributes:
        weights: One for each of `evidence`'s columns.
        intercept: Of the regression.
    """

    weights: tuple[float, ...]
    intercept: float

    def similarities(self, references: np.ndarray, questioned: np.ndarray) -> np.ndarray:
        """Return values in (0, 1), float64 (m,), for vectors (m, references, d) and (m, d)."""
        margin = evidence(references, questioned) @ np.array(self.weights) + self.intercept
        return 1 / (1 + np.exp(-np.clip(margin, -30, 30)))


def evidence(references: np.ndarray, questioned: np.ndarray) -> np.ndarray:
    """Return what the judge weighs, float64 (m, 4 + d).

    Mean, least and greatest cosine to the references, the mean cosine of the references among each other (0 for one),
    and the difference from their mean.
    """
    references, questioned = np.asarray(references, np.float64), np.asarray(questioned, np.float64)
    count = references.shape[1]
    cosines = np.einsum("ijk,ik->ij", references, questioned)
    among = np.einsum("ijk,ilk->i", references, references) - count
    columns = [cosines.mean(axis=1), cosines.min(axis=1), cosines.max(axis=1), among / max(1, count * (count - 1))]
    if count == 1:
        columns[3] = np.zeros(len(questioned))
    return np.column_stack([*columns, questioned - references.mean(axis=1)])


def fit_judge(vectors: np.ndarray, pairs: Pairs) -> Judge:
    """Learn a judge from the vectors (n, d) of all pictures of some pairs.

    Raises:
        ValueError: If the pairs are not of the part "train", or of one kind only.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if pairs.pictures.part != "train":
        raise ValueError(f'a judge learns from pairs of the part "train"; these are of "{pairs.pictures.part}"')
    if pairs.same.all() or not pairs.same.any():
        raise ValueError("pairs must hold some of the same person and some of different ones")
    columns = evidence(vectors[pairs.first], vectors[pairs.second])
    scaler = StandardScaler().fit(columns)
    fitted = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=1000).fit(
        scaler.transform(columns), pairs.same, sample_weight=np.where(pairs.kinds == "other", _OTHERS, 1.0)
    )
    weights = fitted.coef_[0] / scaler.scale_
    return Judge(tuple(float(one) for one in weights), float(fitted.intercept_[0] - weights @ scaler.mean_))
