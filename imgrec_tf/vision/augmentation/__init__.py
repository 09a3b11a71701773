"""Augmentation: random changes of training images that leave the label true.

`recipe("light")` makes an `Augmentation`, a function of (images, labels, seed) for the input pipeline. `preview` shows
what it does. The layers it is made of can be used alone. None of them belongs in a saved model: what is served must
not be random.
"""

from __future__ import annotations

from imgrec_tf.vision.augmentation.damage import RandomBlur, RandomErasing, RandomNoise
from imgrec_tf.vision.augmentation.figures import preview
from imgrec_tf.vision.augmentation.geometry import RandomAffine
from imgrec_tf.vision.augmentation.mixing import CutMix, MixUp
from imgrec_tf.vision.augmentation.recipes import NAMES, Augmentation, recipe
from imgrec_tf.vision.augmentation.tone import RandomColor, RandomTone

__all__ = [
    "NAMES",
    "Augmentation",
    "CutMix",
    "MixUp",
    "RandomAffine",
    "RandomBlur",
    "RandomColor",
    "RandomErasing",
    "RandomNoise",
    "RandomTone",
    "preview",
    "recipe",
]
