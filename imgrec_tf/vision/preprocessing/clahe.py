"""Contrast limited adaptive histogram equalisation: equalise each region by its own histogram, without blowing up
noise."""

from __future__ import annotations

import keras
import tensorflow as tf

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer, require_number, require_whole
from imgrec_tf.vision.preprocessing.histograms import batch_histogram
from imgrec_tf.vision.preprocessing.windows import sizes

# scikit-image works on 2**14 grey levels and puts (2**14 // bins + 1) of them in a bin; the same here, for equal bins.
GREY_LEVELS = 2**14


@keras.saving.register_keras_serializable(package="imgrec_tf")
class CLAHE(PreprocessingLayer):
    """Raise the contrast of each region of an image by its own histogram, with a limit on how much.

    The image is stretched to its full range and cut into tiles. The histogram of each tile is clipped at a limit and
    the clipped counts are spread evenly over the other bins; its running sum is the tile's brightness curve. A pixel
    takes the curves of the four nearest tiles, weighted by their distance. Colour images are equalised by their largest
    channel (the value of HSV), which keeps hue and saturation. A constant image stays as it is. Source: K. Zuiderveld,
    "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994.

    Equal to `skimage.exposure.equalize_adapthist(image, kernel_size=(height // tiles, width // tiles), clip_limit,
    nbins=bins)` within 1e-3, borders included.

    Args:
        tiles: Tiles along each side, from 2 to 16. Sides that do not divide evenly get more, as in scikit-image. Small
            images want few: a tile should keep a hundred pixels or more.
        clip_limit: Largest share of a tile's pixels in one bin, above 0, at most 1 (no limit). At least one pixel is
            allowed.
        bins: Bins of each histogram, from 16 to 256. Fewer are faster.
        **kwargs: As for every Keras layer.

    Input: uint8, uint16 or float in [0, 1], shape ([batch,] height, width, 1 or 3).
    Output: float32 in [0, 1], same shape. No gradient passes for grey images.

    Raises:
        TypeError: If a parameter is not a number.
        ValueError: If a parameter is out of range, or, when called, if a tile would have a side under 2 pixels.
    """

    def __init__(self, tiles: int = 4, clip_limit: float = 0.01, bins: int = 256, **kwargs):
        super().__init__(**kwargs)
        self.tiles = require_whole("tiles", tiles, 2, 16)
        self.clip_limit = require_number("clip_limit", clip_limit, 0, 1, low_included=False)
        self.bins = require_whole("bins", bins, 16, 256)
        self.smallest_size = 2 * self.tiles

    def transform(self, images):
        if images.shape[-1] == 1:
            return self._equalize(images)
        value = tf.reduce_max(images, axis=-1, keepdims=True)
        equalized = self._equalize(value)
        # Scaling all channels by one factor changes the value of HSV alone. Black has no hue, and turns grey.
        return tf.where(value > 0, tf.math.divide_no_nan(images, value) * equalized, equalized)

    def _equalize(self, value: tf.Tensor) -> tf.Tensor:
        levels, spread = _stretch(value)
        bins = tf.cast(tf.round(levels[..., 0] * (GREY_LEVELS - 1)), tf.int32) // (GREY_LEVELS // self.bins + 1)
        tile_sizes = [size // self.tiles for size in sizes(value)]
        curves, counts = self._tile_curves(bins, tile_sizes)
        result = _interpolate(curves, bins, tile_sizes, counts, self.bins)
        return tf.where(spread > 0, _stretch(result[..., None])[0], value)

    def _tile_curves(self, bins: tf.Tensor, tile_sizes: list) -> tuple[tf.Tensor, list]:
        """Return the brightness curve of each tile, flat, and the number of tiles along each side."""
        height, width = sizes(bins)
        tall, wide = tile_sizes
        rows, columns = -(-height // tall), -(-width // wide)
        # Mirror the image to whole tiles, as far as scikit-image does.
        padded = tf.pad(bins, [[0, 0], [0, rows * tall - height], [0, columns * wide - width]], mode="REFLECT")
        blocks = tf.reshape(padded, [-1, rows, tall, columns, wide])
        blocks = tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4]), [-1, tall * wide])
        histogram = self._clip(batch_histogram(blocks, self.bins), tall * wide)
        curves = tf.minimum(tf.cumsum(histogram, axis=1) / tf.cast(tall * wide, tf.float32), 1.0)
        return tf.reshape(curves, [-1]), [rows, columns]

    def _clip(self, histogram: tf.Tensor, pixels) -> tf.Tensor:
        """Cut counts at the limit and hand the excess to other bins, in the steps and the rounding of scikit-image."""
        limit = tf.maximum(tf.floor(tf.cast(pixels, tf.float32) * self.clip_limit), 1.0)
        excess = tf.reduce_sum(tf.maximum(histogram - limit, 0.0), axis=1, keepdims=True)
        histogram = tf.minimum(histogram, limit)
        share = tf.floor(excess / self.bins)
        low = tf.cast(histogram < limit - share, tf.float32)
        histogram += share * low
        excess -= share * tf.reduce_sum(low, axis=1, keepdims=True)
        middle = tf.where(histogram >= limit - share, limit - histogram, 0.0)
        histogram += middle
        excess -= tf.reduce_sum(middle, axis=1, keepdims=True)
        histogram, excess = _one_each(histogram, excess, limit, tf.constant(0))
        # Few tiles have an excess left after the first turn: the others are done, and only those go on.
        unfinished = tf.where(_unfinished(histogram, excess, limit))[:, 0]

        def turn(some, left, start):
            return *_one_each(some, left, limit, start), tf.math.floormod(start + 1, self.bins)

        state = (tf.gather(histogram, unfinished), tf.gather(excess, unfinished), tf.constant(1))
        some = tf.while_loop(lambda some, left, _: tf.reduce_any(_unfinished(some, left, limit)), turn, state)[0]
        return tf.tensor_scatter_nd_update(histogram, unfinished[:, None], some)

    def get_config(self):
        return {**super().get_config(), "tiles": self.tiles, "clip_limit": self.clip_limit, "bins": self.bins}


def _unfinished(histogram: tf.Tensor, excess: tf.Tensor, limit: tf.Tensor) -> tf.Tensor:
    """Return which rows have counts left to hand out and a bin that takes them."""
    return (excess[:, 0] > 0) & (tf.reduce_min(histogram, axis=1) < limit)


def _one_each(
    histogram: tf.Tensor, excess: tf.Tensor, limit: tf.Tensor, start: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Give one count to every step-th bin from `start` on, if it has room; the step spreads the excess evenly."""
    bins = histogram.shape[1]
    room = tf.cast(histogram < limit, tf.float32)
    free = tf.reduce_sum(room, axis=1, keepdims=True)
    step = tf.maximum(tf.floor(free / tf.maximum(excess, 1.0)), 1.0)
    # Which bins have their turn, for each possible step; the division is then done once and not for each row.
    ahead = tf.range(bins)[None, :] - start
    turns = (ahead >= 0) & (tf.math.floormod(ahead, tf.range(1, bins + 1)[:, None]) == 0)
    given = room * tf.gather(tf.cast(turns, tf.float32), tf.cast(step[:, 0], tf.int32) - 1)
    given *= tf.cast(excess > 0, tf.float32)
    return histogram + given, excess - tf.reduce_sum(given, axis=1, keepdims=True)


def _stretch(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the batch with the range of each image stretched to [0, 1], and the ranges it had."""
    low = tf.reduce_min(values, axis=(1, 2, 3), keepdims=True)
    spread = tf.reduce_max(values, axis=(1, 2, 3), keepdims=True) - low
    return tf.math.divide_no_nan(values - low, spread), spread


def _interpolate(curves: tf.Tensor, bins: tf.Tensor, tile_sizes: list, counts: list, number_of_bins: int) -> tf.Tensor:
    """Look each pixel up in the curves of the four nearest tiles and weigh the answers by distance."""
    neighbours = []
    for axis, (tile, count) in enumerate(zip(tile_sizes, counts)):
        position = tf.range(sizes(bins)[axis]) + tile // 2
        weight = tf.cast(position % tile, tf.float32) / tf.cast(tile, tf.float32)
        before = tf.clip_by_value(position // tile - 1, 0, count - 1)
        after = tf.clip_by_value(position // tile, 0, count - 1)
        neighbours.append(((before, 1 - weight), (after, weight)))
    rows, columns = counts
    first = (tf.range(tf.shape(bins)[0]) * (rows * columns * number_of_bins))[:, None, None]
    total = 0.0
    for row, row_weight in neighbours[0]:
        for column, column_weight in neighbours[1]:
            tile = (row[:, None] * columns + column[None, :]) * number_of_bins
            total += tf.gather(curves, first + tile + bins) * (row_weight[:, None] * column_weight[None, :])
    return total
