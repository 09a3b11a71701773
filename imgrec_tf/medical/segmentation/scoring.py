"""How well objects were found: overlap of pixels, and overlap of objects as the 2018 Data Science Bowl scored it."""

from __future__ import annotations

import numpy as np

from imgrec_tf.medical.segmentation.pictures import instance_mask

THRESHOLDS = tuple(percent / 100 for percent in range(50, 100, 5))  # of the intersection over union


def dice(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Return 2 |A ∩ B| / (|A| + |B|) of the pixels that belong to objects; 1 where neither has any (Dice, 1945).

    Args:
        truth: (height, width) whole numbers or bool, 0 for the background.
        prediction: Of the same shape.
    """
    truth, prediction = _pair(truth, prediction)
    both = (truth > 0).sum() + (prediction > 0).sum()
    return float(2 * ((truth > 0) & (prediction > 0)).sum() / both) if both else 1.0


def iou(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Return |A ∩ B| / |A ∪ B| of the pixels that belong to objects; 1 where neither has any (Jaccard, 1901).

    Args:
        truth: (height, width) whole numbers or bool, 0 for the background.
        prediction: Of the same shape.
    """
    truth, prediction = _pair(truth, prediction)
    union = ((truth > 0) | (prediction > 0)).sum()
    return float(((truth > 0) & (prediction > 0)).sum() / union) if union else 1.0


def object_ious(truth: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Return the intersection over union of each true object with each predicted one.

    Args:
        truth: (height, width), a number for each object, 0 for the background.
        prediction: Of the same shape.

    Returns:
        float64 (true objects, predicted objects).
    """
    truth, prediction = _pair(truth, prediction)
    rows, columns = truth.max() + 1, prediction.max() + 1
    common = np.bincount((truth.astype(np.int64) * columns + prediction).ravel(), minlength=rows * columns)
    common = common.reshape(rows, columns)
    union = common.sum(axis=1, keepdims=True) + common.sum(axis=0, keepdims=True) - common
    return common[1:, 1:] / np.maximum(union[1:, 1:], 1)


def average_precision(
    truth: np.ndarray, prediction: np.ndarray, thresholds: tuple[float, ...] = THRESHOLDS
) -> np.ndarray:
    """Return TP / (TP + FP + FN) of a picture's objects at each threshold, as the 2018 Data Science Bowl counted it.

    A predicted object is a true positive when its intersection over union with a true one is above the threshold; from
    0.5 on, no object can match two. The competition's score of a picture is the mean over .50, .55 … .95, its score in
    all the mean over pictures (Caicedo et al., Nature Methods 16, 2019). It is not the average precision of detection
    challenges, the area under a curve of precision over recall.

    Args:
        truth: (height, width), a number for each object, 0 for the background.
        prediction: Of the same shape.
        thresholds: Each in [0.5, 1).

    Returns:
        float64 (thresholds,), in [0, 1]; 1 where there is no object and none was predicted.

    Raises:
        ValueError: If shapes differ, or a threshold is below 0.5 or not below 1.
    """
    thresholds = np.asarray(thresholds, np.float64)
    if thresholds.ndim != 1 or not len(thresholds) or thresholds.min() < 0.5 or thresholds.max() >= 1:
        raise ValueError(
            f"thresholds must be in [0.5, 1): below 0.5 an object could match two; got {thresholds.tolist()}"
        )
    overlaps = object_ious(truth, prediction)
    if not sum(overlaps.shape):
        return np.ones(len(thresholds))
    # The smallest step between two fractions of pixels is far above 1e-9: no division by rounding passes a threshold.
    found = np.array([(overlaps > threshold + 1e-9).sum() for threshold in thresholds])
    return found / (sum(overlaps.shape) - found)


def _pair(truth: np.ndarray, prediction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    truth = instance_mask(truth, name="the truth")
    return truth, instance_mask(prediction, truth.shape, name="the prediction")
