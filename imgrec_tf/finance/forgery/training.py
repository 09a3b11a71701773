"""Trains the detector with the truth about the places, which a forger's own tool knows and a label does not tell."""

from __future__ import annotations

import time

import keras
import numpy as np
import tensorflow as tf

from imgrec_tf._checks import check_whole
from imgrec_tf.datasets import ImageDataset
from imgrec_tf.finance.forgery.networks import CELL, EVIDENCE
from imgrec_tf.finance.forgery.pictures import places_in

LEAST_COVER = 0.2  # share of a place from which on it counts as forged
_BATCH = 32
_FORGED_COUNTS = 3.0  # a forged place counts as much as this many genuine ones: there are fewer of them


def train_detector(
    model: keras.Sequential,
    dataset: ImageDataset,
    *,
    epochs: int = 12,
    learning_rate: float = 2e-3,
    seed: int = 0,
    progress: bool = False,
) -> dict[str, list[float]]:
    """Train a detector on what is forged and where; the test split is not looked at.

    Two losses are added: cross-entropy of the answer, and of each place, `evidence`. Pictures are mirrored in both
    directions at random, which keeps the traces as they are. Kept are the weights of the epoch with the lowest
    validation loss.

    Args:
        model: From `detector`, for the data set's pictures.
        dataset: From `forged_documents`.
        epochs: Passes over the training pictures, 1 to 1,000.
        learning_rate: Highest learning rate of AdamW; it rises for a tenth of the steps and falls as a cosine.
        seed: Of order, mirroring and dropout.
        progress: Show a line an epoch.

    Returns:
        Losses of each epoch, "loss" and "validation_loss", and "seconds" in all.

    Raises:
        TypeError: If the model gives no evidence for places, or `epochs` is not whole.
        ValueError: If the data set is not of `forged_documents`, or model and pictures do not fit together.
    """
    check_whole("epochs", epochs, 1, 1000)
    names = [one.name for one in getattr(model, "layers", ())]
    if EVIDENCE not in names:
        raise TypeError("model must be made by forgery.detector, which gives evidence for places")
    if tuple(model.input_shape[1:]) != tuple(dataset.image_shape):
        raise ValueError(
            f"the model takes pictures of {tuple(model.input_shape[1:])}, the data set has {dataset.image_shape}; "
            "build it with forgery.detector(dataset.image_shape)"
        )
    train, validation = _arrays(dataset.train), _arrays(dataset.validation)
    start = time.perf_counter()
    keras.utils.set_random_seed(seed)
    steps = epochs * -(-len(train[0]) // _BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        learning_rate / 25, max(1, steps - steps // 10), warmup_target=learning_rate, warmup_steps=max(1, steps // 10)
    )
    both = keras.Model(model.inputs, [model.outputs[0], model.get_layer(EVIDENCE).output])
    both.compile(
        keras.optimizers.AdamW(rate, weight_decay=0.01),
        loss=[keras.losses.SparseCategoricalCrossentropy(), _of_places],
        jit_compile=False,
    )
    best = _KeepBest()
    found = both.fit(
        _batches(train, seed),
        validation_data=_batches(validation, None),
        epochs=epochs,
        callbacks=[best],
        shuffle=False,  # the stream does it
        verbose=2 if progress else 0,
    )
    both.set_weights(best.weights)
    history = {"loss": found.history["loss"], "validation_loss": found.history["val_loss"]}
    return history | {"seconds": [time.perf_counter() - start]}


class _KeepBest(keras.callbacks.Callback):
    """Remembers the weights of the epoch with the lowest validation loss."""

    def __init__(self):
        super().__init__()
        self.lowest, self.weights = np.inf, None

    def on_epoch_end(self, epoch, logs=None):
        if self.weights is None or logs["val_loss"] <= self.lowest:
            self.lowest, self.weights = logs["val_loss"], self.model.get_weights()


def _of_places(forged: tf.Tensor, evidence: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of the places, forged ones counting more: one number a picture."""
    loss = tf.nn.sigmoid_cross_entropy_with_logits(forged, tf.cast(evidence, tf.float32))
    return tf.reduce_mean(loss * (1 + (_FORGED_COUNTS - 1) * forged), axis=(1, 2, 3))


def _arrays(split) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels (uint8), labels, and which places are forged: float32 (n, rows, columns, 1)."""
    places = places_in(split).astype(np.float32)[..., None] * (split.labels == 1)[:, None, None, None]
    cover = tf.nn.avg_pool2d(places, CELL, CELL, "SAME").numpy()
    return split.images, split.labels, (cover > LEAST_COVER).astype(np.float32)


def _batches(arrays, seed: int | None) -> tf.data.Dataset:
    batches = tf.data.Dataset.from_tensor_slices(arrays)
    if seed is not None:
        batches = batches.shuffle(len(arrays[0]), seed=seed, reshuffle_each_iteration=True)
    batches = batches.batch(_BATCH)
    if seed is None:
        return batches.map(lambda pixels, labels, places: (tf.cast(pixels, tf.float32), (labels, places)))
    chances = tf.random.Generator.from_seed(seed)

    def mirrored(pixels, labels, places):
        for axis in (1, 2):
            turned = chances.uniform([]) < 0.5
            pixels, places = (
                tf.cond(turned, lambda one=one, axis=axis: tf.reverse(one, [axis]), lambda one=one: one)
                for one in (pixels, places)
            )
        return tf.cast(pixels, tf.float32), (labels, places)

    return batches.map(mirrored)
