"""What the network is to answer for a picture with boxes: a hill around each centre, and distances to the edges."""

from __future__ import annotations

import numpy as np

from imgrec_tf.medical.detection.boxes import box_areas

# Liu et al. (2020): a hill reaches over this share of a box, and its standard deviation is a sixth of that.
_REACH = 0.54
_LEAST = 0.6  # a hill is no narrower than this many places, so that the neighbours of a centre learn its box too


def centre_targets(
    boxes: np.ndarray, labels: np.ndarray, num_classes: int, rows: int, columns: int, stride: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the targets of one picture.

    Args:
        boxes: float (n, 4) in pixels of the picture that the network gets: left, top, right, bottom.
        labels: int (n,).
        num_classes: Number of classes.
        rows: Rows of the network's grid.
        columns: Columns of the grid.
        stride: Pixels from one place of the grid to the next.

    Returns:
        "centres", float32 (rows, columns, num_classes): 1 at the place that holds a centre, falling around it as a
        bell whose width follows the box; where two meet, the higher one. "boxes", float32 (rows, columns, 5): the
        distances in pixels from the middle of the place to left, top, right and bottom of its object, and its weight, 0
        where there is no object. Where two objects want a place, the smaller one gets it. The weights of an
        object add up to the logarithm of its area, so that large objects count more, but not by their area.
    """
    centres = np.zeros((rows, columns, num_classes), np.float32)
    answers = np.zeros((rows, columns, 5), np.float32)
    middle_x, middle_y = ((np.arange(count) + 0.5) * stride for count in (columns, rows))
    areas = box_areas(boxes)
    for place in np.argsort(-areas, kind="stable"):  # the smallest last, so that it keeps its places
        left, top, right, bottom = (float(value) for value in boxes[place])
        column = min(max(int((left + right) / 2 / stride), 0), columns - 1)
        row = min(max(int((top + bottom) / 2 / stride), 0), rows - 1)
        across = max(_REACH * (right - left) / 6, _LEAST * stride)
        down = max(_REACH * (bottom - top) / 6, _LEAST * stride)
        reach_x, reach_y = int(3 * across / stride) + 1, int(3 * down / stride) + 1
        xs = np.arange(max(column - reach_x, 0), min(column + reach_x + 1, columns))
        ys = np.arange(max(row - reach_y, 0), min(row + reach_y + 1, rows))
        hill = np.outer(
            np.exp(-0.5 * ((ys - row) * stride / down) ** 2), np.exp(-0.5 * ((xs - column) * stride / across) ** 2)
        ).astype(np.float32)
        window = np.s_[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
        layer = centres[window][..., labels[place]]
        np.maximum(layer, hill, out=layer)
        held = (
            ((middle_x[xs] > left) & (middle_x[xs] < right))[None]
            & ((middle_y[ys] > top) & (middle_y[ys] < bottom))[:, None]
            & (hill > 0.1)
        )
        if not held.any():  # an object smaller than a place of the grid
            continue
        down_of, right_of = np.meshgrid(middle_y[ys], middle_x[xs], indexing="ij")
        distances = np.stack([right_of - left, down_of - top, right - right_of, bottom - down_of], axis=-1)
        weight = hill * held
        weight *= np.log(max(areas[place], 2.0)) / weight.sum()
        answers[window][held] = np.concatenate([distances, weight[..., None]], axis=-1)[held]
    return centres, answers
