"""What is left of a picture when each pixel has been predicted from its neighbours: where forgeries leave their traces.

Fixed high-pass kernels of steganalysis: the second difference, the square 3 × 3 and the square 5 × 5 of Fridrich and
Kodovsky, "Rich models for steganalysis of digital images", IEEE TIFS 7(3), 2012, table I. Bayar and Stamm, "A deep
learning approach to universal image manipulation detection using a new convolutional layer", IH&MMSec 2016, let such
kernels be learnt under the constraint that they predict the middle pixel; here they stay as they are.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from imgrec_tf.vision.preprocessing import PreprocessingLayer

_SECOND = np.array([[1, -2, 1]]) / 2
_SQUARE_3 = np.array([[-1, 2, -1], [2, -4, 2], [-1, 2, -1]]) / 4
_SQUARE_5 = (
    np.array([[-1, 2, -2, 2, -1], [2, -6, 8, -6, 2], [-2, 8, -12, 8, -2], [2, -6, 8, -6, 2], [-1, 2, -2, 2, -1]]) / 12
)
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


@keras.saving.register_keras_serializable(package="imgrec_tf")
class NoiseResidual(PreprocessingLayer):
    """Add the high-pass residuals of the brightness to the colours: 3 channels in, 7 out.

    The residuals (horizontal and vertical second difference, square 3 × 3, square 5 × 5) are cut off at `limit`, which
    keeps the strong edges of letters from hiding the weak traces beside them, and scaled to [-1, 1].

    Args:
        limit: Where residuals are cut off, in grey levels of 255.
        **kwargs: As for every preprocessing layer.

    Raises:
        ValueError: If the limit is not positive.
    """

    def __init__(self, limit: float = 12.0, **kwargs):
        super().__init__(**kwargs)
        if not 0 < limit <= 255:
            raise ValueError(f"limit must lie in (0, 255], got {limit}")
        self.limit = float(limit)
        kernels = np.zeros((5, 5, 1, 4), np.float32)
        kernels[2, 1:4, 0, 0] = _SECOND[0]
        kernels[1:4, 2, 0, 1] = _SECOND[0]
        kernels[1:4, 1:4, 0, 2] = _SQUARE_3
        kernels[:, :, 0, 3] = _SQUARE_5
        self._kernels = kernels

    def transform(self, images: tf.Tensor) -> tf.Tensor:
        """Return colours and residuals: float32 (batch, height, width, channels + 4)."""
        grey = images if images.shape[-1] == 1 else tf.reduce_sum(images * _LUMA, axis=-1, keepdims=True)
        padded = tf.pad(grey, [[0, 0], [2, 2], [2, 2], [0, 0]], "SYMMETRIC")
        found = tf.nn.conv2d(padded, self._kernels, 1, "VALID") * (255 / self.limit)
        return tf.concat([images, tf.clip_by_value(found, -1.0, 1.0)], axis=-1)

    def output_shape_for(self, height: int | None, width: int | None, channels: int) -> tuple[int | None, ...]:
        """Four channels more."""
        return (height, width, channels + 4)

    def get_config(self) -> dict:
        return super().get_config() | {"limit": self.limit}
