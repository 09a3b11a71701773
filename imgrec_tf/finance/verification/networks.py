"""A small network that turns a picture into a point on a sphere: near each other for one person, far for two."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import keras
from keras import layers

from imgrec_tf import environment

SMALLEST, LARGEST = 32, 256


def embedding_network(
    image_shape: tuple[int, int, int],
    *,
    dimensions: int = 64,
    filters: Sequence[int] = (16, 24, 40, 48),
    looks: int = 1,
    seed: int = 0,
    name: str | None = None,
) -> keras.Model:
    """Build a network that answers with a unit vector, of fewer than 100,000 parameters unless you widen it.

    Each picture is first given zero mean and unit variance, which takes exposure and contrast away. Then come four
    halvings of height and width; each but the first is followed by a convolution with a short cut around it (He et
    al., "Deep residual learning", CVPR 2016). What is left of height and width is put together in two ways: by one
    weight (or some, `looks`) for each place and channel, a global depthwise convolution, since a mouth counts otherwise
    than a forehead does (Chen et al., "MobileFaceNets", CCBR 2018); and by the mean over all places, since a shaking
    line counts wherever it is.

    Args:
        image_shape: Height, width and channels; 32 to 256 pixels, 1 or 3 channels.
        dimensions: Length of the vector, 2 or more.
        filters: Channels after each halving: four numbers.
        looks: In how many ways the places of each channel are put together, 1 or more.
        seed: Seed of the initial weights, 0 or more.
        name: Name of the model.

    Returns:
        An uncompiled model. Input (b, height, width, channels) in [0, 255]; output float32 (b, dimensions), each of
        length 1. The scalar product of two is the cosine of the angle between them.

    Raises:
        ValueError: If an argument is out of its range.
    """
    _check(image_shape, dimensions, filters, looks, seed)
    seeds = iter(range(seed * 1000, seed * 1000 + 1000))

    def convolve(count: int, strides: int, previous, kernel: int = 3):
        initial = keras.initializers.HeUniform(seed=next(seeds))
        made = layers.Conv2D(
            count, kernel, strides=strides, padding="same", use_bias=False, kernel_initializer=initial
        )(previous)  # fmt: skip
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(made))

    environment.apply_precision()
    with environment.strategy().scope():
        picture = keras.Input(tuple(int(one) for one in image_shape), name="picture")
        features = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1.0)(picture)
        for number, count in enumerate(filters):
            features = convolve(count, 2, features, 3 if number else 5)
            if number:
                features = layers.Add()([features, convolve(count, 1, features)])
        initial = keras.initializers.HeUniform(seed=next(seeds))
        places = layers.DepthwiseConv2D(
            features.shape[1:3], depth_multiplier=looks, use_bias=False, depthwise_initializer=initial, name="places"
        )(features)
        everywhere = layers.GlobalAveragePooling2D(name="everywhere")(features)
        features = layers.Concatenate()([layers.Flatten()(places), everywhere])
        features = layers.BatchNormalization(momentum=0.9)(features)
        initial = keras.initializers.GlorotUniform(seed=next(seeds))
        features = layers.Dense(dimensions, use_bias=False, kernel_initializer=initial, name="mixed")(features)
        features = layers.BatchNormalization(momentum=0.9, dtype="float32", name="levelled")(features)
        vector = layers.UnitNormalization(dtype="float32", name="vector")(features)
        return keras.Model(picture, vector, name=name or "embedding_network")


def before_length(network: keras.Model) -> keras.Model:
    """Return the network up to the vectors that are not yet of length 1; it shares its weights."""
    return keras.Model(network.input, network.get_layer("vector").input)


def filters_of(network: keras.Model) -> tuple[int, ...]:
    """Return the `filters` that `embedding_network` built the network with."""
    halving = (one for one in network.layers if isinstance(one, layers.Conv2D) and one.strides == (2, 2))
    return tuple(one.filters for one in halving if not isinstance(one, layers.DepthwiseConv2D))


def looks_of(network: keras.Model) -> int:
    """Return the `looks` that `embedding_network` built the network with."""
    return network.get_layer("places").depth_multiplier


def _check(image_shape, dimensions, filters, looks, seed) -> None:
    shape = tuple(image_shape)
    if len(shape) != 3 or not all(SMALLEST <= one <= LARGEST for one in shape[:2]) or shape[2] not in (1, 3):
        raise ValueError(
            f"image_shape must be height and width of {SMALLEST} to {LARGEST} pixels and 1 or 3 channels, "
            f"got {image_shape!r}"
        )
    if not isinstance(dimensions, Integral) or dimensions < 2:
        raise ValueError(f"dimensions must be a whole number, 2 or more, got {dimensions!r}")
    if len(filters) != 4 or min(filters) < 1:
        raise ValueError(f"filters must be four numbers of 1 or more, got {tuple(filters)}")
    if not isinstance(looks, Integral) or looks < 1:
        raise ValueError(f"looks must be a whole number, 1 or more, got {looks!r}")
    if not isinstance(seed, Integral) or seed < 0:
        raise ValueError(f"seed must be a whole number, 0 or more, got {seed!r}")
