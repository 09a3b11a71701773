"""Maps laid over their images, and how much of a map lies inside of a region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgrec_tf import plots
from imgrec_tf._checks import check_whole


def mass_inside(maps: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the share of each map that lies inside of a region; negative values of a map count as nothing.

    Compare it with the share of the image that the region takes, `mask.mean()`: a map without any preference has that.

    Args:
        maps: float (n, height, width), or one map.
        mask: bool (height, width) for all maps, or (n, height, width).

    Returns:
        float64 (n,) in [0, 1]; NaN for a map without anything positive.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If shapes do not fit.
    """
    maps, mask = _maps(maps), np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(f"mask must hold True and False, got {mask.dtype}; compare it with a number first")
    if mask.shape not in (maps.shape, maps.shape[1:]):
        raise ValueError(f"mask must have the shape {maps.shape[1:]} or {maps.shape}, got {mask.shape}")
    positive = np.maximum(maps, 0).astype(np.float64)
    whole = positive.sum(axis=(1, 2))
    return np.divide((positive * mask).sum(axis=(1, 2)), whole, out=np.full(len(maps), np.nan), where=whole > 0)


@plots.styled
def show_maps(
    images: np.ndarray,
    maps: np.ndarray,
    titles: Sequence[str] | None = None,
    *,
    mask: np.ndarray | None = None,
    synthetic: bool = False,
    heading: str = "Where the evidence lies",
    columns: int = 6,
    size: float = 1.9,
) -> plots.Figure:
    """Show images, and below each of them the same image in grey with its map over it.

    Args:
        images: (n, height, width, channels) in [0, 255], or one image; up to 12.
        maps: (n, height, width) from `grad_cam`, `saliency` or `occlusion`, or one map. Each set is drawn from 0 to its
            highest value.
        titles: One line for each image, or None.
        mask: bool (height, width) or (n, height, width): a region to outline, such as a marker that you know of.
        synthetic: True when the images were made by a program; the heading then says so.
        heading: Title of the figure.
        columns: Images in a row, 1 to 12.
        size: Width of one image in inches.

    Returns:
        The figure.

    Raises:
        TypeError: If columns is not whole.
        ValueError: If shapes or numbers of images, maps and titles do not fit, there are more than 12, or columns is
            out of range.
    """
    images, maps = np.asarray(images), _maps(maps)
    images = images[None] if images.ndim == 3 else images
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or images.shape[:3] != maps.shape:
        raise ValueError(f"images {images.shape} and maps {maps.shape} must have the same number, height and width")
    if len(images) > 12:
        raise ValueError(f"at most 12 images fit into one figure, got {len(images)}; choose some")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"titles has {len(titles)} entries for {len(images)} images; pass one for each image")
    outlines = None if mask is None else np.broadcast_to(np.asarray(mask, float), maps.shape)
    check_whole("columns", columns, 1, 12)
    per_row = min(columns, len(images))
    blocks = -(-len(images) // per_row)
    high = size * min(2.0, images.shape[1] / images.shape[2])
    figure, axes = plots.figure(per_row * (size + 0.1) + 0.7, blocks * (2 * high + 0.5) + 0.5, 2 * blocks, per_row,
                                squeeze=False)  # fmt: skip
    highest = max(float(maps.max()), 1e-9)
    for axis in axes.flat:
        axis.axis("off")
    for number, (image, found) in enumerate(zip(images, maps)):
        upper, lower = (
            axes[2 * (number // per_row)][number % per_row],
            axes[2 * (number // per_row) + 1][number % per_row],
        )
        upper.imshow(np.clip(image / 255.0, 0, 1).squeeze(), vmin=0, vmax=1)
        lower.imshow(image.mean(axis=-1), vmin=0, vmax=255)
        heat = lower.imshow(found, cmap="magma", vmin=0, vmax=highest, alpha=0.6)
        if titles is not None:
            upper.set_title(plots.wrapped(str(titles[number]), size, 8.5), fontsize=8.5, loc="center", pad=3)
        if outlines is not None and 0 < outlines[number].mean() < 1:
            for axis in (upper, lower):
                axis.contour(outlines[number], levels=[0.5], colors=[plots.COLORS["sky blue"]], linewidths=1.4)
    figure.colorbar(heat, ax=axes, shrink=0.7, label="evidence")
    plots.title(figure, heading, synthetic)
    return figure


def _maps(maps) -> np.ndarray:
    maps = np.asarray(maps, np.float32)
    maps = maps[None] if maps.ndim == 2 else maps
    if maps.ndim != 3 or not maps.size or not np.isfinite(maps).all():
        raise ValueError(f"maps must be finite numbers (n, height, width), got shape {maps.shape}")
    return maps
