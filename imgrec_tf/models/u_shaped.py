"""U-Net: a class for every pixel, from what stands around it and from where exactly it stands.

The way down halves the picture again and again, so that a pixel learns of its surroundings; the way up doubles it, and
at each size takes back the fine maps of the way down, which know where the edges are. Ronneberger, Fischer and Brox,
"U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015. Differences from the paper: borders are
padded, so that the answer has the size of the picture; maps are normalised after each convolution; and they are
narrowed before they are enlarged, where a convolution costs a quarter. Lesson 21 uses it.

With a stride of 2 the first convolution halves the picture and the last one doubles it again, four by four pixels each.
Most of the time of a U-Net goes into its convolutions at full size; without them, the same time pays for more filters
and for surroundings twice as wide.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from imgrec_tf import environment
from imgrec_tf._checks import check_whole


def unet(
    num_classes: int = 3,
    *,
    channels: int = 1,
    filters: Sequence[int] = (12, 24, 48, 96),
    stride: int = 1,
    dropout: float = 0.1,
    seed: int = 0,
    name: str | None = None,
) -> keras.Model:
    """Build a network that gives each pixel one probability a class.

    Args:
        num_classes: Classes to tell apart, 2 or more; the background is one of them.
        channels: Channels of the pictures, from 1 to 16.
        filters: Filters at each size, from the picture's own to the smallest; 2 to 6 numbers.
        stride: 1, or 2 to begin at half the size of the picture.
        dropout: Share of values set to zero at the smallest size while training, in [0, 1).
        seed: Seed of the initial weights and of dropout.
        name: Name of the model.

    Returns:
        An uncompiled model with 254,883 parameters by default. Input float32 (b, height, width, channels) in [0, 1];
        height and width must be multiples of stride · 2 ** (len(filters) - 1), 8 by default, and may differ from call
        to call.
        Output float32 (b, height, width, num_classes), sums of 1 over the last axis.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    check_whole("num_classes", num_classes, 2, 1000)
    check_whole("channels", channels, 1, 16)
    if not 2 <= len(filters) <= 6:
        raise ValueError(f"filters must be 2 to 6 numbers, one for each size, got {tuple(filters)}")
    for place, count in enumerate(filters):
        check_whole(f"filters[{place}]", count, 1, 4096)
    check_whole("stride", stride, 1, 2)
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout must be in [0, 1), got {dropout}")
    check_whole("seed", seed, 0, 2**31 - 1)
    seeds = iter(range(seed * 1000, seed * 1000 + 1000))

    def convolve(count: int, maps, kernel: int = 3, strides: int = 1):
        """A convolution, normalised, with its bend."""
        initial = keras.initializers.HeUniform(seed=next(seeds))
        maps = layers.Conv2D(
            count, kernel, strides=strides, padding="same", use_bias=False, kernel_initializer=initial
        )(maps)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(maps))

    environment.apply_precision()
    with environment.strategy().scope():
        pixels = keras.Input((None, None, channels), name="pixels")
        maps, kept = pixels, []
        for count in filters[:-1]:
            halve = stride == 2 and maps is pixels
            maps = convolve(count, maps, kernel=4, strides=2) if halve else convolve(count, maps)
            maps = convolve(count, maps)
            kept.append(maps)
            maps = layers.MaxPooling2D(2)(maps)
        maps = convolve(filters[-1], convolve(filters[-1], maps))
        if dropout:
            maps = layers.Dropout(dropout, seed=next(seeds))(maps)
        for count in reversed(filters[:-1]):
            maps = layers.UpSampling2D(2)(convolve(count, maps, kernel=1))
            maps = layers.Concatenate()([maps, kept.pop()])
            maps = convolve(count, convolve(count, maps))
        initial = keras.initializers.GlorotUniform(seed=next(seeds))
        options = {"activation": "softmax", "kernel_initializer": initial, "dtype": "float32", "name": "classes"}
        if stride == 2:
            answer = layers.Conv2DTranspose(num_classes, 4, strides=2, padding="same", **options)
        else:
            answer = layers.Conv2D(num_classes, 1, **options)
        return keras.Model(pixels, answer(maps), name=name or "unet")
