"""A loss for signatures that asks in each batch what will be asked later: the owner's hand, or an imitation of it?

A batch holds signatures of a few writers and imitations of them. Each is compared with the genuine ones of its writer,
one by one and with all at once, and the loss is the cross-entropy of the answers, as a `Judge` would give them: it
weighs the cosine, and the difference from the references, whose signs count. No writer has a direction of an own, so
there is nothing to learn by heart about a writer, and one look at each of many writers is enough. Hafemann, Sabourin
and Oliveira, "Meta-learning for fast classifier adaptation to new users of signature verification systems" (IEEE TIFS
2019), also train a network on batches that pose the task as it will be posed.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

IMITATIONS = "imitations"
_STEEPER = 5.0  # what is learnt about the answers is multiplied by it: it learns faster than the network
_START = np.array([3.0, 3.0, 0.0, -1.5, -1.5], np.float32)
_LEARNT = 7


@keras.saving.register_keras_serializable("imgrec_tf")
class Weighing(layers.Layer):
    """Appends to each unit vector (b, d) what the answers need: float32 (b, d + 7).

    Two columns say how genuine a vector looks by itself, in comparisons with one reference and with all; the other five
    are the same in every row: the weights of the cosine for one and all, that of the cosines of the references among
    each other, and the offsets for one and all. They are thrown away after training: a `Judge` is fitted anew.
    """

    def __init__(self, **options):
        super().__init__(**{"dtype": "float32", **options})

    def build(self, input_shape):
        """Start with answers by the cosine alone."""
        self.directions = self.add_weight((input_shape[-1], 2), initializer="zeros", name="directions")
        self.rest = self.add_weight((5,), initializer="zeros", name="rest")

    def call(self, vectors):
        """Return vectors and what was learnt."""
        rest = ops.tile((self.rest + ops.array(_START))[None], (ops.shape(vectors)[0], 1))
        return ops.concatenate([vectors, _STEEPER * ops.matmul(vectors, self.directions), _STEEPER * rest], axis=1)


@keras.saving.register_keras_serializable("imgrec_tf")
class ImitationLoss(keras.losses.Loss):
    """Cross-entropy of "is it the owner's?" for all signatures of a batch, genuine, imitated and of other writers."""

    def __init__(self, strangers: float = 1.0):
        """Choose the weight of other writers' signatures; genuine ones and imitations weigh 1 each, 0 or more.

        Raises:
            ValueError: If it is below 0.
        """
        super().__init__(name="imitation_loss")
        if not strangers >= 0:
            raise ValueError(f"strangers must be 0 or more, got {strangers}")
        self.strangers = float(strangers)

    def call(self, y_true, y_pred):
        """Return the loss of the batch once for each picture.

        Args:
            y_true: (b, 2): the writer's number, and 1 for a genuine signature, 0 for an imitation. Two genuine ones of
                each writer or more, imitations of one writer or more, and two writers or more.
            y_pred: (b, d + 7), of a `Weighing`.
        """
        owners, genuine = y_true[:, :1], ops.cast(y_true[:, 1:], "float32")
        count = y_pred.shape[-1] - _LEARNT
        vectors, by_one, by_all = y_pred[:, :count], y_pred[:, count : count + 1], y_pred[:, count + 1 : count + 2]
        steep_one, steep_all, among_weight, offset_one, offset_all = (y_pred[0, count + k] for k in range(2, _LEARNT))
        own = ops.cast(ops.equal(owners, ops.transpose(owners)), "float32")
        itself = ops.eye(ops.shape(vectors)[0])
        known = own * (1 - itself) * ops.transpose(genuine)  # row: in question; column: a reference of its writer
        others = (1 - own) * genuine * ops.transpose(genuine)
        one = steep_one * ops.matmul(vectors, ops.transpose(vectors)) + by_one - ops.transpose(by_one) + offset_one
        # All at once: column r stands for the references that r itself would be compared with.
        size = ops.sum(known, axis=1, keepdims=True)
        means = ops.matmul(known, vectors) / size
        among = (ops.sum(ops.square(means), axis=1, keepdims=True) * size - 1) / ops.maximum(size - 1, 1.0)
        of_all = steep_all * ops.matmul(vectors, ops.transpose(means)) + by_all + offset_all
        of_all += ops.transpose(among_weight * among - ops.matmul(known, by_all) / size)
        loss = 0.0
        for answers, pairs in ((one, known), (of_all, itself)):
            loss += _mean(ops.softplus(-answers), pairs * genuine) + _mean(ops.softplus(answers), pairs * (1 - genuine))
            loss += self.strangers * _mean(ops.softplus(answers), others)
        return loss * ops.ones_like(genuine[:, 0])


def _mean(values, weights):
    return ops.sum(weights * values) / ops.sum(weights)
