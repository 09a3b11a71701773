"""The detector's network: evidence place by place, then the strongest place decides."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers

from imgrec_tf import environment
from imgrec_tf.finance.forgery import windows

EVIDENCE = "evidence"  # the layer that holds one number a place
CELL = 8  # pixels of the crop that one place is wide and high
_SHARPNESS = 4.0  # of the soft maximum over the places


@keras.saving.register_keras_serializable(package="imgrec_tf")
class StrongestPlace(layers.Layer):
    """From evidence (batch, rows, columns, 1) to two numbers an image: 0 for genuine, the soft maximum for forged.

    log(mean(exp(4 x))) / 4, which lies between mean and maximum, so that one strong place is enough, and while training
    every place gets its share of the gradient (Pinheiro and Collobert, "From image-level to pixel-level labeling with
    convolutional networks", CVPR 2015, equation 6).
    """

    def call(self, evidence):
        evidence = tf.cast(evidence, tf.float32)
        places = tf.cast(tf.size(evidence[0]), tf.float32)
        highest = tf.reduce_logsumexp(_SHARPNESS * evidence, axis=(1, 2)) - tf.math.log(places)
        return tf.concat([tf.zeros_like(highest), highest / _SHARPNESS], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2)


def detector(
    image_shape: tuple[int, int, int] = (*windows.SHAPE, 3), *, residuals: bool = True, seed: int = 0
) -> keras.Sequential:
    """Build the network for crops of fields, or for whole pages of another shape.

    It gives each place of 8 × 8 pixels one number, and the strongest place decides, because a forgery is small. Train
    it with `train_detector`, which tells it the places, or with `train(..., augmentation="none")`: turning and zooming
    smooth the traces away.

    Args:
        image_shape: Height, width and channels of what it looks at, 32 pixels and more.
        residuals: Show the network local contrast and high-pass residuals as well, `NoiseResidual`.
        seed: Of the initial weights and of dropout.

    Returns:
        An uncompiled network with the classes genuine and forged.

    Raises:
        ValueError: If the images are too small or have neither 1 nor 3 channels.
    """
    if len(image_shape) != 3 or min(image_shape[:2]) < 32 or image_shape[2] not in (1, 3):
        raise ValueError(f"image_shape must be (height, width, 1 or 3) from 32 × 32 pixels on, got {image_shape}")
    from imgrec_tf.finance.forgery.residuals import NoiseResidual

    environment.apply_precision()
    seeds = iter(range(seed * 1000, seed * 1000 + 1000))
    stack = [keras.Input(image_shape, name="pixels"), layers.Rescaling(1 / 255, dtype="float32")]
    stack += [NoiseResidual()] if residuals else []
    for number, filters in enumerate((16, 24, 32, 48)):
        stack += [
            layers.Conv2D(
                filters,
                3 if number else 5,
                strides=1 if number else 2,
                padding="same",
                use_bias=False,
                kernel_initializer=keras.initializers.HeUniform(seed=next(seeds)),
            ),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        ]
        stack += [layers.MaxPooling2D(2, padding="same")] if number in (1, 2) else []
    stack += [
        layers.Dropout(0.2, seed=next(seeds)),
        layers.Conv2D(
            1, 1, name=EVIDENCE, dtype="float32", kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds))
        ),
        StrongestPlace(dtype="float32"),
        layers.Softmax(dtype="float32", name="scores"),
    ]
    with environment.strategy().scope():
        return keras.Sequential(stack)
