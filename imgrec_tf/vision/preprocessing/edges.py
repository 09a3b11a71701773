"""Edges by the gradient: Sobel."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer
from imgrec_tf.vision.preprocessing.color import luminance
from imgrec_tf.vision.preprocessing.windows import part, sizes


def sobel_gradients(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the change down the rows and along the columns, by [-1, 0, 1] in one direction and [1, 2, 1] in the other.

    The border is mirrored with the border pixel itself (scipy's mode "reflect"). Values lie in [-4, 4].

    Args:
        images: float32 (batch, height, width, channels).

    Returns:
        Two tensors of the same shape.
    """
    lengths = sizes(images)
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="SYMMETRIC")

    def slices(values: tf.Tensor, axis: int) -> list[tf.Tensor]:
        return [part(values, start, lengths[axis - 1], axis) for start in range(3)]

    left, middle, right = slices(padded, 2)
    above, _, below = slices(left + 2.0 * middle + right, 1)
    down = below - above
    top, centre, bottom = slices(padded, 1)
    before, _, after = slices(top + 2.0 * centre + bottom, 2)
    return down, after - before


@keras.saving.register_keras_serializable(package="imgrec_tf")
class Sobel(PreprocessingLayer):
    """Show how strongly brightness changes at each pixel: bright lines where edges are.

    The magnitude sqrt((down² + across²) / 2) of the two Sobel gradients, each divided by 4 so that the result stays in
    [0, 1]. Colour images are turned into grey ones first. Source: I. Sobel and G. Feldman, "A 3 × 3 isotropic gradient
    operator for image processing", 1968.

    Equal to `skimage.filters.sobel(grey)` within 1e-5, borders included.

    Args:
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], shape ([batch,] height, width, 1).
    """

    def transform(self, images):
        down, across = sobel_gradients(luminance(images))
        power = (tf.square(down) + tf.square(across)) / 32.0
        # The square root has no gradient at 0, where flat areas are.
        return tf.where(power > 0, tf.sqrt(tf.where(power > 0, power, 1.0)), 0.0)

    def output_shape_for(self, height, width, channels):
        return (height, width, 1)
