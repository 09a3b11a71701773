"""Size and framing: resize without distortion, cut the centre out."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_choice, require_number, require_whole
from imgrec_tf.vision.preprocessing.windows import sizes

LARGEST_SIDE = 8192
INTERPOLATIONS = ("nearest", "bilinear", "bicubic")


@keras.saving.register_keras_serializable(package="imgrec_tf")
class ResizeWithPadding(PreprocessingLayer):
    """Resize images to one size without distorting them: the larger side fits, the rest is filled on both sides.

    Shrinking averages over all pixels that fall into one (antialiasing), so fine lines fade instead of breaking.

    Equal to `PIL.Image.resize` of the same interpolation on floating-point images within 1e-5, borders included;
    "nearest" may take the other neighbour where a sample falls between two pixels. The content has floor(side · scale +
    0.5) pixels, at least 1; an odd remainder of filling goes to the bottom and the right.

    Args:
        height: Height of the result in pixels, from 1 to 8192.
        width: Width of the result in pixels, from 1 to 8192.
        interpolation: "nearest" (no antialiasing), "bilinear" or "bicubic" (cut off at the darkest and brightest
            pixel).
        fill: Value of the filling, in [0, 1].
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] any height, any width, 1 or 3). Floats of another range,
        such as the output of Normalize, are resized as they are.
    Output: float32 in the range of the input, shape ([batch,] `height`, `width`, channels).

    Raises:
        TypeError: If `height`, `width` or `fill` is not a number.
        ValueError: If a parameter is out of range.
    """

    unit_range = False

    def __init__(self, height: int, width: int, interpolation: str = "bilinear", fill: float = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.height, self.width = (
            require_whole("height", height, 1, LARGEST_SIDE),
            require_whole("width", width, 1, LARGEST_SIDE),
        )
        self.interpolation = require_choice("interpolation", interpolation, INTERPOLATIONS)
        self.fill = require_number("fill", fill, 0, 1)
        # TensorFlow's antialiased resize is not among the operations that XLA compiles.
        self.supports_jit = interpolation == "nearest"

    def transform(self, images):
        tall, wide = _content_size(*sizes(images), self.height, self.width)
        antialias = self.interpolation != "nearest"
        resized = tf.image.resize(images, (tall, wide), method=self.interpolation, antialias=antialias)
        if self.interpolation == "bicubic":
            low, high = (reduce(images, axis=(1, 2, 3), keepdims=True) for reduce in (tf.reduce_min, tf.reduce_max))
            resized = tf.clip_by_value(resized, low, high)
        above, before = (self.height - tall) // 2, (self.width - wide) // 2
        padding = [[0, 0], [above, self.height - tall - above], [before, self.width - wide - before], [0, 0]]
        return tf.pad(resized, padding, constant_values=self.fill)

    def output_shape_for(self, height, width, channels):
        return (self.height, self.width, channels)

    def get_config(self):
        parameters = {
            "height": self.height,
            "width": self.width,
            "interpolation": self.interpolation,
            "fill": self.fill,
        }
        return {**super().get_config(), **parameters}


def _content_size(height, width, target_height: int, target_width: int) -> tuple:
    """Largest size of the same proportions that fits, as ints where the sizes are known, else as tensors."""
    if isinstance(height, int) and isinstance(width, int):
        scale = min(target_height / height, target_width / width)
        return tuple(max(1, int(side * scale + 0.5)) for side in (height, width))
    height, width = tf.cast(height, tf.float64), tf.cast(width, tf.float64)
    scale = tf.minimum(target_height / height, target_width / width)
    return tuple(tf.maximum(1, tf.cast(side * scale + 0.5, tf.int32)) for side in (height, width))


@keras.saving.register_keras_serializable(package="imgrec_tf")
class CenterCrop(PreprocessingLayer):
    """Cut the middle out of images.

    Equal to NumPy's `image[top:top + height, left:left + width]`, with `top` and `left` half of what is cut away,
    rounded down.

    Args:
        height: Height of the result in pixels, from 1 to 8192.
        width: Width of the result in pixels, from 1 to 8192.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3). Floats of another range, such as
        the output of Normalize, are cut as they are.
    Output: float32 in the range of the input, shape ([batch,] `height`, `width`, channels).

    Raises:
        TypeError: If `height` or `width` is not a whole number.
        ValueError: If a parameter is out of range, or, when called, if the image is smaller than the crop. Where the
            size is not known when the graph is built, `tensorflow.errors.InvalidArgumentError` instead.
    """

    unit_range = False

    def __init__(self, height: int, width: int, **kwargs):
        super().__init__(**kwargs)
        self.height, self.width = (
            require_whole("height", height, 1, LARGEST_SIDE),
            require_whole("width", width, 1, LARGEST_SIDE),
        )

    def transform(self, images):
        height, width = sizes(images)
        if not (isinstance(height, int) and isinstance(width, int)):
            message = f"CenterCrop to {self.height} × {self.width} got smaller images; put ResizeWithPadding before it"
            check = tf.debugging.assert_greater_equal([height, width], [self.height, self.width], message)
            with tf.control_dependencies([check] if check is not None else []):
                images = tf.identity(images)
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return images[:, top : top + self.height, left : left + self.width]

    def output_shape_for(self, height, width, channels):
        if (height is not None and height < self.height) or (width is not None and width < self.width):
            raise ValueError(
                f"CenterCrop cannot cut {self.height} × {self.width} pixels out of an image of {height} × {width}; "
                "put ResizeWithPadding before it, or cut less"
            )
        return (self.height, self.width, channels)

    def get_config(self):
        return {**super().get_config(), "height": self.height, "width": self.width}
