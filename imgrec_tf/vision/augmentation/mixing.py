"""Blend two images AND their labels. The result belongs to two classes at once, so labels become shares.

Use them for classes that lie side by side in the world of the data set (objects, textures), with a loss that takes
shares: categorical or binary cross-entropy. Leave them out where half of an image is not half of a finding.
"""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf

from imgrec_tf.vision.augmentation.base import per_image, probability, uniform
from imgrec_tf.vision.augmentation.damage import inside_boxes


@dataclass(frozen=True)
class _Mixing:
    alpha: float
    chance: float

    def __post_init__(self) -> None:
        if not 0.01 <= self.alpha <= 100:
            raise ValueError(f"alpha of the Beta distribution must lie in [0.01, 100], got {self.alpha!r}")
        probability("chance", self.chance)

    def _draw(self, seed: tf.Tensor, batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        seeds = [seed + tf.constant([0, step], tf.int32) for step in (0x1001, 0x1002, 0x1003)]
        unit = uniform(seeds[0], (4, batch))
        # A Beta(a, a) number is g1 / (g1 + g2) of two Gamma(a) numbers; both can underflow to 0 where alpha is small.
        gamma = tf.unstack(tf.random.stateless_gamma((2, batch), seeds[1], alpha=self.alpha))
        share = tf.where(gamma[0] + gamma[1] > 0, gamma[0] / tf.maximum(gamma[0] + gamma[1], 1e-37), 0.5)
        share = tf.where(unit[0] < self.chance, share, tf.ones_like(share))
        # One step around the batch for all images: a shuffled batch needs no second shuffle, and none meets itself.
        step = tf.random.stateless_uniform((), seeds[2], 1, tf.maximum(batch, 2), tf.int32, alg="philox")
        return share, tf.math.floormod(tf.range(batch) + step, batch), unit


@dataclass(frozen=True)
class MixUp(_Mixing):
    """Replace an image by share · itself + (1 − share) · another one of the batch, and its label likewise.

    After Zhang et al., "mixup: beyond empirical risk minimization" (ICLR 2018). For each image a number is
    drawn from Beta(alpha, alpha), and share is the larger one of it and 1 minus it: the pairs are the same ones, and an
    image stays the larger part of its own row.

    Attributes:
        alpha: Form of the Beta distribution, in [0.01, 100]: 0.2 mostly keeps the image, 1 is uniform.
        chance: Probability in [0, 1] that an image is mixed.
    """

    alpha: float = 0.2
    chance: float = 1.0

    def sample(self, seed: tf.Tensor, shape: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draw {"share": float32 (batch,) in [0.5, 1], "partner": int32 (batch,)} from a seed of shape (2,)."""
        share, partner, _ = self._draw(seed, shape[0])
        return {"share": tf.maximum(share, 1 - share), "partner": partner}

    def transform(
        self, images: tf.Tensor, labels: tf.Tensor, drawn: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Mix float32 images (batch, height, width, channels) and labels (batch, classes)."""
        share, partner = per_image(drawn["share"]), drawn["partner"]
        images = share * images + (1 - share) * tf.gather(images, partner)
        return images, _mixed_labels(labels, drawn["share"], partner)

    def describe(self) -> list[tuple[str, str]]:
        """Say in words what mixing does."""
        return [("MixUp: blend with another image, and the labels too", _ranges(self))]


@dataclass(frozen=True)
class CutMix(_Mixing):
    """Paste a rectangle of another image of the batch, and mix the labels by the share of pixels that each image holds.

    After Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features" (ICCV
    2019). The rectangle is cut off at the border of the image; labels follow the pixels that were really replaced.

    Attributes:
        alpha: Form of the Beta distribution of the share that the image keeps, in [0.01, 100]; 1 is uniform.
        chance: Probability in [0, 1] that an image is mixed.
    """

    alpha: float = 1.0
    chance: float = 0.5

    def sample(self, seed: tf.Tensor, shape: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draw {"share": (batch,), "partner": int32 (batch,), "box": int32 (batch, 4)} from a seed of shape (2,)."""
        share, partner, unit = self._draw(seed, shape[0])
        rows, columns = tf.cast(shape[1], tf.float32), tf.cast(shape[2], tf.float32)
        side = tf.sqrt(1 - share)
        top, left = unit[1] * rows - side * rows / 2, unit[2] * columns - side * columns / 2
        box = tf.stack([top, left, top + side * rows, left + side * columns], axis=1)
        box = tf.clip_by_value(tf.round(box), 0.0, tf.stack([rows, columns, rows, columns]))
        pasted = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]) / (rows * columns)
        return {"share": 1 - pasted, "partner": partner, "box": tf.cast(box, tf.int32)}

    def transform(
        self, images: tf.Tensor, labels: tf.Tensor, drawn: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Mix float32 images (batch, height, width, channels) and labels (batch, classes)."""
        inside = inside_boxes(drawn["box"], tf.shape(images))
        images = tf.where(inside, tf.gather(images, drawn["partner"]), images)
        return images, _mixed_labels(labels, drawn["share"], drawn["partner"])

    def describe(self) -> list[tuple[str, str]]:
        """Say in words what mixing does."""
        return [("CutMix: paste a rectangle of another image, and mix the labels", _ranges(self))]


MIXING = {"mixup": MixUp, "cutmix": CutMix}


def _mixed_labels(labels: tf.Tensor, share: tf.Tensor, partner: tf.Tensor) -> tf.Tensor:
    share = share[:, None]
    return share * labels + (1 - share) * tf.gather(labels, partner)


def _ranges(mixing: _Mixing) -> str:
    return f"share from Beta({mixing.alpha:g}, {mixing.alpha:g}), in {mixing.chance:.0%} of the images".replace(
        "%", " %"
    )
