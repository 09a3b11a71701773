"""Convolutional networks that you can read from top to bottom.

`sequential_cnn` returns a plain `keras.Sequential`. Without a preset it is a small modern network for real work; a
preset rebuilds, layer by layer, a network that beginners meet in print. Lessons 03, 04 and 06 use it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
from keras import layers

from imgrec_tf import environment

# Each preset: the image shape it was printed for, and what differs from the others. Parameter counts are tested.
PRESETS = {
    # Conv 32 – pool – Conv 64 – pool – Flatten – Dense 64 – Dense 10: 121,930 parameters at 28×28×1.
    "digits": {"image_shape": (28, 28, 1), "filters": (32, 64), "dense_units": (64,), "padding": "valid"},
    # The same with Dense 128, for photographs: 23,908,682 parameters at 224×224×3.
    "photographs": {"image_shape": (224, 224, 3), "filters": (32, 64), "dense_units": (128,), "padding": "valid"},
    # Four convolutions that keep the size, each with a pool, and Dense 512: 8,782,666 parameters at 128×128×3.
    "documents": {
        "image_shape": (128, 128, 3),
        "filters": (32, 64, 128, 256),
        "dense_units": (512,),
        "padding": "same",
    },
}

_POOLINGS = {"flatten": layers.Flatten, "average": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}


def sequential_cnn(
    image_shape: tuple[int, int, int] | None = None,
    num_classes: int | None = None,
    *,
    preset: str | None = None,
    preprocessing: Sequence[layers.Layer] = (),
    filters: Sequence[int] | None = None,
    convolutions: int | Sequence[int] | None = None,
    dense_units: Sequence[int] | None = None,
    batch_norm: bool | None = None,
    dropout: float | None = None,
    l2: float = 0.0,
    pooling: str | None = None,
    padding: str | None = None,
    multi_label: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> keras.Sequential:
    """Build a convolutional network that takes pixels in [0, 255] and gives one probability a class.

    Args:
        image_shape: Height, width and channels (1 or 3) of the images. With a preset: the shape it was printed for.
        num_classes: How many classes to tell apart, at least 2 (at least 1 when `multi_label`). With a preset: 10.
        preset: "digits", "photographs" or "documents"; rebuilds a printed network. Other arguments change it.
        preprocessing: Layers from `vision.preprocessing`, put inside the model right after the scaling to [0, 1].
        filters: Filters of each block; a block ends by halving height and width.
        convolutions: 3×3 convolutions in each block: one number for all, or one a block; 1 when you give `filters`.
        dense_units: Units of each dense layer between the convolutions and the answer.
        batch_norm: Normalise after every convolution (Ioffe and Szegedy, 2015).
        dropout: Share of values set to zero before the answer while training, in [0, 1) (Srivastava et al., 2014).
        l2: Strength of weight decay added to the loss for every convolution and dense kernel.
        pooling: "flatten", "average" or "max"; how the last feature maps become one vector. The latter two are global.
        padding: "same" keeps height and width in a convolution, "valid" loses a border of one pixel.
        multi_label: Give every class its own probability (sigmoid), for images that show several classes.
        seed: Seed of the initial weights and of dropout.
        name: Name of the model.

    Returns:
        An uncompiled `keras.Sequential`; input float32 (b, height, width, channels) in [0, 255], output float32
        (b, num_classes), rows that sum to 1 unless `multi_label`.

    Raises:
        ValueError: If an argument is out of range, or the images are too small for the number of blocks.
    """
    given = {
        "filters": filters,
        "convolutions": convolutions,
        "dense_units": dense_units,
        "batch_norm": batch_norm,
        "dropout": dropout,
        "pooling": pooling,
        "padding": padding,
    }
    settings = _settings(preset, image_shape, num_classes)
    settings |= {key: value for key, value in given.items() if value is not None}
    if filters is not None and convolutions is None:
        settings["convolutions"] = 1
    if filters is not None or convolutions is not None:
        settings["strided_blocks"] = 0
    if isinstance(settings["convolutions"], int):
        settings["convolutions"] = (settings["convolutions"],) * len(settings["filters"])
    _check(settings, l2, multi_label)

    environment.apply_precision()
    with environment.strategy().scope():
        return keras.Sequential(_stack(settings, preprocessing, l2, multi_label, seed), name=name)


def _stack(settings: dict, preprocessing: Sequence[layers.Layer], l2: float, multi_label: bool, seed: int) -> list:
    seeds = iter(range(seed * 1000, seed * 1000 + 1000))
    regularizer = keras.regularizers.L2(l2) if l2 else None

    # Pixels and probabilities stay float32 under mixed precision: 8 bits of mantissa are too few for them.
    to_unit_range = layers.Rescaling(1 / 255, dtype="float32", name="to_unit_range")
    stack = [keras.Input(settings["image_shape"], name="pixels"), to_unit_range, *preprocessing]
    for block, (filters, repeats) in enumerate(zip(settings["filters"], settings["convolutions"])):
        strided = block < settings["strided_blocks"]
        for _ in range(repeats):
            convolution = layers.Conv2D(
                filters,
                3,
                strides=2 if strided else 1,
                padding=settings["padding"],
                activation=None if settings["batch_norm"] else "relu",
                use_bias=not settings["batch_norm"],
                kernel_initializer=keras.initializers.HeUniform(seed=next(seeds)),
                kernel_regularizer=regularizer,
            )
            stack.append(convolution)
            if settings["batch_norm"]:
                stack.extend([layers.BatchNormalization(momentum=0.9), layers.ReLU()])
        if not strided:
            stack.append(layers.MaxPooling2D(2))
    stack.append(_POOLINGS[settings["pooling"]]())
    for units in settings["dense_units"]:
        initializer = keras.initializers.HeUniform(seed=next(seeds))
        stack.append(layers.Dense(units, "relu", kernel_initializer=initializer, kernel_regularizer=regularizer))
    if settings["dropout"]:
        stack.append(layers.Dropout(settings["dropout"], seed=next(seeds)))
    answer = layers.Dense(
        settings["num_classes"],
        "sigmoid" if multi_label else "softmax",
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        kernel_regularizer=regularizer,
        dtype="float32",
        name="scores",
    )
    return [*stack, answer]


def count_blocks(image_shape: tuple[int, int, int]) -> int:
    """Return how many halvings leave a map of about 4×4: 3 at 28 pixels, 4 at 64, 6 at 224."""
    return max(1, round(math.log2(min(image_shape[:2]) / 4)))


def _settings(preset: str | None, image_shape, num_classes: int | None) -> dict:
    if preset is not None:
        if preset not in PRESETS:
            raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}")
        printed = {"convolutions": 1, "strided_blocks": 0, "batch_norm": False, "dropout": 0.0, "pooling": "flatten"}
        printed["num_classes"] = 10
        given = {"image_shape": image_shape, "num_classes": num_classes}
        return printed | PRESETS[preset] | {key: value for key, value in given.items() if value is not None}
    if image_shape is None or num_classes is None:
        raise ValueError("give image_shape and num_classes, for example dataset.image_shape and dataset.num_classes")
    if len(image_shape) != 3 or min(image_shape[:2]) < 8:
        raise ValueError(f"image_shape must be (height, width, channels) of at least 8×8 pixels, got {image_shape}")
    blocks = count_blocks(image_shape)
    # Wide where the maps are small and cheap, narrow where they are large; under 100,000 parameters in all.
    filters = [8] * (blocks - 6) + [8, 16, 16, 24, 40, 64][-blocks:]
    return {
        "image_shape": image_shape,
        "num_classes": num_classes,
        "filters": filters,
        "convolutions": [2 if count >= 40 else 1 for count in filters],
        # On large maps a stride halves at a third of the cost of a convolution with a pool; the last three blocks pool.
        "strided_blocks": max(0, blocks - 3),
        "dense_units": (),
        "batch_norm": True,
        "dropout": 0.2,
        "pooling": "average",
        "padding": "same",
    }


def _check(settings: dict, l2: float, multi_label: bool) -> None:
    image_shape, num_classes = settings["image_shape"], settings["num_classes"]
    if len(image_shape) != 3 or image_shape[2] not in (1, 3):
        raise ValueError(f"image_shape must be (height, width, 1 or 3), got {tuple(image_shape)}")
    if num_classes < (1 if multi_label else 2):
        raise ValueError(f"num_classes must be at least {1 if multi_label else 2}, got {num_classes}")
    if settings["pooling"] not in _POOLINGS:
        raise ValueError(f"pooling must be one of {', '.join(_POOLINGS)}, got {settings['pooling']!r}")
    if settings["padding"] not in ("same", "valid"):
        raise ValueError(f"padding must be 'same' or 'valid', got {settings['padding']!r}")
    if not 0 <= settings["dropout"] < 1:
        raise ValueError(f"dropout must be in [0, 1), got {settings['dropout']}")
    if l2 < 0:
        raise ValueError(f"l2 must not be negative, got {l2}")
    if len(settings["convolutions"]) != len(settings["filters"]) or min(settings["convolutions"], default=1) < 1:
        raise ValueError(
            f"convolutions must be one number, or one for each of the {len(settings['filters'])} blocks, "
            f"got {settings['convolutions']}"
        )
    size = min(image_shape[:2])
    for repeats in settings["convolutions"]:
        size = (size - 2 * repeats * (settings["padding"] == "valid")) // 2
        if size < 1:
            raise ValueError(
                f"images of {image_shape[0]}×{image_shape[1]} pixels are too small for {len(settings['filters'])} "
                "blocks that halve them; give fewer filters, or larger images"
            )
