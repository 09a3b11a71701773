"""What the network sees of a crop besides its colours: what differs from the surroundings, coarsely and finely.

Finely: fixed high-pass kernels of steganalysis, the second difference, the square 3 × 3 and the square 5 × 5 of
Fridrich and Kodovsky, "Rich models for steganalysis of digital images", IEEE TIFS 7(3), 2012, table I. Bayar and Stamm,
"A deep learning approach to universal image manipulation detection using a new convolutional layer", IH&MMSec 2016, let
such kernels be learnt under the constraint that they predict the middle pixel; here they stay as they are. Coarsely:
colour minus its mean around, cut off, which shows the pale pattern of the paper and hides how the light falls.
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
_STEP, _AROUND = 4, 7  # the mean around is taken over 7 × 7 blocks of 4 × 4 pixels


@keras.saving.register_keras_serializable(package="imgrec_tf")
class NoiseResidual(PreprocessingLayer):
    """Add local contrast and high-pass residuals to the colours: 3 channels in, 10 out; 1 in, 6 out.

    The residuals of the brightness (horizontal and vertical second difference, square 3 × 3, square 5 × 5) are cut off
    at `limit`, which keeps the strong edges of letters from hiding the weak traces beside them. The local contrast,
    each colour minus its mean in about 28 × 28 pixels, is cut off at `contrast`. Both are scaled to [-1, 1].

    Args:
        limit: Where residuals are cut off, in grey levels of 255.
        contrast: Where local contrast is cut off, in grey levels of 255.
        **kwargs: As for every preprocessing layer.

    Raises:
        ValueError: If a limit is not positive.
    """

    def __init__(self, limit: float = 12.0, contrast: float = 24.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("limit", limit), ("contrast", contrast)):
            if not 0 < value <= 255:
                raise ValueError(f"{name} must lie in (0, 255], got {value}")
        self.limit, self.contrast = float(limit), float(contrast)
        kernels = np.zeros((5, 5, 1, 4), np.float32)
        kernels[2, 1:4, 0, 0] = _SECOND[0]
        kernels[1:4, 2, 0, 1] = _SECOND[0]
        kernels[1:4, 1:4, 0, 2] = _SQUARE_3
        kernels[:, :, 0, 3] = _SQUARE_5
        self._kernels = kernels

    def transform(self, images: tf.Tensor) -> tf.Tensor:
        """Return colours, local contrast and residuals: float32 (batch, height, width, 2 channels + 4)."""
        grey = images if images.shape[-1] == 1 else tf.reduce_sum(images * _LUMA, axis=-1, keepdims=True)
        padded = tf.pad(grey, [[0, 0], [2, 2], [2, 2], [0, 0]], "SYMMETRIC")
        found = tf.nn.conv2d(padded, self._kernels, 1, "VALID") * (255 / self.limit)
        blocks = tf.nn.avg_pool2d(images, _STEP, _STEP, "SAME")
        around = tf.image.resize(tf.nn.avg_pool2d(blocks, _AROUND, 1, "SAME"), tf.shape(images)[1:3])
        contrast = (images - around) * (255 / self.contrast)
        return tf.concat([images, *(tf.clip_by_value(one, -1.0, 1.0) for one in (contrast, found))], axis=-1)

    def output_shape_for(self, height: int | None, width: int | None, channels: int) -> tuple[int | None, ...]:
        """As many channels again, and four more."""
        return (height, width, 2 * channels + 4)

    def get_config(self) -> dict:
        return super().get_config() | {"limit": self.limit, "contrast": self.contrast}
