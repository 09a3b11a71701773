"""Recipes: which random changes a kind of image bears without changing its label.

A digit, a document and a chest have a left and a right side: none of their recipes flips. A cell under the microscope
has no up and no down: all eight symmetries of the square are used. Ranges are small, because a change that turns one
class into another teaches the wrong thing, and a larger `strength` is one word away.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import tensorflow as tf

from imgrec_tf.vision.augmentation.base import RandomImageLayer, checked_images, checked_seed
from imgrec_tf.vision.augmentation.damage import RandomBlur, RandomErasing, RandomNoise
from imgrec_tf.vision.augmentation.geometry import RandomAffine
from imgrec_tf.vision.augmentation.mixing import MIXING, CutMix, MixUp
from imgrec_tf.vision.augmentation.tone import RandomColor, RandomTone

NAMES = ("none", "document", "radiograph", "microscopy", "natural", "light")


@dataclass(frozen=True, repr=False, eq=False)
class Augmentation:
    """Random changes for batches of training images, in the input pipeline and never in the model.

    Call it with images, labels and a seed. It keeps no state: an equal seed gives equal images, on any thread, so a
    training that goes on after a crash sees the batches it would have seen. Rows of one batch are changed differently.
    The changes of all layers are compiled into one pass (XLA) where this TensorFlow can; the first batch of each shape
    waits for that.

        augmentation = recipe("light")
        data.map(lambda images, labels: augmentation(images, labels, (seed, step)))

    Attributes:
        name: Name of the recipe, or a name of your own.
        layers: Random layers, applied from first to last.
        mixing: MixUp or CutMix, applied after the layers, or None. Only mixing changes labels.
        strength: Factor that the recipe's ranges were multiplied with.
    """

    name: str
    layers: tuple[RandomImageLayer, ...]
    mixing: MixUp | CutMix | None = None
    strength: float = 1.0

    def __call__(self, images: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Change a batch.

        Args:
            images: float32 (batch, height, width, channels) in [0, 255], 1 or 3 channels.
            labels: float32 (batch, classes), one-hot or 0/1 for each class. Without mixing any labels pass unchanged.
            seed: int32 (2,), for example (seed of the run, number of the step).

        Returns:
            Images float32 of the same shape in [0, 255], and labels.

        Raises:
            TypeError: If images are not floats, or labels are to be mixed and are not floats.
            ValueError: If a shape is wrong.
        """
        images, seed = checked_images(images), checked_seed(seed)
        labels = tf.convert_to_tensor(labels)
        if self.mixing is not None:
            _check_labels_can_mix(labels, self.mixing)
        if not self.layers and self.mixing is None:
            return images, labels

        shape, steps = tf.shape(images), len(self.layers) + 1
        seeds = tf.random.stateless_uniform((steps, 2), seed, minval=None, maxval=None, dtype=tf.int32, alg="philox")
        drawn = [layer.sample(seeds[step], shape) for step, layer in enumerate(self.layers)]
        if self.mixing is None:
            return tf.ensure_shape(self._compiled(images, drawn), images.shape), labels
        changed, mixed = self._compiled(images, drawn, labels, self.mixing.sample(seeds[-1], shape))
        return tf.ensure_shape(changed, images.shape), tf.ensure_shape(mixed, labels.shape)

    @functools.cached_property
    def _compiled(self):
        return tf.function(self._transform, jit_compile=_can_compile(), reduce_retracing=True, autograph=False)

    def _transform(self, images, drawn, labels=None, drawn_for_mixing=None):
        for layer, numbers in zip(self.layers, drawn, strict=True):
            images = layer.transform(images, numbers)
        if labels is not None:
            images, labels = self.mixing.transform(images, labels, drawn_for_mixing)
        images = tf.clip_by_value(images, 0.0, 255.0)
        return images if labels is None else (images, labels)

    @property
    def changes_labels(self) -> bool:
        """Whether labels are mixed, so that the loss has to take shares of classes."""
        return self.mixing is not None

    def describe(self) -> pd.DataFrame:
        """Say in words what happens to an image.

        Returns:
            A DataFrame with the columns "change" and "range", in the order of application; empty for "none".
        """
        parts = [*self.layers, *([self.mixing] if self.mixing else [])]
        return pd.DataFrame([line for part in parts for line in part.describe()], columns=["change", "range"])

    def __repr__(self) -> str:
        lines = [f"  {change}: {limits}" for change, limits in self.describe().itertuples(index=False)]
        return "\n".join([f"Augmentation {self.name!r}, strength {self.strength:g}", *(lines or ["  no change"])])


def recipe(name: str, *, strength: float = 1.0, mixing: str | None = None) -> Augmentation:
    """Make an augmentation by the kind of image it is for.

    | name | for | what it does | outside of the image |
    |---|---|---|---|
    | "none" | a comparison | nothing | |
    | "light" | anything; the default of `train` | small shift, rotation, zoom, brightness, contrast | edge pixel |
    | "document" | scans and photos of documents | small rotation, shear, exposure, blur, noise | edge pixel |
    | "radiograph" | X-rays | shift, rotation, zoom, exposure (gamma, contrast), noise; sides are kept | edge pixel |
    | "microscopy" | cells and tissue | all eight symmetries, rotation, zoom, stain (saturation, hue) | mirrored |
    | "natural" | photographs | flip left-right, larger shifts, colour, erased rectangle | mirrored |

    Args:
        name: One of `NAMES`.
        strength: Factor on all ranges and probabilities, 0 or more; 0 changes nothing, 1 is the recipe as it stands.
            Factors such as zoom 1 + z become 1 + strength · z. Flips and quarter turns are on or off.
        mixing: None, or "mixup" (alpha 0.2) or "cutmix" (alpha 1, half of the images): changes labels too, on your
            word only.

    Returns:
        The augmentation.

    Raises:
        TypeError: If `name` is not text or `strength` is not a number.
        ValueError: If the name is unknown, the strength is negative or not finite, or `mixing` is unknown.
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be one of {', '.join(NAMES)}, got {name!r}")
    if name not in NAMES:
        raise ValueError(f"there is no recipe {name!r}; choose one of {', '.join(NAMES)}")
    if isinstance(strength, bool) or not isinstance(strength, (int, float, np.integer, np.floating)):
        raise TypeError(f"strength must be a number, 0 or more, got {strength!r}")
    strength = float(strength)
    if not (math.isfinite(strength) and strength >= 0):
        raise ValueError(
            f"strength must be 0 or more, got {strength:g}; 0 changes nothing, 1 is the recipe as it stands"
        )
    if mixing is not None and mixing not in MIXING:
        raise ValueError(f"mixing must be None, {', '.join(map(repr, MIXING))}, got {mixing!r}")
    layers = _RECIPES[name](strength) if strength else ()
    return Augmentation(name, layers, mixing=MIXING[mixing]() if mixing and strength else None, strength=strength)


def _light(s: float) -> tuple[RandomImageLayer, ...]:
    return (
        RandomAffine(rotation=8 * s, shift_x=0.07 * s, shift_y=0.07 * s, zoom=0.08 * s),
        RandomTone(brightness=min(0.08 * s, 1), contrast=0.12 * s),
    )


def _document(s: float) -> tuple[RandomImageLayer, ...]:
    return (
        RandomAffine(rotation=3 * s, shift_x=0.04 * s, shift_y=0.04 * s, zoom=0.06 * s, shear=min(4 * s, 45)),
        RandomTone(brightness=min(0.1 * s, 1), contrast=0.2 * s, gamma=0.2 * s),
        RandomBlur(sigma=min(0.7 * s, 5), chance=min(0.5 * s, 1)),
        RandomNoise(deviation=min(0.03 * s, 1)),
    )


def _radiograph(s: float) -> tuple[RandomImageLayer, ...]:
    return (
        RandomAffine(rotation=7 * s, shift_x=0.06 * s, shift_y=0.06 * s, zoom=0.1 * s),
        RandomTone(brightness=min(0.06 * s, 1), contrast=0.2 * s, gamma=0.25 * s),
        RandomNoise(deviation=min(0.015 * s, 1)),
    )


def _microscopy(s: float) -> tuple[RandomImageLayer, ...]:
    moves = {"rotation": 15 * s, "shift_x": 0.06 * s, "shift_y": 0.06 * s, "zoom": 0.1 * s}
    return (
        RandomAffine(**moves, flip_x=True, quarter_turns=True, fill_mode="reflect"),
        RandomTone(brightness=min(0.06 * s, 1), contrast=0.15 * s),
        RandomColor(saturation=0.2 * s, hue=min(8 * s, 180)),
    )


def _natural(s: float) -> tuple[RandomImageLayer, ...]:
    moves = {"rotation": 10 * s, "shift_x": 0.12 * s, "shift_y": 0.12 * s, "zoom": 0.15 * s, "shear": min(5 * s, 45)}
    return (
        RandomAffine(**moves, flip_x=True, fill_mode="reflect"),
        RandomTone(brightness=min(0.12 * s, 1), contrast=0.25 * s),
        RandomColor(saturation=0.3 * s, hue=min(12 * s, 180)),
        RandomErasing(chance=min(0.25 * s, 1), area=(0.02, min(0.15 * max(s, 0.2), 0.5))),
    )


_RECIPES = {
    "none": lambda s: (),
    "light": _light,
    "document": _document,
    "radiograph": _radiograph,
    "microscopy": _microscopy,
    "natural": _natural,
}


@functools.cache
def _can_compile() -> bool:
    """Try the compiler once: some builds of TensorFlow, such as the one for Windows, come without it."""
    try:
        tf.function(lambda number: number + 1, jit_compile=True)(tf.zeros(()))
    except (tf.errors.OpError, ValueError, RuntimeError):
        return False
    return True


def _check_labels_can_mix(labels: tf.Tensor, mixing: MixUp | CutMix) -> None:
    if not labels.dtype.is_floating:
        raise TypeError(
            f"{type(mixing).__name__} needs labels as float32 shares (batch, classes), got {labels.dtype.name}; "
            "encode them with keras.ops.one_hot, or use a recipe without mixing"
        )
    if labels.shape.rank != 2:
        raise ValueError(
            f"{type(mixing).__name__} needs labels of the shape (batch, classes), got {labels.shape}; "
            "encode them with keras.ops.one_hot, or use a recipe without mixing"
        )
