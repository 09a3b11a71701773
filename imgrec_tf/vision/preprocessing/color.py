"""Colour to grey, and colour balance."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer

# ITU-R BT.709 luminance weights of red, green and blue, with the digits that scikit-image uses.
LUMINANCE_WEIGHTS = (0.2125, 0.7154, 0.0721)


def luminance(images: tf.Tensor) -> tf.Tensor:
    """Return the grey version, with one channel, of a float batch with 1 or 3 channels."""
    if images.shape[-1] == 1:
        return images
    red, green, blue = (weight * images[..., i : i + 1] for i, weight in enumerate(LUMINANCE_WEIGHTS))
    return red + green + blue


@keras.saving.register_keras_serializable(package="imgrec_tf")
class Grayscale(PreprocessingLayer):
    """Turn colour images into grey ones by their luminance, 0.2125 R + 0.7154 G + 0.0721 B.

    Grey images stay as they are. Source of the weights: ITU-R Recommendation BT.709.

    Equal to `skimage.color.rgb2gray` within 1e-6.

    Args:
        channels: 1 for one grey channel, 3 to repeat it three times, for networks that were trained on colour.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], shape ([batch,] height, width, `channels`).

    Raises:
        ValueError: If `channels` is neither 1 nor 3.
    """

    def __init__(self, channels: int = 1, **kwargs):
        super().__init__(**kwargs)
        if channels not in (1, 3):
            raise ValueError(f"channels must be 1 or 3, got {channels!r}")
        self.channels = int(channels)

    def transform(self, images):
        grey = luminance(images)
        return grey if self.channels == 1 else tf.repeat(grey, 3, axis=-1)

    def output_shape_for(self, height, width, channels):
        return (height, width, self.channels)

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class GreyWorld(PreprocessingLayer):
    """Balance colours so that the mean of each channel becomes the mean of all, image by image.

    The method assumes that a scene is grey on average, so a tint of the mean is the tint of the light (G. Buchsbaum, "A
    spatial processor model for object colour perception", Journal of the Franklin Institute 310, 1980). Each channel is
    multiplied by (mean of the image / mean of the channel) and clipped at 1. A channel that is zero everywhere, and
    grey images, stay as they are.

    Equal to the same formula in NumPy within 1e-5; scikit-image has no grey-world balance.

    Args:
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.
    """

    def transform(self, images):
        if images.shape[-1] == 1:
            return images
        means = tf.reduce_mean(images, axis=(1, 2), keepdims=True)
        gains = tf.math.divide_no_nan(tf.reduce_mean(means, axis=-1, keepdims=True), means)
        return tf.minimum(images * gains, 1.0)
