"""The median of a window, by comparisons between whole shifted batches instead of a sort for each pixel."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_odd
from imgrec_tf.vision.preprocessing.windows import pad_nearest, part, sizes

# Pairs to compare, in order, to sort 3, 5 or 7 values (D. E. Knuth, The Art of Computer Programming, volume 3,
# section 5.3.4).
SORTING_NETWORKS = {
    3: ((0, 2), (0, 1), (1, 2)),
    5: ((0, 3), (1, 4), (0, 2), (1, 3), (0, 1), (2, 4), (1, 2), (3, 4), (2, 3)),
    7: (
        *((0, 6), (2, 3), (4, 5), (0, 2), (1, 4), (3, 6), (0, 1), (2, 5)),
        *((3, 4), (1, 2), (4, 6), (2, 3), (4, 5), (1, 2), (3, 4), (5, 6)),
    ),
}


@keras.saving.register_keras_serializable(package="imgrec_tf")
class MedianDenoise(PreprocessingLayer):
    """Replace each pixel by the median of the window around it: removes specks and keeps edges sharp.

    Each channel by itself; pixels outside the image repeat the border pixel.

    Equal to `skimage.filters.median(channel, numpy.ones((size, size)), mode="nearest")` within 1e-6, borders included.

    Args:
        size: Side of the square window in pixels: 3, 5 or 7. The cost grows with its square.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape.

    Raises:
        TypeError: If `size` is not a whole number.
        ValueError: If `size` is out of range, or, when called, if the image is smaller than the window.
    """

    def __init__(self, size: int = 3, **kwargs):
        super().__init__(**kwargs)
        self.size = self.smallest_size = require_odd("size", size, 7)

    def transform(self, images):
        height, width = sizes(images)
        padded = pad_nearest(images, self.size // 2)
        # Sort each column of the window once for all windows that share it, then the rows of the sorted columns.
        columns = _sort([part(padded, row, height, axis=1) for row in range(self.size)])
        grid = [_sort([part(rank, column, width, axis=2) for column in range(self.size)]) for rank in columns]
        return _median(_candidates(grid))

    def get_config(self):
        return {**super().get_config(), "size": self.size}


def _compare(values: list, first: int, second: int) -> None:
    low, high = tf.minimum(values[first], values[second]), tf.maximum(values[first], values[second])
    values[first], values[second] = low, high


def _sort(values: list) -> list:
    for first, second in SORTING_NETWORKS[len(values)]:
        _compare(values, first, second)
    return values


def _candidates(grid: list[list]) -> list:
    """Keep what can be the median of a square grid whose rows and columns are sorted: not too many below, nor above."""
    size = len(grid)
    half = (size * size + 1) // 2
    cells = [(row, column) for row in range(size) for column in range(size)]
    return [grid[r][c] for r, c in cells if (r + 1) * (c + 1) <= half and (size - r) * (size - c) <= half]


def _median(values: list) -> tf.Tensor:
    """Median of an odd number of values: the extremes of more than half of them are never it, so they are dropped."""
    rest = list(values)
    working = [rest.pop() for _ in range(len(values) // 2 + 2)] if len(values) > 1 else rest
    while len(working) > 2:
        for i in range(len(working) // 2):
            _compare(working, i, -1 - i)
        for i in range(1, (len(working) + 1) // 2):
            _compare(working, 0, i)
        for i in range(len(working) // 2, len(working) - 1):
            _compare(working, i, -1)
        working = working[1:-1] + ([rest.pop()] if rest else [])
    return working[0]
