"""Counting: the lowest score that counts as found, chosen class by class, and how wrong the counts then are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from imgrec_tf.medical.detection.data_set import BoxSplit
    from imgrec_tf.medical.detection.detector import Found

DEFAULT_THRESHOLD = 0.4
_TRIED = np.round(np.arange(0.05, 0.951, 0.01), 2)
_ABSENT = "absent from validation: the threshold is a default, not a choice"
_EQUAL = "all scores are equal: no threshold tells right from wrong"


@dataclass(frozen=True)
class ClassRule:
    """When a box of a class counts as found.

    Attributes:
        name: Name of the class.
        threshold: Lowest score that counts.
        objects: True objects of the class in the validation split.
        errors: Found minus true in each validation picture, at this threshold; empty before a choice.
        note: Why there was no choice to make, or empty.
    """

    name: str
    threshold: float = DEFAULT_THRESHOLD
    objects: int = 0
    errors: tuple[int, ...] = ()
    note: str = "not chosen yet"

    def row(self) -> dict:
        """Return class, threshold, objects, exact (share of pictures), absolute_error (mean) and note."""
        errors = np.abs(np.array(self.errors, float))
        return {
            "class": self.name,
            "threshold": self.threshold,
            "objects": self.objects,
            "exact": float((errors == 0).mean()) if len(errors) else np.nan,
            "absolute_error": float(errors.mean()) if len(errors) else np.nan,
            "note": self.note,
        }


def count_rules(candidates: Sequence[Found], validation: BoxSplit) -> tuple[ClassRule, ...]:
    """Choose the threshold of each class with the smallest mean absolute counting error.

    Of several that do equally well, the middle of the longest row of neighbours is taken: it is the one that a slightly
    different picture disturbs least.

    Args:
        candidates: What may be an object in each validation picture.
        validation: The validation split.

    Returns:
        A rule for each class. One that is absent from validation, or whose scores are all equal, keeps the default
        threshold, says so in its note, and a warning is given.
    """
    rules = []
    for label, (name, truth) in enumerate(zip(validation.class_names, validation.counts().T)):
        scores = [found.scores[found.labels == label] for found in candidates]
        threshold, note = DEFAULT_THRESHOLD, ""
        every = np.concatenate(scores) if scores else np.zeros(0)
        if not truth.sum():
            note = _ABSENT
        elif len(every) > 1 and every.max() - every.min() < 1e-6:
            note = _EQUAL
        else:
            threshold = choose_threshold(scores, truth)
        if note:
            warnings.warn(f"{name}: {note}", stacklevel=3)
        errors = tuple(int(_above(one, np.array([threshold]))[0] - count) for one, count in zip(scores, truth))
        rules.append(ClassRule(name, float(threshold), int(truth.sum()), errors, note))
    return tuple(rules)


def choose_threshold(scores: Sequence[np.ndarray], truth: np.ndarray) -> float:
    """Return the threshold with the smallest mean absolute difference of counts.

    Args:
        scores: Scores of one class in each picture.
        truth: True number of its objects in each picture, (n,).

    Returns:
        One of 0.05, 0.06, … 0.95.

    Raises:
        ValueError: If there are no pictures, or more or fewer scores than counts.
    """
    if not len(scores) or len(scores) != len(truth):
        raise ValueError(f"there are scores of {len(scores)} pictures and {len(truth)} counts; give one for each")
    found = np.array([_above(one, _TRIED) for one in scores])
    errors = np.abs(found - np.asarray(truth)[:, None]).mean(axis=0)
    best = errors <= errors.min() + 1e-12
    ends = np.flatnonzero(np.diff(np.concatenate([[0], best, [0]])))
    starts, stops = ends[::2], ends[1::2]
    longest = int(np.argmax(stops - starts))
    return float(_TRIED[(starts[longest] + stops[longest] - 1) // 2])


def interval_of(rule: ClassRule, coverage: float = 0.9) -> float:
    """Return by how much a count may be off, so that it is right as often as `coverage` says.

    Args:
        rule: With its errors on validation.
        coverage: In (0, 1).

    Returns:
        The ⌈(n + 1) × coverage⌉-th smallest absolute error of n; infinite where n is too small for that.

    Raises:
        ValueError: If coverage is not in (0, 1).
    """
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must lie between 0 and 1, both excluded, got {coverage}")
    errors = np.sort(np.abs(np.array(rule.errors, float)))
    place = int(np.ceil((len(errors) + 1) * coverage - 1e-9))
    return float(errors[place - 1]) if place <= len(errors) else float("inf")


def _above(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return how many scores are at a threshold or above, both with 32 bits, so that 0.8 is at 0.8."""
    return (np.asarray(scores, np.float32)[:, None] >= thresholds.astype(np.float32)).sum(axis=0)
