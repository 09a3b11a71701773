"""Black and white from grey: a fixed threshold, or Otsu's, chosen for each image."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_number
from imgrec_tf.vision.preprocessing.color import luminance
from imgrec_tf.vision.preprocessing.histograms import batch_histogram, flatten_images

OTSU_BINS = 256


def otsu_threshold(images: tf.Tensor) -> tf.Tensor:
    """Find, for each grey image, the threshold that best separates a dark from a bright class.

    It maximises the variance between the two classes (N. Otsu, "A threshold selection method from gray-level
    histograms", IEEE Transactions on Systems, Man, and Cybernetics 9, 1979), over 256 bins between the darkest and the
    brightest pixel. The value returned is the brightest pixel of the dark class: bright is what lies above it.

    Equal to `skimage.filters.threshold_otsu` on 8-bit images, and within 1/128 of the image's range on others, where
    both bin.

    Args:
        images: float32 (batch, height, width, 1) in [0, 1].

    Returns:
        float32 (batch,); for a constant image its only value.
    """
    pixels = flatten_images(images)
    low, high = tf.reduce_min(pixels, axis=1, keepdims=True), tf.reduce_max(pixels, axis=1, keepdims=True)
    scaled = tf.math.divide_no_nan(pixels - low, high - low) * OTSU_BINS
    bins = tf.minimum(tf.cast(scaled, tf.int32), OTSU_BINS - 1)
    # Summing distances to the centre of the bin, not values, keeps float32 sums exact enough on large images.
    centres = tf.range(OTSU_BINS, dtype=tf.float64) + 0.5
    offsets = batch_histogram(bins, OTSU_BINS, scaled - (tf.cast(bins, tf.float32) + 0.5))
    counts = tf.cast(batch_histogram(bins, OTSU_BINS), tf.float64)
    sums = tf.cumsum(counts * centres + tf.cast(offsets, tf.float64), axis=1)
    dark, everything = tf.cumsum(counts, axis=1), tf.reduce_sum(counts, axis=1, keepdims=True)
    # Variance between classes, from the counts and sums of the dark class alone.
    difference = sums * everything - sums[:, -1:] * dark
    variance = tf.math.divide_no_nan(difference**2, dark * (everything - dark))
    # Empty bins repeat a variance; a hair of tolerance keeps the first of them in spite of rounding.
    best = tf.argmax(
        tf.cast(variance >= tf.reduce_max(variance, axis=1, keepdims=True) * (1 - 1e-12), tf.int32), axis=1
    )
    is_dark = bins <= tf.cast(best, tf.int32)[:, None]
    return tf.reduce_max(tf.where(is_dark, pixels, low), axis=1)


@keras.saving.register_keras_serializable(package="imgrec_tf")
class Binarize(PreprocessingLayer):
    """Turn images into black (0) and white (1): white is what is brighter than the threshold.

    Colour images are turned into grey ones first, as by `Grayscale`.

    Equal to `image > threshold`, with `skimage.filters.threshold_otsu(image)` as the threshold for "otsu" on 8-bit grey
    images; on others both use 256 bins and the thresholds differ by at most 1/128 of the image's range. With "otsu", a
    constant image becomes black. Source: N. Otsu, "A threshold selection method from gray-level histograms", 1979.

    Args:
        threshold: Number in [0, 1], or "otsu" to choose one for each image.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32, 0 or 1, shape ([batch,] height, width, 1). No gradient passes.

    Raises:
        TypeError: If `threshold` is neither a number nor "otsu".
        ValueError: If `threshold` lies outside [0, 1], or is another word.
    """

    def __init__(self, threshold: float | str = 0.5, **kwargs):
        super().__init__(**kwargs)
        if isinstance(threshold, str) and threshold != "otsu":
            raise ValueError(f"threshold must be a number in [0, 1] or 'otsu', got {threshold!r}")
        self.threshold = threshold if threshold == "otsu" else require_number("threshold", threshold, 0, 1)

    def transform(self, images):
        grey = tf.stop_gradient(luminance(images))
        threshold = otsu_threshold(grey)[:, None, None, None] if self.threshold == "otsu" else self.threshold
        return tf.cast(grey > threshold, tf.float32)

    def output_shape_for(self, height, width, channels):
        return (height, width, 1)

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}
