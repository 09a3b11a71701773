"""Another clinic, another share of ill people: correct scores for it, and estimate it from scores without labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.decisions.checks import checked_probabilities
from imgrec_tf.evaluation import intervals
from imgrec_tf.evaluation.inputs import checked_groups


def shift_prevalence(scores, *, of: float | Sequence[float], to: float | Sequence[float]):
    """Correct calibrated scores for another share of the classes, by Bayes' rule.

    Each score is multiplied by the new share of its class and divided by the old one, and each image's scores are
    brought back to a sum of 1 (Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a
    priori probabilities", Neural Computation 2002, equation 2.4). It holds where the images of each class are the same
    as before and only their shares differ; another scanner is not corrected by it.

    A threshold is a score too: what is 0.2 at a prevalence of 30 % was `shift_prevalence(0.2, of=0.3, to=0.5)` at 50 %.

    Args:
        scores: Binary: a number, (n,) probabilities of class 1, or (n, 2). Several classes: (n, k) of sum 1. For a
            multi-label task pass one label at a time.
        of: Share of class 1 among the images that the scores are calibrated for, in (0, 1); for several classes their
            k shares, of sum 1.
        to: The same, where the scores are to be used.

    Returns:
        float64 in the shape of `scores`.

    Raises:
        ValueError: If scores or shares are no probabilities, or their numbers differ.
    """
    values, matrix = _as_matrix(scores)
    old, new = _shares("of", of, matrix.shape[1]), _shares("to", to, matrix.shape[1])
    moved = matrix * new / old
    moved = moved / moved.sum(axis=1, keepdims=True)
    if values.ndim == 2:
        return moved
    return moved[:, 1].reshape(values.shape) if values.ndim else float(moved[0, 1])


@dataclass(frozen=True)
class PrevalenceEstimate:
    """A prevalence that was estimated without labels.

    Attributes:
        value: Share of class 1; for several classes their shares, float64 (k,).
        low: Lower end of the interval, like `value`. It counts the chance in these images, not that of the calibration.
        high: Upper end.
        images: How many images it rests on.
        confidence: Of the interval.
    """

    value: float | np.ndarray
    low: float | np.ndarray
    high: float | np.ndarray
    images: int
    confidence: float

    def __str__(self) -> str:
        ends = zip(*(np.atleast_1d(one) for one in (self.value, self.low, self.high)))
        told = ", ".join(f"{value:.1%} [{low:.1%}, {high:.1%}]" for value, low, high in ends)
        return f"{told}, estimated from {self.images:,} images without labels"


def estimate_prevalence(
    scores,
    *,
    of: float | Sequence[float],
    groups: Sequence | None = None,
    resamples: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> PrevalenceEstimate:
    """Estimate the share of each class among images without labels, from calibrated scores.

    Expectation maximisation after Saerens, Latinne and Decaestecker (2002, section 2.2): correct the scores for the
    shares believed so far, take the mean of the corrected scores as the new belief, until it stays. The interval is a
    percentile bootstrap over images, or groups. It needs calibrated scores, and images of each class that look as they
    did where the model was calibrated: harder healthy images are counted as ill ones.

    Args:
        scores: As in `shift_prevalence`, of the images without labels.
        of: As in `shift_prevalence`.
        groups: (n,), images of one group (a patient) are resampled together; None for none.
        resamples: Bootstrap resamples; 0 for no interval (NaN).
        confidence: Between 0 and 1.
        seed: Of the resamples.

    Raises:
        TypeError: If `resamples` is not whole.
        ValueError: If scores or shares are no probabilities, or all scores are equal.
    """
    values, matrix = _as_matrix(scores)
    if values.ndim == 0:
        raise ValueError("scores must be those of several images (n,), got one number")
    old = _shares("of", of, matrix.shape[1])
    check_whole("resamples", resamples, 0, 1_000_000)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    if (matrix == matrix[0]).all():
        raise ValueError(
            f"all scores are equal ({np.round(matrix[0], 4).tolist()}): they hold nothing about the shares of classes"
        )
    groups = checked_groups(groups, len(matrix))
    found = _maximised(matrix, old, old, np.full(len(matrix), 1 / len(matrix)))
    drawn = [
        _maximised(matrix, old, found, column / column.sum())
        for _, weights in intervals.resample_weights(len(matrix), resamples, seed, groups)
        for column in weights.T
    ]
    ends = (
        intervals.percentiles(np.array(drawn).T, confidence)
        if drawn
        else (np.full_like(found, np.nan), np.full_like(found, np.nan))
    )
    if np.ndim(of) == 0:
        return PrevalenceEstimate(float(found[1]), float(ends[0][1]), float(ends[1][1]), len(matrix), confidence)
    return PrevalenceEstimate(found, *ends, len(matrix), confidence)


def _maximised(matrix: np.ndarray, old: np.ndarray, start: np.ndarray, weights: np.ndarray) -> np.ndarray:
    shares = np.clip(start, 1e-9, 1)
    likely = matrix / old
    for _ in range(2000):
        moved = likely * shares
        updated = weights @ (moved / np.maximum(moved.sum(axis=1, keepdims=True), 1e-300))
        updated = updated / updated.sum()
        if np.abs(updated - shares).max() < 1e-7:
            return updated
        shares = updated
    return shares


def _as_matrix(scores) -> tuple[np.ndarray, np.ndarray]:
    values = checked_probabilities(scores)
    if values.ndim > 2 or (values.ndim == 2 and values.shape[1] < 2):
        raise ValueError(f"scores must be a number, (n,) or (n, classes), got shape {values.shape}")
    if values.ndim == 2:
        sums = values.sum(axis=1)
        if np.abs(sums - 1).max() > 1e-2:
            raise ValueError(
                f"the scores of an image must add up to 1, here some add up to {sums[np.abs(sums - 1).argmax()]:.4g}; "
                "for a multi-label task pass one label at a time, scores[:, place]"
            )
        return values, values
    flat = values.reshape(-1)
    return values, np.stack([1 - flat, flat], axis=1)


def _shares(name: str, shares, classes: int) -> np.ndarray:
    values = np.asarray(shares)
    if values.dtype.kind not in "fiu":
        raise ValueError(f"{name} must be a share between 0 and 1, or one a class, got {shares!r}")
    values = values.astype(np.float64)
    if values.ndim == 0 and classes == 2:
        values = np.array([1 - values, values])
    if values.shape != (classes,) or not ((values > 0) & (values < 1)).all() or abs(values.sum() - 1) > 1e-6:
        accepted = "one share of class 1" if classes == 2 else f"{classes} shares of sum 1"
        raise ValueError(f"{name} must be {accepted}, between 0 and 1, both excluded, got {shares!r}")
    return values
