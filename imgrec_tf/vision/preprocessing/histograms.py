"""Histograms of each image of a batch, without a loop over the images."""

from __future__ import annotations

import tensorflow as tf


def batch_histogram(indices: tf.Tensor, bins: int, values: tf.Tensor | None = None) -> tf.Tensor:
    """Count, or sum `values`, per row and bin.

    Args:
        indices: int32 (rows, n), bin of each element, from 0 to `bins` - 1.
        bins: Number of bins.
        values: float32 (rows, n) to sum in each bin; None counts.

    Returns:
        float32 (rows, bins). Counts are exact up to 2**24 elements a bin.
    """
    rows = tf.shape(indices)[0]
    segments = tf.reshape(indices + bins * tf.range(rows)[:, None], [-1])
    values = tf.ones_like(segments, dtype=tf.float32) if values is None else tf.reshape(values, [-1])
    return tf.reshape(tf.math.unsorted_segment_sum(values, segments, rows * bins), [rows, bins])


def flatten_images(images: tf.Tensor) -> tf.Tensor:
    """Return a batch as (batch, height * width * channels), with static sizes where they are known."""
    length = tf.TensorShape(images.shape)[1:].num_elements()
    return tf.reshape(images, [tf.shape(images)[0], -1 if length is None else length])
