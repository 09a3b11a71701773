"""Maps from gradients: Grad-CAM on the last feature maps, saliency on the pixels themselves."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from imgrec_tf._checks import check_whole
from imgrec_tf.explain import inputs


def grad_cam(
    model,
    images: np.ndarray,
    class_index: int | Sequence[int] | None = None,
    *,
    layer: str | None = None,
    plus_plus: bool = False,
) -> np.ndarray:
    """Return where the evidence for a class lies, as coarse as the feature maps that it is read from.

    Grad-CAM weighs each feature map by the mean of its gradient and keeps what is positive (Selvaraju et al.,
    "Grad-CAM: Visual explanations from deep networks via gradient-based localization", ICCV 2017). Grad-CAM++ weighs
    each position on its own, which keeps several objects apart (Chattopadhay et al., "Grad-CAM++", WACV 2018).

    Args:
        model: A Keras model, or a `Recognizer` or `TrainingRun` that holds one.
        images: (n, height, width, channels) in [0, 255], or one image.
        class_index: The class to explain, one for all or one an image; None for the class with the highest score.
        layer: Name of the layer whose output is read, also one inside of a nested backbone; None for the last one that
            gives feature maps, looking into a backbone that ends in a vector.
        plus_plus: Grad-CAM++ in place of Grad-CAM.

    Returns:
        float32 (n, height, width) in [0, 1]; the highest value of each image is 1, unless nothing speaks for the class.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If images do not fit the model, or it has no such class or layer.
    """
    model = inputs.model_of(model)
    pixels = inputs.pixels_of(model, images)
    chosen = inputs.classes_of(model, pixels, class_index)
    source = _feature_layer(model, layer)
    found = []
    for start in range(0, len(pixels), inputs.BATCH):
        part = slice(start, start + inputs.BATCH)
        features, gradient = _features_and_gradient(model, source, pixels[part], chosen[part])
        weights = _plus_plus(features, gradient) if plus_plus else gradient.mean(axis=(1, 2), keepdims=True)
        maps = np.maximum((weights * features).sum(axis=-1), 0)
        found.append(tf.image.resize(maps[..., None], pixels.shape[1:3]).numpy()[..., 0])
    return _to_one(np.concatenate(found))


def saliency(
    model,
    images: np.ndarray,
    class_index: int | Sequence[int] | None = None,
    *,
    samples: int = 1,
    noise: float = 0.1,
    seed: int = 0,
) -> np.ndarray:
    """Return how much a small change of each pixel would move the score: the size of its gradient.

    The largest of the channels counts (Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2014).
    With several samples, the mean over noisy copies of the image is taken, which is calmer (Smilkov et al.,
    "SmoothGrad", 2017).

    Args:
        model: As in `grad_cam`.
        images: As in `grad_cam`.
        class_index: As in `grad_cam`.
        samples: Copies of each image; 1 takes the image itself.
        noise: Standard deviation of the noise on the copies, as a share of the image's range of values, 0 to 1.
        seed: Seed of the noise.

    Returns:
        float32 (n, height, width) in [0, 1]; the highest value of each image is 1.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If images do not fit the model, a number is out of range, or the model has a layer through which no
            gradient passes.
    """
    check_whole("samples", samples, 1, 1000)
    if not 0 <= noise <= 1:
        raise ValueError(f"noise must be a share from 0 to 1, got {noise}")
    model = inputs.model_of(model)
    pixels = inputs.pixels_of(model, images)
    chosen = inputs.classes_of(model, pixels, class_index)
    rng = np.random.default_rng(seed)
    spread = noise * np.ptp(pixels, axis=(1, 2, 3), keepdims=True)
    total = np.zeros(pixels.shape[:3], np.float32)
    for _ in range(samples):
        noisy = pixels if samples == 1 else pixels + spread * rng.standard_normal(pixels.shape, np.float32)
        noisy = np.clip(noisy, 0, 255).astype(np.float32)
        for start in range(0, len(pixels), inputs.BATCH):
            part = slice(start, start + inputs.BATCH)
            total[part] += _pixel_gradient(model, noisy[part], chosen[part])
    return _to_one(total)


def _features_and_gradient(model, source, pixels: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    heard: list[tf.Tensor] = []
    with tf.GradientTape() as tape:

        def keep(_, outputs):
            tape.watch(outputs)
            heard.append(outputs)

        with inputs.listening(source, keep):
            score = inputs.log_odds(model, tf.constant(pixels), chosen)
        score = tf.reduce_sum(score)
    gradient = tape.gradient(score, heard[-1])
    if gradient is None:
        raise ValueError(f"the scores do not depend on the layer {source.name!r}; name another one")
    return heard[-1].numpy().astype(np.float32), gradient.numpy().astype(np.float32)


def _plus_plus(features: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Weights (n, 1, 1, maps), equation 19 of the paper, for a score that enters the loss as an exponential."""
    squared, cubed = gradient**2, gradient**3
    below = 2 * squared + features.sum(axis=(1, 2), keepdims=True) * cubed
    alpha = squared / np.where(np.abs(below) > 1e-12, below, 1.0)
    return (alpha * np.maximum(gradient, 0)).sum(axis=(1, 2), keepdims=True)


def _pixel_gradient(model, pixels: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    images = tf.constant(pixels)
    with tf.GradientTape() as tape:
        tape.watch(images)
        score = tf.reduce_sum(inputs.log_odds(model, images, chosen))
    gradient = tape.gradient(score, images)
    if gradient is None:
        raise ValueError(
            "no gradient passes through this model to its pixels, because of a preprocessing layer such as Canny or "
            "Binarize; use grad_cam or occlusion"
        )
    # A power such as Gamma's has no finite slope at black: such a pixel counts as 0.
    return np.nan_to_num(np.abs(gradient.numpy()), nan=0.0, posinf=0.0).max(axis=-1)


def _to_one(maps: np.ndarray) -> np.ndarray:
    highest = maps.max(axis=(1, 2), keepdims=True)
    return (maps / np.where(highest > 0, highest, 1)).astype(np.float32)


def _feature_layer(model: keras.Model, name: str | None) -> keras.layers.Layer:
    """The layer of a name, or the last one with feature maps, however deep it stands."""
    every = list(_layers(model))
    if name is not None:
        found = [one for one in every if one.name == name]
        if not found:
            known = ", ".join(one.name for one in every if _gives_maps(one))
            raise ValueError(f"there is no layer {name!r}; layers with feature maps are {known or 'none'}")
        if not _gives_maps(found[0]):
            raise ValueError(f"the layer {name!r} gives no feature maps (n, rows, columns, channels); name another one")
        return found[0]
    for one in reversed(model.layers):
        if _gives_maps(one):
            return one
        if isinstance(one, keras.Model):
            return _feature_layer(one, None)
    raise ValueError("the model has no layer that gives feature maps (n, rows, columns, channels); use saliency")


def _layers(model: keras.Model):
    for one in model.layers:
        yield one
        if isinstance(one, keras.Model):
            yield from _layers(one)


def _gives_maps(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.InputLayer):
        return False
    try:
        shape = layer.output.shape
    except (AttributeError, ValueError):
        return False
    return len(shape) == 4 and (shape[1] is None or shape[1] * shape[2] > 1)
