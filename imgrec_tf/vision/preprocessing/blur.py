"""Smoothing with a fixed window: Gaussian and box."""

from __future__ import annotations

import keras
import numpy as np

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_choice, require_number, require_odd
from imgrec_tf.vision.preprocessing.windows import filter_symmetric, gaussian_kernel

LARGEST_SIGMA = 16
LARGEST_BOX = 31


@keras.saving.register_keras_serializable(package="imgrec_tf")
class Blur(PreprocessingLayer):
    """Smooth each channel with a Gaussian or with the mean of a square window.

    Pixels outside the image repeat the border pixel.

    Equal to `skimage.filters.gaussian(image, sigma, mode="nearest", truncate=4)` and to
    `scipy.ndimage.uniform_filter(channel, size, mode="nearest")` within 1e-5, borders included.

    Args:
        kind: "gaussian" or "box".
        sigma: Standard deviation of the Gaussian in pixels, above 0, at most 16. Not used by "box".
        size: Side of the box in pixels, odd, from 3 to 31. Not used by "gaussian".
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.

    Raises:
        TypeError: If `sigma` or `size` is not a number.
        ValueError: If a parameter is out of range, or, when called, if the image is smaller than the box.
    """

    def __init__(self, kind: str = "gaussian", sigma: float = 1.0, size: int = 3, **kwargs):
        super().__init__(**kwargs)
        self.kind = require_choice("kind", kind, ("gaussian", "box"))
        self.sigma = require_number("sigma", sigma, 0, LARGEST_SIGMA, low_included=False)
        self.size = require_odd("size", size, LARGEST_BOX)
        self.smallest_size = self.size if kind == "box" else 1

    def transform(self, images):
        if self.kind == "gaussian":
            return filter_symmetric(images, gaussian_kernel(self.sigma))
        return filter_symmetric(images, np.full(self.size, 1 / self.size))

    def get_config(self):
        return {**super().get_config(), "kind": self.kind, "sigma": self.sigma, "size": self.size}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class GaussianDenoise(PreprocessingLayer):
    """Reduce noise by averaging each pixel with its neighbours, nearer ones counting more; edges get softer too.

    Equal to `skimage.filters.gaussian(image, sigma, mode="nearest", truncate=4)` within 1e-5, borders included.

    Args:
        sigma: Standard deviation of the Gaussian in pixels, above 0, at most 16.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.

    Raises:
        TypeError: If `sigma` is not a number.
        ValueError: If `sigma` is out of range.
    """

    def __init__(self, sigma: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.sigma = require_number("sigma", sigma, 0, LARGEST_SIGMA, low_included=False)

    def transform(self, images):
        return filter_symmetric(images, gaussian_kernel(self.sigma))

    def get_config(self):
        return {**super().get_config(), "sigma": self.sigma}
