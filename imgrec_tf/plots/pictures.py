"""Figures of images: in rows and columns, number by number, and how often each value occurs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from imgrec_tf.plots.look import LINE_STYLES, PALETTE, Figure, figure, styled, title, wrapped


@styled
def image_grid(
    images: Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    columns: int | None = None,
    synthetic: bool = False,
    *,
    heading: str | None = None,
    size: float = 1.6,
    title_colors: Sequence[str] | None = None,
    value_range: tuple[float, float] | None = None,
) -> Figure:
    """Show images in rows and columns.

    Args:
        images: Arrays (height, width), (height, width, 1) or (height, width, 3); sizes may differ. Integers are shown
            on the full range of their type, bool as black and white, floats on [0, 1] when none of them exceeds 1, else
            on [0, 255].
        titles: One line of text for each image, or None.
        columns: Images a row; by default up to 6.
        synthetic: True when the images were made by a program; the heading then says so.
        heading: Title of the whole figure.
        size: Width of one image in inches.
        title_colors: One colour for each title, or None.
        value_range: Values shown as black and white, for images on any other scale.

    Returns:
        The figure.

    Raises:
        ValueError: If there are no images, an image has another shape, or there are more or fewer titles than images.
    """
    images = [_image(image, index) for index, image in enumerate(images)]
    if not images:
        raise ValueError("image_grid got no images; pass at least one array (height, width, channels)")
    for name, values in (("titles", titles), ("title_colors", title_colors)):
        if values is not None and len(values) != len(images):
            raise ValueError(f"{name} has {len(values)} entries for {len(images)} images; pass one for each image")
    if columns is not None and columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    columns = min(columns or 6, len(images))
    rows = math.ceil(len(images) / columns)
    texts = [""] * len(images) if titles is None else [wrapped(text, size, 8.5) for text in titles]
    lines = max(text.count("\n") + 1 if text else 0 for text in texts)
    aspect = max(image.shape[0] / image.shape[1] for image in images)
    height = rows * (size * min(aspect, 3.0) + 0.08 + 0.15 * lines) + (0.4 if heading or synthetic else 0.0)
    made, axes = figure(columns * (size + 0.1), height, rows, columns, squeeze=False)
    shown = [_shown(image, images, value_range) for image in images]
    for index, axis in enumerate(axes.flat):
        axis.axis("off")
        if index >= len(images):
            continue
        axis.imshow(shown[index], cmap="gray", vmin=0, vmax=1)
        if texts[index]:
            color = title_colors[index] if title_colors is not None else "#222222"
            axis.set_title(texts[index], fontsize=8.5, color=color, loc="center", pad=3)
    if heading or synthetic:
        title(made, heading or "images", synthetic)
    return made


@styled
def image_values(image: np.ndarray, synthetic: bool = False, *, heading: str = "Every pixel is a number") -> Figure:
    """Show a small image with the number of each pixel written on it, and row and column numbers at its sides.

    Args:
        image: Array (height, width) or (height, width, 1), at most 24 pixels a side, uint8.
        synthetic: True when the image was made by a program; the heading then says so.
        heading: Title of the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If the image is too large, is a colour image, or is not uint8.
    """
    image = _image(image, 0)
    if image.ndim != 2 or max(image.shape) > 24 or image.dtype != np.uint8:
        raise ValueError(
            f"image_values shows grey uint8 images of at most 24 × 24 pixels, got {image.dtype} of shape "
            f"{image.shape}; cut a part out, such as image[10:20, 10:20, :1]"
        )
    height, width = image.shape
    made, axis = figure(0.42 * width + 0.9, 0.42 * height + 1.0)
    axis.imshow(image, vmin=0, vmax=255)
    axis.grid(False)
    for (row, column), value in np.ndenumerate(image):
        axis.text(
            column, row, str(value), ha="center", va="center", fontsize=8, color="white" if value < 128 else "black"
        )
    axis.set_xticks(range(width))
    axis.set_yticks(range(height))
    axis.set_xlabel("column")
    axis.set_ylabel("row")
    title(made, heading, synthetic)
    return made


@styled
def histogram(
    values: Mapping[str, np.ndarray],
    label: str = "pixel value",
    synthetic: bool = False,
    *,
    heading: str = "How often each value occurs",
    bins: int = 32,
) -> Figure:
    """Draw how often values occur, one line for each set of values, as shares, so that sets of any size compare.

    Args:
        values: Arrays of any shape, or images, by the name that the legend shows.
        label: What the values are, with their unit.
        synthetic: True when the images were made by a program; the heading then says so.
        heading: Title of the figure.
        bins: Bins of equal width, from the lowest to the highest of all values.

    Returns:
        The figure.

    Raises:
        ValueError: If there are no values.
    """
    flat = {str(name): np.asarray(array, np.float64).ravel() for name, array in values.items()}
    if not flat or any(array.size == 0 for array in flat.values()):
        raise ValueError("histogram got no values; pass at least one array with numbers under each name")
    low, high = (edge([edge(array) for array in flat.values()]) for edge in (np.min, np.max))
    edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    made, axis = figure(6.4, 3.4)
    for name, array in flat.items():
        axis.stairs(100 * np.histogram(array, edges)[0] / array.size, edges, linewidth=1.8, label=name)
    for place, patch in enumerate(axis.patches):
        patch.set_edgecolor(PALETTE[place % 7])
        patch.set_linestyle(LINE_STYLES[place % len(LINE_STYLES)])
    axis.set_xlabel(label)
    axis.set_ylabel("share (%)")
    axis.set_ylim(bottom=0)
    if len(flat) > 1:
        axis.legend()
    title(made, heading, synthetic)
    return made


def _image(image, index: int) -> np.ndarray:
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)) or not image.size:
        raise ValueError(
            f"image {index} has shape {image.shape}; accepted are (height, width), (height, width, 1) and "
            "(height, width, 3)"
        )
    return image


def _shown(image: np.ndarray, images: list[np.ndarray], value_range: tuple[float, float] | None) -> np.ndarray:
    if value_range is not None:
        low, high = value_range
    elif image.dtype == np.bool_:
        low, high = 0.0, 1.0
    elif np.issubdtype(image.dtype, np.integer):
        low, high = 0.0, (65535.0 if image.dtype == np.uint16 else 255.0)
    else:
        largest = max(float(np.nanmax(one, initial=0.0)) for one in images if np.issubdtype(one.dtype, np.floating))
        low, high = 0.0, (1.0 if largest <= 1.0 + 1e-6 else 255.0)
    return np.clip((np.nan_to_num(image.astype(np.float32)) - low) / (high - low), 0.0, 1.0)
