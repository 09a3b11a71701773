"""Look at what a recipe does before you train with it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from imgrec_tf import plots
from imgrec_tf.vision.augmentation.recipes import Augmentation, recipe
from imgrec_tf.vision.pixels import to_pixels


def preview(
    recipe_or_name: Augmentation | str,
    images: np.ndarray,
    *,
    seed: int = 0,
    columns: int = 6,
    synthetic: bool = False,
) -> Figure:
    """Show originals, and beside each one several random draws of an augmentation.

    Ask of each draw: would you still give it the same label? If not, lower the strength or choose another recipe.

    Args:
        recipe_or_name: An augmentation or the name of a recipe.
        images: A few images of one size, one row of the figure each: (n, height, width, channels) with 1 or 3
            channels, or (n, height, width); uint8, uint16, bool, float in [0, 1] or float in [0, 255].
        seed: Whole number; the same seed shows the same draws.
        columns: Columns of the figure, 2 or more; the first one holds the originals.
        synthetic: True when the images were made by a program; the title says so.

    Returns:
        A matplotlib Figure.

    Raises:
        TypeError: If `recipe_or_name` is neither, or images are not numbers.
        ValueError: If the recipe is unknown, a shape is wrong, or there are fewer than two columns.
    """
    augmentation = recipe_or_name if isinstance(recipe_or_name, Augmentation) else recipe(recipe_or_name)
    pixels = _pixels(images)
    if columns < 2:
        raise ValueError(f"columns must be 2 or more, for the original and at least one draw, got {columns}")
    labels = np.eye(len(pixels), dtype=np.float32)
    draws = [augmentation(pixels, labels, (seed, draw))[0].numpy() for draw in range(1, columns)]
    shown = [row for rows in zip(pixels, *draws, strict=True) for row in rows]
    titles = ["original", *(f"draw {draw}" for draw in range(1, columns))] + [""] * (len(shown) - columns)
    heading = f'Recipe "{augmentation.name}", strength {augmentation.strength:g}'
    if augmentation.mixing is not None:
        heading += f", {type(augmentation.mixing).__name__}"
    return plots.image_grid(
        shown, titles=titles, columns=columns, synthetic=synthetic, heading=heading, size=1.2, value_range=(0, 255)
    )


def _pixels(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images)
    if images.ndim == 3 and images.shape[-1] not in (1, 3):
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not len(images):
        raise ValueError(
            f"images must have the shape (n, height, width, channels) with 1 or 3 channels and n of 1 or more, got "
            f"{images.shape}; add the missing axis (images[None] for one image)"
        )
    already_pixels = np.issubdtype(images.dtype, np.floating) and np.nanmax(images) > 1
    return to_pixels(images, value_range=(0, 255) if already_pixels else None)
