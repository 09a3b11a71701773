"""What every random image layer shares: where its numbers come from, when it acts, how its ranges are checked.

A layer works in two steps. `sample` turns a seed into random numbers, one set for each image; `transform` applies them
and holds no randomness. Because of this split the same seed gives the same images, on any thread and in any order, and
the second step can be compiled.
"""

from __future__ import annotations

import math

import keras
import tensorflow as tf

Range = float | tuple[float, float]


class RandomImageLayer(keras.layers.Layer):
    """Base of the random layers: ordinary in a Keras model, stateless in an input pipeline.

    Use it alone, `layer(images, training=True)`, and a `keras.random.SeedGenerator` advances with each call. Use
    `layer.stateless(images, seed)` where equal seeds have to give equal images. Without `training=True` a layer
    returns its input, so a model that holds one still predicts on the image it was given. It computes in float32 under
    every precision policy, because pixels up to 255 lose their fractions in 16 bits.

    Args:
        seed: Start of the layer's own seed generator, a whole number, or None for a random start.
        **kwargs: `name`, `dtype` and the rest of `keras.layers.Layer`.
    """

    def __init__(self, *, seed: int | None = None, **kwargs) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def sample(self, seed: tf.Tensor, shape: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draw one set of random numbers for each image of a batch.

        Args:
            seed: int32 tensor of shape (2,).
            shape: int32 tensor (batch, height, width, channels).

        Returns:
            Tensors by name, each with the batch as its first axis.
        """
        raise NotImplementedError

    def transform(self, images: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        """Apply drawn numbers to a batch, without any randomness.

        Args:
            images: float32 (batch, height, width, channels).
            drawn: What `sample` returned for this batch.

        Returns:
            float32 images of the same shape.
        """
        raise NotImplementedError

    def describe(self) -> list[tuple[str, str]]:
        """Say in words what the layer does: one (change, range) pair for each kind of change."""
        raise NotImplementedError

    def stateless(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Transform a batch by numbers that depend on nothing but the seed.

        Args:
            images: Floats of shape (batch, height, width, channels).
            seed: Two whole numbers, shape (2,).

        Returns:
            float32 images of the same shape.

        Raises:
            TypeError: If the images are not floats.
            ValueError: If images or seed have the wrong shape.
        """
        images = checked_images(images)
        drawn = self.sample(checked_seed(seed), tf.shape(images))
        return tf.ensure_shape(self.transform(images, drawn), images.shape)

    def call(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Transform a batch, or one image of shape (height, width, channels), when `training` is true."""
        if not training:
            return images
        if images.shape.rank == 3:
            return self.call(images[None], training=True)[0]
        return self.stateless(images, tf.cast(self.seed_generator.next(), tf.int32))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return input_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "seed": self.seed}


def checked_images(images: tf.Tensor) -> tf.Tensor:
    """Return a batch as a float32 tensor, or say what is wrong with it."""
    images = tf.convert_to_tensor(images)
    if not images.dtype.is_floating:
        raise TypeError(
            f"images must be float32 in [0, 255], got {images.dtype.name}; convert them first with "
            "imgrec_tf.vision.pixels.to_pixels(images)"
        )
    if images.shape.rank != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images must have the shape (batch, height, width, channels) with 1 or 3 channels, got {images.shape}; "
            "add the missing axis (images[None] for one image, images[..., None] for grey ones)"
        )
    return tf.cast(images, tf.float32)


def checked_seed(seed: tf.Tensor) -> tf.Tensor:
    """Return a seed as an int32 tensor of shape (2,), or say what is wrong with it."""
    seed = tf.convert_to_tensor(seed)
    if not seed.dtype.is_integer:
        raise TypeError(f"seed must be two whole numbers, got {seed.dtype.name}; pass for example (7, step)")
    if not seed.shape.is_compatible_with((2,)):
        raise ValueError(f"seed must be two whole numbers, got the shape {seed.shape}; pass for example (7, step)")
    return tf.cast(seed, tf.int32)


def span(
    name: str, value: Range, *, centre: float = 0.0, lowest: float = -math.inf, highest: float = math.inf
) -> tuple:
    """Read a range: a number r means centre − r to centre + r, a pair means (low, high)."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name} must be a number or a pair (low, high), got {value!r}")
        low, high = (float(part) for part in value)
    else:
        if not value >= 0:
            raise ValueError(
                f"{name} must be 0 or more, got {value!r}; pass a pair (low, high) for a range of your own"
            )
        low, high = centre - float(value), centre + float(value)
    _check_bounds(name, low, high, lowest, highest)
    return low, high


def factor_span(name: str, value: Range) -> tuple[float, float]:
    """Read a range of factors: a number f means 1 / (1 + f) to 1 + f, a pair means (low, high), both above 0."""
    if isinstance(value, (tuple, list)):
        low, high = span(name, value)
    else:
        _, more = span(name, value)
        low, high = 1 / (1 + more), 1 + more
    if low <= 0:
        raise ValueError(f"{name} must hold factors above 0, got {value!r}; 1 leaves the image as it is")
    return low, high


def _check_bounds(name: str, low: float, high: float, lowest: float, highest: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(f"{name} must be a range of finite numbers with low <= high, got ({low}, {high})")
    if low < lowest or high > highest:
        raise ValueError(f"{name} must lie in [{lowest:g}, {highest:g}], got ({low:g}, {high:g})")


def probability(name: str, value: float) -> float:
    """Read a probability."""
    return span(name, (value, value), lowest=0.0, highest=1.0)[0]


def uniform(seed: tf.Tensor, shape: tuple) -> tf.Tensor:
    """Uniform numbers in [0, 1), the same for a seed on every device (Philox)."""
    return tf.random.stateless_uniform(shape, seed, alg="philox")


def between(unit: tf.Tensor, limits: tuple[float, float]) -> tf.Tensor:
    """Spread uniform numbers in [0, 1) over a range."""
    return limits[0] + (limits[1] - limits[0]) * unit


def factor_between(unit: tf.Tensor, limits: tuple[float, float]) -> tf.Tensor:
    """Spread uniform numbers over a range of factors so that doubling is as likely as halving."""
    if limits[0] == limits[1]:
        return tf.fill(tf.shape(unit), limits[0])
    return tf.exp(between(unit, (math.log(limits[0]), math.log(limits[1]))))


def per_image(values: tf.Tensor) -> tf.Tensor:
    """Give a (batch,) tensor the shape (batch, 1, 1, 1), ready to meet images."""
    return values[:, None, None, None]


def percent(limits: tuple[float, float]) -> str:
    """Write a range of shares as percent: (-0.07, 0.07) becomes "−7 % to +7 %"."""
    return f"{limits[0]:+.0%} to {limits[1]:+.0%}".replace("%", " %").replace("-", "−")


def factors(limits: tuple[float, float]) -> str:
    """Write a range of factors: (0.9, 1.1) becomes "×0.90 to ×1.10"."""
    return f"×{limits[0]:.2f} to ×{limits[1]:.2f}"
