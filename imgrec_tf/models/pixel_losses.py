"""Losses for a class of every pixel: Dice, which looks at shapes, and focal, which looks at doubtful pixels.

Both take whole-number labels and probabilities, and are saved with a compiled model.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

_SMALLEST = 1e-6


class _PixelLoss(keras.losses.Loss):
    """What the losses share: labels as planes of zeros and ones, and a weight for each class."""

    def __init__(self, class_weights: Sequence[float] | None, name: str, **options):
        super().__init__(name=name, **options)
        if class_weights is not None:
            class_weights = tuple(float(weight) for weight in class_weights)
            if not class_weights or min(class_weights) < 0 or sum(class_weights) == 0:
                raise ValueError(f"class_weights must be 0 or more and not all 0, got {class_weights}")
        self.class_weights = class_weights

    def _planes(self, labels, scores):
        classes = scores.shape[-1]
        if self.class_weights is not None and len(self.class_weights) != classes:
            raise ValueError(
                f"class_weights has {len(self.class_weights)} numbers, the model gives {classes} classes; give one each"
            )
        if len(labels.shape) == len(scores.shape):  # labels (b, height, width, 1)
            labels = labels[..., 0]
        return ops.one_hot(ops.cast(labels, "int32"), classes, dtype=scores.dtype)

    def _weights(self, scores):
        return ops.convert_to_tensor(self.class_weights or (1.0,) * scores.shape[-1], dtype=scores.dtype)

    def _entropy(self, planes, scores, gamma: float = 0.0):
        scores = ops.clip(scores, _SMALLEST, 1.0)
        terms = -planes * ops.log(scores)
        if gamma:
            terms = terms * ops.power(1 - scores + _SMALLEST, gamma)
        weights = self._weights(scores)
        return ops.sum(terms * weights) / (ops.sum(planes * weights) + _SMALLEST)

    def get_config(self) -> dict:
        return super().get_config() | {"class_weights": self.class_weights}


@keras.saving.register_keras_serializable("imgrec_tf")
class DiceLoss(_PixelLoss):
    """1 - the soft Dice coefficient of each class, its mean over the classes; with a share of cross-entropy.

    The coefficient of a class is (2 Σ p t + s) / (Σ p + Σ t + s), with p the probability, t 1 where the class stands
    and 0 elsewhere, sums over all pixels of the batch (Milletari, Navab and Ahmadi, "V-Net", 3DV 2016). A class counts
    the same whether it covers many pixels or few.

    Args:
        cross_entropy: How much cross-entropy is added, 0 or more. Alone, Dice learns slowly from pixels that it gives
            a probability near 0 or 1.
        smooth: s above, in pixels, > 0: keeps a class without a pixel from deciding the loss.
        class_weights: Weight of each class in both terms, or None for all the same.
        name: Name of the loss.
        **options: As `keras.losses.Loss` takes them.

    Raises:
        ValueError: If an argument is out of its range, or, when called, the weights do not fit the classes.
    """

    def __init__(self, cross_entropy: float = 0.0, smooth: float = 1.0, class_weights=None, name="dice", **options):
        super().__init__(class_weights, name, **options)
        if cross_entropy < 0 or smooth <= 0:
            raise ValueError(f"cross_entropy must be 0 or more and smooth above 0, got {cross_entropy} and {smooth}")
        self.cross_entropy, self.smooth = float(cross_entropy), float(smooth)

    def call(self, y_true, y_pred):
        """Return the loss of a batch: labels (b, height, width[, 1]), scores (b, height, width, classes)."""
        planes = self._planes(y_true, y_pred)
        axes = tuple(range(len(y_pred.shape) - 1))
        common, both = ops.sum(planes * y_pred, axes), ops.sum(planes + y_pred, axes)
        weights = self._weights(y_pred)
        loss = ops.sum(weights * (1 - (2 * common + self.smooth) / (both + self.smooth))) / ops.sum(weights)
        return loss + self.cross_entropy * self._entropy(planes, y_pred) if self.cross_entropy else loss

    def get_config(self) -> dict:
        """Return what it takes to build the loss again."""
        return super().get_config() | {"cross_entropy": self.cross_entropy, "smooth": self.smooth}


@keras.saving.register_keras_serializable("imgrec_tf")
class FocalLoss(_PixelLoss):
    """Cross-entropy in which a pixel counts by (1 - p) ** gamma: the surer the network, the less.

    Lin, Goyal, Girshick, He and Dollár, "Focal loss for dense object detection", ICCV 2017. gamma 0 is the plain
    cross-entropy.

    Args:
        gamma: How steeply sure pixels lose weight, 0 or more.
        class_weights: Weight of each class, or None for all the same; the mean over pixels is weighted by them.
        name: Name of the loss.
        **options: As `keras.losses.Loss` takes them.

    Raises:
        ValueError: If an argument is out of its range, or, when called, the weights do not fit the classes.
    """

    def __init__(self, gamma: float = 2.0, class_weights=None, name="focal", **options):
        super().__init__(class_weights, name, **options)
        if gamma < 0:
            raise ValueError(f"gamma must be 0 or more, got {gamma}")
        self.gamma = float(gamma)

    def call(self, y_true, y_pred):
        """Return the loss of a batch: labels (b, height, width[, 1]), scores (b, height, width, classes)."""
        return self._entropy(self._planes(y_true, y_pred), y_pred, self.gamma)

    def get_config(self) -> dict:
        """Return what it takes to build the loss again."""
        return super().get_config() | {"gamma": self.gamma}
