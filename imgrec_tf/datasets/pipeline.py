"""From a split to a stream of batches.

The order of the images is a pure function of (seed, epoch), and augmentation a pure function of (seed, batch number).
So two runs with one seed see the same batches, and a run that was killed goes on with the batches it would have seen.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.vision.pixels import SIXTEEN_BIT_STEP

if TYPE_CHECKING:
    import tensorflow as tf

    from imgrec_tf.datasets.one_split import Split


# What a stored value is multiplied by to reach [0, 255]; the same as `vision.pixels.to_pixels`.
_SCALES = {"uint8": 1.0, "uint16": 1.0 / SIXTEEN_BIT_STEP, "float32": 255.0}


def make_pipeline(
    split: Split,
    batch_size: int,
    *,
    shuffle: bool,
    seed: int,
    epochs: int,
    first_epoch: int,
    augmentation,
    one_hot: bool,
    steps: int,
) -> tf.data.Dataset:
    """Build the `tf.data` pipeline behind `Split.tf_data`, which documents the arguments.

    `steps` is the number of batches in each pass; images beyond them are left out of that pass.
    """
    import tensorflow as tf

    count = len(split)
    used = min(count, steps * batch_size)
    labels = tf.constant(split.label_matrix() if one_hot else split.labels)
    decode_batch = _decoder(split.images)

    def order_of(epoch):
        order = tf.range(count)
        if shuffle:
            order = tf.random.experimental.stateless_shuffle(order, seed=tf.stack([tf.cast(seed, tf.int64), epoch]))
        return tf.data.Dataset.from_tensor_slices(order[:used]).batch(batch_size)

    def make_batch(step, index):
        images, targets = decode_batch(index), tf.gather(labels, index)
        if augmentation is not None:
            images, targets = augmentation(
                images, targets, tf.stack([tf.cast(seed, tf.int32), tf.cast(step, tf.int32)])
            )
        return images, targets

    indices = tf.data.Dataset.range(first_epoch, first_epoch + epochs).flat_map(order_of)
    in_memory = isinstance(split.images, np.ndarray)
    parallel, ahead = (min(4, os.cpu_count() or 1), 2) if in_memory else (tf.data.AUTOTUNE, tf.data.AUTOTUNE)
    data = indices.enumerate(start=first_epoch * steps).map(make_batch, num_parallel_calls=parallel, deterministic=True)
    data = data.apply(tf.data.experimental.assert_cardinality(steps * epochs)).prefetch(ahead)
    options = tf.data.Options()
    options.autotune.enabled = not in_memory  # it gains nothing there, and now and then holds up the end by 4 s
    return data.with_options(options)


def _decoder(images):
    """Return a function from a batch of indices to float32 pixels in [0, 255]."""
    import tensorflow as tf

    if not isinstance(images, np.ndarray):
        return images.decode_batch_tf
    stored = tf.constant(images)
    scale = tf.constant(_SCALES[images.dtype.name], tf.float32)
    return lambda index: tf.cast(tf.gather(stored, index), tf.float32) * scale
