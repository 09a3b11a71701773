"""The small networks: where sheets are, where exactly an edge runs, what is one whole page, how upright it stands."""

from __future__ import annotations

import keras
from keras import layers

from imgrec_tf.finance.locating.sizes import PAGE_INPUT, SHEET_INPUT, STRIP_ACROSS, STRIP_ALONG, UPRIGHT_INPUT


def sheet_network() -> keras.Model:
    """A U-Net (Ronneberger, Fischer and Brox, MICCAI 2015) of 0.4 M parameters: which pixels show a sheet or a card.

    Each stage adds its second convolution to the first (He, Zhang, Ren and Sun, CVPR 2016). Most weights are in the
    coarse stages, where they cost little time and see the whole scene: a page is told from paper by what surrounds it.

    Input float32 (batch, 96, 96, 3), [0, 255]; output logits (batch, 48, 48, 1).
    """
    inputs = keras.Input((SHEET_INPUT, SHEET_INPUT, 3))
    features = layers.Rescaling(1 / 64, offset=-2)(inputs)
    features = _convolution(features, 24, strides=2)
    skips = []
    for filters in (24, 40, 72, 96):
        skips.append(features)
        features = _convolution(features, filters, strides=2)
        features = layers.Add()([features, _convolution(features, filters)])
    everywhere = layers.GlobalAveragePooling2D(keepdims=True)(features)
    features = layers.Add()([features, layers.Conv2D(96, 1)(everywhere)])
    for filters, skip in zip((56, 36, 24, 12), reversed(skips)):
        features = layers.UpSampling2D(interpolation="bilinear")(features)
        features = _convolution(layers.Concatenate()([features, skip]), filters)
    return keras.Model(inputs, layers.Conv2D(1, 1)(features), name="sheet_network")


def edge_network() -> keras.Model:
    """Where the page's edge crosses each column of a strip that was cut along the edge, table above, page below.

    Input float32 (batch, 32, 64, 3), zero mean and unit variance a strip; output logits (batch, 32, 64): over the 32
    rows of each column, where the edge is. The mean over all columns is handed to each: an edge is one straight line.
    """
    inputs = keras.Input((STRIP_ACROSS, STRIP_ALONG, 3))
    features = _convolution(inputs, 16)
    for filters, dilation in ((16, (1, 2)), (20, (1, 4)), (20, (2, 8))):
        mean = layers.AveragePooling2D((1, STRIP_ALONG))(features)
        mean = layers.UpSampling2D((1, STRIP_ALONG))(mean)
        features = _convolution(layers.Concatenate()([features, mean]), filters, dilation_rate=dilation)
    logits = layers.Conv2D(1, 3, padding="same")(features)
    return keras.Model(inputs, layers.Reshape((STRIP_ACROSS, STRIP_ALONG))(logits), name="edge_network")


def page_network() -> keras.Model:
    """Whether what lies in the middle of a view, and nothing around it, is one whole page; see `whole_pages`.

    Input float32 (batch, 80, 80, 3), [0, 255]; output logits (batch, 1). The last features keep their places: a line
    along the outline means the opposite of the same line beside it.
    """
    inputs = keras.Input((PAGE_INPUT, PAGE_INPUT, 3))
    features = layers.Rescaling(1 / 64, offset=-2)(inputs)
    features = _convolution(features, 16, strides=2)
    for filters in (28, 36, 48):
        features = _convolution(features, filters, strides=2)
        features = layers.Add()([features, _convolution(features, filters)])
    features = layers.Dropout(0.3)(layers.Flatten()(features))
    return keras.Model(inputs, layers.Dense(1)(features), name="page_network")


def upright_network() -> keras.Model:
    """One number for how upright a page stands; the largest among its four turns is upright.

    Input float32 (batch, 160, 160, 1), zero mean and unit variance a page; output (batch, 1).
    """
    inputs = keras.Input((UPRIGHT_INPUT, UPRIGHT_INPUT, 1))
    features = _convolution(inputs, 12, strides=2)
    for filters in (16, 28, 36, 44):
        features = _convolution(_convolution(features, filters, strides=2), filters)
    features = layers.Concatenate()([layers.GlobalAveragePooling2D()(features), layers.GlobalMaxPooling2D()(features)])
    features = layers.Dropout(0.2)(features)
    return keras.Model(inputs, layers.Dense(1)(features), name="upright_network")


def _convolution(inputs, filters: int, *, strides: int = 1, dilation_rate=1):
    features = layers.Conv2D(filters, 3, strides=strides, dilation_rate=dilation_rate, padding="same", use_bias=False)(
        inputs
    )
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(features))
