"""Colour described by a few numbers: histograms and moments. The result is a vector, for a classifier without
convolutions."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_whole
from imgrec_tf.vision.preprocessing.histograms import batch_histogram

LARGEST_VECTOR = 4096


@keras.saving.register_keras_serializable(package="imgrec_tf")
class ColorHistogram(PreprocessingLayer):
    """Describe an image by the share of its pixels in each range of values: what colours there are, not where.

    Bins are equally wide from 0 to 1; each holds its lower edge, the last one both edges. Without `joint`, one
    histogram for each channel, one after another (red, green, blue), each of sum 1. With it, one histogram over the
    combinations of channels, of sum 1, in the order red · bins² + green · bins + blue. Source: M. Swain and D. Ballard,
    "Color indexing", International Journal of Computer Vision 7, 1991.

    Equal to `numpy.histogram(channel, bins, range=(0, 1))` or `numpy.histogramdd`, divided by the number of pixels,
    within 1e-6; a value within 1e-6 of the edge between two bins counts for the upper one.

    Args:
        bins: Bins of each channel, from 2 to 256. With `joint`, bins ** channels may be at most 4096.
        joint: Whether to count combinations of channels.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], shape ([batch,] bins · channels), or ([batch,] bins ** channels) with `joint`. No
        gradient passes.

    Raises:
        TypeError: If `bins` is not a whole number.
        ValueError: If `bins` is out of range.
    """

    def __init__(self, bins: int = 8, joint: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.bins = require_whole("bins", bins, 2, 256)
        self.joint = bool(joint)

    def transform(self, images):
        channels = images.shape[-1]
        bins = tf.minimum(tf.cast(images * self.bins + 1e-6 * self.bins, tf.int32), self.bins - 1)
        bins = tf.reshape(bins, [tf.shape(images)[0], -1, channels])
        pixels = tf.cast(tf.shape(bins)[1], tf.float32)
        length = self.output_shape_for(None, None, channels)[0]
        if self.joint:
            combined = sum(bins[..., i] * self.bins ** (channels - 1 - i) for i in range(channels))
        else:
            combined = tf.reshape(bins + self.bins * tf.range(channels), [tf.shape(images)[0], -1])
        return batch_histogram(combined, length) / pixels

    def output_shape_for(self, height, width, channels):
        length = self.bins**channels if self.joint else self.bins * channels
        if length > LARGEST_VECTOR:
            raise ValueError(
                f"a joint histogram of {self.bins} bins over {channels} channels has {length} numbers, more than "
                f"{LARGEST_VECTOR}; use 16 bins or fewer, or joint=False"
            )
        return (length,)

    def get_config(self):
        return {**super().get_config(), "bins": self.bins, "joint": self.joint}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class ColorMoments(PreprocessingLayer):
    """Describe an image by three numbers for each channel: mean, standard deviation and skewness of its values.

    With N pixels and deviations d from the mean: standard deviation sqrt(sum d² / N), and skewness cbrt(sum d³ / N),
    the signed cube root of the third central moment, in the units of the pixels. This is the definition of M. Stricker
    and M. Orengo, "Similarity of color images", SPIE 2420, 1995; it is not the dimensionless skewness of
    `scipy.stats.skew`.

    Equal to the same formulas in NumPy within 1e-4. A constant image has standard deviation and skewness 0.

    Args:
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32, shape ([batch,] 3 · channels): the means of all channels, then the standard deviations, then the
        skewnesses. Means and deviations lie in [0, 1], skewnesses in [-1, 1].
    """

    def transform(self, images):
        mean = tf.reduce_mean(images, axis=(1, 2), keepdims=True)
        deviations = images - mean
        variance = tf.reduce_mean(deviations**2, axis=(1, 2))
        third = tf.reduce_mean(deviations**3, axis=(1, 2))
        skewness = tf.sign(third) * _positive_power(tf.abs(third), 1 / 3)
        return tf.concat([mean[:, 0, 0], _positive_power(variance, 1 / 2), skewness], axis=1)

    def output_shape_for(self, height, width, channels):
        return (3 * channels,)


def _positive_power(values: tf.Tensor, exponent: float) -> tf.Tensor:
    """Power with gradient 0, not infinity, at 0. What is too small for float32 rounding to be meant counts as 0."""
    meant = values > 1e-12
    return tf.where(meant, tf.pow(tf.where(meant, values, 1.0), exponent), 0.0)
