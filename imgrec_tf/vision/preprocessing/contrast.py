"""Brightness and contrast, the same for all pixels of an image: stretch, gamma, brightness, histogram equalisation."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_number
from imgrec_tf.vision.preprocessing.histograms import batch_histogram, flatten_images

EQUALIZE_BINS = (256, 65536)


@keras.saving.register_keras_serializable(package="imgrec_tf")
class Brightness(PreprocessingLayer):
    """Make images brighter or darker by adding a number, cut off at 0 and 1.

    Equal to `numpy.clip(image + delta, 0, 1)` within 1e-6.

    Args:
        delta: What to add, from -1 to 1, in units of the full range.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.

    Raises:
        TypeError: If `delta` is not a number.
        ValueError: If `delta` lies outside [-1, 1].
    """

    def __init__(self, delta: float = 0.1, **kwargs):
        super().__init__(**kwargs)
        self.delta = require_number("delta", delta, -1, 1)

    def transform(self, images):
        return tf.clip_by_value(images + self.delta, 0.0, 1.0)

    def get_config(self):
        return {**super().get_config(), "delta": self.delta}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class Gamma(PreprocessingLayer):
    """Bend the brightness curve: gain · value ** gamma, cut off at 1.

    A gamma below 1 lifts the shadows, above 1 deepens them. Equal to `skimage.exposure.adjust_gamma(image, gamma,
    gain)`, clipped to [0, 1], within 1e-5. Source of the formula: C. Poynton, "Digital Video and HD", 2nd edition,
    chapter on gamma.

    Args:
        gamma: Exponent, above 0, at most 10.
        gain: Factor, above 0, at most 10.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.

    Raises:
        TypeError: If a parameter is not a number.
        ValueError: If a parameter is out of range.
    """

    def __init__(self, gamma: float = 0.7, gain: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.gamma = require_number("gamma", gamma, 0, 10, low_included=False)
        self.gain = require_number("gain", gain, 0, 10, low_included=False)

    def transform(self, images):
        return tf.minimum(self.gain * tf.pow(images, self.gamma), 1.0)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma, "gain": self.gain}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class StretchContrast(PreprocessingLayer):
    """Stretch each image so that a low percentile of its values becomes 0 and a high one 1; the rest is cut off.

    One pair of percentiles for all channels, so colours keep their balance. An image whose two percentiles are equal,
    such as a constant one, stays as it is (scikit-image cuts all its values off at that percentile).

    Equal to `skimage.exposure.rescale_intensity(image, in_range=tuple(numpy.percentile(image, (low, high))),
    out_range=(0, 1))` within 1e-5.

    Args:
        low: Percentile that becomes black, from 0 to below `high`.
        high: Percentile that becomes white, up to 100.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.

    Raises:
        TypeError: If a percentile is not a number.
        ValueError: If a percentile is out of range, or `low` is not below `high`.
    """

    def __init__(self, low: float = 2.0, high: float = 98.0, **kwargs):
        super().__init__(**kwargs)
        self.low, self.high = require_number("low", low, 0, 100), require_number("high", high, 0, 100)
        if self.low >= self.high:
            raise ValueError(f"low must be below high, got low={low!r} and high={high!r}; 2 and 98 are usual")

    def transform(self, images):
        pixels = flatten_images(images)
        low = -_upper_percentile(-pixels, 100 - self.low)[:, None, None, None]
        high = _upper_percentile(pixels, self.high)[:, None, None, None]
        span = high - low
        stretched = tf.clip_by_value(tf.math.divide_no_nan(images - low, span), 0.0, 1.0)
        return tf.where(span > 0, stretched, images)

    def get_config(self):
        return {**super().get_config(), "low": self.low, "high": self.high}


def _upper_percentile(pixels: tf.Tensor, percentile: float) -> tf.Tensor:
    """Percentile of each row with linear interpolation, as numpy.percentile; sorts only what lies above it."""
    if percentile == 100:
        return tf.reduce_max(pixels, axis=1)
    length = pixels.shape[1] if pixels.shape[1] is not None else tf.shape(pixels)[1]
    from_top = tf.cast(length - 1, tf.float64) * ((100 - percentile) / 100)
    # A static count lets XLA compile the selection.
    if isinstance(length, int):
        count = min(int((length - 1) * ((100 - percentile) / 100)) + 2, length)
    else:
        count = tf.minimum(tf.cast(from_top, tf.int32) + 2, length)
    largest = tf.math.top_k(pixels, count).values
    whole = tf.floor(from_top)
    index = tf.cast(whole, tf.int32)
    above = tf.gather(largest, tf.minimum(index, count - 1), axis=1)
    below = tf.gather(largest, tf.minimum(index + 1, count - 1), axis=1)
    return above + tf.cast(from_top - whole, tf.float32) * (below - above)


@keras.saving.register_keras_serializable(package="imgrec_tf")
class EqualizeHistogram(PreprocessingLayer):
    """Spread the values of each image so that every brightness is about equally frequent.

    Each value becomes the share of pixels that are not brighter; between the centres of two bins the share is
    interpolated. One histogram for all channels. A constant image stays as it is (scikit-image makes it white). Source:
    R. Gonzalez and R. Woods, "Digital Image Processing", section on histogram equalisation.

    Equal to `skimage.exposure.equalize_hist(image)` within 1e-5 on 8-bit images, and with bins=65536 on 16-bit ones. On
    others scikit-image lays its bins from the darkest to the brightest pixel and this layer from 0 to 1: both then
    differ from the exact share by at most the share of pixels in a bin.

    Args:
        bins: 256, or 65536 for 16-bit images with narrow histograms (slower).
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape. The gradient is that of the interpolation.

    Raises:
        ValueError: If `bins` is neither 256 nor 65536.
    """

    def __init__(self, bins: int = 256, **kwargs):
        super().__init__(**kwargs)
        if bins not in EQUALIZE_BINS:
            raise ValueError(
                f"bins must be one of {EQUALIZE_BINS}, so that 8-bit values fall on their centres, got {bins!r}"
            )
        self.bins = int(bins)

    def transform(self, images):
        pixels = flatten_images(images)
        scaled = pixels * (self.bins - 1)
        counts = batch_histogram(tf.cast(tf.round(scaled), tf.int32), self.bins)
        share = tf.cumsum(counts, axis=1) / tf.cast(tf.shape(pixels)[1], tf.float32)
        left = tf.cast(tf.minimum(tf.floor(scaled), self.bins - 2), tf.int32)
        fraction = scaled - tf.cast(left, tf.float32)
        rows = self.bins * tf.range(tf.shape(pixels)[0])[:, None]
        table = tf.reshape(share, [-1])
        below, above = tf.gather(table, rows + left), tf.gather(table, rows + left + 1)
        equalized = tf.reshape(below + fraction * (above - below), tf.shape(images))
        constant = tf.reduce_max(pixels, axis=1) == tf.reduce_min(pixels, axis=1)
        return tf.where(constant[:, None, None, None], images, tf.clip_by_value(equalized, 0.0, 1.0))

    def get_config(self):
        return {**super().get_config(), "bins": self.bins}
