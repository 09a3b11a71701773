"""Pictures of any size: cut into tiles that overlap, each pixel answered by the tiles that see most around it."""

from __future__ import annotations

import keras
import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.medical.segmentation.pictures import network_input

_AT_A_TIME = 4


def pixel_scores(
    model: keras.Model, picture: np.ndarray, *, tile: int = 256, overlap: int = 32, flips: bool = False
) -> np.ndarray:
    """Return the probabilities of the classes for each pixel of a picture of any size.

    Where tiles overlap, their answers are averaged with weights that fall to the edge of a tile, since a pixel at an
    edge is judged with half of its surroundings missing. Beyond the picture's edges stands its mirror image.

    Args:
        model: As `models.unet` builds it, with one channel.
        picture: As `grey` takes it; `network_input` stretches it as a whole, before it is cut.
        tile: Height and width of a tile in pixels, 16 or more; rounded up to a multiple of what the model halves by.
        overlap: Rows and columns that neighbours share, from 0 to half a tile.
        flips: Ask four times, with the tile as it is and mirrored each way, and take the mean.

    Returns:
        float32 (height, width, classes), sums of 1 over the last axis.

    Raises:
        TypeError: If a number is not whole, the model is none, or the picture's values are of another type.
        ValueError: If an argument is out of its range, or the model takes other pictures.
    """
    check_whole("tile", tile, 16, 8192)
    check_whole("overlap", overlap, 0, tile // 2)
    values = network_input(picture)
    step = side_step(model)
    sides = [min(_up(tile, step), _up(length, step)) for length in values.shape]
    padded = np.pad(values, [(0, max(side - length, 0)) for side, length in zip(sides, values.shape)], "symmetric")
    corners = [
        (top, left)
        for top in _starts(padded.shape[0], sides[0], overlap)
        for left in _starts(padded.shape[1], sides[1], overlap)
    ]
    weights = (_ramp(sides[0], overlap)[:, None] * _ramp(sides[1], overlap))[..., None]
    total, weight = 0.0, np.zeros((*padded.shape, 1), np.float32)
    for first in range(0, len(corners), _AT_A_TIME):
        chosen = corners[first : first + _AT_A_TIME]
        batch = np.stack([padded[top : top + sides[0], left : left + sides[1]] for top, left in chosen])[..., None]
        answers = _answers(model, batch, flips)
        if np.isscalar(total):
            total = np.zeros((*padded.shape, answers.shape[-1]), np.float32)
        for (top, left), answer in zip(chosen, answers):
            place = np.s_[top : top + sides[0], left : left + sides[1]]
            total[place] += answer * weights
            weight[place] += weights
    return (total / weight)[: values.shape[0], : values.shape[1]]


def _answers(model: keras.Model, batch: np.ndarray, flips: bool) -> np.ndarray:
    axes = [(), (1,), (2,), (1, 2)] if flips else [()]
    made = [np.flip(model.predict_on_batch(np.flip(batch, axis)), axis) for axis in axes]
    return np.mean(made, axis=0, dtype=np.float32)


def side_step(model: keras.Model) -> int:
    """Return what height and width must be multiples of: the model halves them so often.

    Raises:
        TypeError: If it is no Keras model.
        ValueError: If it does not take pictures of one channel.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a Keras model, got {type(model).__name__}; build one with models.unet")
    if not isinstance(model.input_shape, tuple) or len(model.input_shape) != 4 or model.input_shape[-1] != 1:
        raise ValueError(
            f"the model must take pictures (n, height, width, 1), it takes {model.input_shape}; build it with "
            "models.unet(channels=1)"
        )
    halving = [
        isinstance(layer, keras.layers.MaxPooling2D)
        or (isinstance(layer, keras.layers.Conv2D) and tuple(layer.strides) == (2, 2))
        for layer in model.layers
    ]
    return 2 ** sum(halving)


def _up(length: int, step: int) -> int:
    return -(-length // step) * step


def _starts(length: int, side: int, overlap: int) -> list[int]:
    """Return where tiles begin, spread evenly so that the last one ends where the picture ends."""
    if length <= side:
        return [0]
    count = -(-(length - overlap) // (side - overlap))
    return [round(place * (length - side) / (count - 1)) for place in range(count)]


def _ramp(side: int, overlap: int) -> np.ndarray:
    """Return weights that rise from the edge of a tile over the overlap; positive everywhere."""
    from_edge = np.minimum(np.arange(side), np.arange(side)[::-1]) + 1
    return np.minimum(1.0, from_edge / (overlap + 1)).astype(np.float32)
