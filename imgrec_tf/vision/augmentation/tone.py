"""Change how bright, how contrasted and how colourful an image is, and leave every edge where it was."""

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
    factors,
    per_image,
    percent,
    span,
    uniform,
)

# Share of red, green and blue in the brightness that the eye sees: ITU-R Recommendation BT.601.
LUMA = (0.299, 0.587, 0.114)


@keras.saving.register_keras_serializable(package="imgrec_tf")
class RandomTone(RandomImageLayer):
    """Random gamma, contrast and brightness, the same for all channels of an image.

    With v a pixel as a share of the value range: gamma gives v^gamma; contrast multiplies the distance to the mean of
    the image, which keeps the mean unless values are clipped; brightness b blends with white, v + b · (1 − v), or for
    negative b with black, v · (1 + b). Blending loses no detail in images that are dark or bright from the start.

    Args:
        brightness: Shares in [−1, 1] of the way to white (above 0) or to black (below 0); a number b means −b to b, a
            pair is (low, high).
        contrast: A number c means factors from 1 / (1 + c) to 1 + c; a pair holds factors above 0.
        gamma: Exponents, given like `contrast`; above 1 darkens the middle greys, and black and white stay.
        value_range: Darkest and brightest value of a pixel. Results are clipped to it.
        seed: Start of the layer's own seed generator.
        **kwargs: `name`, `dtype` and the rest of `keras.layers.Layer`.

    Raises:
        ValueError: If a range is negative, reversed or not finite.
    """

    def __init__(
        self,
        *,
        brightness: Range = 0.0,
        contrast: Range = 0.0,
        gamma: Range = 0.0,
        value_range: tuple[float, float] = (0.0, 255.0),
        seed: int | None = None,
        **kwargs,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.brightness = span("brightness", brightness, lowest=-1.0, highest=1.0)
        self.contrast = factor_span("contrast", contrast)
        self.gamma = factor_span("gamma", gamma)
        self.value_range = checked_value_range(value_range)

    def sample(self, seed: tf.Tensor, shape: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draw brightness, contrast and gamma, each (batch,)."""
        unit = tf.unstack(uniform(seed, (3, shape[0])))
        return {
            "brightness": between(unit[0], self.brightness),
            "contrast": factor_between(unit[1], self.contrast),
            "gamma": factor_between(unit[2], self.gamma),
        }

    def transform(self, images: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        """Apply gamma, then contrast about the mean, then brightness, and clip."""
        low, high = self.value_range
        step = high - low
        if self.gamma != (1, 1):
            # exp(gamma · log) takes a quarter of the time of tf.pow here; the floor keeps black within 0.003 of 255.
            share = tf.clip_by_value((images - low) / step, 1e-10, 1.0)
            images = low + step * tf.exp(per_image(drawn["gamma"]) * tf.math.log(share))
        if self.contrast != (1, 1):
            mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
            images = mean + (images - mean) * per_image(drawn["contrast"])
        brightness = per_image(drawn["brightness"])
        end = tf.where(brightness < 0, low, high)
        return tf.clip_by_value(images + tf.abs(brightness) * (end - images), low, high)

    def describe(self) -> list[tuple[str, str]]:
        """Say in words what the layer does."""
        lines = []
        if self.gamma != (1, 1):
            lines.append(("gamma (darker or lighter middle greys)", f"exponent {factors(self.gamma).replace('×', '')}"))
        if self.contrast != (1, 1):
            lines.append(("contrast about the image's mean", factors(self.contrast)))
        if self.brightness != (0, 0):
            lines.append(("brightness", f"{percent(self.brightness)} of the way to black (−) or white (+)"))
        return lines

    def get_config(self) -> dict:
        names = ("brightness", "contrast", "gamma", "value_range")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class RandomColor(RandomImageLayer):
    """Random saturation and hue of colour images; grey images with one channel pass unchanged.

    Both are linear in red, green and blue, so they are composed into one 3×3 matrix for each image: saturation blends
    with the grey value of the pixel, hue turns the colour about the grey axis (Rodrigues' rotation formula about (1,
    1, 1)).

    Args:
        saturation: A number s means factors from 1 / (1 + s) to 1 + s; a pair holds factors above 0.
        hue: Degrees around the colour circle; a number h means −h to h, a pair is (low, high).
        value_range: Darkest and brightest value of a pixel. Results are clipped to it.
        seed: Start of the layer's own seed generator.
        **kwargs: `name`, `dtype` and the rest of `keras.layers.Layer`.

    Raises:
        ValueError: If a range is negative, reversed or not finite.
    """

    def __init__(
        self,
        *,
        saturation: Range = 0.0,
        hue: Range = 0.0,
        value_range: tuple[float, float] = (0.0, 255.0),
        seed: int | None = None,
        **kwargs,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.saturation = factor_span("saturation", saturation)
        self.hue = span("hue", hue, lowest=-180.0, highest=180.0)
        self.value_range = checked_value_range(value_range)

    def sample(self, seed: tf.Tensor, shape: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draw one matrix for each image: {"matrix": (batch, 3, 3)}, to be multiplied with (red, green, blue)."""
        unit = tf.unstack(uniform(seed, (2, shape[0])))
        angle = (between(unit[1], self.hue) * (math.pi / 180))[:, None, None]
        saturation = factor_between(unit[0], self.saturation)[:, None, None]
        identity, grey = tf.eye(3), tf.ones((3, 3)) / 3
        across = tf.constant([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / math.sqrt(3)
        hue = tf.cos(angle) * identity + (1 - tf.cos(angle)) * grey + tf.sin(angle) * across
        luma = tf.broadcast_to(tf.constant(LUMA), (3, 3))
        return {"matrix": (saturation * identity + (1 - saturation) * luma) @ hue}

    def transform(self, images: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        """Multiply every pixel with the matrix of its image and clip."""
        if images.shape[-1] != 3:
            return images
        entry = drawn["matrix"][:, None, None]
        mixed = sum(images[..., channel, None] * entry[..., channel] for channel in range(3))
        return tf.clip_by_value(mixed, *self.value_range)

    def describe(self) -> list[tuple[str, str]]:
        """Say in words what the layer does."""
        lines = []
        if self.saturation != (1, 1):
            lines.append(("saturation (colour images)", factors(self.saturation)))
        if self.hue != (0, 0):
            hue = f"{self.hue[0]:+.0f}° to {self.hue[1]:+.0f}° of the colour circle".replace("-", "−")
            lines.append(("hue (colour images)", hue))
        return lines

    def get_config(self) -> dict:
        names = ("saturation", "hue", "value_range")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def checked_value_range(value_range: tuple[float, float]) -> tuple[float, float]:
    """Return (low, high) as floats, or say what is wrong with them."""
    low, high = span("value_range", tuple(value_range))
    if low == high:
        raise ValueError(f"value_range must be (low, high) with low < high, got ({low:g}, {high:g})")
    return low, high
