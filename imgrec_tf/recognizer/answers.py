"""From what a model returns to the table that a person reads; checked and decided as `evaluate` does it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas


def finite_scores(raw: np.ndarray, count: int, classes: int, task: str) -> np.ndarray:
    """Return a model's outputs as probabilities (n, classes), float64; rows with NaN or infinite numbers as NaN.

    Args:
        raw: (n, classes), or, for a binary task, (n,) or (n, 1) of the second class.
        count: Number of images n.
        classes: Number of classes.
        task: "binary", "multi-class", "ordinal" or "multi-label".

    Raises:
        ValueError: If the shape is wrong, or the outputs are no probabilities.
    """
    from imgrec_tf.evaluation.inputs import checked_scores

    finite = np.isfinite(np.asarray(raw, np.float64).reshape(count, -1)).all(axis=1)
    scores = np.full((count, classes), np.nan)
    if finite.any():
        scores[finite] = checked_scores(raw[finite], int(finite.sum()), classes, task)
    return scores


def answer_table(
    sources: Sequence[str],
    scores: np.ndarray,
    problems: Sequence[str],
    *,
    class_names: Sequence[str],
    task: str,
    threshold: float | Sequence[float] | None,
    abstain_below: float | None,
) -> pandas.DataFrame:
    """Return the table that `Recognizer.predict` describes.

    Args:
        sources: One name an image.
        scores: float64 (n, classes) in [0, 1], NaN where there is no answer.
        problems: Why there is none, else "".
        class_names: One name a class.
        task: "binary", "multi-class", "ordinal" or "multi-label".
        threshold: As in `evaluate`.
        abstain_below: As in `Recognizer`.
    """
    import pandas as pd

    from imgrec_tf.evaluation.inputs import decide

    known = ~np.isnan(scores).any(axis=1)
    highest = scores.max(axis=1)
    chosen = decide(
        np.where(known[:, np.newaxis], scores, 0), task, None if threshold is None else np.asarray(threshold)
    )
    if task == "multi-label":
        labels = [" + ".join(itertools.compress(class_names, row)) or "none" for row in chosen]
        score = highest
    else:
        labels = [class_names[place] for place in chosen]
        score = scores[np.arange(len(scores)), chosen]
    abstained = np.zeros(len(scores), bool) if abstain_below is None else known & (highest < abstain_below)
    given = known & ~abstained
    columns = {
        "source": pd.Series(sources, dtype=object),
        "label": pd.Series([label if one else None for label, one in zip(labels, given)], dtype=object),
        "score": score,
    }
    columns |= {f"score_{name}": scores[:, place] for place, name in enumerate(class_names)}
    columns |= {"abstained": abstained, "problem": pd.Series(problems, dtype=object)}
    return pd.DataFrame(columns)
