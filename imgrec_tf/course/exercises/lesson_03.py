"""Checks of lesson 03, a first CNN."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("03.1")
def convolution_parameters(candidate: Callable[[int, int, int], int]) -> Iterator[str]:
    """How many numbers a convolution learns: candidate(kernel size, channels in, filters)."""
    expect(candidate(1, 1, 1) == 2, "One filter of one pixel has one weight, and one bias: 2.")
    yield "counts the bias"
    expect(candidate(3, 1, 32) == 320, "32 filters of 3×3 on one channel: each has 9 weights and a bias.")
    yield "counts every filter"
    expect(candidate(3, 32, 64) == 18_496, "A filter looks at all channels that come in: 3×3×32 weights and a bias.")
    yield "counts every channel that comes in"


@register("03.2")
def feature_map_size(candidate: Callable[[int, int, int, str], int]) -> Iterator[str]:
    """Rows of a feature map: candidate(rows of the image, kernel size, stride, padding)."""
    expect(
        candidate(28, 3, 1, "valid") == 26,
        f"A 3×3 kernel fits at 26 places into 28 rows; yours gives {candidate(28, 3, 1, 'valid')}. Where does its "
        "first row stand at the last place?",
    )
    expect(candidate(28, 5, 1, "valid") == 24, "A 5×5 kernel loses four rows: 28 becomes 24. Use the kernel's size.")
    yield "loses the border with padding valid"
    expect(candidate(28, 5, 1, "same") == 28, "With padding same and stride 1 the map has as many rows as the image.")
    yield "keeps the size with padding same"
    expect(candidate(11, 2, 2, "valid") == 5, "Pooling 11 rows by 2 gives 5: the odd row is left out, not rounded up.")
    expect(
        candidate(13, 3, 2, "valid") == 6,
        "13 rows, kernel 3, stride 2: the kernel starts at rows 0, 2, …, 10, which are 6 places. Divide what is left "
        "after the first place, then count the first place.",
    )
    yield "moves by the stride, and leaves out what does not fit"
    expect(
        candidate(13, 3, 2, "same") == 7,
        "13 rows, stride 2, padding same: the kernel stands at rows 0, 2, …, 12, which are 7 places. Round up.",
    )
    expect(isinstance(candidate(13, 3, 2, "same"), int | np.integer), "A number of rows is whole: divide with //.")
    yield "rounds up with padding same"


@register("03.3")
def receptive_field(candidate: Callable[[list[tuple[int, int]]], int]) -> Iterator[str]:
    """Rows of the image that one number of the last map depends on: candidate([(kernel size, stride), …])."""
    expect(candidate([]) == 1, "Without a layer, a pixel sees itself: 1.")
    expect(candidate([(3, 1)]) == 3, "One 3×3 convolution sees 3 rows.")
    yield "knows one convolution"
    expect(
        candidate([(3, 1), (3, 1)]) == 5,
        f"Two 3×3 convolutions see 5 rows: three numbers of the first map, one row apart; yours gives "
        f"{candidate([(3, 1), (3, 1)])}. Each layer adds its kernel's size minus 1.",
    )
    yield "adds layer on layer"
    expect(
        candidate([(2, 2), (3, 1)]) == 6,
        "After pooling by 2, neighbours in the map are two rows apart in the image, so a 3×3 kernel adds 2 · 2 rows: "
        f"2 + 4 = 6; yours gives {candidate([(2, 2), (3, 1)])}. Keep the step, and multiply it by the stride after "
        "you have used it.",
    )
    yield "counts in steps that pooling has doubled"
    expect(candidate([(3, 1), (2, 2), (3, 1), (2, 2)]) == 10, "The printed network's last map sees 10 rows.")
    expect(candidate([(7, 2), (3, 2), (3, 1)]) == 19, "With strides 2 and 2 the third layer's steps are 4 rows.")
    yield "sees 10 of 28 rows in the printed network"
