"""Measuring found objects against true ones, picture by picture, with intervals over pictures or groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgrec_tf.evaluation import Metric, intervals
from imgrec_tf.medical.picture_scores import PictureScores
from imgrec_tf.medical.segmentation.data_set import MaskSplit
from imgrec_tf.medical.segmentation.pictures import instance_mask
from imgrec_tf.medical.segmentation.scoring import THRESHOLDS, average_precision, dice, iou

_CONFIDENCE = 0.95
_RANGES = {"count_error": (-np.inf, np.inf), "absolute_count_error": (0.0, np.inf)}


@dataclass(frozen=True, repr=False)
class MaskScores(PictureScores):
    """How well objects were found.

    Attributes:
        per_picture: One row a picture: name, pixel_accuracy, dice, iou, average_precision_50 and so on to
            average_precision_95, average_precision (their mean), objects (true ones), found, count_error (found minus
            true), absolute_count_error.
        metrics: Each column's mean over pictures, with a 95 % interval.
        name: The split that was measured.
        synthetic: True when the pictures were made by a program.
    """

    def __repr__(self) -> str:
        shown = ("dice", "average_precision_50", "average_precision", "absolute_count_error")
        values = ", ".join(f"{name} {self.metrics[name]}" for name in shown)
        return f"<MaskScores of {len(self.per_picture)} pictures ({self.name}): {values}>"


def measure_masks(
    split: MaskSplit, predictions: Sequence[np.ndarray], *, resamples: int = 2000, seed: int = 0
) -> MaskScores:
    """Compare predicted objects with the masks of a split.

    All metrics are means over pictures, so a picture with two objects counts as much as one with a hundred. Intervals:
    bootstrap over pictures, or over groups where the split names them, from the resamples' spread on a scale that
    stays within the metric's range. Where no picture differs from another, both ends equal the value.

    Args:
        split: Pictures with true masks.
        predictions: One mask for each picture, of its size: a number for each object, 0 for the background.
        resamples: Bootstrap resamples, 1 or more.
        seed: Seed of the resamples.

    Returns:
        The scores by picture and their means.

    Raises:
        ValueError: If there are more or fewer predictions than pictures, or none, or sizes differ.
    """
    import pandas as pd

    if len(predictions) != len(split) or not len(split):
        raise ValueError(f"there are {len(split)} pictures and {len(predictions)} predictions; give one for each")
    if resamples < 1:
        raise ValueError(f"resamples must be 1 or more, got {resamples}")
    rows = [
        {"name": name} | _one(mask, instance_mask(found, mask.shape, f"the prediction of {name}"))
        for name, mask, found in zip(split.names, split.masks, predictions)
    ]
    frame = pd.DataFrame(rows)
    columns = [column for column in frame if column not in ("name", "objects", "found")]
    values = frame[columns].to_numpy(np.float64).T
    groups = None if split.groups is None else np.unique(split.groups, return_inverse=True)[1]
    resampled = np.empty((len(values), resamples))
    for place, weights in intervals.resample_weights(len(split), resamples, seed, groups):
        resampled[:, place] = values @ weights / weights.sum(axis=0)
    means = values.mean(axis=1)
    low, high = np.array([_RANGES.get(column, (0.0, 1.0)) for column in columns]).T
    units = len(split) if groups is None else int(groups.max()) + 1
    lows, highs = intervals.from_spread(means, resampled, low, high, _CONFIDENCE, units)
    method = f"bootstrap over {units} {'pictures' if groups is None else 'groups'}"
    metrics = {
        column: Metric(*map(float, one), method) for column, *one in zip(columns, means, lows, highs, strict=True)
    }
    return MaskScores(frame, metrics, split.name, split.synthetic)


def _one(truth: np.ndarray, found: np.ndarray) -> dict[str, float]:
    precisions = average_precision(truth, found)
    error = int(found.max()) - int(truth.max())
    return {
        "pixel_accuracy": float(((truth > 0) == (found > 0)).mean()),
        "dice": dice(truth, found),
        "iou": iou(truth, found),
        **{f"average_precision_{round(100 * t)}": float(value) for t, value in zip(THRESHOLDS, precisions)},
        "average_precision": float(precisions.mean()),
        "objects": int(truth.max()),
        "found": int(found.max()),
        "count_error": error,
        "absolute_count_error": abs(error),
    }
