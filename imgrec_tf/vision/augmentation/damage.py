"""Take something away from an image, as scanners, cameras and covering thumbs do: noise, blur, an erased rectangle."""

from __future__ import annotations

import math

import keras
import tensorflow as tf

from imgrec_tf.vision.augmentation.base import (
    RandomImageLayer,
    Range,
    between,
    factor_between,
    factor_span,
    per_image,
    probability,
    span,
    uniform,
)
from imgrec_tf.vision.augmentation.tone import checked_value_range

# Mean and standard deviation of the sum of four independent whole numbers, each uniform from 0 to 255.
_BYTES_MEAN, _BYTES_DEVIATION = 4 * 255 / 2, math.sqrt(4 * (256**2 - 1) / 12)


@keras.saving.register_keras_serializable(package="imgrec_tf")
class RandomNoise(RandomImageLayer):
    """Add bell-shaped noise, independent for each pixel and channel, of a strength drawn for each image.

    A pixel's noise is the sum of four uniform random bytes, brought to mean 0 and the drawn standard deviation. It is
    close to a Gaussian, never further out than 3.5 deviations, and 2.5 times as fast to draw.

    Args:
        deviation: Standard deviation as a share of the value range; a number d means 0 to d, a pair is (low, high).
        value_range: Darkest and brightest value of a pixel. Results are clipped to it.
        seed: Start of the layer's own seed generator.
        **kwargs: `name`, `dtype` and the rest of `keras.layers.Layer`.

    Raises:
        ValueError: If the range is negative, reversed or not finite.
    """

    def __init__(
        self,
        *,
        deviation: Range = 0.0,
        value_range: tuple[float, float] = (0.0, 255.0),
        seed: int | None = None,
        **kwargs,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.deviation = _from_zero("deviation", deviation, highest=1.0)
        self.value_range = checked_value_range(value_range)

    def sample(self, seed: tf.Tensor, shape: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draw {"deviation": (batch,), "noise": uint32 numbers of the shape of the images}."""
        first, second = _two_seeds(seed)
        return {
            "deviation": between(uniform(first, (shape[0],)), self.deviation),
            "noise": tf.random.stateless_uniform(shape, second, None, None, tf.uint32, alg="philox"),
        }

    def transform(self, images: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        """Add the noise and clip."""
        low, high = self.value_range
        total = sum(tf.cast(_byte(drawn["noise"], byte), tf.int32) for byte in range(4))
        noise = (tf.cast(total, tf.float32) - _BYTES_MEAN) / _BYTES_DEVIATION
        return tf.clip_by_value(images + noise * per_image(drawn["deviation"]) * (high - low), low, high)

    def describe(self) -> list[tuple[str, str]]:
        """Say in words what the layer does."""
        if self.deviation == (0, 0):
            return []
        low, high = self.deviation
        return [("noise", f"standard deviation {low:.1%} to {high:.1%} of the full range".replace("%", " %"))]

    def get_config(self) -> dict:
        return {**super().get_config(), "deviation": self.deviation, "value_range": self.value_range}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class RandomBlur(RandomImageLayer):
    """Blur some of the images with a Gaussian; edges are continued by their last pixel.

    The kernel reaches 2.5 times the largest sigma to each side, rounded up, and is normalised, so that a constant
    image stays as it is.

    Args:
        sigma: Width of the Gaussian in pixels, up to 10; a number s means 0 to s, a pair is (low, high).
        chance: Probability in [0, 1] that an image is blurred.
        seed: Start of the layer's own seed generator.
        **kwargs: `name`, `dtype` and the rest of `keras.layers.Layer`.

    Raises:
        ValueError: If a range is negative, reversed or too large, or the probability is outside [0, 1].
    """

    def __init__(self, *, sigma: Range = 0.0, chance: float = 1.0, seed: int | None = None, **kwargs) -> None:
        super().__init__(seed=seed, **kwargs)
        self.sigma = _from_zero("sigma", sigma, highest=10.0)
        self.chance = probability("chance", chance)

    def sample(self, seed: tf.Tensor, shape: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draw {"sigma": (batch,)}, 0 where an image is left sharp."""
        unit = tf.unstack(uniform(seed, (2, shape[0])))
        sigma = between(unit[0], self.sigma)
        return {"sigma": tf.where(unit[1] < self.chance, sigma, tf.zeros_like(sigma))}

    def transform(self, images: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        """Blur down the columns, then along the rows."""
        reach = max(1, math.ceil(2.5 * self.sigma[1]))
        sigma = tf.maximum(drawn["sigma"], 1e-3)[:, None]
        weights = tf.exp(-0.5 * tf.square(tf.range(-reach, reach + 1, dtype=tf.float32)[None] / sigma))
        weights /= tf.reduce_sum(weights, axis=1, keepdims=True)
        height, width = tf.unstack(tf.shape(images)[1:3])
        padded = tf.gather(images, tf.clip_by_value(tf.range(-reach, height + reach), 0, height - 1), axis=1)
        images = tf.add_n([padded[:, k : k + height] * per_image(weights[:, k]) for k in range(2 * reach + 1)])
        padded = tf.gather(images, tf.clip_by_value(tf.range(-reach, width + reach), 0, width - 1), axis=2)
        images = tf.add_n([padded[:, :, k : k + width] * per_image(weights[:, k]) for k in range(2 * reach + 1)])
        return images

    def describe(self) -> list[tuple[str, str]]:
        """Say in words what the layer does."""
        if self.sigma == (0, 0) or not self.chance:
            return []
        low, high = self.sigma
        return [
            (
                "blur",
                f"Gaussian of {low:.1f} to {high:.1f} pixels, in {self.chance:.0%} of the images".replace("%", " %"),
            )
        ]

    def get_config(self) -> dict:
        return {**super().get_config(), "sigma": self.sigma, "chance": self.chance}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class RandomErasing(RandomImageLayer):
    """Cover a random rectangle in some of the images with the image's own mean colour.

    After Zhong et al., "Random erasing data augmentation" (AAAI 2020) and DeVries & Taylor's cutout (arXiv
    1708.04552). The rectangle lies inside the image as a whole.

    Args:
        chance: Probability in [0, 1] that an image loses a rectangle.
        area: Shares of the image's area that the rectangle takes; a number a means 0 to a, a pair is (low, high).
        aspect: Height divided by width; a number f means factors from 1 / (1 + f) to 1 + f, a pair holds factors above
            0.
        seed: Start of the layer's own seed generator.
        **kwargs: `name`, `dtype` and the rest of `keras.layers.Layer`.

    Raises:
        ValueError: If a range is negative, reversed or too large, or the probability is outside [0, 1].
    """

    def __init__(
        self,
        *,
        chance: float = 0.5,
        area: Range = (0.02, 0.2),
        aspect: Range = 1.0,
        seed: int | None = None,
        **kwargs,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.chance = probability("chance", chance)
        self.area = _from_zero("area", area, highest=1.0)
        self.aspect = factor_span("aspect", aspect)

    def sample(self, seed: tf.Tensor, shape: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draw {"box": int32 (batch, 4)}: first row, first column, last row + 1, last column + 1; 0 for none."""
        unit = tf.unstack(uniform(seed, (5, shape[0])))
        rows, columns = tf.cast(shape[1], tf.float32), tf.cast(shape[2], tf.float32)
        area = between(unit[0], self.area) * rows * columns
        aspect = factor_between(unit[1], self.aspect)
        height = tf.minimum(tf.round(tf.sqrt(area * aspect)), rows)
        width = tf.minimum(tf.round(tf.sqrt(area / aspect)), columns)
        top, left = tf.floor(unit[2] * (rows - height + 1)), tf.floor(unit[3] * (columns - width + 1))
        box = tf.stack([top, left, top + height, left + width], axis=1)
        return {"box": tf.cast(tf.where((unit[4] < self.chance)[:, None], box, tf.zeros_like(box)), tf.int32)}

    def transform(self, images: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        """Cover the rectangles."""
        mean = tf.reduce_mean(images, axis=(1, 2), keepdims=True)
        return tf.where(inside_boxes(drawn["box"], tf.shape(images)), mean, images)

    def describe(self) -> list[tuple[str, str]]:
        """Say in words what the layer does."""
        if not self.chance:
            return []
        low, high = self.area
        text = f"{low:.0%} to {high:.0%} of the area, in {self.chance:.0%} of the images".replace("%", " %")
        return [("cover a rectangle with the mean colour", text)]

    def get_config(self) -> dict:
        return {**super().get_config(), "chance": self.chance, "area": self.area, "aspect": self.aspect}


def inside_boxes(boxes: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
    """Tell which pixels lie in the box of their image.

    Args:
        boxes: int32 (batch, 4): first row, first column, last row + 1, last column + 1.
        shape: int32 (batch, height, width, channels).

    Returns:
        bool (batch, height, width, 1).
    """
    top, left, bottom, right = (boxes[:, side, None, None] for side in range(4))
    rows, columns = tf.range(shape[1])[None, :, None], tf.range(shape[2])[None, None, :]
    return ((rows >= top) & (rows < bottom) & (columns >= left) & (columns < right))[..., None]


def _byte(numbers: tf.Tensor, place: int) -> tf.Tensor:
    shifted = tf.bitwise.right_shift(numbers, tf.constant(8 * place, tf.uint32))
    return tf.bitwise.bitwise_and(shifted, tf.constant(255, tf.uint32))


def _from_zero(name: str, value: Range, *, highest: float) -> tuple[float, float]:
    if not isinstance(value, (tuple, list)):
        value = (0.0, value)
    return span(name, value, lowest=0.0, highest=highest)


def _two_seeds(seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return seed, seed + tf.constant([0, 0x5EED], tf.int32)
