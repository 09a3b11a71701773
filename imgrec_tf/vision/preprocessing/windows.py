"""Windows over a batch: border padding, separable filters, averages over neighbours. Shared by blur, denoising and
edges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf


def sizes(images: tf.Tensor) -> tuple:
    """Return height and width of a batch: ints where they are known when the graph is built, else scalar tensors."""
    dynamic = None if None not in images.shape[1:3] else tf.shape(images)
    return tuple(images.shape[axis] if images.shape[axis] is not None else dynamic[axis] for axis in (1, 2))


def pad_nearest(images: tf.Tensor, radius: int, axes: tuple[int, ...] = (1, 2)) -> tf.Tensor:
    """Repeat the border pixels `radius` times on both sides of the given axes (scipy's mode "nearest")."""
    for axis in axes:
        first = images[:, :1] if axis == 1 else images[:, :, :1]
        last = images[:, -1:] if axis == 1 else images[:, :, -1:]
        images = tf.concat([tf.repeat(first, radius, axis=axis), images, tf.repeat(last, radius, axis=axis)], axis=axis)
    return images


def part(images: tf.Tensor, start: int, length, axis: int) -> tf.Tensor:
    """Return `length` rows (axis 1) or columns (axis 2) from `start` on."""
    return images[:, start : start + length] if axis == 1 else images[:, :, start : start + length]


def pad_zero(images: tf.Tensor, radius: int, axes: tuple[int, ...] = (1, 2)) -> tf.Tensor:
    """Put `radius` zeros (or False) on both sides of the given axes."""
    return tf.pad(images, [[radius, radius] if axis in axes else [0, 0] for axis in range(len(images.shape))])


def filter_symmetric(images: tf.Tensor, kernel: np.ndarray, pad: Callable = pad_nearest) -> tf.Tensor:
    """Filter rows and columns with one symmetric kernel of odd length; `pad` says what lies outside the image."""
    lengths, radius = sizes(images), len(kernel) // 2
    for axis in (1, 2):
        padded, length = pad(images, radius, (axis,)), lengths[axis - 1]
        images = float(kernel[radius]) * part(padded, radius, length, axis)
        for step in range(1, radius + 1):
            pair = part(padded, radius - step, length, axis) + part(padded, radius + step, length, axis)
            images += float(kernel[radius - step]) * pair
    return images


def gaussian_kernel(sigma: float, radius: int | None = None) -> np.ndarray:
    """Return a sampled Gaussian of sum 1 and 2 · radius + 1 values; by default cut at 4 sigma, as by scipy."""
    radius = max(1, int(4 * sigma + 0.5)) if radius is None else radius
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return kernel / kernel.sum()


def half_plane(radius: int) -> Iterator[tuple[int, int]]:
    """Yield one of each two opposite shifts (rows, columns) in a square window, without (0, 0)."""
    for rows in range(radius + 1):
        for columns in range(-radius, radius + 1):
            if rows > 0 or columns > 0:
                yield rows, columns


def neighbour_average(
    padded: tf.Tensor,
    height,
    width,
    radius: int,
    margin: int,
    weigh: Callable[[tf.Tensor, tf.Tensor, float], tf.Tensor],
    inside: tf.Tensor | None = None,
) -> tf.Tensor:
    """Average each pixel with its neighbours, weighted by how alike two pixels are.

    The weight of a pair is symmetric, so it is computed once and used for both pixels of the pair.

    Args:
        padded: Batch padded by `radius + margin` on all sides.
        height: Height without padding.
        width: Width without padding.
        radius: Neighbours lie at most so many rows and columns away.
        margin: Pixels that `weigh` needs around each pixel (half a patch), and consumes.
        weigh: Called with two equally shaped parts of `padded` and their distance in pixels; returns weights, with one
            channel, smaller by `margin` on each side.
        inside: Batch of one image, padded in the same way, with 1 for pixels that may count and 0 for others;
            None: all may.

    Returns:
        Batch of shape (batch, height, width, channels).
    """
    origin = radius + margin
    centre = padded[:, origin : origin + height, origin : origin + width]
    total, norm = centre, tf.ones_like(centre[..., :1])
    for rows, columns in half_plane(radius):
        tall, wide = height + rows + 2 * margin, width + abs(columns) + 2 * margin
        top, left = radius - rows, radius - max(columns, 0)
        here = padded[:, top : top + tall, left : left + wide]
        there = padded[:, top + rows : top + rows + tall, left + columns : left + columns + wide]
        weights = weigh(here, there, math.hypot(rows, columns))
        ahead = weights[:, rows : rows + height, max(columns, 0) : max(columns, 0) + width]
        behind = weights[:, :height, max(-columns, 0) : max(-columns, 0) + width]
        for weight, sign in ((ahead, 1), (behind, -1)):
            row, column = origin + sign * rows, origin + sign * columns
            if inside is not None:
                weight *= inside[:, row : row + height, column : column + width]
            total += weight * padded[:, row : row + height, column : column + width]
            norm += weight
    return total / norm
