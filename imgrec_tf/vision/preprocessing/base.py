"""What all preprocessing layers share: which images they take, which they refuse, and float32 in [0, 1] inside.

A preprocessing layer stands inside the saved model, after `Rescaling(1/255)`, so that the images a model is served are
prepared in the same way as the images it was trained on. It can also be called directly on a NumPy array or a tensor.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers

INTEGER_MAXIMUM = {"uint8": 255.0, "uint16": 65535.0}
FLOAT_TYPES = ("float16", "bfloat16", "float32", "float64")
# Rescaling(1/255) in 16-bit floats may end a rounding step above 1.
RANGE_TOLERANCE = 0.01


class PreprocessingLayer(layers.Layer):
    """Base of the preprocessing layers: checks the images, brings them to float32 in [0, 1], adds a missing batch axis.

    Input: uint8 (0 to 255), uint16 (0 to 65535) or float in [0, 1]; shape (height, width, channels) or
    (batch, height, width, channels); 1 or 3 channels. Output: float32, with a batch axis where the input has one.

    The layer computes in float32 under every precision policy. Called eagerly, it refuses floats outside [0, 1]; inside
    a compiled model, `predict` or `tf.data.Dataset.map`, where values are not known beforehand, it clips them to [0,
    1].

    Subclasses write `transform`, which receives a batch, and, when the shape changes, `output_shape_for`.

    Args:
        **kwargs: `name` and `trainable`, as for every Keras layer. `dtype` may only be "float32".

    Raises:
        TypeError: When called on images that are neither uint8, uint16 nor float.
        ValueError: When called on images of another shape or number of channels, or smaller than the layer's window, or
            on floats outside [0, 1].
    """

    # Layers that only move pixels also serve after Normalize, whose output is not in [0, 1].
    unit_range = True
    smallest_size = 1

    def __init__(self, **kwargs):
        _require_float32(kwargs.pop("dtype", None), type(self).__name__)
        super().__init__(dtype="float32", **kwargs)

    def transform(self, images: tf.Tensor) -> tf.Tensor:
        """Prepare a float32 batch of shape (batch, height, width, channels)."""
        raise NotImplementedError

    def output_shape_for(self, height: int | None, width: int | None, channels: int) -> tuple[int | None, ...]:
        """Return the shape of one result for one image of the given shape."""
        return (height, width, channels)

    def __call__(self, images, *args, **kwargs):
        if not hasattr(images, "dtype") or not hasattr(images, "shape"):
            images = np.asarray(images)
        self._check_type(images)
        self.compute_output_shape(images.shape)
        if self.unit_range:
            self._check_range(images)
        return super().__call__(images, *args, **kwargs)

    def call(self, images):
        images = self._to_unit(images)
        expected = self.compute_output_shape(images.shape)
        if len(images.shape) == 3:
            return tf.ensure_shape(self.transform(images[None])[0], expected)
        return tf.ensure_shape(self.transform(images), expected)

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        shape = tuple(input_shape)
        self._check_shape(shape)
        return (*shape[:-3], *self.output_shape_for(*shape[-3:]))

    def _to_unit(self, images) -> tf.Tensor:
        images = tf.convert_to_tensor(images)
        maximum = INTEGER_MAXIMUM.get(images.dtype.name)
        images = tf.cast(images, tf.float32)
        if maximum is not None:
            return images / maximum
        return tf.clip_by_value(images, 0.0, 1.0) if self.unit_range else images

    def _check_type(self, images) -> None:
        name = _type_name(images)
        if name in INTEGER_MAXIMUM or name in FLOAT_TYPES:
            return
        if name == "bool":
            advice = "turn it into 0.0 and 1.0 with images.astype('float32')"
        elif "int" in name:
            advice = "convert with images.astype('uint8') if values lie in 0 to 255, or 'uint16' if in 0 to 65535"
        else:
            advice = "read files with imgrec_tf.datasets.read_image, which returns an array of numbers"
        raise TypeError(
            f"{type(self).__name__} takes images of type uint8, uint16 or float in [0, 1], got {name}; {advice}"
        )

    def _check_shape(self, shape) -> None:
        shape, name = tuple(shape), type(self).__name__
        accepted = "(height, width, channels) or (batch, height, width, channels) with 1 or 3 channels"
        if len(shape) not in (3, 4):
            advice = "; add the channel axis of a grey image with image[..., None]" if len(shape) == 2 else ""
            raise ValueError(f"{name} takes images of shape {accepted}, got shape {shape}{advice}")
        if shape[-1] not in (1, 3):
            raise ValueError(f"{name} takes images of shape {accepted}, got shape {shape}; {_channel_advice(shape)}")
        for length in shape[-3:-1]:
            if length is not None and length < self.smallest_size:
                raise ValueError(
                    f"{name} needs images of at least {self.smallest_size} × {self.smallest_size} pixels for its "
                    f"window, got {shape[-3]} × {shape[-2]}; use a smaller window, or larger images"
                )

    def _check_range(self, images) -> None:
        if isinstance(images, keras.KerasTensor) or _type_name(images) in INTEGER_MAXIMUM:
            return
        if tf.is_tensor(images) and tf.is_symbolic_tensor(images):
            return
        images = tf.convert_to_tensor(images)
        if 0 in images.shape:
            return
        low, high = float(tf.reduce_min(images)), float(tf.reduce_max(images))
        name = type(self).__name__
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError(f"{name} got images with NaN or infinite values; replace them or leave those images out")
        if low < -RANGE_TOLERANCE or high > 1 + RANGE_TOLERANCE:
            raise ValueError(
                f"{name} takes floats in [0, 1], got values from {low:g} to {high:g}; put "
                "keras.layers.Rescaling(1/255) before it, or divide by 255, or pass uint8. Normalize, whose output is "
                "not in [0, 1], comes last"
            )


def require_number(name: str, value, low: float, high: float, *, low_included: bool = True) -> float:
    """Return `value` as a float, or raise an error that names the accepted range.

    Args:
        name: Name of the parameter, for the message.
        value: What the caller gave.
        low: Smallest accepted value.
        high: Largest accepted value, included.
        low_included: Whether `low` itself is accepted.

    Raises:
        TypeError: If `value` is not a number.
        ValueError: If it lies outside the range.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not (low <= value <= high) or (value == low and not low_included):
        bracket = "[" if low_included else "("
        raise ValueError(f"{name} must lie in {bracket}{low:g}, {high:g}], got {value!r}")
    return float(value)


def require_whole(name: str, value, low: int, high: int) -> int:
    """Return `value` as an int in [low, high], or raise TypeError or ValueError with the accepted range."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    require_number(name, value, low, high)
    return int(value)


def require_choice(name: str, value, choices: tuple[str, ...]) -> str:
    """Return `value` if it is one of `choices`, or raise ValueError that lists them."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def require_odd(name: str, value, high: int) -> int:
    """Return `value` as an odd int from 3 to `high`, or raise TypeError or ValueError with the accepted range."""
    value = require_whole(name, value, 3, high)
    if value % 2 == 0:
        raise ValueError(f"{name} must be odd, so that the window has a centre pixel, got {value}; use {value + 1}")
    return value


def _require_float32(dtype, name: str) -> None:
    if isinstance(dtype, dict):
        dtype = keras.dtype_policies.deserialize(dtype)
    given = getattr(dtype, "name", dtype)
    if given not in (None, "float32"):
        raise ValueError(
            f"{name} computes in float32 whatever the precision policy, got dtype={given!r}; leave dtype out"
        )


def _type_name(images) -> str:
    return getattr(images.dtype, "name", str(images.dtype))


def _channel_advice(shape: tuple) -> str:
    channels = shape[-1]
    if channels is None:
        return "fix the number of channels, as in keras.Input((None, None, 3))"
    if channels == 2:
        return "two channels are mostly grey and alpha: keep the grey with images[..., :1]"
    if channels == 4:
        return "four channels are mostly RGB and alpha: keep the colours with images[..., :3]"
    return (
        "if the channel axis is missing, add it with images[..., None]; if it comes first, move it with numpy.moveaxis"
    )
