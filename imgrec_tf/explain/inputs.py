"""What the maps share: which models and images they take, and which number of the network they explain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

BATCH = 32  # images at a time: gradients of more would need much memory


def model_of(model) -> keras.Model:
    """Return the Keras model of a model, a `Recognizer` or a `TrainingRun`.

    Raises:
        TypeError: If there is none.
        ValueError: If it does not take one batch of images, or does not give one row of scores an image.
    """
    found = model if isinstance(model, keras.Model) else getattr(model, "model", None)
    if not isinstance(found, keras.Model):
        raise TypeError(
            f"model must be a Keras model, or a Recognizer or TrainingRun that holds one, got {type(model).__name__}"
        )
    if not isinstance(found.input_shape, tuple) or len(found.input_shape) != 4:
        raise ValueError(f"the model must take one batch of images (n, height, width, channels), it takes "
                         f"{found.input_shape}")  # fmt: skip
    if not isinstance(found.output_shape, tuple) or len(found.output_shape) != 2:
        raise ValueError(f"the model must give one row of scores an image, it gives {found.output_shape}")
    return found


def pixels_of(model: keras.Model, images) -> np.ndarray:
    """Return images as float32 (n, height, width, channels) in [0, 255]; one image becomes a batch of one.

    Raises:
        TypeError: If the images are no numbers.
        ValueError: If their shape is not the model's, there are none, or values are not finite or not in [0, 255].
    """
    images = np.asarray(images)
    if not (np.issubdtype(images.dtype, np.integer) or np.issubdtype(images.dtype, np.floating)):
        raise TypeError(f"images must be an array of pixels, got {images.dtype}; read files with datasets.read_image")
    images = images[None] if images.ndim == 3 else images
    expected = tuple(model.input_shape[1:])
    if images.ndim != 4 or any(size not in (None, given) for size, given in zip(expected, images.shape[1:])):
        raise ValueError(
            f"images must have the model's shape (n, {', '.join(str(one) for one in expected)}), got {images.shape}"
        )
    if not len(images):
        raise ValueError("there is no image to explain; give at least one")
    pixels = images.astype(np.float32)
    if not np.isfinite(pixels).all() or pixels.min() < 0 or pixels.max() > 255:
        raise ValueError(f"pixels must be finite and in [0, 255], got {pixels.min():g} to {pixels.max():g}")
    return pixels


def classes_of(model: keras.Model, pixels: np.ndarray, class_index: int | Sequence[int] | None) -> np.ndarray:
    """Return which class is explained for each image, int64 (n,): the one with the highest score where None is given.

    Raises:
        TypeError: If an index is not whole.
        ValueError: If there are as many as neither one nor the images, or there is no such class.
    """
    count = max(2, model.output_shape[-1])  # one sigmoid tells two classes apart
    if class_index is None:
        scores = scores_of(model, pixels)
        return scores.argmax(axis=1)
    chosen = np.asarray(class_index)
    if not np.issubdtype(chosen.dtype, np.integer):
        raise TypeError(f"class_index must be whole numbers, got {class_index!r}")
    if chosen.shape not in ((), (len(pixels),)) or chosen.min() < 0 or chosen.max() >= count:
        raise ValueError(
            f"class_index must be one number, or one for each of {len(pixels)} images, from 0 to {count - 1}, "
            f"got {class_index!r}"
        )
    return np.broadcast_to(chosen, (len(pixels),)).astype(np.int64)


def scores_of(model: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Return the model's scores, float32 (n, classes); a single sigmoid becomes two columns."""
    parts = [np.asarray(model(pixels[start : start + BATCH], training=False)) for start in range(0, len(pixels), BATCH)]
    scores = np.concatenate(parts).astype(np.float32)
    return np.concatenate([1 - scores, scores], axis=1) if scores.shape[1] == 1 else scores


@contextmanager
def listening(layer: keras.layers.Layer, listen: Callable) -> Iterator[None]:
    """Call `listen(inputs, outputs)` whenever a layer is called, however deep inside of a model it stands."""
    original = layer.call

    def call(inputs, *arguments, **options):
        outputs = original(inputs, *arguments, **options)
        listen(inputs, outputs)
        return outputs

    layer.call = call
    try:
        yield
    finally:
        del layer.call


def log_odds(model: keras.Model, images: tf.Tensor, chosen: np.ndarray) -> tf.Tensor:
    """Return the number that is explained, (n,): the log odds of a class against the others together.

    Where a softmax is sure, its gradient vanishes; that of the log odds does not. The class's own number before the
    softmax would not do: a network may learn to say "not the other class" in place of "this class".
    """
    last = model.layers[-1]
    heard: list = []
    with listening(last, lambda inputs, outputs: heard.append(inputs)):
        outputs = model(images, training=False)
    activation = getattr(last, "activation", None)
    softmax = isinstance(last, keras.layers.Softmax) or activation is keras.activations.softmax
    sigmoid = activation is keras.activations.sigmoid
    if isinstance(last, keras.layers.Dense) and (softmax or sigmoid):
        outputs = tf.matmul(tf.cast(heard[-1], tf.float32), tf.cast(last.kernel, tf.float32))
        outputs = outputs + tf.cast(last.bias, tf.float32) if last.use_bias else outputs
    elif softmax or sigmoid:
        outputs = heard[-1]
    outputs = tf.cast(outputs, tf.float32)
    if outputs.shape[-1] == 1:
        outputs = tf.concat([-outputs, outputs], axis=-1)
    own = tf.gather(outputs, chosen, axis=1, batch_dims=1)
    if not softmax:
        return own
    others = outputs - 1e9 * tf.one_hot(chosen, outputs.shape[-1])
    return own - tf.reduce_logsumexp(others, axis=-1)
