"""The detector's network: evidence place by place, then the strongest place decides."""

from __future__ import annotations

from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from imgrec_tf import environment
from imgrec_tf.finance.forgery import windows

EVIDENCE = "evidence"  # the layer that holds one number a place
CELL = 8  # pixels of the crop that one place is wide and high
_SHARPNESS = 4.0  # of the soft maximum over the places
# Filters and dilation of each block. The last two see what lies around a place: 87 pixels, 9 mm in both directions.
_BLOCKS = ((16, 1), (24, 1), (32, 1), (48, 1), (48, 1), (48, 2))


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
    """Build the network that is trained on crops of fields and then looks at whole pages, `evidence_on`.

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
    for number, (filters, reach) in enumerate(_BLOCKS):
        stack += [
            layers.Conv2D(
                filters,
                3 if number else 5,
                strides=1 if number else 2,
                dilation_rate=reach,
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


def evidence_on(model: keras.Sequential, page: np.ndarray) -> np.ndarray:
    """Ask a detector about a picture of any size: it has only layers that go over a page as they go over a crop.

    Args:
        model: From `detector`, trained.
        page: uint8 (height, width, channels), in the pixels a mm of the crops that it was trained with.

    Returns:
        float32 (rows, columns): the log odds of each place of 8 × 8 pixels to be forged.
    """
    return _places_of(model)(tf.constant(page[None], tf.float32)).numpy()[0, ..., 0]


@lru_cache(maxsize=2)
def _places_of(model: keras.Sequential):
    """The part of a detector that tells places, for pictures of any size; kept, since building it takes a while."""
    found = pixels = keras.Input((None, None, model.input_shape[-1]))
    for layer in model.layers[: 1 + [one.name for one in model.layers].index(EVIDENCE)]:
        found = layer(found)
    places = keras.Model(pixels, found)
    return tf.function(lambda pages: places(pages, training=False), reduce_retracing=True)
