"""Measuring found boxes against true ones: average precision and counts, with intervals over pictures or groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgrec_tf.evaluation import Metric, intervals
from imgrec_tf.medical.detection.data_set import BoxSplit
from imgrec_tf.medical.detection.detector import Found
from imgrec_tf.medical.detection.scoring import Matches
from imgrec_tf.medical.picture_scores import PictureScores

_CONFIDENCE = 0.95


@dataclass(frozen=True, repr=False)
class BoxScores(PictureScores):
    """How well objects were found and counted.

    Attributes:
        per_picture: One row a picture and class: picture, class, true, found, error (found minus true).
        metrics: By name, with 95 % intervals. "ap50 <class>" and "ap <class>": average precision at an overlap of .5,
            and its mean over .50 to .95; "map50" and "map": their means over the classes that have a true box;
            "count_error <class>": mean of found minus true; "absolute_count_error <class>": mean without the sign;
            "count_exact <class>": share of pictures whose count is exact. NaN where a class has no true box.
        name: The split that was measured.
        synthetic: True when the pictures were made by a program.
    """

    def __repr__(self) -> str:
        pictures = self.per_picture["picture"].nunique()
        return f"<BoxScores of {pictures} pictures ({self.name}): map50 {self['map50']}, map {self['map']}>"


def measure_boxes(
    split: BoxSplit,
    candidates: Sequence[Found],
    thresholds: Sequence[float],
    *,
    resamples: int = 200,
    seed: int = 0,
) -> BoxScores:
    """Compare found boxes with those of a split.

    Average precision looks at all candidates, whatever their score: it needs no threshold. Counts need one. Intervals:
    bootstrap over pictures, or over groups where the split names them, from the resamples' spread on a scale that stays
    within the metric's range.

    Args:
        split: Pictures with true boxes.
        candidates: What `Detector.candidates` gives for the split.
        thresholds: Lowest score of each class that counts, as `Detector.thresholds`.
        resamples: Bootstrap resamples, 1 or more; 200 of 100 pictures take about two seconds.
        seed: Seed of the resamples.

    Returns:
        The scores.

    Raises:
        ValueError: If there are more or fewer answers than pictures, or none, or thresholds than classes.
    """
    import pandas as pd

    classes = split.class_names
    if len(candidates) != len(split) or not len(split):
        raise ValueError(f"there are {len(split)} pictures and {len(candidates)} answers; give one for each")
    if len(thresholds) != len(classes):
        raise ValueError(f"there are {len(classes)} classes and {len(thresholds)} thresholds; give one for each")
    if resamples < 1:
        raise ValueError(f"resamples must be 1 or more, got {resamples}")
    true = split.counts()
    counted = np.array([found.above(thresholds).counts() for found in candidates])
    frame = pd.DataFrame(
        [
            (picture, name, true[row, column], counted[row, column], counted[row, column] - true[row, column])
            for row, picture in enumerate(split.names)
            for column, name in enumerate(classes)
        ],
        columns=["picture", "class", "true", "found", "error"],
    )
    matches = Matches(
        split.boxes, split.labels, [(one.boxes, one.labels, one.scores) for one in candidates], len(classes)
    )
    groups = None if split.groups is None else np.unique(split.groups, return_inverse=True)[1]
    every = np.arange(len(split))
    values = _values(matches, counted - true, every)
    resampled = np.empty((len(values), resamples))
    for place, weights in intervals.resample_weights(len(split), resamples, seed, groups):
        for column in range(weights.shape[1]):
            chosen = np.repeat(every, weights[:, column].astype(int))
            resampled[:, place.start + column] = list(_values(matches, counted - true, chosen).values())
    low = np.array([-np.inf if name.startswith("count_error") else 0.0 for name in _names(values, classes)])
    high = np.array([np.inf if "error" in name else 1.0 for name in _names(values, classes)])
    units = len(split) if groups is None else int(groups.max()) + 1
    means = np.array(list(values.values()))
    lows, highs = intervals.from_spread(means, resampled, low, high, _CONFIDENCE, units)
    method = f"bootstrap over {units} {'pictures' if groups is None else 'groups'}"
    metrics = {
        name: Metric(*map(float, one), method)
        for name, *one in zip(_names(values, classes), means, lows, highs, strict=True)
    }
    return BoxScores(frame, metrics, split.name, split.synthetic)


def _values(matches: Matches, errors: np.ndarray, chosen: np.ndarray) -> dict:
    """Return every metric on the chosen pictures, by kind and number of the class."""
    precision = matches.average_precision(chosen)
    known = ~np.isnan(precision[0])
    values = {("map50",): precision[0][known].mean(), ("map",): precision[:, known].mean()} if known.any() else {
        ("map50",): np.nan, ("map",): np.nan}  # fmt: skip
    some = errors[chosen]
    for kind, row in (
        ("ap50", precision[0]),
        ("ap", precision.mean(axis=0)),
        ("count_error", some.mean(axis=0)),
        ("absolute_count_error", np.abs(some).mean(axis=0)),
        ("count_exact", (some == 0).mean(axis=0)),
    ):
        values |= {(kind, label): value for label, value in enumerate(row)}
    return values


def _names(values: dict, classes: Sequence[str]) -> list[str]:
    return [key[0] if len(key) == 1 else f"{key[0]} {classes[key[1]]}" for key in values]
