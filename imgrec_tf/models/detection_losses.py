"""Losses of a detector: one for the map of centres, one for the boxes."""

from __future__ import annotations

import keras
from keras import ops

_SMALLEST = 1e-6


@keras.saving.register_keras_serializable("imgrec_tf")
class CentreFocalLoss(keras.losses.Loss):
    """Cross-entropy on a map of centres in which sure places count little, and places beside a centre are forgiven.

    With p the score and t the target, 1 at a centre and falling around it: a centre costs -(1 - p) ** alpha · log p,
    any other place -(1 - t) ** beta · p ** alpha · log(1 - p); the sum is divided by the number of centres. Law and
    Deng, "CornerNet: detecting objects as paired keypoints", ECCV 2018, equation 1, as Zhou et al. (2019) use it.

    Args:
        alpha: How steeply sure places lose weight, 0 or more.
        beta: How steeply places beside a centre are forgiven, 0 or more.
        name: Name of the loss.
        **options: As `keras.losses.Loss` takes them.

    Raises:
        ValueError: If alpha or beta is negative.
    """

    def __init__(self, alpha: float = 2.0, beta: float = 4.0, name="centre_focal", **options):
        super().__init__(name=name, **options)
        if alpha < 0 or beta < 0:
            raise ValueError(f"alpha and beta must be 0 or more, got {alpha} and {beta}")
        self.alpha, self.beta = float(alpha), float(beta)

    def call(self, y_true, y_pred):
        """Return the loss of a batch: targets and scores (b, height, width, classes) in [0, 1]."""
        y_pred = ops.clip(y_pred, _SMALLEST, 1 - _SMALLEST)
        centre = ops.cast(y_true >= 1 - _SMALLEST, y_pred.dtype)
        hit = centre * ops.power(1 - y_pred, self.alpha) * ops.log(y_pred)
        miss = (1 - centre) * ops.power(1 - y_true, self.beta) * ops.power(y_pred, self.alpha) * ops.log(1 - y_pred)
        return -ops.sum(hit + miss) / ops.maximum(ops.sum(centre), 1.0)

    def get_config(self) -> dict:
        """Return what it takes to build the loss again."""
        return super().get_config() | {"alpha": self.alpha, "beta": self.beta}


@keras.saving.register_keras_serializable("imgrec_tf")
class BoxOverlapLoss(keras.losses.Loss):
    """1 - the generalised overlap of the true box and the answered one, at the places that have a weight.

    The overlap is intersection over union, less the share of the smallest box around both that neither covers: it still
    says which way to go where the two do not touch. Rezatofighi, Tsoi, Gwak, Sadeghian, Reid and Savarese,
    "Generalized intersection over union", CVPR 2019.
    """

    def __init__(self, name="box_overlap", **options):
        super().__init__(name=name, **options)

    def call(self, y_true, y_pred):
        """Return the weighted mean: targets (b, height, width, 5), four distances and a weight; answers (…, 4)."""
        distances, weight = y_true[..., :4], y_true[..., 4]
        area = _area(distances)
        other = _area(y_pred)
        common = _area(ops.minimum(distances, y_pred))
        union = area + other - common
        # Both boxes hold the place they are measured from, so the box around both has the larger distances.
        around = _area(ops.maximum(distances, y_pred))
        overlap = common / (union + _SMALLEST) - (around - union) / (around + _SMALLEST)
        return ops.sum(weight * (1 - overlap)) / (ops.sum(weight) + _SMALLEST)


def _area(distances):
    """Return the area of boxes from their distances to the left, top, right and bottom edge."""
    return (distances[..., 0] + distances[..., 2]) * (distances[..., 1] + distances[..., 3])
