"""Cutting, turning and colouring a picture together with its boxes: one warp of the pixels, the same for the edges."""

from __future__ import annotations

import numpy as np

from imgrec_tf.medical.detection.boxes import box_areas

_VISIBLE = 0.3  # a box of which less is left beyond the edge is no longer asked for


def augment(
    picture: np.ndarray,
    boxes: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
    *,
    size: int = 224,
    fill: tuple[int, int, int] = (128, 128, 128),
    scale: tuple[float, float] = (0.75, 1.3),
    quarter_turns: bool = True,
    mirror: bool = True,
    colour: float = 0.15,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut a random square out of a picture, enlarged or reduced, turned, mirrored and coloured, its boxes alike.

    Args:
        picture: uint8 (height, width, 3).
        boxes: float (n, 4): left, top, right, bottom in pixels.
        labels: int (n,).
        rng: Where randomness comes from.
        size: Height and width of the result in pixels.
        fill: Red, green and blue of what lies beyond the picture, in [0, 255].
        scale: Smallest and largest enlargement.
        quarter_turns: Whether to turn by a random number of quarter turns. Leave it out where up and down matter.
        mirror: Whether to mirror half of the pictures from left to right.
        colour: Largest change of brightness, contrast and of each colour, as a share; 0 leaves colours.

    Returns:
        The square, uint8 (size, size, 3), boxes cut at its edges, float32 (k, 4), and their labels, int64 (k,). A box
        of which less than 0.3 stays visible is left out.

    Raises:
        ValueError: If size or scale are not positive, or colour is not in [0, 1).
    """
    from PIL import Image

    if size < 1 or not 0 < scale[0] <= scale[1] or not 0 <= colour < 1:
        raise ValueError(f"size and scale must be positive, colour in [0, 1); got {size}, {scale}, {colour}")
    height, width = picture.shape[:2]
    turns = int(rng.integers(4)) if quarter_turns else 0
    factor = np.exp(rng.uniform(*np.log(scale)))
    turn = _TURNS[turns] @ np.diag([-1.0 if mirror and rng.random() < 0.5 else 1.0, 1.0])
    sides = factor * np.array([height, width] if turns % 2 else [width, height])
    # The middle of the picture lands so that the square lies within it, or it within the square.
    moved = sides / 2 - rng.uniform(np.minimum(sides - size, 0), np.maximum(sides - size, 0))
    forward = factor * turn  # x, y of the picture, from its middle, to x, y of the result, from `moved`
    back = np.linalg.inv(forward)
    middle = np.array([width, height]) / 2
    offset = middle - back @ moved
    made = Image.fromarray(picture).transform(
        (size, size), Image.Transform.AFFINE, [*back[0], offset[0], *back[1], offset[1]],
        Image.Resampling.BILINEAR, fillcolor=tuple(fill),
    )  # fmt: skip
    made = np.asarray(made)
    if colour:
        steps = np.arange(256)[:, None] - 128.0
        change = steps * (1 + rng.uniform(-colour, colour)) * (1 + rng.uniform(-colour, colour, 3) / 2)
        table = np.clip(change + 128 + 128 * rng.uniform(-colour, colour), 0, 255).astype(np.uint8)
        made = np.stack([table[:, channel][made[..., channel]] for channel in range(3)], axis=-1)
    if not len(boxes):
        return made, np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
    corners = (np.asarray(boxes, np.float64).reshape(-1, 2, 2) - middle) @ forward.T + moved
    edges = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    cut = np.clip(edges, 0, size)
    kept = box_areas(cut) > _VISIBLE * box_areas(edges)
    return made, cut[kept].astype(np.float32), np.asarray(labels, np.int64)[kept]


_TURNS = [
    np.array(rows, float) for rows in ([[1, 0], [0, 1]], [[0, -1], [1, 0]], [[-1, 0], [0, -1]], [[0, 1], [-1, 0]])
]


def fitted(picture: np.ndarray, size: tuple[int, int], fill: tuple[int, int, int]) -> tuple[np.ndarray, float]:
    """Make a picture as large as it fits into a size, in the top left corner, and fill the rest with one colour.

    Args:
        picture: uint8 (height, width, 3).
        size: Height and width to fit into, in pixels.
        fill: Red, green and blue of the rest, in [0, 255].

    Returns:
        The picture, uint8 (height, width, 3), and the factor that pixels of the first became pixels of the second by.
    """
    from PIL import Image

    height, width = picture.shape[:2]
    factor = min(size[0] / height, size[1] / width)
    rows, columns = max(1, min(size[0], round(height * factor))), max(1, min(size[1], round(width * factor)))
    made = np.empty((*size, 3), np.uint8)
    made[:] = np.array(fill, np.uint8)
    if (rows, columns) != (height, width):
        kind = Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR
        picture = np.asarray(Image.fromarray(picture).resize((columns, rows), kind))
    made[:rows, :columns] = picture
    return made, factor
