"""A detector of forged places by their traces: many trees, each of which asks for a few traces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf.finance.forgery.places import Place
from imgrec_tf.finance.forgery.traces import TRACES, trace_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


@dataclass(frozen=True)
class TraceDetector:
    """Scores places by their traces, with many trees.

    Extremely randomized trees (Geurts, Ernst and Wehenkel, "Extremely randomized trees", Machine Learning 63, 2006).

    Attributes:
        trees: The fitted scikit-learn classifier.
        fitted_on: Number of places.
    """

    trees: Any
    fitted_on: int

    def score(self, table: pd.DataFrame) -> np.ndarray:
        """Return a score for forged of each place of a table from `place_table`, float64 (n,) in [0, 1].

        Raises:
            ValueError: If the table lacks a trace.
        """
        return self._scored(_measured(table))

    def score_places(self, page: np.ndarray, places: Sequence[Place]) -> np.ndarray:
        """Return a score for forged of each place of one straightened page, float64 (n,) in [0, 1]."""
        return self._scored(trace_features(page, places))

    def importances(self) -> pd.Series:
        """Return how much each trace counts in the trees, adding up to 1, the largest first."""
        import pandas as pd

        return pd.Series(self.trees.feature_importances_, TRACES).sort_values(ascending=False)

    def _scored(self, measured: np.ndarray) -> np.ndarray:
        return self.trees.predict_proba(measured)[:, 1] if len(measured) else np.zeros(0)


def fit_traces(table: pd.DataFrame, *, trees: int = 200, seed: int = 0) -> TraceDetector:
    """Fit a detector on the traces of places.

    Args:
        table: From `place_table`, or the part "train" of `split_places`.
        trees: How many, 10 to 10,000.
        seed: Of the trees.

    Raises:
        ValueError: If the table lacks a trace, or shows genuine or forged places only.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    measured = _measured(table)
    if not 10 <= trees <= 10_000:
        raise ValueError(f"trees must be from 10 to 10,000, got {trees}")
    forged = table["forged"].to_numpy(int)
    if len(np.unique(forged)) < 2:
        raise ValueError("the table must show genuine and forged places")
    fitted = ExtraTreesClassifier(
        trees, min_samples_leaf=2, max_features=0.35, class_weight="balanced", random_state=seed
    ).fit(measured, forged)
    return TraceDetector(fitted, len(measured))


def _measured(table) -> np.ndarray:
    missing = [one for one in TRACES if one not in getattr(table, "columns", ())]
    if missing:
        raise ValueError(f"a table of place_table is needed; this one lacks {len(missing)} traces, as {missing[0]!r}")
    return table[list(TRACES)].to_numpy(np.float32)
