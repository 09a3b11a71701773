"""A detector: which objects a picture holds, and the box around each of them, in one look.

The network gives each place of a coarse grid two answers: how much it looks like the centre of an object of each class,
and how far the edges of that object's box are. There are no boxes to choose from beforehand. Zhou, Wang and Krähenbühl,
"Objects as points", 2019 (centres as peaks of a map); Tian, Shen, Chen and He, "FCOS: fully convolutional one-stage
object detection", ICCV 2019 (distances to the four edges); Liu, Zheng, Xu, Fang, Li and Cai, "Training-time-friendly
network for real-time object detection", AAAI 2020 (every place near a centre learns the box). The way down is made of
residual blocks (He, Zhang, Ren and Sun, CVPR 2016), the way up adds finer maps (Lin, Dollár, Girshick, He, Hariharan
and Belongie, "Feature pyramid networks", CVPR 2017). Lesson 22 uses it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
from keras import layers

from imgrec_tf import environment
from imgrec_tf._checks import check_whole

STRIDES = (4, 8, 16)  # pixels from one place of the grid to the next
_RARE = 0.05  # the score of a centre before training: centres are rare, and a flood of false ones slows the beginning
_TYPICAL = 16.0  # pixels from a centre to an edge before training


def detector(
    num_classes: int,
    *,
    channels: int = 3,
    filters: Sequence[int] = (16, 32, 64, 96),
    blocks: Sequence[int] = (1, 2, 1),
    neck: int = 32,
    stride: int = 4,
    seed: int = 0,
    name: str | None = None,
) -> keras.Model:
    """Build a network that says where objects are centred and how far the edges of their boxes are.

    Args:
        num_classes: Classes of objects, 1 or more; there is no class for the background.
        channels: Channels of the pictures, from 1 to 16.
        filters: Filters at a half, a quarter, an eighth and so on of the picture's size; 3 to 6 numbers.
        blocks: Residual blocks at a quarter, an eighth and so on; one number fewer than `filters`.
        neck: Filters of the maps that the answers are read from.
        stride: Pixels from one place of the grid to the next: 4, 8 or 16, and no more than the coarsest maps have. A
            coarser grid takes less time, and loses objects that are not much larger than one of its places.
        seed: Seed of the initial weights.
        name: Name of the model.

    Returns:
        An uncompiled model, 448,215 parameters by default for three classes. Input float32 (b, height, width, channels)
        in [0, 1]; height and width must be multiples of 2 ** len(filters), 16 by default, and may differ from call to
        call. Output: a dict of "centres", float32 (b, height / stride, width / stride, num_classes) in [0, 1], and
        "boxes", float32 (b, height / stride, width / stride, 4): distances in pixels from the middle of the place to
        the left, top, right and bottom edge of the box.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    check_whole("num_classes", num_classes, 1, 1000)
    check_whole("channels", channels, 1, 16)
    if not 3 <= len(filters) <= 6 or len(blocks) != len(filters) - 1:
        raise ValueError(
            f"filters must be 3 to 6 numbers and blocks one fewer, got {tuple(filters)} and {tuple(blocks)}"
        )
    for what, values, fewest in (("filters", filters, 1), ("blocks", blocks, 0)):
        for place, count in enumerate(values):
            check_whole(f"{what}[{place}]", count, fewest, 4096)
    check_whole("neck", neck, 1, 4096)
    if stride not in STRIDES[: len(filters) - 1]:
        raise ValueError(f"stride must be one of {STRIDES[: len(filters) - 1]} with these filters, got {stride}")
    check_whole("seed", seed, 0, 2**31 - 1)
    seeds = iter(range(seed * 1000, seed * 1000 + 1000))

    def convolve(count: int, maps, *, kernel: int = 3, strides: int = 1, bend: bool = True):
        initial = keras.initializers.HeUniform(seed=next(seeds))
        maps = layers.Conv2D(
            count, kernel, strides, padding="same", use_bias=False, kernel_initializer=initial
        )(maps)  # fmt: skip
        maps = layers.BatchNormalization(momentum=0.9)(maps)
        return layers.ReLU()(maps) if bend else maps

    def answer(count: int, maps, bias: float, activation, name: str):
        initial = keras.initializers.RandomNormal(stddev=0.01, seed=next(seeds))
        maps = convolve(neck, maps)
        return layers.Conv2D(
            count, 1, kernel_initializer=initial, bias_initializer=keras.initializers.Constant(bias),
            activation=activation, dtype="float32", name=name,
        )(maps)  # fmt: skip

    environment.apply_precision()
    with environment.strategy().scope():
        pixels = keras.Input((None, None, channels), name="pixels")
        maps, kept = convolve(filters[0], pixels, strides=2), []
        for count, number in zip(filters[1:], blocks):
            maps = convolve(count, maps, strides=2)
            for _ in range(number):
                change = convolve(count, convolve(count, maps), bend=False)
                maps = layers.ReLU()(layers.Add()([maps, change]))
            kept.append(maps)
        maps = convolve(neck, kept.pop(), kernel=1)
        while len(kept) >= STRIDES.index(stride) + 1:
            maps = layers.Add()([layers.UpSampling2D(2)(maps), convolve(neck, kept.pop(), kernel=1)])
        maps = convolve(neck, maps)
        centres = answer(num_classes, maps, math.log(_RARE / (1 - _RARE)), "sigmoid", "centres")
        logarithms = answer(4, maps, math.log(_TYPICAL), None, "logarithms")
        boxes = layers.Activation("exponential", dtype="float32", name="boxes")(
            layers.ReLU(max_value=10.0, dtype="float32")(logarithms)
        )
        return keras.Model(pixels, {"centres": centres, "boxes": boxes}, name=name or "detector")
