"""Denoising that looks at values as well as distance: bilateral, and non-local means."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_number, require_odd, require_whole
from imgrec_tf.vision.preprocessing.windows import (
    gaussian_kernel,
    neighbour_average,
    pad_nearest,
    pad_zero,
    part,
    sizes,
)

# scikit-image leaves out patches whose weight would be below exp(-5).
PATCH_CUT_OFF = 5.0


@keras.saving.register_keras_serializable(package="imgrec_tf")
class BilateralDenoise(PreprocessingLayer):
    """Average each pixel with neighbours that are both near and alike: flat areas get smooth, edges stay.

    The weight of a neighbour is exp(-distance² / 2 sigma_spatial²) · exp(-difference² / 2 sigma_color²); in colour
    images the difference is the Euclidean one over the channels. Pixels outside the image repeat the border pixel.
    Source: C. Tomasi and R. Manduchi, "Bilateral filtering for gray and color images", ICCV 1998.

    Equal to the formula in NumPy within 1e-5, borders included. For grey images and a large `sigma_spatial`, where
    distance hardly counts, equal to `skimage.restoration.denoise_bilateral(image, win_size=size, mode="edge")` within
    1e-3. Otherwise scikit-image 0.26 departs from the formula: its table of distances is centred one pixel off, and in
    colour its `sigma_color` acts like one three times as large.

    Args:
        sigma_color: Difference in value, in units of the full range, at which neighbours count little; above 0, at most
            1.
        sigma_spatial: Distance in pixels at which neighbours count little; above 0, at most 16.
        size: Side of the window in pixels, odd, from 3 to 15. The cost grows with its square.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.

    Raises:
        TypeError: If a parameter is not a number.
        ValueError: If a parameter is out of range, or, when called, if the image is smaller than the window.
    """

    def __init__(self, sigma_color: float = 0.1, sigma_spatial: float = 1.0, size: int = 5, **kwargs):
        super().__init__(**kwargs)
        self.sigma_color = require_number("sigma_color", sigma_color, 0, 1, low_included=False)
        self.sigma_spatial = require_number("sigma_spatial", sigma_spatial, 0, 16, low_included=False)
        self.size = self.smallest_size = require_odd("size", size, 15)

    def transform(self, images):
        color_factor = -0.5 / self.sigma_color**2
        spatial_factor = -0.5 / self.sigma_spatial**2

        def weigh(here, there, distance):
            return tf.exp(color_factor * _squared_difference(here, there) + spatial_factor * distance**2)

        radius = self.size // 2
        return neighbour_average(pad_nearest(images, radius), *sizes(images), radius, 0, weigh)

    def get_config(self):
        parameters = {"sigma_color": self.sigma_color, "sigma_spatial": self.sigma_spatial, "size": self.size}
        return {**super().get_config(), **parameters}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class NonLocalMeansDenoise(PreprocessingLayer):
    """Average each pixel with pixels whose surroundings look alike: keeps fine texture that repeats.

    The weight of a pixel is exp(-d / strength²), where d is the mean squared difference of the two patches, weighted
    by a Gaussian of (patch_size - 1) / 4 pixels; it is 0 where d / strength² passes 5. Only pixels inside the image are
    averaged; patches that reach beyond it mirror it. Source: A. Buades, B. Coll and J.-M. Morel, "A non-local algorithm
    for image denoising", CVPR 2005.

    Equal to `skimage.restoration.denoise_nl_means(image, patch_size, search_radius, h=strength, fast_mode=False)`
    within 0.02 at any pixel and 0.001 on average, borders included; scikit-image stops summing a patch early and rounds
    the exponential.

    Args:
        strength: Difference between patches, in units of the full range, that still counts as alike; above 0, at most
            1. About 0.8 times the noise's standard deviation is usual.
        patch_size: Side of the patch in pixels, odd, from 3 to 9.
        search_radius: Pixels up to so many rows and columns away are compared, from 1 to 8. The cost grows with its
            square.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.

    Raises:
        TypeError: If a parameter is not a number.
        ValueError: If a parameter is out of range, or, when called, if the image is too small for patch and search
            radius.
    """

    def __init__(self, strength: float = 0.05, patch_size: int = 3, search_radius: int = 3, **kwargs):
        super().__init__(**kwargs)
        self.strength = require_number("strength", strength, 0, 1, low_included=False)
        self.patch_size = require_odd("patch_size", patch_size, 9)
        self.search_radius = require_whole("search_radius", search_radius, 1, 8)
        self.smallest_size = self.patch_size

    def transform(self, images):
        margin = self.patch_size // 2
        kernel = gaussian_kernel((self.patch_size - 1) / 4, margin)
        scale = 1.0 / (self.strength**2 * images.shape[-1])

        def weigh(here, there, distance):
            difference = _patch_mean(_squared_difference(here, there), kernel) * scale
            return tf.where(difference > PATCH_CUT_OFF, 0.0, tf.exp(-difference))

        mirrored = tf.pad(images, [[0, 0], [margin, margin], [margin, margin], [0, 0]], mode="REFLECT")
        padded = pad_zero(mirrored, self.search_radius)
        inside = pad_zero(tf.ones_like(images[:1, ..., :1]), self.search_radius + margin)
        return neighbour_average(padded, *sizes(images), self.search_radius, margin, weigh, inside)

    def get_config(self):
        parameters = {"strength": self.strength, "patch_size": self.patch_size, "search_radius": self.search_radius}
        return {**super().get_config(), **parameters}


def _squared_difference(here: tf.Tensor, there: tf.Tensor) -> tf.Tensor:
    squared = tf.math.squared_difference(here, there)
    return squared if squared.shape[-1] == 1 else tf.reduce_sum(squared, axis=-1, keepdims=True)


def _patch_mean(values: tf.Tensor, kernel: np.ndarray) -> tf.Tensor:
    """Weighted mean over a patch around each pixel; the result is smaller by the patch's size - 1."""
    for axis in (1, 2):
        length = sizes(values)[axis - 1] - (len(kernel) - 1)
        values = tf.add_n([float(weight) * part(values, start, length, axis) for start, weight in enumerate(kernel)])
    return values
