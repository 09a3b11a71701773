"""Mean 0 and standard deviation 1: by fixed numbers, numbers from data, or image by image."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import INTEGER_MAXIMUM, PreprocessingLayer, require_number


@keras.saving.register_keras_serializable(package="imgrec_tf")
class Normalize(PreprocessingLayer):
    """Subtract a mean and divide by a standard deviation, so that pixel values lie around 0. Comes last: see Output.

    With `mean` and `std`: (image - mean) / std, with the same numbers for all images. Without: each image by its own
    mean and standard deviation over all its pixels and channels; the deviation counts as at least 1 / sqrt(number of
    values), so that a constant image becomes 0.

    Equal to the same formulas in NumPy within 1e-4; the second is the definition of
    `tf.image.per_image_standardization`.

    Args:
        mean: Number, or one for each channel, in [0, 1]. None: image by image.
        std: Number, or one for each channel, above 0, at most 1. None: image by image.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32, same shape, NOT in [0, 1]: of the layers here, only ResizeWithPadding and CenterCrop can follow.

    Raises:
        TypeError: If `mean` or `std` does not hold numbers.
        ValueError: If one of them is missing or out of range, or does not fit the image's channels.
    """

    def __init__(self, mean=None, std=None, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (std is None):
            raise ValueError(
                f"give both mean and std, or none to normalise image by image; got mean={mean!r}, std={std!r}"
            )
        self.mean = None if mean is None else _channel_numbers("mean", mean, low_included=True)
        self.std = None if std is None else _channel_numbers("std", std, low_included=False)

    @classmethod
    def from_data(cls, images, value_range: tuple[float, float] | None = None, **kwargs) -> Normalize:
        """Make a layer with the mean and standard deviation of each channel of some images: the TRAINING images.

        Args:
            images: Array (n, height, width, 1 or 3), or an iterable of such batches, such as a `tf.data.Dataset`; of
                (images, labels) pairs the first part is used.
            value_range: Lowest and highest value that a pixel can take, such as (0, 255) for what
                `imgrec_tf.vision.pixels.to_pixels` returns. None: by the type, and [0, 1] for floats.
            **kwargs: As for every Keras layer.

        Returns:
            A layer with fixed numbers, which are part of its configuration.

        Raises:
            TypeError: If the images are neither uint8, uint16 nor float.
            ValueError: If there are none, their shape does not fit, a value lies outside the range, or all are equal.
        """
        batches = [images] if hasattr(images, "ndim") else images
        count, total, squares = 0, 0.0, 0.0
        for batch in batches:
            values = _unit_values(batch[0] if isinstance(batch, (tuple, list)) else batch, value_range)
            count += values.shape[0]
            total, squares = total + values.sum(axis=0), squares + (values**2).sum(axis=0)
        if count == 0:
            raise ValueError("Normalize.from_data got no images; pass the training images")
        mean = total / count
        std = np.sqrt(np.maximum(squares / count - mean**2, 0))
        if not (std > 1e-6).all():
            raise ValueError("all images have one and the same value in a channel; there is nothing to normalise by")
        return cls(mean=mean.tolist(), std=std.tolist(), **kwargs)

    def transform(self, images):
        if self.mean is not None:
            return (images - tf.constant(self.mean)) / tf.constant(self.std)
        mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
        centred = images - mean
        variance = tf.reduce_mean(tf.square(centred), axis=(1, 2, 3), keepdims=True)
        values = tf.cast(tf.reduce_prod(tf.shape(images)[1:]), tf.float32)
        return centred / tf.sqrt(tf.maximum(variance, 1.0 / values))

    def output_shape_for(self, height, width, channels):
        for name, numbers in (("mean", self.mean), ("std", self.std)):
            if numbers is not None and len(numbers) not in (1, channels):
                raise ValueError(f"Normalize has {len(numbers)} numbers in {name} and images have {channels} channels")
        return (height, width, channels)

    def get_config(self):
        return {**super().get_config(), "mean": self.mean, "std": self.std}


def _channel_numbers(name: str, numbers, low_included: bool) -> list[float]:
    numbers = [numbers] if np.ndim(numbers) == 0 else list(numbers)
    if len(numbers) not in (1, 3):
        raise ValueError(f"{name} must be one number or one for each of 3 channels, got {len(numbers)}")
    return [require_number(name, number, 0, 1, low_included=low_included) for number in numbers]


def _unit_values(images, value_range: tuple[float, float] | None) -> np.ndarray:
    """Return float64 (pixels, channels) in [0, 1]."""
    images = np.asarray(images)
    if images.ndim not in (3, 4) or images.shape[-1] not in (1, 3):
        raise ValueError(f"images must have shape (n, height, width, 1 or 3), got {images.shape}")
    maximum = INTEGER_MAXIMUM.get(images.dtype.name)
    if maximum is None and not np.issubdtype(images.dtype, np.floating):
        raise TypeError(f"images must be uint8, uint16 or float, got {images.dtype}; convert them with astype")
    low, high = value_range if value_range is not None else (0.0, maximum or 1.0)
    if not high > low:
        raise ValueError(f"value_range must be (low, high) with low < high, got {value_range!r}")
    values = (images.reshape(-1, images.shape[-1]).astype(np.float64) - low) / (high - low)
    if values.size and not (values.min() >= -1e-4 and values.max() <= 1 + 1e-4):
        raise ValueError(
            f"images reach from {images.min():g} to {images.max():g}, outside [{low:g}, {high:g}]; pass "
            "value_range=(0, 255) for pixels as models receive them"
        )
    return values
