"""The short way, for learning: one small network that answers four corners, and the photos to train it with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf._parallel import in_processes
from imgrec_tf.finance.locating import geometry

if TYPE_CHECKING:
    import keras

    from imgrec_tf.finance.photo_plans import Plan

_CELLS = 16  # places a side at which each corner may be


def corner_network(size: int = 64, *, seed: int = 0) -> keras.Model:
    """Build a network that answers where the four corners of the one page in a photo are.

    Convolutions give each corner a map of 16 × 16 places; its softmax says how likely the corner is at each. The answer
    is the mean of the places, weighted with these chances (the integral regression of Sun, Xiao, Wei, Liang and Wei,
    ECCV 2018), computed by a dense layer that is not trained: its weights are the places.

    Args:
        size: Height and width of the photos in pixels: 32, 64, 128 or 256.
        seed: Of the first weights.

    Returns:
        A network for float32 (batch, size, size, 3) in [0, 255]; its output (batch, 4, 2) holds x and y of each corner
        as shares of the photo's width and height, clockwise from the one nearest to the upper left.

    Raises:
        ValueError: If the size is out of its range.
    """
    if size not in (32, 64, 128, 256):
        raise ValueError(f"size must be 32, 64, 128 or 256 pixels, got {size!r}")
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    inputs = keras.Input((size, size, 3))
    features = layers.Rescaling(1 / 64, offset=-2)(inputs)
    while features.shape[1] > _CELLS:
        features = _convolution(features, 16 if features.shape[1] == size else 32, strides=2)
    for dilation in (1, 2, 4, 1):
        features = layers.Add()([features, _convolution(features, features.shape[-1], dilation_rate=dilation)])
    maps = layers.Conv2D(4, 3, padding="same")(features)
    chances = layers.Softmax(axis=1, name="chances")(layers.Reshape((_CELLS * _CELLS, 4))(maps))
    places = layers.Dense(2, use_bias=False, trainable=False, name="corners")
    outputs = places(layers.Permute((2, 1))(chances))
    middles = (np.arange(_CELLS) + 0.5) / _CELLS
    y, x = np.meshgrid(middles, middles, indexing="ij")
    places.set_weights([np.stack([x.ravel(), y.ravel()], axis=1)])
    return keras.Model(inputs, outputs, name="corner_network")


def corner_photos(plans: Sequence[Plan], *, size: int = 64, severity: str = "phone") -> tuple[np.ndarray, np.ndarray]:
    """Take the photos of some plans, with the corners of the page in each.

    Args:
        plans: From `id_documents.plan_photos`.
        size: Height and width in pixels.
        severity: As in `capture.capture`.

    Returns:
        Photos uint8 (plans, size, size, 3); and corners float64 (plans, 4, 2), x and y as shares of width and height,
        clockwise from the one nearest to the upper left of the photo.

    Raises:
        ValueError: If there are no plans, or an argument is out of its range.
    """
    from imgrec_tf.finance.id_documents import id_documents_photo

    if not plans:
        raise ValueError("plans is empty; make some with id_documents.plan_photos")

    def take(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
        photo = id_documents_photo(plan, size=size, severity=severity)
        return photo.image, geometry.order_corners(photo.corners)

    images, corners = zip(*in_processes(take, plans))
    return np.stack(images), np.stack(corners) / size


def corner_batches(
    images: np.ndarray, corners: np.ndarray, *, batch: int = 32, seed: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw batches without end; each photo turned by a quarter or not, mirrored or not, and lit anew.

    Where a photo is turned or mirrored, its corners move along, and begin again with the one at the upper left.

    Args:
        images: uint8 (n, size, size, 3).
        corners: As `corner_photos` gives them, (n, 4, 2).
        batch: Photos in a batch.
        seed: 0 or more.

    Yields:
        Photos float32 (batch, size, size, 3) in [0, 255], and corners float32 (batch, 4, 2).
    """
    rng = np.random.default_rng([seed, 31])
    while True:
        chosen = rng.integers(len(images), size=batch)
        turns, mirrored = int(rng.integers(4)), rng.random() < 0.5
        pixels, points = images[chosen], corners[chosen]
        if mirrored:
            pixels, points = pixels[:, :, ::-1], (points * (-1, 1) + (1, 0))[:, [1, 0, 3, 2]]
        for _ in range(turns):  # clockwise: what was at the left is at the top
            pixels = np.rot90(pixels, -1, axes=(1, 2))
            points = np.roll(np.stack([1 - points[..., 1], points[..., 0]], axis=-1), 1, axis=1)
        light = np.exp(rng.uniform(-0.35, 0.35, (batch, 1, 1, 1)) + rng.normal(0, 0.06, (batch, 1, 1, 3)))
        lit = 255 * (pixels / np.float32(255)) ** np.exp(rng.uniform(-0.3, 0.3, (batch, 1, 1, 1))) * light
        noisy = lit + rng.normal(0, 4, lit.shape)
        yield np.clip(noisy, 0, 255).astype(np.float32), points.astype(np.float32)


def _convolution(features, filters: int, *, strides: int = 1, dilation_rate: int = 1):
    from keras import layers

    convolved = layers.Conv2D(filters, 3, strides=strides, dilation_rate=dilation_rate, padding="same", use_bias=False)(
        features
    )
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(convolved))
