"""Edges as thin, connected lines: Canny."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_number
from imgrec_tf.vision.preprocessing.color import luminance
from imgrec_tf.vision.preprocessing.edges import sobel_gradients
from imgrec_tf.vision.preprocessing.windows import filter_symmetric, gaussian_kernel, pad_zero, sizes

LARGEST_GRADIENT = 4 * 2**0.5
GROWTH_STEPS = 4


@keras.saving.register_keras_serializable(package="imgrec_tf")
class Canny(PreprocessingLayer):
    """Find edges as lines one pixel wide.

    Smooth, take the gradient, keep its ridges, and of the weak ridges those that touch strong ones. Colour images are
    turned into grey ones first. Smoothing leaves out what lies beyond the border, and pixels on the border are never
    edges. Source: J. Canny, "A computational approach to edge detection", IEEE Transactions on Pattern Analysis and
    Machine Intelligence 8, 1986.

    Equal to `skimage.feature.canny(grey, sigma, low, high)` on at least 99.5 % of the pixels; differences come from
    ties between equal gradients, which rounding decides.

    Args:
        sigma: Standard deviation of the smoothing in pixels, above 0, at most 16.
        low: Gradient (of brightness in [0, 1], by the Sobel filter, whose largest magnitude is 5.66) from which a ridge
            counts as a weak edge, above 0.
        high: Gradient from which it counts as a strong edge, at least `low`, at most 5.66.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3), at least 3 × 3 pixels.
    Output: float32, 1 on edges and 0 elsewhere, shape ([batch,] height, width, 1). No gradient passes.

    Raises:
        TypeError: If a parameter is not a number.
        ValueError: If a parameter is out of range, or, when called, if the image is smaller than 3 × 3.
    """

    smallest_size = 3

    def __init__(self, sigma: float = 1.0, low: float = 0.1, high: float = 0.2, **kwargs):
        super().__init__(**kwargs)
        self.sigma = require_number("sigma", sigma, 0, 16, low_included=False)
        self.low = require_number("low", low, 0, LARGEST_GRADIENT, low_included=False)
        self.high = require_number("high", high, self.low, LARGEST_GRADIENT)

    def transform(self, images):
        grey = tf.stop_gradient(luminance(images))
        kernel = gaussian_kernel(self.sigma)
        weight = filter_symmetric(tf.ones_like(grey[:1]), kernel, pad_zero)
        down, across = sobel_gradients(filter_symmetric(grey, kernel, pad_zero) / weight)
        magnitude = tf.sqrt(tf.square(down) + tf.square(across))
        ridge = _ridges(magnitude, down, across)
        weak, strong = ridge & (magnitude >= self.low), ridge & (magnitude >= self.high)
        return tf.cast(_grow(strong, weak), tf.float32)

    def output_shape_for(self, height, width, channels):
        return (height, width, 1)

    def get_config(self):
        return {**super().get_config(), "sigma": self.sigma, "low": self.low, "high": self.high}


def _ridges(magnitude: tf.Tensor, down: tf.Tensor, across: tf.Tensor) -> tf.Tensor:
    """True inside the border where no neighbour along the gradient, interpolated between two pixels, is larger."""
    height, width = sizes(magnitude)
    padded = pad_zero(magnitude, 1)

    def neighbour(row: int, column: int) -> tf.Tensor:
        return padded[:, 1 + row : 1 + row + height, 1 + column : 1 + column + width]

    steep, same_sign = tf.abs(down) > tf.abs(across), down * across >= 0
    ratio = tf.math.divide_no_nan(tf.minimum(tf.abs(down), tf.abs(across)), tf.maximum(tf.abs(down), tf.abs(across)))
    is_ridge = tf.ones_like(steep)
    for side in (1, -1):
        diagonal = tf.where(same_sign, neighbour(side, side), neighbour(-side, side))
        vertical = tf.where(same_sign, neighbour(side, 0), neighbour(-side, 0))
        straight = tf.where(steep, vertical, neighbour(0, side))
        is_ridge &= diagonal * ratio + straight * (1 - ratio) <= magnitude
    interior = pad_zero(tf.ones_like(is_ridge[:, 1:-1, 1:-1]), 1)
    return is_ridge & interior


def _grow(strong: tf.Tensor, weak: tf.Tensor) -> tf.Tensor:
    """Spread from strong pixels over the weak ones that touch them, corners included, until nothing changes."""
    height, width = sizes(strong)

    def spread(edges: tf.Tensor) -> tf.Tensor:
        padded = pad_zero(edges, 1)
        rows = padded[:, :height] | padded[:, 1 : 1 + height] | padded[:, 2 : 2 + height]
        return (rows[:, :, :width] | rows[:, :, 1 : 1 + width] | rows[:, :, 2 : 2 + width]) & weak

    def body(edges: tf.Tensor, _) -> tuple[tf.Tensor, tf.Tensor]:
        grown = edges
        for _step in range(GROWTH_STEPS):
            grown = spread(grown)
        return grown, tf.reduce_any(grown != edges)

    return tf.while_loop(lambda _, changed: changed, body, (strong, tf.constant(True)))[0]
